-- check:      roll_signed_names
-- title:      Signed roll against the list by name
-- owner:      kpu
-- level:      any
-- scope:      above
-- severity:   must
-- source:     Bawaslu Jambi 2018: the minutes and the Excel file by name differ (amp.suara.com 2018/09/12/091731)
-- definition: The total, the men and the women signed for an area are those of the stored list by name of that version, where a stored version covers the area.
-- remedy:     Find the polling station that differs (check roll_by_name), then correct the list and import it again, or sign again with the reason.
-- given:      roll_version area=15 number=1 kind=final covers=1571 voters=6 male=3 female=3 stations=2 sha256=00
-- given:      roll_signoff area=1571 version=final male=3 female=4 total=7
-- given:      roll_signoff area=157109 version=final male=2 female=4 total=6
-- given:      roll_signoff area=157109 version=provisional total=600
-- given:      roll_signoff area=1503 version=final total=100
-- given:      roll_listed tps=1571091002001 kind=final male=1 female=2 total=3
-- given:      roll_listed tps=1571091002002 kind=final male=2 female=1 total=3
-- given:      roll_listed tps=1571091002002 kind=provisional male=2 female=1 total=3
-- expect:     1571 final/total "7 <> 6"
-- expect:     1571 final/female "4 <> 3"
-- expect:     157109 final/male "2 <> 3"
-- expect:     157109 final/female "4 <> 3"
SELECT area, version || '/' || part AS key, CAST(signed AS text) || ' <> ' || CAST(listed AS text) AS detail
FROM   (SELECT s.area, s.version, p.part,
               CASE p.part WHEN 'male' THEN s.male WHEN 'female' THEN s.female ELSE s.total END AS signed,
               (SELECT CAST(sum(CASE p.part WHEN 'male' THEN l.male WHEN 'female' THEN l.female ELSE l.total END) AS bigint)
                FROM   roll_listed l
                WHERE  l.tps >= s.area AND l.tps < s.area || ':' AND l.kind = s.version) AS listed
        FROM   roll_signoff s
        CROSS  JOIN (SELECT 'total' AS part UNION ALL SELECT 'male' UNION ALL SELECT 'female') AS p
        WHERE  s.area >= :lo AND s.area < :hi
          AND  EXISTS (SELECT 1 FROM roll_version v
                       WHERE  v.kind = s.version
                         AND  (v.covers = '0' OR (s.area >= v.covers AND s.area < v.covers || ':')))) AS compared
WHERE  signed <> listed
