/* server: takes requests from libmicrohttpd, has them answered, and ends without breaking off an answer. */
#include "web/web_private.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY_MOST = 1 << 20, CONNECTIONS = 4096, TIMEOUT_S = 30, GRACE_US = 10000000, POOL = 256 };
#define REQUEST_ROOM (256 * SIZE_MB) /* reserved, not touched */

/* ---- requests are used again: making an arena costs more than answering ---- */

static struct {
	pthread_mutex_t lock;
	Request *free;
	size_t n;
	_Atomic int64_t active;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static Request *
request_new(Site *s)
{
	Err ignored = {0};
	pthread_mutex_lock(&pool.lock);
	Request *rq = pool.free;
	if (rq) {
		pool.free = rq->next;
		pool.n--;
	}
	pthread_mutex_unlock(&pool.lock);
	Arena mem = {0};
	if (rq)
		mem = rq->mem;
	else if (!arena_open(&mem, REQUEST_ROOM, &ignored))
		return NULL;
	arena_reset(&mem);
	rq = NEW(&mem, Request, 1);
	*rq = (Request){.site = s, .mem = mem};
	rq->a = &rq->mem;
	pool.active++;
	return rq;
}

static void
request_free(Request *rq)
{
	buf_close(&rq->body);
	if (rq->response && !rq->shared)
		MHD_destroy_response(rq->response);
	pool.active--;
	pthread_mutex_lock(&pool.lock);
	bool keep = pool.n < POOL;
	if (keep) {
		rq->next = pool.free;
		pool.free = rq;
		pool.n++;
	}
	pthread_mutex_unlock(&pool.lock);
	if (!keep) {
		Arena mem = rq->mem;
		arena_close(&mem);
	}
}

static void
pool_close(void)
{
	for (Request *rq = pool.free, *next; rq; rq = next) {
		Arena mem = rq->mem;
		next = rq->next;
		arena_close(&mem);
	}
	pool.free = NULL;
	pool.n = 0;
}

/* ---- one for each thread ---- */

static pthread_key_t worker_key;

static void
worker_close(void *of)
{
	Worker *k = of;
	Arena mem = k->mem;
	workspace_close(&k->w);
	arena_close(&mem);
}

bool
worker_get(Site *s, Worker **out, Err *err)
{
	Worker *k = pthread_getspecific(worker_key);
	Arena mem;
	if (!k) {
		if (!arena_open(&mem, 64 * SIZE_MB, err))
			return false;
		k = NEW(&mem, Worker, 1);
		k->mem = mem;
		if (!workspace_share(s->w, &k->mem, &k->w, err)) {
			arena_close(&mem);
			return false;
		}
		(void)pthread_setspecific(worker_key, k);
	}
	*out = k;
	return true;
}

/* ---- answering ---- */

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
	if (rq->body.n && !request_body(rq, err))
		return false;
	if (rq->route->access == ROUTE_MEMBER && !rq->who)
		return visitor_ask(rq, err);
	if (str_eq(str_of(rq->route->method), S("POST")) && !guard_check(rq, err))
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
	return MHD_queue_response(rq->connection, rq->status, rq->response);
}

static void *
on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	Request *rq = request_new(cls);
	if (!rq)
		return NULL;
	rq->connection = connection;
	rq->target = arena_str(rq->a, str_of(target));
	return rq;
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **context)
{
	Request *rq = *context;
	(void)cls;
	(void)connection;
	(void)url;
	(void)version;
	if (!rq)
		return MHD_NO;
	if (!rq->begun) {
		rq->begun = true;
		rq->method = arena_str(rq->a, str_of(method));
		rq->body.max = BODY_MOST;
		language_use(rq);
		bool fine = request_begin(rq, &rq->early);
		/* Answered before the body came, the connection is closed. Without a body it lives on only when it is answered later. */
		if (fine || !str_eq(rq->method, S("POST")))
			return MHD_YES;
		request_answer(rq);
		return queue(rq);
	}
	if (*upload_size) {
		buf_add(&rq->body, (Str){upload, *upload_size});
		*upload_size = 0;
		return MHD_YES;
	}
	if (!rq->given && !str_eq(rq->method, S("POST")))
		request_answer(rq);
	if (rq->response || rq->given)
		return queue(rq);
	rq->given = true;
	MHD_suspend_connection(rq->connection);
	crew_give(rq);
	return MHD_YES;
}

static void
on_end(void *cls, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)connection;
	(void)why;
	if (*context)
		request_free(*context);
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
		(unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16384, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u,
		MHD_OPTION_END);
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
	for (int64_t until = clock_us() + GRACE_US; pool.active > 0 && clock_us() < until;)
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
	if (!address_parse(s->options->listen, &at, err) || !assets_load(s->w->env, err) ||
		!pages_load(s->w->env, s->a, &s->pages, err) || !crew_start(s, err) ||
		!daemon_start(s, &at, err)) {
		crew_stop(s);
		return false;
	}
	ready_say(s, &at);
	bool ok = gate_serve(s->gate, s->stop, err);
	daemon_stop(s);
	return ok;
}

bool
web_serve(Workspace *w, Gate *g, const WebOptions *o, const volatile bool *stop, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 256 * SIZE_MB, err))
		return false;
	Site s = {.w = w, .gate = g, .options = o, .stop = stop, .a = &a};
	if (pthread_key_create(&worker_key, worker_close) != 0)
		return err_set(err, E_LIMIT, "cannot start the threads that answer");
	pthread_mutex_init(&s.lock, NULL);
	bool ok = site_run(&s, err);
	assets_close();
	pool_close();
	pthread_mutex_destroy(&s.lock);
	(void)pthread_key_delete(worker_key);
	return ok;
}
