/* Verification: a workspace with every kind of event passes; any bit that is changed in what lives is found, and named. */
#include "support.h"

/* ---- a workspace with something of everything ---- */

static void
erase(Desk *d, Gate *g, const char *tps)
{
	const Dataset *of = catalog_dataset(&d->w.cat, S("officer"));
	Str *text = NEW(&d->a, Str, of->n_fields);
	Origin o = {.actor = S("tester"), .source = S("cli"), .why = S("asked to")};
	text[dataset_field(of, S("tps")) - of->field] = str_of(tps);
	text[dataset_field(of, S("role")) - of->field] = S("kpps");
	text[dataset_field(of, S("seat")) - of->field] = S("1");
	OK(d, gate_forget(g, &(ForgetRequest){.origin = &o, .dataset = of, .text = text}, &d->err));
}

static void
account(Desk *d, Gate *g, const char *login, const char *area)
{
	Origin o = {.actor = S("tester"), .source = S("cli")};
	Str areas[] = {str_of(area)}, sets[] = {S("delivery")};
	AccountRequest r = {.origin = &o,
		.invite = true,
		.account = {.login = str_of(login),
			.name = S("Somebody"),
			.agency = S("kpu"),
			.role = ROLE_OPERATOR,
			.area = areas,
			.n_areas = 1,
			.dataset = sets,
			.n_datasets = 1}};
	OK(d, gate_account_add(g, &r, &d->err));
	r.account.role = ROLE_SUPERVISOR;
	OK(d, gate_account_change(g, &r, &d->err));
}

