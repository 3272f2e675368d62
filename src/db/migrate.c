/* Numbered migrations: what the database has, what it lacks, and applying that. The few
 * statements on table `migration` stand here because they come before any SQL file may be
 * trusted. */
#include "db/db_private.h"

static const char ledger_read[] = "SELECT number, name FROM migration ORDER BY number";
static const char ledger_add[] =
	"INSERT INTO migration (number, name, at) VALUES (:number, :name, :at)";

/* The SQL meant for this kind of database; dropped lines stay as empty ones, so that line
 * numbers hold. */
static void
migration_text(const DbKind *kind, Str sql, Buf *out)
{
	bool ours = true;
	while (sql.n > 0) {
		Str line;
		str_cut(sql, '\n', &line, &sql);
		Str mark = str_trim(line);
		if (str_eq(mark, str_of(kind->mark)) || str_eq(mark, S("-- both:")))
			ours = true;
		else if (str_eq(mark, S("-- sqlite:")) || str_eq(mark, S("-- postgres:")))
			ours = false;
		if (ours)
			buf_add(out, line);
		buf_byte(out, '\n');
	}
}

/* The line of the first byte at or after `at` that is not blank. */
static int
line_of(Str text, size_t at)
{
	while (at < text.n && str_trim(str_slice(text, at, at + 1)).n == 0)
		at++;
	int line = 1;
	for (size_t i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

static bool
migration_apply(Db *db, const Migration *m, int64_t now, Err *err)
{
	AUTO(Buf) text = {0};
	migration_text(db->kind, m->sql, &text);
	if (text.failed)
		return err_set(err, E_LIMIT, "migration '%.*s' is too long", STR(m->name));
	AUTO(Tx) tx = {0};
	if (!tx_begin(db, &tx, err))
		return false;
	size_t at;
	if (!db_exec_at(db, buf_str(&text), &at, err))
		return err_prefix(err, "%.*s:%d: ", STR(m->name), line_of(buf_str(&text), at));
	if (!db->kind->in_tx(db))
		return err_set(
			err, E_DB, "migration '%.*s' must not end the transaction itself", STR(m->name));
	Stmt *add;
	if (!db_prepare(db, str_of(ledger_add), &add, err))
		return false;
	db_set_int(add, "number", m->number);
	db_set_text(add, "name", m->name);
	db_set_int(add, "at", now);
	return db_run(add, err) && tx_commit(&tx, err);
}

/* Marks in has[] what the database has already, and refuses what this program does not know. */
static bool
ledger_check(Db *db, const Migration *m, size_t n, bool *has, Err *err)
{
	Stmt *s;
	bool row, there;
	if (!db_has_table(db, S("migration"), &there, err))
		return false;
	if (!there)
		return true;
	if (!db_prepare(db, str_of(ledger_read), &s, err))
		return false;
	while (db_step(s, &row, err)) {
		if (!row)
			return true;
		int64_t number = db_int(s, 0);
		Str name = db_text(s, 1);
		size_t i = 0;
		while (i < n && m[i].number != number)
			i++;
		if (i < n && str_eq(m[i].name, name)) {
			has[i] = true;
			continue;
		}
		if (i < n)
			err_set(err, E_DB, "migration %d is '%.*s' in the database and '%.*s' in this Siap",
				m[i].number, STR(name), STR(m[i].name));
		else
			err_set(err, E_DB, "'%s' was made by a newer Siap: it has migration '%.*s'", db->path,
				STR(name));
		db_reset(s);
		return err_hint(
			err, "use the version of Siap that last opened this workspace, or a newer one");
	}
	return false;
}

/* has[i] for every migration, in scratch memory of its own. */
static bool
ledger_open(Db *db, const Migration *m, size_t n, Arena *a, bool **has, Err *err)
{
	for (size_t i = 1; i < n; i++)
		NEED(m[i - 1].number < m[i].number);
	if (!arena_open(a, (size_t)1 << 20, err))
		return false;
	*has = NEW(a, bool, n + 1);
	return ledger_check(db, m, n, *has, err);
}

bool
db_migrate(Db *db, const Migration *m, size_t n, int64_t now, Err *err)
{
	AUTO(Arena) tmp = {0};
	bool *has;
	if (!ledger_open(db, m, n, &tmp, &has, err) || !db_exec(db, str_of(db->kind->ledger_make), err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!has[i] && !migration_apply(db, &m[i], now, err))
			return false;
	return true;
}

bool
db_migrated(Db *db, const Migration *m, size_t n, bool *yes, Err *err)
{
	AUTO(Arena) tmp = {0};
	bool *has;
	*yes = false;
	if (!ledger_open(db, m, n, &tmp, &has, err))
		return false;
	*yes = true;
	for (size_t i = 0; i < n; i++)
		*yes = *yes && has[i];
	return true;
}
