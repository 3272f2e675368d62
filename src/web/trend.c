/* trend: how an area came to where it stands, day by day: a chart and its table. */
#include "web/area.h"

enum { DAYS = 14, DAYS_MOST = 400 };

typedef struct Show {
	const Desk *d;
	Trend t;
	const Query *only; /* an indicator, instead of TPS ready */
	Str pillar;        /* the score of this one; empty: none */
	size_t series;
	bool all; /* TPS ready, and all pillars beside it */
} Show;

static bool
ask_read(Request *rq, Show *x, Err *err)
{
	Str name = rq_query(rq, "indicator");
	int64_t days;
	if (!str_int(rq_query(rq, "days"), &days) || days < 2 || days > DAYS_MOST)
		days = DAYS;
	x->t.max = (size_t)days;
	x->pillar = rq_query(rq, "pillar");
	if (name.n && !(x->only = catalog_indicator(&rq->w->cat, name)))
		return err_set(err, E_NOTFOUND, "there is no indicator '%.*s'", STR(name));
	return true;
}

static bool
pillar_check(const Show *x, Err *err)
{
	for (size_t i = 0; i < x->d->n_pillars; i++)
		if (str_eq(x->d->pillar[i], x->pillar))
			return true;
	return !x->pillar.n || err_set(err, E_NOTFOUND, "there is no pillar '%.*s'", STR(x->pillar));
}

/* Parts per 10,000 of what is shown; -1: nothing is expected. */
static int
parts_on(const Show *x, size_t day)
{
	const TrendDay *t = &x->t.day[day];
	return x->pillar.n ? trend_pillar(x->d->b, t, x->pillar)
					   : figure_parts(t->have[x->series], t->need[x->series]);
}

static Str
change_on(const Show *x, size_t day)
{
	Arena *a = x->d->a;
	if (day == 0)
		return S("");
	int64_t more = x->pillar.n ? parts_on(x, day) - parts_on(x, day - 1)
							   : x->t.day[day].have[x->series] - x->t.day[day - 1].have[x->series];
	Str number = x->pillar.n ? figure_points(a, (int)(more < 0 ? -more : more))
							 : figure_number(a, more < 0 ? -more : more);
	return more == 0 ? S("=") : arena_fmt(a, "%s%.*s", more < 0 ? "-" : "+", STR(number));
}

/* "74.1%"; where nothing is expected, no percentage. */
static Str
percent(Arena *a, int parts)
{
	Str points = figure_points(a, parts);
	return parts < 0 ? points : arena_fmt(a, "%.*s%%", STR(points));
}

static void
day_fill(const Show *x, size_t day, Fill *f)
{
	Arena *a = x->d->a;
	const TrendDay *t = &x->t.day[day];
	int parts = parts_on(x, day);
	fill_text(f, "day", figure_day(a, t->day));
	fill_text(f, "value",
		x->pillar.n ? S("")
					: arena_fmt(a, "%s / %s", figure_number(a, t->have[x->series]).p,
						  figure_number(a, t->need[x->series]).p));
	fill_text(f, "share", percent(a, parts));
	fill_text(f, "width", bar_width(a, parts));
	fill_text(f, "change", change_on(x, day));
	fill_list(f, "scores");
	for (size_t p = 0; x->all && p < x->d->n_pillars; p++)
		fill_text(fill_item(f, "scores"), "score",
			figure_points(a, trend_pillar(x->d->b, t, x->d->pillar[p])));
}

/* A line over the days in a picture of 100 by 100, and a point for each day. */
static void
chart_fill(const Show *x, Fill *f)
{
	AUTO(Buf) line = {.max = SIZE_MB};
	Arena *a = x->d->a;
	for (size_t i = 0; i < x->t.n; i++) {
		int parts = parts_on(x, i);
		size_t across = x->t.n > 1 ? i * 10000 / (x->t.n - 1) : 5000;
		int down = 10000 - (parts < 0 ? 0 : parts);
		buf_fmt(&line, "%s%zu.%02zu,%d.%02d", i ? " " : "", across / 100, across % 100, down / 100,
			down % 100);
	}
	fill_text(f, "line", line.failed || !line.n ? S("") : arena_str(a, buf_str(&line)));
	fill_text(f, "first_day", x->t.n ? figure_day(a, x->t.day[0].day) : S(""));
	fill_text(f, "last_day", x->t.n ? figure_day(a, x->t.day[x->t.n - 1].day) : S(""));
	fill_text(f, "chart_words",
		x->t.n ? arena_fmt(a, tr("from %s on %s to %s on %s"), percent(a, parts_on(x, 0)).p,
					 figure_day(a, x->t.day[0].day).p, percent(a, parts_on(x, x->t.n - 1)).p,
					 figure_day(a, x->t.day[x->t.n - 1].day).p)
			   : S(""));
}

static void
choices_fill(const Show *x, Fill *f)
{
	const Desk *d = x->d;
	indicator_choices_fill(d, f, x->only);
	fill_list(f, "pillars");
	for (size_t i = 0; i < d->n_pillars; i++) {
		Fill *item = fill_item(f, "pillars");
		fill_text(item, "value", d->pillar[i]);
		fill_text(item, "label", pillar_words(d->pillar[i]));
		fill_flag(item, "chosen", str_eq(d->pillar[i], x->pillar));
	}
	fill_text(f, "days", arena_fmt(d->a, "%zu", x->t.max));
	fill_text(f, "shown",
		x->only           ? tr_str(x->only->title)
			: x->pillar.n ? pillar_words(x->pillar)
						  : str_of(tr("TPS ready")));
	fill_flag(f, "by_number", !x->pillar.n);
	fill_list(f, "columns");
	for (size_t p = 0; x->all && p < d->n_pillars; p++)
		fill_text(fill_item(f, "columns"), "label", pillar_words(d->pillar[p]));
}

static bool
days_fill(Show *x, Fill *f, Err *err)
{
	const Desk *d = x->d;
	bool settled;
	x->t.w = d->rq->w;
	x->t.node = d->node;
	x->series = x->only ? (size_t)(x->only - d->rq->w->cat.indicator) : d->b->n_series;
	x->all = !x->only && !x->pillar.n;
	fill_list(f, "list");
	if (!trend_settled(d->rq->w, d->b, &settled, err) || !trend_read(d->b, &x->t, d->a, err))
		return false;
	fill_flag(f, "counting", !settled);
	d->rq->passing |= !settled;
	for (size_t i = x->t.n; i-- > 0;)
		day_fill(x, i, fill_item(f, "list"));
	chart_fill(x, f);
	fill_flag(f, "first_only", x->t.n == 1);
	return true;
}

static bool
page_fill(Request *rq, Fill *f, Err *err)
{
	AUTO(Desk) d = {0};
	Show x = {.d = &d};
	if (!ask_read(rq, &x, err) || !desk_open(rq, &d, err) || !pillar_check(&x, err))
		return false;
	if (!trend_counts(d.b, d.node)) {
		Str near = area_lift(d.code, LEVEL_DISTRICT);
		err_set(
			err, E_NOTFOUND, "days are counted down to districts; '%.*s' lies below", STR(d.code));
		return err_hint(err, "its district: /area/%.*s/trend", STR(near));
	}
	desk_fill(&d, f, tr("Day by day"));
	if (!days_fill(&x, f, err))
		return false;
	choices_fill(&x, f);
	desk_close(&d);
	return true;
}

static bool
page(Request *rq, Err *err)
{
	return desk_send(rq, "trend", page_fill, err);
}
ROUTE(trend, "GET", "/area/{area}/trend", page, ROUTE_MEMBER);
