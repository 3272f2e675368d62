/* import_apply: staged rows enter the log in slices between other people's writes, and go on by themselves after a crash. */
#include "svc/svc_private.h"

#include <dirent.h>
#include <unistd.h>

typedef struct Slice { /* rows read and prepared while the slice before is written */
	Arena room, a;     /* a begins anew with each slice */
	RowPut *put;
	size_t n;
	int64_t position; /* behind them */
	bool last;
} Slice;

typedef struct Apply {
	Job *job;
	const Dataset *d;
	StageIn *in;
	OriginRow origin;
	int64_t us; /* how long a slice may take */
	Slice *now;
	Job after;      /* the job, once the slice is committed */
	bool scattered; /* as in Acceptor */
} Apply;

enum { SLICE_FIRST = 512, SLICE_MOST = 8192, SLICE_US = 10000, GREW = 5000 };
#define SLICE_BYTES (4 * SIZE_MB)     /* after which no more rows are taken */
#define SLICE_ROOM  ((size_t)1 << 34) /* reserved, not touched */

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
	OriginRow origin;
	if (!origin_for(tx, all->origin, b->d, j->id, &origin, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "job_insert", &s, err))
		return false;
	db_set_int(s, "id", j->id);
	db_set_text(s, "dataset", j->dataset);
	db_set_text(s, "file", all->file);
	db_set_text(s, "content", b->content);
	db_set_int(s, "at", tx->now);
	j->origin = origin.id;
	db_set_int(s, "origin", j->origin);
	db_set_int(s, "rows", j->rows);
	if (!db_run(s, err))
		return false;
	/* The file takes its final name before the commit: a committed job always finds its rows. */
	stage_path(tx->w, j->id, &tx->tmp, &path);
	return file_rename(b->staged, path, err);
}

/* Each row was checked against the rights that there were: others may not hold for all of them. */
static bool
batches_allowed(WriteTx *tx, const Batches *b, Err *err)
{
	Account now;
	if (!b->who)
		return true;
	if (!rights_now(tx, b->who, &now, err))
		return false;
	if (now.closed || now.epoch != b->who->epoch) {
		err_set(err, E_DENIED, "your rights changed while the file was checked");
		return err_hint(err, "import it again: it is checked against those that you have now");
	}
	for (size_t i = 0; i < b->n; i++)
		if (!rights_check(tx,
				&(RightsAsk){b->who, VERB_IMPORT, b->part[i].d, (Str){0}, b->origin, b->paper},
				err))
			return false;
	return true;
}

/* The paper of a file is one of each of its imports. */
static bool
job_paper(WriteTx *tx, const Batches *b, const Batch *part, Err *err)
{
	int64_t event;
	PaperAdd add = {.origin = b->origin,
		.dataset = part->d,
		.area = tx->w->area,
		.batch = part->job.id,
		.hash = b->paper,
		.name = b->paper_name,
		.note = b->paper_note};
	return !b->paper.n || (log_begin(tx, err) && paper_add(tx, &add, &event, err));
}

