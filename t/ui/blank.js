// Forms on paper: every TPS and code is printed, the header stands on each sheet, nothing but forms is printed.
"use strict";
const village = "1571091002"; // Rawa Sari: five of its TPS are special ones
module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `blank forms of a village, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user: "gubernur", width, language });
				t.expect("status", 200, await v.go(`/blank/${village}?dataset=officer_count`));
				t.expect_some("text", await v.text(), language === "id" ? "Tanda tangan" : "Signature");
				await v.look("blank");
				t.expect("status", 200, await v.go(`/blank/${village}?dataset=tps`));
				await v.look("blank-sheet");
			},
		});
module.exports.push({
	name: "each TPS has its rows, with codes",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		await v.go(`/blank/${village}?dataset=delivery`);
		const listed = t.cli("export", "tps", "-", "--area", village).trim().split("\n").slice(1).map((l) => l.slice(0, 13));
		const rows = await v.page.$$eval("tbody tr", (all) => all.map((r) => r.querySelector("th small").textContent));
		t.expect("stations", listed, [...new Set(rows)]);
		const items = await v.page.$$eval("tbody tr", (all, code) => all.filter((r) => r.textContent.includes(code))
			.map((r) => r.querySelector(".printed").textContent), listed[0]);
		t.expect_some("items", items.join(", "), "Ballot, governor");
		t.expect("what a regency has is not asked of a TPS", false, items.some((i) => i.includes("re-vote")));
		await v.go(`/blank/${listed[0]}?dataset=officer`);
		t.expect("seats", ["1", "2", "3", "4", "5", "6", "7", "1", "2", "1"], await v.page.$$eval("tbody tr", (all) => all.map((r) => r.querySelectorAll(".printed")[1].textContent)));
	},
});
module.exports.push({
	name: "on paper: A4, the header on each page, no menus",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "id" });
		await v.go(`/blank/${village}?dataset=officer_count`);
		await v.page.emulateMedia({ media: "print" });
		for (const hidden of [".top", ".screen", "body > footer"])
			t.expect(hidden, false, await v.page.isVisible(hidden));
		t.expect("title row", true, await v.page.isVisible(".title"));
		const pdf = (await v.page.pdf({ preferCSSPageSize: true })).toString("latin1");
		const boxes = [...new Set([...pdf.matchAll(/\/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]/g)].map((m) => `${Math.round(m[1])}x${Math.round(m[2])}`))];
		t.expect("A4, wide", ["842x595"], boxes);
	},
});
for (const language of ["id", "en"])
	module.exports.push({
		name: `on paper: no form is wider than its sheet, no station higher than one, ${language}`,
		async run(t) {
			const v = await t.visit({ user: "sekretaris", language });
			await v.page.setViewportSize({ width: 1032, height: 700 }); // A4 without its margins
			await v.go(`/blank/${village}`);
			await v.page.emulateMedia({ media: "print" });
			const wide = await v.page.$$eval(".form.wide table", (all) => all.map((x) => [x.caption.textContent, x.scrollWidth]));
			t.expect("tables", true, wide.length >= 5);
			t.expect("too wide", [], wide.filter(([, width]) => width > 1032));
			await v.page.setViewportSize({ width: 703, height: 1032 });
			const sheets = await v.page.$$eval(".sheet", (all) => all.map((x) => [x.querySelector("caption").textContent, x.querySelector("table").scrollWidth, x.offsetHeight]));
			t.expect("sheets", true, sheets.length > 0);
			t.expect("too large", [], sheets.filter(([, width, height]) => width > 703 || height > 1031));
		},
	});
module.exports.push({
	name: "without JavaScript, and where there is nothing to print",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en", javascript: false });
		t.expect("status", 200, await v.go(`/blank/${village}?dataset=roll_count`));
		t.expect("no button that does nothing", false, await v.page.isVisible("[data-print]"));
		v.allow("400");
		v.allow("404");
		t.expect("a province", 400, await v.go("/blank/15"));
		t.expect("no such village", 404, await v.go("/blank/9999999999"));
		t.expect("no such list", 404, await v.go(`/blank/${village}?dataset=nothing`));
	},
});
module.exports.push({
	name: "empty forms as files",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		const csv = await v.context.request.get(t.server.address + "/data/tps/template.csv");
		t.expect("csv", [200, "text/csv; charset=utf-8", 'attachment; filename="tps.csv"'], [csv.status(), csv.headers()["content-type"], csv.headers()["content-disposition"]]);
		t.expect_some("header", await csv.text(), "Polling station");
		const xlsx = await v.context.request.get(t.server.address + "/data/tps/template.xlsx");
		t.expect("xlsx", [200, "PK"], [xlsx.status(), (await xlsx.body()).subarray(0, 2).toString()]);
		t.expect("no such list", 404, (await v.context.request.get(t.server.address + "/data/nothing/template.csv")).status());
	},
});
