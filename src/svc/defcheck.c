/* defcheck: the definitions' own tests: examples and rejects of datasets, given and expect of queries, on databases of their own. */
#include "svc/svc_private.h"

enum { WIB = 420 };

typedef struct Run {
	const Env *env;
	const Catalog *c;
	SqlFile sql, own; /* svc.sql, defcheck.sql */
	Migration *migration;
	size_t n_migrations;
	const char *store;
	DefinitionFn fn;
	void *ctx;
	Db **
		prepared; /* by place of the pack in the catalog, without a pack at the end; NULL until it was needed */
} Run;

static void PRINTF(5, 6) tell(const Run *r, Str file, int line, bool ok, const char *fmt, ...)
{
	AUTO(Buf) b = {0};
	char text[4096];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	buf_fmt(&b, "%.*s:%d: %s", STR(file), line, text);
	r->fn(r->ctx, file, line, ok, buf_str(&b));
}

/* ---- datasets: example and reject ---- */

typedef struct Row {
	const Dataset *d;
	Str *cell;
	Value *v;
} Row;

static Row
row_new(const Dataset *d, Arena *a)
{
	return (Row){d, NEW(a, Str, d->n_fields), NEW(a, Value, d->n_fields)};
}

static bool
row_accept_by(const Run *r, const Pack *pack, const Row *row, Arena *a, Err *err)
{
	size_t bad;
	for (size_t i = 0; i < row->d->n_fields; i++)
		if (!value_parse(
				&(Reading){r->c, pack, WIB, a}, &row->d->field[i], row->cell[i], &row->v[i], err))
			return err_prefix(err, "%.*s: ", STR(row->d->field[i].name));
	return row_finish(&(Reading){r->c, pack, 0, a}, row->d, row->v, &bad, err);
}

/* Under the pack, or without one under any: codes are per election. The error is that of the last. */
static bool
row_accept(const Run *r, const Pack *pack, const Row *row, Arena *a, Err *err)
{
	if (pack || r->c->n_packs == 0)
		return row_accept_by(r, pack, row, a, err);
	for (size_t i = 0; i < r->c->n_packs; i++)
		if (row_accept_by(r, &r->c->pack[i], row, a, err))
			return true;
	return false;
}

static void
dataset_check(const Run *r, const Dataset *d, Arena a)
{
	for (size_t i = 0; i < d->n_examples + d->n_rejects; i++) {
		Arena tmp = a;
		bool wanted = i < d->n_examples;
		const Example *e = wanted ? &d->example[i] : &d->reject[i - d->n_examples];
		Row row = row_new(d, &tmp);
		Err err = {0};
		bool ok = example_cells(d, e->text, &tmp, row.cell, &err) &&
			row_accept(r, NULL, &row, &tmp, &err);
		if (ok == wanted)
			tell(r, d->file, e->line, true, "ok");
		else if (wanted)
			tell(r, d->file, e->line, false, tr("expected to be accepted, got refused: %s"),
				err.text);
		else
			tell(r, d->file, e->line, false, tr("expected to be refused (%.*s), got accepted"),
				STR(e->reason));
	}
}

/* ---- queries: given ---- */

typedef struct Trial {
	const Run *r;
	const Query *q;
	Db *db;
	const Pack *pack; /* of `pack NAME`, or NULL */
	Str today;
	int64_t event;
	Tx tx;
} Trial;

