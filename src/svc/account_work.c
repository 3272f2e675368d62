/* account_work: changes of accounts and their rights, as the writer makes them: checked again at that moment, logged, and all or nothing. */
#include "svc/account_private.h"

/* ---- small statements ---- */

bool
account_do(WriteTx *tx, const char *statement, int64_t id, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, statement, &s, err))
		return false;
	db_set_int_if(s, "id", id);
	db_set_int_if(s, "account", id);
	return db_run(s, err);
}

bool
account_doors(WriteTx *tx, int64_t id, int64_t but, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "sessions_end", &s, err))
		return false;
	db_set_int(s, "account", id);
	db_set_int(s, "but", but);
	return db_run(s, err) && account_do(tx, "invitations_clear", id, err);
}

static bool
last_of(WriteTx *tx, const char *statement, int64_t *id, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(tx->db, &tx->w->sql, statement, &s, err) || !db_step(s, &row, err))
		return false;
	*id = row ? db_int(s, 0) : 0;
	db_reset(s);
	return true;
}

bool
account_need(WriteTx *tx, int64_t id, Account *out, Err *err)
{
	bool found;
	if (!account_read(&(LogSource){tx->db, &tx->w->sql}, id, &tx->tmp, out, &found, err))
		return false;
	return found || err_set(err, E_NOTFOUND, "there is no account %lld", (long long)id);
}

/* ---- who asks ---- */

typedef struct Asking {
	bool keys; /* whoever holds the keys may all of it */
	Account by;
} Asking;

static bool
asking_find(WriteTx *tx, const AccountWork *w, Asking *out, Err *err)
{
	out->keys = !w->by;
	return out->keys || account_need(tx, w->by, &out->by, err);
}

static bool
may_manage(WriteTx *tx, const AccountWork *w, const Account *whom, Err *err)
{
	Asking ask;
	return asking_find(tx, w, &ask, err) && (ask.keys || account_may_manage(&ask.by, whom, err));
}

static bool
may_grant(WriteTx *tx, const AccountWork *w, const Account *rights, Err *err)
{
	Asking ask;
	return asking_find(tx, w, &ask, err) && (ask.keys || account_may_grant(&ask.by, rights, err));
}

/* ---- facts ---- */

bool
login_check(Str login, Err *err)
{
	enum { LEAST = 3, MOST = 40 };
	bool ok = login.n >= LEAST && login.n <= MOST && login.p[0] >= 'a' && login.p[0] <= 'z';
	for (size_t i = 0; ok && i < login.n; i++) {
		char c = login.p[i];
		ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
	}
	return ok ||
		err_set(err, E_INPUT,
			"'%.*s' is no login: %d to %d of a-z, 0-9, '.', '_' and '-', a letter first",
			STR(str_slice(login, 0, 80)), LEAST, MOST);
}

bool
account_name_check(Str name, Err *err)
{
	enum { MOST = 100 };
	size_t at;
	bool ok = utf8_check(name, &at) && str_trim(name).n && utf8_length(name) <= MOST;
	for (size_t i = 0; ok && i < name.n; i++)
		ok = (unsigned char)name.p[i] >= ' ';
	return ok || err_set(err, E_INPUT, "a name of 1 to %d characters in one line is needed", MOST);
}

static bool
area_there(WriteTx *tx, Str code, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(tx->db, &tx->w->sql, "area_get", &s, err))
		return false;
	db_set_text(s, "code", code);
	if (!db_step(s, &row, err))
		return false;
	if (row)
		db_reset(s);
	return row ||
		err_set(err, E_INPUT,
			"'%.*s' is no area of this workspace: give codes, from '%.*s' down to villages",
			STR(code), STR(tx->w->area));
}

static bool
concerns(const Account *of, const Dataset *d)
{
	Account open = *of;
	open.must_change = open.invited = open.closed = false;
	bool shows = str_eq(d->owner, of->agency) || account_for_other(of, d);
	for (size_t i = 0; i < d->n_fields && !shows; i++)
		shows = account_shows(of, &d->field[i]);
	return shows;
}

static bool
datasets_there(WriteTx *tx, const Account *of, Err *err)
{
	for (size_t i = 0; i < of->n_datasets; i++) {
		const Dataset *d = catalog_dataset(&tx->w->cat, of->dataset[i]);
		if (!d)
			return err_set(err, E_INPUT, "there is no dataset '%.*s'", STR(of->dataset[i]));
		if (!concerns(of, d))
			return err_set(err, E_INPUT,
				"'%.*s' is kept by %s: it cannot be among the datasets of an account of %s",
				STR(d->name), agency_label(d->owner), agency_label(of->agency));
	}
	return true;
}

