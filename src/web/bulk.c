/* bulk: "all received except …": rows of an area become as planned, or all the same, but for those that a person names. Taken in as
 * one import: all of them or none, and one undo. */
#include "web/desk.h"

#include "web/data.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROWS_MOST = 500, NOTE_LEAST = 60 };

typedef struct Entry {
	Str key, area;
	Value *v;      /* as the row stands; of the keys alone when there is none */
	int64_t event; /* 0: there is none */
	Value plan;    /* what the field is to hold; empty: nobody knows */
	bool left;     /* it stays as it is */
	Str own, note; /* as typed */
	bool seen;     /* the person had it on the page, */
	int64_t base;  /* as of this event */
	Str problem;
} Entry;

typedef struct Bulk {
	Request *rq;
	const Dataset *d;
	const Query *plan; /* NULL: there is none */
	Str area;
	const Field *field; /* that is set; NULL: not chosen yet */
	bool planned;       /* to what the plan says; else all to value */
	Str value;
	const Field *moment, *note; /* NULL: the dataset has none */
	Str when;
	Str *key; /* n_fields cells: of the keys that were chosen */
	Entry *line;
	size_t n;
	Entry **written; /* of the rows of the file, in its order */
	size_t n_written;
	Err why;
	SentPaper paper;
} Bulk;

/* ---- what can be set in this way ---- */

static bool
is_planned(const Query *plan, const Field *f)
{
	for (size_t i = 0; plan && i < plan->n_planned; i++)
		if (plan->planned[i].field == f)
			return true;
	return false;
}

static bool
is_settable(const Query *plan, const Field *f)
{
	bool choice = f->type == TYPE_BOOL || f->type == TYPE_DATE || f->type == TYPE_ENUM ||
		f->type == TYPE_CODE;
	return !f->key && !f->n_private && (choice || is_planned(plan, f));
}

bool
bulk_fits(const Catalog *c, const Dataset *d)
{
	const Query *plan = catalog_plan(c, d);
	for (size_t i = 0; i < d->n_fields; i++)
		if (is_settable(plan, &d->field[i]))
			return d->field[d->area].level == LEVEL_TPS;
	return false;
}

static Str
said(const Bulk *x, const char *name)
{
	Str s = rq_form(x->rq, name);
	return str_trim(s.p ? s : rq_query(x->rq, name));
}

static Str
named(const Bulk *x, const char *what, Str name)
{
	return arena_fmt(x->rq->a, "%s.%.*s", what, STR(name));
}

/* The first field that says when, and the first with room for a remark. */
static void
companions_find(Bulk *x)
{
	for (size_t i = 0; i < x->d->n_fields; i++) {
		const Field *f = &x->d->field[i];
		if (f->key || f->n_private || f == x->field)
			continue;
		if (!x->moment && x->planned && (f->type == TYPE_INSTANT || f->type == TYPE_DATE))
			x->moment = f;
		if (!x->note && f->type == TYPE_TEXT && f->max >= NOTE_LEAST)
			x->note = f;
	}
}

static bool
keys_read(Bulk *x, Err *err)
{
	const Dataset *d = x->d;
	for (size_t k = 0; k < d->n_key; k++) {
		const Field *f = &d->field[d->key[k]];
		Value v;
		Str text = d->key[k] == d->area ? (Str){0} : said(x, named(x, "key", f->name).p);
		if (!text.n || (f->type != TYPE_CODE && f->type != TYPE_ENUM))
			continue;
		if (!value_parse(&(Reading){&x->rq->w->cat, x->rq->w->pack, data_zone(x->rq), x->rq->a}, f,
				text, &v, err))
			return false;
		x->key[d->key[k]] = data_cell(x->rq, f, v);
	}
	return true;
}

