/* siap roll: the voter roll; its verbs are in roll_NAME.c. */
#include "cli/roll.h"

#include <string.h>

extern const RollVerb *const __start_siap_roll_verbs[] __attribute__((weak, visibility("hidden")));
extern const RollVerb *const __stop_siap_roll_verbs[] __attribute__((weak, visibility("hidden")));

static size_t
verbs(Cli *cli, const RollVerb ***out)
{
	size_t n = (size_t)(__stop_siap_roll_verbs - __start_siap_roll_verbs);
	*out = NEW(&cli->a, const RollVerb *, n + 1);
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		for (; at > 0 && strcmp((*out)[at - 1]->name, __start_siap_roll_verbs[i]->name) > 0; at--)
			(*out)[at] = (*out)[at - 1];
		(*out)[at] = __start_siap_roll_verbs[i];
	}
	return n;
}

static const char *
usage(void)
{
	return tr(
		"the voter roll: import, check, compare, find duplicates\n"
		"\n"
		"siap roll                  its verbs, a line each\n"
		"siap roll help VERB        what one of them takes\n"
		"\n"
		"Voters lie in sealed files in the folder 'roll' of the workspace; the log holds their\n"
		"hashes and counts. NIK, family card numbers and names are shown to nobody by default.\n");
}

static bool
list(Cli *cli, const RollVerb **verb, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		Str summary, rest;
		(void)str_cut(str_of(verb[i]->usage()), '\n', &summary, &rest);
		cli_say(cli, "  siap roll %-11s %.*s\n", verb[i]->name, STR(summary));
	}
	cli_say(cli, "\n%s\n", tr("One of them in full: siap roll help VERB."));
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const RollVerb **all;
	size_t n = verbs(cli, &all);
	bool help = argc > 0 && str_eq(str_of(argv[0]), S("help"));
	if (argc <= help)
		return list(cli, all, n);
	Str *names = NEW(&cli->a, Str, n + 1);
	for (size_t i = 0; i < n; i++) {
		names[i] = str_of(all[i]->name);
		if (!str_eq(names[i], str_of(argv[help])))
			continue;
		if (!help)
			return all[i]->run(cli, argc - 1, argv + 1, err);
		cli_say(cli, "%s", all[i]->usage());
		return true;
	}
	Str near = cli_nearest(cli, str_of(argv[help]), names, n);
	err_set(err, E_INPUT, "siap roll has no verb '%s'%.*s", argv[help], STR(near));
	return cli_misuse(cli, err_hint(err, "all of them: siap roll"));
}

COMMAND(roll, usage, run);
