/* writer: one thread runs everybody's writes, as many per commit as are waiting (group commit, no wait window). */
#include "svc/svc_private.h"

#include <sodium.h>

struct Writer {
	Workspace *w;
	Lease lease;
	Db *db;
	Sealer sealer;
	Arena tmp;
	Buf buf[4];
	pthread_t thread;
	bool started, stop;
	pthread_mutex_t lock;
	pthread_cond_t wake, moved;
	Work *head, **tail;
	int64_t seq, at; /* newest committed event, and when: times never run backwards */
	int64_t commits;
	Buf leaves;
	Arena keep;         /* names of keys */
	Acceptor *acceptor; /* by dataset, of this connection */
	LogTree *tree;      /* of all committed events, unless it is stale */
	bool tree_stale;
	WriterMode mode;
	Signers by;
	SignerKey next;
	bool has_next;
	uint64_t signed_size;
	int64_t sign_at; /* on clock_us: not before */
	/* A lost connection: not tried again before `again`, the pauses grow. */
	int64_t again, pause;
	Err lost;
};

enum { BATCH_MOST = 512, CHECKPOINT_EVERY = 32 };

enum { PAUSE_FIRST_US = 250000, PAUSE_MOST_US = 8000000, SIGN_EVERY_US = 2000000 };

/* The database as it is now: after a lost connection only it knows what the last commit brought. */
static bool
writer_connect(Writer *wr, Err *err)
{
	Stmt *s;
	bool row;
	memset(wr->acceptor, 0, (wr->w->cat.n_datasets + 1) * sizeof *wr->acceptor);
	if (!db_open(wr->w->store, DB_WRITE, &wr->db, err) ||
		!svc_stmt(wr->db, &wr->w->sql, "event_newest", &s, err) || !db_step(s, &row, err))
		return false;
	pthread_mutex_lock(&wr->lock);
	wr->seq = row ? db_int(s, 0) : 0;
	wr->at = row ? db_int(s, 1) : INT64_MIN;
	pthread_mutex_unlock(&wr->lock);
	db_reset(s);
	/* A server that came back may have come back with an older state. */
	LogSource from = {wr->db, &wr->w->sql};
	wr->tree_stale = false;
	TreeHead newest;
	if (!log_check(wr->w, &from, wr->seq, &newest, err) && wr->mode != WRITER_ACCEPT)
		return false;
	wr->signed_size = wr->mode == WRITER_ACCEPT ? 0 : newest.size;
	return log_tree_load(wr->tree, &from, wr->seq, err);
}

static bool
reconnect(Writer *wr, Err *err)
{
	if (wr->db && !db_lost(wr->db))
		return true;
	if (clock_us() >= wr->again) {
		db_close(wr->db);
		wr->db = NULL;
		if (writer_connect(wr, &wr->lost)) {
			wr->pause = 0;
			return true;
		}
		db_close(wr->db);
		wr->db = NULL;
		wr->pause = wr->pause ? 2 * wr->pause : PAUSE_FIRST_US;
		wr->pause = wr->pause < PAUSE_MOST_US ? wr->pause : PAUSE_MOST_US;
		wr->again = clock_us() + wr->pause;
	}
	*err = wr->lost;
	return false;
}

static bool
begin(Writer *wr, WriteTx *tx, Tx *t, Err *err)
{
	if (!reconnect(wr, err))
		return false;
	LogSource from = {wr->db, &wr->w->sql};
	if (wr->tree_stale && !log_tree_load(wr->tree, &from, wr->seq, err))
		return false;
	wr->tree_stale = false;
	wr->has_next = false;
	buf_clear(&wr->leaves);
	int64_t now = workspace_now(wr->w);
	*tx = (WriteTx){.w = wr->w,
		.db = wr->db,
		.sealer = &wr->sealer,
		.now = now > wr->at ? now : wr->at,
		.seq = wr->seq,
		.tmp = wr->tmp,
		.leaves = &wr->leaves,
		.signer = &wr->by.key,
		.next = &wr->next,
		.has_next = &wr->has_next,
		.keep = &wr->keep,
		.acceptor = wr->acceptor};
	for (size_t i = 0; i < 4; i++)
		tx->buf[i] = &wr->buf[i];
	return tx_begin(wr->db, t, err);
}

