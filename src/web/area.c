/* area: the board of a province, regency, district or village: how ready it is, what that is made of, and what to do next. */
#include "web/area.h"
#include "web/map.h"

enum { GAPS_SHOWN = 8 };

/* ---- the pillars ---- */

static void
indicator_fill(const Desk *d, const Series *s, Fill *f)
{
	const Query *q = s->query;
	Workspace *w = d->rq->w;
	int64_t need = s->need[d->node], have = s->have[d->node], heard = s->heard[d->node];
	bool counts = board_counts(d->b, s);
	fill_text(f, "name", q->name);
	fill_text(f, "indicator", tr_str(q->title));
	fill_text(f, "have", figure_number(d->a, have));
	fill_text(f, "need", figure_number(d->a, need));
	fill_text(f, "unit", tr_str(q->unit));
	fill_text(f, "share", figure_share(d->a, have, need));
	fill_text(f, "width", bar_width(d->a, figure_parts(have, need)));
	fill_text(f, "unheard", heard < need ? figure_number(d->a, need - heard) : S(""));
	fill_text(f, "missing", have < need ? figure_number(d->a, need - have) : S(""));
	fill_flag(f, "must", s->must);
	fill_flag(f, "unverified", query_unverified(q, w->pack) > 0);
	fill_text(f, "owner", upper_words(d->a, q->owner));
	fill_text(f, "due", due_words(w, d->a, s->due_date));
	fill_flag(f, "late", have < need && due_late(w, s->due_date));
	fill_text(f, "opens", counts ? S("") : figure_day(d->a, s->open_date));
	fill_text(f, "weight", s->weight == 1 ? S("") : arena_fmt(d->a, "%d", s->weight));
}

static const char *
pillar_order(Str pillar)
{
	return str_eq(pillar, S("roll"))     ? tr("the final roll is settled in every regency and city")
		: str_eq(pillar, S("logistics")) ? tr("boxes, ballots, ink and all else arrive on time")
		: str_eq(pillar, S("officers"))  ? tr("every TPS has all its officers")
		: str_eq(pillar, S("security"))  ? tr("security stands ready as planned")
										 : "";
}

/* What it is made of here, in words. */
static Str
pillar_formula(const Desk *d, Str pillar)
{
	size_t n = 0;
	bool equal = true;
	for (size_t i = 0; i < d->b->n_indicators; i++) {
		const Series *s = &d->b->series[i];
		if (!str_eq(s->query->pillar, pillar) || s->need[d->node] <= 0 || !board_counts(d->b, s))
			continue;
		n++;
		equal &= s->weight == 1;
	}
	return n == 0 ? str_of(tr("Nothing of it counts here by now."))
		: n == 1  ? str_of(tr("The share of the one indicator that counts by now."))
		: equal
		? arena_fmt(
			  d->a, tr("The mean of the shares of the %d indicators that count by now."), (int)n)
		: arena_fmt(d->a,
			  tr("The mean of the shares of the %d indicators that count by now, by their weights."),
			  (int)n);
}

static void
pillar_fill(const Desk *d, Str pillar, Fill *f)
{
	int score = board_pillar(d->b, d->node, pillar);
	bool unverified = false, late = false;
	fill_text(f, "pillar", pillar_words(pillar));
	fill_text(f, "order", str_of(pillar_order(pillar)));
	fill_text(f, "score",
		score < 0 ? figure_points(d->a, score)
				  : arena_fmt(d->a, "%.*s%%", STR(figure_points(d->a, score))));
	fill_text(f, "width", bar_width(d->a, score));
	fill_flag(f, "full", score == 10000);
	fill_text(f, "formula", pillar_formula(d, pillar));
	fill_list(f, "indicators");
	for (size_t i = 0; i < d->b->n_indicators; i++) {
		const Series *s = &d->b->series[i];
		if (!str_eq(s->query->pillar, pillar) || s->need[d->node] <= 0)
			continue;
		indicator_fill(d, s, fill_item(f, "indicators"));
		unverified |= board_counts(d->b, s) && query_unverified(s->query, d->rq->w->pack) > 0;
		late |= board_counts(d->b, s) && s->have[d->node] < s->need[d->node] &&
			due_late(d->rq->w, s->due_date);
	}
	fill_flag(f, "unverified", unverified);
	fill_flag(f, "late", late);
}

static void
pillars_fill(const Desk *d, Fill *f)
{
	fill_list(f, "pillars");
	for (size_t p = 0; p < d->n_pillars; p++)
		pillar_fill(d, d->pillar[p], fill_item(f, "pillars"));
}

