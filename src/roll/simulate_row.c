/* simulate_row: what stands in the row of a person, and the line of the file that it makes. */
#include "roll/simulate_private.h"

/* ---- days; Howard Hinnant, "chrono-compatible low-level date algorithms" ---- */

Day
day_of(int32_t days)
{
	uint32_t z = (uint32_t)(days + 719468), era = z / 146097, doe = z % 146097;
	uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	Day d = {.day = (int)(doy - (153 * mp + 2) / 5 + 1), .month = (int)(mp < 10 ? mp + 3 : mp - 9)};
	d.year = (int)(yoe + era * 400) + (d.month <= 2);
	return d;
}

int32_t
days_of(Day d)
{
	int y = d.year - (d.month <= 2), era = y / 400, yoe = y - era * 400;
	int doy = (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool
day_is_real(Day d)
{
	int32_t days;
	return date_make(d.year, d.month, d.day, &days);
}

void
text_number(Text *t, uint64_t v, int digits)
{
	char s[20];
	int n = 0;
	do {
		s[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v || n < digits);
	while (n && t->n < TEXT_MOST)
		t->p[t->n++] = s[--n];
}

/* ---- what a person is like ---- */

Dice
person_dice(const People *p, uint32_t who, uint64_t purpose)
{
	const House *h = &p->house[p->person[who].house];
	return (Dice){dice_seed(p->seed, p->places->station[h->station].code,
		(who - p->part[h->station - p->first_station].first) * 16 + 1000000000 + purpose)};
}

static Str
father_last(const Maker *m, const People *p, uint32_t who, Text *name)
{
	uint32_t father = p->house[p->person[who].house].first;
	const Person *f = &p->person[father];
	Dice d = person_dice(p, father, 0);
	if (p->person[who].role != ROLE_CHILD || f->female || f->role == ROLE_CHILD)
		return (Str){NULL, 0};
	name_draw(m->names, (NameWish){.year = day_of(f->birth).year}, &d, name);
	size_t n = text_tokens(name);
	return n > 1 ? text_token(name, n - 1) : (Str){NULL, 0};
}

static void
name_fill(const Maker *m, const People *p, uint32_t who, Row *out)
{
	Dice d = person_dice(p, who, 0), more = person_dice(p, who, 1);
	NameWish wish = {.female = p->person[who].female, .year = out->birth.year};
	Text father;
	if (p->person[who].role == ROLE_CHILD && dice_below(&more, 100) < 12)
		wish.last = father_last(m, p, who, &father);
	name_draw(m->names, wish, &d, &out->name);
	name_habits(wish.year, &more, &out->name);
	name_title(wish, &more, &out->name);
}

/* Mostly the village or the regency where somebody lives; children where their brothers and sisters were. */
static Str
birthplace(const Maker *m, const People *p, uint32_t who)
{
	const Places *places = p->places;
	const Person *person = &p->person[who];
	bool child = person->role == ROLE_CHILD;
	Dice d = person_dice(p, child ? p->house[person->house].first : who, child ? 3 : 2);
	uint32_t r = dice_below(&d, 100);
	const Village *home = &places->village[p->house[person->house].village];
	const District *district = &places->district[person->origin
			? district_other(places, p->district, person->origin, m->seed)
			: p->district];
	if (person->origin && r < 80)
		return r < 50 ? district->regency : district->name;
	if (r < 42)
		return home->name;
	if (r < 80)
		return district->regency;
	if (r < 88)
		return district->name;
	if (r < 93) {
		uint32_t n = district->to - district->from;
		return places->village[district->from + dice_below(&d, n)].name;
	}
	if (r < 97) {
		uint64_t u = dice_next(&d) >> 32;
		return places->district[(u * u >> 32) * places->n_districts >> 32].regency;
	}
	return simulate_cities[dice_below(&d, (uint32_t)simulate_cities_n)];
}

static char
marriage(const Person *who, int age, Dice *d)
{
	uint32_t r = dice_below(d, 100);
	switch ((Role)who->role) {
	case ROLE_HEAD:
	case ROLE_SPOUSE:
		return 'S';
	case ROLE_LONE_PARENT:
		return age < 23 && r < 60 ? 'B' : r < 80 ? 'P' : 'S';
	case ROLE_PARENT:
		return r < 70 ? 'P' : 'S';
	case ROLE_CHILD:
		return age < 25 ? r < 92 ? 'B' : 'S'
			: age < 36  ? r < 60 ? 'B'
				 : r < 93        ? 'S'
								 : 'P'
			: r < 30    ? 'B'
			: r < 85    ? 'S'
						: 'P';
	case ROLE_ALONE:
		return age < 30 ? r < 85 ? 'B' : 'S' : r < 30 ? 'B' : r < 75 ? 'P' : 'S';
	}
	return 'B';
}

void
row_person(const Maker *m, const People *p, uint32_t who, Row *out)
{
	const Person *person = &p->person[who];
	const House *house = &p->house[person->house];
	Dice d = person_dice(p, who, 4);
	int age = (SIMULATE_POLLING_DAY - person->birth) * 4 / 1461;
	out->birth = day_of(person->birth);
	out->nik = people_nik(p, person);
	out->family = people_family(p, person->house);
	out->nik_written.n = 0;
	out->female = person->written_female;
	out->station = p->places->station[house->station].code;
	name_fill(m, p, who, out);
	text_set(&out->birthplace, birthplace(m, p, who));
	const Village *v = &p->places->village[house->village];
	uint32_t first = p->part[v->from - p->first_station].first;
	address_make(v, p->seed, person->house - p->person[first].house, &out->address);
	out->marriage = marriage(person, age, &d);
	/* Who turns 17 within the year: of the last of November 2006 on. */
	bool first_time = person->birth > SIMULATE_YOUNGEST - 365;
	out->card = dice_below(&d, 1000) < (first_time ? 250 : 4) ? 'B' : 'S';
	uint32_t r = dice_below(&d, 1000);
	out->disability = (uint8_t)(r < 4 ? 1 + dice_below(&d, 6) : 0);
	out->source = (uint8_t)(r >= 950 ? 1 : r >= 930 ? 2 : 0);
}

/* ---- a line of the file ---- */

static char *
put(char *to, Str s)
{
	memcpy(to, s.p, s.n);
	return to + s.n;
}

static char *
put_digits(char *to, uint64_t v, int n)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		to[i] = (char)('0' + v % 10);
	return to + n;
}

static char *
put_number(char *to, uint64_t v)
{
	int n = 1;
	for (uint64_t w = v; w >= 10; w /= 10)
		n++;
	return put_digits(to, v, n);
}

/* Quoted where a comma is in it; there are no quotes in texts. */
static char *
put_text(char *to, const Text *t)
{
	bool quoted = memchr(t->p, ',', t->n) != NULL;
	if (quoted)
		*to++ = '"';
	to = put(to, text_str(t));
	if (quoted)
		*to++ = '"';
	*to++ = ',';
	return to;
}

static char *
put_small(char *to, int v) /* RT, RW; 0: not known */
{
	if (v)
		to = put_digits(to, (uint64_t)v, 3);
	*to++ = ',';
	return to;
}

void
row_write(Buf *b, uint64_t number, const Row *row)
{
	static const Str source[] = {{"dpt", 3}, {"coklit", 6}, {"masyarakat", 10}};
	char line[5 * TEXT_MOST + 200], *at = line;
	at = put_number(at, number);
	*at++ = ',';
	if (row->family)
		at = put_digits(at, row->family, 16);
	*at++ = ',';
	if (row->nik_written.n)
		at = put(at, text_str(&row->nik_written));
	else if (row->nik)
		at = put_digits(at, row->nik, 16);
	*at++ = ',';
	at = put_text(at, &row->name);
	at = put_text(at, &row->birthplace);
	at = put_digits(at, (uint64_t)row->birth.day, 2);
	*at++ = '|';
	at = put_digits(at, (uint64_t)row->birth.month, 2);
	*at++ = '|';
	at = put_digits(at, (uint64_t)row->birth.year, 4);
	*at++ = ',';
	*at++ = row->marriage;
	*at++ = ',';
	*at++ = row->female ? 'P' : 'L';
	*at++ = ',';
	at = put_text(at, &row->address.street);
	at = put_small(at, row->address.rt);
	at = put_small(at, row->address.rw);
	*at++ = (char)('0' + row->disability);
	*at++ = ',';
	*at++ = row->card;
	at = put(at, S(",,"));
	at = put(at, source[row->source]);
	*at++ = ',';
	at = put_digits(at, row->station % 1000, 3);
	*at++ = ',';
	at = put_digits(at, row->station / 1000, 10);
	*at++ = '\n';
	buf_add(b, (Str){line, (size_t)(at - line)});
}
