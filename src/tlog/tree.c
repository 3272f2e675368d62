/* tree: the Merkle tree of RFC 6962, grown leaf by leaf along its right edge. */
#include "tlog/tlog.h"

void
tlog_leaf(Hasher *h, Str entry, Sha256 *out)
{
	hasher_begin(h);
	hasher_add(h, (Str){"\0", 1});
	if (entry.n > 0)
		hasher_add(h, entry);
	hasher_end(h, out);
}

void
tlog_node(Hasher *h, const Sha256 *left, const Sha256 *right, Sha256 *out)
{
	struct {
		unsigned char kind;
		Sha256 left, right;
	} node = {1, *left, *right};
	_Static_assert(sizeof node == 65, "no padding");
	hasher_begin(h);
	hasher_add(h, (Str){(const char *)&node, sizeof node});
	hasher_end(h, out);
}

void
tree_add(TreeEdge *t, Hasher *h, const Sha256 *leaf, TreeTileFn fn, void *ctx)
{
	tree_add_perfect(t, h, leaf, 0, fn, ctx);
}

void
tree_add_perfect(
	TreeEdge *t, Hasher *h, const Sha256 *subtree, int height, TreeTileFn fn, void *ctx)
{
	NEED(height >= 0 && height < 63);
	uint64_t leaves = UINT64_C(1) << height;
	NEED(t->size % leaves == 0 && t->size <= (uint64_t)INT64_MAX - leaves);
	Sha256 node = *subtree;
	/* Each subtree that stands right of its sibling completes their parent. */
	for (uint64_t index = t->size >> height;; index >>= 1, height++) {
		if (fn && height > 0 && height % 8 == 0)
			fn(ctx, height / 8, index, &node);
		if (index % 2 == 0)
			break;
		tlog_node(h, &t->node[--t->n], &node, &node);
	}
	t->node[t->n++] = node;
	t->size += leaves;
}

void
tree_root(const TreeEdge *t, Hasher *h, Sha256 *out)
{
	if (t->n == 0) {
		hasher_begin(h);
		hasher_end(h, out);
		return;
	}
	Sha256 root = t->node[t->n - 1];
	for (size_t i = t->n - 1; i > 0; i--)
		tlog_node(h, &t->node[i - 1], &root, &root);
	*out = root;
}
