// First visits, for bench/web_first.sh: ADDRESS COOKIES ROUNDS NAME=PATH... Prints a line for each page.
"use strict";
const { chromium } = require("playwright-core");
const [address, cookies, rounds, ...pages] = process.argv.slice(2);
const networks = [["400 ms", 400], ["preset", 2000]];

async function visit(browser, path, latency) {
	const context = await browser.newContext({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true });
	await context.addCookies(cookies.split("; ").map((c) => ({ name: c.slice(0, c.indexOf("=")), value: c.slice(c.indexOf("=") + 1), url: address })));
	const page = await context.newPage(), tools = await context.newCDPSession(page), seen = new Map();
	await tools.send("Network.enable");
	await tools.send("Network.emulateNetworkConditions", { offline: false, latency, downloadThroughput: 50000, uploadThroughput: 50000 });
	await tools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
	tools.on("Network.responseReceived", (e) => seen.set(e.requestId, { url: e.response.url, status: e.response.status, bytes: 0 }));
	tools.on("Network.loadingFinished", (e) => { if (seen.has(e.requestId)) seen.get(e.requestId).bytes = e.encodedDataLength; });
	await page.goto(address + path, { waitUntil: "load" });
	const drawn = await page.evaluate(() => new Promise((done) => {
		const last = { largest: 0 };
		new PerformanceObserver((list) => { for (const e of list.getEntries()) last.largest = e.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
		setTimeout(() => {
			const first = performance.getEntriesByType("paint").find((e) => e.name === "first-contentful-paint");
			done({ first: first ? first.startTime : NaN, largest: last.largest, heading: document.querySelector("h1").textContent });
		}, 300);
	}));
	const parts = [...seen.values()].filter((s) => /^http/.test(s.url));
	await context.close();
	if (parts.some((p) => p.status !== 200)) throw new Error(`${path}: ${JSON.stringify(parts)}`);
	return { drawn: Math.max(drawn.first, drawn.largest), bytes: parts.reduce((n, p) => n + p.bytes, 0), parts };
}

(async () => {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
		args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
	});
	try {
		for (const one of pages) {
			const [name, path] = one.split("="), said = [];
			let bytes, parts;
			for (const [network, latency] of networks) {
				const all = [];
				for (let i = 0; i < Number(rounds); i++) all.push(await visit(browser, path, latency));
				all.sort((a, b) => a.drawn - b.drawn);
				({ bytes, parts } = all[0]);
				said.push(`${(all[Math.floor(all.length / 2)].drawn / 1000).toFixed(2)} s (${network}${latency === 400 ? ", target 2.5" : ""})`);
			}
			console.log(`${name}: ${bytes} bytes (target 35000) in ${parts.length} answers, drawn after ${said.join(", ")}`);
			console.log(`  ${parts.map((p) => `${p.bytes} ${p.url.replace(address, "").replace(/\/assets\/[0-9a-f]+\//, "")}`).join(", ")}`);
		}
	} finally {
		await browser.close();
	}
})().catch((e) => { console.error(e); process.exit(1); });
