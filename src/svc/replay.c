/* replay: events of the log, in their order, into the tables of datasets: what an earlier moment and a rebuilt table are made from. */
#include "svc/svc_private.h"

#include <sodium.h>

struct ReplayTable { /* statements on the rows of one dataset; absent until its first event */
	Stmt *insert, *update, *step, *close, *select;
};

void
replay_open(Replay *r, Arena *a)
{
	r->mem = a;
	r->table = NEW(a, ReplayTable, r->w->cat.n_datasets + 1);
}

void
replay_close(Replay *r)
{
	db_close(r->keys);
	if (r->sealer)
		sealer_close(r->sealer);
	r->keys = NULL;
	r->sealer = NULL;
}

/* ---- statements ---- */

static bool
prepare(Replay *r, void (*make)(const Dataset *, Buf *), const Dataset *d, Stmt **out, Err *err)
{
	AUTO(Buf) sql = {0};
	make(d, &sql);
	return buf_check(&sql, err) && db_prepare(r->to, buf_str(&sql), out, err);
}

/* The update of a row that stands as the event's writer saw it: the usual case, and no other look is needed. */
static void
step_sql(const Dataset *d, Buf *out)
{
	dataset_update_sql(d, out);
	buf_add(out, S(" AND _event = :base")); /* derived SQL */
}

static bool
table_open(Replay *r, const Dataset *d, ReplayTable **out, Err *err)
{
	ReplayTable *t = *out = &r->table[d - r->w->cat.dataset];
	return t->insert ||
		(prepare(r, dataset_update_sql, d, &t->update, err) &&
			prepare(r, step_sql, d, &t->step, err) &&
			prepare(r, dataset_close_sql, d, &t->close, err) &&
			prepare(r, dataset_select_sql, d, &t->select, err) &&
			prepare(r, dataset_insert_sql, d, &t->insert, err));
}

/* ---- private values ---- */

/* Only when a dataset needs it: a reader has no business with the key. */
static bool
sealer_need(Replay *r, Err *err)
{
	if (r->sealer)
		return true;
	Sealer *s = NEW(r->mem, Sealer, 1);
	if (!sealer_open(r->w, s, err)) {
		sealer_close(s);
		return false;
	}
	r->sealer = s;
	return workspace_reader(r->w, &r->keys, err);
}

/* An event from before its row was erased does not open by the key that the row was given later. */
static bool
sealed_read(const Logged *e, const SealedRow *row, Arena *tmp, Value *v, bool *opens, Err *err)
{
	AUTO(Buf) json = {0};
	Err why = {0};
	*opens = sealer_open_sealed(row, e->sealed, &json, &why);
	if (!*opens && why.code != E_DB)
		return err_set(err, why.code, "%s", why.text);
	return !*opens || row_from_json(e->d, buf_str(&json), tmp, v, err);
}

/* By which private values the row found others then; none where they were erased. */
static bool
matches_replay(Replay *r, const Logged *e, Arena *tmp, Matches *out, Err *err)
{
	unsigned char key[32];
	SealedRow row = {e->d->name, e->key, e->area, key};
	bool found = false;
	Value *v = NEW(tmp, Value, e->d->n_fields);
	*out = (Matches){0};
	if (!e->d->n_match || !e->sealed.n)
		return true;
	/* By a connection of its own: the other one stands in the log. */
	bool ok = sealer_need(r, err) &&
		row_key_find(r->keys, &r->w->sql, r->sealer, &row, &found, err) &&
		(!found || sealed_read(e, &row, tmp, v, &found, err));
	if (ok && found)
		sealer_matches(r->sealer, e->d, v, out);
	sodium_memzero(key, sizeof key);
	return ok;
}

/* ---- what else follows from a row's events ---- */

static bool
closed_stmt(Replay *r, const char *name, const Logged *e, Stmt **out, Err *err)
{
	if (!svc_stmt(r->to, &r->w->sql, name, out, err))
		return false;
	db_set_text(*out, "dataset", e->d->name);
	db_set_text(*out, "area", e->area);
	db_set_text(*out, "key", e->key);
	db_set_int_if(*out, "event", e->seq);
	return true;
}

/* The row is there again. before: the event that had closed it, 0 when it is new. */
static bool
closed_take(Replay *r, const Logged *e, int64_t *before, Err *err)
{
	Stmt *s;
	bool row;
	*before = 0;
	if (!closed_stmt(r, "closed_get", e, &s, err) || !db_step(s, &row, err))
		return false;
	if (!row)
		return true;
	*before = db_int(s, 0);
	db_reset(s);
	return closed_stmt(r, "closed_delete", e, &s, err) && db_run(s, err);
}

/* Erasing the private fields of a closed row does not bring it back. */
static bool
closed_move(Replay *r, const Logged *e, Err *err)
{
	Stmt *s;
	return !r->chains || (closed_stmt(r, "closed_move", e, &s, err) && db_run(s, err));
}

static bool
row_before(ReplayTable *t, const Logged *e, const Value *v, int64_t *before, Err *err)
{
	bool row;
	*before = 0;
	row_bind_keys(e->d, t->select, v);
	if (!db_step(t->select, &row, err))
		return false;
	for (int i = 0; row && i < db_columns(t->select); i++)
		if (str_eq(db_column_name(t->select, i), S("_event")))
			*before = db_int(t->select, i);
	db_reset(t->select);
	return true;
}

