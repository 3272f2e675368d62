/* rebuild: tables that follow from the log are made anew from it, while others write.
 *
 * The events are replayed into a private SQLite file of the workspace's folder, which also says how far that has come: after a kill it
 * goes on there. Then each table is walked beside the private one, slice after slice between other people's writes: a slice catches
 * up with the log, and puts right what differs. So a row is as it was or right, never away, and a table that is right is only read. */
#include "svc/svc_private.h"

#include <unistd.h>

enum { STEP = 4096, CHECKPOINT_EVERY = 8, SLICE = 1000, SLICE_ALONE = 20000 };
#define SLICE_ROOM ((size_t)1 << 34) /* reserved, not touched */

static const char FILE_NAME[] = "rebuild.db";

typedef struct Walk { /* along one table and the private one */
	const Shape *shape;
	RebuildPart *part;
	Cell *last; /* key of the last row that was looked at, once there is one */
	bool begun, done;
} Walk;

typedef struct Rebuild {
	Workspace *w;
	const RebuildBy *by;
	const RebuildAsk *ask;
	RebuildReport *out;
	Arena a, room; /* room: begins anew with each slice */
	const char *path;
	Str mark; /* what is rebuilt, and by which definitions */
	Db *from, *to;
	Replay replay;
	bool *only;
	int64_t event; /* as of which the private tables are */
	int64_t total; /* rows in them */
	int64_t walked;
	Walk *walk;
} Rebuild;

static bool
tell(const Rebuild *r, Str phase, int64_t done, int64_t total, Err *err)
{
	const Watch *w = &r->ask->watch;
	if (w->progress)
		w->progress(w->ctx, phase, (uint64_t)done, (uint64_t)total);
	return !w->stop || !*w->stop || err_set(err, E_BUSY, "stopped");
}

/* ---- the private tables ---- */

static void
file_remove(const Rebuild *r)
{
	Arena tmp = r->a;
	static const char *const parts[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		(void)unlink(arena_fmt(&tmp, "%s%s", r->path, parts[i]).p);
}

/* The leaf of an event, in hex: whether it is still the same log. */
static bool
leaf_of(Rebuild *r, int64_t event, char out[65], Err *err)
{
	Stmt *s;
	bool row;
	out[0] = 0;
	if (!svc_stmt(r->from, &r->w->sql, "leaves", &s, err))
		return false;
	db_set_int(s, "after", event - 1);
	db_set_int(s, "upto", event);
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return true;
	Str leaf = db_text(s, 1);
	if (leaf.n == 32)
		hex_encode(leaf.p, 32, out);
	db_reset(s);
	return true;
}

static bool
facts_set(Rebuild *r, int64_t event, Err *err)
{
	char text[24], leaf[65];
	snprintf(text, sizeof text, "%lld", (long long)event);
	return leaf_of(r, event, leaf, err) &&
		workspace_fact_set(r->to, &r->w->sql, "event", str_of(text), err) &&
		workspace_fact_set(r->to, &r->w->sql, "leaf", str_of(leaf), err);
}

/* Whether what a rebuild before has left is a beginning of this one. */
static bool
file_fits(Rebuild *r, bool *fits, Err *err)
{
	Arena tmp = r->a;
	Str mark, event, was;
	char leaf[65];
	*fits = false;
	if (!db_open(r->path, DB_WRITE, &r->to, err) ||
		!workspace_fact(r->to, &r->w->sql, "rebuilds", &tmp, &mark, err) ||
		!workspace_fact(r->to, &r->w->sql, "event", &tmp, &event, err) ||
		!workspace_fact(r->to, &r->w->sql, "leaf", &tmp, &was, err))
		return false;
	if (!str_eq(mark, r->mark) || !str_int(event, &r->event) || !leaf_of(r, r->event, leaf, err))
		return true;
	*fits = str_eq(was, str_of(leaf));
	return true;
}

static bool
file_make(Rebuild *r, Err *err)
{
	AUTO(Tx) tx = {0};
	Migration *m;
	size_t n;
	Workspace *w = r->w;
	file_remove(r);
	r->event = 0;
	if (!db_open(r->path, DB_CREATE, &r->to, err)) {
		err_prefix(err, "no private database to rebuild in: ");
		return err_hint(err, "'%s' must be a folder where this user may write", w->dir);
	}
	return migrations_load(w->env, &r->a, &m, &n, err) &&
		db_migrate(r->to, m, n, workspace_now(w), err) && tx_begin(r->to, &tx, err) &&
		workspace_prepare_tables(r->to, &w->sql, &w->cat, w->pack, err) &&
		workspace_fact_set(r->to, &w->sql, "rebuilds", r->mark, err) && facts_set(r, 0, err) &&
		tx_commit(&tx, err);
}

static bool
file_open(Rebuild *r, Err *err)
{
	bool fits = false;
	Err why = {0};
	if (file_exists(r->path) && !file_fits(r, &fits, &why) && why.code != E_DB)
		return err_set(err, why.code, "%s", why.text);
	if (fits) {
		r->out->resumed = r->event;
		return true;
	}
	db_close(r->to);
	r->to = NULL;
	return file_make(r, err);
}

/* On to this event. */
static bool
catch_up(Rebuild *r, int64_t upto, Err *err)
{
	AUTO(Tx) tx = {0};
	if (upto <= r->event)
		return true;
	if (!tx_begin(r->to, &tx, err) || !replay_events(&r->replay, r->event, upto, r->room, err) ||
		!facts_set(r, upto, err) || !tx_commit(&tx, err))
		return false;
	r->event = upto;
	return true;
}

static bool
newest(Rebuild *r, int64_t *event, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(r->from, &r->w->sql, "event_last", &s, err) || !db_step(s, &row, err))
		return false;
	*event = row ? db_int(s, 0) : 0;
	db_reset(s);
	return true;
}

