/* sql: derived SQL: the table of a dataset's projection and the statements on it; names were checked when the dataset was read. */
#include "cat/cat_private.h"

/* The next place of a list: nothing before the first item. */
static void
separate(Buf *out, bool *some, const char *between)
{
	if (*some)
		buf_add(out, str_of(between));
	*some = true;
}

/* "a, b, _event[, _sealed]", or with `before` ":a, :b, :_event[, :_sealed]". */
static void
columns_add(const Dataset *d, const char *before, Buf *out)
{
	bool some = false;
	for (size_t i = 0; i < d->n_fields; i++)
		if (!d->field[i].n_private) {
			separate(out, &some, ", ");
			buf_fmt(out, "%s%.*s", before, STR(d->field[i].name));
		}
	separate(out, &some, ", ");
	buf_fmt(out, "%s_event", before);
	if (d->has_private)
		buf_fmt(out, ", %s_sealed", before);
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->field[i].match)
			buf_fmt(out, ", %s%.*s_match", before, STR(d->field[i].name));
}

/* The primary key: the area in front, so that a subtree is one range of the table. */
static void
keys_add(const Dataset *d, Buf *out)
{
	buf_add(out, d->field[d->area].name);
	for (size_t k = 0; k < d->n_key; k++)
		if (d->key[k] != d->area)
			buf_fmt(out, ", %.*s", STR(d->field[d->key[k]].name));
}

/* ":after_a, :after_b" of those columns. */
static void
after_add(const Dataset *d, Buf *out)
{
	buf_fmt(out, ":after_%.*s", STR(d->field[d->area].name));
	for (size_t k = 0; k < d->n_key; k++)
		if (d->key[k] != d->area)
			buf_fmt(out, ", :after_%.*s", STR(d->field[d->key[k]].name));
}

static void
where_keys(const Dataset *d, Buf *out)
{
	bool some = false;
	buf_add(out, S(" WHERE "));
	for (size_t k = 0; k < d->n_key; k++) {
		Str name = d->field[d->key[k]].name;
		separate(out, &some, " AND ");
		buf_fmt(out, "%.*s = :%.*s", STR(name), STR(name));
	}
}

void
dataset_ddl(const Dataset *d, Store store, Buf *out)
{
	bool lite = store == STORE_SQLITE;
	buf_fmt(out, "CREATE TABLE %.*s (", STR(d->name));
	for (size_t i = 0; i < d->n_fields; i++) {
		const Field *f = &d->field[i];
		if (f->n_private)
			continue;
		const char *type =
			type_is_int(f->type) ? (lite ? "INTEGER" : "bigint") : (lite ? "TEXT" : "text");
		buf_fmt(out, "%.*s %s%s, ", STR(f->name), type, f->key ? " NOT NULL" : "");
	}
	buf_fmt(out, "_event %s NOT NULL, ", lite ? "INTEGER" : "bigint");
	if (d->has_private)
		buf_fmt(out, "_sealed %s, ", lite ? "BLOB" : "bytea");
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->field[i].match)
			buf_fmt(out, "%.*s_match %s, ", STR(d->field[i].name), lite ? "TEXT" : "text");
	buf_add(out, S("PRIMARY KEY ("));
	keys_add(d, out);
	buf_add(out, lite ? S(")) STRICT, WITHOUT ROWID") : S("))"));
	for (size_t i = 0; i < d->n_fields; i++) {
		Str name = d->field[i].name;
		if (d->field[i].match)
			buf_fmt(out, ";\nCREATE INDEX %.*s_%.*s_match ON %.*s (%.*s_match)", STR(d->name),
				STR(name), STR(d->name), STR(name));
	}
}

void
dataset_add_sql(const Dataset *d, Buf *out)
{
	buf_fmt(out, "INSERT INTO %.*s (", STR(d->name));
	columns_add(d, "", out);
	buf_add(out, S(") VALUES ("));
	columns_add(d, ":", out);
	buf_byte(out, ')');
}

void
dataset_insert_sql(const Dataset *d, Buf *out)
{
	dataset_add_sql(d, out);
	buf_add(out, S(" ON CONFLICT DO NOTHING"));
}

/* The keys are set too, to what they are: so the parameters stand at the same positions as in the insert. */
void
dataset_update_sql(const Dataset *d, Buf *out)
{
	buf_fmt(out, "UPDATE %.*s SET ", STR(d->name));
	for (size_t i = 0; i < d->n_fields; i++)
		if (!d->field[i].n_private)
			buf_fmt(out, "%.*s = :%.*s, ", STR(d->field[i].name), STR(d->field[i].name));
	buf_add(
		out, d->has_private ? S("_event = :_event, _sealed = :_sealed") : S("_event = :_event"));
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->field[i].match)
			buf_fmt(
				out, ", %.*s_match = :%.*s_match", STR(d->field[i].name), STR(d->field[i].name));
	where_keys(d, out);
}

