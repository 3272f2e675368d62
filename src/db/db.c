/* What is the same for every kind of database: opening by the path's form, the statement cache, names, faults. */
#include "db/db_private.h"

enum { STATEMENTS_MAX = 4096, FIRST_LINE_MAX = 100 };
#define DB_MEMORY ((size_t)64 << 20) /* reserved, not touched: 4,096 statements of 16 KB */

/* ---- Words ---- */

bool
db_fault(Err *err)
{
	return err_set(err, E_IO, "the database could not be read or written: %s", "FAULT");
}

bool
db_full(Err *err)
{
	err_set(err, E_IO, "the disk is full");
	return err_hint(err, "free space on the disk that holds the workspace, then try again");
}

/* The first line that says something, for messages. */
Str
sql_first_line(Str sql)
{
	Str line, rest = sql;
	do {
		str_cut(rest, '\n', &line, &rest);
		line = str_trim(line);
	} while (rest.n > 0 && (line.n == 0 || str_starts(line, S("--"))));
	return str_slice(line, 0, FIRST_LINE_MAX);
}

bool
sql_not_single(Str sql, Err *err)
{
	Str line = sql_first_line(sql);
	return err_set(err, E_DB, "statement '%.*s' must be exactly one statement", STR(line));
}

/* SQLite stops at a NUL and PostgreSQL takes C strings: what follows would be dropped without a word. */
static bool
sql_check_text(Str sql, Err *err)
{
	if (!sql.n || !memchr(sql.p, 0, sql.n))
		return true;
	Str line = sql_first_line(sql);
	return err_set(err, E_INPUT, "statement '%.*s' contains a NUL byte", STR(line));
}

/* A transaction that the database gave up (disk full, I/O error) must not go on as single statements. */
bool
db_check_tx(const Db *db, Err *err)
{
	if (!db->tx || db->kind->in_tx(db))
		return true;
	return err_set(err, E_DB,
		"the transaction is over already: an earlier error rolled it back, or the SQL ended it");
}

/* ---- Connection ---- */

bool
db_is_url(Str path)
{
	return str_starts(path, S("postgres://")) || str_starts(path, S("postgresql://"));
}

bool
db_is_postgres(const Db *db)
{
	return db->kind == &db_postgres;
}

bool
db_open(const char *path, DbMode mode, Db **out, Err *err)
{
	*out = NULL;
	Arena mem;
	if (!arena_open(&mem, DB_MEMORY, err))
		return false;
	const DbKind *kind = db_is_url(str_of(path)) ? &db_postgres : &db_sqlite;
	Db *db = kind->make(&mem);
	db->kind = kind;
	db->path = arena_cstr(&mem, str_of(path));
	db->reader = mode == DB_READ;
	db->mem = mem;
	db->cache = map_new(&db->mem);
	if (!kind->connect(db, mode, err)) {
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
	db->kind->close(db);
	Arena mem = db->mem; /* the struct lies in its own arena */
	arena_close(&mem);
}

bool
db_checkpoint(Db *db, int *left, Err *err)
{
	if (fault_here())
		return db_fault(err);
	return db->kind->checkpoint(db, left, err);
}

bool
db_scrub(Db *db, Err *err)
{
	if (fault_here())
		return db_fault(err);
	return !db->kind->scrub || db->kind->scrub(db, err);
}

bool
db_lost(const Db *db)
{
	return db->kind->lost && db->kind->lost(db);
}

bool
db_analyze(Db *db, Str table, Err *err)
{
	if (fault_here())
		return db_fault(err);
	return !db->kind->analyze || db->kind->analyze(db, table, err);
}

/* ---- Statements ---- */

bool
db_exec_at(Db *db, Str sql, size_t *at, Err *err)
{
	*at = 0;
	return sql_check_text(sql, err) && db->kind->exec_at(db, sql, at, err);
}

bool
db_exec(Db *db, Str sql, Err *err)
{
	size_t at;
	return db_exec_at(db, sql, &at, err);
}

bool
db_command(Db *db, const char *sql, Err *err)
{
	if (fault_here())
		return db_fault(err);
	return db->kind->command(db, sql, err);
}

bool
db_prepare(Db *db, Str sql, Stmt **out, Err *err)
{
	uint64_t at;
	if (map_get(&db->cache, sql, &at)) {
		*out = (Stmt *)(uintptr_t)at;
		db->kind->fresh(*out); /* the bindings may point at memory that is gone */
		return true;
	}
	*out = NULL;
	NEED(db->cache.n < STATEMENTS_MAX); /* SQL made from data instead of parameters */
	if (!sql_check_text(sql, err))
		return false;
	Stmt *s;
	if (!db->kind->compile(db, sql, &s, err))
		return false;
	s->db = db;
	s->sql = arena_str(&db->mem, sql);
	map_set(&db->cache, s->sql, (uint64_t)(uintptr_t)s);
	*out = s;
	return true;
}

bool
db_step(Stmt *s, bool *row, Err *err)
{
	*row = false;
	bool fault = fault_here();
	if (!fault && db_check_tx(s->db, err))
		return s->db->kind->step(s, row, err);
	s->db->kind->reset(s);
	return fault ? db_fault(err) : false;
}

bool
db_run(Stmt *s, Err *err)
{
	bool row;
	if (!db_step(s, &row, err))
		return false;
	NEED(!row);
	return true;
}

bool
db_run_later(Stmt *s, Err *err)
{
	NEED(s->db->tx);
	if (!s->db->kind->run_later)
		return db_run(s, err);
	if (fault_here())
		return db_fault(err);
	return db_check_tx(s->db, err) && s->db->kind->run_later(s, err);
}

void
db_reset(Stmt *s)
{
	s->db->kind->reset(s);
}

int64_t
db_changes(Db *db)
{
	return db->kind->changes(db);
}

bool
db_has_table(Db *db, Str name, bool *yes, Err *err)
{
	Stmt *s;
	*yes = false;
	if (!db_prepare(db, str_of(db->kind->table_there), &s, err))
		return false;
	db_set_text(s, "name", name);
	if (!db_step(s, yes, err))
		return false;
	db_reset(s);
	return true;
}

bool
db_tables(Db *db, Arena *a, Str **name, size_t *n, Err *err)
{
	enum { MOST = 4096 };
	Stmt *s;
	bool row;
	*name = NEW(a, Str, MOST);
	*n = 0;
	if (!db_prepare(db, str_of(db->kind->tables_all), &s, err))
		return false;
	while (*n < MOST) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		(*name)[(*n)++] = arena_str(a, db_text(s, 0));
	}
	db_reset(s);
	return err_set(err, E_LIMIT, "the database has more than %d tables", MOST);
}

