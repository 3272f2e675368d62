/* cli: the command line: one file per command, found by the linker, and what they share: options, tables, numbers. */
#ifndef SIAP_CLI_H
#define SIAP_CLI_H

#include "base/base.h"
#include "cat/cat.h"
#include "fmt/fmt.h"
#include "svc/svc.h"

#define SIAP_VERSION "0.1.0"
enum { STATUS_USAGE = 64, STATUS_STOPPED = 130 };

/* ---- One run of the program ---- */
typedef struct Cli {
	Env env;
	Arena a;               /* lives as long as the run */
	const char *workspace; /* -w or SIAP_WORKSPACE; NULL: none */
	Str actor, agency;
	bool colour, utf8;
	bool misused;          /* the words were wrong: exit status 64 */
	bool stopped;          /* by Ctrl-C: exit status 130 */
	bool starved;          /* there was no memory for a part of the output */
	bool suspect_too;      /* a workspace whose log does not extend its last checkpoint is opened all the same */
	bool has_catalog, has_ws;
	Catalog catalog;
	Workspace ws;          /* with asof: as it stood then */
	AsOf *asof;            /* --at was given */
	Workspace live;        /* and this is the workspace itself */
} Cli;
int cli_main(Env env, int argc, char **argv); /* everything but the real environment; returns the exit status */

/* ---- Commands: COMMAND(name, usage, run); in src/cli/cmd_NAME.c is all it takes ---- */
typedef struct Command {
	const char *name;
	const char *(*usage)(void); /* translated; its first line is the summary */
	bool (*run)(Cli *cli, int argc, char **argv, Err *err); /* argv: the words after the name, global options taken out */
} Command;
#define COMMAND(id, usage_function, run_function) COMMAND_AS(id, #id, usage_function, run_function)
/* For a name that C has no word for: accept-rollback. */
#define COMMAND_AS(id, name, usage_function, run_function) \
	static const Command command_##id = {name, usage_function, run_function}; \
	static const Command *const entry_##id \
		__attribute__((used, section("siap_commands"))) = &command_##id

const Command *const *commands_all(Cli *cli, size_t *n); /* sorted by name */
const Command *command_find(Str name);                   /* NULL when absent */
bool cli_unknown_command(Cli *cli, const char *word, Err *err); /* returns false */

/* ---- Options ---- */
typedef struct Opt {
	const char *name;   /* without the dashes */
	const char **value; /* takes a value; else NULL */
	bool *flag;         /* or is a flag */
	char letter;        /* short form, 0 = none */
} Opt;
typedef struct ArgSpec {
	const Opt *opt;
	size_t n_opt;
	int least, most; /* how many words remain when the options are out */
} ArgSpec;
#define OPTS(array) (array), sizeof(array) / sizeof(array)[0]
/* Takes the options out of argv, in place; `--` ends them. strict: an option that is not among them is an error which names
 * the nearest; otherwise it stays, and so does `--`. An option given twice is an error. */
bool args_parse(const Opt *opt, size_t n, bool strict, int *argc, char **argv, Err *err) MUST;
/* A whole number as an option's value; text == NULL leaves *out. */
bool args_number(const char *name, const char *text, int64_t least, int64_t most, int64_t *out, Err *err) MUST;
extern const char *const args_global[]; /* names of the options that stand before or after any command; ends with NULL */

/* ---- Help for commands: cli.c ---- */
bool cli_args(Cli *cli, ArgSpec spec, int *argc, char **argv, Err *err) MUST; /* args_parse, counted, as misuse */
bool cli_misuse(Cli *cli, bool always_false); /* cli_misuse(cli, err_set(err, E_INPUT, "…")): wrong words, returns false */
typedef struct Range { int64_t least, most; } Range;
bool cli_number(Cli *cli, const char *name, const char *text, Range range, int64_t *out, Err *err) MUST; /* args_number, as misuse */
bool cli_catalog(Cli *cli, Err *err) MUST;    /* fills cli->catalog once */
bool cli_workspace(Cli *cli, Err *err) MUST;  /* opens cli->ws once; an error that names -w when none is given */
bool cli_has_workspace(const Cli *cli);       /* one is named */
/* A date, or a time with or without a zone (then the zone given, in minutes), as misuse. A date is its first instant or its last. */
bool cli_instant(Cli *cli, const char *text, bool end_of_day, int zone, int64_t *at, Err *err) MUST;
bool cli_at(Cli *cli, const char *text, Err *err) MUST; /* opens the workspace; with a text it is cli->ws as of then */
void at_say(Cli *cli, const char *more); /* the line of a title that says which moment it is as of */
bool cli_key(Cli *cli, const char *key, Str *text, Err *err) MUST; /* a verifier key, or the text of the file with it; NULL: misuse */
bool cli_checkpoint(Cli *cli, GateP *gate, Err *err) MUST; /* all that is committed by now is signed; the caller closes the gate */
void cli_clock_say(Cli *cli); /* one line when the workspace has a clock of its own */
bool cli_area(Cli *cli, const char *text, Str *code, Err *err) MUST; /* text == NULL: the whole workspace */
bool cli_dataset(Cli *cli, Str name, const Dataset **out, Err *err) MUST; /* names the nearest */
Str cli_nearest(Cli *cli, Str word, const Str *names, size_t n); /* "; did you mean 'x'?" or empty, translated */
bool cli_indicator(Cli *cli, const char *name, const Query **out, Err *err) MUST; /* NULL stays NULL; names the nearest */
bool cli_row(Cli *cli, const Dataset *d, int argc, char **argv, Str **text, Err *err) MUST; /* field=value words as cells */
bool cli_keys(Cli *cli, const Dataset *d, int argc, char **argv, Str **text, Err *err) MUST; /* the same, key fields alone */
void cli_say(Cli *cli, const char *fmt, ...) PRINTF(2, 3);  /* to env->out; fmt is translated by the caller */
void cli_note(Cli *cli, const char *fmt, ...) PRINTF(2, 3); /* to env->err */
void cli_put(Cli *cli, Str text);
bool cli_flush(Cli *cli, Buf *b, Err *err) MUST; /* prints and empties it; E_LIMIT when it has failed */
volatile bool *cli_stop_flag(void); /* from now on the first SIGINT or SIGTERM sets it, the second ends the process */

