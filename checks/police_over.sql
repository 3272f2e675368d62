-- check:      police_over
-- title:      More police at polling stations than the unit has
-- owner:      polri
-- level:      any
-- scope:      area
-- severity:   look
-- source:     National forces whose parts do not add up to their total (mino77-news.com/pilkada/d-7632922)
-- definition: Police at polling stations and on standby together are not more than the unit's personnel.
-- remedy:     Correct the plan; police of other units are entered under their own unit.
-- given:      police_force area=1571 unit="Polresta Jambi" personnel=300 at_stations=280 standby=21
-- given:      police_force area=1501 unit="Polres Kerinci" personnel=300 at_stations=280
-- expect:     1571 "Polresta Jambi" "280 + 21 > 300"
SELECT area, unit AS key, CAST(COALESCE(at_stations, 0) AS text) || ' + ' || CAST(COALESCE(standby, 0) AS text)
           || ' > ' || CAST(personnel AS text) AS detail
FROM   police_force
WHERE  area >= :lo AND area < :hi AND COALESCE(at_stations, 0) + COALESCE(standby, 0) > personnel
