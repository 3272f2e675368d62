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

// A file may be dropped anywhere in the box.
for (const form of document.querySelectorAll("form.drop")) {
	const input = form.querySelector("input[type=file]");
	const over = (event, on) => { event.preventDefault(); form.classList.toggle("over", on); };
	form.addEventListener("dragover", (event) => over(event, true));
	form.addEventListener("dragleave", (event) => over(event, false));
	form.addEventListener("drop", (event) => {
		over(event, false);
		if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
	});
}
