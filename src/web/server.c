/* server: takes requests from libmicrohttpd, has them answered, and ends without breaking off an answer. */
#include "web/web_private.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_S = 30, GRACE_US = 10000000, PAPERS_WAIT_S = 24 * 3600 };

/* ---- answering ---- */

static bool
is_post(const Request *rq)
{
	return str_eq(rq->method, S("POST"));
}

static void
language_use(const Request *rq)
{
	Str said = rq_cookie(rq, "lang");
	if (!lang_use(said.n                         ? said
				: rq->who && rq->who->language.n ? rq->who->language
												 : S("id")) &&
		!lang_use(S("id")))
		return; /* a program without translations speaks English */
}

static bool
answer(Request *rq, Err *err)
{
	Worker *k;
	if (!worker_get(rq->site, &k, err))
		return false;
	rq->w = &k->w;
	rq->w->unread = (Err){0};
	language_use(rq);
	if (!visitor_find(rq, err))
		return false;
	language_use(rq);
	if (rq->early.code) {
		*err = rq->early;
		return false;
	}
	if (is_post(rq) && !request_body(rq, err))
		return false;
	if (!visitor_admitted(rq))
		return visitor_ask(rq, err);
	if (is_post(rq) && !guard_check(rq, err))
		return false;
	return rq->route->run(rq, err);
}

void
request_answer(Request *rq)
{
	Err err = {0};
	if (!answer(rq, &err))
		reply_error(rq, &err);
}

static enum MHD_Result
queue(Request *rq)
{
	if (!rq->response)
		return MHD_NO;
	line_now(rq->line, rq->listener ? LINE_WORK : LINE_ANSWER, (int64_t)rq->size);
	return MHD_queue_response(rq->connection, rq->status, rq->response);
}

static void *
on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	Request *rq = request_new(cls);
	if (!rq)
		return NULL;
	rq->connection = connection;
	rq->line = line_of(connection);
	rq->target = arena_str(rq->a, str_of(target));
	metrics_begin(rq);
	return rq;
}

/* Large files are taken from those who are logged in only. */
static bool
body_expect(Request *rq, int64_t length, Err *err)
{
	Worker *k;
	bool files = str_starts(rq_header(rq, "Content-Type"), S("multipart/form-data"));
	rq->body_most = BODY_MOST;
	if (files && !worker_get(rq->site, &k, err))
		return false;
	if (files) {
		rq->w = &k->w;
		if (!visitor_find(rq, err))
			return false;
		rq->body_most = rq->who ? rq->site->options->upload_most : BODY_MOST;
	}
	if (length > rq->body_most)
		return err_set(err, E_LIMIT, "this is too large: at most %lld MB can be sent at once",
			(long long)(rq->body_most / (int64_t)SIZE_MB));
	return !files || upload_begin(rq, err);
}

static const Refusal ending = {MHD_HTTP_SERVICE_UNAVAILABLE, "the server ends"};

/* Answered before the body came, the connection is closed. Without a body it lives on, when it is answered only at its end. */
static enum MHD_Result
on_head(Request *rq, Str version)
{
	int64_t length;
	Refusal refusal = strict_check(rq, version, &length);
	if (rq->site->ends)
		refusal = ending;
	if (refusal.status) {
		reply_refusal(rq, refusal);
		return queue(rq);
	}
	language_use(rq);
	bool fine =
		request_begin(rq, &rq->early) && (!is_post(rq) || body_expect(rq, length, &rq->early));
	line_now(rq->line, LINE_BODY, 0);
	if (fine || !is_post(rq))
		return MHD_YES;
	request_answer(rq);
	return queue(rq);
}

