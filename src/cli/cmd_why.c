/* siap why: what is missing, most valuable first, who owes it and when it is due. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("what is missing, who owes it, and what helps most\n"
			  "\n"
			  "siap why [AREA] [--limit N|--all] [--indicator NAME] [--at T] [--csv|--json]\n"
			  "\n"
			  "  AREA              a code or a part of a name; without it the whole workspace\n"
			  "  --limit N         so many gaps (20); --all of them\n"
			  "  --indicator NAME  only gaps of this indicator\n"
			  "  --at T            as it stood then: at the end of a date, or at a time\n"
			  "\n"
			  "First one line per indicator, then the gaps: those that make a TPS ready when\n"
			  "they are closed come first, the smaller ones before the larger.\n");
}

typedef struct Why {
	View v;
	const Query *only; /* NULL: all indicators */
	Gap *gap;
	size_t n;
	uint64_t total;
} Why;

/* What does not count yet is listed when it is asked for by name. */
static bool
wanted(const Why *w, const Series *s)
{
	return w->only ? w->only == s->query : board_counts(w->v.b, s);
}

static bool
gaps_read(Why *w, size_t limit, Err *err)
{
	GapList list = {.area = str_of(w->v.b->code[w->v.node]), .max = limit, .only = w->only};
	if (!gaps_list(w->v.b, &list, &w->v.cli->a, err))
		return false;
	w->gap = list.gap;
	w->n = list.n;
	w->total = list.total;
	return true;
}

static const char *
level_plural(Level l, uint64_t n)
{
	if (n == 1)
		return show_level(l);
	return l == LEVEL_TPS ? tr("TPS") : l == LEVEL_VILLAGE ? tr("villages") : tr("areas");
}

static void
summary_say(const Why *w)
{
	Cli *cli = w->v.cli;
	const Board *b = w->v.b;
	Table t = table_new(cli);
	table_column(&t, tr("indicator"), COLUMN_NAME, 16);
	table_column(&t, tr("where"), COLUMN_RIGHT, 0);
	table_column(&t, tr("missing"), COLUMN_RIGHT, 0);
	table_column(&t, tr("owner"), COLUMN_LEFT, 0);
	table_column(&t, tr("due"), COLUMN_LEFT, 0);
	for (size_t s = 0; s < b->n_indicators; s++) {
		const Series *x = &b->series[s];
		uint64_t silent, n = wanted(w, x) ? view_gaps(&w->v, x, &silent) : 0;
		if (n == 0)
			continue;
		int64_t missing = x->need[w->v.node] - x->have[w->v.node];
		table_add(&t,
			arena_fmt(&cli->a, "%.*s%s", STR(tr_str(x->query->title)), view_mark(&w->v, x->query))
				.p);
		table_add(&t,
			arena_fmt(
				&cli->a, "%s %s", show_number(cli, (int64_t)n), level_plural(x->query->level, n))
				.p);
		table_add(&t, show_number(cli, missing));
		table_add(&t, show_upper(cli, x->query->owner));
		table_add(&t, show_due(cli, x->due_date));
	}
	cli_say(cli, "\n");
	table_print(&t, cli->env.width);
}

static void
gap_say(const View *v, const Gap *g)
{
	Cli *cli = v->cli;
	/* A line's own strings are free again after it: --all can print very many. */
	Arena keep = cli->a;
	const Query *q = g->series->query;
	cli_say(cli, tr("%s: %.*s%s %s of %s, %s missing"), show_place(cli, g->area),
		STR(tr_str(q->title)), view_mark(v, q), show_number(cli, g->have),
		show_number(cli, g->need), show_number(cli, g->need - g->have));
	if (g->heard == 0)
		cli_say(cli, ", %s", tr("nothing heard"));
	cli_say(cli, ", %s", show_upper(cli, q->owner));
	if (g->series->due_date.n)
		cli_say(cli, tr(", due %.*s"), STR(g->series->due_date));
	if (g->gain >= 10000)
		cli_say(cli, "; %s%s%s", paint(cli, 'g'), tr("makes this TPS ready"), paint(cli, '.'));
	cli_say(cli, "\n");
	cli->a = keep;
}

static void
text_say(const Why *w)
{
	Cli *cli = w->v.cli;
	view_title(&w->v);
	bool listed = view_tps_list(&w->v);
	if (w->total == 0) {
		if (listed)
			cli_say(cli, "\n%s\n", tr("nothing is missing here"));
		view_notes(&w->v);
		return;
	}
	summary_say(w);
	cli_say(cli, "\n%s%s%s\n", paint(cli, 'b'), tr("what helps most"), paint(cli, '.'));
	for (size_t i = 0; i < w->n; i++)
		gap_say(&w->v, &w->gap[i]);
	if (w->n < w->total)
		cli_say(cli, tr("%s of %s gaps; more with --limit N or --all\n"),
			show_number(cli, (int64_t)w->n), show_number(cli, (int64_t)w->total));
	if (!w->only)
		view_notes(&w->v);
}

