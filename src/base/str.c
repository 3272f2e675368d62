/* str: comparing, cutting and reading byte strings; the keyed hash behind Map. */
#include "base/base.h"

#include <sys/random.h>

Str
str_of(const char *c_string)
{
	return c_string ? (Str){c_string, strlen(c_string)} : (Str){NULL, 0};
}

bool
str_eq(Str a, Str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int
str_cmp(Str a, Str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool
str_starts(Str s, Str prefix)
{
	return s.n >= prefix.n && str_eq((Str){s.p, prefix.n}, prefix);
}

bool
str_ends(Str s, Str suffix)
{
	return s.n >= suffix.n && str_eq(str_slice(s, s.n - suffix.n, s.n), suffix);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

Str
str_trim(Str s)
{
	size_t from = 0, to = s.n;
	while (from < to && is_blank(s.p[from]))
		from++;
	while (to > from && is_blank(s.p[to - 1]))
		to--;
	return str_slice(s, from, to);
}

Str
str_slice(Str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	/* A NULL string has nothing to point into, and NULL + 0 is better not computed. */
	return s.p ? (Str){s.p + from, to - from} : (Str){NULL, 0};
}

bool
str_cut(Str s, char at, Str *left, Str *right)
{
	const char *hit = s.n ? memchr(s.p, at, s.n) : NULL;
	if (!hit) {
		*left = s;
		*right = (Str){NULL, 0};
		return false;
	}
	size_t n = (size_t)(hit - s.p);
	*left = (Str){s.p, n};
	*right = (Str){hit + 1, s.n - n - 1};
	return true;
}

bool
str_find(Str s, Str part, size_t *at)
{
	if (part.n > s.n)
		return false;
	if (part.n == 0) {
		*at = 0;
		return true;
	}
	const char *p = s.p, *last = s.p + (s.n - part.n);
	while (p <= last && (p = memchr(p, part.p[0], (size_t)(last - p) + 1))) {
		if (memcmp(p, part.p, part.n) == 0) {
			*at = (size_t)(p - s.p);
			return true;
		}
		p++;
	}
	return false;
}

bool
str_int(Str s, int64_t *out)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = negative ? 1 : 0;
	if (i == s.n)
		return false;
	/* Summed downwards: the negative range is the larger one, so INT64_MIN needs no special case. */
	int64_t v = 0;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s.p[i] - '0', &v))
			return false;
	}
	if (!negative && __builtin_sub_overflow(0, v, &v))
		return false;
	*out = v;
	return true;
}

bool
str_is_digits(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* Two random words, drawn before main: nobody outside can choose keys that collide. */
static uint64_t hash_key[2];

__attribute__((constructor)) static void
hash_key_draw(void)
{
	NEED(getrandom(hash_key, sizeof hash_key, 0) == (ssize_t)sizeof hash_key);
}

static uint64_t
word_at(const char *p, size_t n)
{
	uint64_t w = 0;
	memcpy(&w, p, n);
	return w;
}

/* Multiplies to 128 bits and folds: every input bit reaches the middle of the product. */
static uint64_t
mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t
str_hash(Str s)
{
	static const uint64_t odd1 = 0x9e3779b97f4a7c15, odd2 = 0xc2b2ae3d27d4eb4f;
	uint64_t h = hash_key[0] ^ mix(s.n ^ odd1, hash_key[1] | 1);
	const char *p = s.p;
	size_t n = s.n;
	for (; n > 16; p += 16, n -= 16)
		h = mix(word_at(p, 8) ^ h ^ odd1, word_at(p + 8, 8) ^ hash_key[1]);
	uint64_t a = 0, b = 0;
	if (n >= 8) { /* two words that may overlap cover 8 to 16 bytes */
		a = word_at(p, 8);
		b = word_at(p + n - 8, 8);
	} else if (n >= 4) {
		a = word_at(p, 4);
		b = word_at(p + n - 4, 4);
	} else if (n > 0) {
		a = word_at(p, n);
	}
	return mix(mix(a ^ h ^ odd2, b ^ hash_key[1] ^ odd1) ^ odd1, h ^ odd2);
}

enum { DISTANCE_MAX = 63 };

size_t
str_distance(Str a, Str b)
{
	if (a.n > DISTANCE_MAX || b.n > DISTANCE_MAX)
		return SIZE_MAX;
	/* One row of the usual table; `corner` is the cell up and to the left. */
	size_t row[DISTANCE_MAX + 1];
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 0; i < a.n; i++) {
		size_t corner = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < b.n; j++) {
			size_t best = corner + (a.p[i] != b.p[j]);
			corner = row[j + 1];
			if (row[j + 1] + 1 < best)
				best = row[j + 1] + 1;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			row[j + 1] = best;
		}
	}
	return row[b.n];
}
