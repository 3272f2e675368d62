#!/bin/sh
# A PostgreSQL server that dies under an import, refuses writes, is full or has no connection left: each is said with its remedy,
# nothing acknowledged is lost, nothing is there twice, and a writer that runs all the time goes on when the server is back.
set -eu
cd "$(dirname "$0")/../.."
siap=$(realpath "${SIAP:-build/siap}")
t=$(mktemp -d) pg=$(mktemp -d /tmp/siap-pg.XXXXXX) copy=$(mktemp -d /tmp/siap-pg.XXXXXX) writer=
finish() {
	[ -z "$writer" ] || kill "$writer" 2>/dev/null || true
	tools/postgres.sh stop "$copy"
	tools/postgres.sh stop "$pg"
	rm -rf "$t"
}
trap finish EXIT
trap 'exit 130' INT TERM
export SIAP_KEYS="$t/keys" SIAP_LANG=en LC_ALL=C SIAP_WORKSPACE="$t/w"
fail() { echo "$step: $*" >&2; exit 1; }
url=$(tools/postgres.sh start "$pg")
store=$(printf '%s' "$url" | sed 's|/postgres?|/siap?|')
sql() { psql -qAtX "$url" -c "$1"; }
count() { psql -qAtX "$store" -c "SELECT count(*) FROM $1" 2>/dev/null || echo none; }
within() { # what, command...: true within 20 s
	what=$1
	shift
	for _ in $(seq 400); do
		if "$@"; then return; fi
		sleep 0.05
	done
	fail "expected within 20 s: $what"
}
some() { n=$(count event) && [ "$n" != none ] && [ "$n" -gt "$1" ]; }
begin() { # a workspace with 4,000 TPS in a fresh database
	step=$1
	rm -rf "$t/w"
	sql "DROP DATABASE IF EXISTS siap WITH (FORCE)" 2>/dev/null
	sql "CREATE DATABASE siap TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
	"$siap" init "$t/w" --rules pilkada2024 --area 15 --store "$store" >/dev/null
	"$siap" import tps "$t/tps.csv" >/dev/null
}
# Every row of the file once, each with its event, the events without holes.
complete() { # rows, events beside
	[ "$(count delivery)" = "$1" ] || fail "expected $1 rows, got $(count delivery)"
	got=$(psql -qAtX "$store" -c "SELECT count(*), count(DISTINCT seq), max(seq) FROM event")
	all=$((4001 + $1 + $2))
	[ "$got" = "$all|$all|$all" ] || fail "expected $all events, numbered so, got $got"
	lone=$(psql -qAtX "$store" -c "SELECT count(*) FROM delivery d LEFT JOIN event e ON e.seq = d._event AND e.key = d.tps || '/' || d.item WHERE e.seq IS NULL")
	[ "$lone" = 0 ] || fail "$lone rows without their event"
	[ -z "$(ls "$t/w/import")" ] || fail "left in import/: $(ls "$t/w/import")"
}
refused() { # status, sentence, hint, command...
	want=$1 says=$2 hint=$3 status=0
	shift 3
	"$@" >"$t/out" 2>"$t/err" || status=$?
	[ $status = "$want" ] && grep -q "^siap: .*$says" "$t/err" && grep -q "^  .*$hint" "$t/err" ||
		fail "expected exit $want, '$says' and '$hint', got exit $status: $(cat "$t/err")"
}
bench/generate.sh tps 4000 15 >"$t/tps.csv"
bench/generate.sh delivery 4000 15 >"$t/rows.csv"
first=$(sed -n '2s/,.*//p' "$t/tps.csv")

begin 'the server dies under an import'
"$siap" import delivery "$t/rows.csv" >"$t/out" 2>"$t/err" &
import=$!
within 'some rows saved' some 4500
tools/postgres.sh crash "$pg"
status=0
wait $import || status=$?
[ $status = 8 ] || fail "expected exit 8, got $status: $(cat "$t/err" "$t/out")"
grep -q '^siap: .*connection to the database was lost' "$t/err" && grep -q 'of 40000 rows are saved; the rest follows by itself' "$t/err" ||
	fail "expected what happened and how it goes on, got: $(cat "$t/err")"
saved=$(sed -n 's/^  \([0-9]*\) of 40000 rows.*/\1/p' "$t/err")
refused 8 'cannot open database' 'see that the server runs' "$siap" ready
tools/postgres.sh again "$pg" >/dev/null
there=$(count delivery)
[ "$there" -ge "$saved" ] && [ "$there" -lt 40000 ] || fail "said $saved rows are saved, found $there"
"$siap" enter roll_count "tps=$first" version=final male=1 female=1 total=2 >"$t/out" 2>&1 || fail "the next command: $(cat "$t/out")"
complete 40000 1
"$siap" import delivery "$t/rows.csv" >"$t/out"
grep -q '^delivery  40,000      0        0  40,000' "$t/out" || fail "expected all the same, got $(cat "$t/out")"
complete 40000 1

