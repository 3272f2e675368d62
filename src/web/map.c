/* map: the parts of an area as tiles of one size, coloured and patterned by how ready they are, beside a table of the same. */
#include "web/map.h"

#include "web/area.h"
#include "web/layout.h"

enum { TILE = 10, LINE = 11, LINES = 3 };

/* ---- values and classes ---- */

int
map_class(int parts)
{
	return parts < 0    ? 0
		: parts < 5000  ? 1
		: parts < 7500  ? 2
		: parts < 9000  ? 3
		: parts < 10000 ? 4
						: 5;
}

static int
parts_of(const Desk *d, const MapBy *by, size_t node)
{
	const Board *b = d->b;
	return by->series  ? figure_parts(by->series->have[node], by->series->need[node])
		: by->pillar.n ? board_pillar(b, node, by->pillar)
					   : figure_parts(b->ready[node], b->total[node]);
}

static Str
subject(const MapBy *by)
{
	return by->series  ? tr_str(by->series->query->title)
		: by->pillar.n ? pillar_words(by->pillar)
					   : str_of(tr("TPS ready"));
}

static Str
share_words(const Desk *d, int parts)
{
	return parts < 0 ? S("–") : arena_fmt(d->a, "%.*s%%", STR(figure_points(d->a, parts)));
}

static const char *
class_words(int class)
{
	return class == 5 ? tr("100%: complete")
		: class == 4  ? tr("90 to 99.9%")
		: class == 3  ? tr("75 to 89.9%")
		: class == 2  ? tr("50 to 74.9%")
		: class == 1  ? tr("under 50%")
					  : tr("nothing expected");
}

/* ---- shapes ---- */

/* Words of a name in lines that fit a tile. */
static void
label_fill(Fill *f, Str name, double x, double y, Arena *a)
{
	Str line = {0}, word;
	size_t n = 0;
	if (str_starts(name, S("Kabupaten ")))
		name = str_slice(name, 10, name.n);
	fill_list(f, "lines");
	while (name.n && n < LINES) {
		Str rest;
		str_cut(name, ' ', &word, &rest);
		bool fits = !line.n || line.n + 1 + word.n <= LINE;
		if (fits) {
			line = line.n ? (Str){line.p, line.n + 1 + word.n} : word;
			name = rest;
		}
		if (fits && name.n)
			continue;
		Fill *item = fill_item(f, "lines");
		fill_text(item, "line",
			utf8_length(line) > LINE + 2 ? arena_fmt(a, "%.*s…", STR(str_slice(line, 0, LINE)))
										 : line);
		fill_text(item, "label_x", arena_fmt(a, "%.1f", x));
		fill_text(item, "label_y", arena_fmt(a, "%.1f", y + 1.8 + 1.6 * (double)n++));
		line = (Str){0};
	}
}

static void
shape_fill(const Desk *d, Fill *f, const MapBy *by, size_t node, const Tile *t)
{
	Str code = arena_str(d->a, str_of(d->b->code[node])), name = place_name(d->places, code, d->a);
	int parts = parts_of(d, by, node), class = map_class(parts);
	double x = t->column * TILE, y = t->row * TILE;
	bool tps = d->b->level[node] == LEVEL_TPS;
	fill_text(f, "code", code);
	fill_text(f, "name", name);
	/* A TPS is ready or is not: there is no percentage of one. */
	bool plain = tps && !by->series && !by->pillar.n;
	fill_text(f, "share", plain ? parts == 10000 ? S("✓") : S("✗") : share_words(d, parts));
	fill_text(f, "state",
		plain ? str_of(parts == 10000 ? tr("ready") : tr("not ready")) : share_words(d, parts));
	fill_text(f, "class", arena_fmt(d->a, "c%d", class));
	fill_text(f, "pattern", arena_fmt(d->a, "url(#p%d)", class));
	fill_flag(f, "tile", !tps);
	fill_flag(f, "dot", tps);
	fill_text(f, "path", S(""));
	fill_text(f, "x", arena_fmt(d->a, "%.1f", x + 0.2));
	fill_text(f, "y", arena_fmt(d->a, "%.1f", y + 0.2));
	fill_text(f, "middle_x", arena_fmt(d->a, "%.1f", x + TILE / 2.0));
	fill_text(f, "middle_y", arena_fmt(d->a, "%.1f", y + TILE / 2.0));
	fill_text(f, "share_y", arena_fmt(d->a, "%.1f", y + (tps ? 8.0 : TILE - 1.2)));
	label_fill(
		f, tps ? str_slice(code, 10, 13) : name, x + TILE / 2.0, tps ? y + 2.6 : y + 0.4, d->a);
}

