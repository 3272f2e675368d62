/* shape: tables that follow from the log, as lists of columns, and the statements by which they are compared and put right: derived SQL. */
#include "svc/svc_private.h"

static const Str conflict_columns[] = {
	{"area", 4}, {"dataset", 7}, {"key", 3}, {"event", 5}, {"over", 4}, {"resolved", 8}};
static const Str closed_columns[] = {{"dataset", 7}, {"area", 4}, {"key", 3}, {"event", 5}};
const Shape shape_conflict = {{"conflict", 8}, conflict_columns, 6, 4, 1, 0};
const Shape shape_closed = {{"closed_row", 10}, closed_columns, 4, 3, 0, 0};
static const Str device_columns[] = {{"area", 4}, {"device", 6}, {"request", 7}, {"event", 5},
	{"own", 3}, {"wall", 4}, {"counter", 7}, {"ahead", 5}, {"behind", 6}};
const Shape shape_device = {{"device_edit", 11}, device_columns, 9, 4, -1, 4};

void
dataset_shape(const Dataset *d, Arena *a, Shape *out)
{
	Str *c = NEW(a, Str, d->n_fields + 2 + MATCH_MAX);
	*out = (Shape){.name = d->name, .column = c, .n_key = d->n_key, .dataset = -1};
	c[out->n++] = d->field[d->area].name;
	for (size_t k = 0; k < d->n_key; k++)
		if (d->key[k] != d->area)
			c[out->n++] = d->field[d->key[k]].name;
	for (size_t i = 0; i < d->n_fields; i++)
		if (!d->field[i].key && !d->field[i].n_private)
			c[out->n++] = d->field[i].name;
	c[out->n++] = S("_event");
	if (d->has_private)
		c[out->n++] = S("_sealed");
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->field[i].match)
			c[out->n++] = arena_fmt(a, "%.*s_match", STR(d->field[i].name));
}

static void
list(const Shape *s, const char *before, size_t from, size_t to, Buf *out)
{
	for (size_t i = from; i < to; i++)
		buf_fmt(out, "%s%s%.*s", i > from ? ", " : "", before, STR(s->column[i]));
}

static void
where_keys(const Shape *s, Buf *out)
{
	for (size_t i = 0; i < s->n_key; i++)
		buf_fmt(
			out, "%s%.*s = :%.*s", i ? " AND " : " WHERE ", STR(s->column[i]), STR(s->column[i]));
}

static void
select_add(const Shape *s, Buf *out)
{
	buf_add(out, S("SELECT ")); /* derived SQL */
	list(s, "", 0, s->n, out);
	buf_fmt(out, " FROM %.*s", STR(s->name));
}

void
shape_from_sql(const Shape *s, bool behind, Buf *out)
{
	select_add(s, out);
	if (behind) {
		buf_add(out, S(" WHERE ("));
		list(s, "", 0, s->n_key, out);
		buf_add(out, S(") > ("));
		list(s, ":", 0, s->n_key, out);
		buf_byte(out, ')');
	}
	buf_add(out, S(" ORDER BY ")); /* derived SQL */
	list(s, "", 0, s->n_key, out);
	buf_add(out, S(" LIMIT :most"));
}

void
shape_get_sql(const Shape *s, Buf *out)
{
	select_add(s, out);
	where_keys(s, out);
}

void
shape_remove_sql(const Shape *s, Buf *out)
{
	buf_fmt(out, "DELETE FROM %.*s", STR(s->name)); /* derived SQL */
	where_keys(s, out);
}

void
shape_put_sql(const Shape *s, Buf *out)
{
	buf_fmt(out, "INSERT INTO %.*s (", STR(s->name)); /* derived SQL */
	list(s, "", 0, s->n, out);
	buf_add(out, S(") VALUES ("));
	list(s, ":", 0, s->n, out);
	buf_byte(out, ')');
	if (s->dataset < 0)
		return;
	buf_add(out, S(" ON CONFLICT ("));
	list(s, "", 0, s->n_key, out);
	buf_add(out, S(") DO UPDATE SET "));
	for (size_t i = s->n_key; i < s->n; i++)
		buf_fmt(out, "%s%.*s = excluded.%.*s", i > s->n_key ? ", " : "", STR(s->column[i]),
			STR(s->column[i]));
}

/* ---- cells ---- */

Cell
cell_of(Stmt *s, int i)
{
	Cell c = {.type = db_type(s, i)};
	if (c.type == DB_INT)
		c.i = db_int(s, i);
	else if (c.type != DB_NULL)
		c.s = db_text(s, i);
	return c;
}

Cell
cell_keep(Cell c, Arena *a)
{
	if (c.s.p)
		c.s = arena_str(a, c.s);
	return c;
}

void
cell_bind(Stmt *s, int at, const Cell *c)
{
	if (c->type == DB_INT)
		db_bind_int(s, at, c->i);
	else if (c->type == DB_BLOB)
		db_bind_blob(s, at, c->s);
	else if (c->type == DB_NULL)
		db_bind_null(s, at);
	else
		db_bind_text(s, at, c->s);
}

int
cell_cmp(Cell x, Cell y)
{
	if (x.type != y.type)
		return x.type < y.type ? -1 : 1;
	if (x.type == DB_INT)
		return (x.i > y.i) - (x.i < y.i);
	return str_cmp(x.s, y.s);
}
