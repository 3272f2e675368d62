/* The connection: opening with the agreed settings, SQLite's errors in our words, checkpoints. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "db/sqlite_private.h"

enum { BUSY_MS = 5000 };

static pthread_once_t sqlite_once = PTHREAD_ONCE_INIT;

/* One connection per thread makes SQLite's own locks, and its global memory count, pure cost. */
static void
sqlite_start(void)
{
	NEED(sqlite3_config(SQLITE_CONFIG_MULTITHREAD) == SQLITE_OK);
	NEED(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK);
	NEED(sqlite3_config(SQLITE_CONFIG_URI, 0) == SQLITE_OK);
	NEED(sqlite3_initialize() == SQLITE_OK);
}

/* ---- Errors ---- */

static bool
io_failed(const Db *db, Err *err)
{
	sqlite3 *h = ((const SqliteDb *)db)->h;
	int os = sqlite3_system_errno(h);
	if (os == ENOSPC)
		return db_full(err);
	char why[128] = "";
	if (os == 0 || strerror_r(os, why, sizeof why) != 0)
		snprintf(why, sizeof why, "%s", sqlite3_errmsg(h));
	return err_set(err, E_IO, "the database could not be read or written: %s", why);
}

bool
sqlite_failed(const Db *db, int rc, Str sql, Err *err)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return db_full(err);
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return io_failed(db, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err_set(err, E_BUSY, "the database is in use by someone else");
		return err_hint(err, "try again in a moment");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(err, E_DB, "'%s' is not a Siap database or is damaged", db->path);
	case SQLITE_NOMEM:
		return err_set(err, E_LIMIT, "the database ran out of memory");
	case SQLITE_TOOBIG:
		return err_set(err, E_LIMIT, "a value or statement is too long for the database");
	default:
		break;
	}
	const char *why = sqlite3_errmsg(((const SqliteDb *)db)->h);
	if (sql.n == 0)
		return err_set(err, E_DB, "the database says: %s", why);
	Str line = sql_first_line(sql);
	return err_set(err, E_DB, "statement '%.*s' failed: %s", STR(line), why);
}

/* ---- Connection ---- */

static sqlite3 *
handle(const Db *db)
{
	return ((const SqliteDb *)db)->h;
}

static bool
harden(Db *db, Err *err)
{
	const struct {
		int option, value;
	} want[] = {
		{SQLITE_DBCONFIG_ENABLE_FKEY, 1},
		{SQLITE_DBCONFIG_DQS_DML, 0},
		{SQLITE_DBCONFIG_DQS_DDL, 0},
		{SQLITE_DBCONFIG_DEFENSIVE, 1},
		{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, db->reader},
	};
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		int is = -1;
		int rc = sqlite3_db_config(handle(db), want[i].option, want[i].value, &is);
		if (rc != SQLITE_OK)
			return sqlite_failed(db, rc, (Str){0}, err);
		NEED(is == want[i].value);
	}
	return true;
}

/* Write-ahead logging is refused silently where shared memory does not work, so look at the
 * answer. */
static bool
use_wal(Db *db, Err *err)
{
	Stmt *s;
	bool row;
	if (!db_prepare(db, S("PRAGMA journal_mode=WAL"), &s, err) || !db_step(s, &row, err))
		return false;
	bool good = row && (str_eq(db_text(s, 0), S("wal")) || str_eq(db_text(s, 0), S("memory")));
	db_reset(s);
	if (good)
		return true;
	err_set(err, E_IO, "'%s' cannot keep a write-ahead log where it is", db->path);
	return err_hint(err, "put the workspace on a local disk, not on a network share");
}

static bool
settle(Db *db, DbMode mode, Err *err)
{
	sqlite3_busy_timeout(handle(db), BUSY_MS);
	if (!harden(db, err))
		return false;
	if (!db_exec(db, S("PRAGMA cache_size=-32768; PRAGMA mmap_size=0"), err))
		return false;
	/* A reader may have to repair the log's index after a crash, which a read-only file handle
	 * cannot do: so the handle may write and the connection may not. The second statement reads
	 * the file's first page, so that a file of another kind is refused here. */
	if (db->reader)
		return db_exec(db, S("PRAGMA query_only=ON; PRAGMA schema_version"), err);
	if (sqlite3_db_readonly(handle(db), "main") == 1) {
		err_set(err, E_IO, "'%s' may not be written by this user", db->path);
		return err_hint(err, "check the owner and the permissions of the file and its folder");
	}
	if (mode == DB_SCRATCH)
		return db_exec(db, S("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF"), err);
	/* The log is cut back to 64 MB at its next restart, or one large import would keep its
	 * size for ever. */
	return db_exec(db, S("PRAGMA page_size=4096"), err) && use_wal(db, err) &&
		db_exec(db,
			S("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864"),
			err);
}

