/* log_sign: the key that signs the log, the checkpoints it signs, and the refusal of a database that does not extend them. */
#include "svc/svc_private.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

static const char CHECKPOINT_FILE[] = "checkpoint";

/* ---- keys: beside the workspace's key, outside the workspace ---- */

static const char *
beside_key(const Workspace *w, const char *what, Arena *a)
{
	return arena_fmt(a, "%s/%.*s.%s", w->env->key_dir, STR(w->id), what).p;
}

Str
log_name(const Workspace *w, Arena *a)
{
	return arena_fmt(a, "siap/%.*s", STR(w->id));
}

static bool
seed_store(const char *path, const unsigned char seed[32], Err *err)
{
	char hex[66] = {0};
	hex_encode(seed, 32, hex);
	hex[64] = '\n';
	bool ok = file_write_atomic(path, (Str){hex, 65}, 0600, err);
	sodium_memzero(hex, sizeof hex);
	return ok;
}

static bool
signer_read(const Workspace *w, const char *path, Arena *a, SignerKey *out, Err *err)
{
	unsigned char seed[32];
	Str bytes;
	if (!file_read(path, 4096, a, &bytes, err))
		return false;
	bool ok = hex_decode(str_trim(bytes), seed, 32);
	if (!ok)
		err_set(err, E_IO, "'%s' is not a signing key: 64 hex digits expected", path);
	ok = ok && signer_make(log_name(w, a), KEY_SIGN, seed, out, err);
	sodium_memzero(seed, sizeof seed);
	return ok;
}

bool
log_signer_new(const Workspace *w, const char *what, Arena *a, SignerKey *out, Err *err)
{
	unsigned char seed[32];
	w->env->random(w->env->ctx, seed, sizeof seed);
	bool ok = seed_store(beside_key(w, what, a), seed, err) &&
		signer_make(log_name(w, a), KEY_SIGN, seed, out, err);
	sodium_memzero(seed, sizeof seed);
	return ok;
}

bool
log_signer_next(const Workspace *w, Arena *a, Err *err)
{
	return file_rename(beside_key(w, "signing.next", a), beside_key(w, "signing", a), err);
}

static bool
same_key(const VerifierKey *x, const VerifierKey *y)
{
	return memcmp(x->public_key, y->public_key, sizeof x->public_key) == 0;
}

/* The key that the log names last. A change of keys that was cut short between its event and the key's file is finished. */
bool
log_signer_open(const Workspace *w, const LogSource *from, Arena *a, SignerKey *out, Err *err)
{
	const char *path = beside_key(w, "signing", a), *next = beside_key(w, "signing.next", a);
	VerifierKey *known;
	size_t n;
	Err why = {0};
	if (!log_verifiers(from, a, &known, &n, err))
		return false;
	if (file_exists(next) && signer_read(w, next, a, out, &why) && n &&
		same_key(&out->verifier, &known[0]))
		return log_signer_next(w, a, err);
	if (!signer_read(w, path, a, out, err)) {
		if (err && err->code == E_NOTFOUND) {
			err_set(
				err, E_IO, "the key that signs the log of this workspace is missing: '%s'", path);
			err_hint(err,
				"bring it back with 'siap key restore FILE'; if it is lost for good: siap key new --why TEXT");
		}
		return false;
	}
	return !n || same_key(&out->verifier, &known[0]) ||
		err_set(err, E_CONFLICT,
			"'%s' is not the key that the log names: it belongs to another time or workspace",
			path);
}

/* ---- which keys signed: the rows siap.workspace of the log, newest first ---- */

static bool
verifier_of(Str open, Arena *a, VerifierKey *out, Err *err)
{
	json_t *j;
	if (!json_parse(open, SIZE_MB, &j, err))
		return false;
	const char *text = json_string_value(json_object_get(j, "key"));
	bool ok = verifier_parse(arena_str(a, str_of(text)), a, out, err);
	json_decref(j);
	return ok;
}

bool
log_verifiers(const LogSource *from, Arena *a, VerifierKey **out, size_t *n, Err *err)
{
	enum { MOST = 1024 };
	Stmt *s;
	Str fact;
	bool row;
	int64_t event = 0;
	*out = NEW(a, VerifierKey, MOST);
	*n = 0;
	if (!workspace_fact(from->db, from->sql, "log_event", a, &fact, err) ||
		!svc_stmt(from->db, from->sql, "event_body", &s, err))
		return false;
	if (fact.n && !str_int(fact, &event))
		return err_set(err, E_DB, "the fact 'log_event' of this workspace is damaged");
	while (event && *n < MOST) {
		db_set_int(s, "seq", event);
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return err_set(err, E_DB, "event %lld of the log is missing", (long long)event);
		bool ok = verifier_of(db_text(s, 1), a, *out + *n, err);
		event = db_int(s, 0);
		db_reset(s);
		if (!ok)
			return false;
		*n += !*n || !same_key(*out + *n, *out + *n - 1);
	}
	return true;
}

