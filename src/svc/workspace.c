/* workspace: makes, opens and upgrades the folder that holds one election in one area. */
#include "svc/svc_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char DB_FILE[] = "siap.db", STORE_FILE[] = "store";

const char *
workspace_path(const Workspace *w, Arena *a, const char *name)
{
	return arena_fmt(a, "%s/%s", w->dir, name).p;
}

bool
svc_stmt(Db *db, const SqlFile *sql, const char *name, Stmt **out, Err *err)
{
	return db_prepare(db, sql_named(sql, name), out, err);
}

/* ---- lease ---- */

bool
lease_take(const char *dir, Lease *out, Err *err)
{
	char path[4096];
	NEED(snprintf(path, sizeof path, "%s/lock", dir) < (int)sizeof path);
	out->fd = fault_here() ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (out->fd < 0)
		return err_set(err, E_IO, "cannot open '%s': %s", path, strerror(errno));
	if (flock(out->fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	lease_drop(out);
	err_set(err, E_BUSY, "another Siap process writes in '%s'", dir);
	return err_hint(err, "wait until it has finished, or end it");
}

void
lease_drop(Lease *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	l->fd = -1;
}

static void
Lease_auto(Lease *l)
{
	lease_drop(l);
}

/* ---- facts and keys ---- */

bool
workspace_fact(Db *db, const SqlFile *sql, const char *name, Arena *a, Str *out, Err *err)
{
	Stmt *s;
	bool row;
	*out = (Str){0};
	if (!svc_stmt(db, sql, "workspace_get", &s, err))
		return false;
	db_set_text(s, "name", str_of(name));
	if (!db_step(s, &row, err))
		return false;
	if (row)
		*out = arena_str(a, db_text(s, 0));
	db_reset(s);
	return true;
}

bool
workspace_fact_set(Db *db, const SqlFile *sql, const char *name, Str value, Err *err)
{
	Stmt *s;
	if (!svc_stmt(db, sql, "workspace_set", &s, err))
		return false;
	db_set_text(s, "name", str_of(name));
	db_set_text(s, "value", value);
	return db_run(s, err);
}

static const char *
key_path(const Env *env, Str id, Arena *a)
{
	return arena_fmt(a, "%s/%.*s.key", env->key_dir, STR(id)).p;
}

void
workspace_keys_remove(const Workspace *w, Arena *a)
{
	static const char *const kinds[] = {"key", "signing", "checkpoint"};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		(void)unlink(arena_fmt(a, "%s/%.*s.%s", w->env->key_dir, STR(w->id), kinds[i]).p);
}

bool
workspace_key(const Workspace *w, unsigned char key[32], Err *err)
{
	AUTO(Arena) tmp = {0};
	if (!arena_open(&tmp, SIZE_MB, err))
		return false;
	const char *path = key_path(w->env, w->id, &tmp);
	Str bytes;
	if (!file_read(path, 4096, &tmp, &bytes, err)) {
		if (err && err->code == E_NOTFOUND) {
			err_set(err, E_IO, "the key of this workspace is missing: '%s'", path);
			err_hint(
				err, "copy the key file there from its backup; without it nothing can be written");
		}
		return false;
	}
	if (!hex_decode(str_trim(bytes), key, 32))
		return err_set(err, E_IO, "'%s' is not a workspace key: 64 hex digits expected", path);
	return true;
}

/* mkdir -p, owner only. */
bool
dirs_make(const char *path, Arena tmp, Err *err)
{
	char *p = NEW(&tmp, char, strlen(path) + 1);
	memcpy(p, path, strlen(path));
	for (char *s = p + 1; *s; s++) {
		if (*s != '/')
			continue;
		*s = 0;
		if (!dir_make(p, err))
			return false;
		*s = '/';
	}
	return dir_make(p, err);
}

static bool
key_make(const Env *env, Str id, Arena tmp, Err *err)
{
	unsigned char key[32];
	char hex[66] = {0};
	env->random(env->ctx, key, sizeof key);
	hex_encode(key, sizeof key, hex);
	hex[64] = '\n';
	sodium_memzero(key, sizeof key);
	bool ok = dirs_make(env->key_dir, tmp, err) &&
		file_write_atomic(key_path(env, id, &tmp), (Str){hex, 65}, 0600, err);
	sodium_memzero(hex, sizeof hex);
	return ok;
}

/* ---- tables ---- */

bool
migrations_load(const Env *env, Arena *a, Migration **out, size_t *n, Err *err)
{
	*out = NEW(a, Migration, env->n_files + 1);
	*n = 0;
	for (size_t i = 0; i < env->n_files; i++) {
		Str path = str_of(env->files[i].path), name, left;
		int64_t number;
		if (!str_starts(path, S("migrations/")))
			continue;
		name = str_slice(path, 11, path.n);
		if (!str_cut(name, '_', &left, &name) || !str_int(left, &number) || number < 1 ||
			number > 9999)
			return err_set(err, E_BUG, "'%.*s': a migration is named 0001_words.sql", STR(path));
		(*out)[(*n)++] = (Migration){(int)number, str_slice(path, 11, path.n), env->files[i].bytes};
	}
	return true;
}

/* Adds the columns that a newer definition has and the table has not. */
static bool
table_widen(Db *db, const Dataset *d, bool *exists, Arena tmp, Err *err)
{
	AUTO(Buf) sql = {0};
	Stmt *s;
	bool lite = !db_is_postgres(db);
	const char *number_type = lite ? "INTEGER" : "bigint";
	if (!db_has_table(db, d->name, exists, err))
		return false;
	if (!*exists)
		return true;
	buf_fmt(&sql, "SELECT * FROM %.*s WHERE 1 = 0", STR(d->name)); /* derived SQL */
	if (!buf_check(&sql, err) || !db_prepare(db, buf_str(&sql), &s, err))
		return false;
	Map have = map_new(&tmp);
	for (int i = 0; i < db_columns(s); i++)
		map_set(&have, arena_str(&tmp, db_column_name(s, i)), 1);
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		if (f->n_private || map_get(&have, f->name, NULL))
			continue;
		if (f->key)
			return err_set(err, E_INPUT,
				"%.*s:%d: key field '%.*s' is new: that needs a numbered migration", STR(d->file),
				f->line, STR(f->name));
		bool number = f->type == TYPE_INT || f->type == TYPE_DECIMAL || f->type == TYPE_MONEY ||
			f->type == TYPE_BOOL || f->type == TYPE_INSTANT;
		buf_clear(&sql);
		buf_fmt(&sql, "ALTER TABLE %.*s ADD COLUMN %.*s %s", /* derived SQL */
			STR(d->name), STR(f->name), number ? number_type : "TEXT");
		if (!buf_check(&sql, err) || !db_exec(db, buf_str(&sql), err))
			return false;
	}
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		if (f->match && !map_get(&have, arena_fmt(&tmp, "%.*s_match", STR(f->name)), NULL))
			return err_set(err, E_INPUT,
				"%.*s:%d: 'match' on field '%.*s' is new: that needs a numbered migration",
				STR(d->file), f->line, STR(f->name));
	}
	if (d->has_private && !map_get(&have, S("_sealed"), NULL)) {
		buf_clear(&sql);
		buf_fmt(&sql, "ALTER TABLE %.*s ADD COLUMN _sealed %s", /* derived SQL */
			STR(d->name), lite ? "BLOB" : "bytea");
		return buf_check(&sql, err) && db_exec(db, buf_str(&sql), err);
	}
	return true;
}

