/* Rebuild: after any history the tables made anew from the log are those that stood, whatever was done to them by hand. */
#include "random.h"
#include "support.h"

#include <dirent.h>
#include <pthread.h>

/* ---- helpers ---- */

/* A row changed by somebody who saw an older event than its newest. */
static void
random_conflict(Desk *d, Gate *g)
{
	char cells[80];
	snprintf(cells, sizeof cells, "tps=157102100200%d;role=kpps;filled=%d", 1 + (int)dice(3),
		(int)dice(8));
	OK(d, desk_enter(d, g, "officer_count", cells));
	RowRequest late = {.base = d->event};
	cells[strlen(cells) - 1] ^= 1;
	OK(d, desk_enter(d, g, "officer_count", cells));
	cells[strlen(cells) - 1] ^= 2;
	OK(d, desk_row(d, g, "officer_count", cells, late));
	assert_int_equal(d->outcome, OUTCOME_CONFLICT);
}

static void
random_history(Desk *d, Gate *g, int changes)
{
	for (int i = 0; i < changes; i++)
		random_event(d, g);
	for (int i = 1; i <= 3; i++)
		OK(d, desk_enter(d, g, "tps", arena_fmt(&d->a, "tps=157102100200%d", i).p));
	for (int i = 0; i < 10; i++)
		random_conflict(d, g);
}

static Gate *
gate_for(Desk *d)
{
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	return g;
}

static Desk *
desk_with_history(int changes)
{
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = gate_for(d);
	random_history(d, g, changes);
	gate_close(g);
	return d;
}

static void
rebuild_as(Desk *d, const RebuildAsk *ask, RebuildReport *r)
{
	GateP g = gate_for(d);
	OK(d, gate_rebuild(g, ask, &d->a, r, &d->err));
	gate_close(g);
	for (const char *const *name = (const char *const[]){"rebuild.db", "rebuild.db-wal", NULL};
		 *name; name++)
		assert_false(file_exists(workspace_path(&d->w, &d->a, *name)));
}

/* All that follows from the log. */
static Str
stands(Desk *d)
{
	AUTO(Buf) out = {0};
	Stmt *s;
	buf_add(&out, desk_dump(d, &d->w));
	buf_add(&out, S("# closed_row\n"));
	OK(d,
		db_prepare(d->w.db,
			S("SELECT dataset, area, key, event FROM closed_row ORDER BY dataset, area, key"), &s,
			&d->err));
	dump_rows(d, s, &out);
	return arena_str(&d->a, buf_str(&out));
}

static RebuildReport
rebuild(Desk *d)
{
	RebuildReport r;
	rebuild_as(d, &(RebuildAsk){0}, &r);
	return r;
}

static int64_t
fixed(const RebuildReport *r)
{
	int64_t n = 0;
	for (size_t i = 0; i < r->n_parts; i++)
		n += r->part[i].missing + r->part[i].changed + r->part[i].extra;
	return n;
}

static void
same(Str want, Str got)
{
	Str a, b, table = {0};
	while (want.n || got.n) {
		str_cut(want, '\n', &a, &want);
		str_cut(got, '\n', &b, &got);
		table = str_starts(a, S("# ")) ? a : table;
		if (!str_eq(a, b))
			fail_msg("%.*s: stood there: '%.*s', rebuilt: '%.*s'", STR(table), STR(a), STR(b));
	}
}

static void
verifies(Desk *d)
{
	AUTO(Arena) a = {0};
	VerifyReport r;
	desk_reopen(d);
	OK(d, arena_open(&a, (size_t)1 << 30, &d->err));
	OK(d, log_verify(&d->w, &(VerifyAsk){0}, &a, &r, &d->err));
}

static void
hand(Desk *d, const char *sql)
{
	DbP db = NULL;
	OK(d, db_open(d->w.store, DB_WRITE, &db, &d->err));
	OK(d, db_exec(db, str_of(sql), &d->err));
	db_close(db);
}

static int64_t
count(Desk *d, const char *sql)
{
	Stmt *s;
	bool row;
	OK(d, db_prepare(d->w.db, str_of(sql), &s, &d->err));
	OK(d, db_step(s, &row, &d->err));
	int64_t n = db_int(s, 0);
	db_reset(s);
	return n;
}

/* ---- any history, any damage ---- */

