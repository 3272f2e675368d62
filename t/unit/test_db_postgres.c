/* db over PostgreSQL: the promises of db.h hold there too, and where it differs, it differs as db.h says. */
#include "postgres.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/postgres_private.h"

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
#define SAME(str, text)                                                   \
	do {                                                                  \
		Str got_ = (str);                                                 \
		if (!str_eq(got_, S(text))) {                                     \
			print_error("expected '%s', came '%.*s'\n", text, STR(got_)); \
			fail();                                                       \
		}                                                                 \
	} while (0)

static Db *
open_db(DbMode mode)
{
	Db *db;
	OK(db_open(store.url, mode, &db, &err));
	return db;
}

static Db *
open_with(const char *sql)
{
	Db *db = open_db(DB_CREATE);
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

/* ---- Connection ---- */

static void
only_fitting_databases_are_opened(void **state)
{
	(void)state;
	Db *db;
	char url[600];
	TestStore other = store_new("TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'");
	REFUSED(
		db_open(other.url, DB_READ, &db, &err), E_DB, "has collation C.UTF-8 and encoding UTF8");
	assert_non_null(strstr(err.hint, "ENCODING 'UTF8' LOCALE 'C'"));
	assert_null(db);
	store_drop(&other);
	other = store_new("TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
	REFUSED(db_open(other.url, DB_CREATE, &db, &err), E_DB, "encoding SQL_ASCII");
	store_drop(&other);
	snprintf(url, sizeof url, "%s&port=1", store.url);
	REFUSED(db_open(url, DB_READ, &db, &err), E_IO, "cannot open database");
	REFUSED(db_open("postgres://siap@localhost/x?password=secret", DB_READ, &db, &err), E_INPUT,
		"holds no password");
	assert_null(strstr(err.text, "secret"));
	REFUSED(db_open("postgres://a?nonsense=1", DB_READ, &db, &err), E_INPUT,
		"no address of a database");
	db_close(NULL);
}

static void
a_database_has_one_writer(void **state)
{
	(void)state;
	Db *db;
	AUTO(DbP) one = open_db(DB_WRITE);
	AUTO(DbP) reader = open_db(DB_READ);
	REFUSED(db_open(store.url, DB_WRITE, &db, &err), E_BUSY, "another Siap process writes");
	db_close(one);
	one = open_db(DB_WRITE);
}

static void
reader_may_not_write(void **state)
{
	(void)state;
	db_close(open_with("CREATE TABLE t (a integer); INSERT INTO t VALUES (3)"));
	AUTO(DbP) db = open_db(DB_READ);
	assert_int_equal(ask(db, "SELECT a FROM t"), 3);
	REFUSED(db_exec(db, S("INSERT INTO t VALUES (4)"), &err), E_DENIED, "read-only");
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
}

static void
reader_keeps_its_snapshot(void **state)
{
	(void)state;
	AUTO(DbP) w = open_with("CREATE TABLE t (a integer); INSERT INTO t VALUES (1)");
	AUTO(DbP) r = open_db(DB_READ);
	AUTO(Tx) tx = {0}, wtx = {0};
	OK(tx_begin(r, &tx, &err));
	assert_int_equal(ask(r, "SELECT count(*) FROM t"), 1);
	OK(tx_begin(w, &wtx, &err));
	OK(db_exec(w, S("INSERT INTO t VALUES (2)"), &err));
	assert_int_equal(ask(r, "SELECT count(*) FROM t"), 1);
	OK(tx_commit(&wtx, &err));
	assert_int_equal(ask(r, "SELECT count(*) FROM t"), 1);
	OK(tx_commit(&tx, &err));
	assert_int_equal(ask(r, "SELECT count(*) FROM t"), 2);
	int left = -1;
	OK(db_checkpoint(w, &left, &err));
	assert_int_equal(left, 0);
}

static void
a_lost_connection_is_said_plainly(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a integer)");
	AUTO(DbP) other = open_db(DB_READ);
	Stmt *s, *add;
	bool row;
	int64_t pid = ask(db, "SELECT pg_backend_pid()");
	OK(db_prepare(db, S("INSERT INTO t VALUES (1)"), &add, &err));
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	OK(db_run(add, &err));
	OK(db_prepare(other, S("SELECT pg_terminate_backend(CAST(:pid AS integer), 5000)"), &s, &err));
	db_set_int(s, "pid", pid);
	OK(db_step(s, &row, &err));
	db_reset(s);
	REFUSED(db_run(add, &err), E_IO, "connection to the database was lost");
	assert_true(strlen(err.hint) > 0);
	assert_false(tx_commit(&tx, &err));
	tx_rollback(&tx);
	REFUSED(tx_begin(db, &tx, &err), E_IO, "was lost");
	REFUSED(db_exec(db, S("SELECT 1"), &err), E_IO, "was lost");
	assert_int_equal(ask(other, "SELECT count(*) FROM t"), 0);
}

static void
a_connection_lost_with_work_left_for_later(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a integer)");
	AUTO(DbP) other = open_db(DB_READ);
	Stmt *s, *add;
	bool row;
	int64_t pid = ask(db, "SELECT pg_backend_pid()");
	OK(db_prepare(db, S("INSERT INTO t VALUES (1)"), &add, &err));
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	OK(db_run_later(add, &err));
	OK(db_prepare(other, S("SELECT pg_terminate_backend(CAST(:pid AS integer), 5000)"), &s, &err));
	db_set_int(s, "pid", pid);
	OK(db_step(s, &row, &err));
	db_reset(s);
	REFUSED(tx_commit(&tx, &err), E_IO, "was lost");
	tx_rollback(&tx);
	assert_int_equal(ask(other, "SELECT count(*) FROM t"), 0);
}

