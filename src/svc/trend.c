/* trend: what the totals of the days say of one area, day after day up to the board's own. */
#include "svc/svc_private.h"

enum { READ_DAY, READ_SERIES, READ_NEED };

typedef struct Walk {
	const Board *b;
	Trend *t;
	Arena *a;
	Map series;         /* name -> place in a TrendDay */
	int64_t *value;     /* as they stand on the day reached: [series][part] */
	int32_t day, today; /* the next to be put down; the board's own */
	int32_t seen;       /* the day of the last row */
} Walk;

static size_t
width(const Walk *x)
{
	return x->b->n_series + 1;
}

static void
day_put(Walk *x, bool changed)
{
	TrendDay *d = &x->t->day[x->t->n++];
	size_t n = width(x);
	char *text = NEW(x->a, char, 11);
	int64_t **part[] = {&d->need, &d->have, &d->heard};
	date_format(x->day++, text);
	*d = (TrendDay){.day = {text, 10}, .changed = changed};
	for (int p = 0; p < PARTS; p++) {
		*part[p] = NEW(x->a, int64_t, n);
		for (size_t s = 0; s < n; s++)
			(*part[p])[s] = x->value[s * PARTS + p];
	}
}

static void
days_until(Walk *x, int32_t day)
{
	while (x->day < day)
		day_put(x, x->seen == x->day);
}

static bool
row_see(Walk *x, Stmt *s, Err *err)
{
	uint64_t k;
	int32_t day;
	if (!date_parse(db_text(s, READ_DAY), &day))
		return err_set(err, E_DB, "'%.*s' is no day", STR(db_text(s, READ_DAY)));
	if (x->seen == INT32_MIN && day > x->day)
		x->day = day; /* nothing was kept before */
	days_until(x, day);
	x->seen = day;
	if (map_get(&x->series, db_text(s, READ_SERIES), &k))
		for (int p = 0; p < PARTS; p++)
			x->value[k * PARTS + p] = db_int(s, READ_NEED + p);
	return true;
}

static bool
rows_read(Walk *x, Err *err)
{
	Stmt *s;
	bool row;
	char today[11];
	date_format(x->today, today);
	if (!svc_stmt(x->t->w->db, &x->t->w->sql, "daily_of", &s, err))
		return false;
	db_set_text(s, "area", str_of(x->b->code[x->t->node]));
	db_set_text(s, "day", str_of(today));
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (!row_see(x, s, err)) {
			db_reset(s);
			return false;
		}
	}
}

/* The last day is the board itself. */
static void
today_put(Walk *x)
{
	bool changed = false;
	for (size_t s = 0; s < width(x); s++)
		for (int p = 0; p < PARTS; p++) {
			int64_t now = daily_value(x->b, x->t->node, s, p);
			changed |= x->value[s * PARTS + p] != now;
			x->value[s * PARTS + p] = now;
		}
	day_put(x, changed);
}

bool
trend_counts(const Board *b, size_t node)
{
	return daily_counts(b, node);
}

static int32_t
board_day(const Board *b)
{
	return local_day(b->w, workspace_now(b->w));
}

bool
trend_read(const Board *b, Trend *t, Arena *a, Err *err)
{
	NEED(t->max > 0 && daily_counts(b, t->node));
	Walk x = {.b = b,
		.t = t,
		.a = a,
		.series = map_new(a),
		.value = NEW(a, int64_t, (b->n_series + 1) * PARTS),
		.today = board_day(b),
		.seen = INT32_MIN};
	x.day = x.today - (int32_t)t->max + 1;
	t->day = NEW(a, TrendDay, t->max);
	t->n = 0;
	for (size_t s = 0; s <= b->n_series; s++)
		map_set(&x.series, daily_name(b, s), s);
	if (!rows_read(&x, err))
		return false;
	if (x.seen == INT32_MIN)
		x.day = x.today;
	days_until(&x, x.today);
	today_put(&x);
	return true;
}

int
trend_pillar(const Board *b, const TrendDay *d, Str pillar)
{
	Score score = {0};
	for (size_t i = 0; i < b->n_indicators; i++)
		if (str_eq(b->series[i].query->pillar, pillar))
			score_add(&score, &b->series[i], d->day, d->need[i], d->have[i]);
	return score_of(&score);
}

bool
trend_settled(Workspace *w, const Board *b, bool *yes, Err *err)
{
	int64_t event;
	int32_t day = 0;
	bool more;
	if (!daily_event(w, w->db, &event, err) || !daily_next(w, w->db, event, &day, &more, err))
		return false;
	*yes = !more || day >= board_day(b);
	return true;
}

bool
trend_ready(Workspace *w, const Board *b, TrendAsk *ask, Err *err)
{
	Stmt *s;
	bool row;
	char day[11];
	date_format(board_day(b) - ask->days, day);
	if (!svc_stmt(w->db, &w->sql, "daily_at", &s, err))
		return false;
	db_set_text(s, "area", str_of(b->code[ask->node]));
	db_set_text(s, "series", daily_name(b, b->n_series));
	db_set_text(s, "day", str_of(day));
	if (!db_step(s, &row, err))
		return false;
	ask->known = row;
	ask->change = row ? (int64_t)b->ready[ask->node] - db_int(s, 1) : 0;
	db_reset(s);
	return true;
}
