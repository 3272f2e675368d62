/* doc: what people read about the definitions: the data dictionary in Markdown, CSV templates, messages to translate. */
#include "cat/cat_private.h"

enum { SCRATCH = 32 << 20 };

/* Text inside a Markdown table: a bar would end the cell. */
static void
cell_add(Buf *out, Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|' || s.p[i] == '\\' || s.p[i] == '<')
			buf_byte(out, '\\');
		buf_byte(out, s.p[i]);
	}
}

static void
item_add(Buf *out, const char *name, Str value)
{
	if (!value.n)
		return;
	buf_fmt(out, "- %s: ", name);
	cell_add(out, value);
	buf_byte(out, '\n');
}

static void
joined_add(Buf *out, const Str *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_add(out, i ? S(", ") : S(""));
		cell_add(out, v[i]);
	}
}

static void
field_row(const Pack *pack, const Dataset *d, const Field *f, Arena tmp, Buf *out)
{
	Str preset = pack ? pack_preset(pack, d->name, f->name) : (Str){0};
	Str standard = preset.p ? preset : f->default_text;
	buf_fmt(out, "| `%.*s` | ", STR(f->name));
	cell_add(out, tr_str(f->label));
	buf_add(out, S(" | "));
	cell_add(out, type_text(&tmp, f));
	if (f->unit.p) {
		buf_add(out, S(", "));
		cell_add(out, tr_str(f->unit));
	}
	buf_fmt(out, " | %s | ", f->key ? tr("key") : f->required ? tr("required") : "");
	cell_add(out, standard);
	buf_add(out, S(" | "));
	joined_add(out, f->from, f->n_from);
	buf_add(out, S(" | "));
	joined_add(out, f->private_to, f->n_private);
	buf_add(out, S(" |\n"));
}

static void
examples_add(const Dataset *d, Buf *out)
{
	buf_fmt(out, "\n%s\n\n", tr("Accepted rows:"));
	for (size_t i = 0; i < d->n_examples; i++)
		buf_fmt(out, "    %.*s\n", STR(d->example[i].text));
	buf_fmt(out, "\n%s\n\n", tr("Refused rows, and why:"));
	for (size_t i = 0; i < d->n_rejects; i++)
		buf_fmt(out, "    %.*s  # %.*s\n", STR(d->reject[i].text), STR(d->reject[i].reason));
}

static bool
query_reads(const Query *q, const Dataset *d)
{
	for (size_t i = 0; i < q->n_reads; i++)
		if (q->reads[i] == d)
			return true;
	return false;
}

static void
readers_add(const Catalog *c, const Dataset *d, Buf *out)
{
	size_t said = 0;
	for (size_t i = 0; i < c->n_indicators + c->n_checks; i++) {
		const Query *q = i < c->n_indicators ? &c->indicator[i] : &c->check[i - c->n_indicators];
		if (!query_reads(q, d))
			continue;
		if (!said++)
			buf_fmt(out, "- %s: ", tr("read by"));
		buf_fmt(out, "%s`%.*s`", said > 1 ? ", " : "", STR(q->name));
	}
	if (said)
		buf_byte(out, '\n');
}

void
dataset_doc(const Catalog *c, const Pack *pack, const Dataset *d, Buf *out)
{
	Arena tmp;
	if (!arena_open(&tmp, SCRATCH, NULL)) {
		out->failed = true;
		return;
	}
	buf_fmt(out, "## %.*s (`%.*s`)\n\n", STR(tr_str(d->title)), STR(d->name));
	item_add(out, tr("owner"), d->owner);
	item_add(out, tr("level"), tr_str(level_name(d->level)));
	if (d->restricted)
		buf_fmt(out, "- %s\n", tr("restricted: the public log names neither dataset nor area"));
	item_add(out, tr("visible by"), d->visible_by);
	if (d->made_by.n)
		buf_fmt(out, "- %s: siap %.*s\n", tr("made by"), STR(d->made_by));
	if (c)
		readers_add(c, d, out);
	buf_fmt(out, "\n| %s | %s | %s | %s | %s | %s | %s |\n|---|---|---|---|---|---|---|\n",
		tr("field"), tr("label"), tr("type"), tr("must"), tr("default"), tr("also called"),
		tr("private to"));
	for (size_t i = 0; i < d->n_fields; i++)
		field_row(pack, d, &d->field[i], tmp, out);
	examples_add(d, out);
	buf_byte(out, '\n');
	arena_close(&tmp);
}

/* "H-1 (2024-11-26)" */
static Str
day_text(const Pack *pack, Str text, Arena *a)
{
	int32_t day;
	char date[11];
	if (!pack || !str_starts(text, S("H")) || !pack_day(pack, text, &day))
		return text;
	date_format(day, date);
	return arena_fmt(a, "%.*s (%s)", STR(text), date);
}

