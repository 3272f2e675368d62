-- check:      special_number
-- title:      Special polling stations are numbered from 901
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   look
-- source:     KPU list 2024: 21 polling stations of Jambi numbered from 901, prisons and the like (rmol.id)
-- definition: A polling station is special exactly when the number in its code is 901 or more.
-- remedy:     Correct the kind; a wrong code needs a new polling station.
-- given:      tps tps=1571091002901 kind=regular
-- given:      tps tps=1571091002902 kind=special
-- given:      tps tps=1571091002001 kind=special
-- given:      tps tps=1571091002002 kind=regular
-- expect:     1571091002001 kind "001 special"
-- expect:     1571091002901 kind "901 regular"
SELECT tps AS area, 'kind' AS key, substr(tps, 11, 3) || ' ' || kind AS detail
FROM   tps
WHERE  tps >= :lo AND tps < :hi
  AND  CASE WHEN substr(tps, 11, 3) >= '901' THEN 'special' ELSE 'regular' END <> kind
