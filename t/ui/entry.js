// A row is entered, corrected, changed by two people at once, and undone.
"use strict";
const village = "1509092006";
const words = {
	id: { typed: "perbaiki", undone: "Dibatalkan", both: "Dua orang mengubah" },
	en: { typed: "correct", undone: "Undone", both: "Two people changed" },
};
const cell = (t, dataset, area, key, column) => {
	const lines = t.cli("export", dataset, "-", "--area", area).trim().split("\n").map((l) => l.split(","));
	const row = lines.find((c) => key.every((k, i) => c[i] === k));
	return row ? row[lines[0].indexOf(column)] : null;
};
const save = (v) => v.page.click("form.entry button[type=submit]");

async function add(t, v, language, seat) {
	await v.go("/data");
	await v.look("data");
	await v.go(`/data/officer?area=${village}&sort=seat`);
	await v.look("data-list");
	await v.go(`/data/officer/new?tps=${village}001`);
	await v.look("data-new");
	// Wrong in two places: what was typed stays, and each says what is wrong with it.
	v.allow("400");
	await v.page.selectOption("#v-role", "kpps");
	await v.page.fill("#v-seat", "100");
	await v.page.fill("#v-nik", "99010101018000012345".slice(0, 16));
	await v.page.fill("#v-name", "Nama Contoh");
	await v.page.fill("#v-tps", `${village}999`);
	await v.page.locator("form.entry").evaluate((f) => { f.noValidate = true; });
	await save(v);
	await v.page.waitForSelector("#summary");
	t.expect_some("summary", (await v.text("#summary")).toLowerCase(), words[language].typed.split(" ").pop());
	t.expect("what was typed stays", ["100", "Nama Contoh"], [await v.page.inputValue("#v-seat"), await v.page.inputValue("#v-name")]);
	t.expect("beside its field", true, (await v.page.locator("#e-seat").count()) === 1);
	await v.look("data-wrong");
	await v.page.fill("#v-seat", String(seat));
	await v.page.fill("#v-tps", `${village}001`);
	await save(v);
	await v.page.waitForURL(/\/row\//);
	t.expect("no name in the open", false, (await v.text()).includes("Nama Contoh"));
	await v.look("data-row");
	t.expect("it is there", String(seat), cell(t, "officer", village, [`${village}001`, "kpps", String(seat)], "seat"));
	// Changed, then undone from the message.
	await v.go(`/data/officer/edit/${village}001/kpps/${seat}`);
	await v.page.selectOption("#v-healthy", "1");
	await save(v);
	await v.page.waitForURL(/\/row\//);
	t.expect("changed", "yes", cell(t, "officer", village, [`${village}001`, "kpps", String(seat)], "healthy"));
	await v.page.click(".undo button[type=submit]");
	await v.page.waitForURL(/was=undone/);
	t.expect_some("undone", await v.text(), words[language].undone);
	t.expect("as before", "", cell(t, "officer", village, [`${village}001`, "kpps", String(seat)], "healthy"));
	await v.go(`/data/officer/history/${village}001/kpps/${seat}`);
	await v.look("data-history");
	await v.go(`/data/officer/close/${village}001/kpps/${seat}`);
	await v.look("data-close");
	await v.page.fill("#why", "latihan");
	await v.page.press("#why", "Enter");
	await v.page.waitForURL(/\/row\//);
	t.expect("gone", null, cell(t, "officer", village, [`${village}001`, "kpps", String(seat)], "seat"));
	await v.go("/changes");
	await v.look("changes");
}

module.exports = [];
let seat = 40;
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"]) {
		const own = seat++;
		module.exports.push({
			name: `a new row with mistakes, corrected, undone, taken away, ${width}, ${language}`,
			async run(t) { await add(t, await t.visit({ user: "kpu.tebo", width, language }), language, own); },
		});
	}
module.exports.push({
	name: "the same without JavaScript",
	async run(t) { await add(t, await t.visit({ user: "kpu.tebo", width: "phone", language: "id", javascript: false }), "id", 50); },
});

module.exports.push({
	name: "all that is wrong is said at once, and a row that is there by its name",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", width: "phone", language: "id", javascript: false });
		v.allow("400");
		v.allow("409");
		await v.go("/data/delivery/new");
		await v.page.locator("form.entry").evaluate((f) => { f.noValidate = true; });
		await v.page.fill("#v-tps", "150901");
		await save(v);
		await v.page.waitForSelector("#summary");
		const said = await v.text("#summary");
		t.expect_some("both", said, "perbaiki 2 isian");
		t.expect_some("the wrong one", said, "bukan kode TPS");
		t.expect_some("the missing one", said, "Jenis logistik");
		t.expect("beside it", 1, await v.page.locator("#e-item").count());
		await v.look("data-wrong-both");
		await v.page.fill("#v-tps", "1509011001001");
		await v.page.selectOption("#v-item", "ink");
		await save(v);
		await v.page.waitForSelector(".alert");
		t.expect_some("named", await v.text(".alert"), "TPS 001, Muara Tebo");
		t.expect("not by its code", false, (await v.text(".alert")).includes("/ink"));
		await v.look("data-there");
	},
});

// Two browsers: both begin with the same row, both save; the later one decides what stands.
async function conflict(t, width, language, choice, mine, theirs, wanted) {
	const row = "15/pilgub2024/tps";
	const v = await t.visit({ user: "sekretaris", width, language });
	const other = await t.visit({ user: "sekretaris", width: "desktop", language });
	const value = () => cell(t, "control_total", "15", ["15", "pilgub2024", "tps"], "value");
	const before = await value();
	await v.go(`/data/control_total/edit/${row}`);
	await other.go(`/data/control_total/edit/${row}`);
	await other.page.fill("#v-value", theirs);
	await save(other);
	await other.page.waitForURL(/\/row\//);
	await v.page.fill("#v-value", mine);
	await save(v);
	await v.page.waitForURL(/\/conflicts\//);
	const table = await v.text("table");
	for (const part of [before, theirs, mine])
		t.expect_some("base, theirs, yours", table.replace(/[.,]/g, ""), part);
	await v.look("conflict");
	const broken = await v.page.$$eval("table.compare thead th, table.compare tbody th", (all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1).length);
	t.expect("no heading is cut", 0, broken);
	await other.go("/conflicts");
	t.expect("listed", 1, await other.page.locator(`a[href="/conflicts/control_total/${row}"]`).count());
	await other.look("conflicts");
	await other.go(`/data/control_total/row/${row}`);
	t.expect_some("told on the row", await other.text(), words[language].both);
	await choice(v);
	await v.page.fill("#why", "menurut berita acara");
	await v.page.press("#why", "Enter");
	await v.page.waitForURL(/\/row\//);
	t.expect("what was chosen stands", wanted, value());
	await v.go("/conflicts");
	t.expect("settled", 0, await v.page.locator(`a[href="/conflicts/control_total/${row}"]`).count());
}
const take = (n) => async (v) => { await v.page.locator("input[name=choice]").nth(n).check(); };
module.exports.push({ name: "a conflict: the later one stands", run: (t) => conflict(t, "phone", "id", take(0), "6002", "6001", "6002") });
module.exports.push({ name: "a conflict: the other one's value", run: (t) => conflict(t, "desktop", "en", take(2), "6004", "6003", "6003") });
module.exports.push({
	name: "a conflict: a third value",
	run: (t) => conflict(t, "phone", "en", async (v) => { await v.page.check("input[value=other]"); await v.page.fill("#o-value", "6391"); }, "6006", "6005", "6391"),
});
module.exports.push({
	name: "who may not is told who could",
	async run(t) {
		const v = await t.visit({ user: "polda.ops", language: "en" });
		v.allow("403");
		t.expect("another agency's row", 403, await v.go("/data/officer_count/new"));
		await v.look("data-denied");
		t.expect("another regency", 403, await (await t.visit({ user: "kpu.tebo", language: "en" }).then((k) => { k.allow("403"); return k; })).go("/data/officer_count/edit/1571091002001/kpps"));
	},
});
