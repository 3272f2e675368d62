/* synth_story: who is late with what in the demo, decided once by lot, so that exactly as many are as the facts say. */
#include "svc/synth_story.h"

static uint64_t
draw(const Story *t, size_t station, const char *purpose)
{
	return synth_draw(t->plan->seed, str_of(t->plan->station[station].code), purpose);
}

/* The day of the i-th of n when work runs from a day to another, in order. */
static uint8_t
day_of(size_t i, size_t n, int from, int until)
{
	return (uint8_t)(from + (int)(i * (size_t)(until - from + 1) / n));
}

/* ---- logistics ---- */

/* What printers and makers are late with more often than others. */
static unsigned
lateness(const PackCode *item)
{
	if (str_eq(item->code, S("ballot_regent")))
		return 4;
	if (str_eq(item->code, S("braille_template")) || str_eq(item->code, S("form_set")))
		return 3;
	return str_eq(item->code, S("ballot_governor")) ? 2 : 1;
}

static bool
planted_open(const Story *t, const char *station, const PackCode *item)
{
	for (size_t i = 0; i < t->n_planted; i++) {
		const Planted *p = &t->planted[i];
		if (str_eq(p->kind, S("open")) && str_eq(p->area, str_of(station)) &&
			str_eq(p->item, item->code))
			return true;
	}
	return false;
}

/* The later something comes, the lower its rank: what never comes is chosen first. */
static void
goods_rank(const Story *t, const Course *c, uint64_t *rank)
{
	size_t at = 0;
	for (size_t s = c->range.from; s < c->range.to; s++)
		for (size_t i = 0; i < t->n_items; i++, at++) {
			const SynthStation *st = &t->plan->station[s];
			char purpose[64];
			snprintf(purpose, sizeof purpose, "late %.*s", STR(t->item[i]->code));
			rank[at] = (draw(t, s, purpose) >> 8) / lateness(t->item[i]);
			if (planted_open(t, st->code, t->item[i]))
				rank[at] = 0;
			if (st->flags & SYNTH_SILENT)
				rank[at] = UINT64_MAX;
		}
}

static void
goods_decide(Story *t, const Course *c, Arena tmp)
{
	size_t stations = c->range.to - c->range.from, n = stations * t->n_items, at = 0;
	uint64_t *rank = NEW(&tmp, uint64_t, n);
	bool *late = NEW(&tmp, bool, n), *open = NEW(&tmp, bool, n);
	int first = (c->packing_until > 14 ? c->packing_until : 14) + 1;
	goods_rank(t, c, rank);
	synth_choose(rank, n, n * (size_t)c->late / 1000, late, tmp);
	synth_choose(rank, n, n * (size_t)c->open / 1000, open, tmp);
	for (size_t s = c->range.from; s < c->range.to; s++) {
		t->seen[s] = t->plan->station[s].flags & SYNTH_SILENT
			? STORY_NEVER
			: day_of(s - c->range.from, stations, c->packing_from, c->packing_until);
		for (size_t i = 0; i < t->n_items; i++, at++) {
			uint8_t later =
				(uint8_t)(first + (int)(draw(t, s, "day") % (unsigned)(STORY_LAST - first + 1)));
			t->packed[s * t->n_items + i] = open[at] ? STORY_NEVER : late[at] ? later : t->seen[s];
		}
	}
}

/* Ballots found damaged in a regency: the first `left` stations by lot go without, the others get theirs on the 19th. */
static void
holes_decide(Story *t, const Planted *p, Arena tmp)
{
	SynthRange r = synth_range(t->plan, p->area);
	size_t n = r.to - r.from;
	uint64_t *rank = NEW(&tmp, uint64_t, n);
	bool *damaged = NEW(&tmp, bool, n), *left = NEW(&tmp, bool, n);
	for (size_t i = 0; i < t->n_items; i++)
		if (str_eq(t->item[i]->code, p->item))
			t->hole_item = i;
	for (size_t i = 0; i < n; i++) {
		bool whole = t->packed[(r.from + i) * t->n_items + t->hole_item] == t->seen[r.from + i] &&
			t->seen[r.from + i] != STORY_NEVER;
		rank[i] = whole ? draw(t, r.from + i, "damaged") >> 1 : UINT64_MAX;
	}
	synth_choose(rank, n, (size_t)p->value, damaged, tmp);
	synth_choose(rank, n, (size_t)p->left, left, tmp);
	for (size_t i = 0; i < n; i++)
		t->hole[r.from + i] = left[i] ? STORY_NEVER : damaged[i] ? 19 : 0;
}

enum { HOLE_BALLOTS = 50 };

bool
story_goods(const Story *t, size_t station, size_t item, int day, SynthGoods *out)
{
	const PackCode *i = t->item[item];
	int64_t owed = synth_owed(t->pack, i, &t->plan->station[station]), lack = 0;
	*out = (SynthGoods){.item = i->code, .sent = -1, .received = -1, .note = ""};
	if (day < t->seen[station])
		return false;
	if (day < t->packed[station * t->n_items + item]) {
		/* Of ballots some are missing, of other things all. */
		lack = str_eq(i->rule, S("pct_of_roll")) ? 20 + (int64_t)(draw(t, station, "lack") % 60)
												 : owed;
		out->note = lack == owed ? "belum datang" : "sisanya belum datang";
	} else if (item == t->hole_item && day >= STORY_FOUND && day < t->hole[station]) {
		lack = HOLE_BALLOTS;
		out->note = "rusak; pengganti sudah dipesan";
	}
	out->packed = owed - lack;
	return true;
}

/* ---- officers ---- */

