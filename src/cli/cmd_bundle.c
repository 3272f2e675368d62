/* siap bundle: the handover: data, definitions, log and key in a folder that opens without Siap. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"hand over data, definitions and log in a folder that opens without Siap\n"
		"\n"
		"siap bundle DIR\n"
		"\n"
		"  index.html, README.txt  what it is, how ready all is, how to check it by hand\n"
		"  data/, definitions/     each dataset as CSV, and what the columns and figures mean\n"
		"  log/, public-key        the public log and its key; events.jsonl opens its entries\n"
		"\n"
		"Private fields and datasets with restricted access stay out. Who gets it: siap verify DIR --key KEY.\n");
}

typedef struct Page {
	View v;
	const char *dir, *as_of, *ready, *key;
	BundleReport files;
} Page;

static Str
words(Cli *cli, const char *s)
{
	return arena_str(&cli->a, str_of(s));
}

/* ---- index.html ---- */

static void
areas_fill(const Page *p, Fill *page)
{
	const Board *b = p->v.b;
	Cli *cli = p->v.cli;
	size_t i = p->v.node;
	fill_list(page, "areas");
	while (i < b->end[p->v.node]) {
		Str name = area_name(&cli->ws, str_of(b->code[i]), &cli->a);
		Fill *f = fill_item(page, "areas");
		fill_text(f, "name", name.n ? name : str_of(b->code[i]));
		fill_text(f, "have",
			arena_fmt(
				&cli->a, "%s/%s", show_number(cli, b->ready[i]), show_number(cli, b->total[i])));
		fill_text(f, "share", words(cli, show_percent(cli, b->ready[i], b->total[i])));
		fill_flag(f, "full", b->total[i] && b->ready[i] == b->total[i]);
		fill_list(f, "scores");
		for (size_t k = 0; k < p->v.n_pillars; k++)
			fill_text(fill_item(f, "scores"), "score",
				words(cli, show_points(cli, board_pillar(b, i, p->v.pillar[k]))));
		i = i == p->v.node ? i + 1 : b->end[i]; /* the whole, then its parts */
	}
}

static void
files_fill(const Page *p, Fill *page)
{
	Cli *cli = p->v.cli;
	fill_list(page, "files");
	for (size_t i = 0; i < p->files.n; i++) {
		const BundleFile *file = &p->files.file[i];
		Fill *f = fill_item(page, "files");
		fill_text(f, "path", file->path);
		fill_text(f, "title",
			file->dataset
				? tr_str(file->dataset->title)
				: str_of(tr("what each event of the log said, with the salt that proves it")));
		fill_text(f, "rows", words(cli, show_number(cli, (int64_t)file->rows)));
	}
}

static void
indicators_fill(const Page *p, Fill *page)
{
	const Catalog *c = &p->v.cli->ws.cat;
	bool unverified = false;
	fill_list(page, "indicators");
	for (size_t i = 0; i < c->n_indicators; i++) {
		const Query *q = &c->indicator[i];
		const char *mark = view_mark(&p->v, q);
		Fill *f = fill_item(page, "indicators");
		fill_text(f, "title", arena_fmt(&p->v.cli->a, "%.*s%s", STR(tr_str(q->title)), mark));
		fill_text(f, "definition", tr_str(q->definition));
		fill_text(f, "name", q->name);
		fill_text(f, "source", q->source);
		unverified |= *mark != 0;
	}
	fill_flag(page, "unverified", unverified);
}

static Fill *
page_fill(const Page *p)
{
	Cli *cli = p->v.cli;
	Fill *page = fill_new(&cli->a);
	fill_text(page, "lang", lang_now());
	fill_text(page, "election", tr_str(cli->ws.pack->title));
	fill_text(page, "area", words(cli, show_place(cli, p->v.area)));
	fill_text(page, "as_of", str_of(p->as_of));
	fill_text(page, "ready", str_of(p->ready));
	fill_text(page, "key", str_of(p->key));
	fill_text(page, "events", words(cli, show_number(cli, p->v.b->event)));
	fill_list(page, "pillars");
	for (size_t k = 0; k < p->v.n_pillars; k++)
		fill_text(fill_item(page, "pillars"), "pillar", tr_str(p->v.pillar[k]));
	areas_fill(p, page);
	files_fill(p, page);
	indicators_fill(p, page);
	return page;
}

