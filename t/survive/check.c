/* check: what a workspace must hold after its writers ended in the middle of it. */
#include "survive.h"

#include <sodium.h>

typedef struct Found { /* an event as it is in the log */
	int64_t seq;
	int dataset, op;
	Str key, area, open, sealed;
	Sha256 leaf;
	int64_t before; /* the row's event before it, 0: none */
} Found;
enum { PUT = 1, CLOSE = 2, REOPEN = 3 };

typedef struct Check {
	const Env *env;
	Ledger *l;
	Verdict *v;
	Arena a;
	Workspace w;
	Sealer sealer;
	Found *event;
	size_t n;
	Map newest; /* dataset and key -> index in event */
} Check;

static void
note(Verdict *v, const char *fmt, va_list list)
{
	if (!v->first[0])
		vsnprintf(v->first, sizeof v->first, fmt, list);
}

void
wrong(Verdict *v, const char *fmt, ...)
{
	va_list list;
	va_start(list, fmt);
	note(v, fmt, list);
	va_end(list);
	v->wrong++;
}

void
lost(Verdict *v, const char *fmt, ...)
{
	va_list list;
	va_start(list, fmt);
	note(v, fmt, list);
	va_end(list);
	v->lost++;
}

static Str
row_name(Arena *a, int dataset, Str key)
{
	return arena_fmt(a, "%d %.*s", dataset, STR(key));
}

/* ---- the log ---- */

static void
see_event(Check *c, Stmt *s, Found *f)
{
	uint64_t before;
	Str dataset = db_text(s, 2), leaf = db_text(s, 7);
	int64_t last = c->n ? c->event[c->n - 1].seq : 0;
	*f = (Found){.seq = db_int(s, 0),
		.op = (int)db_int(s, 1),
		.dataset = survive_dataset_of(dataset),
		.key = arena_str(&c->a, db_text(s, 3)),
		.area = arena_str(&c->a, db_text(s, 4)),
		.open = arena_str(&c->a, db_text(s, 5)),
		.sealed = arena_str(&c->a, db_text(s, 6))};
	c->n++;
	if (f->seq != last + 1)
		wrong(c->v, "event %lld follows event %lld", (long long)f->seq, (long long)last);
	if (!dataset.n)
		wrong(c->v, "event %lld has no origin", (long long)f->seq);
	if (leaf.n == 32)
		memcpy(f->leaf.b, leaf.p, 32);
	else
		wrong(c->v, "event %lld has a leaf of %zu bytes", (long long)f->seq, leaf.n);
	if (f->dataset < 0)
		return;
	Str name = row_name(&c->a, f->dataset, f->key);
	if (map_get(&c->newest, name, &before)) {
		f->before = c->event[before].seq;
		if (f->op == CLOSE && !str_eq(f->open, c->event[before].open))
			wrong(c->v, "event %lld closes another row than there was", (long long)f->seq);
	}
	map_set(&c->newest, name, c->n - 1);
}

static bool
read_log(Check *c, Err *err)
{
	static const char sql[] =
		"SELECT e.seq, e.op, o.dataset, e.key, e.area, e.open, e.sealed, e.leaf "
		"FROM event AS e LEFT JOIN origin AS o ON o.id = e.origin ORDER BY e.seq";
	Stmt *s;
	bool row;
	if (!db_prepare(c->w.db, S("SELECT count(*) FROM event"), &s, err) || !db_step(s, &row, err))
		return false;
	size_t room = (size_t)db_int(s, 0);
	db_reset(s);
	c->event = NEW(&c->a, Found, room + 1);
	c->newest = map_new(&c->a);
	if (!db_prepare(c->w.db, S(sql), &s, err))
		return false;
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return c->n == room || err_set(err, E_DB, "counted %zu events, read %zu", room, c->n);
		NEED(c->n < room);
		see_event(c, s, &c->event[c->n]);
	}
}

