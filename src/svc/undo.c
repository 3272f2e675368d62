/* undo: a new event gives a row back what it said before its newest one; the same for all rows of an import, or none of them. */
#include "svc/svc_private.h"

enum { WHY_MOST = 300, CHUNK = 512, NAMED = 3 };
#define CHUNK_ROOM ((size_t)1 << 34) /* reserved, not touched */

typedef struct Undone { /* an event to be undone */
	int64_t event;
	Op op;
	Str key, open, sealed;
	bool has_before;
	Op before_op; /* and the one before it */
	Str before_open, before_sealed;
} Undone;

typedef struct Undo {
	WriteTx *tx;
	UndoRequest *r;
	const Dataset *d;
	Acceptor ac;
	Places places;
	Arena a;
	int64_t newest;      /* event before the first of ours */
	Str lowest, highest; /* areas of the rows that go, in `edge` */
	char edge[2][20];
	uint64_t events; /* looked at */
	uint64_t later;  /* of them so many have an event after them */
	uint64_t undone; /* of the first ones of these so many are undone by it */
	Account who;     /* of a request by an account: its rights now */
	Str actor;       /* who made what is undone */
	Buf first;       /* which, the first ones */
} Undo;

bool
why_check(Str why, Err *err)
{
	size_t at;
	bool ok = utf8_check(why, &at) && str_trim(why).n > 0 && utf8_length(why) <= WHY_MOST;
	for (size_t i = 0; ok && i < why.n; i++)
		ok = (unsigned char)why.p[i] >= ' ';
	return ok ||
		err_set(err, E_INPUT, "a reason of 1 to %d characters in one line is needed", WHY_MOST);
}

bool
event_says(Db *db, const Workspace *w, int64_t event, Buf *out, int64_t *undoes, Err *err)
{
	Stmt *s;
	bool row;
	char at[30];
	if (!svc_stmt(db, &w->sql, "event_channel", &s, err))
		return false;
	db_set_int(s, "seq", event);
	if (!db_step(s, &row, err))
		return false;
	NEED(row); /* rows name events that are there */
	instant_format(db_int(s, 3), area_zone(w->area), at);
	buf_fmt(out, tr("event %lld, %.*s (%.*s, %.*s), %s"), (long long)event, STR(db_text(s, 1)),
		STR(db_text(s, 2)), STR(db_text(s, 0)), at);
	*undoes = db_int(s, 4);
	db_reset(s);
	return true;
}

/* ---- rows that refer to one that goes ---- */

static bool
refers(const Undo *u, const Dataset *from, const Field *f)
{
	if (f->n_private)
		return false;
	if (f->type == TYPE_REF)
		return str_eq(f->ref, u->d->name);
	return f->type == TYPE_AREA && (f->level == LEVEL_TPS || f->level == LEVEL_ANY) &&
		str_eq(u->d->name, S("tps")) && from != u->d;
}

/* How many rows name one that this undo took away. What is referred to has its area as its only key. */
static bool
references_count(Undo *u, const Dataset *from, const Field *f, int64_t *n, Err *err)
{
	AUTO(Buf) sql = {0};
	Stmt *s;
	bool row;
	buf_fmt(&sql, "SELECT count(*) FROM %.*s AS x", STR(from->name)); /* derived SQL */
	buf_fmt(&sql, " WHERE x.%.*s >= :lowest AND x.%.*s <= :highest", STR(f->name), STR(f->name));
	buf_add(&sql, S(" AND EXISTS (SELECT 1 FROM closed_row AS c")); /* derived SQL */
	buf_fmt(&sql, " WHERE c.dataset = :dataset AND c.area = x.%.*s AND c.key = x.%.*s",
		STR(f->name), STR(f->name));
	buf_add(&sql, S(" AND c.event > :newest)"));
	if (!buf_check(&sql, err) || !db_prepare(u->tx->db, buf_str(&sql), &s, err))
		return false;
	db_set_text(s, "lowest", u->lowest);
	db_set_text(s, "highest", u->highest);
	db_set_text(s, "dataset", u->d->name);
	db_set_int(s, "newest", u->newest);
	if (!db_step(s, &row, err))
		return false;
	*n = db_int(s, 0);
	db_reset(s);
	return true;
}

static bool
references_check(Undo *u, Err *err)
{
	const Catalog *c = &u->tx->w->cat;
	AUTO(Buf) list = {0};
	for (size_t i = 0; u->r->removed && i < c->n_datasets; i++) {
		const Dataset *from = &c->dataset[i];
		for (size_t k = 0; k < from->n_fields; k++) {
			int64_t n = 0;
			if (refers(u, from, &from->field[k]) &&
				!references_count(u, from, &from->field[k], &n, err))
				return false;
			if (n)
				buf_fmt(&list, "%s%.*s %lld", list.n ? ", " : "", STR(from->name), (long long)n);
		}
	}
	if (!list.n)
		return true;
	err_set(err, E_CONFLICT, "rows refer to what would be gone from '%.*s': %.*s", STR(u->d->name),
		STR(buf_str(&list)));
	return err_hint(err, "close those rows first, or undo what brought them");
}

