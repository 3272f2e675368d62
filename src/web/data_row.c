/* data_row: one row: its fields, who wrote it when, what is found about it, what can be done with it. */
#include "web/data.h"

enum { FINDINGS = 20 };

/* ---- fields ---- */

static void
fields_fill(const Request *rq, Fill *page, const Dataset *d, const RowView *r)
{
	fill_list(page, "fields");
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		Fill *item = fill_item(page, "fields");
		fill_text(item, "label", tr_str(f->label));
		fill_text(item, "unit", f->unit.n ? tr_str(f->unit) : S(""));
		fill_flag(item, "private", f->n_private > 0);
		fill_flag(item, "hidden", f->n_private && r->sealed);
		fill_text(item, "value", f->n_private ? (Str){0} : data_value(rq, f, r->v[i]));
		fill_text(item, "area_url",
			f->type == TYPE_AREA && r->v[i].kind == VALUE_TEXT
				? arena_fmt(rq->a, "/area/%.*s", STR(r->v[i].s))
				: (Str){0});
	}
}

/* ---- findings that name the row's area ---- */

typedef struct Found {
	Request *rq;
	Fill *page;
	size_t n;
} Found;

static bool
finding_add(void *ctx, const Finding *f, Err *err)
{
	Found *to = ctx;
	(void)err;
	if (to->n++ >= FINDINGS)
		return true;
	Fill *item = fill_item(to->page, "findings");
	fill_text(item, "check", tr_str(f->check->title));
	fill_text(item, "check_url", arena_fmt(to->rq->a, "/check/%.*s", STR(f->check->name)));
	fill_text(item, "detail", arena_str(to->rq->a, f->detail));
	fill_text(item, "remedy", tr_str(f->check->remedy));
	fill_flag(item, "must", str_eq(f->check->severity, S("must")));
	return true;
}

static bool
findings_fill(Request *rq, Fill *page, const Dataset *d, const RowView *r, Err *err)
{
	const Catalog *c = &rq->w->cat;
	Found to = {rq, page, 0};
	fill_list(page, "findings");
	for (size_t i = 0; i < c->n_checks; i++)
		for (size_t k = 0; k < c->check[i].n_reads; k++)
			if (c->check[i].reads[k] == d && c->check[i].scope != SCOPE_ALL &&
				!findings_each(rq->w, &c->check[i], r->v[d->area].s, finding_add, &to, err))
				return false;
	return true;
}

/* ---- its newest event ---- */

typedef struct Newest {
	const Request *rq;
	LogEvent e;
} Newest;

static bool
newest_take(void *ctx, const LogEvent *e, Err *err)
{
	Newest *to = ctx;
	Arena *a = to->rq->a;
	(void)err;
	to->e = *e;
	to->e.actor = arena_str(a, e->actor);
	to->e.agency = arena_str(a, e->agency);
	to->e.on_behalf_of = arena_str(a, e->on_behalf_of);
	to->e.source = arena_str(a, e->source);
	to->e.why = arena_str(a, e->why);
	return true;
}

static bool
written_fill(Request *rq, Fill *page, const Dataset *d, const RowView *r, Err *err)
{
	Newest newest = {.rq = rq};
	LogFilter f = {.from = CLOCK_REAL,
		.upto = CLOCK_REAL,
		.after = r->event - 1,
		.before = r->event + 1,
		.max = 1};
	if (!log_each(rq->w, &f, newest_take, &newest, err))
		return false;
	const LogEvent *e = &newest.e;
	Origin o = {.actor = e->actor, .agency = e->agency, .on_behalf_of = e->on_behalf_of};
	Str done = rq_query(rq, "done"), what = rq_query(rq, "was");
	int64_t event;
	bool just = done.n && str_int(done, &event) && event == r->event;
	fill_text(page, "when", figure_time(rq->a, e->at, data_zone(rq)));
	fill_text(page, "by", data_person(rq, &o));
	fill_text(page, "channel", data_channel(e->source));
	fill_text(page, "why", e->why);
	fill_text(page, "event", data_int(rq, r->event));
	fill_text(page, "event_number", data_number(rq, (uint64_t)r->event));
	fill_text(page, "event_url", arena_fmt(rq->a, "/event/%lld", (long long)r->event));
	fill_flag(page, "done_added", just && str_eq(what, S("added")));
	fill_flag(page, "done_same", just && str_eq(what, S("same")));
	fill_flag(page, "done_undone", just && str_eq(what, S("undone")));
	fill_flag(page, "done_changed",
		just && !str_eq(what, S("added")) && !str_eq(what, S("same")) &&
			!str_eq(what, S("undone")));
	fill_flag(page, "may_undo", data_may_undo(rq, d, r->v[d->area].s, e->actor));
	return true;
}

