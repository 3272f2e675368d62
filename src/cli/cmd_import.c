/* siap import: a CSV file or a workbook into one or more datasets, with what was understood, what is wrong and what to do next. */
#include "cli/import.h"

#include <unistd.h>

static const char *
usage(void)
{
	return tr("take in a CSV file, an Excel workbook, or boundaries for maps\n"
			  "\n"
			  "siap import [DATASET[,DATASET…]] FILE [--dry-run] [--partial]\n"
			  "            [--accept-conflicts] [--errors FILE]\n"
			  "siap import boundaries FILE.geojson [--level LEVEL] [--source TEXT] [--dry-run]\n"
			  "\n"
			  "  DATASET             what the file feeds; without it, what its header fits\n"
			  "  --dry-run           only say what would happen\n"
			  "  --partial           take the good rows although others are wrong\n"
			  "  --accept-conflicts  write over what others changed since the file was made\n"
			  "  --errors FILE       where wrong rows go (FILE.errors.csv or .xlsx)\n"
			  "  --level LEVEL       features are province, regency, district or village\n"
			  "  --source TEXT       where the boundaries come from, for the log\n"
			  "\n"
			  "Of a workbook each sheet that is named like a dataset (or like DATASET) is taken;\n"
			  "when there is none, its first one.\n"
			  "\n"
			  "All rows are checked before the first is saved. Importing a file twice changes\n"
			  "nothing. After a crash the rest is taken in by the next command that writes.\n"
			  "\n"
			  "Boundaries come as GeoJSON in degrees (WGS 84), one feature for each area, which\n"
			  "a property 'code' tells, or its name and those of the areas above it.\n");
}

/* ---- the report ---- */

static void
columns_say(Cli *cli, const ImportReport *r)
{
	AUTO(Buf) ignored = {0};
	Table t = table_new(cli);
	table_column(&t, tr("column"), COLUMN_LEFT, 16);
	table_column(&t, tr("is used as"), COLUMN_LEFT, 20);
	for (size_t i = 0; i < r->n_columns; i++) {
		if (r->column[i].used_by.n == 0) {
			buf_fmt(&ignored, "%s'%.*s'", ignored.n ? ", " : "", STR(r->column[i].header));
			continue;
		}
		table_add(&t, arena_cstr(&cli->a, r->column[i].header));
		table_add(&t, arena_cstr(&cli->a, r->column[i].used_by));
	}
	if (t.n_rows)
		table_print(&t, cli->env.width);
	if (ignored.n)
		cli_say(cli, "%s: %.*s\n", tr("columns not used"), STR(buf_str(&ignored)));
}

static void
parts_say(Cli *cli, const ImportReport *r)
{
	Table t = table_new(cli);
	const char *head[] = {
		tr("rows"), tr("added"), tr("changed"), tr("same"), tr("blank"), tr("conflicts")};
	table_column(&t, tr("dataset"), COLUMN_LEFT, 0);
	for (size_t c = 0; c < 6; c++)
		table_column(&t, head[c], COLUMN_RIGHT, 0);
	for (size_t i = 0; i < r->n_parts; i++) {
		const ImportPart *p = &r->part[i];
		uint64_t n[] = {p->rows, p->added, p->changed, p->same, p->blank, p->conflicts};
		table_add(&t, arena_cstr(&cli->a, p->dataset->name));
		for (size_t c = 0; c < 6; c++)
			table_add(&t, show_number(cli, (int64_t)n[c]));
	}
	cli_say(cli, "\n");
	table_print(&t, cli->env.width);
}

static void
problems_say(Cli *cli, const ImportReport *r)
{
	if (r->problems == 0)
		return;
	cli_say(cli, tr("\nproblems: %s, in %s of %s rows\n"), show_number(cli, (int64_t)r->problems),
		show_number(cli, (int64_t)r->bad_rows), show_number(cli, (int64_t)r->rows));
	for (size_t i = 0; i < r->n_first; i++) {
		const ImportProblem *p = &r->first[i];
		if (p->column.n)
			cli_say(
				cli, tr("  row %zu, column '%.*s': %.*s\n"), p->row, STR(p->column), STR(p->text));
		else
			cli_say(cli, tr("  row %zu: %.*s\n"), p->row, STR(p->text));
	}
	if (r->n_first < r->problems)
		cli_say(
			cli, tr("  … and %s more\n"), show_number(cli, (int64_t)(r->problems - r->n_first)));
	if (r->error_file)
		cli_say(cli, tr("the wrong rows, each with its reason: %s\n"), r->error_file);
}

static void
next_say(Cli *cli, const ImportReport *r, const ImportOptions *o, const char *path, bool ok)
{
	if (r->error_file && ok && r->applied)
		cli_say(cli, tr("next: correct '%s' and import it\n"), r->error_file);
	else if (ok && o->dry_run && r->problems == 0)
		cli_say(cli, tr("a dry run: nothing was saved; the same without --dry-run saves it\n"));
	else if (ok && o->dry_run)
		cli_say(cli, tr("a dry run: nothing was saved\n"));
	else if (ok)
		cli_say(cli, tr("next: siap ready\n"));
	else if (r->problems)
		cli_say(cli,
			tr("next: correct '%s' and import it again, or take the good rows with --partial\n"),
			path);
}

static void
report_say(Cli *cli, const ImportReport *r, const ImportOptions *o, const char *path, bool ok)
{
	if (r->resumed)
		cli_say(cli, tr("first finished an interrupted import: %s rows\n"),
			show_number(cli, (int64_t)r->resumed));
	if (!r->n_parts && !r->rows)
		return;
	columns_say(cli, r);
	if (r->n_parts && (ok || r->problems == 0))
		parts_say(cli, r);
	problems_say(cli, r);
	next_say(cli, r, o, path, ok);
}

