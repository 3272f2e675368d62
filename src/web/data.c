/* data: what the pages about rows share: which dataset and row, what the visitor may do, values as people read them. */
#include "web/data.h"

/* ---- which, and whether ---- */

bool
data_allow(const Request *rq, Verb verb, const Dataset *d, Str area, Err *err)
{
	return account_may(rq->who, verb, d, area, err);
}

bool
data_may(const Request *rq, Verb verb, const Dataset *d, Str area)
{
	Err ignored;
	return data_allow(rq, verb, d, area, &ignored);
}

bool
data_dataset(const Request *rq, const Dataset **out, Err *err)
{
	Str name = rq_param(rq, "dataset");
	const Catalog *c = &rq->w->cat;
	*out = catalog_dataset(c, name);
	if (*out)
		return data_allow(rq, VERB_READ, *out, (Str){0}, err);
	err_set(err, E_NOTFOUND, "there is no dataset '%.*s'", STR(name));
	return err_hint(err, "the page Data lists them all");
}

bool
data_key(const Request *rq, const Dataset *d, Str **text, Err *err)
{
	if (row_key_cells(d, rq_param(rq, "key"), rq->a, text, err))
		return true;
	if (err->code == E_INPUT)
		err->code = E_NOTFOUND;
	return false;
}

bool
data_may_undo(const Request *rq, const Dataset *d, Str area, Str actor)
{
	Err ignored;
	return account_may_undo(rq->who, d, area, actor, &ignored);
}

bool
data_row(const Request *rq, Verb verb, const Dataset *d, const Str *text, RowView *out, Err *err)
{
	if (!row_get(rq->w, d, text, rq->a, out, err))
		return false;
	/* Whether there is a row that one must not know of, no answer tells. */
	if (!row_is_seen(rq->who, d, out->v))
		return err_set(err, E_NOTFOUND, "'%.*s' has no row '%.*s'", STR(d->name), STR(out->key));
	return data_allow(rq, verb, d, out->v[d->area].s, err);
}

Origin
data_origin(const Request *rq, const Dataset *d, Str why)
{
	bool other = d && account_for_other(rq->who, d);
	return (Origin){.actor = rq->who->login,
		.agency = rq->who->agency,
		.on_behalf_of = other ? d->owner : (Str){0},
		.source = S("web"),
		.why = why};
}

/* ---- addresses ---- */

Str
data_encode(const Request *rq, Str s)
{
	AUTO(Buf) b = {0};
	percent_encode(s, &b);
	return arena_str(rq->a, buf_str(&b));
}

Str
data_url(const Request *rq, const Dataset *d, const char *what, Str key)
{
	AUTO(Buf) b = {0};
	bool more = key.n > 0;
	buf_fmt(&b, "/data/%.*s%s%s", STR(d->name), *what ? "/" : "", what);
	while (more) {
		Str part;
		more = str_cut(key, '/', &part, &key);
		buf_byte(&b, '/');
		percent_encode(part, &b);
	}
	return arena_str(rq->a, buf_str(&b));
}

/* ---- values ---- */

int
data_zone(const Request *rq)
{
	int zone = area_zone(rq->w->area);
	return zone ? zone : 420;
}

Str
data_number(const Request *rq, uint64_t n)
{
	return figure_number(rq->a, (int64_t)n);
}

Str
data_int(const Request *rq, int64_t n)
{
	return arena_fmt(rq->a, "%lld", (long long)n);
}

Str
data_place(const Request *rq, Str code)
{
	Str name = area_name(rq->w, code, rq->a);
	if (area_level(code) == LEVEL_TPS) {
		Str village = area_name(rq->w, area_lift(code, LEVEL_VILLAGE), rq->a);
		return arena_fmt(rq->a, "%.*s, %.*s (%.*s)", STR(name), STR(village), STR(code));
	}
	return name.n ? arena_fmt(rq->a, "%.*s (%.*s)", STR(name), STR(code)) : code;
}

Str
data_cell(const Request *rq, const Field *f, Value v)
{
	AUTO(Buf) b = {0};
	char text[30];
	if (v.kind == VALUE_NULL)
		return S("");
	if (f->type == TYPE_BOOL)
		return v.i ? S("1") : S("0");
	if (f->type == TYPE_INSTANT) {
		instant_format(v.i, data_zone(rq), text);
		return arena_str(rq->a, str_slice(str_of(text), 0, v.i % 60000 ? 19 : 16));
	}
	value_print(f, v, data_zone(rq), &b);
	return arena_str(rq->a, buf_str(&b));
}

static Str
code_label(const Request *rq, const Field *f, Str code)
{
	const PackCode *c = pack_code(rq->w->pack, f->list, code);
	return c && c->label.n ? tr_str(c->label) : code;
}

