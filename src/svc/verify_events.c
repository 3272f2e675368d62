/* verify_events: every event's public entry made again and hashed, its private part opened; tiles and checkpoints over the leaves. */
#include "svc/verify_private.h"

#include <sodium.h>

enum { CHUNK = 16 * TILE_WIDTH };

/* ---- origins and the definitions that they name ---- */

typedef struct Shapes { /* what an entry shows depends on the dataset as it was defined then */
	Map by_hash;
	bool *restricted, *has_private;
	size_t n;
} Shapes;

static bool
shape_read(Verify *v, Stmt *s, Shapes *shapes, Err *err)
{
	Str hash = db_text(s, 0), name = db_text(s, 1), body = db_text(s, 2);
	Sha256 is = sha256(body);
	char hex[65];
	Dataset d = {0};
	hex_encode(is.b, sizeof is.b, hex);
	if (!str_eq(hash, str_of(hex)))
		return err_set(err, E_CONFLICT,
			"definition '%.*s' was changed: its text is not that of its hash %.8s", STR(name),
			arena_cstr(v->a, hash));
	if (str_starts(name, S("datasets/")) &&
		!dataset_parse(name, arena_str(v->a, body), v->a, &d, err))
		return false;
	map_set(&shapes->by_hash, arena_str(v->a, hash), shapes->n);
	shapes->restricted[shapes->n] = d.restricted;
	shapes->has_private[shapes->n++] = d.has_private;
	return true;
}

static bool
shapes_read(Verify *v, Db *db, Shapes *out, Err *err)
{
	enum { MOST = 1 << 20 };
	Stmt *s;
	bool row;
	*out = (Shapes){map_new(v->a), NEW(v->a, bool, MOST), NEW(v->a, bool, MOST), 0};
	if (!svc_stmt(db, &v->w->sql, "definition_all", &s, err))
		return false;
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (out->n == MOST || !shape_read(v, s, out, err)) {
			db_reset(s);
			return out->n == MOST && err_set(err, E_LIMIT, "too many definitions to verify");
		}
	}
}

static bool
origin_know(Verify *v, const Shapes *shapes, Stmt *s, Hasher *h, Err *err)
{
	OriginFacts facts;
	int64_t id = db_int(s, 0);
	uint64_t shape;
	origin_read(s, 1, &facts);
	if (id < 1 || id > v->log.n_origins || !map_get(&shapes->by_hash, facts.definition, &shape))
		return err_set(
			err, E_CONFLICT, "origin %lld names a definition that is not kept", (long long)id);
	const Dataset *d = catalog_dataset(&v->w->cat, facts.dataset);
	KnownOrigin *o = &v->log.origin[id];
	*o = (KnownOrigin){.row = {.id = id, .agency = arena_str(v->a, facts.agency)},
		.dataset = arena_str(v->a, facts.dataset),
		.device = arena_str(v->a, facts.batch ? (Str){0} : facts.device),
		.request = arena_str(v->a, facts.device.n ? facts.request : (Str){0}),
		.at = d ? (int16_t)(d - v->w->cat.dataset) : -1,
		.restricted = shapes->restricted[shape] || system_is_restricted(facts.dataset),
		.has_private = shapes->has_private[shape],
		.known = true};
	return origin_hash(&facts, h, &o->row.hash, err);
}

bool
verify_origins(Verify *v, VerifyThread *t, Err *err)
{
	Shapes shapes;
	Stmt *s;
	bool row;
	if (!shapes_read(v, t->db, &shapes, err) ||
		!svc_stmt(t->db, &v->w->sql, "origin_last", &s, err) || !db_step(s, &row, err))
		return false;
	v->log.n_origins = row ? db_int(s, 0) : 0;
	db_reset(s);
	v->log.origin = NEW(v->a, KnownOrigin, (size_t)v->log.n_origins + 1);
	if (!svc_stmt(t->db, &v->w->sql, "origin_all", &s, err))
		return false;
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (!origin_know(v, &shapes, s, t->sealer.hasher, err)) {
			db_reset(s);
			return false;
		}
	}
}

