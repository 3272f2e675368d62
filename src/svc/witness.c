/* witness: an agency's own view of somebody's log: it keeps all that was shown, cosigns what extends it, and names a fork.
 *
 * Its folder: `key` (seed of its Ed25519 key, hex) and `public-key`; `log`, all that it has seen, laid out like the published log;
 * `checkpoint`, the newest that it cosigned; `cosignatures`, all of them; `fork-SIZE-ROOT`, evidence. */
#include "svc/folder_private.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

typedef struct Witness {
	const WitnessAsk *ask;
	WitnessReport *out;
	Arena *a;
	SignerKey signer;
	VerifierKey log_key;
	const char *kept;          /* folder of its own view */
	LogCheckpoint before, now; /* kept, shown */
	Str before_note, now_note;
} Witness;

static const char *
path_of(const Witness *w, const char *name)
{
	return arena_fmt(w->a, "%s/%s", w->ask->state, name).p;
}

/* ---- its key ---- */

static bool
key_make(Witness *w, Err *err)
{
	unsigned char seed[32];
	char hex[66] = {0};
	AUTO(Buf) public = {0};
	Str name = w->ask->name;
	const Env *env = w->ask->env;
	env->random(env->ctx, seed, sizeof seed);
	if (!name.n) {
		unsigned char lot[4];
		env->random(env->ctx, lot, sizeof lot);
		hex_encode(lot, sizeof lot, hex);
		name = arena_fmt(w->a, "witness/%.8s", hex);
	}
	hex_encode(seed, sizeof seed, hex);
	hex[64] = '\n';
	bool ok = signer_make(name, KEY_COSIGN, seed, &w->signer, err);
	verifier_format(&w->signer.verifier, &public);
	buf_byte(&public, '\n');
	ok = ok && buf_check(&public, err) &&
		folder_put(w->ask->state, S("public-key"), buf_str(&public), err) &&
		file_write_atomic(path_of(w, "key"), (Str){hex, 65}, 0600, err);
	sodium_memzero(seed, sizeof seed);
	sodium_memzero(hex, sizeof hex);
	w->out->made = ok;
	return ok;
}

static bool
key_read(Witness *w, Err *err)
{
	unsigned char seed[32];
	Str bytes, public;
	VerifierKey k;
	if (!file_read(path_of(w, "key"), 4096, w->a, &bytes, err) ||
		!file_read(path_of(w, "public-key"), 4096, w->a, &public, err) ||
		!verifier_parse(str_trim(public), w->a, &k, err))
		return false;
	bool ok = hex_decode(str_trim(bytes), seed, sizeof seed) &&
		signer_make(k.name, KEY_COSIGN, seed, &w->signer, err) &&
		memcmp(k.public_key, w->signer.verifier.public_key, sizeof k.public_key) == 0;
	sodium_memzero(seed, sizeof seed);
	return ok ||
		err_set(err, E_IO, "'%s' is not the key of the witness whose 'public-key' lies beside it",
			path_of(w, "key"));
}

static bool
key_open(Witness *w, Err *err)
{
	AUTO(Buf) text = {0};
	if (!(file_exists(path_of(w, "key")) ? key_read(w, err) : key_make(w, err)))
		return false;
	verifier_format(&w->signer.verifier, &text);
	w->out->key = arena_str(w->a, buf_str(&text));
	return buf_check(&text, err) &&
		(!w->ask->name.n || str_eq(w->ask->name, w->signer.verifier.name) ||
			err_set(err, E_INPUT, "this witness has the name '%.*s' already: leave --name out",
				STR(w->signer.verifier.name)));
}

/* ---- what it kept, what is shown ---- */

