/* siap check: what contradicts something, per check and one by one. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("what contradicts something: findings and their remedies\n"
			  "\n"
			  "siap check [AREA] [NAME] [--limit N|--all] [--at T] [--csv|--json]\n"
			  "\n"
			  "  AREA       a code or a part of a name; without it the whole workspace\n"
			  "  NAME       only this check; siap explain lists them\n"
			  "  --limit N  so many findings of each check (10); --all of them\n"
			  "  --at T     as it stood then: at the end of a date, or at 2024-11-14T10:00\n");
}

typedef struct Seen {
	Cli *cli;
	Form form;
	uint64_t limit, count; /* per check */
	Str area;
	bool said; /* a check stands above: a blank line comes between */
	Buf *out;
	JsonOut *json;
} Seen;

static void
finding_csv(const Seen *s, const Finding *f)
{
	Str cell[] = {f->check->name, f->check->severity, f->area,
		area_name(&s->cli->ws, f->area, &s->cli->a), f->key, f->detail, tr_str(f->check->remedy)};
	for (size_t i = 0; i < sizeof cell / sizeof cell[0]; i++) {
		if (i > 0)
			csv_out_sep(s->out);
		csv_out_text(s->out, cell[i]);
	}
	csv_out_end(s->out);
}

static void
finding_json(const Seen *s, const Finding *f)
{
	jout_obj(s->json);
	jout_key(s->json, S("area"));
	jout_str(s->json, f->area);
	jout_key(s->json, S("name"));
	jout_str(s->json, area_name(&s->cli->ws, f->area, &s->cli->a));
	jout_key(s->json, S("key"));
	jout_str(s->json, f->key);
	jout_key(s->json, S("detail"));
	jout_str(s->json, f->detail);
	jout_obj_end(s->json);
}

static bool
finding_see(void *ctx, const Finding *f, Err *err)
{
	Seen *s = ctx;
	if (s->count++ >= s->limit)
		return true;
	Arena keep = s->cli->a;
	if (s->form == FORM_CSV)
		finding_csv(s, f);
	else if (s->form == FORM_JSON)
		finding_json(s, f);
	else
		buf_fmt(s->out, "  %s: %.*s%s%.*s\n", show_place(s->cli, f->area), STR(f->key),
			f->key.n && f->detail.n ? ": " : "", STR(f->detail));
	s->cli->a = keep;
	/* Only CSV streams: the others count first. */
	return s->form != FORM_CSV || s->out->n < 1 << 20 || cli_flush(s->cli, s->out, err);
}

static void
json_begin(const Seen *s, const Query *q)
{
	Str key[] = {S("check"), S("title"), S("severity"), S("remedy")};
	Str value[] = {q->name, q->title, q->severity, q->remedy};
	jout_obj(s->json);
	for (size_t i = 0; i < 4; i++) {
		jout_key(s->json, key[i]);
		jout_str(s->json, value[i]);
	}
	jout_key(s->json, S("findings"));
	jout_arr(s->json);
}

static void
text_head(Seen *s, const Query *q)
{
	Cli *cli = s->cli;
	bool must = str_eq(q->severity, S("must"));
	cli_say(cli, "%s%s%s %.*s%s (%s)\n", s->said ? "\n" : "", paint(cli, must ? 'r' : 'b'),
		show_number(cli, (int64_t)s->count), STR(tr_str(q->title)), paint(cli, '.'),
		show_severity(q->severity));
	cli_say(cli, "  %s: %.*s\n", tr("remedy"), STR(tr_str(q->remedy)));
	s->said = true;
}

