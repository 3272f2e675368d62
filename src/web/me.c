/* me: one's own account: what one may do and why, where one is logged in, the second factor, the language. */
#include "web/accounts.h"

#include <qrencode.h>

/* ---- in words ---- */

void
account_words(const Request *rq, Fill *f, const Account *of)
{
	AUTO(Buf) sets = {0};
	for (size_t i = 0; i < of->n_datasets; i++) {
		const Dataset *d = catalog_dataset(&rq->w->cat, of->dataset[i]);
		buf_fmt(&sets, "%s%.*s", i ? ", " : "", STR(d ? tr_str(d->title) : of->dataset[i]));
	}
	fill_text(f, "login", of->login);
	fill_text(f, "name", of->name);
	fill_text(f, "of", str_of(agency_label(of->agency)));
	fill_text(f, "role", str_of(role_label(of->role)));
	fill_text(f, "sets_of", arena_str(rq->a, buf_str(&sets)));
	fill_list(f, "areas");
	for (size_t i = 0; i < of->n_areas; i++) {
		Fill *item = fill_item(f, "areas");
		fill_text(item, "place", data_place(rq, of->area[i]));
		fill_text(item, "place_url", arena_fmt(rq->a, "/area/%.*s", STR(of->area[i])));
	}
	fill_text(f, "state",
		str_of(of->closed         ? tr("closed")
				: of->invited     ? tr("invited")
				: of->must_change ? tr("one-time password")
								  : ""));
	fill_flag(f, "is_closed", of->closed);
	fill_flag(f, "totp", of->has_totp);
	fill_text(f, "account_url",
		of->id == rq->who->id ? S("/account")
							  : arena_fmt(rq->a, "/accounts/one/%lld", (long long)of->id));
}

enum { NAMED = 4 }; /* lists that are named one by one */

/* "all lists that KPU keeps", or their names. */
static Str
titles(const Request *rq, const Account *of, const Dataset *const *d, size_t n)
{
	AUTO(Buf) b = {0};
	const Catalog *c = &rq->w->cat;
	size_t own = 0, kept = 0;
	for (size_t i = 0; i < c->n_datasets; i++)
		kept += str_eq(c->dataset[i].owner, of->agency);
	for (size_t i = 0; i < n; i++) {
		own += str_eq(d[i]->owner, of->agency);
		buf_fmt(&b, "%s%.*s", i ? ", " : "", STR(tr_str(d[i]->title)));
	}
	if (n > NAMED && own == n && kept == n)
		return arena_fmt(rq->a, tr("all lists that %s keeps"), agency_label(of->agency));
	return arena_str(rq->a, buf_str(&b));
}

/* What is open is open everywhere, and need not be named. */
static Str
rights_sets(const Request *rq, const Account *of, const VerbRight *r, bool open)
{
	const Dataset **closed = NEW(rq->a, const Dataset *, r->n + 1);
	size_t n = 0;
	if (!open)
		return titles(rq, of, r->dataset, r->n);
	for (size_t i = 0; i < r->n; i++)
		if (r->dataset[i]->restricted)
			closed[n++] = r->dataset[i];
	Str names = titles(rq, of, closed, n);
	return n ? arena_fmt(rq->a, tr("all open lists, everywhere; in the areas of the account: %.*s"),
				   STR(names))
			 : str_of(tr("all open lists, everywhere"));
}

