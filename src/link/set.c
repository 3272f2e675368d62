/* set: the rows that are compared, made of columns as they come. */
#include "link/link_private.h"

#include <string.h>

enum { YEARS = 10000, AREAS_FIRST = 64, AREAS_MOST = (1 << 24) - 1, SCRATCH = 512 << 20 };

/* ---- areas: each code once ---- */

/* Codes are few: a table of all, found by a hash, under a lock that is taken once for each run of equal codes. */
typedef struct AreaTable {
	LinkArea *area;
	uint32_t *slot;
	uint32_t n, slots;
	Arena a;
} AreaTable;

static LinkArea
area_of(uint64_t code)
{
	bool village = code >= 1000000000 && code < 10000000000;
	return (LinkArea){.code = code,
		.district = (uint32_t)(village ? code / 10000 : link_mix(code)),
		.regency = (uint32_t)(village ? code / 1000000 : link_mix(code))};
}

static bool
areas_grow(AreaTable *t, Err *err)
{
	AreaTable next = {.n = t->n, .slots = t->slots ? t->slots * 2 : AREAS_FIRST};
	if (!arena_open(&next.a, next.slots * (sizeof *t->slot + sizeof *t->area) + 4096, err))
		return false;
	next.slot = NEW(&next.a, uint32_t, next.slots);
	next.area = NEW(&next.a, LinkArea, next.slots);
	if (t->n)
		memcpy(next.area, t->area, (t->n + 1) * sizeof *t->area);
	for (uint32_t i = 1; i <= t->n; i++) {
		uint32_t k = (uint32_t)link_mix(t->area[i].code) & (next.slots - 1);
		while (next.slot[k])
			k = (k + 1) & (next.slots - 1);
		next.slot[k] = i;
	}
	arena_close(&t->a);
	*t = next;
	return true;
}

/* Numbers count from 1. */
static bool
area_take(AreaTable *t, uint64_t code, uint32_t *number, Err *err)
{
	if (t->n == AREAS_MOST)
		return err_set(err, E_LIMIT, "too many different areas for one run");
	if ((!t->slots || t->n * 2 + 2 >= t->slots) && !areas_grow(t, err))
		return false;
	uint32_t k = (uint32_t)link_mix(code) & (t->slots - 1);
	for (; t->slot[k]; k = (k + 1) & (t->slots - 1)) {
		*number = t->slot[k];
		if (t->area[*number].code == code)
			return true;
	}
	*number = t->slot[k] = ++t->n;
	t->area[*number] = area_of(code);
	return true;
}

/* ---- rows ---- */

typedef struct Loading {
	const LinkSource *source;
	LinkSet *set;
	AreaTable areas;
	pthread_mutex_t lock; /* of the areas, and of err */
	Arena scratch[WORK_THREADS];
	Err err; /* the first one */
	bool failed;
} Loading;

/* A digit in each four bits. */
static uint64_t
digits_of(uint64_t number)
{
	uint64_t out = 0;
	for (int i = 0; i < 64 && number; i += 16, number /= 10000) {
		uint32_t four = (uint32_t)(number % 10000), two = four / 100;
		four -= two * 100;
		out |= (uint64_t)(two / 10 << 12 | two % 10 << 8 | four / 10 << 4 | four % 10) << i;
	}
	return out;
}

static uint32_t
birth_of(int32_t days)
{
	/* Civil from days, after Hinnant 2021, "chrono-compatible low-level date algorithms": years begin in March. */
	int64_t z = (int64_t)days + 719468;
	if (z < 306 || z >= INT64_C(3652365))
		return 0;
	uint32_t era = (uint32_t)(z / 146097), of_era = (uint32_t)(z % 146097);
	uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t march = (5 * of_year + 2) / 153, day = of_year - (153 * march + 2) / 5 + 1;
	uint32_t month = march < 10 ? march + 3 : march - 9;
	year += era * 400 + (month <= 2);
	return year >= YEARS ? 0 : year << 9 | month << 5 | day;
}

static void
fail(Loading *l, const Err *err)
{
	NEED(pthread_mutex_lock(&l->lock) == 0);
	if (!l->failed)
		l->err = *err;
	l->failed = true;
	NEED(pthread_mutex_unlock(&l->lock) == 0);
}

static bool
areas_number(Loading *l, const LinkBatch *b, uint32_t *number, Err *err)
{
	bool ok = true;
	NEED(pthread_mutex_lock(&l->lock) == 0);
	for (size_t i = 0; i < b->n && ok; i++) {
		if (!b->area[i])
			number[i] = 0;
		else if (i && b->area[i] == b->area[i - 1])
			number[i] = number[i - 1];
		else
			ok = area_take(&l->areas, b->area[i], &number[i], err);
	}
	NEED(pthread_mutex_unlock(&l->lock) == 0);
	return ok;
}

typedef struct TextColumn {
	const LinkTexts *texts;
	const uint16_t *of; /* of each row; NULL: there is no such column */
} TextColumn;

