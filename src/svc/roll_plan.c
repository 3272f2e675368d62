/* roll_plan: how many rows a made-up roll has at each polling station of a workspace, so that its totals are those of the board. */
#include "svc/svc_private.h"

#include "roll/roll.h"

typedef struct Counted { /* by one version of the roll at one station */
	RollQuota station;
	int rank; /* of the version: the final one is 0 */
} Counted;
typedef struct Counting {
	const Dataset *d;
	size_t tps, version, male, female, total; /* columns */
	Counted *counted;
	size_t n, room;
} Counting;

static size_t
column(const Dataset *d, Str name)
{
	size_t i = 0;
	while (i < d->n_fields && !str_eq(d->field[i].name, name))
		i++;
	NEED(i < d->n_fields);
	return i;
}

/* -1: not known */
static int64_t
count_of(const Value *v)
{
	return v->kind == VALUE_INT ? v->i : -1;
}

static int
version_rank(Str version)
{
	return str_eq(version, S("final")) ? 0 : str_eq(version, S("revised")) ? 1 : 2;
}

/* The total goes before a sum that is not it; of what is not said by sex, men are 495 of 1,000. */
static bool
station_take(void *ctx, const RowView *r, Err *err)
{
	Counting *c = ctx;
	int64_t code, male = count_of(&r->v[c->male]), female = count_of(&r->v[c->female]),
				  total = count_of(&r->v[c->total]);
	if (male < 0 && female < 0 && total < 0)
		return true;
	if (total < 0)
		total = (male < 0 ? 0 : male) + (female < 0 ? 0 : female);
	if (female < 0 || female > total)
		female = male >= 0 && male <= total ? total - male : total - total * 495 / 1000;
	NEED(c->n < c->room && total <= UINT32_MAX);
	if (!str_int(r->v[c->tps].s, &code))
		return err_set(err, E_INPUT,
			"'%.*s' is no code of a polling station: 13 digits are expected", STR(r->v[c->tps].s));
	RollQuota at = {(uint64_t)code, (uint32_t)(total - female), (uint32_t)female};
	c->counted[c->n++] = (Counted){at, version_rank(r->v[c->version].s)};
	return true;
}

static int
by_code(const void *x, const void *y)
{
	const Counted *a = x, *b = y;
	if (a->station.code != b->station.code)
		return a->station.code < b->station.code ? -1 : 1;
	return a->rank - b->rank;
}

/* Of each station the version that is nearest to the final one. */
static void
stations_choose(Counting *c)
{
	size_t n = 0;
	qsort(c->counted, c->n, sizeof *c->counted, by_code);
	for (size_t i = 0; i < c->n; i++)
		if (n == 0 || c->counted[i].station.code != c->counted[n - 1].station.code)
			c->counted[n++] = c->counted[i];
	c->n = n;
}

/* ---- what the official total of a regency says about a station ---- */

typedef struct Official {
	const Workspace *w;
	size_t area, election, measure, value; /* columns */
	Counting *c;
} Official;

/* Where one station of a regency has no final count, the rest of the regency's total is its. */
static bool
official_take(void *ctx, const RowView *r, Err *err)
{
	Official *o = ctx;
	int64_t regency, left = count_of(&r->v[o->value]);
	Counted *open = NULL;
	size_t n_open = 0;
	(void)err;
	if (r->v[o->area].s.n != 4 || !str_int(r->v[o->area].s, &regency) ||
		!str_eq(r->v[o->measure].s, S("dpt")) ||
		!pack_code(o->w->pack, S("control"), r->v[o->election].s))
		return true;
	for (size_t i = 0; i < o->c->n; i++) {
		Counted *at = &o->c->counted[i];
		if (at->station.code / 1000000000 != (uint64_t)regency)
			continue;
		if (at->rank == 0) {
			left -= (int64_t)at->station.male + at->station.female;
			continue;
		}
		open = at;
		n_open++;
	}
	if (n_open == 1 && left > 0 && left <= ROLL_STATION_MOST) {
		uint32_t male = (uint32_t)(left * open->station.male /
			((int64_t)open->station.male + open->station.female + 1));
		open->station = (RollQuota){open->station.code, male, (uint32_t)left - male};
	}
	return true;
}

static bool
officials_read(Workspace *w, Counting *c, Err *err)
{
	const Dataset *d = catalog_dataset(&w->cat, S("control_total"));
	Official o = {.w = w, .c = c};
	RowList all = {.dataset = d, .max = 1};
	if (!d)
		return true;
	o.area = column(d, S("area"));
	o.election = column(d, S("election"));
	o.measure = column(d, S("measure"));
	o.value = column(d, S("value"));
	return rows_each(w, &all, official_take, &o, err);
}

bool
roll_plan_board(Workspace *w, Arena *a, RollPlan *out, Err *err)
{
	Counting c = {.d = catalog_dataset(&w->cat, S("roll_count"))};
	RowList all = {.dataset = c.d, .max = 1};
	uint64_t n = 0;
	if (c.d && !rows_number(w, c.d, S(""), UINT64_C(1) << 40, &n, err))
		return false;
	if (n == 0) {
		err_set(err, E_NOTFOUND, "the workspace has no counts of voters by polling station");
		return err_hint(
			err, "import them as roll_count first, or make up a roll of any size with --voters");
	}
	c.tps = column(c.d, S("tps"));
	c.version = column(c.d, S("version"));
	c.male = column(c.d, S("male"));
	c.female = column(c.d, S("female"));
	c.total = column(c.d, S("total"));
	c.room = (size_t)n;
	c.counted = NEW(a, Counted, c.room);
	if (!rows_each(w, &all, station_take, &c, err))
		return false;
	stations_choose(&c);
	if (!officials_read(w, &c, err))
		return false;
	*out = (RollPlan){NEW(a, RollQuota, c.n + 1), c.n};
	for (size_t i = 0; i < c.n; i++)
		out->station[i] = c.counted[i].station;
	return true;
}
