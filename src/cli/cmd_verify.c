/* siap verify: whether the figures follow from the log, and the log from what was signed. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"whether every figure follows from the log, and the log from what was signed\n"
		"\n"
		"siap verify [--against FILE] [--json]\n"
		"siap verify PROOF --key KEY\n"
		"\n"
		"  --against FILE  a checkpoint from earlier: the log must begin with what it was signed for\n"
		"  PROOF           a file that siap prove made, checked with nothing but the public key\n"
		"  --key KEY       the key, as siap key shows it, or a file with it\n"
		"\n"
		"Events, private parts, tree, checkpoints, tables, rules and areas are all looked at; the first\n"
		"difference is named. Keep checkpoints elsewhere (siap checkpoint prints one): who holds database\n"
		"and key could write both anew, but not what others have kept.\n");
}

static void
tell(Cli *cli, const VerifyReport *r, int64_t ms)
{
	cli_say(cli, tr("%s events, %s rows, %s checkpoints: all is as it was logged and signed\n"),
		show_number(cli, r->events), show_number(cli, r->rows), show_number(cli, r->checkpoints));
	if (r->sealed || r->erased)
		cli_say(cli, tr("private parts: %s opened, %s erased by a later event\n"),
			show_number(cli, r->sealed), show_number(cli, r->erased));
	if (ms >= 1000)
		cli_say(cli, tr("%s events a second\n"), show_number(cli, r->events * 1000 / ms));
}

static void
tell_json(Cli *cli, const VerifyReport *r, Buf *out)
{
	const struct {
		Str name;
		int64_t value;
	} part[] = {{S("events"), r->events}, {S("rows"), r->rows}, {S("checkpoints"), r->checkpoints},
		{S("sealed"), r->sealed}, {S("erased"), r->erased}};
	JsonOut j = jout_new(out);
	(void)cli;
	jout_obj(&j);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
		jout_key(&j, part[i].name);
		jout_int(&j, part[i].value);
	}
	jout_obj_end(&j);
	buf_byte(out, '\n');
}

static const char *
deed(Op op)
{
	return op == OP_PUT   ? tr("entered")
		: op == OP_CLOSE  ? tr("closed")
		: op == OP_REOPEN ? tr("put back")
						  : tr("erased");
}

static bool
proof(Cli *cli, const char *path, const char *key, Err *err)
{
	enum { MOST = 1 << 20 };
	Str bytes, text = str_of(key);
	ProvedEvent e;
	if (!key)
		return cli_misuse(cli,
			err_set(err, E_INPUT,
				"option '--key' is missing: the public key of the log, or a file with it"));
	if (file_exists(key) && !file_read(key, MOST, &cli->a, &text, err))
		return false;
	if (!file_read(path, MOST, &cli->a, &bytes, err) || !proof_check(bytes, text, &cli->a, &e, err))
		return false;
	cli_say(cli, tr("event %s of log %.*s holds: it is among the %s that were signed\n"),
		show_number(cli, e.event), STR(e.origin), show_number(cli, e.signed_events));
	cli_say(cli, "%s  %s  %.*s %.*s  %s\n", show_instant(cli, e.at), show_upper(cli, e.agency),
		STR(e.dataset), STR(e.area), deed(e.op));
	cli_say(cli, "%.*s\n", STR(e.open));
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(Buf) out = {0};
	VerifyReport r;
	Progress progress = {.cli = cli};
	VerifyAsk ask = {.watch = {.progress = progress_see, .ctx = &progress}};
	const char *key = NULL;
	bool json = false;
	const Opt opts[] = {
		{"against", .value = &ask.against}, {"key", .value = &key}, {"json", .flag = &json}};
	cli->suspect_too = true; /* what is wrong is what it says */
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err))
		return false;
	if (argc)
		return proof(cli, argv[0], key, err);
	if (!cli_workspace(cli, err))
		return false;
	ask.watch.stop = cli_stop_flag();
	int64_t start = clock_us();
	bool ok = log_verify(&cli->ws, &ask, &cli->a, &r, err);
	progress_clear(&progress);
	if (!ok)
		return false;
	if (!json)
		tell(cli, &r, (clock_us() - start) / 1000);
	else
		tell_json(cli, &r, &out);
	return !json || cli_flush(cli, &out, err);
}

COMMAND(verify, usage, run);
