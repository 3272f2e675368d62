/* import: a CSV file or a sheet is validated completely into staging files, then applied; all or nothing unless asked otherwise. */
#include "svc/import_private.h"

#include <unistd.h>

enum { PROGRESS_EVERY = 4096 };

/* ---- choosing datasets and mapping columns ---- */

/* The mapping that a person made. */
static bool
uses_take(Import *im, const Dataset *d, HeaderMap *m, Err *err)
{
	const ImportOptions *o = im->options;
	*m = (HeaderMap){.column = NEW(im->a, int, d->n_fields), .event = -1};
	for (size_t i = 0; i < d->n_fields; i++)
		m->column[i] = -1;
	for (size_t i = 0; i < o->n_uses; i++) {
		const ImportUse *u = &o->use[i];
		if (u->column >= im->n_header)
			return err_set(err, E_INPUT, "the file has %zu columns, and no column %zu",
				im->n_header, u->column + 1);
		if (u->dataset == d && u->field)
			m->column[u->field - d->field] = (int)u->column;
		else if (u->dataset == d)
			m->event = (int)u->column;
	}
	header_count(&(Reading){&im->w->cat, im->w->pack, 0, im->a}, d, m);
	return true;
}

static bool
part_add(Import *im, const Dataset *d, Err *err)
{
	Part *p = &im->part[im->n_parts];
	if (im->n_parts == sizeof im->part / sizeof *im->part)
		return err_set(err, E_LIMIT, "a file can feed at most %zu datasets at once", im->n_parts);
	if (im->options->n_uses ? !uses_take(im, d, &p->map, err)
							: !header_map(&(Reading){&im->w->cat, im->w->pack, 0, im->a}, d,
								  &(Header){im->header, im->n_header}, &p->map, err))
		return false;
	p->d = d;
	p->given = NEW(im->a, bool, d->n_fields);
	p->text = NEW(im->a, Str, d->n_fields);
	p->v = NEW(im->a, Value, d->n_fields);
	for (size_t i = 0; i < d->n_fields; i++)
		p->given[i] = p->map.column[i] >= 0;
	im->n_parts++;
	return true;
}

/* Of those recognised the ones that the account may import into. */
static size_t
keep_allowed(const Import *im, const Dataset **d, size_t n)
{
	const Account *who = im->options->who;
	size_t kept = 0;
	Err ignored;
	for (size_t i = 0; i < n; i++)
		if (made_check(d[i], im->options->made, &ignored) &&
			(!who || account_may(who, VERB_IMPORT, d[i], (Str){0}, &ignored)))
			d[kept++] = d[i];
	return kept;
}

/* Whether all of them may be imported into; none: why the first that the file fits may not. */
static bool
parts_allowed(const Import *im, const Dataset **d, size_t n, Err *err)
{
	const Account *who = im->options->who;
	for (size_t i = 0; i < n; i++)
		if (!made_check(d[i], im->options->made, err) ||
			(who && !account_may(who, VERB_IMPORT, d[i], (Str){0}, err)))
			return false;
	return true;
}

static void
name_alternatives(Import *im, const Dataset *d, Err *err)
{
	const Dataset *fit[4];
	size_t n = header_recognise(&(Reading){&im->w->cat, im->w->pack, 0, im->a},
		&(Header){im->header, im->n_header}, fit, 4);
	n = keep_allowed(im, fit, n);
	if (n && fit[0] != d)
		err_hint(err, "this looks like a file for '%.*s': siap import %.*s FILE", STR(fit[0]->name),
			STR(fit[0]->name));
	else
		err_hint(err, "a template with the right header: siap doc %.*s --template", STR(d->name));
}

/* The TPS list first: the other datasets of the same file may speak of TPS that it adds. */
static void
tps_first(const Dataset **d, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (str_eq(d[i]->name, S("tps"))) {
			const Dataset *t = d[i];
			memmove(d + 1, d, i * sizeof *d);
			d[0] = t;
		}
}

