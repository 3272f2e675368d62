// A page about an area follows the board: told that figures changed, it fetches itself and takes over what differs, so that focus, scroll
// position, open details and what is being typed stay. Without it the page shows what it showed when it was loaded.
"use strict";
{
	const note = document.getElementById("fresh"), main = document.getElementById("main");
	let stream = null, timer = 0, busy = false, again = false;

	// What an element is called among its siblings: rows by what they lead to. Those without a name go by their order.
	function called(e) {
		if (e.nodeType !== 1) return "";
		const row = (e.localName === "tr" || e.localName === "li") && e.querySelector("a");
		return e.id || (row ? row.getAttribute("href") : "");
	}
	function take_attributes(old, now) {
		const own = ["open", "hidden"]; // of whoever looks
		for (const { name } of [...old.attributes])
			if (!now.hasAttribute(name) && !own.includes(name)) old.removeAttribute(name);
		for (const { name, value } of now.attributes)
			if (old.getAttribute(name) !== value && !own.includes(name)) old.setAttribute(name, value);
	}
	function take_children(old, now) {
		const named = new Map([...old.children].filter(called).map((e) => [called(e), e]));
		let at = old.firstChild;
		for (const next of [...now.childNodes]) {
			const name = called(next), same = name ? named.get(name) : at;
			if (!same || same.nodeName !== next.nodeName || name !== called(same)) {
				old.insertBefore(document.importNode(next, true), at);
				continue;
			}
			named.delete(name);
			if (same === at) at = at.nextSibling;
			else old.insertBefore(same, at);
			take(same, next);
		}
		while (at) {
			const gone = at;
			at = at.nextSibling;
			gone.remove();
		}
	}
	function take(old, now) {
		if (old === note || old.isEqualNode(now) || (old === document.activeElement && old.matches("input, select, textarea"))) return;
		if (old.nodeType !== 1) {
			old.nodeValue = now.nodeValue;
			return;
		}
		take_attributes(old, now);
		take_children(old, now);
	}
	function take_page(page) {
		const focus = document.activeElement;
		take(main, page.getElementById("main"));
		if (focus !== document.activeElement && focus.isConnected) focus.focus({ preventScroll: true }); // it was moved
		for (const old of document.querySelectorAll(".now")) {
			old.textContent = page.querySelector(".now").textContent;
			const said = `${note.dataset.said} ${old.textContent}`;
			if (note.textContent !== said) note.textContent = said; // read aloud once a minute at most
		}
	}

	async function refresh() {
		timer = 0;
		again = busy;
		if (busy) return;
		busy = true;
		try {
			const answer = await fetch(location.href);
			const page = new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = page.getElementById("fresh");
			if (answer.ok && fresh) {
				note.dataset.live = fresh.dataset.live;
				take_page(page);
			} else lost();
		} catch { /* the network is away: with it the stream comes back, and tells again */ }
		busy = false;
		if (again) refresh();
	}
	function close() {
		if (stream) stream.close();
		clearTimeout(timer);
		stream = null;
		timer = 0;
	}
	function lost() {
		close();
		note.dataset.live = "";
		note.textContent = note.dataset.lost;
	}
	// Only while somebody looks: a browser has few connections for all of its tabs.
	function listen() {
		if (stream || !note.dataset.live || document.hidden) return;
		stream = new EventSource(note.dataset.live);
		// All who look are told at once, and do not come back at once.
		stream.addEventListener("board", () => { timer = timer || setTimeout(refresh, Math.random() * 500); });
		stream.addEventListener("error", () => { if (stream && stream.readyState === EventSource.CLOSED) lost(); });
	}
	if (note) {
		addEventListener("visibilitychange", () => (document.hidden ? close() : listen()));
		addEventListener("pagehide", close);
		addEventListener("pageshow", listen);
		listen();
	}
}
