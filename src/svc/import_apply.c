/* import_apply: staged rows enter the log in slices between other people's writes, and go on by themselves after a crash. */
#include "svc/svc_private.h"

#include <errno.h>
#include <unistd.h>

typedef struct Slice {
	Job *job;
	const Dataset *d;
	StageIn *in;
	Value *v;
	Str agency;
	int64_t rows; /* how many to take */
	bool finished;
} Slice;

enum { SLICE_FIRST = 512, SLICE_MOST = 8192, SLICE_US = 20000 };

/* ---- make ---- */

typedef struct NewJob {
	const Origin *origin;
	const Dataset *d;
	Str file, content;
	const char *staged;
	uint64_t rows;
	Job *out;
} NewJob;

static bool
job_insert(WriteTx *tx, void *arg, Err *err)
{
	NewJob *n = arg;
	Job *j = n->out;
	Stmt *s;
	bool row;
	const char *path;
	if (!svc_stmt(tx->db, &tx->w->sql, "job_last", &s, err) || !db_step(s, &row, err))
		return false;
	*j = (Job){.id = (row ? db_int(s, 0) : 0) + 1, .rows = (int64_t)n->rows, .dataset = n->d->name};
	db_reset(s);
	if (!origin_make(tx, n->origin, n->d, j->id, &j->origin, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "job_insert", &s, err))
		return false;
	db_set_int(s, "id", j->id);
	db_set_text(s, "dataset", j->dataset);
	db_set_text(s, "file", n->file);
	db_set_text(s, "content", n->content);
	db_set_int(s, "at", tx->now);
	db_set_int(s, "origin", j->origin);
	db_set_int(s, "rows", j->rows);
	if (!db_run(s, err))
		return false;
	/* The file takes its final name before the commit: a committed job always finds its rows. */
	stage_path(tx->w, j->id, &tx->tmp, &path);
	if (fault_here() || rename(n->staged, path) != 0)
		return err_set(err, E_IO, "cannot rename '%s': %s", n->staged, strerror(errno));
	return true;
}

bool
job_make(Writer *wr, const Origin *o, const Dataset *d, Str file, Str content, const char *staged,
	uint64_t rows, Job *out, Err *err)
{
	NewJob n = {o, d, file, content, staged, rows, out};
	return writer_run(wr, job_insert, &n, false, err);
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

static bool
slice_apply(WriteTx *tx, void *arg, Err *err)
{
	Slice *sl = arg;
	Job *j = sl->job;
	Acceptor ac;
	int64_t base, event;
	Outcome outcome;
	bool more = true;
	if (!acceptor_open(tx, sl->d, j->origin, sl->agency, &ac, err))
		return false;
	for (int64_t i = 0; i < sl->rows && more; i++) {
		if (!stage_next(sl->in, sl->v, &base, &more, err))
			return false;
		if (!more)
			break;
		if (!accept_put(tx, &ac, sl->v, stage_given(sl->in), base, &outcome, &event, err))
			return false;
		j->applied++;
		j->added += outcome == OUTCOME_ADDED;
		j->changed += outcome == OUTCOME_CHANGED;
		j->same += outcome == OUTCOME_SAME;
		j->conflicts += outcome == OUTCOME_CONFLICT;
	}
	sl->finished = !more;
	j->position = stage_position(sl->in);
	return job_save(tx, sl, err);
}

/* Slices grow until one takes about 20 ms: others wait that long at the most. */
static int64_t
slice_size(int64_t rows, int64_t took)
{
	if (took < SLICE_US / 2 && rows < SLICE_MOST)
		return rows * 2;
	return took > SLICE_US && rows > 64 ? rows / 2 : rows;
}

static bool
apply_all(Writer *wr, Slice *sl, ProgressFn progress, void *ctx, Err *err)
{
	sl->rows = SLICE_FIRST;
	while (!sl->finished) {
		Job before = *sl->job;
		int64_t start = clock_us();
		if (!writer_run(wr, slice_apply, sl, true, err)) {
			*sl->job = before;
			return false;
		}
		sl->rows = slice_size(sl->rows, clock_us() - start);
		if (progress)
			progress(ctx, S("saving"), (uint64_t)sl->job->applied, (uint64_t)sl->job->rows);
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
job_apply(Workspace *w, Writer *wr, Job *job, ProgressFn progress, void *ctx, Err *err)
{
	AUTO(Arena) a = {0};
	const char *path;
	Slice sl = {.job = job, .d = catalog_dataset(&w->cat, job->dataset)};
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	if (!sl.d)
		return err_set(err, E_CONFLICT,
			"an interrupted import feeds '%.*s', which is no dataset any more", STR(job->dataset));
	sl.v = NEW(&a, Value, sl.d->n_fields);
	stage_path(w, job->id, &a, &path);
	if (!origin_agency(w, job->origin, &a, &sl.agency, err) || !stage_open(path, sl.d, &sl.in, err))
		return false;
	bool ok = stage_seek(sl.in, job->position, err) && apply_all(wr, &sl, progress, ctx, err);
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

/* An import that can never go on (its dataset changed shape) must not keep the workspace shut: what it
 * applied stays, and importing its file again brings the rest. */
static bool
job_resume(Workspace *w, Writer *wr, Job *job, Err *err)
{
	Err why = {0};
	if (job_apply(w, wr, job, NULL, NULL, &why))
		return true;
	if (why.code == E_CONFLICT)
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
