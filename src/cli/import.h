/* What cmd_import.c and import_boundaries.c share. */
#ifndef SIAP_CLI_IMPORT_H
#define SIAP_CLI_IMPORT_H

#include "cli/cli.h"

typedef struct BoundaryWords { /* of the command line; NULL: not given */
	const char *path, *level, *source;
	bool dry_run;
} BoundaryWords;
bool import_boundaries(Cli *cli, const BoundaryWords *words, Err *err) MUST;

#endif
