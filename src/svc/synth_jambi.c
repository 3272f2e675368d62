/* synth_jambi: the demo province's polling stations and voters from the facts of demo-data/, and what is planted in them. */
#include "svc/synth_story.h"

typedef struct Facts {
	Synth *s;
	Story *t;
	uint64_t voters[16]; /* by course */
} Facts;

/* ---- facts ---- */

static bool
district_add(void *ctx, const CsvRow *row, Err *err)
{
	Facts *f = ctx;
	int64_t stations;
	Arena tmp = f->s->a;
	if (!synth_number(row, 1, &stations, err))
		return false;
	SynthWhere where = {row->cell[0], (size_t)stations};
	return synth_plan_stations(&f->s->plan, &f->s->env, &where, tmp, err);
}

static bool
regency_add(void *ctx, const CsvRow *row, Err *err)
{
	Facts *f = ctx;
	int64_t voters;
	Course *c = &f->t->course[f->t->n_courses];
	if (f->t->n_courses == sizeof f->t->course / sizeof *f->t->course)
		return err_set(err, E_LIMIT, "more rows than the demo has room for");
	if (!synth_number(row, 1, &voters, err))
		return false;
	*c = (Course){.code = arena_str(&f->s->a, row->cell[0])};
	c->range = synth_range(&f->s->plan, c->code);
	f->voters[f->t->n_courses++] = (uint64_t)voters;
	return true;
}

static bool
progress_add(void *ctx, const CsvRow *row, Err *err)
{
	Facts *f = ctx;
	Course *c = f->t->course;
	while (c < f->t->course + f->t->n_courses && !str_eq(c->code, row->cell[0]))
		c++;
	if (c == f->t->course + f->t->n_courses)
		return err_set(err, E_INPUT, "'%.*s' is no regency of the demo", STR(row->cell[0]));
	int *cell[] = {&c->packing_from, &c->packing_until, &c->late, &c->open, &c->kpps_short,
		&c->kpps_open, &c->trained_until, &c->untrained, &c->unhealthy, &c->guarded_until,
		&c->unguarded};
	for (size_t i = 0; i < sizeof cell / sizeof *cell; i++) {
		int64_t v;
		if (!synth_number(row, i + 1, &v, err))
			return false;
		*cell[i] = (int)v;
	}
	return true;
}

static bool
planted_add(void *ctx, const CsvRow *row, Err *err)
{
	Facts *f = ctx;
	int64_t value = 0, left = 0;
	Planted *p = &f->t->planted[f->t->n_planted];
	if (f->t->n_planted == sizeof f->t->planted / sizeof *f->t->planted)
		return err_set(err, E_LIMIT, "more rows than the demo has room for");
	if ((row->cell[3].n && !synth_number(row, 3, &value, err)) ||
		(row->cell[4].n && !synth_number(row, 4, &left, err)))
		return false;
	*p = (Planted){.kind = arena_str(&f->s->a, row->cell[0]),
		.area = arena_str(&f->s->a, row->cell[1]),
		.item = arena_str(&f->s->a, row->cell[2]),
		.value = (int)value,
		.left = (int)left};
	f->t->n_planted++;
	return true;
}

/* ---- what is planted in the plan itself ---- */

/* Marks k stations with a flag by lot: the country rather than the towns, and those of the flag `rather` first. */
static void
flag_some(SynthPlan *p, const Planted *what, unsigned flag, unsigned rather, Arena tmp)
{
	SynthRange r = synth_range(p, what->area);
	size_t n = r.to - r.from;
	uint64_t *rank = NEW(&tmp, uint64_t, n);
	bool *chosen = NEW(&tmp, bool, n);
	for (size_t i = 0; i < n; i++) {
		const SynthStation *st = &p->station[r.from + i];
		bool town = str_starts(str_of(st->code), S("157"));
		rank[i] = (synth_draw(p->seed, str_of(st->code), arena_cstr(&tmp, what->kind)) >> 5) *
			(town ? 8 : 1);
		if (rather && !(st->flags & rather))
			rank[i] |= UINT64_C(1) << 63;
	}
	synth_choose(rank, n, (size_t)what->value, chosen, tmp);
	for (size_t i = 0; i < n; i++)
		if (chosen[i])
			p->station[r.from + i].flags |= (uint8_t)flag;
}

