-- indicator:  logistics_arrived
-- title:      Logistics arrived at the regency
-- pillar:     logistics
-- owner:      kpu
-- level:      regency
-- due:        H-20
-- unit:       item
-- units:      items
-- scope:      area
-- source:     Printer to the regency's warehouse, then sorting and counting (jambiday.com; 123dok.com zx514ped)
-- definition: An item counts when what reached the regency undamaged covers all its polling stations and what districts and the regency need themselves.
-- given:      pack pilkada2024
-- given:      area 1571 "Kota Jambi"
-- given:      area 157109 "Alam Barajo"
-- given:      area 1572 "Kota Sungai Penuh"
-- given:      tps tps=1571091002001
-- given:      tps tps=1571091002002
-- given:      tps tps=1572011001001
-- given:      roll_count tps=1571091002001 version=final total=401
-- given:      roll_count tps=1571091002002 version=final total=300
-- given:      shipment area=1571 item=ballot_governor number=1 received=700
-- given:      shipment area=1571 item=ballot_governor number=2 received=30 damaged=10
-- given:      shipment area=1571 item=ballot_regent number=1 received=719
-- given:      shipment area=1571 item=booth number=1 received=8
-- given:      shipment area=1571 item=recap_box number=1 received=1
-- given:      shipment area=157109 item=ink number=1 received=99
-- given:      shipment area=1572 item=ink number=1 sent=2
-- expect:     1571 13 2 4
-- expect:     1572 12 0 0
SELECT area, count(*) AS need, count(*) FILTER (WHERE good >= quantity) AS have, count(good) AS heard
FROM   (SELECT n.area, n.item, n.quantity,
               (SELECT CAST(sum(s.received - COALESCE(s.damaged, 0)) AS bigint) FROM shipment s
                WHERE  s.area = n.area AND s.item = n.item) AS good
        FROM   (SELECT area, item, CASE WHEN count(quantity) = count(*) THEN CAST(sum(quantity) AS bigint) END AS quantity
                FROM   (SELECT substr(tps, 1, 4) AS area, item, quantity FROM logistics_need WHERE tps >= :lo AND tps < :hi
                        UNION ALL
                        SELECT substr(area, 1, 4) AS area, item, quantity FROM logistics_depot
                        WHERE  area >= :lo AND area < :hi) AS owed
                GROUP  BY area, item) AS n) AS item
GROUP  BY area
