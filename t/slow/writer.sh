#!/bin/sh
# Several processes write at once, beside a running `siap writer` and without one; the writer is ended and killed in the middle of it.
set -eu
cd "$(dirname "$0")/../.."
siap=$(realpath "${SIAP:-build/siap}")
t=$(mktemp -d) writer=
trap '[ -z "$writer" ] || kill -9 "$writer" 2>/dev/null || true; rm -rf "$t"' EXIT
export SIAP_KEYS="$t/keys" SIAP_LANG=en LC_ALL=C SIAP_WORKSPACE="$t/w"
fail() { echo "$step: $*" >&2; exit 1; }
bench/generate.sh tps 6000 15 >"$t/tps.csv"
bench/generate.sh delivery 6000 15 >"$t/rows.csv"
bench/generate.sh roll 6000 15 >"$t/roll.csv"
bench/generate.sh officers 6000 15 >"$t/officers.csv"
first=$(sed -n '2s/,.*//p' "$t/tps.csv")
step='making the workspace'
"$siap" init "$t/base" --rules pilkada2024 --area 15 >/dev/null
"$siap" -w "$t/base" import tps "$t/tps.csv" >/dev/null

begin() { # with a writer that runs
	step=$1
	rm -rf "$t/w" "$SIAP_KEYS"/*.checkpoint # or the copy would be a rollback
	cp -r "$t/base" "$t/w"
	: >"$t/writer" # before the writer opens it: what the last one said must not be read
	"$siap" writer >"$t/writer" 2>&1 &
	writer=$!
	within 'the writer' grep -q '^ready' "$t/writer"
}
within() { # what, command...: true within 20 s
	what=$1 tries=0
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 2000 ] || fail "expected within 20 s: $what"
		sleep 0.01
	done
}
has() { ls "$t/w/import" | grep -q "$1"; }
has_job() { sqlite3 -readonly "$t/w/siap.db" "SELECT id FROM import_job WHERE state = 'staged'" | grep -q .; } # its file is there before it is
ended() { # pid, status, what
	status=0
	wait "$1" || status=$?
	[ $status = "$2" ] || fail "$3: expected exit $2, got $status: $(cat "$t/out" "$t/err" "$t/writer")"
}
rows() { "$siap" export "$1" 2>/dev/null | tr -d '\r' | tail -n +2; }
# Of each dataset so many rows, each once, and no event number missing up to the newest, but those of changed and closed rows.
complete() { # deliveries, other events
	[ "$(rows delivery | cut -d, -f1-2 | sort -u | wc -l)" = "$1" ] || fail "expected $1 deliveries, got $(rows delivery | wc -l)"
	last=$("$siap" ready --json | grep -o '"event":[0-9]*' | head -n 1 | cut -d: -f2)
	[ "$last" = $((6001 + $1 + $2)) ] || fail "expected event $((6001 + $1 + $2)) to be the newest, got $last"
	[ -z "$(ls "$t/w/import")" ] || fail "left in import/: $(ls "$t/w/import")"
}
stop() {
	kill "$writer"
	ended "$writer" 0 'SIGTERM'
	writer=
	[ ! -e "$t/w/siap.sock" ] || fail 'the socket is still there'
}

begin 'import, enter and close at the same time'
"$siap" writer >"$t/out" 2>"$t/err" && fail 'a second writer was let in'
grep -q 'another process already writes' "$t/err" || fail "a second writer: $(cat "$t/err")"
"$siap" import delivery "$t/rows.csv" >"$t/out" 2>"$t/err" &
import=$! n=0 beside=0
while kill -0 $import 2>/dev/null || [ $n -lt 20 ]; do
	n=$((n + 1))
	"$siap" enter roll_count "tps=$first" version=final male=$n female=1 total=$((n + 1)) >"$t/row" 2>&1 || fail "enter $n: $(cat "$t/row")"
	grep -q ': added$' "$t/row" || fail "enter $n: expected a new row, got $(cat "$t/row")"
	"$siap" close roll_count "tps=$first" version=final >"$t/row" 2>&1 || fail "close $n: $(cat "$t/row")"
	! kill -0 $import 2>/dev/null || beside=$n
done
ended $import 0 import
[ $beside -gt 0 ] || fail 'nothing was entered while the import ran'
complete 60000 $((2 * n))
stop
complete 60000 $((2 * n))
rows roll_count | grep . && fail 'expected every roll_count to be closed'

begin 'SIGTERM while another process imports: it is served to its end'
"$siap" import delivery "$t/rows.csv" >"$t/out" 2>"$t/err" &
import=$!
within 'a staging file' has new-
stop
ended $import 0 import
complete 60000 0

begin 'SIGKILL while another process checks: nothing is taken in'
"$siap" import delivery "$t/rows.csv" >"$t/out" 2>"$t/err" &
import=$!
within 'a staging file' has new-
kill -9 "$writer"
ended "$writer" 137 SIGKILL
writer=
ended $import 8 import
grep -q '^siap: the other Siap process closed the connection' "$t/err" || fail "$(cat "$t/err")"
complete 0 0
"$siap" import delivery "$t/rows.csv" >"$t/out"
complete 60000 0

begin 'SIGKILL while it saves: the next command takes over'
"$siap" import delivery "$t/rows.csv" >"$t/out" 2>"$t/err" &
import=$!
within 'a job' has_job
kill -9 "$writer"
ended "$writer" 137 SIGKILL
writer=
ended $import 8 import
grep -q '^siap: the other Siap process closed the connection' "$t/err" && grep -q '^  do it again' "$t/err" || fail "$(cat "$t/err")"
"$siap" ready >"$t/out" 2>&1 || fail "ready: $(cat "$t/out")"
had=$(rows delivery | wc -l)
[ "$had" -lt 60000 ] || fail 'the kill came too late to show anything'
"$siap" enter roll_count "tps=$first" version=final male=1 female=1 total=2 >"$t/out" 2>"$t/err" || fail "enter: $(cat "$t/err")"
complete 60000 1

# Without a writer the first command that writes is one for the others, until they are done.
for n in 1 2 3; do
	step="three imports at once, round $n"
	rm -rf "$t/w" "$SIAP_KEYS"/*.checkpoint # or the copy would be a rollback
	cp -r "$t/base" "$t/w"
	"$siap" import delivery "$t/rows.csv" >"$t/out1" 2>&1 & one=$!
	"$siap" import roll_count "$t/roll.csv" >"$t/out2" 2>&1 & two=$!
	"$siap" import officer_count "$t/officers.csv" >"$t/out3" 2>&1 & three=$!
	for p in $one $two $three; do ended "$p" 0 "$(cat "$t"/out[123])"; done
	[ "$(rows roll_count | wc -l) $(rows officer_count | wc -l)" = '6000 18000' ] || fail "expected 6000 and 18000 rows, got $(rows roll_count | wc -l) and $(rows officer_count | wc -l)"
	complete 60000 24000
done
echo "entered and closed $beside rows beside an import; taken over after a kill with $had of 60000 rows saved"
