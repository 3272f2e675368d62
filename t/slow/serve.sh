#!/bin/sh
# The end of a server, while 64 browsers enter rows: after SIGTERM, and after kill -9, every row that was answered as saved is there, and
# the next server starts. A second server on the same workspace, and one on a port that is taken, are refused with words that help.
#   WRITERS=64 TRIES=3 t/slow/serve.sh
set -eu
cd "$(dirname "$0")/../.."
writers=${WRITERS:-64} tries=${TRIES:-3}
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-check.XXXXXX")
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE SIAP_FAULT || true
siap=$PWD/build/siap w="$dir/w"
failed=0
expect() { # name, wanted, got
	if [ "$2" = "$3" ]; then echo "ok serve: $1"; return; fi
	failed=1
	printf 'not ok serve: %s\n  expected: %s\n  got: %s\n  rerun: t/slow/serve.sh\n' "$1" "$2" "$3"
}

cat >"$dir/tps.js" <<'END'
console.log('tps,number');
for (let i = 1; i <= 900; i++) console.log(`1571091002${String(i).padStart(3, '0')},${i}`);
END
# Enters rows until the server is gone; prints those that it said were saved.
cat >"$dir/write.js" <<'END'
const http = require('http'), fs = require('fs');
const [address, cookie, token, writers, from, said] = process.argv.slice(2);
const items = ['ballot_box', 'ballot_governor', 'ballot_regent', 'booth', 'ink', 'seal_set', 'punch_set', 'form_set', 'roll_copy', 'recap_box'];
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(writers) });
let next = Number(from), saved = 0;
function row() {
	const k = next++, tps = `1571091002${String(Math.floor(k / 10) % 900 + 1).padStart(3, '0')}`, item = items[k % 10];
	const form = `csrf=${token}&tps=${tps}&item=${item}&received=${k % 50 + 1}`;
	return new Promise((done) => {
		const rq = http.request(address + '/data/delivery/new', { agent, method: 'POST', headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length } }, (a) => {
			let text = '';
			a.on('data', (d) => { text += d; });
			a.on('end', () => {
				if (a.statusCode === 303) { saved++; fs.appendFileSync(said, `${tps},${item},${k % 50 + 1}\n`); }
				else if (a.statusCode !== 503) fs.appendFileSync(`${said}.other`, `${a.statusCode}: ${text.replace(/<[^>]*>|\s+/g, ' ').slice(-300)}\n`);
				done(true);
			});
			a.on('error', () => done(false));
		});
		rq.on('error', () => done(false));
		rq.end(form);
	});
}
async function writer() { while (await row()); }
Promise.all(Array.from({ length: Number(writers) }, writer)).then(() => { console.log(saved > 200 ? 'many' : `${saved}`, next); process.exit(0); });
END
serve() {
	"$siap" -w "$w" serve --listen 127.0.0.1:0 --log "$dir/requests" >"$dir/served" 2>&1 &
	server=$!
	for i in $(seq 300); do
		grep -q http: "$dir/served" && break
		kill -0 $server 2>/dev/null || { cat "$dir/served"; exit 1; }
		sleep 0.1
	done
	address=$(sed -n 's,.*\(http://[0-9.:]*\)/.*,\1,p' "$dir/served")
}
# Rows that were answered and are not there.
lost() {
	"$siap" -w "$w" export delivery "$dir/now.csv" >/dev/null 2>&1
	node -e '
		const fs = require("fs"), lines = (f) => fs.readFileSync(f, "utf8").trim().split("\n"), [head, ...rows] = lines(process.argv[1]).map((l) => l.split(","));
		const at = (n) => head.indexOf(n), have = new Set(rows.map((r) => `${r[at("tps")]},${r[at("item")]},${r[at("received")]}`));
		console.log(lines(process.argv[2]).filter((l) => !have.has(l)).slice(0, 5).join(" ") || "none");' "$dir/now.csv" "$dir/saved"
}

node "$dir/tps.js" >"$dir/tps.csv"
"$siap" init "$w" --rules pilkada2024 --area 1571091002 >/dev/null
"$siap" -w "$w" import tps "$dir/tps.csv" >/dev/null
password=$("$siap" -w "$w" account add writer --name Writer --agency kpu --role operator --area 1571091002 | sed -n 's,^one-time password.*: ,,p')
serve
cookie=$(node bench/web_login.js "$address" writer "$password" 'kata sandi untuk uji')
form() { node -e 'fetch(process.argv[1] + "/data/delivery/new", { headers: { cookie: process.argv[2] } }).then((a) => a.text()).then((t) => console.log(t.match(/name="csrf" value="([^"]*)"/)[1]))' "$address" "$cookie"; }

set +e
said=$("$siap" -w "$w" serve --listen 127.0.0.1:0 2>&1)
expect "a second server on the workspace" "6 siap: another Siap process already serves '$w'" "$? $(echo "$said" | head -1)"
"$siap" init "$dir/other" --rules pilkada2024 --area 1571091002 >/dev/null
port=${address##*:}
said=$("$siap" -w "$dir/other" serve --listen "127.0.0.1:$port" 2>&1)
expect "a port that is taken" "8 siap: cannot listen on '127.0.0.1:$port'" "$? $(echo "$said" | head -1)"
expect "and what to do" "1" "$(echo "$said" | grep -c -- --listen)"
set -e

from=0
for try in $(seq "$tries"); do
	for signal in TERM KILL; do
		token=$(form)
		: >"$dir/saved"
		node "$dir/write.js" "$address" "$cookie" "$token" "$writers" "$from" "$dir/saved" >"$dir/wrote" &
		writing=$!
		for i in $(seq 200); do [ "$(wc -l <"$dir/saved")" -gt 300 ] && break; sleep 0.05; done
		kill -$signal $server
		status=0
		wait $server 2>/dev/null || status=$?
		wait $writing
		read -r many from <"$dir/wrote"
		expect "SIG$signal, try $try: it ends as it should" "$([ $signal = TERM ] && echo 0 || echo 137)" "$status"
		expect "SIG$signal, try $try: rows were saved until then" many "$many"
		expect "SIG$signal, try $try: rows that were answered and are lost" none "$(lost)"
		serve
	done
done
[ ! -s "$dir/saved.other" ] || expect "other answers than 303 and, at the end, 503" none "$(sort "$dir/saved.other" | uniq -c | head)"
kill -TERM $server
wait $server || expect "the end" 0 $?
server=
"$siap" -w "$w" verify >"$dir/verified" 2>&1 || expect "the log" 0 "$(cat "$dir/verified")"
expect "nothing is left behind" "" "$(find "$w" -name 'upload*' -o -name '*.tmp' | head -3)"
exit $failed
