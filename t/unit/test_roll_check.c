/* roll check: what is said of each voter, and of voters against each other as by comparing all pairs; the same for any number of threads and
 * passes. All people are made up. */
#include "unit.h"

#include "voters.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/siap-check-XXXXXX";
static Arena arena;
static int32_t POLL;
#define DISTRICT UINT64_C(990101)
#define STATION  UINT64_C(1571091002001)

static uint64_t
below(uint64_t n)
{
	static uint64_t seed = 5;
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static const char *
path_of(const char *name)
{
	return arena_fmt(&arena, "%s/%s", folder, name).p;
}

static int32_t
day(int y, int m, int d)
{
	int32_t days;
	assert_true(date_make(y, m, d, &days));
	return days;
}

static Voter
good(uint32_t i)
{
	int32_t birth = day(1980, 3, 4);
	return (Voter){.nik = voter_nik(DISTRICT, birth, false, i),
		.family = UINT64_C(9915010101010000) + i,
		.tps = STATION,
		.birth = birth,
		.sex = SEX_MALE,
		.marriage = MARRIAGE_MARRIED,
		.card = 'S',
		.name = "AHMAD",
		.id = i};
}

static RollChecking
check(const Voter *v, size_t n, RollChecking k)
{
	AUTO(RollFileP) f = NULL;
	OK(voters_write(path_of("v.roll"), v, n, 7, &f, &err));
	k.file = f;
	k.polling_day = POLL;
	if (!k.threads)
		k.threads = 2;
	OK(roll_check(&k, &arena, &err));
	k.file = NULL;
	return k;
}

static uint32_t
found(const RollChecking *k, uint64_t tps, RollCheck c)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->station[i].tps == tps)
			return k->found[i * ROLL_CHECKS + c];
	fail_msg("no station %llu", (unsigned long long)tps);
	return 0;
}

