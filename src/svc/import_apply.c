/* import_apply: staged rows enter the log in slices between other people's writes, and go on by themselves after a crash. */
#include "svc/svc_private.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

typedef struct Slice {
	Job *job;
	const Dataset *d;
	StageIn *in;
	Value *v;
	bool *given;
	Str agency;
	int64_t rows; /* how many to take */
	int64_t us;   /* how long one may take */
	bool finished;
} Slice;

enum { SLICE_FIRST = 512, SLICE_MOST = 8192, SLICE_US = 10000 };

/* ---- make ---- */

static bool
job_insert(WriteTx *tx, const Batches *all, Batch *b, Err *err)
{
	Job *j = &b->job;
	Stmt *s;
	bool row;
	const char *path;
	if (!svc_stmt(tx->db, &tx->w->sql, "job_last", &s, err) || !db_step(s, &row, err))
		return false;
	*j = (Job){.id = (row ? db_int(s, 0) : 0) + 1, .rows = (int64_t)b->rows, .dataset = b->d->name};
	db_reset(s);
	if (!origin_make(tx, all->origin, b->d, j->id, &j->origin, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "job_insert", &s, err))
		return false;
	db_set_int(s, "id", j->id);
	db_set_text(s, "dataset", j->dataset);
	db_set_text(s, "file", all->file);
	db_set_text(s, "content", b->content);
	db_set_int(s, "at", tx->now);
	db_set_int(s, "origin", j->origin);
	db_set_int(s, "rows", j->rows);
	if (!db_run(s, err))
		return false;
	/* The file takes its final name before the commit: a committed job always finds its rows. */
	stage_path(tx->w, j->id, &tx->tmp, &path);
	return file_rename(b->staged, path, err);
}

static bool
jobs_insert(WriteTx *tx, void *arg, Err *err)
{
	Batches *b = arg;
	for (size_t i = 0; i < b->n; i++)
		if (!job_insert(tx, b, &b->part[i], err))
			return false;
	return true;
}

bool
jobs_make(Writer *wr, Batches *b, Err *err)
{
	return writer_run(wr, jobs_insert, b, false, err);
}

/* ---- apply ---- */

static bool
job_save(WriteTx *tx, const Slice *sl, Err *err)
{
	const Job *j = sl->job;
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "job_advance", &s, err))
		return false;
	db_set_int(s, "id", j->id);
	db_set_int(s, "applied", j->applied);
	db_set_int(s, "position", j->position);
	db_set_int(s, "added", j->added);
	db_set_int(s, "changed", j->changed);
	db_set_int(s, "same", j->same);
	db_set_int(s, "conflicts", j->conflicts);
	db_set_text(s, "state", sl->finished ? S("done") : S("staged"));
	return db_run(s, err);
}

/* A masked cell says nothing about its field in this row. */
static void
row_given(const Slice *sl)
{
	const bool *file = stage_given(sl->in);
	for (size_t i = 0; i < sl->d->n_fields; i++) {
		sl->given[i] = file[i] && sl->v[i].kind != (ValueKind)VALUE_KEEP;
		if (sl->v[i].kind == (ValueKind)VALUE_KEEP)
			sl->v[i] = (Value){0};
	}
}

static bool
slice_apply(WriteTx *tx, void *arg, Err *err)
{
	Slice *sl = arg;
	Job *j = sl->job;
	Acceptor ac;
	RowPut put = {.v = sl->v, .given = sl->given};
	bool more = true;
	int64_t *count[] = {&j->added, &j->changed, &j->same, &j->conflicts}; /* by Outcome */
	if (!acceptor_open(tx, sl->d, j->origin, sl->agency, &ac, err))
		return false;
	for (int64_t i = 0; i < sl->rows && more; i++) {
		if (!stage_next(sl->in, sl->v, &put.base, &more, err))
			return false;
		if (!more)
			break;
		row_given(sl);
		if (!accept_put(tx, &ac, &put, err))
			return false;
		j->applied++;
		++*count[put.outcome];
	}
	sl->finished = !more;
	j->position = stage_position(sl->in);
	return job_save(tx, sl, err);
}

/* Slices grow until one takes about 10 ms (40 on a server, whose commits take longer): others wait that long at the most. */
static int64_t
slice_size(int64_t rows, int64_t took, int64_t most)
{
	if (took < most / 2 && rows < SLICE_MOST)
		return rows * 2;
	return took > most && rows > 64 ? rows / 2 : rows;
}

static bool
apply_all(Writer *wr, Slice *sl, const Watch *watch, Err *err)
{
	sl->rows = SLICE_FIRST;
	while (!sl->finished) {
		Job before = *sl->job;
		int64_t start = clock_us();
		if (!writer_run(wr, slice_apply, sl, true, err)) {
			*sl->job = before;
			return false;
		}
		sl->rows = slice_size(sl->rows, clock_us() - start, sl->us);
		if (watch->progress)
			watch->progress(
				watch->ctx, S("saving"), (uint64_t)sl->job->applied, (uint64_t)sl->job->rows);
		if (watch->stop && *watch->stop && !sl->finished)
			return err_set(err, E_BUSY, "stopped");
	}
	return true;
}

