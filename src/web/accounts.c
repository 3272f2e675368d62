/* accounts: those that a manager looks after: found, added, changed, closed, given a new way in, handed over. */
#include "web/accounts.h"

#include <unistd.h>

enum { LISTED = 50 };

static bool
manager_need(const Request *rq, Err *err)
{
	return account_may(rq->who, VERB_ACCOUNTS, NULL, (Str){0}, err);
}

/* ---- all of them ---- */

static Str
further_url(const Request *rq, Str after)
{
	AUTO(Buf) b = {0};
	static const char *const kept[] = {"q", "area"};
	buf_add(&b, S("/accounts?after="));
	percent_encode(after, &b);
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		buf_fmt(&b, "&%s=", kept[i]);
		percent_encode(rq_query(rq, kept[i]), &b);
	}
	return arena_str(rq->a, buf_str(&b));
}

static bool
accounts(Request *rq, Err *err)
{
	Fill *f = fill_new(rq->a);
	Err why = {0};
	Str area = str_trim(rq_query(rq, "area"));
	AccountList l = {.who = rq->who,
		.text = str_trim(rq_query(rq, "q")),
		.after = rq_query(rq, "after"),
		.max = LISTED};
	if (!manager_need(rq, err))
		return false;
	bool ok = !area.n || area_resolve(rq->w, area, rq->a, &l.area, &why);
	if (ok && !accounts_list(rq->w, &l, rq->a, err))
		return false;
	fill_text(f, "title", str_of(tr("Accounts")));
	fill_text(f, "of", str_of(agency_label(rq->who->agency)));
	fill_text(f, "q", rq_query(rq, "q"));
	fill_text(f, "area_text", area);
	fill_flag(f, "filtered", l.text.n || area.n);
	fill_text(f, "data_js", asset_address(S("data.js"), rq->a));
	fill_text(f, "further", l.more ? further_url(rq, l.account[l.n - 1].login) : (Str){0});
	problem_fill(rq, f, &why);
	fill_list(f, "accounts");
	for (size_t i = 0; i < l.n; i++)
		account_words(rq, fill_item(f, "accounts"), &l.account[i]);
	return page_send_as(rq, form_status(&why), "accounts", f, err);
}
ROUTE(accounts, "GET", "/accounts", accounts, ROUTE_MEMBER);

/* ---- the form of one ---- */

static void
roles_fill(Fill *f, Role chosen)
{
	fill_list(f, "roles");
	for (int r = 0; r < ROLES; r++) {
		Fill *item = fill_item(f, "roles");
		fill_text(item, "value", role_name((Role)r));
		fill_text(item, "label", str_of(role_label((Role)r)));
		fill_flag(item, "chosen", (Role)r == chosen);
	}
}

static void
sets_fill(const Request *rq, Fill *f, const Account *of)
{
	const Catalog *c = &rq->w->cat;
	fill_list(f, "sets");
	for (size_t i = 0; i < c->n_datasets; i++) {
		const Dataset *d = &c->dataset[i];
		bool chosen = false;
		if (!str_eq(d->owner, rq->who->agency))
			continue;
		for (size_t k = 0; k < of->n_datasets; k++)
			chosen |= str_eq(of->dataset[k], d->name);
		Fill *item = fill_item(f, "sets");
		fill_text(item, "set_field", arena_fmt(rq->a, "set.%.*s", STR(d->name)));
		fill_text(item, "label", tr_str(d->title));
		fill_flag(item, "chosen", chosen);
	}
}

static Str
areas_text(const Request *rq, const Account *of)
{
	AUTO(Buf) b = {0};
	for (size_t i = 0; i < of->n_areas; i++)
		buf_fmt(&b, "%s%.*s", i ? ", " : "", STR(of->area[i]));
	return arena_str(rq->a, buf_str(&b));
}

static void
form_fill(const Request *rq, Fill *f, const Account *of)
{
	Str typed = rq_form(rq, "areas");
	fill_text(f, "login_typed", of->login);
	fill_text(f, "name_typed", of->name);
	fill_text(f, "areas_typed", typed.p ? typed : areas_text(rq, of));
	fill_text(f, "epoch", data_int(rq, of->epoch));
	roles_fill(f, of->role);
	sets_fill(rq, f, of);
}