static bool
datasets_read(Cli *cli, const char *word, ImportOptions *o, Err *err)
{
	Str rest = str_of(word), name;
	if (!word)
		return true;
	o->datasets = NEW(&cli->a, const Dataset *, rest.n + 1);
	while (rest.n) {
		str_cut(rest, ',', &name, &rest);
		if (!cli_dataset(cli, str_trim(name), &o->datasets[o->n_datasets++], err))
			return false;
	}
	return o->n_datasets > 0 ||
		cli_misuse(cli, err_set(err, E_INPUT, "no dataset is named before the file"));
}

/* ---- one table, or the sheets of a workbook one after another ---- */

static bool
table_import(Cli *cli, Gate *gate, ImportOptions *o, Err *err)
{
	Progress p = {.cli = cli};
	ImportReport r = {0};
	o->watch = (Watch){.progress = progress_see, .ctx = &p, .stop = cli_stop_flag()};
	bool ok = import_file(&cli->ws, gate, o, &cli->a, &r, err);
	progress_clear(&p);
	cli->stopped = !ok && *o->watch.stop;
	report_say(cli, &r, o, o->path, ok);
	return ok;
}

typedef struct Sheets {
	Str *name;
	const Dataset **dataset; /* of each, or NULL */
	size_t n, known;
} Sheets;

static bool
sheets_match(Cli *cli, const ImportOptions *o, Sheets *out, Err *err)
{
	*out = (Sheets){0};
	if (!file_is_xlsx(o->path))
		return true;
	if (!xlsx_sheets(o->path, &cli->a, &out->name, &out->n, err))
		return false;
	out->dataset = NEW(&cli->a, const Dataset *, out->n + 1);
	for (size_t i = 0; i < out->n; i++) {
		const Dataset *d = catalog_dataset(&cli->ws.cat, out->name[i]);
		bool wanted = o->n_datasets == 0;
		for (size_t k = 0; k < o->n_datasets; k++)
			wanted |= o->datasets[k] == d;
		out->dataset[i] = wanted ? d : NULL;
		out->known += out->dataset[i] != NULL;
	}
	return true;
}

static bool
sheet_import(Cli *cli, Gate *gate, const ImportOptions *o, const Sheets *s, size_t i, Err *err)
{
	ImportOptions one = *o;
	one.sheet = s->name[i];
	one.datasets = &s->dataset[i];
	one.n_datasets = 1;
	if (s->known > 1 && !one.error_file) /* each has its own */
		one.error_file = arena_fmt(&cli->a, "%s.%.*s.errors.xlsx", o->path, STR(s->name[i])).p;
	cli_say(cli, tr("sheet '%.*s'\n"), STR(s->name[i]));
	return table_import(cli, gate, &one, err) ||
		err_prefix(err, tr("sheet '%.*s': "), STR(s->name[i]));
}

static void
ignored_say(Cli *cli, const Sheets *s)
{
	AUTO(Buf) ignored = {0};
	for (size_t i = s->known ? 0 : 1; i < s->n; i++)
		if (!s->dataset[i])
			buf_fmt(&ignored, "%s'%.*s'", ignored.n ? ", " : "", STR(s->name[i]));
	if (ignored.n)
		cli_say(cli, "%s: %.*s\n", tr("sheets not used"), STR(buf_str(&ignored)));
}

/* The TPS list first: other sheets may speak of TPS that it adds. Each sheet is taken in whole or not at all. */
static bool
sheets_import(Cli *cli, Gate *gate, const ImportOptions *o, const Sheets *s, Err *err)
{
	for (int tps_turn = 1; tps_turn >= 0; tps_turn--)
		for (size_t i = 0; i < s->n; i++) {
			bool is_tps = s->dataset[i] && str_eq(s->dataset[i]->name, S("tps"));
			if (s->dataset[i] && is_tps == tps_turn && !sheet_import(cli, gate, o, s, i, err))
				return false;
		}
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	ImportOptions o = {.origin = {.source = S("import")}};
	BoundaryWords b = {0};
	const Opt opts[] = {{"dry-run", .flag = &o.dry_run}, {"partial", .flag = &o.partial},
		{"accept-conflicts", .flag = &o.accept_conflicts}, {"errors", .value = &o.error_file},
		{"level", .value = &b.level}, {"source", .value = &b.source}};
	AUTO(GateP) gate = NULL;
	Sheets sheets = {0};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 1, .most = 2}, &argc, argv, err))
		return false;
	b.path = o.path = argv[argc - 1];
	b.dry_run = o.dry_run;
	bool boundaries = argc == 2 && str_eq(str_of(argv[0]), S("boundaries"));
	if (boundaries && (o.partial || o.accept_conflicts || o.error_file))
		return cli_misuse(cli,
			err_set(err, E_INPUT,
				"--level, --source and --dry-run go with boundaries, other options do not"));
	if (!boundaries && (b.level || b.source))
		return cli_misuse(cli,
			err_set(err, E_INPUT, "--level and --source go with: siap import boundaries FILE"));
	if (boundaries)
		return import_boundaries(cli, &b, err);
	if (!cli_workspace(cli, err) || !datasets_read(cli, argc == 2 ? argv[0] : NULL, &o, err) ||
		!sheets_match(cli, &o, &sheets, err) || !gate_open(&cli->ws, &gate, err))
		return false;
	o.origin.actor = cli->actor;
	o.origin.agency = cli->agency;
	if (sheets.known ? !sheets_import(cli, gate, &o, &sheets, err)
					 : !table_import(cli, gate, &o, err))
		return false;
	ignored_say(cli, &sheets);
	return true;
}

COMMAND(import, usage, run);
