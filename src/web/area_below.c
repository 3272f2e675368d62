/* area_below: the areas right below one, in a table that is sorted by any of its columns; in a village its TPS, with what each lacks. */
#include "web/area.h"

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
		return desk_findings(d, node);
	for (size_t p = 0; p < d->n_pillars; p++)
		if (str_eq(column, d->pillar[p]))
			return board_pillar(b, node, column);
	return ready_parts(b, node);
}

static void
sort_of(const Desk *d, Str *column, bool *down)
{
	Str sort = rq_query(d->rq, "sort");
	*down = str_starts(sort, S("-"));
	*column = *down ? str_slice(sort, 1, sort.n) : sort;
	if (!column->n)
		*column = S("share");
}

/* Numbers are first sorted from the most, shares from the least ready. */
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
	fill_flag(f, "is_number", !str_eq(name, S("name")) && d->level != LEVEL_VILLAGE);
}

/* Of a TPS: what must be there and is not. */
static void
lacks_fill(const Desk *d, size_t node, Fill *f)
{
	const Board *b = d->b;
	fill_list(f, "lacks");
	for (size_t i = 0; i < b->n_indicators; i++) {
		const Series *s = &b->series[i];
		int64_t need, have, heard;
		if (!s->must || !board_counts(b, s) || !series_row(b, s, node, &need, &have, &heard) ||
			have >= need)
			continue;
		Fill *item = fill_item(f, "lacks");
		fill_text(item, "indicator", tr_str(s->query->title));
		fill_text(item, "have", figure_number(d->a, have));
		fill_text(item, "need", figure_number(d->a, need));
		fill_flag(item, "unheard", heard == 0);
		fill_text(item, "owner", str_of(agency_label(s->query->owner)));
		fill_text(item, "due", due_words(d->rq->w, d->a, s->due_date));
		fill_flag(item, "late", due_late(d->rq->w, s->due_date));
	}
}

static void
child_fill(const Desk *d, size_t node, Fill *f)
{
	const Board *b = d->b;
	Str code = arena_str(d->a, str_of(b->code[node])), name = place_name(d->places, code, d->a);
	bool tps = b->level[node] == LEVEL_TPS;
	int64_t findings = desk_findings(d, node);
	fill_text(f, "code", code);
	fill_text(f, "name", name.n ? name : code);
	fill_flag(f, "is_tps", tps);
	fill_flag(f, "full", b->total[node] > 0 && b->ready[node] == b->total[node]);
	fill_text(f, "ready", figure_number(d->a, b->ready[node]));
	fill_text(f, "total", figure_number(d->a, b->total[node]));
	fill_text(f, "share", figure_share(d->a, b->ready[node], b->total[node]));
	fill_text(f, "width", bar_width(d->a, ready_parts(b, node)));
	fill_text(f, "silent", b->silent[node] ? figure_number(d->a, b->silent[node]) : S(""));
	fill_text(f, "findings", findings ? figure_number(d->a, findings) : S(""));
	fill_list(f, "scores");
	for (size_t p = 0; !tps && p < d->n_pillars; p++)
		if (pillar_shown(d, d->pillar[p]))
			fill_text(fill_item(f, "scores"), "score",
				figure_points(d->a, board_pillar(b, node, d->pillar[p])));
	if (tps)
		lacks_fill(d, node, f);
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
columns_fill(const Desk *d, Fill *f)
{
	bool village = d->level == LEVEL_VILLAGE;
	fill_list(f, "columns");
	column_fill(d, f, S("name"), str_of(level_words(village ? LEVEL_TPS : d->level + 1)));
	if (village)
		column_fill(d, f, S("share"), str_of(tr("state")));
	else {
		column_fill(d, f, S("ready"), str_of(tr("TPS ready")));
		column_fill(d, f, S("share"), S("%"));
		for (size_t p = 0; p < d->n_pillars; p++)
			if (pillar_shown(d, d->pillar[p]))
				column_fill(d, f, d->pillar[p], pillar_words(d->pillar[p]));
		column_fill(d, f, S("silent"), str_of(tr("not heard")));
	}
	column_fill(d, f, S("findings"), str_of(tr("findings")));
}

void
areas_fill(const Desk *d, Fill *f)
{
	Child *child;
	size_t n = children_sort(d, &child);
	fill_text(f, "children", str_of(children_words(d->level)));
	columns_fill(d, f);
	fill_list(f, "areas");
	for (size_t i = 0; i < n; i++)
		child_fill(d, child[i].node, fill_item(f, "areas"));
}
