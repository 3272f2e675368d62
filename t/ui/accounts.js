// A manager of accounts at work: a new account, a changed one, a new way in, a file of them, an office that changes hands.
"use strict";
const fs = require("fs");
const os = require("os");
const path = require("path");
const where = (v) => new URL(v.page.url()).pathname;
const send = async (v, selector) => {
	await Promise.all([v.page.waitForNavigation(), v.page.click(selector)]);
};
const once = /[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}/;

module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `a new account, changed, reset, closed, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user: "kpu.admin", width, language });
				v.allow("403"); v.allow("400");
				const login = `kpu.${width}.${language}`;
				await v.go("/area/15");
				if (width === "phone") await v.page.click("nav.main summary");
				await send(v, "header a[href='/accounts']");
				await v.look("accounts");
				await v.go("/accounts/new");
				await v.look("accounts-new");
				await v.page.fill("#login", login);
				await v.page.fill("#name", "Petugas Sungai Bahar");
				await v.page.fill("#areas", "16");
				await send(v, "form.narrow button[type=submit]");
				t.expect_some("outside", await v.text("[role=alert]"), "16");
				t.expect("kept", "Petugas Sungai Bahar", await v.page.inputValue("#name"));
				await v.page.fill("#areas", "1509, 157101");
				await v.page.check("input[name='set.tps']");
				await send(v, "form.narrow button[type=submit]");
				await v.look("accounts-once");
				const secret = (await v.text()).match(once)[0];
				await v.go("/accounts?q=sungai");
				t.expect("found", true, await v.page.isVisible(`text="${login}"`));
				await v.page.click(`text="${login}"`);
				await v.page.waitForLoadState("load");
				await v.look("accounts-one");
				const here = where(v);
				await v.page.click("main summary >> nth=0");
				await v.page.selectOption("#role", "reader");
				await send(v, `form[action='${here}/change'] button`);
				t.expect_some("reader", await v.text(), language === "id" ? "pembaca" : "reader");
				const p = await t.visit({ language });
				await p.login(login, secret);
				t.expect("asked for a password of one's own", "/password", where(p));
				await v.page.click("main summary >> nth=1");
				await send(v, `form[action='${here}/reset'] button`);
				t.expect("another one", true, once.test(await v.text()) && !(await v.text()).includes(secret));
				await p.go("/password");
				t.expect("the session has ended", "/login", where(p));
				await v.go(here);
				await v.page.click("main summary >> nth=3");
				await send(v, `form[action='${here}/close'] button`);
				await v.look("accounts-closed");
				t.expect("can be opened again", true, await v.page.isVisible(`form[action='${here}/reopen'] button`));
			},
		});
module.exports.push({
	name: "a link instead of a password, good once",
	async run(t) {
		const v = await t.visit({ user: "kpu.admin", language: "en" });
		await v.go("/accounts/new");
		await v.page.fill("#login", "kpu.link");
		await v.page.fill("#name", "Link");
		await v.page.fill("#areas", "1509");
		await v.page.check("input[value=link]");
		await send(v, "form.narrow button[type=submit]");
		const link = (await v.text("table code")).slice(t.server.address.length);
		for (const width of ["phone", "desktop"]) {
			const p = await t.visit({ language: width === "phone" ? "id" : "en", width });
			p.allow("404"); p.allow("400");
			await p.go(link);
			await p.look("invitation");
			const set = async (one, two) => {
				await p.page.fill("#password", one);
				await p.page.fill("#again", two);
				await send(p, ".door button");
			};
			await set("kuda baterai tepat", "kuda baterai tepet");
			t.expect("not the same", link, where(p));
			if (width === "phone") continue;
			await set("kuda baterai tepat", "kuda baterai tepat");
			t.expect("then log in", "/login", where(p));
			await p.login("kpu.link", "kuda baterai tepat");
			t.expect("in", "/area/1509", where(p));
			t.expect("good once", 404, await p.go(link));
		}
	},
});
module.exports.push({
	name: "accounts from a file: errors by row, a dry run, then all of them",
	async run(t) {
		const dir = fs.mkdtempSync(path.join(os.tmpdir(), "siap-accounts-"));
		const file = (name, text) => { fs.writeFileSync(path.join(dir, name), text); return path.join(dir, name); };
		const bad = file("bad.csv", "login,name,agency,role,areas,datasets\nkpu.a,A,kpu,operator,1509,\nkpu.b,B,bawaslu,operator,1509,\nkpu.c,C,kpu,chief,9999,\n");
		const good = file("good.csv", "login,name,agency,role,areas,datasets\nkpu.a,\"A, the first\",kpu,operator,1509 157101,tps\nkpu.b,B,kpu,reader,15,\n");
		try {
			for (const width of ["phone", "desktop"]) {
				const v = await t.visit({ user: "kpu.admin", language: width === "phone" ? "id" : "en", width });
				v.allow("400");
				await v.go("/accounts/import");
				await v.page.setInputFiles("#file", bad);
				await send(v, ".drop button");
				await v.look("accounts-import-errors");
				for (const part of ["3", "Bawaslu", "chief", "9999"]) t.expect_some("error", await v.text(), part);
				await v.page.setInputFiles("#file", good);
				await send(v, ".drop button");
				await v.look("accounts-import");
				t.expect("nothing yet", false, t.cli("account", "list").includes("kpu.a "));
				if (width === "phone") continue;
				await send(v, "form:not(.drop) button.fit");
				t.expect("two passwords", 2, (await v.text()).match(new RegExp(once, "g")).length);
				t.expect_some("made", t.cli("account", "show", "kpu.a"), "A, the first");
			}
		} finally {
			fs.rmSync(dir, { recursive: true, force: true });
		}
	},
});
module.exports.push({
	name: "an office changes hands; what belongs to others is as absent",
	async run(t) {
		t.cli("account", "add", "kpu.penerus", "--name", "Penerus", "--agency", "kpu", "--role", "reader", "--area", "1571");
		const v = await t.visit({ user: "kpu.admin", language: "en" });
		v.allow("404"); v.allow("403");
		const tebo = await t.visit({ user: "kpu.tebo", language: "en" });
		tebo.allow("403");
		t.expect("no manager", 403, await tebo.go("/accounts"));
		await v.go("/accounts?q=kpu.tebo");
		await v.page.click("tbody a");
		await v.page.waitForLoadState("load");
		const here = where(v), id = Number(here.split("/").pop());
		await v.page.click("main summary >> nth=2");
		await v.page.fill("#to", "kpu.penerus");
		await send(v, `form[action='${here}/hand-over'] button`);
		t.expect_some("closed", await v.text(), "closed");
		await tebo.go("/area/1509");
		t.expect("out at once", "/login", where(tebo));
		t.expect_some("the successor has it", t.cli("account", "show", "kpu.penerus"), "1509");
		await v.go("/accounts");
		const shown = await v.page.$$eval("tbody th a", (all) => all.map((a) => a.getAttribute("href")));
		t.expect("one's own", true, shown.includes("/account"));
		for (const link of shown) t.expect(link, 200, await v.go(link));
		for (let i = 1; i <= id + 10; i++)
			if (!shown.includes(`/accounts/one/${i}`)) t.expect(`account ${i}`, 404, await v.go(`/accounts/one/${i}`));
	},
});
