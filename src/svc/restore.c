/* restore: a new workspace from a backup. The core tables go in as they came out, the tables of datasets are made from the events, and
 * all is verified; only then the folder takes its name. A database on a server carries the fact `restoring` until then, by which
 * the next attempt knows what a killed one left. */
#include "svc/backup_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COMMIT_EVERY = 50000 };

typedef struct Restore {
	const Env *env;
	const RestoreAsk *ask;
	RestoreReport *out;
	Arena a, *keep;
	const char *dir, *part; /* without a slash at the end; where it is made */
	Catalog cat;
	SqlFile sql;
	const Pack *pack;
	Migration *migration;
	size_t n_migrations, n_then; /* n_then: those that the backup's database had */
	Db *db;
	bool ours; /* what stands in the database */
	Tx tx;
	Stmt *insert;
	size_t columns;
	int64_t rows;
	bool named; /* the folder was about to take its name */
	int fd;     /* of the file under way */
	const char *file;
} Restore;

/* ---- the database ---- */

/* A table of somebody else's is not to be written over. */
static bool
tables_absent(Restore *r, Err *err)
{
	bool there = false;
	for (size_t i = 0; !there && i < r->cat.n_datasets; i++) {
		Str name = r->cat.dataset[i].name;
		if (!db_has_table(r->db, name, &there, err))
			return false;
		if (there)
			err_set(err, E_CONFLICT, "database '%s' has a table '%.*s' already", r->ask->store,
				STR(name));
	}
	return !there || err_hint(err, "give each workspace a database of its own");
}

static bool
database_open(Restore *r, Err *err)
{
	const char *path = r->ask->store ? r->ask->store : arena_fmt(&r->a, "%s/siap.db", r->part).p;
	NewStore to = {r->env, &r->cat, &r->sql, path};
	if (!db_open(path, DB_CREATE, &r->db, err) || !store_free(&to, r->db, &r->a, err) ||
		!tables_absent(r, err) ||
		!db_migrate(r->db, r->migration, r->n_then, r->env->now(r->env->ctx), err))
		return false;
	r->ours = true;
	return tx_begin(r->db, &r->tx, err) &&
		workspace_fact_set(r->db, &r->sql, "restoring", str_of(r->dir), err);
}

/* ---- what is in the backup ---- */

static bool
newer(Err *err)
{
	err_set(err, E_INPUT, "this backup was made by a newer Siap");
	return err_hint(err, "use the version of Siap that made it, or a newer one");
}

static bool
take_about(void *ctx, json_t *about, Err *err)
{
	Restore *r = ctx;
	const json_t *names = json_object_get(about, "migrations");
	r->n_then = json_array_size(names);
	if (r->n_then > r->n_migrations)
		return newer(err);
	for (size_t i = 0; i < r->n_then; i++)
		if (!str_eq(str_of(json_string_value(json_array_get(names, i))), r->migration[i].name))
			return newer(err);
	r->pack = pack_find(&r->cat, str_of(json_string_value(json_object_get(about, "pack"))), err);
	return r->pack && database_open(r, err);
}

static bool
name_ok(Str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", name.p[i]) || !name.p[i])
			return false;
	return name.n > 0;
}

static bool
take_table(void *ctx, Str name, const Str *column, size_t n, Err *err)
{
	Restore *r = ctx;
	AUTO(Buf) sql = {0};
	bool there = name_ok(name) && core_is_kept(name) && !catalog_dataset(&r->cat, name);
	/* A question, so the rows of the tables before are in: this one may refer to them. */
	if (there && !db_has_table(r->db, name, &there, err))
		return false;
	for (size_t i = 0; i < n; i++)
		there &= name_ok(column[i]);
	if (!there)
		return newer(err);
	buf_fmt(&sql, "INSERT INTO %.*s (", STR(name)); /* derived SQL */
	for (size_t i = 0; i < n; i++)
		buf_fmt(&sql, "%s%.*s", i ? ", " : "", STR(column[i]));
	buf_add(&sql, S(") VALUES ("));
	for (size_t i = 0; i < n; i++)
		buf_fmt(&sql, "%s:%.*s", i ? ", " : "", STR(column[i]));
	buf_byte(&sql, ')');
	r->columns = n;
	return buf_check(&sql, err) && db_prepare(r->db, buf_str(&sql), &r->insert, err);
}

