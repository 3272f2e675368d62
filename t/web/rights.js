// Who may do what, on the real pages: role x agency x area relation x dataset x verb. What is expected stands here as letters, one for each
// person, and knows nothing of the program.
'use strict';
const fs = require('fs'), path = require('path');
const T = '1509011001001', password = 'kuda baterai tepat';

// Beside the demo's own: kpu.tebo (operator of 1509), bawaslu (supervisor), polda.ops (operator), gubernur (pemda, reader),
// sekretaris (secretariat, supervisor), admin and kpu.admin (managers), all of the province.
const added = {
	'tebo.reader': ['kpu', 'reader', '1509'], 'tebo.spv': ['kpu', 'supervisor', '1509'], 'below.op': ['kpu', 'operator', '150901'],
	'beside.op': ['kpu', 'operator', '1571'], 'above.op': ['kpu', 'operator', '15'], 'roll.op': ['kpu', 'operator', '1509', 'roll_count'],
	'polri.tebo': ['polri', 'operator', '1509'], 'polri.beside': ['polri', 'operator', '1571'], 'bawaslu.beside': ['bawaslu', 'reader', '1571'],
};
const first = ['kpu.tebo', 'tebo.reader', 'tebo.spv', 'below.op', 'beside.op', 'above.op', 'roll.op', 'bawaslu', 'polda.ops', 'gubernur', 'sekretaris', 'admin', 'kpu.admin'];
const second = ['polda.ops', 'polri.tebo', 'polri.beside', 'bawaslu', 'bawaslu.beside', 'kpu.tebo', 'gubernur', 'sekretaris', 'admin'];

// y: done, n: refused, 0: as if it were not there, p: asked for the paper that goes with what is entered for others.
const codes = { n: 403, 0: 404, p: 400 };

