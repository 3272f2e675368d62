/* crosscheck: what must hold between definition files: every name that one uses is defined in another. */
#include "cat/cat_private.h"

typedef struct Checking {
	Catalog *c;
	Arena *a;
	Str *datasets, *indicators, *packs; /* names, for suggestions */
	Str *lists, *limits;                /* of all packs */
	size_t n_lists, n_limits;
} Checking;

static bool
is_in(Str name, const Str *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

/* what: tr("dataset"), … */
static bool
known(Str name, const char *what, const Str *names, size_t n, Err *err)
{
	if (is_in(name, names, n))
		return true;
	err_set(err, E_INPUT, "there is no %s '%.*s'", what, STR(brief(name)));
	return unknown(err, nearest(name, names, n));
}

static bool
field_known(Checking *k, const Dataset *d, Str name, Err *err)
{
	if (dataset_field(d, name))
		return true;
	Arena tmp = *k->a;
	Str *names = NEW(&tmp, Str, d->n_fields);
	for (size_t i = 0; i < d->n_fields; i++)
		names[i] = d->field[i].name;
	err_set(err, E_INPUT, "dataset '%.*s' has no field '%.*s'", STR(d->name), STR(brief(name)));
	return unknown(err, nearest(name, names, d->n_fields));
}

static bool
pack_has_list(const Pack *p, Str list)
{
	for (size_t i = 0; i < p->n_codes; i++)
		if (str_eq(p->code[i].list, list))
			return true;
	return false;
}

/* The default reads as a value of its field; codes under each pack that knows the list. */
static bool
default_check(Checking *k, const Field *f, Err *err)
{
	Arena tmp = *k->a;
	Value v;
	if (!f->default_text.p)
		return true;
	if (f->type != TYPE_CODE)
		return value_parse(&(Reading){k->c, NULL, 420, &tmp}, f, f->default_text, &v, err) ||
			err_prefix(err, "default: ");
	for (size_t i = 0; i < k->c->n_packs; i++)
		if (pack_has_list(&k->c->pack[i], f->list) &&
			!value_parse(&(Reading){k->c, &k->c->pack[i], 420, &tmp}, f, f->default_text, &v, err))
			return err_prefix(err, "default: ");
	return true;
}

static bool
dataset_check(Checking *k, const Dataset *d, Err *err)
{
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		bool ok = f->type == TYPE_REF
			? known(f->ref, tr("dataset"), k->datasets, k->c->n_datasets, err)
			: f->type != TYPE_CODE || known(f->list, tr("code list"), k->lists, k->n_lists, err);
		if (!ok || !default_check(k, f, err))
			return err_at(err, d->file, f->line);
	}
	if (d->n_examples && d->n_rejects)
		return true;
	if (!d->n_examples)
		err_set(err, E_INPUT, "there is no line 'example …': show a row that is accepted");
	else
		err_set(err, E_INPUT, "there is no line 'reject …  # reason': show a row that is refused");
	return err_at(err, d->file, 1);
}

static void
dataset_read(Checking *k, Query *q, const Dataset *d)
{
	for (size_t i = 0; i < q->n_reads; i++)
		if (q->reads[i] == d)
			return;
	*VEC_ADD(k->a, q->reads, q->n_reads) = d;
}

static void
rule_read(Checking *k, Query *q, Str rule)
{
	if (!is_in(rule, q->rules, q->n_rules))
		*VEC_ADD(k->a, q->rules, q->n_rules) = rule;
}

static void
view_read(Checking *k, Query *q, const Query *view)
{
	for (size_t i = 0; i < view->n_reads; i++)
		dataset_read(k, q, view->reads[i]);
	for (size_t i = 0; i < view->n_rules; i++)
		rule_read(k, q, view->rules[i]);
}

/* Code lists and limits stand in queries as texts: list = 'logistics'. */
static void
rules_find(Checking *k, Query *q, const Str *names, size_t n)
{
	char quoted[NAME_MAX_BYTES + 3];
	size_t at;
	for (size_t i = 0; i < n; i++) {
		snprintf(quoted, sizeof quoted, "'%.*s'", STR(names[i]));
		if (str_find(q->sql, str_of(quoted), &at))
			rule_read(k, q, names[i]);
	}
}

