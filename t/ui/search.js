// From what somebody types to the area or TPS that they mean.
"use strict";
module.exports = [];
for (const width of ["phone", "desktop"])
	for (const language of ["id", "en"])
		module.exports.push({
			name: `names with typing errors, ${width}, ${language}`,
			async run(t) {
				const v = await t.visit({ user: "gubernur", width, language });
				await v.page.fill("#q", "rawa sri");
				await v.page.press("#q", "Enter");
				await v.page.waitForURL("**/search?q=*");
				const found = await v.page.$$eval(".results a", (all) => all.map((a) => a.getAttribute("href")));
				t.expect("Rawa Sari is among them", true, found.includes("/area/1571091002"));
				t.expect("few answers", true, found.length <= 20);
				await v.look("search");
				await v.page.click('.results a[href="/area/1571091002"]');
				await v.page.waitForURL("**/area/1571091002");
				await v.go("/search?q=qqxxzzqq");
				t.expect_some("nothing found", await v.text(), language === "id" ? "Tidak ada nama yang mendekati" : "No name comes near it");
				await v.look("search-nothing");
			},
		});
module.exports.push({
	name: "what is found, in which order",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en", javascript: false });
		const first = async (q) => {
			await v.go("/search?q=" + encodeURIComponent(q));
			return v.page.$eval(".results a", (a) => a.getAttribute("href"));
		};
		for (const [q, wanted] of [
			["tebo", "/area/1509"], ["kabupaten teboo", "/area/1509"], ["Djambi", "/area/15"], ["kec alam barajo", "/area/157109"],
			["tps 3 rawa sari", "/area/1571091002003"], ["ALAM  BARADJO", "/area/157109"], ["moearo djambi", "/area/1505"], ["rawasari", "/area/1507112005"], ["rawa sari", "/area/1571091002"],
		])
			t.expect(q, wanted, await first(q));
		t.expect("some TPS of a code typed in part", "/area/1571091002010", await first("15710910020 1"));
	},
});
module.exports.push({
	name: "a code jumps straight to its page",
	async run(t) {
		const v = await t.visit({ user: "kpu.tebo", language: "en" });
		for (const [q, wanted] of [["15.71.09", "/area/157109"], ["1571091002001", "/area/1571091002001"], [" 1509 ", "/area/1509"]]) {
			await v.go("/search?q=" + encodeURIComponent(q));
			t.expect(q, wanted, new URL(v.page.url()).pathname);
		}
	},
});
module.exports.push({
	name: "what was typed is shown as text, however long and odd",
	async run(t) {
		const v = await t.visit({ user: "gubernur", language: "en" });
		for (const q of ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "é".repeat(150), "'; DROP TABLE area; --", "tps 99999999999999999999 x", "-1", "١٥"]) {
			t.expect("an answer to " + q.slice(0, 30), 200, await v.go("/search?q=" + encodeURIComponent(q)));
			t.expect("no element of it", 0, await v.page.$$eval("main script, main img", (all) => all.length));
		}
		const long = await v.context.request.get(t.server.address + "/search?q=" + "a".repeat(5000));
		t.expect("a very long one", true, [200, 400, 414].includes(long.status()));
		const bad = await v.context.request.get(t.server.address + "/search?q=%ff%fe");
		t.expect("no letters at all", 400, bad.status());
		await v.go("/search?q=" + encodeURIComponent("é".repeat(150)));
		t.expect("whole characters", "é".repeat(100), await v.page.inputValue("#asked"));
		await v.look("search-odd");
	},
});
