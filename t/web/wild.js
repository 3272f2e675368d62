// Nothing that somebody logged in sends may end the server or be answered by "our fault": every route of the program, found in its source,
// with good and wild values in the path, the query and the form. The numbers of a run are always the same; SEED=… tries others.
'use strict';
const fs = require('fs'), path = require('path');
const source = path.join(__dirname, '..', '..', 'src', 'web');

function routes() {
	const found = [];
	for (const file of fs.readdirSync(source).filter((f) => f.endsWith('.c')))
		for (const m of fs.readFileSync(path.join(source, file), 'utf8').matchAll(/^ROUTE\w*\(\s*\w+,\s*"(GET|POST)",\s*"([^"]+)"/gm)) found.push({ method: m[1], pattern: m[2] });
	return found;
}

// What the source asks of queries and forms: rq_query(rq, "sort"), rq_form(rq, "why").
function names() {
	const found = new Set(['f.received', 'f.item', 'received.from', 'received.to', 'tps', 'item', 'received']);
	for (const file of fs.readdirSync(source).filter((f) => f.endsWith('.c')))
		for (const m of fs.readFileSync(path.join(source, file), 'utf8').matchAll(/rq_(?:query|form)\w*\(rq, "([^"]+)"/g)) found.add(m[1]);
	for (const no of ['csrf', 'login', 'password']) found.delete(no);
	return [...found].sort();
}

let state = Number(process.env.SEED || 20241127);
const lot = (n) => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return Math.floor(state / 65536) % n; };
const pick = (list) => list[lot(list.length)];

const good = {
	area: ['15', '1509', '150901', '1509011001', '1509011001001', '1571'], dataset: ['delivery', 'tps', 'officer', 'roll_count', 'stage', 'police_force'],
	key: ['1509011001001/ink', '1509011001001', '1571', '1509011001001/form_set'], name: ['delivered', 'officers_filled', 'roll_parts', 'siap.css'],
	id: ['1', '3', '7'], seq: ['1', '500', '155000'], batch: ['1', '300', '541'], what: ['close', 'reset', 'change', 'invite'], hash: ['0'.repeat(64)], token: ['x'.repeat(43)],
};
const wild = ['', '0', '-1', '1', '2', '99999999999999999999', '9223372036854775807', '1.5', 'NaN', 'nothing', "' OR 1=1 --", '<script>alert(1)</script>', '%', '..', '../..',
	'/', '//example.org', 'é'.repeat(40), 'x'.repeat(3000), '15', '1509', '1509011001001', 'delivery', 'received', '-received', 'tps', 'ink', '2024-11-20', '2024-99-99', 'ready', 'share', 'name',
	'pillar:logistics', 'indicator:delivered', 'pillar:nothing', 'must', 'look', 'kpu', 'desc', 'on', '1571 1509', 'a,b', '\t', '\n', '😀', 'null', '{}', '*', '_event', 'area', '1509011001001/ink'];

const part = (name) => encodeURIComponent(lot(4) ? pick(good[name] || wild) : pick(wild)).replace(/%2F/g, name === 'key' ? '/' : '%2F');
const address = (pattern) => pattern.replace(/\{(\w+)\*?\}/g, (_, name) => part(name) || 'x');

module.exports = {
	copy: true,
	async run(t) {
		const all = routes(), fields = names();
		t.expect('routes are found in the source', true, all.length > 60 && fields.length > 20);
		const tries = Number(process.env.TRIES || 12);
		for (const who of ['sekretaris', 'kpu.tebo', 'admin']) {
			const v = await t.visit(who);
			for (const { method, pattern } of all) {
				// These end the visit, or stay open.
				if (/^\/(logout|live|login|password|account\/|language|invitation)/.test(pattern)) continue;
				for (let i = 0; i < tries; i++) {
					const some = {};
					for (let n = lot(5); n > 0; n--) some[pick(fields)] = pick(wild);
					const query = method === 'GET' ? '?' + Object.entries(some).map((f) => f.map(encodeURIComponent).join('=')).join('&') : '';
					const where = address(pattern) + query;
					const a = method === 'GET' ? await v.get(where) : await v.post(where, some);
					if (a.status >= 500 && a.status !== 503) t.expect(`${method} ${where} ${method === 'POST' ? JSON.stringify(some) : ''} by ${who}`, 'no fault of ours', String(a.status));
				}
			}
			t.expect(`${who} is still in`, 200, (await v.get('/help')).status);
		}
	},
};
