/* accept: one validated row becomes an event and its projection, in the writer's transaction. */
#include "svc/svc_private.h"

#include <sodium.h>

static bool
prepare_derived(
	Db *db, void (*make)(const Dataset *, Buf *), const Dataset *d, Stmt **out, Err *err)
{
	AUTO(Buf) sql = {0};
	make(d, &sql);
	return buf_check(&sql, err) && db_prepare(db, buf_str(&sql), out, err);
}

static bool
statements_prepare(WriteTx *tx, const Dataset *d, Acceptor *out, Err *err)
{
	*out = (Acceptor){.d = d, .db = tx->db, .sql = &tx->w->sql};
	return prepare_derived(tx->db, dataset_add_sql, d, &out->insert, err) &&
		prepare_derived(tx->db, dataset_update_sql, d, &out->update, err) &&
		prepare_derived(tx->db, dataset_select_sql, d, &out->select, err) &&
		prepare_derived(tx->db, dataset_close_sql, d, &out->close, err);
}

bool
acceptor_open(WriteTx *tx, const Dataset *d, const OriginRow *origin, Acceptor *out, Err *err)
{
	const Catalog *c = &tx->w->cat;
	bool ours = tx->acceptor && d >= c->dataset && d < c->dataset + c->n_datasets;
	Acceptor *kept = ours ? &tx->acceptor[d - c->dataset] : NULL;
	/* Their texts need not be made again for each row that somebody enters. */
	if (kept && kept->db == tx->db)
		*out = *kept;
	else if (!statements_prepare(tx, d, out, err))
		return false;
	else if (kept)
		*kept = *out;
	out->origin = *origin;
	return true;
}

static void
bind_value(Stmt *s, int at, Value v)
{
	if (v.kind == VALUE_INT)
		db_bind_int(s, at, v.i);
	else if (v.kind == VALUE_TEXT)
		db_bind_text(s, at, v.s);
	else
		db_bind_null(s, at);
}

void
row_bind_keys(const Dataset *d, Stmt *s, const Value *v)
{
	for (size_t i = 0; i < d->n_key; i++)
		bind_value(s, (int)i + 1, v[d->key[i]]);
}

void
row_read(const Dataset *d, Stmt *s, Arena *a, Value *v, int64_t *event, Str *sealed)
{
	int c = 0;
	for (size_t i = 0; i < d->n_fields; i++) {
		v[i] = (Value){0};
		if (d->field[i].n_private)
			continue;
		DbType t = db_type(s, c);
		if (t == DB_INT)
			v[i] = (Value){.kind = VALUE_INT, .i = db_int(s, c)};
		else if (t != DB_NULL)
			v[i] = (Value){.kind = VALUE_TEXT, .s = arena_str(a, db_text(s, c))};
		c++;
	}
	*event = db_int(s, c++);
	*sealed = d->has_private ? arena_str(a, db_text(s, c)) : (Str){0};
}

/* ---- closed fields ---- */

bool
row_key_find(Db *db, const SqlFile *sql, Sealer *sealer, SealedRow *row, bool *found, Err *err)
{
	Stmt *s;
	if (!svc_stmt(db, sql, "row_key_get", &s, err))
		return false;
	db_set_text(s, "area", row->area);
	db_set_text(s, "dataset", row->dataset);
	db_set_text(s, "key", row->key);
	if (!db_step(s, found, err))
		return false;
	bool ok = !*found || sealer_unwrap(sealer, db_text(s, 0), row, err);
	db_reset(s);
	return ok;
}

static bool
row_key_get(WriteTx *tx, SealedRow *row, bool make, Err *err)
{
	Stmt *s;
	bool found;
	if (!row_key_find(tx->db, &tx->w->sql, tx->sealer, row, &found, err))
		return false;
	if (found)
		return true;
	if (!make)
		return err_set(err, E_DB, "the private fields of '%.*s' were erased", STR(row->key));
	AUTO(Buf) wrapped = {0};
	tx->w->env->random(tx->w->env->ctx, row->row_key, 32);
	if (!sealer_wrap(tx->sealer, row, &wrapped, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "row_key_insert", &s, err))
		return false;
	db_set_text(s, "area", row->area);
	db_set_text(s, "dataset", row->dataset);
	db_set_text(s, "key", row->key);
	db_bind_blob(s, db_param(s, "wrapped"), buf_str(&wrapped));
	return db_run_later(s, err);
}