/* A server ended by an immediate shutdown says farewell and reads no more; the end of the connection itself comes later. */
static void
farewell(Db *db)
{
	static const char notice[] = "N\0\0\0\x1aSWARNING\0C57P02\0Mbye\0";
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(send(pair[1], notice, sizeof notice, 0), sizeof notice);
	assert_int_equal(shutdown(pair[1], SHUT_RD), 0);
	assert_true(dup2(pair[0], PQsocket(((PgDb *)db)->c)) >= 0);
	close(pair[0]);
}

static void
a_server_that_says_farewell_is_lost(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a integer)");
	AUTO(DbP) other = open_db(DB_READ);
	Stmt *add;
	OK(db_prepare(db, S("INSERT INTO t VALUES (1)"), &add, &err));
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	OK(db_run_later(add, &err));
	farewell(db);
	REFUSED(tx_commit(&tx, &err), E_IO, "was lost");
	tx_rollback(&tx);
	assert_true(db_lost(db));
	REFUSED(tx_begin(db, &tx, &err), E_IO, "was lost");
	assert_int_equal(ask(other, "SELECT count(*) FROM t"), 0);
}

/* ---- Statements ---- */

static void
values_come_back_typed(void **state)
{
	(void)state;
	AUTO(DbP)
	db = open_with(
		"CREATE TABLE t (i bigint, x text, b bytea, r double precision, n text, k integer)");
	Stmt *s;
	bool row;
	OK(db_prepare(db, S("INSERT INTO t VALUES (:i, :x, :b, 2.5, :n, :k)"), &s, &err));
	db_bind_int(s, db_param(s, "i"), INT64_MIN);
	db_bind_text(s, db_param(s, ":x"), S("a'b:c"));
	db_bind_blob(s, db_param(s, "b"), S("\0\xff"));
	db_bind_null(s, db_param(s, "n"));
	db_bind_int(s, db_param(s, "k"), INT32_MIN);
	db_bind_int(s, db_param(s, "absent"), 1); /* position 0 */
	OK(db_run(s, &err));
	assert_int_equal(db_changes(db), 1);
	db_set_int(s, "i", INT64_MAX);
	db_set_text(s, "x", (Str){0}); /* empty is not NULL */
	db_bind_blob(s, db_param(s, "b"), (Str){0});
	db_set_int_if(s, "absent", 1);
	db_set_text_if(s, "n", S("there"));
	db_set_int(s, "k", -1);
	OK(db_run(s, &err));

	OK(db_prepare(
		db, S("SELECT i, x, b, r, n AS last, k, i > 0 AS yes FROM t ORDER BY i"), &s, &err));
	assert_int_equal(db_columns(s), 7);
	SAME(db_column_name(s, 4), "last");
	OK(db_step(s, &row, &err));
	assert_true(row);
	assert_true(db_int(s, 0) == INT64_MIN);
	assert_int_equal(db_type(s, 0), DB_INT);
	assert_int_equal(db_type(s, 1), DB_TEXT);
	SAME(db_text(s, 1), "a'b:c");
	assert_int_equal(db_type(s, 2), DB_BLOB);
	assert_true(str_eq(db_text(s, 2), S("\0\xff")));
	assert_int_equal(db_type(s, 3), DB_REAL);
	assert_true(db_real(s, 3) == 2.5);
	SAME(db_text(s, 3), "2.5");
	assert_int_equal(db_type(s, 4), DB_NULL);
	assert_int_equal(db_text(s, 4).n, 0);
	assert_int_equal(db_int(s, 4), 0);
	assert_int_equal(db_int(s, 5), INT32_MIN);
	assert_int_equal(db_int(s, 6), 0);
	OK(db_step(s, &row, &err));
	assert_true(row);
	assert_true(db_int(s, 0) == INT64_MAX);
	SAME(db_text(s, 0), "9223372036854775807");
	SAME(db_text(s, 5), "-1");
	assert_int_equal(db_type(s, 1), DB_TEXT);
	assert_int_equal(db_text(s, 1).n, 0);
	assert_int_equal(db_type(s, 2), DB_BLOB);
	SAME(db_text(s, 4), "there");
	assert_int_equal(db_int(s, 6), 1);
	OK(db_step(s, &row, &err));
	assert_false(row);
	OK(db_step(s, &row, &err)); /* it was reset: it begins again */
	assert_true(row);
	db_reset(s);
}

