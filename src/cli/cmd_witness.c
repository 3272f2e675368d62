/* siap witness: an agency's own process that keeps somebody's log, cosigns what extends it, and names a fork. */
#include "cli/cli.h"

#include <unistd.h>

static const char *
usage(void)
{
	return tr(
		"keep a log for an agency, cosign what extends it, and name a fork\n"
		"\n"
		"siap witness LOG --key KEY --state DIR [--name NAME] [--every SECONDS]\n"
		"\n"
		"  LOG              a log that siap publish wrote\n"
		"  --key KEY        its public key, or a file with it: take it from the log's owner, not from LOG\n"
		"  --state DIR      the witness's own folder, made when absent: its key, all that it has seen, what it\n"
		"                   cosigned (DIR/checkpoint, DIR/cosignatures). Nobody else should be able to write there\n"
		"  --name NAME      of the witness, when its key is made\n"
		"  --every SECONDS  looks again and again, until Ctrl-C; without it once\n"
		"\n"
		"It needs no workspace. When the log does not begin with all that was kept before, it is not cosigned:\n"
		"both sizes and the first event that differs are named, both checkpoints are kept as evidence, and\n"
		"the exit status is 4. DIR/checkpoint goes back to the log's owner: siap cosign.\n");
}

static bool
look(Cli *cli, WitnessAsk *ask, Err *err)
{
	WitnessReport r;
	Progress progress = {.cli = cli};
	Arena a = cli->a;
	ask->watch = (Watch){progress_see, &progress, cli_stop_flag()};
	bool ok = witness_look(ask, &a, &r, err);
	progress_clear(&progress);
	if (r.made)
		cli_say(cli,
			tr("the key of this witness, for the log's owner (siap cosign --trust KEY):\n%.*s\n"),
			STR(r.key));
	if (!ok)
		return false;
	if (r.cosigned)
		cli_say(cli, tr("cosigned: %s events, %s of them new\n"), show_number(cli, r.events),
			show_number(cli, r.added));
	else
		cli_say(cli, tr("nothing new: %s events\n"), show_number(cli, r.events));
	(void)fflush(cli->env.out);
	return true;
}

/* A log that cannot be reached may be back at the next look; one that does not hold is nothing to go on with. */
static bool
watch(Cli *cli, WitnessAsk *ask, int64_t seconds, Err *err)
{
	enum { STEPS = 5 };
	volatile bool *stop = cli_stop_flag();
	while (!*stop) {
		Err why = {0};
		if (!look(cli, ask, &why)) {
			if (why.code != E_IO && why.code != E_NOTFOUND) {
				*err = why;
				return *stop;
			}
			cli_note(cli, "siap: %s\n", why.text);
		}
		for (int64_t i = 0; !*stop && i < seconds * STEPS; i++)
			(void)usleep(1000000 / STEPS);
	}
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *key = NULL, *state = NULL, *name = NULL, *every = NULL;
	int64_t seconds = 0;
	const Opt opts[] = {{"key", .value = &key}, {"state", .value = &state},
		{"name", .value = &name}, {"every", .value = &every}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 1, .most = 1}, &argc, argv, err) ||
		!cli_number(cli, "every", every, (Range){1, 86400}, &seconds, err))
		return false;
	if (!state)
		return cli_misuse(
			cli, err_set(err, E_INPUT, "option '--state' is missing: the witness's own folder"));
	WitnessAsk ask = {.env = &cli->env, .log = argv[0], .state = state, .name = str_of(name)};
	if (!cli_key(cli, key, &ask.key, err))
		return false;
	return seconds ? watch(cli, &ask, seconds, err) : look(cli, &ask, err);
}

COMMAND(witness, usage, run);
