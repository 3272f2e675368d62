/* Accepting rows: imports whole or not at all, twice is once, conflicts, private fields sealed, one writer, crash and resume. */
#include "support.h"

#include <pthread.h>
#include <sys/wait.h>

static const char TPS[] = "tps,number\n1571011001001,001\n1571011001002,002\n1571011001003,003\n";

static void
test_import_twice(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	OK(d, desk_import(d, "tps", S(TPS), (ImportOptions){0}, &r));
	assert_int_equal(r.part[0].added, 3);
	int64_t events = workspace_last_event(&d->w);
	OK(d, desk_import(d, "tps", S(TPS), (ImportOptions){0}, &r));
	assert_int_equal(r.part[0].added, 0);
	assert_int_equal(r.part[0].same, 3);
	assert_int_equal(workspace_last_event(&d->w), events);
	OK(d,
		desk_import(
			d, "tps", S("tps,number,border\n1571011001002,002,ya\n"), (ImportOptions){0}, &r));
	assert_int_equal(r.part[0].changed, 1);
	/* A file without the column leaves what is there. */
	OK(d, desk_import(d, "tps", S(TPS), (ImportOptions){0}, &r));
	assert_int_equal(r.part[0].same, 3);
	assert_int_equal(desk_number(d, "SELECT border FROM tps WHERE tps = '1571011001002'"), 1);
	/* Every projection row names its newest event, and every event has its origin. */
	assert_int_equal(
		desk_number(
			d, "SELECT count(*) FROM tps t JOIN event e ON e.seq = t._event AND e.key = t.tps"),
		3);
	assert_int_equal(
		desk_number(d,
			"SELECT count(*) FROM event e JOIN origin o ON o.id = e.origin JOIN definition f ON f.hash = o.definition"),
		workspace_last_event(&d->w));
	desk_close(d);
}

static void
test_all_or_nothing(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	Str text = S(
		"tps,number,kind\n1571011001001,001,regular\n1571011001002,002,speciall\n9999999999001,003,regular\n1571011001001,9,special\n");
	REFUSED(d, desk_import(d, "tps", text, (ImportOptions){0}, &r), E_INPUT);
	assert_int_equal(r.bad_rows, 3);
	assert_int_equal(workspace_last_event(&d->w), 0);
	assert_int_equal(r.first[0].row, 3);
	assert_true(str_eq(r.first[0].column, S("kind")));
	/* The error file repeats the bad rows with a reason and can be mended and imported. */
	Str errors;
	size_t at;
	OK(d, file_read(r.error_file, 1 << 20, &d->a, &errors, &d->err));
	assert_true(str_find(errors, S("1571011001002,002,speciall,"), &at));
	assert_true(str_find(errors, S("kind: "), &at));
	assert_false(str_find(errors, S("1571011001001,001"), &at));
	OK(d, desk_import(d, "tps", text, (ImportOptions){.partial = true}, &r));
	assert_int_equal(r.part[0].added, 1);
	assert_int_equal(r.bad_rows, 3);
	/* Nothing waits in the staging folder. */
	assert_int_equal(desk_number(d, "SELECT count(*) FROM import_job WHERE state <> 'done'"), 0);
	desk_close(d);
}

static void
test_dry_run(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	OK(d, desk_import(d, "tps", S(TPS), (ImportOptions){.dry_run = true}, &r));
	assert_int_equal(r.part[0].added, 3);
	assert_false(r.applied);
	assert_int_equal(workspace_last_event(&d->w), 0);
	desk_close(d);
}

static void
test_conflicts(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	GateP g = NULL;
	OK(d, desk_import(d, "tps", S(TPS), (ImportOptions){0}, &r));
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "officer_count", "tps=1571011001001;role=kpps;filled=5"));
	int64_t first = d->event;
	RowRequest seen = {.base = first};
	OK(d, desk_row(d, g, "officer_count", "tps=1571011001001;role=kpps;filled=6", seen));
	assert_int_equal(d->outcome, OUTCOME_CHANGED);
	int64_t second = d->event;
	OK(d, desk_row(d, g, "officer_count", "tps=1571011001001;role=kpps;filled=6", seen));
	assert_int_equal(d->outcome, OUTCOME_SAME);
	assert_int_equal(d->event, second);
	OK(d, desk_row(d, g, "officer_count", "tps=1571011001001;role=kpps;filled=7", seen));
	assert_int_equal(d->outcome, OUTCOME_CONFLICT);
	gate_close(g);
	/* Accepted order wins, and both are kept and shown. */
	assert_int_equal(desk_number(d, "SELECT filled FROM officer_count"), 7);
	assert_int_equal(desk_number(d, "SELECT over FROM conflict"), second);
	/* A spreadsheet that does not know of the change is refused; one that names its base and is stale too. */
	Str stale =
		arena_fmt(&d->a, "tps,role,filled,_event\n1571011001001,kpps,3,%lld\n", (long long)first);
	REFUSED(d,
		desk_import(d, "officer_count", S("tps,role,filled\n1571011001001,kpps,4\n"),
			(ImportOptions){0}, &r),
		E_CONFLICT);
	REFUSED(d, desk_import(d, "officer_count", stale, (ImportOptions){0}, &r), E_CONFLICT);
	assert_int_equal(desk_number(d, "SELECT filled FROM officer_count"), 7);
	OK(d, desk_import(d, "officer_count", stale, (ImportOptions){.accept_conflicts = true}, &r));
	assert_int_equal(r.part[0].conflicts, 1);
	assert_int_equal(desk_number(d, "SELECT filled FROM officer_count"), 3);
	/* A fresh base is no conflict. */
	Str fresh = arena_fmt(&d->a, "tps,role,filled,_event\n1571011001001,kpps,7,%lld\n",
		(long long)workspace_last_event(&d->w));
	OK(d, desk_import(d, "officer_count", fresh, (ImportOptions){0}, &r));
	assert_int_equal(r.part[0].changed, 1);
	desk_close(d);
}

