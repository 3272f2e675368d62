/* import_job: a file that was sent waits in a private folder of the workspace, and a thread checks it or takes it in. */
#include "web/import.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MOST = 64, AT_WORK = 4, UPLOAD_NAME_MOST = 80, WAIT_S = 24 * 3600 };
static const char folder[] = "uploads";

struct Job {
	char id[IMPORT_ID];
	Arena mem, run; /* of what it is; of its last run: emptied by the next */
	Site *site;
	Str owner, name, path; /* owner: a login; empty: nobody's */
	Account who;           /* a copy, for the thread */
	bool known;            /* who is somebody */
	Str language;
	JobAsk ask;
	const Dataset *first; /* that the file fed when it was checked */
	JobView view;         /* under the lock */
	_Atomic uint64_t done, total;
	pthread_t thread;
	bool begun; /* the thread must be joined */
	size_t users;
	bool gone; /* it is not in the table any more: the last user frees it */
	struct Job *next;
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t ended; /* somebody's turn has come */
	Job *first;
	size_t n, at_work;
} jobs = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

/* ---- files ---- */

static void
folder_drop(const char *dir)
{
	DIR *d = opendir(dir);
	char path[4096 + NAME_MAX + 2];
	for (struct dirent *e; d && (e = readdir(d));) {
		if (str_eq(str_of(e->d_name), S(".")) || str_eq(str_of(e->d_name), S("..")))
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		(void)unlink(path);
	}
	if (d)
		(void)closedir(d);
	(void)rmdir(dir);
}

static bool
is_id(const char *name)
{
	unsigned char raw[16];
	return hex_decode(str_of(name), raw, sizeof raw);
}

void
jobs_forget_old(const Workspace *w)
{
	char top[4096], path[4096 + NAME_MAX + 2];
	struct stat st;
	snprintf(top, sizeof top, "%s/%s", w->dir, folder);
	DIR *d = opendir(top);
	for (struct dirent *e; d && (e = readdir(d));) {
		snprintf(path, sizeof path, "%s/%s", top, e->d_name);
		if (is_id(e->d_name) && stat(path, &st) == 0 && st.st_mtime + WAIT_S < time(NULL))
			folder_drop(path);
	}
	if (d)
		(void)closedir(d);
}

static const char *
job_folder(const Workspace *w, Arena *a, Str id)
{
	return workspace_path(w, a, arena_fmt(a, "%s/%.*s", folder, STR(id)).p);
}

/* A name for our disk: letters, digits and a few signs of what the sender calls the file. */
static Str
name_clean(Arena *a, Str name)
{
	char out[UPLOAD_NAME_MOST + 1];
	size_t n = 0, from = 0;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/' || name.p[i] == '\\')
			from = i + 1;
	if (name.n - from > UPLOAD_NAME_MOST)
		from = name.n - UPLOAD_NAME_MOST;
	for (size_t i = from; i < name.n; i++) {
		char c = name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || (c == '.' && n > 0);
		out[n++] = plain ? c : '_';
	}
	return n ? arena_str(a, (Str){out, n}) : S("file");
}

/* ---- the table ---- */

/* For the thread: a request's account goes with the request. */
static void
who_copy(Job *job, const Account *who)
{
	Account *to = &job->who;
	Arena *a = &job->run;
	*to = *who;
	to->login = arena_str(a, who->login);
	to->name = arena_str(a, who->name);
	to->agency = arena_str(a, who->agency);
	to->area = NEW(a, Str, who->n_areas + 1);
	to->dataset = NEW(a, Str, who->n_datasets + 1);
	for (size_t i = 0; i < who->n_areas; i++)
		to->area[i] = arena_str(a, who->area[i]);
	for (size_t i = 0; i < who->n_datasets; i++)
		to->dataset[i] = arena_str(a, who->dataset[i]);
}

static bool
job_make(Request *rq, Str id, Str name, Job **out, Err *err)
{
	Arena mem, run;
	if (!arena_open(&mem, SIZE_MB, err))
		return false;
	if (!arena_open(&run, 256 * SIZE_MB, err)) {
		arena_close(&mem);
		return false;
	}
	Job *job = NEW(&mem, Job, 1);
	job->mem = mem;
	job->run = run;
	job->site = rq->site;
	snprintf(job->id, sizeof job->id, "%.*s", STR(id));
	job->owner = arena_str(&job->mem, rq->who->login);
	job->name = arena_str(&job->mem, name);
	job->path = arena_str(&job->mem,
		arena_fmt(rq->a, "%s/%.*s", job_folder(rq->w, rq->a, id), STR(name_clean(rq->a, name))));
	*out = job;
	return true;
}

