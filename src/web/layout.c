/* layout: tiles of a cartogram: each at the free place nearest to where its area lies. */
#include "web/layout.h"

#include <math.h>

/* ---- in their order ---- */

static Grid
rows_lay(Tile *tile, size_t n, int most)
{
	int columns = (int)fmin(ceil(sqrt((double)n)), most);
	for (size_t i = 0; i < n; i++) {
		tile[i].column = (int)(i % (size_t)columns);
		tile[i].row = (int)(i / (size_t)columns);
	}
	return (Grid){columns, n ? ((int)n + columns - 1) / columns : 0};
}

/* ---- by place ---- */

typedef struct Frame { /* what the places are measured in */
	double west, north, width, height;
	int columns, rows;
} Frame;

static Frame
frame_of(const Tile *tile, size_t n)
{
	double west = tile[0].longitude, east = west, north = tile[0].latitude, south = north;
	for (size_t i = 1; i < n; i++) {
		west = fmin(west, tile[i].longitude);
		east = fmax(east, tile[i].longitude);
		north = fmax(north, tile[i].latitude);
		south = fmin(south, tile[i].latitude);
	}
	Frame f = {west, north, fmax(east - west, 1e-6), fmax(north - south, 1e-6), 1, 1};
	/* Half as many places again as tiles, in the shape of the land, but never a mere line. */
	double shape = fmin(fmax(f.width / f.height, 0.5), 2), places = 1.5 * (double)n;
	f.columns = (int)fmax(1, ceil(sqrt(places * shape)));
	f.rows = (int)fmax(1, ceil(places / f.columns));
	return f;
}

static double
away(const Frame *f, const Tile *t, int column, int row)
{
	double x = f->columns > 1 ? (t->longitude - f->west) / f->width * (f->columns - 1) : 0,
		   y = f->rows > 1 ? (f->north - t->latitude) / f->height * (f->rows - 1) : 0;
	return (x - column) * (x - column) + (y - row) * (y - row);
}

static void
tile_put(const Frame *f, Tile *t, bool *taken)
{
	double least = INFINITY;
	for (int row = 0; row < f->rows; row++)
		for (int column = 0; column < f->columns; column++) {
			double d = away(f, t, column, row);
			if (taken[row * f->columns + column] || d >= least - 1e-9)
				continue;
			least = d;
			t->column = column;
			t->row = row;
		}
	taken[t->row * f->columns + t->column] = true;
}

/* Rows and columns where nothing lies go, also in the middle. */
static Grid
close_up(const Frame *f, Tile *tile, size_t n, const bool *taken, Arena *tmp)
{
	int *column = NEW(tmp, int, (size_t)f->columns), *row = NEW(tmp, int, (size_t)f->rows);
	Grid g = {0, 0};
	for (int c = 0; c < f->columns; c++) {
		bool any = false;
		for (int r = 0; r < f->rows; r++)
			any |= taken[r * f->columns + c];
		column[c] = g.columns;
		g.columns += any;
	}
	for (int r = 0; r < f->rows; r++) {
		bool any = false;
		for (int c = 0; c < f->columns; c++)
			any |= taken[r * f->columns + c];
		row[r] = g.rows;
		g.rows += any;
	}
	for (size_t i = 0; i < n; i++) {
		tile[i].column = column[tile[i].column];
		tile[i].row = row[tile[i].row];
	}
	return g;
}

Grid
tiles_lay(Tile *tile, size_t n, int most, Arena tmp)
{
	for (size_t i = 0; i < n; i++)
		if (!tile[i].known)
			return rows_lay(tile, n, most);
	if (n < 2)
		return rows_lay(tile, n, most);
	Frame f = frame_of(tile, n);
	bool *taken = NEW(&tmp, bool, (size_t)f.columns *(size_t)f.rows), *done = NEW(&tmp, bool, n);
	/* Those at the rim first: they give the whole its shape, the others fill it. */
	for (size_t round = 0; round < n; round++) {
		size_t next = n;
		double least = INFINITY;
		for (size_t i = 0; i < n; i++) {
			double x = (tile[i].longitude - f.west) / f.width,
				   y = (f.north - tile[i].latitude) / f.height,
				   rim = -(fabs(x - 0.5) + fabs(y - 0.5));
			if (!done[i] && rim < least - 1e-9) {
				least = rim;
				next = i;
			}
		}
		done[next] = true;
		tile_put(&f, &tile[next], taken);
	}
	return close_up(&f, tile, n, taken, &tmp);
}

/* ---- where areas lie ---- */

static bool
decimal(Str s, double *out)
{
	char text[32], *end;
	if (!s.n || s.n >= sizeof text)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	*out = strtod(text, &end);
	return *end == 0 && isfinite(*out);
}

bool
position_find(Str csv, Str code, double *latitude, double *longitude)
{
	while (csv.n) {
		Str line, cell, rest;
		str_cut(csv, '\n', &line, &csv);
		str_cut(line, ',', &cell, &rest);
		if (!str_eq(cell, code))
			continue;
		str_cut(rest, ',', &cell, &rest);
		Str second;
		str_cut(rest, ',', &second, &rest);
		return decimal(cell, latitude) && decimal(second, longitude);
	}
	return false;
}
