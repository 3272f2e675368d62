// Drafts: what is typed into a form[data-draft] stays on this computer until it is saved, so that a crash, a dead battery or an
// expired log-in loses nothing. Private fields, files and passwords are not kept. A page says by .done that what was sent is saved.
"use strict";
{
	const days = 7;
	const store = (way, ...what) => {
		try { return localStorage[way](...what); } catch { return null; } // no room, or not allowed: nothing is kept
	};
	const sent = (way, ...what) => {
		try { return sessionStorage[way](...what); } catch { return null; }
	};
	const read = (name) => {
		try { return JSON.parse(store("getItem", name)); } catch { return null; }
	};
	const all = () => {
		try { return Object.keys(localStorage).filter((k) => k.startsWith("draft:")); } catch { return []; }
	};

	// Who logs out leaves nothing behind; and what nobody came back for goes by itself.
	for (const name of all()) {
		const kept = read(name);
		if (!kept || !(Date.now() - kept.at < days * 86400000)) store("removeItem", name);
	}
	for (const form of document.querySelectorAll('form[action="/logout"]'))
		form.addEventListener("submit", () => all().forEach((name) => store("removeItem", name)));

	if (document.querySelector(".done") && sent("getItem", "sent")) {
		store("removeItem", sent("getItem", "sent"));
		sent("removeItem", "sent");
	}

	for (const form of document.querySelectorAll("form[data-draft]")) {
		const name = "draft:" + form.dataset.draftOf + ":" + form.dataset.draft;
		const note = form.querySelector(".draft");
		const fields = () => [...form.elements].filter((e) =>
			e.name && !["hidden", "password", "file", "submit"].includes(e.type) && !("private" in e.dataset));
		const value = (e) => e.type === "checkbox" || e.type === "radio" ? e.checked : e.value;
		const id = (e) => e.type === "checkbox" || e.type === "radio" ? e.name + "=" + e.value : e.name;
		const base = form.elements.base ? form.elements.base.value : "";
		// Of a form of many rows: what each row was when it was typed. A row that has moved on since keeps what the page says of it.
		const bases = () => Object.fromEntries([...form.elements].filter((e) => e.name.startsWith("base.")).map((e) => [e.name, e.value]));
		const now = bases();
		const stands = (e) => {
			const row = "base." + e.name.replace(/^[^.]*\./, "");
			return !(row in now) || (kept.bases || {})[row] === now[row];
		};
		const drop = () => {
			store("removeItem", name);
			note.hidden = true;
		};
		let kept = read(name);
		// It was sent, and the row has moved on since: what was typed is in it, or beside it as a conflict.
		if (kept && sent("getItem", "sent") === name && kept.base !== base) {
			drop();
			kept = null;
		}
		note.hidden = !kept || !fields().some((e) => id(e) in kept.values && stands(e) && kept.values[id(e)] !== value(e));
		if (!note.hidden) {
			const when = note.querySelector("time");
			when.dateTime = new Date(kept.at).toISOString();
			when.textContent = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
		}
		note.querySelector("[data-draft-use]").addEventListener("click", () => {
			for (const e of fields())
				if (id(e) in kept.values && stands(e)) e[typeof kept.values[id(e)] === "boolean" ? "checked" : "value"] = kept.values[id(e)];
			// What the person saw when typing it: a change made meanwhile shows as a conflict.
			if (form.elements.base) form.elements.base.value = kept.base;
			note.hidden = true;
			fields()[0].focus();
		});
		note.querySelector("[data-draft-drop]").addEventListener("click", () => {
			drop();
			fields()[0].focus();
		});
		form.addEventListener("input", () => {
			const values = {};
			for (const e of fields()) values[id(e)] = value(e);
			store("setItem", name, JSON.stringify({ at: Date.now(), base: form.elements.base ? form.elements.base.value : "", bases: now, values }));
		});
		form.addEventListener("submit", () => sent("setItem", "sent", name));
	}
}
