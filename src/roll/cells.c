/* cells: dates, sex and marital status as rolls write them. */
#include "roll/roll.h"

#include <string.h>

/* ---- dates ---- */

static bool
is_break(char c)
{
	return c && strchr("|-/. ,:T\t", c) != NULL;
}

enum { PARTS = 6 };
static size_t
parts_of(Str s, Str part[PARTS + 1])
{
	size_t n = 0;
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		while (i < s.n && !is_break(s.p[i]))
			i++;
		if (i > from && n <= PARTS)
			part[n++] = str_slice(s, from, i);
		i++;
	}
	return n;
}

static bool
number_of(Str s, size_t least, size_t most, int *out)
{
	int64_t v;
	if (s.n < least || s.n > most || !str_is_digits(s) || !str_int(s, &v))
		return false;
	*out = (int)v;
	return true;
}

/* By its first three letters, in Indonesian, its older spelling, or English. */
static bool
month_of(Str s, int *month)
{
	static const char *const known[12] = {"jan", "feb peb", "mar", "apr", "mei may", "jun", "jul",
		"agu ags agt aug", "sep", "okt oct", "nov nop", "des dec"};
	char start[4] = "";
	size_t at;
	if (number_of(s, 1, 2, month))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
		if (c < 'a' || c > 'z')
			return false;
		if (i < 3)
			start[i] = c;
	}
	for (*month = 1; s.n >= 3 && *month <= 12; ++*month)
		if (str_find(str_of(known[*month - 1]), str_of(start), &at))
			return true;
	return false;
}

static bool
unbroken(Str s, int32_t *days)
{
	int v;
	if (number_of(s, 5, 5, &v) && v >= 10000 && v <= 60000) {
		*days = v - 25569; /* 1970-01-01 */
		return true;
	}
	return number_of(s, 8, 8, &v) &&
		(date_make(v % 10000, v / 10000 % 100, v / 1000000, days) ||
			date_make(v / 10000, v / 100 % 100, v % 100, days));
}

/* Midnight, as spreadsheets write it behind a day. */
static bool
is_midnight(const Str *part, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < part[i].n; k++)
			if (part[i].p[k] != '0')
				return false;
	return true;
}

/* 17|08|1945, as nearly all of a roll are. */
static bool
ten(const char *p, int *year, int *month, int *day)
{
	static const uint8_t at[8] = {0, 1, 3, 4, 6, 7, 8, 9};
	int v[8];
	for (size_t i = 0; i < 8; i++) {
		v[i] = p[at[i]] - '0';
		if (v[i] < 0 || v[i] > 9)
			return false;
	}
	*day = v[0] * 10 + v[1];
	*month = v[2] * 10 + v[3];
	*year = v[4] * 1000 + v[5] * 100 + v[6] * 10 + v[7];
	return is_break(p[2]) && is_break(p[5]);
}

bool
voter_date(Str text, int32_t *days)
{
	Str part[PARTS + 1], s = str_trim(text);
	int year, month, day;
	if (text.n == 10 && ten(text.p, &year, &month, &day))
		return date_make(year, month, day, days);
	size_t n = parts_of(s, part);
	if (n == 1)
		return unbroken(part[0], days);
	if (n < 3 || n > PARTS || !is_midnight(part + 3, n - 3) || !month_of(part[1], &month))
		return false;
	if (number_of(part[0], 4, 4, &year))
		return number_of(part[2], 1, 2, &day) && date_make(year, month, day, days);
	return number_of(part[0], 1, 2, &day) && number_of(part[2], 4, 4, &year) &&
		date_make(year, month, day, days);
}

/* ---- words ---- */

typedef struct Word {
	const char
		*start; /* of the cell, letters only, lower case; a single letter is the whole cell */
	int means;
} Word;

static bool
word_find(Str text, const Word *word, size_t n, int *means)
{
	char letters[24];
	size_t used = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] - 'A' + 'a') : text.p[i];
		if (c >= 'a' && c <= 'z' && used < sizeof letters)
			letters[used++] = c;
		else if (!is_break(c) && (c < 'a' || c > 'z'))
			return false;
	}
	*means = 0;
	for (size_t i = 0; used && i < n && !*means; i++) {
		Str start = str_of(word[i].start), all = {letters, used};
		if (start.n < 3 ? str_eq(all, start) : str_starts(all, start))
			*means = word[i].means;
	}
	return !used || *means;
}

bool
voter_sex(Str text, Sex *out)
{
	static const Word known[] = {{"l", SEX_MALE}, {"lk", SEX_MALE}, {"laki", SEX_MALE},
		{"pria", SEX_MALE}, {"m", SEX_MALE}, {"male", SEX_MALE}, {"p", SEX_FEMALE},
		{"pr", SEX_FEMALE}, {"perempuan", SEX_FEMALE}, {"wanita", SEX_FEMALE}, {"f", SEX_FEMALE},
		{"female", SEX_FEMALE}};
	int means;
	bool ok = word_find(text, known, sizeof known / sizeof *known, &means);
	*out = (Sex)means;
	return ok;
}

bool
voter_marriage(Str text, Marriage *out)
{
	static const Word known[] = {{"b", MARRIAGE_NOT_YET}, {"belum", MARRIAGE_NOT_YET},
		{"s", MARRIAGE_MARRIED}, {"sudah", MARRIAGE_MARRIED}, {"kawin", MARRIAGE_MARRIED},
		{"nikah", MARRIAGE_MARRIED}, {"menikah", MARRIAGE_MARRIED}, {"p", MARRIAGE_ONCE},
		{"k", MARRIAGE_ONCE}, {"pernah", MARRIAGE_ONCE}, {"cerai", MARRIAGE_ONCE},
		{"janda", MARRIAGE_ONCE}, {"duda", MARRIAGE_ONCE}};
	int means;
	bool ok = word_find(text, known, sizeof known / sizeof *known, &means);
	*out = (Marriage)means;
	return ok;
}
