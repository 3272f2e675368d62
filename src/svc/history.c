/* history: what happened to one row, from its newest event back to its first, each with what it changed. */
#include "svc/svc_private.h"

#include <sodium.h>

typedef struct Body { /* of an event */
	Arena a;
	int64_t before; /* its predecessor, 0: none */
	Str sealed;
	Value *v; /* the private fields too, as far as they could be opened */
	bool opened;
} Body;

typedef struct Walk {
	Workspace *w;
	History *h;
	Arena *a;
	Sealer sealer;
	unsigned char row_key[32];
	bool keyed;  /* row_key is the row's */
	bool locked; /* there is no key of the workspace to open it */
	bool erased; /* an event that erased the private fields was passed */
	size_t room; /* for steps */
	Body body[2];
} Walk;

/* ---- private fields ---- */

/* Once, when a body first needs it: whoever looks at open fields alone needs no key. */
static bool
key_need(Walk *k, Err *err)
{
	Err why = {0};
	SealedRow row = {k->h->dataset->name, k->h->key, k->h->area, k->row_key};
	if (k->keyed || k->locked)
		return true;
	if (!sealer_open(k->w, &k->sealer, &why)) {
		k->locked = true;
		return why.code == E_IO || err_set(err, why.code, "%s", why.text);
	}
	return row_key_find(k->w->db, &k->w->sql, &k->sealer, &row, &k->keyed, err) &&
		(k->keyed ||
			err_set(err, E_DB,
				"the key to the private fields of '%.*s' is gone, and no event says that they were erased",
				STR(k->h->key)));
}

static bool
body_open(Walk *k, Body *b, Err *err)
{
	const Dataset *d = k->h->dataset;
	SealedRow row = {d->name, k->h->key, k->h->area, k->row_key};
	AUTO(Buf) json = {0};
	b->opened = !b->sealed.n;
	if (!b->sealed.n || k->erased)
		return true;
	if (!key_need(k, err))
		return false;
	if (k->locked)
		return true;
	Value *v = NEW(&b->a, Value, d->n_fields);
	if (!sealer_open_sealed(&row, b->sealed, &json, err))
		return false;
	if (!row_from_log(d, arena_str(&b->a, buf_str(&json)), &b->a, v))
		return err_set(err, E_DB, "the private fields of '%.*s' cannot be read", STR(k->h->key));
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->field[i].n_private)
			b->v[i] = v[i];
	b->opened = true;
	return true;
}

/* ---- steps ---- */

static Str
text_at(Walk *k, Stmt *s, int column)
{
	return arena_str(k->a, db_text(s, column));
}

static bool
step_read(Walk *k, int64_t event, HistoryStep *step, Body *b, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(k->w->db, &k->w->sql, "event_step", &s, err))
		return false;
	db_set_int(s, "seq", event);
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return err_set(
			err, E_DB, "event %lld of '%.*s' is not in the log", (long long)event, STR(k->h->key));
	*step = (HistoryStep){.event = event,
		.at = db_int(s, 0),
		.op = (Op)db_int(s, 1),
		.base = db_int(s, 2),
		.over = db_int(s, 3),
		.undoes = db_int(s, 4),
		.batch = db_int(s, 13),
		.file = text_at(k, s, 14),
		.origin = {text_at(k, s, 7), text_at(k, s, 8), text_at(k, s, 9), text_at(k, s, 10),
			text_at(k, s, 11), text_at(k, s, 12)}};
	k->erased |= step->op == OP_FORGET;
	arena_reset(&b->a);
	b->before = step->over ? step->over : step->base;
	b->sealed = arena_str(&b->a, db_text(s, 6));
	b->v = NEW(&b->a, Value, k->h->dataset->n_fields);
	bool ok = row_from_log(k->h->dataset, arena_str(&b->a, db_text(s, 5)), &b->a, b->v) ||
		err_set(err, E_DB, "event %lld of the log cannot be read", (long long)event);
	db_reset(s);
	return ok && body_open(k, b, err);
}

static bool
value_text(Walk *k, const Field *f, Value v, Str *out, Err *err)
{
	AUTO(Buf) b = {0};
	*out = (Str){0};
	if (v.kind == VALUE_NULL || f->n_private)
		return true;
	value_print(f, v, area_zone(k->h->area), &b);
	*out = arena_str(k->a, buf_str(&b));
	return buf_check(&b, err);
}

