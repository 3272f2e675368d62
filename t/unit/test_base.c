/* base: strings, buffers, maps, sorting, hashes do what base.h says. */
#include "unit.h"

/* ---- Str ---- */

static void
str_of_and_eq(void **state)
{
	(void)state;
	Str none = str_of(NULL);
	assert_null(none.p);
	assert_int_equal(none.n, 0);
	assert_int_equal(str_of("abc").n, 3);
	assert_true(str_eq(S("abc"), S("abc")));
	assert_false(str_eq(S("abc"), S("abd")));
	assert_false(str_eq(S("abc"), S("ab")));
	assert_true(str_eq(none, S("")));
	assert_true(str_eq((Str){"a\0b", 3}, (Str){"a\0b", 3}));
	assert_false(str_eq((Str){"a\0b", 3}, (Str){"a\0c", 3}));
}

static void
str_cmp_is_by_bytes(void **state)
{
	(void)state;
	assert_int_equal(str_cmp(S("a"), S("a")), 0);
	assert_true(str_cmp(S("a"), S("b")) < 0);
	assert_true(str_cmp(S("b"), S("a")) > 0);
	assert_true(str_cmp(S("a"), S("ab")) < 0); /* shorter first on a tie */
	assert_true(str_cmp(S("ab"), S("a")) > 0);
	assert_true(str_cmp(S("\xff"), S("a")) > 0); /* bytes are unsigned */
	assert_true(str_cmp((Str){0}, S("a")) < 0);
	assert_int_equal(str_cmp((Str){0}, S("")), 0);
}

static void
str_starts_and_ends(void **state)
{
	(void)state;
	assert_true(str_starts(S("abc"), S("ab")));
	assert_true(str_starts(S("abc"), S("")));
	assert_false(str_starts(S("ab"), S("abc")));
	assert_false(str_starts(S("abc"), S("b")));
	assert_true(str_ends(S("abc"), S("bc")));
	assert_true(str_ends(S("abc"), S("")));
	assert_false(str_ends(S("bc"), S("abc")));
	assert_false(str_ends(S("abc"), S("ab")));
	assert_true(str_starts((Str){0}, (Str){0}));
	assert_true(str_ends((Str){0}, (Str){0}));
}

static void
str_trim_and_slice(void **state)
{
	(void)state;
	SAME(str_trim(S(" \t\r\n a b \n")), "a b");
	SAME(str_trim(S(" \t ")), "");
	SAME(str_trim((Str){0}), "");
	SAME(str_slice(S("abcdef"), 1, 3), "bc");
	SAME(str_slice(S("abc"), 1, 99), "bc");
	SAME(str_slice(S("abc"), 99, 100), "");
	SAME(str_slice(S("abc"), 2, 1), "");
	SAME(str_slice((Str){0}, 1, 2), "");
}

static void
str_cut_at_the_first(void **state)
{
	(void)state;
	Str left, right;
	assert_true(str_cut(S("a=b=c"), '=', &left, &right));
	SAME(left, "a");
	SAME(right, "b=c");
	assert_true(str_cut(S("="), '=', &left, &right));
	SAME(left, "");
	SAME(right, "");
	assert_false(str_cut(S("abc"), '=', &left, &right));
	SAME(left, "abc");
	SAME(right, "");
	assert_false(str_cut((Str){0}, '=', &left, &right));
	SAME(left, "");
	Str rest = S("x,y"); /* the input may be one of the outputs */
	assert_true(str_cut(rest, ',', &left, &rest));
	SAME(left, "x");
	SAME(rest, "y");
}