static bool
origin_agency(Workspace *w, int64_t origin, Arena *a, Str *agency, Err *err)
{
	AUTO(DbP) db = NULL;
	Stmt *s;
	bool row;
	if (!workspace_reader(w, &db, err) || !svc_stmt(db, &w->sql, "origin_get", &s, err))
		return false;
	db_set_int(s, "id", origin);
	if (!db_step(s, &row, err))
		return false;
	NEED(row);
	*agency = arena_str(a, db_text(s, 1));
	return true;
}

bool
job_apply(Workspace *w, Writer *wr, Job *job, const Watch *watch, Err *err)
{
	AUTO(Arena) a = {0};
	const char *path;
	Slice sl = {.job = job,
		.d = catalog_dataset(&w->cat, job->dataset),
		.us = db_is_url(str_of(w->store)) ? 4 * SLICE_US : SLICE_US};
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	if (!sl.d)
		return err_set(err, E_CONFLICT,
			"an interrupted import feeds '%.*s', which is no dataset any more", STR(job->dataset));
	sl.v = NEW(&a, Value, sl.d->n_fields);
	sl.given = NEW(&a, bool, sl.d->n_fields);
	stage_path(w, job->id, &a, &path);
	if (!origin_agency(w, job->origin, &a, &sl.agency, err) || !stage_open(path, sl.d, &sl.in, err))
		return false;
	bool ok = stage_seek(sl.in, job->position, err) && apply_all(wr, &sl, watch, err);
	stage_close(sl.in);
	if (ok)
		(void)unlink(path);
	return ok;
}

/* ---- resume ---- */

static bool
job_stop(WriteTx *tx, void *arg, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "job_stop", &s, err))
		return false;
	db_set_int(s, "id", *(int64_t *)arg);
	return db_run(s, err);
}

/* An import that can never go on (its dataset changed shape, its staged rows are gone or damaged) must not
 * keep the workspace shut: what it applied stays, and importing its file again brings the rest. */
static bool
job_resume(Workspace *w, Writer *wr, Job *job, Err *err)
{
	Err why = {0};
	Watch nobody = {0};
	if (job_apply(w, wr, job, &nobody, &why))
		return true;
	if (why.code == E_CONFLICT || why.code == E_NOTFOUND)
		return writer_run(wr, job_stop, &job->id, false, err);
	if (err)
		*err = why;
	return err_prefix(err, "interrupted import %lld: ", (long long)job->id);
}

bool
jobs_resume(Workspace *w, Writer *wr, uint64_t *rows, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(DbP) db = NULL;
	Stmt *s;
	bool row = true;
	size_t n = 0;
	*rows = 0;
	if (!arena_open(&a, SIZE_MB, err) || !workspace_reader(w, &db, err) ||
		!svc_stmt(db, &w->sql, "jobs_open", &s, err))
		return false;
	Job *job = NEW(&a, Job, 64);
	while (n < 64 && db_step(s, &row, err) && row) {
		int64_t f[10];
		for (int i = 0; i < 10; i++)
			f[i] = db_int(s, i);
		job[n++] = (Job){
			f[0], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], arena_str(&a, db_text(s, 1))};
	}
	if (n < 64 && row)
		return false;
	db_reset(s);
	for (size_t i = 0; i < n; i++) {
		int64_t before = job[i].applied;
		if (!job_resume(w, wr, &job[i], err))
			return false;
		*rows += (uint64_t)(job[i].applied - before);
	}
	return true;
}

/* ---- tidy ---- */

/* "new-….stage" or "7.stage", where no job 7 waits. */
static bool
stage_dead(Stmt *waits, Str name, bool *dead, Err *err)
{
	int64_t id;
	bool row = false;
	*dead = false;
	if (!str_ends(name, S(".stage")))
		return true;
	if (str_int(str_slice(name, 0, name.n - 6), &id)) {
		db_set_int(waits, "id", id);
		if (!db_step(waits, &row, err))
			return false;
		db_reset(waits);
	}
	*dead = !row;
	return true;
}

/* "board.snap.PID" of a process that is no more. */
static bool
snapshot_dead(Str name)
{
	int64_t pid;
	return str_starts(name, S("board.snap.")) && str_int(str_slice(name, 11, name.n), &pid) &&
		pid > 0 && pid < INT32_MAX && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static bool
folder_tidy(const char *path, Stmt *waits, Err *err)
{
	bool ok = true, dead;
	DIR *dir = opendir(path);
	if (!dir)
		return true; /* nothing is lost with what stays */
	for (const struct dirent *e; ok && (e = readdir(dir));) {
		Str name = str_of(e->d_name);
		ok = stage_dead(waits, name, &dead, err);
		if (ok && (dead || snapshot_dead(name)))
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	}
	(void)closedir(dir);
	return ok;
}

/* The caller holds the lease and takes no connections yet. So a staging file that no waiting job names is
 * dead: its process was killed, or it still runs but its rows were meant for a holder of the lease that is
 * gone, and then its import fails and is done again. */
bool
jobs_tidy(Workspace *w, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(DbP) db = NULL;
	Stmt *waits;
	return arena_open(&a, SIZE_MB, err) && workspace_reader(w, &db, err) &&
		svc_stmt(db, &w->sql, "job_waits", &waits, err) &&
		folder_tidy(workspace_path(w, &a, "import"), waits, err) && folder_tidy(w->dir, waits, err);
}
