/* tps: the page of a polling station: what must be met, what is missing, what is known, and all that happened to it. */
#include "web/area.h"
#include "web/data.h"

enum { HISTORY_SHOWN = 20, FEW = 3 };

/* ---- its status ---- */

static const char *
state_words(int64_t need, int64_t have, int64_t heard)
{
	return have >= need ? tr("met") : heard == 0 ? tr("not heard") : tr("not met");
}

static void
status_fill(const Desk *d, const Series *s, Fill *f)
{
	int64_t need, have, heard;
	Workspace *w = d->rq->w;
	const Query *q = s->query;
	NEED(series_row(d->b, s, d->node, &need, &have, &heard));
	bool met = have >= need;
	fill_text(f, "name", q->name);
	fill_text(f, "indicator", tr_str(q->title));
	fill_text(f, "pillar", pillar_words(q->pillar));
	fill_text(f, "state", str_of(state_words(need, have, heard)));
	fill_flag(f, "met", met);
	fill_flag(f, "unmet", !met && heard > 0);
	fill_flag(f, "unheard", !met && heard == 0);
	fill_flag(f, "must", s->must);
	fill_flag(f, "unverified", query_unverified(q, w->pack) > 0);
	fill_text(f, "have", figure_number(d->a, have));
	fill_text(f, "need", figure_number(d->a, need));
	fill_text(f, "missing", met ? S("") : figure_number(d->a, need - have));
	fill_text(f, "unit", unit_words(q, need));
	fill_text(f, "owner", str_of(agency_label(q->owner)));
	fill_text(f, "due", met ? S("") : due_words(w, d->a, s->due_date));
	fill_flag(f, "late", !met && due_late(w, s->due_date));
	fill_text(f, "opens", board_counts(d->b, s) ? S("") : figure_day(d->a, s->open_date));
}

typedef enum Standing { UNMET, UNHEARD, MET, STANDINGS } Standing;

/* What is not met comes first. */
static void
statuses_fill(const Desk *d, Fill *f, const char *list, bool must)
{
	int64_t need, have, heard;
	fill_list(f, list);
	for (int standing = 0; standing < STANDINGS; standing++)
		for (size_t i = 0; i < d->b->n_indicators; i++) {
			const Series *s = &d->b->series[i];
			if ((s->must && board_counts(d->b, s)) != must ||
				!series_row(d->b, s, d->node, &need, &have, &heard))
				continue;
			Standing own = have >= need ? MET : heard == 0 ? UNHEARD : UNMET;
			if ((int)own == standing)
				status_fill(d, s, fill_item(f, list));
		}
}

static bool
any_besides(const Desk *d)
{
	int64_t need, have, heard;
	for (size_t i = 0; i < d->b->n_indicators; i++) {
		const Series *s = &d->b->series[i];
		if (!(s->must && board_counts(d->b, s)) &&
			series_row(d->b, s, d->node, &need, &have, &heard))
			return true;
	}
	return false;
}

static void
look_fill(const Desk *d, TpsLook *look)
{
	const Board *b = d->b;
	const Catalog *c = &d->rq->w->cat;
	int64_t need, have, heard;
	look->found = NEW(d->a, bool, c->n_checks + 1);
	look->lacking = NEW(d->a, bool, c->n_datasets + 1);
	for (size_t s = b->n_indicators; s < b->n_series; s++)
		look->found[s - b->n_indicators] =
			b->series[s].need[d->node] > 0 && check_open(d->rq, b->series[s].query);
	for (size_t i = 0; i < b->n_indicators; i++) {
		const Series *s = &b->series[i];
		if (!s->must || !board_counts(b, s) || !series_row(b, s, d->node, &need, &have, &heard) ||
			have >= need)
			continue;
		for (size_t k = 0; k < s->query->n_reads; k++)
			look->lacking[s->query->reads[k] - c->dataset] = true;
	}
}

void
tps_fill(const Desk *d, Fill *f, TpsLook *look)
{
	const Board *b = d->b;
	desk_fill(d, f, "");
	fill_flag(f, "ready", b->listed[d->node] && b->unmet[d->node] == 0);
	fill_text(f, "unmet",
		b->unmet[d->node] ? arena_fmt(d->a, tr("%s of what must be there is not"),
								figure_number(d->a, b->unmet[d->node]).p)
						  : S(""));
	fill_text(f, "within", within_words(d->places, area_lift(d->code, LEVEL_VILLAGE), d->a));
	statuses_fill(d, f, "status", true);
	statuses_fill(d, f, "status_besides", false);
	fill_flag(f, "has_besides", any_besides(d));
	look_fill(d, look);
}

