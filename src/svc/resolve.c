/* resolve: conflicts shown, what stands against what, and settled by somebody who gives a reason. */
#include "svc/svc_private.h"

/* ---- which are open ---- */

typedef struct Open {
	int64_t event, over;
} Open;

static bool
open_read(const LogSource *from, const LoggedAsk *row, Arena *a, Open **out, size_t *n, Err *err)
{
	Stmt *s;
	bool more;
	size_t room = 0;
	*n = 0;
	if (!svc_stmt(from->db, from->sql, "conflict_open", &s, err))
		return false;
	db_set_text(s, "area", row->area);
	db_set_text(s, "dataset", row->dataset->name);
	db_set_text(s, "key", row->key);
	for (;;) {
		if (!db_step(s, &more, err))
			return false;
		if (!more)
			return true;
		if (*n == room) {
			Open *all = NEW(a, Open, room = room ? 2 * room : 8);
			if (*n)
				memcpy(all, *out, *n * sizeof *all);
			*out = all;
		}
		(*out)[(*n)++] = (Open){db_int(s, 0), db_int(s, 1)};
	}
}

/* ---- shown ---- */

typedef struct Showing {
	Workspace *w;
	Conflicts *c;
	LogSource from;
	int64_t now;    /* the row's newest event */
	Sealer *sealer; /* NULL: there is no key */
	Arena *a;
} Showing;

static bool
difference(Showing *k, const Field *f, const Value v[SIDES], Conflict *out, Err *err)
{
	bool same = true;
	for (size_t i = 1; i < SIDES; i++)
		same &= value_eq(v[0], v[i]);
	if (same)
		return true;
	Difference *d = &out->differ[out->n++];
	d->field = f;
	for (size_t i = 0; i < SIDES && !f->n_private; i++) {
		AUTO(Buf) b = {0};
		if (v[i].kind == VALUE_NULL)
			continue;
		value_print(f, v[i], area_zone(k->c->area), &b);
		if (!buf_check(&b, err))
			return false;
		d->text[i] = arena_str(k->a, buf_str(&b));
	}
	return true;
}

static bool
side_read(Showing *k, int64_t event, LoggedRow *out, Err *err)
{
	LoggedAsk ask = {k->c->dataset, k->c->key, k->c->area, event};
	return logged_read(&k->from, k->sealer, &ask, out, k->a, err) &&
		(out->event ||
			err_set(err, E_DB, "event %lld of '%.*s' is not in the log", (long long)event,
				STR(k->c->key)));
}

static bool
conflict_read(Showing *k, const Open *open, Conflict *out, Err *err)
{
	const Dataset *d = k->c->dataset;
	LoggedRow row[SIDES];
	if (!side_read(k, open->event, &row[SIDE_CAME], err) ||
		!side_read(k, open->over, &row[SIDE_STOOD], err) ||
		!side_read(k, row[SIDE_CAME].base, &row[SIDE_BASE], err) ||
		!side_read(k, k->now, &row[SIDE_NOW], err))
		return false;
	for (size_t i = 0; i < SIDES; i++) {
		out->side[i] = (Side){row[i].event, row[i].at, row[i].op, row[i].origin};
		out->hidden |= row[i].hidden;
	}
	out->differ = NEW(k->a, Difference, d->n_fields);
	for (size_t i = 0; i < d->n_fields; i++) {
		const Value v[SIDES] = {row[0].v[i], row[1].v[i], row[2].v[i], row[3].v[i]};
		if (!(d->field[i].n_private && out->hidden) && !difference(k, &d->field[i], v, out, err))
			return false;
	}
	return true;
}

static bool
conflicts_show(Showing *k, Err *err)
{
	Conflicts *c = k->c;
	Open *open = NULL;
	AUTO(Buf) sql = {0};
	Acceptor ac = {.d = c->dataset, .db = k->w->db, .sql = &k->w->sql};
	RowPut put = {.v = NEW(k->a, Value, c->dataset->n_fields)};
	dataset_select_sql(c->dataset, &sql);
	if (!buf_check(&sql, err) || !db_prepare(ac.db, buf_str(&sql), &ac.select, err) ||
		!row_keys_from_text(k->w, c->dataset, c->text, k->a, put.v, err) ||
		!accept_find(&ac, &put, k->a, err))
		return false;
	k->now = put.now->event;
	c->key = put.key;
	c->area = put.v[c->dataset->area].s;
	if (!open_read(&k->from, &(LoggedAsk){c->dataset, c->key, c->area, 0}, k->a, &open, &c->n, err))
		return false;
	c->conflict = NEW(k->a, Conflict, c->n + 1);
	for (size_t i = 0; i < c->n; i++)
		if (!conflict_read(k, &open[i], &c->conflict[i], err))
			return false;
	return true;
}

