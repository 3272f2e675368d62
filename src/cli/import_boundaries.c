/* import_boundaries: siap import boundaries: boundaries of areas from a GeoJSON file, and which areas they were. */
#include "cli/import.h"

static void
levels_say(Cli *cli, const BoundaryImport *im)
{
	Table t = table_new(cli);
	table_column(&t, tr("level"), COLUMN_LEFT, 0);
	table_column(&t, tr("boundaries"), COLUMN_RIGHT, 0);
	table_column(&t, tr("of"), COLUMN_RIGHT, 0);
	for (Level l = LEVEL_PROVINCE; l < LEVEL_TPS; l++) {
		if (!im->matched[l])
			continue;
		table_add(&t, show_level(l));
		table_add(&t, show_number(cli, (int64_t)im->matched[l]));
		table_add(&t, show_number(cli, (int64_t)im->areas[l]));
	}
	if (t.n_rows)
		table_print(&t, cli->env.width);
}

static void
misses_say(Cli *cli, const BoundaryImport *im)
{
	if (im->by_name)
		cli_say(cli, tr("matched by name, because their code is that of another area: %s\n"),
			show_number(cli, (int64_t)im->by_name));
	if (im->elsewhere)
		cli_say(
			cli, tr("features of areas elsewhere: %s\n"), show_number(cli, (int64_t)im->elsewhere));
	if (im->misses)
		cli_say(cli, tr("not matched: %s\n"), show_number(cli, (int64_t)im->misses));
	for (size_t i = 0; i < im->n_miss; i++)
		cli_say(cli, tr("  feature %zu: %.*s\n"), im->miss[i].feature, STR(im->miss[i].why));
	if (im->n_miss < im->misses)
		cli_say(cli, tr("  … and %s more\n"), show_number(cli, (int64_t)(im->misses - im->n_miss)));
}

static void
report_say(Cli *cli, const BoundaryImport *im, bool ok)
{
	if (ok)
		levels_say(cli, im);
	misses_say(cli, im);
	if (!ok)
		return;
	cli_say(cli, tr("points: %s, of %s in the file\n"), show_number(cli, (int64_t)im->points),
		show_number(cli, (int64_t)im->points_before));
	if (im->dry_run)
		cli_say(cli, tr("a dry run: nothing was saved; the same without --dry-run saves it\n"));
	else if (im->event)
		cli_say(cli, tr("saved: event %s; maps show them\n"), show_number(cli, im->event));
	else
		cli_say(cli, tr("nothing was changed: these boundaries are known already\n"));
}

bool
import_boundaries(Cli *cli, const BoundaryWords *words, Err *err)
{
	AUTO(GateP) gate = NULL;
	Origin origin = {.actor = cli->actor,
		.agency = cli->agency,
		.source = S("import"),
		.why = str_of(words->source)};
	BoundaryImport im = {.path = words->path, .origin = &origin, .dry_run = words->dry_run};
	if (words->level &&
		(!level_of(str_of(words->level), &im.level) || im.level <= LEVEL_ANY ||
			im.level >= LEVEL_TPS))
		return cli_misuse(cli,
			err_set(err, E_INPUT,
				"'%s' is no level of areas: province, regency, district or village is right",
				words->level));
	if (!cli_workspace(cli, err) || !gate_open(&cli->ws, &gate, err))
		return false;
	bool ok = boundaries_import(&cli->ws, gate, &im, &cli->a, err);
	report_say(cli, &im, ok);
	return ok;
}
