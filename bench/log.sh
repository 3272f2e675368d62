#!/bin/sh
# The log. Rows accepted one by one by 64 writers, each with its event, its place in the tree and a durable answer, against plain inserts
# of the same bytes by the same number of callers who share commits (SQLite, synchronous=FULL). Verification of a million events, rows and
# all, against the rate of `openssl speed sha256` for as many bytes. Proofs out of ten million leaves.
# Targets: at most 1.6 x; at least half of openssl's rate or 300,000 events a second, whichever is lower.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
rows=${ROWS:-100000} writers=${WRITERS:-64} events=${EVENTS:-1000000} leaves=${LEAVES:-10000000}

bench/generate.sh tps $((rows / 8 + 100)) 15 >"$dir/tps.csv"
for round in 1 2 3; do
	build/siap init "$dir/w$round" --rules pilkada2024 --area 15 >/dev/null
	build/siap -w "$dir/w$round" import tps "$dir/tps.csv" >/dev/null
	build/obj/bench/log_accept "$dir/w$round" "$rows" "$writers" "$dir/plain$round.db" >>"$dir/accepted"
	rm -rf "$dir/w$round" "$dir/plain$round.db"*
done
sort -n "$dir/accepted" | awk -v rows="$rows" -v writers="$writers" '
	{ siap[NR] = $1; plain[NR] = $2; cpu[NR] = $3; plain_cpu[NR] = $4; ratio[NR] = $1 / $2 }
	END {
		for (i = 1; i <= NR; i++) printf "%d events by %d writers: siap %.2f s (CPU %.2f), plain inserts of the same bytes %.2f s (CPU %.2f): %.2f x (target 1.6)\n", rows, writers, siap[i], cpu[i], plain[i], plain_cpu[i], ratio[i]
	}'

tps=$((events / 11)) # each with ten deliveries
build/siap init "$dir/w" --rules pilkada2024 --area 0 >/dev/null
bench/generate.sh tps "$tps" >"$dir/tps.csv"
build/siap -w "$dir/w" import tps "$dir/tps.csv" >/dev/null
bench/generate.sh delivery "$tps" >"$dir/delivery.csv"
build/siap -w "$dir/w" import delivery "$dir/delivery.csv" >/dev/null
# Hashed for each event: its open part, its meta part and its public entry, with salts.
bytes=$(sqlite3 "$dir/w/siap.db" "SELECT CAST(avg(length(open)) + 16 + avg(length(key)) + 110 + 16 + 320 AS integer) FROM event")
n=$(sqlite3 "$dir/w/siap.db" "SELECT count(*) FROM event")
openssl=$(openssl speed -seconds 2 -bytes "$bytes" sha256 2>&1 | awk -v b="$bytes" '/^sha256/ { sub(/k$/, "", $2); printf "%d", $2 * 1000 / b }')
build/obj/bench/measure build/siap -w "$dir/w" verify >"$dir/said" 2>"$dir/time"
awk -v n="$n" -v bytes="$bytes" -v openssl="$openssl" '{
	target = openssl / 2 < 300000 ? openssl / 2 : 300000
	printf "%d events and their rows verified in %.2f s (CPU %.2f s, %d MB): %d/s, openssl hashes %d bytes %d times a second: %.2f of the target %d/s\n", n, $1, $2, $3, n / $1, bytes, openssl, n / $1 / target, target
}' "$dir/time"
cat "$dir/said"
build/obj/bench/log_proof "$leaves" 2000 | awk '{
	printf "%d leaves: the tree grows by %d leaves a second; proof that one is in it: %.0f us, %.1f hashes, %d bytes; that it grew: %.0f us, %.1f hashes; checked in %.1f us\n", $1, $1 / $2, $3, $4, $5, $6, $7, $8
}'
