/* when: moments in the words of the command line, and the clock of a workspace as people see it. */
#include "cli/cli.h"

bool
cli_instant(Cli *cli, const char *text, bool end_of_day, int zone, int64_t *at, Err *err)
{
	int32_t day;
	if (date_parse(str_of(text), &day)) {
		*at = (day + end_of_day) * INT64_C(86400000) - zone * INT64_C(60000) - end_of_day;
		return true;
	}
	if (instant_parse(str_of(text), zone, at))
		return true;
	err_set(err, E_INPUT,
		"'%s' is no time: write a date like 2024-11-14 or a time like 2024-11-14T10:00", text);
	return cli_misuse(
		cli, err_hint(err, "another time zone stands behind the time: 2024-11-14T10:00+09:00"));
}

void
cli_clock_say(Cli *cli)
{
	int64_t at = workspace_clock(&cli->ws);
	if (at != CLOCK_REAL)
		cli_say(cli, tr("the clock of this workspace stands at %s\n"), show_instant(cli, at));
}

/* A date means its end, or now while it is today. */
static bool
at_parse(Cli *cli, const char *text, int64_t *at, Err *err)
{
	int zone = area_zone(cli->ws.area);
	int64_t now = workspace_now(&cli->ws), day = INT64_C(86400000), shift = zone * INT64_C(60000);
	int32_t date;
	if (!cli_instant(cli, text, true, zone, at, err))
		return false;
	bool today = date_parse(str_of(text), &date) && (*at + shift) / day == (now + shift) / day;
	if (*at <= now || today) {
		*at = *at <= now ? *at : now;
		return true;
	}
	return cli_misuse(cli,
		err_set(err, E_INPUT, "'%s' has not come yet: give --at a moment up to now, %s", text,
			show_instant(cli, now)));
}

bool
cli_at(Cli *cli, const char *text, Err *err)
{
	int64_t at;
	if (!cli_workspace(cli, err))
		return false;
	if (!text)
		return true;
	if (!at_parse(cli, text, &at, err))
		return false;
	Progress *p = NEW(&cli->a, Progress, 1);
	p->cli = cli;
	Watch watch = {.progress = progress_see, .ctx = p, .stop = cli_stop_flag()};
	cli->live = cli->ws;
	if (!asof_open(&cli->live, &watch, &cli->asof, err))
		return false;
	bool ok = asof_advance(cli->asof, at, err);
	cli->ws = cli->asof->w;
	cli->stopped = !ok && *watch.stop;
	progress_clear(p);
	return ok;
}

void
at_say(Cli *cli, const char *more)
{
	const char *at = show_instant(cli, workspace_now(&cli->ws));
	if (cli->asof->event)
		cli_say(cli, tr("as of event %s, %s (--at)"), show_number(cli, cli->asof->event), at);
	else
		cli_say(cli, tr("nothing had been entered yet on %s (--at)"), at);
	cli_say(cli, "%s%s\n", *more ? "; " : "", more);
}