/* ---- Progress, on a terminal only: progress.c ---- */
typedef struct Progress {
	Cli *cli;
	int64_t started, shown;
	uint64_t first; /* done when the phase began */
	Str phase;
	bool line;
} Progress;
void progress_see(void *ctx, Str phase, uint64_t done, uint64_t total); /* a Watch's progress; ctx: Progress */
void progress_clear(Progress *p);

/* ---- What people see: show.c. All results live in cli->a. ---- */
const char *show_number(Cli *cli, int64_t n);        /* 6.391 in Indonesian, 6,391 in English */
const char *show_percent(Cli *cli, int64_t have, int64_t need); /* one decimal, rounded down; a dash when nothing is expected */
const char *show_points(Cli *cli, int parts_per_10000); /* the same without the sign, -1: dash; "100" when full */
const char *show_instant(Cli *cli, int64_t ms);      /* 2024-11-25 09:10 WIB, in the workspace's zone */
const char *show_upper(Cli *cli, Str s);             /* ASCII letters: kpu is an abbreviation */
const char *show_level(Level l);
const char *show_severity(Str severity);
const char *show_place(Cli *cli, Str code);          /* "TPS 003, Rawasari (1571091002003)"; "Rawasari (1571091002)" */
const char *show_due(Cli *cli, Str date);            /* "2024-11-26, 2 days left"; empty for no date */
int64_t days_until(Cli *cli, Str date);              /* from today in the workspace's zone */
const char *paint(const Cli *cli, char style);       /* b bold, d dim, r red, g green, . ends it; empty without colours */

/* ---- An area on the board: view.c ---- */
typedef struct View {
	Cli *cli;
	Board *b;
	size_t node;       /* of the area asked for */
	Str area;
	Str pillar[12];
	size_t n_pillars;
} View;
bool view_open(Cli *cli, const char *area, View *out, Err *err) MUST; /* area == NULL: the whole workspace */
void view_close(View *v);
static inline void View_auto(View *v) { view_close(v); }
void view_title(const View *v);   /* election and area; as-of event and time; days to polling day */
void view_json(const View *v, size_t node, JsonOut *j); /* the keys as_of, event, area, name: the start of every answer */
/* " *" when the number rests on values that the rule pack marks as unverified, else empty. */
const char *view_mark(const View *v, const Query *q);
const char *view_pillar_mark(const View *v, Str pillar);
void view_notes(const View *v); /* what the marks mean, and which indicators do not count yet, if there are any */
bool view_tps_list(const View *v); /* false: says how to import one */
/* Places of the subtree where this indicator expects something and has less; of those, where nothing was heard. */
uint64_t view_gaps(const View *v, const Series *s, uint64_t *silent);
/* Exactly one of the two output options, or neither. */
typedef enum Form { FORM_TEXT, FORM_CSV, FORM_JSON } Form;
bool form_choose(Cli *cli, bool csv, bool json, Form *out, Err *err) MUST;

/* ---- Tables: table.c ---- */
/* A name that is too long loses its middle: ends tell apart. A bar's cells are parts per 10,000, empty: none. */
typedef enum ColumnKind { COLUMN_LEFT, COLUMN_NAME, COLUMN_RIGHT, COLUMN_BAR } ColumnKind;
typedef struct Column {
	const char *head; /* '\n' breaks it */
	ColumnKind kind;
	int least;        /* how far it may shrink when the table is too wide; 0 = not at all */
} Column;
typedef struct Table {
	Cli *cli;
	Column column[24];
	size_t n_columns, n_rows, cap;
	Str *cell;
} Table;
Table table_new(Cli *cli);
void table_column(Table *t, const char *head, ColumnKind kind, int least);
void table_add(Table *t, const char *cell); /* the next cell, row by row */
void table_print(const Table *t, int width);
Str text_fit(Cli *cli, Str s, size_t width, size_t tail); /* cut to so many terminal columns: an ellipsis, then `tail` columns of its end */
void text_wrap(Cli *cli, Str s, size_t indent); /* to env->out, broken at blanks; later lines are indented; ends the line */

#endif
