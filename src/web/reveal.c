/* reveal: private fields of one row, or of the rows that a list shows, for somebody who may see them and says why; the log keeps it. */
#include "web/data.h"

/* The rows that the path or the form names. */
static bool
keys_read(Request *rq, const Dataset *d, const Str ***out, size_t *n, Err *err)
{
	Str one = rq_param(rq, "key");
	const Str **text = NEW(rq->a, const Str *, REVEAL_MOST);
	*n = 0;
	*out = text;
	for (const Pair *p = rq->form; p || one.n; p = p->next) {
		Str *cells;
		if (!one.n && !str_eq(p->name, S("key")))
			continue;
		if (*n == REVEAL_MOST)
			return err_set(
				err, E_LIMIT, "1 to %d rows can be looked at in one request", REVEAL_MOST);
		if (!row_key_cells(d, one.n ? one : p->value, rq->a, &cells, err))
			return false;
		text[(*n)++] = cells;
		if (one.n)
			break;
	}
	return *n || err_set(err, E_INPUT, "there is no row here whose private fields could be seen");
}

static void
columns_fill(const Request *rq, Fill *page, const Dataset *d)
{
	fill_list(page, "columns");
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->field[i].n_private && account_shows(rq->who, &d->field[i]))
			fill_text(fill_item(page, "columns"), "label", tr_str(d->field[i].label));
}

static void
row_fill(const Request *rq, Fill *page, const Dataset *d, const RevealedRow *r)
{
	Fill *item = fill_item(page, "rows");
	fill_text(item, "row_key", r->key);
	fill_text(item, "url", data_url(rq, d, "row", r->key));
	fill_list(item, "cells");
	for (size_t i = 0; i < d->n_fields; i++) {
		if (!d->field[i].n_private || !account_shows(rq->who, &d->field[i]))
			continue;
		Fill *cell = fill_item(item, "cells");
		fill_text(cell, "text", r->text[i]);
		fill_flag(cell, "erased", r->hidden);
	}
}

static bool
reveal(Request *rq, Err *err)
{
	Fill *page = fill_new(rq->a);
	const Str **text;
	RevealRequest r = {.who = rq->who};
	if (!data_dataset(rq, &r.dataset, err) ||
		!data_allow(rq, VERB_REVEAL, r.dataset, (Str){0}, err) ||
		!keys_read(rq, r.dataset, &text, &r.n, err))
		return false;
	Origin o = data_origin(rq, NULL, str_trim(rq_form(rq, "why")));
	r.origin = &o;
	r.text = text;
	if (!gate_reveal(rq->site->gate, &r, rq->a, err))
		return false;
	data_fill(rq, page, r.dataset, (Str){0});
	fill_text(page, "title", str_of(tr("Private fields")));
	fill_text(page, "why", o.why);
	fill_text(page, "event_number", data_number(rq, (uint64_t)r.event));
	columns_fill(rq, page, r.dataset);
	fill_list(page, "rows");
	for (size_t i = 0; i < r.n; i++)
		row_fill(rq, page, r.dataset, &r.row[i]);
	return page_send(rq, "data_reveal", page, err);
}
ROUTE(data_reveal, "POST", "/data/{dataset}/reveal/{key*}", reveal, ROUTE_MEMBER);
ROUTE(data_reveal_shown, "POST", "/data/{dataset}/reveal", reveal, ROUTE_MEMBER);
