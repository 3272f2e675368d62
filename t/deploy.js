// Asks a desk behind nginx, for t/deploy.sh: CERTIFICATE, ports of nginx (plain, TLS) and of the server behind it.
// With a fifth word the server behind is one of ours, which says what reached it.
"use strict";
const fs = require("fs");
const http = require("http");
const http2 = require("http2");
const https = require("https");
const tls = require("tls");
const [cert, plain, port, behind, echo] = process.argv.slice(2);
const ca = fs.readFileSync(cert);
let wrong = 0;
function expect(what, wanted, got) {
	const ok = wanted instanceof RegExp ? wanted.test(String(got)) : wanted === got;
	if (!ok) { wrong++; console.log(`${what}: expected ${wanted}, got ${got}`); }
}

// One request over HTTP/1.1: { status, headers, body }.
function ask(path, options = {}) {
	const { body, module = https, to = port, unfinished, ...rest } = options;
	return new Promise((done, refuse) => {
		const rq = module.request({ host: "127.0.0.1", port: to, path, ca, servername: "localhost", agent: false, ...rest,
			headers: { Host: `localhost:${to}`, ...rest.headers } }, (answer) => {
			const parts = [];
			answer.on("data", (d) => parts.push(d));
			answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
		});
		rq.on("error", refuse);
		rq.setTimeout(10000, () => rq.destroy(new Error(`no answer to ${path}`)));
		if (body) rq.write(body);
		if (unfinished) rq.flushHeaders();
		else rq.end();
	});
}
// One over HTTP/2; stop(stream): called with the first bytes of the body, ends it.
function ask2(path, headers = {}, first = null) {
	return new Promise((done, refuse) => {
		const session = http2.connect(`https://localhost:${port}`, { ca, lookup: (h, o, f) => f(null, o.all ? [{ address: "127.0.0.1", family: 4 }] : "127.0.0.1", 4) });
		session.on("error", refuse);
		session.setTimeout(10000, () => { session.destroy(); refuse(new Error(`no answer to ${path} over HTTP/2`)); });
		const stream = session.request({ ":path": path, ...headers });
		let got, body = "";
		stream.on("response", (h) => { got = h; });
		stream.on("data", (d) => {
			body += d;
			if (first && body.includes(first)) { session.destroy(); done({ status: got[":status"], headers: got, body }); }
		});
		stream.on("end", () => { session.close(); done({ status: got[":status"], headers: got, body }); });
		stream.end();
	});
}
const handshake = (options) => new Promise((done) => {
	const s = tls.connect({ host: "127.0.0.1", port, ca, servername: "localhost", ...options }, () => { done(s.getProtocol()); s.destroy(); });
	s.on("error", (e) => done(`refused: ${e.code}`));
});

