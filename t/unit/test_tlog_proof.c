/* tlog, proofs: published ones, all of small trees and many of larger ones, and that nothing else is proved by them. */
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

/* Repeatable numbers below `most` (a linear congruence's upper half). */
static uint64_t chance = 1;

static uint64_t
number_below(uint64_t most)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (chance >> 32) % most;
}

typedef struct Grown {
	MemLog log;
	Tiles *tiles;
	Sha256 *root; /* of each size */
} Grown;

static Grown
grow(uint64_t seed, uint64_t size)
{
	Grown g = {.log = memlog_new(&arena, hasher, size), .root = NEW(&arena, Sha256, size + 1)};
	for (uint64_t n = 0; n <= size; n++) {
		memlog_fill(&g.log, seed, n);
		tree_root(&g.log.edge, hasher, &g.root[n]);
	}
	return g;
}

static void
grown_tiles(Grown *g)
{
	g->tiles = tiles_new(&arena, memlog_read, &g->log, hasher, g->log.n[0]);
}

/* ---- Published proofs ---- */

static void
same_proof(const TreeProof *p, const char *const *want)
{
	size_t n = 0;
	for (; want[n]; n++) {
		char hex[65] = "nothing";
		if (n < p->n)
			hex_encode(p->hash[n].b, sizeof p->hash[n].b, hex);
		if (strcmp(hex, want[n]) != 0)
			fail_msg("hash %zu: expected %s, came %s", n, want[n], hex);
	}
	assert_int_equal(p->n, n);
}

#define H01 "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define H03 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define H0  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
#define H1  "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define H23 "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define H4  "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define H45 "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define H47 "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
#define H67 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"

/* Of the eight leaves of the Certificate Transparency reference implementation (merkletree/merkle_tree_test.cc, kSHA256Paths and
 * kSHA256Proofs). */
static void
published_by_certificate_transparency(void **state)
{
	(void)state;
	MemLog log = memlog_new(&arena, hasher, 8);
	memlog_ct(&log);
	Tiles *t = tiles_new(&arena, memlog_read, &log, hasher, 8);
	static const struct {
		uint64_t index, size;
		const char *hash[4];
	} paths[] = {{0, 1, {0}}, {0, 8, {H1, H23, H47}}, {5, 8, {H4, H67, H03}}, {2, 3, {H01}},
		{1, 5, {H0, H23, H4}}};
	TreeProof p;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		OK(proof_inclusion(t, paths[i].index, paths[i].size, &p, &err));
		same_proof(&p, paths[i].hash);
	}
	static const struct {
		uint64_t old, size;
		const char *hash[4];
	} proofs[] = {{1, 1, {0}}, {1, 8, {H1, H23, H47}}, {6, 8, {H45, H67, H03}}, {2, 5, {H23, H4}}};
	for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++) {
		OK(proof_consistency(t, proofs[i].old, proofs[i].size, &p, &err));
		same_proof(&p, proofs[i].hash);
	}
}

/* The tree of RFC 6962, section 2.1.3, with the names of its figure: leaves a b c d e f j, above them g = ab, h = cd, i = ef, then
 * k = gh, l = ij. */
static void
published_by_the_rfc(void **state)
{
	(void)state;
	Grown g = grow(1, 7);
	grown_tiles(&g);
	Sha256 node[128];
	const Sha256 *leaf = g.log.hash[0];
	for (int i = 0; i < 6; i++)
		node[(int)"abcdef"[i]] = leaf[i];
	node['j'] = leaf[6];
	for (const char *rule = "gabhcdiefkghlij"; *rule; rule += 3)
		tlog_node(hasher, &node[(int)rule[1]], &node[(int)rule[2]], &node[(int)rule[0]]);
	static const struct {
		uint64_t at;
		const char *names;
	} paths[] = {{0, "bhl"}, {3, "cgl"}, {4, "fjk"}, {6, "ik"}},
	  proofs[] = {{3, "cdgl"}, {4, "l"}, {6, "ijk"}};
	TreeProof p;
	for (int i = 0; i < 4; i++) {
		OK(proof_inclusion(g.tiles, paths[i].at, 7, &p, &err));
		assert_int_equal(p.n, strlen(paths[i].names));
		for (size_t k = 0; k < p.n; k++)
			assert_memory_equal(&p.hash[k], &node[(int)paths[i].names[k]], sizeof *node);
	}
	for (int i = 0; i < 3; i++) {
		OK(proof_consistency(g.tiles, proofs[i].at, 7, &p, &err));
		assert_int_equal(p.n, strlen(proofs[i].names));
		for (size_t k = 0; k < p.n; k++)
			assert_memory_equal(&p.hash[k], &node[(int)proofs[i].names[k]], sizeof *node);
	}
}

