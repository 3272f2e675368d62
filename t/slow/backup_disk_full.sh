#!/bin/sh
# A disk that is full: backup, restore and rebuild say so and leave nothing half; once there is room they do their work.
set -eu
cd "$(dirname "$0")/../.."
if [ "${1-}" != inside ]; then
	unshare -m sh -c 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d"; s=$?; rmdir "$d"; exit $s' 2>/dev/null ||
		{ echo 'mounts are not permitted here'; exit 77; }
	exec unshare -m "$0" inside
fi
siap=$(realpath "${SIAP:-build/siap}")
t=$(mktemp -d)
trap 'umount "$t/disk" 2>/dev/null || umount -l "$t/disk" 2>/dev/null || true; rm -rf "$t"' EXIT
export SIAP_KEYS="$t/keys" SIAP_LANG=en LC_ALL=C
step=
fail() { echo "$step: $*" >&2; exit 1; }
full() { # command...: is refused because the disk is full
	status=0
	"$@" >"$t/out" 2>"$t/err" || status=$?
	[ $status = 8 ] && grep -q 'the disk is full' "$t/err" || fail "expected 'the disk is full' and exit 8, got exit $status: $(cat "$t/err")"
}
room() { mount -o remount,size="$1" "$t/disk"; }
bench/generate.sh tps 1000 15 >"$t/tps.csv"
bench/generate.sh delivery 1000 15 >"$t/rows.csv"
mkdir "$t/disk"
mount -t tmpfs -o size=200m none "$t/disk"
"$siap" init "$t/w" --rules pilkada2024 --area 15 >/dev/null
"$siap" -w "$t/w" import tps "$t/tps.csv" >/dev/null
"$siap" -w "$t/w" import delivery "$t/rows.csv" >/dev/null
"$siap" -w "$t/w" export delivery - 2>/dev/null >"$t/rows"
"$siap" -w "$t/w" backup "$t/disk/b" >/dev/null
size=$(du -k "$t/disk/b" | cut -f1)

step='a backup'
room $((size * 3 / 2))k
full "$siap" -w "$t/w" backup "$t/disk/c"
[ "$(ls "$t/disk")" = b ] || fail "left behind: $(ls "$t/disk")"
full "$siap" -w "$t/w" backup "$t/disk/b" --force
[ "$(ls "$t/disk")" = b ] || fail "left behind: $(ls "$t/disk")"
"$siap" restore --check "$t/disk/b" >/dev/null || fail 'the backup before is gone'
room 200m
"$siap" -w "$t/w" backup "$t/disk/b" --force >/dev/null
"$siap" -w "$t/w" backup "$t/disk/c" >/dev/null
rm "$t/disk/c"

step='a restore'
for kb in 100 1000 3000 6000; do
	room $((size + kb))k
	full "$siap" restore "$t/disk/b" "$t/disk/r"
	[ "$(ls -A "$t/disk")" = b ] || fail "left behind: $(ls -A "$t/disk")"
done
room 200m
"$siap" restore "$t/disk/b" "$t/disk/r" >/dev/null || fail 'with room'
"$siap" -w "$t/disk/r" verify >/dev/null || fail 'it does not verify'

step='a rebuild'
sqlite3 "$t/disk/r/siap.db" 'UPDATE delivery SET received = 0; PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
used=$(df -k --output=used "$t/disk" | tail -n 1 | tr -d ' ')
for kb in 100 300 1000; do
	room $((used + kb))k
	full "$siap" -w "$t/disk/r" rebuild
	"$siap" -w "$t/disk/r" export delivery - >/dev/null 2>&1 || fail 'the table cannot be read'
done
room 200m
"$siap" -w "$t/disk/r" rebuild >"$t/out" || fail "with room: $(cat "$t/out")"
"$siap" -w "$t/disk/r" export delivery - 2>/dev/null | cmp - "$t/rows" || fail 'not what stood there'
"$siap" -w "$t/disk/r" verify >/dev/null || fail 'it does not verify'
echo "a backup of $size KB: full disks were refused in backup, restore and rebuild, and nothing was left half"
