/* cli: from the words of the command line to a command, and from its error to an exit status. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

extern const Command *const __start_siap_commands[] __attribute__((visibility("hidden")));
extern const Command *const __stop_siap_commands[] __attribute__((visibility("hidden")));

const Command *const *
commands_all(Cli *cli, size_t *n)
{
	*n = (size_t)(__stop_siap_commands - __start_siap_commands);
	const Command **all = NEW(&cli->a, const Command *, *n);
	for (size_t i = 0; i < *n; i++) {
		size_t at = i;
		for (; at > 0 && strcmp(all[at - 1]->name, __start_siap_commands[i]->name) > 0; at--)
			all[at] = all[at - 1];
		all[at] = __start_siap_commands[i];
	}
	return all;
}

const Command *
command_find(Str name)
{
	for (const Command *const *c = __start_siap_commands; c < __stop_siap_commands; c++)
		if (str_eq(str_of((*c)->name), name))
			return *c;
	return NULL;
}

bool
cli_unknown_command(Cli *cli, const char *word, Err *err)
{
	size_t n;
	const Command *const *all = commands_all(cli, &n);
	Str *names = NEW(&cli->a, Str, n);
	for (size_t i = 0; i < n; i++)
		names[i] = str_of(all[i]->name);
	Str near = cli_nearest(cli, str_of(word), names, n);
	err_set(err, E_INPUT, "unknown command '%s'%.*s", word, STR(near));
	return cli_misuse(cli, err_hint(err, "all commands: siap help"));
}

static bool
use_language(Cli *cli, const char *given, Err *err)
{
	const char *env = getenv("SIAP_LANG");
	Str want = given ? str_of(given) : env && *env ? str_of(env) : S("id");
	if (lang_use(want) || str_eq(want, S("id")))
		return true;
	return cli_misuse(
		cli, err_set(err, E_INPUT, "unknown language '%.*s': one of id, en", STR(want)));
}

/* Without setlocale, which is per process: what the environment says about characters. */
static bool
utf8_terminal(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *v = getenv(names[i]);
		if (!v || !*v)
			continue;
		size_t at;
		return str_find(str_of(v), S("UTF-8"), &at) || str_find(str_of(v), S("utf8"), &at) ||
			str_find(str_of(v), S("utf-8"), &at) || str_find(str_of(v), S("UTF8"), &at);
	}
	return false;
}

static bool
words_check(Cli *cli, int argc, char **argv, Err *err)
{
	size_t at;
	for (int i = 0; i < argc; i++)
		if (!utf8_check(str_of(argv[i]), &at))
			return cli_misuse(
				cli, err_set(err, E_INPUT, "argument %d, '%s', is not UTF-8 text", i + 1, argv[i]));
	return true;
}

static bool
dispatch(Cli *cli, int argc, char **argv, Err *err)
{
	const char *lang = NULL, *as = NULL, *agency = NULL;
	bool plain = false, help = false, version = false;
	const Opt global[] = {{"workspace", .value = &cli->workspace, .letter = 'w'},
		{"defs", .value = &cli->env.defs_dir}, {"lang", .value = &lang}, {"as", .value = &as},
		{"agency", .value = &agency}, {"no-color", .flag = &plain},
		{"help", .flag = &help, .letter = 'h'}, {"version", .flag = &version}};
	if (!use_language(cli, NULL, err))
		return false;
	if (!args_parse(OPTS(global), false, &argc, argv, err))
		return cli_misuse(cli, false);
	if (lang && !use_language(cli, lang, err))
		return false;
	if (!words_check(cli, argc, argv, err))
		return false;
	const char *env = getenv("SIAP_WORKSPACE"), *user = getenv("USER");
	if (!cli->workspace && env && *env)
		cli->workspace = env;
	cli->actor = as ? str_of(as) : user && *user ? str_of(user) : S("cli");
	cli->agency = str_of(agency);
	cli->colour = cli->env.out_tty && !plain && !getenv("NO_COLOR");
	if (version) {
		cli_say(cli, "siap %s\n", SIAP_VERSION);
		return true;
	}
	char help_word[] = "help", *help_argv[] = {argc > 0 ? argv[0] : help_word};
	if (help || argc == 0)
		return command_find(S("help"))->run(cli, argc > 0, help_argv, err);
	const Command *c = command_find(str_of(argv[0]));
	if (!c && argv[0][0] == '-')
		return cli_misuse(cli, args_parse(OPTS(global), true, &argc, argv, err));
	return c ? c->run(cli, argc - 1, argv + 1, err) : cli_unknown_command(cli, argv[0], err);
}

/* What could not be written must not look done; a reader that went away (`| head`) has seen enough. */
static bool
output_check(Cli *cli, Err *err)
{
	if (cli->ws.unread.code) {
		*err = cli->ws.unread;
		return false;
	}
	if (cli->starved)
		return err_set(err, E_LIMIT, "the output is too long for memory");
	if (fflush(cli->env.out) == 0 && !ferror(cli->env.out))
		return true;
	return errno == EPIPE || err_set(err, E_IO, "cannot write the output: %s", strerror(errno));
}

int
cli_main(Env env, int argc, char **argv)
{
	Cli cli = {.env = env, .utf8 = utf8_terminal()};
	Err err = {0};
	signal(SIGPIPE, SIG_IGN);
	Str mo = env_file(&env, "lang/id.mo");
	if (mo.p)
		lang_load(S("id"), mo);
	bool ok = arena_open(&cli.a, (size_t)4 << 30, &err) && dispatch(&cli, argc - 1, argv + 1, &err);
	asof_close(cli.asof);
	if (cli.has_ws)
		workspace_close(cli.asof ? &cli.live : &cli.ws);
	if (ok)
		ok = output_check(&cli, &err);
	else
		(void)fflush(cli.env.out);
	if (!ok) {
		fprintf(env.err, "siap: %s\n", err.text);
		if (err.hint[0])
			fprintf(env.err, "  %s\n", err.hint);
	}
	arena_close(&cli.a);
	return ok ? 0 : cli.misused ? STATUS_USAGE : cli.stopped ? STATUS_STOPPED : err_exit(err.code);
}

static volatile bool stop;

static void
on_signal(int number)
{
	(void)number;
	stop = true;
	/* Whoever asks again, in whichever way, does not want to wait. */
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
}

volatile bool *
cli_stop_flag(void)
{
	struct sigaction s = {.sa_handler = on_signal};
	NEED(sigaction(SIGINT, &s, NULL) == 0 && sigaction(SIGTERM, &s, NULL) == 0);
	return &stop;
}