/* Answers of Google's Certificate Transparency log Argon 2020, as golang.org/x/mod/sumdb/tlog, testdata/argon2020, keeps them: entry 10,000
 * (here the hash of its leaf_input) in the tree of 961,984,013, and that this tree begins with that of 3,654,490. */
static const char argon_inclusion[] = /* as a proof of an entry: this is how base 64 is read */
	"c2sp.org/tlog-proof@v1\nindex 10000\n"
	"T46AmJsuOM/gFiGlUp+IJJebp+1Z5qratFNW7U0JyOQ=\n"
	"9Jj1Feodn42uRYEfffkV4HF/EIPFQ5Zo9IwkxbQ2uhk=\n"
	"D53/1oCNebF4J59HHgioovKZxrmrKcVuCVhy3Izg8Ck=\n"
	"wSFDgGSrsXRPA+1c8WHoAFCsWeUv8NDyP/Q/SgsyVyY=\n"
	"516/RcwsgdwdzHn18v1dJHqBkgFUbNhmCIWOGjsMJaE=\n"
	"naTFY2ajLFgrgs5XUl+zJYZnnlJksLGsA1VYwpLfqbY=\n"
	"mKBRJo6qao+0Kdh/rhGkZUbHUAxMhrtrclrTpIbNjIg=\n"
	"Co4ueOFE7lpifLio94irxxsv1wFMMaK3tPu2ZQkHlro=\n"
	"yRgy800K6JMYCC05sWfqF2kvCg2riT/pVM+nEa6V5+0=\n"
	"n2O38XJZC8/Wpbwi9HhgVizlUyeUHVZvYyQB1607MRc=\n"
	"go3tAjuNfNSCj87y2Rg1xOroDknGN1eaf3cgvzObf7Q=\n"
	"8D0Mj3/J7ySSnFb0afIHYXv6rlOhECnsebY6XKi1IR8=\n"
	"6rcez46ZU8M5vPiWVMAUfJfAOV0pPP/mch/lYzZhj/M=\n"
	"2rtIeXrPvSdUyHc5maIgSAVB2BzaKaupWxSAiVayDE4=\n"
	"nniW/IMFQPN5xw8UsHFn7CRStYbm1gLu7NNa6kkRqJQ=\n"
	"mRPPi7sQS22MduIEyvcNzCNFqIt6kLwYPkNKrVtIcu8=\n"
	"JvTivzESNS9wHI8aph5a7uieVmtS/p9PciMZ5D6GyOo=\n"
	"UTyQd+Ym0wY4zG+qK806bBORwi1CSVvFQ/KknnqoZj8=\n"
	"hXODrqN+ff+U6zPqRQ+ZQKs6im1fPcxIerDSfNwflhE=\n"
	"II6GE+WY/DrpZzfHztLwkR46o37zVkNLCyPYlf68zA0=\n"
	"d609kWWcNBllbA8Jb/ad4XAVVGnScLRmtP8FYyr+Dck=\n"
	"rikBsP0G0gioXRpBFED2CzQdSLrGPvRd0bEcbEZw1rI=\n"
	"GXIElfmnRuWfbA4z7ubV/UwlpSRUbUeec7oL5HDDnh0=\n"
	"pR0SH/NYP6s9+8azWwaeUXA4Ze/3WCIgMfh5YW6wvcE=\n"
	"f3GuAKYVrF8RBg3s15jvA/YvV9oAliWtzP/imwPhQVA=\n"
	"WHn8zDxlVgkV+lSlmzaOdfSBrTHoRr5nT3d76q0KKWE=\n"
	"f2uV2ZxVgULzLPKuZcowRY3ZY7fRlX59iDBjV1R8kNQ=\n"
	"NzQVjJsvQwbi7WStMr9oFkh9VbHfK7LB6o7WwAqwNTs=\n"
	"C0LttBeYHZHgL+032JIcJC3CTBIyza/hsbmJUgJfmDI=\n"
	"nixU5CWTFVDlF4BGdcU6kA7WSYurEpe9jRWc+F/7sOc=\n"
	"\n"
	"note";