module.exports = {
	options: ['--defs', path.join(__dirname, 'defs')],
	async run(t) {
		const at = {};
		const people = [...new Set([...first, ...second])];
		for (const [login, [agency, role, area, sets]] of Object.entries(added)) {
			const once = t.cli('account', 'add', login, '--name', login, '--agency', agency, '--role', role, '--area', area, ...(sets ? ['--datasets', sets] : []))
				.match(/[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}/)[0];
			at[login] = await t.visit(login, once);
			t.expect(`${login} is asked for a password first`, '/password?next=%2Fdata', (await at[login].get('/data')).get('location'));
			t.expect(`${login} changes nothing before`, 403, (await at[login].post(`/data/tps/edit/${T}`, { number: '001' })).status);
			t.expect(`${login} chooses one`, 303, (await at[login].post('/password', { before: once, password, again: password })).status);
		}
		for (const login of people) at[login] = at[login] || await t.visit(login);

		const row = async (what, who, letters, done, does) => {
			const want = letters.replace(/ /g, '');
			if (want.length !== who.length) throw new Error(`${what}: ${want.length} letters for ${who.length} people`);
			for (let i = 0; i < who.length; i++) {
				const a = await does(at[who[i]]);
				t.expect(`${what} by ${who[i]}`, want[i] === 'y' ? done : codes[want[i]], a.status);
			}
		};
		const get = (where) => (v) => v.get(where);

		const batch = (await at.gubernur.get('/import')).body.match(/\/import\/(\d+)/)[1];

		// ---- a list that is open, kept by KPU; each column is a person of `first` ----
		await row('the list', first, 'yyyyyyy yyyyyy', 200, get('/data/tps'));
		await row('a row', first, 'yyyyyyy yyyyyy', 200, get(`/data/tps/row/${T}`));
		await row('its history', first, 'yyyyyyy yyyyyy', 200, get(`/data/tps/history/${T}`));
		await row('export', first, 'yyyyyyy yyyyyy', 200, get('/data/tps/export.csv?area=150901'));
		await row('export as a workbook', first, 'yyyyyyy yyyyyy', 200, get('/data/tps/export.xlsx?area=150901'));
		await row('a new row, the form', first, 'ynyyyyn nnnynn', 200, get('/data/tps/new'));
		await row('the form of a row', first, 'ynyynyn nnnynn', 200, get(`/data/tps/edit/${T}`));
		await row('a new row', first, 'ynyynyn nnnynn', 409, (v) => v.post('/data/tps/new', { tps: T, number: '001' })); // it is there already
		await row('taking away, the form', first, 'ynyynyn nnnnnn', 200, get(`/data/tps/close/${T}`));
		await row('taking away', first, 'ynyynyn nnnnnn', 409, (v) => v.post(`/data/tps/close/${T}`, { base: 1 }));
		await row('private fields', first, 'yyyynyn nnnyyy', 200, (v) => v.post(`/data/tps/reveal/${T}`, { why: 'a call' }));
		await row('private fields of rows shown', first, 'yyyynyn nnnyyy', 200, (v) => v.post('/data/tps/reveal', { key: T, why: 'a call' }));
		await row('private fields without a reason', first, 'yyyyyyn nnnyyy', 400, (v) => v.post(`/data/tps/reveal/${T}`, {}));
		let hours = 0;
		const edit = (v, more = {}) => v.post(`/data/tps/edit/${T}`, { access_hours: String(++hours), ...more });
		await row('a change', first, 'ynyynyn nnnpnn', 303, edit);
		const change = async (v, more) => {
			const a = await edit(v, more);
			return (a.get('location') || '').match(/done=(\d+)/)?.[1];
		};
		let last;
		await row('undoing what kpu.tebo did', first, 'ynynnnn nnnnnn', 303, async (v) => {
			last = await change(at['kpu.tebo']);
			return v.post(`/event/${last}`, { why: 'wrong' });
		});

		// What is typed and not saved stays on the computer under its writer's name.
		await row('a form remembers for its own writer', first, 'ynyynyn nnnynn', 200, async (v) => {
			const a = await v.get(`/data/tps/edit/${T}`);
			return { status: a.status === 200 && !a.body.includes(`data-draft-of="${v.who}"`) ? 'for somebody else' : a.status };
		});

		// ---- all except: rows of a village at once ----
		const village = T.slice(0, 10), all = '/data/delivery/all-except';
		const bulk = async (v, files) => {
			const asked = await at['kpu.tebo'].get(`${all}?area=${T}&field=received&key.item=ink`);
			const lines = [...asked.body.matchAll(/name="base\.([^"]+)" value="(\d+)"/g)].flatMap(([, key, base]) => [[`base.${key}`, base], [`own.${key}`, String(++hours)]]);
			if (!lines.length) throw new Error(`the page has no rows: ${asked.status} ${asked.body}`);
			const fields = { area: T, field: 'received', 'key.item': 'ink', ...Object.fromEntries(lines) };
			return files ? v.send(all, fields, files(v)) : v.post(all, fields);
		};
		await row('all except, the question', first, 'ynyyyyn nnnynn', 200, get(all));
		await row('all except, its rows', first, 'ynyynyn nnnynn', 200, get(`${all}?area=${village}&field=received&key.item=ink`));
		await row('all except, saved', first, 'ynyynyn nnnpnn', 303, (v) => bulk(v));
		const scan = (v) => ({ paper_file: `%PDF-1.7 of ${v.who}` });
		await row('all except, with the paper', first, 'ynyynyn nnnynn', 303, (v) => bulk(v, scan));

		// ---- papers: an open list's for all, one with private fields for whom it may be opened; nobody comes to one by its address alone ----
		let sheet = 0;
		const attach = (where) => (v) => v.send(where, { paper_note: `note of ${v.who}` }, { paper_file: `%PDF-1.7 sheet ${++sheet} of ${v.who}` });
		const paper_of = async (v, where) => (await v.get(where)).body.match(/\/paper\/[0-9a-f]{64}/)[0];
		await row('attaching a paper', first, 'ynyynyn nnnynn', 303, attach(`/data/delivery/paper/${T}/ink`));
		await row('attaching one to a private row', first, 'ynyynyn nnnynn', 303, attach(`/data/tps/paper/${T}`));
		await row('attaching no file', first, 'ynyynyn nnnynn', 400, (v) => v.post(`/data/delivery/paper/${T}/ink`, { paper: 'f'.repeat(64) }));
		await row('opening a paper', first, 'yyyyyyy yyyyyy', 200, get(await paper_of(at['kpu.tebo'], `/data/delivery/row/${T}/ink`)));
		await row('opening one of a private row', first, 'yyyy0y0 000yyy', 200, get(await paper_of(at['kpu.tebo'], `/data/tps/row/${T}`)));

		await row('what is missing', first, 'yyyyyyy yyyyyy', 200, get('/area/150901/missing'));
		await row('what is missing as a file', first, 'yyyyyyy yyyyyy', 200, get('/area/150901/missing.csv'));
		await row('live news', first, 'yyyyyyy yyyyyy', 200, get('/live?area=150901'));

		// In whose name it is done follows from the session, whatever the form says.
		last = await change(at['kpu.tebo'], { actor: 'gubernur', agency: 'pemda', who: '1', on_behalf_of: 'polri', source: 'cli' });
		const event = (await at.bawaslu.get(`/event/${last}`)).body;
		t.expect('the actor', true, event.includes('kpu.tebo (KPU)') && !event.includes('gubernur'));

		// Two from the same state: only a supervisor of its keeper settles it.
		const base = last;
		await change(at['kpu.tebo'], { base, 'was.access_hours': '0' });
		await change(at['above.op'], { base, 'was.access_hours': '0' });
		await row('a conflict', first, 'yyyyyyy yyyyyy', 200, get(`/conflicts/tps/${T}`));
		await row('settling it', first, 'nnynnnn nnnnnn', 303, (v) => v.post(`/conflicts/tps/${T}`, { choice: 'stands', why: 'asked both' }));

		// ---- a restricted list, kept by the police, some rows shown to Bawaslu: that there is such a list everybody may know; each column is a
		// person of `second` ----
		t.cli('enter', 'threat', `tps=${T}`, 'number=1', 'what=stones were piled', 'shared=bawaslu', 'source=ani');
		t.cli('enter', 'threat', `tps=${T}`, 'number=2', 'what=tyres were bought', 'source=budi');
		const mine = await at['polda.ops'].post('/data/threat/new', { tps: T, number: 3, what: 'a quiet word' });
		t.expect('entered', 303, mine.status);
		const secret = (mine.get('location').match(/done=(\d+)/) || [])[1];
		await row('the restricted list', second, 'yyyyy yyyy', 200, get('/data/threat'));
		await row('its empty form', second, 'yyyyy yyyy', 200, get('/data/threat/template.csv'));
		await row('its export', second, 'yyyyy yyyy', 200, get('/data/threat/export.csv'));
		await row('its export as a workbook', second, 'yyyyy yyyy', 200, get('/data/threat/export.xlsx'));
		await row('a row that is shown', second, 'yy0y0 0000', 200, get(`/data/threat/row/${T}/1`));
		await row('a row that is not', second, 'yy000 0000', 200, get(`/data/threat/row/${T}/2`));
		await row('history', second, 'yy000 0000', 200, get(`/data/threat/history/${T}/2`));
		await row('the form', second, 'yy0n0 0000', 200, get(`/data/threat/edit/${T}/1`));
		await row('the form of a hidden one', second, 'yy000 0000', 200, get(`/data/threat/edit/${T}/2`));
		await row('a change', second, 'yy0n0 0000', 303, (v) => v.post(`/data/threat/edit/${T}/1`, { what: 'stones were piled' }));
		await row('a new one', second, 'yynnn nnnn', 409, (v) => v.post('/data/threat/new', { tps: T, number: 2, what: 'again' }));
		await row('taking away', second, 'yy0n0 0000', 409, (v) => v.post(`/data/threat/close/${T}/1`, { base: 1 }));
		await row('the event', second, 'yy000 0000', 200, get(`/event/${secret}`));
		await row('its undo', second, 'yn000 0000', 303, (v) => v.post(`/event/${secret}`, { why: 'x' }));
		await row('private fields', second, 'yynnn nnnn', 200, (v) => v.post(`/data/threat/reveal/${T}/1`, { why: 'a call' }));
		await row('the check', second, 'y0000 0000', 200, get('/check/threat_heard'));

		// One that is shown to nobody else: for others there is none.
		t.cli('enter', 'patrol', `tps=${T}`, 'officers=2');
		await row('a list for one agency', second, 'yyy00 0000', 200, get('/data/patrol'));
		await row('its empty form', second, 'yyy00 0000', 200, get('/data/patrol/template.xlsx'));
		await row('its export', second, 'yyy00 0000', 200, get('/data/patrol/export.csv'));
		await row('its row', second, 'yy000 0000', 200, get(`/data/patrol/row/${T}`));
		await row('a new one, the form', second, 'yyy00 0000', 200, get('/data/patrol/new'));
		await row('a new one', second, 'yyn00 0000', 409, (v) => v.post('/data/patrol/new', { tps: T, officers: 3 }));
		await row('its conflicts', second, 'yy000 0000', 200, get(`/conflicts/patrol/${T}`));
		await row('private fields of it', second, 'nnn00 0000', 200, (v) => v.post(`/data/patrol/reveal/${T}`, { why: 'a call' }));

		// Their papers, and all except: as rows are, and as if there were none. A paper of a row with private fields is for its keeper.
		await row('attaching to a row that is shown', second, 'yy0n0 0000', 303, attach(`/data/threat/paper/${T}/1`));
		await row('attaching to one that is not', second, 'yy000 0000', 303, attach(`/data/threat/paper/${T}/2`));
		await row('attaching to a list for one agency', second, 'yy000 0000', 303, attach(`/data/patrol/paper/${T}`));
		for (const [of, where, letters] of [['a row that is shown', `/data/threat/row/${T}/1`, 'yy000 0000'], ['a row that is not', `/data/threat/row/${T}/2`, 'yy000 0000'],
			['a list for one agency', `/data/patrol/row/${T}`, 'yy000 0000']])
			await row(`opening the paper of ${of}`, second, letters, 200, get(await paper_of(at['polda.ops'], where)));
		await row('all except', second, 'yyynn nnnn', 200, get('/data/threat/all-except'));
		await row('all except, its rows', second, 'yynnn nnnn', 200, get(`/data/threat/all-except?area=${T}&field=heeded`));
		await row('all except of a list for one agency', second, 'yyy00 0000', 200, get('/data/patrol/all-except'));
		await row('all except of it, its rows', second, 'yyn00 0000', 200, get(`/data/patrol/all-except?area=${T}&field=armed`));
		await row('all except of it, saved', second, 'yyn00 0000', 400, (v) => v.post('/data/patrol/all-except', { area: T, field: 'armed' }));
		await row('findings of a check that is closed', second, 'y0000 0000', 200, get(`/area/${T}/findings?check=threat_heard`));
		await row('findings of it as a file', second, 'y0000 0000', 200, get(`/area/${T}/findings.csv?check=threat_heard`));

		// Two police officers from the same state: it is theirs alone to know, and the finding that tells of conflicts leaves it out.
		const stands = (await at['polda.ops'].get(`/data/patrol/edit/${T}`)).body.match(/name="base" value="(\d+)"/)[1];
		for (const [who, officers] of [['polda.ops', 4], ['polri.tebo', 5]])
			await at[who].post(`/data/patrol/edit/${T}`, { base: stands, officers, 'was.officers': 2 });
		await row('the conflict of it', second, 'yy000 0000', 200, async (v) => {
			const a = await v.get(`/conflicts/patrol/${T}`);
			return { status: a.status === 200 && !/both knew/.test(a.body) ? 'no conflict' : a.status };
		});
		const base_now = async (v) => (await v.get(`/data/officer_count/edit/${T}/kpps`)).body.match(/name="base" value="(\d+)"/)[1];
		const open_base = await base_now(at['kpu.tebo']);
		for (const [who, filled] of [['kpu.tebo', 4], ['above.op', 5]])
			await at[who].post(`/data/officer_count/edit/${T}/kpps`, { base: open_base, filled, 'was.filled': 7 });

		// What pages about other things tell of it.
		const tells = async (what, where, text, letters) => {
			const want = letters.replace(/ /g, '');
			for (let i = 0; i < second.length; i++) {
				const a = await at[second[i]].get(where);
				t.expect(`${what} tells ${second[i]} '${text}'`, want[i] === 'y', a.status === 200 && a.body.includes(text));
			}
		};
		await tells('the list', '/data/threat?area=', 'stones were piled', 'yy-y- ----');
		await tells('the list', '/data/threat?area=', 'tyres were bought', 'yy--- ----');
		await tells('the export', '/data/threat/export.csv?area=', 'stones were piled', 'yy-y- ----');
		await tells('the export', '/data/threat/export.csv?area=', 'tyres were bought', 'yy--- ----');
		await tells('the page of the station', `/area/${T}`, 'stones were piled', 'yy-y- ----');
		await tells('the page of the station', `/area/${T}`, 'tyres were bought', 'yy--- ----');
		await tells('all lists', '/data', 'Threats heard of', 'yyyyy yyyy');
		await tells('all lists', '/data', 'Patrols in plain clothes', 'yyy-- ----');
		await tells('the page of the station', `/area/${T}`, 'Patrols in plain clothes', 'yy--- ----');
		await tells('the blank forms', `/blank/${T.slice(0, 10)}`, 'Patrols in plain clothes', 'yyy-- ----');
		await tells('the filter of changes', '/changes', 'Patrols in plain clothes', 'yyy-- ----');
		await tells('the words', '/words', 'A threat was heard of', 'y---- ----');
		await tells('the findings', `/area/${T}/findings`, 'tyres were bought', 'y---- ----');
		await tells('the findings as a file', `/area/${T}/findings.csv`, 'tyres were bought', 'y---- ----');
		await tells('the changes', '/changes', `${T}/3`, 'yy--- ----');
		await tells('the changes of it', '/changes?dataset=threat', `${T}/3`, 'yy--- ----');
		await tells('the search', '/search?q=tyres', 'tyres were bought', '----- ----');
		await tells('the findings as a file', `/area/${T}/findings.csv`, `officer_count/${T}`, 'yyyyy yyyy');
		await tells('the findings as a file', `/area/${T}/findings.csv`, 'patrol', '----- ----');
		await tells('the board', '/area/1509', 'A threat was heard of', 'y---- ----');

		await tells('what is missing', `/area/${T}/missing.csv`, 'threat', '----- ----');

		// Open pages are not told that something moved which they do not show.
		let seats = 7;
		for (const [who, hears] of [['polda.ops', true], ['polri.tebo', false], ['bawaslu', false], ['gubernur', false], ['admin', false]]) {
			const n = 20 + people.indexOf(who);
			t.expect(`${who} hears of a threat`, hears, await at[who].hears(`/live?area=${T}`, () => t.cli('enter', 'threat', `tps=${T}`, `number=${n}`, 'what=a fire')));
			t.expect(`${who} hears of what is open`, true, await at[who].hears(`/live?area=${T}`, () => t.cli('enter', 'officer_count', `tps=${T}`, 'role=kpps', `filled=${seats = 13 - seats}`)));
		}

		// ---- imports: a file that waits is its sender's; a past one is undone by whom its rows allow ----
		const id = '0123456789abcdef'.repeat(2), folder = path.join(t.dir, 'uploads', id);
		fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
		fs.writeFileSync(path.join(folder, '.note'), 'polda.ops\nx.csv');
		fs.writeFileSync(path.join(folder, 'x.csv'), 'tps,number\n');
		await row('a file that waits', second, 'y0000 0000', 200, get(`/import/file/${id}`));
		await row('its next step', second, 'y0000 0000', 303, (v) => v.post(`/import/file/${id}`, { step: v.who === 'polda.ops' ? 'check' : 'drop' }));
		await row('its errors', second, '00000 0000', 200, get(`/import/file/${id}/errors`));
		await row('a past import', first, 'yyyyyyy yyyyyy', 200, get(`/import/${batch}`));
		await row('undoing it', first, 'nnnnnnn nnnnnn', 303, (v) => v.post(`/import/${batch}`, { why: 'wrong' }));

		// ---- accounts: numbers are given one after the other ----
		const tebo = (await at['kpu.admin'].get('/accounts?q=kpu.tebo')).body.match(/accounts\/one\/(\d+)/)[1];
		await row('accounts', first, 'nnnnnnn nnnnyy', 200, get('/accounts'));
		await row('a new account', first, 'nnnnnnn nnnnyy', 400, (v) => v.post('/accounts/new', { login: 'x', name: '', role: 'nothing' }));
		await row('one account of KPU', first, 'nnnnnnn nnnn0y', 200, get(`/accounts/one/${tebo}`));
		await row('changing it', first, 'nnnnnnn nnnn0y', 400, (v) => v.post(`/accounts/one/${tebo}/change`, { role: 'nothing', epoch: 1 }));
		await row('its sessions', first, 'nnnnnnn nnnn0y', 400, (v) => v.post(`/accounts/one/${tebo}/sessions`, { session: 'x' }));
		await row('a file of accounts', first, 'nnnnnnn nnnnyy', 400, (v) => v.post('/accounts/import'));

		// ---- a right that is taken away is gone at once, an account that is closed too ----
		t.cli('account', 'change', 'tebo.spv', '--role', 'reader');
		t.expect('a supervisor who is a reader now', 403, (await edit(at['tebo.spv'])).status);
		t.cli('account', 'close', 'above.op');
		t.expect('one whose account was closed', '/login?next=%2Fdata', (await at['above.op'].get('/data')).get('location'));
	},
};
