/* cosign: the log's side of witnesses: which are known, and the cosignatures that come back from them. */
#include "svc/svc_private.h"

enum { WITNESSES = 64, LIST_MOST = 64 * 1024 };

static const char LIST[] = "witnesses";

static bool
witness_parse(Str text, Arena *a, VerifierKey *out, Err *err)
{
	return verifier_parse(str_trim(text), a, out, err) &&
		(out->type == KEY_COSIGN ||
			err_set(err, E_INPUT,
				"'%.*s' is the key of a log, not of a witness: siap witness shows that",
				STR(str_trim(text))));
}

static bool
list_read(Workspace *w, Arena *a, VerifierKey **out, size_t *n, Err *err)
{
	const char *path = workspace_path(w, a, LIST);
	Str text = {0}, line;
	*out = NEW(a, VerifierKey, WITNESSES + 1);
	*n = 0;
	if (file_exists(path) && !file_read(path, LIST_MOST, a, &text, err))
		return false;
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		if (!str_trim(line).n)
			continue;
		if (*n == WITNESSES)
			return err_set(err, E_LIMIT, "'%s' has more than %d witnesses", path, WITNESSES);
		if (!witness_parse(line, a, &(*out)[(*n)++], err))
			return err_prefix(err, "%s: ", path);
	}
	return true;
}

