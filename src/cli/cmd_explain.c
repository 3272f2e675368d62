/* siap explain: what an indicator, a check or a dataset means and how it is made. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("what an indicator, check or dataset means and how it is made\n"
			  "\n"
			  "siap explain [NAME]\n"
			  "\n"
			  "Without a name: all of them. With a workspace also what it says now.\n");
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
list_all(Cli *cli)
{
	const Catalog *c = &cli->catalog;
	list_head(cli, tr("datasets"));
	Table t = list_new(cli);
	for (size_t i = 0; i < c->n_datasets; i++)
		list_add(&t, c->dataset[i].name, c->dataset[i].owner, c->dataset[i].title);
	table_print(&t, cli->env.width);
	cli_say(cli, "\n");
	list_head(cli, tr("indicators"));
	t = list_new(cli);
	for (size_t i = 0; i < c->n_indicators; i++)
		list_add(&t, c->indicator[i].name, c->indicator[i].owner, c->indicator[i].title);
	table_print(&t, cli->env.width);
	cli_say(cli, "\n");
	list_head(cli, tr("checks"));
	t = list_new(cli);
	for (size_t i = 0; i < c->n_checks; i++)
		list_add(&t, c->check[i].name, c->check[i].owner, c->check[i].title);
	table_print(&t, cli->env.width);
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

static bool
query_say(Cli *cli, const Query *q, Err *err)
{
	cli_say(cli, "%s%.*s%s (%s '%.*s')\n", paint(cli, 'b'), STR(tr_str(q->title)), paint(cli, '.'),
		q->is_check ? tr("check") : tr("indicator"), STR(q->name));
	if (q->definition.n)
		text_wrap(cli, tr_str(q->definition), 0);
	cli_say(cli, "\n");
	if (q->is_check) {
		fact(cli, tr("severity"), show_severity(q->severity));
		fact_str(cli, tr("remedy"), tr_str(q->remedy));
	} else {
		fact_str(cli, tr("pillar"), tr_str(q->pillar));
		fact(cli, tr("must be met"), q->must ? tr("yes: a TPS is not ready without it") : tr("no"));
		fact_str(cli, tr("unit"), tr_str(q->unit));
	}
	fact(cli, tr("owner"), show_upper(cli, q->owner));
	fact(cli, tr("level"), show_level(q->level));
	fact_str(cli, tr("due"), q->due);
	fact_str(cli, tr("source"), q->source);
	fact(cli, tr("reads"), reads_text(cli, q));
	fact_str(cli, tr("file"), q->file);
	if (cli_has_workspace(cli) && !now_say(cli, q, err))
		return false;
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
	Str *names = NEW(&cli->a, Str, c->n_datasets + c->n_indicators + c->n_checks + 1);
	size_t n = 0;
	for (size_t i = 0; i < c->n_datasets; i++)
		names[n++] = c->dataset[i].name;
	for (size_t i = 0; i < c->n_indicators; i++)
		names[n++] = c->indicator[i].name;
	for (size_t i = 0; i < c->n_checks; i++)
		names[n++] = c->check[i].name;
	err_set(err, E_NOTFOUND, "there is no dataset, indicator or check '%.*s'%.*s", STR(name),
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
	if (q)
		return query_say(cli, q, err);
	const Dataset *d = catalog_dataset(&cli->catalog, name);
	if (!d)
		return refuse_name(cli, name, err);
	dataset_say(cli, d);
	return true;
}

COMMAND(explain, usage, run);
