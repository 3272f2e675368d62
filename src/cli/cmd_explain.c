/* siap explain: what an indicator, a check or a dataset means and how it is made. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("what an indicator, check, view or dataset means and how it is made\n"
			  "\n"
			  "siap explain [NAME]\n"
			  "\n"
			  "Without a name: all of them. With a workspace also what it says now, and the\n"
			  "values of its rule pack that it rests on, each with its source.\n");
}

/* ---- the list ---- */

static Table
list_new(Cli *cli)
{
	Table t = table_new(cli);
	table_column(&t, tr("name"), COLUMN_LEFT, 0);
	table_column(&t, tr("owner"), COLUMN_LEFT, 0);
	table_column(&t, tr("title"), COLUMN_LEFT, 20);
	return t;
}

static void
list_add(Table *t, Str name, Str owner, Str title)
{
	Cli *cli = t->cli;
	table_add(t, arena_cstr(&cli->a, name));
	table_add(t, show_upper(cli, owner));
	table_add(t, arena_cstr(&cli->a, tr_str(title)));
}

static void
list_head(Cli *cli, const char *text)
{
	cli_say(cli, "%s%s%s\n", paint(cli, 'b'), text, paint(cli, '.'));
}

static void
queries_list(Cli *cli, const char *head, const Query *q, size_t n)
{
	cli_say(cli, "\n");
	list_head(cli, head);
	Table t = list_new(cli);
	for (size_t i = 0; i < n; i++)
		list_add(&t, q[i].name, q[i].owner, q[i].title);
	table_print(&t, cli->env.width);
}

static void
list_all(Cli *cli)
{
	const Catalog *c = &cli->catalog;
	list_head(cli, tr("datasets"));
	Table t = list_new(cli);
	for (size_t i = 0; i < c->n_datasets; i++)
		list_add(&t, c->dataset[i].name, c->dataset[i].owner, c->dataset[i].title);
	table_print(&t, cli->env.width);
	queries_list(cli, tr("indicators"), c->indicator, c->n_indicators);
	queries_list(cli, tr("checks"), c->check, c->n_checks);
	queries_list(cli, tr("views"), c->view, c->n_views);
	cli_say(cli, "\n%s\n", tr("one of them in full: siap explain NAME"));
}

/* ---- one ---- */

static void
fact(Cli *cli, const char *name, const char *value)
{
	size_t width = utf8_width(str_of(name));
	if (!*value)
		return;
	cli_say(cli, "%s%*s ", name, width < 12 ? (int)(12 - width) : 0, "");
	text_wrap(cli, str_of(value), 13);
}

static void
fact_str(Cli *cli, const char *name, Str value)
{
	fact(cli, name, arena_cstr(&cli->a, value));
}

static const char *
reads_text(Cli *cli, const Query *q)
{
	AUTO(Buf) b = {0};
	for (size_t i = 0; i < q->n_reads; i++)
		buf_fmt(&b, "%s%.*s", i ? ", " : "", STR(q->reads[i]->name));
	return b.n ? arena_cstr(&cli->a, buf_str(&b)) : "";
}

/* "H-1, 2024-11-26": the pack's word before the query's own. */
static const char *
day_words(Cli *cli, const Pack *pack, Str text)
{
	int32_t day;
	char date[11];
	if (!pack || !str_starts(text, S("H")) || !pack_day(pack, text, &day))
		return arena_cstr(&cli->a, text);
	date_format(day, date);
	return arena_fmt(&cli->a, "%.*s, %s", STR(text), date).p;
}

static const char *
value_words(Cli *cli, const PackCode *c)
{
	AUTO(Buf) b = {0};
	buf_fmt(&b, "%.*s", STR(c->rule));
	if (c->has_amount)
		buf_fmt(&b, "%s%lld", b.n ? " " : "", (long long)c->amount);
	for (size_t i = 0; i < c->n_numbers; i++)
		buf_fmt(&b, "%s%.*s %lld", b.n ? ", " : "", STR(c->number[i].name),
			(long long)c->number[i].value);
	if (c->after.n)
		buf_fmt(&b, "%s%.*s + %lld", b.n ? " " : "", STR(c->after), (long long)c->days);
	if (c->ends.n)
		buf_fmt(&b, "%s%.*s", b.n ? " " : "", STR(c->ends));
	if (c->set_by.n)
		buf_fmt(&b, "%s%.*s", b.n ? " " : "", STR(c->set_by));
	return arena_cstr(&cli->a, buf_str(&b));
}

