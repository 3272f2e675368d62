-- view:       officer_need
-- title:      Officers owed to each polling station
-- plans:      officer_count filled=quantity sworn_in=quantity trained=quantity healthy=quantity
-- source:     Posts of the rule pack (list officer)
-- definition: One row per polling station and role, with as many people as the rule pack gives it.
SELECT t.tps AS tps, o.code AS role, o.amount AS quantity
FROM   tps t
CROSS  JOIN rule_code o
WHERE  o.list = 'officer'
