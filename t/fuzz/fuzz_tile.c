/* fuzz tile: paths and bundles are written again as they were read; a proof made of any bytes proves nothing. */
#include "tlog/tlog.h"

static void
try_path(Str path)
{
	int level, width;
	uint64_t n;
	AUTO(Buf) b = {0};
	if (!tile_path_parse(path, &level, &n, &width))
		return;
	NEED(level >= -1 && level < TILE_LEVELS && width > 0 && width <= TILE_WIDTH);
	tile_path(level, n, width, &b);
	NEED(!b.failed && str_eq(buf_str(&b), path));
}

static void
try_bundle(Str bytes)
{
	AUTO(Buf) b = {0};
	Str rest = bytes, entry;
	while (entry_next(&rest, &entry))
		NEED(entry_add(&b, entry, NULL));
	NEED(!b.failed && b.n + rest.n == bytes.n && str_starts(bytes, buf_str(&b)));
}

/* Sizes from the first bytes, small or large, then hashes: none of them makes the hash of nothing, or the leaf itself, except the empty
 * path in a tree of one. */
static void
try_proofs(Str bytes)
{
	static Hasher *h;
	uint64_t number[2];
	TreeProof p = {.n = 0};
	if (!h)
		NEED(hasher_open(&h, NULL));
	if (bytes.n < sizeof number)
		return;
	memcpy(number, bytes.p, sizeof number);
	for (Str rest = str_slice(bytes, sizeof number, bytes.n); rest.n >= 32 && p.n < 128;
		 rest = str_slice(rest, 32, rest.n))
		memcpy(p.hash[p.n++].b, rest.p, 32);
	Sha256 leaf = sha256(S("leaf"));
	for (int shift = 0; shift < 64; shift += 21) {
		uint64_t at = number[0] >> shift, size = number[1] >> shift;
		TreeHead old = {at, leaf}, now = {size, sha256(S("root"))};
		NEED(!proof_inclusion_check(h, &p, at, size, &leaf, &now.root));
		NEED(proof_inclusion_check(h, &p, at, size, &leaf, &leaf) ==
			(at == 0 && size == 1 && p.n == 0));
		NEED(!proof_consistency_check(h, &p, &old, &now));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str bytes = {(const char *)data, size};
	try_path(bytes);
	try_bundle(bytes);
	try_proofs(bytes);
	return 0;
}
