/* count: how many voters each polling station has, and what is wrong with their NIK; several threads add slices. */
#include "roll/roll.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 1 << 12, MOST = 1 << 22 };

struct RollCount {
	Arena mem;
	pthread_mutex_t lock;
	RollStation *slot; /* open addressing, at most half full */
	size_t cap;
	RollSums sums;
	RollStation twice;
};

bool
roll_count_new(RollCount **out, Err *err)
{
	Arena mem;
	if (!arena_open(&mem, sizeof(RollStation) * 2 * MOST + ((size_t)1 << 20), err))
		return false;
	RollCount *c = NEW(&mem, RollCount, 1);
	c->cap = FIRST;
	c->slot = NEW(&mem, RollStation, c->cap);
	c->mem = mem;
	NEED(pthread_mutex_init(&c->lock, NULL) == 0);
	*out = c;
	return true;
}

void
roll_count_close(RollCount *c)
{
	if (!c)
		return;
	NEED(pthread_mutex_destroy(&c->lock) == 0);
	Arena mem = c->mem; /* c lies in it */
	arena_close(&mem);
}

static RollStation *
find(RollStation *slot, size_t cap, uint64_t tps)
{
	size_t i = (size_t)((tps * 0x9e3779b97f4a7c15u) >> 20) & (cap - 1);
	while (slot[i].tps && slot[i].tps != tps)
		i = (i + 1) & (cap - 1);
	return &slot[i];
}

static bool
grow(RollCount *c, Err *err)
{
	if (2 * c->cap > MOST)
		return err_set(err, E_LIMIT, "the roll names more than %d polling stations", MOST / 2);
	RollStation *larger = NEW(&c->mem, RollStation, 2 * c->cap);
	for (size_t i = 0; i < c->cap; i++)
		if (c->slot[i].tps)
			*find(larger, 2 * c->cap, c->slot[i].tps) = c->slot[i];
	c->slot = larger;
	c->cap *= 2;
	return true;
}

/* Voters without a number may come from several files; a polling station from one. */
static bool
station_add(RollCount *c, const RollStation *run, Err *err)
{
	if (2 * (c->sums.stations + 1) > c->cap && !grow(c, err))
		return false;
	RollStation *s = find(c->slot, c->cap, run->tps);
	c->sums.stations += !s->tps;
	if (s->tps && s->file != run->file && s->tps % 1000) {
		c->twice = *s;
		return err_set(err, E_CONFLICT, "TPS %llu is in two files", (unsigned long long)s->tps);
	}
	s->tps = run->tps;
	s->file = run->file;
	s->male += run->male;
	s->female += run->female;
	s->all += run->all;
	return true;
}

static void
sums_add(RollSums *out, const RollSlice *s)
{
	for (size_t i = 0; i < s->n; i++) {
		Nik nik;
		out->male += s->sex[i] == SEX_MALE;
		out->female += s->sex[i] == SEX_FEMALE;
		out->homeless += s->tps[i] % 1000 == 0;
		if (!s->nik[i])
			out->nik[nik_read(roll_text(s, ROLL_NIK_WRITTEN, i), &nik)]++;
	}
	out->voters += s->n;
}

static bool
stations_add(RollCount *c, const RollSlice *s, uint32_t file, Err *err)
{
	for (size_t i = 0; i < s->n;) {
		RollStation run = {.tps = s->tps[i], .file = file};
		for (; i < s->n && s->tps[i] == run.tps; i++) {
			run.male += s->sex[i] == SEX_MALE;
			run.female += s->sex[i] == SEX_FEMALE;
			run.all++;
		}
		if (!station_add(c, &run, err))
			return false;
	}
	return true;
}

bool
roll_count_add(RollCount *c, const RollSlice *s, uint32_t file, Err *err)
{
	RollSums here = {0};
	sums_add(&here, s);
	NEED(pthread_mutex_lock(&c->lock) == 0);
	bool ok = stations_add(c, s, file, err);
	c->sums.voters += here.voters;
	c->sums.male += here.male;
	c->sums.female += here.female;
	c->sums.homeless += here.homeless;
	for (size_t i = 0; i < NIK_FAULTS; i++)
		c->sums.nik[i] += here.nik[i];
	NEED(pthread_mutex_unlock(&c->lock) == 0);
	return ok;
}

bool
roll_count_twice(const RollCount *c, RollStation *out)
{
	*out = c->twice;
	return c->twice.tps != 0;
}

void
roll_count_sums(const RollCount *c, RollSums *out)
{
	*out = c->sums;
}

static int
by_code(const void *a, const void *b)
{
	const RollStation *x = a, *y = b;
	return x->tps < y->tps ? -1 : x->tps > y->tps;
}

const RollStation *
roll_count_stations(RollCount *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->cap; i++)
		if (c->slot[i].tps)
			c->slot[n++] = c->slot[i];
	memset(c->slot + n, 0, (c->cap - n) * sizeof *c->slot);
	qsort(c->slot, n, sizeof *c->slot, by_code);
	return c->slot;
}
