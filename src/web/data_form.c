/* data_form: a row is entered or changed: a form from the fields of its dataset; what was typed stays until it is right. */
#include "web/data.h"

typedef struct Form {
	Request *rq;
	const Dataset *d;
	Str *typed;  /* by field: what the form shows */
	Str *was;    /* what it showed at first: fields that nobody touched keep what is there by now */
	Str *key;    /* cells of the key that the path names; NULL: a new row */
	RowView row; /* when key */
	Str base;    /* the event that the person saw */
	RowCheck check;
	Err why;   /* what is wrong with the row as a whole */
	Str there; /* address of the row that is there already */
	SentPaper paper;
} Form;

/* ---- what is shown ---- */

static void
hint_fill(const Request *rq, Fill *item, const Field *f)
{
	AUTO(Buf) b = {0};
	if (f->type == TYPE_AREA)
		buf_fmt(&b, "%s",
			f->level == LEVEL_TPS ? tr("13 digits, or a part of a village's name to choose from")
								  : tr("code, or name of an area"));
	if (f->n_private)
		buf_fmt(&b, "%s%s", b.n ? "; " : "", tr("private: kept encrypted"));
	fill_text(item, "hint", arena_str(rq->a, buf_str(&b)));
}

static void
kind_fill(const Form *x, Fill *item, const Field *f, Str value)
{
	const Request *rq = x->rq;
	size_t n;
	const Option *o = data_options(rq, f, &n);
	bool whole = f->type == TYPE_INT || f->type == TYPE_MONEY,
		 number = whole || f->type == TYPE_DECIMAL;
	static const char *const step[] = {
		"1", "0.1", "0.01", "0.001", "0.0001", "0.00001", "0.000001"};
	fill_list(item, "choices");
	for (size_t i = 0; i < n; i++) {
		Fill *c = fill_item(item, "choices");
		fill_text(c, "choice", o[i].value);
		fill_text(c, "choice_label", o[i].label);
		fill_flag(c, "chosen", str_eq(o[i].value, value));
	}
	fill_flag(item, "select", n > 0);
	fill_flag(item, "number", number);
	fill_text(item, "min", whole ? data_int(rq, f->min) : (Str){0});
	fill_text(item, "max", whole && f->max < INT64_MAX ? data_int(rq, f->max) : (Str){0});
	fill_text(item, "step", str_of(step[f->type == TYPE_DECIMAL && f->places < 7 ? f->places : 0]));
	fill_text(item, "mode", whole && f->min >= 0 ? S("numeric") : S("decimal"));
	fill_flag(item, "date", f->type == TYPE_DATE);
	fill_flag(item, "instant", f->type == TYPE_INSTANT);
	fill_text(item, "seconds", f->type == TYPE_INSTANT && value.n > 16 ? S("1") : S("60"));
	fill_flag(item, "place_field", f->type == TYPE_AREA);
	fill_text(item, "suggest", f->level == LEVEL_TPS ? S("tps") : S("area"));
	fill_flag(item, "phone", f->type == TYPE_PHONE);
	fill_flag(item, "text",
		!n && !number && f->type != TYPE_DATE && f->type != TYPE_INSTANT && f->type != TYPE_AREA &&
			f->type != TYPE_PHONE);
	fill_text(item, "longest", f->type == TYPE_TEXT ? data_int(rq, f->max) : S("200"));
}

static Str
problem_of(const Form *x, const Field *f)
{
	for (size_t i = 0; i < x->check.n; i++)
		if (x->check.problem[i].field == f)
			return x->check.problem[i].text;
	return (Str){0};
}

static void
field_fill(const Form *x, Fill *page, size_t i)
{
	const Field *f = &x->d->field[i];
	Fill *item = fill_item(page, "fields");
	bool fixed = x->key && f->key;
	Str value = x->typed[i].p ? x->typed[i] : S("");
	fill_text(item, "name", f->name);
	fill_text(item, "label", tr_str(f->label));
	fill_text(item, "unit", f->unit.n ? tr_str(f->unit) : S(""));
	fill_text(item, "value", value);
	fill_text(item, "was", x->was[i].p ? x->was[i] : S(""));
	fill_flag(item, "private", f->n_private > 0);
	fill_flag(item, "kept", f->n_private && x->row.sealed);
	fill_flag(item, "fixed", fixed);
	fill_text(item, "shown", fixed ? data_value(x->rq, f, x->row.v[i]) : (Str){0});
	fill_flag(item, "required", !fixed && (f->key || f->required) && !f->default_text.p);
	fill_text(item, "error", problem_of(x, f));
	hint_fill(x->rq, item, f);
	kind_fill(x, item, f, value);
}

