// complete_forms.js FORMS FINDINGS: of the forms with the votes of three candidates and their sum, how many break each rule and
// how many pass all eight. FORMS: export of count_form; FINDINGS: `siap check --all --csv`.
'use strict';
const fs = require('fs');
const rules = ['registered_sum', 'users_sum', 'users_classes', 'users_registered_within', 'votes_sum', 'ballots_sum', 'ballots_users', 'ballots_within'];
const rows = (file) => {
	const [head, ...lines] = fs.readFileSync(file, 'utf8').trim().split(/\r?\n/).map((l) => l.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((c) => c.replace(/,$/, '').replace(/^"|"$/g, '')));
	return lines.map((l) => Object.fromEntries(head.map((h, i) => [h, l[i]])));
};
const complete = new Set(rows(process.argv[2]).filter((r) => ['votes_1', 'votes_2', 'votes_3', 'valid'].every((f) => r[f] !== '')).map((r) => r.tps));
const broken = new Set(), count = Object.fromEntries(rules.map((r) => [r, 0]));
for (const f of rows(process.argv[3])) {
	const rule = f.check.replace(/^form_/, '');
	if (!(rule in count) || !complete.has(f.area)) continue;
	count[rule]++;
	broken.add(f.area);
}
console.log(`forms ${complete.size}`);
for (const r of rules) console.log(`${r} ${count[r]}`);
console.log(`pass all ${complete.size - broken.size}`);
