-- check:      unit_seat
-- title:      Unit without its areas
-- owner:      kesbangpol
-- level:      any
-- scope:      unit
-- severity:   must
-- source:     Polres Kerinci covers two regencies (sekatojambi.com/?p=27770): a unit's areas are a list, its seat is one of them
-- definition: Each police or army unit that plans a force is listed with the areas it covers, its seat among them.
-- remedy:     Enter the unit's areas in the dataset unit_area, with the same spelling of its name.
-- given:      unit_area area=1501 unit="Polres Kerinci"
-- given:      unit_area area=1572 unit="Polres Kerinci"
-- given:      police_force area=1501 unit="Polres Kerinci" personnel=40
-- given:      police_force area=1571 unit="Polresta" personnel=40
-- given:      army_force area=157101 unit="Polres Kerinci" deployed=10
-- expect:     1571 Polresta
-- expect:     157101 "Polres Kerinci"
SELECT area, unit AS key, NULL AS detail
FROM   (SELECT area, unit FROM police_force WHERE area >= :lo AND area < :hi
        UNION ALL
        SELECT area, unit FROM army_force WHERE area >= :lo AND area < :hi) AS force
WHERE  NOT EXISTS (SELECT 1 FROM unit_area u WHERE u.unit = force.unit AND force.area >= u.area AND force.area < u.area || ':')
