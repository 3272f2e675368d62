/* log_proof: proofs out of a large tree, all of it in memory: what the hashing alone costs.
 * usage: log_proof LEAVES PROOFS; prints "leaves grow_s inclusion_us inclusion_hashes inclusion_bytes consistency_us consistency_hashes check_us". */
#include "tlog/tlog.h"

#include <string.h>

typedef struct Tree {
	Sha256 *level[TILE_LEVELS]; /* level 0: leaf hashes */
} Tree;

static Err err;

static void
must(bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "log_proof: %s\n", err.text);
	_Exit(1);
}

static void
node_keep(void *ctx, int level, uint64_t index, const Sha256 *hash)
{
	Tree *t = ctx;
	t->level[level][index] = *hash;
}

static bool
tile_read(void *ctx, int level, uint64_t n, int width, Sha256 *out, Err *why)
{
	const Tree *t = ctx;
	(void)why;
	memcpy(out, t->level[level] + n * TILE_WIDTH, (size_t)width * sizeof *out);
	return true;
}

static uint64_t
some(uint64_t k, uint64_t n)
{
	return (k * UINT64_C(0x9E3779B97F4A7C15) >> 20) % n;
}

int
main(int argc, char **argv)
{
	int64_t leaves = 0, proofs = 0;
	if (argc != 3 || !str_int(str_of(argv[1]), &leaves) || !str_int(str_of(argv[2]), &proofs) ||
		leaves < 2)
		return 64;
	uint64_t n = (uint64_t)leaves;
	Arena a;
	Hasher *h;
	Tree t = {0};
	TreeEdge *edge;
	must(arena_open(&a, n * 40 + ((size_t)64 << 20), &err));
	must(hasher_open(&h, &err));
	edge = NEW(&a, TreeEdge, 1);
	for (int level = 0; level < TILE_LEVELS; level++)
		t.level[level] = NEW(&a, Sha256, (n >> (8 * level)) + 1);
	for (uint64_t i = 0; i < n; i++)
		tlog_leaf(h, (Str){(const char *)&i, sizeof i}, &t.level[0][i]);
	int64_t start = clock_us();
	for (uint64_t i = 0; i < n; i++)
		tree_add(edge, h, &t.level[0][i], node_keep, &t);
	double grow = (double)(clock_us() - start) / 1e6;
	TreeHead head = {.size = n}, old;
	tree_root(edge, h, &head.root);

	TreeProof *p = NEW(&a, TreeProof, 1);
	size_t hashes = 0, bytes = 0;
	int64_t inclusion = 0, consistency = 0, check = 0, consistent = 0;
	for (int64_t k = 1; k <= proofs; k++) {
		Arena before = a;
		uint64_t leaf = some((uint64_t)k, n);
		AUTO(Buf) text = {0};
		Tiles *tiles =
			tiles_new(&a, tile_read, &t, h, n); /* nothing is kept from one proof to the next */
		start = clock_us();
		must(proof_inclusion(tiles, leaf, n, p, &err));
		inclusion += clock_us() - start;
		hashes += p->n;
		EntryProof whole = {
			.index = leaf, .proof = *p, .checkpoint = S("x\n\n\xe2\x80\x94 x AAAA\n")};
		entry_proof_format(&whole, &text);
		bytes += text.n;
		start = clock_us();
		NEED(proof_inclusion_check(h, p, leaf, n, &t.level[0][leaf], &head.root));
		check += clock_us() - start;
		old.size = 1 + some((uint64_t)k + 7, n - 1);
		must(tiles_root(tiles, old.size, &old.root, &err));
		start = clock_us();
		must(proof_consistency(tiles, old.size, n, p, &err));
		consistency += clock_us() - start;
		consistent += (int64_t)p->n;
		NEED(proof_consistency_check(h, p, &old, &head));
		a = before;
	}
	double m = (double)proofs;
	printf("%lld %.2f %.1f %.1f %.0f %.1f %.1f %.1f\n", (long long)leaves, grow,
		(double)inclusion / m, (double)hashes / m, (double)bytes / m, (double)consistency / m,
		(double)consistent / m, (double)check / m);
	hasher_close(h);
	arena_close(&a);
	return 0;
}
