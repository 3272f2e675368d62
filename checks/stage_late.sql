-- check:      stage_late
-- title:      Stage past its last day and not declared done
-- owner:      kpu
-- level:      any
-- scope:      area
-- depends:    clock
-- severity:   look
-- source:     A stage's date that has passed and its being declared done are two facts (PKPU 2/2024; Rakor Kota Jambi, 14 Nov 2024)
-- definition: A stage whose last day is past has been declared done by whoever declares stages in the area.
-- remedy:     Declare it with its evidence, or enter the new date and who set it.
-- given:      pack pilkada2024
-- given:      today=2024-01-30
-- given:      area 15 "Jambi"
-- given:      area 1571 "Kota Jambi"
-- given:      area 1572 "Kota Sungai Penuh"
-- given:      stage area=1571 stage=planning declared=2024-01-26
-- given:      stage area=1572 stage=campaign declared=2024-01-26
-- expect:     1572 planning "2024-01-26"
SELECT p.area AS area, p.stage AS key, p.ends AS detail
FROM   stage_plan p
LEFT   JOIN stage d ON d.area = p.area AND d.stage = p.stage
WHERE  p.area >= :lo AND p.area < :hi AND p.ends < :today AND d.declared IS NULL
  AND  COALESCE(p.rule, 'main') <> 'milestone'
  AND  EXISTS (SELECT 1 FROM stage o WHERE o.area = p.area) -- an area that declares no stages at all is silent, not late
