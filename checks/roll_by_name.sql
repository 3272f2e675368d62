-- check:      roll_by_name
-- title:      Reported count against the list by name
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     Minutes and by-name file differed in Jambi 2018 (amp.suara.com 2018/09/12/091731)
-- definition: The final count reported for a polling station, its men and its women are those of the final roll that is stored by name.
-- remedy:     Count the list again; correct the report, or import the list that was signed.
-- given:      roll_count tps=1571091002001 version=final male=140 female=151 total=291
-- given:      roll_listed tps=1571091002001 kind=final male=141 female=151 total=292
-- given:      roll_count tps=1571091002002 version=final total=290
-- given:      roll_listed tps=1571091002002 kind=final male=140 female=150 total=290
-- given:      roll_listed tps=1571091002003 kind=final male=10 female=10 total=20
-- given:      roll_count tps=1571091002004 version=final male=140 female=151 total=291
-- given:      roll_listed tps=1571091002004 kind=final male=141 female=150 total=291
-- expect:     1571091002001 total "291 <> 292"
-- expect:     1571091002001 male "140 <> 141"
-- expect:     1571091002004 male "140 <> 141"
-- expect:     1571091002004 female "151 <> 150"
SELECT area, key, CAST(counted AS text) || ' <> ' || CAST(listed AS text) AS detail
FROM   (SELECT c.tps AS area, 'total' AS key, c.total AS counted, l.total AS listed
        FROM   roll_count c
        JOIN   roll_listed l ON l.tps = c.tps AND l.kind = 'final'
        WHERE  c.tps >= :lo AND c.tps < :hi AND c.version = 'final'
        UNION ALL
        SELECT c.tps, 'male', c.male, l.male
        FROM   roll_count c
        JOIN   roll_listed l ON l.tps = c.tps AND l.kind = 'final'
        WHERE  c.tps >= :lo AND c.tps < :hi AND c.version = 'final'
        UNION ALL
        SELECT c.tps, 'female', c.female, l.female
        FROM   roll_count c
        JOIN   roll_listed l ON l.tps = c.tps AND l.kind = 'final'
        WHERE  c.tps >= :lo AND c.tps < :hi AND c.version = 'final') AS part
WHERE  counted <> listed
