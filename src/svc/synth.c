/* synth: the bench on which made-up elections are built: a workspace of its own, a clock that the story sets, and rows that enter
 * as imported files, like anybody's. */
#include "svc/synth_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLUSH = 1 << 20 };

/* ---- begin and end ---- */

bool
synth_begin(Synth *s, const Env *env, const SynthNew *what, const Watch *watch, Err *err)
{
	s->env = *env;
	s->env.now_given = false; /* the story has times of its own */
	s->watch = watch;
	s->fd = -1;
	s->dir = what->dir;
	s->store = what->store;
	if (file_exists(what->dir)) {
		err_set(err, E_CONFLICT, "'%s' exists already", what->dir);
		return err_hint(
			err, "name a folder that does not exist yet: it is made, with all that is in it");
	}
	if (!arena_open(&s->a, (size_t)4 << 30, err) ||
		!workspace_init_in(&s->env, what->dir, what->pack, what->area, what->store, err))
		return false;
	s->made = true;
	s->is_open = workspace_open(&s->env, what->dir, &s->a, &s->w, err);
	return s->is_open;
}

/* Of its files; the board's and the import's folders hold nothing that lasts. */
static int64_t
folder_size(const char *path)
{
	int64_t bytes = 0;
	struct stat st;
	DIR *dir = opendir(path);
	if (!dir)
		return 0;
	for (const struct dirent *e; (e = readdir(dir));)
		if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
			bytes += st.st_size;
	(void)closedir(dir);
	return bytes;
}

static bool
store_empty(Synth *s, Err *err)
{
	AUTO(DbP) db = NULL;
	return db_open(s->store, DB_WRITE, &db, err) && store_clear(&s->env, &s->w.cat, db, &s->a, err);
}

static void
discard(Synth *s, Err *err)
{
	Err why = {0};
	if (s->is_open)
		workspace_keys_remove(&s->w, &s->a);
	if (s->store && s->is_open && !store_empty(s, &why) && err)
		err_hint(err, "database '%s' could not be emptied again: %s", s->store, why.text);
	folder_remove(s->dir);
}

bool
synth_end(Synth *s, bool ok, SynthReport *out, Err *err)
{
	if (ok) {
		*out = (SynthReport){
			.stations = s->plan.n, .rows = s->rows, .events = workspace_last_event(&s->w)};
		if (s->w.unread.code) { /* the number of events is not known */
			*err = s->w.unread;
			ok = false;
		}
	}
	if (s->fd >= 0)
		(void)close(s->fd);
	buf_close(&s->line);
	gate_close(s->gate);
	if (s->is_open)
		workspace_close(&s->w);
	if (s->made && !ok)
		discard(s, err);
	if (ok)
		out->bytes = folder_size(s->dir);
	arena_close(&s->a);
	return ok;
}

bool
synth_day_end(Synth *s, Err *err)
{
	return !s->gate || gate_settle(s->gate, err);
}

/* ---- files ---- */

bool
synth_file_begin(Synth *s, const char *dataset, const char *header, Err *err)
{
	s->d = catalog_dataset(&s->w.cat, str_of(dataset));
	if (!s->d)
		return err_set(err, E_INPUT, "there is no dataset '%s' to fill", dataset);
	s->lines = 0;
	snprintf(s->path, sizeof s->path, "%s/import/%s.csv", s->dir, dataset);
	s->fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (s->fd < 0)
		return file_error(err, "cannot write '%s': %s", s->path);
	buf_clear(&s->line);
	buf_fmt(&s->line, "%s\n", header);
	s->file_err = (Err){0};
	return true;
}

void
synth_line(Synth *s)
{
	buf_byte(&s->line, '\n');
	s->lines++;
	if (s->line.n < FLUSH || s->file_err.code)
		return;
	if (fd_write_all(s->fd, buf_str(&s->line), &s->file_err))
		buf_clear(&s->line);
}

static void
look_on(void *ctx, Str phase, uint64_t done, uint64_t total)
{
	Synth *s = ctx;
	(void)total;
	if (!s->watch->progress || !str_eq(phase, S("saving")))
		return;
	s->watch->progress(s->watch->ctx, s->phase, s->rows + done, s->expected);
}

static bool
file_import(Synth *s, Str actor, Err *err)
{
	Arena tmp = s->a;
	ImportReport report;
	if (!s->gate && !gate_open(&s->w, &s->gate, err))
		return false;
	ImportOptions o = {.path = s->path,
		.datasets = &s->d,
		.n_datasets = 1,
		.accept_conflicts = true, /* what one office corrects, another has entered */
		.origin = {.actor = actor, .source = S("import")},
		.watch = {.progress = look_on, .ctx = s, .stop = s->watch->stop}};
	if (import_file(&s->w, s->gate, &o, &tmp, &report, err))
		return true;
	if (report.n_first)
		err_set(err, E_BUG, "the made-up rows of '%.*s' do not hold: row %zu, column '%.*s': %.*s",
			STR(s->d->name), report.first[0].row, STR(report.first[0].column),
			STR(report.first[0].text));
	return false;
}

bool
synth_file_take(Synth *s, Str actor, Err *err)
{
	bool ok = buf_check(&s->line, err) &&
		(s->file_err.code ? err_set(err, s->file_err.code, "%s", s->file_err.text)
						  : fd_write_all(s->fd, buf_str(&s->line), err));
	(void)close(s->fd);
	s->fd = -1;
	ok = ok && (s->lines == 0 || file_import(s, actor, err));
	(void)unlink(s->path);
	s->rows += s->lines;
	return ok;
}
