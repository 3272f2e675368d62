-- check:      officer_twice
-- title:      One person at two posts
-- owner:      kpu
-- level:      tps
-- scope:      key
-- severity:   must
-- source:     One person with two documents, one number with two names (joglonews.com 2024/07/18); officers serve at one polling station
-- definition: No identity number stands at two posts, at the same polling station or at two of them. Numbers are compared by a keyed hash; the check sees none.
-- remedy:     Ask both polling stations who serves there; replace the officer at one of them.
-- given:      officer tps=1571091002001 role=kpps seat=1 nik=9901010101800001
-- given:      officer tps=1571091002001 role=kpps seat=2 nik=9901010101800002
-- given:      officer tps=1572011001001 role=linmas seat=1 nik=9901010101800001
-- given:      officer tps=1572011001001 role=linmas seat=2
-- given:      officer tps=1572011001001 role=kpps seat=1
-- expect:     1571091002001 kpps/1 "1572011001001 linmas/1"
-- expect:     1572011001001 linmas/1 "1571091002001 kpps/1"
SELECT o.tps AS area, o.role || '/' || CAST(o.seat AS text) AS key,
       p.tps || ' ' || p.role || '/' || CAST(p.seat AS text) AS detail, p.tps AS partner
FROM   officer o
JOIN   officer p ON p.nik_match = o.nik_match AND (p.tps <> o.tps OR p.role <> o.role OR p.seat <> o.seat)
WHERE  o.tps >= :lo AND o.tps < :hi
