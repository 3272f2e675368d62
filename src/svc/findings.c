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