/* What the query rests on. A view may not read another, so views come first and are complete. */
static bool
reads_find(Checking *k, Query *q, Err *err)
{
	Str word;
	char before;
	for (size_t at = 0; sql_word(q->sql, &at, &word, &before);) {
		if (before == '.' || before == ':')
			continue;
		const Dataset *d = catalog_dataset(k->c, word);
		const Query *view = catalog_view(k->c, word);
		if (view && q->kind == QUERY_VIEW) {
			err_set(err, E_INPUT, "view '%.*s' reads the view '%.*s'; a view reads datasets only",
				STR(q->name), STR(word));
			return err_at(err, q->file, 1);
		}
		if (d)
			dataset_read(k, q, d);
		if (view)
			view_read(k, q, view);
	}
	rules_find(k, q, k->lists, k->n_lists);
	rules_find(k, q, k->limits, k->n_limits);
	return true;
}

/* What everybody sees tells nothing of a restricted dataset: figures of the board do not rest on it, plans of open rows neither. Checks
 * may, for their findings are told to those alone who may read all of it. */
static bool
openness_check(const Query *q, Err *err)
{
	bool shown = q->kind == QUERY_INDICATOR || (q->plans && !q->plans->restricted);
	for (size_t i = 0; i < q->n_reads && shown; i++)
		if (q->reads[i]->restricted) {
			err_set(err, E_INPUT,
				"'%.*s' reads the restricted dataset '%.*s', and everybody would see it: a check may",
				STR(q->name), STR(q->reads[i]->name));
			return err_at(err, q->file, 1);
		}
	return true;
}

/* Rows of the core tables that some checks read. */
static bool
conflict_columns(const GivenLine *g, Err *err)
{
	static const Str columns[] = {{"dataset", 7}, {"key", 3}, {"area", 4}, {"event", 5},
		{"over", 4}, {"resolved", 8}, {"restricted", 10}};
	for (size_t i = 0; i < g->n; i++)
		if (!known(g->column[i], tr("column of conflict"), columns,
				sizeof columns / sizeof columns[0], err))
			return false;
	return true;
}

static bool
device_columns(const GivenLine *g, Err *err)
{
	static const Str columns[] = {{"area", 4}, {"device", 6}, {"request", 7}, {"event", 5},
		{"own", 3}, {"wall", 4}, {"counter", 7}, {"ahead", 5}, {"behind", 6}};
	for (size_t i = 0; i < g->n; i++)
		if (!known(g->column[i], tr("column of device_edit"), columns,
				sizeof columns / sizeof columns[0], err))
			return false;
	return true;
}

static bool
given_check(Checking *k, const GivenLine *g, Err *err)
{
	switch (g->kind) {
	case GIVEN_PACK:
		return known(g->name, tr("rule pack"), k->packs, k->c->n_packs, err);
	case GIVEN_LIMIT:
		return known(g->name, tr("limit"), k->limits, k->n_limits, err);
	case GIVEN_AREA:
	case GIVEN_TODAY:
		return true;
	case GIVEN_ROW:
		break;
	}
	if (str_eq(g->name, S("conflict")))
		return conflict_columns(g, err);
	if (str_eq(g->name, S("device_edit")))
		return device_columns(g, err);
	if (!known(g->name, tr("dataset"), k->datasets, k->c->n_datasets, err))
		return false;
	const Dataset *d = catalog_dataset(k->c, g->name);
	for (size_t i = 0; i < g->n; i++)
		if (!field_known(k, d, g->column[i], err))
			return false;
	return true;
}

static bool
query_check(Checking *k, Query *q, Err *err)
{
	if (!reads_find(k, q, err) || !openness_check(q, err))
		return false;
	for (size_t i = 0; i < q->n_given; i++) {
		Arena tmp = *k->a;
		GivenLine g;
		if (!given_parse(q->given[i].text, &tmp, &g, err) || !given_check(k, &g, err))
			return err_at(err, q->file, q->given[i].line);
	}
	return true;
}

static bool
column_check(const Query *q, Str column, Err *err)
{
	Str word;
	char before;
	for (size_t at = 0; sql_word(q->sql, &at, &word, &before);)
		if (str_eq(word, column))
			return true;
	return err_set(err, E_INPUT, "view '%.*s' plans by its column '%.*s', which it does not have",
		STR(q->name), STR(brief(column)));
}

