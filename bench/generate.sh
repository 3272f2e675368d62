#!/bin/sh
# Helper: writes CSV of synthetic TPS and their rows: generate.sh tps|roll|officers|delivery N [AREA] (delivery: 10 items a TPS).
# TPS lie in real villages of the area (default: all Indonesia), ten in each, in order of their codes, or as many as N needs.
set -eu
what=$1 n=$2 area=${3-}
villages=$(grep -cE "^$area[0-9]{$((10 - ${#area}))}	" build/embed/areas.txt)
each=$(((n + villages - 1) / villages))
[ "$each" -ge 10 ] || each=10
awk -F '\t' -v area="$area" -v what="$what" -v n="$n" -v each="$each" '
BEGIN {
	items = split("ballot_box ballot_governor ballot_regent booth ink seal_set punch_set braille_template form_set roll_copy", item, " ")
	roles = split("kpps linmas ptps", role, " ")
	if (what == "tps") print "tps,number,kind"
	if (what == "roll") print "tps,version,male,female,total"
	if (what == "officers") print "tps,role,filled,sworn_in,trained"
	if (what == "delivery") print "tps,item,received,damaged,at,note"
}
length($1) == 10 && index($1, area) == 1 {
	for (k = 1; k <= each && done < n; k++) {
		done++
		tps = sprintf("%s%03d", $1, k)
		if (what == "tps") printf "%s,%03d,regular\n", tps, k
		if (what == "roll") printf "%s,final,%d,%d,%d\n", tps, 200 + done % 50, 190 + done % 40, 390 + done % 50 + done % 40
		if (what == "officers") for (r = 1; r <= roles; r++) printf "%s,%s,%d,,\n", tps, role[r], r == 1 ? 7 - (done % 9 == 0) : 3 - r + (r == 3)
		if (what == "delivery") for (i = 1; i <= items; i++)
			printf "%s,%s,%d,%d,2024-11-25T%02d:%02d+07:00,\n", tps, item[i], 400 + i, (done + i) % 3, 6 + i, done % 60
	}
}' build/embed/areas.txt
