/* db, inside: what its files share. Each kind of database fills a DbKind; db.c holds what is the same for all. */
#ifndef SIAP_DB_PRIVATE_H
#define SIAP_DB_PRIVATE_H

#include "db/db.h"

/* How one kind of database does what db.h promises. Each has its own struct that begins with a Db, and one that begins
 * with a Stmt; both live in db->mem. */
typedef struct DbKind {
	const char *mark;                    /* opens this kind's block in a migration */
	const char *begin_read, *begin_write;
	const char *ledger_make;             /* table `migration`, when absent */
	const char *table_there;             /* gives a row when table :name is there */
	const char *tables_all;              /* their names, in the order in which they were made */
	Db *(*make)(Arena *a);               /* zeroed, the kind's own struct */
	bool (*connect)(Db *db, DbMode mode, Err *err) MUST;
	void (*close)(Db *db);               /* also after a failed connect; frees what is not in db->mem */
	bool (*exec_at)(Db *db, Str sql, size_t *at, Err *err) MUST;
	bool (*compile)(Db *db, Str sql, Stmt **out, Err *err) MUST;
	void (*fresh)(Stmt *s);              /* reset, without bindings */
	int (*param)(Stmt *s, const char *name); /* with its colon */
	void (*bind_int)(Stmt *s, int at, int64_t v);
	void (*bind_text)(Stmt *s, int at, Str v); /* v.p is never NULL */
	void (*bind_blob)(Stmt *s, int at, Str v);
	void (*bind_null)(Stmt *s, int at);
	bool (*step)(Stmt *s, bool *row, Err *err) MUST; /* false and the end: reset */
	bool (*run_later)(Stmt *s, Err *err) MUST; /* NULL: as db_run */
	void (*reset)(Stmt *s);
	int (*columns)(Stmt *s);
	Str (*column_name)(Stmt *s, int i);
	DbType (*type)(Stmt *s, int i);      /* these four: NEED a row and such a column */
	int64_t (*get_int)(Stmt *s, int i);
	double (*get_real)(Stmt *s, int i);
	Str (*get_text)(Stmt *s, int i);
	int64_t (*changes)(Db *db);
	bool (*command)(Db *db, const char *sql, Err *err) MUST; /* BEGIN, COMMIT, SAVEPOINT and such */
	bool (*in_tx)(const Db *db);         /* a transaction is open and can go on */
	void (*rollback)(Db *db);            /* whatever the state, none is open afterwards */
	bool (*checkpoint)(Db *db, int *left, Err *err) MUST;
	bool (*scrub)(Db *db, Err *err) MUST; /* NULL: not its business */
	bool (*lost)(const Db *db);          /* NULL: never */
	bool (*analyze)(Db *db, Str table, Err *err) MUST; /* NULL: not needed */
} DbKind;
extern const DbKind db_sqlite, db_postgres;

struct Db {
	const DbKind *kind;
	const char *path;
	Arena mem; /* holds this struct, the statements and their texts */
	Map cache; /* statement text -> address of its Stmt */
	bool reader;
	bool tx;        /* between tx_begin and tx_commit or tx_rollback, whatever the database did meanwhile */
	bool savepoint; /* the one level is taken */
};

struct Stmt {
	Db *db;
	Str sql; /* as it was given */
};

/* ---- db.c: for all kinds ---- */
bool db_fault(Err *err);                      /* the answer where fault_here() says so */
bool db_full(Err *err);
bool db_check_tx(const Db *db, Err *err) MUST; /* refuses when the open transaction was given up */
Str sql_first_line(Str sql);                  /* neither blank nor a comment, for messages */
bool sql_not_single(Str sql, Err *err);       /* "must be exactly one statement" */
bool db_exec_at(Db *db, Str sql, size_t *at, Err *err) MUST; /* db_exec that tells where the failing statement begins */
bool db_command(Db *db, const char *sql, Err *err) MUST;     /* kind->command, counted as a fault point */

#endif
