/* tlog, tree and tiles: roots of published trees, tiles of every size, paths, bundles of entries. */
#include "unit.h"
#include "memlog.h"

static Arena arena;
static Hasher *hasher;

static int
setup(void **state)
{
	(void)state;
	return arena_open(&arena, 1 << 30, &err) && hasher_open(&hasher, &err) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	hasher_close(hasher);
	arena_close(&arena);
	return 0;
}

static void
same_hash(const char *what, uint64_t n, const Sha256 *got, const Sha256 *want)
{
	char g[65], w[65];
	hex_encode(got, sizeof *got, g);
	hex_encode(want, sizeof *want, w);
	if (strcmp(g, w) != 0)
		fail_msg("%s %llu: expected %s, came %s", what, (unsigned long long)n, w, g);
}

static Sha256
hex_hash(const char *hex)
{
	Sha256 out;
	assert_true(hex_decode(str_of(hex), out.b, sizeof out.b));
	return out;
}

/* ---- Tree ---- */

static void
published_roots(void **state)
{
	(void)state;
	MemLog log = memlog_new(&arena, hasher, 8);
	memlog_ct(&log);
	assert_int_equal(log.edge.size, 8);
	Tiles *t = tiles_new(&arena, memlog_read, &log, hasher, 8);
	TreeEdge edge = {0};
	for (uint64_t n = 0;; n++) {
		Sha256 want = hex_hash(ct_leaf[n].root), got;
		tree_root(&edge, hasher, &got);
		same_hash("root of grown tree", n, &got, &want);
		OK(tiles_root(t, n, &got, &err));
		same_hash("root from tiles", n, &got, &want);
		if (!ct_leaf[n].entry)
			break;
		tree_add(&edge, hasher, &log.hash[0][n], NULL, NULL);
	}
}

