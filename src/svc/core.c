/* core: which tables the migrations make, and which of them nothing else could bring back. */
#include "svc/svc_private.h"

/* A database in memory tells: nobody has to keep a list. */
static bool
tables_made(const Env *env, Arena *a, Str **name, size_t *n, Err *err)
{
	AUTO(DbP) db = NULL;
	Migration *m;
	size_t n_migrations;
	return migrations_load(env, a, &m, &n_migrations, err) &&
		db_open(":memory:", DB_SCRATCH, &db, err) && db_migrate(db, m, n_migrations, 0, err) &&
		db_tables(db, a, name, n, err);
}

bool
core_is_kept(Str table)
{
	/* Areas and rules come with the program, the rule pack's name and hash stay in the log. Who is logged in, and who failed to, is of
	 * the moment. */
	return !str_eq(table, S("migration")) && !str_eq(table, S("area")) &&
		!str_starts(table, S("rule_")) && !str_eq(table, S("session")) &&
		!str_eq(table, S("login_attempt"));
}

bool
core_tables(const Env *env, Arena *a, Str **name, size_t *n, Err *err)
{
	size_t all;
	if (!tables_made(env, a, name, &all, err))
		return false;
	*n = 0;
	for (size_t i = 0; i < all; i++)
		if (core_is_kept((*name)[i]))
			(*name)[(*n)++] = (*name)[i];
	return true;
}

static bool
table_drop(Db *db, Str name, Err *err)
{
	AUTO(Buf) sql = {0};
	buf_fmt(&sql, "DROP TABLE IF EXISTS %.*s", STR(name)); /* derived SQL */
	return buf_check(&sql, err) && db_exec(db, buf_str(&sql), err);
}

bool
store_clear(const Env *env, const Catalog *c, Db *db, Arena *a, Err *err)
{
	AUTO(Tx) tx = {0};
	Str *name;
	size_t n;
	if (!tables_made(env, a, &name, &n, err) || !tx_begin(db, &tx, err) || !views_drop(db, c, err))
		return false;
	for (size_t i = 0; i < c->n_datasets; i++)
		if (!table_drop(db, c->dataset[i].name, err))
			return false;
	while (n--) /* the last first: a table refers only to earlier ones */
		if (!table_drop(db, name[n], err))
			return false;
	return tx_commit(&tx, err);
}
