// Prints C sources as file:line:text for the rule scripts, so that none of them mistakes a comment for code.
//   node tools/c_text.js code FILE...     without comments, string and character literals emptied; the excuse
//                                         /* library owns */ stays
//   node tools/c_text.js strings FILE...  string literals only, one a line; those of #include and of lines that carry
//                                         the excuse /* derived SQL */ (or the next line does) left out, and files whose first line says so
'use strict';
const fs = require('fs');
const [mode, ...files] = process.argv.slice(2);
const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
const newlines = (s) => s.replace(/[^\n]/g, '');

function code(text) {
	return text.replace(token, (t) => {
		if (t[0] === '"' || t[0] === "'") return t[0] + newlines(t) + t[0];
		return /^\/\* library owns \*\/$/.test(t) ? t : newlines(t);
	});
}

function strings(text) {
	const lines = text.split('\n');
	const out = new Array(lines.length).fill('');
	let line = 0, from = 0;
	for (const m of text.matchAll(token)) {
		line += newlines(text.slice(from, m.index)).length;
		from = m.index;
		if (m[0][0] !== '"') continue;
		if (/^\s*#\s*include|\/\* derived SQL \*\//.test(lines.slice(line, line + 2).join(" "))) continue;
		out[line] += ' ' + m[0].slice(1, -1);
	}
	return out.join('\n');
}

let out = '';
for (const file of files) {
	const text = fs.readFileSync(file, 'utf8');
	if (mode === 'strings' && text.split('\n', 1)[0].includes('derived SQL')) continue;
	const lines = (mode === 'strings' ? strings(text) : code(text)).split('\n');
	lines.forEach((l, i) => { if (l.trim() !== '') out += `${file}:${i + 1}:${l}\n`; });
}
process.stdout.write(out);
