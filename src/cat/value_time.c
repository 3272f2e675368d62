/* value_time: days and instants in the ways people and spreadsheets write them. */
#include "cat/cat_private.h"

/* One or two digits at the front of *rest. */
static bool
short_number(Str *rest, int *out)
{
	size_t n = 0;
	*out = 0;
	while (n < rest->n && n < 2 && rest->p[n] >= '0' && rest->p[n] <= '9')
		*out = *out * 10 + (rest->p[n++] - '0');
	*rest = str_slice(*rest, n, rest->n);
	return n > 0;
}

/* DD/MM/YYYY or DD-MM-YYYY, one digit being enough for day and month. */
static bool
day_first(Str s, char out[11])
{
	int day, month;
	int32_t days;
	if (!short_number(&s, &day) || s.n < 1)
		return false;
	char sep = s.p[0];
	s = str_slice(s, 1, s.n);
	if ((sep != '/' && sep != '-') || !short_number(&s, &month) || s.n != 5 || s.p[0] != sep)
		return false;
	int n = snprintf(out, 11, "%.4s-%02d-%02d", s.p + 1, month, day);
	return n == 10 && date_parse((Str){out, 10}, &days);
}

bool
date_read(Str s, Arena *a, Str *out)
{
	int32_t days;
	char text[11];
	/* Spreadsheets write a day as its midnight. */
	if (s.n == 19 && (str_ends(s, S(" 00:00:00")) || str_ends(s, S("T00:00:00"))))
		s.n = 10;
	*out = s;
	if (date_parse(s, &days))
		return true;
	if (!day_first(s, text))
		return false;
	*out = arena_str(a, (Str){text, 10});
	return true;
}

bool
instant_read(Str s, int zone, Arena a, int64_t *out)
{
	static const struct {
		Str name;
		int minutes;
	} zones[] = {{{" WIB", 4}, 420}, {{" WITA", 5}, 480}, {{" WIT", 4}, 540}};
	char day[11];
	Str date, time;
	if (instant_parse(s, zone, out))
		return true;
	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
		if (str_ends(s, zones[i].name)) {
			s.n -= zones[i].name.n;
			zone = zones[i].minutes;
			break;
		}
	if (instant_parse(s, zone, out))
		return true;
	if (!str_cut(s, ' ', &date, &time) || !day_first(date, day))
		return false;
	return instant_parse(arena_fmt(&a, "%sT%.*s", day, STR(str_trim(time))), zone, out);
}
