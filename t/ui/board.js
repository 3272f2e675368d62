// From the province down to a TPS, one click a level: the same numbers as the command line, on each width and in both languages.
"use strict";
module.exports = [];

const number = (text) => Number(text.replace(/[^0-9]/g, ""));
// "4.736 dari 6.391 TPS siap" -> [4736, 6391]
const pair = (text) => (text.match(/[0-9][0-9.,]*/g) || []).slice(0, 2).map(number);
const path = (v) => new URL(v.page.url()).pathname;

async function descend(t, v, look) {
	for (const [from, to] of [["15", "1571"], ["1571", "157109"], ["157109", "1571091002"], ["1571091002", "1571091002003"]]) {
		if (look) await v.look(`area-${from}`);
		await v.page.click(`table.areas tbody a[href="/area/${to}"]`);
		await v.page.waitForURL(`**/area/${to}`);
	}
	if (look) await v.look("tps");
	t.expect("links back up", ["/area/15", "/area/1571", "/area/157109", "/area/1571091002"],
		(await v.page.$$eval("nav.crumbs a", (all) => all.map((a) => a.getAttribute("href")))).slice(0, 4));
	await v.page.click('nav.crumbs a[href="/area/15"]');
	t.expect("at the top again", "/area/15", path(v));
}

for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"]) {
		module.exports.push({
			name: `from the province to a TPS, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user: "gubernur", width, language });
				t.expect("log-in ends at the board", "/area/15", path(v));
				t.expect_some("countdown", await v.text(), language === "id" ? "7 hari menuju pemungutan suara, 27 November 2024" : "7 days to polling day, 27 November 2024");
				await descend(t, v, true);
			},
		});
		module.exports.push({
			name: `the pages of an area, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user: "gubernur", width, language });
				for (const page of ["missing", "findings", "silent", "trend", "stages", "map"]) {
					t.expect(page, 200, await v.go(`/area/15/${page}`));
					t.expect("the menu shows where one is", [`/area/15/${page}`], await v.page.$$eval('nav.tools [aria-current="page"]', (all) => all.map((a) => a.getAttribute("href"))));
					await v.look(`area-${page}`);
				}
				for (const [page, name] of [["/indicator/logistics_packed?area=15", "indicator"], ["/check/roll_parts?area=15", "check"], ["/area/1571091002/map", "map-village"],
					["/area/15/map?pillar=officers", "map-pillar"], ["/area/1509/missing?indicator=officers_filled&owner=kpu", "missing-one"]]) {
					t.expect(page, 200, await v.go(page));
					await v.look(name);
				}
			},
		});
	}