/* Pieces, so that the database's log stays short: nobody looks yet. */
static bool
take_row(void *ctx, const Cell *cell, Err *err)
{
	Restore *r = ctx;
	for (size_t i = 0; i < r->columns; i++)
		cell_bind(r->insert, (int)i + 1, &cell[i]);
	if (!db_run_later(r->insert, err))
		return false;
	return ++r->rows % COMMIT_EVERY != 0 ||
		(tx_commit(&r->tx, err) && db_checkpoint(r->db, NULL, err) && tx_begin(r->db, &r->tx, err));
}

/* ---- files ---- */

static bool
file_end(Restore *r, Err *err)
{
	int fd = r->fd;
	r->fd = -1;
	return fd < 0 || close(fd) == 0 || file_error(err, "cannot write '%s': %s", r->file);
}

/* Whoever has the key could have made the backup; it stays inside its folder all the same. */
static bool
path_ok(Str path)
{
	Str part, rest = path;
	bool inside = str_eq(path, S("checkpoint")) || str_starts(path, S("files/")) ||
		str_starts(path, S("roll/"));
	while (inside && rest.n) {
		str_cut(rest, '/', &part, &rest);
		inside = part.n > 0 && !str_eq(part, S(".")) && !str_eq(part, S(".."));
	}
	return inside && !str_ends(path, S("/")) && !memchr(path.p, 0, path.n);
}

static bool
take_file(void *ctx, Str path, Err *err)
{
	Restore *r = ctx;
	if (!file_end(r, err))
		return false;
	if (!path_ok(path))
		return err_set(err, E_INPUT,
			"the backup holds a file '%.*s', which is no part of a workspace", STR(path));
	char *name = (char *)(uintptr_t)arena_fmt(&r->a, "%s/%.*s", r->part, STR(path)).p;
	char *slash = strrchr(name, '/');
	*slash = 0;
	if (!dirs_make(name, r->a, err))
		return false;
	*slash = '/';
	r->file = name;
	r->fd = fault_here() ? (errno = EIO, -1)
						 : open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return r->fd >= 0 || file_error(err, "cannot write '%s': %s", name);
}

static bool
take_data(void *ctx, Str bytes, Err *err)
{
	Restore *r = ctx;
	return fd_write_all(r->fd, bytes, err);
}

/* ---- all of it ---- */

static bool
backup_take(Restore *r, BackupIn *in, Err *err)
{
	BackupWalk walk = {.about = take_about,
		.table = take_table,
		.row = take_row,
		.file = take_file,
		.data = take_data,
		.ctx = r,
		.watch = r->ask->watch};
	bool ok = backup_walk(in, &walk, r->keep, &r->out->backup, err);
	ok = file_end(r, err) && ok;
	return ok && tx_commit(&r->tx, err) && db_checkpoint(r->db, NULL, err);
}

/* Tables of today's definitions, and what comes with the program. Which definitions the log knows stays as it was: they change with
 * the first writer, publicly. */
static bool
tables_make(Restore *r, Err *err)
{
	AUTO(Tx) tx = {0};
	Str catalog;
	return db_migrate(r->db, r->migration, r->n_migrations, r->env->now(r->env->ctx), err) &&
		tx_begin(r->db, &tx, err) &&
		areas_store(r->env, r->db, &r->sql, r->out->backup.area, err) &&
		workspace_fact(r->db, &r->sql, "catalog", &r->a, &catalog, err) &&
		workspace_prepare_tables(r->db, &r->sql, &r->cat, r->pack, err) &&
		workspace_fact_set(r->db, &r->sql, "catalog", catalog, err) && tx_commit(&tx, err);
}

static bool
rows_make(Restore *r, Workspace *w, Err *err)
{
	RebuildAsk ask = {.watch = r->ask->watch};
	RebuildReport made;
	return rebuild_run(w, &(RebuildBy){.alone = r->db}, &ask, &r->a, &made, err);
}

/* Read back, and compared with the newest checkpoint that this computer knows. */
static bool
verified(Restore *r, Workspace *w, Err *err)
{
	AUTO(Arena) a = {0};
	VerifyAsk ask = {.rolled_back = true, .watch = r->ask->watch};
	TreeHead newest;
	LogSource from = {w->db, &w->sql};
	Err why = {0};
	int64_t events = r->out->backup.events;
	if (!arena_open(&a, (size_t)1 << 36, err) || !log_verify(w, &ask, &a, &r->out->verified, err))
		return false;
	if (log_check(w, &from, events, &newest, &why))
		return true;
	if (why.code != E_CONFLICT)
		return err_set(err, why.code, "%s", why.text);
	r->out->suspect = why;
	if ((int64_t)newest.size > events)
		r->out->missing = (int64_t)newest.size - events;
	return true;
}