/* Its own files need no signature: the log's key may have changed since. */
static bool
kept_read(Witness *w, Err *err)
{
	const char *path = arena_fmt(w->a, "%s/checkpoint", w->kept).p;
	Note note;
	w->before = (LogCheckpoint){0};
	if (!file_exists(path))
		return true;
	if (!file_read(path, NOTE_MOST, w->a, &w->before_note, err) ||
		!note_parse(w->before_note, w->a, &note, err) ||
		!checkpoint_parse(note.text, &w->before, err))
		return false;
	return str_eq(w->before.origin, w->log_key.name) ||
		err_set(err, E_INPUT, "'%s' witnesses the log '%.*s', not '%.*s'", w->ask->state,
			STR(w->before.origin), STR(w->log_key.name));
}

static bool
shown_read(Witness *w, Err *err)
{
	const char *path = arena_fmt(w->a, "%s/checkpoint", w->ask->log).p;
	Note note;
	return file_read(path, NOTE_MOST, w->a, &w->now_note, err) &&
		(checkpoint_open(w->now_note, &w->log_key, w->a, &w->now, &note, err) ||
			err_prefix(err, "%s: ", path));
}

/* ---- a fork ---- */

typedef struct Difference {
	uint64_t event; /* the first that is not the same; 0: none of those that both have */
	Str kept, shown;
} Difference;

static bool
bundles_compare(const Witness *w, uint64_t n, Difference *d, Err *err)
{
	Arena a = *w->a;
	Str kept, shown, mine = {0}, theirs = {0};
	TileName my = {-1, n, tile_width(w->before.head.size, 0, n)},
			 their = {-1, n, tile_width(w->now.head.size, 0, n)};
	if (!folder_read(w->kept, my, &a, &kept, err) ||
		!folder_read(w->ask->log, their, &a, &shown, err))
		return false;
	for (uint64_t event = n * TILE_WIDTH + 1;
		 entry_next(&kept, &mine) && entry_next(&shown, &theirs); event++)
		if (!str_eq(mine, theirs)) {
			d->event = event;
			break;
		}
	if (d->event) {
		d->kept = arena_str(w->a, mine);
		d->shown = arena_str(w->a, theirs);
	}
	return true;
}

static bool
difference_find(const Witness *w, Difference *d, Err *err)
{
	uint64_t kept = w->before.head.size, shown = w->now.head.size,
			 both = kept < shown ? kept : shown;
	*d = (Difference){0};
	for (uint64_t n = 0; !d->event && n * TILE_WIDTH < both; n++)
		if (!bundles_compare(w, n, d, err))
			return false;
	return true;
}

static bool
evidence_keep(const Witness *w, const Difference *d, const char **dir, Err *err)
{
	char root[9];
	hex_encode(w->now.head.root.b, 4, root);
	*dir = arena_fmt(
		w->a, "%s/fork-%llu-%s", w->ask->state, (unsigned long long)w->now.head.size, root)
			   .p;
	return folder_put(*dir, S("kept-checkpoint"), w->before_note, err) &&
		folder_put(*dir, S("shown-checkpoint"), w->now_note, err) &&
		(!d->event ||
			(folder_put(*dir, S("kept-entry.json"), d->kept, err) &&
				folder_put(*dir, S("shown-entry.json"), d->shown, err)));
}

static bool
fork_name(const Witness *w, Err *err)
{
	Difference d;
	const char *dir;
	long long kept = (long long)w->before.head.size, shown = (long long)w->now.head.size;
	if (!difference_find(w, &d, err) || !evidence_keep(w, &d, &dir, err))
		return false;
	if (d.event)
		err_set(err, E_CONFLICT,
			"the log was forked: event %lld is not the one that was kept; %lld events were kept, the log shows %lld now",
			(long long)d.event, kept, shown);
	else
		err_set(err, E_CONFLICT,
			"the log was rolled back: it shows %lld events, but %lld had been shown and kept before",
			shown, kept);
	return err_hint(err,
		"not cosigned; both checkpoints are kept in '%s'. Its owner may have accepted a rollback: then he can say so and why",
		dir);
}

/* Whether the log holds what its own checkpoint says: only then it is the log that was forked, and not its files damaged. */
static bool
fork_judge(const Witness *w, const FolderAsk *folder, Err *err)
{
	FolderReport r;
	return log_verify_folder(folder, w->a, &r, err) && fork_name(w, err);
}

