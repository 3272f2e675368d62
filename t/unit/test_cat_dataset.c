/* cat/dataset: a .def file becomes a Dataset, and each mistake in one is named with file, line and remedy. */
#include "unit.h"

#include "cat/cat.h"

static Arena arena;

static int
open_arena(void **state)
{
	(void)state;
	return arena_open(&arena, 64 << 20, NULL) ? 0 : -1;
}

static int
close_arena(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static Dataset
parsed(const char *text)
{
	Dataset d;
	OK(dataset_parse(S("datasets/x.def"), str_of(text), &arena, &d, &err));
	return d;
}

static void
delivery_of_the_agreement(void **state)
{
	(void)state;
	Dataset d = parsed(
		"dataset  delivery\n"
		"title    \"Logistics received\"\n"
		"owner    kpu\n"
		"level    tps\n"
		"field    tps       area(tps)          key\n"
		"field    item      code(logistics)    key\n"
		"field    received  int(0..100000)     required   label \"Received\"   from \"diterima, jumlah\"\n"
		"field    damaged   int(0..100000)     default 0  label \"Damaged\"\n"
		"field    at        instant                       label \"Received at\"\n"
		"field    note      text(200) unit \"a \\\"b\\\" # c\" # a comment\n"
		"\n# another\r\n"
		"example  1571091002001, ballot_governor, 412, 2, 2024-11-25T09:10+07:00,\n"
		"reject   1571091002001, ballot_governor, -1, 0, ,          # received below 0\n");
	SAME(d.name, "delivery");
	SAME(d.title, "Logistics received");
	SAME(d.owner, "kpu");
	SAME(d.file, "datasets/x.def");
	assert_int_equal(d.level, LEVEL_TPS);
	assert_int_equal(d.n_fields, 6);
	assert_int_equal(d.n_key, 2);
	assert_int_equal(d.area, 0);
	assert_false(d.has_private || d.restricted);
	const Field *f = dataset_field(&d, S("received"));
	assert_non_null(f);
	assert_true(f->required && !f->key && f->type == TYPE_INT && f->min == 0 && f->max == 100000 &&
		f->line == 7);
	assert_int_equal(f->n_from, 2);
	SAME(f->from[1], "jumlah");
	SAME(d.field[3].default_text, "0");
	assert_null(d.field[2].default_text.p);
	SAME(d.field[5].unit, "a \"b\" # c");
	SAME(d.field[5].label, "Note");
	SAME(d.field[1].list, "logistics");
	assert_null(dataset_field(&d, S("nothing")));
	/* at damaged item note received tps */
	const size_t order[] = {4, 3, 1, 5, 2, 0};
	assert_memory_equal(d.sorted, order, sizeof order);
	Sha256 hash = sha256(d.text);
	assert_memory_equal(&d.hash, &hash, sizeof hash);

	assert_true(d.n_examples == 1 && d.n_rejects == 1);
	SAME(d.reject[0].reason, "received below 0");
	assert_int_equal(d.example[0].line, 13);
	Str cell[6];
	OK(example_cells(&d, d.example[0].text, &arena, cell, &err));
	SAME(cell[1], "ballot_governor");
	SAME(cell[4], "2024-11-25T09:10+07:00");
	SAME(cell[5], "");
	OK(example_cells(&d, S("1, \"a, \"\"b\"\"\" ,3"), &arena, cell, &err));
	SAME(cell[1], "a, \"b\"");
	SAME(cell[2], "3");
	SAME(cell[3], "");
}

#define HEAD "dataset x\ntitle \"X\"\nowner kpu\nlevel tps\nfield tps area(tps) key\n"

static void
every_type_and_attribute(void **state)
{
	(void)state;
	Dataset d = parsed(HEAD
		"restricted\nvisible_by who\n"
		"field a id\nfield b decimal(2)\nfield c money\nfield d bool\nfield e date\n"
		"field f enum(one, two-2, 3)\nfield g states(draft>sent>done)\nfield h ref(other)\n"
		"field i phone private(kpu, polri) required\nfield j file\nfield who text(9) label \"Who\"\n"
		"field long_name int(-5..5)\n"
		"field v int(0..9) repeat 3 label \"Votes {n} of {n}\" from \"suara{n}, s_{n}\"\n"
		"field w bool repeat 2\n");
	assert_true(d.restricted && d.has_private);
	SAME(d.visible_by, "who");
	assert_int_equal(d.n_fields, 18);
	assert_int_equal(dataset_field(&d, S("b"))->places, 2);
	assert_int_equal(dataset_field(&d, S("f"))->n_options, 3);
	SAME(dataset_field(&d, S("f"))->option[1], "two-2");
	SAME(dataset_field(&d, S("g"))->option[2], "done");
	SAME(dataset_field(&d, S("h"))->ref, "other");
	assert_int_equal(dataset_field(&d, S("i"))->n_private, 2);
	SAME(dataset_field(&d, S("i"))->private_to[1], "polri");
	SAME(dataset_field(&d, S("long_name"))->label, "Long name");
	SAME(dataset_field(&d, S("v_3"))->label, "Votes 3 of 3");
	SAME(dataset_field(&d, S("v_2"))->from[0], "suara2");
	SAME(dataset_field(&d, S("w_2"))->label, "W 2");
	assert_null(dataset_field(&d, S("v")));
}

static void
area_key_may_stand_second(void **state)
{
	(void)state;
	Dataset d = parsed(
		"dataset x\ntitle \"X\"\nowner tni\nlevel any\nfield no id key\nfield place area(village) key\nfield old area(any)\n");
	assert_int_equal(d.area, 1);
	assert_true(d.key[0] == 0 && d.key[1] == 1 && d.n_key == 2);
}

static const struct {
	const char *text, *want, *hint;
} refusals[] = {
	{"dataset x\nfield a itn(1..2)\n",
		"datasets/x.def:2: unknown type 'itn'; one of id, text(n), int(a..b), decimal(p), money, bool, date, instant, "
		"enum(a, b), states(a>b>c), code(list), area(level), ref(dataset), phone, file",
		"did you mean 'int'?"},
	{"datset x\n",
		"datasets/x.def:1: unknown word 'datset'; one of dataset, title, owner, level, restricted, visible_by, made_by, field, example, reject",
		"did you mean 'dataset'?"},
	{"", "datasets/x.def:1: a line 'dataset …' is missing", ""},
	{"dataset x\n", "datasets/x.def:1: a line 'title …' is missing", ""},
	{"dataset x\ntitle \"X\"\n", "datasets/x.def:1: a line 'owner …' is missing", ""},
	{"dataset x\ntitle \"X\"\nowner kpu\n", "datasets/x.def:1: a line 'level …' is missing", ""},
	{"dataset x\ntitle \"X\"\nowner kpu\nlevel any\n",
		"datasets/x.def:1: a line 'field …' is missing", ""},
	{"dataset 9x\n",
		"datasets/x.def:1: '9x' is no name for a dataset: a-z, then a-z, 0-9 and _, 40 at most",
		""},
	{"dataset select\n",
		"datasets/x.def:1: 'select' is a word of SQL, choose another name for the dataset", ""},
	{"dataset event\n",
		"datasets/x.def:1: 'event' is a core table, choose another name for the dataset", ""},
	{"dataset import_job\n",
		"datasets/x.def:1: 'import_job' is a core table, choose another name for the dataset", ""},
	{"dataset x\ndataset y\n", "datasets/x.def:2: 'dataset' is given twice", ""},
	{"title a b\n",
		"datasets/x.def:1: 'title' takes one value; put text of several words in quotes", ""},
	{"title \"a\n", "datasets/x.def:1: the quoted text 'a' has no closing quote", ""},
	{"title \"a\"b\n", "datasets/x.def:1: a blank is missing after 'a'", ""},
	{"title a\"b\"\n", "datasets/x.def:1: a blank is missing after 'a'", ""},
	{"\"title\" x\n", "datasets/x.def:1: a line starts with a keyword, not with 'title'", ""},
	{"title (x)\n", "datasets/x.def:1: '(' belongs to the word before it, without a blank", ""},
	{"title x(y\n", "datasets/x.def:1: 'x(' has no closing parenthesis", ""},
	{"owner fbi\n",
		"datasets/x.def:1: unknown agency 'fbi'; one of kpu bawaslu kesbangpol polri tni linmas pemda",
		""},
	{"level town\n",
		"datasets/x.def:1: unknown level 'town'; one of province, regency, district, village, tps, any",
		""},
	{"restricted yes\n", "datasets/x.def:1: 'restricted' stands alone", ""},
	{"\n\nfield a\n", "datasets/x.def:3: a field is written: field NAME TYPE attributes", ""},
	{"field _a int(1..2)\n",
		"datasets/x.def:1: '_a' is no name for a field: a-z, then a-z, 0-9 and _, 40 at most", ""},
	{"field order int(1..2)\n",
		"datasets/x.def:1: 'order' is a word of SQL, choose another name for the field", ""},
	{"field a text\n", "datasets/x.def:1: type 'text' is written text(n)", ""},
	{"field a text(0)\n", "datasets/x.def:1: '0' is no length of a text, 1 to 10000", ""},
	{"field a date(1)\n", "datasets/x.def:1: type 'date' takes nothing in parentheses", ""},
	{"field a int(9..1)\n",
		"datasets/x.def:1: '9..1' is no range, write lowest..highest such as 0..100", ""},
	{"field a int(5)\n", "datasets/x.def:1: '5' is no range, write lowest..highest such as 0..100",
		""},
	{"field a int(0..9007199254740992)\n",
		"datasets/x.def:1: '0..9007199254740992' is no range, write lowest..highest such as 0..100",
		""},
	{"field a decimal(7)\n", "datasets/x.def:1: '7' is no number of decimal places, 1 to 6", ""},
	{"field a enum(x)\n", "datasets/x.def:1: one option is no choice, give two or more", ""},
	{"field a enum(x, X)\n", "datasets/x.def:1: option 'X' is given twice", ""},
	{"field a enum(x,,y)\n", "datasets/x.def:1: an empty place in a list separated by ','", ""},
	{"field a states(x>y z)\n",
		"datasets/x.def:1: 'y z' is no option: letters, digits, _ and -, 40 at most", ""},
	{"field a area(planet)\n",
		"datasets/x.def:1: unknown level 'planet'; one of province, regency, district, village, tps, any",
		""},
	{"field a code(Big)\n",
		"datasets/x.def:1: 'Big' is no name for a code list: a-z, then a-z, 0-9 and _, 40 at most",
		""},
	{"field a bool requird\n",
		"datasets/x.def:1: unknown attribute 'requird'; one of key, required, default, label, from, unit, private, match, repeat",
		"did you mean 'required'?"},
	{"field a text(9) match\n",
		"datasets/x.def:1: 'match' is for private fields of type text, id or phone", ""},
	{"field a bool private(kpu) match\n",
		"datasets/x.def:1: 'match' is for private fields of type text, id or phone", ""},
	{"field a bool label\n", "datasets/x.def:1: 'label' needs a value", ""},
	{"field a bool label \"A\" label \"B\"\n", "datasets/x.def:1: 'label' is given twice", ""},
	{"field a bool from \"a\" from \"b\"\n", "datasets/x.def:1: 'from' is given twice", ""},
	{"field a bool key(x)\n", "datasets/x.def:1: 'key' takes nothing in parentheses", ""},
	{"field a bool private\n", "datasets/x.def:1: 'private' is written private(agency, …)", ""},
	{"field a bool private(kpu, cia)\n",
		"datasets/x.def:1: unknown agency 'cia'; one of kpu bawaslu kesbangpol polri tni linmas pemda",
		""},
	{"field a id key private(kpu)\n", "datasets/x.def:1: a key field cannot be private", ""},
	{"field a bool repeat 41\n", "datasets/x.def:1: repeat takes 2 to 40, not '41'", ""},
	{"field a bool repeat 1\n", "datasets/x.def:1: repeat takes 2 to 40, not '1'", ""},
	{"field a id key repeat 2\n", "datasets/x.def:1: a key field cannot be repeated", ""},
	{"field a bool repeat 2 repeat 3\n", "datasets/x.def:1: 'repeat' is given twice", ""},
	{HEAD "field tps bool\n", "datasets/x.def:6: field 'tps' is given twice, first on line 5", ""},
	{HEAD "field a bool label \"TPS!\"\n",
		"datasets/x.def:6: label 'TPS!' of field 'a' is already that of field 'tps'", ""},
	{HEAD "field a bool label \"B\"\nfield b bool label \"C\"\n",
		"datasets/x.def:6: label 'B' of field 'a' is the name of another field", ""},
	{HEAD "field v bool repeat 2 label \"Votes\"\n",
		"datasets/x.def:6: label 'Votes' of field 'v_2' is already that of field 'v_1'", ""},
	{"dataset x\ntitle \"X\"\nowner kpu\nlevel tps\nfield a id key\n",
		"datasets/x.def:1: no key field of type area(…): it places each row", ""},
	{"dataset x\ntitle \"X\"\nowner kpu\nlevel tps\nfield a area(village) key\n",
		"datasets/x.def:5: the dataset's level is 'tps', but its key field 'a' is area(village)",
		""},
	{HEAD "visible_by who\n", "datasets/x.def:1: visible_by names 'who', which is no field", ""},
	{HEAD "reject 1\n", "datasets/x.def:6: a reject says why: put '# reason' at its end", ""},
	{HEAD "reject 1 #\n", "datasets/x.def:6: a reject says why: put '# reason' at its end", ""},
	{HEAD "\nexample 1,2\n", "datasets/x.def:7: more cells than the 1 fields of dataset 'x'", ""},
	{HEAD "example \"1\n", "datasets/x.def:6: a quoted cell has no closing quote", ""},
	{HEAD "example \"1\"2\n", "datasets/x.def:6: text after the closing quote of a cell", ""},
	{"dataset x\ntitle \"\x01\"\n",
		"datasets/x.def:2: bytes that are not UTF-8 text, or a control character", ""},
	{"dataset x\n\n\xff\n",
		"datasets/x.def:3: bytes that are not UTF-8 text, or a control character", ""},
};

static void
each_mistake_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		Dataset d;
		Arena tmp = arena;
		Err e = {0};
		bool done = dataset_parse(S("datasets/x.def"), str_of(refusals[i].text), &tmp, &d, &e);
		if (done || e.code != E_INPUT || strcmp(e.text, refusals[i].want) != 0 ||
			strcmp(e.hint, refusals[i].hint) != 0) {
			print_error("%s\nexpected: %s [%s]\ncame:     %s [%s]\n", refusals[i].text,
				refusals[i].want, refusals[i].hint, done ? "accepted" : e.text, e.hint);
			fail();
		}
	}
}

