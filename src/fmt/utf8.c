/* utf8: checking text where it enters, measuring it, and folding it for comparison (over utf8proc). */
#include "fmt/fmt.h"

#include <utf8proc.h>

/* How many bytes from p on are printable ASCII, tab, CR or LF; eight at a time while that is plain. */
static size_t
ascii_length(const unsigned char *p, size_t n)
{
	const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
	size_t i = 0;
	for (;;) {
		for (uint64_t w; i + 8 <= n; i += 8) {
			memcpy(&w, p + i, 8);
			/* A top bit appears for bytes above 7f, below 20, and for 7f itself. */
			if ((w | (w - ones * 0x20) | (w + ones)) & tops)
				break;
		}
		/* The word was not plain, or less than a word is left: decide byte by byte. */
		size_t stop = i + 8 < n ? i + 8 : n;
		for (; i < stop; i++) {
			unsigned char c = p[i];
			if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c >= 0x7f)
				return i;
		}
		if (i == n)
			return n;
	}
}

/* Length of the well-formed character of two to four bytes at p that is no control character, or 0. */
static size_t
wide_length(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];
	size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || len > n)
		return 0;
	/* The second byte's range excludes overlong forms, surrogates, what lies above U+10FFFF, and U+0080..9F. */
	unsigned char low = c == 0xe0 || c == 0xc2 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool
utf8_check(Str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p;
	for (size_t i = 0; i < s.n;) {
		if (p[i] < 0x80) {
			size_t n = ascii_length(p + i, s.n - i);
			i += n;
			if (n > 0)
				continue;
		}
		size_t len = wide_length(p + i, s.n - i);
		if (len == 0) {
			*at = i;
			return false;
		}
		i += len;
	}
	return true;
}

size_t
utf8_length(Str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

size_t
utf8_width(Str s)
{
	size_t width = 0;
	for (size_t i = 0; i < s.n;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n =
			utf8proc_iterate((const utf8proc_uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), &c);
		NEED(n > 0);
		width += (size_t)utf8proc_charwidth(c);
		i += (size_t)n;
	}
	return width;
}

static Str
fold_ascii(Arena *a, Str s)
{
	char *p = NEW(a, char, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + ('a' - 'A') : s.p[i]);
	return (Str){p, s.n};
}

/* What is not UTF-8 is given back as it came: it compares by its bytes. */
Str
utf8_fold(Arena *a, Str s)
{
	size_t i = 0;
	while (i < s.n && (unsigned char)s.p[i] < 0x80)
		i++;
	if (i == s.n)
		return fold_ascii(a, s);
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &folded,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
	Str out = arena_str(a, n < 0 ? s : (Str){(const char *)folded, (size_t)n});
	free(folded); /* library owns */
	return out;
}
