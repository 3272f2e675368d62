/* socket: the local socket of the process that holds the writer lease; socket_client.c is its other side.
 *
 * One JSON object a line, at most 1 MiB. {"ready":true} greets a connection: from then on it is served. Requests: {"do":"row"|"close"|"resolve"|"forget", "dataset", "cells":{field:text}, "base", "fresh", "made", "clock", "request", "after", "take",
 * "origin":{…}, "lang"}
 * {"do":"apply", "file", "parts":[{"dataset", "content", "staged", "rows"}], "origin", "lang"}, {"do":"clock", "at"?, "lang"},
 * {"do":"undo", "event", "batch", "origin", "lang"}, {"do":"checkpoint"}, {"do":"cosign", "why", "lang"} (why: a note),
 * {"do":"rotate", "why", "origin", "lang"}, {"do":"account", "works":[{"what", …}], "origin", "lang"} (account_gate.c),
 * {"do":"boundaries", "staged", "under", "level", "origin", "lang"} and
 * {"do":"rebuild", "datasets":[…], "lang"}; "who", the number of an account, limits what is asked to what that may. Answers:
 * {"done":n,"total":n,"phase"} lines while an apply or a rebuild runs, then {"ok":true,…} or {"error":code,"text":…,"hint":…}. */
#include "svc/socket_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLIENTS = 64, LINGER_MS = 60000 };

static Origin
origin_of(const json_t *request)
{
	const json_t *o = json_object_get(request, "origin");
	return (Origin){socket_text(o, "actor"), socket_text(o, "agency"),
		socket_text(o, "on_behalf_of"), socket_text(o, "source"), socket_text(o, "device"),
		socket_text(o, "why")};
}

/* Its rights are read when they count. NULL: nobody's are asked for. */
static const Account *
who_of(const json_t *request, Account *room)
{
	*room = (Account){.id = socket_int(request, "who"), .epoch = -1};
	return room->id ? room : NULL;
}

static Str *
cells_of(const json_t *request, const Dataset *d, Arena *a)
{
	Str *text = NEW(a, Str, d->n_fields);
	const json_t *cells = json_object_get(request, "cells");
	for (size_t i = 0; i < d->n_fields; i++)
		text[i] = socket_text(cells, arena_cstr(a, d->field[i].name));
	return text;
}

static bool
serve_forget(Gate *g, const json_t *q, const Dataset *d, Buf *out, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 4 * SIZE_MB, err))
		return false;
	Origin o = origin_of(q);
	Account who;
	ForgetRequest r = {
		.origin = &o, .dataset = d, .text = cells_of(q, d, &a), .who = who_of(q, &who)};
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
	Account who;
	RowRequest r = {.origin = &o,
		.dataset = d,
		.text = text,
		.base = socket_int(q, "base"),
		.fresh = socket_int(q, "fresh"),
		.made = socket_int(q, "made"),
		.closing = str_eq(socket_text(q, "do"), S("close")),
		.clock = socket_text(q, "clock"),
		.request = socket_text(q, "request"),
		.after = socket_text(q, "after"),
		.settling = str_eq(socket_text(q, "do"), S("resolve")),
		.take = socket_int(q, "take"),
		.who = who_of(q, &who),
		.paper = socket_text(q, "paper")};
	if (!gate_enter(g, &r, err))
		return false;
	buf_fmt(out, "{\"ok\":true,\"event\":%lld,\"outcome\":%d,\"settled\":%lld}", (long long)r.event,
		(int)r.outcome, (long long)r.settled);
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
	if (!socket_line_write(r->fd, &b, &ignored))
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
	Str staged = socket_text(part, "staged"), dataset = socket_text(part, "dataset");
	const Dataset *d = catalog_dataset(&g->w->cat, dataset);
	if (!d)
		return err_set(err, E_INPUT, "unknown dataset '%.*s'", STR(dataset));
	if (!staged_name_ok(staged))
		return err_set(err, E_INPUT, "'%.*s' is no staging file", STR(staged));
	*out = (Batch){.d = d,
		.content = socket_text(part, "content"),
		.staged = arena_fmt(a, "%s/import/%.*s", g->w->dir, STR(staged)).p,
		.rows = (uint64_t)socket_int(part, "rows")};
	return true;
}