/* ---- what is known ---- */

/* As a person reads it: codes and options by their labels. */
static Str
fact_words(const Desk *d, const Field *f, Value v)
{
	AUTO(Buf) text = {0};
	const PackCode *code = f->type == TYPE_CODE ? pack_code(d->rq->w->pack, f->list, v.s) : NULL;
	if (code)
		return tr_str(code->label);
	if (f->type == TYPE_BOOL)
		return str_of(v.i ? tr("yes") : tr("no"));
	if (f->type == TYPE_ENUM || f->type == TYPE_STATES)
		return tr_str(v.s);
	if (f->type == TYPE_INT)
		return figure_number(d->a, v.i);
	if (f->type == TYPE_DATE)
		return figure_day(d->a, v.s);
	if (f->type == TYPE_INSTANT)
		return figure_moment(d->a, v.i, area_zone(d->code));
	value_print(f, v, area_zone(d->code), &text);
	return text.failed ? S("") : arena_str(d->a, buf_str(&text));
}

typedef struct Facts {
	const Desk *d;
	const Dataset *dataset;
	Fill *list; /* of the dataset's rows; NULL until the first */
	int64_t n;
	Fill *page;
} Facts;

static bool
fact_row(void *ctx, const RowView *r, Err *err)
{
	const Value *v = r->v;
	Facts *x = ctx;
	const Desk *d = x->d;
	const Dataset *ds = x->dataset;
	Str encoded;
	(void)err;
	if (!x->list) {
		x->list = fill_item(x->page, "facts");
		fill_text(x->list, "dataset", ds->name);
		fill_text(x->list, "dataset_title", tr_str(ds->title));
		fill_text(x->list, "owner", str_of(agency_label(ds->owner)));
		fill_list(x->list, "rows");
	}
	x->n++;
	Fill *row = fill_item(x->list, "rows");
	percent_text(d->a, r->key, &encoded);
	fill_text(row, "link", arena_fmt(d->a, "/data/%.*s/row/%.*s", STR(ds->name), STR(encoded)));
	fill_text(row, "event", figure_number(d->a, r->event));
	AUTO(Buf) head = {.max = 1000};
	fill_list(row, "values");
	for (size_t i = 0; i < ds->n_fields; i++) {
		const Field *f = &ds->field[i];
		if (f->n_private || v[i].kind == VALUE_NULL || i == ds->area)
			continue;
		Str words = arena_str(d->a, fact_words(d, f, v[i]));
		if (f->key) {
			buf_fmt(&head, "%s%.*s", head.n ? ", " : "", STR(words));
			continue;
		}
		Fill *value = fill_item(row, "values");
		fill_text(value, "label", tr_str(f->label));
		fill_text(value, "value", words);
		fill_text(value, "value_unit", tr_str(f->unit));
	}
	fill_text(row, "row", head.n && !head.failed ? arena_str(d->a, buf_str(&head)) : S(""));
	return true;
}

static bool
facts_fill(const Desk *d, Fill *f, const TpsLook *look, Err *err)
{
	const Catalog *c = &d->rq->w->cat;
	fill_list(f, "facts");
	for (size_t i = 0; i < c->n_datasets; i++) {
		Facts x = {.d = d, .dataset = &c->dataset[i], .page = f};
		RowList all = {.dataset = x.dataset, .area = d->code, .who = d->rq->who};
		if ((x.dataset->level == LEVEL_TPS || x.dataset->level == LEVEL_ANY) &&
			dataset_open(d->rq, x.dataset) && !rows_each(d->rq->w, &all, fact_row, &x, err))
			return false;
		if (!x.list)
			continue;
		fill_text(x.list, "count",
			x.n == 1 ? str_of(tr("1 row"))
					 : arena_fmt(d->a, tr("%s rows"), figure_number(d->a, x.n).p));
		fill_flag(x.list, "few", x.n <= FEW || look->lacking[i]);
	}
	return true;
}

/* ---- findings ---- */

typedef struct Found {
	const Desk *d;
	Fill *page;
} Found;

static bool
finding_row(void *ctx, const Finding *x, Err *err)
{
	Found *found = ctx;
	(void)err;
	Fill *f = fill_item(found->page, "findings");
	fill_text(f, "name", x->check->name);
	fill_text(f, "check", tr_str(x->check->title));
	fill_text(f, "severity", str_of(severity_words(x->check->severity)));
	fill_flag(f, "must", str_eq(x->check->severity, S("must")));
	fill_text(f, "key", key_words(found->d, x->check, x->area, x->key));
	fill_text(f, "detail", detail_words(found->d, x->check, x->detail));
	fill_text(f, "remedy", tr_str(x->check->remedy));
	fill_text(f, "owner", str_of(agency_label(x->check->owner)));
	return true;
}

