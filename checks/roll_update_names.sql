-- check:      roll_update_names
-- title:      Coklit: the report against the lists by name
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     Minutes and by-name file differed in Jambi 2018 (amp.suara.com 2018/09/12/091731)
-- definition: The list that was visited and the updated list have as many voters as the stored lists by name of that polling station.
-- remedy:     Count both lists of the polling station; correct the report, or import the list that was signed.
-- given:      roll_update tps=1571091002001 listed=291 unchanged=280 changed=11 added=4 result=295
-- given:      roll_update tps=1571091002002 listed=291 unchanged=280 changed=11 added=4 result=295
-- given:      roll_update tps=1571091002003 listed=291 unchanged=280 changed=11 added=4 result=295
-- given:      roll_listed tps=1571091002001 kind=listed male=140 female=151 total=291
-- given:      roll_listed tps=1571091002001 kind=updated male=140 female=154 total=294
-- given:      roll_listed tps=1571091002001 kind=final male=1 female=1 total=2
-- given:      roll_listed tps=1571091002002 kind=listed male=140 female=150 total=290
-- expect:     1571091002001 updated "295 <> 294"
-- expect:     1571091002002 listed "291 <> 290"
SELECT area, key, CAST(reported AS text) || ' <> ' || CAST(total AS text) AS detail
FROM   (SELECT u.tps AS area, l.kind AS key, l.total,
               CASE WHEN l.kind = 'listed' THEN u.listed ELSE u.result END AS reported
        FROM   roll_update u
        JOIN   roll_listed l ON l.tps = u.tps AND (l.kind = 'listed' OR l.kind = 'updated')
        WHERE  u.tps >= :lo AND u.tps < :hi) AS compared
WHERE  reported <> total