/* ---- Binding ---- */

int
db_param(Stmt *s, const char *name)
{
	char with_colon[64];
	if (name[0] == ':')
		return s->db->kind->param(s, name);
	int n = snprintf(with_colon, sizeof with_colon, ":%s", name);
	NEED(n > 0 && (size_t)n < sizeof with_colon);
	return s->db->kind->param(s, with_colon);
}

void
db_bind_int(Stmt *s, int at, int64_t v)
{
	if (at)
		s->db->kind->bind_int(s, at, v);
}

/* An empty Str may carry a NULL pointer, which would be taken for NULL: hence "". */
void
db_bind_text(Stmt *s, int at, Str v)
{
	if (at)
		s->db->kind->bind_text(s, at, v.p ? v : S(""));
}

void
db_bind_blob(Stmt *s, int at, Str v)
{
	if (at)
		s->db->kind->bind_blob(s, at, v.p ? v : S(""));
}

void
db_bind_null(Stmt *s, int at)
{
	if (at)
		s->db->kind->bind_null(s, at);
}

/* The name itself is the most useful thing to print when the statement does not have it. */
static int
stmt_param(Stmt *s, const char *name)
{
	int at = db_param(s, name);
	if (!at)
		need_failed(name, __FILE__, __LINE__);
	return at;
}

void
db_set_int(Stmt *s, const char *name, int64_t v)
{
	db_bind_int(s, stmt_param(s, name), v);
}

void
db_set_text(Stmt *s, const char *name, Str v)
{
	db_bind_text(s, stmt_param(s, name), v);
}

void
db_set_null(Stmt *s, const char *name)
{
	db_bind_null(s, stmt_param(s, name));
}

void
db_set_text_or_null(Stmt *s, const char *name, Str v)
{
	if (v.n)
		db_set_text(s, name, v);
	else
		db_set_null(s, name);
}

void
db_set_int_if(Stmt *s, const char *name, int64_t v)
{
	db_bind_int(s, db_param(s, name), v);
}

void
db_set_text_if(Stmt *s, const char *name, Str v)
{
	db_bind_text(s, db_param(s, name), v);
}

/* ---- Reading ---- */

int
db_columns(Stmt *s)
{
	return s->db->kind->columns(s);
}

Str
db_column_name(Stmt *s, int i)
{
	return s->db->kind->column_name(s, i);
}

DbType
db_type(Stmt *s, int i)
{
	return s->db->kind->type(s, i);
}

int64_t
db_int(Stmt *s, int i)
{
	return s->db->kind->get_int(s, i);
}

double
db_real(Stmt *s, int i)
{
	return s->db->kind->get_real(s, i);
}

Str
db_text(Stmt *s, int i)
{
	return s->db->kind->get_text(s, i);
}
