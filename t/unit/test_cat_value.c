/* cat/value: what each type accepts, what it refuses and with which sentence, and that printed values are read back. */
#include "unit.h"

#include "cat/cat.h"

static Arena arena;
static Dataset d;
static Pack pack;
static Catalog cat;

static int
set_up(void **state)
{
	(void)state;
	Err e = {0};
	bool ok = arena_open(&arena, 64 << 20, &e) &&
		dataset_parse(S("d"),
			S("dataset d\ntitle \"D\"\nowner kpu\nlevel tps\nfield tps area(tps) key\nfield place area(any)\n"
			  "field village area(village)\nfield count int(-5..100000)\nfield big int(0..9007199254740991)\nfield ratio decimal(3)\n"
			  "field cost money\nfield yes_no bool\nfield day date\nfield at instant\nfield size enum(small, very_large)\n"
			  "field state states(draft>sent>done)\nfield item code(logistics)\nfield other code(nothing)\nfield who ref(d)\n"
			  "field what ref(e)\nfield hp phone\nfield proof file\nfield note text(5)\nfield long text(200)\nfield no id\n"),
			&arena, &d, &e) &&
		pack_parse(S("p"),
			S("pack p\ntitle \"P\"\npoll 2024-11-27\nsource \"x\"\ncode logistics ink \"Ink bottle\"\ncode logistics ballot_governor \"Ballot, governor\"\n"
			  "code stage x \"X\"\n"),
			&arena, &pack, &e);
	if (!ok)
		print_error("%s\n", e.text);
	cat = (Catalog){.dataset = &d, .n_datasets = 1, .pack = &pack, .n_packs = 1};
	return ok ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static Value
read_as(const char *field, const char *cell)
{
	Value v = {0};
	const Field *f = dataset_field(&d, str_of(field));
	assert_non_null(f);
	err = (Err){0};
	if (!value_parse(&(Reading){&cat, &pack, 420, &arena}, f, str_of(cell), &v, &err)) {
		print_error("%s '%s': %s\n", field, cell, err.text);
		fail();
	}
	return v;
}

static const struct {
	const char *field, *cell;
	int64_t want;
} numbers[] = {
	{"count", "0", 0},
	{"count", " 412 ", 412},
	{"count", "-5", -5},
	{"count", "1.234", 1234},
	{"count", "1,234", 1234},
	{"count", "99.999", 99999},
	{"count", "007", 7},
	{"count", "100000", 100000},
	{"big", "9.007.199.254.740.991", 9007199254740991},
	{"big", "1,234,567", 1234567},
	{"ratio", "1.5", 1500},
	{"ratio", "1,5", 1500},
	{"ratio", "-0,25", -250},
	{"ratio", "12", 12000},
	{"ratio", "1.234,5", 1234500},
	{"ratio", "1,234.5", 1234500},
	{"ratio", "1.234.567", 1234567000},
	{"ratio", "1.234", 1234},
	{"ratio", "-1.001", -1001},
	{"cost", "5000000", 5000000},
	{"cost", "Rp 1.234.567", 1234567},
	{"cost", "Rp. 2.000,00", 2000},
	{"cost", "rp5,000.00", 5000},
	{"yes_no", "ya", 1},
	{"yes_no", "TIDAK", 0},
	{"yes_no", "Yes", 1},
	{"yes_no", "no", 0},
	{"yes_no", "TRUE", 1},
	{"yes_no", "false", 0},
	{"yes_no", "1", 1},
	{"yes_no", "0", 0},
	{"at", "1970-01-01T07:00+07:00", 0},
	{"at", "1970-01-01 07:00", 0},
	{"at", "1970-01-01T00:00:01Z", 1000},
	{"at", "01/01/1970 07:00", 0},
	{"at", "1-1-1970 07:00:02", 2000},
	{"at", "1970-01-01 08:00 WITA", 0},
	{"at", "1970-01-01 09:00 WIT", 0},
	{"at", "1/1/1970 07:00 WIB", 0},
};

static void
numbers_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		Value v = read_as(numbers[i].field, numbers[i].cell);
		if (v.kind != VALUE_INT || v.i != numbers[i].want)
			fail_msg("%s '%s': expected %lld, came %lld", numbers[i].field, numbers[i].cell,
				(long long)numbers[i].want, (long long)v.i);
	}
}

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *field, *cell, *want;
} texts[] = {
	{"tps", "1571091002001", "1571091002001"},
	{"tps", "15.71.09.1002.001", "1571091002001"},
	{"tps", "15 71 09 1002 001", "1571091002001"},
	{"place", "15", "15"},
	{"place", "15.71", "1571"},
	{"place", "0", "0"},
	{"place", "15.71.09.1002", "1571091002"},
	{"village", "1571091002", "1571091002"},
	{"day", "2024-11-27", "2024-11-27"},
	{"day", "27/11/2024", "2024-11-27"},
	{"day", "27-11-2024", "2024-11-27"},
	{"day", "1/2/2024", "2024-02-01"},
	{"day", "29/02/2024", "2024-02-29"},
	{"day", "2024-11-27 00:00:00", "2024-11-27"},
	{"size", "small", "small"},
	{"size", "SMALL", "small"},
	{"size", "Very large", "very_large"},
	{"size", "very-large", "very_large"},
	{"state", "sent", "sent"},
	{"item", "ink", "ink"},
	{"item", "INK", "ink"},
	{"item", "ink bottle", "ink"},
	{"item", "Ballot, Governor", "ballot_governor"},
	{"who", "15.71.09.1002.001", "1571091002001"},
	{"what", "1571/a%2Fb", "1571/a%2Fb"},
	{"hp", "+62 741 000001", "+62741000001"},
	{"hp", "0812-3456-7890", "081234567890"},
	{"hp", "'+62741000001", "+62741000001"},
	{"hp", "081234567890", "081234567890"},
	{"proof", HASH, HASH},
	{"proof", "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", HASH},
	{"note", " abcde ", "abcde"},
	{"note", "äöüßé", "äöüßé"},
	{"note", "'=1+1", "=1+1"},
	{"note", "a=b", "a=b"},
	{"note", "'a", "'a"},
	{"long", "1571091002001", "1571091002001"},
	{"long", "9971010101900001", "9971010101900001"},
	{"no", "A-1_b.2", "A-1_b.2"},
};

