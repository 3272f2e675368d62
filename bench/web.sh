#!/bin/sh
# Pages that somebody logged in reads: the province's board and the page of one TPS, 64 connections that ask without a pause (wrk),
# against nginx handing out a file of as many bytes in the same run, both with gzip on the wire and a line of log for each request; then
# the same pages while a row comes in each second, which makes the board and so its pages anew. With LARGE=823220 the nation follows.
# Targets: at least 0.25 x nginx; at 823,220 TPS at most 1.3 x the time of 6,391.
#   SECONDS_EACH=5 ROUNDS=3 CONNECTIONS=64 LARGE= bench/web.sh
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin
for tool in wrk nginx node; do command -v $tool >/dev/null || { echo "$tool is not installed: apt-get install $tool" >&2; exit 1; }; done
each=${SECONDS_EACH:-5} rounds=${ROUNDS:-3} connections=${CONNECTIONS:-64}
siap=$PWD/build/siap
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
server= front= writes=
stop() { # name of the variable with a process
	eval "pid=\$$1; $1="
	[ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; }
}
trap 'stop writes; stop server; stop front; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE || true
fail() { echo "$*" >&2; exit 1; }

serve() { # workspace
	"$siap" -w "$1" serve --listen 127.0.0.1:0 --log "$dir/siap.log" >"$dir/served" 2>&1 &
	server=$!
	for i in $(seq 600); do
		grep -q http: "$dir/served" && break
		kill -0 $server 2>/dev/null || fail "the server ended: $(cat "$dir/served")"
		sleep 0.1
	done
	address=$(sed -n 's,.*\(http://[0-9.:]*\)/.*,\1,p' "$dir/served")
}
page() { # path, what must stand in it: the page as it is sent into $dir/www/file
	node - "$address$1" "$cookie" "$2" "$dir/www/file" <<'END' || fail "$1 is not the page to be measured"
const [url, cookie, part, file] = process.argv.slice(2), zlib = require("zlib");
require("http").get(url, { headers: { cookie, "accept-encoding": "gzip" } }, (a) => {
	const parts = [];
	a.on("data", (d) => parts.push(d));
	a.on("end", () => {
		const sent = Buffer.concat(parts), text = (a.headers["content-encoding"] === "gzip" ? zlib.gunzipSync(sent) : sent).toString();
		if (a.statusCode !== 200 || !text.includes(part) || !text.includes("<h1")) { console.error(a.statusCode, text.slice(0, 600)); process.exit(1); }
		require("fs").writeFileSync(file, sent);
	});
});
END
}
load() { # address: "requests/s p50_ms p99_ms"
	wrk -t2 -c"$connections" -d"${each}s" --latency -H "Cookie: $cookie" -H 'Accept-Encoding: gzip' "$1" >"$dir/wrk"
	! grep -E 'Non-2xx|Socket errors' "$dir/wrk" >&2 || fail "answers were wrong: $1"
	# Every answer was the whole page: as many bytes as the file.
	awk -v least="$(stat -c %s "$dir/www/file")" '
		function bytes(t) { return t * (t ~ /GB/ ? 1073741824 : t ~ /MB/ ? 1048576 : t ~ /KB/ ? 1024 : 1) }
		/ requests in / { n = $1; read = bytes($5) }
		END { if (read / n < 0.98 * least) { print "answers of " read / n " bytes, not " least; exit 1 } }' "$dir/wrk" >&2 || fail "answers were cut: $1"
	awk 'function ms(t) { return t ~ /us$/ ? t / 1000 : t ~ /ms$/ ? t + 0 : t * 1000 }
		$1 == "50%" { p50 = ms($2) } $1 == "99%" { p99 = ms($2) } /^Requests\/sec/ { print $2, p50, p99 }' "$dir/wrk"
}
compare() { # name, path, what must stand in it
	page "$2" "$3"
	: >"$dir/rounds"
	for round in $(seq "$rounds"); do
		echo "$(load "$address$2") $(load "http://127.0.0.1:$port/file")" >>"$dir/rounds"
	done
	sort -n "$dir/rounds" | awk -v name="$1" -v size="$(stat -c %s "$dir/www/file")" '
		{ line[NR] = $0 }
		END {
			split(line[int((NR + 1) / 2)], f) # the middle one of the rounds
			printf "%s, %d bytes: %d/s, p50 %.1f ms, p99 %.1f ms; nginx, a file of the same size: %d/s, p99 %.1f ms: ratio %.2f (target 0.25)\n",
				name, size, f[1], f[2], f[3], f[4], f[6], f[1] / f[4]
		}'
	sort -n "$dir/rounds" | awk '{ line[NR] = $1 } END { print line[int((NR + 1) / 2)] }' >"$dir/rate"
}

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
mkdir "$dir/www"
[ "$(id -u)" != 0 ] || chmod 755 "$dir"
cat >"$dir/nginx.conf" <<END
$([ "$(id -u)" != 0 ] || echo 'user root;')
daemon off;
worker_processes auto;
pid $dir/nginx.pid;
error_log $dir/error.log;
events { worker_connections 1024; }
http {
	access_log $dir/nginx.log;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 100000000;
	default_type text/html;
	client_body_temp_path $dir/1; proxy_temp_path $dir/2; fastcgi_temp_path $dir/3; uwsgi_temp_path $dir/4; scgi_temp_path $dir/5;
	server { listen 127.0.0.1:$port; root $dir/www; }
}
END
nginx -p "$dir" -c "$dir/nginx.conf" 2>>"$dir/error.log" &
front=$!

