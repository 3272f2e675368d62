/* siap stages: the stages of the election in an area: their dates, who set them, and which were declared done on what evidence. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("the stages: dates, and which were declared done on what evidence\n"
			  "\n"
			  "siap stages [AREA] [--csv|--json]\n"
			  "\n"
			  "  AREA  a province or regency, as a code or a part of a name\n"
			  "\n"
			  "That a stage's last day is past and that it was declared done are two facts.\n"
			  "Declare one: siap enter stage area=1571 stage=roll declared=2024-09-23\n"
			  "evidence=\"BA 71/2024\". Move a date: the dataset stage_date.\n");
}

typedef struct Stages {
	Cli *cli;
	Str area;
	Stage *stage;
	size_t n, main, declared; /* declared: of the main ones */
} Stages;

static const char *
state_words(const Stage *g)
{
	if (g->declared.n && g->ends.n && str_cmp(g->declared, g->ends) < 0)
		return tr("declared early");
	if (g->declared.n)
		return tr("declared");
	if (g->past)
		return tr("overdue");
	return g->ends.n ? tr("open") : tr("no date");
}

static void
stage_row(Table *t, const Stage *g)
{
	Cli *cli = t->cli;
	table_add(t,
		arena_fmt(&cli->a, "%.*s%s", STR(tr_str(g->code->label)), g->code->unverified ? " *" : "")
			.p);
	table_add(t, arena_cstr(&cli->a, g->starts));
	table_add(t, arena_cstr(&cli->a, g->ends));
	table_add(t, state_words(g));
	table_add(t, arena_cstr(&cli->a, g->declared));
	table_add(t, arena_cstr(&cli->a, g->evidence.n ? g->evidence : g->declared_by));
}

static void
text_say(const Stages *s)
{
	Cli *cli = s->cli;
	bool unverified = false;
	cli_say(cli, "%s%.*s, %s%s\n", paint(cli, 'b'), STR(tr_str(cli->ws.pack->title)),
		show_place(cli, s->area), paint(cli, '.'));
	if (s->n == 0) {
		cli_say(cli, "\n%s\n", tr("only a province or a regency has stages of its own; name one"));
		return;
	}
	cli_say(cli, tr("%s of %s stages declared done\n\n"), show_number(cli, (int64_t)s->declared),
		show_number(cli, (int64_t)s->main));
	Table t = table_new(cli);
	table_column(&t, tr("stage"), COLUMN_NAME, 24);
	table_column(&t, tr("start"), COLUMN_LEFT, 0);
	table_column(&t, tr("end"), COLUMN_LEFT, 0);
	table_column(&t, tr("state"), COLUMN_LEFT, 0);
	table_column(&t, tr("declared"), COLUMN_LEFT, 0);
	table_column(&t, tr("evidence"), COLUMN_NAME, 8);
	for (size_t i = 0; i < s->n; i++) {
		stage_row(&t, &s->stage[i]);
		unverified |= s->stage[i].code->unverified;
	}
	table_print(&t, cli->env.width);
	if (unverified)
		cli_say(cli, "\n* %s\n", tr("unverified in the rule pack"));
}

static void
csv_say(const Stages *s, Buf *b)
{
	buf_add(b, S("area,stage,main,starts,ends,past,set_by,declared,declared_by,evidence"));
	csv_out_end(b);
	for (size_t i = 0; i < s->n; i++) {
		const Stage *g = &s->stage[i];
		const Str cell[] = {s->area, g->code->code, g->main ? S("1") : S("0"), g->starts, g->ends,
			g->past ? S("1") : S("0"), g->set_by, g->declared, g->declared_by, g->evidence};
		for (size_t c = 0; c < sizeof cell / sizeof *cell; c++) {
			if (c)
				csv_out_sep(b);
			csv_out_text(b, cell[c]);
		}
		csv_out_end(b);
	}
}

static void
json_say(const Stages *s, Buf *b)
{
	JsonOut j = jout_new(b);
	jout_obj(&j);
	jout_text(&j, S("area"), s->area);
	jout_key(&j, S("declared"));
	jout_int(&j, (int64_t)s->declared);
	jout_key(&j, S("stages"));
	jout_int(&j, (int64_t)s->main);
	jout_key(&j, S("list"));
	jout_arr(&j);
	for (size_t i = 0; i < s->n; i++) {
		const Stage *g = &s->stage[i];
		jout_obj(&j);
		jout_text(&j, S("stage"), g->code->code);
		jout_key(&j, S("main"));
		jout_bool(&j, g->main);
		jout_text(&j, S("starts"), g->starts);
		jout_text(&j, S("ends"), g->ends);
		jout_key(&j, S("past"));
		jout_bool(&j, g->past);
		jout_text(&j, S("set_by"), g->set_by);
		jout_text(&j, S("declared"), g->declared);
		jout_text(&j, S("declared_by"), g->declared_by);
		jout_text(&j, S("evidence"), g->evidence);
		jout_obj_end(&j);
	}
	jout_arr_end(&j);
	jout_obj_end(&j);
	buf_byte(b, '\n');
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	bool csv = false, json = false;
	const Opt opts[] = {{"csv", .flag = &csv}, {"json", .flag = &json}};
	Stages s = {.cli = cli};
	Form form;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!form_choose(cli, csv, json, &form, err) || !cli_workspace(cli, err) ||
		!cli_area(cli, argc ? argv[0] : NULL, &s.area, err) ||
		!stages_list(&cli->ws, s.area, &cli->a, &s.stage, &s.n, err))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		s.main += s.stage[i].main;
		s.declared += s.stage[i].main && s.stage[i].declared.n;
	}
	AUTO(Buf) out = {0};
	if (form == FORM_TEXT)
		text_say(&s);
	else if (form == FORM_CSV)
		csv_say(&s, &out);
	else
		json_say(&s, &out);
	return cli_flush(cli, &out, err);
}

COMMAND(stages, usage, run);
