/* What the parts of the made-up roll share: dice, places, names, people of a district, rows. */
#ifndef SIAP_ROLL_SIMULATE_PRIVATE_H
#define SIAP_ROLL_SIMULATE_PRIVATE_H

#include "roll/roll.h"

#include <string.h>

/* ---- Dice: the same numbers from the same seed, on every machine (splitmix64; Steele, Lea, Flood 2014) ---- */
typedef struct Dice {
	uint64_t state;
} Dice;
static inline uint64_t
dice_mix(uint64_t h)
{
	h = (h ^ h >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	h = (h ^ h >> 27) * UINT64_C(0x94D049BB133111EB);
	return h ^ h >> 31;
}
static inline uint64_t
dice_seed(uint64_t seed, uint64_t what, uint64_t purpose)
{
	return dice_mix(dice_mix(seed + what * UINT64_C(0x9E3779B97F4A7C15)) + purpose * UINT64_C(0xD1B54A32D192ED03));
}
static inline uint64_t
dice_next(Dice *d)
{
	return dice_mix(d->state += UINT64_C(0x9E3779B97F4A7C15));
}
static inline uint32_t
dice_below(Dice *d, uint32_t n) /* 0 to n - 1 */
{
	return (uint32_t)((dice_next(d) >> 32) * n >> 32);
}
static inline bool
dice_hit(Dice *d, uint32_t of_100000)
{
	return dice_below(d, 100000) < of_100000;
}

/* ---- Short texts ---- */
enum { TEXT_MOST = 95 };
typedef struct Text {
	uint8_t n;
	char p[TEXT_MOST];
} Text;
static inline Str
text_str(const Text *t)
{
	return (Str){t->p, t->n};
}
static inline void
text_add(Text *t, Str s) /* what does not fit is cut */
{
	size_t n = s.n < (size_t)(TEXT_MOST - t->n) ? s.n : (size_t)(TEXT_MOST - t->n);
	if (n)
		memcpy(t->p + t->n, s.p, n);
	t->n = (uint8_t)(t->n + n);
}
static inline void
text_set(Text *t, Str s)
{
	t->n = 0;
	text_add(t, s);
}
void text_number(Text *t, uint64_t v, int digits); /* adds it with leading zeros; digits 0: as many as it has */

/* ---- Days ---- */
typedef struct Day {
	int year, month, day;
} Day;
Day day_of(int32_t days);
int32_t days_of(Day d); /* any day of 1 to 31 in any month; what the month has not counts on into the next */
bool day_is_real(Day d);
/* 27 November 2024: ages are those of that day. */
#define SIMULATE_POLLING_DAY 20054
#define SIMULATE_YOUNGEST 13844 /* 27 November 2007: 17 years old on that day */
#define SIMULATE_OLDEST (-16836) /* 28 November 1923 */

/* ---- simulate_places.c ---- */
typedef struct Village {
	uint64_t code;
	uint32_t from, to; /* stations of the plan */
	Str name;          /* upper case */
} Village;
typedef struct District {
	uint32_t from, to;                   /* villages */
	uint32_t regency_from, regency_to;   /* districts */
	uint32_t code, area;                 /* area: of the NIK given out there, 99.... */
	uint64_t before, rows;               /* rows of the file before its first, and its own */
	Str name, regency;
} District;
typedef struct Places {
	const RollQuota *station;
	size_t n_stations;
	Village *village;
	size_t n_villages;
	District *district;
	size_t n_districts;
	uint64_t rows;
} Places;
/* E_INPUT: codes out of order or not of 13 digits; E_LIMIT: a district of more than two million. */
bool places_make(const Env *env, RollPlan plan, Arena *a, Places *out, Err *err) MUST;
typedef struct Address {
	Text street;
	int rt, rw;
} Address;
/* The n-th address of a village: about 25 in an RT. */
void address_make(const Village *v, uint64_t seed, uint32_t n, Address *out);
extern const Str simulate_cities[];
extern const size_t simulate_cities_n;

/* ---- simulate_names.c ---- */
typedef struct Names Names;
bool names_make(const Env *env, Arena *a, const Names **out, Err *err) MUST;
typedef struct NameWish {
	bool female;
	int year; /* of birth */
	Str last; /* the father's last token, or empty */
} NameWish;
/* A full name without titles: the tokens with one blank between. */
void name_draw(const Names *names, NameWish wish, Dice *d, Text *out);
/* How this person writes it: short forms of Muhammad, spelling before 1972. */
void name_habits(int year, Dice *d, Text *name);
void name_title(NameWish wish, Dice *d, Text *name);     /* a title or none, as often as people have them */
void name_title_put(NameWish wish, Dice *d, Text *name); /* one in any case */
bool name_title_cut(Text *name);                         /* false: there was none */
void name_old_spelling(Text *name);
Str text_token(const Text *t, size_t i); /* of tokens at blanks; empty when there are not so many */
size_t text_tokens(const Text *t);

/* ---- simulate_people.c: who lives in a district ---- */
typedef enum Role { ROLE_ALONE, ROLE_HEAD, ROLE_LONE_PARENT, ROLE_SPOUSE, ROLE_CHILD, ROLE_PARENT } Role;
typedef struct Person {
	int32_t birth, nik_birth; /* days; nik_birth: the date in the NIK */
	uint32_t house;
	uint16_t serial;
	uint8_t origin; /* 0: the NIK is of the own district; 1 .. ORIGINS - 1: of another one */
	uint8_t role;
	bool female, nik_female, written_female, twin;
} Person;
typedef struct House {
	uint32_t first; /* person */
	uint32_t village;
	uint32_t station;
} House;
typedef struct StationPart { /* of a station of the plan */
	uint32_t first;            /* its first person; the next part's ends it */
	uint32_t twice[2];         /* second rows: of men, of women as written */
} StationPart;
enum { ORIGINS = 8, COUNT_DAYS = 32000 }; /* from SIMULATE_COUNT_FROM */
#define SIMULATE_COUNT_FROM (-18000)
typedef struct People {
	const Places *places;
	uint32_t district;
	uint64_t seed;
	Person *person;
	uint32_t n, room;
	House *house;
	uint32_t n_houses, houses_room;
	StationPart *part; /* one more than stations */
	uint32_t first_station, n_stations;
	uint16_t (*count)[2][COUNT_DAYS]; /* [ORIGINS]: NIK given out so far */
} People;
/* Room for the largest district of the places. */
void people_room(People *p, const Places *places, Arena *a);
typedef struct PeopleWish {
	uint64_t seed;
	int duplicates;
} PeopleWish;
void people_fill(People *p, uint32_t district, PeopleWish wish);
uint16_t people_serial(People *p, const Person *who); /* the next one for that area, date and sex */
uint64_t people_nik(const People *p, const Person *who);
uint64_t people_family(const People *p, uint32_t nth); /* the n-th family card of the district: houses first, then others */
/* Where the NIK of an origin are given out: 1 to 4 in the regency, 5 to 7 anywhere; the district itself where there is no other. Two districts
 * never share one for the same origin. */
uint32_t district_other(const Places *p, uint32_t district, int origin, uint64_t seed);

/* ---- simulate_row.c ---- */
typedef struct Row {
	Text name, birthplace;
	Address address;
	Day birth;
	uint64_t nik, family; /* 0: empty */
	Text nik_written;     /* not empty: instead of nik */
	bool female;
	char marriage, card;
	uint8_t disability, source;
	uint64_t station;     /* code */
} Row;
typedef struct Maker { /* what one thread works with */
	const Names *names;
	const Places *places;
	uint64_t seed;
	bool mangled;
	RollMade made;
	People own, near, far; /* the district at hand, and those that second rows in it come from */
	uint64_t family_next; /* family cards for those who moved in */
	uint64_t written;     /* rows of the district so far */
	uint32_t village;     /* of the station at hand */
} Maker;
Dice person_dice(const People *p, uint32_t who, uint64_t purpose); /* a person's own dice: another purpose, other numbers */
/* The person as they are: without mistakes. */
void row_person(const Maker *m, const People *p, uint32_t who, Row *out);
void row_write(Buf *b, uint64_t number, const Row *row);

/* ---- simulate_mistakes.c ---- */
typedef struct Slip { /* what a mistake may need to know */
	const Maker *m;
	const People *people;
	uint32_t who;
} Slip;
/* True: it was made; false: there is nothing on this row that could go wrong so. */
bool mistake_make(Mistake what, Slip slip, Row *row, Dice *d);
/* Each at its rate. made: counts, or NULL. */
void mistakes_make(Slip slip, Row *row, Dice *d, uint64_t *made);
/* One of these, drawn by their rates, is made if any can be. */
typedef enum Part { PART_NAME, PART_DATE, PART_NIK, PART_ANY } Part; /* PART_ANY: all but the numbers */
void mistake_some(Part part, Slip slip, Row *row, Dice *d);

/* ---- simulate_twice.c ---- */
enum { SOURCE_VILLAGE, SOURCE_DISTRICT, SOURCE_REGENCY, SOURCE_FAR, SOURCES };
typedef struct Twices { /* where the choice of people stands, in the district at hand */
	uint32_t next[SOURCES], village, village_next;
	int64_t last[SOURCES][2]; /* the person chosen last, -1: none */
} Twices;
void twices_begin(Twices *t);
enum { OTHER_NEAR = 9, OTHER_FAR = 13 }; /* district_other: where people moved in from */
/* The second row of somebody, at that station. */
typedef struct TwiceAt {
	House house; /* station and village of the row */
	bool female;
	Dice dice;
} TwiceAt;
/* Returns the number of the person in the truth. */
uint64_t twice_row(Maker *m, Twices *t, TwiceAt at, Row *out);

#endif