/* ---- the areas below ---- */

typedef struct Child {
	uint32_t node;
	int64_t by; /* what the table is sorted by */
} Child;

static int
child_order(const void *x, const void *y)
{
	const Child *a = x, *b = y;
	return a->by != b->by ? (a->by > b->by) - (a->by < b->by)
						  : (a->node > b->node) - (a->node < b->node);
}

static int
ready_parts(const Board *b, size_t node)
{
	return figure_parts(b->ready[node], b->total[node]);
}

/* The value of a column by its name; the name itself comes last among equals, by code. */
static int64_t
sort_value(const Desk *d, size_t node, Str column)
{
	const Board *b = d->b;
	if (str_eq(column, S("name")))
		return 0;
	if (str_eq(column, S("ready")))
		return b->ready[node];
	if (str_eq(column, S("silent")))
		return b->silent[node];
	if (str_eq(column, S("findings")))
		return desk_findings(b, node);
	for (size_t p = 0; p < d->n_pillars; p++)
		if (str_eq(column, d->pillar[p]))
			return board_pillar(b, node, column);
	return ready_parts(b, node);
}

/* Numbers first sorted from the most, shares from the least ready. */
static void
sort_of(const Desk *d, Str *column, bool *down)
{
	Str sort = rq_query(d->rq, "sort");
	*down = str_starts(sort, S("-"));
	*column = *down ? str_slice(sort, 1, sort.n) : sort;
	if (!column->n)
		*column = S("share");
}

static void
column_fill(const Desk *d, Fill *list, Str name, Str label)
{
	Str column;
	bool down, from_most = str_eq(name, S("silent")) || str_eq(name, S("findings"));
	Fill *f = fill_item(list, "columns");
	sort_of(d, &column, &down);
	bool sorted = str_eq(column, name);
	fill_text(f, "label", label);
	fill_text(f, "aria", !sorted ? S("none") : down ? S("descending") : S("ascending"));
	fill_text(f, "mark", !sorted ? S("") : down ? S("▼") : S("▲"));
	fill_text(f, "link",
		arena_fmt(d->a, "/area/%.*s?sort=%s%.*s#areas", STR(d->code),
			(sorted ? !down : from_most) ? "-" : "", STR(name)));
	fill_flag(f, "is_number", !str_eq(name, S("name")));
}

static void
child_fill(const Desk *d, size_t node, Fill *f)
{
	const Board *b = d->b;
	Str code = arena_str(d->a, str_of(b->code[node])), name = place_name(d->places, code, d->a);
	bool tps = b->level[node] == LEVEL_TPS;
	int64_t findings = desk_findings(b, node);
	fill_text(f, "code", code);
	fill_text(f, "name", name.n ? name : code);
	fill_flag(f, "is_tps", tps);
	fill_text(f, "unmet", figure_number(d->a, b->unmet[node]));
	fill_flag(f, "full", b->total[node] > 0 && b->ready[node] == b->total[node]);
	fill_text(f, "ready", figure_number(d->a, b->ready[node]));
	fill_text(f, "total", figure_number(d->a, b->total[node]));
	fill_text(f, "share", figure_share(d->a, b->ready[node], b->total[node]));
	fill_text(f, "width", bar_width(d->a, ready_parts(b, node)));
	fill_text(f, "silent", b->silent[node] ? figure_number(d->a, b->silent[node]) : S(""));
	fill_text(f, "findings", findings ? figure_number(d->a, findings) : S(""));
	fill_list(f, "scores");
	for (size_t p = 0; p < d->n_pillars; p++)
		fill_text(fill_item(f, "scores"), "score",
			figure_points(d->a, board_pillar(b, node, d->pillar[p])));
}

static const char *
children_words(Level level)
{
	return level == LEVEL_ANY     ? tr("Provinces")
		: level == LEVEL_PROVINCE ? tr("Regencies and cities")
		: level == LEVEL_REGENCY  ? tr("Districts")
		: level == LEVEL_DISTRICT ? tr("Villages")
								  : tr("TPS");
}

static size_t
children_sort(const Desk *d, Child **out)
{
	const Board *b = d->b;
	size_t n = 0;
	Str column;
	bool down;
	sort_of(d, &column, &down);
	for (size_t i = d->node + 1; i < b->end[d->node]; i = b->end[i])
		n++;
	*out = NEW(d->a, Child, n + 1);
	n = 0;
	for (size_t i = d->node + 1; i < b->end[d->node]; i = b->end[i], n++) {
		int64_t by = sort_value(d, i, column);
		(*out)[n] = (Child){(uint32_t)i, down ? -by : by};
	}
	qsort(*out, n, sizeof **out, child_order);
	return n;
}