/* Runs one piece of work. Beside others it gets a savepoint, so that its failure is its own. */
static bool
run_one(WriteTx *tx, Work *work, bool shared, Err *fatal)
{
	int64_t seq = tx->seq;
	Arena scratch = tx->tmp;
	if (shared && !db_savepoint(tx->db, fatal))
		return false;
	NEED(lang_use(work->language));
	work->ok = work->fn(tx, work->arg, &work->err);
	tx->tmp = scratch;
	if (!work->ok) {
		tx->leaves->n -= tx->leaves->failed ? 0 : 32 * (size_t)(tx->seq - seq);
		tx->seq = seq;
	}
	if (!shared)
		return true;
	return work->ok ? db_savepoint_release(tx->db, fatal) : db_savepoint_undo(tx->db, fatal);
}

static void
fail_all(Work *list, size_t n, const Err *err)
{
	for (; n--; list = list->next)
		if (list->ok || !list->err.code) {
			list->ok = false;
			list->err = *err;
		}
}

/* The tree grows in the transaction of its events; when that does not hold it is read anew. */
static bool
batch_commit(Writer *wr, Tx *t, Err *err)
{
	LogSource to = {wr->db, &wr->w->sql};
	wr->tree_stale = true;
	if (!buf_check(&wr->leaves, err) ||
		!log_tree_extend(wr->tree, &to, buf_str(&wr->leaves), err) || !tx_commit(t, err))
		return false;
	wr->tree_stale = false;
	return true;
}

static void
signer_change(Writer *wr)
{
	AUTO(Arena) a = {0};
	Err ignored = {0};
	if (!wr->has_next)
		return;
	wr->by.old = wr->by.key;
	wr->by.has_old = wr->mode != WRITER_NEW_KEY;
	wr->by.key = wr->next;
	/* If the file does not come to its place now, the next start sees to it: the log names the key. */
	if (!arena_open(&a, SIZE_MB, &ignored) || !log_signer_next(wr->w, &a, &ignored))
		ignored.code = E_OK;
}

static void
run_batch(Writer *wr, Work *list, size_t n)
{
	WriteTx tx;
	Tx t = {0};
	Err err = {0};
	bool ok = begin(wr, &tx, &t, &err);
	Work *work = list;
	for (size_t i = 0; ok && i < n; i++, work = work->next)
		ok = run_one(&tx, work, n > 1, &err);
	/* A lone failure needs no commit: the rollback is its undoing. */
	bool commit = ok && (n > 1 || list->ok);
	if (commit)
		ok = batch_commit(wr, &t, &err);
	tx_rollback(&t);
	if (!ok)
		fail_all(list, n, &err);
	else if (commit) {
		pthread_mutex_lock(&wr->lock);
		if (tx.seq > wr->seq)
			wr->at = tx.now;
		wr->seq = tx.seq;
		pthread_mutex_unlock(&wr->lock);
		signer_change(wr);
	}
}

/* ---- checkpoints ---- */

static bool
is_unsigned(const Writer *wr)
{
	return !wr->tree_stale && wr->db && wr->tree->edge.size != wr->signed_size;
}

/* What fails is done again with the next one; nobody has seen it then. */
static bool
sign(Writer *wr, Err *err)
{
	LogSource to = {wr->db, &wr->w->sql};
	if (!is_unsigned(wr))
		return wr->db || err_set(err, E_IO, "the database is not connected");
	wr->sign_at = clock_us() + SIGN_EVERY_US;
	if (!log_sign(wr->w, &to, wr->tree, &wr->by, err))
		return false;
	wr->signed_size = wr->tree->edge.size;
	wr->by.has_old = false;
	return true;
}