static bool
ask_read(Bulk *x, Err *err)
{
	Request *rq = x->rq;
	Str area = said(x, "area"), field = said(x, "field");
	x->plan = catalog_plan(&rq->w->cat, x->d);
	x->value = said(x, "value");
	x->when = said(x, "when");
	if (area.n && !data_area(rq, area, &x->area, err))
		return false;
	if (field.n) {
		x->field = dataset_field(x->d, field);
		if (!x->field || !is_settable(x->plan, x->field))
			return err_set(err, E_INPUT, "'%.*s' has no field '%.*s' that could be set for all",
				STR(x->d->name), STR(field));
		x->planned = is_planned(x->plan, x->field);
	}
	companions_find(x);
	if (x->area.n && area_level(x->area) < LEVEL_DISTRICT) {
		err_set(err, E_INPUT, "'%.*s' is too large for one page", STR(x->area));
		return err_hint(err, "choose a district, a village or a polling station");
	}
	return keys_read(x, err);
}

static bool
bulk_open(Request *rq, Bulk *x, Err *err)
{
	*x = (Bulk){.rq = rq};
	if (!data_dataset(rq, &x->d, err))
		return false;
	x->key = NEW(rq->a, Str, x->d->n_fields);
	if (!bulk_fits(&rq->w->cat, x->d))
		return err_set(
			err, E_NOTFOUND, "'%.*s' has nothing that could be set for all", STR(x->d->name));
	return data_allow(rq, VERB_ENTER, x->d, (Str){0}, err) &&
		data_allow(rq, VERB_IMPORT, x->d, (Str){0}, err);
}

/* ---- the rows: those that are planned, and those that are there ---- */

static bool
too_many(Err *err)
{
	err_set(err, E_LIMIT, "there are more than %d rows here: too many for one page", ROWS_MOST);
	return err_hint(err, "choose a village, or one thing instead of all");
}

static bool
planned_read(Bulk *x, Map *at, Err *err)
{
	const Dataset *d = x->d;
	PlanList l = {.dataset = d, .area = x->area, .text = x->key, .max = ROWS_MOST};
	if (!plan_list(x->rq->w, &l, x->rq->a, err))
		return false;
	if (l.more)
		return too_many(err);
	for (size_t i = 0; i < l.n; i++) {
		Entry *line = &x->line[x->n];
		*line = (Entry){.key = l.row[i].key, .v = NEW(x->rq->a, Value, d->n_fields)};
		for (size_t k = 0; k < d->n_key; k++)
			line->v[d->key[k]] = l.row[i].v[d->key[k]];
		if (x->planned)
			line->plan = l.row[i].v[x->field - d->field];
		map_set(at, line->key, x->n++);
	}
	return true;
}

static bool
standing_read(Bulk *x, Map *at, Err *err)
{
	const Dataset *d = x->d;
	Request *rq = x->rq;
	RowFilter *filter = NEW(rq->a, RowFilter, d->n_key);
	RowList l = {.dataset = d, .who = rq->who, .area = x->area, .filter = filter, .max = ROWS_MOST};
	for (size_t k = 0; k < d->n_key; k++) {
		Str cell = x->key[d->key[k]];
		RowFilter *f = &filter[l.n_filters];
		*f = (RowFilter){.field = &d->field[d->key[k]], .test = ROW_IS};
		if (cell.p && !row_filter(rq->w, f, cell, rq->a, err))
			return false;
		l.n_filters += cell.p != NULL;
	}
	if (!rows_list(rq->w, &l, rq->a, err))
		return false;
	for (size_t i = 0; i < l.n; i++) {
		uint64_t to = x->n;
		if (!map_get(at, l.row[i].key, &to)) {
			if (x->n >= ROWS_MOST)
				return too_many(err);
			x->line[x->n++] = (Entry){.key = l.row[i].key};
		}
		x->line[to].v = l.row[i].v;
		x->line[to].event = l.row[i].event;
	}
	return l.next.n == 0 || too_many(err);
}

static int
by_place(const void *x, const void *y)
{
	const Entry *a = x, *b = y;
	int areas = str_cmp(a->area, b->area);
	return areas ? areas : str_cmp(a->key, b->key);
}

static bool
lines_read(Bulk *x, Err *err)
{
	Request *rq = x->rq;
	Map at = map_new(rq->a);
	if (!x->area.n || !x->field)
		return true;
	if (!data_allow(rq, VERB_ENTER, x->d, x->area, err))
		return false;
	x->line = NEW(rq->a, Entry, ROWS_MOST + 1);
	if (!planned_read(x, &at, err) || !standing_read(x, &at, err))
		return false;
	for (size_t i = 0; i < x->n; i++)
		x->line[i].area = x->line[i].v[x->d->area].s;
	qsort(x->line, x->n, sizeof *x->line, by_place);
	return true;
}

