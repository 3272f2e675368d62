/* siap resolve: what stands against what in a row that two changed without knowing of each other, and an end to it. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"a row that two changed without knowing of each other: look, and settle it\n"
		"\n"
		"siap resolve DATASET field=value…\n"
		"siap resolve DATASET field=value… --why TEXT [--take EVENT]\n"
		"\n"
		"  --why TEXT    settles it: the reason stands in the log for everybody\n"
		"  --take EVENT  what that event said stands from now on\n"
		"\n"
		"The words name the key fields of the row: without --why it shows what each side says.\n"
		"Without --take it stays as it stands, or gets the values of further words. Both sides\n"
		"stay in the log. All that are open: siap check changed_twice. Example:\n"
		"  siap resolve delivery tps=1571091002001 item=ink --take 7 --why \"counted again\"\n");
}

/* ---- look ---- */

static const char *
value_or_dash(Cli *cli, const Difference *d, size_t side)
{
	if (d->field->n_private)
		return tr("private");
	return d->text[side].n ? arena_cstr(&cli->a, d->text[side]) : cli->utf8 ? "—" : "-";
}

static void
conflict_say(Cli *cli, const Conflict *c)
{
	const char *const head[] = {
		tr("both knew"), tr("one made it"), tr("the other, later"), tr("stands now")};
	/* What stands now is most often the later one itself. */
	size_t sides = c->side[SIDE_NOW].event == c->side[SIDE_CAME].event ? SIDE_NOW : SIDES;
	Table t = table_new(cli);
	table_column(&t, "", COLUMN_LEFT, 0);
	for (size_t i = 0; i < sides; i++)
		table_column(&t,
			arena_fmt(&cli->a, tr("%s\nevent %s"), head[i], show_number(cli, c->side[i].event)).p,
			COLUMN_NAME, 12);
	table_add(&t, tr("who"));
	for (size_t i = 0; i < sides; i++) {
		const Origin *o = &c->side[i].origin;
		table_add(&t, arena_fmt(&cli->a, "%.*s (%s)", STR(o->actor), show_upper(cli, o->agency)).p);
	}
	table_add(&t, tr("when"));
	for (size_t i = 0; i < sides; i++)
		table_add(
			&t, arena_fmt(&cli->a, "%.16s", show_instant(cli, c->side[i].at)).p); /* no zone */
	for (size_t k = 0; k < c->n; k++) {
		table_add(&t, arena_cstr(&cli->a, tr_str(c->differ[k].field->label)));
		for (size_t i = 0; i < sides; i++)
			table_add(&t,
				c->side[i].op == OP_CLOSE ? tr("closed") : value_or_dash(cli, &c->differ[k], i));
	}
	table_print(&t, cli->env.width);
	if (c->hidden)
		cli_say(
			cli, "%s\n", tr("private fields cannot be compared: erased, or their key is not here"));
	cli_say(cli, "\n");
}

static bool
look(Cli *cli, Conflicts *c, Err *err)
{
	if (!conflicts_read(&cli->ws, c, &cli->a, err))
		return false;
	cli_say(cli, "%.*s %.*s: %s\n\n", STR(c->dataset->name), STR(c->key), show_place(cli, c->area));
	for (size_t i = 0; i < c->n; i++)
		conflict_say(cli, &c->conflict[i]);
	if (c->n)
		cli_say(cli, "%s\n", tr("settle it: --take EVENT, or field=value…, and --why TEXT"));
	else
		cli_say(cli, "%s\n", tr("no open conflict; all of its changes: siap history"));
	return true;
}

/* ---- settle ---- */

static bool
settle(Cli *cli, RowRequest *r, Err *err)
{
	AUTO(GateP) gate = NULL;
	if (!gate_open(&cli->ws, &gate, err) || !gate_enter(gate, r, err))
		return false;
	if (r->outcome == OUTCOME_SAME)
		cli_say(cli, tr("event %s stands\n"), show_number(cli, r->event));
	else
		cli_say(cli, tr("event %s: stands from now on\n"), show_number(cli, r->event));
	cli_say(cli, tr("conflicts settled: %s\n"), show_number(cli, r->settled));
	return true;
}

static bool
names_keys_alone(const Dataset *d, const Str *text)
{
	for (size_t i = 0; i < d->n_fields; i++)
		if (text[i].p && !d->field[i].key)
			return false;
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *why = NULL, *take_text = NULL;
	int64_t take = 0;
	const Opt opts[] = {{"why", .value = &why}, {"take", .value = &take_text}};
	const Dataset *d;
	Str *text;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 2, .most = 10000}, &argc, argv, err) ||
		!cli_number(cli, "take", take_text, (Range){1, INT64_MAX}, &take, err) ||
		!cli_workspace(cli, err) || !cli_dataset(cli, str_of(argv[0]), &d, err) ||
		!cli_row(cli, d, argc - 1, argv + 1, &text, err))
		return false;
	if (!why && !take && names_keys_alone(d, text))
		return look(cli, &(Conflicts){.dataset = d, .text = text}, err);
	Origin o = {.actor = cli->actor, .agency = cli->agency, .source = S("cli"), .why = str_of(why)};
	RowRequest r = {.origin = &o, .dataset = d, .text = text, .settling = true, .take = take};
	return settle(cli, &r, err);
}

COMMAND(resolve, usage, run);
