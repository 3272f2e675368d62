/* siap roll check: what is wrong with the voters of a stored version; counts for the board, lists for those who mend it. */
#include "cli/roll.h"

#include <string.h>

static const char *
usage(void)
{
	return tr("check a stored roll voter by voter\n"
			  "\n"
			  "siap roll check [VERSION] [--area AREA] [--csv FILE] [--deceased FILE]\n"
			  "                [--forces FILE] [--no-record] [--threads N]\n"
			  "siap roll check [VERSION] --list CHECK [--area AREA] [--csv FILE] [--limit N]\n"
			  "                [--reveal --why TEXT]\n"
			  "\n"
			  "  VERSION          DPT, DPS, …, or a number; see siap roll stats (DPT)\n"
			  "  --area AREA      only this area; the same NIK is looked for everywhere\n"
			  "  --csv FILE       each polling station and check, or all voters of the list\n"
			  "  --deceased FILE  the dead, with a column NIK, or name and birth date, or both\n"
			  "  --forces FILE    TNI and Polri, likewise\n"
			  "  --list CHECK     the voters that fail this check, masked\n"
			  "  --limit N        so many of them on the screen (50)\n"
			  "  --reveal         with NIK and name; the log keeps how many, who and why\n"
			  "  --no-record      leave the findings of the board as they are\n"
			  "\n"
			  "What each check is and why: doc/roll-checks.md.\n");
}

typedef struct Asked {
	const char *version, *area, *csv, *list, *limit, *why, *threads;
	bool no_record, reveal;
	int64_t most;
} Asked;
typedef struct Checked {
	Cli *cli;
	const Asked *asked;
	RollReport r;
	RollFile *file;
	Arena a;
	Str area;
	Gate *gate;
	Progress progress;
	size_t first, end; /* stations of the area */
} Checked;

/* ---- what is asked ---- */

static bool
list_read(Cli *cli, Asked *a, RollChecking *k, Err *err)
{
	if (!a->list) {
		if (a->reveal)
			return cli_misuse(cli, err_set(err, E_INPUT, "--reveal goes with --list"));
		return true;
	}
	Str *names = NEW(&cli->a, Str, ROLL_CHECKS);
	for (RollCheck c = 0; c < ROLL_CHECKS; c++)
		names[c] = str_of(roll_check_words(c).id);
	k->listing = true;
	if (a->reveal && !a->why)
		return cli_misuse(cli, err_set(err, E_INPUT, "--reveal needs --why TEXT"));
	return roll_check_find(str_of(a->list), &k->list) ||
		cli_misuse(cli,
			err_set(err, E_INPUT, "there is no check '%s'%.*s", a->list,
				STR(cli_nearest(cli, str_of(a->list), names, ROLL_CHECKS))));
}

static bool
asked_read(Cli *cli, Asked *a, RollChecking *k, Err *err)
{
	int64_t threads = work_threads();
	a->most = 50;
	if (!cli_number(cli, "threads", a->threads, (Range){1, WORK_THREADS}, &threads, err) ||
		!cli_number(cli, "limit", a->limit, (Range){1, 1000}, &a->most, err))
		return false;
	k->threads = (int)threads;
	return list_read(cli, a, k, err);
}

/* Codes of polling stations from area 000… to area 999…. */
static void
area_bounds(Str area, uint64_t *low, uint64_t *high)
{
	bool all = str_eq(area, S("0"));
	*low = 0;
	*high = 0;
	for (size_t i = 0; i < 13; i++) {
		bool in = !all && i < area.n;
		*low = *low * 10 + (in ? (uint64_t)(area.p[i] - '0') : 0);
		*high = *high * 10 + (in ? (uint64_t)(area.p[i] - '0') : 9);
	}
}

/* ---- the table ---- */

typedef struct Sums {
	uint64_t voters, must, found[ROLL_CHECKS];
	size_t stations[ROLL_CHECKS];
} Sums;

