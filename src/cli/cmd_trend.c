/* siap trend: how an area came to where it stands, day by day. */
#include "cli/cli.h"

enum { DAYS = 14, DAYS_MOST = 400 };

static const char *
usage(void)
{
	return tr("how the area came along, day by day\n"
			  "\n"
			  "siap trend [AREA] [--days N] [--indicator NAME|--pillar NAME] [--csv|--json]\n"
			  "\n"
			  "  AREA              a province, regency, city or district; else the workspace\n"
			  "  --days N          so many days up to today (14; up to 400)\n"
			  "  --indicator NAME  what this indicator needs and has, instead of TPS ready\n"
			  "  --pillar NAME     the score of this pillar alone\n"
			  "\n"
			  "Each day shows how things stood at its end, and what changed since the day\n"
			  "before; = is a day on which nothing changed. As of any moment: siap ready --at.\n");
}

typedef struct Show {
	View v;
	Trend t;
	size_t series; /* an indicator's, or behind the last: TPS ready */
	Str pillar;    /* this one alone; empty: none is named */
	bool one;      /* an indicator is named */
} Show;

/* ---- what is asked ---- */

static bool
pillar_find(Show *x, const char *name, Err *err)
{
	Cli *cli = x->v.cli;
	for (size_t i = 0; name && i < x->v.n_pillars; i++)
		if (str_eq(x->v.pillar[i], str_of(name)))
			x->pillar = x->v.pillar[i];
	if (!name || x->pillar.n)
		return true;
	err_set(err, E_NOTFOUND, "there is no pillar '%s'%.*s", name,
		STR(cli_nearest(cli, str_of(name), x->v.pillar, x->v.n_pillars)));
	return err_hint(err, "all indicators: siap explain");
}

static bool
area_counts(const Show *x, Err *err)
{
	if (trend_counts(x->v.b, x->v.node))
		return true;
	Str near = area_lift(x->v.area, LEVEL_DISTRICT);
	if (near.n < x->v.cli->ws.area.n)
		near = x->v.cli->ws.area;
	err_set(err, E_INPUT, "days are counted down to districts; '%.*s' lies below", STR(x->v.area));
	return err_hint(err, "where it lies: siap trend %.*s", STR(near));
}

/* Days that nobody has counted yet are counted now; where another process is at it, the answer says so. */
static bool
settle(const Show *x, Err *err)
{
	Cli *cli = x->v.cli;
	AUTO(GateP) gate = NULL;
	bool settled;
	if (!trend_settled(&cli->ws, x->v.b, &settled, err))
		return false;
	if (settled)
		return true;
	if (!gate_open(&cli->ws, &gate, err) || !gate_settle(gate, err) ||
		!trend_settled(&cli->ws, x->v.b, &settled, err))
		return false;
	if (!settled)
		cli_note(cli, "%s\n",
			tr("another process is still counting the last days before today: ask again later"));
	return true;
}

/* ---- one day ---- */

static int64_t
have_of(const Show *x, size_t day)
{
	return x->t.day[day].have[x->series];
}

static int64_t
need_of(const Show *x, size_t day)
{
	return x->t.day[day].need[x->series];
}

static int
score_on(const Show *x, size_t day, Str pillar)
{
	return trend_pillar(x->v.b, &x->t.day[day], pillar);
}

/* Parts per 10,000 of the bar; -1: nothing is expected. */
static int
share(const Show *x, size_t day)
{
	int64_t need = need_of(x, day), have = have_of(x, day);
	if (x->pillar.n)
		return score_on(x, day, x->pillar);
	for (; need > INT64_MAX / 10000; need /= 2)
		have /= 2;
	return need > 0 ? (int)(have * 10000 / need) : -1;
}

