/* link: the engine on small made-up rolls: who is found, that order, sides and threads do not matter, and what weights must obey. */
#include "unit.h"

#include "link/link_private.h"

#include <math.h>
#include <stdlib.h>

enum { PEOPLE = 4000, AGAIN = 400, ROWS = PEOPLE + AGAIN, PIECE = 700, TEXT = 48 };

typedef uint64_t Random;

static Random
random_new(uint64_t seed)
{
	return link_mix(seed + 1);
}

static uint32_t
random_below(Random *r, uint32_t n)
{
	*r += UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)((link_mix(*r) >> 32) * n >> 32);
}

/* ---- a roll ---- */

typedef struct Person {
	uint64_t nik, family, area;
	int32_t birth;
	uint8_t sex;
	char name[TEXT], place[16];
	int who;
} Person;
static Person roll[ROWS];

static const char *const words[] = {"SRI", "NUR", "AHMAD", "SITI", "BUDI", "AGUS", "DEWI", "EKO",
	"RINA", "JOKO", "HASAN", "FITRI", "YUSUF", "RATNA", "INDAH", "BAMBANG", "LESTARI", "WIBOWO",
	"SANTOSO", "HIDAYAT", "RAHMAWATI", "SUSANTI", "KURNIAWAN", "SAPUTRA", "PRATAMA", "UTAMI",
	"WAHYUNI", "SUSILO", "HANDAYANI", "NUGROHO", "SETIAWAN", "MAULANA"};
static const char *const towns[] = {
	"TEBO", "MERANGIN", "BUNGO", "JAMBI", "KERINCI", "PADANG", "MEDAN", "SLEMAN"};
enum { WORDS = sizeof words / sizeof *words, TOWNS = sizeof towns / sizeof *towns };

static void
person_make(Random *r, int who)
{
	Person *p = &roll[who];
	int year = 1940 + (int)random_below(r, 66), month = 1 + (int)random_below(r, 12),
		day = 1 + (int)random_below(r, 28);
	*p = (Person){.who = who,
		.area = 1509000000 + random_below(r, 4) * 10000 + 2001 + random_below(r, 5),
		.family = UINT64_C(9909010101000000) + (uint64_t)who / 3,
		.sex = (uint8_t)(1 + random_below(r, 2))};
	assert_true(date_make(year, month, day, &p->birth));
	p->nik = UINT64_C(990901) * UINT64_C(10000000000) +
		(uint64_t)(day + (p->sex == 2 ? 40 : 0)) * 100000000 + (uint64_t)month * 1000000 +
		(uint64_t)(year % 100) * 10000 + 1 + random_below(r, 9998);
	snprintf(p->name, TEXT, "%s %s %s", words[random_below(r, WORDS)],
		words[random_below(r, WORDS)], words[random_below(r, WORDS)]);
	snprintf(p->place, sizeof p->place, "%s", towns[random_below(r, TOWNS)]);
}

/* The same person again, with one thing changed. */
static void
person_again(Random *r, int at, int who)
{
	Person *p = &roll[at];
	*p = roll[who];
	size_t letter = 1 + random_below(r, (uint32_t)strlen(p->name) - 1);
	switch (at % 4) {
	case 0: /* moved */
		p->area = 1508010000 + 2001;
		p->family += 5000000;
		break;
	case 1: /* a letter of the name */
		p->name[letter] = p->name[letter] == 'A' ? 'E' : 'A';
		break;
	case 2: /* another number */
		p->nik += 1 + random_below(r, 50);
		break;
	default: /* the day */
		p->birth += p->birth % 2 ? 1 : -1;
	}
}

static void
roll_make(uint64_t seed)
{
	Random r = random_new(seed);
	for (int i = 0; i < PEOPLE; i++)
		person_make(&r, i);
	for (int i = 0; i < AGAIN; i++)
		person_again(&r, PEOPLE + i, (int)random_below(&r, PEOPLE));
}

/* ---- as a source: row i is roll[order[i]] ---- */

static int order[ROWS];

static bool
piece_read(void *ctx, size_t piece, Arena *a, LinkBatch *out, size_t *first, Err *no)
{
	(void)ctx;
	(void)no;
	size_t from = piece * PIECE, n = from + PIECE < ROWS ? PIECE : ROWS - from;
	uint64_t *nik = NEW(a, uint64_t, n), *family = NEW(a, uint64_t, n), *area = NEW(a, uint64_t, n);
	int32_t *birth = NEW(a, int32_t, n);
	uint8_t *sex = NEW(a, uint8_t, n);
	uint16_t *of = NEW(a, uint16_t, n);
	uint32_t *at[2] = {NEW(a, uint32_t, n + 1), NEW(a, uint32_t, n + 1)};
	char *bytes[2] = {NEW(a, char, n *TEXT), NEW(a, char, n *TEXT)};
	for (size_t i = 0; i < n; i++) {
		const Person *p = &roll[order[from + i]];
		const char *const text[2] = {p->name, p->place};
		nik[i] = p->nik;
		family[i] = p->family;
		area[i] = p->area;
		birth[i] = p->birth;
		sex[i] = p->sex;
		of[i] = (uint16_t)i;
		for (int k = 0; k < 2; k++) {
			at[k][i + 1] = at[k][i] + (uint32_t)strlen(text[k]);
			memcpy(bytes[k] + at[k][i], text[k], strlen(text[k]));
		}
	}
	*first = from;
	*out = (LinkBatch){n, nik, family, area, birth, sex, of, of, {(uint32_t)n, at[0], bytes[0]},
		{(uint32_t)n, at[1], bytes[1]}};
	return true;
}

