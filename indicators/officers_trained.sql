-- indicator:  officers_trained
-- title:      Polling officers trained
-- pillar:     officers
-- owner:      kpu
-- level:      tps
-- due:        H-1
-- unit:       person
-- units:      people
-- scope:      area
-- source:     Training follows the oath on the same day (rbtv.disway.id/read/66741)
-- definition: Officers trained, out of the posts that the rule pack gives each polling station.
-- given:      pack pilkada2024
-- given:      tps tps=1571091002001
-- given:      tps tps=1571091002002
-- given:      officer_count tps=1571091002001 role=kpps filled=7 trained=5
-- given:      officer_count tps=1571091002001 role=linmas filled=2
-- given:      officer_count tps=1571091002001 role=ptps filled=1 trained=2
-- expect:     1571091002001 10 6 8
-- expect:     1571091002002 10 0 0
SELECT t.tps AS area, CAST(sum(o.amount) AS bigint) AS need,
       CAST(sum(CASE WHEN c.trained >= o.amount THEN o.amount ELSE COALESCE(c.trained, 0) END) AS bigint) AS have,
       CAST(sum(CASE WHEN c.trained IS NULL THEN 0 ELSE o.amount END) AS bigint) AS heard
FROM   tps t
CROSS  JOIN rule_code o
LEFT   JOIN officer_count c ON c.tps = t.tps AND c.role = o.code
WHERE  t.tps >= :lo AND t.tps < :hi AND o.list = 'officer'
GROUP  BY t.tps
