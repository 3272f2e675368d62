#!/bin/sh
# SIGTERM and Ctrl-C end a server gracefully: it waits for what is being sent. Whoever asks a second time, in either way, waits no longer.
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d "${TMPDIR:-/tmp}/siap-check.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE SIAP_FAULT || true
build/siap init "$dir/w" --rules pilkada2024 --area 1571091002 >/dev/null
cat >"$dir/stop.js" <<'END'
const net = require('net'), { spawn } = require('child_process');
const [workspace, first, second] = process.argv.slice(2), sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const server = spawn('build/siap', ['serve', '-w', workspace, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
process.on('exit', () => server.kill('SIGKILL'));
let ended = '';
server.on('exit', (code, signal) => { ended = String(signal || code); });
const fail = (what) => { console.log(`${first}, ${second || 'nothing more'}: ${what}`); process.exit(1); };
const until = async (what, is) => { for (let i = 0; !is(); i++) { if (i > 400) fail(`expected ${what}, the server ${ended ? `ended with ${ended}` : 'runs'}`); await sleep(20); } };
(async () => {
	let said = '', answer = '';
	server.stdout.on('data', (d) => { said += d; });
	await until('an address', () => /http:\/\/127\.0\.0\.1:(\d+)/.test(said));
	const socket = net.connect(Number(said.match(/127\.0\.0\.1:(\d+)/)[1]), '127.0.0.1');
	socket.on('error', () => {});
	socket.on('data', (d) => { answer += d; });
	socket.write('POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nlogin');
	await sleep(300);
	server.kill(first);
	await sleep(300);
	if (ended) fail(`expected it to wait for the request, it ended with ${ended}`);
	if (second) {
		const at = Date.now();
		server.kill(second);
		await until('the end', () => ended);
		if (ended !== second) fail(`expected ${second} to end it, got ${ended} after ${Date.now() - at} ms`);
	} else {
		socket.write('=abc');
		await until('the end', () => ended);
		if (ended !== '0' || !/^HTTP\/1\.1 \d/.test(answer)) fail(`expected an answer and exit 0, got '${answer.slice(0, 80)}' and ${ended}`);
	}
	process.exit(0);
})();
END
for pair in 'SIGTERM' 'SIGINT' 'SIGTERM SIGTERM' 'SIGINT SIGINT' 'SIGTERM SIGINT' 'SIGINT SIGTERM'; do
	# shellcheck disable=SC2086
	node "$dir/stop.js" "$dir/w" $pair
done
