/* show: numbers, shares, days and places as people read them, in the language of the run. */
#include "cli/cli.h"

const char *
show_number(Cli *cli, int64_t n)
{
	return figure_number(&cli->a, n).p;
}

/* A terminal without UTF-8 has no dash. */
const char *
show_points(Cli *cli, int parts)
{
	return parts < 0 && !cli->utf8 ? "-" : figure_points(&cli->a, parts).p;
}

const char *
show_percent(Cli *cli, int64_t have, int64_t need)
{
	int parts = figure_parts(have, need);
	return parts < 0 ? show_points(cli, parts) : figure_share(&cli->a, have, need).p;
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
	return figure_instant(&cli->a, ms, zone(cli)).p;
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
