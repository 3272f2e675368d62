/* stages: the stages of the election in a province or regency: their dates, and which were declared done on what evidence. */
#include "web/area.h"
#include "web/data.h"

static const char *
state_words(const Workspace *w, const Stage *g)
{
	if (g->declared.n && g->ends.n && str_cmp(g->declared, g->ends) < 0)
		return tr("declared early");
	if (g->declared.n)
		return tr("declared");
	if (g->past)
		return tr("overdue");
	if (g->starts.n && desk_days_left(w, g->starts) > 0)
		return tr("to come");
	return g->ends.n ? tr("open") : tr("no date");
}

static void
stage_fill(const Desk *d, const Stage *g, Fill *f)
{
	fill_text(f, "stage", tr_str(g->code->label));
	fill_flag(f, "unverified", g->code->unverified);
	fill_text(f, "starts", figure_day(d->a, g->starts));
	fill_text(f, "ends", figure_day(d->a, g->ends));
	fill_text(f, "set_by", g->set_by);
	fill_text(f, "basis", g->code->basis);
	fill_text(f, "state", str_of(state_words(d->rq->w, g)));
	fill_flag(f, "done", g->declared.n > 0);
	fill_flag(f, "late", g->past && !g->declared.n);
	fill_text(f, "declared", figure_day(d->a, g->declared));
	fill_text(f, "declared_by", g->declared_by);
	fill_text(f, "evidence", g->evidence);
}

static bool
may_enter(const Request *rq, Str dataset)
{
	const Dataset *d = catalog_dataset(&rq->w->cat, dataset);
	return d && data_may(rq, VERB_ENTER, d, rq_param(rq, "area"));
}

static bool
page_fill(Request *rq, Fill *f, Err *err)
{
	AUTO(Desk) d = {0};
	Stage *stage;
	size_t n, declared = 0, all = 0;
	if (!desk_open(rq, &d, err))
		return false;
	desk_fill(&d, f, tr("Stages"));
	desk_close(&d);
	if (!stages_list(rq->w, d.code, rq->a, &stage, &n, err))
		return false;
	fill_list(f, "stages");
	fill_list(f, "others");
	for (size_t i = 0; i < n; i++) {
		stage_fill(&d, &stage[i], fill_item(f, stage[i].main ? "stages" : "others"));
		all += stage[i].main;
		declared += stage[i].main && stage[i].declared.n;
	}
	fill_flag(f, "may_declare", may_enter(rq, S("stage")));
	fill_flag(f, "may_move", may_enter(rq, S("stage_date")));
	Str regency = area_lift(d.code, LEVEL_REGENCY);
	fill_text(f, "regency", n == 0 && regency.n == 4 ? regency : S(""));
	fill_text(f, "declared_words",
		n ? arena_fmt(rq->a, tr("%s of %s stages declared done"),
				figure_number(rq->a, (int64_t)declared).p, figure_number(rq->a, (int64_t)all).p)
		  : S(""));
	return true;
}

static bool
page(Request *rq, Err *err)
{
	/* What an account may enter depends on the datasets that it was given, too. */
	Str may = arena_fmt(rq->a, "%d%d", may_enter(rq, S("stage")), may_enter(rq, S("stage_date")));
	return desk_send_apart(rq, "stages", may, page_fill, err);
}
ROUTE(stages, "GET", "/area/{area}/stages", page, ROUTE_MEMBER);
