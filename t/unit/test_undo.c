/* Undo: the newest event of a row taken back by a new one, private values too; imports whole or not at all; what refers to a row
 * keeps it. */
#include "support.h"

static bool
undo(Desk *d, Gate *g, UndoRequest r)
{
	Origin o = {.actor = S("undoer"), .source = S("cli"), .why = S("a mistake")};
	r.origin = r.origin ? r.origin : &o;
	d->err = (Err){0};
	bool ok = gate_undo(g, &r, &d->err);
	if (!ok)
		return false;
	d->event = r.last;
	assert_true(r.batch || r.first == r.last);
	return true;
}

static bool
undo_event(Desk *d, Gate *g, int64_t event)
{
	return undo(d, g, (UndoRequest){.event = event});
}

static void
is(Desk *d, const char *sql, int64_t want)
{
	int64_t got = desk_number(d, sql);
	if (got != want)
		fail_msg("%s: expected %lld, came %lld", sql, (long long)want, (long long)got);
}

static void
says(const Desk *d, const char *words)
{
	if (!strstr(d->err.text, words) && !strstr(d->err.hint, words))
		fail_msg("'%s' is not in: %s (%s)", words, d->err.text, d->err.hint);
}

/* The row says exactly this, the private fields too: entering it again says nothing new. */
static void
stands(Desk *d, Gate *g, const char *dataset, const char *cells)
{
	int64_t events = workspace_last_event(&d->w);
	OK(d, desk_enter(d, g, dataset, cells));
	if (d->outcome != OUTCOME_SAME)
		fail_msg("%s %s: the row says something else", dataset, cells);
	assert_int_equal(workspace_last_event(&d->w), events);
}

static void
close_row(Desk *d, Gate *g, const char *dataset, const char *cells)
{
	OK(d, desk_row(d, g, dataset, cells, (RowRequest){.closing = true}));
}

static const char ONE[] = "tps=1571011001001;number=001;kind=special;contact=081234500001";
static const char TWO[] = "tps=1571011001001;number=002;kind=regular;contact=081234500002";

static void
test_changes(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", ONE));
	OK(d, desk_enter(d, g, "tps", TWO));
	int64_t second = d->event;
	OK(d, undo_event(d, g, second));
	int64_t third = d->event;
	stands(d, g, "tps", ONE);
	is(d, arena_fmt(&d->a, "SELECT undoes FROM event WHERE seq = %lld", (long long)third).p,
		second);
	is(d,
		arena_fmt(&d->a,
			"SELECT count(*) FROM event e JOIN origin o ON o.id = e.origin WHERE e.seq = %lld AND o.why = 'a mistake' AND o.actor = 'undoer'",
			(long long)third)
			.p,
		1);
	/* The undoing undone, and that again. */
	OK(d, undo_event(d, g, third));
	stands(d, g, "tps", TWO);
	OK(d, undo_event(d, g, third + 1));
	stands(d, g, "tps", ONE);
	/* A private value that was emptied. */
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;contact="));
	OK(d, undo_event(d, g, d->event));
	stands(d, g, "tps", ONE);
	OK(d, undo_event(d, g, d->event));
	stands(d, g, "tps", "tps=1571011001001;number=001;kind=special;contact=");
	gate_close(g);
	desk_close(d);
}

static void
test_comes_and_goes(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	BoardP b = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, board_open(&d->w, &b, &d->err));
	OK(d, desk_enter(d, g, "tps", ONE));
	OK(d, undo_event(d, g, d->event));
	is(d, "SELECT count(*) FROM tps", 0);
	is(d, "SELECT op FROM event ORDER BY seq DESC LIMIT 1", OP_CLOSE);
	is(d, "SELECT event FROM closed_row", d->event);
	OK(d, undo_event(d, g, d->event));
	is(d, "SELECT op FROM event ORDER BY seq DESC LIMIT 1", OP_REOPEN);
	is(d, "SELECT count(*) FROM closed_row", 0);
	stands(d, g, "tps", ONE);
	OK(d, board_follow(b, NULL, &d->err));
	assert_int_equal(b->total[0], 1);
	/* A closing undone, and a row that came back by hand. */
	close_row(d, g, "tps", "tps=1571011001001");
	OK(d, undo_event(d, g, d->event));
	stands(d, g, "tps", ONE);
	close_row(d, g, "tps", "tps=1571011001001");
	OK(d, desk_enter(d, g, "tps", TWO));
	OK(d, undo_event(d, g, d->event));
	is(d, "SELECT count(*) FROM tps", 0);
	OK(d, board_follow(b, NULL, &d->err));
	assert_int_equal(b->total[0], 0);
	OK(d, undo_event(d, g, d->event));
	stands(d, g, "tps", TWO);
	gate_close(g);
	board_close(b);
	desk_close(d);
}

