/* device: edits that devices made, perhaps long before they deliver them: in which order, each only once, and whose clock is wrong.
 *
 * Nothing is decided by clocks: what is accepted later stands. They are kept in the log, order the edits of one delivery, and are
 * flagged when they cannot be right. */
#include "svc/svc_private.h"

/* ---- what devices say of themselves ---- */

static bool
id_check(Str id, Err *err)
{
	enum { MOST = 64 };
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	bool ok = id.n <= MOST;
	for (size_t i = 0; ok && i < id.n; i++)
		ok = id.p[i] && strchr(letters, id.p[i]);
	return ok ||
		err_set(err, E_INPUT,
			"'%.*s' is no name of a device or request: 1 to 64 letters, digits, '_', '.' and '-'",
			STR(str_slice(id, 0, 80)));
}

bool
device_check(const RowRequest *r, Err *err)
{
	Hlc clock;
	if (!r->origin->device.n && (r->clock.n || r->request.n || r->after.n))
		return err_set(err, E_INPUT, "clock, request and after are of a device: name it too");
	if (r->after.n && r->base)
		return err_set(err, E_INPUT, "base and after say the same in two ways: give one of them");
	if (r->clock.n && !hlc_parse(r->clock, &clock))
		return err_set(err, E_INPUT,
			"the clock '%.*s' is not milliseconds since 1970, a dot and a counter, as 1732155000000.3",
			STR(str_slice(r->clock, 0, 80)));
	return id_check(r->origin->device, err) && id_check(r->request, err) && id_check(r->after, err);
}

/* ---- clocks ---- */

Hlc
device_clock(Str text)
{
	Hlc clock;
	return hlc_parse(text, &clock) ? clock : (Hlc){-1, -1};
}

int64_t
device_ahead(Hlc clock, int64_t at)
{
	return clock.wall - at > DEVICE_AHEAD_MS ? clock.wall - at : 0;
}

static bool
device_behind(Db *db, const SqlFile *sql, DeviceEdit *e, Err *err)
{
	Stmt *s;
	bool row;
	if (e->clock.wall < 0)
		return true;
	if (!svc_stmt(db, sql, "device_edit_behind", &s, err))
		return false;
	db_set_text(s, "device", e->device);
	db_set_int(s, "wall", e->clock.wall);
	db_set_int(s, "counter", e->clock.count);
	if (!db_step(s, &row, err))
		return false;
	e->behind = row ? db_int(s, 0) : 0;
	db_reset(s);
	return true;
}

bool
device_store(Db *db, const SqlFile *sql, const DeviceEdit *e, Err *err)
{
	Stmt *s;
	if (!svc_stmt(db, sql, "device_edit_insert", &s, err))
		return false;
	db_set_text(s, "area", e->area);
	db_set_text(s, "device", e->device);
	db_set_text(s, "request", e->request);
	db_set_int(s, "event", e->event);
	db_set_int(s, "own", e->own);
	db_set_int(s, "wall", e->clock.wall);
	db_set_int(s, "counter", e->clock.count);
	db_set_int(s, "ahead", e->ahead);
	db_set_int(s, "behind", e->behind);
	return db_run(s, err);
}

bool
device_keep(Db *db, const SqlFile *sql, DeviceEdit *e, Err *err)
{
	e->ahead = device_ahead(e->clock, e->at);
	return device_behind(db, sql, e, err) && device_store(db, sql, e, err);
}

bool
device_note(WriteTx *tx, const OriginRow *origin, const EventBody *e, Err *err)
{
	DeviceEdit edit = {.area = e->area,
		.device = origin->device,
		.request = origin->request,
		.event = tx->seq,
		.at = tx->now,
		.own = true,
		.clock = device_clock(e->clock)};
	return device_keep(tx->db, &tx->w->sql, &edit, err);
}

bool
device_same(WriteTx *tx, const RowRequest *r, const RowPut *put, Err *err)
{
	return !r->request.n ||
		device_store(tx->db, &tx->w->sql,
			&(DeviceEdit){.area = put->v[r->dataset->area].s,
				.device = r->origin->device,
				.request = r->request,
				.event = put->event,
				.clock = device_clock(r->clock)},
			err);
}

/* ---- delivered before ---- */

/* Whether the request says what the event said, in all that it says. */
static bool
says_same(WriteTx *tx, const RowRequest *r, const LoggedRow *e, Str area, Arena a)
{
	const Dataset *d = r->dataset;
	Reading reading = {&tx->w->cat, tx->w->pack, area_zone(area), &a};
	Value *v = NEW(&a, Value, d->n_fields);
	Err why;
	size_t bad;
	if (!e->event || r->closing != (e->op == OP_CLOSE))
		return false;
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		bool hidden = f->n_private && (e->hidden || cell_is_masked(r->text[i]));
		v[i] = e->v[i];
		if (r->text[i].p && !hidden && !value_parse(&reading, f, r->text[i], &v[i], &why))
			return false;
	}
	if (!row_finish(&reading, d, v, &bad, &why))
		return false;
	for (size_t i = 0; i < d->n_fields; i++)
		if (!value_eq(v[i], e->v[i]) && !(d->field[i].n_private && e->hidden))
			return false;
	return true;
}

