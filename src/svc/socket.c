/* socket: the local socket of the process that holds the writer lease, and the client's side of it.
 *
 * One JSON object a line, at most 1 MiB. {"ready":true} greets a connection: from then on it is served. Requests: {"do":"row"|"close"|"forget", "dataset", "cells":{field:text}, "base", "origin":{…}, "lang"}
 * {"do":"apply", "file", "parts":[{"dataset", "content", "staged", "rows"}], "origin", "lang"}, {"do":"clock", "at"?, "lang"},
 * {"do":"undo", "event", "batch", "origin", "lang"}, {"do":"checkpoint"}, {"do":"cosign", "why", "lang"} (why: a note),
 * {"do":"rotate", "why", "origin", "lang"} and {"do":"rebuild", "datasets":[…], "lang"}. Answers:
 * {"done":n,"total":n,"phase"} lines while an apply or a rebuild runs, then {"ok":true,…} or {"error":code,"text":…,"hint":…}. */
#include "svc/svc_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_MOST = 1 << 20, CLIENTS = 64, LINGER_MS = 60000 };

/* A path through the folder's descriptor: socket names are at most 107 bytes, folders may be deeper. */
static void
address_of(int dir_fd, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/siap.sock", dir_fd);
}

/* ---- lines ---- */

static bool
closed(Err *err)
{
	err_set(err, E_IO, "the other Siap process closed the connection");
	return err_hint(err, "do it again: what was saved stays, and nothing is taken twice");
}

static bool
line_read(int fd, Buf *in, Str *line, size_t *used, Err *err)
{
	for (;;) {
		const char *end = in->n ? memchr(in->p, '\n', in->n) : NULL;
		if (end) {
			*line = (Str){in->p, (size_t)(end - in->p)};
			*used = line->n + 1;
			return true;
		}
		if (in->n > LINE_MOST)
			return err_set(err, E_LIMIT, "a message on the local socket is too long");
		char chunk[16384];
		ssize_t n = fault_here() ? -1 : recv(fd, chunk, sizeof chunk, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return closed(err);
		buf_add(in, (Str){chunk, (size_t)n});
		if (!buf_check(in, err))
			return false;
	}
}

static void
line_used(Buf *in, size_t used)
{
	memmove(in->p, in->p + used, in->n - used);
	in->n -= used;
}

static bool
line_write(int fd, Buf *b, Err *err)
{
	buf_byte(b, '\n');
	if (b->failed)
		return err_set(err, E_LIMIT, "a message on the local socket is too long");
	for (size_t at = 0; at < b->n;) {
		ssize_t n = fault_here() ? -1 : send(fd, b->p + at, b->n - at, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return closed(err);
		at += (size_t)n;
	}
	return true;
}

static Str
text_of(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	return json_is_string(v) ? (Str){json_string_value(v), json_string_length(v)} : (Str){0};
}

static int64_t
int_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

/* ---- server ---- */

static Origin
origin_of(const json_t *request)
{
	const json_t *o = json_object_get(request, "origin");
	return (Origin){text_of(o, "actor"), text_of(o, "agency"), text_of(o, "on_behalf_of"),
		text_of(o, "source"), text_of(o, "device"), text_of(o, "why")};
}

static Str *
cells_of(const json_t *request, const Dataset *d, Arena *a)
{
	Str *text = NEW(a, Str, d->n_fields);
	const json_t *cells = json_object_get(request, "cells");
	for (size_t i = 0; i < d->n_fields; i++)
		text[i] = text_of(cells, arena_cstr(a, d->field[i].name));
	return text;
}

static bool
serve_forget(Gate *g, const json_t *q, const Dataset *d, Buf *out, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 4 * SIZE_MB, err))
		return false;
	Origin o = origin_of(q);
	ForgetRequest r = {.origin = &o, .dataset = d, .text = cells_of(q, d, &a)};
	if (!gate_forget(g, &r, err))
		return false;
	buf_fmt(out, "{\"ok\":true,\"event\":%lld,\"lingers\":%s}", (long long)r.event,
		r.lingers ? "true" : "false");
	return true;
}

static bool
serve_row(Gate *g, const json_t *q, const Dataset *d, Buf *out, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 4 * SIZE_MB, err))
		return false;
	const Str *text = cells_of(q, d, &a);
	Origin o = origin_of(q);
	RowRequest r = {.origin = &o,
		.dataset = d,
		.text = text,
		.base = int_of(q, "base"),
		.closing = str_eq(text_of(q, "do"), S("close"))};
	if (!gate_enter(g, &r, err))
		return false;
	buf_fmt(out, "{\"ok\":true,\"event\":%lld,\"outcome\":%d}", (long long)r.event, (int)r.outcome);
	return true;
}

