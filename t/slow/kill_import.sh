#!/bin/sh
# kill -9 at random moments of an import of 60,000 rows: the workspace opens, the next import finishes, every row is there once.
# TRIES=16 SEED=1 SIAP=build/siap t/slow/kill_import.sh
set -eu
cd "$(dirname "$0")/../.."
siap=$(realpath "${SIAP:-build/siap}") tries=${TRIES:-16} seed=${SEED:-1}
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
export SIAP_KEYS="$t/keys" SIAP_LANG=en SIAP_CLOCK=2024-11-25T09:10:00+07:00 LC_ALL=C
fail() { echo "try ${i:-0} of $tries, SEED=$seed, killed after ${after:-0} s: $*" >&2; exit 1; }

bench/generate.sh tps 6000 15 >"$t/tps.csv"
bench/generate.sh delivery 6000 15 >"$t/rows.csv"
"$siap" init "$t/base" --rules pilkada2024 --area 15 >/dev/null
"$siap" -w "$t/base" import tps "$t/tps.csv" >/dev/null
for run in first second; do # the first one warms the disk's cache
	rm -rf "$t/whole" "$SIAP_KEYS"/*.checkpoint # or the copy would be a rollback
	cp -r "$t/base" "$t/whole"
	began=$(date +%s%N)
	"$siap" -w "$t/whole" import delivery "$t/rows.csv" >/dev/null
	took=$((($(date +%s%N) - began) / 1000))
done
"$siap" -w "$t/whole" ready >"$t/ready"
columns() { tr -d '\r' | tail -n +2 | cut -d, -f1-5; }
"$siap" -w "$t/whole" export delivery 2>/dev/null | columns >"$t/rows"
# Every row once, with the events that follow those of the 6,000 TPS, none missing and none twice.
check() { # folder
	"$siap" -w "$1" export delivery >"$t/export" 2>/dev/null || fail "expected an export, got status $?"
	columns <"$t/export" | cmp -s - "$t/rows" || fail "rows differ: expected $(wc -l <"$t/rows"), got $(columns <"$t/export" | wc -l)"
	tr -d '\r' <"$t/export" | tail -n +2 | sed 's/.*,//' | sort -n | awk '$1 != 6001 + NR { print "event " 6001 + NR " expected, got " $1; exit 1 }' ||
		fail "event numbers have a hole"
	"$siap" -w "$1" ready | cmp -s - "$t/ready" || fail "siap ready differs from that of an undisturbed import"
	[ -z "$(ls "$1/import")" ] || fail "left in import/: $(ls "$1/import")"
}
[ "$(wc -l <"$t/rows")" = 60000 ] || fail "expected 60000 rows without any kill, got $(wc -l <"$t/rows")"
check "$t/whole"

killed=0 waiting=0 resumed=0 i=0
for after in $(awk -v n="$tries" -v us="$took" -v seed="$seed" 'BEGIN { srand(seed); for (k = 0; k < n; k++) printf "%.4f\n", us * (k + rand()) / n / 1e6 }'); do
	i=$((i + 1))
	rm -rf "$t/w" "$SIAP_KEYS"/*.checkpoint # or the copy would be a rollback
	cp -r "$t/base" "$t/w"
	status=0
	timeout -s KILL "$after" "$siap" -w "$t/w" import delivery "$t/rows.csv" >"$t/out" 2>&1 || status=$?
	[ $status != 0 ] || continue # it was quicker
	[ $status = 137 ] || fail "expected exit 0 or a kill, got exit $status: $(cat "$t/out")"
	killed=$((killed + 1))
	[ -z "$(ls "$t/w/import")" ] || waiting=$((waiting + 1))
	if [ -e "$t/w/import/2.stage" ]; then
		rm -rf "$t/waiting"
		cp -r "$t/w" "$t/waiting"
	fi
	"$siap" -w "$t/w" ready >"$t/out" 2>&1 || fail "siap ready: $(cat "$t/out")"
	"$siap" -w "$t/w" import delivery "$t/rows.csv" >"$t/out" 2>&1 || fail "the second import: $(cat "$t/out")"
	! grep -q 'interrupted import' "$t/out" || resumed=$((resumed + 1))
	check "$t/w"
done
# Rows that wait and are lost or damaged by other hands do not shut the workspace: importing the file again brings the rest.
for damage in 'rm import/2.stage' 'truncate -s 1000000 import/2.stage' 'truncate -s 20 import/2.stage' 'touch import/2.stage import/7.stage import/new-0-0.stage board.snap.999999999'; do
	i=$damage
	rm -rf "$t/w" "$SIAP_KEYS"/*.checkpoint # or the copy would be a rollback
	cp -r "$t/waiting" "$t/w"
	(cd "$t/w" && eval "$damage")
	"$siap" -w "$t/w" import delivery "$t/rows.csv" >"$t/out" 2>&1 || fail "the import after it: $(cat "$t/out")"
	check "$t/w"
	[ ! -e "$t/w/board.snap.999999999" ] || fail 'the half of a snapshot is still there'
done
echo "tries $tries, killed $killed, with a file waiting $waiting, resumed $resumed, lost 0"
# A run in which nothing was interrupted half-way has shown nothing.
[ "$resumed" -gt 0 ] && [ "$waiting" -gt "$resumed" ] || { echo "expected kills while checking and while saving; got none" >&2; exit 1; }
