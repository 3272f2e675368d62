/* gate: the way in for writes: this process's own writer, or the socket of the process that holds the lease. */
#include "svc/svc_private.h"

#include <unistd.h>

/* ---- following commits with the board ---- */

enum {
	FOLLOW_REST_US = 15000000,
	FOLLOW_PAUSE_US = 100000,
	FOLLOW_AGAIN_US = 2000000,
	KEEP_EVERY_US = 10000000
};

static bool
gate_applies(Gate *g)
{
	pthread_mutex_lock(&g->lock);
	bool yes = g->applying > 0;
	pthread_mutex_unlock(&g->lock);
	return yes;
}

/* While rows pour in, what a look at them computes is old at once, and it takes time from the server that takes them: it waits
 * for the end of the import, or for so long that looking on takes a tenth of the time at most. Rows of many people are looked at
 * together, a blink later: one place is often named by several of them. */
static void
follow_rest(Gate *g, int64_t took)
{
	int64_t until = clock_us() + FOLLOW_REST_US + 9 * took;
	bool shared = db_is_url(str_of(g->w->store));
	while (shared && !g->stop && clock_us() < until && gate_applies(g))
		(void)usleep(10000);
	(void)usleep((useconds_t)(4 * took < FOLLOW_PAUSE_US ? 4 * took : FOLLOW_PAUSE_US));
}

/* The totals of the day are stored when nothing more comes, and now and then while much comes. What fails is done again
 * later, from the log. */
static bool
follow_once(Gate *g, bool idle)
{
	Err ignored = {0};
	if (!idle && !board_follow(g->board, NULL, &ignored))
		return false;
	if ((idle && !g->keep_failed) || clock_us() - g->kept > KEEP_EVERY_US) {
		g->keep_failed = !daily_keep(g->daily, g->board, g->writer, &ignored);
		g->kept = clock_us();
	}
	return true;
}

static void
follow_close(Gate *g)
{
	daily_close(g->daily);
	board_close(g->board);
	g->daily = NULL;
	g->board = NULL;
}

static bool
follow_open(Gate *g, Err *err)
{
	Err why = {0};
	bool loaded = board_load(g->w, &g->board, &why);
	g->kept = clock_us();
	if (!loaded && why.code != E_NOTFOUND)
		return err_set(err, why.code, "%s", why.text);
	if (!loaded && !board_rebuild(g->w, &g->board, err))
		return false;
	if (daily_open(g->w, g->board, &g->daily, err) && (!loaded || board_current(g->board, err)))
		return true;
	follow_close(g);
	return false;
}

/* After a failure the board is opened anew, from the log: the database may be back. */
static bool
follow_again(Gate *g)
{
	Err ignored = {0};
	follow_close(g);
	for (int64_t until = clock_us() + FOLLOW_AGAIN_US; !g->stop && clock_us() < until;)
		(void)usleep(10000);
	return !g->stop && follow_open(g, &ignored);
}

/* Whoever waits for the board to move on. */
static void
follow_tell(Gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->at = g->board ? g->board->event : g->at;
	pthread_cond_broadcast(&g->moved);
	pthread_mutex_unlock(&g->lock);
}

static void *
follow_main(void *arg)
{
	Gate *g = arg;
	int64_t took = 0;
	(void)pthread_setname_np(pthread_self(), "siap-board");
	while (!g->stop) {
		pthread_rwlock_wrlock(&g->follow);
		int64_t at = g->board || follow_again(g) ? g->board->event : INT64_MAX;
		follow_tell(g);
		pthread_rwlock_unlock(&g->follow);
		if (at == INT64_MAX)
			continue;
		int64_t newest = writer_wait(g->writer, at, &g->stop);
		follow_rest(g, took);
		pthread_rwlock_wrlock(&g->follow);
		int64_t start = clock_us();
		/* A rebuild may have taken the board away meanwhile. */
		if (!g->stop && g->board && !follow_once(g, newest <= at))
			follow_close(g);
		took = clock_us() - start;
		follow_tell(g);
		pthread_rwlock_unlock(&g->follow);
	}
	return NULL; /* the end of the gate, or the next one, catches up */
}

/* Once per gate; requests of several connections may ask at the same time. */
static bool
gate_follow(Gate *g, Err *err)
{
	bool ok = true;
	pthread_mutex_lock(&g->lock);
	if (!g->follows && (ok = g->board || follow_open(g, err))) {
		g->follows = pthread_create(&g->follower, NULL, follow_main, g) == 0;
		ok = g->follows || err_set(err, E_LIMIT, "cannot start a thread for the board");
	}
	pthread_mutex_unlock(&g->lock);
	return ok;
}

