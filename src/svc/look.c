/* look: small questions to a workspace: when was an event, which areas have this in their name. */
#include "svc/svc_private.h"

int64_t
workspace_event_time(Workspace *w, int64_t event)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(w->db, &w->sql, "event_at", &s, &w->unread))
		return 0;
	db_set_int(s, "seq", event);
	int64_t at = db_step(s, &row, &w->unread) && row ? db_int(s, 0) : 0;
	db_reset(s);
	return at;
}

typedef struct Search {
	AreaSearch *s;
	Str digits, folded;
	Arena *a;
	size_t cap;
	char
		above[LEVEL_TPS]
			 [100]; /* the names last seen at each level: areas come in code order, parents first */
} Search;

static Str
within(const Search *x, Level level)
{
	AUTO(Buf) b = {0};
	for (int l = (int)level - 1; l >= LEVEL_REGENCY; l--)
		if (x->above[l][0])
			buf_fmt(&b, "%s%s", b.n ? ", " : "", x->above[l]);
	return b.n ? arena_str(x->a, buf_str(&b)) : (Str){0};
}

static void
search_see(Search *x, Str code, Str name, Arena tmp)
{
	AreaSearch *s = x->s;
	size_t at;
	Level level = area_level(code);
	snprintf(x->above[level], sizeof x->above[level], "%.*s", STR(name));
	for (int l = (int)level + 1; l < LEVEL_TPS; l++)
		x->above[l][0] = '\0';
	bool hit = x->digits.n ? str_starts(code, x->digits)
						   : x->folded.n == 0 || str_find(utf8_fold(&tmp, name), x->folded, &at);
	if (!hit || ++s->total > s->max)
		return;
	if (s->n == x->cap) {
		size_t cap = x->cap ? 2 * x->cap : 64;
		Area *more = NEW(x->a, Area, cap);
		if (s->n)
			memcpy(more, s->area, s->n * sizeof *more);
		s->area = more;
		x->cap = cap;
	}
	s->area[s->n++] = (Area){arena_str(x->a, code), arena_str(x->a, name), within(x, level)};
}

static bool
see_workspace(Search *s, Workspace *w, Arena tmp, Err *err)
{
	Stmt *range;
	bool row;
	if (!svc_stmt(w->db, &w->sql, "area_range", &range, err))
		return false;
	db_set_text(range, "lo", S(""));
	db_set_text(range, "hi", S(":"));
	for (;;) {
		if (!db_step(range, &row, err))
			return false;
		if (!row)
			return true;
		search_see(s, db_text(range, 0), db_text(range, 1), tmp);
	}
}

static void
see_embedded(Search *s, const Env *env, Arena tmp)
{
	Str rest = env_file(env, "areas.txt"), line, code, name;
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (str_cut(line, '\t', &code, &name))
			search_see(s, code, name, tmp);
	}
}

/* "15.71" and "1571" are codes, anything with another character is part of a name. */
static Str
digits_of(Str text, Arena *a)
{
	char *out = NEW(a, char, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] >= '0' && text.p[i] <= '9')
			out[n++] = text.p[i];
		else if (text.p[i] != '.')
			return (Str){0};
	}
	return (Str){out, n};
}

bool
areas_find(const Env *env, Workspace *w, AreaSearch *search, Arena *a, Err *err)
{
	AUTO(Arena) tmp = {0};
	if (!arena_open(&tmp, SIZE_MB, err))
		return false;
	Str text = str_trim(search->text);
	Search s = {.s = search, .digits = digits_of(text, a), .folded = utf8_fold(a, text), .a = a};
	search->n = 0;
	search->total = 0;
	if (w)
		return see_workspace(&s, w, tmp, err);
	see_embedded(&s, env, tmp);
	return true;
}
