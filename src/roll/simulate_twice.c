/* simulate_twice: second rows of people, by the kinds of doc/roll-errors.md. Who they are is drawn so that no two second rows choose one person,
 * but where a third row is meant. */
#include "roll/simulate_private.h"

const int twice_share[TWICE_KINDS] = {
	[TWICE_SAME_ROW] = 30,
	[TWICE_MOVED] = 25,
	[TWICE_MOVED_TYPED] = 10,
	[TWICE_NEW_NIK] = 12,
	[TWICE_NO_NIK] = 8,
	[TWICE_SPELLING] = 10,
	[TWICE_HUSBAND] = 5,
};
/* Of 100 of a kind: whose first row is in the same village, in another of the district, in another district of the regency, further. */
static const uint8_t source_share[TWICE_KINDS][SOURCES] = {
	[TWICE_SAME_ROW] = {100, 0, 0, 0},
	[TWICE_MOVED] = {0, 50, 30, 20},
	[TWICE_MOVED_TYPED] = {0, 50, 30, 20},
	[TWICE_NEW_NIK] = {40, 30, 20, 10},
	[TWICE_NO_NIK] = {90, 10, 0, 0},
	[TWICE_SPELLING] = {80, 20, 0, 0},
	[TWICE_HUSBAND] = {80, 20, 0, 0},
};
enum { THIRD = 2000 }; /* of 100,000 second rows: their person has another second row */

void
twices_begin(Twices *t)
{
	*t = (Twices){.village = UINT32_MAX};
	for (int i = 0; i < SOURCES; i++)
		t->last[i][0] = t->last[i][1] = -1;
}

/* ---- whose row ---- */

static Twice
kind_draw(Dice *d)
{
	uint32_t r = dice_below(d, 100);
	int k = 0;
	for (; k + 1 < TWICE_KINDS && r >= (uint32_t)twice_share[k]; k++)
		r -= (uint32_t)twice_share[k];
	return (Twice)k;
}

static int
source_draw(Twice kind, Dice *d)
{
	uint32_t r = dice_below(d, 100);
	int k = 0;
	for (; k + 1 < SOURCES && r >= source_share[kind][k]; k++)
		r -= source_share[kind][k];
	return k;
}

typedef struct Pool { /* people [from, from + n) of a district, in an order of its own */
	const People *people;
	uint32_t from, n;
	int source;
	uint32_t not_in; /* a village, or UINT32_MAX */
	bool female;
} Pool;

static Pool
pool_make(const Maker *m, int source, TwiceAt at)
{
	const People *own = &m->own;
	const District *d = &m->places->district[own->district];
	Pool pool = {own, 0, own->n, source, UINT32_MAX, at.female};
	const Village *v = &m->places->village[at.house.village];
	bool other = source >= SOURCE_REGENCY;
	if (other && source == SOURCE_REGENCY && m->near.district != own->district)
		pool.people = &m->near;
	else if (other && m->far.district != own->district)
		pool.people = &m->far;
	pool.n = pool.people->n;
	if (pool.people == own && source != SOURCE_VILLAGE && d->to - d->from > 1) {
		pool.not_in = at.house.village;
	} else if (pool.people == own) {
		pool.from = own->part[v->from - own->first_station].first;
		pool.n = own->part[v->to - own->first_station].first - pool.from;
	}
	return pool;
}

/* Each person may be chosen from one kind of place only: so the choices cannot meet. */
static bool
pool_has(const Pool *pool, uint32_t who, bool any_source)
{
	const People *p = pool->people;
	if (p->person[who].written_female != pool->female ||
		p->house[p->person[who].house].village == pool->not_in)
		return false;
	return any_source ||
		(int)(dice_seed(p->seed, who, p->district + UINT64_C(500)) % SOURCES) == pool->source;
}

static uint32_t
pool_take(const Pool *pool, uint32_t *next)
{
	static const uint64_t prime =
		1000000007; /* larger than any pool: its multiples visit everybody once */
	for (uint32_t i = 0; i < pool->n; i++) {
		uint32_t who = pool->from + (uint32_t)((uint64_t)(*next)++ % pool->n * prime % pool->n);
		if (pool_has(pool, who, false))
			return who;
	}
	for (uint32_t i = 0; i < pool->n; i++) {
		uint32_t who = pool->from + (uint32_t)((uint64_t)(*next)++ % pool->n * prime % pool->n);
		if (pool_has(pool, who, true))
			return who;
	}
	return UINT32_MAX;
}

/* ---- what is other than on the first row ---- */

/* Another address and family card, in the place of the second row. */
static void
move_in(Maker *m, TwiceAt at, Row *row, Dice *d)
{
	const Village *v = &m->places->village[at.house.village];
	uint32_t n = m->own.n_houses + (uint32_t)m->family_next++;
	row->family = people_family(&m->own, n);
	address_make(v, m->seed, dice_below(d, 25 * 8 * (v->to - v->from)), &row->address);
}

/* Issued where the second row is, for the date that this document has. */
static void
nik_new(Maker *m, const Person *who, Row *row)
{
	Person other = *who;
	int32_t day = days_of(row->birth);
	other.origin = 0;
	other.nik_birth = day > SIMULATE_COUNT_FROM && day < SIMULATE_YOUNGEST ? day : who->birth;
	other.nik_female = who->female;
	other.serial = people_serial(&m->own, &other);
	row->nik = people_nik(&m->own, &other);
}

static void
nik_missing(Row *row, Dice *d)
{
	Text whole = {.n = 0};
	text_number(&whole, row->nik, 16);
	if (dice_below(d, 10) < 3)
		text_set(&row->nik_written, str_slice(text_str(&whole), 0, 10 + dice_below(d, 6)));
	row->nik = 0;
}

