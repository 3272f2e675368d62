/* verify_edits: what tables keep of devices' edits and of settled conflicts follows from the log. Events that other tables follow from
 * are kept here while all are read. */
#include "svc/verify_private.h"

/* ---- collected while the events are read ---- */

void
verify_keep(Verify *v, const Entry *e, const KnownOrigin *o)
{
	bool settles = str_eq(o->dataset, S("siap.resolve"));
	bool rights = str_eq(o->dataset, S("siap.account"));
	bool paper = str_eq(o->dataset, S("siap.paper")) || str_eq(o->dataset, S("siap.closed_paper"));
	bool boundary = str_eq(o->dataset, S("siap.boundary"));
	if (!settles && !rights && !paper && !boundary && !o->device.n)
		return;
	pthread_mutex_lock(&v->lock);
	KeptEvent *k = NEW(v->a, KeptEvent, 1);
	*k = (KeptEvent){.seq = e->seq,
		.at = e->at,
		.area = arena_str(v->a, e->area),
		.key = arena_str(v->a, e->key),
		.clock = device_clock(e->clock),
		.origin = o,
		.settles = settles,
		.rights = rights,
		.paper = paper,
		.boundary = boundary,
		.next = v->kept};
	v->kept = k;
	v->n_kept++;
	pthread_mutex_unlock(&v->lock);
}

static int
by_event(const void *x, const void *y)
{
	const KeptEvent *a = *(KeptEvent *const *)x, *b = *(KeptEvent *const *)y;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

static KeptEvent **
kept_sorted(Verify *v)
{
	KeptEvent **all = NEW(v->a, KeptEvent *, v->n_kept + 1);
	size_t n = 0;
	for (KeptEvent *k = v->kept; k; k = k->next)
		all[n++] = k;
	qsort(all, n, sizeof *all, by_event);
	return all;
}

/* ---- settled conflicts ---- */

/* Of each row the events that settled its conflicts, in their order. */
void
verify_settled(Verify *v)
{
	KeptEvent **all = kept_sorted(v);
	v->settled = map_new(v->a);
	for (size_t i = v->n_kept; i--;) {
		uint64_t later = 0;
		if (!all[i]->settles)
			continue;
		if (map_get(&v->settled, all[i]->key, &later))
			all[i]->later = all[later];
		map_set(&v->settled, all[i]->key, i);
	}
	v->in_order = all;
}

int64_t
verify_settles(const Verify *v, Str row, int64_t event)
{
	uint64_t first;
	if (!map_get(&v->settled, row, &first))
		return 0;
	for (const KeptEvent *k = v->in_order[first]; k; k = k->later)
		if (k->seq > event)
			return k->seq;
	return 0;
}

/* ---- edits of devices ---- */

static bool
device_differs(int64_t event, Err *err)
{
	return err_set(err, E_CONFLICT,
		"the table of devices' edits does not say what the log says of event %lld",
		(long long)event);
}

/* newest: of each device the event with the latest clock so far, by its place in the order. */
static bool
device_check_one(Verify *v, Map *newest, size_t at, Stmt *s, Err *err)
{
	const KeptEvent *k = v->in_order[at];
	const KnownOrigin *o = k->origin;
	uint64_t before;
	bool timed = k->clock.wall >= 0;
	bool known = timed && map_get(newest, o->device, &before);
	int order = known ? hlc_cmp(v->in_order[before]->clock, k->clock) : -1;
	if (timed && order < 0)
		map_set(newest, o->device, at);
	int64_t behind = order > 0 ? v->in_order[before]->seq : 0;
	const int64_t want[] = {k->clock.wall, k->clock.count, device_ahead(k->clock, k->at), behind};
	bool same = db_int(s, 0) == k->seq && str_eq(db_text(s, 1), k->area) &&
		str_eq(db_text(s, 2), o->device) && str_eq(db_text(s, 3), o->request);
	for (int i = 0; i < 4; i++)
		same &= db_int(s, 4 + i) == want[i];
	return same || device_differs(k->seq < db_int(s, 0) ? k->seq : db_int(s, 0), err);
}

static bool
devices_own(Verify *v, Stmt *s, Err *err)
{
	Map newest = map_new(v->a);
	bool row;
	for (size_t i = 0; i < v->n_kept; i++) {
		if (!v->in_order[i]->origin->device.n)
			continue;
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return device_differs(v->in_order[i]->seq, err);
		if (!device_check_one(v, &newest, i, s, err)) {
			db_reset(s);
			return false;
		}
	}
	if (!db_step(s, &row, err))
		return false;
	bool more = row && device_differs(db_int(s, 0), err);
	if (row)
		db_reset(s);
	return !row || more;
}

bool
verify_devices(Verify *v, VerifyThread *t, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(t->db, &v->w->sql, "verify_device", &s, err) || !devices_own(v, s, err) ||
		!svc_stmt(t->db, &v->w->sql, "verify_device_same", &s, err) || !db_step(s, &row, err))
		return false;
	if (!row)
		return true;
	int64_t event = db_int(s, 0);
	db_reset(s);
	return device_differs(event, err);
}