typedef struct Reporter {
	int fd;
	int64_t last;
} Reporter;

static void
report_progress(void *ctx, Str phase, uint64_t done, uint64_t total)
{
	Reporter *r = ctx;
	AUTO(Buf) b = {0};
	Err ignored = {0};
	if (clock_us() - r->last < 100000)
		return;
	r->last = clock_us();
	buf_fmt(&b, "{\"done\":%llu,\"total\":%llu,\"phase\":\"%.*s\"}", (unsigned long long)done,
		(unsigned long long)total, STR(phase));
	if (!line_write(r->fd, &b, &ignored))
		r->last = INT64_MAX / 2; /* nobody listens any more; the rows go in all the same */
}

static bool
staged_name_ok(Str name)
{
	if (!str_starts(name, S("new-")) || !str_ends(name, S(".stage")) || name.n > 64)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= '0' && name.p[i] <= '9') ||
				name.p[i] == '-' || name.p[i] == '.'))
			return false;
	return true;
}

static bool
part_of(Gate *g, const json_t *part, Arena *a, Batch *out, Err *err)
{
	Str staged = text_of(part, "staged"), dataset = text_of(part, "dataset");
	const Dataset *d = catalog_dataset(&g->w->cat, dataset);
	if (!d)
		return err_set(err, E_INPUT, "unknown dataset '%.*s'", STR(dataset));
	if (!staged_name_ok(staged))
		return err_set(err, E_INPUT, "'%.*s' is no staging file", STR(staged));
	*out = (Batch){.d = d,
		.content = text_of(part, "content"),
		.staged = arena_fmt(a, "%s/import/%.*s", g->w->dir, STR(staged)).p,
		.rows = (uint64_t)int_of(part, "rows")};
	return true;
}

static bool
serve_apply(Gate *g, int fd, const json_t *q, Buf *out, Err *err)
{
	AUTO(Arena) a = {0};
	Reporter r = {fd, 0};
	Origin o = origin_of(q);
	const json_t *parts = json_object_get(q, "parts");
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	Batches b = {.origin = &o,
		.file = text_of(q, "file"),
		.n = json_array_size(parts),
		.watch = {.progress = report_progress, .ctx = &r}};
	if (b.n > 16)
		return err_set(err, E_LIMIT, "a file can feed at most 16 datasets at once");
	b.part = NEW(&a, Batch, b.n);
	for (size_t i = 0; i < b.n; i++)
		if (!part_of(g, json_array_get(parts, i), &a, &b.part[i], err))
			return false;
	if (!gate_apply(g, &b, err))
		return false;
	buf_add(out, S("{\"ok\":true,\"parts\":["));
	for (size_t i = 0; i < b.n; i++) {
		const Job *j = &b.part[i].job;
		buf_fmt(out, "%s[%lld,%lld,%lld,%lld]", i ? "," : "", (long long)j->added,
			(long long)j->changed, (long long)j->same, (long long)j->conflicts);
	}
	buf_add(out, S("]}"));
	return true;
}

static bool
serve_undo(Gate *g, const json_t *q, Buf *out, Err *err)
{
	Origin o = origin_of(q);
	UndoRequest r = {.origin = &o, .event = int_of(q, "event"), .batch = int_of(q, "batch")};
	if (!gate_undo(g, &r, err))
		return false;
	buf_fmt(out, "{\"ok\":true,\"first\":%lld,\"last\":%lld,\"removed\":%lld,\"back\":%lld}",
		(long long)r.first, (long long)r.last, (long long)r.removed, (long long)r.back);
	return true;
}

static bool
asked_datasets(Gate *g, const json_t *names, Arena *a, RebuildAsk *ask, Err *err)
{
	size_t n = json_array_size(names);
	ask->datasets = NEW(a, const Dataset *, n + 1);
	for (; ask->n < n; ask->n++) {
		Str name = str_of(json_string_value(json_array_get(names, ask->n)));
		ask->datasets[ask->n] = catalog_dataset(&g->w->cat, name);
		if (!ask->datasets[ask->n])
			return err_set(err, E_INPUT, "unknown dataset '%.*s'", STR(name));
	}
	return true;
}