/* The numbers of the batch's texts in the dictionary; NULL when it failed. */
static const TextUse *
texts_number(Texts *t, TextColumn c, size_t n, Arena *a, Err *err)
{
	TextUse *use = NEW(a, TextUse, c.texts->n + 1);
	if (!c.of)
		return use;
	uint32_t *times = NEW(a, uint32_t, c.texts->n + 1);
	for (size_t i = 0; i < n; i++)
		times[c.of[i]]++;
	return texts_add(t, c.texts, times, use, *a, err) ? use : NULL;
}

typedef struct Columns {
	const TextUse *name, *place;
	const uint32_t *area;
} Columns;

static void
rows_fill(LinkSet *s, const LinkBatch *b, size_t first, const Columns *c)
{
	static const TextUse nothing;
	for (size_t i = 0; i < b->n; i++) {
		Row *r = &s->row[first + i];
		uint64_t family = b->family && b->family[i] ? link_mix(b->family[i]) : 0;
		uint32_t birth = b->birth ? birth_of(b->birth[i]) : 0;
		const TextUse *name = b->name ? &c->name[b->name[i]] : &nothing;
		*r = (Row){.number = b->number ? digits_of(b->number[i]) : 0,
			.family = (uint32_t)family,
			.name = name->number,
			.sound = name->sound,
			.letters = name->letters,
			.three = name->three & 0x7fffu,
			.tokens = name->tokens & ((1u << TOKEN_BITS) - 1),
			.first = name->first & 31u,
			.place = b->place ? c->place[b->place[i]].number : 0,
			.birth = birth & 0x7fffffu,
			.area = b->area ? c->area[i] & AREAS_MOST : 0u,
			.sex = b->sex ? b->sex[i] & 3u : 0u};
		if (birth)
			__atomic_fetch_add(&s->born[born_at(birth)], 1, __ATOMIC_RELAXED);
	}
}

static bool
piece_load(Loading *l, size_t piece, Arena *a, Err *err)
{
	LinkBatch b = {0};
	size_t first = 0;
	LinkSet *s = l->set;
	if (!l->source->read(l->source->ctx, piece, a, &b, &first, err))
		return false;
	NEED(first <= s->n && b.n <= s->n - first);
	uint32_t *area = NEW(a, uint32_t, b.n + 1);
	if (b.area && !areas_number(l, &b, area, err))
		return false;
	const TextUse *name = texts_number(&s->names, (TextColumn){&b.names, b.name}, b.n, a, err);
	const TextUse *place =
		name ? texts_number(&s->places, (TextColumn){&b.places, b.place}, b.n, a, err) : NULL;
	if (place)
		rows_fill(s, &b, first, &(Columns){name, place, area});
	return place != NULL;
}

static void
piece_job(void *ctx, size_t piece, int thread)
{
	Loading *l = ctx;
	Err err = {0};
	Arena *a = &l->scratch[thread];
	if (l->failed)
		return;
	if (!a->base && !arena_open(a, SCRATCH, &err)) {
		fail(l, &err);
		return;
	}
	arena_keep(a);
	if (!piece_load(l, piece, a, &err))
		fail(l, &err);
	arena_reset(a);
}

static bool
set_load(LinkSet *s, const LinkSource *source, int threads, Err *err)
{
	Loading l = {.source = source, .set = s};
	NEED(pthread_mutex_init(&l.lock, NULL) == 0);
	work_share(threads, source->pieces, piece_job, &l);
	for (size_t i = 0; i < WORK_THREADS; i++)
		arena_close(&l.scratch[i]);
	NEED(pthread_mutex_destroy(&l.lock) == 0);
	s->area = NEW(&s->a, LinkArea, (size_t)l.areas.n + 1);
	if (l.areas.n)
		memcpy(s->area, l.areas.area, ((size_t)l.areas.n + 1) * sizeof *s->area);
	s->n_area = l.areas.n;
	arena_close(&l.areas.a);
	texts_end(&s->names);
	texts_end(&s->places);
	if (l.failed && err)
		*err = l.err;
	return !l.failed;
}

bool
link_open(const LinkSource *source, int threads, LinkSet **out, Err *err)
{
	AUTO(Arena) a = {0};
	*out = NULL;
	if (source->rows >= UINT32_MAX - 1)
		return err_set(err, E_LIMIT, "more rows than can be compared at once: %zu", source->rows);
	size_t days = (size_t)YEARS * 12 * 31;
	if (!arena_open(&a,
			source->rows * sizeof(Row) + days * sizeof(uint32_t) + AREAS_MOST * sizeof(LinkArea) +
				(16 << 20),
			err))
		return false;
	arena_large(&a);
	LinkSet *s = NEW(&a, LinkSet, 1);
	s->n = source->rows;
	s->other = source->other ? source->other : source->rows;
	s->row = NEW(&a, Row, s->n + 1);
	s->born = NEW(&a, uint32_t, days);
	if (!texts_open(&s->names, s->n, true, err))
		return false;
	if (!texts_open(&s->places, s->n, false, err)) {
		texts_close(&s->names);
		return false;
	}
	s->a = a;
	a = (Arena){0};
	if (!set_load(s, source, threads, err)) {
		link_close(s);
		return false;
	}
	*out = s;
	return true;
}

void
link_close(LinkSet *s)
{
	if (!s)
		return;
	texts_close(&s->names);
	texts_close(&s->places);
	Arena a = s->a; /* it holds the set itself */
	arena_close(&a);
}
