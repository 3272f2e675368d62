/* page: answers: pages from templates, redirects, files, and the page of an error. */
#include "web/web_private.h"

enum { PAGES = 256 };
typedef struct Pages {
	const Env *env;
	Str name[PAGES];
	Template *template[PAGES];
	size_t n;
	Str asset[8]; /* addresses of what every page loads */
} Pages;

static const char *const assets_everywhere[] = {"pico.css", "siap.css", "siap.js"};

static bool
part_find(void *ctx, Str name, Str *file, Str *text)
{
	const Env *env = ctx;
	static _Thread_local char path[128];
	snprintf(path, sizeof path, "pages/_%.*s.html", STR(name));
	for (size_t i = 0; i < env->n_files; i++)
		if (str_eq(str_of(env->files[i].path), str_of(path))) {
			*file = str_of(env->files[i].path);
			*text = env->files[i].bytes;
			return true;
		}
	return false;
}

bool
pages_load(const Env *env, Arena *a, Pages **out, Err *err)
{
	Pages *p = NEW(a, Pages, 1);
	p->env = env;
	for (size_t i = 0; i < env->n_files; i++) {
		Str path = str_of(env->files[i].path), name = str_slice(path, 6, path.n - 5);
		if (!str_starts(path, S("pages/")) || str_starts(name, S("_")))
			continue;
		NEED(p->n < PAGES);
		p->name[p->n] = name;
		if (!template_parse(path, env->files[i].bytes,
				(Partials){part_find, (void *)(uintptr_t)env}, a, &p->template[p->n], err))
			return false;
		p->n++;
	}
	for (size_t i = 0; i < sizeof assets_everywhere / sizeof *assets_everywhere; i++)
		p->asset[i] = asset_address(str_of(assets_everywhere[i]), a);
	*out = p;
	return true;
}

/* ---- headers ---- */

unsigned
status_of(ErrCode code)
{
	switch (code) {
	case E_OK:
		return MHD_HTTP_OK;
	case E_INPUT:
		return MHD_HTTP_BAD_REQUEST;
	case E_NOTFOUND:
		return MHD_HTTP_NOT_FOUND;
	case E_CONFLICT:
		return MHD_HTTP_CONFLICT;
	case E_DENIED:
		return MHD_HTTP_FORBIDDEN;
	case E_BUSY:
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	case E_LIMIT:
		return MHD_HTTP_CONTENT_TOO_LARGE;
	case E_IO:
	case E_DB:
	case E_BUG:
		break;
	}
	return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

static const char *const safe_headers[][2] = {
	{"Content-Security-Policy",
		"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
		"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
		"manifest-src 'self'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "same-origin"},
	{"X-Frame-Options", "DENY"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
};

void
reply_header(Request *rq, const char *name, Str value)
{
	NEED(rq->response);
	(void)MHD_add_response_header(rq->response, name, arena_cstr(rq->a, value));
}

static void
response_drop(Request *rq)
{
	if (rq->response && !rq->shared)
		MHD_destroy_response(rq->response);
	rq->response = NULL;
	rq->shared = false;
}

static void
safe_add(Request *rq)
{
	for (size_t i = 0; i < sizeof safe_headers / sizeof *safe_headers; i++)
		(void)MHD_add_response_header(rq->response, safe_headers[i][0], safe_headers[i][1]);
}

/* Takes the bytes out of b. */
static struct MHD_Response *
response_new(Buf *b)
{
	struct MHD_Response *r = b->n
		? MHD_create_response_from_buffer_with_free_callback(b->n, b->p, free)
		: MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
	if (r && b->n)
		*b = (Buf){0};
	return r;
}

bool
reply_bytes(Request *rq, unsigned status, const char *type, Buf *b, Err *err)
{
	enum { WORTH_IT = 1024 };
	AUTO(Buf) packed = {0};
	bool may = is_packable(type);
	if (!buf_check(b, err))
		return false;
	if (may && !rq->packed && b->n > WORTH_IT && takes_gzip(rq))
		rq->packed = pack(buf_str(b), &packed);
	Buf *out = packed.n && rq->packed ? &packed : b;
	size_t n = out->n;
	struct MHD_Response *r = response_new(out);
	if (!r)
		return err_set(err, E_LIMIT, "there is no memory for the answer");
	reply_take(rq, status, r);
	rq->size = n;
	reply_header(rq, "Content-Type", str_of(type));
	reply_header(rq, "Cache-Control", S("no-store"));
	if (may)
		reply_header(rq, "Vary", S("Accept-Encoding"));
	if (rq->packed)
		reply_header(rq, "Content-Encoding", S("gzip"));
	rq->packed = false;
	return true;
}

bool
reply_take(Request *rq, unsigned status, struct MHD_Response *r)
{
	response_drop(rq);
	rq->status = status;
	rq->size = 0;
	rq->response = r;
	safe_add(rq);
	return true;
}

void
reply_keep(Request *rq, Str how)
{
	(void)MHD_del_response_header(rq->response, "Cache-Control", "no-store");
	reply_header(rq, "Cache-Control", how);
}

bool
reply_tag(Request *rq, Str tag)
{
	reply_keep(rq, S("private, no-cache"));
	reply_header(rq, "ETag", tag);
	return true;
}

bool
reply_same(Request *rq, Str tag, Err *err)
{
	Buf none = {0};
	struct MHD_Response *r = response_new(&none);
	if (!r)
		return err_set(err, E_LIMIT, "there is no memory for the answer");
	reply_take(rq, MHD_HTTP_NOT_MODIFIED, r);
	reply_header(rq, "ETag", tag);
	reply_header(rq, "Vary", S("Accept-Encoding"));
	return true;
}

bool
path_is_own(Str path)
{
	if (!str_starts(path, S("/")) || str_starts(path, S("//")) || str_starts(path, S("/\\")))
		return false;
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] <= ' ' || path.p[i] == 0x7f || path.p[i] == '\\')
			return false;
	return true;
}

bool
reply_redirect(Request *rq, Str path, Err *err)
{
	AUTO(Buf) none = {0};
	if (!reply_bytes(rq, MHD_HTTP_SEE_OTHER, "text/plain; charset=utf-8", &none, err))
		return false;
	reply_header(rq, "Location", path_is_own(path) ? path : S("/"));
	return true;
}

/* ---- pages ---- */

static const Template *
page_find(const Pages *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->name[i], str_of(name)))
			return p->template[i];
	return NULL;
}

