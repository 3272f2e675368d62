/* Every statement that the program carries can be prepared on the database it runs on: SQLite, and PostgreSQL where
 * SIAP_TEST_STORE says so. */
#include "support.h"

static int failures;

static void
try_statement(Desk *d, Str file, Str name, Str sql)
{
	Stmt *s;
	Err e = {0};
	if (db_prepare(d->w.db, sql, &s, &e))
		return;
	failures++;
	print_error("%.*s: %.*s: %s\n", STR(file), STR(name), e.text);
}

static void
test_named_statements(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	size_t n = 0;
	failures = 0;
	for (size_t i = 0; i < embedded_count; i++) {
		Str path = str_of(embedded_files[i].path);
		SqlFile f;
		if (!str_starts(path, S("src/")) || !str_ends(path, S(".sql")))
			continue;
		OK(d, sql_file_parse(path, embedded_files[i].bytes, &d->a, &f, &d->err));
		for (size_t k = 0; k < f.n; k++, n++)
			try_statement(d, path, str_slice(f.text[k], 0, 60), f.text[k]);
	}
	assert_int_equal(failures, 0);
	assert_true(n > 20);
	desk_close(d);
}

static void
try_query(Desk *d, const Query *q)
{
	static const char *const indicator[] = {"area", "need", "have", "heard"},
							 *const check[] = {"area", "key", "detail", "partner"};
	Stmt *s;
	try_statement(d, q->file, q->name, q->sql);
	OK(d, db_prepare(d->w.db, q->sql, &s, &d->err));
	assert_int_equal(db_columns(s), q->is_check && q->scope != SCOPE_KEY ? 3 : 4);
	for (int i = 0; i < db_columns(s); i++)
		assert_true(str_eq(db_column_name(s, i), str_of(q->is_check ? check[i] : indicator[i])));
}

static void
test_queries(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	const Catalog *c = &d->w.cat;
	failures = 0;
	for (size_t i = 0; i < c->n_indicators; i++)
		try_query(d, &c->indicator[i]);
	for (size_t i = 0; i < c->n_checks; i++)
		try_query(d, &c->check[i]);
	assert_int_equal(failures, 0);
	assert_true(c->n_indicators > 0 && c->n_checks > 0);
	desk_close(d);
}

static void
find_some(const Dataset *d, Buf *out)
{
	dataset_find_sql(d, 64, out);
}

static void
test_derived_statements(void **state)
{
	(void)state;
	void (*const make[])(const Dataset *, Buf *) = {dataset_insert_sql, dataset_add_sql,
		dataset_update_sql, dataset_select_sql, dataset_range_sql, dataset_close_sql, find_some};
	Desk *d = desk_new("pilkada2024", "1571");
	failures = 0;
	for (size_t i = 0; i < d->w.cat.n_datasets; i++)
		for (size_t k = 0; k < sizeof make / sizeof *make; k++) {
			AUTO(Buf) sql = {0};
			make[k](&d->w.cat.dataset[i], &sql);
			try_statement(d, d->w.cat.dataset[i].file, S("derived"), buf_str(&sql));
		}
	assert_int_equal(failures, 0);
	desk_close(d);
}

/* A database that holds a workspace is not taken by a second folder, and tables follow a definition that grew. */
static void
test_store_is_taken(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	if (*d->store.url) {
		const char *second = arena_fmt(&d->a, "%s/second", d->dir).p;
		REFUSED(d,
			workspace_init_in(&d->env, second, S("pilkada2024"), S("1571"), d->store.url, &d->err),
			E_CONFLICT);
		assert_false(file_exists(second));
	}
	REFUSED(d, workspace_init_in(&d->env, d->ws, S("pilkada2024"), S("1571"), "file", &d->err),
		E_INPUT);
	REFUSED(d, workspace_init(&d->env, d->ws, S("pilkada2024"), S("1571"), &d->err), E_CONFLICT);
	desk_close(d);
}

static void
test_tables_widen(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	DbP db = NULL;
	GateP g = NULL;
	OK(d, db_open(d->w.store, DB_WRITE, &db, &d->err));
	OK(d,
		db_exec(db,
			S("ALTER TABLE tps DROP COLUMN border; ALTER TABLE tps DROP COLUMN kind; "
			  "ALTER TABLE tps DROP COLUMN _sealed; "
			  "UPDATE workspace SET value = 'older' WHERE name = 'catalog'"),
			&d->err));
	db_close(db);
	desk_reopen(d);
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d,
		desk_enter(d, g, "tps",
			"tps=1571011001001;number=001;border=ya;kind=special;contact=081234500001"));
	gate_close(g);
	Stmt *s;
	bool row;
	OK(d, db_prepare(d->w.db, S("SELECT border, kind, length(_sealed) > 0 FROM tps"), &s, &d->err));
	OK(d, db_step(s, &row, &d->err));
	assert_int_equal(db_int(s, 0), 1);
	assert_true(str_eq(db_text(s, 1), S("special")));
	assert_int_equal(db_int(s, 2), 1);
	db_reset(s);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_named_statements),
		cmocka_unit_test(test_queries), cmocka_unit_test(test_derived_statements),
		cmocka_unit_test(test_store_is_taken), cmocka_unit_test(test_tables_widen)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