static void
str_find_gives_the_first_place(void **state)
{
	(void)state;
	size_t at = 99;
	assert_true(str_find(S("aabaab"), S("ab"), &at));
	assert_int_equal(at, 1);
	assert_true(str_find(S("abc"), S("c"), &at));
	assert_int_equal(at, 2);
	assert_true(str_find(S("abc"), S("abc"), &at));
	assert_int_equal(at, 0);
	assert_true(str_find(S("abc"), S(""), &at));
	assert_int_equal(at, 0);
	assert_false(str_find(S("abc"), S("abcd"), &at));
	assert_false(str_find(S("abc"), S("x"), &at));
	assert_false(str_find((Str){"xab", 2}, S("ab"), &at)); /* not beyond its end */
	assert_false(str_find((Str){0}, S("x"), &at));
}

static void
str_int_takes_the_whole_string(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {{"0", 0}, {"-0", 0}, {"42", 42}, {"-7", -7}, {"007", 7},
		{"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN}};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t v = 1;
		assert_true(str_int(str_of(good[i].text), &v));
		assert_true(v == good[i].value);
	}
	static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "--1", "1e3",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t v = 77;
		if (str_int(str_of(bad[i]), &v))
			fail_msg("'%s' was taken for a number", bad[i]);
		assert_int_equal(v, 77);
	}
	int64_t v;
	assert_false(str_int((Str){"1\0", 2}, &v));
}

static void
str_is_digits_only(void **state)
{
	(void)state;
	assert_true(str_is_digits(S("0123456789")));
	assert_false(str_is_digits(S("")));
	assert_false(str_is_digits(S("-1")));
	assert_false(str_is_digits(S("1 ")));
	assert_false(str_is_digits(S("1\xd9\xa3"))); /* an Arabic digit */
}

static void
str_hash_spreads(void **state)
{
	(void)state;
	assert_true(str_hash(S("abc")) == str_hash(S("abc")));
	assert_true(str_hash((Str){0}) == str_hash(S("")));
	/* Every length up to 40, every single bit: all different, and about half of the bits change. */
	char bytes[40] = {0};
	for (size_t n = 1; n <= sizeof bytes; n++) {
		uint64_t plain = str_hash((Str){bytes, n});
		assert_true(plain != str_hash((Str){bytes, n - 1}));
		for (size_t bit = 0; bit < 8 * n; bit++) {
			bytes[bit / 8] ^= (char)(1 << bit % 8);
			int changed = __builtin_popcountll(plain ^ str_hash((Str){bytes, n}));
			bytes[bit / 8] ^= (char)(1 << bit % 8);
			assert_in_range(changed, 8, 56);
		}
	}
}

static void
hash_in_child(void)
{
	uint64_t h = str_hash(S("the same words"));
	if (write(1, &h, sizeof h) != (ssize_t)sizeof h)
		_exit(1);
}

/* This program, run again, hashes to something else: keyed at start-up. */
static void
str_hash_is_keyed_per_process(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		execl("/proc/self/exe", "test_base", "--hash", (char *)NULL);
		_exit(1);
	}
	uint64_t theirs = 0;
	assert_int_equal(read(ends[0], &theirs, sizeof theirs), sizeof theirs);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	close(ends[1]);
	assert_true(theirs != str_hash(S("the same words")));
}

static void
str_distance_is_levenshtein(void **state)
{
	(void)state;
	assert_int_equal(str_distance(S("kitten"), S("sitting")), 3);
	assert_int_equal(str_distance(S(""), S("abc")), 3);
	assert_int_equal(str_distance(S("abc"), S("")), 3);
	assert_int_equal(str_distance(S("abc"), S("abc")), 0);
	assert_int_equal(str_distance(S("recieved"), S("received")), 2);
	assert_int_equal(str_distance(S("flaw"), S("lawn")), 2);
	char longest[64];
	memset(longest, 'a', sizeof longest);
	assert_int_equal(str_distance((Str){longest, 63}, (Str){longest, 63}), 0);
	assert_int_equal(str_distance((Str){longest, 63}, S("")), 63);
	assert_true(str_distance((Str){longest, 64}, S("a")) == SIZE_MAX);
	assert_true(str_distance(S("a"), (Str){longest, 64}) == SIZE_MAX);
}

