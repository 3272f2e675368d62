/* check: what is wrong with the voters of a version, one by one and against each other. */
#include "roll/pass.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	COLUMNS = ROLL_BIT(ROLL_NIK) | ROLL_BIT(ROLL_TPS) | ROLL_BIT(ROLL_BIRTH) | ROLL_BIT(ROLL_SEX) |
		ROLL_BIT(ROLL_MARRIAGE) | ROLL_BIT(ROLL_CARD) | ROLL_BIT(ROLL_REMARK) |
		ROLL_BIT(ROLL_NIK_WRITTEN),
	DIGITS_VILLAGE = 1000, /* a polling station's code over it is that of its village, and so on */
};
#define OVER_REGENCY  UINT64_C(1000000000)
#define OVER_PROVINCE UINT64_C(100000000000)
#define BIT(check)    (UINT64_C(1) << (check))
_Static_assert(ROLL_CHECKS <= 64, "a voter's findings are bits of a number");

typedef struct Days { /* whoever was born later is younger on polling day */
	int32_t adult, pupil, old, oldest;
} Days;
typedef struct Checking {
	RollChecking *ask;
	Days born;
	uint64_t musts; /* checks that must be mended, as bits */
	const RollStation *station;
	size_t n;
	uint32_t *found, *must;
	_Atomic uint64_t *marked; /* a bit for each voter: has a finding that must be mended */
	atomic_size_t n_rows;
	uint64_t *row;
} Checking;

/* ---- noting what was found ---- */

static size_t
station_of(const Checking *k, uint64_t tps)
{
	size_t low = 0;
	for (size_t n = k->n; n > 1;) {
		size_t half = n / 2;
		if (k->station[low + half].tps <= tps)
			low += half;
		n -= half;
	}
	NEED(k->station[low].tps == tps);
	return low;
}

static void
more(uint32_t *counter, uint32_t by)
{
	__atomic_fetch_add(counter, by, __ATOMIC_RELAXED);
}

/* A voter's first finding that must be mended counts once for the station. */
static void
must_mark(Checking *k, uint64_t row, size_t station)
{
	uint64_t bit = UINT64_C(1) << (row % 64);
	if (!(atomic_fetch_or_explicit(&k->marked[row / 64], bit, memory_order_relaxed) & bit))
		more(&k->must[station], 1);
}

static void
findings_note(Checking *k, uint64_t row, size_t station, uint64_t bits)
{
	const RollChecking *ask = k->ask;
	uint64_t tps = k->station[station].tps;
	if (bits & k->musts)
		must_mark(k, row, station);
	if (ask->listing && bits & BIT(ask->list) && tps >= ask->low && tps <= ask->high)
		k->row[atomic_fetch_add_explicit(&k->n_rows, 1, memory_order_relaxed)] = row;
	for (; bits; bits &= bits - 1)
		more(&k->found[station * ROLL_CHECKS + (size_t)__builtin_ctzll(bits)], 1);
}

/* ---- a voter by themselves ---- */

static uint64_t
fault_bits(Str written)
{
	static const RollCheck check[NIK_FAULTS] = {
		[NIK_EMPTY] = CHECK_NIK_EMPTY,
		[NIK_ROUNDED] = CHECK_NIK_MANGLED,
		[NIK_LETTER] = CHECK_NIK_LETTERS,
		[NIK_LENGTH] = CHECK_NIK_LENGTH,
		[NIK_ONE_DIGIT] = CHECK_NIK_ONE_DIGIT,
		[NIK_PROVINCE] = CHECK_NIK_PROVINCE,
		[NIK_DATE] = CHECK_NIK_DATE,
		[NIK_SERIAL] = CHECK_NIK_MANGLED,
	};
	Nik nik;
	NikFault fault = nik_read(written, &nik);
	return fault == NIK_GOOD ? 0 : BIT(check[fault]);
}

static Nik
nik_of(uint64_t number)
{
	uint64_t low = number % 10000000000u, day = low / 100000000;
	return (Nik){.number = number,
		.area = (uint32_t)(number / 10000000000u),
		.day = (uint8_t)(day > 40 ? day - 40 : day),
		.month = (uint8_t)(low / 1000000 % 100),
		.year = (uint8_t)(low / 10000 % 100),
		.female = day > 40,
		.serial = (uint16_t)(low % 10000)};
}