static const Found *
find_event(const Check *c, int64_t seq)
{
	size_t lo = 0, hi = c->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (c->event[mid].seq < seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->n && c->event[lo].seq == seq ? &c->event[lo] : NULL;
}

/* ---- what was acknowledged ---- */

static bool
values_of(Check *c, const Dataset *d, const Ack *ack, Arena *a, Value *v, Err *err)
{
	Reading r = {&c->w.cat, c->w.pack, 7 * 60, a};
	const char *at = ack->cells.p;
	for (size_t i = 0; i < d->n_fields; i++) {
		Str cell = str_of(at);
		at += cell.n + 1;
		if (cell.n && !value_parse(&r, &d->field[i], cell, &v[i], err))
			return err_prefix(err, "%.*s: ", STR(d->field[i].name));
	}
	NEED(at == ack->cells.p + ack->cells.n);
	return true;
}

/* The private fields of an event, opened with its row's key. */
static bool
unseal(Check *c, const Dataset *d, const Found *f, Buf *out, Err *err)
{
	unsigned char row_key[32];
	SealedRow row = {d->name, f->key, f->area, row_key};
	Stmt *s;
	bool there;
	if (!f->sealed.n)
		return true;
	if (!svc_stmt(c->w.db, &c->w.sql, "row_key_get", &s, err))
		return false;
	db_set_text(s, "area", f->area);
	db_set_text(s, "dataset", d->name);
	db_set_text(s, "key", f->key);
	if (!db_step(s, &there, err))
		return false;
	if (!there)
		return err_set(err, E_DB, "its row has no key");
	bool ok = sealer_unwrap(&c->sealer, db_text(s, 0), &row, err);
	db_reset(s);
	return ok && sealer_open_sealed(&row, f->sealed, out, err);
}

/* Whether the event says what was acknowledged, in its open and in its private fields. */
static bool
says_the_same(Check *c, const Ack *ack, const Found *f, Err *err)
{
	Arena tmp = c->a;
	AUTO(Buf) open = {0}, closed = {0}, key = {0}, there = {0};
	const Dataset *d = survive_dataset(&c->w.cat, ack->dataset);
	Value *v = NEW(&tmp, Value, d->n_fields);
	if (!values_of(c, d, ack, &tmp, v, err))
		return false;
	row_key(d, v, &key);
	if (f->dataset != ack->dataset || !str_eq(buf_str(&key), f->key))
		return err_set(
			err, E_DB, "it is of the row '%.*s', not '%.*s'", STR(f->key), STR(buf_str(&key)));
	if (ack->closing)
		return f->op == CLOSE || err_set(err, E_DB, "it does not close the row");
	row_json(d, v, false, &open);
	if (f->op == CLOSE || !str_eq(buf_str(&open), f->open))
		return err_set(err, E_DB, "it says %.*s, not %.*s", STR(f->open), STR(buf_str(&open)));
	if (!d->has_private)
		return true;
	row_json(d, v, true, &closed);
	if (!unseal(c, d, f, &there, err))
		return false;
	return str_eq(buf_str(&there), buf_str(&closed)) ||
		err_set(err, E_DB, "its private part is %.*s, not %.*s", STR(buf_str(&there)),
			STR(buf_str(&closed)));
}

static bool
has_conflict(Check *c, int64_t event, bool *yes, Err *err)
{
	Stmt *s;
	if (!db_prepare(c->w.db, S("SELECT 1 FROM conflict WHERE event = :event"), &s, err))
		return false;
	db_set_int(s, "event", event);
	if (!db_step(s, yes, err))
		return false;
	db_reset(s);
	return true;
}

static bool
check_acks(Check *c, Err *err)
{
	for (size_t i = 0; i < c->l->n; i++) {
		Ack *ack = &c->l->ack[i];
		const Found *f = find_event(c, ack->event);
		Err why = {0};
		bool yes = true;
		if (!f) {
			lost(c->v, "event %lld was acknowledged and is lost; the last one is %lld",
				(long long)ack->event, c->n ? (long long)c->event[c->n - 1].seq : 0);
			continue;
		}
		if (ack->checked) /* it is as it was then: check_seen */
			continue;
		if (!says_the_same(c, ack, f, &why)) {
			lost(c->v, "event %lld is not what was acknowledged: %s", (long long)f->seq, why.text);
			continue;
		}
		if (ack->outcome == OUTCOME_CONFLICT && !ack->closing &&
			!has_conflict(c, f->seq, &yes, err))
			return false;
		if (!yes)
			wrong(c->v, "event %lld was acknowledged as a conflict, and no conflict is kept",
				(long long)f->seq);
		ack->checked = true;
	}
	return true;
}

/* ---- what was there at the last check ---- */

static Sha256
digest(Hasher *h, const Found *f)
{
	Sha256 out;
	hasher_begin(h);
	hasher_add(h, (Str){(const char *)&f->op, sizeof f->op});
	hasher_add(h, f->key);
	hasher_add(h, f->open);
	hasher_add(h, f->sealed);
	hasher_add(h, (Str){(const char *)f->leaf.b, 32});
	hasher_end(h, &out);
	return out;
}

/* Acknowledged or not: an event that was there after one end is there after the next. */
static void
check_seen(Check *c)
{
	Ledger *l = c->l;
	l->seen = realloc(l->seen, (c->n > l->n_seen ? c->n : l->n_seen) * sizeof *l->seen + 1);
	NEED(l->seen);
	for (size_t i = 0; i < c->n; i++) {
		Sha256 now = digest(c->sealer.hasher, &c->event[i]);
		if (i < l->n_seen && memcmp(&now, &l->seen[i], sizeof now) != 0)
			wrong(c->v, "event %lld is another one than before", (long long)c->event[i].seq);
		l->seen[i] = now;
	}
	if (c->n < l->n_seen)
		wrong(c->v, "there were %zu events before, now %zu", l->n_seen, c->n);
	l->n_seen = c->n > l->n_seen ? c->n : l->n_seen;
}

/* ---- the tables ---- */

static void
check_row(Check *c, const Dataset *d, int dataset, Stmt *s, Arena tmp)
{
	AUTO(Buf) key = {0}, open = {0};
	Value *v = NEW(&tmp, Value, d->n_fields);
	int64_t event;
	uint64_t at;
	Str sealed;
	row_read(d, s, &tmp, v, &event, &sealed);
	row_key(d, v, &key);
	row_json(d, v, false, &open);
	Str k = buf_str(&key);
	if (!map_get(&c->newest, row_name(&tmp, dataset, k), &at)) {
		wrong(c->v, "%.*s '%.*s' has no event", STR(d->name), STR(k));
		return;
	}
	const Found *f = &c->event[at];
	if (f->op == CLOSE || f->seq != event)
		wrong(c->v, "%.*s '%.*s' is of event %lld, its newest is %lld%s", STR(d->name), STR(k),
			(long long)event, (long long)f->seq, f->op == CLOSE ? ", which closes it" : "");
	else if (!str_eq(f->open, buf_str(&open)) || !str_eq(f->sealed, sealed))
		wrong(c->v, "%.*s '%.*s' is not what its event %lld says", STR(d->name), STR(k),
			(long long)event);
}

static bool
check_table(Check *c, int dataset, size_t *rows, Err *err)
{
	AUTO(Buf) sql = {0};
	const Dataset *d = survive_dataset(&c->w.cat, dataset);
	Stmt *s;
	bool row;
	dataset_range_sql(d, &sql);
	if (!buf_check(&sql, err) || !db_prepare(c->w.db, buf_str(&sql), &s, err))
		return false;
	db_set_text(s, "lo", S(""));
	db_set_text(s, "hi", S(":"));
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		check_row(c, d, dataset, s, c->a);
		++*rows;
	}
}

