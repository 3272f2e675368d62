/* utf8: what is text and what is not, measured and folded; utf8proc and all bytes are the oracle. */
#include "unit.h"

#include "fmt/fmt.h"

#include <utf8proc.h>

/* The same question answered by the slow road: utf8proc decodes, and the controls are listed. */
static bool
oracle(const unsigned char *p, size_t n, size_t *at)
{
	for (size_t i = 0; i < n;) {
		utf8proc_int32_t c;
		utf8proc_ssize_t len = utf8proc_iterate(p + i, (utf8proc_ssize_t)(n - i), &c);
		bool control = c < 0x20 ? c != '\t' && c != '\r' && c != '\n' : c >= 0x7f && c < 0xa0;
		if (len <= 0 || control) {
			*at = i;
			return false;
		}
		i += (size_t)len;
	}
	return true;
}

static void
agree(const unsigned char *p, size_t n)
{
	size_t want_at = 0, got_at = 0;
	bool want = oracle(p, n, &want_at), got = utf8_check((Str){(const char *)p, n}, &got_at);
	if (want != got || (!want && want_at != got_at)) {
		for (size_t i = 0; i < n; i++)
			print_error("%02x ", p[i]);
		fail_msg("expected %d at %zu, came %d at %zu", want, want_at, got, got_at);
	}
}

/* All sequences of one and two bytes, all of three that start high, the borders of four. */
static void
agrees_with_the_oracle(void **state)
{
	(void)state;
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++) {
			agree((unsigned char[]){(unsigned char)a, (unsigned char)b}, 2);
			agree((unsigned char[]){(unsigned char)a}, 1);
		}
	for (unsigned a = 0xe0; a < 0x100; a++)
		for (unsigned b = 0x70; b < 0xd0; b++)
			for (unsigned c = 0; c<256; c += c> 0x78 && c < 0xc2 ? 1 : 17) {
				unsigned char p[4] = {(unsigned char)a, (unsigned char)b, (unsigned char)c, 0x80};
				agree(p, 3);
				agree(p, 4);
				p[3] = 0xc0;
				agree(p, 4);
			}
}

/* One bad byte at each place of texts around the eight-byte step is found where it is. */
static void
finds_the_first_bad_byte(void **state)
{
	(void)state;
	static const unsigned char bad[] = {0, 1, 0x1f, 0x7f, 0x80, 0xff, 0xc3};
	char text[40];
	for (size_t n = 1; n <= sizeof text; n++)
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < sizeof bad; k++) {
				memset(text, 'a', sizeof text);
				text[0] = '\t';
				text[n - 1] = '\n';
				text[i] = (char)bad[k];
				agree((unsigned char *)text, n);
				size_t at = 99;
				assert_false(utf8_check((Str){text, n}, &at));
				assert_int_equal(at, i);
			}
	size_t at;
	assert_true(utf8_check((Str){0}, &at));
	assert_true(utf8_check(S("Sungai Penuh, \xe2\x82\xac 5\r\n"), &at));
}

static void
measures(void **state)
{
	(void)state;
	assert_int_equal(utf8_length(S("")), 0);
	assert_int_equal(utf8_length(S("caf\xc3\xa9")), 4);
	assert_int_equal(utf8_length(S("\xf0\x9f\x97\xb3\xe2\x82\xac")), 2);
	assert_int_equal(utf8_width(S("")), 0);
	assert_int_equal(utf8_width(S("caf\xc3\xa9")), 4);
	assert_int_equal(utf8_width(S("e\xcc\x81")), 1);                /* combining */
	assert_int_equal(utf8_width(S("\xe6\xbc\xa2\xe5\xad\x97")), 4); /* wide */
}

static void
folds(void **state)
{
	(void)state;
	AUTO(Arena) a;
	OK(arena_open(&a, 1 << 20, &err));
	SAME(utf8_fold(&a, S("Nama TPS @[`{")), "nama tps @[`{");
	SAME(utf8_fold(&a, (Str){0}), "");
	SAME(utf8_fold(&a, S("CAF\xc3\x89")), "caf\xc3\xa9");
	SAME(utf8_fold(&a, S("Cafe\xcc\x81")), "caf\xc3\xa9"); /* composed */
	SAME(utf8_fold(&a,
			 S("Stra\xc3\x9f"
			   "e")),
		"strasse");
	SAME(utf8_fold(&a, S("bad \xff")), "bad \xff"); /* as it came */
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(agrees_with_the_oracle),
	cmocka_unit_test(finds_the_first_bad_byte),
	cmocka_unit_test(measures),
	cmocka_unit_test(folds),
};
UNIT_MAIN(tests, NULL, NULL)
