/* simulate_people: who lives in a district: families, ages, dates of birth, numbers. Any thread that needs it makes the same ones. */
#include "roll/simulate_private.h"

/* Parts of voters for each five years of age from 15 on; of the first only 17 to 19 vote. All: near the census of 2020, assumed. Heads and
 * children are weighted so that, with the ages which follow from theirs, about that comes out for all. */
enum { BANDS = 17, YOUNG = 17, OLD = 100 };
typedef uint16_t Pyramid[BANDS];
static const Pyramid all_ages = {
	66, 111, 108, 105, 103, 99, 92, 82, 71, 59, 46, 29, 16, 8, 3, 1, 1};
static const Pyramid alone_ages = {
	33, 67, 76, 84, 93, 99, 101, 98, 92, 83, 69, 46, 27, 14, 6, 2, 2};
static const Pyramid head_ages = {
	14, 44, 61, 81, 99, 111, 114, 107, 94, 77, 58, 33, 15, 7, 2, 1, 1};
static const Pyramid child_ages = {
	66, 166, 216, 262, 309, 346, 368, 369, 355, 324, 276, 188, 112, 60, 24, 8, 9};
enum { ALONE = 130, LONE = 130, GRANDPARENT = 130 }; /* of 1,000 households, families, families */
enum { TWINS = 900, ODD_NIK = 400 }; /* of 100,000 later children; of 100,000 people */

static uint32_t
band_from(uint32_t band)
{
	return band ? 15 + 5 * band : YOUNG;
}

/* An age between two, both included. */
static uint32_t
age_draw(Dice *d, const Pyramid pyramid, uint32_t least, uint32_t most)
{
	uint32_t sum = 0, weight[BANDS];
	least = least < YOUNG ? YOUNG : least > OLD ? OLD : least;
	most = most < least ? least : most > OLD ? OLD : most;
	for (uint32_t i = 0; i < BANDS; i++) {
		uint32_t from = band_from(i), to = 20 + 5 * i; /* [from, to) */
		uint32_t low = from > least ? from : least, high = to < most + 1 ? to : most + 1;
		weight[i] = low < high ? pyramid[i] * 60u * (high - low) / (to - from) : 0;
		sum += weight[i];
	}
	uint32_t r = dice_below(d, sum), i = 0;
	for (; i + 1 < BANDS && r >= weight[i]; i++)
		r -= weight[i];
	uint32_t low = band_from(i) > least ? band_from(i) : least;
	uint32_t high = 20 + 5 * i < most + 1 ? 20 + 5 * i : most + 1;
	return low + r * (high - low) / (weight[i] ? weight[i] : 1);
}

/* Who does not know their day of birth gets one: the older, the more. */
static int32_t
birth_draw(Dice *d, uint32_t age)
{
	int32_t day =
		SIMULATE_POLLING_DAY - (int32_t)(age * 3652425u / 10000u) - (int32_t)dice_below(d, 365);
	day = day > SIMULATE_YOUNGEST ? SIMULATE_YOUNGEST
		: day < SIMULATE_OLDEST   ? SIMULATE_OLDEST
								  : day;
	/* Five times as often as another day is four 365ths more, three times two. */
	uint32_t times = age < 30 ? 25 : age < 50 ? 100 : 250, r = dice_below(d, 36500);
	if (r >= 8 * times)
		return day;
	Day heap = day_of(day);
	heap.month = r < 4 * times ? 1 : r < 6 * times ? 12 : 7;
	heap.day = heap.month == 12 ? 31 : 1;
	int32_t heaped = days_of(heap);
	return heaped > SIMULATE_YOUNGEST || heaped < SIMULATE_OLDEST ? day : heaped;
}

/* ---- numbers ---- */

uint32_t
district_other(const Places *p, uint32_t district, int origin, uint64_t seed)
{
	const District *d = &p->district[district];
	bool near = origin % ORIGINS <= 4;
	uint32_t from = near ? d->regency_from : 0,
			 n = near ? d->regency_to - from : (uint32_t)p->n_districts;
	if (n < 2)
		return district;
	uint32_t step = 1 + (uint32_t)(dice_seed(seed, from, (uint64_t)origin + 11) % (n - 1));
	return from + (district - from + step) % n;
}

/* Numbers of an area, a date and a sex count up from 1. Those given out to people who live in another district by now have ranges of their own,
 * one for each district that gives and takes, so that nobody needs to count them: 300 to 399, 400 to 499, ... */
