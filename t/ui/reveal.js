// Private fields: hidden until somebody who may see them says why; the log has one line for it.
"use strict";
const T = "1509011001001";
const send = async (v, selector) => {
	await Promise.all([v.page.waitForNavigation(), v.page.click(selector)]);
};
module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `private fields of one row and of those shown, ${width}, ${language}`,
			async run(t) {
				const reveals = () => t.cli("log", "--limit", "200").split("\n").filter((l) => l.includes("siap.reveal")).length;
				const before = reveals();
				const seats = ["1", "2"];
				for (const seat of seats)
					t.cli("enter", "officer", `tps=${T}`, "role=kpps", `seat=${seat}`, `name=Nama Contoh ${seat}`, "nik=990101010180000" + seat, "phone=+62811000000" + seat);
				const v = await t.visit({ user: "kpu.tebo", width, language });
				await v.go(`/data/officer/row/${T}/kpps/1`);
				t.expect("hidden", false, (await v.page.content()).includes("Nama Contoh"));
				await v.look("row-private");
				const show = async () => {
					await v.page.click("summary:has-text('" + (language === "id" ? "Tampilkan isian pribadi" : "Show private fields") + "')");
					await v.page.fill("#reveal_why", "memeriksa ejaan");
					await send(v, "form[action*='/reveal'] button");
				};
				await show();
				t.expect_some("one row", await v.text(), "Nama Contoh 1");
				t.expect("not the other", false, (await v.text()).includes("Nama Contoh 2"));
				t.expect_some("the reason", await v.text(), "memeriksa ejaan");
				await v.look("reveal");
				await v.go(`/data/officer?area=${T}`);
				t.expect("hidden again", false, (await v.page.content()).includes("Nama Contoh"));
				await show();
				for (const part of ["Nama Contoh 1", "Nama Contoh 2", "9901010101800002", "memeriksa ejaan"]) t.expect_some("both rows", await v.text(), part);
				t.expect("one event for each request", before + 2, reveals());
				const b = await t.visit({ user: "gubernur", language });
				await b.go(`/data/officer/row/${T}/kpps/1`);
				t.expect("nothing to ask for where one may not", 0, await b.page.locator("form[action*='/reveal']").count());
			},
		});
