/* accept: one validated row becomes an event and its projection, in the writer's transaction. */
#include "svc/svc_private.h"

#include <sodium.h>

enum {
	EVENT_SEQ,
	EVENT_AT,
	EVENT_ORIGIN,
	EVENT_KEY,
	EVENT_AREA,
	EVENT_OP,
	EVENT_BASE,
	EVENT_CLOCK,
	EVENT_OPEN,
	EVENT_SEALED,
	EVENT_LEAF
};
enum { OP_PUT = 1, OP_CLOSE = 2 };

static bool
prepare_derived(
	Db *db, void (*make)(const Dataset *, Buf *), const Dataset *d, Stmt **out, Err *err)
{
	AUTO(Buf) sql = {0};
	make(d, &sql);
	return db_prepare(db, buf_str(&sql), out, err);
}

bool
acceptor_open(WriteTx *tx, const Dataset *d, int64_t origin, Str agency, Acceptor *out, Err *err)
{
	static const char *const names[] = {"seq", "at", "origin", "key", "area", "op", "base",
		"device_clock", "open", "sealed", "leaf"};
	*out = (Acceptor){.d = d, .db = tx->db, .origin = origin, .agency = agency};
	for (size_t i = 0; i < d->n_fields; i++)
		out->n_open += d->field[i].n_private == 0;
	if (!prepare_derived(tx->db, dataset_insert_sql, d, &out->insert, err) ||
		!prepare_derived(tx->db, dataset_update_sql, d, &out->update, err) ||
		!prepare_derived(tx->db, dataset_select_sql, d, &out->select, err) ||
		!prepare_derived(tx->db, dataset_close_sql, d, &out->close, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "event_insert", &out->event, err))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		out->event_at[i] = db_param(out->event, names[i]);
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

static bool
row_key_get(WriteTx *tx, const Dataset *d, Str key, bool make, unsigned char out[32], Err *err)
{
	Stmt *s;
	bool found;
	if (!svc_stmt(tx->db, &tx->w->sql, "row_key_get", &s, err))
		return false;
	db_set_text(s, "dataset", d->name);
	db_set_text(s, "key", key);
	if (!db_step(s, &found, err))
		return false;
	if (found) {
		bool ok = sealer_unwrap(tx->sealer, db_text(s, 0), d->name, key, out, err);
		db_reset(s);
		return ok;
	}
	if (!make)
		return err_set(err, E_DB, "the private fields of '%.*s' were erased", STR(key));
	AUTO(Buf) wrapped = {0};
	tx->w->env->random(tx->w->env->ctx, out, 32);
	if (!sealer_wrap(tx->sealer, tx->w->env, out, d->name, key, &wrapped, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "row_key_insert", &s, err))
		return false;
	db_set_text(s, "dataset", d->name);
	db_set_text(s, "key", key);
	db_bind_blob(s, db_param(s, "wrapped"), buf_str(&wrapped));
	return db_run(s, err);
}

bool
row_unseal(WriteTx *tx, const Dataset *d, Str key, Str sealed, Value *v, Err *err)
{
	unsigned char row_key[32];
	AUTO(Buf) json = {0};
	if (!sealed.n)
		return true;
	bool ok = row_key_get(tx, d, key, false, row_key, err) &&
		sealer_open_sealed(tx->sealer, row_key, d->name, key, sealed, &json, err) &&
		row_from_json(d, buf_str(&json), &tx->tmp, v, err);
	sodium_memzero(row_key, sizeof row_key);
	return ok;
}

/* Sealed body of the closed fields into tx->buf[2]; empty when all of them are. */
static bool
seal_closed(
	WriteTx *tx, const Dataset *d, const Value *v, Str key, int64_t seq, Str *sealed, Err *err)
{
	unsigned char row_key[32];
	bool any = false;
	*sealed = (Str){0};
	for (size_t i = 0; i < d->n_fields; i++)
		any |= d->field[i].n_private && (v[i].kind == VALUE_INT || v[i].kind == VALUE_TEXT);
	if (!any)
		return true;
	buf_clear(tx->buf[1]);
	buf_clear(tx->buf[2]);
	row_json(d, v, true, tx->buf[1]);
	bool ok = row_key_get(tx, d, key, true, row_key, err) &&
		sealer_seal(tx->sealer, tx->w->env, row_key, d->name, key, seq, buf_str(tx->buf[1]),
			tx->buf[2], err);
	sodium_memzero(row_key, sizeof row_key);
	*sealed = buf_str(tx->buf[2]);
	return ok;
}

/* ---- event ---- */

static bool
event_add(
	WriteTx *tx, Acceptor *ac, const Value *v, Str key, int op, int64_t base, Str sealed, Err *err)
{
	const Dataset *d = ac->d;
	Stmt *s = ac->event;
	Sha256 leaf, closed = {{0}};
	Entry e = {.seq = tx->seq,
		.at = tx->now,
		.agency = ac->agency,
		.dataset = d->name,
		.area = v[d->area].s,
		.restricted = d->restricted,
		.op = op};
	buf_clear(tx->buf[0]);
	row_json(d, v, false, tx->buf[0]);
	if (tx->buf[0]->failed)
		return err_set(err, E_LIMIT, "row '%.*s' is too long", STR(key));
	if (sealed.n)
		memcpy(closed.b, sealed.p, SEAL_HASH);
	else if (d->has_private)
		sealer_empty(tx->sealer, e.seq, &closed);
	sealer_leaf(
		tx->sealer, &e, buf_str(tx->buf[0]), d->has_private ? &closed : NULL, tx->buf[3], &leaf);
	db_bind_int(s, ac->event_at[EVENT_SEQ], e.seq);
	db_bind_int(s, ac->event_at[EVENT_AT], e.at);
	db_bind_int(s, ac->event_at[EVENT_ORIGIN], ac->origin);
	db_bind_text(s, ac->event_at[EVENT_KEY], key);
	db_bind_text(s, ac->event_at[EVENT_AREA], e.area);
	db_bind_int(s, ac->event_at[EVENT_OP], op);
	if (base)
		db_bind_int(s, ac->event_at[EVENT_BASE], base);
	else
		db_bind_null(s, ac->event_at[EVENT_BASE]);
	db_bind_null(s, ac->event_at[EVENT_CLOCK]);
	db_bind_text(s, ac->event_at[EVENT_OPEN], buf_str(tx->buf[0]));
	if (sealed.n)
		db_bind_blob(s, ac->event_at[EVENT_SEALED], sealed);
	else
		db_bind_null(s, ac->event_at[EVENT_SEALED]);
	db_bind_blob(s, ac->event_at[EVENT_LEAF], (Str){(char *)leaf.b, 32});
	return db_run(s, err);
}

static bool
conflict_add(
	WriteTx *tx, const Dataset *d, Str key, Str area, int64_t event, int64_t over, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "conflict_insert", &s, err))
		return false;
	db_set_text(s, "dataset", d->name);
	db_set_text(s, "key", key);
	db_set_text(s, "area", area);
	db_set_int(s, "event", event);
	db_set_int(s, "over", over);
	return db_run(s, err);
}

