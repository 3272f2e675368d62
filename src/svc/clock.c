/* clock: a workspace may have a clock of its own, which stands where it was set: for rehearsals and demonstrations. */
#include "svc/svc_private.h"

struct Clock {
	const Env *real;
	Env env; /* the real one with the time of this clock */
	_Atomic int64_t at;
};

static int64_t
clock_now(void *ctx)
{
	const Clock *c = ctx;
	int64_t at = c->at;
	return at == CLOCK_REAL || c->real->now_given ? c->real->now(c->real->ctx) : at;
}

static void
clock_random(void *ctx, void *out, size_t n)
{
	const Clock *c = ctx;
	c->real->random(c->real->ctx, out, n);
}

void
clock_install(Workspace *w)
{
	Clock *c = NEW(w->a, Clock, 1);
	c->real = w->env;
	c->env = *w->env;
	c->env.now = clock_now;
	c->env.random = clock_random;
	c->env.ctx = c;
	c->at = CLOCK_REAL;
	w->clock = c;
	w->env = &c->env;
}

void
clock_set(Workspace *w, int64_t at)
{
	w->clock->at = at;
}

bool
clock_read(Workspace *w, Err *err)
{
	Str text;
	int64_t at = CLOCK_REAL;
	if (!workspace_fact(w->db, &w->sql, "clock", w->a, &text, err))
		return false;
	if (text.n && !instant_parse(text, 0, &at))
		return err_set(err, E_DB, "'%.*s' is no time for the clock of a workspace", STR(text));
	clock_set(w, at);
	return true;
}

int64_t
workspace_now(const Workspace *w)
{
	return w->env->now(w->env->ctx);
}

int64_t
clock_real(const Workspace *w)
{
	return w->clock->real->now(w->clock->real->ctx);
}

int64_t
workspace_clock(const Workspace *w)
{
	return w->clock->real->now_given ? CLOCK_REAL : w->clock->at;
}

/* ---- moving it ---- */

static bool
newest_time(WriteTx *tx, int64_t *at, Err *err)
{
	Stmt *s;
	bool row;
	*at = INT64_MIN;
	if (!svc_stmt(tx->db, &tx->w->sql, "event_at", &s, err))
		return false;
	db_set_int(s, "seq", tx->seq);
	if (!db_step(s, &row, err))
		return false;
	if (row)
		*at = db_int(s, 0);
	db_reset(s);
	return true;
}

static bool
clock_work(WriteTx *tx, void *arg, Err *err)
{
	int64_t at = *(int64_t *)arg, newest;
	int zone = area_zone(tx->w->area);
	char text[30] = "";
	if (!newest_time(tx, &newest, err))
		return false;
	instant_format(newest, zone, text);
	if (at != CLOCK_REAL && at < newest) {
		err_set(
			err, E_INPUT, "the clock cannot stand before the newest event, which is of %s", text);
		return err_hint(
			err, "give that time or a later one; how it was earlier: siap ready --at T");
	}
	instant_format(at, zone, text);
	return workspace_fact_set(
		tx->db, &tx->w->sql, "clock", at == CLOCK_REAL ? S("") : str_of(text), err);
}

static bool
day_settle(Gate *g, Err *err)
{
	AUTO(DbP) db = NULL;
	int64_t event;
	if (!workspace_reader(g->w, &db, err) || !daily_event(g->w, db, &event, err))
		return false;
	return event >= writer_wait(g->writer, -1, &g->stop) || gate_settle(g, err);
}

bool
gate_clock(Gate *g, int64_t at, Err *err)
{
	/* The day that ends is put down while it is today. */
	if (g->writer && !day_settle(g, err))
		return false;
	bool ok =
		g->writer ? writer_run(g->writer, clock_work, &at, true, err) : socket_clock(g, at, err);
	if (ok)
		clock_set(g->w, at);
	return ok;
}
