#!/bin/sh
# How good the linkage engine is on public test sets of other people's making, beside our own pipeline on DuckDB (link_duckdb.js) with the
# same columns, both as they are for the voter roll: nothing is tuned to a set or its answers. Precision, recall and F1 of pairs.
#   LINK_SETS=FOLDER bench/link_small.sh
# FOLDER holds, at any depth, those there are of febrl1.csv, febrl2.csv, febrl3.csv (each within itself), febrl4a.csv with febrl4b.csv
# (two lists), fake_1000.csv, fake_20000.csv. Target: F1 at least the pipeline's.
set -eu
cd "$(dirname "$0")/.."
if [ -z "${LINK_SETS:-}" ]; then
	echo "skipped: LINK_SETS=FOLDER says where the public sets are"
	exit 0
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
modules=$(bench/link_duckdb.sh)

# To the columns of link_rows.c. NUMBER is what is meant to be a person's own, FAMILY what those of one household share.
febrl() { # FILE, which list, first ID: rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id
	awk -F ' *, *' -v list="$2" -v id="$3" 'NR > 1 {
		sub(/\r$/, "")
		split($1, part, "-")
		print id++ "," part[2] "," list "," $11 "," ($5 == "" ? "" : $4 " " $5) "," $8 "," $10 ",," $2 ($2 != "" && $3 != "" ? " " : "") $3 "," $7
	}' "$1"
}
fake() { # FILE: unique_id, first_name, surname, dob, city, email, cluster
	awk -F , 'NR > 1 { sub(/\r$/, ""); print NR - 1 "," $7 ",0," $6 ",,," $4 ",," $2 ($2 != "" && $3 != "" ? " " : "") $3 "," $5 }' "$1"
}
find_set() { find "$LINK_SETS" -name "$1" | head -n 1; }

compare() { # name; rows.csv is there
	cut -d , -f 1-3 "$dir/rows.csv" >"$dir/truth.csv"
	grep -q '^[0-9]*,[0-9]*,1' "$dir/truth.csv" || cut -d , -f 1-2 "$dir/rows.csv" >"$dir/truth.csv"
	build/obj/bench/link_rows "$dir/rows.csv" "$dir/ours.csv"
	NODE_PATH=$modules node bench/link_duckdb.js rows "$dir/rows.csv" "$dir/theirs.csv" loose >/dev/null
	for who in ours theirs; do
		build/obj/bench/link_eval "$dir/truth.csv" "$dir/$who.csv" >"$dir/$who.said"
	done
	awk -v set="$1" '
		FNR == NR { ours[FNR] = $0; next }
		{ split(ours[FNR], o, " "); what = $1; sub(/=.*/, "", what)
		  printf "%-10s %-6s siap P %.3f R %.3f F1 %.3f   duckdb P %.3f R %.3f F1 %.3f%s\n", set, what, o[2], o[3], o[4], $2, $3, $4,
		  	what == "0.90" ? (o[4] >= $4 ? "   met" : "   MISSED") : "" }' "$dir/ours.said" "$dir/theirs.said"
}

head="ID,PERSON,LIST,NUMBER,FAMILY,AREA,BIRTH,SEX,NAME,PLACE"
for set in febrl1 febrl2 febrl3 febrl4 fake_1000 fake_20000; do
	echo "$head" >"$dir/rows.csv"
	case $set in
	febrl4) first=$(find_set febrl4a.csv) second=$(find_set febrl4b.csv) ;;
	*) first=$(find_set $set.csv) second=$first ;;
	esac
	if [ -z "$first" ] || [ -z "$second" ]; then
		echo "$set: skipped, not in the folder"
		continue
	fi
	case $set in
	febrl4) { febrl "$first" 0 1; febrl "$second" 1 100001; } >>"$dir/rows.csv" ;;
	febrl*) febrl "$first" 0 1 >>"$dir/rows.csv" ;;
	*) fake "$first" >>"$dir/rows.csv" ;;
	esac
	compare $set
done
