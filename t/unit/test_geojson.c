/* GeoJSON: what is taken, what is refused with feature and remedy, and simplification that keeps rings and neighbours. */
#include "fmt/fmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static Arena a, tmp;
static Err err;

static const char *
file_of(const char *geometry)
{
	return arena_fmt(&a,
		"{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"15\"},\"geometry\":%s}]}",
		geometry)
		.p;
}

static bool
parse(const char *text, GeoFile *g)
{
	err = (Err){0};
	return geojson_parse(str_of(text), &a, g, &err);
}

static const char *
polygon(const char *rings)
{
	return file_of(arena_fmt(&a, "{\"type\":\"Polygon\",\"coordinates\":%s}", rings).p);
}

static void
test_taken(void **state)
{
	(void)state;
	GeoFile g;
	if (!parse(polygon("[[[103,-2],[104,-2],[104,-1],[103,-1],[103,-2]],"
					   "[[103.4,-1.6],[103.5,-1.6],[103.5,-1.5],[103.4,-1.6]]]"),
			&g))
		fail_msg("%s", err.text);
	assert_int_equal(g.n, 1);
	assert_int_equal(g.feature[0].n_rings, 2);
	assert_int_equal(g.feature[0].points, 7);
	assert_int_equal(g.feature[0].ring[0].n, 4); /* the last is not said twice */
	assert_int_equal(g.feature[0].ring[0].point[0].x, 10300000);
	assert_int_equal(g.feature[0].ring[0].point[0].y, -200000);
	assert_string_equal(json_string_value(json_object_get(g.feature[0].properties, "code")), "15");
	geojson_close(&g);
	/* Heights are passed over, a byte order mark too, and a ring that is nothing on the grid. */
	const char *multi =
		"\xef\xbb\xbf{\"type\":\"Feature\",\"properties\":null,\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":["
		"[[[1,1,5],[2,1,5],[2,2,5],[1,1,5]]],[[[3,3],[3.000001,3],[3,3.000001],[3,3]]]]}}";
	if (!parse(multi, &g))
		fail_msg("%s", err.text);
	assert_int_equal(g.feature[0].n_rings, 1);
	assert_null(g.feature[0].properties);
	geojson_close(&g);
}

static void
test_refused(void **state)
{
	(void)state;
	const struct {
		const char *text, *says;
	} bad[] = {
		{"", "JSON line 1"},
		{"[]", "no GeoJSON"},
		{"{\"type\":\"FeatureCollection\",\"features\":[]}", "no features"},
		{"{\"type\":\"FeatureCollection\",\"features\":[7]}", "feature 1: it is no Feature"},
		{"{\"type\":\"Topology\"}", "\"FeatureCollection\" is right"},
		{file_of("null"), "feature 1: its geometry is 'null': a Polygon or MultiPolygon is right"},
		{file_of("{\"type\":\"Point\",\"coordinates\":[1,2]}"), "its geometry is 'Point'"},
		{polygon("[]"), "no ring"},
		{polygon("[[[1,1],[2,1],[1,1]]]"), "a ring has 3 positions"},
		{polygon("[[[1,1],[2,1],[2,2],[1,2]]]"), "not closed"},
		{polygon("[[[1,1],[2,1],[2,\"2\"],[1,1]]]"), "not a pair of numbers"},
		{polygon("[[[1,1],[2],[2,2],[1,1]]]"), "not a pair of numbers"},
		{polygon("[[[1,1],null,[2,2],[1,1]]]"), "not a pair of numbers"},
		{polygon("[[[1,1],[2,1],[2,2e999],[1,1]]]"), "JSON line 1"},
		{polygon("[[[-1.6,103.6],[-1.5,103.6],[-1.5,103.7],[-1.6,103.6]]]"),
			"longitude comes first"},
		{polygon("[[[350000,9820000],[351000,9820000],[351000,9821000],[350000,9820000]]]"),
			"longitudes are from -180 to 180"},
		{polygon("[[[179,1],[-179,1],[-179,2],[179,1]]]"), "180th meridian"},
		{polygon("[[[1,1],[2,1],[3,1],[1,1]]]"), "encloses nothing"},
		{"{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::32748\"}},"
		 "\"features\":[{}]}",
			"EPSG::32748"},
	};
	GeoFile g;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (parse(bad[i].text, &g))
			fail_msg("taken: %s", bad[i].text);
		if (!strstr(err.text, bad[i].says))
			fail_msg("%s: expected '%s', got '%s'", bad[i].text, bad[i].says, err.text);
	}
}

