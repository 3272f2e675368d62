// Words that want to be markup, wherever people can leave words: none of them becomes any, on any page that shows them.
"use strict";
const hurt = `'"><img src="/hurt" data-hurt onerror="window.hurt=1"><script>window.hurt=1</script>{{hurt}}`;
const tps = "1509011001001", item = "revote_regent";
const encoded = encodeURIComponent(hurt);
const pages = [
	"/changes", "/changes?area=" + tps, `/area/${tps}`, `/data/delivery?area=${tps}`, `/data/delivery/row/${tps}/${item}`,
	`/data/delivery/edit/${tps}/${item}`, `/data/delivery/history/${tps}/${item}`, `/data/delivery/close/${tps}/${item}`,
	`/area/1509/findings`, `/area/1509/missing?indicator=${encoded}`, `/area/1509/missing?owner=${encoded}`, `/area/1509/findings?check=${encoded}`,
	`/area/1509/silent?indicator=${encoded}`, `/area/1509/trend?indicator=${encoded}`, `/area/1509/trend?days=${encoded}`, `/area/1509/map?indicator=${encoded}`,
	`/area/1509?sort=${encoded}`, `/area/${encoded}`, `/search?q=${encoded}`, `/data/${encoded}`, `/data/delivery?area=${encoded}`,
	`/data/delivery?f.note=${encoded}&sort=${encoded}&after=${encoded}`, `/data/delivery/new?tps=${encoded}&area=${encoded}`, `/data/delivery/row/${encoded}`,
	`/indicator/${encoded}`, `/check/${encoded}`, `/event/${encoded}`, `/import/${encoded}`, `/import/file/${encoded}`, `/conflicts?area=${encoded}`,
	`/conflicts/delivery/${encoded}`, `/words?q=${encoded}`, `/blank/${encoded}`, `/changes?area=${encoded}&dataset=${encoded}&from=${encoded}`,
	`/help?x=${encoded}`, `/${encoded}`, `/live?area=${encoded}`, `/login?next=${encoded}`, "/account",
];

async function harmless(t, v, where) {
	for (const status of ["400", "403", "404", "405"]) v.allow(`status of ${status}`);
	await v.go(where);
	const found = await v.page.evaluate(() => [window.hurt, document.querySelectorAll("[data-hurt], [onerror]").length]);
	t.expect(`markup in ${where}`, [null, 0], [found[0] === undefined ? null : found[0], found[1]]);
}

module.exports = [{
	name: "rows, errors and addresses",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		await v.go("/data/delivery/new");
		await v.page.fill("[name=tps]", tps);
		await v.page.selectOption("[name=item]", item);
		await v.page.fill("[name=received]", "2");
		await v.page.fill("[name=note]", hurt);
		await v.page.click("form.entry button[type=submit]");
		await v.page.waitForLoadState("load");
		await v.go(`/data/delivery/row/${tps}/${item}`);
		t.expect_some("it was saved as typed", await v.text(), "<script>window.hurt=1</script>{{hurt}}");
		for (const where of pages) await harmless(t, v, where);
	},
}, {
	name: "a form that is refused shows what was typed",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		v.allow("status of 400");
		await v.go("/data/delivery/new");
		const csrf = await v.page.getAttribute("form.entry [name=csrf]", "value");
		await v.page.evaluate(([token, words]) => {
			const form = document.createElement("form");
			form.method = "post";
			form.action = "/data/delivery/new";
			for (const [name, value] of Object.entries({ csrf: token, tps: words, item: words, received: words, note: words, base: words, paper: words, "was.tps": words })) {
				const input = document.createElement("input");
				input.name = name;
				input.value = value;
				form.append(input);
			}
			document.body.append(form);
			form.submit();
		}, [csrf, hurt]);
		await v.page.waitForFunction(() => document.querySelector(".finding, [role=alert], .errors, [aria-invalid]"));
		t.expect("markup", 0, await v.page.locator("[data-hurt], [onerror]").count());
		t.expect("script", undefined, await v.page.evaluate(() => window.hurt));
	},
}, {
	name: "an account with such a name",
	async run(t) {
		t.cli("account", "add", "kpu.hurt", "--name", hurt, "--agency", "kpu", "--role", "operator", "--area", "1509");
		const v = await t.visit({ user: "kpu.admin", language: "en" });
		for (const where of ["/accounts", `/accounts?q=${encoded}`, "/account", "/accounts?q=kpu.hurt"]) await harmless(t, v, where);
		t.expect_some("it is listed", await v.text(), "{{hurt}}");
		await v.page.click("main a:has-text('kpu.hurt'), main tr:has-text('kpu.hurt') a");
		await v.page.waitForLoadState("load");
		t.expect("markup", 0, await v.page.locator("[data-hurt], [onerror]").count());
		t.expect_some("its page", await v.text(), "{{hurt}}");
	},
}];
