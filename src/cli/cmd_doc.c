/* siap doc: documents made from the definitions, and the definitions' own tests. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr("the data dictionary, forms and schemas, made from the definitions\n"
			  "\n"
			  "siap doc [DATASET] [--markdown|--schema|--template] [--rules PACK]\n"
			  "siap doc DATASET --template FILE.xlsx [--rules PACK]\n"
			  "siap doc --check [--store URL]\n"
			  "siap doc --msgids\n"
			  "\n"
			  "  --markdown    the dictionary: everything, or one dataset (the default)\n"
			  "  --schema      JSON Schema of a dataset\n"
			  "  --template    CSV form of a dataset with its examples, ready for a spreadsheet;\n"
			  "                with FILE.xlsx an empty form with drop-down lists\n"
			  "  --rules PACK  codes of this rule pack (else the workspace's)\n"
			  "  --check       run the examples that every definition carries\n"
			  "  --store URL   on this PostgreSQL database, in temporary tables\n"
			  "  --msgids      the definitions' texts, for translators\n");
}

typedef struct Count {
	Cli *cli;
	uint64_t passed, failed;
} Count;

static void
test_see(void *ctx, Str file, int line, bool ok, Str message)
{
	Count *c = ctx;
	if (ok) {
		c->passed++;
		return;
	}
	c->failed++;
	(void)file;
	(void)line;
	cli_say(c->cli, "%.*s\n", STR(message));
}

static bool
run_tests(Cli *cli, const char *store, Err *err)
{
	Count c = {.cli = cli};
	if (!definitions_check(&cli->env, &cli->catalog, store, test_see, &c, err))
		return false;
	cli_say(cli, tr("%llu definition tests passed, %llu failed\n"), (unsigned long long)c.passed,
		(unsigned long long)c.failed);
	return c.failed == 0 ||
		err_set(err, E_INPUT, "definitions do not do what their own examples say");
}

static void
dictionary(const Catalog *c, const Pack *pack, Buf *b)
{
	buf_fmt(b, "# %s\n\n", tr("Data dictionary"));
	buf_fmt(b, "## %s\n\n", tr("Datasets"));
	for (size_t i = 0; i < c->n_datasets; i++)
		dataset_doc(c, pack, &c->dataset[i], b);
	buf_fmt(b, "\n## %s\n\n", tr("Indicators"));
	for (size_t i = 0; i < c->n_indicators; i++)
		query_doc(c, pack, &c->indicator[i], b);
	buf_fmt(b, "\n## %s\n\n", tr("Checks"));
	for (size_t i = 0; i < c->n_checks; i++)
		query_doc(c, pack, &c->check[i], b);
	buf_fmt(b, "\n## %s\n\n", tr("Rule packs"));
	for (size_t i = 0; i < c->n_packs; i++)
		pack_doc(&c->pack[i], b);
}

static bool
pack_choose(Cli *cli, const char *name, const Pack **out, Err *err)
{
	const Catalog *c = &cli->catalog;
	*out = cli->has_ws ? cli->ws.pack : NULL;
	if (!name)
		return true;
	*out = catalog_pack(c, str_of(name));
	if (*out)
		return true;
	Str *names = NEW(&cli->a, Str, c->n_packs + 1);
	for (size_t i = 0; i < c->n_packs; i++)
		names[i] = c->pack[i].name;
	err_set(err, E_NOTFOUND, "there is no rule pack '%s'%.*s", name,
		STR(cli_nearest(cli, str_of(name), names, c->n_packs)));
	return err_hint(err, "all rule packs: siap init");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	const char *rules = NULL, *store = NULL;
	bool markdown = false, schema = false, template = false, check = false, msgids = false;
	const Opt opts[] = {{"markdown", .flag = &markdown}, {"schema", .flag = &schema},
		{"template", .flag = &template}, {"check", .flag = &check}, {"msgids", .flag = &msgids},
		{"rules", .value = &rules}, {"store", .value = &store}};
	const Pack *pack;
	const Dataset *d = NULL;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 2}, &argc, argv, err))
		return false;
	if (markdown + schema + template + check + msgids > 1)
		return cli_misuse(cli, err_set(err, E_INPUT, "one kind of document at a time, please"));
	if (argc == 2 && !(template && str_ends(str_of(argv[1]), S(".xlsx"))))
		return cli_misuse(cli,
			err_set(
				err, E_INPUT, "a file is written only by: siap doc DATASET --template FILE.xlsx"));
	if ((schema || template) && argc == 0)
		return cli_misuse(cli,
			err_set(err, E_INPUT, "name a dataset: siap doc DATASET %s",
				schema ? "--schema" : "--template"));
	if (cli_has_workspace(cli) ? !cli_workspace(cli, err) : !cli_catalog(cli, err))
		return false;
	if (check)
		return run_tests(cli, store, err);
	if (!pack_choose(cli, rules, &pack, err) ||
		(argc && !cli_dataset(cli, str_of(argv[0]), &d, err)))
		return false;
	if (template && !made_check(d, false, err))
		return false;
	if (argc == 2)
		return dataset_form(d, pack, argv[1], err);
	AUTO(Buf) b = {0};
	if (msgids)
		catalog_msgids(&cli->catalog, &b);
	else if (schema)
		dataset_json_schema(d, pack, &b);
	else if (template)
		dataset_template(d, &b);
	else if (d)
		dataset_doc(&cli->catalog, pack, d, &b);
	else
		dictionary(&cli->catalog, pack, &b);
	return cli_flush(cli, &b, err);
}

COMMAND(doc, usage, run);
