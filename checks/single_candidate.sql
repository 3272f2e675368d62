-- check:      single_candidate
-- title:      A single pair stands against the blank column
-- owner:      kpu
-- level:      any
-- scope:      area
-- severity:   must
-- source:     Batanghari 2024: one pair and the blank column (github razanfawwaz/pilkada-scrap)
-- definition: Where one pair alone is admitted to a contest, its ballot has the blank column.
-- remedy:     Enter the blank column with its number on the ballot, or the pair that is missing.
-- given:      candidate_pair area=1504 contest=regent number=1 status=admitted
-- given:      candidate_pair area=1504 contest=regent number=2 status=withdrawn
-- given:      candidate_pair area=1505 contest=regent number=1 status=admitted
-- given:      candidate_pair area=1505 contest=regent number=2 kind=blank_column status=admitted
-- given:      candidate_pair area=1506 contest=regent number=1 status=admitted
-- given:      candidate_pair area=1506 contest=regent number=2 status=admitted
-- expect:     1504 regent
SELECT area, contest AS key, NULL AS detail
FROM   candidate_pair
WHERE  area >= :lo AND area < :hi AND status <> 'withdrawn'
GROUP  BY area, contest
HAVING count(*) = 1
