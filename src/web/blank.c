/* blank: forms on paper for places without a network: the codes are printed, the figures are written by hand. */
#include "web/desk.h"

enum { VARIANTS = 200, TABLE_WIDTH = 14 };

typedef struct
	Variant {  /* of the rows that a TPS has in a dataset: what is printed for its other keys */
	Str *cell; /* by key; empty: to be written by hand */
	int64_t amount; /* that the rules give the code before, 0: none */
} Variant;
typedef struct Variants {
	Variant v[VARIANTS];
	size_t n;
} Variants;

typedef struct Blank {
	Request *rq;
	Str village;
	Str *tps, *name; /* of the village */
	size_t n;
	Fill *page;
} Blank;

/* ---- what may stand in a field ---- */

typedef struct Choice {
	Str label;
	int64_t amount;
} Choice;

/* What the rules owe to districts and regencies is at no TPS. */
static bool
code_of_station(const PackCode *c)
{
	return !str_starts(c->rule, S("per_district")) && !str_starts(c->rule, S("per_regency"));
}

static Choice *
choices_of(const Request *rq, const Field *f, size_t *n)
{
	const Pack *p = rq->w->pack;
	Choice *out = NEW(rq->a, Choice, p->n_codes + f->n_options + 2);
	*n = 0;
	if (f->type == TYPE_BOOL) {
		out[(*n)++].label = str_of(tr("yes"));
		out[(*n)++].label = str_of(tr("no"));
	}
	for (size_t i = 0; (f->type == TYPE_ENUM || f->type == TYPE_STATES) && i < f->n_options; i++)
		out[(*n)++].label = tr_str(f->option[i]);
	for (size_t i = 0; f->type == TYPE_CODE && i < p->n_codes; i++)
		if (str_eq(p->code[i].list, f->list) && code_of_station(&p->code[i]))
			out[(*n)++] = (Choice){tr_str(p->code[i].label), p->code[i].amount};
	return out;
}

/* ---- the rows of a TPS ---- */

/* One more key: each row so far becomes as many as the key has values, when it is known which. */
static void
variants_multiply(const Request *rq, const Field *f, size_t column, size_t columns, Variants *all)
{
	Variants *before = NEW(rq->a, Variants, 1);
	size_t n_choices;
	const Choice *choice = choices_of(rq, f, &n_choices);
	*before = *all;
	all->n = 0;
	for (size_t i = 0; i < before->n; i++) {
		int64_t numbered = f->type == TYPE_INT ? before->v[i].amount : 0;
		bool preset = f->default_text.n > 0;
		size_t n = preset ? 1 : n_choices ? n_choices : numbered > 0 ? (size_t)numbered : 1;
		for (size_t k = 0; k < n && all->n < VARIANTS; k++) {
			Variant *v = &all->v[all->n++];
			v->cell = NEW(rq->a, Str, columns);
			memcpy(v->cell, before->v[i].cell, columns * sizeof *v->cell);
			v->amount = !preset && n_choices ? choice[k].amount : 0;
			v->cell[column] = preset ? tr_str(f->default_text)
				: n_choices          ? choice[k].label
				: numbered > 0       ? arena_fmt(rq->a, "%zu", k + 1)
									 : S("");
		}
	}
}

static Variants *
variants_of(const Request *rq, const Dataset *d)
{
	Variants *all = NEW(rq->a, Variants, 1);
	size_t column = 0;
	all->n = 1;
	all->v[0].cell = NEW(rq->a, Str, d->n_key);
	for (size_t i = 0; i < d->n_key; i++)
		if (d->key[i] != d->area)
			variants_multiply(rq, &d->field[d->key[i]], column++, d->n_key, all);
	return all;
}

/* ---- how wide a field is on paper, in the smallest box that takes a number ---- */

static int
width_of(const Field *f)
{
	switch (f->type) {
	case TYPE_TEXT:
		return f->max > 12 ? 3 : 1;
	case TYPE_REF:
	case TYPE_ID:
		return 3;
	case TYPE_DATE:
	case TYPE_INSTANT:
	case TYPE_PHONE:
	case TYPE_CODE:
	case TYPE_ENUM:
	case TYPE_STATES:
	case TYPE_DECIMAL:
	case TYPE_MONEY:
	case TYPE_AREA:
		return 2;
	case TYPE_INT:
	case TYPE_BOOL:
	case TYPE_FILE:
		break;
	}
	return 1;
}

static bool
is_written(const Field *f)
{
	return !f->key && f->type != TYPE_FILE;
}

static bool
fits_table(const Dataset *d)
{
	int width = 0;
	for (size_t i = 0; i < d->n_fields; i++)
		width += is_written(&d->field[i]) ? width_of(&d->field[i]) : 0;
	return width <= TABLE_WIDTH;
}

/* ---- filling ---- */

static size_t
n_columns(const Dataset *d)
{
	size_t n = d->n_key; /* that of the area has the TPS */
	for (size_t i = 0; i < d->n_fields; i++)
		n += is_written(&d->field[i]);
	return n;
}

static Str
options_words(const Request *rq, const Field *f)
{
	AUTO(Buf) b = {0};
	size_t n;
	const Choice *c = choices_of(rq, f, &n);
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s%.*s", i ? " / " : "", STR(c[i].label));
	return arena_str(rq->a, buf_str(&b));
}