static void
sign_when_due(Writer *wr)
{
	Err ignored = {0};
	if (is_unsigned(wr) && clock_us() >= wr->sign_at && !sign(wr, &ignored))
		wr->sign_at = clock_us() + SIGN_EVERY_US;
}

static void
sign_asked(Writer *wr, Work *work)
{
	if (work->ok && work->sign)
		work->ok = sign(wr, &work->err);
}

/* Moves the log into the database file now and then, so that it stays short; small and often keeps waits short. */
static void
checkpoint(Writer *wr)
{
	Err ignored = {0};
	if (wr->db && ++wr->commits % CHECKPOINT_EVERY == 0 && !db_checkpoint(wr->db, NULL, &ignored))
		return; /* a full disk shows at the next commit */
}

/* Until there is work or an end. Meanwhile what came last is signed when its time has come. */
static void
await_work(Writer *wr)
{
	while (!wr->head && !wr->stop) {
		if (!is_unsigned(wr)) {
			pthread_cond_wait(&wr->wake, &wr->lock);
			continue;
		}
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		int64_t ns =
			until.tv_nsec + 1000 * (wr->sign_at > clock_us() ? wr->sign_at - clock_us() : 0);
		until.tv_sec += ns / 1000000000;
		until.tv_nsec = ns % 1000000000;
		if (pthread_cond_timedwait(&wr->wake, &wr->lock, &until) != 0 && !wr->head) {
			pthread_mutex_unlock(&wr->lock);
			sign_when_due(wr);
			pthread_mutex_lock(&wr->lock);
		}
	}
}

static void *
writer_main(void *arg)
{
	Writer *wr = arg;
	(void)pthread_setname_np(pthread_self(), "siap-writer");
	pthread_mutex_lock(&wr->lock);
	for (;;) {
		await_work(wr);
		if (!wr->head)
			break;
		Work *list = wr->head, *last = list;
		size_t n = 1;
		while (!list->alone && last->next && !last->next->alone && n < BATCH_MOST) {
			last = last->next;
			n++;
		}
		wr->head = last->next;
		if (!wr->head)
			wr->tail = &wr->head;
		last->next = NULL;
		pthread_mutex_unlock(&wr->lock);
		run_batch(wr, list, n);
		sign_asked(wr, list);
		for (Work *work = list, *next; work; work = next) {
			next = work->next; /* the waiter may be gone once it is told */
			sem_post(&work->done);
		}
		writer_wake(wr);
		sign_when_due(wr);
		checkpoint(wr);
		pthread_mutex_lock(&wr->lock);
	}
	pthread_mutex_unlock(&wr->lock);
	return NULL;
}

void
writer_queue(Writer *wr, Work *work)
{
	work->language = lang_now();
	sem_init(&work->done, 0, 0);
	pthread_mutex_lock(&wr->lock);
	NEED(!wr->stop);
	*wr->tail = work;
	wr->tail = &work->next;
	pthread_cond_signal(&wr->wake);
	pthread_mutex_unlock(&wr->lock);
}

bool
writer_await(Work *work, Err *err)
{
	while (sem_wait(&work->done) != 0)
		; /* a signal came */
	sem_destroy(&work->done);
	if (!work->ok && err)
		*err = work->err;
	return work->ok;
}

bool
writer_run(Writer *wr, WriteFn fn, void *arg, bool alone, Err *err)
{
	Work work = {.fn = fn, .arg = arg, .alone = alone};
	writer_queue(wr, &work);
	return writer_await(&work, err);
}

static bool
nothing(WriteTx *tx, void *arg, Err *err)
{
	(void)tx, (void)arg, (void)err;
	return true;
}

bool
writer_sign(Writer *wr, Err *err)
{
	Work work = {.fn = nothing, .alone = true, .sign = true};
	writer_queue(wr, &work);
	return writer_await(&work, err);
}

