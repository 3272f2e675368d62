/* siap roll check: what is to be mended or looked at in a stored version, and who of it. */
#include "cli/roll.h"

#include <string.h>

static const char *
usage(void)
{
	return tr(
		"what is to be mended in a roll: NIK, ages, voters twice, KTP-el\n"
		"\n"
		"siap roll check [VERSION] [--area CODE] [--by CHECK] [--list CHECK] [--csv FILE]\n"
		"                [--reveal --why TEXT] [--deceased FILE] [--forces FILE] [--no-record]\n"
		"\n"
		"  VERSION          DPT, DPS, final, …, or a number (DPT)\n"
		"  --area CODE      only this area\n"
		"  --by CHECK       how many in each area below: 'must' for all that must be mended\n"
		"  --list CHECK     the voters: DPID, TPS, row; NIK and name masked\n"
		"  --csv FILE       the list as a file\n"
		"  --reveal         the list with NIK and names, 1,000 voters at most; the log keeps\n"
		"                   who looked at how many, and why\n"
		"  --deceased FILE  the dead, with a column NIK, or name and birth date, or all three\n"
		"  --forces FILE    the same of TNI and Polri\n"
		"  --no-record      do not give the counts of the final roll to the board\n"
		"\n"
		"Nothing is changed in the roll: the list is for those who may.\n");
}

typedef struct Asked {
	const char *area, *by, *list, *csv, *deceased, *forces, *why;
	bool no_record, reveal;
	int check; /* of --by or --list; ROLL_CHECKS: must */
} Asked;

/* ---- what is asked ---- */

static bool
check_read(Cli *cli, const char *word, int *out, Err *err)
{
	Str name[ROLL_CHECKS + 1];
	for (RollCheck c = 0; c < ROLL_CHECKS; c++)
		name[c] = str_of(roll_check_text(c).id);
	name[ROLL_CHECKS] = S("must");
	for (*out = 0; *out <= ROLL_CHECKS; ++*out)
		if (str_eq(name[*out], str_of(word)))
			return true;
	Str near = cli_nearest(cli, str_of(word), name, ROLL_CHECKS + 1);
	err_set(err, E_INPUT, "there is no check '%s'%.*s", word, STR(near));
	return cli_misuse(cli, err_hint(err, "all of them: siap roll check"));
}

static bool
named_read(Cli *cli, const char *path, RollNamed *out, Err *err)
{
	if (!path)
		return true;
	if (!roll_named_read(path, &cli->a, out, err))
		return false;
	if (out->unread)
		cli_note(cli, tr("%s: %s of %s rows have neither a NIK nor a name with a birth date\n"),
			path, show_number(cli, (int64_t)out->unread), show_number(cli, (int64_t)out->rows));
	return true;
}

/* ---- tables ---- */

static const char *
weight_words(RollWeight w)
{
	return w == ROLL_MUST ? tr("must") : w == ROLL_LOOK_AT ? tr("look") : tr("work-list");
}

static void
checks_say(const RollView *v, const RollTally *below)
{
	Cli *cli = v->cli;
	uint64_t all[CHECKED_WIDTH] = {0};
	Table t = table_new(cli);
	table_column(&t, tr("check"), COLUMN_LEFT, 0);
	table_column(&t, tr("what"), COLUMN_LEFT, 20);
	table_column(&t, tr("weight"), COLUMN_LEFT, 0);
	table_column(&t, tr("voters"), COLUMN_RIGHT, 0);
	table_column(&t, tr("remedy"), COLUMN_LEFT, 16);
	for (size_t i = 0; i < below->n; i++)
		for (size_t c = 0; c < below->width; c++)
			all[c] += below->count[i * below->width + c];
	for (RollCheck c = 0; c < ROLL_CHECKS; c++) {
		RollCheckText text = roll_check_text(c);
		table_add(&t, text.id);
		table_add(&t, text.title);
		table_add(&t, weight_words(text.weight));
		table_add(&t, show_number(cli, (int64_t)all[c]));
		table_add(&t, all[c] ? text.remedy : "");
	}
	roll_title(v);
	table_print(&t, cli->env.width);
	cli_say(cli,
		tr("\nof %s voters %s have something that must be mended, %s something to look at\n"),
		show_number(cli, (int64_t)all[CHECKED_VOTERS]),
		show_number(cli, (int64_t)all[CHECKED_MUST]), show_number(cli, (int64_t)all[CHECKED_LOOK]));
	cli_say(cli, tr("who they are: siap roll check --list CHECK; where: --by CHECK\n"));
}

