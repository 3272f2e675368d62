/* roll_publish: a version that was read becomes one of the workspace: first its file, then its event, then the counts of its polling
 * stations. A process may be killed between any two of them. */
#include "svc/roll_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

/* ---- cells of a row ---- */

static void
cell_set(const Dataset *d, Str *text, const char *field, Str value)
{
	text[roll_field(d, field)] = value;
}

static Str
number_text(Arena *a, int64_t n)
{
	return arena_fmt(a, "%lld", (long long)n);
}

static Str *
key_cells(const Workspace *w, const Dataset *d, int64_t number, Arena *a)
{
	Str *text = NEW(a, Str, d->n_fields);
	cell_set(d, text, "area", w->area);
	cell_set(d, text, "number", number_text(a, number));
	return text;
}

/* ---- before anything is read ---- */

/* NNNN-KIND.roll; 0: another file. */
static int64_t
number_of(Str name)
{
	int64_t number;
	Str left, right;
	bool is = str_ends(name, S(".roll")) && str_cut(name, '-', &left, &right) &&
		str_int(left, &number) && number > 0;
	return is ? number : 0;
}

/* Some event names this version, be it undone since. */
static bool
was_logged(Workspace *w, int64_t number, Arena a, bool *yes, Err *err)
{
	Err why = {0};
	RowView row;
	const Dataset *d = roll_dataset(w, "roll_version");
	*yes = row_get(w, d, key_cells(w, d, number, &a), &a, &row, &why);
	return *yes || why.code == E_NOTFOUND || err_set(err, why.code, "%s", why.text);
}

/* What a killed import left: files that never took their name, and one whose event was not written, for which nobody was told that it
 * is in. */
static bool
orphan_check(Workspace *w, const char *name, int64_t *last, Arena a, Err *err)
{
	bool kept = false;
	int64_t number = number_of(str_of(name));
	if (!number && !str_ends(str_of(name), S(".tmp")))
		return true;
	if (number && !was_logged(w, number, a, &kept, err))
		return false;
	if (!kept)
		(void)unlink(workspace_path(w, &a, arena_fmt(&a, "roll/%s", name).p));
	else if (number > *last)
		*last = number;
	return true;
}

static bool
folder_check(Workspace *w, const char *path, int64_t *last, Arena a, Err *err)
{
	bool ok = true;
	DIR *dir = opendir(path);
	if (!dir)
		return file_error(err, "cannot read '%s': %s", path);
	for (const struct dirent *e; ok && (e = readdir(dir));)
		ok = orphan_check(w, e->d_name, last, a, err);
	(void)closedir(dir);
	return ok;
}

static bool
numbers_check(Workspace *w, int64_t *number, Arena a, Err *err)
{
	RollVersion *all;
	size_t n;
	int64_t last = 0;
	if (!folder_check(w, workspace_path(w, &a, "roll"), &last, a, err) ||
		!roll_versions(w, &a, &all, &n, err))
		return false;
	if (n && all[n - 1].number > last)
		last = all[n - 1].number;
	*number = last + 1;
	return *number <= 9999 ||
		err_set(err, E_LIMIT, "a workspace holds 9,999 versions of the roll at most");
}