static bool
dataset_table(Db *db, const Dataset *d, Arena tmp, Err *err)
{
	AUTO(Buf) ddl = {0};
	bool exists;
	if (!table_widen(db, d, &exists, tmp, err))
		return false;
	if (!exists) {
		dataset_ddl(d, db_is_postgres(db) ? STORE_POSTGRES : STORE_SQLITE, &ddl);
		if (!buf_check(&ddl, err) || !db_exec(db, buf_str(&ddl), err))
			return false;
	}
	return true;
}

/* Every definition that ever counted stays readable by its hash, and the manifest tells which counted together. */
static bool
definition_keep(Db *db, const SqlFile *sql, const DefinitionFile *f, Str kind, Err *err)
{
	Stmt *s;
	char hex[65];
	hex_encode(f->hash.b, 32, hex);
	if (!svc_stmt(db, sql, "definition_insert", &s, err))
		return false;
	db_set_text(s, "hash", str_of(hex));
	db_set_text(s, "kind", kind);
	db_set_text(s, "name", f->path);
	db_set_text(s, "body", f->text);
	return db_run_later(s, err);
}

static bool
definitions_keep(Db *db, const SqlFile *sql, const Catalog *c, Err *err)
{
	for (size_t i = 0; i < c->n_files; i++)
		if (!definition_keep(db, sql, &c->file[i], S("file"), err))
			return false;
	return definition_keep(
		db, sql, &(DefinitionFile){S("manifest"), c->manifest, c->hash}, S("manifest"), err);
}

