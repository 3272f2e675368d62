/* writers: the process that ends: 64 threads enter rows and tell of each that was acknowledged. */
#include "survive.h"

#include <signal.h>
#include <sys/prctl.h>

typedef struct Crew {
	const Plan *plan;
	Workspace w;
	Gate *gate;
	_Atomic int64_t left;
	_Atomic bool rest; /* the round is over: the checkpoint's watcher ends */
} Crew;

static _Atomic bool stop;
static _Atomic bool first; /* row is acknowledged */

static void
on_term(int signal)
{
	(void)signal;
	stop = true;
}

/* One write of at most PIPE_BUF bytes is never mixed with another, and never half there. */
static void
tell(const Plan *p, Message m, Str content)
{
	char bytes[PIPE_BUF];
	size_t most = sizeof bytes - sizeof m;
	m.bytes = (uint32_t)(content.n < most ? content.n : most);
	memcpy(bytes, &m, sizeof m);
	if (m.bytes)
		memcpy(bytes + sizeof m, content.p, m.bytes);
	size_t n = sizeof m + m.bytes;
	NEED(write(p->out, bytes, n) == (ssize_t)n);
}

static void
tell_refused(const Plan *p, const Err *err)
{
	tell(p, (Message){.kind = REFUSED, .code = (uint8_t)err->code}, str_of(err->text));
}

static void
tell_done(const Plan *p, const Row *row, size_t fields, const RowRequest *r)
{
	char cells[CELLS * CELL];
	size_t n = 0;
	for (size_t i = 0; i < fields; i++) {
		size_t bytes = strlen(row->cell[i]) + 1;
		memcpy(cells + n, row->cell[i], bytes);
		n += bytes;
	}
	tell(p,
		(Message){.kind = ACKNOWLEDGED,
			.dataset = (uint8_t)row->dataset,
			.closing = row->closing,
			.code = (uint8_t)r->outcome,
			.event = r->event},
		(Str){cells, n});
	first = true;
}

/* base: what this writer last made of the row, or 0. */
static int64_t
enter(Crew *c, const Row *row, int64_t base)
{
	const Dataset *d = survive_dataset(&c->w.cat, row->dataset);
	Origin o = {.actor = S("survivor"), .source = S("test")};
	Str text[CELLS];
	Err err = {0};
	for (size_t i = 0; i < d->n_fields; i++)
		text[i] = str_of(row->cell[i]);
	RowRequest r = {
		.origin = &o, .dataset = d, .text = text, .base = base, .closing = row->closing};
	if (gate_enter(c->gate, &r, &err)) {
		tell_done(c->plan, row, d->n_fields, &r);
		return row->closing ? 0 : r.event;
	}
	if (row->closing && err.code == E_NOTFOUND)
		return 0;
	tell_refused(c->plan, &err);
	stop = stop || c->plan->guest != 0;
	(void)usleep(20000);
	return 0;
}

static _Atomic uint64_t threads;

static void *
writer_run_thread(void *arg)
{
	Crew *c = arg;
	uint64_t state = c->plan->seed ^ (++threads * UINT64_C(0xd1342543de82ef95));
	Row row;
	while (!stop && (!c->plan->rows || c->left-- > 0)) {
		row_choose(&c->w.cat, &state, &row);
		int64_t event = enter(c, &row, 0);
		/* Once more, as somebody who saw that event; others may have been there meanwhile. */
		if (event && lot_below(&state, 4) == 0) {
			row_change(&c->w.cat, &state, &row);
			(void)enter(c, &row, event);
		}
	}
	return NULL;
}

/* Has a checkpoint made now and then, or the key changed, and hands out every checkpoint that can be seen. */
static void *
watch_checkpoint(void *arg)
{
	Crew *c = arg;
	uint64_t state = c->plan->seed ^ UINT64_C(0x8ebc6af09c88c6e3);
	AUTO(Arena) a = {0};
	Sha256 last = {0};
	Err err = {0};
	NEED(arena_open(&a, SIZE_MB, &err));
	const char *path = arena_fmt(&a, "%s/checkpoint", c->plan->ws).p;
	Origin o = {.actor = S("survivor"), .source = S("test")};
	while (!c->rest) {
		Arena tmp = a;
		Str note;
		(void)usleep((useconds_t)lot_below(&state, 20000));
		if (!(lot_below(&state, 8) ? gate_checkpoint(c->gate, &err)
								   : gate_rotate(c->gate, &o, S("a test"), &err)))
			tell_refused(c->plan, &err);
		if (!file_read(path, NOTE_MOST, &tmp, &note, &err))
			continue;
		Sha256 now = sha256(note);
		if (memcmp(&now, &last, sizeof now) != 0)
			tell(c->plan, (Message){.kind = CHECKPOINT}, note);
		last = now;
	}
	return NULL;
}

static void *
cut_later(void *arg)
{
	const Plan *p = arg;
	while (!first && !p->cut_early)
		(void)usleep(200);
	(void)usleep((useconds_t)p->cut_after);
	shim_cut();
}

static pthread_t
start(void *(*fn)(void *), void *arg)
{
	pthread_t t;
	NEED(pthread_create(&t, NULL, fn, arg) == 0);
	return t;
}

/* Opens the workspace, writes, closes it. */
static bool
round_run(const Plan *p)
{
	Crew c = {.plan = p, .left = p->rows};
	pthread_t writer[WRITERS], watcher;
	size_t n = p->writers ? p->writers : WRITERS;
	AUTO(Arena) a = {0};
	Err err = {0};
	if (!arena_open(&a, (size_t)1 << 32, &err) || !workspace_open(p->env, p->ws, &a, &c.w, &err)) {
		tell_refused(p, &err);
		return false;
	}
	bool ok = gate_open(&c.w, &c.gate, &err);
	if (!ok)
		tell_refused(p, &err);
	else if (p->guest && gate_is_local(c.gate)) /* the other one is dead already */
		gate_close(c.gate);
	else {
		watcher = start(watch_checkpoint, &c);
		/* A board that cannot be made is made later. */
		if (p->settles && !gate_settle(c.gate, &err))
			err = (Err){0};
		for (size_t i = 0; i < n; i++)
			writer[i] = start(writer_run_thread, &c);
		for (size_t i = 0; i < n; i++)
			NEED(pthread_join(writer[i], NULL) == 0);
		c.rest = true;
		NEED(pthread_join(watcher, NULL) == 0);
		gate_close(c.gate);
	}
	workspace_close(&c.w);
	return ok;
}

_Noreturn void
writers_run(const Plan *p)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGTERM, on_term);
	char begin;
	if (p->guest && read(p->guest, &begin, 1) != 1)
		_exit(1);
	if (p->shim)
		shim_install(p->shim);
	if (p->cut_after)
		(void)start(cut_later, (void *)p);
	for (int i = 0; !stop && (!p->rounds || i < p->rounds); i++)
		if (!round_run(p))
			break;
	tell(p, (Message){.kind = ENDED, .event = p->shim ? shim_count() : 0}, (Str){0});
	if (p->shim)
		shim_cut();
	_exit(0);
}
