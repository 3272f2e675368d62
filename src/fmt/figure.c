/* figure: numbers, shares and times as people read them, in the language of the thread. */
#include "fmt/fmt.h"

static bool
indonesian(void)
{
	return str_eq(lang_now(), S("id"));
}

Str
figure_number(Arena *a, int64_t n)
{
	char digits[24], out[32];
	int len = snprintf(digits, sizeof digits, "%llu",
			n < 0 ? 0ULL - (unsigned long long)n : (unsigned long long)n),
		at = 0;
	if (n < 0)
		out[at++] = '-';
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = indonesian() ? '.' : ',';
		out[at++] = digits[i];
	}
	return arena_str(a, (Str){out, (size_t)at});
}

Str
figure_decimal(Arena *a, Str plain)
{
	Str whole, rest;
	if (!indonesian() || !str_cut(plain, '.', &whole, &rest))
		return plain;
	return arena_fmt(a, "%.*s,%.*s", STR(whole), STR(rest));
}

Str
figure_points(Arena *a, int parts)
{
	if (parts < 0)
		return S("—");
	if (parts >= 10000)
		return S("100");
	return arena_fmt(a, "%d%c%d", parts / 100, indonesian() ? ',' : '.', parts / 10 % 10);
}

int
figure_parts(int64_t have, int64_t need)
{
	if (need <= 0)
		return -1;
	/* Sums of rupiah can be too long for the next step. */
	for (; need > INT64_MAX / 10000; need /= 2)
		have /= 2;
	/* Division rounds down, so that only the whole is 100. */
	return (int)(have * 10000 / need);
}

int
figure_class(int parts)
{
	return parts < 0 ? -1 : (parts >= 5000) + (parts >= 7500) + (parts >= 9000) + (parts >= 10000);
}

Str
figure_share(Arena *a, int64_t have, int64_t need)
{
	int parts = figure_parts(have, need);
	return parts < 0 ? figure_points(a, parts)
					 : arena_fmt(a, "%.*s%%", STR(figure_points(a, parts)));
}

Str
figure_instant(Arena *a, int64_t ms, int zone)
{
	char text[30];
	int minutes = zone ? zone : 420;
	instant_format(ms, minutes, text);
	const char *name = minutes == 420 ? "WIB" : minutes == 480 ? "WITA" : "WIT";
	return arena_fmt(a, "%.10s %.5s %s", text, text + 11, name);
}

/* Letters of the month's name: 0 all of them. */
static Str
day_written(Arena *a, Str date, size_t letters)
{
	const char *names[] = {tr("January"), tr("February"), tr("March"), tr("April"), tr("May"),
		tr("June"), tr("July"), tr("August"), tr("September"), tr("October"), tr("November"),
		tr("December")};
	int32_t day;
	int64_t month, of_month;
	if (!date_parse(date, &day) || !str_int(str_slice(date, 5, 7), &month) ||
		!str_int(str_slice(date, 8, 10), &of_month))
		return date;
	Str name = str_of(names[month - 1]);
	return arena_fmt(a, "%d %.*s %.4s", (int)of_month,
		STR(letters ? str_slice(name, 0, letters) : name), date.p);
}

Str
figure_day(Arena *a, Str date)
{
	return day_written(a, date, 0);
}

static Str
moment_written(Arena *a, int64_t ms, int zone, size_t letters)
{
	Str text = figure_instant(a, ms, zone);
	return arena_fmt(a, "%.*s %.*s", STR(day_written(a, str_slice(text, 0, 10), letters)),
		STR(str_slice(text, 11, text.n)));
}

Str
figure_moment(Arena *a, int64_t ms, int zone)
{
	return moment_written(a, ms, zone, 0);
}

Str
figure_time(Arena *a, int64_t ms, int zone)
{
	return moment_written(a, ms, zone, 3);
}
