// Runs the web tests t/web/NAME.http (t/run_web.sh): raw bytes over sockets against a server of its own, so that malformed requests can
// be sent, too. One demo workspace serves all files; a file that writes says so and gets a copy. Line by line:
//   # text                 a comment
//   ! serve OPTIONS        at the top: further options for `siap serve`
//   ! copy                 at the top: a workspace of its own
//   ! variable=value       in the environment of the server
//   > GET /path HTTP/1.1   the bytes of a request, a line each, CR LF added; a request ends at the first other line. Host is added
//                          when the first line is a plain "METHOD /path" without a version, and so are cookies and Content-Length
//                          (after a line "> " the body follows, its lines joined by LF). \r \n \t \0 \xHH \\ are those bytes;
//                          ">|" adds no line end
//   ! repeat N TEXT        TEXT N times, as part of the request
//   ! send                 sends what there is and goes on with the same request after a moment
//   ! wait SECONDS         nothing is sent meanwhile
//   ! login NAME           as the demo's account NAME, through the log-in page
//   ! visit                forgets cookies and variables
//   < 200                  the status; requests in one go (pipelined) are answered one after the other: another "< STATUS"
//   < Name: value          a header: its value, in which [..] is any text; "< no Name": there is none
//   < set {{name}} REGEX   the first group, found in the body (or a header line), kept as a variable
//   < "text"               the body holds the text; < not "text"; < body TEXT: all of it
//   < logged TEXT          the server wrote a line with the text about it; < not logged TEXT: none so far has it
//   < closed               the server closes the connection; < open: it does not
// t/web/NAME.js is for tables: it exports { options, run(t) } and gets a workspace of its own; t is described at the class Table.
// {{name}} is replaced in what is sent; {{port}} is the server's; {{csrf}} is taken from the page before by itself.
'use strict';
const fs = require('fs'), os = require('os'), net = require('net'), path = require('path'), zlib = require('zlib');
const { spawn, execFileSync } = require('child_process');
const root = path.resolve(__dirname, '..'), siap = path.resolve(root, process.env.SIAP || 'build/siap');
const SECONDS = 20, MOMENT = 150;
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

const bytes = (s) => Buffer.from(s.replace(/\\(r|n|t|0|\\|x[0-9a-fA-F]{2})/g, (_, c) =>
	c === 'r' ? '\r' : c === 'n' ? '\n' : c === 't' ? '\t' : c === '0' ? '\0' : c === '\\' ? '\\' : String.fromCharCode(parseInt(c.slice(1), 16))),
	/\\x[89a-fA-F]/.test(s) ? 'latin1' : 'utf8');

function parse(name, text) {
	const test = { options: [], env: {}, copy: false, steps: [] };
	let step = null;
	text.replace(/\n$/, '').split('\n').forEach((line, i) => {
		const at = i + 1, bad = (why) => { throw new Error(`${name}:${at}: ${why}: '${line}'`); };
		let m;
		const request = () => {
			if (!step || step.expect.length) test.steps.push(step = { at, send: [], expect: [] });
			return step.send;
		};
		if (line === '' || line.startsWith('#')) return;
		if ((m = line.match(/^! serve (.*)$/))) test.options.push(...m[1].split(' '));
		else if (line === '! copy') test.copy = true;
		else if ((m = line.match(/^! login (\S+)$/))) { test.steps.push({ at, login: m[1] }); step = null; }
		else if (line === '! visit') { test.steps.push({ at, visit: true }); step = null; }
		else if ((m = line.match(/^! wait ([\d.]+)$/))) request().push({ wait: Number(m[1]) * 1000 });
		else if (line === '! send') request().push({ wait: MOMENT });
		else if ((m = line.match(/^! repeat (\d+) (.*)$/))) request().push({ repeat: Number(m[1]), text: m[2] });
		else if ((m = line.match(/^! (\w+)=(.*)$/))) test.env[m[1]] = m[2];
		else if ((m = line.match(/^>\|(.*)$/))) request().push({ raw: m[1] });
		else if ((m = line.match(/^> ?(.*)$/))) request().push({ line: m[1] });
		else if ((m = line.match(/^< (.*)$/))) { if (!step) bad('an answer without a request'); step.expect.push({ at, want: m[1] }); }
		else bad("expected '> request', '< answer', '! command' or '# comment'");
	});
	return test;
}

