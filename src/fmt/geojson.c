/* geojson: areas from RFC 7946, checked point by point and put on a grid of whole numbers. */
#include "fmt/fmt.h"

#include <math.h>

typedef struct Reader {
	Arena *a;
	GeoFile *out;
	GeoFeature *feature; /* the one under way */
	size_t cap;          /* of its rings */
} Reader;

static bool
refuse(const Reader *r, Err *err)
{
	return err_prefix(err, tr("feature %zu: "), r->feature->number);
}

/* ---- positions ---- */

static bool
number_of(const Reader *r, const json_t *v, double *out, Err *err)
{
	if (!json_is_number(v))
		return err_set(err, E_INPUT,
				   "a position is not a pair of numbers: [longitude, latitude] is right") ||
			refuse(r, err);
	*out = json_number_value(v);
	return isfinite(*out) || err_set(err, E_INPUT, "a coordinate is no finite number") ||
		refuse(r, err);
}

static bool
out_of_range(const Reader *r, double x, double y, Err *err)
{
	if (fabs(x) <= 90 && fabs(y) <= 180)
		err_set(err, E_INPUT,
			"position [%.6g, %.6g] is not on the earth: longitude comes first, then latitude", x,
			y);
	else
		err_set(err, E_INPUT,
			"position [%.6g, %.6g] is not on the earth: longitudes are from -180 to 180, latitudes from -90 to 90",
			x, y);
	err_hint(err,
		"metres of a projection must be turned into degrees first: save the file as WGS 84 (EPSG:4326)");
	return refuse(r, err);
}

static bool
position_of(const Reader *r, const json_t *v, double *x, double *y, Err *err)
{
	size_t n = json_array_size(v);
	if (n < 2 || n > 4)
		return err_set(err, E_INPUT,
				   "a position is not a pair of numbers: [longitude, latitude] is right") ||
			refuse(r, err);
	if (!number_of(r, json_array_get(v, 0), x, err) || !number_of(r, json_array_get(v, 1), y, err))
		return false;
	return (fabs(*x) <= 180 && fabs(*y) <= 90) || out_of_range(r, *x, *y, err);
}

static GeoPoint
on_grid(double x, double y)
{
	return (GeoPoint){(int32_t)floor(x * GEO_GRID + 0.5), (int32_t)floor(y * GEO_GRID + 0.5)};
}

/* ---- rings ---- */

int64_t
geo_ring_area(const GeoRing *r)
{
	uint64_t sum =
		0; /* sums of rings that wind about many times may run over: nothing hangs on those */
	for (size_t i = 0, k = r->n - 1; i < r->n; k = i++)
		sum += (uint64_t)((int64_t)r->point[k].x * r->point[i].y -
			(int64_t)r->point[i].x * r->point[k].y);
	return (int64_t)sum < 0 ? (int64_t)(0 - sum) : (int64_t)sum;
}

static bool
same_point(GeoPoint p, GeoPoint q)
{
	return p.x == q.x && p.y == q.y;
}

static void
ring_add(Reader *r, GeoRing ring)
{
	GeoFeature *f = r->feature;
	while (ring.n > 1 && same_point(ring.point[0], ring.point[ring.n - 1]))
		ring.n--;
	if (ring.n < 3 || geo_ring_area(&ring) == 0)
		return;
	if (f->n_rings == r->cap) {
		GeoRing *more = NEW(r->a, GeoRing, r->cap = r->cap ? 2 * r->cap : 4);
		if (f->n_rings)
			memcpy(more, f->ring, f->n_rings * sizeof *more);
		f->ring = more;
	}
	f->ring[f->n_rings++] = ring;
	f->points += ring.n;
}

static bool
ring_closed(const Reader *r, const json_t *ring, size_t n, Err *err)
{
	double x, y, first_x, first_y;
	if (n < 4)
		return err_set(err, E_INPUT,
				   "a ring has %zu positions: at least four are right, the last like the first",
				   n) ||
			refuse(r, err);
	if (!position_of(r, json_array_get(ring, 0), &first_x, &first_y, err) ||
		!position_of(r, json_array_get(ring, n - 1), &x, &y, err))
		return false;
	return same_point(on_grid(x, y), on_grid(first_x, first_y)) ||
		err_set(err, E_INPUT, "a ring is not closed: its last position must be its first again") ||
		refuse(r, err);
}

static bool
ring_read(Reader *r, const json_t *ring, Err *err)
{
	size_t n = json_array_size(ring);
	double x, y, before = 0;
	if (!ring_closed(r, ring, n, err))
		return false;
	r->out->points += n;
	if (r->out->points > GEO_MOST_POINTS) {
		err_set(err, E_LIMIT, "the file has more than %d points", GEO_MOST_POINTS);
		return err_hint(err, "simplify it, or split it into a file for each province");
	}
	GeoRing out = {NEW(r->a, GeoPoint, n), 0};
	for (size_t i = 0; i < n; i++, before = x) {
		if (!position_of(r, json_array_get(ring, i), &x, &y, err))
			return false;
		if (i && fabs(x - before) > 180)
			return err_set(err, E_INPUT,
					   "a ring crosses the 180th meridian: cut it in two there, as RFC 7946 says") ||
				refuse(r, err);
		GeoPoint p = on_grid(x, y);
		if (!out.n || !same_point(out.point[out.n - 1], p))
			out.point[out.n++] = p;
	}
	ring_add(r, out);
	return true;
}

static bool
polygon_read(Reader *r, const json_t *rings, Err *err)
{
	size_t n = json_array_size(rings);
	if (!n)
		return err_set(err, E_INPUT, "a polygon has no ring") || refuse(r, err);
	for (size_t i = 0; i < n; i++)
		if (!ring_read(r, json_array_get(rings, i), err))
			return false;
	return true;
}

