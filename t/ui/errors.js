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