static bool
choose_parts(Import *im, const ImportOptions *o, Err *err)
{
	const Dataset *chosen[16];
	size_t n = o->n_datasets;
	Err why = {0};
	if (n > 16)
		return err_set(err, E_LIMIT, "a file can feed at most 16 datasets at once");
	if (n)
		memcpy(chosen, o->datasets, n * sizeof *chosen);
	else {
		n = header_recognise(&(Reading){&im->w->cat, im->w->pack, 0, im->a},
			&(Header){im->header, im->n_header}, chosen, 16);
		/* One that it must not know of was not recognised; one that it only may not import into says why. */
		size_t kept = keep_allowed(im, chosen, n);
		if (kept || (!parts_allowed(im, chosen, n, &why) && why.code == E_NOTFOUND))
			n = kept;
	}
	if (!parts_allowed(im, chosen, n, err))
		return false;
	if (n == 0) {
		err_set(err, E_INPUT, "the header fits no dataset");
		return err_hint(err,
			"name the dataset to see which column is missing: siap import DATASET FILE; 'siap explain' lists them");
	}
	tps_first(chosen, n);
	for (size_t i = 0; i < n; i++) {
		if (!part_add(im, chosen[i], err))
			return false;
		Part *p = &im->part[i];
		if (p->map.missing) {
			err_set(err, E_INPUT, "the file does not fit '%.*s': column '%.*s' (%.*s) is missing",
				STR(p->d->name), STR(p->map.missing->name), STR(tr_str(p->map.missing->label)));
			name_alternatives(im, p->d, err);
			return false;
		}
	}
	return true;
}

static bool
report_columns(Import *im, ImportReport *r, Err *err)
{
	r->n_columns = im->n_header;
	r->column = NEW(im->a, ImportColumn, im->n_header);
	for (size_t c = 0; c < im->n_header; c++) {
		AUTO(Buf) used = {0};
		for (size_t k = 0; k < im->n_parts; k++) {
			const Part *p = &im->part[k];
			for (size_t i = 0; i < p->d->n_fields; i++)
				if (p->map.column[i] == (int)c)
					buf_fmt(&used, "%s%.*s.%.*s", used.n ? ", " : "", STR(p->d->name),
						STR(p->d->field[i].name));
			if (p->map.event == (int)c)
				buf_fmt(&used, "%s_event", used.n ? ", " : "");
		}
		if (!buf_check(&used, err))
			return false;
		r->column[c] = (ImportColumn){im->header[c], arena_str(im->a, buf_str(&used))};
	}
	return true;
}

/* ---- problems ---- */

static void
note_problem(void *ctx, const Field *f, Str cell, const Err *why)
{
	Import *im = ctx;
	ImportReport *r = im->report;
	Part *p = im->now;
	int c = f && p ? p->map.column[f - p->d->field] : -1;
	Str column = c >= 0 ? im->header[c] : f ? f->name : (Str){0};
	char both[sizeof why->text + sizeof why->hint + 2];
	snprintf(both, sizeof both, "%s%s%s", why->text, why->hint[0] ? "; " : "", why->hint);
	Str text = str_of(both);
	r->problems++;
	if (im->reason.n)
		buf_add(&im->reason, S("; "));
	else
		buf_fmt(&im->reason, tr("row %zu: "), im->row.row);
	if (column.n)
		buf_fmt(&im->reason, "%.*s: ", STR(column));
	buf_add(&im->reason, text);
	if (r->n_first < sizeof r->first / sizeof *r->first)
		r->first[r->n_first++] = (ImportProblem){im->row.row, arena_str(im->a, column),
			arena_str(im->a, str_slice(cell, 0, 80)), arena_str(im->a, text)};
}

static bool
error_row(Import *im, Err *err)
{
	if (!im->errors && !im->errors_xlsx && !errors_open(im, err))
		return false;
	return errors_add(im, err);
}

/* ---- keys that come twice in one file ---- */

static bool
repeats(Part *p, size_t row, size_t *first, Err *err)
{
	buf_clear(&p->key);
	row_key(p->d, p->v, &p->key);
	return buf_check(&p->key, err) &&
		seen_add(&p->seen, str_hash(buf_str(&p->key)), (uint32_t)row, first, err);
}

/* ---- one row into one dataset ---- */

static bool
says_nothing(const Part *p)
{
	for (size_t i = 0; i < p->d->n_fields; i++)
		if (!p->d->field[i].key && p->map.column[i] >= 0 && str_trim(p->text[i]).n)
			return false;
	return p->map.matched > p->d->n_key;
}

