// Maps of areas: tiles and boundaries, each shape a link, the table beside it with the same figures.
"use strict";
module.exports = [];
const everywhere = (name, run) => {
	for (const width of ["phone", "desktop"])
		for (const language of ["id", "en"])
			module.exports.push({ name: `${name}, ${width}, ${language}`, run: (t) => run(t, width, language) });
};

everywhere("tiles from the province to a TPS", async (t, width, language) => {
	const v = await t.visit({ user: "sekretaris", width, language });
	t.expect("status", 200, await v.go("/area/15/map"));
	t.expect("tiles", 11, await v.page.locator(".areamap a").count());
	t.expect("rows", 11, await v.page.locator("table tbody tr").count());
	await v.look("map-province");
	// By keyboard: a tile has the focus, and Enter follows it.
	await v.page.locator('.areamap a[href^="/area/1571/map"]').focus();
	await v.page.keyboard.press("Enter");
	await v.page.waitForURL("**/area/1571/map**");
	await v.look("map-regency");
	await v.page.locator('.areamap a[href^="/area/157109/map"]').click();
	await v.page.waitForURL("**/area/157109/map**");
	await v.look("map-district");
	await v.page.locator('.areamap a[href^="/area/1571091002/map"]').click();
	await v.page.waitForURL("**/area/1571091002/map**");
	t.expect_some("a TPS that is not ready", await v.text(".areamap"), "✗");
	await v.look("map-village");
	await v.page.locator('.areamap a[href="/area/1571091002003"]').click();
	await v.page.waitForURL("**/area/1571091002003");
});

everywhere("by a pillar and an indicator", async (t, width, language) => {
	const v = await t.visit({ user: "sekretaris", width, language });
	await v.go("/area/15/map");
	await v.page.selectOption("#by", "pillar:logistics");
	await v.page.click(".filters button");
	t.expect_some("heading", await v.text("h1"), language === "id" ? "Logistik" : "Logistics");
	await v.look("map-pillar");
	await v.go("/area/15/map?by=indicator:roll_final");
	// Sorted by a link: the least first, and again the most.
	await v.page.locator('thead a[href*="sort="]').click();
	const shares = async () => (await v.page.locator("tbody td:nth-child(4)").allTextContents()).map((s) => parseFloat(s.replace(",", ".")));
	let s = await shares();
	t.expect("sorted from the least", JSON.stringify([...s].sort((a, b) => a - b)), JSON.stringify(s));
	await v.page.locator('thead a[href*="sort="]').click();
	s = await shares();
	t.expect("sorted from the most", JSON.stringify([...s].sort((a, b) => b - a)), JSON.stringify(s));
	v.allow("404");
	t.expect("an unknown one", 404, await v.go("/area/15/map?by=indicator:nothing"));
});

module.exports.push({
	name: "without JavaScript",
	async run(t) {
		const v = await t.visit({ user: "sekretaris", width: "phone", javascript: false });
		await v.go("/area/15/map");
		await v.page.locator('.areamap a[href^="/area/1501/map"]').click();
		await v.page.waitForURL("**/area/1501/map**");
		t.expect_some("a table", await v.text("table"), "Gunung Raya");
	},
});
