/* Properties of what happens to rows: two writers, each with its own view of what stands, put, close, undo and erase at random. A model
 * says what must have come of it: the rows, private fields too, their histories, and how all of it stood after each event; the log
 * verifies, and tables made anew from it are the same. */
#include "support.h"

enum { FIELDS = 4, ROWS = 7, MOST = 400, STEPS = 260 };

static _Atomic int64_t hand =
	INT64_C(1732060800000); /* 20 Nov 2024; each change has a moment of its own */

static int64_t
hand_now(void *ctx)
{
	(void)ctx;
	return hand;
}

static uint64_t seed;

static uint64_t
dice(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

/* ---- the model ---- */

typedef struct
	Kind { /* of rows: the fields that change, with the values they may have; NULL ends them, private ones come last */
	const char *dataset, *key;
	const char *field[FIELDS], *value[FIELDS][4], *preset[FIELDS];
	int open; /* so many of the fields are open */
} Kind;

static const Kind kinds[] = {
	{"officer", "tps=1571011001001;role=kpps;seat=%d", {"healthy", "sworn_in", "name", "nik"},
		{{"0", "1"}, {"2024-11-07", "2024-11-08"}, {"Satu", "Dua", "Tiga"},
			{"9901010101800001", "9901010101800002"}},
		{0}, 2},
	{"delivery", "tps=157101100100%d;item=ink", {"received", "note", "damaged"},
		{{"1", "2", "3"}, {"a", "b"}, {"0", "1"}}, {NULL, NULL, "0"}, 3},
};

typedef struct State {
	bool there;
	const char *value[FIELDS]; /* NULL: none */
} State;
typedef struct Event {
	int64_t number, base, over, undoes;
	Op op;
	State after;
	bool erased; /* its private fields are */
} Event;
typedef struct Row {
	const Kind *kind;
	const char *key;   /* as cells */
	Event event[MOST]; /* oldest first */
	int n;
	bool keyed;      /* something private was sealed since the last erasing */
	int64_t seen[2]; /* by the writers */
} Row;

typedef struct Story {
	Desk *d;
	Workspace other;
	Gate *gate[2];
	Row row[ROWS];
	int64_t at[MOST * 2]; /* when each event was, by its number */
	int count[5];         /* of events by what they do; 0: undone ones */
	int conflicts, refused;
} Story;

static const Event *
event_of(const Row *r, int64_t number)
{
	for (int i = 0; i < r->n; i++)
		if (r->event[i].number == number)
			return &r->event[i];
	return NULL;
}

static int64_t
newest(const Row *r)
{
	return r->n ? r->event[r->n - 1].number : 0;
}

static int64_t
before(const Event *e)
{
	return e->over ? e->over : e->base;
}

static State
state_of(const Row *r, int64_t number)
{
	const Event *e = event_of(r, number);
	State s = e ? e->after : (State){0};
	for (int i = r->kind->open; e && e->erased && i < FIELDS; i++)
		s.value[i] = NULL;
	return s;
}

static bool
value_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool
state_same(const State *a, const State *b)
{
	for (int i = 0; i < FIELDS; i++)
		if (!value_same(a->value[i], b->value[i]))
			return false;
	return a->there == b->there;
}

static void
add(Story *s, Row *r, Event e)
{
	int64_t last = workspace_last_event(&s->d->w);
	assert_int_equal(e.number, last);
	assert_true(r->n < MOST && last < MOST * 2);
	for (int i = r->kind->open; i < FIELDS; i++)
		r->keyed |= e.op != OP_CLOSE && e.after.value[i];
	s->at[last] = hand;
	s->count[e.op]++;
	s->count[0] += e.undoes > 0;
	s->conflicts += e.over > 0;
	r->event[r->n++] = e;
}

/* ---- what the writers do ---- */

static const char *
cells(Story *s, const Row *r, const State *state, const bool *given)
{
	AUTO(Buf) b = {0};
	buf_fmt(&b, "%s", r->key);
	for (int i = 0; i < FIELDS && r->kind->field[i]; i++)
		if (given[i])
			buf_fmt(&b, ";%s=%s", r->kind->field[i], state->value[i] ? state->value[i] : "");
	return arena_cstr(&s->d->a, buf_str(&b));
}

static void
put(Story *s, Row *r, int writer)
{
	Desk *d = s->d;
	bool given[FIELDS];
	int64_t old = newest(r), base = dice(3) ? r->seen[writer] : 0;
	State now = state_of(r, old), next = now;
	for (int i = 0; i < FIELDS && r->kind->field[i]; i++) {
		int n = 0;
		while (n < 4 && r->kind->value[i][n])
			n++;
		uint64_t pick = dice((uint64_t)n + 1);
		given[i] = dice(2);
		if (given[i])
			next.value[i] = pick < (uint64_t)n ? r->kind->value[i][pick] : NULL;
		else if (!now.there)
			next.value[i] = NULL;
		if (!next.value[i] && (given[i] || !now.there))
			next.value[i] = r->kind->preset[i];
	}
	next.there = true;
	OK(d,
		desk_row(d, s->gate[writer], r->kind->dataset, cells(s, r, &next, given),
			(RowRequest){.base = base}));
	r->seen[writer] = d->event;
	if (now.there && state_same(&now, &next)) {
		assert_int_equal(d->outcome, OUTCOME_SAME);
		assert_int_equal(d->event, old);
		return;
	}
	bool conflict = base && old && base != old;
	assert_int_equal(d->outcome,
		conflict        ? OUTCOME_CONFLICT
			: now.there ? OUTCOME_CHANGED
						: OUTCOME_ADDED);
	add(s, r,
		(Event){.number = d->event,
			.base = old && base ? base : old,
			.over = conflict ? old : 0,
			.op = old && !now.there ? OP_REOPEN : OP_PUT,
			.after = next});
}

static void
close_it(Story *s, Row *r, int writer)
{
	Desk *d = s->d;
	int64_t old = newest(r);
	State now = state_of(r, old);
	RowRequest q = {.closing = true};
	if (!now.there) {
		REFUSED(d, desk_row(d, s->gate[writer], r->kind->dataset, r->key, q), E_NOTFOUND);
		return;
	}
	OK(d, desk_row(d, s->gate[writer], r->kind->dataset, r->key, q));
	now.there = false;
	add(s, r, (Event){.number = d->event, .base = old, .op = OP_CLOSE, .after = now});
	r->seen[writer] = d->event;
}

/* Nothing stands between the event and now, but for what was undone. */
static bool
can_undo(const Row *r, const Event *e)
{
	int64_t at = newest(r);
	while (at && at != e->number && event_of(r, at)->undoes)
		at = before(event_of(r, event_of(r, at)->undoes));
	return at == e->number && e->op != OP_FORGET;
}

static void
undo(Story *s, Row *r, int writer, const Event *e)
{
	Desk *d = s->d;
	Origin o = {.actor = S("tester"), .source = S("cli"), .why = S("a mistake")};
	UndoRequest q = {.origin = &o, .event = e->number};
	if (!can_undo(r, e)) {
		REFUSED(d, gate_undo(s->gate[writer], &q, &d->err), E_CONFLICT);
		s->refused++;
		return;
	}
	int64_t undone = e->number, old = newest(r);
	State now = state_of(r, old), next = state_of(r, before(e));
	OK(d, gate_undo(s->gate[writer], &q, &d->err));
	assert_int_equal(q.first, q.last);
	assert_int_equal(q.removed, !next.there);
	assert_int_equal(q.back, !now.there);
	if (!next.there)
		next = now;
	next.there = !q.removed;
	add(s, r,
		(Event){.number = q.last,
			.base = old,
			.undoes = undone,
			.op = !next.there ? OP_CLOSE
				: now.there   ? OP_PUT
							  : OP_REOPEN,
			.after = next});
	r->seen[writer] = q.last;
}

static void
forget(Story *s, Row *r, int writer)
{
	Desk *d = s->d;
	Origin o = {.actor = S("tester"), .source = S("cli"), .why = S("asked for")};
	ForgetRequest q = {.origin = &o,
		.dataset = catalog_dataset(&d->w.cat, str_of(r->kind->dataset)),
		.text = desk_cells(d, r->kind->dataset, r->key)};
	if (!r->keyed) {
		REFUSED(d, gate_forget(s->gate[writer], &q, &d->err),
			r->kind->open == 3 ? E_INPUT : E_NOTFOUND);
		return;
	}
	int64_t old = newest(r);
	OK(d, gate_forget(s->gate[writer], &q, &d->err));
	for (int i = 0; i < r->n; i++)
		r->event[i].erased = true;
	r->keyed = false;
	add(s, r, (Event){.number = q.event, .base = old, .op = OP_FORGET, .after = state_of(r, old)});
}

/* Often the newest, else any of the row. */
static void
undo_some(Story *s, Row *r, int writer)
{
	if (r->n)
		undo(s, r, writer, &r->event[dice(2) ? r->n - 1 : (int)dice((uint64_t)r->n)]);
}

static void
step(Story *s)
{
	Row *r = &s->row[dice(ROWS)];
	int writer = (int)dice(2);
	hand++;
	switch (dice(12)) {
	case 0:
	case 1:
		close_it(s, r, writer);
		break;
	case 2:
	case 3:
	case 4:
		undo_some(s, r, writer);
		break;
	case 5:
		forget(s, r, writer);
		break;
	case 6:
		r->seen[writer] = newest(r);
		break;
	default:
		put(s, r, writer);
	}
}

/* ---- what must have come of it ---- */

/* Entering all of it again says nothing new: the private fields can be seen in no other way. */
static void
row_stands(Story *s, const Row *r)
{
	static const bool all[FIELDS] = {true, true, true, true};
	Desk *d = s->d;
	State now = state_of(r, newest(r));
	if (!now.there)
		return;
	OK(d, desk_enter(d, s->gate[0], r->kind->dataset, cells(s, r, &now, all)));
	if (d->outcome != OUTCOME_SAME)
		fail_msg("%s %s: expected %s", r->kind->dataset, r->key, cells(s, r, &now, all));
}

/* The open fields of all rows as they stood after an event, in the order of the rows. */
static Str
model_text(Story *s, int64_t event)
{
	AUTO(Buf) b = {0};
	for (int k = 0; k < ROWS; k++) {
		const Row *r = &s->row[k];
		const Event *e = NULL;
		for (int i = 0; i < r->n && r->event[i].number <= event; i++)
			e = &r->event[i];
		if (!e || !e->after.there)
			continue;
		buf_fmt(&b, "%d %lld:", k, (long long)e->number);
		for (int i = 0; i < r->kind->open; i++)
			buf_fmt(&b, " %s", e->after.value[i] ? e->after.value[i] : "-");
		buf_byte(&b, '\n');
	}
	assert_false(b.failed);
	return arena_str(&s->d->a, buf_str(&b));
}

static Str
table_text(Story *s, Db *db)
{
	static const char *const sql[] = {
		"SELECT seat - 1, _event, CAST(healthy AS text), sworn_in, '' FROM officer ORDER BY seat",
		"SELECT CAST(substr(tps, 13, 1) AS bigint) + 3, _event, CAST(received AS text), note, CAST(damaged AS text) FROM delivery ORDER BY tps"};
	AUTO(Buf) b = {0};
	for (int k = 0; k < 2; k++) {
		Stmt *q;
		bool row;
		OK(s->d, db_prepare(db, str_of(sql[k]), &q, &s->d->err));
		for (;;) {
			OK(s->d, db_step(q, &row, &s->d->err));
			if (!row)
				break;
			buf_fmt(&b, "%lld %lld:", (long long)db_int(q, 0), (long long)db_int(q, 1));
			for (int c = 2; c < 2 + kinds[k].open; c++) {
				Str v = db_text(q, c);
				buf_fmt(&b, " %.*s", STR(v.n ? v : S("-")));
			}
			buf_byte(&b, '\n');
		}
	}
	assert_false(b.failed);
	return arena_str(&s->d->a, buf_str(&b));
}

static void
same_text(Story *s, int64_t event, Db *db, const char *what)
{
	Str want = model_text(s, event), got = table_text(s, db);
	if (!str_eq(want, got))
		fail_msg(
			"%s event %lld: expected\n%.*scame\n%.*s", what, (long long)event, STR(want), STR(got));
}

static const Change *
change_of(const HistoryStep *h, const char *field)
{
	for (size_t i = 0; i < h->n_changes; i++)
		if (str_eq(h->change[i].field->name, str_of(field)))
			return &h->change[i];
	return NULL;
}

/* A step against its event and the one before it. */
static void
step_is(const Row *r, const HistoryStep *h, const Event *e)
{
	const Event *p = event_of(r, before(e));
	assert_int_equal(h->event, e->number);
	assert_int_equal(h->op, e->op);
	assert_int_equal(h->base, e->base);
	assert_int_equal(h->over, e->over);
	assert_int_equal(h->undoes, e->undoes);
	bool known = h->hidden == HIDDEN_KNOWN;
	/* Without private values there is nothing that could have been erased. */
	assert_true(known || e->erased || e->op == OP_FORGET || (p && p->erased));
	for (int i = 0; i < FIELDS && r->kind->field[i]; i++) {
		const char *from = p ? p->after.value[i] : NULL, *to = e->after.value[i];
		const Change *c = change_of(h, r->kind->field[i]);
		bool differ = e->op != OP_CLOSE && !value_same(from, to);
		if (i >= r->kind->open && !known)
			differ = false;
		if (differ != (c != NULL))
			fail_msg("%s event %lld: '%s' %s", r->key, (long long)e->number, r->kind->field[i],
				c ? "is said to have changed" : "changed, and that is not said");
		if (c && i >= r->kind->open)
			assert_true(c->from.n == 0 && c->to.n == 0);
	}
}

static void
chain_is(Story *s, const Row *r)
{
	Desk *d = s->d;
	History h = {.dataset = catalog_dataset(&d->w.cat, str_of(r->kind->dataset)),
		.text = desk_cells(d, r->kind->dataset, r->key),
		.max = SIZE_MAX};
	if (!r->n)
		return;
	OK(d, history_walk(&d->w, &h, &d->a, &d->err));
	assert_int_equal(h.n, r->n);
	assert_int_equal(h.closed, !state_of(r, newest(r)).there);
	for (size_t i = 0; i < h.n; i++)
		step_is(r, &h.step[i], &r->event[r->n - 1 - (int)i]);
	int64_t in_log = desk_number(d,
		arena_fmt(&d->a,
			"SELECT count(*) FROM event e JOIN origin o ON o.id = e.origin WHERE e.key = '%.*s' AND o.dataset = '%s'",
			STR(h.key), r->kind->dataset)
			.p);
	assert_int_equal(in_log, r->n);
}

static void
moments_are(Story *s, int64_t first)
{
	Desk *d = s->d;
	AsOfP a = NULL;
	OK(d, asof_open(&d->w, NULL, &a, &d->err));
	for (int64_t event = first; event <= workspace_last_event(&d->w); event++) {
		OK(d, asof_advance(a, s->at[event], &d->err));
		assert_int_equal(a->event, event);
		same_text(s, event, a->w.db, "as of");
	}
	asof_close(a);
}

/* Twice undone is as it was, whatever the row's newest event did. */
static void
undo_twice(Story *s, Row *r)
{
	if (!r->n || !can_undo(r, &r->event[r->n - 1]))
		return;
	State was = state_of(r, newest(r));
	for (int i = 0; i < 2; i++) {
		hand++;
		undo(s, r, i, &r->event[r->n - 1]);
		row_stands(s, r);
	}
	State is = state_of(r, newest(r));
	assert_true(is.there == was.there && (!is.there || state_same(&is, &was)));
}

static void
board_is(Story *s, Board *followed)
{
	Desk *d = s->d;
	BoardP full = NULL;
	Str difference;
	OK(d, board_follow(followed, NULL, &d->err));
	OK(d, board_rebuild(&d->w, &full, &d->err));
	if (!board_equal(followed, full, &difference, &d->a))
		fail_msg("followed and rebuilt boards differ: %.*s", STR(difference));
	board_close(full);
}

/* The log and its tables agree, and tables made anew from the log are the same. */
static void
log_is(Story *s)
{
	Desk *d = s->d;
	VerifyReport r;
	RebuildReport made;
	for (int i = 0; i < 2; i++) {
		AUTO(Arena) a = {0};
		OK(d, arena_open(&a, (size_t)1 << 28, &d->err));
		OK(d, log_verify(&d->w, &(VerifyAsk){.threads = 1}, &a, &r, &d->err));
		assert_int_equal(r.events, workspace_last_event(&d->w));
		same_text(s, INT64_MAX, d->w.db, "verified");
		if (i)
			break;
		OK(d, gate_rebuild(s->gate[0], &(RebuildAsk){0}, &d->a, &made, &d->err));
		for (size_t k = 0; k < made.n_parts; k++)
			assert_int_equal(made.part[k].missing + made.part[k].changed + made.part[k].extra, 0);
	}
	for (int k = 0; k < ROWS; k++)
		row_stands(s, &s->row[k]);
}

static void
begin(Story *s)
{
	Desk *d = s->d = desk_new("pilkada2024", "1571");
	d->env.now = hand_now;
	desk_reopen(d);
	OK(d, gate_open(&d->w, &s->gate[0], &d->err));
	OK(d, workspace_open(&d->env, d->ws, &d->a, &s->other, &d->err));
	OK(d, gate_open(&s->other, &s->gate[1], &d->err));
	assert_false(gate_is_local(s->gate[1]));
	for (int i = 1; i <= 4; i++)
		OK(d, desk_enter(d, s->gate[0], "tps", arena_fmt(&d->a, "tps=157101100100%d", i).p));
	for (int i = 0; i < ROWS; i++) {
		s->row[i].kind = &kinds[i >= 4];
		s->row[i].key = i < 4 ? arena_fmt(&d->a, "tps=1571011001001;role=kpps;seat=%d", i + 1).p
							  : arena_fmt(&d->a, "tps=157101100100%d;item=ink", i - 3).p;
	}
}

static void
test_story(void **state)
{
	(void)state;
	static Story s;
	int rounds = getenv("SIAP_TEST_STORE") ? 1 : 4;
	for (int round = 0; round < rounds; round++) {
		BoardP board = NULL;
		seed = (uint64_t)round + 5;
		s = (Story){0};
		begin(&s);
		Desk *d = s.d;
		int64_t first = workspace_last_event(&d->w) + 1;
		OK(d, board_open(&d->w, &board, &d->err));
		for (int i = 0; i < STEPS; i++) {
			step(&s);
			same_text(&s, INT64_MAX, d->w.db, "after");
			if (i % 16 == 0)
				board_is(&s, board);
			for (int k = 0; i % 8 == 0 && k < ROWS; k++)
				row_stands(&s, &s.row[k]);
		}
		for (int k = 0; k < ROWS; k++)
			undo_twice(&s, &s.row[k]);
		for (int k = 0; k < ROWS; k++)
			chain_is(&s, &s.row[k]);
		board_is(&s, board);
		moments_are(&s, first);
		log_is(&s);
		printf(
			"puts %d, closings %d, reopenings %d, erasings %d, undoings %d (refused %d), conflicts %d\n",
			s.count[OP_PUT], s.count[OP_CLOSE], s.count[OP_REOPEN], s.count[OP_FORGET], s.count[0],
			s.refused, s.conflicts);
		/* All that can happen did. */
		for (int op = OP_PUT; op <= OP_FORGET; op++)
			assert_true(s.count[op] > 3);
		assert_true(s.count[0] > 20 && s.conflicts > 10 && s.refused > 10);
		board_close(board);
		gate_close(s.gate[1]);
		workspace_close(&s.other);
		gate_close(s.gate[0]);
		desk_close(d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_story)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
