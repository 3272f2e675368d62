/* changes: the log as people look at it: what was changed, by whom, why; one event, and its undo; the history of a row. */
#include "web/data.h"

/* A question without an index looks so far back at once, then people ask for older ones. */
enum { LINES = 50, LOOKED = 5000, STEPS = 50, SPAN = 300000 };

/* ---- what an event did ---- */

static Str
did_text(Op op, int64_t base, int64_t undoes)
{
	if (undoes)
		return str_of(tr("undone"));
	switch (op) {
	case OP_CLOSE:
		return str_of(tr("taken away"));
	case OP_REOPEN:
		return str_of(tr("entered again"));
	case OP_FORGET:
		return str_of(tr("private fields erased"));
	default:
		return str_of(base ? tr("changed") : tr("added"));
	}
}

static Str
event_url(const Request *rq, int64_t event)
{
	return event ? arena_fmt(rq->a, "/event/%lld", (long long)event) : (Str){0};
}

/* What is in the log beside rows, as people call it. */
static Str
system_words(Arena *a, Str kind)
{
	const char *const known[][2] = {{"siap.account", tr("Accounts")},
		{"siap.reveal", tr("Private fields that were seen")},
		{"siap.paper", tr("Papers that were attached")},
		{"siap.closed_paper", tr("Papers that were attached")},
		{"siap.resolve", tr("Conflicts that were settled")}, {"siap.boundary", tr("Boundaries")},
		{"siap.workspace", tr("The workspace")}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(kind, str_of(known[i][0])))
			return str_of(known[i][1]);
	return arena_str(a, kind);
}

static void
event_fill(const Request *rq, Fill *f, const LogEvent *e)
{
	const Dataset *d = catalog_dataset(&rq->w->cat, e->dataset);
	Origin o = {.actor = e->actor, .agency = e->agency, .on_behalf_of = e->on_behalf_of};
	Arena *a = rq->a;
	fill_text(f, "event", data_number(rq, (uint64_t)e->event));
	fill_text(f, "event_url", event_url(rq, e->event));
	fill_text(f, "when", figure_time(a, e->at, data_zone(rq)));
	fill_text(f, "by", arena_str(a, data_person(rq, &o)));
	fill_text(f, "channel", arena_str(a, data_channel(e->source)));
	fill_text(f, "did", did_text(e->op, e->base, e->undoes));
	fill_text(f, "set", d ? tr_str(d->title) : system_words(a, e->dataset));
	/* Of the rest a key says something only where there are many: an account, a paper. */
	bool only_one =
		str_eq(e->dataset, S("siap.boundary")) || str_eq(e->dataset, S("siap.workspace"));
	fill_text(f, "row", only_one ? (Str){0} : data_words(rq, d, arena_str(a, e->key)));
	fill_text(f, "url", d ? data_url(rq, d, "row", e->key) : (Str){0});
	fill_text(f, "area", e->area.n ? data_place(rq, arena_str(a, e->area)) : (Str){0});
	fill_text(f, "why", arena_str(a, e->why));
	fill_flag(f, "conflict", e->conflict);
}

/* Rows of restricted lists, and what accounts did, are not for everybody. */
static bool
may_see(const Request *rq, const LogEvent *e)
{
	const Dataset *d = catalog_dataset(&rq->w->cat, e->dataset);
	if (d)
		return data_whole(rq, d, e->area);
	return !(str_eq(e->dataset, S("siap.reveal")) || str_eq(e->dataset, S("siap.closed_paper")) ||
			   str_eq(e->dataset, S("siap.account"))) ||
		(str_eq(e->agency, rq->who->agency) && rq->who->role >= ROLE_SUPERVISOR);
}

/* ---- the list: the rows of one import are one line ---- */

typedef struct Lines {
	Request *rq;
	Fill *page, *line;
	size_t n, seen;
	int64_t batch, rows, last;
	bool full;
} Lines;

static void
line_end(Lines *l)
{
	if (!l->line)
		return;
	fill_text(l->line, "rows", l->rows > 1 ? data_number(l->rq, (uint64_t)l->rows) : (Str){0});
	fill_text(l->line, "import_url",
		l->batch ? arena_fmt(l->rq->a, "/import/%lld", (long long)l->batch) : (Str){0});
	l->line = NULL;
}