/* ---- where they lie ---- */

static bool
tps_place(const MapPlaces *tps, Str code, Tile *t)
{
	for (size_t i = 0; tps && i < tps->n; i++)
		if (str_eq(tps->code[i], code)) {
			t->latitude = tps->latitude[i];
			t->longitude = tps->longitude[i];
			return true;
		}
	return false;
}

static size_t
children(const Desk *d, const MapPlaces *tps, uint32_t **node, Tile **tile)
{
	const Board *b = d->b;
	Str known = env_file(d->rq->w->env, "demo-data/positions.csv");
	size_t n = 0;
	for (size_t i = d->node + 1; i < b->end[d->node]; i = b->end[i])
		n++;
	*node = NEW(d->a, uint32_t, n + 1);
	*tile = NEW(d->a, Tile, n + 1);
	n = 0;
	for (size_t i = d->node + 1; i < b->end[d->node]; i = b->end[i], n++) {
		Tile *t = &(*tile)[n];
		Str code = str_of(b->code[i]);
		(*node)[n] = (uint32_t)i;
		t->known = b->level[i] == LEVEL_TPS
			? tps_place(tps, code, t)
			: position_find(known, code, &t->latitude, &t->longitude);
	}
	return n;
}

static void
legend_fill(const Desk *d, Fill *f, const size_t count[6])
{
	fill_list(f, "legend");
	for (int class = 5; class >= 0; class --) {
		if (class == 0 && !count[0])
			continue;
		Fill *item = fill_item(f, "legend");
		fill_text(item, "class", arena_fmt(d->a, "c%d", class));
		fill_text(item, "pattern", arena_fmt(d->a, "url(#p%d)", class));
		fill_text(item, "range", str_of(class_words(class)));
		fill_text(item, "count", figure_number(d->a, (int64_t)count[class]));
	}
}

void
map_fill(const Desk *d, Fill *f, const MapBy *by, const MapPlaces *tps)
{
	uint32_t *node;
	Tile *tile;
	size_t n = children(d, tps, &node, &tile), count[6] = {0};
	Grid g = tiles_lay(tile, n, *d->a);
	fill_list(f, "shapes");
	for (size_t i = 0; i < n; i++) {
		shape_fill(d, fill_item(f, "shapes"), by, node[i], &tile[i]);
		count[map_class(parts_of(d, by, node[i]))]++;
	}
	legend_fill(d, f, count);
	fill_text(f, "map_width", arena_fmt(d->a, "%d", (g.columns > 0 ? g.columns : 1) * TILE));
	fill_text(f, "map_height", arena_fmt(d->a, "%d", (g.rows > 0 ? g.rows : 1) * TILE));
	fill_text(f, "map_title",
		arena_fmt(d->a, tr("%.*s in the parts of %.*s"), STR(subject(by)),
			STR(place_words(d->places, d->code, d->a))));
	fill_text(f, "map_words",
		str_of(tr(
			"Each part is a tile of the same size, near where it lies; colour and pattern show its share.")));
}

/* ---- the page ---- */

static bool
by_read(const Desk *d, const Request *rq, MapBy *by, Err *err)
{
	Str name = rq_query(rq, "indicator");
	const Query *q = name.n ? catalog_indicator(&rq->w->cat, name) : NULL;
	*by = (MapBy){0};
	if (name.n && !q)
		return err_set(err, E_NOTFOUND, "there is no indicator '%.*s'", STR(name));
	if (q)
		by->series = &d->b->series[q - rq->w->cat.indicator];
	for (size_t i = 0; i < d->n_pillars; i++)
		if (str_eq(d->pillar[i], rq_query(rq, "pillar")))
			by->pillar = d->pillar[i];
	return true;
}

