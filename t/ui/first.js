// What a phone loads at its first visit: page, style sheets and scripts together, as they are on the wire. bench/web_first.sh has the times.
"use strict";
const most = 35000;
const pages = ["/area/15", "/area/1571", "/area/1571091002", "/area/1571091002001", "/data", "/data/tps", "/data/delivery"];

async function load(t, cookies, path) {
	const context = await t.browser.newContext({ viewport: t.widths.phone });
	try {
		await context.addCookies(cookies);
		const page = await context.newPage(), requests = [];
		page.on("requestfinished", (r) => requests.push(r));
		const answer = await page.goto(t.server.address + path, { waitUntil: "load" });
		t.expect(`${path}: its status`, 200, answer.status());
		let bytes = 0;
		for (const r of requests) {
			if (!r.url().startsWith(t.server.address)) continue;
			const sizes = await r.sizes();
			bytes += sizes.responseBodySize + sizes.responseHeadersSize;
		}
		return { bytes, names: requests.map((r) => r.url().replace(/.*\//, "")) };
	} finally {
		await context.close();
	}
}

module.exports = [{
	name: `a first visit is at most ${most} bytes`,
	async run(t) {
		const visit = await t.visit({ user: "sekretaris", width: "phone" }), cookies = await visit.context.cookies();
		for (const path of pages) {
			const { bytes, names } = await load(t, cookies, path);
			if (!names.some((n) => n === "pico.css")) t.fail(`${path}: expected its style sheets among what is loaded, got ${names}`);
			if (bytes > most) t.fail(`${path}: expected at most ${most} bytes, got ${bytes}: ${names}`);
		}
	},
}];
