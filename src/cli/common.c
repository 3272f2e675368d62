/* common: what commands share: their words checked, the catalog and workspace opened once, output. */
#include "cli/cli.h"

bool
cli_misuse(Cli *cli, bool always_false)
{
	cli->misused = !always_false;
	return always_false;
}

bool
cli_args(Cli *cli, ArgSpec spec, int *argc, char **argv, Err *err)
{
	if (!args_parse(spec.opt, spec.n_opt, true, argc, argv, err))
		return cli_misuse(cli, false);
	if (*argc > spec.most)
		err_set(err, E_INPUT, "'%s' is one word too many", argv[spec.most]);
	else if (*argc < spec.least)
		err_set(err, E_INPUT, "a word is missing");
	else
		return true;
	return cli_misuse(cli, err_hint(err, "what a command takes: siap help COMMAND"));
}

bool
cli_number(Cli *cli, const char *name, const char *text, Range range, int64_t *out, Err *err)
{
	return args_number(name, text, range.least, range.most, out, err) || cli_misuse(cli, false);
}

Str
cli_nearest(Cli *cli, Str word, const Str *names, size_t n)
{
	Str near = nearest(word, names, n);
	return near.p ? arena_fmt(&cli->a, tr("; did you mean '%.*s'?"), STR(near)) : (Str){0};
}

bool
cli_catalog(Cli *cli, Err *err)
{
	if (!cli->has_catalog && !catalog_load(&cli->env, &cli->a, &cli->catalog, err))
		return false;
	cli->has_catalog = true;
	return true;
}

bool
cli_has_workspace(const Cli *cli)
{
	return cli->workspace != NULL;
}

bool
cli_workspace(Cli *cli, Err *err)
{
	if (cli->has_ws)
		return true;
	if (!cli->workspace) {
		err_set(err, E_INPUT, "no workspace is named: give -w DIR or set SIAP_WORKSPACE");
		return cli_misuse(cli, err_hint(err, "a new one: siap init DIR --rules PACK --area CODE"));
	}
	if (!workspace_open(&cli->env, cli->workspace, &cli->a, &cli->ws, err))
		return false;
	cli->has_ws = true;
	/* One catalog per run: definitions and workspace must not disagree. */
	cli->catalog = cli->ws.cat;
	cli->has_catalog = true;
	if (!cli->ws.suspect.code || cli->suspect_too)
		return true;
	*err = cli->ws.suspect;
	return false;
}

bool
cli_area(Cli *cli, const char *text, Str *code, Err *err)
{
	*code = cli->ws.area;
	return !text || area_resolve(&cli->ws, str_of(text), &cli->a, code, err);
}

bool
cli_dataset(Cli *cli, Str name, const Dataset **out, Err *err)
{
	const Catalog *c = &cli->catalog;
	*out = catalog_dataset(c, name);
	if (*out)
		return true;
	Str *names = NEW(&cli->a, Str, c->n_datasets + 1);
	for (size_t i = 0; i < c->n_datasets; i++)
		names[i] = c->dataset[i].name;
	err_set(err, E_NOTFOUND, "there is no dataset '%.*s'%.*s", STR(name),
		STR(cli_nearest(cli, name, names, c->n_datasets)));
	return err_hint(err, "all datasets: siap explain");
}

bool
cli_indicator(Cli *cli, const char *name, const Query **out, Err *err)
{
	if (!name)
		return true;
	*out = catalog_indicator(&cli->catalog, str_of(name));
	if (*out)
		return true;
	Str *names = NEW(&cli->a, Str, cli->catalog.n_indicators + 1);
	for (size_t i = 0; i < cli->catalog.n_indicators; i++)
		names[i] = cli->catalog.indicator[i].name;
	err_set(err, E_NOTFOUND, "there is no indicator '%s'%.*s", name,
		STR(cli_nearest(cli, str_of(name), names, cli->catalog.n_indicators)));
	return err_hint(err, "all indicators: siap explain");
}

static bool
refuse_field(Cli *cli, const Dataset *d, Str name, Err *err)
{
	AUTO(Buf) list = {0};
	Str *names = NEW(&cli->a, Str, d->n_fields);
	for (size_t i = 0; i < d->n_fields; i++) {
		names[i] = d->field[i].name;
		buf_fmt(&list, "%s%.*s", i ? ", " : "", STR(names[i]));
	}
	err_set(err, E_INPUT, "'%.*s' has no field '%.*s'%.*s", STR(d->name), STR(name),
		STR(cli_nearest(cli, name, names, d->n_fields)));
	return cli_misuse(cli, err_hint(err, "its fields: %.*s", STR(buf_str(&list))));
}

bool
cli_row(Cli *cli, const Dataset *d, int argc, char **argv, Str **text, Err *err)
{
	*text = NEW(&cli->a, Str, d->n_fields);
	for (int i = 0; i < argc; i++) {
		Str name, value;
		if (!str_cut(str_of(argv[i]), '=', &name, &value)) {
			err_set(err, E_INPUT, "'%s' is not field=value", argv[i]);
			return cli_misuse(cli, false);
		}
		const Field *f = dataset_field(d, name);
		if (!f)
			return refuse_field(cli, d, name, err);
		Str *cell = &(*text)[f - d->field];
		if (cell->p)
			return cli_misuse(cli,
				err_set(err, E_INPUT, "field '%.*s' is given twice: once is enough", STR(name)));
		*cell = value;
	}
	return true;
}

bool
cli_keys(Cli *cli, const Dataset *d, int argc, char **argv, Str **text, Err *err)
{
	if (!cli_row(cli, d, argc, argv, text, err))
		return false;
	for (size_t i = 0; i < d->n_fields; i++) {
		AUTO(Buf) keys = {0};
		if (!(*text)[i].p || d->field[i].key)
			continue;
		for (size_t k = 0; k < d->n_key; k++)
			buf_fmt(&keys, "%s%.*s", k ? ", " : "", STR(d->field[d->key[k]].name));
		err_set(err, E_INPUT, "'%.*s' does not tell the rows of '%.*s' apart: name only %.*s",
			STR(d->field[i].name), STR(d->name), STR(buf_str(&keys)));
		return cli_misuse(cli, false);
	}
	return true;
}

bool
cli_key(Cli *cli, const char *key, Str *text, Err *err)
{
	enum { MOST = 4096 };
	if (!key)
		return cli_misuse(cli,
			err_set(err, E_INPUT,
				"option '--key' is missing: the public key of the log, or a file with it"));
	*text = str_of(key);
	return !file_exists(key) || file_read(key, MOST, &cli->a, text, err);
}

bool
cli_checkpoint(Cli *cli, GateP *gate, Err *err)
{
	if (!workspace_last_event(&cli->ws)) {
		err_set(err, E_NOTFOUND, "the log has no event yet: there is nothing to sign");
		return err_hint(err, "siap import or siap enter begins it");
	}
	return gate_open(&cli->ws, gate, err) && gate_checkpoint(*gate, err);
}

void
cli_say(Cli *cli, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vfprintf(cli->env.out, fmt, args);
	va_end(args);
}

void
cli_note(Cli *cli, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vfprintf(cli->env.err, fmt, args);
	va_end(args);
}

void
cli_put(Cli *cli, Str text)
{
	if (text.n)
		fwrite(text.p, 1, text.n, cli->env.out);
}

bool
cli_flush(Cli *cli, Buf *b, Err *err)
{
	if (b->failed)
		return err_set(err, E_LIMIT, "the output is too long for memory");
	if (b->n > 0)
		cli_put(cli, buf_str(b));
	buf_clear(b);
	return true;
}
