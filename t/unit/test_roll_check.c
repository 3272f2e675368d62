/* roll: checks, counts and comparison of stored versions, against what is known of made-up voters. */
#include "unit.h"

#include "roll/roll.h"

#include <stdlib.h>
#include <unistd.h>

enum { MB = 1 << 20, MOST = 6000, CELL = 24 };
static char folder[] = "/tmp/siap-check-XXXXXX";
static Arena arena;
static int32_t polling_day;

typedef struct Voter {
	uint64_t nik, family, tps;
	int32_t birth;
	uint8_t sex, marriage, card, disability, remark;
	char name[CELL], written[CELL], street[CELL];
	int who; /* the same person has one number in all lists */
} Voter;

/* ---- chance, the same in every run ---- */

static uint64_t seed;

static uint32_t
below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((seed >> 33) % n);
}

static int32_t
day(int year, int month, int of_month)
{
	int32_t out = 0;
	assert_true(date_make(year, month, of_month, &out));
	return out;
}

/* ---- voters ---- */

static uint64_t
nik_for(int year, int month, int of_month, bool female, uint32_t serial)
{
	uint64_t date = (uint64_t)(of_month + (female ? 40 : 0)) * 10000 + (uint64_t)month * 100 +
		(uint64_t)(year % 100);
	return (UINT64_C(990101) * 1000000 + date) * 10000 + serial;
}

/* A voter with whom nothing is wrong. */
static Voter
voter(int who)
{
	static const char *const name[] = {"SRI WAHYUNI", "AHMAD", "BUDI SANTOSO", "NUR AINI", "EKO"};
	int year = 1940 + (int)below(60), month = 1 + (int)below(12), of_month = 1 + (int)below(28);
	bool female = below(2);
	Voter v = {.who = who,
		.nik = nik_for(year, month, of_month, female, (uint32_t)(1 + who % 9999)),
		.family = UINT64_C(9901010101000001) + (uint64_t)who,
		.tps = UINT64_C(1509012001001) + below(3) * 1000 + below(4),
		.birth = day(year, month, of_month),
		.sex = female ? SEX_FEMALE : SEX_MALE,
		.marriage = MARRIAGE_MARRIED,
		.card = 'S'};
	snprintf(v.name, CELL, "%s %c%c", name[below(5)], 'A' + who % 26, 'A' + who / 26 % 26);
	snprintf(v.street, CELL, "JL. %u", below(50));
	return v;
}

/* ---- a version of them ---- */

static void
text_add(RollSlice *s, RollColumn c, const Voter *v, size_t n, size_t at)
{
	uint32_t *start = NEW(&arena, uint32_t, n + 2);
	uint16_t *of = NEW(&arena, uint16_t, n);
	char *bytes = NEW(&arena, char, n *CELL + 1);
	uint32_t used = 0;
	for (size_t i = 0; i < n; i++) {
		const char *text = (const char *)&v[i] + at;
		start[i + 1] = used;
		memcpy(bytes + used, text, strlen(text));
		used += (uint32_t)strlen(text);
		of[i] = (uint16_t)(i + 1);
	}
	start[n + 1] = used;
	s->text[c - ROLL_NAME] = of;
	s->texts[c - ROLL_NAME] = (RollTexts){(uint32_t)n + 1, start, bytes};
}

static RollSlice
slice(const Voter *v, size_t n)
{
	RollSlice s = {.n = n};
	uint64_t *number[3];
	uint8_t *small[5];
	int32_t *birth = NEW(&arena, int32_t, n);
	for (int k = 0; k < 3; k++)
		number[k] = NEW(&arena, uint64_t, n);
	for (int k = 0; k < 5; k++)
		small[k] = NEW(&arena, uint8_t, n);
	for (size_t i = 0; i < n; i++) {
		number[0][i] = v[i].nik;
		number[1][i] = v[i].family;
		number[2][i] = v[i].tps;
		birth[i] = v[i].birth;
		small[0][i] = v[i].sex;
		small[1][i] = v[i].marriage;
		small[2][i] = v[i].card;
		small[3][i] = v[i].disability;
		small[4][i] = v[i].remark;
	}
	s.nik = number[0];
	s.family = number[1];
	s.tps = number[2];
	s.birth = birth;
	s.sex = small[0];
	s.marriage = small[1];
	s.card = small[2];
	s.disability = small[3];
	s.remark = small[4];
	static const char empty[CELL];
	for (RollColumn c = ROLL_NAME; c < ROLL_COLUMNS; c++) {
		s.text[c - ROLL_NAME] = NEW(&arena, uint16_t, n);
		s.texts[c - ROLL_NAME] = (RollTexts){1, NEW(&arena, uint32_t, 2), empty};
	}
	text_add(&s, ROLL_NAME, v, n, offsetof(Voter, name));
	text_add(&s, ROLL_NIK_WRITTEN, v, n, offsetof(Voter, written));
	text_add(&s, ROLL_STREET, v, n, offsetof(Voter, street));
	return s;
}