static bool
check_one(Seen *s, const Query *q, uint64_t *total, Err *err)
{
	s->count = 0;
	if (s->form == FORM_JSON)
		json_begin(s, q);
	if (!findings_each(&s->cli->ws, q, s->area, finding_see, s, err))
		return false;
	*total += s->count;
	if (s->form == FORM_JSON) {
		jout_arr_end(s->json);
		jout_key(s->json, S("count"));
		jout_int(s->json, (int64_t)s->count);
		jout_obj_end(s->json);
		return true;
	}
	if (s->form == FORM_TEXT && s->count > 0)
		text_head(s, q);
	if (!cli_flush(s->cli, s->out, err))
		return false;
	if (s->form == FORM_TEXT && s->count > s->limit)
		cli_say(s->cli, tr("  … and %s more: siap check %.*s %.*s --all\n"),
			show_number(s->cli, (int64_t)(s->count - s->limit)), STR(s->area), STR(q->name));
	return true;
}

static bool
check_all(Seen *s, const Query *only, Err *err)
{
	const Catalog *c = &s->cli->catalog;
	uint64_t total = 0;
	/* What must be mended comes first. */
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < c->n_checks; i++) {
			const Query *q = &c->check[i];
			if ((only && q != only) || str_eq(q->severity, S("must")) != (k == 0))
				continue;
			if (!check_one(s, q, &total, err))
				return false;
		}
	if (s->form == FORM_TEXT && total == 0)
		cli_say(s->cli, "%s\n", tr("no findings"));
	else if (s->form == FORM_TEXT)
		cli_say(s->cli, tr("\nfindings in all: %s; what a check means: siap explain NAME\n"),
			show_number(s->cli, (int64_t)total));
	return true;
}

static bool
refuse_check(Cli *cli, const char *word, Err *err)
{
	Str *names = NEW(&cli->a, Str, cli->catalog.n_checks + 1);
	for (size_t i = 0; i < cli->catalog.n_checks; i++)
		names[i] = cli->catalog.check[i].name;
	err_set(err, E_NOTFOUND, "there is no check '%s'%.*s", word,
		STR(cli_nearest(cli, str_of(word), names, cli->catalog.n_checks)));
	return err_hint(err, "all checks: siap explain");
}

/* One word may be the area or the check: a check's name wins, since no area code looks like it. */
static bool
words_read(Cli *cli, int argc, char **argv, const Query **only, Str *area, Err *err)
{
	const char *place = NULL;
	for (int i = 0; i < argc; i++) {
		const Query *q = catalog_check(&cli->catalog, str_of(argv[i]));
		if (q && !*only)
			*only = q;
		else if (!place)
			place = argv[i];
		else
			return refuse_check(cli, argv[i], err);
	}
	return cli_area(cli, place, area, err);
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *limit_text = NULL, *at = NULL;
	bool all = false, csv = false, json = false;
	int64_t limit = 10;
	const Opt opts[] = {{"limit", .value = &limit_text}, {"all", .flag = &all},
		{"at", .value = &at}, {"csv", .flag = &csv}, {"json", .flag = &json}};
	Form form;
	const Query *only = NULL;
	Str area;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 2}, &argc, argv, err) ||
		!cli_number(cli, "limit", limit_text, (Range){0, 10000000}, &limit, err) ||
		!form_choose(cli, csv, json, &form, err) || !cli_at(cli, at, err) ||
		!words_read(cli, argc, argv, &only, &area, err))
		return false;
	AUTO(Buf) out = {0};
	JsonOut j = jout_new(&out);
	Seen s = {.cli = cli,
		.form = form,
		.area = area,
		.limit = all ? UINT64_MAX : (uint64_t)limit,
		.out = &out,
		.json = &j};
	if (form == FORM_CSV) {
		buf_add(&out, S("check,severity,area,name,key,detail,remedy"));
		csv_out_end(&out);
	}
	if (form == FORM_JSON)
		jout_arr(&j);
	if (form == FORM_TEXT && cli->asof)
		at_say(cli, "");
	else if (form == FORM_TEXT)
		cli_clock_say(cli);
	if (!check_all(&s, only, err))
		return false;
	if (form == FORM_JSON) {
		jout_arr_end(&j);
		buf_byte(&out, '\n');
	}
	return cli_flush(cli, &out, err);
}

COMMAND(check, usage, run);
