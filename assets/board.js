// The board beyond plain HTML: copying a text. Without it the text can be marked and copied.
"use strict";
for (const button of document.querySelectorAll("button.copy")) {
	button.hidden = false;
	button.addEventListener("click", async () => {
		const text = document.getElementById(button.dataset.copy);
		text.select();
		try {
			await navigator.clipboard.writeText(text.value);
		} catch {
			document.execCommand("copy");
		}
		button.textContent = button.dataset.done;
	});
}
