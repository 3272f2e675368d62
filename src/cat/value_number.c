/* value_number: whole numbers with or without thousands separators, decimals, and numbers that a spreadsheet has spoilt. */
#include "cat/cat_private.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
number_read(Str s, int64_t *out)
{
	size_t i = s.n && s.p[0] == '-', group = 0, digits = 0;
	bool minus = i == 1;
	char sep = '\0';
	int64_t v = 0;
	for (; i < s.n; i++) {
		char c = s.p[i];
		if (is_digit(c)) {
			if (++digits > 18)
				return false;
			v = v * 10 + (c - '0');
			group++;
			continue;
		}
		/* 1.234.567: one to three digits in front, not 0; then the same separator every three digits. */
		bool first = !sep && group >= 1 && group <= 3 && s.p[i - group] != '0';
		if ((c != '.' && c != ',') || !(first || (c == sep && group == 3)))
			return false;
		sep = c;
		group = 0;
	}
	*out = minus ? -v : v;
	return group > 0 && (!sep || group == 3);
}

/* Where the decimal separator stands; s.n when there is none. With both kinds it is the last one; one kind that occurs more
 * than once separates thousands. */
static size_t
decimal_point(Str s)
{
	size_t n[2] = {0}, last[2] = {0};
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '.' || s.p[i] == ',') {
			n[s.p[i] == ',']++;
			last[s.p[i] == ','] = i;
		}
	if (n[0] && n[1])
		return last[0] > last[1] ? last[0] : last[1];
	if (n[0] + n[1] == 1)
		return n[0] ? last[0] : last[1];
	return s.n;
}

bool
decimal_read(Str s, int places, int64_t *out, bool *too_fine)
{
	size_t at = decimal_point(s);
	Str whole = str_slice(s, 0, at), part = str_slice(s, at + 1, s.n);
	int64_t v;
	*too_fine = false;
	/* The thousands of 1.234,5 are not written with the decimal separator. */
	if (!number_read(whole, &v) ||
		(at < s.n && (!str_is_digits(part) || memchr(whole.p, s.p[at], whole.n))))
		return false;
	if (part.n > (size_t)places) {
		*too_fine = true;
		return false;
	}
	bool minus = whole.p[0] == '-';
	for (int i = 0; i < places; i++) {
		int64_t digit = (size_t)i < part.n ? part.p[i] - '0' : 0;
		if (__builtin_mul_overflow(v, 10, &v) ||
			__builtin_add_overflow(v, minus ? -digit : digit, &v))
			return false;
	}
	*out = v;
	return true;
}

bool
excel_mangled(Str s)
{
	size_t i = s.n && s.p[0] == '-', from = i;
	while (i < s.n && (is_digit(s.p[i]) || s.p[i] == '.' || s.p[i] == ','))
		i++;
	if (i == from || i + 2 >= s.n || (s.p[i] != 'E' && s.p[i] != 'e') || s.p[i + 1] != '+')
		return false;
	return str_is_digits(str_slice(s, i + 2, s.n));
}

bool
refuse_mangled(Str s, int digits, Err *err)
{
	if (digits)
		err_set(err, E_INPUT, "'%.*s' is a number mangled by Excel, expected %d digits",
			STR(brief(s)), digits);
	else
		err_set(err, E_INPUT, "'%.*s' is a number mangled by Excel, expected all its digits",
			STR(brief(s)));
	return err_hint(err, "format the column as text in the source and export again");
}