enum { AGAIN_MOST = 16 };

static bool
events_again(
	WriteTx *tx, const RowRequest *r, Str area, int64_t event[AGAIN_MOST], size_t *n, Err *err)
{
	Hlc clock = device_clock(r->clock);
	Stmt *s;
	bool row;
	*n = 0;
	if (!svc_stmt(tx->db, &tx->w->sql, "device_edit_again", &s, err))
		return false;
	db_set_text(s, "area", area);
	db_set_text(s, "device", r->origin->device);
	db_set_text(s, "request", r->request);
	db_set_int(s, "wall", clock.wall);
	db_set_int(s, "counter", clock.count);
	db_set_int(s, "most", AGAIN_MOST);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		event[(*n)++] = db_int(s, 0);
	}
}

bool
device_again(WriteTx *tx, const RowRequest *r, const RowPut *put, int64_t *event, Err *err)
{
	LogSource from = {tx->db, &tx->w->sql};
	Str area = put->v[r->dataset->area].s;
	int64_t before[AGAIN_MOST];
	size_t n;
	*event = 0;
	if (!r->request.n)
		return true;
	if (!events_again(tx, r, area, before, &n, err))
		return false;
	for (size_t i = 0; i < n && !*event; i++) {
		Arena a = tx->tmp;
		LoggedRow e;
		if (!logged_read(&from, tx->sealer, &(LoggedAsk){r->dataset, put->key, area, before[i]}, &e,
				&a, err))
			return false;
		*event = says_same(tx, r, &e, area, a) ? e.event : 0;
	}
	return true;
}

bool
device_after(WriteTx *tx, const RowRequest *r, RowPut *put, Err *err)
{
	Stmt *s;
	bool row;
	if (!r->after.n)
		return true;
	if (!svc_stmt(tx->db, &tx->w->sql, "device_edit_after", &s, err))
		return false;
	db_set_text(s, "area", put->v[r->dataset->area].s);
	db_set_text(s, "device", r->origin->device);
	db_set_text(s, "request", r->after);
	db_set_text(s, "key", put->key);
	db_set_text(s, "dataset", r->dataset->name);
	if (!db_step(s, &row, err))
		return false;
	put->base = row ? db_int(s, 0) : 0;
	db_reset(s);
	return row ||
		err_set(err, E_INPUT,
			"device '%.*s' delivered no edit '%.*s' of row '%.*s' of '%.*s': deliver that first",
			STR(r->origin->device), STR(r->after), STR(put->key), STR(r->dataset->name));
}

/* ---- many at once ---- */

typedef struct Sorted {
	Hlc clock;
	size_t at;
} Sorted;

static int
by_clock(const void *x, const void *y)
{
	const Sorted *a = x, *b = y;
	bool timed = a->clock.wall >= 0;
	if (timed != (b->clock.wall >= 0))
		return timed ? -1 : 1;
	int order = hlc_cmp(a->clock, b->clock);
	return order ? order : (a->at > b->at) - (a->at < b->at);
}

/* All are queued before the first answer is awaited: so they share commits. */
static void
deliver_local(Gate *g, RowRequest *row, size_t n, const Sorted *order, Work *work, Err *error)
{
	for (size_t i = 0; i < n; i++) {
		work[i] = (Work){.fn = row_work, .arg = &row[order[i].at]};
		writer_queue(g->writer, &work[i]);
	}
	for (size_t i = 0; i < n; i++)
		if (!writer_await(&work[i], &error[order[i].at]))
			continue;
}

bool
gate_deliver(Gate *g, RowRequest *row, size_t n, Err *error, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, SIZE_MB + n * (sizeof(Work) + sizeof(Sorted) + 128), err) ||
		(g->writer && !gate_continue(g, false, err)))
		return false;
	Sorted *order = NEW(&a, Sorted, n + 1);
	for (size_t i = 0; i < n; i++) {
		order[i] = (Sorted){device_clock(row[i].clock), i};
		error[i] = (Err){0};
	}
	qsort(order, n, sizeof *order, by_clock);
	if (g->writer)
		deliver_local(g, row, n, order, NEW(&a, Work, n + 1), error);
	for (size_t i = 0; !g->writer && i < n; i++)
		if (!gate_enter(g, &row[order[i].at], &error[order[i].at]))
			continue;
	return true;
}
