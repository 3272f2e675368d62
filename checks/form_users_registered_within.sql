-- check:      form_users_registered_within
-- title:      Not more voters from the roll than registered
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     C.Hasil form: users from the roll within the roll
-- definition: Those who voted from the roll are not more than those registered.
-- remedy:     Look at the photographed form; correct the row, or explain the difference when the form itself says so.
-- given:      count_form tps=1501011004001 contest=president registered_total=222 users_registered_total=223
-- given:      count_form tps=1501011004002 contest=president registered_total=222 users_registered_total=222
-- given:      count_form tps=1501011004003 contest=president users_registered_total=166
-- expect:     1501011004001 president "223 > 222"
SELECT tps AS area, contest AS key,
       CAST(users_registered_total AS text) || ' > ' || CAST(registered_total AS text) AS detail
FROM   count_form
WHERE  tps >= :lo AND tps < :hi AND users_registered_total > registered_total
