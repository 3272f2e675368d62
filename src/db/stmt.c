/* Statements: compiling, the cache, binding, stepping, reading. */
#include <string.h>

#include "db/db_private.h"

enum { STATEMENTS_MAX = 4096, FIRST_LINE_MAX = 100 };

/* The first line that says something, for messages. */
Str
sql_first_line(Str sql)
{
	Str line, rest = sql;
	do {
		str_cut(rest, '\n', &line, &rest);
		line = str_trim(line);
	} while (rest.n > 0 && (line.n == 0 || str_starts(line, S("--"))));
	return str_slice(line, 0, FIRST_LINE_MAX);
}

/* One statement from the front of `sql`; *h is NULL for blanks and comments, *used is what
 * it took. */
static bool
sql_compile(Db *db, Str sql, unsigned flags, sqlite3_stmt **h, size_t *used, Err *err)
{
	*h = NULL;
	NEED(sql.n < INT32_MAX);
	if (fault_here())
		return db_fault(err);
	const char *tail = sql.p;
	int rc = sqlite3_prepare_v3(db->h, sql.p, (int)sql.n, flags, h, &tail);
	if (rc != SQLITE_OK)
		return db_failed(db, rc, sql, err);
	*used = tail ? (size_t)(tail - sql.p) : sql.n;
	return true;
}

/* SQLite stops at a NUL and would drop what follows without a word. */
static bool
sql_check_text(Str sql, Err *err)
{
	if (!sql.n || !memchr(sql.p, 0, sql.n))
		return true;
	Str line = sql_first_line(sql);
	return err_set(err, E_INPUT, "statement '%.*s' contains a NUL byte", STR(line));
}

/* A transaction that SQLite gave up (disk full, I/O error) must not go on as single statements. */
static bool
db_check_tx(const Db *db, Err *err)
{
	if (!db->tx || !sqlite3_get_autocommit(db->h))
		return true;
	return err_set(err, E_DB,
		"the transaction is over already: an earlier error rolled it back, or the SQL ended it");
}

/* Runs a statement to its end, passing over its rows. */
static bool
sql_run(Db *db, sqlite3_stmt *h, Str sql, Err *err)
{
	if (!db_check_tx(db, err))
		return false;
	int rc;
	do
		rc = sqlite3_step(h);
	while (rc == SQLITE_ROW);
	return rc == SQLITE_DONE || db_failed(db, rc, sql, err);
}

bool
db_exec_at(Db *db, Str sql, size_t *at, Err *err)
{
	*at = 0;
	if (!sql_check_text(sql, err))
		return false;
	while (*at < sql.n) {
		Str rest = str_slice(sql, *at, sql.n);
		sqlite3_stmt *h;
		size_t used;
		if (!sql_compile(db, rest, 0, &h, &used, err))
			return false;
		bool done = !h || sql_run(db, h, rest, err);
		sqlite3_finalize(h);
		if (!done)
			return false;
		*at += used;
	}
	return true;
}

bool
db_exec(Db *db, Str sql, Err *err)
{
	size_t at;
	return db_exec_at(db, sql, &at, err);
}

static bool
stmt_compile(Db *db, Str sql, sqlite3_stmt **h, Err *err)
{
	size_t used, rest_used;
	sqlite3_stmt *second = NULL;
	if (!sql_check_text(sql, err) ||
		!sql_compile(db, sql, SQLITE_PREPARE_PERSISTENT, h, &used, err))
		return false;
	Str rest = str_trim(str_slice(sql, used, sql.n));
	bool good =
		*h && (rest.n == 0 || (sql_compile(db, rest, 0, &second, &rest_used, NULL) && !second));
	sqlite3_finalize(second);
	if (good)
		return true;
	sqlite3_finalize(*h);
	*h = NULL;
	Str line = sql_first_line(sql);
	return err_set(err, E_DB, "statement '%.*s' must be exactly one statement", STR(line));
}

bool
db_prepare(Db *db, Str sql, Stmt **out, Err *err)
{
	uint64_t at;
	if (map_get(&db->cache, sql, &at)) {
		Stmt *s = (Stmt *)(uintptr_t)at;
		sqlite3_reset(s->h);
		sqlite3_clear_bindings(s->h); /* they may point at memory that is gone */
		s->bind_rc = SQLITE_OK;
		*out = s;
		return true;
	}
	*out = NULL;
	NEED(db->cache.n < STATEMENTS_MAX); /* SQL made from data instead of parameters */
	sqlite3_stmt *h;
	if (!stmt_compile(db, sql, &h, err))
		return false;
	Stmt *s = NEW(&db->mem, Stmt, 1);
	*s = (Stmt){.h = h, .db = db};
	map_set(&db->cache, arena_str(&db->mem, sql), (uint64_t)(uintptr_t)s);
	*out = s;
	return true;
}

int
db_param(Stmt *s, const char *name)
{
	char with_colon[64];
	if (name[0] == ':')
		return sqlite3_bind_parameter_index(s->h, name);
	int n = snprintf(with_colon, sizeof with_colon, ":%s", name);
	NEED(n > 0 && (size_t)n < sizeof with_colon);
	return sqlite3_bind_parameter_index(s->h, with_colon);
}

