/* dataset: one .def file into a Dataset: its own statements, and what must hold between its fields. */
#include "cat/cat_private.h"

/* A dataset while its file is read. */
typedef struct Making {
	Dataset *d;
	Str level;
	Arena *a;
	int line;
} Making;

static bool
read_name(Making *m, const Line *l, Err *err)
{
	Dataset *d = m->d;
	if (!line_one(l, &d->name, err) || !sql_name_check(d->name, tr("dataset"), err))
		return false;
	if (name_is_table(d->name))
		return err_set(err, E_INPUT, "'%.*s' is a core table, choose another name for the dataset",
			STR(d->name));
	return true;
}

static bool
read_level(Making *m, const Line *l, Err *err)
{
	if (!line_one(l, &m->level, err))
		return false;
	return level_of(m->level, &m->d->level) ||
		err_set(err, E_INPUT,
			"unknown level '%.*s'; one of province, regency, district, village, tps, any",
			STR(brief(m->level)));
}

static bool
read_restricted(Making *m, const Line *l, Err *err)
{
	if (l->n != 1)
		return err_set(err, E_INPUT, "'restricted' stands alone");
	m->d->restricted = true;
	return true;
}

static bool
read_plain(Making *m, const Line *l, Err *err)
{
	Dataset *d = m->d;
	Str k = l->keyword;
	Str *place = str_eq(k, S("title")) ? &d->title
		: str_eq(k, S("owner"))        ? &d->owner
		: str_eq(k, S("made_by"))      ? &d->made_by
									   : &d->visible_by;
	return line_one(l, place, err) && (place != &d->owner || agency_check(d->owner, err));
}

static bool
read_field(Making *m, const Line *l, Err *err)
{
	return field_parse(m->d, l, m->line, m->a, err);
}

static bool
read_example(Making *m, Str raw, bool reject, Err *err)
{
	Str reason, text = line_comment(raw, &reason);
	text = str_trim(str_slice(text, line_keyword(text).n, text.n));
	if (reject && reason.n == 0)
		return err_set(err, E_INPUT, "a reject says why: put '# reason' at its end");
	Example **list = reject ? &m->d->reject : &m->d->example;
	size_t *n = reject ? &m->d->n_rejects : &m->d->n_examples;
	*VEC_ADD(m->a, *list, *n) = (Example){text, reason, m->line};
	return true;
}

static const struct Statement {
	Str keyword;
	bool (*read)(Making *m, const Line *l, Err *err);
} statements[] = {
	{{"dataset", 7}, read_name},
	{{"title", 5}, read_plain},
	{{"owner", 5}, read_plain},
	{{"level", 5}, read_level},
	{{"restricted", 10}, read_restricted},
	{{"visible_by", 10}, read_plain},
	{{"made_by", 7}, read_plain},
	{{"field", 5}, read_field},
	{{"example", 7}, NULL},
	{{"reject", 6}, NULL},
};
enum { N_STATEMENTS = sizeof statements / sizeof statements[0] };

static bool
read_line(Making *m, Str raw, Line *l, Err *err)
{
	Str word = line_keyword(raw), names[N_STATEMENTS];
	bool reject = str_eq(word, S("reject"));
	if (reject || str_eq(word, S("example")))
		return read_example(m, raw, reject, err);
	if (!line_words(raw, m->a, l, err))
		return false;
	if (l->n == 0)
		return true;
	for (size_t i = 0; i < N_STATEMENTS; i++) {
		if (str_eq(l->keyword, statements[i].keyword))
			return statements[i].read(m, l, err);
		names[i] = statements[i].keyword;
	}
	err_set(err, E_INPUT, "unknown word '%.*s'; one of %.*s", STR(brief(l->keyword)),
		STR(names_join(m->a, names, N_STATEMENTS)));
	return unknown(err, nearest(l->keyword, names, N_STATEMENTS));
}

static bool
statements_present(const Making *m, Err *err)
{
	const Dataset *d = m->d;
	const struct {
		Str value;
		const char *word;
	} need[] = {
		{d->name, "dataset"}, {d->title, "title"}, {d->owner, "owner"}, {m->level, "level"}};
	for (size_t i = 0; i < sizeof need / sizeof need[0]; i++)
		if (!need[i].value.p)
			return err_set(err, E_INPUT, "a line '%s …' is missing", need[i].word);
	return d->n_fields > 0 || err_set(err, E_INPUT, "a line '%s …' is missing", "field");
}

/* Names and labels lead a header to one field each. */
static bool
fields_distinct(const Dataset *d, Arena a, int *line, Err *err)
{
	Map names = map_new(&a), labels = map_new(&a);
	uint64_t other;
	for (size_t i = 0; i < d->n_fields; i++) {
		*line = d->field[i].line;
		if (map_get(&names, d->field[i].name, &other))
			return err_set(err, E_INPUT, "field '%.*s' is given twice, first on line %d",
				STR(d->field[i].name), d->field[other].line);
		map_set(&names, d->field[i].name, i);
	}
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		Str norm = header_norm(&a, f->label);
		*line = f->line;
		if (map_get(&labels, norm, &other))
			return err_set(err, E_INPUT,
				"label '%.*s' of field '%.*s' is already that of field '%.*s'",
				STR(brief(f->label)), STR(f->name), STR(d->field[other].name));
		if (map_get(&names, norm, &other) && other != i)
			return err_set(err, E_INPUT,
				"label '%.*s' of field '%.*s' is the name of another field", STR(brief(f->label)),
				STR(f->name));
		map_set(&labels, norm, i);
	}
	return true;
}