/* ---- events ---- */

typedef struct SealedEvent { /* one that did not open: its row's key must have been erased later */
	int64_t seq;
	Str row; /* dataset, a zero byte, key */
	Str why;
	struct SealedEvent *next;
} SealedEvent;

typedef struct Chunk {
	VerifyThread *t;
	Buf *scratch;
	Sha256 leaf[TILE_WIDTH];
} Chunk;

static Str
row_name(Verify *v, Str dataset, Str key)
{
	AUTO(Buf) b = {0};
	buf_add(&b, dataset);
	buf_byte(&b, 0);
	buf_add(&b, key);
	pthread_mutex_lock(&v->lock);
	Str name = arena_str(v->a, buf_str(&b));
	pthread_mutex_unlock(&v->lock);
	return name;
}

static bool
sealed_opens(VerifyThread *t, const Entry *e, Str sealed, Err *err)
{
	unsigned char key[32];
	SealedRow row = {e->dataset, e->key, e->area, key};
	AUTO(Buf) closed = {0};
	Sha256 hash;
	bool found;
	if (!row_key_find(t->db, &t->v->w->sql, &t->sealer, &row, &found, err))
		return false;
	if (!found)
		return err_set(err, E_CONFLICT, "the key of its private fields is gone");
	bool ok = sealer_open_sealed(&row, sealed, &closed, err);
	if (ok)
		sealer_closed(&t->sealer, &row, e->seq, buf_str(&closed), &hash);
	sodium_memzero(key, sizeof key);
	return ok &&
		(memcmp(hash.b, sealed.p, SEAL_HASH) == 0 ||
			err_set(err, E_CONFLICT, "its private fields are not those that were logged"));
}

static void
sealed_later(Verify *v, const Entry *e, const Err *why)
{
	Str row = row_name(v, e->dataset, e->key);
	pthread_mutex_lock(&v->lock);
	SealedEvent *s = NEW(v->a, SealedEvent, 1);
	*s = (SealedEvent){e->seq, row, arena_str(v->a, str_of(why->text)), v->closed};
	v->closed = s;
	pthread_mutex_unlock(&v->lock);
}

static void
forgotten(Verify *v, const Entry *e)
{
	uint64_t last = 0;
	Str row = row_name(v, e->dataset, e->key);
	pthread_mutex_lock(&v->lock);
	if (!map_get(&v->log.forgotten, row, &last) || last < (uint64_t)e->seq)
		map_set(&v->log.forgotten, row, (uint64_t)e->seq);
	pthread_mutex_unlock(&v->lock);
}

static bool
closed_check(VerifyThread *t, const Entry *e, Str sealed, Err *err)
{
	Verify *v = t->v;
	Err why = {0};
	if (e->op == OP_FORGET)
		forgotten(v, e);
	if (!sealed.n)
		return true;
	if (sealed_opens(t, e, sealed, &why)) {
		pthread_mutex_lock(&v->lock);
		v->out->sealed++;
		pthread_mutex_unlock(&v->lock);
		return true;
	}
	if (why.code == E_IO || why.code == E_LIMIT) {
		*err = why;
		return false;
	}
	sealed_later(v, e, &why);
	return true;
}

static void
event_read(Stmt *s, Entry *e, int64_t *origin, Str *open, Str *sealed, Str *leaf)
{
	*e = (Entry){.seq = db_int(s, 0),
		.at = db_int(s, 1),
		.key = db_text(s, 3),
		.area = db_text(s, 4),
		.op = (int)db_int(s, 5),
		.base = db_int(s, 6),
		.undoes = db_int(s, 7),
		.clock = db_text(s, 8)};
	*origin = db_int(s, 2);
	*open = db_text(s, 9);
	*sealed = db_text(s, 10);
	*leaf = db_text(s, 11);
}

static bool
event_differs(int64_t seq, Err *err)
{
	return err_set(err, E_CONFLICT,
		"event %lld is not what was logged: it, its origin or its leaf in the tree was changed",
		(long long)seq);
}

