// Checks a published log or a bundle from the specifications alone (RFC 6962, c2sp.org/signed-note, tlog-checkpoint, tlog-tiles), with
// nothing of Siap: node t/verify_log.js FOLDER KEY-FILE. Prints what it found, or the first thing that does not hold.
'use strict';
const fs = require('fs'), path = require('path'), crypto = require('crypto');
const [folder, keyFile] = process.argv.slice(2);
const log = fs.existsSync(path.join(folder, 'log')) ? path.join(folder, 'log') : folder;
const sha = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();
const fail = (text) => { console.log(text); process.exit(1); };

// The signature of the checkpoint.
const [, name, id, key] = fs.readFileSync(keyFile, 'utf8').match(/^(.*?)\+(.{8})\+(.*)$/m);
const raw = Buffer.from(key, 'base64');
if (raw[0] !== 1 || sha(Buffer.from(name + '\n'), raw).subarray(0, 4).toString('hex') !== id) fail('the key is none');
const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw.subarray(1)]);
const publicKey = crypto.createPublicKey({ key: der, format: 'der', type: 'spki' });
const note = fs.readFileSync(path.join(log, 'checkpoint'), 'utf8');
const cut = note.lastIndexOf('\n\n') + 1, text = note.slice(0, cut);
const mine = note.slice(cut + 1).split('\n').filter((l) => l.startsWith(`— ${name} `)).map((l) => Buffer.from(l.split(' ')[2], 'base64'))
	.filter((s) => s.subarray(0, 4).toString('hex') === id);
if (!mine.length || !mine.every((s) => crypto.verify(null, Buffer.from(text), publicKey, s.subarray(4)))) fail('the signature does not hold');
const [origin, sizeText, root] = text.split('\n'), size = Number(sizeText);
if (origin !== name) fail('the checkpoint is of another log');

// Entries, and the tiles over them.
const group = (n) => {
	let s = String(n % 1000).padStart(3, '0');
	for (n = Math.floor(n / 1000); n > 0; n = Math.floor(n / 1000)) s = `x${String(n % 1000).padStart(3, '0')}/${s}`;
	return s;
};
const file = (level, n, width) => fs.readFileSync(path.join(log, 'tile', level, group(n) + (width < 256 ? `.p/${width}` : '')));
const entries = [];
for (let n = 0; n * 256 < size; n++) {
	const width = Math.min(256, size - n * 256), b = file('entries', n, width);
	let at = 0;
	for (let i = 0; i < width; i++) {
		const length = b.readUInt16BE(at);
		entries.push(b.subarray(at + 2, at + 2 + length));
		at += 2 + length;
	}
	if (at !== b.length) fail(`bundle ${n} is not whole`);
}
const node = (hashes) => { // RFC 6962, 2.1
	if (hashes.length === 1) return hashes[0];
	let k = 1;
	while (k * 2 < hashes.length) k *= 2;
	return sha(Buffer.from([1]), node(hashes.slice(0, k)), node(hashes.slice(k)));
};
const leaves = entries.map((e) => sha(Buffer.from([0]), e));
if (node(leaves).toString('base64') !== root) fail('the root is another');
let tiles = 0;
for (let level = 0, hashes = leaves; hashes.length; level++) {
	const above = [];
	for (let n = 0; n * 256 < hashes.length; n++) {
		const part = hashes.slice(n * 256, n * 256 + 256);
		if (!file(String(level), n, part.length).equals(Buffer.concat(part))) fail(`tile ${level}/${n} is another`);
		tiles++;
		if (part.length === 256) above.push(node(part));
	}
	hashes = above;
}

// Each entry in its place; what a bundle shows of them.
const parsed = entries.map((e) => JSON.parse(e.toString()));
parsed.forEach((e, i) => { if (e.v !== 1 || e.seq !== i + 1) fail(`entry ${i + 1} is out of place`); });
const said = new Map(); // event -> its open part
if (log !== folder) {
	for (const line of fs.readFileSync(path.join(folder, 'events.jsonl'), 'utf8').split('\n').filter(Boolean)) {
		const e = JSON.parse(line), entry = parsed[e.seq - 1];
		if (!entry || entry.dataset !== e.dataset || sha(Buffer.from(e.salt, 'hex'), Buffer.from(e.open)).toString('hex') !== entry.open) fail(`event ${e.seq} is not what is shown of it`);
		said.set(e.seq, { dataset: e.dataset, open: JSON.parse(e.open) });
	}
}

// Each row of the data against the event that it names. Times and decimals, which the table writes in another
// way than the log, are passed over.
let rows = 0;
for (const name of log !== folder ? fs.readdirSync(path.join(folder, 'data')) : []) {
	const [head, ...lines] = csv(fs.readFileSync(path.join(folder, 'data', name), 'utf8'));
	for (const cells of lines) {
		const event = Number(cells[head.length - 1]), e = said.get(event);
		if (!e || `${e.dataset}.csv` !== name) fail(`${name}: there is no event ${event} of it`);
		head.slice(0, -1).forEach((field, i) => {
			const logged = e.open[field], bool = { yes: '1', ya: '1', no: '0', tidak: '0' }[cells[i]];
			const same = (logged === undefined ? '' : String(logged)) === cells[i] || (bool !== undefined && String(logged) === bool);
			if (!same && cells[i] !== `'${logged}` && (typeof logged !== 'number' || /^[A-Za-z0-9_]*$/.test(cells[i]))) fail(`${name}: ${field} of event ${event} is '${cells[i]}', logged is '${logged}'`);
		});
		rows++;
	}
}
console.log(`${size} entries, ${tiles} tiles, root and signature hold; ${said.size} events opened, ${rows} rows as logged`);

function csv(text) {
	const out = [];
	let row = [], cell = '', quoted = false;
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (quoted) {
			if (c !== '"') cell += c;
			else if (text[i + 1] === '"') { cell += c; i++; } else quoted = false;
		} else if (c === '"') quoted = true;
		else if (c === ',' || c === '\n') {
			row.push(cell);
			cell = '';
			if (c === '\n') { out.push(row); row = []; }
		} else if (c !== '\r') cell += c;
	}
	return out;
}
