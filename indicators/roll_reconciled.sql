-- indicator:  roll_reconciled
-- title:      Final roll against the official total
-- pillar:     roll
-- owner:      kpu
-- level:      regency
-- unit:       voter
-- units:      voters
-- scope:      area
-- source:     The regency's KPU sets the final roll, the province only adds up (lintastungkal.com/?p=85454)
-- definition: Voters in the final rolls reported for the regency's polling stations, out of its official total.
-- given:      pack pemilu2024
-- given:      control_total area=1504 election=pemilu2024 measure=dpt value=222203 source="plenary"
-- given:      control_total area=1505 election=pemilu2024 measure=dpt value=313940
-- given:      control_total area=1505 election=pilkada2020 measure=dpt value=278425
-- given:      control_total area=1505 election=pemilu2024 measure=tps value=1296
-- given:      control_total area=15 election=pemilu2024 measure=dpt value=2676107
-- given:      roll_count tps=1504012001001 version=final total=250
-- given:      roll_count tps=1504012001002 version=final total=260
-- given:      roll_count tps=1504012001002 version=revised total=999
-- given:      roll_count tps=1506012001001 version=final total=200
-- expect:     1504 222203 510 510
-- expect:     1505 313940 0 0
SELECT area, need, have, have AS heard
FROM   (SELECT c.area, c.value AS need,
               COALESCE((SELECT CAST(sum(r.total) AS bigint) FROM roll_count r
                         WHERE  r.tps >= c.area AND r.tps < c.area || ':' AND r.version = 'final'), 0) AS have
        FROM   control_total c
        JOIN   rule_code e ON e.list = 'control' AND e.code = c.election
        WHERE  c.area >= :lo AND c.area < :hi AND length(c.area) = 4 AND c.measure = 'dpt') AS regency
