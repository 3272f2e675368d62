// tlog_verify: a second implementation of the log's trees, notes and proofs, written from RFC 6962 and the pages of c2sp.org alone;
// it and src/tlog must agree about everything that either of them makes or damages (t/slow/tlog.sh; the lines: t/tlog_trees.c).
//   node t/tlog_verify.js TLOG_TREES [SEED [TREES]]
'use strict';
const crypto = require('crypto');
const { spawnSync } = require('child_process');

const [program, seedText = '20241127', treesText = '1000'] = process.argv.slice(2);
const seed = Number(seedText), treeCount = Number(treesText);
const LARGEST = 2n ** 63n - 1n;

// ---- RFC 6962, section 2.1: by its recursive definitions, not by the loops of RFC 9162 ----

const sha256 = (bytes) => crypto.hash('sha256', bytes, 'buffer');
const leafHash = (entry) => sha256(Buffer.concat([Buffer.from([0]), entry]));
const nodeHash = (left, right) => sha256(Buffer.concat([Buffer.from([1]), left, right]));
const EMPTY = sha256(Buffer.alloc(0));

function split(n) { // the largest power of two smaller than n
	let k = 1n;
	while (k * 2n < n) k *= 2n;
	return k;
}

class Tree {
	constructor(leaves) {
		this.rows = [leaves]; // rows[h][i]: the hash over leaves [i 2^h, (i + 1) 2^h)
		for (let row = leaves; row.length > 1;) {
			const above = [];
			for (let i = 0; i + 1 < row.length; i += 2) above.push(nodeHash(row[i], row[i + 1]));
			this.rows.push(row = above);
		}
	}
	range(from, to) { // MTH(D[from:to])
		if (from === to) return EMPTY;
		const n = to - from, height = 31 - Math.clz32(n);
		if (n === 2 ** height && from % n === 0) return this.rows[height][from / n];
		const k = Number(split(BigInt(n)));
		return nodeHash(this.range(from, from + k), this.range(from + k, to));
	}
	path(m, from, to) { // PATH(m, D[from:to])
		if (to - from === 1) return [];
		const k = Number(split(BigInt(to - from)));
		return m < k ? [...this.path(m, from, from + k), this.range(from + k, to)]
			: [...this.path(m - k, from + k, to), this.range(from, from + k)];
	}
	proof(m, n) { return m === 0 || m === n ? [] : this.subproof(m, 0, n, true); }
	subproof(m, from, to, whole) { // SUBPROOF(m, D[from:to], whole)
		if (m === to - from) return whole ? [] : [this.range(from, to)];
		const k = Number(split(BigInt(to - from)));
		return m <= k ? [...this.subproof(m, from, from + k, whole), this.range(from + k, to)]
			: [...this.subproof(m - k, from + k, to, false), this.range(from, from + k)];
	}
}

const same = (a, b) => a !== null && b !== null && a.equals(b);

// The root that leaf and path make, null when the path does not fit the tree.
function rootOfPath(index, size, leaf, path) {
	if (size === 1n) return path.length === 0 ? leaf : null;
	if (path.length === 0) return null;
	const k = split(size), last = path[path.length - 1], rest = path.slice(0, -1);
	const below = index < k ? rootOfPath(index, k, leaf, rest) : rootOfPath(index - k, size - k, leaf, rest);
	return below && (index < k ? nodeHash(below, last) : nodeHash(last, below));
}

// Both roots that the proof makes; `whole`: the old tree is all of what is left.
function rootsOfProof(old, size, oldRoot, proof, whole) {
	if (old === size) {
		const [part] = whole ? [oldRoot] : proof;
		return proof.length === (whole ? 0 : 1) ? [part, part] : null;
	}
	if (proof.length === 0) return null;
	const k = split(size), last = proof[proof.length - 1], rest = proof.slice(0, -1);
	const below = old <= k ? rootsOfProof(old, k, oldRoot, rest, whole) : rootsOfProof(old - k, size - k, oldRoot, rest, false);
	return below && (old <= k ? [below[0], nodeHash(below[1], last)] : [nodeHash(last, below[0]), nodeHash(last, below[1])]);
}