static RollFile *
version(const Voter *v, size_t n)
{
	static const unsigned char key[32] = {7};
	static unsigned char id[16];
	static int number;
	RollWriter *w;
	RollFile *f;
	Sha256 hash;
	id[0]++;
	const char *path = arena_fmt(&arena, "%s/%d.roll", folder, ++number).p;
	OK(roll_create(path, key, id, &w, &err));
	size_t at = 0;
	for (uint64_t place = 0; at < n; place++) {
		size_t some = 1 + below(900);
		some = some < n - at ? some : n - at;
		RollSlice s = slice(v + at, some);
		OK(roll_writer_add(w, place, &s, &err));
		at += some;
	}
	OK(roll_writer_end(w, &hash, NULL, &err));
	OK(roll_open(path, key, &f, &err));
	assert_int_equal(unlink(path), 0);
	return f;
}

static RollLook
look(int threads)
{
	return (RollLook){.polling_day = polling_day, .threads = threads};
}

/* ---- checks ---- */

static const RollRules rules = {.removal = {[4] = true}};

static uint32_t
found(const Voter *v, size_t n, size_t which)
{
	RollFile *f = version(v, n);
	RollLook l = look(2);
	RollChecks *k;
	RollSlice s;
	OK(roll_checks_open(f, &rules, &l, &arena, &k, &err));
	for (size_t i = 0;; i++) {
		OK(roll_read(f, i, CHECK_COLUMNS, &arena, &s, &err));
		if (which < s.first + s.n)
			break;
	}
	uint32_t out = roll_checks_of(k, &s, which - (size_t)s.first);
	roll_close(f);
	return out;
}

#define BIT(c) (UINT32_C(1) << (c))

static void
test_each(void **state)
{
	(void)state;
	seed = 1;
	Voter good = voter(1), v;
	good.birth = day(1980, 5, 17);
	good.sex = SEX_MALE;
	good.nik = nik_for(1980, 5, 17, false, 3);
	assert_int_equal(found(&good, 1, 0), 0);
#define FINDS(checks, ...)                         \
	do {                                           \
		v = good;                                  \
		__VA_ARGS__;                               \
		assert_int_equal(found(&v, 1, 0), checks); \
	} while (0)
	FINDS(BIT(CHECK_NIK_EMPTY), v.nik = 0);
	FINDS(BIT(CHECK_NIK_FORM), (v.nik = 0, snprintf(v.written, CELL, "990101170580003")));
	FINDS(BIT(CHECK_NIK_DATE), (v.nik = 0, snprintf(v.written, CELL, "99010132%08d", 5800003)));
	FINDS(BIT(CHECK_BIRTH_DIFFERS), v.birth++);
	FINDS(BIT(CHECK_SEX_DIFFERS), v.sex = SEX_FEMALE);
	FINDS(BIT(CHECK_BIRTH_EMPTY), v.birth = ROLL_NO_DATE);
	FINDS(BIT(CHECK_REMOVED), v.remark = 4);
	FINDS(0, v.remark = 3);
	FINDS(BIT(CHECK_NO_STATION), v.tps -= v.tps % 1000);
	FINDS(BIT(CHECK_UNRECORDED), v.card = 'B');
	/* 17 on polling day itself is old enough; a day younger only who is married. */
	FINDS(0,
		(v.birth = day(2007, 11, 27), v.nik = nik_for(2007, 11, 27, false, 3),
			v.marriage = MARRIAGE_NOT_YET));
	FINDS(BIT(CHECK_TOO_YOUNG),
		(v.birth = day(2007, 11, 28), v.nik = nik_for(2007, 11, 28, false, 3),
			v.marriage = MARRIAGE_NOT_YET));
	FINDS(BIT(CHECK_UNRECORDED) | BIT(CHECK_UNRECORDED_YOUNG),
		(v.birth = day(2007, 11, 28), v.nik = nik_for(2007, 11, 28, false, 3), v.card = 'B'));
	/* Who is not born yet is no child that married; 121 years is another century, 120 a person to visit. */
	FINDS(BIT(CHECK_CENTURY), (v.birth = day(2080, 5, 17)));
	FINDS(
		BIT(CHECK_CENTURY), (v.birth = day(1903, 11, 27), v.nik = nik_for(1903, 11, 27, false, 3)));
	FINDS(BIT(CHECK_VERY_OLD),
		(v.birth = day(1903, 11, 28), v.nik = nik_for(1903, 11, 28, false, 3)));
	FINDS(BIT(CHECK_VERY_OLD),
		(v.birth = day(1914, 11, 27), v.nik = nik_for(1914, 11, 27, false, 3)));
}

