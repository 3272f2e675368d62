#!/bin/sh
# A million delivery rows, CSV to durable events + projection + checks + board, against `sqlite3 .import` of the same file into a bare
# table, in the same run. Meanwhile another process enters single rows through the local socket.
# The same rows into a workspace on PostgreSQL, against COPY of the same file into a bare table there.
# Targets: at most 6 x; the other writer's p99 under 100 ms; peak memory under 200 MB.
set -eu
cd "$(dirname "$0")/.."
siap=build/siap measure=build/obj/bench/measure other=build/obj/bench/other_writer
tps=${TPS:-100000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
pg=$(mktemp -d /tmp/siap-pg.XXXXXX)
trap 'tools/postgres.sh stop "$pg"; rm -rf "$dir"' EXIT
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
bench/generate.sh tps "$tps" >"$dir/tps.csv"
bench/generate.sh roll "$tps" >"$dir/roll.csv"
bench/generate.sh delivery "$tps" >"$dir/delivery.csv"
rows=$(($(wc -l <"$dir/delivery.csv") - 1))

$siap init "$dir/w" --rules pilkada2024 --area 0 >/dev/null
$siap -w "$dir/w" import tps "$dir/tps.csv" >/dev/null
$siap -w "$dir/w" import roll_count "$dir/roll.csv" >/dev/null
first=$(sed -n '2s/,.*//p' "$dir/tps.csv")
cp -r "$dir/w" "$dir/busy"

sync
$measure sqlite3 "$dir/bare.db" "CREATE TABLE t (tps TEXT, item TEXT, received TEXT, damaged TEXT, at TEXT, note TEXT)" \
	".import --csv --skip 1 $dir/delivery.csv t" 2>"$dir/bare"
sync
$measure $siap -w "$dir/w" import delivery "$dir/delivery.csv" 2>"$dir/ours" >"$dir/said"
# The answer must be right before its speed counts.
got=$($siap -w "$dir/w" export delivery - | wc -l)
[ "$got" -eq $((rows + 1)) ] || { echo "import lost rows: $got of $((rows + 1))"; exit 1; }

# Again beside another writer, who enters single rows while rows go in: the import's process serves others a while longer.
beside() { # workspace, command that prints 1 when the import is done
	w=$1
	shift
	rm -f "$dir/stop"
	mkfifo "$dir/stop"
	$siap -w "$w" import delivery "$dir/delivery.csv" >"$dir/said2" 2>&1 &
	import=$!
	sleep 1
	until [ -S "$w/siap.sock" ]; do sleep 0.05; done
	$other "$w" "$first" <"$dir/stop" >"$dir/other" 2>"$dir/other_err" &
	writer=$!
	exec 9>"$dir/stop"
	until [ "$("$@")" = 1 ]; do sleep 0.05; done
	exec 9>&-
	wait $import
	wait $writer || true
}
beside_says() {
	[ -s "$dir/other" ] || { cat "$dir/other_err"; exit 1; }
	awk '{ printf "another writer meanwhile: %d rows, median %.1f ms, p99 %.1f ms, longest %.1f ms (target p99 under 100)\n", $1, $2, $3, $4 }' "$dir/other"
}
done_sql="SELECT count(*) FROM import_job WHERE dataset = 'delivery' AND state = 'done'"
beside "$dir/busy" sqlite3 "$dir/busy/siap.db" "$done_sql"

read -r bare _ _ <"$dir/bare"
read -r ours cpu memory <<X
$(tail -n 1 "$dir/ours")
X
awk -v rows="$rows" -v bare="$bare" -v ours="$ours" -v cpu="$cpu" -v memory="$memory" 'BEGIN {
	printf "import of %d rows: sqlite3 .import %.2f s, siap import %.2f s (CPU %.2f s), ratio %.2f (target at most 6)\n", rows, bare, ours, cpu, ours / bare
	printf "peak memory: %d MB (target under 200)\n", memory
}'
beside_says

# PostgreSQL, with its log synced as in earnest.
FSYNC=on tools/postgres.sh start "$pg" >"$dir/url"
url=$(cat "$dir/url")
$siap init "$dir/pg" --rules pilkada2024 --area 0 --store "$url" >/dev/null
$siap -w "$dir/pg" import tps "$dir/tps.csv" >/dev/null
$siap -w "$dir/pg" import roll_count "$dir/roll.csv" >/dev/null
psql -q "$url" -c "CREATE DATABASE busy TEMPLATE postgres"
cp -r "$dir/pg" "$dir/pg_busy"
busy=$(printf '%s' "$url" | sed 's|/postgres?|/busy?|')
printf '%s\n' "$busy" >"$dir/pg_busy/store"
psql -q "$url" -c "CREATE TABLE bare (tps text, item text, received text, damaged text, at text, note text)"
$measure psql -q "$url" -c "\\copy bare FROM '$dir/delivery.csv' (FORMAT csv, HEADER)" 2>"$dir/copy"
$measure $siap -w "$dir/pg" import delivery "$dir/delivery.csv" 2>"$dir/pg_ours" >"$dir/said"
got=$($siap -w "$dir/pg" export delivery - 2>/dev/null | wc -l)
[ "$got" -eq $((rows + 1)) ] || { echo "import lost rows: $got of $((rows + 1))"; exit 1; }
{ tail -n 1 "$dir/copy"; tail -n 1 "$dir/pg_ours"; } | awk -v rows="$rows" '
	NR == 1 { copy = $1 }
	NR == 2 {
		printf "on PostgreSQL: COPY %.2f s, siap import %.2f s (CPU %.2f s), ratio %.1f (target at most 6)\n", copy, $1, $2, $1 / copy
		printf "peak memory: %d MB (target under 200)\n", $3
	}'
beside "$dir/pg_busy" psql -qAtX "$busy" -c "$done_sql"
beside_says
