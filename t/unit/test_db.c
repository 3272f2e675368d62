/* db: values come back as they went in, transactions hold all or nothing, and every refusal
 * says why. */
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/db.h"

extern char **environ;

static char folder[64]; /* a fresh one for each test */
static char file[96];   /* the database in it */

static int
setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s", "/tmp/siap-test-db-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(file, sizeof file, "%s/t.db", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	const char *const end[] = {"", "-wal", "-shm", "-journal"};
	for (size_t i = 0; i < sizeof end / sizeof *end; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", file, end[i]);
		unlink(path);
	}
	return rmdir(folder);
}

/* Prints the error that a test did not expect. */
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

static Err err;

static Db *
open_db(DbMode mode)
{
	Db *db;
	OK(db_open(file, mode, &db, &err));
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

/* Runs this program again with two arguments and gives its exit status. */
static int
run_self(const char *what, const char *path)
{
	char *args[] = {"test_db", (char *)what, (char *)path, NULL};
	pid_t pid;
	assert_int_equal(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, environ), 0);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool
aborts(void (*f)(Db *), Db *db)
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		signal(SIGABRT, SIG_DFL);
		f(db);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* ---- Connection ---- */

static void
opens_with_the_agreed_settings(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	Stmt *s;
	bool row;
	OK(db_prepare(db, S("PRAGMA journal_mode"), &s, &err));
	OK(db_step(s, &row, &err));
	SAME(db_text(s, 0), "wal");
	db_reset(s);
	assert_int_equal(ask(db, "PRAGMA synchronous"), 2);
	assert_int_equal(ask(db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(ask(db, "PRAGMA trusted_schema"), 0);
	assert_int_equal(ask(db, "PRAGMA page_size"), 4096);
	assert_int_equal(ask(db, "PRAGMA wal_autocheckpoint"), 0);
	assert_int_equal(ask(db, "PRAGMA busy_timeout"), 5000);
	assert_int_equal(ask(db, "PRAGMA mmap_size"), 0);
	assert_int_equal(ask(db, "PRAGMA cache_size"), -32768);
	REFUSED(db_prepare(db, S("SELECT \"text\""), &s, &err), E_DB, "no such column");
	OK(db_exec(db, S("PRAGMA writable_schema=ON"), &err));
	REFUSED(db_exec(db, S("DELETE FROM sqlite_schema"), &err), E_DB, "may not be modified");
}

static void
foreign_keys_hold(void **state)
{
	(void)state;
	AUTO(DbP)
	db = open_with("CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;"
				   "CREATE TABLE b (a INTEGER REFERENCES a (id)) STRICT");
	REFUSED(
		db_exec(db, S("INSERT INTO b VALUES (7)"), &err), E_DB, "FOREIGN KEY constraint failed");
}

static void
absent_and_foreign_files_are_refused(void **state)
{
	(void)state;
	Db *db;
	REFUSED(db_open(file, DB_READ, &db, &err), E_NOTFOUND, file);
	assert_null(db);
	REFUSED(db_open(file, DB_WRITE, &db, &err), E_NOTFOUND, "does not exist");
	assert_false(file_exists(file));
	REFUSED(db_open("/nowhere/at/all.db", DB_CREATE, &db, &err), E_IO, "/nowhere/at/all.db");
	REFUSED(db_open(folder, DB_READ, &db, &err), E_IO, folder);

	Arena a;
	OK(arena_open(&a, 1 << 20, &err));
	char *text = NEW(&a, char, 8192);
	memset(text, 'x', 8192);
	OK(file_write_atomic(file, (Str){text, 8192}, 0600, &err));
	arena_close(&a);
	REFUSED(db_open(file, DB_READ, &db, &err), E_DB, "is not a Siap database or is damaged");
	REFUSED(db_open(file, DB_WRITE, &db, &err), E_DB, file);
	db_close(NULL);
}

static void
damage_inside_is_named(void **state)
{
	(void)state;
	Db *db = open_with("CREATE TABLE t (a TEXT) STRICT; INSERT INTO t VALUES ('x')");
	db_close(db);
	FILE *f = fopen(file, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, 4096, SEEK_SET), 0);
	for (int i = 0; i < 4096; i++)
		fputc(0x5a, f);
	assert_int_equal(fclose(f), 0);
	AUTO(DbP) again = open_db(DB_READ);
	Stmt *s;
	bool row;
	OK(db_prepare(again, S("SELECT a FROM t"), &s, &err));
	REFUSED(db_step(s, &row, &err), E_DB, "is not a Siap database or is damaged");
}

static void
reader_may_not_write(void **state)
{
	(void)state;
	db_close(open_with("CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (3)"));
	AUTO(DbP) db = open_db(DB_READ);
	assert_int_equal(ask(db, "SELECT a FROM t"), 3);
	REFUSED(db_exec(db, S("INSERT INTO t VALUES (4)"), &err), E_DB, "readonly");
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
}

/* Another process reads while this one is in the middle of writing: it sees the last commit,
 * at once. */
static void
reader_beside_a_writer(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (1), (2)");
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	OK(db_exec(db, S("INSERT INTO t VALUES (3)"), &err));
	assert_int_equal(run_self("count", file), 2);
	OK(tx_commit(&tx, &err));
	assert_int_equal(run_self("count", file), 3);
	/* The leaving reader neither folded the log nor took it away. */
	OK(db_exec(db, S("INSERT INTO t VALUES (4)"), &err));
	assert_int_equal(run_self("count", file), 4);
}

/* Inside one reading transaction the picture stands still. */
static void
reader_keeps_its_snapshot(void **state)
{
	(void)state;
	AUTO(DbP) w = open_with("CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (1)");
	AUTO(DbP) r = open_db(DB_READ);
	AUTO(Tx) tx = {0};
	OK(tx_begin(r, &tx, &err));
	assert_int_equal(ask(r, "SELECT count(*) FROM t"), 1);
	OK(db_exec(w, S("INSERT INTO t VALUES (2)"), &err));
	assert_int_equal(ask(r, "SELECT count(*) FROM t"), 1);
	int left = -1;
	OK(db_checkpoint(w, &left, &err));
	assert_true(left > 0); /* the reader still needs the log's end to be kept out of the file */
	OK(tx_commit(&tx, &err));
	assert_int_equal(ask(r, "SELECT count(*) FROM t"), 2);
	OK(db_checkpoint(w, &left, &err));
	assert_int_equal(left, 0);
	OK(db_checkpoint(w, NULL, &err));
}

static bool
on_disk(const char *end, Str words)
{
	char path[128];
	Arena a = {0};
	Str bytes;
	size_t at;
	snprintf(path, sizeof path, "%s%s", file, end);
	OK(arena_open(&a, 1 << 20, &err));
	OK(file_read(path, 1 << 19, &a, &bytes, &err));
	bool there = str_find(bytes, words, &at);
	arena_close(&a);
	return there;
}

/* What was deleted is in neither file, also by a reader's doing. */
static void
deleted_bytes_are_gone(void **state)
{
	(void)state;
	AUTO(DbP)
	w = open_with("CREATE TABLE t (a INTEGER, b TEXT) STRICT; INSERT INTO t VALUES "
				  "(1, 'a word that stays'), (2, 'a word that goes')");
	AUTO(DbP) r = open_db(DB_READ);
	assert_true(on_disk("-wal", S("word that goes")));
	OK(db_checkpoint(w, NULL, &err));
	assert_true(on_disk("", S("word that goes")));
	OK(db_exec(w, S("DELETE FROM t WHERE a = 2"), &err));
	OK(db_scrub(r, &err));
	assert_true(on_disk("", S("word that stays")));
	assert_false(on_disk("", S("word that goes")));
	assert_false(on_disk("-wal", S("word")));
}

/* ---- Statements ---- */

static void
values_come_back_typed(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (i INTEGER, x TEXT, b BLOB, r REAL, n TEXT) STRICT");
	Stmt *s;
	bool row;
	OK(db_prepare(db, S("INSERT INTO t VALUES (:i, :x, :b, 2.5, :n)"), &s, &err));
	db_bind_int(s, db_param(s, "i"), INT64_MIN);
	db_bind_text(s, db_param(s, ":x"), S("a\0b")); /* a NUL in the middle, with and without colon */
	db_bind_blob(s, db_param(s, "b"), S("\0\xff"));
	db_bind_null(s, db_param(s, "n"));
	db_bind_int(s, db_param(s, "absent"), 1); /* position 0 */
	OK(db_run(s, &err));
	assert_int_equal(db_changes(db), 1);
	db_set_int(s, "i", INT64_MAX);
	db_set_text(s, "x", (Str){0}); /* empty is not NULL */
	db_bind_blob(s, db_param(s, "b"), (Str){0});
	db_set_null(s, "n");
	db_set_int_if(s, "absent", 1);
	db_set_text_if(s, "n", S("there"));
	OK(db_run(s, &err));

	OK(db_prepare(db, S("SELECT i, x, b, r, n AS last FROM t ORDER BY i"), &s, &err));
	assert_int_equal(db_columns(s), 5);
	SAME(db_column_name(s, 4), "last");
	OK(db_step(s, &row, &err));
	assert_true(row);
	assert_true(db_int(s, 0) == INT64_MIN);
	assert_int_equal(db_type(s, 0), DB_INT);
	assert_int_equal(db_type(s, 1), DB_TEXT);
	assert_true(str_eq(db_text(s, 1), S("a\0b")));
	assert_int_equal(db_type(s, 2), DB_BLOB);
	assert_true(str_eq(db_text(s, 2), S("\0\xff")));
	assert_int_equal(db_type(s, 3), DB_REAL);
	assert_true(db_real(s, 3) == 2.5);
	assert_int_equal(db_type(s, 4), DB_NULL);
	assert_int_equal(db_text(s, 4).n, 0);
	assert_int_equal(db_int(s, 4), 0);
	OK(db_step(s, &row, &err));
	assert_true(row);
	assert_true(db_int(s, 0) == INT64_MAX);
	SAME(db_text(s, 0), "9223372036854775807");
	assert_int_equal(db_type(s, 1), DB_TEXT);
	assert_int_equal(db_text(s, 1).n, 0);
	assert_int_equal(db_type(s, 2), DB_BLOB);
	SAME(db_text(s, 4), "there");
	OK(db_step(s, &row, &err));
	assert_false(row);
	OK(db_step(s, &row, &err)); /* it was reset: it begins again */
	assert_true(row);
	db_reset(s);
}

/* STRICT tables refuse what the validator let through, and the message names column and
 * statement. */
static void
constraints_say_what_failed(void **state)
{
	(void)state;
	AUTO(DbP)
	db = open_with(
		"CREATE TABLE t (a INTEGER NOT NULL PRIMARY KEY) STRICT; INSERT INTO t VALUES (1)");
	Stmt *s;
	OK(db_prepare(db, S("\n-- adds one\nINSERT INTO t\nVALUES (:a)"), &s, &err));
	db_set_int(s, "a", 1);
	REFUSED(
		db_run(s, &err), E_DB, "statement 'INSERT INTO t' failed: UNIQUE constraint failed: t.a");
	db_set_text(s, "a", S("one"));
	REFUSED(db_run(s, &err), E_DB, "datatype mismatch");
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
	char text[] = "SELECT :v";
	OK(db_prepare(db, str_of(text), &a, &err));
	db_set_int(a, "v", 5);
	OK(db_step(a, &row, &err));
	text[8] = 'w'; /* the key is a copy of the bytes */
	OK(db_prepare(db, str_of(text), &c, &err));
	assert_ptr_not_equal(a, c);
	OK(db_prepare(db, S("SELECT :v"), &b, &err));
	assert_ptr_equal(a, b);
	OK(db_step(b, &row, &err));
	assert_int_equal(db_type(b, 0), DB_NULL);
}

static void
bad_statements_are_refused(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a INTEGER) STRICT");
	Stmt *s;
	REFUSED(db_prepare(db, S("SELECT a,\nb\nFROM t"), &s, &err), E_DB,
		"statement 'SELECT a,' failed: no such column: b");
	assert_null(s);
	REFUSED(db_prepare(db, S("SELECT 1; SELECT 2"), &s, &err), E_DB, "exactly one statement");
	REFUSED(db_prepare(db, S("SELECT 1; SELEC"), &s, &err), E_DB, "exactly one statement");
	REFUSED(db_prepare(db, S(" -- nothing\n"), &s, &err), E_DB, "exactly one statement");
	REFUSED(db_prepare(db, S(""), &s, &err), E_DB, "exactly one statement");
	REFUSED(db_prepare(db, S("SELECT 1\0, nonsense"), &s, &err), E_INPUT, "NUL");
	OK(db_prepare(db, S("SELECT 1; -- a last word\n"), &s, &err));
	REFUSED(db_exec(db, S("INSERT INTO t VALUES (1);\nINSERT INTO x VALUES (1);"), &err), E_DB,
		"statement 'INSERT INTO x VALUES (1);' failed: no such table: x");
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
	OK(db_exec(db, S("SELECT a FROM t; -- rows are passed over\n"), &err));
	OK(db_exec(db, S(""), &err));
}

static void
set_an_unknown_name(Db *db)
{
	Stmt *s;
	if (db_prepare(db, S("SELECT :known"), &s, NULL))
		db_set_int(s, "unknown", 1);
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
	if (db_prepare(db, S("SELECT :a UNION ALL SELECT 2"), &s, NULL) && db_step(s, &row, NULL))
		db_bind_int(s, 1, 1);
}

static void
prepare_without_end(Db *db)
{
	for (int i = 0; i < 5000; i++) {
		char text[32];
		Stmt *s;
		int n = snprintf(text, sizeof text, "SELECT %d", i);
		if (!db_prepare(db, (Str){text, (size_t)n}, &s, NULL))
			return;
	}
}

static void
begin_twice(Db *db)
{
	Tx one, two;
	if (tx_begin(db, &one, NULL) && tx_begin(db, &two, NULL))
		return;
}

static void
nothing(Db *db)
{
	(void)db;
}

static void
our_own_mistakes_end_the_process(void **state)
{
	(void)state;
	Db *db;
	OK(db_open(":memory:", DB_CREATE, &db, &err));
	assert_false(aborts(nothing, db));
	assert_true(aborts(set_an_unknown_name, db));
	assert_true(aborts(read_a_column_too_far, db));
	assert_true(aborts(bind_while_a_row_stands, db));
	assert_true(aborts(prepare_without_end, db));
	assert_true(aborts(begin_twice, db));
	db_close(db);
}

static void
many_statements_fit_the_cache(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	Stmt *first = NULL, *s;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 2000; i++) {
			char text[32];
			int n = snprintf(text, sizeof text, "SELECT %d", i);
			OK(db_prepare(db, (Str){text, (size_t)n}, &s, &err));
			if (i == 0 && round == 0)
				first = s;
			if (i == 0)
				assert_ptr_equal(s, first);
		}
	bool row;
	OK(db_step(s, &row, &err));
	assert_int_equal(db_int(s, 0), 1999);
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
	AUTO(DbP) db = open_with("CREATE TABLE t (a INTEGER UNIQUE) STRICT");
	REFUSED(insert_then_fail(db), E_DB, "no such table: absent");
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
	AUTO(DbP) db = open_with("CREATE TABLE t (a INTEGER) STRICT");
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	for (int i = 0; i < 3; i++) {
		OK(db_savepoint(db, &err));
		OK(db_exec(db, S("INSERT INTO t VALUES (1)"), &err));
		OK(i == 1 ? db_savepoint_undo(db, &err) : db_savepoint_release(db, &err));
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

/* When SQLite itself gives the transaction up, later statements must not be committed one by
 * one. */
static void
lost_transaction_takes_nothing_more(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a INTEGER UNIQUE) STRICT; INSERT INTO t VALUES (1)");
	Stmt *add;
	OK(db_prepare(db, S("INSERT INTO t VALUES (9)"), &add, &err));
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	OK(db_exec(db, S("INSERT INTO t VALUES (2)"), &err));
	REFUSED(db_exec(db, S("INSERT OR ROLLBACK INTO t VALUES (1)"), &err), E_DB, "UNIQUE");
	REFUSED(db_run(add, &err), E_DB, "over already");
	REFUSED(db_exec(db, S("INSERT INTO t VALUES (9)"), &err), E_DB, "over already");
	REFUSED(db_savepoint(db, &err), E_DB, "over already");
	REFUSED(tx_commit(&tx, &err), E_DB, "over already");
	tx_rollback(&tx);
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
	OK(db_run(add, &err));
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 2);
}