/* More voters at one station, fewer at the others of its village: totals stay. */
static bool
overfill(SynthPlan *p, const Planted *what, Err *err)
{
	SynthRange village = synth_range(p, str_slice(what->area, 0, 10));
	SynthStation *st = NULL;
	for (size_t i = village.from; i < village.to; i++)
		if (str_eq(str_of(p->station[i].code), what->area))
			st = &p->station[i];
	for (size_t i = village.from; st && i < village.to && synth_total(st) < what->value; i++) {
		SynthStation *giver = &p->station[i];
		for (int k = 0; giver != st && k < 40 && synth_total(st) < what->value; k++) {
			uint16_t *from = k % 2 ? &giver->male : &giver->female,
					 *to = k % 2 ? &st->male : &st->female;
			--*from;
			++*to;
		}
	}
	return (st && synth_total(st) == what->value) ||
		err_set(err, E_BUG, "village of '%.*s' cannot give that many voters", STR(what->area));
}

/* A word that nobody understands would plant nothing, and nobody would know. */
static bool
kind_known(Str kind, Err *err)
{
	static const char *const known[] = {"silent", "no_roll", "misprint", "over", "open", "short",
		"no_shipment", "no_internet", "no_electricity", "hard_access"};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(kind, str_of(known[i])))
			return true;
	return err_set(err, E_BUG, "nobody knows how to plant '%.*s'", STR(kind));
}

static bool
plant(SynthPlan *p, const Planted *what, Arena tmp, Err *err)
{
	SynthRange r = synth_range(p, what->area);
	unsigned flag = str_eq(what->kind, S("silent")) ? SYNTH_SILENT
		: str_eq(what->kind, S("no_roll"))          ? SYNTH_NO_ROLL
													: 0;
	if (!kind_known(what->kind, err))
		return false;
	if (r.from == r.to)
		return err_set(err, E_BUG, "nothing lies in '%.*s'", STR(what->area));
	for (size_t i = r.from; i < r.to; i++) {
		p->station[i].flags |= (uint8_t)flag;
		if (str_eq(what->kind, S("misprint")))
			p->station[i].misprint = (int16_t)what->value;
	}
	if (str_eq(what->kind, S("no_internet")))
		flag_some(p, what, SYNTH_NO_INTERNET, 0, tmp);
	if (str_eq(what->kind, S("no_electricity")))
		flag_some(p, what, SYNTH_NO_POWER, SYNTH_NO_INTERNET, tmp);
	if (str_eq(what->kind, S("hard_access")))
		flag_some(p, what, SYNTH_HARD, SYNTH_NO_INTERNET, tmp);
	return !str_eq(what->kind, S("over")) || overfill(p, what, err);
}

bool
jambi_plan(Synth *s, Story *t, Err *err)
{
	Facts f = {s, t, {0}};
	SynthPlan *p = &s->plan;
	const PackNumber *limit = pack_limit(s->w.pack, S("voters_per_tps"));
	p->seed = 20241127;
	synth_plan_room(p, 6400, &s->a);
	if (!synth_facts(&s->env, "demo-data/districts.csv", district_add, &f, err) ||
		!synth_facts(&s->env, "demo-data/regencies.csv", regency_add, &f, err) ||
		!synth_facts(&s->env, "demo-data/progress.csv", progress_add, &f, err) ||
		!synth_facts(&s->env, "demo-data/planted.csv", planted_add, &f, err))
		return false;
	for (size_t i = 0; i < t->n_courses; i++) {
		SynthVoters v = {f.voters[i], limit ? (uint32_t)limit->value : 600};
		if (!synth_plan_voters(p, t->course[i].range, &v, s->a, err))
			return false;
	}
	for (size_t i = 0; i < t->n_planted; i++)
		if (!plant(p, &t->planted[i], s->a, err))
			return err_prefix(err, "demo-data/planted.csv: ");
	t->plan = p;
	t->pack = s->w.pack;
	return story_tell(t, &s->a, err);
}