static bool
change_line(void *ctx, const LogEvent *e, Err *err)
{
	Lines *l = ctx;
	(void)err;
	bool same = l->line && e->batch && e->batch == l->batch;
	l->seen++;
	if (!same && l->n == LINES) {
		l->full = true;
		return false;
	}
	l->last = e->event;
	if (!may_see(l->rq, e))
		return true;
	l->rows = same ? l->rows + 1 : 1;
	if (same)
		return true;
	line_end(l);
	l->batch = e->batch;
	l->n++;
	l->line = fill_item(l->page, "lines");
	event_fill(l->rq, l->line, e);
	return true;
}

static bool
moment(const Request *rq, const char *name, bool end, int64_t *out, Err *err)
{
	Str text = str_trim(rq_query(rq, name));
	int32_t day;
	*out = CLOCK_REAL;
	if (!text.n)
		return true;
	if (!date_parse(text, &day))
		return err_set(err, E_INPUT, "'%.*s' is no day: 2024-11-20 is one", STR(text));
	*out = day * INT64_C(86400000) - data_zone(rq) * INT64_C(60000) +
		(end ? INT64_C(86400000) - 1 : 0);
	return true;
}

static bool
filter_read(Request *rq, LogFilter *f, Err *err)
{
	Str area = str_trim(rq_query(rq, "area")), before = rq_query(rq, "before");
	*f = (LogFilter){
		.dataset = rq_query(rq, "dataset"), .agency = rq_query(rq, "agency"), .max = LOOKED};
	if (before.n && !str_int(before, &f->before))
		return err_set(err, E_INPUT, "'%.*s' is no number of an event", STR(before));
	int64_t newest = f->before > 0 ? f->before : workspace_last_event(rq->w) + 1;
	f->after = newest > SPAN ? newest - SPAN : 0;
	return (!area.n || data_area(rq, area, &f->area, err)) &&
		moment(rq, "from", false, &f->from, err) && moment(rq, "upto", true, &f->upto, err);
}

static void
choices(Request *rq, Fill *page)
{
	static const char *const agency[] = {
		"kpu", "bawaslu", "kesbangpol", "polri", "tni", "linmas", "pemda"};
	const Catalog *c = &rq->w->cat;
	fill_list(page, "sets");
	for (size_t i = 0; i < c->n_datasets; i++) {
		if (!data_may(rq, VERB_READ, &c->dataset[i], (Str){0}))
			continue;
		Fill *item = fill_item(page, "sets");
		fill_text(item, "value", c->dataset[i].name);
		fill_text(item, "label", tr_str(c->dataset[i].title));
		fill_flag(item, "chosen", str_eq(c->dataset[i].name, rq_query(rq, "dataset")));
	}
	fill_list(page, "agencies");
	for (size_t i = 0; i < sizeof agency / sizeof *agency; i++) {
		Fill *item = fill_item(page, "agencies");
		fill_text(item, "value", str_of(agency[i]));
		fill_text(item, "label", str_of(agency_label(str_of(agency[i]))));
		fill_flag(item, "chosen", str_eq(str_of(agency[i]), rq_query(rq, "agency")));
	}
	fill_text(page, "area_text", rq_query(rq, "area"));
	fill_text(page, "from", rq_query(rq, "from"));
	fill_text(page, "upto", rq_query(rq, "upto"));
}

static Str
older_url(const Request *rq, int64_t before)
{
	AUTO(Buf) b = {0};
	buf_fmt(&b, "/changes?before=%lld", (long long)before);
	for (const Pair *p = rq->query; p; p = p->next)
		if (p->value.n && !str_eq(p->name, S("before"))) {
			buf_byte(&b, '&');
			percent_encode(p->name, &b);
			buf_byte(&b, '=');
			percent_encode(p->value, &b);
		}
	return arena_str(rq->a, buf_str(&b));
}

static bool
changes(Request *rq, Err *err)
{
	LogFilter f;
	Lines l = {.rq = rq, .page = fill_new(rq->a)};
	Err why = {0};
	fill_text(l.page, "title", str_of(tr("Changes")));
	fill_text(l.page, "data_js", asset_address(S("data.js"), rq->a));
	choices(rq, l.page);
	fill_list(l.page, "lines");
	bool ok = filter_read(rq, &f, &why);
	if (ok && !log_each(rq->w, &f, change_line, &l, err) && !l.full)
		return false;
	line_end(&l);
	bool more = l.full || l.seen >= LOOKED;
	int64_t before = more ? l.last : f.after + 1;
	fill_text(l.page, "older", ok && before > 1 ? older_url(rq, before) : (Str){0});
	fill_text(l.page, "problem", arena_str(rq->a, str_of(why.text)));
	return page_send_as(rq, ok ? MHD_HTTP_OK : status_of(why.code), "changes", l.page, err);
}
ROUTE(changes, "GET", "/changes", changes, ROUTE_MEMBER);

