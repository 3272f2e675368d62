/* asof: a workspace as it stood at some moment: its log up to then, replayed into a private database that is gone afterwards.
 *
 * Everything that answers questions takes a Workspace, and gets one here: areas copied, rules and definitions those of today, the
 * rows of datasets from the events in their order, conflicts up to then, and a clock that stands at that moment. Private fields
 * stay out. Of the events only the last is kept after the first step, all of them after later ones: a board follows by them. */
#include "svc/svc_private.h"

#include <unistd.h>

enum { TELL_EVERY = 4096, NO_LEAF = 32 };

struct AsOfWork {
	Arena mem;
	Workspace *of;
	Env env; /* of it, without the time that somebody gave */
	Db *from, *to;
	const char *path;
	Replay replay;
	Stmt *event;
	int64_t after, upto; /* what the step under way brings */
	Watch watch;
	bool stepped;
};

/* ---- the last event at a moment ---- */

bool
event_at_most(Db *db, const SqlFile *sql, int64_t at, int64_t *event, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(db, sql, "event_newest", &s, err) || !db_step(s, &row, err))
		return false;
	int64_t low = 0, high = row ? db_int(s, 0) + 1 : 1;
	db_reset(s);
	if (!svc_stmt(db, sql, "event_from", &s, err))
		return false;
	/* Times never run backwards in the log, so halving finds it without an index on them. */
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		db_set_int(s, "seq", middle);
		if (!db_step(s, &row, err))
			return false;
		NEED(row); /* the newest one is there */
		if (db_int(s, 1) <= at)
			low = db_int(s, 0);
		else
			high = middle;
		db_reset(s);
	}
	*event = low;
	return true;
}

/* ---- the private database ---- */

static bool
areas_copy(AsOfWork *x, Err *err)
{
	Stmt *in, *out;
	bool row;
	if (!svc_stmt(x->from, &x->of->sql, "area_rows", &in, err) ||
		!svc_stmt(x->to, &x->of->sql, "area_insert", &out, err))
		return false;
	for (;;) {
		if (!db_step(in, &row, err))
			return false;
		if (!row)
			return true;
		db_set_text(out, "code", db_text(in, 0));
		db_set_text(out, "name", db_text(in, 1));
		db_set_int(out, "level", db_int(in, 2));
		if (!db_run(out, err))
			return false;
	}
}

/* Stands for all origins of a dataset's events: who and how are not asked here. The last one: of rows that no dataset has. */
static bool
origins_make(AsOfWork *x, Err *err)
{
	const Catalog *c = &x->of->cat;
	Stmt *s;
	char definition[65];
	if (!svc_stmt(x->to, &x->of->sql, "origin_insert", &s, err))
		return false;
	static const char *const empty[] = {"actor", "agency", "source", "request"},
							 *const null[] = {"on_behalf_of", "device", "batch", "why"};
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		db_set_text(s, empty[i], S(""));
	for (size_t i = 0; i < sizeof null / sizeof *null; i++)
		db_set_null(s, null[i]);
	for (size_t i = 0; i <= c->n_datasets; i++) {
		bool none = i == c->n_datasets;
		hex_encode(c->dataset[none ? 0 : i].hash.b, 32, definition);
		db_set_int(s, "id", (int64_t)i + 1);
		db_set_text(s, "dataset", none ? S("siap") : c->dataset[i].name);
		db_set_text(s, "definition", str_of(definition));
		if (!db_run(s, err))
			return false;
	}
	return true;
}

static bool
database_make(AsOfWork *x, Err *err)
{
	AUTO(Tx) tx = {0};
	Migration *m;
	size_t n;
	Workspace *w = x->of;
	if (!db_open(x->path, DB_SCRATCH, &x->to, err)) {
		err_prefix(err, "no temporary database for an earlier moment: ");
		return err_hint(err, "'%s' must be a folder where this user may write", w->dir);
	}
	return migrations_load(w->env, &x->mem, &m, &n, err) &&
		db_migrate(x->to, m, n, workspace_now(w), err) && tx_begin(x->to, &tx, err) &&
		workspace_prepare_tables(x->to, &w->sql, &w->cat, w->pack, err) && areas_copy(x, err) &&
		origins_make(x, err) && svc_stmt(x->to, &w->sql, "event_insert", &x->event, err) &&
		tx_commit(&tx, err);
}

/* ---- events ---- */

static bool
event_keep(AsOfWork *x, const Logged *e, Err *err)
{
	static const char none[NO_LEAF];
	static const char *const null[] = {"base", "undoes", "device_clock", "sealed"};
	Stmt *s = x->event;
	db_set_int(s, "seq", e->seq);
	db_set_int(s, "at", e->at);
	db_set_int(
		s, "origin", e->d ? e->d - x->of->cat.dataset + 1 : (int64_t)x->of->cat.n_datasets + 1);
	db_set_text(s, "key", S(""));
	db_set_text(s, "area", e->area);
	db_set_int(s, "op", e->op);
	for (size_t i = 0; i < sizeof null / sizeof *null; i++)
		db_set_null(s, null[i]);
	db_set_text(s, "open", S("{}"));
	db_bind_blob(s, db_param(s, "leaf"), (Str){none, sizeof none});
	return db_run(s, err);
}