begin 'the server dies under a writer that goes on'
"$siap" writer >"$t/writer" 2>&1 &
writer=$!
within 'a writer' grep -q ^ready "$t/writer"
"$siap" import delivery "$t/rows.csv" >"$t/out" 2>"$t/err" &
import=$!
within 'some rows saved' some 4500
tools/postgres.sh crash "$pg"
status=0
wait $import || status=$?
[ $status = 8 ] || fail "expected exit 8, got $status: $(cat "$t/err" "$t/out")"
grep -q 'the rest follows by itself' "$t/err" || fail "$(cat "$t/err")"
refused 8 'cannot open database' 'see that the server runs' "$siap" enter officer_count "tps=$first" role=kpps filled=7
sleep 1 # the writer tries and fails meanwhile
tools/postgres.sh again "$pg" >/dev/null
# Nobody asks for anything: it finishes the import by itself.
done_() { [ "$(psql -qAtX "$store" -c "SELECT state FROM import_job ORDER BY id DESC LIMIT 1")" = "done" ]; }
within 'the import finished' done_
"$siap" enter officer_count "tps=$first" role=kpps filled=7 >"$t/out" 2>&1 || fail "a row after it: $(cat "$t/out")"
complete 40000 1
# A session that only the server ends, without a crash.
sql "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'siap'" >/dev/null
for try in 1 2 3 4 5 6 7 8 9 10; do
	! "$siap" enter officer_count "tps=$first" role=kpps filled=6 >"$t/out" 2>&1 || break
	[ $try -lt 10 ] || fail "a row after the sessions ended: $(cat "$t/out")"
	sleep 0.5
done
kill -TERM "$writer"
wait "$writer" || fail "the writer ended with $?: $(cat "$t/writer")"
writer=
complete 40000 2
"$siap" ready --json >"$t/ready"
rm -f "$t/w/board.snap"
"$siap" ready --json | cmp -s - "$t/ready" || fail 'the board is not what the log says'

step='a role that may only read'
sql "CREATE ROLE reader LOGIN" && sql "GRANT pg_read_all_data TO reader"
sql "ALTER ROLE reader SET default_transaction_read_only = on"
cp -r "$t/w" "$t/kept"
printf '%s\n' "$store" | sed 's/siap@/reader@/' >"$t/w/store"
refused 5 'is set to be read only' 'RESET default_transaction_read_only' "$siap" enter officer_count "tps=$first" role=kpps filled=1
refused 5 'is set to be read only' 'RESET default_transaction_read_only' "$siap" import delivery "$t/rows.csv"
"$siap" ready --json | cmp -s - "$t/ready" || fail 'reading is allowed'
step='a role without rights'
sql "ALTER ROLE reader RESET default_transaction_read_only"
refused 5 "user 'reader' lacks a right in the database: permission denied" 'ALTER DATABASE "siap" OWNER TO "reader"' \
	"$siap" enter officer_count "tps=$first" role=kpps filled=1
rm -rf "$t/w" && mv "$t/kept" "$t/w"
complete 40000 2

step='a hot standby'
tools/postgres.sh standby "$copy" "$pg" >/dev/null
cp "$t/w/store" "$t/store"
printf '%s\n' "$store" | sed "s|host=.*|host=$copy|" >"$t/w/store"
refused 5 'is a standby copy' 'the address of the primary' "$siap" enter officer_count "tps=$first" role=kpps filled=1
"$siap" ready --json | cmp -s - "$t/ready" || fail 'a standby can be read'
cp "$t/store" "$t/w/store"
complete 40000 2

step='no connection left'
sql "CREATE ROLE few LOGIN SUPERUSER" && sql "ALTER ROLE few CONNECTION LIMIT 0"
sql "ALTER ROLE few NOSUPERUSER"
printf '%s\n' "$store" | sed 's/siap@/few@/' >"$t/w/store"
refused 7 'has no connection free' 'max_connections' "$siap" ready
cp "$t/store" "$t/w/store"

step='another collation'
sql "CREATE DATABASE other TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
refused 9 'has collation C.UTF-8 and encoding UTF8, not C and UTF8' "CREATE DATABASE siap TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'" \
	"$siap" init "$t/w2" --rules pilkada2024 --area 15 --store "$(printf '%s' "$url" | sed 's|/postgres?|/other?|')"
sql "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
refused 9 'has collation C and encoding LATIN1, not C and UTF8' "CREATE DATABASE siap TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'" \
	"$siap" init "$t/w2" --rules pilkada2024 --area 15 --store "$(printf '%s' "$url" | sed 's|/postgres?|/latin?|')"
[ ! -e "$t/w2" ] || fail "left behind: $(ls -A "$t/w2")"

# The disk of a server is not filled here: what it would answer comes from a trigger.
begin 'a full disk'
psql -qX "$store" -c "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
	IF NEW.seq > 9000 THEN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END IF; RETURN NEW; END \$\$" \
	-c "CREATE TRIGGER full_disk BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION full_disk()"
refused 8 'the disk of the database server is full' 'the rest follows by itself' "$siap" import delivery "$t/rows.csv"
refused 8 'the disk of the database server is full' 'free space there' "$siap" enter roll_count "tps=$first" version=final male=1 female=1 total=2
half=$(count delivery)
[ "$(count event)" = $((4001 + half)) ] || fail "half-written: $half rows, $(count event) events"
psql -qX "$store" -c "DROP TRIGGER full_disk ON event"
"$siap" enter roll_count "tps=$first" version=final male=1 female=1 total=2 >"$t/out" 2>&1 || fail "with room again: $(cat "$t/out")"
complete 40000 1
echo "died with $there of 40000 rows saved ($saved acknowledged), full with $half; nothing lost, nothing twice"