static bool
running(const Job *job)
{
	return job->view.state == JOB_CHECKS || job->view.state == JOB_SAVES;
}

static void
job_free(Job *job)
{
	Arena mem = job->mem, run = job->run;
	if (job->begun)
		(void)pthread_join(job->thread, NULL);
	arena_close(&run);
	arena_close(&mem);
}

/* The oldest that nothing is done with goes when there are too many; its file waits on. */
static bool
room_make(Err *err)
{
	Job **last = NULL;
	for (Job **j = &jobs.first; *j; j = &(*j)->next)
		if (!running(*j) && !(*j)->users)
			last = j;
	if (jobs.n < JOBS_MOST)
		return true;
	if (!last)
		return err_set(
			err, E_BUSY, "%d files are being imported: try again in a moment", JOBS_MOST);
	Job *old = *last;
	*last = old->next;
	jobs.n--;
	job_free(old);
	return true;
}

/* Two that ask for a file which waited come to the same job. */
static bool
job_add(Job **job, Err *err)
{
	Job *fresh = *job, *there = NULL;
	pthread_mutex_lock(&jobs.lock);
	for (Job *j = jobs.first; j && !there; j = j->next)
		if (strcmp(j->id, fresh->id) == 0)
			there = j;
	bool ok = there || room_make(err);
	if (ok && !there) {
		fresh->next = jobs.first;
		jobs.first = there = fresh;
		jobs.n++;
	}
	if (ok) {
		*job = there;
		there->users++;
	}
	pthread_mutex_unlock(&jobs.lock);
	if (!ok || there != fresh)
		job_free(fresh);
	return ok;
}

static bool
is_own(const Request *rq, Str login)
{
	return str_eq(login, rq->who->login);
}

/* One that waited while the server was started anew. */
static bool
job_reopen(Request *rq, Str id, Job **out, Err *err)
{
	Str text, login, name;
	Err why;
	const char *note = arena_fmt(rq->a, "%s/.note", job_folder(rq->w, rq->a, id)).p;
	if (!is_id(arena_cstr(rq->a, id)) || !file_read(note, 4096, rq->a, &text, &why))
		return err_set(err, E_NOTFOUND, "this file does not wait here any more: send it again");
	str_cut(text, '\n', &login, &name);
	if (!is_own(rq, login))
		return err_set(err, E_NOTFOUND, "this file does not wait here any more: send it again");
	return job_make(rq, id, name, out, err) && job_add(out, err);
}

bool
job_find(Request *rq, Job **out, Err *err)
{
	Str id = rq_param(rq, "id");
	*out = NULL;
	pthread_mutex_lock(&jobs.lock);
	for (Job *j = jobs.first; j && !*out; j = j->next)
		if (str_eq(str_of(j->id), id) && is_own(rq, j->owner))
			*out = j;
	if (*out)
		(*out)->users++;
	pthread_mutex_unlock(&jobs.lock);
	return *out || job_reopen(rq, id, out, err);
}

void
job_leave(Job *job)
{
	if (!job)
		return;
	pthread_mutex_lock(&jobs.lock);
	bool last = --job->users == 0 && job->gone;
	pthread_mutex_unlock(&jobs.lock);
	if (last)
		job_free(job);
}

static SentPaper
paper_copy(Arena *a, const SentPaper *p)
{
	return (SentPaper){arena_str(a, p->hash), arena_str(a, p->name), arena_str(a, p->note)};
}

static void
report_copy(ImportReport *r, Arena *a)
{
	ImportColumn *column = NEW(a, ImportColumn, r->n_columns);
	for (size_t i = 0; i < r->n_columns; i++)
		column[i] =
			(ImportColumn){arena_str(a, r->column[i].header), arena_str(a, r->column[i].used_by)};
	r->column = column;
	for (size_t i = 0; i < r->n_first; i++) {
		ImportProblem *p = &r->first[i];
		*p = (ImportProblem){
			p->row, arena_str(a, p->column), arena_str(a, p->value), arena_str(a, p->text)};
	}
	if (r->error_file)
		r->error_file = arena_cstr(a, str_of(r->error_file));
}

void
job_look(Job *job, Arena *a, JobView *out)
{
	pthread_mutex_lock(&jobs.lock);
	*out = job->view;
	out->sheet = out->sheet.p ? arena_str(a, out->sheet) : (Str){0};
	out->paper = paper_copy(a, &job->ask.paper);
	report_copy(&out->report, a);
	pthread_mutex_unlock(&jobs.lock);
	out->done = job->done;
	out->total = job->total;
}

Str
job_name(const Job *job)
{
	return job->name;
}