static bool
form_send(const Form *x, unsigned status, Err *err)
{
	Request *rq = x->rq;
	Fill *page = fill_new(rq->a);
	data_fill(rq, page, x->d, x->key ? x->row.key : (Str){0});
	fill_text(page, "title",
		arena_fmt(rq->a, x->key ? tr("Edit: %.*s") : tr("Add: %.*s"), STR(tr_str(x->d->title))));
	fill_text(page, "place", x->key ? data_place(rq, x->row.v[x->d->area].s) : (Str){0});
	fill_text(page, "here",
		x->key ? data_url(rq, x->d, "edit", x->row.key) : data_url(rq, x->d, "new", (Str){0}));
	fill_text(page, "back",
		x->key ? data_url(rq, x->d, "row", x->row.key) : data_url(rq, x->d, "", (Str){0}));
	fill_flag(page, "editing", x->key != NULL);
	fill_text(page, "base", x->base);
	fill_text(page, "data_js", asset_address(S("data.js"), rq->a));
	fill_text(page, "login", rq->who ? rq->who->login : S(""));
	fill_text(page, "draft_js", asset_address(S("draft.js"), rq->a));
	fill_text(page, "problem", arena_str(rq->a, str_of(x->why.text)));
	fill_text(page, "problem_hint", arena_str(rq->a, str_of(x->why.hint)));
	fill_text(page, "there", x->there);
	paper_fill(rq, page, x->d, &x->paper);
	fill_text(page, "wrong",
		x->check.n ? arena_fmt(rq->a, tr("Not saved yet: please correct %zu"), x->check.n)
				   : (Str){0});
	fill_list(page, "problems");
	for (size_t i = 0; i < x->check.n; i++) {
		const RowProblem *p = &x->check.problem[i];
		Fill *item = fill_item(page, "problems");
		fill_text(item, "problem_field", p->field ? p->field->name : x->d->field[x->d->area].name);
		fill_text(item, "problem_label", p->field ? tr_str(p->field->label) : S(""));
		fill_text(item, "problem_text", p->text);
	}
	fill_list(page, "fields");
	for (size_t i = 0; i < x->d->n_fields; i++)
		field_fill(x, page, i);
	return page_send_as(rq, status, "data_form", page, err);
}

/* ---- how it begins ---- */

static bool
form_open(Request *rq, Form *x, Err *err)
{
	*x = (Form){.rq = rq};
	if (!data_dataset(rq, &x->d, err))
		return false;
	x->typed = NEW(rq->a, Str, x->d->n_fields);
	x->was = NEW(rq->a, Str, x->d->n_fields);
	return true;
}

/* A new one begins with what the address says, then what the rules or the definition preset. */
static bool
form_new(Request *rq, Err *err)
{
	Form x;
	if (!form_open(rq, &x, err) || !data_allow(rq, VERB_ENTER, x.d, (Str){0}, err))
		return false;
	for (size_t i = 0; i < x.d->n_fields; i++) {
		const Field *f = &x.d->field[i];
		Str preset = pack_preset(rq->w->pack, x.d->name, f->name);
		x.typed[i] = rq_query(rq, arena_cstr(rq->a, f->name));
		if (!x.typed[i].p || f->n_private)
			x.typed[i] = preset.p ? preset : f->default_text;
	}
	return form_send(&x, MHD_HTTP_OK, err);
}
ROUTE(data_new, "GET", "/data/{dataset}/new", form_new, ROUTE_MEMBER);

static bool
form_row(Form *x, Err *err)
{
	Request *rq = x->rq;
	return data_key(rq, x->d, &x->key, err) && data_row(rq, VERB_ENTER, x->d, x->key, &x->row, err);
}

