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

/* Eight digits at a time: each step adds neighbours of twice the width. */
static bool
eight(const char *p, uint32_t *out)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
	v ^= 0x3030303030303030u;
	if (((v + 0x0606060606060606u) | v) & 0xf0f0f0f0f0f0f0f0u)
		return false;
	v = v * 10 + (v >> 8);
	v = ((v & 0x000000ff000000ffu) * 0x000f424000000064u +
			((v >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u) >>
		32;
	*out = (uint32_t)v;
	return true;
}

static NikFault
digits_read(Str s, char digit[DIGITS])
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c >= '0' && c <= '9') {
			if (n < DIGITS)
				digit[n] = c;
			n++;
		} else if (!strchr(" .-'`\t", c) || !c) {
			return NIK_LETTER;
		}
	}
	return n == 0 ? NIK_EMPTY : n == DIGITS ? NIK_GOOD : NIK_LENGTH;
}

/* high, low: the first eight digits and the others. */
static NikFault
parts_read(uint32_t high, uint32_t low, Nik *out)
{
	static const uint8_t days[13] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t number = (uint64_t)high * 100000000 + low;
	uint32_t day = high % 100, month = low / 1000000, serial = low % 10000;
	bool female = day > 40;
	day -= female ? 40 : 0;
	if (number % 1111111111111111u == 0)
		return NIK_ONE_DIGIT;
	if (!is_province((int)(high / 1000000)))
		return NIK_PROVINCE;
	if (!day || !month || month > 12 ||
		day > days[month]) /* 29 February: the century is not known here */
		return NIK_DATE;
	if (serial == 0)
		return NIK_SERIAL;
	*out = (Nik){.number = number,
		.area = high / 100,
		.day = (uint8_t)day,
		.month = (uint8_t)month,
		.year = (uint8_t)(low / 10000 % 100),
		.female = female,
		.serial = (uint16_t)serial};
	return NIK_GOOD;
}

NikFault
nik_of(uint64_t number, Nik *out)
{
	const uint64_t half = 100000000;
	if (!number)
		return NIK_EMPTY;
	return number / half >= half
		? NIK_LENGTH
		: parts_read((uint32_t)(number / half), (uint32_t)(number % half), out);
}

NikFault
nik_read(Str text, Nik *out)
{
	char digit[DIGITS];
	uint32_t high, low;
	if (text.n == DIGITS && eight(text.p, &high) && eight(text.p + 8, &low))
		return parts_read(high, low, out);
	Str s = str_trim(text);
	NikFault fault = is_rounded(s) ? NIK_ROUNDED : digits_read(s, digit);
	if (fault != NIK_GOOD)
		return fault;
	NEED(eight(digit, &high) && eight(digit + 8, &low));
	return parts_read(high, low, out);
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

int32_t
voter_born_by(int years, int32_t day)
{
	char text[11];
	int64_t number[3];
	int32_t born = 0;
	date_format(day, text);
	NEED(str_int((Str){text, 4}, &number[0]) && str_int((Str){text + 5, 2}, &number[1]) &&
		str_int((Str){text + 8, 2}, &number[2]));
	/* 29 February, where the year of birth has none: who is born on 1 March is not so old yet. */
	int back = date_make((int)number[0] - years, (int)number[1], (int)number[2], &born) ? 0 : 1;
	NEED(!back || date_make((int)number[0] - years, 2, 28, &born));
	return born;
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
