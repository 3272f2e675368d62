-- check:      changed_twice
-- title:      Changed by two without knowing of each other
-- owner:      kesbangpol
-- level:      any
-- scope:      area
-- severity:   look
-- source:     One shared sheet where the last writer wins hides the first (github dellamncaa/cimahi-pilkada-siaga)
-- definition: No row holds a change that was made without knowledge of the change before it; both stay in the log, the later one stands until somebody settles it. Rows of restricted lists are left out.
-- remedy:     Ask both writers, then settle it: siap resolve shows what stands against what, and takes either or another value.
-- given:      conflict dataset=delivery key=1571091002001/ink area=1571091002001 event=9 over=7
-- given:      conflict dataset=delivery key=1571091002001/ink area=1571091002001 event=12 over=9
-- given:      conflict dataset=stage key=1571/campaign area=1571 event=5 over=3
-- given:      conflict dataset=delivery key=1571091002001/booth area=1571091002001 event=15 over=14 resolved=16
-- given:      conflict dataset=patrol key=1571091002001 area=1571091002001 event=18 over=17 restricted=1
-- expect:     1571 stage/1571/campaign "3 < 5"
-- expect:     1571091002001 delivery/1571091002001/ink "9 < 12"
SELECT c.area, c.dataset || '/' || c.key AS key, CAST(c.over AS text) || ' < ' || CAST(c.event AS text) AS detail
FROM   conflict c
WHERE  c.area >= :lo AND c.area < :hi AND c.resolved IS NULL AND c.restricted IS NULL
  AND  NOT EXISTS (SELECT 1 FROM conflict n WHERE n.area = c.area AND n.dataset = c.dataset AND n.key = c.key AND n.event > c.event AND n.resolved IS NULL)