/* ---- features ---- */

static bool
geometry_read(Reader *r, const json_t *g, Err *err)
{
	const char *type = json_string_value(json_object_get(g, "type"));
	const json_t *at = json_object_get(g, "coordinates");
	bool one = type && str_eq(str_of(type), S("Polygon"));
	if (!one && !(type && str_eq(str_of(type), S("MultiPolygon"))))
		return err_set(err, E_INPUT, "its geometry is '%s': a Polygon or MultiPolygon is right",
				   type ? type : "null") ||
			refuse(r, err);
	if (one)
		return polygon_read(r, at, err);
	for (size_t i = 0; i < json_array_size(at); i++)
		if (!polygon_read(r, json_array_get(at, i), err))
			return false;
	return true;
}

static bool
feature_read(Reader *r, const json_t *f, Err *err)
{
	const char *type = json_string_value(json_object_get(f, "type"));
	const json_t *properties = json_object_get(f, "properties");
	r->feature = &r->out->feature[r->out->n];
	*r->feature = (GeoFeature){.number = r->out->n + 1};
	r->cap = 0;
	if (!type || !str_eq(str_of(type), S("Feature")))
		return err_set(err, E_INPUT, "it is no Feature") || refuse(r, err);
	r->feature->properties = json_is_object(properties) ? properties : NULL;
	if (!geometry_read(r, json_object_get(f, "geometry"), err))
		return false;
	if (!r->feature->n_rings)
		return err_set(err, E_INPUT, "its boundary encloses nothing") || refuse(r, err);
	r->out->n++;
	return true;
}

/* The member `crs` of GeoJSON before RFC 7946: other than degrees of WGS 84 it would be read wrongly. */
static bool
crs_check(const json_t *file, Err *err)
{
	const json_t *crs = json_object_get(file, "crs");
	Str name =
		str_of(json_string_value(json_object_get(json_object_get(crs, "properties"), "name")));
	if (!json_is_object(crs) || !name.n || str_ends(name, S("CRS84")) || str_ends(name, S(":4326")))
		return true;
	err_set(err, E_INPUT, "the coordinates are of '%.*s': degrees of WGS 84 are right", STR(name));
	return err_hint(err, "save the file as WGS 84 (EPSG:4326)");
}

static bool
file_read_features(Reader *r, Err *err)
{
	const json_t *j = r->out->json, *features = json_object_get(j, "features");
	const char *type = json_string_value(json_object_get(j, "type"));
	bool one = type && str_eq(str_of(type), S("Feature"));
	size_t n = one ? 1 : json_array_size(features);
	if (!one && !(type && str_eq(str_of(type), S("FeatureCollection"))))
		return err_set(err, E_INPUT,
			"this is no GeoJSON of areas: an object with \"type\": \"FeatureCollection\" is right");
	if (!n)
		return err_set(err, E_INPUT, "the file has no features");
	if (n > GEO_MOST_FEATURES)
		return err_set(
			err, E_LIMIT, "the file has %zu features, at most %d can be", n, GEO_MOST_FEATURES);
	if (!crs_check(j, err))
		return false;
	r->out->feature = NEW(r->a, GeoFeature, n);
	for (size_t i = 0; i < n; i++)
		if (!feature_read(r, one ? j : json_array_get(features, i), err))
			return false;
	return true;
}

bool
geojson_parse(Str bytes, Arena *a, GeoFile *out, Err *err)
{
	Reader r = {.a = a, .out = out};
	*out = (GeoFile){0};
	if (str_starts(bytes, S("\xef\xbb\xbf")))
		bytes = str_slice(bytes, 3, bytes.n);
	if (!json_parse(bytes, GEO_MOST_BYTES, &out->json, err))
		return false;
	if (file_read_features(&r, err))
		return true;
	geojson_close(out);
	return false;
}

void
geojson_close(GeoFile *g)
{
	json_decref(g->json);
	g->json = NULL;
}

/* ---- as text ---- */

void
geo_rings_put(const GeoRing *ring, size_t n, Buf *out)
{
	for (size_t r = 0; r < n; r++)
		for (size_t i = 0; i < ring[r].n; i++) {
			if (r || i)
				buf_byte(out, i ? ' ' : ';');
			buf_int(out, ring[r].point[i].x);
			buf_byte(out, ' ');
			buf_int(out, ring[r].point[i].y);
		}
}

static size_t
count_of(Str s, char c)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

static bool
grid_int(Str *rest, int64_t most, int32_t *out)
{
	Str word;
	int64_t v;
	str_cut(*rest, ' ', &word, rest);
	if (!str_int(word, &v) || v < -most || v > most)
		return false;
	*out = (int32_t)v;
	return true;
}

bool
geo_rings_get(Str text, Arena *a, GeoRing **ring, size_t *n, Err *err)
{
	Str one;
	*n = 0;
	*ring = NEW(a, GeoRing, count_of(text, ';') + 1);
	while (text.n) {
		str_cut(text, ';', &one, &text);
		GeoRing *r = &(*ring)[(*n)++];
		*r = (GeoRing){NEW(a, GeoPoint, count_of(one, ' ') / 2 + 1), 0};
		for (; one.n; r->n++) {
			GeoPoint *p = &r->point[r->n];
			if (!grid_int(&one, 180 * GEO_GRID, &p->x) || !grid_int(&one, 90 * GEO_GRID, &p->y))
				return err_set(err, E_INPUT, "this is no boundary");
		}
		if (r->n < 3)
			return err_set(err, E_INPUT, "this is no boundary");
	}
	return *n > 0 || err_set(err, E_INPUT, "this is no boundary");
}
