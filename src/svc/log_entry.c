/* log_entry: the public entries of the log, made again from events, their origins and definitions. */
#include "svc/folder_private.h"

bool
entry_maker_open(Workspace *w, EntryMaker *out, Err *err)
{
	*out = (EntryMaker){.from = {w->db, &w->sql}};
	if (!arena_open(&out->keep, 16 * SIZE_MB, err) || !arena_open(&out->tmp, SIZE_MB, err))
		return false;
	out->shapes = map_new(&out->keep);
	return sealer_open(w, &out->sealer, err);
}

void
entry_maker_close(EntryMaker *m)
{
	sealer_close(&m->sealer);
	arena_close(&m->keep);
	arena_close(&m->tmp);
}

/* What an entry shows depends on the dataset as it was defined then. */
static bool
shape_find(EntryMaker *m, const OriginFacts *o, Err *err)
{
	enum { RESTRICTED = 1, PRIVATE = 2 };
	Arena a = m->tmp;
	Dataset d = {0};
	Stmt *s;
	bool row, ok = true;
	uint64_t shape;
	if (!map_get(&m->shapes, o->definition, &shape)) {
		if (!svc_stmt(m->from.db, m->from.sql, "definition_get", &s, err))
			return false;
		db_set_text(s, "hash", o->definition);
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return err_set(err, E_DB, "definition %.8s is not kept, but events name it",
				arena_cstr(&a, o->definition));
		if (!str_starts(o->dataset, S("siap.")))
			ok = dataset_parse(o->dataset, arena_str(&a, db_text(s, 0)), &a, &d, err);
		db_reset(s);
		shape = (d.restricted ? RESTRICTED : 0) | (d.has_private ? PRIVATE : 0);
		if (ok)
			map_set(&m->shapes, arena_str(&m->keep, o->definition), shape);
	}
	m->restricted = (shape & RESTRICTED) || system_is_restricted(o->dataset);
	m->has_private = shape & PRIVATE;
	return ok;
}

static Str
keep(EntryMaker *m, Str s)
{
	return s.n ? arena_str(&m->tmp, s) : (Str){0};
}

static bool
origin_take(EntryMaker *m, Stmt *s, int at, Err *err)
{
	OriginFacts o;
	int64_t id = db_int(s, at);
	if (id == m->origin)
		return true;
	arena_reset(&m->tmp);
	m->origin = 0;
	origin_read(s, at + 1, &o);
	m->facts =
		(OriginFacts){.agency = keep(m, o.agency), .dataset = keep(m, o.dataset), .batch = o.batch};
	if (!origin_hash(&o, m->sealer.hasher, &m->hash, err) || !shape_find(m, &o, err))
		return false;
	m->origin = id;
	return true;
}

static bool
entry_make(EntryMaker *m, Stmt *s, Buf *entry, MadeEntry *out, Err *err)
{
	enum { OPEN = 8, SEALED, LEAF, ORIGIN };
	Sha256 closed;
	if (!origin_take(m, s, ORIGIN, err))
		return false;
	Entry e = {.seq = db_int(s, 0),
		.at = db_int(s, 1),
		.key = db_text(s, 2),
		.area = db_text(s, 3),
		.op = (int)db_int(s, 4),
		.base = db_int(s, 5),
		.undoes = db_int(s, 6),
		.clock = db_text(s, 7),
		.agency = m->facts.agency,
		.dataset = m->facts.dataset,
		.restricted = m->restricted,
		.origin = &m->hash};
	Str sealed = db_text(s, SEALED);
	*out = (MadeEntry){e.seq, e.dataset, db_text(s, OPEN), db_text(s, LEAF), e.restricted};
	if (sealed.n >= SEAL_HASH)
		memcpy(closed.b, sealed.p, SEAL_HASH);
	else
		sealer_empty(&m->sealer, e.seq, &closed);
	buf_clear(entry);
	sealer_entry(&m->sealer, &e, out->open, m->has_private ? &closed : NULL, entry);
	return buf_check(entry, err);
}

static bool
slice_each(EntryMaker *m, Stmt *s, int64_t *seq, EntryFn fn, void *ctx, Err *err)
{
	AUTO(Buf) entry = {0};
	MadeEntry e;
	bool row;
	for (;; ++*seq) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (!entry_make(m, s, &entry, &e, err) || e.seq != *seq + 1 ||
			!fn(ctx, m, &e, buf_str(&entry), err)) {
			db_reset(s);
			return false;
		}
	}
}

bool
entries_each(EntryMaker *m, int64_t after, int64_t upto, EntryFn fn, void *ctx, Err *err)
{
	enum { SLICE = 16 * TILE_WIDTH };
	Stmt *s;
	while (after < upto) {
		int64_t end = after + SLICE < upto ? after + SLICE : upto;
		Err why = {0};
		if (!svc_stmt(m->from.db, m->from.sql, "events_whole", &s, err))
			return false;
		db_set_int(s, "after", after);
		db_set_int(s, "upto", end);
		if (!slice_each(m, s, &after, fn, ctx, &why) && why.code) {
			if (err)
				*err = why;
			return false;
		}
		if (after < end)
			return err_set(err, E_DB, "event %lld of the log is missing", (long long)after + 1);
	}
	return true;
}
