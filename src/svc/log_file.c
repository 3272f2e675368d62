/* log_file: one file of the published log, made from the database when it is asked for: as log_publish would write it. */
#include "svc/folder_private.h"

bool
log_newest(Workspace *w, Arena *a, Str *text, LogCheckpoint *c, Err *err)
{
	Stmt *s;
	Note note;
	bool row;
	if (!svc_stmt(w->db, &w->sql, "log_checkpoint_newest", &s, err))
		return false;
	db_set_int(s, "event", 0);
	if (!db_step(s, &row, err))
		return false;
	if (!row) {
		err_set(err, E_NOTFOUND, "the log has no checkpoint yet: there is nothing to publish");
		return err_hint(err, "siap import or siap enter begins it, siap checkpoint signs it");
	}
	*text = arena_str(a, db_text(s, 1));
	db_reset(s);
	return note_parse(*text, a, &note, err) && checkpoint_parse(note.text, c, err);
}

bool
log_public_key(Workspace *w, Arena *a, Buf *out, Err *err)
{
	Str *key;
	size_t n;
	if (!log_keys(w, a, &key, &n, err))
		return false;
	if (n)
		buf_fmt(out, "%.*s\n", STR(key[0]));
	return buf_check(out, err);
}

static bool
bundle_add(void *ctx, EntryMaker *m, const MadeEntry *e, Str entry, Err *err)
{
	Sha256 leaf;
	tlog_leaf(m->sealer.hasher, entry, &leaf);
	if (e->leaf.n != sizeof leaf.b || memcmp(e->leaf.p, leaf.b, sizeof leaf.b) != 0)
		return err_set(err, E_CONFLICT,
			"event %lld is not what was logged: it, its origin or its leaf in the tree was changed",
			(long long)e->seq);
	return entry_add(ctx, entry, err);
}

static bool
bundle_make(Workspace *w, TileName t, Buf *out, Err *err)
{
	AUTO(EntryMaker) maker = {0};
	int64_t first = (int64_t)t.n * TILE_WIDTH;
	return entry_maker_open(w, &maker, err) &&
		entries_each(&maker, first, first + t.width, bundle_add, out, err);
}

static bool
tile_make(Workspace *w, TileName t, Arena *a, Buf *out, Err *err)
{
	LogSource from = {w->db, &w->sql};
	Sha256 *hash = NEW(a, Sha256, TILE_WIDTH);
	if (!log_tile(&from, t.level, t.n, t.width, hash, err))
		return false;
	buf_add(out, (Str){(const char *)hash, (size_t)t.width * sizeof *hash});
	return buf_check(out, err);
}

bool
log_file(Workspace *w, Str path, Arena *a, Buf *out, Err *err)
{
	Str note;
	LogCheckpoint c;
	TileName t;
	if (str_eq(path, S("public-key")))
		return log_public_key(w, a, out, err);
	bool newest = str_eq(path, S("checkpoint"));
	if (!newest &&
		!(str_starts(path, S("tile/")) && tile_path_parse(path, &t.level, &t.n, &t.width)))
		return err_set(err, E_NOTFOUND, "the log has no file '%.*s'", STR(path));
	if (!log_newest(w, a, &note, &c, err))
		return false;
	if (newest) {
		buf_add(out, note);
		return buf_check(out, err);
	}
	/* Only what is signed: a checkpoint must cover all that somebody can fetch. */
	if (t.width > tile_width(c.head.size, t.level < 0 ? 0 : t.level, t.n))
		return err_set(err, E_NOTFOUND, "the log has no file '%.*s'", STR(path));
	return t.level < 0 ? bundle_make(w, t, out, err) : tile_make(w, t, a, out, err);
}
