/* run: all candidates, key by key: a sample is learned from, then each is scored and forgotten unless it is likely. */
#include "link/link_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_ROWS = 200000, STRANGER_PAIRS = 100000, BLOCK_MOST = 20000, AHEAD = 24, BATCH = 64 };

typedef struct Worker { /* one of each thread */
	Arena a;
	uint64_t *scratch;
	size_t slots;
	Row *local;
	uint32_t *rows;
	Comparer compare;
	uint32_t *times; /* [PATTERNS] while learning */
	Buf found;       /* LinkPair */
	LinkKeyReport report;
	uint64_t in_class[LINK_CLASSES], coincidences;
} Worker;

typedef struct Run {
	LinkSet *s;
	const LinkOptions *o;
	Blocks *b;        /* the key at hand */
	const Weights *w; /* NULL: learning */
	Worker worker[WORK_THREADS];
	Meeting meeting;
	uint32_t block_most;
	float least; /* bits */
	bool failed;
	Err err;
	pthread_mutex_t lock;
} Run;

/* ---- pairs ---- */

static void
pair_keep(Worker *k, LinkKey key, const uint32_t row[2], LinkClass class, double bits)
{
	LinkPair pair = {row[0], row[1], (float)bits_probability(bits), (uint8_t)key, (uint8_t) class};
	k->in_class[class]++;
	buf_add(&k->found, (Str){(const char *)&pair, sizeof pair});
}

/* Names are compared only where they can still make the pair likely, or it is of a class that is told apart anyhow. */
static bool
is_asked(LevelPattern p)
{
	return level_of(p, BY_NUMBER) == NUMBER_EQUAL ||
		(in_family(p) && level_of(p, BY_BIRTH) <= BIRTH_HEAPED);
}

/* The name's level as far as it matters; NAME_LEVELS: it does not. */
static unsigned
name_see(Run *r, Worker *k, const Row *a, const Row *b, LevelPattern p)
{
	unsigned name = compare_name_quick(r->s, a, b);
	if (name < NAME_LEVELS)
		return name;
	bool all = !r->w || is_asked(p);
	if (!r->w && compare_name_bound(a, b) == NAME_OTHER && !(a->tokens & b->tokens))
		return NAME_OTHER;
	float cheap = r->w ? r->w->cheap[p >> BIRTH_SHIFT] : 0;
	const float *most = r->w ? r->w->most[in_family(p)][p >> SEX_SHIFT & 3] : NULL;
	if (!all && cheap + most[NAME_SOUND + 1] < r->least)
		return NAME_LEVELS;
	name = compare_name_tokens(r->s, a, b);
	if (name < NAME_LEVELS || (!all && cheap + most[compare_name_bound(a, b)] < r->least))
		return name;
	k->report.compared++;
	return compare_name_letters(&k->compare, a, b);
}

/* While learning: how many pairs this one stands for; 0: another one stands for it. Those of which neither number nor birth date
 * are alike are most of a family's pairs, and tell little. By what is in the rows: it does not depend on their order. */
static uint32_t
pair_stands_for(const LinkSet *s, const Row *a, const Row *b, LevelPattern p, bool many)
{
	enum { MANY = 8 };
	bool born = level_of(p, BY_BIRTH) < BIRTH_OTHER;
	if (s->n <= SAMPLE_ROWS || level_of(p, BY_NUMBER) <= NUMBER_SERIAL || (born && !many))
		return 1;
	return (key_hash(s, a, LINK_KEYS) + key_hash(s, b, LINK_KEYS)) % MANY ? 0 : MANY;
}

static void
pair_learn(Run *r, Worker *k, const Row *a, const Row *b, LevelPattern p)
{
	uint32_t times = pair_stands_for(r->s, a, b, p, r->b->key == LINK_BIRTH);
	if (times)
		k->times[p | name_see(r, k, a, b, p)] += times;
}

