/* similar: Jaro-Winkler and edit distance of texts of up to 64 letters, on the bits of one word. */
#include "link/link.h"

static Str
cut(Str s)
{
	return (Str){s.p, s.n < LINK_LETTERS ? s.n : LINK_LETTERS};
}

static uint64_t
mask_of(const Pattern *p, char c)
{
	return p->mask[(unsigned char)c & 31];
}

void
pattern_make(Str text, Pattern *out)
{
	Str s = cut(text);
	*out = (Pattern){.n = (int)s.n};
	for (size_t i = 0; i < s.n; i++)
		out->mask[(unsigned char)s.p[i] & 31] |= (uint64_t)1 << i;
}

static uint64_t
low_bits(int n)
{
	return n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

/* Letters of both that found a partner: bits of the pattern's text in *taken, of the other one in *found. */
static void
partners(const Pattern *p, Str other, uint64_t *taken, uint64_t *found)
{
	int n = p->n, m = (int)other.n, reach = (n > m ? n : m) / 2 - 1;
	if (reach < 0)
		reach = 0;
	*taken = *found = 0;
	for (int j = 0; j < m; j++) {
		int from = j > reach ? j - reach : 0;
		if (from >= n)
			break;
		uint64_t window = low_bits(j + reach + 1) & ~low_bits(from);
		uint64_t equal = mask_of(p, other.p[j]) & window & ~*taken;
		*taken |= equal & -equal;
		*found |= (uint64_t)(equal != 0) << j;
	}
}

/* How many partners stand in another order, in pairs of both texts. */
static int
out_of_order(const Pattern *p, Str other, uint64_t taken, uint64_t found)
{
	int n = 0;
	for (; found; found &= found - 1, taken &= taken - 1)
		n += !(mask_of(p, other.p[__builtin_ctzll(found)]) & taken & -taken);
	return n / 2;
}

double
pattern_jaro_winkler(const Pattern *p, Str text, Str other)
{
	Str a = cut(text), b = cut(other);
	uint64_t taken, found;
	if (a.n == 0 || b.n == 0)
		return a.n == b.n;
	partners(p, b, &taken, &found);
	int common = __builtin_popcountll(taken);
	if (common == 0)
		return 0;
	double m = common, order = out_of_order(p, b, taken, found);
	double jaro = (m / (double)a.n + m / (double)b.n + (m - order) / m) / 3;
	if (jaro <= 0.7)
		return jaro;
	size_t same = 0;
	while (same < 4 && same < a.n && same < b.n && a.p[same] == b.p[same])
		same++;
	return jaro + 0.1 * (double)same * (1 - jaro);
}

int
pattern_distance(const Pattern *p, Str other)
{
	Str b = cut(other);
	if (p->n == 0)
		return (int)b.n;
	uint64_t up = UINT64_MAX, down = 0, diagonal = 0, before = 0;
	uint64_t last = (uint64_t)1 << (p->n - 1);
	int distance = p->n;
	for (size_t j = 0; j < b.n; j++) {
		uint64_t here = mask_of(p, b.p[j]);
		uint64_t exchanged = ((~diagonal & here) << 1) & before;
		diagonal = (((here & up) + up) ^ up) | here | down | exchanged;
		uint64_t right_up = down | ~(diagonal | up), right_down = diagonal & up;
		distance += (right_up & last) != 0;
		distance -= (right_down & last) != 0;
		right_up = right_up << 1 | 1;
		right_down <<= 1;
		up = right_down | ~(diagonal | right_up);
		down = right_up & diagonal;
		before = here;
	}
	return distance;
}
