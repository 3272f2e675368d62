-- check:      stage_early
-- title:      Stage declared done before its last day
-- owner:      kpu
-- level:      any
-- scope:      area
-- severity:   look
-- source:     "13 of 16 stages done" on 14 Nov 2024, when three of them ended on 16 and 18 Nov by PKPU 2/2024
-- definition: A stage is not declared done before its last day by the rule pack, or by the date that was entered for the area.
-- remedy:     Say what makes the stage complete already, or declare it again after its last day.
-- given:      pack pilkada2024
-- given:      area 15 "Jambi"
-- given:      area 1571 "Kota Jambi"
-- given:      stage_date area=1571 stage=campaign ends=2024-11-20
-- given:      stage area=1571 stage=campaign declared=2024-11-20
-- given:      stage area=1571 stage=monitors declared=2024-11-14
-- given:      stage area=1571 stage=candidates declared=2024-09-22
-- given:      stage area=15 stage=supervisors declared=2024-06-01
-- expect:     1571 monitors "2024-11-14 < 2024-11-16"
SELECT d.area AS area, d.stage AS key, d.declared || ' < ' || p.ends AS detail
FROM   stage d
JOIN   stage_plan p ON p.area = d.area AND p.stage = d.stage
WHERE  d.area >= :lo AND d.area < :hi AND d.declared < p.ends
