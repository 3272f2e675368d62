/* log_tree: the tree over the event log, as it lies in the database: leaf hashes with their events, the tiles above them in a
 * table, both written in the transaction of the events. */
#include "svc/svc_private.h"

static bool
leaves_read(const LogSource *from, int64_t after, int width, Sha256 *out, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(from->db, from->sql, "leaves", &s, err))
		return false;
	db_set_int(s, "after", after);
	db_set_int(s, "upto", after + width);
	for (int i = 0; i < width; i++) {
		if (!db_step(s, &row, err))
			return false;
		Str leaf = row ? db_text(s, 1) : (Str){0};
		if (!row || db_int(s, 0) != after + i + 1 || leaf.n != sizeof out->b) {
			if (row)
				db_reset(s);
			return err_set(err, E_DB, "event %lld of the log is missing or damaged",
				(long long)(after + i + 1));
		}
		memcpy(out[i].b, leaf.p, leaf.n);
	}
	db_reset(s);
	return true;
}

bool
log_tile(void *ctx, int level, uint64_t n, int width, Sha256 *out, Err *err)
{
	const LogSource *from = ctx;
	Stmt *s;
	bool row;
	if (level == 0)
		return leaves_read(from, (int64_t)n * TILE_WIDTH, width, out, err);
	if (!svc_stmt(from->db, from->sql, "log_tile_get", &s, err))
		return false;
	db_set_int(s, "level", level);
	db_set_int(s, "tile", (int64_t)n);
	if (!db_step(s, &row, err))
		return false;
	Str hashes = row ? db_text(s, 0) : (Str){0};
	size_t want = (size_t)width * sizeof out->b;
	if (hashes.n >= want)
		memcpy(out, hashes.p, want);
	if (row)
		db_reset(s);
	return hashes.n >= want ||
		err_set(err, E_DB, "tile %llu of level %d of the log is missing or cut short",
			(unsigned long long)n, level);
}

bool
log_tree_load(LogTree *t, const LogSource *from, int64_t events, Err *err)
{
	AUTO(Arena) a = {0};
	uint64_t size = (uint64_t)events;
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	LogSource source = *from;
	Tiles *tiles = tiles_new(&a, log_tile, &source, t->hasher, size);
	if (!tiles_edge(tiles, size, &t->edge, err))
		return false;
	for (int level = 1; level < TILE_LEVELS; level++) {
		uint64_t n = size >> (8 * level);
		int width = (int)(n % TILE_WIDTH);
		if (width && !log_tile(&source, level, n / TILE_WIDTH, width, t->tile[level], err))
			return false;
		t->changed[level] = false;
	}
	return true;
}

typedef struct Growing {
	LogTree *t;
	const LogSource *to;
	bool failed;
	Err *err;
} Growing;

static bool
tile_put(const LogTree *t, const LogSource *to, int level, uint64_t tile, int width, Err *err)
{
	Stmt *s;
	if (!svc_stmt(to->db, to->sql, "log_tile_put", &s, err))
		return false;
	db_set_int(s, "level", level);
	db_set_int(s, "tile", (int64_t)tile);
	db_bind_blob(s, db_param(s, "hashes"),
		(Str){(const char *)t->tile[level], (size_t)width * sizeof t->tile[0][0].b});
	return db_run_later(s, err);
}

static void
node_keep(void *ctx, int level, uint64_t index, const Sha256 *hash)
{
	Growing *g = ctx;
	int at = (int)(index % TILE_WIDTH);
	if (level >= TILE_LEVELS)
		return;
	g->t->tile[level][at] = *hash;
	g->t->changed[level] = at < TILE_WIDTH - 1;
	if (!g->failed && at == TILE_WIDTH - 1)
		g->failed = !tile_put(g->t, g->to, level, index / TILE_WIDTH, TILE_WIDTH, g->err);
}

bool
log_tree_extend(LogTree *t, const LogSource *to, Str leaves, Err *err)
{
	Growing g = {.t = t, .to = to, .err = err};
	NEED(leaves.n % 32 == 0);
	for (size_t i = 0; i < leaves.n; i += 32) {
		Sha256 leaf;
		memcpy(leaf.b, leaves.p + i, 32);
		tree_add(&t->edge, t->hasher, &leaf, node_keep, &g);
	}
	for (int level = 1; !g.failed && level < TILE_LEVELS; level++) {
		uint64_t n = t->edge.size >> (8 * level);
		if (t->changed[level])
			g.failed = !tile_put(t, to, level, n / TILE_WIDTH, (int)(n % TILE_WIDTH), err);
		t->changed[level] = false;
	}
	return !g.failed;
}
