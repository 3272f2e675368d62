/* account_gate: changes of accounts on their way to the writer: here, or over the local socket to the process that holds the lease. */
#include "svc/account_private.h"
#include "svc/socket_private.h"

/* ---- over the socket: passwords and tokens only as their hashes ---- */

typedef struct Texts { /* the texts of a work, by their names on the way */
	const char *name;
	Str *at;
} Texts;
enum { TEXTS = 10, NUMBERS = 8 };

static void
texts_of(AccountWork *w, Texts out[TEXTS])
{
	const Texts all[TEXTS] = {{"what", &w->what}, {"login", &w->account.login},
		{"name", &w->account.name}, {"agency", &w->account.agency},
		{"language", &w->account.language}, {"hash", &w->hash}, {"token", &w->token},
		{"fresh", &w->fresh}, {"extra", &w->extra}, {NULL, NULL}};
	memcpy(out, all, sizeof all);
}

typedef struct Numbers {
	const char *name;
	int64_t *at;
} Numbers;

static void
numbers_of(AccountWork *w, Numbers out[NUMBERS])
{
	const Numbers all[NUMBERS] = {{"by", &w->by}, {"id", &w->account.id},
		{"epoch", &w->account.epoch}, {"session", &w->session}, {"to", &w->to}, {"at", &w->at},
		{NULL, NULL}};
	memcpy(out, all, sizeof all);
}

static void
work_put(JsonOut *j, AccountWork *w, Arena a)
{
	Texts text[TEXTS];
	Numbers number[NUMBERS];
	texts_of(w, text);
	numbers_of(w, number);
	jout_obj(j);
	for (Texts *t = text; t->name; t++)
		jout_member(j, str_of(t->name), *t->at);
	for (Numbers *n = number; n->name; n++)
		jout_number(j, str_of(n->name), *n->at);
	jout_number(j, S("role"), w->account.role);
	jout_number(j, S("flag"), w->flag);
	jout_member(j, S("areas"), words_join(w->account.area, w->account.n_areas, &a));
	jout_member(j, S("datasets"), words_join(w->account.dataset, w->account.n_datasets, &a));
	jout_obj_end(j);
}

void
account_works_put(JsonOut *j, AccountWork *first)
{
	AUTO(Arena) a = {0};
	Err ignored;
	jout_key(j, S("works"));
	jout_arr(j);
	if (arena_open(&a, SIZE_MB, &ignored))
		for (AccountWork *w = first; w; w = w->next)
			work_put(j, w, a);
	else
		j->b->failed = true;
	jout_arr_end(j);
}

static bool
work_get(const json_t *q, AccountWork *w, Arena *a, Err *err)
{
	Texts text[TEXTS];
	Numbers number[NUMBERS];
	texts_of(w, text);
	numbers_of(w, number);
	for (Texts *t = text; t->name; t++)
		*t->at = socket_text(q, t->name);
	for (Numbers *n = number; n->name; n++)
		*n->at = socket_int(q, n->name);
	int64_t role = socket_int(q, "role");
	w->flag = socket_int(q, "flag");
	w->account.area = words_cut(socket_text(q, "areas"), a, &w->account.n_areas);
	w->account.dataset = words_cut(socket_text(q, "datasets"), a, &w->account.n_datasets);
	w->account.role = (Role)role;
	return (role >= 0 && role < ROLES) || err_set(err, E_INPUT, "there is no such role");
}

bool
account_serve(Gate *g, const json_t *q, const Origin *origin, Buf *out, Err *err)
{
	AUTO(Arena) a = {0};
	const json_t *works = json_object_get(q, "works");
	size_t n = json_array_size(works);
	if (!n || !arena_open(&a, 8 * SIZE_MB, err))
		return n || err_set(err, E_INPUT, "there is nothing to do");
	AccountWork *w = NEW(&a, AccountWork, n);
	for (size_t i = 0; i < n; i++) {
		w[i].origin = origin;
		w[i].next = i + 1 < n ? &w[i + 1] : NULL;
		if (!work_get(json_array_get(works, i), &w[i], &a, err))
			return false;
	}
	if (!account_work(g, w, err))
		return false;
	buf_add(out, S("{\"ok\":true,\"works\":["));
	for (size_t i = 0; i < n; i++)
		buf_fmt(out, "%s[%lld,%lld]", i ? "," : "", (long long)w[i].id, (long long)w[i].event);
	buf_add(out, S("]}"));
	return true;
}

bool
account_work(Gate *g, AccountWork *w, Err *err)
{
	static const Origin nobody = {.source = {"web", 3}};
	for (AccountWork *one = w; one; one = one->next)
		one->origin = one->origin ? one->origin : &nobody;
	bool ok = g->writer ? gate_write(g, account_run, w, false, err) : socket_account(g, w, err);
	if (ok)
		sessions_anew(g->w);
	return ok;
}