static const char argon_consistency[] = "c2sp.org/tlog-proof@v1\nindex 0\n"
										"80Sfbj6UQEdVSZCSIgh9NMPj3vCBzcc1A48B2crJSWg=\n"
										"FZcrgAHUk6nNPviJZq8kEK6jCG1d18pJOFE45ZDc1TQ=\n"
										"Q67reWXmPBo1UfmwBap4Xi9PMPfFdUSSw3WGlRZdG7k=\n"
										"eJ7CyhR4PxzBxDIsWgrVYW1eFUb9ndgf46tFmiqVrxA=\n"
										"QrDwp062Grm5WY8KdrhFsBuuNjGzRox2Jb8PmVL5OYw=\n"
										"XM4YMjMEdLH/XJam/ZWyaP14k3cmsOtnPsOWQ54lW1s=\n"
										"SGiBh+jOTGccXU48ZzgQ88lRcBmtB4wz4oSDndv2QTg=\n"
										"WAS6txqNLYKGL1GdBdpqmV42TTfn6cJsuDsqLXuTCNI=\n"
										"QFmRS0rirUA7ZN3lxFjDncV+E1OCrn3NUB4RCp+5fzc=\n"
										"Hdbp7It2XBNZmNDBpCN/KPd7vfVqxgzwOosqVIaEA9E=\n"
										"mxvHL0ZiblBdD7j7pIa1jlfB0gSqfJ6oX0UGo7L0VsU=\n"
										"q5hjyvoW6TL/PThgcitpDcSTrnKX2p1+aqscqH2euRA=\n"
										"jTOWDqt3IHj2NVFeezyBz2ofpru+ztEywqKUAfFclKI=\n"
										"GIRn0w3HqJdvU9j1WVD//eR6lk2AaTVjyzjsJNP8U88=\n"
										"x52GJvxG81fnQBrgOTbll1A5tz95/LXK0Ag1NhB0r1I=\n"
										"6/0OqrcTgc3o5dD5PymmoC96lB9yLPFuTHVvLy8fSGk=\n"
										"Gf+iKLfcXO5l4JEFmsZvSdG5q1uEeWPfYLrds6pmjz0=\n"
										"DGuaco+McyM3AfRSF6qX7RwSetwe2ieYJmxw5e9rVx0=\n"
										"2tQJ9V32hnYp+fdpP6TcjmgJmLeNVOMKM0Ml1kk4cNU=\n"
										"3PapK+IkyJr8I9yAErAmzuZezzLMzsg+PfeRCgNW8NQ=\n"
										"s6xiYeejb+wtqHA+URJZ2I/SCPyIW8coP6aB00FJbMY=\n"
										"z9lSpmdTcr5M5ZzKlc4EPh3SrSypKFdk6JUF/UccaZU=\n"
										"GXIElfmnRuWfbA4z7ubV/UwlpSRUbUeec7oL5HDDnh0=\n"
										"pR0SH/NYP6s9+8azWwaeUXA4Ze/3WCIgMfh5YW6wvcE=\n"
										"f3GuAKYVrF8RBg3s15jvA/YvV9oAliWtzP/imwPhQVA=\n"
										"WHn8zDxlVgkV+lSlmzaOdfSBrTHoRr5nT3d76q0KKWE=\n"
										"f2uV2ZxVgULzLPKuZcowRY3ZY7fRlX59iDBjV1R8kNQ=\n"
										"NzQVjJsvQwbi7WStMr9oFkh9VbHfK7LB6o7WwAqwNTs=\n"
										"C0LttBeYHZHgL+032JIcJC3CTBIyza/hsbmJUgJfmDI=\n"
										"nixU5CWTFVDlF4BGdcU6kA7WSYurEpe9jRWc+F/7sOc=\n"
										"\n"
										"note";