static bool
serve_apply(Gate *g, int fd, const json_t *q, Buf *out, Err *err)
{
	AUTO(Arena) a = {0};
	Reporter r = {fd, 0};
	Origin o = origin_of(q);
	Account who = {.id = socket_int(q, "who"), .epoch = socket_int(q, "epoch")};
	const json_t *parts = json_object_get(q, "parts");
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	Batches b = {.origin = &o,
		.file = socket_text(q, "file"),
		.n = json_array_size(parts),
		.who = who.id ? &who : NULL,
		.paper = socket_text(q, "paper"),
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
		buf_fmt(out, "%s[%lld,%lld,%lld,%lld,%lld]", i ? "," : "", (long long)j->added,
			(long long)j->changed, (long long)j->same, (long long)j->conflicts, (long long)j->id);
	}
	buf_add(out, S("]}"));
	return true;
}

static bool
serve_undo(Gate *g, const json_t *q, Buf *out, Err *err)
{
	Origin o = origin_of(q);
	Account who;
	UndoRequest r = {.origin = &o,
		.event = socket_int(q, "event"),
		.batch = socket_int(q, "batch"),
		.who = who_of(q, &who)};
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
serve_account(Gate *g, const json_t *q, Buf *out, Err *err)
{
	Origin o = origin_of(q);
	return account_serve(g, q, &o, out, err);
}

static bool
serve_boundaries(Gate *g, const json_t *q, Buf *out, Err *err)
{
	AUTO(Arena) a = {0};
	Origin o = origin_of(q);
	Account who;
	Str staged = socket_text(q, "staged");
	int64_t level = socket_int(q, "level");
	if (!staged_name_ok(staged) || level < LEVEL_ANY || level > LEVEL_VILLAGE)
		return err_set(err, E_INPUT, "'%.*s' is no staging file", STR(staged));
	if (!arena_open(&a, 64 * SIZE_MB, err))
		return false;
	BoundaryImport im = {.path = arena_fmt(&a, "%s/import/%.*s", g->w->dir, STR(staged)).p,
		.under = socket_text(q, "under"),
		.level = (Level)level,
		.who = who_of(q, &who),
		.origin = &o};
	AUTO(Workspace) w = {0};
	if (!workspace_share(g->w, &a, &w, err) || !boundaries_import(&w, g, &im, &a, err))
		return false;
	buf_fmt(out, "{\"ok\":true,\"event\":%lld}", (long long)im.event);
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
	Str what = socket_text(q, "do"), why = socket_text(q, "why");
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
	Str what = socket_text(q, "do"), lang = socket_text(q, "lang");
	if (lang.n && !lang_use(lang))
		lang = (Str){0};
	const Dataset *d = catalog_dataset(&g->w->cat, socket_text(q, "dataset"));
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
	else if (str_eq(what, S("boundaries")))
		ok = serve_boundaries(g, q, out, err);
	else if (str_eq(what, S("account")))
		ok = serve_account(g, q, out, err);
	else if (!str_eq(what, S("row")) && !str_eq(what, S("close")) && !str_eq(what, S("resolve")) &&
		!str_eq(what, S("forget")))
		ok = err_set(err, E_INPUT, "unknown request '%.*s' on the local socket", STR(what));
	else if (!d)
		ok = err_set(err, E_INPUT, "unknown dataset '%.*s'", STR(socket_text(q, "dataset")));
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
	bool ready = socket_line_write(c.fd, &out, &err);
	while (ready && !c.g->stop && socket_line_read(c.fd, &in, &line, &used, &err)) {
		Err why = {0};
		buf_clear(&out);
		if (!serve_request(c.g, c.fd, line, &out, &why))
			answer_error(&why, &out);
		if (!socket_line_write(c.fd, &out, &err))
			break;
		socket_line_used(&in, used);
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
	socket_address(g->dir_fd, &at);
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