/* Each table loses rows, keeps changed ones, and has some that nobody entered. */
static void
damage(Desk *d, const Dataset *set)
{
	AUTO(Buf) sql = {0};
	Str area = set->field[set->area].name;
	buf_fmt(&sql,
		"INSERT INTO %.*s SELECT * FROM %.*s WHERE 1 = 0;"
		"DELETE FROM %.*s WHERE _event %% 3 = 0;"
		"UPDATE %.*s SET _event = _event + 1 WHERE _event %% 3 = 1;"
		"UPDATE %.*s SET %.*s = %.*s || '0' WHERE _event %% 9 = 2",
		STR(set->name), STR(set->name), STR(set->name), STR(set->name), STR(set->name), STR(area),
		STR(area));
	assert_false(sql.failed);
	hand(d, arena_cstr(&d->a, buf_str(&sql)));
}

static void
any_history(uint64_t with)
{
	seed = with;
	Desk *d = desk_with_history(500);
	Str stood = stands(d);
	assert_true(count(d, "SELECT count(*) FROM conflict") > 5);
	assert_true(count(d, "SELECT count(*) FROM event WHERE op = 3") > 3);
	assert_true(count(d, "SELECT count(*) FROM closed_row") > 3);
	assert_true(count(d, "SELECT count(*) FROM event WHERE length(sealed) > 0") > 10);
	verifies(d);
	RebuildReport r = rebuild(d);
	assert_int_equal(fixed(&r), 0);
	assert_int_equal(r.events, workspace_last_event(&d->w));
	same(stood, stands(d));
	for (size_t i = 0; i < d->w.cat.n_datasets; i++)
		damage(d, &d->w.cat.dataset[i]);
	hand(d,
		"DELETE FROM conflict WHERE event % 2 = 0; UPDATE conflict SET over = over + 1 WHERE event % 4 = 1;"
		"INSERT INTO conflict (dataset, key, area, event, over) VALUES ('tps', 'k', '1571', 3, 2);"
		"DELETE FROM closed_row WHERE event % 2 = 0; UPDATE closed_row SET event = event + 1 WHERE event % 4 = 1;"
		"INSERT INTO closed_row (dataset, area, key, event) VALUES ('tps', '1571', 'k', 3)");
	r = rebuild(d);
	assert_true(fixed(&r) > 25);
	same(stood, stands(d));
	verifies(d);
	/* The board of the damaged tables is gone with them. */
	BoardP opened = NULL, made = NULL;
	Str difference = {0};
	OK(d, board_open(&d->w, &opened, &d->err));
	OK(d, board_rebuild(&d->w, &made, &d->err));
	if (!board_equal(opened, made, &difference, &d->a))
		fail_msg("the board: %.*s", STR(difference));
	board_close(opened);
	board_close(made);
	r = rebuild(d);
	assert_int_equal(fixed(&r), 0);
	desk_close(d);
}

static void
test_any_history(void **state)
{
	(void)state;
	for (uint64_t with = 1; with <= 2; with++)
		any_history(with);
}

static void
test_only_what_was_asked(void **state)
{
	(void)state;
	seed = 5;
	Desk *d = desk_with_history(200);
	Str stood = stands(d);
	const Dataset *tps = catalog_dataset(&d->w.cat, S("tps"));
	hand(d,
		"DELETE FROM tps; DELETE FROM officer_count; DELETE FROM conflict; DELETE FROM closed_row");
	RebuildReport r;
	rebuild_as(d, &(RebuildAsk){.datasets = &tps, .n = 1}, &r);
	assert_int_equal(count(d, "SELECT count(*) FROM officer_count"), 0);
	assert_int_equal(count(d, "SELECT count(*) FROM conflict WHERE dataset = 'officer_count'"), 0);
	assert_true(count(d, "SELECT count(*) FROM tps") >= 3);
	assert_true(str_eq(r.part[0].table, S("tps")) && r.part[0].missing == r.part[0].rows);
	r = rebuild(d);
	same(stood, stands(d));
	/* A table that is not there at all. */
	hand(d, "DROP TABLE delivery");
	r = rebuild(d);
	same(stood, stands(d));
	verifies(d);
	desk_close(d);
}

/* ---- cut short ---- */

typedef struct Halt {
	volatile bool stop;
	uint64_t at;
	Str in; /* the phase */
} Halt;

static void
halt_at(void *ctx, Str phase, uint64_t done, uint64_t total)
{
	Halt *h = ctx;
	(void)total;
	h->stop |= done >= h->at && str_eq(phase, h->in);
}

static void
many_rows(Desk *d, int n)
{
	static const int village[] = {1001, 1002, 1003, 1004, 1010, 1011, 1012};
	AUTO(Buf) b = {0};
	ImportReport r;
	buf_fmt(&b, "kode_tps,tps,dpt_l,dpt_p,dpt_j\n");
	for (int i = 0; i < n; i++)
		buf_fmt(
			&b, "157101%04d%03d,%03d,100,101,201\n", village[i / 900], 1 + i % 900, 1 + i % 900);
	OK(d, desk_import(d, "", buf_str(&b), (ImportOptions){0}, &r));
}

