/* repeat: voters who have one value in common that only one of them may have: a number, or a family in two polling stations. */
#include "roll/roll_private.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 64, PASS_ROWS = 32 << 20 };

typedef struct Repeats {
	const RollFile *f;
	RepeatKey *key;
	size_t pass, passes;
	Buf part[WORK_THREADS][PARTS]; /* of Repeat */
	void (*group)(void *ctx, const Repeat *v, size_t n);
	void *ctx;
	bool failed;
} Repeats;

static uint64_t
spread(uint64_t v)
{
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return v ^ v >> 32;
}

static bool
slice_see(void *ctx, int thread, const RollSlice *s, Err *err)
{
	Repeats *r = ctx;
	for (size_t i = 0; i < s->n; i++) {
		uint64_t key = r->key(s, i), hash = spread(key);
		if (!key || hash / PARTS % r->passes != r->pass)
			continue;
		Repeat v = {key, s->first + i, s->tps[i]};
		buf_add(&r->part[thread][hash % PARTS], (Str){(const char *)&v, sizeof v});
	}
	for (size_t p = 0; p < PARTS; p++)
		if (!buf_check(&r->part[thread][p], err))
			return false;
	return true;
}

static int
by_key(const void *a, const void *b)
{
	const Repeat *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->tps != y->tps)
		return x->tps < y->tps ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* A part of all threads, sorted: in place of that of the first one. */
static void
sort_job(void *ctx, size_t part, int thread)
{
	(void)thread;
	Repeats *r = ctx;
	Buf *all = &r->part[0][part];
	for (size_t t = 1; t < WORK_THREADS; t++) {
		buf_add(all, buf_str(&r->part[t][part]));
		buf_close(&r->part[t][part]);
	}
	if (all->failed)
		r->failed = true;
	else if (all->n)
		qsort(all->p, all->n / sizeof(Repeat), sizeof(Repeat), by_key);
}

static void
groups_see(Repeats *r, const Buf *b)
{
	const Repeat *v = (const Repeat *)(const void *)b->p;
	size_t n = b->n / sizeof *v;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && v[end].key == v[i].key;)
			end++;
		if (end > i + 1)
			r->group(r->ctx, v + i, end - i);
	}
}

static bool
pass_run(Repeats *r, unsigned columns, const RollLook *look, Err *err)
{
	RollWalk walk = {.columns = columns | ROLL_BIT(ROLL_TPS),
		.threads = look->threads,
		.see = slice_see,
		.ctx = r,
		.stop = look->stop};
	bool ok = roll_walk(r->f, &walk, err);
	if (ok)
		work_share(look->threads, PARTS, sort_job, r);
	ok = ok && (!r->failed || err_set(err, E_LIMIT, "no memory for so many voters"));
	for (size_t p = 0; p < PARTS; p++) {
		if (ok)
			groups_see(r, &r->part[0][p]);
		for (size_t t = 0; t < WORK_THREADS; t++)
			buf_close(&r->part[t][p]);
	}
	return ok;
}

bool
roll_repeats(const RollFile *f, const RepeatAsk *ask, const RollLook *look, Err *err)
{
	AUTO(Arena) own = {0};
	if (!arena_open(&own, sizeof(Repeats) + 4096, err))
		return false;
	Repeats *r = NEW(&own, Repeats, 1);
	r->f = f;
	r->key = ask->key;
	r->group = ask->group;
	r->ctx = ask->ctx;
	r->passes = (size_t)(roll_voters(f) / PASS_ROWS) + 1;
	for (size_t t = 0; t < WORK_THREADS; t++)
		for (size_t p = 0; p < PARTS; p++)
			r->part[t][p].max = (size_t)1 << 32;
	bool ok = true;
	for (r->pass = 0; ok && r->pass < r->passes; r->pass++)
		ok = pass_run(r, ask->columns, look, err);
	return ok;
}
