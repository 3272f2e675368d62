/* Closed rows: who puts one back comes after the event that closed it, in the log, in conflicts, in imports and on the board. */
#include "support.h"

static void
close_row(Desk *d, Gate *g, const char *dataset, const char *cells)
{
	OK(d, desk_row(d, g, dataset, cells, (RowRequest){.closing = true}));
}

/* The newest event says this; a base of -1: none. */
static void
newest_is(Desk *d, int op, int64_t base, int64_t over)
{
	int64_t event = workspace_last_event(&d->w);
	assert_int_equal(event, d->event);
	assert_int_equal(desk_number(d, "SELECT op FROM event ORDER BY seq DESC LIMIT 1"), op);
	assert_int_equal(
		desk_number(d, "SELECT COALESCE(base, -1) FROM event ORDER BY seq DESC LIMIT 1"), base);
	assert_int_equal(
		desk_number(d,
			arena_fmt(&d->a, "SELECT COALESCE(max(over), 0) FROM conflict WHERE event = %lld",
				(long long)event)
				.p),
		over);
}

static void
test_put_back(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	const char *row = "tps=1571011001001;item=ink;received=2";
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	OK(d, desk_enter(d, g, "delivery", row));
	newest_is(d, 1, -1, 0);
	int64_t first = d->event;
	close_row(d, g, "delivery", row);
	newest_is(d, 2, first, 0);
	int64_t closing = d->event;
	assert_int_equal(desk_number(d,
						 "SELECT event FROM closed_row WHERE dataset = 'delivery' AND "
						 "area = '1571011001001' AND key = '1571011001001/ink'"),
		closing);
	REFUSED(d, desk_row(d, g, "delivery", row, (RowRequest){.closing = true}), E_NOTFOUND);
	/* The same row as before: put back by somebody who knows, or says nothing. */
	OK(d, desk_enter(d, g, "delivery", row));
	assert_int_equal(d->outcome, OUTCOME_ADDED);
	newest_is(d, 3, closing, 0);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM closed_row"), 0);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM delivery WHERE received = 2"), 1);
	OK(d, desk_enter(d, g, "delivery", "tps=1571011001001;item=ink;received=3"));
	newest_is(d, 1, closing + 1, 0);
	close_row(d, g, "delivery", row);
	closing = d->event;
	OK(d, desk_row(d, g, "delivery", row, (RowRequest){.base = closing}));
	assert_int_equal(d->outcome, OUTCOME_ADDED);
	newest_is(d, 3, closing, 0);
	gate_close(g);
	desk_close(d);
}

static void
test_conflicts(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	ImportReport r;
	const char *row = "tps=1571011001001;item=ink;received=2";
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	OK(d, desk_enter(d, g, "delivery", row));
	int64_t first = d->event;
	close_row(d, g, "delivery", row);
	int64_t closing = d->event;
	/* Somebody who has not seen that it was closed. */
	OK(d, desk_row(d, g, "delivery", row, (RowRequest){.base = first}));
	assert_int_equal(d->outcome, OUTCOME_CONFLICT);
	newest_is(d, 3, first, closing);
	close_row(d, g, "delivery", row);
	/* A row that never had an event: there is nothing that it could be based on. */
	OK(d,
		desk_row(d, g, "delivery", "tps=1571011001001;item=booth;received=2",
			(RowRequest){.base = first}));
	assert_int_equal(d->outcome, OUTCOME_ADDED);
	newest_is(d, 1, -1, 0);
	gate_close(g);
	/* A spreadsheet of before the closing. */
	Str stale =
		arena_fmt(&d->a, "tps,item,received,_event\n1571011001001,ink,2,%lld\n", (long long)first);
	REFUSED(d, desk_import(d, "delivery", stale, (ImportOptions){0}, &r), E_CONFLICT);
	OK(d, desk_import(d, "delivery", stale, (ImportOptions){.accept_conflicts = true}, &r));
	assert_int_equal(r.part[0].conflicts, 1);
	desk_close(d);
}

/* ---- imports that put back many ---- */

enum { SEATS = 90, FEW = 12 };

static Str
seats(Desk *d, int from, int step, int n)
{
	AUTO(Buf) b = {0};
	buf_fmt(&b, "tps,role,seat,healthy\n");
	for (int i = 0; i < n; i++)
		buf_fmt(&b, "1571011001001,kpps,%d,1\n", from + i * step);
	assert_false(b.failed);
	return arena_str(&d->a, buf_str(&b));
}

static void
all_put_back(Desk *d, int n)
{
	/* Each came after the event that closed it. */
	assert_int_equal(desk_number(d,
						 "SELECT count(*) FROM event e JOIN event c ON c.seq = e.base AND "
						 "c.op = 2 AND c.key = e.key WHERE e.op = 3"),
		n);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM event WHERE op = 3"), n);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM closed_row"), SEATS - n);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM officer"), n);
}

static void
test_imports(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	ImportReport r;
	OK(d, desk_import(d, "tps", S("tps\n1571011001001\n"), (ImportOptions){0}, &r));
	OK(d, desk_import(d, "officer", seats(d, 1, 1, SEATS), (ImportOptions){0}, &r));
	OK(d, gate_open(&d->w, &g, &d->err));
	for (int i = 1; i <= SEATS; i++)
		close_row(d, g, "officer", arena_fmt(&d->a, "tps=1571011001001;role=kpps;seat=%d", i).p);
	gate_close(g);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM closed_row"), SEATS);
	/* Few of many closed rows, then most of them. */
	OK(d, desk_import(d, "officer", seats(d, 3, 7, FEW), (ImportOptions){0}, &r));
	assert_int_equal(r.part[0].added, FEW);
	all_put_back(d, FEW);
	OK(d, desk_import(d, "officer", seats(d, 1, 1, SEATS), (ImportOptions){0}, &r));
	assert_int_equal(r.part[0].added, SEATS - FEW);
	assert_int_equal(r.part[0].same, FEW);
	all_put_back(d, SEATS);
	desk_close(d);
}

/* ---- board ---- */

/* A polling station that comes back is a new one for the list, also based on an event before it was closed. changes: with so many the
 * board asks for sums instead of events. */
static void
comes_back(int changes)
{
	Desk *d = desk_new("pilkada2024", "1571011001");
	GateP g = NULL;
	BoardP b = NULL, full = NULL;
	Str difference = {0};
	const char *row = "tps=1571011001002";
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	OK(d, desk_enter(d, g, "tps", row));
	int64_t first = d->event;
	close_row(d, g, "tps", row);
	OK(d, board_open(&d->w, &b, &d->err));
	assert_int_equal(b->total[0], 1);
	OK(d, desk_row(d, g, "tps", row, (RowRequest){.base = first}));
	for (int i = 0; i < changes; i++)
		OK(d,
			desk_enter(
				d, g, "delivery", arena_fmt(&d->a, "tps=1571011001001;item=ink;received=%d", i).p));
	OK(d, board_follow(b, NULL, &d->err));
	assert_int_equal(b->total[0], 2);
	OK(d, board_rebuild(&d->w, &full, &d->err));
	if (!board_equal(b, full, &difference, &d->a))
		fail_msg("followed and rebuilt boards differ: %.*s", STR(difference));
	gate_close(g);
	board_close(b);
	board_close(full);
	desk_close(d);
}

static void
test_board(void **state)
{
	(void)state;
	comes_back(0);
	comes_back(40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_put_back),
		cmocka_unit_test(test_conflicts), cmocka_unit_test(test_imports),
		cmocka_unit_test(test_board)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