static void
a_stale_writer_is_told_to_try_again(void **state)
{
	(void)state;
	AUTO(DbP) one = open_with("CREATE TABLE t (a INTEGER) STRICT");
	AUTO(DbP) two = open_db(DB_WRITE);
	OK(db_exec(one, S("BEGIN"), &err));
	assert_int_equal(ask(one, "SELECT count(*) FROM t"), 0);
	OK(db_exec(two, S("INSERT INTO t VALUES (1)"), &err));
	REFUSED(db_exec(one, S("INSERT INTO t VALUES (2)"), &err), E_BUSY, "in use");
	assert_true(strlen(err.hint) > 0);
	OK(db_exec(one, S("ROLLBACK"), &err));
}

static void
full_disk_is_said_plainly(void **state)
{
	(void)state;
	AUTO(DbP) db = open_with("CREATE TABLE t (a BLOB) STRICT; PRAGMA max_page_count=12");
	Stmt *add;
	OK(db_prepare(db, S("INSERT INTO t VALUES (zeroblob(:n))"), &add, &err));
	db_set_int(add, "n", 100);
	OK(db_run(add, &err));
	AUTO(Tx) tx = {0};
	OK(tx_begin(db, &tx, &err));
	OK(db_run(add, &err));
	db_set_int(add, "n", 100000);
	REFUSED(db_run(add, &err), E_IO, "the disk is full");
	assert_non_null(strstr(err.hint, "free space"));
	tx_rollback(&tx);
	assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
	db_set_int(add, "n", 100);
	OK(db_run(add, &err));
}