static void
test_repeats(void **state)
{
	(void)state;
	seed = 2;
	static const struct {
		uint64_t tps;
		RollCheck check;
	} other[] = {{UINT64_C(1509012001001), CHECK_TWICE_STATION},
		{UINT64_C(1509012001002), CHECK_TWICE_VILLAGE},
		{UINT64_C(1509022001002), CHECK_TWICE_REGENCY}, {UINT64_C(1508012001001), CHECK_TWICE_FAR}};
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		Voter v[2] = {voter(1), voter(2)};
		v[1].nik = v[0].nik;
		v[1].birth = v[0].birth;
		v[1].sex = v[0].sex;
		v[0].tps = UINT64_C(1509012001001);
		v[1].tps = other[i].tps;
		for (size_t which = 0; which < 2; which++)
			assert_int_equal(found(v, 2, which), BIT(other[i].check));
	}
	Voter v[3] = {voter(1), voter(2), voter(3)};
	v[0].tps = v[1].tps = UINT64_C(1509012001001);
	v[2].tps = UINT64_C(1509012001002);
	v[0].family = v[2].family;
	assert_int_equal(found(v, 3, 0), BIT(CHECK_FAMILY_SPLIT));
	assert_int_equal(found(v, 3, 1), 0);
	v[2].tps = UINT64_C(1509012002001); /* another village */
	assert_int_equal(found(v, 3, 0), 0);
}

/* Counts of many voters are those of each alone, for any number of threads. */
static void
test_counts(void **state)
{
	(void)state;
	seed = 3;
	static Voter v[MOST];
	for (int i = 0; i < MOST; i++) {
		v[i] = voter(i);
		if (below(20) == 0)
			v[i].nik = v[below((uint32_t)i + 1)].nik;
		if (below(20) == 0)
			v[i].card = 'B';
		if (below(30) == 0)
			v[i].birth = day(2006 + (int)below(3), 1 + (int)below(12), 1 + (int)below(28));
	}
	RollFile *f = version(v, MOST);
	RollTally first = {0}, stats = {0};
	for (int threads = 1; threads <= 4; threads++) {
		RollLook l = look(threads);
		RollChecks *k;
		RollTally t, s;
		OK(roll_checks_open(f, &rules, &l, &arena, &k, &err));
		OK(roll_checks_count(k, &arena, &t, &err));
		OK(roll_stats(f, &l, &arena, &s, &err));
		if (threads == 1) {
			first = t;
			stats = s;
		}
		assert_int_equal(t.n, first.n);
		assert_memory_equal(t.tps, first.tps, t.n * sizeof *t.tps);
		assert_memory_equal(t.count, first.count, t.n * t.width * sizeof *t.count);
		assert_memory_equal(s.count, stats.count, s.n * s.width * sizeof *s.count);
	}
	uint64_t twice = 0, naive = 0, unrecorded = 0, cards = 0, women = 0, female = 0, all = 0;
	for (size_t i = 0; i < first.n; i++) {
		const uint32_t *c = first.count + i * first.width;
		twice += c[CHECK_TWICE_STATION] + c[CHECK_TWICE_VILLAGE] + c[CHECK_TWICE_REGENCY] +
			c[CHECK_TWICE_FAR];
		unrecorded += c[CHECK_UNRECORDED];
		women += stats.count[i * stats.width + STAT_FEMALE];
		all += c[CHECKED_VOTERS];
	}
	for (int i = 0; i < MOST; i++) {
		bool again = false;
		for (int k = 0; k < MOST && !again; k++)
			again = k != i && v[k].nik == v[i].nik;
		naive += again;
		cards += v[i].card == 'B';
		female += v[i].sex == SEX_FEMALE;
	}
	assert_true(naive > 100);
	assert_int_equal(twice, naive);
	assert_int_equal(unrecorded, cards);
	assert_int_equal(women, female);
	assert_int_equal(all, MOST);
	RollTally villages = roll_tally_sum(&stats, 1000, &arena);
	assert_int_equal(villages.n, 3);
	roll_close(f);
}