static bool
mark_remove(Restore *r, Err *err)
{
	AUTO(Tx) tx = {0};
	Stmt *s;
	if (!tx_begin(r->db, &tx, err) || !svc_stmt(r->db, &r->sql, "workspace_unset", &s, err))
		return false;
	db_set_text(s, "name", S("restoring"));
	return db_run(s, err) && tx_commit(&tx, err);
}

static bool
workspace_make(Restore *r, Err *err)
{
	Workspace w;
	if (!workspace_open_found(r->env, r->part, &r->a, &w, err))
		return false;
	bool ok = rows_make(r, &w, err) && verified(r, &w, err);
	workspace_close(&w);
	return ok && mark_remove(r, err);
}

static bool
folder_begin(Restore *r, Err *err)
{
	const char *store = arena_fmt(&r->a, "%s/store", r->part).p;
	return dir_make(r->part, err) && dir_make(arena_fmt(&r->a, "%s/import", r->part).p, err) &&
		(!r->ask->store ||
			file_write_atomic(store, arena_fmt(&r->a, "%s\n", r->ask->store), 0600, err));
}

/* All its files and their names are on the disk before it takes its own. */
static bool
folder_end(Restore *r, Err *err)
{
	int fd = fault_here() ? (errno = EIO, -1) : open(r->part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && syncfs(fd) == 0;
	if (!ok)
		file_error(err, "cannot write '%s': %s", r->part);
	if (fd >= 0)
		(void)close(fd);
	r->named = ok;
	return ok && file_rename(r->part, r->dir, err);
}

static bool
restore_all(Restore *r, BackupIn *in, Err *err)
{
	if (!catalog_load(r->env, &r->a, &r->cat, err) ||
		!sql_file_parse(
			S("src/svc/svc.sql"), env_file(r->env, "src/svc/svc.sql"), &r->a, &r->sql, err) ||
		!migrations_load(r->env, &r->a, &r->migration, &r->n_migrations, err) ||
		!folder_begin(r, err) || !backup_take(r, in, err) || !tables_make(r, err) ||
		!workspace_make(r, err))
		return false;
	db_close(r->db);
	r->db = NULL;
	return folder_end(r, err);
}

/* Of a database on a server only what was made here goes. */
static bool
store_undo(Restore *r, Err *err)
{
	return (r->db || db_open(r->ask->store, DB_WRITE, &r->db, err)) &&
		store_clear(r->env, &r->cat, r->db, &r->a, err);
}

static void
restore_undo(Restore *r, Err *err)
{
	Err why = {0};
	(void)file_end(r, &why);
	if (r->ours && r->ask->store && !store_undo(r, &why) && err)
		err_hint(err, "database '%s' could not be emptied again: %s", r->ask->store, why.text);
	db_close(r->db);
	/* It may have its name already, and only that is not on the disk yet. */
	folder_remove(r->named && !file_exists(r->part) ? r->dir : r->part);
}

/* An empty folder is as good as none. */
static bool
place_free(Restore *r, Err *err)
{
	size_t entries = 0;
	DIR *dir = opendir(r->dir);
	while (dir && readdir(dir))
		entries++;
	if (dir)
		(void)closedir(dir);
	if (entries <= 2 && (dir || !file_exists(r->dir)))
		return true;
	if (file_exists(arena_fmt(&r->a, "%s/siap.db", r->dir).p) ||
		file_exists(arena_fmt(&r->a, "%s/store", r->dir).p))
		return err_set(err, E_CONFLICT, "'%s' already holds a workspace", r->dir);
	err_set(err, E_CONFLICT, "'%s' is not empty", r->dir);
	return err_hint(
		err, "name a folder that does not exist yet: it is made, with all that is in it");
}

static const char *
without_slash(const char *dir, Arena *a)
{
	Str s = str_of(dir);
	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return arena_cstr(a, s);
}

bool
restore_make(const Env *env, const RestoreAsk *ask, Arena *a, RestoreReport *out, Err *err)
{
	BackupIn *in;
	Restore r = {.env = env, .ask = ask, .out = out, .keep = a, .fd = -1};
	*out = (RestoreReport){0};
	if (!store_address(ask->store, err) || !arena_open(&r.a, (size_t)1 << 32, err))
		return false;
	r.dir = without_slash(ask->dir, &r.a);
	bool ok = place_free(&r, err) && backup_open(env, ask->path, &in, err);
	if (ok) {
		r.part = part_begin(r.dir, &r.a);
		ok = restore_all(&r, in, err);
		tx_rollback(&r.tx);
		if (!ok)
			restore_undo(&r, err);
		backup_close(in);
	}
	arena_close(&r.a);
	return ok;
}
