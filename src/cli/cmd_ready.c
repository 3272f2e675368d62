/* siap ready: how ready is an area: the headline, its parts, and what stands in the way. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("how ready is the area, and its parts\n"
			  "\n"
			  "siap ready [AREA] [--depth N] [--at T] [--csv|--json]\n"
			  "\n"
			  "  AREA       a code or a part of a name; without it the whole workspace\n"
			  "  --depth N  levels below it (1; 0 to 5)\n"
			  "  --at T     as it stood then: at the end of a date, or at 2024-11-14T10:00\n"
			  "\n"
			  "A TPS is ready when every indicator that it must meet is met. A pillar is the\n"
			  "weighted mean of its indicators; percentages are rounded down, so that 100 means\n"
			  "all. 'not heard' counts TPS of which somebody has not reported yet: silence is\n"
			  "not zero. What is missing: siap why. How a number is made: siap explain.\n");
}

typedef struct Ready {
	View v;
	int64_t depth;
	TrendAsk day, week;
	Answers answers;
} Ready;

/* ---- for people ---- */

static const char *
pillar_head(Cli *cli, Str pillar)
{
	return arena_cstr(&cli->a, tr_str(pillar));
}

/* In a table the ordinary kind of regency goes without saying: "Kerinci", but "Kota Sungai Penuh". */
static const char *
short_name(const Ready *r, size_t node, int indent)
{
	Cli *cli = r->v.cli;
	Str code = str_of(r->v.b->code[node]), name = area_name(&cli->ws, code, &cli->a),
		kind = S("Kabupaten ");
	if (str_starts(name, kind))
		name = str_slice(name, kind.n, name.n);
	return arena_fmt(&cli->a, "%*s%.*s", 2 * indent, "", STR(name.n ? name : code)).p;
}

static const char *
share(const Ready *r, size_t node)
{
	const Board *b = r->v.b;
	if (b->total[node] == 0)
		return "";
	return arena_fmt(&r->v.cli->a, "%d", (int)((uint64_t)b->ready[node] * 10000 / b->total[node]))
		.p;
}

static void
row_add(const Ready *r, Table *t, size_t node, int indent)
{
	const Board *b = r->v.b;
	Cli *cli = r->v.cli;
	table_add(t, short_name(r, node, indent));
	table_add(t,
		arena_fmt(
			&cli->a, "%s/%s", show_number(cli, b->ready[node]), show_number(cli, b->total[node]))
			.p);
	table_add(t, share(r, node));
	for (size_t p = 0; p < r->v.n_pillars; p++)
		table_add(t, show_points(cli, board_pillar(b, node, r->v.pillar[p])));
	table_add(t, show_number(cli, b->silent[node]));
	table_add(t, show_number(cli, answers_findings(&r->answers, node)));
}

static void
rows_add(const Ready *r, Table *t, size_t node, int indent)
{
	const Board *b = r->v.b;
	row_add(r, t, node, indent);
	if (indent >= r->depth)
		return;
	for (size_t i = node + 1; i < b->end[node]; i = b->end[i])
		rows_add(r, t, i, indent + 1);
}

static void
table_say(const Ready *r)
{
	Cli *cli = r->v.cli;
	Table t = table_new(cli);
	table_column(&t, tr("area"), COLUMN_NAME, 17);
	table_column(&t, tr("ready"), COLUMN_RIGHT, 0);
	table_column(&t, "", COLUMN_BAR, 4);
	for (size_t p = 0; p < r->v.n_pillars; p++)
		table_column(&t, pillar_head(cli, r->v.pillar[p]), COLUMN_RIGHT, 5);
	table_column(&t, tr("not\nheard"), COLUMN_RIGHT, 0);
	table_column(&t, tr("find-\nings"), COLUMN_RIGHT, 0);
	rows_add(r, &t, r->v.node, 0);
	table_print(&t, cli->env.width);
}

/* The pillars of the area itself, with their full names: a key to the columns below, too. */
static void
pillars_say(const Ready *r)
{
	Cli *cli = r->v.cli;
	Table t = table_new(cli);
	table_column(&t, "", COLUMN_LEFT, 0);
	table_column(&t, "", COLUMN_RIGHT, 0);
	table_column(&t, "", COLUMN_BAR, 4);
	for (size_t p = 0; p < r->v.n_pillars; p++) {
		int points = board_pillar(r->v.b, r->v.node, r->v.pillar[p]);
		table_add(&t,
			arena_fmt(&cli->a, "%s%s", pillar_head(cli, r->v.pillar[p]),
				view_pillar_mark(&r->v, r->v.pillar[p]))
				.p);
		table_add(&t,
			points < 0 ? show_points(cli, points)
					   : arena_fmt(&cli->a, "%s%%", show_points(cli, points)).p);
		table_add(&t, points < 0 ? "" : arena_fmt(&cli->a, "%d", points).p);
	}
	table_print(&t, cli->env.width);
	cli_say(cli, "\n");
}

static bool
findings_say(const Ready *r, const char *severity, const char *head, char colour)
{
	const Board *b = r->v.b;
	Cli *cli = r->v.cli;
	bool any = false;
	for (size_t s = b->n_indicators; s < b->n_series; s++) {
		const Query *q = b->series[s].query;
		int64_t n = b->series[s].need[r->v.node];
		if (n == 0 || !str_eq(q->severity, str_of(severity)))
			continue;
		if (!any)
			cli_say(cli, "\n%s%s%s\n", paint(cli, colour), head, paint(cli, '.'));
		any = true;
		cli_say(cli, "%8s  %.*s\n", show_number(cli, n), STR(tr_str(q->title)));
	}
	return any;
}