/* ---- put ---- */

static bool
write_projection(Acceptor *ac, Stmt *s, const Value *v, int64_t event, Str sealed, Err *err)
{
	const Dataset *d = ac->d;
	int at = 1;
	for (size_t i = 0; i < d->n_fields; i++)
		if (!d->field[i].n_private)
			bind_value(s, at++, v[i]);
	db_bind_int(s, at++, event);
	if (d->has_private) {
		if (sealed.n)
			db_bind_blob(s, at, sealed);
		else
			db_bind_null(s, at);
	}
	return db_run(s, err);
}

/* What stands there now, and whether it says the same as v (fields not given are taken over into v). */
static bool
compare_current(WriteTx *tx, Acceptor *ac, Value *v, const bool *given, Str key, bool *same,
	int64_t *event, Err *err)
{
	const Dataset *d = ac->d;
	Value *now = NEW(&tx->tmp, Value, d->n_fields);
	Str sealed;
	bool row;
	row_bind_keys(d, ac->select, v);
	if (!db_step(ac->select, &row, err))
		return false;
	NEED(row);
	row_read(d, ac->select, &tx->tmp, now, event, &sealed);
	db_reset(ac->select);
	if (!row_unseal(tx, d, key, sealed, now, err))
		return false;
	*same = true;
	for (size_t i = 0; i < d->n_fields; i++) {
		if (!given[i] || v[i].kind == (ValueKind)VALUE_KEEP)
			v[i] = now[i];
		*same &= value_eq(v[i], now[i]);
	}
	return true;
}

static bool
put_change(WriteTx *tx, Acceptor *ac, Value *v, const bool *given, int64_t base, Str key,
	Outcome *out, int64_t *event, Err *err)
{
	bool same;
	int64_t current;
	Str sealed;
	tx->seq--; /* the number taken for an insert is free again */
	if (!compare_current(tx, ac, v, given, key, &same, &current, err))
		return false;
	*event = current;
	*out = OUTCOME_SAME;
	if (same)
		return true;
	*event = ++tx->seq;
	*out = base && base != current ? OUTCOME_CONFLICT : OUTCOME_CHANGED;
	if (!seal_closed(tx, ac->d, v, key, tx->seq, &sealed, err) ||
		!write_projection(ac, ac->update, v, tx->seq, sealed, err) ||
		!event_add(tx, ac, v, key, OP_PUT, base ? base : current, sealed, err))
		return false;
	return *out != OUTCOME_CONFLICT ||
		conflict_add(tx, ac->d, key, v[ac->d->area].s, tx->seq, current, err);
}

