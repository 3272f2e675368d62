-- check:      device_backwards
-- title:      Clock of a device runs backwards
-- owner:      kesbangpol
-- level:      any
-- scope:      area
-- severity:   look
-- source:     Kulkarni, Demirbas, Madappa, Avva, Leone: Logical Physical Clocks (OPODIS 2014): on one device each value is higher than the last
-- definition: No edit came from a device after one of its own with a later clock.
-- remedy:     Ask whether the device was restored from a backup or delivered in another order than it was typed in; look at the rows.
-- given:      device_edit area=1571091002001 device=hp-ani request=7 event=9 own=1 wall=1732155900000
-- given:      device_edit area=1571091002001 device=hp-ani request=6 event=10 own=1 wall=1732155000000 behind=9
-- given:      device_edit area=1571091002001 device=hp-ani request=8 event=12 own=1 wall=1732155000001 behind=9
-- given:      device_edit area=1571091002002 device=hp-budi request=1 event=13 own=1 wall=1732159000000 ahead=360000
-- expect:     1571091002001 hp-ani "9 > 12"
SELECT d.area, d.device AS key, CAST(d.behind AS text) || ' > ' || CAST(d.event AS text) AS detail
FROM   device_edit d
WHERE  d.area >= :lo AND d.area < :hi AND d.behind > 0
  AND  NOT EXISTS (SELECT 1 FROM device_edit n
                   WHERE n.area = d.area AND n.device = d.device AND n.behind > 0 AND n.event > d.event)
