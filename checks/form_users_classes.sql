-- check:      form_users_classes
-- title:      Voters who came: the three classes add up
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     C.Hasil form: registered + moved in + added = all who voted
-- definition: Voters from the roll, moved in and added make up the total of those who voted.
-- remedy:     Look at the photographed form; correct the row, or explain the difference when the form itself says so.
-- given:      count_form tps=1501011004001 contest=president users_registered_total=166 users_moved_in_total=3 users_added_total=2 users_total=170
-- given:      count_form tps=1501011004002 contest=president users_registered_total=166 users_moved_in_total=3 users_added_total=2 users_total=171
-- given:      count_form tps=1501011004003 contest=president users_registered_total=166 users_moved_in_total=3 users_total=171
-- expect:     1501011004001 president "166 + 3 + 2 <> 170"
SELECT tps AS area, contest AS key,
       CAST(users_registered_total AS text) || ' + ' || CAST(users_moved_in_total AS text) || ' + '
           || CAST(users_added_total AS text) || ' <> ' || CAST(users_total AS text) AS detail
FROM   count_form
WHERE  tps >= :lo AND tps < :hi
  AND  users_registered_total + users_moved_in_total + users_added_total <> users_total