/* An area inside another one of them says nothing. */
static void
areas_shorten(Account *of)
{
	size_t n = 0;
	for (size_t i = 0; i < of->n_areas; i++) {
		Str last = n ? of->area[n - 1] : (Str){0};
		bool held = n && (str_eq(last, S("0")) || str_starts(of->area[i], last));
		if (!held)
			of->area[n++] = of->area[i];
	}
	of->n_areas = n;
}

bool
account_areas(WriteTx *tx, Account *of, Err *err)
{
	/* Sorted, each once: so the log says the same of the same rights. */
	of->area = words_cut(words_join(of->area, of->n_areas, &tx->tmp), &tx->tmp, &of->n_areas);
	areas_shorten(of);
	if (!of->n_areas)
		return err_set(err, E_INPUT, "account '%.*s' needs an area at least", STR(of->login));
	if (of->n_areas > AREAS_MOST)
		return err_set(
			err, E_LIMIT, "account '%.*s': at most %d areas", STR(of->login), AREAS_MOST);
	for (size_t i = 0; i < of->n_areas; i++)
		if (!area_there(tx, of->area[i], err))
			return false;
	return true;
}

bool
account_datasets(WriteTx *tx, Account *of, Err *err)
{
	of->dataset =
		words_cut(words_join(of->dataset, of->n_datasets, &tx->tmp), &tx->tmp, &of->n_datasets);
	if (of->n_datasets > DATASETS_MOST)
		return err_set(
			err, E_LIMIT, "account '%.*s': at most %d datasets", STR(of->login), DATASETS_MOST);
	return datasets_there(tx, of, err);
}

bool
account_facts(WriteTx *tx, Account *of, Err *err)
{
	return agency_check(of->agency, err) && login_check(of->login, err) &&
		account_name_check(of->name, err) && account_areas(tx, of, err) &&
		account_datasets(tx, of, err);
}

/* ---- rights, in the tables and in the log ---- */

static bool
words_store(WriteTx *tx, const Account *of, bool areas, Err *err)
{
	Stmt *s;
	const char *clear = areas ? "account_area_clear" : "account_dataset_clear";
	const char *insert = areas ? "account_area_insert" : "account_dataset_insert";
	if (!account_do(tx, clear, of->id, err) || !svc_stmt(tx->db, &tx->w->sql, insert, &s, err))
		return false;
	for (size_t i = 0; i < (areas ? of->n_areas : of->n_datasets); i++) {
		db_set_int(s, "account", of->id);
		db_set_text(s, areas ? "area" : "dataset", areas ? of->area[i] : of->dataset[i]);
		if (!db_run(s, err))
			return false;
	}
	return true;
}

/* of->epoch: the event before, 0: none; afterwards the new one. */
static bool
rights_store(WriteTx *tx, const AccountWork *w, Account *of, Err *err)
{
	AUTO(Buf) open = {0};
	Stmt *s;
	rights_json(of, &open);
	SystemRow row = {.who = w->origin,
		.kind = S("siap.account"),
		.key = of->handle,
		.open = buf_str(&open),
		.base = of->epoch};
	if (!buf_check(&open, err) || !log_begin(tx, err) || !log_system(tx, &row, &of->epoch, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "account_rights", &s, err))
		return false;
	db_set_int(s, "id", of->id);
	db_set_int(s, "role", of->role);
	db_set_int(s, "closed", of->closed);
	db_set_int(s, "epoch", of->epoch);
	return db_run(s, err) && words_store(tx, of, true, err) && words_store(tx, of, false, err);
}

static bool
same_words(const Str *x, size_t n, const Str *y, size_t m)
{
	bool same = n == m;
	for (size_t i = 0; same && i < n; i++)
		same = str_eq(x[i], y[i]);
	return same;
}

static bool
same_rights(const Account *x, const Account *y)
{
	return x->role == y->role && same_words(x->area, x->n_areas, y->area, y->n_areas) &&
		same_words(x->dataset, x->n_datasets, y->dataset, y->n_datasets);
}

/* ---- passwords and links ---- */

static bool
password_store(WriteTx *tx, int64_t id, Str hash, bool must_change, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "account_password", &s, err))
		return false;
	db_set_int(s, "id", id);
	db_set_text(s, "password", hash.p ? hash : S(""));
	db_set_int(s, "must_change", must_change);
	return db_run(s, err);
}

static bool
invitation_store(WriteTx *tx, const AccountWork *w, int64_t id, Err *err)
{
	Stmt *s;
	if (!w->token.n)
		return true;
	if (!svc_stmt(tx->db, &tx->w->sql, "invitation_insert", &s, err))
		return false;
	db_set_text(s, "token", w->token);
	db_set_int(s, "account", id);
	db_set_int(s, "until", w->at);
	return db_run(s, err);
}

static bool
totp_clear(WriteTx *tx, int64_t id, Err *err)
{
	Stmt *s;
	if (!account_do(tx, "recovery_clear", id, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "totp_set", &s, err))
		return false;
	db_set_int(s, "id", id);
	db_set_text(s, "totp", S(""));
	db_set_int(s, "step", 0);
	return db_run(s, err);
}