/* What stands in the rows themselves tells that they are two people, and of none of the classes. */
static bool
is_hopeless(const Run *r, const Row *a, const Row *b, LevelPattern p)
{
	bool alike = a->sound == b->sound, born = level_of(p, BY_BIRTH) <= BIRTH_HEAPED;
	bool family = in_family(p);
	if (level_of(p, BY_NUMBER) == NUMBER_EQUAL || !a->name || !b->name ||
		alike + born + family >= 2)
		return false;
	float bits = r->w->placeless[a->place == b->place][near_of(p)];
	const float *most = r->w->most[family][p >> SEX_SHIFT & 3];
	if (bits + most[alike ? NAME_RAREST : NAME_SOUND + 1] < r->least)
		return true;
	return !alike && !(a->tokens & b->tokens) && bits + most[compare_name_bound(a, b)] < r->least;
}

static void
pair_see(Run *r, Worker *k, const Row *a, const Row *b, const uint32_t row[2])
{
	LevelPattern p = compare_near(r->s, a, b);
	k->report.pairs++;
	if (r->w && is_hopeless(r, a, b, p))
		return;
	p |= compare_place(&k->compare, a, b);
	if (!r->w) {
		pair_learn(r, k, a, b, p);
		return;
	}
	unsigned name = name_see(r, k, a, b, p);
	k->coincidences += name <= NAME_MOST_FREQUENT && level_of(p, BY_BIRTH) <= BIRTH_HEAPED;
	if (name == NAME_LEVELS)
		return;
	p |= name;
	float bits = pattern_bits(r->w, p);
	LinkClass class = pattern_class(p, (double)bits);
	if (bits >= r->least || class != LINK_SAME)
		pair_keep(k, r->b->key, row, class, (double)bits);
}

static void
group_see(Run *r, Worker *k, const uint64_t *slot, size_t n)
{
	const LinkSet *s = r->s;
	LinkKey key = r->b->key;
	if (n > k->report.largest)
		k->report.largest = (uint32_t)n;
	if (n > r->block_most) {
		k->report.cut_blocks++;
		k->report.cut_pairs += (uint64_t)n * (n - 1) / 2;
		return;
	}
	for (size_t i = 0; i < n; i++)
		k->local[i] = s->row[(uint32_t)slot[i]];
	for (size_t i = 0; i + 1 < n; i++) {
		const Row *a = &k->local[i];
		for (size_t j = i + 1; j < n; j++) {
			const Row *b = &k->local[j];
			if ((s->other < s->n &&
					((uint32_t)slot[i] < s->other) == ((uint32_t)slot[j] < s->other)) ||
				!key_agrees(s, a, b, key) || !key_is_first(s, a, b, key, r->o->keys))
				continue;
			pair_see(r, k, a, b, (const uint32_t[]){(uint32_t)slot[i], (uint32_t)slot[j]});
		}
	}
}

/* ---- parts ---- */

static bool
worker_ready(Run *r, Worker *k, size_t slots, Err *err)
{
	if (k->a.base && k->slots >= slots)
		return true;
	arena_close(&k->a);
	k->slots = slots * 2;
	if (!arena_open(&k->a,
			k->slots * sizeof *k->scratch + r->block_most * sizeof *k->local +
				MEMO * sizeof(PlaceMemo) + PATTERNS * sizeof *k->times + 65536,
			err))
		return false;
	k->scratch = NEW(&k->a, uint64_t, k->slots);
	k->local = NEW(&k->a, Row, r->block_most);
	k->compare = (Comparer){.s = r->s, .memo = NEW(&k->a, PlaceMemo, MEMO)};
	k->times = NEW(&k->a, uint32_t, PATTERNS);
	return true;
}

static void
fail(Run *r, const Err *err)
{
	NEED(pthread_mutex_lock(&r->lock) == 0);
	if (!r->failed)
		r->err = *err;
	r->failed = true;
	NEED(pthread_mutex_unlock(&r->lock) == 0);
}

static void
row_fetch(const Row *r)
{
	__builtin_prefetch(r);
	__builtin_prefetch((const char *)(r + 1) - 1); /* it may lie on two lines of the cache */
}