/* Two squares with a wavy border between them, and an island. n: waves. */
static const char *
neighbours(int n)
{
	AUTO(Buf) west = {0}, back = {0};
	for (int i = 0; i <= n; i++)
		buf_fmt(&west, "[%.5f,%.5f],", 1 + (i % 2 ? 0.01 : 0.0) + (i % 7) * 0.003, (double)i / n);
	for (int i = n; i >= 0; i--)
		buf_fmt(&back, "[%.5f,%.5f],", 1 + (i % 2 ? 0.01 : 0.0) + (i % 7) * 0.003, (double)i / n);
	const char *text = arena_fmt(&a,
		"{\"type\":\"FeatureCollection\",\"features\":["
		"{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],%.*s[0,1],[0,0]]]}},"
		"{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[[[%.*s[2,0],[2,1],[%.5f,1]]],"
		"[[[3,0],[3.001,0],[3.001,0.001],[3,0]]]]}}]}",
		STR(buf_str(&west)), STR(buf_str(&back)), 1 + (n % 2 ? 0.01 : 0.0) + (n % 7) * 0.003)
						   .p;
	return text;
}

static void
test_simplified(void **state)
{
	(void)state;
	GeoFile g;
	for (size_t most = 4; most <= 512; most *= 2) {
		if (!parse(neighbours(1000), &g))
			fail_msg("%s", err.text);
		assert_true(g.feature[0].points > 900);
		geojson_simplify(&g, most, &a, tmp);
		for (size_t i = 0; i < g.n; i++) {
			assert_true(g.feature[i].points <= most);
			assert_true(g.feature[i].n_rings >= 1);
			for (size_t r = 0; r < g.feature[i].n_rings; r++) {
				const GeoRing *ring = &g.feature[i].ring[r];
				assert_true(ring->n >= 3);
				assert_true(geo_ring_area(ring) > 0);
				for (size_t p = 0; p < ring->n; p++)
					assert_false(ring->point[p].x == ring->point[(p + 1) % ring->n].x &&
						ring->point[p].y == ring->point[(p + 1) % ring->n].y);
			}
		}
		geojson_close(&g);
	}
}

/* Each point of the common border is in both or in none. */
static void
test_neighbours_stay(void **state)
{
	(void)state;
	GeoFile g;
	if (!parse(neighbours(1000), &g))
		fail_msg("%s", err.text);
	geojson_simplify(&g, 400, &a, tmp);
	const GeoRing *west = &g.feature[0].ring[0], *east = &g.feature[1].ring[0];
	size_t common = 0, alone = 0;
	for (size_t i = 0; i < west->n; i++) {
		bool found = west->point[i].x == 0;
		for (size_t k = 0; k < east->n && !found; k++)
			found = west->point[i].x == east->point[k].x && west->point[i].y == east->point[k].y;
		common += found;
		alone += !found;
	}
	assert_int_equal(alone, 0);
	assert_true(common > 20);
	assert_true(west->n < 400 + 1);
	geojson_close(&g);
}

static void
test_text(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	GeoRing *ring;
	size_t n;
	const char *text = "0 0 10 0 10 -10;10300000 -200000 1 2 3 5";
	assert_true(geo_rings_get(str_of(text), &a, &ring, &n, &err));
	assert_int_equal(n, 2);
	geo_rings_put(ring, n, &b);
	assert_string_equal(arena_cstr(&a, buf_str(&b)), text);
	const char *bad[] = {"", "1 2", "1 2 3 4 5", "1 2 3 4 5 x", "1 2 3 4 18000001 6",
		"1 2 3 4 5 6;;1 2 3 4 5 6", ";1 2 3 4 5 6", "1 2 3 4 5 9000001"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)

		assert_false(geo_rings_get(str_of(bad[i]), &a, &ring, &n, &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_simplified),
		cmocka_unit_test(test_neighbours_stay),
		cmocka_unit_test(test_text),
	};
	NEED(arena_open(&a, (size_t)1 << 30, &err));
	NEED(arena_open(&tmp, (size_t)1 << 30, &err));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&tmp);
	arena_close(&a);
	return failed;
}