/* ---- comparison ---- */

static RollDiff
compare(const RollFile *old, const RollFile *new, int threads)
{
	RollDiff out;
	RollDiffAsk ask = {
		.old = old, .new = new, .removal = rules.removal, .look = look(threads), .list = true};
	OK(roll_diff(&ask, &arena, &out, &err));
	return out;
}

/* Edits of which it is known what they are come out as such, voter by voter; the other way round new and lost change places. */
static void
test_diff(void **state)
{
	(void)state;
	static Voter old[MOST], new[MOST + 100];
	for (int round = 0; round < 8; round++) {
		uint64_t wanted[ROLL_FATES] = {0}, by_name = 0;
		size_t n_old = 500 + below(2000), n = 0;
		seed = (uint64_t)round + 10;
		for (size_t i = 0; i < n_old; i++) {
			RollFate fate = below(10) ? FATE_UNCHANGED : (RollFate)below(FATE_NEW);
			old[i] = voter((int)i);
			if (fate == FATE_REMOVED)
				old[i].remark = 4;
			wanted[fate]++;
			if (fate >= FATE_REMOVED)
				continue;
			Voter v = old[i];
			if (fate == FATE_CHANGED)
				v.marriage = MARRIAGE_ONCE;
			if (fate == FATE_MOVED)
				v.tps += 50;
			if (fate == FATE_STRUCK)
				v.remark = 4;
			if (fate == FATE_MOVED && below(2)) { /* and another number: name and date find it */
				v.nik += 5000;
				by_name++;
			}
			new[n++] = v;
		}
		for (int i = 0; i < 20; i++, wanted[FATE_NEW]++)
			new[n++] = voter(MOST + i);
		for (size_t i = n; i > 1; i--) {
			size_t k = below((uint32_t)i);
			Voter swap = new[k];
			new[k] = new[i - 1];
			new[i - 1] = swap;
		}
		RollFile *a = version(old, n_old), *b = version(new, n);
		RollDiff d = compare(a, b, 3), back = compare(b, a, 1), self = compare(a, a, 2);
		for (int fate = 0; fate < ROLL_FATES; fate++)
			assert_int_equal(d.sum[fate], wanted[fate]);
		assert_int_equal(d.by_name, by_name);
		for (RollDiffers p = 0; p < ROLL_DIFFERS; p++)
			assert_int_equal(d.part[p],
				p == DIFFERS_MARRIAGE  ? wanted[FATE_CHANGED]
					: p == DIFFERS_NIK ? by_name
									   : 0);
		assert_int_equal(d.n, n_old - wanted[FATE_UNCHANGED] + wanted[FATE_NEW]);
		for (size_t i = 0; i < d.n; i++)
			if (d.voter[i].old_row != ROLL_NO_ROW && d.voter[i].new_row != ROLL_NO_ROW)
				assert_int_equal(old[d.voter[i].old_row].who, new[d.voter[i].new_row].who);
		assert_int_equal(back.sum[FATE_NEW], wanted[FATE_LOST] + wanted[FATE_REMOVED]);
		assert_int_equal(back.sum[FATE_LOST], wanted[FATE_NEW]);
		assert_int_equal(
			self.sum[FATE_UNCHANGED] + self.sum[FATE_STRUCK], n_old); /* marked ones stay marked */
		roll_close(a);
		roll_close(b);
	}
}

/* ---- lists of people ---- */

