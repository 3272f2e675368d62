#!/bin/sh
# Record linkage of a voter roll against our own pipeline on DuckDB (link_duckdb.js: the same job, keys and kinds of levels), in the same run. Both
# start from the CSV of `siap roll simulate`; ours is `siap roll import` into the sealed store, then `siap roll duplicates`.
#   bench/link.sh [time|quality|memory|growth|exact]...     all of them without an argument
#   VOTERS=2695348  rows of the roll       RUNS=3  of which the median counts (DuckDB: RUNS_DUCKDB=1)
#   SEEDS="1 2 3"   for quality, of QUALITY=1000000 rows each, at 5 %, 1.7 % and 0.1 % duplicates
#   LARGE=1         ten times VOTERS too   NATION=1  204,807,222 voters, when the disk has room
# Each line: figure, target, met or MISSED. Targets: tight keys 25 times as fast as DuckDB, loose 40 times; precision .97 and F1 .03 above, below
# it nowhere; 80 bytes of memory a voter besides the sealed file; ten times the voters in at most 11 times the time, two
# threads at least 1.8 times as fast as one; parse + format checks + NIK duplicates 4 times as fast as DuckDB finds the NIK duplicates alone;
# import at half the speed of `wc -l` plus `sha256sum` at least.
set -eu
cd "$(dirname "$0")/.."
siap=$PWD/build/siap measure=$PWD/build/obj/bench/measure eval=$PWD/build/obj/bench/link_eval
voters=${VOTERS:-2695348} runs=${RUNS:-3} quality=${QUALITY:-1000000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export SIAP_KEYS="$dir/run.keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE || true
modules=$(bench/link_duckdb.sh)
sections=${*:-time quality memory growth exact}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }
less() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a - b }'; }
sum() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a + b }'; }
say() { # what, figure, least|most, target, unit
	awk -v what="$1" -v is="$2" -v side="$3" -v target="$4" -v unit="${5:-}" 'BEGIN {
		met = side == "least" ? is + 0 >= target + 0 : is + 0 <= target + 0
		printf "%s: %.4g%s (target at %s %s%s) %s\n", what, is, unit, side, target, unit, met ? "met" : "MISSED" }'
}
wall() { tail -n 1 "$1" | cut -d ' ' -f 1; }
peak() { tail -n 1 "$1" | cut -d ' ' -f 3; }

# A roll, its truth, and a workspace that knows its polling stations; the CSV is read once so that all who come find it in the cache.
make_roll() { # name, voters, duplicates of 10,000, seed, area
	$siap roll simulate "$dir/$1.csv" --voters "$2" --duplicates "$3" --seed "$4" --area "$5" --truth "$dir/$1.truth" >/dev/null
	SIAP_KEYS=$dir/$1.keys $siap init "$dir/$1.w" --rules pilkada2024 --area "$5" >/dev/null
	# Village and number are the last two cells, behind all that could hold a comma.
	awk -F , 'NR > 1 { sub(/\r$/, ""); tps = $NF $(NF - 1); if (!(tps in seen)) { seen[tps] = 1; print tps } }' "$dir/$1.csv" |
		LC_ALL=C sort | awk 'BEGIN { print "tps,number,kind" } { print $1 "," substr($1, 11) ",regular" }' >"$dir/$1.tps"
	SIAP_KEYS=$dir/$1.keys $siap -w "$dir/$1.w" import tps "$dir/$1.tps" >/dev/null
	rm -f "$dir/$1.tps"
}
drop_roll() { rm -rf "$dir/$1".* "$dir"/run.*; }