/* ---- history of a row ---- */

static void
step_changes_fill(const Request *rq, Fill *item, const HistoryStep *s)
{
	fill_list(item, "changes");
	for (size_t i = 0; i < s->n_changes; i++) {
		const Change *c = &s->change[i];
		Fill *x = fill_item(item, "changes");
		fill_text(x, "label", tr_str(c->field->label));
		fill_flag(x, "private", c->field->n_private > 0);
		fill_text(x, "from", c->from);
		fill_text(x, "to", c->to);
	}
	fill_flag(item, "erased", s->hidden == HIDDEN_ERASED);
	fill_text(item, "base", s->over ? data_number(rq, (uint64_t)s->base) : (Str){0});
	fill_text(item, "over", s->over ? data_number(rq, (uint64_t)s->over) : (Str){0});
	fill_text(item, "undoes", s->undoes ? data_number(rq, (uint64_t)s->undoes) : (Str){0});
	fill_text(item, "undoes_url", event_url(rq, s->undoes));
	fill_text(item, "file", s->file);
	fill_text(item, "import_url",
		s->batch ? arena_fmt(rq->a, "/import/%lld", (long long)s->batch) : (Str){0});
}

static void
step_fill(const Request *rq, Fill *page, const HistoryStep *s)
{
	Fill *item = fill_item(page, "steps");
	fill_text(item, "event", data_number(rq, (uint64_t)s->event));
	fill_text(item, "event_url", event_url(rq, s->event));
	fill_text(item, "when", figure_time(rq->a, s->at, data_zone(rq)));
	fill_text(item, "by", data_person(rq, &s->origin));
	fill_text(item, "channel", data_channel(s->origin.source));
	fill_text(item, "did", did_text(s->op, s->base, s->undoes));
	fill_text(item, "why", s->origin.why);
	step_changes_fill(rq, item, s);
}

static bool
history(Request *rq, Err *err)
{
	History h = {.max = STEPS};
	Str *text;
	Fill *page = fill_new(rq->a);
	RowView row;
	if (!data_dataset(rq, &h.dataset, err) || !data_key(rq, h.dataset, &text, err) ||
		!data_row(rq, VERB_READ, h.dataset, text, &row, err))
		return false;
	h.text = text;
	if (str_eq(rq_query(rq, "all"), S("1")))
		h.max = 40 * STEPS;
	if (!history_walk(rq->w, &h, rq->a, err) || !data_allow(rq, VERB_READ, h.dataset, h.area, err))
		return false;
	data_fill(rq, page, h.dataset, h.key);
	fill_text(page, "title", str_of(tr("History")));
	fill_text(page, "place", data_place(rq, h.area));
	fill_flag(page, "closed", h.closed);
	fill_text(page, "more",
		h.more ? arena_fmt(rq->a, "%.*s?all=1", STR(data_url(rq, h.dataset, "history", h.key)))
			   : (Str){0});
	fill_list(page, "steps");
	for (size_t i = 0; i < h.n; i++)
		step_fill(rq, page, &h.step[i]);
	return page_send(rq, "data_history", page, err);
}
ROUTE(data_history, "GET", "/data/{dataset}/history/{key*}", history, ROUTE_MEMBER);

/* ---- one event ---- */

typedef struct One {
	Request *rq;
	LogEvent e;
	bool found;
} One;

static bool
one_take(void *ctx, const LogEvent *e, Err *err)
{
	One *o = ctx;
	Arena *a = o->rq->a;
	(void)err;
	o->e = *e;
	o->found = true;
	Str *text[] = {&o->e.dataset, &o->e.key, &o->e.area, &o->e.actor, &o->e.agency,
		&o->e.on_behalf_of, &o->e.source, &o->e.device, &o->e.why};
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		*text[i] = arena_str(a, *text[i]);
	return true;
}