/* before: NULL for a row's first event. */
static bool
step_compare(Walk *k, HistoryStep *step, const Body *b, const Body *before, Err *err)
{
	const Dataset *d = k->h->dataset;
	bool opened = b->opened && (!before || before->opened);
	if (!opened)
		step->hidden = k->erased ? HIDDEN_ERASED : HIDDEN_LOCKED;
	if (step->op == OP_CLOSE)
		return true;
	step->change = NEW(k->a, Change, d->n_fields);
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		Value from = before ? before->v[i] : (Value){0};
		Change *c = &step->change[step->n_changes];
		if (f->key || value_eq(from, b->v[i]) || (f->n_private && !opened))
			continue;
		*c = (Change){.field = f};
		step->n_changes++;
		if (!value_text(k, f, from, &c->from, err) || !value_text(k, f, b->v[i], &c->to, err))
			return false;
	}
	return true;
}

static HistoryStep *
step_add(Walk *k)
{
	History *h = k->h;
	if (h->n == k->room) {
		HistoryStep *more = NEW(k->a, HistoryStep, k->room = k->room ? 2 * k->room : 16);
		if (h->n)
			memcpy(more, h->step, h->n * sizeof *more);
		h->step = more;
	}
	return &h->step[h->n++];
}

/* An event is compared with the one before it, so two bodies are in memory at a time. */
static bool
walk(Walk *k, int64_t newest, Body *body, Err *err)
{
	History *h = k->h;
	HistoryStep next;
	if (!step_read(k, newest, &next, body, err))
		return false;
	do {
		HistoryStep *step = step_add(k);
		Body *before = body->before ? k->body + (body == k->body) : NULL;
		*step = next;
		if ((before && !step_read(k, body->before, &next, before, err)) ||
			!step_compare(k, step, body, before, err))
			return false;
		body = before;
	} while (body && h->n < h->max);
	h->more = body;
	return true;
}

/* ---- which row ---- */

/* Some rows that are there, where nobody ever saw the one asked for. */
static void
name_others(Walk *k, const Value *v, Err *err)
{
	const Dataset *d = k->h->dataset;
	AUTO(Buf) sql = {0}, list = {0};
	Err ignored = {0};
	Stmt *s;
	char buf[20];
	Str lo, hi, area = v[d->area].s, sealed;
	bool row = true;
	int64_t event;
	dataset_range_sql(d, &sql);
	buf_add(&sql, S(" LIMIT 5")); /* derived SQL */
	area_range(area, buf, &lo, &hi);
	if (!buf_check(&sql, &ignored) || !db_prepare(k->w->db, buf_str(&sql), &s, &ignored))
		return;
	db_set_text(s, "lo", lo);
	db_set_text(s, "hi", hi);
	while (db_step(s, &row, &ignored) && row) {
		Value *other = NEW(k->a, Value, d->n_fields);
		row_read(d, s, k->a, other, &event, &sealed);
		buf_add(&list, list.n ? S(", ") : S(""));
		row_key(d, other, &list);
	}
	if (list.n && !list.failed)
		err_hint(err, "rows there: %.*s", STR(buf_str(&list)));
	else
		err_hint(
			err, "there is none in '%.*s'; all rows: siap export %.*s -", STR(area), STR(d->name));
}

static bool
row_newest(Walk *k, int64_t *event, Err *err)
{
	History *h = k->h;
	const Dataset *d = h->dataset;
	AUTO(Buf) sql = {0};
	Acceptor ac = {.d = d, .db = k->w->db, .sql = &k->w->sql};
	RowPut put = {.v = NEW(k->a, Value, d->n_fields)};
	dataset_select_sql(d, &sql);
	if (!buf_check(&sql, err) || !db_prepare(ac.db, buf_str(&sql), &ac.select, err) ||
		!row_keys_from_text(k->w, d, h->text, k->a, put.v, err) ||
		!accept_find(&ac, &put, k->a, err))
		return false;
	h->key = put.key;
	h->area = put.v[d->area].s;
	h->closed = !put.now->v;
	*event = put.now->event;
	if (*event)
		return true;
	err_set(err, E_NOTFOUND, "'%.*s' never had a row '%.*s'", STR(d->name), STR(put.key));
	name_others(k, put.v, err);
	return false;
}