/* ---- one-time passwords and links ---- */

/* Sixty bits, in letters that look different. */
static void
once_make(const Env *env, char out[ONE_TIME])
{
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
	enum { LETTERS = 12 };
	unsigned char raw[LETTERS];
	size_t n = 0;
	env->random(env->ctx, raw, sizeof raw);
	for (size_t i = 0; i < LETTERS; i++) {
		if (i && i % 4 == 0)
			out[n++] = '-';
		out[n++] = letters[raw[i] & 31];
	}
	out[n] = '\0';
}

typedef struct WayIn { /* room for what the work points to */
	char password[PASSWORD_HASH], token[65];
} WayIn;

static bool
way_make(Gate *g, AccountRequest *r, AccountWork *w, WayIn *room, Err *err)
{
	const Env *env = g->w->env;
	Str password = r->password;
	r->once[0] = r->link[0] = '\0';
	if (r->invite) {
		token_make(env, r->link, room->token);
		w->token = str_of(room->token);
		w->at = clock_real(g->w) + LINK_HOURS * INT64_C(3600000);
		return true;
	}
	w->flag = password.n;
	if (!password.n) {
		once_make(env, r->once);
		password = str_of(r->once);
	}
	if (!password_hash(env, password, room->password, err))
		return false;
	w->hash = str_of(room->password);
	return true;
}

static AccountWork
work_of(const AccountRequest *r, Str what)
{
	return (AccountWork){.what = what,
		.origin = r->origin,
		.by = r->who ? r->who->id : 0,
		.account = r->account,
		.to = r->to,
		.session = r->session};
}

static bool
request_run(Gate *g, AccountRequest *r, AccountWork *w, Err *err)
{
	bool ok = account_work(g, w, err);
	r->event = ok ? w->event : 0;
	if (!ok)
		r->once[0] = r->link[0] = '\0';
	return ok;
}

bool
account_add_work(Gate *g, AccountRequest *r, AccountWork *w, char room[PASSWORD_HASH], Err *err)
{
	WayIn way;
	*w = work_of(r, S("add"));
	if (!way_make(g, r, w, &way, err))
		return false;
	memcpy(room, way.password, PASSWORD_HASH);
	w->hash = str_of(room);
	return true;
}

bool
gate_account_add(Gate *g, AccountRequest *r, Err *err)
{
	AUTO(Arena) a = {0};
	WayIn way;
	if (r->who && r->password.n)
		return err_set(
			err, E_DENIED, "a password that lasts is given by whoever holds the keys alone");
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	AccountWork w = work_of(r, S("add"));
	w.account.login = login_fold(r->account.login, &a);
	if (!login_check(w.account.login, err) || !way_make(g, r, &w, &way, err) ||
		!request_run(g, r, &w, err))
		return false;
	r->account.id = w.id;
	return true;
}

bool
gate_account_change(Gate *g, AccountRequest *r, Err *err)
{
	AccountWork w = work_of(r, S("change"));
	return request_run(g, r, &w, err);
}

bool
gate_account_close(Gate *g, AccountRequest *r, Err *err)
{
	AccountWork w = work_of(r, S("close"));
	return request_run(g, r, &w, err);
}

static bool
opened(Gate *g, AccountRequest *r, Str what, Err *err)
{
	WayIn way;
	AccountWork w = work_of(r, what);
	return way_make(g, r, &w, &way, err) && request_run(g, r, &w, err);
}

bool
gate_account_reopen(Gate *g, AccountRequest *r, Err *err)
{
	return opened(g, r, S("reopen"), err);
}

bool
gate_reset(Gate *g, AccountRequest *r, Err *err)
{
	r->invite = false;
	return opened(g, r, S("reset"), err);
}

bool
gate_invite(Gate *g, AccountRequest *r, Err *err)
{
	r->invite = true;
	return opened(g, r, S("reset"), err);
}

bool
gate_hand_over(Gate *g, AccountRequest *r, Err *err)
{
	AccountWork w = work_of(r, S("hand_over"));
	return request_run(g, r, &w, err);
}

bool
gate_session_end(Gate *g, AccountRequest *r, Err *err)
{
	AccountWork w = work_of(r, S("session_end"));
	return request_run(g, r, &w, err);
}

bool
gate_language(Gate *g, int64_t account, Str language, Err *err)
{
	AccountWork w = {.what = S("language"), .account = {.id = account, .language = language}};
	if (!str_eq(language, S("id")) && !str_eq(language, S("en")))
		return err_set(err, E_INPUT, "unknown language '%.*s': one of id, en", STR(language));
	return account_work(g, &w, err);
}
