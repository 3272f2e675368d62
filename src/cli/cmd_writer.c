/* siap writer: holds the writer lease and takes the writes of other processes until it is stopped. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("hold the writer lease and take the writes of other commands\n"
			  "\n"
			  "siap writer\n"
			  "\n"
			  "Runs until Ctrl-C or SIGTERM. Other commands need no change: they pass their\n"
			  "writes to it and are quicker, because the board stays in memory.\n");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(GateP) gate = NULL;
	volatile bool *stop = cli_stop_flag(); /* from the start: opening may finish a long import */
	if (!cli_args(cli, (ArgSpec){0}, &argc, argv, err) || !cli_workspace(cli, err) ||
		!gate_open(&cli->ws, &gate, err))
		return false;
	if (!gate_is_local(gate))
		return err_set(err, E_BUSY, "another process already writes in '%s'", cli->ws.dir);
	cli_say(cli, tr("ready: writing in '%s'; Ctrl-C ends it\n"), cli->ws.dir);
	(void)fflush(cli->env.out);
	return gate_serve(gate, stop, err);
}

COMMAND(writer, usage, run);
