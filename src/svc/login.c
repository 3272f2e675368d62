/* login: passwords and codes against what is kept of them. Who does not exist takes as long as who exists; who fails often waits. */
#include "svc/account_private.h"

#include <sodium.h>

enum {
	LOGIN_MOST = 100,
	WAIT_FIRST_MS = 60000,
	WAIT_MOST_MS = 30 * 60000,
	FORGIVEN_MS = 60 * 60000
};

/* ---- waiting after failures ---- */

/* A whole network of the new kind is one house. */
static Str
address_house(Str address)
{
	size_t colons = 0;
	for (size_t i = 0; i < address.n; i++)
		if (address.p[i] == ':' && ++colons == 4)
			return str_slice(address, 0, i);
	return address;
}

typedef struct Subject { /* what failures are counted for */
	char of[MATCH_HEX];
	int free;
} Subject;

static size_t
subjects(const WriteTx *tx, const AccountWork *w, Subject out[2])
{
	size_t n = 0;
	if (w->account.login.n) {
		out[n].free = LOGIN_FREE;
		keyed_hash(tx->sealer, S("login"), w->account.login, out[n++].of);
	}
	if (w->extra.n) {
		out[n].free = ADDRESS_FREE;
		keyed_hash(tx->sealer, S("address"), address_house(w->extra), out[n++].of);
	}
	return n;
}

typedef struct Attempt {
	int64_t failures, last, until;
} Attempt;

static bool
attempt_get(WriteTx *tx, const Subject *of, Attempt *out, Err *err)
{
	Stmt *s;
	bool row;
	*out = (Attempt){0};
	if (!svc_stmt(tx->db, &tx->w->sql, "attempt_get", &s, err))
		return false;
	db_set_text(s, "subject", str_of(of->of));
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return true;
	*out = (Attempt){db_int(s, 0), db_int(s, 1), db_int(s, 2)};
	db_reset(s);
	return true;
}

static bool
attempt_put(WriteTx *tx, const Subject *of, const Attempt *at, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "attempt_put", &s, err))
		return false;
	db_set_text(s, "subject", str_of(of->of));
	db_set_int(s, "failures", at->failures);
	db_set_int(s, "last", at->last);
	db_set_int(s, "until", at->until);
	return db_run(s, err);
}

static int64_t
wait_after(int64_t failures, int free)
{
	int64_t wait = WAIT_FIRST_MS;
	if (failures < free)
		return 0;
	for (int64_t i = free; i < failures && wait < WAIT_MOST_MS; i++)
		wait *= 2;
	return wait < WAIT_MOST_MS ? wait : WAIT_MOST_MS;
}

static bool
wait_say(int64_t ms, bool address, Err *err)
{
	int64_t minutes = (ms + 59999) / 60000;
	if (minutes == 1)
		err_set(err, E_BUSY, "too many attempts failed: try again in 1 minute");
	else
		err_set(
			err, E_BUSY, "too many attempts failed: try again in %lld minutes", (long long)minutes);
	return address
		? err_hint(err, "the attempts came from this address; nobody is locked out for longer")
		: err_hint(err, "who has forgotten the password asks a manager of accounts for a new one");
}

/* w: account.login, extra: the address, at: now. */
static bool
work_attempt(WriteTx *tx, AccountWork *w, Err *err)
{
	Subject of[2];
	Attempt at[2];
	size_t n = subjects(tx, w, of);
	for (size_t i = 0; i < n; i++) {
		if (!attempt_get(tx, &of[i], &at[i], err))
			return false;
		if (w->at < at[i].until)
			return wait_say(at[i].until - w->at, of[i].free == ADDRESS_FREE, err);
	}
	for (size_t i = 0; i < n; i++) {
		if (w->at - at[i].last > FORGIVEN_MS && w->at > at[i].until)
			at[i].failures = 0;
		at[i].failures++;
		at[i].last = w->at;
		at[i].until = w->at + wait_after(at[i].failures, of[i].free);
		if (!attempt_put(tx, &of[i], &at[i], err))
			return false;
	}
	return true;
}

/* It was none: taken back. flag: the person is in, so the failures before count no more for the login; those of an address that others
 * use too do. */
static bool
work_attempt_good(WriteTx *tx, AccountWork *w, Err *err)
{
	Subject of[2];
	size_t n = subjects(tx, w, of);
	for (size_t i = 0; i < n; i++) {
		Stmt *s;
		bool clear = w->flag && of[i].free == LOGIN_FREE;
		if (!svc_stmt(tx->db, &tx->w->sql, clear ? "attempt_clear" : "attempt_forgive", &s, err))
			return false;
		db_set_text(s, "subject", str_of(of[i].of));
		db_set_int_if(s, "until", 0);
		if (!db_run(s, err))
			return false;
	}
	return true;
}