static RollNamed
named(const char *text)
{
	RollNamed out;
	const char *path = arena_fmt(&arena, "%s/named.csv", folder).p;
	OK(file_write_atomic(path, str_of(text), 0600, &err));
	OK(roll_named_read(path, &arena, &out, &err));
	assert_int_equal(unlink(path), 0);
	return out;
}

static uint32_t
on_list(const Voter *v, RollNamed dead, RollNamed forces)
{
	RollRules with = {.deceased = dead, .forces = forces};
	RollFile *f = version(v, 1);
	RollLook l = look(1);
	RollChecks *k;
	RollSlice s;
	OK(roll_checks_open(f, &with, &l, &arena, &k, &err));
	OK(roll_read(f, 0, CHECK_COLUMNS, &arena, &s, &err));
	uint32_t out = roll_checks_of(k, &s, 0);
	roll_close(f);
	return out;
}

static void
test_named(void **state)
{
	(void)state;
	Voter v = voter(1);
	v.birth = day(1980, 5, 17);
	v.sex = SEX_MALE;
	v.nik = nik_for(1980, 5, 17, false, 3);
	snprintf(v.name, CELL, "SITI AMINAH");
	const char *nik = arena_fmt(&arena, "%llu", (unsigned long long)v.nik).p;
	const RollNamed none = {0};
	RollNamed by_nik = named(arena_fmt(&arena, "No,NIK\n1,%s\n2,x\n", nik).p);
	assert_int_equal(by_nik.rows, 2);
	assert_int_equal(by_nik.unread, 1);
	assert_int_equal(on_list(&v, by_nik, none), BIT(CHECK_DECEASED));
	assert_int_equal(on_list(&v, none, by_nik), BIT(CHECK_FORCES));
	RollNamed by_name = named("Nama;Tgl Lahir\nsiti  aminah;17-05-1980\n");
	assert_int_equal(on_list(&v, by_name, none), BIT(CHECK_DECEASED_ALIKE));
	assert_int_equal(on_list(&v, by_nik, by_name), BIT(CHECK_DECEASED) | BIT(CHECK_FORCES_ALIKE));
	by_name = named("Nama;Tgl Lahir\nsiti aminah;18-05-1980\n");
	assert_int_equal(by_name.unread, 0);
	assert_int_equal(on_list(&v, by_name, none), 0);
	const char *path = arena_fmt(&arena, "%s/bad.csv", folder).p;
	OK(file_write_atomic(path, S("nama,alamat\nA,B\n"), 0600, &err));
	REFUSED(roll_named_read(path, &arena, &by_nik, &err), E_INPUT, "neither a column NIK");
	assert_int_equal(unlink(path), 0);
}

/* ---- one number in very many rows, as a file filled with a dummy has ---- */

enum { DUMMIES = 60000 };

static RollCheck
nearest(const Voter *v, int n, int i)
{
	static const uint64_t unit[] = {1, 1000, UINT64_C(1000000000)};
	RollCheck out = ROLL_CHECKS;
	for (int k = 0; k < n; k++) {
		RollCheck c = CHECK_TWICE_STATION;
		for (int u = 0; u < 3 && v[k].tps / unit[u] != v[i].tps / unit[u]; u++)
			c++;
		if (k != i && v[k].nik == v[i].nik && c < out)
			out = c;
	}
	return out;
}

/* Each is marked by the nearest of the others, as by looking at all pairs. */
static void
test_nearest(void **state)
{
	(void)state;
	static const uint64_t tps[] = {UINT64_C(1509012001001), UINT64_C(1509012001002),
		UINT64_C(1509012002001), UINT64_C(1509022001001), UINT64_C(1508012001001),
		UINT64_C(1507012001001)};
	seed = 5;
	Voter v[60];
	for (int i = 0; i < 60; i++) {
		v[i] = voter(i);
		v[i].tps = tps[below(6)];
		if (i)
			v[i].nik = v[below((uint32_t)i)].nik;
	}
	for (int i = 0; i < 60; i++) {
		RollCheck want = nearest(v, 60, i);
		uint32_t twice = BIT(CHECK_TWICE_STATION) | BIT(CHECK_TWICE_VILLAGE) |
			BIT(CHECK_TWICE_REGENCY) | BIT(CHECK_TWICE_FAR);
		assert_int_equal(found(v, 60, (size_t)i) & twice, want == ROLL_CHECKS ? 0 : BIT(want));
	}
}