static void
fields_fill(const Blank *x, Fill *form, const Dataset *d)
{
	const Request *rq = x->rq;
	fill_list(form, "keys");
	fill_list(form, "fields");
	fill_list(form, "options");
	fill_text(form, "columns", arena_fmt(rq->a, "%zu", n_columns(d)));
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		Str options = is_written(f) ? options_words(rq, f) : (Str){0}, label = tr_str(f->label);
		if (i == d->area || f->type == TYPE_FILE)
			continue;
		Fill *item = fill_item(form, f->key ? "keys" : "fields");
		fill_text(item, "label", label);
		fill_text(item, "unit", f->unit.n ? tr_str(f->unit) : S(""));
		fill_text(item, "box", arena_fmt(rq->a, "w%d", width_of(f)));
		fill_text(item, "choices", options);
		if (!options.n)
			continue;
		item = fill_item(form, "options");
		fill_text(item, "label", label);
		fill_text(item, "choices", options);
	}
}

static void
rows_fill(const Blank *x, Fill *form, const Dataset *d)
{
	const Variants *all = variants_of(x->rq, d);
	fill_list(form, "rows");
	for (size_t i = 0; i < x->n; i++)
		for (size_t k = 0; k < all->n; k++) {
			Fill *row = fill_item(form, "rows");
			fill_text(row, "code", x->tps[i]);
			fill_text(row, "name", x->name[i]);
			fill_flag(row, "first", k == 0);
			fill_list(row, "printed");
			for (size_t c = 0; c + 1 < d->n_key; c++)
				fill_text(fill_item(row, "printed"), "text", all->v[k].cell[c]);
		}
}

/* Of a polling station, open to whoever prints it, and more than an empty line. */
static bool
is_form(const Request *rq, const Dataset *d)
{
	Err ignored;
	return d->field[d->area].level == LEVEL_TPS && dataset_open(rq, d) &&
		account_may(rq->who, VERB_READ, d, (Str){0}, &ignored);
}

static void
forms_fill(const Blank *x, const Dataset *only)
{
	const Request *rq = x->rq;
	const Catalog *c = &rq->w->cat;
	fill_list(x->page, "forms");
	fill_list(x->page, "lists");
	for (size_t i = 0; i < c->n_datasets; i++) {
		const Dataset *d = &c->dataset[i];
		if (!is_form(rq, d))
			continue;
		Fill *item = fill_item(x->page, "lists");
		fill_text(item, "dataset", d->name);
		fill_text(item, "list", tr_str(d->title));
		fill_flag(item, "chosen", d == only);
		if (only && d != only)
			continue;
		item = fill_item(x->page, "forms");
		fill_text(item, "dataset", d->name);
		fill_text(item, "form", tr_str(d->title));
		fill_text(item, "owner", str_of(agency_label(d->owner)));
		fill_flag(item, "table", fits_table(d));
		fill_flag(item, "private", d->has_private);
		fields_fill(x, item, d);
		rows_fill(x, item, d);
	}
}

/* ---- the page ---- */

/* The TPS of the village, or the one TPS, as the board knows them. */
static bool
stations_read(Blank *x, Err *err)
{
	AUTO(Desk) desk = {0};
	Arena *a = x->rq->a;
	if (!desk_open(x->rq, &desk, err))
		return false;
	if (desk.level < LEVEL_VILLAGE)
		return err_set(err, E_INPUT, "'%.*s' is no village: blank forms are printed by village",
				   STR(desk.code)) ||
			err_hint(err, "choose one of its villages on the board");
	x->village = place_words(desk.places, desk.code, a);
	desk_fill(&desk, x->page, tr("blank forms"));
	fill_text(x->page, "within", within_words(desk.places, desk.code, a));
	size_t end = board_find(desk.b, desk.code, &desk.node) ? desk.b->end[desk.node] : desk.node;
	x->tps = NEW(a, Str, end - desk.node + 1);
	x->name = NEW(a, Str, end - desk.node + 1);
	for (size_t i = desk.node; i < end; i++)
		if (desk.b->level[i] == LEVEL_TPS) {
			x->tps[x->n] = arena_str(a, str_of(desk.b->code[i]));
			x->name[x->n] = place_name(desk.places, x->tps[x->n], a);
			x->n++;
		}
	return true;
}

static bool
blank(Request *rq, Err *err)
{
	Blank x = {.rq = rq, .page = fill_new(rq->a)};
	Str name = rq_query(rq, "dataset");
	const Dataset *only = name.n ? catalog_dataset(&rq->w->cat, name) : NULL;
	if (name.n && (!only || !is_form(rq, only)))
		return err_set(err, E_NOTFOUND, "there is no blank form '%.*s'", STR(name)) ||
			err_hint(err, "the page without it has all forms of the village");
	if (!stations_read(&x, err))
		return false;
	fill_text(x.page, "village", x.village);
	fill_flag(x.page, "some", x.n > 0);
	forms_fill(&x, only);
	fill_text(x.page, "blank_css", asset_address(S("blank.css"), rq->a));
	return page_send(rq, "blank", x.page, err);
}
ROUTE(blank, "GET", "/blank/{area}", blank, ROUTE_MEMBER);
