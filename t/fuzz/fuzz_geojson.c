/* fuzz geojson: any bytes are areas or a refusal that says why; what is taken has rings with an area, keeps them when it is simplified, and
 * reads as it was written. The same bytes as kept rings. */
#include "fmt/fmt.h"

#define SIZE_MB ((size_t)1 << 20)

static void
rings_check(const GeoFeature *f, size_t most)
{
	size_t points = 0;
	NEED(f->n_rings > 0);
	for (size_t r = 0; r < f->n_rings; r++) {
		NEED(f->ring[r].n >= 3);
		points += f->ring[r].n;
	}
	NEED(points == f->points && (!most || points <= most));
}

static void
text_check(const GeoRing *ring, size_t n, Arena a)
{
	AUTO(Buf) one = {0}, two = {0};
	GeoRing *again;
	size_t m;
	Err err = {0};
	geo_rings_put(ring, n, &one);
	NEED(geo_rings_get(buf_str(&one), &a, &again, &m, &err) && m == n);
	geo_rings_put(again, m, &two);
	NEED(str_eq(buf_str(&one), buf_str(&two)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { MOST = 16 };
	AUTO(Arena) a = {0}, tmp = {0};
	GeoFile g;
	GeoRing *ring;
	size_t n;
	Err err = {0};
	Str text = {(const char *)data, size};
	if (size > 65536 || !arena_open(&a, 256 * SIZE_MB, &err) ||
		!arena_open(&tmp, 256 * SIZE_MB, &err))
		return 0;
	if (geo_rings_get(text, &a, &ring, &n, &err))
		text_check(ring, n, a);
	err = (Err){0};
	if (!geojson_parse(text, &a, &g, &err)) {
		NEED(err.code == E_INPUT || err.code == E_LIMIT);
		return 0;
	}
	for (size_t i = 0; i < g.n; i++) {
		rings_check(&g.feature[i], 0);
		text_check(g.feature[i].ring, g.feature[i].n_rings, a);
	}
	geojson_simplify(&g, MOST, &a, tmp);
	for (size_t i = 0; i < g.n; i++)
		rings_check(&g.feature[i], MOST);
	geojson_close(&g);
	return 0;
}
