/* synth_plan: which polling stations a made-up election has and how many voters each: the same from the same seed, anywhere. */
#include "svc/synth_private.h"

uint64_t
synth_draw(uint64_t seed, Str code, const char *purpose)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ seed * UINT64_C(0x9E3779B97F4A7C15);
	for (size_t i = 0; i < code.n; i++)
		h = (h ^ (unsigned char)code.p[i]) * UINT64_C(1099511628211);
	for (; *purpose; purpose++)
		h = (h ^ (unsigned char)*purpose) * UINT64_C(1099511628211);
	/* FNV leaves the high bits of short texts alike: stir. */
	h = (h ^ h >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	h = (h ^ h >> 27) * UINT64_C(0x94D049BB133111EB);
	return h ^ h >> 31;
}

/* ---- sharing and choosing ---- */

typedef struct Lot {
	uint64_t rank;
	size_t at;
} Lot;

static int
by_rank(const void *x, const void *y)
{
	const Lot *a = x, *b = y;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static void
lots_draw(const uint64_t *rank, Lot *lot, size_t n)
{
	for (size_t i = 0; i < n; i++)
		lot[i] = (Lot){rank[i], i};
	if (n > 1)
		qsort(lot, n, sizeof *lot, by_rank);
}

void
synth_choose(const uint64_t *rank, size_t n, size_t k, bool *chosen, Arena tmp)
{
	Lot *lot = NEW(&tmp, Lot, n);
	lots_draw(rank, lot, n);
	for (size_t i = 0; i < n; i++)
		chosen[lot[i].at] = i < k;
}

bool
synth_share(const SynthShare *s, uint32_t *share, Arena tmp)
{
	uint64_t sum = 0, given = 0, rest;
	uint64_t *rank = NEW(&tmp, uint64_t, s->n);
	Lot *lot = NEW(&tmp, Lot, s->n);
	for (size_t i = 0; i < s->n; i++)
		sum += s->weight[i];
	if (s->least * s->n > s->total || sum == 0)
		return false;
	rest = s->total - s->least * s->n;
	for (size_t i = 0; i < s->n; i++) {
		uint64_t part = rest * s->weight[i];
		share[i] = (uint32_t)(s->least + part / sum);
		rank[i] = sum - part % sum; /* the largest remainder first */
		given += share[i];
	}
	lots_draw(rank, lot, s->n);
	for (size_t i = 0; given < s->total; i++, given++)
		share[lot[i].at]++;
	return true;
}

/* ---- stations ---- */

/* The areas of a level below an area, or equal to it; out may be NULL. */
static size_t
areas_below(const Env *env, Str area, Level level, Str *out)
{
	Str rest = env_file(env, "areas.txt"), line, code, name;
	size_t n = 0;
	bool nation = str_eq(area, S("0"));
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (!str_cut(line, '\t', &code, &name) || (!nation && !str_starts(code, area))) {
			if (n && !nation)
				break; /* they stand in order */
			continue;
		}
		if (area_level(code) != level)
			continue;
		if (out)
			out[n] = code;
		n++;
	}
	return n;
}

uint64_t
synth_areas(const Env *env, Str area, Level level)
{
	return areas_below(env, area, level, NULL);
}

void
synth_plan_room(SynthPlan *p, size_t stations, Arena *a)
{
	p->station = NEW(a, SynthStation, stations);
	p->room = stations;
}

bool
synth_plan_stations(SynthPlan *p, const Env *env, const SynthWhere *where, Arena tmp, Err *err)
{
	size_t n = areas_below(env, where->area, LEVEL_VILLAGE, NULL);
	NEED(where->stations <= p->room - p->n);
	Str *village = NEW(&tmp, Str, n + 1);
	uint32_t *weight = NEW(&tmp, uint32_t, n + 1), *share = NEW(&tmp, uint32_t, n + 1);
	areas_below(env, where->area, LEVEL_VILLAGE, village);
	for (size_t i = 0; i < n; i++)
		weight[i] = 500 + (uint32_t)(synth_draw(p->seed, village[i], "size") % 1001);
	SynthShare s = {
		.total = where->stations, .least = where->stations >= n, .weight = weight, .n = n};
	if (!synth_share(&s, share, tmp))
		return err_set(err, E_INPUT, "'%.*s' has no villages to put %zu polling stations into",
			STR(where->area), where->stations);
	for (size_t i = 0; i < n; i++) {
		if (share[i] > 900)
			return err_set(err, E_LIMIT,
				"village '%.*s' would get %u polling stations, 900 at most", STR(village[i]),
				share[i]);
		for (uint32_t k = 1; k <= share[i]; k++) {
			SynthStation *st = &p->station[p->n++];
			snprintf(st->code, sizeof st->code, "%.*s%03u", STR(village[i]), k);
		}
	}
	return true;
}

/* The first station in the area or behind it; past: the first behind it. */
static size_t
first_from(const SynthPlan *p, Str area, bool past)
{
	size_t low = 0, high = p->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strncmp(p->station[mid].code, area.p, area.n);
		if (order < 0 || (past && order == 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

SynthRange
synth_range(const SynthPlan *p, Str area)
{
	return (SynthRange){first_from(p, area, false), first_from(p, area, true)};
}

/* ---- voters ---- */

bool
synth_plan_voters(SynthPlan *p, SynthRange range, const SynthVoters *v, Arena tmp, Err *err)
{
	size_t n = range.to - range.from;
	uint32_t *weight = NEW(&tmp, uint32_t, n + 1), *share = NEW(&tmp, uint32_t, n + 1);
	for (size_t i = 0; i < n; i++)
		weight[i] = 800 +
			(uint32_t)(synth_draw(p->seed, str_of(p->station[range.from + i].code), "voters") %
				401);
	SynthShare s = {.total = v->total, .weight = weight, .n = n};
	if (!synth_share(&s, share, tmp))
		return err_set(err, E_INPUT, "there is no polling station for %llu voters",
			(unsigned long long)v->total);
	for (size_t i = 0; i < n; i++) {
		SynthStation *st = &p->station[range.from + i];
		if (share[i] > v->limit)
			return err_set(err, E_INPUT,
				"polling station '%s' would get %u voters, %u at most: more stations, or fewer voters",
				st->code, share[i], v->limit);
		uint64_t men = 480 + synth_draw(p->seed, str_of(st->code), "men") % 47; /* of a thousand */
		st->male = (uint16_t)(share[i] * men / 1000);
		st->female = (uint16_t)(share[i] - st->male);
	}
	return true;
}
