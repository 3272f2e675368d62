// Each of five people does in the browser what the desk is for, and every page on the way is looked at.
"use strict";
const village = "1509012004", tps = "1509011001002";
const areas = { sekretaris: "15", gubernur: "15", "kpu.tebo": "1509", bawaslu: "15", "polda.ops": "15" };
const people = {
	sekretaris: "Sekretariat Desk Pilkada · Kesbangpol", gubernur: "Kantor Gubernur · Pemda", "kpu.tebo": "Operator KPU Tebo · KPU",
	bawaslu: "Bawaslu Provinsi · Bawaslu", "polda.ops": "Biro Operasi Polda · Polri",
};
const words = {
	id: { board: "Papan", import: "Impor", changes: "Perubahan", other: "English" },
	en: { board: "Board", import: "Import", changes: "Changes", other: "Bahasa Indonesia" },
};
const path = (v) => { const u = new URL(v.page.url()); return u.pathname + u.search; };
async function follow(v, selector) {
	await Promise.all([v.page.waitForNavigation({ waitUntil: "load" }), v.page.click(selector)]);
	return path(v);
}
// What stands in the navigation, and where one is.
async function nav(v) {
	return v.page.$$eval("nav.main a", (all) => all.map((a) => a.textContent.trim()));
}
async function here(v) {
	return v.page.$$eval("nav.main [aria-current]", (all) => all.map((a) => a.textContent.trim()).join());
}

const ways = {
	// The secretariat: from the headline to the place, the owner and the last changes.
	async sekretaris(t, v, see) {
		await see("board");
		await follow(v, "table.areas tbody th a");
		await see("regency");
		await v.go(`${new URL(v.page.url()).pathname}/missing`);
		await see("missing");
		await v.go("/area/15/findings");
		await see("findings");
		await v.go("/changes");
		await see("changes");
		await v.go("/conflicts");
		await see("conflicts");
	},
	// The governor's office reads: how a figure is made, how it came along, where it is worst. Nothing to enter is offered.
	async gubernur(t, v, see) {
		t.expect("no import for a reader", false, (await nav(v)).includes(words[v.options.language].import));
		await v.page.click("article.card summary");
		await follow(v, "article.card details[open] a[href^='/indicator/']");
		await see("indicator");
		await v.go("/area/15/trend");
		await see("trend");
		await v.go("/area/15/map");
		await see("map");
		await v.go("/area/15/silent");
		await see("silent");
		await v.go("/data");
		t.expect("nothing to add for a reader", 0, await v.page.$$eval("main a[href$='/new']", (all) => all.length));
		await see("data");
	},
	// An operator: one click a level down to the TPS, its rows, a list, an import, forms for a village without a network.
	async "kpu.tebo"(t, v, see) {
		for (const level of [6, 10, 13]) {
			const to = await follow(v, "table.areas tbody th a");
			t.expect("one level down", level, to.replace("/area/", "").length);
			await see(`level-${level}`);
		}
		await v.go(`/data/delivery?area=${tps}`);
		await see("list");
		await v.go("/data/delivery/new");
		await see("form");
		await v.go("/import");
		await see("import");
		await v.go(`/blank/${village}?dataset=delivery`);
		await see("blank");
	},
	// The supervisor looks at what does not fit and who changed what.
	async bawaslu(t, v, see) {
		await follow(v, "a[href^='/check/']");
		await see("check");
		await v.go("/changes?agency=kpu");
		await see("changes-of-kpu");
		await v.go(`/data/delivery/history/${tps}/ink`);
		await see("history");
		await follow(v, "main a[href^='/event/']");
		await see("event");
		await v.go("/words");
		await see("words");
	},
	// The police: where its own part stands, and its lists.
	async "polda.ops"(t, v, see) {
		await v.go("/area/15/missing?owner=polri");
		await see("missing-of-polri");
		await v.go("/data");
		await see("data");
		await follow(v, "main a[href$='/new']");
		await see("form-of-polri");
		await v.go("/search?q=muara+tbo");
		t.expect_some("typing errors do no harm", await v.text(), "Muara Tebo");
		await see("search");
	},
};

