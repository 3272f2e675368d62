/* map: the areas below one on a map of tiles or boundaries, coloured by how ready they are, beside a table of the same. */
#include "web/map.h"

#include "web/area.h"

enum { STATIONS = 512, POINTS = 4500 };

/* ---- what is shown ---- */

static bool
by_unknown(const Desk *d, Str text, Err *err)
{
	err_set(err, E_NOTFOUND, "there is no map of '%.*s'", STR(text));
	return err_hint(err,
		"'ready', 'pillar:%.*s' or 'indicator:%.*s' and the like stand behind 'by='; the page chooses among all",
		STR(d->pillar[0]), STR(d->b->series[0].query->name));
}

MapBy
map_ready(void)
{
	return (MapBy){.text = S("ready"), .words = str_of(tr("TPS ready"))};
}

bool
map_by(const Desk *d, Str text, MapBy *out, Err *err)
{
	Str kind, name;
	*out = map_ready();
	if (!text.n || str_eq(text, S("ready")))
		return true;
	out->text = text;
	str_cut(text, ':', &kind, &name);
	for (size_t p = 0; str_eq(kind, S("pillar")) && p < d->n_pillars; p++)
		if (str_eq(name, d->pillar[p])) {
			out->pillar = d->pillar[p];
			out->words = pillar_words(name);
			return true;
		}
	for (size_t i = 0; str_eq(kind, S("indicator")) && i < d->b->n_indicators; i++)
		if (str_eq(name, d->b->series[i].query->name)) {
			out->series = &d->b->series[i];
			out->words = tr_str(out->series->query->title);
			return true;
		}
	return by_unknown(d, text, err);
}

/* Whether something is expected here of what decides, and nobody has said anything. */
static bool
is_silent(const Desk *d, const MapBy *by, size_t node)
{
	int64_t need = 0, heard = 0;
	for (size_t i = 0; i < d->b->n_indicators; i++) {
		const Series *s = &d->b->series[i];
		bool of_it = by->series ? s == by->series
			: by->pillar.n      ? board_counts(d->b, s) && str_eq(s->query->pillar, by->pillar)
								: board_counts(d->b, s) && s->must;
		need += of_it ? s->need[node] : 0;
		heard += of_it ? s->heard[node] : 0;
	}
	return need > 0 && heard == 0;
}

static void
area_measure(const Desk *d, const MapBy *by, MapArea *m)
{
	const Board *b = d->b;
	if (by->series) {
		m->need = by->series->need[m->node];
		m->have = by->series->have[m->node];
	} else if (!by->pillar.n) {
		m->need = b->total[m->node];
		m->have = b->ready[m->node];
	}
	m->parts = by->pillar.n ? board_pillar(b, m->node, by->pillar) : figure_parts(m->have, m->need);
	m->class = m->parts < 0         ? MAP_NOTHING
		: is_silent(d, by, m->node) ? MAP_SILENT
									: (MapClass)figure_class(m->parts);
}

size_t
map_areas(const Desk *d, const MapBy *by, MapArea **out)
{
	const Board *b = d->b;
	size_t n = 0;
	for (size_t i = d->node + 1; i < b->end[d->node]; i = b->end[i])
		n++;
	*out = NEW(d->a, MapArea, n + 1);
	n = 0;
	for (size_t i = d->node + 1; i < b->end[d->node]; i = b->end[i], n++) {
		Str code = arena_str(d->a, str_of(b->code[i])), name = place_name(d->places, code, d->a);
		(*out)[n] = (MapArea){.node = i, .code = code, .name = name.n ? name : code};
		area_measure(d, by, &(*out)[n]);
	}
	return n;
}

/* ---- words ---- */

const char *
map_class_words(MapClass class)
{
	switch (class) {
	case MAP_LOW:
		return tr("under 50%");
	case MAP_HALF:
		return tr("50 to 74.9%");
	case MAP_MOST:
		return tr("75 to 89.9%");
	case MAP_NEAR:
		return tr("90 to 99.9%");
	case MAP_FULL:
		return tr("100%");
	case MAP_NOTHING:
		return tr("nothing is expected");
	case MAP_SILENT:
	case MAP_CLASSES:
		break;
	}
	return tr("nothing heard");
}

