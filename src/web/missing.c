/* missing: every row of an area that needs more than it has, filtered, in pages, and as CSV: what is seen is what is exported. */
#include "web/area.h"

enum { ROWS = 50 };
#define ROWS_MOST ((size_t)200000) /* of an export */

typedef struct Ask {
	const Query *only;
	Str owner, query; /* query: both, for links */
} Ask;

static bool
ask_read(Request *rq, Ask *out, Err *err)
{
	Str name = rq_query(rq, "indicator"), owner = rq_query(rq, "owner"), encoded;
	*out = (Ask){.owner = owner};
	if (name.n && !(out->only = catalog_indicator(&rq->w->cat, name)))
		return err_set(err, E_NOTFOUND, "there is no indicator '%.*s'", STR(name));
	percent_text(rq->a, owner, &encoded);
	out->query = arena_fmt(rq->a, "%s%.*s%s%s%.*s", name.n ? "indicator=" : "", STR(name),
		name.n && owner.n ? "&" : "", owner.n ? "owner=" : "", STR(encoded));
	return true;
}

void
indicator_choices_fill(const Desk *d, Fill *f, const Query *chosen)
{
	fill_list(f, "indicators");
	for (size_t i = 0; i < d->b->n_indicators; i++) {
		const Query *q = d->b->series[i].query;
		Fill *item = fill_item(f, "indicators");
		fill_text(item, "value", q->name);
		fill_text(item, "label", tr_str(q->title));
		fill_flag(item, "chosen", q == chosen);
	}
}

static void
owners_fill(const Desk *d, Fill *f, Str chosen)
{
	const Board *b = d->b;
	fill_list(f, "owners");
	for (size_t i = 0; i < b->n_indicators; i++) {
		Str owner = b->series[i].query->owner;
		bool known = false;
		for (size_t k = 0; k < i; k++)
			known |= str_eq(b->series[k].query->owner, owner);
		if (known)
			continue;
		Fill *item = fill_item(f, "owners");
		fill_text(item, "value", owner);
		fill_text(item, "label", str_of(agency_label(owner)));
		fill_flag(item, "chosen", str_eq(owner, chosen));
	}
}

static bool
page_fill(Request *rq, Fill *f, Err *err)
{
	AUTO(Desk) d = {0};
	Ask ask;
	Paging at = paging_of(rq, ROWS);
	if (!ask_read(rq, &ask, err) || !desk_open(rq, &d, err))
		return false;
	GapList list = {.area = str_of(d.b->code[d.node]),
		.only = ask.only,
		.owner = ask.owner,
		.max = at.page * at.size};
	if (!gaps_list(d.b, &list, rq->a, err))
		return false;
	desk_fill(&d, f, tr("What is missing"));
	indicator_choices_fill(&d, f, ask.only);
	owners_fill(&d, f, ask.owner);
	owed_fill(&d, &list, f);
	fill_flag(f, "owed_list", !ask.only && at.page == 1 && list.total > 0);
	fill_list(f, "gaps");
	for (size_t i = (at.page - 1) * at.size; i < list.n; i++)
		gap_fill(&d, &list.gap[i], fill_item(f, "gaps"));
	Str path = arena_fmt(rq->a, "/area/%.*s/missing", STR(d.code));
	paging_fill(&at, rq->a, f, path, ask.query, list.total);
	fill_flag(f, "one", list.total == 1);
	fill_text(f, "count", list.total ? figure_number(rq->a, (int64_t)list.total) : S(""));
	fill_text(f, "csv", arena_fmt(rq->a, "%.*s.csv?%.*s", STR(path), STR(ask.query)));
	desk_close(&d);
	return true;
}

static bool
page(Request *rq, Err *err)
{
	return desk_send(rq, "missing", page_fill, err);
}
ROUTE(missing, "GET", "/area/{area}/missing", page, ROUTE_MEMBER);

/* ---- as CSV ---- */

static void
gap_csv(const Desk *d, const Gap *g, Buf *out)
{
	const Query *q = g->series->query;
	Str text[] = {g->area, place_name(d->places, g->area, d->a),
		within_words(d->places, g->area, d->a), q->name, tr_str(q->title)};
	int64_t number[] = {g->need, g->have, g->heard, g->need - g->have};
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		csv_out_text(out, text[i]);
		csv_out_sep(out);
	}
	for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
		csv_out_int(out, number[i]);
		csv_out_sep(out);
	}
	csv_out_text(out, tr_str(q->unit));
	csv_out_sep(out);
	csv_out_text(out, q->owner);
	csv_out_sep(out);
	csv_out_text(out, g->series->due_date);
	csv_out_sep(out);
	csv_out_int(out, g->gain >= 10000);
	csv_out_sep(out);
	csv_out_int(out, query_unverified(q, d->rq->w->pack) > 0);
	csv_out_end(out);
}

bool
csv_reply(Request *rq, Str name, Buf *out, Err *err)
{
	if (!reply_bytes(rq, MHD_HTTP_OK, "text/csv; charset=utf-8", out, err))
		return false;
	reply_header(rq, "Content-Disposition",
		arena_fmt(rq->a, "attachment; filename=\"%.*s.csv\"", STR(name)));
	return true;
}

static bool
csv(Request *rq, Err *err)
{
	AUTO(Desk) d = {0};
	AUTO(Buf) out = {0};
	Ask ask;
	if (!ask_read(rq, &ask, err) || !desk_open(rq, &d, err))
		return false;
	GapList list = {
		.area = str_of(d.b->code[d.node]), .only = ask.only, .owner = ask.owner, .max = ROWS_MOST};
	if (!gaps_list(d.b, &list, rq->a, err))
		return false;
	buf_add(&out,
		S("area,name,within,indicator,title,need,have,heard,missing,unit,owner,due,makes_ready,unverified"));
	csv_out_end(&out);
	for (size_t i = 0; i < list.n; i++) {
		Arena before = *d.a;
		gap_csv(&d, &list.gap[i], &out);
		*d.a = before;
	}
	desk_close(&d);
	return csv_reply(rq, arena_fmt(rq->a, "missing-%.*s", STR(d.code)), &out, err);
}
ROUTE(missing_csv, "GET", "/area/{area}/missing.csv", csv, ROUTE_MEMBER);