static void
select_add(const Dataset *d, Buf *out)
{
	buf_add(out, S("SELECT "));
	columns_add(d, "", out);
	buf_fmt(out, " FROM %.*s", STR(d->name));
}

void
dataset_select_sql(const Dataset *d, Buf *out)
{
	select_add(d, out);
	where_keys(d, out);
}

void
dataset_find_sql(const Dataset *d, size_t n, Buf *out)
{
	char before[80];
	snprintf(before, sizeof before, "%.*s.", STR(d->name));
	buf_add(out, S("SELECT "));
	columns_add(d, before, out);
	buf_add(out, S(" FROM (VALUES "));
	for (size_t i = 0; i < n * d->n_key; i++) {
		size_t k = i % d->n_key;
		bool number = type_is_int(d->field[d->key[k]].type);
		buf_fmt(out, "%s%s:k%zu%s",
			k       ? ", "
				: i ? "), ("
					: "(",
			number ? "CAST(" : "", i + 1, number ? " AS bigint)" : "");
	}
	/* CROSS: the wanted keys are the outer loop for SQLite, each a look-up in the primary key. */
	buf_fmt(out, ")) AS wanted CROSS JOIN %.*s WHERE ", STR(d->name));
	for (size_t k = 0; k < d->n_key; k++)
		buf_fmt(out, "%s%s%.*s = wanted.column%zu", k ? " AND " : "", before,
			STR(d->field[d->key[k]].name), k + 1);
}

void
dataset_range_sql(const Dataset *d, Buf *out)
{
	Str area = d->field[d->area].name;
	select_add(d, out);
	buf_fmt(out, " WHERE %.*s >= :lo AND %.*s < :hi ORDER BY ", STR(area), STR(area));
	keys_add(d, out);
}

/* "(keys) > (those of the row before)" */
static void
behind_keys(const Dataset *d, bool descending, Buf *out)
{
	buf_byte(out, '(');
	keys_add(d, out);
	buf_fmt(out, ") %c (", descending ? '<' : '>');
	after_add(d, out);
	buf_byte(out, ')');
}

void
dataset_list_sql(const Dataset *d, ListOrder o, Buf *out)
{
	Str area = d->field[d->area].name, sort = o.sort ? o.sort->name : (Str){0};
	char sign = o.descending ? '<' : '>';
	select_add(d, out);
	buf_fmt(out, " WHERE %.*s >= :lo AND %.*s < :hi", STR(area), STR(area));
	if (o.after && !o.sort) {
		buf_add(out, S(" AND "));
		behind_keys(d, o.descending, out);
	} else if (o.after) {
		buf_fmt(out, " AND (CASE WHEN CAST(:none AS bigint) = 1 THEN %.*s IS NULL AND ", STR(sort));
		behind_keys(d, false, out);
		buf_fmt(out, " ELSE %.*s %c :value OR %.*s IS NULL OR (%.*s = :value AND ", STR(sort), sign,
			STR(sort), STR(sort));
		behind_keys(d, false, out);
		buf_add(out, S(") END)"));
	}
	buf_add(out, S(" ORDER BY "));
	if (o.sort)
		buf_fmt(out, "%.*s %sNULLS LAST, ", STR(sort), o.descending ? "DESC " : "");
	if (o.sort || !o.descending) {
		keys_add(d, out);
	} else {
		buf_fmt(out, "%.*s DESC", STR(area));
		for (size_t k = 0; k < d->n_key; k++)
			if (d->key[k] != d->area)
				buf_fmt(out, ", %.*s DESC", STR(d->field[d->key[k]].name));
	}
	buf_add(out, S(" LIMIT :most"));
}

void
dataset_count_sql(const Dataset *d, Buf *out)
{
	Str area = d->field[d->area].name;
	buf_fmt(out,
		"SELECT count(*) FROM (SELECT 1 FROM %.*s WHERE %.*s >= :lo AND %.*s < :hi LIMIT :most) AS counted",
		STR(d->name), STR(area), STR(area));
}

void
dataset_verify_sql(const Dataset *d, Buf *out)
{
	Str area = d->field[d->area].name;
	char before[80];
	snprintf(before, sizeof before, "%.*s.", STR(d->name));
	buf_add(out, S("SELECT "));
	columns_add(d, before, out);
	buf_fmt(out,
		", e.key, e.open, e.sealed FROM %.*s LEFT JOIN event AS e ON e.seq = %s_event WHERE %s%.*s >= :lo AND %s%.*s < :hi",
		STR(d->name), before, before, STR(area), before, STR(area));
}

void
dataset_close_sql(const Dataset *d, Buf *out)
{
	buf_fmt(out, "DELETE FROM %.*s", STR(d->name));
	where_keys(d, out);
}
