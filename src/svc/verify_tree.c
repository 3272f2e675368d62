/* verify_tree: the stored tiles are those of the leaves, and every checkpoint is one of a beginning of the log. */
#include "svc/verify_private.h"

/* ---- tiles ---- */

static bool
tile_differs(int level, int64_t tile, Err *err)
{
	return err_set(err, E_CONFLICT,
		"tile %lld of level %d of the log was changed: it is not that of its events",
		(long long)tile, level);
}

static void
reduce(Hasher *h, const Sha256 *from, Sha256 *out)
{
	Sha256 node[TILE_WIDTH];
	memcpy(node, from, sizeof node);
	verify_tile_root(h, node);
	*out = node[0];
}

/* All rows of one level, in order; `hash` are the n hashes that it must hold. */
static bool
level_check(Stmt *s, int level, const Sha256 *hash, int64_t n, Err *err)
{
	int64_t tiles = (n + TILE_WIDTH - 1) / TILE_WIDTH;
	bool row = true;
	db_set_int(s, "level", level);
	for (int64_t tile = 0; tile <= tiles; tile++) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return tile == tiles || tile_differs(level, tile, err);
		int64_t width = n - tile * TILE_WIDTH;
		width = width < TILE_WIDTH ? width : TILE_WIDTH;
		Str stored = db_text(s, 1);
		if (tile == tiles || db_int(s, 0) != tile || stored.n != (size_t)width * sizeof hash->b ||
			memcmp(stored.p, hash + tile * TILE_WIDTH, stored.n) != 0) {
			int64_t found = db_int(s, 0);
			db_reset(s);
			return tile_differs(level, tile < found && tile < tiles ? tile : found, err);
		}
	}
	return true;
}

static bool
tiles_check(Verify *v, VerifyThread *t, Err *err)
{
	Stmt *s;
	int64_t n = v->log.events / TILE_WIDTH;
	const Sha256 *hash = v->log.tile;
	if (!svc_stmt(t->db, &v->w->sql, "verify_tiles", &s, err))
		return false;
	for (int level = 1; level < TILE_LEVELS; level++) {
		if (!level_check(s, level, hash, n, err))
			return false;
		int64_t above = n / TILE_WIDTH;
		Sha256 *up = NEW(v->a, Sha256, (size_t)above + 1);
		for (int64_t i = 0; i < above; i++)
			reduce(t->sealer.hasher, hash + i * TILE_WIDTH, &up[i]);
		hash = up;
		n = above;
	}
	return true;
}

/* ---- checkpoints ---- */

typedef struct Signing {
	Verify *v;
	Tiles *tiles;
	VerifierKey *key;
	size_t n;
	Arena tmp;
} Signing;

static bool
note_check_all(Signing *g, Str bytes, LogCheckpoint *c, Err *err)
{
	Note note;
	Err why = {0};
	for (size_t i = 0; i < g->n; i++)
		if (checkpoint_open(bytes, &g->key[i], &g->tmp, c, &note, &why))
			return true;
	return err_set(err, E_CONFLICT, "%s", g->n ? why.text : tr("the log has no event"));
}

static bool
root_check(Signing *g, const LogCheckpoint *c, Err *err)
{
	Sha256 root;
	long long size = (long long)c->head.size;
	if (c->head.size > g->tiles->size)
		return err_set(err, E_CONFLICT,
			"it was signed for %lld events, but there are %lld: later events are gone", size,
			(long long)g->tiles->size);
	if (!tiles_root(g->tiles, c->head.size, &root, err))
		return false;
	return memcmp(root.b, c->head.root.b, sizeof root.b) == 0 ||
		err_set(err, E_CONFLICT,
			"the log was forked: its first %lld events are not those that were signed then", size);
}

static bool
stored_check(Signing *g, VerifyThread *t, Err *err)
{
	Stmt *s;
	bool row, ok = true;
	LogCheckpoint c;
	if (!svc_stmt(t->db, &g->v->w->sql, "log_checkpoint_all", &s, err))
		return false;
	while (ok) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		Arena before = g->tmp;
		int64_t size = db_int(s, 0);
		ok = note_check_all(g, db_text(s, 1), &c, err) &&
			(c.head.size == (uint64_t)size ||
				err_set(err, E_CONFLICT, "it is one of %lld events", (long long)c.head.size)) &&
			root_check(g, &c, err);
		if (!ok)
			err_prefix(err, tr("checkpoint of event %lld: "), (long long)size);
		g->v->out->checkpoints++;
		g->tmp = before;
	}
	db_reset(s);
	return false;
}

static bool
file_check(Signing *g, const char *path, Err *err)
{
	Str bytes;
	LogCheckpoint c;
	Arena before = g->tmp;
	bool ok = file_read(path, NOTE_MOST, &g->tmp, &bytes, err) &&
		((note_check_all(g, bytes, &c, err) && root_check(g, &c, err)) ||
			err_prefix(err, "%s: ", path));
	g->tmp = before;
	return ok;
}

/* The files may be newer than the moment that is looked at. */
static bool
files_check(Verify *v, Err *err)
{
	TreeHead newest;
	int64_t events;
	LogSource from = {v->w->db, &v->w->sql};
	for (int try = 0; try < 3; try++)
		if (workspace_newest(v->w, &events, err) && log_check(v->w, &from, events, &newest, err))
			return true;
	return false;
}

bool
verify_tree(Verify *v, VerifyThread *t, Err *err)
{
	LogSource from = {t->db, &v->w->sql};
	Signing g = {.v = v, .tmp = t->a};
	if (!tiles_check(v, t, err) || !log_verifiers(&from, &g.tmp, &g.key, &g.n, err))
		return false;
	g.tiles = tiles_new(&g.tmp, log_tile, &from, t->sealer.hasher, (uint64_t)v->log.events);
	return stored_check(&g, t, err) && (!v->ask->against || file_check(&g, v->ask->against, err)) &&
		(v->ask->rolled_back || files_check(v, err));
}