static void
removed_note(Undo *u, Str area)
{
	Str *edge[] = {&u->lowest, &u->highest};
	for (int i = 0; i < 2; i++) {
		int order = str_cmp(area, *edge[i]);
		if (edge[i]->n && (i ? order <= 0 : order >= 0))
			continue;
		NEED(area.n < sizeof u->edge[i]);
		memcpy(u->edge[i], area.p, area.n);
		*edge[i] = (Str){u->edge[i], area.n};
	}
	u->r->removed++;
}

/* ---- one event ---- */

/* A row as the body of an event has it, the private fields too. */
static bool
body_read(Undo *u, const RowPut *put, Str open, Str sealed, Value *v, Err *err)
{
	Now body = {.v = v, .sealed = sealed};
	RowPut as = {.v = v, .key = put->key, .now = &body};
	if (!row_from_log(u->d, open, &u->a, v))
		return err_set(err, E_DB, "an event of row '%.*s' cannot be read", STR(put->key));
	return row_unseal(u->tx, u->d, &as, &u->a, err);
}

/* What was there before may name a place or a row that is there no more. */
static bool
row_back(Undo *u, const Undone *e, RowPut *put, Err *err)
{
	bool closed = e->op == OP_CLOSE;
	RowReader reader = {.w = u->tx->w, .d = u->d, .places = &u->places};
	const Field *bad;
	put->v = NEW(&u->a, Value, u->d->n_fields);
	if (!body_read(u, put, closed ? e->open : e->before_open, closed ? e->sealed : e->before_sealed,
			put->v, err))
		return false;
	if (!row_references(&reader, put->v, &bad, err))
		return err_prefix(err, tr("row '%.*s' as it was before: "), STR(put->key));
	u->r->back += closed;
	return accept_event(u->tx, &u->ac, put, closed ? OP_REOPEN : OP_PUT, &u->a, err);
}

static bool
later_note(Undo *u, const Undone *e, int64_t newest, Err *err)
{
	int64_t undoes = 0;
	if (u->later++ >= NAMED)
		return true;
	buf_fmt(&u->first, "%s%.*s: ", u->later > 1 ? "; " : "", STR(e->key));
	if (!event_says(u->tx->db, u->tx->w, newest, &u->first, &undoes, err))
		return false;
	u->undone += undoes == e->event;
	return true;
}

/* Whether nothing stands between the event and the row as it is: what was undone does not, nor what undid it. */
static bool
stands(Undo *u, int64_t event, int64_t newest, bool *yes, Err *err)
{
	Stmt *s;
	bool row = true;
	if (!svc_stmt(u->tx->db, &u->tx->w->sql, "event_before_undone", &s, err))
		return false;
	while (newest != event && newest) {
		db_set_int(s, "seq", newest);
		if (!db_step(s, &row, err))
			return false;
		newest = row ? db_int(s, 0) : 0;
		db_reset(s);
	}
	*yes = newest;
	return true;
}

static bool
undo_one(Undo *u, const Undone *e, RowPut *put, Err *err)
{
	Now *now = put->now;
	bool yes;
	if (e->op == OP_FORGET)
		return err_set(err, E_CONFLICT,
			"event %lld erased private fields: what is erased cannot be brought back",
			(long long)e->event);
	if (!stands(u, e->event, now->event, &yes, err))
		return false;
	if (!yes)
		return later_note(u, e, now->event, err);
	if (u->later)
		return true; /* nothing will come of it: the others are only counted */
	if (!now->v != (e->op == OP_CLOSE))
		return err_set(err, E_DB, "the log and the table of '%.*s' do not agree about row '%.*s'",
			STR(u->d->name), STR(e->key));
	put->base = now->event;
	put->undoes = e->event;
	if (e->op == OP_CLOSE || (e->op == OP_PUT && e->has_before && e->before_op != OP_CLOSE))
		return row_back(u, e, put, err);
	put->v = now->v;
	removed_note(u, put->v[u->d->area].s);
	return accept_event(u->tx, &u->ac, put, OP_CLOSE, &u->a, err);
}

/* ---- many ---- */