/* The library takes no answer while a body comes, so this one goes around it. */
static enum MHD_Result
break_off(Request *rq)
{
	static const char text[] =
		"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (i)
		(void)send(i->connect_fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	rq->status = MHD_HTTP_CONTENT_TOO_LARGE;
	return MHD_NO;
}

/* What is wrong with a form is said when all of it is here. */
static enum MHD_Result
on_body(Request *rq, Str bytes)
{
	rq->body_n += (int64_t)bytes.n;
	line_add(rq->line, (int64_t)bytes.n);
	if (rq->body_n > rq->body_most)
		return break_off(rq);
	if (!rq->uploading)
		buf_add(&rq->body, bytes);
	else if (!rq->early.code && !upload_add(rq, bytes, &rq->early))
		NEED(rq->early.code);
	return MHD_YES;
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **context)
{
	Request *rq = *context;
	(void)cls;
	(void)connection;
	(void)url;
	if (!rq)
		return MHD_NO;
	if (!rq->begun) {
		rq->begun = true;
		rq->method = arena_str(rq->a, str_of(method));
		return on_head(rq, str_of(version));
	}
	if (*upload_size) {
		Str bytes = {upload, *upload_size};
		*upload_size = 0;
		return on_body(rq, bytes);
	}
	line_now(rq->line, LINE_WORK, 0);
	bool crew = is_post(rq) || (rq->route && rq->route->slow);
	if (!rq->given && !crew)
		request_answer(rq);
	if (rq->response || rq->given)
		return queue(rq);
	rq->given = true;
	MHD_suspend_connection(rq->connection);
	if (!crew_give(rq)) {
		reply_refusal(rq, ending);
		MHD_resume_connection(rq->connection);
	}
	return MHD_YES;
}

static void
on_end(void *cls, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why)
{
	Request *rq = *context;
	(void)cls;
	(void)connection;
	(void)why;
	if (!rq)
		return;
	line_now(rq->line, LINE_HEAD, 0);
	live_leave(rq);
	metrics_end(rq);
	request_free(rq);
	*context = NULL;
}

/* Paths are decoded by us, segment by segment. */
static size_t
leave(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls;
	(void)connection;
	return strlen(s);
}

/* ---- start and end ---- */

typedef struct Address {
	struct sockaddr_storage s;
	char host[64];
	int port;
} Address;

static bool
address_parse(const char *text, Address *out, Err *err)
{
	Str host, port;
	int64_t n;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&out->s;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->s;
	const char *colon = strrchr(text, ':');
	*out = (Address){0};
	host = (Str){text, colon ? (size_t)(colon - text) : 0};
	port = str_of(colon ? colon + 1 : "");
	if (str_starts(host, S("[")) && str_ends(host, S("]")))
		host = str_slice(host, 1, host.n - 1);
	snprintf(out->host, sizeof out->host, "%.*s", STR(host));
	if (!str_int(port, &n) || n < 0 || n > 65535)
		n = -1;
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)n);
	if (n >= 0 && inet_pton(AF_INET, out->host, &v4->sin_addr) == 1)
		return true;
	*v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)n)};
	if (n >= 0 && inet_pton(AF_INET6, out->host, &v6->sin6_addr) == 1)
		return true;
	return err_set(err, E_INPUT,
		"'%s' is no address to listen on: 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080 are", text);
}

static bool
daemon_start(Site *s, Address *at, Err *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned threads = s->options->threads > 0 ? (unsigned)s->options->threads
		: cores > 1                            ? (unsigned)cores
											   : 1;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
		(at->s.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
	/* A pool of one is none. */
	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_SOCK_ADDR, &at->s,
		MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? threads : 0u, MHD_OPTION_URI_LOG_CALLBACK,
		on_target, s, MHD_OPTION_UNESCAPE_CALLBACK, leave, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		on_end, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)s->patience_s, MHD_OPTION_NOTIFY_CONNECTION, line_notify, s,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)s->options->per_address,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)16384, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u, MHD_OPTION_END);
	if (s->daemon)
		return true;
	err_set(err, E_IO, "cannot listen on '%s'", s->options->listen);
	return err_hint(err, "another program may listen there: name another port with --listen");
}

static void
ready_say(const Site *s, const Address *at)
{
	char text[128];
	const union MHD_DaemonInfo *port = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	bool v6 = at->s.ss_family == AF_INET6;
	snprintf(text, sizeof text, "http://%s%s%s:%u/", v6 ? "[" : "", at->host, v6 ? "]" : "",
		port ? port->port : 0);
	if (s->options->ready)
		s->options->ready(s->options->ctx, text);
}

static void
daemon_stop(Site *s)
{
	/* No new connections; what is being answered is finished. */
	MHD_socket fd = MHD_quiesce_daemon(s->daemon);
	s->ends = true;
	live_stop(s);
	for (int64_t until = clock_us() + GRACE_US; requests_active() > 0 && clock_us() < until;)
		(void)usleep(10000);
	crew_stop(s);
	jobs_stop();
	MHD_stop_daemon(s->daemon);
	if (fd != MHD_INVALID_SOCKET)
		(void)close(fd);
}

static bool
site_run(Site *s, Err *err)
{
	Address at;
	if (!gate_is_local(s->gate))
		return err_set(err, E_BUSY, "another Siap process already serves '%s'", s->w->dir);
	if (!address_parse(s->options->listen, &at, err))
		return false;
	/* Papers of forms that nobody finished. */
	uint64_t swept;
	if (!papers_sweep(s->w, PAPERS_WAIT_S, &swept, err))
		return false;
	bool ok = assets_load(s->w->env, err) && pages_load(s->w->env, s->a, &s->pages, err) &&
		cache_open(s, err) && metrics_open(s, err) && crew_start(s, err) && lines_start(s, err) &&
		live_start(s, err) && visitors_start(s, err) && daemon_start(s, &at, err);
	if (ok) {
		ready_say(s, &at);
		ok = gate_serve(s->gate, s->stop, err);
		daemon_stop(s);
	}
	visitors_stop(s);
	live_stop(s);
	lines_stop(s);
	crew_stop(s);
	cache_close(s);
	metrics_close();
	return ok;
}

bool
web_serve(Workspace *w, Gate *g, const WebOptions *o, const volatile bool *stop, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 256 * SIZE_MB, err))
		return false;
	Site s = {.w = w, .gate = g, .options = o, .stop = stop, .a = &a};
	s.patience_s = o->patience_s > 0 ? o->patience_s : PATIENCE_S;
	if (!workers_open(err))
		return false;
	pthread_mutex_init(&s.lock, NULL);
	bool ok = site_run(&s, err);
	assets_close();
	pool_close();
	pthread_mutex_destroy(&s.lock);
	workers_close();
	return ok;
}