static Value
now_of(const Bulk *x, const Entry *l)
{
	return l->v[x->field - x->d->field];
}

static Str
note_of(const Bulk *x, const Entry *l)
{
	Value v = x->note ? l->v[x->note - x->d->field] : (Value){0};
	return v.kind == VALUE_TEXT ? v.s : S("");
}

static bool
as_planned(const Bulk *x, const Entry *l)
{
	return x->planned && l->plan.kind != VALUE_NULL && value_eq(now_of(x, l), l->plan);
}

/* What somebody reported already is not written over, unless the person says so. */
static void
lines_propose(Bulk *x)
{
	for (size_t i = 0; i < x->n; i++) {
		Entry *l = &x->line[i];
		bool reported = now_of(x, l).kind != VALUE_NULL && !as_planned(x, l);
		l->left = reported && (x->planned || x->field->type == TYPE_DATE);
		l->note = note_of(x, l);
	}
}

/* ---- the page ---- */

static void
choices_fill(const Bulk *x, Fill *item, const Field *f, Str now)
{
	size_t n;
	const Option *o = data_options(x->rq, f, &n);
	fill_list(item, "choices");
	for (size_t i = 0; i < n; i++) {
		Fill *c = fill_item(item, "choices");
		fill_text(c, "choice", o[i].value);
		fill_text(c, "choice_label", o[i].label);
		fill_flag(c, "chosen", str_eq(o[i].value, now));
	}
	fill_flag(item, "chooses", n > 0);
	fill_flag(item, "date", f->type == TYPE_DATE);
	fill_flag(item, "number", type_is_int(f->type) && f->type != TYPE_BOOL && f->type != TYPE_DATE);
	fill_text(item, "min", data_int(x->rq, f->min));
	fill_text(item, "max", f->max < INT64_MAX ? data_int(x->rq, f->max) : (Str){0});
}

static void
asks_fill(const Bulk *x, Fill *page)
{
	const Dataset *d = x->d;
	Str area = said(x, "area");
	const Account *who = x->rq->who;
	if (!area.n && who && who->n_areas && area_level(who->area[0]) >= LEVEL_DISTRICT)
		area = who->area[0];
	fill_text(page, "area_text", x->area.n ? x->area : area);
	fill_list(page, "keys");
	fill_list(page, "settable");
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		if (is_settable(x->plan, f)) {
			Fill *item = fill_item(page, "settable");
			fill_text(item, "value", f->name);
			fill_text(item, "label", tr_str(f->label));
			fill_flag(item, "planned", is_planned(x->plan, f));
			fill_flag(item, "chosen", f == x->field);
		}
		if (!f->key || (f->type != TYPE_CODE && f->type != TYPE_ENUM))
			continue;
		Fill *item = fill_item(page, "keys");
		fill_text(item, "name", named(x, "key", f->name));
		fill_text(item, "id", f->name);
		fill_text(item, "label", tr_str(f->label));
		choices_fill(x, item, f, x->key ? x->key[i] : (Str){0});
	}
}

/* What tells the rows of one TPS apart. */
static Str
other_keys(const Bulk *x, const Entry *l)
{
	AUTO(Buf) b = {0};
	const Dataset *d = x->d;
	for (size_t k = 0; k < d->n_key; k++)
		if (d->key[k] != d->area && !x->key[d->key[k]].p) {
			buf_add(&b, b.n ? S(", ") : S(""));
			buf_add(&b, data_value(x->rq, &d->field[d->key[k]], l->v[d->key[k]]));
		}
	return arena_str(x->rq->a, buf_str(&b));
}