bool
workspace_prepare_tables(Db *db, const SqlFile *sql, const Catalog *c, const Pack *pack, Err *err)
{
	AUTO(Arena) tmp = {0};
	if (!arena_open(&tmp, 16 * SIZE_MB, err))
		return false;
	if (!views_drop(db, c, err) || !definitions_keep(db, sql, c, err))
		return false;
	for (size_t i = 0; i < c->n_datasets; i++)
		if (!dataset_table(db, &c->dataset[i], tmp, err))
			return false;
	if (!views_make(db, c, err) || !rules_store(db, sql, pack, err))
		return false;
	char hex[65];
	hex_encode(c->hash.b, 32, hex);
	return workspace_fact_set(db, sql, "catalog", str_of(hex), err);
}

/* ---- init ---- */

bool
areas_store(const Env *env, Db *db, const SqlFile *sql, Str area, Err *err)
{
	Str rest = env_file(env, "areas.txt"), line, code, name;
	Stmt *s;
	size_t found = 0;
	if (!svc_stmt(db, sql, "area_insert", &s, err))
		return false;
	bool nation = str_eq(area, S("0"));
	if (nation) {
		db_set_text(s, "code", area);
		db_set_text(s, "name", S("Indonesia"));
		db_set_int(s, "level", 0);
		if (!db_run(s, err))
			return false;
	}
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (!str_cut(line, '\t', &code, &name) || (!nation && !str_starts(code, area)))
			continue;
		db_set_text(s, "code", code);
		db_set_text(s, "name", name);
		db_set_int(s, "level", (int64_t)area_level(code));
		if (!db_run(s, err))
			return false;
		found++;
	}
	if (found)
		return true;
	err_set(err, E_INPUT,
		"'%.*s' is no area: give the code of a province, regency, district or village, or 0 for all Indonesia",
		STR(area));
	return err_hint(err, "for example 15 is Jambi, 1571 Kota Jambi; 'siap areas NAME' searches");
}

typedef struct Init {
	const Env *env;
	const char *dir, *store; /* store: NULL for a file in dir */
	Catalog cat;
	const Pack *pack;
	Str area;
	Arena a;
	SqlFile sql;
} Init;

static bool
init_facts(Init *in, Db *db, Err *err)
{
	unsigned char raw[16];
	char id[33], created[32];
	SignerKey signer;
	in->env->random(in->env->ctx, raw, sizeof raw);
	hex_encode(raw, sizeof raw, id);
	instant_format(in->env->now(in->env->ctx), 0, created);
	return workspace_fact_set(db, &in->sql, "id", str_of(id), err) &&
		workspace_fact_set(db, &in->sql, "area", in->area, err) &&
		workspace_fact_set(db, &in->sql, "pack", in->pack->name, err) &&
		workspace_fact_set(db, &in->sql, "created", str_of(created), err) &&
		key_make(in->env, str_of(id), in->a, err) &&
		log_signer_new(
			&(Workspace){.env = in->env, .id = str_of(id)}, "signing", &in->a, &signer, err);
}

bool
store_free(const NewStore *to, Db *db, Arena *a, Err *err)
{
	bool there;
	Str id, restoring;
	if (!db_has_table(db, S("workspace"), &there, err))
		return false;
	if (!there)
		return true;
	if (!workspace_fact(db, to->sql, "id", a, &id, err) ||
		!workspace_fact(db, to->sql, "restoring", a, &restoring, err))
		return false;
	if (!id.n || restoring.n)
		return store_clear(to->env, to->cat, db, a, err);
	err_set(err, E_CONFLICT, "database '%s' already holds a workspace", to->address);
	return err_hint(err, "give each workspace a database of its own");
}

bool
store_address(const char *address, Err *err)
{
	if (!address || db_is_url(str_of(address)))
		return true;
	err_set(err, E_INPUT, "'%s' is no address of a database", address);
	return err_hint(err, "for example postgres://user@host:5432/database");
}

static bool
init_database(Init *in, Err *err)
{
	AUTO(DbP) db = NULL;
	AUTO(Tx) tx = {0};
	Migration *m;
	size_t n;
	int64_t now = in->env->now(in->env->ctx);
	if (!sql_file_parse(
			S("src/svc/svc.sql"), env_file(in->env, "src/svc/svc.sql"), &in->a, &in->sql, err) ||
		!migrations_load(in->env, &in->a, &m, &n, err) ||
		!db_open(in->store ? in->store : arena_fmt(&in->a, "%s/%s", in->dir, DB_FILE).p, DB_CREATE,
			&db, err) ||
		!store_free(&(NewStore){in->env, &in->cat, &in->sql, in->store}, db, &in->a, err) ||
		!db_migrate(db, m, n, now, err))
		return false;
	return tx_begin(db, &tx, err) && areas_store(in->env, db, &in->sql, in->area, err) &&
		workspace_prepare_tables(db, &in->sql, &in->cat, in->pack, err) &&
		init_facts(in, db, err) && tx_commit(&tx, err);
}

