/* siap accept-rollback: goes on with a database that does not extend what was signed, for everybody to see. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"go on with a database that does not extend what was signed\n"
		"\n"
		"siap accept-rollback --why TEXT\n"
		"\n"
		"When an older copy of a workspace was put in place, or its log was rewritten, Siap refuses it: the last\n"
		"checkpoint tells. This goes on with it all the same. The reason becomes an event of the log; what\n"
		"witnesses have signed stays with them, and they will see it too.\n");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *why = NULL;
	TreeHead lost;
	const Opt opts[] = {{"why", .value = &why}};
	cli->suspect_too = true;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 0}, &argc, argv, err) ||
		!cli_workspace(cli, err))
		return false;
	Origin o = {.actor = cli->actor, .agency = cli->agency, .source = S("cli")};
	if (!log_accept(&cli->ws, &o, str_of(why), &lost, err))
		return false;
	int64_t now = workspace_last_event(&cli->ws);
	cli_say(cli, tr("event %s: accepted, and signed\n"), show_number(cli, now));
	if ((int64_t)lost.size >= now)
		cli_say(cli, tr("events up to %s had been signed; what came after event %s is lost\n"),
			show_number(cli, (int64_t)lost.size), show_number(cli, now - 1));
	else
		cli_say(cli, "%s\n", tr("the events that had been signed are not those of this database"));
	return true;
}

COMMAND_AS(accept_rollback, "accept-rollback", usage, run);