/* Identity numbers meet again by their hashes. */
static void
test_matches(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	const char *twice = "SELECT count(DISTINCT nik_match) FROM officer WHERE nik_match IS NOT NULL";
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", ONE));
	OK(d, desk_enter(d, g, "officer", "tps=1571011001001;role=kpps;seat=1;nik=9901010101800001"));
	OK(d, desk_enter(d, g, "officer", "tps=1571011001001;role=kpps;seat=2;nik=9901010101800001"));
	is(d, twice, 1);
	OK(d, desk_enter(d, g, "officer", "tps=1571011001001;role=kpps;seat=2;nik=9901010101800002"));
	is(d, twice, 2);
	OK(d, undo_event(d, g, d->event));
	is(d, twice, 1);
	OK(d, undo_event(d, g, d->event));
	is(d, twice, 2);
	gate_close(g);
	desk_close(d);
}

static void
test_newest_only(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", ONE));
	int64_t first = d->event;
	OK(d, desk_enter(d, g, "tps", TWO));
	int64_t second = d->event;
	REFUSED(d, undo_event(d, g, first), E_CONFLICT);
	says(d, arena_fmt(&d->a, "event %lld, tester (kpu, cli)", (long long)second).p);
	OK(d, undo_event(d, g, second));
	int64_t undoing = d->event;
	REFUSED(d, undo_event(d, g, second), E_CONFLICT);
	says(d, "undone already");
	REFUSED(d, undo_event(d, g, undoing + 1), E_NOTFOUND);
	close_row(d, g, "tps", ONE);
	REFUSED(d, undo_event(d, g, undoing), E_CONFLICT);
	REFUSED(d, undo_event(d, g, first), E_CONFLICT);
	/* In conflict: what comes back is what really stood before, not what its writer saw. */
	OK(d, undo_event(d, g, d->event));
	int64_t seen = d->event;
	OK(d, desk_enter(d, g, "tps", TWO));
	OK(d, desk_row(d, g, "tps", "tps=1571011001001;number=003", (RowRequest){.base = seen}));
	assert_int_equal(d->outcome, OUTCOME_CONFLICT);
	OK(d, undo_event(d, g, d->event));
	stands(d, g, "tps", TWO);
	gate_close(g);
	desk_close(d);
}

/* One after the other, back to the beginning: what is undone does not stand in the way of what was before it. */
static void
test_step_by_step(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", ONE));
	int64_t first = d->event;
	OK(d, desk_enter(d, g, "tps", TWO));
	close_row(d, g, "tps", TWO);
	OK(d, desk_enter(d, g, "tps", ONE));
	OK(d, undo_event(d, g, first + 3));
	is(d, "SELECT count(*) FROM tps", 0);
	REFUSED(d, undo_event(d, g, first + 1), E_CONFLICT);
	OK(d, undo_event(d, g, first + 2));
	stands(d, g, "tps", TWO);
	OK(d, undo_event(d, g, first + 1));
	stands(d, g, "tps", ONE);
	OK(d, undo_event(d, g, first));
	is(d, "SELECT count(*) FROM tps", 0);
	/* And forward: the undoings undone, newest first. */
	for (int64_t event = first + 7; event >= first + 4; event--)
		OK(d, undo_event(d, g, event));
	stands(d, g, "tps", ONE);
	/* What the first undoing took away stands again: it can be undone by its own name. */
	OK(d, undo_event(d, g, first + 3));
	is(d, "SELECT count(*) FROM tps", 0);
	gate_close(g);
	desk_close(d);
}

