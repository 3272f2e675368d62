/* siap key: the keys of a workspace: shown, changed, kept for a bad day. */
#include "cli/cli.h"

#include <unistd.h>

static const char *
usage(void)
{
	return tr(
		"the keys of a workspace: show, change, back up\n"
		"\n"
		"siap key                      the public key that signs the log, and those before it\n"
		"siap key rotate --why TEXT    another key signs from now on\n"
		"siap key new --why TEXT       the same when the signing key is lost\n"
		"siap key backup FILE          all keys in one file, encrypted under a code that is printed\n"
		"siap key restore FILE         back into the key folder; the code is asked for (or comes on stdin)\n"
		"\n"
		"Keys lie outside the workspace. Without them nothing can be written and private fields stay closed:\n"
		"keep the file and the code apart from each other and from the backups.\n");
}

static bool
show(Cli *cli, Err *err)
{
	Str *key;
	size_t n;
	if (!log_keys(&cli->ws, &cli->a, &key, &n, err))
		return false;
	if (!n)
		cli_say(cli, "%s\n", tr("the log has no event yet: its first one names the key"));
	for (size_t i = 0; i < n; i++)
		cli_say(cli, "%.*s%s\n", STR(key[i]), i ? tr("  (before)") : "");
	return true;
}

static bool
change(Cli *cli, const char *why, bool lost, Err *err)
{
	AUTO(GateP) gate = NULL;
	Origin o = {.actor = cli->actor, .agency = cli->agency, .source = S("cli")};
	if (lost ? !log_new_key(&cli->ws, &o, str_of(why), err)
			 : !gate_open(&cli->ws, &gate, err) || !gate_rotate(gate, &o, str_of(why), err))
		return false;
	cli_say(cli, "%s\n", tr("another key signs from now on; give it to those who verify:"));
	return show(cli, err);
}

static bool
backup(Cli *cli, const char *path, Err *err)
{
	char code[KEY_CODE];
	if (!keys_backup(&cli->ws, path, code, err))
		return false;
	cli_say(cli, tr("'%s' holds the keys, encrypted. Its code, shown only now:\n\n  %s\n\n"), path,
		code);
	cli_say(cli, "%s\n", tr("write it down and keep it apart from the file and from the backups"));
	return true;
}

static bool
restore(Cli *cli, const char *path, Err *err)
{
	char line[256] = "";
	Str id;
	if (isatty(STDIN_FILENO))
		cli_note(cli, "%s ", tr("code:"));
	if (!fgets(line, sizeof line, stdin))
		return err_set(err, E_INPUT, "the code is missing: type it, or give it on stdin");
	if (!keys_restore(&cli->env, path, str_of(line), &cli->a, &id, err))
		return false;
	cli_say(cli, tr("the keys of workspace %.*s are in the key folder\n"), STR(id));
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *why = NULL;
	const Opt opts[] = {{"why", .value = &why}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 2}, &argc, argv, err))
		return false;
	Str what = str_of(argc ? argv[0] : NULL);
	bool file = str_eq(what, S("backup")) || str_eq(what, S("restore"));
	bool known = file || !argc || str_eq(what, S("rotate")) || str_eq(what, S("new"));
	if (!known || argc != (file ? 2 : argc ? 1 : 0)) {
		err_set(err, E_INPUT,
			"one of: siap key, key rotate, key new, key backup FILE, key restore FILE");
		return cli_misuse(cli, false);
	}
	if (str_eq(what, S("restore")))
		return restore(cli, argv[1], err);
	if (!cli_workspace(cli, err))
		return false;
	if (str_eq(what, S("backup")))
		return backup(cli, argv[1], err);
	return argc ? change(cli, why, str_eq(what, S("new")), err) : show(cli, err);
}

COMMAND(key, usage, run);