bool
conflicts_read(Workspace *w, Conflicts *c, Arena *a, Err *err)
{
	AUTO(Tx) tx = {0};
	Sealer sealer = {0};
	Err no_key = {0};
	Showing k = {.w = w, .c = c, .from = {w->db, &w->sql}, .a = a};
	if (c->dataset->has_private && sealer_open(w, &sealer, &no_key))
		k.sealer = &sealer;
	bool ok = tx_begin(w->db, &tx, err) && conflicts_show(&k, err) && tx_commit(&tx, err);
	if (sealer.hasher)
		sealer_close(&sealer);
	return ok;
}

/* ---- settled ---- */

typedef struct Settling {
	WriteTx *tx;
	RowRequest *r;
	Acceptor ac;
	RowPut put;
	LoggedAsk row;
} Settling;

/* The row as it stands. */
static bool
stand(Settling *k, Err *err)
{
	RowPut now = k->put;
	if (!accept_find(&k->ac, &now, &k->tx->tmp, err))
		return false;
	k->put.event = now.now->event;
	k->put.outcome = OUTCOME_SAME;
	return true;
}

static bool
take_closed(Settling *k, Err *err)
{
	RowPut now = k->put;
	if (!accept_find(&k->ac, &now, &k->tx->tmp, err))
		return false;
	return now.now->v ? accept_close(k->tx, &k->ac, &k->put, err) : stand(k, err);
}

/* What an event said becomes what stands, by the rules of today. */
static bool
take_event(Settling *k, Err *err)
{
	WriteTx *tx = k->tx;
	const Dataset *d = k->r->dataset;
	LogSource from = {tx->db, &tx->w->sql};
	RowPut asked = k->put;
	LoggedRow e;
	size_t bad;
	asked.base = k->row.event = k->r->take;
	if (!accept_base(&k->ac, &asked, &tx->tmp, err) ||
		!logged_read(&from, tx->sealer, &k->row, &e, &tx->tmp, err))
		return false;
	if (e.op == OP_CLOSE)
		return take_closed(k, err);
	bool *given = NEW(&tx->tmp, bool, d->n_fields);
	for (size_t i = 0; i < d->n_fields; i++)
		given[i] = !(d->field[i].n_private && e.hidden);
	k->put.v = e.v;
	k->put.given = given;
	if (!row_finish(&(Reading){&tx->w->cat, tx->w->pack, 0, &tx->tmp}, d, e.v, &bad, err))
		return err_prefix(err, "event %lld: %.*s: ", (long long)e.event, STR(d->field[bad].name));
	return accept_put(tx, &k->ac, &k->put, err);
}

static bool
sets_fields(const RowRequest *r)
{
	for (size_t i = 0; i < r->dataset->n_fields; i++)
		if (r->text[i].p && !r->dataset->field[i].key)
			return true;
	return false;
}

static bool
row_become(Settling *k, Err *err)
{
	OriginRow origin;
	if (!origin_for_row(k->tx, k->r, &origin, err) ||
		!acceptor_open(k->tx, k->r->dataset, &origin, &k->ac, err))
		return false;
	if (k->r->take)
		return take_event(k, err);
	if (!sets_fields(k->r))
		return stand(k, err);
	return values_from_text(k->tx, k->r, &k->ac, &k->put, err) &&
		accept_put(k->tx, &k->ac, &k->put, err);
}

static void
settled_json(const Open *open, size_t n, int64_t event, Str why, Buf *out)
{
	AUTO(Buf) list = {0};
	JsonOut j = jout_new(out);
	for (size_t i = 0; i < n; i++)
		buf_fmt(&list, "%s%lld", i ? "," : "", (long long)open[i].event);
	jout_obj(&j);
	jout_key(&j, S("conflicts"));
	jout_str(&j, buf_str(&list));
	jout_key(&j, S("event"));
	jout_int(&j, event);
	jout_key(&j, S("why"));
	jout_str(&j, why);
	jout_obj_end(&j);
	out->failed |= list.failed;
}

