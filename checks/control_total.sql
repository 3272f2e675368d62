-- check:      control_total
-- title:      Official total against what is in
-- owner:      kesbangpol
-- level:      any
-- scope:      above
-- severity:   look
-- source:     Press totals of the roll 2023 that differ from their own parts (lintastungkal.com/?p=85454)
-- definition: The official total of an area equals the sum of the rows reported for it; an area with nothing reported is silent, not wrong.
-- remedy:     Report what is missing, or find which of the two is wrong; name the source of the official total.
-- given:      pack pemilu2024
-- given:      tps tps=1504012001001
-- given:      tps tps=1504012001002
-- given:      tps tps=1505012001001
-- given:      roll_count tps=1504012001001 version=final male=120 female=130 total=250
-- given:      roll_count tps=1504012001002 version=revised male=9 female=9 total=18
-- given:      control_total area=1504 election=pemilu2024 measure=dpt value=260
-- given:      control_total area=1504 election=pemilu2024 measure=dpt_l value=120
-- given:      control_total area=1504 election=pemilu2024 measure=tps value=3
-- given:      control_total area=1505 election=pemilu2024 measure=dpt value=400
-- given:      control_total area=1505 election=pemilu2024 measure=tps value=1
-- given:      control_total area=1506 election=pemilu2024 measure=tps value=7
-- given:      control_total area=15 election=pemilu2024 measure=dpt_p value=131
-- given:      control_total area=15 election=pemilu2024 measure=dpt_l value=120
-- given:      control_total area=15 election=pemilu2024 measure=tps value=3
-- given:      control_total area=15 election=pemilu2024 measure=desa_kel value=2
-- given:      control_total area=15 election=pemilu2019 measure=tps value=9
-- expect:     15 dpt_p "131 <> 130"
-- expect:     1504 dpt "260 <> 250"
-- expect:     1504 tps "3 <> 2"
SELECT area, key, CAST(value AS text) || ' <> ' || CAST(found AS text) AS detail
FROM   (SELECT c.area, c.measure AS key, c.value, CASE WHEN c.measure = 'tps' THEN
                   (SELECT NULLIF(count(*), 0) FROM tps t WHERE t.tps >= c.area AND t.tps < c.area || ':')
               WHEN c.measure IN ('dpt', 'dpt_l', 'dpt_p') THEN
                   (SELECT CAST(sum(CASE c.measure WHEN 'dpt' THEN r.total WHEN 'dpt_l' THEN r.male
                                                   ELSE r.female END) AS bigint)
                    FROM   roll_count r
                    WHERE  r.tps >= c.area AND r.tps < c.area || ':' AND r.version = 'final')
               END AS found
        FROM   control_total c
        JOIN   rule_code e ON e.list = 'control' AND e.code = c.election
        WHERE  c.area >= :lo AND c.area < :hi) AS official
WHERE  found <> value
