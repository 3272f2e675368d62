/* tiles: where each area stands on a map of equal squares. */
#include "svc/synth_private.h"

typedef struct Known { /* tiles by code, as far as the table has them */
	const Str *code;
	size_t n, found;
	MapTile *tile;
	bool *has;
} Known;

static bool
known_add(void *ctx, const CsvRow *row, Err *err)
{
	Known *k = ctx;
	int64_t column, line;
	if (!synth_number(row, 1, &column, err) || !synth_number(row, 2, &line, err))
		return false;
	for (size_t i = 0; i < k->n; i++)
		if (str_eq(k->code[i], row->cell[0]) && !k->has[i]) {
			k->tile[i] = (MapTile){(int)column, (int)line};
			k->has[i] = true;
			k->found++;
		}
	return true;
}

/* Moves them to the corner and measures them. */
static void
tiles_fit(MapTiles *t, size_t n)
{
	MapTile least = t->tile[0];
	for (size_t i = 1; i < n; i++) {
		least.column = t->tile[i].column < least.column ? t->tile[i].column : least.column;
		least.row = t->tile[i].row < least.row ? t->tile[i].row : least.row;
	}
	t->columns = t->rows = 0;
	for (size_t i = 0; i < n; i++) {
		MapTile *tile = &t->tile[i];
		tile->column -= least.column;
		tile->row -= least.row;
		t->columns = tile->column >= t->columns ? tile->column + 1 : t->columns;
		t->rows = tile->row >= t->rows ? tile->row + 1 : t->rows;
	}
}

static void
tiles_line_up(MapTiles *t, size_t n, int most)
{
	int columns = 1;
	while (columns < most && (size_t)columns * (size_t)columns < n)
		columns++;
	for (size_t i = 0; i < n; i++)
		t->tile[i] = (MapTile){(int)(i % (size_t)columns), (int)(i / (size_t)columns)};
}

bool
tiles_lay(const Env *env, const Str *code, size_t n, int most, Arena *a, MapTiles *out, Err *err)
{
	*out = (MapTiles){.tile = NEW(a, MapTile, n + 1)};
	Known k = {code, n, 0, out->tile, NEW(a, bool, n + 1)};
	NEED(most > 0);
	if (!n)
		return true;
	if (!synth_facts(env, "demo-data/tiles.csv", known_add, &k, err))
		return false;
	out->placed = k.found == n;
	if (!out->placed)
		tiles_line_up(out, n, most);
	tiles_fit(out, n);
	return true;
}