static void
test_reasons(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	char text[302];
	memset(text, 'a', sizeof text);
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", ONE));
	int64_t event = d->event;
	const Str wrong[] = {S(""), S("  "), {text, 301}, S("two\nlines"), S("\xff")};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		Origin o = {.actor = S("a"), .source = S("cli"), .why = wrong[i]};
		REFUSED(d, undo(d, g, (UndoRequest){.event = event, .origin = &o}), E_INPUT);
	}
	Origin o = {.actor = S("a"), .source = S("cli"), .why = {text, 300}};
	OK(d, undo(d, g, (UndoRequest){.event = event, .origin = &o}));
	gate_close(g);
	desk_close(d);
}

static void
test_references(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", ONE));
	int64_t station = d->event;
	OK(d, desk_enter(d, g, "delivery", "tps=1571011001001;item=ink;received=1"));
	OK(d, desk_enter(d, g, "delivery", "tps=1571011001001;item=booth;received=1"));
	OK(d, desk_enter(d, g, "officer_count", "tps=1571011001001;role=kpps;filled=1"));
	int64_t count = d->event;
	REFUSED(d, undo_event(d, g, station), E_CONFLICT);
	says(d, "delivery 2");
	says(d, "officer_count 1");
	is(d, "SELECT count(*) FROM tps", 1);
	assert_int_equal(workspace_last_event(&d->w), count);
	OK(d, undo_event(d, g, count));
	close_row(d, g, "delivery", "tps=1571011001001;item=ink");
	int64_t ink = d->event;
	REFUSED(d, undo_event(d, g, station), E_CONFLICT);
	says(d, "delivery 1");
	close_row(d, g, "delivery", "tps=1571011001001;item=booth");
	OK(d, undo_event(d, g, station));
	/* A row cannot come back to a polling station that is gone. */
	REFUSED(d, undo_event(d, g, ink), E_INPUT);
	says(d, "1571011001001");
	OK(d, undo_event(d, g, workspace_last_event(&d->w)));
	OK(d, undo_event(d, g, ink));
	is(d, "SELECT received FROM delivery", 1);
	gate_close(g);
	desk_close(d);
}

/* Rows that name others by `ref`: a definition of this test alone. */
static void
test_named_references(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	const char *defs = arena_fmt(&d->a, "%s/defs", d->dir).p;
	const char *sets = arena_fmt(&d->a, "%s/datasets", defs).p;
	OK(d, dir_make(defs, &d->err));
	OK(d, dir_make(sets, &d->err));
	desk_file(d, "defs/datasets/depot.def",
		S("dataset depot\ntitle \"Depots\"\nowner kpu\nlevel village\nfield village area(village) key\n"
		  "field name text(20)\nexample 1571011001,x\nreject 1571011,x # no village\n"));
	desk_file(d, "defs/datasets/truck.def",
		S("dataset truck\ntitle \"Trucks\"\nowner kpu\nlevel district\nfield district area(district) key\n"
		  "field plate text(20) key\nfield depot ref(depot)\nexample 157101,B1,1571011001\n"
		  "reject 157101,,1571011001 # no plate\n"));
	d->env.defs_dir = defs;
	desk_reopen(d);
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "depot", "village=1571011001;name=x"));
	int64_t depot = d->event;
	OK(d, desk_enter(d, g, "truck", "district=157101;plate=B1;depot=1571011001"));
	int64_t truck = d->event;
	REFUSED(d, undo_event(d, g, depot), E_CONFLICT);
	says(d, "truck 1");
	OK(d, undo_event(d, g, truck));
	OK(d, undo_event(d, g, depot));
	REFUSED(d, undo_event(d, g, truck + 1), E_INPUT);
	says(d, "is not in 'depot'");
	gate_close(g);
	/* Without its definition nobody knows what an event said. */
	d->env.defs_dir = NULL;
	desk_reopen(d);
	OK(d, gate_open(&d->w, &g, &d->err));
	REFUSED(d, undo_event(d, g, truck + 1), E_INPUT);
	says(d, "'truck' is no dataset");
	gate_close(g);
	desk_close(d);
}

