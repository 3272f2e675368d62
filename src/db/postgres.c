/* The connection to PostgreSQL: opening with the agreed settings, its errors in our words, transactions. */
#include <poll.h>
#include <string.h>

#include "db/postgres_private.h"

enum { VERSION_LEAST = 150000, CONNECT_US = 15000000 };
/* Named in pg_locks as (classid, objid): "Siap" in ASCII, and the schema that holds the tables. */
static const char LOCK[] = "SELECT pg_advisory_lock(1399411056, hashtext(current_schema()))";
static const char SETTINGS[] =
	"SET lock_timeout = '2s'; SET jit = off; SET standard_conforming_strings = on; "
	"SELECT set_config('synchronous_commit', 'on', false) "
	"WHERE current_setting('synchronous_commit') = 'off'";
/* The same text asks for one TPS and for the nation, of tables that were empty when it was prepared: a plan kept for all
 * would be quadratic for some. Sums over a province need more memory than the 4 MB that servers give. */
static const char SETTINGS_READER[] =
	"SET default_transaction_read_only = on; SET plan_cache_mode = force_custom_plan; "
	"SET work_mem = '64MB'";
/* Rows are written and found by their keys, in tables that may have been empty when the plan was made. */
static const char SETTINGS_WRITER[] =
	"SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";
static const char FACTS[] =
	"SELECT datcollate, datlocprovider::text, pg_encoding_to_char(encoding), "
	"pg_is_in_recovery(), current_setting('default_transaction_read_only') "
	"FROM pg_database WHERE datname = current_database()";

/* ---- Errors ---- */

static Str
says(const char *message)
{
	return str_trim(str_of(message));
}

static bool
lost(const PgDb *p, Err *err)
{
	Str why, rest;
	str_cut(says(PQerrorMessage(p->c)), '\n', &why, &rest);
	err_set(err, E_IO, "the connection to the database was lost: %.*s", STR(why));
	return err_hint(err, "see that the database server runs, then do it again: nothing is doubled");
}

/* A server that takes no rows now: what is missing is there, not in what was asked. */
static bool
server_full(Err *err)
{
	err_set(err, E_IO, "the disk of the database server is full");
	return err_hint(err, "free space there, then do it again: what was saved is kept");
}

static bool
no_rights(const PgDb *p, Str why, Err *err)
{
	const char *db = PQdb(p->c), *user = PQuser(p->c);
	err_set(err, E_DENIED, "user '%s' lacks a right in the database: %.*s", user, STR(why));
	return err_hint(err, "let its owner run: ALTER DATABASE \"%s\" OWNER TO \"%s\"", db, user);
}

static bool
takes_no_writes(const PgDb *p, bool standby, Err *err)
{
	if (standby) {
		err_set(
			err, E_DENIED, "database '%s' is a standby copy, which takes no writes", p->db.path);
		return err_hint(err,
			"give the address of the primary server, or several hosts and target_session_attrs=read-write");
	}
	err_set(err, E_DENIED, "database '%s' is set to be read only", p->db.path);
	return err_hint(err,
		"let its owner run: ALTER DATABASE \"%s\" RESET default_transaction_read_only, or the same for ROLE \"%s\"",
		PQdb(p->c), PQuser(p->c));
}

/* What a caller can do about it decides the code; anything else is E_DB. */
static ErrCode
code_of(const char *state)
{
	static const struct {
		const char *state; /* or its class, two characters */
		ErrCode code;
	} known[] = {
		{"40", E_BUSY},
		{"55P03", E_BUSY},
		{"57014", E_BUSY},
		{"25006", E_DENIED},
		{"42501", E_DENIED},
		{"28", E_DENIED},
		{"53200", E_LIMIT},
		{"54", E_LIMIT},
		{"58", E_IO},
		{"08", E_IO},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strncmp(state, known[i].state, strlen(known[i].state)) == 0)
			return known[i].code;
	return E_DB;
}

