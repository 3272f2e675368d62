-- check:      device_ahead
-- title:      Clock of a device is ahead
-- owner:      kesbangpol
-- level:      any
-- scope:      area
-- severity:   look
-- source:     Kulkarni, Demirbas, Madappa, Avva, Leone: Logical Physical Clocks (OPODIS 2014), section 5: bounding clocks that run away
-- definition: No edit came from a device whose clock was more than five minutes ahead when it was accepted.
-- remedy:     Let the device set its clock from the network. The edits stand: what is accepted later counts, whatever the clocks say.
-- given:      device_edit area=1571091002001 device=hp-ani request=7 event=9 own=1 wall=1732155900000 ahead=900000
-- given:      device_edit area=1571091002001 device=hp-ani request=8 event=11 own=1 wall=1732155960000 ahead=360000
-- given:      device_edit area=1571091002001 device=hp-budi request=1 event=12 own=1 wall=1732155000000
-- given:      device_edit area=1571091002002 device=hp-ani request=9 event=13 own=1 wall=1732155000001 behind=9
-- expect:     1571091002001 hp-ani "11: 6 min"
SELECT d.area, d.device AS key, CAST(d.event AS text) || ': ' || CAST(d.ahead / 60000 AS text) || ' min' AS detail
FROM   device_edit d
WHERE  d.area >= :lo AND d.area < :hi AND d.ahead > 0
  AND  NOT EXISTS (SELECT 1 FROM device_edit n
                   WHERE n.area = d.area AND n.device = d.device AND n.ahead > 0 AND n.event > d.event)
