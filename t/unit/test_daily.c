/* Totals of the days, kept on write, are what each day's board says when the log is replayed to its end. */
#include "support.h"
#include "svc/svc_private.h"

enum { DAYS = 10 };

static _Atomic int64_t hand;

static int64_t
hand_now(void *ctx)
{
	(void)ctx;
	return hand;
}

static uint64_t seed = 5;

static uint64_t
dice(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static void
random_change(Desk *d, Gate *g)
{
	static const char *const village[] = {"1571011001", "1571021002"};
	char cells[200];
	const char *v = village[dice(2)];
	int number = 1 + (int)dice(20), n = (int)dice(9);
	switch (dice(5)) {
	case 0:
		snprintf(cells, sizeof cells, "tps=%s%03d;number=%03d", v, number, number);
		OK(d, desk_enter(d, g, "tps", cells));
		return;
	case 1:
		snprintf(cells, sizeof cells, "area=1571;stage=campaign;declared=2024-11-%02d", 20 + n);
		OK(d, desk_enter(d, g, "stage", cells));
		return;
	default:
		snprintf(cells, sizeof cells, "tps=%s001;role=kpps;filled=%d", v, n);
		OK(d, desk_enter(d, g, "officer_count", cells));
	}
}

/* A gate that follows keeps totals; one that only took rows leaves them to a later one. */
static void
random_visit(Desk *d, GateP *g)
{
	AUTO(Buf) b = {0};
	ImportReport r;
	uint64_t way = dice(6);
	if (way < 3 && !*g)
		OK(d, gate_open(&d->w, g, &d->err));
	if (*g)
		for (uint64_t i = dice(6); i > 0; i--)
			random_change(d, *g);
	if (*g && way == 0)
		OK(d, gate_settle(*g, &d->err));
	if (*g && way > 1) {
		gate_close(*g);
		*g = NULL;
	}
	if (!*g && way == 4) {
		buf_fmt(&b, "tps,role,filled\n");
		for (int i = 1; i < 4; i++)
			buf_fmt(&b, "1571011001%03d,linmas,%d\n", i, (int)dice(3));
		OK(d,
			desk_import(
				d, "officer_count", buf_str(&b), (ImportOptions){.accept_conflicts = true}, &r));
	}
	if (!*g && way == 5)
		(void)unlink(arena_fmt(&d->a, "%s/board.snap", d->ws).p);
}

/* The stored value that counts on a day. */
static bool
stored_at(Desk *d, const Board *b, size_t node, size_t series, int32_t day, int64_t value[2])
{
	Stmt *s;
	bool row;
	char text[11];
	date_format(day, text);
	OK(d, svc_stmt(d->w.db, &d->w.sql, "daily_at", &s, &d->err));
	db_set_text(s, "area", str_of(b->code[node]));
	db_set_text(s, "series", daily_name(b, series));
	db_set_text(s, "day", str_of(text));
	OK(d, db_step(s, &row, &d->err));
	value[0] = row ? db_int(s, 0) : 0;
	value[1] = row ? db_int(s, 1) : 0;
	db_reset(s);
	return row;
}

static void
same_day(Desk *d, const Board *b, int32_t day, bool quiet)
{
	for (size_t node = 0; node < b->n; node++)
		for (size_t k = 0; k <= b->n_series && daily_counts(b, node); k++) {
			int64_t got[2];
			/* On a day without events the stored value is that of the last day before: its clock is not asked. */
			if (quiet && (k == b->n_series || b->series[k].query->depends_clock))
				continue;
			(void)stored_at(d, b, node, k, day, got);
			int64_t need = daily_value(b, node, k, NEED_PART),
					have = daily_value(b, node, k, HAVE_PART);
			if (got[0] != need || got[1] != have)
				fail_msg("day %d, %s, %.*s: kept %lld/%lld, replayed %lld/%lld", (int)day,
					b->code[node], STR(daily_name(b, k)), (long long)got[1], (long long)got[0],
					(long long)have, (long long)need);
		}
}

static void
same_days(Desk *d, int64_t start, int days, const bool *quiet)
{
	AsOfP asof = NULL;
	OK(d, asof_open(&d->w, NULL, &asof, &d->err));
	for (int32_t day = 0; day < days; day++) {
		BoardP b = NULL;
		int32_t date = local_day(&d->w, start) + day;
		OK(d, asof_advance(asof, day_end(&d->w, date), &d->err));
		OK(d, board_rebuild(&asof->w, &b, &d->err));
		same_day(d, b, date, quiet && quiet[day]);
		board_close(b);
	}
	asof_close(asof);
}

static void
test_kept_equals_replayed(void **state)
{
	(void)state;
	const int64_t start = INT64_C(1732035600000), day_ms = 86400000; /* 20 Nov 2024 00:00 WIB */
	int changed_days = 0;
	for (int round = 0; round < (getenv("SIAP_TEST_STORE") ? 1 : 3); round++) {
		Desk *d = desk_new("pilkada2024", "1571");
		GateP g = NULL;
		bool quiet[DAYS];
		d->env.now = hand_now;
		hand = start;
		desk_reopen(d);
		int64_t before = 0;
		ImportReport r;
		OK(d,
			desk_import(d, "tps",
				S("tps\n1571011001001\n1571011001002\n1571011001003\n1571021002001\n"),
				(ImportOptions){0}, &r));
		for (int day = 0; day < DAYS; day++) {
			int64_t end = start + (day + 1) * day_ms;
			for (int i = (int)dice(6); i > 0 && hand < end; i--) {
				random_visit(d, &g);
				int64_t next = hand + (int64_t)dice(8) * 3600000;
				hand = next < end ? next : end - 1;
			}
			quiet[day] = workspace_last_event(&d->w) == before;
			before = workspace_last_event(&d->w);
			if (g && round == 2)
				OK(d, gate_settle(g, &d->err)); /* as gate_clock does before the day ends */
			hand = day + 1 < DAYS ? end : end - 1;
		}
		if (!g)
			OK(d, gate_open(&d->w, &g, &d->err));
		OK(d, gate_settle(g, &d->err));
		gate_close(g);
		same_days(d, start, DAYS, quiet);
		for (int32_t day = 0; day < DAYS; day++)
			changed_days += !quiet[day];
		desk_close(d);
	}
	assert_true(changed_days >= DAYS / 2);
}

/* What is due on a day counts on that day, although no event says so. */
static void
test_clock_series(void **state)
{
	(void)state;
	const int64_t start = INT64_C(1731776400000), day_ms = 86400000; /* 17 Nov 2024 00:00 WIB */
	for (int way = 0; way < 3; way++) {
		Desk *d = desk_new("pilkada2024", "1571");
		GateP g = NULL;
		BoardP b = NULL;
		int64_t first[2], last[2];
		size_t k = 0;
		d->env.now = hand_now;
		hand = start;
		desk_reopen(d);
		OK(d, gate_open(&d->w, &g, &d->err));
		for (int day = 0; day < DAYS; day++, hand += day_ms) {
			/* A new TPS would have the whole board made anew. */
			const char *cells = arena_fmt(&d->a, "tps=1571011001001;role=kpps;filled=%d", day).p;
			OK(d,
				desk_enter(d, g, day ? "officer_count" : "tps", day ? cells : "tps=1571011001001"));
			if (way == 0)
				OK(d, gate_settle(g, &d->err));
			if (way == 1) {
				gate_close(g);
				OK(d, gate_open(&d->w, &g, &d->err));
			}
		}
		hand -= day_ms;
		OK(d, gate_settle(g, &d->err));
		gate_close(g);
		same_days(d, start, DAYS, NULL);
		OK(d, board_rebuild(&d->w, &b, &d->err));
		while (!b->series[k].query->depends_clock || b->series[k].need[0] == 0)
			k++;
		assert_true(stored_at(d, b, 0, k, local_day(&d->w, start), first) || first[0] == 0);
		assert_true(stored_at(d, b, 0, k, local_day(&d->w, start) + DAYS - 1, last));
		assert_true(first[0] < last[0]);
		board_close(b);
		desk_close(d);
	}
}

/* An import under way at midnight, and days that nobody looked at. */
static void
test_midnight(void **state)
{
	(void)state;
	const int64_t start = INT64_C(1732035600000), day_ms = 86400000;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	BoardP b = NULL;
	int64_t got[2];
	d->env.now = hand_now;
	hand = start;
	desk_reopen(d);
	for (int day = 0; day < 3; day++, hand += day_ms) {
		OK(d, gate_open(&d->w, &g, &d->err));
		for (int i = 0; i <= day; i++)
			OK(d,
				desk_enter(
					d, g, "tps", arena_fmt(&d->a, "tps=1571011001%03d", 10 * day + i + 1).p));
		gate_close(g);
	}
	/* Nothing was kept: these gates only took rows. Now one that follows, with rows of two days at once. */
	OK(d, gate_open(&d->w, &g, &d->err));
	hand = start + 4 * day_ms - 1;
	OK(d, desk_enter(d, g, "tps", "tps=1571011001100"));
	hand += 1;
	OK(d, desk_enter(d, g, "tps", "tps=1571011001101"));
	OK(d, board_open(&d->w, &b, &d->err));
	size_t ready = b->n_series;
	int32_t first = local_day(&d->w, start);
	assert_false(stored_at(d, b, 0, ready, first + 9, got));
	OK(d, gate_settle(g, &d->err));
	for (int day = 0; day < 5; day++) {
		static const int want[] = {1, 3, 6, 7, 8};
		assert_true(stored_at(d, b, 0, ready, first + day, got));
		assert_int_equal(got[0], want[day]);
	}
	/* Nothing new: nothing is written. */
	int64_t rows = 0;
	for (int turn = 0; turn < 2; turn++) {
		Stmt *s;
		bool row;
		OK(d, gate_settle(g, &d->err));
		OK(d, db_prepare(d->w.db, S("SELECT count(*) FROM daily_total"), &s, &d->err));
		OK(d, db_step(s, &row, &d->err));
		assert_true(turn == 0 || rows == db_int(s, 0));
		rows = db_int(s, 0);
		db_reset(s);
	}
	board_close(b);
	gate_close(g);
	desk_close(d);
}

static const char NUMBERED[] = "-- indicator:  numbered\n"
							   "-- title:      Number known\n"
							   "-- pillar:     logistics\n"
							   "-- owner:      kpu\n"
							   "-- level:      tps\n"
							   "-- unit:       polling station\n"
							   "-- scope:      area\n"
							   "-- source:     a test\n"
							   "-- definition: Every polling station has a number.\n"
							   "-- given:      tps tps=1571091002001 number=001\n"
							   "-- expect:     1571091002001 1 1 1\n"
							   "SELECT t.tps AS area, count(*) AS need, count(t.number) AS have, "
							   "count(*) AS heard FROM tps t "
							   "WHERE t.tps >= :lo AND t.tps < :hi GROUP BY t.tps\n";

/* An indicator that is new today has its totals from today on, although no event came. */
static void
test_new_definition(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	BoardP b = NULL;
	int64_t got[2];
	size_t k = 0;
	d->env.now = hand_now;
	hand = INT64_C(1732035600000);
	desk_reopen(d);
	OK(d,
		desk_import(d, "tps",
			S("tps,number,kind\n1571011001001,1,regular\n1571011001002,,regular\n"),
			(ImportOptions){0}, &r));
	OK(d, dir_make(arena_fmt(&d->a, "%s/defs", d->dir).p, &d->err));
	OK(d, dir_make(arena_fmt(&d->a, "%s/defs/indicators", d->dir).p, &d->err));
	(void)desk_file(d, "defs/indicators/numbered.sql", S(NUMBERED));
	d->env.defs_dir = arena_fmt(&d->a, "%s/defs", d->dir).p;
	for (int turn = 0; turn < 2; turn++) {
		GateP g = NULL;
		hand += 86400000;
		desk_reopen(d);
		OK(d, gate_open(&d->w, &g, &d->err));
		OK(d, gate_settle(g, &d->err));
		gate_close(g);
	}
	OK(d, board_open(&d->w, &b, &d->err));
	while (!str_eq(b->series[k].query->name, S("numbered")))
		k++;
	int32_t today = local_day(&d->w, hand);
	assert_false(stored_at(d, b, 0, k, today - 2, got));
	assert_true(stored_at(d, b, 0, k, today - 1, got));
	assert_int_equal(got[0], 2);
	assert_int_equal(got[1], 1);
	board_close(b);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_kept_equals_replayed),
		cmocka_unit_test(test_clock_series), cmocka_unit_test(test_new_definition),
		cmocka_unit_test(test_midnight)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