/* Also what a node and a leaf are: the inner hashes of the same published tree (constants.go of transparency-dev/merkle). */
static void
published_nodes(void **state)
{
	(void)state;
	MemLog log = memlog_new(&arena, hasher, 8);
	memlog_ct(&log);
	Tiles *t = tiles_new(&arena, memlog_read, &log, hasher, 8);
	static const struct {
		int height;
		uint64_t index;
		const char *hash;
	} cases[] = {
		{0, 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{0, 1, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"},
		{0, 2, "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7"},
		{0, 3, "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7"},
		{0, 4, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"},
		{0, 5, "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658"},
		{0, 6, "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"},
		{0, 7, "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1"},
		{1, 0, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{1, 1, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"},
		{1, 2, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"},
		{1, 3, "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"},
		{2, 0, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{2, 1, "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"},
		{3, 0, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		Sha256 got, want = hex_hash(cases[i].hash);
		OK(tiles_node(t, cases[i].height, cases[i].index, &got, &err));
		same_hash("node", i, &got, &want);
	}
}

/* The tile numbers that tree_add gives are checked in memlog.h, their hashes here. */
static void
every_size_has_the_root_of_its_definition(void **state)
{
	(void)state;
	enum { MOST = 1100 };
	MemLog log = memlog_new(&arena, hasher, MOST);
	for (uint64_t n = 0; n <= MOST; n++) {
		memlog_fill(&log, 1, n);
		Sha256 got, want = memlog_mth(hasher, log.hash[0], n);
		tree_root(&log.edge, hasher, &got);
		same_hash("root", n, &got, &want);
		assert_int_equal(log.edge.size, n);
		assert_int_equal(log.edge.n, (size_t)__builtin_popcountll(n));
	}
	assert_int_equal(log.n[1], MOST / 256);
	assert_int_equal(log.n[2], 0);
	for (uint64_t i = 0; i < log.n[1]; i++) {
		Sha256 want = memlog_mth(hasher, log.hash[0] + 256 * i, 256);
		same_hash("tile hash", i, &log.hash[1][i], &want);
	}
}

static void
subtrees_at_once(void **state)
{
	(void)state;
	enum { MOST = 66000 };
	MemLog log = memlog_new(&arena, hasher, MOST);
	memlog_fill(&log, 2, MOST);
	assert_int_equal(log.n[2], 1);
	static const int heights[][8] = {
		{16, 8, 4, 0, -1}, {0, 0, 1, 2, 3, 4, 5, -1}, {8, 8, 9, 10, 8, -1}};
	for (size_t i = 0; i < sizeof heights / sizeof *heights; i++) {
		TreeEdge grown = {0};
		Tiles *t = tiles_new(&arena, memlog_read, &log, hasher, MOST);
		for (const int *height = heights[i]; *height >= 0; height++) {
			Sha256 subtree;
			OK(tiles_node(t, *height, grown.size >> *height, &subtree, &err));
			tree_add_perfect(&grown, hasher, &subtree, *height, NULL, NULL);
		}
		Sha256 got, want = memlog_mth(hasher, log.hash[0], grown.size);
		tree_root(&grown, hasher, &got);
		same_hash("root of subtrees", grown.size, &got, &want);
		assert_true(grown.size > 15);
	}
}

static int completed_level[8], completed;
static uint64_t completed_index[8];

static void
note_completed(void *ctx, int level, uint64_t index, const Sha256 *hash)
{
	(void)ctx;
	(void)hash;
	assert_true(completed < 8);
	completed_level[completed] = level;
	completed_index[completed++] = index;
}

/* A subtree of 2^16 leaves is node 0 of level 2; beside another of 2^15 + 2^15 it completes nothing further. */
static void
subtrees_complete_tiles_of_their_height_and_above(void **state)
{
	(void)state;
	TreeEdge edge = {0};
	Sha256 any = sha256(S("any"));
	completed = 0;
	tree_add_perfect(&edge, hasher, &any, 16, note_completed, NULL);
	tree_add_perfect(&edge, hasher, &any, 15, note_completed, NULL);
	tree_add_perfect(&edge, hasher, &any, 15, note_completed, NULL);
	tree_add_perfect(&edge, hasher, &any, 8, note_completed, NULL);
	assert_int_equal(completed, 3);
	assert_int_equal(completed_level[0], 2);
	assert_int_equal(completed_index[0], 0);
	assert_int_equal(completed_level[1], 2);
	assert_int_equal(completed_index[1], 1);
	assert_int_equal(completed_level[2], 1);
	assert_int_equal(completed_index[2], 512);
	assert_int_equal(edge.size, (1u << 17) + 256);
	assert_int_equal(edge.n, 2);
}

static void
misaligned(void)
{
	TreeEdge edge = {0};
	Sha256 any = {0};
	tree_add(&edge, hasher, &any, NULL, NULL);
	tree_add_perfect(&edge, hasher, &any, 1, NULL, NULL);
}

static void
too_large(void)
{
	TreeEdge edge = {0};
	Sha256 any = {0};
	for (int height = 62; height >= 0; height--)
		tree_add_perfect(&edge, hasher, &any, height, NULL, NULL);
	if (edge.size == INT64_MAX && edge.n == 63)
		tree_add(&edge, hasher, &any, NULL, NULL);
}

static void
a_subtree_must_fit(void **state)
{
	(void)state;
	ABORTS(misaligned);
	ABORTS(too_large);
}

/* ---- Tiles ---- */

/* The example of c2sp.org/tlog-tiles: 70,000 leaves are 273 full tiles and one of 112 on level 0, a full one and one of 17 on
 * level 1, one of 1 on level 2; and 256 leaves have a full tile on level 0 and one of 1 on level 1. */
static void
published_widths(void **state)
{
	(void)state;
	assert_int_equal(tile_width(70000, 0, 272), 256);
	assert_int_equal(tile_width(70000, 0, 273), 112);
	assert_int_equal(tile_width(70000, 0, 274), 0);
	assert_int_equal(tile_width(70000, 1, 0), 256);
	assert_int_equal(tile_width(70000, 1, 1), 17);
	assert_int_equal(tile_width(70000, 1, 2), 0);
	assert_int_equal(tile_width(70000, 2, 0), 1);
	assert_int_equal(tile_width(70000, 2, 1), 0);
	assert_int_equal(tile_width(70000, 3, 0), 0);
	assert_int_equal(tile_width(256, 0, 0), 256);
	assert_int_equal(tile_width(256, 0, 1), 0);
	assert_int_equal(tile_width(256, 1, 0), 1);
	assert_int_equal(tile_width(255, 1, 0), 0);
	assert_int_equal(tile_width(0, 0, 0), 0);
	assert_int_equal(tile_width(INT64_MAX, 7, 0), 127);
	assert_int_equal(tile_width(INT64_MAX, 0, INT64_MAX / 256), 255);
	assert_int_equal(tile_width(INT64_MAX, 0, UINT64_MAX), 0);
}

/* Edges and roots of all earlier sizes from the tiles of the whole are those that the tree had when it was so large. */
static void
tiles_know_every_earlier_tree(void **state)
{
	(void)state;
	enum { MOST = 700 };
	MemLog log = memlog_new(&arena, hasher, MOST);
	TreeEdge *was = NEW(&arena, TreeEdge, MOST + 1);
	for (uint64_t n = 0; n <= MOST; n++) {
		memlog_fill(&log, 3, n);
		was[n] = log.edge;
	}
	Tiles *t = tiles_new(&arena, memlog_read, &log, hasher, MOST);
	for (uint64_t n = 0; n <= MOST; n++) {
		TreeEdge edge;
		OK(tiles_edge(t, n, &edge, &err));
		assert_int_equal(edge.size, n);
		assert_int_equal(edge.n, was[n].n);
		assert_memory_equal(edge.node, was[n].node, edge.n * sizeof *edge.node);
		Sha256 got, want = memlog_mth(hasher, log.hash[0], n);
		OK(tiles_root(t, n, &got, &err));
		same_hash("root", n, &got, &want);
	}
}

/* Three levels of tiles, at both sides of 65,536. */
static void
tiles_of_a_large_tree(void **state)
{
	(void)state;
	enum { MOST = 2 * 65536 + 300 };
	MemLog log = memlog_new(&arena, hasher, MOST);
	memlog_fill(&log, 4, MOST);
	assert_int_equal(log.n[2], 2);
	Tiles *t = tiles_new(&arena, memlog_read, &log, hasher, MOST);
	static const uint64_t sizes[] = {
		65535, 65536, 65537, 65791, 65792, 65793, 131071, 131072, 131073, MOST};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		Sha256 got, want = memlog_mth(hasher, log.hash[0], sizes[i]);
		OK(tiles_root(t, sizes[i], &got, &err));
		same_hash("root", sizes[i], &got, &want);
	}
	for (int height = 0; height <= 17; height++) {
		uint64_t last = (MOST >> height) - 1;
		Sha256 got,
			want = memlog_mth(hasher, log.hash[0] + (last << height), UINT64_C(1) << height);
		OK(tiles_node(t, height, last, &got, &err));
		same_hash("last node of height", (uint64_t)height, &got, &want);
	}
}

static bool failing;

static bool
read_or_fail(void *ctx, int level, uint64_t n, int width, Sha256 *out, Err *e)
{
	if (failing) {
		memset(out, 0xff, sizeof *out); /* half read */
		return err_set(e, E_IO, "no tile today");
	}
	return memlog_read(ctx, level, n, width, out, e);
}

static void
a_tile_is_read_once_and_never_kept_half(void **state)
{
	(void)state;
	MemLog log = memlog_new(&arena, hasher, 600);
	memlog_fill(&log, 5, 600);
	Tiles *t = tiles_new(&arena, read_or_fail, &log, hasher, 600);
	Sha256 hash;
	for (uint64_t i = 0; i < 256; i++)
		OK(tiles_node(t, 0, i, &hash, &err));
	assert_int_equal(log.reads, 1);
	failing = true;
	REFUSED(tiles_node(t, 0, 256, &hash, &err), E_IO, "no tile today");
	REFUSED(tiles_root(t, 600, &hash, &err), E_IO, "no tile today");
	failing = false;
	OK(tiles_node(t, 0, 0, &hash, &err));
	same_hash("leaf", 0, &hash, &log.hash[0][0]);
	OK(tiles_node(t, 0, 256, &hash, &err));
	same_hash("leaf", 256, &hash, &log.hash[0][256]);
}

/* A reader may be told that the log has grown: what it kept of a partial tile is not all of it any more. */
static void
a_log_that_grows_under_its_reader(void **state)
{
	(void)state;
	MemLog log = memlog_new(&arena, hasher, 600);
	Tiles *t = tiles_new(&arena, memlog_read, &log, hasher, 0);
	for (uint64_t size = 1; size <= 600; size += 37) {
		memlog_fill(&log, 8, size);
		t->size = size;
		Sha256 got, want = memlog_mth(hasher, log.hash[0], size);
		OK(tiles_root(t, size, &got, &err));
		same_hash("root", size, &got, &want);
	}
}

static Tiles *small;

static void
node_beyond(void)
{
	Sha256 hash;
	if (!tiles_node(small, 1, 1, &hash, NULL))
		fail();
}

static void
edge_beyond(void)
{
	TreeEdge edge;
	if (!tiles_edge(small, 4, &edge, NULL))
		fail();
}

static void
nothing_is_read_beyond_the_size(void **state)
{
	(void)state;
	MemLog log = memlog_new(&arena, hasher, 10);
	memlog_fill(&log, 6, 10);
	small = tiles_new(&arena, memlog_read, &log, hasher, 3);
	ABORTS(node_beyond);
	ABORTS(edge_beyond);
}

/* ---- Paths ---- */

static void
paths_are_those_of_the_specification(void **state)
{
	(void)state;
	static const struct {
		int level;
		uint64_t n;
		int width;
		const char *path;
	} cases[] = {
		{0, 1234067, 256, "tile/0/x001/x234/067"}, /* the example of c2sp.org/tlog-tiles */
		{0, 0, 256, "tile/0/000"},
		{-1, 0, 256, "tile/entries/000"},
		{-1, 1234067, 1, "tile/entries/x001/x234/067.p/1"},
		{0, 273, 112, "tile/0/273.p/112"}, /* those of its tree of 70,000 */
		{1, 1, 17, "tile/1/001.p/17"},
		{2, 0, 1, "tile/2/000.p/1"},
		{7, 0, 127, "tile/7/000.p/127"}, /* the largest that a tree can have */
		{3, 1000, 256, "tile/3/x001/000"},
		{3, 999999, 256, "tile/3/x999/999"},
		{3, 1000000, 256, "tile/3/x001/x000/000"},
		{0, INT64_MAX / 256, 255, "tile/0/x036/x028/x797/x018/x963/967.p/255"},
	};
	AUTO(Buf) path = {0};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int level = 77, width = 77;
		uint64_t n = 77;
		buf_clear(&path);
		tile_path(cases[i].level, cases[i].n, cases[i].width, &path);
		SAME(buf_str(&path), cases[i].path);
		assert_true(tile_path_parse(buf_str(&path), &level, &n, &width));
		assert_int_equal(level, cases[i].level);
		assert_int_equal(n, cases[i].n);
		assert_int_equal(width, cases[i].width);
	}
}

static void
other_paths_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0",
		"tile/0/00", "tile/0/0000", "tile/0/x000/000", "tile/0/x000/001", "tile/0/001/234",
		"tile/0/x001/x234", "tile/0/x001", "tile/0/x01/234", "tile/0/x001/x234/067/",
		"tile/0/x001//067", "/tile/0/000", "tile//000", "tile/00/000", "tile/8/000", "tile/-1/000",
		"tile/+1/000", "tile/x/000", "tile/10/000", "tile/entry/000", "tile/entries",
		"tile/entries/", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/00",
		"tile/0/000.p/01", "tile/0/000.p/256", "tile/0/000.p/-1", "tile/0/000.p/+1",
		"tile/0/000.p/1/", "tile/0/000.p/1 ", "tile/0/000.q/1", "tile/0/000p/1", "tile/0/000/1",
		"tile/0/0a0", "tile/0/-01", "tile/0/ 01", "Tile/0/000", "tile/0/X001/000", "tile/0/../000",
		"tile/0/x001/../067", "tale/0/000", "tile/0/x001/x002/x003/x004/x005/x006/007",
		"tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/x036/x028/x797/x018/x963/967",
		"tile/0/x036/x028/x797/x018/x963/968.p/1", "tile/7/000.p/128", "tile/7/001.p/1",
		"tile/0/000.p/99999999999999999999", "tile/8/1/000"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int level, width;
		uint64_t n;
		if (tile_path_parse(str_of(bad[i]), &level, &n, &width))
			fail_msg("expected '%s' to be refused, came tile %llu of level %d, width %d", bad[i],
				(unsigned long long)n, level, width);
	}
	int level, width;
	uint64_t n;
	assert_false(tile_path_parse((Str){"tile/0/000\0", 11}, &level, &n, &width));
}

/* ---- Entries ---- */

static void
bundles(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	char *most = NEW(&arena, char, 65536);
	OK(entry_add(&b, S("one"), &err));
	OK(entry_add(&b, S(""), &err));
	OK(entry_add(&b, (Str){most, 65535}, &err));
	REFUSED(entry_add(&b, (Str){most, 65536}, &err), E_LIMIT, "65536 bytes, at most 65535");
	assert_int_equal(b.n, 2 + 3 + 2 + 2 + 65535);
	assert_memory_equal(b.p, "\0\3one\0\0\xff\xff", 9);
	Str rest = buf_str(&b), entry;
	assert_true(entry_next(&rest, &entry));
	SAME(entry, "one");
	assert_true(entry_next(&rest, &entry));
	SAME(entry, "");
	assert_true(entry_next(&rest, &entry));
	assert_int_equal(entry.n, 65535);
	assert_false(entry_next(&rest, &entry));
	assert_int_equal(rest.n, 0);
}

static void
bundles_cut_short(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	OK(entry_add(&b, S("one"), &err));
	OK(entry_add(&b, S("second"), &err));
	for (size_t n = 0; n < b.n; n++) {
		Str rest = {b.p, n}, entry;
		size_t entries = 0;
		while (entry_next(&rest, &entry))
			entries++;
		assert_int_equal(entries, n >= 5 ? 1 : 0);
		assert_int_equal(rest.n, n >= 5 ? n - 5 : n);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(published_roots),
	cmocka_unit_test(published_nodes),
	cmocka_unit_test(every_size_has_the_root_of_its_definition),
	cmocka_unit_test(subtrees_at_once),
	cmocka_unit_test(subtrees_complete_tiles_of_their_height_and_above),
	cmocka_unit_test(a_subtree_must_fit),
	cmocka_unit_test(published_widths),
	cmocka_unit_test(tiles_know_every_earlier_tree),
	cmocka_unit_test(tiles_of_a_large_tree),
	cmocka_unit_test(a_tile_is_read_once_and_never_kept_half),
	cmocka_unit_test(a_log_that_grows_under_its_reader),
	cmocka_unit_test(nothing_is_read_beyond_the_size),
	cmocka_unit_test(paths_are_those_of_the_specification),
	cmocka_unit_test(other_paths_are_refused),
	cmocka_unit_test(bundles),
	cmocka_unit_test(bundles_cut_short),
};
UNIT_MAIN(tests, setup, teardown)