static void
values_of_another_type_are_refused(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (i integer, x text, b bytea)");
	Stmt *s;
	OK(db_prepare(db, S("INSERT INTO t VALUES (:i, :x, :b)"), &s, &err));
	db_set_text(s, "i", S("1"));
	REFUSED(db_run(s, &err), E_DB, "the value for ':i' has another type");
	db_set_int(s, "i", (int64_t)INT32_MAX + 1);
	REFUSED(db_run(s, &err), E_DB, "the number for ':i' is out of range");
	db_set_int(s, "i", 1);
	db_set_int(s, "x", 1);
	REFUSED(db_run(s, &err), E_DB, "':x' has another type");
	db_set_text(s, "x", S("a\0b"));
	REFUSED(db_run(s, &err), E_INPUT, "'x' contains a NUL byte");
	db_set_text(s, "x", S("\xff"));
	REFUSED(db_run(s, &err), E_DB, "invalid byte sequence");
	db_set_text(s, "x", S("a"));
	db_set_text(s, "b", S("a"));
	REFUSED(db_run(s, &err), E_DB, "':b' has another type");
	db_set_null(s, "b");
	OK(db_run(s, &err));
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
	/* A sum of bigint is numeric: exact, and no type of ours. */
	REFUSED(db_prepare(db, S("SELECT sum(CAST(i AS bigint)) AS total FROM t"), &s, &err), E_DB,
		"column 'total' is neither bigint");
	REFUSED(db_prepare(db, S("SELECT 1 WHERE 1.5 < :v"), &s, &err), E_DB,
		"parameter ':v' is neither bigint");
	assert_int_equal(ask(db, "SELECT CAST(sum(CAST(i AS bigint)) AS bigint) FROM t"), 1);
}

