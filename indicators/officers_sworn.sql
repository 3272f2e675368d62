-- indicator:  officers_sworn
-- title:      Polling officers sworn in
-- pillar:     officers
-- owner:      kpu
-- level:      tps
-- due:        H-20
-- unit:       person
-- units:      people
-- scope:      area
-- source:     Sworn in on 7 Nov 2024 (kompas.tv/amp/ekonomi/538998)
-- definition: Officers who took their oath, out of the posts that the rule pack gives each polling station.
-- given:      pack pilkada2024
-- given:      tps tps=1571091002001
-- given:      tps tps=1571091002002
-- given:      officer_count tps=1571091002001 role=kpps filled=7 sworn_in=5
-- given:      officer_count tps=1571091002001 role=linmas filled=2
-- given:      officer_count tps=1571091002001 role=ptps filled=1 sworn_in=2
-- expect:     1571091002001 10 6 8
-- expect:     1571091002002 10 0 0
SELECT t.tps AS area, CAST(sum(o.amount) AS bigint) AS need,
       CAST(sum(CASE WHEN c.sworn_in >= o.amount THEN o.amount ELSE COALESCE(c.sworn_in, 0) END) AS bigint) AS have,
       CAST(sum(CASE WHEN c.sworn_in IS NULL THEN 0 ELSE o.amount END) AS bigint) AS heard
FROM   tps t
CROSS  JOIN rule_code o
LEFT   JOIN officer_count c ON c.tps = t.tps AND c.role = o.code
WHERE  t.tps >= :lo AND t.tps < :hi AND o.list = 'officer'
GROUP  BY t.tps
