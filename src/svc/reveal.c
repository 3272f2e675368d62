/* reveal: private fields of rows, opened for somebody who may see them; the log says so once for all rows of a request, before they are
 * given out. */
#include "svc/account_private.h"

typedef struct Reveal {
	WriteTx *tx;
	RevealRequest *r;
	Account now; /* who asks, with the rights of this moment; {0}: whoever holds the keys */
	Acceptor ac;
	Arena *a; /* of the caller, who waits */
} Reveal;

/* ---- what the log says of it ---- */

static bool
shown(const Reveal *k, const Field *f)
{
	return f->n_private && (!k->r->who || account_shows(&k->now, f));
}

static void
reveal_json(const Reveal *k, Str handle, Buf *out)
{
	AUTO(Buf) fields = {0};
	const Dataset *d = k->r->dataset;
	JsonOut j = jout_new(out);
	for (size_t i = 0; i < d->n_fields; i++)
		if (shown(k, &d->field[i]))
			buf_fmt(&fields, "%s%.*s", fields.n ? " " : "", STR(d->field[i].name));
	jout_obj(&j);
	jout_member(&j, S("account"), handle);
	jout_member(&j, S("dataset"), d->name);
	jout_member(&j, S("fields"), buf_str(&fields));
	jout_number(&j, S("rows"), (int64_t)k->r->n);
	jout_member(&j, S("why"), k->r->origin->why);
	jout_obj_end(&j);
	out->failed |= fields.failed;
}

/* Restricted: neither dataset nor area, and the hour only. Which rows they were is not kept: their number is. */
static bool
reveal_log(Reveal *k, Err *err)
{
	AUTO(Buf) open = {0};
	Account of = {0};
	char key[24];
	if (k->r->who && !account_need(k->tx, k->r->who->id, &of, err))
		return false;
	reveal_json(k, of.handle, &open);
	snprintf(key, sizeof key, "%lld", (long long)k->tx->seq + 1);
	return buf_check(&open, err) &&
		log_system(k->tx,
			&(SystemRow){.who = k->r->origin,
				.kind = S("siap.reveal"),
				.key = str_of(key),
				.open = buf_str(&open)},
			&k->r->event, err);
}

/* ---- the rows ---- */

static bool
row_absent(const Reveal *k, Str key, Err *err)
{
	return err_set(err, E_NOTFOUND, "'%.*s' has no row '%.*s'", STR(k->r->dataset->name), STR(key));
}

static bool
row_allowed_to(const Reveal *k, const RowPut *put, Err *err)
{
	const Dataset *d = k->r->dataset;
	const Field *f = d->visible_by.n ? dataset_field(d, d->visible_by) : NULL;
	Str visible = f && put->now->v ? put->now->v[f - d->field].s : (Str){0};
	if (!k->r->who)
		return true;
	if (!account_may(&k->now, VERB_REVEAL, d, put->v[d->area].s, err))
		return false;
	return account_sees(&k->now, d, visible) || row_absent(k, put->key, err);
}

/* Erased fields do not open; that is no failure. */
static bool
row_open(const Reveal *k, const RowPut *put, bool *hidden, Err *err)
{
	Err why = {0};
	*hidden = false;
	if (row_unseal(k->tx, k->r->dataset, put, k->a, &why))
		return true;
	*hidden = why.code == E_DB;
	return *hidden || err_set(err, why.code, "%s", why.text);
}

static bool
row_reveal(Reveal *k, const Str *text, RevealedRow *out, Err *err)
{
	const Dataset *d = k->r->dataset;
	RowPut put = {.v = NEW(k->a, Value, d->n_fields)};
	if (!row_keys_from_text(k->tx->w, d, text, k->a, put.v, err) ||
		!accept_find(&k->ac, &put, k->a, err))
		return false;
	if (!row_allowed_to(k, &put, err))
		return false;
	if (!put.now->v)
		return row_absent(k, put.key, err);
	*out = (RevealedRow){.key = arena_str(k->a, put.key), .text = NEW(k->a, Str, d->n_fields)};
	if (!row_open(k, &put, &out->hidden, err))
		return false;
	for (size_t i = 0; i < d->n_fields; i++) {
		AUTO(Buf) b = {0};
		if (!shown(k, &d->field[i]) || put.now->v[i].kind == VALUE_NULL)
			continue;
		value_print(&d->field[i], put.now->v[i], area_zone(put.v[d->area].s), &b);
		if (!buf_check(&b, err))
			return false;
		out->text[i] = arena_str(k->a, buf_str(&b));
	}
	return true;
}

static bool
reveal_work(WriteTx *tx, void *arg, Err *err)
{
	Reveal *k = arg;
	const Dataset *d = k->r->dataset;
	AUTO(Buf) sql = {0};
	k->tx = tx;
	k->ac = (Acceptor){.d = d, .db = tx->db, .sql = &tx->w->sql};
	dataset_select_sql(d, &sql);
	if (!rights_now(tx, k->r->who, &k->now, err))
		return false;
	if (k->r->who && !account_may(&k->now, VERB_REVEAL, d, (Str){0}, err))
		return false;
	if (!buf_check(&sql, err) || !db_prepare(tx->db, buf_str(&sql), &k->ac.select, err))
		return false;
	for (size_t i = 0; i < k->r->n; i++)
		if (!row_reveal(k, k->r->text[i], &k->r->row[i], err))
			return false;
	return log_begin(tx, err) && reveal_log(k, err);
}

bool
gate_reveal(Gate *g, RevealRequest *r, Arena *a, Err *err)
{
	Reveal k = {.r = r, .a = a};
	r->row = NEW(a, RevealedRow, r->n + 1);
	if (!g->writer)
		return err_set(err, E_BUSY,
			"another Siap process serves '%s': private fields are seen there", g->w->dir);
	if (!why_check(r->origin->why, err))
		return false;
	if (!r->dataset->has_private)
		return err_set(err, E_INPUT, "'%.*s' has no private fields", STR(r->dataset->name));
	if (!r->n || r->n > REVEAL_MOST)
		return err_set(err, E_LIMIT, "1 to %d rows can be looked at in one request", REVEAL_MOST);
	if (gate_write(g, reveal_work, &k, false, err))
		return true;
	/* Nothing is given out that the log does not say. */
	memset(r->row, 0, r->n * sizeof *r->row);
	return false;
}