Str
data_value(const Request *rq, const Field *f, Value v)
{
	if (v.kind == VALUE_NULL)
		return S("");
	switch (f->type) {
	case TYPE_AREA:
		return data_place(rq, v.s);
	case TYPE_CODE:
		return code_label(rq, f, v.s);
	case TYPE_ENUM:
	case TYPE_STATES:
		return tr_str(v.s);
	case TYPE_BOOL:
		return str_of(v.i ? tr("yes") : tr("no"));
	case TYPE_INSTANT:
		return figure_time(rq->a, v.i, data_zone(rq));
	case TYPE_INT:
	case TYPE_MONEY:
		return figure_number(rq->a, v.i);
	case TYPE_DECIMAL:
		return figure_decimal(rq->a, data_cell(rq, f, v));
	default:
		return data_cell(rq, f, v);
	}
}

Option *
data_options(const Request *rq, const Field *f, size_t *n)
{
	const Pack *p = rq->w->pack;
	size_t room = f->type == TYPE_CODE ? p->n_codes : f->n_options;
	Option *o = NEW(rq->a, Option, room + 2);
	*n = 0;
	if (f->type == TYPE_BOOL) {
		o[(*n)++] = (Option){S("1"), str_of(tr("yes"))};
		o[(*n)++] = (Option){S("0"), str_of(tr("no"))};
	} else if (f->type == TYPE_CODE) {
		for (size_t i = 0; i < p->n_codes; i++)
			if (str_eq(p->code[i].list, f->list))
				o[(*n)++] = (Option){p->code[i].code, code_label(rq, f, p->code[i].code)};
	} else if (f->type == TYPE_ENUM || f->type == TYPE_STATES) {
		for (size_t i = 0; i < f->n_options; i++)
			o[(*n)++] = (Option){f->option[i], tr_str(f->option[i])};
	}
	return o;
}

/* ---- names ---- */

Str
data_person(const Request *rq, const Origin *o)
{
	Str actor = o->actor.n ? o->actor : S("Siap");
	if (o->on_behalf_of.n)
		return arena_fmt(rq->a, tr("%.*s (%s, on behalf of %s)"), STR(actor),
			agency_label(o->agency), agency_label(o->on_behalf_of));
	/* What the program does by itself is no person of an agency. */
	if (str_eq(o->agency, S("siap")))
		return S("Siap");
	return o->agency.n ? arena_fmt(rq->a, "%.*s (%s)", STR(actor), agency_label(o->agency)) : actor;
}

Str
data_channel(Str source)
{
	static const char *const known[] = {"cli", "import", "web", "api", "sms", "siap"};
	const char *const label[] = {tr("command line"), tr("imported file"), tr("web page"),
		tr("program"), tr("text message"), tr("Siap itself")};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(source, str_of(known[i])))
			return str_of(label[i]);
	return source;
}

/* The row as people speak of it: "TPS 002, Rawa Sari · Ink bottle". */
Str
data_words(const Request *rq, const Dataset *d, Str key)
{
	AUTO(Buf) b = {0};
	Str *cell;
	Err ignored;
	if (!d || !row_key_cells(d, key, rq->a, &cell, &ignored))
		return arena_str(rq->a, key);
	for (size_t k = 0; k < d->n_key; k++) {
		const Field *f = &d->field[d->key[k]];
		Str text = cell[d->key[k]];
		Value v = {VALUE_TEXT, 0, text};
		if (type_is_int(f->type) && str_int(text, &v.i))
			v.kind = VALUE_INT;
		buf_add(&b, k ? S(" · ") : S(""));
		buf_add(&b,
			area_level(text) == LEVEL_TPS && f->type == TYPE_AREA
				? arena_fmt(rq->a, "%.*s, %.*s", STR(area_name(rq->w, text, rq->a)),
					  STR(area_name(rq->w, area_lift(text, LEVEL_VILLAGE), rq->a)))
				: data_value(rq, f, v));
	}
	return arena_str(rq->a, buf_str(&b));
}

/* As area_resolve, in words for people who have no command line. */
bool
data_area(const Request *rq, Str text, Str *code, Err *err)
{
	size_t at;
	if (area_resolve(rq->w, text, rq->a, code, err))
		return true;
	if (!str_find(str_of(err->text), S("siap areas"), &at))
		return false;
	err_set(err, E_NOTFOUND, "there is no area '%.*s' here", STR(text));
	return err_hint(err, "type a part of its name and choose from the suggestions");
}

Str
data_title(const Request *rq, const Dataset *d, Str key)
{
	Str title = tr_str(d->title);
	return key.n ? arena_fmt(rq->a, "%.*s: %.*s", STR(title), STR(key)) : title;
}

void
data_fill(const Request *rq, Fill *f, const Dataset *d, Str key)
{
	fill_text(f, "dataset", d->name);
	fill_text(f, "dataset_title", tr_str(d->title));
	fill_text(f, "dataset_url", data_url(rq, d, "", (Str){0}));
	if (!key.n)
		return;
	fill_text(f, "key", data_words(rq, d, key));
	fill_text(f, "row_url", data_url(rq, d, "row", key));
}
