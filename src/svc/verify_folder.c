/* verify_folder: a published log checked with nothing but its public key: entries, tiles, root, signature. */
#include "svc/folder_private.h"

/* ---- one entry ---- */

static Str
text_member(const json_t *e, const char *name, Arena *a, bool *ok)
{
	const json_t *v = json_object_get(e, name);
	*ok &= json_is_string(v);
	return *ok ? arena_str(a, (Str){json_string_value(v), json_string_length(v)}) : (Str){0};
}

static int64_t
number_member(const json_t *e, const char *name, bool *ok)
{
	const json_t *v = json_object_get(e, name);
	*ok &= json_is_integer(v);
	return *ok ? json_integer_value(v) : 0;
}

static bool
hash_is(Str hex)
{
	Sha256 hash;
	return hex_decode(hex, hash.b, sizeof hash.b);
}

static bool
members_read(const json_t *e, Arena *a, EntryFacts *out)
{
	enum { MEMBERS = 10 };
	bool ok = true;
	*out = (EntryFacts){.agency = text_member(e, "agency", a, &ok),
		.dataset = text_member(e, "dataset", a, &ok),
		.area = text_member(e, "area", a, &ok),
		.open = text_member(e, "open", a, &ok),
		.seq = number_member(e, "seq", &ok),
		.at = number_member(e, "at", &ok),
		.op = (int)number_member(e, "op", &ok)};
	Str meta = text_member(e, "meta", a, &ok), closed = text_member(e, "closed", a, &ok);
	return ok && hash_is(out->open) && hash_is(meta) && (!closed.n || hash_is(closed)) &&
		json_object_size(e) == MEMBERS && out->op >= 1;
}

bool
entry_read(Str entry, uint64_t index, Arena *a, EntryFacts *out, Err *err)
{
	json_t *e;
	if (!json_parse(entry, 65535, &e, err))
		return false;
	bool known = true;
	known = number_member(e, "v", &known) == 1 && known;
	bool good = known && members_read(e, a, out);
	json_decref(e);
	if (!known)
		return err_set(err, E_INPUT, "the entry is of a version that this Siap does not know");
	if (!good)
		return err_set(err, E_CONFLICT, "this is no entry of a log of Siap");
	return (uint64_t)out->seq == index + 1 ||
		err_set(err, E_CONFLICT, "it is the entry of event %lld", (long long)out->seq);
}

/* ---- the folder ---- */

typedef struct FolderCheck {
	const FolderAsk *ask;
	FolderReport *out;
	const char *dir;
	Arena a;
	Hasher *hasher;
	Layout *layout;
	VerifierKey key;
	LogCheckpoint c, against;
	OpenParts open;
	Sha256 older; /* root of as many entries as `against` is of */
} FolderCheck;

/* Files that come from the entries must be those that are there. */
static bool
tile_compare(void *ctx, int level, uint64_t n, int width, Str bytes, Err *err)
{
	FolderCheck *f = ctx;
	AUTO(Buf) path = {0};
	Arena a = f->a;
	Str found;
	if (level < 0)
		return true;
	if (!folder_read(f->dir, (TileName){level, n, width}, &a, &found, err))
		return false;
	f->out->tiles++;
	if (str_eq(found, bytes))
		return true;
	int at = 0;
	while (memcmp(found.p + 32 * at, bytes.p + 32 * at, 32) == 0)
		at++;
	tile_path(level, n, width, &path);
	int64_t span = INT64_C(1) << (8 * level), last = ((int64_t)n * TILE_WIDTH + at + 1) * span;
	if (level == 0)
		return err_set(err, E_CONFLICT,
			"hash %d in '%.*s' is not that of entry %lld: one of the two was changed", at + 1,
			STR(buf_str(&path)), (long long)last);
	return err_set(err, E_CONFLICT, "hash %d in '%.*s' is not that of the entries %lld to %lld",
		at + 1, STR(buf_str(&path)), (long long)(last - span + 1), (long long)last);
}

/* Hours of restricted entries are rounded down. */
static bool
time_check(FolderCheck *f, const EntryFacts *e, Err *err)
{
	enum { HOUR = 3600000 };
	int64_t least = f->out->at - (e->dataset.n ? 0 : f->out->at % HOUR);
	if (e->at < least)
		return err_set(err, E_CONFLICT, "its time lies before that of the entry before it");
	f->out->at = e->at > f->out->at ? e->at : f->out->at;
	return true;
}

