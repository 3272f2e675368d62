/* area_gaps: what is missing in an area: by indicator, with who owes it and by when, and the places where one step helps most. */
#include "web/area.h"

enum { GAPS_SHOWN = 6 };

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
	fill_text(f, "unit", unit_words(q, g->need - g->have));
	fill_flag(f, "silent", g->heard == 0);
	fill_text(f, "owner", str_of(agency_label(q->owner)));
	fill_text(f, "due", due_words(d->rq->w, d->a, g->series->due_date));
	fill_flag(f, "late", due_late(d->rq->w, g->series->due_date));
	fill_flag(f, "makes_ready", g->gain >= 10000);
}

/* ---- by indicator ---- */

typedef struct Owed {
	const Series *series;
	const GapSum *sum;
} Owed;

/* What must be there first; then what makes the most TPS ready, then what is due first. */
static int
owed_order(const void *x, const void *y)
{
	const Owed *a = x, *b = y;
	if (a->series->must != b->series->must)
		return a->series->must ? -1 : 1;
	if (a->sum->makes_ready != b->sum->makes_ready)
		return a->sum->makes_ready > b->sum->makes_ready ? -1 : 1;
	if (a->sum->places != b->sum->places)
		return a->sum->places > b->sum->places ? -1 : 1;
	return (a->series > b->series) - (a->series < b->series);
}

static Str
places_words(const Desk *d, const Owed *o)
{
	const char *number = figure_number(d->a, (int64_t)o->sum->places).p;
	Level level = o->series->query->level;
	if (o->sum->places == 1 && level != LEVEL_TPS)
		return level == LEVEL_VILLAGE ? str_of(tr("in 1 village"))
			: level == LEVEL_DISTRICT ? str_of(tr("in 1 district"))
			: level == LEVEL_REGENCY  ? str_of(tr("in 1 regency or city"))
									  : str_of(tr("at 1 place"));
	return level == LEVEL_TPS     ? arena_fmt(d->a, tr("at %s TPS"), number)
		: level == LEVEL_VILLAGE  ? arena_fmt(d->a, tr("in %s villages"), number)
		: level == LEVEL_DISTRICT ? arena_fmt(d->a, tr("in %s districts"), number)
		: level == LEVEL_REGENCY  ? arena_fmt(d->a, tr("in %s regencies or cities"), number)
								  : arena_fmt(d->a, tr("at %s places"), number);
}

static void
one_owed_fill(const Desk *d, const Owed *o, Fill *f)
{
	const Series *s = o->series;
	const Query *q = s->query;
	fill_text(f, "name", q->name);
	fill_text(f, "indicator", tr_str(q->title));
	fill_flag(f, "unverified", query_unverified(q, d->rq->w->pack) > 0);
	fill_text(f, "missing_words",
		arena_fmt(d->a, tr("%s %.*s missing"), figure_number(d->a, o->sum->missing).p,
			STR(unit_words(q, o->sum->missing))));
	fill_text(f, "need", figure_number(d->a, s->need[d->node]));
	fill_text(f, "places", places_words(d, o));
	fill_text(f, "owner", str_of(agency_label(q->owner)));
	fill_text(f, "due", due_words(d->rq->w, d->a, s->due_date));
	fill_flag(f, "late", due_late(d->rq->w, s->due_date));
	fill_text(f, "makes_ready",
		o->sum->makes_ready ? arena_fmt(d->a, tr("makes %s TPS ready"),
								  figure_number(d->a, (int64_t)o->sum->makes_ready).p)
							: S(""));
}

void
owed_fill(const Desk *d, const GapList *list, Fill *f)
{
	Owed *owed = NEW(d->a, Owed, d->b->n_indicators + 1);
	size_t n = 0, rest = 0;
	for (size_t i = 0; i < d->b->n_indicators; i++)
		if (list->sum[i].places)
			owed[n++] = (Owed){&d->b->series[i], &list->sum[i]};
	qsort(owed, n, sizeof *owed, owed_order);
	fill_list(f, "owed");
	fill_list(f, "owed_besides");
	for (size_t i = 0; i < n; i++) {
		one_owed_fill(d, &owed[i], fill_item(f, owed[i].series->must ? "owed" : "owed_besides"));
		rest += !owed[i].series->must;
	}
	fill_flag(f, "owed_any", n > rest);
	fill_text(f, "besides", rest ? figure_number(d->a, (int64_t)rest) : S(""));
}

/* ---- on the board ---- */

bool
gaps_fill(const Desk *d, Fill *f, Err *err)
{
	GapList list = {.area = str_of(d->b->code[d->node]), .max = GAPS_SHOWN};
	if (!gaps_list(d->b, &list, d->a, err))
		return false;
	owed_fill(d, &list, f);
	fill_list(f, "gaps");
	for (size_t i = 0; i < list.n; i++)
		gap_fill(d, &list.gap[i], fill_item(f, "gaps"));
	/* In a village the list of its TPS says the same. */
	fill_flag(f, "gaps_shown", list.total && d->level != LEVEL_VILLAGE);
	fill_text(f, "gaps_total", list.total ? figure_number(d->a, (int64_t)list.total) : S(""));
	return true;
}