/* What the form says, on top of what the account is. */
static bool
form_read(Request *rq, Account *of, Err *err)
{
	const Catalog *c = &rq->w->cat;
	Str text = rq_form(rq, "areas"), role = rq_form(rq, "role");
	of->name = str_trim(rq_form(rq, "name"));
	of->area = NEW(rq->a, Str, AREAS_MOST);
	of->dataset = NEW(rq->a, Str, c->n_datasets + 1);
	of->n_areas = of->n_datasets = 0;
	for (size_t i = 0; i < c->n_datasets; i++)
		if (rq_form(rq, arena_fmt(rq->a, "set.%.*s", STR(c->dataset[i].name)).p).n)
			of->dataset[of->n_datasets++] = c->dataset[i].name;
	if (!role_of(role, &of->role))
		return err_set(err, E_INPUT, "choose a role");
	while (text.n) {
		Str one;
		str_cut(text, ',', &one, &text);
		if (!str_trim(one).n)
			continue;
		if (of->n_areas == AREAS_MOST)
			return err_set(err, E_LIMIT, "an account has at most %d areas", AREAS_MOST);
		if (!area_resolve(rq->w, str_trim(one), rq->a, &of->area[of->n_areas++], err))
			return false;
	}
	return true;
}

/* ---- a way in, shown once ---- */

/* A link as it is opened from outside: what the browser calls this server. */
static Str
link_of(const Request *rq, const AccountRequest *r)
{
	return arena_fmt(rq->a, "%s://%.*s/invitation/%s",
		rq->site->options->behind_https ? "https" : "http", STR(rq_header(rq, "Host")), r->link);
}

static bool
once_send(Request *rq, const AccountRequest *made, size_t n, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("Shown only now")));
	fill_text(f, "address",
		arena_fmt(rq->a, "%s://%.*s/", rq->site->options->behind_https ? "https" : "http",
			STR(rq_header(rq, "Host"))));
	problem_fill(rq, f, &(Err){0});
	fill_list(f, "made");
	for (size_t i = 0; i < n; i++) {
		Fill *item = fill_item(f, "made");
		fill_text(item, "login", made[i].account.login);
		fill_text(item, "name", made[i].account.name);
		fill_text(item, "once", arena_str(rq->a, str_of(made[i].once)));
		fill_text(item, "link", made[i].link[0] ? link_of(rq, &made[i]) : (Str){0});
	}
	return page_send(rq, "accounts_once", f, err);
}

/* ---- a new one ---- */

static bool
new_send(Request *rq, const Account *of, const Err *why, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("New account")));
	fill_text(f, "of", str_of(agency_label(rq->who->agency)));
	fill_text(f, "data_js", asset_address(S("data.js"), rq->a));
	fill_flag(f, "by_link", str_eq(rq_form(rq, "way"), S("link")));
	form_fill(rq, f, of);
	problem_fill(rq, f, why);
	return page_send_as(rq, form_status(why), "accounts_new", f, err);
}

static bool
new_page(Request *rq, Err *err)
{
	Account of = {.agency = rq->who->agency, .role = ROLE_OPERATOR};
	return manager_need(rq, err) && new_send(rq, &of, &(Err){0}, err);
}
ROUTE(accounts_new, "GET", "/accounts/new", new_page, ROUTE_MEMBER);

static bool
add(Request *rq, Err *err)
{
	Err why = {0};
	Origin o = account_origin(rq);
	AccountRequest r = {.who = rq->who,
		.origin = &o,
		.account = {.login = str_trim(rq_form(rq, "login")), .agency = rq->who->agency},
		.invite = str_eq(rq_form(rq, "way"), S("link"))};
	if (!manager_need(rq, err))
		return false;
	if (!form_read(rq, &r.account, &why) || !gate_account_add(rq->site->gate, &r, &why))
		return new_send(rq, &r.account, &why, err);
	return once_send(rq, &r, 1, err);
}
ROUTE(accounts_add, "POST", "/accounts/new", add, ROUTE_MEMBER);

/* ---- one ---- */