void
rights_fill(const Request *rq, Fill *f, const Account *of)
{
	VerbRight right[VERBS];
	account_rights(of, &rq->w->cat, rq->a, right);
	fill_list(f, "rights");
	for (int v = 0; v < VERBS; v++) {
		const VerbRight *r = &right[v];
		if (v == VERB_EXPLAIN || v == VERB_FORGET)
			continue; /* nobody does it in the browser */
		Fill *item = fill_item(f, "rights");
		fill_text(item, "verb", str_of(verb_label((Verb)v)));
		fill_flag(item, "may", r->may);
		fill_text(item, "sets",
			r->may ? rights_sets(rq, of, r, v == VERB_READ || v == VERB_EXPORT) : (Str){0});
		fill_text(item, "others", r->may ? titles(rq, of, r->other, r->n_other) : (Str){0});
		fill_text(item, "why", r->may ? (Str){0} : arena_str(rq->a, str_of(r->why.text)));
		fill_text(item, "who_could", r->may ? (Str){0} : arena_str(rq->a, str_of(r->why.hint)));
	}
}

bool
account_sessions_fill(const Request *rq, Fill *f, int64_t account, Err *err)
{
	SessionRow *row;
	size_t n;
	fill_list(f, "sessions");
	if (!sessions_list(rq->w, account, rq->a, &row, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		Fill *item = fill_item(f, "sessions");
		fill_text(item, "session", data_int(rq, row[i].id));
		fill_text(item, "device", row[i].device);
		fill_text(item, "made", figure_time(rq->a, row[i].made, data_zone(rq)));
		fill_text(item, "seen", figure_time(rq->a, row[i].seen, data_zone(rq)));
		fill_flag(item, "here", row[i].id == rq->session.id);
	}
	return true;
}

void
problem_fill(const Request *rq, Fill *f, const Err *why)
{
	fill_text(f, "accounts_css", asset_address(S("accounts.css"), rq->a));
	fill_text(f, "what", why->code ? arena_str(rq->a, str_of(why->text)) : (Str){0});
	fill_text(f, "hint", why->code ? arena_str(rq->a, str_of(why->hint)) : (Str){0});
}

unsigned
form_status(const Err *why)
{
	switch (why->code) {
	case E_NOTFOUND: /* what it names, not the page */
		return MHD_HTTP_BAD_REQUEST;
	case E_BUSY:
		return MHD_HTTP_TOO_MANY_REQUESTS;
	default:
		return status_of(why->code);
	}
}

Origin
account_origin(const Request *rq)
{
	return (Origin){.actor = rq->who->login, .agency = rq->who->agency, .source = S("web")};
}

/* ---- the page ---- */

static bool
me_send(Request *rq, const Err *why, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("My account")));
	fill_text(f, "done", rq_query(rq, "done"));
	fill_flag(f, "done_password", str_eq(rq_query(rq, "done"), S("password")));
	fill_flag(f, "done_totp", str_eq(rq_query(rq, "done"), S("totp")));
	fill_flag(f, "done_session", str_eq(rq_query(rq, "done"), S("session")));
	account_words(rq, f, rq->who);
	rights_fill(rq, f, rq->who);
	problem_fill(rq, f, why);
	return account_sessions_fill(rq, f, rq->who->id, err) &&
		page_send_as(rq, form_status(why), "account", f, err);
}

static bool
me(Request *rq, Err *err)
{
	return me_send(rq, &(Err){0}, err);
}
ROUTE(me, "GET", "/account", me, ROUTE_MEMBER);

static bool
session_end(Request *rq, Err *err)
{
	Origin o = account_origin(rq);
	AccountRequest r = {.who = rq->who, .origin = &o, .account = {.id = rq->who->id}};
	Str session = rq_form(rq, "session");
	if (!str_eq(session, S("all")) && (!str_int(session, &r.session) || r.session <= 0))
		return err_set(err, E_INPUT, "'%.*s' is no session", STR(session));
	return gate_session_end(rq->site->gate, &r, err) &&
		reply_redirect(rq, r.session ? S("/account?done=session") : S("/login"), err);
}
ROUTE(me_session, "POST", "/account/session", session_end, ROUTE_MEMBER);

/* ---- the second factor ---- */

enum { QUIET = 4 }; /* squares around the code, so that cameras find it */

