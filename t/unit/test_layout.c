/* Tiles of a cartogram: each area once, no two in one place, near where they lie; classes of shares. */
#include "web/layout.h"

#include "web/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static Arena a;

static void
check(const Tile *tile, size_t n, Grid g)
{
	bool *column = NEW(&a, bool, (size_t)g.columns + 1), *row = NEW(&a, bool, (size_t)g.rows + 1);
	for (size_t i = 0; i < n; i++) {
		assert_in_range(tile[i].column, 0, g.columns - 1);
		assert_in_range(tile[i].row, 0, g.rows - 1);
		column[tile[i].column] = row[tile[i].row] = true;
		for (size_t k = 0; k < i; k++)
			if (tile[i].column == tile[k].column && tile[i].row == tile[k].row)
				fail_msg("tiles %zu and %zu stand in one place", k, i);
	}
	for (int c = 0; c < g.columns; c++)
		assert_true(column[c]);
	for (int r = 0; r < g.rows; r++)
		assert_true(row[r]);
}

static void
test_places(void **state)
{
	(void)state;
	uint64_t lot = 7;
	for (size_t n = 1; n <= 60; n++) {
		Tile *tile = NEW(&a, Tile, n), *again = NEW(&a, Tile, n);
		for (size_t i = 0; i < n; i++) {
			lot = lot * UINT64_C(6364136223846793005) + 1442695040888963407U;
			/* Every third one lies where another does. */
			tile[i] = i % 3 == 2 ? tile[i - 1]
								 : (Tile){true, -3 + (double)(lot >> 40) / 1e7,
									   101 + (double)(lot >> 20 & 0xffffff) / 1e7, 0, 0};
			again[i] = tile[i];
		}
		Grid g = tiles_lay(tile, n, 5, a);
		check(tile, n, g);
		tiles_lay(again, n, 5, a);
		assert_memory_equal(tile, again, n * sizeof *tile);
	}
}

/* North is above south, west is left of east. */
static void
test_directions(void **state)
{
	(void)state;
	Tile t[] = {
		{true, -1, 101, 0, 0}, {true, -1, 104, 0, 0}, {true, -3, 101, 0, 0}, {true, -3, 104, 0, 0}};
	Grid g = tiles_lay(t, 4, 5, a);
	assert_int_equal(g.columns, 2);
	assert_int_equal(g.rows, 2);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(t[i].column, i % 2);
		assert_int_equal(t[i].row, i / 2);
	}
}

static void
test_unknown(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 60; n++) {
		Tile *tile = NEW(&a, Tile, n + 1);
		for (size_t i = 0; i < n; i++)
			tile[i].known = i % 2;
		Grid g = tiles_lay(tile, n, 5, a);
		assert_true(g.columns <= 5);
		if (n > 1)
			check(tile, n, g);
		for (size_t i = 1; i < n; i++)
			assert_true(
				tile[i].row * 5 + tile[i].column > tile[i - 1].row * 5 + tile[i - 1].column);
	}
}

static void
test_positions(void **state)
{
	(void)state;
	double latitude, longitude;
	Str csv = S("code,latitude,longitude,source\n1501,-1.5,101.25,a\n1502,x,102,b\n1503,-2\n");
	assert_true(position_find(csv, S("1501"), &latitude, &longitude));
	assert_true(latitude == -1.5 && longitude == 101.25);
	assert_false(position_find(csv, S("15"), &latitude, &longitude));
	assert_false(position_find(csv, S("1502"), &latitude, &longitude));
	assert_false(position_find(csv, S("1503"), &latitude, &longitude));
	assert_false(position_find(csv, S("1504"), &latitude, &longitude));
}

static void
test_classes(void **state)
{
	(void)state;
	static const struct {
		int parts, class;
	} want[] = {{-1, -1}, {0, 0}, {4999, 0}, {5000, 1}, {7499, 1}, {7500, 2}, {8999, 2}, {9000, 3},
		{9999, 3}, {10000, 4}};
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		assert_int_equal(figure_class(want[i].parts), want[i].class);
	for (int c = 0; c < MAP_CLASSES; c++)
		for (int k = 0; k < c; k++)
			assert_string_not_equal(map_class_words((MapClass)c), map_class_words((MapClass)k));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_classes),
	};
	Err err;
	NEED(arena_open(&a, (size_t)1 << 30, &err));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&a);
	return failed;
}