/* How many TPS more were ready at the end of yesterday and a week ago, where that was counted. */
static bool
trend_ask(Ready *r, Err *err)
{
	Cli *cli = r->v.cli;
	Workspace *w = cli->asof ? &cli->live : &cli->ws;
	bool settled;
	if (!trend_counts(r->v.b, r->v.node))
		return true;
	r->day = (TrendAsk){.node = r->v.node, .days = 1};
	r->week = (TrendAsk){.node = r->v.node, .days = 7};
	if (!trend_settled(w, r->v.b, &settled, err))
		return false;
	return !settled ||
		(trend_ready(w, r->v.b, &r->day, err) && trend_ready(w, r->v.b, &r->week, err));
}

static const char *
change(Cli *cli, const TrendAsk *ask)
{
	return arena_fmt(&cli->a, "%s%s", ask->change > 0 ? "+" : "", show_number(cli, ask->change)).p;
}

static void
trend_say(const Ready *r)
{
	Cli *cli = r->v.cli;
	if (r->day.known)
		cli_say(cli, tr("since yesterday: %s TPS ready"), change(cli, &r->day));
	if (r->week.known)
		cli_say(cli, tr("; since 7 days: %s"), change(cli, &r->week));
	if (r->day.known)
		cli_say(cli, "\n");
}

static void
text_say(const Ready *r)
{
	const Board *b = r->v.b;
	Cli *cli = r->v.cli;
	size_t node = r->v.node;
	view_title(&r->v);
	if (!view_tps_list(&r->v))
		return;
	cli_say(cli, "\n%s", paint(cli, b->ready[node] == b->total[node] ? 'g' : 'b'));
	cli_say(cli, tr("%s of %s TPS ready (%s)"), show_number(cli, b->ready[node]),
		show_number(cli, b->total[node]), show_percent(cli, b->ready[node], b->total[node]));
	cli_say(cli, "%s\n", paint(cli, '.'));
	trend_say(r);
	cli_say(cli, "\n");
	pillars_say(r);
	table_say(r);
	view_notes(&r->v);
	bool findings = findings_say(r, "must", tr("findings that must be mended"), 'r');
	findings |= findings_say(r, "look", tr("findings to look at"), 'b');
	Str code = str_of(b->code[node]);
	bool whole = node == 0;
	cli_say(cli, "\n%s: siap why%s%.*s\n", tr("what is missing"), whole ? "" : " ",
		whole ? 0 : (int)code.n, code.p);
	if (findings)
		cli_say(cli, "%s: siap check%s%.*s\n", tr("the findings one by one"), whole ? "" : " ",
			whole ? 0 : (int)code.n, code.p);
}

/* ---- for programs ---- */

static void
csv_rows(const Ready *r, size_t node, int depth, Buf *out)
{
	const Board *b = r->v.b;
	Str code = str_of(b->code[node]);
	buf_add(out, code);
	csv_out_sep(out);
	csv_out_text(out, area_name(&r->v.cli->ws, code, &r->v.cli->a));
	csv_out_sep(out);
	csv_out_text(out, level_name((Level)b->level[node]));
	csv_out_sep(out);
	csv_out_int(out, b->ready[node]);
	csv_out_sep(out);
	csv_out_int(out, b->total[node]);
	for (size_t p = 0; p < r->v.n_pillars; p++) {
		csv_out_sep(out);
		points_put(out, board_pillar(b, node, r->v.pillar[p]));
	}
	csv_out_sep(out);
	csv_out_int(out, b->silent[node]);
	csv_out_sep(out);
	csv_out_int(out, answers_findings(&r->answers, node));
	csv_out_end(out);
	for (size_t i = node + 1; depth < r->depth && i < b->end[node]; i = b->end[i])
		csv_rows(r, i, depth + 1, out);
}

static void
csv_say(const Ready *r, Buf *out)
{
	buf_add(out, S("area,name,level,ready,total,"));
	for (size_t p = 0; p < r->v.n_pillars; p++)
		buf_fmt(out, "%.*s,", STR(r->v.pillar[p]));
	buf_add(out, S("not_heard,findings"));
	csv_out_end(out);
	csv_rows(r, r->v.node, 0, out);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *depth = NULL, *at = NULL;
	bool csv = false, json = false;
	const Opt opts[] = {{"depth", .value = &depth}, {"at", .value = &at}, {"csv", .flag = &csv},
		{"json", .flag = &json}};
	Ready r = {.depth = 1};
	Form form;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!cli_number(cli, "depth", depth, (Range){0, 5}, &r.depth, err) ||
		!form_choose(cli, csv, json, &form, err) || !cli_at(cli, at, err))
		return false;
	AUTO(View) v = {0};
	if (!view_open(cli, argc ? argv[0] : NULL, &v, err))
		return false;
	r.v = v;
	answers_new(&cli->ws, v.b, &cli->a, &r.answers);
	AUTO(Buf) out = {0};
	JsonOut j = jout_new(&out);
	if (form == FORM_TEXT && !trend_ask(&r, err))
		return false;
	if (form == FORM_TEXT)
		text_say(&r);
	else if (form == FORM_CSV)
		csv_say(&r, &out);
	else
		answers_json(&r.answers, v.node, r.depth, &j);
	if (form == FORM_JSON)
		buf_byte(&out, '\n');
	return cli_flush(cli, &out, err);
}

COMMAND(ready, usage, run);
