#!/bin/sh
# ./demo ends with the desk in the browser: it prints an address that answers, on a free port when the usual one is taken, and accounts
# that are let in; Ctrl-C ends it; with --no-serve it ends by itself.
set -eu
cd "$(dirname "$0")/.."
copy=$(mktemp -d "$PWD/build/demo-copy.XXXXXX") # on the same disk: nothing is copied but the build
taken= server=
end() {
	for pid in $taken $server; do kill "$pid" 2>/dev/null || true; done
	wait
	rm -rf "$copy"
}
trap end EXIT
trap 'exit 130' INT TERM
unset SIAP_CLOCK SIAP_WORKSPACE SIAP_KEYS || true
export SIAP_LANG=en
fail() { echo "$*"; [ ! -e "$copy/said" ] || tail -n 30 "$copy/said"; exit 1; }

find . -mindepth 1 -maxdepth 1 ! -name .git ! -name build ! -name node_modules -exec cp -a {} "$copy/" \;
ln -s "$PWD/node_modules" "$copy/node_modules"
mkdir "$copy/build"
cp -al build/siap build/obj build/embed "$copy/build/"
cd "$copy"

status=0
./demo --nonsense >said 2>&1 || status=$?
[ $status = 2 ] || fail "./demo --nonsense: expected exit 2, got $status"

node -e 'const s = require("net").createServer(); s.on("error", () => {}); s.listen(8080, "127.0.0.1"); setInterval(() => {}, 1000)' &
taken=$!
./demo >said 2>&1 </dev/null &
server=$!
for i in $(seq 1500); do
	grep -q '^ready: ' said && break
	kill -0 $server 2>/dev/null || fail "./demo ended"
	sleep 0.2
done
address=$(sed -n 's,^In the browser: \(http://127.0.0.1:[0-9]*\)/ .*,\1,p' said)
[ "$address" ] && grep -q "^ready: $address/ " said || fail "the address: expected the one that is served, got '$address'"
[ "$address" != http://127.0.0.1:8080 ] || fail "port 8080 is taken, and was used"
for login in sekretaris gubernur kpu.tebo bawaslu polda.ops admin kpu.admin; do
	sed '1,/^In the browser/d' said | grep -q "^$login " || fail "$login is not among the accounts"
	cookies=$(node bench/web_login.js "$address" $login 2>&1) || fail "$cookies"
done
node - "$address" "$cookies" >asked 2>&1 <<'END' || fail "$(cat asked)"
const [address, cookie] = process.argv.slice(2);
(async () => {
	const door = await fetch(address + "/");
	if (!door.url.startsWith(address + "/login")) throw new Error("who is not logged in came to " + door.url);
	const board = await (await fetch(address + "/", { headers: { cookie } })).text();
	if (!board.includes("<h1") || !board.includes("Jambi")) throw new Error("the first page is not Jambi's board: " + board.slice(0, 2000));
	console.log(`seven accounts logged in, the board opened at ${address}`);
})().catch((e) => { console.log(e); process.exit(1); });
END

status=0
./demo --no-serve >again 2>&1 || status=$?
[ $status = 1 ] && grep -q 'another ./demo serves' again || fail "a second ./demo: expected a refusal, got $status: $(tail -n 3 again)"

kill -INT $server
status=0
wait $server || status=$?
[ $status = 0 ] || fail "after Ctrl-C: expected exit 0, got $status"
server=
! node -e 'fetch(process.argv[1]).then(() => 0, () => process.exit(1))' "$address/healthz" || fail "after Ctrl-C it still answers"
SIAP_KEYS=build/demo/keys build/siap -w build/demo/jambi ready | grep -q 6,391 || fail "the workspace after the server"
cat asked
