-- indicator:  roll_signed
-- title:      Final roll signed off
-- pillar:     roll
-- owner:      kpu
-- level:      regency
-- unit:       decision
-- units:      decisions
-- scope:      area
-- source:     The regency's KPU sets the final roll, the province only adds up (lintastungkal.com/?p=85454); Keputusan KPU Sarolangun 216/2024 (radarjambi.co.id 33301)
-- definition: A regency counts when its final roll is signed off with the number of a decision.
-- given:      pack pilkada2024
-- given:      area 15 "Jambi"
-- given:      area 1503 "Sarolangun"
-- given:      area 1505 "Muaro Jambi"
-- given:      area 1571 "Kota Jambi"
-- given:      roll_signoff area=15 version=final total=2695348 decision="BA 9"
-- given:      roll_signoff area=1503 version=final total=214042 decision="SK 216/2024"
-- given:      roll_signoff area=1505 version=final total=317746
-- given:      roll_signoff area=1571 version=revised total=455000 decision="BA 1"
-- expect:     1503 1 1 1
-- expect:     1505 1 0 1
-- expect:     1571 1 0 0
SELECT a.code AS area, 1 AS need, CASE WHEN r.decision IS NULL THEN 0 ELSE 1 END AS have,
       CASE WHEN r.area IS NULL THEN 0 ELSE 1 END AS heard
FROM   area a
LEFT   JOIN roll_signoff r ON r.area = a.code AND r.version = 'final'
WHERE  a.code >= :lo AND a.code < :hi AND a.level = 2