static bool
row_conflict(Import *im, Part *p, int64_t base, Arena tmp, Err *err)
{
	Err why = {0};
	RowPut put = {.v = NEW(&tmp, Value, p->d->n_fields), .given = p->given, .base = base};
	/* A comparison completes the row from what is there; the staged row must stay as the file says it. */
	memcpy(put.v, p->v, p->d->n_fields * sizeof *put.v);
	im->peek.tmp = tmp;
	if (!accept_peek(&im->peek, &p->peek, &put, err))
		return false;
	if (put.outcome == OUTCOME_CHANGED && !base) {
		bool same;
		if (!channel_same(im, put.event, &same, &why, err))
			return false;
		if (!same)
			put.outcome = OUTCOME_CONFLICT;
	}
	/* Of a row that never was here it says nothing: the file comes from another workspace. */
	if (base && put.event && base != put.event && !accept_base(&p->peek, &put, &tmp, &why)) {
		if (why.code != E_INPUT)
			return err_set(err, why.code, "%s", why.text);
		note_problem(im, NULL, (Str){0}, &why);
		return true;
	}
	p->outcome = put.outcome;
	if (put.outcome != OUTCOME_CONFLICT || im->options->accept_conflicts)
		return true;
	p->count[OUTCOME_CONFLICT]++;
	if (!why.code)
		err_set(&why, E_CONFLICT,
			"changed since event %lld by event %lld; export again, or accept the conflict",
			(long long)base, (long long)put.event);
	note_problem(im, NULL, (Str){0}, &why);
	im->conflicts++;
	return true;
}

static bool
base_of(Import *im, const Part *p, int64_t *base)
{
	*base = 0;
	if (p->map.event < 0)
		return true;
	Str cell = str_trim(im->row.cell[p->map.event]);
	if (!cell.n || (str_int(cell, base) && *base >= 0))
		return true;
	Err why;
	err_set(&why, E_INPUT, "'%.*s' is no event number; leave the column as it was exported",
		STR(str_slice(cell, 0, 40)));
	note_problem(im, NULL, cell, &why);
	return false;
}

static bool
cells_read(Import *im, Part *p, Arena *a)
{
	bool ok = true;
	for (size_t i = 0; i < p->d->n_fields; i++) {
		Err why;
		int c = p->map.column[i];
		p->text[i] = (Str){0};
		if (c >= 0 && !cell_read(&im->row, (size_t)c, &p->d->field[i], a, &p->text[i], &why)) {
			note_problem(im, &p->d->field[i], im->row.cell[c], &why);
			ok = false;
		}
	}
	return ok;
}

/* Whether the row's area is one of the account's. */
static bool
row_allowed_here(Import *im, const Part *p)
{
	const Account *who = im->options->who;
	const Field *f = &p->d->field[p->d->area];
	Err why;
	Str area = p->v[p->d->area].s;
	if (!who || account_may(who, VERB_IMPORT, p->d, area, &why))
		return true;
	why.hint[0] = '\0'; /* the same for every row */
	note_problem(im, f, p->text[p->d->area], &why);
	return false;
}

/* Looks at the row for one dataset; p->taken: it is to be staged. Its values stay in a. */
static bool
row_to_part(Import *im, Part *p, Arena *a, Err *err)
{
	RowReader reader = {
		.w = im->w, .d = p->d, .places = &im->places, .problem = note_problem, .ctx = im};
	size_t first, problems = im->report->problems;
	im->now = p;
	if (!cells_read(im, p, a)) {
		p->rows++;
		return true;
	}
	if (says_nothing(p)) {
		p->blank++;
		return true;
	}
	p->rows++;
	if (!base_of(im, p, &p->base))
		return true;
	if (!row_from_text(&reader, p->text, a, p->v, err))
		return im->report->problems > problems; /* a problem of the row, not of the import */
	if (!row_allowed_here(im, p))
		return true;
	if (!repeats(p, im->row.row, &first, err))
		return false;
	if (first) {
		Err why;
		err_set(&why, E_INPUT, "row %zu has the same key '%.*s'; keep one of them", first,
			STR(buf_str(&p->key)));
		note_problem(im, NULL, (Str){0}, &why);
		return true;
	}
	if (im->classify && !row_conflict(im, p, p->base, *a, err))
		return false;
	p->taken = im->report->problems == problems;
	if (p->taken && str_eq(p->d->name, S("tps"))) {
		im->adding = arena_str(&im->keep, p->v[p->d->area].s);
		map_set(&im->pending, im->adding, 1);
	}
	return true;
}

