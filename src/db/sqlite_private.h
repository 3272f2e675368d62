/* db over SQLite, inside: the connection (sqlite.c) and its statements (sqlite_stmt.c). */
#ifndef SIAP_SQLITE_PRIVATE_H
#define SIAP_SQLITE_PRIVATE_H

#include <sqlite3.h>

#include "db/db_private.h"

typedef struct SqliteDb {
	Db db;
	sqlite3 *h;
} SqliteDb;

typedef struct SqliteStmt {
	Stmt s;
	sqlite3_stmt *h;
	int bind_rc; /* the first failed binding; the next step reports it */
} SqliteStmt;

/* Translates SQLite's result code for the statement `sql` (empty when there is none); returns false. */
bool sqlite_failed(const Db *db, int rc, Str sql, Err *err);

bool sqlite_exec_at(Db *db, Str sql, size_t *at, Err *err) MUST;
bool sqlite_compile(Db *db, Str sql, Stmt **out, Err *err) MUST;
void sqlite_fresh(Stmt *s);
int sqlite_param(Stmt *s, const char *name);
void sqlite_bind_int(Stmt *s, int at, int64_t v);
void sqlite_bind_text(Stmt *s, int at, Str v);
void sqlite_bind_blob(Stmt *s, int at, Str v);
void sqlite_bind_null(Stmt *s, int at);
bool sqlite_step(Stmt *s, bool *row, Err *err) MUST;
void sqlite_reset(Stmt *s);
int sqlite_columns(Stmt *s);
Str sqlite_column_name(Stmt *s, int i);
DbType sqlite_type(Stmt *s, int i);
int64_t sqlite_get_int(Stmt *s, int i);
double sqlite_get_real(Stmt *s, int i);
Str sqlite_get_text(Stmt *s, int i);

#endif
