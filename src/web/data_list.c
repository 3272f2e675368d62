/* data_list: which datasets there are; the rows of one, filtered, sorted, a page at a time; the same as a file. */
#include "web/data.h"

#include <stdlib.h>
#include <unistd.h>

enum { COUNTED = 10000, EXPORTED = 200000 };

/* ---- what the query asks for ---- */

static bool
filter_add(Request *rq, RowList *l, RowFilter f, Str text, Err *err)
{
	RowFilter *to = (RowFilter *)(uintptr_t)&l->filter[l->n_filters];
	if (str_eq(text, S("-")))
		f.test = ROW_EMPTY;
	else if (f.test == ROW_IS && (f.field->type == TYPE_TEXT || f.field->type == TYPE_ID))
		f.test = ROW_HAS;
	if (!row_filter(rq->w, &f, text, rq->a, err))
		return false;
	*to = f;
	l->n_filters++;
	return true;
}

static bool
filters_from_query(Request *rq, RowList *l, Err *err)
{
	static const struct {
		const char *suffix;
		RowTest test;
	} kind[] = {{"", ROW_IS}, {".from", ROW_FROM}, {".upto", ROW_UPTO}};
	const Dataset *d = l->dataset;
	l->filter = NEW(rq->a, RowFilter, 3 * d->n_fields + 1);
	for (size_t i = 0; i < d->n_fields; i++)
		for (size_t k = 0; k < 3; k++) {
			const Field *f = &d->field[i];
			Str name = arena_fmt(rq->a, "f.%.*s%s", STR(f->name), kind[k].suffix);
			Str text = str_trim(rq_query(rq, name.p));
			if (text.n &&
				!filter_add(rq, l, (RowFilter){.field = f, .test = kind[k].test}, text, err))
				return false;
		}
	return true;
}

bool
list_from_query(Request *rq, const Dataset *d, RowList *out, Err *err)
{
	Str area = rq_query(rq, "area"), sort = rq_query(rq, "sort");
	*out = (RowList){.dataset = d,
		.who = rq->who,
		.max = PAGE_ROWS,
		.after = rq_query(rq, "after"),
		.descending = str_eq(rq_query(rq, "dir"), S("desc"))};
	if (!area.p)
		out->area = own_area(rq);
	else if (str_trim(area).n && !data_area(rq, area, &out->area, err))
		return false;
	if (str_eq(out->area, S("0")))
		out->area = (Str){0};
	if (sort.n && !(out->sort = dataset_field(d, sort)))
		return err_set(err, E_INPUT, "'%.*s' has no field '%.*s'", STR(d->name), STR(sort));
	/* The order of the first key is that of the key. */
	if (out->sort == &d->field[d->area])
		out->sort = NULL;
	return filters_from_query(rq, out, err);
}

/* This list with other words behind the ?; of those that are given the old ones go. */
static Str
list_url(const Request *rq, const Dataset *d, const char *what, Str more)
{
	AUTO(Buf) b = {0};
	bool sorts = str_starts(more, S("sort="));
	buf_add(&b, data_url(rq, d, what, (Str){0}));
	buf_byte(&b, '?');
	buf_add(&b, more);
	for (const Pair *p = rq->query; p; p = p->next) {
		bool order = str_eq(p->name, S("sort")) || str_eq(p->name, S("dir"));
		if (str_eq(p->name, S("after")) || (order && sorts) ||
			(!p->value.n && !str_eq(p->name, S("area"))))
			continue;
		buf_byte(&b, '&');
		percent_encode(p->name, &b);
		buf_byte(&b, '=');
		percent_encode(p->value, &b);
	}
	return arena_str(rq->a, buf_str(&b));
}

/* ---- the form of the filters ---- */

