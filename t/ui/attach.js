// Papers: attached to a row; needed when the secretariat enters for another agency; kept when the form has to be corrected.
"use strict";
const ink = "/data/delivery/row/1509011001001/ink";
const pdf = (text) => ({ name: "BA.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 " + text) });
module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `a paper of a row, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user: "kpu.tebo", width, language });
				await v.go(ink);
				await v.page.click("section[aria-labelledby=papers] summary");
				await v.page.setInputFiles("#paper_file", pdf(width + language));
				await v.page.fill("#paper_note", `BA ${width} ${language}`);
				await v.look("attach");
				await v.page.click("section[aria-labelledby=papers] [type=submit]");
				await v.page.waitForSelector(".done");
				await v.look("attached");
				const download = v.page.waitForEvent("download");
				await v.page.click(`a:text-is("BA ${width} ${language}")`);
				const file = await download;
				t.expect("name", true, /^paper-[0-9a-f]{8}\.pdf$/.test(file.suggestedFilename()));
				t.expect("bytes", "%PDF-1.7 " + width + language, require("fs").readFileSync(await file.path(), "utf8"));
			},
		});
for (const javascript of [true, false])
	module.exports.push({
		name: `on behalf of another agency, ${javascript ? "with" : "without"} JavaScript`,
		async run(t) {
			const v = await t.visit({ user: "sekretaris", language: "en", javascript });
			const edit = `/data/officer_count/edit/150901100100${javascript ? 1 : 2}/kpps`;
			v.allow("400");
			await v.go(edit);
			t.expect_some("told why", await v.text("fieldset.paper"), "On behalf of KPU");
			await v.look("behalf");
			// What the browser itself would hold back is asked of the server here.
			const send = async (filled, file) => {
				await v.page.fill("#v-filled", filled);
				if (file) await v.page.setInputFiles("#paper_file", file);
				await v.page.click("form.entry [type=submit]", { noWaitAfter: false });
				await v.page.waitForLoadState("load");
			};
			if (javascript) {
				await v.page.$eval("form.entry", (f) => { f.noValidate = true; });
				await send("6");
				t.expect_some("not without the paper", await v.text(".alert"), "paper");
				t.expect("what was typed stays", "6", await v.page.inputValue("#v-filled"));
				await v.page.$eval("form.entry", (f) => { f.noValidate = true; });
				await send("6", { name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from("<html>") });
				t.expect_some("no such kind", await v.text(".alert"), "kind of file");
				await v.page.$eval("form.entry", (f) => { f.noValidate = true; });
				await v.page.$eval("#v-trained", (e) => { e.type = "text"; e.value = "many"; });
				await send("6", pdf("letter"));
				t.expect_some("the paper was taken, the row not yet", await v.text("fieldset.paper"), "BA.pdf");
				await v.look("behalf-wrong");
				await v.page.fill("#v-trained", "6");
				await send("6");
			} else await send("6", pdf("another letter"));
			t.expect("saved", true, new URL(v.page.url()).pathname.includes("/row/"));
			t.expect_some("for whom", await v.text(), "on behalf of KPU");
			t.expect("its paper", 1, await v.page.locator("section[aria-labelledby=papers] a[href^='/paper/']").count());
		},
	});
module.exports.push({
	name: "an import and 'all except' on behalf of another agency need their paper too",
	async run(t) {
		const v = await t.visit({ user: "sekretaris", language: "en" });
		await v.go("/import");
		await v.page.setInputFiles("input[type=file]", { name: "petugas.csv", mimeType: "text/csv", buffer: Buffer.from("tps,role,filled\n1509011001003,kpps,5\n") });
		await v.page.click("main form [type=submit]");
		await v.page.waitForURL((u) => u.pathname.startsWith("/import/file/"));
		await v.page.waitForSelector("#paper_file", { timeout: 10000 });
		await v.look("behalf-import");
		// The paper and what it is stay with the file over further steps.
		v.allow("400");
		await v.page.setInputFiles("#paper_file", { name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from("<html>") });
		await v.page.click("button:has-text('Check again')");
		t.expect_some("no such kind", await v.text(".alert"), "kind of file");
		await v.look("behalf-import-wrong");
		await v.page.setInputFiles("#paper_file", pdf("the list"));
		await v.page.fill("#paper_note", "letter 17 of KPU Tebo");
		await v.page.click("button:has-text('Check again')");
		await v.page.waitForSelector("button[value=all]", { timeout: 10000 });
		t.expect_some("it is here already", await v.text("fieldset.paper"), "BA.pdf");
		t.expect("and what it is", "letter 17 of KPU Tebo", await v.page.inputValue("#paper_note"));
		await v.page.click("button[value=all]");
		await v.page.waitForSelector(".done");
		await v.go("/data/officer_count/row/1509011001003/kpps");
		t.expect_some("of the import", await v.text("section[aria-labelledby=papers]"), "of an import");
		t.expect("by its note", 1, await v.page.locator("section[aria-labelledby=papers] a:text-is('letter 17 of KPU Tebo')").count());
		await v.go("/data/delivery/all-except?area=1509011001&key.item=ink&field=received");
		t.expect("asked for", 1, await v.page.locator("#paper_file").count());
		await v.look("behalf-bulk");
		await v.page.setInputFiles("#paper_file", pdf("the round"));
		await v.page.fill("#paper_note", "note of the round");
		await v.page.click("form.bulk [type=submit]");
		await v.page.waitForURL((u) => /^\/import\/\d+$/.test(u.pathname));
		t.expect_some("saved", await v.text(), "sekretaris");
		t.expect("the import names its paper", 1, await v.page.locator("dl.fields a[href^='/paper/']:text-is('note of the round')").count());
		await v.look("behalf-saved");
		await v.go("/data/delivery/row/1509011001001/ink");
		t.expect("its note", 1, await v.page.locator("section[aria-labelledby=papers] a:text-is('note of the round')").count());
	},
});
