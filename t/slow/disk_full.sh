#!/bin/sh
# A disk that is really full: while checking nothing is taken in; while saving the workspace stays readable, and once there is room
# the import goes on, by itself or by being run again, also in a process that was running all the time. Nothing is lost or twice.
set -eu
cd "$(dirname "$0")/../.."
if [ "${1-}" != inside ]; then
	unshare -m sh -c 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d"; s=$?; rmdir "$d"; exit $s' 2>/dev/null ||
		{ echo 'mounts are not permitted here'; exit 77; }
	exec unshare -m "$0" inside
fi
siap=$(realpath "${SIAP:-build/siap}")
t=$(mktemp -d) writer=
trap '[ -z "$writer" ] || kill "$writer" 2>/dev/null || true; umount "$t/disk" 2>/dev/null || umount -l "$t/disk" 2>/dev/null || true; rm -rf "$t"' EXIT
export SIAP_KEYS="$t/keys" SIAP_LANG=en LC_ALL=C SIAP_WORKSPACE="$t/disk/w"
fail() { echo "$step: $*" >&2; exit 1; }
mkdir "$t/disk"
mount -t tmpfs -o size=9m none "$t/disk"
bench/generate.sh tps 3000 15 >"$t/tps.csv"
bench/generate.sh delivery 3000 15 >"$t/rows.csv"
first=$(sed -n '2s/,.*//p' "$t/rows.csv")

free_kb() { df -k --output=avail "$t/disk" | tail -n 1 | tr -d ' '; }
# leave KB: fills the disk up to that.
leave() { head -c $((($(free_kb) - $1) * 1024)) /dev/zero >"$t/disk/ballast"; }
rows() { "$siap" export delivery 2>/dev/null | tr -d '\r' | tail -n +2; }
readable() { "$siap" ready >"$t/out" 2>&1 || fail "siap ready: $(cat "$t/out")"; rows >"$t/rows" || fail "siap export: $?"; }
full() { # command...: is refused because the disk is full
	status=0
	"$@" >"$t/out" 2>"$t/err" || status=$?
	[ $status = 8 ] && grep -q 'the disk is full' "$t/err" || fail "expected 'the disk is full' and exit 8, got exit $status: $(cat "$t/err")"
}
complete() {
	readable
	[ "$(wc -l <"$t/rows")" = 30000 ] || fail "expected 30000 rows, got $(wc -l <"$t/rows")"
	cut -d, -f1-2 "$t/rows" | sort | uniq -d | grep . && fail 'rows are there twice'
	sed 's/.*,//' "$t/rows" | sort -n | awk '$1 != 3001 + NR { print "event " 3001 + NR " expected, got " $1; exit 1 }' || fail 'events have a hole'
	[ -z "$(ls "$SIAP_WORKSPACE/import")" ] || fail "left in import/: $(ls "$SIAP_WORKSPACE/import")"
}
begin() { # a workspace with the TPS alone
	step=$1
	rm -rf "$t/disk/ballast" "$SIAP_WORKSPACE" "$SIAP_KEYS"/*.checkpoint # or the copy would be a rollback
	mount -o remount,size=9m "$t/disk"
	cp -r "$t/base" "$SIAP_WORKSPACE"
}
step='making the workspace'
"$siap" init "$SIAP_WORKSPACE" --rules pilkada2024 --area 15 >/dev/null
"$siap" import tps "$t/tps.csv" >/dev/null
cp -r "$SIAP_WORKSPACE" "$t/base"

begin 'full while checking'
leave 500
full "$siap" import delivery "$t/rows.csv"
[ -z "$(ls "$SIAP_WORKSPACE/import")" ] || fail "left in import/: $(ls "$SIAP_WORKSPACE/import")"
readable
[ ! -s "$t/rows" ] || fail 'rows were taken in'
rm "$t/disk/ballast"
mount -o remount,size=40m "$t/disk"
"$siap" import delivery "$t/rows.csv" >/dev/null
complete

begin 'not a byte left'
leave 0
full "$siap" enter delivery "tps=$first" item=ink received=2
readable
rm "$t/disk/ballast"
"$siap" enter delivery "tps=$first" item=ink received=2 >/dev/null

begin 'full while saving'
full "$siap" import delivery "$t/rows.csv"
grep -q 'of 30000 rows are saved; the rest follows by itself at the next write' "$t/err" || fail "expected how far it came, got: $(cat "$t/err")"
readable
some=$(wc -l <"$t/rows")
[ "$some" -gt 0 ] && [ "$some" -lt 30000 ] || fail "expected a part of the rows, got $some"
full "$siap" enter delivery "tps=$first" item=ink received=9
readable
mount -o remount,size=40m "$t/disk"
# By itself, at the next write, whatever it is (this one says what is so already).
"$siap" enter tps "tps=$first" number=001 >/dev/null
complete

begin 'full while saving, run again'
full "$siap" import delivery "$t/rows.csv"
mount -o remount,size=40m "$t/disk"
"$siap" import delivery "$t/rows.csv" >"$t/out"
grep -q '^first finished an interrupted import' "$t/out" || fail "expected word of the interrupted import, got: $(cat "$t/out")"
grep -q '^delivery  30,000      0        0  30,000 ' "$t/out" || fail "expected 30,000 rows the same, got: $(cat "$t/out")"
complete

begin 'full beside a running writer'
"$siap" writer >"$t/writer" 2>&1 &
writer=$!
until grep -q ready "$t/writer"; do sleep 0.05; done
full "$siap" import delivery "$t/rows.csv"
readable
full "$siap" enter delivery "tps=$first" item=ink received=9
kill -0 $writer || fail "the writer ended: $(cat "$t/writer")"
mount -o remount,size=40m "$t/disk"
"$siap" enter tps "tps=$first" number=001 >/dev/null
complete
kill $writer
wait $writer || fail "the writer ended with $?: $(cat "$t/writer")"
writer=
echo "9 MB for 30,000 rows: refused while checking, after $some rows while saving, finished each time"