/* The event was not based on `before`, the one that stood there. */
static bool
conflict_note(Replay *r, const Logged *e, int64_t before, Err *err)
{
	Stmt *s;
	if (!e->base || !before || before == e->base)
		return true;
	if (!svc_stmt(r->to, &r->w->sql, "conflict_insert", &s, err))
		return false;
	db_set_text(s, "dataset", e->d->name);
	db_set_text(s, "key", e->key);
	db_set_text(s, "area", e->area);
	db_set_int(s, "event", e->seq);
	db_set_int(s, "over", before);
	db_set_int(s, "restricted", e->d->restricted);
	return db_run(s, err);
}

/* ---- one event ---- */

typedef struct RowNow { /* the row as the event says it */
	const Value *v;
	Matches matches;
} RowNow;

static bool
row_write(Replay *r, Stmt *s, const Logged *e, const RowNow *now, bool *written, Err *err)
{
	row_bind(e->d, now->v, &(RowMark){e->seq, e->sealed, &now->matches}, s);
	*written = false;
	if (!db_run(s, err))
		return false;
	*written = db_changes(r->to) > 0;
	return true;
}

/* The newest event of a row is how it stands, whatever stood there. */
static bool
row_put(Replay *r, ReplayTable *t, const Logged *e, const RowNow *now, Err *err)
{
	int64_t before = 0;
	bool written = false;
	if (e->base) {
		db_bind_int(t->step, db_param(t->step, "base"), e->base);
		if (!row_write(r, t->step, e, now, &written, err) || written)
			return written;
	}
	if (e->op == OP_FORGET)
		return closed_move(r, e, err);
	if (!row_write(r, t->insert, e, now, &written, err))
		return false;
	if (written)
		return !r->chains || (closed_take(r, e, &before, err) && conflict_note(r, e, before, err));
	return (!r->chains ||
			   (row_before(t, e, now->v, &before, err) && conflict_note(r, e, before, err))) &&
		row_write(r, t->update, e, now, &written, err);
}

static bool
row_close(Replay *r, ReplayTable *t, const Logged *e, const Value *v, Err *err)
{
	Stmt *s;
	row_bind_keys(e->d, t->close, v);
	return db_run(t->close, err) &&
		(!r->chains || (closed_stmt(r, "closed_insert", e, &s, err) && db_run(s, err)));
}

static bool
row_replay(Replay *r, const Logged *e, Arena tmp, Err *err)
{
	ReplayTable *t;
	Value *v = NEW(&tmp, Value, e->d->n_fields);
	RowNow now = {.v = v};
	if (!table_open(r, e->d, &t, err))
		return false;
	if (!row_from_log(e->d, e->open, &tmp, v))
		return err_set(err, E_DB, "event %lld of the log cannot be read", (long long)e->seq);
	if (e->op == OP_CLOSE)
		return row_close(r, t, e, v, err);
	return matches_replay(r, e, &tmp, &now.matches, err) && row_put(r, t, e, &now, err);
}

/* ---- what follows from any event ---- */

static bool
chains_replay(Replay *r, const Logged *e, Err *err)
{
	Stmt *s;
	DeviceEdit edit = {.area = e->area,
		.device = e->device,
		.request = e->request,
		.event = e->seq,
		.at = e->at,
		.own = true,
		.clock = device_clock(e->clock)};
	if (e->device.n && !device_keep(r->to, &r->w->sql, &edit, err))
		return false;
	if (!e->settles)
		return true;
	if (!svc_stmt(r->to, &r->w->sql, "conflict_settled_by", &s, err))
		return false;
	db_set_int(s, "resolved", e->seq);
	db_set_text(s, "row", e->key);
	return db_run(s, err);
}

/* ---- all of them ---- */

static void
event_read(Replay *r, Stmt *s, Logged *e)
{
	Str dataset = db_text(s, 3);
	if (!e->d || !str_eq(e->d->name, dataset))
		e->d = catalog_dataset(&r->w->cat, dataset);
	e->seq = db_int(s, 0);
	e->at = db_int(s, 1);
	e->op = (Op)db_int(s, 2);
	e->area = db_text(s, 4);
	e->open = db_text(s, 5);
	e->key = db_text(s, 6);
	e->sealed = db_text(s, 7);
	e->base = db_int(s, 8);
	e->settles = str_eq(dataset, S("siap.resolve"));
	e->clock = db_text(s, 9);
	e->device = db_int(s, 12) ? (Str){0} : db_text(s, 10);
	e->request = db_text(s, 11);
}

bool
replay_events(Replay *r, int64_t after, int64_t upto, Arena tmp, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(r->from, &r->w->sql, "replay", &s, err))
		return false;
	db_set_int(s, "after", after);
	db_set_int(s, "upto", upto);
	for (Logged e = {0};;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		event_read(r, s, &e);
		bool ours = e.d && (!r->only || r->only[e.d - r->w->cat.dataset]);
		if ((ours && !row_replay(r, &e, tmp, err)) || (r->chains && !chains_replay(r, &e, err)) ||
			(r->each && !r->each(r->ctx, &e, err))) {
			db_reset(s);
			return false;
		}
	}
}
