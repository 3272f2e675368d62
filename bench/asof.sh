#!/bin/sh
# An earlier moment: 250,500 events of the province of Jambi replayed for `siap ready --at`, against SQLite taking the same rows out of the
# same log with json_extract and one statement per dataset, nothing synced. Target: 250,000 events in about 2 s, board included.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export SIAP_KEYS="$dir/keys" SIAP_LANG=en SIAP_CLOCK=2024-11-25T08:00:00+07:00 SIAP_WORKSPACE="$dir/w"
build/siap init "$dir/w" --rules pilkada2024 --area 15 >/dev/null
for what in tps:tps roll:roll_count officers:officer_count delivery:delivery; do
	bench/generate.sh "${what%:*}" 16700 15 >"$dir/rows.csv"
	build/siap import "${what#*:}" "$dir/rows.csv" >/dev/null
done
seconds() { # of the fastest of three
	for turn in 1 2 3; do
		began=$(date +%s%N)
		"$@" >"$dir/out"
		echo $(($(date +%s%N) - began))
	done | sort -n | awk 'NR == 1 { printf "%.3f", $1 / 1e9 }'
}
rebuild() { rm -f "$dir/w/board.snap"; build/siap ready; }
row() { # dataset, key and fields
	dataset=$1 columns= values=
	shift
	for f in "$@"; do columns="$columns$f, " values="$values json_extract(e.open, '\$.$f'),"; done
	echo "INSERT INTO $dataset (${columns}_event) SELECT $values e.seq FROM log.event e JOIN log.origin o ON o.id = e.origin
		WHERE o.dataset = '$dataset' ORDER BY e.seq ON CONFLICT DO NOTHING;"
}
sqlite3 "$dir/w/siap.db" "SELECT sql || ';' FROM sqlite_schema WHERE name IN ('tps', 'roll_count', 'officer_count', 'delivery')" >"$dir/tables"
by_sql() {
	rm -f "$dir/plain.db"
	{
		echo "ATTACH '$dir/w/siap.db' AS log; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
		cat "$dir/tables"
		echo 'BEGIN;'
		row tps tps number kind
		row roll_count tps version male female total
		row officer_count tps role filled sworn_in trained
		row delivery tps item received damaged at note
		echo 'COMMIT;'
	} | sqlite3 -bail "$dir/plain.db"
}
at=$(seconds build/siap ready --at 2024-11-25T08:00)
sed -n 2p "$dir/out"
now=$(seconds rebuild)
sql=$(seconds by_sql)
awk -v at="$at" -v now="$now" -v sql="$sql" 'BEGIN {
	printf "siap ready --at: %.2f s, of that the board %.2f s (target: about 2 s in all)\n", at, now
	printf "the replay alone: %.2f s, SQLite with json_extract: %.2f s, ratio %.2f\n", at - now, sql, (at - now) / sql
}'
