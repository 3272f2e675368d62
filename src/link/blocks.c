/* blocks: rows grouped by the hash of a key, in parts that threads work on apart from each other. */
#include "link/link_private.h"

#include <string.h>

enum { CHUNK = 65536, CHUNKS = 256, PART_ROWS = 8192 };

typedef struct Filling {
	Blocks *b;
	size_t every;
	uint32_t *count;      /* [chunk][part], later the place of the next one */
	size_t chunks, chunk; /* how many, of how many rows */
	unsigned shift;
} Filling;

static size_t
part_of(const Filling *f, uint32_t hash)
{
	return f->b->parts > 1 ? hash >> f->shift : 0;
}

static void
count_job(void *ctx, size_t chunk, int thread)
{
	(void)thread;
	Filling *f = ctx;
	const LinkSet *s = f->b->s;
	uint32_t *count = f->count + chunk * f->b->parts;
	size_t end = (chunk + 1) * f->chunk < s->n ? (chunk + 1) * f->chunk : s->n;
	for (size_t i = chunk * f->chunk; i < end; i++) {
		uint32_t hash = key_hash(s, &s->row[i], f->b->key);
		size_t part = part_of(f, hash);
		if (hash && (part & (f->every - 1)) == 0)
			count[part]++;
	}
}

static void
fill_job(void *ctx, size_t chunk, int thread)
{
	(void)thread;
	Filling *f = ctx;
	const LinkSet *s = f->b->s;
	uint32_t *next = f->count + chunk * f->b->parts;
	size_t end = (chunk + 1) * f->chunk < s->n ? (chunk + 1) * f->chunk : s->n;
	for (size_t i = chunk * f->chunk; i < end; i++) {
		uint32_t hash = key_hash(s, &s->row[i], f->b->key);
		size_t part = part_of(f, hash);
		if (hash && (part & (f->every - 1)) == 0)
			f->b->slot[next[part]++] = (uint64_t)hash << 32 | i;
	}
}

bool
blocks_open(const LinkSet *s, LinkKey key, size_t every, int threads, Blocks *out, Err *err)
{
	*out = (Blocks){.s = s, .key = key, .threads = threads, .parts = 1};
	while (out->parts * PART_ROWS < s->n && out->bits < 16) {
		out->parts *= 2;
		out->bits++;
	}
	size_t chunk = s->n / CHUNKS < CHUNK ? CHUNK : s->n / CHUNKS + 1;
	Filling f = {.b = out,
		.every = every < out->parts ? every : out->parts,
		.shift = 32 - out->bits,
		.chunk = chunk,
		.chunks = s->n / chunk + 1};
	size_t counts = f.chunks * out->parts * sizeof *f.count;
	if (!arena_open(&out->a, (s->n + out->parts + 1) * sizeof *out->slot + counts + 65536, err))
		return false;
	out->from = NEW(&out->a, size_t, out->parts + 1);
	out->slot = NEW(&out->a, uint64_t, s->n + 1);
	Arena tmp = out->a;
	f.count = NEW(&tmp, uint32_t, f.chunks * out->parts);
	work_share(threads, f.chunks, count_job, &f);
	uint32_t at = 0;
	for (size_t p = 0; p < out->parts; p++) {
		out->from[p] = at;
		for (size_t c = 0; c < f.chunks; c++) {
			uint32_t n = f.count[c * out->parts + p];
			f.count[c * out->parts + p] = at;
			at += n;
		}
	}
	out->from[out->parts] = at;
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