/* What the row's conflicts were settled with before: those events are one chain too. */
static bool
settled_before(Settling *k, int64_t *event, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(k->tx->db, &k->tx->w->sql, "conflict_settled", &s, err))
		return false;
	db_set_text(s, "area", k->row.area);
	db_set_text(s, "dataset", k->row.dataset->name);
	db_set_text(s, "key", k->row.key);
	if (!db_step(s, &row, err))
		return false;
	*event = row ? db_int(s, 0) : 0;
	db_reset(s);
	return true;
}

static bool
conflicts_settle(Settling *k, int64_t event, Err *err)
{
	Stmt *s;
	if (!svc_stmt(k->tx->db, &k->tx->w->sql, "conflict_settle", &s, err))
		return false;
	db_set_int(s, "resolved", event);
	db_set_text(s, "area", k->row.area);
	db_set_text(s, "dataset", k->row.dataset->name);
	db_set_text(s, "key", k->row.key);
	return db_run(s, err);
}

/* The log says it, so that whoever replays it knows. Where a restricted row lies it does not tell. */
static bool
settle_log(Settling *k, const Open *open, size_t n, Err *err)
{
	AUTO(Buf) json = {0}, key = {0};
	const Dataset *d = k->row.dataset;
	Origin who = *k->r->origin;
	int64_t event;
	SystemRow row = {.who = &who, .kind = S("siap.resolve")};
	who.agency = who.agency.n ? who.agency : d->owner;
	settled_json(open, n, k->put.event, who.why, &json);
	buf_fmt(&key, "%.*s/%.*s", STR(d->name), STR(k->row.key));
	if (!buf_check(&json, err) || !buf_check(&key, err) || !settled_before(k, &row.base, err))
		return false;
	row.open = buf_str(&json);
	row.key = buf_str(&key);
	row.area = d->restricted ? (Str){0} : k->row.area;
	return log_system(k->tx, &row, &event, err) && conflicts_settle(k, event, err);
}

bool
row_settle(WriteTx *tx, RowRequest *r, Err *err)
{
	const Dataset *d = r->dataset;
	LogSource from = {tx->db, &tx->w->sql};
	Open *open = NULL;
	size_t n;
	Settling k = {.tx = tx, .r = r, .put = {.v = NEW(&tx->tmp, Value, d->n_fields)}};
	if (!why_check(r->origin->why, err) || !device_check(r, err))
		return false;
	if (r->take && sets_fields(r))
		return err_set(err, E_INPUT,
			"an event to take and values to set are two ways to settle it: give one of them");
	if (!row_keys_from_text(tx->w, d, r->text, &tx->tmp, k.put.v, err) ||
		!accept_key(d, &k.put, &tx->tmp, err))
		return false;
	k.row = (LoggedAsk){d, k.put.key, k.put.v[d->area].s, 0};
	if (!row_allowed(tx, r, k.row.area, err))
		return false;
	if (!open_read(&from, &k.row, &tx->tmp, &open, &n, err))
		return false;
	if (!n)
		return err_set(err, E_NOTFOUND, "row '%.*s' of '%.*s' has no open conflict", STR(k.row.key),
			STR(d->name));
	if (!row_become(&k, err) || !settle_log(&k, open, n, err))
		return false;
	r->event = k.put.event;
	r->outcome = k.put.outcome;
	r->settled = (int64_t)n;
	return true;
}

/* ---- all that are open ---- */

bool
conflicts_list(Workspace *w, ConflictList *list, Arena *a, Err *err)
{
	char end[20];
	Str lo = S(""), hi = S(":");
	Stmt *s;
	bool row;
	list->item = NEW(a, OpenConflict, list->max + 1);
	list->n = 0;
	list->more = false;
	if (list->area.n)
		area_range(list->area, end, &lo, &hi);
	if (!svc_stmt(w->db, &w->sql, "conflicts_open", &s, err))
		return false;
	db_set_text(s, "lo", lo);
	db_set_text(s, "hi", hi);
	db_set_int(s, "most", (int64_t)list->max + 1);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		list->item[list->n++] = (OpenConflict){arena_str(a, db_text(s, 0)),
			arena_str(a, db_text(s, 1)), arena_str(a, db_text(s, 2)), db_int(s, 3), db_int(s, 4)};
	}
	list->more = list->n > list->max;
	list->n -= list->more;
	return true;
}