/* ---- Migrations ---- */

#define M(number_, name_, sql_) ((Migration){.number = number_, .name = S(name_), .sql = S(sql_)})

static void
migrations_fresh_then_the_rest(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	const Migration m[] = {
		M(1, "0001_core.sql",
			"CREATE TABLE a (x INTEGER) STRICT;\nCREATE TABLE b (x INTEGER) STRICT;\n"),
		M(2, "0002_more.sql", "INSERT INTO a VALUES (5)"),
		M(4, "0004_again.sql", "UPDATE a SET x = x + 1;"),
	};
	bool yes;
	OK(db_migrated(db, m, 2, &yes, &err));
	assert_false(yes);
	OK(db_migrate(db, m, 2, 1700000000123, &err));
	OK(db_migrated(db, m, 2, &yes, &err));
	assert_true(yes);
	OK(db_migrated(db, m, 3, &yes, &err));
	assert_false(yes);
	OK(db_migrate(db, m, 3, 1700000000456, &err));
	OK(db_migrate(db, m, 3, 1700000000789, &err));
	assert_int_equal(ask(db, "SELECT x FROM a"), 6); /* each one once */
	assert_int_equal(ask(db, "SELECT count(*) FROM migration"), 3);
	assert_true(ask(db, "SELECT at FROM migration WHERE number = 2") == 1700000000123);
	assert_true(ask(db, "SELECT at FROM migration WHERE number = 4 AND name = '0004_again.sql'") ==
		1700000000456);
	AUTO(DbP) reader = open_db(DB_READ);
	OK(db_migrated(reader, m, 3, &yes, &err));
	assert_true(yes);
}

