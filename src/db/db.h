/* db: one small interface over SQLite and PostgreSQL.
 * SQL text uses :name parameters; values are typed; nothing here knows a dataset. */
#ifndef SIAP_DB_H
#define SIAP_DB_H

#include "base/base.h"

typedef struct Db Db;     /* one connection; one thread at a time */
typedef struct Stmt Stmt; /* a prepared statement, cached by its connection */

typedef enum DbMode {
	DB_READ,   /* a reader: query only */
	DB_WRITE,  /* the writer's connection */
	DB_CREATE, /* DB_WRITE, and the file is made when absent */
	DB_SCRATCH, /* DB_CREATE for a file that need not outlive the process: nothing waits for the disk, one file and no log */
} DbMode;

/* Opens `path` with the settings of house.md section 7: WAL, synchronous=FULL, foreign_keys on, DQS off, DEFENSIVE on,
 * TRUSTED_SCHEMA off, busy timeout 5 s, cache 32 MB, mmap off. Automatic checkpoints are off: see db_checkpoint.
 * E_NOTFOUND absent, E_DB not a database, E_IO (disk full included). ":memory:" is allowed (tests). */
bool db_open(const char *path, DbMode mode, Db **out, Err *err) MUST;
/* A path postgres://... (or postgresql://) is a database of a PostgreSQL server, 15 or newer, which exists already, is UTF-8
 * and has collation C (else E_DB, with the remedy). Its tables are in the schema where the connection's search_path leads.
 * Differences that callers see: a connection that may write takes an advisory lock, so a second one gets E_BUSY after two
 * seconds; after a failed statement a transaction can only be rolled back (also to a savepoint): ask db_has_table instead of
 * trying; a parameter refuses a value of another type than the statement gives it (E_DB) and a text with a NUL (E_INPUT);
 * a reader that writes gets E_DENIED; a lost connection is E_IO from then on (db_lost): open another; db_checkpoint does nothing. The URL holds no
 * password (E_INPUT): libpq reads it from ~/.pgpass. */
bool db_is_url(Str path); /* of a PostgreSQL database */
bool db_is_postgres(const Db *db);
bool db_lost(const Db *db); /* the connection to a server is gone */
void db_close(Db *db);    /* rolls back an open transaction; NULL allowed */
typedef Db *DbP;
static inline void DbP_auto(DbP *d) { db_close(*d); }

/* Runs one or more statements without parameters (DDL, migrations). */
bool db_exec(Db *db, Str sql, Err *err) MUST;

/* The statement for this text, prepared once per connection and reset here. The key is the text's bytes.
 * Belongs to the connection; do not use the same text twice at once. */
bool db_prepare(Db *db, Str sql, Stmt **out, Err *err) MUST;
int db_param(Stmt *s, const char *name); /* position of :name from 1; 0 when the statement has no such parameter */
/* Binding by position (from db_param); position 0 is ignored. Text and blobs must stay valid until the next reset. */
void db_bind_int(Stmt *s, int at, int64_t v);
void db_bind_text(Stmt *s, int at, Str v);
void db_bind_blob(Stmt *s, int at, Str v);
void db_bind_null(Stmt *s, int at);
/* By name, for cold paths. A name that the statement does not have is a NEED, except through the _if variants. */
void db_set_int(Stmt *s, const char *name, int64_t v);
void db_set_text(Stmt *s, const char *name, Str v);
void db_set_null(Stmt *s, const char *name);
void db_set_text_or_null(Stmt *s, const char *name, Str v); /* NULL when it is empty */
void db_set_int_if(Stmt *s, const char *name, int64_t v);
void db_set_text_if(Stmt *s, const char *name, Str v);
/* *row = true: a row stands ready. After *row = false or an error the statement is reset (bindings stay). */
bool db_step(Stmt *s, bool *row, Err *err) MUST;
/* db_step that expects no row: INSERT, UPDATE, DELETE. */
bool db_run(Stmt *s, Err *err) MUST;
/* db_run inside a transaction, for many rows: on a server it costs no round trip of its own, and rows of plain inserts
 * (`INSERT INTO t (a, b) VALUES (:a, :b)`) travel as one COPY. Statements left for later may be done in any order among
 * themselves, all of them before whatever else the connection is asked next; that call, at the latest the commit or the end
 * of the savepoint, tells when one of them failed. The values need to live until it returns. */
