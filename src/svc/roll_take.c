/* roll_take: imports a voter roll into a workspace: a file, or a folder of them, becomes a version. */
#include "svc/roll_private.h"

#include <dirent.h>
#include <sodium.h>
#include <unistd.h>

Str
roll_village_of(const char *path, Str otherwise)
{
	enum { VILLAGE = 10, STATION = 13 };
	const char *slash = strrchr(path, '/');
	Str name = str_of(slash ? slash + 1 : path);
	for (size_t i = 0, n; i < name.n; i += n + 1) {
		for (n = 0; i + n < name.n && name.p[i + n] >= '0' && name.p[i + n] <= '9';)
			n++;
		if (n == VILLAGE || n == STATION)
			return str_slice(name, i, i + VILLAGE);
	}
	return otherwise;
}

/* ---- one file ---- */

static bool
see_place(void *ctx, uint64_t tps, Buf *why)
{
	const RollJob *j = ctx;
	return roll_place_known(j->places, tps, why);
}

static bool
see_slice(void *ctx, uint64_t at, const RollSlice *s, Err *err)
{
	RollJob *j = ctx;
	return roll_count_add(j->count, s, 0, err) &&
		(!j->writer || roll_writer_add(j->writer, at, s, err));
}

static void
see_progress(void *ctx, uint64_t done, uint64_t total)
{
	const Watch *w = &((RollJob *)ctx)->ask->watch;
	if (w->progress)
		w->progress(w->ctx, S("reading"), done, total);
}

static bool
file_read_in(RollJob *j, Err *err)
{
	RollIntake *ask = j->ask;
	RollImport im = {.path = ask->path,
		.village = ask->village.n ? ask->village : roll_village_of(ask->path, S("")),
		.threads = work_threads(),
		.error_file = ask->error_file,
		.slice = see_slice,
		.place = see_place,
		.progress = see_progress,
		.ctx = j,
		.stop = ask->watch.stop};
	bool ok = roll_import(&im, j->a, err);
	ask->files = 1;
	ask->rows = im.rows;
	ask->bad = im.bad;
	ask->n_first = im.n_first;
	memcpy(ask->first, im.first, sizeof im.first);
	ask->errors = im.errors;
	ask->unused = im.unused;
	return ok;
}

/* ---- all of it ---- */

static bool
rows_wrong(const RollIntake *ask, Err *err)
{
	err_set(err, E_INPUT, "%llu of %llu rows are wrong: nothing was taken in",
		(unsigned long long)ask->bad, (unsigned long long)ask->rows);
	return err_hint(err, "each stands with its reason in '%s'; --partial takes the others",
		ask->errors ? ask->errors : "?");
}

static bool
all_read(RollJob *j, Err *err)
{
	RollIntake *ask = j->ask;
	bool folder = file_is_folder(ask->path);
	if (folder ? !roll_folder_read(j, err) : !file_read_in(j, err))
		return false;
	roll_count_sums(j->count, &ask->sums);
	if (ask->bad && !ask->partial)
		return rows_wrong(ask, err);
	return ask->sums.voters || err_set(err, E_INPUT, "'%s' has no voters", ask->path);
}

/* The name of the file alone: where it lay is nobody's business. */
static Str
source_of(const char *path)
{
	enum { MOST = 200 };
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	Str s = {path, n};
	const char *slash = memrchr(path, '/', n);
	if (slash && slash[1])
		s = str_slice(s, (size_t)(slash + 1 - path), n);
	return utf8_length(s) <= MOST ? s : S("");
}

static bool
version_take(RollJob *j, Gate *g, int64_t number, Err *err)
{
	RollIntake *ask = j->ask;
	RollNew new = {.ask = ask, .count = j->count, .number = number};
	unsigned char id[16];
	RollVersion v = {.number = number, .kind = ask->kind};
	j->w->env->random(j->w->env->ctx, id, sizeof id);
	if (!ask->dry_run && !roll_create(roll_path(j->w, &v, j->a), j->key, id, &j->writer, err))
		return false;
	bool ok = all_read(j, err);
	ask->version.source = source_of(ask->path);
	new.writer = j->writer;
	if (ok && !ask->dry_run)
		return roll_publish(j->w, g, &new, j->a, err);
	roll_writer_abandon(j->writer);
	return ok;
}

static bool
intake(RollJob *j, Gate *g, Err *err)
{
	RollPlaces places;
	int fd = -1;
	int64_t number = 1;
	if (!roll_places_read(j->w, j->a, &places, err))
		return false;
	if (!places.n_stations) {
		err_set(err, E_NOTFOUND,
			"the workspace has no list of TPS yet: nobody could say which are missing");
		return err_hint(err, "import it first: siap import tps FILE");
	}
	if (!roll_key(j->w, j->key, err) || !roll_count_new(&j->count, err))
		return false;
	j->places = &places;
	if (!j->ask->dry_run && !roll_begin(j->w, &fd, &number, err))
		return false;
	bool ok = version_take(j, g, number, err);
	if (ok && j->kept)
		folder_remove(j->kept);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

bool
roll_take(Workspace *w, Gate *g, RollIntake *ask, Arena *a, Err *err)
{
	RollJob j = {.w = w, .ask = ask, .a = a};
	if (!roll_kind(w, ask->kind, &ask->kind, err))
		return false;
	bool ok = intake(&j, g, err);
	roll_count_close(j.count);
	sodium_memzero(j.key, sizeof j.key);
	return ok;
}