static void
areas_fill(const Desk *d, Fill *f)
{
	Child *child;
	size_t n = children_sort(d, &child);
	fill_text(f, "children", str_of(children_words(d->level)));
	fill_list(f, "columns");
	column_fill(
		d, f, S("name"), str_of(level_words(d->level == LEVEL_VILLAGE ? LEVEL_TPS : d->level + 1)));
	column_fill(
		d, f, S("ready"), str_of(d->level == LEVEL_VILLAGE ? tr("state") : tr("TPS ready")));
	column_fill(d, f, S("share"), S("%"));
	for (size_t p = 0; p < d->n_pillars; p++)
		column_fill(d, f, d->pillar[p], pillar_words(d->pillar[p]));
	column_fill(d, f, S("silent"), str_of(tr("not heard")));
	column_fill(d, f, S("findings"), str_of(tr("findings")));
	fill_list(f, "areas");
	for (size_t i = 0; i < n; i++)
		child_fill(d, child[i].node, fill_item(f, "areas"));
}

/* ---- what is missing, found, and not heard ---- */

void
gap_fill(const Desk *d, const Gap *g, Fill *f)
{
	const Query *q = g->series->query;
	Str code = arena_str(d->a, g->area);
	fill_text(f, "code", code);
	fill_text(f, "place", place_words(d->places, code, d->a));
	fill_text(f, "within",
		within_words(d->places,
			area_level(code) == LEVEL_TPS ? area_lift(code, LEVEL_VILLAGE) : code, d->a));
	fill_text(f, "name", q->name);
	fill_text(f, "indicator", tr_str(q->title));
	fill_flag(f, "unverified", query_unverified(q, d->rq->w->pack) > 0);
	fill_text(f, "have", figure_number(d->a, g->have));
	fill_text(f, "need", figure_number(d->a, g->need));
	fill_text(f, "missing", figure_number(d->a, g->need - g->have));
	fill_text(f, "unit", tr_str(q->unit));
	fill_flag(f, "silent", g->heard == 0);
	fill_text(f, "owner", upper_words(d->a, q->owner));
	fill_text(f, "due", due_words(d->rq->w, d->a, g->series->due_date));
	fill_flag(f, "late", due_late(d->rq->w, g->series->due_date));
	fill_flag(f, "makes_ready", g->gain >= 10000);
}

static bool
gaps_fill(const Desk *d, Fill *f, Err *err)
{
	GapList list = {.area = str_of(d->b->code[d->node]), .max = GAPS_SHOWN};
	if (!gaps_list(d->b, &list, d->a, err))
		return false;
	fill_list(f, "gaps");
	for (size_t i = 0; i < list.n; i++)
		gap_fill(d, &list.gap[i], fill_item(f, "gaps"));
	fill_text(f, "gaps_total", list.total ? figure_number(d->a, (int64_t)list.total) : S(""));
	return true;
}

static void
findings_list_fill(const Desk *d, Fill *f, const char *list, const char *severity)
{
	const Board *b = d->b;
	fill_list(f, list);
	for (size_t s = b->n_indicators; s < b->n_series; s++) {
		const Query *q = b->series[s].query;
		int64_t n = b->series[s].need[d->node];
		if (!n || !str_eq(q->severity, str_of(severity)) || !check_open(d->rq, q))
			continue;
		Fill *item = fill_item(f, list);
		fill_text(item, "name", q->name);
		fill_text(item, "check", tr_str(q->title));
		fill_text(item, "owner", upper_words(d->a, q->owner));
		fill_text(item, "count", figure_number(d->a, n));
	}
}

static void
silent_fill(const Desk *d, Fill *f)
{
	const Board *b = d->b;
	fill_text(
		f, "silent_total", b->silent[d->node] ? figure_number(d->a, b->silent[d->node]) : S(""));
	fill_list(f, "silence");
	for (size_t i = 0; i < b->n_indicators; i++) {
		const Series *s = &b->series[i];
		if (!board_counts(b, s) || s->heard[d->node] >= s->need[d->node])
			continue;
		Fill *item = fill_item(f, "silence");
		fill_text(item, "name", s->query->name);
		fill_text(item, "indicator", tr_str(s->query->title));
		fill_text(item, "owner", upper_words(d->a, s->query->owner));
		fill_text(item, "unheard", figure_number(d->a, s->need[d->node] - s->heard[d->node]));
		fill_text(item, "need", figure_number(d->a, s->need[d->node]));
		fill_text(item, "unit", tr_str(s->query->unit));
	}
}

