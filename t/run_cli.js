// Runs command-line transcripts, t/cli/NAME.test (t/run_cli.sh). Line by line:
//   $ COMMAND              run by sh in the file's own scratch folder; `siap` is the program that was built
//   following lines        exactly what it prints, stdout and stderr together; blank lines at the end do not count
//   [exit N]               last of them, when the exit status is not 0
//   ...                    a whole line: any number of lines
//   [..]                   inside a line: any text
//   # text                 a comment: at the start, or after a blank line
//   <<file NAME  ...  >>   writes the lines between to the file NAME
//   ! skip unless PATH "reason"   first line: skips the file when PATH, seen from the repository, is absent
'use strict';
const fs = require('fs'), os = require('os'), path = require('path'), { spawn } = require('child_process');
const SECONDS = 120; // no command of a transcript takes longer

function parse(name, text) {
	const steps = [];
	let skip = null, expected = null, file = null, blank = true, started = false;
	text.replace(/\n$/, '').split('\n').forEach((line, i) => {
		const at = i + 1;
		let m;
		if (file) {
			if (line === '>>') file = null;
			else file.lines.push(line);
		} else if ((m = line.match(/^! skip unless (\S+) "(.*)"$/)) && !started) {
			skip = { path: m[1], reason: m[2] };
		} else if ((m = line.match(/^\$ (.*)$/))) {
			started = true;
			expected = [];
			steps.push({ at, command: m[1], expected });
		} else if ((m = line.match(/^<<file (\S+)$/)) && (blank || !expected || steps[steps.length - 1].lines)) {
			started = true;
			file = { at, file: m[1], lines: [] };
			expected = null;
			steps.push(file);
		} else if (line.startsWith('#') && (blank || !expected)) {
			expected = null;
		} else if (expected) {
			expected.push(line);
		} else if (line !== '') {
			throw new Error(`${name}:${at}: expected '$ command', '# comment' or '<<file NAME', found '${line}'`);
		}
		blank = line === '';
	});
	if (file) throw new Error(`${name}:${file.at}: '<<file' without '>>'`);
	if (!steps.some((s) => s.command)) throw new Error(`${name}:1: no '$ command' in this file`);
	for (const s of steps.filter((x) => x.command)) {
		while (s.expected.length && s.expected[s.expected.length - 1] === '') s.expected.pop();
		const m = s.expected.length && s.expected[s.expected.length - 1].match(/^\[exit (\d+)\]$/);
		s.status = m ? Number(m[1]) : 0;
		if (m) s.expected.pop();
		while (s.expected.length && s.expected[s.expected.length - 1] === '') s.expected.pop();
	}
	return { skip, steps };
}

