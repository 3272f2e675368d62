/* siap rebuild: the tables made anew from the log. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("make the tables anew from the log, while others go on writing\n"
			  "\n"
			  "siap rebuild [DATASET…]\n"
			  "\n"
			  "  DATASET  only its table; without a word those of all datasets\n"
			  "\n"
			  "The events are replayed beside the tables; then every row that is not as the log\n"
			  "says is put right, and counted. Stopped or killed at any time, the next rebuild\n"
			  "goes on from there. siap verify only looks.\n");
}

static bool
words_read(Cli *cli, int argc, char **argv, RebuildAsk *ask, Err *err)
{
	ask->datasets = NEW(&cli->a, const Dataset *, (size_t)argc + 1);
	for (int i = 0; i < argc; i++)
		if (!cli_dataset(cli, str_of(argv[i]), &ask->datasets[ask->n++], err))
			return false;
	return true;
}

/* The tables in which something was put right. */
static int64_t
parts_say(Cli *cli, const RebuildReport *r)
{
	Table t = table_new(cli);
	int64_t all = 0;
	table_column(&t, tr("table"), COLUMN_LEFT, 0);
	table_column(&t, tr("rows"), COLUMN_RIGHT, 0);
	table_column(&t, tr("put back"), COLUMN_RIGHT, 0);
	table_column(&t, tr("corrected"), COLUMN_RIGHT, 0);
	table_column(&t, tr("taken out"), COLUMN_RIGHT, 0);
	for (size_t i = 0; i < r->n_parts; i++) {
		const RebuildPart *p = &r->part[i];
		const int64_t n[] = {p->rows, p->missing, p->changed, p->extra};
		if (!(p->missing + p->changed + p->extra))
			continue;
		all += p->missing + p->changed + p->extra;
		table_add(&t, arena_cstr(&cli->a, p->table));
		for (size_t k = 0; k < sizeof n / sizeof *n; k++)
			table_add(&t, show_number(cli, n[k]));
	}
	if (all)
		table_print(&t, cli->env.width);
	return all;
}

static void
report_say(Cli *cli, const RebuildReport *r)
{
	int64_t rows = 0;
	if (r->resumed)
		cli_say(cli, tr("went on behind event %s, where a rebuild was cut short\n"),
			show_number(cli, r->resumed));
	for (size_t i = 0; i < r->n_parts; i++)
		rows += r->part[i].rows;
	int64_t fixed = parts_say(cli, r);
	cli_say(cli, tr("%s events replayed: of %s rows %s had to be put right\n"),
		show_number(cli, r->events), show_number(cli, rows), show_number(cli, fixed));
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	AUTO(GateP) gate = NULL;
	Progress p = {.cli = cli};
	RebuildAsk ask = {.watch = {.progress = progress_see, .ctx = &p}};
	RebuildReport r;
	if (!cli_args(cli, (ArgSpec){.most = 64}, &argc, argv, err) || !cli_workspace(cli, err) ||
		!words_read(cli, argc, argv, &ask, err) || !gate_open(&cli->ws, &gate, err))
		return false;
	ask.watch.stop = cli_stop_flag();
	bool ok = gate_rebuild(gate, &ask, &cli->a, &r, err);
	progress_clear(&p);
	cli->stopped = !ok && *ask.watch.stop;
	if (ok)
		report_say(cli, &r);
	return ok;
}

COMMAND(rebuild, usage, run);