bool
pg_failed(const PgDb *p, const PGresult *r, Str sql, Err *err)
{
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	if (!state || strncmp(state, "57P", 3) == 0 || PQstatus(p->c) == CONNECTION_BAD)
		return lost(p, err);
	if (strcmp(state, "53100") == 0)
		return server_full(err);
	if (strcmp(state, "25P02") == 0)
		return err_set(err, E_DB,
			"the transaction is over already: an earlier error rolled it back, or the SQL ended it");
	ErrCode code = code_of(state);
	Str why = says(PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY));
	if (strcmp(state, "42501") == 0)
		return no_rights(p, why, err);
	if (strcmp(state, "25006") == 0 && !p->db.reader)
		return takes_no_writes(p, false, err);
	if (code == E_BUSY) {
		err_set(err, E_BUSY, "the database is in use by someone else");
		return err_hint(err, "try again in a moment");
	}
	if (sql.n == 0)
		return err_set(err, code, "the database says: %.*s", STR(why));
	Str line = sql_first_line(sql);
	return err_set(err, code, "statement '%.*s' failed: %.*s", STR(line), STR(why));
}

static bool
result_good(const PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

/* ---- Connection ---- */

static void
quiet(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

/* The address is kept in a file and shown in messages. */
static bool
url_check(const char *url, Err *err)
{
	char *why = NULL;
	PQconninfoOption *options = PQconninfoParse(url, &why);
	if (!options) {
		Str text = says(why);
		err_set(err, E_INPUT, "'%s' is no address of a database: %.*s", url, STR(text));
		PQfreemem(why);
		return err_hint(err, "for example postgres://user@host:5432/database");
	}
	bool secret = false;
	for (PQconninfoOption *o = options; o->keyword; o++)
		secret |= strcmp(o->keyword, "password") == 0 && o->val && *o->val;
	PQconninfoFree(options);
	if (!secret)
		return true;
	err_set(err, E_INPUT, "the address of a database holds no password");
	return err_hint(err, "put the password into the file ~/.pgpass");
}

/* Order of text must be that of its bytes, as in SQLite and in C. */
static bool
facts_check(const Db *db, const PGresult *r, Err *err)
{
	const char *collation = PQgetvalue(r, 0, 0), *encoding = PQgetvalue(r, 0, 2);
	bool plain = strcmp(PQgetvalue(r, 0, 1), "c") == 0 &&
		(strcmp(collation, "C") == 0 || strcmp(collation, "POSIX") == 0);
	if (!plain || strcmp(encoding, "UTF8") != 0) {
		err_set(err, E_DB, "database '%s' has collation %s and encoding %s, not C and UTF8",
			db->path, collation, encoding);
		return err_hint(err,
			"make one that has: CREATE DATABASE siap TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
	}
	bool standby = *PQgetvalue(r, 0, 3) == 't';
	if (!db->reader && (standby || strcmp(PQgetvalue(r, 0, 4), "on") == 0))
		return takes_no_writes((const PgDb *)db, standby, err);
	return true;
}

static bool
facts_ask(Db *db, Err *err)
{
	PgDb *p = (PgDb *)db;
	PGresult *r = PQexec(p->c, FACTS);
	bool good = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
	good = good ? facts_check(db, r, err) : pg_failed(p, r, (Str){0}, err);
	PQclear(r);
	return good;
}

static bool
pg_command(Db *db, const char *sql, Err *err)
{
	PgDb *p = (PgDb *)db;
	/* What failed before is taken back by ROLLBACK itself. */
	bool back = strncmp(sql, "ROLLBACK", 8) == 0;
	if (back)
		pg_gathered_drop(p);
	if (!pg_ready(p, err) && !back)
		return false;
	PGresult *r = PQexec(p->c, sql);
	bool good = result_good(r);
	if (!good)
		pg_failed(p, r, str_of(sql), err);
	/* A transaction that cannot be committed is rolled back by COMMIT, without an error. */
	else if (strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(r), "COMMIT") != 0)
		good = err_set(err, E_DB,
			"the transaction is over already: an earlier error rolled it back, or the SQL ended it");
	PQclear(r);
	return good;
}

/* One database has one writer, whatever folder it serves. A killed writer's session may take a moment to end: hence the
 * wait of lock_timeout. */
static bool
lease_take(Db *db, Err *err)
{
	Err why = {0};
	if (pg_command(db, LOCK, &why))
		return true;
	if (why.code != E_BUSY) {
		if (err)
			*err = why;
		return false;
	}
	err_set(err, E_BUSY, "another Siap process writes in database '%s'", db->path);
	return err_hint(err, "wait until it has finished, or end it");
}

static bool
settle_in(Db *db, Err *err)
{
	PgDb *p = (PgDb *)db;
	int version = PQserverVersion(p->c);
	if (version < VERSION_LEAST)
		return err_set(err, E_DB, "the database server is PostgreSQL %d: 15 or newer is needed",
			version / 10000);
	if (!pg_command(db, SETTINGS, err) || !facts_ask(db, err))
		return false;
	if (db->reader)
		return pg_command(db, SETTINGS_READER, err);
	return pg_command(db, SETTINGS_WRITER, err) && lease_take(db, err);
}

/* As PQconnectdbParams, but with the reason's code in the message: libpq tells it nowhere else. */
static void
dial(PgDb *p)
{
	const char *const key[] = {"keepalives_idle", "keepalives_interval", "keepalives_count",
		"tcp_user_timeout", "fallback_application_name", "dbname", "client_encoding", NULL};
	const char *const value[] = {"30", "10", "3", "30000", "siap", p->db.path, "UTF8", NULL};
	int64_t until = clock_us() + CONNECT_US;
	p->c = PQconnectStartParams(key, value, 1);
	if (!p->c)
		return;
	PQsetNoticeProcessor(p->c, quiet, NULL);
	PQsetErrorVerbosity(p->c, PQERRORS_VERBOSE);
	PostgresPollingStatusType next = PGRES_POLLING_WRITING;
	while (PQstatus(p->c) != CONNECTION_BAD && next != PGRES_POLLING_OK &&
		next != PGRES_POLLING_FAILED && clock_us() < until) {
		struct pollfd fd = {
			.fd = PQsocket(p->c), .events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT};
		if (poll(&fd, 1, 100) != 0)
			next = PQconnectPoll(p->c);
	}
	PQsetErrorVerbosity(p->c, PQERRORS_DEFAULT);
}

/* "FATAL:  53300: sorry, too many clients already" */
static bool
refused(const PgDb *p, Err *err)
{
	Str why = says(PQerrorMessage(p->c)), rest;
	size_t at;
	str_cut(why, '\n', &why, &rest);
	if (!why.n)
		why = S("no answer");
	if (str_find(why, S(" 53300: "), &at)) {
		err_set(err, E_LIMIT, "the database server has no connection free");
		return err_hint(err, "end another program that uses it, or raise max_connections there");
	}
	if (str_find(why, S(" 57P03: "), &at)) {
		err_set(err, E_IO, "the database server is just starting or ending");
		return err_hint(err, "try again in a moment");
	}
	err_set(err, E_IO, "cannot open database '%s': %.*s", p->db.path, STR(why));
	return err_hint(
		err, "see that the server runs, that the database is there and that this user may use it");
}

static bool
pg_connect(Db *db, DbMode mode, Err *err)
{
	(void)mode; /* whoever runs the server makes databases */
	PgDb *p = (PgDb *)db;
	if (fault_here())
		return db_fault(err);
	if (!url_check(db->path, err))
		return false;
	dial(p);
	if (!p->c)
		return err_set(err, E_LIMIT, "the database ran out of memory");
	return PQstatus(p->c) == CONNECTION_OK ? settle_in(db, err) : refused(p, err);
}

static Db *
pg_make(Arena *a)
{
	return &NEW(a, PgDb, 1)->db;
}

/* The lock goes before the connection, or the next process could find the ending session still holding it. */
static void
pg_close(Db *db)
{
	PgDb *p = (PgDb *)db;
	if (!p->c)
		return;
	pg_gathered_drop(p);
	pg_statements_free(p);
	Err ignored = {0};
	if (!pg_ready(p, &ignored))
		ignored.code = E_OK; /* it is rolled back below */
	if (!db->reader && PQstatus(p->c) == CONNECTION_OK) {
		PQclear(PQexec(p->c, "ROLLBACK"));
		PQclear(PQexec(p->c, "SELECT pg_advisory_unlock_all()"));
	}
	PQfinish(p->c);
}

static bool
pg_exec_at(Db *db, Str sql, size_t *at, Err *err)
{
	PgDb *p = (PgDb *)db;
	while (*at < sql.n) {
		bool something;
		Str rest = str_slice(sql, *at, sql.n);
		Arena tmp = db->mem;
		size_t used = pg_piece(rest, &something);
		if (something && fault_here())
			return db_fault(err);
		if (something && !db_check_tx(db, err))
			return false;
		if (something) {
			if (!pg_ready(p, err))
				return false;
			PGresult *r = PQexecParams(
				p->c, arena_cstr(&tmp, str_slice(rest, 0, used)), 0, NULL, NULL, NULL, NULL, 1);
			bool good = result_good(r);
			if (!good)
				pg_failed(p, r, rest, err);
			PQclear(r);
			if (!good)
				return false;
		}
		*at += used;
	}
	return true;
}

/* ---- Transactions ---- */

static bool
pg_in_tx(const Db *db)
{
	PGTransactionStatusType status = PQtransactionStatus(((const PgDb *)db)->c);
	return status == PQTRANS_INTRANS || status == PQTRANS_ACTIVE;
}

/* Where the connection is lost, the server has rolled back. */
static void
pg_rollback(Db *db)
{
	PgDb *p = (PgDb *)db;
	Err ignored = {0};
	if (p->active)
		pg_reset((Stmt *)p->active);
	pg_gathered_drop(p);
	if (!pg_ready(p, &ignored))
		ignored.code = E_OK; /* what failed is taken back here */
	PGTransactionStatusType status = PQtransactionStatus(p->c);
	if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR)
		PQclear(PQexec(p->c, "ROLLBACK"));
	status = PQtransactionStatus(p->c);
	NEED(status == PQTRANS_IDLE || status == PQTRANS_UNKNOWN);
}

static int64_t
pg_changes(Db *db)
{
	return ((PgDb *)db)->changes;
}

static bool
pg_checkpoint(Db *db, int *left, Err *err)
{
	(void)db;
	(void)err;
	if (left)
		*left = 0;
	return true;
}

static bool
pg_lost(const Db *db)
{
	return PQstatus(((const PgDb *)db)->c) == CONNECTION_BAD;
}

/* Also on a reader's connection: it changes no row. */
static bool
pg_analyze(Db *db, Str table, Err *err)
{
	char sql[128];
	NEED(table.n < 64);
	snprintf(sql, sizeof sql, "ANALYZE %.*s", STR(table)); /* derived SQL */
	return pg_command(db, sql, err);
}

const DbKind db_postgres = {
	.mark = "-- postgres:",
	.begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	.begin_write = "BEGIN",
	.ledger_make = "CREATE TABLE IF NOT EXISTS migration "
				   "(number integer PRIMARY KEY, name text NOT NULL, at bigint NOT NULL)",
	.table_there = "SELECT 1 FROM pg_class WHERE relname = CAST(:name AS text) "
				   "AND relkind = 'r' AND pg_table_is_visible(oid)",
	.tables_all = "SELECT relname FROM pg_class WHERE relkind = 'r' "
				  "AND relnamespace = CAST(current_schema() AS regnamespace) ORDER BY oid",
	.make = pg_make,
	.connect = pg_connect,
	.close = pg_close,
	.exec_at = pg_exec_at,
	.compile = pg_compile,
	.fresh = pg_fresh,
	.param = pg_param,
	.bind_int = pg_bind_int,
	.bind_text = pg_bind_text,
	.bind_blob = pg_bind_blob,
	.bind_null = pg_bind_null,
	.step = pg_step,
	.run_later = pg_run_later,
	.reset = pg_reset,
	.columns = pg_columns,
	.column_name = pg_column_name,
	.type = pg_type,
	.get_int = pg_get_int,
	.get_real = pg_get_real,
	.get_text = pg_get_text,
	.changes = pg_changes,
	.command = pg_command,
	.in_tx = pg_in_tx,
	.rollback = pg_rollback,
	.checkpoint = pg_checkpoint,
	.lost = pg_lost,
	.analyze = pg_analyze,
};
