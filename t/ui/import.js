// An import from the file to its undo: what is wrong in it, what fits nothing, who may see it.
"use strict";
const fs = require("fs");
const path = require("path");
const os = require("os");
const { execFileSync } = require("child_process");
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "siap-files-"));
// A village for each flow: what another one undid here would be in conflict with its file.
const villages = ["1509011001", "1509011002", "1509012005", "1509012006", "1509012007", "1509012008"];
const stations = (village) => ["001", "002", "003"].map((n) => village + n);
const file = (name, text) => { const p = path.join(dir, name); fs.writeFileSync(p, text); return p; };
const with_errors = (n, good) => file("petugas bulan ini.csv",
	`Kode TPS,Peran,Terisi,Dilantik,Catatan kami\r\n${good.map((t) => `${t},kpps,${n},${n},x`).join("\r\n")}\r\n` +
	`${good[0].slice(0, 10)}099,kpps,7,7,x\r\n${good[0]},ketua,7,7,x\r\n1571091002001,kpps,5,5,x\r\n`);
const send = async (v, name) => {
	await v.go("/import");
	await v.page.setInputFiles("input[type=file]", name);
	await v.page.click("form.drop button[type=submit]");
};
// The page follows by itself, with JavaScript and without.
const settled = async (v) => {
	await v.page.waitForURL(/\/import\/file\//);
	await v.page.waitForFunction(() => !document.querySelector("progress"), null, { timeout: 20000 }).catch(async () => v.page.waitForSelector("progress", { state: "detached" }));
};
const settled_plain = async (v) => { await v.page.waitForSelector("progress", { state: "detached", timeout: 20000 }); };
const wait = (v) => (v.options.javascript === false ? settled_plain(v) : settled(v));
const filled = (t, good) => t.cli("export", "officer_count", "-", "--area", good[0].slice(0, 10)).trim().split("\n").map((l) => l.split(","))
	.filter((c) => good.includes(c[0]) && c[1] === "kpps").map((c) => c[2]);
const words = {
	id: { bad: "3 dari 6 baris", take: "Simpan baris yang benar" },
	en: { bad: "3 of 6 rows have a problem", take: "Save the good rows" },
};

async function flow(t, v, language, n) {
	const good = stations(villages[n - 2]), before = filled(t, good);
	await v.go("/import");
	await v.look("import");
	await send(v, with_errors(n, good));
	await wait(v);
	t.expect_some("dry run", await v.text(), words[language].bad);
	t.expect_some("unused column is named", await v.text(), "Catatan kami");
	await v.look("import-checked");
	const box = await v.page.locator("td[data-label]").nth(5).boundingBox();
	t.expect("what would happen is seen to its last number", true, box.x + box.width <= v.page.viewportSize().width);
	t.expect("nothing is saved yet", [], filled(t, good).filter((x) => x === String(n)));
	const link = await v.page.getAttribute(".alert a", "href");
	const errors = await v.context.request.get(t.server.address + link);
	t.expect("error file", [200, "text/csv; charset=utf-8"], [errors.status(), errors.headers()["content-type"]]);
	const lines = (await errors.text()).trim().split("\r\n");
	t.expect("header and the three wrong rows", [4, "Kode TPS,Peran,Terisi,Dilantik,Catatan kami"], [lines.length, lines[0].split(",").slice(0, 5).join(",")]);
	t.expect_some("an area of another regency", lines[3], "1571091002001");
	await v.page.click(`button:has-text("${words[language].take}")`);
	await v.page.waitForSelector(".done");
	await v.look("import-saved");
	t.expect("saved", [n, n, n].map(String), filled(t, good));
	await v.page.click(".done a[href^='/import/']:not([href*=file])");
	await v.page.fill("#why", "berkas salah");
	await v.look("import-past");
	await v.page.press("#why", "Enter");
	await v.page.waitForURL(/undone=3/);
	t.expect("as before", before, filled(t, good));
}

module.exports = [];
let n = 3;
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"]) {
		const some = n++;
		module.exports.push({
			name: `a file with errors, ${width}, ${language}`,
			async run(t) { await flow(t, await t.visit({ user: "kpu.tebo", width, language }), language, some); },
		});
	}
