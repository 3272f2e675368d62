/* Devices that work without a connection: seven stories of what goes wrong between them. In each the row, the log, the conflicts, the
 * flags and the history say what happened, nothing is lost, and all of it verifies. */
#include "support.h"

#include <pthread.h>

static const int64_t NOW = INT64_C(1732060800000),
					 MINUTE = 60000; /* desk_now stays within the first minute */
static const char INK[] = "tps=1571011001001;item=ink";

/* ---- devices ---- */

typedef struct Device {
	const char *id;
	Hlc clock;
	int requests;
} Device;

typedef struct Edit { /* as a device keeps it until it is delivered */
	Origin origin;
	RowRequest row;
} Edit;

static Edit *
edit(Desk *d, Device *of, int64_t at, const char *cells)
{
	char clock[HLC_TEXT];
	Edit *e = NEW(&d->a, Edit, 1);
	hlc_tick(&of->clock, at);
	hlc_format(of->clock, clock);
	e->origin = (Origin){.actor = S("ani"), .source = S("app"), .device = str_of(of->id)};
	e->row = (RowRequest){.origin = &e->origin,
		.dataset = catalog_dataset(&d->w.cat, S("delivery")),
		.text = desk_cells(d, "delivery", cells),
		.clock = arena_str(&d->a, str_of(clock)),
		.request = arena_fmt(&d->a, "%d", ++of->requests)};
	return e;
}

static Edit *
ink(Desk *d, Device *of, int64_t at, int received)
{
	return edit(d, of, at, arena_fmt(&d->a, "%s;received=%d", INK, received).p);
}

static Edit *
based(Edit *e, int64_t event)
{
	e->row.base = event;
	return e;
}

static Edit *
after(Edit *e, const Edit *before)
{
	e->row.after = before->row.request;
	return e;
}

static int64_t
deliver(Desk *d, Gate *g, Edit *e, Outcome outcome)
{
	d->err = (Err){0};
	OK(d, gate_enter(g, &e->row, &d->err));
	assert_int_equal(e->row.outcome, outcome);
	return e->row.event;
}

/* ---- what must hold in the end ---- */

static bool
finding_count(void *ctx, const Finding *f, Err *err)
{
	(void)f, (void)err;
	++*(int *)ctx;
	return true;
}

static int
findings(Desk *d, const char *check)
{
	int n = 0;
	for (size_t i = 0; i < d->w.cat.n_checks; i++)
		if (str_eq(d->w.cat.check[i].name, str_of(check)))
			OK(d, findings_each(&d->w, &d->w.cat.check[i], d->w.area, finding_count, &n, &d->err));
	return n;
}

typedef struct End {
	int conflicts, ahead, backwards;
	int n, received[8]; /* what each event said, newest first */
} End;

static void
verifies(Desk *d)
{
	VerifyReport report;
	OK(d, log_verify(&d->w, &(VerifyAsk){.threads = 2}, &d->a, &report, &d->err));
}

static void
end(Desk *d, End want)
{
	History h = {.dataset = catalog_dataset(&d->w.cat, S("delivery")),
		.text = desk_cells(d, "delivery", INK),
		.max = 100};
	OK(d, history_walk(&d->w, &h, &d->a, &d->err));
	assert_int_equal(h.n, want.n);
	for (int i = 0; i < want.n; i++) {
		int64_t said = -1;
		const HistoryStep *s = &h.step[i];
		for (size_t k = 0; k < s->n_changes; k++)
			if (str_eq(s->change[k].field->name, S("received")))
				assert_true(str_int(s->change[k].to, &said));
		if (said >= 0)
			assert_int_equal(said, want.received[i]);
		else /* it repeats the event before it */
			assert_true(i + 1 < want.n && want.received[i] == want.received[i + 1]);
	}
	assert_int_equal(
		desk_number(d, "SELECT COALESCE(max(received), -1) FROM delivery WHERE item = 'ink'"),
		h.closed ? -1 : want.received[0]);
	assert_int_equal(
		desk_number(d, "SELECT count(*) FROM conflict WHERE resolved IS NULL"), want.conflicts);
	assert_int_equal(findings(d, "changed_twice"), want.conflicts > 0);
	assert_int_equal(findings(d, "device_ahead"), want.ahead);
	assert_int_equal(findings(d, "device_backwards"), want.backwards);
	verifies(d);
}

