/* verify_rows: the tables hold exactly the newest event of each row, as the event says it. */
#include "svc/verify_private.h"

#include <sodium.h>

static const uint32_t SEEN = UINT32_MAX; /* in `next`: the end of its chain, and in a table */

/* ---- chains ---- */

typedef struct Conflicts { /* as the table says, in the order of events */
	Stmt *s;
	int64_t event, over;
	bool more;
} Conflicts;

static bool
conflict_next(Conflicts *c, Err *err)
{
	if (!db_step(c->s, &c->more, err))
		return false;
	c->event = c->more ? db_int(c->s, 0) : INT64_MAX;
	c->over = c->more ? db_int(c->s, 1) : 0;
	return true;
}

static bool
conflict_differs(int64_t event, Err *err)
{
	return err_set(err, E_CONFLICT,
		"the table of conflicts does not say what the log says of event %lld", (long long)event);
}

/* An event follows the one it was based on, or in a conflict the one that stood there. Whichever the table of conflicts names
 * wrongly leaves two ends in one row, or none: that shows in the rows. */
static bool
chain_add(VerifyLog *l, int64_t event, Conflicts *c, Err *err)
{
	int64_t base = l->base[event], before = c->event == event ? c->over : base;
	if (c->event < event || before < 0 || before >= event ||
		(c->event == event && (!base || base == before)) || (before && l->next[before]))
		return conflict_differs(c->event < event ? c->event : event, err);
	if (before && l->dataset[before] != l->dataset[event])
		return err_set(err, E_CONFLICT, "event %lld is based on %lld, which is of another dataset",
			(long long)event, (long long)before);
	if (before)
		l->next[before] = (uint32_t)event;
	/* Erasing the private fields of a closed row does not bring it back. */
	if (before && l->op[event] == OP_FORGET && l->op[before] == OP_CLOSE)
		l->op[event] = OP_CLOSE;
	return c->event != event || conflict_next(c, err);
}

bool
verify_chains(Verify *v, VerifyThread *t, Err *err)
{
	Conflicts c = {0};
	if (!svc_stmt(t->db, &v->w->sql, "verify_conflicts", &c.s, err) || !conflict_next(&c, err))
		return false;
	bool ok = true;
	for (int64_t event = 1; ok && event <= v->log.events; event++)
		ok = chain_add(&v->log, event, &c, err);
	if (ok && c.more)
		ok = conflict_differs(c.event, err);
	db_reset(c.s);
	return ok;
}

/* ---- closed rows ---- */

static bool
closed_differs(int64_t event, Err *err)
{
	return err_set(err, E_CONFLICT,
		"the table of closed rows does not say what the log says of event %lld", (long long)event);
}

static bool
closed_check(VerifyLog *l, Stmt *s, Err *err)
{
	int64_t event = db_int(s, 0);
	for (int i = 1; i <= 3; i++)
		if (!str_eq(db_text(s, i), db_text(s, i + 3)))
			return closed_differs(event, err);
	if (event < 1 || event > l->events || l->op[event] != OP_CLOSE || l->next[event])
		return closed_differs(event, err);
	l->next[event] = SEEN;
	return true;
}

bool
verify_closed(Verify *v, VerifyThread *t, Err *err)
{
	VerifyLog *l = &v->log;
	Stmt *s;
	bool row = true;
	if (!svc_stmt(t->db, &v->w->sql, "verify_closed", &s, err))
		return false;
	while (db_step(s, &row, err) && row)
		if (!closed_check(l, s, err)) {
			db_reset(s);
			return false;
		}
	for (int64_t e = 1; !row && e <= l->events; e++)
		if (l->op[e] == OP_CLOSE && !l->next[e])
			return closed_differs(e, err);
	return !row;
}

/* ---- tables ---- */

typedef struct Look { /* at the rows of one dataset */
	VerifyThread *t;
	const Dataset *d;
	Stmt *s;
	int n; /* columns of the dataset, before those of the event */
	Value *row, *said;
	uint64_t rows;
} Look;

static bool
row_differs(const Look *k, const Value *v, Str what, Err *err)
{
	AUTO(Buf) key = {0};
	row_key(k->d, v, &key);
	if (!buf_check(&key, err))
		return false;
	return err_set(err, E_CONFLICT, "row '%.*s' of '%.*s' %.*s", STR(buf_str(&key)),
		STR(k->d->name), STR(what));
}

static Str
value_shown(const Field *f, Value v, Arena *a)
{
	AUTO(Buf) b = {0};
	if (v.kind == VALUE_NULL)
		return S("-");
	value_print(f, v, 0, &b);
	return arena_str(a, buf_str(&b));
}

static bool
values_check(Look *k, int64_t event, Arena *a, Err *err)
{
	for (size_t i = 0; i < k->d->n_fields; i++) {
		const Field *f = &k->d->field[i];
		if (f->n_private || value_eq(k->row[i], k->said[i]))
			continue;
		Str here = value_shown(f, k->row[i], a), there = value_shown(f, k->said[i], a);
		return row_differs(k, k->row,
			arena_fmt(a, tr("was changed: %.*s is %.*s in the table and %.*s in event %lld"),
				STR(f->name), STR(here), STR(there), (long long)event),
			err);
	}
	return true;
}

