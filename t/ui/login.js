// Log-in as people meet it: in, out, a wrong password, a password of one's own, a second factor, sessions elsewhere.
"use strict";
const { createHmac } = require("crypto");

// The code of RFC 6238, written anew for the test.
function totp(secret, ahead = 0) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const bits = [...secret].map((c) => letters.indexOf(c).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
	const count = Buffer.alloc(8);
	count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + ahead));
	const mac = createHmac("sha1", key).update(count).digest(), at = mac[19] & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}
const where = (v) => new URL(v.page.url()).pathname;
const send = async (v, selector) => {
	await Promise.all([v.page.waitForNavigation(), v.page.click(selector)]);
};
const log_out = async (v) => {
	if (await v.page.isVisible("nav.main summary")) await v.page.click("nav.main summary");
	await send(v, "form[action='/logout'] button");
};
const password = "siap-latihan";

module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `in, wrong, out, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ width, language });
				v.allow("403");
				await v.go("/area/1509/findings");
				t.expect("led to", "/login", where(v));
				await v.look("login");
				await v.page.fill("#login", "kpu.tebo");
				await v.page.fill("#password", "bukan ini");
				await send(v, "form[action='/login'] button");
				t.expect_some("refused", await v.text(), language === "id" ? "tidak benar" : "is not right");
				t.expect("login kept", "kpu.tebo", await v.page.inputValue("#login"));
				t.expect("password not", "", await v.page.inputValue("#password"));
				await v.page.fill("#password", password);
				await v.page.press("#password", "Enter");
				await v.page.waitForURL("**/area/1509/findings");
				t.expect_some("who", await v.text("header"), "KPU");
				await v.go("/account");
				await v.look("account");
				await v.go("/password");
				await v.look("password");
				await log_out(v);
				t.expect("out", "/login", where(v));
				await v.go("/changes");
				t.expect("stays out", "/login", where(v));
			},
		});
module.exports.push({
	name: "without JavaScript",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en", javascript: false });
		t.expect("in", "/area/15", where(v));
		await send(v, "nav.main form[action='/language'] button");
		t.expect("language", "id", await v.page.getAttribute("html", "lang"));
		await log_out(v);
		t.expect("out", "/login", where(v));
	},
});
module.exports.push({
	name: "a one-time password leads to one's own, wherever one goes",
	async run(t) {
		const once = t.cli("account", "add", "kpu.baru", "--name", "Baru", "--agency", "kpu", "--role", "operator", "--area", "1509")
			.match(/[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}/)[0];
		const v = await t.visit({ language: "en" });
		v.allow("400");
		await v.login("kpu.baru", once);
		t.expect("asked for", "/password", where(v));
		await v.go("/changes");
		t.expect("still", "/password", where(v));
		await v.look("password-first");
		const set = async (before, one, two) => {
			await v.page.fill("#before", before);
			await v.page.fill("#password", one);
			await v.page.fill("#again", two);
			await send(v, "form[action='/password'] button");
		};
		await set(once, "password123", "password123");
		t.expect("a common one is refused", "/password", where(v));
		await set(once, "kuda baterai tepat", "kuda baterai tepat");
		t.expect("there at last", "/changes", where(v));
		await v.go("/account");
		t.expect_some("role", await v.text(), "operator");
	},
});
module.exports.push({
	name: "the second factor: set up, asked for, recovery code, off; sessions elsewhere end",
	async run(t) {
		const other = await t.visit({ user: "polda.ops", language: "en" });
		for (const width of ["phone", "desktop"]) {
			const v = await t.visit({ user: "polda.ops", language: width === "phone" ? "id" : "en", width });
			v.allow("403"); v.allow("404");
			await v.go("/account");
			await send(v, "form[action='/account/totp'] button");
			await v.look("totp");
			const secret = (await v.text("code")).replace(/ /g, "");
			t.expect("a secret", true, /^[A-Z2-7]{32}$/.test(secret));
			t.expect("a picture", true, (await v.page.getAttribute("svg.qr path", "d")).length > 500);
			await v.page.fill("#code", "000000");
			await send(v, ".door button");
			t.expect("the same secret again", secret, (await v.text("code")).replace(/ /g, ""));
			const once = totp(secret);
			await v.page.fill("#code", once);
			await send(v, ".door button");
			await v.look("recovery");
			const codes = await v.page.$$eval(".codes code", (all) => all.map((c) => c.textContent));
			t.expect("ten codes", 10, new Set(codes).size);
			await log_out(v);
			const code = async (text) => {
				await v.page.fill("#code", text);
				await send(v, ".door button");
			};
			const password_first = async () => {
				await v.go("/login?next=/stages-are-not-here");
				await v.page.fill("#login", "polda.ops");
				await v.page.fill("#password", password);
				await send(v, "form[action='/login'] button");
				t.expect("asked for a code", "/login/code", where(v));
			};
			await password_first();
			await v.look("login-code");
			await v.go("/changes");
			t.expect("not in yet", "/login", where(v));
			await password_first();
			await code(once);
			t.expect("each code counts once", "/login/code", where(v));
			await code(totp(secret, 1));
			t.expect("in", "/stages-are-not-here", where(v));
			await log_out(v);
			await password_first();
			await code(codes[0]);
			t.expect("in by a recovery code", "/stages-are-not-here", where(v));
			await v.go("/account");
			await v.page.click("main details summary");
			await v.page.fill("#before", password);
			await send(v, "form[action='/account/totp/end'] button");
			t.expect_some("off", await v.text(), width === "phone" ? "dimatikan" : "is off");
			await v.end();
		}
		await other.go("/changes");
		t.expect("the other device was logged out", "/login", where(other));
	},
});
module.exports.push({
	name: "sessions are ended one by one and all at once",
	async run(t) {
		const a = await t.visit({ user: "bawaslu", language: "en" }), b = await t.visit({ user: "bawaslu", language: "en" });
		await a.go("/account");
		await a.page.setViewportSize({ width: 360, height: 740 });
		const end = await a.page.locator("form.inline[action='/account/session'] button").first().boundingBox();
		t.expect("on a phone, too, the button is on the screen", true, end.x >= 0 && end.x + end.width <= 360);
		t.expect("two sessions", 2, await a.page.locator("form[action='/account/session'] input[name=session]").count());
		await send(a, "form.inline[action='/account/session'] button");
		t.expect_some("said", await a.text(), "logged out");
		await b.go("/changes");
		t.expect("the other is out", "/login", where(b));
		await a.go("/account");
		await send(a, "form[action='/account/session']:not(.inline) button");
		t.expect("out everywhere", "/login", where(a));
		await a.go("/changes");
		t.expect("stays out", "/login", where(a));
	},
});
