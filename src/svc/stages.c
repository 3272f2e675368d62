/* stages: the election's stages as they hold for one area: dates, who set them, and what was declared. */
#include "svc/svc_private.h"

enum { STAGES_MAX = 512 };

static Str
text(Stmt *s, int column, Arena *a)
{
	return arena_str(a, db_text(s, column));
}

static Stage
stage_read(const Workspace *w, Stmt *s, const char *today, Arena *a)
{
	Stage g = {.code = pack_code(w->pack, S("stage"), db_text(s, 0)),
		.main = str_eq(db_text(s, 7), S("main")),
		.starts = text(s, 1, a),
		.ends = text(s, 2, a),
		.set_by = text(s, 3, a),
		.declared = text(s, 4, a),
		.declared_by = text(s, 5, a),
		.evidence = text(s, 6, a)};
	g.past = g.ends.n && str_cmp(g.ends, str_of(today)) < 0;
	return g;
}

bool
stages_list(Workspace *w, Str area, Arena *a, Stage **out, size_t *n, Err *err)
{
	Stmt *s;
	char today[11];
	*out = NEW(a, Stage, STAGES_MAX);
	*n = 0;
	today_of(w, today);
	if (!svc_stmt(w->db, &w->sql, "stages", &s, err))
		return false;
	db_set_text(s, "area", area);
	for (;;) {
		bool row;
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (*n == STAGES_MAX) {
			db_reset(s);
			return err_set(err, E_LIMIT, "a rule pack has more than %d stages", STAGES_MAX);
		}
		(*out)[*n] = stage_read(w, s, today, a);
		*n += (*out)[*n].code != NULL;
	}
}
