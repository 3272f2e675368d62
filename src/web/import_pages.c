/* import_pages: the steps of an import, from the file that was sent to its undo; past imports. */
#include "web/import.h"

enum { LISTED = 30, SEARCHED = 2000 };

/* ---- all of them ---- */

static Str
base_name(Str path)
{
	for (size_t i = path.n; i > 0; i--)
		if (path.p[i - 1] == '/')
			return str_slice(path, i, path.n);
	return path;
}

static void
imported_fill(const Request *rq, Fill *f, const Imported *m)
{
	const Dataset *d = catalog_dataset(&rq->w->cat, m->dataset);
	Origin o = {.actor = m->actor, .agency = m->agency};
	fill_text(f, "batch", data_number(rq, (uint64_t)m->batch));
	fill_text(f, "batch_url", arena_fmt(rq->a, "/import/%lld", (long long)m->batch));
	fill_text(f, "when", figure_time(rq->a, m->at, data_zone(rq)));
	fill_text(f, "by", data_person(rq, &o));
	Str file = base_name(m->file);
	fill_text(f, "file", str_ends(file, S(".bulk.csv")) ? str_of(tr("typed: all except …")) : file);
	fill_text(f, "set", d ? tr_str(d->title) : m->dataset);
	fill_text(f, "list_url", d ? data_url(rq, d, "", (Str){0}) : S("/data"));
	fill_text(f, "rows", data_number(rq, (uint64_t)m->rows));
	fill_flag(f, "one", m->rows == 1);
	fill_text(f, "added", data_number(rq, (uint64_t)m->added));
	fill_text(f, "changed", data_number(rq, (uint64_t)(m->changed + m->conflicts)));
}

static bool
may_see(const Request *rq, const Imported *m)
{
	const Dataset *d = catalog_dataset(&rq->w->cat, m->dataset);
	return d && data_whole(rq, d, (Str){0});
}

static void
forms_fill(const Request *rq, Fill *page)
{
	const Catalog *c = &rq->w->cat;
	fill_list(page, "forms");
	for (size_t i = 0; i < c->n_datasets; i++) {
		const Dataset *d = &c->dataset[i];
		if (!data_may(rq, VERB_IMPORT, d, (Str){0}))
			continue;
		Fill *item = fill_item(page, "forms");
		fill_text(item, "set", tr_str(d->title));
		fill_text(item, "xlsx", data_url(rq, d, "template.xlsx", (Str){0}));
		fill_text(item, "csv", data_url(rq, d, "template.csv", (Str){0}));
	}
}

/* wrong: why the file that was sent is not looked at; NULL: none was sent. */
static bool
imports_page(Request *rq, const Err *wrong, Err *err)
{
	Fill *page = fill_new(rq->a);
	ImportList list = {.max = LISTED};
	Err why = {0};
	jobs_forget_old(rq->w);
	if (!imports_list(rq->w, &list, rq->a, err))
		return false;
	fill_text(page, "title", str_of(tr("Import")));
	fill_text(page, "data_js", asset_address(S("data.js"), rq->a));
	fill_flag(page, "may_import", data_allow(rq, VERB_IMPORT, NULL, (Str){0}, &why));
	fill_text(page, "why_not", arena_str(rq->a, str_of(why.text)));
	fill_text(page, "who_could", arena_str(rq->a, str_of(why.hint)));
	forms_fill(rq, page);
	fill_list(page, "imports");
	for (size_t i = 0; i < list.n; i++)
		if (may_see(rq, &list.item[i]))
			imported_fill(rq, fill_item(page, "imports"), &list.item[i]);
	fill_text(page, "wrong", wrong ? str_of(wrong->text) : (Str){0});
	fill_text(page, "wrong_hint", wrong ? str_of(wrong->hint) : (Str){0});
	return page_send_as(rq, wrong ? status_of(wrong->code) : MHD_HTTP_OK, "import", page, err);
}

static bool
imports(Request *rq, Err *err)
{
	return imports_page(rq, NULL, err);
}
ROUTE(imports, "GET", "/import", imports, ROUTE_MEMBER);

