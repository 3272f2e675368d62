/* roll store: a version of the roll reads as it was written, and opens no more when any byte of it is another. */
#include "unit.h"

#include "roll/roll.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

static char folder[] = "/tmp/siap-roll-XXXXXX";
enum { MB = 1 << 20 };
static const unsigned char KEY[32] = {1, 2, 3};
static const unsigned char OTHER[32] = {1, 2, 4};

/* Row i of a slice whose rows differ by `seed`; texts: every third is empty. */
typedef struct Made {
	RollSlice s;
	char bytes[ROLL_TEXTS][MB];
} Made;

static void
texts_make(Made *m, size_t column, size_t n, unsigned seed, Arena *a)
{
	uint32_t *at = NEW(a, uint32_t, n + 2);
	uint16_t *id = NEW(a, uint16_t, n);
	uint32_t k = 1;
	for (size_t i = 0; i < n; i++) {
		if (i % 3 == 0)
			continue;
		int len = snprintf(m->bytes[column] + at[k], 32, "%zu-%u-%zu", column, seed, i);
		at[k + 1] = at[k] + (uint32_t)len;
		id[i] = (uint16_t)k++;
	}
	m->s.text[column] = id;
	m->s.texts[column] = (RollTexts){.n = k, .at = at, .bytes = m->bytes[column]};
}

static Made *
slice_make(size_t n, unsigned seed, Arena *a)
{
	Made *m = NEW(a, Made, 1);
	uint64_t *nik = NEW(a, uint64_t, n), *family = NEW(a, uint64_t, n), *tps = NEW(a, uint64_t, n);
	int32_t *birth = NEW(a, int32_t, n);
	uint8_t *small[5];
	for (size_t c = 0; c < 5; c++)
		small[c] = NEW(a, uint8_t, n);
	for (size_t i = 0; i < n; i++) {
		nik[i] = UINT64_C(990000) * 1000000 + seed * 100000 + i;
		family[i] = i / 3 + seed;
		tps[i] = 1571;
		birth[i] = i % 7 ? (int32_t)i - 9000 : ROLL_NO_DATE;
		for (size_t c = 0; c < 5; c++)
			small[c][i] = (uint8_t)(c == 3 ? 0 : (i + seed) % (c + 2));
	}
	m->s = (RollSlice){.n = n,
		.nik = nik,
		.family = family,
		.tps = tps,
		.birth = birth,
		.sex = small[0],
		.marriage = small[1],
		.card = small[2],
		.disability = small[3],
		.remark = small[4]};
	for (size_t c = 0; c < ROLL_TEXTS; c++)
		texts_make(m, c, n, seed, a);
	return m;
}

static void
slices_same(const RollSlice *x, const RollSlice *y)
{
	assert_int_equal(x->n, y->n);
	assert_memory_equal(x->nik, y->nik, x->n * 8);
	assert_memory_equal(x->family, y->family, x->n * 8);
	assert_memory_equal(x->tps, y->tps, x->n * 8);
	assert_memory_equal(x->birth, y->birth, x->n * 4);
	assert_memory_equal(x->sex, y->sex, x->n);
	assert_memory_equal(x->marriage, y->marriage, x->n);
	assert_memory_equal(x->card, y->card, x->n);
	assert_memory_equal(x->disability, y->disability, x->n);
	assert_memory_equal(x->remark, y->remark, x->n);
	for (RollColumn c = ROLL_NAME; c < ROLL_COLUMNS; c++)
		for (size_t i = 0; i < x->n; i++)
			assert_true(str_eq(roll_text(x, c, i), roll_text(y, c, i)));
}

typedef struct Add {
	RollWriter *w;
	Made *made[5];
	bool ok[5];
} Add;

static void
add_job(void *ctx, size_t i, int thread)
{
	(void)thread;
	Add *add = ctx;
	add->ok[i] = roll_writer_add(add->w, 100 - i, &add->made[i]->s, NULL);
}

static const char *
path_of(Arena *a, const char *name)
{
	return arena_fmt(a, "%s/%s", folder, name).p;
}

/* Slices are given from the last to the first; the fourth is empty. */
static void
file_make(const char *path, unsigned id, const size_t n[5], Arena *a, Add *add)
{
	unsigned char random[16] = {(unsigned char)id};
	Sha256 hash, print, again;
	RollFile *f;
	OK(roll_create(path, KEY, random, &add->w, &err));
	for (size_t i = 0; i < 5; i++)
		add->made[i] = slice_make(n[i], (unsigned)i, a);
	work_share(3, 5, add_job, add);
	for (size_t i = 0; i < 5; i++)
		assert_true(add->ok[i]);
	OK(roll_writer_end(add->w, &hash, &print, &err));
	OK(roll_file_hash(path, 2, &again, &err));
	assert_memory_equal(&hash, &again, sizeof hash);
	OK(roll_open(path, KEY, &f, &err));
	assert_memory_equal(&hash, roll_hash(f), sizeof hash);
	assert_memory_equal(&print, roll_print(f), sizeof print);
	roll_close(f);
}