/* ---- the board for readers ---- */

bool
gate_board(Gate *g, const Board **out, Err *err)
{
	if (!g->writer)
		return err_set(err, E_BUSY, "another Siap process already serves '%s'", g->w->dir);
	if (!gate_follow(g, err))
		return false;
	pthread_rwlock_rdlock(&g->follow);
	*out = g->board;
	if (g->board)
		return true;
	pthread_rwlock_unlock(&g->follow);
	return err_set(err, E_BUSY, "the board is being made: try again in a moment");
}

void
gate_board_done(Gate *g)
{
	pthread_rwlock_unlock(&g->follow);
}

int64_t
gate_board_wait(Gate *g, int64_t after, int milliseconds)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += milliseconds % 1000 * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&g->lock);
	while (g->at <= after)
		if (pthread_cond_timedwait(&g->moved, &g->lock, &until) != 0)
			break;
	int64_t at = g->at > after ? g->at : 0;
	pthread_mutex_unlock(&g->lock);
	return at;
}

int64_t
gate_waiting(Gate *g)
{
	return g->writer ? writer_waiting(g->writer) : 0;
}

/* Readers come all the time: without this the follower would never have its turn. */
static void
follow_lock_make(Gate *g)
{
	pthread_rwlockattr_t kind;
	pthread_rwlockattr_init(&kind);
	pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&g->follow, &kind);
	pthread_rwlockattr_destroy(&kind);
}

/* ---- open and close ---- */

static bool
open_local(Gate *g, Err *err)
{
	return jobs_resume(g->w, g->writer, &g->resumed, err) && jobs_tidy(g->w, err) &&
		socket_listen(g, err);
}

bool
gate_open(Workspace *w, Gate **out, Err *err)
{
	Arena mem;
	Err why = {0};
	if (!arena_open(&mem, SIZE_MB, err))
		return false;
	Gate *g = NEW(&mem, Gate, 1);
	*g = (Gate){.mem = mem, .w = w, .listen_fd = -1, .dir_fd = -1, .fd = -1};
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->moved, NULL);
	follow_lock_make(g);
	/* The holder of the lease may be just starting or just ending: try both ways for a while. */
	for (int try = 0; try < 50; try++) {
		bool local = writer_open(w, WRITER_ORDINARY, &g->writer, &why);
		if (local ? open_local(g, &why) : why.code == E_BUSY && socket_connect(g, &why)) {
			*out = g;
			return true;
		}
		if (local || why.code != E_BUSY)
			break;
		(void)usleep(100000);
	}
	gate_close(g);
	if (err)
		*err = why;
	return false;
}

void
gate_close(Gate *g)
{
	Err ignored = {0};
	if (!g)
		return;
	socket_stop(g);
	g->stop = true;
	writer_wake(g->writer);
	if (g->follows)
		pthread_join(g->follower, NULL);
	/* Snapshot and totals of the day only save time: without them the next open reads more events. */
	bool current = g->board && board_follow(g->board, NULL, &ignored);
	if (current && !daily_keep(g->daily, g->board, g->writer, &ignored))
		ignored.code = E_OK;
	writer_close(g->writer);
	if (current && !board_save(g->board, &ignored))
		ignored.code = E_OK;
	daily_close(g->daily);
	board_close(g->board);
	if (g->fd >= 0)
		(void)close(g->fd);
	buf_close(&g->in);
	pthread_mutex_destroy(&g->lock);
	pthread_cond_destroy(&g->moved);
	pthread_rwlock_destroy(&g->follow);
	Arena mem = g->mem;
	arena_close(&mem);
}

bool
gate_settle(Gate *g, Err *err)
{
	if (!g->writer)
		return true;
	if (!gate_follow(g, err))
		return false;
	pthread_rwlock_wrlock(&g->follow);
	bool ok = (g->board || follow_open(g, err)) && board_follow(g->board, NULL, err) &&
		daily_keep(g->daily, g->board, g->writer, err);
	pthread_rwlock_unlock(&g->follow);
	return ok;
}

bool
gate_is_local(const Gate *g)
{
	return g->writer != NULL;
}

enum { AGAIN_US = 1000000 };

/* An import of this process that failed half-way (a full disk, say) goes on before anything else is written:
 * later it would write over what others say meanwhile. */
bool
gate_continue(Gate *g, bool import, Err *err)
{
	bool ok = true;
	uint64_t rows;
	pthread_mutex_lock(&g->lock);
	if (g->unfinished && g->applying == 0) {
		ok = jobs_resume(g->w, g->writer, &rows, err);
		g->unfinished = !ok;
	}
	g->applying += ok && import;
	pthread_mutex_unlock(&g->lock);
	return ok;
}

