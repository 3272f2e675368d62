/* show: numbers, shares, days and places as people read them, in the language of the run. */
#include "cli/cli.h"

static bool
indonesian(void)
{
	return str_eq(lang_now(), S("id"));
}

const char *
show_number(Cli *cli, int64_t n)
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
	return arena_cstr(&cli->a, (Str){out, (size_t)at});
}

static const char *
dash(const Cli *cli)
{
	return cli->utf8 ? "—" : "-";
}

const char *
show_points(Cli *cli, int parts)
{
	if (parts < 0)
		return dash(cli);
	if (parts >= 10000)
		return "100";
	return arena_fmt(&cli->a, "%d%c%d", parts / 100, indonesian() ? ',' : '.', parts / 10 % 10).p;
}

const char *
show_percent(Cli *cli, int64_t have, int64_t need)
{
	if (need <= 0)
		return dash(cli);
	/* Sums of rupiah can be too long for the next step. */
	for (; need > INT64_MAX / 10000; need /= 2)
		have /= 2;
	/* Division rounds down, so that only the whole is 100. */
	return arena_fmt(&cli->a, "%s%%", show_points(cli, (int)(have * 10000 / need))).p;
}

static int
zone(const Cli *cli)
{
	int minutes = cli->has_ws ? area_zone(cli->ws.area) : 420;
	return minutes ? minutes : 420;
}

const char *
show_instant(Cli *cli, int64_t ms)
{
	char text[30];
	instant_format(ms, zone(cli), text);
	const char *name = zone(cli) == 420 ? "WIB" : zone(cli) == 480 ? "WITA" : "WIT";
	return arena_fmt(&cli->a, "%.10s %.5s %s", text, text + 11, name).p;
}

const char *
show_upper(Cli *cli, Str s)
{
	char *out = NEW(&cli->a, char, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		out[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i];
	return out;
}

const char *
show_level(Level l)
{
	switch (l) {
	case LEVEL_PROVINCE:
		return tr("province");
	case LEVEL_REGENCY:
		return tr("regency or city");
	case LEVEL_DISTRICT:
		return tr("district");
	case LEVEL_VILLAGE:
		return tr("village");
	case LEVEL_TPS:
		return tr("TPS");
	case LEVEL_ANY:
		break;
	}
	return tr("area");
}

const char *
show_severity(Str severity)
{
	return str_eq(severity, S("must")) ? tr("must be mended") : tr("look at it");
}

const char *
show_place(Cli *cli, Str code)
{
	Str name = area_name(&cli->ws, code, &cli->a);
	if (area_level(code) == LEVEL_TPS) {
		Str village = area_name(&cli->ws, area_lift(code, LEVEL_VILLAGE), &cli->a);
		return arena_fmt(&cli->a, "%.*s, %.*s (%.*s)", STR(name), STR(village), STR(code)).p;
	}
	return name.n ? arena_fmt(&cli->a, "%.*s (%.*s)", STR(name), STR(code)).p
				  : arena_cstr(&cli->a, code);
}

int64_t
days_until(Cli *cli, Str date)
{
	int32_t day;
	char now[30];
	if (!date_parse(date, &day))
		return 0;
	int32_t today;
	instant_format(
		cli->has_ws ? workspace_now(&cli->ws) : cli->env.now(cli->env.ctx), zone(cli), now);
	NEED(date_parse((Str){now, 10}, &today));
	return day - today;
}

const char *
show_due(Cli *cli, Str date)
{
	int64_t left = days_until(cli, date);
	if (date.n == 0)
		return "";
	const char *text = left > 1 ? arena_fmt(&cli->a, tr("%s days left"), show_number(cli, left)).p
		: left == 1             ? tr("1 day left")
		: left == 0             ? tr("today")
		: left == -1            ? tr("1 day late")
								: arena_fmt(&cli->a, tr("%s days late"), show_number(cli, -left)).p;
	return arena_fmt(&cli->a, "%.*s, %s", STR(date), text).p;
}

const char *
paint(const Cli *cli, char style)
{
	static const char *const escape[] = {['b'] = "\033[1m",
		['d'] = "\033[2m",
		['r'] = "\033[31m",
		['g'] = "\033[32m",
		['.'] = "\033[0m"};
	const char *text = (unsigned char)style < sizeof escape / sizeof escape[0]
		? escape[(unsigned char)style]
		: NULL;
	return cli->colour && text ? text : "";
}
