/* show, table: shares never say 100 before all is there, and tables fit the terminal by shrinking what may shrink. */
#include <setjmp.h>

#include <cmocka.h>

#include "cli/cli.h"

static Cli cli;
static char *text;
static size_t text_n;

static int
setup(void **state)
{
	(void)state;
	Err err;
	cli = (Cli){.utf8 = true};
	cli.env.out = open_memstream(&text, &text_n);
	return cli.env.out && arena_open(&cli.a, 1 << 24, &err) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	fclose(cli.env.out);
	free(text);
	arena_close(&cli.a);
	return 0;
}

static void
shares_round_down(void **state)
{
	(void)state;
	assert_string_equal(show_percent(&cli, 9996, 10000), "99.9%");
	assert_string_equal(show_percent(&cli, 823219, 823220), "99.9%");
	assert_string_equal(show_percent(&cli, 823220, 823220), "100%");
	assert_string_equal(show_percent(&cli, 1, 823220), "0.0%");
	assert_string_equal(show_percent(&cli, 0, 0), "—");
	assert_string_equal(show_percent(&cli, INT64_MAX / 2, INT64_MAX), "49.9%");
	assert_string_equal(show_points(&cli, 9999), "99.9");
	assert_string_equal(show_points(&cli, 10000), "100");
	assert_string_equal(show_points(&cli, -1), "—");
	cli.utf8 = false;
	assert_string_equal(show_points(&cli, -1), "-");
}

static void
thousands_are_grouped(void **state)
{
	(void)state;
	assert_string_equal(show_number(&cli, 0), "0");
	assert_string_equal(show_number(&cli, 999), "999");
	assert_string_equal(show_number(&cli, 1000), "1,000");
	assert_string_equal(show_number(&cli, 823220), "823,220");
	assert_string_equal(show_number(&cli, -1234567), "-1,234,567");
	assert_string_equal(show_number(&cli, INT64_MIN), "-9,223,372,036,854,775,808");
}

static void
expect_table(int width, const char *want)
{
	Table t = table_new(&cli);
	table_column(&t, "area", COLUMN_LEFT, 8);
	table_column(&t, "ready", COLUMN_RIGHT, 0);
	table_column(&t, "", COLUMN_BAR, 4);
	table_column(&t, "not\nheard", COLUMN_RIGHT, 0);
	static const char *const cell[] = {"Kota Sungai Penuh", "1/2", "5000", "7", "Muarö", "2/2",
		"10000", "", "Bungo", "0/0", "", "1"};
	for (size_t i = 0; i < sizeof cell / sizeof cell[0]; i++)
		table_add(&t, cell[i]);
	fclose(cli.env.out);
	free(text);
	cli.env.out = open_memstream(&text, &text_n);
	table_print(&t, width);
	fflush(cli.env.out);
	assert_string_equal(text, want);
}

static void
tables_shrink_to_fit(void **state)
{
	(void)state;
	expect_table(80,
		"                                        not\n"
		"area               ready              heard\n"
		"Kota Sungai Penuh    1/2  █████░░░░░      7\n"
		"Muarö                2/2  ██████████\n"
		"Bungo                0/0                  1\n");
	expect_table(30,
		"                           not\n"
		"area       ready         heard\n"
		"Kota Sung…   1/2 ███▌░░░     7\n"
		"Muarö        2/2 ███████\n"
		"Bungo        0/0             1\n");
	/* What may not shrink stays, even when it is too wide. */
	expect_table(10,
		"                      not\n"
		"area     ready      heard\n"
		"Kota Su…   1/2 ██░░     7\n"
		"Muarö      2/2 ████\n"
		"Bungo      0/0          1\n");
}

static void
bars_are_full_only_at_the_whole(void **state)
{
	(void)state;
	Table t = table_new(&cli);
	table_column(&t, "", COLUMN_BAR, 0);
	table_add(&t, "9999");
	table_print(&t, 80);
	cli.utf8 = false;
	table_print(&t, 80);
	fflush(cli.env.out);
	assert_string_equal(text, "█████████▉\n#########.\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(shares_round_down),
		T(thousands_are_grouped),
		T(tables_shrink_to_fit),
		T(bars_are_full_only_at_the_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