/* ---- Buf ---- */

static void
buf_collects(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	buf_add(&b, S("ab"));
	buf_add(&b, (Str){0});
	buf_byte(&b, ',');
	buf_fmt(&b, "%s-%d", "x", 7);
	buf_byte(&b, ',');
	buf_int(&b, INT64_MIN);
	buf_byte(&b, ',');
	buf_int(&b, INT64_MAX);
	buf_byte(&b, ',');
	buf_int(&b, 0);
	SAME(buf_str(&b), "ab,x-7,-9223372036854775808,9223372036854775807,0");
	for (int i = 0; i < 100000; i++)
		buf_byte(&b, 'z');
	assert_int_equal(b.n, 100049);
	assert_false(b.failed);
	char *before = b.p;
	buf_clear(&b);
	assert_int_equal(b.n, 0);
	assert_ptr_equal(b.p, before); /* memory is kept */
}

static void
buf_failure_is_sticky(void **state)
{
	(void)state;
	AUTO(Buf) b = {.max = 5};
	buf_add(&b, S("12345"));
	assert_false(b.failed);
	assert_true(buf_check(&b, &err));
	buf_byte(&b, '6');
	assert_true(b.failed);
	assert_false(buf_check(&b, &err));
	assert_int_equal(err.code, E_LIMIT);
	buf_add(&b, S(""));
	SAME(buf_str(&b), "12345");
	buf_clear(&b);
	assert_false(b.failed);
	buf_fmt(&b, "%d", 123456);
	assert_true(b.failed);
	buf_int(&b, 1); /* would fit, and yet nothing more comes in */
	assert_int_equal(b.n, 0);
	buf_clear(&b);
	buf_int(&b, 12345);
	SAME(buf_str(&b), "12345");
	buf_close(&b);
	assert_null(b.p);
	assert_int_equal(b.max, 5);
}

static void
buf_stops_at_one_gibibyte(void **state)
{
	(void)state;
	AUTO(Buf)
	b = {.n = ((size_t)1 << 30) - 1, .cap = (size_t)1 << 31}; /* as if so much were in it */
	buf_add(&b, S("ab"));
	assert_true(b.failed);
	b.n = 0;
}

/* ---- Map ---- */

static void
map_holds_many(void **state)
{
	(void)state;
	AUTO(Arena) a;
	OK(arena_open(&a, 64 << 20, &err));
	Map m = map_new(&a);
	uint64_t v = 5;
	assert_false(map_get(&m, S("x"), &v));
	assert_int_equal(v, 5);
	for (uint64_t i = 0; i < 20000; i++) {
		map_set(&m, arena_fmt(&a, "key %llu", (unsigned long long)i), i * 3);
		assert_false(map_get(&m, S("absent"), NULL)); /* at every fill: never full, so it ends */
	}
	assert_int_equal(m.n, 20000);
	assert_int_equal(m.cap & (m.cap - 1), 0);
	for (uint64_t i = 0; i < 20000; i++) {
		char key[32];
		snprintf(key, sizeof key, "key %llu", (unsigned long long)i);
		assert_true(map_get(&m, str_of(key), &v));
		assert_int_equal(v, i * 3);
	}
	assert_false(map_get(&m, S("key 20000"), &v));
	map_set(&m, S("key 7"), 1);
	assert_int_equal(m.n, 20000);
	assert_true(map_get(&m, S("key 7"), &v));
	assert_int_equal(v, 1);
	assert_true(map_get(&m, S("key 8"), NULL));
}

static void
map_takes_an_empty_key(void **state)
{
	(void)state;
	AUTO(Arena) a;
	OK(arena_open(&a, 1 << 20, &err));
	Map m = map_new(&a);
	map_set(&m, (Str){0}, 0);
	uint64_t v = 9;
	assert_true(map_get(&m, S(""), &v));
	assert_int_equal(v, 0);
	assert_int_equal(m.n, 1);
}

