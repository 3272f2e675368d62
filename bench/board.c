/* board: what updating one TPS costs, and a cold start from the snapshot against a full rebuild, on one workspace.
 * usage: board WORKSPACE CHANGES; prints "nodes follow_us update_us update_in_transaction_us snapshot_s rebuild_s equal". */
#include "svc/svc.h"

static Err err;

static void
must(bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "board: %s\n", err.text);
	exit(1);
}

static int
by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

/* A TPS of the board, spread over all of them. */
static Str
some_tps(const Board *b, size_t k)
{
	size_t i = (k * 7919 * 31 + 17) % b->n;
	while (b->level[i] != LEVEL_TPS)
		i = (i + 1) % b->n;
	return str_of(b->code[i]);
}

/* Median microseconds from a committed change of one TPS to the board that shows it. */
static int64_t
time_follow(Workspace *w, Gate *g, Board *b, int n, int64_t *took)
{
	const Dataset *d = catalog_dataset(&w->cat, S("officer_count"));
	Origin o = {.actor = S("bench"), .source = S("web")};
	for (int k = 0; k < n; k++) {
		Str text[32] = {{0}};
		char filled[16];
		int64_t events;
		snprintf(filled, sizeof filled, "%d", k % 7);
		for (size_t i = 0; i < d->n_fields; i++)
			text[i] = str_eq(d->field[i].name, S("tps")) ? some_tps(b, (size_t)k)
				: str_eq(d->field[i].name, S("role"))    ? S("kpps")
				: str_eq(d->field[i].name, S("filled"))  ? str_of(filled)
														 : (Str){0};
		RowRequest r = {.origin = &o, .dataset = d, .text = text};
		must(gate_enter(g, &r, &err));
		int64_t start = clock_us();
		must(board_follow(b, &events, &err));
		took[k] = clock_us() - start;
		NEED(events == 1 || r.outcome == OUTCOME_SAME);
	}
	qsort(took, (size_t)n, sizeof *took, by_size);
	return took[n / 2];
}

/* Median microseconds of one UPDATE by primary key of the same table: committed on its own like the change above, or all of them in one
 * transaction, where nothing is durable until the end. */
static double
time_update(const Workspace *w, const Board *b, int n, int64_t *took, bool together)
{
	AUTO(DbP) db = NULL;
	AUTO(Tx) tx = {0};
	Stmt *s;
	must(db_open(w->store, DB_WRITE, &db, &err));
	must(db_prepare(db,
		S("UPDATE officer_count SET filled = :filled WHERE tps = :tps AND role = 'kpps'"), &s,
		&err));
	must(!together || tx_begin(db, &tx, &err));
	int64_t first = clock_us();
	for (int k = 0; k < n; k++) {
		int64_t start = clock_us();
		db_set_text(s, "tps", some_tps(b, (size_t)k));
		db_set_int(s, "filled", k % 5);
		must(db_run(s, &err));
		NEED(db_changes(db) == 1);
		took[k] = clock_us() - start;
	}
	double mean = (double)(clock_us() - first) / n;
	must(!together || tx_commit(&tx, &err));
	qsort(took, (size_t)n, sizeof *took, by_size);
	return together ? mean : (double)took[n / 2];
}

int
main(int argc, char **argv)
{
	Arena a;
	Workspace w;
	Gate *g;
	Board *board, *cold, *full;
	Env env = env_real();
	Str difference = {0};
	int n = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 0;
	if (n < 1)
		return 64;
	env.files = embedded_files;
	env.n_files = embedded_count;
	must(arena_open(&a, (size_t)1 << 30, &err));
	must(workspace_open(&env, argv[1], &a, &w, &err));
	must(gate_open(&w, &g, &err));
	must(board_open(&w, &board, &err));
	int64_t *took = NEW(&a, int64_t, (size_t)n);
	int64_t follow = time_follow(&w, g, board, n, took);
	must(board_save(board, &err));
	int64_t start = clock_us();
	must(board_open(&w, &cold, &err));
	int64_t snapshot_us = clock_us() - start;
	NEED(cold->from_snapshot);
	start = clock_us();
	must(board_rebuild(&w, &full, &err));
	int64_t rebuild_us = clock_us() - start;
	bool equal =
		board_equal(cold, full, &difference, &a) && board_equal(board, full, &difference, &a);
	if (!equal)
		fprintf(stderr, "board: %.*s\n", STR(difference));
	gate_close(g);
	double update = time_update(&w, board, n, took, false);
	double in_transaction = time_update(&w, board, n, took, true);
	printf("%zu %lld %.0f %.1f %.4f %.4f %s\n", board->n, (long long)follow, update, in_transaction,
		(double)snapshot_us / 1e6, (double)rebuild_us / 1e6, equal ? "equal" : "different");
	return equal ? 0 : 1;
}