static bool
csv_say(const Why *w, Err *err)
{
	Cli *cli = w->v.cli;
	AUTO(Buf) b = {0};
	buf_add(&b, S("area,name,indicator,need,have,heard,missing,owner,due,makes_ready,unverified"));
	csv_out_end(&b);
	for (size_t i = 0; i < w->n; i++) {
		Arena keep = cli->a;
		const Gap *g = &w->gap[i];
		Str text[] = {g->area, area_name(&cli->ws, g->area, &cli->a), g->series->query->name};
		int64_t number[] = {g->need, g->have, g->heard, g->need - g->have};
		for (size_t c = 0; c < 3; c++) {
			csv_out_text(&b, text[c]);
			csv_out_sep(&b);
		}
		for (size_t c = 0; c < 4; c++) {
			csv_out_int(&b, number[c]);
			csv_out_sep(&b);
		}
		csv_out_text(&b, g->series->query->owner);
		csv_out_sep(&b);
		csv_out_text(&b, g->series->due_date);
		csv_out_sep(&b);
		csv_out_int(&b, g->gain >= 10000);
		csv_out_sep(&b);
		csv_out_int(&b, query_unverified(g->series->query, cli->ws.pack) > 0);
		csv_out_end(&b);
		cli->a = keep;
		if (b.n > 1 << 20 && !cli_flush(cli, &b, err))
			return false;
	}
	return cli_flush(cli, &b, err);
}

static void
json_int(JsonOut *j, Str key, int64_t value)
{
	jout_key(j, key);
	jout_int(j, value);
}

static void
json_indicators(const Why *w, JsonOut *j)
{
	const Board *b = w->v.b;
	jout_key(j, S("indicators"));
	jout_arr(j);
	for (size_t s = 0; s < b->n_indicators; s++) {
		const Series *x = &b->series[s];
		uint64_t silent, n = wanted(w, x) ? view_gaps(&w->v, x, &silent) : 0;
		if (n == 0)
			continue;
		jout_obj(j);
		jout_text(j, S("name"), x->query->name);
		jout_text(j, S("level"), level_name(x->query->level));
		json_int(j, S("places"), (int64_t)n);
		json_int(j, S("places_not_heard"), (int64_t)silent);
		json_int(j, S("missing"), x->need[w->v.node] - x->have[w->v.node]);
		jout_text(j, S("unit"), x->query->unit);
		jout_text(j, S("owner"), x->query->owner);
		jout_text(j, S("due"), x->due_date);
		jout_key(j, S("unverified"));
		jout_bool(j, query_unverified(x->query, b->w->pack) > 0);
		jout_obj_end(j);
	}
	jout_arr_end(j);
}

static bool
json_say(const Why *w, Err *err)
{
	Cli *cli = w->v.cli;
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	jout_obj(&j);
	view_json(&w->v, w->v.node, &j);
	json_indicators(w, &j);
	json_int(&j, S("gaps_total"), (int64_t)w->total);
	jout_key(&j, S("gaps"));
	jout_arr(&j);
	for (size_t i = 0; i < w->n; i++) {
		Arena keep = cli->a;
		const Gap *g = &w->gap[i];
		jout_obj(&j);
		jout_text(&j, S("area"), g->area);
		jout_text(&j, S("name"), area_name(&cli->ws, g->area, &cli->a));
		jout_text(&j, S("indicator"), g->series->query->name);
		json_int(&j, S("need"), g->need);
		json_int(&j, S("have"), g->have);
		json_int(&j, S("heard"), g->heard);
		jout_text(&j, S("owner"), g->series->query->owner);
		jout_text(&j, S("due"), g->series->due_date);
		jout_key(&j, S("makes_ready"));
		jout_bool(&j, g->gain >= 10000);
		jout_obj_end(&j);
		cli->a = keep;
	}
	jout_arr_end(&j);
	jout_obj_end(&j);
	buf_byte(&b, '\n');
	return cli_flush(cli, &b, err);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *limit_text = NULL, *indicator = NULL, *at = NULL;
	bool all = false, csv = false, json = false;
	int64_t limit = 20;
	const Opt opts[] = {{"limit", .value = &limit_text}, {"all", .flag = &all},
		{"indicator", .value = &indicator}, {"at", .value = &at}, {"csv", .flag = &csv},
		{"json", .flag = &json}};
	Form form;
	Why w = {0};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!cli_number(cli, "limit", limit_text, (Range){0, 10000000}, &limit, err) ||
		!form_choose(cli, csv, json, &form, err) || !cli_at(cli, at, err))
		return false;
	AUTO(View) v = {0};
	if (!view_open(cli, argc ? argv[0] : NULL, &v, err) ||
		!cli_indicator(cli, indicator, &w.only, err))
		return false;
	w.v = v;
	if (!gaps_read(&w, all ? SIZE_MAX : (size_t)limit, err))
		return false;
	if (form == FORM_CSV)
		return csv_say(&w, err);
	if (form == FORM_JSON)
		return json_say(&w, err);
	text_say(&w);
	return true;
}

COMMAND(why, usage, run);