static Desk *
begin(Gate **g)
{
	Desk *d = desk_new("pilkada2024", "1571");
	*g = NULL;
	OK(d, gate_open(&d->w, g, &d->err));
	OK(d, desk_enter(d, *g, "tps", "tps=1571011001001"));
	return d;
}

static void
finish(Desk *d, Gate *g)
{
	gate_close(g);
	verifies(d);
	desk_close(d);
}

/* ---- the stories ---- */

/* A device whose clock is two hours ahead does not win for ever: what is accepted later stands. */
static void
test_bad_clock(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device fast = {.id = "fast"}, right = {.id = "right"}, slow = {.id = "slow"};
	int64_t first = deliver(d, g, ink(d, &fast, NOW + 120 * MINUTE, 2), OUTCOME_ADDED);
	int64_t second = deliver(d, g, based(ink(d, &right, NOW, 3), first), OUTCOME_CHANGED);
	end(d, (End){.ahead = 1, .n = 2, .received = {3, 2}});
	assert_int_equal(
		desk_number(d, "SELECT ahead / 60000 FROM device_edit WHERE device = 'fast'"), 119);
	/* Of 1970, and four minutes ahead: neither is worth a word. */
	int64_t third = deliver(d, g, based(ink(d, &slow, 0, 4), second), OUTCOME_CHANGED);
	deliver(d, g, based(ink(d, &right, NOW + 4 * MINUTE, 5), third), OUTCOME_CHANGED);
	end(d, (End){.ahead = 1, .n = 4, .received = {5, 4, 3, 2}});
	Edit *wrong = ink(d, &right, NOW, 6);
	wrong->row.clock = S("2024-11-20");
	REFUSED(d, gate_enter(g, &wrong->row, &d->err), E_INPUT);
	assert_non_null(strstr(d->err.text, "1732155000000.3"));
	finish(d, g);
}

/* Typed first, delivered last: it comes over what others did meanwhile, and that shows. */
static void
test_late_older_event(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device field = {.id = "field"}, office = {.id = "office"};
	int64_t seen = deliver(d, g, ink(d, &office, NOW - 60 * MINUTE, 1), OUTCOME_ADDED);
	Edit *late = based(ink(d, &field, NOW - 50 * MINUTE, 2), seen);
	int64_t over =
		deliver(d, g, based(ink(d, &office, NOW - 10 * MINUTE, 3), seen), OUTCOME_CHANGED);
	int64_t event = deliver(d, g, late, OUTCOME_CONFLICT);
	end(d, (End){.conflicts = 1, .n = 3, .received = {2, 3, 1}});
	assert_int_equal(desk_number(d, "SELECT event FROM conflict"), event);
	assert_int_equal(desk_number(d, "SELECT over FROM conflict"), over);
	finish(d, g);
}

typedef struct Hand {
	Gate *g;
	Edit *e;
	Err err;
	bool ok;
	pthread_t thread;
} Hand;

static void *
hand_in(void *arg)
{
	Hand *h = arg;
	h->ok = gate_enter(h->g, &h->e->row, &h->err);
	return NULL;
}

/* Two at the same moment, by clocks that say exactly the same: one comes over the other, whichever it is. */
static void
test_simultaneous(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device one = {.id = "one"}, two = {.id = "two"};
	int64_t seen = deliver(d, g, ink(d, &one, NOW - MINUTE, 1), OUTCOME_ADDED);
	Hand hand[2] = {{.g = g, .e = based(ink(d, &one, NOW, 2), seen)},
		{.g = g, .e = based(ink(d, &two, NOW, 3), seen)}};
	assert_true(str_eq(hand[0].e->row.clock, hand[1].e->row.clock));
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&hand[i].thread, NULL, hand_in, &hand[i]), 0);
	for (int i = 0; i < 2; i++) {
		pthread_join(hand[i].thread, NULL);
		assert_true(hand[i].ok);
	}
	int later = hand[1].e->row.event > hand[0].e->row.event;
	assert_int_equal(hand[later].e->row.outcome, OUTCOME_CONFLICT);
	assert_int_equal(hand[!later].e->row.outcome, OUTCOME_CHANGED);
	assert_int_equal(desk_number(d, "SELECT over FROM conflict"), hand[!later].e->row.event);
	end(d, (End){.conflicts = 1, .n = 3, .received = {later ? 3 : 2, later ? 2 : 3, 1}});
	finish(d, g);
}