uint16_t
people_serial(People *p, const Person *who)
{
	uint16_t n = p->count[who->origin][who->nik_female][who->nik_birth - SIMULATE_COUNT_FROM]++;
	if (who->origin)
		return (uint16_t)(200 + 100 * who->origin + n % 100);
	return (uint16_t)(n < 299 ? n + 1 : n < 9000 ? n + 701 : 9999);
}

uint64_t
people_nik(const People *p, const Person *who)
{
	uint32_t at =
		who->origin ? district_other(p->places, p->district, who->origin, p->seed) : p->district;
	Day d = day_of(who->nik_birth);
	uint64_t date = (uint64_t)(d.day + (who->nik_female ? 40 : 0)) * 10000 +
		(uint64_t)d.month * 100 + (uint64_t)(d.year % 100);
	return ((uint64_t)p->places->district[at].area * 1000000 + date) * 10000 + who->serial;
}

uint64_t
people_family(const People *p, uint32_t nth)
{
	enum { DAYS = 6570 };
	Day d = day_of(13149 + (int32_t)((uint64_t)nth * 4001 % DAYS)); /* given out from 2006 on */
	uint64_t date = (uint64_t)d.day * 10000 + (uint64_t)d.month * 100 + (uint64_t)(d.year % 100);
	return ((uint64_t)p->places->district[p->district].area * 1000000 + date) * 10000 + 1 +
		nth / DAYS;
}

/* A NIK that has another date or sex and is right in law all the same. */
static void
nik_odd(Person *who, Dice *d)
{
	Day day = day_of(who->birth);
	uint32_t r = dice_below(d, 3);
	if (r == 0 && day.day <= 12 && day.day != day.month) {
		int other = day.day;
		day.day = day.month;
		day.month = other;
	} else if (r == 1) {
		day.year += day.year > 1930 ? -1 : 1;
		day.day = day.month == 2 && day.day == 29 ? 28 : day.day;
	} else {
		who->nik_female = !who->nik_female;
	}
	who->nik_birth = days_of(day);
}

/* 7 % are registered in another district of the regency, 3 % in another regency. */
static void
nik_draw(People *p, Person *who, Dice *d)
{
	uint64_t r = dice_next(d);
	uint32_t where = (uint32_t)(r >> 32) % 1000, odd = (uint32_t)r % 100000;
	if (where < 100) {
		uint8_t origin = (uint8_t)(where < 70 ? 1 + where % 4 : 5 + where % 3);
		if (district_other(p->places, p->district, origin, p->seed) != p->district)
			who->origin = origin;
	}
	who->nik_birth = who->birth;
	who->nik_female = who->female;
	if (odd < ODD_NIK)
		nik_odd(who, d);
	who->serial = people_serial(p, who);
}

/* ---- families ---- */

typedef struct Left { /* rows of a station that have nobody yet: of men, of women */
	uint32_t of[2];
} Left;

static Person *
person_add(People *p, Left *left, bool female, Role role, Dice *d)
{
	NEED(p->n < p->room && left->of[female]);
	left->of[female]--;
	Person *who = &p->person[p->n++];
	*who = (Person){.house = p->n_houses, .role = (uint8_t)role, .written_female = female};
	who->female = female != dice_hit(d, (uint32_t)mistake_rate[MISTAKE_SEX]);
	return who;
}

static void
person_born(People *p, Person *who, uint32_t age, Dice *d)
{
	who->birth = birth_draw(d, age);
	nik_draw(p, who, d);
}

static bool
sex_draw(const Left *left, Dice *d)
{
	return dice_below(d, left->of[0] + left->of[1]) >= left->of[0];
}

static void
children_add(People *p, Left *left, uint32_t parent_age, Dice *d)
{
	static const uint8_t upto[] = {24, 56, 81, 94};
	uint32_t r = dice_below(d, 100), n = 0;
	while (n < 4 && r >= upto[n])
		n++;
	for (uint32_t i = 0; i < n && left->of[0] + left->of[1] && parent_age >= YOUNG + 18; i++) {
		bool twin = i > 0 && dice_hit(d, TWINS);
		Person *who = person_add(p, left, sex_draw(left, d), ROLE_CHILD, d);
		if (twin) {
			who->birth = who[-1].birth;
			who->twin = true;
			nik_draw(p, who, d);
		} else {
			person_born(p, who, age_draw(d, child_ages, YOUNG, parent_age - 18), d);
		}
	}
}

