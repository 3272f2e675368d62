/* db over PostgreSQL, inside: the connection (postgres.c), its statements (postgres_stmt.c),
 * what is left for later (postgres_later.c), the text of both (postgres_text.c). */
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
	/* What db_run_later left (postgres_later.c): */
	int pending;       /* statements whose end was not seen yet; the connection is in pipeline mode */
	PgStmt *gathering; /* statements whose rows wait here, the oldest first */
	PgStmt *copying;   /* the one of them whose COPY is under way */
	int64_t changes;
} PgDb;

/* The types of the server that our SQL uses; their numbers are part of its protocol. */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_NAME = 19,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_FLOAT4 = 700,
	OID_FLOAT8 = 701,
	OID_VARCHAR = 1043
};

typedef enum BindFault { BIND_GOOD, BIND_TYPE, BIND_NUL, BIND_RANGE } BindFault;
struct PgStmt {
	Stmt s;
	char name[16];
	int n, columns;
	Str *param; /* names */
	Oid *type;  /* of the parameters */
	const char **value;
	int *length, *format;
	char (*number)[8]; /* where bound integers stand */
	BindFault fault;   /* the first failed binding; the next step reports it */
	int fault_at;
	PGresult *description, *row;
	bool started;
	Buf kept_bytes; /* the results taken in by settle: pointers */
	size_t kept_next;
	char (*digits)[32]; /* text of numbers, one per column */
	const char *copy;   /* the COPY that does the same, for a plain insert; else NULL */
	Buf rows;           /* of db_run_later, waiting in the form that COPY takes */
	size_t n_rows;
	PgStmt *next, *next_gathering;
};

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
/* The COPY that takes the rows of `INSERT INTO t (a, b) VALUES (:a, :b)`, parameters in their order and nothing else; NULL for
 * any other statement. */
const char *pg_copy_text(Str sql, const PgText *t, Arena *a);
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
bool pg_bindings_check(PgStmt *s, Err *err) MUST; /* tells the first binding that failed */
void pg_reset(Stmt *s);
int pg_columns(Stmt *s);
Str pg_column_name(Stmt *s, int i);
DbType pg_type(Stmt *s, int i);
int64_t pg_get_int(Stmt *s, int i);
double pg_get_real(Stmt *s, int i);
Str pg_get_text(Stmt *s, int i);

/* ---- postgres_later.c ---- */
bool pg_run_later(Stmt *s, Err *err) MUST;
bool pg_send(PgStmt *s); /* with the bound values; false: the connection is lost */
/* Sends all rows that gathered; statements may still be pending afterwards. */
bool pg_later_send(PgDb *p, Err *err) MUST;
/* And waits until everything left for later is done; false when any of it failed. */
bool pg_later_end(PgDb *p, Err *err) MUST;
/* Runs a statement without rows behind those pending: one round trip for all. */
bool pg_send_behind(PgStmt *s, PGresult **r, Err *err) MUST;
void pg_gathered_drop(PgDb *p); /* forgets rows that gathered: the transaction is rolled back */

#endif