bool
attempt_begin(Gate *g, Str login, Str address, Err *err)
{
	AccountWork w = {.what = S("attempt"),
		.account = {.login = login},
		.extra = address,
		.at = clock_real(g->w)};
	return account_work(g, &w, err);
}

/* ---- sessions begin and end ---- */

/* w: account.id, token: of the new one, extra: device, at: now, flag: a code is awaited. */
static bool
work_session_add(WriteTx *tx, AccountWork *w, Err *err)
{
	Stmt *s;
	bool row;
	Account of;
	if (!account_need(tx, w->account.id, &of, err))
		return false;
	if (of.closed)
		return err_set(err, E_DENIED, "the account '%.*s' is closed", STR(of.login));
	if (!svc_stmt(tx->db, &tx->w->sql, "session_last", &s, err) || !db_step(s, &row, err))
		return false;
	w->id = (row ? db_int(s, 0) : 0) + 1;
	db_reset(s);
	if (!svc_stmt(tx->db, &tx->w->sql, "session_insert", &s, err))
		return false;
	db_set_int(s, "id", w->id);
	db_set_text(s, "token", w->fresh);
	db_set_int(s, "account", of.id);
	db_set_int(s, "made", w->at);
	db_set_text(s, "device", w->extra.p ? w->extra : S(""));
	db_set_int(s, "pending", w->flag);
	return db_run(s, err);
}

static bool
work_session_delete(WriteTx *tx, AccountWork *w, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "session_delete", &s, err))
		return false;
	db_set_text(s, "token", w->token);
	return db_run(s, err);
}

/* A code counts once, also when it comes twice at the same time. w: account.id; at: the step of the code, or hash: of a recovery code. */
static bool
work_code(WriteTx *tx, AccountWork *w, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, w->at ? "totp_step" : "recovery_take", &s, err))
		return false;
	db_set_int_if(s, "id", w->account.id);
	db_set_int_if(s, "account", w->account.id);
	db_set_int_if(s, "step", w->at);
	db_set_text_if(s, "code", w->hash);
	if (!db_run(s, err))
		return false;
	return db_changes(tx->db) == 1 ||
		err_set(
			err, E_DENIED, "that code is not good, or it was used already: wait for the next one");
}

/* ---- passwords and the second factor change ---- */

/* w: account.id, hash: of the new one, session: that stays. */
static bool
work_password(WriteTx *tx, AccountWork *w, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "account_password", &s, err))
		return false;
	db_set_int(s, "id", w->account.id);
	db_set_text(s, "password", w->hash);
	db_set_int(s, "must_change", 0);
	return db_run(s, err) && account_doors(tx, w->account.id, w->session, err);
}

static bool
work_password_again(WriteTx *tx, AccountWork *w, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "account_password_again", &s, err))
		return false;
	db_set_int(s, "id", w->account.id);
	db_set_text(s, "password", w->hash);
	db_set_text(s, "before", w->extra);
	return db_run(s, err);
}

static bool
work_invited(WriteTx *tx, AccountWork *w, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(tx->db, &tx->w->sql, "invitation_get", &s, err))
		return false;
	db_set_text(s, "token", w->token);
	if (!db_step(s, &row, err))
		return false;
	bool good = row && db_int(s, 0) == w->account.id && db_int(s, 1) > w->at;
	if (row)
		db_reset(s);
	return good ? work_password(tx, w, err)
				: err_set(err, E_NOTFOUND, "this link is not good any more: ask for another one");
}

static bool
work_totp_next(WriteTx *tx, AccountWork *w, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "totp_next", &s, err))
		return false;
	db_set_int(s, "id", w->account.id);
	db_set_text(s, "totp", w->extra);
	return db_run(s, err);
}

