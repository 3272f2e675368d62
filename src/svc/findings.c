/* findings: the rows of one check below an area, asked from the database when somebody looks. */
#include "svc/svc_private.h"

/* In an order of its own, not in the one a database happens to answer in: by area, and two databases say the same. */
static bool
prepare(Workspace *w, const Query *check, Stmt **out, Err *err)
{
	AUTO(Buf) sql = {0};
	Str inner = str_trim(check->sql);
	if (str_ends(inner, S(";")))
		inner.n--;
	buf_fmt(&sql, "SELECT * FROM (\n%.*s\n) AS finding", STR(inner)); /* derived SQL */
	buf_add(&sql, S(" ORDER BY area, key, detail NULLS LAST"));       /* derived SQL */
	return buf_check(&sql, err) && db_prepare(w->db, buf_str(&sql), out, err);
}

bool
findings_each(Workspace *w, const Query *check, Str area, FindingFn fn, void *ctx, Err *err)
{
	Stmt *s;
	char buf[20];
	Str lo, hi;
	area_range(area, buf, &lo, &hi);
	if (!prepare(w, check, &s, err))
		return err_prefix(err, "%.*s: ", STR(check->file));
	query_bind(w, s, lo, hi);
	for (;;) {
		bool row;
		if (!db_step(s, &row, err))
			return err_prefix(err, "%.*s: ", STR(check->file));
		if (!row)
			return true;
		Finding f = {check, db_text(s, 0), db_text(s, 1), db_text(s, 2)};
		/* A check of scope "all" ignores the range: what lies outside is left out here. */
		if (str_cmp(f.area, lo) < 0 || str_cmp(f.area, hi) >= 0)
			continue;
		if (!fn(ctx, &f, err)) {
			db_reset(s);
			return false;
		}
	}
}

/* ---- where they lie ---- */

static const Series *
series_of(const Board *b, const Query *check)
{
	for (size_t i = b->n_indicators; i < b->n_series; i++)
		if (b->series[i].query == check)
			return &b->series[i];
	return NULL;
}

bool
findings_page(const Board *b, FindingPage *p, Arena *a, Err *err)
{
	const Series *s = series_of(b, p->check);
	AUTO(Buf) places = {.max = (size_t)1 << 30};
	uint64_t before = 0, end = p->max > UINT64_MAX - p->skip ? UINT64_MAX : p->skip + p->max;
	NEED(s);
	for (size_t i = p->node; i < b->end[p->node] && before < end;) {
		if (!s->need[i]) {
			i = b->end[i];
			continue;
		}
		uint64_t here = series_holds(b, s, i) ? (uint64_t)series_own(s, NEED_PART)[i] : 0;
		uint64_t from = before < p->skip ? p->skip - before : 0;
		if (here > from) {
			uint64_t room = end - before - from;
			FindingPlace place = {
				arena_str(a, str_of(b->code[i])), from, here - from < room ? here - from : room};
			buf_add(&places, (Str){(char *)&place, sizeof place});
		}
		before += here;
		i++;
	}
	p->n = places.n / sizeof *p->place;
	p->place = NEW(a, FindingPlace, p->n + 1);
	if (!buf_check(&places, err))
		return false;
	if (p->n)
		memcpy(p->place, places.p, places.n);
	return true;
}