static void
spelling_other(Slip slip, Row *row, Dice *d)
{
	NameWish wish = {.female = row->female, .year = row->birth.year};
	Text was = row->name;
	uint32_t way = dice_below(d, 4);
	if (way == 0)
		name_old_spelling(&row->name);
	else if (way == 1)
		(void)mistake_make(MISTAKE_INITIAL, slip, row, d);
	else if (way == 2)
		(void)mistake_make(MISTAKE_ORDER, slip, row, d);
	else if (!name_title_cut(&row->name))
		name_title_put(wish, d, &row->name);
	if (str_eq(text_str(&was), text_str(&row->name)) && !mistake_make(MISTAKE_SOUND, slip, row, d))
		mistake_some(PART_NAME, slip, row, d);
	if (dice_below(d, 10) < 3)
		(void)mistake_make(MISTAKE_NIK_DIGIT, slip, row, d);
}

/* A wife takes her husband's first name behind hers; everybody else has a title more or less. */
static void
husband_added(Slip slip, Row *row, Dice *d)
{
	const People *p = slip.people;
	const Person *who = &p->person[slip.who];
	uint32_t head = p->house[who->house].first;
	NameWish wish = {.female = row->female, .year = row->birth.year};
	if (who->role == ROLE_SPOUSE && dice_below(d, 10) < 7) {
		Dice his = person_dice(p, head, 0);
		Text husband;
		name_draw(
			slip.m->names, (NameWish){.year = day_of(p->person[head].birth).year}, &his, &husband);
		(void)name_title_cut(&row->name);
		text_add(&row->name, S(" "));
		text_add(&row->name, text_token(&husband, 0));
	} else if (!name_title_cut(&row->name)) {
		name_title_put(wish, d, &row->name);
	}
}

static void
row_alter(Maker *m, Twice kind, Slip slip, Row *row, Dice *d)
{
	uint32_t r = dice_below(d, 100);
	switch (kind) {
	case TWICE_MOVED:
		mistake_some(PART_ANY, slip, row, d);
		break;
	case TWICE_MOVED_TYPED:
		if (r < 70)
			mistake_some(PART_NAME, slip, row, d);
		if (r >= 50)
			mistake_some(PART_DATE, slip, row, d);
		mistake_some(PART_NIK, slip, row, d);
		break;
	case TWICE_NEW_NIK:
		if (r < 50)
			mistake_some(PART_NAME, slip, row, d);
		if (r >= 40 && r < 70)
			mistake_some(PART_DATE, slip, row, d);
		nik_new(m, &slip.people->person[slip.who], row);
		break;
	case TWICE_NO_NIK:
		if (r < 35)
			mistake_some(PART_NAME, slip, row, d);
		if (r >= 30 && r < 45)
			mistake_some(PART_DATE, slip, row, d);
		if (r >= 40 && r < 70)
			(void)mistake_make(MISTAKE_ADDRESS, slip, row, d);
		nik_missing(row, d);
		break;
	case TWICE_SPELLING:
		spelling_other(slip, row, d);
		break;
	case TWICE_HUSBAND:
		husband_added(slip, row, d);
		break;
	case TWICE_SAME_ROW:
	case TWICE_KINDS:
		break;
	}
}

/* ---- the row ---- */

/* Somebody for a row of that sex; a place without such people gives the village its own. */
static Slip
somebody(Maker *m, Twices *t, int source, TwiceAt at, Dice *d)
{
	Pool pool = pool_make(m, source, at);
	int64_t *last = &t->last[source][at.female];
	uint32_t *next = source == SOURCE_VILLAGE ? &t->village_next : &t->next[source], who;
	bool third = dice_hit(d, THIRD) && *last >= 0;
	if (third && pool_has(&pool, (uint32_t)*last, true)) {
		m->made.third++;
		return (Slip){m, pool.people, (uint32_t)*last};
	}
	who = pool_take(&pool, next);
	if (who == UINT32_MAX) {
		pool = pool_make(m, SOURCE_VILLAGE, at);
		who = pool_take(&pool, &t->village_next);
		NEED(who != UINT32_MAX);
		return (Slip){m, pool.people, who};
	}
	*last = who;
	return (Slip){m, pool.people, who};
}

uint64_t
twice_row(Maker *m, Twices *t, TwiceAt at, Row *out)
{
	Dice *d = &at.dice;
	Twice kind = kind_draw(d);
	int source = source_draw(kind, d);
	if (t->village != at.house.village) {
		t->village = at.house.village;
		t->village_next = 0;
		t->last[SOURCE_VILLAGE][0] = t->last[SOURCE_VILLAGE][1] = -1;
	}
	bool sex_wrong = kind != TWICE_SAME_ROW && dice_hit(d, (uint32_t)mistake_rate[MISTAKE_SEX]);
	TwiceAt from = at;
	from.female = at.female != sex_wrong;
	Slip slip = somebody(m, t, source, from, d);
	const People *p = slip.people;
	const Person *who = &p->person[slip.who];
	row_person(m, p, slip.who, out);
	out->female = at.female;
	if (p != &m->own || p->house[who->house].village != at.house.village || kind == TWICE_MOVED ||
		kind == TWICE_MOVED_TYPED)
		move_in(m, at, out, d);
	row_alter(m, kind, slip, out, d);
	Dice same = person_dice(p, slip.who, 6);
	mistakes_make(slip, out, kind == TWICE_SAME_ROW ? &same : d, m->made.mistake);
	out->station = m->places->station[at.house.station].code;
	m->made.twice[kind]++;
	m->made.mistake[MISTAKE_SEX] += who->female != at.female;
	return m->places->district[p->district].before + slip.who + 1;
}