function inclusionHolds(index, size, leaf, root, path) {
	return index < size && same(rootOfPath(index, size, leaf, path), root);
}

function consistencyHolds(old, oldRoot, size, root, proof) {
	if (old > size || (old === 0n && !same(oldRoot, EMPTY))) return false;
	if (old === 0n) return proof.length === 0 && (size > 0n || same(oldRoot, root));
	if (old === size) return proof.length === 0 && same(oldRoot, root);
	const roots = rootsOfProof(old, size, oldRoot, proof, true);
	return roots !== null && same(roots[0], oldRoot) && same(roots[1], root);
}

// ---- Small forms ----

const decimal = (s) => (/^(0|[1-9][0-9]*)$/.test(s) && BigInt(s) <= LARGEST ? BigInt(s) : null);
function base64(s) {
	const bytes = Buffer.from(s, 'base64');
	return bytes.toString('base64') === s ? bytes : null;
}
function utf8(bytes) {
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return null;
	}
}
const nameGood = (s) => /^[^+\p{White_Space}\u0000-\u001f]+$/u.test(s) && Buffer.byteLength(s) <= 255;

// ---- Keys, notes, checkpoints: signed-note, tlog-cosignature, tlog-checkpoint ----

const publicKeys = new Map(); // making one takes as long as using it
function publicKey(raw) {
	const name = raw.toString('hex'), key = { key: Buffer.from(`302a300506032b6570032100${name}`, 'hex'), format: 'der', type: 'spki' };
	if (!publicKeys.has(name)) publicKeys.set(name, crypto.createPublicKey(key));
	return publicKeys.get(name);
}
const keyId = (name, typed) => sha256(Buffer.concat([Buffer.from(name + '\n'), typed])).subarray(0, 4);

function parseKey(bytes) {
	const m = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(utf8(bytes) ?? '');
	const typed = m && base64(m[3]);
	if (!m || !nameGood(m[1]) || !typed || typed.length !== 33 || (typed[0] !== 1 && typed[0] !== 4)) return null;
	const id = keyId(m[1], typed);
	return id.toString('hex') === m[2] ? { name: m[1], type: typed[0], id, raw: typed.subarray(1) } : null;
}

function parseNote(bytes) {
	const s = utf8(bytes);
	if (bytes.length > 65536 || s === null || !s.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(s)) return null;
	const at = s.lastIndexOf('\n\n');
	if (at < 0 || at + 2 === s.length) return null;
	const lines = s.slice(at + 2, -1).split('\n');
	const signatures = lines.map((line) => {
		const m = /^\u2014 ([^ ]*) (.*)$/.exec(line);
		const signed = m && nameGood(m[1]) && base64(m[2]);
		return signed && signed.length > 4 ? { name: m[1], id: signed.subarray(0, 4), bytes: signed.subarray(4) } : null;
	});
	return lines.length <= 100 && !signatures.includes(null) && !signatures.includes(false) ? { text: s.slice(0, at + 1), signatures } : null;
}

function parseCheckpoint(text) {
	const [origin, size, root, ...more] = text.slice(0, -1).split('\n');
	const n = decimal(size ?? ''), hash = base64(root ?? '');
	if (!origin || Buffer.byteLength(origin) > 255 || n === null || !hash || hash.length !== 32 || more.includes('')) return null;
	return n === 0n && !same(hash, EMPTY) ? null : { origin, size: n, root: hash };
}

const message = (text, type, time) => Buffer.from(type === 4 ? `cosignature/v1\ntime ${time}\n${text}` : text);

// The newest time (0 for a plain signature) at which the key signed, null when it did not or one of its signatures is wrong.
function signedAt(note, key) {
	const ours = note.signatures.filter((s) => s.name === key.name && s.id.equals(key.id));
	let newest = ours.length === 0 || (key.type === 4 && !parseCheckpoint(note.text)) ? null : 0n;
	for (const s of ours) {
		const stated = key.type === 4 ? 8 : 0;
		if (s.bytes.length !== stated + 64) return null;
		const time = stated ? s.bytes.readBigUInt64BE() : 0n;
		if (time > LARGEST || !crypto.verify(null, message(note.text, key.type, time), publicKey(key.raw), s.bytes.subarray(stated))) return null;
		if (newest !== null && time > newest) newest = time;
	}
	return newest;
}

