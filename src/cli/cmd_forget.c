/* siap forget: erases the private fields of one row, in its history too. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"erase the private fields of one row, in its history too\n"
		"\n"
		"siap forget DATASET field=value… --why TEXT\n"
		"\n"
		"  --why TEXT  the reason, up to 300 characters; it stays in the log\n"
		"\n"
		"The words name the key fields of the row; a row that was closed is found too.\n"
		"The key that opens its private fields is destroyed: nobody can read them any\n"
		"more, and it cannot be undone. Backups made before still hold that key. Open\n"
		"fields stay in the log, whatever they say. Example:\n"
		"  siap forget officer tps=1571091002001 role=kpps seat=1 --why \"request of 3 May\"\n");
}

/* What the person may have wanted to be gone, and what is not. */
static void
rest_say(Cli *cli, const Dataset *d)
{
	AUTO(Buf) open = {0}, erased = {0};
	for (size_t i = 0; i < d->n_fields; i++) {
		Buf *b = d->field[i].n_private ? &erased : &open;
		buf_fmt(b, "%s%.*s", b->n ? ", " : "", STR(tr_str(d->field[i].label)));
	}
	cli->starved |= open.failed || erased.failed;
	cli_say(cli, tr("erased: %.*s\n"), STR(buf_str(&erased)));
	cli_say(cli, tr("not erased, because open: %.*s\n"), STR(buf_str(&open)));
	cli_say(cli,
		tr("  what those say stays in the log, also where they name a person: siap history\n"));
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *why = NULL;
	const Opt opts[] = {{"why", .value = &why}};
	const Dataset *d;
	Str *text;
	AUTO(GateP) gate = NULL;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 2, .most = 10000}, &argc, argv, err))
		return false;
	if (!why)
		return cli_misuse(cli, err_set(err, E_INPUT, "say why they are erased: --why TEXT"));
	if (!cli_workspace(cli, err) || !cli_dataset(cli, str_of(argv[0]), &d, err) ||
		!cli_keys(cli, d, argc - 1, argv + 1, &text, err) || !gate_open(&cli->ws, &gate, err))
		return false;
	Origin o = {.actor = cli->actor, .agency = cli->agency, .source = S("cli"), .why = str_of(why)};
	ForgetRequest r = {.origin = &o, .dataset = d, .text = text};
	if (!gate_forget(gate, &r, err))
		return false;
	cli_say(cli, tr("event %s: the private fields are erased\n"), show_number(cli, r.event));
	rest_say(cli, d);
	if (r.lingers)
		cli_note(cli,
			tr("somebody reads the database, so the destroyed key stays in its log file until all Siap processes of this workspace have ended\n"));
	return true;
}

COMMAND(forget, usage, run);
