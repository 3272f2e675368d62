-- check:      received_over_sent
-- title:      Not more received than sent
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     Receiving: compare the label with the waybill, write the difference into the receipt (123dok.com zx514ped)
-- definition: A polling station does not receive more of an item than was sent to it, nor is more sent than was packed for it.
-- remedy:     Count again together with the sender; correct the quantity that is wrong, or find whose goods these are.
-- given:      delivery tps=1571091002001 item=ink sent=2 received=3
-- given:      delivery tps=1571091002001 item=booth packed=4 sent=4 received=4
-- given:      delivery tps=1571091002001 item=seal_set packed=1 sent=2
-- given:      delivery tps=1571091002001 item=ballot_box received=2
-- expect:     1571091002001 ink "3 > 2"
-- expect:     1571091002001 seal_set "2 > 1"
SELECT tps AS area, item AS key, CASE WHEN received > sent THEN CAST(received AS text) || ' > ' || CAST(sent AS text)
                                      ELSE CAST(sent AS text) || ' > ' || CAST(packed AS text) END AS detail
FROM   delivery
WHERE  tps >= :lo AND tps < :hi AND (received > sent OR sent > packed)