// The pieces to send: [{bytes} | {wait}].
function pieces(step, state) {
	const fill = (s) => s.replace(/\{\{(\w+)\}\}/g, (_, n) => {
		if (state.vars[n] === undefined) throw new Error(`line ${step.at}: the variable ${n} is not set`);
		return state.vars[n];
	});
	const lines = step.send.map((p) => ({ ...p, ...(p.line !== undefined && { line: fill(p.line) }), ...(p.raw !== undefined && { raw: fill(p.raw) }) }));
	const easy = lines[0].line !== undefined && /^[A-Z]+ \S+$/.test(lines[0].line);
	if (!easy) return lines.map((p) => p.wait !== undefined ? p : { bytes: p.repeat ? bytes(p.text.repeat(p.repeat)) : bytes(p.raw !== undefined ? p.raw : p.line + '\r\n') });
	const cut = lines.findIndex((p) => p.line === ''), head = (cut < 0 ? lines : lines.slice(0, cut)).map((p) => p.line);
	const body = cut < 0 ? Buffer.alloc(0) : Buffer.concat(lines.slice(cut + 1).map((p, i, all) =>
		p.repeat ? bytes(p.text.repeat(p.repeat)) : bytes(p.raw !== undefined ? p.raw : p.line + (i + 1 < all.length ? '\n' : ''))));
	head[0] += ' HTTP/1.1';
	const has = (n) => head.slice(1).some((l) => l.toLowerCase().startsWith(n.toLowerCase() + ':'));
	if (!has('Host')) head.push(`Host: 127.0.0.1:${state.port}`);
	if (!has('Cookie') && Object.keys(state.cookies).length) head.push('Cookie: ' + Object.entries(state.cookies).map((c) => c.join('=')).join('; '));
	if (head[0].startsWith('POST ')) {
		if (!has('Content-Length')) head.push(`Content-Length: ${body.length}`);
		if (!has('Content-Type') && body.length) head.push('Content-Type: application/x-www-form-urlencoded');
	}
	return [{ bytes: Buffer.concat([Buffer.from(head.join('\r\n') + '\r\n\r\n'), body]) }];
}

// Takes one answer off the front; null: not whole yet. head: no body comes.
function answer(data, head, ended) {
	const end = data.indexOf('\r\n\r\n');
	if (end < 0) return null;
	const lines = data.subarray(0, end).toString('latin1').split('\r\n');
	const status = Number((lines[0].match(/^HTTP\/1\.1 (\d{3})/) || [])[1]);
	if (status === 100) return answer(data.subarray(end + 4), head, ended);
	const headers = lines.slice(1).map((l) => { const at = l.indexOf(':'); return [l.slice(0, at), l.slice(at + 1).trim()]; });
	const get = (n) => (headers.find(([k]) => k.toLowerCase() === n) || [])[1];
	let body = data.subarray(end + 4), used = data.length;
	if (head || status === 304 || status === 204) { body = Buffer.alloc(0); used = end + 4; }
	else if (get('content-length') !== undefined) {
		const n = Number(get('content-length'));
		if (body.length < n) return null;
		body = body.subarray(0, n);
		used = end + 4 + n;
	} else if (!ended && get('transfer-encoding') !== 'chunked') return null;
	else if (get('transfer-encoding') === 'chunked') {
		const parts = [];
		for (let at = 0; ;) {
			const eol = body.indexOf('\r\n', at), n = eol < 0 ? NaN : parseInt(body.subarray(at, eol).toString(), 16);
			if (Number.isNaN(n) || body.length < eol + 2 + n + 2) {
				if (get('content-type') !== 'text/event-stream' || !parts.length) return null;
				used = data.length;
				break; // of a stream: what there is
			}
			if (n === 0) { used = end + 4 + eol + 4; break; }
			parts.push(body.subarray(eol + 2, eol + 2 + n));
			at = eol + 4 + n;
		}
		body = Buffer.concat(parts);
	}
	if (get('content-encoding') === 'gzip') body = zlib.gunzipSync(body);
	return { status, headers, get, body: body.toString('utf8'), rest: data.subarray(used) };
}

