// Runs the flows in a browser against a server over the demo province, each in a workspace of its own.
//   t/run_ui.sh [NAME...]   files t/ui/NAME.js; screenshots of every page looked at go to build/shots/
// A file exports a list of { name, run(t) }. t.visit({ user, width, language, javascript }) gives a Visit: a page of somebody
// logged in, where every console error and every request to elsewhere is a failure; visit.look(name) checks the page as it
// stands: axe, html-validate, no sideways scrolling, a screenshot.
"use strict";
const fs = require("fs");
const os = require("os");
const path = require("path");
const { spawn, execFileSync } = require("child_process");
const { chromium } = require("playwright-core");
const { HtmlValidate } = require("html-validate");

const root = path.resolve(__dirname, "..");
const siap = process.env.SIAP ? path.resolve(process.env.SIAP) : path.join(root, "build/siap");
const browser_path = process.env.CHROMIUM || "/usr/bin/chromium";
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const shots = path.join(root, "build/shots");
const password = "siap-latihan";
const lanes = Number(process.env.LANES) || 3; // files run beside each other
const servers = new Set();
process.on("exit", () => { for (const s of servers) s.kill(); });
const widths = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } };

const html_rules = new HtmlValidate({
	extends: ["html-validate:recommended"],
	rules: {
		// How it is written, not what it says.
		"no-trailing-whitespace": "off", "void-style": "off", "attribute-boolean-style": "off", "doctype-style": "off",
		"attr-quotes": "off", "long-title": "off", "no-inline-style": "error",
		// The language of a page is known to whoever reads it aloud; telephone numbers are data here, not links.
		"tel-non-breaking": "off",
	},
});

const environment = (dir) => ({
	...process.env, SIAP_KEYS: path.join(dir, "keys"), SIAP_LANG: "en", SIAP_CLOCK: "", HOME: dir,
});

