#!/bin/sh
# An election over all Indonesia: made and imported (siap simulate), on SQLite and on PostgreSQL: time, memory, size; the board's cold
# start; and `siap ready --json` for the nation from a process that holds the board, in CPU microseconds, byte for byte what the
# command prints. Targets: one answer under 1,000 us; both stores say the same.
#   bench/national.sh [STATIONS] [PACK]   435,000 and pilkada2024; STORES="sqlite" leaves PostgreSQL out
set -eu
cd "$(dirname "$0")/.."
stations=${1:-435000} pack=${2:-pilkada2024}
siap=build/siap measure=build/obj/bench/measure answer=build/obj/bench/answer
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
pg=$(mktemp -d /tmp/siap-pg.XXXXXX)
trap 'tools/postgres.sh stop "$pg"; rm -rf "$dir"' EXIT
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK || true

for store in ${STORES:-sqlite postgres}; do
	w=$dir/$store
	set --
	if [ "$store" = postgres ]; then
		FSYNC=on tools/postgres.sh start "$pg" >"$dir/url" # its log synced as in earnest
		set -- --store "$(cat "$dir/url")"
	fi
	$measure $siap simulate "$w" --rules "$pack" --stations "$stations" "$@" >"$dir/said" 2>"$dir/used" ||
		{ cat "$dir/said" "$dir/used"; exit 1; }
	size=$(awk '/^size on disk/ { gsub(/,/, ""); print $NF }' "$dir/said")
	[ "$store" = sqlite ] || size=$(psql -qAt "$(cat "$dir/url")" -c "SELECT pg_database_size(current_database()) / 1000000")
	rows=$(awk '/^rows/ { gsub(/,/, ""); print $NF }' "$dir/said")
	tail -n 1 "$dir/used" | awk -v store="$store" -v stations="$stations" -v rows="$rows" -v size="$size" '{
		printf "%s: %d polling stations, %d rows in %.0f s (CPU %.0f s), %.0f rows/s, at most %d MB of memory, %d MB on disk\n",
			store, stations, rows, $1, $2, rows / $1, $3, size }'
	# The answer must be right before its speed counts.
	$siap -w "$w" ready --json >"$dir/$store.json"
	$answer "$w" 1000 >"$dir/answer.json" 2>"$dir/took" || { cat "$dir/took"; exit 1; }
	cmp "$dir/$store.json" "$dir/answer.json"
	awk -v store="$store" '{
		printf "%s: cold start of the board %.2f s; counted once for a board %.1f ms; one answer %d us of CPU, %d bytes (target under 1,000 us)\n",
			store, $1, $2 / 1000, $3, $4 }' "$dir/took"
done
if [ -s "$dir/sqlite.json" ] && [ -s "$dir/postgres.json" ]; then
	cmp "$dir/sqlite.json" "$dir/postgres.json" && echo "both stores give the same answer"
fi