static void
parameters_stand_outside_of_strings_and_comments(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	Stmt *s;
	bool row;
	OK(db_prepare(db,
		S("SELECT ':no' || ':it''s :no' AS \":no\", /* :no /* :no */ :no */ CAST(:b AS text), -- :no\n"
		  "$$:no$$ || $x$ :no $$ $x$, '7'::text || :a_1, CAST(:b AS text) || :a_1"),
		&s, &err));
	assert_int_equal(db_param(s, "b"), 1);
	assert_int_equal(db_param(s, ":a_1"), 2);
	assert_int_equal(db_param(s, "no"), 0);
	db_set_text(s, "b", S("B"));
	db_set_text(s, "a_1", S("A"));
	OK(db_step(s, &row, &err));
	SAME(db_text(s, 0), ":no:it's :no");
	SAME(db_column_name(s, 0), ":no");
	SAME(db_text(s, 1), "B");
	SAME(db_text(s, 2), ":no :no $$ ");
	SAME(db_text(s, 3), "7A");
	SAME(db_text(s, 4), "BA");
	db_reset(s);
}

static void
constraints_say_what_failed(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a bigint PRIMARY KEY); INSERT INTO t VALUES (1)");
	Stmt *s;
	OK(db_prepare(db, S("\n-- adds one\nINSERT INTO t\nVALUES (:a)"), &s, &err));
	db_set_int(s, "a", 1);
	REFUSED(db_run(s, &err), E_DB, "statement 'INSERT INTO t' failed: duplicate key");
	db_set_int(s, "a", 2);
	OK(db_run(s, &err));
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 2);
}

static void
cache_gives_the_same_statement_and_forgets_bindings(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	Stmt *a, *b, *c;
	bool row;
	char text[] = "SELECT CAST(:v AS bigint)";
	OK(db_prepare(db, str_of(text), &a, &err));
	db_set_int(a, "v", 5);
	OK(db_step(a, &row, &err));
	text[13] = 'w'; /* the key is a copy of the bytes */
	OK(db_prepare(db, str_of(text), &c, &err));
	assert_ptr_not_equal(a, c);
	OK(db_prepare(db, S("SELECT CAST(:v AS bigint)"), &b, &err));
	assert_ptr_equal(a, b);
	OK(db_step(b, &row, &err));
	assert_int_equal(db_type(b, 0), DB_NULL);
}

static void
changes_are_counted(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a bigint PRIMARY KEY, b bigint)");
	Stmt *add, *up;
	OK(db_prepare(db, S("INSERT INTO t VALUES (:a, 0) ON CONFLICT DO NOTHING"), &add, &err));
	OK(db_prepare(db, S("UPDATE t SET b = b + 1 WHERE a < :n"), &up, &err));
	for (int i = 0; i < 6; i++) {
		db_set_int(add, "a", i % 3);
		OK(db_run(add, &err));
		assert_int_equal(db_changes(db), i < 3);
	}
	db_set_int(up, "n", 2);
	OK(db_run(up, &err));
	assert_int_equal(db_changes(db), 2);
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 3);
	assert_int_equal(db_changes(db), 2);
}

/* Several statements may stand on rows at once, as in SQLite. */
static void
statements_go_on_beside_each_other(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a bigint)");
	Stmt *one, *two, *add;
	bool row;
	int64_t sum = 0;
	OK(db_prepare(db, S("SELECT CAST(g AS bigint) FROM generate_series(1, :n) AS g"), &one, &err));
	OK(db_prepare(db,
		S("SELECT CAST(g AS bigint) FROM generate_series(1, CAST(:n AS integer)) AS g"), &two,
		&err));
	OK(db_prepare(db, S("INSERT INTO t VALUES (:a)"), &add, &err));
	db_set_int(one, "n", 50);
	for (;;) {
		OK(db_step(one, &row, &err));
		if (!row)
			break;
		int64_t i = db_int(one, 0);
		db_set_int(add, "a", i);
		OK(db_run(add, &err));
		db_set_int(two, "n", i);
		for (int k = 0; k < 2; k++) /* leaves rows under way */
			OK(db_step(two, &row, &err));
		sum += db_int(one, 0);
		db_reset(two);
	}
	assert_int_equal(sum, 1275);
	assert_int_equal(ask(db, "SELECT CAST(sum(a) AS bigint) FROM t"), 1275);
}