static bool
district_known(const RollChecking *ask, uint32_t code)
{
	enum { MADE_UP = 99 };
	size_t low = 0, high = ask->n_districts;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (ask->district[mid] < code)
			low = mid + 1;
		else
			high = mid;
	}
	return ask->n_districts == 0 || code / 10000 == MADE_UP ||
		(low < ask->n_districts && ask->district[low] == code);
}

/* The number of days that a century and another have between the same dates. */
static bool
is_century(int32_t a, int32_t b)
{
	int32_t apart = a > b ? a - b : b - a;
	return apart == 36524 || apart == 36525;
}

static uint64_t
nik_bits(const RollChecking *ask, uint64_t number, int32_t birth, Sex sex)
{
	Nik nik = nik_of(number);
	int32_t said;
	uint64_t bits = district_known(ask, nik.area) ? 0 : BIT(CHECK_NIK_AREA);
	bool dated = nik_birth(&nik, ask->polling_day, &said);
	if (sex != SEX_UNKNOWN && (sex == SEX_FEMALE) != nik.female)
		bits |= BIT(CHECK_SEX_NIK);
	if (birth == ROLL_NO_DATE || (dated && said == birth))
		return bits;
	return bits | (dated && is_century(said, birth) ? BIT(CHECK_CENTURY) : BIT(CHECK_BIRTH_NIK));
}

static uint64_t
age_bits(const Checking *k, int32_t birth, Marriage marriage)
{
	if (birth == ROLL_NO_DATE)
		return BIT(CHECK_BIRTH_MISSING);
	if (birth > k->ask->polling_day)
		return BIT(CHECK_CENTURY);
	if (birth > k->born.adult)
		return marriage == MARRIAGE_MARRIED || marriage == MARRIAGE_ONCE ? 0 : BIT(CHECK_AGE_UNDER);
	if (birth < k->born.oldest)
		return BIT(CHECK_AGE_120);
	return birth <= k->born.old ? BIT(CHECK_AGE_100) : 0;
}

static uint64_t
card_bits(const Checking *k, uint8_t card, int32_t birth)
{
	if (card == 'S')
		return 0;
	if (card != 'B')
		return BIT(CHECK_CARD_UNKNOWN);
	bool pupil = birth != ROLL_NO_DATE && birth <= k->born.adult && birth > k->born.pupil;
	return BIT(CHECK_CARD_MISSING) | (pupil ? BIT(CHECK_CARD_SCHOOL) : 0);
}

static bool
is_in(const uint64_t *v, size_t n, uint64_t wanted)
{
	size_t low = 0;
	while (low < n) {
		size_t mid = low + (n - low) / 2;
		if (v[mid] == wanted)
			return true;
		if (v[mid] < wanted)
			low = mid + 1;
		else
			n = mid;
	}
	return false;
}

static uint64_t
named_bits(const RollNamed *l, const RollSlice *s, size_t i, RollCheck same)
{
	if (s->nik[i] && is_in(l->nik, l->n_nik, s->nik[i]))
		return BIT(same);
	uint64_t name =
		l->n_alike && s->birth[i] != ROLL_NO_DATE ? roll_name_hash(roll_text(s, ROLL_NAME, i)) : 0;
	return name && is_in(l->alike, l->n_alike, roll_alike(name, s->birth[i])) ? BIT(same + 1) : 0;
}

static uint64_t
voter_bits(const Checking *k, const RollSlice *s, size_t i)
{
	const RollChecking *ask = k->ask;
	uint64_t bits = age_bits(k, s->birth[i], s->marriage[i]);
	bits |= card_bits(k, s->card[i], s->birth[i]);
	bits |= s->nik[i] ? nik_bits(ask, s->nik[i], s->birth[i], s->sex[i])
					  : fault_bits(roll_text(s, ROLL_NIK_WRITTEN, i));
	if (s->tps[i] % 1000 == 0)
		bits |= BIT(CHECK_NO_STATION);
	if (ask->removal[s->remark[i]])
		bits |= BIT(ask->removal[s->remark[i]]);
	if (ask->deceased)
		bits |= named_bits(ask->deceased, s, i, CHECK_DECEASED);
	if (ask->forces)
		bits |= named_bits(ask->forces, s, i, CHECK_FORCES);
	return bits;
}

