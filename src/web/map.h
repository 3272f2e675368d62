/* A map of the areas below one, as an SVG in templates: pages/_map.html. */
#ifndef SIAP_WEB_MAP_H
#define SIAP_WEB_MAP_H

#include "web/desk.h"

/* What is shown: TPS ready, the score of a pillar, or an indicator. */
typedef struct MapBy {
	Str text;        /* as in the address: "ready", "pillar:roll", "indicator:delivered" */
	Str pillar;      /* one of the three is set; neither: TPS ready */
	const Series *series;
	Str words;       /* "TPS ready", "Logistics", … */
} MapBy;
/* E_NOTFOUND names what there is. Empty: ready. */
bool map_by(const Desk *d, Str text, MapBy *out, Err *err) MUST;
MapBy map_ready(void); /* TPS ready */

typedef struct MapPlaces { /* where polling stations lie */
	Str *code;
	double *latitude, *longitude;
	size_t n;
} MapPlaces;
/* What is read before the desk is opened: a page must not wait for a database while it holds the board. */
typedef struct MapAsk {
	MapBy by;
	bool to_maps; /* shapes lead to maps of their areas, else to their boards */
	const Boundary *boundary; /* of areas below this one, in code order */
	size_t n_boundaries;
	MapPlaces tps; /* of a village */
} MapAsk;
/* For {{>map}}: map_title, map_summary, map_css, map_width, map_height, map_tiles, map_paths; for the legend map_legend. With boundaries
 * of most areas it is a map, else tiles. */
void map_fill(const Desk *d, const MapAsk *ask, Fill *f);

/* One area of a map. */
typedef enum MapClass { MAP_LOW, MAP_HALF, MAP_MOST, MAP_NEAR, MAP_FULL, MAP_NOTHING, MAP_SILENT, MAP_CLASSES } MapClass;
typedef struct MapArea {
	size_t node;
	Str code, name;
	int64_t need, have; /* of a pillar: none */
	int parts;          /* per 10,000; -1: nothing is expected */
	MapClass class;
} MapArea;
size_t map_areas(const Desk *d, const MapBy *by, MapArea **out); /* those below d->node, in code order */
Str map_value(const Desk *d, const MapBy *by, const MapArea *m);  /* in the shape: 97,2 or a sign */
const char *map_class_words(MapClass class);
bool map_is_yes_or_no(const Desk *d, const MapBy *by); /* a TPS is ready or it is not: a share says nothing of it */

/* map_shape.c: where they stand, and the names in them. */
void map_tiles_fill(const Desk *d, const MapAsk *ask, const MapArea *area, size_t n, Fill *f);
void map_paths_fill(const Desk *d, const MapAsk *ask, const MapArea *area, size_t n, Fill *f);

#endif