module.exports.push({
	name: "an indicator in words first, the query behind a click",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		await v.go("/indicator/logistics_packed?area=15");
		t.expect_some("what it means", await v.text("p.lead"), "An item counts when the quantity");
		t.expect("the query is folded away", false, await v.page.isVisible("details.made pre"));
		await v.page.click("details.made summary");
		t.expect_some("the query", await v.text("details.made"), "WHERE");
		t.expect_some("rules in words", await v.text(), "per TPS: 2");
		t.expect("no codes of the pack", false, (await v.text("#rests + p + section")).includes("per_"));
		const id = await t.visit({ user: "kpu.tebo", language: "id" });
		await id.go("/indicator/logistics_packed?area=15");
		t.expect_some("and in Indonesian", await id.text(), "per TPS dan jenis pemilihan: 1");
	},
});
module.exports.push({
	name: "one item, two items; agencies as they write themselves; a day told once",
	async run(t) {
		const v = await t.visit({ user: "sekretaris", language: "en" });
		await v.go("/area/15");
		const owed = await v.text(".owed");
		t.expect("many", true, /1,249 items missing of 63,910/.test(owed));
		t.expect("one", true, /1 polling station missing of 6,391/.test(owed));
		t.expect_some("police", owed, "Polri");
		t.expect_some("the desk", await v.text(), "Kesbangpol");
		t.expect("all capitals", false, (await v.text()).includes("KESBANGPOL"));
		await v.go("/area/15/missing?indicator=roll_final");
		t.expect_some("one gap", await v.text(), "1 gap.");
		await v.go("/indicator/forms_in?area=15");
		t.expect_some("unit", await v.text(), "of 12,782 forms");
		t.expect_some("a label, no code", await v.text(), "count form for candidates: 2");
		t.expect("its day", 1, (await v.text("dl.definition")).split("28 November 2024").length - 1);
		await v.go("/check/shipment_over?area=15");
		t.expect_some("one finding", await v.text(".big"), "1 finding");
		t.expect("not several", false, (await v.text(".big")).includes("findings"));
	},
});
module.exports.push({
	name: "who was not heard from: as many as it says, each once",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		const seen = [];
		let where = "/area/15/silent";
		await v.go(where);
		const total = number(await v.text("main form + p strong"));
		for (let n = 0; n < 100 && where; n++) {
			await v.go(where);
			seen.push(...await v.page.$$eval(".results > li > a", (all) => all.map((a) => a.getAttribute("href"))));
			where = await v.page.$$eval('a[rel="next"]', (all) => all.length ? all[0].getAttribute("href") : "");
		}
		t.expect("as many as it says", total, seen.length);
		t.expect("some", true, total > 0);
		t.expect("each once, in order", [...new Set(seen)].sort(), seen);
	},
});
module.exports.push({
	name: "a line of days begins and ends with percentages; times as people write them",
	async run(t) {
		const v = await t.visit({ user: "sekretaris", language: "en" });
		await v.go("/area/15/trend");
		t.expect_some("the line", await v.text("figure"), "from 0.0% on 7 November 2024 to 74.1% on 20 November 2024");
		await v.go("/account");
		t.expect("no dates of machines", false, /20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]/.test(await v.text()));
		await v.go("/area/15/stages");
		t.expect("polling day is not under way a week before", true, /Polling[^0-9]*27 November 2024 *27 November 2024 *to come/.test(await v.text()));
		await v.go("/area/15/findings");
		t.expect_some("what a finding is about, then its figures", await v.text(), "Ink bottle, 1: 66 > 58");
		t.expect_some("no codes", await v.text(), "DPT: 2,695,348");
		await v.go("/area/1571091002003");
		t.expect_some("a unit once, with the name", await v.text(), "Filled (people)");
	},
});
module.exports.push({
	name: "only who may enter a stage is offered to",
	async run(t) {
		for (const [user, links] of [["gubernur", []], ["kpu.tebo", ["/data/stage/new?area=1509"]], ["sekretaris", ["/data/stage/new?area=1509", "/data/stage_date/new?area=1509"]]]) {
			const v = await t.visit({ user });
			await v.go("/area/1509/stages");
			t.expect(user, links, await v.page.$$eval('main a[href^="/data/stage"]', (all) => all.map((a) => a.getAttribute("href"))));
			for (const link of links) t.expect(link, 200, await v.go(link));
		}
	},
});
module.exports.push({
	name: "from the province to a TPS without JavaScript",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", width: "phone", javascript: false });
		await v.go("/area/15");
		await descend(t, v, false);
		t.expect("no button that does nothing", 0, await v.page.$$eval("button.copy:not([hidden])", (all) => all.length));
		t.expect("the text to send is there", true, (await v.page.inputValue("#plain")).includes("TPS siap"));
	},
});
module.exports.push({
	name: "one click from gaps, findings, silence and map to the place",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		for (const [page, link, wanted] of [
			["/area/15", ".gaps li:first-child a", /^\/area\/15\d{11}$/], ["/area/15", ".owed li:first-child a", /^\/area\/15\/missing$/],
			["/area/15", ".minimap a[href='/area/1509']", /^\/area\/1509$/], ["/area/15/missing", "tbody tr:first-child th a", /^\/area\/15\d{11}$/],
			["/area/15/findings", "tbody tr:first-child th a", /^\/area\/15\d*$/], ["/area/15/silent", ".results li:first-child a", /^\/area\/15\d{11}$/],
			["/area/15", "#pillars ~ .cards .parts a", /^\/indicator\/\w+$/],
		]) {
			await v.go(page);
			await v.page.$$eval("details", (all) => all.forEach((d) => { d.open = true; }));
			await v.page.click(link);
			await v.page.waitForURL((u) => u.pathname !== page);
			t.expect(`${page} ${link} leads to ${path(v)}`, true, wanted.test(path(v)));
		}
	},
});

// ---- numbers ----

