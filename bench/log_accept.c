/* log_accept: rows accepted one by one by many writers, with all that belongs to it, against plain inserts of the same bytes.
 * usage: log_accept WORKSPACE ROWS WRITERS SCRATCH; the workspace lists its TPS. Prints "siap_s plain_s siap_cpu_s plain_cpu_s". */
#include "svc/svc.h"

#include <pthread.h>
#include <sqlite3.h>

static Err err;

static void
must(bool ok)
{
	if (ok)
		return;
	fprintf(stderr, "log_accept: %s\n", err.text);
	exit(1);
}

static double
cpu_s(void)
{
	struct timespec t;
	NEED(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- Siap ---- */

typedef char Code[16];
typedef struct Load {
	Workspace *w;
	Gate *g;
	Code *tps;
	int n_tps, rows, writers;
} Load;
typedef struct Part {
	Load *l;
	int first;
	pthread_t thread;
} Part;

static const char *const items[] = {"ballot_box", "ballot_governor", "booth", "ink", "seal_set",
	"punch_set", "form_set", "recap_box"};

static void
row_enter(Load *l, int k)
{
	const Dataset *d = catalog_dataset(&l->w->cat, S("delivery"));
	Origin o = {.actor = S("bench"), .source = S("web")};
	Str text[32] = {{0}};
	char received[16];
	Err why = {0};
	snprintf(received, sizeof received, "%d", 1 + k % 90);
	for (size_t i = 0; i < d->n_fields; i++)
		text[i] = str_eq(d->field[i].name, S("tps"))  ? str_of(l->tps[k / 8 % l->n_tps])
			: str_eq(d->field[i].name, S("item"))     ? str_of(items[k % 8])
			: str_eq(d->field[i].name, S("received")) ? str_of(received)
													  : (Str){0};
	RowRequest r = {.origin = &o, .dataset = d, .text = text};
	if (!gate_enter(l->g, &r, &why)) {
		fprintf(stderr, "log_accept: %s\n", why.text);
		exit(1);
	}
}

static void *
enter_main(void *arg)
{
	Part *p = arg;
	for (int k = p->first; k < p->l->rows; k += p->l->writers)
		row_enter(p->l, k);
	return NULL;
}

static double
run_siap(Load *l, Part *part)
{
	int64_t start = clock_us();
	for (int i = 0; i < l->writers; i++) {
		part[i] = (Part){.l = l, .first = i};
		NEED(pthread_create(&part[i].thread, NULL, enter_main, &part[i]) == 0);
	}
	for (int i = 0; i < l->writers; i++)
		pthread_join(part[i].thread, NULL);
	return (double)(clock_us() - start) / 1e6;
}

/* ---- the same bytes, inserted plainly ---- */

enum { TABLES = 3, COLUMNS = 20 };
static const char *const table[TABLES] = {"event", "origin", "delivery"};
static const char *const select_sql[TABLES] = {
	"SELECT * FROM old.event WHERE seq > :first ORDER BY seq",
	"SELECT * FROM old.origin WHERE id > (SELECT max(id) FROM old.origin) - :rows ORDER BY id",
	"SELECT * FROM old.delivery ORDER BY _event"};

typedef struct Cell {
	int type, n;
	int64_t i;
	char *p;
} Cell;
typedef struct Plain {
	sqlite3 *db;
	sqlite3_stmt *insert[TABLES];
	Cell *cell[TABLES]; /* rows × columns */
	int columns[TABLES], rows, writers;
	pthread_mutex_t lock;
	pthread_cond_t wake, done;
	int *queue, n_queue; /* rows that wait */
	bool *ready, stop;
	int64_t commits;
} Plain;

static void
sql_must(Plain *p, int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	fprintf(stderr, "log_accept: %s\n", sqlite3_errmsg(p->db));
	exit(1);
}

static void
rows_load(Plain *p, int t, int64_t first)
{
	sqlite3_stmt *s;
	sql_must(p, sqlite3_prepare_v2(p->db, select_sql[t], -1, &s, NULL));
	if (sqlite3_bind_parameter_count(s))
		sqlite3_bind_int64(s, 1, first);
	p->columns[t] = sqlite3_column_count(s);
	p->cell[t] = calloc((size_t)p->rows * (size_t)p->columns[t], sizeof(Cell));
	for (int r = 0; r < p->rows && sqlite3_step(s) == SQLITE_ROW; r++)
		for (int c = 0; c < p->columns[t]; c++) {
			Cell *cell = &p->cell[t][r * p->columns[t] + c];
			cell->type = sqlite3_column_type(s, c);
			cell->i = sqlite3_column_int64(s, c);
			cell->n = sqlite3_column_bytes(s, c);
			cell->p = malloc((size_t)cell->n + 1);
			if (cell->n)
				memcpy(cell->p, sqlite3_column_blob(s, c), (size_t)cell->n);
		}
	sqlite3_finalize(s);
}

static void
plain_open(Plain *p, const char *from, const char *path, int64_t first)
{
	char sql[4096];
	sqlite3_stmt *s;
	NEED(sqlite3_open(path, &p->db) == SQLITE_OK);
	snprintf(sql, sizeof sql,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; ATTACH '%s' AS old",
		from);
	sql_must(p, sqlite3_exec(p->db, sql, NULL, NULL, NULL));
	for (int t = 0; t < TABLES; t++) {
		rows_load(p, t, t == 1 ? p->rows : first);
		snprintf(sql, sizeof sql,
			"SELECT replace(replace(sql, 'REFERENCES definition (hash)', ''), ' STRICT', '') FROM old.sqlite_schema WHERE type = 'table' AND name = '%s'",
			table[t]);
		sql_must(p, sqlite3_prepare_v2(p->db, sql, -1, &s, NULL));
		sql_must(p, sqlite3_step(s));
		char *ddl = strdup((const char *)sqlite3_column_text(s, 0));
		sqlite3_finalize(s);
		size_t n = strlen(ddl); /* ") ," is left of ") STRICT, WITHOUT ROWID" */
		char *mark = strstr(ddl, "), WITHOUT");
		if (mark)
			memmove(mark + 1, mark + 2, n - (size_t)(mark + 2 - ddl) + 1);
		sql_must(p, sqlite3_exec(p->db, ddl, NULL, NULL, NULL));
		free(ddl);
		int at = snprintf(sql, sizeof sql, "INSERT INTO main.%s VALUES (?", table[t]);
		for (int c = 1; c < p->columns[t]; c++)
			at += snprintf(sql + at, sizeof sql - (size_t)at, ",?");
		snprintf(sql + at, sizeof sql - (size_t)at, ")");
		sql_must(p, sqlite3_prepare_v2(p->db, sql, -1, &p->insert[t], NULL));
	}
	sql_must(p, sqlite3_exec(p->db, "DETACH old", NULL, NULL, NULL));
}

static void
row_insert(Plain *p, int t, int r)
{
	sqlite3_stmt *s = p->insert[t];
	for (int c = 0; c < p->columns[t]; c++) {
		const Cell *cell = &p->cell[t][r * p->columns[t] + c];
		if (cell->type == SQLITE_INTEGER)
			sqlite3_bind_int64(s, c + 1, cell->i);
		else if (cell->type == SQLITE_TEXT)
			sqlite3_bind_text(s, c + 1, cell->p, cell->n, SQLITE_STATIC);
		else if (cell->type == SQLITE_BLOB)
			sqlite3_bind_blob(s, c + 1, cell->p, cell->n, SQLITE_STATIC);
		else
			sqlite3_bind_null(s, c + 1);
	}
	sql_must(p, sqlite3_step(s));
	sqlite3_reset(s);
}

/* One thread commits what has come meanwhile. */
static void *
plain_main(void *arg)
{
	Plain *p = arg;
	int *batch = calloc((size_t)p->writers, sizeof *batch);
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->n_queue && !p->stop)
			pthread_cond_wait(&p->wake, &p->lock);
		if (!p->n_queue)
			break;
		int n = p->n_queue;
		memcpy(batch, p->queue, (size_t)n * sizeof *batch);
		p->n_queue = 0;
		pthread_mutex_unlock(&p->lock);
		sql_must(p, sqlite3_exec(p->db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
		for (int i = 0; i < n; i++)
			for (int t = 0; t < TABLES; t++)
				row_insert(p, t, batch[i]);
		sql_must(p, sqlite3_exec(p->db, "COMMIT", NULL, NULL, NULL));
		if (++p->commits % 32 == 0)
			sqlite3_wal_checkpoint_v2(p->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		pthread_mutex_lock(&p->lock);
		for (int i = 0; i < n; i++)
			p->ready[batch[i]] = true;
		pthread_cond_broadcast(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	free(batch);
	return NULL;
}

typedef struct Caller {
	Plain *p;
	int first;
	pthread_t thread;
} Caller;

static void *
caller_main(void *arg)
{
	Caller *c = arg;
	Plain *p = c->p;
	for (int r = c->first; r < p->rows; r += p->writers) {
		pthread_mutex_lock(&p->lock);
		p->queue[p->n_queue++] = r;
		pthread_cond_signal(&p->wake);
		while (!p->ready[r])
			pthread_cond_wait(&p->done, &p->lock);
		pthread_mutex_unlock(&p->lock);
	}
	return NULL;
}

static double
run_plain(Plain *p)
{
	pthread_t writer;
	Caller *caller = calloc((size_t)p->writers, sizeof *caller);
	p->queue = calloc((size_t)p->writers, sizeof *p->queue);
	p->ready = calloc((size_t)p->rows, sizeof *p->ready);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	pthread_cond_init(&p->done, NULL);
	int64_t start = clock_us();
	NEED(pthread_create(&writer, NULL, plain_main, p) == 0);
	for (int i = 0; i < p->writers; i++) {
		caller[i] = (Caller){.p = p, .first = i};
		NEED(pthread_create(&caller[i].thread, NULL, caller_main, &caller[i]) == 0);
	}
	for (int i = 0; i < p->writers; i++)
		pthread_join(caller[i].thread, NULL);
	double took = (double)(clock_us() - start) / 1e6;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	pthread_join(writer, NULL);
	return took;
}

int
main(int argc, char **argv)
{
	Arena a;
	Workspace w;
	Env env = env_real();
	if (argc != 5)
		return 64;
	env.files = embedded_files;
	env.n_files = embedded_count;
	must(arena_open(&a, (size_t)1 << 32, &err));
	must(workspace_open(&env, argv[1], &a, &w, &err));
	Load l = {
		.w = &w, .rows = (int)strtol(argv[2], NULL, 10), .writers = (int)strtol(argv[3], NULL, 10)};
	Board *b;
	must(board_open(&w, &b, &err));
	l.tps = NEW(&a, Code, b->n);
	for (size_t i = 0; i < b->n; i++)
		if (b->level[i] == LEVEL_TPS)
			memcpy(l.tps[l.n_tps++], b->code[i], 16);
	NEED(l.rows <= 8 * l.n_tps && l.writers > 0);
	board_close(b);
	int64_t first = workspace_last_event(&w);
	const char *from = arena_cstr(&a, str_of(w.store));
	must(gate_open(&w, &l.g, &err));
	double cpu = cpu_s(), siap = run_siap(&l, NEW(&a, Part, (size_t)l.writers));
	double siap_cpu = cpu_s() - cpu;
	gate_close(l.g);
	NEED(workspace_last_event(&w) == first + l.rows);
	workspace_close(&w);
	Plain p = {.rows = l.rows, .writers = l.writers};
	plain_open(&p, from, argv[4], first > 1 ? first : 1);
	cpu = cpu_s();
	double plain = run_plain(&p);
	printf("%.3f %.3f %.3f %.3f\n", siap, plain, siap_cpu, cpu_s() - cpu);
	return 0;
}
