#!/bin/sh
# The first visit of a phone: bytes on the wire (heads, page, style sheets, scripts; nothing kept from before), and how long until the page
# stands there, by Chromium with a processor slowed down four times behind a slow mobile network (400 kbit/s down and up; each answer
# begins 400 ms after its question). Beside it the same by the preset "Slow 3G" of Chromium's developer tools, where an answer takes 2 s.
# Targets: at most 35,000 bytes; drawn within 2.5 s.
#   ROUNDS=3 bench/web_first.sh
set -eu
cd "$(dirname "$0")/.."
siap=$PWD/build/siap
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE || true
"$siap" demo "$dir/province" >/dev/null
"$siap" -w "$dir/province" serve --listen 127.0.0.1:0 --log "$dir/log" >"$dir/served" 2>&1 &
server=$!
for i in $(seq 300); do
	grep -q http: "$dir/served" && break
	kill -0 $server 2>/dev/null || { cat "$dir/served" >&2; exit 1; }
	sleep 0.1
done
address=$(sed -n 's,.*\(http://[0-9.:]*\)/.*,\1,p' "$dir/served")
echo "load of this machine before: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores"
node bench/web_first.js "$address" "$(node bench/web_login.js "$address" sekretaris)" "${ROUNDS:-3}" \
	"board of the province=/area/15" "board of a city=/area/1571" "a TPS=/area/1571091002001" "list of TPS=/data/tps" "list of deliveries=/data/delivery"