static bool
replay_all(Rebuild *r, Err *err)
{
	for (int steps = 0;;) {
		int64_t last;
		if (!newest(r, &last, err) || !tell(r, S("events"), r->event, last, err))
			return false;
		if (r->event >= last)
			return true;
		/* Seldom: what waits for the disk here makes the writer's commits wait too. */
		if (!catch_up(r, r->event + STEP < last ? r->event + STEP : last, err) ||
			(++steps % CHECKPOINT_EVERY == 0 && !db_checkpoint(r->to, NULL, err)))
			return false;
	}
}

/* ---- one slice ---- */

typedef struct TableSide {
	Stmt *s;
	bool row;
	size_t seen;
} TableSide;

typedef struct Fix {
	Cell *cell; /* the row as it must be, or no more than its key */
	bool remove, put;
	struct Fix *next;
} Fix;

typedef struct Slice {
	Rebuild *r;
	Walk *walk;
	TableSide is, should;
	size_t most;
	Fix *fix, **tail;
} Slice;

static bool
derived(Db *db, const Shape *shape, void (*make)(const Shape *, Buf *), Stmt **out, Err *err)
{
	AUTO(Buf) sql = {0};
	make(shape, &sql);
	return buf_check(&sql, err) && db_prepare(db, buf_str(&sql), out, err);
}

static bool
side_open(const Slice *x, Db *db, TableSide *out, Err *err)
{
	AUTO(Buf) sql = {0};
	const Walk *w = x->walk;
	shape_from_sql(w->shape, w->begun, &sql);
	if (!buf_check(&sql, err) || !db_prepare(db, buf_str(&sql), &out->s, err))
		return false;
	for (size_t i = 0; w->begun && i < w->shape->n_key; i++)
		cell_bind(out->s, (int)i + 1, &w->last[i]);
	db_set_int(out->s, "most", (int64_t)x->most);
	return true;
}

static bool
side_next(TableSide *s, Err *err)
{
	if (!db_step(s->s, &s->row, err))
		return false;
	s->seen += s->row;
	return true;
}

static int
keys_cmp(const Slice *x)
{
	for (size_t i = 0; i < x->walk->shape->n_key; i++) {
		int c = cell_cmp(cell_of(x->is.s, (int)i), cell_of(x->should.s, (int)i));
		if (c)
			return c;
	}
	return 0;
}

static bool
rows_same(const Slice *x)
{
	for (size_t i = x->walk->shape->n_key; i < x->walk->shape->n; i++)
		if (cell_cmp(cell_of(x->is.s, (int)i), cell_of(x->should.s, (int)i)))
			return false;
	return true;
}

static void
fix_add(Slice *x, Stmt *s, bool remove, bool put)
{
	Arena *a = &x->r->room;
	size_t n = put ? x->walk->shape->n : x->walk->shape->n_key;
	Fix *f = NEW(a, Fix, 1);
	*f = (Fix){.cell = NEW(a, Cell, n), .remove = remove, .put = put};
	for (size_t i = 0; i < n; i++)
		f->cell[i] = cell_keep(cell_of(s, (int)i), a);
	*x->tail = f;
	x->tail = &f->next;
}

