-- indicator:  stages_declared
-- title:      Stages declared done
-- pillar:     stages
-- owner:      kpu
-- level:      any
-- unit:       stage
-- units:      stages
-- scope:      area
-- depends:    clock
-- source:     PKPU 2/2024; "13 of 16 stages done" (Rakor Kota Jambi, 14 Nov 2024)
-- definition: Stages that the province or regency has declared done, out of those whose last day is past or that are declared.
-- given:      pack pilkada2024
-- given:      today=2024-09-23
-- given:      area 15 "Jambi"
-- given:      area 1571 "Kota Jambi"
-- given:      area 157109 "Alam Barajo"
-- given:      stage area=1571 stage=planning declared=2024-01-26
-- given:      stage area=1571 stage=supervisors declared=2024-06-01
-- given:      stage area=1571 stage=campaign declared_by="KPU Kota Jambi"
-- given:      stage area=1571 stage=candidates evidence="BA 98/2024"
-- given:      stage_date area=15 stage=supervisors ends=2024-09-20 set_by=Bawaslu
-- given:      stage_date area=1571 stage=supervisors ends=2024-12-01
-- given:      stage_date area=15 stage=court_registration ends=2024-09-10
-- given:      stage_date area=1571 stage=court_registration ends=2024-09-20
-- expect:     15 10 0 0
-- expect:     1571 8 2 3
SELECT p.area AS area, count(*) AS need, count(d.declared) AS have, count(d.stage) AS heard
FROM   stage_plan p
LEFT   JOIN stage d ON d.area = p.area AND d.stage = p.stage
WHERE  p.area >= :lo AND p.area < :hi AND COALESCE(p.rule, 'main') <> 'milestone'
  AND  (p.ends < :today OR d.declared IS NOT NULL)
GROUP  BY p.area
