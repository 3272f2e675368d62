/* rows: what people look at: the rows of a dataset below an area, filtered, sorted, a page at a time; one row; what is wrong with one. */
#include "svc/svc_private.h"

/* ---- filters: in C, so that both databases answer alike ---- */

static bool
is_text(const Field *f)
{
	return f->type == TYPE_TEXT || f->type == TYPE_ID || f->type == TYPE_CODE ||
		f->type == TYPE_ENUM || f->type == TYPE_STATES || f->type == TYPE_REF ||
		f->type == TYPE_PHONE || f->type == TYPE_AREA;
}

static bool
has_order(const Field *f)
{
	return f->type == TYPE_INT || f->type == TYPE_DECIMAL || f->type == TYPE_MONEY ||
		f->type == TYPE_DATE || f->type == TYPE_INSTANT;
}

/* "up to 25 November" is up to the end of that day. */
static bool
instant_filter(const Workspace *w, RowFilter *f, Str text)
{
	int32_t day;
	int64_t zone = area_zone(w->area) ? area_zone(w->area) : 420;
	if (f->field->type != TYPE_INSTANT || !date_parse(text, &day))
		return false;
	f->value = (Value){VALUE_INT, day * INT64_C(86400000) - zone * 60000, {0}};
	if (f->test == ROW_UPTO)
		f->value.i += INT64_C(86400000) - 1;
	return true;
}

bool
row_filter(const Workspace *w, RowFilter *f, Str text, Arena *a, Err *err)
{
	Str cell = str_trim(text);
	if (f->field->n_private || (f->test == ROW_HAS && !is_text(f->field)) ||
		((f->test == ROW_FROM || f->test == ROW_UPTO) && !has_order(f->field)))
		return err_set(err, E_INPUT, "'%.*s' cannot be searched in this way", STR(f->field->name));
	if (f->test == ROW_EMPTY || instant_filter(w, f, cell))
		return true;
	if (f->test == ROW_HAS) {
		f->folded = utf8_fold(a, cell);
		return true;
	}
	return value_parse(&(Reading){&w->cat, w->pack, area_zone(w->area), a}, f->field, cell,
			   &f->value, err) ||
		err_prefix(err, "%.*s: ", STR(tr_str(f->field->label)));
}

static bool
text_has(const RowFilter *f, Str s, Arena tmp)
{
	size_t at;
	return str_find(utf8_fold(&tmp, s), f->folded, &at);
}

static int
value_order(Value x, Value y)
{
	if (x.kind == VALUE_TEXT)
		return str_cmp(x.s, y.s);
	return x.i < y.i ? -1 : x.i > y.i;
}

static bool
holds(const RowFilter *f, Value v, Arena tmp)
{
	if (f->test == ROW_EMPTY)
		return v.kind == VALUE_NULL;
	if (v.kind == VALUE_NULL)
		return false;
	switch (f->test) {
	case ROW_HAS:
		return text_has(f, v.s, tmp);
	case ROW_FROM:
		return value_order(v, f->value) >= 0;
	case ROW_UPTO:
		return value_order(v, f->value) <= 0;
	default:
		return value_eq(v, f->value);
	}
}

bool
row_is_seen(const Account *who, const Dataset *d, const Value *v)
{
	const Field *f = d->visible_by.n ? dataset_field(d, d->visible_by) : NULL;
	Err ignored;
	return !who || !d->restricted ||
		(account_may(who, VERB_READ, d, v[d->area].s, &ignored) &&
			account_sees(who, d, f ? v[f - d->field].s : (Str){0}));
}

static bool
all_hold(const RowList *l, const Value *v, Arena tmp)
{
	if (!row_is_seen(l->who, l->dataset, v))
		return false;
	for (size_t i = 0; i < l->n_filters; i++)
		if (!holds(&l->filter[i], v[l->filter[i].field - l->dataset->field], tmp))
			return false;
	return true;
}

/* ---- the place where a page ended: the value that it is sorted by, then the key ---- */

