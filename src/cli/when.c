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
