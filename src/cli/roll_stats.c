/* siap roll stats: which versions of the roll there are, and who is on one of them, by area. */
#include "cli/roll.h"

static const char *
usage(void)
{
	return tr("versions of the roll, and who is on one of them\n"
			  "\n"
			  "siap roll stats                          the versions there are\n"
			  "siap roll stats VERSION [--area CODE] [--csv]\n"
			  "\n"
			  "  VERSION      DPT, DPS, final, …, or a number: 1\n"
			  "  --area CODE  the areas below this one; without it those of the workspace\n"
			  "  --csv        as CSV, with all columns\n"
			  "\n"
			  "Counts alone, by sex, age on polling day, marital status, disability, KTP-el.\n");
}

/* ---- versions ---- */

static bool
versions_say(Cli *cli, Err *err)
{
	RollVersion *v;
	size_t n;
	if (!cli_workspace(cli, err) || !roll_versions(&cli->ws, &cli->a, &v, &n, err))
		return false;
	if (!n) {
		cli_say(cli, "%s\n%s\n", tr("no voter roll was imported yet"),
			tr("next: siap roll import DPT FILE"));
		return true;
	}
	const char *head[] = {tr("voters"), tr("men"), tr("women"), tr("TPS"), tr("wrong NIK")};
	Table t = table_new(cli);
	table_column(&t, tr("number"), COLUMN_RIGHT, 0);
	table_column(&t, tr("version"), COLUMN_LEFT, 0);
	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		table_column(&t, head[i], COLUMN_RIGHT, 0);
	table_column(&t, "SHA-256", COLUMN_LEFT, 8);
	table_column(&t, tr("file"), COLUMN_LEFT, 10);
	for (size_t i = 0; i < n; i++) {
		int64_t count[] = {v[i].voters, v[i].male, v[i].female, v[i].stations, v[i].wrong};
		table_add(&t, show_number(cli, v[i].number));
		table_add(&t, tr(arena_cstr(&cli->a, pack_label(cli->ws.pack, v[i].kind))));
		for (size_t c = 0; c < sizeof count / sizeof *count; c++)
			table_add(&t, show_number(cli, count[c]));
		table_add(&t, arena_cstr(&cli->a, v[i].sha256));
		table_add(&t, arena_cstr(&cli->a, v[i].source));
	}
	table_print(&t, cli->env.width);
	return true;
}

/* ---- one of them ---- */

static const char *const columns[ROLL_STATS] = {
	[STAT_VOTERS] = "voters",
	[STAT_MALE] = "male",
	[STAT_FEMALE] = "female",
	[STAT_AGE_17] = "age_17_24",
	[STAT_AGE_25] = "age_25_39",
	[STAT_AGE_40] = "age_40_59",
	[STAT_AGE_60] = "age_60_up",
	[STAT_AGE_OTHER] = "age_other",
	[STAT_FIRST] = "age_17_21",
	[STAT_NOT_YET] = "not_married",
	[STAT_MARRIED] = "married",
	[STAT_ONCE] = "once_married",
	[STAT_DISABLED] = "disabled",
	[STAT_UNRECORDED] = "card_not_recorded",
	[STAT_NIK_WRONG] = "nik_wrong",
};

static bool
csv_say(const RollView *v, const RollTally *t, Err *err)
{
	AUTO(Buf) b = {0};
	buf_add(&b, S("area"));
	for (size_t c = 0; c < ROLL_STATS; c++)
		buf_fmt(&b, ",%s", columns[c]);
	csv_out_end(&b);
	for (size_t i = 0; i < t->n; i++) {
		buf_add(&b, roll_code(v, t->tps[i]));
		for (size_t c = 0; c < ROLL_STATS; c++)
			buf_fmt(&b, ",%u", t->count[i * t->width + c]);
		csv_out_end(&b);
	}
	return cli_flush(v->cli, &b, err);
}

static void
row_add(Table *t, const char *name, const uint64_t *count)
{
	static const RollStat shown[] = {STAT_VOTERS, STAT_MALE, STAT_FEMALE, STAT_AGE_17, STAT_AGE_25,
		STAT_AGE_40, STAT_AGE_60, STAT_DISABLED, STAT_UNRECORDED};
	table_add(t, name);
	for (size_t c = 0; c < sizeof shown / sizeof *shown; c++)
		table_add(t, show_number(t->cli, (int64_t)count[shown[c]]));
}

static void
table_say(const RollView *v, const RollTally *sum)
{
	Cli *cli = v->cli;
	const char *head[] = {tr("voters"), tr("men"), tr("women"), "17–24", "25–39", "40–59", "60+",
		tr("disabled"), tr("no KTP-el")};
	uint64_t count[ROLL_STATS], all[ROLL_STATS] = {0};
	Table t = table_new(cli);
	table_column(&t, tr("area"), COLUMN_NAME, 16);
	for (size_t c = 0; c < sizeof head / sizeof *head; c++)
		table_column(&t, head[c], COLUMN_RIGHT, 0);
	for (size_t i = 0; i < sum->n; i++) {
		for (size_t c = 0; c < ROLL_STATS; c++)
			all[c] += count[c] = sum->count[i * sum->width + c];
		row_add(&t, show_place(cli, roll_code(v, sum->tps[i])), count);
	}
	if (sum->n > 1)
		row_add(&t, tr("together"), all);
	table_print(&t, cli->env.width);
}

static bool
version_say(RollView *v, bool csv, Err *err)
{
	RollTally all;
	if (!roll_stats(v->file, &v->look, &v->cli->a, &all, err))
		return false;
	progress_clear(&v->progress);
	RollTally below = roll_below(v, &all);
	if (csv)
		return csv_say(v, &below, err);
	roll_title(v);
	table_say(v, &below);
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *area = NULL;
	bool csv = false;
	RollView v;
	const Opt opts[] = {{"area", .value = &area}, {"csv", .flag = &csv}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err))
		return false;
	if (argc == 0 && !area && !csv)
		return versions_say(cli, err);
	bool ok = roll_look_open(cli, argc ? argv[0] : "", area, &v, err) && version_say(&v, csv, err);
	roll_look_close(&v);
	return ok;
}

ROLL_VERB(stats, usage, run);
