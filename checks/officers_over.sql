-- check:      officers_over
-- title:      Not more officers than posts
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   look
-- source:     Seven KPPS, two order officers, one supervisor per polling station (detik.com/edu d-7544638)
-- definition: Filled posts are not more than those that the rule pack gives a polling station.
-- remedy:     Take out who left, or correct the number.
-- given:      pack pilkada2024
-- given:      officer_count tps=1571091002001 role=kpps filled=8
-- given:      officer_count tps=1571091002001 role=linmas filled=2
-- expect:     1571091002001 kpps "8 > 7"
SELECT c.tps AS area, c.role AS key, CAST(c.filled AS text) || ' > ' || CAST(o.amount AS text) AS detail
FROM   officer_count c
JOIN   rule_code o ON o.list = 'officer' AND o.code = c.role
WHERE  c.tps >= :lo AND c.tps < :hi AND c.filled > o.amount
