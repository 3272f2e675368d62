-- check:      form_ballots_users
-- title:      As many votes as voters
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     C.Hasil form; the most frequent reason for recounting in the district (kompasiana.com, Sirekap)
-- definition: Valid and invalid votes together are as many as those who voted.
-- remedy:     Look at the photographed form; correct the row, or explain the difference when the form itself says so.
-- given:      count_form tps=1501011004001 contest=president ballots_used=172 users_total=171
-- given:      count_form tps=1501011004002 contest=president ballots_used=171 users_total=171
-- given:      count_form tps=1501011004003 contest=president ballots_used=171
-- expect:     1501011004001 president "172 <> 171"
SELECT tps AS area, contest AS key,
       CAST(ballots_used AS text) || ' <> ' || CAST(users_total AS text) AS detail
FROM   count_form
WHERE  tps >= :lo AND tps < :hi AND ballots_used <> users_total
