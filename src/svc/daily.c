/* daily: totals of each local day, kept on write by the holder of the lease: of the board of a day what is another than before.
 *
 * The fact `daily` is the event up to which this is done. Days before today that have later events are settled on the log replayed
 * to their end, since the tables have moved on by then; today is the board itself. */
#include "svc/svc_private.h"

enum { DAY_MS = 86400000 };

struct Daily {
	Arena mem;
	Workspace *w;
	size_t n,
		n_series;   /* areas that are counted; series of the board and one more, for TPS ready */
	uint32_t *node; /* of each on the board */
	int64_t *value; /* what is stored: [area][series][part] */
	int64_t event;  /* as of this event */
	bool unsure;    /* stored by other definitions, perhaps: compare even without new events */
};

int32_t
local_day(const Workspace *w, int64_t at)
{
	int64_t local = at + area_zone(w->area) * INT64_C(60000);
	return (int32_t)((local - (local < 0 ? DAY_MS - 1 : 0)) / DAY_MS);
}

int64_t
day_end(const Workspace *w, int32_t day)
{
	return (day + 1) * (int64_t)DAY_MS - area_zone(w->area) * INT64_C(60000) - 1;
}

bool
daily_counts(const Board *b, size_t node)
{
	return node == 0 || (b->level[node] >= LEVEL_PROVINCE && b->level[node] <= LEVEL_DISTRICT);
}

int64_t
daily_value(const Board *b, size_t node, size_t series, int part)
{
	if (series == b->n_series)
		return part == HAVE_PART ? b->ready[node] : b->total[node];
	const Series *s = &b->series[series];
	return s->query->is_check && part != NEED_PART ? 0 : series_sum(s, part)[node];
}

Str
daily_name(const Board *b, size_t series)
{
	return series == b->n_series ? S("ready") : b->series[series].query->name;
}

/* ---- what is stored ---- */

static int64_t *
stored(const Daily *d, size_t area, size_t series)
{
	return d->value + (area * d->n_series + series) * PARTS;
}

/* TPS may have come or gone since the last look; areas never do. */
static void
nodes_find(Daily *d, const Board *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (daily_counts(b, i))
			d->node[n++] = (uint32_t)i;
	NEED(n == d->n);
}

static void
values_make(Daily *d, const Board *b)
{
	d->n_series = b->n_series + 1;
	for (size_t i = 0; i < b->n; i++)
		d->n += daily_counts(b, i);
	d->node = NEW(&d->mem, uint32_t, d->n);
	d->value = NEW(&d->mem, int64_t, d->n * d->n_series * PARTS);
	nodes_find(d, b);
}

