-- check:      roll_limit
-- title:      Not more voters than a polling station may have
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     PKPU 7/2024 Ps 10 and its like (limit voters_per_tps)
-- definition: The roll of a polling station stays within the limit of the rule pack.
-- remedy:     Split the polling station, or correct the count.
-- given:      pack pemilu2024
-- given:      roll_count tps=1501011004001 version=final total=301
-- given:      roll_count tps=1501011004002 version=final total=300
-- expect:     1501011004001 final "301 > 300"
SELECT r.tps AS area, r.version AS key, CAST(r.total AS text) || ' > ' || CAST(l.value AS text) AS detail
FROM   roll_count r
JOIN   rule_limit l ON l.name = 'voters_per_tps'
WHERE  r.tps >= :lo AND r.tps < :hi AND r.total > l.value
