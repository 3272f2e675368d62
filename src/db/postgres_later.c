/* What db_run_later leaves for later on PostgreSQL: rows of plain inserts gather and travel as COPY, other statements go out
 * at once through libpq's pipeline mode; the answers are read when the next statement needs the connection. */
#include <string.h>
#include <sys/socket.h>

#include "db/postgres_private.h"

enum {
	PENDING_MOST = 512,    /* statements whose answers wait on the server's side of the socket */
	FEW = 16,              /* rows that are sent as statements: COPY has round trips of its own */
	CHUNK = 1 << 16,       /* bytes after which one COPY begins, so that the server works along */
	GATHER_MOST = 16 << 20 /* bytes of a statement that must wait while another one's COPY is on */
};

bool
pg_send(PgStmt *s)
{
	PgDb *p = (PgDb *)s->s.db;
	return PQsendQueryPrepared(p->c, s->name, s->n, s->value, s->length, s->format, 1);
}

/* ---- The pipeline ---- */

/* The ends of all that was left, the first error told. */
static bool
pending_read(PgDb *p, Err *err)
{
	bool good = true;
	for (; p->pending > 0; p->pending--) {
		PGresult *r = PQgetResult(p->c);
		if (good && PQresultStatus(r) != PGRES_COMMAND_OK)
			good = pg_failed(p, r, (Str){0}, err);
		PQclear(r);
		PQclear(PQgetResult(p->c)); /* no more of this statement */
	}
	return good;
}

/* libpq keeps a failed write for the next answer, and gives no further ones; then the pipeline has no end and the connection
 * still counts as good. What the server said last is read, until libpq sees that nobody is there. */
static void
pipeline_break(PgDb *p)
{
	shutdown(PQsocket(p->c), SHUT_RDWR);
	while (PQconsumeInput(p->c))
		;
	NEED(PQstatus(p->c) == CONNECTION_BAD);
}

static void
pipeline_end(PgDb *p)
{
	PQclear(PQgetResult(p->c));
	if (!PQexitPipelineMode(p->c) && PQstatus(p->c) != CONNECTION_BAD)
		pipeline_break(p);
}

static bool
catch_up(PgDb *p, Err *err)
{
	if (p->pending == 0)
		return true;
	NEED(PQpipelineSync(p->c) || PQstatus(p->c) == CONNECTION_BAD);
	bool good = pending_read(p, err);
	pipeline_end(p);
	return good;
}

static bool
pipeline_add(PgStmt *s, Err *err)
{
	PgDb *p = (PgDb *)s->s.db;
	if (p->pending >= PENDING_MOST && !catch_up(p, err))
		return false;
	if (p->pending == 0)
		NEED(PQenterPipelineMode(p->c));
	p->pending++;
	return pg_send(s) || pg_failed(p, NULL, s->s.sql, err);
}

bool
pg_send_behind(PgStmt *s, PGresult **r, Err *err)
{
	PgDb *p = (PgDb *)s->s.db;
	bool sent = pg_send(s) && PQpipelineSync(p->c);
	NEED(sent || PQstatus(p->c) == CONNECTION_BAD);
	bool good = pending_read(p, err);
	*r = PQgetResult(p->c);
	PQclear(PQgetResult(p->c));
	pipeline_end(p);
	if (!good)
		PQclear(*r);
	return good;
}

/* ---- Rows that gather ---- */

