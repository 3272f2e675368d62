/* roll_report: rows that the work on a stored roll makes: counts of polling stations, what its checks found. */
#include "svc/roll_private.h"

#include <unistd.h>

bool
roll_rows_write(Workspace *w, Gate *g, const RollRows *rows, Arena *a, Err *err)
{
	AUTO(Arena) report_of = {0};
	ImportReport report;
	const Dataset *dataset = rows->dataset;
	const char *path = workspace_path(w, a, "roll-import/rows.csv");
	if (!arena_open(&report_of, 256 * SIZE_MB, err) || !buf_check(rows->csv, err) ||
		!dir_make(workspace_path(w, a, "roll-import"), err) ||
		!file_write_atomic(path, buf_str(rows->csv), 0600, err))
		return false;
	ImportOptions o = {.path = path,
		.datasets = &dataset,
		.n_datasets = 1,
		.accept_conflicts = true,
		.made = true,
		.origin = *rows->origin,
		.watch = {.stop = rows->stop}};
	bool ok = import_file(w, g, &o, &report_of, &report, err);
	if (!ok && report.n_first)
		err_prefix(err, "%.*s: ", STR(report.first[0].text));
	(void)unlink(path);
	return ok;
}

/* ---- what the checks found ---- */

typedef struct Checked {
	const RollTally *t;
	size_t tps;
	int64_t version;
	Buf *out;
} Checked;

static const uint32_t *
counts_of(const RollTally *t, Str tps)
{
	int64_t code;
	size_t lo = 0, hi = t->n;
	if (!str_int(tps, &code))
		return NULL;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (t->tps[mid] < (uint64_t)code)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->n && t->tps[lo] == (uint64_t)code ? t->count + lo * t->width : NULL;
}

/* A polling station that the roll has nobody of any more. */
static bool
gone_see(void *ctx, const RowView *r, Err *err)
{
	(void)err;
	Checked *k = ctx;
	Str tps = r->v[k->tps].s;
	if (!counts_of(k->t, tps))
		buf_fmt(k->out, "%.*s,%lld,0,0,0,0,0\n", STR(tps), (long long)k->version);
	return true;
}

bool
roll_checked_write(Workspace *w, Gate *g, const RollFound *found, Arena *a, Err *err)
{
	const RollTally *t = found->tally;
	int64_t version = found->version->number;
	AUTO(Buf) b = {.max = (size_t)1 << 30};
	RollPlaces places;
	const Dataset *d = roll_dataset(w, "roll_checked");
	Checked k = {t, roll_field(d, "tps"), version, &b};
	RowList all = {.dataset = d};
	if (!roll_places_read(w, a, &places, err))
		return false;
	buf_add(&b, S("tps,version,voters,wrong,doubtful,unrecorded,young\n"));
	for (size_t i = 0; i < t->n; i++) {
		const uint32_t *c = t->count + i * t->width;
		if (t->tps[i] % 1000)
			buf_fmt(&b, "%013llu,%lld,%u,%u,%u,%u,%u\n", (unsigned long long)t->tps[i],
				(long long)version, c[CHECKED_VOTERS], c[CHECKED_MUST], c[CHECKED_LOOK],
				c[CHECK_UNRECORDED], c[CHECK_UNRECORDED_YOUNG]);
	}
	RollRows rows = {.dataset = d, .csv = &b, .origin = found->origin};
	return rows_each(w, &all, gone_see, &k, err) && roll_rows_write(w, g, &rows, a, err);
}

/* ---- what the rule pack says ---- */

bool
roll_is_announced(Str kind)
{
	return !str_eq(kind, S("listed")) && !str_eq(kind, S("updated"));
}

bool
roll_rules(Workspace *w, Arena *a, RollRules *out, Err *err)
{
	Str rest = env_file(w->env, "areas.txt"), line, code, name;
	uint32_t *district = NEW(a, uint32_t, rest.n / 6 + 1);
	int64_t number;
	*out = (RollRules){.district = district};
	for (size_t i = 0; i < w->pack->n_codes; i++) {
		const PackCode *c = &w->pack->code[i];
		if (str_eq(c->list, S("removal")) && c->amount > 0 && c->amount < 255)
			out->removal[c->amount] = true;
	}
	/* Of all the country, in order: numbers of people who moved begin elsewhere. */
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (str_cut(line, '\t', &code, &name) && code.n == 6 && str_int(code, &number))
			district[out->n_districts++] = (uint32_t)number;
	}
	for (size_t i = 1; i < out->n_districts; i++)
		if (district[i] <= district[i - 1])
			return err_set(err, E_BUG, "the list of areas is not in order");
	return true;
}