const Pack *
pack_find(const Catalog *c, Str name, Err *err)
{
	const Pack *p = catalog_pack(c, name);
	if (p)
		return p;
	AUTO(Buf) list = {0};
	for (size_t i = 0; i < c->n_packs; i++)
		buf_fmt(&list, "%s%.*s", i ? ", " : "", STR(c->pack[i].name));
	err_set(err, E_INPUT, "unknown rule pack '%.*s'; one of %.*s", STR(name), (int)list.n,
		list.p ? list.p : "");
	return NULL;
}

static void
init_undo(Init *in, bool folder)
{
	static const char *const made[] = {"siap.db", "siap.db-wal", "siap.db-shm", "store", "lock"};
	for (size_t i = 0; i < sizeof made / sizeof *made; i++)
		(void)unlink(arena_fmt(&in->a, "%s/%s", in->dir, made[i]).p);
	(void)rmdir(arena_fmt(&in->a, "%s/import", in->dir).p);
	if (folder)
		(void)rmdir(in->dir);
}

static bool
init_folder(Init *in, Err *err)
{
	const char *store = arena_fmt(&in->a, "%s/%s", in->dir, STORE_FILE).p;
	if (file_exists(arena_fmt(&in->a, "%s/%s", in->dir, DB_FILE).p) || file_exists(store))
		return err_set(err, E_CONFLICT, "'%s' already holds a workspace", in->dir);
	bool ours = !file_exists(in->dir);
	if (!dir_make(in->dir, err))
		return false;
	/* The lease keeps a second init out. The database comes last: on a server it cannot be undone. */
	AUTO(Lease) lease = {-1};
	bool ok = lease_take(in->dir, &lease, err) &&
		(!in->store || file_write_atomic(store, arena_fmt(&in->a, "%s\n", in->store), 0600, err)) &&
		dir_make(arena_fmt(&in->a, "%s/import", in->dir).p, err) && init_database(in, err);
	if (!ok)
		init_undo(in, ours);
	return ok;
}

bool
workspace_init(const Env *env, const char *dir, Str pack, Str area, Err *err)
{
	return workspace_init_in(env, dir, pack, area, NULL, err);
}

bool
workspace_init_in(const Env *env, const char *dir, Str pack, Str area, const char *store, Err *err)
{
	Init in = {.env = env, .dir = dir, .area = area, .store = store};
	if (!store_address(store, err) || !arena_open(&in.a, 256 * SIZE_MB, err))
		return false;
	bool ok = catalog_load(env, &in.a, &in.cat, err) &&
		(in.pack = pack_find(&in.cat, pack, err)) != NULL && init_folder(&in, err);
	arena_close(&in.a);
	return ok;
}

/* ---- open ---- */

bool
workspace_newest(Workspace *w, int64_t *event, Err *err)
{
	*event = workspace_last_event(w);
	if (!w->unread.code)
		return true;
	if (err)
		*err = w->unread;
	w->unread = (Err){0};
	return false;
}

/* Events of the first versions are in no tree, and their hashes bind less: there is nothing that they could be verified by. */
static bool
older_check(Workspace *w, Db *db, Err *err)
{
	bool tree;
	if (!db_has_table(db, S("log_tile"), &tree, err))
		return false;
	int64_t events;
	if (!tree && !workspace_newest(w, &events, err))
		return false;
	if (tree || !events)
		return true;
	err_set(err, E_CONFLICT, "'%s' was made by a Siap that had no public log", w->dir);
	return err_hint(
		err, "export its datasets with that version and import them into a new workspace");
}

/* Definitions changed since the workspace was last opened: tables and rules follow, under the writer lease. */
static bool
upgrade(Workspace *w, const Migration *m, size_t n, Err *err)
{
	AUTO(Lease) lease = {-1};
	AUTO(DbP) db = NULL;
	AUTO(Tx) tx = {0};
	int64_t now = workspace_now(w);
	if (!lease_take(w->dir, &lease, err)) {
		err_hint(err,
			"the definitions differ from those of the running process: restart it with this version");
		return false;
	}
	return db_open(w->store, DB_WRITE, &db, err) && older_check(w, db, err) &&
		db_migrate(db, m, n, now, err) && tx_begin(db, &tx, err) &&
		workspace_prepare_tables(db, &w->sql, &w->cat, w->pack, err) &&
		log_definitions(w, db, &tx, err);
}