bool
map_is_yes_or_no(const Desk *d, const MapBy *by)
{
	return d->level == LEVEL_VILLAGE && !by->series && !by->pillar.n;
}

static const char *
class_words(const Desk *d, const MapBy *by, MapClass class)
{
	if (map_is_yes_or_no(d, by) && class == MAP_FULL)
		return tr("ready");
	if (map_is_yes_or_no(d, by) && class == MAP_LOW)
		return tr("not ready");
	return map_class_words(class);
}

Str
map_value(const Desk *d, const MapBy *by, const MapArea *m)
{
	if (m->class == MAP_SILENT)
		return S("?");
	if (map_is_yes_or_no(d, by) && m->parts >= 0)
		return m->class == MAP_FULL
			? S("✓")
			: arena_fmt(d->a, "✗ %.*s", STR(figure_number(d->a, d->b->unmet[m->node])));
	return m->parts < 0 ? figure_points(d->a, m->parts)
						: arena_fmt(d->a, "%.*s%%", STR(figure_points(d->a, m->parts)));
}

static void
legend_fill(const Desk *d, const MapBy *by, const size_t count[MAP_CLASSES], Fill *f)
{
	static const char *const sign[MAP_CLASSES] = {"0", "1", "2", "3", "4", "nothing", "silent"};
	fill_list(f, "map_legend");
	for (size_t c = 0; c < MAP_CLASSES; c++) {
		bool never = map_is_yes_or_no(d, by) && c != MAP_LOW && c != MAP_FULL && c != MAP_SILENT;
		if (never && !count[c])
			continue;
		Fill *item = fill_item(f, "map_legend");
		fill_text(item, "class", str_of(sign[c]));
		fill_text(item, "words",
			str_of(map_is_yes_or_no(d, by) && c == MAP_LOW
					? tr("not ready, and how much is not met")
					: class_words(d, by, (MapClass)c)));
		fill_text(item, "count", figure_number(d->a, (int64_t)count[c]));
	}
}

/* The same in one sentence, for those who do not see it. */
static Str
summary_words(const Desk *d, const MapBy *by, const size_t count[MAP_CLASSES])
{
	AUTO(Buf) b = {.max = 2000};
	for (size_t c = 0; c < MAP_CLASSES; c++)
		if (count[c])
			buf_fmt(&b, "%s%s: %s", b.n ? "; " : "", class_words(d, by, (MapClass)c),
				figure_number(d->a, (int64_t)count[c]).p);
	return b.n && !b.failed ? arena_str(d->a, buf_str(&b)) : S("");
}

void
map_fill(const Desk *d, const MapAsk *ask, Fill *f)
{
	MapArea *area;
	size_t n = map_areas(d, &ask->by, &area), count[MAP_CLASSES] = {0};
	for (size_t i = 0; i < n; i++)
		count[area[i].class]++;
	Str place = place_words(d->places, d->code, d->a);
	fill_text(f, "map_title", arena_fmt(d->a, "%.*s: %.*s", STR(ask->by.words), STR(place)));
	fill_text(f, "map_summary", summary_words(d, &ask->by, count));
	fill_text(f, "map_css", asset_address(S("map.css"), d->a));
	legend_fill(d, &ask->by, count, f);
	if (ask->n_boundaries * 2 > n)
		map_paths_fill(d, ask, area, n, f);
	else
		map_tiles_fill(d, ask, area, n, f);
}

/* ---- what the page offers ---- */

static void
choice_fill(Fill *f, const char *list, const MapBy *now, Str value, Str label)
{
	Fill *item = fill_item(f, list);
	fill_text(item, "value", value);
	fill_text(item, "label", label);
	fill_flag(item, "chosen", str_eq(now->text, value));
}

