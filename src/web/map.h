/* Maps of an area's parts, as pictures made by the server. */
#ifndef SIAP_WEB_MAP_H
#define SIAP_WEB_MAP_H

#include "web/desk.h"

/* What a map shows by colour and pattern: an indicator, a pillar, or how many TPS are ready. */
typedef struct MapBy {
	const Series *series;
	Str pillar;
} MapBy;
/* For the part _map.html: shapes, map_width, map_height, map_title, map_words, legend. tps: where polling stations of a village lie. */
typedef struct MapPlaces {
	Str *code;
	double *latitude, *longitude;
	size_t n;
} MapPlaces;
void map_fill(const Desk *d, Fill *f, const MapBy *by, const MapPlaces *tps);
int map_class(int parts); /* 0: nothing is expected; 1 to 5 */

#endif
