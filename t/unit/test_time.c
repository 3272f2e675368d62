/* time: the calendar agrees with the C library's, and instants come back as they went. */
#include "unit.h"

static int32_t
day(const char *text)
{
	int32_t days = 0;
	if (!date_parse(str_of(text), &days))
		fail_msg("'%s' was refused", text);
	return days;
}

/* Every day of four centuries against timegm, and back. */
static void
dates_agree_with_the_c_library(void **state)
{
	(void)state;
	for (int32_t d = -100000; d < 60000; d++) {
		time_t t = (time_t)d * 86400;
		struct tm tm;
		char want[64], got[11];
		assert_non_null(gmtime_r(&t, &tm));
		snprintf(want, sizeof want, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
		date_format(d, got);
		assert_string_equal(got, want);
		int32_t back = 1;
		assert_true(date_parse(str_of(got), &back));
		assert_int_equal(back, d);
		assert_int_equal(date_weekday(d), (tm.tm_wday + 6) % 7);
	}
}

static void
dates_have_bounds(void **state)
{
	(void)state;
	assert_int_equal(day("1970-01-01"), 0);
	assert_int_equal(day("2024-11-27"), 20054);
	assert_int_equal(date_weekday(day("2024-11-27")), 2); /* the vote was on a Wednesday */
	assert_int_equal(day("2024-02-29") + 1, day("2024-03-01"));
	assert_int_equal(day("2000-02-29") + 1, day("2000-03-01"));
	char out[11];
	int32_t first = day("0001-01-01"), last = day("9999-12-31");
	date_format(first, out);
	assert_string_equal(out, "0001-01-01");
	date_format(last, out);
	assert_string_equal(out, "9999-12-31");
	date_format(INT32_MIN, out); /* beyond: the nearest */
	assert_string_equal(out, "0001-01-01");
	date_format(INT32_MAX, out);
	assert_string_equal(out, "9999-12-31");
	assert_in_range(date_weekday(INT32_MIN), 0, 6);
	assert_in_range(date_weekday(INT32_MAX), 0, 6);
	assert_int_equal(date_weekday(-1), 2);
	assert_int_equal(date_weekday(-4), 6);
}

static void
dates_that_are_none(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "2024-11-2", "2024-11-271", "2024-1-27", "24-11-27",
		"2024/11/27", "2023-02-29", "1900-02-29", "2024-02-30", "2024-04-31", "2024-13-01",
		"2024-00-10", "2024-01-00", "2024-01-32", "2024-12-32", "0000-01-01", " 2024-11-27",
		"2024-11-27 ", "+024-11-27", "2024-11--1", "27-11-2024"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int32_t days = 5;
		if (date_parse(str_of(bad[i]), &days))
			fail_msg("'%s' was taken for a date", bad[i]);
		assert_int_equal(days, 5);
	}
}

static void
instants_are_read(void **state)
{
	(void)state;
	const int64_t nine_ten = INT64_C(1732500600000); /* 2024-11-25T02:10Z */
	static const struct {
		const char *text;
		int offset;
		int64_t after;
	} good[] = {
		{"2024-11-25T09:10+07:00", 0, 0},
		{"2024-11-25T09:10+0700", 0, 0},
		{"2024-11-25T09:10+07", 0, 0},
		{"2024-11-25 09:10+07:00", 0, 0},
		{"2024-11-25T02:10Z", 420, 0},
		{"2024-11-25T02:10:00.000Z", 420, 0},
		{"2024-11-25T09:10", 420, 0}, /* without a zone the one given */
		{"2024-11-25 09:10:11", 420, 11000},
		{"2024-11-25T09:10:11+07:00", 0, 11000},
		{"2024-11-25T09:10:11.123+07:00", 0, 11123},
		{"2024-11-25T09:10:11.1+07:00", 0, 11100},
		{"2024-11-25T09:10:11.123999+07:00", 0, 11123},
		{"2024-11-24T21:40-04:30", 0, 0},
		{"2024-11-25T11:10+09:00", 0, 0},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t ms = 0;
		if (!instant_parse(str_of(good[i].text), good[i].offset, &ms))
			fail_msg("'%s' was refused", good[i].text);
		if (ms != nine_ten + good[i].after)
			fail_msg("'%s' gave %lld", good[i].text, (long long)ms);
	}
}

static void
instants_that_are_none(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "2024-11-25", "2024-11-25T", "2024-11-25T09", "09:10",
		"2024-11-25T9:10Z", "2024-11-25T24:00Z", "2024-11-25T09:60Z", "2024-11-25T09:10:60Z",
		"2024-11-25T09:10:Z", "2024-11-25T09:10:11.Z", "2024-11-25T09:10:11.1234567890Z",
		"2024-11-25T09:10z", "2024-11-25T09:10 +07:00", "2024-11-25T09:10+7",
		"2024-11-25T09:10+07:", "2024-11-25T09:10+07:60", "2024-11-25T09:10+15:00",
		"2024-11-25T09:10+07:00x", "2024-11-25T09:10ZZ", "2024-11-25t09:10Z", "2024-02-30T09:10Z",
		"2024-11-25T09:10+", "2024-11-25T09:10+070", "2024-11-25T09:10 "};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms = 5;
		if (instant_parse(str_of(bad[i]), 420, &ms))
			fail_msg("'%s' was taken for an instant", bad[i]);
		assert_int_equal(ms, 5);
	}
}

static void
instants_are_written(void **state)
{
	(void)state;
	char out[30];
	instant_format(INT64_C(1732500611123), 420, out);
	assert_string_equal(out, "2024-11-25T09:10:11.123+07:00");
	instant_format(INT64_C(1732500611000), 420, out);
	assert_string_equal(out, "2024-11-25T09:10:11+07:00");
	instant_format(INT64_C(1732500611007), -270, out);
	assert_string_equal(out, "2024-11-24T21:40:11.007-04:30");
	instant_format(0, 0, out);
	assert_string_equal(out, "1970-01-01T00:00:00Z");
	instant_format(-1, 0, out);
	assert_string_equal(out, "1969-12-31T23:59:59.999Z");
	instant_format(INT64_MAX, 420, out); /* a wild device clock: the last instant there is */
	assert_string_equal(out, "9999-12-31T23:59:59.999+07:00");
	instant_format(INT64_MIN, -420, out);
	assert_string_equal(out, "0001-01-01T00:00:00-07:00");
}

static void
instants_there_and_back(void **state)
{
	(void)state;
	for (int64_t ms = -INT64_C(5000000000000); ms < INT64_C(5000000000000);
		 ms += INT64_C(9876543211)) {
		for (int offset = -720; offset <= 840; offset += 195) {
			char out[30];
			int64_t back = 0;
			instant_format(ms, offset, out);
			assert_true(instant_parse(str_of(out), 1, &back));
			assert_true(back == ms);
		}
	}
}

static void
clock_goes_forward(void **state)
{
	(void)state;
	int64_t before = clock_us();
	struct timespec pause = {.tv_nsec = 5000000};
	nanosleep(&pause, NULL);
	int64_t took = clock_us() - before;
	assert_in_range(took, 5000, 5000000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(dates_agree_with_the_c_library),
	cmocka_unit_test(dates_have_bounds),
	cmocka_unit_test(dates_that_are_none),
	cmocka_unit_test(instants_are_read),
	cmocka_unit_test(instants_that_are_none),
	cmocka_unit_test(instants_are_written),
	cmocka_unit_test(instants_there_and_back),
	cmocka_unit_test(clock_goes_forward),
};
UNIT_MAIN(tests, NULL, NULL)
