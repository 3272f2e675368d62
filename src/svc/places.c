/* places: whether an area or TPS exists in this workspace, and what was meant when it does not; names of areas. */
#include "svc/svc_private.h"

bool
places_open(Workspace *w, Db *db, const Map *pending, Places *out, Err *err)
{
	*out = (Places){.w = w, .db = db, .pending = pending};
	/* A catalog without area_alias simply has no old codes to suggest from. */
	if (catalog_dataset(&w->cat, S("area_alias")) &&
		!svc_stmt(db, &w->sql, "alias_get", &out->alias, err))
		return false;
	return svc_stmt(db, &w->sql, "area_get", &out->area, err) &&
		svc_stmt(db, &w->sql, "tps_get", &out->tps, err) &&
		svc_stmt(db, &w->sql, "tps_from", &out->tps_from, err);
}

static bool
exists(Stmt *s, Str code, bool *yes, Err *err)
{
	db_bind_text(s, 1, code);
	if (!db_step(s, yes, err))
		return false;
	db_reset(s);
	return true;
}

static bool
ahead_holds(Places *p, Str code)
{
	size_t lo = 0, hi = p->n_ahead;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = str_cmp(str_of(p->ahead[mid]), code);
		if (order == 0)
			return ++p->used;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* Reads TPS from this one on: in a file sorted by code the next ones will be asked for. */
static bool
ahead_read(Places *p, Str code, Err *err)
{
	size_t most = 2 * p->used + 1;
	bool row = true;
	most = most < PLACES_AHEAD ? most : PLACES_AHEAD;
	p->n_ahead = p->used = 0;
	db_bind_text(p->tps_from, 1, code);
	db_set_int(p->tps_from, "most", (int64_t)most);
	while (row && p->n_ahead < most) {
		if (!db_step(p->tps_from, &row, err))
			return false;
		Str tps = row ? db_text(p->tps_from, 0) : (Str){0};
		if (row && tps.n < sizeof *p->ahead)
			snprintf(p->ahead[p->n_ahead++], sizeof *p->ahead, "%.*s", STR(tps));
	}
	db_reset(p->tps_from);
	return true;
}

static bool
tps_exists(Places *p, Str code, bool *yes, Err *err)
{
	if (!p->ahead)
		return exists(p->tps, code, yes, err);
	*yes = ahead_holds(p, code);
	if (*yes)
		return true;
	if (!ahead_read(p, code, err))
		return false;
	*yes = ahead_holds(p, code);
	return true;
}

static bool
area_exists(Places *p, Str code, bool *yes, Err *err)
{
	*yes = str_eq(str_of(p->last_area), code);
	if (*yes)
		return true;
	if (!exists(p->area, code, yes, err))
		return false;
	if (*yes && code.n < sizeof p->last_area)
		snprintf(p->last_area, sizeof p->last_area, "%.*s", STR(code));
	return true;
}

/* The code that an old one became: tries the code itself, then its village. */
static bool
alias_of(Places *p, Str code, char now[16], char change[16], bool *found, Err *err)
{
	*found = false;
	for (int turn = 0; turn < 2 && p->alias && !*found; turn++) {
		Str old = turn == 0 ? code : area_lift(code, LEVEL_VILLAGE);
		db_bind_text(p->alias, 1, old);
		if (!db_step(p->alias, found, err))
			return false;
		if (!*found)
			continue;
		Str to = db_text(p->alias, 0);
		snprintf(now, 16, "%.*s%.*s", STR(to), turn == 1 && to.n == 10 ? 3 : 0,
			code.n == 13 ? code.p + 10 : "");
		snprintf(change, 16, "%.*s", STR(db_text(p->alias, 1)));
		db_reset(p->alias);
	}
	return true;
}

static bool
unknown_area(Places *p, Str code, Str part, Err *err)
{
	char now[16], change[16];
	bool found;
	if (!alias_of(p, code, now, change, &found, err))
		return false;
	if (found) {
		err_set(err, E_INPUT,
			"'%.*s' is not an area of this workspace any more: it is now '%s' (%s)", STR(code), now,
			tr(change));
		return err_hint(err, "write the new code");
	}
	if (!str_eq(p->w->area, S("0")) && !str_starts(code, p->w->area))
		return err_set(err, E_INPUT,
			"'%.*s' lies outside this workspace: its codes start with %.*s", STR(code),
			STR(p->w->area));
	/* The longest known ancestor says which part of the code is wrong. */
	static const Level up[] = {LEVEL_DISTRICT, LEVEL_REGENCY, LEVEL_PROVINCE};
	for (size_t i = 0; i < 3; i++) {
		Str above = area_lift(part, up[i]);
		bool yes;
		if (above.n >= part.n || above.n < p->w->area.n)
			continue;
		if (!exists(p->area, above, &yes, err))
			return false;
		if (yes)
			return err_set(err, E_INPUT,
				"'%.*s' is not an area code: '%.*s' exists, but no '%.*s' in it", STR(code),
				STR(above), STR(str_slice(part, above.n, part.n)));
	}
	return err_set(
		err, E_INPUT, "'%.*s' is not an area code: look the area up by its name", STR(code));
}

static bool
unknown_tps(Places *p, Str code, Err *err)
{
	Str village = area_lift(code, LEVEL_VILLAGE);
	bool yes;
	if (!exists(p->area, village, &yes, err))
		return false;
	if (!yes)
		return unknown_area(p, code, village, err);
	char now[16], change[16];
	bool found;
	if (!alias_of(p, code, now, change, &found, err))
		return false;
	err_set(err, E_INPUT, "'%.*s' is not in the list of TPS", STR(code));
	if (found) /* the village lives on, but a part of it has another code */
		return err_hint(err, "is it now '%s' (%s)?", now, tr(change));
	return err_hint(err, "add it to that list first, or check the last three digits");
}

bool
places_check(Places *p, const Dataset *d, Str code, Err *err)
{
	if (code.n == p->last_n && memcmp(code.p, p->last, code.n) == 0)
		return true;
	bool yes, is_tps = area_level(code) == LEVEL_TPS, listing = str_eq(d->name, S("tps"));
	if (is_tps && !listing) {
		uint64_t adds = 0;
		yes = p->pending && map_get(p->pending, code, &adds) && adds;
		if (!yes && !tps_exists(p, code, &yes, err))
			return false;
		if (!yes)
			return unknown_tps(p, code, err);
	} else {
		Str place = is_tps ? area_lift(code, LEVEL_VILLAGE) : code;
		if (!area_exists(p, place, &yes, err))
			return false;
		if (!yes)
			return unknown_area(p, code, place, err);
	}
	NEED(code.n < sizeof p->last);
	memcpy(p->last, code.p, code.n);
	p->last_n = code.n;
	return true;
}

Str
area_name(Workspace *w, Str code, Arena *a)
{
	Stmt *s;
	bool row;
	Str name = {0};
	if (code.n == 13)
		return arena_fmt(a, "TPS %.*s", STR(str_slice(code, 10, 13)));
	if (!svc_stmt(w->db, &w->sql, "area_get", &s, &w->unread))
		return name;
	db_bind_text(s, 1, code);
	if (db_step(s, &row, &w->unread) && row) {
		name = arena_str(a, db_text(s, 0));
		db_reset(s);
	}
	return name;
}

/* Name search for area_resolve: whole name first, then a part, case folded. */
static bool
resolve_name(Workspace *w, Str text, Arena *a, Str *code, Err *err)
{
	Stmt *s;
	bool row, part_found = false;
	Str want = utf8_fold(a, text);
	AUTO(Buf) list = {.max = 400};
	size_t whole = 0, parts = 0, at;
	if (!svc_stmt(w->db, &w->sql, "area_range", &s, err))
		return false;
	db_set_text(s, "lo", S(""));
	db_set_text(s, "hi", S(":"));
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		Arena tmp = *a;
		Str folded = utf8_fold(&tmp, db_text(s, 1));
		bool is_whole = str_eq(folded, want) ||
			(str_ends(folded, want) && str_find(folded, want, &at) &&
				(str_eq(str_slice(folded, 0, at), S("kabupaten ")) ||
					str_eq(str_slice(folded, 0, at), S("kota "))));
		if (!is_whole && !str_find(folded, want, &at))
			continue;
		if ((is_whole && whole++ == 0) || (!is_whole && parts++ == 0 && whole == 0)) {
			*code =
				(Str){memcpy(NEW(a, char, 16), db_text(s, 0).p, db_text(s, 0).n), db_text(s, 0).n};
			part_found = true;
		}
		if (whole + parts <= 8)
			buf_fmt(
				&list, "%s%.*s %.*s", list.n ? ", " : "", STR(db_text(s, 0)), STR(db_text(s, 1)));
	}
	if (whole == 1 || (whole == 0 && parts == 1))
		return true;
	if (!part_found)
		return err_set(err, E_NOTFOUND,
			"there is no area '%.*s' in this workspace; 'siap areas NAME' searches", STR(text));
	return err_set(err, E_INPUT, "'%.*s' fits %zu areas; give a code: %.*s%s", STR(text),
		whole ? whole : parts, (int)list.n, list.p, whole + parts > 8 ? ", ..." : "");
}

bool
area_resolve(Workspace *w, Str text, Arena *a, Str *code, Err *err)
{
	text = str_trim(text);
	char *digits = NEW(a, char, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '.')
			digits[n++] = text.p[i];
	Str plain = {digits, n};
	if (!str_is_digits(plain))
		return text.n ? resolve_name(w, text, a, code, err)
					  : err_set(err, E_INPUT, "an area is a code or a name");
	Places p;
	*code = plain;
	bool yes;
	if (!places_open(w, w->db, NULL, &p, err) ||
		!exists(plain.n == 13 ? p.tps : p.area, plain, &yes, err))
		return false;
	if (yes)
		return true;
	unknown_area(&p, plain, plain.n == 13 ? area_lift(plain, LEVEL_VILLAGE) : plain, err);
	if (plain.n == 13)
		err_set(err, E_NOTFOUND, "TPS '%.*s' is not in the list of TPS", STR(plain));
	if (err)
		err->code = E_NOTFOUND;
	return false;
}