static void
rule_rows(Cli *cli, const Pack *p, Str rule, Table *t)
{
	const PackNumber *limit = pack_limit(p, rule);
	if (limit) {
		table_add(t, arena_fmt(&cli->a, "%.*s", STR(rule)).p);
		table_add(t, arena_fmt(&cli->a, "%lld", (long long)limit->value).p);
		table_add(t, limit->unverified ? tr("unverified") : "");
		table_add(t, arena_cstr(&cli->a, limit->source));
	}
	for (size_t i = 0; i < p->n_codes; i++) {
		const PackCode *c = &p->code[i];
		if (!str_eq(c->list, rule))
			continue;
		table_add(t, arena_cstr(&cli->a, c->code));
		table_add(t, value_words(cli, c));
		table_add(t, c->unverified ? tr("unverified") : "");
		table_add(t, arena_cstr(&cli->a, c->source));
	}
}

/* What the number rests on beside rows: the pack's values, each with its source, unverified ones marked. */
static void
rules_say(Cli *cli, const Pack *p, const Query *q)
{
	if (!p || q->n_rules == 0)
		return;
	cli_say(cli, "\n");
	cli_say(cli, tr("values of the rule pack %.*s that it rests on\n"), STR(p->name));
	Table t = table_new(cli);
	table_column(&t, tr("name"), COLUMN_LEFT, 0);
	table_column(&t, tr("value"), COLUMN_LEFT, 10);
	table_column(&t, "", COLUMN_LEFT, 0);
	table_column(&t, tr("source"), COLUMN_LEFT, 12);
	for (size_t i = 0; i < q->n_rules; i++)
		rule_rows(cli, p, q->rules[i], &t);
	table_print(&t, cli->env.width);
}

static bool
now_say(Cli *cli, const Query *q, Err *err)
{
	AUTO(View) v = {0};
	if (!view_open(cli, NULL, &v, err))
		return false;
	for (size_t s = 0; s < v.b->n_series; s++) {
		const Series *x = &v.b->series[s];
		if (x->query != q)
			continue;
		const char *text = q->is_check
			? arena_fmt(&cli->a, tr("%s findings"), show_number(cli, x->need[0])).p
			: arena_fmt(&cli->a, tr("%s of %s (%s); heard of %s"), show_number(cli, x->have[0]),
				  show_number(cli, x->need[0]), show_percent(cli, x->have[0], x->need[0]),
				  show_number(cli, x->heard[0]))
				  .p;
		fact(cli, tr("now"), text);
		fact(cli, tr("due date"), show_due(cli, x->due_date));
	}
	return true;
}

static const char *
kind_words(const Query *q)
{
	return q->kind == QUERY_CHECK ? tr("check")
		: q->kind == QUERY_VIEW   ? tr("view")
								  : tr("indicator");
}

static void
query_facts(Cli *cli, const Pack *pack, const Query *q)
{
	if (q->kind == QUERY_CHECK) {
		fact(cli, tr("severity"), show_severity(q->severity));
		fact_str(cli, tr("remedy"), tr_str(q->remedy));
	} else if (q->kind == QUERY_INDICATOR) {
		fact_str(cli, tr("pillar"), tr_str(q->pillar));
		fact(cli, tr("must be met"), q->must ? tr("yes: a TPS is not ready without it") : tr("no"));
		fact_str(cli, tr("unit"), tr_str(q->unit));
	}
	if (q->kind != QUERY_VIEW) {
		fact(cli, tr("owner"), show_upper(cli, q->owner));
		fact(cli, tr("level"), show_level(q->level));
	}
	fact(cli, tr("due"), day_words(cli, pack, query_due(q, pack)));
	fact(cli, tr("counts from"), day_words(cli, pack, query_opens(q, pack)));
	fact_str(cli, tr("source"), q->source);
	fact(cli, tr("reads"), reads_text(cli, q));
	fact_str(cli, tr("file"), q->file);
}

static bool
query_say(Cli *cli, const Query *q, Err *err)
{
	const Pack *pack = cli_has_workspace(cli) ? cli->ws.pack : NULL;
	cli_say(cli, "%s%.*s%s (%s '%.*s')\n", paint(cli, 'b'), STR(tr_str(q->title)), paint(cli, '.'),
		kind_words(q), STR(q->name));
	if (q->definition.n)
		text_wrap(cli, tr_str(q->definition), 0);
	cli_say(cli, "\n");
	query_facts(cli, pack, q);
	if (pack && q->kind != QUERY_VIEW && !now_say(cli, q, err))
		return false;
	rules_say(cli, pack, q);
	cli_say(cli, "\n%.*s\n", STR(str_trim(q->sql)));
	return true;
}

static const char *
field_note(Cli *cli, const Field *f)
{
	AUTO(Buf) b = {0};
	const char *word[] = {f->key ? tr("key") : NULL, f->required ? tr("required") : NULL,
		f->n_private ? tr("private") : NULL};
	for (size_t i = 0; i < 3; i++)
		if (word[i])
			buf_fmt(&b, "%s%s", b.n ? ", " : "", word[i]);
	if (f->default_text.p)
		buf_fmt(&b, "%s%s %.*s", b.n ? ", " : "", tr("default"), STR(f->default_text));
	return b.n ? arena_cstr(&cli->a, buf_str(&b)) : "";
}