/* Delivered again, also when others have changed or closed the row since: nothing happens, and the first event is named. */
static void
test_duplicate_delivery(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device phone = {.id = "phone"}, other = {.id = "other"};
	Edit *e[5];
	int64_t event[5];
	e[0] = edit(d, &phone, NOW, "tps=1571011001001;item=ink;received=1;damaged=;note=one");
	event[0] = deliver(d, g, e[0], OUTCOME_ADDED);
	e[1] = after(ink(d, &phone, NOW + 1, 2), e[0]);
	event[1] = deliver(d, g, e[1], OUTCOME_CHANGED);
	/* Says what stands already: no event, and yet it is not taken for new later on. */
	e[2] = ink(d, &phone, NOW + 2, 2);
	event[2] = deliver(d, g, e[2], OUTCOME_SAME);
	assert_int_equal(event[2], event[1]);
	int64_t newest = deliver(d, g, based(ink(d, &other, NOW + 3, 5), event[1]), OUTCOME_CHANGED);
	for (int i = 0; i < 3; i++)
		assert_int_equal(deliver(d, g, e[i], OUTCOME_SAME), event[i]);
	assert_int_equal(workspace_last_event(&d->w), newest);
	end(d, (End){.n = 3, .received = {5, 2, 1}});
	e[3] = edit(d, &phone, NOW + 4, INK);
	e[3]->row.closing = true;
	event[3] = deliver(d, g, e[3], OUTCOME_CHANGED);
	for (int i = 0; i < 4; i++)
		assert_int_equal(deliver(d, g, e[i], OUTCOME_SAME), event[i]);
	e[4] = ink(d, &phone, NOW + 5, 7);
	event[4] = deliver(d, g, e[4], OUTCOME_ADDED);
	for (int i = 0; i < 5; i++)
		assert_int_equal(deliver(d, g, e[i], OUTCOME_SAME), event[i]);
	end(d, (End){.n = 5, .received = {7, 5, 5, 2, 1}});
	assert_int_equal(desk_number(d, "SELECT count(*) FROM origin WHERE device = 'phone'"), 5);
	finish(d, g);
}

/* It counts its requests anew, and its clock is older than what it sent before: all of it is taken, and flagged. */
static void
test_device_restored_from_backup(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device phone = {.id = "phone"};
	Edit *one = ink(d, &phone, NOW - 30 * MINUTE, 1);
	deliver(d, g, one, OUTCOME_ADDED);
	Device backup = phone;
	Edit *two = after(ink(d, &phone, NOW - 20 * MINUTE, 2), one);
	Edit *three = after(ink(d, &phone, NOW - 10 * MINUTE, 3), two);
	int64_t second = deliver(d, g, two, OUTCOME_CHANGED),
			third = deliver(d, g, three, OUTCOME_CHANGED);
	phone = backup;
	Edit *anew = ink(d, &phone, NOW - 25 * MINUTE, 8);
	assert_true(str_eq(anew->row.request, two->row.request));
	int64_t fourth = deliver(d, g, based(anew, third), OUTCOME_CHANGED);
	end(d, (End){.backwards = 1, .n = 4, .received = {8, 3, 2, 1}});
	assert_int_equal(desk_number(d, "SELECT max(behind) FROM device_edit"), third);
	/* The old edit and the new one of the same number are both known. */
	assert_int_equal(deliver(d, g, two, OUTCOME_SAME), second);
	assert_int_equal(deliver(d, g, anew, OUTCOME_SAME), fourth);
	/* What follows number 2 follows the newer one. And the same values, typed at another time, are an edit of their own. */
	deliver(d, g, after(ink(d, &phone, NOW + MINUTE, 2), anew), OUTCOME_CHANGED);
	end(d, (End){.backwards = 1, .n = 5, .received = {2, 8, 3, 2, 1}});
	finish(d, g);
}

