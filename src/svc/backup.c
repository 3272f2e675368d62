/* backup: what nothing else could bring back, in one encrypted file: the core tables as of one moment, and the files beside the database.
 *
 * ABOUT is {"area","at","event","id","made","migrations":[names],"pack","v":1}, TABLE {"columns":[names],"table"}, END
 * {"bytes","events","files","rows"}. Tables of datasets follow from the events, areas and rules from the program: they are left out. */
#include "svc/backup_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TELL_EVERY = 4096, DATA = 48 * 1024, DEPTH_MOST = 16 };

typedef struct Backup {
	Workspace *w;
	const BackupAsk *ask;
	BackupReport *report;
	Db *db;
	BackupOut *out;
	Arena a;
	Buf record;
	Str checkpoint; /* p == NULL: none */
	uint64_t file_bytes;
} Backup;

static bool
tell(const Backup *b, int64_t events, Err *err)
{
	const Watch *w = &b->ask->watch;
	if (w->progress)
		w->progress(w->ctx, S("events"), (uint64_t)events, (uint64_t)b->report->events);
	return !w->stop || !*w->stop || err_set(err, E_BUSY, "stopped");
}

static bool
record_add(Backup *b, RecordKind kind, Err *err)
{
	return buf_check(&b->record, err) && backup_add(b->out, kind, buf_str(&b->record), err);
}

static void
member_int(JsonOut *j, Str name, int64_t v)
{
	jout_key(j, name);
	jout_int(j, v);
}

/* ---- what it is of ---- */

static bool
moment_read(Backup *b, Err *err)
{
	Stmt *s;
	bool row;
	BackupReport *r = b->report;
	if (!svc_stmt(b->db, &b->w->sql, "event_newest", &s, err) || !db_step(s, &row, err))
		return false;
	*r = (BackupReport){.id = b->w->id,
		.area = b->w->area,
		.pack = b->w->pack->name,
		.made = workspace_now(b->w),
		.events = row ? db_int(s, 0) : 0,
		.at = row ? db_int(s, 1) : 0};
	db_reset(s);
	return true;
}

static bool
about_add(Backup *b, Err *err)
{
	const BackupReport *r = b->report;
	Migration *m;
	size_t n;
	if (!moment_read(b, err) || !migrations_load(b->w->env, &b->a, &m, &n, err))
		return false;
	JsonOut j = jout_new(&b->record);
	buf_clear(&b->record);
	jout_obj(&j);
	jout_key(&j, S("area"));
	jout_str(&j, r->area);
	member_int(&j, S("at"), r->at);
	member_int(&j, S("event"), r->events);
	jout_key(&j, S("id"));
	jout_str(&j, r->id);
	member_int(&j, S("made"), r->made);
	jout_key(&j, S("migrations"));
	jout_arr(&j);
	for (size_t i = 0; i < n; i++)
		jout_str(&j, m[i].name);
	jout_arr_end(&j);
	jout_key(&j, S("pack"));
	jout_str(&j, r->pack);
	member_int(&j, S("v"), 1);
	jout_obj_end(&j);
	return record_add(b, RECORD_ABOUT, err);
}

/* ---- tables ---- */

static bool
table_begin(Backup *b, Str name, Stmt *s, Err *err)
{
	JsonOut j = jout_new(&b->record);
	buf_clear(&b->record);
	jout_obj(&j);
	jout_key(&j, S("columns"));
	jout_arr(&j);
	for (int i = 0; i < db_columns(s); i++)
		jout_str(&j, db_column_name(s, i));
	jout_arr_end(&j);
	jout_key(&j, S("table"));
	jout_str(&j, name);
	jout_obj_end(&j);
	return record_add(b, RECORD_TABLE, err);
}

static bool
row_add(Backup *b, Str table, Stmt *s, Err *err)
{
	buf_clear(&b->record);
	for (int i = 0; i < db_columns(s); i++) {
		Cell c = cell_of(s, i);
		if (c.type == DB_REAL)
			return err_set(
				err, E_DB, "table '%.*s' holds a fraction, which it never should", STR(table));
		cell_put(&b->record, &c);
	}
	b->report->rows++;
	return record_add(b, RECORD_ROW, err);
}

static bool
table_add(Backup *b, Str name, Err *err)
{
	AUTO(Buf) sql = {0};
	Stmt *s;
	bool row, events = str_eq(name, S("event"));
	buf_fmt(&sql, "SELECT * FROM %.*s", STR(name)); /* derived SQL */
	if (!buf_check(&sql, err) || !db_prepare(b->db, buf_str(&sql), &s, err) ||
		!table_begin(b, name, s, err))
		return false;
	for (int64_t n = 0;; n++) {
		if (!db_step(s, &row, err))
			return false;
		bool done = events && (!row || n % TELL_EVERY == 0);
		if ((row && !row_add(b, name, s, err)) || (done && !tell(b, n, err))) {
			db_reset(s);
			return false;
		}
		if (!row)
			return true;
	}
}

