-- check:      form_ballots_sum
-- title:      Valid and invalid votes add up
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     C.Hasil form: valid + invalid = total
-- definition: Valid and invalid votes add up to their total.
-- remedy:     Look at the photographed form; correct the row, or explain the difference when the form itself says so.
-- given:      count_form tps=1501011004001 contest=president valid=161 invalid=10 ballots_used=172
-- given:      count_form tps=1501011004002 contest=president valid=161 invalid=10 ballots_used=171
-- given:      count_form tps=1501011004003 contest=president valid=161 ballots_used=172
-- expect:     1501011004001 president "161 + 10 <> 172"
SELECT tps AS area, contest AS key,
       CAST(valid AS text) || ' + ' || CAST(invalid AS text) || ' <> ' || CAST(ballots_used AS text) AS detail
FROM   count_form
WHERE  tps >= :lo AND tps < :hi AND valid + invalid <> ballots_used