static bool
given_row(Trial *t, const GivenLine *g, Arena *a, Err *err)
{
	const Dataset *d = catalog_dataset(t->r->c, g->name);
	if (!d)
		return err_set(err, E_INPUT, "there is no dataset '%.*s'", STR(g->name));
	Row row = row_new(d, a);
	for (size_t i = 0; i < g->n; i++) {
		const Field *f = dataset_field(d, g->column[i]);
		if (!f)
			return err_set(
				err, E_INPUT, "'%.*s' has no field '%.*s'", STR(d->name), STR(g->column[i]));
		row.cell[f - d->field] = g->cell[i];
	}
	if (!row_accept(t->r, t->pack, &row, a, err))
		return false;
	AUTO(Buf) sql = {0};
	Stmt *s;
	dataset_insert_sql(d, &sql);
	if (!db_prepare(t->db, buf_str(&sql), &s, err))
		return false;
	static const Sealer no_key; /* the same value, the same hash: that is all a test needs */
	Matches matches;
	sealer_matches(&no_key, d, row.v, &matches);
	row_bind(d, row.v, &(RowMark){.event = ++t->event, .matches = &matches}, s);
	return db_run(s, err);
}

static bool
given_area(Trial *t, const GivenLine *g, Err *err)
{
	Stmt *s;
	Level level = area_level(g->name);
	if (level == LEVEL_ANY || level == LEVEL_TPS)
		return err_set(err, E_INPUT,
			"'%.*s' is no code of a province, regency, district or village", STR(g->name));
	if (!svc_stmt(t->db, &t->r->sql, "area_insert", &s, err))
		return false;
	db_set_text(s, "code", g->name);
	db_set_text(s, "name", g->value);
	db_set_int(s, "level", (int64_t)level);
	return db_run(s, err);
}

static bool
given_limit(Trial *t, const GivenLine *g, Err *err)
{
	Stmt *s;
	int64_t n;
	if (!str_int(g->value, &n))
		return err_set(err, E_INPUT, "limit '%.*s' is no whole number", STR(g->name));
	if (!svc_stmt(t->db, &t->r->own, "limit_set", &s, err))
		return false;
	db_set_text(s, "name", g->name);
	db_set_int(s, "value", n);
	return db_run(s, err);
}

/* The core tables that checks read and people do not fill. Columns that are not named: 0, of `resolved` none. */
static bool
given_core(Trial *t, const GivenLine *g, const char *statement, Err *err)
{
	static const char *const number[] = {
		"event", "over", "resolved", "restricted", "own", "wall", "counter", "ahead", "behind"};
	Stmt *s;
	if (!svc_stmt(t->db, &t->r->sql, statement, &s, err))
		return false;
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		db_set_int_if(s, number[i], 0);
	for (size_t i = 0; i < g->n; i++) {
		char name[64];
		int64_t n;
		bool is_number = false;
		snprintf(name, sizeof name, "%.*s", STR(g->column[i]));
		for (size_t k = 0; k < sizeof number / sizeof *number; k++)
			is_number |= strcmp(name, number[k]) == 0;
		int at = db_param(s, name);
		if (at == 0)
			return err_set(err, E_INPUT, "a %.*s has no '%s'", STR(g->name), name);
		if (!is_number)
			db_bind_text(s, at, g->cell[i]);
		else if (str_int(g->cell[i], &n))
			db_bind_int(s, at, n);
		else
			return err_set(err, E_INPUT, "event number '%.*s' is no whole number", STR(g->cell[i]));
	}
	return db_run(s, err);
}

/* `today` and `pack` were taken before the database was made. */
static bool
given_apply(Trial *t, const GivenLine *g, Arena *a, Err *err)
{
	switch (g->kind) {
	case GIVEN_PACK:
	case GIVEN_TODAY:
		return true;
	case GIVEN_LIMIT:
		return given_limit(t, g, err);
	case GIVEN_AREA:
		return given_area(t, g, err);
	case GIVEN_ROW:
		break;
	}
	if (str_eq(g->name, S("conflict")))
		return given_core(t, g, "conflict_copy", err);
	if (str_eq(g->name, S("device_edit")))
		return given_core(t, g, "device_edit_insert", err);
	return given_row(t, g, a, err);
}

