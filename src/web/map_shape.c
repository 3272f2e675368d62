/* map_shape: tiles and boundaries of a map in the units of its SVG, and the names that fit into them. */
#include "web/layout.h"
#include "web/map.h"

#include <limits.h>

enum { TILE = 100, COLUMNS = 5, TPS_COLUMNS = 7, LINE = 18, LINES = 3, LETTERS = 9, LETTER = 10 };
enum { MAP_WIDTH = 700, MAP_HEIGHT = 640, MARGIN = 4, SMALL = 16 };

/* ---- what every shape has ---- */

static Str
short_name(Str name)
{
	static const Str kind[] = {{"Kabupaten ", 10}, {"Provinsi ", 9}, {"TPS ", 4}};
	for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
		if (str_starts(name, kind[i]))
			return str_slice(name, kind[i].n, name.n);
	return name;
}

static void
shape_fill(const Desk *d, const MapAsk *ask, const MapArea *m, Fill *f)
{
	static const char *const sign[MAP_CLASSES] = {"0", "1", "2", "3", "4", "nothing", "silent"};
	bool to_map = ask->to_maps && d->b->end[m->node] > m->node + 1;
	Str share = map_is_yes_or_no(d, &ask->by) && m->parts >= 0
		? str_of(m->class == MAP_FULL ? tr("ready") : tr("not ready"))
		: m->parts < 0 ? str_of(map_class_words(MAP_NOTHING))
					   : arena_fmt(d->a, "%.*s%%", STR(figure_points(d->a, m->parts)));
	fill_text(f, "link",
		to_map ? arena_fmt(d->a, "/area/%.*s/map?by=%.*s", STR(m->code), STR(ask->by.text))
			   : arena_fmt(d->a, "/area/%.*s", STR(m->code)));
	fill_text(f, "label",
		arena_fmt(d->a, "%.*s: %.*s%s%s", STR(m->name), STR(share),
			m->class == MAP_SILENT ? ", " : "",
			m->class == MAP_SILENT ? map_class_words(MAP_SILENT) : ""));
	fill_text(f, "code", m->code);
	fill_text(f, "class", str_of(sign[m->class]));
}

/* ---- tiles ---- */

static Str
number(Arena *a, int n)
{
	return arena_fmt(a, "%d", n);
}

/* Takes as many words as fit into a line of a tile, at least one, and no more than fit squeezed. */
static Str
line_cut(Arena *a, Str *rest, bool last)
{
	size_t at = 0, end;
	for (;;) {
		Str more = str_slice(*rest, at ? at + 1 : 0, rest->n);
		end = str_find(more, S(" "), &end) ? (at ? at + 1 : 0) + end : rest->n;
		if (at && !last && utf8_length(str_slice(*rest, 0, end)) > LETTERS)
			break;
		at = end;
		if (at == rest->n)
			break;
	}
	Str line = str_slice(*rest, 0, at);
	*rest = str_slice(*rest, at < rest->n ? at + 1 : at, rest->n);
	if (utf8_length(line) <= LETTERS + 5)
		return line;
	for (at = line.n; at && utf8_length(str_slice(line, 0, at)) > LETTERS + 2;)
		while (--at && ((unsigned char)line.p[at] & 0xc0) == 0x80)
			;
	return arena_fmt(a, "%.*s…", STR(str_slice(line, 0, at)));
}

static void
name_fill(Arena *a, Str name, const Tile *at, Fill *f)
{
	fill_list(f, "lines");
	for (int i = 0; name.n && i < LINES; i++) {
		Fill *line = fill_item(f, "lines");
		Str text = line_cut(a, &name, i == LINES - 1);
		fill_text(line, "text", text);
		fill_text(line, "y", number(a, at->row * TILE + 23 + i * LINE));
		fill_flag(line, "squeeze", utf8_length(text) > LETTERS);
	}
}

/* Where an area lies, when that is known. */
static Tile
tile_of(const Desk *d, const MapPlaces *tps, Str known, Str code)
{
	Tile t = {0};
	for (size_t i = 0; i < tps->n && !t.known; i++)
		if (str_eq(tps->code[i], code))
			t = (Tile){true, tps->latitude[i], tps->longitude[i], 0, 0};
	if (d->level < LEVEL_VILLAGE)
		t.known = position_find(known, code, &t.latitude, &t.longitude);
	return t;
}