static void
undone_read(Undo *u, Stmt *s, Undone *e)
{
	Str text[5];
	static const int column[] = {3, 4, 5, 7, 8};
	for (size_t i = 0; i < 5; i++)
		text[i] = arena_str(&u->a, db_text(s, column[i]));
	*e = (Undone){.event = db_int(s, 1),
		.op = (Op)db_int(s, 2),
		.key = text[0],
		.open = text[1],
		.sealed = text[2],
		.has_before = db_type(s, 6) != DB_NULL,
		.before_op = (Op)db_int(s, 6),
		.before_open = text[3],
		.before_sealed = text[4]};
}

static bool
chunk_undo(Undo *u, const Undone *e, size_t n, Err *err)
{
	RowPut *put = NEW(&u->a, RowPut, n);
	for (size_t i = 0; i < n; i++) {
		put[i] = (RowPut){.v = NEW(&u->a, Value, u->d->n_fields), .key = e[i].key};
		if (!row_from_log(u->d, e[i].open, &u->a, put[i].v))
			return err_set(
				err, E_DB, "event %lld of the log cannot be read", (long long)e[i].event);
	}
	for (size_t i = 0; i < n && u->r->who; i++)
		if (!account_may_undo(&u->who, u->d, put[i].v[u->d->area].s, u->actor, err))
			return false;
	if (!present_find(&u->ac, put, n, &u->a, err) || !closed_find(&u->ac, put, n, &u->a, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!undo_one(u, &e[i], &put[i], err))
			return false;
	u->events += n;
	return true;
}

/* What undoes them has an origin of its own. */
static bool
undo_begin(Undo *u, Str dataset, Err *err)
{
	WriteTx *tx = u->tx;
	const Origin *o = u->r->origin;
	OriginRow origin;
	u->d = catalog_dataset(&tx->w->cat, dataset);
	if (!u->d)
		return err_set(err, E_INPUT,
			"'%.*s' is no dataset: only what is said in datasets can be undone", STR(dataset));
	u->newest = tx->seq;
	return places_open(tx->w, tx->db, NULL, &u->places, err) &&
		origin_for(tx, o, u->d, 0, &origin, err) && acceptor_open(tx, u->d, &origin, &u->ac, err);
}

/* Whose rights count, and whose change it is; by the first event of those to be undone. */
static bool
undo_by(Undo *u, int64_t event, Err *err)
{
	Stmt *s;
	bool row;
	if (!u->r->who || u->actor.n)
		return true;
	if (!rights_now(u->tx, u->r->who, &u->who, err))
		return false;
	RightsAsk ask = {u->r->who, VERB_UNDO, u->d, (Str){0}, u->r->origin, {0}};
	Err why = {0};
	if (!rights_check(u->tx, &ask, &why)) {
		if (why.code == E_NOTFOUND) /* not even of which dataset it is */
			return err_set(err, E_NOTFOUND, "there is no event %lld: the newest is %lld",
				(long long)event, (long long)u->tx->seq);
		*err = why;
		return false;
	}
	if (!svc_stmt(u->tx->db, &u->tx->w->sql, "event_channel", &s, err))
		return false;
	db_set_int(s, "seq", event);
	if (!db_step(s, &row, err))
		return false;
	NEED(row);
	u->actor = arena_str(&u->tx->tmp, db_text(s, 1));
	db_reset(s);
	return true;
}

static bool
undo_event(Undo *u, Err *err)
{
	Stmt *s;
	bool row;
	Undone e;
	long long event = (long long)u->r->event;
	if (!svc_stmt(u->tx->db, &u->tx->w->sql, "event_and_before", &s, err))
		return false;
	db_set_int(s, "seq", u->r->event);
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return err_set(err, E_NOTFOUND, "there is no event %lld: the newest is %lld", event,
			(long long)u->tx->seq);
	Str dataset = arena_str(&u->a, db_text(s, 0));
	undone_read(u, s, &e);
	db_reset(s);
	if (!undo_begin(u, dataset, err) || !undo_by(u, e.event, err) || !chunk_undo(u, &e, 1, err))
		return false;
	if (!u->later)
		return true;
	if (u->undone)
		return err_set(
			err, E_CONFLICT, "event %lld is undone already: %.*s", event, STR(buf_str(&u->first)));
	err_set(err, E_CONFLICT, "event %lld is not the newest of its row any more: %.*s", event,
		STR(buf_str(&u->first)));
	return err_hint(err, "what came after it has to be undone first; siap history shows all of it");
}

typedef struct BatchEvents {
	int64_t origin, after, n;
} BatchEvents;

static bool
batch_find(Undo *u, BatchEvents *b, Str *dataset, Err *err)
{
	Stmt *s;
	bool row;
	long long batch = (long long)u->r->batch;
	if (!svc_stmt(u->tx->db, &u->tx->w->sql, "job_get", &s, err))
		return false;
	db_set_int(s, "id", u->r->batch);
	if (!db_step(s, &row, err))
		return false;
	if (!row) {
		err_set(err, E_NOTFOUND, "there is no import %lld", batch);
		return err_hint(err, "the last ones: siap undo --batch");
	}
	*dataset = arena_str(&u->a, db_text(s, 0));
	b->origin = db_int(s, 1);
	int64_t at = db_int(s, 2);
	bool waits = str_eq(db_text(s, 3), S("staged"));
	b->n = db_int(s, 4);
	db_reset(s);
	if (waits)
		return err_set(err, E_BUSY, "import %lld is not done yet: undo it when it is", batch);
	if (!b->n)
		return err_set(
			err, E_INPUT, "import %lld changed nothing: there is nothing to undo", batch);
	return event_at_most(u->tx->db, &u->tx->w->sql, at - 1, &b->after, err);
}

static bool
batch_refuse(Undo *u, Err *err)
{
	long long batch = (long long)u->r->batch;
	if (u->later == u->events && u->undone && u->undone == (u->later < NAMED ? u->later : NAMED))
		return err_set(err, E_CONFLICT, "import %lld is undone already; the first rows: %.*s",
			batch, STR(buf_str(&u->first)));
	err_set(err, E_CONFLICT,
		"%llu of %llu rows of import %lld were changed since, nothing is undone; the first: %.*s",
		(unsigned long long)u->later, (unsigned long long)u->events, batch,
		STR(buf_str(&u->first)));
	return err_hint(err, "what came after it has to be undone first; siap history shows all of it");
}

/* Newest first, as one would undo them one by one. */
static bool
undo_batch(Undo *u, Err *err)
{
	BatchEvents b;
	Str dataset;
	if (!batch_find(u, &b, &dataset, err) || !undo_begin(u, dataset, err))
		return false;
	Arena room = u->a;
	for (int64_t before = u->newest + 1; (int64_t)u->events < b.n;) {
		Stmt *s;
		bool row = true;
		size_t n = 0;
		u->a = room;
		Undone *e = NEW(&u->a, Undone, CHUNK);
		if (!svc_stmt(u->tx->db, &u->tx->w->sql, "events_of_origin", &s, err))
			return false;
		db_set_int(s, "origin", b.origin);
		db_set_int(s, "after", b.after);
		db_set_int(s, "before", before);
		db_set_int(s, "most", CHUNK);
		while (n < CHUNK && db_step(s, &row, err) && row)
			undone_read(u, s, &e[n++]);
		if (n < CHUNK && row)
			return false;
		db_reset(s);
		if (!n)
			return err_set(err, E_DB, "import %lld lacks %lld of its events in the log",
				(long long)u->r->batch, (long long)(b.n - (int64_t)u->events));
		before = e[n - 1].event;
		if (!undo_by(u, before, err) || !chunk_undo(u, e, n, err))
			return false;
	}
	return !u->later || batch_refuse(u, err);
}

static void
Undo_auto(Undo *u)
{
	arena_close(&u->a);
	buf_close(&u->first);
}

static bool
undo_work(WriteTx *tx, void *arg, Err *err)
{
	UndoRequest *r = arg;
	AUTO(Undo) u = {.tx = tx, .r = r};
	r->removed = r->back = 0;
	if (!why_check(r->origin->why, err) || !arena_open(&u.a, CHUNK_ROOM, err) ||
		!(r->event ? undo_event(&u, err) : undo_batch(&u, err)) || !references_check(&u, err))
		return false;
	r->first = u.newest + 1;
	r->last = tx->seq;
	return true;
}

bool
gate_undo(Gate *g, UndoRequest *r, Err *err)
{
	return g->writer ? gate_write(g, undo_work, r, !r->event, err) : socket_undo(g, r, err);
}

/* ---- the last imports ---- */

bool
imports_list(Workspace *w, ImportList *list, Arena *a, Err *err)
{
	Stmt *s;
	bool row;
	list->n = 0;
	list->item = NEW(a, Imported, list->max);
	if (!svc_stmt(w->db, &w->sql, "jobs_last", &s, err))
		return false;
	db_set_int(s, "most", (int64_t)list->max);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		list->item[list->n++] = (Imported){.batch = db_int(s, 0),
			.at = db_int(s, 1),
			.dataset = arena_str(a, db_text(s, 2)),
			.file = arena_str(a, db_text(s, 3)),
			.rows = db_int(s, 4),
			.added = db_int(s, 5),
			.changed = db_int(s, 6),
			.conflicts = db_int(s, 7),
			.actor = arena_str(a, db_text(s, 8)),
			.agency = arena_str(a, db_text(s, 9))};
	}
}
