#!/bin/sh
# Erasing while somebody reads on: it is done and says that the destroyed key stays in the database's log; once all have ended no file
# holds it any more.
set -eu
cd "$(dirname "$0")/../.."
siap=$(realpath "${SIAP:-build/siap}")
t=$(mktemp -d) reader=
trap '[ -z "$reader" ] || kill "$reader" 2>/dev/null || true; rm -rf "$t"' EXIT
export SIAP_KEYS="$t/keys" SIAP_LANG=en LC_ALL=C.UTF-8 SIAP_WORKSPACE="$t/w"
fail() { echo "$*" >&2; exit 1; }
# Whether a file of the workspace holds these bytes, given in hex.
held() { for f in "$t"/w/siap.db*; do od -An -v -tx1 "$f" | tr -d ' \n' | grep -q "$1" && return 0; done; return 1; }

"$siap" init "$t/w" --rules pilkada2024 --area 1571091002 >/dev/null
"$siap" enter tps tps=1571091002001 contact=081234500001 >/dev/null
key=$(sqlite3 "$t/w/siap.db" "SELECT lower(hex(substr(wrapped, 1, 24))) FROM row_key")
[ ${#key} = 48 ] || fail "expected one row key, came '$key'"
held "$key" || fail "expected the wrapped key in the database before it is destroyed"

mkfifo "$t/go"
sqlite3 "$t/w/siap.db" >"$t/read" 2>&1 <"$t/go" &
reader=$!
exec 9>"$t/go"
echo 'BEGIN; SELECT count(*) FROM row_key;' >&9
tries=0
until [ "$(cat "$t/read")" = 1 ]; do
	tries=$((tries + 1))
	[ $tries -lt 1000 ] || fail "the reader did not begin: $(cat "$t/read")"
	sleep 0.01
done
"$siap" forget tps tps=1571091002001 --why 'asked for' >"$t/out" 2>"$t/err" || fail "expected exit 0: $(cat "$t/err")"
grep -q 'private fields are erased' "$t/out" || fail "expected it to be done: $(cat "$t/out")"
grep -q 'somebody reads the database' "$t/err" || fail "expected a note about the log file, came: $(cat "$t/err")"
echo 'COMMIT;' >&9
exec 9>&-
wait "$reader" || fail "the reader failed: $(cat "$t/read")"
reader=
"$siap" enter tps tps=1571091002001 number=001 >/dev/null
[ "$(sqlite3 "$t/w/siap.db" 'SELECT count(*) FROM row_key')" = 0 ] || fail "expected no row key"
! held "$key" || fail "the destroyed key is still in a file: $(ls -l "$t"/w/siap.db*)"