bool
row_unseal(WriteTx *tx, const Dataset *d, const RowPut *put, Arena *a, Err *err)
{
	unsigned char row_key[32];
	SealedRow row = {d->name, put->key, put->v[d->area].s, row_key};
	AUTO(Buf) json = {0};
	if (put->now->fresh || !put->now->sealed.n)
		return true;
	bool ok = row_key_get(tx, &row, false, err) &&
		sealer_open_sealed(&row, put->now->sealed, &json, err) &&
		row_from_json(d, buf_str(&json), a, put->now->v, err);
	sodium_memzero(row_key, sizeof row_key);
	return ok;
}

/* Sealed body of the closed fields into tx->buf[2]; empty when all of them are. */
static bool
seal_closed(WriteTx *tx, const Dataset *d, const RowPut *put, Str *sealed, Err *err)
{
	unsigned char row_key[32];
	SealedRow row = {d->name, put->key, put->v[d->area].s, row_key};
	bool any = false;
	*sealed = (Str){0};
	for (size_t i = 0; i < d->n_fields; i++)
		any |= d->field[i].n_private && put->v[i].kind != VALUE_NULL;
	if (!any)
		return true;
	buf_clear(tx->buf[1]);
	buf_clear(tx->buf[2]);
	row_json(d, put->v, true, tx->buf[1]);
	bool ok = buf_check(tx->buf[1], err) && row_key_get(tx, &row, true, err) &&
		sealer_seal(tx->sealer, &row, tx->seq, buf_str(tx->buf[1]), tx->buf[2], err);
	sodium_memzero(row_key, sizeof row_key);
	*sealed = buf_str(tx->buf[2]);
	return ok;
}

/* ---- event ---- */

static bool
event_leaf(WriteTx *tx, const OriginRow *origin, const EventBody *e, Sha256 *leaf, Err *err)
{
	Sha256 closed;
	Entry entry = {.seq = tx->seq,
		.at = tx->now,
		.agency = origin->agency,
		.dataset = e->dataset,
		.area = e->area,
		.restricted = e->restricted,
		.op = (int)e->op,
		.base = e->base,
		.undoes = e->undoes,
		.key = e->key,
		.clock = e->clock,
		.origin = &origin->hash};
	if (e->sealed.n)
		memcpy(closed.b, e->sealed.p, SEAL_HASH);
	else if (e->has_private)
		sealer_empty(tx->sealer, tx->seq, &closed);
	sealer_leaf(tx->sealer, &entry, e->open, e->has_private ? &closed : NULL, tx->buf[3], leaf);
	return buf_check(tx->buf[3], err);
}

static void
bind_event(Stmt *s, int *at, int64_t number)
{
	if (number)
		db_bind_int(s, (*at)++, number);
	else
		db_bind_null(s, (*at)++);
}

bool
event_add(WriteTx *tx, const OriginRow *origin, const EventBody *e, Err *err)
{
	Sha256 leaf;
	Stmt *s;
	int at = 1; /* the order in which event_insert names them */
	if (!event_leaf(tx, origin, e, &leaf, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "event_insert", &s, err))
		return false;
	db_bind_int(s, at++, tx->seq);
	db_bind_int(s, at++, tx->now);
	db_bind_int(s, at++, origin->id);
	db_bind_text(s, at++, e->key);
	db_bind_text(s, at++, e->area);
	db_bind_int(s, at++, (int)e->op);
	bind_event(s, &at, e->base);
	bind_event(s, &at, e->undoes);
	if (e->clock.n)
		db_bind_text(s, at++, e->clock);
	else
		db_bind_null(s, at++);
	db_bind_text(s, at++, e->open);
	if (e->sealed.n)
		db_bind_blob(s, at++, e->sealed);
	else
		db_bind_null(s, at++);
	db_bind_blob(s, at++, (Str){(char *)leaf.b, 32});
	buf_add(tx->leaves, (Str){(char *)leaf.b, 32});
	return buf_check(tx->leaves, err) && db_run_later(s, err) &&
		(!origin->device.n || device_note(tx, origin, e, err));
}

static bool
row_event(WriteTx *tx, Acceptor *ac, const Value *v, EventBody *e, Err *err)
{
	const Dataset *d = ac->d;
	e->dataset = d->name;
	e->area = v[d->area].s;
	e->restricted = d->restricted;
	e->has_private = d->has_private;
	if (!e->open.p) {
		buf_clear(tx->buf[0]);
		row_json(d, v, false, tx->buf[0]);
		e->open = buf_str(tx->buf[0]);
		if (tx->buf[0]->failed)
			return err_set(err, E_LIMIT, "row '%.*s' is too long", STR(e->key));
	}
	return event_add(tx, &ac->origin, e, err);
}

