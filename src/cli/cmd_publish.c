/* siap publish: the public log as a folder for any web server. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"write the public log as a folder that any web server can hand out\n"
		"\n"
		"siap publish DIR\n"
		"\n"
		"Entries, the tree over them in tiles (c2sp.org/tlog-tiles), the newest checkpoint and the public key. Of\n"
		"what is private only salted hashes are in it. Done again it adds what is new, and may be done\n"
		"while others write. Who has the folder: siap verify DIR --key KEY; agencies: siap witness.\n");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(GateP) gate = NULL;
	Progress progress = {.cli = cli};
	PublishReport r;
	if (!cli_args(cli, (ArgSpec){.least = 1, .most = 1}, &argc, argv, err) ||
		!cli_workspace(cli, err) || !cli_checkpoint(cli, &gate, err))
		return false;
	PublishAsk ask = {argv[0], {progress_see, &progress, cli_stop_flag()}};
	bool ok = log_publish(&cli->ws, &ask, &r, err);
	progress_clear(&progress);
	if (!ok)
		return false;
	cli_say(cli, tr("'%s' holds the log of %s events, %s of them new\n"), argv[0],
		show_number(cli, r.events), show_number(cli, r.added));
	return true;
}

COMMAND(publish, usage, run);