static void
test_private_fields(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	Str db = {0}, wal = {0};
	size_t at;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;number=001;contact=081234500001"));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;number=001;contact=081234500001"));
	assert_int_equal(d->outcome, OUTCOME_SAME); /* compared after opening the seal */
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;number=002"));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;contact=081234500001"));
	assert_int_equal(d->outcome, OUTCOME_SAME); /* the change of number kept the contact */
	OK(d,
		desk_enter(d, g, "tps",
			"tps=1571011001001;contact=08\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
			"01"));
	assert_int_equal(d->outcome, OUTCOME_SAME); /* a masked cell says nothing */
	gate_close(g);
	if (*d->store.url) {
		assert_int_equal(
			desk_number(
				d, "SELECT count(*) FROM tps t WHERE strpos(CAST(t AS text), '81234500001') > 0"),
			0);
		assert_int_equal(
			desk_number(
				d, "SELECT count(*) FROM event e WHERE strpos(CAST(e AS text), '81234500001') > 0"),
			0);
	} else
		OK(d, file_read(arena_fmt(&d->a, "%s/siap.db", d->ws).p, 1 << 26, &d->a, &db, &d->err));
	if (file_exists(arena_fmt(&d->a, "%s/siap.db-wal", d->ws).p))
		OK(d,
			file_read(arena_fmt(&d->a, "%s/siap.db-wal", d->ws).p, 1 << 26, &d->a, &wal, &d->err));
	assert_false(str_find(db, S("81234500001"), &at) || str_find(wal, S("81234500001"), &at));
	assert_int_equal(desk_number(d, "SELECT count(*) FROM row_key"), 1);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM tps WHERE length(_sealed) > 72"), 1);
	desk_close(d);
}

static void
test_leaves_can_be_recomputed(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	OK(d, desk_import(d, "tps", S(TPS), (ImportOptions){0}, &r));
	assert_int_equal(
		desk_number(d, "SELECT count(DISTINCT leaf) FROM event WHERE length(leaf) = 32"), 4);
	assert_int_equal(
		desk_number(d,
			"SELECT count(*) FROM event WHERE open = '{\"kind\":\"regular\",\"number\":\"001\",\"tps\":\"1571011001001\"}'"),
		1);
	desk_close(d);
}

static void
test_places(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	ImportReport r;
	OK(d, gate_open(&d->w, &g, &d->err));
	REFUSED(d, desk_enter(d, g, "tps", "tps=1571019999001"), E_INPUT);
	REFUSED(d, desk_enter(d, g, "tps", "tps=1101012001001"), E_INPUT);
	assert_non_null(strstr(d->err.text, "outside this workspace"));
	REFUSED(d, desk_enter(d, g, "officer_count", "tps=1571011001001;role=kpps;filled=1"), E_INPUT);
	assert_non_null(strstr(d->err.text, "not in the list of TPS"));
	/* A renamed area is suggested. */
	OK(d, desk_enter(d, g, "area_alias", "area=1571011001;old=1571019999;change=renamed"));
	REFUSED(d, desk_enter(d, g, "tps", "tps=1571019999001"), E_INPUT);
	assert_non_null(strstr(d->err.text, "1571011001001"));
	gate_close(g);
	/* One file may bring TPS and rows about them at once. */
	OK(d,
		desk_import(d, "",
			S("kode_tps,tps,dpt_l,dpt_p,dpt_j\n1571011001001,001,100,110,210\n1571011001002,002,,,\n"),
			(ImportOptions){0}, &r));
	assert_true(r.n_parts >= 2);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM tps"), 2);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM roll_count"),
		1); /* the second row says nothing about it */
	desk_close(d);
}

