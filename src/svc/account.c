/* account: who may log in, as the tables have it: one, by number or login, and many by a filter. */
#include "svc/account_private.h"

/* ---- words ---- */

Str
login_fold(Str login, Arena *a)
{
	return utf8_fold(a, str_trim(login));
}

Str
words_join(const Str *word, size_t n, Arena *a)
{
	size_t room = 0;
	for (size_t i = 0; i < n; i++)
		room += word[i].n + 1;
	char *p = NEW(a, char, room + 1);
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		if (i)
			p[at++] = ' ';
		memcpy(p + at, word[i].p, word[i].n);
		at += word[i].n;
	}
	return (Str){p, at};
}

static bool
is_gap(char c)
{
	return c == ' ' || c == ',' || c == ';' || c == '\t' || c == '\n';
}

Str *
words_cut(Str text, Arena *a, size_t *n)
{
	Str *word = NEW(a, Str, text.n / 2 + 2);
	size_t all = 0;
	*n = 0;
	for (size_t i = 0; i < text.n;) {
		size_t from = i;
		while (i < text.n && !is_gap(text.p[i]))
			i++;
		if (i > from)
			word[all++] = str_slice(text, from, i);
		i++;
	}
	sort_str(word, all);
	for (size_t i = 0; i < all; i++)
		if (!i || !str_eq(word[i], word[i - 1]))
			word[(*n)++] = word[i];
	return word;
}

static void
member(JsonOut *j, Str key, const Str *word, size_t n)
{
	AUTO(Buf) all = {0};
	for (size_t i = 0; i < n; i++)
		buf_fmt(&all, "%s%.*s", i ? " " : "", STR(word[i]));
	jout_key(j, key);
	jout_str(j, buf_str(&all));
	j->b->failed |= all.failed;
}

void
rights_json(const Account *who, Buf *out)
{
	JsonOut j = jout_new(out);
	Str role = role_name(who->role), state = who->closed ? S("closed") : S("open");
	jout_obj(&j);
	member(&j, S("agency"), &who->agency, 1);
	member(&j, S("areas"), who->area, who->n_areas);
	member(&j, S("datasets"), who->dataset, who->n_datasets);
	member(&j, S("role"), &role, 1);
	member(&j, S("state"), &state, 1);
	jout_obj_end(&j);
}

/* ---- one ---- */

static bool
words_read(const LogSource *from, const char *name, Account *of, Arena *a, Err *err)
{
	enum { MOST = AREAS_MOST > DATASETS_MOST ? AREAS_MOST : DATASETS_MOST };
	Stmt *s;
	bool row, areas = strcmp(name, "account_areas") == 0;
	Str word[MOST];
	size_t n = 0;
	if (!svc_stmt(from->db, from->sql, name, &s, err))
		return false;
	db_set_int(s, "account", of->id);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		if (n == MOST) {
			db_reset(s);
			return err_set(err, E_DB, "account '%.*s' has more rights than it can", STR(of->login));
		}
		word[n++] = arena_str(a, db_text(s, 0));
	}
	Str *all = memcpy(NEW(a, Str, n + 1), word, n * sizeof *all);
	*(areas ? &of->area : &of->dataset) = all;
	*(areas ? &of->n_areas : &of->n_datasets) = n;
	return true;
}

static bool
row_take(Stmt *s, Arena *a, Account *out, Err *err)
{
	int64_t role = db_int(s, 5);
	*out = (Account){.id = db_int(s, 0),
		.login = arena_str(a, db_text(s, 1)),
		.name = arena_str(a, db_text(s, 2)),
		.agency = arena_str(a, db_text(s, 3)),
		.language = arena_str(a, db_text(s, 4)),
		.role = (Role)role,
		.closed = db_int(s, 6),
		.epoch = db_int(s, 7),
		.must_change = db_int(s, 8),
		.invited = db_int(s, 9),
		.has_totp = db_int(s, 10),
		.handle = arena_str(a, db_text(s, 11))};
	return (role >= 0 && role < ROLES) ||
		err_set(err, E_DB, "account '%.*s' has a role that there is not", STR(out->login));
}

static bool
one_read(const LogSource *from, Stmt *s, Arena *a, Account *out, bool *found, Err *err)
{
	if (!db_step(s, found, err))
		return false;
	if (!*found)
		return true;
	bool ok = row_take(s, a, out, err);
	db_reset(s);
	return ok && words_read(from, "account_areas", out, a, err) &&
		words_read(from, "account_datasets", out, a, err);
}