static void
halted(Desk *d, const Dataset **only, uint64_t at, Str in)
{
	GateP g = gate_for(d);
	RebuildReport r;
	Halt h = {.at = at, .in = in};
	RebuildAsk ask = {.datasets = only, .n = only ? 1 : 0, .watch = {halt_at, &h, &h.stop}};
	REFUSED(d, gate_rebuild(g, &ask, &d->a, &r, &d->err), E_BUSY);
	gate_close(g);
}

static void
test_goes_on(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	const Dataset *tps = catalog_dataset(&d->w.cat, S("tps"));
	many_rows(d, 2400);
	Str stood = stands(d);
	hand(d, "UPDATE roll_count SET male = 0");
	/* While it replays: nothing was touched. */
	halted(d, NULL, 4096, S("events"));
	assert_int_equal(count(d, "SELECT count(*) FROM roll_count WHERE male = 0"), 2400);
	/* While it puts rows right, and what it has not come to is as it was. */
	halted(d, NULL, 1000, S("rows"));
	int64_t wrong = count(d, "SELECT count(*) FROM roll_count WHERE male = 0");
	assert_true(wrong > 0);
	RebuildReport r = rebuild(d);
	assert_true(r.resumed == r.events);
	assert_int_equal(fixed(&r), wrong);
	same(stood, stands(d));
	/* Other tables than before, another log, no database at all: from the beginning. */
	halted(d, NULL, 4096, S("events"));
	rebuild_as(d, &(RebuildAsk){.datasets = &tps, .n = 1}, &r);
	assert_int_equal(r.resumed, 0);
	halted(d, NULL, 4096, S("events"));
	r = rebuild(d);
	assert_int_equal(r.resumed, 4096);
	halted(d, &tps, 4096, S("events"));
	DbP private = NULL;
	OK(d, db_open(workspace_path(&d->w, &d->a, "rebuild.db"), DB_WRITE, &private, &d->err));
	OK(d, db_exec(private, S("UPDATE workspace SET value = 'x' WHERE name = 'leaf'"), &d->err));
	db_close(private);
	rebuild_as(d, &(RebuildAsk){.datasets = &tps, .n = 1}, &r);
	assert_int_equal(r.resumed, 0);
	OK(d,
		file_write_atomic(
			workspace_path(&d->w, &d->a, "rebuild.db"), S("no database\n"), 0600, &d->err));
	r = rebuild(d);
	assert_int_equal(r.resumed, 0);
	same(stood, stands(d));
	verifies(d);
	desk_close(d);
}

/* ---- while others write, and through the socket ---- */

typedef struct Client {
	Desk *d;
	Gate *g;
	int number;
	_Atomic bool *stop;
	int rows;
} Client;

static void *
client_main(void *arg)
{
	Client *c = arg;
	const Dataset *set = catalog_dataset(&c->d->w.cat, S("delivery"));
	Origin o = {.actor = S("client"), .source = S("web")};
	for (; !*c->stop; c->rows++) {
		Str text[16] = {{0}};
		char received[16], tps[16];
		Err err;
		snprintf(received, sizeof received, "%d", c->rows % 500);
		snprintf(tps, sizeof tps, "157101100%d%03d", 1 + c->number % 2, 1 + c->rows % 400);
		text[0] = str_of(tps);
		text[1] = c->number < 2 ? S("ink") : S("booth");
		text[2] = str_of(received);
		RowRequest r = {.origin = &o, .dataset = set, .text = text, .closing = c->rows % 7 == 6};
		if (!gate_enter(c->g, &r, &err) && err.code != E_NOTFOUND)
			return "failed";
	}
	return NULL;
}