void
query_doc(const Catalog *c, const Pack *pack, const Query *q, Buf *out)
{
	Arena tmp;
	(void)c;
	if (!arena_open(&tmp, SCRATCH, NULL)) {
		out->failed = true;
		return;
	}
	buf_fmt(out, "## %.*s (`%.*s`)\n\n", STR(tr_str(q->title)), STR(q->name));
	if (q->definition.n)
		buf_fmt(out, "%.*s\n\n", STR(tr_str(q->definition)));
	item_add(out, tr("pillar"), tr_str(q->pillar));
	item_add(out, tr("severity"), tr_str(q->severity));
	item_add(out, tr("remedy"), tr_str(q->remedy));
	item_add(out, tr("owner"), q->owner);
	item_add(out, tr("level"), tr_str(level_name(q->level)));
	item_add(out, tr("unit"), tr_str(q->unit));
	item_add(out, tr("due"), day_text(pack, query_due(q, pack), &tmp));
	item_add(out, tr("counts from"), day_text(pack, query_opens(q, pack), &tmp));
	if (!q->is_check)
		item_add(out, tr("weight"), arena_fmt(&tmp, "%d", q->weight));
	if (q->must)
		buf_fmt(out, "- %s\n", tr("decides whether a TPS is ready"));
	item_add(out, tr("source"), q->source);
	if (q->n_reads)
		buf_fmt(out, "- %s: ", tr("reads"));
	for (size_t i = 0; i < q->n_reads; i++)
		buf_fmt(out, "%s`%.*s`%s", i ? ", " : "", STR(q->reads[i]->name),
			i + 1 < q->n_reads ? "" : "\n");
	buf_fmt(out, "\n```sql\n%.*s\n```\n\n", STR(q->sql));
	arena_close(&tmp);
}

/* "(unverified)" stands beside the value itself, wherever one is shown. */
static const char *
mark(bool unverified)
{
	return unverified ? tr(" (unverified)") : "";
}

static void
amount_cell(const PackCode *c, Buf *out)
{
	bool any = c->has_amount;
	if (c->has_amount)
		buf_int(out, c->amount);
	for (size_t i = 0; i < c->n_numbers; i++) {
		buf_fmt(out, "%s%.*s %lld", any ? ", " : "", STR(c->number[i].name),
			(long long)c->number[i].value);
		any = true;
	}
	if (any)
		buf_add(out, str_of(mark(c->unverified)));
}

static void
end_cell(const PackCode *c, Buf *out)
{
	buf_add(out, c->ends);
	if (c->after.n)
		buf_fmt(out, c->working ? tr("%.*s + %lld working days") : tr("%.*s + %lld days"),
			STR(c->after), (long long)c->days);
	if (c->set_by.n)
		buf_fmt(out, tr("set by %.*s"), STR(c->set_by));
	if (c->ends.n || c->after.n)
		buf_add(out, str_of(mark(c->unverified)));
}

static void
code_row(const PackCode *c, Buf *out)
{
	buf_fmt(out, "| %.*s | `%.*s` | ", STR(c->list), STR(c->code));
	cell_add(out, tr_str(c->label));
	buf_fmt(out, " | %.*s | ", STR(c->rule));
	amount_cell(c, out);
	buf_fmt(out, " | %.*s | ", STR(c->starts));
	end_cell(c, out);
	buf_add(out, S(" | "));
	cell_add(out, c->basis);
	buf_add(out, c->basis.n && c->source.n ? S("; ") : S(""));
	cell_add(out, c->source);
	buf_fmt(out, "%s |\n", mark(c->unverified));
}

static void
number_rows(const PackNumber *list, size_t n, const char *kind, Buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_fmt(out, "| %s | `%.*s` | %lld%s | ", kind, STR(list[i].name), (long long)list[i].value,
			mark(list[i].unverified));
		cell_add(out, list[i].source);
		buf_add(out, S(" |\n"));
	}
}

static void
day_rows(const PackText *list, size_t n, const char *kind, Buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_fmt(out, "| %s | `%.*s` | %.*s | ", kind, STR(list[i].name), STR(list[i].value));
		cell_add(out, list[i].source);
		buf_add(out, S(" |\n"));
	}
}

static void
holidays_add(const Pack *p, Buf *out)
{
	if (p->n_holidays)
		buf_fmt(out, "\n%s\n\n", tr("Public holidays, on which no working day is counted:"));
	for (size_t i = 0; i < p->n_holidays; i++) {
		const PackDay *d = &p->holiday[i];
		buf_fmt(out, "- %.*s: ", STR(d->day));
		cell_add(out, tr_str(d->label));
		buf_add(out, S("; "));
		cell_add(out, d->source);
		buf_fmt(out, "%s\n", mark(d->unverified));
	}
}