static void
choices_fill(const Request *rq, Fill *item, const Field *f, Str now)
{
	size_t n;
	const Option *o = data_options(rq, f, &n);
	fill_list(item, "choices");
	for (size_t i = 0; i < n; i++) {
		Fill *c = fill_item(item, "choices");
		fill_text(c, "value", o[i].value);
		fill_text(c, "label", o[i].label);
		fill_flag(c, "chosen", str_eq(o[i].value, now));
	}
	fill_flag(item, "chooses", n > 0);
	fill_flag(item, "empty_chosen", str_eq(now, S("-")));
}

static void
filter_fill(const Request *rq, Fill *page, const Field *f)
{
	Str name = arena_fmt(rq->a, "f.%.*s", STR(f->name));
	Str from = arena_fmt(rq->a, "f.%.*s.from", STR(f->name));
	Str upto = arena_fmt(rq->a, "f.%.*s.upto", STR(f->name));
	bool number = f->type == TYPE_INT || f->type == TYPE_MONEY || f->type == TYPE_DECIMAL;
	bool day = f->type == TYPE_DATE || f->type == TYPE_INSTANT;
	Fill *item = fill_item(page, "filters");
	fill_text(item, "label", tr_str(f->label));
	fill_text(item, "id", f->name);
	fill_text(item, "name", name);
	fill_text(item, "from", from);
	fill_text(item, "upto", upto);
	fill_text(item, "value", rq_query(rq, name.p));
	fill_text(item, "from_value", rq_query(rq, from.p));
	fill_text(item, "upto_value", rq_query(rq, upto.p));
	fill_flag(item, "number", number);
	fill_flag(item, "day", day);
	choices_fill(rq, item, f, rq_query(rq, name.p));
	fill_flag(item, "written", !number && !day && !data_options(rq, f, &(size_t){0})->value.n);
}

/* ---- the table ---- */

static bool
is_number(const Field *f)
{
	return f->type == TYPE_INT || f->type == TYPE_MONEY || f->type == TYPE_DECIMAL;
}

static void
head_fill(const Request *rq, Fill *page, const RowList *l)
{
	const Dataset *d = l->dataset;
	fill_list(page, "columns");
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		bool here = l->sort ? l->sort == f : i == d->area;
		bool turn = here && !l->descending;
		Fill *c = fill_item(page, "columns");
		fill_text(c, "label", tr_str(f->label));
		fill_text(c, "unit", f->unit.n ? tr_str(f->unit) : S(""));
		fill_flag(c, "private", f->n_private > 0);
		fill_flag(c, "number", is_number(f));
		fill_flag(c, "up", here && !l->descending);
		fill_flag(c, "down", here && l->descending);
		fill_text(c, "url",
			list_url(rq, d, "",
				arena_fmt(rq->a, "sort=%.*s&dir=%s", STR(f->name), turn ? "desc" : "asc")));
	}
}

static void
row_fill(const Request *rq, Fill *page, const RowList *l, const RowView *r)
{
	const Dataset *d = l->dataset;
	Fill *item = fill_item(page, "rows");
	fill_text(item, "url", data_url(rq, d, "row", r->key));
	fill_text(item, "edit", data_url(rq, d, "edit", r->key));
	fill_text(item, "row_key", r->key);
	fill_text(item, "row_words", data_words(rq, d, r->key));
	fill_flag(item, "may_edit", data_may(rq, VERB_ENTER, d, r->v[d->area].s));
	fill_list(item, "cells");
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		Fill *c = fill_item(item, "cells");
		fill_text(
			c, "text", f->n_private ? (r->sealed ? S("•••") : S("")) : data_value(rq, f, r->v[i]));
		fill_flag(c, "first", i == d->area);
		fill_flag(c, "number", is_number(f));
	}
}

static bool
total_fill(Request *rq, Fill *page, const RowList *l, Err *err)
{
	uint64_t n = l->rows;
	bool more = l->more_rows;
	if (!l->n_filters && !l->dataset->restricted) {
		if (!rows_number(rq->w, l->dataset, l->area, COUNTED + 1, &n, err))
			return false;
		more = n > COUNTED;
		n = more ? COUNTED : n;
	}
	Str number = data_number(rq, n);
	fill_text(page, "total",
		more ? arena_fmt(rq->a, tr("more than %.*s rows"), STR(number))
			 : arena_fmt(rq->a, tr("%.*s rows"), STR(number)));
	return true;
}