function matches(pattern, line) {
	if (!pattern.includes('[..]')) return pattern === line;
	const escaped = pattern.split('[..]').map((p) => p.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp('^' + escaped.join('.*') + '$', 's').test(line);
}

// The cheapest way to turn the expected lines into the printed ones; cost 0 = they match. '...' swallows lines for nothing.
function diff(want, got) {
	const cost = Array.from({ length: want.length + 1 }, () => new Array(got.length + 1).fill(0));
	for (let i = want.length; i >= 0; i--)
		for (let j = got.length; j >= 0; j--) {
			if (i === want.length) { cost[i][j] = got.length - j; continue; }
			const any = want[i] === '...';
			let best = (any ? 0 : 1) + cost[i + 1][j];
			if (j < got.length) {
				best = Math.min(best, any ? cost[i][j + 1] : 1 + cost[i][j + 1]);
				if (!any && matches(want[i], got[j])) best = Math.min(best, cost[i + 1][j + 1]);
			}
			cost[i][j] = best;
		}
	const out = [];
	let i = 0, j = 0;
	while (i < want.length || j < got.length) {
		const any = i < want.length && want[i] === '...';
		if (i < want.length && j < got.length && !any && matches(want[i], got[j]) && cost[i][j] === cost[i + 1][j + 1]) {
			out.push('  ' + got[j]); i++; j++;
		} else if (any && cost[i][j] === cost[i + 1][j]) { out.push('  ...'); i++;
		} else if (any && j < got.length && cost[i][j] === cost[i][j + 1]) { j++;
		} else if (i < want.length && cost[i][j] === 1 + cost[i + 1][j]) { out.push('- ' + want[i]); i++;
		} else { out.push('+ ' + got[j]); j++; }
	}
	return { cost: cost[0][0], lines: out };
}

function run(command, cwd, env) {
	return new Promise((done) => {
		const log = path.join(cwd, '..', 'out');
		const fd = fs.openSync(log, 'w');
		const p = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', fd, fd], detached: true });
		let late = false;
		const timer = setTimeout(() => { late = true; process.kill(-p.pid, 'SIGKILL'); }, SECONDS * 1000);
		p.on('exit', (code, signal) => {
			clearTimeout(timer);
			fs.closeSync(fd);
			const lines = fs.readFileSync(log, 'utf8').replace(/\n+$/, '').split('\n');
			done({ lines: lines.length === 1 && lines[0] === '' ? [] : lines, signal,
				status: signal ? 128 + os.constants.signals[signal] : code, late });
		});
	});
}

async function test(root, file, siap) {
	const name = path.relative(root, file);
	const { skip, steps } = parse(name, fs.readFileSync(file, 'utf8'));
	if (skip && !fs.existsSync(path.join(root, skip.path))) return { skip: skip.reason };
	const top = fs.mkdtempSync(path.join(os.tmpdir(), 'siap-cli-'));
	const cwd = path.join(top, 'w'), bin = path.join(top, 'bin');
	for (const d of [cwd, bin, path.join(top, 'home')]) fs.mkdirSync(d);
	fs.symlinkSync(siap, path.join(bin, 'siap'));
	const env = { ...process.env, HOME: path.join(top, 'home'), XDG_DATA_HOME: path.join(top, 'home', 'data'),
		SIAP_KEYS: path.join(top, 'keys'), SIAP_ROOT: root, PATH: bin + ':' + process.env.PATH, TZ: 'UTC',
		LC_ALL: 'C.UTF-8', COLUMNS: '80', USER: 'tester' };
	for (const v of ['SIAP_WORKSPACE', 'SIAP_LANG', 'SIAP_CLOCK', 'SIAP_FAULT', 'NO_COLOR']) delete env[v];
	try {
		for (const s of steps) {
			if (s.lines) {
				const to = path.join(cwd, s.file);
				fs.mkdirSync(path.dirname(to), { recursive: true });
				fs.writeFileSync(to, s.lines.map((l) => l + '\n').join(''));
				continue;
			}
			const got = await run(s.command, cwd, env);
			const d = diff(s.expected, got.lines);
			const status = got.late ? `killed after ${SECONDS} seconds` : `exit ${got.status}`;
			if (d.cost === 0 && got.status === s.status && !got.late) continue;
			return { fail: [`${name}:${s.at}: $ ${s.command}`, ...d.lines,
				...(got.status !== s.status || got.late ? [`- [exit ${s.status}]`, `+ [${status}]`] : [])] };
		}
	} finally {
		fs.rmSync(top, { recursive: true, force: true });
	}
	return {};
}

async function main() {
	const root = path.resolve(__dirname, '..');
	const siap = path.resolve(root, process.env.SIAP || 'build/siap');
	const folder = path.join(root, 't', 'cli');
	const names = process.argv.slice(2).map((n) => path.basename(n, '.test'));
	const files = (names.length ? names.map((n) => n + '.test') : fs.readdirSync(folder).filter((f) => f.endsWith('.test')).sort());
	let failed = 0, next = 0;
	const worker = async () => {
		while (next < files.length) {
			const file = files[next++], name = file.replace(/\.test$/, '');
			let r;
			try { r = await test(root, path.join(folder, file), siap); } catch (e) { r = { fail: [e.message] }; }
			if (r.skip) console.log(`skip ${name}: ${r.skip}`);
			else if (!r.fail) console.log(`ok ${name}`);
			else {
				failed++;
				const seen = r.fail.map((l) => l.replace(/[\x00-\x1f\x7f]/g, (c) => JSON.stringify(c).slice(1, -1)));
				console.log([`not ok ${name}`, ...seen, 'rerun: ' +
					(process.env.SIAP ? `SIAP=${process.env.SIAP} ` : '') + `t/run_cli.sh ${name}`]
					.map((l, i) => (i ? '  ' + l : l)).join('\n'));
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(os.cpus().length, 4) }, worker));
	process.exitCode = failed ? 1 : 0;
}
main();
