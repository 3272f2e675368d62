/* db over PostgreSQL, inside: the connection (postgres.c), its statements (postgres_stmt.c), the text of both (postgres_text.c). */
#ifndef SIAP_POSTGRES_PRIVATE_H
#define SIAP_POSTGRES_PRIVATE_H

#include <libpq-fe.h>

#include "db/db_private.h"

typedef struct PgStmt PgStmt;
typedef struct PgDb {
	Db db;
	PGconn *c;
	PgStmt *active;    /* its rows are still under way: only one may be */
	PgStmt *all;       /* every statement, the newest first */
	unsigned prepared; /* how many, to name the next */
	int pending;       /* statements of db_run_later whose end was not seen yet; the connection is in pipeline mode */
	int64_t changes;
} PgDb;

/* Translates what the server, or libpq, says about `sql` (empty when there is none); returns false. r may be NULL. */
bool pg_failed(const PgDb *p, const PGresult *r, Str sql, Err *err);
/* Makes the connection free for another command: takes the rows that are under way into memory, and waits for what was left
 * for later: false when that failed. */
bool pg_ready(PgDb *p, Err *err) MUST;

/* ---- postgres_text.c ---- */
typedef struct PgText {
	const char *sql; /* with $1, $2 for :names, each name once */
	Str *name;       /* without colon; position i + 1 */
	int n;
} PgText;
PgText pg_text(Str sql, Arena *a);
/* Length of the first statement with its semicolon; *says: it is more than blanks and comments. */
size_t pg_piece(Str sql, bool *says);

/* ---- postgres_stmt.c ---- */
bool pg_compile(Db *db, Str sql, Stmt **out, Err *err) MUST;
void pg_statements_free(PgDb *p); /* what they hold outside of the arena */
void pg_fresh(Stmt *s);
int pg_param(Stmt *s, const char *name);
void pg_bind_int(Stmt *s, int at, int64_t v);
void pg_bind_text(Stmt *s, int at, Str v);
void pg_bind_blob(Stmt *s, int at, Str v);
void pg_bind_null(Stmt *s, int at);
bool pg_step(Stmt *s, bool *row, Err *err) MUST;
bool pg_run_later(Stmt *s, Err *err) MUST;
void pg_reset(Stmt *s);
int pg_columns(Stmt *s);
Str pg_column_name(Stmt *s, int i);
DbType pg_type(Stmt *s, int i);
int64_t pg_get_int(Stmt *s, int i);
double pg_get_real(Stmt *s, int i);
Str pg_get_text(Stmt *s, int i);

#endif