/* A row that is wrong for one dataset is taken by none of them: a half-taken row would be hard to find again. */
static bool
row_read_all(Import *im, Arena tmp, Err *err)
{
	ImportReport *r = im->report;
	uint64_t problems = r->problems;
	buf_clear(&im->reason);
	im->adding = (Str){0};
	r->rows++;
	for (size_t i = 0; i < im->n_parts; i++) {
		im->part[i].taken = false;
		if (!row_to_part(im, &im->part[i], &tmp, err))
			return err_prefix(err, "row %zu: ", im->row.row);
	}
	if (r->problems > problems) {
		r->bad_rows++;
		if (im->adding.n)
			map_set(&im->pending, im->adding, 0);
		im->places.last_n = 0; /* what was found to exist may have been this TPS */
		return error_row(im, err);
	}
	for (size_t i = 0; i < im->n_parts; i++) {
		Part *p = &im->part[i];
		if (p->taken && im->classify)
			p->count[p->outcome]++;
		if (p->taken && p->stage && !stage_add(p->stage, p->v, p->base, err))
			return false;
	}
	return true;
}

static bool
look_on(Import *im, Err *err)
{
	const Watch *w = &im->options->watch;
	if (w->progress)
		w->progress(
			w->ctx, S("checking"), sheet_bytes_read(&im->sheet), sheet_bytes_total(&im->sheet));
	return !w->stop || !*w->stop || err_set(err, E_BUSY, "stopped: nothing was taken in");
}

static bool
read_rows(Import *im, Err *err)
{
	AUTO(Arena) tmp = {0};
	bool more;
	if (!arena_open(&tmp, 16 * SIZE_MB, err))
		return false;
	for (;;) {
		if (!sheet_next(&im->sheet, &im->row, &more, err))
			return false;
		if (!more)
			return true;
		if (!row_read_all(im, tmp, err))
			return false;
		if (im->report->rows % PROGRESS_EVERY == 0 && !look_on(im, err))
			return false;
	}
}

/* ---- preparing ---- */

static bool
read_header(Import *im, Err *err)
{
	bool more;
	if (!sheet_open(im->options->path, im->options->sheet, &im->sheet, err) ||
		!sheet_next(&im->sheet, &im->row, &more, err))
		return false;
	if (!more)
		return err_set(err, E_INPUT, "the file is empty: a header line is expected");
	im->n_header = im->row.n;
	im->header = NEW(im->a, Str, im->n_header);
	for (size_t i = 0; i < im->n_header; i++)
		im->header[i] = str_trim(arena_str(im->a, im->row.cell[i]));
	return true;
}

static bool
part_prepare(Import *im, Part *p, size_t at, Err *err)
{
	unsigned char raw[8];
	char hex[17];
	bool empty;
	if (!acceptor_open(&im->peek, p->d, &(OriginRow){0}, &p->peek, err) ||
		!dataset_empty(im, p->d, &empty, err))
		return false;
	/* On a server a look at a row is a round trip; in a file it is next to none. */
	if (db_is_postgres(im->db)) {
		if (!ahead_open(&p->ahead, err))
			return false;
		p->peek.ahead = &p->ahead;
	}
	im->classify |= !empty || im->options->dry_run || p->map.event >= 0;
	if (im->options->dry_run)
		return true;
	im->w->env->random(im->w->env->ctx, raw, sizeof raw);
	hex_encode(raw, sizeof raw, hex);
	p->path = arena_fmt(im->a, "%s/import/new-%s-%zu.stage", im->w->dir, hex, at).p;
	return stage_create(p->path, p->d, p->given, p->map.event >= 0, &p->stage, err);
}

static bool
prepare(Import *im, Err *err)
{
	Err merged;
	if (!read_header(im, err))
		return false;
	/* Merged cells explain more than a column that is missing for that reason. */
	if (!choose_parts(im, im->options, err)) {
		if (!sheet_header_check(&im->sheet, &merged) && err)
			*err = merged;
		Err ignored;
		return report_columns(im, im->report, &ignored) && false;
	}
	if (!report_columns(im, im->report, err))
		return false;
	im->peek = (WriteTx){.w = im->w, .db = im->db, .sealer = &im->sealer};
	if (!workspace_reader(im->w, &im->db, err) || !sealer_open(im->w, &im->sealer, err))
		return false;
	im->peek.db = im->db;
	im->peek.tmp = im->keep;
	if (!places_open(im->w, im->db, &im->pending, &im->places, err))
		return false;
	im->places.ahead = arena_alloc(im->a, sizeof *im->places.ahead, 1, PLACES_AHEAD);
	for (size_t i = 0; i < im->n_parts; i++)
		if (!part_prepare(im, &im->part[i], i, err))
			return false;
	return true;
}