static bool
page_put(const Page *p, Err *err)
{
	Cli *cli = p->v.cli;
	AUTO(Buf) out = {0};
	Template *t;
	Str file = S("pages/bundle.html");
	return template_parse(file, env_file(&cli->env, file.p), (Partials){0}, &cli->a, &t, err) &&
		template_fill(t, page_fill(p), &out, err) &&
		file_write_atomic(arena_fmt(&cli->a, "%s/index.html", p->dir).p, buf_str(&out), 0644, err);
}

/* ---- README.txt ---- */

static bool
readme_put(const Page *p, Err *err)
{
	Cli *cli = p->v.cli;
	AUTO(Buf) out = {0};
	buf_fmt(&out, "%.*s, %s\n%s\n%s\n\n", STR(tr_str(cli->ws.pack->title)),
		show_place(cli, p->v.area), p->as_of, p->ready);
	buf_fmt(&out, "%s\n\n", tr("Open index.html: it needs no network, no Siap and no scripts."));
	for (size_t i = 0; i < p->files.n; i++)
		buf_fmt(&out, "%-32.*s %12s\n", STR(p->files.file[i].path),
			show_number(cli, (int64_t)p->files.file[i].rows));
	buf_fmt(&out, "\n%s\n  siap verify . --key \"%s\"\n",
		tr("To check it, with the public key taken from somewhere else than this folder:"), p->key);
	return buf_check(&out, err) &&
		file_write_atomic(arena_fmt(&cli->a, "%s/README.txt", p->dir).p, buf_str(&out), 0644, err);
}

/* ---- the command ---- */

static bool
page_facts(Page *p, Err *err)
{
	Cli *cli = p->v.cli;
	const Board *b = p->v.b;
	size_t node = p->v.node, n;
	Str *key;
	if (!log_keys(&cli->ws, &cli->a, &key, &n, err))
		return false;
	p->key = n ? arena_cstr(&cli->a, key[0]) : "";
	p->as_of = arena_fmt(&cli->a, tr("as of event %s, %s"), show_number(cli, b->event),
		show_instant(cli, workspace_event_time(&cli->ws, b->event)))
				   .p;
	p->ready = arena_fmt(&cli->a, tr("%s of %s TPS ready (%s)"), show_number(cli, b->ready[node]),
		show_number(cli, b->total[node]), show_percent(cli, b->ready[node], b->total[node]))
				   .p;
	return true;
}

static bool
bundle(Cli *cli, Page *p, Err *err)
{
	AUTO(View) v = {0};
	Progress progress = {.cli = cli};
	if (!view_open(cli, NULL, &v, err))
		return false;
	p->v = v;
	BundleAsk ask = {p->dir, v.b->event, {progress_see, &progress, cli_stop_flag()}};
	bool ok = bundle_write(&cli->ws, &ask, &cli->a, &p->files, err);
	progress_clear(&progress);
	if (!ok || !page_facts(p, err) || !readme_put(p, err) || !page_put(p, err))
		return false;
	cli_say(cli, tr("'%s' holds everything up to event %s; begin with index.html\n"), p->dir,
		show_number(cli, v.b->event));
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(GateP) gate = NULL;
	if (!cli_args(cli, (ArgSpec){.least = 1, .most = 1}, &argc, argv, err) ||
		!cli_workspace(cli, err) || !cli_checkpoint(cli, &gate, err))
		return false;
	Page p = {.dir = argv[0]};
	return bundle(cli, &p, err);
}

COMMAND(bundle, usage, run);