async function exchange(state, send, wants) {
	const socket = net.connect(state.port, '127.0.0.1');
	let data = Buffer.alloc(0), ended = false, wake = () => {};
	socket.on('data', (d) => { data = Buffer.concat([data, d]); wake(); });
	socket.on('error', () => {});
	socket.on('close', () => { ended = true; wake(); });
	socket.setNoDelay(true);
	await new Promise((done) => { socket.on('connect', done); socket.on('close', done); });
	let head = false;
	const heads = [], joined = []; // what is not kept apart by a wait goes in one write
	for (const p of send) {
		const last = joined[joined.length - 1];
		if (p.bytes && last && last.bytes) last.bytes = Buffer.concat([last.bytes, p.bytes]);
		else joined.push({ ...p });
	}
	for (const p of joined) {
		if (p.wait !== undefined) { await sleep(p.wait); continue; }
		if (socket.destroyed) break;
		for (const m of p.bytes.toString('latin1').matchAll(/(?:^|\n)([A-Z]+) \S+ HTTP\/1\.[01]\r?\n/g)) heads.push(m[1] === 'HEAD');
		socket.write(p.bytes);
	}
	const until = Date.now() + SECONDS * 1000, got = [];
	const want = Math.max(1, wants.filter((w) => /^\d{3}$/.test(w.want)).length);
	const closing = wants.some((w) => w.want === 'closed');
	while (Date.now() < until) {
		head = heads[got.length] || false;
		const one = got.length < want ? answer(data, head, ended) : null;
		if (one) { got.push(one); data = one.rest; continue; }
		if (ended || (got.length >= want && !closing)) break;
		await new Promise((r) => { wake = r; setTimeout(r, 500); });
	}
	if (wants.some((w) => w.want === 'open')) await sleep(MOMENT);
	socket.destroy();
	return { got, ended, rest: data };
}

