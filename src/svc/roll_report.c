/* roll_report: what is wrong with a version of the roll, by the rules of the workspace's election; kept as rows of the dataset roll_work, and
 * shown voter by voter, masked unless somebody asks for more and the log says so. */
#include "svc/roll_private.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- the rules ---- */

static int
by_code(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* All districts of the country: who was registered elsewhere keeps that number. */
static void
districts_read(const Env *env, RollChecking *k, Arena *a)
{
	enum { MOST = 20000 };
	Str rest = env_file(env, "areas.txt"), line, code, name;
	uint32_t *out = NEW(a, uint32_t, MOST);
	int64_t number;
	while (rest.n && k->n_districts < MOST) {
		str_cut(rest, '\n', &line, &rest);
		if (str_cut(line, '\t', &code, &name) && code.n == 6 && str_int(code, &number))
			out[k->n_districts++] = (uint32_t)number;
	}
	qsort(out, k->n_districts, sizeof *out, by_code);
	k->district = out;
}

/* Before a list is announced the codes belong in it: they are what the next version leaves out. */
static bool
is_announced(Str kind)
{
	return !str_eq(kind, S("listed")) && !str_eq(kind, S("updated"));
}

static bool
removals_read(const Pack *p, RollChecking *k, Err *err)
{
	for (size_t i = 0; i < p->n_codes; i++) {
		const PackCode *c = &p->code[i];
		int64_t remark;
		RollCheck check;
		if (!str_eq(c->list, S("removal")))
			continue;
		if (!str_int(c->code, &remark) || remark < 1 || remark > 254 ||
			!roll_check_removal(c->rule, &check))
			return err_set(err, E_INPUT,
				"%.*s:%d: a removal is written: code removal 1 \"Label\" rule dead; one of dead, "
				"twice, young, moved, foreign, forces, station, other",
				STR(p->file), c->line);
		k->removal[remark] = (uint8_t)check;
	}
	return true;
}

static void
see_progress(void *ctx, uint64_t done, uint64_t total)
{
	const Watch *w = ctx;
	if (w->progress)
		w->progress(w->ctx, S("rows"), done, total);
}

bool
roll_report(Workspace *w, RollFile *f, RollReport *r, Arena *a, Err *err)
{
	RollChecking *k = &r->check;
	const PackNumber *limit = pack_limit(w->pack, S("voters_per_tps"));
	k->file = f;
	k->limit = limit ? (uint32_t)limit->value : 0;
	k->progress = see_progress;
	k->ctx = &r->watch;
	k->stop = r->watch.stop;
	if (!pack_day(w->pack, S("H"), &k->polling_day))
		return err_set(err, E_INPUT, "the rule pack has no polling day");
	if (is_announced(r->version.kind) && !removals_read(w->pack, k, err))
		return false;
	if (!arena_open(a, roll_check_room(f) + (size_t)640 * SIZE_MB, err))
		return false;
	districts_read(w->env, k, a);
	if (r->deceased && !roll_named_read(r->deceased, a, &r->dead, err))
		return false;
	if (r->forces && !roll_named_read(r->forces, a, &r->armed, err))
		return false;
	k->deceased = r->deceased ? &r->dead : NULL;
	k->forces = r->forces ? &r->armed : NULL;
	return roll_check(k, a, err);
}

/* ---- kept as rows ---- */

typedef struct Keeping {
	const RollReport *r;
	const Dataset *d;
	size_t tps, kind, finding, voters;
	Buf *out;
} Keeping;

/* The checks that need a list say nothing when there was none. */
static bool
was_made(const RollReport *r, RollCheck c)
{
	return c == CHECK_DECEASED || c == CHECK_DECEASED_ALIKE ? r->deceased != NULL
		: c == CHECK_FORCES || c == CHECK_FORCES_ALIKE      ? r->forces != NULL
															: true;
}

static void
work_line(const Keeping *k, uint64_t tps, const char *finding, bool must, uint32_t voters)
{
	buf_fmt(k->out, "%013llu,%.*s,%s,%s,%u\n", (unsigned long long)tps, STR(k->r->version.kind),
		finding, must ? "must" : "look", voters);
}

static const RollStation *
station_find(const RollChecking *k, Str tps)
{
	int64_t code;
	size_t lo = 0, hi = k->n;
	if (!str_int(tps, &code))
		return NULL;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (k->station[mid].tps < (uint64_t)code)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < k->n && k->station[lo].tps == (uint64_t)code ? &k->station[lo] : NULL;
}

/* A row of an earlier run that this one does not write: its finding is gone, or its station is. */
static bool
gone_see(void *ctx, const RowView *row, Err *err)
{
	(void)err;
	Keeping *k = ctx;
	RollCheck c;
	const RollChecking *check = &k->r->check;
	if (!str_eq(row->v[k->kind].s, k->r->version.kind) || row->v[k->voters].i == 0)
		return true;
	const RollStation *s = station_find(check, row->v[k->tps].s);
	bool is_check = roll_check_find(row->v[k->finding].s, &c);
	size_t at = s ? (size_t)(s - check->station) : 0;
	if ((is_check && !was_made(k->r, c)) || (s && !is_check) ||
		(s && check->found[at * ROLL_CHECKS + c]))
		return true;
	buf_fmt(k->out, "%.*s,%.*s,%.*s,%s,0\n", STR(row->v[k->tps].s), STR(k->r->version.kind),
		STR(row->v[k->finding].s), !is_check || roll_check_words(c).must ? "must" : "look");
	return true;
}

static bool
work_text(Workspace *w, Keeping *k, Err *err)
{
	const RollChecking *check = &k->r->check;
	RowList rows = {.dataset = k->d, .area = k->r->version.area};
	buf_add(k->out, S("tps,kind,finding,severity,voters\n"));
	for (size_t i = 0; i < check->n; i++) {
		uint64_t tps = check->station[i].tps;
		if (tps % 1000 == 0) /* of the village; they are in the list of voters without a TPS */
			continue;
		work_line(k, tps, "must", true, check->must[i]);
		for (RollCheck c = 0; c < ROLL_CHECKS; c++) {
			RollCheckWords words = roll_check_words(c);
			if (check->found[i * ROLL_CHECKS + c])
				work_line(k, tps, words.id, words.must, check->found[i * ROLL_CHECKS + c]);
		}
	}
	return rows_each(w, &rows, gone_see, k, err) && buf_check(k->out, err);
}

static bool
work_import(
	Workspace *w, Gate *g, const Keeping *k, const Origin *origin, RollRecorded *out, Err *err)
{
	AUTO(Arena) a = {0};
	ImportReport report;
	const Dataset *d = k->d;
	if (!arena_open(&a, 256 * SIZE_MB, err))
		return false;
	const char *part = workspace_path(w, &a, "roll-import"),
			   *path = workspace_path(w, &a, "roll-import/roll_work.csv");
	if (!dir_make(part, err) || !file_write_atomic(path, buf_str(k->out), 0600, err))
		return false;
	ImportOptions o = {.path = path,
		.datasets = &d,
		.n_datasets = 1,
		.accept_conflicts = true,
		.origin = *origin,
		.watch = k->r->watch};
	bool ok = import_file(w, g, &o, &a, &report, err);
	if (ok)
		out->rows = report.part[0].added + report.part[0].changed;
	else if (report.n_first)
		err_prefix(err, "%.*s: ", STR(report.first[0].text));
	(void)unlink(path);
	return ok;
}

/* Rows are of the newest version of a kind. */
static bool
is_old(Workspace *w, const RollVersion *v, bool *old, Err *err)
{
	AUTO(Arena) a = {0};
	RollVersion newest;
	if (!arena_open(&a, 16 * SIZE_MB, err) || !roll_find(w, v->kind, &a, &newest, err))
		return false;
	*old = newest.number != v->number;
	return true;
}

bool
roll_record(
	Workspace *w, Gate *g, const RollReport *r, const Origin *origin, RollRecorded *out, Err *err)
{
	AUTO(Buf) text = {0};
	const Dataset *d = roll_dataset(w, "roll_work");
	Keeping k = {.r = r,
		.d = d,
		.tps = roll_field(d, "tps"),
		.kind = roll_field(d, "kind"),
		.finding = roll_field(d, "finding"),
		.voters = roll_field(d, "voters"),
		.out = &text};
	*out = (RollRecorded){0};
	if (!is_old(w, &r->version, &out->old, err))
		return false;
	if (out->old)
		return true;
	return work_text(w, &k, err) && work_import(w, g, &k, origin, out, err);
}
