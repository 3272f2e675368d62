/* compare: two rows field by field, each in a few levels from equal to unlike. */
#include "link/link_private.h"

#include <string.h>

const uint8_t field_shift[LINK_FIELDS] = {
	NAME_SHIFT, BIRTH_SHIFT, NUMBER_SHIFT, PLACE_SHIFT, SEX_SHIFT, AREA_SHIFT};
const uint8_t field_bits[LINK_FIELDS] = {4, 3, 3, 3, 2, 3};
const uint8_t field_levels[LINK_FIELDS] = {
	NAME_LEVELS, BIRTH_LEVELS, NUMBER_LEVELS, PLACE_LEVELS, SEX_LEVELS, AREA_LEVELS};

/* ---- birth dates ---- */

/* A digit in each four bits: two numbers that differ in one digit differ in one such group. */
static uint32_t
decimal(uint32_t v)
{
	return v % 10 | v / 10 % 10 << 4 | v / 100 % 10 << 8 | v / 1000 << 12;
}

static bool
is_one_digit(uint64_t x)
{
	x |= x >> 1;
	x |= x >> 2;
	x &= UINT64_C(0x1111111111111111);
	return x && !(x & (x - 1));
}

/* Two neighbouring digits stand the other way round, and all else is equal. */
static bool
is_swap(uint64_t a, uint64_t b)
{
	uint64_t x = a ^ b;
	if (!x)
		return false;
	unsigned at = (unsigned)__builtin_ctzll(x) & ~3u;
	if (at > 56 || (x >> at) >> 8)
		return false;
	uint64_t p = a >> at & 255, q = b >> at & 255;
	return (p >> 4 | (p & 15) << 4) == q;
}

static unsigned
birth_level(const LinkSet *s, uint32_t a, uint32_t b)
{
	if (!a || !b)
		return BIRTH_UNKNOWN;
	if (a == b) /* a date that stands for "unknown", or three times the usual */
		return (uint64_t)rows_born(s, a) * 365 * 60 > (uint64_t)s->n * 3 ? BIRTH_HEAPED
																		 : BIRTH_EQUAL;
	uint32_t ya = a >> 9, yb = b >> 9, ma = a >> 5 & 15, mb = b >> 5 & 15, da = a & 31, db = b & 31;
	if (ya == yb && ma == db && da == mb)
		return BIRTH_SWAPPED;
	bool year = ya == yb, rest = ma == mb && da == db;
	uint64_t x = (uint64_t)decimal(ya) << 16 | decimal(ma * 100 + da),
			 y = (uint64_t)decimal(yb) << 16 | decimal(mb * 100 + db);
	uint32_t apart = ya > yb ? ya - yb : yb - ya;
	if (is_one_digit(x ^ y) || is_swap(x, y) || (rest && (apart == 1 || apart == 10)))
		return BIRTH_DIGIT;
	if (year && (ma == mb || da == db))
		return BIRTH_YEAR;
	return apart <= 1 ? BIRTH_NEAR : BIRTH_OTHER;
}

/* ---- numbers: area (6 digits), date (6), serial (4) ----
 * The date in the number follows the birth date, which is a field of its own: that it differs where the birth dates do says nothing. */

static unsigned
number_level(uint64_t a, uint64_t b, bool born_on_one_day)
{
	if (!a || !b)
		return NUMBER_UNKNOWN;
	if (a == b)
		return NUMBER_EQUAL;
	uint64_t x = a ^ b;
	bool serial = !(x & 0xffff), date = !(x >> 16 & 0xffffff), area = !(x >> 40);
	bool slip = is_one_digit(x) || is_swap(a, b);
	if (date && area)
		return slip ? NUMBER_NEXT : NUMBER_STEM;
	if (date) /* neighbouring districts have neighbouring numbers: one digit of the area is no slip */
		return serial ? NUMBER_OTHER_AREA : NUMBER_OTHER;
	if (!serial || !area)
		return NUMBER_OTHER;
	return born_on_one_day && slip ? NUMBER_DIGIT : NUMBER_SERIAL;
}

/* ---- places and areas ---- */

