/* SQLite's statements: compiling, binding, stepping, reading. */
#include <string.h>

#include "db/sqlite_private.h"

static sqlite3_stmt *
handle(Stmt *s)
{
	return ((SqliteStmt *)s)->h;
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
	int rc = sqlite3_prepare_v3(((SqliteDb *)db)->h, sql.p, (int)sql.n, flags, h, &tail);
	if (rc != SQLITE_OK)
		return sqlite_failed(db, rc, sql, err);
	*used = tail ? (size_t)(tail - sql.p) : sql.n;
	return true;
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
	return rc == SQLITE_DONE || sqlite_failed(db, rc, sql, err);
}

bool
sqlite_exec_at(Db *db, Str sql, size_t *at, Err *err)
{
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
sqlite_compile(Db *db, Str sql, Stmt **out, Err *err)
{
	size_t used, rest_used;
	sqlite3_stmt *h, *second = NULL;
	if (!sql_compile(db, sql, SQLITE_PREPARE_PERSISTENT, &h, &used, err))
		return false;
	Str rest = str_trim(str_slice(sql, used, sql.n));
	bool good =
		h && (rest.n == 0 || (sql_compile(db, rest, 0, &second, &rest_used, NULL) && !second));
	sqlite3_finalize(second);
	if (!good) {
		sqlite3_finalize(h);
		return sql_not_single(sql, err);
	}
	SqliteStmt *s = NEW(&db->mem, SqliteStmt, 1);
	s->h = h;
	*out = &s->s;
	return true;
}

void
sqlite_fresh(Stmt *s)
{
	sqlite3_reset(handle(s));
	sqlite3_clear_bindings(handle(s));
	((SqliteStmt *)s)->bind_rc = SQLITE_OK;
}

int
sqlite_param(Stmt *s, const char *name)
{
	return sqlite3_bind_parameter_index(handle(s), name);
}

/* Out of memory or a value over 1 GB: no caller can mend it at the binding, so the step says it.
 * Anything else is a wrong position or a statement not reset. */
static inline void
stmt_bound(Stmt *s, int rc)
{
	if (rc == SQLITE_OK)
		return;
	NEED(rc == SQLITE_NOMEM || rc == SQLITE_TOOBIG);
	SqliteStmt *own = (SqliteStmt *)s;
	if (own->bind_rc == SQLITE_OK)
		own->bind_rc = rc;
}

void
sqlite_bind_int(Stmt *s, int at, int64_t v)
{
	stmt_bound(s, sqlite3_bind_int64(handle(s), at, v));
}

void
sqlite_bind_text(Stmt *s, int at, Str v)
{
	stmt_bound(s, sqlite3_bind_text64(handle(s), at, v.p, v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void
sqlite_bind_blob(Stmt *s, int at, Str v)
{
	stmt_bound(s, sqlite3_bind_blob64(handle(s), at, v.p, v.n, SQLITE_STATIC));
}

void
sqlite_bind_null(Stmt *s, int at)
{
	stmt_bound(s, sqlite3_bind_null(handle(s), at));
}

bool
sqlite_step(Stmt *s, bool *row, Err *err)
{
	SqliteStmt *own = (SqliteStmt *)s;
	int rc = own->bind_rc;
	own->bind_rc = SQLITE_OK;
	if (rc == SQLITE_OK)
		rc = sqlite3_step(own->h);
	*row = rc == SQLITE_ROW;
	if (*row)
		return true;
	bool done = rc == SQLITE_DONE;
	if (!done)
		sqlite_failed(s->db, rc, s->sql, err);
	sqlite3_reset(own->h);
	return done;
}

void
sqlite_reset(Stmt *s)
{
	sqlite3_reset(handle(s));
}

int
sqlite_columns(Stmt *s)
{
	return sqlite3_column_count(handle(s));
}

Str
sqlite_column_name(Stmt *s, int i)
{
	return str_of(sqlite3_column_name(handle(s), i));
}

/* Out of range, or no row ready, SQLite answers NULL: a wrong column must not look like an
 * empty one. */
static inline sqlite3_stmt *
stmt_at(Stmt *s, int i)
{
	NEED(i >= 0 && i < sqlite3_data_count(handle(s)));
	return handle(s);
}

DbType
sqlite_type(Stmt *s, int i)
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
sqlite_get_int(Stmt *s, int i)
{
	return sqlite3_column_int64(stmt_at(s, i), i);
}

double
sqlite_get_real(Stmt *s, int i)
{
	return sqlite3_column_double(stmt_at(s, i), i);
}

/* column_blob gives text and blobs as they are stored and numbers as their text; the pointer
 * comes first, the length after it, as SQLite asks. */
Str
sqlite_get_text(Stmt *s, int i)
{
	const char *p = sqlite3_column_blob(stmt_at(s, i), i);
	return p ? (Str){p, (size_t)sqlite3_column_bytes(handle(s), i)} : S("");
}