static void
choices_fill(const Desk *d, Fill *f, const MapBy *by)
{
	indicator_choices_fill(d, f, by->series ? by->series->query : NULL);
	fill_list(f, "pillars");
	for (size_t i = 0; i < d->n_pillars; i++) {
		Fill *item = fill_item(f, "pillars");
		fill_text(item, "value", d->pillar[i]);
		fill_text(item, "label", pillar_words(d->pillar[i]));
		fill_flag(item, "chosen", str_eq(d->pillar[i], by->pillar));
	}
}

static void
rows_fill(const Desk *d, Fill *f, const MapBy *by)
{
	const Board *b = d->b;
	fill_list(f, "rows");
	for (size_t i = d->node + 1; i < b->end[d->node]; i = b->end[i]) {
		Fill *row = fill_item(f, "rows");
		Str code = arena_str(d->a, str_of(b->code[i]));
		int parts = parts_of(d, by, i);
		fill_text(row, "code", code);
		fill_text(row, "name", place_name(d->places, code, d->a));
		fill_text(row, "share", share_words(d, parts));
		fill_text(row, "class", arena_fmt(d->a, "c%d", map_class(parts)));
		fill_text(row, "pattern", arena_fmt(d->a, "url(#p%d)", map_class(parts)));
		fill_text(row, "value",
			by->pillar.n
				? S("")
				: arena_fmt(d->a, "%s / %s",
					  figure_number(d->a, by->series ? by->series->have[i] : b->ready[i]).p,
					  figure_number(d->a, by->series ? by->series->need[i] : b->total[i]).p));
	}
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
	if (v[s->latitude].kind != VALUE_INT || v[s->longitude].kind != VALUE_INT || o->n == 512)
		return true;
	o->code[o->n] = arena_str(s->a, v[s->d->area].s);
	o->latitude[o->n] = degrees(v[s->latitude], &s->d->field[s->latitude]);
	o->longitude[o->n++] = degrees(v[s->longitude], &s->d->field[s->longitude]);
	return true;
}

/* Read before the board is: nothing is waited for while it is locked. */
static bool
stations_read(Request *rq, Str area, MapPlaces *out, Err *err)
{
	const Dataset *d = catalog_dataset(&rq->w->cat, S("tps"));
	const Field *latitude = d ? dataset_field(d, S("latitude")) : NULL,
				*longitude = d ? dataset_field(d, S("longitude")) : NULL;
	*out = (MapPlaces){NEW(rq->a, Str, 512), NEW(rq->a, double, 512), NEW(rq->a, double, 512), 0};
	if (!latitude || !longitude || area_level(area) != LEVEL_VILLAGE)
		return true;
	Stations s = {out, rq->a, d, (size_t)(latitude - d->field), (size_t)(longitude - d->field)};
	RowList all = {.dataset = d, .area = area};
	return rows_each(rq->w, &all, station, &s, err);
}

static bool
page(Request *rq, Err *err)
{
	AUTO(Desk) d = {0};
	MapBy by;
	MapPlaces tps;
	Fill *f = fill_new(rq->a);
	Str area = rq_param(rq, "area");
	if (area_level(area) == LEVEL_TPS)
		return reply_redirect(
			rq, arena_fmt(rq->a, "/area/%.*s/map", STR(area_lift(area, LEVEL_VILLAGE))), err);
	if (!stations_read(rq, area, &tps, err) || !desk_open(rq, &d, err) ||
		!by_read(&d, rq, &by, err))
		return false;
	desk_fill(&d, f, tr("Map"));
	choices_fill(&d, f, &by);
	map_fill(&d, f, &by, &tps);
	rows_fill(&d, f, &by);
	fill_text(f, "shown", subject(&by));
	fill_flag(f, "by_number", !by.pillar.n);
	desk_close(&d);
	return page_send(rq, "map", f, err);
}
ROUTE(map, "GET", "/area/{area}/map", page, ROUTE_MEMBER);
