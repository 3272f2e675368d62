-- check:      shipment_short
-- title:      Shipment that lost goods without a cause
-- owner:      kpu
-- level:      any
-- scope:      area
-- severity:   look
-- source:     "100 ballots were due, 80 came: we can act at once" (infomalangraya.com on Silog); damaged ballots at Muaro Jambi, 13 Nov 2024 (halosumatera.com)
-- definition: When less arrives than was sent, or something is damaged, the cause is named.
-- remedy:     Enter the cause (field cause) and what replaces the goods (field note).
-- given:      shipment area=1505 item=ballot_governor number=1 sent=1000 received=990
-- given:      shipment area=1505 item=ballot_governor number=2 sent=1000 received=990 cause=short_count
-- given:      shipment area=1505 item=ballot_governor number=3 sent=1000 received=1000 damaged=5
-- expect:     1505 ballot_governor/1 "10 missing, 0 damaged"
-- expect:     1505 ballot_governor/3 "0 missing, 5 damaged"
SELECT area, item || '/' || number AS key,
       CAST(COALESCE(sent - received, 0) AS text) || ' missing, ' || CAST(COALESCE(damaged, 0) AS text) || ' damaged' AS detail
FROM   shipment
WHERE  area >= :lo AND area < :hi AND cause IS NULL AND (received < sent OR damaged > 0)
