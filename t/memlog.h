/* memlog: a log in memory for the tests of tlog: its tiles are what tree_add gave, its hashes those of the definition. */
#ifndef SIAP_T_MEMLOG_H
#define SIAP_T_MEMLOG_H

#include "tlog/tlog.h"

enum { MEMLOG_LEVELS = 3 };

typedef struct MemLog {
	Hasher *h;
	TreeEdge edge;
	Sha256 *hash[MEMLOG_LEVELS];
	uint64_t n[MEMLOG_LEVELS];
	uint64_t most, reads;
} MemLog;

static inline MemLog
memlog_new(Arena *a, Hasher *h, uint64_t most)
{
	MemLog log = {.h = h, .most = most};
	for (int level = 0; level < MEMLOG_LEVELS; level++)
		log.hash[level] = NEW(a, Sha256, (most >> 8 * level) + 1);
	return log;
}

static inline void
memlog_completed(void *ctx, int level, uint64_t index, const Sha256 *hash)
{
	MemLog *log = ctx;
	NEED(level > 0 && level < MEMLOG_LEVELS && index == log->n[level]);
	log->hash[level][log->n[level]++] = *hash;
}

static inline void
memlog_add(MemLog *log, const Sha256 *leaf)
{
	NEED(log->n[0] < log->most);
	log->hash[0][log->n[0]++] = *leaf;
	tree_add(&log->edge, log->h, leaf, memlog_completed, log);
}

/* Leaves that follow from the seed. */
static inline void
memlog_fill(MemLog *log, uint64_t seed, uint64_t size)
{
	while (log->n[0] < size) {
		uint64_t number[2] = {seed, log->n[0]};
		Sha256 leaf;
		tlog_leaf(log->h, (Str){(const char *)number, sizeof number}, &leaf);
		memlog_add(log, &leaf);
	}
}

static inline bool
memlog_read(void *ctx, int level, uint64_t n, int width, Sha256 *out, Err *e)
{
	MemLog *log = ctx;
	(void)e;
	NEED(level < MEMLOG_LEVELS && width > 0 && n * TILE_WIDTH + (uint64_t)width <= log->n[level]);
	memcpy(out, log->hash[level] + n * TILE_WIDTH, (size_t)width * sizeof *out);
	log->reads++;
	return true;
}

/* MTH of RFC 6962, section 2.1, as it is written there. */
static inline Sha256
memlog_mth(Hasher *h, const Sha256 *leaf, uint64_t n)
{
	if (n == 0)
		return sha256(S(""));
	if (n == 1)
		return *leaf;
	uint64_t k = 1;
	while (k * 2 < n)
		k *= 2;
	Sha256 left = memlog_mth(h, leaf, k), right = memlog_mth(h, leaf + k, n - k), out;
	tlog_node(h, &left, &right, &out);
	return out;
}

/* The eight leaves, and the roots of trees of the first 0 to 8, of the Certificate Transparency reference implementation
 * (github.com/google/certificate-transparency, merkletree/merkle_tree_test.cc; also transparency-dev/merkle, testonly). */
static const struct CtLeaf {
	const char *entry, *root;
} ct_leaf[] __attribute__((unused)) = {
	{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"00", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
	{"10", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
	{"2021", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
	{"3031", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
	{"40414243", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
	{"5051525354555657", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
	{"606162636465666768696a6b6c6d6e6f", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
	{NULL, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

static inline void
memlog_ct(MemLog *log)
{
	char entry[16];
	for (int i = 0; ct_leaf[i].entry; i++) {
		Str hex = str_of(ct_leaf[i].entry);
		Sha256 leaf;
		NEED(hex_decode(hex, entry, hex.n / 2));
		tlog_leaf(log->h, (Str){entry, hex.n / 2}, &leaf);
		memlog_add(log, &leaf);
	}
}

#endif
