/* siap roll duplicates: who may stand in the roll twice, or in two lists, for people to look at. */
#include "cli/roll.h"
#include "roll/roll.h"

#include <string.h>

static const char *
usage(void)
{
	return tr(
		"find who may stand in the roll twice\n"
		"\n"
		"siap roll duplicates [KIND|VERSION] [--against KIND|VERSION] [--csv FILE]\n"
		"                     [--keys tight|loose|linear] [--least PERCENT] [--threads N]\n"
		"siap roll duplicates … --explain ROW,ROW\n"
		"\n"
		"  KIND|VERSION      final, provisional, …, or a number; see siap roll stats (final)\n"
		"  --against LIST    only pairs of a voter of each of the two lists\n"
		"  --csv FILE        all pairs: rows, DPID, TPS, probability, class; no names, no NIK\n"
		"  --keys            what candidates have in common: tight (up to some ten million\n"
		"                    voters), loose (and all with one birth date), linear (any number)\n"
		"  --least PERCENT   how probable pairs are at least (50)\n"
		"  --explain A,B     why these two rows are taken for one person, or not\n"
		"\n"
		"How often whose names, dates and numbers agree is learned from the roll itself. The\n"
		"result is a list for people to look at: nobody is struck off by a score.\n");
}

typedef struct Asked {
	const char *list, *against, *csv, *keys, *least, *threads, *explain;
	LinkOptions options;
	int64_t percent, row[2];
} Asked;

typedef struct Search {
	Cli *cli;
	const Asked *asked;
	RollLists lists;
	LinkSet *set;
	Arena a; /* pairs */
	LinkReport report;
	uint32_t *group;
	Progress progress;
	int64_t load_us;
} Search;

/* ---- what is asked ---- */

static bool
keys_read(Cli *cli, Asked *a, Err *err)
{
	static const struct {
		const char *name;
		unsigned keys;
	} known[] = {{"tight", LINK_TIGHT}, {"loose", LINK_LOOSE}, {"linear", LINK_LINEAR}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!a->keys ? i == 0 : strcmp(a->keys, known[i].name) == 0) {
			a->options.keys = known[i].keys;
			return true;
		}
	return cli_misuse(
		cli, err_set(err, E_INPUT, "unknown keys '%s': one of tight, loose, linear", a->keys));
}

/* Rows are counted from 1, as in the file of pairs. */
static bool
rows_read(Cli *cli, Asked *a, Err *err)
{
	Str left, right;
	if (!a->explain)
		return true;
	if (str_cut(str_of(a->explain), ',', &left, &right) && str_int(str_trim(left), &a->row[0]) &&
		str_int(str_trim(right), &a->row[1]) && a->row[0] > 0 && a->row[1] > 0 &&
		a->row[0] != a->row[1])
		return true;
	return cli_misuse(
		cli, err_set(err, E_INPUT, "'%s' is not two row numbers: write 17,2034", a->explain));
}

static bool
asked_read(Cli *cli, Asked *a, Err *err)
{
	int64_t threads = work_threads();
	a->percent = 50;
	if (!keys_read(cli, a, err) || !rows_read(cli, a, err) ||
		!cli_number(cli, "threads", a->threads, (Range){1, WORK_THREADS}, &threads, err) ||
		!cli_number(cli, "least", a->least, (Range){1, 99}, &a->percent, err))
		return false;
	a->options.threads = (int)threads;
	a->options.least = (double)a->percent / 100;
	return true;
}

/* ---- the search ---- */

static bool
on_progress(void *ctx, const char *stage, double part)
{
	Search *s = ctx;
	(void)stage;
	progress_see(&s->progress, S("checking"), (uint64_t)(part * 1000), 1000);
	return !*cli_stop_flag();
}

static bool
search(Search *s, Err *err)
{
	LinkSource source = roll_source(&s->lists);
	LinkOptions o = s->asked->options;
	int64_t start = clock_us();
	if (source.rows == 0)
		return err_set(err, E_NOTFOUND, "the list has no voters");
	if (!arena_open(&s->a, source.rows * 64 + (64 << 20), err) ||
		!link_open(&source, o.threads, &s->set, err))
		return false;
	s->load_us = clock_us() - start;
	o.progress = on_progress;
	o.ctx = s;
	bool ok = link_run(s->set, &o, &s->a, &s->report, err);
	progress_clear(&s->progress);
	s->cli->stopped = !ok && *cli_stop_flag();
	if (ok)
		s->group = link_groups(s->set, s->report.pair, s->report.n, 0.9, &s->a);
	return ok;
}

/* ---- what is said ---- */

static const char *
class_words(LinkClass class)
{
	switch (class) {
	case LINK_SAME:
		return tr("likely one person");
	case LINK_TWINS:
		return tr("twins: one household and birth date, other names");
	case LINK_SHARED:
		return tr("one NIK, and nothing else alike");
	case LINK_HOUSEHOLD:
		return tr("father and son: one name and household, other birth dates");
	case LINK_CLASSES:
		break;
	}
	return "";
}

