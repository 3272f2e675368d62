/* siap roll import: a voter roll by name, a file or a folder of them, becomes a version of the workspace. */
#include "cli/roll.h"

static const char *
usage(void)
{
	return tr("take in a voter roll by name: a file, or a folder of them\n"
			  "\n"
			  "siap roll import VERSION FILE|FOLDER [--village CODE] [--partial] [--dry-run]\n"
			  "                                     [--errors FILE]\n"
			  "\n"
			  "  VERSION         what it is: DPT, DPS, DPSHP, … as the rule pack says, or final,\n"
			  "                  provisional, revised, listed, updated, moved_in, added\n"
			  "  FILE            CSV or an Excel workbook, in the layout of Sidalih or with any\n"
			  "                  header that names at least NIK and name\n"
			  "  FOLDER          a file for each village; one that was cut short goes on where it\n"
			  "                  stopped when it is imported again\n"
			  "  --village CODE  of rows that name none, where the file's name does not either\n"
			  "  --partial       take the good rows although others are wrong\n"
			  "  --dry-run       only say what would happen\n"
			  "  --errors FILE   where the wrong rows of a file go (FILE.errors.csv)\n"
			  "\n"
			  "All or nothing: the version before stays as it is until the new one is whole. The\n"
			  "voters lie sealed in the workspace, the log has the hash and the counts.\n");
}

/* ---- what came of it ---- */

static void
line_say(Cli *cli, const char *what, int64_t n)
{
	cli_say(cli, "%s: %s\n", what, show_number(cli, n));
}

static void
problems_say(Cli *cli, const RollIntake *t)
{
	if (!t->bad)
		return;
	cli_say(cli, tr("wrong rows: %s of %s\n"), show_number(cli, (int64_t)t->bad),
		show_number(cli, (int64_t)t->rows));
	for (size_t i = 0; i < t->n_first; i++) {
		const RollProblem *p = &t->first[i];
		if (p->column.n)
			cli_say(cli, tr("  row %zu, column '%.*s': %.*s\n"), (size_t)p->row, STR(p->column),
				STR(p->text));
		else
			cli_say(cli, tr("  row %zu: %.*s\n"), (size_t)p->row, STR(p->text));
	}
	if (t->n_first < t->bad)
		cli_say(cli, tr("  … and %s more\n"), show_number(cli, (int64_t)(t->bad - t->n_first)));
	if (t->errors)
		cli_say(cli, tr("the wrong rows, each with its reason: %s\n"), t->errors);
}

static void
version_say(Cli *cli, const RollIntake *t)
{
	const RollVersion *v = &t->version;
	cli_say(cli,
		t->already ? tr("this roll is version %s already: nothing changed\n")
				   : tr("version %s: %s\n"),
		show_number(cli, v->number), tr(arena_cstr(&cli->a, pack_label(cli->ws.pack, v->kind))));
	cli_say(cli, "SHA-256: %.*s\n", STR(v->sha256));
}

static void
counts_say(Cli *cli, const RollIntake *t)
{
	const RollSums *s = &t->sums;
	int64_t wrong = 0;
	for (size_t i = NIK_GOOD + 1; i < NIK_FAULTS; i++)
		wrong += (int64_t)s->nik[i];
	if (t->files > 1)
		line_say(cli, tr("files"), (int64_t)t->files);
	if (t->resumed)
		line_say(cli, tr("read by an earlier run, which was cut short"), (int64_t)t->resumed);
	line_say(cli, tr("voters"), (int64_t)s->voters);
	line_say(cli, tr("men"), (int64_t)s->male);
	line_say(cli, tr("women"), (int64_t)s->female);
	if (s->male + s->female < s->voters)
		line_say(cli, tr("sex not stated"), (int64_t)(s->voters - s->male - s->female));
	line_say(cli, tr("polling stations"), (int64_t)s->stations);
	if (s->homeless)
		line_say(cli, tr("voters without a TPS number"), (int64_t)s->homeless);
	if (wrong)
		line_say(cli, tr("NIK empty or wrong"), wrong);
}

static void
report_say(Cli *cli, const RollIntake *t, bool ok)
{
	if (!t->rows)
		return;
	if (t->sums.voters)
		counts_say(cli, t);
	if (t->unused.n)
		cli_say(cli, "%s: %.*s\n", tr("columns not used"), STR(t->unused));
	problems_say(cli, t);
	if (ok && !t->dry_run)
		version_say(cli, t);
	else if (ok)
		cli_say(cli, tr("a dry run: nothing was saved; the same without --dry-run saves it\n"));
	if (ok && !t->dry_run)
		cli_say(cli, tr("next: siap roll check\n"));
}

/* ---- the command ---- */

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	Progress p = {.cli = cli};
	const char *village = NULL;
	Origin origin = {.source = S("import")};
	RollIntake t = {.origin = &origin};
	const Opt opts[] = {{"village", .value = &village}, {"partial", .flag = &t.partial},
		{"dry-run", .flag = &t.dry_run}, {"errors", .value = &t.error_file}};
	AUTO(GateP) gate = NULL;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 2, .most = 2}, &argc, argv, err) ||
		!cli_workspace(cli, err) || !gate_open(&cli->ws, &gate, err))
		return false;
	origin.actor = cli->actor;
	origin.agency = cli->agency;
	t.path = argv[1];
	t.kind = str_of(argv[0]);
	t.village = village ? str_of(village) : S("");
	t.watch = (Watch){.progress = progress_see, .ctx = &p, .stop = cli_stop_flag()};
	bool ok = roll_take(&cli->ws, gate, &t, &cli->a, err);
	progress_clear(&p);
	cli->stopped = !ok && *t.watch.stop;
	report_say(cli, &t, ok);
	return ok;
}

ROLL_VERB(import, usage, run);
