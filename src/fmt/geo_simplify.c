/* geo_simplify: boundaries with fewer points (Douglas-Peucker), the same ones on both sides of a common line. */
#include "fmt/fmt.h"

/* Points where lines meet stay, so a line between two such points is the same for both areas beside it, and simplified alike
 * from either end. A point is where lines meet when it has other neighbours in one ring than in another. */
typedef struct Corner {
	uint64_t key;  /* of the point, 0: free */
	uint64_t a, b; /* its neighbours, the smaller first */
	bool fixed;
} Corner;
typedef struct Corners {
	Corner *slot;
	size_t cap; /* a power of two */
} Corners;
typedef struct Simplifier {
	Corners corners;
	double far; /* a point this far from the line stays */
	bool *keep; /* of the points of a ring */
	size_t (*stack)[2];
} Simplifier;

static uint64_t
key_of(GeoPoint p)
{
	/* Above 0 for every point on the grid. */
	return ((uint64_t)(uint32_t)(p.x + 200 * GEO_GRID) << 32) | (uint32_t)(p.y + 200 * GEO_GRID);
}

static Corner *
corner_of(const Corners *c, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (c->cap - 1);
	while (c->slot[i].key && c->slot[i].key != key)
		i = (i + 1) & (c->cap - 1);
	return &c->slot[i];
}

static void
corners_add(Corners *c, const GeoRing *r)
{
	for (size_t i = 0; i < r->n; i++) {
		uint64_t key = key_of(r->point[i]), a = key_of(r->point[(i + r->n - 1) % r->n]),
				 b = key_of(r->point[(i + 1) % r->n]);
		Corner *at = corner_of(c, key), now = {key, a < b ? a : b, a < b ? b : a, false};
		if (!at->key)
			*at = now;
		else
			at->fixed |= at->a != now.a || at->b != now.b;
	}
}

/* The squared distance of p from the line between a and b. */
static double
distance(GeoPoint p, GeoPoint a, GeoPoint b)
{
	double x = (double)b.x - a.x, y = (double)b.y - a.y, px = (double)p.x - a.x,
		   py = (double)p.y - a.y, length = x * x + y * y;
	double along = length > 0 ? (px * x + py * y) / length : 0;
	along = along < 0 ? 0 : along > 1 ? 1 : along;
	px -= along * x;
	py -= along * y;
	return px * px + py * py;
}

/* From either end the same: of two points as far the one with the smaller key is the farther. */
static size_t
farthest(const GeoRing *r, size_t from, size_t to, double *far)
{
	GeoPoint a = r->point[from % r->n], b = r->point[to % r->n];
	bool turn = key_of(b) < key_of(a);
	size_t best = from;
	*far = -1;
	for (size_t i = from + 1; i < to; i++) {
		GeoPoint p = r->point[i % r->n];
		double d = turn ? distance(p, b, a) : distance(p, a, b);
		if (d > *far || (d == *far && key_of(p) < key_of(r->point[best % r->n]))) {
			*far = d;
			best = i;
		}
	}
	return best;
}

/* Positions run on behind the end of the ring. */
static void
line_thin(Simplifier *s, const GeoRing *r, size_t from, size_t to)
{
	size_t depth = 0;
	s->stack[depth][0] = from;
	s->stack[depth++][1] = to;
	while (depth) {
		double far;
		from = s->stack[--depth][0];
		to = s->stack[depth][1];
		size_t at = farthest(r, from, to, &far);
		if (far < s->far * s->far || at == from)
			continue;
		s->keep[at % r->n] = true;
		s->stack[depth][0] = from;
		s->stack[depth++][1] = at;
		s->stack[depth][0] = at;
		s->stack[depth++][1] = to;
	}
}

/* A ring that meets no other has no end: it gets two, whichever way it runs the same. */
static size_t
ends_choose(Simplifier *s, const GeoRing *r)
{
	size_t first = 0, other = 0;
	double far = -1;
	for (size_t i = 1; i < r->n; i++)
		first = key_of(r->point[i]) < key_of(r->point[first]) ? i : first;
	for (size_t i = 0; i < r->n; i++) {
		double d = distance(r->point[i], r->point[first], r->point[first]);
		if (d > far || (d == far && key_of(r->point[i]) < key_of(r->point[other]))) {
			far = d;
			other = i;
		}
	}
	s->keep[first] = s->keep[other] = true;
	return first;
}

static size_t
ring_thin(Simplifier *s, GeoRing *r, GeoPoint *out)
{
	size_t start = r->n, n = 0;
	for (size_t i = 0; i < r->n; i++) {
		s->keep[i] = corner_of(&s->corners, key_of(r->point[i]))->fixed;
		start = s->keep[i] && start == r->n ? i : start;
	}
	size_t fixed = 0;
	for (size_t i = 0; i < r->n; i++)
		fixed += s->keep[i];
	if (fixed < 2)
		start = ends_choose(s, r);
	/* Points that this keeps lie behind i: they are no ends of the next line. */
	for (size_t from = start, i = start + 1; i <= start + r->n; i++)
		if (s->keep[i % r->n]) {
			line_thin(s, r, from, i);
			from = i;
		}
	for (size_t i = 0; i < r->n; i++)
		if (s->keep[i])
			out[n++] = r->point[i];
	return n;
}

/* ---- features ---- */

