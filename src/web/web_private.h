/* What the files of web share among themselves. */
#ifndef SIAP_WEB_PRIVATE_H
#define SIAP_WEB_PRIVATE_H

#include "cat/cat.h"
#include "fmt/fmt.h"
#include "web/web.h"

#include <microhttpd.h>
#include <pthread.h>

#define SIZE_MB ((size_t)1 << 20)
enum { CONNECTIONS = 4096, BODY_MOST = 1 << 20 };

/* ---- One server ---- */
typedef struct Site {
	Workspace *w;
	Gate *gate;
	const WebOptions *options;
	const volatile bool *stop;
	_Atomic bool ends; /* no new requests, on open connections either */
	Arena *a; /* lives as long as the server; only while it starts and under `lock` */
	pthread_mutex_t lock;
	struct Pages *pages;
	struct Crew *crew; /* threads for requests with a body */
	struct Lines *lines;
	struct Live *live;
	struct Cache *cache;
	struct Keeper *keeper;
	int patience_s;
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
/* A file of a form: it is there until the request ends. Its name and type are what the sender says: for people to read only. */
typedef struct Upload {
	Str field, name, type;
	const char *path;
	int64_t size;
	struct Upload *next; /* in the order in which they came */
} Upload;
typedef struct Uploading Uploading;
/* Why a head is refused; status 0: it is not. For programs, so in English. */
typedef struct Refusal {
	unsigned status;
	const char *why;
} Refusal;
/* What of a page differs from person to person, and from minute to minute: see cache.c. */
typedef enum Own { OWN_NAME, OWN_CSRF, OWN_NOW, OWN_CONFLICTS, OWNS } Own;
typedef struct Request {
	Site *site;
	Workspace *w; /* of the thread that answers: a reader connection of its own */
	Arena mem, *a; /* lives as long as the request */
	struct MHD_Connection *connection;
	Str method, target; /* as they came */
	Str path;           /* decoded */
	Pair *query, *form, *param;
	Buf body;           /* of a form, while it comes */
	Upload *upload;     /* files of a form */
	Uploading *uploading; /* while they come */
	struct Line *line;  /* the connection */
	struct Listener *listener; /* to the board's changes */
	int64_t number, began; /* for the log */
	size_t size;        /* of the answer */
	const Str *marks;   /* to stand for what is one's own; NULL: these themselves */
	bool passing;       /* the page shows that something is under way: it is not kept */
	bool packed;        /* the bytes to be sent are compressed already */
	int64_t body_n, body_most; /* what came, what may */
	const struct Route *route;
	Account *who;       /* NULL: nobody is logged in */
	Session session;    /* when who is set; its secret also of a visit */
	bool visit;         /* of somebody who is about to log in: a cookie says that it is the same browser */
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
	bool slow;
} Route;
#define ROUTE_ENTRY(id, ...) \
	static const Route route_##id = {__VA_ARGS__}; \
	static const Route *const route_entry_##id __attribute__((used, section("siap_routes"))) = &route_##id
#define ROUTE(id, method, pattern, run, access) ROUTE_ENTRY(id, method, pattern, run, access, false)
/* A page that is read, but takes long to make (an export, say): the threads that read requests must not wait for it. */
#define ROUTE_SLOW(id, method, pattern, run, access) ROUTE_ENTRY(id, method, pattern, run, access, true)
/* Fills rq->param. E_NOTFOUND: no such page; E_INPUT and rq->status 405: the page has no such method. */
bool route_find(Request *rq, Err *err) MUST;
size_t route_count(void);
const Route *route_at(size_t i);
size_t route_index(const Route *r); /* NULL: route_count() */

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
bool word_is(Str s, const char *word); /* whatever the case of its letters */

/* ---- strict.c: heads that two programs could read in two ways. *length: of the body that follows, -1: as long as it comes ---- */
Refusal strict_check(const Request *rq, Str version, int64_t *length);

/* ---- multipart.c: the parts of a form with files, handed on as they come ---- */
typedef struct Part {
	Str name, file, type; /* live until begin returns */
	bool is_file;
} Part;
typedef struct PartSink {
	bool (*begin)(void *ctx, const Part *part, Err *err);
	bool (*data)(void *ctx, Str bytes, Err *err);
	bool (*end)(void *ctx, Err *err);
	void *ctx;
} PartSink;
typedef struct Multipart Multipart;
bool multipart_new(Str content_type, PartSink sink, Arena *a, Multipart **out, Err *err) MUST;
bool multipart_add(Multipart *m, Str bytes, Err *err) MUST;
bool multipart_end(Multipart *m, Err *err) MUST; /* E_INPUT: it broke off */
void multipart_close(Multipart *m);

/* ---- upload.c ---- */
const Upload *rq_upload(const Request *rq, const char *field); /* the first of that field; NULL: none was chosen */
bool upload_begin(Request *rq, Err *err) MUST; /* text fields go into rq->form */
bool upload_add(Request *rq, Str bytes, Err *err) MUST;
bool upload_end(Request *rq, Err *err) MUST;
void upload_drop(Request *rq); /* removes the files */

/* ---- line.c: open connections ---- */
typedef enum LineStage {
	LINE_HEAD,   /* waits for a request */
	LINE_BODY,   /* which comes: bytes, of it so far */
	LINE_WORK,   /* it is our turn: no limit */
	LINE_ANSWER, /* bytes, of an answer, are on their way */
} LineStage;
typedef struct Line {
	int fd; /* -1: free */
	_Atomic LineStage stage;
	_Atomic int64_t since, bytes;
	struct Line *next;
} Line;
bool lines_start(Site *s, Err *err) MUST;
void lines_stop(Site *s);
int64_t lines_open_now(const Site *s);
Line *line_of(struct MHD_Connection *c);
void line_now(Line *l, LineStage stage, int64_t bytes);
void line_add(Line *l, int64_t bytes);
void line_notify(void *site, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode what);

/* ---- pool.c: requests and workers ---- */
Request *request_new(Site *s);
void request_free(Request *rq);
int64_t requests_active(void);
void pool_close(void);
bool workers_open(Err *err) MUST;
void workers_close(void);

/* ---- Answering: page.c ---- */
bool pages_load(const Env *env, Arena *a, struct Pages **out, Err *err) MUST; /* compiles pages/ */
/* pages/NAME.html, filled. What every page has is added: see page_send in page.c. */
bool page_send(Request *rq, const char *name, Fill *f, Err *err) MUST;
bool page_send_as(Request *rq, unsigned status, const char *name, Fill *f, Err *err) MUST;
/* 303 to a path of this server; anything else becomes "/". */
bool path_is_own(Str path); /* one slash, then none, nor what browsers read as one */
bool reply_redirect(Request *rq, Str path, Err *err) MUST;
/* Takes the bytes out of b. */
bool reply_bytes(Request *rq, unsigned status, const char *type, Buf *b, Err *err) MUST;
void reply_header(Request *rq, const char *name, Str value); /* after one of the above */
void reply_keep(Request *rq, Str how); /* after one of the above: its Cache-Control, else "no-store" */
bool reply_tag(Request *rq, Str tag); /* after one of the above: it may be kept, and asked for with its tag. True */
bool reply_same(Request *rq, Str tag, Err *err) MUST; /* 304: the browser has it */
/* What page_send does in two steps. */
void own_find(Request *rq, Str own[OWNS]);
void page_common(Request *rq, Fill *f);
bool page_print(Request *rq, const char *name, Fill *f, Buf *out, Err *err) MUST;

/* ---- nav.c ---- */
void nav_fill(Request *rq, Fill *f); /* member, home, nav, nav_more: by role and agency, and by the path */
Str nav_conflicts(Request *rq); /* how many wait for the person; empty: none */

/* ---- cache.c: a page that follows from the board, the address with its query, the language, the agency, role and areas of whoever asks and
 * `more` only, and so is the same for all who share them: fill is called once for each of these, and what is of one person (user, csrf) or
 * minute (now) is put in afterwards. Whatever else of the person the page shows or hides (the datasets of their account, say) must be told
 * apart by `more`. Sends it with an ETag. ---- */
typedef bool (*FillFn)(Request *rq, Fill *f, Err *err);
bool page_cached(Request *rq, const char *name, Str more, FillFn fill, Err *err) MUST;
bool cache_open(Site *s, Err *err) MUST;
void cache_close(Site *s);

/* ---- pack.c ---- */
bool takes_gzip(const Request *rq);
bool is_packable(const char *type);
void pack_end(void); /* frees what the thread keeps for packing, when it ends */
bool pack(Str in, Buf *out); /* gzip; false: it did not work, out is not to be used */
bool browser_has(const Request *rq, Str tag); /* If-None-Match names it */
/* gzip of parts that were compressed before and of some that were not. */
typedef struct Joint {
	Buf *out;
	uint32_t crc;
	size_t n;
} Joint;
bool pack_part(Str in, Buf *out, uint32_t *crc);
void joint_begin(Joint *j, Buf *out);
void joint_part(Joint *j, Str packed, size_t plain_n, uint32_t crc);
void joint_plain(Joint *j, Str text); /* at most 65535 bytes */
void joint_end(Joint *j);
void reply_error(Request *rq, const Err *why);
void reply_refusal(Request *rq, Refusal why); /* short, and the connection is closed */
unsigned status_of(ErrCode code);

bool reply_take(Request *rq, unsigned status, struct MHD_Response *r); /* an answer made elsewhere, without headers. True */

/* ---- live.c ---- */
bool live_start(Site *s, Err *err) MUST;
void live_stop(Site *s);
void live_leave(Request *rq);
int64_t live_clients(const Site *s);

/* ---- metrics.c ---- */
bool metrics_open(Site *s, Err *err) MUST;
void metrics_close(void);
void metrics_begin(Request *rq);
void metrics_end(const Request *rq);

/* ---- visitor.c: who asks, and from where ---- */
typedef enum Cookie {
	COOKIE_SESSION,
	COOKIE_VISIT, /* before log-in, so that forms of that time are somebody's too */
	COOKIE_CODE,  /* between password and code */
	COOKIES
} Cookie;
Str cookie_get(const Request *rq, Cookie c);
void cookie_set(Request *rq, Cookie c, Str value); /* after the answer is there; empty: it goes */
bool visitor_find(Request *rq, Err *err) MUST; /* fills in rq->who, rq->session, rq->visit */
Str visit_begin(Request *rq); /* what to put into COOKIE_VISIT; rq->visit is true then */
bool visitor_admitted(const Request *rq); /* to the page that it asks for */
bool visitor_ask(Request *rq, Err *err) MUST;  /* else: to the log-in or to choose a password, and back */
/* Whether each row of the dataset in this area may be read; all: anywhere. For what tells of rows without asking about each. */
bool data_whole(const Request *rq, const Dataset *d, Str area);
Str own_area(const Request *rq); /* where this person begins: the first area of the account within the workspace's */
bool visitor_is_near(const Request *rq); /* on this machine, as may be a proxy */
Str visitor_address(const Request *rq);
Str visitor_device(const Request *rq); /* "Chrome, Android" */
bool visitors_start(Site *s, Err *err) MUST; /* keeps sessions */
void visitors_stop(Site *s);

/* ---- guard.c: what is done in somebody's name was meant by them ---- */
Str csrf_token(const Request *rq); /* for the field `csrf` of a form; another one each time, good as long as the session */
/* A request that changes something: from a page of ours (Origin, Sec-Fetch-Site) and, when there is a session or visit, with such a token.
 * E_DENIED. */
bool guard_check(const Request *rq, Err *err) MUST;

/* ---- import_job.c ---- */
void jobs_stop(void); /* waits for imports: what they have not saved follows when somebody writes next */

/* ---- assets.c ---- */
bool assets_load(const Env *env, Err *err) MUST;
void assets_close(void);
Str asset_address(Str name, Arena *a); /* "siap.css" -> "/assets/HASH/siap.css" */

/* ---- crew.c: threads that answer requests with a body ---- */
bool crew_start(Site *s, Err *err) MUST;
void crew_stop(Site *s);
bool crew_give(Request *rq); /* its connection is suspended already; false: the crew has gone */
void request_answer(Request *rq); /* server.c: runs the route on this thread */
bool worker_get(Site *s, Worker **out, Err *err) MUST; /* of this thread, until it ends */

#endif
