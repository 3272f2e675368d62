/* log_layout: a log as files: public entries go in one after the other, bundles of 256 and the tiles over them come out. */
#include "svc/folder_private.h"

static void
put(Layout *l, int level, uint64_t n, int width, Str bytes)
{
	l->failed = l->failed || !l->fn(l->ctx, level, n, width, bytes, l->err);
}

static Str
tile_bytes(const Layout *l, int level, int width)
{
	return (Str){(const char *)l->tile[level], (size_t)width * sizeof l->tile[0][0].b};
}

static void
node_keep(void *ctx, int level, uint64_t index, const Sha256 *hash)
{
	Layout *l = ctx;
	int at = (int)(index % TILE_WIDTH);
	if (level >= TILE_LEVELS)
		return;
	l->tile[level][at] = *hash;
	if (at == TILE_WIDTH - 1)
		put(l, level, index / TILE_WIDTH, TILE_WIDTH, tile_bytes(l, level, TILE_WIDTH));
}

bool
layout_add(Layout *l, Str entry, Err *err)
{
	Sha256 leaf;
	uint64_t index = l->edge.size;
	l->err = err;
	if (!entry_add(&l->bundle, entry, err))
		return false;
	tlog_leaf(l->hasher, entry, &leaf);
	if (index % TILE_WIDTH == TILE_WIDTH - 1)
		put(l, -1, index / TILE_WIDTH, TILE_WIDTH, buf_str(&l->bundle));
	node_keep(l, 0, index, &leaf);
	tree_add(&l->edge, l->hasher, &leaf, node_keep, l);
	if (l->edge.size % TILE_WIDTH == 0)
		buf_clear(&l->bundle);
	return !l->failed;
}

bool
layout_end(Layout *l, Err *err)
{
	l->err = err;
	if (l->bundle.n)
		put(l, -1, l->edge.size / TILE_WIDTH, (int)(l->edge.size % TILE_WIDTH),
			buf_str(&l->bundle));
	for (int level = 0; level < TILE_LEVELS; level++) {
		uint64_t n = l->edge.size >> (8 * level);
		int width = (int)(n % TILE_WIDTH);
		if (width)
			put(l, level, n / TILE_WIDTH, width, tile_bytes(l, level, width));
	}
	return !l->failed;
}

void
layout_close(Layout *l)
{
	buf_close(&l->bundle);
}
