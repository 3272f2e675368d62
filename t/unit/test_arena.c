/* arena: memory is zeroed, aligned, scratch by value, gapped under sanitizers, and never runs over. */
#include "unit.h"

#ifdef SIAP_SAN
#include <sanitizer/asan_interface.h>
#endif

static void
gives_zeroed_aligned_memory(void **state)
{
	(void)state;
	AUTO(Arena) a;
	OK(arena_open(&a, 1 << 20, &err));
	char *byte = NEW(&a, char, 1);
	int64_t *words = NEW(&a, int64_t, 100);
	assert_int_equal((uintptr_t)words % _Alignof(int64_t), 0);
	assert_true((char *)words > byte);
	for (int i = 0; i < 100; i++)
		assert_true(words[i] == 0);
	char *page = arena_alloc(&a, 10, 4096, 1);
	assert_int_equal((uintptr_t)page % 4096, 0);
	assert_non_null(arena_alloc(&a, 8, 8, 0));
}

static void
scratch_by_value_is_free_again(void **state)
{
	(void)state;
	AUTO(Arena) a;
	OK(arena_open(&a, 1 << 20, &err));
	char *first = NEW(&a, char, 8);
	Arena tmp = a;
	char *scratch = NEW(&tmp, char, 5000);
	memset(scratch, 'x', 5000);
	char *next = NEW(&a, char, 5000);
	assert_ptr_equal(next, scratch);
	for (int i = 0; i < 5000; i++) /* zeroed again */
		assert_int_equal(next[i], 0);
	assert_true(next > first);
}

/* Large blocks are zeroed by giving whole pages back: the edges between must be zeroed too, and the neighbours left alone. */
static void
large_blocks_are_zeroed_to_the_edges(void **state)
{
	(void)state;
	enum { BIG = (3 << 20) + 5001 };
	AUTO(Arena) a;
	OK(arena_open(&a, 64 << 20, &err));
	char *before = NEW(&a, char, 777);
	memset(before, 'b', 777);
	Arena tmp = a;
	memset(NEW(&tmp, char, BIG + 9000), 'x', BIG + 9000);
	char *big = NEW(&a, char, BIG);
	for (size_t i = 0; i < BIG; i++)
		if (big[i])
			fail_msg("byte %zu is not zeroed", i);
	for (int i = 0; i < 777; i++)
		assert_int_equal(before[i], 'b');
}

static void
reset_keeps_the_range(void **state)
{
	(void)state;
	AUTO(Arena) a;
	OK(arena_open(&a, 64 << 20, &err));
	char *before = NEW(&a, char, 32 << 20);
	memset(before, 'x', 32 << 20);
	arena_reset(&a);
	char *after = NEW(&a, char, 32 << 20);
	assert_ptr_equal(before, after);
	assert_int_equal(after[0], 0);
	assert_int_equal(after[(32 << 20) - 1], 0);
}

static void
strings_are_copied(void **state)
{
	(void)state;
	AUTO(Arena) a;
	OK(arena_open(&a, 1 << 20, &err));
	char text[] = "abc";
	Str copy = arena_str(&a, (Str){text, 2});
	const char *c = arena_cstr(&a, (Str){text, 3});
	text[0] = 'x';
	SAME(copy, "ab");
	assert_int_equal(copy.p[2], 0); /* a NUL that is not counted */
	assert_string_equal(c, "abc");
	SAME(arena_str(&a, (Str){0}), "");
	SAME(arena_fmt(&a, "%s=%d", "n", 5), "n=5");
	Str f = arena_fmt(&a, "%0999d", 7);
	assert_int_equal(f.n, 999);
	assert_int_equal(f.p[999], 0);
}

static void
reserves_more_than_the_machine_has(void **state)
{
	(void)state;
	AUTO(Arena) a;
	OK(arena_open(&a, (size_t)1 << 40, &err)); /* a tebibyte: touched only as used */
	NEW(&a, char, 100)[99] = 1;
}

static void
refuses_what_cannot_be(void **state)
{
	(void)state;
	Arena a;
	REFUSED(arena_open(&a, SIZE_MAX - 5, &err), E_LIMIT, "cannot reserve");
	REFUSED(
		arena_open(&a, (size_t)1 << 60, &err), E_LIMIT, "cannot reserve 1152921504606846976 bytes");
	REFUSED(arena_open(&a, 0, &err), E_LIMIT, "cannot reserve");
	arena_close(&a); /* zero after a refusal */
	arena_close(&(Arena){0});
	arena_reset(&(Arena){0});
}

static void
close_twice(void **state)
{
	(void)state;
	Arena a;
	OK(arena_open(&a, 5000, &err));
	arena_close(&a);
	assert_null(a.base);
	arena_close(&a);
}

static Arena small;

static void
exhaust(void)
{
	for (int i = 0; i < 100; i++)
		NEW(&small, char, 100);
}

static void
overflow(void)
{
	arena_alloc(&small, SIZE_MAX / 2, 1, 3);
}

static void
near_overflow(void)
{
	arena_alloc(&small, SIZE_MAX - 8, 1, 1);
}

static void
odd_alignment(void)
{
	arena_alloc(&small, 1, 3, 1);
}

static void
zero_arena(void)
{
	arena_alloc(&(Arena){0}, 1, 1, 0);
}

static void
exhaustion_kills_the_process(void **state)
{
	(void)state;
	OK(arena_open(&small, 4096, &err));
	ABORTS(exhaust);
	ABORTS(overflow);
	ABORTS(near_overflow);
	ABORTS(odd_alignment);
	ABORTS(zero_arena);
	arena_close(&small);
}

#ifdef SIAP_SAN
static void
sanitizers_see_the_gap(void **state)
{
	(void)state;
	AUTO(Arena) a;
	OK(arena_open(&a, 1 << 20, &err));
	char *p = NEW(&a, char, 16), *q = NEW(&a, char, 16);
	assert_true(q - p >= 16 + 32);
	assert_false(__asan_address_is_poisoned(p + 15));
	for (int i = 16; i < 48; i++)
		assert_true(__asan_address_is_poisoned(p + i));
	assert_true(__asan_address_is_poisoned(q + 16 + 32)); /* not handed out yet */
	Arena tmp = a;
	char *scratch = NEW(&tmp, char, 200);
	NEW(&a, char, 16);
	assert_true(__asan_address_is_poisoned(scratch + 16)); /* gap within what scratch had */
	arena_reset(&a);
	assert_true(__asan_address_is_poisoned(p));
	arena_close(&a);
	assert_false(__asan_address_is_poisoned(p)); /* the address may serve others */
}
#endif

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(gives_zeroed_aligned_memory),
	cmocka_unit_test(scratch_by_value_is_free_again),
	cmocka_unit_test(large_blocks_are_zeroed_to_the_edges),
	cmocka_unit_test(reset_keeps_the_range),
	cmocka_unit_test(strings_are_copied),
	cmocka_unit_test(reserves_more_than_the_machine_has),
	cmocka_unit_test(refuses_what_cannot_be),
	cmocka_unit_test(close_twice),
	cmocka_unit_test(exhaustion_kills_the_process),
#ifdef SIAP_SAN
	cmocka_unit_test(sanitizers_see_the_gap),
#endif
};
UNIT_MAIN(tests, NULL, NULL)
