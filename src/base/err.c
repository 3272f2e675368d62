/* err: one code, one sentence, one hint; and the check that ends the process when we are wrong ourselves. */
#include "base/base.h"

void
need_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "siap: %s:%d: this should hold and does not: %s\n", file, line, cond);
	fflush(stderr);
	abort();
}

/* The length of the character at p, or 0 where p holds no well-formed character that may be shown. */
static size_t
shown_length(const unsigned char *p, size_t n)
{
	unsigned char c = p[0];
	if (c < 0x80)
		return c >= 0x20 && c != 0x7f;
	size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (c == 0xe0 && p[1] < 0xa0) || (c == 0xf0 && p[1] < 0x90);
	bool beyond = (c == 0xed && p[1] >= 0xa0) || (c == 0xf4 && p[1] >= 0x90);
	bool control = c == 0xc2 && p[1] < 0xa0;
	return overlong || beyond || control ? 0 : len;
}

/* A character that was cut in two at the end is dropped whole. */
static size_t
whole_length(const char *s, size_t n)
{
	size_t back = 0;
	while (back < 4 && back < n && ((unsigned char)s[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back == n)
		return n;
	unsigned char lead = (unsigned char)s[n - 1 - back];
	size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	return len > back + 1 ? n - 1 - back : n;
}

/* Terminal escapes, line breaks and broken bytes come in by arguments: they are shown as '?'. */
static void
clean(char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = shown_length((const unsigned char *)s + i, n - i);
		if (len == 0) {
			/* A C1 control is two bytes and one question mark; the rest of the text moves up. */
			bool c1 = (unsigned char)s[i] == 0xc2 && i + 1 < n &&
				((unsigned char)s[i + 1] & 0xc0) == 0x80;
			if (c1) {
				memmove(s + i, s + i + 1, n - i);
				n--;
			}
			s[i] = '?';
			len = 1;
		}
		i += len;
	}
}

/* Formats through a copy, because arguments may point into the very text that is replaced. */
static void PRINTF(3, 0) fill(char *out, size_t cap, const char *fmt, va_list args)
{
	char text[sizeof((Err *)0)->text];
	NEED(cap <= sizeof text);
	int want = vsnprintf(text, cap, fmt, args);
	if (want < 0)
		want = snprintf(text, cap, "%s", fmt);
	size_t n = strlen(text);
	if ((size_t)want > n)
		n = whole_length(text, n);
	text[n] = '\0';
	clean(text, n);
	memcpy(out, text, strlen(text) + 1);
}

bool
err_set(Err *err, ErrCode code, const char *fmt, ...)
{
	if (!err)
		return false;
	va_list args;
	va_start(args, fmt);
	fill(err->text, sizeof err->text, tr(fmt), args);
	va_end(args);
	err->code = code;
	err->hint[0] = '\0';
	return false;
}

bool
err_hint(Err *err, const char *fmt, ...)
{
	if (!err)
		return false;
	va_list args;
	va_start(args, fmt);
	fill(err->hint, sizeof err->hint, tr(fmt), args);
	va_end(args);
	return false;
}

bool
err_prefix(Err *err, const char *fmt, ...)
{
	if (!err)
		return false;
	char old[sizeof err->text];
	memcpy(old, err->text, sizeof old);
	va_list args;
	va_start(args, fmt);
	fill(err->text, sizeof err->text, tr(fmt), args);
	va_end(args);
	size_t n = strlen(err->text), room = sizeof err->text - 1 - n, rest = strlen(old);
	if (rest > room)
		rest = whole_length(old, room);
	memcpy(err->text + n, old, rest);
	err->text[n + rest] = '\0';
	return false;
}

static const struct {
	const char *name;
	int exit;
} codes[] = {
	[E_OK] = {"ok", 0},
	[E_INPUT] = {"input", 2},
	[E_NOTFOUND] = {"notfound", 3},
	[E_CONFLICT] = {"conflict", 4},
	[E_DENIED] = {"denied", 5},
	[E_BUSY] = {"busy", 6},
	[E_LIMIT] = {"limit", 7},
	[E_IO] = {"io", 8},
	[E_DB] = {"db", 9},
	[E_BUG] = {"bug", 70},
};

const char *
err_name(ErrCode code)
{
	NEED((size_t)code < sizeof codes / sizeof codes[0]);
	return codes[code].name;
}

int
err_exit(ErrCode code)
{
	NEED((size_t)code < sizeof codes / sizeof codes[0]);
	return codes[code].exit;
}
