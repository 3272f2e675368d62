-- check:      officers_named
-- title:      Officers reported and officers named
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   look
-- source:     Two reports of one fact are shown side by side, never merged
-- definition: Where officers are entered by name, they are as many as the number that is reported as filled.
-- remedy:     Enter who is missing, close who has left, or correct the number.
-- given:      officer_count tps=1571091002001 role=kpps filled=2
-- given:      officer_count tps=1571091002002 role=kpps filled=7
-- given:      officer_count tps=1571091002003 role=kpps filled=1
-- given:      officer tps=1571091002001 role=kpps seat=1
-- given:      officer tps=1571091002003 role=kpps seat=1
-- expect:     1571091002001 kpps "2 <> 1"
SELECT c.tps AS area, c.role AS key, CAST(c.filled AS text) || ' <> ' || CAST(n.named AS text) AS detail
FROM   officer_count c
JOIN   (SELECT tps, role, count(*) AS named FROM officer WHERE tps >= :lo AND tps < :hi GROUP BY tps, role) AS n
       ON n.tps = c.tps AND n.role = c.role
WHERE  c.tps >= :lo AND c.tps < :hi AND c.filled <> n.named
