-- indicator:  roll_by_name
-- title:      Final roll stored by name
-- pillar:     roll
-- owner:      kpu
-- level:      tps
-- unit:       voter
-- units:      voters
-- scope:      area
-- weight:     2
-- source:     First of the governor's four orders: make sure of the final roll (Rakor Politik, 1 Feb 2024); minutes and by-name file differed in Jambi 2018 (amp.suara.com 2018/09/12/091731)
-- definition: Voters of the final roll that is stored by name, out of the final count reported for the polling station, once a final roll is stored at all; who is over the count does not make up for others.
-- given:      roll_version area=15 number=1 kind=final covers=15 voters=792 male=391 female=401 stations=3 sha256=00
-- given:      roll_count tps=1571091002001 version=final total=291
-- given:      roll_count tps=1571091002002 version=final male=140 female=150
-- given:      roll_count tps=1571091002003 version=final total=300
-- given:      roll_count tps=1571091002004 version=provisional total=300
-- given:      roll_count tps=1571091002005 version=final total=200
-- given:      roll_listed tps=1571091002001 kind=final male=140 female=151 total=291
-- given:      roll_listed tps=1571091002002 kind=final male=100 female=100 total=200
-- given:      roll_listed tps=1571091002003 kind=provisional male=150 female=150 total=300
-- given:      roll_listed tps=1571091002005 kind=final male=150 female=151 total=301
-- expect:     1571091002001 291 291 291
-- expect:     1571091002002 290 200 290
-- expect:     1571091002003 300 0 0
-- expect:     1571091002005 200 200 200
SELECT tps AS area, counted AS need,
       CASE WHEN listed IS NULL THEN 0 WHEN listed < counted THEN listed ELSE counted END AS have,
       CASE WHEN listed IS NULL THEN 0 ELSE counted END AS heard
FROM   (SELECT c.tps, COALESCE(c.total, c.male + c.female) AS counted, l.total AS listed
        FROM   roll_count c
        LEFT   JOIN roll_listed l ON l.tps = c.tps AND l.kind = 'final'
        WHERE  c.tps >= :lo AND c.tps < :hi AND c.version = 'final') AS station
WHERE  counted IS NOT NULL AND EXISTS (SELECT 1 FROM roll_version v WHERE v.kind = 'final')