/* ---- imports ---- */

enum { ROWS = 1300 }; /* more than are read at a time */

/* Every third row is there already, every sixth says the same. */
static Str
officers(Desk *d, bool before)
{
	AUTO(Buf) b = {0};
	buf_fmt(&b, "tps,role,seat,healthy,name\n");
	for (int i = 0; i < ROWS; i++) {
		bool there = i % 3 == 0, same = i % 6 == 0;
		if (there || !before)
			buf_fmt(&b, "15710110010%02d,kpps,%d,%d,N%d\n", 1 + i / 90, 1 + i % 90, before || same,
				before || same ? i : i + 1);
	}
	assert_false(b.failed);
	return arena_str(&d->a, buf_str(&b));
}

static Str
stations(Desk *d)
{
	AUTO(Buf) b = {0};
	buf_fmt(&b, "tps\n");
	for (int i = 0; i <= ROWS / 90; i++)
		buf_fmt(&b, "15710110010%02d\n", 1 + i);
	return arena_str(&d->a, buf_str(&b));
}

static int64_t
last_batch(Desk *d)
{
	ImportList list = {.max = 3};
	OK(d, imports_list(&d->w, &list, &d->a, &d->err));
	assert_true(list.n > 0);
	return list.item[0].batch;
}

static const char OFFICERS[] =
	"SELECT CAST(1000000 * sum(healthy) + count(*) AS bigint) FROM officer";

static void
test_import(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	ImportReport r;
	ImportOptions over = {.accept_conflicts = true};
	OK(d, desk_import(d, "tps", stations(d), (ImportOptions){0}, &r));
	OK(d, desk_import(d, "officer", officers(d, true), (ImportOptions){0}, &r));
	int64_t before = desk_number(d, OFFICERS);
	OK(d, desk_import(d, "officer", officers(d, false), over, &r));
	int64_t batch = last_batch(d), after = desk_number(d, OFFICERS);
	assert_true(after != before);
	int64_t written = (int64_t)(r.part[0].added + r.part[0].changed);
	assert_true(r.part[0].same > 200 && written > 1000);
	OK(d, gate_open(&d->w, &g, &d->err));
	/* One row changed since keeps all of it. */
	OK(d, desk_enter(d, g, "officer", "tps=1571011001001;role=kpps;seat=4;name=other"));
	int64_t change = d->event;
	REFUSED(d, undo(d, g, (UndoRequest){.batch = batch}), E_CONFLICT);
	says(d, arena_fmt(&d->a, "1 of %lld rows", (long long)written).p);
	says(d, arena_fmt(&d->a, "1571011001001/kpps/4: event %lld", (long long)change).p);
	assert_int_equal(workspace_last_event(&d->w), change);
	is(d, OFFICERS, after);
	OK(d, undo_event(d, g, change));
	gate_close(g);
	OK(d, desk_import(d, "officer", officers(d, false), over, &r));
	assert_int_equal(r.part[0].same, ROWS);
	OK(d, gate_open(&d->w, &g, &d->err));
	assert_int_equal(last_batch(d), batch + 1);
	REFUSED(d, undo(d, g, (UndoRequest){.batch = batch + 1}), E_INPUT);
	says(d, "changed nothing");
	REFUSED(d, undo(d, g, (UndoRequest){.batch = 99}), E_NOTFOUND);
	/* With the change undone nothing is in the way any more. */
	OK(d, undo(d, g, (UndoRequest){.batch = batch}));
	is(d, OFFICERS, before);
	gate_close(g);
	desk_close(d);
}

