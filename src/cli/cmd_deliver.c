/* siap deliver: what a device did without a connection, all at once. */
#include "cli/cli.h"

static const char *
usage(void)
{
	return tr(
		"take in what a device did without a connection\n"
		"\n"
		"siap deliver FILE --device ID\n"
		"\n"
		"One JSON object a line:\n"
		"  {\"request\":\"7\",\"clock\":\"1732155000000.3\",\"after\":\"6\",\"dataset\":\"delivery\",\n"
		"   \"cells\":{\"tps\":\"1571091002001\",\"item\":\"ink\",\"received\":2}}\n"
		"\n"
		"request is the number that the device gave the edit: delivered twice is taken once.\n"
		"base is the event of the row that was seen, after the device's own edit before it; both\n"
		"may be left out, and so may clock. Edits are taken in the order of their clocks. A line\n"
		"that is wrong is told, the others are taken; deliver the same file again when it is mended.\n");
}

typedef struct Line {
	size_t number; /* in the file */
	size_t row;    /* which of the rows it is, when it was read */
	Err err;
} Line;

typedef struct Delivery {
	Cli *cli;
	Origin origin;
	Line *line;
	size_t n;
	RowRequest *row;
	size_t n_rows;
} Delivery;

/* ---- lines ---- */

static bool
text_member(Cli *cli, const json_t *o, const char *name, Str *out, Err *err)
{
	const json_t *v = json_object_get(o, name);
	*out = (Str){0};
	if (json_is_string(v))
		*out = arena_str(&cli->a, (Str){json_string_value(v), json_string_length(v)});
	else if (json_is_integer(v))
		*out = arena_fmt(&cli->a, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		*out = json_is_true(v) ? S("1") : S("0");
	else if (v && !json_is_null(v))
		return err_set(err, E_INPUT, "'%s' is neither a text nor a whole number", name);
	return true;
}

static bool
members_known(const json_t *o, Err *err)
{
	Str known[] = {
		S("request"), S("clock"), S("after"), S("base"), S("dataset"), S("cells"), S("close")};
	enum { N = sizeof known / sizeof *known };
	const char *name;
	json_t *v;
	json_object_foreach((json_t *)o, name, v)
	{
		bool found = false;
		for (size_t i = 0; i < N; i++)
			found |= str_eq(str_of(name), known[i]);
		if (!found)
			return err_set(err, E_INPUT,
				"unknown member '%s'; there are request, clock, after, base, dataset, cells, close",
				name);
	}
	return true;
}

static bool
cells_read(Cli *cli, const json_t *cells, const Dataset *d, Str *text, Err *err)
{
	const char *name;
	json_t *v;
	if (!json_is_object(cells))
		return err_set(err, E_INPUT, "'cells' is no object of fields and values");
	json_object_foreach((json_t *)cells, name, v)
	{
		const Field *f = dataset_field(d, str_of(name));
		if (!f)
			return err_set(err, E_INPUT, "'%.*s' has no field '%s'; its fields: siap explain %.*s",
				STR(d->name), name, STR(d->name));
		if (!text_member(cli, cells, name, &text[f - d->field], err))
			return false;
		if (!text[f - d->field].p)
			text[f - d->field] = S("");
	}
	return true;
}

static bool
row_read(Delivery *v, const json_t *o, RowRequest *r, Err *err)
{
	Str dataset;
	const json_t *base = json_object_get(o, "base");
	Cli *cli = v->cli;
	if (!json_is_object(o))
		return err_set(err, E_INPUT, "a line is one JSON object");
	if (base && (!json_is_integer(base) || json_integer_value(base) < 1))
		return err_set(err, E_INPUT, "'base' is no event number");
	if (!members_known(o, err) || !text_member(cli, o, "dataset", &dataset, err) ||
		!cli_dataset(cli, dataset, &r->dataset, err) ||
		!text_member(cli, o, "request", &r->request, err) ||
		!text_member(cli, o, "clock", &r->clock, err) ||
		!text_member(cli, o, "after", &r->after, err))
		return false;
	if (!r->request.n)
		return err_set(err, E_INPUT, "'request' is missing: the number that the device gave it");
	Str *text = NEW(&cli->a, Str, r->dataset->n_fields);
	r->origin = &v->origin;
	r->text = text;
	r->base = json_integer_value(base);
	r->closing = json_is_true(json_object_get(o, "close"));
	return cells_read(cli, json_object_get(o, "cells"), r->dataset, text, err);
}

static bool
line_read(Delivery *v, Str line, RowRequest *r, Err *err)
{
	enum { MOST = 1 << 20 };
	json_t *o;
	if (!json_parse(line, MOST, &o, err))
		return false;
	bool ok = row_read(v, o, r, err);
	json_decref(o);
	return ok;
}

static size_t
lines_in(Str text)
{
	size_t n = 1;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

static void
lines_read(Delivery *v, Str text)
{
	size_t most = lines_in(text);
	v->line = NEW(&v->cli->a, Line, most);
	v->row = NEW(&v->cli->a, RowRequest, most);
	for (size_t number = 1; text.n; number++) {
		Str line;
		str_cut(text, '\n', &line, &text);
		if (!str_trim(line).n)
			continue;
		Line *l = &v->line[v->n++];
		l->number = number;
		l->row = v->n_rows;
		if (line_read(v, line, &v->row[v->n_rows], &l->err))
			v->n_rows++;
		else
			v->row[v->n_rows] = (RowRequest){0};
	}
}

/* ---- what became of them ---- */

static const char *
outcome_text(Outcome o)
{
	switch (o) {
	case OUTCOME_ADDED:
		return tr("added");
	case OUTCOME_CHANGED:
		return tr("changed");
	case OUTCOME_SAME:
		return tr("nothing new");
	case OUTCOME_CONFLICT:
		return tr("entered over a newer change: siap check shows the conflict");
	}
	return "";
}

static void
line_say(Cli *cli, const Line *l, const RowRequest *r)
{
	if (l->err.code)
		cli_say(cli, tr("line %zu: %s\n"), l->number, l->err.text);
	else
		cli_say(cli, tr("line %zu: event %s: %s\n"), l->number, show_number(cli, r->event),
			outcome_text(r->outcome));
}

static bool
told(Delivery *v, const Err *error, Err *err)
{
	size_t bad = 0;
	for (size_t i = 0; i < v->n; i++) {
		Line *l = &v->line[i];
		if (!l->err.code)
			l->err = error[l->row];
		bad += l->err.code != E_OK;
		line_say(v->cli, l, &v->row[l->row]);
	}
	if (!bad)
		return true;
	err_set(err, E_INPUT, "%zu of %zu lines have a problem; the others are taken", bad, v->n);
	return err_hint(err, "mend them and deliver the file again: what was taken is not taken twice");
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	enum { MOST = 64 << 20 };
	const char *device = NULL;
	const Opt opts[] = {{"device", .value = &device}};
	Str text;
	AUTO(GateP) gate = NULL;
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .least = 1, .most = 1}, &argc, argv, err))
		return false;
	if (!device) {
		err_set(err, E_INPUT, "which device it comes from is missing: --device ID");
		return cli_misuse(cli, false);
	}
	if (!cli_workspace(cli, err) || !file_read(argv[0], MOST, &cli->a, &text, err))
		return false;
	Delivery v = {.cli = cli,
		.origin = {.actor = cli->actor,
			.agency = cli->agency,
			.source = S("device"),
			.device = str_of(device)}};
	lines_read(&v, text);
	Err *error = NEW(&cli->a, Err, v.n_rows + 1);
	return gate_open(&cli->ws, &gate, err) && gate_deliver(gate, v.row, v.n_rows, error, err) &&
		told(&v, error, err);
}

COMMAND(deliver, usage, run);
