/* verify_boundaries: the table of boundaries is what the log says that the last file left of it. */
#include "svc/boundary_private.h"
#include "svc/verify_private.h"

static bool
differs(int64_t event, Err *err)
{
	return err_set(err, E_CONFLICT,
		"the table of boundaries does not say what the log says of event %lld", (long long)event);
}

static bool
is_boundary_event(void *ctx, Str area, int64_t event, Err *err)
{
	const Verify *v = ctx;
	size_t lo = 0, hi = v->n_kept;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (v->in_order[mid]->seq < event)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo < v->n_kept && v->in_order[lo]->seq == event && v->in_order[lo]->boundary) ||
		err_set(err, E_CONFLICT,
			"the boundary of %.*s names event %lld, which brought no boundaries", STR(area),
			(long long)event);
}

static bool
logged_digest(VerifyThread *t, int64_t event, char hex[65], Err *err)
{
	Stmt *s;
	bool row;
	json_t *said;
	if (!svc_stmt(t->db, &t->v->w->sql, "event_open", &s, err))
		return false;
	db_set_int(s, "seq", event);
	if (!db_step(s, &row, err))
		return false;
	bool ok = row && json_parse(db_text(s, 0), SIZE_MB, &said, err);
	if (row)
		db_reset(s);
	if (!ok)
		return row ? false : differs(event, err);
	const char *all = json_string_value(json_object_get(said, "all"));
	snprintf(hex, 65, "%s", all ? all : "");
	json_decref(said);
	return true;
}

bool
verify_boundaries(Verify *v, VerifyThread *t, Err *err)
{
	char here[65], logged[65] = "";
	int64_t last = 0;
	for (size_t i = 0; i < v->n_kept; i++)
		if (v->in_order[i]->boundary)
			last = v->in_order[i]->seq;
	if (!boundary_digest(&(LogSource){t->db, &v->w->sql}, is_boundary_event, v, here, err))
		return false;
	if (!last)
		return true; /* each row would have named an event that is none */
	return logged_digest(t, last, logged, err) && (strcmp(here, logged) == 0 || differs(last, err));
}
