/* area: codes of places: their level, their ancestors, their hour. */
#include "cat/cat_private.h"

static const Str level_names[] = {
	{"any", 3}, {"province", 8}, {"regency", 7}, {"district", 8}, {"village", 7}, {"tps", 3}};
static const unsigned char level_digits[] = {0, 2, 4, 6, 10, 13};

Str
level_name(Level l)
{
	NEED((size_t)l < sizeof level_digits);
	return level_names[l];
}

bool
level_of(Str name, Level *out)
{
	for (size_t i = 0; i < sizeof level_digits; i++)
		if (str_eq(name, level_names[i])) {
			*out = (Level)i;
			return true;
		}
	return false;
}

Level
area_level(Str code)
{
	for (size_t i = LEVEL_PROVINCE; i < sizeof level_digits; i++)
		if (code.n == level_digits[i])
			return str_is_digits(code) ? (Level)i : LEVEL_ANY;
	return LEVEL_ANY;
}

Str
area_lift(Str code, Level level)
{
	NEED((size_t)level < sizeof level_digits);
	size_t n = level_digits[level];
	return n == 0 || code.n <= n ? code : str_slice(code, 0, n);
}

int
area_zone(Str code)
{
	if (code.n < 2)
		return 420;
	int province = (code.p[0] - '0') * 10 + (code.p[1] - '0');
	bool middle = (province >= 51 && province <= 53) || (province >= 63 && province <= 65) ||
		(province >= 71 && province <= 76);
	if (middle)
		return 480;
	return province >= 81 && province <= 97 ? 540 : 420;
}
