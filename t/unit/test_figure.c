/* figure: numbers and shares as people read them, in both languages. */
#include "unit.h"

#include "fmt/fmt.h"

static void
both(const char *indonesian, const char *english, Str (*fn)(Arena *a))
{
	AUTO(Arena) a = {0};
	OK(arena_open(&a, 1 << 20, &err));
	assert_true(lang_use(S("id")));
	SAME(fn(&a), indonesian);
	assert_true(lang_use(S("en")));
	SAME(fn(&a), english);
}

static Str
large(Arena *a)
{
	return figure_number(a, 2695348);
}
static Str
negative(Arena *a)
{
	return figure_number(a, INT64_MIN);
}
static Str
small(Arena *a)
{
	return figure_number(a, 999);
}
static Str
decimal(Arena *a)
{
	return figure_decimal(a, S("-0.65"));
}
static Str
whole(Arena *a)
{
	return figure_decimal(a, S("12"));
}
static Str
nearly(Arena *a)
{
	return figure_share(a, 6390, 6391);
}
static Str
all(Arena *a)
{
	return figure_share(a, 6391, 6391);
}
static Str
nothing(Arena *a)
{
	return figure_share(a, 0, 0);
}
static Str
rupiah(Arena *a)
{
	return figure_share(a, INT64_MAX / 2, INT64_MAX);
}

static void
test_figures(void **state)
{
	(void)state;
	both("2.695.348", "2,695,348", large);
	both("-9.223.372.036.854.775.808", "-9,223,372,036,854,775,808", negative);
	both("999", "999", small);
	both("-0,65", "-0.65", decimal);
	both("12", "12", whole);
	both("99,9%", "99.9%", nearly); /* rounded down: one is missing */
	both("100%", "100%", all);
	both("—", "—", nothing);
	both("49,9%", "49.9%", rupiah);
}

int
main(void)
{
	/* A catalog of nothing: figures ask for the language, not for words. */
	static const char nothing_said[28] = "\xde\x12\x04\x95\0\0\0\0\0\0\0\0\x1c\0\0\0\x1c";
	lang_load(S("id"), (Str){nothing_said, sizeof nothing_said});
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_figures)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