static void
test_while_others_write(void **state)
{
	(void)state;
	enum { CLIENTS = 4, ROUNDS = 3 };
	Desk *d = desk_new("pilkada2024", "1571");
	Client c[CLIENTS];
	pthread_t t[CLIENTS];
	_Atomic bool stop = false;
	many_rows(d, 1500);
	hand(d,
		"UPDATE roll_count SET male = 0 WHERE _event % 3 = 0; DELETE FROM roll_count WHERE _event % 3 = 1");
	GateP g = gate_for(d);
	for (int i = 0; i < CLIENTS; i++) {
		c[i] = (Client){d, g, i, &stop, 0};
		assert_int_equal(pthread_create(&t[i], NULL, client_main, &c[i]), 0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		RebuildReport r;
		OK(d, gate_rebuild(g, &(RebuildAsk){0}, &d->a, &r, &d->err));
		if (i)
			assert_int_equal(fixed(&r), 0);
		else
			assert_int_equal(fixed(&r), 1000);
	}
	stop = true;
	int rows = 0;
	for (int i = 0; i < CLIENTS; i++) {
		void *failed;
		pthread_join(t[i], &failed);
		assert_null(failed);
		rows += c[i].rows;
	}
	gate_close(g);
	assert_true(rows > 20);
	verifies(d);
	RebuildReport r = rebuild(d);
	assert_int_equal(fixed(&r), 0);
	desk_close(d);
}

static void
test_through_the_socket(void **state)
{
	(void)state;
	seed = 9;
	Desk *d = desk_with_history(200);
	Str stood = stands(d);
	const Dataset *tps = catalog_dataset(&d->w.cat, S("tps"));
	int64_t rows = count(d, "SELECT count(*) FROM tps");
	hand(d, "DELETE FROM tps");
	GateP g = gate_for(d), second = NULL;
	Workspace w2;
	RebuildReport r;
	OK(d, workspace_open(&d->env, d->ws, &d->a, &w2, &d->err));
	OK(d, gate_open(&w2, &second, &d->err));
	assert_false(gate_is_local(second));
	OK(d, gate_rebuild(second, &(RebuildAsk){.datasets = &tps, .n = 1}, &d->a, &r, &d->err));
	assert_true(str_eq(r.part[0].table, S("tps")));
	assert_int_equal(r.part[0].missing, rows);
	assert_int_equal(r.events, workspace_last_event(&d->w));
	gate_close(second);
	workspace_close(&w2);
	gate_close(g);
	same(stood, stands(d));
	desk_close(d);
}

/* ---- definitions that changed ---- */

static void
define(Desk *d, const char *fields)
{
	Str text = arena_fmt(&d->a,
		"dataset gadget\ntitle \"Gadgets\"\nowner kpu\nlevel tps\nfield tps area(tps) key\nfield kind enum(lamp, radio) key\n%s",
		fields);
	const char *dir = arena_fmt(&d->a, "%s/defs", d->dir).p,
			   *sets = arena_fmt(&d->a, "%s/datasets", dir).p;
	OK(d, dir_make(dir, &d->err));
	OK(d, dir_make(sets, &d->err));
	OK(d, file_write_atomic(arena_fmt(&d->a, "%s/gadget.def", sets).p, text, 0600, &d->err));
	d->env.defs_dir = dir;
	desk_reopen(d);
}

static void
enter_gadgets(Desk *d, const char *more)
{
	GateP g = gate_for(d);
	for (int i = 1; i <= 3; i++)
		OK(d,
			desk_enter(
				d, g, "gadget", arena_fmt(&d->a, "tps=157101100100%d;kind=lamp;%s", i, more).p));
	gate_close(g);
}

static void
equal_and_mendable(Desk *d)
{
	RebuildReport r = rebuild(d);
	assert_int_equal(fixed(&r), 0);
	verifies(d);
	Str stood = stands(d);
	hand(d,
		"DELETE FROM gadget WHERE tps = '1571011001001'; UPDATE gadget SET _event = 1 WHERE tps = '1571011001002'");
	r = rebuild(d);
	assert_int_equal(fixed(&r), 2);
	same(stood, stands(d));
	verifies(d);
}

static void
test_definitions_changed(void **state)
{
	(void)state;
	seed = 3;
	Desk *d = desk_with_history(50);
	GateP g = gate_for(d);
	for (int i = 1; i <= 3; i++)
		OK(d, desk_enter(d, g, "tps", arena_fmt(&d->a, "tps=157101100100%d", i).p));
	gate_close(g);
	define(d,
		"field a int(0..9)\nfield b text(20)\nfield c phone private(kpu)\nfield n text(20) private(kpu) match\n"
		"example 1571091002001, lamp, 1, x, , \nreject 1571091002001, lamp, -1, x, , # below 0\n");
	enter_gadgets(d, "a=1;b=x;c=081234500001;n=abc");
	equal_and_mendable(d);
	/* Fields come and go, open and private ones. */
	define(d,
		"field b text(20)\nfield n text(20) private(kpu) match\nfield z int(0..9) default 4\n"
		"example 1571091002001, lamp, x, , 3\nreject 1571091002001, lamp, x, , -1 # below 0\n");
	equal_and_mendable(d);
	assert_int_equal(
		count(d, "SELECT count(*) FROM gadget WHERE z IS NULL AND n_match IS NOT NULL"), 3);
	enter_gadgets(d, "b=y");
	assert_int_equal(
		count(d, "SELECT count(*) FROM gadget WHERE n_match IS NOT NULL AND b = 'y'"), 3);
	equal_and_mendable(d);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_any_history),
		cmocka_unit_test(test_only_what_was_asked), cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_while_others_write), cmocka_unit_test(test_through_the_socket),
		cmocka_unit_test(test_definitions_changed)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