static void
newer_databases_are_refused(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	const Migration m[] = {
		M(1, "0001_a.sql", "CREATE TABLE a (x INTEGER)"), M(2, "0002_b.sql", "SELECT 1")};
	const Migration other[] = {m[0], M(2, "0002_c.sql", "CREATE TABLE c (x INTEGER)")};
	bool yes;
	OK(db_migrate(db, m, 2, 1, &err));
	REFUSED(
		db_migrate(db, m, 1, 2, &err), E_DB, "made by a newer Siap: it has migration '0002_b.sql'");
	assert_true(strlen(err.hint) > 0);
	REFUSED(db_migrated(db, m, 1, &yes, &err), E_DB, "made by a newer Siap");
	assert_false(yes);
	REFUSED(
		db_migrate(db, other, 2, 2, &err), E_DB, "'0002_b.sql' in the database and '0002_c.sql'");
	OK(db_migrated(db, m, 2, &yes, &err));
	assert_true(yes);
}

static void
failing_migration_leaves_nothing(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	Migration m[] = {
		M(1, "0001_a.sql", "CREATE TABLE a (x INTEGER)"),
		M(2, "0002_b.sql",
			"CREATE TABLE b (x INTEGER);\n-- next\n\nINSERT INTO b VALUES (1);\n\n\nINSERT INTO no VALUES (1);\n"),
	};
	REFUSED(db_migrate(db, m, 2, 1, &err), E_DB,
		"0002_b.sql:7: statement 'INSERT INTO no VALUES (1);' failed");
	assert_int_equal(ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
	assert_int_equal(ask(db, "SELECT max(number) FROM migration"), 1);
	m[1].sql = S("CREATE TABLE b (x INTEGER); COMMIT;");
	REFUSED(db_migrate(db, m, 2, 1, &err), E_DB, "must not end the transaction");
	m[1].sql = S("CREATE TABLE IF NOT EXISTS b (x INTEGER);");
	OK(db_migrate(db, m, 2, 1, &err));
}

static void
blocks_choose_the_database(void **state)
{
	(void)state;
	AUTO(DbP) db = open_db(DB_CREATE);
	const Migration m[] = {
		M(1, "0001_a.sql",
			"CREATE TABLE both_one (x INTEGER);\n"
			"-- sqlite:\r\nCREATE TABLE only_here (x INTEGER) STRICT;\n"
			"-- postgres:\nCREATE TABLE only_there (x bytea) WITH (fillfactor = 80);\n"
			"  -- both:\nCREATE TABLE both_two (x INTEGER);\n"
			"-- postgres:\nCREATE EXTENSION nonsense;\n"),
		M(2, "0002_b.sql", "-- postgres:\nSELECT nonsense();\n-- both:\nSELECT nonsense();\n"),
	};
	OK(db_migrate(db, m, 1, 1, &err));
	assert_int_equal(
		ask(db,
			"SELECT count(*) FROM sqlite_schema WHERE name IN ('both_one', 'only_here', 'both_two')"),
		3);
	assert_int_equal(ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'only_there'"), 0);
	REFUSED(db_migrate(db, m, 2, 1, &err), E_DB,
		"0002_b.sql:3: "); /* dropped lines keep their numbers: line 3 is the mark */
}

/* ---- Named SQL ---- */

static Arena sql_arena;

static bool
parse(Str text, SqlFile *f)
{
	arena_reset(&sql_arena);
	return sql_file_parse(S("svc.sql"), text, &sql_arena, f, &err);
}

static SqlFile named;

static void
name_an_unknown_block(Db *db)
{
	(void)db;
	(void)sql_named(&named, "thrid");
}

static void
sql_files_give_their_blocks(void **state)
{
	(void)state;
	OK(arena_open(&sql_arena, 1 << 20, &err));
	OK(parse(S("-- The purpose of this file.\n\n-- name: first_one\nSELECT 1\n  FROM t;\r\n\n"
			   "  -- name:second\r\n-- why\nSELECT 2;\n-- name: t3\nSELECT 3"),
		&named));
	assert_int_equal(named.n, 3);
	SAME(sql_named(&named, "first_one"), "SELECT 1\n  FROM t;");
	SAME(sql_named(&named, "second"), "-- why\nSELECT 2;");
	SAME(sql_named(&named, "t3"), "SELECT 3");
	assert_true(aborts(name_an_unknown_block, NULL));
	SqlFile f;
	OK(parse(S("-- nothing yet\n"), &f));
	assert_int_equal(f.n, 0);
	OK(parse(S(""), &f));
	assert_int_equal(f.n, 0);
	arena_close(&sql_arena);
}

static void
sql_files_are_checked(void **state)
{
	(void)state;
	SqlFile f;
	OK(arena_open(&sql_arena, 1 << 20, &err));
	REFUSED(parse(S("-- name: a\nSELECT 1;\n\n-- name: a\nSELECT 2;\n"), &f), E_INPUT,
		"svc.sql:4: statement 'a' is in this file already");
	REFUSED(parse(S("\nSELECT 1;\n-- name: a\nSELECT 2;\n"), &f), E_INPUT,
		"before the first '-- name:'");
	REFUSED(parse(S("SELECT 1;\n"), &f), E_INPUT, "before the first '-- name:'");
	REFUSED(parse(S("-- name: a\n-- only words\n\n-- name: b\nSELECT 2;\n"), &f), E_INPUT,
		"svc.sql:1: a '-- name:' line without a statement");
	REFUSED(parse(S("-- name: a\nSELECT 1;\n-- name: b"), &f), E_INPUT,
		"svc.sql:3: a '-- name:' line without");
	REFUSED(parse(S("-- name: Two Words\nSELECT 1;\n"), &f), E_INPUT,
		"'Two Words' is not a statement name");
	REFUSED(parse(S("-- name:\nSELECT 1;\n"), &f), E_INPUT, "'' is not a statement name");
	REFUSED(parse(S("-- name: 1st\nSELECT 1;\n"), &f), E_INPUT, "'1st' is not a statement name");
	arena_close(&sql_arena);
}

/* ---- The n-th call fails ---- */

/* A small life of a database: status 0 when all went well, otherwise the error's. */
static bool
live(const char *path, Err *e)
{
	const Migration m[] = {
		M(1, "0001_a.sql", "CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (0)")};
	AUTO(DbP) db = NULL;
	if (!db_open(path, DB_CREATE, &db, e) || !db_migrate(db, m, 1, 1, e))
		return false;
	AUTO(Tx) tx = {0};
	Stmt *add;
	if (!tx_begin(db, &tx, e) || !db_prepare(db, S("INSERT INTO t VALUES (:a)"), &add, e))
		return false;
	for (int i = 1; i <= 2; i++) {
		db_set_int(add, "a", i);
		if (!db_savepoint(db, e) || !db_run(add, e) || !db_savepoint_release(db, e))
			return false;
	}
	return tx_commit(&tx, e) && db_checkpoint(db, NULL, e);
}

/* Whatever call fails, the error has a code and a sentence, and each transaction is there
 * whole or not at all. */
static void
nth_failure_leaves_whole_transactions(void **state)
{
	(void)state;
	int failures = 0;
	for (int n = 1; n < 200; n++) {
		char text[16];
		snprintf(text, sizeof text, "%d", n);
		setenv("SIAP_FAULT", text, 1);
		int status = run_self("live", file);
		unsetenv("SIAP_FAULT");
		AUTO(DbP) db = open_db(DB_CREATE);
		if (ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 't'")) {
			int64_t rows = ask(db, "SELECT count(*) FROM t");
			assert_true(rows % 2 == 1); /* 0 from the migration, then two by two */
			OK(db_exec(db, S("DROP TABLE t; DROP TABLE migration"), &err));
		}
		if (status == 0)
			break;
		assert_true(status == err_exit(E_IO) || status == err_exit(E_LIMIT));
		failures++;
	}
#ifdef SIAP_FAULT
	assert_in_range(failures, 15, 100);
#else
	assert_int_equal(failures, 0);
#endif
}

static int
other_process(const char *what, const char *path)
{
	Err e = {0};
	if (strcmp(what, "live") == 0)
		return live(path, &e) ? 0 : e.text[0] ? err_exit(e.code) : 99;
	AUTO(DbP) db = NULL;
	Stmt *s;
	bool row;
	if (!db_open(path, DB_READ, &db, &e) || !db_prepare(db, S("SELECT count(*) FROM t"), &s, &e) ||
		!db_step(s, &row, &e))
		return 99;
	return (int)db_int(s, 0);
}

int
main(int argc, char **argv)
{
	if (argc == 3)
		return other_process(argv[1], argv[2]);
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(opens_with_the_agreed_settings),
		T(foreign_keys_hold),
		T(absent_and_foreign_files_are_refused),
		T(damage_inside_is_named),
		T(reader_may_not_write),
		T(reader_beside_a_writer),
		T(reader_keeps_its_snapshot),
		T(deleted_bytes_are_gone),
		T(values_come_back_typed),
		T(constraints_say_what_failed),
		T(cache_gives_the_same_statement_and_forgets_bindings),
		T(bad_statements_are_refused),
		T(our_own_mistakes_end_the_process),
		T(many_statements_fit_the_cache),
		T(uncommitted_rolls_back_at_scope_end),
		T(savepoints_undo_one_step),
		T(lost_transaction_takes_nothing_more),
		T(a_stale_writer_is_told_to_try_again),
		T(full_disk_is_said_plainly),
		T(migrations_fresh_then_the_rest),
		T(newer_databases_are_refused),
		T(failing_migration_leaves_nothing),
		T(blocks_choose_the_database),
		T(sql_files_give_their_blocks),
		T(sql_files_are_checked),
		T(nth_failure_leaves_whole_transactions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
