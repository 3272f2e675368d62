/* The verbs of `siap roll`: ROLL_VERB(name, usage, run) in src/cli/roll_NAME.c is all it takes. */
#ifndef SIAP_CLI_ROLL_H
#define SIAP_CLI_ROLL_H

#include "cli/cli.h"

typedef struct RollVerb {
	const char *name;
	const char *(*usage)(void); /* translated; its first line is the summary */
	bool (*run)(Cli *cli, int argc, char **argv, Err *err); /* argv: the words after the verb */
} RollVerb;
#define ROLL_VERB(id, usage_function, run_function) \
	static const RollVerb roll_verb_##id = {#id, usage_function, run_function}; \
	static const RollVerb *const roll_entry_##id \
		__attribute__((used, section("siap_roll_verbs"))) = &roll_verb_##id

#endif
