/* setup: the first steps of a workspace, from the list of TPS to accounts for everybody. What is done is seen from the data itself. */
#include "web/data.h"

enum { COUNTED = 100000 };

typedef struct Setup {
	Request *rq;
	Fill *page;
	size_t steps, done;
} Setup;

/* ---- one step ---- */

static bool
set_fill(const Setup *x, Fill *step, const Dataset *d, uint64_t *rows, Err *err)
{
	const Request *rq = x->rq;
	if (!rows_number(rq->w, d, (Str){0}, COUNTED + 1, rows, err))
		return false;
	Fill *item = fill_item(step, "sets");
	data_fill(rq, item, d, (Str){0});
	fill_text(item, "owner", str_of(agency_label(d->owner)));
	fill_text(item, "rows",
		*rows > COUNTED ? arena_fmt(rq->a, tr("more than %.*s"), STR(data_number(rq, COUNTED)))
						: data_number(rq, *rows));
	fill_flag(item, "some", *rows > 0);
	fill_flag(item, "one", *rows == 1);
	fill_flag(item, "may_import", data_may(rq, VERB_IMPORT, d, (Str){0}));
	fill_text(item, "xlsx", data_url(rq, d, "template.xlsx", (Str){0}));
	fill_text(item, "csv", data_url(rq, d, "template.csv", (Str){0}));
	fill_text(item, "new_url", data_url(rq, d, "new", (Str){0}));
	return true;
}

static Fill *
step_new(Setup *x, const char *title, const char *why, bool accounts)
{
	Fill *step = fill_item(x->page, "steps");
	fill_text(step, "number", data_int(x->rq, (int64_t)++x->steps));
	fill_text(step, "step", str_of(title));
	fill_text(step, "why", str_of(why));
	fill_list(step, "sets");
	fill_flag(step, "accounts", accounts);
	return step;
}

static void
step_end(Setup *x, Fill *step, bool done)
{
	fill_flag(step, "done", done);
	fill_flag(step, "next", !done && x->done + 1 == x->steps);
	x->done += done;
}

/* sets: names of datasets, NULL at the end; one of them with rows makes the step done. */
static bool
step_add(Setup *x, const char *title, const char *why, const char *const *sets, Err *err)
{
	Fill *step = step_new(x, title, why, false);
	bool done = false;
	for (; *sets; sets++) {
		const Dataset *d = catalog_dataset(&x->rq->w->cat, str_of(*sets));
		uint64_t rows = 0;
		if (!d || !data_may(x->rq, VERB_READ, d, (Str){0}))
			continue;
		if (!set_fill(x, step, d, &rows, err))
			return false;
		done |= rows > 0;
	}
	step_end(x, step, done);
	return true;
}

static bool
accounts_add(Setup *x, Err *err)
{
	Request *rq = x->rq;
	AccountList all = {.max = 2};
	Err ignored;
	if (!accounts_list(rq->w, &all, rq->a, err))
		return false;
	Fill *step = step_new(x, tr("Accounts for the others"),
		tr("Each agency enters what it knows itself. An account sees and changes what its agency, role and areas allow."),
		true);
	fill_flag(step, "may_accounts",
		!rq->who || account_may(rq->who, VERB_ACCOUNTS, NULL, (Str){0}, &ignored));
	step_end(x, step, all.n > 1);
	return true;
}

/* ---- all of them ---- */

static bool
steps_add(Setup *x, Err *err)
{
	return step_add(x, tr("The list of TPS"),
			   tr("Everything is counted by TPS, so this list comes first: one row for each, with its code of 13 digits."),
			   (const char *const[]){"tps", NULL}, err) &&
		step_add(x, tr("Voters of each TPS"),
			tr("The number of voters on each roll says how many ballots and officers a TPS needs."),
			(const char *const[]){"roll_count", "roll_signoff", NULL}, err) &&
		step_add(x, tr("Officers of each TPS"),
			tr("How many there are, sworn in and trained; by name too, where it shall be seen who serves twice."),
			(const char *const[]){"officer_count", "officer", NULL}, err) &&
		step_add(x, tr("Logistics"),
			tr("What was packed, sent, received and damaged, TPS by TPS and item by item."),
			(const char *const[]){"delivery", "shipment", NULL}, err) &&
		step_add(x, tr("Security"),
			tr("The force that is planned, the areas of each police and army unit, and who stands at which TPS."),
			(const char *const[]){
				"security_count", "police_force", "army_force", "unit_area", NULL},
			err) &&
		accounts_add(x, err);
}

static bool
setup(Request *rq, Err *err)
{
	Setup x = {.rq = rq, .page = fill_new(rq->a)};
	fill_list(x.page, "steps");
	if (!steps_add(&x, err))
		return false;
	fill_text(x.page, "title", str_of(tr("First steps")));
	fill_flag(x.page, "complete", x.done == x.steps);
	fill_text(
		x.page, "so_far", arena_fmt(rq->a, tr("%zu of %zu steps have begun"), x.done, x.steps));
	fill_text(x.page, "setup_css", asset_address(S("setup.css"), rq->a));
	return page_send(rq, "setup", x.page, err);
}
ROUTE(setup, "GET", "/setup", setup, ROUTE_MEMBER);