static const char *
change(const Show *x, size_t day)
{
	Cli *cli = x->v.cli;
	if (day == 0)
		return "";
	int64_t before = x->pillar.n ? share(x, day - 1) : have_of(x, day - 1);
	int64_t more = (x->pillar.n ? share(x, day) : have_of(x, day)) - before;
	if (!x->t.day[day].changed)
		return "=";
	const char *number = x->pillar.n ? show_points(cli, (int)(more < 0 ? -more : more))
									 : show_number(cli, more < 0 ? -more : more);
	return arena_fmt(&cli->a, "%s%s", more < 0 ? "-" : more > 0 ? "+" : "", number).p;
}

/* ---- for people ---- */

static void
columns_add(const Show *x, Table *t)
{
	Cli *cli = x->v.cli;
	table_column(t, tr("day"), COLUMN_LEFT, 0);
	if (x->pillar.n)
		table_column(t, arena_cstr(&cli->a, tr_str(x->pillar)), COLUMN_RIGHT, 0);
	else
		table_column(t, x->one ? tr("here of needed") : tr("TPS ready"), COLUMN_RIGHT, 0);
	table_column(t, "", COLUMN_BAR, 2);
	table_column(t, tr("change"), COLUMN_RIGHT, 0);
	if (x->one)
		table_column(t, tr("heard"), COLUMN_RIGHT, 0);
	for (size_t p = 0; p < x->v.n_pillars && !x->one && !x->pillar.n; p++)
		table_column(t, arena_cstr(&cli->a, tr_str(x->v.pillar[p])), COLUMN_RIGHT, 7);
}

static void
day_add(const Show *x, Table *t, size_t day)
{
	Cli *cli = x->v.cli;
	int part = share(x, day);
	table_add(t, arena_cstr(&cli->a, x->t.day[day].day));
	table_add(t,
		x->pillar.n ? show_points(cli, part)
					: arena_fmt(&cli->a, "%s/%s", show_number(cli, have_of(x, day)),
						  show_number(cli, need_of(x, day)))
						  .p);
	table_add(t, part < 0 ? "" : arena_fmt(&cli->a, "%d", part).p);
	table_add(t, change(x, day));
	if (x->one)
		table_add(t, show_number(cli, x->t.day[day].heard[x->series]));
	for (size_t p = 0; p < x->v.n_pillars && !x->one && !x->pillar.n; p++)
		table_add(t, show_points(cli, score_on(x, day, x->v.pillar[p])));
}

static void
text_say(const Show *x)
{
	Cli *cli = x->v.cli;
	view_title(&x->v);
	if (!view_tps_list(&x->v))
		return;
	Table t = table_new(cli);
	columns_add(x, &t);
	for (size_t day = 0; day < x->t.n; day++)
		day_add(x, &t, day);
	cli_say(cli, "\n");
	if (x->one)
		cli_say(cli, "%.*s\n\n", STR(tr_str(x->v.b->series[x->series].query->title)));
	table_print(&t, cli->env.width);
	if (x->t.n == 1 && x->t.max > 1)
		cli_say(cli, "\n%s\n",
			tr("this is the first day that is counted: what changes shows from tomorrow on"));
}

/* ---- for programs ---- */

static void
csv_say(const Show *x, Buf *out)
{
	bool all = !x->one && !x->pillar.n;
	buf_add(out,
		x->pillar.n  ? S("day,score")
			: x->one ? S("day,need,have,heard")
					 : S("day,ready,total"));
	for (size_t p = 0; all && p < x->v.n_pillars; p++)
		buf_fmt(out, ",%.*s", STR(x->v.pillar[p]));
	buf_add(out, S(",changed"));
	csv_out_end(out);
	for (size_t i = 0; i < x->t.n; i++) {
		const TrendDay *d = &x->t.day[i];
		buf_fmt(out, "%.*s,", STR(d->day));
		if (x->pillar.n)
			points_put(out, share(x, i));
		else if (x->one)
			buf_fmt(out, "%lld,%lld,%lld", (long long)need_of(x, i), (long long)have_of(x, i),
				(long long)d->heard[x->series]);
		else
			buf_fmt(out, "%lld,%lld", (long long)have_of(x, i), (long long)need_of(x, i));
		for (size_t p = 0; all && p < x->v.n_pillars; p++) {
			csv_out_sep(out);
			points_put(out, score_on(x, i, x->v.pillar[p]));
		}
		buf_fmt(out, ",%d", d->changed);
		csv_out_end(out);
	}
}