static bool
sqlite_connect(Db *db, DbMode mode, Err *err)
{
	NEED(pthread_once(&sqlite_once, sqlite_start) == 0);
	if (fault_here())
		return db_fault(err);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (mode == DB_CREATE || mode == DB_SCRATCH)
		flags |= SQLITE_OPEN_CREATE;
	int rc = sqlite3_open_v2(db->path, &((SqliteDb *)db)->h, flags, NULL);
	if (!handle(db))
		return err_set(err, E_LIMIT, "the database ran out of memory");
	if ((rc & 0xff) == SQLITE_CANTOPEN && mode < DB_CREATE && !file_exists(db->path))
		return err_set(err, E_NOTFOUND, "database '%s' does not exist", db->path);
	if (rc != SQLITE_OK) {
		sqlite_failed(db, rc, (Str){0}, err);
		return err_prefix(err, "%s: ", db->path);
	}
	return settle(db, mode, err);
}

static Db *
sqlite_make(Arena *a)
{
	return &NEW(a, SqliteDb, 1)->db;
}

static void
sqlite_close(Db *db)
{
	sqlite3 *h = handle(db);
	sqlite3_stmt *s;
	while (h && (s = sqlite3_next_stmt(h, NULL)))
		sqlite3_finalize(s);
	NEED(sqlite3_close(h) == SQLITE_OK);
}

static bool
sqlite_checkpoint(Db *db, int *left, Err *err)
{
	int log = 0, done = 0;
	int rc = sqlite3_wal_checkpoint_v2(handle(db), NULL, SQLITE_CHECKPOINT_PASSIVE, &log, &done);
	if (rc != SQLITE_OK)
		return sqlite_failed(db, rc, (Str){0}, err);
	if (left)
		*left = log > done ? log - done : 0;
	return true;
}

/* SQLite waits for readers, but not for somebody else's checkpoint: so often and shortly instead of once and long. */
static bool
sqlite_scrub(Db *db, Err *err)
{
	enum { TRIES = 50 };
	int rc = SQLITE_BUSY;
	sqlite3_busy_timeout(handle(db), BUSY_MS / TRIES / 2);
	for (int i = 0; i < TRIES && (rc & 0xff) == SQLITE_BUSY; i++) {
		if (i)
			sqlite3_sleep(BUSY_MS / TRIES / 2);
		rc = sqlite3_wal_checkpoint_v2(handle(db), NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	}
	sqlite3_busy_timeout(handle(db), BUSY_MS);
	return rc == SQLITE_OK || sqlite_failed(db, rc, (Str){0}, err);
}

/* ---- Transactions ---- */

static bool
sqlite_in_tx(const Db *db)
{
	return !sqlite3_get_autocommit(handle(db));
}

static bool
sqlite_command(Db *db, const char *sql, Err *err)
{
	Stmt *s;
	bool row;
	return db_check_tx(db, err) && db_prepare(db, str_of(sql), &s, err) &&
		db->kind->step(s, &row, err);
}

/* SQLite may have rolled back by itself, and a connection that cannot roll back must not go on. */
static void
sqlite_rollback(Db *db)
{
	if (sqlite_in_tx(db))
		sqlite3_exec(handle(db), "ROLLBACK", NULL, NULL, NULL);
	NEED(!sqlite_in_tx(db));
}

static int64_t
sqlite_changes(Db *db)
{
	return sqlite3_changes64(handle(db));
}

const DbKind db_sqlite = {
	.mark = "-- sqlite:",
	.begin_read = "BEGIN",
	/* A lock that comes only with the first write can be refused without waiting. */
	.begin_write = "BEGIN IMMEDIATE",
	.ledger_make = "CREATE TABLE IF NOT EXISTS migration "
				   "(number INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT",
	.table_there = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = :name",
	.tables_all =
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' "
		"ORDER BY rowid",
	.make = sqlite_make,
	.connect = sqlite_connect,
	.close = sqlite_close,
	.exec_at = sqlite_exec_at,
	.compile = sqlite_compile,
	.fresh = sqlite_fresh,
	.param = sqlite_param,
	.bind_int = sqlite_bind_int,
	.bind_text = sqlite_bind_text,
	.bind_blob = sqlite_bind_blob,
	.bind_null = sqlite_bind_null,
	.step = sqlite_step,
	.reset = sqlite_reset,
	.columns = sqlite_columns,
	.column_name = sqlite_column_name,
	.type = sqlite_type,
	.get_int = sqlite_get_int,
	.get_real = sqlite_get_real,
	.get_text = sqlite_get_text,
	.changes = sqlite_changes,
	.command = sqlite_command,
	.in_tx = sqlite_in_tx,
	.rollback = sqlite_rollback,
	.checkpoint = sqlite_checkpoint,
	.scrub = sqlite_scrub,
};