static void
deliver_all(Desk *d, Gate *g, Edit *const *e, RowRequest *row, Err *error, size_t n)
{
	for (size_t i = 0; i < n; i++)
		row[i] = e[i]->row;
	OK(d, gate_deliver(g, row, n, error, &d->err));
}

/* Within a batch the device's clock tells the order; between batches nothing does, and what is missing is asked for. */
static void
test_out_of_order_batch(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device phone = {.id = "phone"};
	Edit *first = ink(d, &phone, NOW, 1);
	Edit *second = after(ink(d, &phone, NOW, 2), first);
	Edit *third = after(ink(d, &phone, NOW - 1, 3), second);
	Edit *wrong = edit(d, &phone, NOW + 1, "tps=1571011001001;item=ink;received=-1");
	Edit *fourth = after(ink(d, &phone, NOW + 2, 4), third);
	Edit *fifth = after(ink(d, &phone, NOW + 3, 5), fourth);
	RowRequest row[5];
	Err error[5];
	deliver_all(d, g, (Edit *[]){fourth, third, wrong, first, second}, row, error, 5);
	assert_int_equal(error[2].code, E_INPUT);
	for (int i = 0; i < 5; i++)
		if (i != 2)
			assert_int_equal(error[i].code, E_OK);
	assert_true(
		row[3].event < row[4].event && row[4].event < row[1].event && row[1].event < row[0].event);
	end(d, (End){.n = 4, .received = {4, 3, 2, 1}});
	/* Again, with one more: that alone is new. */
	int64_t before = workspace_last_event(&d->w);
	deliver_all(d, g, (Edit *[]){fifth, first, third}, row, error, 3);
	assert_int_equal(row[0].event, before + 1);
	assert_int_equal(row[1].outcome, OUTCOME_SAME);
	assert_int_equal(workspace_last_event(&d->w), before + 1);
	/* The later batch comes first. */
	Edit *sixth = after(ink(d, &phone, NOW + 4, 6), fifth);
	Edit *seventh = after(ink(d, &phone, NOW + 5, 7), sixth);
	REFUSED(d, gate_enter(g, &seventh->row, &d->err), E_INPUT);
	assert_non_null(strstr(d->err.text, "deliver that first"));
	deliver(d, g, sixth, OUTCOME_CHANGED);
	deliver(d, g, seventh, OUTCOME_CHANGED);
	end(d, (End){.n = 7, .received = {7, 6, 5, 4, 3, 2, 1}});
	/* Two batches of edits that do not name each other: the earlier one is flagged. */
	Edit *early = edit(d, &phone, NOW + 6, "tps=1571011001001;item=booth;received=1");
	deliver(d, g, ink(d, &phone, NOW + 7, 8), OUTCOME_CHANGED);
	deliver(d, g, early, OUTCOME_ADDED);
	end(d, (End){.backwards = 1, .n = 8, .received = {8, 7, 6, 5, 4, 3, 2, 1}});
	finish(d, g);
}

/* A phone and a tablet of one person are two devices: their numbers do not meet, and they may contradict each other. */
static void
test_two_devices_of_one_user(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device phone = {.id = "phone"}, tablet = {.id = "tablet"};
	Edit *p = ink(d, &phone, NOW, 1), *t = ink(d, &tablet, NOW, 1);
	assert_true(str_eq(p->row.request, t->row.request));
	int64_t seen = deliver(d, g, p, OUTCOME_ADDED);
	assert_int_equal(deliver(d, g, t, OUTCOME_SAME), seen);
	deliver(d, g, based(ink(d, &phone, NOW + 1, 2), seen), OUTCOME_CHANGED);
	deliver(d, g, based(ink(d, &tablet, NOW + 1, 3), seen), OUTCOME_CONFLICT);
	end(d, (End){.conflicts = 1, .n = 3, .received = {3, 2, 1}});
	/* An edit follows those of its own device alone. */
	Edit *strange = ink(d, &tablet, NOW + 2, 4);
	strange->row.after = S("9");
	REFUSED(d, gate_enter(g, &strange->row, &d->err), E_INPUT);
	finish(d, g);
}