static void
sums_add(Sums *to, const RollChecking *k, size_t i)
{
	to->voters += k->station[i].all;
	to->must += k->must[i];
	for (RollCheck c = 0; c < ROLL_CHECKS; c++) {
		uint32_t n = k->found[i * ROLL_CHECKS + c];
		to->found[c] += n;
		to->stations[c] += n > 0;
	}
}

static void
checks_say(Checked *k, const Sums *s)
{
	Cli *cli = k->cli;
	Table t = table_new(cli);
	table_column(&t, tr("check"), COLUMN_LEFT, 0);
	table_column(&t, tr("what"), COLUMN_LEFT, 24);
	table_column(&t, tr("voters"), COLUMN_RIGHT, 0);
	table_column(&t, "TPS", COLUMN_RIGHT, 0);
	table_column(&t, tr("severity"), COLUMN_LEFT, 0);
	table_column(&t, tr("remedy"), COLUMN_LEFT, 20);
	for (int must = 1; must >= 0; must--)
		for (RollCheck c = 0; c < ROLL_CHECKS; c++) {
			RollCheckWords words = roll_check_words(c);
			if (words.must != must || s->found[c] == 0)
				continue;
			table_add(&t, words.id);
			table_add(&t, words.title);
			table_add(&t, show_number(cli, (int64_t)s->found[c]));
			table_add(&t, show_number(cli, (int64_t)s->stations[c]));
			table_add(&t, show_severity(must ? S("must") : S("look")));
			table_add(&t, words.remedy);
		}
	if (t.n_rows)
		table_print(&t, cli->env.width);
}

/* Of the areas below: codes of polling stations are sorted, so that each is one run of them. */
static uint64_t
child_over(Str area)
{
	uint64_t over = 1;
	size_t digits = str_eq(area, S("0")) ? 2 : area.n == 6 ? 10 : area.n == 10 ? 13 : area.n + 2;
	for (size_t i = digits; i < 13; i++)
		over *= 10;
	return over;
}

static void
children_say(Checked *k)
{
	Cli *cli = k->cli;
	const RollChecking *c = &k->r.check;
	if (k->area.n == 13)
		return;
	uint64_t over = child_over(k->area);
	Table t = table_new(cli);
	table_column(&t, tr("area"), COLUMN_NAME, 12);
	table_column(&t, tr("voters"), COLUMN_RIGHT, 0);
	table_column(&t, tr("to be mended"), COLUMN_RIGHT, 0);
	table_column(&t, tr("without fault"), COLUMN_RIGHT, 0);
	for (size_t i = k->first; i < k->end;) {
		uint64_t child = c->station[i].tps / over;
		Sums s = {0};
		for (; i < k->end && c->station[i].tps / over == child; i++)
			sums_add(&s, c, i);
		Str code = arena_fmt(&cli->a, "%llu", (unsigned long long)child);
		table_add(&t, show_place(cli, code));
		table_add(&t, show_number(cli, (int64_t)s.voters));
		table_add(&t, show_number(cli, (int64_t)s.must));
		table_add(&t, show_percent(cli, (int64_t)(s.voters - s.must), (int64_t)s.voters));
	}
	cli_say(cli, "\n");
	table_print(&t, cli->env.width);
}

static void
head_say(Checked *k)
{
	Cli *cli = k->cli;
	const RollVersion *v = &k->r.version;
	cli_say(cli, tr("version %s: %s\n"), show_number(cli, v->number),
		tr(arena_cstr(&cli->a, pack_label(cli->ws.pack, v->kind))));
}

static void
named_say(Cli *cli, const char *file, const RollNamed *l)
{
	if (file && l->unread)
		cli_say(cli, tr("%s: %s of %s rows have neither a NIK nor a name with a birth date\n"),
			file, show_number(cli, (int64_t)l->unread), show_number(cli, (int64_t)l->rows));
}