typedef struct Choice { /* so many permille of a course's stations */
	const char *purpose;
	int permille;
} Choice;

static void
choose(const Story *t, const Course *c, Choice what, bool *chosen, Arena tmp)
{
	size_t n = c->range.to - c->range.from;
	uint64_t *rank = NEW(&tmp, uint64_t, n);
	for (size_t i = 0; i < n; i++)
		rank[i] = draw(t, c->range.from + i, what.purpose);
	synth_choose(rank, n, n * (size_t)what.permille / 1000, chosen, tmp);
}

static void
officers_decide(Story *t, const Course *c, Arena tmp)
{
	size_t n = c->range.to - c->range.from;
	bool *vacant = NEW(&tmp, bool, n), *open = NEW(&tmp, bool, n), *untrained = NEW(&tmp, bool, n),
		 *unhealthy = NEW(&tmp, bool, n);
	choose(t, c, (Choice){"vacant", c->kpps_short}, vacant, tmp);
	choose(t, c, (Choice){"vacant", c->kpps_open}, open, tmp);
	choose(t, c, (Choice){"untrained", c->untrained}, untrained, tmp);
	choose(t, c, (Choice){"unhealthy", c->unhealthy}, unhealthy, tmp);
	for (size_t i = 0; i < n; i++) {
		size_t s = c->range.from + i;
		unsigned day = (unsigned)draw(t, s, "training") % (unsigned)(c->trained_until - STORY_OATH);
		bool silent = t->plan->station[s].flags & SYNTH_SILENT;
		t->officers[s] =
			(Officers){.filled = silent ? STORY_NEVER : day_of(i, n, STORY_FIRST, STORY_OATH - 1),
				.mended = open[i] ? STORY_NEVER : (uint8_t)(9 + draw(t, s, "mended") % 11),
				.trained = (uint8_t)(STORY_OATH + 1 + day),
				.vacant = vacant[i] ? (uint8_t)(1 + draw(t, s, "vacant") % 2) : 0,
				.untrained = untrained[i] ? (uint8_t)(3 + draw(t, s, "untrained") % 5) : 0,
				.unhealthy = unhealthy[i]};
	}
}

bool
story_officers(const Story *t, size_t station, size_t role, int day, SynthOfficers *out)
{
	const Officers *o = &t->officers[station];
	const PackCode *r = t->role[role];
	bool kpps = str_eq(r->code, S("kpps"));
	*out = (SynthOfficers){
		.role = r->code, .filled = r->amount, .sworn_in = -1, .trained = -1, .healthy = -1};
	if (day < o->filled)
		return false;
	if (kpps && day < o->mended)
		out->filled -= o->vacant;
	if (day >= STORY_OATH)
		out->sworn_in = out->filled;
	if (day >= o->trained) {
		int64_t left_out = kpps ? o->untrained : 0;
		out->trained = out->filled > left_out ? out->filled - left_out : 0;
		out->healthy = out->filled - (kpps ? o->unhealthy : 0);
	}
	return true;
}

/* ---- security ---- */

static void
guard_decide(Story *t, const Course *c, Arena tmp)
{
	size_t n = c->range.to - c->range.from;
	bool *gap = NEW(&tmp, bool, n);
	choose(t, c, (Choice){"unguarded", c->unguarded}, gap, tmp);
	for (size_t i = 0; i < n; i++) {
		size_t s = c->range.from + i;
		bool silent = t->plan->station[s].flags & SYNTH_SILENT;
		t->guarded[s] = silent ? STORY_NEVER : day_of(i, n, 8, c->guarded_until);
		t->guard_gap[s] = gap[i] ? (uint8_t)(1 + draw(t, s, "gap") % 2) : 0;
	}
}

bool
story_guard(const Story *t, size_t station, int day, SynthGuard *out)
{
	unsigned lot = (unsigned)draw(t, station, "category") % 100;
	const PackCode *c = t->category[lot < 83 ? 0 : lot < 96 ? 1 : 2];
	*out = (SynthGuard){.category = c->code, .police = synth_police(c), .linmas = 2};
	if (t->guard_gap[station] == 1)
		out->police = 0;
	if (t->guard_gap[station] == 2)
		out->linmas = 1;
	return day >= t->guarded[station];
}

/* ---- all of it ---- */

bool
story_tell(Story *t, Arena *a, Err *err)
{
	size_t n = t->plan->n, most = sizeof t->item / sizeof *t->item;
	t->n_items = synth_items(t->pack, t->item, most);
	t->n_roles = synth_codes(t->pack, "officer", t->role, sizeof t->role / sizeof *t->role);
	t->n_categories = synth_codes(
		t->pack, "security_category", t->category, sizeof t->category / sizeof *t->category);
	if (!t->n_items || t->n_categories < 3)
		return err_set(err, E_INPUT,
			"rule pack '%.*s' has no logistics or too few security categories", STR(t->pack->name));
	t->seen = NEW(a, uint8_t, n);
	t->packed = NEW(a, uint8_t, n * t->n_items);
	t->hole = NEW(a, uint8_t, n);
	t->officers = NEW(a, Officers, n);
	t->guarded = NEW(a, uint8_t, n);
	t->guard_gap = NEW(a, uint8_t, n);
	for (size_t i = 0; i < t->n_courses; i++) {
		goods_decide(t, &t->course[i], *a);
		officers_decide(t, &t->course[i], *a);
		guard_decide(t, &t->course[i], *a);
	}
	for (size_t i = 0; i < t->n_planted; i++)
		if (str_eq(t->planted[i].kind, S("short")))
			holes_decide(t, &t->planted[i], *a);
	return true;
}
