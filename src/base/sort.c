/* sort: strings by their bytes. */
#include "base/base.h"

static int
by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const Str *)a, *(const Str *)b);
}

void
sort_str(Str *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof *v, by_bytes);
}