/* Neighbours in the order of a hash of all that is in them: two people who have nothing to do with each other, but for a few. */
static void
strangers_see(Run *r, Worker *k, const uint64_t *slot, size_t n)
{
	size_t reach = STRANGER_PAIRS / (r->s->n < SAMPLE_ROWS ? r->s->n : SAMPLE_ROWS) + 1;
	for (size_t i = 0; i < n; i++) {
		if (i + AHEAD < n)
			row_fetch(&r->s->row[(uint32_t)slot[i + AHEAD]]);
		for (size_t j = i + 1; j < n && j <= i + reach; j++)
			if (slot[i] >> 32 != slot[j] >> 32)
				pair_see(r, k, &r->s->row[(uint32_t)slot[i]], &r->s->row[(uint32_t)slot[j]],
					(const uint32_t[]){0, 0});
	}
}

/* Where the group that starts at `from` ends. */
static size_t
group_end(const uint64_t *slot, size_t n, size_t from)
{
	size_t end = from + 1;
	while (end < n && slot[end] >> 32 == slot[from] >> 32)
		end++;
	return end;
}

/* Rows lie anywhere: those of groups to come are asked for while others are looked at. */
static void
part_see(Run *r, Worker *k, size_t part)
{
	const uint64_t *slot = part_sort(r->b, part, k->scratch);
	size_t n = part_size(r->b, part), ahead = 0;
	if (r->b->key == LINK_KEYS) {
		strangers_see(r, k, slot, n);
		return;
	}
	for (size_t i = 0; i < n;) {
		for (; ahead < n && ahead < i + AHEAD; ahead++)
			if ((ahead && slot[ahead] >> 32 == slot[ahead - 1] >> 32) ||
				(ahead + 1 < n && slot[ahead] >> 32 == slot[ahead + 1] >> 32))
				row_fetch(&r->s->row[(uint32_t)slot[ahead]]);
		size_t end = group_end(slot, n, i);
		if (end - i > 1)
			group_see(r, k, slot + i, end - i);
		i = end;
	}
}

static void
part_job(void *ctx, size_t i, int thread)
{
	Run *r = ctx;
	Worker *k = &r->worker[thread];
	size_t part = i * r->b->every;
	Err err = {0};
	bool ok = !r->failed && worker_ready(r, k, part_size(r->b, part), &err);
	if (ok && thread == 0 && i % BATCH == 0 && r->o->progress &&
		!r->o->progress(r->o->ctx, r->w ? "pairs" : "learning",
			((double)r->b->key + (double)i / (double)r->b->parts) / LINK_KEYS))
		ok = err_set(&err, E_BUSY, "stopped");
	if (ok) {
		part_see(r, k, part);
		return;
	}
	fail(r, &err);
}

static bool
key_walk(Run *r, Blocks *b, Err *err)
{
	r->b = b;
	work_share(r->o->threads, b->parts / b->every, part_job, r);
	if (r->failed && err)
		*err = r->err;
	return !r->failed;
}

/* ---- learning ---- */

/* What all threads saw, as a list; their counts are noughts again. */
static size_t
seen_take(Run *r, Seen *out)
{
	uint32_t *all = NULL;
	size_t n = 0;
	for (size_t t = 0; t < WORK_THREADS; t++) {
		uint32_t *times = r->worker[t].times;
		for (LevelPattern p = 0; all && times && p < PATTERNS; p++) {
			all[p] += times[p];
			times[p] = 0;
		}
		all = all ? all : times;
	}
	for (LevelPattern p = 0; all && p < PATTERNS; p++)
		if (all[p]) {
			out[n++] = (Seen){p, all[p]};
			all[p] = 0;
		}
	return n;
}

typedef struct Learning {
	Model *m;
	unsigned keys;
	Shares same, apart;
	Sample sample[LINK_KEYS];
} Learning;

static void
learn_job(void *ctx, size_t key, int thread)
{
	(void)thread;
	Learning *l = ctx;
	if (l->keys & LINK_BIT(key))
		weights_learn(&l->m->by_key[key], l->sample[key], &l->same, &l->apart);
}

