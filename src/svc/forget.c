/* forget: the private fields of a row are erased, now and in its history, by destroying the key that opens them (UU 27/2022).
 *
 * The log stays as it is: the sealed bodies in it, and the salted hashes in the public entries, say nothing to anybody without
 * that key. An event tells that it was done. */
#include "svc/svc_private.h"

static bool
key_destroy(WriteTx *tx, const Dataset *d, const RowPut *put, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "row_key_delete", &s, err))
		return false;
	db_set_text(s, "area", put->v[d->area].s);
	db_set_text(s, "dataset", d->name);
	db_set_text(s, "key", put->key);
	if (!db_run(s, err))
		return false;
	return db_changes(tx->db) == 1 ||
		err_set(err, E_NOTFOUND,
			"row '%.*s' of '%.*s' has no private fields: none were entered, or they are erased already",
			STR(put->key), STR(d->name));
}

/* The open fields of a row that is closed, as its newest event has them. */
static bool
closed_read(WriteTx *tx, const Dataset *d, const RowPut *put, Value *v, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(tx->db, &tx->w->sql, "event_open", &s, err))
		return false;
	db_set_int(s, "seq", put->now->event);
	if (!db_step(s, &row, err))
		return false;
	bool ok = row && row_from_log(d, arena_str(&tx->tmp, db_text(s, 0)), &tx->tmp, v);
	db_reset(s);
	return ok || err_set(err, E_DB, "an event of row '%.*s' cannot be read", STR(put->key));
}

static bool
forget_work(WriteTx *tx, void *arg, Err *err)
{
	ForgetRequest *r = arg;
	const Dataset *d = r->dataset;
	const Origin *o = r->origin;
	Acceptor ac;
	OriginRow origin;
	Value *v = NEW(&tx->tmp, Value, d->n_fields);
	RowPut put = {.v = v};
	if (!why_check(o->why, err))
		return false;
	if (!d->has_private)
		return err_set(err, E_INPUT,
			"'%.*s' has no private fields, and open ones stay in the log: there is nothing to erase",
			STR(d->name));
	if (!row_keys_from_text(tx->w, d, r->text, &tx->tmp, v, err) ||
		!rights_check(tx, &(RightsAsk){r->who, VERB_FORGET, d, v[d->area].s, o, {0}}, err) ||
		!origin_for(tx, o, d, 0, &origin, err) || !acceptor_open(tx, d, &origin, &ac, err) ||
		!accept_find(&ac, &put, &tx->tmp, err))
		return false;
	if (!put.now->event)
		return err_set(
			err, E_NOTFOUND, "'%.*s' never had a row '%.*s'", STR(d->name), STR(put.key));
	if (put.now->v)
		put.v = put.now->v; /* the open fields alone */
	else if (!closed_read(tx, d, &put, v, err))
		return false;
	put.base = put.now->event;
	if (!key_destroy(tx, d, &put, err) || !accept_event(tx, &ac, &put, OP_FORGET, &tx->tmp, err))
		return false;
	r->event = put.event;
	return true;
}

/* The key must not stay behind in the pages of the database's own log either. */
static bool
scrub(Workspace *w, Err *err)
{
	AUTO(DbP) db = NULL;
	return workspace_reader(w, &db, err) && db_scrub(db, err);
}

bool
gate_forget(Gate *g, ForgetRequest *r, Err *err)
{
	Err ignored = {0};
	if (!g->writer)
		return socket_forget(g, r, err);
	if (!gate_write(g, forget_work, r, false, err))
		return false;
	r->lingers = !scrub(g->w, &ignored);
	return true;
}