static void
areas_say(const RollView *v, const RollTally *below, int check)
{
	Cli *cli = v->cli;
	size_t column = check == ROLL_CHECKS ? (size_t)CHECKED_MUST : (size_t)check;
	Table t = table_new(cli);
	table_column(&t, tr("area"), COLUMN_NAME, 16);
	table_column(&t, tr("voters"), COLUMN_RIGHT, 0);
	table_column(&t, tr("found"), COLUMN_RIGHT, 0);
	table_column(&t, tr("share"), COLUMN_RIGHT, 0);
	for (size_t i = 0; i < below->n; i++) {
		const uint32_t *c = below->count + i * below->width;
		table_add(&t, show_place(cli, roll_code(v, below->tps[i])));
		table_add(&t, show_number(cli, c[CHECKED_VOTERS]));
		table_add(&t, show_number(cli, c[column]));
		table_add(&t, show_percent(cli, c[column], c[CHECKED_VOTERS]));
	}
	roll_title(v);
	cli_say(cli, "%s\n\n",
		check == ROLL_CHECKS ? tr("all that must be mended")
							 : roll_check_text((RollCheck)check).title);
	table_print(&t, cli->env.width);
}

/* ---- the list of voters ---- */

typedef struct Listing {
	const RollView *v;
	const RollChecks *k;
	uint32_t wanted;
	bool whole; /* NIK and name as they are */
	size_t n;
	Buf out;
} Listing;

static void
whole_put(Buf *out, const RollSlice *s, size_t i)
{
	if (s->nik[i])
		buf_fmt(out, "%016llu", (unsigned long long)s->nik[i]);
	else
		csv_out_text(out, roll_text(s, ROLL_NIK_WRITTEN, i));
	csv_out_sep(out);
	csv_out_text(out, roll_text(s, ROLL_NAME, i));
}

static void
voter_put(Listing *l, const RollSlice *s, size_t i, uint32_t found)
{
	csv_out_text(&l->out, roll_text(s, ROLL_ID, i));
	csv_out_sep(&l->out);
	buf_fmt(&l->out, "%013llu,%llu,", (unsigned long long)s->tps[i],
		(unsigned long long)(s->first + i + 1));
	l->n++;
	if (l->whole) {
		whole_put(&l->out, s, i);
	} else {
		roll_nik_masked(&l->out, s, i);
		csv_out_sep(&l->out);
		roll_name_masked(&l->out, s, i);
	}
	csv_out_sep(&l->out);
	for (bool more = false; found; found &= found - 1, more = true)
		buf_fmt(
			&l->out, "%s%s", more ? " " : "", roll_check_text((RollCheck)__builtin_ctz(found)).id);
	csv_out_end(&l->out);
}

static bool
in_area(const RollView *v, uint64_t tps)
{
	char code[24];
	snprintf(code, sizeof code, "%013llu", (unsigned long long)tps);
	return str_eq(v->area, S("0")) || str_starts(str_of(code), v->area);
}

static bool
slices_list(Listing *l, Err *err)
{
	AUTO(Arena) a = {0};
	const RollFile *f = l->v->file;
	if (!arena_open(&a, ROLL_READ, err))
		return false;
	arena_keep(&a);
	for (size_t i = 0; i < roll_slices(f); i++) {
		RollSlice s;
		arena_reset(&a);
		if (!roll_read(f, i, CHECK_COLUMNS | ROLL_BIT(ROLL_NAME) | ROLL_BIT(ROLL_ID), &a, &s, err))
			return false;
		for (size_t k = 0; k < s.n; k++) {
			uint32_t found = in_area(l->v, s.tps[k]) ? roll_checks_of(l->k, &s, k) : 0;
			if (found & l->wanted)
				voter_put(l, &s, k, found);
		}
	}
	return buf_check(&l->out, err);
}

/* Nothing is given out that the log does not say. */
static bool
reveal(const RollView *v, const Listing *l, const Asked *asked, Err *err)
{
	AUTO(GateP) gate = NULL;
	Cli *cli = v->cli;
	Origin origin = {
		.actor = cli->actor, .agency = cli->agency, .source = S("cli"), .why = str_of(asked->why)};
	RollReveal r = {.version = &v->version, .origin = &origin, .n = l->n};
	return gate_open(&cli->ws, &gate, err) && roll_reveal(gate, &r, err);
}

