/* board: every indicator and check over every area, in flat arrays sorted by code, so that a subtree is a range. */
#include "svc/svc_private.h"

/* ---- small things ---- */

int64_t *
series_sum(const Series *s, int part)
{
	return part == NEED_PART ? s->need : part == HAVE_PART ? s->have : s->heard;
}

int64_t *
series_own(const Series *s, int part)
{
	return s->own[part] ? s->own[part] : series_sum(s, part);
}

bool
series_holds(const Board *b, const Series *s, size_t node)
{
	return s->query->level == LEVEL_ANY || b->level[node] == (uint8_t)s->query->level;
}

void
area_range(Str code, char buf[20], Str *lo, Str *hi)
{
	if (str_eq(code, S("0")))
		code = S("");
	*lo = code;
	hi->n = (size_t)snprintf(buf, 20, "%.*s:", STR(code));
	hi->p = buf;
}

/* The area without what lies in it: '!' sorts before every digit. */
static void
area_alone(Str code, char buf[20], Str *lo, Str *hi)
{
	*lo = code;
	hi->n = (size_t)snprintf(buf, 20, "%.*s!", STR(code));
	hi->p = buf;
}

void
today_of(const Workspace *w, char out[11])
{
	int64_t now = workspace_now(w);
	date_format((int32_t)((now + area_zone(w->area) * INT64_C(60000)) / 86400000), out);
}

void
query_bind(const Workspace *w, Stmt *s, Str lo, Str hi)
{
	static _Thread_local char today[11];
	int64_t now = workspace_now(w);
	today_of(w, today);
	db_set_text_if(s, "lo", lo);
	db_set_text_if(s, "hi", hi);
	db_set_int_if(s, "now", now);
	db_set_text_if(s, "today", str_of(today));
}

static Str
series_day(const Pack *p, Str text, Arena *a)
{
	int32_t day;
	char *out = NEW(a, char, 11);
	if (!text.n || !pack_day(p, text, &day))
		return (Str){0};
	date_format(day, out);
	return (Str){out, 10};
}

static void
series_days(const Board *b, Series *s, Arena *a)
{
	s->due_date = series_day(b->w->pack, query_due(s->query, b->w->pack), a);
	s->open_date = series_day(b->w->pack, query_opens(s->query, b->w->pack), a);
}

/* Dates are texts of ten characters that sort like days. */
static bool
counts_on(const Series *s, Str day)
{
	return !s->open_date.n || str_cmp(s->open_date, day) <= 0;
}

bool
board_counts(const Board *b, const Series *s)
{
	return counts_on(s, str_of(b->today));
}

void
board_days(Board *b)
{
	for (size_t i = 0; i < b->n_series; i++)
		series_days(b, &b->series[i], &b->a);
}

static void
code_put(char out[16], Str code)
{
	memset(out, 0, 16);
	NEED(code.n < 16);
	memcpy(out, code.p, code.n);
}

bool
board_find(const Board *b, Str code, size_t *node)
{
	char want[16];
	if (code.n >= 16)
		return false;
	code_put(want, code);
	size_t lo = 0, hi = b->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = memcmp(b->code[mid], want, 16);
		if (c == 0) {
			*node = mid;
			return true;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

bool
board_newest(Board *b, int64_t *event, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(b->db, &b->w->sql, "event_last", &s, err) || !db_step(s, &row, err))
		return false;
	*event = row ? db_int(s, 0) : 0;
	db_reset(s);
	return true;
}

/* ---- structure ---- */

static bool
codes_read(Board *b, const char *name, Buf *out, Err *err)
{
	Stmt *s;
	bool row;
	char code[16];
	out->max = (size_t)1 << 32;
	if (!svc_stmt(b->db, &b->w->sql, name, &s, err))
		return false;
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		code_put(code, db_text(s, 0));
		buf_add(out, (Str){code, 16});
	}
	return !out->failed || err_set(err, E_LIMIT, "too many areas");
}

static bool
is_ancestor(const char *above, const char *code)
{
	return (above[0] == '0' && code[0] != '0') || strncmp(code, above, strlen(above)) == 0;
}

/* Parents and subtree ends in one pass: codes are sorted, so an ancestor stands before its children. */
static void
link_nodes(Board *b)
{
	size_t stack[8], depth = 0;
	for (size_t i = 0; i < b->n; i++) {
		while (depth && !is_ancestor(b->code[stack[depth - 1]], b->code[i]))
			b->end[stack[--depth]] = (uint32_t)i;
		b->parent[i] = (uint32_t)(depth ? stack[depth - 1] : 0);
		b->level[i] = (uint8_t)area_level(str_of(b->code[i]));
		NEED(depth < 8);
		stack[depth++] = i;
	}
	while (depth)
		b->end[stack[--depth]] = (uint32_t)b->n;
}