/* ---- applying ---- */

static bool
parts_stage(Import *im, Batches *all, Err *err)
{
	for (size_t i = 0; i < im->n_parts; i++) {
		Part *p = &im->part[i];
		Batch *b = &all->part[all->n];
		StageOut *stage = p->stage;
		*b = (Batch){.d = p->d, .staged = p->path};
		p->stage = NULL;
		if (!stage_finish(stage, &b->rows, &b->content, im->a, err))
			return false;
		if (b->rows)
			all->n++;
		else
			(void)unlink(p->path);
	}
	return true;
}

/* All parts are handed over at once: the file is taken in as a whole or not at all. */
static bool
parts_apply(Import *im, Gate *g, Err *err)
{
	const ImportOptions *o = im->options;
	Batches all = {.origin = &o->origin,
		.who = o->who,
		.paper = o->paper,
		.paper_name = o->paper_name,
		.paper_note = o->paper_note,
		.file = str_of(o->path),
		.part = NEW(im->a, Batch, im->n_parts),
		.watch = o->watch};
	bool ok = parts_stage(im, &all, err) && gate_apply(g, &all, err);
	for (size_t i = 0; i < im->n_parts && !ok; i++)
		(void)unlink(im->part[i].path); /* jobs that were made have renamed theirs */
	for (size_t i = 0; i < all.n && ok; i++)
		for (size_t k = 0; k < im->n_parts; k++) {
			ImportPart *out = &im->report->part[k];
			const Job *j = &all.part[i].job;
			if (out->dataset != all.part[i].d)
				continue;
			out->batch = j->id;
			out->added = (uint64_t)j->added;
			out->changed = (uint64_t)j->changed;
			out->same = (uint64_t)j->same;
			out->conflicts = (uint64_t)j->conflicts;
		}
	return ok;
}

static bool
refuse(Import *im, Err *err)
{
	const ImportReport *r = im->report;
	if (im->conflicts && im->conflicts == r->problems) {
		err_set(err, E_CONFLICT, "%llu rows were changed by others meanwhile; nothing was imported",
			(unsigned long long)im->conflicts);
		return err_hint(err, "export again, or write over them with --accept-conflicts");
	}
	return err_set(err, E_INPUT, "%llu of %llu rows have a problem; nothing was imported",
		(unsigned long long)r->bad_rows, (unsigned long long)r->rows);
}

static bool
finish(Import *im, Gate *g, Err *err)
{
	ImportReport *r = im->report;
	r->n_parts = im->n_parts;
	for (size_t i = 0; i < im->n_parts; i++) {
		const Part *p = &im->part[i];
		r->part[i] = (ImportPart){.dataset = p->d,
			.rows = p->rows,
			.blank = p->blank,
			.added = p->count[OUTCOME_ADDED],
			.changed = p->count[OUTCOME_CHANGED],
			.same = p->count[OUTCOME_SAME],
			.conflicts = p->count[OUTCOME_CONFLICT]};
	}
	if ((im->errors || im->errors_xlsx) && !errors_close(im, err))
		return false;
	if (r->bad_rows && !im->options->partial)
		return refuse(im, err);
	if (im->options->dry_run)
		return true;
	if (!parts_apply(im, g, err))
		return false;
	r->applied = true;
	r->resumed = g->resumed;
	return true;
}

static void
import_close(Import *im)
{
	for (size_t i = 0; i < im->n_parts; i++) {
		stage_abandon(im->part[i].stage);
		seen_close(&im->part[i].seen);
		ahead_close(&im->part[i].ahead);
		buf_close(&im->part[i].key);
	}
	errors_abandon(im);
	sheet_close(&im->sheet);
	if (im->sealer.hasher)
		sealer_close(&im->sealer);
	db_close(im->db);
	buf_close(&im->reason);
	arena_close(&im->keep);
}

bool
import_file(Workspace *w, Gate *g, const ImportOptions *o, Arena *a, ImportReport *out, Err *err)
{
	*out = (ImportReport){0};
	Import *im = NEW(a, Import, 1);
	*im = (Import){.w = w, .a = a, .options = o, .report = out};
	im->reason.max = 4096;
	bool ok = arena_open(&im->keep, (size_t)1 << 34, err);
	im->pending = map_new(&im->keep);
	ok = ok && prepare(im, err) && read_rows(im, err) && finish(im, g, err);
	import_close(im);
	return ok;
}