/* The file moves to where it waits for the next steps. */
static bool
import_send(Request *rq, Err *err)
{
	const Upload *u = rq_upload(rq, "file");
	char id[IMPORT_ID];
	if (!data_allow(rq, VERB_IMPORT, NULL, (Str){0}, err))
		return false;
	if (!u || !u->size) {
		Err wrong;
		err_set(&wrong, E_INPUT, "no file was chosen, or it is empty");
		err_hint(&wrong, "choose a CSV file or an Excel workbook");
		return imports_page(rq, &wrong, err);
	}
	return job_new(rq, u->path, u->name, id, err) &&
		reply_redirect(rq, arena_fmt(rq->a, "/import/file/%s", id), err);
}
ROUTE(import_send, "POST", "/import", import_send, ROUTE_MEMBER);

/* ---- a past one ---- */

static bool
imported_find(Request *rq, Imported *out, Err *err)
{
	ImportList list = {.max = SEARCHED};
	Str number = rq_param(rq, "batch");
	int64_t batch;
	if (!imports_list(rq->w, &list, rq->a, err))
		return false;
	for (size_t i = 0; str_int(number, &batch) && i < list.n; i++)
		if (list.item[i].batch == batch && may_see(rq, &list.item[i])) {
			*out = list.item[i];
			return true;
		}
	return err_set(err, E_NOTFOUND, "there is no import '%.*s'", STR(number));
}

static bool
import_past(Request *rq, Err *err)
{
	Imported m;
	Fill *page = fill_new(rq->a);
	if (!imported_find(rq, &m, err))
		return false;
	const Dataset *d = catalog_dataset(&rq->w->cat, m.dataset);
	imported_fill(rq, page, &m);
	fill_text(page, "draft_js", asset_address(S("draft.js"), rq->a));
	if (!papers_of_import(rq, page, d, m.batch, err))
		return false;
	fill_text(page, "title",
		arena_fmt(rq->a, tr("Import %.*s"), STR(data_number(rq, (uint64_t)m.batch))));
	fill_text(page, "undone", rq_query(rq, "undone"));
	fill_flag(page, "entered", rq_query(rq, "entered").n > 0);
	fill_flag(
		page, "may_undo", !rq_query(rq, "undone").n && data_may_undo(rq, d, (Str){0}, m.actor));
	return page_send(rq, "import_past", page, err);
}
ROUTE(import_past, "GET", "/import/{batch}", import_past, ROUTE_MEMBER);

static bool
import_undo(Request *rq, Err *err)
{
	Imported m;
	if (!imported_find(rq, &m, err))
		return false;
	const Dataset *d = catalog_dataset(&rq->w->cat, m.dataset);
	if (!account_may_undo(rq->who, d, (Str){0}, m.actor, err))
		return false;
	Origin o = data_origin(rq, d, str_trim(rq_form(rq, "why")));
	UndoRequest r = {.origin = &o, .batch = m.batch, .who = rq->who};
	return gate_undo(rq->site->gate, &r, err) &&
		reply_redirect(rq,
			arena_fmt(rq->a, "/import/%lld?undone=%lld", (long long)m.batch,
				(long long)(r.last - r.first + 1)),
			err);
}
ROUTE(import_undo, "POST", "/import/{batch}", import_undo, ROUTE_MEMBER);

/* ---- a file that waits: what was understood of it ---- */

/* "tps.tps, roll_count.tps" in the words of the labels. */
static Str
uses_text(const Request *rq, Str used_by)
{
	AUTO(Buf) b = {0};
	bool more = used_by.n > 0;
	while (more) {
		Str one, set, name;
		more = str_cut(used_by, ',', &one, &used_by);
		str_cut(str_trim(one), '.', &set, &name);
		const Dataset *d = catalog_dataset(&rq->w->cat, set);
		const Field *f = d ? dataset_field(d, name) : NULL;
		if (b.n)
			buf_add(&b, S(", "));
		if (f)
			buf_fmt(&b, "%.*s: %.*s", STR(tr_str(d->title)), STR(tr_str(f->label)));
		else
			buf_fmt(&b, "%s", tr("number of the event that it was exported with"));
	}
	return arena_str(rq->a, buf_str(&b));
}