static void
line_fill(const Bulk *x, Fill *group, const Entry *l, const PlaceIndex *places)
{
	const Request *rq = x->rq;
	Fill *item = fill_item(group, "lines");
	Value now = now_of(x, l);
	fill_text(item, "row_key", l->key);
	fill_text(item, "row_id", data_int(rq, l - x->line));
	fill_text(item, "area_code", l->area);
	fill_text(item, "tps", area_name(rq->w, l->area, rq->a));
	fill_text(item, "place", place_words(places, l->area, rq->a));
	fill_text(item, "what", other_keys(x, l));
	fill_text(item, "plan", data_value(rq, x->field, l->plan));
	fill_flag(item, "unknown", x->planned && l->plan.kind == VALUE_NULL);
	fill_text(item, "now", data_value(rq, x->field, now));
	fill_flag(item, "good", as_planned(x, l));
	fill_flag(item, "left", l->left);
	fill_text(item, "own", l->own);
	fill_text(item, "own_note", l->note);
	fill_text(item, "base", data_int(rq, l->event));
	fill_text(item, "problem", l->problem);
	choices_fill(x, item, x->field, l->own);
}

/* By village: TPS have numbers within theirs. */
static bool
lines_fill(const Bulk *x, Fill *page, Err *err)
{
	const PlaceIndex *places;
	Fill *group = NULL;
	Str village = {0};
	fill_list(page, "groups");
	if (!desk_places(x->rq, &places, err))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		const Entry *l = &x->line[i];
		Str here = area_lift(l->area, LEVEL_VILLAGE);
		if (!group || !str_eq(here, village)) {
			village = here;
			group = fill_item(page, "groups");
			fill_text(group, "village", place_words(places, village, x->rq->a));
			fill_list(group, "lines");
		}
		line_fill(x, group, l, places);
	}
	return true;
}

static void
problems_fill(const Bulk *x, Fill *page)
{
	fill_text(page, "error", arena_str(x->rq->a, str_of(x->why.text)));
	fill_text(page, "error_hint", arena_str(x->rq->a, str_of(x->why.hint)));
	fill_list(page, "problems");
	for (size_t i = 0; i < x->n; i++) {
		if (!x->line[i].problem.n)
			continue;
		Fill *item = fill_item(page, "problems");
		fill_text(item, "row_words", data_words(x->rq, x->d, x->line[i].key));
		fill_text(item, "row_id", data_int(x->rq, (int64_t)i));
		fill_text(item, "text", x->line[i].problem);
	}
}

static void
field_fill(const Bulk *x, Fill *page)
{
	const Request *rq = x->rq;
	Str label = x->field ? tr_str(x->field->label) : (Str){0};
	fill_text(page, "field", x->field ? x->field->name : (Str){0});
	fill_text(page, "field_label", label);
	fill_flag(page, "planned", x->planned);
	fill_text(page, "value", x->value);
	fill_list(page, "hidden_keys");
	for (size_t i = 0; x->field && i < x->d->n_fields; i++)
		if (x->key[i].p) {
			Fill *item = fill_item(page, "hidden_keys");
			fill_text(item, "name", named(x, "key", x->d->field[i].name));
			fill_text(item, "cell", x->key[i]);
			fill_text(item, "label", tr_str(x->d->field[i].label));
			fill_text(
				item, "words", data_value(rq, &x->d->field[i], (Value){VALUE_TEXT, 0, x->key[i]}));
		}
	fill_text(page, "moment", x->moment ? tr_str(x->moment->label) : (Str){0});
	fill_flag(page, "moment_time", x->moment && x->moment->type == TYPE_INSTANT);
	fill_text(page, "when", x->when);
	fill_text(page, "note_label", x->note ? tr_str(x->note->label) : (Str){0});
	fill_text(page, "note_most", x->note ? data_int(rq, x->note->max) : (Str){0});
}

