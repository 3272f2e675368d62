#!/bin/sh
# Open boards that wait for changes: 1,000 browsers of somebody logged in listen to their areas and do nothing. Resident memory of the
# server for each, and how long after a row was answered as durable the last of them hear of it (one stream of TCP, loopback).
#   CLIENTS=1000 UPDATES=40 bench/web_sse.sh
set -eu
cd "$(dirname "$0")/.."
command -v node >/dev/null || { echo "node is not installed" >&2; exit 1; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE || true
ulimit -n 8192
build/siap demo "$dir/w" >/dev/null
build/siap -w "$dir/w" serve --listen 127.0.0.1:0 --per-address 0 --log "$dir/requests" >"$dir/served" 2>&1 &
server=$!
for i in $(seq 300); do
	grep -q http: "$dir/served" && break
	kill -0 $server 2>/dev/null || { cat "$dir/served" >&2; exit 1; }
	sleep 0.1
done
address=$(sed -n 's,.*\(http://[0-9.:]*\)/.*,\1,p' "$dir/served")
cookie=$(node bench/web_login.js "$address" kpu.tebo)
node bench/web_sse.js "$address" "$cookie" "$server" "${CLIENTS:-1000}" "${UPDATES:-40}"