static void
columns_fill(const Request *rq, Fill *page, const ImportReport *r)
{
	fill_list(page, "columns");
	fill_list(page, "unused");
	for (size_t i = 0; i < r->n_columns; i++) {
		const ImportColumn *c = &r->column[i];
		Fill *item = fill_item(page, c->used_by.n ? "columns" : "unused");
		fill_text(item, "header", c->header);
		fill_text(item, "feeds", uses_text(rq, c->used_by));
	}
}

/* ---- what a person can say of the columns ---- */

/* The column that feeds "tps.number", or "_event"; -1: none. */
static int
column_of(const ImportReport *r, Str use)
{
	for (size_t i = 0; i < r->n_columns; i++) {
		Str one, rest = r->column[i].used_by;
		for (bool more = rest.n > 0; more;) {
			more = str_cut(rest, ',', &one, &rest);
			if (str_eq(str_trim(one), use))
				return (int)i;
		}
	}
	return -1;
}

static bool
is_fed(const Request *rq, const JobView *v, const Dataset *d)
{
	const ImportReport *r = &v->report;
	if (v->chosen == d)
		return true;
	for (size_t i = 0; i < d->n_fields; i++)
		if (column_of(r, arena_fmt(rq->a, "%.*s.%.*s", STR(d->name), STR(d->field[i].name))) >= 0)
			return true;
	return false;
}

/* NULL: the numbers of events. */
static Str
use_name(const Request *rq, const Dataset *d, const Field *f)
{
	return arena_fmt(rq->a, "%.*s.%.*s", STR(d->name), STR(f ? f->name : S("_event")));
}

static void
use_fill(const Request *rq, Fill *map, const ImportReport *r, const Dataset *d, const Field *f)
{
	Fill *item = fill_item(map, "uses");
	Str name = use_name(rq, d, f);
	int now = column_of(r, f ? name : S("_event"));
	fill_text(item, "use", name);
	fill_text(item, "set_name", d->name);
	fill_text(item, "field_name", f ? f->name : S("_event"));
	fill_text(item, "label",
		f ? tr_str(f->label) : str_of(tr("number of the event that it was exported with")));
	fill_flag(item, "required", f && (f->key || f->required) && !f->default_text.p);
	fill_list(item, "choices");
	for (size_t i = 0; i < r->n_columns; i++) {
		Fill *c = fill_item(item, "choices");
		fill_text(c, "column", data_int(rq, (int64_t)i));
		fill_text(c, "header",
			r->column[i].header.n ? r->column[i].header
								  : arena_fmt(rq->a, tr("column %zu"), i + 1));
		fill_flag(c, "chosen", now == (int)i);
	}
}

static void
maps_fill(const Request *rq, Fill *page, const JobView *v)
{
	const Catalog *c = &rq->w->cat;
	bool any = false;
	fill_list(page, "maps");
	for (size_t i = 0; i < c->n_datasets && v->report.n_columns; i++) {
		const Dataset *d = &c->dataset[i];
		if (!is_fed(rq, v, d) || !data_may(rq, VERB_IMPORT, d, (Str){0}))
			continue;
		any = true;
		Fill *map = fill_item(page, "maps");
		fill_text(map, "set", tr_str(d->title));
		fill_list(map, "uses");
		for (size_t k = 0; k < d->n_fields; k++)
			use_fill(rq, map, &v->report, d, &d->field[k]);
		use_fill(rq, map, &v->report, d, NULL);
	}
	fill_flag(page, "mapped", any && v->state == JOB_CHECKED);
	fill_flag(page, "misfit", v->state == JOB_CHECKED && !v->report.n_parts);
	fill_flag(page, "assigned", v->assigned);
}

/* What the form says of one field; nothing: no column is to feed it. */
static bool
use_take(Request *rq, JobAsk *ask, const Dataset *d, const Field *f, Err *err)
{
	int64_t column;
	Str text = rq_form(rq, arena_fmt(rq->a, "use.%.*s", STR(use_name(rq, d, f))).p);
	if (!text.n)
		return true;
	if (!str_int(text, &column) || column < 0)
		return err_set(err, E_INPUT, "'%.*s' is no number of a column", STR(text));
	((ImportUse *)(uintptr_t)ask->use)[ask->n_uses++] = (ImportUse){d, f, (size_t)column};
	return true;
}