static void
Walk_auto(Walk *k)
{
	for (size_t i = 0; i < 2; i++)
		arena_close(&k->body[i].a);
	if (k->sealer.hasher)
		sealer_close(&k->sealer);
	sodium_memzero(k->row_key, sizeof k->row_key);
}

bool
history_walk(Workspace *w, History *h, Arena *a, Err *err)
{
	AUTO(Walk) k = {.w = w, .h = h, .a = a};
	AUTO(Tx) tx = {0};
	int64_t newest;
	NEED(h->max > 0);
	h->n = 0;
	/* One read transaction, so that the row, its events and its key are of one moment. */
	return arena_open(&k.body[0].a, 64 * SIZE_MB, err) &&
		arena_open(&k.body[1].a, 64 * SIZE_MB, err) && tx_begin(w->db, &tx, err) &&
		row_newest(&k, &newest, err) && walk(&k, newest, &k.body[0], err) && tx_commit(&tx, err);
}

/* ---- as JSON ---- */

static Str
op_name(Op op)
{
	static const char *const name[] = {
		[OP_PUT] = "put", [OP_CLOSE] = "close", [OP_REOPEN] = "reopen", [OP_FORGET] = "forget"};
	return (size_t)op < sizeof name / sizeof *name ? str_of(name[op]) : (Str){0};
}

static void
number_or_null(JsonOut *j, Str key, int64_t number)
{
	jout_key(j, key);
	if (number)
		jout_int(j, number);
	else
		jout_null(j);
}

static void
changes_json(const HistoryStep *s, JsonOut *j)
{
	jout_key(j, S("changes"));
	jout_arr(j);
	for (size_t i = 0; i < s->n_changes; i++) {
		const Change *c = &s->change[i];
		jout_obj(j);
		jout_key(j, S("field"));
		jout_str(j, c->field->name);
		jout_key(j, S("private"));
		jout_bool(j, c->field->n_private > 0);
		if (!c->field->n_private) {
			jout_text(j, S("from"), c->from);
			jout_text(j, S("to"), c->to);
		}
		jout_obj_end(j);
	}
	jout_arr_end(j);
}

static void
step_json(const HistoryStep *s, int zone, JsonOut *j)
{
	static const char *const hidden[] = {"known", "erased", "locked"};
	const struct {
		Str name, value;
	} text[] = {{S("actor"), s->origin.actor}, {S("agency"), s->origin.agency},
		{S("on_behalf_of"), s->origin.on_behalf_of}, {S("channel"), s->origin.source},
		{S("device"), s->origin.device}, {S("why"), s->origin.why}, {S("file"), s->file}};
	const struct {
		Str name;
		int64_t value;
	} number[] = {{S("batch"), s->batch}, {S("base"), s->base}, {S("over"), s->over},
		{S("undoes"), s->undoes}};
	char at[30];
	instant_format(s->at, zone, at);
	jout_obj(j);
	jout_key(j, S("event"));
	jout_int(j, s->event);
	jout_text(j, S("at"), str_of(at));
	jout_text(j, S("op"), op_name(s->op));
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		jout_text(j, text[i].name, text[i].value);
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		number_or_null(j, number[i].name, number[i].value);
	jout_key(j, S("conflict"));
	jout_bool(j, s->over);
	jout_text(j, S("private_fields"), str_of(hidden[s->hidden]));
	changes_json(s, j);
	jout_obj_end(j);
}

void
history_json(const Workspace *w, const History *h, JsonOut *j)
{
	jout_obj(j);
	jout_text(j, S("dataset"), h->dataset->name);
	jout_text(j, S("key"), h->key);
	jout_text(j, S("area"), h->area);
	jout_key(j, S("closed"));
	jout_bool(j, h->closed);
	jout_key(j, S("events"));
	jout_arr(j);
	for (size_t i = 0; i < h->n; i++)
		step_json(&h->step[i], area_zone(w->area), j);
	jout_arr_end(j);
	jout_key(j, S("more"));
	jout_bool(j, h->more);
	jout_obj_end(j);
}
