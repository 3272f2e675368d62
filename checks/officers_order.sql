-- check:      officers_order
-- title:      Not more sworn in, trained or healthy than filled
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   look
-- source:     KPPS are selected, examined, sworn in and trained in this order (rbtv.disway.id/read/66741)
-- definition: Officers sworn in, trained or found healthy are not more than the posts that are filled.
-- remedy:     Correct the number; those who left are taken out of all four.
-- given:      officer_count tps=1571091002001 role=kpps filled=6 sworn_in=7 trained=6
-- given:      officer_count tps=1571091002001 role=linmas filled=2 sworn_in=2 trained=2 healthy=2
-- given:      officer_count tps=1571091002001 role=ptps filled=0 healthy=1
-- expect:     1571091002001 kpps "7 > 6"
-- expect:     1571091002001 ptps "1 > 0"
SELECT tps AS area, role AS key, CAST(CASE WHEN sworn_in > filled THEN sworn_in WHEN trained > filled THEN trained
                                           ELSE healthy END AS text) || ' > ' || CAST(filled AS text) AS detail
FROM   officer_count
WHERE  tps >= :lo AND tps < :hi AND (sworn_in > filled OR trained > filled OR healthy > filled)