static void
caps_hold(void **state)
{
	(void)state;
	Dataset d;
	AUTO(Buf) b = {0};
	buf_add(&b, S(HEAD));
	for (int i = 0; i < 11; i++)
		buf_fmt(&b, "field a%d bool repeat 40\n", i);
	REFUSED(dataset_parse(S("f"), buf_str(&b), &arena, &d, &err), E_INPUT,
		"f:15: more than 400 fields");
	buf_clear(&b);
	buf_add(&b, S("title"));
	for (int i = 0; i < 60; i++)
		buf_add(&b, S(" a"));
	REFUSED(dataset_parse(S("f"), buf_str(&b), &arena, &d, &err), E_INPUT,
		"f:1: more than 48 words in one line");
	buf_clear(&b);
	for (int i = 0; i < 600 * 1024; i++)
		buf_byte(&b, '\n');
	REFUSED(dataset_parse(S("f"), buf_str(&b), &arena, &d, &err), E_LIMIT,
		"a definition has 524288 at most");
	buf_clear(&b);
	buf_add(&b, S("dataset x\ntitle \"X\"\nowner kpu\nlevel any\n"));
	for (int i = 0; i < 9; i++)
		buf_fmt(&b, "field a%d area(any) key\n", i);
	REFUSED(dataset_parse(S("f"), buf_str(&b), &arena, &d, &err), E_INPUT,
		"f:13: more than 8 key fields");
}

