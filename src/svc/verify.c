/* verify: whether the tables say what the events say, and the events what was signed: the first difference is named.
 *
 * Several threads, each with a connection of its own, all of one moment. Every event's public entry is made again from its row,
 * its origin and its definition, and hashed; private parts are opened; from the leaves come the tiles, from the tiles the roots
 * of all checkpoints. Every event names the one it was based on, so that each row's events are one chain: the table must hold
 * exactly their ends. Memory: about 12 bytes an event. */
#include "svc/verify_private.h"

#include <unistd.h>

bool
verify_tell(Verify *v, Str phase, uint64_t more, uint64_t total, Err *err)
{
	const Watch *w = &v->ask->watch;
	pthread_mutex_lock(&v->lock);
	v->done += more;
	if (w->progress)
		w->progress(w->ctx, phase, v->done, total);
	pthread_mutex_unlock(&v->lock);
	return !w->stop || !*w->stop || err_set(err, E_BUSY, "stopped");
}

static bool
take(Verify *v, int64_t n, int64_t *at)
{
	pthread_mutex_lock(&v->lock);
	/* What lies behind a difference need not be looked at, what lies before it may hold an earlier one. */
	bool more = v->next < n && !v->failed;
	*at = v->next;
	v->next += more;
	pthread_mutex_unlock(&v->lock);
	return more;
}

static void *
thread_main(void *arg)
{
	VerifyThread *t = arg;
	Verify *v = t->v;
	int64_t at;
	NEED(lang_use(v->language)); /* of the caller: what differs is said here */
	while (take(v, t->n, &at)) {
		Err why = {0};
		Arena scratch = t->a;
		if (!t->work(t, at, &why)) {
			pthread_mutex_lock(&v->lock);
			if (!v->failed || at < v->place) {
				v->err = why;
				v->place = at;
			}
			v->failed = true;
			pthread_mutex_unlock(&v->lock);
		}
		t->a = scratch;
	}
	return NULL;
}

bool
verify_each(Verify *v, VerifyThread *t, int64_t n,
	bool (*work)(VerifyThread *t, int64_t at, Err *err), Err *err)
{
	v->next = 0;
	v->done = 0;
	for (int i = 0; i < v->ask->threads; i++) {
		t[i].work = work;
		t[i].n = n;
		t[i].started = i && pthread_create(&t[i].thread, NULL, thread_main, &t[i]) == 0;
	}
	thread_main(&t[0]);
	for (int i = 1; i < v->ask->threads; i++)
		if (t[i].started)
			pthread_join(t[i].thread, NULL);
	if (v->failed && err)
		*err = v->err;
	return !v->failed;
}

/* ---- one moment for all ---- */

static bool
last_event(VerifyThread *t, int64_t *event, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(t->db, &t->v->w->sql, "event_last", &s, err) || !db_step(s, &row, err))
		return false;
	*event = row ? db_int(s, 0) : 0;
	db_reset(s);
	return true;
}

/* Each sees a state of its own; when all see the same last event they see the same. */
static bool
same_moment(Verify *v, VerifyThread *t, bool *same, Err *err)
{
	int64_t event;
	*same = true;
	for (int i = 0; i < v->ask->threads; i++) {
		tx_rollback(&t[i].tx);
		if (!tx_begin(t[i].db, &t[i].tx, err) || !last_event(&t[i], &event, err))
			return false;
		if (i == 0)
			v->log.events = event;
		*same &= event == v->log.events;
	}
	return true;
}

static bool
threads_open(Verify *v, VerifyThread *t, Err *err)
{
	enum { TRIES = 2000 };
	for (int i = 0; i < v->ask->threads; i++) {
		t[i].v = v;
		if (!arena_open(&t[i].a, 256 * SIZE_MB, err) || !workspace_reader(v->w, &t[i].db, err) ||
			!sealer_open(v->w, &t[i].sealer, err))
			return false;
	}
	for (int try = 0; try < TRIES; try++) {
		bool same;
		if (!same_moment(v, t, &same, err))
			return false;
		if (same)
			return v->log.events < UINT32_MAX ||
				err_set(err, E_LIMIT, "a log of more than 4,294,967,294 events cannot be verified");
		(void)usleep(500);
	}
	return err_set(err, E_BUSY, "too much is written to see the database at one moment");
}

static void
threads_close(Verify *v, VerifyThread *t)
{
	for (int i = 0; i < v->ask->threads; i++) {
		tx_rollback(&t[i].tx);
		db_close(t[i].db);
		sealer_close(&t[i].sealer);
		arena_close(&t[i].a);
	}
}

static bool
verify_all(Verify *v, VerifyThread *t, Err *err)
{
	VerifyLog *l = &v->log;
	size_t n;
	if (!threads_open(v, t, err))
		return false;
	n = (size_t)l->events + 1;
	l->base = NEW(v->a, uint32_t, n);
	l->next = NEW(v->a, uint32_t, n);
	l->op = NEW(v->a, uint8_t, n);
	l->dataset = NEW(v->a, int16_t, n);
	l->tile = NEW(v->a, Sha256, n / TILE_WIDTH + 1);
	l->forgotten = map_new(v->a);
	v->out->events = l->events;
	return verify_origins(v, t, err) && verify_events(v, t, err) && verify_tree(v, t, err) &&
		verify_chains(v, t, err) && verify_devices(v, t, err) && verify_closed(v, t, err) &&
		verify_rows(v, t, err) && verify_accounts(v, t, err) && verify_papers(v, t, err) &&
		verify_boundaries(v, t, err) && verify_rules(v, t, err) && verify_rolls(v, t, err);
}

bool
log_verify(Workspace *w, const VerifyAsk *ask, Arena *a, VerifyReport *out, Err *err)
{
	VerifyAsk mine = *ask;
	VerifyThread thread[VERIFY_THREADS] = {0};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (mine.threads <= 0)
		mine.threads = cores > 0 ? (int)cores : 1;
	if (mine.threads > VERIFY_THREADS)
		mine.threads = VERIFY_THREADS;
	*out = (VerifyReport){0};
	Verify v = {.w = w, .ask = &mine, .out = out, .a = a, .language = lang_now()};
	pthread_mutex_init(&v.lock, NULL);
	bool ok = verify_all(&v, thread, err);
	threads_close(&v, thread);
	pthread_mutex_destroy(&v.lock);
	return ok;
}
