/* plan: what the rows of a dataset are to hold, by the view that says so. */
#include "svc/svc_private.h"

static const Field *
key_field(const Dataset *d, size_t k)
{
	return &d->field[d->key[k]];
}

static void
plan_sql(const PlanList *l, const Query *view, Buf *b)
{
	const Dataset *d = l->dataset;
	Str area = d->field[d->area].name;
	buf_add(b, S("SELECT ")); /* derived SQL */
	for (size_t k = 0; k < d->n_key; k++)
		buf_fmt(b, "%s%.*s", k ? ", " : "", STR(key_field(d, k)->name));
	for (size_t i = 0; i < view->n_planned; i++)
		buf_fmt(b, ", %.*s", STR(view->planned[i].column));
	buf_fmt(
		b, " FROM %.*s WHERE %.*s >= :lo AND %.*s < :hi", STR(view->name), STR(area), STR(area));
	for (size_t k = 0; k < d->n_key; k++)
		if (l->text && l->text[d->key[k]].p)
			buf_fmt(
				b, " AND %.*s = :key_%.*s", STR(key_field(d, k)->name), STR(key_field(d, k)->name));
	buf_fmt(b, " ORDER BY %.*s", STR(area)); /* derived SQL */
	for (size_t k = 0; k < d->n_key; k++)
		if (d->key[k] != d->area)
			buf_fmt(b, ", %.*s", STR(key_field(d, k)->name));
	buf_add(b, S(" LIMIT :most"));
}

static bool
plan_bind(const PlanList *l, Stmt *s, Arena *a, Err *err)
{
	const Dataset *d = l->dataset;
	char end[20];
	Str lo = S(""), hi = S(":");
	int64_t n;
	if (l->area.n)
		area_range(l->area, end, &lo, &hi);
	db_set_text(s, "lo", lo);
	db_set_text(s, "hi", arena_str(a, hi));
	db_set_int(s, "most", (int64_t)l->max + 1);
	for (size_t k = 0; k < d->n_key; k++) {
		const Field *f = key_field(d, k);
		Str cell = l->text ? l->text[d->key[k]] : (Str){0};
		const char *name = arena_fmt(a, "key_%.*s", STR(f->name)).p;
		if (!cell.p)
			continue;
		if (!type_is_int(f->type))
			db_set_text(s, name, cell);
		else if (str_int(cell, &n))
			db_set_int(s, name, n);
		else
			return err_set(err, E_INPUT, "'%.*s' is no whole number", STR(cell));
	}
	return true;
}

static Value
value_at(Stmt *s, int column, const Field *f, Arena *a)
{
	if (db_type(s, column) == DB_NULL)
		return (Value){0};
	if (type_is_int(f->type))
		return (Value){VALUE_INT, db_int(s, column), {0}};
	return (Value){VALUE_TEXT, 0, arena_str(a, db_text(s, column))};
}

static bool
plan_row(const Query *view, Stmt *s, Arena *a, PlanRow *out, Err *err)
{
	const Dataset *d = view->plans;
	AUTO(Buf) key = {0};
	out->v = NEW(a, Value, d->n_fields);
	for (size_t k = 0; k < d->n_key; k++)
		out->v[d->key[k]] = value_at(s, (int)k, key_field(d, k), a);
	for (size_t i = 0; i < view->n_planned; i++) {
		const Field *f = view->planned[i].field;
		out->v[f - d->field] = value_at(s, (int)(d->n_key + i), f, a);
	}
	row_key(d, out->v, &key);
	out->key = arena_str(a, buf_str(&key));
	return buf_check(&key, err);
}

bool
plan_list(Workspace *w, PlanList *l, Arena *a, Err *err)
{
	AUTO(Buf) sql = {0};
	Stmt *s;
	bool more;
	const Query *view = catalog_plan(&w->cat, l->dataset);
	l->n = 0;
	l->more = false;
	if (!view)
		return true;
	plan_sql(l, view, &sql);
	if (!buf_check(&sql, err) || !db_prepare(w->db, buf_str(&sql), &s, err) ||
		!plan_bind(l, s, a, err))
		return false;
	l->row = NEW(a, PlanRow, l->max);
	bool ok;
	while ((ok = db_step(s, &more, err)) && more && l->n < l->max)
		if (!plan_row(view, s, a, &l->row[l->n++], err)) {
			db_reset(s);
			return false;
		}
	l->more = ok && more;
	db_reset(s);
	return ok;
}