void
pack_doc(const Pack *p, Buf *out)
{
	buf_fmt(out, "## %.*s (`%.*s`)\n\n- %s: %.*s\n", STR(tr_str(p->title)), STR(p->name),
		tr("polling day"), STR(p->poll));
	for (size_t i = 0; i < p->n_labels; i++) {
		buf_fmt(out, "- %.*s: ", STR(p->label[i].name));
		cell_add(out, p->label[i].value);
		buf_byte(out, '\n');
	}
	buf_fmt(out, "\n| %s | %s | %s | %s |\n|---|---|---|---|\n", tr("kind"), tr("name"),
		tr("value"), tr("source"));
	number_rows(p->limit, p->n_limits, tr("limit"), out);
	number_rows(p->weight, p->n_weights, tr("weight"), out);
	number_rows(p->must, p->n_must, tr("must"), out);
	day_rows(p->due, p->n_due, tr("due"), out);
	day_rows(p->opens, p->n_opens, tr("counts from"), out);
	buf_fmt(out, "\n| %s | %s | %s | %s | %s | %s | %s | %s |\n|---|---|---|---|---|---|---|---|\n",
		tr("list"), tr("code"), tr("label"), tr("rule"), tr("amount"), tr("start"), tr("end"),
		tr("source"));
	for (size_t i = 0; i < p->n_codes; i++)
		code_row(&p->code[i], out);
	holidays_add(p, out);
	buf_byte(out, '\n');
}

/* ---- templates ---- */

void
dataset_template(const Dataset *d, Buf *out)
{
	Arena a;
	if (!arena_open(&a, SCRATCH, NULL)) {
		out->failed = true;
		return;
	}
	Str *cell = NEW(&a, Str, d->n_fields);
	for (size_t i = 0; i < d->n_fields; i++) {
		if (i)
			csv_out_sep(out);
		csv_out_text(out, tr_str(d->field[i].label));
	}
	csv_out_end(out);
	for (size_t k = 0; k < d->n_examples; k++) {
		Arena tmp = a;
		/* They were read once when the dataset was. */
		NEED(example_cells(d, d->example[k].text, &tmp, cell, NULL));
		for (size_t i = 0; i < d->n_fields; i++) {
			int64_t number;
			if (i)
				csv_out_sep(out);
			/* A negative number is no formula. */
			bool plain = type_is_int(d->field[i].type) && d->field[i].type != TYPE_INSTANT;
			bool fine;
			if (plain && decimal_read(cell[i], 6, &number, &fine) &&
				!memchr(cell[i].p, ',', cell[i].n))
				buf_add(out, cell[i]);
			else
				csv_out_text(out, cell[i]);
		}
		csv_out_end(out);
	}
	arena_close(&a);
}

/* ---- messages ---- */

typedef struct Messages {
	Map seen;
	Buf *out;
} Messages;

static void
message(Messages *m, Str s)
{
	if (s.n == 0 || map_get(&m->seen, s, NULL))
		return;
	map_set(&m->seen, s, 1);
	buf_add(m->out, s);
	buf_byte(m->out, '\n');
}

static void
dataset_messages(Messages *m, const Dataset *d)
{
	message(m, d->title);
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		message(m, f->label);
		message(m, f->unit);
		for (size_t k = 0; k < f->n_options; k++)
			message(m, f->option[k]);
	}
}

static void
query_messages(Messages *m, const Query *q)
{
	const Str texts[] = {
		q->title, q->pillar, q->unit, q->units, q->definition, q->severity, q->remedy};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		message(m, texts[i]);
}

void
catalog_msgids(const Catalog *c, Buf *out)
{
	Arena a;
	if (!arena_open(&a, SCRATCH, NULL)) {
		out->failed = true;
		return;
	}
	Messages m = {map_new(&a), out};
	for (Level l = LEVEL_ANY; l <= LEVEL_TPS; l++)
		message(&m, level_name(l));
	for (size_t i = 0; i < c->n_datasets; i++)
		dataset_messages(&m, &c->dataset[i]);
	for (size_t i = 0; i < c->n_indicators; i++)
		query_messages(&m, &c->indicator[i]);
	for (size_t i = 0; i < c->n_checks; i++)
		query_messages(&m, &c->check[i]);
	for (size_t i = 0; i < c->n_views; i++) {
		message(&m, c->view[i].title);
		message(&m, c->view[i].definition);
	}
	for (size_t i = 0; i < c->n_packs; i++) {
		message(&m, c->pack[i].title);
		for (size_t k = 0; k < c->pack[i].n_holidays; k++)
			message(&m, c->pack[i].holiday[k].label);
		for (size_t k = 0; k < c->pack[i].n_codes; k++)
			message(&m, c->pack[i].code[k].label);
		for (size_t k = 0; k < c->pack[i].n_labels; k++)
			message(&m, c->pack[i].label[k].value);
	}
	arena_close(&a);
}
