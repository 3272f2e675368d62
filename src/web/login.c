/* login: in by login and password (and a code, where one was set up), out again, and a password of one's own. */
#include "web/accounts.h"

/* Where to go afterwards: a page of ours, but none of those that lead here. */
static Str
next_of(const Request *rq)
{
	Str next = rq_form(rq, "next").p ? rq_form(rq, "next") : rq_query(rq, "next");
	bool loops = str_starts(next, S("/login")) || str_starts(next, S("/logout")) ||
		str_starts(next, S("/password"));
	return path_is_own(next) && !loops ? next : S("/");
}

static Str
with_next(Request *rq, const char *path)
{
	AUTO(Buf) b = {0};
	buf_fmt(&b, "%s?next=", path);
	percent_encode(next_of(rq), &b);
	return arena_str(rq->a, buf_str(&b));
}

/* ---- log in ---- */

/* why: what was wrong; E_OK: it is asked for the first time. */
static bool
form_send(Request *rq, const char *name, const char *title, const Err *why, Err *err)
{
	Fill *f = fill_new(rq->a);
	Str visit = {0};
	if (!rq->who && !rq->visit)
		visit = visit_begin(rq);
	fill_text(f, "title", str_of(title));
	fill_text(f, "next", next_of(rq));
	fill_flag(f, "asked", !why->code && !str_eq(next_of(rq), S("/")));
	fill_text(f, "login", rq_form(rq, "login"));
	problem_fill(rq, f, why);
	if (!page_send_as(rq, form_status(why), name, f, err))
		return false;
	if (visit.n)
		cookie_set(rq, COOKIE_VISIT, visit);
	return true;
}

static bool
login_form(Request *rq, const Err *why, Err *err)
{
	return form_send(rq, "login", tr("Log in"), why, err);
}

static bool
login_page(Request *rq, Err *err)
{
	return rq->who ? reply_redirect(rq, next_of(rq), err) : login_form(rq, &(Err){0}, err);
}
ROUTE(login, "GET", "/login", login_page, ROUTE_OPEN);

/* A form of ours by a browser that keeps cookies: else it could be another site that logs somebody in as somebody else. */
static bool
visit_need(const Request *rq, Err *err)
{
	if (rq->who || rq->visit)
		return true;
	err_set(err, E_DENIED, "this browser did not keep the cookie of this page");
	return err_hint(err, "cookies of this server are needed to log in: allow them, then try again");
}

/* Whoever was in before in this browser is out. */
static bool
session_give(Request *rq, const LoginRequest *r, Err *err)
{
	Str before = cookie_get(rq, COOKIE_SESSION);
	if (before.n && !gate_logout(rq->site->gate, before, err))
		return false;
	if (!reply_redirect(rq, next_of(rq), err))
		return false;
	cookie_set(rq, COOKIE_SESSION, arena_str(rq->a, str_of(r->fresh)));
	cookie_set(rq, COOKIE_VISIT, (Str){0});
	return true;
}

static bool
login(Request *rq, Err *err)
{
	LoginRequest r = {.login = rq_form(rq, "login"),
		.password = rq_form(rq, "password"),
		.address = visitor_address(rq),
		.device = visitor_device(rq)};
	Err why = {0};
	if (!visit_need(rq, &why) || !gate_login(rq->site->gate, &r, &why))
		return login_form(rq, &why, err);
	if (!r.needs_code)
		return session_give(rq, &r, err);
	if (!reply_redirect(rq, with_next(rq, "/login/code"), err))
		return false;
	cookie_set(rq, COOKIE_CODE, arena_str(rq->a, str_of(r.fresh)));
	return true;
}
ROUTE(login_try, "POST", "/login", login, ROUTE_OPEN);

/* ---- the code of the second factor ---- */

static bool
code_form(Request *rq, const Err *why, Err *err)
{
	return form_send(rq, "login_code", tr("The code of this moment"), why, err);
}

static bool
code_page(Request *rq, Err *err)
{
	if (!cookie_get(rq, COOKIE_CODE).n)
		return reply_redirect(rq, with_next(rq, "/login"), err);
	return code_form(rq, &(Err){0}, err);
}
ROUTE(login_code, "GET", "/login/code", code_page, ROUTE_OPEN);