static bool
serve_rebuild(Gate *g, int fd, const json_t *q, Buf *out, Err *err)
{
	AUTO(Arena) a = {0};
	Reporter to = {fd, 0};
	RebuildReport r;
	RebuildAsk ask = {.watch = {.progress = report_progress, .ctx = &to}};
	if (!arena_open(&a, SIZE_MB, err) ||
		!asked_datasets(g, json_object_get(q, "datasets"), &a, &ask, err) ||
		!gate_rebuild(g, &ask, &a, &r, err))
		return false;
	buf_fmt(out, "{\"ok\":true,\"events\":%lld,\"resumed\":%lld,\"tables\":[", (long long)r.events,
		(long long)r.resumed);
	for (size_t i = 0; i < r.n_parts; i++) {
		const RebuildPart *p = &r.part[i];
		buf_fmt(out, "%s[\"%.*s\",%lld,%lld,%lld,%lld]", i ? "," : "", STR(p->table),
			(long long)p->rows, (long long)p->missing, (long long)p->changed, (long long)p->extra);
	}
	buf_add(out, S("]}"));
	return true;
}

static bool
serve_clock(Gate *g, const json_t *q, Buf *out, Err *err)
{
	const json_t *at = json_object_get(q, "at");
	buf_add(out, S("{\"ok\":true}"));
	return gate_clock(g, at ? json_integer_value(at) : CLOCK_REAL, err);
}

static bool
serve_log(Gate *g, const json_t *q, Buf *out, Err *err)
{
	Origin who = origin_of(q);
	Str what = text_of(q, "do"), why = text_of(q, "why");
	buf_add(out, S("{\"ok\":true}"));
	return str_eq(what, S("rotate")) ? gate_rotate(g, &who, why, err)
		: str_eq(what, S("cosign"))  ? log_cosigned(g, why, err)
									 : gate_checkpoint(g, err);
}

static bool
serve_request(Gate *g, int fd, Str line, Buf *out, Err *err)
{
	json_t *q;
	if (!json_parse(line, LINE_MOST, &q, err))
		return false;
	Str what = text_of(q, "do"), lang = text_of(q, "lang");
	if (lang.n && !lang_use(lang))
		lang = (Str){0};
	const Dataset *d = catalog_dataset(&g->w->cat, text_of(q, "dataset"));
	bool ok;
	if (str_eq(what, S("clock")))
		ok = serve_clock(g, q, out, err);
	else if (str_eq(what, S("rotate")) || str_eq(what, S("checkpoint")) ||
		str_eq(what, S("cosign")))
		ok = serve_log(g, q, out, err);
	else if (str_eq(what, S("apply")))
		ok = serve_apply(g, fd, q, out, err);
	else if (str_eq(what, S("undo")))
		ok = serve_undo(g, q, out, err);
	else if (str_eq(what, S("rebuild")))
		ok = serve_rebuild(g, fd, q, out, err);
	else if (!str_eq(what, S("row")) && !str_eq(what, S("close")) && !str_eq(what, S("forget")))
		ok = err_set(err, E_INPUT, "unknown request '%.*s' on the local socket", STR(what));
	else if (!d)
		ok = err_set(err, E_INPUT, "unknown dataset '%.*s'", STR(text_of(q, "dataset")));
	else
		ok = str_eq(what, S("forget")) ? serve_forget(g, q, d, out, err)
									   : serve_row(g, q, d, out, err);
	json_decref(q);
	return ok;
}

static void
answer_error(const Err *err, Buf *out)
{
	JsonOut j = jout_new(out);
	buf_clear(out);
	jout_obj(&j);
	jout_key(&j, S("error"));
	jout_int(&j, err->code);
	jout_key(&j, S("text"));
	jout_str(&j, str_of(err->text));
	jout_key(&j, S("hint"));
	jout_str(&j, str_of(err->hint));
	jout_obj_end(&j);
}

typedef struct Client {
	Gate *g;
	int fd;
	Arena mem;
} Client;

static void
client_forget(Gate *g, int fd)
{
	pthread_mutex_lock(&g->lock);
	for (size_t i = 0; i < g->n_clients; i++)
		if (g->client[i] == fd) {
			g->client[i] = g->client[--g->n_clients];
			break;
		}
	(void)close(fd);
	pthread_mutex_unlock(&g->lock);
}

