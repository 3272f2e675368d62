/* The verbs of `siap roll`: ROLL_VERB(name, usage, run) in src/cli/roll_NAME.c is all it takes. */
#ifndef SIAP_CLI_ROLL_H
#define SIAP_CLI_ROLL_H

#include "cli/cli.h"
#include "roll/roll.h"

typedef struct RollVerb {
	const char *name;
	const char *(*usage)(void); /* translated; its first line is the summary */
	bool (*run)(Cli *cli, int argc, char **argv, Err *err); /* argv: the words after the verb */
} RollVerb;
#define ROLL_VERB(id, usage_function, run_function) \
	static const RollVerb roll_verb_##id = {#id, usage_function, run_function}; \
	static const RollVerb *const roll_entry_##id \
		__attribute__((used, section("siap_roll_verbs"))) = &roll_verb_##id

/* ---- A version that is looked through: roll_look.c ---- */
typedef struct RollView {
	Cli *cli;
	RollVersion version;
	RollFile *file;
	RollLook look;
	Str area; /* what is shown: the areas below it */
	Progress progress;
} RollView;
/* version: as roll_find takes it; area: NULL, the whole workspace. To be closed in any case. */
bool roll_look_open(Cli *cli, const char *version, const char *area, RollView *v, Err *err) MUST;
void roll_look_close(RollView *v);
RollTally roll_below(const RollView *v, const RollTally *all); /* sums of the areas one level below the view's */
Str roll_code(const RollView *v, uint64_t code);               /* of a row of roll_below */
void roll_title(const RollView *v);

/* Six and four digits; initials. The slice has ROLL_NIK, ROLL_NAME. */
void roll_nik_masked(Buf *out, const RollSlice *s, size_t i);
void roll_name_masked(Buf *out, const RollSlice *s, size_t i);

#endif