/* ---- Sorting ---- */

static void
sort_str_is_by_bytes(void **state)
{
	(void)state;
	Str v[] = {S("b"), S("\xc3\xa9"), S("ab"), S(""), S("a"), S("b")};
	sort_str(v, 6);
	static const char *const want[] = {"", "a", "ab", "b", "b", "\xc3\xa9"};
	for (size_t i = 0; i < 6; i++)
		SAME(v[i], want[i]);
	sort_str(NULL, 0);
}

/* ---- Hash and hex ---- */

static void
sha256_known_answers(void **state)
{
	(void)state;
	/* FIPS 180-2, appendix B, and the empty message. */
	static const char *const want[][2] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	Hasher *h;
	OK(hasher_open(&h, &err));
	for (size_t i = 0; i < 3; i++) {
		char hex[65];
		Str text = str_of(want[i][0]);
		Sha256 once = sha256(text), parts;
		hex_encode(once.b, 32, hex);
		assert_string_equal(hex, want[i][1]);
		hasher_begin(h); /* the same hasher again and again, in two parts */
		hasher_add(h, str_slice(text, 0, 1));
		hasher_add(h, str_slice(text, 1, text.n));
		hasher_end(h, &parts);
		assert_memory_equal(parts.b, once.b, 32);
	}
	hasher_begin(h); /* one that was given up leaves no trace */
	hasher_add(h, S("left over"));
	hasher_begin(h);
	Sha256 empty, want_empty = sha256((Str){0});
	hasher_end(h, &empty);
	assert_memory_equal(empty.b, want_empty.b, 32);
	hasher_close(h);
	hasher_close(NULL);
}

static void
hex_there_and_back(void **state)
{
	(void)state;
	unsigned char bytes[256], back[256];
	char hex[513];
	for (int i = 0; i < 256; i++)
		bytes[i] = (unsigned char)i;
	hex_encode(bytes, 256, hex);
	assert_int_equal(strlen(hex), 512);
	assert_memory_equal(hex, "000102", 6);
	assert_memory_equal(hex + 506, "fdfeff", 6);
	assert_true(hex_decode(str_of(hex), back, 256));
	assert_memory_equal(bytes, back, 256);
	assert_true(hex_decode(S("aBCd"), back, 2));
	assert_int_equal(back[0], 0xab);
	assert_int_equal(back[1], 0xcd);
	assert_false(hex_decode(S("abc"), back, 1));
	assert_false(hex_decode(S("abcd"), back, 1));
	assert_false(hex_decode(S("ab"), back, 2));
	assert_false(hex_decode(S("g0"), back, 1));
	assert_false(hex_decode(S("0/"), back, 1));
	assert_true(hex_decode(S(""), back, 0));
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--hash") == 0) {
		hash_in_child();
		return 0;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(str_of_and_eq),
		cmocka_unit_test(str_cmp_is_by_bytes),
		cmocka_unit_test(str_starts_and_ends),
		cmocka_unit_test(str_trim_and_slice),
		cmocka_unit_test(str_cut_at_the_first),
		cmocka_unit_test(str_find_gives_the_first_place),
		cmocka_unit_test(str_int_takes_the_whole_string),
		cmocka_unit_test(str_is_digits_only),
		cmocka_unit_test(str_hash_spreads),
		cmocka_unit_test(str_hash_is_keyed_per_process),
		cmocka_unit_test(str_distance_is_levenshtein),
		cmocka_unit_test(buf_collects),
		cmocka_unit_test(buf_failure_is_sticky),
		cmocka_unit_test(buf_stops_at_one_gibibyte),
		cmocka_unit_test(map_holds_many),
		cmocka_unit_test(map_takes_an_empty_key),
		cmocka_unit_test(sort_str_is_by_bytes),
		cmocka_unit_test(sha256_known_answers),
		cmocka_unit_test(hex_there_and_back),
	};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