static bool
setting_take(Trial *t, const GivenLine *g, Err *err)
{
	if (g->kind == GIVEN_TODAY)
		t->today = g->value;
	if (g->kind != GIVEN_PACK)
		return true;
	t->pack = catalog_pack(t->r->c, g->name);
	return t->pack || err_set(err, E_INPUT, "there is no rule pack '%.*s'", STR(g->name));
}

/* Tables and rules are made by the same code as in a workspace. */
static bool
tables_make(const Run *r, const Pack *pack, Db **out, Err *err)
{
	static const Pack none;
	AUTO(DbP) db = NULL;
	AUTO(Tx) tx = {0};
	Stmt *s;
	if (!db_open(r->store, DB_CREATE, &db, err) ||
		!db_migrate(db, r->migration, r->n_migrations, 0, err) || !tx_begin(db, &tx, err) ||
		!workspace_prepare_tables(db, &r->sql, r->c, pack ? pack : &none, err))
		return false;
	if (pack) {
		if (!svc_stmt(db, &r->sql, "workspace_set", &s, err))
			return false;
		db_set_text(s, "name", S("pack"));
		db_set_text(s, "value", pack->name);
		if (!db_run(s, err))
			return false;
	}
	if (!tx_commit(&tx, err))
		return false;
	*out = db;
	db = NULL;
	return true;
}

/* A database of the trial's pack, made once; what the trial does there is rolled back after it. */
static bool
trial_begin(Trial *t, Err *err)
{
	size_t at = t->pack ? (size_t)(t->pack - t->r->c->pack) : t->r->c->n_packs;
	Db **db = &t->r->prepared[at];
	if (!*db && !tables_make(t->r, t->pack, db, err))
		return false;
	t->db = *db;
	return tx_begin(t->db, &t->tx, err);
}

static bool
trial_open(Trial *t, Arena *a, int *line, Err *err)
{
	const Query *q = t->q;
	GivenLine *g = NEW(a, GivenLine, q->n_given);
	for (size_t i = 0; i < q->n_given; i++) {
		*line = q->given[i].line;
		if (!given_parse(q->given[i].text, a, &g[i], err) || !setting_take(t, &g[i], err))
			return false;
	}
	if (!trial_begin(t, err))
		return false;
	for (size_t i = 0; i < q->n_given; i++) {
		*line = q->given[i].line;
		if (!given_apply(t, &g[i], a, err))
			return false;
	}
	return true;
}

/* ---- queries: expect ---- */

typedef struct Result {
	Str area, rest, detail; /* rest: "9 7 1" or the key; detail: p == NULL in expect means any */
	int line;
} Result;
typedef struct Results {
	Result *row;
	size_t n;
} Results;

static bool
same(const Result *want, const Result *got)
{
	return str_eq(want->area, got->area) && str_eq(want->rest, got->rest) &&
		(!want->detail.p || str_eq(want->detail, got->detail));
}

static bool
expect_read(const Trial *t, Arena *a, Results *out, Err *err)
{
	*out = (Results){NEW(a, Result, t->q->n_expect + 1), 0};
	for (size_t i = 0; i < t->q->n_expect; i++) {
		ExpectLine e;
		if (!expect_parse(t->q->expect[i].text, t->q->is_check, a, &e, err))
			return false;
		if (e.none)
			continue;
		Str rest = t->q->is_check ? e.key
								  : arena_fmt(a, "%lld %lld %lld", (long long)e.need,
										(long long)e.have, (long long)e.heard);
		out->row[out->n++] = (Result){e.area, rest, e.detail, t->q->expect[i].line};
	}
	return true;
}

static bool
columns_check(Stmt *s, const Query *q, Err *err)
{
	static const char *const indicator[] = {"area", "need", "have", "heard"},
							 *const check[] = {"area", "key", "detail", "partner"};
	int n = q->is_check && q->scope != SCOPE_KEY ? 3 : 4;
	bool right = db_columns(s) == n;
	for (int i = 0; right && i < n; i++)
		right = str_eq(db_column_name(s, i), str_of(q->is_check ? check[i] : indicator[i]));
	return right ||
		err_set(err, E_INPUT, "the columns of the query are not %s",
			!q->is_check                ? "area, need, have, heard"
				: q->scope == SCOPE_KEY ? "area, key, detail, partner"
										: "area, key, detail");
}

