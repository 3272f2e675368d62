/* siap roll diff: what became of each voter from one version to the next. */
#include "cli/roll.h"

static const char *
usage(void)
{
	return tr(
		"what became of each voter between two versions: nobody is lost\n"
		"\n"
		"siap roll diff OLD NEW [--area CODE] [--csv FILE]\n"
		"\n"
		"  OLD, NEW     versions: DPS, DPT, …, or numbers\n"
		"  --area CODE  the areas below this one\n"
		"  --csv FILE   every voter that is not unchanged: rows, TPS, what became of them;\n"
		"               no names, no NIK\n"
		"\n"
		"A voter of one list is that of the other with the same NIK, else with the same name\n"
		"and birth date. Lost is who is not on the new list without a mark that says why.\n");
}

static const char *const names[ROLL_FATES] = {
	"unchanged", "changed", "moved", "struck", "removed", "lost", "new"};

static const char *const part_names[ROLL_DIFFERS] = {
	"nik", "family", "name", "birth", "sex", "marriage", "address", "card", "disability"};

static const char *
part_words(RollDiffers p)
{
	const char *const text[ROLL_DIFFERS] = {
		[DIFFERS_NIK] = tr("NIK"),
		[DIFFERS_FAMILY] = tr("family card"),
		[DIFFERS_NAME] = tr("name"),
		[DIFFERS_BIRTH] = tr("birth date or place"),
		[DIFFERS_SEX] = tr("sex"),
		[DIFFERS_MARRIAGE] = tr("marital status"),
		[DIFFERS_ADDRESS] = tr("address"),
		[DIFFERS_CARD] = tr("KTP-el"),
		[DIFFERS_DISABILITY] = tr("disability"),
	};
	return text[p];
}

static const char *
fate_words(RollFate f)
{
	const char *const text[ROLL_FATES] = {
		[FATE_UNCHANGED] = tr("unchanged"),
		[FATE_CHANGED] = tr("changed"),
		[FATE_MOVED] = tr("moved"),
		[FATE_STRUCK] = tr("struck off"),
		[FATE_REMOVED] = tr("removed"),
		[FATE_LOST] = tr("lost"),
		[FATE_NEW] = tr("new"),
	};
	return text[f];
}

typedef struct Pair {
	RollView *old;
	RollFile *new;
	RollVersion version; /* the new one */
	RollDiff diff;
} Pair;

/* ---- what is said ---- */

static void
row_add(Table *t, const char *name, const uint64_t *count)
{
	table_add(t, name);
	for (RollFate f = 0; f < ROLL_FATES; f++)
		table_add(t, show_number(t->cli, (int64_t)count[f]));
}

static void
table_say(const Pair *p)
{
	Cli *cli = p->old->cli;
	RollTally below = roll_below(p->old, &p->diff.tally);
	uint64_t count[ROLL_FATES], all[ROLL_FATES] = {0};
	Table t = table_new(cli);
	table_column(&t, tr("area"), COLUMN_NAME, 12);
	for (RollFate f = 0; f < ROLL_FATES; f++)
		table_column(&t, fate_words(f), COLUMN_RIGHT, 0);
	for (size_t i = 0; i < below.n; i++) {
		for (RollFate f = 0; f < ROLL_FATES; f++)
			all[f] += count[f] = below.count[i * below.width + f];
		row_add(&t, show_place(cli, roll_code(p->old, below.tps[i])), count);
	}
	if (below.n > 1)
		row_add(&t, tr("together"), all);
	table_print(&t, cli->env.width);
}

static void
parts_say(const Pair *p)
{
	Cli *cli = p->old->cli;
	const char *before = tr("what differs:");
	for (RollDiffers part = 0; part < ROLL_DIFFERS; part++) {
		if (!p->diff.part[part])
			continue;
		cli_say(cli, "%s %s %s", before, part_words(part),
			show_number(cli, (int64_t)p->diff.part[part]));
		before = ",";
	}
	if (*before == ',')
		cli_say(cli, "\n");
}