module.exports.push({
	name: "the board says what the command line says",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		for (const area of ["15", "1509", "157109", "1571091002"]) {
			const told = JSON.parse(t.cli("ready", area, "--json"));
			await v.go(`/area/${area}`);
			t.expect(`ready in ${area}`, [told.ready, told.total], pair(await v.text(".big")));
			const scores = await v.page.$$eval(".card", (all) => all.map((c) => c.querySelector(".score").textContent.trim()));
			const wanted = Object.values(told.pillars).filter((score) => score !== null)
				.map((score) => score === 100 ? "100%" : (Math.floor(score * 10 + 1e-6) / 10).toFixed(1) + "%");
			t.expect(`pillars of ${area}`, wanted, scores);
			if (area.length === 10) continue;
			const rows = await v.page.$$eval("table.areas tbody tr", (all) => all.map((r) => [r.querySelector("a").getAttribute("href").slice(6), r.children[1].textContent]));
			t.expect(`areas below ${area}`, told.children.map((a) => [a.area, a.ready, a.total]).sort(),
				rows.map(([code, text]) => [code, ...pair(text)]).sort());
		}
	},
});
module.exports.push({
	name: "what is missing is what siap why lists",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		const told = JSON.parse(t.cli("why", "15", "--json", "--limit", "100000"));
		await v.go("/area/15/missing");
		t.expect("all of them", told.gaps.length, number(await v.text("h2 + p strong")));
		for (const limit of [1, 5, 50, 700])
			t.expect(`the first ${limit} are the first of all`, told.gaps.slice(0, limit), JSON.parse(t.cli("why", "15", "--json", "--limit", String(limit))).gaps);
		const by = {};
		for (const g of told.gaps) {
			const s = by[g.indicator] = by[g.indicator] || { missing: 0, places: 0, ready: 0 };
			s.missing += g.need - g.have;
			s.places++;
			s.ready += g.makes_ready ? 1 : 0;
		}
		const shown = await v.page.$$eval(".owed li", (all) => all.map((li) => [
			new URL(li.querySelector("a").href).searchParams.get("indicator"), ...[...li.querySelectorAll("p")].map((p) => p.textContent)]));
		t.expect("indicators", Object.keys(by).sort(), shown.map((s) => s[0]).sort());
		for (const [name, , numbers, , ready] of shown) {
			const n = numbers.match(/[0-9][0-9,]*/g).map(number);
			t.expect(`missing of ${name}`, by[name].missing, n[0]);
			t.expect(`places of ${name}`, by[name].places, n[n.length - 1]);
			t.expect(`TPS made ready by ${name}`, by[name].ready, ready ? number(ready) : 0);
		}
		const csv = await v.context.request.get(t.server.address + "/area/15/missing.csv");
		t.expect("rows of the file", told.gaps.length + 1, (await csv.text()).trim().split("\n").length);
	},
});
module.exports.push({
	name: "findings are what siap check finds",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		const told = JSON.parse(t.cli("check", "15", "--json", "--limit", "100000"));
		const found = told.flatMap((c) => Array(c.count).fill(c.check));
		await v.go("/area/15/findings");
		t.expect("findings", found.length, number(await v.text("form + p strong")));
		t.expect("of each check", [...found].sort(),
			(await v.page.$$eval("tbody td:nth-child(2) a", (all) => all.map((a) => new URL(a.href).pathname.slice(7)))).sort());
		t.expect("in words, with numbers as people write them", false, /<>|\b\d{5,9}\b/.test(await v.text("tbody")));
		await v.go("/area/15");
		t.expect("the same on the board", found.length,
			(await v.page.$$eval(".pair section:first-child ul a:first-child", (all) => all.map((a) => a.textContent))).map(number).reduce((x, y) => x + y, 0));
	},
});
module.exports.push({
	name: "a TPS: its state, and its whole history in pages",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		const tps = "1571091002003";
		await v.go(`/area/${tps}`);
		t.expect_some("state", await v.text(".big"), "not ready");
		t.expect("what is not met comes first", "is-unmet", await v.page.getAttribute(".status li", "class"));
		const events = [];
		for (let pages = 0; pages < 20; pages++) {
			events.push(...await v.page.$$eval(".history a[href^='/event/']", (all) => all.map((a) => Number(a.getAttribute("href").slice(7)))));
			const older = await v.page.$("a[href*='before=']");
			if (!older) break;
			await older.click();
			await v.page.waitForLoadState("load");
		}
		t.expect("newest first, each once", [...new Set(events)].sort((x, y) => y - x), events);
		const log = t.cli("log", tps, "--json", "--limit", "1000");
		const told = log.trim().split("\n").map((l) => JSON.parse(l).event);
		t.expect("all of them", told.sort((x, y) => y - x), events);
	},
});
module.exports.push({
	name: "sorted by any column, and back",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		await v.go("/area/15");
		const column = (n) => v.page.$$eval("table.areas tbody tr", (all, i) => all.map((r) => parseFloat(r.children[i].textContent.replace(/,/g, ""))), n);
		const heads = await v.page.$$eval("table.areas thead a", (all) => all.map((a) => a.getAttribute("href")));
		for (let i = 1; i < heads.length; i++) {
			await v.go(heads[i]);
			const up = await column(i);
			const sorted = await v.page.getAttribute(`table.areas thead th:nth-child(${i + 1})`, "aria-sort");
			t.expect(`column ${i}`, [...up].sort((x, y) => sorted === "ascending" ? x - y : y - x), up);
			await v.page.click(`table.areas thead th:nth-child(${i + 1}) a`);
			t.expect(`column ${i} turned`, sorted === "ascending" ? "descending" : "ascending", await v.page.getAttribute(`table.areas thead th:nth-child(${i + 1})`, "aria-sort"));
		}
	},
});
module.exports.push({
	name: "the text to send on, from the page and by itself",
	async run(t) {
		const v = await t.visit({ user: "gubernur", width: "phone", language: "id" });
		const own = await v.context.request.get(t.server.address + "/area/1509.txt");
		t.expect("type", "text/plain; charset=utf-8", own.headers()["content-type"]);
		await v.go("/area/1509");
		t.expect("the same", (await own.text()).trim(), (await v.page.inputValue("#plain")).trim());
		t.expect_some("text", await own.text(), "TPS siap");
		await v.page.click(".send summary");
		await v.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: t.server.address });
		await v.page.click("button.copy");
		await v.page.waitForFunction(() => document.querySelector("button.copy").textContent === "Tersalin");
		t.expect("copied", (await own.text()).trim(), (await v.page.evaluate(() => navigator.clipboard.readText())).trim());
	},
});
module.exports.push({
	name: "on paper: the board and the map without menus",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "id" });
		for (const page of ["/area/15", "/area/15/map", "/area/15/missing", "/area/15/findings", "/area/15/stages", "/data/tps?area=1571091002", "/data/delivery?area=1571091002"]) {
			await v.go(page);
			await v.page.emulateMedia({ media: "print" });
			for (const hidden of ["nav.tools", ".filters", ".crumbs", "header nav", "header form"])
				for (const e of await v.page.$$(hidden)) t.expect(`${hidden} on ${page}`, false, await e.isVisible());
			t.expect("heading", true, await v.page.isVisible("h1"));
			await v.page.setViewportSize({ width: 703, height: 1000 }); // A4 upright, without its margins
			t.expect(`${page} fits the sheet`, 703, await v.page.evaluate(() => document.documentElement.scrollWidth));
			t.expect(`nothing of ${page} is cut`, 0, await v.page.$$eval("main *:not(.hidden, .hidden *)", (all) => all.filter((e) => getComputedStyle(e).position !== "absolute" && e.getBoundingClientRect().right > 704).length));
			t.expect(`a rehearsal is told on the paper of ${page}`, true, await v.page.isVisible("header .rehearsal"));
			t.expect(`so is the election`, true, await v.page.isVisible("header .where"));
			await v.page.setViewportSize(t.widths.desktop);
			const pdf = await v.page.pdf({ format: "A4" });
			t.expect(`a few sheets of ${page}`, true, pdf.length > 5000 && (pdf.toString("latin1").match(/\/Type \/Page\b/g) || []).length < 12);
			await v.page.emulateMedia({ media: "screen" });
		}
	},
});
module.exports.push({
	name: "what is not there",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		v.allow("404");
		v.allow("400");
		t.expect("an area elsewhere", 404, await v.go("/area/1234567"));
		t.expect("no code at all", 404, await v.go("/area/x"));
		t.expect("no such indicator", 404, await v.go("/area/15/missing?indicator=nothing"));
		t.expect("no such severity", 400, await v.go("/area/15/findings?severity=nothing"));
		t.expect("no such check", 404, await v.go("/check/nothing"));
		for (const page of ["?page=0", "?page=-3", "?page=99999999999999999999", "?page=x", "?page=5000"])
			t.expect(page, 200, await v.go("/area/15/missing" + page));
	},
});