static bool
key_values(const Dataset *d, Str key, Arena *a, Value *v, Err *err)
{
	Str *text;
	if (!row_key_cells(d, key, a, &text, err))
		return false;
	for (size_t k = 0; k < d->n_key; k++) {
		size_t i = d->key[k];
		Str cell = text[i];
		v[i] = (Value){VALUE_TEXT, 0, cell};
		if (type_is_int(d->field[i].type) && !str_int(cell, &v[i].i))
			return err_set(err, E_INPUT, "'%.*s' is no place in this list", STR(key));
		if (type_is_int(d->field[i].type))
			v[i].kind = VALUE_INT;
	}
	return true;
}

static bool
mark_bind(const RowList *l, Stmt *s, Arena *a, Err *err)
{
	const Dataset *d = l->dataset;
	Str value = {0}, key = l->after;
	Value *v = NEW(a, Value, d->n_fields);
	int64_t n;
	if (l->sort)
		str_cut(l->after, '\t', &key, &value);
	if (!key_values(d, key, a, v, err))
		return false;
	for (size_t k = 0; k < d->n_key; k++) {
		const Field *f = &d->field[d->key[k]];
		const char *name = arena_fmt(a, "after_%.*s", STR(f->name)).p;
		if (type_is_int(f->type))
			db_set_int(s, name, v[d->key[k]].i);
		else
			db_set_text(s, name, v[d->key[k]].s);
	}
	if (!l->sort)
		return true;
	db_set_int(s, "none", !value.n);
	Str rest = str_slice(value, 1, value.n);
	if (!value.n)
		db_set_null(s, "value");
	else if (!type_is_int(l->sort->type))
		db_set_text(s, "value", rest);
	else if (str_int(rest, &n))
		db_set_int(s, "value", n);
	else
		return err_set(err, E_INPUT, "'%.*s' is no place in this list", STR(rest));
	return true;
}

/* A '=' before the value tells an empty text from none. */
static Str
mark_of(const RowList *l, const RowView *r, Arena *a)
{
	if (!l->sort)
		return arena_str(a, r->key);
	Value v = r->v[l->sort - l->dataset->field];
	if (v.kind == VALUE_NULL)
		return arena_fmt(a, "%.*s\t", STR(r->key));
	if (v.kind == VALUE_INT)
		return arena_fmt(a, "%.*s\t=%lld", STR(r->key), (long long)v.i);
	return arena_fmt(a, "%.*s\t=%.*s", STR(r->key), STR(v.s));
}

/* ---- looking ---- */

typedef struct Looking {
	const RowList *l;
	Stmt *s;
	Arena a; /* of the row at hand */
	RowView row;
	uint64_t seen;
} Looking;

static bool
sort_check(Workspace *w, const RowList *l, Err *err)
{
	uint64_t n;
	if (!l->sort)
		return true;
	if (l->sort->n_private)
		return err_set(
			err, E_INPUT, "'%.*s' cannot be sorted by: it is private", STR(l->sort->name));
	if (!rows_number(w, l->dataset, l->area, ROWS_SORTED + 1, &n, err))
		return false;
	if (n <= ROWS_SORTED)
		return true;
	err_set(err, E_LIMIT, "there are more than %d rows here: too many to sort by '%.*s'",
		ROWS_SORTED, STR(l->sort->name));
	return err_hint(err, "choose a smaller area, or the order of the key");
}

static bool
looking_open(Workspace *w, const RowList *l, uint64_t most, Looking *k, Err *err)
{
	AUTO(Buf) sql = {0};
	char end[20];
	Str lo = S(""), hi = S(":");
	const Dataset *d = l->dataset;
	*k = (Looking){.l = l};
	if (!sort_check(w, l, err) || !arena_open(&k->a, 8 * SIZE_MB, err))
		return false;
	if (l->area.n)
		area_range(l->area, end, &lo, &hi);
	dataset_list_sql(d, (ListOrder){l->sort, l->descending, l->after.n > 0}, &sql);
	if (!buf_check(&sql, err) || !db_prepare(w->db, buf_str(&sql), &k->s, err))
		return false;
	k->row.v = NEW(&k->a, Value, d->n_fields);
	db_set_text(k->s, "lo", arena_str(&k->a, lo));
	db_set_text(k->s, "hi", arena_str(&k->a, hi));
	db_set_int(k->s, "most", most > INT64_MAX ? INT64_MAX : (int64_t)most);
	return !l->after.n || mark_bind(l, k->s, &k->a, err);
}

static void
Looking_auto(Looking *k)
{
	if (k->s)
		db_reset(k->s);
	arena_close(&k->a);
}