static bool
code(Request *rq, Err *err)
{
	LoginRequest r = {.token = cookie_get(rq, COOKIE_CODE),
		.code = str_trim(rq_form(rq, "code")),
		.address = visitor_address(rq)};
	Err why = {0};
	if (!r.token.n)
		return reply_redirect(rq, with_next(rq, "/login"), err);
	if (!visit_need(rq, &why) || !gate_login(rq->site->gate, &r, &why))
		return code_form(rq, &why, err);
	if (!session_give(rq, &r, err))
		return false;
	cookie_set(rq, COOKIE_CODE, (Str){0});
	return true;
}
ROUTE(login_code_try, "POST", "/login/code", code, ROUTE_OPEN);

/* ---- log out ---- */

static bool
logout(Request *rq, Err *err)
{
	if (!gate_logout(rq->site->gate, cookie_get(rq, COOKIE_SESSION), err) ||
		!reply_redirect(rq, S("/login"), err))
		return false;
	for (int c = 0; c < COOKIES; c++)
		cookie_set(rq, (Cookie)c, (Str){0});
	return true;
}
ROUTE(logout, "POST", "/logout", logout, ROUTE_OPEN);

/* ---- a password of one's own ---- */

static bool
password_form(Request *rq, const Err *why, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("Choose a password")));
	fill_text(f, "next", next_of(rq));
	fill_text(f, "login", rq->who->login);
	fill_flag(f, "must_change", rq->who->must_change);
	problem_fill(rq, f, why);
	return page_send_as(rq, form_status(why), "password", f, err);
}

static bool
password_page(Request *rq, Err *err)
{
	return password_form(rq, &(Err){0}, err);
}
ROUTE(password, "GET", "/password", password_page, ROUTE_MEMBER);

static bool
password_set(Request *rq, Err *err)
{
	PasswordRequest r = {.account = rq->who->id,
		.before = rq_form(rq, "before"),
		.password = rq_form(rq, "password"),
		.session = rq->session.id,
		.address = visitor_address(rq)};
	Err why = {0};
	if (!str_eq(r.password, rq_form(rq, "again"))) {
		err_set(&why, E_INPUT, "the new password is not the same both times: type it once more");
		return password_form(rq, &why, err);
	}
	if (!gate_password(rq->site->gate, &r, &why))
		return password_form(rq, &why, err);
	return reply_redirect(rq, next_of(rq), err);
}
ROUTE(password_set, "POST", "/password", password_set, ROUTE_MEMBER);

/* ---- a link instead of a first password ---- */

static bool
invitation_form(Request *rq, const Account *of, const Err *why, Err *err)
{
	Fill *f = fill_new(rq->a);
	Str visit = rq->who || rq->visit ? (Str){0} : visit_begin(rq);
	fill_text(f, "title", arena_fmt(rq->a, tr("Welcome, %.*s"), STR(of->name)));
	fill_text(f, "login", of->login);
	fill_text(f, "of", str_of(agency_label(of->agency)));
	fill_text(f, "role", str_of(role_label(of->role)));
	problem_fill(rq, f, why);
	if (!page_send_as(rq, form_status(why), "invitation", f, err))
		return false;
	if (visit.n)
		cookie_set(rq, COOKIE_VISIT, visit);
	return true;
}

static bool
invitation(Request *rq, Err *err)
{
	Account of;
	return invitation_find(rq->w, rq_param(rq, "token"), rq->a, &of, err) &&
		invitation_form(rq, &of, &(Err){0}, err);
}
ROUTE(invitation, "GET", "/invitation/{token}", invitation, ROUTE_OPEN);

/* Then the person logs in: so the login is known, and the password typed twice. */
static bool
invitation_take(Request *rq, Err *err)
{
	Account of;
	Err why = {0};
	Str link = rq_param(rq, "token"), password = rq_form(rq, "password");
	if (!invitation_find(rq->w, link, rq->a, &of, err))
		return false;
	if (!str_eq(password, rq_form(rq, "again")))
		err_set(&why, E_INPUT, "the new password is not the same both times: type it once more");
	else if (visit_need(rq, &why) && gate_invitation_take(rq->site->gate, link, password, &why))
		return reply_redirect(rq, S("/login"), err);
	return invitation_form(rq, &of, &why, err);
}
ROUTE(invitation_take, "POST", "/invitation/{token}", invitation_take, ROUTE_OPEN);
