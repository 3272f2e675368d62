/* Forget: private fields erased now and in the history, the key gone from the files, everything else as it was; values entered later
 * have a key of their own. */
#include "support.h"

static _Atomic int64_t hand = INT64_C(1732060800000); /* 20 Nov 2024; moved by the tests */

static int64_t
hand_now(void *ctx)
{
	(void)ctx;
	return hand;
}

static const Origin who = {.actor = {"clerk", 5}, .source = {"cli", 3}, .why = {"asked for", 9}};

static bool
forget(Desk *d, Gate *g, const char *dataset, const char *keys)
{
	ForgetRequest r = {.origin = &who,
		.dataset = catalog_dataset(&d->w.cat, str_of(dataset)),
		.text = desk_cells(d, dataset, keys)};
	d->err = (Err){0};
	if (!gate_forget(g, &r, &d->err))
		return false;
	d->event = r.event;
	assert_false(r.lingers);
	return true;
}

static bool
undo(Desk *d, Gate *g, int64_t event)
{
	UndoRequest r = {.origin = &who, .event = event};
	d->err = (Err){0};
	bool ok = gate_undo(g, &r, &d->err);
	d->event = ok ? r.last : d->event;
	return ok;
}

static History
history(Desk *d, const char *dataset, const char *keys)
{
	History h = {.dataset = catalog_dataset(&d->w.cat, str_of(dataset)),
		.text = desk_cells(d, dataset, keys),
		.max = 100};
	OK(d, history_walk(&d->w, &h, &d->a, &d->err));
	return h;
}

static void
is(Desk *d, const char *sql, int64_t want)
{
	int64_t got = desk_number(d, sql);
	if (got != want)
		fail_msg("%s: expected %lld, came %lld", sql, (long long)want, (long long)got);
}

static void
stands(Desk *d, Gate *g, const char *dataset, const char *cells)
{
	OK(d, desk_enter(d, g, dataset, cells));
	if (d->outcome != OUTCOME_SAME)
		fail_msg("%s %s: the row says something else", dataset, cells);
}

static const char SEAT[] = "tps=1571011001001;role=kpps;seat=1";
static const char FULL[] =
	"tps=1571011001001;role=kpps;seat=1;healthy=1;name=Orang Coba;nik=9901010101800001";

static void
test_erased(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	OK(d, desk_enter(d, g, "officer", FULL));
	OK(d, desk_enter(d, g, "officer", "tps=1571011001001;role=kpps;seat=1;healthy=0"));
	int64_t second = d->event;
	OK(d, forget(d, g, "officer", SEAT));
	assert_int_equal(d->event, second + 1);
	is(d, "SELECT count(*) FROM row_key", 0);
	is(d,
		"SELECT count(*) FROM officer WHERE _sealed IS NULL AND nik_match IS NULL AND healthy = 0",
		1);
	is(d, "SELECT _event FROM officer", second + 1);
	is(d, "SELECT base FROM event WHERE op = 4 AND sealed IS NULL", second);
	is(d,
		"SELECT count(*) FROM event e JOIN event b ON b.seq = e.base AND b.open = e.open WHERE e.op = 4",
		1);
	is(d,
		"SELECT count(*) FROM event e JOIN origin o ON o.id = e.origin WHERE e.op = 4 AND o.why = 'asked for'",
		1);
	History h = history(d, "officer", SEAT);
	assert_int_equal(h.n, 3);
	assert_int_equal(h.step[0].op, OP_FORGET);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(h.step[i].hidden, HIDDEN_ERASED);
	assert_int_equal(h.step[0].n_changes, 0);
	assert_int_equal(h.step[1].n_changes, 1); /* healthy */
	/* Nothing private is there any more; what is entered now has a key of its own, and history says which is which. */
	stands(d, g, "officer", "tps=1571011001001;role=kpps;seat=1;healthy=0;name=;nik=");
	OK(d, desk_enter(d, g, "officer", FULL));
	stands(d, g, "officer", FULL);
	is(d, "SELECT count(*) FROM row_key", 1);
	h = history(d, "officer", SEAT);
	assert_int_equal(h.n, 4);
	assert_int_equal(h.step[0].hidden, HIDDEN_KNOWN);
	assert_int_equal(h.step[0].n_changes, 3);
	for (size_t i = 1; i < 4; i++)
		assert_int_equal(h.step[i].hidden, HIDDEN_ERASED);
	gate_close(g);
	desk_close(d);
}