bool
roll_begin(Workspace *w, int *fd, int64_t *number, Err *err)
{
	AUTO(Arena) a = {0};
	if (!arena_open(&a, 16 * SIZE_MB, err))
		return false;
	const char *part = workspace_path(w, &a, "roll-import");
	if (!dir_make(workspace_path(w, &a, "roll"), err) || !dir_make(part, err))
		return false;
	*fd = open(part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return file_error(err, "cannot read '%s': %s", part);
	bool ok = flock(*fd, LOCK_EX | LOCK_NB) == 0 ||
		err_set(err, E_BUSY, "another voter roll is being imported: try again when it has ended");
	ok = ok && numbers_check(w, number, a, err);
	if (!ok)
		(void)close(*fd);
	return ok;
}

/* ---- the event ---- */

/* The smallest area that all its polling stations lie in. */
static Str
area_of(const Workspace *w, const RollStation *s, size_t n, Arena *a)
{
	static const size_t levels[] = {13, 10, 6, 4, 2};
	Str first = arena_fmt(a, "%013llu", (unsigned long long)s[0].tps),
		last = arena_fmt(a, "%013llu", (unsigned long long)s[n - 1].tps);
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (memcmp(first.p, last.p, levels[i]) == 0 && (levels[i] < 13 || s[0].tps % 1000))
			return levels[i] < w->area.n ? w->area : str_slice(first, 0, levels[i]);
	return w->area;
}

static bool
event_write(Workspace *w, Gate *g, RollNew *new, Arena *a, Err *err)
{
	const Dataset *d = roll_dataset(w, "roll_version");
	RollVersion *v = &new->ask->version;
	Str *text = key_cells(w, d, v->number, a);
	cell_set(d, text, "kind", v->kind);
	cell_set(d, text, "covers", v->area);
	cell_set(d, text, "voters", number_text(a, v->voters));
	cell_set(d, text, "male", number_text(a, v->male));
	cell_set(d, text, "female", number_text(a, v->female));
	cell_set(d, text, "wrong", number_text(a, v->wrong));
	cell_set(d, text, "stations", number_text(a, v->stations));
	cell_set(d, text, "sha256", v->sha256);
	cell_set(d, text, "source", v->source);
	RowRequest r = {
		.origin = new->ask->origin, .dataset = d, .text = text, .fresh = true, .made = true};
	if (!gate_enter(g, &r, err))
		return false;
	v->event = r.event;
	return true;
}

/* ---- counts of polling stations ---- */

typedef struct Gone {
	const RollStation *station;
	size_t n;
	Str kind;
	const Dataset *d;
	Buf *out;
} Gone;

static void
count_line(Buf *b, Str tps, Str kind, const RollStation *s)
{
	buf_fmt(b, "%.*s,%.*s,%u,%u,%u\n", STR(tps), STR(kind), s->male, s->female, s->all);
}

static bool
is_there(const Gone *k, Str tps)
{
	int64_t code;
	size_t lo = 0, hi = k->n;
	if (!str_int(tps, &code))
		return true;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (k->station[mid].tps < (uint64_t)code)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < k->n && k->station[lo].tps == (uint64_t)code;
}

/* A polling station of the version before that has nobody any more. */
static bool
gone_see(void *ctx, const RowView *r, Err *err)
{
	(void)err;
	Gone *k = ctx;
	Str tps = r->v[roll_field(k->d, "tps")].s;
	if (str_eq(r->v[roll_field(k->d, "kind")].s, k->kind) && !is_there(k, tps))
		count_line(k->out, tps, k->kind, &(RollStation){0});
	return true;
}

static bool
counts_text(Workspace *w, const RollNew *new, Buf *b, Err *err)
{
	RollSums sums;
	char code[24];
	roll_count_sums(new->count, &sums);
	const RollStation *s = roll_count_stations(new->count);
	const RollVersion *v = &new->ask->version;
	const Dataset *d = roll_dataset(w, "roll_listed");
	Gone gone = {s, sums.stations, v->kind, d, b};
	RowList rows = {.dataset = d, .area = v->area};
	buf_add(b, S("tps,kind,male,female,total\n"));
	for (size_t i = 0; i < sums.stations; i++) {
		if (s[i].tps % 1000 == 0)
			continue;
		snprintf(code, sizeof code, "%013llu", (unsigned long long)s[i].tps);
		count_line(b, str_of(code), v->kind, &s[i]);
	}
	return rows_each(w, &rows, gone_see, &gone, err) && buf_check(b, err);
}

/* Importing the same counts again changes nothing, so that a run which was cut short is finished by the next. */
static bool
counts_write(Workspace *w, Gate *g, RollNew *new, Arena *a, Err *err)
{
	AUTO(Buf) b = {0};
	RollRows rows = {roll_dataset(w, "roll_listed"), &b, new->ask->origin, new->ask->watch.stop};
	return counts_text(w, new, &b, err) && roll_rows_write(w, g, &rows, a, err);
}

/* ---- all of it ---- */

/* A version of this kind with the same rows. */
static bool
same_find(Workspace *w, RollNew *new, bool *found, Arena *a, Err *err)
{
	RollVersion *all;
	size_t n;
	Sha256 print;
	*found = false;
	roll_writer_print(new->writer, &print);
	if (!roll_versions(w, a, &all, &n, err))
		return false;
	for (size_t i = n; i-- > 0 && !*found;) {
		AUTO(RollFileP) f = NULL;
		Err why = {
			0}; /* a version that does not open is no reason not to import another: siap verify names it */
		if (!str_eq(all[i].kind, new->ask->kind) || all[i].voters != new->ask->version.voters ||
			!roll_open_version(w, &all[i], &f, &why))
			continue;
		*found = memcmp(roll_print(f), &print, sizeof print) == 0;
		if (*found) {
			new->ask->version = all[i];
		}
	}
	return true;
}

static bool
file_write(RollNew *new, Arena *a, Err *err)
{
	Sha256 hash;
	char *hex = NEW(a, char, 65);
	RollWriter *writer = new->writer;
	new->writer = NULL;
	new->ask->version.number = new->number;
	if (!roll_writer_end(writer, &hash, NULL, err))
		return false;
	hex_encode(hash.b, sizeof hash.b, hex);
	new->ask->version.sha256 = str_of(hex);
	return true;
}

static bool
publish(Workspace *w, Gate *g, RollNew *new, Arena *a, Err *err)
{
	RollIntake *ask = new->ask;
	RollSums *s = &ask->sums;
	roll_count_sums(new->count, s);
	ask->version = (RollVersion){.kind = ask->kind,
		.area = area_of(w, roll_count_stations(new->count), s->stations, a),
		.source = ask->version.source,
		.voters = (int64_t)s->voters,
		.male = (int64_t)s->male,
		.female = (int64_t)s->female,
		.stations = (int64_t)s->stations};
	for (size_t i = NIK_GOOD + 1; i < NIK_FAULTS; i++)
		ask->version.wrong += (int64_t)s->nik[i];
	if (!same_find(w, new, &ask->already, a, err))
		return false;
	if (!ask->already && !file_write(new, a, err))
		return false;
	if (!ask->already && !event_write(w, g, new, a, err)) {
		(void)unlink(roll_path(w, &ask->version, a));
		return false;
	}
	return counts_write(w, g, new, a, err);
}

bool
roll_publish(Workspace *w, Gate *g, RollNew *new, Arena *a, Err *err)
{
	bool ok = publish(w, g, new, a, err);
	roll_writer_abandon(new->writer);
	new->writer = NULL;
	return ok;
}