/* Which of two texts is first is decided by the texts alone: what is found does not depend on the order of rows. */
static bool
is_after(const Entry *p, const Entry *q)
{
	return p->n_tokens != q->n_tokens ? p->n_tokens > q->n_tokens
									  : str_cmp(entry_text(p), entry_text(q)) > 0;
}

static unsigned
place_unequal(const LinkSet *s, uint32_t a, uint32_t b)
{
	const Entry *p = texts_get(&s->places, a), *q = texts_get(&s->places, b);
	Pattern pattern;
	if (p->sound == q->sound)
		return PLACE_ALIKE;
	if (is_after(p, q))
		return place_unequal(s, b, a);
	pattern_make(entry_text(p), &pattern);
	return pattern_jaro_winkler(&pattern, entry_text(p), entry_text(q)) >= 0.9 ? PLACE_ALIKE
																			   : PLACE_OTHER;
}

static unsigned
place_level(Comparer *c, uint32_t a, uint32_t b)
{
	if (!a || !b)
		return PLACE_UNKNOWN;
	if (a == b) {
		uint64_t times = texts_get(&c->s->places, a)->count, n = c->s->n;
		return times * 500 < n ? PLACE_RARE : times * 20 < n ? PLACE_EQUAL : PLACE_FREQUENT;
	}
	PlaceMemo *m = &c->memo[link_mix((uint64_t)a << 32 | b) & (MEMO - 1)];
	if (m->a != a || m->b != b)
		*m = (PlaceMemo){a, b, (uint8_t)place_unequal(c->s, a, b)};
	return m->level;
}

static unsigned
area_level(const LinkSet *s, const Row *a, const Row *b)
{
	bool family = a->family && a->family == b->family;
	if (!a->area || !b->area)
		return family ? AREA_FAMILY : AREA_UNKNOWN;
	if (a->area == b->area)
		return family ? AREA_FAMILY : AREA_VILLAGE;
	if (family)
		return AREA_FAMILY_MOVED;
	const LinkArea *x = &s->area[a->area], *y = &s->area[b->area];
	return x->district == y->district ? AREA_DISTRICT
		: x->regency == y->regency    ? AREA_REGENCY
									  : AREA_OTHER;
}

LINK_FAST LevelPattern
compare_near(const LinkSet *s, const Row *a, const Row *b)
{
	unsigned sex = !a->sex || !b->sex ? SEX_NOT_KNOWN : a->sex == b->sex ? SEX_EQUAL : SEX_OTHER;
	return birth_level(s, a->birth, b->birth) << BIRTH_SHIFT |
		number_level(a->number, b->number, a->birth == b->birth) << NUMBER_SHIFT |
		sex << SEX_SHIFT | area_level(s, a, b) << AREA_SHIFT;
}

LevelPattern
compare_place(Comparer *c, const Row *a, const Row *b)
{
	return place_level(c, a->place, b->place) << PLACE_SHIFT;
}

LevelPattern
compare_cheap(Comparer *c, const Row *a, const Row *b)
{
	return compare_near(c->s, a, b) | compare_place(c, a, b);
}

/* ---- names ---- */

unsigned
compare_name_quick(const LinkSet *s, const Row *a, const Row *b)
{
	if (!a->name || !b->name)
		return NAME_UNKNOWN;
	if (a->name == b->name) {
		/* Of a million rows: up to 3, 30, 300 have the name. */
		uint64_t times = texts_get(&s->names, a->name)->count, n = s->n;
		return times <= 3 || times * 1000000 <= n * 3 ? NAME_RAREST
			: times * 1000000 <= n * 30               ? NAME_RARE
			: times * 1000000 <= n * 300              ? NAME_FREQUENT
													  : NAME_MOST_FREQUENT;
	}
	return a->sound == b->sound ? NAME_SOUND : NAME_LEVELS;
}

typedef struct Tokens {
	Str token[NAME_TOKENS];
	size_t n;
} Tokens;

static void
tokens_of(const Entry *e, Tokens *out)
{
	size_t from = 0;
	out->n = 0;
	for (size_t i = 0; i <= e->n && out->n < NAME_TOKENS; i++) {
		if (i < e->n && e->text[i] != ' ')
			continue;
		out->token[out->n++] = (Str){e->text + from, i - from};
		from = i + 1;
	}
}

