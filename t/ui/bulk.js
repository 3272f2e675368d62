// "All received except …": a village's rows are set as planned, exceptions are typed, one undo takes all of it back.
"use strict";
const village = "1509092006"; // nine TPS
const words = { id: { saved: "Tersimpan", left: "tidak ada yang perlu disimpan" }, en: { saved: "Saved", left: "there is nothing to save" } };
const rows = (t, item) => t.cli("export", "delivery", "-", "--area", village).trim().split("\n").map((l) => l.split(","))
	.filter((c) => c[1] === item);
const page = (item, more = "") => `/data/delivery/all-except?area=${village}&key.item=${item}&field=received${more}`;

async function flow(t, v, item, language) {
	await v.go("/data/delivery");
	await v.go(page(item));
	t.expect("rows", 9, await v.page.locator("input[type=checkbox]").count());
	await v.look("bulk");
	const keys = await v.page.$$eval("input[type=checkbox]", (all) => all.map((b) => b.name.slice(4)));
	// Two exceptions: one came short and torn, one is not there yet. By keyboard: the box is reached and ticked.
	await v.page.fill(`[name="own.${keys[0]}"]`, "1");
	await v.page.fill(`[name="note.${keys[0]}"]`, "=rusak, satu basah");
	await v.page.focus(`[name="not.${keys[1]}"]`);
	await v.page.keyboard.press("Space");
	await v.page.fill("#when", "2024-11-26T09:30");
	await v.page.press("#when", "Enter");
	await v.page.waitForURL(/\/import\/\d+/);
	t.expect_some("saved", await v.text(), words[language].saved);
	await v.look("bulk-saved");
	const after = rows(t, item);
	t.expect("exception", ["1", "2024-11-26T09:30:00+07:00", true], [after[0][4], after[0][7], after[0].join(",").includes("=rusak")]);
	t.expect("left out", ["", ""], [after[1][4], after[1][7]]);
	t.expect("as planned", [true], [...new Set(after.slice(2).map((r) => r[4] === r[2] && r[7].startsWith("2024-11-26T09:30")))]);
	// What is as planned, or was reported, is left alone the second time.
	await v.go(page(item));
	t.expect("left out by itself", true, await v.page.isChecked(`[name="not.${keys[0]}"]`));
	// All of it is undone at once.
	await v.page.goBack();
	await v.page.fill("#why", "latihan");
	await v.page.press("#why", "Enter");
	await v.page.waitForURL(/undone=/);
	await v.look("bulk-undone");
	t.expect("as before", [""], [...new Set(rows(t, item).map((r) => r[4]))]);
}

module.exports = [];
for (const [width, language, item] of [["phone", "id", "ballot_box"], ["desktop", "en", "ballot_governor"], ["phone", "en", "ink"], ["desktop", "id", "ballot_box"]])
	module.exports.push({
		name: `a village's ${item}, ${width}, ${language}`,
		async run(t) { await flow(t, await t.visit({ user: "kpu.tebo", width, language }), item, language); },
	});
module.exports.push({
	name: "without JavaScript",
	async run(t) { await flow(t, await t.visit({ user: "kpu.tebo", width: "phone", language: "en", javascript: false }), "ballot_box", "en"); },
});
module.exports.push({
	name: "what others changed meanwhile is not written over",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		const other = await t.visit({ user: "kpu.tebo", language: "en", width: "phone" });
		await v.go(page("booth"));
		const key = (await v.page.getAttribute("input[type=checkbox]", "name")).slice(4);
		await other.go(`/data/delivery/edit/${key}`);
		await other.page.fill("#v-received", "3");
		await other.page.press("#v-received", "Enter");
		await other.page.waitForURL(/\/row\//);
		v.allow("409");
		await v.page.fill(`[name="own.${key}"]`, "7");
		await v.page.click("form.bulk button[type=submit]");
		t.expect_some("why", await v.text(), "rows were changed by others meanwhile: 1");
		t.expect("what was typed stays", "7", await v.page.inputValue(`[name="own.${key}"]`));
		t.expect_some("theirs is shown", await v.text("tr.wrong td"), "/ 3");
		await v.look("bulk-conflict");
		t.expect("nothing was saved", ["3", ""], rows(t, "booth").slice(0, 2).map((r) => r[4]));
	},
});
module.exports.push({
	name: "a wrong exception refuses all of it, and what was typed stays",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en", javascript: false, width: "phone" });
		await v.go(page("ink"));
		const key = (await v.page.getAttribute("input[type=checkbox]", "name")).slice(4);
		v.allow("400");
		await v.page.fill(`[name="own.${key}"]`, "100001");
		await v.page.locator("form.bulk").evaluate((f) => { f.noValidate = true; });
		await v.page.click("form.bulk button[type=submit]");
		t.expect_some("why", await v.text("#summary"), "100001");
		t.expect("what was typed stays", "100001", await v.page.inputValue(`[name="own.${key}"]`));
		t.expect("nothing was saved", [""], [...new Set(rows(t, "ink").map((r) => r[4]))]);
		await v.look("bulk-wrong");
	},
});
module.exports.push({
	name: "a date for all, and who may not",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		v.allow("403");
		v.allow("404");
		v.allow("400");
		await v.go(`/data/officer_count/all-except?area=${village}&key.role=kpps&field=healthy`);
		t.expect_some("as planned already", await v.text("table.rows"), "✓");
		t.expect("another agency's list", 403, await v.go("/data/security_count/all-except"));
		t.expect("another regency", 403, await v.go("/data/delivery/all-except?area=1571091002&field=received"));
		t.expect("a province at once", 400, await v.go("/data/delivery/all-except?area=15&field=received"));
		t.expect("no such field", 400, await v.go(`/data/delivery/all-except?area=${village}&field=secret`));
		t.expect("a private field", 400, await v.go(`/data/officer/all-except?area=${village}&field=nik`));
		t.expect("a list without", 404, await v.go("/data/count_form/all-except"));
	},
});
