/* walk: all voters of a version, slice by slice on several threads, and counts of them by polling station. */
#include "roll/roll_private.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct Walk {
	const RollFile *f;
	const RollWalk *ask;
	Arena a[WORK_THREADS];
	pthread_mutex_t lock; /* of done and err */
	uint64_t done;
	bool failed;
	Err err; /* the first one */
} Walk;

static void
slice_job(void *ctx, size_t slice, int thread)
{
	Walk *w = ctx;
	const RollWalk *ask = w->ask;
	Arena *a = &w->a[thread];
	Err err = {0};
	RollSlice s = {0};
	if (w->failed)
		return;
	bool ok = a->base || arena_open(a, ROLL_READ, &err);
	arena_keep(a);
	arena_reset(a);
	ok = ok && roll_read(w->f, slice, ask->columns, a, &s, &err) &&
		(!ask->stop || !*ask->stop || err_set(&err, E_BUSY, "stopped")) &&
		ask->see(ask->ctx, thread, &s, &err);
	NEED(pthread_mutex_lock(&w->lock) == 0);
	if (!ok && !w->failed)
		w->err = err;
	w->failed |= !ok;
	w->done += s.n;
	if (ask->progress)
		ask->progress(ask->progress_ctx, w->done, roll_voters(w->f));
	NEED(pthread_mutex_unlock(&w->lock) == 0);
}

bool
roll_walk(const RollFile *f, const RollWalk *ask, Err *err)
{
	AUTO(Arena) own = {0};
	if (!arena_open(&own, sizeof(Walk) + 4096, err))
		return false;
	Walk *w = NEW(&own, Walk, 1);
	w->f = f;
	w->ask = ask;
	NEED(pthread_mutex_init(&w->lock, NULL) == 0);
	work_share(ask->threads, roll_slices(f), slice_job, w);
	NEED(pthread_mutex_destroy(&w->lock) == 0);
	for (size_t i = 0; i < WORK_THREADS; i++)
		arena_close(&w->a[i]);
	if (w->failed && err)
		*err = w->err;
	return !w->failed;
}

/* ---- counts by polling station: a table of each thread, put together at the end ---- */

static size_t
cell_of(const TallyTable *t, uint64_t tps)
{
	size_t i = (size_t)(tps * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (t->slots - 1);
	while (t->tps[i] && t->tps[i] != tps)
		i = (i + 1) & (t->slots - 1);
	return i;
}

static bool
table_open(TallyTable *t, size_t slots, Err *err)
{
	t->slots = slots;
	t->n = 0;
	if (!arena_open(&t->a, slots * (sizeof *t->tps + t->width * sizeof *t->count) + 4096, err))
		return false;
	t->tps = NEW(&t->a, uint64_t, slots);
	t->count = NEW(&t->a, uint32_t, slots * t->width);
	return true;
}

static bool
table_grow(TallyTable *t, Err *err)
{
	TallyTable next = {.width = t->width};
	if (!table_open(&next, t->slots ? t->slots * 2 : 1024, err))
		return false;
	for (size_t i = 0; i < t->slots; i++) {
		if (!t->tps[i])
			continue;
		size_t at = cell_of(&next, t->tps[i]);
		next.tps[at] = t->tps[i];
		memcpy(next.count + at * t->width, t->count + i * t->width, t->width * sizeof *t->count);
		next.n++;
	}
	arena_close(&t->a);
	*t = next;
	return true;
}

bool
tally_at(TallyTable *t, uint64_t tps, uint32_t **count, Err *err)
{
	if (t->n * 2 >= t->slots && !table_grow(t, err))
		return false;
	size_t at = cell_of(t, tps);
	t->n += !t->tps[at];
	t->tps[at] = tps;
	*count = t->count + at * t->width;
	return true;
}

static bool
tables_join(TallyTable *table, Err *err)
{
	for (size_t t = 1; t < WORK_THREADS; t++)
		for (size_t i = 0; i < table[t].slots; i++) {
			uint32_t *to;
			if (!table[t].tps[i])
				continue;
			if (!tally_at(&table[0], table[t].tps[i], &to, err))
				return false;
			for (size_t c = 0; c < table->width; c++)
				to[c] += table[t].count[i * table->width + c];
		}
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

bool
tally_end(TallyTable *table, Arena *a, RollTally *out, Err *err)
{
	bool ok = tables_join(table, err);
	TallyTable *t = &table[0];
	*out = (RollTally){.width = t->width};
	out->tps = NEW(a, uint64_t, t->n + 1);
	out->count = NEW(a, uint32_t, (t->n + 1) * t->width);
	for (size_t i = 0; ok && i < t->slots; i++)
		if (t->tps[i])
			out->tps[out->n++] = t->tps[i];
	qsort(out->tps, out->n, sizeof *out->tps, by_number);
	for (size_t i = 0; i < out->n; i++)
		memcpy(out->count + i * t->width, t->count + cell_of(t, out->tps[i]) * t->width,
			t->width * sizeof *t->count);
	for (size_t i = 0; i < WORK_THREADS; i++)
		arena_close(&table[i].a);
	return ok;
}

RollTally
roll_tally_sum(const RollTally *t, uint64_t unit, Arena *a)
{
	RollTally out = {.width = t->width};
	out.tps = NEW(a, uint64_t, t->n + 1);
	out.count = NEW(a, uint32_t, (t->n + 1) * t->width);
	for (size_t i = 0; i < t->n; i++) {
		uint64_t code = t->tps[i] / unit;
		if (!out.n || out.tps[out.n - 1] != code)
			out.tps[out.n++] = code;
		for (size_t c = 0; c < t->width; c++)
			out.count[(out.n - 1) * t->width + c] += t->count[i * t->width + c];
	}
	return out;
}
