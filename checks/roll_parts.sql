-- check:      roll_parts
-- title:      Signed roll against its parts
-- owner:      kpu
-- level:      any
-- scope:      above
-- severity:   must
-- source:     Minutes and by-name file differed in Jambi 2018 (amp.suara.com 2018/09/12/091731); press totals differ from their parts (kerincitime.co.id/?p=66038)
-- definition: The total signed for an area, of each version of the roll, equals men and women, the sum of its polling stations, and the sum of what the areas below it signed, wherever these are there.
-- remedy:     Compare the minutes of the two levels; correct the row that differs, or sign the roll again with the reason.
-- given:      roll_signoff area=15 version=final total=1000
-- given:      roll_signoff area=1503 version=final male=300 female=301 total=600
-- given:      roll_signoff area=1505 version=final total=400
-- given:      roll_signoff area=1505 version=revised total=77
-- given:      roll_signoff area=150501 version=final total=390
-- given:      roll_count tps=1503012001001 version=final total=250
-- given:      roll_count tps=1503012001002 version=final total=350
-- given:      roll_count tps=1505012001001 version=final total=399
-- given:      roll_count tps=1505012001001 version=provisional total=500
-- expect:     1503 final "300 + 301 <> 600"
-- expect:     15 final/tps "1000 <> 999"
-- expect:     1505 final/tps "400 <> 399"
-- expect:     1505 final/signed "400 <> 390"
-- expect:     150501 final/tps "390 <> 399"
SELECT area, version AS key, CAST(male AS text) || ' + ' || CAST(female AS text) || ' <> ' || CAST(total AS text) AS detail
FROM   roll_signoff
WHERE  area >= :lo AND area < :hi AND male + female <> total
UNION ALL
SELECT area, key, CAST(total AS text) || ' <> ' || CAST(found AS text) AS detail
FROM   (SELECT s.area, s.version || '/tps' AS key, s.total,
               (SELECT CAST(sum(r.total) AS bigint) FROM roll_count r
                WHERE  r.tps >= s.area AND r.tps < s.area || ':' AND r.version = s.version) AS found
        FROM   roll_signoff s
        WHERE  s.area >= :lo AND s.area < :hi) AS stations
WHERE  found <> total
UNION ALL
SELECT area, key, CAST(total AS text) || ' <> ' || CAST(found AS text) AS detail
FROM   (SELECT s.area, s.version || '/signed' AS key, s.total,
               (SELECT CAST(sum(b.total) AS bigint) FROM roll_signoff b
                WHERE  b.area > s.area AND b.area < s.area || ':' AND b.version = s.version
                  AND  length(b.area) = CASE length(s.area) WHEN 6 THEN 10 ELSE length(s.area) + 2 END) AS found
        FROM   roll_signoff s
        WHERE  s.area >= :lo AND s.area < :hi) AS below
WHERE  found <> total
