/* import_text: the different texts of a column in a slice, each once: a hash table with open addressing. */
#include "roll/import_private.h"

#include <string.h>

enum { SLOTS = 1 << 17 }; /* at most half full */

void
text_table_new(TextTable *t, Arena *a)
{
	t->slot = NEW(a, uint16_t, SLOTS);
	t->hash = NEW(a, uint32_t, ROLL_SLICE + 1);
	t->at = NEW(a, uint32_t, ROLL_SLICE + 2);
	t->bytes = NEW(a, char, ROLL_SLICE *ROLL_CELL);
	t->n = 1;
}

void
text_table_clear(TextTable *t)
{
	memset(t->slot, 0, SLOTS * sizeof *t->slot);
	t->n = 1;
}

static uint64_t
load(const char *p, size_t n)
{
	uint64_t v = 0;
	uint32_t low, high;
	if (n >= 8) {
		memcpy(&v, p, 8);
		return v;
	}
	if (n >= 4) {
		memcpy(&low, p, 4);
		memcpy(&high, p + n - 4, 4);
		return (uint64_t)high << 32 | low;
	}
	return n ? (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 |
			(unsigned char)p[n - 1]
			 : 0;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	__uint128_t m = (__uint128_t)a * b;
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* Texts come from strangers, but a table holds few of them and lives shortly: nothing is gained by making them collide but waiting. */
static uint32_t
hash_of(Str s)
{
	const uint64_t a = 0x9e3779b97f4a7c15u, b = 0xe7037ed1a0b428dbu;
	uint64_t h = s.n * b;
	size_t i = 0;
	for (; s.n - i > 8; i += 8)
		h = mix(h ^ load(s.p + i, 8), a);
	return (uint32_t)mix(h ^ load(s.p + i, s.n - i), b);
}

uint16_t
text_table_put(TextTable *t, Str text)
{
	if (!text.n)
		return 0;
	uint32_t h = hash_of(text), i = h & (SLOTS - 1), k;
	for (; (k = t->slot[i]) != 0; i = (i + 1) & (SLOTS - 1))
		if (t->hash[k] == h && t->at[k + 1] - t->at[k] == text.n &&
			memcmp(t->bytes + t->at[k], text.p, text.n) == 0)
			return (uint16_t)k;
	NEED(t->n <= ROLL_SLICE);
	k = t->n++;
	t->slot[i] = (uint16_t)k;
	t->hash[k] = h;
	memcpy(t->bytes + t->at[k], text.p, text.n);
	t->at[k + 1] = t->at[k] + (uint32_t)text.n;
	return (uint16_t)k;
}
