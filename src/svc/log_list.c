/* log_list: the log as people look at it: newest first, or as it goes on. */
#include "svc/svc_private.h"

static bool
conflict_is(Workspace *w, LogEvent *e, Err *err)
{
	Stmt *s;
	if (!e->base)
		return true;
	if (!svc_stmt(w->db, &w->sql, "conflict_of", &s, err))
		return false;
	db_set_text(s, "area", e->area);
	db_set_text(s, "dataset", e->dataset);
	db_set_text(s, "key", e->key);
	db_set_int(s, "event", e->event);
	if (!db_step(s, &e->conflict, err))
		return false;
	db_reset(s);
	return true;
}

static void
event_take(Stmt *s, LogEvent *e)
{
	int64_t *number[] = {&e->event, &e->at, &e->base, &e->undoes, &e->batch};
	Str *text[] = {&e->dataset, &e->key, &e->area, &e->actor, &e->agency, &e->on_behalf_of,
		&e->source, &e->device, &e->why};
	int c = 0;
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		*number[i] = db_int(s, c++);
	e->op = (Op)db_int(s, c++);
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		*text[i] = db_text(s, c++);
}

/* Times never run backwards in the log: a span of them is a span of event numbers. */
static bool
span(Workspace *w, const LogFilter *f, int64_t *after, int64_t *before, Err *err)
{
	int64_t event;
	*after = f->after;
	*before = f->before > 0 ? f->before : INT64_MAX;
	if (f->from != CLOCK_REAL) {
		if (!event_at_most(w->db, &w->sql, f->from - 1, &event, err))
			return false;
		*after = event > *after ? event : *after;
	}
	if (f->upto != CLOCK_REAL) {
		if (!event_at_most(w->db, &w->sql, f->upto, &event, err))
			return false;
		*before = event + 1 < *before ? event + 1 : *before;
	}
	return true;
}

bool
log_each(Workspace *w, const LogFilter *f, LogFn fn, void *ctx, Err *err)
{
	char end[20];
	Str lo = {0}, hi = S(":");
	int64_t after, before;
	Stmt *s;
	bool row;
	if (f->area.n)
		area_range(f->area, end, &lo, &hi);
	if (!span(w, f, &after, &before, err) ||
		!svc_stmt(w->db, &w->sql, f->max ? "log_backwards" : "log_forwards", &s, err))
		return false;
	db_set_int(s, "after", after);
	db_set_int(s, "before", before);
	db_set_text(s, "lo", lo.p ? lo : S(""));
	db_set_text(s, "hi", hi);
	db_set_text(s, "dataset", f->dataset.p ? f->dataset : S(""));
	db_set_text(s, "agency", f->agency.p ? f->agency : S(""));
	db_set_int_if(s, "most", (int64_t)f->max);
	for (;;) {
		LogEvent e = {0};
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		event_take(s, &e);
		if (!conflict_is(w, &e, err) || !fn(ctx, &e, err)) {
			db_reset(s);
			return false;
		}
	}
}
