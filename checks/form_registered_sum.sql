-- check:      form_registered_sum
-- title:      Registered voters: men and women add up
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     C.Hasil form: L + P = J in every row
-- definition: Registered men and women on the count form add up to its registered total.
-- remedy:     Look at the photographed form; correct the row, or explain the difference when the form itself says so.
-- given:      count_form tps=1501011004001 contest=president registered_male=120 registered_female=130 registered_total=251
-- given:      count_form tps=1501011004002 contest=president registered_male=120 registered_female=131 registered_total=251
-- given:      count_form tps=1501011004003 contest=president registered_male=120 registered_total=251
-- expect:     1501011004001 president "120 + 130 <> 251"
SELECT tps AS area, contest AS key,
       CAST(registered_male AS text) || ' + ' || CAST(registered_female AS text) || ' <> ' || CAST(registered_total AS text) AS detail
FROM   count_form
WHERE  tps >= :lo AND tps < :hi AND registered_male + registered_female <> registered_total