bool
log_trust(Workspace *w, Str key, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(Buf) out = {0};
	VerifierKey k, *known;
	size_t n;
	if (!arena_open(&a, SIZE_MB, err) || !witness_parse(key, &a, &k, err) ||
		!list_read(w, &a, &known, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (memcmp(known[i].public_key, k.public_key, sizeof k.public_key) == 0)
			return true;
	known[n++] = k;
	for (size_t i = 0; i < n; i++) {
		verifier_format(&known[i], &out);
		buf_byte(&out, '\n');
	}
	return buf_check(&out, err) &&
		file_write_atomic(workspace_path(w, &a, LIST), buf_str(&out), 0644, err);
}

/* ---- a cosigned checkpoint comes back ---- */

static bool
signature_same(const NoteSignature *x, const NoteSignature *y)
{
	return x->n == y->n && x->n <= sizeof x->bytes && str_eq(x->name, y->name) &&
		memcmp(x->id, y->id, sizeof x->id) == 0 && memcmp(x->bytes, y->bytes, x->n) == 0;
}

static bool
note_has(const Note *n, const NoteSignature *s)
{
	for (size_t i = 0; i < n->n; i++)
		if (signature_same(&n->signature[i], s))
			return true;
	return false;
}

static bool
ours_find(Db *db, const SqlFile *sql, const Note *theirs, Arena *a, Note *out, Err *err)
{
	Stmt *s;
	LogCheckpoint c;
	bool row;
	Str note = {0};
	*out = (Note){0};
	if (!checkpoint_parse(theirs->text, &c, err) ||
		!svc_stmt(db, sql, "log_checkpoint_get", &s, err))
		return false;
	db_set_int(s, "size", (int64_t)c.head.size);
	if (!db_step(s, &row, err))
		return false;
	if (row) {
		note = arena_str(a, db_text(s, 0));
		db_reset(s);
		if (!note_parse(note, a, out, err))
			return false;
	}
	return (row && str_eq(out->text, theirs->text)) ||
		err_set(err, E_CONFLICT, "this log signed no such checkpoint of %lld events",
			(long long)c.head.size);
}

static bool
cosign_work(WriteTx *tx, void *arg, Err *err)
{
	AUTO(Buf) out = {0};
	const Str *bytes = arg;
	Note theirs, ours;
	LogCheckpoint c;
	Stmt *s;
	if (!note_parse(*bytes, &tx->tmp, &theirs, err) ||
		!ours_find(tx->db, &tx->w->sql, &theirs, &tx->tmp, &ours, err) ||
		!checkpoint_parse(ours.text, &c, err))
		return false;
	if (ours.n + theirs.n > NOTE_SIGNATURES)
		return err_set(err, E_LIMIT, "a checkpoint holds at most %d signatures", NOTE_SIGNATURES);
	NoteSignature *all = NEW(&tx->tmp, NoteSignature, ours.n + theirs.n);
	size_t n = ours.n;
	memcpy(all, ours.signature, n * sizeof *all);
	for (size_t i = 0; i < theirs.n; i++)
		if (!note_has(&ours, &theirs.signature[i]))
			all[n++] = theirs.signature[i];
	note_format(&(Note){ours.text, all, n}, &out);
	if (!buf_check(&out, err) || !svc_stmt(tx->db, &tx->w->sql, "log_checkpoint_note", &s, err))
		return false;
	db_set_int(s, "size", (int64_t)c.head.size);
	db_set_text(s, "note", buf_str(&out));
	return db_run(s, err);
}

bool
log_cosigned(Gate *g, Str note, Err *err)
{
	return g->writer ? writer_run(g->writer, cosign_work, &note, false, err)
					 : socket_log(g, S("cosign"), &(Origin){0}, note, err);
}

/* Of the note what known witnesses signed, and what is not there yet. */
static bool
known_take(const Note *theirs, const VerifierKey *key, Note *out, Err *err)
{
	Err why = {0};
	if (!note_check(theirs, key, NULL, &why)) {
		if (why.code == E_NOTFOUND)
			return true;
		if (err)
			*err = why;
		return false;
	}
	for (size_t i = 0; i < theirs->n; i++) {
		const NoteSignature *s = &theirs->signature[i];
		if (str_eq(s->name, key->name) && memcmp(s->id, key->id, sizeof s->id) == 0 &&
			!note_has(out, s))
			out->signature[out->n++] = *s;
	}
	return true;
}

static void
names_join(const Note *n, const Note *ours, Arena *a, Str *names)
{
	*names = (Str){0};
	for (size_t i = 0; i < n->n; i++)
		if (!note_has(ours, &n->signature[i]))
			*names = arena_fmt(
				a, "%.*s%s%.*s", STR(*names), names->n ? ", " : "", STR(n->signature[i].name));
}

bool
gate_cosign(Gate *g, Str bytes, Str key, Arena *a, Str *names, Err *err)
{
	AUTO(Buf) out = {0};
	VerifierKey *known;
	size_t n;
	Note theirs, ours;
	if (!list_read(g->w, a, &known, &n, err) ||
		(key.n && !witness_parse(key, a, &known[n++], err)) ||
		!note_parse(bytes, a, &theirs, err) ||
		!ours_find(g->w->db, &g->w->sql, &theirs, a, &ours, err))
		return false;
	Note take = {theirs.text, NEW(a, NoteSignature, theirs.n), 0};
	for (size_t i = 0; i < n; i++)
		if (!known_take(&theirs, &known[i], &take, err))
			return false;
	if (!take.n) {
		err_set(err, E_DENIED, "no witness that this workspace knows cosigned it");
		return err_hint(err,
			"siap cosign --trust KEY makes one known; the witness shows its key: siap witness");
	}
	names_join(&take, &ours, a, names);
	note_format(&take, &out);
	return buf_check(&out, err) && log_cosigned(g, buf_str(&out), err);
}

/* ---- counted ---- */

static bool
note_count(Str bytes, const VerifierKey *known, size_t n, Arena a, WitnessCount *out, Err *err)
{
	Note note;
	LogCheckpoint c;
	if (!note_parse(bytes, &a, &note, err) || !checkpoint_parse(note.text, &c, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		Err why = {0};
		if (note_check(&note, &known[i], NULL, &why)) {
			out[i].checkpoints++;
			out[i].newest = (int64_t)c.head.size;
		} else if (why.code != E_NOTFOUND) {
			return err_set(err, why.code, "%s", why.text) ||
				err_prefix(err, tr("checkpoint of event %lld: "), (long long)c.head.size);
		}
	}
	return true;
}

bool
log_witnesses(Workspace *w, Arena *a, WitnessCount **out, size_t *n, Err *err)
{
	VerifierKey *known;
	Stmt *s;
	bool row;
	if (!list_read(w, a, &known, n, err) ||
		!svc_stmt(w->db, &w->sql, "log_checkpoint_all", &s, err))
		return false;
	*out = NEW(a, WitnessCount, *n + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i].name = known[i].name;
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (!note_count(db_text(s, 1), known, *n, *a, *out, err)) {
			db_reset(s);
			return false;
		}
	}
}
