/* findings: the rows of one check below an area, asked from the database when somebody looks. */
#include "svc/svc_private.h"

bool
findings_each(Workspace *w, const Query *check, Str area, FindingFn fn, void *ctx, Err *err)
{
	Stmt *s;
	char buf[20];
	Str lo, hi;
	area_range(area, buf, &lo, &hi);
	if (!db_prepare(w->db, check->sql, &s, err))
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
