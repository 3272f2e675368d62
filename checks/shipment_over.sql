-- check:      shipment_over
-- title:      Shipment: not more received than sent
-- owner:      kpu
-- level:      any
-- scope:      area
-- severity:   must
-- source:     Receiving: compare the label with the waybill, write the difference into the receipt (123dok.com zx514ped)
-- definition: A shipment does not bring more than was sent, nor is more damaged than was received.
-- remedy:     Count again together with the sender; correct the quantity that is wrong, or find whose goods these are.
-- given:      shipment area=1505 item=ballot_governor number=1 sent=1000 received=1001
-- given:      shipment area=1505 item=ballot_governor number=2 sent=1000 received=1000 damaged=20 cause=torn
-- given:      shipment area=1505 item=booth number=1 received=10 damaged=11 cause=torn
-- expect:     1505 ballot_governor/1 "1001 > 1000"
-- expect:     1505 booth/1 "11 > 10"
SELECT area, item || '/' || number AS key,
       CASE WHEN received > sent THEN CAST(received AS text) || ' > ' || CAST(sent AS text)
            ELSE CAST(damaged AS text) || ' > ' || CAST(received AS text) END AS detail
FROM   shipment
WHERE  area >= :lo AND area < :hi AND (received > sent OR damaged > received)