static void
series_arrays(Board *b, Series *s)
{
	for (int part = 0; part < PARTS; part++) {
		int64_t *sums = NEW(&b->a, int64_t, s->query->is_check && part ? 1 : b->n);
		if (part == NEED_PART)
			s->need = sums;
		else if (part == HAVE_PART)
			s->have = sums;
		else
			s->heard = sums;
		s->own[part] = s->query->level == LEVEL_ANY
			? NEW(&b->a, int64_t, s->query->is_check && part ? 1 : b->n)
			: NULL;
	}
}

bool
board_structure(Board *b, Err *err)
{
	AUTO(Buf) areas = {0}, tps = {0};
	if (!codes_read(b, "area_all", &areas, err) || !codes_read(b, "tps_all", &tps, err))
		return false;
	size_t na = areas.n / 16, nt = tps.n / 16, i = 0, j = 0;
	b->n = na + nt;
	b->code = (char(*)[16])NEW(&b->a, char, b->n * 16);
	b->parent = NEW(&b->a, uint32_t, b->n);
	b->end = NEW(&b->a, uint32_t, b->n);
	b->level = NEW(&b->a, uint8_t, b->n);
	b->listed = NEW(&b->a, uint8_t, b->n);
	b->unmet = NEW(&b->a, uint16_t, b->n);
	b->ready = NEW(&b->a, uint32_t, b->n);
	b->silent = NEW(&b->a, uint32_t, b->n);
	b->total = NEW(&b->a, uint32_t, b->n);
	for (size_t k = 0; k < b->n; k++) {
		bool take_tps = i == na || (j < nt && memcmp(tps.p + j * 16, areas.p + i * 16, 16) < 0);
		memcpy(b->code[k], take_tps ? tps.p + j++ * 16 : areas.p + i++ * 16, 16);
		b->listed[k] = take_tps;
	}
	link_nodes(b);
	for (size_t k = 0; k < b->n_series; k++)
		series_arrays(b, &b->series[k]);
	return true;
}

/* ---- series from the database ---- */

static bool
must_of(const Query *q, const Pack *p)
{
	for (size_t i = 0; i < p->n_must; i++)
		if (str_eq(p->must[i].name, q->name))
			return p->must[i].value != 0;
	return q->must;
}

static int
weight_of(const Query *q, const Pack *p)
{
	for (size_t i = 0; i < p->n_weights; i++)
		if (str_eq(p->weight[i].name, q->name))
			return (int)p->weight[i].value;
	return q->weight;
}

static Series
series_make(Board *b, const Query *q)
{
	Series s = {.query = q, .weight = weight_of(q, b->w->pack)};
	s.must = !q->is_check && must_of(q, b->w->pack);
	return s;
}

/* Prepared when first asked: a board from a snapshot asks few of its queries. */
static bool
series_begin(const Board *b, Series *s, Str lo, Str hi, Err *err)
{
	if (!s->stmt) {
		if (!db_prepare(b->db, s->query->sql, &s->stmt, err))
			return err_prefix(err, "%.*s: ", STR(s->query->file));
		s->lo = db_param(s->stmt, "lo");
		s->hi = db_param(s->stmt, "hi");
	}
	db_reset(s->stmt);
	if (s->query->depends_clock) {
		query_bind(b->w, s->stmt, lo, hi);
	} else {
		db_bind_text(s->stmt, s->lo, lo);
		db_bind_text(s->stmt, s->hi, hi);
	}
	return true;
}

bool
board_new_day(Board *b)
{
	char before[11];
	memcpy(before, b->today, sizeof before);
	today_of(b->w, b->today);
	return memcmp(before, b->today, sizeof before) != 0;
}

bool
board_new(const Workspace *w, Board **out, Err *err)
{
	Arena a;
	if (!arena_open(&a, (size_t)1 << 36, err))
		return false;
	Board *b = NEW(&a, Board, 1);
	*b = (Board){.a = a,
		.w = w,
		.n_indicators = w->cat.n_indicators,
		.n_series = w->cat.n_indicators + w->cat.n_checks};
	b->series = NEW(&b->a, Series, b->n_series);
	for (size_t i = 0; i < b->n_series; i++)
		b->series[i] = series_make(
			b, i < b->n_indicators ? &w->cat.indicator[i] : &w->cat.check[i - b->n_indicators]);
	(void)board_new_day(b);
	board_days(b);
	bool ok = arena_open(&b->scratch, (size_t)1 << 32, err) && workspace_reader(w, &b->db, err);
	if (ok)
		*out = b;
	else
		board_close(b);
	return ok;
}