/* An error that comes after rows is told by the step that meets it, also when the rest waited in memory. */
static void
errors_in_the_middle_of_rows_are_told(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	Stmt *s;
	bool row;
	for (int settled = 0; settled < 2; settled++) {
		OK(db_prepare(db, S("SELECT 10 / (3 - CAST(g AS integer)) FROM generate_series(1, 9) AS g"),
			&s, &err));
		OK(db_step(s, &row, &err));
		assert_int_equal(db_int(s, 0), 5);
		if (settled)
			assert_int_equal(ask(db, "SELECT 8"), 8);
		OK(db_step(s, &row, &err));
		assert_int_equal(db_int(s, 0), 10);
		REFUSED(db_step(s, &row, &err), E_DB, "division by zero");
		assert_int_equal(ask(db, "SELECT 7"), 7);
	}
}

#ifdef SIAP_SAN
enum { GROWTH_KB = 600000 }; /* the sanitizer keeps about 400 MB of freed memory */
#else
enum { GROWTH_KB = 20000 };
#endif

static long
memory_kb(void)
{
	char text[4096];
	FILE *f = fopen("/proc/self/status", "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof text - 1, f);
	text[n] = 0;
	fclose(f);
	const char *at = strstr(text, "VmRSS:");
	assert_non_null(at);
	return strtol(at + 6, NULL, 10);
}

static void
large_answers_need_little_memory(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_READ);
	Stmt *s;
	bool row;
	int64_t rows = 0;
	OK(db_prepare(db, S("SELECT repeat('x', 500) FROM generate_series(1, 300000)"), &s, &err));
	OK(db_step(s, &row, &err));
	long before = memory_kb();
	for (; row; rows++) {
		if (rows % 10000 == 0 && memory_kb() > before + GROWTH_KB)
			fail_msg("%lld rows read: memory grew from %ld to %ld KB", (long long)rows, before,
				memory_kb());
		OK(db_step(s, &row, &err));
	}
	assert_int_equal(rows, 300000);
}

static void
bad_statements_are_refused(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a integer)");
	Stmt *s;
	REFUSED(db_prepare(db, S("SELECT a,\nb\nFROM t"), &s, &err), E_DB,
		"statement 'SELECT a,' failed: column \"b\" does not exist");
	assert_null(s);
	REFUSED(db_prepare(db, S("SELECT 1; SELECT 2"), &s, &err), E_DB, "exactly one statement");
	REFUSED(db_prepare(db, S("SELECT 1; SELEC"), &s, &err), E_DB, "exactly one statement");
	REFUSED(db_prepare(db, S(" -- nothing\n"), &s, &err), E_DB, "exactly one statement");
	REFUSED(db_prepare(db, S(""), &s, &err), E_DB, "exactly one statement");
	REFUSED(db_prepare(db, S("SELECT 1\0, nonsense"), &s, &err), E_INPUT, "NUL");
	OK(db_prepare(db, S("SELECT ';'; -- a last word; or two\n"), &s, &err));
	REFUSED(db_exec(db, S("INSERT INTO t VALUES (1);\nINSERT INTO x VALUES (1);"), &err), E_DB,
		"statement 'INSERT INTO x VALUES (1);' failed: relation \"x\" does not exist");
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
	OK(db_exec(db, S("SELECT a FROM t; -- rows are passed over\n"), &err));
	OK(db_exec(db, S(""), &err));
	bool yes;
	OK(db_has_table(db, S("t"), &yes, &err));
	assert_true(yes);
	OK(db_has_table(db, S("x"), &yes, &err));
	assert_false(yes);
}

static void
read_a_column_too_far(Db *db)
{
	Stmt *s;
	bool row;
	if (db_prepare(db, S("SELECT 1"), &s, NULL) && db_step(s, &row, NULL))
		(void)db_int(s, 1);
}

static void
bind_while_a_row_stands(Db *db)
{
	Stmt *s;
	bool row;
	if (db_prepare(db, S("SELECT CAST(:a AS bigint) UNION ALL SELECT 2"), &s, NULL) &&
		db_step(s, &row, NULL))
		db_bind_int(s, 1, 1);
}

