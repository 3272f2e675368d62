/* siap demo: a workspace to look at: the province of Jambi a week before the election of 2024. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("make a province to look at: Jambi, a week before the election of 2024\n"
			  "\n"
			  "siap demo DIR [--store URL]\n"
			  "\n"
			  "  DIR          the folder to make\n"
			  "  --store URL  keep the rows in a PostgreSQL database\n"
			  "\n"
			  "Areas, numbers of polling stations and some totals are real, the rest is made up,\n"
			  "with gaps planted: demo-data/README.md lists them. Its clock stands at\n"
			  "20 November 2024, 13:09; its history begins on 1 November. No personal data.\n");
}

static void
accounts_say(Cli *cli)
{
	Table t = table_new(cli);
	table_column(&t, tr("login"), COLUMN_LEFT, 0);
	table_column(&t, tr("name"), COLUMN_LEFT, 0);
	table_column(&t, tr("role"), COLUMN_LEFT, 0);
	table_column(&t, tr("area"), COLUMN_LEFT, 0);
	for (const DemoAccount *one = demo_accounts; one->login; one++) {
		table_add(&t, one->login);
		table_add(&t, one->name);
		table_add(&t, role_label(one->role));
		table_add(&t, one->area);
	}
	cli_say(cli, tr("its accounts, all with the password %s:\n"), DEMO_PASSWORD);
	table_print(&t, cli->env.width);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	SynthNew what = {.pack = S("pilkada2024"), .area = S("15")};
	const Opt opts[] = {{"store", .value = &what.store}};
	Progress p = {.cli = cli};
	SynthReport r;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err))
		return false;
	what.dir = argc ? argv[0] : cli->workspace;
	if (!what.dir)
		return cli_misuse(
			cli, err_set(err, E_INPUT, "a folder for the workspace is missing: siap demo DIR"));
	Watch watch = {.progress = progress_see, .ctx = &p, .stop = cli_stop_flag()};
	bool ok = demo_make(&cli->env, &what, &watch, &r, err);
	progress_clear(&p);
	cli->stopped = !ok && *watch.stop;
	if (!ok)
		return false;
	cli_say(cli,
		tr("made workspace '%s': %s polling stations, %s rows as they came in from 1 to 20 November 2024\n"),
		what.dir, show_number(cli, (int64_t)r.stations), show_number(cli, (int64_t)r.rows));
	accounts_say(cli);
	cli_say(cli, tr("next: siap ready -w %s\n"), what.dir);
	return true;
}

COMMAND(demo, usage, run);