static void
fill(Desk *d)
{
	AUTO(Buf) b = {0};
	ImportReport r;
	GateP g = NULL;
	buf_add(&b, S("tps,number,contact\n"));
	for (int i = 1; i <= 300; i++)
		buf_fmt(&b, "1571091002%03d,%03d,0812345%05d\n", i, i, i);
	OK(d, desk_import(d, "tps", buf_str(&b), (ImportOptions){0}, &r));
	OK(d, gate_open(&d->w, &g, &d->err));
	for (int i = 1; i <= 20; i++)
		OK(d,
			desk_enter(d, g, "officer",
				arena_fmt(&d->a,
					"tps=1571091002%03d;role=kpps;seat=1;name=Sari %d;nik=990000%010d;phone=0811%06d",
					i, i, i, i)
					.p));
	for (int i = 1; i <= 40; i++)
		OK(d,
			desk_enter(d, g, "delivery",
				arena_fmt(&d->a, "tps=1571091002%03d;item=ink;received=%d", i % 20 + 1, i).p));
	int64_t seen = d->event;
	OK(d, desk_enter(d, g, "delivery", "tps=1571091002001;item=ink;received=50"));
	OK(d,
		desk_row(d, g, "delivery", "tps=1571091002001;item=ink;received=51",
			(RowRequest){.base = seen}));
	assert_int_equal(d->outcome, OUTCOME_CONFLICT);
	OK(d, desk_row(d, g, "delivery", "tps=1571091002002;item=ink", (RowRequest){.closing = true}));
	OK(d, desk_row(d, g, "delivery", "tps=1571091002003;item=ink", (RowRequest){.closing = true}));
	OK(d, desk_enter(d, g, "delivery", "tps=1571091002003;item=ink;received=7"));
	OK(d,
		desk_row(
			d, g, "officer", "tps=1571091002002;role=kpps;seat=1", (RowRequest){.closing = true}));
	OK(d, gate_checkpoint(g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571091002005;number=5a"));
	erase(d, g, "1571091002002"); /* of a closed row */
	erase(d, g, "1571091002003");
	OK(d, desk_enter(d, g, "officer", "tps=1571091002003;role=kpps;seat=1;name=Another"));
	erase(d, g, "1571091002004");
	account(d, g, "somebody", "1571091002");
	account(d, g, "another", "1571091002");
	gate_close(g);
}

static bool
verified(Desk *d, const VerifyAsk *ask, VerifyReport *r)
{
	AUTO(Arena) a = {0};
	d->err = (Err){0};
	OK(d, arena_open(&a, (size_t)1 << 28, &d->err));
	return log_verify(&d->w, ask, &a, r, &d->err);
}

static void
test_passes(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571091002");
	VerifyReport r;
	OK(d, verified(d, &(VerifyAsk){0}, &r)); /* nothing yet */
	assert_int_equal(r.events, 0);
	fill(d);
	for (int threads = 1; threads <= 4; threads++) {
		OK(d, verified(d, &(VerifyAsk){.threads = threads}, &r));
		assert_int_equal(r.events, 1 + 300 + 20 + 40 + 7 + 4 + 4);
		assert_int_equal(r.rows, 300 + 19 + 19);
		assert_int_equal(r.sealed + r.erased, 300 + 20 + 1 + 1 + 1);
		assert_int_equal(r.erased, 2 + 1 + 1);
		assert_true(r.checkpoints >= 2);
	}
	desk_close(d);
}

/* ---- any bit ---- */

typedef struct
	Place { /* a column of what lives: keys by which its rows are found again, joined by commas */
	const char *table, *keys, *columns;
} Place;
static const Place places[] = {
	{"event", "seq", "at,origin,key,area,op,base,undoes,device_clock,open,sealed,leaf"},
	{"origin", "id", "actor,agency,source,request,dataset,definition,batch"},
	{"definition", "hash", "body"},
	{"log_tile", "level,tile", "hashes"},
	{"log_checkpoint", "size", "note"},
	{"row_key", "area,dataset,key", "wrapped"},
	{"conflict", "area,dataset,key,event", "over,event"},
	{"closed_row", "dataset,area,key", "event,key"},
	{"tps", "tps", "tps,number,kind,_event,_sealed"},
	{"officer", "tps,role,seat", "seat,_event,_sealed,nik_match"},
	{"delivery", "tps,item", "received,damaged,_event,item"},
	{"rule_limit", "name", "value"},
	{"rule_code", "list,code", "label,position,amount"},
	{"rule_number", "list,code,name", "value"},
	{"rule_day", "day", "number,worked,working"},
	{"area", "code", "name,level"},
	{"account", "id", "handle,agency,role,closed,epoch"},
	{"account_area", "account,area", "account,area"},
	{"account_dataset", "account,dataset", "account,dataset"},
};

static uint64_t seed = 4;

static uint64_t
next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static Str
some_word(Desk *d, const char *list)
{
	Str rest = str_of(list), word = {0};
	size_t n = 1;
	for (size_t i = 0; i < rest.n; i++)
		n += rest.p[i] == ',';
	for (size_t k = next_random() % n + 1; k; k--)
		str_cut(rest, ',', &word, &rest);
	return arena_str(&d->a, word);
}

typedef struct Cell {
	DbType type;
	int64_t i;
	Str s;
} Cell;

static Cell
cell_read(Desk *d, Stmt *s, int at)
{
	Cell c = {.type = db_type(s, at)};
	if (c.type == DB_INT)
		c.i = db_int(s, at);
	else if (c.type != DB_NULL)
		c.s = arena_str(&d->a, db_text(s, at));
	return c;
}

static void
cell_bind(Stmt *s, int at, Cell c)
{
	if (c.type == DB_INT)
		db_bind_int(s, at, c.i);
	else if (c.type == DB_TEXT)
		db_bind_text(s, at, c.s);
	else if (c.type == DB_BLOB)
		db_bind_blob(s, at, c.s);
	else
		db_bind_null(s, at);
}

/* One bit of it, so that text stays text. */
static Cell
flipped(Desk *d, Cell c)
{
	if (c.type == DB_INT)
		return (Cell){.type = DB_INT, .i = c.i ^ (int64_t)(1 << next_random() % 3)};
	Str s = arena_str(&d->a, c.s);
	char *p = (char *)(uintptr_t)s.p;
	size_t at = next_random() % s.n;
	if (c.type == DB_BLOB)
		p[at] = (char)(p[at] ^ (1 << next_random() % 8));
	else if (p[at] > 0x22 && p[at] < 0x7e && p[at] != '\\' && p[at] != '[' && p[at] != ']')
		p[at] ^= 1;
	else
		p[at == 0 ? s.n - 1 : at] = 'x';
	return (Cell){c.type, 0, s};
}

typedef struct Hit {
	const Place *place;
	Str column;
	Cell key[4], was, is;
	size_t n_keys;
	bool keys_moved; /* the column is one of the keys */
} Hit;

static const char *
where(Desk *d, const Hit *h)
{
	AUTO(Buf) b = {0};
	Str rest = str_of(h->place->keys), word;
	for (size_t i = 0; rest.n; i++) {
		str_cut(rest, ',', &word, &rest);
		buf_fmt(&b, "%s%.*s = :k%zu", i ? " AND " : "", STR(word), i);
	}
	return arena_cstr(&d->a, buf_str(&b));
}

static bool
hit_choose(Desk *d, Db *db, Hit *h)
{
	Stmt *s;
	bool row;
	h->place = &places[next_random() % (sizeof places / sizeof *places)];
	h->column = some_word(d, h->place->columns);
	const char *sql = arena_fmt(&d->a, "SELECT count(*) FROM %s", h->place->table).p;
	OK(d, db_prepare(db, str_of(sql), &s, &d->err));
	OK(d, db_step(s, &row, &d->err));
	int64_t n = db_int(s, 0);
	db_reset(s);
	if (!n)
		return false;
	sql = arena_fmt(&d->a, "SELECT %.*s, %s FROM %s ORDER BY %s LIMIT 1 OFFSET %lld",
		STR(h->column), h->place->keys, h->place->table, h->place->keys,
		(long long)(next_random() % (uint64_t)n))
			  .p;
	OK(d, db_prepare(db, str_of(sql), &s, &d->err));
	OK(d, db_step(s, &row, &d->err));
	h->was = cell_read(d, s, 0);
	h->n_keys = (size_t)db_columns(s) - 1;
	for (size_t i = 0; i < h->n_keys; i++)
		h->key[i] = cell_read(d, s, (int)i + 1);
	db_reset(s);
	if (h->was.type == DB_NULL || (h->was.type != DB_INT && !h->was.s.n))
		return false;
	h->is = flipped(d, h->was);
	return h->is.type == DB_INT || !str_eq(h->is.s, h->was.s);
}

/* Keys of the row as it stands before the change. false: the database itself refuses it. */
static bool
hit_write(Desk *d, Db *db, const Hit *h, bool back)
{
	AUTO(Tx) tx = {0};
	Stmt *s;
	const char *sql = arena_fmt(
		&d->a, "UPDATE %s SET %.*s = :v WHERE %s", h->place->table, STR(h->column), where(d, h))
						  .p;
	Str rest = str_of(h->place->keys), word;
	OK(d, tx_begin(db, &tx, &d->err));
	OK(d, db_prepare(db, str_of(sql), &s, &d->err));
	cell_bind(s, db_param(s, "v"), back ? h->was : h->is);
	for (size_t i = 0; i < h->n_keys; i++) {
		str_cut(rest, ',', &word, &rest);
		bool moved = back && str_eq(word, h->column);
		cell_bind(s, db_param(s, arena_fmt(&d->a, "k%zu", i).p), moved ? h->is : h->key[i]);
	}
	if (!db_run(s, &d->err))
		return false;
	assert_int_equal(db_changes(db), 1);
	OK(d, tx_commit(&tx, &d->err));
	return true;
}

static void
test_any_bit(void **state)
{
	(void)state;
	enum { FLIPS = 150 };
	Desk *d = desk_new("pilkada2024", "1571091002");
	VerifyReport r;
	int found = 0;
	fill(d);
	for (int i = 0; found < FLIPS; i++) {
		DbP db = NULL;
		Hit h = {0};
		Arena before = d->a;
		OK(d, db_open(d->w.store, DB_WRITE, &db, &d->err));
		bool changed = hit_choose(d, db, &h) && hit_write(d, db, &h, false);
		db_close(db); /* a server has one writer at a time */
		assert_true(i < 10 * FLIPS);
		if (!changed)
			continue;
		if (verified(d, &(VerifyAsk){.threads = 1 + i % 3}, &r))
			fail_msg("a bit of %s.%.*s was changed and not found (row %lld %.*s)", h.place->table,
				STR(h.column), (long long)h.key[0].i, STR(h.key[0].s));
		assert_true(d->err.text[0]);
		OK(d, db_open(d->w.store, DB_WRITE, &db, &d->err));
		OK(d, hit_write(d, db, &h, true));
		db_close(db);
		found++;
		d->a = before;
	}
	OK(d, verified(d, &(VerifyAsk){0}, &r)); /* all was put back */
	desk_close(d);
}

/* ---- rows that come and go behind the log's back ---- */

static void
run_sql(Desk *d, const char *sql)
{
	DbP db = NULL;
	OK(d, db_open(d->w.store, DB_WRITE, &db, &d->err));
	OK(d, db_exec(db, str_of(sql), &d->err));
	db_close(db);
}

static void
named(Desk *d, const char *sql, const char *back, const char *what)
{
	VerifyReport r;
	run_sql(d, sql);
	assert_false(verified(d, &(VerifyAsk){0}, &r));
	assert_int_equal(d->err.code, E_CONFLICT);
	if (!strstr(d->err.text, what))
		fail_msg("%s: expected '%s', got '%s'", sql, what, d->err.text);
	run_sql(d, back);
}

static void
test_rows_behind_its_back(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571091002");
	VerifyReport r;
	fill(d);
	named(d, "UPDATE delivery SET received = 99 WHERE tps = '1571091002004'",
		"UPDATE delivery SET received = 23 WHERE tps = '1571091002004'",
		"row '1571091002004/ink' of 'delivery' was changed: received is 99 in the table and 23 in event");
	run_sql(d, "CREATE TABLE kept AS SELECT * FROM delivery WHERE tps = '1571091002004'");
	named(d, "DELETE FROM delivery WHERE tps = '1571091002004'",
		"INSERT INTO delivery SELECT * FROM kept", "is missing in table 'delivery'");
	named(d,
		"INSERT INTO delivery (tps, item, received, _event) SELECT tps, 'booth', 4, _event FROM kept",
		"DELETE FROM delivery WHERE item = 'booth'",
		"'1571091002004/booth' of 'delivery' is in the table");
	named(d, "UPDATE event SET open = '{}' WHERE seq = 200",
		"UPDATE event SET open = '{\"kind\":\"regular\",\"number\":\"199\",\"tps\":\"1571091002199\"}' WHERE seq = 200",
		"event 200 is not what was logged");
	OK(d, verified(d, &(VerifyAsk){0}, &r));
	desk_close(d);
}

/* Against a checkpoint that somebody kept: a log that says something else cannot hide behind its own signatures. */
static void
test_against(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571091002");
	VerifyReport r;
	Str note;
	fill(d);
	OK(d, file_read(arena_fmt(&d->a, "%s/checkpoint", d->ws).p, NOTE_MOST, &d->a, &note, &d->err));
	const char *kept = desk_file(d, "kept", note);
	OK(d, verified(d, &(VerifyAsk){.against = kept}, &r));
	char *other = (char *)(uintptr_t)arena_str(&d->a, note).p;
	other[note.n - 10] ^= 1;
	kept = desk_file(d, "kept", (Str){other, note.n});
	assert_false(verified(d, &(VerifyAsk){.against = kept}, &r));
	assert_int_equal(d->err.code, E_CONFLICT);
	desk_close(d);
}

static void
test_first_versions(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571091002");
	GateP g = NULL;
	Workspace w;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571091002001"));
	gate_close(g);
	run_sql(d, "DROP TABLE log_tile; DELETE FROM migration WHERE number = 2");
	REFUSED(d, workspace_open(&d->env, d->ws, &d->a, &w, &d->err), E_CONFLICT);
	assert_non_null(strstr(d->err.text, "had no public log"));
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_passes),
		cmocka_unit_test(test_any_bit), cmocka_unit_test(test_rows_behind_its_back),
		cmocka_unit_test(test_against), cmocka_unit_test(test_first_versions)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
