/* silent: the places that something was not heard from: silence is not zero. */
#include "web/area.h"

enum { ROWS = 50 };

/* A TPS, or without one the area, of which an indicator that counts was not fully reported. */
typedef struct Walk {
	const Desk *d;
	const Series *only; /* NULL: all that must be met */
	uint64_t skip, max, total;
	Fill *page;
} Walk;

static bool
unheard(const Walk *k, const Series *s, size_t node)
{
	int64_t need, have, heard;
	return (k->only ? k->only == s : s->must && board_counts(k->d->b, s)) &&
		series_row(k->d->b, s, node, &need, &have, &heard) && heard < need;
}

static void
place_fill(const Walk *k, size_t node, Fill *f)
{
	const Desk *d = k->d;
	Str code = arena_str(d->a, str_of(d->b->code[node]));
	fill_text(f, "code", code);
	fill_text(f, "place", place_words(d->places, code, d->a));
	fill_text(f, "within",
		within_words(d->places, code.n == 13 ? area_lift(code, LEVEL_VILLAGE) : code, d->a));
	fill_list(f, "unheard");
	for (size_t i = 0; i < d->b->n_indicators; i++) {
		const Series *s = &d->b->series[i];
		int64_t need, have, heard;
		if (!unheard(k, s, node) || !series_row(d->b, s, node, &need, &have, &heard))
			continue;
		Fill *item = fill_item(f, "unheard");
		fill_text(item, "name", s->query->name);
		fill_text(item, "indicator", tr_str(s->query->title));
		fill_text(item, "heard", figure_number(d->a, heard));
		fill_text(item, "need", figure_number(d->a, need));
		fill_text(item, "unit", unit_words(s->query, need));
		fill_text(item, "owner", str_of(agency_label(s->query->owner)));
		fill_text(item, "due", due_words(d->rq->w, d->a, s->due_date));
	}
}

static bool
any_unheard(const Walk *k, size_t node)
{
	for (size_t i = 0; i < k->d->b->n_indicators; i++)
		if (unheard(k, &k->d->b->series[i], node))
			return true;
	return false;
}

/* Of one indicator: the board keeps no number of places, so all that are not wholly heard are visited. */
static void
walk_only(Walk *k)
{
	const Board *b = k->d->b;
	for (size_t i = k->d->node; i < b->end[k->d->node];) {
		if (k->only->heard[i] >= k->only->need[i]) {
			i = b->end[i];
			continue;
		}
		if (any_unheard(k, i)) {
			if (k->total >= k->skip && k->total < k->skip + k->max)
				place_fill(k, i, fill_item(k->page, "places"));
			k->total++;
		}
		i++;
	}
}

/* Of all that must be met it is TPS that are counted, and the board keeps their number for each subtree: what lies before the page is
 * passed over whole, and what lies after it is not visited. Below, what a village owes is told by that indicator. */
static void
walk_all(Walk *k)
{
	const Board *b = k->d->b;
	uint64_t before = 0;
	for (size_t i = k->d->node; i < b->end[k->d->node] && before < k->skip + k->max;) {
		if (!b->silent[i] || before + b->silent[i] <= k->skip) {
			before += b->silent[i];
			i = b->end[i];
			continue;
		}
		if (b->level[i] == LEVEL_TPS) {
			place_fill(k, i, fill_item(k->page, "places"));
			before++;
		}
		i++;
	}
	k->total = b->silent[k->d->node];
}

static bool
page_fill(Request *rq, Fill *f, Err *err)
{
	AUTO(Desk) d = {0};
	Str name = rq_query(rq, "indicator");
	Paging at = paging_of(rq, ROWS);
	const Query *only = name.n ? catalog_indicator(&rq->w->cat, name) : NULL;
	if (name.n && !only)
		return err_set(err, E_NOTFOUND, "there is no indicator '%.*s'", STR(name));
	if (!desk_open(rq, &d, err))
		return false;
	Walk k = {.d = &d,
		.only = only ? &d.b->series[only - rq->w->cat.indicator] : NULL,
		.skip = (at.page - 1) * at.size,
		.max = at.size,
		.page = f};
	desk_fill(&d, f, tr("Not heard from"));
	indicator_choices_fill(&d, f, only);
	fill_list(f, "places");
	if (only)
		walk_only(&k);
	else
		walk_all(&k);
	paging_fill(&at, rq->a, f, arena_fmt(rq->a, "/area/%.*s/silent", STR(d.code)),
		only ? arena_fmt(rq->a, "indicator=%.*s", STR(name)) : S(""), k.total);
	fill_flag(f, "one", k.total == 1);
	fill_text(f, "count", k.total ? figure_number(rq->a, (int64_t)k.total) : S(""));
	fill_text(f, "only", only ? tr_str(only->title) : S(""));
	desk_close(&d);
	return true;
}

static bool
page(Request *rq, Err *err)
{
	return desk_send(rq, "silent", page_fill, err);
}
ROUTE(silent, "GET", "/area/{area}/silent", page, ROUTE_MEMBER);
