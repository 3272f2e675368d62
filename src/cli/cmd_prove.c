/* siap prove: a file that shows one change to people who have nothing but the public key. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"a proof of one change, for people who have nothing but the public key\n"
		"\n"
		"siap prove EVENT [FILE]\n"
		"siap prove DATASET field=value… [--out FILE]\n"
		"\n"
		"The words after DATASET name the key fields of a row: its newest event is proved. The file shows\n"
		"what is open of the event, its place in the public log, and the signature over the log; private\n"
		"fields stay out. Who gets it: siap verify FILE --key KEY (siap key shows it), without a workspace.\n");
}

static bool
newest_of(Cli *cli, int argc, char **argv, int64_t *event, Err *err)
{
	const Dataset *d;
	History h = {.max = 1};
	Str *text;
	if (!cli_dataset(cli, str_of(argv[0]), &d, err) ||
		!cli_keys(cli, d, argc - 1, argv + 1, &text, err))
		return false;
	h.dataset = d;
	h.text = text;
	if (!history_walk(&cli->ws, &h, &cli->a, err))
		return false;
	*event = h.step[0].event;
	return true;
}

/* Signs first when no checkpoint covers the event. */
static bool
prove(Cli *cli, int64_t event, Buf *out, Err *err)
{
	AUTO(GateP) gate = NULL;
	if (log_prove(&cli->ws, event, out, err))
		return true;
	if (event > workspace_last_event(&cli->ws) || err->code != E_NOTFOUND)
		return false;
	buf_clear(out);
	return gate_open(&cli->ws, &gate, err) && gate_checkpoint(gate, err) &&
		log_prove(&cli->ws, event, out, err);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(Buf) out = {0};
	const char *file = NULL;
	int64_t event = 0;
	const Opt opts[] = {{"out", .value = &file}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 1, .most = 100}, &argc, argv, err) ||
		!cli_workspace(cli, err))
		return false;
	bool number = str_int(str_of(argv[0]), &event);
	if (number && argc > 2)
		return cli_misuse(cli, err_set(err, E_INPUT, "'%s' is one word too many", argv[2]));
	if (number && argc == 2)
		file = argv[1];
	if ((!number && !newest_of(cli, argc, argv, &event, err)) || !prove(cli, event, &out, err))
		return false;
	if (!file)
		return cli_flush(cli, &out, err);
	if (!file_write_atomic(file, buf_str(&out), 0644, err))
		return false;
	cli_say(cli, tr("'%s' proves event %s\n"), file, show_number(cli, event));
	return true;
}

COMMAND(prove, usage, run);