static void
texts_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		Value v = read_as(texts[i].field, texts[i].cell);
		assert_int_equal(v.kind, VALUE_TEXT);
		SAME(v.s, texts[i].want);
	}
}

static void
blank_is_null(void **state)
{
	(void)state;
	for (size_t i = 0; i < d.n_fields; i++) {
		Value v = {.kind = VALUE_INT};
		OK(value_parse(&(Reading){&cat, &pack, 420, &arena}, &d.field[i], S(" \t "), &v, &err));
		assert_int_equal(v.kind, VALUE_NULL);
	}
}

#define EXCEL "format the column as text in the source and export again"

static const struct {
	const char *field, *cell, *want, *hint;
} refusals[] = {
	{"tps", "1.571E+15", "'1.571E+15' is a number mangled by Excel, expected 13 digits", EXCEL},
	{"tps", "1,57109E+12", "'1,57109E+12' is a number mangled by Excel, expected 13 digits", EXCEL},
	{"tps", "157109100200", "'157109100200' is no code of a TPS, expected 13 digits", ""},
	{"tps", "1571091002001.0", "'1571091002001.0' is no code of a TPS, expected 13 digits", ""},
	{"tps", "157109100200a", "'157109100200a' is no code of a TPS, expected 13 digits", ""},
	{"village", "1571091002001", "'1571091002001' is no code of a village, expected 10 digits", ""},
	{"place", "Jambi", "'Jambi' is no area code, expected 2, 4, 6, 10 or 13 digits", ""},
	{"place", "15.7", "'15.7' is no area code, expected 2, 4, 6, 10 or 13 digits", ""},
	{"place", "157.0", "'157.0' is no area code, expected 2, 4, 6, 10 or 13 digits", ""},
	{"count", "-6", "'-6' is out of range, expected -5 to 100000", ""},
	{"count", "100001", "'100001' is out of range, expected -5 to 100000", ""},
	{"count", "12a", "'12a' is not a whole number", ""},
	{"count", "1.5", "'1.5' is not a whole number", ""},
	{"count", "1.23.456", "'1.23.456' is not a whole number", ""},
	{"count", "1,234.567", "'1,234.567' is not a whole number", ""},
	{"count", "0.500", "'0.500' is not a whole number", ""},
	{"count", "1.571E+15", "'1.571E+15' is a number mangled by Excel, expected all its digits",
		EXCEL},
	{"count", "99999999999999999999", "'99999999999999999999' is not a whole number", ""},
	{"count", "-", "'-' is not a whole number", ""},
	{"count", "+5", "'+5' is not a whole number", ""},
	{"ratio", "1.2345", "'1.2345' has more than 3 decimal places", ""},
	{"ratio", "1.", "'1.' is not a number", ""},
	{"ratio", ".5", "'.5' is not a number", ""},
	{"ratio", "x", "'x' is not a number", ""},
	{"ratio", "999999999999999999", "'999999999999999999' is not a number", ""},
	{"ratio", "9007199254741",
		"'9007199254741' is out of range, expected -9007199254740.991 to 9007199254740.991", ""},
	{"cost", "-1", "'-1' is out of range, expected 0 to 9007199254740991", ""},
	{"cost", "12,50", "'12,50' is not an amount in whole rupiah", ""},
	{"yes_no", "maybe", "'maybe' is neither yes nor no", ""},
	{"yes_no", "2", "'2' is neither yes nor no", ""},
	{"day", "2024-02-30", "'2024-02-30' is not a date, expected 2024-11-27 or 27/11/2024", ""},
	{"day", "11/27/2024", "'11/27/2024' is not a date, expected 2024-11-27 or 27/11/2024", ""},
	{"day", "27/11-2024", "'27/11-2024' is not a date, expected 2024-11-27 or 27/11/2024", ""},
	{"day", "27/11/24", "'27/11/24' is not a date, expected 2024-11-27 or 27/11/2024", ""},
	{"day", "45623", "'45623' is not a date, expected 2024-11-27 or 27/11/2024", ""},
	{"at", "yesterday",
		"'yesterday' is not a time, expected 2024-11-27 07:00 or 2024-11-27T07:00+07:00", ""},
	{"at", "2024-11-27 25:00",
		"'2024-11-27 25:00' is not a time, expected 2024-11-27 07:00 or 2024-11-27T07:00+07:00",
		""},
	{"size", "smal", "unknown option 'smal'; one of small, very_large", "did you mean 'small'?"},
	{"size", "xyz", "unknown option 'xyz'; one of small, very_large", ""},
	{"state", "done?no", "unknown option 'done?no'; one of draft, sent, done",
		"did you mean 'done'?"},
	{"item", "inkk", "unknown logistics code 'inkk'; one of ink, ballot_governor",
		"did you mean 'ink'?"},
	{"other", "x", "rule pack 'p' has no code list 'nothing'", ""},
	{"who", "1571", "'1571' is no code of a TPS, expected 13 digits", ""},
	{"hp", "12345", "'12345' is no phone number, expected 6 to 16 digits", ""},
	{"hp", "12345678901234567", "'12345678901234567' is no phone number, expected 6 to 16 digits",
		""},
	{"hp", "0812x345678", "'0812x345678' is no phone number, expected 6 to 16 digits", ""},
	{"hp", "62+812345678", "'62+812345678' is no phone number, expected 6 to 16 digits", ""},
	{"hp", "6.2812E+11", "'6.2812E+11' is a number mangled by Excel, expected all its digits",
		EXCEL},
	{"proof", "abc", "'abc' is no file, expected the 64 hexadecimal digits of its SHA-256", ""},
	{"note", "abcdef", "text of 6 characters, at most 5 fit", ""},
	{"note", "äöüßéx", "text of 6 characters, at most 5 fit", ""},
	{"note", "=1+1", "text must not start with '='",
		"put an apostrophe in front: a spreadsheet would run it as a formula"},
	{"note", "+1", "text must not start with '+'",
		"put an apostrophe in front: a spreadsheet would run it as a formula"},
	{"note", "-1", "text must not start with '-'",
		"put an apostrophe in front: a spreadsheet would run it as a formula"},
	{"note", "@a", "text must not start with '@'",
		"put an apostrophe in front: a spreadsheet would run it as a formula"},
	{"long", "1.571E+15", "'1.571E+15' is a number mangled by Excel, expected all its digits",
		EXCEL},
	{"long", "9971010101900000", "'9971010101900000' was rounded by Excel, expected all 16 digits",
		EXCEL},
	{"no", "9971010101900000", "'9971010101900000' was rounded by Excel, expected all 16 digits",
		EXCEL},
	{"no", "a/b", "'a/b' is no identifier: letters, digits, '-', '_' and '.', 64 at most", ""},
	{"no", "-a", "'-a' is no identifier: letters, digits, '-', '_' and '.', 64 at most", ""},
	{"no", HASH "0",
		"'0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab' is no identifier: letters, digits, '-', '_' and '.', "
		"64 at most",
		""},
};

