/* pass: walks over all slices of a version, and voters with one key brought together in bounded memory. */
#include "roll/pass.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- the walk ---- */

typedef struct Walk {
	const RollWalk *w;
	Arena mem[WORK_THREADS];
	pthread_mutex_t lock;
	uint64_t done;
	atomic_bool failed;
	size_t wrong; /* the first slice with an error, under lock */
	Err err;
	Str language;
} Walk;

static void
walk_fail(Walk *k, size_t i, const Err *err)
{
	NEED(pthread_mutex_lock(&k->lock) == 0);
	if (!k->failed || i < k->wrong) {
		k->wrong = i;
		k->err = *err;
	}
	k->failed = true;
	NEED(pthread_mutex_unlock(&k->lock) == 0);
}

static bool
slice_walk(Walk *k, size_t i, Arena *mem, Err *err)
{
	RollSlice s;
	if (k->w->stop && *k->w->stop)
		return err_set(err, E_BUSY, "stopped");
	if (!mem->base && !arena_open(mem, ROLL_READ + ((size_t)16 << 20), err))
		return false;
	Arena tmp = *mem;
	if (!roll_read(k->w->file, i, k->w->columns, &tmp, &s, err) ||
		!k->w->see(k->w->ctx, &s, &tmp, err))
		return false;
	if (k->w->progress) {
		NEED(pthread_mutex_lock(&k->lock) == 0);
		k->done += s.n;
		k->w->progress(k->w->progress_ctx, k->done, roll_voters(k->w->file));
		NEED(pthread_mutex_unlock(&k->lock) == 0);
	}
	return true;
}

static void
walk_job(void *ctx, size_t i, int thread)
{
	Walk *k = ctx;
	Err err = {0};
	NEED(lang_use(k->language));
	if (k->failed)
		return;
	if (!slice_walk(k, i, &k->mem[thread], &err))
		walk_fail(k, i, &err);
}

bool
roll_walk(const RollWalk *w, Err *err)
{
	Walk k = {.w = w, .language = lang_now()};
	NEED(pthread_mutex_init(&k.lock, NULL) == 0);
	work_share(w->threads, roll_slices(w->file), walk_job, &k);
	NEED(pthread_mutex_destroy(&k.lock) == 0);
	for (size_t i = 0; i < WORK_THREADS; i++)
		arena_close(&k.mem[i]);
	if (k.failed && err)
		*err = k.err;
	return !k.failed;
}

/* ---- records with one key ---- */

enum { BUCKETS = 1024 };
struct Gather {
	const GatherPlan *plan;
	Arena mem;
	uint64_t part, parts;
	char *record, *sorted;
	atomic_size_t n;
	size_t start[BUCKETS + 1];
};

/* The bits above those that share the keys over passes. */
static size_t
bucket_of(uint64_t key)
{
	return (size_t)(roll_mix(key) >> 54);
}

bool
gather_wants(const Gather *g, uint64_t key)
{
	return g->parts == 1 || (roll_mix(key) & UINT32_MAX) % g->parts == g->part;
}

void
gather_put(Gather *g, const void *record)
{
	size_t at = atomic_fetch_add_explicit(&g->n, 1, memory_order_relaxed);
	NEED(at < g->plan->total);
	memcpy(g->record + at * g->plan->size, record, g->plan->size);
}

static int
by_key(const void *a, const void *b)
{
	const RollKey *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Into their buckets, so that threads can sort them apart. */
static void
scatter(Gather *g)
{
	size_t at[BUCKETS], size = g->plan->size;
	memset(g->start, 0, sizeof g->start);
	for (size_t i = 0; i < g->n; i++)
		g->start[bucket_of(((const RollKey *)(const void *)(g->record + i * size))->key) + 1]++;
	for (size_t i = 0; i < BUCKETS; i++)
		g->start[i + 1] += g->start[i];
	memcpy(at, g->start, sizeof at);
	for (size_t i = 0; i < g->n; i++) {
		const char *r = g->record + i * size;
		size_t to = at[bucket_of(((const RollKey *)(const void *)r)->key)]++;
		memcpy(g->sorted + to * size, r, size);
	}
}

static void
bucket_job(void *ctx, size_t i, int thread)
{
	(void)thread;
	Gather *g = ctx;
	size_t size = g->plan->size, n = g->start[i + 1] - g->start[i];
	char *v = g->sorted + g->start[i] * size;
	if (n == 0)
		return;
	qsort(v, n, size, by_key);
	for (size_t from = 0, to; from < n; from = to) {
		RollKey *first = (RollKey *)(void *)(v + from * size);
		for (to = from + 1; to < n; to++)
			if (((const RollKey *)(const void *)(v + to * size))->key != first->key)
				break;
		g->plan->group(g->plan->ctx, first, to - from);
	}
}

/* Memory is reserved for the worst, all keys alike, and touched as far as there are records. */
static bool
passes(Gather *g, Err *err)
{
	size_t total = (size_t)g->plan->total + 1;
	if (!arena_open(&g->mem, 2 * total * g->plan->size + ((size_t)1 << 16), err))
		return false;
	g->record = arena_alloc(&g->mem, g->plan->size, 8, total);
	g->sorted = arena_alloc(&g->mem, g->plan->size, 8, total);
	for (g->part = 0; g->part < g->parts; g->part++) {
		g->n = 0;
		if (!g->plan->fill(g->plan->ctx, g, err))
			return false;
		scatter(g);
		work_share(g->plan->threads, BUCKETS, bucket_job, g);
	}
	return true;
}

bool
roll_gather(const GatherPlan *p, Err *err)
{
	uint64_t most = p->at_once ? p->at_once : GATHER_MOST;
	Gather g = {.plan = p, .parts = (p->total + most - 1) / most};
	bool ok = passes(&g, err);
	arena_close(&g.mem);
	return ok;
}

/* ---- names ---- */

uint64_t
roll_name_hash(Str name)
{
	uint64_t h = 0xcbf29ce484222325u;
	bool blank = false, any = false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		if (c == ' ' || c == '\t' || c == '.' || c == ',' || c == '\'' || c == '`' || c == '-') {
			blank = any;
			continue;
		}
		if (blank)
			h = (h ^ ' ') * 0x100000001b3u;
		h = (h ^ (c >= 'a' && c <= 'z' ? c - 32u : c)) * 0x100000001b3u;
		blank = false;
		any = true;
	}
	return any ? roll_mix(h) | 1 : 0;
}
