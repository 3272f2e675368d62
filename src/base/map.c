/* map: Str -> uint64_t by open addressing and linear probing; at most three quarters full. */
#include "base/base.h"

struct MapSlot {
	Str key;
	uint64_t hash; /* 0 = free; real hashes have their lowest bit set */
	uint64_t value;
};

Map
map_new(Arena *a)
{
	return (Map){.a = a};
}

/* The upper bits choose the place, because the lowest one only says "taken". */
static struct MapSlot *
map_place(struct MapSlot *slot, size_t cap, Str key, uint64_t hash)
{
	for (size_t i = (size_t)(hash >> 1);; i++) {
		struct MapSlot *s = &slot[i & (cap - 1)];
		if (s->hash == 0 || (s->hash == hash && str_eq(s->key, key)))
			return s;
	}
}

static void
map_grow(Map *m)
{
	size_t cap = m->cap ? m->cap * 2 : 16;
	struct MapSlot *slot = NEW(m->a, struct MapSlot, cap);
	for (size_t i = 0; i < m->cap; i++)
		if (m->slot[i].hash)
			*map_place(slot, cap, m->slot[i].key, m->slot[i].hash) = m->slot[i];
	m->slot = slot;
	m->cap = cap;
}

void
map_set(Map *m, Str key, uint64_t value)
{
	if (m->n >= m->cap / 4 * 3)
		map_grow(m);
	uint64_t hash = str_hash(key) | 1;
	struct MapSlot *s = map_place(m->slot, m->cap, key, hash);
	if (s->hash == 0)
		m->n++;
	else
		key = s->key; /* the first key's bytes stay the owner's promise */
	*s = (struct MapSlot){key, hash, value};
}

bool
map_get(const Map *m, Str key, uint64_t *value)
{
	if (m->n == 0)
		return false;
	const struct MapSlot *s = map_place(m->slot, m->cap, key, str_hash(key) | 1);
	if (s->hash == 0)
		return false;
	if (value)
		*value = s->value;
	return true;
}