static void
each_refusal_has_its_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		Value v;
		Err e = {0};
		const Field *f = dataset_field(&d, str_of(refusals[i].field));
		bool done =
			value_parse(&(Reading){&cat, &pack, 420, &arena}, f, str_of(refusals[i].cell), &v, &e);
		if (done || e.code != E_INPUT || strcmp(e.text, refusals[i].want) != 0 ||
			strcmp(e.hint, refusals[i].hint) != 0) {
			print_error("%s '%s'\nexpected: %s [%s]\ncame:     %s [%s]\n", refusals[i].field,
				refusals[i].cell, refusals[i].want, refusals[i].hint, done ? "accepted" : e.text,
				e.hint);
			fail();
		}
		assert_int_equal(v.kind, VALUE_NULL);
	}
}

static void
codes_need_a_pack(void **state)
{
	(void)state;
	Value v;
	REFUSED(value_parse(&(Reading){&cat, NULL, 420, &arena}, dataset_field(&d, S("item")), S("ink"),
				&v, &err),
		E_INPUT, "code list 'logistics' comes from a rule pack, and there is none");
}

static void
zone_of_the_area(void **state)
{
	(void)state;
	Value v;
	OK(value_parse(&(Reading){&cat, &pack, 540, &arena}, dataset_field(&d, S("at")),
		S("1970-01-01 09:00"), &v, &err));
	assert_int_equal(v.i, 0);
}

