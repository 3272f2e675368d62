/* texts: each different name once, with what comparing needs of it: a dictionary that several threads fill. */
#include "link/link_private.h"

#include <string.h>

uint64_t
link_hash(Str s)
{
	uint64_t h = s.n * UINT64_C(0x9e3779b97f4a7c15);
	for (; s.n >= 8; s.p += 8, s.n -= 8) {
		uint64_t word;
		memcpy(&word, s.p, 8);
		h = link_mix(h ^ word);
	}
	uint64_t rest = 0;
	memcpy(&rest, s.p, s.n);
	return link_mix(h ^ rest ^ UINT64_C(0x2545f4914f6cdd1d));
}

enum { FAR = 12, NEAR = 5 }; /* looked ahead: a table's slot, then the text that it names */
enum {
	LARGE_ROWS = 1 << 20,
	LARGE_SLOTS = 1 << 17,
	FIRST_SLOTS = 256,
	ENTRY_MOST = (int)sizeof(Entry) + NAME_MOST
};

bool
texts_open(Texts *t, size_t rows, bool names, Err *err)
{
	*t = (Texts){.names = names};
	/* Hashes spread texts evenly: twice a shard's part of the rows, each as long as can be, and never more than numbers reach. */
	size_t all = (size_t)4 << SHARD_BITS, most = (rows / SHARDS * 2 + 1024) * (ENTRY_MOST + 4);
	size_t bytes = most < all ? most & ~(size_t)3 : all;
	for (size_t i = 0; i < SHARDS; i++) {
		Shard *s = &t->shard[i];
		NEED(pthread_mutex_init(&s->lock, NULL) == 0);
		if (!arena_open(&s->a, bytes + 4096, err) ||
			!arena_open(&s->table, FIRST_SLOTS * sizeof *s->slot + 4096, err)) {
			for (size_t k = i + 1; k < SHARDS; k++)
				NEED(pthread_mutex_init(&t->shard[k].lock, NULL) == 0);
			texts_close(t);
			return false;
		}
		s->room = (uint32_t)(bytes / 4);
		if (rows > LARGE_ROWS)
			arena_large(&s->a);
		s->base = arena_alloc(&s->a, 4, 4, s->room);
		s->used = sizeof(Entry) / 4; /* place 0 of the first shard is the empty text */
		s->slots = FIRST_SLOTS;
		s->slot = NEW(&s->table, uint64_t, FIRST_SLOTS);
	}
	return true;
}

void
texts_close(Texts *t)
{
	for (size_t i = 0; i < SHARDS; i++) {
		arena_close(&t->shard[i].a);
		arena_close(&t->shard[i].table);
		NEED(pthread_mutex_destroy(&t->shard[i].lock) == 0);
	}
}

void
texts_end(Texts *t)
{
	for (size_t i = 0; i < SHARDS; i++)
		arena_close(&t->shard[i].table);
}

/* ---- reading ---- */

/* Letters in capitals; whatever stands between them is one blank. */
static void
plain_read(Str written, Name *out)
{
	*out = (Name){.n = 0};
	bool open = false;
	for (size_t i = 0; i < written.n && out->n < NAME_MOST; i++) {
		char c = written.p[i];
		c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		if (c < 'A' || c > 'Z') {
			open = false;
			continue;
		}
		if (!open && out->tokens < NAME_TOKENS) {
			if (out->n && out->n + 1 < NAME_MOST)
				out->text[out->n++] = ' ';
			out->at[out->tokens++] = out->n;
		}
		open = true;
		out->text[out->n++] = c;
	}
}

static uint32_t
sound_hash(const char *sound, size_t n)
{
	uint32_t h = (uint32_t)link_hash((Str){sound, n});
	return h ? h : 1;
}

/* ---- adding ---- */

typedef struct Reading { /* a text on its way into the dictionary */
	uint64_t hash;
	uint32_t at; /* in the bytes read so far */
	uint8_t n;
} Reading;