#define ARGON_LEAF "nCs3mfIydh9x4CKyQ+u2xtmpxmFggA5MLymHwNQSlLg="

static void
published_by_a_large_log(void **state)
{
	(void)state;
	LogCheckpoint leaf, old, now;
	EntryProof p;
	OK(checkpoint_parse(S("leaf\n1\n" ARGON_LEAF "\n"), &leaf, &err));
	OK(checkpoint_parse(
		S("argon2020\n961984013\ndwlueapdd7LaOEnX2W2Wp9v2XE+KzejHRQGHwEx0oaM=\n"), &now, &err));
	OK(checkpoint_parse(
		S("argon2020\n3654490\nAuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=\n"), &old, &err));
	OK(entry_proof_parse(str_of(argon_inclusion), &p, &err));
	assert_int_equal(p.proof.n, 30);
	assert_true(proof_inclusion_check(
		hasher, &p.proof, p.index, now.head.size, &leaf.head.root, &now.head.root));
	assert_false(proof_inclusion_check(
		hasher, &p.proof, p.index + 1, now.head.size, &leaf.head.root, &now.head.root));
	OK(entry_proof_parse(str_of(argon_consistency), &p, &err));
	assert_int_equal(p.proof.n, 30);
	assert_true(proof_consistency_check(hasher, &p.proof, &old.head, &now.head));
	old.head.size++;
	assert_false(proof_consistency_check(hasher, &p.proof, &old.head, &now.head));
}

/* ---- Properties ---- */

static bool
included(const Grown *g, const TreeProof *p, uint64_t index, uint64_t size)
{
	return proof_inclusion_check(hasher, p, index, size, &g->log.hash[0][index], &g->root[size]);
}

static bool
consistent(const Grown *g, const TreeProof *p, uint64_t old, uint64_t size)
{
	TreeHead was = {old, g->root[old]}, is = {size, g->root[size]};
	return proof_consistency_check(hasher, p, &was, &is);
}

static bool
equal(const TreeProof *a, const TreeProof *b)
{
	return a->n == b->n && memcmp(a->hash, b->hash, a->n * sizeof *a->hash) == 0;
}

enum { SMALL = 20 };
static TreeProof inclusion[SMALL + 1][SMALL + 1],
	consistency[SMALL + 1][SMALL + 1]; /* [size][leaf or old size] */

static void
proves_only(const Grown *g, uint64_t i, uint64_t n)
{
	for (uint64_t m = 0; m <= SMALL; m++)
		for (uint64_t k = 0; k <= m; k++) {
			bool itself = i == k && n == m;
			if (i < n && k < m && included(g, &inclusion[n][i], k, m) != itself)
				fail_msg("the path of leaf %d of %d, for leaf %d of %d: expected %s", (int)i,
					(int)n, (int)k, (int)m, itself ? "yes" : "no");
			bool same = equal(&consistency[n][i], &consistency[m][k]);
			if (consistent(g, &consistency[n][i], k, m) != same)
				fail_msg("the proof that %d is a beginning of %d, for %d and %d: expected %s",
					(int)i, (int)n, (int)k, (int)m, same ? "yes" : "no");
		}
}

/* In all trees of up to 20 leaves a proof holds for its own leaf and size, and for no other. */
static void
proofs_prove_one_thing(void **state)
{
	(void)state;
	Grown g = grow(2, SMALL);
	grown_tiles(&g);
	for (uint64_t n = 0; n <= SMALL; n++)
		for (uint64_t i = 0; i <= n; i++) {
			if (i < n)
				OK(proof_inclusion(g.tiles, i, n, &inclusion[n][i], &err));
			OK(proof_consistency(g.tiles, i, n, &consistency[n][i], &err));
		}
	for (uint64_t n = 0; n <= SMALL; n++)
		for (uint64_t i = 0; i <= n; i++)
			proves_only(&g, i, n);
}