static bool
account_find_managed(const Request *rq, Account *out, Err *err)
{
	Str number = rq_param(rq, "id");
	int64_t id;
	Err why;
	if (!manager_need(rq, err))
		return false;
	/* Of accounts that others look after it does not say whether they are there. */
	if (str_int(number, &id) && account_get(rq->w, id, rq->a, out, &why) &&
		account_may_manage(rq->who, out, &why))
		return true;
	err_set(err, E_NOTFOUND, "there is no account '%.*s' that you look after", STR(number));
	return err_hint(err, "the page Accounts lists those of your agency in your areas");
}

static bool
one_send(Request *rq, const Account *of, const Account *typed, const Err *why, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", of->name);
	fill_text(f, "done", rq_query(rq, "done"));
	fill_text(f, "data_js", asset_address(S("data.js"), rq->a));
	fill_flag(f, "own", of->id == rq->who->id);
	account_words(rq, f, of);
	/* Once its password is its own. */
	Account ready = *of;
	ready.must_change = ready.invited = false;
	rights_fill(rq, f, &ready);
	form_fill(rq, f, typed);
	problem_fill(rq, f, why);
	return account_sessions_fill(rq, f, of->id, err) &&
		page_send_as(rq, form_status(why), "accounts_one", f, err);
}

static bool
one(Request *rq, Err *err)
{
	Account of;
	return account_find_managed(rq, &of, err) && one_send(rq, &of, &of, &(Err){0}, err);
}
ROUTE(accounts_one, "GET", "/accounts/one/{id}", one, ROUTE_MEMBER);

/* ---- what is done to one ---- */

static bool
change(Request *rq, AccountRequest *r, Err *err)
{
	if (!str_int(rq_form(rq, "epoch"), &r->account.epoch))
		return err_set(err, E_INPUT, "the form does not say which rights it was filled with");
	return form_read(rq, &r->account, err) && gate_account_change(rq->site->gate, r, err);
}

static bool
close_it(Request *rq, AccountRequest *r, Err *err)
{
	return gate_account_close(rq->site->gate, r, err);
}

static bool
reopen(Request *rq, AccountRequest *r, Err *err)
{
	return gate_account_reopen(rq->site->gate, r, err);
}

static bool
reset(Request *rq, AccountRequest *r, Err *err)
{
	return gate_reset(rq->site->gate, r, err);
}

static bool
invite(Request *rq, AccountRequest *r, Err *err)
{
	return gate_invite(rq->site->gate, r, err);
}

static bool
hand_over(Request *rq, AccountRequest *r, Err *err)
{
	Account to;
	if (!account_find(rq->w, str_trim(rq_form(rq, "to")), rq->a, &to, err))
		return false;
	r->to = to.id;
	return gate_hand_over(rq->site->gate, r, err);
}

static bool
sessions_end(Request *rq, AccountRequest *r, Err *err)
{
	Str session = rq_form(rq, "session");
	if (!str_eq(session, S("all")) && (!str_int(session, &r->session) || r->session <= 0))
		return err_set(err, E_INPUT, "'%.*s' is no session", STR(session));
	return gate_session_end(rq->site->gate, r, err);
}

typedef struct Deed {
	const char *name;
	bool (*run)(Request *rq, AccountRequest *r, Err *err);
} Deed;
static const Deed deeds[] = {{"change", change}, {"close", close_it}, {"reopen", reopen},
	{"reset", reset}, {"invite", invite}, {"hand-over", hand_over}, {"sessions", sessions_end}};

static bool
deed(Request *rq, Err *err)
{
	Account of;
	Err why = {0};
	Origin o = account_origin(rq);
	const Deed *what = NULL;
	if (!account_find_managed(rq, &of, err))
		return false;
	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
		if (str_eq(rq_param(rq, "what"), str_of(deeds[i].name)))
			what = &deeds[i];
	if (!what)
		return err_set(err, E_NOTFOUND, "there is no page '%.*s'", STR(rq->path));
	AccountRequest r = {.who = rq->who, .origin = &o, .account = of};
	if (!what->run(rq, &r, &why))
		return one_send(rq, &of, what->run == change ? &r.account : &of, &why, err);
	if (r.once[0] || r.link[0])
		return once_send(rq, &r, 1, err);
	return reply_redirect(
		rq, arena_fmt(rq->a, "/accounts/one/%lld?done=%s", (long long)of.id, what->name), err);
}
ROUTE(accounts_deed, "POST", "/accounts/one/{id}/{what}", deed, ROUTE_MEMBER);

