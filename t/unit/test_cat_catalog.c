/* cat/catalog: all definitions together: the embedded ones load and hold, a folder overrides them, and every name that one file
 * uses must be defined in another. */
#include "unit.h"

#include "cat/cat.h"

#include <sys/stat.h>

static Arena arena;
static char dir[64];

static int
set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "%s", "/tmp/siap-test-cat-XXXXXX");
	return mkdtemp(dir) && arena_open(&arena, 64 << 20, NULL) ? 0 : -1;
}

static const char *const made[] = {"rules/q/pack.def", "rules/q", "rules", "datasets/d.def",
	"datasets/e.def", "datasets/.hidden.def", "datasets/notes.txt", "datasets", "", NULL};

static int
tear_down(void **state)
{
	(void)state;
	char path[128];
	for (size_t i = 0; made[i]; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, made[i]);
		(void)remove(path);
	}
	arena_close(&arena);
	return 0;
}

/* ---- what is embedded ---- */

static bool
row_accepted(const Catalog *c, const Pack *p, const Dataset *d, const Example *e, Err *why)
{
	Arena tmp = arena;
	Str *cell = NEW(&tmp, Str, d->n_fields);
	Value *v = NEW(&tmp, Value, d->n_fields);
	size_t bad;
	bool ok = example_cells(d, e->text, &tmp, cell, why);
	for (size_t i = 0; i < d->n_fields && ok; i++)
		ok = value_parse(&(Reading){c, p, 420, &tmp}, &d->field[i], cell[i], &v[i], why);
	return ok && row_finish(&(Reading){c, p, 0, &tmp}, d, v, &bad, why);
}

static bool
any_pack_accepts(const Catalog *c, const Dataset *d, const Example *e, Err *why)
{
	for (size_t i = 0; i < c->n_packs; i++)
		if (row_accepted(c, &c->pack[i], d, e, why))
			return true;
	return false;
}

static void
embedded_definitions_hold(void **state)
{
	(void)state;
	Env env = env_real();
	env.files = embedded_files;
	env.n_files = embedded_count;
	Catalog c;
	OK(catalog_load(&env, &arena, &c, &err));
	assert_true(c.n_datasets > 0 && c.n_indicators > 0 && c.n_checks > 0 && c.n_packs > 0);
	for (size_t i = 0; i < c.n_datasets; i++) {
		const Dataset *d = &c.dataset[i];
		assert_ptr_equal(catalog_dataset(&c, d->name), d);
		for (size_t k = 0; k < d->n_examples; k++)
			if (!any_pack_accepts(&c, d, &d->example[k], &err))
				fail_msg("%.*s:%d: not accepted: %s", STR(d->file), d->example[k].line, err.text);
		for (size_t k = 0; k < d->n_rejects; k++)
			if (any_pack_accepts(&c, d, &d->reject[k], &err))
				fail_msg("%.*s:%d: accepted, although %.*s", STR(d->file), d->reject[k].line,
					STR(d->reject[k].reason));
		for (size_t k = 0; k < c.n_packs; k++) {
			AUTO(Buf) b = {0};
			json_t *root;
			dataset_json_schema(d, &c.pack[k], &b);
			OK(json_parse(buf_str(&b), 1 << 20, &root, &err));
			json_decref(root);
			dataset_doc(&c, &c.pack[k], d, &b);
			assert_false(b.failed);
		}
	}
	for (size_t i = 0; i < c.n_indicators; i++)
		assert_ptr_equal(catalog_indicator(&c, c.indicator[i].name), &c.indicator[i]);
	for (size_t i = 0; i < c.n_checks; i++)
		assert_ptr_equal(catalog_check(&c, c.check[i].name), &c.check[i]);
	for (size_t i = 0; i < c.n_packs; i++)
		assert_ptr_equal(catalog_pack(&c, c.pack[i].name), &c.pack[i]);
	assert_null(catalog_dataset(&c, S("nothing")));
	assert_null(catalog_check(&c, S("")));
}

/* ---- a small catalog of our own ---- */

#define DEF_D                                                                                                                        \
	"dataset d\ntitle \"D\"\nowner kpu\nlevel tps\nfield tps area(tps) key\nfield item code(goods) default ink\nfield n int(0..9)\n" \
	"example 1571091002001,ink\nreject 1 # short\n"
#define DEF_E \
	"dataset e\ntitle \"E\"\nowner kpu\nlevel any\nfield a area(any) key\nfield up ref(d)\nexample 15,\nreject x # no code\n"
#define IND_HEAD                                                                                                      \
	"-- indicator: i\n-- title: T\n-- pillar: logistics\n-- owner: kpu\n-- level: tps\n-- unit: item\n-- source: S\n" \
	"-- definition: D\n"
