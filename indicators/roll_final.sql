-- indicator:  roll_final
-- title:      Final voter count known
-- pillar:     roll
-- owner:      kpu
-- level:      tps
-- unit:       polling station
-- units:      polling stations
-- scope:      area
-- must:       yes
-- weight:     2
-- source:     First of the governor's four orders: make sure of the final roll (Rakor Politik, 1 Feb 2024)
-- definition: A polling station counts when the total of its final roll has been reported.
-- given:      tps tps=1571091002001
-- given:      tps tps=1571091002002
-- given:      tps tps=1571091002003
-- given:      tps tps=1571091002004
-- given:      roll_count tps=1571091002001 version=final total=291
-- given:      roll_count tps=1571091002002 version=final male=140
-- given:      roll_count tps=1571091002003 version=provisional total=300
-- given:      roll_count tps=1571091002004 version=final decision="SK 216/2024"
-- expect:     1571091002001 1 1 1
-- expect:     1571091002002 1 0 1
-- expect:     1571091002003 1 0 0
-- expect:     1571091002004 1 0 0
SELECT t.tps AS area, 1 AS need,
       CASE WHEN r.total IS NULL THEN 0 ELSE 1 END AS have,
       CASE WHEN COALESCE(r.total, r.male, r.female) IS NULL THEN 0 ELSE 1 END AS heard -- a blank row is silence
FROM   tps t
LEFT   JOIN roll_count r ON r.tps = t.tps AND r.version = 'final'
WHERE  t.tps >= :lo AND t.tps < :hi
