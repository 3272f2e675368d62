/* log_folder: a published log as a folder (c2sp.org/tlog-tiles): reading, writing, going through its entries. */
#include "svc/folder_private.h"

static bool
bundle_cut(Str whole, int width, Str *out)
{
	Str rest = whole, entry;
	for (int i = 0; i < width; i++)
		if (!entry_next(&rest, &entry))
			return false;
	*out = str_slice(whole, 0, whole.n - rest.n);
	return true;
}

static bool
file_fits(Str bytes, int level, int width, bool whole, Str *out)
{
	size_t want = (size_t)width * sizeof((Sha256 *)0)->b;
	if (level < 0 ? !bundle_cut(bytes, width, out) : bytes.n < want)
		return false;
	if (level >= 0)
		*out = str_slice(bytes, 0, want);
	return !whole || out->n == bytes.n;
}

static bool
tile_file(const char *dir, const char *path, Arena *a, Str *out, Err *err)
{
	return file_read(arena_fmt(a, "%s/%s", dir, path).p, BUNDLE_MOST, a, out, err);
}

bool
folder_read(const char *dir, TileName t, Arena *a, Str *out, Err *err)
{
	AUTO(Buf) b = {0};
	Str bytes;
	Err why = {0};
	tile_path(t.level, t.n, t.width, &b);
	if (!buf_check(&b, err))
		return false;
	const char *path = arena_cstr(a, buf_str(&b));
	bool exact = tile_file(dir, path, a, &bytes, &why);
	if (!exact && why.code == E_NOTFOUND && t.width < TILE_WIDTH) {
		buf_clear(&b);
		tile_path(t.level, t.n, TILE_WIDTH, &b);
		Err also = {0};
		if (tile_file(dir, arena_cstr(a, buf_str(&b)), a, &bytes, &also))
			why = (Err){0};
	}
	if (why.code == E_NOTFOUND)
		return err_set(err, E_CONFLICT, "file '%s' of the log is missing", path);
	if (why.code) {
		if (err)
			*err = why;
		return false;
	}
	return file_fits(bytes, t.level, t.width, exact, out) ||
		err_set(err, E_CONFLICT, "file '%s' of the log was cut short or added to: %d %s expected",
			path, t.width, t.level < 0 ? tr("entries") : tr("hashes"));
}

bool
folder_put(const char *dir, Str path, Str bytes, Err *err)
{
	enum { FOLDER = 0755, FILE_MODE = 0644 };
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 64 * 1024, err) || !dir_make_as(dir, FOLDER, err))
		return false;
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/' &&
			!dir_make_as(arena_fmt(&a, "%s/%.*s", dir, (int)i, path.p).p, FOLDER, err))
			return false;
	return file_write_atomic(arena_fmt(&a, "%s/%.*s", dir, STR(path)).p, bytes, FILE_MODE, err);
}

bool
folder_tile_put(void *ctx, int level, uint64_t n, int width, Str bytes, Err *err)
{
	AUTO(Buf) path = {0};
	tile_path(level, n, width, &path);
	return buf_check(&path, err) && folder_put(ctx, buf_str(&path), bytes, err);
}

/* ---- the state after so many entries ---- */

typedef struct FolderTiles {
	const char *dir;
	Arena a;
} FolderTiles;

static bool
tile_get(void *ctx, int level, uint64_t n, int width, Sha256 *out, Err *err)
{
	const FolderTiles *t = ctx;
	Arena a = t->a;
	Str bytes;
	if (!folder_read(t->dir, (TileName){level, n, width}, &a, &bytes, err))
		return false;
	memcpy(out, bytes.p, bytes.n);
	return true;
}

static bool
parts_load(FolderTiles *t, uint64_t size, Layout *l, Err *err)
{
	for (int level = 0; level < TILE_LEVELS; level++) {
		uint64_t n = size >> (8 * level);
		int width = (int)(n % TILE_WIDTH);
		if (width && !tile_get(t, level, n / TILE_WIDTH, width, l->tile[level], err))
			return false;
	}
	Str bundle = {0};
	int width = (int)(size % TILE_WIDTH);
	if (width &&
		!folder_read(t->dir, (TileName){-1, size / TILE_WIDTH, width}, &t->a, &bundle, err))
		return false;
	buf_add(&l->bundle, bundle);
	return buf_check(&l->bundle, err);
}

bool
folder_load(const char *dir, uint64_t size, Layout *l, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 4 * (size_t)BUNDLE_MOST, err))
		return false;
	FolderTiles *from = NEW(&a, FolderTiles, 1);
	Tiles *tiles = tiles_new(&a, tile_get, from, l->hasher, size);
	*from = (FolderTiles){dir, a};
	return tiles_edge(tiles, size, &l->edge, err) && parts_load(from, size, l, err);
}

/* ---- entries ---- */

static bool
bundle_walk(const FolderWalk *w, uint64_t n, Arena a, Err *err)
{
	uint64_t first = n * TILE_WIDTH;
	int width = tile_width(w->size, 0, n);
	Str bundle, entry;
	if (!folder_read(w->dir, (TileName){-1, n, width}, &a, &bundle, err))
		return false;
	for (uint64_t i = first; entry_next(&bundle, &entry); i++)
		if (i >= w->from && !w->fn(w->ctx, i, entry, err))
			return false;
	return true;
}

bool
folder_walk(const FolderWalk *w, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 4 * (size_t)BUNDLE_MOST, err))
		return false;
	for (uint64_t n = w->from / TILE_WIDTH; n * TILE_WIDTH < w->size; n++) {
		if (!bundle_walk(w, n, a, err))
			return false;
		uint64_t done = (n + 1) * TILE_WIDTH < w->size ? (n + 1) * TILE_WIDTH : w->size;
		if (w->watch && w->watch->progress)
			w->watch->progress(w->watch->ctx, S("entries"), done, w->size);
		if (w->watch && w->watch->stop && *w->watch->stop)
			return err_set(err, E_BUSY, "stopped");
	}
	return true;
}

bool
folder_checkpoint(
	const char *path, const VerifierKey *key, Arena *a, LogCheckpoint *out, Note *note, Err *err)
{
	Str bytes;
	return file_read(path, NOTE_MOST, a, &bytes, err) &&
		(checkpoint_open(bytes, key, a, out, note, err) || err_prefix(err, "%s: ", path));
}
