/* db, inside: what its files share. */
#ifndef SIAP_DB_PRIVATE_H
#define SIAP_DB_PRIVATE_H

#include <sqlite3.h>

#include "db/db.h"

struct Db {
	sqlite3 *h;
	const char *path;
	Arena mem; /* holds this struct, the statements and their texts */
	Map cache; /* statement text -> address of its Stmt */
	bool reader;
	bool tx;        /* between tx_begin and tx_commit or tx_rollback, whatever SQLite did meanwhile */
	bool savepoint; /* the one level is taken */
};

struct Stmt {
	sqlite3_stmt *h;
	Db *db;
	int bind_rc; /* the first failed binding; the next step reports it */
};

/* Translates SQLite's result code for the statement `sql` (empty when there is none); returns false. */
bool db_failed(const Db *db, int rc, Str sql, Err *err);

/* The answer where fault_here() says so. */
bool db_fault(Err *err);

/* The first line of a statement that is neither blank nor a comment, for messages. */
Str sql_first_line(Str sql);

/* db_exec that tells where in `sql` the failing statement begins. */
bool db_exec_at(Db *db, Str sql, size_t *at, Err *err) MUST;

/* Prepares (cached) and runs a statement without parameters. */
bool db_run_text(Db *db, Str sql, Err *err) MUST;

#endif
