// Helper of web_sse.sh: web_sse.js ADDRESS COOKIE PID CLIENTS UPDATES.
"use strict";
const net = require("net"), http = require("http"), fs = require("fs");
const [address, cookie, pid, clients, updates] = process.argv.slice(2);
const at = new URL(address), tps = "1509011001001", areas = ["15", "1509", "150901", "1509011001", tps];
const kb = () => Number(fs.readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]);
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
let heard = [], open = 0;

function listen(i) {
	return new Promise((done, failed) => {
		const s = net.connect(at.port, at.hostname, () => s.write(`GET /live?area=${areas[i % areas.length]} HTTP/1.1\r\nHost: ${at.host}\r\nCookie: ${cookie}\r\n\r\n`));
		let head = "", began = false;
		s.on("data", (d) => {
			const text = d.toString("latin1");
			if (!began) {
				head += text;
				if (!head.includes("\r\n\r\n")) return;
				if (!head.startsWith("HTTP/1.1 200")) failed(new Error(head.slice(0, 300)));
				began = true;
				open++;
				done();
			} else if (text.includes("event: board")) heard.push(performance.now());
		});
		s.on("error", failed);
		s.on("close", () => { open--; });
	});
}
function ask(path, form) {
	return new Promise((done, failed) => {
		const rq = http.request(address + path, { method: form ? "POST" : "GET", headers: { cookie, ...(form && { "content-type": "application/x-www-form-urlencoded", "content-length": form.length }) } }, (a) => {
			let text = "";
			a.on("data", (d) => { text += d; });
			a.on("end", () => done({ status: a.statusCode, text, csrf: (text.match(/name="csrf" value="([^"]*)"/) || [])[1], base: (text.match(/name="base" value="([^"]*)"/) || [])[1] }));
		});
		rq.on("error", failed);
		rq.end(form || "");
	});
}
(async () => {
	const form = `/data/officer_count/edit/${tps}/kpps`;
	let page = await ask(form);
	const before = kb();
	for (let i = 0; i < clients; i += 50) await Promise.all(Array.from({ length: Math.min(50, clients - i) }, (_, k) => listen(i + k)));
	await sleep(2000);
	const after = kb(), waits = [];
	for (let u = 0; u < updates; u++) {
		page = await ask(form);
		heard = [];
		const a = await ask(form, `csrf=${page.csrf}&base=${page.base}&filled=${u % 2 ? 7 : 5}&sworn_in=${u % 2 ? 7 : 5}&trained=5&healthy=5`);
		const saved = performance.now();
		if (a.status !== 303) throw new Error(`not saved: ${a.status} ${a.text.slice(0, 800)}`);
		for (let i = 0; heard.length < clients && i < 600; i++) await sleep(10);
		if (heard.length !== Number(clients)) throw new Error(`${heard.length} of ${clients} heard of it, ${open} are open`);
		waits.push(...heard.map((t) => Math.max(0, t - saved)));
		await sleep(400); // a stream is told of what comes within 0.3 s in one
	}
	waits.sort((a, b) => a - b);
	const part = (p) => waits[Math.min(waits.length - 1, Math.floor(waits.length * p))].toFixed(0);
	console.log(`${clients} idle clients: ${((after - before) / clients).toFixed(1)} KB of resident memory each (the server ${Math.round(before / 1024)} MB before, ${Math.round(after / 1024)} MB with them); an update arrives p50 ${part(0.5)} ms, p99 ${part(0.99)} ms, at most ${part(1)} ms after it was answered as saved (${waits.length} arrivals)`);
	process.exit(0);
})().catch((e) => { console.error(e.message); process.exit(1); });