static void
test_round(void **state)
{
	(void)state;
	AUTO(Arena) a = {0}, tmp = {0};
	AUTO(RollFileP) f = NULL, g = NULL;
	Add add = {0}, same = {0};
	const size_t n[5] = {3, 40000, 1, 0, 700};
	OK(arena_open(&a, 256 * MB, &err));
	OK(arena_open(&tmp, ROLL_READ, &err));
	file_make(path_of(&a, "round.roll"), 1, n, &a, &add);
	OK(roll_open(path_of(&a, "round.roll"), KEY, &f, &err));
	assert_int_equal(roll_slices(f), 4);
	assert_int_equal(roll_voters(f), 40704);
	static const size_t from[] = {4, 2, 1, 0};
	uint64_t first = 0;
	for (size_t i = 0; i < 4; i++) {
		RollSlice s;
		arena_reset(&tmp);
		OK(roll_read(f, i, ROLL_ALL, &tmp, &s, &err));
		assert_int_equal(s.first, first);
		assert_int_equal(roll_slice_first(f, i), first);
		slices_same(&s, &add.made[from[i]]->s);
		first += s.n;
		OK(roll_read(f, i, ROLL_BIT(ROLL_SEX), &tmp, &s, &err));
		assert_true(s.sex && !s.nik && !s.text[0]);
	}
	/* The same rows in another file: another hash, the same print. */
	file_make(path_of(&a, "again.roll"), 2, n, &a, &same);
	OK(roll_open(path_of(&a, "again.roll"), KEY, &g, &err));
	assert_memory_equal(roll_print(f), roll_print(g), sizeof(Sha256));
	assert_memory_not_equal(roll_hash(f), roll_hash(g), sizeof(Sha256));
	/* A version is never replaced. */
	RollWriter *w;
	REFUSED(roll_create(path_of(&a, "round.roll"), KEY, KEY, &w, &err), E_CONFLICT, "exists");
}

/* 65,535 voters with as many different texts: as many as numbers of 16 bits tell apart. */
static void
test_full(void **state)
{
	(void)state;
	AUTO(Arena) a = {0};
	AUTO(RollFileP) f = NULL;
	OK(arena_open(&a, 512 * MB, &err));
	Made *m = slice_make(ROLL_SLICE, 9, &a);
	uint32_t *at = NEW(&a, uint32_t, ROLL_SLICE + 2);
	uint16_t *id = NEW(&a, uint16_t, ROLL_SLICE);
	for (uint32_t i = 0; i < ROLL_SLICE; i++) {
		snprintf(m->bytes[0] + at[i + 1], 8, "%05u", i);
		at[i + 2] = at[i + 1] + 5;
		id[i] = (uint16_t)(i + 1);
	}
	m->s.text[0] = id;
	m->s.texts[0] = (RollTexts){.n = ROLL_SLICE + 1, .at = at, .bytes = m->bytes[0]};
	RollWriter *w;
	RollSlice s;
	Sha256 hash;
	OK(roll_create(path_of(&a, "full.roll"), KEY, KEY, &w, &err));
	OK(roll_writer_add(w, 0, &m->s, &err));
	OK(roll_writer_end(w, &hash, NULL, &err));
	OK(roll_open(path_of(&a, "full.roll"), KEY, &f, &err));
	OK(roll_read(f, 0, ROLL_ALL, &a, &s, &err));
	slices_same(&s, &m->s);
	SAME(roll_text(&s, ROLL_NAME, ROLL_SLICE - 1), "65534");
}

static void
test_empty(void **state)
{
	(void)state;
	AUTO(Arena) a = {0};
	AUTO(RollFileP) f = NULL;
	RollWriter *w;
	Sha256 hash, again;
	OK(arena_open(&a, MB, &err));
	const char *path = path_of(&a, "empty.roll");
	OK(roll_create(path, KEY, KEY, &w, &err));
	OK(roll_writer_end(w, &hash, NULL, &err));
	OK(roll_open(path, KEY, &f, &err));
	assert_int_equal(roll_voters(f), 0);
	OK(roll_file_hash(path, 2, &again, &err));
	assert_memory_equal(&hash, &again, sizeof hash);
	REFUSED(roll_open(path_of(&a, "nowhere.roll"), KEY, &f, &err), E_NOTFOUND, "nowhere");
	/* Nothing is left of one that is given up. */
	OK(roll_create(path_of(&a, "gone.roll"), KEY, KEY, &w, &err));
	roll_writer_abandon(w);
	assert_false(file_exists(path_of(&a, "gone.roll")));
}