/* A bundle whose entry does not hold, before the sentence that says why. */
static bool
entry_refuse(const FolderCheck *f, uint64_t index, Err *err)
{
	AUTO(Buf) path = {0};
	uint64_t n = index / TILE_WIDTH;
	tile_path(-1, n, tile_width(f->c.head.size, 0, n), &path);
	return err_prefix(err, tr("'%.*s', entry %lld: "), STR(buf_str(&path)), (long long)index + 1);
}

static bool
entry_check(void *ctx, uint64_t index, Str entry, Err *err)
{
	FolderCheck *f = ctx;
	Arena a = f->a;
	EntryFacts e;
	if (!entry_read(entry, index, &a, &e, err) || !time_check(f, &e, err))
		return entry_refuse(f, index, err);
	/* What e points to is void once layout_add reads a tile into the same scratch. */
	if (!open_parts_check(&f->open, &e, f->hasher, err) || !layout_add(f->layout, entry, err))
		return false;
	if (f->layout->edge.size == f->against.head.size)
		tree_root(&f->layout->edge, f->hasher, &f->older);
	return true;
}

static bool
against_open(FolderCheck *f, Err *err)
{
	Note note;
	if (!f->ask->against)
		return true;
	if (!folder_checkpoint(f->ask->against, &f->key, &f->a, &f->against, &note, err))
		return false;
	return f->against.head.size <= f->c.head.size ||
		err_set(err, E_CONFLICT,
			"it was signed for %lld events, but there are %lld: later events are gone",
			(long long)f->against.head.size, (long long)f->c.head.size) ||
		err_prefix(err, "%s: ", f->ask->against);
}

static bool
roots_check(const FolderCheck *f, Err *err)
{
	Sha256 root;
	tree_root(&f->layout->edge, f->hasher, &root);
	if (memcmp(root.b, f->c.head.root.b, sizeof root.b) != 0)
		return err_set(
			err, E_CONFLICT, "'%s': the entries are not those that its checkpoint signs", f->dir);
	return !f->against.head.size ||
		memcmp(f->older.b, f->against.head.root.b, sizeof root.b) == 0 ||
		err_set(err, E_CONFLICT,
			"the log was forked: its first %lld events are not those that were signed then",
			(long long)f->against.head.size) ||
		err_prefix(err, "%s: ", f->ask->against);
}

static bool
folder_check(FolderCheck *f, const FolderStart *start, Err *err)
{
	Note note;
	*f->layout = (Layout){.hasher = f->hasher, .fn = tile_compare, .ctx = f};
	if (!verifier_parse(str_trim(f->ask->key), &f->a, &f->key, err) ||
		!folder_checkpoint(
			arena_fmt(&f->a, "%s/checkpoint", f->dir).p, &f->key, &f->a, &f->c, &note, err) ||
		!against_open(f, err))
		return false;
	if (start && !folder_load(start->dir, start->size, f->layout, err))
		return false;
	FolderWalk walk = {
		f->dir, f->layout->edge.size, f->c.head.size, entry_check, f, &f->ask->watch};
	f->out->events = (int64_t)f->c.head.size;
	f->out->origin = arena_str(&f->a, f->c.origin);
	if (!folder_walk(&walk, err) || !layout_end(f->layout, err) || !roots_check(f, err))
		return false;
	f->out->opened = f->open.opened;
	return !f->open.seq ||
		err_set(err, E_CONFLICT, "%s:%lld: the log has no event %lld behind the one before",
			f->open.path, (long long)f->open.line, (long long)f->open.seq);
}

bool
folder_verify(const FolderAsk *ask, const FolderStart *start, Arena *a, FolderReport *out, Err *err)
{
	*out = (FolderReport){0};
	FolderCheck f = {.ask = ask, .out = out, .dir = ask->dir};
	const char *inside = arena_fmt(a, "%s/log", ask->dir).p;
	if (!file_exists(arena_fmt(a, "%s/checkpoint", ask->dir).p) &&
		file_exists(arena_fmt(a, "%s/checkpoint", inside).p))
		f.dir = inside;
	f.layout = NEW(a, Layout, 1);
	if (!arena_open(&f.a, 256 * SIZE_MB, err))
		return false;
	bool ok = hasher_open(&f.hasher, err) &&
		open_parts_begin(&f.open, arena_fmt(a, "%s/events.jsonl", ask->dir).p, err) &&
		folder_check(&f, start, err);
	open_parts_end(&f.open);
	out->origin = arena_str(a, out->origin);
	layout_close(f.layout);
	hasher_close(f.hasher);
	arena_close(&f.a);
	return ok;
}

bool
log_verify_folder(const FolderAsk *ask, Arena *a, FolderReport *out, Err *err)
{
	return folder_verify(ask, NULL, a, out, err);
}
