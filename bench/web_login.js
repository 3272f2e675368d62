// Helper: logs in to a served desk and prints the cookies to send from then on: web_login.js ADDRESS LOGIN [PASSWORD [NEW]].
// With NEW the password is a one-time one and is changed to NEW on the way.
"use strict";
const http = require("http");
const [address, login, password = "siap-latihan", fresh = "a password for a bench"] = process.argv.slice(2);
const cookies = { lang: "en" };
const header = () => Object.entries(cookies).map((c) => c.join("=")).join("; ");
function ask(path, form) {
	const body = form ? new URLSearchParams(form).toString() : "";
	return new Promise((done, failed) => {
		const rq = http.request(address + path, { method: form ? "POST" : "GET", agent: false, headers: {
			Cookie: header(), ...(form ? { Origin: address, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": body.length } : {}) } }, (answer) => {
			let text = "";
			for (const c of answer.headers["set-cookie"] || []) cookies[c.split("=")[0]] = c.slice(c.indexOf("=") + 1).split(";")[0];
			answer.on("data", (d) => { text += d; });
			answer.on("end", () => done({ status: answer.statusCode, to: answer.headers.location, text, csrf: (text.match(/name="csrf" value="([^"]*)"/) || [])[1] || "" }));
		});
		rq.on("error", failed);
		rq.end(body);
	});
}
const refused = (what, a) => { throw new Error(`${what}: ${a.status} ${a.text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").slice(0, 400)}`); };
(async () => {
	let page = await ask("/login");
	let a = await ask("/login", { csrf: page.csrf, login, password });
	if (a.status !== 303) refused(`log-in of ${login}`, a);
	a = await ask("/account");
	if (a.status === 303 && a.to.startsWith("/password")) {
		page = await ask(a.to);
		a = await ask("/password", { csrf: page.csrf, before: password, password: fresh, again: fresh });
		if (a.status !== 303) refused("a password of one's own", a);
	}
	console.log(header());
})().catch((e) => { console.error(e.message); process.exit(1); });
