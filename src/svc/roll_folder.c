/* roll_folder: a roll in a folder with a file for each village. Each file is read by one thread into a sealed file of its own, and all of them
 * are put together at the end: when a run is cut short, the next one reads only the files that are missing or have changed. */
#include "svc/roll_private.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct RollPart { /* a file of the folder */
	Str name;
	const char *path, *kept; /* kept: what was read of it */
	bool resumed;
	RollImport im;
	Err err;
} RollPart;
typedef struct Folder {
	RollJob *j;
	RollPart *part;
	size_t n;
	size_t done;          /* under lock */
	pthread_mutex_t lock; /* and the arena */
	bool failed;
	Str language;
} Folder;

/* ---- which files ---- */

static bool
is_roll(Str name)
{
	return name.n && name.p[0] != '.' &&
		(str_ends(name, S(".csv")) || str_ends(name, S(".CSV")) || str_ends(name, S(".xlsx")) ||
			str_ends(name, S(".XLSX"))) &&
		!str_ends(name, S(".errors.csv"));
}

static bool
names_read(const RollJob *j, Str **out, size_t *n, Err *err)
{
	AUTO(Buf) all = {0};
	DIR *dir = opendir(j->ask->path);
	if (!dir)
		return file_error(err, "cannot read '%s': %s", j->ask->path);
	for (const struct dirent *e; (e = readdir(dir));) {
		Str name = str_of(e->d_name);
		if (!is_roll(name))
			continue;
		name = arena_str(j->a, name);
		buf_add(&all, (Str){(const char *)&name, sizeof name});
	}
	(void)closedir(dir);
	*n = all.n / sizeof **out;
	*out = NEW(j->a, Str, *n + 1);
	if (all.n)
		memcpy(*out, all.p, all.n);
	sort_str(*out, *n);
	return buf_check(&all, err) &&
		(*n ||
			err_set(err, E_INPUT, "'%s' holds no file that ends with .csv or .xlsx", j->ask->path));
}