int64_t
writer_waiting(Writer *wr)
{
	int64_t n = 0;
	pthread_mutex_lock(&wr->lock);
	for (const Work *w = wr->head; w; w = w->next)
		n++;
	pthread_mutex_unlock(&wr->lock);
	return n;
}

int64_t
writer_wait(Writer *wr, int64_t after, const _Atomic bool *stop)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	pthread_mutex_lock(&wr->lock);
	while (wr->seq <= after && !*stop)
		if (pthread_cond_timedwait(&wr->moved, &wr->lock, &until) != 0)
			break;
	int64_t seq = wr->seq;
	pthread_mutex_unlock(&wr->lock);
	return seq;
}

void
writer_wake(Writer *wr)
{
	if (!wr)
		return;
	pthread_mutex_lock(&wr->lock);
	pthread_cond_broadcast(&wr->moved);
	pthread_mutex_unlock(&wr->lock);
}

static bool
writer_start(Writer *wr, Arena *a, Err *err)
{
	if (!lease_take(wr->w->dir, &wr->lease, err) || !hasher_open(&wr->tree->hasher, err) ||
		!writer_connect(wr, err) || !sealer_open(wr->w, &wr->sealer, err))
		return false;
	LogSource from = {wr->db, &wr->w->sql};
	if (!arena_open(&wr->keep, SIZE_MB, err) ||
		(wr->mode != WRITER_NEW_KEY && !log_signer_open(wr->w, &from, &wr->keep, &wr->by.key, err)))
		return false;
	wr->tmp = *a;
	wr->started = pthread_create(&wr->thread, NULL, writer_main, wr) == 0;
	return wr->started || err_set(err, E_LIMIT, "cannot start the writer's thread");
}

bool
writer_open(Workspace *w, WriterMode mode, Writer **out, Err *err)
{
	Arena a;
	if (!arena_open(&a, 64 * SIZE_MB, err))
		return false;
	Writer *wr = NEW(&a, Writer, 1);
	*wr = (Writer){.w = w, .mode = mode, .lease = {-1}, .tree = NEW(&a, LogTree, 1)};
	wr->acceptor = NEW(&a, Acceptor, w->cat.n_datasets + 1);
	wr->tmp = a;
	wr->tail = &wr->head;
	pthread_mutex_init(&wr->lock, NULL);
	pthread_cond_init(&wr->wake, NULL);
	pthread_cond_init(&wr->moved, NULL);
	if (writer_start(wr, &a, err)) {
		*out = wr;
		return true;
	}
	writer_close(wr);
	return false;
}

void
writer_close(Writer *wr)
{
	if (!wr)
		return;
	if (wr->started) {
		pthread_mutex_lock(&wr->lock);
		wr->stop = true;
		pthread_cond_signal(&wr->wake);
		pthread_mutex_unlock(&wr->lock);
		pthread_join(wr->thread, NULL);
	}
	Err ignored = {0};
	if (wr->started && !sign(wr, &ignored))
		ignored.code = E_OK; /* the next one signs it */
	if (wr->db && !db_checkpoint(wr->db, NULL, &ignored))
		ignored.code = E_OK; /* the log stays and is read back at the next open */
	db_close(wr->db);
	sealer_close(&wr->sealer);
	hasher_close(wr->tree->hasher);
	sodium_memzero(&wr->by, sizeof wr->by);
	sodium_memzero(&wr->next, sizeof wr->next);
	buf_close(&wr->leaves);
	arena_close(&wr->keep);
	for (size_t i = 0; i < 4; i++)
		buf_close(&wr->buf[i]);
	lease_drop(&wr->lease);
	pthread_mutex_destroy(&wr->lock);
	pthread_cond_destroy(&wr->wake);
	pthread_cond_destroy(&wr->moved);
	Arena a = wr->tmp;
	arena_close(&a);
}
