/* roll simulate: the made-up roll is the same for any number of threads, its truth is whole, mistakes and second rows come as often as
 * doc/roll-errors.md says, and import takes every row. */
#include "support.h"

#include "roll/roll.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { VOTERS = 60000, DUPLICATES = 500 };
static Desk *d;

static Str
file(const char *name)
{
	Str text;
	OK(d, file_read(arena_fmt(&d->a, "%s/%s", d->dir, name).p, 64 << 20, &d->a, &text, &d->err));
	return text;
}

static RollMade
make(const char *name, int threads, uint64_t seed, bool mangled)
{
	RollMade made;
	RollMake what = {.seed = seed,
		.duplicates = DUPLICATES,
		.mangled = mangled,
		.replace = true,
		.threads = threads,
		.path = arena_fmt(&d->a, "%s/%s.csv", d->dir, name).p,
		.truth = arena_fmt(&d->a, "%s/%s.truth", d->dir, name).p};
	OK(d, roll_plan(&d->env, S("1571"), VOTERS, &d->a, &what.plan, &d->err));
	OK(d, roll_make(&d->env, &what, &made, &d->err));
	return made;
}

static void
test_threads_and_seeds(void **state)
{
	(void)state;
	(void)make("one", 1, 1, false);
	Str roll = file("one.csv"), truth = file("one.truth");
	for (int threads = 2; threads <= 4; threads++) {
		(void)make("more", threads, 1, false);
		assert_true(str_eq(roll, file("more.csv")));
		assert_true(str_eq(truth, file("more.truth")));
	}
	(void)make("more", 2, 2, false);
	assert_false(str_eq(roll, file("more.csv")));
}

/* Of n tries `seen` came true: within five standard deviations of the share, in 100,000. */
static void
near_rate(const char *what, uint64_t seen, uint64_t n, double per_100000)
{
	double share = per_100000 / 100000, wanted = (double)n * share,
		   slack = 5 * sqrt((double)n * share * (1 - share)) + 2;
	if (fabs((double)seen - wanted) > slack)
		fail_msg(
			"%s: %.0f ± %.0f expected, %llu came", what, wanted, slack, (unsigned long long)seen);
}

/* Mistakes that can be made on any row at all are made at their rate; the others no more often. */
static void
test_rates(void **state)
{
	(void)state;
	RollMade made = make("rates", 2, 3, true);
	static const Mistake anywhere[] = {MISTAKE_SEX, MISTAKE_NIK_EMPTY, MISTAKE_NIK_SHORT,
		MISTAKE_NIK_MANGLED, MISTAKE_DATE_DIGIT, MISTAKE_MARRIAGE};
	assert_int_equal(made.rows, VOTERS);
	for (Mistake m = 0; m < MISTAKES; m++) {
		double wanted = (double)VOTERS * mistake_rate[m] / 100000;
		if ((double)made.mistake[m] > wanted + 5 * sqrt(wanted) + 60)
			fail_msg("mistake %d: %.0f expected at most, %llu came", (int)m, wanted,
				(unsigned long long)made.mistake[m]);
	}
	for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++)
		assert_true(made.mistake[anywhere[i]] * 100000 * 10 >
			(uint64_t)VOTERS * (uint64_t)mistake_rate[anywhere[i]] * 7);
	uint64_t second = made.rows - made.people;
	near_rate("second rows", second, VOTERS, DUPLICATES * 10);
	for (int k = 0; k < TWICE_KINDS; k++)
		near_rate(arena_fmt(&d->a, "second rows of kind %d", k).p, made.twice[k], second,
			twice_share[k] * 1000);
	assert_true(made.twins > 50);
}

/* People of the truth: as many as were made, and none stands in more than three rows. */
static void
test_truth(void **state)
{
	(void)state;
	RollMade made = make("truth", 2, 4, false);
	Str rest = file("truth.truth"), line, id, person;
	uint8_t *rows = NEW(&d->a, uint8_t, VOTERS * 2);
	uint64_t n = 0, people = 0;
	int64_t number;
	str_cut(rest, '\n', &line, &rest);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		assert_true(str_cut(line, ',', &id, &person));
		assert_true(str_int(str_trim(person), &number) && number > 0 && number < VOTERS * 2);
		n++;
		people += rows[number] == 0;
		assert_true(++rows[number] <= 3);
	}
	assert_int_equal(n, VOTERS);
	assert_int_equal(people, made.people);
}

typedef struct Taken {
	pthread_mutex_t lock;
	uint64_t voters, real; /* real: NIK that do not begin with 99 */
} Taken;

static bool
slice_see(void *ctx, uint64_t at, const RollSlice *s, Err *err)
{
	Taken *t = ctx;
	(void)at;
	(void)err;
	pthread_mutex_lock(&t->lock);
	t->voters += s->n;
	for (size_t i = 0; i < s->n; i++)
		t->real += s->nik[i] && s->nik[i] / UINT64_C(100000000000000) != 99;
	pthread_mutex_unlock(&t->lock);
	return true;
}

static bool
place_see(void *ctx, uint64_t tps, Buf *why)
{
	(void)ctx;
	(void)tps;
	(void)why;
	return true;
}

static Taken
take(const char *name, uint64_t *bad)
{
	Taken t = {.voters = 0};
	assert_int_equal(pthread_mutex_init(&t.lock, NULL), 0);
	RollImport im = {.path = arena_fmt(&d->a, "%s/%s.csv", d->dir, name).p,
		.threads = 2,
		.slice = slice_see,
		.place = place_see,
		.ctx = &t};
	OK(d, roll_import(&im, &d->a, &d->err));
	*bad = im.bad;
	return t;
}

/* Mangled NIK are all that import refuses, and nobody's real number comes out. */
static void
test_import_takes_all(void **state)
{
	(void)state;
	uint64_t bad;
	for (uint64_t seed = 5; seed < 9; seed++) {
		(void)make("taken", 2, seed, false);
		Taken t = take("taken", &bad);
		assert_int_equal(bad, 0);
		assert_int_equal(t.voters, VOTERS);
		assert_int_equal(t.real, 0);
	}
	RollMade made = make("taken", 2, 9, true);
	(void)take("taken", &bad);
	assert_int_equal(bad, made.mistake[MISTAKE_NIK_MANGLED]);
	assert_true(bad > 5);
}

static int
set_up(void **state)
{
	(void)state;
	d = desk_new("pilkada2024", "1571");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	desk_close(d);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads_and_seeds),
		cmocka_unit_test(test_rates), cmocka_unit_test(test_truth),
		cmocka_unit_test(test_import_takes_all)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
