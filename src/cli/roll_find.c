/* siap roll find: where a voter stands on the roll, by NIK, family card, name or polling station. */
#include "cli/roll.h"

#include <stdio.h>

static const char *
usage(void)
{
	return tr(
		"find voters: by NIK, family card, name, TPS\n"
		"\n"
		"siap roll find [VERSION] [--nik N] [--family N] [--name TEXT] [--area CODE]\n"
		"                         [--limit N]\n"
		"\n"
		"  --nik N      16 digits; - reads them from standard input, so that no\n"
		"               history of commands keeps them\n"
		"  --family N   the number of the family card, or -\n"
		"  --name TEXT  words of the name in any order; old spellings and typing errors\n"
		"               are found too\n"
		"  --area CODE  only there: a regency, a village, a TPS\n"
		"  --limit N    so many at most (20)\n"
		"\n"
		"NIK and names are masked: the row, the TPS and the DPID tell those who may open the\n"
		"list which voter it is.\n");
}

typedef struct Asked {
	const char *nik, *family, *name, *area, *limit;
	RollSearch search;
	int64_t most;
} Asked;

/* ---- what is asked ---- */

static bool
number_read(Cli *cli, const char *option, const char *text, uint64_t *out, Err *err)
{
	enum { DIGITS = 16 };
	char line[64];
	int64_t number;
	if (!text)
		return true;
	bool from_input = str_eq(str_of(text), S("-"));
	if (from_input && !fgets(line, sizeof line, stdin))
		line[0] = 0;
	Str s = str_trim(str_of(from_input ? line : text));
	if (s.n == DIGITS && str_int(s, &number) && number > 0) {
		*out = (uint64_t)number;
		return true;
	}
	return cli_misuse(
		cli, err_set(err, E_INPUT, "--%s takes a number of 16 digits: %zu came", option, s.n));
}

static bool
asked_read(Cli *cli, Asked *a, Err *err)
{
	a->most = 20;
	if (!a->nik && !a->family && !a->name)
		return cli_misuse(
			cli, err_set(err, E_INPUT, "whom to find? --nik, --family or --name is needed"));
	a->search.name = a->name ? str_of(a->name) : S("");
	return number_read(cli, "nik", a->nik, &a->search.nik, err) &&
		number_read(cli, "family", a->family, &a->search.family, err) &&
		cli_number(cli, "limit", a->limit, (Range){1, 100000}, &a->most, err);
}

/* Codes of polling stations have 13 digits: those of an area lie between two. */
static void
area_bounds(const RollView *v, RollSearch *s)
{
	int64_t code;
	uint64_t unit = 1;
	if (str_eq(v->area, S("0")) || !str_int(v->area, &code))
		return;
	for (size_t i = v->area.n; i < 13; i++)
		unit *= 10;
	s->tps_from = (uint64_t)code * unit;
	s->tps_to = ((uint64_t)code + 1) * unit;
}

/* ---- what was found ---- */

static size_t
slice_of(const RollFile *f, uint64_t row)
{
	size_t low = 0, n = roll_slices(f);
	while (n > 1) {
		size_t half = n / 2;
		if (roll_slice_first(f, low + half) <= row)
			low += half;
		n -= half;
	}
	return low;
}

static bool
hit_add(const RollView *v, Table *t, const RollHit *h, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(Buf) nik = {0};
	AUTO(Buf) name = {0};
	Cli *cli = v->cli;
	RollSlice s;
	unsigned columns = ROLL_BIT(ROLL_NIK) | ROLL_BIT(ROLL_NAME) | ROLL_BIT(ROLL_ID);
	if (!arena_open(&a, ROLL_READ, err) ||
		!roll_read(v->file, slice_of(v->file, h->row), columns, &a, &s, err))
		return false;
	size_t i = (size_t)(h->row - s.first);
	roll_nik_masked(&nik, &s, i);
	roll_name_masked(&name, &s, i);
	table_add(t, show_number(cli, (int64_t)h->row + 1));
	table_add(t, show_place(cli, arena_fmt(&cli->a, "%013llu", (unsigned long long)h->tps)));
	table_add(t, arena_cstr(&cli->a, roll_text(&s, ROLL_ID, i)));
	table_add(t, arena_cstr(&cli->a, buf_str(&nik)));
	table_add(t, arena_cstr(&cli->a, buf_str(&name)));
	table_add(t, show_percent(cli, (int64_t)((double)h->likeness * 1000), 1000));
	return true;
}

static bool
hits_say(const RollView *v, const RollHits *hits, size_t most, Err *err)
{
	Cli *cli = v->cli;
	Table t = table_new(cli);
	table_column(&t, tr("row"), COLUMN_RIGHT, 0);
	table_column(&t, tr("polling station"), COLUMN_NAME, 20);
	table_column(&t, "DPID", COLUMN_LEFT, 0);
	table_column(&t, "NIK", COLUMN_LEFT, 0);
	table_column(&t, tr("name"), COLUMN_LEFT, 0);
	table_column(&t, tr("alike"), COLUMN_RIGHT, 0);
	roll_title(v);
	if (!hits->n) {
		cli_say(cli, "%s\n", tr("nobody was found: try fewer words, another version, or no area"));
		return true;
	}
	for (size_t i = 0; i < hits->n && i < most; i++)
		if (!hit_add(v, &t, &hits->hit[i], err))
			return false;
	table_print(&t, cli->env.width);
	if (hits->n > most)
		cli_say(cli, tr("%s of %s; more with --limit N, or fewer with more words or --area\n"),
			show_number(cli, (int64_t)most), show_number(cli, (int64_t)hits->n));
	return true;
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	Asked asked = {0};
	RollView v = {0};
	RollHits hits;
	const Opt opts[] = {{"nik", .value = &asked.nik}, {"family", .value = &asked.family},
		{"name", .value = &asked.name}, {"area", .value = &asked.area},
		{"limit", .value = &asked.limit}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 1}, &argc, argv, err) ||
		!asked_read(cli, &asked, err))
		return false;
	bool ok = roll_look_open(cli, argc ? argv[0] : "", asked.area, &v, err);
	if (ok) {
		area_bounds(&v, &asked.search);
		ok = roll_search(v.file, &asked.search, &v.look, &cli->a, &hits, err);
		progress_clear(&v.progress);
	}
	ok = ok && hits_say(&v, &hits, (size_t)asked.most, err);
	cli->stopped = !ok && *cli_stop_flag();
	roll_look_close(&v);
	return ok;
}

ROLL_VERB(find, usage, run);