static bool
keys_find(Dataset *d, int *line, Err *err)
{
	bool placed = false;
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		d->has_private |= f->n_private > 0;
		d->n_match += f->match;
		if (d->n_match > MATCH_MAX) {
			*line = f->line;
			return err_set(err, E_INPUT, "more than %d fields with 'match'", MATCH_MAX);
		}
		if (!f->key)
			continue;
		*line = f->line;
		if (d->n_key == sizeof d->key / sizeof d->key[0])
			return err_set(err, E_INPUT, "more than %zu key fields", d->n_key);
		d->key[d->n_key++] = i;
		if (f->type == TYPE_AREA && !placed) {
			d->area = i;
			placed = true;
		}
	}
	*line = 1;
	if (!placed)
		return err_set(err, E_INPUT, "no key field of type area(…): it places each row");
	const Field *f = &d->field[d->area];
	*line = f->line;
	if (f->level != d->level && f->level != LEVEL_ANY && d->level != LEVEL_ANY)
		return err_set(err, E_INPUT,
			"the dataset's level is '%.*s', but its key field '%.*s' is area(%.*s)",
			STR(level_name(d->level)), STR(f->name), STR(level_name(f->level)));
	return true;
}

static void
fields_sort(Dataset *d, Arena *a)
{
	d->sorted = NEW(a, size_t, d->n_fields);
	for (size_t i = 0; i < d->n_fields; i++) {
		size_t at = i;
		for (; at > 0 && str_cmp(d->field[d->sorted[at - 1]].name, d->field[i].name) > 0; at--)
			d->sorted[at] = d->sorted[at - 1];
		d->sorted[at] = i;
	}
}

static bool
examples_fit(const Dataset *d, Arena a, int *line, Err *err)
{
	Str *cell = NEW(&a, Str, d->n_fields);
	for (size_t i = 0; i < d->n_examples + d->n_rejects; i++) {
		const Example *e = i < d->n_examples ? &d->example[i] : &d->reject[i - d->n_examples];
		*line = e->line;
		if (!example_cells(d, e->text, &a, cell, err))
			return false;
	}
	return true;
}

static bool
whole_check(Making *m, Err *err)
{
	Dataset *d = m->d;
	m->line = 1;
	if (!statements_present(m, err) || !fields_distinct(d, *m->a, &m->line, err) ||
		!keys_find(d, &m->line, err))
		return false;
	m->line = 1;
	if (d->visible_by.p && !dataset_field(d, d->visible_by))
		return err_set(
			err, E_INPUT, "visible_by names '%.*s', which is no field", STR(brief(d->visible_by)));
	fields_sort(d, m->a);
	return examples_fit(d, *m->a, &m->line, err);
}

bool
dataset_parse(Str file, Str text, Arena *a, Dataset *out, Err *err)
{
	*out = (Dataset){.file = file, .text = text};
	if (!text_check(file, text, err))
		return false;
	Making m = {.d = out, .a = a};
	Lines lines = {.file = file, .rest = text};
	Line *l = NEW(a, Line, 1);
	Str raw;
	while (lines_next(&lines, &raw)) {
		m.line = lines.number;
		if (!read_line(&m, raw, l, err))
			return err_at(err, file, m.line);
	}
	if (!whole_check(&m, err))
		return err_at(err, file, m.line);
	out->hash = sha256(text);
	return true;
}

const Field *
dataset_field(const Dataset *d, Str name)
{
	/* Before fields_sort there is no order to search by. */
	if (!d->sorted) {
		for (size_t i = 0; i < d->n_fields; i++)
			if (str_eq(d->field[i].name, name))
				return &d->field[i];
		return NULL;
	}
	for (size_t low = 0, high = d->n_fields; low < high;) {
		size_t mid = low + (high - low) / 2;
		int order = str_cmp(name, d->field[d->sorted[mid]].name);
		if (order == 0)
			return &d->field[d->sorted[mid]];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* One CSV cell: plain up to the comma, or in quotes with "" for a quote. */
static bool
cell_take(Str *rest, Arena *a, Str *out, bool *more, Err *err)
{
	while (rest->n && (rest->p[0] == ' ' || rest->p[0] == '\t'))
		*rest = str_slice(*rest, 1, rest->n);
	if (rest->n == 0 || rest->p[0] != '"') {
		*more = str_cut(*rest, ',', out, rest);
		*out = str_trim(*out);
		return true;
	}
	char *text = NEW(a, char, rest->n);
	size_t n = 0, i = 1;
	for (; i < rest->n && (rest->p[i] != '"' || (i + 1 < rest->n && rest->p[i + 1] == '"')); i++) {
		i += rest->p[i] == '"';
		text[n++] = rest->p[i];
	}
	if (i >= rest->n)
		return err_set(err, E_INPUT, "a quoted cell has no closing quote");
	Str between;
	*more = str_cut(str_slice(*rest, i + 1, rest->n), ',', &between, rest);
	*out = (Str){text, n};
	return str_trim(between).n == 0 ||
		err_set(err, E_INPUT, "text after the closing quote of a cell");
}

bool
example_cells(const Dataset *d, Str text, Arena *a, Str *cell, Err *err)
{
	bool more = true;
	for (size_t i = 0; i < d->n_fields; i++) {
		cell[i] = S("");
		if (more && !cell_take(&text, a, &cell[i], &more, err))
			return false;
	}
	return !more ||
		err_set(err, E_INPUT, "more cells than the %zu fields of dataset '%.*s'", d->n_fields,
			STR(d->name));
}