/* All ways in that there were are shut; another one is open: the password or the link of w. */
static bool
way_in(WriteTx *tx, const AccountWork *w, const Account *of, Err *err)
{
	char subject[MATCH_HEX];
	Stmt *s;
	keyed_hash(tx->sealer, S("login"), of->login, subject);
	if (!svc_stmt(tx->db, &tx->w->sql, "attempt_clear", &s, err))
		return false;
	db_set_text(s, "subject", str_of(subject));
	return db_run(s, err) && account_doors(tx, of->id, 0, err) && totp_clear(tx, of->id, err) &&
		password_store(tx, of->id, w->hash, true, err) && invitation_store(tx, w, of->id, err);
}

/* ---- the works ---- */

static bool
login_free(WriteTx *tx, Str login, Err *err)
{
	Account other;
	bool found;
	if (!account_read_login(
			&(LogSource){tx->db, &tx->w->sql}, login, &tx->tmp, &other, &found, err))
		return false;
	return !found ||
		err_set(err, E_CONFLICT, "login '%.*s' is taken%s: logins are given once", STR(login),
			other.closed ? tr(", by an account that is closed") : "");
}

/* A name by lot, so that the log can be public. */
static Str
handle_make(WriteTx *tx)
{
	unsigned char raw[8];
	char hex[17];
	tx->w->env->random(tx->w->env->ctx, raw, sizeof raw);
	hex_encode(raw, sizeof raw, hex);
	return arena_str(&tx->tmp, str_of(hex));
}

static bool
work_add(WriteTx *tx, AccountWork *w, Err *err)
{
	Account of = w->account;
	Stmt *s;
	of.handle = handle_make(tx);
	of.epoch = 0;
	of.closed = false;
	if (!account_facts(tx, &of, err) || !may_grant(tx, w, &of, err) ||
		!login_free(tx, of.login, err) || !last_of(tx, "account_last", &of.id, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "account_insert", &s, err))
		return false;
	w->id = ++of.id;
	db_set_int(s, "id", of.id);
	db_set_text(s, "handle", of.handle);
	db_set_text(s, "login", of.login);
	db_set_text(s, "name", of.name);
	db_set_text(s, "agency", of.agency);
	db_set_int(s, "role", of.role);
	db_set_text(s, "password", w->hash.p ? w->hash : S(""));
	db_set_int(s, "must_change", !w->flag);
	if (!db_run(s, err) || !invitation_store(tx, w, of.id, err) || !rights_store(tx, w, &of, err))
		return false;
	w->event = of.epoch;
	return true;
}

static bool
name_store(WriteTx *tx, const Account *of, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "account_name", &s, err))
		return false;
	db_set_int(s, "id", of->id);
	db_set_text(s, "name", of->name);
	return db_run(s, err);
}

static bool
work_change(WriteTx *tx, AccountWork *w, Err *err)
{
	Account now, then;
	if (!account_need(tx, w->account.id, &now, err) || !may_manage(tx, w, &now, err))
		return false;
	if (w->account.epoch && w->account.epoch != now.epoch)
		return err_set(err, E_CONFLICT,
			"somebody else changed the rights of '%.*s' meanwhile: look again", STR(now.login));
	if (now.closed)
		return err_set(err, E_CONFLICT, "the account '%.*s' is closed", STR(now.login));
	then = now;
	then.name = w->account.name;
	then.role = w->account.role;
	then.area = w->account.area;
	then.n_areas = w->account.n_areas;
	then.dataset = w->account.dataset;
	then.n_datasets = w->account.n_datasets;
	if (!account_facts(tx, &then, err) || !may_grant(tx, w, &then, err) ||
		!name_store(tx, &then, err))
		return false;
	w->event = 0;
	if (same_rights(&now, &then))
		return true;
	if (!rights_store(tx, w, &then, err))
		return false;
	w->event = then.epoch;
	return true;
}

static bool
work_close(WriteTx *tx, AccountWork *w, Err *err)
{
	Account of;
	if (!account_need(tx, w->account.id, &of, err) || !may_manage(tx, w, &of, err))
		return false;
	if (of.closed)
		return err_set(err, E_CONFLICT, "the account '%.*s' is closed already", STR(of.login));
	of.closed = true;
	if (!account_doors(tx, of.id, 0, err) || !rights_store(tx, w, &of, err))
		return false;
	w->event = of.epoch;
	return true;
}