const pattern = (text) => new RegExp('^' + text.split('[..]').map((p) => p.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*') + '$');
const brief = (s) => (s.length > 600 ? s.slice(0, 600) + ` … (${s.length} characters)` : s);

// What differs, as lines; none: all is as wanted.
async function compare(step, result, state) {
	const wrong = [];
	let n = -1, a = null;
	const say = (w, expected, got) => wrong.push(`line ${w.at}: expected ${expected}`, `got ${got}`);
	for (const w of step.expect) {
		let m;
		const want = w.want.replace(/\{\{(\w+)\}\}/g, (all, v) => (state.vars[v] === undefined ? all : state.vars[v]));
		if (/^\d{3}$/.test(want)) {
			a = result.got[++n];
			if (!a) { say(w, `status ${want}`, `no answer${result.ended ? ', the connection was closed' : ''}${result.rest.length ? ': ' + brief(JSON.stringify(result.rest.toString('latin1'))) : ''}`); break; }
			if (a.status !== Number(want)) say(w, `status ${want}`, `${a.status}: ${brief(a.body)}`);
		} else if ((m = want.match(/^(not )?logged (.*)$/))) {
			for (let i = 0; i < 20 && !m[1] && !state.said().includes(m[2]); i++) await sleep(50);
			if (state.said().includes(m[2]) === Boolean(m[1])) say(w, want, brief(state.said()));
		} else if (want === 'closed') { if (!result.ended) say(w, 'the connection to be closed', 'an open one');
		} else if (want === 'open') { if (result.ended) say(w, 'the connection to stay', 'a closed one');
		} else if (want === 'nothing') { if (result.got.length) say(w, 'no answer', result.got[0].status);
		} else if (!a) { say(w, want, 'no answer');
		} else if ((m = want.match(/^not "(.*)"$/))) { if (a.body.includes(m[1])) say(w, `no ${m[1]}`, brief(a.body));
		} else if ((m = want.match(/^"(.*)"$/))) { if (!a.body.includes(m[1])) say(w, `a body with ${m[1]}`, brief(a.body));
		} else if ((m = want.match(/^body (.*)$/))) { if (!pattern(m[1]).test(a.body.trim())) say(w, `the body ${m[1]}`, brief(a.body));
		} else if ((m = want.match(/^set (?:\{\{)?(\w+)(?:\}\})? (.*)$/))) {
			const found = (a.headers.map((h) => h.join(': ')).join('\n') + '\n' + a.body).match(new RegExp(m[2]));
			if (!found) say(w, `something like /${m[2]}/`, brief(a.body));
			else state.vars[m[1]] = found[1];
		} else if ((m = want.match(/^no ([A-Za-z-]+)$/))) { if (a.get(m[1].toLowerCase()) !== undefined) say(w, `no header ${m[1]}`, a.get(m[1].toLowerCase()));
		} else if ((m = want.match(/^([A-Za-z-]+): ?(.*)$/))) {
			const all = a.headers.filter(([k]) => k.toLowerCase() === m[1].toLowerCase()).map(([, v]) => v);
			if (!all.some((v) => pattern(m[2]).test(v))) say(w, `the header ${m[1]}: ${m[2]}`, all.length ? all.join(' | ') : `none among ${a.headers.map((h) => h[0]).join(', ')}`);
		} else throw new Error(`line ${w.at}: what is '< ${want}'?`);
	}
	return wrong;
}

function keep(state, got) {
	for (const a of got) {
		for (const [k, v] of a.headers) {
			const m = k.toLowerCase() === 'set-cookie' && v.match(/^([^=]+)=([^;]*)/);
			if (m && /Max-Age=0(;|$)/i.test(v)) delete state.cookies[m[1]];
			else if (m) state.cookies[m[1]] = m[2];
		}
		const csrf = a.body.match(/name="csrf" value="([0-9a-f]+)"/);
		if (csrf) state.vars.csrf = csrf[1];
	}
}

async function ask(state, text) {
	const step = { at: 0, send: text.split('\n').map((line) => ({ line })), expect: [] };
	const r = await exchange(state, pieces(step, state), []);
	if (!r.got[0]) throw new Error(`no answer to ${text.split('\n')[0]}\n${state.said().split('\n').filter((l) => /runtime error|ERROR:|SUMMARY|^ +#\d /.test(l)).slice(0, 20).join('\n')}`);
	keep(state, r.got);
	return r.got[0];
}

async function login(state, who, password = 'siap-latihan') {
	await ask(state, 'GET /login');
	const a = await ask(state, `POST /login\n\ncsrf=${state.vars.csrf || ''}&login=${who}&password=${password}`);
	if (!a || a.status !== 303) throw new Error(`cannot log in as ${who}: ${a ? a.status + ' ' + brief(a.body) : 'no answer'}`);
}

function serve(dir, keys, test) {
	return new Promise((done, failed) => {
		const env = { ...process.env, SIAP_KEYS: keys, SIAP_LANG: 'en', TZ: 'UTC', LC_ALL: 'C.UTF-8', ...test.env };
		for (const v of ['SIAP_WORKSPACE', 'SIAP_CLOCK', 'SIAP_FAULT']) delete env[v];
		const p = spawn(siap, ['serve', '-w', dir, '--listen', '127.0.0.1:0', ...test.options], { env, cwd: path.dirname(dir), stdio: ['ignore', 'pipe', 'pipe'] });
		let said = '', wrong = '';
		p.stderr.on('data', (d) => { wrong = (wrong + d).slice(-20000); });
		p.on('exit', (code, signal) => failed(new Error(`the server ended (${signal || code}): ${wrong}`)));
		p.stdout.on('data', (d) => {
			said += d;
			const m = said.match(/http:\/\/127\.0\.0\.1:(\d+)\//);
			if (m) done({ port: Number(m[1]), process: p, said: () => wrong });
		});
	});
}

function end(server) {
	return new Promise((done) => {
		const p = server.process;
		if (p.exitCode !== null || p.signalCode) return done(p.exitCode === null ? p.signalCode : p.exitCode);
		const timer = setTimeout(() => p.kill('SIGKILL'), 15000);
		p.removeAllListeners('exit');
		p.on('exit', (code, signal) => { clearTimeout(timer); done(code === null ? signal : code); });
		p.kill('SIGTERM');
	});
}

// For t/web/NAME.js.
class Table {
	constructor(server, dir, keys) { Object.assign(this, { server, dir, keys, wrong: [] }); }
	// Somebody logged in: get(path), post(path, fields), send(path, fields, { name: text }) with files: { status, body, get(header) };
	// hears(path, does): whether the open page of live news is told of what does() does.
	async visit(who, password) {
		const state = { port: this.server.port, said: this.server.said, vars: {}, cookies: { lang: 'en' } };
		await login(state, who, password);
		const form = (fields) => Object.entries(fields).map((f) => f.map(encodeURIComponent).join('=')).join('&');
		const get = (where) => ask(state, `GET ${where}`);
		await get('/help');
		const send = (where, fields, files) => {
			const part = (name, more, text) => `--cut\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`;
			const all = [...Object.entries({ csrf: state.vars.csrf, ...fields }).map(([n, v]) => part(n, '', v)),
				...Object.entries(files).map(([n, text]) => part(n, '; filename="a.pdf"', text))];
			return ask(state, `POST ${where}\nContent-Type: multipart/form-data; boundary=cut\n\n${all.join('')}--cut--\r\n`);
		};
		const hears = (where, does) => new Promise((done, failed) => {
			const socket = net.connect(state.port, '127.0.0.1');
			let said = '', did = false;
			socket.on('error', failed);
			socket.on('data', async (d) => {
				said += d;
				if (did || !said.includes('retry:')) return;
				did = true;
				await sleep(10 * MOMENT); // what was done before it was opened is told by now
				said = '';
				try { await does(); } catch (e) { failed(e); }
				for (let i = 0; i < 20 && !said.includes('event: board'); i++) await sleep(MOMENT);
				socket.destroy();
				done(said.includes('event: board'));
			});
			socket.write(`GET ${where} HTTP/1.1\r\nHost: 127.0.0.1:${state.port}\r\nCookie: ${Object.entries(state.cookies).map((c) => c.join('=')).join('; ')}\r\n\r\n`);
		});
		return { who, get, send, hears, post: (where, fields = {}) => ask(state, `POST ${where}\n\n${form({ csrf: state.vars.csrf, ...fields })}`) };
	}
	cli(...words) {
		return execFileSync(siap, [...this.options, '-w', this.dir, ...words],
			{ env: { ...process.env, SIAP_KEYS: this.keys, SIAP_LANG: 'en', SIAP_WORKSPACE: '', SIAP_CLOCK: '' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
	}
	expect(what, wanted, got) {
		if (wanted !== got) this.wrong.push(`${what}: expected ${wanted}`, `got ${got}`);
	}
}

async function table(test, server, dir, keys) {
	const t = new Table(server, dir, keys);
	t.options = test.options;
	await test.run(t);
	return t.wrong.length ? t.wrong.slice(0, 60) : null;
}

async function run(test, server) {
	const state = { port: server.port, said: server.said, vars: { port: server.port }, cookies: { lang: 'en' } };
	for (const s of test.steps) {
		if (s.visit) { state.vars = { port: server.port }; state.cookies = { lang: 'en' }; continue; }
		if (s.login) { await login(state, s.login); continue; }
		const result = await exchange(state, pieces(s, state), s.expect);
		const wrong = await compare(s, result, state);
		if (wrong.length) return [`the request of line ${s.at}: ${s.send.map((p) => p.line || p.raw || p.text || '').join(' ⏎ ').slice(0, 200)}`, ...wrong];
		keep(state, result.got);
	}
	return null;
}

async function main() {
	const folder = path.join(root, 't', 'web'), names = process.argv.slice(2).map((n) => path.basename(n).replace(/\.(http|js)$/, ''));
	const files = names.length ? names : fs.readdirSync(folder).filter((f) => /\.(http|js)$/.test(f)).sort().map((f) => f.replace(/\.\w+$/, ''));
	const top = fs.mkdtempSync(path.join(os.tmpdir(), 'siap-web-')), keys = path.join(top, 'keys'), base = path.join(top, 'base');
	let failed = 0;
	try {
		execFileSync(siap, ['demo', base], { env: { ...process.env, SIAP_KEYS: keys, SIAP_LANG: 'en', SIAP_WORKSPACE: '', SIAP_CLOCK: '' }, stdio: ['ignore', 'ignore', 'inherit'] });
		let shared = null;
		for (const name of files) {
			let wrong, own = null;
			try {
				const script = path.join(folder, name + '.js'), isTable = fs.existsSync(script);
				const test = isTable ? { env: {}, options: [], copy: true, ...require(script) } : parse(`t/web/${name}.http`, fs.readFileSync(path.join(folder, name + '.http'), 'utf8'));
				let server = shared, dir = base, own_keys = keys;
				if (test.copy || test.options.length || Object.keys(test.env).length) {
					dir = base;
					if (test.copy) {
						// What was signed for one copy is not there in the others.
						fs.cpSync(keys, own_keys = path.join(top, name + '.keys'), { recursive: true });
						fs.cpSync(base, dir = path.join(top, name), { recursive: true, filter: (f) => !f.endsWith('.sock') && !f.endsWith('/writer') });
					} else if (shared) { await end(shared); shared = null; } // one writer at a time
					server = own = await serve(dir, own_keys, test);
				} else if (!server) server = shared = await serve(base, keys, test);
				wrong = isTable ? await table(test, server, dir, own_keys) : await run(test, server);
				if (own) {
					const status = await end(own);
					if (!wrong && status !== 0) wrong = [`expected the server to end with exit 0, got ${status}: ${own.said()}`];
				} else if (!wrong && server.process.exitCode !== null) wrong = [`the server ended: ${server.said()}`];
			} catch (e) {
				wrong = [e.message];
				if (own) await end(own);
				if (shared && shared.process.exitCode !== null) shared = null;
			}
			if (!wrong) { console.log(`ok ${name}`); continue; }
			failed++;
			console.log([`not ok ${name}`, ...wrong.join('\n').split('\n').map((l) => l.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (c) => JSON.stringify(c).slice(1, -1))),
				'rerun: ' + (process.env.SIAP ? `SIAP=${process.env.SIAP} ` : '') + `t/run_web.sh ${name}`].join('\n  '));
		}
		if (shared) {
			const status = await end(shared);
			if (status !== 0) { failed++; console.log(`not ok the end of the server\n  expected exit 0, got ${status}: ${shared.said()}\n  rerun: t/run_web.sh`); }
		}
	} finally {
		fs.rmSync(top, { recursive: true, force: true });
	}
	process.exitCode = failed ? 1 : 0;
}
main();