bool
accept_peek(WriteTx *tx, Acceptor *ac, Value *v, const bool *given, int64_t base, Outcome *out,
	int64_t *event, Err *err)
{
	AUTO(Buf) key = {0};
	Arena scratch = tx->tmp;
	bool row, same = false;
	*event = 0;
	row_key(ac->d, v, &key);
	row_bind_keys(ac->d, ac->select, v);
	if (!db_step(ac->select, &row, err))
		return false;
	db_reset(ac->select);
	bool ok = !row || compare_current(tx, ac, v, given, buf_str(&key), &same, event, err);
	*out = same                       ? OUTCOME_SAME
		: base != 0 && base != *event ? OUTCOME_CONFLICT
		: row                         ? OUTCOME_CHANGED
									  : OUTCOME_ADDED;
	tx->tmp = scratch;
	return ok;
}

bool
accept_put(WriteTx *tx, Acceptor *ac, Value *v, const bool *given, int64_t base, Outcome *out,
	int64_t *event, Err *err)
{
	AUTO(Buf) key_buf = {0};
	Str key, sealed = {0};
	Arena scratch = tx->tmp; /* given back below */
	row_key(ac->d, v, &key_buf);
	if (key_buf.failed)
		return err_set(err, E_LIMIT, "the key of a row is too long");
	key = buf_str(&key_buf);
	*event = ++tx->seq;
	*out = OUTCOME_ADDED;
	/* Insert first and look only when something is there: most rows of an import are new. */
	bool ok = seal_closed(tx, ac->d, v, key, tx->seq, &sealed, err) &&
		write_projection(ac, ac->insert, v, tx->seq, sealed, err);
	if (ok && db_changes(ac->db) == 1) {
		ok = event_add(tx, ac, v, key, OP_PUT, base, sealed, err);
		if (ok && base) { /* the row was closed since that event */
			*out = OUTCOME_CONFLICT;
			ok = conflict_add(tx, ac->d, key, v[ac->d->area].s, tx->seq, base, err);
		}
	} else if (ok) {
		ok = put_change(tx, ac, v, given, base, key, out, event, err);
	}
	tx->tmp = scratch;
	return ok;
}

bool
accept_close(WriteTx *tx, Acceptor *ac, const Value *v, int64_t *event, Err *err)
{
	AUTO(Buf) key_buf = {0};
	Value *now = NEW(&tx->tmp, Value, ac->d->n_fields);
	Str sealed;
	bool row;
	int64_t current;
	row_key(ac->d, v, &key_buf);
	row_bind_keys(ac->d, ac->select, v);
	if (!db_step(ac->select, &row, err))
		return false;
	if (!row)
		return err_set(
			err, E_NOTFOUND, "'%.*s' has no row '%.*s'", STR(ac->d->name), STR(buf_str(&key_buf)));
	row_read(ac->d, ac->select, &tx->tmp, now, &current, &sealed);
	db_reset(ac->select);
	row_bind_keys(ac->d, ac->close, v);
	*event = ++tx->seq;
	/* The event repeats the open part as it stood, so that the log alone tells what was closed. */
	return db_run(ac->close, err) &&
		event_add(tx, ac, now, buf_str(&key_buf), OP_CLOSE, current, sealed, err);
}

/* ---- origin ---- */

static void
text_or_null(Stmt *s, const char *name, Str v)
{
	if (v.n)
		db_set_text(s, name, v);
	else
		db_set_null(s, name);
}

bool
origin_make(WriteTx *tx, const Origin *o, const Dataset *d, int64_t batch, int64_t *id, Err *err)
{
	Stmt *s;
	bool row;
	unsigned char raw[16];
	char request[33], definition[65];
	if (!svc_stmt(tx->db, &tx->w->sql, "origin_last", &s, err) || !db_step(s, &row, err))
		return false;
	*id = (row ? db_int(s, 0) : 0) + 1;
	db_reset(s);
	tx->w->env->random(tx->w->env->ctx, raw, sizeof raw);
	hex_encode(raw, sizeof raw, request);
	hex_encode(d->hash.b, 32, definition);
	if (!svc_stmt(tx->db, &tx->w->sql, "origin_insert", &s, err))
		return false;
	db_set_int(s, "id", *id);
	db_set_text(s, "actor", o->actor);
	db_set_text(s, "agency", o->agency.n ? o->agency : d->owner);
	text_or_null(s, "on_behalf_of", o->on_behalf_of);
	db_set_text(s, "source", o->source);
	text_or_null(s, "device", o->device);
	db_set_text(s, "request", str_of(request));
	if (batch)
		db_set_int(s, "batch", batch);
	else
		db_set_null(s, "batch");
	db_set_text(s, "dataset", d->name);
	db_set_text(s, "definition", str_of(definition));
	return db_run(s, err);
}