/* What is of one person or minute. */
void
own_find(Request *rq, Str own[OWNS])
{
	own[OWN_NAME] = rq->who ? rq->who->name : S("");
	own[OWN_CSRF] = rq->who || rq->visit ? csrf_token(rq) : S("");
	own[OWN_NOW] = figure_time(rq->a, workspace_now(rq->w), area_zone(rq->w->area));
	own[OWN_CONFLICTS] = nav_conflicts(rq);
}

static void
account_fill(const Request *rq, const Str *own, Fill *f)
{
	fill_text(f, "user", own[OWN_NAME]);
	fill_text(f, "csrf", own[OWN_CSRF]);
	fill_text(f, "now", own[OWN_NOW]);
	fill_text(f, "waiting", own[OWN_CONFLICTS]);
	fill_text(f, "agency", rq->who ? str_of(agency_label(rq->who->agency)) : S(""));
}

/* What every page has: lang, other_lang, path (of this page, to come back to), user, agency, csrf, waiting (conflicts), election, province, now,
 * rehearsal, the addresses of the assets, and what nav_fill gives. The page itself gives `title`. */
void
page_common(Request *rq, Fill *f)
{
	const Pages *p = rq->site->pages;
	Workspace *w = rq->w;
	Str own[OWNS];
	bool indonesian = str_eq(lang_now(), S("id"));
	static const char *const name[] = {"pico_css", "siap_css", "siap_js"};
	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		fill_text(f, name[i], p->asset[i]);
	fill_text(f, "lang", indonesian ? S("id") : S("en"));
	fill_text(f, "other_lang", indonesian ? S("en") : S("id"));
	fill_text(f, "path", rq->target);
	fill_text(f, "election", tr_str(w->pack->title));
	fill_text(f, "province", area_name(w, w->area, rq->a));
	fill_flag(f, "rehearsal", workspace_clock(w) != CLOCK_REAL);
	if (!rq->marks)
		own_find(rq, own);
	account_fill(rq, rq->marks ? rq->marks : own, f);
	nav_fill(rq, f);
}

