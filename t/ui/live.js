// An open board follows what others enter, and leaves alone what its reader does.
"use strict";
const village = "1571091002", tps = "1571091002001"; // Rawa Sari: 23 of 27 TPS are ready, TPS 001 among them
// The event that it became.
const seats = (t, n) => {
	const said = t.cli("enter", "officer_count", `tps=${tps}`, "role=kpps", `filled=${n}`, `sworn_in=${n}`);
	return said.match(/event ([\d,]+)/)[1].replaceAll(",", "");
};
const hears = (v, event) => v.page.waitForFunction((e) => Number(new URL(document.getElementById("fresh").dataset.live, location).searchParams.get("since")) >= e, event);
const becomes = (v, selector, part) => v.page.waitForFunction(([s, p]) => document.querySelector(s).textContent.includes(p), [selector, part]);
const mark = (v) => v.page.evaluate(() => { window.same = true; });
const is_same = (v) => v.page.evaluate(() => window.same === true);
module.exports = [];

for (const width of ["phone", "desktop"])
	module.exports.push({
		name: `the board of a village, ${width}`,
		async run(t) {
			const v = await t.visit({ user: "gubernur", width, language: "en" });
			await v.go(`/area/${village}`);
			await becomes(v, ".big", "23 of 27");
			t.expect("nothing is said yet", "", await v.page.textContent("#fresh"));
			await mark(v);
			await v.page.click(".card details summary");
			const link = v.page.locator("table.areas tbody a", { hasText: "TPS 014" });
			await link.focus();
			const before = await v.page.evaluate(() => document.activeElement.getBoundingClientRect().top);
			seats(t, 5);
			try {
				await becomes(v, ".big", "22 of 27");
				t.expect("the page is the same", true, await is_same(v));
				t.expect("open details", true, await v.page.evaluate(() => document.querySelector(".card details").open));
				t.expect("focus", "TPS 014", await v.page.evaluate(() => document.activeElement.textContent.trim()));
				// A gap more stands above it: it moves by that, and by no jump to the top.
				const moved = await v.page.evaluate(() => document.activeElement.getBoundingClientRect().top) - before;
				t.expect("what is read stays in sight", true, Math.abs(moved) < 300);
				t.expect_some("row", await v.page.textContent("table.areas tbody tr:first-child"), "not ready");
				t.expect_some("said", await v.page.textContent("#fresh"), "updated 20 Nov 2024 13:09 WIB");
				t.expect("politely", "status", await v.page.getAttribute("#fresh", "role"));
			} finally {
				await hears(v, seats(t, 7));
			}
			await becomes(v, ".big", "23 of 27");
			t.expect("rows, each once", 27, await v.page.locator("table.areas tbody tr").count());
		},
	});

// What a page shows after it was told must be what it shows when it is loaded.
for (const [where, selector, before, after] of [
	[`/area/${tps}`, ".big", "ready", "not ready"],
	[`/area/${village}/missing`, "main", "TPS 003", "TPS 001"],
	[`/area/${village}/silent`, "main", "", ""],
	[`/area/${village}/findings`, "main", "", ""],
	[`/area/${village}/map`, "main", "TPS 001: ready", "TPS 001: not ready"],
	["/area/15", ".big", "4,736", "4,735"],
	["/area/15/trend", "main", "4,736", "4,735"],
])
	module.exports.push({
		name: `follows what is entered: ${where}`,
		async run(t) {
			const v = await t.visit({ user: "gubernur", language: "en" }), again = await t.visit({ user: "gubernur", language: "en" });
			const shown = (x) => x.page.evaluate(() => {
				const main = document.getElementById("main").cloneNode(true);
				main.querySelector("#fresh").textContent = "";
				main.querySelector("#fresh").removeAttribute("data-live");
				return main.innerHTML;
			});
			await v.go(where);
			await becomes(v, selector, before);
			await mark(v);
			try {
				await hears(v, seats(t, 5));
				await becomes(v, selector, after);
				t.expect_some("said", await v.page.textContent("#fresh"), "updated");
				t.expect("the page is the same", true, await is_same(v));
				await again.go(where);
				t.expect("as when it is loaded", await shown(again), await shown(v));
			} finally {
				await hears(v, seats(t, 7));
			}
		},
	});

module.exports.push({
	name: "without JavaScript nothing is promised",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en", javascript: false });
		t.expect("status", 200, await v.go(`/area/${village}`));
		t.expect("nothing is said", "", await v.text("#fresh"));
	},
});

// Two people at once: one saves a form and takes it back, the other's open board follows both.
module.exports.push({
	name: "one person saves, another one's board moves",
	async run(t) {
		const v = await t.visit({ user: "gubernur", width: "phone", language: "en" });
		const other = await t.visit({ user: "polda.ops", width: "desktop", language: "id" });
		await v.go(`/area/${village}`);
		await becomes(v, ".big", "23 of 27");
		await mark(v);
		await other.go(`/data/security_count/edit/${tps}`);
		await other.page.fill("input[name=police]", "0");
		await other.page.press("input[name=police]", "Enter");
		await other.page.waitForURL(/was=changed/);
		try {
			await becomes(v, ".big", "22 of 27");
		} finally {
			await other.page.locator("main button", { hasText: "Batalkan" }).first().click();
			await other.page.waitForURL(/was=undone/);
		}
		await becomes(v, ".big", "23 of 27");
		t.expect("the page is the same", true, await is_same(v));
	},
});

module.exports.push({
	name: "an answer to a form is not fetched away",
	async run(t) {
		const v = await t.visit({ user: "sekretaris", language: "en" });
		await v.go(`/area/15/map/boundaries`);
		t.expect("the form follows the board", true, (await v.page.getAttribute("#fresh", "data-live")).startsWith("/live"));
		v.allow("400");
		await v.page.setInputFiles("#file", { name: "a.geojson", mimeType: "application/geo+json", buffer: Buffer.from("[]") });
		await v.page.click('button[value="check"]');
		await v.page.waitForSelector(".alert");
		t.expect("what was wrong with it does not", "", await v.page.getAttribute("#fresh", "data-live"));
	},
});