static int
node_order(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

/* The last row of each area and series: the whole table, so only where no board says it. */
static bool
values_read(Daily *d, const Board *b, Arena tmp, Err *err)
{
	Map series = map_new(&tmp);
	AUTO(DbP) db = NULL;
	Stmt *s;
	bool row;
	for (size_t i = 0; i < d->n_series; i++)
		map_set(&series, daily_name(b, i), i);
	if (!workspace_reader(d->w, &db, err) || !svc_stmt(db, &d->w->sql, "daily_all", &s, err))
		return false;
	for (;;) {
		size_t node;
		uint64_t k;
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (!board_find(b, db_text(s, 0), &node) || !map_get(&series, db_text(s, 1), &k))
			continue; /* of definitions that are gone */
		uint32_t want = (uint32_t)node;
		const uint32_t *at = bsearch(&want, d->node, d->n, sizeof want, node_order);
		for (int part = 0; at && part < PARTS; part++)
			stored(d, (size_t)(at - d->node), k)[part] = db_int(s, 2 + part);
	}
}

bool
daily_event(Workspace *w, Db *db, int64_t *event, Err *err)
{
	AUTO(Arena) tmp = {0};
	Str text;
	*event = 0;
	return arena_open(&tmp, SIZE_MB, err) &&
		workspace_fact(db, &w->sql, "daily", &tmp, &text, err) &&
		(!text.p || str_int(text, event) || err_set(err, E_DB, "'%.*s' is no event", STR(text)));
}

bool
daily_open(Workspace *w, const Board *b, Daily **out, Err *err)
{
	Arena mem;
	AUTO(DbP) db = NULL;
	if (!arena_open(&mem, (size_t)1 << 32, err))
		return false;
	Daily *d = NEW(&mem, Daily, 1);
	*d = (Daily){.mem = mem, .w = w};
	values_make(d, b);
	bool ok = workspace_reader(w, &db, err) && daily_event(w, db, &d->event, err);
	if (ok && b->from_snapshot && b->event == d->event) {
		for (size_t i = 0; i < d->n * d->n_series * PARTS; i++)
			d->value[i] = daily_value(
				b, d->node[i / PARTS / d->n_series], i / PARTS % d->n_series, (int)(i % PARTS));
	} else {
		d->unsure = true;
		ok = ok && values_read(d, b, d->mem, err);
	}
	if (ok)
		*out = d;
	else
		daily_close(d);
	return ok;
}

void
daily_close(Daily *d)
{
	if (!d)
		return;
	Arena mem = d->mem;
	arena_close(&mem);
}

/* ---- saving a day ---- */

typedef struct DaySave {
	Daily *d;
	const Board *b;
	int32_t day;
} DaySave;

static bool
row_put(const DaySave *x, Stmt *s, size_t area, size_t series, Err *err)
{
	static const char *const part_name[] = {"need", "have", "heard"};
	uint32_t node = x->d->node[area];
	const int64_t *old = stored(x->d, area, series);
	int64_t value[PARTS];
	bool changed = false;
	for (int part = 0; part < PARTS; part++) {
		value[part] = daily_value(x->b, node, series, part);
		changed |= value[part] != old[part];
	}
	if (!changed)
		return true;
	char day[11];
	date_format(x->day, day);
	for (int part = 0; part < PARTS; part++)
		db_set_int(s, part_name[part], value[part]);
	db_set_text(s, "day", str_of(day));
	db_set_text(s, "area", str_of(x->b->code[node]));
	db_set_text(s, "series", daily_name(x->b, series));
	return db_run_later(s, err);
}

static bool
save_work(WriteTx *tx, void *arg, Err *err)
{
	const DaySave *x = arg;
	Stmt *s;
	char event[24];
	if (!svc_stmt(tx->db, &tx->w->sql, "daily_put", &s, err))
		return false;
	for (size_t area = 0; area < x->d->n; area++)
		for (size_t series = 0; series < x->d->n_series; series++)
			if (!row_put(x, s, area, series, err))
				return false;
	snprintf(event, sizeof event, "%lld", (long long)x->b->event);
	return workspace_fact_set(tx->db, &tx->w->sql, "daily", str_of(event), err);
}

static bool
day_save(Daily *d, const Board *b, int32_t day, Writer *wr, Err *err)
{
	DaySave x = {d, b, day};
	nodes_find(d, b);
	if (!writer_run(wr, save_work, &x, true, err))
		return false;
	for (size_t i = 0; i < d->n * d->n_series * PARTS; i++)
		d->value[i] = daily_value(
			b, d->node[i / PARTS / d->n_series], i / PARTS % d->n_series, (int)(i % PARTS));
	d->event = b->event;
	d->unsure = false;
	return true;
}

/* ---- days that are over ---- */

bool
daily_next(Workspace *w, Db *db, int64_t after, int32_t *day, bool *more, Err *err)
{
	Stmt *s;
	if (!svc_stmt(db, &w->sql, "event_from", &s, err))
		return false;
	db_set_int(s, "seq", after + 1);
	if (!db_step(s, more, err))
		return false;
	if (*more)
		*day = local_day(w, db_int(s, 1));
	db_reset(s);
	return true;
}

static bool
past_day(Daily *d, AsOf **asof, Board **b, int32_t day, Writer *wr, Err *err)
{
	if (!*asof && !asof_open(d->w, NULL, asof, err))
		return false;
	if (!asof_advance(*asof, day_end(d->w, day), err))
		return false;
	if (*b ? !board_follow(*b, NULL, err) : !board_rebuild(&(*asof)->w, b, err))
		return false;
	NEED((*b)->event > d->event);
	return day_save(d, *b, day, wr, err);
}

static bool
past_days(Daily *d, int32_t today, Writer *wr, Err *err)
{
	AUTO(AsOfP) asof = NULL;
	AUTO(BoardP) b = NULL;
	AUTO(DbP) db = NULL;
	if (!workspace_reader(d->w, &db, err))
		return false;
	for (;;) {
		int32_t day = today;
		bool more;
		if (!daily_next(d->w, db, d->event, &day, &more, err))
			return false;
		if (!more || day >= today)
			return true;
		if (!past_day(d, &asof, &b, day, wr, err))
			return false;
	}
}

bool
daily_keep(Daily *d, Board *b, Writer *wr, Err *err)
{
	int32_t today = local_day(d->w, workspace_now(d->w));
	if (b->event == d->event && !d->unsure)
		return true;
	if (b->event > d->event && !past_days(d, today, wr, err))
		return false;
	if (b->event <= d->event && !d->unsure)
		return true;
	int32_t day = today;
	bool more;
	if (!daily_next(d->w, b->db, b->event - 1, &day, &more, err))
		return false;
	return day_save(d, b, day > today ? day : today, wr, err);
}
