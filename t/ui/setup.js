// The first steps of a workspace: what is there already is seen from the data, and everything leads there while there is nothing.
"use strict";
module.exports = [];
// The first log-in there is: with the password that the command line gave.
async function enter(t, options) {
	const e = await t.empty(), v = await e.visit(options), secret = "empat kata tanpa hubungan";
	await v.login("first", e.once);
	await v.page.fill("#before", e.once);
	await v.page.fill("#password", secret);
	await v.page.fill("#again", secret);
	await v.page.click("main form [type=submit]");
	await v.page.waitForLoadState("load");
	return [e, v];
}
const states = (v) => v.page.$$eval(".steps > li", (all) => all.map((li) => `${li.classList.contains("next") ? "next " : ""}${li.querySelector(".tag").textContent}`));
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `a workspace that holds nothing, ${width}, ${language}`,
			async run(t) {
				const [, v] = await enter(t, { width, language });
				await v.go("/");
				t.expect("the start page leads there", "/setup", new URL(v.page.url()).pathname);
				t.expect_some("text", await v.text(), language === "id" ? "Daftar TPS" : "The list of TPS");
				await v.look("setup");
				await v.go("/area/15");
				t.expect("so does the empty board", 1, await v.page.locator("main a[href='/setup']").count());
			},
		});
module.exports.push({
	name: "a list that comes in makes its step done, and the next one is pointed at",
	async run(t) {
		const [e, v] = await enter(t, { language: "en", javascript: false });
		await v.go("/setup");
		t.expect("at first", ["next nothing yet", "nothing yet", "nothing yet", "nothing yet", "nothing yet", "nothing yet"], await states(v));
		const download = v.page.waitForEvent("download");
		await v.page.click("a[href='/data/tps/template.csv']");
		t.expect_some("empty form", require("fs").readFileSync(await (await download).path(), "utf8"), "1571091002001");
		e.cli("enter", "tps", "tps=1571091002001", "kind=regular");
		await v.go("/setup");
		t.expect("with a TPS", ["begun", "next nothing yet", "nothing yet", "nothing yet", "nothing yet", "nothing yet"], await states(v));
		await v.go("/");
		t.expect("now the start page is the board", "/area/15", new URL(v.page.url()).pathname);
	},
});
module.exports.push({
	name: "the demo has begun with all of them",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		await v.go("/setup");
		t.expect("all", ["begun", "begun", "begun", "begun", "begun", "begun"], await states(v));
		await v.look("setup-done");
		const may = await v.page.$$eval(".steps li li", (all) => all.map((li) => `${li.querySelector("strong").textContent} ${!!li.querySelector("a[href='/import']")}`));
		t.expect("what it may enter", true, may.includes("Polling stations true"));
		t.expect("and what others do", true, may.includes("Police force planned false"));
	},
});