static void
big_endian(Buf *b, uint32_t v, int bytes)
{
	char c[4] = {(char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v};
	buf_add(b, (Str){c + 4 - bytes, (size_t)bytes});
}

/* One row as COPY takes it: how many fields, then length and bytes of each; -1 for NULL. */
static void
row_add(PgStmt *s)
{
	big_endian(&s->rows, (uint32_t)s->n, 2);
	for (int i = 0; i < s->n; i++) {
		big_endian(&s->rows, s->value[i] ? (uint32_t)s->length[i] : UINT32_MAX, 4);
		if (s->value[i])
			buf_add(&s->rows, (Str){s->value[i], (size_t)s->length[i]});
	}
	s->n_rows++;
}

static uint32_t
length_read(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

/* The values of the row at *at, as if they had just been bound. */
static void
row_bind(PgStmt *s, size_t *at)
{
	*at += 2;
	for (int i = 0; i < s->n; i++) {
		uint32_t n = length_read(s->rows.p + *at);
		*at += 4;
		s->value[i] = n == UINT32_MAX ? NULL : s->rows.p + *at;
		s->length[i] = n == UINT32_MAX ? 0 : (int)n;
		*at += s->value[i] ? n : 0;
	}
}

static bool
copy_begin(PgStmt *s, Err *err)
{
	PgDb *p = (PgDb *)s->s.db;
	if (fault_here())
		return db_fault(err);
	if (!catch_up(p, err))
		return false;
	PGresult *r = PQexec(p->c, s->copy);
	bool good = PQresultStatus(r) == PGRES_COPY_IN || pg_failed(p, r, s->s.sql, err);
	PQclear(r);
	if (!good)
		return false;
	p->copying = s;
	static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
	return PQputCopyData(p->c, head, sizeof head) == 1 || pg_failed(p, NULL, s->s.sql, err);
}

/* What the server found wrong is told at the end. */
static bool
copy_send(PgStmt *s, Err *err)
{
	PgDb *p = (PgDb *)s->s.db;
	bool good = PQputCopyData(p->c, s->rows.p, (int)s->rows.n) == 1;
	buf_clear(&s->rows);
	s->n_rows = 0;
	return good || pg_failed(p, NULL, s->s.sql, err);
}

static bool
copy_end(PgDb *p, const char *refuse, Err *err)
{
	PgStmt *s = p->copying;
	if (!s)
		return true;
	p->copying = NULL;
	bool good = PQputCopyData(p->c, "\377\377", 2) == 1 && PQputCopyEnd(p->c, refuse) == 1;
	if (!good)
		pg_failed(p, NULL, s->s.sql, err);
	for (PGresult *r; (r = PQgetResult(p->c));) {
		if (good && PQresultStatus(r) != PGRES_COMMAND_OK)
			good = pg_failed(p, r, s->s.sql, err);
		PQclear(r);
	}
	return good;
}

void
pg_gathered_drop(PgDb *p)
{
	for (; p->gathering; p->gathering = p->gathering->next_gathering) {
		buf_clear(&p->gathering->rows);
		p->gathering->n_rows = 0;
	}
	Err ignored = {0};
	if (!copy_end(p, "not wanted any more", &ignored))
		ignored.code = E_OK; /* so it was meant */
}

static bool
few_send(PgStmt *s, Err *err)
{
	size_t at = 0;
	for (bool good = true; good && s->n_rows > 0; s->n_rows--) {
		row_bind(s, &at);
		good = pipeline_add(s, err);
		if (!good)
			return false;
	}
	buf_clear(&s->rows);
	return true;
}

/* All rows that gathered, statement after statement. */
static bool
gathered_send(PgDb *p, Err *err)
{
	bool good = !p->copying || (copy_send(p->copying, err) && copy_end(p, NULL, err));
	for (PgStmt *s; good && (s = p->gathering); p->gathering = s->next_gathering) {
		if (s->n_rows == 0)
			continue;
		good = s->n_rows <= FEW ? few_send(s, err)
								: copy_begin(s, err) && copy_send(s, err) && copy_end(p, NULL, err);
		if (!good)
			break;
	}
	if (!good)
		pg_gathered_drop(p);
	return good;
}

static bool
gather(PgStmt *s, Err *err)
{
	PgDb *p = (PgDb *)s->s.db;
	bool there = s == p->copying;
	for (const PgStmt *g = p->gathering; g && !there; g = g->next_gathering)
		there = g == s;
	if (!there) {
		PgStmt **last = &p->gathering;
		while (*last)
			last = &(*last)->next_gathering;
		*last = s;
		s->next_gathering = NULL;
	}
	row_add(s);
	if (s->rows.failed)
		return err_set(err, E_LIMIT, "the database ran out of memory");
	if (s->rows.n < CHUNK)
		return true;
	if (!p->copying && !copy_begin(s, err))
		return false;
	if (p->copying == s)
		return copy_send(s, err);
	return s->rows.n < GATHER_MOST || gathered_send(p, err);
}

/* ---- Both ---- */

bool
pg_later_send(PgDb *p, Err *err)
{
	return (!p->gathering && !p->copying) || gathered_send(p, err);
}

bool
pg_later_end(PgDb *p, Err *err)
{
	return pg_later_send(p, err) && catch_up(p, err);
}

bool
pg_run_later(Stmt *st, Err *err)
{
	PgStmt *s = (PgStmt *)st;
	PgDb *p = (PgDb *)st->db;
	NEED(!s->started && s->columns == 0);
	if (!pg_bindings_check(s, err) || (p->active && !pg_ready(p, err)))
		return false;
	bool good =
		s->copy ? gather(s, err) : (!p->copying || gathered_send(p, err)) && pipeline_add(s, err);
	if (!good)
		pg_gathered_drop(p);
	return good;
}