#define IND  \
	IND_HEAD \
	"-- given: d tps=1571091002001 n=3\n-- expect: none\nSELECT 'e' FROM d -- e\n/* e */ WHERE d.e = :e AND \"e\" = 1\n"
#define CHK                                                                                                                  \
	"-- check: c\n-- title: T\n-- owner: bawaslu\n-- level: any\n-- severity: must\n-- remedy: R\n-- source: S\n"            \
	"-- given: pack p\n-- given: limit most=3\n-- given: conflict dataset=d key=1 area=15 event=2 over=1\n-- expect: none\n" \
	"SELECT 1 FROM e, d, d AS x\n"
#define PACK_P \
	"pack p\ntitle \"P\"\npoll 2024-11-27\nsource \"x\"\ncode goods ink \"Ink\"\nlimit most 3\nmust i yes\nweight i 2\ndefault d.n 4\n"

static Embedded files[] = {{"areas.txt", {0}}, {"checks/c.sql", {0}}, {"datasets/d.def", {0}},
	{"datasets/e.def", {0}}, {"datasets/sub/f.def", {0}}, {"indicators/i.sql", {0}},
	{"rules/p/pack.def", {0}}};
enum { F_CHECK = 1, F_D, F_E, F_SUB, F_IND, F_PACK };

static Env
env_fresh(void)
{
	Env env = env_real();
	files[0].bytes = files[F_SUB].bytes = S("junk");
	files[F_CHECK].bytes = S(CHK);
	files[F_D].bytes = S(DEF_D);
	files[F_E].bytes = S(DEF_E);
	files[F_IND].bytes = S(IND);
	files[F_PACK].bytes = S(PACK_P);
	env.files = files;
	env.n_files = sizeof files / sizeof files[0];
	return env;
}

static void
names_resolve(void **state)
{
	(void)state;
	Env env = env_fresh();
	Catalog c, again;
	OK(catalog_load(&env, &arena, &c, &err));
	assert_true(c.n_datasets == 2 && c.n_indicators == 1 && c.n_checks == 1 && c.n_packs == 1);
	const Query *i = catalog_indicator(&c, S("i")), *k = catalog_check(&c, S("c"));
	assert_true(i && k);
	/* Not the e in strings, comments, column names, parameters. */
	assert_int_equal(i->n_reads, 1);
	assert_ptr_equal(i->reads[0], catalog_dataset(&c, S("d")));
	assert_int_equal(k->n_reads, 2);
	SAME(k->reads[0]->name, "e");
	OK(catalog_load(&env, &arena, &again, &err));
	assert_memory_equal(&c.hash, &again.hash, sizeof c.hash);
	files[F_PACK].bytes = S(PACK_P "# a comment\n");
	OK(catalog_load(&env, &arena, &again, &err));
	assert_memory_not_equal(&c.hash, &again.hash, sizeof c.hash);
}

