/* hlc: hybrid logical clocks: the wall clock as far as it goes, and a counter where it stands still or another's is ahead
 * (Kulkarni, Demirbas, Madappa, Avva, Leone: Logical Physical Clocks, OPODIS 2014, figure 5). */
#include "base/base.h"

/* Decimal without leading zeros, of at most so many digits. */
static bool
take_number(Str s, size_t digits, int64_t most, int64_t *out)
{
	return str_is_digits(s) && s.n <= digits && (s.n == 1 || s.p[0] != '0') && str_int(s, out) &&
		*out <= most;
}

bool
hlc_parse(Str s, Hlc *out)
{
	Str wall, count;
	return str_cut(s, '.', &wall, &count) && take_number(wall, 15, HLC_WALL_MOST, &out->wall) &&
		take_number(count, 9, HLC_COUNT_MOST, &out->count);
}

void
hlc_format(Hlc h, char out[HLC_TEXT])
{
	snprintf(out, HLC_TEXT, "%lld.%lld", (long long)h.wall, (long long)h.count);
}

int
hlc_cmp(Hlc a, Hlc b)
{
	if (a.wall != b.wall)
		return a.wall < b.wall ? -1 : 1;
	return (a.count > b.count) - (a.count < b.count);
}

/* The next value behind `behind`. A counter that is full goes on in the next millisecond: what only a hostile clock brings about. */
static Hlc
next(Hlc behind)
{
	if (behind.count < HLC_COUNT_MOST)
		return (Hlc){behind.wall, behind.count + 1};
	return (Hlc){behind.wall + 1, 0};
}

void
hlc_tick(Hlc *clock, int64_t now)
{
	*clock = now > clock->wall ? (Hlc){now, 0} : next(*clock);
}

void
hlc_receive(Hlc *clock, Hlc from, int64_t now)
{
	if (hlc_cmp(*clock, from) < 0)
		*clock = from;
	hlc_tick(clock, now);
}