static bool
uses_take(Request *rq, JobAsk *ask, Err *err)
{
	const Catalog *c = &rq->w->cat;
	size_t most = 0;
	for (size_t i = 0; i < c->n_datasets; i++)
		most += c->dataset[i].n_fields + 1;
	ask->use = NEW(rq->a, ImportUse, most);
	for (size_t i = 0; i < c->n_datasets; i++) {
		const Dataset *d = &c->dataset[i];
		size_t before = ask->n_uses;
		for (size_t k = 0; k <= d->n_fields; k++)
			if (!use_take(rq, ask, d, k < d->n_fields ? &d->field[k] : NULL, err))
				return false;
		if (ask->n_uses > before && !data_allow(rq, VERB_IMPORT, d, (Str){0}, err))
			return false;
	}
	return ask->n_uses > 0 ||
		err_set(err, E_INPUT, "no column is used: choose at least those that must be there");
}

static void
parts_fill(const Request *rq, Fill *page, const ImportReport *r)
{
	fill_list(page, "parts");
	for (size_t i = 0; i < r->n_parts; i++) {
		const ImportPart *p = &r->part[i];
		Fill *item = fill_item(page, "parts");
		fill_text(item, "set", tr_str(p->dataset->title));
		fill_text(item, "list_url", data_url(rq, p->dataset, "", (Str){0}));
		fill_text(item, "rows", data_number(rq, p->rows));
		fill_text(item, "added", data_number(rq, p->added));
		fill_text(item, "changed", data_number(rq, p->changed));
		fill_text(item, "same", data_number(rq, p->same));
		fill_text(item, "blank", data_number(rq, p->blank));
		fill_text(item, "conflicts", data_number(rq, p->conflicts));
	}
}

static void
problems_fill(const Request *rq, Fill *page, const ImportReport *r)
{
	fill_list(page, "problems");
	for (size_t i = 0; i < r->n_first; i++) {
		const ImportProblem *p = &r->first[i];
		Fill *item = fill_item(page, "problems");
		fill_text(item, "number", data_number(rq, p->row));
		fill_text(item, "column", p->column);
		fill_text(item, "value", p->value);
		fill_text(item, "text", p->text);
	}
	fill_text(page, "bad",
		r->problems ? arena_fmt(rq->a, tr("%.*s of %.*s rows have a problem"),
						  STR(data_number(rq, r->bad_rows)), STR(data_number(rq, r->rows)))
					: (Str){0});
	fill_text(page, "more_problems",
		r->n_first < r->problems ? data_number(rq, r->problems - r->n_first) : (Str){0});
}

static void
choices_fill(const Request *rq, Fill *page, const Job *job, const JobView *v)
{
	const Catalog *c = &rq->w->cat;
	Str *name = NULL;
	size_t n = 0;
	Err ignored;
	Str now = {0};
	fill_list(page, "sheets");
	if (file_is_xlsx(job_path(job)) && !xlsx_sheets(job_path(job), rq->a, &name, &n, &ignored))
		n = 0;
	for (size_t i = 0; n > 1 && i < n; i++) {
		Fill *item = fill_item(page, "sheets");
		fill_text(item, "sheet", name[i]);
		bool chosen = v->sheet.n ? str_eq(v->sheet, name[i]) : i == 0;
		fill_flag(item, "chosen", chosen);
		now = chosen ? name[i] : now;
	}
	fill_text(page, "sheet_now",
		now.n ? arena_fmt(rq->a, tr("Sheet “%.*s”, one of %zu of this workbook."), STR(now), n)
			  : (Str){0});
	fill_list(page, "sets");
	for (size_t i = 0; i < c->n_datasets; i++) {
		if (!data_may(rq, VERB_IMPORT, &c->dataset[i], (Str){0}))
			continue;
		Fill *item = fill_item(page, "sets");
		fill_text(item, "value", c->dataset[i].name);
		fill_text(item, "label", tr_str(c->dataset[i].title));
		fill_flag(item, "chosen", v->chosen == &c->dataset[i]);
	}
}

