/* buf: growing bytes with a sticky error, so that writers test once at the end. */
#include "base/base.h"

/* Makes room for n more bytes and one NUL beyond them (vsnprintf wants it). */
static bool
buf_room(Buf *b, size_t n)
{
	size_t max = b->max ? b->max : (size_t)1 << 30;
	if (b->failed)
		return false;
	if (n > max || b->n > max - n) {
		b->failed = true;
		return false;
	}
	size_t want = b->n + n + 1;
	if (want <= b->cap)
		return true;
	size_t cap = b->cap ? b->cap : 64;
	while (cap < want)
		cap *= 2;
	char *p = fault_here() ? NULL : realloc(b->p, cap);
	if (!p) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void
buf_add(Buf *b, Str s)
{
	if (s.n == 0 || !buf_room(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void
buf_byte(Buf *b, char c)
{
	if (buf_room(b, 1))
		b->p[b->n++] = c;
}

void
buf_fmt(Buf *b, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		b->failed = true;
	else if (buf_room(b, (size_t)n)) {
		NEED(vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again) == n);
		b->n += (size_t)n;
	}
	va_end(again);
}

void
buf_int(Buf *b, int64_t v)
{
	char digits[20];
	size_t i = sizeof digits;
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
	do
		digits[--i] = (char)('0' + left % 10);
	while (left /= 10);
	if (v < 0)
		digits[--i] = '-';
	buf_add(b, (Str){digits + i, sizeof digits - i});
}

void
buf_clear(Buf *b)
{
	b->n = 0;
	b->failed = false;
}

bool
buf_check(const Buf *b, Err *err)
{
	return !b->failed || err_set(err, E_LIMIT, "no memory for a text, or it is too long");
}

void
buf_close(Buf *b)
{
	free(b->p);
	*b = (Buf){.max = b->max};
}
