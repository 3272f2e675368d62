-- check:      threat_heard
-- title:      A threat was heard of
-- owner:      polri
-- level:      tps
-- scope:      area
-- severity:   look
-- source:     made up for a test
-- definition: Nothing was heard of that threatens a polling station.
-- remedy:     Talk to the police.
-- given:      threat tps=1571091002001 number=1 what=fire
-- expect:     1571091002001 1571091002001/1 fire
SELECT t.tps AS area, t.tps || '/' || CAST(t.number AS text) AS key, t.what AS detail
FROM   threat t
WHERE  t.tps >= :lo AND t.tps < :hi