static bool
form_edit(Request *rq, Err *err)
{
	Form x;
	if (!form_open(rq, &x, err) || !form_row(&x, err))
		return false;
	for (size_t i = 0; i < x.d->n_fields; i++)
		x.typed[i] = x.was[i] = data_cell(rq, &x.d->field[i], x.row.v[i]);
	x.base = data_int(rq, x.row.event);
	return form_send(&x, MHD_HTTP_OK, err);
}
ROUTE(data_edit, "GET", "/data/{dataset}/edit/{key*}", form_edit, ROUTE_MEMBER);

/* ---- what comes back ---- */

/* A name where a code should stand becomes the code when it can only be that one. */
static void
places_resolve(Form *x)
{
	for (size_t i = 0; i < x->d->n_fields; i++) {
		Str code, text = x->typed[i];
		Err ignored;
		if (x->d->field[i].type == TYPE_AREA && text.n && area_level(text) == LEVEL_ANY &&
			area_resolve(x->rq->w, text, x->rq->a, &code, &ignored))
			x->typed[i] = code;
	}
}

static void
typed_read(Form *x)
{
	Request *rq = x->rq;
	for (size_t i = 0; i < x->d->n_fields; i++) {
		const Field *f = &x->d->field[i];
		const char *name = arena_cstr(rq->a, f->name);
		x->typed[i] = x->key && f->key ? x->key[i] : str_trim(rq_form(rq, name));
		x->was[i] = f->n_private ? (Str){0} : rq_form(rq, arena_fmt(rq->a, "was.%s", name).p);
	}
	x->base = rq_form(rq, "base");
	places_resolve(x);
}

/* changed: only what the person touched; else all that the form says. */
static Str *
cells_of(const Form *x, bool changed)
{
	Str *cell = NEW(x->rq->a, Str, x->d->n_fields);
	for (size_t i = 0; i < x->d->n_fields; i++) {
		const Field *f = &x->d->field[i];
		bool silent = !x->typed[i].n && (!x->key || f->n_private);
		bool same = changed && x->key && !f->key && x->was[i].p && str_eq(x->typed[i], x->was[i]);
		if (x->typed[i].p && !silent && !same)
			cell[i] = x->typed[i];
	}
	return cell;
}

static const char *
outcome_word(Outcome o)
{
	return o == OUTCOME_ADDED ? "added" : o == OUTCOME_SAME ? "same" : "changed";
}

static bool
form_enter(Form *x, RowRequest *r)
{
	Request *rq = x->rq;
	Origin o = data_origin(rq, x->d, (Str){0});
	*r = (RowRequest){.origin = &o,
		.dataset = x->d,
		.text = cells_of(x, true),
		.fresh = !x->key,
		.who = rq->who,
		.paper = x->paper.hash,
		.paper_name = x->paper.name,
		.paper_note = x->paper.note};
	if (x->base.n && (!str_int(x->base, &r->base) || r->base < 0))
		return err_set(&x->why, E_INPUT, "'%.*s' is no number of an event", STR(x->base));
	return gate_enter(rq->site->gate, r, &x->why);
}

static bool
form_saved(Form *x, const RowRequest *r, Err *err)
{
	Request *rq = x->rq;
	Str key;
	if (!row_key_of(rq->w, x->d, x->check.text, rq->a, &key, err))
		return false;
	Str path = data_url(rq, x->d, "", key);
	return reply_redirect(rq,
		r->outcome == OUTCOME_CONFLICT
			? arena_fmt(rq->a, "/conflicts/%.*s", STR(str_slice(path, 6, path.n)))
			: arena_fmt(rq->a, "%.*s?done=%lld&was=%s", STR(data_url(rq, x->d, "row", key)),
				  (long long)r->event, outcome_word(r->outcome)),
		err);
}