static Entry *
entry_at(const Shard *s, uint32_t place)
{
	return (Entry *)(void *)(s->base + (size_t)place * 4);
}

static bool
table_grow(Shard *s, Err *err)
{
	Arena table;
	if (!arena_open(&table, (size_t)s->slots * 2 * sizeof *s->slot + 4096, err))
		return false;
	arena_keep(
		&table); /* it is looked into before it is written: pages that are read first are had twice */
	if (s->slots >= LARGE_SLOTS)
		arena_large(&table);
	uint32_t mask = s->slots * 2 - 1;
	uint64_t *slot = NEW(&table, uint64_t, (size_t)mask + 1);
	for (uint32_t i = 0; i < s->slots; i++) {
		if (!s->slot[i])
			continue;
		uint32_t k = (uint32_t)(s->slot[i] >> 32) & mask;
		while (slot[k])
			k = (k + 1) & mask;
		slot[k] = s->slot[i];
	}
	arena_close(&s->table);
	s->table = table;
	s->slot = slot;
	s->slots = mask + 1;
	return true;
}

static void
entry_fill(Entry *e, const Name *n)
{
	char sound[NAME_MOST];
	size_t length = name_sound(n, sound);
	e->sound = sound_hash(sound, length);
	e->n = n->n;
	e->n_tokens = n->tokens;
	for (size_t i = 0; i < 3 && i < length; i++)
		e->three = (uint16_t)(e->three | (sound[i] & 31) << (5 * i));
	memcpy(e->text, n->text, n->n);
}

/* The text's tokens again: they were not kept. */
static void
entry_name(Str text, Name *out)
{
	*out = (Name){.n = (uint8_t)text.n};
	memcpy(out->text, text.p, text.n);
	for (size_t i = 0; i < text.n; i++)
		if ((i == 0 || text.p[i - 1] == ' ') && out->tokens < NAME_TOKENS)
			out->at[out->tokens++] = (uint8_t)i;
}

/* The place of a text in its shard, where it is put when it is new. The shard is locked. */
static bool
shard_take(Shard *s, uint64_t hash, Str text, uint32_t *place, Err *err)
{
	uint32_t tag = (uint32_t)hash, mask = s->slots - 1;
	uint32_t k = tag & mask;
	for (; s->slot[k]; k = (k + 1) & mask) {
		*place = (uint32_t)s->slot[k];
		if ((uint32_t)(s->slot[k] >> 32) == tag && str_eq(entry_text(entry_at(s, *place)), text))
			return true;
	}
	size_t bytes = (sizeof(Entry) + text.n + 3) & ~(size_t)3;
	if (s->room - s->used < bytes / 4)
		return err_set(err, E_LIMIT, "too many different names for one run");
	Name name;
	entry_name(text, &name);
	*place = s->used;
	s->slot[k] = (uint64_t)tag << 32 | *place;
	entry_fill(entry_at(s, *place), &name);
	s->used += (uint32_t)(bytes / 4);
	return ++s->n * 10 < s->slots * 7 || table_grow(s, err);
}

static void
texts_read(const Texts *t, const LinkTexts *from, Reading *reading, char *bytes)
{
	uint32_t at = 0;
	for (uint32_t i = 0; i < from->n; i++) {
		Name name;
		Str written = {from->bytes + from->at[i], from->at[i + 1] - from->at[i]};
		if (t->names)
			name_read(written, &name);
		else
			plain_read(written, &name);
		memcpy(bytes + at, name.text, name.n);
		reading[i] = (Reading){link_hash(name_text(&name)), at, name.n};
		at += name.n;
	}
}

typedef struct Adding { /* one piece's texts */
	const Reading *reading;
	const char *bytes;
	const uint32_t *times;
	TextUse *use;
} Adding;