static void
batches_fill(const Request *rq, Fill *page, const JobView *v)
{
	fill_list(page, "batches");
	for (size_t i = 0; v->state == JOB_SAVED && i < v->report.n_parts; i++) {
		const ImportPart *p = &v->report.part[i];
		if (!p->batch || !(p->added + p->changed + p->conflicts))
			continue;
		Fill *item = fill_item(page, "batches");
		fill_text(item, "set", tr_str(p->dataset->title));
		fill_text(item, "list_url", data_url(rq, p->dataset, "", (Str){0}));
		fill_text(item, "batch_url", arena_fmt(rq->a, "/import/%lld", (long long)p->batch));
		fill_text(item, "added", data_number(rq, p->added));
		fill_text(item, "changed", data_number(rq, p->changed + p->conflicts));
	}
}

static void
state_fill(const Request *rq, Fill *page, const JobView *v)
{
	const ImportReport *r = &v->report;
	bool busy = v->state == JOB_CHECKS || v->state == JOB_SAVES;
	uint64_t conflicts = 0, fresh = 0;
	for (size_t i = 0; i < r->n_parts; i++) {
		conflicts += r->part[i].conflicts;
		fresh += r->part[i].added + r->part[i].changed;
	}
	bool understood = v->state == JOB_CHECKED && r->n_parts,
		 misfit = v->state == JOB_CHECKED && !r->n_parts;
	fill_flag(page, "waits", v->state == JOB_WAITS);
	fill_flag(page, "busy", busy);
	fill_flag(page, "saving", v->state == JOB_SAVES);
	fill_text(page, "done_share",
		busy && v->total ? figure_share(rq->a, (int64_t)v->done, (int64_t)v->total) : (Str){0});
	fill_text(
		page, "done_value", v->total ? data_int(rq, (int64_t)(v->done * 100 / v->total)) : S("0"));
	fill_flag(page, "checked", v->state == JOB_CHECKED);
	fill_flag(page, "saved", v->state == JOB_SAVED);
	fill_flag(page, "failed", v->state == JOB_FAILED || misfit);
	fill_text(page, "failure", v->err.code ? arena_str(rq->a, str_of(v->err.text)) : (Str){0});
	fill_flag(page, "nothing_saved", v->err.code != E_BUSY && status_of(v->err.code) < 500);
	/* Hints of these are words for the command line: the page has forms for what they say. */
	bool hint = v->err.code && !misfit && v->err.code != E_CONFLICT;
	fill_text(page, "failure_hint", hint ? arena_str(rq->a, str_of(v->err.hint)) : (Str){0});
	fill_flag(page, "understood", understood);
	fill_flag(page, "can_take", understood && !r->problems && fresh);
	fill_flag(page, "no_rows", understood && !r->rows);
	fill_flag(page, "nothing_new", understood && r->rows && !r->problems && !fresh);
	fill_flag(page, "none_good", understood && r->problems && !fresh);
	fill_flag(page, "can_take_good", understood && r->problems && fresh);
	fill_flag(page, "can_over", understood && conflicts > 0);
	fill_flag(page, "can_save", understood && (fresh || conflicts));
	fill_text(page, "conflicts", data_number(rq, conflicts));
	fill_flag(page, "has_errors", r->error_file != NULL);
}

/* wrong: what stands against the step that was asked for; NULL: nothing was asked for. */
static bool
job_page(Request *rq, Job *job, const Err *wrong, Err *err)
{
	JobView v;
	Fill *page = fill_new(rq->a);
	job_look(job, rq->a, &v);
	Str here = arena_fmt(rq->a, "/import/file/%.*s", STR(rq_param(rq, "id")));
	fill_text(page, "title", arena_fmt(rq->a, tr("Import: %.*s"), STR(job_name(job))));
	fill_text(page, "board_css", asset_address(S("board.css"), rq->a));
	fill_text(page, "here", here);
	fill_text(page, "errors_url", arena_fmt(rq->a, "%.*s/errors", STR(here)));
	paper_fill(rq, page,
		v.chosen               ? v.chosen
			: v.report.n_parts ? v.report.part[0].dataset
							   : NULL,
		&v.paper);
	columns_fill(rq, page, &v.report);
	maps_fill(rq, page, &v);
	parts_fill(rq, page, &v.report);
	problems_fill(rq, page, &v.report);
	choices_fill(rq, page, job, &v);
	state_fill(rq, page, &v);
	batches_fill(rq, page, &v);
	fill_text(page, "wrong", wrong ? arena_str(rq->a, str_of(wrong->text)) : (Str){0});
	fill_text(page, "wrong_hint", wrong ? arena_str(rq->a, str_of(wrong->hint)) : (Str){0});
	if (!page_send_as(rq, wrong ? status_of(wrong->code) : MHD_HTTP_OK, "import_file", page, err))
		return false;
	/* Works without JavaScript: the browser asks again. */
	if (v.state == JOB_CHECKS || v.state == JOB_SAVES)
		reply_header(rq, "Refresh", S("1"));
	return true;
}

