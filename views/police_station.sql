-- view:       police_station
-- title:      Polling stations in the areas of each police unit
-- source:     A unit's areas are a list that may cross regencies (dataset unit_area)
-- definition: One row per police unit at its seat and polling station in its areas, with the category that holds there: the
--             stated one, else the pack's standard. Added up by those who ask, for the units they ask for.
SELECT f.area AS area, f.unit AS unit, t.tps AS tps, COALESCE(s.category, d.code) AS category
FROM   police_force f
JOIN   unit_area u ON u.unit = f.unit
JOIN   tps t ON t.tps >= u.area AND t.tps < u.area || ':'
LEFT   JOIN security_count s ON s.tps = t.tps
LEFT   JOIN rule_code d ON d.list = 'security_category' AND d.rule = 'standard'
