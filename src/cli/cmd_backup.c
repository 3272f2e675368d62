/* siap backup: all of a workspace in one encrypted file. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("keep all of a workspace in one encrypted file, while others go on writing\n"
			  "\n"
			  "siap backup FILE [--force]\n"
			  "\n"
			  "  --force  replace FILE when it exists\n"
			  "\n"
			  "It is read back before it takes its name. Only the key of the workspace opens it:\n"
			  "keep that apart from it (siap key backup). From it: siap restore.\n");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	Progress p = {.cli = cli};
	BackupAsk ask = {.watch = {.progress = progress_see, .ctx = &p}};
	BackupReport r;
	const Opt opts[] = {{"force", .flag = &ask.force}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 1, .most = 1}, &argc, argv, err) ||
		!cli_workspace(cli, err))
		return false;
	ask.path = argv[0];
	ask.watch.stop = cli_stop_flag();
	bool ok = backup_make(&cli->ws, &ask, &cli->a, &r, err);
	progress_clear(&p);
	cli->stopped = !ok && *ask.watch.stop;
	if (ok)
		cli_say(cli,
			tr("backup '%s': %s events, %s rows in all, %s files; %s bytes, read back and whole\n"),
			ask.path, show_number(cli, r.events), show_number(cli, r.rows),
			show_number(cli, r.files), show_number(cli, (int64_t)r.bytes));
	return ok;
}

COMMAND(backup, usage, run);