static void
sums_say(const Pair *p)
{
	Cli *cli = p->old->cli;
	const uint64_t *n = p->diff.sum;
#define N(fate) show_number(cli, (int64_t)n[fate])
	cli_say(cli,
		tr("\nold: %s = %s unchanged + %s changed + %s moved + %s struck off + %s removed + %s lost\n"),
		show_number(cli, p->old->version.voters), N(FATE_UNCHANGED), N(FATE_CHANGED), N(FATE_MOVED),
		N(FATE_STRUCK), N(FATE_REMOVED), N(FATE_LOST));
	cli_say(cli, tr("new: %s = %s unchanged + %s changed + %s moved + %s struck off + %s new\n"),
		show_number(cli, p->version.voters), N(FATE_UNCHANGED), N(FATE_CHANGED), N(FATE_MOVED),
		N(FATE_STRUCK), N(FATE_NEW));
	parts_say(p);
	if (p->diff.by_name)
		cli_say(cli,
			tr("%s of them were found by name and birth date: their NIK differs or is missing\n"),
			show_number(cli, (int64_t)p->diff.by_name));
	if (n[FATE_LOST])
		cli_say(cli, tr("lost voters are listed by --csv FILE: each needs a reason\n"));
	else
		cli_say(cli, tr("nobody is lost\n"));
#undef N
}

/* ---- the file ---- */

static void
row_put(Buf *b, uint64_t row, uint64_t tps)
{
	if (row != ROLL_NO_ROW)
		buf_fmt(b, "%llu,%013llu,", (unsigned long long)row + 1, (unsigned long long)tps);
	else
		buf_add(b, S(",,"));
}

static bool
in_area(const RollView *v, const RollFateOf *f)
{
	char code[24];
	uint64_t tps = f->old_row == ROLL_NO_ROW ? f->new_tps : f->old_tps;
	snprintf(code, sizeof code, "%013llu", (unsigned long long)tps);
	return str_eq(v->area, S("0")) || str_starts(str_of(code), v->area);
}

static bool
file_write(const Pair *p, const char *path, Err *err)
{
	AUTO(Buf) b = {.max = (size_t)16 << 30};
	buf_add(&b, S("old_row,old_tps,new_row,new_tps,fate,differs"));
	csv_out_end(&b);
	for (size_t i = 0; i < p->diff.n; i++) {
		const RollFateOf *v = &p->diff.voter[i];
		if (!in_area(p->old, v))
			continue;
		row_put(&b, v->old_row, v->old_tps);
		row_put(&b, v->new_row, v->new_tps);
		buf_fmt(&b, "%s,", names[v->fate]);
		for (unsigned left = v->parts, any = 0; left; left &= left - 1)
			buf_fmt(&b, "%s%s", any++ ? " " : "", part_names[__builtin_ctz(left)]);
		csv_out_end(&b);
	}
	if (!buf_check(&b, err) || !file_write_atomic(path, buf_str(&b), 0600, err))
		return false;
	cli_say(p->old->cli, tr("voters: %s\n"), path);
	return true;
}

/* ---- the command ---- */

static bool
compare(Pair *p, const char *csv, Err *err)
{
	Cli *cli = p->old->cli;
	RollRules rules;
	if (!roll_rules(&cli->ws, &cli->a, &rules, err))
		return false;
	RollDiffAsk ask = {.old = p->old->file,
		.new = p->new,
		.removal = rules.removal,
		.look = p->old->look,
		.list = csv != NULL};
	if (!roll_diff(&ask, &cli->a, &p->diff, err))
		return false;
	progress_clear(&p->old->progress);
	cli_say(cli, tr("from version %s (%s) to version %s (%s)\n"),
		show_number(cli, p->old->version.number),
		tr(arena_cstr(&cli->a, pack_label(cli->ws.pack, p->old->version.kind))),
		show_number(cli, p->version.number),
		tr(arena_cstr(&cli->a, pack_label(cli->ws.pack, p->version.kind))));
	table_say(p);
	sums_say(p);
	return !csv || file_write(p, csv, err);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *area = NULL, *csv = NULL;
	RollView old = {0};
	Pair p = {.old = &old};
	const Opt opts[] = {{"area", .value = &area}, {"csv", .value = &csv}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 2, .most = 2}, &argc, argv, err))
		return false;
	bool ok = roll_look_open(cli, argv[0], area, &old, err) &&
		roll_find(&cli->ws, str_of(argv[1]), &cli->a, &p.version, err) &&
		roll_open_version(&cli->ws, &p.version, &p.new, err) && compare(&p, csv, err);
	cli->stopped = !ok && *cli_stop_flag();
	roll_close(p.new);
	roll_look_close(&old);
	return ok;
}

ROLL_VERB(diff, usage, run);