static void
family_add(People *p, Left *left, Dice *d)
{
	bool female =
		left->of[0] == 0 || (left->of[1] && dice_below(d, 1000) < LONE && dice_below(d, 10) < 8);
	bool couple = !female && left->of[1] && dice_below(d, 1000) >= LONE / 4;
	uint32_t age = age_draw(d, head_ages, 21, 90), mother = age;
	Person *head = person_add(p, left, female, couple ? ROLE_HEAD : ROLE_LONE_PARENT, d);
	person_born(p, head, age, d);
	if (couple) {
		mother = age > YOUNG + 8 ? age - 8 + dice_below(d, 12) : YOUNG + dice_below(d, 8);
		mother = mother > OLD ? OLD : mother;
		person_born(p, person_add(p, left, true, ROLE_SPOUSE, d), mother, d);
	}
	children_add(p, left, mother < age ? mother : age, d);
	if (age < 60 && dice_below(d, 1000) < GRANDPARENT && left->of[0] + left->of[1]) {
		bool grandmother = left->of[0] == 0 || (left->of[1] && dice_below(d, 10) < 7);
		Person *who = person_add(p, left, grandmother, ROLE_PARENT, d);
		person_born(p, who, age_draw(d, all_ages, age + 18, age + 45), d);
	}
}

static void
houses_fill(People *p, uint32_t village, uint32_t station, Left left)
{
	uint64_t code = p->places->station[station].code;
	for (uint32_t h = 0; left.of[0] + left.of[1]; h++) {
		Dice d = {dice_seed(p->seed, code, h + 100)};
		NEED(p->n_houses < p->houses_room);
		p->house[p->n_houses] = (House){p->n, village, station};
		if (dice_below(&d, 1000) < ALONE) {
			Person *who = person_add(p, &left, sex_draw(&left, &d), ROLE_ALONE, &d);
			person_born(p, who, age_draw(&d, alone_ages, YOUNG, OLD), &d);
		} else {
			family_add(p, &left, &d);
		}
		p->n_houses++;
	}
	p->house[p->n_houses] = (House){p->n, village, station};
}

/* So many rows of a station stand for people of other rows. Few rows have none: there must be somebody to repeat. */
static uint32_t
twice_number(uint32_t rows, int duplicates, Dice *d)
{
	uint64_t r = dice_next(d) >> 32;
	if (rows < 10)
		return 0;
	return (
		uint32_t)(((uint64_t)rows * (uint64_t)duplicates * UINT64_C(4294967296) / 10000 + r) >> 32);
}

void
people_fill(People *p, uint32_t district, PeopleWish wish)
{
	const District *t = &p->places->district[district];
	p->district = district;
	p->seed = wish.seed;
	p->n = p->n_houses = p->n_stations = 0;
	p->first_station = p->places->village[t->from].from;
	memset(p->count, 0, ORIGINS * sizeof *p->count);
	for (uint32_t v = t->from; v < t->to; v++)
		for (uint32_t s = p->places->village[v].from; s < p->places->village[v].to; s++) {
			const RollQuota *at = &p->places->station[s];
			StationPart *part = &p->part[p->n_stations++];
			Dice d = {dice_seed(wish.seed, at->code, 3)};
			part->first = p->n;
			part->twice[0] = twice_number(at->male, wish.duplicates, &d);
			part->twice[1] = twice_number(at->female, wish.duplicates, &d);
			houses_fill(p, v, s, (Left){{at->male - part->twice[0], at->female - part->twice[1]}});
		}
	p->part[p->n_stations] = (StationPart){.first = p->n};
}

void
people_room(People *p, const Places *places, Arena *a)
{
	uint32_t people = 0, stations = 0;
	for (size_t i = 0; i < places->n_districts; i++) {
		const District *d = &places->district[i];
		uint32_t n = places->village[d->to - 1].to - places->village[d->from].from;
		people = d->rows > people ? (uint32_t)d->rows : people;
		stations = n > stations ? n : stations;
	}
	*p = (People){.places = places, .room = people, .houses_room = people + 1};
	p->person = NEW(a, Person, (size_t)people + 1);
	p->house = NEW(a, House, (size_t)people + 2);
	p->part = NEW(a, StationPart, (size_t)stations + 1);
	p->count = (uint16_t(*)[2][COUNT_DAYS])NEW(a, uint16_t, (size_t)ORIGINS * 2 * COUNT_DAYS);
}