static bool
tables_add(Backup *b, Err *err)
{
	Str *name;
	size_t n;
	if (!core_tables(b->w->env, &b->a, &name, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!table_add(b, name[i], err))
			return false;
	return true;
}

/* ---- files ---- */

static bool
file_begin(Backup *b, Str path, Err *err)
{
	b->report->files++;
	return backup_add(b->out, RECORD_FILE, path, err);
}

static bool
data_add(Backup *b, Str bytes, Err *err)
{
	b->file_bytes += bytes.n;
	return !bytes.n || backup_add(b->out, RECORD_DATA, bytes, err);
}

static bool
fd_add(Backup *b, int fd, const char *path, Err *err)
{
	char bytes[DATA];
	for (;;) {
		ssize_t n = fault_here() ? (errno = EIO, -1) : read(fd, bytes, sizeof bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return file_error(err, "cannot read '%s': %s", path);
		if (n == 0)
			return true;
		if (!data_add(b, (Str){bytes, (size_t)n}, err) || !tell(b, b->report->events, err))
			return false;
	}
}

static bool folder_add(Backup *b, const char *name, int depth, Arena tmp, Err *err);

/* A regular file, or a folder of such; whatever else somebody put there is none of ours. name: inside the workspace's folder. */
static bool
path_add(Backup *b, const char *name, int depth, Arena tmp, Err *err)
{
	const char *path = workspace_path(b->w, &tmp, name);
	struct stat st;
	int fd = fault_here() ? (errno = EIO, -1)
						  : open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENXIO ||
			file_error(err, "cannot read '%s': %s", path);
	bool ok = fstat(fd, &st) == 0 || file_error(err, "cannot read '%s': %s", path);
	if (ok && S_ISREG(st.st_mode))
		ok = file_begin(b, str_of(name), err) && fd_add(b, fd, path, err);
	else if (ok && S_ISDIR(st.st_mode))
		ok = folder_add(b, name, depth, tmp, err);
	(void)close(fd);
	return ok;
}

static bool
folder_add(Backup *b, const char *name, int depth, Arena tmp, Err *err)
{
	const char *path = workspace_path(b->w, &tmp, name);
	DIR *dir = opendir(path);
	bool ok = true;
	if (!dir)
		return file_error(err, "cannot read '%s': %s", path);
	if (depth > DEPTH_MOST)
		ok = err_set(err, E_LIMIT, "'%s' lies too deep", path);
	for (const struct dirent *e; ok && (e = readdir(dir));) {
		Arena one = tmp;
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			ok = path_add(b, arena_fmt(&one, "%s/%s", name, e->d_name).p, depth + 1, one, err);
	}
	(void)closedir(dir);
	return ok;
}

static bool
files_add(Backup *b, Err *err)
{
	static const char *const folders[] = {"files", "roll"};
	if (b->checkpoint.p &&
		(!file_begin(b, S("checkpoint"), err) || !data_add(b, b->checkpoint, err)))
		return false;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		if (!path_add(b, folders[i], 0, b->a, err))
			return false;
	return true;
}

static bool
end_add(Backup *b, Err *err)
{
	JsonOut j = jout_new(&b->record);
	buf_clear(&b->record);
	jout_obj(&j);
	member_int(&j, S("bytes"), (int64_t)b->file_bytes);
	member_int(&j, S("events"), b->report->events);
	member_int(&j, S("files"), b->report->files);
	member_int(&j, S("rows"), b->report->rows);
	jout_obj_end(&j);
	return record_add(b, RECORD_END, err);
}

/* ---- making one ---- */

/* The checkpoint comes first: so it is one of events that the database has. Files come last: so all that events name are there. */
static bool
all_add(Backup *b, Err *err)
{
	AUTO(Tx) tx = {0};
	const char *path = workspace_path(b->w, &b->a, "checkpoint");
	if (file_exists(path) && !file_read(path, NOTE_MOST, &b->a, &b->checkpoint, err))
		return false;
	return workspace_reader(b->w, &b->db, err) && tx_begin(b->db, &tx, err) && about_add(b, err) &&
		tables_add(b, err) && tx_commit(&tx, err) && files_add(b, err) && end_add(b, err);
}

static bool
part_write(Backup *b, const char *part, Err *err)
{
	if (!backup_create(b->w, part, &b->out, err))
		return false;
	if (all_add(b, err))
		return backup_finish(b->out, err);
	backup_abandon(b->out);
	return false;
}

static bool
is_free(const BackupAsk *ask, Err *err)
{
	return ask->force || !file_exists(ask->path) ||
		err_set(err, E_CONFLICT, "'%s' exists: give another name, or replace it with --force",
			ask->path);
}

/* What is read back is what was counted when it was written. */
static bool
same_report(const BackupReport *x, const BackupReport *y)
{
	return x->events == y->events && x->rows == y->rows && x->files == y->files && x->at == y->at &&
		x->made == y->made;
}

bool
backup_make(Workspace *w, const BackupAsk *ask, Arena *a, BackupReport *out, Err *err)
{
	BackupReport written;
	Backup b = {.w = w, .ask = ask, .report = &written};
	if (!is_free(ask, err) || !arena_open(&b.a, 64 * SIZE_MB, err))
		return false;
	const char *part = part_begin(ask->path, &b.a);
	bool ok = part_write(&b, part, err);
	db_close(b.db);
	buf_close(&b.record);
	if (ok) {
		ok = backup_check(w->env, part, &ask->watch, a, out, err) &&
			(same_report(&written, out) ||
				err_set(err, E_IO, "the backup that was written is not what is read back from '%s'",
					part)) &&
			is_free(ask, err) && file_rename(part, ask->path, err);
		if (!ok)
			(void)unlink(part);
	}
	arena_close(&b.a);
	return ok;
}
