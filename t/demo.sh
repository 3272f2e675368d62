#!/bin/sh
# The demo's province tells the story that demo-data/README.md promises: each planted gap is seen by the command that shows it.
# KEEP=DIR leaves the workspace there.
set -eu
cd "$(dirname "$0")/.."
siap=$PWD/build/siap
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE || true

# A stop leaves nothing behind: no folder, no key.
"$siap" demo "$dir/stopped" >"$dir/said" 2>&1 &
pid=$!
until [ -e "$dir/stopped/siap.db" ]; do sleep 0.05; done
sleep 0.5
kill -INT $pid
status=0
wait $pid || status=$?
[ $status = 130 ] || { echo "a stopped demo: expected exit 130, got $status: $(cat "$dir/said")"; exit 1; }
[ ! -e "$dir/stopped" ] && [ -z "$(ls "$dir/keys")" ] || { echo "a stopped demo left: $(ls "$dir" "$dir/keys")"; exit 1; }

"$siap" demo "$dir/w" >"$dir/said" 2>&1 || { cat "$dir/said"; exit 1; }
[ -z "$(ls "$dir/w/import")" ] || { echo "left in import/: $(ls "$dir/w/import")"; exit 1; }
status=0
"$siap" demo "$dir/w" >"$dir/said" 2>&1 || status=$?
[ $status = 4 ] && grep -q "exists already" "$dir/said" || { echo "a second demo in the folder: exit $status: $(cat "$dir/said")"; exit 1; }

ask() { "$siap" -w "$dir/w" "$@"; }
ask ready --json >"$dir/now.json"
ask ready --json --at 2024-11-14 >"$dir/then.json"
ask ready 1571091002 --json >"$dir/village.json"
ask why 1571091002 --all >"$dir/why"
ask check --all --csv >"$dir/check" || [ $? -lt 3 ]
for d in tps roll_count candidate_pair police_force army_force unit_area shipment; do ask export $d - >"$dir/$d.csv" 2>/dev/null; done
# All of it follows from the log; one figure changed behind its back is named.
ask verify | grep -q '^155,836 events, .* all is as it was logged and signed$' || { echo "the demo does not verify: $(ask verify 2>&1)"; exit 1; }
ask checkpoint >"$dir/kept"
ask verify --against "$dir/kept" >/dev/null
tps=$(sqlite3 "$dir/w/siap.db" "SELECT tps FROM delivery WHERE item = 'ink' AND packed > 0 LIMIT 1 OFFSET 1000")
sqlite3 "$dir/w/siap.db" "UPDATE delivery SET packed = packed + 1 WHERE tps = '$tps' AND item = 'ink'"
ask verify >"$dir/said" 2>&1 && { echo "a changed figure was not found"; exit 1; }
grep -q "row '$tps/ink' of 'delivery' was changed: packed is" "$dir/said" || { echo "a changed figure was not named: $(cat "$dir/said")"; exit 1; }
sqlite3 "$dir/w/siap.db" "UPDATE delivery SET packed = packed - 1 WHERE tps = '$tps' AND item = 'ink'"
ask verify >/dev/null
# A board built anew from the rows says what the one that followed twenty days says.
rm "$dir/w/board.snap"
ask ready --json | cmp - "$dir/now.json"

node - "$dir" <<'END'
const fs = require('fs'), dir = process.argv[2];
const read = (f) => fs.readFileSync(dir + '/' + f, 'utf8');
const json = (f) => JSON.parse(read(f));
const table = (f) => { // no quoted cells are read here
	const [head, ...rows] = read(f).trim().split('\r\n').map((l) => l.split(','));
	return rows.map((r) => Object.fromEntries(head.map((h, i) => [h, r[i]])));
};
let bad = 0;
function expect(what, ok, got) {
	if (ok) return;
	bad++;
	console.log(`expected ${what}, got ${JSON.stringify(got)}`);
}
const equal = (what, got, want) => expect(`${what}: ${want}`, got === want, got);
const within = (what, got, least, most) => expect(`${what}: ${least} to ${most}`, got >= least && got <= most, got);
const now = json('now.json'), then = json('then.json');
const part = (node, code) => node.children.find((c) => c.area === code);
const ind = (node, name) => node.indicators.find((i) => i.name === name);
const share = (node, name) => 100 * ind(node, name).have / ind(node, name).need;