/* Candidates that chance does not explain are likely one person; where nobody knows what chance gives, those that look so. */
static double
first_guess(const Run *r, LinkKey key, Sample sample, size_t every)
{
	double seen = 0, alike = 0, chance = meeting_pairs(&r->meeting, key);
	for (size_t i = 0; i < sample.n; i++) {
		LevelPattern p = sample.seen[i].pattern;
		seen += sample.seen[i].times;
		if (level_of(p, BY_NAME) <= NAME_88 && level_of(p, BY_BIRTH) <= BIRTH_YEAR)
			alike += sample.seen[i].times;
	}
	double share = seen <= 0 ? 0 : chance < 0 ? alike / seen : 1 - chance / seen / (double)every;
	return share < 0.02 ? 0.02 : share > 0.98 ? 0.98 : share;
}

/* Samples of all keys, and of strangers. */
static bool
sample(Run *r, size_t every, Arena *a, Learning *l, Err *err)
{
	Blocks b[LINK_KEYS + 1] = {0};
	size_t n = 0;
	bool ok = true;
	b[n++].key = LINK_KEYS;
	for (LinkKey k = 0; k < LINK_KEYS; k++)
		if (l->keys & LINK_BIT(k))
			b[n++].key = k;
	if (!blocks_open(r->s, b, n, every, r->o->threads, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		LinkKey key = b[i].key;
		ok = ok && key_walk(r, &b[i], err);
		blocks_close(&b[i]);
		if (!ok)
			continue;
		Seen *seen = NEW(a, Seen, PATTERNS);
		Sample all = {.seen = seen, .n = seen_take(r, seen)};
		if (key == LINK_KEYS) {
			shares_apart(all, &l->apart);
			continue;
		}
		all.share = first_guess(r, key, all, every);
		all.never = meeting_pairs(&r->meeting, key) == 0;
		l->sample[key] = all;
	}
	return ok;
}

static bool
learn(Run *r, Err *err)
{
	AUTO(Arena) tmp = {0};
	AUTO(Arena) own = {0};
	size_t every = 1;
	while (r->s->n / every > SAMPLE_ROWS)
		every *= 2;
	if (!arena_open(&tmp, (size_t)(LINK_KEYS + 2) * PATTERNS * sizeof(Seen) + 65536, err) ||
		!arena_open(&own, sizeof(Learning) + 4096, err) || !meeting_count(r->s, &r->meeting, err))
		return false;
	Learning *l = NEW(&own, Learning, 1);
	l->m = r->s->model;
	l->keys = r->o->keys;
	r->w = NULL;
	if (!sample(r, every, &tmp, l, err))
		return false;
	shares_expected(&l->same);
	work_share(r->o->threads, LINK_KEYS, learn_job, l);
	/* Again, with what all keys have found in mind. */
	shares_found(r->s->model, r->o->keys, &l->same);
	work_share(r->o->threads, LINK_KEYS, learn_job, l);
	return true;
}

/* ---- the whole ---- */

static int
pair_cmp(const void *a, const void *b)
{
	const LinkPair *p = a, *q = b;
	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	return p->b < q->b ? -1 : p->b > q->b;
}

static void
report_take(Run *r, LinkKey key, LinkReport *out)
{
	LinkKeyReport *to = &out->key[key];
	for (size_t t = 0; t < WORK_THREADS; t++) {
		LinkKeyReport *from = &r->worker[t].report;
		to->pairs += from->pairs;
		to->compared += from->compared;
		to->cut_blocks += from->cut_blocks;
		to->cut_pairs += from->cut_pairs;
		to->largest = to->largest > from->largest ? to->largest : from->largest;
		*from = (LinkKeyReport){0};
	}
	to->share = r->s->model->by_key[key].share;
}

static bool
pairs_gather(Run *r, Arena *a, LinkReport *out, Err *err)
{
	size_t bytes = 0, at = 0;
	for (size_t t = 0; t < WORK_THREADS; t++) {
		if (!buf_check(&r->worker[t].found, err))
			return false;
		bytes += r->worker[t].found.n;
		out->coincidences += r->worker[t].coincidences;
		for (int c = 0; c < LINK_CLASSES; c++)
			out->in_class[c] += r->worker[t].in_class[c];
	}
	if ((size_t)(a->end - a->at) < bytes + 4096)
		return err_set(err, E_LIMIT, "more likely pairs than there is room for: %zu",
			bytes / sizeof *out->pair);
	out->n = bytes / sizeof *out->pair;
	out->pair = NEW(a, LinkPair, out->n + 1);
	for (size_t t = 0; t < WORK_THREADS; t++) {
		const Buf *found = &r->worker[t].found;
		if (found->n)
			memcpy((char *)out->pair + at, found->p, found->n);
		at += found->n;
	}
	qsort(out->pair, out->n, sizeof *out->pair, pair_cmp);
	return true;
}

static bool
keys_walk(Run *r, LinkReport *out, Err *err)
{
	Blocks b = {0};
	bool ok = true;
	for (LinkKey k = 0; k < LINK_KEYS && ok; k++) {
		if (!(r->o->keys & LINK_BIT(k)))
			continue;
		b.key = k;
		r->w = &r->s->model->by_key[k];
		ok = blocks_open(r->s, &b, 1, 1, r->o->threads, err) && key_walk(r, &b, err);
		report_take(r, k, out);
	}
	blocks_close(&b);
	return ok;
}

static bool
run_all(Run *r, LinkReport *out, Err *err)
{
	int64_t start = clock_us();
	if (!learn(r, err))
		return false;
	for (size_t t = 0; t < WORK_THREADS; t++)
		r->worker[t].report = (LinkKeyReport){0};
	out->train_us = clock_us() - start;
	start = clock_us();
	if (!keys_walk(r, out, err))
		return false;
	out->pairs_us = clock_us() - start;
	out->chance = meeting_pairs(&r->meeting, LINK_NAME_BIRTH);
	return true;
}

bool
link_run(LinkSet *s, const LinkOptions *o, Arena *a, LinkReport *out, Err *err)
{
	AUTO(Arena) own = {0};
	*out = (LinkReport){0};
	if (!arena_open(&own, sizeof(Run) + 4096, err))
		return false;
	Run *r = NEW(&own, Run, 1);
	double least = o->least > 0 ? o->least : 0.5;
	r->s = s;
	r->o = o;
	r->block_most = o->block_most ? o->block_most : BLOCK_MOST;
	r->least = (float)log2(least / (1 - least));
	if (!s->model)
		s->model = NEW(&s->a, Model, 1);
	s->keys = o->keys;
	NEED(pthread_mutex_init(&r->lock, NULL) == 0);
	bool ok = run_all(r, out, err) && pairs_gather(r, a, out, err);
	NEED(pthread_mutex_destroy(&r->lock) == 0);
	for (size_t t = 0; t < WORK_THREADS; t++) {
		arena_close(&r->worker[t].a);
		buf_close(&r->worker[t].found);
	}
	return ok;
}

/* ---- groups ---- */

static uint32_t
group_first(uint32_t *group, uint32_t i)
{
	while (group[i] != i)
		i = group[i] = group[group[i]];
	return i;
}

uint32_t *
link_groups(const LinkSet *s, const LinkPair *pair, size_t n, double least, Arena *a)
{
	uint32_t *group = NEW(a, uint32_t, s->n + 1);
	for (size_t i = 0; i < s->n; i++)
		group[i] = (uint32_t)i;
	for (size_t i = 0; i < n; i++) {
		if (pair[i].class != LINK_SAME || pair[i].probability < least)
			continue;
		uint32_t x = group_first(group, pair[i].a), y = group_first(group, pair[i].b);
		group[x < y ? y : x] = x < y ? x : y;
	}
	for (size_t i = 0; i < s->n; i++)
		group[i] = group_first(group, (uint32_t)i);
	return group;
}
