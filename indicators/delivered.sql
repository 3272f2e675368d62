-- indicator:  delivered
-- title:      Logistics delivered
-- pillar:     logistics
-- owner:      kpu
-- level:      tps
-- due:        H-1
-- opens:      H-3
-- unit:       item
-- units:      items
-- scope:      area
-- must:       yes
-- weight:     3
-- source:     PKPU 12/2024 (via layarlensa.info); at the polling station on H-1 at the latest (detik.com/sumbagsel d-7653930); distribution from 24 Nov, remote places first (d-7657538)
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
-- given:      delivery tps=1571091002002 item=booth packed=4 sent=4
-- expect:     1571091002001 10 2 4
-- expect:     1571091002002 10 1 2
-- expect:     1571091002003 10 0 0
SELECT n.tps AS area, count(*) AS need,
       count(*) FILTER (WHERE d.received - COALESCE(d.damaged, 0) >= n.quantity) AS have,
       count(d.received) AS heard
FROM   logistics_need n
LEFT   JOIN delivery d ON d.tps = n.tps AND d.item = n.item
WHERE  n.tps >= :lo AND n.tps < :hi
GROUP  BY n.tps