/* Event tx->seq was not based on `over`, the event that stood before it. */
static bool
conflict_add(WriteTx *tx, const Dataset *d, RowPut *put, int64_t over, Err *err)
{
	Stmt *s;
	put->outcome = OUTCOME_CONFLICT;
	if (!svc_stmt(tx->db, &tx->w->sql, "conflict_insert", &s, err))
		return false;
	db_set_text(s, "dataset", d->name);
	db_set_text(s, "key", put->key);
	db_set_text(s, "area", put->v[d->area].s);
	db_set_int(s, "event", tx->seq);
	db_set_int(s, "over", over);
	db_set_int(s, "restricted", d->restricted);
	return db_run_later(s, err);
}

/* ---- put ---- */

static bool
write_projection(WriteTx *tx, Acceptor *ac, Stmt *s, const RowPut *put, Str sealed, Err *err)
{
	const Dataset *d = ac->d;
	Matches matches;
	sealer_matches(tx->sealer, d, put->v, &matches);
	row_bind(d, put->v, &(RowMark){put->event, sealed, &matches}, s);
	/* A row that was only left for later must be there before it is changed. */
	return put->now->fresh ? db_run(s, err) : db_run_later(s, err);
}

/* Whether what stands there says the same; fields not given are taken over from it. */
static bool
compare(WriteTx *tx, const Dataset *d, RowPut *put, Arena *a, bool *same, Err *err)
{
	const Value *now = put->now->v;
	if (!row_unseal(tx, d, put, a, err))
		return false;
	*same = true;
	for (size_t i = 0; i < d->n_fields; i++) {
		if (value_eq(put->v[i], now[i]))
			continue;
		*same &= !put->given[i];
		if (put->given[i])
			continue;
		put->v[i] = now[i];
		put->open = (Str){0};
	}
	return true;
}

/* The row is closed, by this event the newest of it, or no longer closed. */
static bool
write_closed(WriteTx *tx, const Acceptor *ac, const char *name, const RowPut *put, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, ac->sql, name, &s, err))
		return false;
	db_set_text(s, "dataset", ac->d->name);
	db_set_text(s, "area", put->v[ac->d->area].s);
	db_set_text(s, "key", put->key);
	db_set_int_if(s, "event", put->event);
	return put->now->fresh ? db_run(s, err) : db_run_later(s, err);
}

static bool
write_row(WriteTx *tx, Acceptor *ac, const RowPut *put, Op op, Str sealed, Err *err)
{
	bool row = put->now->v;
	if (op == OP_FORGET && !row)
		return write_closed(tx, ac, "closed_move", put, err);
	if (op != OP_CLOSE)
		return write_projection(tx, ac, row ? ac->update : ac->insert, put, sealed, err) &&
			(op != OP_REOPEN || write_closed(tx, ac, "closed_delete", put, err));
	row_bind_keys(ac->d, ac->close, put->v);
	return (put->now->fresh ? db_run(ac->close, err) : db_run_later(ac->close, err)) &&
		write_closed(tx, ac, "closed_insert", put, err);
}

bool
accept_event(WriteTx *tx, Acceptor *ac, RowPut *put, Op op, Arena *a, Err *err)
{
	EventBody e = {.key = put->key,
		.open = put->open,
		.clock = put->clock,
		.op = op,
		.base = put->base,
		.undoes = put->undoes};
	put->event = ++tx->seq;
	/* A closing event repeats the row as it stood, so that the log alone tells what was closed. */
	if ((op == OP_CLOSE && !row_unseal(tx, ac->d, put, a, err)) ||
		!seal_closed(tx, ac->d, put, &e.sealed, err) ||
		!write_row(tx, ac, put, op, e.sealed, err) || !row_event(tx, ac, put->v, &e, err))
		return false;
	bool gone = op == OP_CLOSE || (op == OP_FORGET && !put->now->v);
	*put->now = (Now){gone ? NULL : put->v, put->event, arena_str(a, e.sealed), .fresh = true};
	return true;
}

static bool
put_row(WriteTx *tx, Acceptor *ac, RowPut *put, Arena *a, Err *err)
{
	bool same = false, row = put->now->v;
	int64_t before = put->now->event;
	if (row && !compare(tx, ac->d, put, a, &same, err))
		return false;
	put->event = before;
	put->outcome = same ? OUTCOME_SAME : row ? OUTCOME_CHANGED : OUTCOME_ADDED;
	/* Nobody can have seen an event of a row that never had one, or an event that is still to come: they are another workspace's. */
	put->base = before && put->base && put->base <= tx->seq ? put->base : before;
	return same ||
		(accept_event(tx, ac, put, before && !row ? OP_REOPEN : OP_PUT, a, err) &&
			(put->base == before || conflict_add(tx, ac->d, put, before, err)));
}

