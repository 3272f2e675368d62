// Pages for those who are lost.
"use strict";
module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `an unknown page, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ width, language });
				v.allow("404");
				t.expect("status", 404, await v.go("/nothing-here"));
				t.expect_some("error", await v.text(), language === "id" ? "tidak ada halaman" : "there is no page");
				await v.look("error");
			},
		});
for (const language of ["id", "en"])
	module.exports.push({
		name: `each error says what happened and what to do next, within the menu, ${language}`,
		async run(t) {
			const v = await t.visit({ user: "sekretaris", language });
			const indonesian = language === "id";
			for (const part of ["400", "403", "404", "405", "413"]) v.allow(part);
			const told = async (what, status, title, text, next) => {
				t.expect(`${what}: title`, title, await v.text("h1"));
				t.expect_some(`${what}: what`, await v.text(), text);
				t.expect_some(`${what}: next`, await v.text(), next);
				t.expect_some(`${what}: status`, await v.text(), String(status));
				t.expect(`${what}: the menu`, true, await v.page.isVisible("nav.main"));
				t.expect(`${what}: a way out`, true, (await v.page.$$eval("main a", (all) => all.map((a) => a.getAttribute("href")))).includes("/"));
			};
			t.expect("row", 404, await v.go("/data/tps/row/1571091002999"));
			await told("row", 404, indonesian ? "Tidak ditemukan" : "Not found", "1571091002999", indonesian ? "cari di atas" : "search above");
			await v.look("error-row");
			t.expect("accounts", 403, await v.go("/accounts"));
			await told("accounts", 403, indonesian ? "Tidak diizinkan" : "Not allowed", "Kesbangpol", indonesian ? "yang dapat" : "who could");
			t.expect("why", true, await v.page.isVisible('main a[href="/account"]'));
			await v.look("error-denied");
			t.expect("a button's address", 405, await v.go("/logout"));
			await told("a button's address", 405, indonesian ? "Ini tidak berhasil" : "This did not work", indonesian ? "kiriman formulir" : "what a form sends", indonesian ? "halaman awal" : "start page");
			t.expect("odd address", 400, await v.go("/area/%zz"));
			await told("odd address", 400, indonesian ? "Ini tidak berhasil" : "This did not work", "%", indonesian ? "tidak ada yang tersimpan" : "nothing was saved");
			// A form whose token is another one's, and one that is too long.
			const send = (field, value) => Promise.all([v.page.waitForNavigation(), v.page.evaluate(([name, text]) => {
				const form = document.createElement("form");
				form.method = "post";
				form.action = "/data/tps/new";
				form.append(Object.assign(document.createElement("input"), { name, value: text }));
				document.body.append(form);
				form.submit();
			}, [field, value])]);
			await v.go("/help");
			await send("csrf", "00");
			await told("token", 403, indonesian ? "Ini tidak berhasil" : "This did not work", indonesian ? "masih berlaku" : "still valid", indonesian ? "muat ulang" : "load the page again");
			t.expect("it is not about rights", false, await v.page.isVisible('main a[href="/account"]'));
			await v.go("/help");
			await send("note", "a".repeat(1100000));
			await told("too much", 413, indonesian ? "Terlalu besar" : "Too large", "1 MB", indonesian ? "kirim lebih sedikit" : "send less");
			// Somebody whose session ended meanwhile: nothing is lost unsaid, and the log-in leads back.
			await v.go("/help");
			await v.context.clearCookies({ name: "siap" });
			await send("csrf", "00");
			t.expect("ended", indonesian ? "Belum ada yang disimpan" : "Nothing was saved yet", await v.text("h1"));
			await v.go("/data/tps");
			t.expect_some("why the log-in", await v.text(), indonesian ? "Masuk dahulu" : "Log in first");
			await v.look("login-asked");
		},
	});
