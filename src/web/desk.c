/* desk: an area on the board for the pages about it, and the words in which places, days and figures are put. */
#include "web/desk.h"

bool
desk_places(Request *rq, const PlaceIndex **out, Err *err)
{
	Site *s = rq->site;
	pthread_mutex_lock(&s->lock);
	bool ok = s->places || place_index_new(rq->w, s->a, &s->places, err);
	*out = s->places;
	pthread_mutex_unlock(&s->lock);
	return ok;
}

static bool
area_unknown(const Request *rq, const PlaceIndex *x, Str code, Err *err)
{
	PlaceSearch near = {.text = code, .max = 1};
	err_set(err, E_NOTFOUND, "there is no area or TPS '%.*s' here", STR(code));
	place_search(x, &near, rq->a);
	if (near.n)
		return err_hint(err, "perhaps %.*s (%.*s) is meant; the search finds areas by name, too",
			STR(near.hit[0].name), STR(near.hit[0].code));
	return err_hint(err, "the search above finds areas and TPS by name and by code");
}

bool
desk_open(Request *rq, Desk *out, Err *err)
{
	Str code = rq_param(rq, "area");
	*out = (Desk){.rq = rq, .a = rq->a, .code = code, .level = area_level(code)};
	if (!desk_places(rq, &out->places, err) || !gate_board(rq->site->gate, &out->b, err))
		return false;
	if (!board_find(out->b, code, &out->node) && !str_eq(code, rq->w->area)) {
		desk_close(out);
		return area_unknown(rq, out->places, code, err);
	}
	out->n_pillars = board_pillars(out->b, out->pillar, DESK_PILLARS);
	return true;
}

void
desk_close(Desk *d)
{
	if (d->b)
		gate_board_done(d->rq->site->gate);
	d->b = NULL;
}

/* What of the catalog the person may know of, a letter for each dataset. */
static Str
known_to(const Request *rq)
{
	const Catalog *c = &rq->w->cat;
	char *known = NEW(rq->a, char, c->n_datasets + 1);
	for (size_t i = 0; i < c->n_datasets; i++)
		known[i] = dataset_open(rq, &c->dataset[i]) ? 'y' : 'n';
	return (Str){known, c->n_datasets};
}

bool
desk_send_apart(Request *rq, const char *name, Str more, FillFn fill, Err *err)
{
	more = arena_fmt(rq->a, "%.*s %.*s", STR(known_to(rq)), STR(more));
	return page_cached(rq, name, more, fill, err);
}

bool
desk_send(Request *rq, const char *name, FillFn fill, Err *err)
{
	return page_cached(rq, name, known_to(rq), fill, err);
}

/* ---- words ---- */

Str
place_words(const PlaceIndex *x, Str code, Arena *a)
{
	Str name = place_name(x, code, a);
	switch (area_level(code)) {
	case LEVEL_TPS:
		return arena_fmt(
			a, "%.*s, %.*s", STR(name), STR(place_name(x, area_lift(code, LEVEL_VILLAGE), a)));
	case LEVEL_PROVINCE:
		return arena_fmt(a, tr("Province of %.*s"), STR(name.n ? name : code));
	case LEVEL_DISTRICT:
		return arena_fmt(a, tr("District %.*s"), STR(name.n ? name : code));
	case LEVEL_VILLAGE:
		return arena_fmt(a, tr("Village %.*s"), STR(name.n ? name : code));
	case LEVEL_ANY:
		return name.n ? name : str_of(tr("Indonesia"));
	case LEVEL_REGENCY:
		break;
	}
	return name.n ? name : code;
}

Str
within_words(const PlaceIndex *x, Str code, Arena *a)
{
	AUTO(Buf) b = {.max = 1000};
	for (Level l = area_level(code); l-- > LEVEL_REGENCY;) {
		Str above = area_lift(code, l), name = place_name(x, above, a);
		if (above.n < code.n && name.n)
			buf_fmt(&b, "%s%.*s", b.n ? ", " : "", STR(name));
	}
	return b.n && !b.failed ? arena_str(a, buf_str(&b)) : (Str){0};
}

const char *
level_words(Level l)
{
	switch (l) {
	case LEVEL_PROVINCE:
		return tr("province");
	case LEVEL_REGENCY:
		return tr("regency or city");
	case LEVEL_DISTRICT:
		return tr("district");
	case LEVEL_VILLAGE:
		return tr("village");
	case LEVEL_TPS:
		return tr("TPS");
	case LEVEL_ANY:
		break;
	}
	return tr("area");
}

Str
unit_words(const Query *q, int64_t n)
{
	return tr_str(n == 1 ? q->unit : q->units);
}