/* Looking at all pairs of them would take minutes. */
static void
test_dummies(void **state)
{
	(void)state;
	static Voter old[DUMMIES], new[DUMMIES];
	seed = 4;
	for (int i = 0; i < DUMMIES; i++) {
		old[i] = voter(i);
		old[i].nik = nik_for(1990, 1, 1, false, 1);
		old[i].tps = UINT64_C(1509012001001) + (uint64_t)i % 700;
		new[DUMMIES - 1 - i] = old[i];
	}
	new[7].tps += 7000;
	new[9].marriage = MARRIAGE_ONCE;
	int64_t start = clock_us();
	RollFile *a = version(old, DUMMIES), *b = version(new, DUMMIES);
	RollLook l = look(2);
	RollChecks *k;
	RollTally t;
	uint64_t twice = 0;
	OK(roll_checks_open(a, &rules, &l, &arena, &k, &err));
	OK(roll_checks_count(k, &arena, &t, &err));
	for (size_t i = 0; i < t.n; i++)
		twice += t.count[i * t.width + CHECK_TWICE_STATION];
	assert_int_equal(twice, DUMMIES);
	RollDiff d = compare(a, b, 2);
	assert_int_equal(d.sum[FATE_MOVED], 1);
	assert_int_equal(d.sum[FATE_CHANGED], 1);
	assert_int_equal(d.sum[FATE_UNCHANGED], DUMMIES - 2);
	assert_true(clock_us() - start < 30 * INT64_C(1000000));
	roll_close(a);
	roll_close(b);
}

/* ---- finding ---- */

static size_t
count_found(const RollFile *f, const RollSearch *q, int32_t first)
{
	RollHits hits;
	RollLook l = look(3);
	OK(roll_search(f, q, &l, &arena, &hits, &err));
	if (first >= 0)
		assert_int_equal(hits.hit[0].row, first);
	return hits.n;
}

static void
test_find(void **state)
{
	(void)state;
	seed = 5;
	static Voter v[3000];
	for (int i = 0; i < 3000; i++) {
		v[i] = voter(i);
		if (below(30) == 0)
			v[i].nik = v[below((uint32_t)i + 1)].nik;
	}
	snprintf(v[700].name, CELL, "SOEDJONO HADI");
	snprintf(v[1700].name, CELL, "H. HADI SUJONO, S.PD");
	snprintf(v[2700].name, CELL, "SUDJONNO");
	RollFile *f = version(v, 3000);
	for (int round = 0; round < 40; round++) {
		uint64_t nik = v[below(3000)].nik, from = UINT64_C(1509012000000) + below(3) * 1000;
		size_t naive = 0, there = 0;
		for (int i = 0; i < 3000; i++) {
			naive += v[i].nik == nik;
			there += v[i].nik == nik && v[i].tps >= from && v[i].tps < from + 1000;
		}
		assert_int_equal(count_found(f, &(RollSearch){.nik = nik}, -1), naive);
		RollSearch q = {.nik = nik, .tps_from = from, .tps_to = from + 1000};
		assert_int_equal(count_found(f, &q, -1), there);
	}
	assert_int_equal(count_found(f, &(RollSearch){.family = v[9].family}, 9), 1);
	assert_int_equal(count_found(f, &(RollSearch){.name = S("sujono hadi")}, 700), 2);
	assert_int_equal(count_found(f, &(RollSearch){.name = S("Sudjono")}, 700), 3);
	assert_int_equal(count_found(f, &(RollSearch){.name = S("Sudjomo")}, -1), 3);
	assert_int_equal(count_found(f, &(RollSearch){.name = S("QWERTZ")}, -1), 0);
	roll_close(f);
}

int
main(void)
{
	polling_day = day(2024, 11, 27);
	assert_non_null(mkdtemp(folder));
	OK(arena_open(&arena, (size_t)4096 * MB, &err));
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_each), cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_counts), cmocka_unit_test(test_find), cmocka_unit_test(test_diff),
		cmocka_unit_test(test_nearest), cmocka_unit_test(test_named),
		cmocka_unit_test(test_dummies)};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&arena);
	return failed || rmdir(folder) != 0;
}