static Str
cell_text(Stmt *s, int column, Arena *a)
{
	DbType type = db_type(s, column);
	if (type == DB_INT)
		return arena_fmt(a, "%lld", (long long)db_int(s, column));
	/* What is no whole number and no text is shown as what it is, and equals nothing that can be expected. */
	return type == DB_TEXT ? arena_str(a, db_text(s, column))
		: type == DB_NULL  ? S("NULL")
						   : S("a number with a fraction");
}

static Result
result_read(Stmt *s, bool is_check, Arena *a)
{
	Str cell[4];
	for (int i = 0; i < (is_check ? 3 : 4); i++)
		cell[i] = cell_text(s, i, a);
	if (is_check)
		return (Result){cell[0], cell[1], cell[2], 0};
	return (Result){
		cell[0], arena_fmt(a, "%.*s %.*s %.*s", STR(cell[1]), STR(cell[2]), STR(cell[3])), {0}, 0};
}

static void
parameters_set(const Trial *t, Stmt *s, Str lo, Str hi)
{
	int32_t day;
	Str today = t->today.n ? t->today : t->pack ? t->pack->poll : S("2024-01-01");
	NEED(date_parse(today, &day));
	db_set_text_if(s, "lo", lo);
	db_set_text_if(s, "hi", hi);
	db_set_text_if(s, "today", today);
	db_set_int_if(s, "now", (int64_t)day * 86400000 + (720 - WIB) * 60000); /* noon */
}

static bool
query_run(const Trial *t, Str lo, Str hi, Arena *a, Results *out, Err *err)
{
	Stmt *s;
	size_t cap = 64;
	bool row;
	*out = (Results){NEW(a, Result, cap), 0};
	if (!db_prepare(t->db, t->q->sql, &s, err) || !columns_check(s, t->q, err))
		return false;
	parameters_set(t, s, lo, hi);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (out->n == cap) {
			Result *more = NEW(a, Result, 2 * cap);
			memcpy(more, out->row, cap * sizeof *more);
			out->row = more;
			cap *= 2;
		}
		Result *r = &out->row[out->n++];
		*r = result_read(s, t->q->is_check, a);
		/* The board keeps rows at the query's own level only. */
		if (t->q->level != LEVEL_ANY && area_level(r->area) != t->q->level) {
			err_set(err, E_INPUT, "row '%.*s' is not at level %.*s", STR(r->area),
				STR(level_name(t->q->level)));
			db_reset(s);
			return false;
		}
	}
}

static void
result_text(Buf *b, const Result *r)
{
	buf_fmt(b, "%s%.*s %.*s", b->n ? "; " : "", STR(r->area), STR(r->rest));
	if (r->detail.p)
		buf_fmt(b, " \"%.*s\"", STR(r->detail));
}

/* As sets with repetition: each row that came excuses one that was expected. */
static void
compare(const Trial *t, const Results *want, const Results *got, Str lo, Arena a)
{
	AUTO(Buf) missing = {0};
	AUTO(Buf) extra = {0};
	bool *used = NEW(&a, bool, got->n + 1);
	int line = t->q->expect[0].line;
	for (size_t i = want->n; i-- > 0;) {
		size_t k = 0;
		while (k < got->n && (used[k] || !same(&want->row[i], &got->row[k])))
			k++;
		if (k < got->n) {
			used[k] = true;
			continue;
		}
		line = want->row[i].line;
		result_text(&missing, &want->row[i]);
	}
	for (size_t k = 0; k < got->n; k++)
		if (!used[k])
			result_text(&extra, &got->row[k]);
	if (missing.n + extra.n == 0) {
		tell(t->r, t->q->file, line, true, "ok");
		return;
	}
	Str where = lo.n
		? arena_fmt(&a, tr(" (asked for %.*s alone, as after a change there)"), STR(lo))
		: (Str){0};
	Str w = missing.n ? buf_str(&missing) : str_of(tr("nothing more")),
		g = extra.n ? buf_str(&extra) : str_of(tr("nothing"));
	tell(t->r, t->q->file, line, false, tr("expected %.*s, got %.*s%.*s"), STR(w), STR(g),
		STR(where));
}

