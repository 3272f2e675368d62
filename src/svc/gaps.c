/* gaps: what is missing below an area, most valuable first; subtrees without a gap are passed over unseen. */
#include "svc/svc_private.h"

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
	return s->must && s->query->level == LEVEL_TPS && b->unmet[node] ? 10000 / b->unmet[node] : 0;
}

/* Keeps the best `max` so far: when twice as many are there, the worse half goes. */
static void
keep_best(Buf *items, size_t max)
{
	size_t n = items->n / sizeof(Item);
	if (n > 1)
		qsort(items->p, n, sizeof(Item), item_order);
	if (n > max)
		items->n = max * sizeof(Item);
}

static void
collect(
	const Board *b, size_t series, size_t from, size_t to, size_t max, Buf *items, uint64_t *total)
{
	const Series *s = &b->series[series];
	for (size_t i = from; i < to;) {
		if (s->need[i] == s->have[i]) {
			i = b->end[i];
			continue;
		}
		int64_t missing =
			series_holds(b, s, i) ? series_own(s, NEED_PART)[i] - series_own(s, HAVE_PART)[i] : 0;
		if (missing > 0) {
			Item item = {(uint32_t)i, (uint32_t)series, gain_of(b, s, i), missing};
			buf_add(items, (Str){(char *)&item, sizeof item});
			++*total;
			if (max < SIZE_MAX / 64 && items->n >= 2 * max * sizeof item)
				keep_best(items, max);
		}
		i++;
	}
}

bool
gaps_list(
	const Board *b, Str area, size_t max, Arena *a, Gap **out, size_t *n, uint64_t *total, Err *err)
{
	AUTO(Buf) items = {.max = (size_t)1 << 33};
	size_t node;
	*total = 0;
	if (!board_find(b, area, &node))
		return err_set(err, E_NOTFOUND, "'%.*s' is not on the board", STR(area));
	for (size_t i = 0; i < b->n_indicators; i++)
		collect(b, i, node, b->end[node], max, &items, total);
	if (items.failed)
		return err_set(err, E_LIMIT, "too many gaps to list; name a smaller area or a limit");
	keep_best(&items, max);
	*n = items.n / sizeof(Item);
	*out = NEW(a, Gap, *n);
	for (size_t i = 0; i < *n; i++) {
		Item item;
		memcpy(&item, items.p + i * sizeof item, sizeof item);
		const Series *s = &b->series[item.series];
		(*out)[i] = (Gap){.area = arena_str(a, str_of(b->code[item.node])),
			.series = s,
			.gain = item.gain,
			.need = series_own(s, NEED_PART)[item.node],
			.have = series_own(s, HAVE_PART)[item.node],
			.heard = series_own(s, HEARD_PART)[item.node]};
	}
	return true;
}