/* Only checks that the board says have some here are asked. */
static bool
findings_fill(const Desk *d, Fill *f, const bool *found, Err *err)
{
	Found x = {d, f};
	const Catalog *c = &d->rq->w->cat;
	fill_list(f, "findings");
	for (size_t i = 0; i < c->n_checks; i++)
		if (found[i] && !findings_each(d->rq->w, &c->check[i], d->code, finding_row, &x, err))
			return false;
	return true;
}

/* ---- history ---- */

static const char *
verb_words(const HistoryStep *s)
{
	return s->op == OP_PUT   ? s->base ? tr("changed") : tr("added")
		  : s->op == OP_CLOSE ? tr("closed")
		: s->op == OP_REOPEN ? tr("put back")
		: s->op == OP_FORGET ? tr("private fields erased")
							 : "?";
}

/* Its name without the folders of the computer that it came from. */
static Str
file_words(Str path)
{
	Str folder;
	while (str_cut(path, '/', &folder, &path))
		;
	return folder;
}

static void
step_fill(const Desk *d, const PlaceStep *p, Fill *f)
{
	const HistoryStep *s = &p->step;
	Str encoded;
	percent_text(d->a, p->key, &encoded);
	fill_text(f, "at", figure_moment(d->a, s->at, area_zone(d->code)));
	fill_text(f, "number", figure_number(d->a, s->event));
	fill_text(f, "event_link", arena_fmt(d->a, "/event/%lld", (long long)s->event));
	fill_text(f, "verb", str_of(verb_words(s)));
	fill_text(f, "dataset_title", tr_str(p->dataset->title));
	fill_text(
		f, "link", arena_fmt(d->a, "/data/%.*s/history/%.*s", STR(p->dataset->name), STR(encoded)));
	/* The area's own code in front of the key goes without saying. */
	fill_text(f, "key",
		row_words(d, p->dataset,
			str_starts(p->key, d->code) ? str_slice(p->key, d->code.n + 1, p->key.n) : p->key));
	fill_text(f, "who",
		arena_fmt(d->a, "%.*s (%s)", STR(s->origin.actor), agency_label(s->origin.agency)));
	fill_text(f, "behalf",
		s->origin.on_behalf_of.n ? str_of(agency_label(s->origin.on_behalf_of)) : S(""));
	fill_text(f, "source", s->batch ? file_words(s->file) : data_channel(s->origin.source));
	fill_text(f, "why", s->origin.why);
	fill_text(f, "undoes", s->undoes ? figure_number(d->a, s->undoes) : S(""));
	fill_flag(f, "conflict", s->over != 0);
	fill_list(f, "changes");
	for (size_t i = 0; i < s->n_changes; i++) {
		const Change *c = &s->change[i];
		Fill *item = fill_item(f, "changes");
		fill_text(item, "label", tr_str(c->field->label));
		fill_flag(item, "private", c->field->n_private > 0);
		fill_text(item, "from", value_words(d, c->field, c->from));
		fill_text(item, "to", value_words(d, c->field, c->to));
	}
}

static bool
history_wanted(void *ctx, const Dataset *ds)
{
	const Request *rq = ctx;
	return data_whole(rq, ds, rq->w->area);
}

static bool
history_fill(const Desk *d, Fill *f, Err *err)
{
	PlaceHistory h = {
		.area = d->code, .max = HISTORY_SHOWN, .wanted = history_wanted, .ctx = d->rq};
	if (!str_int(rq_query(d->rq, "before"), &h.before) || h.before < 0)
		h.before = 0;
	if (!place_history(d->rq->w, &h, d->a, err))
		return false;
	fill_list(f, "steps");
	for (size_t i = 0; i < h.n; i++)
		step_fill(d, &h.step[i], fill_item(f, "steps"));
	fill_text(f, "older",
		h.more ? arena_fmt(d->a, "/area/%.*s?before=%lld#history", STR(d->code),
					 (long long)h.step[h.n - 1].step.event)
			   : S(""));
	fill_text(f, "newest", h.before ? arena_fmt(d->a, "/area/%.*s#history", STR(d->code)) : S(""));
	return true;
}

bool
tps_facts_fill(const Desk *d, Fill *f, const TpsLook *look, Err *err)
{
	return facts_fill(d, f, look, err) && findings_fill(d, f, look->found, err) &&
		history_fill(d, f, err);
}