/* ---- settling ---- */

static bool
settle(Desk *d, Gate *g, const char *cells, const char *why, RowRequest r)
{
	Origin o = {.actor = S("ketua"), .source = S("cli"), .why = str_of(why)};
	r.origin = &o;
	r.dataset = catalog_dataset(&d->w.cat, S("delivery"));
	r.text = desk_cells(d, "delivery", cells);
	r.settling = true;
	d->err = (Err){0};
	bool ok = gate_enter(g, &r, &d->err);
	d->event = r.event;
	d->outcome = r.outcome;
	return ok;
}

/* A board that follows says what one made anew says. */
static void
boards_agree(Desk *d, Board *b)
{
	Board *fresh;
	Str difference = {0};
	OK(d, board_follow(b, NULL, &d->err));
	OK(d, board_rebuild(&d->w, &fresh, &d->err));
	if (!board_equal(b, fresh, &difference, &d->a))
		fail_msg("boards differ: %.*s", STR(difference));
	board_close(fresh);
}

static void
test_settled(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device one = {.id = "one"}, two = {.id = "two"};
	Board *b;
	int64_t seen = deliver(d, g, ink(d, &one, NOW, 1), OUTCOME_ADDED);
	REFUSED(d, settle(d, g, INK, "nothing to settle", (RowRequest){0}), E_NOTFOUND);
	int64_t stood = deliver(d, g, based(ink(d, &one, NOW + 1, 2), seen), OUTCOME_CHANGED);
	deliver(d, g, based(ink(d, &two, NOW + 1, 3), seen), OUTCOME_CONFLICT);
	int64_t second = deliver(d, g, based(ink(d, &two, NOW + 2, 4), seen), OUTCOME_CONFLICT);
	OK(d, board_rebuild(&d->w, &b, &d->err));
	Conflicts c = {.dataset = catalog_dataset(&d->w.cat, S("delivery")),
		.text = desk_cells(d, "delivery", INK)};
	OK(d, conflicts_read(&d->w, &c, &d->a, &d->err));
	assert_int_equal(c.n, 2);
	assert_int_equal(c.conflict[0].side[SIDE_BASE].event, seen);
	assert_int_equal(c.conflict[0].side[SIDE_STOOD].event, stood);
	assert_int_equal(c.conflict[1].side[SIDE_CAME].event, second);
	assert_int_equal(c.conflict[0].n, 1);
	static const char *const said[] = {"1", "2", "3", "4"};
	for (size_t i = 0; i < SIDES; i++)
		assert_true(str_eq(c.conflict[0].differ[0].text[i], str_of(said[i])));
	/* What would be wrong. */
	REFUSED(d, settle(d, g, INK, " ", (RowRequest){0}), E_INPUT);
	REFUSED(d, settle(d, g, INK, "why", (RowRequest){.take = 1}), E_INPUT);
	REFUSED(d, settle(d, g, INK, "why", (RowRequest){.take = 999}), E_INPUT);
	REFUSED(d,
		settle(d, g, "tps=1571011001001;item=ink;received=2", "why", (RowRequest){.take = stood}),
		E_INPUT);
	end(d, (End){.conflicts = 2, .n = 4, .received = {4, 3, 2, 1}});
	int64_t before = workspace_event_time(&d->w, workspace_last_event(&d->w));
	OK(d, settle(d, g, INK, "counted again", (RowRequest){.take = stood}));
	assert_int_equal(d->outcome, OUTCOME_CHANGED);
	end(d, (End){.n = 5, .received = {2, 4, 3, 2, 1}});
	boards_agree(d, b);
	/* As of then it was open, and an earlier moment goes on to a later one. */
	AsOfP then = NULL;
	Stmt *s;
	bool row;
	OK(d, asof_open(&d->w, NULL, &then, &d->err));
	for (int step = 0; step < 2; step++) {
		OK(d, asof_advance(then, step ? before + MINUTE : before, &d->err));
		OK(d,
			db_prepare(then->w.db, S("SELECT count(*) FROM conflict WHERE resolved IS NULL"), &s,
				&d->err));
		OK(d, db_step(s, &row, &d->err));
		assert_int_equal(db_int(s, 0), step ? 0 : 2);
		db_reset(s);
	}
	asof_close(then);
	/* Another conflict opens anew; it stays as it stands, and nothing but the settling is new. */
	deliver(d, g, based(ink(d, &one, NOW + 3, 6), seen), OUTCOME_CONFLICT);
	end(d, (End){.conflicts = 1, .n = 6, .received = {6, 2, 4, 3, 2, 1}});
	boards_agree(d, b);
	OK(d, settle(d, g, INK, "the last one is right", (RowRequest){0}));
	assert_int_equal(d->outcome, OUTCOME_SAME);
	boards_agree(d, b);
	/* A third value, typed. */
	deliver(d, g, based(ink(d, &one, NOW + 4, 5), seen), OUTCOME_CONFLICT);
	OK(d, settle(d, g, "tps=1571011001001;item=ink;received=9", "all wrong", (RowRequest){0}));
	end(d, (End){.n = 8, .received = {9, 5, 6, 2, 4, 3, 2, 1}});
	boards_agree(d, b);
	board_close(b);
	assert_int_equal(desk_number(d,
						 "SELECT count(*) FROM event e JOIN origin o ON o.id = e.origin "
						 "WHERE o.dataset = 'siap.resolve' AND o.why <> ''"),
		3);
	finish(d, g);
}