function fail(message) { throw new Error(message); }
function expect(what, wanted, got) {
	if (JSON.stringify(wanted) !== JSON.stringify(got)) fail(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
}
function expect_some(what, text, part) {
	if (!text.includes(part)) fail(`${what}: expected '${part}' in '${text.slice(0, 600)}'`);
}

// A server over a copy of the demo province.
function serve(base, dir) {
	fs.mkdirSync(dir);
	fs.cpSync(path.join(base, "w"), path.join(dir, "w"), { recursive: true });
	fs.cpSync(path.join(base, "keys"), path.join(dir, "keys"), { recursive: true });
	return serve_there(dir);
}
// Over the workspace dir/w.
async function serve_there(dir) {
	const env = environment(dir);
	delete env.SIAP_CLOCK;
	const child = spawn(siap, ["-w", path.join(dir, "w"), "serve", "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "pipe", "pipe"] });
	servers.add(child);
	let said = "";
	const address = await new Promise((done, refuse) => {
		child.stdout.on("data", (data) => {
			said += data;
			const found = said.match(/http:\/\/[0-9.:]+/);
			if (found) done(found[0]);
		});
		child.stderr.on("data", (data) => { said += data; });
		child.on("exit", () => refuse(new Error(`the server ended: ${said}`)));
		setTimeout(() => refuse(new Error(`the server was not ready within 30 s: ${said}`)), 30000).unref();
	});
	return {
		address, workspace: path.join(dir, "w"), keys: path.join(dir, "keys"),
		stop: () => new Promise((done) => {
			if (child.exitCode !== null || child.signalCode) return done(console.log(`  the server had ended: ${said.slice(-600)}`));
			child.removeAllListeners("exit");
			child.on("exit", done);
			child.kill("SIGTERM");
		}),
	};
}

class Visit {
	constructor(t, page, context, options) { Object.assign(this, { t, page, context, options, wrong: [] }); }

	watch() {
		const own = this.t.server.address;
		this.page.on("console", (m) => {
			if (m.type() === "error" && !(this.allowed || []).some((a) => m.text().includes(a))) this.wrong.push(`console: ${m.text()} (${this.page.url()})`);
		});
		// The answer that the page was made of: also the one to a form that was sent, which no second request brings again.
		this.page.on("response", (r) => {
			if (r.request().isNavigationRequest() && r.frame() === this.page.mainFrame() && (r.status() < 300 || r.status() >= 400))
				this.sent = { method: r.request().method(), url: r.url(), html: r.text().catch(() => "") };
		});
		this.page.on("pageerror", (e) => this.wrong.push(`script: ${e.message} (${this.page.url()})`));
		this.page.on("request", (r) => {
			if (!r.url().startsWith(own) && !/^(data|blob|about):/.test(r.url())) this.wrong.push(`a request to ${r.url()}`);
		});
	}
	allow(part) { (this.allowed = this.allowed || []).push(part); } // an answer like 404 that the flow asks for
	async go(where) {
		const answer = await this.page.goto(this.t.server.address + where, { waitUntil: "load" });
		return answer.status();
	}
	async login(user, secret = password) {
		await this.go("/login");
		await this.page.fill("input[name=login]", user);
		await this.page.fill("input[name=password]", secret);
		await this.page.press("input[name=password]", "Enter");
		await this.page.waitForLoadState("load");
		if (new URL(this.page.url()).pathname === "/login") fail(`log-in of ${user} was refused: ${await this.text()}`);
	}
	// As it was sent, without what styles make of it.
	text(selector = "main") { return this.page.textContent(selector).then((s) => s.replace(/\s+/g, " ").trim()); }
	// The page as the server sent it. What its script asked for since is asked for once more.
	async html() {
		const here = this.page.url().replace(/#.*/, ""), { sent } = this;
		const html = sent && sent.url.replace(/#.*/, "") === here ? await sent.html : "";
		if (html) return html;
		if (sent && sent.method === "POST") fail(`the answer to what was sent to ${here} is not known any more`);
		return (await this.context.request.get(here)).text();
	}
	// The page as it stands, for people with and without sight, on this width.
	async look(name) {
		const where = this.page.url().slice(this.t.server.address.length);
		const html = await this.html();
		const report = await html_rules.validateString(html);
		for (const r of report.results) for (const m of r.messages) this.wrong.push(`html of ${where}:${m.line}: ${m.ruleId}: ${m.message}`);
		if (this.options.javascript !== false) {
			await this.page.evaluate(axe);
			const found = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
			for (const v of found.violations) this.wrong.push(`axe of ${where}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
			const over = await this.page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
			if (over > 0) this.wrong.push(`${where} scrolls sideways by ${over} px at ${this.page.viewportSize().width} px`);
		}
		await this.page.screenshot({ path: path.join(shots, `${name}-${this.options.width}-${this.options.language}.png`), fullPage: true });
	}
	async end() {
		await this.context.close();
		if (this.wrong.length) fail([...new Set(this.wrong)].slice(0, 20).join("\n"));
	}
}

class Test {
	constructor(browser, server) { Object.assign(this, { browser, server, visits: [], others: [], expect, expect_some, fail, widths }); }
	async visit({ user, width = "desktop", language = "id", javascript = true } = {}) {
		const context = await this.browser.newContext({ viewport: widths[width], javaScriptEnabled: javascript, acceptDownloads: true });
		await context.addCookies([{ name: "lang", value: language, url: this.server.address }]);
		const page = await context.newPage();
		page.setDefaultTimeout(15000);
		const visit = new Visit(this, page, context, { user, width, language, javascript });
		visit.watch();
		this.visits.push(visit);
		if (user) await visit.login(user);
		return visit;
	}
	// A test of its own over a workspace that holds nothing but the account `first`, with its one-time password.
	async empty() {
		const dir = fs.mkdtempSync(path.join(os.tmpdir(), "siap-ui-empty-"));
		execFileSync(siap, ["init", path.join(dir, "w"), "--rules", "pilkada2024", "--area", "15"], { env: environment(dir), stdio: "pipe" });
		const other = new Test(this.browser, await serve_there(dir));
		this.others.push({ other, dir });
		other.once = other.cli("account", "add", "first", "--name", "First", "--agency", "kesbangpol", "--role", "supervisor", "--area", "15")
			.match(/[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}/)[0];
		return other;
	}
	// The command line beside the running server.
	cli(...words) {
		return execFileSync(siap, ["-w", this.server.workspace, ...words],
			{ env: { ...process.env, SIAP_KEYS: this.server.keys, SIAP_LANG: "en" }, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
	}
	async end() {
		for (const v of this.visits) await v.end();
		for (const { other } of this.others) await other.end();
		await this.close();
	}
	async abandon() {
		for (const v of this.visits) await v.context.close().catch(() => {});
		for (const { other } of this.others) await other.abandon();
		await this.close();
	}
	async close() {
		for (const { other, dir } of this.others.splice(0)) {
			await other.server.stop();
			fs.rmSync(dir, { recursive: true, force: true });
		}
	}
}

// The flows of a file, one after the other on a server of their own; returns how many failed.
async function run_file(file, browser, base, dir) {
	const stem = file.replace(/\.js$/, ""), server = await serve(base, path.join(dir, stem));
	let failed = 0;
	for (const flow of require(path.join(__dirname, "ui", file))) {
		const t = new Test(browser, server);
		try {
			await flow.run(t);
			await t.end();
			console.log(`ok ui/${stem}: ${flow.name}`);
		} catch (e) {
			failed++;
			await t.abandon();
			console.log(`not ok ui/${stem}: ${flow.name}\n  ${String(e.stack || e).split("\n").slice(0, 24).join("\n  ")}\n  rerun: t/run_ui.sh ${stem}`);
		}
	}
	await server.stop();
	fs.rmSync(path.join(dir, stem), { recursive: true, force: true });
	return failed;
}

async function main() {
	const names = process.argv.slice(2);
	const files = fs.readdirSync(path.join(__dirname, "ui")).filter((f) => f.endsWith(".js")).sort()
		.filter((f) => !names.length || names.includes(f.replace(/\.js$/, "")));
	if (!fs.existsSync(browser_path)) { console.log("there is no browser"); process.exit(77); }
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), "siap-ui-"));
	const base = path.join(dir, "base");
	fs.mkdirSync(base);
	fs.mkdirSync(shots, { recursive: true });
	let failed = 0;
	const env = environment(base);
	delete env.SIAP_CLOCK;
	execFileSync(siap, ["demo", path.join(base, "w")], { env, stdio: "pipe" });
	const browser = await chromium.launch({
		executablePath: browser_path,
		args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync"],
	});
	// Some files beside each other, for a browser and a server wait for each other most of the time.
	const rest = [...files];
	const lane = async () => {
		for (let file; (file = rest.shift());) {
			const n = await run_file(file, browser, base, dir);
			failed += n;
		}
	};
	try {
		await Promise.all(Array.from({ length: Math.min(lanes, files.length) }, lane));
	} finally {
		await browser.close();
		fs.rmSync(dir, { recursive: true, force: true });
	}
	process.exit(failed ? 1 : 0);
}
main().catch((e) => { console.log(`not ok ui\n  ${e.stack}`); process.exit(1); });