static void *
client_main(void *arg)
{
	Client c = *(Client *)arg;
	AUTO(Buf) in = {0}, out = {0};
	Str line;
	size_t used;
	Err err = {0};
	arena_close(&c.mem);
	buf_add(&out, S("{\"ready\":true}"));
	bool ready = line_write(c.fd, &out, &err);
	while (ready && !c.g->stop && line_read(c.fd, &in, &line, &used, &err)) {
		Err why = {0};
		buf_clear(&out);
		if (!serve_request(c.g, c.fd, line, &out, &why))
			answer_error(&why, &out);
		if (!line_write(c.fd, &out, &err))
			break;
		line_used(&in, used);
	}
	client_forget(c.g, c.fd);
	return NULL;
}

static void
client_start(Gate *g, int fd)
{
	Arena mem;
	Err ignored;
	pthread_t thread;
	bool started = false;
	if (!arena_open(&mem, 4096, &ignored)) {
		(void)close(fd);
		return;
	}
	Client *c = NEW(&mem, Client, 1);
	*c = (Client){g, fd, mem};
	pthread_mutex_lock(&g->lock);
	if (!g->closing && g->n_clients < CLIENTS &&
		pthread_create(&thread, NULL, client_main, c) == 0) {
		g->client[g->n_clients++] = fd;
		(void)pthread_detach(thread);
		started = true;
	}
	pthread_mutex_unlock(&g->lock);
	if (!started) {
		(void)close(fd);
		arena_close(&mem);
	}
}

