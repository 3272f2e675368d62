-- check:      delivered_over
-- title:      Not more delivered than owed
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   look
-- source:     Shortage and surplus are a mark of a polling station at risk (detik.com/sumbagsel d-7653930)
-- definition: What a polling station received is not more than the quantity that the rule pack owes it.
-- remedy:     Compare with the label and the delivery note; the surplus may be missing elsewhere.
-- given:      pack pilkada2024
-- given:      roll_count tps=1501011004001 version=final total=401
-- given:      delivery tps=1501011004001 item=ballot_governor received=413 damaged=0
-- given:      delivery tps=1501011004001 item=ballot_regent received=412 damaged=0
-- given:      delivery tps=1501011004001 item=ballot_box received=3 damaged=1
-- given:      delivery tps=1501011004002 item=ballot_governor received=900 damaged=0
-- expect:     1501011004001 ballot_box "3 > 2"
-- expect:     1501011004001 ballot_governor "413 > 412"
SELECT area, key, CAST(received AS text) || ' > ' || CAST(quantity AS text) AS detail
FROM   (SELECT d.tps AS area, d.item AS key, d.received, CASE i.rule
                   WHEN 'per_tps' THEN i.amount
                   WHEN 'per_kind' THEN i.amount * (SELECT count(*) FROM rule_code WHERE list = 'contest')
                   WHEN 'pct_of_roll' THEN (r.total * (1000 + i.amount) + 999) / 1000
                   END AS quantity
        FROM   delivery d
        JOIN   rule_code i ON i.list = 'logistics' AND i.code = d.item
        LEFT   JOIN roll_count r ON r.tps = d.tps AND r.version = 'final'
        WHERE  d.tps >= :lo AND d.tps < :hi) AS item
WHERE  received > quantity