module.exports = [];
for (const user of Object.keys(ways))
	for (const [width, language] of [["phone", "id"], ["desktop", "en"]])
		module.exports.push({
			name: `${user} goes through the desk, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user, width, language });
				t.expect("begins with the own area", `/area/${areas[user]}`, path(v));
				t.expect("where one is", words[language].board, await here(v));
				t.expect("who one is", people[user], await v.text("header .me"));
				await ways[user](t, v, (name) => v.look(`${user}-${name}`));
			},
		});

module.exports.push({
	name: "without JavaScript: menu, language and log-out",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", width: "phone", language: "id", javascript: false });
		await v.go("/data/delivery?area=1509&sort=item");
		t.expect("closed menu", false, await v.page.isVisible("nav.main details ul"));
		await v.page.click("nav.main summary");
		t.expect("open menu", true, await v.page.isVisible("nav.main details ul"));
		await v.look("menu");
		await follow(v, "form.language button");
		t.expect("the language changes, the page stays", "/data/delivery?area=1509&sort=item", path(v));
		t.expect("language", "en", await v.page.getAttribute("html", "lang"));
		await v.page.click("nav.main summary");
		await follow(v, "nav.main a[href='/changes']");
		t.expect("where one is", words.en.changes, await here(v));
		await v.page.click("nav.main summary");
		await follow(v, "form[action='/logout'] button");
		await v.go("/data");
		t.expect("out", "/login", new URL(v.page.url()).pathname);
		t.expect("nothing of the desk in view", 0, await v.page.$$eval("nav.main", (all) => all.length));
		t.expect("help and language stay", true, await v.page.isVisible("a[href='/help']") && await v.page.isVisible("form.language button"));
	},
});
module.exports.push({
	name: "on a wide screen all of the menu stands open",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", width: "desktop", language: "id" });
		t.expect("no button", false, await v.page.isVisible("nav.main summary"));
		for (const to of ["/changes", "/conflicts", "/account", "/help"])
			t.expect(to, true, await v.page.isVisible(`nav.main a[href='${to}']`));
		t.expect("no accounts for an operator", 0, await v.page.$$eval("nav.main a[href='/accounts']", (all) => all.length));
		t.expect_some("rehearsal, with the zone", await v.text(".rehearsal"), "20 Nov 2024 13:09 WIB");
		const admin = await t.visit({ user: "admin", width: "desktop", language: "id" });
		t.expect("accounts for a manager", true, await admin.page.isVisible("nav.main a[href='/accounts']"));
	},
});
module.exports.push({
	name: "conflicts are counted for whom they concern, until they are settled",
	async run(t) {
		const event = (text) => text.match(/event ([0-9,]+)/)[1].replace(/,/g, "");
		const enter = (at, received, ...more) => t.cli("enter", "delivery", `tps=${at}`, "item=ink", `received=${received}`, ...more);
		const twice = (at) => {
			const seen = event(enter(at, 11));
			enter(at, 13, "--base", seen);
			enter(at, 12, "--base", seen);
		};
		const tebo = await t.visit({ user: "kpu.tebo", language: "en" }), governor = await t.visit({ user: "gubernur", language: "en" });
		const count = async (v, wanted) => {
			let got;
			for (let i = 0; i < 50; i++) { // the board follows what is written within moments
				await v.go("/help");
				got = await v.text("nav.main a[href='/conflicts'] .count");
				if (got === wanted) return;
				await v.page.waitForTimeout(100);
			}
			t.expect(`conflicts of ${v.options.user}`, wanted, got);
		};
		await count(tebo, "");
		twice(tps);
		await count(tebo, "1");
		await count(governor, "1");
		twice("1571091002001");
		await count(governor, "2");
		await count(tebo, "1");
		await tebo.go("/conflicts");
		t.expect("in the list as well", 1, await tebo.page.$$eval("ol.log > li", (all) => all.length));
		await tebo.look("conflicts");
		t.cli("resolve", "delivery", `tps=${tps}`, "item=ink", "received=13", "--why", "counted again");
		await count(tebo, "");
		await count(governor, "1");
	},
});
