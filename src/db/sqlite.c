/* The connection: opening with the agreed settings, SQLite's errors in our words, checkpoints. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "db/db_private.h"

enum { BUSY_MS = 5000 };
#define DB_MEMORY ((size_t)64 << 20) /* reserved, not touched: 4,096 statements of 16 KB */

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

bool
db_fault(Err *err)
{
	return err_set(err, E_IO, "the database could not be read or written: %s", "FAULT");
}

static bool
db_full(Err *err)
{
	err_set(err, E_IO, "the disk is full");
	return err_hint(err, "free space on the disk that holds the workspace, then try again");
}

static bool
db_io_failed(const Db *db, Err *err)
{
	int os = sqlite3_system_errno(db->h);
	if (os == ENOSPC)
		return db_full(err);
	char why[128] = "";
	if (os == 0 || strerror_r(os, why, sizeof why) != 0)
		snprintf(why, sizeof why, "%s", sqlite3_errmsg(db->h));
	return err_set(err, E_IO, "the database could not be read or written: %s", why);
}

bool
db_failed(const Db *db, int rc, Str sql, Err *err)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return db_full(err);
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return db_io_failed(db, err);
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
	const char *why = sqlite3_errmsg(db->h);
	if (sql.n == 0)
		return err_set(err, E_DB, "the database says: %s", why);
	Str line = sql_first_line(sql);
	return err_set(err, E_DB, "statement '%.*s' failed: %s", STR(line), why);
}

/* ---- Connection ---- */

static bool
db_harden(Db *db, Err *err)
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
		int rc = sqlite3_db_config(db->h, want[i].option, want[i].value, &is);
		if (rc != SQLITE_OK)
			return db_failed(db, rc, (Str){0}, err);
		NEED(is == want[i].value);
	}
	return true;
}

/* Write-ahead logging is refused silently where shared memory does not work, so look at the
 * answer. */
static bool
db_use_wal(Db *db, Err *err)
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
db_settle(Db *db, Err *err)
{
	sqlite3_busy_timeout(db->h, BUSY_MS);
	if (!db_harden(db, err))
		return false;
	if (!db_exec(db, S("PRAGMA cache_size=-32768; PRAGMA mmap_size=0"), err))
		return false;
	/* A reader may have to repair the log's index after a crash, which a read-only file handle
	 * cannot do: so the handle may write and the connection may not. The second statement reads
	 * the file's first page, so that a file of another kind is refused here. */
	if (db->reader)
		return db_exec(db, S("PRAGMA query_only=ON; PRAGMA schema_version"), err);
	if (sqlite3_db_readonly(db->h, "main") == 1) {
		err_set(err, E_IO, "'%s' may not be written by this user", db->path);
		return err_hint(err, "check the owner and the permissions of the file and its folder");
	}
	/* The log is cut back to 64 MB at its next restart, or one large import would keep its
	 * size for ever. */
	return db_exec(db, S("PRAGMA page_size=4096"), err) && db_use_wal(db, err) &&
		db_exec(db,
			S("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864"),
			err);
}

static bool
db_connect(Db *db, DbMode mode, Err *err)
{
	if (fault_here())
		return db_fault(err);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (mode == DB_CREATE)
		flags |= SQLITE_OPEN_CREATE;
	int rc = sqlite3_open_v2(db->path, &db->h, flags, NULL);
	if (!db->h)
		return err_set(err, E_LIMIT, "the database ran out of memory");
	if ((rc & 0xff) == SQLITE_CANTOPEN && mode != DB_CREATE && !file_exists(db->path))
		return err_set(err, E_NOTFOUND, "database '%s' does not exist", db->path);
	if (rc != SQLITE_OK) {
		db_failed(db, rc, (Str){0}, err);
		return err_prefix(err, "%s: ", db->path);
	}
	return db_settle(db, err);
}

bool
db_open(const char *path, DbMode mode, Db **out, Err *err)
{
	*out = NULL;
	NEED(pthread_once(&sqlite_once, sqlite_start) == 0);
	Arena mem;
	if (!arena_open(&mem, DB_MEMORY, err))
		return false;
	Db *db = NEW(&mem, Db, 1);
	db->path = arena_cstr(&mem, str_of(path));
	db->reader = mode == DB_READ;
	db->mem = mem;
	db->cache = map_new(&db->mem);
	if (!db_connect(db, mode, err)) {
		db_close(db);
		return false;
	}
	*out = db;
	return true;
}

void
db_close(Db *db)
{
	if (!db)
		return;
	sqlite3_stmt *s;
	while (db->h && (s = sqlite3_next_stmt(db->h, NULL)))
		sqlite3_finalize(s);
	NEED(sqlite3_close(db->h) == SQLITE_OK);
	Arena mem = db->mem; /* the struct lies in its own arena */
	arena_close(&mem);
}

bool
db_checkpoint(Db *db, int *left, Err *err)
{
	if (fault_here())
		return db_fault(err);
	int log = 0, done = 0;
	int rc = sqlite3_wal_checkpoint_v2(db->h, NULL, SQLITE_CHECKPOINT_PASSIVE, &log, &done);
	if (rc != SQLITE_OK)
		return db_failed(db, rc, (Str){0}, err);
	if (left)
		*left = log > done ? log - done : 0;
	return true;
}