static void
test_import_undone(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	ImportReport r;
	BoardP b = NULL, full = NULL;
	Str difference;
	ImportOptions over = {.accept_conflicts = true};
	OK(d, desk_import(d, "tps", stations(d), (ImportOptions){0}, &r));
	int64_t first = last_batch(d);
	OK(d, desk_import(d, "officer", officers(d, true), (ImportOptions){0}, &r));
	int64_t before = desk_number(d, OFFICERS);
	OK(d, desk_import(d, "officer", officers(d, false), over, &r));
	UndoRequest undone = {.batch = last_batch(d)};
	int64_t written = (int64_t)(r.part[0].added + r.part[0].changed),
			all = workspace_last_event(&d->w);
	OK(d, board_open(&d->w, &b, &d->err));
	OK(d, gate_open(&d->w, &g, &d->err));
	Origin o = {.actor = S("undoer"), .source = S("cli"), .why = S("wrong file")};
	undone.origin = &o;
	OK(d, gate_undo(g, &undone, &d->err));
	assert_int_equal(undone.first, all + 1);
	assert_int_equal(undone.last, all + written);
	assert_int_equal(undone.removed, (int64_t)r.part[0].added);
	assert_int_equal(workspace_last_event(&d->w), undone.last);
	is(d, OFFICERS, before);
	is(d, "SELECT count(*) FROM event e JOIN event u ON u.seq = e.undoes AND u.key = e.key",
		written);
	is(d, "SELECT count(*) FROM closed_row", undone.removed);
	/* The private fields too, of a row that was changed and of one that was not. */
	stands(d, g, "officer", "tps=1571011001001;role=kpps;seat=4;name=N3;healthy=1");
	stands(d, g, "officer", "tps=1571011001001;role=kpps;seat=7;name=N6;healthy=1");
	OK(d, board_follow(b, NULL, &d->err));
	OK(d, board_rebuild(&d->w, &full, &d->err));
	if (!board_equal(b, full, &difference, &d->a))
		fail_msg("followed and rebuilt boards differ: %.*s", STR(difference));
	REFUSED(d, gate_undo(g, &undone, &d->err), E_CONFLICT);
	says(d, "undone already");
	/* The list of stations cannot go while officers are there. */
	undone.batch = first;
	REFUSED(d, gate_undo(g, &undone, &d->err), E_CONFLICT);
	says(d, arena_fmt(&d->a, "officer %lld", (long long)(before % 1000000)).p);
	undone.batch = first + 1;
	OK(d, gate_undo(g, &undone, &d->err));
	undone.batch = first;
	OK(d, gate_undo(g, &undone, &d->err));
	is(d, "SELECT count(*) FROM tps", 0);
	is(d, "SELECT count(*) FROM officer", 0);
	gate_close(g);
	board_close(b);
	board_close(full);
	desk_close(d);
}

static void
test_socket(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL, second = NULL;
	Workspace w2;
	ImportReport r;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, workspace_open(&d->env, d->ws, &d->a, &w2, &d->err));
	OK(d, gate_open(&w2, &second, &d->err));
	assert_false(gate_is_local(second));
	OK(d, desk_enter(d, second, "tps", ONE));
	int64_t first = d->event;
	OK(d, undo_event(d, second, first));
	assert_int_equal(d->event, first + 1);
	is(d, "SELECT count(*) FROM tps", 0);
	is(d, "SELECT count(*) FROM origin WHERE why = 'a mistake' AND actor = 'undoer'", 1);
	REFUSED(d, undo_event(d, second, first), E_CONFLICT);
	says(d, "undone already");
	OK(d, desk_import(d, "tps", S("tps\n1571011001001\n1571011001002\n"), (ImportOptions){0}, &r));
	Origin o = {.actor = S("a"), .source = S("cli"), .why = S("wrong file")};
	UndoRequest u = {.origin = &o, .batch = last_batch(d)};
	OK(d, gate_undo(second, &u, &d->err));
	assert_int_equal(u.last - u.first, 1);
	assert_int_equal(u.removed, 2);
	gate_close(second);
	workspace_close(&w2);
	gate_close(g);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_changes),
		cmocka_unit_test(test_comes_and_goes), cmocka_unit_test(test_matches),
		cmocka_unit_test(test_newest_only), cmocka_unit_test(test_step_by_step),
		cmocka_unit_test(test_reasons), cmocka_unit_test(test_references),
		cmocka_unit_test(test_named_references), cmocka_unit_test(test_import),
		cmocka_unit_test(test_import_undone), cmocka_unit_test(test_socket)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