module.exports.push({
	name: "the same without JavaScript",
	async run(t) { await flow(t, await t.visit({ user: "kpu.tebo", width: "phone", language: "en", javascript: false }), "en", 2); },
});
module.exports.push({
	name: "columns are assigned by hand, a sheet of several is chosen",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		const good = stations(villages[5]);
		await send(v, file("x.csv", `a,b,c\r\n${good[0]},kpps,6\r\n`));
		await wait(v);
		t.expect_some("nothing fits", await v.text(), "The header fits no dataset".slice(4));
		await v.look("import-misfit");
		await v.page.selectOption("#dataset", "officer_count");
		await v.page.click("button:has-text('Check again')");
		await wait(v);
		for (const [field, column] of [["tps", "0"], ["role", "1"], ["filled", "2"]])
			await v.page.selectOption(`[name="use.officer_count.${field}"]`, column);
		await v.look("import-assign");
		await v.page.click("button:has-text('Check with these columns')");
		await wait(v);
		await v.page.click("button:has-text('Save all rows')");
		await v.page.waitForSelector(".done");
		t.expect("saved", "6", filled(t, good)[0]);
		const book = path.join(dir, "buku.xlsx");
		t.cli("export", "officer_count", book, "--area", good[1]);
		await send(v, book);
		await wait(v);
		t.expect_some("a workbook that was exported says nothing new", await v.text(), "Everything in this file stands here already");
	},
});
for (const javascript of [true, false])
	module.exports.push({
		name: `files that bring nothing say what to do, ${javascript ? "with" : "without"} JavaScript`,
		async run(t) {
			const v = await t.visit({ user: "kpu.tebo", language: "en", width: "phone", javascript });
			v.allow("400");
			await send(v, file("kosong.csv", ""));
			t.expect("the page of imports again", "/import", new URL(v.page.url()).pathname);
			t.expect_some("why", await v.text(".alert"), "no file was chosen, or it is empty");
			await v.look("import-empty");
			await send(v, file("judul.csv", "tps,role,filled\r\n"));
			await wait(v);
			t.expect_some("no rows", await v.text(), "no row stands below them");
			t.expect("which is not 'nothing new'", false, (await v.text()).includes("stands here already"));
			await send(v, file("jauh.csv", "tps,role,filled\r\n1571091002001,kpps,5\r\n"));
			await wait(v);
			t.expect_some("what to do", await v.text(), "There is nothing to save as it is.");
			t.expect("no button", 0, await v.page.locator("button[name=how]").count());
			await v.look("import-none-good");
			await send(v, file("polri.csv", "TPS,Kerawanan\r\n1509011001001,x\r\n"));
			await wait(v);
			t.expect_some("the list by its title", await v.text(".alert"), "Security");
			t.expect("nothing to assign yet", 0, await v.page.locator("button[value=assign]").count());
			const book = path.join(dir, `sampul${javascript}.xlsx`);
			execFileSync("node", [path.join(__dirname, "../data/workbook.js"), book, "Sampul=Baca dulu",
				`Petugas=Kode TPS,Jabatan,Terisi/${stations(villages[5])[0]},kpps,6`]);
			await send(v, book);
			await wait(v);
			t.expect_some("the sheet that fits", await v.text(), "one of 2 of this workbook");
			t.expect("it is chosen", 1, await v.page.locator("input[name=sheet][value=Petugas]:checked").count());
			await v.look("import-sheets");
			await v.page.check("input[name=sheet][value=Sampul]");
			await v.page.click("button[value=check]");
			await wait(v);
			t.expect("the one that was asked for", true, await v.page.isChecked("input[name=sheet][value=Sampul]"));
		},
	});
module.exports.push({
	name: "a workbook with errors: its wrong rows come as a workbook, corrected it goes in",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en", width: "phone" });
		const good = stations("1509012011"), book = path.join(dir, "salah.xlsx");
		const sheet = (cell) => `Petugas=Kode TPS,Jabatan,Terisi/${good[0]},kpps,6/${good[1]},kpps,${cell}`;
		const make = (name, text) => execFileSync("node", [path.join(__dirname, "../data/workbook.js"), name, text]);
		make(book, sheet("enam"));
		await send(v, book);
		await wait(v);
		t.expect_some("one is wrong", await v.text(".alert"), "1 of 2 rows have a problem");
		const errors = await v.context.request.get(t.server.address + await v.page.getAttribute(".alert a", "href"));
		t.expect("a workbook", ["PK", true], [(await errors.body()).subarray(0, 2).toString(), errors.headers()["content-disposition"].includes("errors.xlsx")]);
		await v.page.click("button[value=good]");
		await v.page.waitForSelector(".done");
		const wrong = path.join(dir, "errors.xlsx");
		fs.writeFileSync(wrong, await errors.body());
		await send(v, wrong);
		await wait(v);
		t.expect_some("it is understood, its column of reasons is left out", await v.text(), "reasonnot used");
		t.expect_some("and still wrong", await v.text(".alert"), "1 of 1 rows");
		make(wrong, sheet("6"));
		await send(v, wrong);
		await wait(v);
		await v.page.click("button[value=all]");
		await v.page.waitForSelector(".done");
		t.expect("both stand", ["6", "6"], filled(t, good).slice(0, 2));
	},
});
module.exports.push({
	name: "what others changed is written over only when it is said",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en", width: "phone" });
		const good = stations("1509012010");
		await v.go(`/data/officer_count/edit/${good[0]}/kpps`);
		await v.page.fill("#v-filled", "5");
		await v.page.click("form.entry button[type=submit]");
		await v.page.waitForURL(/\/row\//);
		await send(v, file("dua.csv", `tps,role,filled\r\n${good[0]},kpps,6\r\n${good[1]},kpps,6\r\n`));
		await wait(v);
		t.expect_some("named", await v.text(), "1 of 2 rows have a problem");
		await v.look("import-conflict");
		await v.page.click("button[value=good]");
		await v.page.waitForSelector(".done");
		t.expect("the good one", ["5", "6"], filled(t, good).slice(0, 2));
		await send(v, file("dua.csv", `tps,role,filled\r\n${good[0]},kpps,6\r\n`));
		await wait(v);
		await v.page.click("button[value=over]");
		await v.page.waitForSelector(".done");
		t.expect("written over", ["6", "6"], filled(t, good).slice(0, 2));
		await v.go(`/data/officer_count/history/${good[0]}/kpps`);
		t.expect_some("what stood before is in the history", (await v.text("ol.log")).replace(/\s+/g, " "), "5");
	},
});
module.exports.push({
	name: "files belong to who sent them; what is no table is refused",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		const other = await t.visit({ user: "bawaslu", language: "en" });
		other.allow("404");
		await send(v, with_errors(1, stations(villages[0])));
		await wait(v);
		const here = new URL(v.page.url()).pathname;
		t.expect("somebody else's file", 404, await other.go(here));
		t.expect("its errors", 404, (await other.context.request.get(`${t.server.address}${here}/errors`)).status());
		await send(v, file("foto.csv", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])));
		await wait(v);
		t.expect("refused in words", true, (await v.page.locator(".alert").count()) > 0);
		await v.look("import-refused");
		await v.page.click("button:has-text('Throw the file away')");
		await v.page.waitForURL(/\/import$/);
	},
});