static void
report_say(Checked *k)
{
	Cli *cli = k->cli;
	Sums s = {0};
	for (size_t i = k->first; i < k->end; i++)
		sums_add(&s, &k->r.check, i);
	head_say(k);
	named_say(cli, k->r.deceased, &k->r.dead);
	named_say(cli, k->r.forces, &k->r.armed);
	cli_say(cli, tr("%s voters, of them %s to be mended\n\n"), show_number(cli, (int64_t)s.voters),
		show_number(cli, (int64_t)s.must));
	checks_say(k, &s);
	children_say(k);
	cli_say(cli, "\n%s\n", tr("Who they are, masked: siap roll check --list CHECK"));
}

/* ---- files ---- */

static bool
counts_write(Checked *k, Err *err)
{
	AUTO(Buf) out = {.max = (size_t)1 << 32};
	const RollChecking *c = &k->r.check;
	buf_add(&out, S("tps,check,severity,voters"));
	csv_out_end(&out);
	for (size_t i = k->first; i < k->end; i++)
		for (RollCheck check = 0; check < ROLL_CHECKS; check++) {
			RollCheckWords words = roll_check_words(check);
			uint32_t n = c->found[i * ROLL_CHECKS + check];
			if (!n)
				continue;
			buf_fmt(&out, "%013llu,%s,%s,%u", (unsigned long long)c->station[i].tps, words.id,
				words.must ? "must" : "look", n);
			csv_out_end(&out);
		}
	return buf_check(&out, err) && file_write_atomic(k->asked->csv, buf_str(&out), 0600, err);
}

static void
voter_put(Buf *out, const RollVoter *v)
{
	buf_fmt(out, "%llu,", (unsigned long long)v->row + 1);
	csv_out_text(out, v->id);
	buf_fmt(out, ",%013llu,", (unsigned long long)v->tps);
	csv_out_text(out, v->nik);
	csv_out_sep(out);
	csv_out_text(out, v->name);
	csv_out_end(out);
}

static bool
voters_write(Checked *k, const RollShow *s, Err *err)
{
	AUTO(Buf) out = {.max = (size_t)16 << 30};
	buf_add(&out, S("row,id,tps,nik,name"));
	csv_out_end(&out);
	for (size_t i = 0; i < s->n; i++)
		voter_put(&out, &s->voter[i]);
	return buf_check(&out, err) && file_write_atomic(k->asked->csv, buf_str(&out), 0600, err);
}

static void
voters_say(Checked *k, const RollShow *s)
{
	Cli *cli = k->cli;
	Table t = table_new(cli);
	table_column(&t, tr("row"), COLUMN_RIGHT, 0);
	table_column(&t, "DPID", COLUMN_LEFT, 0);
	table_column(&t, "TPS", COLUMN_LEFT, 0);
	table_column(&t, "NIK", COLUMN_LEFT, 0);
	table_column(&t, tr("name"), COLUMN_LEFT, 10);
	for (size_t i = 0; i < s->n; i++) {
		const RollVoter *v = &s->voter[i];
		table_add(&t, show_number(cli, (int64_t)v->row + 1));
		table_add(&t, v->id.p);
		table_add(&t, arena_fmt(&cli->a, "%013llu", (unsigned long long)v->tps).p);
		table_add(&t, v->nik.p);
		table_add(&t, v->name.p);
	}
	table_print(&t, cli->env.width);
}

static bool
list_say(Checked *k, Err *err)
{
	Cli *cli = k->cli;
	AUTO(Arena) a = {0};
	const RollChecking *c = &k->r.check;
	RollCheckWords words = roll_check_words(c->list);
	Origin origin = {.actor = cli->actor,
		.agency = cli->agency,
		.source = S("cli"),
		.why = str_of(k->asked->why)};
	size_t most = k->asked->csv ? c->n_rows : (size_t)k->asked->most;
	RollShow s = {.row = c->row,
		.n = c->n_rows < most ? c->n_rows : most,
		.reveal = k->asked->reveal ? &origin : NULL,
		.gate = k->gate};
	if (!arena_open(&a, s.n * (sizeof(RollVoter) + 4 * (size_t)ROLL_CELL) + (1 << 20), err) ||
		!roll_show(&cli->ws, k->file, &k->r.version, &s, &a, err))
		return false;
	head_say(k);
	cli_say(cli, "%s: %s\n%s\n", words.title, show_number(cli, (int64_t)c->n_rows), words.remedy);
	if (k->asked->csv)
		return voters_write(k, &s, err);
	if (s.n) {
		cli_say(cli, "\n");
		voters_say(k, &s);
	}
	if (s.n < c->n_rows)
		cli_say(cli, tr("  … and %s more\n"), show_number(cli, (int64_t)(c->n_rows - s.n)));
	return true;
}

