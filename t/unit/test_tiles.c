/* Tiles of a map: every area has one, no two the same; the classes of shares. */
#include "svc/svc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static Arena a;
static Env env;

static MapTiles
laid(const Str *code, size_t n, int most)
{
	MapTiles t;
	Err err = {0};
	if (!tiles_lay(&env, code, n, most, &a, &t, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < n; i++) {
		assert_in_range(t.tile[i].column, 0, t.columns - 1);
		assert_in_range(t.tile[i].row, 0, t.rows - 1);
		for (size_t k = 0; k < i; k++)
			assert_false(t.tile[i].column == t.tile[k].column && t.tile[i].row == t.tile[k].row);
	}
	return t;
}

static void
test_regencies_of_jambi(void **state)
{
	(void)state;
	const Str code[] = {S("1501"), S("1502"), S("1503"), S("1504"), S("1505"), S("1506"), S("1507"),
		S("1508"), S("1509"), S("1571"), S("1572")};
	MapTiles t = laid(code, 11, 5);
	assert_true(t.placed);
	assert_int_equal(t.columns, 5);
	assert_int_equal(t.rows, 3);
	assert_int_equal(t.tile[0].column, 0); /* Kerinci is in the west, */
	assert_int_equal(t.tile[6].column, 4); /* Tanjung Jabung Timur in the east; */
	assert_int_equal(t.tile[9].column - t.tile[4].column, 1); /* Kota Jambi is beside Muaro Jambi */
	assert_int_equal(t.tile[9].row, t.tile[4].row);
	/* A part of them moves to the corner. */
	t = laid(&code[5], 2, 5);
	assert_true(t.placed);
	assert_int_equal(t.columns, 2);
	assert_int_equal(t.rows, 1);
}

static void
test_line_by_line(void **state)
{
	(void)state;
	Str code[60];
	for (size_t i = 0; i < 60; i++)
		code[i] = arena_fmt(&a, "99%02zu", i);
	for (size_t n = 0; n <= 60; n++) {
		MapTiles t = laid(code, n, 7);
		assert_false(t.placed);
		assert_true(t.columns <= 7);
		if (n)
			assert_true((size_t)(t.rows - 1) * (size_t)t.columns < n);
	}
	MapTiles t = laid(code, 9, 7);
	assert_int_equal(t.columns, 3);
	/* One area that is not in the table, and all stand line by line. */
	code[0] = S("1501");
	assert_false(laid(code, 2, 5).placed);
}

static void
test_classes(void **state)
{
	(void)state;
	const int parts[] = {-1, 0, 4999, 5000, 7499, 7500, 8999, 9000, 9999, 10000};
	const int class[] = {-1, 0, 0, 1, 1, 2, 2, 3, 3, 4};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		assert_int_equal(figure_class(parts[i]), class[i]);
	/* One that is missing of very many is not all. */
	assert_int_equal(figure_class(figure_parts(999999, 1000000)), 3);
}

int
main(void)
{
	Err err;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regencies_of_jambi),
		cmocka_unit_test(test_line_by_line),
		cmocka_unit_test(test_classes),
	};
	env = env_real();
	env.files = embedded_files;
	env.n_files = embedded_count;
	NEED(arena_open(&a, (size_t)64 << 20, &err));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&a);
	return failed;
}