function signer(name, type, seedBytes) {
	const key = crypto.createPrivateKey(
		{ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seedBytes]), format: 'der', type: 'pkcs8' });
	const typed = Buffer.concat([Buffer.from([type]), crypto.createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)]);
	const id = keyId(name, typed);
	return {
		text: Buffer.from(`${name}+${id.toString('hex')}+${typed.toString('base64')}`),
		line(text, time) {
			const stated = Buffer.alloc(type === 4 ? 8 : 0);
			if (type === 4) stated.writeBigUInt64BE(time);
			const signed = Buffer.concat([id, stated, crypto.sign(null, message(text, type, time), key)]);
			return `\u2014 ${name} ${signed.toString('base64')}\n`;
		},
	};
}

// ---- Tiles and proofs of entries: tlog-tiles, tlog-proof ----

function tilePath(level, n, width) {
	const groups = [];
	for (let rest = n; groups.length === 0 || rest > 0n; rest /= 1000n) groups.unshift(String(rest % 1000n).padStart(3, '0'));
	const last = groups.pop();
	return `tile/${level < 0 ? 'entries' : level}/${groups.map((g) => `x${g}/`).join('')}${last}${width < 256 ? `.p/${width}` : ''}`;
}

function parsePath(bytes) {
	const m = /^tile\/([0-7]|entries)\/((?:x[0-9]{3}\/)*)([0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(bytes.toString('latin1'));
	if (!m || /\n$/.test(bytes.toString('latin1')) || m[2].startsWith('x000') || Number(m[4] ?? 1) > 255) return null;
	const level = m[1] === 'entries' ? -1 : Number(m[1]), n = BigInt(m[2].replace(/[x/]/g, '') + m[3]), width = Number(m[4] ?? 256);
	return n * 256n + BigInt(width) <= LARGEST >> BigInt(8 * Math.max(level, 0)) ? { level, n, width } : null;
}

function parseEntryProof(bytes) {
	const s = bytes.toString('latin1'), lines = s.split('\n');
	if (bytes.length > 131072 || lines.shift() !== 'c2sp.org/tlog-proof@v1') return null;
	if ((lines[0] ?? '').startsWith('extra ') && !base64(lines.shift().slice(6))?.length) return null;
	const index = /^index /.test(lines[0] ?? '') ? decimal(lines.shift().slice(6)) : null, hashes = [];
	while (lines.length > 0 && lines[0] !== '') hashes.push(base64(lines.shift()));
	const checkpoint = lines.slice(1).join('\n');
	if (index === null || lines.length < 2 || checkpoint === '' || hashes.length > 63 || hashes.some((h) => h?.length !== 32)) return null;
	return { index, hashes, checkpoint: Buffer.from(checkpoint, 'latin1') };
}

function bundle(bytes) {
	let n = 0, at = 0;
	for (; at + 2 <= bytes.length && at + 2 + bytes.readUInt16BE(at) <= bytes.length; n++) at += 2 + bytes.readUInt16BE(at);
	return { n, left: bytes.length - at };
}

// ---- Questions and verdicts ----

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const hexHashes = (list) => list.map(hex).join(',') || '-';
const unhex = (s) => Buffer.from(s, 'hex');
const unhexHashes = (s) => (s === '-' ? [] : s.split(',').map(unhex));
const yes = (ok, ...read) => (ok ? ['yes', ...read].join(':') : 'no');

const judges = {
	inclusion: (index, size, leaf, root, path) => yes(inclusionHolds(BigInt(index), BigInt(size), unhex(leaf), unhex(root), unhexHashes(path))),
	consistency: (old, oldRoot, size, root, proof) =>
		yes(consistencyHolds(BigInt(old), unhex(oldRoot), BigInt(size), unhex(root), unhexHashes(proof))),
	note(key, bytes) {
		const k = parseKey(unhex(key)), n = parseNote(unhex(bytes)), time = k && n && signedAt(n, k);
		return yes(time !== null, time);
	},
	open(key, bytes) {
		const k = parseKey(unhex(key)), n = parseNote(unhex(bytes)), c = k && n && parseCheckpoint(n.text);
		return yes(c && c.origin === k.name && signedAt(n, k) !== null, c?.size, hex(c?.root ?? ''));
	},
	key(bytes) {
		const k = parseKey(unhex(bytes));
		return yes(k, hex(k?.name ?? ''), k?.type);
	},
	path(bytes) {
		const p = parsePath(unhex(bytes));
		return yes(p, p?.level, p?.n, p?.width);
	},
	proof(bytes) {
		const p = parseEntryProof(unhex(bytes));
		return yes(p, p?.index, hexHashes(p?.hashes ?? []), hex(p?.checkpoint ?? ''));
	},
	bundle(bytes) {
		const b = bundle(unhex(bytes));
		return yes(true, b.n, b.left);
	},
};
const judge = (question) => {
	const [kind, ...words] = question.split(' ');
	return judges[kind](...words);
};

let wrong = 0;
const counts = {};
function compare(who, question, theirs, ours) {
	const [kind] = question.split(' ');
	const count = (counts[kind] ??= { yes: 0, no: 0 });
	count[ours.startsWith('yes') ? 'yes' : 'no']++;
	if (theirs === ours) return;
	if (wrong++ < 10) console.log(`${who}: ${question.slice(0, 3000)}\n  expected ${ours.slice(0, 1000)}\n  came     ${theirs.slice(0, 1000)}`);
}

// ---- Their trees ----

let state = BigInt(seed) * 2n + 1n;
function below(most) { // repeatable
	state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
	return Number((state >> 33n) % BigInt(most));
}
const pick = (list) => list[below(list.length)];
const randomBytes = (n) => Buffer.from(Array.from({ length: n }, () => below(256)));

function entry(tree, i) {
	const size = (7 * i + tree) % 50;
	return Buffer.from(`${tree}:${i};`.repeat(50).slice(0, size));
}

const questions = []; // of ours, for them
const wanted = []; // what must be right, whoever judges
function ask(question, must) {
	questions.push(question);
	wanted.push(must);
}

const seen = { trees: 0, leaves: 0, tiles: 0, proofs: 0, verdicts: 0, largest: 0 };
let current = null;
const lineKinds = {
	tree(numberText, sizeText, root) {
		if (current) askAbout(current);
		const number = Number(numberText), size = Number(sizeText), leaves = [];
		for (let i = 0; i < size; i++) leaves.push(leafHash(entry(number, i)));
		current = { number, size, tree: new Tree(leaves), root: null };
		current.root = current.tree.range(0, size);
		compare('root of tree', `${numberText} of ${sizeText}`, root, hex(current.root));
		seen.trees++;
		seen.leaves += size;
		seen.largest = Math.max(seen.largest, size);
	},
	tile(path, bytes) {
		const { level, n, width } = parsePath(Buffer.from(path)), first = Number(n) * 256, parts = [];
		const there = Math.min(256, Math.floor(current.size / 256 ** Math.max(level, 0)) - first);
		for (let i = first; i < first + width; i++) {
			const e = level < 0 && entry(current.number, i);
			parts.push(...(level < 0 ? [Buffer.from([e.length >> 8, e.length & 255]), e] : [current.tree.rows[8 * level][i]]));
		}
		compare('tile', path, `${width} ${bytes}`, `${there} ${hex(Buffer.concat(parts))}`);
		compare('path', path, path, tilePath(level, n, width));
		seen.tiles++;
	},
	made(kind, at, size, hashes) {
		const [m, n] = [Number(at), Number(size)];
		compare(kind, `made ${at} ${size}`, hashes, hexHashes(kind === 'inclusion' ? current.tree.path(m, 0, n) : current.tree.proof(m, n)));
		seen.proofs++;
	},
	ask(...words) {
		const verdict = words.pop(), question = words.join(' ');
		compare('their question', question, verdict, judge(question));
		seen.verdicts++;
	},
};

// ---- Our questions: right ones, and each damaged ----

function damaged(bytes) {
	const at = below(bytes.length + 1), before = bytes.subarray(0, at), after = bytes.subarray(at);
	const special = ['\n', '\n\n', ' ', '+', '=', '\r', '\0', 'A', '0', '\u00a0', '\u2014 ', '\ufeff', '\u0085', '\u3000', '/', '-'];
	switch (below(6)) {
	case 0: return before;
	case 1: return Buffer.concat([before, after.subarray(1)]);
	case 2: return Buffer.concat([before, Buffer.from(pick(special)), after]);
	case 3: return Buffer.concat([before, randomBytes(1 + below(3)), after]);
	case 4: {
		const lines = bytes.toString('latin1').split('\n'), i = below(lines.length), k = below(lines.length);
		[lines[i], lines[k]] = [lines[k], lines[i]];
		return Buffer.from(lines.join('\n'), 'latin1');
	}
	default: {
		const out = Buffer.from(bytes);
		if (at < out.length) out[at] ^= 1 << below(8);
		return out;
	}
	}
}

function damagedHashes(list) {
	const out = list.map((h) => Buffer.from(h)), i = below(list.length + 1);
	switch (below(4)) {
	case 0: return out.slice(0, -1);
	case 1: return [...out, randomBytes(32)];
	case 2: return [...out.slice(0, i), randomBytes(32), ...out.slice(i)];
	default:
		if (i < out.length) out[i][below(32)] ^= 1 << below(8);
		return out;
	}
}
const near = (n) => Math.max(0, n + pick([-2, -1, 0, 1, 2]));

function askProofs(t) {
	const old = below(t.size + 1), oldRoot = t.tree.range(0, old), proof = t.tree.proof(old, t.size);
	const consistency = (m, n, hashes) => `consistency ${m} ${hex(oldRoot)} ${n} ${hex(t.root)} ${hexHashes(hashes)}`;
	ask(consistency(old, t.size, proof), 'yes');
	ask(consistency(near(old), near(t.size), proof));
	ask(consistency(old, t.size, damagedHashes(proof)));
	if (t.size === 0) return;
	const index = below(t.size), leaf = t.tree.rows[0][index], path = t.tree.path(index, 0, t.size);
	const inclusion = (i, n, hashes) => `inclusion ${i} ${n} ${hex(leaf)} ${hex(t.root)} ${hexHashes(hashes)}`;
	ask(inclusion(index, t.size, path), 'yes');
	ask(inclusion(near(index), near(t.size), path));
	ask(inclusion(index, t.size, damagedHashes(path)));
	const text = (extra, note) => Buffer.from(`c2sp.org/tlog-proof@v1\n${extra}index ${index}\n${path.map((h) => h.toString('base64') + '\n').join('')}\n${note}`);
	const whole = text(pick(['', '', `extra ${randomBytes(1 + below(200)).toString('base64')}\n`]), 'any note\n');
	ask(`proof ${hex(whole)}`, `yes:${index}:${hexHashes(path)}:${hex('any note\n')}`);
	ask(`proof ${hex(damaged(whole))}`);
}

function askNotes(t) {
	const origin = pick(['siap/demo', `log-${t.number}`, 'jalan/\u00e9\u{1f5f3}', 'x'.repeat(255)]);
	const log = signer(origin, 1, randomBytes(32)), witness = signer(pick(['saksi', 'w/1', origin]), 4, randomBytes(32));
	const extension = pick(['', '', 'extension one\n', '\u2014 no signature\nmore\n']);
	const text = `${origin}\n${t.size}\n${t.root.toString('base64')}\n${extension}`;
	const time = pick([0n, 1n, BigInt(below(2 ** 31)), LARGEST]);
	const others = Array.from({ length: pick([0, 0, 1, 5, 97]) }, (_, i) =>
		`\u2014 other${i} ${randomBytes(pick([5, 68, 132, 133, 300])).toString('base64')}\n`).join('');
	const note = (...lines) => Buffer.from(`${text}\n${others}${lines.join('')}`);
	const whole = note(log.line(text, 0n), witness.line(text, time));
	ask(`open ${hex(log.text)} ${hex(whole)}`, `yes:${t.size}:${hex(t.root)}`);
	ask(`note ${hex(witness.text)} ${hex(whole)}`, `yes:${time}`);
	ask(`open ${hex(witness.text)} ${hex(whole)}`); // only a witness of the log's name opens it
	ask(`open ${hex(log.text)} ${hex(note(witness.line(text, time)))}`, 'no');
	ask(`note ${hex(log.text)} ${hex(note(log.line(text, 0n), log.line(text + 'x\n', 0n)))}`, 'no'); // one right, one wrong
	for (let i = 0; i < 3; i++) ask(`${pick(['note', 'open'])} ${hex(pick([log, witness]).text)} ${hex(damaged(whole))}`);
	const free = pick(['\n', 'any text\n', 'a\n\nb\n', `${'y'.repeat(60000)}\n`, `${'z'.repeat(65536)}\n`]);
	ask(`note ${hex(log.text)} ${hex(`${free}\n${log.line(free, 0n)}`)}`, free.length > 65000 ? 'no' : 'yes:0');
	ask(`note ${hex(witness.text)} ${hex(`${free}\n${witness.line(free, 5n)}`)}`, 'no'); // cosigned, but no checkpoint
	if (t.number % 20 === 0) { // slow
		const many = pick([100, 101]);
		ask(`note ${hex(log.text)} ${hex(`${text}\n${log.line(text, 0n).repeat(many)}`)}`, many > 100 ? 'no' : 'yes:0');
	}
	ask(`key ${hex(log.text)}`, `yes:${hex(origin)}:1`);
	ask(`key ${hex(damaged(witness.text))}`);
	ask(`key ${hex(signer('other', pick([0, 2, 3, 5, 255]), randomBytes(32)).text)}`, 'no');
}

function askAbout(t) {
	askProofs(t);
	askNotes(t);
	const level = pick([-1, 0, 1, 2, 6, 7]), most = (LARGEST >> BigInt(8 * Math.max(level, 0))) / 256n;
	const n = pick([0n, 1n, 999n, 1000n, 1234067n, BigInt(below(2 ** 30)), most, most + 1n]), width = pick([1, 127, 128, 255, 256]);
	ask(`path ${hex(tilePath(level, n, width))}`);
	ask(`path ${hex(damaged(Buffer.from(tilePath(level, n, width))))}`);
	ask(`bundle ${hex(randomBytes(below(30)))}`);
}

// ---- Both ways ----

function run(args, input) {
	const r = spawnSync(program, args, { input, maxBuffer: 1 << 30, encoding: 'latin1' });
	if (r.status === 0) return r.stdout.split('\n').slice(0, -1);
	console.log(`${program} ${args.join(' ')}: expected exit 0, got ${r.status ?? r.signal ?? r.error}\n${r.stderr}`);
	process.exit(1);
}

for (const line of run(['make', String(seed), String(treeCount)], '')) {
	const [kind, ...words] = line.split(' ');
	lineKinds[kind](...words);
}
if (current) askAbout(current);
const verdicts = run(['judge'], questions.join('\n') + '\n');
if (verdicts.length !== questions.length) compare('judge', 'number of verdicts', String(verdicts.length), String(questions.length));
questions.forEach((question, i) => {
	const ours = judge(question);
	if (wanted[i] && ours !== wanted[i]) compare('our own question', question, ours, wanted[i]);
	compare('our question', question, verdicts[i], ours);
});

if (seen.trees !== treeCount) compare('trees', 'number', String(seen.trees), String(treeCount));
for (const [kind, n] of Object.entries(counts)) {
	if (kind in judges && kind !== 'bundle' && (n.yes === 0 || n.no === 0)) compare('questions', kind, JSON.stringify(n), 'both yes and no');
}
console.log(`${seen.trees} trees of up to ${seen.largest} leaves, ${seen.leaves} leaves in all: roots, ${seen.tiles} tiles and ${seen.proofs} proofs compared`);
console.log(`${seen.verdicts} verdicts on what the first implementation made, ${questions.length} on what the second made (${
	Object.entries(counts).filter(([k]) => k in judges).map(([k, n]) => `${k} ${n.yes}/${n.no}`).join(', ')}, yes/no): ${wrong} differ`);
if (wrong) console.log(`rerun: node t/tlog_verify.js build/obj/t/tlog_trees ${seed} ${treeCount}`);
process.exit(wrong ? 1 : 0);
