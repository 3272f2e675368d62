/* import_job: a file that was sent waits in a private folder of the workspace, and a thread checks it or takes it in. */
#include "web/import.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MOST = 64, NAME_MOST = 80, WAIT_S = 24 * 3600 };
static const char folder[] = "uploads";

struct Job {
	char id[IMPORT_ID];
	Arena mem, run; /* of what it is; of its runs */
	Site *site;
	Account who; /* a copy, for the thread */
	bool known;  /* who is somebody */
	Str language, name, path;
	JobAsk ask;
	JobView view; /* under the lock */
	_Atomic uint64_t done, total;
	pthread_t thread;
	bool begun; /* the thread must be joined */
	size_t users;
	bool gone; /* it is not in the table any more: the last user frees it */
	struct Job *next;
};

static struct {
	pthread_mutex_t lock;
	Job *first;
	size_t n;
} jobs = {.lock = PTHREAD_MUTEX_INITIALIZER};

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
	char out[NAME_MOST + 1];
	size_t n = 0, from = 0;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/' || name.p[i] == '\\')
			from = i + 1;
	if (name.n - from > NAME_MOST)
		from = name.n - NAME_MOST;
	for (size_t i = from; i < name.n; i++) {
		char c = name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || (c == '.' && n > 0);
		out[n++] = plain ? c : '_';
	}
	return n ? arena_str(a, (Str){out, n}) : S("file");
}

/* ---- the table ---- */

static Str
copy(Job *job, Str s)
{
	return arena_str(&job->mem, s);
}

/* For the thread: a request's account goes with the request. */
static void
who_copy(Job *job, const Account *who)
{
	Account *to = &job->who;
	*to = *who;
	to->login = copy(job, who->login);
	to->name = copy(job, who->name);
	to->agency = copy(job, who->agency);
	to->area = NEW(&job->mem, Str, who->n_areas + 1);
	to->dataset = NEW(&job->mem, Str, who->n_datasets + 1);
	for (size_t i = 0; i < who->n_areas; i++)
		to->area[i] = copy(job, who->area[i]);
	for (size_t i = 0; i < who->n_datasets; i++)
		to->dataset[i] = copy(job, who->dataset[i]);
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
	job->name = copy(job, name);
	job->language = copy(job, lang_now());
	job->path = copy(job,
		arena_fmt(rq->a, "%s/%.*s", job_folder(rq->w, rq->a, id), STR(name_clean(rq->a, name))));
	job->known = rq->who != NULL;
	if (rq->who)
		who_copy(job, rq->who);
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

static bool
job_add(Job *job, Err *err)
{
	pthread_mutex_lock(&jobs.lock);
	bool ok = room_make(err);
	if (ok) {
		job->next = jobs.first;
		jobs.first = job;
		jobs.n++;
		job->users++;
	}
	pthread_mutex_unlock(&jobs.lock);
	if (!ok)
		job_free(job);
	return ok;
}

static bool
is_own(const Request *rq, Str login)
{
	return str_eq(login, rq->who ? rq->who->login : S(""));
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
	return job_make(rq, id, name, out, err) && job_add(*out, err);
}

bool
job_find(Request *rq, Job **out, Err *err)
{
	Str id = rq_param(rq, "id");
	*out = NULL;
	pthread_mutex_lock(&jobs.lock);
	for (Job *j = jobs.first; j && !*out; j = j->next)
		if (str_eq(str_of(j->id), id) && is_own(rq, j->known ? j->who.login : S("")))
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

void
job_look(Job *job, JobView *out)
{
	pthread_mutex_lock(&jobs.lock);
	*out = job->view;
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
other_of(const Job *job, const ImportReport *before)
{
	const Dataset *d = job->ask.chosen ? job->ask.chosen
		: before->n_parts              ? before->part[0].dataset
									   : NULL;
	return job->known && d && account_for_other(&job->who, d) ? d->owner : (Str){0};
}

static void
work(Job *job, const ImportReport *before)
{
	Workspace w;
	const JobAsk *ask = &job->ask;
	JobView v = {.sheet = ask->sheet, .chosen = ask->chosen};
	const Dataset *chosen = ask->chosen;
	ImportOptions o = {.path = job->path.p,
		.sheet = ask->sheet.p ? ask->sheet : S(""),
		.datasets = &chosen,
		.n_datasets = chosen ? 1 : 0,
		.dry_run = !ask->saves,
		.partial = !ask->saves || ask->partial,
		.accept_conflicts = ask->saves && ask->conflicts,
		.who = job->known ? &job->who : NULL,
		.paper = ask->paper,
		.origin = {.actor = job->known ? job->who.login : S(""),
			.agency = job->known ? job->who.agency : S(""),
			.on_behalf_of = other_of(job, before),
			.source = S("import")},
		.watch = {job_progress, job, job->site->stop}};
	bool ok = workspace_share(job->site->w, &job->run, &w, &v.err);
	if (ok) {
		ok = import_file(&w, job->site->gate, &o, &job->run, &v.report, &v.err);
		workspace_close(&w);
	}
	v.state = !ask->saves && (ok || v.report.n_columns) ? JOB_CHECKED : ok ? JOB_SAVED : JOB_FAILED;
	pthread_mutex_lock(&jobs.lock);
	job->view = v;
	pthread_mutex_unlock(&jobs.lock);
}

static void *
job_main(void *arg)
{
	Job *job = arg;
	(void)pthread_setname_np(pthread_self(), "siap-import");
	if (!lang_use(job->language) && !lang_use(S("en")))
		return NULL;
	ImportReport before = job->view.report;
	work(job, &before);
	return NULL;
}

/* Under the lock, while nothing runs. */
static void
ask_take(Request *rq, Job *job, const JobAsk *ask)
{
	Str sheet = ask->sheet.p ? copy(job, ask->sheet) : job->ask.sheet;
	job->ask = *ask;
	job->ask.sheet = sheet;
	job->ask.paper = copy(job, ask->paper);
	job->language = copy(job, lang_now());
	job->done = job->total = 0;
	if (rq->who)
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
		JobState before = job->view.state;
		job->view.state = ask->saves ? JOB_SAVES : JOB_CHECKS;
		job->begun = pthread_create(&job->thread, NULL, job_main, job) == 0;
		if (!job->begun)
			job->view.state = before;
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
	rq->w->env->random(rq->w->env->ctx, lot, sizeof lot);
	hex_encode(lot, sizeof lot, id);
	const char *dir = job_folder(rq->w, rq->a, str_of(id));
	buf_fmt(&note, "%.*s\n%.*s", STR(rq->who ? rq->who->login : S("")), STR(name));
	if (!buf_check(&note, err) || !dir_make(workspace_path(rq->w, rq->a, folder), err) ||
		!dir_make(dir, err) || !job_make(rq, str_of(id), name, &job, err))
		return false;
	if (!file_write_atomic(arena_fmt(rq->a, "%s/.note", dir).p, buf_str(&note), 0600, err) ||
		!file_rename(path, job->path.p, err)) {
		job_free(job);
		return false;
	}
	if (!job_add(job, err))
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