static const char *const class_names[LINK_CLASSES] = {"same", "twins", "shared_nik", "household"};

static const char *
key_words(LinkKey key)
{
	switch (key) {
	case LINK_NUMBER:
		return tr("NIK");
	case LINK_BIRTH_LETTERS:
		return tr("birth date, three letters");
	case LINK_NAME_YEAR:
		return tr("name, year of birth");
	case LINK_NAME_AREA:
		return tr("name, village");
	case LINK_FAMILY:
		return tr("family card");
	case LINK_BIRTH_DISTRICT:
		return tr("birth date, district");
	case LINK_TAIL_LETTERS:
		return tr("last ten digits of the NIK, three letters");
	case LINK_BIRTH:
		return tr("birth date");
	case LINK_NAME_BIRTH:
		return tr("name, birth date");
	case LINK_BIRTH_LETTERS_PLACE:
		return tr("birth date, three letters, birthplace");
	case LINK_KEYS:
		break;
	}
	return "";
}

static void
classes_say(Search *s)
{
	Cli *cli = s->cli;
	uint64_t surplus = 0;
	LinkSource source = roll_source(&s->lists);
	for (size_t i = 0; i < source.rows; i++)
		surplus += s->group[i] != i;
	Table t = table_new(cli);
	table_column(&t, tr("what"), COLUMN_LEFT, 20);
	table_column(&t, tr("pairs"), COLUMN_RIGHT, 0);
	for (LinkClass c = 0; c < LINK_CLASSES; c++) {
		table_add(&t, class_words(c));
		table_add(&t, show_number(cli, (int64_t)s->report.in_class[c]));
	}
	table_print(&t, cli->env.width);
	cli_say(cli, "\n");
	cli_say(cli,
		tr("%s of %s voters stand in the list once more, as far as pairs of 90%% and more tell.\n"),
		show_number(cli, (int64_t)surplus), show_number(cli, (int64_t)source.rows));
	cli_say(cli,
		tr("By chance alone some %s pairs of strangers have one name and one birth date; the list has %s such "
		   "pairs.\n"),
		show_number(cli, (int64_t)(s->report.chance + 0.5)),
		show_number(cli, (int64_t)s->report.coincidences));
}

static void
keys_say(Search *s)
{
	Cli *cli = s->cli;
	uint64_t cut = 0;
	Table t = table_new(cli);
	table_column(&t, tr("candidates with the same"), COLUMN_LEFT, 20);
	table_column(&t, tr("pairs"), COLUMN_RIGHT, 0);
	table_column(&t, tr("names compared"), COLUMN_RIGHT, 0);
	table_column(&t, tr("largest group"), COLUMN_RIGHT, 0);
	table_column(&t, tr("left out"), COLUMN_RIGHT, 0);
	for (LinkKey k = 0; k < LINK_KEYS; k++) {
		const LinkKeyReport *r = &s->report.key[k];
		if (!(s->asked->options.keys & LINK_BIT(k)))
			continue;
		table_add(&t, key_words(k));
		table_add(&t, show_number(cli, (int64_t)r->pairs));
		table_add(&t, show_number(cli, (int64_t)r->compared));
		table_add(&t, show_number(cli, (int64_t)r->largest));
		table_add(&t, show_number(cli, (int64_t)r->cut_pairs));
		cut += r->cut_blocks;
	}
	cli_say(cli, "\n");
	table_print(&t, cli->env.width);
	if (cut)
		cli_say(cli,
			tr("\nGroups too large to compare each with each: %s. What they hold was not looked at there.\n"),
			show_number(cli, (int64_t)cut));
}

static void
times_say(Search *s)
{
	const char *stage[] = {tr("read"), tr("learn"), tr("compare")};
	int64_t us[] = {s->load_us, s->report.train_us, s->report.pairs_us};
	cli_say(s->cli, "\n");
	for (size_t i = 0; i < 3; i++)
		cli_say(s->cli, "%s%s %.2f s", i ? ", " : "", stage[i], (double)us[i] / 1e6);
	cli_say(s->cli, "\n");
}

static const char *
bits_words(Cli *cli, double bits)
{
	bool none = bits > -0.05 && bits < 0.05;
	return none ? "0" : figure_decimal(&cli->a, arena_fmt(&cli->a, "%+.1f", bits)).p;
}

