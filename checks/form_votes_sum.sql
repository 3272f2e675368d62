-- check:      form_votes_sum
-- title:      Votes of the candidates add up
-- owner:      kpu
-- level:      tps
-- scope:      area
-- severity:   must
-- source:     C.Hasil form: votes of all candidates = valid votes
-- definition: The votes of all candidates add up to the valid votes; tested when the votes of every candidate of the contest are filled.
-- remedy:     Look at the photographed form; correct the row, or explain the difference when the form itself says so.
-- given:      pack pemilu2024
-- given:      count_form tps=1501011004001 contest=president votes_1=43 votes_2=108 votes_3=10 valid=162
-- given:      count_form tps=1501011004002 contest=president votes_1=43 votes_2=108 votes_3=10 valid=161
-- given:      count_form tps=1501011004003 contest=president votes_1=43 votes_2=108 valid=161
-- given:      count_form tps=1501011004004 contest=president votes_1=43 votes_2=108 votes_3=10 votes_4=1 valid=161
-- given:      count_form tps=1501011004005 contest=dpd votes_1=43 votes_2=108 votes_4=4 valid=150
-- expect:     1501011004001 president "161 <> 162"
-- expect:     1501011004004 president "162 <> 161"
-- expect:     1501011004005 dpd "155 <> 150"
SELECT area, key, CAST(votes AS text) || ' <> ' || CAST(valid AS text) AS detail
FROM   (SELECT f.tps AS area, f.contest AS key, f.valid, -- a blank of a candidate who must be there leaves no sum
               f.votes_1 + f.votes_2
               + CASE WHEN c.amount >= 3 THEN f.votes_3 ELSE COALESCE(f.votes_3, 0) END
               + CASE WHEN c.amount >= 4 THEN f.votes_4 ELSE COALESCE(f.votes_4, 0) END
               + CASE WHEN c.amount >= 5 THEN f.votes_5 ELSE COALESCE(f.votes_5, 0) END
               + CASE WHEN c.amount >= 6 THEN f.votes_6 ELSE COALESCE(f.votes_6, 0) END
               + CASE WHEN c.amount >= 7 THEN f.votes_7 ELSE COALESCE(f.votes_7, 0) END
               + CASE WHEN c.amount >= 8 THEN f.votes_8 ELSE COALESCE(f.votes_8, 0) END AS votes
        FROM   count_form f
        LEFT   JOIN rule_code c ON c.list = 'contest' AND c.code = f.contest
        WHERE  f.tps >= :lo AND f.tps < :hi) AS form
WHERE  votes <> valid