static bool
voters_see(void *ctx, const RollSlice *s, Arena *a, Err *err)
{
	(void)a, (void)err;
	Checking *k = ctx;
	size_t station = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (i == 0 || s->tps[i] != s->tps[i - 1])
			station = station_of(k, s->tps[i]);
		uint64_t bits = voter_bits(k, s, i);
		if (bits)
			findings_note(k, s->first + i, station, bits);
	}
	return true;
}

/* ---- voters against each other ---- */

typedef struct Together {
	RollKey key;
	uint64_t tps;
} Together;
typedef struct Pairing {
	Checking *k;
	bool families;
} Pairing;
typedef struct Filling {
	Pairing *p;
	Gather *g;
} Filling;

static bool
key_see(void *ctx, const RollSlice *s, Arena *a, Err *err)
{
	(void)a, (void)err;
	Filling *f = ctx;
	const uint64_t *key = f->p->families ? s->family : s->nik;
	for (size_t i = 0; i < s->n; i++)
		if (key[i] && gather_wants(f->g, key[i]))
			gather_put(f->g, &(Together){{key[i], s->first + i}, s->tps[i]});
	return true;
}

static bool
keys_fill(void *ctx, Gather *g, Err *err)
{
	Filling f = {ctx, g};
	const RollChecking *ask = f.p->k->ask;
	RollWalk w = {.file = ask->file,
		.columns = ROLL_BIT(ROLL_TPS) | ROLL_BIT(f.p->families ? ROLL_FAMILY : ROLL_NIK),
		.threads = ask->threads,
		.see = key_see,
		.ctx = &f,
		.stop = ask->stop};
	return roll_walk(&w, err);
}

static int
by_station(const void *a, const void *b)
{
	const Together *x = a, *y = b;
	if (x->tps != y->tps)
		return x->tps < y->tps ? -1 : 1;
	return x->key.row < y->key.row ? -1 : 1;
}

/* The narrowest area that holds both. */
static RollCheck
scope_of(uint64_t a, uint64_t b)
{
	if (a == b)
		return CHECK_NIK_TWICE_STATION;
	if (a / DIGITS_VILLAGE == b / DIGITS_VILLAGE)
		return CHECK_NIK_TWICE_VILLAGE;
	if (a / OVER_REGENCY == b / OVER_REGENCY)
		return CHECK_NIK_TWICE_REGENCY;
	return a / OVER_PROVINCE == b / OVER_PROVINCE ? CHECK_NIK_TWICE_PROVINCE
												  : CHECK_NIK_TWICE_COUNTRY;
}

/* In the order of their stations the nearest other one is a neighbour. */
static void
twice_note(Checking *k, const Together *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		RollCheck c = i ? scope_of(v[i - 1].tps, v[i].tps) : CHECK_NIK_TWICE_COUNTRY;
		RollCheck next = i + 1 < n ? scope_of(v[i].tps, v[i + 1].tps) : CHECK_NIK_TWICE_COUNTRY;
		findings_note(k, v[i].key.row, station_of(k, v[i].tps), BIT(next < c ? next : c));
	}
}

/* Who has no station yet is no part of it. */
static void
split_note(Checking *k, const Together *v, size_t n)
{
	for (size_t from = 0, to; from < n; from = to) {
		uint64_t village = v[from].tps / DIGITS_VILLAGE;
		for (to = from; to < n && v[to].tps / DIGITS_VILLAGE == village;)
			to++;
		while (from < to && v[from].tps % DIGITS_VILLAGE == 0)
			from++;
		if (from == to || v[from].tps == v[to - 1].tps)
			continue;
		for (size_t i = from; i < to; i++)
			findings_note(k, v[i].key.row, station_of(k, v[i].tps), BIT(CHECK_FAMILY_SPLIT));
	}
}

static void
together_see(void *ctx, void *record, size_t n)
{
	Pairing *p = ctx;
	Together *v = record;
	if (n < 2)
		return;
	qsort(v, n, sizeof *v, by_station);
	if (p->families)
		split_note(p->k, v, n);
	else
		twice_note(p->k, v, n);
}

static bool
together(Checking *k, bool families, Err *err)
{
	Pairing p = {k, families};
	GatherPlan plan = {.size = sizeof(Together),
		.total = roll_voters(k->ask->file),
		.at_once = k->ask->at_once,
		.threads = k->ask->threads,
		.fill = keys_fill,
		.group = together_see,
		.ctx = &p};
	return roll_gather(&plan, err);
}

/* ---- stations ---- */

