/* present: how the rows of a slice stand now, asked in as few statements as the slice allows: one range of the table, or groups
 * of keys where its rows lie too scattered for that; and which of those that are not there were closed. */
#include "svc/svc_private.h"

enum {
	ALONE = 8,  /* so few rows are asked for one by one */
	GROUP = 64, /* keys of one statement */
	SPARE = 64
};

typedef struct Asked {
	const Dataset *d;
	RowPut *put;
	size_t n;
	Map *by_key; /* key -> the Now of all rows that have it */
	Arena *a;
} Asked;

/* The row that the statement stands on, when somebody asked for it. */
static bool
row_take(const Asked *q, Stmt *s, Buf *key, Err *err)
{
	Arena before = *q->a;
	uint64_t at;
	Now now = {.v = NEW(q->a, Value, q->d->n_fields)};
	row_read(q->d, s, q->a, now.v, &now.event, &now.sealed);
	buf_clear(key);
	row_key(q->d, now.v, key);
	if (!buf_check(key, err))
		return false;
	if (map_get(q->by_key, buf_str(key), &at))
		*(Now *)(uintptr_t)at = now;
	else
		*q->a = before;
	return true;
}

static bool
rows_take(const Asked *q, Stmt *s, size_t most, bool *all, Err *err)
{
	AUTO(Buf) key = {0};
	bool row = true;
	*all = false;
	for (size_t i = 0; i < most; i++) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		if (!row_take(q, s, &key, err)) {
			db_reset(s);
			return false;
		}
	}
	db_reset(s);
	*all = !row;
	return true;
}

static bool
statement(Acceptor *ac, Buf *sql, Stmt **out, Err *err)
{
	return buf_check(sql, err) && db_prepare(ac->db, buf_str(sql), out, err);
}

static bool
ask_range(Acceptor *ac, const Asked *q, bool *all, Err *err)
{
	AUTO(Buf) sql = {0}, hi = {0};
	Str lo = q->put[0].v[q->d->area].s, last = lo;
	size_t most = 2 * q->n + SPARE;
	for (size_t i = 1; i < q->n; i++) {
		Str area = q->put[i].v[q->d->area].s;
		if (str_cmp(area, lo) < 0)
			lo = area;
		if (str_cmp(area, last) > 0)
			last = area;
	}
	buf_fmt(&hi, "%.*s:", STR(last));
	dataset_range_sql(q->d, &sql);
	buf_add(&sql, S(" LIMIT :most")); /* derived SQL */
	if (!buf_check(&hi, err) || !statement(ac, &sql, &ac->range, err))
		return false;
	db_set_text(ac->range, "lo", lo);
	db_set_text(ac->range, "hi", buf_str(&hi));
	db_set_int(ac->range, "most", (int64_t)most);
	return rows_take(q, ac->range, most, all, err);
}

static void
keys_bind(const Dataset *d, Stmt *s, size_t at, const Value *v)
{
	for (size_t k = 0; k < d->n_key; k++) {
		Value value = v[d->key[k]];
		int position = (int)(at * d->n_key + k + 1);
		if (value.kind == VALUE_INT)
			db_bind_int(s, position, value.i);
		else
			db_bind_text(s, position, value.s);
	}
}

static bool
ask_groups(Acceptor *ac, const Asked *q, Err *err)
{
	AUTO(Buf) sql = {0};
	bool all;
	dataset_find_sql(q->d, GROUP, &sql);
	for (size_t i = 0; i < q->n; i += GROUP) {
		Stmt *s;
		if (!statement(ac, &sql, &s, err))
			return false;
		/* The last group is filled up with its last key. */
		for (size_t k = 0; k < GROUP; k++)
			keys_bind(q->d, s, k, q->put[i + k < q->n ? i + k : q->n - 1].v);
		if (!rows_take(q, s, SIZE_MAX, &all, err))
			return false;
	}
	return true;
}

