/* siap init: a new workspace. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("make a new workspace: one election in one area, one folder\n"
			  "\n"
			  "siap init DIR --rules PACK --area CODE [--store URL] [--clock T]\n"
			  "\n"
			  "  DIR           the folder to make\n"
			  "  --rules PACK  the rule pack of the election; without words, init lists them\n"
			  "  --area CODE   code of a province, regency, district or village, or 0 for all\n"
			  "                Indonesia; siap areas NAME finds it\n"
			  "  --store URL   keep the rows in a PostgreSQL database, made for this workspace\n"
			  "                alone: postgres://user@host:5432/database\n"
			  "  --clock T     a rehearsal: its clock stands at T; siap clock moves it\n"
			  "\n"
			  "The key of the workspace is kept outside it: keep a copy of both.\n");
}

static void
packs_list(Cli *cli)
{
	Table t = table_new(cli);
	table_column(&t, tr("rule pack"), COLUMN_LEFT, 0);
	table_column(&t, tr("polling day"), COLUMN_LEFT, 0);
	table_column(&t, tr("title"), COLUMN_LEFT, 20);
	for (size_t i = 0; i < cli->catalog.n_packs; i++) {
		const Pack *p = &cli->catalog.pack[i];
		table_add(&t, arena_cstr(&cli->a, p->name));
		table_add(&t, arena_cstr(&cli->a, p->poll));
		table_add(&t, arena_cstr(&cli->a, tr_str(p->title)));
	}
	table_print(&t, cli->env.width);
	cli_say(cli, "\n%s\n", tr("a new workspace: siap init DIR --rules PACK --area CODE"));
}

static Str
packs_names(Cli *cli)
{
	AUTO(Buf) b = {0};
	for (size_t i = 0; i < cli->catalog.n_packs; i++)
		buf_fmt(&b, "%s%.*s", i ? ", " : "", STR(cli->catalog.pack[i].name));
	return b.n ? arena_str(&cli->a, buf_str(&b)) : (Str){0};
}

static bool
clock_start(Cli *cli, int64_t at, Err *err)
{
	AUTO(GateP) gate = NULL;
	return cli_workspace(cli, err) && gate_open(&cli->ws, &gate, err) && gate_clock(gate, at, err);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *rules = NULL, *area = NULL, *store = NULL, *clock = NULL;
	int64_t at = CLOCK_REAL;
	Err ignored = {0};
	const Opt opts[] = {{"rules", .value = &rules}, {"area", .value = &area},
		{"store", .value = &store}, {"clock", .value = &clock}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!cli_catalog(cli, err))
		return false;
	if (argc == 0 && !rules && !area) {
		packs_list(cli);
		return true;
	}
	const char *dir = argc ? argv[0] : cli->workspace;
	if (!dir)
		return cli_misuse(cli,
			err_set(err, E_INPUT,
				"a folder for the workspace is missing: siap init DIR --rules PACK --area CODE"));
	if (!rules)
		return cli_misuse(cli,
			err_set(
				err, E_INPUT, "option '--rules' is missing: one of %.*s", STR(packs_names(cli))));
	if (!area) {
		err_set(err, E_INPUT,
			"option '--area' is missing: the code of the area, or 0 for all Indonesia");
		return cli_misuse(cli, err_hint(err, "find a code by name: siap areas NAME"));
	}
	if ((clock && !cli_instant(cli, clock, false, area_zone(str_of(area)), &at, err)) ||
		!workspace_init_in(&cli->env, dir, str_of(rules), str_of(area), store, err))
		return false;
	cli->workspace = dir;
	if (clock && !clock_start(cli, at, err))
		return false;
	/* It is made, whether or not it can be opened for the sake of a fuller sentence. */
	const char *place = cli_workspace(cli, &ignored) ? show_place(cli, cli->ws.area) : area;
	cli_say(cli, tr("made workspace '%s': %.*s, %s\n"), dir,
		STR(tr_str(catalog_pack(&cli->catalog, str_of(rules))->title)), place);
	cli->ws.unread = (Err){0};
	cli_clock_say(cli);
	cli_say(cli, tr("next: siap import tps FILE -w %s (an empty form: siap doc tps --template)\n"),
		dir);
	return true;
}

COMMAND(init, usage, run);
