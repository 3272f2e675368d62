/* PostgreSQL's statements: prepared on the server, values in binary form by the types the server gives them, rows one by one. */
#include <string.h>

#include "db/postgres_private.h"

static PgStmt *
own(Stmt *s)
{
	return (PgStmt *)s;
}

static PgDb *
connection(const PgStmt *s)
{
	return (PgDb *)s->s.db;
}

/* ---- Compiling ---- */

static bool
is_int(Oid type)
{
	return type == OID_INT8 || type == OID_INT4 || type == OID_INT2;
}

static bool
is_text(Oid type)
{
	return type == OID_TEXT || type == OID_VARCHAR;
}

static bool
is_readable(Oid type)
{
	return is_int(type) || is_text(type) || type == OID_BYTEA || type == OID_BOOL ||
		type == OID_NAME || type == OID_FLOAT8 || type == OID_FLOAT4;
}

/* Anything else (numeric above all: the sum of bigint) has no place in the interface. */
static bool
types_check(const PgStmt *s, Str sql, Err *err)
{
	Str line = sql_first_line(sql);
	for (int i = 0; i < s->n; i++)
		if (!is_int(s->type[i]) && !is_text(s->type[i]) && s->type[i] != OID_BYTEA)
			return err_set(err, E_DB,
				"statement '%.*s': parameter ':%.*s' is neither bigint, text nor bytea: write CAST(:%.*s AS ...)",
				STR(line), STR(s->param[i]), STR(s->param[i]));
	for (int i = 0; i < s->columns; i++)
		if (!is_readable(PQftype(s->description, i)))
			return err_set(err, E_DB,
				"statement '%.*s': column '%s' is neither bigint, text nor bytea: write CAST(... AS ...)",
				STR(line), PQfname(s->description, i));
	return true;
}

static bool
describe(PgDb *p, PgStmt *s, Str sql, Err *err)
{
	Arena *a = &p->db.mem;
	s->description = PQdescribePrepared(p->c, s->name);
	if (PQresultStatus(s->description) != PGRES_COMMAND_OK)
		return pg_failed(p, s->description, sql, err);
	NEED(PQnparams(s->description) == s->n);
	s->columns = PQnfields(s->description);
	size_t n = (size_t)s->n + 1;
	s->type = NEW(a, Oid, n);
	s->value = NEW(a, const char *, n);
	s->length = NEW(a, int, n);
	s->format = NEW(a, int, n);
	s->number = arena_alloc(a, sizeof *s->number, 8, n);
	s->digits = arena_alloc(a, sizeof *s->digits, 1, (size_t)s->columns + 1);
	for (int i = 0; i < s->n; i++) {
		s->type[i] = PQparamtype(s->description, i);
		s->format[i] = 1;
	}
	return types_check(s, sql, err);
}

bool
pg_compile(Db *db, Str sql, Stmt **out, Err *err)
{
	PgDb *p = (PgDb *)db;
	bool first, second = false;
	size_t used = pg_piece(sql, &first);
	while (used < sql.n && !second)
		used += pg_piece(str_slice(sql, used, sql.n), &second);
	if (!first || second)
		return sql_not_single(sql, err);
	if (fault_here())
		return db_fault(err);
	if (!db_check_tx(db, err))
		return false;
	PgStmt *s = NEW(&db->mem, PgStmt, 1);
	PgText text = pg_text(sql, &db->mem);
	s->n = text.n;
	s->param = text.name;
	s->copy = pg_copy_text(sql, &text, &db->mem);
	snprintf(s->name, sizeof s->name, "s%u", ++p->prepared);
	if (!pg_ready(p, err))
		return false;
	PGresult *r = PQprepare(p->c, s->name, text.sql, 0, NULL);
	bool good = PQresultStatus(r) == PGRES_COMMAND_OK || pg_failed(p, r, sql, err);
	PQclear(r);
	good = good && describe(p, s, sql, err);
	if (!good) {
		PQclear(s->description);
		return false;
	}
	s->next = p->all;
	p->all = s;
	*out = &s->s;
	return true;
}

void
pg_statements_free(PgDb *p)
{
	for (PgStmt *s = p->all; s; s = s->next) {
		pg_reset(&s->s);
		buf_close(&s->rows);
		PQclear(s->description);
	}
}

int
pg_param(Stmt *st, const char *name)
{
	PgStmt *s = own(st);
	Str wanted = str_of(name + 1);
	for (int i = 0; i < s->n; i++)
		if (str_eq(s->param[i], wanted))
			return i + 1;
	return 0;
}

/* ---- Binding ---- */

static void
bind(PgStmt *s, int at, const char *value, size_t n)
{
	NEED(at >= 1 && at <= s->n && !s->started && n < INT32_MAX);
	s->value[at - 1] = value;
	s->length[at - 1] = (int)n;
}