static void
levels_and_places(void **state)
{
	(void)state;
	Level l;
	SAME(level_name(LEVEL_DISTRICT), "district");
	assert_true(level_of(S("village"), &l) && l == LEVEL_VILLAGE);
	assert_true(level_of(S("any"), &l) && l == LEVEL_ANY);
	assert_false(level_of(S("town"), &l));
	const struct {
		const char *code;
		Level level;
	} codes[] = {{"15", LEVEL_PROVINCE}, {"1571", LEVEL_REGENCY}, {"157109", LEVEL_DISTRICT},
		{"1571091002", LEVEL_VILLAGE}, {"1571091002001", LEVEL_TPS}, {"0", LEVEL_ANY},
		{"", LEVEL_ANY}, {"157", LEVEL_ANY}, {"15a1", LEVEL_ANY}, {"15710910020011", LEVEL_ANY}};
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		assert_int_equal(area_level(str_of(codes[i].code)), codes[i].level);
	SAME(area_lift(S("1571091002001"), LEVEL_DISTRICT), "157109");
	SAME(area_lift(S("1571091002001"), LEVEL_TPS), "1571091002001");
	SAME(area_lift(S("1571"), LEVEL_VILLAGE), "1571");
	SAME(area_lift(S("1571"), LEVEL_ANY), "1571");
	assert_int_equal(area_zone(S("1571")), 420);
	assert_int_equal(area_zone(S("61")), 420);
	assert_int_equal(area_zone(S("64")), 480);
	assert_int_equal(area_zone(S("51")), 480);
	assert_int_equal(area_zone(S("7604")), 480);
	assert_int_equal(area_zone(S("8101")), 540);
	assert_int_equal(area_zone(S("96")), 540);
	assert_int_equal(area_zone(S("0")), 420);
}

static void
nearest_name(void **state)
{
	(void)state;
	const Str names[] = {S("delivery"), S("roll_count"), S("tps"), S("stage")};
	SAME(nearest(S("delivry"), names, 4), "delivery");
	SAME(nearest(S("Roll Count"), names, 4), "roll_count");
	SAME(nearest(S("stages"), names, 4), "stage");
	assert_null(nearest(S("ballot"), names, 4).p);
	assert_null(nearest(S("x"), names, 4).p);
	assert_null(nearest(S("x"), names, 0).p);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(delivery_of_the_agreement),
	cmocka_unit_test(every_type_and_attribute),
	cmocka_unit_test(area_key_may_stand_second),
	cmocka_unit_test(each_mistake_is_named),
	cmocka_unit_test(caps_hold),
	cmocka_unit_test(levels_and_places),
	cmocka_unit_test(nearest_name),
};
UNIT_MAIN(tests, open_arena, close_arena)
