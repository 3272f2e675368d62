// Helper: logs in to a served desk and prints the cookies to send from then on: web_login.js ADDRESS LOGIN [PASSWORD [NEW]].
// With NEW the password is a one-time one and is changed to NEW on the way.
"use strict";
const [address, login, password = "siap-latihan", fresh = "a password for a bench"] = process.argv.slice(2);
const cookies = { lang: "en" };
const header = () => Object.entries(cookies).map((c) => c.join("=")).join("; ");
async function ask(path, form) {
	const answer = await fetch(address + path, {
		method: form ? "POST" : "GET", redirect: "manual", headers: { Cookie: header(), ...(form ? { Origin: address } : {}) },
		body: form ? new URLSearchParams(form) : undefined,
	});
	for (const c of answer.headers.getSetCookie()) cookies[c.split("=")[0]] = c.slice(c.indexOf("=") + 1).split(";")[0];
	const text = await answer.text();
	return { status: answer.status, to: answer.headers.get("location"), text, csrf: (text.match(/name="csrf" value="([^"]*)"/) || [])[1] || "" };
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
