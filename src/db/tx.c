/* Transactions and the one savepoint level inside them. */
#include "db/db_private.h"

/* A writer takes its lock at once: a lock that comes only with the first write can be
 * refused without waiting. */
bool
tx_begin(Db *db, Tx *tx, Err *err)
{
	tx->db = NULL;
	NEED(!db->tx);
	if (!db_run_text(db, db->reader ? S("BEGIN") : S("BEGIN IMMEDIATE"), err))
		return false;
	db->tx = true;
	tx->db = db;
	return true;
}

static void
tx_end(Tx *tx)
{
	tx->db->tx = false;
	tx->db->savepoint = false;
	tx->db = NULL;
}

/* After a failed commit the transaction stays with the caller, whose AUTO(Tx) rolls it back. */
bool
tx_commit(Tx *tx, Err *err)
{
	NEED(tx->db);
	if (!db_run_text(tx->db, S("COMMIT"), err))
		return false;
	tx_end(tx);
	return true;
}

/* No fault counter here and no error: SQLite may have rolled back by itself, and a
 * connection that cannot roll back must not go on. */
void
tx_rollback(Tx *tx)
{
	if (!tx->db)
		return;
	sqlite3 *h = tx->db->h;
	if (!sqlite3_get_autocommit(h))
		sqlite3_exec(h, "ROLLBACK", NULL, NULL, NULL);
	NEED(sqlite3_get_autocommit(h));
	tx_end(tx);
}

bool
db_savepoint(Db *db, Err *err)
{
	NEED(db->tx && !db->savepoint);
	if (!db_run_text(db, S("SAVEPOINT step"), err))
		return false;
	db->savepoint = true;
	return true;
}

bool
db_savepoint_release(Db *db, Err *err)
{
	NEED(db->savepoint);
	if (!db_run_text(db, S("RELEASE step"), err))
		return false;
	db->savepoint = false;
	return true;
}

bool
db_savepoint_undo(Db *db, Err *err)
{
	NEED(db->savepoint);
	return db_run_text(db, S("ROLLBACK TO step"), err) && db_savepoint_release(db, err);
}
