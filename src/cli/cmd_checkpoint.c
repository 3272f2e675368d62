/* siap checkpoint: signs what is committed by now, and prints it for others to keep. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"sign what is in the log by now, and print it for others to keep\n"
		"\n"
		"siap checkpoint\n"
		"\n"
		"Three lines: the log's name, how many events it has, and a hash over all of them; then the signature.\n"
		"Whoever keeps them can tell later whether anything before was changed: siap verify --against FILE.\n");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(GateP) gate = NULL;
	Str note;
	if (!cli_args(cli, (ArgSpec){.most = 0}, &argc, argv, err) || !cli_workspace(cli, err) ||
		!cli_checkpoint(cli, &gate, err) ||
		!file_read(workspace_path(&cli->ws, &cli->a, "checkpoint"), NOTE_MOST, &cli->a, &note, err))
		return false;
	cli_put(cli, note);
	return true;
}

COMMAND(checkpoint, usage, run);
