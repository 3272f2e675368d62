#!/bin/sh
# The n-th allocation, file or database call fails, for n over the whole run of each command: it succeeds all the same or says what
# failed with a documented exit status, and the same command without the fault then completes with the right result.
# FIRST=n of each command (40), and SAMPLES=n beyond them (20; 0: every one); SAN=1: with sanitizers; ONLY=part of a name
# STORE=URL: the rows in a PostgreSQL database, see faults_postgres.sh
set -eu
cd "$(dirname "$0")/../.."
siap=$PWD/build/obj${SAN:+-san}-fault/siap
make -s FAULT=1 ${SAN:+SAN=1} "${siap#"$PWD/"}" >/dev/null
export ASAN_OPTIONS=exitcode=99
samples=${SAMPLES:-20} first=${FIRST:-40}
t=$(mktemp -d)
# On a server each state is a database beside the folder of that name: siap_faults_N_w is the workspace's.
sql() { [ -z "${STORE-}" ] || psql -qX "$STORE" -v ON_ERROR_STOP=1 -c "$1" 2>"$t/sql" || { cat "$t/sql" >&2; exit 1; }; }
database() { echo "siap_faults_$$_$1"; }
finish() {
	for d in w before after bare hurt days; do sql "DROP DATABASE IF EXISTS $(database $d) WITH (FORCE)"; done
	rm -rf "$t"
}
trap finish EXIT
keep() { # name: the workspace as it is now
	cp -r "$t/w" "$t/$1"
	sql "CREATE DATABASE $(database "$1") TEMPLATE $(database w)"
}
start() { # name to begin with, or none
	rm -rf "$t/w" "$t"/keys/*.checkpoint # or the copy would be a rollback
	[ "$1" = none ] || cp -r "$t/$1" "$t/w"
	sql "DROP DATABASE IF EXISTS $(database w) WITH (FORCE)"
	if [ "$1" = none ]; then sql "CREATE DATABASE $(database w) TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
	else sql "CREATE DATABASE $(database w) TEMPLATE $(database "$1")"; fi
}
url=$(printf '%s\n' "${STORE-}" | sed "s|/[^/?]*?|/$(database w)?|; t; s|/[^/]*$|/$(database w)|")
export SIAP_KEYS="$t/keys" SIAP_LANG=en SIAP_CLOCK=2024-11-25T09:10:00+07:00 LC_ALL=C SIAP_WORKSPACE="$t/w"
bench/generate.sh tps 100 1571091002 >"$t/tps.csv"
bench/generate.sh delivery 100 1571091002 >"$t/rows.csv"
start none
"$siap" init "$t/w" --rules pilkada2024 --area 1571091002 ${STORE:+--store "$url"} >/dev/null
"$siap" import tps "$t/tps.csv" >/dev/null
keep before
"$siap" import delivery "$t/rows.csv" >/dev/null
keep after
keep bare

fail() { echo "$name: SIAP_FAULT=$n: $*" >&2; exit 1; }
# Every row with its event, and what the board says: the state of a workspace.
state() { "$siap" export delivery 2>/dev/null && "$siap" export tps 2>/dev/null && "$siap" ready && ls "$t/w/import"; }
# walk NAME FOLDER COMMAND...: COMMAND is run once without faults, which gives the state that must be reached in the end each time.
walk() {
	name=$1 folder=$2 n=0
	case $name in *"${ONLY-}"*) ;; *) return ;; esac
	shift 2
	start "$folder"
	SIAP_FAULT_COUNT="$t/count" "$@" >"$t/said" 2>"$t/err" || fail "without a fault: $(cat "$t/err")"
	state >"$t/state" || fail "no state without a fault"
	count=$(cat "$t/count") failed=0 done=0
	for n in $(awk -v c="$count" -v s="$samples" -v first="$first" 'BEGIN { step = s && c > first ? (c - first) / s : 1; if (step < 1) step = 1
		for (k = 1; k <= c + 3; k += k < first ? 1 : step) print int(k) }'); do
		start "$folder"
		status=0
		SIAP_FAULT=$n timeout -s KILL 20 "$@" >"$t/out" 2>"$t/err" || status=$?
		case $status in
		0)
			done=$((done + 1))
			[ -s "$t/err" ] && ! grep -q '^rows of ' "$t/err" && fail "exit 0, but said: $(cat "$t/err")"
			# A new workspace that cannot be opened at once is made all the same; only the place's name is missing.
			[ "$name" != init ] || sed -i 's/Rawa Sari (1571091002)$/1571091002/' "$t/out" "$t/said"
			# How long it took and how large it is differs each time.
			sed -i '/^seconds:/d; /^most memory/d; /^size on disk/d' "$t/out" "$t/said"
			# The limits in a reason are text made on the way: without memory they are left out.
			sed -i 's/ is out of range, .*//' "$t/out" "$t/said"
			cmp -s "$t/out" "$t/said" || fail "exit 0, but the answer differs: $(diff "$t/said" "$t/out" | head -n 5)"
			;;
		7 | 8 | 9)
			failed=$((failed + 1))
			grep -q '^siap: ' "$t/err" || fail "exit $status without a sentence: $(cat "$t/err")"
			[ "$folder" != none ] || [ ! -e "$t/w" ] || fail "said '$(cat "$t/err")' and left behind: $(ls -A "$t/w")"
			"$@" >"$t/out" 2>"$t/err2" || fail "said '$(cat "$t/err")', and again without a fault: exit $?, $(cat "$t/err2")"
			;;
		*) fail "expected exit 0, 7, 8 or 9, got $status: $(cat "$t/err")" ;;
		esac
		state >"$t/state2" || fail "the workspace cannot be read: $(cat "$t/err")"
		cmp -s "$t/state" "$t/state2" || fail "exit $status, '$(cat "$t/err")'; the state differs: $(diff "$t/state" "$t/state2" | head -n 5)"
	done
	echo "$name: $count operations, $((failed + done)) tried, $failed refused, $done done all the same"
	[ $((8 * failed)) -gt $((failed + done)) ] || fail "expected more refusals"
}
walk init none "$siap" init "$t/w" --rules pilkada2024 --area 1571091002 ${STORE:+--store "$url"}
[ -n "${STORE-}" ] || walk simulate none "$siap" simulate "$t/w" --area 1571091002 --stations 3
walk import before "$siap" import delivery "$t/rows.csv"
# The same through a writer of its own process, which has the fault.
cat >"$t/beside" <<'X'
#!/bin/sh
: >"$2/writer" # before the writer opens it: what the last one said must not be read
"$1" writer >"$2/writer" 2>"$2/writer.err" &
writer=$!
unset SIAP_FAULT SIAP_FAULT_COUNT
until grep -q '^ready' "$2/writer" || ! kill -0 $writer 2>/dev/null; do sleep 0.01; done
"$1" import delivery "$2/rows.csv"
status=$?
kill $writer 2>/dev/null
wait $writer
case $? in 0 | 7 | 8 | 9) exit $status ;; *) echo "the writer ended with $?:" >&2; cat "$2/writer.err" >&2; exit 99 ;; esac
X
chmod +x "$t/beside"
walk 'import beside a writer' before "$t/beside" "$siap" "$t"
walk 'import again' after "$siap" import delivery "$t/rows.csv"
# Three good rows, one wrong one and its error file.
head -n 4 "$t/rows.csv" >"$t/wrong.csv"
echo 1571091002009,ink,-1,0,, >>"$t/wrong.csv"
walk 'import --partial' before "$siap" import delivery "$t/wrong.csv" --partial
walk enter after "$siap" enter delivery tps=1571091002001 item=ink received=7
walk close after "$siap" close delivery tps=1571091002001 item=ink
rm -f "$t/bare/board.snap"
walk 'ready without a snapshot' bare "$siap" ready
walk ready after "$siap" ready
walk export after "$siap" export delivery
walk 'ready --at' after "$siap" ready --at 2024-11-25T09:10
# Long ones: fewer of each.
start after
"$siap" backup "$t/b" >/dev/null
first=${FIRST:-30} samples=${SAMPLES:-30}
walk backup after "$siap" backup "$t/b2" --force
walk restore none "$siap" restore "$t/b" "$t/w" ${STORE:+--store "$url"}
! ls "$t" | grep siap-part || fail 'a part of a backup or a folder is left'
start after
hurt='DELETE FROM tps; UPDATE delivery SET received = 0'
if [ -n "${STORE-}" ]; then psql -qX "$url" -c "$hurt"; else sqlite3 "$t/w/siap.db" "$hurt"; fi
keep hurt
walk rebuild hurt "$siap" rebuild
first=${FIRST:-100} samples=${SAMPLES:-40}
# Two days that nobody counted yet.
start after
"$siap" enter delivery tps=1571091002001 item=ink received=7 >/dev/null
export SIAP_CLOCK=2024-11-26T10:00:00+07:00
"$siap" enter delivery tps=1571091002001 item=ink received=8 >/dev/null
export SIAP_CLOCK=2024-11-27T07:00:00+07:00
keep days
walk trend days "$siap" trend
! ls "$t/w" | grep asof || fail "a file of an earlier moment is left"