bool
accept_key(const Dataset *d, RowPut *put, Arena *a, Err *err)
{
	AUTO(Buf) key = {0};
	row_key(d, put->v, &key);
	put->key = arena_str(a, buf_str(&key));
	return !key.failed || err_set(err, E_LIMIT, "the key of a row is too long");
}

bool
accept_peek(WriteTx *tx, Acceptor *ac, RowPut *put, Err *err)
{
	Arena a = tx->tmp;
	bool same = false;
	if (!accept_key(ac->d, put, &a, err) ||
		!(ac->ahead ? ahead_find(ac->ahead, ac, put, &a, err) : present_find(ac, put, 1, &a, err)))
		return false;
	bool row = put->now->v;
	if (row ? !compare(tx, ac->d, put, &a, &same, err)
			: put->base && !closed_find(ac, put, 1, &a, err))
		return false;
	put->event = put->now->event;
	put->outcome = same                                      ? OUTCOME_SAME
		: put->base && put->event && put->base != put->event ? OUTCOME_CONFLICT
		: row                                                ? OUTCOME_CHANGED
															 : OUTCOME_ADDED;
	return true;
}

bool
accept_prepare(const Dataset *d, RowPut *put, Arena *a, Err *err)
{
	AUTO(Buf) open = {0};
	if (!accept_key(d, put, a, err))
		return false;
	row_json(d, put->v, false, &open);
	put->open = arena_str(a, buf_str(&open));
	return !open.failed || err_set(err, E_LIMIT, "row '%.*s' is too long", STR(put->key));
}

bool
accept_rows(WriteTx *tx, Acceptor *ac, RowPut *put, size_t n, Arena *a, Err *err)
{
	if (!present_find(ac, put, n, a, err) || !closed_find(ac, put, n, a, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!put_row(tx, ac, &put[i], a, err))
			return false;
	return true;
}

bool
accept_put(WriteTx *tx, Acceptor *ac, RowPut *put, Err *err)
{
	Arena scratch = tx->tmp;
	bool ok =
		accept_prepare(ac->d, put, &tx->tmp, err) && accept_rows(tx, ac, put, 1, &tx->tmp, err);
	tx->tmp = scratch;
	return ok;
}

bool
accept_find(Acceptor *ac, RowPut *put, Arena *a, Err *err)
{
	return accept_key(ac->d, put, a, err) && present_find(ac, put, 1, a, err) &&
		closed_find(ac, put, 1, a, err);
}

/* Whose event it is. */
static bool
base_is_of(Acceptor *ac, const RowPut *put, bool *yes, Err *err)
{
	Stmt *s;
	if (!svc_stmt(ac->db, ac->sql, "event_whole", &s, err))
		return false;
	db_set_int(s, "seq", put->base);
	if (!db_step(s, yes, err))
		return false;
	*yes = *yes && str_eq(db_text(s, 2), put->key) && str_eq(db_text(s, 16), ac->d->name);
	db_reset(s);
	return true;
}

bool
accept_base(Acceptor *ac, const RowPut *put, Arena *a, Err *err)
{
	RowPut now = *put;
	bool yes;
	if (!put->base)
		return true;
	if (!accept_key(ac->d, &now, a, err) || !base_is_of(ac, &now, &yes, err))
		return false;
	if (yes)
		return true;
	if (!accept_find(ac, &now, a, err))
		return false;
	if (now.now->event)
		return err_set(err, E_INPUT,
			"event %lld is none of row '%.*s' of '%.*s': its newest is %lld", (long long)put->base,
			STR(now.key), STR(ac->d->name), (long long)now.now->event);
	return err_set(err, E_INPUT,
		"event %lld is none of row '%.*s' of '%.*s': it has none yet, so state none",
		(long long)put->base, STR(now.key), STR(ac->d->name));
}

bool
accept_close(WriteTx *tx, Acceptor *ac, RowPut *put, Err *err)
{
	const Dataset *d = ac->d;
	if (!accept_find(ac, put, &tx->tmp, err))
		return false;
	if (!put->now->v)
		return err_set(err, E_NOTFOUND, "'%.*s' has no row '%.*s'", STR(d->name), STR(put->key));
	put->v = put->now->v;
	put->base = put->now->event;
	put->outcome = OUTCOME_CHANGED;
	return accept_event(tx, ac, put, OP_CLOSE, &tx->tmp, err);
}