/* By which private values others find it: they come from the sealed part, which verify_events opened. */
static bool
matches_check(Look *k, Str sealed, Str key, Arena *a, Err *err)
{
	unsigned char own[32];
	const Dataset *d = k->d;
	SealedRow row = {d->name, key, k->row[d->area].s, own};
	AUTO(Buf) json = {0};
	Matches want = {0};
	bool found;
	if (!d->n_match)
		return true;
	if (sealed.n) {
		bool ok = row_key_find(k->t->db, &k->t->v->w->sql, &k->t->sealer, &row, &found, err) &&
			found && sealer_open_sealed(&row, sealed, &json, err) &&
			row_from_json(d, buf_str(&json), a, k->said, err);
		sodium_memzero(own, sizeof own);
		if (!ok)
			return row_differs(k, k->row, str_of(tr("has private fields that do not open")), err);
	}
	sealer_matches(&k->t->sealer, d, k->said, &want);
	for (size_t i = 0; i < d->n_match; i++)
		if (!str_eq(db_text(k->s, k->n - (int)(d->n_match - i)), str_of(want.hex[i])))
			return row_differs(k, k->row,
				str_of(tr("was changed: its private fields are found under another value")), err);
	return true;
}

static bool
row_check(Look *k, Arena a, Err *err)
{
	VerifyLog *l = &k->t->v->log;
	AUTO(Buf) key = {0};
	int64_t event;
	Str sealed;
	row_read(k->d, k->s, &a, k->row, &event, &sealed);
	row_key(k->d, k->row, &key);
	if (!buf_check(&key, err))
		return false;
	bool known = event > 0 && event <= l->events &&
		l->dataset[event] == k->d - k->t->v->w->cat.dataset && l->op[event] != OP_CLOSE &&
		str_eq(db_text(k->s, k->n), buf_str(&key));
	if (!known)
		return row_differs(k, k->row,
			arena_fmt(
				&a, tr("is in the table, but its event %lld does not say so"), (long long)event),
			err);
	if (l->next[event])
		return row_differs(k, k->row,
			arena_fmt(&a,
				tr("is in the table as of event %lld, but that is not its newest, or it stands twice"),
				(long long)event),
			err);
	l->next[event] = SEEN;
	if (!row_from_log(k->d, db_text(k->s, k->n + 1), &a, k->said))
		return err_set(err, E_DB, "event %lld of the log cannot be read", (long long)event);
	if (!values_check(k, event, &a, err))
		return false;
	if (!str_eq(sealed, db_text(k->s, k->n + 2)))
		return row_differs(k, k->row,
			str_of(tr("was changed: its private fields are not those of its event")), err);
	return matches_check(k, sealed, buf_str(&key), &a, err);
}

static bool
look_open(Look *k, Str lo, Str hi, Err *err)
{
	AUTO(Buf) sql = {0};
	dataset_verify_sql(k->d, &sql);
	if (!buf_check(&sql, err) || !db_prepare(k->t->db, buf_str(&sql), &k->s, err))
		return false;
	db_set_text(k->s, "lo", lo);
	db_set_text(k->s, "hi", hi);
	k->n = db_columns(k->s) - 3;
	k->row = NEW(&k->t->a, Value, k->d->n_fields);
	k->said = NEW(&k->t->a, Value, k->d->n_fields);
	return true;
}

/* Each piece of work is a dataset between two regencies, so that one large table keeps all threads busy. */
static bool
table_check(VerifyThread *t, int64_t at, Err *err)
{
	Verify *v = t->v;
	size_t part = (size_t)at % v->n_cuts;
	Look k = {.t = t, .d = &v->w->cat.dataset[(size_t)at / v->n_cuts]};
	bool row = true;
	if (!look_open(&k, v->cut[part], v->cut[part + 1], err))
		return false;
	for (;;) {
		if (!db_step(k.s, &row, err))
			return false;
		if (!row)
			break;
		if (!row_check(&k, t->a, err)) {
			db_reset(k.s);
			return false;
		}
		k.rows++;
	}
	pthread_mutex_lock(&v->lock);
	v->out->rows += (int64_t)k.rows;
	pthread_mutex_unlock(&v->lock);
	return !k.rows || verify_tell(v, S("rows"), k.rows, 0, err);
}

static bool
cuts_make(Verify *v, VerifyThread *t, Err *err)
{
	enum { MOST = 2000 };
	Stmt *s;
	bool row;
	v->cut = NEW(v->a, Str, MOST + 2);
	v->cut[v->n_cuts++] = S("");
	if (!svc_stmt(t->db, &v->w->sql, "area_all", &s, err))
		return false;
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		if (db_int(s, 1) == LEVEL_REGENCY && v->n_cuts < MOST)
			v->cut[v->n_cuts++] = arena_str(v->a, db_text(s, 0));
	}
	v->cut[v->n_cuts] = S(":"); /* behind all digits */
	return true;
}

/* Every end of a chain must have been met in its table. */
static bool
missing_check(const Verify *v, Err *err)
{
	const VerifyLog *l = &v->log;
	for (int64_t e = 1; e <= l->events; e++)
		if (l->dataset[e] >= 0 && !l->next[e] && l->op[e] != OP_CLOSE)
			return err_set(err, E_CONFLICT, "the row of event %lld is missing in table '%.*s'",
				(long long)e, STR(v->w->cat.dataset[l->dataset[e]].name));
	return true;
}

bool
verify_rows(Verify *v, VerifyThread *t, Err *err)
{
	return cuts_make(v, t, err) &&
		verify_each(v, t, (int64_t)(v->w->cat.n_datasets * v->n_cuts), table_check, err) &&
		missing_check(v, err);
}
