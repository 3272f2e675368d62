/* board_follow: opening the board and keeping it current: only what a change touches is computed again. */
#include "svc/svc_private.h"

typedef struct Touched { /* what the events since the last look say */
	Buf change;          /* Touch after Touch */
	bool structure;      /* TPS came or went */
	uint64_t seen;
	bool *
		dataset; /* by index in the catalog; behind the last: rows of the log that no dataset has */
	bool bulk;   /* too many to list: whole series instead */
} Touched;

typedef struct Touch {
	uint32_t dataset;
	char area[16];
} Touch;

static void
touch_add(Board *b, Touched *t, size_t dataset, Str area)
{
	Touch touch = {.dataset = (uint32_t)dataset};
	size_t n = t->change.n / sizeof touch;
	t->dataset[dataset] = true;
	if (t->bulk || area.n >= sizeof touch.area)
		return;
	memcpy(touch.area, area.p, area.n);
	/* Rows of one TPS come one after the other. */
	if (n && memcmp(t->change.p + (n - 1) * sizeof touch, &touch, sizeof touch) == 0)
		return;
	buf_add(&t->change, (Str){(const char *)&touch, sizeof touch});
	/* Asking for one node costs a server a round trip, SQLite next to nothing. */
	t->bulk = t->change.failed || n > b->n / (db_is_postgres(b->db) ? 64 : 8) + 64;
}

/* As touches_read, for so many events that all areas count as touched. */
static bool
touches_sum(Board *b, int64_t newest, Touched *t, Err *err)
{
	Stmt *s;
	bool row;
	t->bulk = true;
	if (!svc_stmt(b->db, &b->w->sql, "events_sum", &s, err))
		return false;
	db_set_int(s, "after", b->event);
	db_set_int(s, "upto", newest);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		t->seen += (uint64_t)db_int(s, 1);
		t->structure |= str_eq(db_text(s, 0), S("tps")) && db_int(s, 2) > 0;
		const Dataset *d = catalog_dataset(&b->w->cat, db_text(s, 0));
		t->dataset[d ? (size_t)(d - b->w->cat.dataset) : b->w->cat.n_datasets] = true;
	}
}

static bool
touches_read(Board *b, int64_t newest, Touched *t, Err *err)
{
	const Catalog *c = &b->w->cat;
	const Dataset *d = NULL;
	Stmt *s;
	bool row;
	if (!svc_stmt(b->db, &b->w->sql, "events_after", &s, err))
		return false;
	db_set_int(s, "after", b->event);
	db_set_int(s, "upto", newest);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		t->seen++;
		Str name = db_text(s, 1);
		if (!d || !str_eq(d->name, name))
			d = catalog_dataset(c, name);
		if (!d) { /* a row of the log alone (a settled conflict), or a dataset of definitions that are gone */
			touch_add(b, t, c->n_datasets, db_text(s, 2));
			continue;
		}
		/* A TPS without predecessor is new; others go, or come back. */
		int64_t op = db_int(s, 3);
		if (str_eq(name, S("tps")) &&
			(op == OP_CLOSE || op == OP_REOPEN || db_type(s, 4) == DB_NULL))
			t->structure = true;
		touch_add(b, t, (size_t)(d - c->dataset), db_text(s, 2));
	}
}

/* A query over core tables alone (conflicts) may change with any event. */
static bool
reads(const Board *b, const Query *q, size_t dataset)
{
	if (q->n_reads == 0)
		return true;
	for (size_t i = 0; i < q->n_reads && dataset < b->w->cat.n_datasets; i++)
		if (q->reads[i] == &b->w->cat.dataset[dataset])
			return true;
	return false;
}