static void
json_number(JsonOut *j, Str key, int64_t value)
{
	jout_key(j, key);
	jout_int(j, value);
}

static void
json_score(JsonOut *j, Str key, int points)
{
	AUTO(Buf) number = {0};
	points_put(&number, points);
	jout_key(j, key);
	if (number.n)
		jout_raw(j, buf_str(&number));
	else
		jout_null(j);
}

static void
json_day(const Show *x, size_t i, JsonOut *j)
{
	const TrendDay *d = &x->t.day[i];
	jout_obj(j);
	jout_key(j, S("day"));
	jout_str(j, d->day);
	jout_key(j, S("changed"));
	jout_bool(j, d->changed);
	if (x->pillar.n) {
		json_score(j, S("score"), share(x, i));
	} else if (x->one) {
		json_number(j, S("need"), need_of(x, i));
		json_number(j, S("have"), have_of(x, i));
		json_number(j, S("heard"), d->heard[x->series]);
	} else {
		json_number(j, S("ready"), have_of(x, i));
		json_number(j, S("total"), need_of(x, i));
		jout_key(j, S("pillars"));
		jout_obj(j);
		for (size_t p = 0; p < x->v.n_pillars; p++)
			json_score(j, x->v.pillar[p], score_on(x, i, x->v.pillar[p]));
		jout_obj_end(j);
	}
	jout_obj_end(j);
}

static void
json_say(const Show *x, Buf *out)
{
	JsonOut j = jout_new(out);
	jout_obj(&j);
	view_json(&x->v, x->v.node, &j);
	if (x->one || x->pillar.n) {
		jout_key(&j, x->one ? S("indicator") : S("pillar"));
		jout_str(&j, x->one ? x->v.b->series[x->series].query->name : x->pillar);
	}
	jout_key(&j, S("days"));
	jout_arr(&j);
	for (size_t i = 0; i < x->t.n; i++)
		json_day(x, i, &j);
	jout_arr_end(&j);
	jout_obj_end(&j);
	buf_byte(out, '\n');
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *days_text = NULL, *indicator = NULL, *pillar = NULL;
	bool csv = false, json = false;
	int64_t days = DAYS;
	const Opt opts[] = {{"days", .value = &days_text}, {"indicator", .value = &indicator},
		{"pillar", .value = &pillar}, {"csv", .flag = &csv}, {"json", .flag = &json}};
	Form form;
	const Query *only = NULL;
	Show x = {0};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!cli_number(cli, "days", days_text, (Range){1, DAYS_MOST}, &days, err) ||
		!form_choose(cli, csv, json, &form, err))
		return false;
	if (indicator && pillar)
		return cli_misuse(cli, err_set(err, E_INPUT, "give --indicator or --pillar, not both"));
	AUTO(View) v = {0};
	if (!view_open(cli, argc ? argv[0] : NULL, &v, err) ||
		!cli_indicator(cli, indicator, &only, err))
		return false;
	x.v = v;
	x.series = only ? (size_t)(only - cli->ws.cat.indicator) : v.b->n_series;
	x.one = only != NULL;
	x.t = (Trend){.w = &cli->ws, .node = v.node, .max = (size_t)days};
	if (!pillar_find(&x, pillar, err) || !area_counts(&x, err) || !settle(&x, err) ||
		!trend_read(v.b, &x.t, &cli->a, err))
		return false;
	AUTO(Buf) out = {0};
	if (form == FORM_TEXT)
		text_say(&x);
	else if (form == FORM_CSV)
		csv_say(&x, &out);
	else
		json_say(&x, &out);
	return cli_flush(cli, &out, err);
}

COMMAND(trend, usage, run);