static bool
bulk_send(const Bulk *x, unsigned status, Err *err)
{
	Request *rq = x->rq;
	Fill *page = fill_new(rq->a);
	data_fill(rq, page, x->d, (Str){0});
	fill_text(page, "title", arena_fmt(rq->a, tr("%.*s: all except …"), STR(tr_str(x->d->title))));
	fill_text(page, "here", data_url(rq, x->d, "all-except", (Str){0}));
	fill_text(page, "data_js", asset_address(S("data.js"), rq->a));
	fill_text(page, "draft_js", asset_address(S("draft.js"), rq->a));
	fill_text(page, "bulk_css", asset_address(S("bulk.css"), rq->a));
	paper_fill(rq, page, x->d, &x->paper);
	fill_text(page, "area", x->area);
	fill_text(page, "area_words", x->area.n ? data_place(rq, x->area) : (Str){0});
	asks_fill(x, page);
	field_fill(x, page);
	problems_fill(x, page);
	if (x->n && !lines_fill(x, page, err))
		return false;
	if (!x->n)
		fill_list(page, "groups");
	fill_flag(page, "some", x->n > 0);
	fill_flag(page, "empty", x->area.n && x->field && !x->n && !x->why.code);
	if (x->n && x->field && !x->planned)
		choices_fill(x, page, x->field, x->value);
	return page_send_as(rq, status, "bulk", page, err);
}

static bool
bulk_show(Request *rq, Err *err)
{
	Bulk x;
	if (!bulk_open(rq, &x, err))
		return false;
	bool ok = ask_read(&x, &x.why) && lines_read(&x, &x.why);
	if (!ok && status_of(x.why.code) >= 500) {
		*err = x.why;
		return false;
	}
	if (!ok)
		x.n = 0;
	lines_propose(&x);
	return bulk_send(&x, ok ? MHD_HTTP_OK : status_of(x.why.code), err);
}
ROUTE(bulk_show, "GET", "/data/{dataset}/all-except", bulk_show, ROUTE_MEMBER);

/* ---- what comes back ---- */

/* How many rows are not any more as the person saw them. */
static size_t
lines_take(Bulk *x)
{
	size_t stale = 0;
	for (size_t i = 0; i < x->n; i++) {
		Entry *l = &x->line[i];
		Str base = rq_form(x->rq, named(x, "base", l->key).p);
		l->seen = base.p && str_int(base, &l->base);
		l->left = rq_form(x->rq, named(x, "not", l->key).p).p != NULL;
		l->own = str_trim(rq_form(x->rq, named(x, "own", l->key).p));
		l->note = str_trim(rq_form(x->rq, named(x, "note", l->key).p));
		if (l->seen && l->base != l->event) {
			stale++;
			l->problem = str_of(tr("somebody changed this row meanwhile"));
		}
	}
	return stale;
}

static Str
printed(const Bulk *x, const Field *f, Value v)
{
	AUTO(Buf) b = {0};
	if (v.kind == VALUE_NULL)
		return S("");
	value_print(f, v, data_zone(x->rq), &b);
	return arena_str(x->rq->a, buf_str(&b));
}

/* The cell of the field that is set; p == NULL: the row stays as it is. */
static Str
cell_for(const Bulk *x, const Entry *l)
{
	if (l->own.n)
		return l->own;
	if (l->left || as_planned(x, l) || (x->planned && l->plan.kind == VALUE_NULL))
		return (Str){0};
	return x->planned ? printed(x, x->field, l->plan) : x->value;
}

static void
cell_out(Buf *b, Str cell)
{
	csv_out_text(b, cell);
	csv_out_sep(b);
}

static void
line_out(Bulk *x, Entry *l, Buf *b)
{
	const Dataset *d = x->d;
	Str cell = cell_for(x, l);
	bool noted = x->note && !str_eq(l->note, note_of(x, l));
	if (!l->seen || (!cell.p && !noted))
		return;
	for (size_t k = 0; k < d->n_key; k++)
		cell_out(b, printed(x, &d->field[d->key[k]], l->v[d->key[k]]));
	cell_out(b, cell.p ? cell : printed(x, x->field, now_of(x, l)));
	if (x->moment)
		cell_out(
			b, cell.p && x->when.n ? x->when : printed(x, x->moment, l->v[x->moment - d->field]));
	if (x->note)
		cell_out(b, l->note);
	if (l->event)
		csv_out_int(b, l->event);
	csv_out_end(b);
	x->written[x->n_written++] = l;
}