static bool
work_reopen(WriteTx *tx, AccountWork *w, Err *err)
{
	Account of;
	if (!account_need(tx, w->account.id, &of, err) || !may_manage(tx, w, &of, err))
		return false;
	if (!of.closed)
		return err_set(err, E_CONFLICT, "the account '%.*s' is not closed", STR(of.login));
	of.closed = false;
	if (!account_facts(tx, &of, err) || !may_grant(tx, w, &of, err) || !way_in(tx, w, &of, err) ||
		!rights_store(tx, w, &of, err))
		return false;
	w->event = of.epoch;
	return true;
}

/* Reset, or a link instead. The log says it: whoever sets a password can be that person. */
static bool
work_reset(WriteTx *tx, AccountWork *w, Err *err)
{
	Account of;
	if (!account_need(tx, w->account.id, &of, err) || !may_manage(tx, w, &of, err))
		return false;
	if (of.closed)
		return err_set(err, E_CONFLICT, "the account '%.*s' is closed: reopen it", STR(of.login));
	if (!way_in(tx, w, &of, err) || !rights_store(tx, w, &of, err))
		return false;
	w->event = of.epoch;
	return true;
}

static bool
may_hand_over(WriteTx *tx, const AccountWork *w, const Account *from, const Account *to, Err *err)
{
	Asking ask;
	if (!asking_find(tx, w, &ask, err))
		return false;
	if (ask.keys)
		return true;
	bool own = ask.by.id == from->id && account_may(&ask.by, VERB_ACCOUNTS, NULL, (Str){0}, err);
	return (own || account_may_manage(&ask.by, from, err)) &&
		account_may_manage(&ask.by, to, err) && account_may_grant(&ask.by, from, err);
}

static bool
work_hand_over(WriteTx *tx, AccountWork *w, Err *err)
{
	Account from, to, then;
	if (!account_need(tx, w->account.id, &from, err) || !account_need(tx, w->to, &to, err))
		return false;
	if (from.id == to.id)
		return err_set(err, E_INPUT, "'%.*s' cannot succeed itself", STR(to.login));
	if (from.closed || to.closed)
		return err_set(err, E_CONFLICT, "the account '%.*s' is closed",
			STR(from.closed ? from.login : to.login));
	if (!str_eq(from.agency, to.agency))
		return err_set(err, E_INPUT, "'%.*s' is an account of %s, '%.*s' of %s", STR(from.login),
			agency_label(from.agency), STR(to.login), agency_label(to.agency));
	if (!may_hand_over(tx, w, &from, &to, err))
		return false;
	then = to;
	then.role = from.role;
	then.area = from.area;
	then.n_areas = from.n_areas;
	then.dataset = from.dataset;
	then.n_datasets = from.n_datasets;
	from.closed = true;
	if (!rights_store(tx, w, &then, err) || !account_doors(tx, from.id, 0, err) ||
		!rights_store(tx, w, &from, err))
		return false;
	w->event = then.epoch;
	return true;
}

static bool
work_session_end(WriteTx *tx, AccountWork *w, Err *err)
{
	Account of;
	Stmt *s;
	if (!account_need(tx, w->account.id, &of, err) ||
		(w->by != of.id && !may_manage(tx, w, &of, err)) ||
		!svc_stmt(tx->db, &tx->w->sql, w->session ? "session_end" : "sessions_end", &s, err))
		return false;
	db_set_int(s, "account", of.id);
	db_set_int_if(s, "id", w->session);
	db_set_int_if(s, "but", 0);
	if (!db_run(s, err))
		return false;
	return !w->session || db_changes(tx->db) == 1 ||
		err_set(err, E_NOTFOUND, "there is no such session any more");
}

static bool
work_language(WriteTx *tx, AccountWork *w, Err *err)
{
	Account of;
	Stmt *s;
	if (!account_need(tx, w->account.id, &of, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "account_language", &s, err))
		return false;
	db_set_int(s, "id", of.id);
	db_set_text(s, "language", w->account.language);
	return db_run(s, err);
}

const AccountDo account_works[] = {{{"add", 3}, work_add}, {{"change", 6}, work_change},
	{{"close", 5}, work_close}, {{"reopen", 6}, work_reopen}, {{"reset", 5}, work_reset},
	{{"hand_over", 9}, work_hand_over}, {{"session_end", 11}, work_session_end},
	{{"language", 8}, work_language}, {{0}, NULL}};

static AccountFn
work_find(Str what)
{
	for (const AccountDo *d = account_works; d->fn; d++)
		if (str_eq(d->what, what))
			return d->fn;
	for (const AccountDo *d = login_works; d->fn; d++)
		if (str_eq(d->what, what))
			return d->fn;
	return NULL;
}

bool
account_run(WriteTx *tx, void *arg, Err *err)
{
	for (AccountWork *w = arg; w; w = w->next) {
		AccountFn fn = work_find(w->what);
		if (!fn)
			return err_set(err, E_INPUT, "unknown work '%.*s' on accounts", STR(w->what));
		if (!fn(tx, w, err))
			return false;
	}
	return true;
}