/* "delivery packed=quantity sent=quantity" */
static bool
plan_read(Checking *k, Query *q, Err *err)
{
	Str name, rest, one, field, column;
	bool more = str_cut(q->plan, ' ', &name, &rest);
	if (!known(name, tr("dataset"), k->datasets, k->c->n_datasets, err))
		return false;
	const Dataset *d = q->plans = catalog_dataset(k->c, name);
	for (size_t i = 0; i < d->n_key; i++)
		if (!column_check(q, d->field[d->key[i]].name, err))
			return false;
	while (more) {
		more = str_cut(rest, ' ', &one, &rest);
		str_cut(one, '=', &field, &column);
		if (!field_known(k, d, field, err) || !column_check(q, column, err))
			return false;
		const Field *f = dataset_field(d, field);
		if (f->key || !type_is_int(f->type))
			return err_set(err, E_INPUT, "'%.*s' is no number that could be planned", STR(field));
		*VEC_ADD(k->a, q->planned, q->n_planned) = (Planned){f, column};
	}
	return q->n_planned ||
		err_set(err, E_INPUT, "'plans' is written 'DATASET FIELD=COLUMN …', not '%.*s'",
			STR(brief(q->plan)));
}

/* Tables and views share their names. */
static bool
view_check(Checking *k, Query *q, Err *err)
{
	if (q->plan.n && !plan_read(k, q, err))
		return err_at(err, q->file, 1);
	if (!catalog_dataset(k->c, q->name))
		return query_check(k, q, err);
	err_set(err, E_INPUT, "'%.*s' is the name of a dataset already", STR(q->name));
	return err_at(err, q->file, 1);
}

static bool
preset_check(Checking *k, const Pack *p, const PackText *t, Err *err)
{
	Str dataset, field;
	Value v;
	Arena tmp = *k->a;
	if (!str_cut(t->name, '.', &dataset, &field) ||
		!known(dataset, tr("dataset"), k->datasets, k->c->n_datasets, err))
		return false;
	const Dataset *d = catalog_dataset(k->c, dataset);
	return field_known(k, d, field, err) &&
		value_parse(&(Reading){k->c, p, 420, &tmp}, dataset_field(d, field), t->value, &v, err);
}

static bool
pack_check(Checking *k, const Pack *p, Err *err)
{
	for (size_t i = 0; i < p->n_presets; i++)
		if (!preset_check(k, p, &p->preset[i], err))
			return err_at(err, p->file, p->preset[i].line);
	for (size_t i = 0; i < p->n_due + p->n_opens; i++) {
		const PackText *t = i < p->n_due ? &p->due[i] : &p->opens[i - p->n_due];
		if (!known(t->name, tr("indicator"), k->indicators, k->c->n_indicators, err))
			return err_at(err, p->file, t->line);
	}
	for (size_t i = 0; i < p->n_weights + p->n_must; i++) {
		const PackNumber *n = i < p->n_weights ? &p->weight[i] : &p->must[i - p->n_weights];
		if (!known(n->name, tr("indicator"), k->indicators, k->c->n_indicators, err))
			return err_at(err, p->file, n->line);
	}
	return true;
}

static void
names_collect(Checking *k)
{
	Catalog *c = k->c;
	k->datasets = NEW(k->a, Str, c->n_datasets);
	k->indicators = NEW(k->a, Str, c->n_indicators);
	k->packs = NEW(k->a, Str, c->n_packs);
	for (size_t i = 0; i < c->n_datasets; i++)
		k->datasets[i] = c->dataset[i].name;
	for (size_t i = 0; i < c->n_indicators; i++)
		k->indicators[i] = c->indicator[i].name;
	for (size_t i = 0; i < c->n_packs; i++) {
		const Pack *p = &c->pack[i];
		k->packs[i] = p->name;
		for (size_t j = 0; j < p->n_codes; j++)
			if (!is_in(p->code[j].list, k->lists, k->n_lists))
				*VEC_ADD(k->a, k->lists, k->n_lists) = p->code[j].list;
		for (size_t j = 0; j < p->n_limits; j++)
			if (!is_in(p->limit[j].name, k->limits, k->n_limits))
				*VEC_ADD(k->a, k->limits, k->n_limits) = p->limit[j].name;
	}
}

bool
catalog_check_all(Catalog *c, Arena *a, Err *err)
{
	Checking k = {.c = c, .a = a};
	names_collect(&k);
	for (size_t i = 0; i < c->n_datasets; i++)
		if (!dataset_check(&k, &c->dataset[i], err))
			return false;
	for (size_t i = 0; i < c->n_views; i++)
		if (!view_check(&k, &c->view[i], err))
			return false;
	for (size_t i = 0; i < c->n_indicators; i++)
		if (!query_check(&k, &c->indicator[i], err))
			return false;
	for (size_t i = 0; i < c->n_checks; i++)
		if (!query_check(&k, &c->check[i], err))
			return false;
	for (size_t i = 0; i < c->n_packs; i++)
		if (!pack_check(&k, &c->pack[i], err))
			return false;
	return true;
}
