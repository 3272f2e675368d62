/* siap clock: shows or moves the clock of a workspace. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("the clock of a workspace, for rehearsals\n"
			  "\n"
			  "siap clock [T|real]\n"
			  "\n"
			  "  T     it is set to this date or time and stands there: 2024-11-20T13:09\n"
			  "  real  the workspace follows the real time again\n"
			  "\n"
			  "What is due, how many days are left and when something was entered follow it.\n"
			  "It never stands before the newest event. SIAP_CLOCK goes before it.\n");
}

static void
clock_say(Cli *cli)
{
	if (workspace_clock(&cli->ws) == CLOCK_REAL)
		cli_say(cli, tr("no clock of its own counts in this workspace; it is %s\n"),
			show_instant(cli, workspace_now(&cli->ws)));
	cli_clock_say(cli);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(GateP) gate = NULL;
	int64_t at = CLOCK_REAL;
	if (!cli_args(cli, (ArgSpec){.most = 1}, &argc, argv, err) || !cli_workspace(cli, err))
		return false;
	bool real = argc && str_eq(str_of(argv[0]), S("real"));
	if (argc &&
		((!real && !cli_instant(cli, argv[0], false, area_zone(cli->ws.area), &at, err)) ||
			!gate_open(&cli->ws, &gate, err) || !gate_clock(gate, at, err)))
		return false;
	clock_say(cli);
	return true;
}

COMMAND(clock, usage, run);