static bool
open_facts(Workspace *w, Err *err)
{
	Str pack;
	if (!workspace_fact(w->db, &w->sql, "id", w->a, &w->id, err) ||
		!workspace_fact(w->db, &w->sql, "area", w->a, &w->area, err) ||
		!workspace_fact(w->db, &w->sql, "pack", w->a, &pack, err))
		return false;
	if (!w->id.n || !w->area.n)
		return err_set(err, E_DB, "'%s' is not a complete workspace", w->dir);
	w->pack = pack_find(&w->cat, pack, err);
	return w->pack != NULL;
}

bool
workspace_reader(const Workspace *w, Db **out, Err *err)
{
	return db_open(w->store, DB_READ, out, err);
}

bool
workspace_share(const Workspace *w, Arena *a, Workspace *out, Err *err)
{
	*out = *w;
	out->a = a;
	out->db = NULL;
	out->unread = (Err){0};
	return workspace_reader(w, &out->db, err);
}

/* Where the rows are: a database that the file `store` names, or siap.db beside it. */
static bool
store_find(Workspace *w, Err *err)
{
	const char *path = workspace_path(w, w->a, STORE_FILE);
	Str text;
	w->store = workspace_path(w, w->a, DB_FILE);
	if (!file_exists(path))
		return true;
	if (!file_read(path, 4096, w->a, &text, err))
		return false;
	w->store = arena_cstr(w->a, str_trim(text));
	return db_is_url(str_of(w->store)) ||
		err_set(err, E_DB, "'%s' does not hold the address of a database", path);
}

/* Whether its log extends what was signed. What could not be read is no reason to say that it does not. */
static bool
trust(Workspace *w, Err *err)
{
	TreeHead newest;
	Err why = {0};
	int64_t events;
	if (workspace_newest(w, &events, &why) &&
		log_check(w, &(LogSource){w->db, &w->sql}, events, &newest, &why))
		return true;
	if (why.code == E_CONFLICT || why.code == E_DB) {
		w->suspect = why;
		return true;
	}
	if (err)
		*err = why;
	return false;
}

static bool
open_all(Workspace *w, bool as_found, Err *err)
{
	Migration *m;
	size_t n;
	bool current;
	Str catalog;
	if (!store_find(w, err))
		return false;
	if (!db_is_url(str_of(w->store)) && !file_exists(w->store)) {
		err_set(err, E_NOTFOUND, "there is no workspace in '%s'", w->dir);
		return err_hint(err,
			"make one with 'siap init %s --rules PACK --area CODE', or name another with -w DIR",
			w->dir);
	}
	if (!catalog_load(w->env, w->a, &w->cat, err) ||
		!sql_file_parse(
			S("src/svc/svc.sql"), env_file(w->env, "src/svc/svc.sql"), w->a, &w->sql, err) ||
		!migrations_load(w->env, w->a, &m, &n, err) || !workspace_reader(w, &w->db, err) ||
		!open_facts(w, err) || !clock_read(w, err) || !db_migrated(w->db, m, n, &current, err) ||
		!workspace_fact(w->db, &w->sql, "catalog", w->a, &catalog, err))
		return false;
	char hex[65];
	hex_encode(w->cat.hash.b, 32, hex);
	if (!as_found && (!current || !str_eq(catalog, str_of(hex))) && !upgrade(w, m, n, err))
		return false;
	return trust(w, err);
}

static bool
open_as(const Env *env, const char *dir, bool as_found, Arena *a, Workspace *out, Err *err)
{
	*out = (Workspace){.env = env, .a = a, .dir = arena_cstr(a, str_of(dir))};
	clock_install(out);
	sessions_install(out);
	if (open_all(out, as_found, err))
		return true;
	workspace_close(out);
	return false;
}

bool
workspace_open(const Env *env, const char *dir, Arena *a, Workspace *out, Err *err)
{
	return open_as(env, dir, false, a, out, err);
}

bool
workspace_open_found(const Env *env, const char *dir, Arena *a, Workspace *out, Err *err)
{
	return open_as(env, dir, true, a, out, err);
}

void
workspace_close(Workspace *w)
{
	sessions_drop(w);
	db_close(w->db);
	w->db = NULL;
}

int64_t
workspace_last_event(Workspace *w)
{
	Stmt *s;
	bool row;
	int64_t last = 0;
	Err *err = &w->unread;
	if (svc_stmt(w->db, &w->sql, "event_last", &s, err) && db_step(s, &row, err) && row) {
		last = db_int(s, 0);
		db_reset(s);
	}
	return last;
}
