/* What unit tests of svc share: a scratch folder, a workspace in it, rows entered from text. Test programs include it once. */
#ifndef SIAP_TEST_SUPPORT_H
#define SIAP_TEST_SUPPORT_H

#include "postgres.h"
#include "svc/svc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

typedef struct Desk {
	Env env;
	Arena a;
	Err err;
	char *dir;
	const char *ws;
	Workspace w;
	bool is_open;
	int64_t event;
	Outcome outcome;
	TestStore store; /* on PostgreSQL when SIAP_TEST_STORE says so */
} Desk;

#define OK(d, call)                                                                                \
	do {                                                                                           \
		if (!(call))                                                                               \
			fail_msg(                                                                              \
				"%s: [%s] %s (%s)", #call, err_name((d)->err.code), (d)->err.text, (d)->err.hint); \
	} while (0)
#define REFUSED(d, call, want_code)                                                               \
	do {                                                                                          \
		(d)->err = (Err){0};                                                                      \
		if (call)                                                                                 \
			fail_msg("%s: accepted, expected [%s]", #call, err_name(want_code));                  \
		if ((d)->err.code != (want_code))                                                         \
			fail_msg("%s: [%s] %s, expected [%s]", #call, err_name((d)->err.code), (d)->err.text, \
				err_name(want_code));                                                             \
	} while (0)

static inline int64_t
desk_now(void *ctx)
{
	static int64_t tick;
	(void)ctx;
	return INT64_C(1732060800000) +
		__atomic_add_fetch(&tick, 1, __ATOMIC_RELAXED); /* 20 Nov 2024 */
}

static inline void
desk_open(Desk *d)
{
	OK(d, workspace_open(&d->env, d->ws, &d->a, &d->w, &d->err));
	d->is_open = true;
}

static inline void
desk_reopen(Desk *d)
{
	workspace_close(&d->w);
	desk_open(d);
}

/* A fresh workspace of the pack over the area. */
static inline Desk *
desk_new(const char *pack, const char *area)
{
	static Desk desk;
	Desk *d = &desk;
	*d = (Desk){0};
	const char *base = getenv("TMPDIR");
	OK(d, arena_open(&d->a, (size_t)1 << 32, &d->err));
	d->dir = (char *)arena_fmt(&d->a, "%s/siap-test.XXXXXX", base ? base : "/tmp").p;
	assert_non_null(mkdtemp(d->dir));
	d->ws = arena_fmt(&d->a, "%s/w", d->dir).p;
	d->env = env_real();
	d->env.files = embedded_files;
	d->env.n_files = embedded_count;
	d->env.key_dir = arena_fmt(&d->a, "%s/keys", d->dir).p;
	d->env.now = desk_now;
	d->store = store_new("");
	OK(d,
		workspace_init_in(&d->env, d->ws, str_of(pack), str_of(area),
			*d->store.url ? d->store.url : NULL, &d->err));
	desk_open(d);
	return d;
}

static inline void
desk_close(Desk *d)
{
	if (d->is_open)
		workspace_close(&d->w);
	store_drop(&d->store);
	pid_t child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", d->dir, (char *)NULL);
		_exit(1);
	}
	arena_close(&d->a);
}

/* Writes text to a file of the scratch folder and returns its path. */
static inline const char *
desk_file(Desk *d, const char *name, Str text)
{
	const char *path = arena_fmt(&d->a, "%s/%s", d->dir, name).p;
	OK(d, file_write_atomic(path, text, 0600, &d->err));
	return path;
}

/* Imports CSV text into one dataset ("" = recognised). */
static inline bool
desk_import(Desk *d, const char *dataset, Str text, ImportOptions o, ImportReport *report)
{
	GateP g = NULL;
	const Dataset *one = catalog_dataset(&d->w.cat, str_of(dataset));
	if (*dataset)
		assert_non_null(one);
	o.datasets = &one;
	o.n_datasets = *dataset ? 1 : 0;
	if (!o.origin.actor.n)
		o.origin = (Origin){.actor = S("tester"), .source = S("import")};
	o.path = desk_file(d, "in.csv", text);
	d->err = (Err){0};
	OK(d, gate_open(&d->w, &g, &d->err));
	bool ok = import_file(&d->w, g, &o, &d->a, report, &d->err);
	gate_close(g);
	return ok;
}

/* "field=value;field=value" as cells of the dataset. */
static inline Str *
desk_cells(Desk *d, const char *dataset, const char *cells)
{
	const Dataset *set = catalog_dataset(&d->w.cat, str_of(dataset));
	assert_non_null(set);
	Str *text = NEW(&d->a, Str, set->n_fields), rest = str_of(cells), part, name, value;
	while (rest.n) {
		str_cut(rest, ';', &part, &rest);
		assert_true(str_cut(part, '=', &name, &value));
		const Field *f = dataset_field(set, name);
		assert_non_null(f);
		text[f - set->field] = value;
	}
	return text;
}

/* Enters such cells; what became of them is in d->event and d->outcome. */
static inline bool
desk_row(Desk *d, Gate *g, const char *dataset, const char *cells, RowRequest r)
{
	r.dataset = catalog_dataset(&d->w.cat, str_of(dataset));
	r.text = desk_cells(d, dataset, cells);
	Origin o = {.actor = S("tester"), .source = S("cli")};
	r.origin = &o;
	bool ok = gate_enter(g, &r, &d->err);
	d->event = r.event;
	d->outcome = r.outcome;
	return ok;
}

static inline bool
desk_enter(Desk *d, Gate *g, const char *dataset, const char *cells)
{
	return desk_row(d, g, dataset, cells, (RowRequest){0});
}

/* Behind the log's back. */
static inline void
desk_sql(Desk *d, const char *sql)
{
	DbP db = NULL;
	OK(d, db_open(d->w.store, DB_WRITE, &db, &d->err));
	OK(d, db_exec(db, str_of(sql), &d->err));
	db_close(db);
}

/* The one number that a statement answers, on a connection of its own. */
static inline int64_t
desk_number(Desk *d, const char *sql)
{
	DbP db = NULL;
	Stmt *s;
	bool row;
	OK(d, workspace_reader(&d->w, &db, &d->err));
	OK(d, db_prepare(db, str_of(sql), &s, &d->err));
	OK(d, db_step(s, &row, &d->err));
	assert_true(row);
	int64_t n = db_int(s, 0);
	db_close(db);
	return n;
}

#endif
