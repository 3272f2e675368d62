/* siap cosign: takes in what witnesses cosigned. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"take in a checkpoint that a witness cosigned\n"
		"\n"
		"siap cosign FILE [--key KEY]\n"
		"siap cosign --trust KEY\n"
		"\n"
		"  FILE         the file 'checkpoint' in the folder of a witness\n"
		"  --key KEY    takes the cosignature of this witness, known or not\n"
		"  --trust KEY  makes a witness known: its public key, or a file with it\n"
		"\n"
		"Only a checkpoint that this log signed itself is taken. siap verify counts the cosignatures.\n");
}

static bool
trust(Cli *cli, const char *key, Err *err)
{
	Str text;
	if (!cli_key(cli, key, &text, err) || !cli_workspace(cli, err) ||
		!log_trust(&cli->ws, text, err))
		return false;
	cli_say(cli, "%s\n", tr("known from now on"));
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(GateP) gate = NULL;
	const char *key = NULL, *known = NULL;
	const Opt opts[] = {{"key", .value = &key}, {"trust", .value = &known}};
	Str note, text = {0}, names;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err))
		return false;
	if ((argc == 1) == (known != NULL))
		return cli_misuse(
			cli, err_set(err, E_INPUT, "name a file with a checkpoint, or a key with --trust"));
	if (known)
		return trust(cli, known, err);
	if ((key && !cli_key(cli, key, &text, err)) || !cli_workspace(cli, err) ||
		!file_read(argv[0], NOTE_MOST, &cli->a, &note, err) || !gate_open(&cli->ws, &gate, err) ||
		!gate_cosign(gate, note, text, &cli->a, &names, err))
		return false;
	if (names.n)
		cli_say(cli, tr("cosigned by %.*s\n"), STR(names));
	else
		cli_say(cli, "%s\n", tr("nothing new: these cosignatures are there already"));
	return true;
}

COMMAND(cosign, usage, run);