/* ---- the head ---- */

static Str
change_words(const Desk *d, const TrendAsk *ask)
{
	return ask->known ? arena_fmt(d->a, "%s%.*s", ask->change > 0 ? "+" : "",
							STR(figure_number(d->a, ask->change)))
					  : S("");
}

bool
change_fill(const Desk *d, Fill *f, Err *err)
{
	TrendAsk day = {.node = d->node, .days = 1}, week = {.node = d->node, .days = 7};
	Workspace *w = d->rq->w;
	bool settled = false, counts = trend_counts(d->b, d->node);
	if (counts && !trend_settled(w, d->b, &settled, err))
		return false;
	if (settled && (!trend_ready(w, d->b, &day, err) || !trend_ready(w, d->b, &week, err)))
		return false;
	d->rq->passing |= counts && !settled;
	fill_flag(f, "has_trend", counts);
	fill_text(f, "since_day", change_words(d, &day));
	fill_text(f, "since_week", change_words(d, &week));
	return true;
}

void
ready_fill(const Desk *d, Fill *f)
{
	const Board *b = d->b;
	size_t n = d->node;
	fill_text(f, "ready", figure_number(d->a, b->ready[n]));
	fill_text(f, "total", figure_number(d->a, b->total[n]));
	fill_text(f, "ready_words",
		arena_fmt(d->a, tr("%s of %s TPS ready"), figure_number(d->a, b->ready[n]).p,
			figure_number(d->a, b->total[n]).p));
	fill_text(f, "ready_share", figure_share(d->a, b->ready[n], b->total[n]));
	fill_text(f, "ready_width", bar_width(d->a, ready_parts(b, n)));
	fill_flag(f, "none_here", b->total[n] == 0);
	fill_flag(f, "is_village", d->level == LEVEL_VILLAGE);
}

static bool
board_fill_page(const Desk *d, Fill *f, Err *err)
{
	Buf text = {0};
	desk_fill(d, f, "");
	ready_fill(d, f);
	pillars_fill(d, f);
	areas_fill(d, f);
	findings_list_fill(d, f, "must_findings", "must");
	findings_list_fill(d, f, "look_findings", "look");
	silent_fill(d, f);
	map_fill(d, f, &(MapBy){0}, NULL);
	fill_flag(f, "has_stages", d->level == LEVEL_PROVINCE || d->level == LEVEL_REGENCY);
	area_text(d, &text);
	bool ok = buf_check(&text, err);
	fill_text(f, "plain_text", ok ? arena_str(d->a, buf_str(&text)) : S(""));
	buf_close(&text);
	return ok && gaps_fill(d, f, err) && change_fill(d, f, err);
}

/* ---- the page ---- */

static bool
area_plain(Request *rq, Err *err)
{
	AUTO(Desk) d = {0};
	AUTO(Buf) text = {0};
	if (!desk_open(rq, &d, err))
		return false;
	area_text(&d, &text);
	desk_close(&d);
	return reply_bytes(rq, MHD_HTTP_OK, "text/plain; charset=utf-8", &text, err);
}

static bool
area_fill(Request *rq, Fill *f, Err *err)
{
	AUTO(Desk) d = {0};
	return desk_open(rq, &d, err) && board_fill_page(&d, f, err);
}

static bool
station_fill(Request *rq, Fill *f, Err *err)
{
	AUTO(Desk) d = {0};
	bool *found;
	if (!desk_open(rq, &d, err) || !tps_fill(&d, f, &found, err))
		return false;
	desk_close(&d);
	return tps_facts_fill(&d, f, found, err);
}

/* /area/1509, and as plain text to send on: /area/1509.txt */
static bool
area(Request *rq, Err *err)
{
	Str code = rq_param(rq, "area");
	bool tps = area_level(code) == LEVEL_TPS;
	if (!str_ends(code, S(".txt")))
		return desk_send(rq, tps ? "tps" : "area", tps ? station_fill : area_fill, err);
	rq->param->value = str_slice(code, 0, code.n - 4);
	return area_plain(rq, err);
}
ROUTE(area, "GET", "/area/{area}", area, ROUTE_MEMBER);