/* ---- many, from a file ---- */

/* What was understood, to be sent back when it shall be taken in. */
static void
table_write(const AccountsImport *im, Buf *out)
{
	buf_add(out, S("login,name,agency,role,areas,datasets\n"));
	for (size_t i = 0; i < im->n; i++) {
		const Account *of = &im->made[i].account;
		const Str cell[] = {of->login, of->name, of->agency, role_name(of->role)};
		for (size_t c = 0; c < sizeof cell / sizeof *cell; c++) {
			csv_out_text(out, cell[c]);
			csv_out_sep(out);
		}
		for (size_t k = 0; k < of->n_areas; k++)
			buf_fmt(out, "%s%.*s", k ? " " : "", STR(of->area[k]));
		csv_out_sep(out);
		for (size_t k = 0; k < of->n_datasets; k++)
			buf_fmt(out, "%s%.*s", k ? " " : "", STR(of->dataset[k]));
		csv_out_end(out);
	}
}

static bool
file_page(Request *rq, const AccountsImport *im, const Err *why, Err *err)
{
	AUTO(Buf) table = {0};
	Fill *f = fill_new(rq->a);
	bool good = im->n > 0 && !im->problems && !why->code;
	if (good)
		table_write(im, &table);
	fill_text(f, "title", str_of(tr("Accounts from a file")));
	fill_text(f, "of", str_of(agency_label(rq->who->agency)));
	fill_text(f, "own_agency", rq->who->agency);
	fill_text(f, "table", arena_str(rq->a, buf_str(&table)));
	fill_text(f, "count", good ? data_number(rq, im->n) : (Str){0});
	problem_fill(rq, f, why);
	fill_list(f, "accounts");
	for (size_t i = 0; good && i < im->n; i++)
		account_words(rq, fill_item(f, "accounts"), &im->made[i].account);
	fill_list(f, "problems");
	for (size_t i = 0; i < im->n_problems; i++) {
		Fill *item = fill_item(f, "problems");
		fill_text(item, "number", data_number(rq, im->problem[i].row));
		fill_text(item, "column", im->problem[i].column);
		fill_text(item, "value", im->problem[i].value);
		fill_text(item, "text", im->problem[i].text);
	}
	return page_send_as(rq, form_status(why), "accounts_import", f, err);
}

static bool
import_page(Request *rq, Err *err)
{
	return manager_need(rq, err) && file_page(rq, &(AccountsImport){0}, &(Err){0}, err);
}
ROUTE(accounts_import, "GET", "/accounts/import", import_page, ROUTE_MEMBER);

/* The table of the step before, as a file: it is read as the first one was. */
static bool
table_keep(Request *rq, Str table, const char **path, Err *err)
{
	unsigned char lot[8];
	char hex[17];
	rq->w->env->random(rq->w->env->ctx, lot, sizeof lot);
	hex_encode(lot, sizeof lot, hex);
	*path = workspace_path(rq->w, rq->a, arena_fmt(rq->a, "upload.accounts.%s", hex).p);
	return file_write_atomic(*path, table, 0600, err);
}

static bool
import(Request *rq, Err *err)
{
	Err why = {0};
	Str table = rq_form(rq, "table");
	const Upload *file = rq_upload(rq, "file");
	Origin o = account_origin(rq);
	AccountsImport im = {.who = rq->who, .origin = &o, .dry_run = !table.n};
	const char *kept = NULL;
	if (!manager_need(rq, err))
		return false;
	if (!table.n && !file) {
		err_set(&why, E_INPUT, "choose a file first");
		return file_page(rq, &im, &why, err);
	}
	if (table.n && !table_keep(rq, table, &kept, err))
		return false;
	im.path = kept ? kept : file->path;
	bool ok = accounts_import(rq->w, rq->site->gate, &im, rq->a, &why);
	if (kept)
		(void)unlink(kept);
	return ok && !im.dry_run ? once_send(rq, im.made, im.n, err) : file_page(rq, &im, &why, err);
}
ROUTE(accounts_take, "POST", "/accounts/import", import, ROUTE_MEMBER);