typedef struct Found {
	Arena a;
	LinkSet *set;
	LinkReport report;
} Found;

static Found
find(int threads, LinkOptions o, size_t other)
{
	Found f = {0};
	LinkSource source = {ROWS, (ROWS + PIECE - 1) / PIECE, other, piece_read, NULL};
	assert_true(arena_open(&f.a, 64 << 20, &err));
	assert_true(link_open(&source, threads, &f.set, &err));
	o.threads = threads;
	assert_true(link_run(f.set, &o, &f.a, &f.report, &err));
	return f;
}

static void
found_close(Found *f)
{
	link_close(f->set);
	arena_close(&f->a);
}

static void
in_order(void)
{
	for (int i = 0; i < ROWS; i++)
		order[i] = i;
}

/* ---- who is found ---- */

static void
test_finds(void **state)
{
	(void)state;
	static const unsigned keys[] = {LINK_TIGHT, LINK_LOOSE, LINK_LINEAR};
	roll_make(1);
	in_order();
	for (size_t k = 0; k < 3; k++) {
		Found f = find(2, (LinkOptions){.keys = keys[k]}, 0);
		size_t right = 0, said = 0;
		for (size_t i = 0; i < f.report.n; i++) {
			const LinkPair *p = &f.report.pair[i];
			assert_true(p->a < p->b && p->probability >= 0 && p->probability <= 1);
			if (p->class != LINK_SAME)
				continue;
			said++;
			right += roll[p->a].who == roll[p->b].who;
		}
		assert_in_range(right, AGAIN * 96 / 100, AGAIN + AGAIN); /* some come three times */
		assert_true(right * 100 >= said * 97);
		assert_int_equal(f.report.in_class[LINK_SAME], said);
		found_close(&f);
	}
}

static void
test_groups(void **state)
{
	(void)state;
	roll_make(2);
	in_order();
	Found f = find(2, (LinkOptions){.keys = LINK_TIGHT}, 0);
	uint32_t *group = link_groups(f.set, f.report.pair, f.report.n, 0.9, &f.a);
	for (size_t i = 0; i < ROWS; i++)
		assert_true(group[i] <= i && group[group[i]] == group[i]);
	for (size_t i = 0; i < f.report.n; i++)
		if (f.report.pair[i].class == LINK_SAME && f.report.pair[i].probability >= 0.9)
			assert_int_equal(group[f.report.pair[i].a], group[f.report.pair[i].b]);
	found_close(&f);
}

static void
test_two_lists(void **state)
{
	(void)state;
	roll_make(3);
	in_order();
	Found f = find(2, (LinkOptions){.keys = LINK_TIGHT}, PEOPLE);
	assert_true(f.report.n > AGAIN / 2);
	for (size_t i = 0; i < f.report.n; i++)
		assert_true(f.report.pair[i].a < PEOPLE && f.report.pair[i].b >= PEOPLE);
	found_close(&f);
}

/* ---- what must not matter ---- */

typedef struct Canonical { /* a pair by the people of the roll, not by rows */
	int a, b;
	float probability;
	int class;
} Canonical;

static int
canonical_cmp(const void *x, const void *y)
{
	const Canonical *p = x, *q = y;
	return p->a != q->a ? p->a - q->a : p->b - q->b;
}

static Canonical *
canonical(const Found *f, Arena *a)
{
	Canonical *c = NEW(a, Canonical, f->report.n + 1);
	for (size_t i = 0; i < f->report.n; i++) {
		const LinkPair *p = &f->report.pair[i];
		int x = order[p->a], y = order[p->b];
		c[i] = (Canonical){x < y ? x : y, x < y ? y : x, p->probability, p->class};
	}
	qsort(c, f->report.n, sizeof *c, canonical_cmp);
	return c;
}

static void
assert_same(const Found *f, const Canonical *was, size_t n)
{
	Arena tmp = f->a;
	Canonical *now = canonical(f, &tmp);
	assert_int_equal(f->report.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(now[i].a, was[i].a);
		assert_int_equal(now[i].b, was[i].b);
		assert_int_equal(now[i].class, was[i].class);
		assert_true(now[i].probability == was[i].probability);
	}
}