/* The dark squares, as runs of a path. */
static Str
qr_path(const Request *rq, const QRcode *qr)
{
	AUTO(Buf) b = {0};
	for (int y = 0; y < qr->width; y++)
		for (int x = 0, n; x < qr->width; x += n + 1) {
			for (n = 0; x + n < qr->width && qr->data[y * qr->width + x + n] & 1; n++)
				continue;
			if (n)
				buf_fmt(&b, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, n, n);
		}
	return arena_str(rq->a, buf_str(&b));
}

static bool
qr_fill(const Request *rq, Fill *f, Str secret, Err *err)
{
	Str uri = arena_fmt(rq->a, "otpauth://totp/Siap:%.*s?secret=%.*s&issuer=Siap",
		STR(data_encode(rq, rq->who->login)), STR(secret));
	QRcode *qr = QRcode_encodeString8bit(arena_cstr(rq->a, uri), 0, QR_ECLEVEL_M);
	if (!qr)
		return err_set(err, E_LIMIT, "there is no memory for the picture of the secret");
	fill_text(f, "qr", qr_path(rq, qr));
	fill_text(
		f, "qr_box", arena_fmt(rq->a, "0 0 %d %d", qr->width + 2 * QUIET, qr->width + 2 * QUIET));
	QRcode_free(qr);
	return true;
}

/* Four letters at a time are typed with fewer mistakes. */
static Str
in_groups(const Request *rq, Str secret)
{
	AUTO(Buf) b = {0};
	for (size_t i = 0; i < secret.n; i += 4) {
		if (i)
			buf_byte(&b, ' ');
		buf_add(&b, str_slice(secret, i, i + 4));
	}
	return arena_str(rq->a, buf_str(&b));
}

static bool
totp_send(Request *rq, Str secret, const Err *why, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("Set up the second factor")));
	fill_text(f, "secret", secret);
	fill_text(f, "secret_shown", in_groups(rq, secret));
	problem_fill(rq, f, why);
	return qr_fill(rq, f, secret, err) &&
		page_send_as(rq, form_status(why), "account_totp", f, err);
}

static bool
codes_send(Request *rq, const TotpRequest *r, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("Recovery codes")));
	problem_fill(rq, f, &(Err){0});
	fill_list(f, "codes");
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		fill_text(fill_item(f, "codes"), "code", str_of(r->recovery[i]));
	return page_send(rq, "account_codes", f, err);
}

static bool
is_secret(Str s)
{
	bool good = s.n == TOTP_TEXT - 1;
	for (size_t i = 0; i < s.n && good; i++)
		good = (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '2' && s.p[i] <= '7');
	return good;
}

/* Without a code a new secret is made; the form of its page sends the code, and the secret to be shown again when the code is wrong. */
static bool
totp_set(Request *rq, Err *err)
{
	char text[TOTP_TEXT];
	Str secret = rq_form(rq, "secret");
	Err why = {0};
	TotpRequest r = {
		.account = rq->who->id, .session = rq->session.id, .code = rq_form(rq, "code")};
	if (!is_secret(secret))
		return gate_totp_begin(rq->site->gate, rq->who->id, text, err) &&
			totp_send(rq, arena_str(rq->a, str_of(text)), &why, err);
	if (!gate_totp_confirm(rq->site->gate, &r, &why))
		return totp_send(rq, secret, &why, err);
	return codes_send(rq, &r, err);
}
ROUTE(me_totp, "POST", "/account/totp", totp_set, ROUTE_MEMBER);

static bool
totp_end(Request *rq, Err *err)
{
	Err why = {0};
	PasswordRequest r = {.account = rq->who->id,
		.before = rq_form(rq, "before"),
		.session = rq->session.id,
		.address = visitor_address(rq)};
	return gate_totp_end(rq->site->gate, &r, &why)
		? reply_redirect(rq, S("/account?done=totp"), err)
		: me_send(rq, &why, err);
}
ROUTE(me_totp_end, "POST", "/account/totp/end", totp_end, ROUTE_MEMBER);