/* A proof with one bit, one hash or one order changed holds no more; nor with a changed leaf or root. */
static void
refuse_changes(const Grown *g, TreeProof p, uint64_t at, uint64_t size,
	bool (*check)(const Grown *, const TreeProof *, uint64_t, uint64_t))
{
	assert_true(check(g, &p, at, size));
	for (size_t i = 0; i < p.n; i++) {
		uint64_t bit = number_below(256);
		p.hash[i].b[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_false(check(g, &p, at, size));
		p.hash[i].b[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	if (p.n > 0) {
		p.n--;
		assert_false(check(g, &p, at, size));
		p.n++;
	}
	if (p.n > 1) {
		TreeProof swapped = p;
		swapped.hash[0] = p.hash[1];
		swapped.hash[1] = p.hash[0];
		assert_false(check(g, &swapped, at, size));
	}
	p.hash[p.n++] = g->root[size];
	assert_false(check(g, &p, at, size));
	Sha256 root = g->root[size];
	uint64_t bit = number_below(256);
	p.n--;
	g->root[size].b[bit / 8] ^= (unsigned char)(1 << bit % 8);
	assert_false(check(g, &p, at, size));
	g->root[size] = root;
	assert_true(check(g, &p, at, size));
}

static void
prove(const Grown *g, uint64_t at, uint64_t size)
{
	TreeProof p;
	if (at < size) {
		OK(proof_inclusion(g->tiles, at, size, &p, &err));
		refuse_changes(g, p, at, size, included);
		Sha256 *leaf = &g->log.hash[0][at];
		leaf->b[at % 32] ^= 1;
		assert_false(included(g, &p, at, size));
		leaf->b[at % 32] ^= 1;
	}
	OK(proof_consistency(g->tiles, at, size, &p, &err));
	if (at > 0 && at < size) {
		refuse_changes(g, p, at, size, consistent);
		Sha256 *was = &g->root[at];
		was->b[at % 32] ^= 1;
		assert_false(consistent(g, &p, at, size));
		was->b[at % 32] ^= 1;
	} else {
		assert_int_equal(p.n, 0);
		assert_true(consistent(g, &p, at, size));
	}
}

static void
all_of_small_trees(void **state)
{
	(void)state;
	Grown g = grow(3, 130);
	grown_tiles(&g);
	for (uint64_t size = 0; size <= 130; size++)
		for (uint64_t at = 0; at <= size; at++)
			prove(&g, at, size);
}

static void
each_size_up_to_600(void **state)
{
	(void)state;
	Grown g = grow(4, 600);
	grown_tiles(&g);
	for (uint64_t size = 1; size <= 600; size++) {
		uint64_t at[] = {0, size - 1, size / 2, size >= 256 ? 255 : 1, size > 256 ? 256 : 0,
			number_below(size), number_below(size), number_below(size)};
		for (size_t i = 0; i < sizeof at / sizeof *at; i++)
			if (at[i] < size)
				prove(&g, at[i], size);
	}
}

static void
large_trees(void **state)
{
	(void)state;
	enum { MOST = 66500 };
	Grown g = grow(5, MOST);
	grown_tiles(&g);
	static const uint64_t edges[] = {65535, 65536, 65537, 65791, 65792, 65793, MOST};
	for (int i = 0; i < 60; i++) {
		uint64_t size = i < 7 ? edges[i] : 600 + number_below(MOST - 600);
		prove(&g, number_below(size), size);
		prove(&g, size - 1, size);
		prove(&g, size / 256 * 256, size);
	}
}

/* Tiles of three levels are read for a proof, those of its own place and those at the right edge: never the whole log. */
static void
a_proof_reads_few_tiles(void **state)
{
	(void)state;
	enum { MOST = 66500 };
	Grown g = grow(9, MOST);
	uint64_t most = 0;
	grown_tiles(&g);
	for (int i = 0; i < 6000; i++) {
		uint64_t size = 1 + number_below(MOST), at = number_below(size);
		TreeProof p;
		memset(g.tiles->kept, 0, sizeof g.tiles->kept); /* forgets what it read */
		g.log.reads = 0;
		OK(i % 2 ? proof_inclusion(g.tiles, at, size, &p, &err)
				 : proof_consistency(g.tiles, at, size, &p, &err));
		most = g.log.reads > most ? g.log.reads : most;
	}
	assert_in_range(most, 1, 5); /* two of a level, one of the highest */
}

/* The tiles of a larger tree prove for a smaller one what its own do. */
static void
earlier_trees_from_later_tiles(void **state)
{
	(void)state;
	Grown g = grow(6, 600);
	grown_tiles(&g);
	for (uint64_t size = 1; size <= 600; size += 7) {
		Tiles *then = tiles_new(&arena, memlog_read, &g.log, hasher, size);
		uint64_t at = number_below(size);
		TreeProof a, b;
		OK(proof_inclusion(g.tiles, at, size, &a, &err));
		OK(proof_inclusion(then, at, size, &b, &err));
		assert_true(equal(&a, &b));
		OK(proof_consistency(g.tiles, at, size, &a, &err));
		OK(proof_consistency(then, at, size, &b, &err));
		assert_true(equal(&a, &b));
	}
}

static void
what_cannot_be_proved(void **state)
{
	(void)state;
	Grown g = grow(7, 10);
	grown_tiles(&g);
	TreeProof p;
	REFUSED(
		proof_inclusion(g.tiles, 10, 10, &p, &err), E_INPUT, "entry 10 is not among the first 10");
	REFUSED(proof_inclusion(g.tiles, 0, 0, &p, &err), E_INPUT, "entry 0 is not among the first 0");
	REFUSED(proof_inclusion(g.tiles, 0, 11, &p, &err), E_INPUT, "the log has 10 entries, not 11");
	REFUSED(proof_inclusion(g.tiles, UINT64_MAX, 5, &p, &err), E_INPUT, "is not among the first 5");
	REFUSED(proof_consistency(g.tiles, 6, 5, &p, &err), E_INPUT,
		"a log of 5 entries cannot begin with one of 6");
	REFUSED(proof_consistency(g.tiles, 5, UINT64_MAX, &p, &err), E_INPUT, "the log has 10 entries");
	TreeHead five = {5, g.root[5]}, six = {6, g.root[6]}, none = {0, g.root[0]},
			 false_none = {0, g.root[5]}, other_five = {5, g.root[6]},
			 huge = {UINT64_MAX, g.root[5]};
	p.n = 0;
	assert_false(proof_consistency_check(hasher, &p, &six, &five));
	assert_false(proof_consistency_check(hasher, &p, &five, &six));
	assert_false(proof_consistency_check(hasher, &p, &five, &other_five));
	assert_true(proof_consistency_check(hasher, &p, &five, &five));
	assert_true(proof_consistency_check(hasher, &p, &none, &five));
	assert_true(proof_consistency_check(hasher, &p, &none, &none));
	assert_false(proof_consistency_check(hasher, &p, &false_none, &five));
	assert_false(proof_consistency_check(hasher, &p, &false_none, &false_none));
	assert_false(proof_consistency_check(hasher, &p, &none, &false_none));
	assert_false(proof_inclusion_check(hasher, &p, 5, 5, g.log.hash[0], &g.root[1]));
	assert_false(proof_inclusion_check(hasher, &p, 0, 0, g.log.hash[0], &g.root[1]));
	assert_true(proof_inclusion_check(hasher, &p, 0, 1, g.log.hash[0], &g.root[1]));
	p.n = 1;
	p.hash[0] = g.root[5];
	assert_false(proof_consistency_check(hasher, &p, &five, &five));
	assert_false(proof_consistency_check(hasher, &p, &none, &five));
	p.n = 128; /* as many as there is room for */
	memset(p.hash, 0, sizeof p.hash);
	assert_false(proof_consistency_check(hasher, &p, &five, &huge));
	assert_false(proof_inclusion_check(hasher, &p, 0, UINT64_MAX, g.log.hash[0], &g.root[1]));
	assert_false(
		proof_inclusion_check(hasher, &p, UINT64_MAX - 1, UINT64_MAX, g.log.hash[0], &g.root[1]));
}

static bool
no_tile(void *ctx, int level, uint64_t n, int width, Sha256 *out, Err *e)
{
	(void)ctx;
	(void)out;
	return err_set(e, E_IO, "tile %d/%d of width %d is not there", level, (int)n, width);
}

static void
a_tile_that_cannot_be_read(void **state)
{
	(void)state;
	Tiles *t = tiles_new(&arena, no_tile, NULL, hasher, 300);
	TreeProof p;
	REFUSED(proof_inclusion(t, 299, 300, &p, &err), E_IO, "is not there");
	REFUSED(proof_consistency(t, 299, 300, &p, &err), E_IO, "is not there");
}

/* ---- Proofs of entries ---- */

#define HASH "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ="
#define HEAD "c2sp.org/tlog-proof@v1\n"

static void
entry_proofs(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t index;
		size_t n;
		bool extra;
	} cases[] = {
		{HEAD "index 0\n\nnote", 0, 0, false},
		{HEAD "index 73894\n" HASH "\n" HASH "\n\nnote\n\nsignatures\n", 73894, 2, false},
		{HEAD "index 9223372036854775807\n" HASH "\n\n\nnote", INT64_MAX, 1, false},
		{HEAD "extra YQ==\nindex 1\n" HASH "\n\nnote", 1, 1, true},
		{HEAD "extra " HASH "\nindex 1\n\nnote", 1, 0, true},
		{HEAD
			"extra AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAYQ==\nindex 1\n\nnote",
			1, 0, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		EntryProof p;
		AUTO(Buf) again = {0};
		Str text = str_of(cases[i].text);
		OK(entry_proof_parse(text, &p, &err));
		assert_int_equal(p.index, cases[i].index);
		assert_int_equal(p.proof.n, cases[i].n);
		assert_true(str_ends(text, p.checkpoint) && p.checkpoint.n >= 4);
		entry_proof_format(&p, &again);
		if (!cases[i].extra)
			SAME(buf_str(&again), cases[i].text);
	}
}

static void
what_is_no_entry_proof(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"", "line 1 of the proof must be 'c2sp.org/tlog-proof@v1'"},
		{"c2sp.org/tlog-proof@v1", "line 1 of the proof"},
		{"c2sp.org/tlog-proof@v2\nindex 0\n\nnote", "line 1 of the proof"},
		{"c2sp.org/tlog-proof@v1\r\nindex 0\n\nnote", "line 1 of the proof"},
		{"\n" HEAD "index 0\n\nnote", "line 1 of the proof"},
		{HEAD, "line 2 of the proof must be 'index'"},
		{HEAD "index 0", "line 2 of the proof"},
		{HEAD "\nindex 0\n\nnote", "line 2 of the proof"},
		{HEAD "index\n\nnote", "line 2 of the proof"},
		{HEAD "index \n\nnote", "line 2 of the proof"},
		{HEAD "index  0\n\nnote", "line 2 of the proof"},
		{HEAD "index 00\n\nnote", "line 2 of the proof"},
		{HEAD "index 01\n\nnote", "line 2 of the proof"},
		{HEAD "index -1\n\nnote", "line 2 of the proof"},
		{HEAD "index 1 \n\nnote", "line 2 of the proof"},
		{HEAD "index 9223372036854775808\n\nnote", "line 2 of the proof"},
		{HEAD "Index 0\n\nnote", "line 2 of the proof"},
		{HEAD "extra YQ==\n\nnote", "line 3 of the proof must be 'index'"},
		{HEAD "extra YQ==\nextra YQ==\nindex 0\n\nnote", "line 3 of the proof"},
		{HEAD "extra \nindex 0\n\nnote", "line 2 of the proof: behind 'extra'"},
		{HEAD "extra YR==\nindex 0\n\nnote", "line 2 of the proof: behind 'extra'"},
		{HEAD "extra YQ\nindex 0\n\nnote", "line 2 of the proof: behind 'extra'"},
		{HEAD
			"extra AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==YQ==\nindex 0\n\nnote",
			"line 2 of the proof: behind 'extra'"},
		{HEAD "extra YQ==YQ==\nindex 0\n\nnote", "line 2 of the proof: behind 'extra'"},
		{HEAD "index 0\nextra YQ==\n\nnote", "line 3 of the proof must be one of"},
		{HEAD "index 0\n" HASH "x\n\nnote", "line 3 of the proof must be one of"},
		{HEAD "index 0\n" HASH "\nYQ==\n\nnote", "line 4 of the proof must be one of"},
		{HEAD "index 0\ngSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlR=\n\nnote",
			"line 3 of the proof must be one of"},
		{HEAD "index 0\n" HASH "\r\n\nnote", "line 3 of the proof must be one of"},
		{HEAD "index 0\n" HASH, "line 3 of the proof: behind the hashes"},
		{HEAD "index 0\n" HASH "\n", "line 4 of the proof: behind the hashes"},
		{HEAD "index 0\n" HASH "\n\n", "line 4 of the proof: behind the hashes"},
		{HEAD "index 0\n", "line 3 of the proof: behind the hashes"},
	};
	EntryProof p;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		REFUSED(entry_proof_parse(str_of(cases[i].text), &p, &err), E_INPUT, cases[i].words);
}

static void
entry_proof_caps(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	EntryProof p;
	buf_add(&b, S(HEAD "index 0\n"));
	for (int i = 0; i < 63; i++)
		buf_add(&b, S(HASH "\n"));
	size_t at = b.n;
	buf_add(&b, S("\nnote"));
	OK(entry_proof_parse(buf_str(&b), &p, &err));
	assert_int_equal(p.proof.n, 63);
	b.n = at;
	buf_add(&b, S(HASH "\n\nnote"));
	REFUSED(entry_proof_parse(buf_str(&b), &p, &err), E_INPUT,
		"line 66 of the proof must be one of at most 63 hashes");
	b.n = at;
	buf_byte(&b, '\n');
	while (b.n < 2 * NOTE_MOST)
		buf_byte(&b, 'x');
	OK(entry_proof_parse(buf_str(&b), &p, &err));
	buf_byte(&b, 'x');
	REFUSED(entry_proof_parse(buf_str(&b), &p, &err), E_LIMIT, "131073 bytes, at most 131072");
}

/* From leaf to signed checkpoint and back, as `prove` and `verify` will. */
static void
an_entry_is_proved_by_a_text(void **state)
{
	(void)state;
	Grown g = grow(8, 300);
	grown_tiles(&g);
	unsigned char seed[32] = {9};
	SignerKey k;
	OK(signer_make(S("siap/demo"), KEY_SIGN, seed, &k, &err));
	LogCheckpoint head = {S("siap/demo"), {300, g.root[300]}}, opened;
	NoteSignature s;
	AUTO(Buf) text = {0};
	AUTO(Buf) signed_note = {0};
	AUTO(Buf) proof = {0};
	checkpoint_format(&head, &text);
	OK(note_sign(buf_str(&text), &k, 0, &s, &err));
	note_format(&(Note){buf_str(&text), &s, 1}, &signed_note);
	EntryProof made = {.index = 257, .checkpoint = buf_str(&signed_note)}, read;
	OK(proof_inclusion(g.tiles, 257, 300, &made.proof, &err));
	entry_proof_format(&made, &proof);
	OK(entry_proof_parse(buf_str(&proof), &read, &err));
	OK(checkpoint_open(read.checkpoint, &k.verifier, &arena, &opened, NULL, &err));
	assert_true(proof_inclusion_check(
		hasher, &read.proof, read.index, opened.head.size, &g.log.hash[0][257], &opened.head.root));
	assert_false(proof_inclusion_check(
		hasher, &read.proof, read.index, opened.head.size, &g.log.hash[0][256], &opened.head.root));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(published_by_certificate_transparency),
	cmocka_unit_test(published_by_the_rfc),
	cmocka_unit_test(published_by_a_large_log),
	cmocka_unit_test(proofs_prove_one_thing),
	cmocka_unit_test(all_of_small_trees),
	cmocka_unit_test(each_size_up_to_600),
	cmocka_unit_test(large_trees),
	cmocka_unit_test(a_proof_reads_few_tiles),
	cmocka_unit_test(earlier_trees_from_later_tiles),
	cmocka_unit_test(what_cannot_be_proved),
	cmocka_unit_test(a_tile_that_cannot_be_read),
	cmocka_unit_test(entry_proofs),
	cmocka_unit_test(what_is_no_entry_proof),
	cmocka_unit_test(entry_proof_caps),
	cmocka_unit_test(an_entry_is_proved_by_a_text),
};
UNIT_MAIN(tests, setup, teardown)
