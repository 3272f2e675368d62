/* verify_rules: what the queries know of the election: limits, quantities, days and areas in the tables are those of the rule pack
 * and of the list of areas, and the workspace's own facts are those that it logged. */
#include "svc/verify_private.h"

static bool
same_row(Stmt *x, Stmt *y)
{
	for (int i = 0; i < db_columns(x); i++)
		if (db_type(x, i) != db_type(y, i) ||
			(db_type(x, i) == DB_INT ? db_int(x, i) != db_int(y, i)
									 : !str_eq(db_text(x, i), db_text(y, i))))
			return false;
	return true;
}

static bool
table_same(Db *here, Db *there, const Workspace *w, const char *name, Err *err)
{
	Stmt *x, *y;
	bool one = true, other = true;
	if (!svc_stmt(here, &w->sql, name, &x, err) || !svc_stmt(there, &w->sql, name, &y, err))
		return false;
	for (;;) {
		if (!db_step(x, &one, err) || !db_step(y, &other, err))
			return false;
		if (!one && !other)
			return true;
		if (one != other || !same_row(x, y)) {
			Err why = {0};
			err_set(&why, E_CONFLICT,
				"table '%s' was changed: near '%.*s' it is not what rule pack '%.*s' says",
				name + 7, STR(db_text(one ? x : y, 0)), STR(w->pack->name));
			db_reset(x);
			db_reset(y);
			if (err)
				*err = why;
			return false;
		}
	}
}

typedef struct Said { /* by the newest row siap.workspace of the log */
	Workspace *w;
	Db *db;
	const json_t *facts;
	Arena *a;
} Said;

static bool
fact_same(const Said *said, const char *name, const char *as, Err *err)
{
	Str fact, logged = str_of(json_string_value(json_object_get(said->facts, as)));
	if (!workspace_fact(said->db, &said->w->sql, name, said->a, &fact, err))
		return false;
	return str_eq(fact, logged) ||
		err_set(err, E_CONFLICT,
			"the fact '%s' of this workspace was changed: it is not what the log says", name);
}

static bool
facts_check(Verify *v, VerifyThread *t, Arena *a, Err *err)
{
	Workspace *w = v->w;
	Stmt *s;
	Str fact;
	bool row;
	int64_t event = 0, newest = 0;
	json_t *said;
	for (int64_t e = 1; e <= v->log.events; e = v->log.next[e]) {
		newest = e; /* the first event of all begins this chain */
		if (!v->log.next[e])
			break;
	}
	if (!newest)
		return true;
	if (!workspace_fact(t->db, &w->sql, "log_event", a, &fact, err) ||
		!svc_stmt(t->db, &w->sql, "event_body", &s, err))
		return false;
	if (!str_int(fact, &event) || event != newest)
		return err_set(err, E_CONFLICT,
			"the fact 'log_event' of this workspace was changed: it is not what the log says");
	db_set_int(s, "seq", event);
	if (!db_step(s, &row, err))
		return false;
	bool ok = row && json_parse(db_text(s, 1), SIZE_MB, &said, err);
	db_reset(s);
	if (!ok)
		return false;
	Said all = {w, t->db, said, a};
	ok = fact_same(&all, "area", "area", err) && fact_same(&all, "id", "id", err) &&
		fact_same(&all, "pack", "pack", err) && fact_same(&all, "catalog", "definitions", err);
	json_decref(said);
	return ok;
}

static bool
rules_check(Verify *v, VerifyThread *t, Arena *a, Err *err)
{
	static const char *const tables[] = {"verify_rule_limit", "verify_rule_code",
		"verify_rule_number", "verify_rule_day", "verify_area"};
	AUTO(DbP) fresh = NULL;
	AUTO(Tx) tx = {0};
	Migration *m;
	size_t n;
	Workspace *w = v->w;
	if (!db_open(":memory:", DB_SCRATCH, &fresh, err) || !migrations_load(w->env, a, &m, &n, err) ||
		!db_migrate(fresh, m, n, 0, err) || !tx_begin(fresh, &tx, err) ||
		!workspace_prepare_tables(fresh, &w->sql, &w->cat, w->pack, err) ||
		!areas_store(w->env, fresh, &w->sql, w->area, err))
		return false;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (!table_same(t->db, fresh, w, tables[i], err))
			return false;
	return true;
}

bool
verify_rules(Verify *v, VerifyThread *t, Err *err)
{
	Arena a = t->a;
	return facts_check(v, t, &a, err) && rules_check(v, t, &a, err);
}