/* The writer told one thing that is wrong; the form shows what is wrong in each field. */
static bool
form_refused(Form *x, bool paper, Err *err)
{
	Request *rq = x->rq;
	RowView now;
	Err ignored;
	unsigned status = status_of(x->why.code);
	if (status >= 500) {
		*err = x->why;
		return false;
	}
	if (!row_problems(rq->w, &x->check, rq->a, err))
		return false;
	if (x->check.n && !paper)
		x->why = (Err){0};
	if (!x->check.n && !x->key && row_get(rq->w, x->d, x->check.text, rq->a, &now, &ignored) &&
		!now.closed) {
		x->there = data_url(rq, x->d, "edit", now.key);
		if (x->why.code == E_CONFLICT) {
			err_set(&x->why, E_CONFLICT, "there is such a row already: '%.*s'",
				STR(data_words(rq, x->d, now.key)));
			err_hint(&x->why, "change that one, or correct the key fields");
		}
		status = MHD_HTTP_CONFLICT;
	}
	return form_send(x, x->check.n ? MHD_HTTP_BAD_REQUEST : status, err);
}

static bool
form_take(Form *x, Err *err)
{
	RowRequest r;
	typed_read(x);
	bool paper = paper_form(x->rq, &x->paper, &x->why);
	x->check = (RowCheck){.dataset = x->d, .text = cells_of(x, false)};
	Str area = x->typed[x->d->area];
	if (area_level(area) != LEVEL_ANY && !data_allow(x->rq, VERB_ENTER, x->d, area, err))
		return false;
	return paper && form_enter(x, &r) ? form_saved(x, &r, err) : form_refused(x, !paper, err);
}

static bool
form_add(Request *rq, Err *err)
{
	Form x;
	return form_open(rq, &x, err) && data_allow(rq, VERB_ENTER, x.d, (Str){0}, err) &&
		form_take(&x, err);
}
ROUTE(data_add, "POST", "/data/{dataset}/new", form_add, ROUTE_MEMBER);

static bool
form_change(Request *rq, Err *err)
{
	Form x;
	return form_open(rq, &x, err) && form_row(&x, err) && form_take(&x, err);
}
ROUTE(data_change, "POST", "/data/{dataset}/edit/{key*}", form_change, ROUTE_MEMBER);

/* ---- suggestions for places, for those who have JavaScript ---- */

enum { SUGGESTED = 20 };

static bool
tps_suggest(Request *rq, Str village, JsonOut *j, Err *err)
{
	const Dataset *d = catalog_dataset(&rq->w->cat, S("tps"));
	RowList l = {.dataset = d, .area = village, .max = 4 * SUGGESTED};
	if (!d || !data_may(rq, VERB_READ, d, village) || !rows_list(rq->w, &l, rq->a, err))
		return !d || !err->code;
	for (size_t i = 0; i < l.n; i++) {
		jout_obj(j);
		jout_text(j, S("value"), l.row[i].key);
		jout_text(j, S("label"), data_place(rq, l.row[i].key));
		jout_obj_end(j);
	}
	return true;
}

static bool
places_suggest(Request *rq, Err *err)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	Str q = str_trim(rq_query(rq, "q"));
	bool tps = str_eq(rq_query(rq, "level"), S("tps"));
	AreaSearch s = {.text = q, .max = SUGGESTED};
	if (q.n < 2 || !areas_find(rq->w->env, rq->w, &s, rq->a, err))
		return q.n < 2 ? err_set(err, E_INPUT, "two characters at least are needed") : false;
	jout_arr(&j);
	Str village = q.n >= 10 && str_is_digits(q) ? q : s.n == 1 ? s.area[0].code : (Str){0};
	if (tps && village.n >= 10 && !tps_suggest(rq, village, &j, err))
		return false;
	for (size_t i = 0; i < s.n && !(tps && village.n >= 10); i++) {
		jout_obj(&j);
		jout_text(&j, S("value"), s.area[i].code);
		jout_text(&j, S("label"),
			arena_fmt(rq->a, "%.*s, %.*s", STR(s.area[i].name), STR(s.area[i].within)));
		jout_obj_end(&j);
	}
	jout_arr_end(&j);
	return reply_bytes(rq, MHD_HTTP_OK, "application/json", &b, err);
}
ROUTE(data_places, "GET", "/data-places", places_suggest, ROUTE_MEMBER);
