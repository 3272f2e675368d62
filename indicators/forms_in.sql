-- indicator:  forms_in
-- title:      Count forms in
-- pillar:     results
-- owner:      kpu
-- level:      tps
-- due:        H+1
-- opens:      H
-- unit:       form
-- units:      forms
-- scope:      area
-- source:     C.Hasil of each contest, photographed and copied on polling day (sidoarjo.inews.id/amp/408388)
-- definition: Forms with their valid votes and their total, out of one per polling station and contest whose forms are collected.
-- given:      pack pilkada2024
-- given:      tps tps=1571091002001
-- given:      tps tps=1571091002002
-- given:      tps tps=1571091002003
-- given:      count_form tps=1571091002001 contest=governor valid=250 ballots_used=255
-- given:      count_form tps=1571091002001 contest=regent votes_1=100 votes_2=150
-- given:      count_form tps=1571091002002 contest=governor
-- expect:     1571091002001 2 1 2
-- expect:     1571091002002 2 0 0
-- expect:     1571091002003 2 0 0
SELECT t.tps AS area, count(*) AS need,
       count(f.valid + f.ballots_used) AS have,
       count(COALESCE(f.valid, f.votes_1)) AS heard -- a blank row is silence
FROM   tps t
CROSS  JOIN rule_code c
LEFT   JOIN count_form f ON f.tps = t.tps AND f.contest = c.code
WHERE  t.tps >= :lo AND t.tps < :hi AND c.list = 'contest' AND c.rule = 'form'
GROUP  BY t.tps