static bool
explain(Search *s, Err *err)
{
	Cli *cli = s->cli;
	const int64_t *row = s->asked->row;
	size_t rows = roll_source(&s->lists).rows;
	LinkWhy why;
	for (int i = 0; i < 2; i++)
		if ((uint64_t)row[i] > rows)
			return err_set(
				err, E_NOTFOUND, "there is no row %lld: the list has %zu", (long long)row[i], rows);
	if (!link_explain(s->set, (uint32_t)(row[0] - 1), (uint32_t)(row[1] - 1), &why)) {
		cli_say(cli, "%s\n",
			tr("these two were never compared: they have none of the keys in common (see --keys)"));
		return true;
	}
	Table t = table_new(cli);
	table_column(&t, tr("field"), COLUMN_LEFT, 10);
	table_column(&t, tr("how alike"), COLUMN_LEFT, 20);
	table_column(&t, tr("weight"), COLUMN_RIGHT, 0);
	table_add(&t, tr("found by"));
	table_add(&t, key_words(why.key));
	table_add(&t, bits_words(cli, why.prior));
	for (int i = 0; i < LINK_FIELDS; i++) {
		table_add(&t, why.reason[i].field);
		table_add(&t, why.reason[i].level);
		table_add(&t, bits_words(cli, why.reason[i].bits));
	}
	table_print(&t, cli->env.width);
	cli_say(cli, "\n");
	cli_say(cli, tr("probability %s%%: %s. A weight of +1 makes it twice as likely, -1 half.\n"),
		figure_decimal(&cli->a, arena_fmt(&cli->a, "%.1f", why.probability * 100)).p,
		class_words(why.class));
	return true;
}

/* ---- the file of pairs ---- */

static const RollMark *
mark_find(const RollMark *mark, size_t n, uint64_t row)
{
	size_t low = 0;
	while (n > 1) {
		size_t half = n / 2;
		if (mark[low + half].row <= row)
			low += half;
		n -= half;
	}
	return &mark[low];
}

static void
mark_put(Buf *out, const RollMark *m)
{
	csv_out_text(out, m->id);
	csv_out_sep(out);
	buf_fmt(out, "%013llu", (unsigned long long)m->tps);
	csv_out_sep(out);
}

static void
pair_put(Buf *out, const Search *s, const LinkPair *p, const RollMark *a, const RollMark *b)
{
	buf_fmt(out, "%u,%u,", p->a + 1, p->b + 1);
	mark_put(out, a);
	mark_put(out, b);
	buf_fmt(out, "%.4f,%s,%u", (double)p->probability, class_names[p->class], s->group[p->a] + 1);
	csv_out_end(out);
}

static bool
pairs_write(Search *s, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(Buf) out = {.max = (size_t)16 << 30};
	size_t n = s->report.n;
	if (!arena_open(&a, n * (2 * sizeof(RollMark) + 2 * (ROLL_CELL + 1)) + (1 << 20), err))
		return false;
	RollMark *mark = NEW(&a, RollMark, 2 * n + 1);
	for (size_t i = 0; i < n; i++) {
		mark[2 * i].row = s->report.pair[i].a;
		mark[2 * i + 1].row = s->report.pair[i].b;
	}
	if (!roll_mark(&s->lists, mark, 2 * n, &a, err))
		return false;
	buf_add(&out, S("row_a,row_b,id_a,tps_a,id_b,tps_b,probability,class,group"));
	csv_out_end(&out);
	for (size_t i = 0; i < n; i++) {
		const LinkPair *p = &s->report.pair[i];
		pair_put(&out, s, p, mark_find(mark, 2 * n, p->a), mark_find(mark, 2 * n, p->b));
	}
	return buf_check(&out, err) && file_write_atomic(s->asked->csv, buf_str(&out), 0600, err);
}

/* ---- the command ---- */

static bool
list_open(Cli *cli, const char *which, RollFile **out, Err *err)
{
	RollVersion v;
	return roll_find(&cli->ws, str_of(which), &cli->a, &v, err) &&
		roll_open_version(&cli->ws, &v, out, err);
}

static bool
work(Search *s, Err *err)
{
	Cli *cli = s->cli;
	if (!list_open(cli, s->asked->list, &s->lists.list, err) ||
		(s->asked->against && !list_open(cli, s->asked->against, &s->lists.other, err)) ||
		!search(s, err))
		return false;
	if (s->asked->explain)
		return explain(s, err);
	if (s->asked->csv && !pairs_write(s, err))
		return false;
	classes_say(s);
	keys_say(s);
	times_say(s);
	if (s->asked->csv)
		cli_say(cli, tr("pairs: %s\n"), s->asked->csv);
	cli_say(cli, "\n%s\n",
		tr("A list for people to look at: nobody is struck off by a score. Why two rows: --explain A,B"));
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	Asked asked = {0};
	Search s = {.cli = cli, .asked = &asked, .progress = {.cli = cli}};
	const Opt opts[] = {{"against", .value = &asked.against}, {"csv", .value = &asked.csv},
		{"keys", .value = &asked.keys}, {"least", .value = &asked.least},
		{"threads", .value = &asked.threads}, {"explain", .value = &asked.explain}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!asked_read(cli, &asked, err) || !cli_workspace(cli, err))
		return false;
	asked.list = argc ? argv[0] : "";
	bool ok = work(&s, err);
	link_close(s.set);
	arena_close(&s.a);
	roll_close(s.lists.list);
	roll_close(s.lists.other);
	return ok;
}

ROLL_VERB(duplicates, usage, run);