/* The file, and what its columns feed. */
static size_t
file_out(Bulk *x, Buf *b, ImportUse *use)
{
	const Dataset *d = x->d;
	size_t n = 0;
	for (size_t k = 0; k < d->n_key; k++)
		use[n++].field = &d->field[d->key[k]];
	use[n++].field = x->field;
	if (x->moment)
		use[n++].field = x->moment;
	if (x->note)
		use[n++].field = x->note;
	use[n++].field = NULL;
	for (size_t i = 0; i < n; i++) {
		use[i].dataset = d;
		use[i].column = i;
		csv_out_text(b, use[i].field ? use[i].field->name : S("_event"));
		if (i + 1 < n)
			csv_out_sep(b);
	}
	csv_out_end(b);
	x->written = NEW(x->rq->a, Entry *, x->n + 1);
	for (size_t i = 0; i < x->n; i++)
		line_out(x, &x->line[i], b);
	return n;
}

static bool
file_import(Bulk *x, Str text, const ImportUse *use, size_t n, ImportReport *report, Err *err)
{
	Request *rq = x->rq;
	unsigned char lot[8];
	char hex[17];
	AUTO(Arena) a = {0};
	rq->w->env->random(rq->w->env->ctx, lot, sizeof lot);
	hex_encode(lot, sizeof lot, hex);
	/* Such names are swept up at the next start should this one end here. */
	const char *path = workspace_path(
		rq->w, rq->a, arena_fmt(rq->a, "upload.%d.%s.bulk.csv", (int)getpid(), hex).p);
	const char *errors = arena_fmt(rq->a, "%s.errors", path).p;
	ImportOptions o = {.path = path,
		.datasets = &x->d,
		.n_datasets = 1,
		.use = use,
		.n_uses = n,
		.error_file = errors,
		.origin = data_origin(rq, x->d, (Str){0}),
		.who = rq->who,
		.paper = x->paper.hash,
		.paper_name = x->paper.name,
		.paper_note = x->paper.note};
	bool ok = arena_open(&a, 64 * SIZE_MB, err) && file_write_atomic(path, text, 0600, err) &&
		import_file(rq->w, rq->site->gate, &o, &a, report, err);
	for (size_t i = 0; !ok && i < report->n_first; i++) {
		const ImportProblem *p = &report->first[i];
		if (p->row >= 2 && p->row - 2 < x->n_written)
			x->written[p->row - 2]->problem = arena_str(rq->a, p->text);
	}
	(void)unlink(path);
	(void)unlink(errors);
	return ok;
}

static bool
bulk_take(Bulk *x, int64_t *batch, Err *err)
{
	AUTO(Buf) b = {0};
	ImportReport report = {0};
	ImportUse *use = NEW(x->rq->a, ImportUse, x->d->n_key + 4);
	size_t stale = lines_take(x);
	if (stale) {
		err_set(err, E_CONFLICT, "rows were changed by others meanwhile: %zu", stale);
		return err_hint(err, "look at them again: nothing is saved yet");
	}
	if (!x->planned && !x->value.n)
		return err_set(err, E_INPUT, "the value for all rows is missing");
	size_t n = file_out(x, &b, use);
	if (!x->n_written) {
		err_set(err, E_INPUT, "there is nothing to save");
		return err_hint(err, "each row is as it should be already, or left out");
	}
	if (!buf_check(&b, err) || !file_import(x, buf_str(&b), use, n, &report, err))
		return false;
	*batch = report.part[0].batch;
	return true;
}

static bool
bulk_save(Request *rq, Err *err)
{
	Bulk x;
	int64_t batch = 0;
	if (!bulk_open(rq, &x, err))
		return false;
	bool read = paper_form(rq, &x.paper, &x.why) && ask_read(&x, &x.why) && lines_read(&x, &x.why);
	if (read && (!x.area.n || !x.field))
		read = err_set(&x.why, E_INPUT, "choose an area, and what is to be set");
	if (!read)
		x.n = 0;
	if (read && bulk_take(&x, &batch, &x.why))
		return reply_redirect(
			rq, arena_fmt(rq->a, "/import/%lld?entered=%zu", (long long)batch, x.n_written), err);
	unsigned status = status_of(x.why.code);
	if (status < 500)
		return bulk_send(&x, status, err);
	*err = x.why;
	return false;
}
ROUTE(bulk_save, "POST", "/data/{dataset}/all-except", bulk_save, ROUTE_MEMBER);
