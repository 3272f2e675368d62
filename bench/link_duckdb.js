// Who may be one person in two rows, found by DuckDB (npm @duckdb/node-api): what the linkage benches measure `siap roll duplicates` against.
// The usual model (Fellegi and Sunter's weights, learned by expectation and maximisation, equal values weighed by how rare they are), whole:
// CSV, cleaning, training, blocking on the engine's keys, Jaro-Winkler levels, groups as connected components, CSV.
//   NODE_PATH=$(bench/link_duckdb.sh) node bench/link_duckdb.js roll|rows IN.csv PAIRS.csv [tight|loose]
// roll: as `siap roll simulate` writes it; rows: the columns of link_rows.c. PAIRS.csv: id_a,id_b,probability from 0.01 on; PAIRS.csv.groups:
// id,group_id of rows that pairs of 0.9 and more tie together. Seconds of each stage go to standard output. THREADS=2, MEMORY=18GB.
'use strict';
const fs = require('fs');
const path = require('path');
const { DuckDBInstance } = require('@duckdb/node-api');

const [kind, input, output, keys = 'tight'] = process.argv.slice(2);
if (!['roll', 'rows'].includes(kind) || !output || !['tight', 'loose'].includes(keys)) {
	console.error('usage: node link_duckdb.js roll|rows IN.csv PAIRS.csv [tight|loose]');
	process.exit(64);
}
const STRANGERS = 1e6; // pairs at random that say how often two people agree
const ROUNDS = 25;
const LEAST = 0.01;    // pairs less probable are forgotten
const TIED = 0.9;
const ONE_NUMBER = 1e-8; // strangers who share a number: too few to be seen in so few pairs
// Of pairs that share a number, or name and birth date, about so many are found of all: for the first guess of how many there are.
const FOUND_BY_RULES = 0.7;

const script = Object.fromEntries(fs.readFileSync(path.join(__dirname, 'link_duckdb.sql'), 'utf8')
	.split(/^-- name: /m).slice(1).map(part => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))]));

/* ---- fields and their levels, most alike first; what fits none is the last level ---- */

const similar = (column, least) => `jaro_winkler_similarity(a.${column}, b.${column}) >= ${least}`;
const equal = column => `a.${column} = b.${column}`;
// A number of a roll holds area and birth date, which are fields of their own: only its serial is new.
const nearNumber = kind === 'roll'
	? `${equal('number_area')} AND ${equal('number_serial')} AND levenshtein(a.number, b.number) <= 2`
	: 'levenshtein(a.number, b.number) <= 1';
const fields = [
	{ name: 'name', levels: [equal('name'), similar('name', 0.92), similar('name', 0.88), similar('name', 0.7)], bits: 'name_bits' },
	{ name: 'birth', levels: [equal('birth'), 'levenshtein(a.birth, b.birth) <= 1', 'levenshtein(a.birth, b.birth) <= 2'], bits: 'birth_bits' },
	{ name: 'number', levels: [equal('number_key'), nearNumber] },
	{ name: 'place', levels: [equal('place'), similar('place', 0.9)], bits: 'place_bits' },
	{ name: 'sex', levels: [equal('sex')] },
	{ name: 'home', known: 'family IS NOT NULL OR village', levels: [equal('family_key'), equal('village_key'), equal('district_key')] },
];
for (const f of fields) {
	f.unknown = f.name === 'home'
		? '(a.family IS NULL OR b.family IS NULL) AND (a.village IS NULL OR b.village IS NULL)'
		: `a.${f.name} IS NULL OR b.${f.name} IS NULL`;
	f.n = f.levels.length + 1;
	f.learned = [];
}
/* A CASE over the levels of a field; what(level) is the value, -1: unknown. */
const byLevel = (f, what) => `CASE WHEN ${f.unknown} THEN ${what(-1)} ${
	f.levels.map((test, i) => `WHEN ${test} THEN ${what(i)}`).join(' ')} ELSE ${what(f.n - 1)} END`;

/* ---- keys ---- */

const tight = [['number_key'], ['birth_key', 'three_key'], ['sound_key', 'year_key'], ['sound_key', 'village_key'], ['family_key'],
	['birth_key', 'district_key'], ['tail_key', 'three_key']];
