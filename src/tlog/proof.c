/* proof: that a leaf is in a tree, and that a tree begins with another (RFC 6962, sections 2.1.1 and 2.1.2). */
#include "tlog/tlog.h"

/* The leaves [from, to): a subtree of some larger tree. */
typedef struct Range {
	uint64_t from, to;
} Range;

/* The subtrees whose hashes make a proof, from the root's child downwards. */
typedef struct Path {
	Range range[64];
	size_t n;
} Path;

static void
path_add(Path *p, uint64_t from, uint64_t to)
{
	NEED(p->n < sizeof p->range / sizeof *p->range);
	p->range[p->n++] = (Range){from, to};
}

/* Where RFC 6962 splits the range: its left part has the largest power of two that is smaller than the whole. */
static uint64_t
split(Range r)
{
	return r.from + (UINT64_C(1) << (63 - __builtin_clzll(r.to - r.from - 1)));
}

/* Root of the range: it begins at a multiple of the power of two that holds it, so its perfect subtrees lie as in a tree of
 * its own. */
static bool
range_root(Tiles *t, Range r, Sha256 *out, Err *err)
{
	TreeEdge edge = {0};
	while (r.from < r.to) {
		int height = 63 - __builtin_clzll(r.to - r.from);
		if (!tiles_node(t, height, r.from >> height, &edge.node[edge.n++], err))
			return false;
		r.from += UINT64_C(1) << height;
	}
	tree_root(&edge, t->hasher, out);
	return true;
}

/* A proof lists the hashes upwards. */
static bool
path_hash(Tiles *t, const Path *p, TreeProof *out, Err *err)
{
	out->n = 0;
	for (size_t i = p->n; i > 0; i--)
		if (!range_root(t, p->range[i - 1], &out->hash[out->n++], err))
			return false;
	return true;
}

static bool
size_known(const Tiles *t, uint64_t size, Err *err)
{
	return size <= t->size ||
		err_set(err, E_INPUT, "the log has %llu entries, not %llu", (unsigned long long)t->size,
			(unsigned long long)size);
}

bool
proof_inclusion(Tiles *t, uint64_t index, uint64_t size, TreeProof *out, Err *err)
{
	if (!size_known(t, size, err))
		return false;
	if (index >= size)
		return err_set(err, E_INPUT,
			"entry %llu is not among the first %llu, which are numbered from 0",
			(unsigned long long)index, (unsigned long long)size);
	Path p = {0};
	for (Range r = {0, size}; r.to - r.from > 1;) {
		uint64_t middle = split(r);
		if (index < middle) {
			path_add(&p, middle, r.to);
			r.to = middle;
		} else {
			path_add(&p, r.from, middle);
			r.from = middle;
		}
	}
	return path_hash(t, &p, out, err);
}

bool
proof_consistency(Tiles *t, uint64_t old, uint64_t size, TreeProof *out, Err *err)
{
	if (!size_known(t, size, err))
		return false;
	if (old > size)
		return err_set(err, E_INPUT, "a log of %llu entries cannot begin with one of %llu",
			(unsigned long long)size, (unsigned long long)old);
	Path p = {0};
	Range r = {0, size};
	while (old > 0 && r.to != old) {
		uint64_t middle = split(r);
		if (old <= middle) {
			path_add(&p, middle, r.to);
			r.to = middle;
		} else {
			path_add(&p, r.from, middle);
			r.from = middle;
		}
	}
	/* Whoever checks it knows the old root already, but not a part of the old tree. */
	if (old > 0 && r.from > 0)
		path_add(&p, r.from, r.to);
	return path_hash(t, &p, out, err);
}

static bool
same(const Sha256 *a, const Sha256 *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

/* Climbs from node `at` of a row of last + 1 nodes to the parents' row; a last node without a sibling climbs on until it has
 * one. Says whether the next hash of a proof stands left. */
static bool
sibling_left(uint64_t *at, uint64_t *last)
{
	bool left = *at % 2 == 1 || *at == *last;
	while (left && *at % 2 == 0 && *at > 0) {
		*at >>= 1;
		*last >>= 1;
	}
	*at >>= 1;
	*last >>= 1;
	return left;
}

/* RFC 9162, section 2.1.3.2. */
bool
proof_inclusion_check(Hasher *h, const TreeProof *p, uint64_t index, uint64_t size,
	const Sha256 *leaf, const Sha256 *root)
{
	if (index >= size)
		return false;
	uint64_t at = index, last = size - 1;
	Sha256 node = *leaf;
	for (size_t i = 0; i < p->n; i++) {
		if (last == 0)
			return false;
		if (sibling_left(&at, &last))
			tlog_node(h, &p->hash[i], &node, &node);
		else
			tlog_node(h, &node, &p->hash[i], &node);
	}
	return last == 0 && same(&node, root);
}

/* RFC 9162, section 2.1.4.2, for 0 < old < now. */
static bool
growth_check(Hasher *h, const TreeProof *p, const TreeHead *old, const TreeHead *now)
{
	uint64_t at = old->size - 1, last = now->size - 1;
	/* A perfect old tree is itself the node to begin with. */
	size_t used = (old->size & at) == 0 ? 0 : 1;
	if (p->n == 0)
		return false;
	for (; at % 2 == 1; at >>= 1)
		last >>= 1;
	Sha256 before = used ? p->hash[0] : old->root, after = before;
	for (size_t i = used; i < p->n; i++) {
		if (last == 0)
			return false;
		if (sibling_left(&at, &last)) {
			tlog_node(h, &p->hash[i], &before, &before);
			tlog_node(h, &p->hash[i], &after, &after);
		} else {
			tlog_node(h, &after, &p->hash[i], &after);
		}
	}
	return last == 0 && same(&before, &old->root) && same(&after, &now->root);
}

bool
proof_consistency_check(Hasher *h, const TreeProof *p, const TreeHead *old, const TreeHead *now)
{
	if (old->size > now->size)
		return false;
	if (old->size > 0 && old->size < now->size)
		return growth_check(h, p, old, now);
	Sha256 none;
	tree_root(&(TreeEdge){0}, h, &none);
	return p->n == 0 && (old->size > 0 || same(&old->root, &none)) &&
		(old->size < now->size || same(&old->root, &now->root));
}
