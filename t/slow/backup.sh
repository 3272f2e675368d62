#!/bin/sh
# Backups while eight processes write; restored on both kinds of database they answer like the original. kill -9 at random moments of
# backup, restore and rebuild leaves nothing half, or goes on. Needs SIAP_TEST_STORE, the address of a database:
# tools/postgres.sh run t/slow/backup.sh; TRIES=8 SEED=1
set -eu
cd "$(dirname "$0")/../.."
: "${SIAP_TEST_STORE:?a PostgreSQL server is needed: tools/postgres.sh run t/slow/backup.sh}"
siap=$(realpath "${SIAP:-build/siap}") tries=${TRIES:-8} seed=${SEED:-1} n_stores=0 writer=
t=$(mktemp -d)
finish() {
	[ -z "$writer" ] || kill "$writer" 2>/dev/null || true
	while [ $n_stores -gt 0 ]; do
		psql -q "$SIAP_TEST_STORE" -c "DROP DATABASE IF EXISTS siap_backup_$$_$n_stores WITH (FORCE)" || true
		n_stores=$((n_stores - 1))
	done
	rm -rf "$t"
}
trap finish EXIT
export SIAP_KEYS="$t/keys" SIAP_LANG=en LC_ALL=C SIAP_CLOCK=2024-11-20T13:09:00+07:00
step= after=
fail() { echo "$step${after:+, killed after $after s, SEED=$seed}: $*" >&2; exit 1; }
new_store() { # sets $url
	n_stores=$((n_stores + 1))
	name=siap_backup_$$_$n_stores
	psql -q "$SIAP_TEST_STORE" -c "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
	url=$(printf '%s\n' "$SIAP_TEST_STORE" | sed "s|/[^/?]*?|/$name?|; t; s|/[^/]*$|/$name|")
}
within() { # what, command...: true within 20 s
	what=$1 waits=0
	shift
	until "$@" >/dev/null 2>&1; do
		waits=$((waits + 1))
		[ $waits -lt 2000 ] || fail "expected within 20 s: $what"
		sleep 0.01
	done
}
answers() { # workspace, folder
	mkdir "$2"
	"$siap" -w "$1" ready --json >"$2/ready.json"
	"$siap" -w "$1" ready --at 2024-11-19 --json >"$2/yesterday.json"
	"$siap" -w "$1" trend --csv >"$2/trend.csv"
	for what in why check; do "$siap" -w "$1" $what 1571 --csv >"$2/$what.csv" || [ $? -lt 3 ]; done
	"$siap" -w "$1" log --limit 200 --json >"$2/log.json"
	for d in tps roll_count delivery officer; do "$siap" -w "$1" export $d - >"$2/$d.csv" 2>/dev/null; done
}
verify() { "$siap" -w "$1" verify >"$t/out" 2>&1 || fail "$1 does not verify: $(cat "$t/out")"; }
# The keys without the newest checkpoint, as on a computer that knows no more than the backup.
keys_alone() {
	rm -rf "$t/alone"
	mkdir "$t/alone"
	cp "$t"/keys/*.key "$t"/keys/*.signing "$t/alone"
}

step='making the workspace'
bench/generate.sh tps 2000 15 >"$t/tps.csv"
bench/generate.sh delivery 2000 15 >"$t/delivery.csv"
"$siap" init "$t/w" --rules pilkada2024 --area 15 >/dev/null
SIAP_CLOCK=2024-11-18T10:00:00+07:00 "$siap" -w "$t/w" import tps "$t/tps.csv" >/dev/null
SIAP_CLOCK=2024-11-19T10:00:00+07:00 "$siap" -w "$t/w" import delivery "$t/delivery.csv" >/dev/null
for n in 1 2 3; do "$siap" -w "$t/w" enter officer tps="$(sed -n "$((n + 1))s/,.*//p" "$t/tps.csv")" role=kpps seat=1 name=Sari nik=990000000000000$n >/dev/null; done
mkdir -p "$t/w/files/ab"
head -c 300000 /dev/urandom >"$t/w/files/ab/paper"

step='backups while eight processes write'
"$siap" -w "$t/w" writer >"$t/writer" 2>&1 &
writer=$!
within 'the writer' grep -q '^ready' "$t/writer"
rm -f "$t/stop"
pids=
for k in 1 2 3 4 5 6 7 8; do
	(
		for tps in $(sed -n "2,\$s/,.*//p" "$t/tps.csv" | awk -v k=$k 'NR % 8 == k - 1'); do
			[ ! -e "$t/stop" ] || exit 0
			"$siap" -w "$t/w" enter roll_count tps=$tps version=final male=200 female=200 total=400 || exit 1
		done
	) >"$t/said$k" 2>&1 &
	pids="$pids $!"
done
for n in 1 2 3; do
	"$siap" -w "$t/w" backup "$t/b$n" >"$t/out" 2>&1 || fail "backup $n: $(cat "$t/out")"
	cat "$t"/said* | wc -l >"$t/acknowledged$n"
	sleep 0.3
done
touch "$t/stop"
for p in $pids; do wait "$p" || fail "a writer failed: $(tail -n 2 "$t"/said*)"; done
kill "$writer"
wait "$writer" || fail 'the writer failed'
writer=
written=$(cat "$t"/said* | grep -c '^event [0-9,.]*: added$')
[ "$written" -gt 20 ] || fail "only $written rows were written beside the backups"
"$siap" -w "$t/w" export roll_count - 2>/dev/null | tr -d '\r' >"$t/all.csv"
keys_alone
for n in 1 2 3; do
	step="backup $n of three while others wrote"
	"$siap" restore "$t/b$n" "$t/older" >"$t/out" 2>&1 || fail "restore: $(cat "$t/out")"
	rm -rf "$t/older"
	new_store
	for where in "" "--store $url"; do
		SIAP_KEYS="$t/alone" "$siap" restore "$t/b$n" "$t/r" $where >"$t/out" 2>&1 || fail "restore $where: $(cat "$t/out")"
		events=$(sed -n 's/^backup of .*: \([0-9,]*\) events.*/\1/p' "$t/out" | tr -d ,)
		SIAP_KEYS="$t/alone" verify "$t/r"
		SIAP_KEYS="$t/alone" "$siap" -w "$t/r" export roll_count - 2>/dev/null | tr -d '\r' >"$t/part.csv"
		awk -F, -v n="$events" 'NR == 1 || $NF <= n' "$t/all.csv" | cmp - "$t/part.csv" || fail "not the rows up to event $events"
		SIAP_KEYS="$t/alone" "$siap" -w "$t/r" enter roll_count tps="$(sed -n '2001s/,.*//p' "$t/tps.csv")" version=final male=1 female=1 total=2 >/dev/null || fail 'it cannot go on'
		rm -rf "$t/r"
		keys_alone
	done
	cmp -s "$t/b$n" "$t/b1" && [ $n != 1 ] && fail 'the same backup as before'
done

step='the same answers'
"$siap" -w "$t/w" backup "$t/b" >"$t/out"
answers "$t/w" "$t/a0"
for f in ready.json why.csv delivery.csv roll_count.csv officer.csv trend.csv log.json; do
	[ "$(wc -c <"$t/a0/$f")" -gt 100 ] || fail "$f is nearly empty"
done
new_store
"$siap" restore "$t/b" "$t/r1" >/dev/null || fail 'into a folder'
"$siap" restore "$t/b" "$t/r2" --store "$url" >/dev/null || fail 'from a folder into a server'
"$siap" -w "$t/r2" backup "$t/b-server" >/dev/null || fail 'of a server'
"$siap" restore "$t/b-server" "$t/r3" >/dev/null || fail 'from a server into a folder'
for r in 1 2 3; do
	verify "$t/r$r"
	answers "$t/r$r" "$t/a$r"
	diff -r "$t/a0" "$t/a$r" >"$t/differ" || fail "restored workspace $r answers otherwise: $(head -n 5 "$t/differ")"
	cmp "$t/w/files/ab/paper" "$t/r$r/files/ab/paper" || fail 'another file'
done
[ ! -e "$t/r2/siap.db" ] && [ -e "$t/r3/siap.db" ] || fail 'in the wrong place'

# moments N LENGTH_US: N moments, spread over the length.
moments() { awk -v n="$1" -v us="$2" -v seed="$seed" 'BEGIN { srand(seed); for (k = 0; k < n; k++) printf "%.4f\n", us * (k + rand()) / n / 1e6 }'; }
timed() { # command...: sets $us
	began=$(date +%s%N)
	"$@" >/dev/null 2>&1 || fail "$*: exit $?"
	us=$((($(date +%s%N) - began) / 1000))
}
killed=0
shot() { # command...: killed after $after seconds, unless it was quicker
	status=0
	timeout -s KILL "$after" "$@" >"$t/out" 2>&1 || status=$?
	[ $status = 0 ] || [ $status = 137 ] || fail "expected exit 0 or a kill, got exit $status: $(cat "$t/out")"
	[ $status = 0 ] || killed=$((killed + 1))
	# timeout dies with what it kills: a large process may take a moment longer, and while it lives its part is its own.
	for part in $(parts); do
		waits=0
		while kill -0 "${part##*.}" 2>/dev/null && [ $waits -lt 200 ]; do
			sleep 0.01
			waits=$((waits + 1))
		done
	done
}
idle() { [ "$(psql -qAt "$SIAP_TEST_STORE" -c "SELECT count(*) FROM pg_stat_activity WHERE datname = '$name'")" = 0 ]; }
# Killed in the instant between its last commit and the folder's name, a workspace stands in the database: it is not written over.
store_again() {
	within 'the server to notice the kill' idle
	! psql -qAt "$url" -c "SELECT 1 FROM workspace WHERE name = 'id' AND NOT EXISTS (SELECT 1 FROM workspace WHERE name = 'restoring')" 2>/dev/null | grep -q 1 || new_store
}
parts() { find "$t" -maxdepth 1 -name '*.siap-part.*'; }

step='kill -9 in a backup'
timed "$siap" -w "$t/w" backup "$t/b" --force
for after in $(moments "$tries" "$us"); do
	cp "$t/b" "$t/k"
	shot "$siap" -w "$t/w" backup "$t/k" --force
	"$siap" restore --check "$t/k" >"$t/out" 2>&1 || fail "the backup before is not whole: $(cat "$t/out")"
done
after=
"$siap" -w "$t/w" backup "$t/k" --force >/dev/null
[ -z "$(parts)" ] || fail "left behind: $(parts)"
backups=$killed killed=0

step='kill -9 in a restore'
timed "$siap" restore "$t/b" "$t/x"
rm -rf "$t/x"
for after in $(moments "$tries" "$us"); do
	shot "$siap" restore "$t/b" "$t/x"
	[ ! -e "$t/x" ] || verify "$t/x" # there or not, never half
	rm -rf "$t/x"
done
after=
"$siap" restore "$t/b" "$t/x" >/dev/null
[ -z "$(parts)" ] || fail "left behind: $(parts)"
verify "$t/x"
new_store
timed "$siap" restore "$t/b" "$t/y" --store "$url"
rm -rf "$t/y"
new_store
for after in $(moments "$tries" "$us"); do
	store_again
	shot "$siap" restore "$t/b" "$t/y" --store "$url"
	[ -e "$t/y" ] || continue
	verify "$t/y"
	rm -rf "$t/y"
	new_store
done
after=
store_again
"$siap" restore "$t/b" "$t/y" --store "$url" >"$t/out" 2>&1 || fail "what was killed is in the way: $(cat "$t/out")"
verify "$t/y"
answers "$t/y" "$t/ay"
diff -r "$t/a0" "$t/ay" >"$t/differ" || fail "it answers otherwise: $(head -n 5 "$t/differ")"
[ -z "$(parts)" ] || fail "left behind: $(parts)"
restores=$killed killed=0

step='kill -9 in a rebuild'
hurt() { sqlite3 "$t/x/siap.db" "UPDATE delivery SET received = 0 WHERE _event % 3 = 0; DELETE FROM roll_count; INSERT INTO tps (tps, _event) VALUES ('1571011001999', 2)"; }
hurt
timed "$siap" -w "$t/x" rebuild
resumed=0
for after in $(moments $((2 * tries)) $((us * 7 / 10))); do
	hurt
	shot "$siap" -w "$t/x" rebuild
	"$siap" -w "$t/x" rebuild >"$t/out" 2>&1 || fail "the rebuild after it: $(cat "$t/out")"
	! grep -q '^went on behind' "$t/out" || resumed=$((resumed + 1))
	[ ! -e "$t/x/rebuild.db" ] || fail 'its file is still there'
	verify "$t/x"
	"$siap" -w "$t/x" export delivery - 2>/dev/null | cmp - "$t/a0/delivery.csv" || fail 'not what stood there'
done
after=
echo "$written rows written beside 3 backups; killed: $backups backups, $restores restores, $killed rebuilds, $resumed of which went on; lost 0"
[ "$backups" -gt 0 ] && [ "$restores" -gt 0 ] && [ "$resumed" -gt 0 ] || { echo 'expected kills in each of them' >&2; exit 1; }
