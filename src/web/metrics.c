/* metrics: what was asked and how long it took: a line for each request, and figures for monitoring in the text format of Prometheus.
 * Paths may hold personal keys, so a page is named by its pattern; who asked is not told. */
#include "web/web_private.h"

#include <fcntl.h>
#include <unistd.h>

enum { ROUTES = 256, STATUSES = 24, STEPS = 12 };
static const unsigned statuses[STATUSES] = {200, 303, 304, 400, 403, 404, 405, 408, 409, 411, 413,
	414, 415, 417, 422, 429, 431, 500, 501, 503, 505};
static const int64_t steps_us[STEPS] = {
	500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000};

static struct {
	_Atomic int64_t count[ROUTES][STATUSES]; /* the last status: any other */
	_Atomic int64_t step[STEPS + 1], sum_us, bytes, number;
	int fd; /* of the log, -1: none */
} all = {.fd = -1};

bool
metrics_open(Site *s, Err *err)
{
	const char *path = s->options->log;
	NEED(route_count() < ROUTES);
	memset(&all, 0, sizeof all);
	all.fd = path            ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)
		: s->w->env->err_tty ? -1
							 : STDERR_FILENO;
	return !path || all.fd >= 0 ||
		file_error(err, tr("cannot open '%s' for the log of requests: %s"), path);
}

void
metrics_close(void)
{
	if (all.fd > STDERR_FILENO)
		(void)close(all.fd);
	all.fd = -1;
}

static size_t
status_index(unsigned status)
{
	size_t i = 0;
	while (i + 1 < STATUSES && statuses[i] != status)
		i++;
	return i;
}

static const char *
pattern_of(size_t route)
{
	return route < route_count() ? route_at(route)->pattern : "-";
}

/* One write for a line: lines of several threads do not mix. What the log cannot take is lost, and nothing else. */
static void
line_write(const Request *rq, size_t route, int64_t took)
{
	char at[30], text[512];
	struct timespec now; /* not that of the workspace, which may stand still */
	clock_gettime(CLOCK_REALTIME, &now);
	instant_format(now.tv_sec * 1000 + now.tv_nsec / 1000000, 0, at);
	int n = snprintf(text, sizeof text,
		"at=%s request=%lld method=%.*s route=%s status=%u ms=%lld.%03lld bytes=%zu\n", at,
		(long long)rq->number, rq->method.n > 10 ? 1 : (int)rq->method.n,
		rq->method.n > 10 ? "-" : rq->method.p, pattern_of(route), rq->status,
		(long long)(took / 1000), (long long)(took % 1000), rq->size);
	if (n > 0 && write(all.fd, text, (size_t)n) < 0)
		return;
}

void
metrics_begin(Request *rq)
{
	rq->began = clock_us();
	rq->number = ++all.number;
}

void
metrics_end(const Request *rq)
{
	int64_t took = clock_us() - rq->began;
	size_t route = route_index(rq->route), i = 0;
	while (i < STEPS && took > steps_us[i])
		i++;
	all.step[i]++;
	all.sum_us += took;
	all.bytes += (int64_t)rq->size;
	all.count[route][status_index(rq->status)]++;
	if (all.fd >= 0)
		line_write(rq, route, took);
}

/* ---- figures ---- */

static void
counts_write(Buf *out)
{
	buf_add(out, S("# TYPE siap_requests_total counter\n"));
	for (size_t r = 0; r <= route_count(); r++)
		for (size_t i = 0; i < STATUSES; i++) {
			int64_t n = all.count[r][i];
			const char *method = r < route_count() ? route_at(r)->method : "-";
			if (n)
				buf_fmt(out, "siap_requests_total{method=\"%s\",route=\"%s\",status=\"%u\"} %lld\n",
					method, pattern_of(r), statuses[i], (long long)n);
		}
}

static void
times_write(Buf *out)
{
	int64_t sum = 0;
	buf_add(out, S("# TYPE siap_request_seconds histogram\n"));
	for (size_t i = 0; i < STEPS; i++) {
		sum += all.step[i];
		buf_fmt(out, "siap_request_seconds_bucket{le=\"%g\"} %lld\n", (double)steps_us[i] / 1e6,
			(long long)sum);
	}
	sum += all.step[STEPS];
	buf_fmt(out, "siap_request_seconds_bucket{le=\"+Inf\"} %lld\n", (long long)sum);
	buf_fmt(out, "siap_request_seconds_sum %.6f\nsiap_request_seconds_count %lld\n",
		(double)all.sum_us / 1e6, (long long)sum);
	buf_fmt(out, "# TYPE siap_answer_bytes_total counter\nsiap_answer_bytes_total %lld\n",
		(long long)all.bytes);
}

static void
gauge(Buf *out, const char *name, int64_t value)
{
	buf_fmt(out, "# TYPE %s gauge\n%s %lld\n", name, name, (long long)value);
}

static bool
from_here(const Request *rq)
{
	/* With these it came through a proxy of this machine. */
	return visitor_is_near(rq) && !rq_header(rq, "X-Forwarded-For").p &&
		!rq_header(rq, "Forwarded").p;
}

static bool
metrics(Request *rq, Err *err)
{
	AUTO(Buf) out = {0};
	const Board *board;
	int64_t newest = workspace_last_event(rq->w), at = 0;
	if (!rq->site->options->metrics_open && !from_here(rq))
		return err_set(err, E_DENIED, "figures for monitoring are shown to this machine only");
	if (gate_board(rq->site->gate, &board, err)) {
		at = board->event;
		gate_board_done(rq->site->gate);
	}
	counts_write(&out);
	times_write(&out);
	buf_fmt(&out, "# TYPE siap_password_hashes_total counter\nsiap_password_hashes_total %llu\n",
		(unsigned long long)password_hashes());
	gauge(&out, "siap_event", newest);
	gauge(&out, "siap_board_lag_events", newest - at);
	gauge(&out, "siap_writer_queue", gate_waiting(rq->site->gate));
	gauge(&out, "siap_connections", lines_open_now(rq->site));
	gauge(&out, "siap_live_clients", live_clients(rq->site));
	return reply_bytes(rq, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &out, err);
}
ROUTE(metrics, "GET", "/metrics", metrics, ROUTE_OPEN);

/* Whoever watches wants to know whether people can work: the database is readable, the board is there, the lease is held. */
static bool
health(Request *rq, Err *err)
{
	AUTO(Buf) out = {0};
	const Board *board;
	(void)workspace_last_event(rq->w);
	if (rq->w->unread.code) {
		*err = rq->w->unread;
		return false;
	}
	if (!gate_board(rq->site->gate, &board, err))
		return false;
	gate_board_done(rq->site->gate);
	buf_add(&out, S("ok\n"));
	return reply_bytes(rq, MHD_HTTP_OK, "text/plain; charset=utf-8", &out, err);
}
ROUTE(health, "GET", "/healthz", health, ROUTE_OPEN);