static const char *
field_type(Cli *cli, const Field *f)
{
	AUTO(Buf) b = {0};
	static const char *const name[] = {[TYPE_ID] = "id",
		[TYPE_TEXT] = "text",
		[TYPE_INT] = "int",
		[TYPE_DECIMAL] = "decimal",
		[TYPE_MONEY] = "money",
		[TYPE_BOOL] = "bool",
		[TYPE_DATE] = "date",
		[TYPE_INSTANT] = "instant",
		[TYPE_ENUM] = "enum",
		[TYPE_STATES] = "states",
		[TYPE_CODE] = "code",
		[TYPE_AREA] = "area",
		[TYPE_REF] = "ref",
		[TYPE_PHONE] = "phone",
		[TYPE_FILE] = "file"};
	buf_fmt(&b, "%s", name[f->type]);
	if (f->type == TYPE_TEXT)
		buf_fmt(&b, "(%lld)", (long long)f->max);
	if (f->type == TYPE_INT)
		buf_fmt(&b, "(%lld..%lld)", (long long)f->min, (long long)f->max);
	if (f->type == TYPE_DECIMAL)
		buf_fmt(&b, "(%d)", f->places);
	if (f->type == TYPE_CODE)
		buf_fmt(&b, "(%.*s)", STR(f->list));
	if (f->type == TYPE_REF)
		buf_fmt(&b, "(%.*s)", STR(f->ref));
	if (f->type == TYPE_AREA)
		buf_fmt(&b, "(%.*s)", STR(level_name(f->level)));
	for (size_t i = 0; i < f->n_options; i++)
		buf_fmt(&b, "%s%.*s", i ? ", " : "(", STR(f->option[i]));
	if (f->n_options)
		buf_byte(&b, ')');
	return arena_cstr(&cli->a, buf_str(&b));
}

static void
dataset_say(Cli *cli, const Dataset *d)
{
	cli_say(cli, "%s%.*s%s (%s '%.*s')\n\n", paint(cli, 'b'), STR(tr_str(d->title)),
		paint(cli, '.'), tr("dataset"), STR(d->name));
	fact(cli, tr("owner"), show_upper(cli, d->owner));
	fact(cli, tr("level"), show_level(d->level));
	fact_str(cli, tr("file"), d->file);
	cli_say(cli, "\n");
	Table t = table_new(cli);
	table_column(&t, tr("field"), COLUMN_LEFT, 0);
	table_column(&t, tr("label"), COLUMN_LEFT, 8);
	table_column(&t, tr("type"), COLUMN_LEFT, 10);
	table_column(&t, "", COLUMN_LEFT, 8);
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		table_add(&t, arena_cstr(&cli->a, f->name));
		table_add(&t, arena_cstr(&cli->a, tr_str(f->label)));
		table_add(&t, field_type(cli, f));
		table_add(&t, field_note(cli, f));
	}
	table_print(&t, cli->env.width);
	cli_say(cli, "\n%s: siap import %.*s FILE\n%s: siap doc %.*s --template\n", tr("import a file"),
		STR(d->name), tr("an empty form"), STR(d->name));
}

static bool
refuse_name(Cli *cli, Str name, Err *err)
{
	const Catalog *c = &cli->catalog;
	Str *names = NEW(&cli->a, Str, c->n_datasets + c->n_indicators + c->n_checks + c->n_views + 1);
	size_t n = 0;
	for (size_t i = 0; i < c->n_datasets; i++)
		names[n++] = c->dataset[i].name;
	for (size_t i = 0; i < c->n_indicators; i++)
		names[n++] = c->indicator[i].name;
	for (size_t i = 0; i < c->n_checks; i++)
		names[n++] = c->check[i].name;
	for (size_t i = 0; i < c->n_views; i++)
		names[n++] = c->view[i].name;
	err_set(err, E_NOTFOUND, "there is no dataset, indicator, check or view '%.*s'%.*s", STR(name),
		STR(cli_nearest(cli, name, names, n)));
	return err_hint(err, "all of them: siap explain");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	if (!cli_args(cli, (ArgSpec){.most = 1}, &argc, argv, err))
		return false;
	if (cli_has_workspace(cli) ? !cli_workspace(cli, err) : !cli_catalog(cli, err))
		return false;
	if (argc == 0) {
		list_all(cli);
		return true;
	}
	Str name = str_of(argv[0]);
	const Query *q = catalog_indicator(&cli->catalog, name);
	q = q ? q : catalog_check(&cli->catalog, name);
	q = q ? q : catalog_view(&cli->catalog, name);
	if (q)
		return query_say(cli, q, err);
	const Dataset *d = catalog_dataset(&cli->catalog, name);
	if (!d)
		return refuse_name(cli, name, err);
	dataset_say(cli, d);
	return true;
}

COMMAND(explain, usage, run);
