-- check:      stage_evidence
-- title:      Stage declared done without evidence
-- owner:      kpu
-- level:      any
-- scope:      area
-- severity:   look
-- source:     "13 of 16 stages done" without a record of which and by what (Rakor Kota Jambi, 14 Nov 2024)
-- definition: A stage that is declared done names its evidence: minutes, a decision, a report.
-- remedy:     Enter the number of the minutes or decision.
-- given:      stage area=1571 stage=planning declared=2024-01-26
-- given:      stage area=1571 stage=roll declared=2024-09-23 evidence="BA 71/2024"
-- given:      stage area=1571 stage=campaign declared_by="KPU Kota Jambi"
-- expect:     1571 planning "2024-01-26"
SELECT area, stage AS key, declared AS detail
FROM   stage
WHERE  area >= :lo AND area < :hi AND declared IS NOT NULL AND evidence IS NULL