/* What value_print writes, and an export's apostrophe before it, reads back as the same value. */
static void
printed_values_read_back(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	size_t n_numbers = sizeof numbers / sizeof numbers[0], n_texts = sizeof texts / sizeof texts[0],
		   checked = 0;
	for (size_t i = 0; i < n_numbers + n_texts; i++) {
		bool number = i < n_numbers;
		const char *field = number ? numbers[i].field : texts[i - n_numbers].field;
		const Field *f = dataset_field(&d, str_of(field));
		Value v = read_as(field, number ? numbers[i].cell : texts[i - n_numbers].cell), again;
		for (int zone = 420; zone <= 540; zone += 60) {
			AUTO(Buf) cell = {0};
			buf_clear(&b);
			value_print(f, v, zone, &b);
			if (v.kind == VALUE_TEXT)
				csv_out_text(&cell, buf_str(&b));
			else
				buf_add(&cell, buf_str(&b));
			Str text = buf_str(&cell);
			if (str_starts(text, S("\"")))
				text = str_slice(text, 1, text.n - 1);
			OK(value_parse(&(Reading){&cat, &pack, 0, &arena}, f, text, &again, &err));
			if (!value_eq(v, again))
				fail_msg("%s: '%.*s' was not read back", field, STR(text));
			checked++;
		}
	}
	assert_true(checked > 200);
	buf_clear(&b);
	value_print(dataset_field(&d, S("ratio")), (Value){.kind = VALUE_INT, .i = -5}, 0, &b);
	SAME(buf_str(&b), "-0.005");
	buf_clear(&b);
	value_print(dataset_field(&d, S("ratio")), (Value){.kind = VALUE_NULL}, 0, &b);
	assert_int_equal(b.n, 0);
}

static void
equality(void **state)
{
	(void)state;
	Value null = {0}, one = {.kind = VALUE_INT, .i = 1}, two = {.kind = VALUE_INT, .i = 2};
	Value a = {.kind = VALUE_TEXT, .s = S("a")}, b = {.kind = VALUE_TEXT, .s = S("b")};
	assert_true(value_eq(null, null) && value_eq(one, one) && value_eq(a, a));
	assert_false(value_eq(null, one) || value_eq(one, two) || value_eq(a, b) || value_eq(one, a));
}

/* Six million cells per import are read: the commonest types take no memory. */
static void
common_types_take_no_memory(void **state)
{
	(void)state;
	const struct {
		const char *field, *cell;
	} cells[] = {{"tps", "1571091002001"}, {"count", "412"}, {"item", "ballot_governor"},
		{"size", "very_large"}, {"day", "2024-11-27"}, {"note", "abc"}};
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		char *at = arena.at;
		(void)read_as(cells[i].field, cells[i].cell);
		assert_ptr_equal(arena.at, at);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(numbers_accepted),
	cmocka_unit_test(texts_accepted),
	cmocka_unit_test(blank_is_null),
	cmocka_unit_test(each_refusal_has_its_sentence),
	cmocka_unit_test(codes_need_a_pack),
	cmocka_unit_test(zone_of_the_area),
	cmocka_unit_test(printed_values_read_back),
	cmocka_unit_test(equality),
	cmocka_unit_test(common_types_take_no_memory),
};
UNIT_MAIN(tests, set_up, tear_down)
