/* findings: what the checks found in an area, one by one: only the places that the board names are asked about. */
#include "web/area.h"

enum { ROWS = 50, ROWS_MOST = 200000 };

typedef struct Ask {
	const Query *only;
	Str severity, query;
} Ask;

static bool
ask_read(Request *rq, Ask *out, Err *err)
{
	Str name = rq_query(rq, "check"), severity = rq_query(rq, "severity");
	*out = (Ask){.severity = severity};
	if (severity.n && !str_eq(severity, S("must")) && !str_eq(severity, S("look")))
		return err_set(err, E_INPUT, "'%.*s' is no severity: must or look", STR(severity));
	out->only = name.n ? catalog_check(&rq->w->cat, name) : NULL;
	if (name.n && (!out->only || !check_open(rq, out->only)))
		return err_set(err, E_NOTFOUND, "there is no check '%.*s'", STR(name));
	out->query = arena_fmt(rq->a, "%s%.*s%s%s%.*s", name.n ? "check=" : "", STR(name),
		name.n && severity.n ? "&" : "", severity.n ? "severity=" : "", STR(severity));
	return true;
}

static bool
wanted(const Request *rq, const Ask *ask, const Query *q)
{
	return (!ask->only || ask->only == q) &&
		(!ask->severity.n || str_eq(ask->severity, q->severity)) && check_open(rq, q);
}

/* The checks in the order of the list: what must be mended comes first. */
static const Query **
checks_ordered(const Desk *d, const Ask *ask, size_t *n)
{
	const Catalog *c = &d->rq->w->cat;
	const Query **out = NEW(d->a, const Query *, c->n_checks + 1);
	*n = 0;
	for (int look = 0; look < 2; look++)
		for (size_t i = 0; i < c->n_checks; i++)
			if (str_eq(c->check[i].severity, S("must")) == !look &&
				wanted(d->rq, ask, &c->check[i]))
				out[(*n)++] = &c->check[i];
	return out;
}

static int64_t
count_of(const Desk *d, const Query *check)
{
	size_t i = d->b->n_indicators + (size_t)(check - d->rq->w->cat.check);
	return d->b->series[i].need[d->node];
}

static uint64_t
count_all(const Desk *d, const Ask *ask)
{
	size_t n;
	const Query **check = checks_ordered(d, ask, &n);
	uint64_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += (uint64_t)count_of(d, check[i]);
	return total;
}

/* The places of one page, check by check. */
static bool
places_read(const Desk *d, const Ask *ask, const Paging *at, FindingPage *page, size_t *n, Err *err)
{
	size_t n_checks;
	const Query **check = checks_ordered(d, ask, &n_checks);
	uint64_t skip = (at->page - 1) * at->size, room = at->size;
	*n = 0;
	for (size_t i = 0; i < n_checks; i++) {
		uint64_t here = (uint64_t)count_of(d, check[i]);
		if (here <= skip || !room) {
			skip -= here <= skip ? here : skip;
			continue;
		}
		FindingPage p = {.check = check[i], .node = d->node, .skip = skip, .max = room};
		if (!findings_page(d->b, &p, d->a, err))
			return false;
		page[(*n)++] = p;
		room -= here - skip < room ? here - skip : room;
		skip = 0;
	}
	return true;
}

/* ---- rows ---- */

typedef struct Rows {
	const Desk *d;
	Fill *page;
	const FindingPlace *place;
	uint64_t seen;
} Rows;

static bool
row_fill(void *ctx, const Finding *x, Err *err)
{
	Rows *r = ctx;
	Arena *a = r->d->a;
	(void)err;
	if (!str_eq(x->area, r->place->area))
		return true;
	uint64_t number = r->seen++;
	if (number < r->place->skip || number >= r->place->skip + r->place->take)
		return true;
	Fill *f = fill_item(r->page, "findings");
	fill_text(f, "name", x->check->name);
	fill_text(f, "check", tr_str(x->check->title));
	fill_text(f, "severity", str_of(severity_words(x->check->severity)));
	fill_flag(f, "must", str_eq(x->check->severity, S("must")));
	fill_text(f, "code", r->place->area);
	fill_text(f, "place", place_words(r->d->places, r->place->area, a));
	fill_text(f, "within",
		within_words(r->d->places,
			r->place->area.n == 13 ? area_lift(r->place->area, LEVEL_VILLAGE) : r->place->area, a));
	fill_text(f, "key", key_words(r->d, x->check, r->place->area, x->key));
	fill_text(f, "detail", detail_words(r->d, x->check, x->detail));
	fill_text(f, "remedy", tr_str(x->check->remedy));
	fill_text(f, "owner", str_of(agency_label(x->check->owner)));
	return true;
}

