#!/bin/sh
# The demo's voter roll by name: made up for each polling station as the board counts it, and the roll pillar comes from it.
set -eu
cd "$(dirname "$0")/.."
siap=$PWD/build/siap
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export SIAP_KEYS="$dir/keys" SIAP_LANG=en
unset SIAP_CLOCK SIAP_WORKSPACE || true
"$siap" demo "$dir/w" >"$dir/said" 2>&1 || { cat "$dir/said"; exit 1; }
ask() { "$siap" -w "$dir/w" "$@"; }
fail() { echo "$*"; exit 1; }

ask roll simulate "$dir/roll.csv" --board >"$dir/said"
grep -q '^rows: 2,695,348$' "$dir/said" || fail "simulated: expected 2,695,348 rows, got: $(cat "$dir/said")"
ask ready --json >"$dir/before.json"
ask roll import DPT "$dir/roll.csv" >"$dir/import"
grep -q '^voters: 2,695,348$' "$dir/import" || fail "imported: expected 2,695,348 voters, none refused, got: $(cat "$dir/import")"
ask roll import final "$dir/roll.csv" | grep -q '^this roll is version 1 already' || fail "a second import: expected version 1 already"
ask roll check >"$dir/check"
ask ready --json >"$dir/after.json"
for d in roll_count roll_listed roll_checked; do ask export $d - 2>/dev/null | tr -d '\r' >"$dir/$d.csv"; done
ask roll stats DPT --csv | tr -d '\r' >"$dir/stats.csv"
ask check --all --csv >"$dir/findings" || [ $? -lt 3 ]
ask verify | grep -q 'all is as it was logged and signed$' || fail "does not verify: $(ask verify 2>&1)"

# The same pairs of likely duplicates whatever the threads, and few of them are two people.
ask roll duplicates --threads 1 --csv "$dir/one.csv" >/dev/null
ask roll duplicates --threads 2 --csv "$dir/two.csv" >/dev/null
cmp "$dir/one.csv" "$dir/two.csv" || fail "duplicates depend on the number of threads"

node - "$dir" <<'END2'
const fs = require('fs'), dir = process.argv[2];
const read = (f) => fs.readFileSync(dir + '/' + f, 'utf8');
const table = (f) => {
	const [head, ...rows] = read(f).trim().split('\n').map((l) => l.split(','));
	return rows.map((r) => Object.fromEntries(head.map((h, i) => [h, r[i]])));
};
let bad = 0;
const expect = (what, ok, got) => { if (!ok) { bad++; console.log(`expected ${what}, got ${JSON.stringify(got)}`); } };
const equal = (what, got, want) => expect(`${what}: ${want}`, got === want, got);
const before = JSON.parse(read('before.json')), after = JSON.parse(read('after.json'));
const ind = (node, name) => node.indicators.find((i) => i.name === name);

// Each polling station has as many as its final count says; the one that was never counted has what its regency's total leaves.
const listed = table('roll_listed.csv');
const counted = Object.fromEntries(table('roll_count.csv').filter((r) => r.version === 'final').map((r) => [r.tps, r.total]));
equal('polling stations listed', listed.length, 6391);
equal('polling stations with another total than the board', listed.filter((l) => counted[l.tps] !== l.total).map((l) => l.tps).join(), '1503022011001');
const sum = (rows, f) => rows.reduce((s, r) => s + Number(r[f]), 0);
equal('voters by name', sum(listed, 'total'), 2695348);
equal('voters in the statistics', sum(table('stats.csv'), 'voters'), 2695348);
equal('voters checked', sum(table('roll_checked.csv'), 'voters'), 2695348);

// The pillar comes from it: indicators that nobody had heard of now count voters.
equal('by name before', ind(before, 'roll_by_name')?.need ?? 0, 0);
const named = ind(after, 'roll_by_name'), clean = ind(after, 'roll_clean');
equal('by name: all that were reported', named.have, named.need);
expect('by name: more than 2,690,000 voters', named.need > 2690000, named.need);
equal('checked voters', clean.need, 2695348);
expect('some voters to be mended, below 3 percent', clean.have < clean.need && clean.have > clean.need * 0.97, clean);
expect('another roll pillar than before', before.pillars.roll !== after.pillars.roll, after.pillars.roll);
// Two polling stations were planted whose men and women do not add up: the list by name tells.
const found = read('findings').split('\n').filter((l) => l.startsWith('roll_by_name,'));
equal('findings of the count against the list', found.length, 2);

const pairs = table('two.csv').map((p) => ({ ...p, class: (p.class ?? p['class\r']) }));
expect('thousands of likely duplicates', pairs.length > 20000, pairs.length);
process.exit(bad ? 1 : 0);
END2
echo "2,695,348 made-up voters: $(grep -c . "$dir/check") lines of checks, $(wc -l <"$dir/two.csv") pairs"