static size_t
largest_of(const GeoFeature *f)
{
	size_t best = 0;
	for (size_t r = 1; r < f->n_rings; r++)
		best = geo_ring_area(&f->ring[r]) > geo_ring_area(&f->ring[best]) ? r : best;
	return best;
}

/* The three points that say most of a ring, when nothing else of it is left. */
static size_t
triangle(const GeoRing *r, GeoPoint *out)
{
	size_t best = 1, other, third = 2;
	double far = -1;
	for (size_t i = 1; i < r->n; i++) {
		double d = distance(r->point[i], r->point[0], r->point[0]);
		best = d > far ? i : best;
		far = d > far ? d : far;
	}
	far = -1;
	other = best;
	for (size_t i = 1; i < r->n; i++) {
		double d = distance(r->point[i], r->point[0], r->point[other]);
		third = d > far ? i : third;
		far = d > far ? d : far;
	}
	out[0] = r->point[0];
	out[1] = r->point[third < other ? third : other];
	out[2] = r->point[third < other ? other : third];
	return 3;
}

/* The same feature with what is left at this distance; points lie in one block. */
static GeoFeature
feature_thin(Simplifier *s, const GeoFeature *f, Arena *a)
{
	GeoFeature out = *f;
	GeoPoint *point = NEW(a, GeoPoint, f->points + 3);
	size_t largest = largest_of(f);
	out.ring = NEW(a, GeoRing, f->n_rings);
	out.n_rings = out.points = 0;
	for (size_t r = 0; r < f->n_rings; r++) {
		GeoRing thin = {point, ring_thin(s, &f->ring[r], point)};
		if (r == largest && (thin.n < 3 || !geo_ring_area(&thin)))
			thin.n = triangle(&f->ring[r], point);
		if (thin.n < 3 || !geo_ring_area(&thin))
			continue;
		out.ring[out.n_rings++] = thin;
		out.points += thin.n;
		point += thin.n;
	}
	return out;
}

/* Islands of an area with very many go, the smallest first. */
static int
larger_first(const void *x, const void *y)
{
	int64_t a = geo_ring_area(x), b = geo_ring_area(y);
	return (a < b) - (a > b);
}

static void
islands_drop(GeoFeature *f, size_t most)
{
	qsort(f->ring, f->n_rings, sizeof *f->ring, larger_first);
	f->points = 0;
	size_t n = 0;
	while (n < f->n_rings && (n == 0 || f->points + f->ring[n].n <= most))
		f->points += f->ring[n++].n;
	f->n_rings = n;
}

static size_t
ring_most(const GeoFile *g)
{
	size_t n = 0;
	for (size_t i = 0; i < g->n; i++)
		for (size_t r = 0; r < g->feature[i].n_rings; r++)
			n = g->feature[i].ring[r].n > n ? g->feature[i].ring[r].n : n;
	return n;
}

static void
simplifier_new(Simplifier *s, const GeoFile *g, Arena *a)
{
	size_t points = 0, longest = ring_most(g);
	for (size_t i = 0; i < g->n; i++)
		points += g->feature[i].points;
	s->corners.cap = 16;
	while (s->corners.cap < 2 * points)
		s->corners.cap *= 2;
	s->corners.slot = NEW(a, Corner, s->corners.cap);
	for (size_t i = 0; i < g->n; i++)
		for (size_t r = 0; r < g->feature[i].n_rings; r++)
			corners_add(&s->corners, &g->feature[i].ring[r]);
	s->keep = NEW(a, bool, longest + 1);
	s->stack = (size_t(*)[2])(void *)NEW(a, size_t, 2 * (longest + 2));
}

static bool
fits(Simplifier *s, const GeoFile *g, size_t most, Arena tmp)
{
	for (size_t i = 0; i < g->n; i++) {
		Arena one = tmp;
		if (g->feature[i].points > most && feature_thin(s, &g->feature[i], &one).points > most)
			return false;
	}
	return true;
}

/* A line that meets others at each of its points cannot be simplified together with them. */
static void
ring_cut(GeoRing *r, size_t most, Arena tmp)
{
	size_t step = (r->n + most - 1) / most, n = 0;
	GeoPoint three[3];
	if (r->n <= most)
		return;
	triangle(r, three);
	GeoPoint *cut = NEW(&tmp, GeoPoint, r->n);
	for (size_t i = 0; i < r->n; i += step)
		cut[n++] = r->point[i];
	GeoRing out = {cut, n};
	bool good = n >= 3 && geo_ring_area(&out) != 0;
	r->n = good ? n : 3;
	memcpy(r->point, good ? cut : three, r->n * sizeof *r->point);
}

void
geojson_simplify(GeoFile *g, size_t most, Arena *a, Arena tmp)
{
	enum { FAR_MOST = 1 << 12 }; /* some four kilometres */
	Simplifier s = {0};
	NEED(most >= 4);
	simplifier_new(&s, g, &tmp);
	/* One distance for all, or lines that two areas share would not stay the same. */
	for (s.far = 1; s.far < FAR_MOST && !fits(&s, g, most, tmp);)
		s.far *= 2;
	for (size_t i = 0; i < g->n; i++) {
		GeoFeature *f = &g->feature[i];
		*f = feature_thin(&s, f, a);
		if (f->points <= most)
			continue;
		ring_cut(&f->ring[largest_of(f)], most, tmp);
		islands_drop(f, most);
	}
}