static void
bind_fault(PgStmt *s, int at, BindFault fault)
{
	bind(s, at, NULL, 0);
	if (s->fault == BIND_GOOD) {
		s->fault = fault;
		s->fault_at = at;
	}
}

void
pg_bind_int(Stmt *st, int at, int64_t v)
{
	PgStmt *s = own(st);
	NEED(at >= 1 && at <= s->n);
	Oid type = s->type[at - 1];
	if (!is_int(type)) {
		bind_fault(s, at, BIND_TYPE);
		return;
	}
	size_t size = type == OID_INT8 ? 8 : type == OID_INT4 ? 4 : 2;
	int64_t most = size == 8 ? INT64_MAX : size == 4 ? INT32_MAX : INT16_MAX;
	if (v > most || v < -most - 1) {
		bind_fault(s, at, BIND_RANGE);
		return;
	}
	for (size_t i = 0; i < size; i++) /* big-endian */
		s->number[at - 1][i] = (char)((uint64_t)v >> (8 * (size - 1 - i)));
	bind(s, at, s->number[at - 1], size);
}

void
pg_bind_text(Stmt *st, int at, Str v)
{
	PgStmt *s = own(st);
	NEED(at >= 1 && at <= s->n);
	if (!is_text(s->type[at - 1]))
		bind_fault(s, at, BIND_TYPE);
	else if (memchr(v.p, 0, v.n))
		bind_fault(s, at, BIND_NUL);
	else
		bind(s, at, v.p, v.n);
}

void
pg_bind_blob(Stmt *st, int at, Str v)
{
	PgStmt *s = own(st);
	NEED(at >= 1 && at <= s->n);
	if (s->type[at - 1] != OID_BYTEA)
		bind_fault(s, at, BIND_TYPE);
	else
		bind(s, at, v.p, v.n);
}

void
pg_bind_null(Stmt *st, int at)
{
	bind(own(st), at, NULL, 0);
}

bool
pg_bindings_check(PgStmt *s, Err *err)
{
	BindFault fault = s->fault;
	s->fault = BIND_GOOD;
	if (fault == BIND_GOOD)
		return true;
	Str name = s->param[s->fault_at - 1], line = sql_first_line(s->s.sql);
	if (fault == BIND_NUL)
		return err_set(
			err, E_INPUT, "'%.*s' contains a NUL byte, which a text cannot hold", STR(name));
	if (fault == BIND_RANGE)
		return err_set(err, E_DB, "statement '%.*s': the number for ':%.*s' is out of range",
			STR(line), STR(name));
	return err_set(err, E_DB, "statement '%.*s': the value for ':%.*s' has another type than it",
		STR(line), STR(name));
}

/* ---- Stepping ---- */

static bool
kept_add(PgStmt *s, PGresult *r)
{
	buf_add(&s->kept_bytes, (Str){(char *)&r, sizeof r});
	return !s->kept_bytes.failed;
}

/* Whatever statement's rows are under way goes on from memory. */
static void
settle(PgDb *p)
{
	PgStmt *s = p->active;
	if (!s)
		return;
	PGresult *r;
	while ((r = PQgetResult(p->c)))
		if (!kept_add(s, r))
			PQclear(r); /* told when the statement goes on */
	p->active = NULL;
}

bool
pg_ready(PgDb *p, Err *err)
{
	settle(p);
	return pg_later_end(p, err);
}

static PGresult *
result_next(PgStmt *s)
{
	PgDb *p = connection(s);
	if (p->active == s)
		return PQgetResult(p->c);
	PGresult *r = NULL;
	if (s->kept_bytes.failed || s->kept_next + sizeof r > s->kept_bytes.n)
		return NULL;
	memcpy(&r, s->kept_bytes.p + s->kept_next, sizeof r);
	s->kept_next += sizeof r;
	return r;
}

/* Passes over what is left of the results: the connection is free again. */
void
pg_reset(Stmt *st)
{
	PgStmt *s = own(st);
	PGresult *r;
	PQclear(s->row);
	s->row = NULL;
	if (!s->started)
		return;
	s->kept_bytes.failed = false; /* what was kept before is freed all the same */
	while ((r = result_next(s)))
		PQclear(r);
	if (connection(s)->active == s)
		connection(s)->active = NULL;
	buf_close(&s->kept_bytes);
	s->kept_next = 0;
	s->started = false;
}

void
pg_fresh(Stmt *st)
{
	PgStmt *s = own(st);
	pg_reset(st);
	s->fault = BIND_GOOD;
	memset(s->value, 0, (size_t)s->n * sizeof *s->value);
}

/* The one result is kept, as if settle had taken it in. */
static bool
start_behind(PgStmt *s, Err *err)
{
	PGresult *r;
	if (!pg_send_behind(s, &r, err))
		return false;
	if (!kept_add(s, r))
		PQclear(r);
	s->started = true;
	return true;
}