static const struct {
	size_t file;
	const char *text, *want, *hint;
} refusals[] = {
	{F_D,
		"dataset dd\ntitle \"D\"\nowner kpu\nlevel any\nfield a area(any) key\nexample 15\nreject x # y\n",
		"datasets/d.def:1: 'dd' is declared here, but the file is called 'd'", ""},
	{F_D,
		"dataset d\ntitle \"D\"\nowner kpu\nlevel any\nfield a area(any) key\nfield n int(0..9)\nreject x # y\n",
		"datasets/d.def:1: there is no line 'example …': show a row that is accepted", ""},
	{F_D, "dataset d\ntitle \"D\"\nowner kpu\nlevel any\nfield a area(any) key\nexample 15\n",
		"datasets/d.def:1: there is no line 'reject …  # reason': show a row that is refused", ""},
	{F_D,
		"dataset d\ntitle \"D\"\nowner kpu\nlevel any\nfield a area(any) key\nfield b code(gods)\nexample 15\nreject x # y\n",
		"datasets/d.def:6: there is no code list 'gods'", "did you mean 'goods'?"},
	{F_D,
		"dataset d\ntitle \"D\"\nowner kpu\nlevel any\nfield a area(any) key\nfield b code(goods) default pen\nexample 15\nreject x # y\n",
		"datasets/d.def:6: default: unknown goods code 'pen'; one of ink", ""},
	{F_D,
		"dataset d\ntitle \"D\"\nowner kpu\nlevel any\nfield a area(any) key\nfield b int(0..9) default 10\nexample 15\nreject x # y\n",
		"datasets/d.def:6: default: '10' is out of range, expected 0 to 9", ""},
	{F_D, "dataset d\n", "datasets/d.def:1: a line 'title …' is missing", ""},
	{F_E,
		"dataset e\ntitle \"E\"\nowner kpu\nlevel any\nfield a area(any) key\nfield up ref(dd)\nexample 15,\nreject x # no code\n",
		"datasets/e.def:6: there is no dataset 'dd'", "did you mean 'd'?"},
	{F_IND, IND_HEAD "-- given: f a=1\n-- expect: none\nSELECT 1",
		"indicators/i.sql:9: there is no dataset 'f'", ""},
	{F_IND, IND_HEAD "-- given: d tsp=1\n-- expect: none\nSELECT 1",
		"indicators/i.sql:9: dataset 'd' has no field 'tsp'", "did you mean 'tps'?"},
	{F_IND, IND_HEAD "-- given: pack r\n-- expect: none\nSELECT 1",
		"indicators/i.sql:9: there is no rule pack 'r'", ""},
	{F_IND, IND_HEAD "-- given: limit mst=1\n-- expect: none\nSELECT 1",
		"indicators/i.sql:9: there is no limit 'mst'", "did you mean 'most'?"},
	{F_IND, IND_HEAD "-- given: conflict k=1\n-- expect: none\nSELECT 1",
		"indicators/i.sql:9: there is no column of conflict 'k'", ""},
	{F_CHECK, "-- check: d\n" CHK, "checks/c.sql:2: 'check' is given twice", ""},
	{F_PACK, PACK_P "must j yes\n", "rules/p/pack.def:10: there is no indicator 'j'", ""},
	{F_PACK, PACK_P "weight ii 1\n", "rules/p/pack.def:10: there is no indicator 'ii'",
		"did you mean 'i'?"},
	{F_PACK, PACK_P "default f.n 1\n", "rules/p/pack.def:10: there is no dataset 'f'", ""},
	{F_PACK, PACK_P "default d.m 1\n", "rules/p/pack.def:10: dataset 'd' has no field 'm'", ""},
	{F_PACK, PACK_P "default d.tps 1\n",
		"rules/p/pack.def:10: '1' is no code of a TPS, expected 13 digits", ""},
};

static void
each_loose_end_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		Env env = env_fresh();
		Catalog c;
		Err e = {0};
		files[refusals[i].file].bytes = str_of(refusals[i].text);
		bool done = catalog_load(&env, &arena, &c, &e);
		if (done || e.code != E_INPUT || strcmp(e.text, refusals[i].want) != 0 ||
			strcmp(e.hint, refusals[i].hint) != 0) {
			print_error("expected: %s [%s]\ncame:     %s [%s]\n", refusals[i].want,
				refusals[i].hint, done ? "accepted" : e.text, e.hint);
			fail();
		}
	}
}

static void
put(const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	OK(file_write_atomic(path, str_of(text), 0600, &err));
}

static void
a_folder_overrides(void **state)
{
	(void)state;
	char path[128];
	const char *const folders[] = {"datasets", "rules", "rules/q"};
	Env env = env_fresh();
	Catalog c;
	env.defs_dir = "/nonexistent/definitions";
	REFUSED(catalog_load(&env, &arena, &c, &err), E_NOTFOUND,
		"there is no folder '/nonexistent/definitions' of definitions");
	env.defs_dir = dir;
	OK(catalog_load(&env, &arena, &c, &err)); /* an empty one changes nothing */
	assert_int_equal(c.n_datasets, 2);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, folders[i]);
		OK(dir_make(path, &err));
	}
	put("datasets/e.def",
		"dataset e\ntitle \"Replaced\"\nowner kpu\nlevel any\nfield a area(any) key\nexample 15\nreject x # y\n");
	put("datasets/.hidden.def", "junk");
	put("datasets/notes.txt", "junk");
	put("rules/q/pack.def", "pack q\ntitle \"Q\"\npoll 2029-02-14\n");
	OK(catalog_load(&env, &arena, &c, &err));
	assert_true(c.n_datasets == 2 && c.n_packs == 2);
	SAME(catalog_dataset(&c, S("e"))->title, "Replaced");
	SAME(catalog_pack(&c, S("q"))->poll, "2029-02-14");
	put("datasets/d.def", "dataset d\nbad\n");
	snprintf(path, sizeof path, "%s/datasets/d.def:2: unknown word 'bad'", dir);
	REFUSED(catalog_load(&env, &arena, &c, &err), E_INPUT, path);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(embedded_definitions_hold),
	cmocka_unit_test(names_resolve),
	cmocka_unit_test(each_loose_end_is_named),
	cmocka_unit_test(a_folder_overrides),
};
UNIT_MAIN(tests, set_up, tear_down)