void
board_close(Board *b)
{
	if (!b)
		return;
	db_close(b->db);
	board_unmap(b);
	arena_close(&b->scratch);
	Arena a = b->a;
	arena_close(&a);
}

/* One row of a query: its node and values. skip: the area is none of this workspace. */
typedef struct BoardRow {
	size_t node; /* of the row before, as a hint */
	int64_t value[PARTS];
	bool skip;
} BoardRow;

static bool
row_node(const Board *b, Str code, size_t *node)
{
	char want[16];
	if (code.n >= sizeof want)
		return false;
	code_put(want, code);
	/* Rows mostly come in order: the next node is often the one after the last. */
	size_t next = *node + 1;
	if (next < b->n && memcmp(b->code[next], want, 16) == 0)
		*node = next;
	else if (*node >= b->n || memcmp(b->code[*node], want, 16) != 0)
		return board_find(b, code, node);
	return true;
}

static bool
row_values(const Board *b, const Series *s, BoardRow *r, Err *err)
{
	Str code = db_text(s->stmt, 0);
	const Query *q = s->query;
	r->skip = !row_node(b, code, &r->node);
	if (r->skip)
		return true;
	if (!series_holds(b, s, r->node))
		return err_set(err, E_INPUT, "%.*s: row '%.*s' is not at level %.*s", STR(q->file),
			STR(code), STR(level_name(q->level)));
	for (int p = 0; p < PARTS; p++)
		r->value[p] = q->is_check ? p == NEED_PART : db_int(s->stmt, p + 1);
	if (r->value[NEED_PART] < 0 || r->value[HAVE_PART] < 0)
		return err_set(
			err, E_INPUT, "%.*s: row '%.*s' has a negative need or have", STR(q->file), STR(code));
	/* More than enough here must not hide a gap elsewhere. */
	for (int p = HAVE_PART; p < PARTS; p++)
		if (r->value[p] > r->value[NEED_PART])
			r->value[p] = r->value[NEED_PART];
	return true;
}

/* Most checks find little and most areas have no rows of their own: what is nought already is only read, so that its memory is
 * never taken from the system. */
static void
clear(int64_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i])
			v[i] = 0;
}

static void
sum_up(Board *b, Series *s, int part)
{
	int64_t *sum = series_sum(s, part);
	for (size_t i = 0; s->own[part] && i < b->n; i++)
		if (sum[i] != s->own[part][i])
			sum[i] = s->own[part][i];
	for (size_t i = b->n; i-- > 1;)
		if (sum[i])
			sum[b->parent[i]] += sum[i];
}

bool
board_fill(Board *b, Series *s, Err *err)
{
	char buf[20];
	Str lo, hi;
	BoardRow r = {0};
	int parts = s->query->is_check ? 1 : PARTS;
	for (int p = 0; p < parts; p++) {
		clear(series_sum(s, p), b->n);
		if (s->own[p])
			clear(s->own[p], b->n);
	}
	area_range(b->w->area, buf, &lo, &hi);
	if (!series_begin(b, s, lo, hi, err))
		return false;
	for (;;) {
		bool row;
		if (!db_step(s->stmt, &row, err))
			return err_prefix(err, "%.*s: ", STR(s->query->file));
		if (!row)
			break;
		if (!row_values(b, s, &r, err))
			return false;
		for (int p = 0; !r.skip && p < parts; p++)
			series_own(s, p)[r.node] += r.value[p];
	}
	for (int p = 0; p < parts; p++)
		sum_up(b, s, p);
	return true;
}

/* ---- readiness ---- */

typedef struct Standing { /* of one TPS, by the must-indicators that count */
	uint16_t unmet;
	bool silent; /* somebody has not reported yet */
} Standing;

static Standing
standing_of(const Board *b, size_t node)
{
	Standing now = {0};
	for (size_t k = 0; k < b->n_indicators; k++) {
		const Series *s = &b->series[k];
		if (!s->must || s->query->level != LEVEL_TPS || !board_counts(b, s))
			continue;
		if (s->have[node] < s->need[node])
			now.unmet++;
		now.silent |= s->heard[node] < s->need[node];
	}
	return now;
}

void
board_readiness(Board *b)
{
	for (size_t i = 0; i < b->n; i++) {
		Standing now = b->listed[i] ? standing_of(b, i) : (Standing){0};
		b->unmet[i] = now.unmet;
		b->silent[i] = now.silent;
		b->total[i] = b->listed[i];
		b->ready[i] = b->listed[i] && now.unmet == 0;
	}
	for (size_t i = b->n; i-- > 1;) {
		b->ready[b->parent[i]] += b->ready[i];
		b->silent[b->parent[i]] += b->silent[i];
		b->total[b->parent[i]] += b->total[i];
	}
}

