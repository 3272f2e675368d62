/* nik: the number of a person, taken apart. */
#include "roll/roll.h"

#include <string.h>

enum { DIGITS = 16 };

/* Provinces that are or were: areas split, numbers stay. 54 was Timor Timur; 99 is that of made-up people. */
static bool
is_province(int code)
{
	static const uint8_t known[] = {11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36,
		51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 76, 81, 82, 91, 92, 93, 94, 95, 96,
		97, 99};
	return memchr(known, code, sizeof known) != NULL;
}

/* 1.57101E+15, 1,57101E+15 */
static bool
is_rounded(Str s)
{
	size_t at;
	return s.n > 3 && (str_find(s, S("E+"), &at) || str_find(s, S("e+"), &at));
}

static NikFault
digits_read(Str s, int digit[DIGITS])
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c >= '0' && c <= '9') {
			if (n < DIGITS)
				digit[n] = c - '0';
			n++;
		} else if (!strchr(" .-'`\t", c) || !c) {
			return NIK_LETTER;
		}
	}
	return n == 0 ? NIK_EMPTY : n == DIGITS ? NIK_GOOD : NIK_LENGTH;
}

static int
part(const int *digit, int from, int n)
{
	int v = 0;
	for (int i = from; i < from + n; i++)
		v = v * 10 + digit[i];
	return v;
}

static bool
all_equal(const int *digit)
{
	for (int i = 1; i < DIGITS; i++)
		if (digit[i] != digit[0])
			return false;
	return true;
}

NikFault
nik_read(Str text, Nik *out)
{
	int digit[DIGITS];
	int32_t ignored;
	Str s = str_trim(text);
	NikFault fault = is_rounded(s) ? NIK_ROUNDED : digits_read(s, digit);
	if (fault != NIK_GOOD)
		return fault;
	if (all_equal(digit))
		return NIK_ONE_DIGIT;
	int day = part(digit, 6, 2), month = part(digit, 8, 2), serial = part(digit, 12, 4);
	bool female = day > 40;
	day -= female ? 40 : 0;
	if (!is_province(part(digit, 0, 2)))
		return NIK_PROVINCE;
	if (!date_make(2000, month, day, &ignored)) /* a leap year: the century is not known here */
		return NIK_DATE;
	if (serial == 0)
		return NIK_SERIAL;
	*out = (Nik){.area = (uint32_t)part(digit, 0, 6),
		.day = (uint8_t)day,
		.month = (uint8_t)month,
		.year = (uint8_t)part(digit, 10, 2),
		.female = female,
		.serial = (uint16_t)serial};
	for (int i = 0; i < DIGITS; i++)
		out->number = out->number * 10 + (uint64_t)digit[i];
	return NIK_GOOD;
}

const char *
nik_fault_text(NikFault fault)
{
	const char *const text[NIK_FAULTS] = {
		[NIK_GOOD] = "",
		[NIK_EMPTY] = tr("it is empty"),
		[NIK_ROUNDED] = tr("a spreadsheet rounded it: make the column text and fill it anew"),
		[NIK_LETTER] = tr("it holds something else than digits"),
		[NIK_LENGTH] = tr("it must have 16 digits"),
		[NIK_ONE_DIGIT] = tr("it is one digit repeated"),
		[NIK_PROVINCE] = tr("no province has its first two digits"),
		[NIK_DATE] = tr("its digits 7 to 12 are no day of birth"),
		[NIK_SERIAL] = tr(
			"it ends with 0000, which is never given out: a spreadsheet may have cut its last digit"),
	};
	return text[fault];
}

int
voter_age(int32_t birth, int32_t day)
{
	char a[11], b[11];
	date_format(birth, a);
	date_format(day, b);
	int years = 0;
	for (int i = 0; i < 4; i++)
		years = years * 10 + (b[i] - a[i]);
	return years - (strcmp(b + 5, a + 5) < 0);
}

bool
nik_birth(const Nik *nik, int32_t polling_day, int32_t *days)
{
	enum { ADULT = 17, OLDEST = 120 };
	bool found = false;
	for (int century = 1900; century <= 2000; century += 100) {
		int32_t day;
		if (!date_make(century + nik->year, nik->month, nik->day, &day) || day > polling_day)
			continue;
		int age = voter_age(day, polling_day);
		if (age > OLDEST || (found && age < ADULT))
			continue;
		*days = day;
		found = true;
	}
	return found;
}
