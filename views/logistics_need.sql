-- view:       logistics_need
-- title:      Logistics owed to each polling station
-- plans:      delivery packed=quantity sent=quantity received=quantity
-- source:     Quantity rules of the rule pack (list logistics); each polling station's ballots are rounded up (PKPU 12/2024)
-- definition: One row per polling station and item that the rule pack owes it. The quantity is unknown (NULL) while it
--             depends on a roll that nobody has reported.
SELECT t.tps AS tps, i.code AS item, CASE i.rule
           WHEN 'per_tps' THEN i.amount
           WHEN 'per_kind' THEN i.amount * (SELECT count(*) FROM rule_code c WHERE c.list = 'contest')
           WHEN 'per_booth' THEN i.amount * (SELECT l.value FROM rule_limit l WHERE l.name = 'booths_per_tps')
           WHEN 'pct_of_roll' THEN (r.total * (1000 + i.amount) + 999) / 1000 -- amount is permille; rounded up
           WHEN 'per_voters' THEN (r.total + i.amount - 1) / NULLIF(i.amount, 0) -- one for so many voters; rounded up
           END AS quantity
FROM   tps t
CROSS  JOIN rule_code i
LEFT   JOIN roll_count r ON r.tps = t.tps AND r.version = 'final'
WHERE  i.list = 'logistics' AND i.rule IN ('per_tps', 'per_kind', 'per_booth', 'pct_of_roll', 'per_voters')
