/* visitor: who asks, by the cookie that log-in gave, and from where; those who are not in yet are led there, and back. */
#include "web/web_private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>

enum { VISIT_BYTES = 24, EVERY_S = 60 };

/* ---- cookies ---- */

/* With TLS in front, names that a browser takes from this very host alone. */
static const char *
cookie_name(const Request *rq, Cookie c)
{
	static const char *const name[COOKIES][2] = {
		{"siap", "__Host-siap"}, {"visit", "__Host-visit"}, {"code", "__Host-code"}};
	return name[c][rq->site->options->behind_https];
}

Str
cookie_get(const Request *rq, Cookie c)
{
	return rq_cookie(rq, cookie_name(rq, c));
}

void
cookie_set(Request *rq, Cookie c, Str value)
{
	reply_header(rq, "Set-Cookie",
		arena_fmt(rq->a, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax%s%s", cookie_name(rq, c),
			STR(value), value.n ? "" : "; Max-Age=0",
			rq->site->options->behind_https ? "; Secure" : ""));
}

/* ---- who ---- */

static void
visit_secret(Request *rq, Str token)
{
	Sha256 of = sha256(arena_fmt(rq->a, "siap visit %.*s", STR(token)));
	memcpy(rq->session.secret, of.b, sizeof rq->session.secret);
	rq->visit = true;
}

Str
visit_begin(Request *rq)
{
	unsigned char raw[VISIT_BYTES];
	char hex[2 * VISIT_BYTES + 1];
	rq->w->env->random(rq->w->env->ctx, raw, sizeof raw);
	hex_encode(raw, sizeof raw, hex);
	visit_secret(rq, str_of(hex));
	return arena_str(rq->a, str_of(hex));
}

bool
visitor_find(Request *rq, Err *err)
{
	Str token = cookie_get(rq, COOKIE_SESSION), visit = cookie_get(rq, COOKIE_VISIT);
	Err why = {0};
	rq->who = NULL;
	rq->visit = false;
	rq->session = (Session){0};
	if (token.n && session_find(rq->w, token, rq->a, &rq->session, &why)) {
		rq->who = &rq->session.account;
		return true;
	}
	if (why.code && why.code != E_DENIED) {
		*err = why;
		return false;
	}
	if (visit.n == 2 * VISIT_BYTES)
		visit_secret(rq, visit);
	return true;
}

Str
own_area(const Request *rq)
{
	Str all = rq->w->area;
	return rq->who && rq->who->n_areas && str_starts(rq->who->area[0], all) ? rq->who->area[0]
																			: all;
}

/* ---- those who are not in yet ---- */

bool
visitor_admitted(const Request *rq)
{
	return rq->route->access == ROUTE_OPEN ||
		(rq->who && (!rq->who->must_change || str_eq(rq->path, S("/password"))));
}

static Str
door(Request *rq, const char *path, Str next)
{
	AUTO(Buf) b = {0};
	buf_fmt(&b, "%s?next=", path);
	percent_encode(next, &b);
	return arena_str(rq->a, buf_str(&b));
}

/* The path of the page that a form stood on. */
static Str
page_before(const Request *rq)
{
	Str from = rq_header(rq, "Referer"), host = rq_header(rq, "Host");
	size_t at;
	if (!str_find(from, S("://"), &at))
		return S("/");
	from = str_slice(from, at + 3, from.n);
	return host.n && str_starts(from, host) ? str_slice(from, host.n, from.n) : S("/");
}

bool
visitor_ask(Request *rq, Err *err)
{
	const char *where = rq->who ? "/password" : "/login";
	Fill *f = fill_new(rq->a);
	if (!str_eq(rq->method, S("POST")))
		return reply_redirect(rq, door(rq, where, rq->target), err);
	fill_text(f, "title", str_of(tr("Nothing was saved yet")));
	fill_text(f, "door", door(rq, where, page_before(rq)));
	fill_flag(f, "must_change", rq->who != NULL);
	return page_send_as(rq, MHD_HTTP_FORBIDDEN, "ended", f, err);
}

/* ---- from where ---- */

static const struct sockaddr *
peer(const Request *rq)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(rq->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	return i ? i->client_addr : NULL;
}

bool
visitor_is_near(const Request *rq)
{
	const struct sockaddr *a = peer(rq);
	if (a && a->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
	return a && a->sa_family == AF_INET6 &&
		IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

/* A proxy of ours adds at the end whom it speaks for; what stands before it anybody could have written. */
Str
visitor_address(const Request *rq)
{
	char text[INET6_ADDRSTRLEN] = "";
	const struct sockaddr *a = peer(rq);
	Str said = rq_header(rq, "X-Forwarded-For");
	if (rq->site->options->behind_https && said.n && visitor_is_near(rq)) {
		size_t from = said.n;
		while (from > 0 && said.p[from - 1] != ',')
			from--;
		return str_trim(str_slice(said, from, said.n));
	}
	if (a && a->sa_family == AF_INET)
		(void)inet_ntop(
			AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr, text, sizeof text);
	else if (a && a->sa_family == AF_INET6)
		(void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, text,
			sizeof text);
	return arena_str(rq->a, str_of(text));
}

/* A few words by which people know their own devices again. */
Str
visitor_device(const Request *rq)
{
	static const char *const browser[][2] = {{"Edg", "Edge"}, {"OPR/", "Opera"},
		{"SamsungBrowser", "Samsung Internet"}, {"Firefox", "Firefox"}, {"Chrome", "Chrome"},
		{"Safari", "Safari"}};
	static const char *const machine[][2] = {{"Android", "Android"}, {"iPhone", "iPhone"},
		{"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "Mac"}, {"Linux", "Linux"}};
	Str said = rq_header(rq, "User-Agent");
	const char *with = NULL, *on = NULL;
	size_t at;
	for (size_t i = 0; i < sizeof browser / sizeof *browser && !with; i++)
		with = str_find(said, str_of(browser[i][0]), &at) ? browser[i][1] : NULL;
	for (size_t i = 0; i < sizeof machine / sizeof *machine && !on; i++)
		on = str_find(said, str_of(machine[i][0]), &at) ? machine[i][1] : NULL;
	return with && on ? arena_fmt(rq->a, "%s, %s", with, on) : str_of(with ? with : on ? on : "");
}

/* ---- sessions are written down now and then ---- */

struct Keeper {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t end;
	bool stop;
	Gate *gate;
};

static void *
keeper_main(void *arg)
{
	struct Keeper *k = arg;
	(void)pthread_setname_np(pthread_self(), "siap-sessions");
	pthread_mutex_lock(&k->lock);
	while (!k->stop) {
		struct timespec until;
		Err ignored = {0};
		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += EVERY_S;
		(void)pthread_cond_timedwait(&k->end, &k->lock, &until);
		pthread_mutex_unlock(&k->lock);
		if (!gate_sessions(k->gate, &ignored))
			ignored.code = E_OK; /* the next minute does it */
		pthread_mutex_lock(&k->lock);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

bool
visitors_start(Site *s, Err *err)
{
	struct Keeper *k = NEW(s->a, struct Keeper, 1);
	k->gate = s->gate;
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->end, NULL);
	if (pthread_create(&k->thread, NULL, keeper_main, k) != 0)
		return err_set(err, E_LIMIT, "cannot start the threads that answer");
	s->keeper = k;
	return true;
}

void
visitors_stop(Site *s)
{
	struct Keeper *k = s->keeper;
	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_signal(&k->end);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	s->keeper = NULL;
}