static void
set_an_unknown_name(Db *db)
{
	Stmt *s;
	if (db_prepare(db, S("SELECT CAST(:known AS bigint)"), &s, NULL))
		db_set_int(s, "unknown", 1);
}

static void
nothing(Db *db)
{
	(void)db;
}

static bool
aborts(void (*f)(Db *))
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		Db *db;
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		signal(SIGABRT, SIG_DFL);
		if (!db_open(store.url, DB_READ, &db, NULL))
			_exit(1);
		f(db);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
our_own_mistakes_end_the_process(void **state)
{
	(void)state;
	assert_false(aborts(nothing));
	assert_true(aborts(set_an_unknown_name));
	assert_true(aborts(read_a_column_too_far));
	assert_true(aborts(bind_while_a_row_stands));
}

/* ---- Transactions ---- */

static bool
insert_then_fail(Db *db)
{
	AUTO(Tx) tx = {0};
	return tx_begin(db, &tx, &err) && db_exec(db, S("INSERT INTO t VALUES (1)"), &err) &&
		db_exec(db, S("INSERT INTO absent VALUES (1)"), &err) && tx_commit(&tx, &err);
}

static void
uncommitted_rolls_back_at_scope_end(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a integer UNIQUE)");
	REFUSED(insert_then_fail(db), E_DB, "\"absent\" does not exist");
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 0);
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	OK(db_exec(db, S("INSERT INTO t VALUES (1)"), &err));
	OK(tx_commit(&tx, &err));
	tx_rollback(&tx); /* after the commit it does nothing */
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
	OK(tx_begin(db, &tx, &err));
	OK(db_exec(db, S("INSERT INTO t VALUES (2)"), &err));
	db_close(db); /* rolls back the open transaction */
	db = open_db(DB_WRITE);
	tx.db = NULL;
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
}

static void
savepoints_undo_one_step(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a integer UNIQUE)");
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	for (int i = 0; i < 3; i++) {
		OK(db_savepoint(db, &err));
		char sql[64];
		int n = snprintf(sql, sizeof sql, "INSERT INTO t VALUES (%d)", i == 1 ? 0 : i);
		/* A failed statement takes the transaction with it, up to the savepoint. */
		assert_int_equal(db_exec(db, (Str){sql, (size_t)n}, &err), i != 1);
		if (i == 1) {
			REFUSED(db_exec(db, S("SELECT 1"), &err), E_DB, "over already");
			OK(db_savepoint_undo(db, &err));
		} else
			OK(db_savepoint_release(db, &err));
	}
	OK(tx_commit(&tx, &err));
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 2);
	OK(tx_begin(db, &tx, &err));
	OK(db_savepoint(db, &err));
	tx_rollback(&tx); /* takes the open level with it */
	OK(tx_begin(db, &tx, &err));
	OK(db_savepoint(db, &err));
	OK(db_savepoint_release(db, &err));
}

