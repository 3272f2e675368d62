#!/bin/sh
# A dry-run import of a workbook of 100,000 rows by ten cells, every cell validated, against libxlsxwriter writing the same workbook
# in the same run. Targets: at most 2 x; peak memory under 64 MB.
set -eu
cd "$(dirname "$0")/.."
siap=build/siap measure=build/obj/bench/measure write=build/obj/bench/xlsx_write
n=${TPS:-100000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
bench/generate.sh tps "$n" | sed '1d; s/,.*//' >"$dir/codes"
$siap init "$dir/w" --rules pilkada2024 --area 0 >/dev/null
$measure $write "$dir/tps.xlsx" <"$dir/codes" 2>"$dir/theirs"
$measure $siap -w "$dir/w" import tps "$dir/tps.xlsx" --dry-run >"$dir/said" 2>"$dir/ours"
# The answer must be right before its speed counts.
grep -qE "^tps +$(printf '%s' "$n" | sed -E ':a; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; ta') " "$dir/said" ||
	{ cat "$dir/said"; echo "import did not take $n rows"; exit 1; }
read -r theirs _ _ <"$dir/theirs"
read -r ours cpu memory <<X
$(tail -n 1 "$dir/ours")
X
awk -v n="$n" -v theirs="$theirs" -v ours="$ours" -v cpu="$cpu" -v memory="$memory" 'BEGIN {
	printf "workbook of %d x 10 cells: libxlsxwriter writes %.2f s, siap import checks %.2f s (CPU %.2f s), ratio %.2f (target at most 2)\n", n, theirs, ours, cpu, ours / theirs
	printf "peak memory: %d MB (target under 64)\n", memory
}'