bool
account_read(const LogSource *from, int64_t id, Arena *a, Account *out, bool *found, Err *err)
{
	Stmt *s;
	if (!svc_stmt(from->db, from->sql, "account_get", &s, err))
		return false;
	db_set_int(s, "id", id);
	return one_read(from, s, a, out, found, err);
}

bool
account_read_login(const LogSource *from, Str login, Arena *a, Account *out, bool *found, Err *err)
{
	Stmt *s;
	if (!svc_stmt(from->db, from->sql, "account_of_login", &s, err))
		return false;
	db_set_text(s, "login", login);
	return one_read(from, s, a, out, found, err);
}

bool
account_get(Workspace *w, int64_t id, Arena *a, Account *out, Err *err)
{
	bool found;
	if (!account_read(&(LogSource){w->db, &w->sql}, id, a, out, &found, err))
		return false;
	return found || err_set(err, E_NOTFOUND, "there is no account %lld", (long long)id);
}

static bool
login_unknown(Workspace *w, Str login, Err *err)
{
	AUTO(Arena) a = {0};
	enum { MOST = 4096 };
	Stmt *s;
	bool row;
	size_t n = 0;
	if (!arena_open(&a, SIZE_MB, err) || !svc_stmt(w->db, &w->sql, "account_logins", &s, err))
		return false;
	Str *all = NEW(&a, Str, MOST);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		if (n < MOST)
			all[n++] = arena_str(&a, db_text(s, 0));
	}
	Str near = nearest(login, all, n);
	if (near.p)
		return err_set(err, E_NOTFOUND, "there is no account '%.*s'; did you mean '%.*s'?",
			STR(login), STR(near));
	return err_set(err, E_NOTFOUND, "there is no account '%.*s'", STR(login));
}

bool
account_find(Workspace *w, Str login, Arena *a, Account *out, Err *err)
{
	bool found;
	Str folded = login_fold(login, a);
	if (!account_read_login(&(LogSource){w->db, &w->sql}, folded, a, out, &found, err))
		return false;
	return found || login_unknown(w, folded, err);
}

/* ---- many ---- */

static bool
has_text(const Account *c, Str folded, Arena a)
{
	size_t at;
	return !folded.n || str_find(utf8_fold(&a, c->login), folded, &at) ||
		str_find(utf8_fold(&a, c->name), folded, &at);
}

/* Reads on behind `after`, at most a page of rows; *more: there may be others. */
static bool
page_read(Workspace *w, AccountList *l, Str *after, Arena *a, bool *more, Err *err)
{
	enum { PAGE = 256 };
	char end[20];
	Str lo = {0}, hi = {0}, folded = utf8_fold(a, l->text);
	Stmt *s;
	bool row = true;
	size_t read = 0, first = l->n;
	if (l->area.n)
		area_range(l->area, end, &lo, &hi);
	if (!svc_stmt(w->db, &w->sql, "accounts_from", &s, err))
		return false;
	db_set_text(s, "after", after->p ? *after : S(""));
	db_set_text(s, "agency", l->agency.p ? l->agency : S(""));
	db_set_text(s, "area", l->area.p ? l->area : S(""));
	db_set_text(s, "hi", hi.p ? hi : S(""));
	for (; read < PAGE && l->n <= l->max; read++) {
		Account c;
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		if (!row_take(s, a, &c, err)) {
			db_reset(s);
			return false;
		}
		*after = c.login;
		if (has_text(&c, folded, *a))
			l->account[l->n++] = c;
	}
	if (row)
		db_reset(s);
	*more = row;
	/* Rights come from other tables: asked once the rows are taken. */
	size_t kept = first;
	for (size_t i = first; i < l->n; i++) {
		LogSource from = {w->db, &w->sql};
		Account *c = &l->account[i];
		Err ignored;
		if (!words_read(&from, "account_areas", c, a, err) ||
			!words_read(&from, "account_datasets", c, a, err))
			return false;
		if (!l->who || l->who->id == c->id || account_may_manage(l->who, c, &ignored))
			l->account[kept++] = *c;
	}
	l->n = kept;
	return true;
}

bool
accounts_list(Workspace *w, AccountList *l, Arena *a, Err *err)
{
	bool more = true;
	Str after = l->after;
	l->n = 0;
	l->account = NEW(a, Account, l->max + 1);
	if (l->who && !account_may(l->who, VERB_ACCOUNTS, NULL, (Str){0}, err))
		return false;
	while (more && l->n <= l->max)
		if (!page_read(w, l, &after, a, &more, err))
			return false;
	l->more = l->n > l->max;
	l->n = l->more ? l->max : l->n;
	return true;
}