/* The next row that holds, in k->row until the next call; *more = false at the end. tmp: scratch that lives as long as the row. */
static bool
looking_next(Looking *k, Arena *tmp, bool *more, Err *err)
{
	const Dataset *d = k->l->dataset;
	for (;;) {
		Arena here = k->a;
		AUTO(Buf) key = {0};
		Str sealed;
		if (!db_step(k->s, more, err))
			return false;
		if (!*more)
			return true;
		k->seen++;
		row_read(d, k->s, &here, k->row.v, &k->row.event, &sealed);
		k->row.sealed = sealed.n > 0;
		if (!all_hold(k->l, k->row.v, here))
			continue;
		row_key(d, k->row.v, &key);
		*tmp = here;
		k->row.key = arena_str(tmp, buf_str(&key));
		return buf_check(&key, err);
	}
}

static RowView
row_keep(const Dataset *d, const RowView *r, Arena *a)
{
	RowView kept = *r;
	kept.key = arena_str(a, r->key);
	kept.v = NEW(a, Value, d->n_fields);
	for (size_t i = 0; i < d->n_fields; i++) {
		kept.v[i] = r->v[i];
		if (r->v[i].kind == VALUE_TEXT)
			kept.v[i].s = arena_str(a, r->v[i].s);
	}
	return kept;
}

bool
rows_list(Workspace *w, RowList *l, Arena *a, Err *err)
{
	AUTO(Looking) k = {0};
	uint64_t most = l->n_filters || l->dataset->restricted ? ROWS_SEEN : l->max + 1;
	Arena tmp;
	bool more = true;
	NEED(l->max > 0);
	l->n = 0;
	l->rows = 0;
	l->next = (Str){0};
	l->row = NEW(a, RowView, l->max);
	if (!looking_open(w, l, most, &k, err))
		return false;
	for (;;) {
		if (!looking_next(&k, &tmp, &more, err))
			return false;
		if (!more)
			break;
		l->rows++;
		if (l->n < l->max)
			l->row[l->n++] = row_keep(l->dataset, &k.row, a);
		else if (!l->next.n)
			l->next = mark_of(l, &l->row[l->n - 1], a);
	}
	l->more_rows = k.seen >= most;
	/* The last one that was looked at, whether it held or not: the next page begins behind it. */
	if (l->more_rows && !l->next.n && k.seen > 0) {
		RowView last = k.row;
		AUTO(Buf) key = {0};
		row_key(l->dataset, last.v, &key);
		last.key = buf_str(&key);
		l->next = mark_of(l, &last, a);
		return buf_check(&key, err);
	}
	return true;
}

bool
rows_each(Workspace *w, const RowList *l, RowFn fn, void *ctx, Err *err)
{
	AUTO(Looking) k = {0};
	Arena tmp;
	bool more;
	if (!looking_open(w, l, INT64_MAX, &k, err))
		return false;
	for (;;) {
		if (!looking_next(&k, &tmp, &more, err))
			return false;
		if (!more)
			return true;
		if (!fn(ctx, &k.row, err))
			return false;
	}
}

bool
rows_number(Workspace *w, const Dataset *d, Str area, uint64_t most, uint64_t *n, Err *err)
{
	AUTO(Buf) sql = {0};
	char end[20];
	Str lo = S(""), hi = S(":");
	Stmt *s;
	bool row;
	if (area.n)
		area_range(area, end, &lo, &hi);
	dataset_count_sql(d, &sql);
	if (!buf_check(&sql, err) || !db_prepare(w->db, buf_str(&sql), &s, err))
		return false;
	db_set_text(s, "lo", lo);
	db_set_text(s, "hi", hi);
	db_set_int(s, "most", (int64_t)most);
	if (!db_step(s, &row, err))
		return false;
	*n = (uint64_t)db_int(s, 0);
	db_reset(s);
	return true;
}

/* ---- one row ---- */

/* A part of a key: %2F and %25 stand for what they are. */
static Str
key_part_read(Str part, Arena *a)
{
	char *out = NEW(a, char, part.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < part.n; i++) {
		Str code = str_slice(part, i, i + 3);
		bool slash = str_eq(code, S("%2F"));
		if (slash || str_eq(code, S("%25"))) {
			out[n++] = slash ? '/' : '%';
			i += 2;
		} else {
			out[n++] = part.p[i];
		}
	}
	return (Str){out, n};
}