static bool
check_tables(Check *c, Err *err)
{
	size_t rows = 0, open = 0;
	for (int i = 0; i < DATASETS; i++)
		if (!check_table(c, i, &rows, err))
			return false;
	for (size_t i = 0; i < c->n; i++) {
		const Found *f = &c->event[i];
		uint64_t at;
		Arena tmp = c->a;
		if (f->dataset < 0)
			continue;
		NEED(map_get(&c->newest, row_name(&tmp, f->dataset, f->key), &at));
		open += at == i && f->op != CLOSE;
	}
	if (rows != open)
		wrong(c->v, "the tables have %zu rows, by the log it is %zu", rows, open);
	return true;
}

/* ---- checkpoints ---- */

static void
check_handed(Check *c)
{
	const Handed *last = NULL;
	Sha256 *leaf = NEW(&c->a, Sha256, c->n + 1), root;
	for (size_t i = 0; i < c->n; i++)
		leaf[i] = c->event[i].leaf;
	for (size_t i = 0; i < c->l->n_handed; i++) {
		const Handed *h = &c->l->handed[i];
		if (last && h->size == last->size && memcmp(&h->root, &last->root, 32) == 0)
			continue;
		last = h;
		if (h->size > c->n) {
			wrong(c->v, "a checkpoint of %llu events was handed out, there are %zu",
				(unsigned long long)h->size, c->n);
			continue;
		}
		root_of(leaf, h->size, &root);
		if (memcmp(&root, &h->root, 32) != 0)
			wrong(c->v, "the checkpoint of %llu events that was handed out is no prefix of the log",
				(unsigned long long)h->size);
	}
}

