-- view:       stage_plan
-- title:      Stages with the dates that hold in each area
-- source:     PKPU 2/2024; dates set by other agencies or moved (dataset stage_date); ends relative to another stage
-- definition: One row per province or regency and stage. A date entered for the area holds, else one entered for its
--             province, else the rule pack's; a relative end counts days, or working days, from the end of another stage.
SELECT a.code AS area, s.code AS stage, s.rule AS rule, s.position AS position, COALESCE(own.starts, up.starts, s.starts) AS starts,
       COALESCE(own.ends, up.ends, s.ends, due.day) AS ends,
       COALESCE(own.set_by, up.set_by, s.set_by) AS set_by
FROM   area a
CROSS  JOIN rule_code s
LEFT   JOIN stage_date own ON own.area = a.code AND own.stage = s.code
LEFT   JOIN stage_date up ON up.area = substr(a.code, 1, 2) AND up.stage = s.code
LEFT   JOIN rule_code f ON f.list = 'stage' AND f.code = s.after_code
LEFT   JOIN stage_date f_own ON f_own.area = a.code AND f_own.stage = f.code
LEFT   JOIN stage_date f_up ON f_up.area = substr(a.code, 1, 2) AND f_up.stage = f.code
LEFT   JOIN rule_day base ON base.day = COALESCE(f_own.ends, f_up.ends, f.ends)
LEFT   JOIN rule_day due ON CASE s.working WHEN 1 THEN due.working = 1 AND due.worked = base.worked + s.days
                                           ELSE due.number = base.number + s.days END
WHERE  a.level IN (1, 2) AND s.list = 'stage'
