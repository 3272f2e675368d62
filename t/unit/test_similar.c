/* similar: likeness of texts: values of the papers, and the same answers as the definitions computed letter by letter. */
#include "unit.h"

#include "link/link.h"

#include <math.h>

static uint64_t state_of_dice = 7;

static int
dice(int n)
{
	state_of_dice = state_of_dice * 6364136223846793005u + 1442695040888963407u;
	return (int)((state_of_dice >> 33) % (uint64_t)n);
}

static double
likeness(const char *a, const char *b)
{
	Pattern p;
	pattern_make(str_of(a), &p);
	return pattern_jaro_winkler(&p, str_of(a), str_of(b));
}

static int
distance(const char *a, const char *b)
{
	Pattern p;
	pattern_make(str_of(a), &p);
	return pattern_distance(&p, str_of(b));
}

/* ---- as the definitions say, slowly ---- */

static double
slow_likeness(const char *a, const char *b)
{
	int n = (int)strlen(a), m = (int)strlen(b), reach = (n > m ? n : m) / 2 - 1, common = 0,
		order = 0;
	bool left[80] = {false}, right[80] = {false};
	if (n == 0 || m == 0)
		return n == m;
	reach = reach < 0 ? 0 : reach;
	for (int j = 0; j < m; j++)
		for (int i = j > reach ? j - reach : 0; i < n && i <= j + reach && !right[j]; i++)
			if (!left[i] && a[i] == b[j]) {
				left[i] = right[j] = true;
				common++;
			}
	if (!common)
		return 0;
	for (int i = 0, j = 0; i < n; i++) {
		if (!left[i])
			continue;
		while (!right[j])
			j++;
		order += a[i] != b[j++];
	}
	double c = common, jaro = (c / n + c / m + (c - order / 2) / c) / 3;
	int same = 0;
	while (same < 4 && same < n && same < m && a[same] == b[same])
		same++;
	return jaro > 0.7 ? jaro + 0.1 * same * (1 - jaro) : jaro;
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

static int
slow_distance(const char *a, const char *b)
{
	int n = (int)strlen(a), m = (int)strlen(b), d[80][80];
	for (int i = 0; i <= n; i++)
		for (int j = 0; j <= m; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = least(
				least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[n][m];
}

/* ---- tests ---- */

static void
test_published(void **state)
{
	(void)state;
	/* Winkler 1990 and 2006, tables of examples; rounded there to three places. */
	static const struct {
		const char *a, *b;
		double likeness;
	} known[] = {{"SHACKLEFORD", "SHACKELFORD", 0.982}, {"DUNNINGHAM", "CUNNIGHAM", 0.896},
		{"NICHLESON", "NICHULSON", 0.956}, {"JONES", "JOHNSON", 0.832}, {"MASSEY", "MASSIE", 0.933},
		{"ABROMS", "ABRAMS", 0.922}, {"HARDIN", "MARTINEZ", 0.722}, {"MARTHA", "MARHTA", 0.961},
		{"DWAYNE", "DUANE", 0.840}, {"DIXON", "DICKSON", 0.832}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (fabs(likeness(known[i].a, known[i].b) - known[i].likeness) > 0.0006)
			fail_msg("%s, %s: expected %.3f, came %.4f", known[i].a, known[i].b, known[i].likeness,
				likeness(known[i].a, known[i].b));
	assert_int_equal(distance("KITTEN", "SITTING"), 3);
	assert_int_equal(distance("CA", "ABC"), 3); /* not 2: no letter is touched twice */
	assert_int_equal(distance("SLAMET", "SALMET"), 1);
	assert_int_equal(distance("", "AB"), 2);
	assert_int_equal(distance("AB", ""), 2);
	assert_true(likeness("", "") == 1 && likeness("A", "") == 0 && likeness("", "A") == 0);
}

static void
random_text(char *out, int most, int letters, char first)
{
	int n = dice(most + 1);
	for (int i = 0; i < n; i++)
		out[i] = letters > 10 && dice(9) == 0 ? ' ' : (char)(first + dice(letters));
	out[n] = '\0';
}

/* Some letters of a are changed: pairs that are alike are tried as often as others. */
static void
altered(const char *a, char *out, char first, int letters)
{
	size_t n = strlen(a);
	memcpy(out, a, n + 1);
	for (int k = dice(4); k > 0 && n > 1; k--) {
		size_t at = (size_t)dice((int)n - 1);
		char c = out[at];
		if (dice(2)) {
			out[at] = out[at + 1];
			out[at + 1] = c;
		} else {
			out[at] = (char)(first + dice(letters));
		}
	}
}

static void
test_as_defined(void **state)
{
	(void)state;
	for (int i = 0; i < 200000; i++) {
		char a[80], b[80], first = dice(2) ? 'A' : '0';
		int letters = first == 'A' ? 2 + dice(25) : 2 + dice(9), most = dice(3) ? 20 : 64;
		random_text(a, most, letters, first);
		if (dice(2))
			random_text(b, most, letters, first);
		else
			altered(a, b, first, letters);
		if (fabs(likeness(a, b) - slow_likeness(a, b)) > 1e-12)
			fail_msg(
				"'%s', '%s': expected %.6f, came %.6f", a, b, slow_likeness(a, b), likeness(a, b));
		if (distance(a, b) != slow_distance(a, b))
			fail_msg("'%s', '%s': expected %d, came %d", a, b, slow_distance(a, b), distance(a, b));
		assert_int_equal(distance(a, b), distance(b, a));
		assert_true((distance(a, b) == 0) == (strcmp(a, b) == 0));
		assert_true((likeness(a, b) == 1) == (strcmp(a, b) == 0));
	}
}

/* What is longer is compared by its first letters. */
static void
test_long(void **state)
{
	(void)state;
	char a[200], b[200];
	memset(a, 'A', sizeof a - 1);
	memset(b, 'A', sizeof b - 1);
	a[199] = b[199] = '\0';
	b[64] = 'B';
	assert_int_equal(distance(a, b), 0);
	b[63] = 'B';
	assert_int_equal(distance(a, b), 1);
	assert_true(likeness(a, b) < 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_published),
		cmocka_unit_test(test_as_defined), cmocka_unit_test(test_long)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