bool
page_print(Request *rq, const char *name, Fill *f, Buf *out, Err *err)
{
	const Template *t = page_find(rq->site->pages, name);
	NEED(t);
	if (!rq->w->unread.code)
		return template_fill(t, f, out, err);
	*err = rq->w->unread;
	rq->w->unread = (Err){0};
	return false;
}

bool
page_send_as(Request *rq, unsigned status, const char *name, Fill *f, Err *err)
{
	AUTO(Buf) out = {0};
	page_common(rq, f);
	return page_print(rq, name, f, &out, err) &&
		reply_bytes(rq, status, "text/html; charset=utf-8", &out, err);
}

bool
page_send(Request *rq, const char *name, Fill *f, Err *err)
{
	return page_send_as(rq, MHD_HTTP_OK, name, f, err);
}

/* What happened, in a word or two. */
static const char *
failure_title(unsigned status, bool rights)
{
	switch (status) {
	case MHD_HTTP_FORBIDDEN:
		return rights ? tr("Not allowed") : tr("This did not work");
	case MHD_HTTP_NOT_FOUND:
		return tr("Not found");
	case MHD_HTTP_CONTENT_TOO_LARGE:
		return tr("Too large");
	case MHD_HTTP_SERVICE_UNAVAILABLE:
		return tr("Busy just now");
	case MHD_HTTP_INTERNAL_SERVER_ERROR:
		return tr("A fault of Siap");
	default:
		return tr("This did not work");
	}
}

/* What to do next, where whoever refused it did not say; empty: the page has its own words for that. */
static const char *
failure_hint(const Request *rq, unsigned status)
{
	switch (status) {
	case MHD_HTTP_BAD_REQUEST:
		return tr("go back, correct it, and send it again; nothing was saved");
	case MHD_HTTP_NOT_FOUND:
		return rq->who
			? tr("it may have been taken away or have another name now: search above, or "
				 "begin at the start page")
			: tr("look at the address again, or begin at the start page");
	case MHD_HTTP_METHOD_NOT_ALLOWED:
		return tr("begin at the start page, and choose what you want to do there");
	case MHD_HTTP_CONFLICT:
		return tr("go back, load the page again, and look at what is there now");
	case MHD_HTTP_CONTENT_TOO_LARGE:
		return tr("go back and send less at once; nothing was saved");
	case MHD_HTTP_SERVICE_UNAVAILABLE:
		return tr("wait a minute, then load the page again");
	default:
		return "";
	}
}

void
reply_error(Request *rq, const Err *why)
{
	Fill *f = fill_new(rq->a);
	Err again = {0};
	AUTO(Buf) plain = {0};
	unsigned status = rq->status ? rq->status : status_of(why->code);
	bool ours = status == MHD_HTTP_INTERNAL_SERVER_ERROR;
	/* Else it was the form that is not valid any more. */
	bool rights = status == MHD_HTTP_FORBIDDEN && rq->who &&
		(!str_eq(rq->method, S("POST")) || guard_check(rq, &again));
	fill_text(f, "title", str_of(failure_title(status, rights)));
	fill_text(f, "what", arena_str(rq->a, str_of(why->text)));
	fill_text(
		f, "hint", arena_str(rq->a, str_of(why->hint[0] ? why->hint : failure_hint(rq, status))));
	fill_flag(f, "rights", rights);
	fill_text(f, "status", arena_fmt(rq->a, "%u", status));
	fill_flag(f, "ours", ours);
	bool sent = rq->w && page_send_as(rq, status, "error", f, &again);
	buf_add(&plain, str_of(why->text));
	buf_byte(&plain, '\n');
	if (!sent && !reply_bytes(rq, status, "text/plain; charset=utf-8", &plain, &again))
		rq->response = NULL;
	else if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		reply_header(rq, "Allow", str_eq(rq->method, S("POST")) ? S("GET, HEAD") : S("POST"));
}

void
reply_refusal(Request *rq, Refusal why)
{
	AUTO(Buf) out = {0};
	Err ignored = {0};
	buf_fmt(&out, "%u %s\n", why.status, why.why);
	if (!reply_bytes(rq, why.status, "text/plain; charset=utf-8", &out, &ignored))
		return;
	reply_header(rq, "Connection", S("close"));
	if (why.status == MHD_HTTP_METHOD_NOT_ALLOWED)
		reply_header(rq, "Allow", S("GET, HEAD, POST"));
}
