/* blocks: rows grouped by the hash of a key, in parts that threads work on apart from each other. */
#include "link/link_private.h"

#include <string.h>

enum { CHUNK = 65536, CHUNKS = 256, PART_ROWS = 8192, LARGE_ROWS = 1 << 20 };

typedef struct Filling {
	const LinkSet *s;
	Blocks *b;
	size_t n;             /* keys */
	uint32_t **count;     /* of each key: [chunk][part], later the place of the next one */
	uint32_t **listed;    /* of each key: how many of each chunk are on the list */
	size_t chunks, chunk; /* how many, of how many rows */
} Filling;

static size_t
part_of(const Blocks *b, uint32_t hash)
{
	return b->bits ? hash >> (32 - b->bits) : 0;
}

static size_t
chunk_end(const Filling *f, size_t chunk)
{
	return (chunk + 1) * f->chunk < f->s->n ? (chunk + 1) * f->chunk : f->s->n;
}

/* Hashes are made once: what is wanted is listed where its chunk begins. */
static void
count_job(void *ctx, size_t chunk, int thread)
{
	(void)thread;
	Filling *f = ctx;
	size_t from = chunk * f->chunk;
	for (size_t i = from, end = chunk_end(f, chunk); i < end; i++)
		for (size_t k = 0; k < f->n; k++) {
			const Blocks *b = &f->b[k];
			uint32_t hash = key_hash(f->s, &f->s->row[i], b->key);
			size_t part = part_of(b, hash);
			if (!hash || (part & (b->every - 1)))
				continue;
			f->count[k][chunk * b->parts + part]++;
			b->list[from + f->listed[k][chunk]++] = (uint64_t)hash << 32 | i;
		}
}

static void
fill_job(void *ctx, size_t chunk, int thread)
{
	(void)thread;
	Filling *f = ctx;
	for (size_t k = 0; k < f->n; k++) {
		Blocks *b = &f->b[k];
		uint32_t *place = f->count[k] + chunk * b->parts;
		const uint64_t *list = b->list + chunk * f->chunk;
		for (size_t i = 0; i < f->listed[k][chunk]; i++)
			b->slot[place[part_of(b, (uint32_t)(list[i] >> 32))]++] = list[i];
	}
}

/* Where each chunk's rows of each part go: parts one after the other, within one the chunks in their order. */
static void
places_find(const Filling *f, Blocks *b, uint32_t *count)
{
	size_t at = 0;
	for (size_t p = 0; p < b->parts; p++) {
		b->from[p] = at;
		for (size_t c = 0; c < f->chunks; c++) {
			uint32_t n = count[c * b->parts + p];
			count[c * b->parts + p] = (uint32_t)at;
			at += n;
		}
	}
	b->from[b->parts] = at;
}

/* Room for all rows; what a sample does not use is never touched. */
static bool
room_make(const LinkSet *s, Blocks *b, size_t parts, Err *err)
{
	if (b->slot)
		return true;
	if (!arena_open(&b->a, (2 * s->n + parts + 8) * sizeof *b->slot + 65536, err))
		return false;
	if (b->every == 1 && s->n > LARGE_ROWS)
		arena_large(&b->a);
	b->from = NEW(&b->a, size_t, parts + 1);
	b->slot = NEW(&b->a, uint64_t, s->n + 1);
	b->list = NEW(&b->a, uint64_t, s->n + 1);
	return true;
}

bool
blocks_open(const LinkSet *s, Blocks *b, size_t n, size_t every, int threads, Err *err)
{
	AUTO(Arena) tmp = {0};
	unsigned bits = 0;
	while (((size_t)PART_ROWS << bits) < s->n && bits < 16)
		bits++;
	size_t parts = (size_t)1 << bits, chunk = s->n / CHUNKS < CHUNK ? CHUNK : s->n / CHUNKS + 1;
	Filling f = {.s = s, .b = b, .n = n, .chunk = chunk, .chunks = s->n / chunk + 1};
	bool ok = arena_open(&tmp, n * (f.chunks * (parts + 1) * sizeof **f.count + 128) + 65536, err);
	for (size_t k = 0; k < n && ok; k++) {
		b[k].parts = parts;
		b[k].bits = bits;
		b[k].every = every < parts ? every : parts;
		ok = room_make(s, &b[k], parts, err);
	}
	if (!ok) {
		for (size_t k = 0; k < n; k++)
			blocks_close(&b[k]);
		return false;
	}
	f.count = NEW(&tmp, uint32_t *, n);
	f.listed = NEW(&tmp, uint32_t *, n);
	for (size_t k = 0; k < n; k++) {
		f.count[k] = NEW(&tmp, uint32_t, f.chunks * parts);
		f.listed[k] = NEW(&tmp, uint32_t, f.chunks);
	}
	work_share(threads, f.chunks, count_job, &f);
	for (size_t k = 0; k < n; k++)
		places_find(&f, &b[k], f.count[k]);
	work_share(threads, f.chunks, fill_job, &f);
	return true;
}

void
blocks_close(Blocks *b)
{
	arena_close(&b->a);
	b->slot = NULL;
}

size_t
part_size(const Blocks *b, size_t part)
{
	return b->from[part + 1] - b->from[part];
}

/* By the hash, twelve bits at a time, the upper ones being the part's own: rows come in their order, and equal hashes keep it. */
const uint64_t *
part_sort(Blocks *b, size_t part, uint64_t *scratch)
{
	enum { DIGIT = 12, DIGITS = 1 << DIGIT };
	uint64_t *slot = b->slot + b->from[part], *other = scratch;
	size_t n = part_size(b, part);
	for (unsigned shift = 32; shift < 64 - b->bits; shift += DIGIT) {
		uint32_t at[DIGITS + 1] = {0};
		for (size_t i = 0; i < n; i++)
			at[(slot[i] >> shift & (DIGITS - 1)) + 1]++;
		for (size_t k = 0; k < DIGITS; k++)
			at[k + 1] += at[k];
		for (size_t i = 0; i < n; i++)
			other[at[slot[i] >> shift & (DIGITS - 1)]++] = slot[i];
		uint64_t *swap = slot;
		slot = other;
		other = swap;
	}
	return slot;
}
