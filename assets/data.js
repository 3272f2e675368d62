// Pages about rows: places are suggested while they are typed.
"use strict";

// Areas and TPS are suggested while a name or code is typed.
for (const input of document.querySelectorAll("input[data-suggest]")) {
	const list = document.getElementById(input.getAttribute("list"));
	let timer;
	input.addEventListener("input", () => {
		clearTimeout(timer);
		const q = input.value.trim();
		if (q.length < 2 || [...list.options].some((o) => o.value === q && q.length === 13)) return;
		timer = setTimeout(async () => {
			const answer = await fetch("/data-places?level=" + input.dataset.suggest + "&q=" + encodeURIComponent(q));
			if (!answer.ok || input.value.trim() !== q) return;
			list.replaceChildren(...(await answer.json()).map((p) => new Option(p.label, p.value)));
		}, 250);
	});
}
