-- indicator:  logistics_packed
-- title:      Logistics packed
-- pillar:     logistics
-- owner:      kpu
-- level:      tps
-- due:        H-7
-- unit:       item
-- units:      items
-- scope:      area
-- must:       yes
-- weight:     3
-- source:     "Almost 98 percent, complete by 20 November" (KPU Kota Jambi, Rakor 14 Nov 2024); packing per polling station (123dok.com zx514ped)
-- definition: An item counts when the quantity set aside for the polling station, in the warehouse, on the way or there, reaches what the rule pack owes it.
-- given:      pack pilkada2024
-- given:      tps tps=1571091002001
-- given:      tps tps=1571091002002
-- given:      tps tps=1571091002003
-- given:      roll_count tps=1571091002001 version=final total=401
-- given:      delivery tps=1571091002001 item=ballot_governor packed=412
-- given:      delivery tps=1571091002001 item=ballot_regent packed=411
-- given:      delivery tps=1571091002001 item=ballot_box packed=2
-- given:      delivery tps=1571091002001 item=booth received=4
-- given:      delivery tps=1571091002001 item=ink sent=1
-- given:      delivery tps=1571091002002 item=ballot_governor packed=500
-- expect:     1571091002001 10 3 5
-- expect:     1571091002002 10 0 1
-- expect:     1571091002003 10 0 0
SELECT n.tps AS area, count(*) AS need,
       count(*) FILTER (WHERE COALESCE(d.packed, d.sent, d.received) >= n.quantity) AS have,
       count(COALESCE(d.packed, d.sent, d.received)) AS heard
FROM   logistics_need n
LEFT   JOIN delivery d ON d.tps = n.tps AND d.item = n.item
WHERE  n.tps >= :lo AND n.tps < :hi
GROUP  BY n.tps