static void
test_refused(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	OK(d, desk_enter(d, g, "delivery", "tps=1571011001001;item=ink;received=1"));
	REFUSED(d, forget(d, g, "delivery", "tps=1571011001001;item=ink"), E_INPUT);
	assert_non_null(strstr(d->err.text, "no private fields"));
	REFUSED(d, forget(d, g, "tps", "tps=1571011001002"), E_NOTFOUND);
	REFUSED(d, forget(d, g, "tps", "tps=1571011001001"), E_NOTFOUND);
	assert_non_null(strstr(d->err.text, "none were entered"));
	REFUSED(d, forget(d, g, "officer", "tps=1571011001001"), E_INPUT);
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;contact=081234500001"));
	Origin o = {.actor = S("clerk"), .source = S("cli")};
	ForgetRequest r = {.origin = &o,
		.dataset = catalog_dataset(&d->w.cat, S("tps")),
		.text = desk_cells(d, "tps", "tps=1571011001001")};
	REFUSED(d, gate_forget(g, &r, &d->err), E_INPUT);
	int64_t events = workspace_last_event(&d->w);
	OK(d, forget(d, g, "tps", "tps=1571011001001"));
	REFUSED(d, forget(d, g, "tps", "tps=1571011001001"), E_NOTFOUND);
	assert_int_equal(workspace_last_event(&d->w), events + 1);
	gate_close(g);
	desk_close(d);
}

static void
test_undo(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	OK(d, desk_enter(d, g, "officer", FULL));
	int64_t first = d->event;
	OK(d, desk_enter(d, g, "officer", "tps=1571011001001;role=kpps;seat=1;healthy=0;name=Lain"));
	OK(d, forget(d, g, "officer", SEAT));
	int64_t erasing = d->event;
	REFUSED(d, undo(d, g, erasing), E_CONFLICT);
	assert_non_null(strstr(d->err.text, "cannot be brought back"));
	REFUSED(d, undo(d, g, first + 1), E_CONFLICT);
	REFUSED(d, undo(d, g, first), E_CONFLICT);
	/* Back to how the erasing left it, and no further. */
	OK(d, desk_enter(d, g, "officer", FULL));
	OK(d, undo(d, g, d->event));
	stands(d, g, "officer", "tps=1571011001001;role=kpps;seat=1;healthy=0;name=;nik=");
	REFUSED(d, undo(d, g, erasing), E_CONFLICT);
	/* Its undoing undone: the values that came later have a key still. */
	OK(d, undo(d, g, workspace_last_event(&d->w)));
	stands(d, g, "officer", FULL);
	gate_close(g);
	desk_close(d);
}

static void
test_closed_row(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	OK(d, desk_enter(d, g, "officer", FULL));
	OK(d, desk_row(d, g, "officer", SEAT, (RowRequest){.closing = true}));
	int64_t closing = d->event;
	OK(d, forget(d, g, "officer", SEAT));
	int64_t erasing = d->event;
	is(d, "SELECT count(*) FROM row_key", 0);
	is(d, "SELECT count(*) FROM officer", 0);
	is(d, "SELECT event FROM closed_row", erasing);
	is(d, "SELECT base FROM event WHERE op = 4", closing);
	REFUSED(d, undo(d, g, closing), E_CONFLICT);
	History h = history(d, "officer", SEAT);
	assert_true(h.closed);
	assert_int_equal(h.n, 3);
	assert_int_equal(h.step[2].hidden, HIDDEN_ERASED);
	/* It comes back after that. */
	OK(d, desk_enter(d, g, "officer", FULL));
	is(d, "SELECT base FROM event WHERE op = 3", erasing);
	stands(d, g, "officer", FULL);
	OK(d, undo(d, g, erasing + 1));
	is(d, "SELECT count(*) FROM officer", 0);
	OK(d, undo(d, g, d->event));
	stands(d, g, "officer", FULL);
	gate_close(g);
	desk_close(d);
}

/* ---- earlier moments ---- */

static int64_t
asof_number(Desk *d, AsOf *a, int64_t at, const char *sql)
{
	Stmt *s;
	bool row;
	OK(d, asof_advance(a, at, &d->err));
	OK(d, db_prepare(a->w.db, str_of(sql), &s, &d->err));
	OK(d, db_step(s, &row, &d->err));
	int64_t n = db_int(s, 0);
	db_reset(s);
	return n;
}