/* Out of memory or a value over 1 GB: no caller can mend it at the binding, so the step says it.
 * Anything else is a wrong position or a statement not reset. */
static inline void
stmt_bound(Stmt *s, int rc)
{
	if (rc == SQLITE_OK)
		return;
	NEED(rc == SQLITE_NOMEM || rc == SQLITE_TOOBIG);
	if (s->bind_rc == SQLITE_OK)
		s->bind_rc = rc;
}

void
db_bind_int(Stmt *s, int at, int64_t v)
{
	if (at)
		stmt_bound(s, sqlite3_bind_int64(s->h, at, v));
}

/* An empty Str may carry a NULL pointer, which SQLite would take for NULL: hence "". */
void
db_bind_text(Stmt *s, int at, Str v)
{
	if (at)
		stmt_bound(
			s, sqlite3_bind_text64(s->h, at, v.p ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void
db_bind_blob(Stmt *s, int at, Str v)
{
	if (at)
		stmt_bound(s, sqlite3_bind_blob64(s->h, at, v.p ? v.p : "", v.n, SQLITE_STATIC));
}

void
db_bind_null(Stmt *s, int at)
{
	if (at)
		stmt_bound(s, sqlite3_bind_null(s->h, at));
}

/* The name itself is the most useful thing to print when the statement does not have it. */
static int
stmt_param(Stmt *s, const char *name)
{
	int at = db_param(s, name);
	if (!at)
		need_failed(name, __FILE__, __LINE__);
	return at;
}

void
db_set_int(Stmt *s, const char *name, int64_t v)
{
	db_bind_int(s, stmt_param(s, name), v);
}

void
db_set_text(Stmt *s, const char *name, Str v)
{
	db_bind_text(s, stmt_param(s, name), v);
}

void
db_set_null(Stmt *s, const char *name)
{
	db_bind_null(s, stmt_param(s, name));
}

void
db_set_int_if(Stmt *s, const char *name, int64_t v)
{
	db_bind_int(s, db_param(s, name), v);
}

void
db_set_text_if(Stmt *s, const char *name, Str v)
{
	db_bind_text(s, db_param(s, name), v);
}

/* Whatever keeps the statement from starting: an injected fault, a lost transaction, a
 * failed binding. */
static bool
stmt_ready(Stmt *s, Err *err)
{
	if (fault_here())
		return db_fault(err);
	if (!db_check_tx(s->db, err))
		return false;
	int rc = s->bind_rc;
	s->bind_rc = SQLITE_OK;
	return rc == SQLITE_OK || db_failed(s->db, rc, str_of(sqlite3_sql(s->h)), err);
}

bool
db_step(Stmt *s, bool *row, Err *err)
{
	*row = false;
	if (!stmt_ready(s, err)) {
		sqlite3_reset(s->h);
		return false;
	}
	int rc = sqlite3_step(s->h);
	*row = rc == SQLITE_ROW;
	if (*row)
		return true;
	bool done = rc == SQLITE_DONE;
	if (!done)
		db_failed(s->db, rc, str_of(sqlite3_sql(s->h)), err);
	sqlite3_reset(s->h);
	return done;
}

bool
db_run(Stmt *s, Err *err)
{
	bool row;
	if (!db_step(s, &row, err))
		return false;
	NEED(!row);
	return true;
}

bool
db_run_text(Db *db, Str sql, Err *err)
{
	Stmt *s;
	return db_prepare(db, sql, &s, err) && db_run(s, err);
}

void
db_reset(Stmt *s)
{
	sqlite3_reset(s->h);
}

int64_t
db_changes(Db *db)
{
	return sqlite3_changes64(db->h);
}

int
db_columns(Stmt *s)
{
	return sqlite3_column_count(s->h);
}

Str
db_column_name(Stmt *s, int i)
{
	return str_of(sqlite3_column_name(s->h, i));
}

/* Out of range, or no row ready, SQLite answers NULL: a wrong column must not look like an
 * empty one. */
static inline sqlite3_stmt *
stmt_at(Stmt *s, int i)
{
	NEED(i >= 0 && i < sqlite3_data_count(s->h));
	return s->h;
}

DbType
db_type(Stmt *s, int i)
{
	switch (sqlite3_column_type(stmt_at(s, i), i)) {
	case SQLITE_INTEGER:
		return DB_INT;
	case SQLITE_FLOAT:
		return DB_REAL;
	case SQLITE_TEXT:
		return DB_TEXT;
	case SQLITE_BLOB:
		return DB_BLOB;
	default:
		return DB_NULL;
	}
}

int64_t
db_int(Stmt *s, int i)
{
	return sqlite3_column_int64(stmt_at(s, i), i);
}

double
db_real(Stmt *s, int i)
{
	return sqlite3_column_double(stmt_at(s, i), i);
}

/* column_blob gives text and blobs as they are stored and numbers as their text; the pointer
 * comes first, the length after it, as SQLite asks. */
Str
db_text(Stmt *s, int i)
{
	const char *p = sqlite3_column_blob(stmt_at(s, i), i);
	return p ? (Str){p, (size_t)sqlite3_column_bytes(s->h, i)} : S("");
}
