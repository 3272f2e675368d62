-- indicator:  card_recorded
-- title:      Voters with a recorded KTP-el
-- pillar:     roll
-- owner:      kpu
-- level:      tps
-- unit:       voter
-- units:      voters
-- scope:      area
-- source:     Jambi, November 2024: 15,000 of 60,000 first-time voters had not recorded (jambiekspres.co.id 15728)
-- definition: Voters of the stored final roll whose KTP-el is not marked as not yet recorded; the others are the work-list of Dukcapil.
-- given:      roll_checked tps=1571091002001 version=1 voters=291 wrong=3 doubtful=5 unrecorded=4 young=2
-- expect:     1571091002001 291 287 291
SELECT tps AS area, voters AS need, voters - unrecorded AS have, voters AS heard
FROM   roll_checked
WHERE  tps >= :lo AND tps < :hi