static void
readiness_of(Board *b, size_t node)
{
	if (!b->listed[node])
		return;
	Standing now = standing_of(b, node);
	int ready = (now.unmet == 0) - (b->unmet[node] == 0);
	int silent = (int)now.silent - (int)b->silent[node];
	b->unmet[node] = now.unmet;
	for (size_t i = node; ready || silent; i = b->parent[i]) {
		b->ready[i] += (uint32_t)ready;
		b->silent[i] += (uint32_t)silent;
		if (i == 0)
			break;
	}
}

bool
board_fill_all(Board *b, Err *err)
{
	for (size_t i = 0; i < b->n_series; i++)
		if (!board_fill(b, &b->series[i], err))
			return false;
	board_readiness(b);
	return true;
}

/* ---- one subtree ---- */

static void
add_up(Board *b, Series *s, int part, size_t node, int64_t change)
{
	int64_t *sum = series_sum(s, part);
	if (!change)
		return;
	if (s->own[part])
		s->own[part][node] += change;
	for (size_t i = node;; i = b->parent[i]) {
		sum[i] += change;
		if (i == 0)
			break;
	}
}

bool
board_ask(const Board *b, Series *s, size_t node, bool alone, Err *err)
{
	Str lo, hi;
	if (alone)
		area_alone(str_of(b->code[node]), s->past, &lo, &hi);
	else
		area_range(str_of(b->code[node]), s->past, &lo, &hi);
	return series_begin(b, s, lo, hi, err);
}

bool
board_refresh(Board *b, Series *s, size_t node, bool alone, Err *err)
{
	BoardRow r = {.node = node};
	int parts = s->query->is_check ? 1 : PARTS;
	size_t end = alone ? node + 1 : b->end[node];
	for (size_t i = node; i < end; i++)
		for (int p = 0; p < parts && series_holds(b, s, i); p++)
			add_up(b, s, p, i, -series_own(s, p)[i]);
	if (!board_ask(b, s, node, alone, err))
		return false;
	for (;;) {
		bool row;
		if (!db_step(s->stmt, &row, err))
			return err_prefix(err, "%.*s: ", STR(s->query->file));
		if (!row)
			break;
		if (!row_values(b, s, &r, err))
			return false;
		for (int p = 0; !r.skip && p < parts; p++)
			add_up(b, s, p, r.node, r.value[p]);
	}
	if (s->must && s->query->level == LEVEL_TPS)
		for (size_t i = node; i < end; i++)
			readiness_of(b, i);
	return true;
}

/* ---- scores ---- */

/* have / need in parts per 10,000, rounded down, so that it is 10,000 only when nothing is missing. */
static int64_t
ratio(int64_t have, int64_t need)
{
	return have <= INT64_MAX / 10000 ? have * 10000 / need : have / (need / 10000 + 1);
}

void
score_add(Score *c, const Series *s, Str day, int64_t need, int64_t have)
{
	if (need <= 0 || !counts_on(s, day))
		return;
	c->sum += s->weight * ratio(have, need);
	c->weights += s->weight;
}

int
score_of(const Score *c)
{
	return c->weights ? (int)(c->sum / c->weights) : -1;
}

int
board_pillar(const Board *b, size_t node, Str pillar)
{
	Score score = {0};
	for (size_t i = 0; i < b->n_indicators; i++) {
		const Series *s = &b->series[i];
		if (str_eq(s->query->pillar, pillar))
			score_add(&score, s, str_of(b->today), s->need[node], s->have[node]);
	}
	return score_of(&score);
}

size_t
board_pillars(const Board *b, Str *out, size_t max)
{
	static const Str first[] = {{"roll", 4}, {"logistics", 9}, {"officers", 8}, {"security", 8}};
	size_t n = 0, fixed = 0;
	for (size_t k = 0; k < 4; k++)
		for (size_t i = 0; i < b->n_indicators && n < max; i++)
			if (str_eq(b->series[i].query->pillar, first[k])) {
				out[n++] = first[k];
				break;
			}
	fixed = n;
	for (size_t i = 0; i < b->n_indicators && n < max; i++) {
		Str p = b->series[i].query->pillar;
		bool known = !board_counts(b, &b->series[i]);
		for (size_t k = 0; k < n; k++)
			known |= str_eq(out[k], p);
		if (!known)
			out[n++] = p;
	}
	sort_str(out + fixed, n - fixed);
	return n;
}