bool
log_keys(Workspace *w, Arena *a, Str **key, size_t *n, Err *err)
{
	LogSource from = {w->db, &w->sql};
	VerifierKey *known;
	if (!log_verifiers(&from, a, &known, n, err))
		return false;
	*key = NEW(a, Str, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		AUTO(Buf) b = {0};
		verifier_format(&known[i], &b);
		if (!buf_check(&b, err))
			return false;
		(*key)[i] = arena_str(a, buf_str(&b));
	}
	return true;
}

/* ---- signing ---- */

static bool
checkpoint_store(const LogSource *to, const LogCheckpoint *c, int64_t at, Str note, Err *err)
{
	AUTO(Tx) tx = {0};
	Stmt *s;
	if (!tx_begin(to->db, &tx, err) || !svc_stmt(to->db, to->sql, "log_checkpoint_put", &s, err))
		return false;
	db_set_int(s, "size", (int64_t)c->head.size);
	db_set_int(s, "at", at);
	db_set_text(s, "note", note);
	return db_run(s, err) && tx_commit(&tx, err);
}

bool
log_sign(const Workspace *w, const LogSource *to, const LogTree *t, const Signers *by, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(Buf) text = {0}, note = {0};
	NoteSignature signature[2];
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	LogCheckpoint c = {.origin = log_name(w, &a), .head = {.size = t->edge.size}};
	tree_root(&t->edge, t->hasher, &c.head.root);
	checkpoint_format(&c, &text);
	Note n = {buf_str(&text), signature, by->has_old ? 2 : 1};
	if (!buf_check(&text, err) || !note_sign(n.text, &by->key, 0, &signature[0], err) ||
		(by->has_old && !note_sign(n.text, &by->old, 0, &signature[1], err)))
		return false;
	note_format(&n, &note);
	/* The rows it speaks of are durable; it is handed out by its file, which comes last. */
	return buf_check(&note, err) &&
		checkpoint_store(to, &c, workspace_now(w), buf_str(&note), err) &&
		file_write_atomic(beside_key(w, CHECKPOINT_FILE, &a), buf_str(&note), 0600, err) &&
		file_write_atomic(workspace_path(w, &a, CHECKPOINT_FILE), buf_str(&note), 0644, err);
}

/* ---- refusal ---- */

typedef struct Signed { /* the newest checkpoint known outside the database */
	LogCheckpoint c;
	const char *path;
} Signed;

static bool
signed_read(const char *path, const VerifierKey *key, size_t n, Arena *a, Signed *newest, Err *err)
{
	Str bytes;
	Note note;
	LogCheckpoint c;
	Err why = {0};
	if (!file_exists(path))
		return true;
	if (!file_read(path, NOTE_MOST, a, &bytes, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (checkpoint_open(bytes, &key[i], a, &c, &note, &why)) {
			if (!newest->path || c.head.size > newest->c.head.size)
				*newest = (Signed){c, path};
			return true;
		}
	if (why.code == E_LIMIT || why.code == E_IO)
		return err_set(err, why.code, "%s", why.text);
	err_set(err, E_CONFLICT, "'%s' is not a checkpoint that this log signed: %s", path,
		n ? why.text : tr("the log has no event"));
	return err_hint(
		err, "siap verify says more; siap accept-rollback --why TEXT goes on without it");
}

static bool
not_extended(const Signed *last, int64_t events, Err *err)
{
	long long size = (long long)last->c.head.size;
	if (events < size)
		err_set(err, E_CONFLICT,
			"the database ends at event %lld, but the checkpoint '%s' was signed for %lld: later events are gone",
			(long long)events, last->path, size);
	else
		err_set(err, E_CONFLICT,
			"the first %lld events of the database are not those that the checkpoint '%s' was signed for",
			size, last->path);
	return err_hint(err,
		"was an old copy put in place? siap verify says more; to go on with it, publicly: siap accept-rollback --why TEXT");
}

bool
log_check(const Workspace *w, const LogSource *from, int64_t events, TreeHead *newest, Err *err)
{
	AUTO(Arena) a = {0};
	Hasher *h = NULL;
	VerifierKey *key;
	size_t n;
	Sha256 root;
	Signed last = {0};
	*newest = (TreeHead){0};
	LogSource source = *from;
	if (!arena_open(&a, 4 * SIZE_MB, err) || !log_verifiers(from, &a, &key, &n, err) ||
		!signed_read(workspace_path(w, &a, CHECKPOINT_FILE), key, n, &a, &last, err) ||
		!signed_read(beside_key(w, CHECKPOINT_FILE, &a), key, n, &a, &last, err))
		return false;
	*newest = last.c.head;
	if (!last.path)
		return true;
	if ((uint64_t)events < last.c.head.size)
		return not_extended(&last, events, err);
	if (!hasher_open(&h, err))
		return false;
	Tiles *tiles = tiles_new(&a, log_tile, &source, h, (uint64_t)events);
	bool ok = tiles_root(tiles, last.c.head.size, &root, err);
	hasher_close(h);
	return ok &&
		(memcmp(root.b, last.c.head.root.b, sizeof root.b) == 0 ||
			not_extended(&last, events, err));
}