/* One voter with one thing wrong: exactly the checks named are found. */
static void
only(const char *what, Voter v, RollChecking k, RollCheck a, RollCheck b)
{
	uint32_t must = 0;
	k = check(&v, 1, k);
	for (RollCheck c = 0; c < ROLL_CHECKS; c++) {
		uint32_t want = c == a || c == b;
		must |= want && roll_check_words(c).must;
		if (k.found[c] != want)
			fail_msg("%s: %s is %u, expected %u", what, roll_check_words(c).id, k.found[c], want);
	}
	if (k.must[0] != must)
		fail_msg("%s: must be mended %u, expected %u", what, k.must[0], must);
}
#define ONLY(check, ...)                                        \
	do {                                                        \
		Voter v = good(1);                                      \
		__VA_ARGS__;                                            \
		only(#__VA_ARGS__, v, (RollChecking){0}, check, check); \
	} while (0)

static void
test_alone(void **state)
{
	(void)state;
	ONLY(ROLL_CHECKS, v.nik += 0);
	ONLY(CHECK_NIK_EMPTY, v.nik = 0);
	ONLY(CHECK_NIK_LENGTH, v.nik = 0, v.written = "991501410190001");
	ONLY(CHECK_NIK_MANGLED, v.nik = 0, v.written = "9.9E+15");
	ONLY(CHECK_NIK_LETTERS, v.nik = 0, v.written = "99150x");
	ONLY(CHECK_SEX_NIK, v.sex = SEX_FEMALE);
	ONLY(ROLL_CHECKS, v.sex = SEX_UNKNOWN);
	ONLY(CHECK_BIRTH_NIK, v.birth++);
	ONLY(CHECK_BIRTH_MISSING, v.birth = ROLL_NO_DATE);
	ONLY(CHECK_CARD_MISSING, v.card = 'B');
	ONLY(CHECK_CARD_UNKNOWN, v.card = 0);
	ONLY(CHECK_NO_STATION, v.tps -= 1);
	/* of a NIK that says nothing of their age */
	ONLY(CHECK_AGE_100, v.birth = day(1924, 11, 27), v.nik = voter_nik(DISTRICT, v.birth, 0, 1));
	ONLY(ROLL_CHECKS, v.birth = day(1924, 11, 28), v.nik = voter_nik(DISTRICT, v.birth, 0, 1));
	ONLY(ROLL_CHECKS, v.birth = day(2007, 11, 27), v.nik = voter_nik(DISTRICT, v.birth, 0, 1),
		v.marriage = MARRIAGE_NOT_YET);
}

static void
test_age(void **state)
{
	(void)state;
	Voter v = good(1);
	v.birth = day(2007, 11, 28);
	v.nik = voter_nik(DISTRICT, v.birth, 0, 1);
	RollCheck century = CHECK_CENTURY; /* the NIK says 1907, for who was born in 2007 has no vote */
	v.marriage = MARRIAGE_NOT_YET;
	only("one day too young", v, (RollChecking){0}, CHECK_AGE_UNDER, century);
	v.marriage = MARRIAGE_UNKNOWN;
	only("marriage not stated", v, (RollChecking){0}, CHECK_AGE_UNDER, century);
	v.marriage = MARRIAGE_ONCE;
	only("was married", v, (RollChecking){0}, century, century);
	v = good(1);
	v.birth = day(1880, 3, 4);
	only("another century", v, (RollChecking){0}, CHECK_AGE_120, century);
	v.birth = day(2080, 3, 4);
	only("not born yet", v, (RollChecking){0}, century, century);
	v = good(1);
	v.birth = day(2006, 1, 1);
	v.nik = voter_nik(DISTRICT, v.birth, 0, 1);
	v.card = 'B';
	only("18, no card", v, (RollChecking){0}, CHECK_CARD_MISSING, CHECK_CARD_SCHOOL);
	v.birth = day(2005, 11, 27);
	v.nik = voter_nik(DISTRICT, v.birth, 0, 1);
	only("19 on polling day", v, (RollChecking){0}, CHECK_CARD_MISSING, CHECK_CARD_MISSING);
}

static void
test_rules(void **state)
{
	(void)state;
	RollChecking k = {.removal = {[8] = CHECK_REMOVED_STATION, [1] = CHECK_REMOVED_DEAD}};
	Voter v = good(1);
	v.remark = 8;
	only("code 8", v, k, CHECK_REMOVED_STATION, CHECK_REMOVED_STATION);
	v.remark = 2;
	only("a code of no class", v, k, ROLL_CHECKS, ROLL_CHECKS);
	const uint32_t district[] = {157101, 157102};
	k = (RollChecking){.district = district, .n_districts = 2};
	v = good(1);
	only("made-up people are of no district", v, k, ROLL_CHECKS, ROLL_CHECKS);
	v.nik = voter_nik(157102, v.birth, false, 1);
	only("a known district", v, k, ROLL_CHECKS, ROLL_CHECKS);
	v.nik = voter_nik(157103, v.birth, false, 1);
	only("an unknown district", v, k, CHECK_NIK_AREA, CHECK_NIK_AREA);
	Voter many[9];
	for (uint32_t i = 0; i < 9; i++)
		many[i] = good(i + 1);
	k = check(many, 9, (RollChecking){.limit = 7});
	assert_int_equal(found(&k, STATION, CHECK_OVER_LIMIT), 2);
	RollCheck c;
	assert_true(roll_check_removal(S("station"), &c) && c == CHECK_REMOVED_STATION);
	assert_false(roll_check_removal(S("stations"), &c));
	for (RollCheck i = 0; i < ROLL_CHECKS; i++)
		assert_true(roll_check_find(str_of(roll_check_words(i).id), &c) && c == i &&
			*roll_check_words(i).title && *roll_check_words(i).remedy);
}

/* ---- lists of people ---- */

static RollNamed
named(const char *text)
{
	RollNamed out;
	const char *path = path_of("named.csv");
	OK(file_write_atomic(path, str_of(text), 0600, &err));
	OK(roll_named_read(path, &arena, &out, &err));
	return out;
}

static void
test_named(void **state)
{
	(void)state;
	Voter v[3] = {good(1), good(2), good(3)};
	v[1].name = "SITI, DRA";
	RollNamed dead = named(arena_fmt(&arena,
		"No,NIK,Nama,Tanggal Lahir\n1,%llu,AHMAD,\n2,,siti  dra.,04-03-1980\n3,x,,\n",
		(unsigned long long)v[0].nik)
							   .p);
	assert_int_equal(dead.rows, 3);
	assert_int_equal(dead.unread, 1);
	RollNamed forces = named(arena_fmt(&arena, "nik\n%llu\n", (unsigned long long)v[2].nik).p);
	RollChecking k = check(v, 3, (RollChecking){.deceased = &dead, .forces = &forces});
	assert_int_equal(k.found[CHECK_DECEASED], 1);
	assert_int_equal(k.found[CHECK_DECEASED_ALIKE], 1);
	assert_int_equal(k.found[CHECK_FORCES], 1);
	assert_int_equal(k.found[CHECK_FORCES_ALIKE], 0);
	dead = named("nama,tgl lahir\nSiti Dra,04/03/1980\n");
	k = check(v, 3, (RollChecking){.deceased = &dead});
	assert_int_equal(k.found[CHECK_DECEASED], 0);
	assert_int_equal(k.found[CHECK_DECEASED_ALIKE], 1);
	const char *path = path_of("bad.csv");
	OK(file_write_atomic(path, S("nama,alamat\nA,B\n"), 0600, &err));
	REFUSED(roll_named_read(path, &arena, &dead, &err), E_INPUT, "neither a column NIK");
}

/* ---- against each other: as by comparing all pairs ---- */

static RollCheck
scope(uint64_t a, uint64_t b)
{
	static const uint64_t over[] = {1, 1000, 1000000000, 100000000000};
	for (unsigned i = 0; i < 4; i++)
		if (a / over[i] == b / over[i])
			return CHECK_NIK_TWICE_STATION + i;
	return CHECK_NIK_TWICE_COUNTRY;
}

static uint64_t
expected(const Voter *v, size_t n, size_t i)
{
	RollCheck nearest = ROLL_CHECKS;
	uint64_t bits = 0;
	for (size_t j = 0; j < n; j++) {
		if (i != j && v[i].nik && v[i].nik == v[j].nik && scope(v[i].tps, v[j].tps) < nearest)
			nearest = scope(v[i].tps, v[j].tps);
		if (v[i].family && v[i].family == v[j].family && v[i].tps != v[j].tps &&
			v[i].tps / 1000 == v[j].tps / 1000 && v[i].tps % 1000 && v[j].tps % 1000)
			bits = UINT64_C(1) << CHECK_FAMILY_SPLIT;
	}
	return nearest == ROLL_CHECKS ? bits : bits | UINT64_C(1) << nearest;
}

enum { PEOPLE = 600 };
static void
people_make(Voter *v)
{
	static const uint64_t place[] = {STATION, STATION + 1, STATION - 1, STATION + 1000,
		UINT64_C(1571111001001), UINT64_C(1501011001001), UINT64_C(3171011001001)};
	for (uint32_t i = 0; i < PEOPLE; i++) {
		v[i] = good((uint32_t)below(PEOPLE) + 1);
		v[i].tps = place[below(7)];
		v[i].family = below(200);
		if (below(20) == 0)
			v[i].nik = 0;
	}
}

static void
test_pairs(void **state)
{
	(void)state;
	static Voter v[PEOPLE];
	for (int round = 0; round < 6; round++) {
		people_make(v);
		RollCheck list = CHECK_NIK_TWICE_STATION + (unsigned)round;
		uint64_t wanted = 0;
		static uint32_t want[16][ROLL_CHECKS];
		memset(want, 0, sizeof want);
		RollChecking k = check(v, PEOPLE,
			(RollChecking){.threads = 1 + round % 3,
				.at_once = round % 2 ? 37 : 0,
				.listing = true,
				.list = list,
				.high = UINT64_MAX});
		for (size_t i = 0; i < PEOPLE; i++) {
			size_t at = 0;
			while (k.station[at].tps != v[i].tps)
				at++;
			uint64_t bits = expected(v, PEOPLE, i);
			for (unsigned c = CHECK_NIK_TWICE_STATION; c <= CHECK_FAMILY_SPLIT; c++)
				want[at][c] += bits >> c & 1;
			if (bits >> list & 1)
				assert_int_equal(k.row[wanted++], i);
		}
		assert_int_equal(k.n_rows, wanted);
		assert_true(wanted > 0);
		for (size_t at = 0; at < k.n; at++)
			for (unsigned c = CHECK_NIK_TWICE_STATION; c <= CHECK_FAMILY_SPLIT; c++)
				assert_int_equal(k.found[at * ROLL_CHECKS + c], want[at][c]);
	}
}

/* A voter with two findings that must be mended is one voter. */
static void
test_must_once(void **state)
{
	(void)state;
	Voter v[4] = {good(1), good(1), good(2), good(3)};
	v[0].tps = v[1].tps = v[2].tps = STATION;
	v[0].nik = v[1].nik = voter_nik(DISTRICT, v[0].birth = v[1].birth = day(2010, 1, 1), 0, 1);
	v[0].marriage = v[1].marriage = MARRIAGE_NOT_YET;
	v[3].tps = STATION + 1;
	RollChecking k = check(v, 4, (RollChecking){0});
	assert_int_equal(found(&k, STATION, CHECK_AGE_UNDER), 2);
	assert_int_equal(found(&k, STATION, CHECK_NIK_TWICE_STATION), 2);
	assert_int_equal(k.must[0], 2);
	assert_int_equal(k.must[1], 0);
}

static void
test_stop(void **state)
{
	(void)state;
	AUTO(RollFileP) f = NULL;
	Voter v = good(1);
	const volatile bool stop = true;
	OK(voters_write(path_of("v.roll"), &v, 1, 7, &f, &err));
	RollChecking k = {.file = f, .polling_day = POLL, .threads = 2, .stop = &stop};
	REFUSED(roll_check(&k, &arena, &err), E_BUSY, "stopped");
}

static int
setup(void **state)
{
	(void)state;
	POLL = 20054; /* 27 November 2024 */
	return mkdtemp(folder) && arena_open(&arena, (size_t)1 << 30, NULL) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		(void)unlink(path_of((const char *[]){"v.roll", "named.csv", "bad.csv"}[i]));
	arena_close(&arena);
	return rmdir(folder);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_alone),
	cmocka_unit_test(test_age),
	cmocka_unit_test(test_rules),
	cmocka_unit_test(test_named),
	cmocka_unit_test(test_pairs),
	cmocka_unit_test(test_must_once),
	cmocka_unit_test(test_stop),
};
UNIT_MAIN(tests, setup, teardown)
