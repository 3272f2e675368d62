-- check:      roll_sex_sum
-- title:      Roll: men and women add up
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     Roll recapitulation: L + P = J (beranda-warga.com)
-- definition: Men and women on the roll add up to its total.
-- remedy:     Compare with the decision and its annex; correct the row that differs.
-- given:      roll_count tps=1501011004001 version=final male=120 female=130 total=251
-- given:      roll_count tps=1501011004002 version=final male=120 female=130 total=250
-- given:      roll_count tps=1501011004003 version=final male=120 total=251
-- expect:     1501011004001 final "120 + 130 <> 251"
SELECT tps AS area, version AS key,
       CAST(male AS text) || ' + ' || CAST(female AS text) || ' <> ' || CAST(total AS text) AS detail
FROM   roll_count
WHERE  tps >= :lo AND tps < :hi AND male + female <> total
