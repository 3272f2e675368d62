-- check:      roll_update_sum
-- title:      Coklit: the report of a polling station adds up
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     NTT 2024: 3,971,240 = 3,454,520 + 174,938 + 341,782 and 3,947,825 = 3,454,520 + 174,938 + 318,367 (KPU NTT, coklit 2024)
-- definition: The list that was visited is unchanged + changed + struck off; the updated list is unchanged + changed + new; who came from another polling station is one of the new.
-- remedy:     Count the forms of the polling station again: each voter of the first list is in one of three classes, each of the second in one of three.
-- given:      roll_update tps=1571091002001 listed=291 unchanged=270 changed=10 deceased=4 twice=1 under_age=0 moved=2 foreigner=0 army=0 police=0 other_station=4 other=0 added=15 from_station=4 result=295
-- given:      roll_update tps=1571091002002 listed=300 unchanged=270 changed=10 deceased=4 twice=1 under_age=1 moved=2 foreigner=1 army=1 police=1 other_station=4 other=1 added=15 from_station=4 result=295
-- given:      roll_update tps=1571091002003 listed=285 unchanged=270 changed=10 deceased=0 twice=0 under_age=0 moved=0 foreigner=0 army=0 police=0 other_station=5 other=0 added=3 from_station=4 result=284
-- expect:     1571091002002 listed "300 <> 270 + 10 + 16"
-- expect:     1571091002003 result "284 <> 270 + 10 + 3"
-- expect:     1571091002003 from_station "4 > 3"
SELECT tps AS area, 'listed' AS key,
       CAST(listed AS text) || ' <> ' || CAST(unchanged AS text) || ' + ' || CAST(changed AS text) || ' + ' ||
       CAST(struck AS text) AS detail
FROM   (SELECT tps, listed, unchanged, changed,
               deceased + twice + under_age + moved + foreigner + army + police + other_station + other AS struck
        FROM   roll_update
        WHERE  tps >= :lo AND tps < :hi) AS visited
WHERE  listed <> unchanged + changed + struck
UNION ALL
SELECT tps, 'result',
       CAST(result AS text) || ' <> ' || CAST(unchanged AS text) || ' + ' || CAST(changed AS text) || ' + ' ||
       CAST(added AS text)
FROM   roll_update
WHERE  tps >= :lo AND tps < :hi AND result <> unchanged + changed + added
UNION ALL
SELECT tps, 'from_station', CAST(from_station AS text) || ' > ' || CAST(added AS text)
FROM   roll_update
WHERE  tps >= :lo AND tps < :hi AND from_station > added
