-- check:      roll_update_moves
-- title:      Coklit: moves between polling stations counted on both sides
-- owner:      kpu
-- level:      any
-- scope:      above
-- severity:   must
-- source:     NTT 2024: 258,461 of 341,782 struck off were only at the wrong polling station (KPU NTT, coklit 2024)
-- definition: Who is struck off as of another polling station is new there: in a village, and in the whole province, both are as many.
-- remedy:     A village that lacks new ones has lost voters: look for each of them at the polling station where they belong, or in the village named by the other side.
-- given:      area 15 "Jambi"
-- given:      area 1571 "Kota Jambi"
-- given:      area 1571091002 "Rawa Sari"
-- given:      area 1571091003 "Kenali Besar"
-- given:      area 1571091004 "Mayang Mangurai"
-- given:      roll_update tps=1571091002001 listed=10 unchanged=6 changed=0 other_station=4 added=1 from_station=1 result=7
-- given:      roll_update tps=1571091002002 listed=10 unchanged=9 changed=0 other_station=1 added=4 from_station=4 result=13
-- given:      roll_update tps=1571091003001 listed=10 unchanged=7 changed=0 other_station=3 added=1 from_station=1 result=8
-- given:      roll_update tps=1571091004001 listed=10 unchanged=10 changed=0 other_station=0 added=1 from_station=1 result=11
-- expect:     1571091003 moves "3 <> 1"
-- expect:     1571091004 moves "0 <> 1"
-- expect:     15 moves "8 <> 7"
SELECT area, 'moves' AS key, CAST(gone AS text) || ' <> ' || CAST(come AS text) AS detail
FROM   (SELECT a.code AS area,
               (SELECT CAST(sum(u.other_station) AS bigint) FROM roll_update u
                WHERE  u.tps >= a.code AND u.tps < a.code || ':') AS gone,
               (SELECT CAST(sum(u.from_station) AS bigint) FROM roll_update u
                WHERE  u.tps >= a.code AND u.tps < a.code || ':') AS come
        FROM   area a
        WHERE  a.code >= :lo AND a.code < :hi AND (a.level = 1 OR a.level = 4)) AS place
WHERE  gone <> come