/* What was read of a file is known by what the file was then, and by what was asked. */
static const char *
kept_name(const Folder *f, const RollPart *p)
{
	struct stat st = {0};
	char hex[65];
	Arena *a = f->j->a;
	(void)stat(p->path, &st);
	Str facts = arena_fmt(a, "%s %lld %lld.%09ld %llu %.*s", p->path, (long long)st.st_size,
		(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (unsigned long long)st.st_ino,
		STR(f->j->ask->village));
	Sha256 hash = sha256(facts);
	hex_encode(hash.b, sizeof hash.b, hex);
	return arena_fmt(a, "%s/%.32s.roll", f->j->kept, hex).p;
}

static bool
parts_list(Folder *f, Err *err)
{
	RollJob *j = f->j;
	Str *name = NULL;
	if (!names_read(j, &name, &f->n, err))
		return false;
	f->part = NEW(j->a, RollPart, f->n + 1);
	for (size_t i = 0; i < f->n; i++) {
		RollPart *p = &f->part[i];
		p->name = name[i];
		p->path = arena_fmt(j->a, "%s/%.*s", j->ask->path, STR(name[i])).p;
		if (j->kept)
			p->kept = kept_name(f, p);
	}
	return true;
}

/* ---- reading them ---- */

typedef struct PartWork {
	const Folder *f;
	uint32_t file;
	RollWriter *writer; /* NULL: a dry run */
} PartWork;

static bool
part_slice(void *ctx, uint64_t at, const RollSlice *s, Err *err)
{
	PartWork *w = ctx;
	return w->writer ? roll_writer_add(w->writer, at, s, err)
					 : roll_count_add(w->f->j->count, s, w->file, err);
}

static bool
part_place(void *ctx, uint64_t tps, Buf *why)
{
	const PartWork *w = ctx;
	return roll_place_known(w->f->j->places, tps, why);
}

/* Of a file with wrong rows nothing is resumed: the next run shall name them again. */
static bool
part_hide(Folder *f, RollPart *p, Err *err)
{
	NEED(pthread_mutex_lock(&f->lock) == 0);
	const char *hidden = arena_fmt(f->j->a, "%s.wrong", p->kept).p;
	NEED(pthread_mutex_unlock(&f->lock) == 0);
	bool ok = file_rename(p->kept, hidden, err);
	p->kept = hidden;
	return ok;
}

static bool
part_import(Folder *f, RollPart *p, Arena *a, Err *err)
{
	RollJob *j = f->j;
	PartWork w = {.f = f, .file = (uint32_t)(p - f->part)};
	unsigned char id[16];
	Sha256 hash;
	j->w->env->random(j->w->env->ctx, id, sizeof id);
	if (p->kept && !roll_create(p->kept, j->key, id, &w.writer, err))
		return false;
	p->im = (RollImport){.path = p->path,
		.village = roll_village_of(p->path, j->ask->village),
		.threads = 1,
		.slice = part_slice,
		.place = part_place,
		.ctx = &w,
		.stop = j->ask->watch.stop};
	bool ok = roll_import(&p->im, a, err);
	if (!w.writer)
		return ok;
	if (!ok || (p->im.bad && !j->ask->partial)) {
		roll_writer_abandon(w.writer);
		return ok;
	}
	return roll_writer_end(w.writer, &hash, NULL, err) && (!p->im.bad || part_hide(f, p, err));
}

/* What an earlier run kept, if it opens: a computer that lost power may have left half of it. */
static bool
part_resumed(const Folder *f, RollPart *p)
{
	RollFile *kept;
	Err why = {0};
	if (!p->kept || !file_exists(p->kept))
		return false;
	if (!roll_open(p->kept, f->j->key, &kept, &why)) {
		(void)unlink(p->kept);
		return false;
	}
	p->im.rows = roll_voters(kept);
	roll_close(kept);
	return true;
}

/* Results of the import lie in an arena of the thread; what stays of them is copied. */
static void
part_results(Folder *f, RollPart *p)
{
	Arena *a = f->j->a;
	for (size_t i = 0; i < p->im.n_first; i++) {
		p->im.first[i].column = arena_str(a, p->im.first[i].column);
		p->im.first[i].text = arena_str(a, p->im.first[i].text);
	}
	p->im.unused = arena_str(a, p->im.unused);
	if (p->im.errors)
		p->im.errors = arena_cstr(a, str_of(p->im.errors));
}

/* The same list twice, or two versions of it. */
static void
twice(Folder *f, size_t now, Err *err)
{
	RollStation s;
	NEED(pthread_mutex_lock(&f->lock) == 0);
	if (roll_count_twice(f->j->count, &s)) {
		size_t x = s.file < now ? s.file : now, y = s.file < now ? now : s.file;
		err_set(err, E_CONFLICT, "TPS %03d of village %llu is in '%.*s' and in '%.*s'",
			(int)(s.tps % 1000), (unsigned long long)(s.tps / 1000), STR(f->part[x].name),
			STR(f->part[y].name));
		err_hint(err, "a list was sent twice, or two versions are mixed: leave the newer one");
	}
	NEED(pthread_mutex_unlock(&f->lock) == 0);
}

static void
part_job(void *ctx, size_t i, int thread)
{
	(void)thread;
	AUTO(Arena) a = {0};
	Folder *f = ctx;
	RollPart *p = &f->part[i];
	const Watch *w = &f->j->ask->watch;
	NEED(lang_use(f->language));
	if (w->stop && *w->stop) {
		err_set(&p->err, E_BUSY, "stopped");
		return;
	}
	p->resumed = part_resumed(f, p);
	if (!p->resumed && arena_open(&a, 16 * SIZE_MB, &p->err))
		(void)part_import(f, p, &a, &p->err);
	if (p->err.code == E_CONFLICT)
		twice(f, i, &p->err);
	NEED(pthread_mutex_lock(&f->lock) == 0);
	part_results(f, p);
	f->done++;
	if (w->progress)
		w->progress(w->ctx, S("reading"), f->done, f->n);
	NEED(pthread_mutex_unlock(&f->lock) == 0);
}

static void
problems_add(RollIntake *ask, const RollPart *p, Arena *a)
{
	ask->rows += p->im.rows;
	ask->bad += p->im.bad;
	ask->resumed += p->resumed;
	if (!ask->errors)
		ask->errors = p->im.errors;
	if (!ask->unused.n)
		ask->unused = p->im.unused;
	for (size_t i = 0; i < p->im.n_first && ask->n_first < ROLL_PROBLEMS; i++) {
		RollProblem *to = &ask->first[ask->n_first++];
		*to = p->im.first[i];
		to->text = arena_fmt(a, "%.*s: %.*s", STR(p->name), STR(to->text));
	}
}

/* ---- putting them together ---- */

static bool
part_join(const RollJob *j, const RollPart *p, size_t i, Arena tmp, Err *err)
{
	AUTO(RollFileP) kept = NULL;
	if (!roll_open(p->kept, j->key, &kept, err))
		return false;
	for (size_t k = 0; k < roll_slices(kept); k++) {
		Arena one = tmp;
		RollSlice s;
		if (!roll_read(kept, k, ROLL_ALL, &one, &s, err) ||
			!roll_count_add(j->count, &s, (uint32_t)i, err) ||
			!roll_writer_add(j->writer, (uint64_t)i * ROLL_PLACES + k, &s, err))
			return false;
	}
	return true;
}

static void
join_job(void *ctx, size_t i, int thread)
{
	(void)thread;
	Folder *f = ctx;
	RollPart *p = &f->part[i];
	AUTO(Arena) tmp = {0};
	NEED(lang_use(f->language));
	if (arena_open(&tmp, ROLL_READ + SIZE_MB, &p->err))
		(void)part_join(f->j, p, i, tmp, &p->err);
	if (p->err.code == E_CONFLICT)
		twice(f, i, &p->err);
}

static bool
parts_check(const Folder *f, Err *err)
{
	for (size_t i = 0; i < f->n; i++) {
		const Err *e = &f->part[i].err;
		if (!e->code)
			continue;
		*err = *e;
		if (e->code != E_CONFLICT && e->code != E_BUSY)
			err_prefix(err, "%.*s: ", STR(f->part[i].name));
		return false;
	}
	return true;
}

static bool
folder_read(Folder *f, Err *err)
{
	RollJob *j = f->j;
	if (!parts_list(f, err))
		return false;
	work_share(work_threads(), f->n, part_job, f);
	j->ask->files = f->n;
	for (size_t i = 0; i < f->n; i++)
		problems_add(j->ask, &f->part[i], j->a);
	if (!parts_check(f, err))
		return false;
	if (!j->writer || (j->ask->bad && !j->ask->partial))
		return true;
	work_share(work_threads(), f->n, join_job, f);
	return parts_check(f, err);
}

/* One place for each folder and way of reading it. */
static bool
kept_make(RollJob *j, Err *err)
{
	char hex[65];
	Str facts = arena_fmt(j->a, "%s %d", j->ask->path, j->ask->partial);
	Sha256 hash = sha256(facts);
	hex_encode(hash.b, sizeof hash.b, hex);
	j->kept = workspace_path(j->w, j->a, arena_fmt(j->a, "roll-import/%.16s", hex).p);
	return dir_make(j->kept, err);
}

bool
roll_folder_read(RollJob *j, Err *err)
{
	Folder f = {.j = j, .language = lang_now()};
	if (j->writer && !kept_make(j, err))
		return false;
	NEED(pthread_mutex_init(&f.lock, NULL) == 0);
	bool ok = folder_read(&f, err);
	NEED(pthread_mutex_destroy(&f.lock) == 0);
	return ok;
}