const rules = keys === 'loose' ? [...tight, ['birth_key']] : tight;
const agree = columns => columns.map(equal).join(' AND ');

let con;
let once; // a before b, and where two lists are linked one of each
const run = sql => con.run(sql);
const rows = async sql => (await con.runAndReadAll(sql)).getRowObjectsJson();
const number = async sql => Number(Object.values((await rows(sql))[0])[0]);
const stages = [];
async function stage(name, job) {
	const start = performance.now();
	const result = await job();
	stages.push([name, (performance.now() - start) / 1000]);
	return result;
}

/* How often each combination of levels occurs among the pairs of a query's FROM. */
async function patterns(from) {
	const levels = fields.map(f => `${byLevel(f, i => i)}::TINYINT AS ${f.name}`).join(', ');
	const found = await rows(`SELECT ${fields.map(f => f.name).join(', ')}, count(*) AS times FROM (SELECT ${levels} FROM ${from}) GROUP BY ALL`);
	return found.map(row => ({ level: fields.map(f => Number(row[f.name])), times: Number(row.times) }));
}
function shares(seen, f, at, weight, least) {
	const count = Array(f.n).fill(0);
	for (const p of seen)
		if (p.level[at] >= 0)
			count[p.level[at]] += weight(p);
	const all = count.reduce((a, b) => a + b, 0);
	return all > 0 ? count.map(c => Math.max(c, least) / all) : null;
}

/* What pairs of one person have in common, from pairs that agree on some fields, which say nothing then. */
function learn(seen, left_out) {
	if (!seen.length)
		return;
	const used = fields.map((f, at) => ({ f, at })).filter(({ f }) => !left_out.includes(f.name));
	let share = 0.5;
	let one = used.map(({ f }) => Array.from({ length: f.n }, (_, i) => i === 0 ? 0.9 : 0.1 / (f.n - 1)));
	for (let round = 0; round < ROUNDS; round++) {
		let sum = 0, all = 0;
		for (const p of seen) {
			let odds = share / (1 - share);
			used.forEach(({ f, at }, k) => { if (p.level[at] >= 0) odds *= one[k][p.level[at]] / f.apart[p.level[at]]; });
			p.likely = odds === Infinity ? p.times : p.times * odds / (1 + odds);
			sum += p.likely;
			all += p.times;
		}
		share = Math.min(Math.max(sum / all, 1e-6), 1 - 1e-6);
		one = used.map(({ f, at }, k) => shares(seen, f, at, p => p.likely, 1e-3) || one[k]);
	}
	used.forEach(({ f }, k) => f.learned.push(one[k]));
}

async function train(count) {
	const among = count * (count - 1) / 2;
	const ruled = `${equal('sound_key')} AND ${equal('birth_key')}`;
	const certain = await stage('prior', async () =>
		await number(`SELECT count(*) FROM people a JOIN people b ON ${equal('number_key')} WHERE ${once}`) +
		await number(`SELECT count(*) FROM people a JOIN people b ON ${ruled} WHERE ${once} AND NOT coalesce(${equal('number_key')}, false)`));
	await stage('strangers', async () => {
		const every = Math.max(1, Math.round(count / Math.sqrt(2 * STRANGERS)));
		await run(`CREATE TABLE few AS SELECT * FROM people WHERE hash(id + 7919) % ${every} = 0`);
		const seen = await patterns(`few a JOIN few b ON ${once}`);
		fields.forEach((f, at) => { f.apart = shares(seen, f, at, p => p.times, 0.5) || Array(f.n).fill(1 / f.n); });
		fields[2].apart[0] = Math.min(fields[2].apart[0], ONE_NUMBER);
	});
	await stage('learning', async () => {
		learn(await patterns(`people a JOIN people b ON ${equal('number_key')} WHERE ${once}`), ['number']);
		learn(await patterns(`people a JOIN people b ON ${ruled} WHERE ${once}`), ['birth']);
	});
	for (const f of fields) {
		const mean = i => f.learned.reduce((sum, one) => sum + one[i], 0) / f.learned.length;
		f.one = Array.from({ length: f.n }, (_, i) => f.learned.length ? mean(i) : i === 0 ? 0.9 : 0.1 / (f.n - 1));
	}
	const share = Math.min(0.5, Math.max(1, certain) / FOUND_BY_RULES / among);
	return Math.log2(share / (1 - share));
}

