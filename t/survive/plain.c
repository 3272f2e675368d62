/* plain: the shim without Siap: rows committed by SQLite with a setting of synchronous, and what a power cut leaves of them. */
#include "survive.h"

#include <sqlite3.h>
#include <sys/wait.h>

static void
command(sqlite3 *db, const char *sql)
{
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, why);
		_exit(1);
	}
}

_Noreturn static void
commit_rows(const char *path, const char *synchronous, int rows)
{
	sqlite3 *db;
	char sql[100];
	shim_install(&(Shim){0});
	NEED(sqlite3_open(path, &db) == SQLITE_OK);
	snprintf(sql, sizeof sql, "PRAGMA synchronous=%s", synchronous);
	command(db, sql);
	for (int i = 1; i <= rows; i++) {
		snprintf(sql, sizeof sql, "INSERT INTO t VALUES (%d)", i);
		command(db, sql);
	}
	shim_cut();
}

size_t
plain_lost(const char *dir, const char *synchronous, int rows)
{
	sqlite3 *db;
	sqlite3_stmt *s;
	char path[PATH_MAX];
	int status;
	snprintf(path, sizeof path, "%s/plain-%s.db", dir, synchronous);
	NEED(sqlite3_open(path, &db) == SQLITE_OK);
	command(db, "PRAGMA journal_mode=WAL; CREATE TABLE t (n INTEGER PRIMARY KEY)");
	NEED(sqlite3_close(db) == SQLITE_OK);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		commit_rows(path, synchronous, rows);
	NEED(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		WEXITSTATUS(status) == SHIM_CUT);
	NEED(sqlite3_open(path, &db) == SQLITE_OK);
	NEED(sqlite3_prepare_v2(db, "SELECT count(*) FROM t", -1, &s, NULL) == SQLITE_OK);
	NEED(sqlite3_step(s) == SQLITE_ROW);
	int there = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	NEED(sqlite3_close(db) == SQLITE_OK);
	return (size_t)(rows - there);
}
