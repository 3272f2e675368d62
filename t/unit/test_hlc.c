/* hlc: hybrid logical clocks have one text each, and the properties that the paper proves of them. */
#include "unit.h"

static Hlc
value(const char *text)
{
	Hlc h = {0};
	if (!hlc_parse(str_of(text), &h))
		fail_msg("'%s' was refused", text);
	return h;
}

static void
texts_are_canonical(void **state)
{
	(void)state;
	static const char *const good[] = {
		"0.0", "1732155000000.3", "1732155000000.0", "253402300799999.999999999", "7.10"};
	static const char *const bad[] = {"", ".", "1", "1.", ".1", "01.0", "1.00", "1.01", "-1.0",
		"1.-1", "+1.0", "1.0.0", "1 .0", "1.0 ", "1.1000000000", "253402300800000.0", "1,0", "a.b",
		"99999999999999999999.0", "1.99999999999999999999"};
	char text[HLC_TEXT];
	Hlc h;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		hlc_format(value(good[i]), text);
		assert_string_equal(text, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (hlc_parse(str_of(bad[i]), &h))
			fail_msg("'%s' was taken", bad[i]);
	assert_false(hlc_parse((Str){"1.0\0", 4}, &h));
}

static void
order(void **state)
{
	(void)state;
	static const char *const sorted[] = {"0.0", "0.1", "9.0", "9.9", "9.10", "10.0", "10.1"};
	enum { N = sizeof sorted / sizeof *sorted };
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			int c = hlc_cmp(value(sorted[i]), value(sorted[j]));
			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
		}
}

/* Figure 5 of the paper, by hand: the clock stands still, goes on, is behind another's, and runs backwards. */
static void
steps(void **state)
{
	(void)state;
	Hlc c = {0};
	const struct {
		int64_t now;
		const char *from, *is;
	} step[] = {{100, NULL, "100.0"}, {100, NULL, "100.1"}, {101, NULL, "101.0"},
		{90, NULL, "101.1"}, {101, "120.4", "120.5"}, {102, "120.4", "120.6"},
		{103, "110.9", "120.7"}, {121, "120.9", "121.0"}, {121, "121.0", "121.1"},
		{130, "125.3", "130.0"}, {1, "130.999999999", "131.0"}, {131, NULL, "131.1"}};
	for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
		char is[HLC_TEXT];
		if (step[i].from)
			hlc_receive(&c, value(step[i].from), step[i].now);
		else
			hlc_tick(&c, step[i].now);
		hlc_format(c, is);
		assert_string_equal(is, step[i].is);
	}
}

static uint64_t
dice(uint64_t *state, uint64_t sides)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (*state >> 33) % sides;
}

/* Devices with clocks that are wrong, jump and run backwards send each other messages. Each value is higher than the one before it on
 * its device and than that of the message received; none is above the largest physical clock that anybody has shown; and it is
 * never behind its own device's clock. */
static void
properties(void **state)
{
	(void)state;
	enum { DEVICES = 5, STEPS = 20000, MESSAGES = 64 };
	uint64_t seed = 4;
	Hlc clock[DEVICES] = {{0}}, message[MESSAGES] = {{0}};
	int64_t physical[DEVICES], largest = 0, counted = 0;
	for (int i = 0; i < DEVICES; i++)
		physical[i] = 1000 + 500 * i;
	for (int i = 0; i < STEPS; i++) {
		size_t d = dice(&seed, DEVICES), m = dice(&seed, MESSAGES);
		Hlc before = clock[d];
		physical[d] += dice(&seed, 3) ? (int64_t)dice(&seed, 3) : -(int64_t)dice(&seed, 4);
		largest = physical[d] > largest ? physical[d] : largest;
		if (dice(&seed, 2)) {
			hlc_receive(&clock[d], message[m], physical[d]);
			assert_true(hlc_cmp(clock[d], message[m]) > 0);
		} else {
			hlc_tick(&clock[d], physical[d]);
			message[m] = clock[d]; /* sent */
		}
		assert_true(hlc_cmp(clock[d], before) > 0);
		assert_true(clock[d].wall >= physical[d]);
		assert_true(clock[d].wall <= largest);
		counted += clock[d].count > 0;
	}
	assert_true(counted > STEPS / 10); /* the counter had something to do */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(texts_are_canonical),
		cmocka_unit_test(order), cmocka_unit_test(steps), cmocka_unit_test(properties)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