async function desk() {
	let r = await ask("/area/15?a=1", { module: http, to: plain });
	expect("without TLS", 301, r.status);
	expect("to where", "https://localhost/area/15?a=1", r.headers.location);

	r = await ask2("/");
	expect("the way in, over HTTP/2", /^(200|303)$/, r.status);
	expect("HSTS", /^max-age=\d{7,}/, r.headers["strict-transport-security"]);
	expect("which nginx it is", "nginx", r.headers.server ?? "nginx");
	r = await ask2("/nothing-here");
	expect("an unknown page", 404, r.status);
	expect("HSTS on errors", /^max-age=/, r.headers["strict-transport-security"]);
	const sheet = r.body.match(/\/assets\/[0-9a-f]+\/siap\.css/);
	expect("a page of Siap with its style sheet", true, sheet !== null);
	expect("only our own are let in", /default-src 'none'/, r.headers["content-security-policy"]);

	for (const encoding of ["gzip", "identity"]) {
		r = await ask(sheet[0], { headers: { "Accept-Encoding": encoding } });
		expect(`a style sheet (${encoding})`, 200, r.status);
		expect(`its encoding (${encoding})`, encoding === "gzip" ? "gzip" : undefined, r.headers["content-encoding"]);
		expect("kept for good", /immutable/, r.headers["cache-control"]);
	}
	expect("/healthz", "ok\n", (await ask2("/healthz")).body);
	expect("/metrics from outside", 404, (await ask("/metrics")).status);
	expect("/metrics from outside is not the server's answer", false, (await ask("/metrics")).body.includes("siap"));

	// Another name gets no certificate, an old protocol no connection.
	expect("TLS for another name", /^refused/, await handshake({ servername: "elsewhere.example", rejectUnauthorized: false }));
	expect("TLS 1.1", /^refused/, await handshake({ minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" }));
	for (const v of ["TLSv1.2", "TLSv1.3"]) expect(v, v, await handshake({ minVersion: v, maxVersion: v }));

	// Our own pages may post, others not; what is too large is refused before it comes.
	const form = { method: "POST", body: "language=en&back=%2Fhelp", headers: { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": 24 } };
	r = await ask("/language", { ...form, headers: { ...form.headers, Origin: `https://localhost:${port}` } });
	expect("a form of ours", 303, r.status);
	expect("cookies go over TLS alone", /; Secure/, String(r.headers["set-cookie"]));
	r = await ask("/language", { ...form, headers: { ...form.headers, Origin: "https://elsewhere.example" } });
	expect("a form of another site", 403, r.status);
	r = await ask("/import", { method: "POST", headers: { "Content-Length": 66 << 20 }, unfinished: true });
	expect("an upload that is too large", 413, r.status);

	// Two lengths, or a length and chunks: refused by nginx or by Siap, never believed.
	expect("two lengths", /^HTTP\/1.1 400/, await raw("POST /language HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"));
	expect("a length and chunks", /^HTTP\/1.1 400/, await raw("POST /language HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));

	// Events come one by one. A server without accounts answers anybody, one with them asks for the log-in.
	r = await ask2("/live?area=1571", { accept: "text/event-stream" }, "\n");
	expect("/live", /^(200|303|404)$/, r.status);
	if (r.status === 200) expect("its type", /^text\/event-stream/, r.headers["content-type"]);
	console.log(`nginx in front of siap: /live answered ${r.status}`);
}
const raw = (text) => new Promise((done) => {
	const s = tls.connect({ host: "127.0.0.1", port, ca, servername: "localhost" }, () => s.write(text));
	let got = "";
	s.on("data", (d) => { got += d; });
	s.on("close", () => done(got));
	s.on("error", () => done(got));
	setTimeout(() => s.destroy(), 5000).unref();
});

// A server of ours: what reaches it, and that events are passed on one by one while their answer goes on.
async function echoed() {
	let unblock;
	const server = http.createServer((rq, answer) => {
		if (rq.url.startsWith("/live")) {
			answer.writeHead(200, { "Content-Type": "text/event-stream" });
			answer.write("data: first\n\n"); // and nothing more until the one who asks has seen it
			unblock = () => answer.end("data: last\n\n");
			return;
		}
		const text = JSON.stringify({ url: rq.url, headers: rq.headers, filler: "x".repeat(4000) });
		answer.writeHead(200, { "Content-Type": "application/json", "Content-Length": text.length });
		answer.end(text);
	}).listen(Number(behind), "127.0.0.1");
	await new Promise((done) => server.on("listening", done));
	const lies = { "X-Forwarded-For": "203.0.113.7", "X-Real-IP": "203.0.113.7", Forwarded: "for=203.0.113.7", "X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "http" };
	const r = await ask("/a/%2e%2e/b%2Fc?q=%20x", { headers: lies });
	const seen = JSON.parse(r.body);
	expect("the path as it was sent", "/a/%2e%2e/b%2Fc?q=%20x", seen.url);
	expect("the host with its port", `localhost:${port}`, seen.headers.host);
	expect("the address that nginx saw", "127.0.0.1", seen.headers["x-forwarded-for"]);
	for (const name of ["x-real-ip", "forwarded", "x-forwarded-host"]) expect(`what the request says of itself: ${name}`, undefined, seen.headers[name]);
	expect("the protocol", "https", seen.headers["x-forwarded-proto"]);
	expect("text is packed", "gzip", (await ask("/", { headers: { "Accept-Encoding": "gzip" } })).headers["content-encoding"]);
	expect("one upload within the limit reaches the server", 200, (await ask("/import", { method: "POST", body: Buffer.alloc(1 << 20), headers: { "Content-Length": 1 << 20 } })).status);
	const live = await ask2("/live", {}, "first");
	expect("an event arrives while its answer goes on", "data: first\n\n", live.body);
	unblock();
	// Log-ins of one address: some at once, then no more than the rate.
	const answers = await Promise.all(Array.from({ length: 40 }, () => ask("/login")));
	const n = answers.filter((a) => a.status === 429).length;
	expect("of 40 log-ins at once, refused", true, n >= 15 && n <= 20);
	server.close();
	server.closeAllConnections();
	console.log(`nginx in front of an echo: ${n} of 40 log-ins at once refused`);
}
(echo ? echoed() : desk()).then(() => process.exit(wrong ? 1 : 0), (e) => { console.log(e); process.exit(1); });