/* ---- scoring ---- */

function score(f) {
	return byLevel(f, i => {
		if (i < 0)
			return '0.0::DOUBLE';
		return i === 0 && f.bits
			? `least(a.${f.bits}, b.${f.bits}) + ${Math.log2(f.one[0]).toFixed(6)}`
			: `${Math.log2(f.one[i] / f.apart[i]).toFixed(6)}::DOUBLE`;
	});
}

async function candidates(prior) {
	const least = Math.log2(LEAST / (1 - LEAST));
	const weight = [prior.toFixed(6), ...fields.map(score)].join(' + ');
	await stage('pairs', async () => {
		await run('CREATE TABLE likely (id_a UINTEGER, id_b UINTEGER, bits DOUBLE)');
		for (let i = 0; i < rules.length; i++) {
			const earlier = rules.slice(0, i).map(r => ` AND NOT coalesce(${agree(r)}, false)`).join('');
			await run(`INSERT INTO likely SELECT * FROM (SELECT a.id, b.id, ${weight} AS bits FROM people a JOIN people b ON ${agree(rules[i])} WHERE ${once}${earlier}) WHERE bits >= ${least}`);
		}
	});
}

/* Each row takes the smallest number among its partners' until none changes. */
async function groups() {
	const edge = Math.log2(TIED / (1 - TIED));
	await run(`CREATE TABLE tie AS SELECT id_a AS id, id_b AS other FROM likely WHERE bits >= ${edge} UNION ALL SELECT id_b, id_a FROM likely WHERE bits >= ${edge}`);
	await run('CREATE TABLE grouped AS SELECT id, least(id, min(other)) AS group_id FROM tie GROUP BY id');
	for (let changed = 1; changed;) {
		await run('CREATE TABLE next AS SELECT g.id, least(g.group_id, min(o.group_id), min(far.group_id)) AS group_id FROM grouped g JOIN tie t ON t.id = g.id JOIN grouped o ON o.id = t.other JOIN grouped far ON far.id = o.group_id GROUP BY g.id, g.group_id');
		changed = await number('SELECT count(*) FROM next JOIN grouped USING (id) WHERE next.group_id <> grouped.group_id');
		await run('DROP TABLE grouped');
		await run('ALTER TABLE next RENAME TO grouped');
	}
}

async function main() {
	const start = performance.now();
	const instance = await DuckDBInstance.create(':memory:', { threads: process.env.THREADS || '2', memory_limit: process.env.MEMORY || '18GB' });
	con = await instance.connect();
	await run(`SET temp_directory = '${path.resolve(output)}.spill'`);
	await run('SET preserve_insertion_order = false');
	await stage('read', () => run(script[`read_${kind}`].replace('{file}', input.replaceAll("'", "''"))));
	await stage('clean', () => run(script.clean));
	const count = await number('SELECT count(*) FROM tidy');
	await stage('frequencies', () => run(script.frequencies.replaceAll('{rows}', String(count))));
	const two = await number('SELECT count(DISTINCT list) FROM people') > 1;
	once = two ? 'a.list < b.list' : 'a.id < b.id';
	await candidates(await train(count));
	await stage('groups', groups);
	await stage('write', async () => {
		await run(`COPY (SELECT id_a, id_b, 1 / (1 + pow(2, -bits)) AS probability FROM likely) TO '${output}' (HEADER)`);
		await run(`COPY (SELECT id, group_id FROM grouped) TO '${output}.groups' (HEADER)`);
	});
	const total = (performance.now() - start) / 1000;
	console.log(`${stages.map(([name, s]) => `${name} ${s.toFixed(2)}`).join(', ')}; total ${total.toFixed(2)}`);
	if (process.env.MODEL)
		console.error(JSON.stringify(fields.map(f => [f.name, f.one, f.apart])));
}
main().catch(error => { console.error(error.message); process.exit(1); });
