/* time: dates and instants of the proleptic Gregorian calendar, without a time zone database. */
#include "base/base.h"

/* Years are counted from March, so that the leap day ends the year and months need no table. */
static int32_t
days_of(int year, int month, int day)
{
	int y = month > 2 ? year : year - 1; /* 0..9999 */
	int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static void
date_of(int32_t days, int *year, int *month, int *day)
{
	int32_t z = days + 719468, era = z / 146097, in_era = z % 146097;
	int32_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int32_t day_of_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int32_t m = (5 * day_of_year + 2) / 153;
	*day = day_of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = era * 400 + year_of_era + (*month <= 2);
}

/* Exactly `digits` digits from *s, which moves behind them. */
static bool
take_number(Str *s, size_t digits, int *out)
{
	Str part = str_slice(*s, 0, digits);
	if (part.n != digits || !str_is_digits(part))
		return false;
	*out = 0;
	for (size_t i = 0; i < digits; i++)
		*out = *out * 10 + (part.p[i] - '0');
	*s = str_slice(*s, digits, s->n);
	return true;
}

static bool
take_byte(Str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_slice(*s, 1, s->n);
	return true;
}

bool
date_make(int year, int month, int day, int32_t *days)
{
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	int32_t first = days_of(year, month, 1);
	int32_t next = month == 12 ? first + 31 : days_of(year, month + 1, 1);
	if (first + day > next)
		return false;
	*days = first + day - 1;
	return true;
}

static bool
take_date(Str *s, int32_t *days)
{
	int y, m, d;
	return take_number(s, 4, &y) && take_byte(s, '-') && take_number(s, 2, &m) &&
		take_byte(s, '-') && take_number(s, 2, &d) && date_make(y, m, d, days);
}

bool
date_parse(Str s, int32_t *days)
{
	int32_t parsed;
	if (!take_date(&s, &parsed) || s.n != 0)
		return false;
	*days = parsed;
	return true;
}

static void
put_number(char *out, int digits, int v)
{
	for (int i = digits - 1; i >= 0; i--, v /= 10)
		out[i] = (char)('0' + v % 10);
}

/* Outside the years 0001..9999 the nearest day within them is shown: a wild device clock must not stop us. */
void
date_format(int32_t days, char out[11])
{
	enum { FIRST = -719162, LAST = 2932896 };
	int y, m, d;
	date_of(days < FIRST ? FIRST : days > LAST ? LAST : days, &y, &m, &d);
	put_number(out, 4, y);
	out[4] = '-';
	put_number(out + 5, 2, m);
	out[7] = '-';
	put_number(out + 8, 2, d);
	out[10] = '\0';
}

int
date_weekday(int32_t days)
{
	int r = (int)(((int64_t)days + 3) % 7); /* day 0 was a Thursday */
	return r < 0 ? r + 7 : r;
}

/* HH:MM[:SS[.fraction]]; of the fraction up to nine digits are read and the milliseconds kept. */
static bool
take_clock(Str *s, int64_t *ms)
{
	int h, min, sec = 0, milli = 0;
	if (!take_number(s, 2, &h) || !take_byte(s, ':') || !take_number(s, 2, &min))
		return false;
	if (take_byte(s, ':')) {
		if (!take_number(s, 2, &sec))
			return false;
		if (take_byte(s, '.')) {
			size_t n = 0;
			for (int digit; n < 9 && take_number(s, 1, &digit); n++)
				milli = n < 3 ? milli * 10 + digit : milli;
			if (n == 0)
				return false;
			for (; n < 3; n++)
				milli *= 10;
		}
	}
	*ms = ((h * 60 + min) * 60 + sec) * INT64_C(1000) + milli;
	return h < 24 && min < 60 && sec < 60;
}

/* Z, +07:00, +0700 or +07 (field apps leave the minutes away); nothing leaves *minutes as it is. */
static bool
take_zone(Str *s, int *minutes)
{
	if (s->n == 0)
		return true;
	if (take_byte(s, 'Z')) {
		*minutes = 0;
		return true;
	}
	int sign = s->p[0] == '-' ? -1 : 1, h, m = 0;
	if (!take_byte(s, '+') && !take_byte(s, '-'))
		return false;
	if (!take_number(s, 2, &h))
		return false;
	bool colon = take_byte(s, ':');
	if ((colon || s->n) && !take_number(s, 2, &m))
		return false;
	*minutes = sign * (h * 60 + m);
	return m < 60 && h * 60 + m <= 14 * 60;
}

bool
instant_parse(Str s, int offset_minutes, int64_t *ms)
{
	int32_t days;
	int64_t clock;
	if (!take_date(&s, &days) || !(take_byte(&s, 'T') || take_byte(&s, ' ')))
		return false;
	if (!take_clock(&s, &clock) || !take_zone(&s, &offset_minutes) || s.n != 0)
		return false;
	*ms = days * INT64_C(86400000) + clock - offset_minutes * INT64_C(60000);
	return true;
}

void
instant_format(int64_t ms, int offset_minutes, char out[30])
{
	const int64_t day = 86400000, first = -719162 * day, last = 2932897 * day - 1;
	int64_t shift = offset_minutes * INT64_C(60000);
	int64_t local = ms < first - shift ? first : ms > last - shift ? last : ms + shift;
	int64_t days = local / day, left = local % day;
	if (left < 0) {
		left += day;
		days--;
	}
	int t = (int)left, off = offset_minutes < 0 ? -offset_minutes : offset_minutes;
	date_format((int32_t)days, out);
	out[10] = 'T';
	put_number(out + 11, 2, t / 3600000);
	out[13] = ':';
	put_number(out + 14, 2, t / 60000 % 60);
	out[16] = ':';
	put_number(out + 17, 2, t / 1000 % 60);
	char *p = out + 19;
	if (t % 1000) {
		*p = '.';
		put_number(p + 1, 3, t % 1000);
		p += 4;
	}
	if (offset_minutes == 0) {
		*p++ = 'Z';
	} else {
		*p = offset_minutes < 0 ? '-' : '+';
		put_number(p + 1, 2, off / 60);
		p[3] = ':';
		put_number(p + 4, 2, off % 60);
		p += 6;
	}
	*p = '\0';
}

int64_t
clock_us(void)
{
	struct timespec t;
	NEED(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