bool
row_key_cells(const Dataset *d, Str key, Arena *a, Str **text, Err *err)
{
	Str rest = key, part;
	bool more = true;
	*text = NEW(a, Str, d->n_fields);
	for (size_t k = 0; k < d->n_key && more; k++) {
		more = str_cut(rest, '/', &part, &rest);
		(*text)[d->key[k]] = key_part_read(part, a);
		if (!more != (k + 1 == d->n_key))
			return err_set(err, E_INPUT, "'%.*s' is no key of '%.*s': it has %zu parts", STR(key),
				STR(d->name), d->n_key);
	}
	return !more ||
		err_set(err, E_INPUT, "'%.*s' is no key of '%.*s': it has %zu parts", STR(key),
			STR(d->name), d->n_key);
}

bool
row_key_of(Workspace *w, const Dataset *d, const Str *text, Arena *a, Str *key, Err *err)
{
	AUTO(Buf) b = {0};
	Value *v = NEW(a, Value, d->n_fields);
	if (!row_keys_from_text(w, d, text, a, v, err))
		return false;
	row_key(d, v, &b);
	*key = arena_str(a, buf_str(&b));
	return buf_check(&b, err);
}

bool
row_get(Workspace *w, const Dataset *d, const Str *text, Arena *a, RowView *out, Err *err)
{
	AUTO(Buf) sql = {0};
	Acceptor ac = {.d = d, .db = w->db, .sql = &w->sql};
	RowPut put = {.v = NEW(a, Value, d->n_fields)};
	dataset_select_sql(d, &sql);
	if (!buf_check(&sql, err) || !db_prepare(w->db, buf_str(&sql), &ac.select, err) ||
		!row_keys_from_text(w, d, text, a, put.v, err) || !accept_find(&ac, &put, a, err))
		return false;
	*out = (RowView){.key = put.key,
		.v = put.now->v ? put.now->v : put.v,
		.event = put.now->event,
		.sealed = put.now->sealed.n > 0,
		.closed = !put.now->v};
	return out->event ||
		err_set(err, E_NOTFOUND, "'%.*s' has no row '%.*s'", STR(d->name), STR(put.key));
}

/* ---- what is wrong ---- */

typedef struct Problems {
	RowCheck *check;
	Arena *a;
} Problems;

static void
problem_keep(void *ctx, const Field *f, Str cell, const Err *why)
{
	const Problems *p = ctx;
	(void)cell;
	p->check->problem[p->check->n++] = (RowProblem){f,
		why->hint[0] ? arena_fmt(p->a, "%s; %s", why->text, why->hint)
					 : arena_str(p->a, str_of(why->text))};
}

static bool
is_named(const RowCheck *c, const Field *f)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->problem[i].field == f)
			return true;
	return false;
}

/* What has to be filled in is said together with what is wrong, not after it. */
static void
missing_keep(Workspace *w, Problems *p)
{
	const RowCheck *c = p->check;
	for (size_t i = 0; i < c->dataset->n_fields; i++) {
		const Field *f = &c->dataset->field[i];
		Err why = {0};
		if (c->text[i].n || !(f->key || f->required) || f->default_text.p ||
			pack_preset(w->pack, c->dataset->name, f->name).p || is_named(c, f))
			continue;
		err_set(&why, E_INPUT, "'%.*s' must be filled in", STR(tr_str(f->label)));
		problem_keep(p, f, (Str){0}, &why);
	}
}

bool
row_problems(Workspace *w, RowCheck *c, Arena *a, Err *err)
{
	const Dataset *d = c->dataset;
	Places places;
	Problems p = {c, a};
	RowReader reader = {.w = w, .d = d, .places = &places, .problem = problem_keep, .ctx = &p};
	Value *v = NEW(a, Value, d->n_fields);
	Err why = {0};
	/* A cell for each field, or one for the row as a whole. */
	c->problem = NEW(a, RowProblem, d->n_fields + 1);
	c->n = 0;
	if (!places_open(w, w->db, NULL, &places, err))
		return false;
	if (row_from_text(&reader, c->text, a, v, &why))
		return true;
	if (why.code) {
		*err = why;
		return false;
	}
	missing_keep(w, &p);
	return true;
}