static void
links_fill(const Request *rq, Fill *page, const RowList *l, bool shown)
{
	const Dataset *d = l->dataset;
	Str area = l->area;
	Err why = {0};
	bool enter = data_allow(rq, VERB_ENTER, d, area, &why);
	fill_flag(page, "may_enter", enter);
	fill_text(page, "why_not", arena_str(rq->a, str_of(why.text)));
	fill_text(page, "who_could", arena_str(rq->a, str_of(why.hint)));
	fill_flag(page, "may_reveal", l->n && d->has_private && data_may(rq, VERB_REVEAL, d, area));
	fill_text(page, "reveal_url", data_url(rq, d, "reveal", (Str){0}));
	fill_flag(page, "may_import", data_may(rq, VERB_IMPORT, d, area));
	fill_flag(page, "may_export", shown && data_may(rq, VERB_EXPORT, d, area));
	fill_flag(
		page, "bulk", enter && data_may(rq, VERB_IMPORT, d, area) && bulk_fits(&rq->w->cat, d));
	fill_text(page, "csv", list_url(rq, d, "export.csv", S("")));
	fill_text(page, "xlsx", list_url(rq, d, "export.xlsx", S("")));
	fill_text(page, "new_url", data_url(rq, d, "new", (Str){0}));
	fill_text(page, "bulk_url",
		area.n ? arena_fmt(rq->a, "%.*s?area=%.*s", STR(data_url(rq, d, "all-except", (Str){0})),
					 STR(area))
			   : data_url(rq, d, "all-except", (Str){0}));
	fill_flag(page, "has_form", !d->made_by.n);
	fill_text(page, "template", data_url(rq, d, "template.xlsx", (Str){0}));
	fill_text(page, "first_page", l->after.n ? list_url(rq, d, "", S("")) : (Str){0});
	fill_text(page, "next_page",
		l->next.n
			? list_url(rq, d, "", arena_fmt(rq->a, "after=%.*s", STR(data_encode(rq, l->next))))
			: (Str){0});
	fill_text(page, "owner", str_of(agency_label(d->owner)));
	fill_text(page, "sort", rq_query(rq, "sort"));
	fill_text(page, "dir", rq_query(rq, "dir"));
}

static void
list_fill(Request *rq, Fill *page, const RowList *l, bool shown)
{
	const Dataset *d = l->dataset;
	Str wanted = rq_query(rq, "area");
	data_fill(rq, page, d, (Str){0});
	fill_text(page, "title", tr_str(d->title));
	fill_text(page, "data_js", asset_address(S("data.js"), rq->a));
	fill_text(page, "area_text", wanted.p ? wanted : l->area);
	fill_text(page, "place", l->area.n ? data_place(rq, l->area) : str_of(tr("everywhere")));
	fill_flag(page, "filtered", l->n_filters > 0 || !shown);
	fill_list(page, "filters");
	for (size_t i = 0; i < d->n_fields; i++)
		if (!d->field[i].n_private && i != d->area)
			filter_fill(rq, page, &d->field[i]);
	head_fill(rq, page, l);
	fill_list(page, "rows");
	for (size_t i = 0; i < l->n; i++)
		row_fill(rq, page, l, &l->row[i]);
	links_fill(rq, page, l, shown);
}

static bool
list(Request *rq, Err *err)
{
	const Dataset *d;
	RowList l = {0};
	Err why = {0};
	Fill *page = fill_new(rq->a);
	if (!data_dataset(rq, &d, err))
		return false;
	bool ok = list_from_query(rq, d, &l, &why) && rows_list(rq->w, &l, rq->a, &why);
	if (!ok && why.code != E_INPUT && why.code != E_NOTFOUND && why.code != E_LIMIT)
		return err_set(err, why.code, "%s", why.text);
	list_fill(rq, page, &l, ok);
	fill_text(page, "problem", arena_str(rq->a, str_of(why.text)));
	fill_text(page, "problem_hint", arena_str(rq->a, str_of(why.hint)));
	if (!ok)
		fill_text(page, "total", S(""));
	else if (!total_fill(rq, page, &l, err))
		return false;
	return page_send_as(rq, ok ? MHD_HTTP_OK : status_of(why.code), "data_list", page, err);
}
ROUTE(data_list, "GET", "/data/{dataset}", list, ROUTE_MEMBER);

