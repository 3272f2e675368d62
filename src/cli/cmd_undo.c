/* siap undo: takes back the newest event of a row, or an import, by a new event. */
#include "cli/cli.h"

enum { LISTED = 20 };

static const char *
usage(void)
{
	return tr("take back what was entered: the row says again what it said before\n"
			  "\n"
			  "siap undo EVENT --why TEXT\n"
			  "siap undo --batch N --why TEXT\n"
			  "siap undo --batch\n"
			  "\n"
			  "  EVENT       the newest event of its row: siap history shows it\n"
			  "  --batch N   all rows of import N, or none of them; without N the last imports\n"
			  "  --why TEXT  the reason, up to 300 characters; it stays in the log\n"
			  "\n"
			  "Both the event and its undoing stay in the log, and the undoing can be undone.\n"
			  "When others changed a row since, or rows refer to one that would be gone,\n"
			  "nothing is undone.\n");
}

static const char *
base_name(Str path)
{
	const char *slash = strrchr(path.p, '/');
	return slash ? slash + 1 : path.p;
}

static bool
imports_say(Cli *cli, Err *err)
{
	ImportList list = {.max = LISTED};
	if (!imports_list(&cli->ws, &list, &cli->a, err))
		return false;
	if (!list.n) {
		cli_say(cli, tr("nothing was imported yet\n"));
		return true;
	}
	Table t = table_new(cli);
	table_column(&t, tr("import"), COLUMN_RIGHT, 0);
	table_column(&t, tr("when"), COLUMN_LEFT, 0);
	table_column(&t, tr("file"), COLUMN_NAME, 8);
	table_column(&t, tr("dataset"), COLUMN_LEFT, 0);
	table_column(&t, tr("added"), COLUMN_RIGHT, 0);
	table_column(&t, tr("changed"), COLUMN_RIGHT, 0);
	table_column(&t, tr("by"), COLUMN_NAME, 6);
	for (size_t i = 0; i < list.n; i++) {
		const Imported *m = &list.item[i];
		table_add(&t, show_number(cli, m->batch));
		table_add(&t, show_instant(cli, m->at));
		table_add(&t, base_name(m->file));
		table_add(&t, arena_cstr(&cli->a, m->dataset));
		table_add(&t, show_number(cli, m->added));
		table_add(&t, show_number(cli, m->changed + m->conflicts));
		table_add(&t, arena_fmt(&cli->a, "%.*s (%s)", STR(m->actor), show_upper(cli, m->agency)).p);
	}
	table_print(&t, cli->env.width);
	return true;
}

/* An event or import as it was shown, with or without the signs between thousands. */
static bool
number_read(Cli *cli, const char *word, int64_t *out, Err *err)
{
	const Field f = {.type = TYPE_INT, .min = 1, .max = INT64_C(1) << 53};
	Value v = {0};
	Err ignored;
	if (!value_parse(&(Reading){.a = &cli->a}, &f, str_of(word), &v, &ignored) || !v.i)
		return cli_misuse(
			cli, err_set(err, E_INPUT, "'%s' is no number of an event or an import", word));
	*out = v.i;
	return true;
}

static void
undone_say(Cli *cli, const UndoRequest *r)
{
	int64_t rows = r->last - r->first + 1;
	if (r->event)
		cli_say(cli,
			r->removed    ? tr("event %s: event %s is undone, the row is gone\n")
				: r->back ? tr("event %s: event %s is undone, the row is back\n")
						  : tr("event %s: event %s is undone, the row says what it said before\n"),
			show_number(cli, r->last), show_number(cli, r->event));
	else
		cli_say(cli, tr("events %s to %s: import %s is undone: rows gone %s, as before %s\n"),
			show_number(cli, r->first), show_number(cli, r->last), show_number(cli, r->batch),
			show_number(cli, r->removed), show_number(cli, rows - r->removed));
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *why = NULL;
	bool batch = false;
	int64_t number = 0;
	const Opt opts[] = {{"why", .value = &why}, {"batch", .flag = &batch}};
	AUTO(GateP) gate = NULL;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		(argc && !number_read(cli, argv[0], &number, err)))
		return false;
	if (!argc && batch && !why)
		return cli_workspace(cli, err) && imports_say(cli, err);
	if (!argc)
		return cli_misuse(cli,
			batch ? err_set(err, E_INPUT, "which import? siap undo --batch lists the last ones")
				  : err_set(err, E_INPUT, "which event? siap history shows those of a row"));
	if (!why)
		return cli_misuse(cli, err_set(err, E_INPUT, "say why it is undone: --why TEXT"));
	Origin o = {.actor = cli->actor, .agency = cli->agency, .source = S("cli"), .why = str_of(why)};
	UndoRequest r = {.origin = &o, .event = batch ? 0 : number, .batch = batch ? number : 0};
	if (!cli_workspace(cli, err) || !gate_open(&cli->ws, &gate, err) || !gate_undo(gate, &r, err))
		return false;
	undone_say(cli, &r);
	return true;
}

COMMAND(undo, usage, run);
