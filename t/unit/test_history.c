/* History: the events of one row, newest first, what each changed, and nothing of private fields but that they changed. */
#include "support.h"

static const char TPS_ROW[] = "tps=1571011001001";

static History
history(Desk *d, const char *dataset, const char *keys, size_t max)
{
	History h = {.dataset = catalog_dataset(&d->w.cat, str_of(dataset)),
		.text = desk_cells(d, dataset, keys),
		.max = max};
	OK(d, history_walk(&d->w, &h, &d->a, &d->err));
	return h;
}

static Str
as_json(Desk *d, const History *h)
{
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	history_json(&d->w, h, &j);
	assert_false(b.failed);
	return arena_str(&d->a, buf_str(&b));
}

static const Change *
change_of(const HistoryStep *s, const char *field)
{
	for (size_t i = 0; i < s->n_changes; i++)
		if (str_eq(s->change[i].field->name, str_of(field)))
			return &s->change[i];
	return NULL;
}

static void
changed(const HistoryStep *s, const char *field, const char *from, const char *to)
{
	const Change *c = change_of(s, field);
	if (!c)
		fail_msg("event %lld: '%s' is not said to have changed", (long long)s->event, field);
	else if (!str_eq(c->from, str_of(from)) || !str_eq(c->to, str_of(to)))
		fail_msg("event %lld: '%s' went from '%.*s' to '%.*s', expected '%s' to '%s'",
			(long long)s->event, field, STR(c->from), STR(c->to), from, to);
}

static void
test_steps(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	ImportReport r;
	int64_t event[7];
	const char *row = "tps=1571011001001;item=ink";
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", TPS_ROW));
	OK(d, desk_enter(d, g, "delivery", "tps=1571011001001;item=ink;received=1;note=one"));
	event[0] = d->event;
	OK(d, desk_enter(d, g, "delivery", "tps=1571011001001;item=ink;received=2"));
	event[1] = d->event;
	OK(d, desk_enter(d, g, "delivery", "tps=1571011001001;item=booth;received=9"));
	/* Based on the first: over the second. */
	OK(d,
		desk_row(d, g, "delivery",
			"tps=1571011001001;item=ink;received=3;note=", (RowRequest){.base = event[0]}));
	event[2] = d->event;
	OK(d, desk_row(d, g, "delivery", row, (RowRequest){.closing = true}));
	event[3] = d->event;
	gate_close(g);
	OK(d,
		desk_import(
			d, "delivery", S("tps,item,received\n1571011001001,ink,3\n"), (ImportOptions){0}, &r));
	event[4] = workspace_last_event(&d->w);
	History h = history(d, "delivery", row, 100);
	assert_int_equal(h.n, 5);
	assert_false(h.more || h.closed);
	assert_true(str_eq(h.key, S("1571011001001/ink")));
	static const Op op[] = {OP_PUT, OP_PUT, OP_PUT, OP_CLOSE, OP_REOPEN};
	for (size_t i = 0; i < 5; i++) {
		const HistoryStep *s = &h.step[4 - i];
		assert_int_equal(s->event, event[i]);
		assert_int_equal(s->op, op[i]);
		assert_int_equal(s->at, workspace_event_time(&d->w, event[i]));
		assert_int_equal(s->base, i == 2 ? event[0] : i ? event[i - 1] : 0);
		assert_int_equal(s->over, i == 2 ? event[1] : 0);
		assert_int_equal(s->undoes, 0);
		assert_true(str_eq(s->origin.actor, S("tester")));
		assert_true(str_eq(s->origin.agency, S("kpu")));
		assert_true(str_eq(s->origin.source, i == 4 ? S("import") : S("cli")));
		assert_int_equal(s->batch > 0, i == 4);
		assert_true(str_ends(s->file, i == 4 ? S("/in.csv") : S("")));
	}
	changed(&h.step[4], "received", "", "1");
	changed(&h.step[4], "note", "", "one");
	assert_null(change_of(&h.step[4], "tps"));
	changed(&h.step[3], "received", "1", "2");
	assert_int_equal(h.step[3].n_changes, 1);
	changed(&h.step[2], "received", "2", "3");
	changed(&h.step[2], "note", "one", "");
	assert_int_equal(h.step[1].n_changes, 0);
	assert_int_equal(h.step[0].n_changes, 0); /* it came back as it was */
	desk_close(d);
}

static void
test_limit_and_closed(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	for (int i = 1; i <= 40; i++)
		OK(d, desk_enter(d, g, "tps", arena_fmt(&d->a, "tps=1571011001001;number=%d", i).p));
	int64_t newest = d->event;
	History h = history(d, "tps", TPS_ROW, 7);
	assert_int_equal(h.n, 7);
	assert_true(h.more);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(h.step[i].event, newest - (int64_t)i);
	changed(&h.step[6], "number", "33", "34");
	h = history(d, "tps", TPS_ROW, 40);
	assert_int_equal(h.n, 40);
	assert_false(h.more);
	OK(d, desk_row(d, g, "tps", TPS_ROW, (RowRequest){.closing = true}));
	h = history(d, "tps", TPS_ROW, SIZE_MAX);
	assert_int_equal(h.n, 41);
	assert_true(h.closed);
	assert_int_equal(h.step[0].op, OP_CLOSE);
	gate_close(g);
	desk_close(d);
}

static void
test_unknown(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	History h = {.dataset = catalog_dataset(&d->w.cat, S("delivery")), .max = 1};
	h.text = desk_cells(d, "delivery", "tps=1571011001001;item=booth");
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", TPS_ROW));
	REFUSED(d, history_walk(&d->w, &h, &d->a, &d->err), E_NOTFOUND);
	assert_non_null(strstr(d->err.hint, "siap export delivery"));
	OK(d, desk_enter(d, g, "delivery", "tps=1571011001001;item=ink;received=1"));
	REFUSED(d, history_walk(&d->w, &h, &d->a, &d->err), E_NOTFOUND);
	assert_non_null(strstr(d->err.text, "1571011001001/booth"));
	assert_non_null(strstr(d->err.hint, "1571011001001/ink"));
	h.text = desk_cells(d, "delivery", "tps=1571011001001");
	REFUSED(d, history_walk(&d->w, &h, &d->a, &d->err), E_INPUT);
	assert_non_null(strstr(d->err.text, "item"));
	gate_close(g);
	desk_close(d);
}

static void
test_private(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	size_t at;
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;number=1;contact=081234500001"));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;number=2"));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;contact=081234500002"));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001;contact="));
	gate_close(g);
	History h = history(d, "tps", TPS_ROW, 9);
	assert_int_equal(h.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(h.step[i].hidden, HIDDEN_KNOWN);
	changed(&h.step[0], "contact", "", "");
	changed(&h.step[1], "contact", "", "");
	assert_int_equal(h.step[1].n_changes, 1);
	assert_null(change_of(&h.step[2], "contact")); /* sealed anew, and yet the same */
	changed(&h.step[3], "contact", "", "");
	assert_false(str_find(as_json(d, &h), S("8123450000"), &at));
	/* Without the key the open fields are told all the same. */
	OK(d, file_rename(d->env.key_dir, arena_fmt(&d->a, "%s/elsewhere", d->dir).p, &d->err));
	h = history(d, "tps", TPS_ROW, 9);
	assert_int_equal(h.n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(h.step[i].hidden, HIDDEN_LOCKED);
		assert_null(change_of(&h.step[i], "contact"));
	}
	changed(&h.step[2], "number", "1", "2");
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps),
		cmocka_unit_test(test_limit_and_closed), cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_private)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