/* ---- files ---- */

static bool
file_send(Request *rq, const Dataset *d, const char *kind, Buf *b, Err *err)
{
	const char *type = str_eq(str_of(kind), S("csv"))
		? "text/csv; charset=utf-8"
		: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
	if (!reply_bytes(rq, MHD_HTTP_OK, type, b, err))
		return false;
	reply_header(rq, "Content-Disposition",
		arena_fmt(rq->a, "attachment; filename=\"%.*s.%s\"", STR(d->name), kind));
	return true;
}

static bool
export_open(Request *rq, const Dataset **d, RowList *l, Err *err)
{
	uint64_t n;
	if (!data_dataset(rq, d, err) || !list_from_query(rq, *d, l, err) ||
		!data_allow(rq, VERB_EXPORT, *d, l->area, err) ||
		!rows_number(rq->w, *d, l->area, EXPORTED + 1, &n, err))
		return false;
	l->after = (Str){0};
	if (n <= EXPORTED)
		return true;
	err_set(err, E_LIMIT, "there are more than %d rows here: too many for one file", EXPORTED);
	return err_hint(err, "choose a smaller area");
}

static bool
export_csv(Request *rq, Err *err)
{
	AUTO(Buf) b = {0};
	const Dataset *d;
	RowList l;
	uint64_t rows;
	size_t size = 0;
	char *bytes = NULL;
	if (!export_open(rq, &d, &l, err))
		return false;
	FILE *out = open_memstream(&bytes, &size);
	if (!out)
		return err_set(err, E_LIMIT, "there is no memory for the answer");
	bool ok = export_list(rq->w, &l, out, &rows, err);
	(void)fclose(out);
	b = (Buf){.p = bytes, .n = size, .cap = size};
	return ok && file_send(rq, d, "csv", &b, err);
}
ROUTE(data_export_csv, "GET", "/data/{dataset}/export.csv", export_csv, ROUTE_MEMBER);

/* A workbook is made in a file, which is gone when it was read. */
typedef bool (*BookFn)(Request *rq, void *arg, const char *path, Err *err);

static bool
book_send(Request *rq, const Dataset *d, BookFn make, void *arg, Err *err)
{
	AUTO(Buf) b = {0};
	AUTO(Arena) a = {0};
	Str bytes = {0};
	unsigned char lot[8];
	char hex[17];
	rq->w->env->random(rq->w->env->ctx, lot, sizeof lot);
	hex_encode(lot, sizeof lot, hex);
	const char *path =
		workspace_path(rq->w, rq->a, arena_fmt(rq->a, "export-%d-%s.xlsx", (int)getpid(), hex).p);
	bool ok = arena_open(&a, 256 * SIZE_MB, err) && make(rq, arg, path, err) &&
		file_read(path, 128 * SIZE_MB, &a, &bytes, err);
	(void)unlink(path);
	buf_add(&b, bytes);
	return ok && file_send(rq, d, "xlsx", &b, err);
}

static bool
list_book(Request *rq, void *arg, const char *path, Err *err)
{
	uint64_t rows;
	return export_list_workbook(rq->w, arg, path, &rows, err);
}

static bool
export_xlsx(Request *rq, Err *err)
{
	const Dataset *d;
	RowList l;
	return export_open(rq, &d, &l, err) && book_send(rq, d, list_book, &l, err);
}
ROUTE(data_export_xlsx, "GET", "/data/{dataset}/export.xlsx", export_xlsx, ROUTE_MEMBER);

