-- view:       security_need
-- title:      Police and Linmas owed to each polling station
-- plans:      security_count police=police linmas=linmas
-- source:     Patterns by category (infopublik.id 480321); two order officers per polling station (kompas.tv/amp/ekonomi/538998)
-- definition: One row per polling station: police as many as its category's pattern asks at one station (one when it has none),
--             and Linmas as many as the rule pack has order officers.
SELECT t.tps AS tps, COALESCE((p.value + n.value - 1) / NULLIF(n.value, 0), 1) AS police,
       (SELECT CAST(sum(o.amount) AS bigint) FROM rule_code o WHERE o.list = 'officer' AND o.rule = 'order') AS linmas
FROM   tps t
LEFT   JOIN security_count s ON s.tps = t.tps
LEFT   JOIN rule_number p ON p.list = 'security_category' AND p.code = s.category AND p.name = 'police'
LEFT   JOIN rule_number n ON n.list = 'security_category' AND n.code = s.category AND n.name = 'stations'
