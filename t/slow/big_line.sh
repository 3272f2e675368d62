#!/bin/sh
# Files that are too much: a line of 1 GB is refused at once in little memory, and a good file of 300 MB is taken in under 200 MB.
set -eu
cd "$(dirname "$0")/../.."
make -s build/obj/bench/measure >/dev/null
siap=$(realpath "${SIAP:-build/siap}") measure=$PWD/build/obj/bench/measure
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
export SIAP_KEYS="$t/keys" SIAP_LANG=en SIAP_WORKSPACE="$t/w"
case $siap in *san*) most=600 ;; *) most=200 ;; esac # AddressSanitizer's own memory comes on top
fail() { echo "$*" >&2; exit 1; }
bench/generate.sh tps 6500 15 >"$t/tps.csv"
"$siap" init "$t/w" --rules pilkada2024 --area 15 >/dev/null
"$siap" import tps "$t/tps.csv" >/dev/null

gigabyte() { head -c 1073741824 /dev/zero | tr '\0' "$1"; }
mkfifo "$t/pipe"
# refused NAME SENTENCE STATUS: what stdin holds is refused within 5 s and 64 MB (measured: under 0.1 s and 20 MB).
refused() {
	exec 3<&0 # a background command has no input of its own
	{ cat <&3 || true; } >"$t/pipe" 2>/dev/null &
	feeder=$! status=0
	timeout 30 "$measure" "$siap" import delivery "$t/pipe" >"$t/out" 2>"$t/err" || status=$?
	wait $feeder || true
	grep -qF "siap: $2" "$t/err" || fail "$1: expected '$2', got: $(cat "$t/err")"
	[ $status = "$3" ] || fail "$1: expected exit $3, got $status"
	tail -n 1 "$t/err" | awk -v name="$1" '{ printf "%s: refused in %s s, %s MB\n", name, $1, $3; exit !($1 < 5 && $3 < 64) }' || fail "$1: expected at most 5 s and 64 MB"
	[ -z "$(ls "$t/w/import")" ] || fail "$1: left in import/: $(ls "$t/w/import")"
}
head='tps,item,received,note
1501012001001,ink,2,'
{ printf %s "$head"; gigabyte x; } | refused 'a cell of 1 GB' "row 2, column 4 'note': the cell is longer than 65536 bytes" 7
{ printf '%s"' "$head"; gigabyte '\n'; } | refused 'an open quote' "row 2, column 4 'note': the cell is longer than 65536 bytes" 7
gigabyte x | refused 'a header of 1 GB' "row 1, column 1: the cell is longer than 65536 bytes" 7
gigabyte , | refused 'a billion columns' "row 1, column 513: more than 512 columns" 7
{ printf %s "$head"; gigabyte '"'; } | refused 'a billion quotes' "row 2, column 4 'note': " 7
{ printf 'a,b\n'; gigabyte , ; } | refused 'the wrong file' "the file does not fit 'delivery'" 2
{ printf %s "$head"; gigabyte '\0'; } | refused 'a gigabyte of NUL' "row 2, column 4 'note': a NUL byte is no text" 2

# 300 MB of good rows, each with a long column that nothing uses.
bench/generate.sh delivery 6500 15 | awk 'BEGIN { x = "x"; while (length(x) < 4600) x = x x; x = substr(x, 1, 4600) } { print $0 "," (NR == 1 ? "remark" : x) }' >"$t/big.csv"
size=$(wc -c <"$t/big.csv")
[ "$size" -gt 300000000 ] || fail "expected a file over 300 MB, made $size bytes"
"$measure" "$siap" import delivery "$t/big.csv" >"$t/out" 2>"$t/err" || fail "300 MB: $(cat "$t/err")"
grep -q '^delivery  65,000  65,000 ' "$t/out" || fail "expected 65,000 rows added, got: $(cat "$t/out")"
tail -n 1 "$t/err" | awk -v most=$most '{ printf "300 MB of good rows: %s s, %s MB\n", $1, $3; exit !($3 < most) }' || fail "expected at most $most MB"
