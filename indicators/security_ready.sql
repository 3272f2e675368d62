-- indicator:  security_ready
-- title:      Security assigned
-- pillar:     security
-- owner:      polri
-- level:      tps
-- due:        H-1
-- unit:       assignment
-- units:      assignments
-- scope:      area
-- must:       yes
-- source:     Patterns by category (infopublik.id 480321); two order officers per polling station (kompas.tv/amp/ekonomi/538998)
-- definition: Two assignments per polling station: police as many as its category's pattern asks at one station (one when it has none), and Linmas complete.
-- given:      pack pilkada2024
-- given:      tps tps=1571091002001
-- given:      tps tps=1571091002002
-- given:      tps tps=1571091002003
-- given:      tps tps=1571091002004
-- given:      security_count tps=1571091002001 category=safe police=1 linmas=2
-- given:      security_count tps=1571091002002 category=very_prone police=1 linmas=2
-- given:      security_count tps=1571091002003 police=1
-- given:      security_count tps=1571091002004 category=safe
-- expect:     1571091002001 2 2 2
-- expect:     1571091002002 2 1 2
-- expect:     1571091002003 2 1 2
-- expect:     1571091002004 2 0 0
SELECT t.tps AS area, 2 AS need,
       CASE WHEN s.police >= COALESCE((p.value + n.value - 1) / NULLIF(n.value, 0), 1) THEN 1 ELSE 0 END
           + CASE WHEN s.linmas >= (SELECT CAST(sum(o.amount) AS bigint) FROM rule_code o
                                    WHERE  o.list = 'officer' AND o.rule = 'order') THEN 1 ELSE 0 END AS have,
       CASE WHEN COALESCE(s.police, s.linmas) IS NULL THEN 0 ELSE 2 END AS heard
FROM   tps t
LEFT   JOIN security_count s ON s.tps = t.tps
LEFT   JOIN rule_number p ON p.list = 'security_category' AND p.code = s.category AND p.name = 'police'
LEFT   JOIN rule_number n ON n.list = 'security_category' AND n.code = s.category AND n.name = 'stations'
WHERE  t.tps >= :lo AND t.tps < :hi
