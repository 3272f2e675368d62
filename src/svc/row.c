/* row: the cells of one row become values: parsed, completed, and their places and references checked. */
#include "svc/svc_private.h"

bool
cell_is_masked(Str cell)
{
	size_t at;
	return str_find(cell, S("\u2022"), &at);
}

static bool
reference_check(RowReader *r, const Field *f, Value v, Err *err)
{
	AUTO(Buf) sql = {0};
	const Dataset *to = catalog_dataset(&r->w->cat, f->ref);
	Stmt *s;
	bool row;
	NEED(to && to->n_key == 1);
	dataset_select_sql(to, &sql);
	if (!buf_check(&sql, err) || !db_prepare(r->places->db, buf_str(&sql), &s, err))
		return false;
	if (v.kind == VALUE_INT)
		db_bind_int(s, 1, v.i);
	else
		db_bind_text(s, 1, v.s);
	if (!db_step(s, &row, err))
		return false;
	db_reset(s);
	return row ||
		err_set(
			err, E_INPUT, "'%.*s' is not in '%.*s'; add it there first", STR(v.s), STR(to->name));
}

bool
row_references(RowReader *r, const Value *v, const Field **bad, Err *err)
{
	for (size_t i = 0; i < r->d->n_fields; i++) {
		*bad = &r->d->field[i];
		if (v[i].kind != VALUE_TEXT)
			continue;
		if ((*bad)->type == TYPE_AREA && !places_check(r->places, r->d, v[i].s, err))
			return false;
		if ((*bad)->type == TYPE_REF && !reference_check(r, *bad, v[i], err))
			return false;
	}
	return true;
}

bool
row_keys_from_text(
	const Workspace *w, const Dataset *d, const Str *text, Arena *a, Value *v, Err *err)
{
	for (size_t k = 0; k < d->n_key; k++) {
		size_t i = d->key[k];
		const Field *f = &d->field[i];
		Str cell = text[i].p ? text[i] : pack_preset(w->pack, d->name, f->name);
		if (!cell.p)
			cell = f->default_text;
		if (!cell.p)
			return err_set(err, E_INPUT, "%.*s: the key field is missing", STR(f->name));
		if (!value_parse(&(Reading){&w->cat, w->pack, area_zone(w->area), a}, f, cell, &v[i], err))
			return err_prefix(err, "%.*s: ", STR(f->name));
	}
	return true;
}

bool
row_from_text(RowReader *r, const Str *text, Arena *a, Value *v, Err *err)
{
	const Dataset *d = r->d;
	const Pack *pack = r->w->pack;
	const Field *bad = NULL;
	Err why;
	size_t at;
	bool ok = true;
	/* Local times follow the zone of the row's own area. */
	r->zone = area_zone(text[d->area].n ? text[d->area] : r->w->area);
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		v[i] = (Value){0};
		if (f->n_private && cell_is_masked(text[i])) {
			v[i].kind = (ValueKind)VALUE_KEEP;
		} else if (text[i].p &&
			!value_parse(&(Reading){&r->w->cat, pack, r->zone, a}, f, text[i], &v[i], &why)) {
			r->problem(r->ctx, f, text[i], &why);
			ok = false;
		}
	}
	if (!ok)
		return false;
	if (!row_finish(&(Reading){&r->w->cat, pack, 0, a}, d, v, &at, &why)) {
		r->problem(r->ctx, &d->field[at], text[at], &why);
		return false;
	}
	why = (Err){0};
	if (row_references(r, v, &bad, &why))
		return true;
	if (why.code == E_INPUT || why.code == E_NOTFOUND)
		r->problem(r->ctx, bad, text[bad - d->field], &why);
	else if (err)
		*err = why;
	return false;
}

void
row_bind_matches(const Dataset *d, const Matches *m, Stmt *s, int at)
{
	for (size_t i = 0; i < d->n_match; i++, at++)
		if (m->hex[i][0])
			db_bind_text(s, at, str_of(m->hex[i]));
		else
			db_bind_null(s, at);
}

void
row_bind(const Dataset *d, const Value *v, const RowMark *m, Stmt *s)
{
	int at = 1;
	for (size_t i = 0; i < d->n_fields; i++) {
		if (d->field[i].n_private)
			continue;
		if (v[i].kind == VALUE_INT)
			db_bind_int(s, at++, v[i].i);
		else if (v[i].kind == VALUE_TEXT)
			db_bind_text(s, at++, v[i].s);
		else
			db_bind_null(s, at++);
	}
	db_bind_int(s, at++, m->event);
	if (d->has_private && m->sealed.n)
		db_bind_blob(s, at++, m->sealed);
	else if (d->has_private)
		db_bind_null(s, at++);
	row_bind_matches(d, m->matches, s, at);
}
