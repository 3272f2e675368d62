// Pages about rows: drafts of forms survive a crash, and places are suggested while they are typed.
"use strict";

// What was typed is kept on this computer until it is saved, so that a crash loses nothing. Private fields are not kept.
for (const form of document.querySelectorAll("form[data-draft]")) {
	const name = "draft:" + form.dataset.draft;
	const note = form.querySelector(".draft");
	const fields = () => [...form.elements].filter((e) =>
		e.name && e.type !== "hidden" && e.type !== "password" && e.type !== "file" && !("private" in e.dataset));
	const read = () => {
		try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
	};
	const drop = () => {
		try { localStorage.removeItem(name); } catch { /* nothing is kept there */ }
		note.hidden = true;
	};
	const kept = read();
	const base = form.elements.base ? form.elements.base.value : "";
	note.hidden = !kept || !fields().some((e) => e.name in kept.values && kept.values[e.name] !== e.value);
	form.querySelector("[data-draft-use]").addEventListener("click", () => {
		for (const e of fields())
			if (e.name in kept.values) e.value = kept.values[e.name];
		// What the person saw when typing it: a change made meanwhile shows as a conflict.
		if (form.elements.base) form.elements.base.value = kept.base;
		note.hidden = true;
	});
	form.querySelector("[data-draft-drop]").addEventListener("click", drop);
	form.addEventListener("input", () => {
		const values = {};
		for (const e of fields()) values[e.name] = e.value;
		try { localStorage.setItem(name, JSON.stringify({ base, values })); } catch { /* no room: nothing is kept */ }
	});
	form.addEventListener("submit", () => {
		// The page that answers drops it when the row was saved; else it is offered again.
		try { sessionStorage.setItem("sent", name); } catch { /* it is offered once more */ }
	});
}
if (document.querySelector(".done")) {
	try {
		const name = sessionStorage.getItem("sent");
		if (name) localStorage.removeItem(name);
		sessionStorage.removeItem("sent");
	} catch { /* nothing was kept */ }
}

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
