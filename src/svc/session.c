/* session: who shows a token. What was read is kept in memory for a moment, and is read again at once when accounts change here. */
#include "svc/account_private.h"

#include <sodium.h>

enum { SLOTS = 1024, SLOT_TEXT = 16384, KEEP_US = 2000000, SEEN_EVERY_MS = 60000 };
#define HOUR_MS INT64_C(3600000)

typedef struct Slot {
	char hash[65];              /* of the token; empty: free */
	int64_t generation, read;   /* read: on clock_us */
	int64_t made, seen, stored; /* stored: what the table says of seen */
	bool pending;
	Session session;
	char text[SLOT_TEXT]; /* its strings */
} Slot;

typedef struct Seen {
	int64_t id, at;
} Seen;

struct Sessions {
	const Arena *owner; /* of the workspace that made it */
	Arena a;
	Slot *slot;
	Seen left[SLOTS]; /* what the table does not say yet of sessions whose slot another one took */
	size_t n_left;
	pthread_mutex_t lock;
	_Atomic int64_t generation;
};

void
sessions_install(Workspace *w)
{
	w->sessions = NEW(w->a, struct Sessions, 1);
	w->sessions->owner = w->a;
	pthread_mutex_init(&w->sessions->lock, NULL);
}

void
sessions_drop(Workspace *w)
{
	if (!w->sessions || w->sessions->owner != w->a)
		return;
	pthread_mutex_destroy(&w->sessions->lock);
	arena_close(&w->sessions->a);
	w->sessions = NULL;
}

void
sessions_anew(const Workspace *w)
{
	w->sessions->generation++;
}

/* ---- kept ---- */

static Str *
strs_copy(const Str *from, size_t n, Arena *a)
{
	Str *to = NEW(a, Str, n + 1);
	for (size_t i = 0; i < n; i++)
		to[i] = arena_str(a, from[i]);
	return to;
}

static void
session_copy(const Session *from, Arena *a, Session *to)
{
	const Account *x = &from->account;
	Account *y = &to->account;
	*to = *from;
	y->handle = arena_str(a, x->handle);
	y->login = arena_str(a, x->login);
	y->name = arena_str(a, x->name);
	y->agency = arena_str(a, x->agency);
	y->language = arena_str(a, x->language);
	y->area = strs_copy(x->area, x->n_areas, a);
	y->dataset = strs_copy(x->dataset, x->n_datasets, a);
}

static Slot *
slot_of(struct Sessions *all, const char hash[65])
{
	uint32_t at = 0;
	NEED(hex_decode((Str){hash, 8}, &at, 4));
	return &all->slot[at % SLOTS];
}

static bool
slots_open(struct Sessions *all, Err *err)
{
	pthread_mutex_lock(&all->lock);
	bool ok = all->slot || arena_open(&all->a, (SLOTS + 1) * sizeof(Slot), err);
	if (ok && !all->slot)
		all->slot = NEW(&all->a, Slot, SLOTS);
	pthread_mutex_unlock(&all->lock);
	return ok;
}

typedef struct Found { /* a session as it was read */
	Session session;
	int64_t made, seen, generation;
	bool pending;
} Found;

static bool
kept_find(struct Sessions *all, const char hash[65], Arena *a, Found *out)
{
	pthread_mutex_lock(&all->lock);
	const Slot *s = slot_of(all, hash);
	bool found = strcmp(s->hash, hash) == 0 && s->generation == all->generation &&
		clock_us() - s->read < KEEP_US;
	if (found) {
		*out = (Found){.made = s->made, .seen = s->seen, .pending = s->pending};
		session_copy(&s->session, a, &out->session);
	}
	pthread_mutex_unlock(&all->lock);
	return found;
}

static Seen *
left_find(struct Sessions *all, int64_t id)
{
	for (size_t i = 0; i < all->n_left; i++)
		if (all->left[i].id == id)
			return &all->left[i];
	return NULL;
}

static void
slot_leave(struct Sessions *all, const Slot *s)
{
	if (!s->hash[0] || s->seen <= s->stored)
		return;
	Seen *left = left_find(all, s->session.id);
	if (!left && all->n_left < SLOTS)
		left = &all->left[all->n_left++];
	if (left)
		*left = (Seen){s->session.id, s->seen};
}

static void
kept_put(struct Sessions *all, const char hash[65], Found *of)
{
	pthread_mutex_lock(&all->lock);
	Slot *s = slot_of(all, hash);
	bool same = strcmp(s->hash, hash) == 0;
	Arena text = {.at = s->text, .end = s->text + sizeof s->text, .base = s->text};
	if (!same)
		slot_leave(all, s);
	s->stored = same ? s->stored : of->seen;
	const Seen *left = left_find(all, of->session.id);
	if (left && left->at > of->seen)
		of->seen = left->at;
	if (same && s->seen > of->seen)
		of->seen = s->seen;
	memcpy(s->hash, hash, 65);
	s->generation = of->generation;
	s->read = clock_us();
	s->made = of->made;
	s->seen = of->seen;
	s->pending = of->pending;
	session_copy(&of->session, &text, &s->session);
	pthread_mutex_unlock(&all->lock);
}

static void
kept_seen(struct Sessions *all, const char hash[65], int64_t now)
{
	pthread_mutex_lock(&all->lock);
	Slot *s = slot_of(all, hash);
	if (strcmp(s->hash, hash) == 0 && now > s->seen)
		s->seen = now;
	pthread_mutex_unlock(&all->lock);
}

/* ---- found ---- */

static bool
nobody(Err *err)
{
	return err_set(err, E_DENIED, "this session has ended: log in again");
}

