-- view:       police_need
-- title:      Police that the patterns ask for, by unit
-- source:     Patterns police : polling stations : Linmas by category, an order of each operation (infopublik.id 480321)
-- definition: One row per police unit at its seat: for each category of the polling stations in the unit's areas, the
--             pattern's police for each started group of its polling stations, added up.
SELECT g.area AS area, g.unit AS unit, CAST(sum(g.stations) AS bigint) AS stations,
       CAST(sum((g.stations * p.value + n.value - 1) / NULLIF(n.value, 0)) AS bigint) AS police
FROM   (SELECT f.area, f.unit, COALESCE(s.category, d.code) AS category, count(*) AS stations
        FROM   police_force f
        JOIN   unit_area u ON u.unit = f.unit
        JOIN   tps t ON t.tps >= u.area AND t.tps < u.area || ':'
        LEFT   JOIN security_count s ON s.tps = t.tps
        LEFT   JOIN rule_code d ON d.list = 'security_category' AND d.rule = 'standard'
        GROUP  BY f.area, f.unit, COALESCE(s.category, d.code)) AS g
JOIN   rule_number p ON p.list = 'security_category' AND p.code = g.category AND p.name = 'police'
JOIN   rule_number n ON n.list = 'security_category' AND n.code = g.category AND n.name = 'stations'
GROUP  BY g.area, g.unit