echo "load of this machine before: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) cores"
"$siap" demo "$dir/province" >/dev/null
serve "$dir/province"
cookie=$(node bench/web_login.js "$address" sekretaris)
compare "board, 6,391 TPS" /area/15 Jambi
board=$(cat "$dir/rate")
compare "page of a TPS" /area/1571091002001 1571091002001
tps=$(cat "$dir/rate")
(
	n=0
	while sleep 1; do
		n=$((n + 1))
		"$siap" -w "$dir/province" enter delivery tps=1571091002001 item=ink received=$((n % 2 + 1)) >/dev/null 2>"$dir/enter" || cat "$dir/enter" >&2
	done
) &
writes=$!
compare "board, a row each second" /area/15 Jambi
compare "page of that TPS, a row each second" /area/1571091002001 1571091002001
stop writes
stop server

if [ "${LARGE:-}" ]; then
	"$siap" init "$dir/nation" --rules pilkada2024 --area 0 >/dev/null
	for what in ${SETS:-tps roll officers}; do
		case $what in tps) set=tps ;; roll) set=roll_count ;; officers) set=officer_count ;; esac
		bench/generate.sh $what "$LARGE" >"$dir/rows.csv"
		"$siap" -w "$dir/nation" import $set "$dir/rows.csv" >/dev/null
	done
	rm "$dir/rows.csv"
	"$siap" -w "$dir/nation" account add reader --name Reader --agency kesbangpol --role supervisor --area 0 >"$dir/account"
	serve "$dir/nation"
	cookie=$(node bench/web_login.js "$address" reader "$(sed -n 's/^one-time password.*: //p' "$dir/account")")
	code=$(bench/generate.sh tps 1 | sed -n '2s/,.*//p')
	for one in "board of the nation|/area/0|$board" "board of a province|/area/$(echo "$code" | cut -c1-2)|$board" "page of a TPS of the nation|/area/$code|$tps"; do
		name=${one%%|*} rest=${one#*|}
		compare "$name, $LARGE TPS" "${rest%|*}" Siap
		awk -v name="$name" -v small="${rest#*|}" '{ printf "%s: %.2f x the time at 6,391 TPS (target at most 1.3)\n", name, small / $1 }' "$dir/rate"
	done
	stop server
fi
echo "load of this machine after: $(cut -d' ' -f1-3 /proc/loadavg)"
