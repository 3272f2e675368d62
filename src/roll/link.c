/* link: stored versions as rows for the linkage engine, and the pairs it found as a file. */
#include "roll/roll.h"

enum {
	WANTED = ROLL_BIT(ROLL_NIK) | ROLL_BIT(ROLL_FAMILY) | ROLL_BIT(ROLL_TPS) |
		ROLL_BIT(ROLL_BIRTH) | ROLL_BIT(ROLL_SEX) | ROLL_BIT(ROLL_NAME) | ROLL_BIT(ROLL_BIRTHPLACE)
};

static LinkTexts
texts_of(const RollSlice *s, RollColumn c)
{
	const RollTexts *t = &s->texts[c - ROLL_NAME];
	return (LinkTexts){t->n, t->at, t->bytes};
}

static bool
slice_read(void *ctx, size_t piece, Arena *a, LinkBatch *out, size_t *first, Err *err)
{
	const RollLists *l = ctx;
	RollSlice s;
	size_t before = roll_slices(l->list), which = piece < before ? piece : piece - before;
	if (!roll_read(piece < before ? l->list : l->other, which, WANTED, a, &s, err))
		return false;
	uint64_t *village = NEW(a, uint64_t, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		village[i] = s.tps[i] / 1000;
	*first = (size_t)(s.first + (piece < before ? 0 : roll_voters(l->list)));
	*out = (LinkBatch){.n = s.n,
		.number = s.nik,
		.family = s.family,
		.area = village,
		.birth = s.birth,
		.sex = s.sex,
		.name = s.text[ROLL_NAME - ROLL_NAME],
		.place = s.text[ROLL_BIRTHPLACE - ROLL_NAME],
		.names = texts_of(&s, ROLL_NAME),
		.places = texts_of(&s, ROLL_BIRTHPLACE)};
	return true;
}

LinkSource
roll_source(RollLists *l)
{
	size_t rows = (size_t)roll_voters(l->list), pieces = roll_slices(l->list);
	return (LinkSource){.rows = rows + (l->other ? (size_t)roll_voters(l->other) : 0),
		.pieces = pieces + (l->other ? roll_slices(l->other) : 0),
		.other = l->other ? rows : 0,
		.read = slice_read,
		.ctx = l};
}

/* ---- who the rows of pairs are ---- */

static int
row_cmp(const void *a, const void *b)
{
	const RollMark *p = a, *q = b;
	return p->row < q->row ? -1 : p->row > q->row;
}

/* Those of v whose rows lie in the slice. */
static void
slice_mark(const RollSlice *s, uint64_t first, RollMark **v, const RollMark *end, Arena *a)
{
	for (; *v < end && (*v)->row < first + s->n; (*v)++) {
		size_t i = (size_t)((*v)->row - first);
		(*v)->tps = s->tps[i];
		(*v)->id = arena_str(a, roll_text(s, ROLL_ID, i));
	}
}

bool
roll_mark(const RollLists *l, RollMark *v, size_t n, Arena *a, Err *err)
{
	AUTO(Arena) tmp = {0};
	RollMark *at = v, *end = v + n;
	qsort(v, n, sizeof *v, row_cmp);
	if (!arena_open(&tmp, ROLL_READ, err))
		return false;
	for (int list = 0; list < 2; list++) {
		const RollFile *f = list ? l->other : l->list;
		uint64_t before = list ? roll_voters(l->list) : 0;
		for (size_t i = 0; f && i < roll_slices(f) && at < end; i++) {
			RollSlice s;
			uint64_t next =
				before + (i + 1 < roll_slices(f) ? roll_slice_first(f, i + 1) : roll_voters(f));
			if (at->row >= next)
				continue;
			arena_reset(&tmp);
			if (!roll_read(f, i, ROLL_BIT(ROLL_TPS) | ROLL_BIT(ROLL_ID), &tmp, &s, err))
				return false;
			slice_mark(&s, before + s.first, &at, end, a);
		}
	}
	return true;
}
