/* args: options are found in any order and form, and every refusal names the word and what would be right. */
#include <setjmp.h>

#include <cmocka.h>

#include "cli/cli.h"

enum { MOST = 16 };

typedef struct Line {
	char text[MOST][40];
	char *argv[MOST];
	int argc;
} Line;

/* A command line of its own, because parsing changes it. */
static Line *
line_of(const char *words)
{
	static Line l;
	l = (Line){0};
	for (Str rest = str_of(words), word; rest.n;) {
		str_cut(rest, ' ', &word, &rest);
		assert_true(l.argc < MOST && word.n < sizeof l.text[0]);
		memcpy(l.text[l.argc], word.p, word.n);
		l.argv[l.argc] = l.text[l.argc];
		l.argc++;
	}
	return &l;
}

static const char *limit, *dir;
static bool all, json;
static const Opt opts[] = {{"limit", .value = &limit}, {"workspace", .value = &dir, .letter = 'w'},
	{"all", .flag = &all}, {"json", .flag = &json, .letter = 'j'}};

static bool
parse(const char *words, bool strict, Line **out, Err *err)
{
	limit = dir = NULL;
	all = json = false;
	*err = (Err){0};
	*out = line_of(words);
	return args_parse(OPTS(opts), strict, &(*out)->argc, (*out)->argv, err);
}

static void
expect_words(const Line *l, const char *words)
{
	char got[200] = "";
	for (int i = 0; i < l->argc; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? " " : "", l->argv[i]);
	assert_string_equal(got, words);
}

static void
expect_refused(const char *words, const char *sentence)
{
	Line *l;
	Err err;
	assert_false(parse(words, true, &l, &err));
	assert_int_equal(err.code, E_INPUT);
	assert_string_equal(err.text, sentence);
}

static void
values_come_in_both_forms(void **state)
{
	(void)state;
	Line *l;
	Err err;
	assert_true(parse("1571 --limit 5 -w here --all name", true, &l, &err));
	assert_string_equal(limit, "5");
	assert_string_equal(dir, "here");
	assert_true(all && !json);
	expect_words(l, "1571 name");
	assert_true(parse("--limit=5 -j --workspace=a=b", true, &l, &err));
	assert_string_equal(limit, "5");
	assert_string_equal(dir, "a=b");
	assert_true(json && !all);
	expect_words(l, "");
}

static void
two_dashes_end_options(void **state)
{
	(void)state;
	Line *l;
	Err err;
	assert_true(parse("a --all -- --json -w", true, &l, &err));
	assert_true(all && !json && !dir);
	expect_words(l, "a --json -w");
	assert_true(parse("tps -", true, &l, &err));
	expect_words(l, "tps -");
}

static void
a_value_may_look_like_an_option(void **state)
{
	(void)state;
	Line *l;
	Err err;
	assert_true(parse("--limit -5 x", true, &l, &err));
	assert_string_equal(limit, "-5");
	expect_words(l, "x");
}

static void
loose_leaves_what_it_does_not_know(void **state)
{
	(void)state;
	Line *l;
	Err err;
	assert_true(parse("why --indicator delivered -w here -- --all", false, &l, &err));
	assert_string_equal(dir, "here");
	assert_false(all);
	expect_words(l, "why --indicator delivered -- --all");
}

static void
refusals_name_the_word(void **state)
{
	(void)state;
	expect_refused("--limt 5", "unknown option '--limt'; did you mean '--limit'?");
	expect_refused("--limt=5", "unknown option '--limt=5'; did you mean '--limit'?");
	expect_refused("--agenci=kpu", "unknown option '--agenci=kpu'; did you mean '--agency'?");
	expect_refused("--zzzzzzzzzz", "unknown option '--zzzzzzzzzz'");
	expect_refused("-x", "unknown option '-x'");
	expect_refused("x --limit", "option '--limit' needs a value after it");
	expect_refused("--limit=", "option '--limit' needs a value after it");
	expect_refused("--all=yes", "option '--all' takes no value");
	expect_refused("-w a --workspace b", "option '--workspace' is given twice: once is enough");
}

static void
numbers_have_bounds(void **state)
{
	(void)state;
	Err err = {0};
	int64_t n = 7;
	assert_true(args_number("limit", NULL, 1, 9, &n, &err));
	assert_int_equal(n, 7);
	assert_true(args_number("limit", "9", 1, 9, &n, &err));
	assert_int_equal(n, 9);
	static const char *const bad[] = {"0", "10", "x", "", "5x", "99999999999999999999"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(args_number("limit", bad[i], 1, 9, &n, &err));
		assert_int_equal(err.code, E_INPUT);
		assert_int_equal(n, 9);
	}
	assert_string_equal(err.text,
		"option '--limit' is '99999999999999999999': a whole number from 1 to 9 is expected");
}

#define T(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(values_come_in_both_forms),
		T(two_dashes_end_options),
		T(a_value_may_look_like_an_option),
		T(loose_leaves_what_it_does_not_know),
		T(refusals_name_the_word),
		T(numbers_have_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
