-- view:       logistics_depot
-- title:      Logistics that districts and regencies need for themselves
-- source:     Boxes for the recapitulation at the district; ballots for a re-vote at the regency (PKPU 12/2024)
-- definition: One row per district or regency and item that the rule pack owes it beside what goes to polling stations.
SELECT a.code AS area, i.code AS item,
       CASE i.rule WHEN 'per_district_kind' THEN i.amount * (SELECT count(*) FROM rule_code c WHERE c.list = 'contest')
                   ELSE i.amount END AS quantity
FROM   area a
CROSS  JOIN rule_code i
WHERE  i.list = 'logistics'
  AND  a.level = CASE i.rule WHEN 'per_regency' THEN 2 WHEN 'per_district' THEN 3 WHEN 'per_district_kind' THEN 3
                             WHEN 'per_village' THEN 4 END
