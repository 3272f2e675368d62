// Makes an XLSX file for transcripts: node workbook.js FILE SHEET=TEXT... Each TEXT is rows separated by '/', cells by ','. A cell
// that is a number is written as a number, #VALUE! as an error, =X as a formula without a value, everything else as text.
'use strict';
const fs = require('fs');
const [file, ...sheets] = process.argv.slice(2);

const table = Array.from({ length: 256 }, (_, n) => {
	for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
	return n >>> 0;
});
const crc = (b) => (b.reduce((c, x) => table[(c ^ x) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

function zip(parts) { // stored, not packed
	const local = [], central = [];
	let at = 0;
	for (const [name, text] of parts) {
		const n = Buffer.from(name), data = Buffer.from(text), head = Buffer.alloc(30), entry = Buffer.alloc(46);
		head.writeUInt32LE(0x04034b50, 0);
		head.writeUInt16LE(20, 4);
		head.writeUInt16LE(0x21, 12);
		head.writeUInt32LE(crc(data), 14);
		head.writeUInt32LE(data.length, 18);
		head.writeUInt32LE(data.length, 22);
		head.writeUInt16LE(n.length, 26);
		entry.writeUInt32LE(0x02014b50, 0);
		entry.writeUInt16LE(20, 4);
		head.copy(entry, 6, 4, 30);
		entry.writeUInt32LE(at, 42);
		local.push(head, n, data);
		central.push(entry, n);
		at += 30 + n.length + data.length;
	}
	const c = Buffer.concat(central), end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(parts.length, 8);
	end.writeUInt16LE(parts.length, 10);
	end.writeUInt32LE(c.length, 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...local, c, end]);
}

const escape = (s) => s.replace(/&/g, '&amp;').replace(/</g, '&lt;');
function cell(s) {
	if (s === '') return '<c/>';
	if (s === '#VALUE!') return `<c t="e"><v>${s}</v></c>`;
	if (s.startsWith('=')) return `<c><f>${escape(s.slice(1))}</f></c>`;
	return /^-?[0-9.]+(E[+]?[0-9]+)?$/.test(s) ? `<c><v>${s}</v></c>` : `<c t="inlineStr"><is><t>${escape(s)}</t></is></c>`;
}
const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/';
const relations = (list) => '<Relationships>' + list.map(([t, target], i) =>
	`<Relationship Id="r${i + 1}" Type="${type}${t}" Target="${target}"/>`).join('') + '</Relationships>';
const named = sheets.map((s) => [s.slice(0, s.indexOf('=')), s.slice(s.indexOf('=') + 1)]);
fs.writeFileSync(file, zip([
	['_rels/.rels', relations([['officeDocument', 'xl/workbook.xml']])],
	['xl/workbook.xml', '<workbook xmlns:r="r"><sheets>' +
		named.map(([name], i) => `<sheet name="${name}" r:id="r${i + 1}"/>`).join('') + '</sheets></workbook>'],
	['xl/_rels/workbook.xml.rels', relations(named.map((_, i) => ['worksheet', `sheet${i + 1}.xml`]))],
	...named.map(([, text], i) => [`xl/sheet${i + 1}.xml`, '<worksheet><sheetData>' +
		text.split('/').map((r) => `<row>${r.split(',').map(cell).join('')}</row>`).join('') + '</sheetData></worksheet>']),
]));
