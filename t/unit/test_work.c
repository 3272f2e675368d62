/* work: every piece of work is done once, by as many threads as there are. */
#include "unit.h"

#include <stdatomic.h>

enum { PIECES = 1000 };

typedef struct Seen {
	atomic_int times[PIECES];
	atomic_int wrong;
	int threads;
} Seen;

static void
see(void *ctx, size_t i, int thread)
{
	Seen *s = ctx;
	atomic_fetch_add(&s->times[i], 1);
	if (thread < 0 || thread >= s->threads)
		atomic_fetch_add(&s->wrong, 1);
}

static void
test_each_once(void **state)
{
	(void)state;
	static const int threads[] = {1, 2, 7, WORK_THREADS};
	for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
		static Seen s;
		s = (Seen){.threads = threads[t]};
		work_share(threads[t], PIECES, see, &s);
		for (size_t i = 0; i < PIECES; i++)
			assert_int_equal(s.times[i], 1);
		assert_int_equal(s.wrong, 0);
	}
	work_share(3, 0, see, NULL);
	assert_in_range(work_threads(), 1, WORK_THREADS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_once)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
