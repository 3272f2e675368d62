// What a list shows is taken along as a file: the same rows, in the same order, without what is private.
"use strict";
const get = (t, v, where) => v.context.request.get(t.server.address + where);
const table = (text) => text.trim().split("\r\n").map((l) => l.split(","));

module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `filtered, sorted, as CSV and Excel, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user: "kpu.tebo", width, language });
				await v.go("/data/officer_count?area=150904&f.role=kpps&f.filled.upto=7&sort=tps&dir=desc");
				await v.look("export");
				const shown = await v.page.$$eval("table tbody th a", (all) => all.map((a) => a.getAttribute("href").match(/(\d{13})/)[1]));
				const csv = await get(t, v, await v.page.getAttribute("a[href*='export.csv']", "href"));
				t.expect("csv", [200, "text/csv; charset=utf-8", 'attachment; filename="officer_count.csv"', "nosniff"],
					[csv.status(), csv.headers()["content-type"], csv.headers()["content-disposition"], csv.headers()["x-content-type-options"]]);
				const rows = table(await csv.text());
				t.expect("header", "tps,role,filled,sworn_in,trained,healthy,_event", rows[0].join(","));
				t.expect("the rows that are seen, in their order", shown, rows.slice(1, shown.length + 1).map((r) => r[0]));
				t.expect("all of them", [95, true, true], [rows.length - 1, rows.slice(1).every((r) => r[1] === "kpps"), rows.slice(1).every((r) => /^\d+$/.test(r[6]))]);
				const book = await get(t, v, await v.page.getAttribute("a[href*='export.xlsx']", "href"));
				t.expect("a workbook", [200, "PK"], [book.status(), (await book.body()).subarray(0, 2).toString()]);
			},
		});
module.exports.push({
	name: "a filter that cannot be is told in the list's own words",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", width: "phone", language: "id", javascript: false });
		v.allow("400");
		v.allow("404");
		t.expect("refused", 400, await v.go("/data/delivery?area=1509&f.received.from=abc"));
		t.expect_some("by its label", await v.text(".alert"), "Diterima: 'abc'");
		t.expect("no table, no 'no row fits'", [0, false], [await v.page.locator("table").count(), (await v.text()).includes("Tidak ada baris yang cocok")]);
		t.expect("what was typed can be corrected", true, await v.page.isVisible("#f-received-from"));
		await v.look("list-wrong");
		t.expect("no such area", 404, await v.go("/data/delivery?area=entah"));
		t.expect("no table either", 0, await v.page.locator("table").count());
		await v.go("/data/delivery?area=1509011001");
		t.expect_some("the row in words for who hears it", await v.text("tbody tr:first-child td:last-child"), "TPS 001, Muara Tebo");
	},
});
module.exports.push({
	name: "private fields stay; closed lists do too",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		const officers = await get(t, v, "/data/officer/export.csv?area=1509092006");
		t.expect("no private column", "tps,role,seat,sworn_in,trained,healthy,votes_here,_event", table(await officers.text())[0].join(","));
		t.expect("a filter on a private field", 400, (await get(t, v, "/data/officer/export.csv?f.nik=99")).status());
		t.expect("sorted by one", 400, (await get(t, v, "/data/officer?sort=nik")).status());
		// What is exported is taken back, and says nothing new.
		const csv = await get(t, v, "/data/officer_count/export.csv?area=1509092006");
		await v.go("/import");
		await v.page.setInputFiles("input[type=file]", { name: "kembali.csv", mimeType: "text/csv", buffer: await csv.body() });
		await v.page.click("form.drop button[type=submit]");
		await v.page.waitForSelector(".done", { timeout: 20000 });
		t.expect_some("nothing new", await v.text(), "there is nothing to save");
	},
});
module.exports.push({
	name: "a list is paged by its key, and ends",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en", javascript: false });
		await v.go("/data/count_form?area=1509011001");
		await v.look("data-wide");
		await v.go("/data/tps?area=150904");
		const seen = [];
		for (let pages = 0; pages < 10; pages++) {
			seen.push(...await v.page.$$eval("table tbody th a", (all) => all.map((a) => a.getAttribute("href").match(/(\d{13})/)[1])));
			const next = await v.page.$("a[rel=next]");
			if (!next) break;
			await next.click();
			await v.page.waitForLoadState("load");
		}
		t.expect("each once", [95, 95], [seen.length, new Set(seen).size]);
	},
});