static int
node_order(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

typedef struct Nodes { /* to compute again */
	Buf at;            /* uint32_t after uint32_t */
	bool alone;        /* each without its subtree */
} Nodes;

static void
node_add(const Board *b, Nodes *n, Str area)
{
	size_t at;
	/* An area above this workspace touches all of it. */
	if (board_find(b, area, &at) ||
		(!n->alone && str_starts(b->w->area, area) && board_find(b, b->w->area, &at))) {
		uint32_t node = (uint32_t)at;
		buf_add(&n->at, (Str){(const char *)&node, sizeof node});
	}
}

static void
node_add_above(Board *b, Nodes *n, Str area)
{
	for (int level = LEVEL_PROVINCE; level <= LEVEL_TPS; level++) {
		Str above = area_lift(area, (Level)level);
		if (area_level(above) == (Level)level)
			node_add(b, n, above);
	}
}

/* The seats of the units that cover the area, wherever they lie. */
static bool
node_add_units(Board *b, Nodes *n, Str area, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(b->db, &b->w->sql, "unit_seats", &s, err))
		return false;
	db_set_text(s, "area", area);
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		node_add(b, n, db_text(s, 0));
	}
}

/* Of a check for values that should differ: where it has findings, for one of them may be gone. */
static void
node_add_findings(const Board *b, const Series *s, Nodes *n)
{
	for (size_t i = 0; i < b->n; i = s->need[i] ? i + 1 : b->end[i])
		if (s->need[i] && series_holds(b, s, i))
			node_add(b, n, str_of(b->code[i]));
}

/* And the partners of what it finds in the changed area, for they are new. */
static bool
node_add_partners(Board *b, Series *s, Nodes *n, Str area, Err *err)
{
	size_t at;
	if (!board_find(b, area, &at))
		return true;
	if (!board_ask(b, s, at, false, err))
		return false;
	for (;;) {
		bool row;
		if (!db_step(s->stmt, &row, err))
			return err_prefix(err, "%.*s: ", STR(s->query->file));
		if (!row)
			return true;
		node_add(b, n, area_lift(db_text(s->stmt, 3), s->query->level));
	}
}

/* Each once, in order; a node inside another's subtree falls away. */
static void
nodes_sort(const Board *b, Nodes *n)
{
	uint32_t *node = (uint32_t *)(void *)n->at.p;
	size_t all = n->at.n / sizeof *node, kept = 0;
	if (all)
		qsort(node, all, sizeof *node, node_order);
	for (size_t i = 0; i < all; i++) {
		uint32_t past = kept ? n->alone ? node[kept - 1] + 1 : b->end[node[kept - 1]] : 0;
		if (!kept || node[i] >= past)
			node[kept++] = node[i];
	}
	n->at.n = kept * sizeof *node;
}

/* The nodes that the changes touch by the query's scope. */
static bool
nodes_of(Board *b, Series *s, const Touched *t, Nodes *n, Err *err)
{
	Scope scope = s->query->scope;
	n->alone = scope == SCOPE_ABOVE || scope == SCOPE_UNIT;
	if (scope == SCOPE_KEY)
		node_add_findings(b, s, n);
	for (size_t i = 0; i < t->change.n / sizeof(Touch); i++) {
		const Touch *touch = (const Touch *)(const void *)t->change.p + i;
		Str area = str_of(touch->area);
		if (!reads(b, s->query, touch->dataset))
			continue;
		if (n->alone)
			node_add_above(b, n, area);
		else
			node_add(b, n, s->query->level == LEVEL_ANY ? area : area_lift(area, s->query->level));
		if ((scope == SCOPE_UNIT && !node_add_units(b, n, area, err)) ||
			(scope == SCOPE_KEY &&
				!node_add_partners(b, s, n, area_lift(area, s->query->level), err)))
			return false;
	}
	nodes_sort(b, n);
	return !n->at.failed || err_set(err, E_LIMIT, "too many areas changed at once");
}