/* ---- the database itself, and going on ---- */

static bool
check_integrity(Check *c, Err *err)
{
	Stmt *s;
	bool row;
	if (db_is_postgres(c->w.db))
		return true;
	if (!db_prepare(c->w.db, S("PRAGMA integrity_check"), &s, err) || !db_step(s, &row, err))
		return false;
	if (!row || !str_eq(db_text(s, 0), S("ok")))
		wrong(c->v, "PRAGMA integrity_check: %.*s", STR(db_text(s, 0)));
	db_reset(s);
	return true;
}

/* What the program itself finds. */
static void
check_verify(Check *c)
{
	VerifyReport report;
	Err err = {0};
	if (!log_verify(&c->w, &(VerifyAsk){0}, &c->a, &report, &err))
		snprintf(c->v->verified, sizeof c->v->verified, "[%s] %s", err_name(err.code), err.text);
}

/* The board that was kept and has followed is the one that is made anew. */
static bool
check_board(Check *c, Err *err)
{
	AUTO(BoardP) kept = NULL;
	AUTO(BoardP) fresh = NULL;
	Str difference;
	if (!board_open(&c->w, &kept, err) || !board_rebuild(&c->w, &fresh, err))
		return false;
	if (!board_equal(kept, fresh, &difference, &c->a))
		wrong(c->v, "the board that was kept differs: %.*s", STR(difference));
	return true;
}

/* One more row goes in behind all that is there. */
static bool
go_on(Check *c, Err *err)
{
	AUTO(GateP) gate = NULL;
	const Dataset *d = survive_dataset(&c->w.cat, 3);
	Origin o = {.actor = S("survivor"), .source = S("test")};
	Str text[CELLS] = {{0}};
	Str decision = arena_fmt(&c->a, "SK after %zu", c->n);
	for (size_t i = 0; i < d->n_fields; i++)
		text[i] = str_eq(d->field[i].name, S("tps"))  ? S(VILLAGE "001")
			: str_eq(d->field[i].name, S("decision")) ? decision
													  : (Str){0};
	RowRequest r = {.origin = &o, .dataset = d, .text = text};
	if (!gate_open(&c->w, &gate, err) || !gate_enter(gate, &r, err))
		return false;
	if (r.outcome != OUTCOME_ADDED && r.outcome != OUTCOME_CHANGED)
		wrong(c->v, "a new row: outcome %d", (int)r.outcome);
	if (r.event <= (c->n ? c->event[c->n - 1].seq : 0))
		wrong(c->v, "a new row became event %lld", (long long)r.event);
	return true;
}

static bool
check_all(Check *c, const char *ws, Err *err)
{
	if (!workspace_open(c->env, ws, &c->a, &c->w, err))
		return false;
	bool ok = sealer_open(&c->w, &c->sealer, err) && check_integrity(c, err) && read_log(c, err) &&
		check_acks(c, err) && check_tables(c, err);
	if (ok) {
		check_seen(c);
		check_handed(c);
		check_verify(c);
		ok = check_board(c, err) && go_on(c, err);
	}
	if (c->sealer.hasher)
		sealer_close(&c->sealer);
	workspace_close(&c->w);
	return ok;
}

void
workspace_check(const Env *env, const char *ws, Ledger *l, Verdict *out)
{
	Check c = {.env = env, .l = l, .v = out};
	Err err = {0};
	if (!arena_open(&c.a, (size_t)1 << 34, &err) || !check_all(&c, ws, &err)) {
		wrong(out, "[%s] %s", err_name(err.code), err.text);
		/* What cannot be read is lost, unless it was found before it stopped. */
		if (!out->lost && c.n == 0)
			out->lost = l->n;
	}
	arena_close(&c.a);
}