/* Over a closing: who takes the closing closes the row again; then what was there before may be taken back. */
static void
test_settled_closed(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device one = {.id = "one"};
	int64_t seen = deliver(d, g, ink(d, &one, NOW, 1), OUTCOME_ADDED);
	OK(d, desk_row(d, g, "delivery", INK, (RowRequest){.closing = true}));
	int64_t closing = d->event;
	deliver(d, g, based(ink(d, &one, NOW + 1, 2), seen), OUTCOME_CONFLICT);
	OK(d, settle(d, g, INK, "it is not there", (RowRequest){.take = closing}));
	end(d, (End){.n = 4, .received = {2, 2, 1, 1}});
	deliver(d, g, based(ink(d, &one, NOW + 2, 3), seen), OUTCOME_CONFLICT);
	OK(d, desk_row(d, g, "delivery", INK, (RowRequest){.closing = true}));
	OK(d, settle(d, g, INK, "there after all", (RowRequest){.take = seen}));
	end(d, (End){.n = 7, .received = {1, 3, 3, 2, 2, 1, 1}});
	finish(d, g);
}

/* Through the process that holds the lease all of it is the same. */
static void
test_through_the_socket(void **state)
{
	(void)state;
	GateP g, remote = NULL;
	Desk *d = begin(&g);
	Workspace w;
	Device one = {.id = "one"}, two = {.id = "two"};
	OK(d, workspace_open(&d->env, d->ws, &d->a, &w, &d->err));
	OK(d, gate_open(&w, &remote, &d->err));
	assert_false(gate_is_local(remote));
	Edit *first = ink(d, &one, NOW, 1), *second = after(ink(d, &one, NOW + 1, 2), first);
	RowRequest row[2];
	Err error[2];
	deliver_all(d, remote, (Edit *[]){second, first}, row, error, 2);
	assert_true(row[1].event < row[0].event && error[0].code == E_OK);
	assert_int_equal(deliver(d, remote, first, OUTCOME_SAME), row[1].event);
	deliver(d, remote, based(ink(d, &two, NOW + 60 * MINUTE, 3), row[1].event), OUTCOME_CONFLICT);
	end(d, (End){.conflicts = 1, .ahead = 1, .n = 3, .received = {3, 2, 1}});
	OK(d, settle(d, remote, INK, "asked both", (RowRequest){.take = row[0].event}));
	end(d, (End){.ahead = 1, .n = 4, .received = {2, 3, 2, 1}});
	gate_close(remote);
	workspace_close(&w);
	finish(d, g);
}

/* Lets go of the database again: on a server one writer alone may hold it. */
static void
by_hand(Desk *d, const char *sql)
{
	DbP db = NULL;
	Stmt *s;
	OK(d, db_open(d->w.store, DB_WRITE, &db, &d->err));
	OK(d, db_prepare(db, str_of(sql), &s, &d->err));
	OK(d, db_run(s, &d->err));
	db_close(db);
}