Str
pillar_words(Str pillar)
{
	return str_eq(pillar, S("roll"))     ? str_of(tr("Final voter roll"))
		: str_eq(pillar, S("logistics")) ? str_of(tr("Logistics"))
		: str_eq(pillar, S("officers"))  ? str_of(tr("Polling officers"))
		: str_eq(pillar, S("security"))  ? str_of(tr("Security"))
		: str_eq(pillar, S("stages"))    ? str_of(tr("Stages"))
										 : tr_str(pillar);
}

const char *
severity_words(Str severity)
{
	return str_eq(severity, S("must")) ? tr("must be mended") : tr("look at it");
}

int64_t
desk_days_left(const Workspace *w, Str date)
{
	char now[30];
	int32_t day, today;
	int zone = area_zone(w->area);
	if (!date_parse(date, &day))
		return 0;
	instant_format(workspace_now(w), zone ? zone : 420, now);
	NEED(date_parse((Str){now, 10}, &today));
	return day - today;
}

Str
left_words(const Workspace *w, Arena *a, Str date)
{
	int64_t left = desk_days_left(w, date);
	if (!date.n)
		return S("");
	Str number = figure_number(a, left < 0 ? -left : left);
	return left > 1  ? arena_fmt(a, tr("%s days left"), number.p)
		: left == 1  ? str_of(tr("1 day left"))
		: left == 0  ? str_of(tr("today"))
		: left == -1 ? str_of(tr("1 day late"))
					 : arena_fmt(a, tr("%s days late"), number.p);
}

Str
due_words(const Workspace *w, Arena *a, Str date)
{
	return date.n
		? arena_fmt(a, "%.*s, %.*s", STR(figure_day(a, date)), STR(left_words(w, a, date)))
		: S("");
}

bool
due_late(const Workspace *w, Str date)
{
	return date.n && desk_days_left(w, date) < 0;
}

Str
bar_width(Arena *a, int parts)
{
	return parts <= 0 ? S("0") : arena_fmt(a, "%d.%d", parts / 100, parts / 10 % 10);
}

bool
series_row(
	const Board *b, const Series *s, size_t node, int64_t *need, int64_t *have, int64_t *heard)
{
	if (!s->own[0] && b->level[node] != (uint8_t)s->query->level)
		return false;
	*need = s->own[0] ? s->own[0][node] : s->need[node];
	*have = s->own[0] ? s->own[1][node] : s->have[node];
	*heard = s->own[0] ? s->own[2][node] : s->heard[node];
	return *need > 0;
}

int64_t
desk_findings(const Desk *d, size_t node)
{
	const Board *b = d->b;
	int64_t n = 0;
	for (size_t s = b->n_indicators; s < b->n_series; s++)
		if (b->series[s].need[node] && check_open(d->rq, b->series[s].query))
			n += b->series[s].need[node];
	return n;
}

bool
dataset_open(const Request *rq, const Dataset *d)
{
	Err why = {0};
	return account_may(rq->who, VERB_READ, d, (Str){0}, &why);
}

bool
data_whole(const Request *rq, const Dataset *d, Str area)
{
	Err why = {0};
	return account_may(rq->who, VERB_READ, d, area, &why) && account_sees(rq->who, d, (Str){0});
}

/* Of a restricted dataset not even a finding, wherever it is, is told to those who may not read all of it. */
bool
check_open(const Request *rq, const Query *q)
{
	for (size_t i = 0; i < q->n_reads; i++)
		if (!data_whole(rq, q->reads[i], rq->w->area))
			return false;
	return true;
}

void
percent_text(Arena *a, Str s, Str *out)
{
	AUTO(Buf) b = {0};
	percent_encode(s, &b);
	*out = b.n && !b.failed ? arena_str(a, buf_str(&b)) : S("");
}

/* ---- what every such page has ---- */

static void
crumbs_fill(const Desk *d, Fill *f)
{
	fill_list(f, "crumbs");
	/* From the whole workspace down: ancestors of a node are prefixes of its code. */
	for (Level l = LEVEL_ANY; l < d->level; l++) {
		Str above = l == LEVEL_ANY ? str_of(d->b->code[0]) : area_lift(d->code, l);
		size_t node;
		if ((l != LEVEL_ANY && above.n <= strlen(d->b->code[0])) || above.n >= d->code.n ||
			!board_find(d->b, above, &node))
			continue;
		Fill *c = fill_item(f, "crumbs");
		fill_text(c, "code", arena_str(d->a, above));
		fill_text(c, "name", place_name(d->places, arena_str(d->a, above), d->a));
	}
}