static void *
listen_main(void *arg)
{
	Gate *g = arg;
	(void)pthread_setname_np(pthread_self(), "siap-socket");
	while (!g->stop) {
		struct pollfd p = {.fd = g->listen_fd, .events = POLLIN};
		if (poll(&p, 1, 100) <= 0)
			continue;
		int fd = accept4(g->listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			client_start(g, fd);
	}
	return NULL;
}

bool
socket_listen(Gate *g, Err *err)
{
	struct sockaddr_un at;
	g->dir_fd = open(g->w->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g->listen_fd = fault_here() ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (g->dir_fd < 0 || g->listen_fd < 0)
		return err_set(
			err, E_IO, "cannot open the local socket of '%s': %s", g->w->dir, strerror(errno));
	address_of(g->dir_fd, &at);
	(void)unlinkat(g->dir_fd, "siap.sock", 0); /* left by a killed process: the lease is ours now */
	if (bind(g->listen_fd, (struct sockaddr *)&at, sizeof at) != 0 ||
		chmod(at.sun_path, 0600) != 0 || listen(g->listen_fd, CLIENTS) != 0)
		return err_set(
			err, E_IO, "cannot open the local socket of '%s': %s", g->w->dir, strerror(errno));
	g->listens = pthread_create(&g->listener, NULL, listen_main, g) == 0;
	return g->listens || err_set(err, E_LIMIT, "cannot start a thread for the local socket");
}

/* Commands that are connected are served to their end, within reason; who comes later finds the lease free. */
static void
linger(Gate *g)
{
	for (int64_t start = clock_us(); g->listens && !g->closing; (void)usleep(5000)) {
		pthread_mutex_lock(&g->lock);
		g->closing = g->n_clients == 0 || clock_us() - start > LINGER_MS * 1000LL;
		pthread_mutex_unlock(&g->lock);
	}
}

void
socket_stop(Gate *g)
{
	linger(g);
	if (g->listens) {
		g->stop = true;
		(void)shutdown(g->listen_fd, SHUT_RDWR); /* ends its wait */
		pthread_join(g->listener, NULL);
		(void)unlinkat(g->dir_fd, "siap.sock", 0);
	}
	/* Requests under way are answered; idle connections end. */
	for (;;) {
		pthread_mutex_lock(&g->lock);
		size_t n = g->n_clients;
		for (size_t i = 0; i < n; i++)
			(void)shutdown(g->client[i], SHUT_RD);
		pthread_mutex_unlock(&g->lock);
		if (!n)
			break;
		(void)usleep(5000);
	}
	if (g->listen_fd >= 0)
		(void)close(g->listen_fd);
	if (g->dir_fd >= 0)
		(void)close(g->dir_fd);
	g->listen_fd = g->dir_fd = -1;
}

/* ---- client ---- */

/* A connection that waits at a socket just being closed is never greeted. */
static bool
greeted(Gate *g)
{
	Str line;
	size_t used;
	Err ignored = {0};
	buf_clear(&g->in);
	bool ok = line_read(g->fd, &g->in, &line, &used, &ignored);
	if (ok)
		line_used(&g->in, used);
	return ok;
}

bool
socket_connect(Gate *g, Err *err)
{
	struct sockaddr_un at;
	int dir = open(g->w->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = false;
	if (dir >= 0 && g->fd >= 0) {
		address_of(dir, &at);
		ok = connect(g->fd, (struct sockaddr *)&at, sizeof at) == 0;
	}
	if (dir >= 0)
		(void)close(dir);
	if (ok && greeted(g))
		return true;
	if (g->fd >= 0)
		(void)close(g->fd);
	g->fd = -1;
	return err_set(err, E_BUSY, "another Siap process holds '%s' and does not answer", g->w->dir);
}

static void
put_origin(JsonOut *j, const Origin *o)
{
	const struct {
		Str name, value;
	} part[] = {{S("actor"), o->actor}, {S("agency"), o->agency},
		{S("on_behalf_of"), o->on_behalf_of}, {S("source"), o->source}, {S("device"), o->device},
		{S("why"), o->why}};
	jout_key(j, S("origin"));
	jout_obj(j);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (part[i].value.n) {
			jout_key(j, part[i].name);
			jout_str(j, part[i].value);
		}
	jout_obj_end(j);
	jout_key(j, S("lang"));
	jout_str(j, lang_now());
}

/* The words outlive the answer that they stand in. */
static Str
phase_of(const json_t *answer)
{
	static const Str known[] = {{"events", 6}, {"rows", 4}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(text_of(answer, "phase"), known[i]))
			return known[i];
	return S("saving");
}

/* Sends the request and reads answers up to the last one, which the caller json_decref's. */
static bool
exchange(Gate *g, Buf *request, const Watch *watch, json_t **answer, Err *err)
{
	if (!line_write(g->fd, request, err))
		return false;
	for (;;) {
		Str line;
		size_t used;
		if (!line_read(g->fd, &g->in, &line, &used, err) ||
			!json_parse(line, LINE_MOST, answer, err))
			return false;
		line_used(&g->in, used);
		if (!json_object_get(*answer, "done"))
			break;
		if (watch->progress)
			watch->progress(watch->ctx, phase_of(*answer), (uint64_t)int_of(*answer, "done"),
				(uint64_t)int_of(*answer, "total"));
		json_decref(*answer);
		if (watch->stop && *watch->stop)
			return err_set(
				err, E_BUSY, "stopped waiting: the other Siap process goes on by itself");
	}
	return true;
}

/* Sends the request and reads answers up to the last one, which the caller json_decref's. Several threads may ask: there is one
 * connection, and an answer does not say whose it is. */
static bool
ask(Gate *g, Buf *request, const Watch *watch, json_t **answer, Err *err)
{
	pthread_mutex_lock(&g->lock);
	bool answered = exchange(g, request, watch, answer, err);
	pthread_mutex_unlock(&g->lock);
	if (!answered)
		return false;
	if (json_is_true(json_object_get(*answer, "ok")))
		return true;
	if (err) {
		*err = (Err){.code = (ErrCode)int_of(*answer, "error")};
		snprintf(err->text, sizeof err->text, "%.*s", STR(text_of(*answer, "text")));
		snprintf(err->hint, sizeof err->hint, "%.*s", STR(text_of(*answer, "hint")));
	}
	json_decref(*answer);
	return false;
}

static void
put_cells(JsonOut *j, const Dataset *d, const Str *text)
{
	jout_key(j, S("dataset"));
	jout_str(j, d->name);
	jout_key(j, S("cells"));
	jout_obj(j);
	for (size_t i = 0; i < d->n_fields; i++)
		if (text[i].p) {
			jout_key(j, d->field[i].name);
			jout_str(j, text[i]);
		}
	jout_obj_end(j);
}

bool
socket_row(Gate *g, RowRequest *r, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, r->closing ? S("close") : S("row"));
	jout_key(&j, S("base"));
	jout_int(&j, r->base);
	put_cells(&j, r->dataset, r->text);
	put_origin(&j, r->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	r->event = int_of(answer, "event");
	r->outcome = (Outcome)int_of(answer, "outcome");
	json_decref(answer);
	return true;
}

bool
socket_undo(Gate *g, UndoRequest *r, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("undo"));
	jout_key(&j, S("event"));
	jout_int(&j, r->event);
	jout_key(&j, S("batch"));
	jout_int(&j, r->batch);
	put_origin(&j, r->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	r->first = int_of(answer, "first");
	r->last = int_of(answer, "last");
	r->removed = int_of(answer, "removed");
	r->back = int_of(answer, "back");
	json_decref(answer);
	return true;
}

bool
socket_forget(Gate *g, ForgetRequest *r, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("forget"));
	put_cells(&j, r->dataset, r->text);
	put_origin(&j, r->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	r->event = int_of(answer, "event");
	r->lingers = json_is_true(json_object_get(answer, "lingers"));
	json_decref(answer);
	return true;
}

bool
socket_clock(Gate *g, int64_t at, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("clock"));
	if (at != CLOCK_REAL) {
		jout_key(&j, S("at"));
		jout_int(&j, at);
	}
	jout_key(&j, S("lang"));
	jout_str(&j, lang_now());
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	json_decref(answer);
	return true;
}

static void
tables_read(const json_t *tables, Arena *a, RebuildReport *out)
{
	out->n_parts = json_array_size(tables);
	out->part = NEW(a, RebuildPart, out->n_parts + 1);
	for (size_t i = 0; i < out->n_parts; i++) {
		const json_t *t = json_array_get(tables, i);
		int64_t n[4];
		for (size_t k = 0; k < 4; k++)
			n[k] = json_integer_value(json_array_get(t, k + 1));
		Str name = str_of(json_string_value(json_array_get(t, 0)));
		out->part[i] = (RebuildPart){arena_str(a, name), n[0], n[1], n[2], n[3]};
	}
}

bool
socket_rebuild(Gate *g, const RebuildAsk *wanted, Arena *a, RebuildReport *out, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("rebuild"));
	jout_key(&j, S("datasets"));
	jout_arr(&j);
	for (size_t i = 0; i < wanted->n; i++)
		jout_str(&j, wanted->datasets[i]->name);
	jout_arr_end(&j);
	jout_key(&j, S("lang"));
	jout_str(&j, lang_now());
	jout_obj_end(&j);
	if (!ask(g, &b, &wanted->watch, &answer, err))
		return false;
	*out =
		(RebuildReport){.events = int_of(answer, "events"), .resumed = int_of(answer, "resumed")};
	tables_read(json_object_get(answer, "tables"), a, out);
	json_decref(answer);
	return true;
}

static void
put_part(JsonOut *j, const Batch *b)
{
	const char *name = strrchr(b->staged, '/');
	jout_obj(j);
	jout_key(j, S("dataset"));
	jout_str(j, b->d->name);
	jout_key(j, S("content"));
	jout_str(j, b->content);
	jout_key(j, S("staged"));
	jout_str(j, str_of(name ? name + 1 : b->staged));
	jout_key(j, S("rows"));
	jout_int(j, (int64_t)b->rows);
	jout_obj_end(j);
}

bool
socket_apply(Gate *g, Batches *batches, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, S("apply"));
	jout_key(&j, S("file"));
	jout_str(&j, batches->file);
	jout_key(&j, S("parts"));
	jout_arr(&j);
	for (size_t i = 0; i < batches->n; i++)
		put_part(&j, &batches->part[i]);
	jout_arr_end(&j);
	put_origin(&j, batches->origin);
	jout_obj_end(&j);
	if (!ask(g, &b, &batches->watch, &answer, err))
		return false;
	for (size_t i = 0; i < batches->n; i++) {
		const json_t *n = json_array_get(json_object_get(answer, "parts"), i);
		Batch *part = &batches->part[i];
		part->job = (Job){.rows = (int64_t)part->rows,
			.applied = (int64_t)part->rows,
			.added = json_integer_value(json_array_get(n, 0)),
			.changed = json_integer_value(json_array_get(n, 1)),
			.same = json_integer_value(json_array_get(n, 2)),
			.conflicts = json_integer_value(json_array_get(n, 3))};
	}
	json_decref(answer);
	return true;
}

bool
socket_log(Gate *g, Str what, const Origin *who, Str why, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	json_t *answer;
	jout_obj(&j);
	jout_key(&j, S("do"));
	jout_str(&j, what);
	jout_text(&j, S("why"), why);
	put_origin(&j, who);
	jout_obj_end(&j);
	if (!ask(g, &b, &(Watch){0}, &answer, err))
		return false;
	json_decref(answer);
	return true;
}
