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
-- given:      tps tps=1501011004001
-- given:      tps tps=1501011004002
-- given:      roll_count tps=1501011004001 version=final total=401
-- given:      delivery tps=1501011004001 item=ballot_governor received=413 damaged=0
-- given:      delivery tps=1501011004001 item=ballot_regent received=412 damaged=0
-- given:      delivery tps=1501011004001 item=ballot_box received=3 damaged=1
-- given:      delivery tps=1501011004002 item=ballot_governor received=900 damaged=0
-- expect:     1501011004001 ballot_box "3 > 2"
-- expect:     1501011004001 ballot_governor "413 > 412"
SELECT d.tps AS area, d.item AS key, CAST(d.received AS text) || ' > ' || CAST(n.quantity AS text) AS detail
FROM   delivery d
JOIN   logistics_need n ON n.tps = d.tps AND n.item = d.item
WHERE  d.tps >= :lo AND d.tps < :hi AND d.received > n.quantity