bool db_run_later(Stmt *s, Err *err) MUST;
void db_reset(Stmt *s);
int64_t db_changes(Db *db); /* rows the last INSERT, UPDATE or DELETE touched */
int db_columns(Stmt *s);
Str db_column_name(Stmt *s, int i);
typedef enum DbType { DB_NULL, DB_INT, DB_REAL, DB_TEXT, DB_BLOB } DbType;
DbType db_type(Stmt *s, int i);
int64_t db_int(Stmt *s, int i); /* 0 for NULL */
double db_real(Stmt *s, int i);
Str db_text(Stmt *s, int i);    /* also blobs; valid until the next step or reset; empty for NULL */

bool db_has_table(Db *db, Str name, bool *yes, Err *err) MUST;
bool db_tables(Db *db, Arena *a, Str **name, size_t *n, Err *err) MUST; /* all of them, in the order in which they were made */

/* Transactions. AUTO(Tx) rolls back at scope end unless committed. Begins IMMEDIATE on a writer. */
typedef struct Tx {
	Db *db;
} Tx;
bool tx_begin(Db *db, Tx *tx, Err *err) MUST;
bool tx_commit(Tx *tx, Err *err) MUST;
void tx_rollback(Tx *tx);
static inline void Tx_auto(Tx *tx) { tx_rollback(tx); }
/* For the rest of the transaction queries ask for few rows by their keys, again and again: a server need not plan each anew. What
 * they answer stays the same. Nothing on SQLite, one round trip on a server. */
bool db_few_rows(Db *db, Err *err) MUST;
bool db_savepoint(Db *db, Err *err) MUST;          /* one level inside a transaction */
bool db_savepoint_release(Db *db, Err *err) MUST;
bool db_savepoint_undo(Db *db, Err *err) MUST;     /* rolls back to it and releases it */

/* Moves up to all committed pages from the log into the file without blocking readers or the writer; returns how many
 * pages remain in the log in *left (may be NULL). */
bool db_checkpoint(Db *db, int *left, Err *err) MUST;

/* What was deleted is no longer in the files of the database either: its log is emptied into it. Readers may; nothing on a server,
 * which clears up by itself. E_BUSY when somebody reads on for seconds: the log goes at a later call, at the latest when the last
 * connection closes. */
bool db_scrub(Db *db, Err *err) MUST;

/* Tells a server how a table looks that just grew much, so that its next plans are right; nothing for SQLite. Readers may too. */
bool db_analyze(Db *db, Str table, Err *err) MUST;

/* Applies the numbered migrations that the database does not have, in order, each in a transaction, and records them in
 * table migration(number, name, at). `-- sqlite:` and `-- postgres:` lines start a block for one kind of database,
 * `-- both:` ends it. A database that has a migration unknown to this program is refused (E_DB, "made by a newer Siap"). */
typedef struct Migration {
	int number;  /* from the file name 0001_core.sql */
	Str name;
	Str sql;
} Migration;
bool db_migrate(Db *db, const Migration *m, size_t n, int64_t now, Err *err) MUST;
/* Whether the database already has all of them (readers must not migrate). */
bool db_migrated(Db *db, const Migration *m, size_t n, bool *yes, Err *err) MUST;

/* Named SQL: a file of `-- name: event_insert` blocks (src/MODULE/MODULE.sql). The texts point into `bytes`. */
typedef struct SqlFile {
	Map by_name; /* name -> index in text */
	Str *text;
	size_t n;
} SqlFile;
bool sql_file_parse(Str file_name, Str bytes, Arena *a, SqlFile *out, Err *err) MUST;
Str sql_named(const SqlFile *f, const char *name); /* NEED: exists */

#endif