static void
choices_fill(const Desk *d, const MapBy *by, Fill *f)
{
	fill_flag(f, "by_ready", !by->pillar.n && !by->series);
	fill_list(f, "pillars");
	for (size_t p = 0; p < d->n_pillars; p++)
		choice_fill(f, "pillars", by, arena_fmt(d->a, "pillar:%.*s", STR(d->pillar[p])),
			pillar_words(d->pillar[p]));
	fill_list(f, "indicators");
	for (size_t i = 0; i < d->b->n_indicators; i++) {
		const Series *s = &d->b->series[i];
		if (s->need[d->node] > 0 || s == by->series)
			choice_fill(f, "indicators", by, arena_fmt(d->a, "indicator:%.*s", STR(s->query->name)),
				tr_str(s->query->title));
	}
}

static int
by_share(const void *x, const void *y)
{
	const MapArea *a = x, *b = y;
	return a->parts != b->parts ? (a->parts > b->parts) - (a->parts < b->parts)
								: str_cmp(a->code, b->code);
}

/* Sorted by code, or by share from either end. */
static void
rows_sort(const Desk *d, MapArea *area, size_t n, Fill *f)
{
	Str sort = rq_query(d->rq, "sort");
	bool down = str_eq(sort, S("-share")), share = down || str_eq(sort, S("share"));
	if (share)
		qsort(area, n, sizeof *area, by_share);
	for (size_t i = 0; down && i < n / 2; i++) {
		MapArea swap = area[i];
		area[i] = area[n - 1 - i];
		area[n - 1 - i] = swap;
	}
	fill_text(f, "aria_name", share ? S("none") : S("ascending"));
	fill_text(f, "aria_share", !share ? S("none") : down ? S("descending") : S("ascending"));
	fill_text(f, "next_share", share && !down ? S("-share") : S("share"));
}

static void
rows_fill(const Desk *d, const MapBy *by, Fill *f)
{
	MapArea *area;
	size_t n = map_areas(d, by, &area);
	rows_sort(d, area, n, f);
	fill_list(f, "rows");
	for (size_t i = 0; i < n; i++) {
		const MapArea *m = &area[i];
		Fill *row = fill_item(f, "rows");
		fill_text(row, "code", m->code);
		fill_text(row, "name", m->name);
		fill_text(row, "have", by->pillar.n ? S("") : figure_number(d->a, m->have));
		fill_text(row, "need", by->pillar.n ? S("") : figure_number(d->a, m->need));
		fill_text(row, "share",
			m->parts < 0 ? figure_points(d->a, m->parts)
						 : arena_fmt(d->a, "%.*s%%", STR(figure_points(d->a, m->parts))));
		fill_text(row, "words", str_of(class_words(d, by, m->class)));
	}
}

static void
formula_fill(const MapBy *by, Fill *f)
{
	const Query *q = by->series ? by->series->query : NULL;
	fill_text(f, "indicator", q ? q->name : S(""));
	fill_text(f, "definition",
		q ? tr_str(q->definition)
			: by->pillar.n
			? str_of(tr("The mean of the shares of the pillar's indicators that "
						"count by now, by their weights."))
			: str_of(tr("A TPS is ready when everything that must be there is there.")));
	fill_text(f, "unit", q ? tr_str(q->units) : by->pillar.n ? S("") : str_of(tr("TPS")));
}

/* As tiles or with boundaries: what the person chose, else boundaries where most areas have one. */
static void
forms_fill(const Desk *d, MapAsk *ask, Fill *f)
{
	size_t n = 0;
	for (size_t i = d->node + 1; i < d->b->end[d->node]; i = d->b->end[i])
		n++;
	bool can = ask->n_boundaries * 2 > n, tiles = str_eq(rq_query(d->rq, "form"), S("tiles"));
	fill_flag(f, "can_switch", can);
	fill_flag(f, "as_tiles", !can || tiles);
	Str drawn = arena_fmt(d->a, "/area/%.*s/map?by=%.*s", STR(d->code), STR(ask->by.text));
	fill_text(f, "drawn", drawn);
	fill_text(f, "again", tiles ? arena_fmt(d->a, "%.*s&form=tiles", STR(drawn)) : drawn);
	fill_text(f, "without",
		can && !tiles && ask->n_boundaries < n
			? figure_number(d->a, (int64_t)(n - ask->n_boundaries))
			: S(""));
	if (tiles)
		ask->n_boundaries = 0;
}

