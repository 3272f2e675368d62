-- check:      stage_early
-- title:      Stage declared done before its last day
-- owner:      kpu
-- level:      any
-- scope:      area
-- severity:   look
-- source:     "13 of 16 stages done" on 14 Nov 2024, when three of them ended on 16 and 18 Nov by PKPU 2/2024
-- definition: A stage is not declared done before the day on which the rule pack lets it end.
-- remedy:     Say what makes the stage complete already, or declare it again after its last day.
-- given:      pack pilkada2024
-- given:      stage area=1571 stage=monitors declared=2024-11-14
-- given:      stage area=1571 stage=candidates declared=2024-09-22
-- given:      stage area=15 stage=supervisors declared=2024-06-01
-- expect:     1571 monitors "2024-11-14 < 2024-11-16"
SELECT d.area, d.stage AS key, d.declared || ' < ' || s.ends AS detail
FROM   stage d
JOIN   rule_code s ON s.list = 'stage' AND s.code = d.stage
WHERE  d.area >= :lo AND d.area < :hi AND d.declared < s.ends