/* ---- several writers ---- */

typedef struct Client {
	Desk *d;
	Gate *g;
	int number, failed;
} Client;

static void *
client_main(void *arg)
{
	Client *c = arg;
	const Dataset *set = catalog_dataset(&c->d->w.cat, S("delivery"));
	Origin o = {.actor = S("client"), .source = S("web")};
	for (int i = 0; i < 50; i++) {
		Str text[16] = {{0}};
		char received[16];
		Err err;
		snprintf(received, sizeof received, "%d", c->number * 100 + i);
		text[0] = S("1571011001001");
		text[1] = c->number % 2 ? S("ink") : S("booth");
		text[2] = str_of(received);
		if (i % 10 == 9)
			text[2] = S("wrong"); /* fails alone, beside others in the same commit */
		RowRequest r = {.origin = &o, .dataset = set, .text = text};
		bool ok = gate_enter(c->g, &r, &err);
		c->failed += !ok;
	}
	return NULL;
}

static void
test_many_writers(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	ImportReport r;
	Client c[8];
	pthread_t t[8];
	OK(d, desk_import(d, "tps", S(TPS), (ImportOptions){0}, &r));
	OK(d, gate_open(&d->w, &g, &d->err));
	for (int i = 0; i < 8; i++) {
		c[i] = (Client){d, g, i, 0};
		assert_int_equal(pthread_create(&t[i], NULL, client_main, &c[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(c[i].failed, 5);
	}
	gate_close(g);
	/* Event numbers have no holes, failures left none behind. */
	assert_int_equal(desk_number(d, "SELECT count(*) FROM event"), 3 + 8 * 45 + 1);
	assert_int_equal(desk_number(d, "SELECT max(seq) FROM event"), 3 + 8 * 45 + 1);
	desk_close(d);
}

/* A second process writes through the socket of the first; both see the same numbers. */
static void
test_socket(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL, second = NULL;
	Workspace w2;
	OK(d, gate_open(&d->w, &g, &d->err));
	assert_true(gate_is_local(g));
	OK(d, workspace_open(&d->env, d->ws, &d->a, &w2, &d->err));
	OK(d, gate_open(&w2, &second, &d->err));
	assert_false(gate_is_local(second));
	OK(d, desk_enter(d, second, "tps", "tps=1571011001001;number=001"));
	assert_int_equal(d->event, 2);
	assert_int_equal(d->outcome, OUTCOME_ADDED);
	REFUSED(d, desk_enter(d, second, "tps", "tps=1571011001001;kind=odd"), E_INPUT);
	assert_non_null(strstr(d->err.text, "odd"));
	/* A whole file goes through as well: desk_import opens its own gate. */
	ImportReport r;
	OK(d, desk_import(d, "tps", S(TPS), (ImportOptions){.accept_conflicts = true}, &r));
	assert_int_equal(r.part[0].added, 2);
	gate_close(second);
	workspace_close(&w2);
	gate_close(g);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM tps"), 3);
	desk_close(d);
}

/* Whoever means a new row does not change one that somebody else just made, through either way in. */
static void
test_fresh(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "15");
	GateP gate[2] = {NULL};
	Workspace w2;
	OK(d, gate_open(&d->w, &gate[0], &d->err));
	OK(d, workspace_open(&d->env, d->ws, &d->a, &w2, &d->err));
	OK(d, gate_open(&w2, &gate[1], &d->err));
	for (int i = 0; i < 2; i++) {
		const char *cells = i ? "tps=1571011001002;number=002" : "tps=1571011001001;number=001";
		OK(d, desk_row(d, gate[i], "tps", cells, (RowRequest){.fresh = true}));
		assert_int_equal(d->outcome, OUTCOME_ADDED);
		REFUSED(d, desk_row(d, gate[i], "tps", cells, (RowRequest){.fresh = true}), E_CONFLICT);
		assert_non_null(strstr(d->err.text, i ? "'1571011001002'" : "'1571011001001'"));
		OK(d, desk_row(d, gate[i], "tps", cells, (RowRequest){.closing = true}));
		OK(d, desk_row(d, gate[i], "tps", cells, (RowRequest){.fresh = true}));
	}
	gate_close(gate[1]);
	workspace_close(&w2);
	gate_close(gate[0]);
	desk_close(d);
}

typedef struct Asker { /* one of several threads at one gate */
	Gate *g;
	const Dataset *d;
	char tps[32];
	bool ok;
	int64_t event;
} Asker;

static void *
ask_often(void *arg)
{
	Asker *k = arg;
	Origin o = {.actor = S("tester"), .source = S("cli")};
	Str text[16] = {{0}};
	Err e = {0};
	RowRequest r = {.origin = &o, .dataset = k->d, .text = text};
	text[k->d->area] = str_of(k->tps);
	k->ok = true;
	for (int i = 0; i < 20; i++) {
		char number[16];
		snprintf(number, sizeof number, "%03d", i);
		text[dataset_field(k->d, S("number")) - k->d->field] = str_of(number);
		k->ok &= gate_enter(k->g, &r, &e);
		k->event = r.event;
	}
	return NULL;
}

/* Each thread gets the answers to its own rows, though they share one connection. */
static void
test_socket_threads(void **state)
{
	(void)state;
	enum { ASKERS = 8 };
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL, second = NULL;
	Workspace w2;
	Asker asker[ASKERS];
	pthread_t thread[ASKERS];
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, workspace_open(&d->env, d->ws, &d->a, &w2, &d->err));
	OK(d, gate_open(&w2, &second, &d->err));
	assert_false(gate_is_local(second));
	for (int i = 0; i < ASKERS; i++) {
		asker[i] = (Asker){.g = second, .d = catalog_dataset(&w2.cat, S("tps"))};
		snprintf(asker[i].tps, sizeof asker[i].tps, "157101100100%d", i + 1);
		assert_int_equal(pthread_create(&thread[i], NULL, ask_often, &asker[i]), 0);
	}
	for (int i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	for (int i = 0; i < ASKERS; i++) {
		AUTO(Buf) sql = {0};
		buf_fmt(&sql, "SELECT _event FROM tps WHERE number = '019' AND tps = '%s'", asker[i].tps);
		buf_byte(&sql, '\0');
		assert_true(asker[i].ok);
		assert_int_equal(desk_number(d, sql.p), asker[i].event);
	}
	gate_close(second);
	workspace_close(&w2);
	gate_close(g);
	desk_close(d);
}

/* ---- crash ---- */

/* One file that feeds tps, roll_count and count_form. */
static void
wide_text(Buf *b, int n)
{
	buf_fmt(b, "kode_tps,tps,dpt_l,dpt_p,dpt_j\n");
	for (int i = 0; i < n; i++)
		buf_fmt(b, "157101%04d%03d,%03d,100,101,201\n", 1001 + i / 900, 1 + i % 900, 1 + i % 900);
}

/* Killed at random moments of an import, the workspace opens, finishes the whole file or has nothing of it, and holds each row once. */
static void
test_kill_in_import(void **state)
{
	(void)state;
	enum { ROWS = 2700, KILLS = 12 };
	int finished_by_resume = 0, kills = 0;
	/* A round takes two seconds on PostgreSQL: every third moment there. */
	for (int round = 0; round < KILLS; round += getenv("SIAP_TEST_STORE") ? 3 : 1, kills++) {
		Desk *d = desk_new("pilkada2024", "1571");
		AUTO(Buf) b = {0};
		ImportReport r;
		GateP g = NULL;
		wide_text(&b, ROWS);
		pid_t child = fork();
		if (child == 0) {
			desk_reopen(d);
			_exit(desk_import(d, "", buf_str(&b), (ImportOptions){0}, &r) ? 0 : 1);
		}
		usleep((useconds_t)((8000 + round * 9000) * (*d->store.url ? 4 : 1)));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		desk_reopen(d);
		int64_t jobs = desk_number(d, "SELECT count(*) FROM import_job");
		int64_t before = desk_number(d, "SELECT count(*) FROM event");
		assert_true(jobs == 0 || jobs == 3);
		OK(d, gate_open(&d->w, &g, &d->err));
		gate_close(g);
		assert_int_equal(desk_number(d, "SELECT count(*) FROM event"), jobs ? 3 * ROWS + 1 : 0);
		finished_by_resume += jobs && before < 3 * ROWS + 1;
		OK(d, desk_import(d, "", buf_str(&b), (ImportOptions){0}, &r));
		assert_int_equal(desk_number(d, "SELECT count(*) FROM tps"), ROWS);
		assert_int_equal(desk_number(d, "SELECT count(*) FROM roll_count"), ROWS);
		assert_int_equal(desk_number(d, "SELECT count(*) FROM event"), 3 * ROWS + 1);
		assert_int_equal(
			desk_number(d, "SELECT count(*) FROM import_job WHERE state <> 'done'"), 0);
		desk_close(d);
	}
	printf(
		"kills: %d, interrupted imports finished by themselves: %d\n", kills, finished_by_resume);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_import_twice),
		cmocka_unit_test(test_all_or_nothing), cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_conflicts), cmocka_unit_test(test_private_fields),
		cmocka_unit_test(test_leaves_can_be_recomputed), cmocka_unit_test(test_places),
		cmocka_unit_test(test_many_writers), cmocka_unit_test(test_socket),
		cmocka_unit_test(test_fresh), cmocka_unit_test(test_socket_threads),
		cmocka_unit_test(test_kill_in_import)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
