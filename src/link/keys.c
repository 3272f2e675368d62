/* keys: what rows must have in common to be candidates. */
#include "link/link_private.h"

static uint32_t
hash_of(LinkKey k, uint64_t a, uint64_t b)
{
	uint64_t v = (a + k) * UINT64_C(0x9e3779b97f4a7c15) + b;
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	v = (v ^ v >> 29) * UINT64_C(0xd6e8feb86659fd93);
	uint32_t h = (uint32_t)(v >> 32);
	return h ? h : 1;
}

static uint64_t
tail(const Row *r)
{
	return r->number & (((uint64_t)1 << 40) - 1);
}

static uint32_t
district(const LinkSet *s, const Row *r)
{
	return s->area[r->area].district;
}

uint32_t
key_hash(const LinkSet *s, const Row *r, LinkKey k)
{
	switch (k) {
	case LINK_NUMBER:
		return r->number ? hash_of(k, r->number, 0) : 0;
	case LINK_BIRTH_LETTERS:
		return r->birth && r->name ? hash_of(k, r->birth, r->three) : 0;
	case LINK_NAME_YEAR:
		return r->birth && r->name ? hash_of(k, r->sound, r->birth >> 9) : 0;
	case LINK_NAME_AREA:
		return r->area && r->name ? hash_of(k, r->sound, s->area[r->area].code) : 0;
	case LINK_FAMILY:
		return r->family ? hash_of(k, r->family, 0) : 0;
	case LINK_BIRTH_DISTRICT:
		return r->birth && r->area ? hash_of(k, r->birth, district(s, r)) : 0;
	case LINK_TAIL_LETTERS:
		return r->number && r->name ? hash_of(k, tail(r), r->three) : 0;
	case LINK_BIRTH:
		return r->birth ? hash_of(k, r->birth, 0) : 0;
	case LINK_NAME_BIRTH:
		return r->birth && r->name ? hash_of(k, r->sound, r->birth) : 0;
	case LINK_BIRTH_LETTERS_PLACE:
		return r->birth && r->name && r->place ? hash_of(k, (uint64_t)r->birth << 16 | r->three,
													 texts_get(&s->places, r->place)->sound)
											   : 0;
	case LINK_KEYS:
		return hash_of(k, r->number ^ link_mix((uint64_t)r->birth << 32 | r->sound),
			(uint64_t)r->family << 2 | r->sex);
	}
	return 0;
}

static bool
same(uint64_t a, uint64_t b)
{
	return a && a == b;
}

bool
key_agrees(const LinkSet *s, const Row *a, const Row *b, LinkKey k)
{
	bool named = a->name && b->name;
	switch (k) {
	case LINK_NUMBER:
		return same(a->number, b->number);
	case LINK_BIRTH_LETTERS:
		return named && same(a->birth, b->birth) && a->three == b->three;
	case LINK_NAME_YEAR:
		return named && a->birth && b->birth && a->sound == b->sound &&
			a->birth >> 9 == b->birth >> 9;
	case LINK_NAME_AREA:
		return named && same(a->area, b->area) && a->sound == b->sound;
	case LINK_FAMILY:
		return same(a->family, b->family);
	case LINK_BIRTH_DISTRICT:
		return a->area && b->area && same(a->birth, b->birth) && district(s, a) == district(s, b);
	case LINK_TAIL_LETTERS:
		return named && a->number && b->number && tail(a) == tail(b) && a->three == b->three;
	case LINK_BIRTH:
		return same(a->birth, b->birth);
	case LINK_NAME_BIRTH:
		return named && same(a->birth, b->birth) && a->sound == b->sound;
	case LINK_BIRTH_LETTERS_PLACE:
		return named && same(a->birth, b->birth) && a->three == b->three && a->place && b->place &&
			texts_get(&s->places, a->place)->sound == texts_get(&s->places, b->place)->sound;
	case LINK_KEYS:
		break;
	}
	return false;
}

/* The keys that two rows agree on, but the last one, which is before none. It is asked of every pair: no branches. */
static unsigned
keys_agreed(const LinkSet *s, const Row *a, const Row *b)
{
	unsigned named = a->name && b->name, born = a->birth && a->birth == b->birth;
	unsigned sound = named & (a->sound == b->sound), three = named & (a->three == b->three);
	unsigned year = !!a->birth & (a->birth >> 9 == b->birth >> 9);
	unsigned area = !!a->area & (a->area == b->area);
	unsigned near = !!a->area & !!b->area & (district(s, a) == district(s, b));
	unsigned number = !!a->number & (a->number == b->number);
	unsigned ends = !!a->number & !!b->number & (tail(a) == tail(b));
	unsigned family = !!a->family & (a->family == b->family);
	return number << LINK_NUMBER | (born & three) << LINK_BIRTH_LETTERS |
		(sound & year) << LINK_NAME_YEAR | (sound & area) << LINK_NAME_AREA |
		family << LINK_FAMILY | (born & near) << LINK_BIRTH_DISTRICT |
		(ends & three) << LINK_TAIL_LETTERS | born << LINK_BIRTH |
		(sound & born) << LINK_NAME_BIRTH;
}

bool
key_is_first(const LinkSet *s, const Row *a, const Row *b, LinkKey k, unsigned keys)
{
	return !(keys_agreed(s, a, b) & keys & (LINK_BIT(k) - 1));
}
