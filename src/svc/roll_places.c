/* roll_places: which polling stations and villages a roll may name. */
#include "svc/roll_private.h"

typedef struct Codes {
	uint64_t *code;
	size_t n;
} Codes;

/* name: of the statement that gives them in order; digits: how many the wanted ones have. */
static bool
codes_read(Workspace *w, const char *name, size_t digits, Arena *a, Codes *out, Err *err)
{
	AUTO(Buf) all = {0};
	Stmt *s;
	bool row;
	if (!svc_stmt(w->db, &w->sql, name, &s, err))
		return false;
	for (;;) {
		int64_t code;
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		Str text = db_text(s, 0);
		if (text.n == digits && str_int(text, &code))
			buf_add(&all, (Str){(const char *)&code, sizeof code});
	}
	out->n = all.n / sizeof *out->code;
	out->code = NEW(a, uint64_t, out->n + 1);
	if (all.n)
		memcpy(out->code, all.p, all.n);
	return buf_check(&all, err);
}

bool
roll_places_read(Workspace *w, Arena *a, RollPlaces *out, Err *err)
{
	Codes village, station;
	if (!codes_read(w, "area_all", 10, a, &village, err) ||
		!codes_read(w, "tps_all", 13, a, &station, err))
		return false;
	*out = (RollPlaces){w->area, station.code, village.code, station.n, village.n};
	return true;
}

/* Where the code stands, or would. */
static size_t
place_of(const uint64_t *code, size_t n, uint64_t wanted)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (code[mid] < wanted)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
roll_place_known(const RollPlaces *p, uint64_t tps, Buf *why)
{
	char code[24];
	uint64_t village = tps / 1000;
	size_t v = place_of(p->village, p->n_villages, village),
		   s = place_of(p->station, p->n_stations, tps);
	snprintf(code, sizeof code, "%010llu", (unsigned long long)village);
	if (v == p->n_villages || p->village[v] != village) {
		bool inside = str_eq(p->area, S("0")) || str_starts(str_of(code), p->area);
		if (inside)
			buf_fmt(why, tr("there is no village with the code %s"), code);
		else
			buf_fmt(why, tr("village %s does not lie in the area of this workspace, %.*s"), code,
				STR(p->area));
		return false;
	}
	if (tps % 1000 == 0 || p->n_stations == 0 || (s < p->n_stations && p->station[s] == tps))
		return true;
	buf_fmt(why, tr("TPS %03d of village %s is not in the list of TPS"), (int)(tps % 1000), code);
	return false;
}
