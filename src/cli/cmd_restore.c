/* siap restore: a workspace from a backup, or what is in one. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"make a workspace from a backup, or see whether a backup is whole\n"
		"\n"
		"siap restore FILE DIR [--store URL]\n"
		"siap restore --check FILE\n"
		"\n"
		"  DIR          the folder to make\n"
		"  --store URL  keep the rows in a PostgreSQL database, made for this workspace\n"
		"               alone; whichever kind of database the backup is of\n"
		"  --check      only read all of FILE, and say what is in it\n"
		"\n"
		"The key of the workspace must be in the key folder: siap key restore. The tables are\n"
		"made from the events, and all is verified before the folder takes its name.\n");
}

static void
backup_say(Cli *cli, const BackupReport *r)
{
	/* Times are shown in the zone of the area, like those of any workspace. */
	cli->ws.area = r->area;
	cli_say(cli, tr("workspace %.*s: area %.*s, rule pack %.*s\n"), STR(r->id), STR(r->area),
		STR(r->pack));
	if (r->events)
		cli_say(cli, tr("backup of %s: %s events, the last of %s; %s rows in all, %s files\n"),
			show_instant(cli, r->made), show_number(cli, r->events), show_instant(cli, r->at),
			show_number(cli, r->rows), show_number(cli, r->files));
	else
		cli_say(cli, tr("backup of %s: no event yet\n"), show_instant(cli, r->made));
}

static bool
check(Cli *cli, const char *path, const Watch *watch, Progress *p, Err *err)
{
	BackupReport r;
	bool ok = backup_check(&cli->env, path, watch, &cli->a, &r, err);
	progress_clear(p);
	if (!ok)
		return false;
	backup_say(cli, &r);
	cli_say(cli, tr("%s bytes, all of them as they were written\n"),
		show_number(cli, (int64_t)r.bytes));
	return true;
}

static void
report_say(Cli *cli, const RestoreReport *r, const char *dir)
{
	backup_say(cli, &r->backup);
	cli_say(cli, tr("made workspace '%s': %s rows from the events, all verified\n"), dir,
		show_number(cli, r->verified.rows));
	if (r->missing)
		cli_say(cli, tr("%s events that were signed after this backup are missing in it\n"),
			show_number(cli, r->missing));
	if (!r->suspect.code) {
		cli_say(cli, tr("next: siap ready -w %s\n"), dir);
		return;
	}
	cli_say(cli, tr("it is not used before somebody says why it may be: %s\n"), r->suspect.text);
	cli_say(cli, tr("next: siap accept-rollback --why TEXT -w %s\n"), dir);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	Progress p = {.cli = cli};
	RestoreAsk ask = {.watch = {.progress = progress_see, .ctx = &p}};
	RestoreReport r;
	bool only = false;
	const Opt opts[] = {{"check", .flag = &only}, {"store", .value = &ask.store}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 1, .most = 2}, &argc, argv, err))
		return false;
	if (argc != (only ? 1 : 2))
		return cli_misuse(cli,
			err_set(err, E_INPUT, "it is siap restore FILE DIR, or siap restore --check FILE"));
	ask.watch.stop = cli_stop_flag();
	bool ok;
	if (only) {
		ok = check(cli, argv[0], &ask.watch, &p, err);
	} else {
		ask.path = argv[0];
		ask.dir = argv[1];
		ok = restore_make(&cli->env, &ask, &cli->a, &r, err);
		progress_clear(&p);
		if (ok)
			report_say(cli, &r, ask.dir);
	}
	cli->stopped = !ok && *ask.watch.stop;
	return ok;
}

COMMAND(restore, usage, run);
