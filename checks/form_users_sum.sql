-- check:      form_users_sum
-- title:      Voters who came: men and women add up
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     C.Hasil form: L + P = J in every row
-- definition: Men and women who voted add up to the total of those who voted.
-- remedy:     Look at the photographed form; correct the row, or explain the difference when the form itself says so.
-- given:      count_form tps=1501011004001 contest=president users_male=79 users_female=92 users_total=172
-- given:      count_form tps=1501011004002 contest=president users_male=79 users_female=92 users_total=171
-- given:      count_form tps=1501011004003 contest=president users_male=79 users_female=92
-- expect:     1501011004001 president "79 + 92 <> 172"
SELECT tps AS area, contest AS key,
       CAST(users_male AS text) || ' + ' || CAST(users_female AS text) || ' <> ' || CAST(users_total AS text) AS detail
FROM   count_form
WHERE  tps >= :lo AND tps < :hi AND users_male + users_female <> users_total