static void
test_earlier(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	AsOfP a = NULL;
	BoardP followed = NULL, full = NULL;
	Str difference;
	int64_t at[6];
	const char *rows = "SELECT count(*) FROM officer",
			   *matched = "SELECT count(*) FROM officer WHERE nik_match IS NOT NULL";
	d->env.now = hand_now;
	desk_reopen(d);
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	OK(d, desk_enter(d, g, "officer", "tps=1571011001001;role=linmas;seat=1;nik=9901010101800001"));
	OK(d, desk_enter(d, g, "officer", FULL));
	at[0] = hand++;
	OK(d, board_open(&d->w, &followed, &d->err));
	OK(d, forget(d, g, "officer", SEAT));
	at[1] = hand++;
	/* The finding that one person has two posts goes with the number. */
	OK(d, board_follow(followed, NULL, &d->err));
	OK(d, board_rebuild(&d->w, &full, &d->err));
	if (!board_equal(followed, full, &difference, &d->a))
		fail_msg("followed and rebuilt boards differ: %.*s", STR(difference));
	OK(d, desk_enter(d, g, "officer", FULL));
	at[2] = hand++;
	OK(d, desk_row(d, g, "officer", SEAT, (RowRequest){.closing = true}));
	at[3] = hand++;
	OK(d, forget(d, g, "officer", SEAT));
	at[4] = hand++;
	OK(d, desk_enter(d, g, "officer", FULL));
	at[5] = hand++;
	gate_close(g);
	/* Before each erasing the number is not known any more, the row is; after the last it is. */
	static const int want_rows[] = {2, 2, 2, 1, 1, 2}, want_matched[] = {1, 1, 1, 1, 1, 2};
	OK(d, asof_open(&d->w, NULL, &a, &d->err));
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(asof_number(d, a, at[i], rows), want_rows[i]);
		assert_int_equal(asof_number(d, a, at[i], matched), want_matched[i]);
	}
	asof_close(a);
	board_close(followed);
	board_close(full);
	desk_close(d);
}

/* ---- nothing stays behind ---- */

enum { PEOPLE = 600, GONE = 40 };

static bool
file_holds(Desk *d, const char *name, Str bytes)
{
	AUTO(Arena) a = {0};
	Str text = {0};
	const char *path = arena_fmt(&d->a, "%s/%s", d->ws, name).p;
	if (!file_exists(path))
		return false;
	OK(d, arena_open(&a, 1 << 28, &d->err));
	OK(d, file_read(path, 1 << 27, &a, &text, &d->err));
	return text.n && memmem(text.p, text.n, bytes.p, bytes.n);
}

static Str
wrapped_key(Desk *d, const char *key)
{
	DbP db = NULL;
	Stmt *s;
	bool row;
	OK(d, workspace_reader(&d->w, &db, &d->err));
	OK(d, db_prepare(db, S("SELECT wrapped FROM row_key WHERE key = :key"), &s, &d->err));
	db_set_text(s, "key", str_of(key));
	OK(d, db_step(s, &row, &d->err));
	assert_true(row);
	Str out = arena_str(&d->a, db_text(s, 0));
	db_close(db);
	return out;
}

/* Keys come in no order, so that the pages that hold them split and move. */
static void
test_files(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	Str key[GONE];
	OK(d, gate_open(&d->w, &g, &d->err));
	for (int i = 1; i <= 9; i++)
		OK(d, desk_enter(d, g, "tps", arena_fmt(&d->a, "tps=157101100100%d", i).p));
	for (int i = 0, at = 0; i < PEOPLE; i++, at = (at + 367) % PEOPLE)
		OK(d,
			desk_enter(d, g, "officer",
				arena_fmt(&d->a, "tps=157101100100%d;role=kpps;seat=%d;name=N%d", 1 + at / 90,
					1 + at % 90, at)
					.p));
	for (int i = 0; i < GONE; i++) {
		int at = i * 13;
		key[i] =
			wrapped_key(d, arena_fmt(&d->a, "157101100100%d/kpps/%d", 1 + at / 90, 1 + at % 90).p);
		assert_true(*d->store.url || file_holds(d, "siap.db-wal", key[i]) ||
			file_holds(d, "siap.db", key[i]));
		OK(d,
			forget(d, g, "officer",
				arena_fmt(&d->a, "tps=157101100100%d;role=kpps;seat=%d", 1 + at / 90, 1 + at % 90)
					.p));
	}
	is(d, "SELECT count(*) FROM row_key", PEOPLE - GONE);
	for (int i = 0; i < GONE; i++)
		for (size_t part = 0; part + 24 <= key[i].n; part += 24)
			if (file_holds(d, "siap.db", str_slice(key[i], part, part + 24)) ||
				file_holds(d, "siap.db-wal", str_slice(key[i], part, part + 24)))
				fail_msg("destroyed key %d is still in a file", i);
	gate_close(g);
	desk_close(d);
}

static void
test_socket(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL, second = NULL;
	Workspace w2;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, workspace_open(&d->env, d->ws, &d->a, &w2, &d->err));
	OK(d, gate_open(&w2, &second, &d->err));
	assert_false(gate_is_local(second));
	OK(d, desk_enter(d, second, "tps", "tps=1571011001001;contact=081234500001"));
	int64_t first = d->event;
	OK(d, forget(d, second, "tps", "tps=1571011001001"));
	assert_int_equal(d->event, first + 1);
	is(d, "SELECT count(*) FROM row_key", 0);
	REFUSED(d, forget(d, second, "tps", "tps=1571011001001"), E_NOTFOUND);
	gate_close(second);
	workspace_close(&w2);
	gate_close(g);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_erased),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_undo),
		cmocka_unit_test(test_closed_row), cmocka_unit_test(test_earlier),
		cmocka_unit_test(test_files), cmocka_unit_test(test_socket)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
