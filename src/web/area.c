/* area: the board of a province, regency, district or village: how ready it is, what that is made of, and what to do next. */
#include "web/area.h"
#include "web/map.h"

/* ---- the pillars ---- */

int
ready_parts(const Board *b, size_t node)
{
	return figure_parts(b->ready[node], b->total[node]);
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

/* The governor's four always, others where something is expected. */
bool
pillar_shown(const Desk *d, Str pillar)
{
	return pillar_order(pillar)[0] || board_pillar(d->b, d->node, pillar) >= 0;
}

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
	fill_text(f, "unit", unit_words(q, need));
	fill_text(f, "share", figure_share(d->a, have, need));
	fill_text(f, "width", bar_width(d->a, figure_parts(have, need)));
	fill_text(f, "unheard", heard < need ? figure_number(d->a, need - heard) : S(""));
	fill_text(f, "missing", have < need ? figure_number(d->a, need - have) : S(""));
	fill_flag(f, "must", s->must);
	fill_flag(f, "unverified", query_unverified(q, w->pack) > 0);
	fill_text(f, "owner", str_of(agency_label(q->owner)));
	fill_text(f, "due", due_words(w, d->a, s->due_date));
	fill_flag(f, "late", have < need && due_late(w, s->due_date));
	fill_text(f, "opens", counts ? S("") : figure_day(d->a, s->open_date));
	fill_text(f, "weight", s->weight == 1 ? S("") : arena_fmt(d->a, "%d", s->weight));
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
		if (pillar_shown(d, d->pillar[p]))
			pillar_fill(d, d->pillar[p], fill_item(f, "pillars"));
}

/* ---- what was found, and not heard ---- */

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
		fill_text(item, "owner", str_of(agency_label(q->owner)));
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
		fill_text(item, "owner", str_of(agency_label(s->query->owner)));
		fill_text(item, "unheard", figure_number(d->a, s->need[d->node] - s->heard[d->node]));
		fill_text(item, "need", figure_number(d->a, s->need[d->node]));
		fill_text(item, "unit", unit_words(s->query, s->need[d->node]));
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
	map_fill(d, &(MapAsk){.by = map_ready()}, f);
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
	TpsLook look;
	if (!desk_open(rq, &d, err))
		return false;
	tps_fill(&d, f, &look);
	desk_close(&d);
	return tps_facts_fill(&d, f, &look, err);
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
