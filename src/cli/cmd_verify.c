/* siap verify: whether the figures follow from the log, and the log from what was signed. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"whether every figure follows from the log, and the log from what was signed\n"
		"\n"
		"siap verify [--against FILE] [--json]\n"
		"siap verify FOLDER --key KEY [--against FILE]\n"
		"siap verify PROOF --key KEY\n"
		"\n"
		"  --against FILE  a checkpoint from earlier: the log must begin with what it was signed for\n"
		"  FOLDER          a log that siap publish or siap bundle wrote, checked with nothing but the public key\n"
		"  PROOF           a file that siap prove made, likewise\n"
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

static bool
tell_witnesses(Cli *cli, Err *err)
{
	WitnessCount *witness;
	size_t n;
	if (!log_witnesses(&cli->ws, &cli->a, &witness, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		cli_say(cli, tr("witness %.*s: %s checkpoints cosigned, the newest of event %s\n"),
			STR(witness[i].name), show_number(cli, witness[i].checkpoints),
			show_number(cli, witness[i].newest));
	return true;
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

enum { MOST = 1 << 20 };

static bool
proof(Cli *cli, const char *path, Str key, Err *err)
{
	Str bytes;
	ProvedEvent e;
	if (!file_read(path, MOST, &cli->a, &bytes, err) || !proof_check(bytes, key, &cli->a, &e, err))
		return false;
	cli_say(cli, tr("event %s of log %.*s holds: it is among the %s that were signed\n"),
		show_number(cli, e.event), STR(e.origin), show_number(cli, e.signed_events));
	cli_say(cli, "%s  %s  %.*s %.*s  %s\n", show_instant(cli, e.at), show_upper(cli, e.agency),
		STR(e.dataset), STR(e.area), deed(e.op));
	cli_say(cli, "%.*s\n", STR(e.open));
	return true;
}

static bool
folder(Cli *cli, const FolderAsk *ask, Progress *progress, Err *err)
{
	FolderReport r;
	bool ok = log_verify_folder(ask, &cli->a, &r, err);
	progress_clear(progress);
	if (!ok)
		return false;
	cli_say(cli, tr("log %.*s: %s events up to %s, %s tiles: all is as it was signed\n"),
		STR(r.origin), show_number(cli, r.events), show_instant(cli, r.at),
		show_number(cli, r.tiles));
	if (r.opened)
		cli_say(cli, tr("what is shown of %s events is what they were logged with\n"),
			show_number(cli, r.opened));
	return true;
}

/* Of somebody else's log, without a workspace. */
static bool
outside(Cli *cli, const char *path, FolderAsk *ask, const char *key, Err *err)
{
	Progress progress = {.cli = cli};
	if (!cli_key(cli, key, &ask->key, err))
		return false;
	if (!file_is_folder(path))
		return proof(cli, path, ask->key, err);
	ask->dir = path;
	ask->watch = (Watch){progress_see, &progress, cli_stop_flag()};
	return folder(cli, ask, &progress, err);
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
		return outside(cli, argv[0], &(FolderAsk){.against = ask.against}, key, err);
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
	return json ? cli_flush(cli, &out, err) : tell_witnesses(cli, err);
}

COMMAND(verify, usage, run);