/* In a table of all datasets those that nobody asked for stay as they are. */
static bool
is_ours(const Slice *x)
{
	int at = x->walk->shape->dataset, own = x->walk->shape->own;
	if (at < 0)
		return !own || cell_of(x->is.s, own).i;
	const Catalog *c = &x->r->w->cat;
	const Dataset *d = catalog_dataset(c, cell_of(x->is.s, at).s);
	return d && x->r->only[d - c->dataset];
}

/* The one row or the two of the smallest key among both sides. */
static bool
key_walk(Slice *x, Err *err)
{
	Walk *w = x->walk;
	int c = !x->is.row ? 1 : !x->should.row ? -1 : keys_cmp(x);
	Stmt *s = c <= 0 ? x->is.s : x->should.s;
	for (size_t i = 0; i < w->shape->n_key; i++)
		w->last[i] = cell_keep(cell_of(s, (int)i), &x->r->room);
	w->begun = true;
	if (c < 0 && is_ours(x)) {
		fix_add(x, x->is.s, true, false);
		w->part->extra++;
	} else if (c > 0) {
		fix_add(x, x->should.s, false, true);
		w->part->missing++;
	} else if (c == 0 && !rows_same(x)) {
		fix_add(x, x->should.s, w->shape->dataset < 0, true);
		w->part->changed++;
	}
	w->part->rows += c >= 0;
	return (c > 0 || side_next(&x->is, err)) && (c < 0 || side_next(&x->should, err));
}

/* Ends where one side was cut off by its limit: what the other one has behind that cannot be judged yet. */
static bool
rows_walk(Slice *x, Err *err)
{
	if (!side_next(&x->is, err) || !side_next(&x->should, err))
		return false;
	for (;;) {
		bool cut =
			(!x->is.row && x->is.seen == x->most) || (!x->should.row && x->should.seen == x->most);
		x->walk->done = !x->is.row && !x->should.row && !cut;
		if (cut || x->walk->done)
			return true;
		if (!key_walk(x, err))
			return false;
	}
}

static bool
fixes_apply(Slice *x, Db *db, Err *err)
{
	const Shape *shape = x->walk->shape;
	Stmt *remove, *put;
	size_t removes = 0;
	if (!x->fix)
		return true;
	if (!derived(db, shape, shape_remove_sql, &remove, err) ||
		!derived(db, shape, shape_put_sql, &put, err))
		return false;
	for (const Fix *f = x->fix; f; f = f->next)
		removes += f->remove;
	for (const Fix *f = x->fix; f; f = f->next) {
		for (size_t i = 0; f->remove && i < shape->n_key; i++)
			cell_bind(remove, (int)i + 1, &f->cell[i]);
		/* The last one is waited for: a row goes before it comes again. */
		if (f->remove && !(--removes ? db_run_later(remove, err) : db_run(remove, err)))
			return false;
	}
	for (const Fix *f = x->fix; f; f = f->next) {
		for (size_t i = 0; f->put && i < shape->n; i++)
			cell_bind(put, (int)i + 1, &f->cell[i]);
		if (f->put && !db_run_later(put, err))
			return false;
	}
	return true;
}

static bool
slice_work(WriteTx *tx, void *arg, Err *err)
{
	Rebuild *r = arg;
	Slice x = {.r = r, .walk = r->walk, .most = r->by->writer ? SLICE : SLICE_ALONE};
	Cell *last = r->walk->last;
	x.tail = &x.fix;
	/* Nobody else writes now: afterwards both are as of the same event. */
	if (!catch_up(r, tx->seq, err) || !side_open(&x, tx->db, &x.is, err) ||
		!side_open(&x, r->to, &x.should, err))
		return false;
	Arena keep = r->room;
	r->walk->last = NEW(&r->room, Cell, r->walk->shape->n_key);
	bool ok = rows_walk(&x, err);
	db_reset(x.is.s);
	db_reset(x.should.s);
	ok = ok && fixes_apply(&x, tx->db, err);
	for (size_t i = 0; ok && i < r->walk->shape->n_key; i++)
		last[i] = cell_keep(r->walk->last[i], &r->a);
	r->walk->last = last;
	r->room = keep;
	return ok;
}

/* ---- all of it ---- */

static bool
work(Rebuild *r, WriteFn fn, Err *err)
{
	AUTO(Tx) tx = {0};
	Db *alone = r->by->alone;
	if (r->by->writer)
		return writer_run(r->by->writer, fn, r, true, err);
	WriteTx all = {.w = r->w, .db = alone, .seq = r->event};
	return tx_begin(alone, &tx, err) && fn(&all, r, err) && tx_commit(&tx, err) &&
		db_checkpoint(alone, NULL, err);
}