const char *
job_path(const Job *job)
{
	return job->path.p;
}

/* ---- at work ---- */

static void
job_progress(void *ctx, Str phase, uint64_t done, uint64_t total)
{
	Job *job = ctx;
	(void)phase;
	job->done = done;
	job->total = total;
}

/* On whose behalf: the owner of what the file feeds, as far as the account writes there for others. */
static Str
other_of(const Job *job)
{
	const Dataset *d = job->ask.chosen ? job->ask.chosen : job->first;
	return d && account_for_other(&job->who, d) ? d->owner : (Str){0};
}

/* What the file is to feed: what a person assigned columns of, or chose. */
static size_t
fed(const JobAsk *ask, const Dataset *out[16])
{
	size_t n = 0;
	if (!ask->n_uses && ask->chosen)
		out[n++] = ask->chosen;
	for (size_t i = 0; i < ask->n_uses; i++) {
		bool known = false;
		for (size_t k = 0; k < n; k++)
			known |= out[k] == ask->use[i].dataset;
		if (!known && n < 16)
			out[n++] = ask->use[i].dataset;
	}
	return n;
}

static ImportOptions
options_of(Job *job, const Dataset **datasets, size_t n)
{
	const JobAsk *ask = &job->ask;
	return (ImportOptions){.path = job->path.p,
		.sheet = ask->sheet.p ? ask->sheet : S(""),
		.datasets = datasets,
		.n_datasets = n,
		.use = ask->use,
		.n_uses = ask->n_uses,
		.dry_run = !ask->saves,
		.partial = !ask->saves || ask->partial,
		.accept_conflicts = ask->saves && ask->conflicts,
		.who = &job->who,
		.paper = ask->paper.hash,
		.paper_name = ask->paper.name,
		.paper_note = ask->paper.note,
		.origin = {.actor = job->who.login,
			.agency = job->who.agency,
			.on_behalf_of = other_of(job),
			.source = S("import")},
		.watch = {job_progress, job, job->site->stop}};
}

static bool
sheet_try(Job *job, Workspace *w, const ImportOptions *o, JobView *v)
{
	v->report = (ImportReport){0};
	v->err = (Err){0};
	return import_file(w, job->site->gate, o, &job->run, &v->report, &v->err);
}

/* Nobody said which sheet: a cover sheet fits nothing, then the first that fits is meant. */
static bool
sheets_try(Job *job, Workspace *w, ImportOptions *o, JobView *v)
{
	Str *name;
	size_t n = 0;
	Err ignored;
	bool ok = sheet_try(job, w, o, v);
	if (ok || v->report.n_parts || job->ask.sheet.n || !file_is_xlsx(o->path) ||
		!xlsx_sheets(o->path, &job->run, &name, &n, &ignored))
		return ok;
	for (size_t i = 1; i < n; i++) {
		JobView other = *v;
		o->sheet = name[i];
		ok = sheet_try(job, w, o, &other);
		if (!ok && !other.report.n_parts)
			continue;
		*v = other;
		v->sheet = job->ask.sheet = name[i];
		return ok;
	}
	return false;
}

static JobView
work(Job *job)
{
	Workspace w;
	const JobAsk *ask = &job->ask;
	const Dataset *datasets[16];
	JobView v = {.sheet = ask->sheet, .chosen = ask->chosen, .assigned = ask->n_uses > 0};
	ImportOptions o = options_of(job, datasets, fed(ask, datasets));
	bool ok = workspace_share(job->site->w, &job->run, &w, &v.err);
	if (ok) {
		ok = ask->saves ? sheet_try(job, &w, &o, &v) : sheets_try(job, &w, &o, &v);
		workspace_close(&w);
	}
	v.state = !ask->saves && (ok || v.report.n_columns) ? JOB_CHECKED : ok ? JOB_SAVED : JOB_FAILED;
	/* What was saved is in the log: there is no need to keep people's files. */
	if (v.state == JOB_SAVED)
		(void)unlink(job->path.p);
	return v;
}

/* Some work at a time; the others wait for their turn, so that the pages stay quick. */
static void *
job_main(void *arg)
{
	Job *job = arg;
	JobView v = {.state = JOB_FAILED};
	(void)pthread_setname_np(pthread_self(), "siap-import");
	pthread_mutex_lock(&jobs.lock);
	while (jobs.at_work >= AT_WORK)
		pthread_cond_wait(&jobs.ended, &jobs.lock);
	jobs.at_work++;
	pthread_mutex_unlock(&jobs.lock);
	if (lang_use(job->language) || lang_use(S("en")))
		v = work(job);
	pthread_mutex_lock(&jobs.lock);
	jobs.at_work--;
	job->first = v.report.n_parts ? v.report.part[0].dataset : NULL;
	job->view = v;
	pthread_cond_signal(&jobs.ended);
	pthread_mutex_unlock(&jobs.lock);
	return NULL;
}