static bool
count_see(void *ctx, const RollSlice *s, Arena *a, Err *err)
{
	(void)a;
	return roll_count_add(ctx, s, 0, err);
}

static void
stations_keep(Checking *k, RollCount *count, Arena *a)
{
	RollSums sums;
	roll_count_sums(count, &sums);
	RollStation *to = NEW(a, RollStation, sums.stations + 1);
	memcpy(to, roll_count_stations(count), sums.stations * sizeof *to);
	k->station = to;
	k->n = sums.stations;
	k->found = NEW(a, uint32_t, k->n * ROLL_CHECKS + 1);
	k->must = NEW(a, uint32_t, k->n + 1);
}

static bool
stations_count(Checking *k, Arena *a, Err *err)
{
	RollCount *count;
	if (!roll_count_new(&count, err))
		return false;
	RollWalk w = {.file = k->ask->file,
		.columns = ROLL_BIT(ROLL_NIK) | ROLL_BIT(ROLL_TPS) | ROLL_BIT(ROLL_SEX) |
			ROLL_BIT(ROLL_NIK_WRITTEN),
		.threads = k->ask->threads,
		.see = count_see,
		.ctx = count,
		.stop = k->ask->stop};
	bool ok = roll_walk(&w, err);
	if (ok)
		stations_keep(k, count, a);
	roll_count_close(count);
	return ok;
}

static void
limit_check(Checking *k)
{
	uint32_t limit = k->ask->limit;
	for (size_t i = 0; limit && i < k->n; i++)
		if (k->station[i].all > limit && k->station[i].tps % 1000)
			k->found[i * ROLL_CHECKS + CHECK_OVER_LIMIT] = k->station[i].all - limit;
}

/* ---- all of it ---- */

static int32_t
years_before(int32_t day, int years)
{
	char text[11];
	int part[3] = {0}, at = 0;
	int32_t out;
	date_format(day, text);
	for (const char *p = text; *p; p++) {
		if (*p == '-')
			at++;
		else
			part[at] = part[at] * 10 + (*p - '0');
	}
	if (!date_make(part[0] - years, part[1], part[2], &out))
		NEED(date_make(part[0] - years, part[1], part[2] - 1, &out));
	return out;
}

static int
by_row(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static bool
voters_check(Checking *k, Err *err)
{
	const RollChecking *ask = k->ask;
	bool names = (ask->deceased && ask->deceased->n_alike) || (ask->forces && ask->forces->n_alike);
	RollWalk w = {.file = ask->file,
		.columns = COLUMNS | (names ? ROLL_BIT(ROLL_NAME) : 0),
		.threads = ask->threads,
		.see = voters_see,
		.ctx = k,
		.progress = ask->progress,
		.progress_ctx = ask->ctx,
		.stop = ask->stop};
	return roll_walk(&w, err);
}

size_t
roll_check_room(const RollFile *f)
{
	size_t voters = (size_t)roll_voters(f), stations = voters < (1 << 21) ? voters : 1 << 21;
	return stations * (sizeof(RollStation) + 4 * (ROLL_CHECKS + 1)) + voters * 8 + voters / 8 +
		((size_t)1 << 20);
}

bool
roll_check(RollChecking *ask, Arena *a, Err *err)
{
	uint64_t voters = roll_voters(ask->file);
	Checking k = {.ask = ask};
	for (RollCheck c = 0; c < ROLL_CHECKS; c++)
		k.musts |= roll_check_words(c).must ? BIT(c) : 0;
	k.born = (Days){years_before(ask->polling_day, 17), years_before(ask->polling_day, 19),
		years_before(ask->polling_day, 100), years_before(ask->polling_day, 121) + 1};
	k.marked = (_Atomic uint64_t *)NEW(a, uint64_t, voters / 64 + 1);
	if (voters && !stations_count(&k, a, err))
		return false;
	k.row = ask->listing ? NEW(a, uint64_t, voters + 1) : NULL;
	if (voters && (!voters_check(&k, err) || !together(&k, false, err) || !together(&k, true, err)))
		return false;
	limit_check(&k);
	if (k.n_rows)
		qsort(k.row, k.n_rows, sizeof *k.row, by_row);
	ask->station = k.station;
	ask->n = k.n;
	ask->found = k.found;
	ask->must = k.must;
	ask->row = k.row;
	ask->n_rows = k.n_rows;
	return true;
}
