/* As of a moment: what the log replays to is what really stood then, and a board on it says what the board said then. */
#include "random.h"
#include "support.h"

#include <dirent.h>
#include <sys/wait.h>

enum { MOMENTS = 9, CHANGES = 120 };

static _Atomic int64_t hand = INT64_C(1732060800000); /* 20 Nov 2024; moved by the tests */

static int64_t
hand_now(void *ctx)
{
	(void)ctx;
	return hand;
}

static void
same_rows(Str want, Str got, int moment)
{
	Str a, b;
	while (want.n || got.n) {
		str_cut(want, '\n', &a, &want);
		str_cut(got, '\n', &b, &got);
		if (!str_eq(a, b))
			fail_msg("moment %d: stood then: '%.*s', replayed: '%.*s'", moment, STR(a), STR(b));
	}
}

static void
same_board(Desk *d, const Board *want, const Board *got, const char *how)
{
	Str difference = {0};
	if (!board_equal(want, got, &difference, &d->a))
		fail_msg("%s: %.*s", how, STR(difference));
}

static void
no_leftovers(Desk *d)
{
	DIR *dir = opendir(d->ws);
	assert_non_null(dir);
	for (const struct dirent *e; (e = readdir(dir));)
		if (str_starts(str_of(e->d_name), S("asof.")))
			fail_msg("'%s' is left over", e->d_name);
	closedir(dir);
}

static int64_t
number(Desk *d, const char *sql, Str name)
{
	Stmt *s;
	bool row;
	OK(d, db_prepare(d->w.db, str_of(sql), &s, &d->err));
	db_set_text(s, "name", name);
	OK(d, db_step(s, &row, &d->err));
	int64_t n = db_int(s, 0);
	db_reset(s);
	return n;
}

/* ---- tests ---- */

static void
test_equals_what_stood(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	AsOfP step = NULL;
	BoardP follower = NULL;
	int64_t at[MOMENTS];
	Str rows[MOMENTS];
	Board *board[MOMENTS];
	d->env.now = hand_now;
	desk_reopen(d);
	OK(d, gate_open(&d->w, &g, &d->err));
	for (int m = 0; m < MOMENTS; m++) {
		for (int i = 0; i < CHANGES; i++, hand += (int64_t)dice(3))
			random_event(d, g);
		at[m] = hand + (int64_t)dice(2) * 3600000 * 9; /* perhaps the next day */
		hand = at[m];
		rows[m] = desk_dump(d, &d->w);
		OK(d, board_rebuild(&d->w, &board[m], &d->err));
		hand++;
	}
	gate_close(g);
	for (size_t i = 0; i < d->w.cat.n_datasets; i++)
		assert_true(d->w.cat.dataset[i].made_by.n ||
			number(d,
				"SELECT count(*) FROM event e JOIN origin o ON o.id = e.origin "
				"WHERE o.dataset = :name AND e.base > 0",
				d->w.cat.dataset[i].name) > 1);
	assert_true(number(d, "SELECT count(*) FROM event WHERE op = 2 AND key <> :name", S("")) > 20);
	assert_true(number(d, "SELECT count(*) FROM event WHERE op = 3 AND key <> :name", S("")) > 20);
	assert_true(number(d, "SELECT count(*) FROM conflict WHERE key <> :name", S("")) > 20);
	OK(d, asof_open(&d->w, NULL, &step, &d->err));
	for (int m = 0; m < MOMENTS; m++) {
		AsOfP one = NULL;
		BoardP fresh = NULL;
		OK(d, asof_open(&d->w, NULL, &one, &d->err));
		OK(d, asof_advance(one, at[m], &d->err));
		same_rows(rows[m], desk_dump(d, &one->w), m);
		assert_true(workspace_now(&one->w) == at[m]);
		assert_true(one->event == board[m]->event);
		OK(d, board_rebuild(&one->w, &fresh, &d->err));
		same_board(d, board[m], fresh, "a board on the moment");
		board_close(fresh);
		asof_close(one);
		/* One that goes on from moment to moment, with a board that follows. */
		OK(d, asof_advance(step, at[m], &d->err));
		same_rows(rows[m], desk_dump(d, &step->w), m);
		if (!follower)
			OK(d, board_rebuild(&step->w, &follower, &d->err));
		OK(d, board_follow(follower, NULL, &d->err));
		for (size_t i = 0; i < follower->n_series; i++)
			if (!follower->series[i].query->depends_clock)
				assert_memory_equal(follower->series[i].need, board[m]->series[i].need,
					follower->n * sizeof(int64_t));
	}
	for (int m = 0; m < MOMENTS; m++)
		board_close(board[m]);
	board_close(follower);
	asof_close(step);
	no_leftovers(d);
	desk_close(d);
}

static void
test_before_everything(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	AsOfP a = NULL;
	BoardP b = NULL;
	d->env.now = hand_now;
	desk_reopen(d);
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	gate_close(g);
	OK(d, asof_open(&d->w, NULL, &a, &d->err));
	OK(d, asof_advance(a, hand - 1, &d->err));
	assert_int_equal(a->event, 0);
	OK(d, board_rebuild(&a->w, &b, &d->err));
	assert_int_equal(b->total[0], 0);
	OK(d, asof_advance(a, hand, &d->err));
	assert_int_equal(a->event, 2);
	OK(d, board_follow(b, NULL, &d->err));
	assert_int_equal(b->total[0], 1);
	board_close(b);
	asof_close(a);
	desk_close(d);
}

static void
see_nothing(void *ctx, Str phase, uint64_t done, uint64_t total)
{
	(void)phase;
	(void)done;
	(void)total;
	++*(int *)ctx;
}

static void
test_stops_and_tidies(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	AUTO(Buf) b = {0};
	ImportReport r;
	AsOfP a = NULL;
	int seen = 0;
	volatile bool stop = false;
	buf_fmt(&b, "tps\n");
	for (int i = 0; i < 4500; i++)
		buf_fmt(&b, "157101%04d%03d\n", 1001 + i / 998 + (i / 998 > 3 ? 6 : 0), 1 + i % 998);
	OK(d, desk_import(d, "tps", buf_str(&b), (ImportOptions){0}, &r));
	/* Left by a process that was killed. */
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	const char *old = arena_fmt(&d->a, "%s/asof.%d.1", d->ws, (int)child).p;
	OK(d, file_write_atomic(old, S("x"), 0600, &d->err));
	Watch watch = {.progress = see_nothing, .ctx = &seen, .stop = &stop};
	OK(d, asof_open(&d->w, &watch, &a, &d->err));
	assert_false(file_exists(old));
	OK(d, asof_advance(a, workspace_now(&d->w), &d->err));
	assert_int_equal(seen, 1);
	asof_close(a);
	stop = true;
	OK(d, asof_open(&d->w, &watch, &a, &d->err));
	REFUSED(d, asof_advance(a, workspace_now(&d->w), &d->err), E_BUSY);
	asof_close(a);
	no_leftovers(d);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_equals_what_stood),
		cmocka_unit_test(test_before_everything), cmocka_unit_test(test_stops_and_tidies)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
