/* siap export: a dataset as CSV or as a workbook, ready to be edited and imported again. */
#include "cli/cli.h"

#include <errno.h>
#include <unistd.h>

static const char *
usage(void)
{
	return tr("write a dataset as CSV or as a workbook\n"
			  "\n"
			  "siap export DATASET [FILE|-] [--area AREA]\n"
			  "\n"
			  "  FILE         where to; without it, or with -, to standard output.\n"
			  "               FILE.xlsx is a workbook, everything else CSV\n"
			  "  --area AREA  only this area: a code or a part of its name\n"
			  "\n"
			  "The last column, _event, lets a later import see what others changed meanwhile.\n"
			  "Private fields are masked.\n");
}

/* Beside the target first: a half-written file never has the name that people look for. */
static bool
export_file(Cli *cli, const Dataset *d, Str area, const char *path, uint64_t *rows, Err *err)
{
	const char *part = arena_fmt(&cli->a, "%s.part", path).p;
	bool book = str_ends(str_of(path), S(".xlsx"));
	if (book && !export_workbook(&cli->ws, d, area, part, rows, err))
		return false;
	FILE *f = fopen(part, book ? "ab" : "wb");
	if (!f)
		return err_set(err, E_IO, "cannot write '%s': %s", part, strerror(errno));
	bool ok = book || export_dataset(&cli->ws, d, area, f, rows, err);
	bool written = fflush(f) == 0 && !ferror(f) && fsync(fileno(f)) == 0;
	if (fclose(f) != 0 || !written)
		ok = ok && err_set(err, E_IO, "cannot write '%s': %s", part, strerror(errno));
	if (ok && rename(part, path) != 0)
		ok = err_set(err, E_IO, "cannot write '%s': %s", path, strerror(errno));
	if (!ok)
		(void)unlink(part);
	return ok;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *area_text = NULL;
	const Opt opts[] = {{"area", .value = &area_text}};
	const Dataset *d;
	Str area;
	uint64_t rows = 0;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 1, .most = 2}, &argc, argv, err) ||
		!cli_workspace(cli, err) || !cli_dataset(cli, str_of(argv[0]), &d, err) ||
		!cli_area(cli, area_text, &area, err))
		return false;
	bool to_file = argc == 2 && strcmp(argv[1], "-") != 0;
	if (to_file ? !export_file(cli, d, area, argv[1], &rows, err)
				: !export_dataset(&cli->ws, d, area, cli->env.out, &rows, err))
		return false;
	cli_note(cli, tr("rows of %.*s: %s\n"), STR(d->name), show_number(cli, (int64_t)rows));
	return true;
}

COMMAND(export, usage, run);
