/* blocks: rows grouped by the hash of a key, in parts that threads work on apart from each other. */
#include "link/link_private.h"

#include <string.h>

enum { CHUNK = 65536, CHUNKS = 256, PART_ROWS = 8192, LARGE_ROWS = 1 << 20 };

typedef struct Filling {
	const LinkSet *s;
	Blocks *b;
	size_t n;             /* keys */
	uint32_t **count;     /* of each key: [chunk][part], later the place of the next one */
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

static void
count_job(void *ctx, size_t chunk, int thread)
{
	(void)thread;
	Filling *f = ctx;
	for (size_t i = chunk * f->chunk, end = chunk_end(f, chunk); i < end; i++)
		for (size_t k = 0; k < f->n; k++) {
			const Blocks *b = &f->b[k];
			uint32_t hash = key_hash(f->s, &f->s->row[i], b->key);
			size_t part = part_of(b, hash);
			f->count[k][chunk * b->parts + part] += hash && (part & (b->every - 1)) == 0;
		}
}

static void
fill_job(void *ctx, size_t chunk, int thread)
{
	(void)thread;
	Filling *f = ctx;
	for (size_t i = chunk * f->chunk, end = chunk_end(f, chunk); i < end; i++)
		for (size_t k = 0; k < f->n; k++) {
			Blocks *b = &f->b[k];
			uint32_t hash = key_hash(f->s, &f->s->row[i], b->key);
			size_t part = part_of(b, hash);
			if (hash && (part & (b->every - 1)) == 0)
				b->slot[f->count[k][chunk * b->parts + part]++] = (uint64_t)hash << 32 | i;
		}
}

/* Where each chunk's rows of each part go: parts one after the other, within one the chunks in their order. */
static bool
places_find(const Filling *f, Blocks *b, uint32_t *count, Err *err)
{
	size_t at = 0, slots = 0;
	for (size_t i = 0; i < f->chunks * b->parts; i++)
		slots += count[i];
	if (!arena_open(&b->a, (slots + b->parts + 2) * sizeof *b->slot + 65536, err))
		return false;
	if (slots > LARGE_ROWS)
		arena_large(&b->a);
	b->from = NEW(&b->a, size_t, b->parts + 1);
	b->slot = NEW(&b->a, uint64_t, slots + 1);
	for (size_t p = 0; p < b->parts; p++) {
		b->from[p] = at;
		for (size_t c = 0; c < f->chunks; c++) {
			uint32_t n = count[c * b->parts + p];
			count[c * b->parts + p] = (uint32_t)at;
			at += n;
		}
	}
	b->from[b->parts] = at;
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
	if (!arena_open(&tmp, n * (f.chunks * parts * sizeof **f.count + 64) + 65536, err))
		return false;
	f.count = NEW(&tmp, uint32_t *, n);
	for (size_t k = 0; k < n; k++) {
		b[k] = (Blocks){
			.parts = parts, .bits = bits, .key = b[k].key, .every = every < parts ? every : parts};
		f.count[k] = NEW(&tmp, uint32_t, f.chunks * parts);
	}
	work_share(threads, f.chunks, count_job, &f);
	for (size_t k = 0; k < n; k++)
		if (!places_find(&f, &b[k], f.count[k], err)) {
			for (size_t i = 0; i < k; i++)
				blocks_close(&b[i]);
			return false;
		}
	work_share(threads, f.chunks, fill_job, &f);
	return true;
}

void
blocks_close(Blocks *b)
{
	arena_close(&b->a);
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
