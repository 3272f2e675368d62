/* Rows of db_run_later on PostgreSQL: which travel as COPY, in what order they are seen, and what a failure leaves. */
#include "postgres.h"
#include "db/postgres_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static TestStore store;
static Err err;

static int
setup(void **state)
{
	(void)state;
	store = store_new("");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	store_drop(&store);
	return 0;
}

#define OK(call)                                                              \
	do {                                                                      \
		if (!(call)) {                                                        \
			print_error("%s: %s: %s\n", #call, err_name(err.code), err.text); \
			fail();                                                           \
		}                                                                     \
	} while (0)
#define REFUSED(call, want, words)                                                                \
	do {                                                                                          \
		assert_false(call);                                                                       \
		if (err.code != (want) || !strstr(err.text, words)) {                                     \
			print_error("%s: expected %s: ...%s..., came %s: %s\n", #call, err_name(want), words, \
				err_name(err.code), err.text);                                                    \
			fail();                                                                               \
		}                                                                                         \
	} while (0)
static Db *
open_with(const char *sql)
{
	Db *db;
	OK(db_open(store.url, DB_CREATE, &db, &err));
	OK(db_exec(db, str_of(sql), &err));
	return db;
}

static int64_t
ask(Db *db, const char *sql)
{
	Stmt *s;
	bool row;
	OK(db_prepare(db, str_of(sql), &s, &err));
	OK(db_step(s, &row, &err));
	assert_true(row);
	int64_t v = db_int(s, 0);
	db_reset(s);
	return v;
}

/* Two tables filled in turn, more than travels at once; what is asked in between sees all of it, and what is undone is gone. */
static void
many_rows_gather(void **state)
{
	(void)state;
	AUTO(DbP)
	db = open_with(
		"CREATE TABLE t (a bigint PRIMARY KEY, b text, c bytea); CREATE TABLE u (k integer)");
	static const char long_text[20000] = {0};
	char text[sizeof long_text];
	Stmt *t, *u, *change;
	AUTO(Tx) tx = {0};
	OK(db_prepare(db, S("INSERT INTO t (a, b, c)\nVALUES (:a, :b, :c)"), &t, &err));
	OK(db_prepare(db, S("INSERT INTO u (k) VALUES (:k)"), &u, &err));
	OK(db_prepare(db, S("UPDATE t SET b = :b WHERE a = :a"), &change, &err));
	memset(text, 'x', sizeof text);
	for (int round = 0; round < 3; round++) { /* 0 is undone, 1 stays, 2 is rolled back */
		OK(tx_begin(db, &tx, &err));
		OK(db_savepoint(db, &err));
		for (int i = 0; i < 2000; i++) {
			db_set_int(t, "a", round * 10000 + i);
			if (i % 3)
				db_set_text(t, "b", (Str){text, (size_t)i});
			else
				db_set_null(t, "b");
			db_bind_blob(t, db_param(t, "c"), i % 5 ? (Str){long_text, 3} : S(""));
			OK(db_run_later(t, &err));
			db_set_int(u, "k", i);
			OK(db_run_later(u, &err));
		}
		if (round == 1) {
			db_set_int(change, "a", 10007);
			db_set_text(change, "b", S("altered!"));
			OK(db_run(change, &err));
			assert_int_equal(db_changes(db), 1);
			assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE length(b) = a - 10000"), 1332);
			assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE b IS NULL"), 667);
			assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE length(c) = 0"), 400);
			assert_int_equal(ask(db, "SELECT count(DISTINCT k) FROM u"), 2000);
		}
		if (round == 2) {
			tx_rollback(&tx);
			break;
		}
		OK(round ? db_savepoint_release(db, &err) : db_savepoint_undo(db, &err));
		OK(tx_commit(&tx, &err));
		assert_int_equal(ask(db, "SELECT count(*) FROM t"), round ? 2000 : 0);
	}
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 2000);
	/* A row in the middle of many that does not fit. */
	OK(tx_begin(db, &tx, &err));
	for (int i = 0; i < 5000; i++) {
		db_set_int(t, "a", i == 2500 ? 10007 : 50000 + i);
		db_set_text(t, "b", (Str){text, 100});
		db_set_null(t, "c");
		OK(db_run_later(t, &err));
	}
	REFUSED(tx_commit(&tx, &err), E_DB, "duplicate key");
	tx_rollback(&tx);
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 2000);
}

/* Only these travel as COPY; what looks alike is run as it stands. */
static void
only_plain_inserts_gather(void **state)
{
	(void)state;
	static const struct {
		const char *sql, *copy;
	} all[] = {{"INSERT INTO t (a, b) VALUES (:a, :b)", "COPY t (a, b) FROM STDIN (FORMAT binary)"},
		{"INSERT INTO t VALUES (:a)\n", "COPY t FROM STDIN (FORMAT binary)"},
		{"INSERT INTO t (a, b) VALUES (:a, :a)", NULL},
		{"INSERT INTO t (a, b) VALUES (:a, 1)", NULL},
		{"INSERT INTO t (a) VALUES (:a) ON CONFLICT (a) DO UPDATE SET a = (:a)", NULL},
		{"INSERT INTO t (a) VALUES (:a) ON CONFLICT DO NOTHING", NULL},
		{"INSERT INTO t (a) VALUES (:a) RETURNING (a)", NULL},
		{"INSERT INTO t (a) VALUES (:a), (:b)", NULL}, {"INSERT INTO t (a) SELECT :a", NULL}};
	AUTO(Arena) a = {0};
	OK(arena_open(&a, 1 << 20, &err));
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		PgText text = pg_text(str_of(all[i].sql), &a);
		const char *copy = pg_copy_text(str_of(all[i].sql), &text, &a);
		if (!all[i].copy)
			assert_null(copy);
		else
			assert_string_equal(copy, all[i].copy);
	}
}

int
main(void)
{
	if (!getenv("SIAP_TEST_STORE")) {
		puts(
			"not ok - needs a PostgreSQL server\n  rerun: tools/postgres.sh run build/obj/t/test_later_postgres");
		return 1;
	}
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(many_rows_gather),
		T(only_plain_inserts_gather),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