static bool
event_find(Request *rq, One *o, Err *err)
{
	Str number = rq_param(rq, "seq");
	int64_t seq;
	*o = (One){.rq = rq};
	if (!str_int(number, &seq) || seq <= 0 || seq == INT64_MAX)
		return err_set(err, E_NOTFOUND, "there is no event '%.*s'", STR(number));
	LogFilter f = {
		.from = CLOCK_REAL, .upto = CLOCK_REAL, .after = seq - 1, .before = seq + 1, .max = 1};
	if (!log_each(rq->w, &f, one_take, o, err))
		return false;
	return (o->found && may_see(rq, &o->e)) ||
		err_set(err, E_NOTFOUND, "there is no event '%.*s'", STR(number));
}

/* What the event changed, when it is not too far back in its row's history. */
static bool
event_changes(Request *rq, Fill *page, const LogEvent *e, const Dataset *d, bool *newest, Err *err)
{
	History h = {.dataset = d, .max = STEPS};
	Str *text;
	*newest = false;
	if (!row_key_cells(d, e->key, rq->a, &text, err))
		return false;
	h.text = text;
	if (!history_walk(rq->w, &h, rq->a, err))
		return false;
	fill_list(page, "steps");
	for (size_t i = 0; i < h.n; i++)
		if (h.step[i].event == e->event) {
			step_fill(rq, page, &h.step[i]);
			*newest = i == 0;
		}
	return true;
}

static bool
undo_allow(const Request *rq, const LogEvent *e, const Dataset *d, Err *err)
{
	return account_may_undo(rq->who, d, e->area, e->actor, err);
}

static bool
event(Request *rq, Err *err)
{
	One o;
	Fill *page = fill_new(rq->a);
	bool newest = false;
	Err ignored;
	if (!event_find(rq, &o, err))
		return false;
	const Dataset *d = catalog_dataset(&rq->w->cat, o.e.dataset);
	fill_text(page, "title",
		arena_fmt(rq->a, tr("Event %.*s"), STR(data_number(rq, (uint64_t)o.e.event))));
	event_fill(rq, page, &o.e);
	if (d ? !event_changes(rq, page, &o.e, d, &newest, err) : (fill_list(page, "steps"), false))
		return false;
	fill_text(page, "history_url", d ? data_url(rq, d, "history", o.e.key) : (Str){0});
	fill_text(page, "import_url",
		o.e.batch ? arena_fmt(rq->a, "/import/%lld", (long long)o.e.batch) : (Str){0});
	fill_text(page, "proof_url", arena_fmt(rq->a, "/event/%lld/proof", (long long)o.e.event));
	fill_flag(
		page, "may_undo", d && newest && o.e.op != OP_FORGET && undo_allow(rq, &o.e, d, &ignored));
	fill_flag(page, "later", d && !newest);
	return page_send(rq, "event", page, err);
}
ROUTE(event, "GET", "/event/{seq}", event, ROUTE_MEMBER);

static bool
event_undo(Request *rq, Err *err)
{
	One o;
	if (!event_find(rq, &o, err))
		return false;
	const Dataset *d = catalog_dataset(&rq->w->cat, o.e.dataset);
	if (!d)
		return err_set(err, E_INPUT, "this event is none of a row: it cannot be undone");
	if (!undo_allow(rq, &o.e, d, err))
		return false;
	Origin who = data_origin(rq, d, str_trim(rq_form(rq, "why")));
	UndoRequest r = {.origin = &who, .event = o.e.event, .who = rq->who};
	return gate_undo(rq->site->gate, &r, err) &&
		reply_redirect(rq,
			arena_fmt(rq->a, "%.*s?done=%lld&was=undone", STR(data_url(rq, d, "row", o.e.key)),
				(long long)r.last),
			err);
}
ROUTE(event_undo, "POST", "/event/{seq}", event_undo, ROUTE_MEMBER);

static bool
event_proof(Request *rq, Err *err)
{
	One o;
	AUTO(Buf) b = {0};
	return event_find(rq, &o, err) && log_prove(rq->w, o.e.event, &b, err) &&
		reply_bytes(rq, MHD_HTTP_OK, "application/json", &b, err) &&
		(reply_header(rq, "Content-Disposition",
			 arena_fmt(rq->a, "attachment; filename=\"event-%lld.json\"", (long long)o.e.event)),
			true);
}
ROUTE(event_proof, "GET", "/event/{seq}/proof", event_proof, ROUTE_MEMBER);
