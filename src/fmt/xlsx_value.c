/* xlsx_value: numbers, dates and times of cells as the text that a person would see, and escapes in texts. */
#include "fmt/xlsx_private.h"

#include <math.h>

/* ---- number formats ---- */

/* Past what is no date letter: "quoted", \x, _x, *x, [Red] (but not [h]). Returns where to go on. */
static size_t
skip_literal(Str code, size_t i)
{
	char c = code.p[i];
	if (c == '\\' || c == '_' || c == '*')
		return i + 2;
	const char *close = c == '"' ? memchr(code.p + i + 1, '"', code.n - i - 1)
		: c == '['               ? memchr(code.p + i, ']', code.n - i)
								 : NULL;
	if (c == '[' && i + 1 < code.n && memchr("hHmMsS", code.p[i + 1], 6))
		return i + 1;
	if (c == '"' || c == '[')
		return close ? (size_t)(close - code.p) + 1 : code.n;
	return i;
}

static NumberKind
custom_kind(Str code)
{
	bool day = false, time = false, month = false, percent = false;
	if (code.n == 7 && strncasecmp(code.p, "General", 7) == 0)
		return NUMBER_PLAIN;
	for (size_t i = 0, next; i < code.n && code.p[i] != ';'; i = next) {
		next = skip_literal(code, i);
		if (next != i)
			continue;
		char c = code.p[i] | 0x20;
		day |= c == 'y' || c == 'd';
		time |= c == 'h' || c == 's';
		month |= c == 'm';
		percent |= code.p[i] == '%';
		next = i + 1;
	}
	if (day || (month && !time))
		return time ? NUMBER_INSTANT : NUMBER_DATE;
	return time ? NUMBER_TIME : percent ? NUMBER_PERCENT : NUMBER_PLAIN;
}

NumberKind
format_kind(int id, Str code)
{
	if (code.n)
		return custom_kind(code);
	if (id == 9 || id == 10)
		return NUMBER_PERCENT;
	if (id == 22)
		return NUMBER_INSTANT;
	if ((id >= 18 && id <= 21) || (id >= 45 && id <= 47) || (id >= 32 && id <= 35))
		return NUMBER_TIME;
	if ((id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58))
		return NUMBER_DATE;
	return NUMBER_PLAIN;
}

/* ---- dates ---- */

enum { DAY_MS = 86400000, DAYS_1904 = 24107, DAYS_1900 = 25569 };

/* The day of a serial number. Excel's 1900 was a leap year: its 60 is a day that never was. */
static bool
serial_day(int64_t serial, bool from_1904, char out[11])
{
	if (!from_1904 && serial == 60) {
		memcpy(out, "1900-02-29", 11);
		return true;
	}
	int64_t days = from_1904 ? serial - DAYS_1904 : serial - DAYS_1900 + (serial < 60);
	if (serial < (from_1904 ? 0 : 1) || days > 2932896) /* 9999-12-31 */
		return false;
	date_format((int32_t)days, out);
	return true;
}

static bool
date_text(double v, NumberKind kind, bool from_1904, char out[NUMBER_TEXT])
{
	char day[11], clock[16];
	if (!(v >= 0 && v < 2958466))
		return false;
	int64_t ms = (int64_t)(v * DAY_MS + 0.5), rest = ms % DAY_MS, seconds = rest / 1000;
	int n = snprintf(clock, sizeof clock, "%02d:%02d:%02d", (int)(seconds / 3600),
		(int)(seconds / 60 % 60), (int)(seconds % 60));
	if (rest % 1000)
		snprintf(clock + n, sizeof clock - (size_t)n, ".%03d", (int)(rest % 1000));
	if (kind == NUMBER_TIME && ms < DAY_MS) {
		snprintf(out, NUMBER_TEXT, "%s", clock);
		return true;
	}
	if (!serial_day(ms / DAY_MS, from_1904, day))
		return false;
	/* What a day's format hides is not lost; midnight is told where a time is expected. */
	snprintf(out, NUMBER_TEXT, rest || kind == NUMBER_INSTANT ? "%s %s" : "%s", day, clock);
	return true;
}

/* ---- numbers ---- */

static void
drop_zeros(char *text)
{
	size_t n = strlen(text);
	if (!memchr(text, '.', n))
		return;
	while (text[n - 1] == '0')
		n--;
	n -= text[n - 1] == '.';
	text[n] = '\0';
}

/* 15 digits are what a spreadsheet keeps: no 0.30000000000000004, and no exponent where digits will do. */
static void
plain_text(double v, char out[NUMBER_TEXT])
{
	double size = fabs(v);
	if (size >= 1e15)
		snprintf(out, NUMBER_TEXT, "%.14E", v);
	else if (v == (double)(int64_t)v)
		snprintf(out, NUMBER_TEXT, "%.0f", v == 0 ? 0.0 : v);
	else
		snprintf(out, NUMBER_TEXT, size < 1e-4 ? "%.20f" : "%.15g", v);
	char *exponent = strchr(out, 'E');
	if (!exponent) {
		drop_zeros(out);
		return;
	}
	char tail[8];
	snprintf(tail, sizeof tail, "%s", exponent);
	*exponent = '\0';
	drop_zeros(out);
	snprintf(out + strlen(out), 8, "%s", tail);
}

bool
number_text(Str written, NumberKind kind, bool from_1904, char out[NUMBER_TEXT], bool *plain)
{
	char text[64], *end;
	*plain = true;
	written = str_trim(written);
	/* strtod takes more than numbers: hexadecimal, nan, inf. */
	for (size_t i = 0; i < written.n; i++)
		if (!memchr("0123456789+-.eE", written.p[i], 15))
			return false;
	if (written.n == 0 || written.n >= sizeof text)
		return false;
	/* The common case is as it should be already: a whole number that fits. */
	if (kind == NUMBER_PLAIN && written.n < 16 && str_is_digits(written) &&
		(written.p[0] != '0' || written.n == 1)) {
		memcpy(out, written.p, written.n);
		out[written.n] = '\0';
		return true;
	}
	snprintf(text, sizeof text, "%.*s", STR(written));
	double v = strtod(text, &end);
	if (*end || !isfinite(v))
		return false;
	if (kind != NUMBER_PLAIN && kind != NUMBER_PERCENT && date_text(v, kind, from_1904, out)) {
		*plain = false;
		return true;
	}
	plain_text(kind == NUMBER_PERCENT ? v * 100 : v, out);
	if (kind == NUMBER_PERCENT) {
		size_t n = strlen(out);
		memcpy(out + n, "%", 2);
		*plain = false;
	}
	return true;
}

/* ---- texts ---- */

static size_t
put_utf8(char *p, unsigned c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	p[0] = (char)(0xe0 | c >> 12);
	p[1] = (char)(0x80 | (c >> 6 & 0x3f));
	p[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

size_t
unescape_text(char *p, size_t n)
{
	size_t to = 0;
	if (n < 7 || !memmem(p, n, "_x", 2))
		return n;
	for (size_t i = 0; i < n;) {
		unsigned char pair[2];
		if (n - i >= 7 && p[i] == '_' && p[i + 1] == 'x' && p[i + 6] == '_' &&
			hex_decode((Str){p + i + 2, 4}, pair, 2)) {
			to += put_utf8(p + to, (unsigned)pair[0] << 8 | pair[1]);
			i += 7;
		} else {
			p[to++] = p[i++];
		}
	}
	return to;
}