static bool
tell(const AsOfWork *x, uint64_t done, uint64_t total, Err *err)
{
	if (x->watch.stop && *x->watch.stop)
		return err_set(err, E_BUSY, "stopped");
	if (x->watch.progress)
		x->watch.progress(x->watch.ctx, S("replaying"), done, total);
	return true;
}

static bool
event_seen(void *ctx, const Logged *e, Err *err)
{
	AsOfWork *x = ctx;
	return ((!x->stepped && e->seq != x->upto) || event_keep(x, e, err)) &&
		((e->seq - x->after) % TELL_EVERY != 0 ||
			tell(x, (uint64_t)(e->seq - x->after), (uint64_t)(x->upto - x->after), err));
}

/* ---- open and close ---- */

bool
asof_open(Workspace *w, const Watch *watch, AsOf **out, Err *err)
{
	static _Atomic unsigned number;
	Arena mem;
	if (!arena_open(&mem, 256 * SIZE_MB, err))
		return false;
	AsOf *a = NEW(&mem, AsOf, 1);
	AsOfWork *x = a->work = NEW(&mem, AsOfWork, 1);
	*x = (AsOfWork){.of = w, .env = *w->env};
	if (watch)
		x->watch = *watch;
	x->path = arena_fmt(&mem, "%s/asof.%d.%u", w->dir, (int)getpid(), ++number).p;
	x->mem = mem;
	tidy(w->dir, S("asof."), mem);
	a->w = *w;
	a->w.a = &x->mem;
	a->w.store = x->path;
	a->w.db = NULL;
	a->w.unread = (Err){0};
	/* Here it is that moment, whatever anybody says what time it is. */
	x->env.now_given = false;
	a->w.env = &x->env;
	clock_install(&a->w);
	if (workspace_reader(w, &x->from, err) && database_make(x, err) &&
		workspace_reader(&a->w, &a->w.db, err)) {
		x->replay = (Replay){.w = w, .from = x->from, .to = x->to, .each = event_seen, .ctx = x};
		replay_open(&x->replay, &x->mem);
		*out = a;
		return true;
	}
	asof_close(a);
	return false;
}

void
asof_close(AsOf *a)
{
	if (!a)
		return;
	AsOfWork *x = a->work;
	db_close(a->w.db);
	replay_close(&x->replay);
	db_close(x->from);
	db_close(x->to);
	(void)unlink(x->path);
	Arena mem = x->mem;
	arena_close(&mem);
}

/* ---- on to a moment ---- */

/* Those that came about or were settled since. What was settled later is open still. */
static bool
conflicts_copy(AsOfWork *x, int64_t after, int64_t upto, Err *err)
{
	static const char *const text[] = {"dataset", "key", "area"};
	Stmt *in, *out;
	bool row;
	if (!svc_stmt(x->from, &x->of->sql, "conflicts_between", &in, err) ||
		!svc_stmt(x->to, &x->of->sql, "conflict_copy", &out, err))
		return false;
	db_set_int(in, "after", after);
	db_set_int(in, "upto", upto);
	for (;;) {
		if (!db_step(in, &row, err))
			return false;
		if (!row)
			return true;
		for (int i = 0; i < 3; i++)
			db_set_text(out, text[i], db_text(in, i));
		db_set_int(out, "event", db_int(in, 3));
		db_set_int(out, "over", db_int(in, 4));
		db_set_int(out, "resolved", db_int(in, 5) <= upto ? db_int(in, 5) : 0);
		db_set_int(out, "restricted", db_int(in, 6));
		if (!db_run(out, err)) {
			db_reset(in);
			return false;
		}
	}
}

static bool
devices_copy(AsOfWork *x, int64_t after, int64_t upto, Err *err)
{
	Stmt *in;
	bool row;
	if (!svc_stmt(x->from, &x->of->sql, "device_edits_between", &in, err))
		return false;
	db_set_int(in, "after", after);
	db_set_int(in, "upto", upto);
	for (;;) {
		if (!db_step(in, &row, err))
			return false;
		if (!row)
			return true;
		DeviceEdit e = {.area = db_text(in, 0),
			.device = db_text(in, 1),
			.request = db_text(in, 2),
			.event = db_int(in, 3),
			.own = true,
			.clock = {db_int(in, 5), db_int(in, 6)},
			.ahead = db_int(in, 7),
			.behind = db_int(in, 8)};
		if (!device_store(x->to, &x->of->sql, &e, err)) {
			db_reset(in);
			return false;
		}
	}
}

bool
asof_advance(AsOf *a, int64_t at, Err *err)
{
	AsOfWork *x = a->work;
	AUTO(Arena) tmp = {0};
	AUTO(Tx) from = {0}, to = {0};
	int64_t upto;
	/* One read transaction, so that events and conflicts are of one moment. */
	if (!arena_open(&tmp, 64 * SIZE_MB, err) || !tx_begin(x->from, &from, err) ||
		!event_at_most(x->from, &x->of->sql, at, &upto, err))
		return false;
	x->after = a->event;
	x->upto = upto;
	if (upto > a->event &&
		(!tx_begin(x->to, &to, err) || !replay_events(&x->replay, a->event, upto, tmp, err) ||
			!conflicts_copy(x, a->event, upto, err) || !devices_copy(x, a->event, upto, err) ||
			!tx_commit(&to, err)))
		return false;
	if (upto > a->event)
		a->event = upto;
	x->stepped = true;
	clock_set(&a->w, at);
	return tx_commit(&from, err);
}