/* ---- the command ---- */

static bool
record(Checked *k, Err *err)
{
	Cli *cli = k->cli;
	RollRecorded done;
	Origin origin = {.actor = cli->actor, .agency = cli->agency, .source = S("import")};
	if (!k->gate)
		return true;
	bool ok = roll_record(&cli->ws, k->gate, &k->r, &origin, &done, err);
	progress_clear(&k->progress);
	if (ok && done.old)
		cli_say(cli, "%s\n", tr("not kept for the board: there is a newer version"));
	else if (ok)
		cli_say(cli, tr("for the board: %s counts are other than before\n"),
			show_number(cli, (int64_t)done.rows));
	return ok;
}

static bool
check(Checked *k, Err *err)
{
	Cli *cli = k->cli;
	RollChecking *c = &k->r.check;
	if (!roll_find(&cli->ws, str_of(k->asked->version), &cli->a, &k->r.version, err) ||
		!cli_area(cli, k->asked->area, &k->area, err) ||
		!roll_open_version(&cli->ws, &k->r.version, &k->file, err))
		return false;
	area_bounds(k->area, &c->low, &c->high);
	bool ok = roll_report(&cli->ws, k->file, &k->r, &k->a, err);
	progress_clear(&k->progress);
	cli->stopped = !ok && *k->r.watch.stop;
	if (!ok)
		return false;
	while (k->first < c->n && c->station[k->first].tps < c->low)
		k->first++;
	for (k->end = k->first; k->end < c->n && c->station[k->end].tps <= c->high;)
		k->end++;
	return true;
}

/* Lists change nothing; somebody who may not write sees the report all the same. */
static bool
gate_find(Checked *k, Err *err)
{
	Err why = {0};
	const Asked *a = k->asked;
	if (a->list ? !a->reveal : a->no_record)
		return true;
	if (gate_open(&k->cli->ws, &k->gate, &why))
		return true;
	if (a->list)
		return err_set(err, why.code, "%s", why.text);
	cli_note(k->cli, tr("not kept for the board: %s\n"), why.text);
	return true;
}

static bool
work(Checked *k, Err *err)
{
	if (!gate_find(k, err) || !check(k, err))
		return false;
	if (k->asked->list)
		return list_say(k, err);
	report_say(k);
	return (!k->asked->csv || counts_write(k, err)) && record(k, err);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	Asked a = {0};
	Checked k = {.cli = cli, .asked = &a, .progress = {.cli = cli}};
	const Opt opts[] = {{"area", .value = &a.area}, {"csv", .value = &a.csv},
		{"list", .value = &a.list}, {"limit", .value = &a.limit}, {"why", .value = &a.why},
		{"reveal", .flag = &a.reveal}, {"no-record", .flag = &a.no_record},
		{"deceased", .value = &k.r.deceased}, {"forces", .value = &k.r.forces},
		{"threads", .value = &a.threads}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!asked_read(cli, &a, &k.r.check, err) || !cli_workspace(cli, err))
		return false;
	a.version = argc ? argv[0] : "";
	k.r.watch = (Watch){.progress = progress_see, .ctx = &k.progress, .stop = cli_stop_flag()};
	bool ok = work(&k, err);
	gate_close(k.gate);
	roll_close(k.file);
	arena_close(&k.a);
	return ok;
}

ROLL_VERB(check, usage, run);