void
map_tiles_fill(const Desk *d, const MapAsk *ask, const MapArea *area, size_t n, Fill *f)
{
	Tile *tile = NEW(d->a, Tile, n + 1);
	Str known = env_file(d->rq->w->env, "demo-data/positions.csv");
	for (size_t i = 0; i < n; i++)
		tile[i] = tile_of(d, &ask->tps, known, area[i].code);
	Grid g = tiles_lay(tile, n, d->level == LEVEL_VILLAGE ? TPS_COLUMNS : COLUMNS, *d->a);
	fill_text(f, "map_width", number(d->a, g.columns * TILE));
	fill_text(f, "map_height", number(d->a, g.rows * TILE));
	fill_list(f, "map_labels");
	fill_list(f, "map_paths");
	fill_list(f, "map_tiles");
	for (size_t i = 0; i < n; i++) {
		Fill *item = fill_item(f, "map_tiles");
		shape_fill(d, ask, &area[i], item);
		fill_text(item, "x", number(d->a, tile[i].column * TILE + 2));
		fill_text(item, "y", number(d->a, tile[i].row * TILE + 2));
		Fill *label = fill_item(f, "map_labels");
		name_fill(d->a, short_name(area[i].name), &tile[i], label);
		fill_flag(label, "on_shape", false);
		fill_text(label, "x", number(d->a, tile[i].column * TILE + TILE / 2));
		fill_text(label, "value_y", number(d->a, tile[i].row * TILE + TILE - 14));
		fill_text(label, "value", map_value(d, &ask->by, &area[i]));
	}
}

/* ---- boundaries ---- */

typedef struct Box {
	int64_t west, south, east, north;
} Box;
typedef struct View { /* from the grid to the SVG */
	Box box;
	double wide, scale; /* wide: a degree of longitude against one of latitude */
} View;
typedef struct Drawn {
	const MapArea *area;
	const Boundary *boundary;
	Box box; /* in the SVG: south is below */
	int64_t size;
} Drawn;

static void
box_add(Box *b, int64_t x, int64_t y)
{
	b->west = x < b->west ? x : b->west;
	b->east = x > b->east ? x : b->east;
	b->south = y < b->south ? y : b->south;
	b->north = y > b->north ? y : b->north;
}

static const Box box_empty = {INT64_MAX, INT64_MAX, INT64_MIN, INT64_MIN};

static View
view_of(const Boundary *b, size_t n)
{
	View v = {.box = box_empty};
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < b[i].n_rings; r++)
			for (size_t p = 0; p < b[i].ring[r].n; p++)
				box_add(&v.box, b[i].ring[r].point[p].x, b[i].ring[r].point[p].y);
	/* The cosine of the latitude in the middle, by the first parts of its series: enough anywhere on a map. */
	double angle = (double)(v.box.south + v.box.north) / 2 / GEO_GRID * 3.14159265358979 / 180,
		   q = angle * angle;
	v.wide = 1 - q / 2 * (1 - q / 12 * (1 - q / 30));
	v.wide = v.wide > 0.1 ? v.wide : 0.1;
	double width = (double)(v.box.east - v.box.west) * v.wide,
		   height = (double)(v.box.north - v.box.south);
	double across = (MAP_WIDTH - 2 * MARGIN) / (width > 1 ? width : 1),
		   down = (MAP_HEIGHT - 2 * MARGIN) / (height > 1 ? height : 1);
	v.scale = across < down ? across : down;
	return v;
}

static void
view_point(const View *v, GeoPoint p, int *x, int *y)
{
	*x = MARGIN + (int)((double)(p.x - v->box.west) * v->wide * v->scale + 0.5);
	*y = MARGIN + (int)((double)(v->box.north - p.y) * v->scale + 0.5);
}

/* Points that fall together are one; what is left with fewer than three is not to be seen. */
static void
ring_path(const View *v, const GeoRing *r, Buf *out, Box *box)
{
	size_t start = out->n, n = 0;
	int x, y, before_x = INT_MIN, before_y = INT_MIN;
	for (size_t i = 0; i < r->n; i++) {
		view_point(v, r->point[i], &x, &y);
		box_add(box, x, y);
		if (x == before_x && y == before_y)
			continue;
		if (n < 2)
			buf_fmt(out, "%c%d %d", n ? 'l' : 'M', n ? x - before_x : x, n ? y - before_y : y);
		else
			buf_fmt(out, " %d %d", x - before_x, y - before_y);
		before_x = x;
		before_y = y;
		n++;
	}
	if (n < 3)
		out->n = start;
	else
		buf_byte(out, 'z');
}

static void
path_fill(const Desk *d, const View *v, Drawn *m, Fill *f)
{
	AUTO(Buf) path = {.max = SIZE_MB};
	m->box = box_empty;
	for (size_t r = 0; r < m->boundary->n_rings; r++)
		ring_path(v, &m->boundary->ring[r], &path, &m->box);
	int64_t wide = m->box.east - m->box.west, high = m->box.north - m->box.south;
	fill_text(f, "path", path.failed ? S("") : arena_str(d->a, buf_str(&path)));
	fill_flag(f, "small", wide < SMALL && high < SMALL);
	fill_text(f, "x", number(d->a, (int)((m->box.west + m->box.east) / 2)));
	fill_text(f, "y", number(d->a, (int)((m->box.south + m->box.north) / 2)));
}

