-- indicator:  roll_clean
-- title:      Voters without a finding that must be mended
-- pillar:     roll
-- owner:      kpu
-- level:      tps
-- unit:       voter
-- units:      voters
-- scope:      area
-- source:     Bawaslu Jambi 2018: 56,073 duplicates (jpnn.com); 88 polling stations cancelled in 2021 (detik.com d-5583989)
-- definition: Voters of the stored final roll of whom siap roll check finds nothing that must be mended.
-- given:      roll_checked tps=1571091002001 version=1 voters=291 wrong=3 doubtful=5 unrecorded=4 young=2
-- given:      roll_checked tps=1571091002002 version=1 voters=0 wrong=0 doubtful=0 unrecorded=0 young=0
-- expect:     1571091002001 291 288 291
-- expect:     1571091002002 0 0 0
SELECT tps AS area, voters AS need, voters - wrong AS have, voters AS heard
FROM   roll_checked
WHERE  tps >= :lo AND tps < :hi
