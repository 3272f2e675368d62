/* What the files of web share among themselves. */
#ifndef SIAP_WEB_PRIVATE_H
#define SIAP_WEB_PRIVATE_H

#include "cat/cat.h"
#include "fmt/fmt.h"
#include "web/web.h"

#include <microhttpd.h>
#include <pthread.h>

#define SIZE_MB ((size_t)1 << 20)

/* ---- One server ---- */
typedef struct Site {
	Workspace *w;
	Gate *gate;
	const WebOptions *options;
	const volatile bool *stop;
	Arena *a; /* lives as long as the server; only while it starts and under `lock` */
	pthread_mutex_t lock;
	struct Pages *pages;
	struct Crew *crew; /* threads for requests with a body */
	struct MHD_Daemon *daemon;
	PlaceIndex *places; /* made when it is first asked for: desk_places */
} Site;

/* What a thread that answers has of its own, made at its first request. */
typedef struct Worker {
	Arena mem;
	Workspace w;
} Worker;

/* ---- One request ---- */
typedef struct Pair {
	Str name, value;
	struct Pair *next;
} Pair;
typedef struct Request {
	Site *site;
	Workspace *w; /* of the thread that answers: a reader connection of its own */
	Arena mem, *a; /* lives as long as the request */
	struct MHD_Connection *connection;
	Str method, target; /* as they came */
	Str path;           /* decoded */
	Pair *query, *form, *param;
	Buf body;           /* of a form, while it comes */
	const struct Route *route;
	Account *who;       /* NULL: nobody is logged in */
	Session session;    /* when who is set */
	bool begun, given;  /* its head was looked at; the crew has had it */
	Err early;          /* what was wrong with its head; E_OK: nothing */
	struct MHD_Response *response; /* the answer */
	bool shared;        /* it belongs to the server, for all requests */
	unsigned status;
	struct Request *next;
} Request;

/* ---- Routes: ROUTE(id, method, pattern, run, access) in any file of src/web is all it takes ---- */
typedef enum Access { ROUTE_OPEN, ROUTE_MEMBER } Access; /* member: somebody who is logged in; others are asked to */
typedef struct Route {
	const char *method, *pattern; /* "/area/{area}", "/data/{dataset}/row/{key*}": the rest of the path */
	bool (*run)(Request *rq, Err *err); /* false: the page of the error */
	Access access;
} Route;
#define ROUTE(id, method, pattern, run, access) \
	static const Route route_##id = {method, pattern, run, access}; \
	static const Route *const route_entry_##id __attribute__((used, section("siap_routes"))) = &route_##id
/* Fills rq->param. E_NOTFOUND: no such page; E_INPUT: the page has no such method. */
bool route_find(Request *rq, Err *err) MUST;

/* ---- Reading a request: request.c. p == NULL: not there ---- */
Str rq_param(const Request *rq, const char *name); /* of the path */
Str rq_query(const Request *rq, const char *name); /* behind the ? */
Str rq_form(const Request *rq, const char *name);  /* of the body */
Str rq_header(const Request *rq, const char *name);
Str rq_cookie(const Request *rq, const char *name);
bool pairs_parse(Str text, Arena *a, Pair **out, Err *err) MUST; /* a=1&b=2, decoded; E_INPUT: bad escapes, no UTF-8, NUL */
bool percent_decode(Str s, bool plus_is_blank, Arena *a, Str *out, Err *err) MUST;
void percent_encode(Str s, Buf *out); /* for one segment of a path, or a value behind the ? */
bool request_begin(Request *rq, Err *err) MUST;  /* from method and target */
bool request_body(Request *rq, Err *err) MUST;   /* rq->body into rq->form */

/* ---- Answering: page.c ---- */
bool pages_load(const Env *env, Arena *a, struct Pages **out, Err *err) MUST; /* compiles pages/ */
/* pages/NAME.html, filled. What every page has is added: see page_send in page.c. */
bool page_send(Request *rq, const char *name, Fill *f, Err *err) MUST;
bool page_send_as(Request *rq, unsigned status, const char *name, Fill *f, Err *err) MUST;
/* 303 to a path of this server; anything else becomes "/". */
bool reply_redirect(Request *rq, Str path, Err *err) MUST;
/* Takes the bytes out of b. */
bool reply_bytes(Request *rq, unsigned status, const char *type, Buf *b, Err *err) MUST;
void reply_header(Request *rq, const char *name, Str value); /* after one of the above */
void reply_error(Request *rq, const Err *why);
unsigned status_of(ErrCode code);

/* ---- visitor.c: who asks ---- */
bool visitor_find(Request *rq, Err *err) MUST; /* fills in rq->who from the cookie */
bool visitor_ask(Request *rq, Err *err) MUST;  /* somebody unknown wants a page of members: to the log-in, and back */

/* ---- guard.c: what is done in somebody's name was meant by them ---- */
Str csrf_token(const Request *rq); /* for the field `csrf` of a form; another one each time, good as long as the session */
/* A request that changes something: from a page of ours (Origin, Sec-Fetch-Site) and with such a token. E_DENIED. */
bool guard_check(const Request *rq, Err *err) MUST;

/* ---- assets.c ---- */
bool assets_load(const Env *env, Err *err) MUST;
void assets_close(void);
Str asset_address(Str name, Arena *a); /* "siap.css" -> "/assets/HASH/siap.css" */

/* ---- crew.c: threads that answer requests with a body ---- */
bool crew_start(Site *s, Err *err) MUST;
void crew_stop(Site *s);
void crew_give(Request *rq); /* its connection is suspended already */
void request_answer(Request *rq); /* server.c: runs the route on this thread */
bool worker_get(Site *s, Worker **out, Err *err) MUST; /* of this thread, until it ends */

#endif
