/* The clock of a workspace: it is now for everything, outlives the process, and times in the log never run backwards. */
#include "support.h"

static _Atomic int64_t hand; /* what the machine's clock says in these tests */

static int64_t
hand_now(void *ctx)
{
	(void)ctx;
	return hand;
}

static int64_t
time_of(Desk *d, Gate *g, const char *cells)
{
	OK(d, desk_enter(d, g, "tps", cells));
	return workspace_event_time(&d->w, d->event);
}

static void
test_stands(void **state)
{
	(void)state;
	const int64_t day = 86400000, start = INT64_C(1732060800000);
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	d->env.now = hand_now;
	hand = start;
	desk_reopen(d);
	assert_true(workspace_clock(&d->w) == CLOCK_REAL);
	assert_true(workspace_now(&d->w) == hand);
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, gate_clock(g, start + day, &d->err));
	assert_true(workspace_now(&d->w) == start + day);
	assert_true(time_of(d, g, "tps=1571011001001") == start + day);
	OK(d, gate_clock(g, start + 3 * day, &d->err));
	assert_true(time_of(d, g, "tps=1571011001002") == start + 3 * day);
	REFUSED(d, gate_clock(g, start + 2 * day, &d->err), E_INPUT);
	assert_true(workspace_clock(&d->w) == start + 3 * day);
	gate_close(g);
	desk_reopen(d);
	assert_true(workspace_clock(&d->w) == start + 3 * day);
	/* Who says what time it is goes before it. */
	d->env.now_given = true;
	desk_reopen(d);
	assert_true(workspace_clock(&d->w) == CLOCK_REAL);
	assert_true(workspace_now(&d->w) == hand);
	desk_close(d);
}

static void
test_never_backwards(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	d->env.now = hand_now;
	hand = INT64_C(1732060800000);
	desk_reopen(d);
	OK(d, gate_open(&d->w, &g, &d->err));
	assert_true(time_of(d, g, "tps=1571011001001") == hand);
	hand -= 5000;
	assert_true(time_of(d, g, "tps=1571011001002") == hand + 5000);
	gate_close(g);
	/* Nor after a restart. */
	OK(d, gate_open(&d->w, &g, &d->err));
	assert_true(time_of(d, g, "tps=1571011001003") == hand + 5000);
	hand += 6000;
	assert_true(time_of(d, g, "tps=1571011001004") == hand);
	gate_close(g);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stands), cmocka_unit_test(test_never_backwards)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