/* w: hash: the sealed secret, or none; at: the step of the code that confirmed it; extra: hashes of recovery codes. */
static bool
work_totp_set(WriteTx *tx, AccountWork *w, Err *err)
{
	Stmt *s;
	size_t n;
	Str *code = words_cut(w->extra, &tx->tmp, &n);
	if (!account_do(tx, "recovery_clear", w->account.id, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "totp_set", &s, err))
		return false;
	db_set_int(s, "id", w->account.id);
	db_set_text(s, "totp", w->hash.p ? w->hash : S(""));
	db_set_int(s, "step", w->at);
	if (!db_run(s, err) || !svc_stmt(tx->db, &tx->w->sql, "recovery_insert", &s, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		db_set_int(s, "account", w->account.id);
		db_set_text(s, "code", code[i]);
		if (!db_run(s, err))
			return false;
	}
	return account_doors(tx, w->account.id, w->session, err);
}

const AccountDo login_works[] = {{{"attempt", 7}, work_attempt},
	{{"attempt_good", 12}, work_attempt_good}, {{"session_add", 11}, work_session_add},
	{{"session_delete", 14}, work_session_delete}, {{"code", 4}, work_code},
	{{"password", 8}, work_password}, {{"password_again", 14}, work_password_again},
	{{"invited", 7}, work_invited}, {{"totp_next", 9}, work_totp_next},
	{{"totp_set", 8}, work_totp_set}, {{0}, NULL}};

/* ---- log in ---- */

static bool
secret_read(Gate *g, int64_t id, Str login, Arena *a, AccountSecret *out, Err *err)
{
	AUTO(DbP) db = NULL;
	return workspace_reader(g->w, &db, err) &&
		account_secret(&(LogSource){db, &g->w->sql}, id, login, a, out, err);
}

static Str
device_shown(Str device, Arena *a)
{
	enum { MOST = 80 };
	size_t at;
	Str cut = str_slice(device, 0, MOST);
	return utf8_check(cut, &at) ? cut : arena_str(a, str_slice(cut, 0, at));
}

/* A password that was hashed at another cost is hashed anew, now that it is known. */
static void
hash_again(Gate *g, const AccountSecret *secret, Str password)
{
	char hash[PASSWORD_HASH];
	Err ignored = {0};
	if (!password_is_old(g->w->env, secret->password) ||
		!password_hash(g->w->env, password, hash, &ignored))
		return;
	AccountWork w = {.what = S("password_again"),
		.account = {.id = secret->id},
		.hash = str_of(hash),
		.extra = secret->password};
	if (!account_work(g, &w, &ignored))
		ignored.code = E_OK; /* the next log-in does it */
}

/* The session that follows; done: together with it, or NULL. */
static bool
session_begin(Gate *g, LoginRequest *r, const AccountSecret *who, AccountWork *done, Err *err)
{
	AUTO(Arena) a = {0};
	char hash[65];
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	token_make(g->w->env, r->fresh, hash);
	AccountWork good = {.what = S("attempt_good"),
		.account = {.login = who->login},
		.extra = r->address,
		.flag = !r->needs_code,
		.next = done};
	AccountWork add = {.what = S("session_add"),
		.account = {.id = who->id},
		.fresh = str_of(hash),
		.extra = device_shown(r->device, &a),
		.at = clock_real(g->w),
		.flag = r->needs_code,
		.next = &good};
	return account_work(g, &add, err);
}

static bool
login_password(Gate *g, LoginRequest *r, Arena *a, Err *err)
{
	AccountSecret who;
	bool yes;
	Str login = login_fold(str_slice(r->login, 0, LOGIN_MOST), a);
	if (!attempt_begin(g, login, r->address, err) || !secret_read(g, 0, login, a, &who, err) ||
		!password_is(g->w->env, who.closed ? (Str){0} : who.password, r->password, &yes, err))
		return false;
	if (!yes)
		return err_set(err, E_DENIED, "login or password is not right");
	hash_again(g, &who, r->password);
	r->needs_code = who.totp.n > 0;
	return session_begin(g, r, &who, NULL, err);
}

static bool
pending_find(Gate *g, const char hash[65], int64_t *account, Str *device, Arena *a, Err *err)
{
	AUTO(DbP) db = NULL;
	Stmt *s;
	bool row;
	*account = 0;
	if (!workspace_reader(g->w, &db, err) || !svc_stmt(db, &g->w->sql, "session_get", &s, err))
		return false;
	db_set_text(s, "token", str_of(hash));
	if (!db_step(s, &row, err))
		return false;
	if (row && db_int(s, 4) && clock_real(g->w) - db_int(s, 2) <= CODE_MINUTES * 60000) {
		*account = db_int(s, 1);
		*device = arena_str(a, db_text(s, 5));
	}
	db_reset(s);
	return *account || err_set(err, E_DENIED, "the code came too late: log in again");
}

static bool
login_code(Gate *g, LoginRequest *r, Arena *a, Err *err)
{
	char hash[65] = "", recovery[MATCH_HEX];
	AccountSecret who;
	int64_t account, step;
	if (!token_hash(r->token, hash))
		return err_set(err, E_DENIED, "the code came too late: log in again");
	if (!pending_find(g, hash, &account, &r->device, a, err) ||
		!secret_read(g, account, (Str){0}, a, &who, err) ||
		!attempt_begin(g, who.login, r->address, err) ||
		!totp_check(g->w, &who, who.totp, r->code, &step, err) ||
		!recovery_hash(g->w, r->code, recovery, err))
		return false;
	if (!step && !recovery[0])
		return err_set(err, E_DENIED,
			"that is not the code of this moment: type the newest one, each counts once");
	AccountWork end = {.what = S("session_delete"), .token = str_of(hash)};
	AccountWork code = {.what = S("code"),
		.account = {.id = account},
		.at = step,
		.hash = str_of(recovery),
		.next = &end};
	return session_begin(g, r, &who, &code, err);
}

bool
gate_login(Gate *g, LoginRequest *r, Err *err)
{
	AUTO(Arena) a = {0};
	r->needs_code = false;
	r->fresh[0] = '\0';
	bool ok = arena_open(&a, SIZE_MB, err) &&
		(r->token.n ? login_code(g, r, &a, err) : login_password(g, r, &a, err));
	if (!ok)
		r->fresh[0] = '\0';
	if (r->token.n)
		r->device = (Str){0}; /* it stood in the arena */
	return ok;
}

bool
gate_logout(Gate *g, Str token, Err *err)
{
	char hash[65];
	AccountWork w = {.what = S("session_delete"), .token = {hash, 64}};
	return !token_hash(token, hash) || account_work(g, &w, err);
}

/* ---- one's own password ---- */

/* Whether it is the password until now; failures make wait, as at log-in. */
static bool
before_check(Gate *g, const PasswordRequest *r, Arena *a, AccountSecret *who, Err *err)
{
	bool yes;
	if (!secret_read(g, r->account, (Str){0}, a, who, err))
		return false;
	if (!who->id)
		return err_set(err, E_NOTFOUND, "there is no account %lld", (long long)r->account);
	if (!attempt_begin(g, who->login, r->address, err) ||
		!password_is(g->w->env, who->password, r->before, &yes, err))
		return false;
	return yes || err_set(err, E_DENIED, "that is not your password until now");
}

static AccountWork
before_good(const PasswordRequest *r, const AccountSecret *who, AccountWork *next)
{
	return (AccountWork){.what = S("attempt_good"),
		.account = {.login = who->login},
		.extra = r->address,
		.flag = true,
		.next = next};
}

bool
gate_password(Gate *g, const PasswordRequest *r, Err *err)
{
	AUTO(Arena) a = {0};
	char hash[PASSWORD_HASH];
	AccountSecret who;
	if (!arena_open(&a, SIZE_MB, err) || !before_check(g, r, &a, &who, err))
		return false;
	AccountWork set = {.what = S("password"), .account = {.id = who.id}, .session = r->session};
	AccountWork good = before_good(r, &who, NULL);
	if (!password_check(r->password, who.login, err) || str_eq(r->password, r->before)) {
		Err ignored = {0};
		bool same = str_eq(r->password, r->before);
		if (!account_work(g, &good, &ignored))
			ignored.code = E_OK; /* one failure too many is counted, for a while */
		return same &&
			err_set(err, E_INPUT, "the new password is the one until now: take another one");
	}
	if (!password_hash(g->w->env, r->password, hash, err))
		return false;
	set.hash = str_of(hash);
	good.next = &set;
	return account_work(g, &good, err);
}

bool
gate_totp_end(Gate *g, const PasswordRequest *r, Err *err)
{
	AUTO(Arena) a = {0};
	AccountSecret who;
	if (!arena_open(&a, SIZE_MB, err) || !before_check(g, r, &a, &who, err))
		return false;
	AccountWork set = {.what = S("totp_set"), .account = {.id = who.id}, .session = r->session};
	AccountWork good = before_good(r, &who, &set);
	return account_work(g, &good, err);
}

/* ---- invitations ---- */

bool
invitation_find(Workspace *w, Str link, Arena *a, Account *out, Err *err)
{
	char hash[65] = "";
	Stmt *s;
	bool row = false, good = false;
	int64_t account = 0;
	if (token_hash(link, hash)) {
		if (!svc_stmt(w->db, &w->sql, "invitation_get", &s, err))
			return false;
		db_set_text(s, "token", str_of(hash));
		if (!db_step(s, &row, err))
			return false;
	}
	if (row) {
		account = db_int(s, 0);
		good = db_int(s, 1) > clock_real(w);
		db_reset(s);
	}
	if (good && !account_read(&(LogSource){w->db, &w->sql}, account, a, out, &good, err))
		return false;
	return (good && !out->closed) ||
		err_set(err, E_NOTFOUND, "this link is not good any more: ask for another one");
}

bool
gate_invitation_take(Gate *g, Str link, Str password, Err *err)
{
	AUTO(Arena) a = {0};
	char token[65], hash[PASSWORD_HASH];
	Account of;
	Workspace w = *g->w;
	w.db = NULL;
	if (!arena_open(&a, SIZE_MB, err) || !workspace_reader(g->w, &w.db, err))
		return false;
	bool ok = invitation_find(&w, link, &a, &of, err);
	db_close(w.db);
	if (!ok || !password_check(password, of.login, err) ||
		!password_hash(g->w->env, password, hash, err) || !token_hash(link, token))
		return false;
	AccountWork take = {.what = S("invited"),
		.account = {.id = of.id},
		.token = str_of(token),
		.hash = str_of(hash),
		.at = clock_real(g->w)};
	return account_work(g, &take, err);
}
