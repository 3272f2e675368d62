/* synth_nation: an election of any size over any area, mostly complete, the same from the same seed: for tests and measurements. */
#include "svc/synth_private.h"

enum { STATIONS_PER_FILE = 50000, CLOCK_HOUR = 13 };

typedef struct Nation {
	Synth s;
	const Simulation *what;
	uint64_t stations, voters; /* of the nation, by demo-data/nation.csv */
	bool known;
	const PackCode *item[32], *goods[64], *role[8],
		*category[8]; /* item: of stations; goods: all */
	size_t n_items, n_goods, n_roles, n_categories;
} Nation;

/* ---- the plan ---- */

static bool
nation_read(void *ctx, const CsvRow *row, Err *err)
{
	Nation *n = ctx;
	int64_t stations, voters;
	if (!str_eq(row->cell[0], n->what->pack))
		return true;
	if (!synth_number(row, 1, &stations, err) || !synth_number(row, 2, &voters, err))
		return false;
	n->stations = (uint64_t)stations;
	n->voters = (uint64_t)voters;
	n->known = true;
	return true;
}

/* Without a number, an area has its share of the nation's stations by villages. */
static bool
stations_decide(const Nation *n, uint64_t *stations, Err *err)
{
	*stations = (uint64_t)n->what->stations;
	if (*stations)
		return true;
	if (!n->known)
		return err_set(err, E_INPUT, "how many polling stations '%.*s' has is not known: say it",
			STR(n->what->pack));
	uint64_t all = synth_areas(&n->s.env, S("0"), LEVEL_VILLAGE),
			 here = synth_areas(&n->s.env, n->what->area, LEVEL_VILLAGE);
	*stations = (n->stations * here + all - 1) / all;
	return true;
}

static bool
plan_make(Nation *n, Err *err)
{
	Synth *s = &n->s;
	const PackNumber *limit = pack_limit(s->w.pack, S("voters_per_tps"));
	uint64_t stations;
	if (!synth_facts(&s->env, "demo-data/nation.csv", nation_read, n, err) ||
		!stations_decide(n, &stations, err))
		return false;
	s->plan.seed = n->what->seed;
	synth_plan_room(&s->plan, stations, &s->a);
	SynthWhere where = {n->what->area, stations};
	SynthVoters v = {.limit = limit ? (uint32_t)limit->value : UINT16_MAX};
	v.total = n->known ? n->voters * stations / n->stations : stations * v.limit * 3 / 4;
	n->n_items = synth_items(s->w.pack, n->item, 32);
	n->n_goods = synth_codes(s->w.pack, "logistics", n->goods, 64);
	n->n_roles = synth_codes(s->w.pack, "officer", n->role, 8);
	n->n_categories = synth_codes(s->w.pack, "security_category", n->category, 8);
	s->expected = stations * (2 + n->n_items + n->n_roles + (n->n_categories > 0));
	return synth_plan_stations(&s->plan, &s->env, &where, s->a, err) &&
		synth_plan_voters(&s->plan, (SynthRange){0, s->plan.n}, &v, s->a, err);
}

/* ---- rows ---- */

/* Is this one of those that are complete? */
static bool
filled(const Nation *n, const SynthStation *st, const char *what)
{
	return synth_draw(n->s.plan.seed, str_of(st->code), what) % 100 < (uint64_t)n->what->fill;
}

static void
tps_lines(Nation *n, const SynthStation *st)
{
	synth_tps_row(&n->s, st);
}

static void
roll_lines(Nation *n, const SynthStation *st)
{
	synth_roll_row(&n->s, st, "final", "");
}

static void
delivery_lines(Nation *n, const SynthStation *st)
{
	for (size_t i = 0; i < n->n_items; i++) {
		char what[64];
		snprintf(what, sizeof what, "item %.*s", STR(n->item[i]->code));
		int64_t owed = synth_owed(n->s.w.pack, n->item[i], st),
				have = filled(n, st, what) ? owed : owed / 2;
		SynthGoods g = {n->item[i]->code, have, have, have, ""};
		synth_delivery_row(&n->s, st, &g);
	}
}

static void
officer_lines(Nation *n, const SynthStation *st)
{
	for (size_t i = 0; i < n->n_roles; i++) {
		int64_t all = n->role[i]->amount;
		int64_t have = i > 0 || filled(n, st, "officers") ? all : all - 1,
				able = i > 0 || filled(n, st, "training") ? have : have - 1;
		SynthOfficers o = {n->role[i]->code, have, have, able, able};
		synth_officer_row(&n->s, st, &o);
	}
}

static void
security_lines(Nation *n, const SynthStation *st)
{
	uint64_t lot = synth_draw(n->s.plan.seed, str_of(st->code), "category") % 100;
	const PackCode *c = n->category[lot < 85 || n->n_categories < 2 ? 0 : 1];
	SynthGuard g = {c->code, synth_police(c), filled(n, st, "security") ? 2 : 1};
	synth_security_row(&n->s, st, &g);
}

