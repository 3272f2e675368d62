/* siap help: all commands, one command, or the exit statuses. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("what Siap can do, and how\n"
			  "\n"
			  "siap help [COMMAND|exit-codes]\n");
}

static void
overview(Cli *cli)
{
	size_t n;
	const Command *const *all = commands_all(cli, &n);
	cli_say(cli, "%s\n\n%s\n\n", tr("Siap: is the election ready, and what is missing?"),
		tr("siap [OPTION…] COMMAND [WORD…]"));
	int widest = 0;
	for (size_t i = 0; i < n; i++)
		widest = (int)strlen(all[i]->name) > widest ? (int)strlen(all[i]->name) : widest;
	for (size_t i = 0; i < n; i++) {
		Str summary, rest;
		str_cut(str_of(all[i]->usage()), '\n', &summary, &rest);
		cli_say(cli, "  %-*s  %.*s\n", widest, all[i]->name, STR(summary));
	}
	cli_say(cli, "\n%s",
		tr("Options of every command, before or after it:\n"
		   "  -w, --workspace DIR  the workspace (else SIAP_WORKSPACE)\n"
		   "  --defs DIR           definition files that replace or extend the built-in ones\n"
		   "  --lang id|en         language (else SIAP_LANG, else Indonesian)\n"
		   "  --as NAME            who is writing (else the login name)\n"
		   "  --agency NAME        for which agency: kpu, bawaslu, polri, pemda, …\n"
		   "  --no-color           no colours\n"
		   "  --help, --version\n"
		   "\n"
		   "One command in full: siap help COMMAND. Exit statuses: siap help exit-codes.\n"));
}

static const char *
meaning(ErrCode code)
{
	switch (code) {
	case E_OK:
		return tr("done");
	case E_INPUT:
		return tr("the data or the words are wrong: they can be mended");
	case E_NOTFOUND:
		return tr("there is no such thing");
	case E_CONFLICT:
		return tr("someone else changed it meanwhile");
	case E_DENIED:
		return tr("not allowed");
	case E_BUSY:
		return tr("another process is writing: try again");
	case E_LIMIT:
		return tr("larger than Siap takes");
	case E_IO:
		return tr("disk or network failed");
	case E_DB:
		return tr("the database failed");
	case E_BUG:
		return tr("a mistake of Siap: please report it");
	}
	return "";
}

static void
statuses(Cli *cli)
{
	for (ErrCode c = E_OK; c <= E_BUG; c++) {
		cli_say(cli, "%4d  %s\n", err_exit(c), meaning(c));
		if (c == E_DB)
			cli_say(
				cli, "%4d  %s\n", STATUS_USAGE, tr("wrong use of the command line: see siap help"));
	}
	cli_say(cli, "%4d  %s\n", STATUS_STOPPED, tr("stopped by Ctrl-C"));
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	if (!cli_args(cli, (ArgSpec){.most = 1}, &argc, argv, err))
		return false;
	if (argc == 0) {
		overview(cli);
		return true;
	}
	if (strcmp(argv[0], "exit-codes") == 0) {
		statuses(cli);
		return true;
	}
	const Command *c = command_find(str_of(argv[0]));
	if (!c)
		return cli_unknown_command(cli, argv[0], err);
	cli_say(cli, "%s", c->usage());
	return true;
}

COMMAND(help, usage, run);
