/* gate: the way in for writes: this process's own writer, or the socket of the process that holds the lease. */
#include "svc/svc_private.h"

#include <unistd.h>

/* ---- following commits with the board ---- */

static void *
follow_main(void *arg)
{
	Gate *g = arg;
	(void)pthread_setname_np(pthread_self(), "siap-board");
	while (!g->stop) {
		int64_t newest = writer_wait(g->writer, g->board->event, &g->stop);
		if (newest > g->board->event && !board_follow(g->board, NULL, &g->board_err))
			break; /* told at the end; the board is rebuilt at the next open */
	}
	return NULL;
}

/* Once per gate; requests of several connections may ask at the same time. */
static bool
gate_follow(Gate *g, Err *err)
{
	bool ok = true;
	pthread_mutex_lock(&g->lock);
	if (!g->follows && (ok = board_open(g->w, &g->board, err))) {
		g->follows = pthread_create(&g->follower, NULL, follow_main, g) == 0;
		ok = g->follows || err_set(err, E_LIMIT, "cannot start a thread for the board");
	}
	pthread_mutex_unlock(&g->lock);
	return ok;
}

/* ---- open and close ---- */

static bool
open_local(Gate *g, Err *err)
{
	return jobs_resume(g->w, g->writer, &g->resumed, err) && socket_listen(g, err);
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
	/* The holder of the lease may be just starting or just ending: try both ways for a while. */
	for (int try = 0; try < 50; try++) {
		bool local = writer_open(w, &g->writer, &why);
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
	if (g->follows)
		pthread_join(g->follower, NULL);
	writer_close(g->writer);
	/* The snapshot only saves time: without it the next open reads more events. */
	if (g->board && board_follow(g->board, NULL, &ignored) && !board_save(g->board, &ignored))
		ignored.code = E_OK;
	board_close(g->board);
	if (g->fd >= 0)
		(void)close(g->fd);
	buf_close(&g->in);
	pthread_mutex_destroy(&g->lock);
	Arena mem = g->mem;
	arena_close(&mem);
}

bool
gate_is_local(const Gate *g)
{
	return g->writer != NULL;
}

bool
gate_serve(Gate *g, volatile bool *stop, Err *err)
{
	if (!g->writer)
		return err_set(err, E_BUSY, "another Siap process already serves '%s'", g->w->dir);
	if (!gate_follow(g, err))
		return false;
	while (!*stop)
		(void)usleep(50000);
	return true;
}

/* ---- rows ---- */

typedef struct RowWork {
	const Origin *origin;
	const Dataset *d;
	const Str *text;
	int64_t base;
	bool closing;
	int64_t *event;
	Outcome *outcome;
	Err *why;
} RowWork;

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

static bool
keys_from_text(WriteTx *tx, const RowWork *rw, Value *v, Err *err)
{
	for (size_t k = 0; k < rw->d->n_key; k++) {
		size_t i = rw->d->key[k];
		const Field *f = &rw->d->field[i];
		Str cell = rw->text[i].p ? rw->text[i] : pack_preset(tx->w->pack, rw->d->name, f->name);
		if (!cell.p)
			cell = f->default_text;
		if (!cell.p)
			return err_set(err, E_INPUT, "%.*s: the key field is missing", STR(f->name));
		if (!value_parse(
				&tx->w->cat, tx->w->pack, f, cell, area_zone(tx->w->area), &tx->tmp, &v[i], err))
			return err_prefix(err, "%.*s: ", STR(f->name));
	}
	return true;
}

static bool
row_work(WriteTx *tx, void *arg, Err *err)
{
	RowWork *rw = arg;
	const Dataset *d = rw->d;
	Acceptor ac;
	Places places;
	int64_t origin;
	Err why = {0};
	Value *v = NEW(&tx->tmp, Value, d->n_fields);
	bool *given = NEW(&tx->tmp, bool, d->n_fields);
	RowReader reader = {.w = tx->w, .d = d, .places = &places};
	for (size_t i = 0; i < d->n_fields; i++)
		given[i] = rw->text[i].p != NULL;
	if (!places_open(tx->w, tx->db, NULL, &places, err))
		return false;
	if (rw->closing && !keys_from_text(tx, rw, v, err))
		return false;
	if (!rw->closing && !row_from_text(&reader, rw->text, &tx->tmp, v, keep_first, &why, err)) {
		if (why.code)
			*err = why;
		return false;
	}
	if (!origin_make(tx, rw->origin, d, 0, &origin, err) ||
		!acceptor_open(
			tx, d, origin, rw->origin->agency.n ? rw->origin->agency : d->owner, &ac, err))
		return false;
	return rw->closing ? accept_close(tx, &ac, v, rw->event, err)
					   : accept_put(tx, &ac, v, given, rw->base, rw->outcome, rw->event, err);
}

bool
gate_row(Gate *g, const Origin *o, const Dataset *d, const Str *text, int64_t base, bool closing,
	int64_t *event, Outcome *outcome, Err *err)
{
	if (!g->writer)
		return socket_row(g, o, d, text, base, closing, event, outcome, err);
	RowWork rw = {.origin = o,
		.d = d,
		.text = text,
		.base = base,
		.closing = closing,
		.event = event,
		.outcome = outcome};
	return writer_run(g->writer, row_work, &rw, false, err);
}

bool
gate_enter(Gate *g, const Origin *o, const Dataset *d, const Str *text, int64_t base,
	int64_t *event, Outcome *outcome, Err *err)
{
	return gate_row(g, o, d, text, base, false, event, outcome, err);
}

bool
gate_close_row(
	Gate *g, const Origin *o, const Dataset *d, const Str *text, int64_t *event, Err *err)
{
	Outcome ignored;
	return gate_row(g, o, d, text, 0, true, event, &ignored, err);
}

/* ---- imports ---- */

bool
gate_apply(Gate *g, const Origin *o, const Dataset *d, Str file, Str content, const char *staged,
	uint64_t rows, ProgressFn progress, void *ctx, Job *out, Err *err)
{
	if (!g->writer)
		return socket_apply(g, o, d, file, content, staged, rows, progress, ctx, out, err);
	if (!gate_follow(g, err) || !job_make(g->writer, o, d, file, content, staged, rows, out, err))
		return false;
	if (job_apply(g->w, g->writer, out, progress, ctx, err))
		return true;
	if (out->applied)
		err_hint(err,
			"%lld of %lld rows are saved; the rest follows by itself at the next write, nothing has to be repeated",
			(long long)out->applied, (long long)out->rows);
	return false;
}
