// What pages do beyond plain HTML, all of it dispensable.
"use strict";

// Keys: they can be turned off on the page /help, and never act while somebody types. Two letters are typed one after the other.
{
	const where = { "g b": "/", "g d": "/data", "g i": "/import", "g c": "/changes", "?": "/help#keys" };
	const patience = 1500; // ms between the two
	const stored = () => {
		try { return localStorage.getItem("keys"); } catch { return null; }
	};
	let on = stored() !== "off", before = "", when = 0;
	const types = (e) => e.closest && e.closest("input, select, textarea, [contenteditable]");
	document.addEventListener("keydown", (event) => {
		if (!on || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || types(event.target)) return;
		const to = where[event.key] || (event.timeStamp - when < patience && where[before + " " + event.key]);
		before = event.key;
		when = event.timeStamp;
		const search = event.key === "/" && document.getElementById("q");
		if (search) search.focus();
		else if (to) location.assign(to);
		else return;
		event.preventDefault();
		before = "";
	});
	const box = document.getElementById("keys-on");
	if (box) {
		box.checked = on;
		box.closest("[hidden]").hidden = false;
		box.addEventListener("change", () => {
			on = box.checked;
			try { localStorage.setItem("keys", on ? "on" : "off"); } catch { /* for this page only */ }
		});
	}
}

for (const button of document.querySelectorAll("[data-print]")) {
	button.hidden = false;
	button.addEventListener("click", () => window.print());
}
