-- indicator:  police_planned
-- title:      Police planned for polling stations
-- pillar:     security
-- owner:      polri
-- level:      any
-- due:        H-7
-- unit:       person
-- units:      people
-- scope:      unit
-- source:     328 of 1,026 police for 943 polling stations (Polresta Jambi, Rakor 14 Nov 2024); patterns by category (infopublik.id 480321)
-- definition: Police that a unit plans at polling stations, out of those that the patterns ask for all polling stations in the unit's areas, which may lie in several regencies: for each category the pattern's police for each started group of its stations.
-- given:      pack pilkada2024
-- given:      unit_area area=1501 unit="Polres Kerinci"
-- given:      unit_area area=1572 unit="Polres Kerinci"
-- given:      unit_area area=1571 unit="Polresta Jambi"
-- given:      police_force area=1501 unit="Polres Kerinci" personnel=40 at_stations=3
-- given:      police_force area=1571 unit="Polresta Jambi" personnel=1026
-- given:      tps tps=1501011004001
-- given:      tps tps=1501011004002
-- given:      tps tps=1572011001001
-- given:      tps tps=1571091002001
-- given:      security_count tps=1501011004001 category=very_prone
-- given:      security_count tps=1501011004002 category=safe
-- given:      security_count tps=1572011001001 category=safe
-- expect:     1501 3 3 3
-- expect:     1571 1 0 0
SELECT f.area AS area, CAST(sum(n.police) AS bigint) AS need,
       CAST(sum(CASE WHEN f.at_stations >= n.police THEN n.police ELSE COALESCE(f.at_stations, 0) END) AS bigint) AS have,
       CAST(sum(CASE WHEN f.at_stations IS NULL THEN 0 ELSE n.police END) AS bigint) AS heard
FROM   (SELECT g.area, g.unit, sum((g.stations * p.value + s.value - 1) / NULLIF(s.value, 0)) AS police
        FROM   (SELECT area, unit, category, count(*) AS stations FROM police_station
                WHERE  area >= :lo AND area < :hi
                GROUP  BY area, unit, category) AS g
        JOIN   rule_number p ON p.list = 'security_category' AND p.code = g.category AND p.name = 'police'
        JOIN   rule_number s ON s.list = 'security_category' AND s.code = g.category AND s.name = 'stations'
        GROUP  BY g.area, g.unit) AS n
JOIN   police_force f ON f.area = n.area AND f.unit = n.unit
GROUP  BY f.area
