/* place_history: what happened to all rows of a place, one polling station say, newest first. */
#include "svc/svc_private.h"

enum { CHAIN_MOST = 200, CLOSED_MOST = 500 };
typedef struct Gather {
	Workspace *w;
	PlaceHistory *h;
	Arena *a;
	const Dataset *d;
	Buf rows;  /* Str * of the cells of each row found */
	Buf steps; /* PlaceStep */
} Gather;

static bool
row_note(void *ctx, const RowView *r, Err *err)
{
	Gather *g = ctx;
	const Dataset *d = g->d;
	const Value *v = r->v;
	if (!str_eq(v[d->area].s, g->h->area))
		return true;
	Str *cell = NEW(g->a, Str, d->n_fields);
	for (size_t k = 0; k < d->n_key; k++) {
		AUTO(Buf) text = {0};
		size_t i = d->key[k];
		value_print(&d->field[i], v[i], area_zone(g->h->area), &text);
		if (!buf_check(&text, err))
			return false;
		cell[i] = arena_str(g->a, buf_str(&text));
	}
	buf_add(&g->rows, (Str){(char *)&cell, sizeof cell});
	return buf_check(&g->rows, err);
}

/* A part of a row's key as it was before '/' and '%' in it were written as %2F and %25. */
static Str
key_part(Str s, Arena *a)
{
	char *out = NEW(a, char, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		bool slash = str_starts(str_slice(s, i, s.n), S("%2F")),
			 percent = str_starts(str_slice(s, i, s.n), S("%25"));
		out[n++] = slash ? '/' : s.p[i];
		i += slash || percent ? 2 : 0;
	}
	return (Str){out, n};
}

static bool
closed_note(Gather *g, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(g->w->db, &g->w->sql, "closed_range", &s, err))
		return false;
	db_set_text(s, "dataset", g->d->name);
	db_set_text(s, "first", g->h->area);
	db_set_text(s, "last", g->h->area);
	db_set_int(s, "most", CLOSED_MOST);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return buf_check(&g->rows, err);
		Str key = arena_str(g->a, db_text(s, 0)), part;
		Str *cell = NEW(g->a, Str, g->d->n_fields);
		for (size_t k = 0; k < g->d->n_key; k++) {
			str_cut(key, '/', &part, &key);
			cell[g->d->key[k]] = key_part(part, g->a);
		}
		buf_add(&g->rows, (Str){(char *)&cell, sizeof cell});
	}
}

static bool
chains_walk(Gather *g, Err *err)
{
	for (size_t i = 0; i < g->rows.n / sizeof(Str *); i++) {
		History one = {.dataset = g->d, .max = CHAIN_MOST};
		memcpy(&one.text, g->rows.p + i * sizeof(Str *), sizeof(Str *));
		if (!history_walk(g->w, &one, g->a, err))
			return false;
		for (size_t k = 0; k < one.n; k++) {
			PlaceStep step = {g->d, one.key, one.step[k]};
			if (!g->h->before || one.step[k].event < g->h->before)
				buf_add(&g->steps, (Str){(char *)&step, sizeof step});
		}
	}
	buf_clear(&g->rows);
	return buf_check(&g->steps, err);
}

static bool
dataset_gather(Gather *g, Err *err)
{
	RowList all = {.dataset = g->d, .area = g->h->area};
	return rows_each(g->w, &all, row_note, g, err) && closed_note(g, err) && chains_walk(g, err);
}

static int
newest_first(const void *x, const void *y)
{
	int64_t a = ((const PlaceStep *)x)->step.event, b = ((const PlaceStep *)y)->step.event;
	return (a < b) - (a > b);
}

static bool
gather(Gather *g, Err *err)
{
	PlaceHistory *h = g->h;
	Level level = area_level(h->area);
	for (size_t i = 0; i < g->w->cat.n_datasets; i++) {
		g->d = &g->w->cat.dataset[i];
		if ((g->d->level != level && g->d->level != LEVEL_ANY) ||
			(h->wanted && !h->wanted(h->ctx, g->d)))
			continue;
		if (!dataset_gather(g, err))
			return false;
	}
	h->n = g->steps.n / sizeof *h->step;
	h->step = NEW(g->a, PlaceStep, h->n + 1);
	if (h->n)
		memcpy(h->step, g->steps.p, g->steps.n);
	qsort(h->step, h->n, sizeof *h->step, newest_first);
	h->more = h->n > h->max;
	h->n = h->more ? h->max : h->n;
	return true;
}

bool
place_history(Workspace *w, PlaceHistory *h, Arena *a, Err *err)
{
	Gather g = {.w = w, .h = h, .a = a};
	bool ok = gather(&g, err);
	buf_close(&g.rows);
	buf_close(&g.steps);
	return ok;
}
