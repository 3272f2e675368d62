/* tile: hashes of the tree read from tiles of 256, the tiles' paths, and bundles of entries. */
#include "tlog/tlog_private.h"

enum { TILE_HEIGHT = 8 }; /* of the subtree that a full tile holds */

Tiles *
tiles_new(Arena *a, TileFn fn, void *ctx, Hasher *h, uint64_t size)
{
	Tiles *t = NEW(a, Tiles, 1);
	t->fn = fn;
	t->ctx = ctx;
	t->hasher = h;
	t->size = size;
	return t;
}

int
tile_width(uint64_t size, int level, uint64_t n)
{
	NEED(level >= 0 && level < TILE_LEVELS);
	uint64_t hashes = size >> (level * TILE_HEIGHT);
	if (n > hashes / TILE_WIDTH)
		return 0;
	uint64_t rest = hashes - n * TILE_WIDTH;
	return rest < TILE_WIDTH ? (int)rest : TILE_WIDTH;
}

bool
tiles_node(Tiles *t, int height, uint64_t index, Sha256 *out, Err *err)
{
	NEED(height >= 0 && height < 64 && index < t->size >> height);
	int level = height / TILE_HEIGHT, within = height % TILE_HEIGHT;
	uint64_t n = index >> (TILE_HEIGHT - within);
	int from = (int)(index << within & (TILE_WIDTH - 1)), count = 1 << within;
	if (t->kept[level] != n + 1 || t->kept_width[level] < from + count) {
		int width = tile_width(t->size, level, n);
		t->kept[level] = 0;
		if (!t->fn(t->ctx, level, n, width, t->tile[level], err))
			return false;
		t->kept[level] = n + 1;
		t->kept_width[level] = width;
	}
	Sha256 node[TILE_WIDTH / 2];
	memcpy(node, t->tile[level] + from, (size_t)count * sizeof *node);
	for (; count > 1; count /= 2)
		for (int i = 0; i < count / 2; i++)
			tlog_node(t->hasher, &node[2 * i], &node[2 * i + 1], &node[i]);
	*out = node[0];
	return true;
}

bool
tiles_edge(Tiles *t, uint64_t size, TreeEdge *out, Err *err)
{
	NEED(size <= t->size);
	*out = (TreeEdge){.size = size};
	uint64_t before = 0;
	for (int height = 63; height >= 0; height--) {
		uint64_t leaves = UINT64_C(1) << height;
		if (!(size & leaves))
			continue;
		if (!tiles_node(t, height, before >> height, &out->node[out->n++], err))
			return false;
		before += leaves;
	}
	return true;
}

bool
tiles_root(Tiles *t, uint64_t size, Sha256 *out, Err *err)
{
	TreeEdge edge;
	if (!tiles_edge(t, size, &edge, err))
		return false;
	tree_root(&edge, t->hasher, out);
	return true;
}

void
tile_path(int level, uint64_t n, int width, Buf *out)
{
	NEED(level >= -1 && level < TILE_LEVELS && width > 0 && width <= TILE_WIDTH);
	if (level < 0)
		buf_add(out, S("tile/entries/"));
	else
		buf_fmt(out, "tile/%d/", level);
	uint64_t above = 1000; /* the unit of the group left of the one to be written */
	while (n / above > 0 && above <= UINT64_MAX / 1000)
		above *= 1000;
	for (; above > 1000; above /= 1000)
		buf_fmt(out, "x%03u/", (unsigned)(n / (above / 1000) % 1000));
	buf_fmt(out, "%03u", (unsigned)(n % 1000));
	if (width < TILE_WIDTH)
		buf_fmt(out, ".p/%d", width);
}

/* The number that the groups of three digits at the front of the path make, and what comes behind them. */
static bool
tile_number(Str *path, uint64_t *n)
{
	*n = 0;
	for (int groups = 1; groups <= 6; groups++) {
		bool more = str_starts(*path, S("x"));
		Str digits = str_slice(*path, more, more + 3);
		uint64_t value = 0;
		for (size_t i = 0; i < digits.n; i++)
			value = value * 10 + (uint64_t)(digits.p[i] - '0');
		if (digits.n != 3 || !str_is_digits(digits))
			return false;
		*n = *n * 1000 + value;
		*path = str_slice(*path, more + 3, path->n);
		if (!more)
			return true;
		if (!str_starts(*path, S("/")))
			return false;
		*path = str_slice(*path, 1, path->n);
	}
	return false;
}

bool
tile_path_parse(Str path, int *level, uint64_t *n, int *width)
{
	Str rest = str_slice(path, S("tile/").n, path.n), name;
	uint64_t value = TILE_WIDTH;
	if (path.n > 64 || !str_cut(rest, '/', &name, &rest))
		return false;
	*level = -1;
	if (!str_eq(name, S("entries"))) {
		if (name.n != 1 || name.p[0] < '0' || name.p[0] >= '0' + TILE_LEVELS)
			return false;
		*level = name.p[0] - '0';
	}
	if (!tile_number(&rest, n))
		return false;
	if (rest.n > 0 &&
		(!size_read(str_slice(rest, S(".p/").n, rest.n), &value) || value < 1 ||
			value >= TILE_WIDTH))
		return false;
	*width = (int)value;
	if (*width > tile_width(INT64_MAX, *level < 0 ? 0 : *level, *n))
		return false;
	/* Whatever else may differ from what is written shows by writing it. */
	AUTO(Buf) again = {0};
	tile_path(*level, *n, *width, &again);
	return !again.failed && str_eq(buf_str(&again), path);
}

bool
entry_add(Buf *bundle, Str entry, Err *err)
{
	if (entry.n > UINT16_MAX)
		return err_set(
			err, E_LIMIT, "an entry of the log has %zu bytes, at most 65535 can be", entry.n);
	buf_byte(bundle, (char)(entry.n >> 8));
	buf_byte(bundle, (char)(entry.n & 0xff));
	buf_add(bundle, entry);
	return buf_check(bundle, err);
}

bool
entry_next(Str *bundle, Str *entry)
{
	const unsigned char *p = (const unsigned char *)bundle->p;
	if (bundle->n < 2)
		return false;
	size_t n = (size_t)p[0] << 8 | p[1];
	if (bundle->n - 2 < n)
		return false;
	*entry = str_slice(*bundle, 2, 2 + n);
	*bundle = str_slice(*bundle, 2 + n, bundle->n);
	return true;
}
