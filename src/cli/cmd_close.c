/* siap close: takes one row away; its history stays. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("take one row away; its history stays\n"
			  "\n"
			  "siap close DATASET field=value…\n"
			  "\n"
			  "The words name the key fields of the row. Example:\n"
			  "  siap close delivery tps=1571091002001 item=ink\n");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const Dataset *d;
	Str *text;
	AUTO(GateP) gate = NULL;
	if (!cli_args(cli, (ArgSpec){.least = 2, .most = 10000}, &argc, argv, err) ||
		!cli_workspace(cli, err) || !cli_dataset(cli, str_of(argv[0]), &d, err) ||
		!cli_row(cli, d, argc - 1, argv + 1, &text, err) || !gate_open(&cli->ws, &gate, err))
		return false;
	Origin o = {.actor = cli->actor, .agency = cli->agency, .source = S("cli")};
	RowRequest r = {.origin = &o, .dataset = d, .text = text, .closing = true};
	if (!gate_enter(gate, &r, err))
		return false;
	cli_say(cli, tr("event %s: closed\n"), show_number(cli, r.event));
	return true;
}

COMMAND(close, usage, run);
