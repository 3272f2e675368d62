/* ahead: how rows stand now, read ahead in the table's own order, because most files are sorted by area: one question for
 * hundreds of rows where each would cost a server a round trip. */
#include "svc/svc_private.h"

enum { ROWS = 512, TRY = 4 /* windows before it gives up on a file in no order */ };

bool
ahead_open(Ahead *w, Err *err)
{
	*w = (Ahead){0};
	return arena_open(&w->a, 64 * SIZE_MB, err);
}

void
ahead_close(Ahead *w)
{
	arena_close(&w->a);
}

/* The rows of all areas from lo up to, but not with, hi are in the window. */
static bool
covers(const Ahead *w, Str area)
{
	return w->windows && str_cmp(area, str_of(w->lo)) >= 0 && str_cmp(area, str_of(w->hi)) < 0;
}

static void
bound(char out[20], Str code)
{
	NEED(code.n < 20);
	memcpy(out, code.p, code.n);
	out[code.n] = 0;
}

static bool
row_keep(Ahead *w, Acceptor *ac, Str *area, Err *err)
{
	AUTO(Buf) key = {0};
	Now *now = NEW(&w->a, Now, 1);
	now->v = NEW(&w->a, Value, ac->d->n_fields);
	row_read(ac->d, ac->range, &w->a, now->v, &now->event, &now->sealed);
	row_key(ac->d, now->v, &key);
	if (!buf_check(&key, err))
		return false;
	map_set(&w->rows, arena_str(&w->a, buf_str(&key)), (uint64_t)(uintptr_t)now);
	*area = now->v[ac->d->area].s;
	return true;
}

static bool
window_read(Ahead *w, Acceptor *ac, Str from, Err *err)
{
	AUTO(Buf) sql = {0};
	Str last = from;
	bool row = true;
	arena_reset(&w->a);
	w->rows = map_new(&w->a);
	bound(w->lo, from);
	dataset_range_sql(ac->d, &sql);
	buf_add(&sql, S(" LIMIT :most")); /* derived SQL */
	if (!buf_check(&sql, err) || !db_prepare(ac->db, buf_str(&sql), &ac->range, err))
		return false;
	db_set_text(ac->range, "lo", str_of(w->lo));
	db_set_text(ac->range, "hi", S(":"));
	db_set_int(ac->range, "most", ROWS);
	for (size_t n = 0; n < ROWS && row; n++) {
		if (!db_step(ac->range, &row, err) || (row && !row_keep(w, ac, &last, err)))
			return false;
	}
	db_reset(ac->range);
	/* The last area may have more rows than were read. */
	bound(w->hi, row ? last : S(":"));
	w->windows++;
	return true;
}

bool
ahead_find(Ahead *w, Acceptor *ac, RowPut *put, Arena *a, Err *err)
{
	uint64_t at;
	Str area = put->v[ac->d->area].s;
	w->off |= w->windows >= TRY && w->hits < 2 * w->windows;
	if (!w->off && !covers(w, area) && !window_read(w, ac, area, err))
		return false;
	/* One area with more rows than a window. */
	if (w->off || !covers(w, area))
		return present_find(ac, put, 1, a, err);
	w->hits++;
	put->now = map_get(&w->rows, put->key, &at) ? (Now *)(uintptr_t)at : NEW(a, Now, 1);
	return true;
}
