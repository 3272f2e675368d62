-- check:      control_total_province
-- title:      Official total of the province against what is in
-- owner:      kesbangpol
-- level:      province
-- scope:      area
-- severity:   look
-- source:     Press totals of the roll 2023 that differ from their own parts (lintastungkal.com/?p=85454)
-- definition: The official total of a province equals the sum of the rows reported for it; a province with nothing reported is silent, not wrong.
-- remedy:     Report what is missing, or find which of the two is wrong; name the source of the official total.
-- given:      pack pemilu2024
-- given:      tps tps=1504012001001
-- given:      tps tps=1504012001002
-- given:      tps tps=1505012001001
-- given:      roll_count tps=1504012001001 version=final male=120 female=130 total=250
-- given:      roll_count tps=1504012001002 version=revised male=9 female=9 total=18
-- given:      control_total area=1504 election=pemilu2024 measure=dpt value=260
-- given:      control_total area=15 election=pemilu2024 measure=dpt_p value=131
-- given:      control_total area=15 election=pemilu2024 measure=dpt_l value=120
-- given:      control_total area=15 election=pemilu2024 measure=tps value=3
-- given:      control_total area=15 election=pemilu2024 measure=desa_kel value=2
-- given:      control_total area=15 election=pemilu2019 measure=tps value=9
-- expect:     15 dpt_p "131 <> 130"
WITH roll AS MATERIALIZED (
    SELECT substr(tps, 1, 2) AS area, sum(total) AS total, sum(male) AS male, sum(female) AS female
    FROM   roll_count
    WHERE  tps >= :lo AND tps < :hi AND version = 'final'
    GROUP  BY substr(tps, 1, 2))
SELECT area, key, CAST(value AS text) || ' <> ' || CAST(found AS text) AS detail
FROM   (SELECT c.area, c.measure AS key, c.value, CASE WHEN c.measure = 'tps' THEN
                   (SELECT NULLIF(count(*), 0) FROM tps t WHERE t.tps >= c.area AND t.tps < c.area || ':')
               ELSE
                   (SELECT CAST(sum(CASE c.measure WHEN 'dpt' THEN r.total WHEN 'dpt_l' THEN r.male
                                                   WHEN 'dpt_p' THEN r.female END) AS bigint)
                    FROM   roll r WHERE r.area >= c.area AND r.area < c.area || ':')
               END AS found
        FROM   control_total c
        JOIN   rule_code e ON e.list = 'control' AND e.code = c.election
        WHERE  c.area >= :lo AND c.area < :hi AND length(c.area) = 2) AS official
WHERE  found <> value