/* And when nobody writes: the disk or the server may be back. */
static void
go_on_alone(Gate *g)
{
	Err ignored = {0};
	pthread_mutex_lock(&g->lock);
	bool due = g->unfinished && clock_us() >= g->again;
	g->again = due ? clock_us() + AGAIN_US : g->again;
	pthread_mutex_unlock(&g->lock);
	if (due && !gate_continue(g, false, &ignored))
		ignored.code = E_OK;
}

bool
gate_write(Gate *g, WriteFn fn, void *arg, bool alone, Err *err)
{
	return gate_continue(g, false, err) && writer_run(g->writer, fn, arg, alone, err);
}

bool
gate_serve(Gate *g, const volatile bool *stop, Err *err)
{
	if (!g->writer)
		return err_set(err, E_BUSY, "another Siap process already serves '%s'", g->w->dir);
	if (!gate_follow(g, err))
		return false;
	while (!*stop) {
		(void)usleep(50000);
		go_on_alone(g);
	}
	return true;
}

/* ---- rows ---- */

static void
keep_first(void *ctx, const Field *f, Str cell, const Err *problem)
{
	Err *why = ctx;
	(void)cell;
	if (why->code)
		return;
	*why = *problem;
	if (f)
		err_prefix(why, "%.*s: ", STR(f->name));
}

/* What a present row says in the fields that were not given, as text: required fields need not be said again. */
static bool
complete_text(
	WriteTx *tx, const RowRequest *r, Acceptor *ac, const RowPut *put, Str *text, Err *err)
{
	const Dataset *d = r->dataset;
	Value *v = NEW(&tx->tmp, Value, d->n_fields);
	int64_t event;
	Str sealed;
	bool row;
	memcpy(text, r->text, d->n_fields * sizeof *text);
	if (!row_keys_from_text(tx->w, d, r->text, &tx->tmp, v, err))
		return false;
	row_bind_keys(d, ac->select, v);
	if (!db_step(ac->select, &row, err))
		return false;
	if (!row)
		return true;
	if (r->fresh) {
		db_reset(ac->select);
		err_set(err, E_CONFLICT, "there is such a row already: '%.*s'", STR(put->key));
		return err_hint(err, "change that one, or correct the key fields");
	}
	row_read(d, ac->select, &tx->tmp, v, &event, &sealed);
	db_reset(ac->select);
	for (size_t i = 0; i < d->n_fields; i++) {
		AUTO(Buf) b = {0};
		if (text[i].p || v[i].kind == VALUE_NULL)
			continue;
		value_print(&d->field[i], v[i], area_zone(v[d->area].s), &b);
		if (!buf_check(&b, err))
			return false;
		text[i] = arena_str(&tx->tmp, buf_str(&b));
	}
	return true;
}

bool
values_from_text(WriteTx *tx, const RowRequest *r, Acceptor *ac, RowPut *put, Err *err)
{
	Places places;
	Err why = {0};
	bool *given = NEW(&tx->tmp, bool, r->dataset->n_fields);
	Str *text = NEW(&tx->tmp, Str, r->dataset->n_fields);
	RowReader reader = {
		.w = tx->w, .d = r->dataset, .places = &places, .problem = keep_first, .ctx = &why};
	if (!places_open(tx->w, tx->db, NULL, &places, err))
		return false;
	if (!complete_text(tx, r, ac, put, text, err))
		return false;
	if (!row_from_text(&reader, text, &tx->tmp, put->v, err)) {
		if (why.code)
			*err = why;
		return false;
	}
	for (size_t i = 0; i < r->dataset->n_fields; i++) {
		given[i] = r->text[i].p && put->v[i].kind != (ValueKind)VALUE_KEEP;
		if (put->v[i].kind == (ValueKind)VALUE_KEEP)
			put->v[i] = (Value){0};
	}
	put->given = given;
	return true;
}

static bool
row_accept(WriteTx *tx, const RowRequest *r, RowPut *put, Err *err)
{
	Acceptor ac;
	OriginRow origin;
	if (!origin_for_row(tx, r, &origin, err) || !acceptor_open(tx, r->dataset, &origin, &ac, err) ||
		!accept_base(&ac, put, &tx->tmp, err))
		return false;
	if (r->closing)
		return accept_close(tx, &ac, put, err);
	return values_from_text(tx, r, &ac, put, err) && accept_put(tx, &ac, put, err) &&
		(put->outcome != OUTCOME_SAME || device_same(tx, r, put, err));
}