// What is real.
const tps = table('tps.csv'), final = table('roll_count.csv').filter((r) => r.version === 'final');
const voters = (rows) => rows.reduce((sum, r) => sum + Number(r.total), 0);
equal('polling stations', now.total, 6391);
equal('polling stations of Kota Jambi', part(now, '1571').total, 943);
equal('voters with the missing roll', ind(now, 'roll_reconciled').need - 27, 2695348); // 27: the official total with two digits changed
equal('voters of Muaro Jambi', voters(final.filter((r) => r.tps.startsWith('1505'))), 317746);
equal('without internet', tps.filter((t) => t.no_internet === 'yes').length, 576);
equal('without electricity', tps.filter((t) => t.no_electricity === 'yes').length, 287);
const pairs = table('candidate_pair.csv');
equal('pairs', pairs.filter((p) => p.kind === 'pair').length, 34);
equal('blank columns', pairs.filter((p) => p.kind === 'blank_column').map((p) => p.area).join(), '1504');
const resta = table('police_force.csv').find((p) => p.area === '1571');
equal('police of Kota Jambi', resta.personnel + '/' + resta.at_stations, '1026/328');
const kodim = table('army_force.csv').find((p) => p.area === '1571');
equal('army at Kota Jambi', kodim.deployed + '+' + kodim.standby, '165+200');
equal('one Polres for two regencies', table('unit_area.csv').filter((u) => u.unit === 'Polres Kerinci').map((u) => u.area).join(), '1501,1572');

// The story.
within('packed in Kota Jambi on 14 November, percent', share(part(then, '1571'), 'logistics_packed'), 97.5, 98);
within('packed in Kota Jambi on 20 November, percent', share(part(now, '1571'), 'logistics_packed'), 99, 99.9);
const people = ['roll', 'logistics', 'officers', 'security'].reduce((sum, p) => sum + now.pillars[p], 0) / 4;
within('pillars of the province, the mean that people quote', people, 96.5, 97.9);
within('polling stations ready, percent', 100 * now.ready / now.total, 60, 85);
expect('fewer ready on 14 November', then.ready < now.ready - 1000, then.ready);
equal('event of 14 November before that of 20 November', then.event < now.event, true);
const silent = tps.filter((t) => ['1501042010', '1502182004', '1503012010', '1507052006'].includes(t.tps.slice(0, 10))).length;
expect('some silent polling stations', silent >= 4, silent);
equal('stations silent about security', ind(now, 'security_ready').need - ind(now, 'security_ready').heard, 2 * silent);
equal('stations not heard of: silent ones and the one without its roll', now.not_heard, silent + 1);
equal('stages that Kota Jambi declared', ind(part(then, '1571'), 'stages_declared').have, 13);
equal('ballots damaged at Muaro Jambi', table('shipment.csv').find((s) => s.area === '1505' && s.item === 'ballot_governor' && s.number === '1').damaged, '2300');

// Findings: planted ones, and no others.
const f = now.findings;
const planted = { roll_limit: 2, roll_sex_sum: 2, roll_parts: 3, shipment_over: 1, shipment_short: 1, control_total: 3, stage_early: 3,
	stage_evidence: 5, stage_late: 17 };
for (const name of Object.keys(f)) equal(`findings of ${name}`, f[name], planted[name] ?? 0);
equal('findings listed', read('check').trim().split('\r\n').length - 1, Object.values(planted).reduce((a, b) => a + b));
for (const [station, item] of [['003', 'Logistics packed'], ['007', 'Logistics packed'], ['012', 'Logistics packed']])
	expect(`why 1571091002 to name TPS ${station}`, read('why').split('\n').some((l) => l.startsWith(`TPS ${station},`) && l.includes(item)), read('why'));
process.exit(bad ? 1 : 0);
END
[ -z "${KEEP:-}" ] || cp -r "$dir/w" "$KEEP"
echo "the province tells its story: $(grep -c . "$dir/check") lines of findings, $(wc -l <"$dir/why") lines of one village"