/* The words of a name in lines of so many letters; 0: they do not fit. */
static int
lines_cut(Str name, size_t letters, Str line[LINES])
{
	int n = 0;
	while (name.n) {
		Str word, rest;
		str_cut(name, ' ', &word, &rest);
		bool joins = n && utf8_length(line[n - 1]) + 1 + utf8_length(word) <= letters;
		if (joins)
			line[n - 1].n += 1 + word.n;
		else if (n == LINES || utf8_length(word) > letters)
			return 0;
		else
			line[n++] = word;
		name = rest;
	}
	return n;
}

/* Name and value in the middle, when they have room; above all shapes, for a shape covers what stands in its neighbour. */
static void
label_fill(const Desk *d, const MapAsk *ask, const Drawn *m, Fill *f)
{
	int64_t wide = (m->box.east - m->box.west) * 4 / 5,
			high = (m->box.north - m->box.south) * 4 / 5;
	int x = (int)((m->box.west + m->box.east) / 2), y = (int)((m->box.south + m->box.north) / 2);
	Str line[LINES];
	int n = lines_cut(short_name(m->area->name), (size_t)(wide / LETTER), line);
	if (wide < 7 * LETTER || high < LINE)
		return;
	if ((n + 1) * LINE > high)
		n = 0;
	Fill *label = fill_item(f, "map_labels");
	y += LINE / 2 - n * LINE / 2 - 3;
	fill_flag(label, "on_shape", true);
	fill_text(label, "x", number(d->a, x));
	fill_list(label, "lines");
	for (int i = 0; i < n; i++, y += LINE) {
		Fill *item = fill_item(label, "lines");
		fill_text(item, "text", line[i]);
		fill_text(item, "y", number(d->a, y));
		fill_flag(item, "squeeze", false);
	}
	fill_text(label, "value_y", number(d->a, y + 2));
	fill_text(label, "value", map_value(d, &ask->by, m->area));
}

static int
bigger_first(const void *x, const void *y)
{
	const Drawn *a = x, *b = y;
	return a->size != b->size ? (a->size < b->size) - (a->size > b->size)
							  : str_cmp(a->area->code, b->area->code);
}

static int64_t
boundary_size(const Boundary *b)
{
	Box box = box_empty;
	for (size_t r = 0; r < b->n_rings; r++)
		for (size_t p = 0; p < b->ring[r].n; p++)
			box_add(&box, b->ring[r].point[p].x, b->ring[r].point[p].y);
	return b->n_rings ? (box.east - box.west) * (box.north - box.south) : 0;
}

/* A city inside a regency comes after it: so it is not covered where the regency's boundary leaves no hole for it. */
static size_t
drawn_order(const Desk *d, const MapAsk *ask, const MapArea *area, size_t n, Drawn **out)
{
	size_t k = 0, drawn = 0;
	*out = NEW(d->a, Drawn, n + 1);
	for (size_t i = 0; i < n; i++) {
		while (k < ask->n_boundaries && str_cmp(ask->boundary[k].area, area[i].code) < 0)
			k++;
		if (k < ask->n_boundaries && str_eq(ask->boundary[k].area, area[i].code))
			(*out)[drawn++] = (Drawn){.area = &area[i],
				.boundary = &ask->boundary[k],
				.size = boundary_size(&ask->boundary[k])};
	}
	qsort(*out, drawn, sizeof **out, bigger_first);
	return drawn;
}

void
map_paths_fill(const Desk *d, const MapAsk *ask, const MapArea *area, size_t n, Fill *f)
{
	View v = view_of(ask->boundary, ask->n_boundaries);
	int width, height;
	Drawn *m;
	n = drawn_order(d, ask, area, n, &m);
	view_point(&v, (GeoPoint){(int32_t)v.box.east, (int32_t)v.box.south}, &width, &height);
	fill_text(f, "map_width", number(d->a, width + MARGIN));
	fill_text(f, "map_height", number(d->a, height + MARGIN));
	fill_list(f, "map_tiles");
	fill_list(f, "map_paths");
	fill_list(f, "map_labels");
	for (size_t i = 0; i < n; i++) {
		Fill *item = fill_item(f, "map_paths");
		shape_fill(d, ask, m[i].area, item);
		path_fill(d, &v, &m[i], item);
		label_fill(d, ask, &m[i], f);
	}
}