/* ---- where the polling stations of a village lie ---- */

typedef struct Stations {
	MapPlaces *out;
	Arena *a;
	const Dataset *d;
	size_t latitude, longitude;
} Stations;

static double
degrees(Value v, const Field *f)
{
	double one = 1;
	for (int i = 0; i < f->places; i++)
		one *= 10;
	return (double)v.i / one;
}

static bool
station(void *ctx, const RowView *r, Err *err)
{
	Stations *s = ctx;
	const Value *v = r->v;
	MapPlaces *o = s->out;
	(void)err;
	if (v[s->latitude].kind != VALUE_INT || v[s->longitude].kind != VALUE_INT || o->n == STATIONS)
		return true;
	o->code[o->n] = arena_str(s->a, v[s->d->area].s);
	o->latitude[o->n] = degrees(v[s->latitude], &s->d->field[s->latitude]);
	o->longitude[o->n++] = degrees(v[s->longitude], &s->d->field[s->longitude]);
	return true;
}

static bool
stations_read(Request *rq, Str area, MapPlaces *out, Err *err)
{
	const Dataset *d = catalog_dataset(&rq->w->cat, S("tps"));
	const Field *latitude = d ? dataset_field(d, S("latitude")) : NULL,
				*longitude = d ? dataset_field(d, S("longitude")) : NULL;
	*out = (MapPlaces){
		NEW(rq->a, Str, STATIONS), NEW(rq->a, double, STATIONS), NEW(rq->a, double, STATIONS), 0};
	if (!latitude || !longitude || area_level(area) != LEVEL_VILLAGE)
		return true;
	Stations s = {out, rq->a, d, (size_t)(latitude - d->field), (size_t)(longitude - d->field)};
	RowList all = {.dataset = d, .area = area};
	return rows_each(rq->w, &all, station, &s, err);
}

/* ---- the page ---- */

static void
page_fill(const Desk *d, MapAsk *ask, Fill *f)
{
	desk_fill(d, f, tr("Map"));
	choices_fill(d, &ask->by, f);
	forms_fill(d, ask, f);
	formula_fill(&ask->by, f);
	fill_text(f, "by_words", ask->by.words);
	fill_flag(f, "is_pillar", ask->by.pillar.n > 0);
	fill_flag(f, "empty", d->b->end[d->node] == d->node + 1);
	rows_fill(d, &ask->by, f);
	map_fill(d, ask, f);
}

static bool
ask_read(Request *rq, Str area, MapAsk *out, Err *err)
{
	BoundaryList list = {.above = area, .level = area_level(area) + 1, .most = POINTS};
	if (!stations_read(rq, area, &out->tps, err) || !boundaries_read(rq->w, &list, rq->a, err))
		return false;
	out->boundary = list.boundary;
	out->n_boundaries = list.n;
	return true;
}

static bool
map(Request *rq, Err *err)
{
	AUTO(Desk) d = {0};
	Fill *f = fill_new(rq->a);
	MapAsk ask = {.to_maps = true};
	Err no;
	Str code = rq_param(rq, "area");
	if (area_level(code) == LEVEL_TPS)
		return reply_redirect(
			rq, arena_fmt(rq->a, "/area/%.*s/map", STR(area_lift(code, LEVEL_VILLAGE))), err);
	if (!ask_read(rq, code, &ask, err) || !desk_open(rq, &d, err) ||
		!map_by(&d, rq_query(rq, "by"), &ask.by, err))
		return false;
	page_fill(&d, &ask, f);
	desk_close(&d);
	fill_flag(f, "may_draw",
		area_level(code) < LEVEL_VILLAGE && (!rq->who || account_may_draw(rq->who, code, &no)));
	return page_send(rq, "map", f, err);
}
ROUTE(map, "GET", "/area/{area}/map", map, ROUTE_MEMBER);