static bool
ask_alone(Acceptor *ac, const Asked *q, Err *err)
{
	bool all;
	for (size_t i = 0; i < q->n; i++) {
		row_bind_keys(q->d, ac->select, q->put[i].v);
		if (!rows_take(q, ac->select, SIZE_MAX, &all, err))
			return false;
	}
	return true;
}

bool
present_find(Acceptor *ac, RowPut *put, size_t n, Arena *a, Err *err)
{
	Map by_key = map_new(a);
	Asked q = {ac->d, put, n, &by_key, a};
	bool all = false;
	for (size_t i = 0; i < n; i++) {
		uint64_t at;
		if (!map_get(&by_key, put[i].key, &at)) {
			at = (uint64_t)(uintptr_t)NEW(a, Now, 1);
			map_set(&by_key, put[i].key, at);
		}
		put[i].now = (Now *)(uintptr_t)at;
	}
	if (n <= ALONE)
		return ask_alone(ac, &q, err);
	if (!ac->scattered && !ask_range(ac, &q, &all, err))
		return false;
	ac->scattered |= !all; /* the next slices will be so too */
	return all || ask_groups(ac, &q, err);
}

/* ---- closed rows ---- */

/* One for all the rows that are not there: mostly nothing was closed where they lie. */
static bool
closed_ask(Acceptor *ac, const RowPut *put, size_t n, int64_t most, Stmt **out, Err *err)
{
	Str first = {0}, last = {0};
	if (!svc_stmt(ac->db, ac->sql, "closed_range", out, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		Str area = put[i].v[ac->d->area].s;
		if (put[i].now->v)
			continue;
		if (!first.n || str_cmp(area, first) < 0)
			first = area;
		if (str_cmp(area, last) > 0)
			last = area;
	}
	db_set_text(*out, "dataset", ac->d->name);
	db_set_text(*out, "first", first);
	db_set_text(*out, "last", last);
	db_set_int(*out, "most", most);
	return true;
}

static bool
closed_alone(Acceptor *ac, const RowPut *put, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(ac->db, ac->sql, "closed_get", &s, err))
		return false;
	db_set_text(s, "dataset", ac->d->name);
	db_set_text(s, "area", put->v[ac->d->area].s);
	db_set_text(s, "key", put->key);
	if (!db_step(s, &row, err))
		return false;
	if (row)
		put->now->event = db_int(s, 0);
	db_reset(s);
	return true;
}

static Map
absent_by_key(const RowPut *put, size_t n, Arena *a)
{
	Map out = map_new(a);
	for (size_t i = 0; i < n; i++)
		if (!put[i].now->v)
			map_set(&out, put[i].key, (uint64_t)(uintptr_t)put[i].now);
	return out;
}

bool
closed_find(Acceptor *ac, RowPut *put, size_t n, Arena *a, Err *err)
{
	Arena tmp = *a; /* handed out again once the rows are asked for */
	Map absent = {0};
	Stmt *s;
	bool row = true;
	size_t none = 0, seen = 0;
	for (size_t i = 0; i < n; i++)
		none += !put[i].now->v;
	if (none <= 1) {
		for (size_t i = 0; none && i < n; i++)
			if (!put[i].now->v && !closed_alone(ac, &put[i], err))
				return false;
		return true;
	}
	size_t most = 2 * none + SPARE;
	if (!closed_ask(ac, put, n, (int64_t)most, &s, err))
		return false;
	for (; seen < most; seen++) {
		uint64_t at;
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (!seen)
			absent = absent_by_key(put, n, &tmp);
		if (map_get(&absent, db_text(s, 0), &at))
			((Now *)(uintptr_t)at)->event = db_int(s, 1);
	}
	db_reset(s);
	/* Many more were closed there than are wanted. */
	for (size_t i = 0; i < n; i++)
		if (!put[i].now->v && !put[i].now->event && !closed_alone(ac, &put[i], err))
			return false;
	return true;
}