# The whole job on a fresh copy of the workspace and its keys: seconds of import and of linkage to $dir/import, $dir/link; pairs to $dir/pairs.
ours() { # name, keys, threads
	ours_import "$1"
	ours_link "$@"
}
ours_import() {
	rm -rf "$dir"/run.*
	cp -r "$dir/$1.w" "$dir/run.w"
	cp -r "$dir/$1.keys" "$dir/run.keys"
	$measure $siap -w "$dir/run.w" roll import final "$dir/$1.csv" --partial >"$dir/said" 2>"$dir/import" || { cat "$dir/said" "$dir/import"; exit 1; }
}
ours_link() {
	$measure $siap -w "$dir/run.w" roll duplicates --keys "$2" --threads "$3" --csv "$dir/pairs" >"$dir/said" 2>"$dir/link" || { cat "$dir/said" "$dir/link"; exit 1; }
}
theirs() { # name, keys
	NODE_PATH=$modules $measure node bench/link_duckdb.js roll "$dir/$1.csv" "$dir/duck" "$2" >"$dir/duck_said" 2>"$dir/duck_used" ||
		{ cat "$dir/duck_said" "$dir/duck_used"; exit 1; }
}
stages() { grep -E '^read .*compare' "$dir/said"; }
judge() { # pairs, name: precision, recall and F1 at 0.5, 0.9, best and of the groups
	$eval "$dir/$2.truth" "$dir/$1" | awk -v who="$1" '{ printf "  %-6s %-12s precision %.4f recall %.4f F1 %.4f\n", who, $1, $2, $3, $4 }'
}
f1_at() { $eval "$dir/$2.truth" "$dir/$1" | awk -v at="$3" -v cell="$4" '{ sub(/=.*/, "", $1) } $1 == at { print $cell }'; }

run_time() {
	make_roll roll "$voters" 500 1 15
	cat "$dir/roll.csv" >/dev/null
	echo "load: $(cut -d ' ' -f 1 /proc/loadavg) of $(nproc) processors"
	for keys in ${KEYS:-tight loose}; do
		: >"$dir/times"
		for i in $(seq "$runs"); do
			ours roll "$keys" 2
			sum "$(wall "$dir/import")" "$(wall "$dir/link")" >>"$dir/times"
			echo >>"$dir/times"
		done
		mine=$(grep . "$dir/times" | median)
		: >"$dir/times"
		for i in $(seq "${RUNS_DUCKDB:-1}"); do
			theirs roll "$keys"
			wall "$dir/duck_used" >>"$dir/times"
		done
		duck=$(median <"$dir/times")
		echo "$keys, $voters voters: siap $mine s (import $(wall "$dir/import") s; $(stages)); DuckDB $duck s, $(peak "$dir/duck_used") MB"
		echo "  DuckDB: $(cat "$dir/duck_said")"
		judge pairs roll
		judge duck roll
		target=25
		[ "$keys" = tight ] || target=40
		say "$keys keys, times as fast as DuckDB" "$(ratio "$duck" "$mine")" least $target
	done
	drop_roll roll
}

run_quality() {
	for duplicates in 500 170 10; do
		for seed in ${SEEDS:-1 2 3}; do
			make_roll some "$quality" $duplicates "$seed" 15
			ours some tight 2
			theirs some tight
			echo "$quality voters, $duplicates duplicates of 10,000, seed $seed:"
			judge pairs some
			judge duck some
			say "  precision at 0.9" "$(f1_at pairs some 0.90 2)" least 0.97
			mine=$(f1_at pairs some 0.90 4)
			say "  F1 at 0.9 above DuckDB's at 0.9" "$(less "$mine" "$(f1_at duck some 0.90 4)")" least 0.03
			say "  F1 at 0.9 above DuckDB's at the threshold that is best for it" "$(less "$mine" "$(f1_at duck some best 4)")" least 0.03
			drop_roll some
		done
	done
}

# The file is read piece by piece, not mapped: all that it needs is its own. What is not for each voter (the program, room for the pieces at
# hand, tables of the model) shows where a roll a hundredth as large is linked.
run_memory() {
	least=$(memory_of "$((voters / 100))")
	most=$(memory_of "$voters")
	echo "linkage: $most MB of its own for $voters voters, $least MB for a hundredth of them"
	say "memory a voter, all of it" "$(ratio "$((most * 1048576))" "$voters")" most 80 " bytes"
	say "memory a voter, besides what the hundredth needs too" "$(ratio "$(((most - least) * 1048576))" "$((voters - voters / 100))")" most 80 " bytes"
}
memory_of() { # voters: MB of its own that linkage had at most
	make_roll roll "$1" 500 1 15
	ours roll tight 2
	build/obj/bench/measure_own $siap -w "$dir/run.w" roll duplicates --threads 2 >"$dir/said" 2>"$dir/own"
	cut -d ' ' -f 2 "$dir/own"
	drop_roll roll
}

