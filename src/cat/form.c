/* form: an empty workbook for a dataset: what a column means stands in its note, what it may hold in its rule. */
#include "cat/cat_private.h"

enum { SCRATCH = 8 << 20 };

XlsxColumn
field_column(const Field *f, Str name)
{
	XlsxColumn c = {.name = name, .format = XLSX_TEXT, .width = (int)utf8_width(name) + 4};
	int least = 10;
	if (f->type == TYPE_INT || f->type == TYPE_MONEY || f->type == TYPE_DECIMAL)
		c.format = XLSX_NUMBER;
	else if (f->type == TYPE_DATE)
		c.format = XLSX_DATE;
	else if (f->type == TYPE_INSTANT)
		c.format = XLSX_INSTANT;
	if (f->type == TYPE_AREA || f->type == TYPE_PHONE)
		least = 16;
	else if (f->type == TYPE_INSTANT || f->type == TYPE_ENUM || f->type == TYPE_CODE)
		least = 20;
	else if (f->type == TYPE_TEXT)
		least = f->max < 10 ? 10 : f->max > 40 ? 40 : (int)f->max;
	c.width = c.width < least ? least : c.width;
	return c;
}

static Str
note_text(const Field *f, const Str *example, size_t i, Arena *a)
{
	AUTO(Buf) b = {0};
	Str unit = f->unit.n ? tr_str(f->unit) : S("");
	buf_fmt(&b, "%.*s: %.*s", STR(f->name), STR(type_text(a, f)));
	if (unit.n)
		buf_fmt(&b, ", %.*s", STR(unit));
	if (f->key || f->required)
		buf_fmt(&b, "\n%s", f->key ? tr("key") : tr("required"));
	if (example[i].n)
		buf_fmt(&b, tr("\nexample: %.*s"), STR(example[i]));
	return arena_str(a, buf_str(&b));
}

/* What is chosen from: labels, or the code itself where two have the same label. */
static void
codes_list(const Pack *p, const Field *f, Arena *a, XlsxColumn *c)
{
	Str *list = NEW(a, Str, p->n_codes + 1);
	const PackCode **code = NEW(a, const PackCode *, p->n_codes + 1);
	size_t n = 0;
	for (size_t i = 0; i < p->n_codes; i++)
		if (str_eq(p->code[i].list, f->list))
			code[n++] = &p->code[i];
	for (size_t i = 0; i < n; i++) {
		list[i] = tr_str(code[i]->label);
		for (size_t k = 0; k < n; k++)
			if (k != i &&
				(loose_eq(tr_str(code[k]->label), list[i]) || loose_eq(code[k]->code, list[i])))
				list[i] = code[i]->code;
	}
	c->option = list;
	c->n_options = n;
}

static void
column_rule(const Pack *pack, const Field *f, Arena *a, XlsxColumn *c)
{
	double scale = 1;
	for (int i = 0; i < f->places; i++)
		scale *= 10;
	if (f->type == TYPE_CODE && pack) {
		codes_list(pack, f, a, c);
	} else if (f->type == TYPE_ENUM || f->type == TYPE_STATES) {
		Str *list = NEW(a, Str, f->n_options);
		for (size_t i = 0; i < f->n_options; i++)
			list[i] = tr_str(f->option[i]);
		c->option = list;
		c->n_options = f->n_options;
	} else if (f->type == TYPE_BOOL) {
		Str *list = NEW(a, Str, 2);
		list[0] = str_of(tr("yes"));
		list[1] = str_of(tr("no"));
		c->option = list;
		c->n_options = 2;
	} else if (c->format == XLSX_NUMBER) {
		c->ranged = true;
		c->min = (double)f->min / scale;
		c->max = (double)f->max / scale;
		c->places = f->places;
	}
}

bool
dataset_form(const Dataset *d, const Pack *pack, const char *path, Err *err)
{
	AUTO(Arena) a = {0};
	XlsxOut *out;
	if (!arena_open(&a, SCRATCH, err))
		return false;
	Str *example = NEW(&a, Str, d->n_fields);
	XlsxColumn *column = NEW(&a, XlsxColumn, d->n_fields);
	if (d->n_examples && !example_cells(d, d->example[0].text, &a, example, err))
		return false;
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		column[i] = field_column(f, tr_str(f->label));
		column[i].note = note_text(f, example, i, &a);
		column_rule(pack, f, &a, &column[i]);
	}
	return xlsx_out_open(path, str_slice(d->name, 0, 31), column, d->n_fields, &out, err) &&
		xlsx_out_close(out, err);
}
