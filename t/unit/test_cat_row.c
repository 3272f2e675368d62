/* cat/row, sql, schema, doc: whole rows, their JSON and keys, and everything derived from a dataset. */
#include "unit.h"

#include "cat/cat.h"
#include "db/db.h"

static Arena arena;
static Dataset d, keys_only;
static Pack pack;
static Catalog cat;

static int
set_up(void **state)
{
	(void)state;
	Err e = {0};
	bool ok = arena_open(&arena, 64 << 20, &e) &&
		dataset_parse(S("d"),
			S("dataset d\ntitle \"D\"\nowner kpu\nlevel tps\nfield item code(goods) key\nfield tps area(tps) key\n"
			  "field received int(-9..100000) required label \"Received\"\nfield damaged int(0..9) default 3 unit \"box\"\n"
			  "field at instant\nfield ratio decimal(2) default -1,5\nfield secret text(20) private(kpu)\nfield hp phone private(kpu)\n"
			  "field size enum(small, big) default big\nfield note text(50) from \"catatan, a|b\"\n"
			  "example ink, 1571091002001, 1.200, , 2024-11-25T09:10+07:00, -2.5, \"a, b\", +62 741 000001, small, x\n"
			  "reject ink, 1571091002001, , # received is required\n"),
			&arena, &d, &e) &&
		dataset_parse(S("k"),
			S("dataset k\ntitle \"K\"\nowner tni\nlevel any\nfield a area(any) key\nfield n int(0..9) key\n"),
			&arena, &keys_only, &e) &&
		pack_parse(S("p"),
			S("pack p\ntitle \"P\"\npoll 2024-11-27\nsource \"x|y\"\ncode goods ink \"Ink\" amount 2\nlimit l 1\n"
			  "label added \"DPK\"\ndefault d.size small\ndefault d.item ink\n"),
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

/* The example's row, finished. */
static Value *
example_row(void)
{
	Str *cell = NEW(&arena, Str, d.n_fields);
	Value *v = NEW(&arena, Value, d.n_fields);
	size_t bad;
	OK(example_cells(&d, d.example[0].text, &arena, cell, &err));
	for (size_t i = 0; i < d.n_fields; i++)
		OK(value_parse(&(Reading){&cat, &pack, 420, &arena}, &d.field[i], cell[i], &v[i], &err));
	OK(row_finish(&(Reading){&cat, &pack, 0, &arena}, &d, v, &bad, &err));
	return v;
}

static void
defaults_and_presets(void **state)
{
	(void)state;
	Value *v = NEW(&arena, Value, d.n_fields);
	size_t bad = 99;
	v[1] = (Value){.kind = VALUE_TEXT, .s = S("1571091002001")};
	REFUSED(row_finish(&(Reading){&cat, &pack, 0, &arena}, &d, v, &bad, &err), E_INPUT,
		"'Received' must be filled in");
	assert_int_equal(bad, 2);
	v[2] = (Value){.kind = VALUE_INT, .i = 1};
	OK(row_finish(&(Reading){&cat, &pack, 0, &arena}, &d, v, &bad, &err));
	SAME(v[0].s, "ink");
	assert_true(v[3].kind == VALUE_INT && v[3].i == 3);
	assert_int_equal(v[5].i, -150);
	SAME(v[8].s, "small");
	assert_int_equal(v[9].kind, VALUE_NULL);
	v[8].kind = VALUE_NULL;
	v[0] = (Value){.kind = VALUE_TEXT, .s = S("ink")};
	OK(row_finish(&(Reading){&cat, NULL, 0, &arena}, &d, v, &bad, &err));
	SAME(v[8].s, "big");
	v[1].kind = VALUE_NULL;
	REFUSED(row_finish(&(Reading){&cat, &pack, 0, &arena}, &d, v, &bad, &err), E_INPUT,
		"'Tps' must be filled in");
}

static void
json_there_and_back(void **state)
{
	(void)state;
	Value *v = example_row(), *again = NEW(&arena, Value, d.n_fields);
	AUTO(Buf) open = {0};
	AUTO(Buf) closed = {0};
	row_json(&d, v, false, &open);
	row_json(&d, v, true, &closed);
	SAME(buf_str(&open),
		"{\"at\":1732500600000,\"damaged\":3,\"item\":\"ink\",\"note\":\"x\",\"ratio\":-250,\"received\":1200,"
		"\"size\":\"small\",\"tps\":\"1571091002001\"}");
	SAME(buf_str(&closed), "{\"hp\":\"+62741000001\",\"secret\":\"a, b\"}");
	OK(row_from_json(&d, buf_str(&open), &arena, again, &err));
	assert_int_equal(again[6].kind, VALUE_NULL);
	OK(row_from_json(&d, buf_str(&closed), &arena, again, &err));
	for (size_t i = 0; i < d.n_fields; i++)
		assert_true(value_eq(v[i], again[i]));
	OK(row_from_json(&d, S("{\"note\":null}"), &arena, again, &err));
	assert_int_equal(again[9].kind, VALUE_NULL);
	assert_int_equal(again[2].i, 1200);
	/* A field of an older definition. */
	OK(row_from_json(&d, S("{\"gone\":1,\"note\":\"y\"}"), &arena, again, &err));
	SAME(again[9].s, "y");
}

static void
foreign_json_is_refused(void **state)
{
	(void)state;
	Value *v = NEW(&arena, Value, d.n_fields);
	REFUSED(row_from_json(&d, S("[]"), &arena, v, &err), E_INPUT, "a row is a JSON object");
	REFUSED(row_from_json(&d, S("{\"received\":\"1\"}"), &arena, v, &err), E_INPUT,
		"'received' must be a whole number");
	REFUSED(row_from_json(&d, S("{\"received\":1.5}"), &arena, v, &err), E_INPUT,
		"'received' must be a whole number");
	REFUSED(
		row_from_json(&d, S("{\"note\":1}"), &arena, v, &err), E_INPUT, "'note' must be a text");
	REFUSED(row_from_json(&d, S("{\"note\":\"a\",\"note\":\"b\"}"), &arena, v, &err), E_INPUT,
		"JSON line 1");
	REFUSED(row_from_json(&d, S("{"), &arena, v, &err), E_INPUT, "JSON line 1");
}

static void
key_text(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	Value *v = example_row();
	row_key(&d, v, &b);
	SAME(buf_str(&b), "ink/1571091002001");
	v[0].s = S("50%/a/");
	buf_clear(&b);
	row_key(&d, v, &b);
	SAME(buf_str(&b), "50%25%2Fa%2F/1571091002001");
	Value k[] = {{.kind = VALUE_TEXT, .s = S("15")}, {.kind = VALUE_INT, .i = 7}};
	buf_clear(&b);
	row_key(&keys_only, k, &b);
	SAME(buf_str(&b), "15/7");
}

/* ---- SQL ---- */

static void
statement_texts(void **state)
{
	(void)state;
	static const struct {
		void (*derive)(const Dataset *, Buf *);
		const char *full, *keys;
	} all[] = {
		{dataset_insert_sql,
			"INSERT INTO d (item, tps, received, damaged, at, ratio, size, note, _event, _sealed) VALUES (:item, :tps, :received, "
			":damaged, :at, :ratio, :size, :note, :_event, :_sealed) ON CONFLICT DO NOTHING",
			"INSERT INTO k (a, n, _event) VALUES (:a, :n, :_event) ON CONFLICT DO NOTHING"},
		{dataset_add_sql,
			"INSERT INTO d (item, tps, received, damaged, at, ratio, size, note, _event, _sealed) VALUES (:item, :tps, :received, "
			":damaged, :at, :ratio, :size, :note, :_event, :_sealed)",
			"INSERT INTO k (a, n, _event) VALUES (:a, :n, :_event)"},
		{dataset_update_sql,
			"UPDATE d SET item = :item, tps = :tps, received = :received, damaged = :damaged, at = :at, ratio = :ratio, size = :size, "
			"note = :note, _event = :_event, _sealed = :_sealed WHERE item = :item AND tps = :tps",
			"UPDATE k SET a = :a, n = :n, _event = :_event WHERE a = :a AND n = :n"},
		{dataset_select_sql,
			"SELECT item, tps, received, damaged, at, ratio, size, note, _event, _sealed FROM d WHERE item = :item AND tps = :tps",
			"SELECT a, n, _event FROM k WHERE a = :a AND n = :n"},
		{dataset_range_sql,
			"SELECT item, tps, received, damaged, at, ratio, size, note, _event, _sealed FROM d WHERE tps >= :lo AND tps < :hi ORDER BY "
			"tps, item",
			"SELECT a, n, _event FROM k WHERE a >= :lo AND a < :hi ORDER BY a, n"},
		{dataset_close_sql, "DELETE FROM d WHERE item = :item AND tps = :tps",
			"DELETE FROM k WHERE a = :a AND n = :n"},
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		AUTO(Buf) b = {0};
		all[i].derive(&d, &b);
		SAME(buf_str(&b), all[i].full);
		buf_clear(&b);
		all[i].derive(&keys_only, &b);
		SAME(buf_str(&b), all[i].keys);
	}
	AUTO(Buf) b = {0};
	dataset_find_sql(&d, 2, &b);
	SAME(buf_str(&b),
		"SELECT d.item, d.tps, d.received, d.damaged, d.at, d.ratio, d.size, d.note, d._event, d._sealed FROM (VALUES (:k1, :k2), "
		"(:k3, :k4)) AS wanted CROSS JOIN d WHERE d.item = wanted.column1 AND d.tps = wanted.column2");
	buf_clear(&b);
	dataset_find_sql(&keys_only, 1, &b);
	SAME(buf_str(&b),
		"SELECT k.a, k.n, k._event FROM (VALUES (:k1, CAST(:k2 AS bigint))) AS wanted CROSS JOIN k WHERE k.a = wanted.column1 "
		"AND k.n = wanted.column2");
	buf_clear(&b);
	dataset_ddl(&d, STORE_POSTGRES, &b);
	SAME(buf_str(&b),
		"CREATE TABLE d (item text NOT NULL, tps text NOT NULL, received bigint, damaged bigint, at bigint, ratio bigint, "
		"size text, note text, _event bigint NOT NULL, _sealed bytea, PRIMARY KEY (tps, item))");
	buf_clear(&b);
	dataset_ddl(&keys_only, STORE_SQLITE, &b);
	SAME(buf_str(&b),
		"CREATE TABLE k (a TEXT NOT NULL, n INTEGER NOT NULL, _event INTEGER NOT NULL, PRIMARY KEY (a, n)) STRICT, WITHOUT "
		"ROWID");
}

static void
bind(Stmt *s, const Value *v, int64_t event)
{
	int at = 1;
	for (size_t i = 0; i < d.n_fields; i++) {
		if (d.field[i].n_private)
			continue;
		if (v[i].kind == VALUE_INT)
			db_bind_int(s, at++, v[i].i);
		else if (v[i].kind == VALUE_TEXT)
			db_bind_text(s, at++, v[i].s);
		else
			db_bind_null(s, at++);
	}
	db_bind_int(s, at++, event);
	db_bind_blob(s, at, S("sealed"));
}

/* Parameters of insert and update bind at the same positions; the row comes back as it went in. */
static void
statements_run(void **state)
{
	(void)state;
	AUTO(DbP) db = NULL;
	AUTO(Buf) b = {0};
	Stmt *s;
	bool row;
	Value *v = example_row();
	OK(db_open(":memory:", DB_CREATE, &db, &err));
	dataset_ddl(&d, STORE_SQLITE, &b);
	OK(db_exec(db, buf_str(&b), &err));
	for (int round = 0; round < 2; round++) {
		buf_clear(&b);
		dataset_insert_sql(&d, &b);
		OK(db_prepare(db, arena_str(&arena, buf_str(&b)), &s, &err));
		bind(s, v, 7);
		OK(db_run(s, &err));
		assert_int_equal(db_changes(db), round == 0);
	}
	v[2].i = 77;
	buf_clear(&b);
	dataset_update_sql(&d, &b);
	OK(db_prepare(db, arena_str(&arena, buf_str(&b)), &s, &err));
	bind(s, v, 8);
	OK(db_run(s, &err));
	assert_int_equal(db_changes(db), 1);
	buf_clear(&b);
	dataset_range_sql(&d, &b);
	OK(db_prepare(db, arena_str(&arena, buf_str(&b)), &s, &err));
	db_set_text(s, "lo", S("1571"));
	db_set_text(s, "hi", S("1571:"));
	OK(db_step(s, &row, &err));
	assert_true(row);
	SAME(db_text(s, 0), "ink");
	assert_int_equal(db_int(s, 2), 77);
	assert_int_equal(db_int(s, 8), 8);
	SAME(db_column_name(s, 9), "_sealed");
	OK(db_step(s, &row, &err));
	assert_false(row);
	buf_clear(&b);
	dataset_close_sql(&d, &b);
	OK(db_prepare(db, arena_str(&arena, buf_str(&b)), &s, &err));
	db_set_text(s, "tps", S("1571091002001"));
	db_set_text(s, "item", S("ink"));
	OK(db_run(s, &err));
	assert_int_equal(db_changes(db), 1);
}

/* ---- documents ---- */

static void
schema_is_json(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	json_t *root;
	dataset_json_schema(&d, &pack, &b);
	OK(json_parse(buf_str(&b), 1 << 20, &root, &err));
	json_t *properties = json_object_get(root, "properties");
	assert_int_equal(json_object_size(properties), d.n_fields);
	assert_string_equal(json_string_value(json_object_get(root, "$schema")),
		"https://json-schema.org/draft/2020-12/schema");
	assert_true(json_is_false(json_object_get(root, "additionalProperties")));
	/* item has a preset of the pack. */
	json_t *required = json_object_get(root, "required");
	assert_int_equal(json_array_size(required), 2);
	assert_string_equal(json_string_value(json_array_get(required, 1)), "received");
	json_t *received = json_object_get(properties, "received");
	assert_int_equal(json_integer_value(json_object_get(received, "minimum")), -9);
	assert_string_equal(json_string_value(json_object_get(received, "type")), "integer");
	json_t *item = json_object_get(properties, "item");
	assert_int_equal(json_array_size(json_object_get(item, "enum")), 1);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(properties, "tps"), "pattern")),
		"^[0-9]{13}$");
	json_decref(root);
	buf_clear(&b);
	dataset_json_schema(&d, NULL, &b);
	OK(json_parse(buf_str(&b), 1 << 20, &root, &err));
	assert_null(
		json_object_get(json_object_get(json_object_get(root, "properties"), "item"), "enum"));
	json_decref(root);
}