static void
what_is_left_for_later_is_done_or_told(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a bigint PRIMARY KEY, b text)");
	Stmt *later, *now;
	OK(db_prepare(db, S("INSERT INTO t VALUES (:a, :b)"), &later, &err));
	OK(db_prepare(db, S("INSERT INTO t VALUES (:a, 'now') ON CONFLICT DO NOTHING"), &now, &err));
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	for (int i = 0; i < 1000; i++) { /* more than may be left at once */
		char text[8];
		int n = snprintf(text, sizeof text, "%d", i);
		db_set_int(later, "a", i);
		db_set_text(later, "b", (Str){text, (size_t)n}); /* gone at the next turn */
		OK(db_run_later(later, &err));
		if (i % 3 == 0) {
			db_set_int(now, "a", i % 2 ? i : -i - 1);
			OK(db_run(now, &err));
			assert_int_equal(db_changes(db), i % 2 == 0);
		}
	}
	assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE b = CAST(a AS text)"), 1000);
	OK(tx_commit(&tx, &err));
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1167);
	db_set_text(later, "b", S("x"));
	/* What fails is told by whatever comes next, and nothing of the transaction stays. */
	for (int kind = 0; kind < 6; kind++) {
		bool yes;
		OK(tx_begin(db, &tx, &err));
		OK(db_exec(db, S("DELETE FROM t WHERE a = 5"), &err));
		db_set_int(later, "a", 7);
		OK(db_run_later(later, &err));
		db_set_int(later, "a", 5);
		OK(db_run_later(later, &err));
		db_set_int(now, "a", 2000);
		if (kind == 0)
			REFUSED(tx_commit(&tx, &err), E_DB, "duplicate key");
		else if (kind == 1)
			REFUSED(db_run(now, &err), E_DB, "duplicate key");
		else if (kind == 2)
			REFUSED(db_exec(db, S("SELECT 1"), &err), E_DB, "duplicate key");
		else if (kind == 3)
			REFUSED(db_has_table(db, S("t"), &yes, &err), E_DB, "duplicate key");
		tx_rollback(&tx);
		if (kind == 5) {
			OK(tx_begin(db, &tx, &err));
			OK(db_run_later(later, &err));
			db_close(db);
			tx.db = NULL;
			db = open_db(DB_WRITE);
		}
		assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE a = 5"), 1);
	}
	/* Up to a savepoint, too. */
	OK(db_prepare(db, S("INSERT INTO t VALUES (:a, :b)"), &later, &err));
	OK(tx_begin(db, &tx, &err));
	db_set_int(later, "a", 3000);
	db_set_text(later, "b", S("y"));
	OK(db_run_later(later, &err));
	OK(db_savepoint(db, &err));
	OK(db_run_later(later, &err));
	REFUSED(db_savepoint_release(db, &err), E_DB, "duplicate key");
	OK(db_savepoint_undo(db, &err));
	OK(db_savepoint(db, &err));
	OK(db_run_later(later, &err));
	OK(db_savepoint_undo(db, &err));
	OK(tx_commit(&tx, &err));
	assert_int_equal(ask(db, "SELECT count(*) FROM t WHERE a = 3000"), 1);
}

static void
lost_transaction_takes_nothing_more(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a integer UNIQUE); INSERT INTO t VALUES (1)");
	Stmt *add;
	OK(db_prepare(db, S("INSERT INTO t VALUES (9)"), &add, &err));
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	OK(db_exec(db, S("INSERT INTO t VALUES (2)"), &err));
	REFUSED(db_exec(db, S("INSERT INTO t VALUES (1)"), &err), E_DB, "duplicate key");
	REFUSED(db_run(add, &err), E_DB, "over already");
	REFUSED(db_exec(db, S("INSERT INTO t VALUES (9)"), &err), E_DB, "over already");
	REFUSED(db_savepoint(db, &err), E_DB, "over already");
	REFUSED(tx_commit(&tx, &err), E_DB, "over already");
	tx_rollback(&tx);
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
	OK(db_run(add, &err));
	/* SQL that ends it does not leave the rest to be committed one by one. */
	OK(tx_begin(db, &tx, &err));
	OK(db_exec(db, S("COMMIT"), &err));
	REFUSED(db_run(add, &err), E_DB, "over already");
	tx_rollback(&tx);
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 2);
}

static void
a_lock_that_does_not_come_is_busy(void **state)
{
	(void)state;
	AUTO(DbP) one = open_with("CREATE TABLE t (a integer)");
	AUTO(DbP) two = open_db(DB_READ);
	AUTO(Tx) tx = {0};
	OK(tx_begin(one, &tx, &err));
	OK(db_exec(one, S("LOCK TABLE t"), &err));
	REFUSED(db_exec(two, S("SELECT a FROM t"), &err), E_BUSY, "in use");
	assert_true(strlen(err.hint) > 0);
}

/* ---- Migrations ---- */

#define M(number_, name_, sql_) ((Migration){.number = number_, .name = S(name_), .sql = S(sql_)})

