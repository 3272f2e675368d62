#!/bin/sh
# Rows entered through the form of the desk by 64 browsers of somebody logged in, each answered when it is durable, against plain inserts
# of the same bytes by as many callers who share commits (SQLite, synchronous=FULL), and against the same rows accepted without a server.
# Target: at least 0.4 x the plain inserts.
#   ROWS=40000 WRITERS=64 ROUNDS=3 bench/web_posts.sh
set -eu
cd "$(dirname "$0")/.."
for tool in wrk node; do command -v $tool >/dev/null || { echo "$tool is not installed: apt-get install $tool" >&2; exit 1; }; done
rows=${ROWS:-40000} writers=${WRITERS:-64} rounds=${ROUNDS:-3} each=${SECONDS_EACH:-5}
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-bench.XXXXXX")
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" || true; }; server=; }
trap 'stop; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE || true
fail() { echo "$*" >&2; exit 1; }

# Every request is another row, of a TPS and an item that it has not had; each thread has TPS of its own.
cat >"$dir/rows.lua" <<'END'
local items = { "ballot_box", "ballot_governor", "booth", "ink", "seal_set", "punch_set", "form_set", "recap_box" }
local threads, tps, n = 0, {}, 0
function setup(thread)
	thread:set("mine", threads)
	threads = threads + 1
end
function init(args)
	for line in io.lines(args[1]) do tps[#tps + 1] = line end
	token = args[2]
	wrk.headers["Cookie"] = args[3]
	wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end
function request()
	local k = n * 2 + mine
	n = n + 1
	local code = tps[math.floor(k / 8) + 1]
	if not code then return wrk.format("GET", "/healthz") end
	return wrk.format("POST", "/data/delivery/new", nil,
		"csrf=" .. token .. "&tps=" .. code .. "&item=" .. items[k % 8 + 1] .. "&received=" .. 1 + k % 90)
end
function response(status, headers)
	if status ~= 303 then print("an answer with status " .. status) end
end
END

bench/generate.sh tps 60000 15 >"$dir/tps.csv" # more than are filled
awk -F , 'NR > 1 { print $1 }' "$dir/tps.csv" >"$dir/codes"
for round in $(seq "$rounds"); do
	w="$dir/w$round"
	build/siap init "$w" --rules pilkada2024 --area 15 >/dev/null
	build/siap -w "$w" import tps "$dir/tps.csv" >/dev/null
	password=$(build/siap -w "$w" account add operator --name Operator --agency kpu --role operator --area 15 | sed -n 's,^one-time password.*: ,,p')
	build/siap -w "$w" serve --listen 127.0.0.1:0 --per-address 0 --log "$dir/requests" >"$dir/served" 2>&1 &
	server=$!
	for i in $(seq 300); do
		grep -q http: "$dir/served" && break
		kill -0 $server 2>/dev/null || fail "the server ended: $(cat "$dir/served")"
		sleep 0.1
	done
	address=$(sed -n 's,.*\(http://[0-9.:]*\)/.*,\1,p' "$dir/served")
	cookie=$(node bench/web_login.js "$address" operator "$password" 'kata sandi untuk uji')
	token=$(node -e 'fetch(process.argv[1] + "/data/delivery/new", { headers: { cookie: process.argv[2] } }).then((a) => a.text()).then((t) => console.log(t.match(/name="csrf" value="([^"]*)"/)[1]))' "$address" "$cookie")
	before=$(build/siap -w "$w" export delivery - 2>/dev/null | wc -l)
	wrk -t2 -c"$writers" -d"${each}s" --latency -s "$dir/rows.lua" "$address" -- "$dir/codes" "$token" "$cookie" >"$dir/wrk"
	stop
	! grep -E 'an answer with|Non-2xx|Socket errors' "$dir/wrk" >&2 || fail "answers were wrong"
	saved=$(($(build/siap -w "$w" export delivery - 2>/dev/null | wc -l) - before))
	rm -rf "$w"
	build/siap init "$w" --rules pilkada2024 --area 15 >/dev/null
	build/siap -w "$w" import tps "$dir/tps.csv" >/dev/null
	build/obj/bench/log_accept "$w" "$rows" "$writers" "$dir/plain.db" >"$dir/accepted"
	awk -v saved="$saved" -v rows="$rows" -v accepted="$(cut -d' ' -f1 "$dir/accepted")" -v plain="$(cut -d' ' -f2 "$dir/accepted")" '
		function ms(t) { return t ~ /us$/ ? t / 1000 : t ~ /ms$/ ? t + 0 : t * 1000 }
		$1 == "50%" { p50 = ms($2) } $1 == "99%" { p99 = ms($2) } / requests in / { answered = $1; seconds = $4 + 0 }
		END { print saved / seconds, answered, saved, p50, p99, rows / plain, rows / accepted }' "$dir/wrk" >>"$dir/rounds"
	rm -rf "$w" "$dir/plain.db"*
done
sort -n "$dir/rounds" | awk -v writers="$writers" '
	{ line[NR] = $0; if ($3 < $2) { print $2 " answered, " $3 " saved"; wrong = 1 } }
	END {
		split(line[int((NR + 1) / 2)], f) # the middle one of the rounds
		printf "%d writers: %d forms/s durable, p50 %.1f ms, p99 %.1f ms; plain inserts that share commits: %d/s: ratio %.2f (target 0.4); the same rows without a server: %d/s: %.2f\n",
			writers, f[1], f[4], f[5], f[6], f[1] / f[6], f[7], f[1] / f[7]
		exit wrong
	}'