static uint32_t
letters_of(const Entry *e)
{
	enum { LONGEST = 31 };
	uint32_t bits = 0;
	for (size_t i = 0; i < e->n; i++)
		bits |= UINT32_C(1) << (e->text[i] & 31); /* a blank is letter 0 */
	return bits | (uint32_t)(e->n > LONGEST ? LONGEST : e->n) << 27;
}

static uint32_t
tokens_of(const Entry *e)
{
	uint32_t bits = 0;
	for (size_t i = 0, from = 0; i <= e->n; i++) {
		if (i < e->n && e->text[i] != ' ')
			continue;
		if (i > from + 1)
			bits |= UINT32_C(1) << link_hash((Str){e->text + from, i - from}) % TOKEN_BITS;
		from = i + 1;
	}
	return bits;
}

static TextUse
use_of(const Entry *e, uint32_t number)
{
	return (TextUse){number, e->sound, letters_of(e), tokens_of(e), e->three,
		(uint8_t)((unsigned char)e->text[0] & 31u)};
}

static bool
shard_add(Texts *t, size_t k, const Adding *a, const uint32_t *order, size_t n, Err *err)
{
	Shard *s = &t->shard[k];
	bool ok = true;
	NEED(pthread_mutex_lock(&s->lock) == 0);
	for (size_t i = 0; i < n && ok; i++) {
		const Reading *r = &a->reading[order[i]];
		uint32_t place = 0;
		if (i + FAR < n)
			__builtin_prefetch(&s->slot[a->reading[order[i + FAR]].hash & (s->slots - 1)]);
		if (i + NEAR < n)
			__builtin_prefetch(
				entry_at(s, (uint32_t)s->slot[a->reading[order[i + NEAR]].hash & (s->slots - 1)]));
		ok = shard_take(s, r->hash, (Str){a->bytes + r->at, r->n}, &place, err);
		if (!ok)
			break;
		Entry *e = entry_at(s, place);
		e->count += a->times[order[i]];
		a->use[order[i]] = use_of(e, (uint32_t)k << SHARD_BITS | place);
	}
	NEED(pthread_mutex_unlock(&s->lock) == 0);
	return ok;
}

bool
texts_add(Texts *t, const LinkTexts *from, const uint32_t *times, TextUse *use, Arena tmp, Err *err)
{
	uint32_t start[SHARDS + 1] = {0}, next[SHARDS];
	Reading *reading = NEW(&tmp, Reading, from->n + 1);
	char *bytes = NEW(&tmp, char, (size_t)from->n *NAME_MOST + 1);
	uint32_t *order = NEW(&tmp, uint32_t, from->n + 1);
	texts_read(t, from, reading, bytes);
	for (uint32_t i = 0; i < from->n; i++)
		start[(reading[i].hash >> SHARD_SHIFT) + 1] += reading[i].n > 0;
	for (size_t k = 0; k < SHARDS; k++)
		start[k + 1] += start[k];
	memcpy(next, start, sizeof next);
	for (uint32_t i = 0; i < from->n; i++) {
		use[i] = (TextUse){0};
		if (reading[i].n)
			order[next[reading[i].hash >> SHARD_SHIFT]++] = i;
	}
	Adding all = {reading, bytes, times, use};
	for (size_t k = 0; k < SHARDS; k++)
		if (start[k + 1] > start[k] &&
			!shard_add(t, k, &all, order + start[k], start[k + 1] - start[k], err))
			return false;
	return true;
}

uint64_t
texts_pairs(const Texts *t)
{
	uint64_t pairs = 0;
	for (size_t k = 0; k < SHARDS; k++) {
		const Shard *s = &t->shard[k];
		for (uint32_t place = sizeof(Entry) / 4; place < s->used;) {
			const Entry *e = entry_at(s, place);
			pairs += (uint64_t)e->count * (e->count - 1) / 2;
			place += (uint32_t)((sizeof(Entry) + e->n + 3) / 4);
		}
	}
	return pairs;
}