static bool
start(PgStmt *s, Err *err)
{
	PgDb *p = connection(s);
	if (!pg_bindings_check(s, err))
		return false;
	settle(p);
	if (!pg_later_send(p, err))
		return false;
	if (p->pending > 0 && s->columns == 0)
		return start_behind(s, err);
	if (!pg_ready(p, err))
		return false;
	if (!pg_send(s))
		return pg_failed(p, NULL, s->s.sql, err);
	/* Row by row, so that a large answer needs no memory of its size. */
	NEED(s->columns == 0 || PQsetSingleRowMode(p->c));
	p->active = s;
	s->started = true;
	return true;
}

/* The end of the answer, or why there is none. */
static bool
finish(PgStmt *s, PGresult *r, Err *err)
{
	PgDb *p = connection(s);
	ExecStatusType status = PQresultStatus(r);
	bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	if (good && *PQcmdTuples(r) && strncmp(PQcmdStatus(r), "SELECT", 6) != 0 &&
		!str_int(str_of(PQcmdTuples(r)), &p->changes))
		p->changes = 0;
	if (s->kept_bytes.failed)
		good = err_set(err, E_LIMIT, "the database ran out of memory");
	else if (!good)
		pg_failed(p, r, s->s.sql, err);
	PQclear(r);
	pg_reset(&s->s);
	return good;
}

bool
pg_step(Stmt *st, bool *row, Err *err)
{
	PgStmt *s = own(st);
	*row = false;
	if (!s->started && !start(s, err))
		return false;
	PQclear(s->row);
	s->row = result_next(s);
	if (PQresultStatus(s->row) == PGRES_SINGLE_TUPLE) {
		*row = true;
		return true;
	}
	PGresult *last = s->row;
	s->row = NULL;
	return finish(s, last, err);
}

/* ---- Reading ---- */

int
pg_columns(Stmt *st)
{
	return own(st)->columns;
}

Str
pg_column_name(Stmt *st, int i)
{
	PgStmt *s = own(st);
	NEED(i >= 0 && i < s->columns);
	return str_of(PQfname(s->description, i));
}

static const char *
cell(const PgStmt *s, int i)
{
	NEED(s->row && i >= 0 && i < s->columns);
	return PQgetisnull(s->row, 0, i) ? NULL : PQgetvalue(s->row, 0, i);
}

DbType
pg_type(Stmt *st, int i)
{
	PgStmt *s = own(st);
	if (!cell(s, i))
		return DB_NULL;
	switch (PQftype(s->description, i)) {
	case OID_BYTEA:
		return DB_BLOB;
	case OID_FLOAT4:
	case OID_FLOAT8:
		return DB_REAL;
	case OID_TEXT:
	case OID_VARCHAR:
	case OID_NAME:
		return DB_TEXT;
	default:
		return DB_INT;
	}
}

/* Big-endian, as many bytes as the type has; a truth value is one byte. */
static int64_t
number_read(const char *p, int n)
{
	uint64_t v = n > 1 && (p[0] & 0x80) ? UINT64_MAX : 0;
	for (int i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return (int64_t)v;
}

static double
real_read(const char *p, int n)
{
	double wide;
	float narrow;
	uint64_t bits = (uint64_t)number_read(p, n);
	uint32_t half = (uint32_t)bits;
	if (n == 8) {
		memcpy(&wide, &bits, sizeof wide);
		return wide;
	}
	memcpy(&narrow, &half, sizeof narrow);
	return (double)narrow;
}

int64_t
pg_get_int(Stmt *st, int i)
{
	PgStmt *s = own(st);
	const char *p = cell(s, i);
	DbType type = pg_type(st, i);
	if (type == DB_INT)
		return number_read(p, PQgetlength(s->row, 0, i));
	if (type == DB_REAL)
		return (int64_t)real_read(p, PQgetlength(s->row, 0, i));
	int64_t v;
	return type == DB_TEXT && str_int(str_of(p), &v) ? v : 0;
}

double
pg_get_real(Stmt *st, int i)
{
	PgStmt *s = own(st);
	const char *p = cell(s, i);
	return pg_type(st, i) == DB_REAL ? real_read(p, PQgetlength(s->row, 0, i))
									 : (double)pg_get_int(st, i);
}

Str
pg_get_text(Stmt *st, int i)
{
	PgStmt *s = own(st);
	const char *p = cell(s, i);
	DbType type = pg_type(st, i);
	if (type == DB_TEXT || type == DB_BLOB)
		return (Str){p, (size_t)PQgetlength(s->row, 0, i)};
	if (type == DB_NULL)
		return S("");
	int n = type == DB_INT
		? snprintf(s->digits[i], sizeof *s->digits, "%lld", (long long)pg_get_int(st, i))
		: snprintf(s->digits[i], sizeof *s->digits, "%.15g", pg_get_real(st, i));
	return (Str){s->digits[i], (size_t)n};
}
