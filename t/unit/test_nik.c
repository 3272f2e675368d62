/* nik: the number of a person and the other cells of a roll: what is taken, what is refused and why. The numbers are made up. */
#include "unit.h"

#include "roll/roll.h"

static int32_t
day(const char *text)
{
	int32_t d;
	assert_true(date_parse(str_of(text), &d));
	return d;
}

static void
test_parts(void **state)
{
	(void)state;
	Nik n;
	assert_int_equal(nik_read(S("9971015708450012"), &n), NIK_GOOD);
	assert_true(n.number == 9971015708450012u && n.area == 997101 && n.serial == 12);
	assert_true(n.female && n.day == 17 && n.month == 8 && n.year == 45);
	assert_int_equal(nik_read(S(" '9971.0117.0845-0012 "), &n), NIK_GOOD);
	assert_false(n.female);
	assert_int_equal(nik_read(S("9971012902040001"), &n), NIK_GOOD);
}

static void
test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		NikFault fault;
	} known[] = {{"", NIK_EMPTY}, {"  ' ", NIK_EMPTY}, {"1.57101E+15", NIK_ROUNDED},
		{"1,57101e+15", NIK_ROUNDED}, {"997101570845001", NIK_LENGTH},
		{"99710157084500123", NIK_LENGTH}, {"997101570845001O", NIK_LETTER},
		{"9971015708450012\xc2\xa0", NIK_LETTER},
		{"11111111"
		 "11111111",
			NIK_ONE_DIGIT},
		{"00000000"
		 "00000000",
			NIK_ONE_DIGIT},
		{"20710157"
		 "08450012",
			NIK_PROVINCE},
		{"9971013208450012", NIK_DATE}, {"9971017208450012", NIK_DATE},
		{"9971010008450012", NIK_DATE}, {"9971014008450012", NIK_DATE},
		{"9971011713450012", NIK_DATE}, {"9971013004450012", NIK_GOOD},
		{"9971013104450012", NIK_DATE}, {"9971013002450012", NIK_DATE},
		{"9971015708450000", NIK_SERIAL}};
	bool seen[NIK_FAULTS] = {false};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		Nik n;
		if (nik_read(str_of(known[i].text), &n) != known[i].fault)
			fail_msg("'%s': expected fault %d, came %d", known[i].text, known[i].fault,
				nik_read(str_of(known[i].text), &n));
		seen[known[i].fault] = true;
	}
	for (int i = NIK_GOOD + 1; i < NIK_FAULTS; i++)
		assert_true(seen[i] && strlen(nik_fault_text((NikFault)i)) > 0);
}

static void
birth(const char *nik, const char *expected)
{
	Nik n;
	int32_t d;
	char text[11];
	assert_int_equal(nik_read(str_of(nik), &n), NIK_GOOD);
	bool found = nik_birth(&n, day("2024-11-27"), &d);
	assert_int_equal(found, expected != NULL);
	if (!found)
		return;
	date_format(d, text);
	assert_string_equal(text, expected);
}

static void
test_century(void **state)
{
	(void)state;
	birth("9971011708450001", "1945-08-17");
	birth("9971012711070001", "2007-11-27"); /* 17 on polling day */
	birth("9971012811070001", "1907-11-28"); /* 16, or 116: a voter */
	birth("9971015711030001", "2003-11-17"); /* not 121 */
	birth("9971010101040001", "2004-01-01"); /* 20, not 120 */
	birth("9971012612040001", "2004-12-26"); /* 19, or 119: the later one that may vote */
	birth("9971012902000001", "2000-02-29"); /* 1900 had none */
	birth("9971012902010001", NULL);
	birth("9971013112240001", "1924-12-31"); /* the other one is still to come */
}

static void
test_dates(void **state)
{
	(void)state;
	static const char *const good[][2] = {{"17|08|1945", "1945-08-17"}, {"7/8/1945", "1945-08-07"},
		{"17-08-1945", "1945-08-17"}, {"17.08.1945", "1945-08-17"}, {" 17 08 1945 ", "1945-08-17"},
		{"1945-08-17", "1945-08-17"}, {"1945/8/17", "1945-08-17"}, {"17081945", "1945-08-17"},
		{"19450817", "1945-08-17"}, {"17 Agustus 1945", "1945-08-17"},
		{"17-Agt-1945", "1945-08-17"}, {"17 AGS 1945", "1945-08-17"}, {"17 Aug 1945", "1945-08-17"},
		{"1 Pebruari 1990", "1990-02-01"}, {"1 Nopember 1990", "1990-11-01"},
		{"1 Mei 1990", "1990-05-01"}, {"1945-08-17 00:00:00", "1945-08-17"},
		{"1945-08-17T00:00:00", "1945-08-17"}, {"29|02|2000", "2000-02-29"},
		{"16666", "1945-08-17"}, {"36526", "2000-01-01"}};
	static const char *const bad[] = {"", "17|08|45", "29|02|1999", "32|01|1990", "00|01|1990",
		"17|13|1990", "17|08", "08|1945", "1945", "17 Xyz 1945", "17 Ag 1945", "17|08|1945|1",
		"1945-08-17 07:00:00", "17a|08|1945", "9999", "60001", "99999999", "17|08|19450",
		"-17-8-1945x", "1|2|3|4|5|6|7|8"};
	int32_t d;
	char text[11];
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		if (!voter_date(str_of(good[i][0]), &d))
			fail_msg("'%s' was refused", good[i][0]);
		date_format(d, text);
		assert_string_equal(text, good[i][1]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (voter_date(str_of(bad[i]), &d))
			fail_msg("'%s' was taken", bad[i]);
}

static void
test_words(void **state)
{
	(void)state;
	static const char *const sexes[3][8] = {{"", " "},
		{"L", "l", "LK", "Lk.", "Laki-laki", "LAKI LAKI", "Pria", "M"},
		{"P", "PR", "pr.", "Perempuan", "Wanita", "F"}};
	static const char *const marriages[4][8] = {{"", "-"}, {"B", "belum", "Belum Kawin"},
		{"S", "Sudah", "kawin", "Menikah"}, {"P", "K", "Pernah", "Cerai Mati", "Janda", "duda"}};
	Sex sex;
	Marriage m;
	for (int s = 0; s < 3; s++)
		for (int i = 0; i < 8 && sexes[s][i]; i++)
			assert_true(voter_sex(str_of(sexes[s][i]), &sex) && (int)sex == s);
	for (int s = 0; s < 4; s++)
		for (int i = 0; i < 8 && marriages[s][i]; i++)
			assert_true(voter_marriage(str_of(marriages[s][i]), &m) && (int)m == s);
	static const char *const none[] = {"X", "1", "LP", "L/P", "Lain", "\xff", "Q"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(voter_sex(str_of(none[i]), &sex) || voter_marriage(str_of(none[i]), &m));
}

static void
test_age(void **state)
{
	(void)state;
	assert_int_equal(voter_age(day("2007-11-27"), day("2024-11-27")), 17);
	assert_int_equal(voter_age(day("2007-11-28"), day("2024-11-27")), 16);
	assert_int_equal(voter_age(day("2008-02-29"), day("2025-02-28")), 16);
	assert_int_equal(voter_age(day("2008-02-29"), day("2025-03-01")), 17);
	assert_int_equal(voter_age(day("2000-01-01"), day("2000-01-01")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_parts), cmocka_unit_test(test_faults),
		cmocka_unit_test(test_century), cmocka_unit_test(test_dates), cmocka_unit_test(test_words),
		cmocka_unit_test(test_age)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