/* One is an initial of the other, or they are equal. */
static bool
token_fits(Str a, Str b)
{
	return str_eq(a, b) || ((a.n == 1 || b.n == 1) && a.n && b.n && a.p[0] == b.p[0]);
}

/* Partners of a's tokens among b's, of those that have none yet; how many tokens of two letters and more found an equal one. */
static unsigned
tokens_pair(const Tokens *a, const Tokens *b, bool initials, unsigned taken[2])
{
	unsigned whole = 0;
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n && !(taken[0] >> i & 1); k++) {
			bool fits =
				initials ? token_fits(a->token[i], b->token[k]) : str_eq(a->token[i], b->token[k]);
			if (taken[1] >> k & 1 || !fits)
				continue;
			taken[0] |= 1u << i;
			taken[1] |= 1u << k;
			whole += !initials && a->token[i].n > 1;
		}
	return whole;
}

/* Every token of the name with fewer has a partner of its own in the other. */
static unsigned
tokens_level(const Entry *p, const Entry *q)
{
	Tokens a, b;
	unsigned taken[2] = {0, 0};
	tokens_of(p, &a);
	tokens_of(q, &b);
	unsigned whole = tokens_pair(&a, &b, false, taken);
	(void)tokens_pair(&a, &b, true, taken);
	if (whole == 0 || taken[0] != (1u << a.n) - 1)
		return NAME_LEVELS;
	return whole == b.n ? NAME_ORDER : whole >= 2 ? NAME_WITHIN : NAME_WITHIN_ONE;
}

LINK_FAST unsigned
compare_name_bound(const Row *a, const Row *b)
{
	enum { LETTERS = (1 << 27) - 1, LONG = 31 };
	uint32_t n = a->letters >> 27, m = b->letters >> 27;
	if (n == LONG || m == LONG)
		return NAME_EDIT;
	/* Letters that the other lacks have no partner: so many of each have one at most. */
	uint32_t only_a = (uint32_t)__builtin_popcount(a->letters & ~b->letters & LETTERS),
			 only_b = (uint32_t)__builtin_popcount(b->letters & ~a->letters & LETTERS);
	uint32_t partners = n - only_a < m - only_b ? n - only_a : m - only_b;
	float most = ((float)partners / (float)n + (float)partners / (float)m + 1) / 3;
	if (a->first == b->first) /* up to four equal first letters */
		most += 0.4F * (1 - most);
	return most >= 0.9F ? NAME_EDIT
		: most >= 0.88F ? NAME_88
		: most >= 0.8F  ? NAME_80
		: most >= 0.7F  ? NAME_70
						: NAME_OTHER;
}

unsigned
compare_name_tokens(const LinkSet *s, const Row *a, const Row *b)
{
	if (!(a->tokens & b->tokens))
		return NAME_LEVELS;
	const Entry *p = texts_get(&s->names, a->name), *q = texts_get(&s->names, b->name);
	return is_after(p, q) ? tokens_level(q, p) : tokens_level(p, q);
}

LINK_FAST unsigned
compare_name_letters(Comparer *c, const Row *a, const Row *b)
{
	const Entry *p = texts_get(&c->s->names, a->name), *q = texts_get(&c->s->names, b->name);
	if (is_after(p, q)) {
		const Entry *swap = p;
		p = q;
		q = swap;
	}
	if (c->prepared != p)
		pattern_make(entry_text(p), &c->pattern);
	c->prepared = p;
	double like = pattern_jaro_winkler(&c->pattern, entry_text(p), entry_text(q));
	bool long_enough = p->n >= 5 && q->n >= 5;
	if (like >= 0.9 && long_enough && pattern_distance(&c->pattern, entry_text(q)) == 1)
		return NAME_EDIT;
	return like >= 0.92 ? NAME_92
		: like >= 0.88  ? NAME_88
		: like >= 0.8   ? NAME_80
		: like >= 0.7   ? NAME_70
						: NAME_OTHER;
}

unsigned
compare_name(Comparer *c, const Row *a, const Row *b)
{
	unsigned level = compare_name_quick(c->s, a, b);
	level = level == NAME_LEVELS ? compare_name_tokens(c->s, a, b) : level;
	return level == NAME_LEVELS ? compare_name_letters(c, a, b) : level;
}