static bool
job_show(Request *rq, Err *err)
{
	AUTO(JobP) job = NULL;
	return job_find(rq, &job, err) && job_page(rq, job, NULL, err);
}
ROUTE(import_file, "GET", "/import/file/{id}", job_show, ROUTE_MEMBER);

/* ---- the next step ---- */

/* What the form asks for; `saves` when one of its buttons says how. */
static bool
ask_take(Request *rq, Job *job, JobAsk *ask, Err *err)
{
	Str step = rq_form(rq, "step"), set = rq_form(rq, "dataset"), how = rq_form(rq, "how");
	bool assigns = str_eq(step, S("assign"));
	JobView v;
	job_look(job, rq->a, &v);
	*ask = (JobAsk){.saves = how.n > 0,
		.sheet = assigns ? (Str){0} : rq_form(rq, "sheet"),
		.partial = str_eq(how, S("good")) || str_eq(how, S("over")),
		.conflicts = str_eq(how, S("over"))};
	if (ask->saves && v.state != JOB_CHECKED)
		return err_set(err, E_CONFLICT, "the file has to be checked before it is taken in");
	if (!ask->saves && !assigns && set.n && !(ask->chosen = catalog_dataset(&rq->w->cat, set)))
		return err_set(err, E_NOTFOUND, "there is no dataset '%.*s'", STR(set));
	if (ask->chosen && !data_allow(rq, VERB_IMPORT, ask->chosen, (Str){0}, err))
		return false;
	return paper_form(rq, &ask->paper, err) && (ask->saves || !assigns || uses_take(rq, ask, err));
}

static bool
job_step(Request *rq, Err *err)
{
	AUTO(JobP) job = NULL;
	JobAsk ask;
	Err wrong = {0};
	if (!job_find(rq, &job, err))
		return false;
	if (str_eq(rq_form(rq, "step"), S("drop")))
		return job_drop(job, err) && reply_redirect(rq, S("/import"), err);
	if (ask_take(rq, job, &ask, &wrong))
		return job_run(rq, job, &ask, err) &&
			reply_redirect(rq, arena_fmt(rq->a, "/import/file/%.*s", STR(rq_param(rq, "id"))), err);
	if (wrong.code == E_INPUT || wrong.code == E_LIMIT)
		return job_page(rq, job, &wrong, err);
	*err = wrong;
	return false;
}
ROUTE(import_step, "POST", "/import/file/{id}", job_step, ROUTE_MEMBER);

static bool
job_errors(Request *rq, Err *err)
{
	AUTO(JobP) job = NULL;
	AUTO(Buf) b = {0};
	AUTO(Arena) a = {0};
	JobView v;
	Str bytes;
	if (!job_find(rq, &job, err))
		return false;
	job_look(job, rq->a, &v);
	if (!v.report.error_file)
		return err_set(err, E_NOTFOUND, "no row of this file was wrong");
	if (!arena_open(&a, 128 * SIZE_MB, err))
		return false;
	if (!file_read(v.report.error_file, 100 * SIZE_MB, &a, &bytes, err)) {
		if (err->code != E_LIMIT)
			return false;
		err_set(err, E_LIMIT, "too many rows are wrong for a file of them");
		return err_hint(
			err, "correct what the first ones have in common, and send your file again");
	}
	buf_add(&b, bytes);
	bool book = str_ends(str_of(v.report.error_file), S(".xlsx"));
	if (!reply_bytes(rq, MHD_HTTP_OK,
			book ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
				 : "text/csv; charset=utf-8",
			&b, err))
		return false;
	reply_header(rq, "Content-Disposition",
		arena_fmt(rq->a, "attachment; filename=\"%s.%s\"", "errors", book ? "xlsx" : "csv"));
	return true;
}
ROUTE(import_errors, "GET", "/import/file/{id}/errors", job_errors, ROUTE_MEMBER);