/* After a change only the changed area is asked again, for some scopes without what lies in it: that must give what the whole
 * gave there. */
static bool
areas_compare(const Trial *t, const Results *want, Arena a, Err *err)
{
	Map done = map_new(&a);
	bool alone = t->q->scope == SCOPE_ABOVE || t->q->scope == SCOPE_UNIT;
	for (size_t i = 0; i < want->n; i++) {
		Str area = want->row[i].area,
			lo = t->q->level == LEVEL_ANY ? area : area_lift(area, t->q->level);
		if (map_get(&done, lo, NULL))
			continue;
		map_set(&done, lo, 1);
		Arena tmp = a;
		Results part = {NEW(&tmp, Result, want->n), 0}, got;
		for (size_t k = 0; k < want->n; k++)
			if (alone ? str_eq(want->row[k].area, lo) : str_starts(want->row[k].area, lo))
				part.row[part.n++] = want->row[k];
		if (!query_run(
				t, lo, arena_fmt(&tmp, "%.*s%c", STR(lo), alone ? '!' : ':'), &tmp, &got, err))
			return false;
		compare(t, &part, &got, lo, tmp);
	}
	return true;
}

static void
query_check(const Run *r, const Query *q, Arena a)
{
	Trial t = {.r = r, .q = q};
	Results want, got;
	Err err = {0};
	int line = 1;
	bool ok = trial_open(&t, &a, &line, &err);
	if (ok)
		line = q->expect[0].line;
	ok = ok && expect_read(&t, &a, &want, &err) && query_run(&t, S(""), S(":"), &a, &got, &err);
	if (ok) {
		compare(&t, &want, &got, (Str){0}, a);
		ok = q->scope == SCOPE_ALL || areas_compare(&t, &want, a, &err);
	}
	if (!ok)
		tell(r, q->file, line, false, "%s", err.text);
	tx_rollback(&t.tx);
}

bool
definitions_check(
	const Env *env, const Catalog *c, const char *store, DefinitionFn fn, void *ctx, Err *err)
{
	AUTO(Arena) a = {0};
	Run r = {.env = env, .c = c, .store = ":memory:", .fn = fn, .ctx = ctx};
	if (!arena_open(&a, 256 * SIZE_MB, err) ||
		!sql_file_parse(S("src/svc/svc.sql"), env_file(env, "src/svc/svc.sql"), &a, &r.sql, err) ||
		!sql_file_parse(
			S("src/svc/defcheck.sql"), env_file(env, "src/svc/defcheck.sql"), &a, &r.own, err) ||
		!migrations_load(env, &a, &r.migration, &r.n_migrations, err))
		return false;
	r.prepared = NEW(&a, Db *, c->n_packs + 1);
	/* Temporary tables: gone with the connection. */
	if (store)
		r.store = arena_fmt(
			&a, "%s%coptions=-csearch_path%%3Dpg_temp", store, strchr(store, '?') ? '&' : '?')
					  .p;
	for (size_t i = 0; i < c->n_datasets; i++)
		dataset_check(&r, &c->dataset[i], a);
	for (size_t i = 0; i < c->n_indicators; i++)
		query_check(&r, &c->indicator[i], a);
	for (size_t i = 0; i < c->n_checks; i++)
		query_check(&r, &c->check[i], a);
	for (size_t i = 0; i <= c->n_packs; i++)
		db_close(r.prepared[i]);
	return true;
}
