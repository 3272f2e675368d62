/* conflicts: rows that two people changed without knowing of each other: all that are open, and an end to one. */
#include "web/data.h"

enum { LISTED = 200 };

static Str
conflict_url(const Request *rq, const Dataset *d, Str key)
{
	Str path = data_url(rq, d, "", key);
	return arena_fmt(rq->a, "/conflicts/%.*s", STR(str_slice(path, 6, path.n)));
}

/* Those in its areas, of data that it may know of. */
bool
conflict_concerns(const Request *rq, const Dataset *d, Str area)
{
	for (size_t i = 0; i < rq->who->n_areas; i++)
		if (str_eq(rq->who->area[i], S("0")) || str_starts(area, rq->who->area[i]))
			return data_whole(rq, d, area);
	return false;
}

static bool
conflicts(Request *rq, Err *err)
{
	Fill *page = fill_new(rq->a);
	Str area = rq->who && rq->who->n_areas > 1 ? rq->w->area : own_area(rq);
	ConflictList list = {.area = str_eq(area, S("0")) ? (Str){0} : area, .max = LISTED};
	if (!conflicts_list(rq->w, &list, rq->a, err))
		return false;
	fill_text(page, "title", str_of(tr("Conflicts")));
	fill_text(page, "place", data_place(rq, area));
	fill_flag(page, "more", list.more);
	fill_list(page, "rows");
	for (size_t i = 0; i < list.n; i++) {
		const OpenConflict *c = &list.item[i];
		const Dataset *d = catalog_dataset(&rq->w->cat, c->dataset);
		if (!d || !conflict_concerns(rq, d, c->area))
			continue;
		Fill *item = fill_item(page, "rows");
		fill_text(item, "url", conflict_url(rq, d, c->key));
		fill_text(item, "set", tr_str(d->title));
		fill_text(item, "row", data_words(rq, d, c->key));
		fill_text(item, "area", data_place(rq, c->area));
		fill_text(item, "when", figure_time(rq->a, c->at, data_zone(rq)));
		fill_flag(item, "may_settle", data_may(rq, VERB_RESOLVE, d, c->area));
	}
	return page_send(rq, "conflicts", page, err);
}
ROUTE(conflicts, "GET", "/conflicts", conflicts, ROUTE_MEMBER);

/* ---- one ---- */

static void
sides_fill(const Request *rq, Fill *page, const Conflict *c)
{
	const char *const head[] = {
		tr("both knew"), tr("one made it"), tr("the other, later"), tr("stands now")};
	/* What stands now is most often the later one itself. */
	size_t n = c->side[SIDE_NOW].event == c->side[SIDE_CAME].event ? SIDE_NOW : SIDES;
	fill_list(page, "sides");
	for (size_t i = 0; i < n; i++) {
		const Side *side = &c->side[i];
		Fill *item = fill_item(page, "sides");
		bool mine = str_eq(side->origin.actor, rq->who->login);
		fill_text(item, "head", str_of(head[i]));
		fill_flag(item, "mine", mine);
		fill_text(item, "by", side->event ? data_person(rq, &side->origin) : (Str){0});
		fill_text(
			item, "when", side->event ? figure_time(rq->a, side->at, data_zone(rq)) : (Str){0});
		fill_text(item, "event", data_int(rq, side->event));
		fill_text(item, "event_number", data_number(rq, (uint64_t)side->event));
		fill_flag(item, "can_take", side->event && i != SIDE_NOW && i != SIDE_CAME);
	}
	fill_list(page, "differences");
	for (size_t k = 0; k < c->n; k++) {
		const Difference *d = &c->differ[k];
		Fill *item = fill_item(page, "differences");
		fill_text(item, "label", tr_str(d->field->label));
		fill_text(item, "name", d->field->name);
		fill_text(item, "now", d->text[SIDE_NOW]);
		fill_flag(item, "open_field", d->field->n_private == 0);
		fill_list(item, "values");
		for (size_t i = 0; i < n; i++) {
			Fill *v = fill_item(item, "values");
			fill_text(v, "value",
				c->side[i].op == OP_CLOSE ? str_of(tr("taken away"))
					: d->field->n_private ? str_of(tr("private"))
										  : d->text[i]);
		}
	}
}

static bool
conflict_open(Request *rq, Verb verb, Conflicts *c, Err *err)
{
	Str *text;
	RowView row;
	if (!data_dataset(rq, &c->dataset, err) || !data_key(rq, c->dataset, &text, err) ||
		!data_row(rq, verb, c->dataset, text, &row, err))
		return false;
	c->text = text;
	return conflicts_read(rq->w, c, rq->a, err);
}

static bool
conflict(Request *rq, Err *err)
{
	Conflicts c = {0};
	Fill *page = fill_new(rq->a);
	Err why = {0};
	if (!conflict_open(rq, VERB_READ, &c, err))
		return false;
	data_fill(rq, page, c.dataset, c.key);
	fill_text(page, "title", str_of(tr("Two values for one row")));
	fill_text(page, "place", data_place(rq, c.area));
	fill_text(page, "history_url", data_url(rq, c.dataset, "history", c.key));
	fill_text(page, "here", conflict_url(rq, c.dataset, c.key));
	fill_list(page, "conflicts");
	for (size_t i = 0; i < c.n; i++) {
		Fill *item = fill_item(page, "conflicts");
		sides_fill(rq, item, &c.conflict[i]);
		fill_flag(item, "hidden", c.conflict[i].hidden);
		fill_flag(item, "last", i + 1 == c.n);
	}
	fill_flag(page, "may_settle", c.n && data_allow(rq, VERB_RESOLVE, c.dataset, c.area, &why));
	fill_text(page, "why_not", arena_str(rq->a, str_of(why.text)));
	fill_text(page, "who_could", arena_str(rq->a, str_of(why.hint)));
	return page_send(rq, "conflict", page, err);
}
ROUTE(conflict, "GET", "/conflicts/{dataset}/{key*}", conflict, ROUTE_MEMBER);

static bool
conflict_settle(Request *rq, Err *err)
{
	Conflicts c = {0};
	if (!conflict_open(rq, VERB_RESOLVE, &c, err))
		return false;
	const Dataset *d = c.dataset;
	Str choice = rq_form(rq, "choice"), *text = NEW(rq->a, Str, d->n_fields);
	Origin o = data_origin(rq, d, str_trim(rq_form(rq, "why")));
	RowRequest r = {.origin = &o, .dataset = d, .text = text, .settling = true, .who = rq->who};
	bool other = str_eq(choice, S("other"));
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		if (f->key)
			text[i] = c.text[i];
		else if (other && !f->n_private)
			text[i] = rq_form(rq, arena_fmt(rq->a, "v.%.*s", STR(f->name)).p);
	}
	if (!other && !str_eq(choice, S("stands")) && (!str_int(choice, &r.take) || r.take <= 0))
		return err_set(err, E_INPUT, "choose what shall stand from now on");
	return gate_enter(rq->site->gate, &r, err) &&
		reply_redirect(rq,
			arena_fmt(rq->a, "%.*s?done=%lld&was=changed", STR(data_url(rq, d, "row", c.key)),
				(long long)r.event),
			err);
}
ROUTE(conflict_settle, "POST", "/conflicts/{dataset}/{key*}", conflict_settle, ROUTE_MEMBER);