static bool
row(Request *rq, Err *err)
{
	const Dataset *d;
	Str *text;
	RowView r;
	Fill *page = fill_new(rq->a);
	if (!data_dataset(rq, &d, err) || !data_key(rq, d, &text, err) ||
		!data_row(rq, VERB_READ, d, text, &r, err))
		return false;
	Str area = r.v[d->area].s;
	Conflicts c = {.dataset = d, .text = text};
	data_fill(rq, page, d, r.key);
	fill_text(page, "title", data_title(rq, d, (Str){0}));
	fill_text(page, "place", data_place(rq, area));
	fill_text(page, "area_url", arena_fmt(rq->a, "/area/%.*s", STR(area)));
	fill_text(page, "draft_js", asset_address(S("draft.js"), rq->a));
	fill_flag(page, "closed", r.closed);
	Err why = {0};
	fill_flag(page, "may_enter", data_allow(rq, VERB_ENTER, d, area, &why));
	fill_text(page, "why_not", arena_str(rq->a, str_of(why.text)));
	fill_text(page, "who_could", arena_str(rq->a, str_of(why.hint)));
	fill_flag(page, "may_close", !r.closed && data_may(rq, VERB_CLOSE, d, area));
	fill_flag(page, "may_reveal", r.sealed && !r.closed && data_may(rq, VERB_REVEAL, d, area));
	fill_text(page, "reveal_url", data_url(rq, d, "reveal", r.key));
	fill_list(page, "rows");
	fill_text(page, "edit_url", data_url(rq, d, "edit", r.key));
	fill_text(page, "close_url", data_url(rq, d, "close", r.key));
	fill_text(page, "history_url", data_url(rq, d, "history", r.key));
	fill_text(page, "next_url",
		arena_fmt(rq->a, "%.*s?%.*s=%.*s", STR(data_url(rq, d, "new", (Str){0})),
			STR(d->field[d->area].name), STR(area)));
	fields_fill(rq, page, d, &r);
	fill_flag(page, "attached", rq_query(rq, "attached").n > 0);
	if (!papers_fill(rq, page, d, &r, err) || !written_fill(rq, page, d, &r, err) ||
		!findings_fill(rq, page, d, &r, err) || !conflicts_read(rq->w, &c, rq->a, err))
		return false;
	fill_text(page, "conflict_url",
		c.n ? arena_fmt(
				  rq->a, "/conflicts/%.*s", STR(str_slice(data_url(rq, d, "", r.key), 6, SIZE_MAX)))
			: (Str){0});
	return page_send(rq, "data_row", page, err);
}
ROUTE(data_row, "GET", "/data/{dataset}/row/{key*}", row, ROUTE_MEMBER);

/* ---- closing ---- */

static bool
close_ask(Request *rq, Err *err)
{
	const Dataset *d;
	Str *text;
	RowView r;
	Fill *page = fill_new(rq->a);
	if (!data_dataset(rq, &d, err) || !data_key(rq, d, &text, err) ||
		!data_row(rq, VERB_CLOSE, d, text, &r, err))
		return false;
	data_fill(rq, page, d, r.key);
	fill_text(page, "title", str_of(tr("Take a row away")));
	fill_text(page, "place", data_place(rq, r.v[d->area].s));
	fill_text(page, "close_url", data_url(rq, d, "close", r.key));
	fill_text(page, "base", data_int(rq, r.event));
	fields_fill(rq, page, d, &r);
	return page_send(rq, "data_close", page, err);
}
ROUTE(data_close_ask, "GET", "/data/{dataset}/close/{key*}", close_ask, ROUTE_MEMBER);

static bool
close_now(Request *rq, Err *err)
{
	const Dataset *d;
	Str *text;
	RowView r;
	int64_t base;
	if (!data_dataset(rq, &d, err) || !data_key(rq, d, &text, err) ||
		!data_row(rq, VERB_CLOSE, d, text, &r, err))
		return false;
	if (!str_int(rq_form(rq, "base"), &base) || base != r.event) {
		err_set(err, E_CONFLICT, "somebody changed this row meanwhile");
		return err_hint(err, "look at it again before you take it away");
	}
	Origin o = data_origin(rq, d, str_trim(rq_form(rq, "why")));
	RowRequest put = {
		.origin = &o, .dataset = d, .text = text, .base = base, .closing = true, .who = rq->who};
	return gate_enter(rq->site->gate, &put, err) &&
		reply_redirect(rq,
			arena_fmt(rq->a, "%.*s?done=%lld&was=closed", STR(data_url(rq, d, "row", r.key)),
				(long long)put.event),
			err);
}
ROUTE(data_close, "POST", "/data/{dataset}/close/{key*}", close_now, ROUTE_MEMBER);