static bool
form_book(Request *rq, void *arg, const char *path, Err *err)
{
	return dataset_form(arg, rq->w->pack, path, err);
}

static bool
template_xlsx(Request *rq, Err *err)
{
	const Dataset *d;
	return data_dataset(rq, &d, err) && made_check(d, false, err) &&
		book_send(rq, d, form_book, (void *)(uintptr_t)d, err);
}
ROUTE(data_template_xlsx, "GET", "/data/{dataset}/template.xlsx", template_xlsx, ROUTE_MEMBER);

static bool
template_csv(Request *rq, Err *err)
{
	AUTO(Buf) b = {0};
	const Dataset *d;
	if (!data_dataset(rq, &d, err) || !made_check(d, false, err))
		return false;
	dataset_template(d, &b);
	return file_send(rq, d, "csv", &b, err);
}
ROUTE(data_template_csv, "GET", "/data/{dataset}/template.csv", template_csv, ROUTE_MEMBER);

/* ---- all datasets ---- */

static Str
may_text(const Request *rq, const Dataset *d)
{
	AUTO(Buf) b = {0};
	static const Verb verb[] = {VERB_READ, VERB_ENTER, VERB_IMPORT, VERB_EXPORT};
	const char *const label[] = {tr("read"), tr("enter"), tr("import"), tr("export")};
	for (size_t i = 0; i < 4; i++)
		if (data_may(rq, verb[i], d, (Str){0}))
			buf_fmt(&b, "%s%s", b.n ? ", " : "", label[i]);
	return arena_str(rq->a, buf_str(&b));
}

static bool
set_fill(Request *rq, Fill *group, const Dataset *d, Err *err)
{
	uint64_t n;
	Str area = own_area(rq);
	if (!rows_number(rq->w, d, str_eq(area, S("0")) ? (Str){0} : area, COUNTED + 1, &n, err))
		return false;
	Fill *item = fill_item(group, "sets");
	data_fill(rq, item, d, (Str){0});
	fill_text(item, "count",
		!data_whole(rq, d, area) ? S("–")
			: n > COUNTED ? arena_fmt(rq->a, tr("more than %.*s"), STR(data_number(rq, COUNTED)))
						  : data_number(rq, n));
	fill_text(item, "may", may_text(rq, d));
	fill_text(item, "new_url",
		data_may(rq, VERB_ENTER, d, (Str){0}) ? data_url(rq, d, "new", (Str){0}) : (Str){0});
	return true;
}

/* Groups by owner, the visitor's own agency first. */
static bool
owner_fill(Request *rq, Fill *page, Str owner, Err *err)
{
	const Catalog *c = &rq->w->cat;
	Fill *group = NULL;
	for (size_t i = 0; i < c->n_datasets; i++) {
		const Dataset *d = &c->dataset[i];
		if (!str_eq(d->owner, owner) || !data_may(rq, VERB_READ, d, (Str){0}))
			continue;
		if (!group) {
			group = fill_item(page, "groups");
			fill_text(group, "owner", str_of(agency_label(owner)));
			fill_list(group, "sets");
		}
		if (!set_fill(rq, group, d, err))
			return false;
	}
	return true;
}

static bool
datasets(Request *rq, Err *err)
{
	static const char *const agency[] = {
		"kpu", "bawaslu", "kesbangpol", "polri", "tni", "linmas", "pemda"};
	Fill *page = fill_new(rq->a);
	Str own = rq->who->agency;
	Str area = own_area(rq);
	fill_text(page, "title", str_of(tr("Data")));
	fill_text(page, "place", data_place(rq, area));
	fill_list(page, "groups");
	if (!owner_fill(rq, page, own, err))
		return false;
	for (size_t i = 0; i < sizeof agency / sizeof *agency; i++)
		if (!str_eq(own, str_of(agency[i])) && !owner_fill(rq, page, str_of(agency[i]), err))
			return false;
	return page_send(rq, "data", page, err);
}
ROUTE(data, "GET", "/data", datasets, ROUTE_MEMBER);