static bool
list_say(const RollView *v, const RollChecks *k, const Asked *asked, Err *err)
{
	Listing l = {.v = v, .k = k, .whole = asked->reveal, .out = {.max = (size_t)4 << 30}};
	for (RollCheck c = 0; c < ROLL_CHECKS; c++)
		if (asked->check == (int)c ||
			(asked->check == ROLL_CHECKS && roll_check_text(c).weight == ROLL_MUST))
			l.wanted |= UINT32_C(1) << c;
	buf_add(&l.out, S("id,tps,row,nik,name,checks"));
	csv_out_end(&l.out);
	bool ok = slices_list(&l, err) && (!asked->reveal || reveal(v, &l, asked, err)) &&
		(asked->csv ? file_write_atomic(asked->csv, buf_str(&l.out), 0600, err)
					: cli_flush(v->cli, &l.out, err));
	buf_close(&l.out);
	if (ok && asked->csv)
		cli_say(v->cli, tr("voters: %s\n"), asked->csv);
	return ok;
}

/* ---- the command ---- */

/* Of the whole final roll alone: what the board shows is of one moment. */
static bool
record(RollView *v, const RollTally *all, Err *err)
{
	AUTO(GateP) gate = NULL;
	Cli *cli = v->cli;
	Origin origin = {.source = S("import"), .actor = cli->actor, .agency = cli->agency};
	RollVersion newest;
	if (!str_eq(v->version.kind, S("final")) ||
		!roll_find(&cli->ws, S("final"), &cli->a, &newest, err))
		return !str_eq(v->version.kind, S("final"));
	if (newest.number != v->version.number)
		return true;
	if (!gate_open(&cli->ws, &gate, err) ||
		!roll_checked_write(&cli->ws, gate, &(RollFound){&v->version, all, &origin}, &cli->a, err))
		return false;
	cli_say(cli, tr("the board has these counts now: siap ready\n"));
	return true;
}

static bool
look(RollView *v, const Asked *asked, Err *err)
{
	Cli *cli = v->cli;
	RollRules rules;
	RollChecks *k;
	RollTally all;
	if (!roll_rules(&cli->ws, &cli->a, &rules, err))
		return false;
	if (!roll_is_announced(v->version.kind))
		memset(rules.removal, 0, sizeof rules.removal);
	if (!named_read(cli, asked->deceased, &rules.deceased, err) ||
		!named_read(cli, asked->forces, &rules.forces, err) ||
		!roll_checks_open(v->file, &rules, &v->look, &cli->a, &k, err))
		return false;
	if (asked->list)
		return list_say(v, k, asked, err);
	if (!roll_checks_count(k, &cli->a, &all, err))
		return false;
	progress_clear(&v->progress);
	RollTally below = roll_below(v, &all);
	if (asked->by)
		areas_say(v, &below, asked->check);
	else
		checks_say(v, &below);
	return asked->no_record || record(v, &all, err);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	Asked asked = {0};
	RollView v = {0};
	const Opt opts[] = {{"area", .value = &asked.area}, {"by", .value = &asked.by},
		{"list", .value = &asked.list}, {"csv", .value = &asked.csv},
		{"deceased", .value = &asked.deceased}, {"forces", .value = &asked.forces},
		{"no-record", .flag = &asked.no_record}, {"reveal", .flag = &asked.reveal},
		{"why", .value = &asked.why}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err))
		return false;
	if ((asked.by && asked.list) || (asked.csv && !asked.list))
		return cli_misuse(
			cli, err_set(err, E_INPUT, "--csv goes with --list, and --list not with --by"));
	if (asked.reveal ? !asked.list || !asked.why : asked.why != NULL)
		return cli_misuse(cli, err_set(err, E_INPUT, "--reveal goes with --list and --why TEXT"));
	const char *word = asked.by ? asked.by : asked.list;
	if (word && !check_read(cli, word, &asked.check, err))
		return false;
	bool ok =
		roll_look_open(cli, argc ? argv[0] : "", asked.area, &v, err) && look(&v, &asked, err);
	cli->stopped = !ok && *cli_stop_flag();
	roll_look_close(&v);
	return ok;
}

ROLL_VERB(check, usage, run);
