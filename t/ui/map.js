// Maps of areas: tiles and boundaries, each shape a link, the table beside it with the same figures.
"use strict";
module.exports = [];
const everywhere = (name, run) => {
	for (const [width, language] of [["phone", "id"], ["desktop", "en"]])
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
	const sort = async (by) => {
		await v.page.locator(`thead a[href*="sort=${by}"]`).click();
		await v.page.waitForURL(`**sort=${by}**`);
	};
	await sort("share");
	const shares = async () => (await v.page.locator("tbody td:nth-child(4)").allTextContents()).map((s) => parseFloat(s.replace(",", ".")));
	let s = await shares();
	t.expect("sorted from the least", JSON.stringify([...s].sort((a, b) => a - b)), JSON.stringify(s));
	await sort("-share");
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

// ---- boundaries: made up, four regencies beside each other with a wavy line between them ----

const regencies = { 1501: "Kerinci", 1502: "Merangin", 1503: "Sarolangun", 1504: "Batanghari", 1505: "Muaro Jambi", 1506: "Tanjung Jabung Barat",
	1507: "Tanjung Jabung Timur", 1508: "Bungo", 1509: "Tebo", 1571: "Kota Jambi" };
const wave = (x) => Array.from({ length: 201 }, (_, i) => [x + 0.05 * Math.sin(i / 7), -2.5 + i / 100]);
function strip(code, at) {
	const west = wave(101 + at * 0.35), east = wave(101.35 + at * 0.35).reverse();
	return { type: "Feature", properties: { KODE: code, NAMA: regencies[code] },
		geometry: { type: "Polygon", coordinates: [[...west, ...east, west[0]]] } };
}
const collection = (codes) => JSON.stringify({ type: "FeatureCollection", features: codes.map(strip) });
const upload = async (v, bytes, step) => {
	await v.page.setInputFiles("#file", { name: "batas.geojson", mimeType: "application/geo+json", buffer: Buffer.from(bytes) });
	const loaded = v.page.waitForEvent("load");
	await v.page.click(`button[value="${step}"]`);
	await loaded;
};

everywhere("boundaries are taken in, drawn, and left for tiles", async (t, width, language) => {
	const v = await t.visit({ user: "sekretaris", width, language });
	const at = Object.keys(regencies);
	await v.go("/area/15/map");
	await v.page.click('a[href="/area/15/map/boundaries"]');
	await v.look("map-boundaries");
	v.allow("400");
	await upload(v, '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"1501"},"geometry":{"type":"Point","coordinates":[1,2]}}]}', "check");
	t.expect_some("what is wrong", await v.text(".alert"), "Point");
	await v.look("map-boundaries-wrong");
	// One feature is known by its code, and one not at all.
	const strange = JSON.parse(collection(at));
	strange.features.push({ ...strip(1501, 12), properties: { NAMA: "Atlantis" } });
	await upload(v, JSON.stringify(strange), "check");
	t.expect_some("what was matched", await v.text("#report-of-file"), "10");
	t.expect_some("what was not", await v.text("#report-of-file"), "Atlantis");
	await v.look("map-boundaries-report");
	await upload(v, collection(at), "save");
	t.expect_some("what was saved", await v.text("#report-of-file"), "10");
	if (language === "id" && width === "phone") { // the first one: the others have nothing new
		const link = v.page.locator('#report-of-file a[href^="/event/"]'), named = await link.textContent();
		const page = await v.context.request.get(t.server.address + await link.getAttribute("href")).then((r) => r.text());
		t.expect_some("the event's number as its page has it", page.toLowerCase(), `<h1>${named.toLowerCase()}</h1>`);
		t.expect_some("where, in words", page, "<dd>Batas wilayah </dd>");
	}
	await v.page.click('#report-of-file a[href="/area/15/map"]');
	await v.page.waitForURL("**/area/15/map");
	t.expect("shapes", 10, await v.page.locator(".areamap a").count());
	t.expect("rows", 11, await v.page.locator("table tbody tr").count());
	await v.look("map-drawn");
	const size = await v.context.request.get(v.page.url()).then((r) => r.text()).then((s) => s.length);
	t.expect("the page is of at most 40 kB", true, size <= 40000);
	await v.page.locator('.areamap a[href^="/area/1571/map"]').focus();
	await v.page.keyboard.press("Enter");
	await v.page.waitForURL("**/area/1571/map**");
	await v.go("/area/15/map");
	await v.page.click('.switch a[href*="form=tiles"]');
	await v.page.waitForURL("**form=tiles**");
	t.expect("tiles", 11, await v.page.locator(".areamap rect.edge").count());
	await v.page.locator('thead a[href*="sort="]').click();
	await v.page.waitForURL("**sort=share**");
	t.expect_some("still tiles", v.page.url(), "form=tiles");
});

module.exports.push({
	name: "boundaries are not for everybody",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo" });
		await v.go("/area/1509/map");
		t.expect("no link", 0, await v.page.locator('a[href$="/map/boundaries"]').count());
		await v.go("/area/1509/map/boundaries");
		t.expect("no form", 0, await v.page.locator("#file").count());
		t.expect_some("who could", await v.text("main"), "Kesbangpol");
		await v.look("map-boundaries-refused");
		const token = await v.page.getAttribute("input[name=csrf]", "value");
		const answer = await v.context.request.post(`${t.server.address}/area/1509/map/boundaries`, {
			headers: { Origin: t.server.address, "Sec-Fetch-Site": "same-origin" },
			multipart: { csrf: token, step: "save", file: { name: "a.geojson", mimeType: "application/geo+json", buffer: Buffer.from(collection(["1509"])) } },
		});
		t.expect("refused", 403, answer.status());
	},
});