/* ---- files that were changed ---- */

static bool
opens(const char *path, const unsigned char key[32], Arena tmp, Err *e)
{
	AUTO(RollFileP) f = NULL;
	if (!roll_open(path, key, &f, e))
		return false;
	for (size_t i = 0; i < roll_slices(f); i++) {
		RollSlice s;
		Arena again = tmp;
		if (!roll_read(f, i, ROLL_ALL, &again, &s, e))
			return false;
	}
	return true;
}

static void
refused(const char *path, Str bytes, const char *what, size_t at, const Arena *tmp)
{
	Err e = {0};
	OK(file_write_atomic(path, bytes, 0600, &err));
	if (opens(path, KEY, *tmp, &e) || (e.code != E_DENIED && e.code != E_INPUT))
		fail_msg("%s at %zu: expected a refusal, came %s: %s", what, at, err_name(e.code), e.text);
}

static void
test_changed(void **state)
{
	(void)state;
	AUTO(Arena) a = {0}, tmp = {0};
	Add add = {0};
	Str whole;
	Sha256 good, bad;
	OK(arena_open(&a, 256 * MB, &err));
	OK(arena_open(&tmp, ROLL_READ, &err));
	const char *path = path_of(&a, "small.roll"), *changed = path_of(&a, "changed.roll");
	file_make(path, 3, (const size_t[5]){4, 0, 9, 2, 0}, &a, &add);
	OK(opens(path, KEY, tmp, &err));
	REFUSED(opens(path, OTHER, tmp, &err), E_DENIED, "does not open");
	OK(file_read(path, MB, &a, &whole, &err));
	OK(roll_file_hash(path, 1, &good, &err));
	char *p = NEW(&a, char, whole.n);
	for (size_t i = 0; i < whole.n; i++) {
		memcpy(p, whole.p, whole.n);
		p[i] ^= 0x10;
		refused(changed, (Str){p, whole.n}, "a byte changed", i, &tmp);
		if (roll_file_hash(changed, 1, &bad, &err) && memcmp(&good, &bad, sizeof bad) == 0)
			fail_msg("byte %zu changed: expected another hash, came the same", i);
	}
	for (size_t n = 0; n < whole.n; n += n < whole.n - 200 ? 7 : 1)
		refused(changed, str_slice(whole, 0, n), "cut", n, &tmp);
	memcpy(p, whole.p, whole.n);
	refused(changed, arena_fmt(&a, "%.*s.", (int)whole.n, p), "longer", 1, &tmp);
}

/* Two columns of equal size and kind change places; the same column of another version comes in: both name what does not open. */
static void
test_mixed(void **state)
{
	(void)state;
	AUTO(Arena) a = {0}, tmp = {0};
	Add add = {0};
	Str one, two;
	OK(arena_open(&a, 256 * MB, &err));
	OK(arena_open(&tmp, ROLL_READ, &err));
	const char *changed = path_of(&a, "mixed.roll");
	const size_t n[5] = {4, 0, 0, 0, 0};
	file_make(path_of(&a, "one.roll"), 4, n, &a, &add);
	file_make(path_of(&a, "two.roll"), 5, n, &a, &add);
	OK(file_read(path_of(&a, "one.roll"), MB, &a, &one, &err));
	OK(file_read(path_of(&a, "two.roll"), MB, &a, &two, &err));
	enum { HEAD = 32, NIK = 4 * 8 + 16 };
	char *p = NEW(&a, char, one.n);
	memcpy(p, one.p, one.n);
	memcpy(p + HEAD, one.p + HEAD + NIK, NIK);
	memcpy(p + HEAD + NIK, one.p + HEAD, NIK);
	OK(file_write_atomic(changed, (Str){p, one.n}, 0600, &err));
	REFUSED(opens(changed, KEY, tmp, &err), E_DENIED, "column 1 of slice 1");
	memcpy(p, one.p, one.n);
	memcpy(p + HEAD + NIK, two.p + HEAD + NIK, NIK);
	OK(file_write_atomic(changed, (Str){p, one.n}, 0600, &err));
	REFUSED(opens(changed, KEY, tmp, &err), E_DENIED, "column 2 of slice 1");
	Sha256 hash;
	REFUSED(roll_file_hash(changed, 2, &hash, &err), E_CONFLICT, "slice 1");
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	DIR *d = opendir(folder);
	assert_non_null(d);
	for (const struct dirent *e; (e = readdir(d));)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	return rmdir(folder); /* nothing half-written was hidden in a folder of its own */
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_round), cmocka_unit_test(test_full),
	cmocka_unit_test(test_empty), cmocka_unit_test(test_changed), cmocka_unit_test(test_mixed)};
UNIT_MAIN(tests, setup, teardown)