/* Under the lock, while nothing runs: of the last run nothing is kept but what the next one needs of it. */
static void
ask_take(Request *rq, Job *job, const JobAsk *ask)
{
	JobAsk next = *ask;
	const JobAsk *from = ask->saves ? &job->ask : ask;
	Str sheet = ask->sheet.p && !ask->saves ? ask->sheet : job->ask.sheet;
	ImportUse *use = NEW(rq->a, ImportUse, from->n_uses + 1);
	sheet = sheet.p ? arena_str(rq->a, sheet) : sheet;
	for (size_t i = 0; i < from->n_uses; i++)
		use[i] = from->use[i];
	next.n_uses = from->n_uses;
	next.chosen = from->chosen;
	SentPaper paper = paper_copy(rq->a, ask->paper.hash.n ? &ask->paper : &job->ask.paper);
	if (ask->paper.note.n)
		paper.note = ask->paper.note;
	arena_reset(&job->run);
	next.use =
		memcpy(NEW(&job->run, ImportUse, next.n_uses + 1), use, (next.n_uses + 1) * sizeof *use);
	next.sheet = sheet.p ? arena_str(&job->run, sheet) : sheet;
	next.paper = paper_copy(&job->run, &paper);
	job->ask = next;
	job->language = arena_str(&job->run, lang_now());
	job->done = job->total = 0;
	who_copy(job, rq->who);
}

bool
job_run(Request *rq, Job *job, const JobAsk *ask, Err *err)
{
	pthread_mutex_lock(&jobs.lock);
	bool free = !running(job);
	if (free) {
		if (job->begun)
			(void)pthread_join(job->thread, NULL);
		ask_take(rq, job, ask);
		job->view = (JobView){.state = ask->saves ? JOB_SAVES : JOB_CHECKS};
		job->begun = pthread_create(&job->thread, NULL, job_main, job) == 0;
		if (!job->begun)
			job->view.state = JOB_WAITS;
	}
	bool begun = free && job->begun;
	pthread_mutex_unlock(&jobs.lock);
	if (!free)
		return err_set(err, E_BUSY, "this file is being looked at already: wait a moment");
	return begun || err_set(err, E_BUSY, "cannot start the work: try again in a moment");
}

void
jobs_stop(void)
{
	for (;;) {
		pthread_mutex_lock(&jobs.lock);
		Job *job = jobs.first;
		if (job) {
			jobs.first = job->next;
			jobs.n--;
		}
		pthread_mutex_unlock(&jobs.lock);
		if (!job)
			return;
		job_free(job);
	}
}

/* ---- beginning and end ---- */

bool
job_new(Request *rq, const char *path, Str name, char id[IMPORT_ID], Err *err)
{
	unsigned char lot[16];
	AUTO(Buf) note = {0};
	Job *job;
	jobs_forget_old(rq->w);
	rq->w->env->random(rq->w->env->ctx, lot, sizeof lot);
	hex_encode(lot, sizeof lot, id);
	const char *dir = job_folder(rq->w, rq->a, str_of(id));
	buf_fmt(&note, "%.*s\n%.*s", STR(rq->who->login), STR(name));
	if (!buf_check(&note, err) || !dir_make(workspace_path(rq->w, rq->a, folder), err) ||
		!dir_make(dir, err) || !job_make(rq, str_of(id), name, &job, err))
		return false;
	if (!file_write_atomic(arena_fmt(rq->a, "%s/.note", dir).p, buf_str(&note), 0600, err) ||
		!file_rename(path, job->path.p, err)) {
		job_free(job);
		return false;
	}
	if (!job_add(&job, err))
		return false;
	bool ok = job_run(rq, job, &(JobAsk){0}, err);
	job_leave(job);
	return ok;
}

bool
job_drop(Job *job, Err *err)
{
	Job **at = &jobs.first;
	pthread_mutex_lock(&jobs.lock);
	bool free = !running(job);
	while (free && *at && *at != job)
		at = &(*at)->next;
	bool ours = free && *at;
	if (ours) {
		*at = job->next;
		jobs.n--;
		job->gone = true;
	}
	pthread_mutex_unlock(&jobs.lock);
	if (!free)
		return err_set(err, E_BUSY, "this file is being looked at already: wait a moment");
	char dir[4096];
	snprintf(dir, sizeof dir, "%s/%s/%s", job->site->w->dir, folder, job->id);
	folder_drop(dir);
	return true;
}