/* Once for each regency. */
static void
signoff_lines(Nation *n, Str regency)
{
	synth_signoff_row(&n->s, regency, synth_range(&n->s.plan, regency), "SK 1/2024,2024-09-20,KPU");
}

static void
shipment_lines(Nation *n, Str regency)
{
	for (size_t i = 0; i < n->n_goods; i++)
		synth_shipment_row(&n->s, n->goods[i], regency);
}

static void
unit_lines(Nation *n, Str regency)
{
	buf_fmt(&n->s.line, "%.*s,Polres %.*s", STR(regency), STR(regency));
	synth_line(&n->s);
}

/* As many police as there are stations are enough for every pattern but the tightest. */
static void
force_lines(Nation *n, Str regency)
{
	SynthRange r = synth_range(&n->s.plan, regency);
	size_t stations = r.to - r.from;
	buf_fmt(
		&n->s.line, "%.*s,Polres %.*s,%zu,%zu", STR(regency), STR(regency), 2 * stations, stations);
	synth_line(&n->s);
}

typedef struct Kind {
	const char *dataset;
	const char *const *header;
	void (*station)(Nation *n, const SynthStation *st);
	void (*regency)(Nation *n, Str regency); /* when not NULL: instead */
} Kind;

static bool
regencies_fill(Nation *n, const Kind *k, Err *err)
{
	Synth *s = &n->s;
	if (!synth_file_begin(s, k->dataset, *k->header, err))
		return false;
	for (size_t i = 0; i < s->plan.n;) {
		Str regency = {s->plan.station[i].code, 4};
		k->regency(n, regency);
		i = synth_range(&s->plan, regency).to;
	}
	return synth_file_take(s, S("simulate"), err);
}

/* The list of stations in one file: a board that learns of new ones begins anew. Others in parts, so that memory does not grow
 * with the nation. */
static bool
stations_fill(Nation *n, const Kind *k, Err *err)
{
	Synth *s = &n->s;
	size_t part = k->station == tps_lines ? s->plan.n : STATIONS_PER_FILE;
	for (size_t from = 0; from < s->plan.n; from += part) {
		if (!synth_file_begin(s, k->dataset, *k->header, err))
			return false;
		for (size_t i = from; i < s->plan.n && i < from + part; i++)
			k->station(n, &s->plan.station[i]);
		if (!synth_file_take(s, S("simulate"), err))
			return false;
	}
	return true;
}

/* An afternoon, the day before the poll. */
static bool
clock_decide(const Nation *n, int64_t *at, Err *err)
{
	int32_t day;
	if (!date_parse(n->s.w.pack->poll, &day))
		return err_set(err, E_BUG, "'%.*s' has no polling day", STR(n->what->pack));
	*at = (day - 1) * INT64_C(86400000) + CLOCK_HOUR * INT64_C(3600000) -
		area_zone(n->s.w.area) * INT64_C(60000);
	return true;
}

static bool
nation_fill(Nation *n, Err *err)
{
	static const char *const units = "area,unit", *const forces = "area,unit,personnel,at_stations";
	static const Kind kinds[] = {{"tps", &SYNTH_TPS_HEADER, tps_lines, NULL},
		{"roll_count", &SYNTH_ROLL_HEADER, roll_lines, NULL},
		{"delivery", &SYNTH_DELIVERY_HEADER, delivery_lines, NULL},
		{"officer_count", &SYNTH_OFFICER_HEADER, officer_lines, NULL},
		{"security_count", &SYNTH_SECURITY_HEADER, security_lines, NULL},
		{"roll_signoff", &SYNTH_SIGNOFF_HEADER, NULL, signoff_lines},
		{"shipment", &SYNTH_SHIPMENT_HEADER, NULL, shipment_lines},
		{"unit_area", &units, NULL, unit_lines}, {"police_force", &forces, NULL, force_lines}};
	/* A part of a regency has none of its papers. */
	bool whole = area_level(n->what->area) <= LEVEL_REGENCY, ok = true;
	int64_t at = 0;
	if (!clock_decide(n, &at, err))
		return false;
	clock_set(&n->s.w, at);
	for (size_t i = 0; ok && i < sizeof kinds / sizeof *kinds; i++) {
		const Kind *k = &kinds[i];
		n->s.phase = str_of(k->dataset);
		if (k->regency)
			ok = !whole || regencies_fill(n, k, err);
		else
			ok = (k->station == security_lines && n->n_categories == 0) || stations_fill(n, k, err);
	}
	return ok && gate_clock(n->s.gate, at, err) && synth_day_end(&n->s, err);
}

bool
simulation_make(const Env *env, const Simulation *what, SynthReport *out, Err *err)
{
	AUTO(Arena) mem = {0};
	if (!arena_open(&mem, SIZE_MB, err))
		return false;
	Nation *n = NEW(&mem, Nation, 1);
	n->what = what;
	SynthNew workspace = {what->dir, what->store, what->pack, what->area};
	bool ok = synth_begin(&n->s, env, &workspace, &what->watch, err) && plan_make(n, err) &&
		nation_fill(n, err);
	return synth_end(&n->s, ok, out, err);
}