static void
rebuild(Desk *d)
{
	GateP g = NULL;
	RebuildReport report;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, gate_rebuild(g, &(RebuildAsk){0}, &d->a, &report, &d->err));
	gate_close(g);
	verifies(d);
}

/* What the tables keep follows from the log: whatever is changed there by hand is named, and put right by a rebuild; but for what was
 * kept of edits that changed nothing, of which the log does not know. */
static void
test_verify_finds(void **state)
{
	(void)state;
	GateP g;
	Desk *d = begin(&g);
	Device one = {.id = "one"}, two = {.id = "two"};
	int64_t seen = deliver(d, g, ink(d, &one, NOW, 1), OUTCOME_ADDED);
	deliver(d, g, ink(d, &two, NOW, 1), OUTCOME_SAME);
	deliver(d, g, based(ink(d, &one, NOW + 60 * MINUTE, 2), seen), OUTCOME_CHANGED);
	deliver(d, g, based(ink(d, &one, NOW + 1, 3), seen), OUTCOME_CONFLICT);
	one.clock = (Hlc){0};
	OK(d, settle(d, g, INK, "once", (RowRequest){0}));
	deliver(d, g, based(ink(d, &one, NOW + 1, 4), seen), OUTCOME_CONFLICT);
	deliver(d, g, based(ink(d, &two, NOW + 1, 5), seen), OUTCOME_CONFLICT);
	gate_close(g);
	verifies(d);
	static const char *const harm[] = {"DELETE FROM device_edit WHERE behind > 0",
		"UPDATE device_edit SET ahead = 0", "UPDATE device_edit SET behind = 0",
		"UPDATE device_edit SET request = '9' WHERE request = '1' AND own = 1",
		"UPDATE device_edit SET wall = wall + 1 WHERE own = 1",
		"UPDATE device_edit SET own = 0 WHERE ahead > 0",
		"UPDATE device_edit SET device = 'three' WHERE device = 'two' AND own = 1",
		"UPDATE conflict SET resolved = NULL WHERE resolved > 0",
		"UPDATE conflict SET resolved = event + 1 WHERE resolved IS NULL",
		"UPDATE conflict SET resolved = resolved + 1 WHERE resolved > 0",
		"UPDATE conflict SET key = '1571011001001/booth'", "UPDATE conflict SET area = '15'",
		"UPDATE device_edit SET area = '1571011001002'",
		"UPDATE device_edit SET event = 77 WHERE own = 0"};
	enum { MENDED = sizeof harm / sizeof *harm - 2 };
	for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
		VerifyReport report;
		const char *table = strstr(harm[i], "conflict") ? "conflict" : "device_edit";
		by_hand(d, arena_fmt(&d->a, "CREATE TABLE kept_rows AS SELECT * FROM %s", table).p);
		by_hand(d, harm[i]);
		d->err = (Err){0};
		if (log_verify(&d->w, &(VerifyAsk){.threads = 1}, &d->a, &report, &d->err) ||
			d->err.code != E_CONFLICT)
			fail_msg("%s: %s", harm[i], d->err.code ? d->err.text : "not found");
		if (i < MENDED)
			rebuild(d);
		by_hand(d, arena_fmt(&d->a, "DELETE FROM %s", table).p);
		by_hand(d, arena_fmt(&d->a, "INSERT INTO %s SELECT * FROM kept_rows", table).p);
		by_hand(d, "DROP TABLE kept_rows");
		verifies(d);
	}
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_bad_clock),
		cmocka_unit_test(test_late_older_event), cmocka_unit_test(test_simultaneous),
		cmocka_unit_test(test_duplicate_delivery),
		cmocka_unit_test(test_device_restored_from_backup),
		cmocka_unit_test(test_out_of_order_batch), cmocka_unit_test(test_two_devices_of_one_user),
		cmocka_unit_test(test_settled), cmocka_unit_test(test_settled_closed),
		cmocka_unit_test(test_through_the_socket), cmocka_unit_test(test_verify_finds)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
