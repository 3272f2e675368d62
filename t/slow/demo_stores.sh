#!/bin/sh
# The demo's province is the same on SQLite and on PostgreSQL, and so are its answers; a demo that is stopped leaves a database that
# the next one can use. Needs SIAP_TEST_STORE: tools/postgres.sh run t/slow/demo_stores.sh
set -eu
cd "$(dirname "$0")/../.."
siap=$PWD/build/siap
: "${SIAP_TEST_STORE:?a PostgreSQL server is needed: tools/postgres.sh run t/slow/demo_stores.sh}"
dir=$(mktemp -d)
name=siap_demo_$$
finish() {
	psql -q "$SIAP_TEST_STORE" -c "DROP DATABASE IF EXISTS $name" || true
	rm -rf "$dir"
}
trap finish EXIT
psql -q "$SIAP_TEST_STORE" -c "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
url=$(printf '%s\n' "$SIAP_TEST_STORE" | sed "s|/[^/?]*?|/$name?|; t; s|/[^/]*$|/$name|")
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE || true

"$siap" demo "$dir/stopped" --store "$url" >"$dir/said" 2>&1 &
pid=$!
until [ "$(psql -qAt "$url" -c "SELECT count(*) FROM event" 2>/dev/null || echo 0)" -gt 0 ]; do sleep 0.1; done
kill -INT $pid
status=0
wait $pid || status=$?
[ $status = 130 ] || { echo "a stopped demo: expected exit 130, got $status: $(cat "$dir/said")"; exit 1; }
[ ! -e "$dir/stopped" ] && [ -z "$(ls "$dir/keys")" ] || { echo "a stopped demo left: $(ls "$dir" "$dir/keys")"; exit 1; }
left=$(psql -qAt "$url" -c "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace")
[ -z "$left" ] || { echo "a stopped demo left in the database: $left"; exit 1; }

"$siap" demo "$dir/one" >"$dir/said1"
"$siap" demo "$dir/two" --store "$url" >"$dir/said2"
[ ! -e "$dir/two/siap.db" ] || { echo "the rows went into a file"; exit 1; }
sed "s|$dir/one||" "$dir/said1" >"$dir/said1.text"
sed "s|$dir/two||" "$dir/said2" | diff "$dir/said1.text" -
compare() {
	"$siap" -w "$dir/one" "$@" >"$dir/a1" 2>&1 || [ $? -lt 3 ]
	"$siap" -w "$dir/two" "$@" >"$dir/a2" 2>&1 || [ $? -lt 3 ]
	[ "$(wc -c <"$dir/a1")" -gt 200 ] || { echo "siap $* says nearly nothing"; cat "$dir/a1"; exit 1; }
	diff "$dir/a1" "$dir/a2" || { echo "siap $*: answers differ (SQLite <, PostgreSQL >)"; exit 1; }
}
compare ready 1571 --json
compare ready --json --depth 2
compare ready --at 2024-11-14
compare trend --csv
compare why 1571091002
compare why 1505 --csv
compare check
compare check --all --csv
compare explain
compare explain police_planned
for d in tps roll_count roll_signoff delivery shipment officer_count security_count police_force stage; do compare export "$d" -; done
echo "the same province on both stores: $(head -n 1 "$dir/said1.text")"