run_growth() {
	make_roll roll "$voters" 170 1 15
	ours roll tight 2
	small=$(sum "$(wall "$dir/import")" "$(wall "$dir/link")")
	: >"$dir/times1"
	: >"$dir/times2"
	for i in $(seq "$runs"); do
		for threads in 1 2; do # by turns: what else the machine does hits both
			ours_link roll tight $threads
			tail -n 1 "$dir/link" >>"$dir/times$threads"
			echo "$voters voters, $threads thread(s): linkage $(wall "$dir/link") s, CPU $(tail -n 1 "$dir/link" | cut -d ' ' -f 2) s ($(stages)); load $(cut -d ' ' -f 1 /proc/loadavg)"
		done
	done
	say "linkage, times as fast with 2 threads as with 1" "$(ratio "$(median <"$dir/times1")" "$(median <"$dir/times2")")" least 1.8
	drop_roll roll
	if [ -n "${LARGE:-}" ]; then
		large "$((voters * 10))" 32 "$small"
	else
		echo "ten times as many: skipped, LARGE=1 asks for it"
	fi
	if [ -n "${NATION:-}" ]; then
		large 204807222 0 ""
	else
		echo "the nation: skipped, NATION=1 asks for it"
	fi
}
large() { # voters, area, seconds of the smaller roll
	need=$(($1 * 220 / 1000000)) # MB: the CSV, its truth, the sealed file
	free=$(df -Pm "$dir" | awk 'NR == 2 { print $4 }')
	if [ "$free" -lt "$need" ]; then
		echo "$1 voters: stopped, $need MB of disk are needed and $free are free"
		return
	fi
	make_roll large "$1" 170 1 "$2"
	keys=tight
	[ "$1" -lt 100000000 ] || keys=linear
	ours large $keys 2
	all=$(sum "$(wall "$dir/import")" "$(wall "$dir/link")")
	echo "$1 voters, $keys: import $(wall "$dir/import") s, linkage $(wall "$dir/link") s ($(stages)), together $all s, $(peak "$dir/link") MB"
	judge pairs large
	[ -z "$3" ] || say "time for ten times the voters" "$(ratio "$all" "$3")" most 11 " times"
	drop_roll large
}

run_exact() {
	make_roll roll "$voters" 500 1 15
	cat "$dir/roll.csv" >/dev/null
	for what in duck bare parse import check; do
		: >"$dir/times_$what"
	done
	for i in $(seq "$runs"); do
		NODE_PATH=$modules node bench/link_duckdb_nik.js "$dir/roll.csv" >>"$dir/times_duck"
		$measure sh -c 'wc -l <"$1" >/dev/null; sha256sum "$1" >/dev/null' sh "$dir/roll.csv" 2>>"$dir/times_bare"
		ours_import roll
		tail -n 1 "$dir/import" >>"$dir/times_import"
		$measure $siap -w "$dir/run.w" roll check --no-record >"$dir/said" 2>>"$dir/times_check"
		$measure $siap -w "$dir/run.w" roll import provisional "$dir/roll.csv" --partial --dry-run >"$dir/said" 2>>"$dir/times_parse"
	done
	bare=$(median <"$dir/times_bare")
	import=$(median <"$dir/times_import")
	say "import into the sealed store, speed against wc -l + sha256sum ($import s, $bare s)" "$(ratio "$bare" "$import")" least 0.5
	check=$(median <"$dir/times_check")
	all=$(sum "$import" "$check")
	duck=$(median <"$dir/times_duck")
	echo "parsing and format checks alone (import --dry-run): $(median <"$dir/times_parse") s; DuckDB's NIK duplicates alone: $duck s"
	say "exact pass: import with sealing, then check with NIK duplicates ($import + $check s), times as fast as DuckDB" "$(ratio "$duck" "$all")" least 4
	drop_roll roll
}

for section in $sections; do
	echo "-- $section"
	"run_$section"
done