static bool
jobs_insert(WriteTx *tx, void *arg, Err *err)
{
	Batches *b = arg;
	if (!batches_allowed(tx, b, err))
		return false;
	for (size_t i = 0; i < b->n; i++)
		if (!job_insert(tx, b, &b->part[i], err) || !job_paper(tx, b, &b->part[i], err))
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
job_save(WriteTx *tx, const Job *j, bool done, Err *err)
{
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
	db_set_text(s, "state", done ? S("done") : S("staged"));
	return db_run(s, err);
}

/* A masked cell says nothing about its field in this row. */
static const bool *
row_given(const Apply *ap, Value *v, Arena *a)
{
	const bool *file = stage_given(ap->in);
	bool *own = NULL;
	for (size_t i = 0; i < ap->d->n_fields; i++) {
		if (v[i].kind != (ValueKind)VALUE_KEEP)
			continue;
		if (!own)
			own = memcpy(NEW(a, bool, ap->d->n_fields), file, ap->d->n_fields);
		own[i] = false;
		v[i] = (Value){0};
	}
	return own ? own : file;
}

static bool
row_take(const Apply *ap, Slice *sl, Err *err)
{
	RowPut *put = &sl->put[sl->n];
	bool more;
	*put = (RowPut){.v = NEW(&sl->a, Value, ap->d->n_fields)};
	if (!stage_next(ap->in, put->v, &put->base, &more, err))
		return false;
	sl->last = !more;
	if (!more)
		return true;
	for (size_t i = 0; i < ap->d->n_fields; i++)
		if (put->v[i].kind == VALUE_TEXT)
			put->v[i].s = arena_str(&sl->a, put->v[i].s);
	put->given = row_given(ap, put->v, &sl->a);
	sl->n++;
	return accept_prepare(ap->d, put, &sl->a, err);
}

static bool
slice_read(const Apply *ap, Slice *sl, size_t rows, Err *err)
{
	sl->a = sl->room;
	sl->n = 0;
	sl->last = false;
	sl->put = NEW(&sl->a, RowPut, rows);
	while (sl->n < rows && !sl->last && (size_t)(sl->a.at - sl->a.base) < SLICE_BYTES)
		if (!row_take(ap, sl, err))
			return false;
	sl->position = stage_position(ap->in);
	return true;
}

static bool
slice_apply(WriteTx *tx, void *arg, Err *err)
{
	Apply *ap = arg;
	Slice *sl = ap->now;
	Job j = *ap->job;
	Acceptor ac;
	int64_t *count[] = {&j.added, &j.changed, &j.same, &j.conflicts}; /* by Outcome */
	if (!log_begin(tx, err) || !acceptor_open(tx, ap->d, &ap->origin, &ac, err))
		return false;
	ac.scattered = ap->scattered;
	if (!accept_rows(tx, &ac, sl->put, sl->n, &sl->a, err))
		return false;
	ap->scattered = ac.scattered;
	for (size_t i = 0; i < sl->n; i++)
		++*count[sl->put[i].outcome];
	j.applied += (int64_t)sl->n;
	j.position = sl->position;
	if (!job_save(tx, &j, sl->last, err))
		return false;
	ap->after = j;
	return true;
}

/* Slices grow until one takes about 10 ms (40 on a server, whose commits take longer): others wait that long at the most. */
static size_t
slice_size(size_t rows, int64_t took, int64_t most)
{
	if (took < most / 2 && rows < SLICE_MOST)
		return rows * 2;
	return took > most && rows > 64 ? rows / 2 : rows;
}

/* One slice is written while the next is read. */
static bool
apply_all(Writer *wr, Apply *ap, Slice *next, const Watch *watch, Err *err)
{
	size_t rows = SLICE_FIRST;
	int64_t most = ap->us;
	if (!slice_read(ap, ap->now, rows, err))
		return false;
	for (;;) {
		Err why = {0};
		Work work = {.fn = slice_apply, .arg = ap, .alone = true};
		Slice *now = ap->now;
		int64_t start = clock_us();
		writer_queue(wr, &work);
		bool ahead = now->last || slice_read(ap, next, rows, &why);
		if (!writer_await(&work, err))
			return false;
		*ap->job = ap->after;
		rows = slice_size(rows, clock_us() - start, most);
		if (watch->progress)
			watch->progress(
				watch->ctx, S("saving"), (uint64_t)ap->job->applied, (uint64_t)ap->job->rows);
		if (now->last)
			return true;
		if (!ahead) {
			if (err)
				*err = why;
			return false;
		}
		if (watch->stop && *watch->stop)
			return err_set(err, E_BUSY, "stopped");
		ap->now = next;
		next = now;
	}
}

static bool
job_origin(Workspace *w, const Job *job, Arena *a, OriginRow *out, Err *err)
{
	AUTO(DbP) db = NULL;
	Hasher *h = NULL;
	if (!hasher_open(&h, err))
		return false;
	bool ok = workspace_reader(w, &db, err) &&
		origin_load(&(LogSource){db, &w->sql}, job->origin, h, a, out, err);
	hasher_close(h);
	return ok;
}

static bool
apply_from(Workspace *w, Writer *wr, Apply *ap, const Watch *watch, Err *err)
{
	AUTO(Arena) one = {0};
	AUTO(Arena) two = {0};
	if (!arena_open(&one, SLICE_ROOM, err) || !arena_open(&two, SLICE_ROOM, err))
		return false;
	Slice slice[2] = {{.room = one}, {.room = two}};
	ap->now = &slice[0];
	ap->us = db_is_url(str_of(w->store)) ? 4 * SLICE_US : SLICE_US;
	return stage_seek(ap->in, ap->job->position, err) && apply_all(wr, ap, &slice[1], watch, err);
}

/* The rows are in, whatever comes of this: without it the board's queries are slow until the server looks by itself. */
static void
table_grew(Workspace *w, const Job *job)
{
	AUTO(DbP) db = NULL;
	Err ignored = {0};
	if (job->rows >= GREW &&
		(!workspace_reader(w, &db, &ignored) || !db_analyze(db, job->dataset, &ignored)))
		ignored.code = E_OK;
}

bool
job_apply(Workspace *w, Writer *wr, Job *job, const Watch *watch, Err *err)
{
	AUTO(Arena) a = {0};
	const char *path;
	Apply ap = {.job = job, .d = catalog_dataset(&w->cat, job->dataset)};
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	if (!ap.d)
		return err_set(err, E_CONFLICT,
			"an interrupted import feeds '%.*s', which is no dataset any more", STR(job->dataset));
	stage_path(w, job->id, &a, &path);
	if (!job_origin(w, job, &a, &ap.origin, err) || !stage_open(path, ap.d, &ap.in, err))
		return false;
	bool ok = apply_from(w, wr, &ap, watch, err);
	stage_close(ap.in);
	if (!ok)
		return false;
	(void)unlink(path);
	table_grew(w, job);
	return true;
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
		if (ok && (dead || is_left_behind(name, S("board.snap."))))
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
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	tidy(w->dir, S("upload."), a); /* files that came with a form */
	return workspace_reader(w, &db, err) && svc_stmt(db, &w->sql, "job_waits", &waits, err) &&
		folder_tidy(workspace_path(w, &a, "import"), waits, err) && folder_tidy(w->dir, waits, err);
}
