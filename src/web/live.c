/* live: open pages are told when their area's figures changed (server-sent events); in between they cost a sleeping connection. */
#include "web/desk.h"

#include <unistd.h>

enum { CLIENTS = 2048, BEAT_US = 20000000, LIFE_US = 1800000000, REST_US = 300000, LOOK_MS = 1000 };

typedef struct Listener {
	Request *rq;
	Str area;
	bool *closed;  /* by series: it rests on what is closed to the person */
	uint64_t seen; /* the area's figures, as told last */
	int64_t event,
		told; /* of the board: the newest that concerns the area, the last that was told */
	int64_t beat,
		until; /* clock_us: something was sent, this ends (who may see it is asked again) */
	bool asleep, begun;
	struct Listener *next, **at;
} Listener;

struct Live {
	Site *site;
	pthread_mutex_t lock; /* guards all that follows */
	Listener *first;
	int64_t n, event;
	bool stop;
	pthread_t thread;
	bool started;
};

/* ---- what an area's page shows, as one number ---- */

static uint64_t
mix(uint64_t h, int64_t v)
{
	h = (h ^ (uint64_t)v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ (h >> 29);
}

static uint64_t
figures(const Board *b, const Listener *l)
{
	size_t node;
	if (!board_find(b, l->area, &node))
		return 0;
	uint64_t h = mix(mix(mix(1, b->ready[node]), b->total[node]), b->silent[node]);
	for (size_t i = 0; i < b->n_series; i++) {
		const Series *s = &b->series[i];
		if (l->closed[i])
			continue;
		h = mix(h, s->need[node]);
		if (i < b->n_indicators)
			h = mix(mix(h, s->have[node]), s->heard[node]);
	}
	return h;
}

/* ---- one listener ---- */

static size_t
say(Listener *l, char *buf, size_t max, int64_t now)
{
	int n = 0;
	if (l->event > l->told)
		n = snprintf(buf, max, "id: %lld\nevent: board\ndata: %lld\n\n", (long long)l->event,
			(long long)l->event);
	else if (!l->begun)
		n = snprintf(buf, max, "retry: 3000\n\n");
	else if (now - l->beat >= BEAT_US)
		n = snprintf(buf, max, ":\n\n");
	if (n <= 0)
		return 0;
	NEED((size_t)n < max);
	l->begun = true;
	l->told = l->event;
	l->beat = now;
	return (size_t)n;
}

static ssize_t
on_read(void *cls, uint64_t pos, char *buf, size_t max)
{
	Listener *l = cls;
	struct Live *live = l->rq->site->live;
	int64_t now = clock_us();
	(void)pos;
	pthread_mutex_lock(&live->lock);
	bool over = live->stop || now > l->until;
	size_t n = over ? 0 : say(l, buf, max, now);
	if (!over && n == 0) {
		l->asleep = true;
		MHD_suspend_connection(l->rq->connection);
	}
	pthread_mutex_unlock(&live->lock);
	return over ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static bool
join(struct Live *live, Listener *l)
{
	pthread_mutex_lock(&live->lock);
	bool ok = live->n < CLIENTS && !live->stop;
	if (ok) {
		live->n++;
		l->next = live->first;
		l->at = &live->first;
		if (l->next)
			l->next->at = &l->next;
		live->first = l;
		if (live->event > l->event) /* it moved on meanwhile */
			l->event = live->event;
	}
	pthread_mutex_unlock(&live->lock);
	return ok;
}

void
live_leave(Request *rq)
{
	Listener *l = rq->listener;
	if (!l)
		return;
	struct Live *live = rq->site->live;
	pthread_mutex_lock(&live->lock);
	live->n--;
	*l->at = l->next;
	if (l->next)
		l->next->at = l->at;
	pthread_mutex_unlock(&live->lock);
	rq->listener = NULL;
}

/* What was told last: by the browser after a break, or by the page that begins to listen. */
static int64_t
told_before(const Request *rq, int64_t newest)
{
	int64_t n;
	Str id = rq_header(rq, "Last-Event-ID"), since = rq_query(rq, "since");
	return str_int(id.n ? id : since, &n) && n >= 0 && n < newest ? n : newest;
}

static bool
listener_make(Request *rq, Str area, Listener **out, Err *err)
{
	const Board *board;
	size_t node;
	Listener *l = NEW(rq->a, Listener, 1);
	if (!gate_board(rq->site->gate, &board, err))
		return false;
	bool known = board_find(board, area, &node);
	*l = (Listener){.rq = rq, .area = area, .until = clock_us() + LIFE_US};
	l->event = board->event;
	l->closed = NEW(rq->a, bool, board->n_series + 1);
	for (size_t i = 0; i < board->n_series; i++)
		l->closed[i] = !check_open(rq, board->series[i].query);
	l->seen = figures(board, l);
	gate_board_done(rq->site->gate);
	l->told = told_before(rq, l->event);
	*out = l;
	return known || err_set(err, E_NOTFOUND, "there is no area '%.*s'", STR(area));
}

static bool
listen_page(Request *rq, Err *err)
{
	enum { BLOCK = 256 };
	Listener *l;
	Str area = rq_query(rq, "area");
	if (!listener_make(rq, area.n ? area : rq->w->area, &l, err))
		return false;
	if (!join(rq->site->live, l))
		return err_set(
			err, E_BUSY, "too many pages listen at the moment: load this one again later");
	rq->listener = l;
	struct MHD_Response *r =
		MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read, l, NULL);
	if (!r)
		return err_set(err, E_LIMIT, "there is no memory for the answer");
	reply_take(rq, MHD_HTTP_OK, r);
	reply_header(rq, "Content-Type", S("text/event-stream"));
	reply_header(rq, "Cache-Control", S("no-store"));
	reply_header(rq, "X-Accel-Buffering", S("no")); /* nginx hands it on at once */
	return true;
}
ROUTE(live, "GET", "/live", listen_page, ROUTE_MEMBER);

/* ---- all of them ---- */

static void
wake(Listener *l)
{
	if (!l->asleep)
		return;
	l->asleep = false;
	MHD_resume_connection(l->rq->connection);
}

static void
moved(struct Live *live, const Board *board)
{
	for (Listener *l = live->first; l; l = l->next) {
		uint64_t now = figures(board, l);
		if (now == l->seen)
			continue;
		l->seen = now;
		l->event = board->event;
		wake(l);
	}
	live->event = board->event;
}

static void
beat(struct Live *live)
{
	int64_t now = clock_us();
	for (Listener *l = live->first; l; l = l->next)
		if (live->stop || now - l->beat >= BEAT_US || now > l->until)
			wake(l);
}

static void *
live_main(void *arg)
{
	struct Live *live = arg;
	Gate *gate = live->site->gate;
	(void)pthread_setname_np(pthread_self(), "siap-live");
	for (bool stop = false; !stop;) {
		Err ignored = {0};
		const Board *board;
		int64_t at = gate_board_wait(gate, live->event, LOOK_MS);
		bool there = at > live->event && gate_board(gate, &board, &ignored);
		pthread_mutex_lock(&live->lock);
		if (there)
			moved(live, board);
		beat(live);
		stop = live->stop;
		pthread_mutex_unlock(&live->lock);
		if (there) {
			gate_board_done(gate);
			(void)usleep(REST_US); /* what comes in one stream is told of now and then */
		}
	}
	return NULL;
}

bool
live_start(Site *s, Err *err)
{
	struct Live *live = NEW(s->a, struct Live, 1);
	live->site = s;
	pthread_mutex_init(&live->lock, NULL);
	s->live = live;
	live->started = pthread_create(&live->thread, NULL, live_main, live) == 0;
	return live->started || err_set(err, E_LIMIT, "cannot start the threads that answer");
}

int64_t
live_clients(const Site *s)
{
	return s->live->n;
}

/* All streams end with the answer that they are. */
void
live_stop(Site *s)
{
	struct Live *live = s->live;
	if (!live || live->stop)
		return;
	pthread_mutex_lock(&live->lock);
	live->stop = true;
	beat(live);
	pthread_mutex_unlock(&live->lock);
	if (live->started)
		pthread_join(live->thread, NULL);
}