bool
row_allowed(WriteTx *tx, const RowRequest *r, Str area, Err *err)
{
	Verb verb = r->settling ? VERB_RESOLVE : r->closing ? VERB_CLOSE : VERB_ENTER;
	return made_check(r->dataset, r->made, err) &&
		rights_check(tx, &(RightsAsk){r->who, verb, r->dataset, area, r->origin, r->paper}, err);
}

/* The paper that came with it, unless the row shows it already. */
static bool
row_paper(WriteTx *tx, const RowRequest *r, const PaperAdd *paper, Err *err)
{
	int64_t event;
	Err why = {0};
	if (!r->paper.n || r->closing || paper_add(tx, paper, &event, &why) || why.code == E_CONFLICT)
		return true;
	return err_set(err, why.code, "%s", why.text);
}

bool
row_work(WriteTx *tx, void *arg, Err *err)
{
	RowRequest *r = arg;
	const Dataset *d = r->dataset;
	RowPut put = {.v = NEW(&tx->tmp, Value, d->n_fields), .base = r->base, .clock = r->clock};
	if (r->settling)
		return row_settle(tx, r, err);
	if (!device_check(r, err) || !log_begin(tx, err) ||
		!row_keys_from_text(tx->w, d, r->text, &tx->tmp, put.v, err) ||
		!accept_key(d, &put, &tx->tmp, err) || !row_allowed(tx, r, put.v[d->area].s, err) ||
		!device_again(tx, r, &put, &r->event, err))
		return false;
	r->outcome = OUTCOME_SAME;
	if (r->event)
		return true;
	/* What accepting makes of the key and the values does not outlive it. */
	PaperAdd paper = {r->origin, d, put.key, arena_str(&tx->tmp, put.v[d->area].s), 0, 0, r->paper,
		r->paper_name, r->paper_note};
	bool ok = device_after(tx, r, &put, err) && row_accept(tx, r, &put, err);
	r->event = paper.about = put.event;
	r->outcome = put.outcome;
	return ok && row_paper(tx, r, &paper, err);
}

bool
gate_enter(Gate *g, RowRequest *r, Err *err)
{
	return g->writer ? gate_write(g, row_work, r, false, err) : socket_row(g, r, err);
}

/* ---- imports ---- */

static bool
apply_local(Gate *g, Batches *b, Err *err)
{
	int64_t applied = 0, rows = 0;
	bool ok = true;
	if (!gate_follow(g, err) || !jobs_make(g->writer, b, err))
		return false;
	for (size_t i = 0; i < b->n; i++) {
		Job *job = &b->part[i].job;
		ok = ok && job_apply(g->w, g->writer, job, &b->watch, err);
		applied += job->applied;
		rows += job->rows;
	}
	if (!ok)
		err_hint(err,
			"%lld of %lld rows are saved; the rest follows by itself at the next write, nothing has to be repeated",
			(long long)applied, (long long)rows);
	return ok;
}

bool
gate_apply(Gate *g, Batches *b, Err *err)
{
	if (!g->writer)
		return socket_apply(g, b, err);
	if (!gate_continue(g, true, err))
		return false;
	bool ok = apply_local(g, b, err);
	pthread_mutex_lock(&g->lock);
	g->applying--;
	g->unfinished |= !ok;
	pthread_mutex_unlock(&g->lock);
	return ok;
}

/* ---- rebuild ---- */

static bool
rebuild_begin(Gate *g, Err *err)
{
	pthread_mutex_lock(&g->lock);
	bool free = !g->rebuilding;
	g->rebuilding = true;
	pthread_mutex_unlock(&g->lock);
	return free || err_set(err, E_BUSY, "the tables are being rebuilt already");
}

/* The board follows events, and rows that were put right have none of their own. */
static void
board_drop(Gate *g)
{
	AUTO(Arena) a = {0};
	Err ignored = {0};
	pthread_rwlock_wrlock(&g->follow);
	follow_close(g);
	if (arena_open(&a, SIZE_MB, &ignored))
		(void)unlink(workspace_path(g->w, &a, "board.snap"));
	pthread_rwlock_unlock(&g->follow);
}

bool
gate_rebuild(Gate *g, const RebuildAsk *ask, Arena *a, RebuildReport *out, Err *err)
{
	Err ignored = {0};
	if (!g->writer)
		return socket_rebuild(g, ask, a, out, err);
	if (!rebuild_begin(g, err))
		return false;
	bool ok = rebuild_run(g->w, &(RebuildBy){.writer = g->writer}, ask, a, out, err);
	board_drop(g);
	if (ok && !gate_settle(g, &ignored))
		ignored.code = E_OK; /* whoever looks at the board next makes it */
	pthread_mutex_lock(&g->lock);
	g->rebuilding = false;
	pthread_mutex_unlock(&g->lock);
	return ok;
}
