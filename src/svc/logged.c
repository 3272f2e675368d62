/* logged: one event of a row, as it was logged: what it said, who said it. */
#include "svc/svc_private.h"

#include <sodium.h>

/* ---- private fields ---- */

typedef struct Sealed {
	const Dataset *d;
	Str body;
	SealedRow row;
} Sealed;

/* What does not open any more stays hidden. */
static bool
private_read(const LogSource *from, Sealer *sealer, Sealed *s, LoggedRow *out, Arena *a, Err *err)
{
	AUTO(Buf) json = {0};
	Err why = {0};
	bool found;
	Value *v = NEW(a, Value, s->d->n_fields);
	if (!row_key_find(from->db, from->sql, sealer, &s->row, &found, err))
		return false;
	out->hidden = !found || !sealer_open_sealed(&s->row, s->body, &json, &why) ||
		!row_from_log(s->d, arena_str(a, buf_str(&json)), a, v);
	for (size_t i = 0; !out->hidden && i < s->d->n_fields; i++)
		if (s->d->field[i].n_private)
			out->v[i] = v[i];
	return true;
}

/* ---- the event ---- */

static Str
text_at(Stmt *s, int column, Arena *a)
{
	return arena_str(a, db_text(s, column));
}

static bool
body_read(Stmt *s, const Dataset *d, LoggedRow *out, Arena *a, Err *err)
{
	out->event = db_int(s, 0);
	out->at = db_int(s, 1);
	out->op = (Op)db_int(s, 4);
	out->base = db_int(s, 5);
	out->origin = (Origin){.actor = text_at(s, 10, a),
		.agency = text_at(s, 11, a),
		.on_behalf_of = text_at(s, 12, a),
		.source = text_at(s, 13, a),
		.device = text_at(s, 14, a),
		.why = text_at(s, 18, a)};
	out->v = NEW(a, Value, d->n_fields);
	return row_from_log(d, text_at(s, 8, a), a, out->v) ||
		err_set(err, E_DB, "event %lld of the log cannot be read", (long long)out->event);
}

bool
logged_read(
	const LogSource *from, Sealer *sealer, const LoggedAsk *ask, LoggedRow *out, Arena *a, Err *err)
{
	unsigned char key[32];
	const Dataset *d = ask->dataset;
	Sealed sealed = {.d = d, .row = {d->name, ask->key, ask->area, key}};
	Stmt *s;
	bool row;
	*out = (LoggedRow){0};
	if (!svc_stmt(from->db, from->sql, "event_whole", &s, err))
		return false;
	db_set_int(s, "seq", ask->event);
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return true;
	bool ours = str_eq(db_text(s, 2), ask->key) && str_eq(db_text(s, 16), d->name);
	sealed.body = text_at(s, 9, a);
	bool ok = !ours || body_read(s, d, out, a, err);
	db_reset(s);
	out->hidden = ours && sealed.body.n;
	if (!ok || !out->hidden || !sealer)
		return ok;
	ok = private_read(from, sealer, &sealed, out, a, err);
	sodium_memzero(key, sizeof key);
	return ok;
}