static bool
event_check(Chunk *c, Stmt *s, int64_t want, Err *err)
{
	VerifyThread *t = c->t;
	VerifyLog *l = &t->v->log;
	Entry e;
	int64_t origin;
	Str open, sealed, stored;
	Sha256 closed, *leaf = &c->leaf[(want - 1) % TILE_WIDTH];
	event_read(s, &e, &origin, &open, &sealed, &stored);
	if (e.seq != want)
		return err_set(err, E_CONFLICT, "event %lld is missing", (long long)want);
	const KnownOrigin *o = origin > 0 && origin <= l->n_origins ? &l->origin[origin] : NULL;
	if (!o || !o->known || stored.n != 32 ||
		(sealed.n && (sealed.n < SEAL_HASH || !o->has_private)))
		return event_differs(want, err);
	e.agency = o->row.agency;
	e.dataset = o->dataset;
	e.restricted = o->restricted;
	e.origin = &o->row.hash;
	if (sealed.n)
		memcpy(closed.b, sealed.p, SEAL_HASH);
	else if (o->has_private)
		sealer_empty(&t->sealer, e.seq, &closed);
	sealer_leaf(&t->sealer, &e, open, o->has_private ? &closed : NULL, c->scratch, leaf);
	if (!buf_check(c->scratch, err))
		return false;
	if (memcmp(leaf->b, stored.p, 32) != 0 || e.base < 0 || e.base >= e.seq)
		return event_differs(want, err);
	l->base[want] = (uint32_t)e.base;
	l->op[want] = (uint8_t)e.op;
	l->dataset[want] = o->at;
	verify_keep(t->v, &e, o);
	return closed_check(t, &e, sealed, err);
}

void
verify_tile_root(Hasher *h, Sha256 *node)
{
	for (int n = TILE_WIDTH; n > 1; n /= 2)
		for (int i = 0; i < n / 2; i++)
			tlog_node(h, &node[2 * i], &node[2 * i + 1], &node[i]);
}

static bool
chunk_check(VerifyThread *t, int64_t at, Err *err)
{
	AUTO(Buf) scratch = {0};
	VerifyLog *l = &t->v->log;
	Chunk *c = NEW(&t->a, Chunk, 1);
	int64_t after = at * CHUNK, upto = after + CHUNK < l->events ? after + CHUNK : l->events;
	Stmt *s;
	bool row = true, ok = true;
	*c = (Chunk){.t = t, .scratch = &scratch};
	if (!svc_stmt(t->db, &t->v->w->sql, "verify_events", &s, err))
		return false;
	db_set_int(s, "after", after);
	db_set_int(s, "upto", upto);
	for (int64_t seq = after + 1; ok && row && seq <= upto; seq++) {
		ok = db_step(s, &row, err);
		if (ok && !row)
			return err_set(err, E_CONFLICT, "event %lld is missing", (long long)seq);
		ok = ok && event_check(c, s, seq, err);
		if (ok && seq % TILE_WIDTH == 0) {
			verify_tile_root(t->sealer.hasher, c->leaf);
			l->tile[seq / TILE_WIDTH - 1] = c->leaf[0];
		}
	}
	db_reset(s);
	return ok && verify_tell(t->v, S("events"), (uint64_t)(upto - after), (uint64_t)l->events, err);
}

/* What did not open is right when its row was erased after it. */
static bool
closed_judge(Verify *v, Err *err)
{
	const SealedEvent *first = NULL;
	for (const SealedEvent *s = v->closed; s; s = s->next) {
		uint64_t last = 0;
		if (map_get(&v->log.forgotten, s->row, &last) && last > (uint64_t)s->seq)
			v->out->erased++;
		else if (!first || s->seq < first->seq)
			first = s;
	}
	return !first ||
		err_set(err, E_CONFLICT, "event %lld: %.*s", (long long)first->seq, STR(first->why));
}

bool
verify_events(Verify *v, VerifyThread *t, Err *err)
{
	return verify_each(v, t, (v->log.events + CHUNK - 1) / CHUNK, chunk_check, err) &&
		closed_judge(v, err);
}
