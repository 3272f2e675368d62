// What was typed and not saved survives a crash of the browser; private fields do not stay on the computer.
"use strict";
const tps = "1509011001001";
const reopen = async (v) => {
	await v.page.close(); // as a crash does: without asking anybody
	v.page = await v.context.newPage();
	v.page.setDefaultTimeout(15000);
	v.watch();
};
const stored = (v) => v.page.evaluate(() => JSON.stringify(Object.entries(localStorage).filter(([k]) => k.startsWith("draft:"))));
module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `a crash, and what was typed is offered again, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user: "kpu.tebo", width, language });
				const form = `/data/officer_count/edit/${tps}/kpps`;
				await v.go(form);
				t.expect("nothing is offered yet", false, await v.page.isVisible(".draft"));
				const before = await v.page.inputValue("#v-filled");
				await v.page.fill("#v-filled", "5");
				await reopen(v);
				await v.go(form);
				t.expect("as saved", before, await v.page.inputValue("#v-filled"));
				t.expect("offered", true, await v.page.isVisible(".draft"));
				t.expect("with its time", true, /\d/.test(await v.page.textContent(".draft time")));
				await v.look("draft");
				await v.page.click("[data-draft-use]");
				t.expect("filled in", "5", await v.page.inputValue("#v-filled"));
				t.expect("no longer offered", false, await v.page.isVisible(".draft"));
				await reopen(v);
				await v.go(form);
				await v.page.click("[data-draft-drop]");
				t.expect("thrown away", "[]", await stored(v));
				await v.go(form);
				t.expect("not offered again", false, await v.page.isVisible(".draft"));
			},
		});
module.exports.push({
	name: "gone once it is saved, kept when it is refused",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		const form = `/data/officer_count/edit/${tps}/kpps`;
		v.allow("400");
		await v.go(form);
		await v.page.fill("#v-filled", "6");
		await v.page.evaluate(() => { document.querySelector("form.entry").noValidate = true; document.getElementById("v-trained").value = "x".repeat(3); });
		await v.page.$eval("#v-trained", (e) => { e.type = "text"; e.value = "many"; });
		await v.page.click("form.entry [type=submit]");
		await v.page.waitForSelector(".alert");
		t.expect("what was typed stands in the form", "6", await v.page.inputValue("#v-filled"));
		t.expect("and is kept", true, (await stored(v)).includes('filled\\":\\"6\\"'));
		await v.page.fill("#v-trained", "6");
		await v.page.click("form.entry [type=submit]");
		await v.page.waitForURL((u) => u.pathname.includes("/row/"));
		t.expect("gone", "[]", await stored(v));
		await v.go(form);
		t.expect("not offered", false, await v.page.isVisible(".draft"));
	},
});
module.exports.push({
	name: "exceptions of 'all except' survive too, but not over what others entered since",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", width: "phone", language: "en" });
		const form = "/data/delivery/all-except?area=1509092006&key.item=ink&field=received";
		await v.go(form);
		const keys = await v.page.$$eval("input[type=checkbox]", (all) => all.map((b) => b.name.slice(4)));
		await v.page.fill(`[name="note.${keys[0]}"]`, "broken");
		await v.page.fill(`[name="own.${keys[1]}"]`, "0");
		await v.page.check(`[name="not.${keys[2]}"]`);
		await reopen(v);
		// Meanwhile somebody else enters the second row.
		const other = await t.visit({ user: "kpu.tebo", language: "en" });
		await other.go("/data/delivery/edit/1509092006002/ink");
		await other.page.fill("#v-received", "1");
		await other.page.click("form.entry [type=submit]");
		await other.page.waitForURL((u) => u.pathname.includes("/row/"));
		await v.go(form);
		t.expect("offered", true, await v.page.isVisible(".draft"));
		await v.look("draft-bulk");
		await v.page.click("[data-draft-use]");
		t.expect("filled in", ["broken", true], [await v.page.inputValue(`[name="note.${keys[0]}"]`), await v.page.isChecked(`[name="not.${keys[2]}"]`)]);
		t.expect("the other one's row as it stands", ["", true], [await v.page.inputValue(`[name="own.${keys[1]}"]`), await v.page.isChecked(`[name="not.${keys[1]}"]`)]);
		await v.page.click("form.bulk button[type=submit]:not(.plain)");
		await v.page.waitForURL(/\/import\/\d+/);
		t.expect("gone once it is saved", "[]", await stored(v));
		await v.page.fill("#why", "exercise");
		await v.page.press("#why", "Enter");
		await v.page.waitForURL(/undone=/);
	},
});
module.exports.push({
	name: "private fields are not kept, old drafts go",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		await v.go("/data/officer/new");
		await v.page.fill("#v-tps", tps);
		const secret = await v.page.$$eval("[data-private]", (all) => all.map((e) => e.id));
		t.expect("there are private fields", true, secret.length > 0);
		for (const id of secret) await v.page.fill(`#${id}`, "9912345678901234");
		t.expect("the rest is kept", true, (await stored(v)).includes(tps));
		t.expect("they are not", false, (await stored(v)).includes("9912345678901234"));
		await v.page.evaluate(() => {
			const name = Object.keys(localStorage).find((k) => k.startsWith("draft:"));
			localStorage.setItem(name, JSON.stringify({ ...JSON.parse(localStorage.getItem(name)), at: Date.now() - 8 * 86400000 }));
		});
		await v.go("/data/officer/new");
		t.expect("after a week it is gone", "[]", await stored(v));
	},
});