static void
migrations_are_applied_once_with_their_blocks(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	Migration m[] = {
		M(1, "0001_a.sql",
			"CREATE TABLE a (x integer);\n-- sqlite:\nCREATE TABLE only_there (x INTEGER) STRICT;\n"
			"-- postgres:\nCREATE TABLE only_here (x bytea) WITH (fillfactor = 80);\n"
			"-- both:\nCREATE TABLE b (x integer);\n"),
		M(2, "0002_b.sql", "INSERT INTO a VALUES (5)"),
		M(4, "0004_c.sql", "UPDATE a SET x = x + 1;"),
	};
	bool yes;
	OK(db_migrated(db, m, 2, &yes, &err));
	assert_false(yes);
	OK(db_migrate(db, m, 2, 1700000000123, &err));
	OK(db_migrate(db, m, 3, 1700000000456, &err));
	OK(db_migrate(db, m, 3, 1700000000789, &err));
	assert_int_equal(ask(db, "SELECT x FROM a"), 6); /* each one once */
	assert_int_equal(ask(db, "SELECT count(*) FROM only_here"), 0);
	OK(db_has_table(db, S("only_there"), &yes, &err));
	assert_false(yes);
	assert_true(ask(db, "SELECT at FROM migration WHERE number = 4 AND name = '0004_c.sql'") ==
		1700000000456);
	AUTO(DbP) reader = open_db(DB_READ);
	OK(db_migrated(reader, m, 3, &yes, &err));
	assert_true(yes);
	REFUSED(db_migrate(db, m, 2, 2, &err), E_DB, "made by a newer Siap");
	m[2] = M(5, "0005_d.sql", "x");
	REFUSED(db_migrate(db, m, 3, 2, &err), E_DB, "made by a newer Siap");
}

static void
failing_migration_leaves_nothing(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	Migration m[] = {
		M(1, "0001_a.sql", "CREATE TABLE a (x integer)"),
		M(2, "0002_b.sql",
			"CREATE TABLE b (x integer);\n-- next\n\nINSERT INTO b VALUES (1);\n\n\nINSERT INTO no VALUES (1);\n"),
	};
	bool yes;
	REFUSED(db_migrate(db, m, 2, 1, &err), E_DB,
		"0002_b.sql:7: statement 'INSERT INTO no VALUES (1);' failed");
	OK(db_has_table(db, S("b"), &yes, &err));
	assert_false(yes);
	assert_int_equal(ask(db, "SELECT max(number) FROM migration"), 1);
	m[1].sql = S("CREATE TABLE b (x integer); COMMIT;");
	REFUSED(db_migrate(db, m, 2, 1, &err), E_DB, "must not end the transaction");
	m[1].sql = S("CREATE TABLE IF NOT EXISTS b (x integer);");
	OK(db_migrate(db, m, 2, 1, &err));
}

int
main(void)
{
	if (!getenv("SIAP_TEST_STORE")) {
		puts(
			"not ok - needs a PostgreSQL server\n  rerun: tools/postgres.sh run build/obj/t/test_db_postgres");
		return 1;
	}
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(only_fitting_databases_are_opened),
		T(a_database_has_one_writer),
		T(reader_may_not_write),
		T(reader_keeps_its_snapshot),
		T(a_lost_connection_is_said_plainly),
		T(a_connection_lost_with_work_left_for_later),
		T(a_server_that_says_farewell_is_lost),
		T(values_come_back_typed),
		T(values_of_another_type_are_refused),
		T(parameters_stand_outside_of_strings_and_comments),
		T(constraints_say_what_failed),
		T(cache_gives_the_same_statement_and_forgets_bindings),
		T(changes_are_counted),
		T(statements_go_on_beside_each_other),
		T(errors_in_the_middle_of_rows_are_told),
		T(large_answers_need_little_memory),
		T(bad_statements_are_refused),
		T(our_own_mistakes_end_the_process),
		T(uncommitted_rolls_back_at_scope_end),
		T(savepoints_undo_one_step),
		T(what_is_left_for_later_is_done_or_told),
		T(lost_transaction_takes_nothing_more),
		T(a_lock_that_does_not_come_is_busy),
		T(migrations_are_applied_once_with_their_blocks),
		T(failing_migration_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