static bool
series_follow(Board *b, Series *s, const Touched *t, bool *whole, Err *err)
{
	bool touched = false, ok = true;
	bool all = t->bulk || s->query->scope == SCOPE_ALL;
	for (size_t d = 0; d <= b->w->cat.n_datasets; d++) {
		if (!t->dataset[d] || !reads(b, s->query, d))
			continue;
		touched = true;
		/* Units that come, go or move change who covers what: rare, and asked anew as a whole. */
		all |= s->query->scope == SCOPE_UNIT &&
			(d == b->w->cat.n_datasets || b->w->cat.dataset[d].level != LEVEL_TPS);
	}
	if (!touched)
		return true;
	if (all) {
		*whole |= s->must;
		return board_fill(b, s, err);
	}
	Nodes nodes = {.at = {.max = SIZE_MB * 64}};
	ok = nodes_of(b, s, t, &nodes, err);
	for (size_t i = 0; ok && i < nodes.at.n / sizeof(uint32_t); i++) {
		uint32_t node;
		memcpy(&node, nodes.at.p + i * sizeof node, sizeof node);
		ok = board_refresh(b, s, node, nodes.alone, err);
	}
	buf_close(&nodes.at);
	return ok;
}

/* TPS came or went: the arrays get new places, everything is computed again. */
static bool
follow_structure(Board *b, Err *err)
{
	b->a.at = (char *)(b->series + b->n_series);
	board_days(b);
	if (!board_structure(b, err))
		return false;
	board_unmap(b);
	return board_fill_all(b, err);
}

static bool
follow(Board *b, Touched *t, int64_t newest, Err *err)
{
	Arena tmp = b->scratch;
	bool whole = false;
	t->dataset = NEW(&tmp, bool, b->w->cat.n_datasets + 1);
	/* SQLite would sort what it reads, which costs more than reading it here. */
	bool many = db_is_postgres(b->db) && newest - b->event > (int64_t)b->n;
	if (!(many ? touches_sum(b, newest, t, err) : touches_read(b, newest, t, err)))
		return false;
	if (t->structure)
		return follow_structure(b, err);
	if (!t->bulk && !db_few_rows(b->db, err))
		return false;
	for (size_t i = 0; i < b->n_series; i++)
		if (!series_follow(b, &b->series[i], t, &whole, err))
			return false;
	if (whole)
		board_readiness(b);
	return true;
}

/* Queries that look at the clock are asked again; what counts by the day is counted again. */
static bool
clock_series(Board *b, bool new_day, Err *err)
{
	bool must = new_day;
	for (size_t i = 0; i < b->n_series; i++) {
		if (!b->series[i].query->depends_clock)
			continue;
		must |= b->series[i].must;
		if (!board_fill(b, &b->series[i], err))
			return false;
	}
	if (must)
		board_readiness(b);
	return true;
}

bool
board_follow(Board *b, int64_t *events, Err *err)
{
	Touched t = {.change = {.max = 256 * SIZE_MB}};
	int64_t newest;
	if (events)
		*events = 0;
	/* One read transaction: the queries see exactly the events that were counted. */
	AUTO(Tx) tx = {0};
	if (!tx_begin(b->db, &tx, err) || !board_newest(b, &newest, err) ||
		(board_new_day(b) && !clock_series(b, true, err)))
		return false;
	bool ok = newest == b->event || follow(b, &t, newest, err);
	buf_close(&t.change);
	if (!ok)
		return false;
	b->event = newest;
	if (events)
		*events = (int64_t)t.seen;
	return tx_commit(&tx, err);
}

/* ---- open ---- */

bool
board_rebuild(Workspace *w, Board **out, Err *err)
{
	Board *b;
	if (!board_new(w, &b, err))
		return false;
	AUTO(Tx) tx = {0};
	if (tx_begin(b->db, &tx, err) && board_newest(b, &b->event, err) && board_structure(b, err) &&
		board_fill_all(b, err) && tx_commit(&tx, err)) {
		*out = b;
		return true;
	}
	tx_rollback(&tx);
	board_close(b);
	return false;
}

bool
board_current(Board *b, Err *err)
{
	return clock_series(b, board_new_day(b), err) && board_follow(b, NULL, err);
}

bool
board_open(Workspace *w, Board **out, Err *err)
{
	Err why = {0};
	Board *b;
	if (!board_load(w, &b, &why))
		return why.code == E_NOTFOUND ? board_rebuild(w, out, err)
									  : err_set(err, why.code, "%s", why.text);
	if (board_current(b, err)) {
		*out = b;
		return true;
	}
	board_close(b);
	return false;
}