/* A table that somebody took away comes back empty. */
static bool
tables_make(WriteTx *tx, void *arg, Err *err)
{
	const Rebuild *r = arg;
	const Workspace *w = r->w;
	bool there = true;
	for (size_t i = 0; there && i < w->cat.n_datasets; i++)
		if (!db_has_table(tx->db, w->cat.dataset[i].name, &there, err))
			return false;
	return there || workspace_prepare_tables(tx->db, &w->sql, &w->cat, w->pack, err);
}

static bool
rows_count(Rebuild *r, const Shape *shape, Err *err)
{
	AUTO(Buf) sql = {0};
	Stmt *s;
	bool row;
	buf_fmt(&sql, "SELECT count(*) FROM %.*s", STR(shape->name)); /* derived SQL */
	if (!buf_check(&sql, err) || !db_prepare(r->to, buf_str(&sql), &s, err) ||
		!db_step(s, &row, err))
		return false;
	r->total += db_int(s, 0);
	db_reset(s);
	return true;
}

static bool
table_walk(Rebuild *r, const Shape *shape, Err *err)
{
	RebuildPart *part = &r->out->part[r->out->n_parts++];
	Walk walk = {.shape = shape, .part = part, .last = NEW(&r->a, Cell, shape->n_key)};
	*part = (RebuildPart){.table = shape->name};
	r->walk = &walk;
	while (!walk.done) {
		int64_t before = part->rows;
		if (!work(r, slice_work, err))
			return false;
		r->walked += part->rows - before;
		if (!tell(r, S("rows"), r->walked, r->total, err))
			return false;
	}
	return true;
}

static bool
tables_walk(Rebuild *r, Arena *a, Err *err)
{
	const Catalog *c = &r->w->cat;
	const Shape **shape = NEW(&r->a, const Shape *, c->n_datasets + 3);
	size_t n = 0;
	r->out->part = NEW(a, RebuildPart, c->n_datasets + 3);
	for (size_t i = 0; i < c->n_datasets; i++) {
		Shape *s = NEW(&r->a, Shape, 1);
		dataset_shape(&c->dataset[i], a, s);
		if (r->only[i])
			shape[n++] = s;
	}
	shape[n++] = &shape_conflict;
	shape[n++] = &shape_closed;
	shape[n++] = &shape_device;
	for (size_t i = 0; i < n; i++)
		if (!rows_count(r, shape[i], err))
			return false;
	for (size_t i = 0; i < n; i++)
		if (!table_walk(r, shape[i], err))
			return false;
	return true;
}

static void
ask_read(Rebuild *r)
{
	const Catalog *c = &r->w->cat;
	AUTO(Buf) mark = {0};
	char hex[65];
	r->only = NEW(&r->a, bool, c->n_datasets + 1);
	for (size_t i = 0; i < r->ask->n; i++)
		r->only[r->ask->datasets[i] - c->dataset] = true;
	hex_encode(c->hash.b, 32, hex);
	buf_fmt(&mark, "%.*s %s", STR(r->w->id), hex);
	for (size_t i = 0; i < c->n_datasets; i++) {
		r->only[i] |= !r->ask->n;
		if (r->only[i])
			buf_fmt(&mark, " %.*s", STR(c->dataset[i].name));
	}
	r->mark = arena_str(&r->a, buf_str(&mark));
}

static bool
rebuild_all(Rebuild *r, Arena *a, Err *err)
{
	ask_read(r);
	r->path = workspace_path(r->w, &r->a, FILE_NAME);
	if (!workspace_reader(r->w, &r->from, err) || !file_open(r, err))
		return false;
	r->replay = (Replay){.w = r->w, .from = r->from, .to = r->to, .only = r->only, .chains = true};
	replay_open(&r->replay, &r->a);
	if (!replay_all(r, err) || !work(r, tables_make, err) || !tables_walk(r, a, err))
		return false;
	r->out->events = r->event;
	return true;
}

bool
rebuild_run(Workspace *w, const RebuildBy *by, const RebuildAsk *ask, Arena *a, RebuildReport *out,
	Err *err)
{
	Rebuild r = {.w = w, .by = by, .ask = ask, .out = out};
	*out = (RebuildReport){0};
	bool ok = arena_open(&r.a, 256 * SIZE_MB, err) && arena_open(&r.room, SLICE_ROOM, err) &&
		rebuild_all(&r, a, err);
	replay_close(&r.replay);
	db_close(r.to);
	db_close(r.from);
	if (ok)
		file_remove(&r);
	arena_close(&r.a);
	arena_close(&r.room);
	return ok;
}
