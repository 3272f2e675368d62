/* Tiles of the same size in a grid, laid out by where areas lie: small cities stay visible. Pure. */
#ifndef SIAP_WEB_LAYOUT_H
#define SIAP_WEB_LAYOUT_H

#include "base/base.h"

typedef struct Tile {
	bool known;           /* where it lies */
	double latitude, longitude;
	int column, row;      /* out, from 0; row 0 is the north */
} Tile;
typedef struct Grid {
	int columns, rows;
} Grid;
/* No two tiles in one place, and no row or column empty. When the place of one is not known, all of them in their order, row by
 * row, at most `most` to a row. The same tiles always give the same grid. */
Grid tiles_lay(Tile *tile, size_t n, int most, Arena tmp);
/* Latitudes and longitudes of areas by their code, from a CSV text with the columns code, latitude, longitude; false: not in it. */
bool position_find(Str csv, Str code, double *latitude, double *longitude);

#endif
