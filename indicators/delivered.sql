-- indicator:  delivered
-- title:      Logistics delivered
-- pillar:     logistics
-- owner:      kpu
-- level:      tps
-- due:        H-1
-- unit:       item
-- scope:      area
-- must:       yes
-- source:     PKPU 12/2024 (via layarlensa.info); at the polling station on H-1 at the latest (detik.com/sumbagsel d-7653930)
-- definition: An item counts when what was received undamaged reaches the quantity that the rule pack owes the polling station.
-- given:      pack pilkada2024
-- given:      tps tps=1571091002001
-- given:      tps tps=1571091002002
-- given:      tps tps=1571091002003
-- given:      roll_count tps=1571091002001 version=final total=401
-- given:      delivery tps=1571091002001 item=ballot_governor received=412 damaged=0
-- given:      delivery tps=1571091002001 item=ballot_regent received=412 damaged=1
-- given:      delivery tps=1571091002001 item=ballot_box received=2 damaged=0
-- given:      delivery tps=1571091002001 item=booth received=3 damaged=0
-- given:      delivery tps=1571091002002 item=ballot_governor received=500 damaged=0
-- given:      delivery tps=1571091002002 item=ink received=2 damaged=0
-- expect:     1571091002001 10 2 4
-- expect:     1571091002002 10 1 2
-- expect:     1571091002003 10 0 0
SELECT t.tps AS area, count(*) AS need,
       count(*) FILTER (WHERE d.received - COALESCE(d.damaged, 0) >= CASE i.rule
           WHEN 'per_tps' THEN i.amount
           WHEN 'per_kind' THEN i.amount * (SELECT count(*) FROM rule_code WHERE list = 'contest')
           WHEN 'pct_of_roll' THEN (r.total * (1000 + i.amount) + 999) / 1000 -- amount is permille; rounded up
           END) AS have,
       count(d.tps) AS heard
FROM   tps t
CROSS  JOIN rule_code i
LEFT   JOIN roll_count r ON r.tps = t.tps AND r.version = 'final'
LEFT   JOIN delivery d ON d.tps = t.tps AND d.item = i.code
WHERE  t.tps >= :lo AND t.tps < :hi AND i.list = 'logistics'
GROUP  BY t.tps
