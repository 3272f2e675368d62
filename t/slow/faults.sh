#!/bin/sh
# The n-th allocation, file or database call fails, for n over the whole run of each command: it succeeds all the same or says what
# failed with a documented exit status, and the same command without the fault then completes with the right result.
# SAMPLES=n beyond the first 100 of each command (60; 0: every one)
set -eu
cd "$(dirname "$0")/../.."
make -s FAULT=1 build/obj-fault/siap >/dev/null
siap=$PWD/build/obj-fault/siap samples=${SAMPLES:-60}
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
export SIAP_KEYS="$t/keys" SIAP_LANG=en SIAP_CLOCK=2024-11-25T09:10:00+07:00 LC_ALL=C SIAP_WORKSPACE="$t/w"
bench/generate.sh tps 100 1571091002 >"$t/tps.csv"
bench/generate.sh delivery 100 1571091002 >"$t/rows.csv"
"$siap" init "$t/w" --rules pilkada2024 --area 1571091002 >/dev/null
"$siap" import tps "$t/tps.csv" >/dev/null
cp -r "$t/w" "$t/before"
"$siap" import delivery "$t/rows.csv" >/dev/null
cp -r "$t/w" "$t/after"

fail() { echo "$name: SIAP_FAULT=$n: $*" >&2; exit 1; }
# Every row with its event, and what the board says: the state of a workspace.
state() { "$siap" export delivery 2>/dev/null && "$siap" export tps 2>/dev/null && "$siap" ready && ls "$t/w/import"; }
start() { # folder to begin with, or none
	rm -rf "$t/w"
	[ "$1" = none ] || cp -r "$t/$1" "$t/w"
}
# walk NAME FOLDER COMMAND...: COMMAND is run once without faults, which gives the state that must be reached in the end each time.
walk() {
	name=$1 folder=$2 n=0
	shift 2
	start "$folder"
	SIAP_FAULT_COUNT="$t/count" "$@" >"$t/said" 2>"$t/err" || fail "without a fault: $(cat "$t/err")"
	state >"$t/state" || fail "no state without a fault"
	count=$(cat "$t/count") failed=0 done=0
	for n in $(awk -v c="$count" -v s="$samples" 'BEGIN { step = s && c > 100 ? (c - 100) / s : 1; if (step < 1) step = 1
		for (k = 1; k <= c + 3; k += k < 100 ? 1 : step) print int(k) }'); do
		start "$folder"
		status=0
		SIAP_FAULT=$n timeout -s KILL 20 "$@" >"$t/out" 2>"$t/err" || status=$?
		case $status in
		0)
			done=$((done + 1))
			[ -s "$t/err" ] && ! grep -q '^rows of ' "$t/err" && fail "exit 0, but said: $(cat "$t/err")"
			# A new workspace that cannot be opened at once is made all the same: only the place's name is missing.
			[ "$name" = init ] || cmp -s "$t/out" "$t/said" || fail "exit 0, but the answer differs: $(diff "$t/said" "$t/out" | head -n 5)"
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
	[ $failed -gt 20 ] || fail "expected more than 20 refusals"
}
walk init none "$siap" init "$t/w" --rules pilkada2024 --area 1571091002
walk import before "$siap" import delivery "$t/rows.csv"
walk 'import again' after "$siap" import delivery "$t/rows.csv"
walk enter after "$siap" enter delivery tps=1571091002001 item=ink received=7
walk close after "$siap" close delivery tps=1571091002001 item=ink
walk ready after "$siap" ready
walk export after "$siap" export delivery
