// Help for those who are lost, and keys for those who are not.
"use strict";
const pages = { help: { id: "Bantuan", en: "Help" }, words: { id: "Arti kata-kata", en: "What the words mean" } };
module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `help and words, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user: "gubernur", width, language });
				for (const name of Object.keys(pages)) {
					t.expect("status", 200, await v.go("/" + name));
					t.expect("heading", pages[name][language], await v.text("h1"));
					await v.look(name);
				}
				const missing = await v.page.evaluate(() => [...document.querySelectorAll(".words dt")].filter((e) => !e.id).length);
				t.expect("words without a place to link to", 0, missing);
				await v.go("/help");
				const lost = await v.page.evaluate(() => [...document.querySelectorAll(".contents a")].filter((a) => !document.querySelector(a.hash)).length);
				t.expect("links to nowhere", 0, lost);
			},
		});
module.exports.push({
	name: "keys go where they say, not while typing, and can be turned off",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		const path = () => new URL(v.page.url()).pathname + new URL(v.page.url()).hash;
		const at = (where) => v.page.waitForURL((u) => u.pathname + u.hash === where);
		await v.go("/words");
		await v.page.keyboard.press("?");
		await at("/help#keys");
		t.expect("keys are on", true, await v.page.isChecked("#keys-on"));
		await v.page.keyboard.press("g");
		await v.page.keyboard.press("h"); // no such key
		await v.page.keyboard.press("d"); // alone
		t.expect("stays", "/help#keys", path());
		await v.page.evaluate(() => { document.querySelector("main").append(Object.assign(document.createElement("textarea"), { id: "typed" })); });
		await v.page.fill("#typed", "");
		await v.page.type("#typed", "g b?");
		t.expect("typed", "g b?", await v.page.inputValue("#typed"));
		t.expect("stays while typing", "/help#keys", path());
		await v.page.uncheck("#keys-on");
		await v.go("/words");
		await v.page.keyboard.press("?");
		await v.page.waitForTimeout(200);
		t.expect("off", "/words", path());
	},
});
