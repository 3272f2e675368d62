/* root: the tree's root from leaf hashes, and checkpoints, written from the specifications and by nothing that Siap uses for them. */
#include "survive.h"

#include <sodium.h>

void
root_of(const Sha256 *leaf, size_t n, Sha256 *out)
{
	Sha256 half[2];
	char node[65] = {1};
	if (n == 0) {
		*out = sha256((Str){"", 0});
		return;
	}
	if (n == 1) {
		*out = *leaf;
		return;
	}
	size_t left = 1; /* the largest power of two below n */
	while (2 * left < n)
		left *= 2;
	root_of(leaf, left, &half[0]);
	root_of(leaf + left, n - left, &half[1]);
	memcpy(node + 1, half, 64);
	*out = sha256((Str){node, 65});
}

bool
checkpoint_read(Str text, Handed *out)
{
	Str origin, size, root;
	int64_t n;
	size_t got;
	if (!str_cut(text, '\n', &origin, &text) || !str_cut(text, '\n', &size, &text) ||
		!str_cut(text, '\n', &root, &text) || !origin.n || !str_int(size, &n) || n < 0)
		return false;
	out->size = (uint64_t)n;
	return sodium_base642bin(out->root.b, 32, root.p, root.n, NULL, &got, NULL,
			   sodium_base64_VARIANT_ORIGINAL) == 0 &&
		got == 32;
}
