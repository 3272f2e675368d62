/* Transactions and the one savepoint level inside them. */
#include "db/db_private.h"

bool
tx_begin(Db *db, Tx *tx, Err *err)
{
	tx->db = NULL;
	NEED(!db->tx);
	if (!db_command(db, db->reader ? db->kind->begin_read : db->kind->begin_write, err))
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
	if (!db_command(tx->db, "COMMIT", err))
		return false;
	tx_end(tx);
	return true;
}

/* No fault counter here and no error. */
void
tx_rollback(Tx *tx)
{
	if (!tx->db)
		return;
	tx->db->kind->rollback(tx->db);
	tx_end(tx);
}

/* One plan for all parameters, by way of the indexes. */
static const char FEW_ROWS[] =
	"SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; "
	"SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

bool
db_few_rows(Db *db, Err *err)
{
	return !db_is_postgres(db) || db->kind->command(db, FEW_ROWS, err);
}

bool
db_savepoint(Db *db, Err *err)
{
	NEED(db->tx && !db->savepoint);
	if (!db_command(db, "SAVEPOINT step", err))
		return false;
	db->savepoint = true;
	return true;
}

bool
db_savepoint_release(Db *db, Err *err)
{
	NEED(db->savepoint);
	if (!db_command(db, "RELEASE step", err))
		return false;
	db->savepoint = false;
	return true;
}

bool
db_savepoint_undo(Db *db, Err *err)
{
	NEED(db->savepoint);
	return db_command(db, "ROLLBACK TO step", err) && db_savepoint_release(db, err);
}
