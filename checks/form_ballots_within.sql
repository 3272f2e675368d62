-- check:      form_ballots_within
-- title:      Not more votes than ballots printed
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     Ballots per polling station: the roll and a reserve, rounded up (limit ballot_reserve_permille)
-- definition: Votes are not more than the registered voters and the reserve of the rule pack, rounded up.
-- remedy:     Look at the photographed form; correct the row, or explain the difference when the form itself says so.
-- given:      limit ballot_reserve_permille=20
-- given:      count_form tps=1501011004001 contest=president registered_total=201 ballots_used=207
-- given:      count_form tps=1501011004002 contest=president registered_total=201 ballots_used=206
-- given:      count_form tps=1501011004003 contest=president ballots_used=206
-- expect:     1501011004001 president "207 > 206"
SELECT f.tps AS area, f.contest AS key, CAST(f.ballots_used AS text) || ' > '
           || CAST((f.registered_total * (1000 + l.value) + 999) / 1000 AS text) AS detail
FROM   count_form f
JOIN   rule_limit l ON l.name = 'ballot_reserve_permille'
WHERE  f.tps >= :lo AND f.tps < :hi
  AND  f.ballots_used > (f.registered_total * (1000 + l.value) + 999) / 1000