static Str
countdown(const Desk *d)
{
	Workspace *w = d->rq->w;
	Str day = figure_day(d->a, w->pack->poll);
	int64_t left = desk_days_left(w, w->pack->poll);
	if (left > 1)
		return arena_fmt(
			d->a, tr("%s days to polling day, %.*s"), figure_number(d->a, left).p, STR(day));
	if (left < 0)
		return arena_fmt(d->a, tr("polling day was %.*s"), STR(day));
	return str_of(left ? tr("polling day is tomorrow") : tr("polling day is today"));
}

typedef struct Tool {
	const char *label, *end;
	bool there;
} Tool;

/* The pages about an area, the one that is shown among them. */
static void
tools_fill(const Desk *d, Fill *f, const char *about)
{
	bool staged = d->level == LEVEL_PROVINCE || d->level == LEVEL_REGENCY;
	Tool tool[] = {{tr("Board"), "", true}, {tr("What is missing"), "/missing", true},
		{tr("Findings"), "/findings", true}, {tr("Not heard from"), "/silent", true},
		{tr("Day by day"), "/trend", trend_counts(d->b, d->node)},
		{tr("Stages"), "/stages", staged}, {tr("Map"), "/map", d->level != LEVEL_TPS}};
	fill_list(f, "tools");
	for (size_t i = 0; i < sizeof tool / sizeof *tool; i++) {
		if (!tool[i].there)
			continue;
		Fill *item = fill_item(f, "tools");
		fill_text(item, "label", str_of(tool[i].label));
		fill_text(item, "link", arena_fmt(d->a, "/area/%.*s%s", STR(d->code), tool[i].end));
		fill_flag(item, "current", strcmp(about, i ? tool[i].label : "") == 0);
	}
}

void
desk_fill(const Desk *d, Fill *f, const char *about)
{
	Workspace *w = d->rq->w;
	Str name = place_words(d->places, d->code, d->a);
	fill_text(f, "title", *about ? arena_fmt(d->a, "%s: %.*s", about, STR(name)) : name);
	fill_text(f, "about", str_of(about));
	fill_text(f, "area", name);
	fill_text(f, "area_code", d->code);
	fill_text(f, "level", str_of(level_words(d->level)));
	fill_text(f, "base", arena_fmt(d->a, "/area/%.*s", STR(d->code)));
	crumbs_fill(d, f);
	tools_fill(d, f, about);
	fill_text(f, "here", place_name(d->places, d->code, d->a));
	fill_text(f, "event", d->b->event > 0 ? figure_number(d->a, d->b->event) : S(""));
	fill_text(f, "as_of",
		d->b->event > 0
			? figure_moment(d->a, workspace_event_time(w, d->b->event), area_zone(w->area))
			: S(""));
	fill_text(f, "countdown", countdown(d));
	fill_flag(f, "no_tps", d->b->total[0] == 0);
	fill_text(f, "board_css", asset_address(S("board.css"), d->a));
	fill_text(f, "board_js", asset_address(S("board.js"), d->a));
	fill_text(f, "live_js", asset_address(S("live.js"), d->a));
	/* An answer to a form cannot be fetched again: following the board, its page would lose what it says. */
	fill_text(f, "live_link",
		str_eq(d->rq->method, S("POST")) ? S("")
										 : arena_fmt(d->a, "/live?area=%s&since=%lld",
											   d->b->code[d->node], (long long)d->b->event));
}

/* ---- pages of a list ---- */

Paging
paging_of(const Request *rq, size_t size)
{
	int64_t page;
	if (!str_int(rq_query(rq, "page"), &page) || page < 1 || page > 100000)
		page = 1;
	return (Paging){(size_t)page, size};
}

static Str
page_link(Arena *a, Str path, Str query, size_t page)
{
	return arena_fmt(a, "%.*s?%.*s%spage=%zu", STR(path), STR(query), query.n ? "&" : "", page);
}

void
paging_fill(const Paging *p, Arena *a, Fill *f, Str path, Str query, uint64_t total)
{
	uint64_t pages = (total + p->size - 1) / p->size, first = (p->page - 1) * p->size + 1,
			 last = p->page * p->size < total ? p->page * p->size : total;
	fill_flag(f, "paged", pages > 1);
	fill_text(f, "page_words",
		total == 0 || first > total
			? S("")
			: arena_fmt(a, tr("%s to %s of %s"), figure_number(a, (int64_t)first).p,
				  figure_number(a, (int64_t)last).p, figure_number(a, (int64_t)total).p));
	fill_text(f, "previous", p->page > 1 ? page_link(a, path, query, p->page - 1) : S(""));
	fill_text(f, "next", p->page < pages ? page_link(a, path, query, p->page + 1) : S(""));
}
