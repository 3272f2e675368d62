/* gaps: what is missing below an area, most valuable first; subtrees without a gap are passed over unseen. */
#include "svc/svc_private.h"

enum { AT_ONCE = 1024 };
typedef struct Item {
	uint32_t node, series;
	int32_t gain;
	int64_t missing;
} Item;

static int
item_order(const void *x, const void *y)
{
	const Item *a = x, *b = y;
	if (a->gain != b->gain)
		return a->gain < b->gain ? 1 : -1;
	if (a->missing != b->missing)
		return a->missing < b->missing ? -1 : 1;
	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return (a->series > b->series) - (a->series < b->series);
}

static int
gain_of(const Board *b, const Series *s, size_t node)
{
	return s->must && s->query->level == LEVEL_TPS && b->unmet[node] && board_counts(b, s)
		? 10000 / b->unmet[node]
		: 0;
}

typedef struct Collect {
	const Board *b;
	size_t from, to, max;
	Buf items;
	Item worst; /* when `full`: the last of the best so far; what comes behind it is only counted */
	bool full;
	uint64_t total;
	GapSum *sum; /* by indicator */
} Collect;

/* Keeps the best `max` so far: when many more are there, the worse ones go. */
static void
keep_best(Collect *c)
{
	size_t n = c->items.n / sizeof(Item);
	if (n > 1)
		qsort(c->items.p, n, sizeof(Item), item_order);
	if (n < c->max)
		return;
	c->items.n = c->max * sizeof(Item);
	if (c->max)
		memcpy(&c->worst, c->items.p + (c->max - 1) * sizeof(Item), sizeof(Item));
	c->full = true;
}

static void
item_add(Collect *c, Item item)
{
	if (c->full && (!c->max || item_order(&item, &c->worst) > 0))
		return;
	buf_add(&c->items, (Str){(char *)&item, sizeof item});
	if (c->max < SIZE_MAX / 64 && c->items.n >= (2 * c->max + AT_ONCE) * sizeof item)
		keep_best(c);
}

static void
collect(Collect *c, size_t series)
{
	const Board *b = c->b;
	const Series *s = &b->series[series];
	for (size_t i = c->from; i < c->to;) {
		if (s->need[i] == s->have[i]) {
			i = b->end[i];
			continue;
		}
		int64_t missing =
			series_holds(b, s, i) ? series_own(s, NEED_PART)[i] - series_own(s, HAVE_PART)[i] : 0;
		if (missing > 0) {
			Item item = {(uint32_t)i, (uint32_t)series, gain_of(b, s, i), missing};
			item_add(c, item);
			c->total++;
			c->sum[series].places++;
			c->sum[series].missing += missing;
			c->sum[series].makes_ready += item.gain == 10000;
		}
		i++;
	}
}

static Gap
gap_of(const Board *b, const Item *item, Arena *a)
{
	const Series *s = &b->series[item->series];
	return (Gap){.area = arena_str(a, str_of(b->code[item->node])),
		.series = s,
		.gain = item->gain,
		.need = series_own(s, NEED_PART)[item->node],
		.have = series_own(s, HAVE_PART)[item->node],
		.heard = series_own(s, HEARD_PART)[item->node]};
}

static bool
wanted(const Board *b, const GapList *list, const Series *s)
{
	return (list->only ? list->only == s->query : board_counts(b, s)) &&
		(!list->owner.n || str_eq(list->owner, s->query->owner));
}

bool
gaps_list(const Board *b, GapList *list, Arena *a, Err *err)
{
	Collect c = {.b = b, .max = list->max, .items = {.max = (size_t)1 << 33}};
	if (!board_find(b, list->area, &c.from))
		return err_set(err, E_NOTFOUND, "'%.*s' is not on the board", STR(list->area));
	c.to = b->end[c.from];
	c.sum = list->sum = NEW(a, GapSum, b->n_indicators + 1);
	for (size_t i = 0; i < b->n_indicators; i++)
		if (wanted(b, list, &b->series[i]))
			collect(&c, i);
	keep_best(&c);
	list->total = c.total;
	list->n = c.items.n / sizeof(Item);
	list->gap = NEW(a, Gap, list->n);
	for (size_t i = 0; i < list->n; i++) {
		Item item;
		memcpy(&item, c.items.p + i * sizeof item, sizeof item);
		list->gap[i] = gap_of(b, &item, a);
	}
	bool ok = !c.items.failed;
	buf_close(&c.items);
	return ok || err_set(err, E_LIMIT, "too many gaps to list; name a smaller area or a limit");
}