/* The template's header maps back completely, and its rows are accepted. */
static void
template_imports(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	dataset_template(&d, &b);
	SAME(buf_str(&b),
		"Item,Tps,Received,Damaged,At,Ratio,Secret,Hp,Size,Note\r\n"
		"ink,1571091002001,1.200,,2024-11-25T09:10+07:00,-2.5,\"a, b\",'+62 741 000001,small,x\r\n");
	Str header[] = {S("Item"), S("Tps"), S("Received"), S("Damaged"), S("At"), S("Ratio"),
		S("Secret"), S("Hp"), S("Size"), S("Note")};
	HeaderMap map;
	OK(header_map(&(Reading){&cat, &pack, 0, &arena}, &d, &(Header){header, 10}, &map, &err));
	assert_int_equal(map.matched, 10);
	assert_null(map.missing);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(map.column[i], i);
}

static void
has(const Buf *b, const char *part)
{
	size_t at;
	if (!str_find(buf_str(b), str_of(part), &at))
		fail_msg("expected '%s' in:\n%.*s", part, STR(buf_str(b)));
}

static void
dictionary(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	Query q;
	OK(query_parse(S("f"),
		S("-- indicator: i\n-- title: T\n-- pillar: logistics\n-- owner: kpu\n-- level: tps\n-- unit: item\n"
		  "-- due: H-2\n-- source: S\n-- definition: Def\n-- given: d tps=1\n-- expect: none\nSELECT 1 FROM d\n"),
		QUERY_INDICATOR, &arena, &q, &err));
	const Dataset *reads[] = {&d};
	q.reads = reads;
	q.n_reads = 1;
	Catalog c = cat;
	c.indicator = &q;
	c.n_indicators = 1;
	dataset_doc(&c, &pack, &d, &b);
	has(&b, "## D (`d`)");
	has(&b, "- read by: `i`\n");
	has(&b, "| `received` | Received | int(-9..100000) | required |  |  |  |\n");
	has(&b, "| `damaged` | Damaged | int(0..9), box |  | 3 |  |  |\n");
	has(&b, "| `size` | Size | enum(small, big) |  | small |  |  |\n");
	has(&b, "| `secret` | Secret | text(20) |  |  |  | kpu |\n");
	has(&b, "| catatan, a\\|b |");
	has(&b, "    ink, 1571091002001, ,  # received is required\n");
	buf_clear(&b);
	query_doc(&c, &pack, &q, &b);
	has(&b, "## T (`i`)\n\nDef\n");
	has(&b, "- due: H-2 (2024-11-25)\n");
	has(&b, "- reads: `d`\n");
	has(&b, "```sql\nSELECT 1 FROM d\n```");
	buf_clear(&b);
	pack_doc(&pack, &b);
	has(&b, "| goods | `ink` | Ink |  | 2 |  |  | x\\|y |\n");
	has(&b, "| `l` | 1 | x\\|y |\n");
	has(&b, "- added: DPK\n");
	buf_clear(&b);
	catalog_msgids(&c, &b);
	has(&b, "\nReceived\n");
	has(&b, "\nbox\n");
	has(&b, "\nbig\n");
	has(&b, "\nInk\n");
	has(&b, "\nDef\n");
	has(&b, "\nlogistics\n");
	/* Each once. */
	size_t at, again;
	assert_true(str_find(buf_str(&b), S("\nItem\n"), &at));
	assert_false(str_find(str_slice(buf_str(&b), at + 1, b.n), S("\nItem\n"), &again));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(defaults_and_presets),
	cmocka_unit_test(json_there_and_back),
	cmocka_unit_test(foreign_json_is_refused),
	cmocka_unit_test(key_text),
	cmocka_unit_test(statement_texts),
	cmocka_unit_test(statements_run),
	cmocka_unit_test(schema_is_json),
	cmocka_unit_test(template_imports),
	cmocka_unit_test(dictionary),
};
UNIT_MAIN(tests, set_up, tear_down)