/* ---- keeping and cosigning ---- */

static bool
entry_keep(void *ctx, uint64_t index, Str entry, Err *err)
{
	(void)index;
	return layout_add(ctx, entry, err);
}

static bool
entries_keep(const Witness *w, Layout *l, Err *err)
{
	Sha256 root;
	FolderWalk walk = {w->ask->log, w->before.head.size, w->now.head.size, entry_keep, l, NULL};
	if (!folder_load(w->kept, w->before.head.size, l, err) || !folder_walk(&walk, err) ||
		!layout_end(l, err))
		return false;
	tree_root(&l->edge, l->hasher, &root);
	return memcmp(root.b, w->now.head.root.b, sizeof root.b) == 0 ||
		err_set(err, E_IO, "'%s' changed while it was read", w->ask->log);
}

static bool
view_keep(const Witness *w, Err *err)
{
	Layout *l = NEW(w->a, Layout, 1);
	*l = (Layout){.fn = folder_tile_put, .ctx = (void *)w->kept};
	bool ok = hasher_open(&l->hasher, err) && entries_keep(w, l, err) &&
		folder_put(w->kept, S("checkpoint"), w->now_note, err);
	hasher_close(l->hasher);
	layout_close(l);
	return ok;
}

static bool
append(const char *path, Str bytes, Err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return file_error(err, "cannot write '%s': %s", path);
	bool ok = fd_write_all(fd, bytes, err) && fd_sync(fd, err);
	(void)close(fd);
	return ok;
}

static bool
cosign(Witness *w, Err *err)
{
	AUTO(Buf) out = {0};
	Note note;
	const Env *env = w->ask->env;
	if (!note_parse(w->now_note, w->a, &note, err))
		return false;
	NoteSignature *all = NEW(w->a, NoteSignature, note.n + 1);
	memcpy(all, note.signature, note.n * sizeof *all);
	if (!note_sign(note.text, &w->signer, (uint64_t)(env->now(env->ctx) / 1000), &all[note.n], err))
		return false;
	note.signature = all;
	note.n++;
	note_format(&note, &out);
	buf_byte(&out, '\n'); /* between those in `cosignatures` */
	if (!buf_check(&out, err) || !append(path_of(w, "cosignatures"), buf_str(&out), err))
		return false;
	w->out->cosigned = true;
	return folder_put(w->ask->state, S("checkpoint"), str_slice(buf_str(&out), 0, out.n - 1), err);
}

static bool
look(Witness *w, Err *err)
{
	FolderReport r;
	FolderAsk folder = {.dir = w->ask->log, .key = w->ask->key, .watch = w->ask->watch};
	if (!verifier_parse(str_trim(w->ask->key), w->a, &w->log_key, err) || !key_open(w, err) ||
		!kept_read(w, err) || !shown_read(w, err))
		return false;
	uint64_t before = w->before.head.size, now = w->now.head.size;
	FolderStart start = {w->kept, before};
	w->out->events = (int64_t)now;
	w->out->added = (int64_t)(now - before);
	if (now < before)
		return fork_judge(w, &folder, err);
	if (!folder_verify(&folder, &start, w->a, &r, err))
		return before && err && err->code == E_CONFLICT ? fork_judge(w, &folder, err) : false;
	if (now == before && before && file_exists(path_of(w, "checkpoint")))
		return true;
	return (now == before || view_keep(w, err)) && cosign(w, err);
}

bool
witness_look(const WitnessAsk *ask, Arena *a, WitnessReport *out, Err *err)
{
	Lease lease;
	*out = (WitnessReport){0};
	Witness w = {.ask = ask, .out = out, .a = a};
	w.kept = path_of(&w, "log");
	if (!dirs_make(ask->state, *a, err) || !lease_take(ask->state, &lease, err))
		return false;
	bool ok = look(&w, err);
	sodium_memzero(w.signer.secret, sizeof w.signer.secret);
	lease_drop(&lease);
	return ok;
}