static bool
found_read(Workspace *w, const char hash[65], Arena *a, Found *out, Err *err)
{
	Stmt *s;
	bool row;
	int64_t account;
	LogSource from = {w->db, &w->sql};
	*out = (Found){.generation = w->sessions->generation};
	if (!svc_stmt(w->db, &w->sql, "session_get", &s, err))
		return false;
	db_set_text(s, "token", str_of(hash));
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return nobody(err);
	out->session.id = db_int(s, 0);
	account = db_int(s, 1);
	out->made = db_int(s, 2);
	out->seen = db_int(s, 3);
	out->pending = db_int(s, 4);
	db_reset(s);
	return account_read(&from, account, a, &out->session.account, &row, err) &&
		(row || nobody(err));
}

/* For tokens in forms: follows from the session's token, which is nowhere kept. */
static void
form_secret(Str token, Session *out)
{
	AUTO(Buf) b = {0};
	buf_add(&b, S("siap form "));
	buf_add(&b, token);
	Sha256 of = sha256(buf_str(&b));
	memcpy(out->secret, of.b, sizeof out->secret);
	if (b.p)
		sodium_memzero(b.p, b.n);
}

bool
session_find(Workspace *w, Str token, Arena *a, Session *out, Err *err)
{
	char hash[65];
	Found f;
	int64_t now = clock_real(w);
	if (!token_hash(token, hash))
		return nobody(err);
	if (!slots_open(w->sessions, err))
		return false;
	if (!kept_find(w->sessions, hash, a, &f)) {
		if (!found_read(w, hash, a, &f, err))
			return false;
		kept_put(w->sessions, hash, &f);
	}
	if (f.pending || f.session.account.closed || now - f.seen > SESSION_IDLE_HOURS * HOUR_MS ||
		now - f.made > SESSION_DAYS * 24 * HOUR_MS)
		return nobody(err);
	kept_seen(w->sessions, hash, now);
	*out = f.session;
	form_secret(token, out);
	return true;
}

/* ---- listed ---- */

bool
sessions_list(Workspace *w, int64_t account, Arena *a, SessionRow **out, size_t *n, Err *err)
{
	enum { MOST = 200 };
	Stmt *s;
	bool row = true;
	*n = 0;
	*out = NEW(a, SessionRow, MOST);
	if (!svc_stmt(w->db, &w->sql, "sessions_of", &s, err))
		return false;
	db_set_int(s, "account", account);
	while (*n < MOST) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		(*out)[(*n)++] =
			(SessionRow){db_int(s, 0), db_int(s, 1), db_int(s, 2), arena_str(a, db_text(s, 3))};
	}
	if (row)
		db_reset(s);
	/* Of those that were used here the memory knows more. */
	struct Sessions *all = w->sessions;
	pthread_mutex_lock(&all->lock);
	for (size_t i = 0; all->slot && i < SLOTS; i++)
		for (size_t k = 0; all->slot[i].hash[0] && k < *n; k++)
			if ((*out)[k].id == all->slot[i].session.id && (*out)[k].seen < all->slot[i].seen)
				(*out)[k].seen = all->slot[i].seen;
	pthread_mutex_unlock(&all->lock);
	return true;
}

/* ---- written down ---- */

typedef struct Keeping {
	Seen seen[2 * SLOTS];
	size_t n;
	int64_t now;
} Keeping;

static void
seen_collect(struct Sessions *all, Keeping *k)
{
	pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < all->n_left; i++)
		k->seen[k->n++] = all->left[i];
	all->n_left = 0;
	for (size_t i = 0; all->slot && i < SLOTS; i++) {
		Slot *s = &all->slot[i];
		if (!s->hash[0] || s->seen - s->stored < SEEN_EVERY_MS)
			continue;
		k->seen[k->n++] = (Seen){s->session.id, s->seen};
		s->stored = s->seen;
	}
	pthread_mutex_unlock(&all->lock);
}

static bool
old_forget(WriteTx *tx, int64_t now, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "sessions_old", &s, err))
		return false;
	db_set_int(s, "idle", now - SESSION_IDLE_HOURS * HOUR_MS);
	db_set_int(s, "oldest", now - SESSION_DAYS * 24 * HOUR_MS);
	db_set_int(s, "waiting", now - CODE_MINUTES * 60000);
	if (!db_run(s, err) || !svc_stmt(tx->db, &tx->w->sql, "invitations_old", &s, err))
		return false;
	db_set_int(s, "now", now);
	if (!db_run(s, err) || !svc_stmt(tx->db, &tx->w->sql, "attempts_old", &s, err))
		return false;
	db_set_int(s, "now", now);
	db_set_int(s, "oldest", now - 24 * HOUR_MS);
	return db_run(s, err);
}

static bool
keep_work(WriteTx *tx, void *arg, Err *err)
{
	Keeping *k = arg;
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "session_seen", &s, err))
		return false;
	for (size_t i = 0; i < k->n; i++) {
		db_set_int(s, "id", k->seen[i].id);
		db_set_int(s, "seen", k->seen[i].at);
		if (!db_run(s, err))
			return false;
	}
	return old_forget(tx, k->now, err);
}

bool
gate_sessions(Gate *g, Err *err)
{
	AUTO(Arena) a = {0};
	if (!g->writer)
		return true; /* the holder of the lease does it */
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	Keeping *k = NEW(&a, Keeping, 1);
	k->now = clock_real(g->w);
	seen_collect(g->w->sessions, k);
	return gate_write(g, keep_work, k, false, err);
}