static bool
rows_fill(const Desk *d, Fill *f, const FindingPage *page, size_t n, Err *err)
{
	fill_list(f, "findings");
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < page[i].n; k++) {
			Rows r = {d, f, &page[i].place[k], 0};
			if (!findings_each(d->rq->w, page[i].check, r.place->area, row_fill, &r, err))
				return false;
		}
	return true;
}

static void
checks_fill(const Desk *d, Fill *f, const Ask *ask)
{
	const Catalog *c = &d->rq->w->cat;
	fill_list(f, "checks");
	for (size_t i = 0; i < c->n_checks; i++) {
		if (!check_open(d->rq, &c->check[i]) ||
			(!count_of(d, &c->check[i]) && ask->only != &c->check[i]))
			continue;
		Fill *item = fill_item(f, "checks");
		fill_text(item, "value", c->check[i].name);
		fill_text(item, "label",
			arena_fmt(d->a, "%.*s (%s)", STR(tr_str(c->check[i].title)),
				figure_number(d->a, count_of(d, &c->check[i])).p));
		fill_flag(item, "chosen", ask->only == &c->check[i]);
	}
	fill_flag(f, "is_must", str_eq(ask->severity, S("must")));
	fill_flag(f, "is_look", str_eq(ask->severity, S("look")));
}

static bool
page_fill(Request *rq, Fill *f, Err *err)
{
	AUTO(Desk) d = {0};
	Ask ask;
	Paging at = paging_of(rq, ROWS);
	FindingPage *places = NEW(rq->a, FindingPage, rq->w->cat.n_checks + 1);
	size_t n;
	if (!ask_read(rq, &ask, err) || !desk_open(rq, &d, err) ||
		!places_read(&d, &ask, &at, places, &n, err))
		return false;
	uint64_t total = count_all(&d, &ask);
	Str path = arena_fmt(rq->a, "/area/%.*s/findings", STR(d.code));
	desk_fill(&d, f, tr("Findings"));
	checks_fill(&d, f, &ask);
	paging_fill(&at, rq->a, f, path, ask.query, total);
	fill_flag(f, "one", total == 1);
	fill_text(f, "count", total ? figure_number(rq->a, (int64_t)total) : S(""));
	fill_text(f, "csv", arena_fmt(rq->a, "%.*s.csv?%.*s", STR(path), STR(ask.query)));
	desk_close(&d);
	return rows_fill(&d, f, places, n, err);
}

static bool
page(Request *rq, Err *err)
{
	return desk_send(rq, "findings", page_fill, err);
}
ROUTE(findings, "GET", "/area/{area}/findings", page, ROUTE_MEMBER);

/* ---- as CSV ---- */

typedef struct CsvRows {
	const Desk *d;
	Buf *out;
	size_t rows;
} CsvRows;

static bool
row_csv(void *ctx, const Finding *x, Err *err)
{
	CsvRows *r = ctx;
	Arena before = *r->d->a;
	if (++r->rows > ROWS_MOST)
		return err_set(err, E_LIMIT,
			"these are more than %d findings: name one check or a smaller area", ROWS_MOST);
	Str text[] = {x->area, place_name(r->d->places, x->area, r->d->a), x->check->name,
		tr_str(x->check->title), x->check->severity, x->key, x->detail, x->check->owner,
		tr_str(x->check->remedy)};
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		if (i)
			csv_out_sep(r->out);
		csv_out_text(r->out, text[i]);
	}
	csv_out_end(r->out);
	*r->d->a = before;
	return true;
}

static bool
csv(Request *rq, Err *err)
{
	AUTO(Desk) d = {0};
	AUTO(Buf) out = {0};
	Ask ask;
	size_t n;
	CsvRows r = {&d, &out, 0};
	if (!ask_read(rq, &ask, err) || !desk_open(rq, &d, err))
		return false;
	const Query **check = checks_ordered(&d, &ask, &n);
	for (size_t i = 0; i < n; i++)
		if (!count_of(&d, check[i]))
			check[i] = NULL;
	desk_close(&d);
	buf_add(&out, S("area,name,check,title,severity,key,detail,owner,remedy"));
	csv_out_end(&out);
	for (size_t i = 0; i < n; i++)
		if (check[i] && !findings_each(rq->w, check[i], d.code, row_csv, &r, err))
			return false;
	return csv_reply(rq, arena_fmt(rq->a, "findings-%.*s", STR(d.code)), &out, err);
}
ROUTE(findings_csv, "GET", "/area/{area}/findings.csv", csv, ROUTE_MEMBER);