static void
test_order_and_threads(void **state)
{
	(void)state;
	static const int threads[] = {1, 2, 5};
	Random r = random_new(7);
	roll_make(4);
	in_order();
	Found first = find(1, (LinkOptions){.keys = LINK_LOOSE, .least = 0.01}, 0);
	assert_true(first.report.n > AGAIN / 2);
	Canonical *was = canonical(&first, &first.a);
	for (int round = 0; round < 3; round++) {
		for (uint32_t i = ROWS - 1; i > 0; i--) {
			uint32_t k = random_below(&r, i + 1);
			int swap = order[i];
			order[i] = order[k];
			order[k] = swap;
		}
		Found again = find(threads[round], (LinkOptions){.keys = LINK_LOOSE, .least = 0.01}, 0);
		assert_same(&again, was, first.report.n);
		found_close(&again);
	}
	found_close(&first);
}

static void
test_sides(void **state)
{
	(void)state;
	Random r = random_new(8);
	roll_make(5);
	in_order();
	Found f = find(2, (LinkOptions){.keys = LINK_LOOSE}, 0);
	for (int i = 0; i < 20000; i++) {
		uint32_t a = random_below(&r, ROWS), b = random_below(&r, ROWS);
		LinkWhy x, y;
		bool any = link_explain(f.set, a, b, &x);
		assert_int_equal(link_explain(f.set, b, a, &y), any);
		if (any)
			assert_true(x.probability == y.probability && x.class == y.class);
	}
	/* The parts of an explanation add up to its probability. */
	for (size_t i = 0; i < f.report.n; i++) {
		LinkWhy why;
		assert_true(link_explain(f.set, f.report.pair[i].a, f.report.pair[i].b, &why));
		LinkWhy other;
		assert_true(link_explain(f.set, f.report.pair[i].b, f.report.pair[i].a, &other));
		assert_true(other.probability == why.probability && other.class == why.class);
		double bits = why.prior;
		for (int k = 0; k < LINK_FIELDS; k++)
			bits += why.reason[k].bits;
		assert_true(fabs(1 / (1 + exp2(-bits)) - why.probability) < 1e-4);
		assert_true(fabs(why.probability - (double)f.report.pair[i].probability) < 1e-4);
		assert_int_equal(why.key, f.report.pair[i].key);
	}
	found_close(&f);
}

/* ---- weights ---- */

static void
assert_falls(const Weights *w, int field, unsigned from, unsigned to)
{
	for (int c = 0; c < CONTEXTS; c++)
		for (unsigned l = from; l < to; l++)
			if (w->m.of[field][c][l] > 0 && w->m.of[field][c][l + 1] > 0)
				assert_true(w->bits[field][c][l + 1] <= w->bits[field][c][l]);
}

static void
test_weights(void **state)
{
	(void)state;
	roll_make(6);
	in_order();
	Found f = find(2, (LinkOptions){.keys = LINK_LOOSE}, 0);
	for (LinkKey k = 0; k < LINK_KEYS; k++) {
		const Weights *w = &f.set->model->by_key[k];
		if (!(LINK_LOOSE & LINK_BIT(k)))
			continue;
		assert_true(w->share > 0 && w->share < 1);
		assert_falls(w, BY_NAME, NAME_RAREST, NAME_MOST_FREQUENT);
		assert_falls(w, BY_NAME, NAME_92, NAME_OTHER);
		assert_falls(w, BY_BIRTH, BIRTH_SWAPPED, BIRTH_OTHER);
		assert_falls(w, BY_PLACE, PLACE_RARE, PLACE_OTHER);
		assert_falls(w, BY_SEX, SEX_EQUAL, SEX_OTHER);
		for (int field = 0; field < LINK_FIELDS; field++)
			for (int c = 0; c < CONTEXTS; c++)
				for (int l = 0; l < LEVELS_MOST; l++)
					assert_true(isfinite(w->bits[field][c][l]));
	}
	found_close(&f);
}

static void
test_cut(void **state)
{
	(void)state;
	roll_make(7);
	in_order();
	for (int i = 0; i < 300; i++)
		roll[i].birth = 0;
	Found all = find(2, (LinkOptions){.keys = LINK_LOOSE}, 0);
	Found cut = find(2, (LinkOptions){.keys = LINK_LOOSE, .block_most = 100}, 0);
	assert_int_equal(all.report.key[LINK_BIRTH].cut_blocks, 0);
	assert_true(all.report.key[LINK_BIRTH].largest >= 300);
	assert_int_equal(cut.report.key[LINK_BIRTH].cut_blocks, 1);
	assert_int_equal(cut.report.key[LINK_BIRTH].cut_pairs,
		(uint64_t)all.report.key[LINK_BIRTH].largest * (all.report.key[LINK_BIRTH].largest - 1) /
			2);
	found_close(&all);
	found_close(&cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_finds), cmocka_unit_test(test_groups),
		cmocka_unit_test(test_two_lists), cmocka_unit_test(test_order_and_threads),
		cmocka_unit_test(test_sides), cmocka_unit_test(test_weights), cmocka_unit_test(test_cut)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
