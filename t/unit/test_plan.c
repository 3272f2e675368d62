/* What rows of a dataset are to hold, by the views that say so; a view that plans what is not there is refused. */
#include "support.h"

static const Dataset *
set_of(Desk *d, const char *name)
{
	return catalog_dataset(&d->w.cat, str_of(name));
}

static Desk *
desk_filled(void)
{
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	OK(d,
		desk_import(d, "tps", S("tps\n1571011001001\n1571011001002\n1571021002001\n"),
			(ImportOptions){0}, &r));
	OK(d,
		desk_import(d, "roll_count", S("tps,total\n1571011001001,401\n"), (ImportOptions){0}, &r));
	OK(d,
		desk_import(d, "security_count", S("tps,category\n1571011001001,very_prone\n"),
			(ImportOptions){0}, &r));
	desk_reopen(d);
	return d;
}

static Value
planned(Desk *d, PlanList *l, const char *field, size_t row)
{
	assert_true(row < l->n);
	return l->row[row].v[dataset_field(l->dataset, str_of(field)) - l->dataset->field];
	(void)d;
}

static void
test_logistics(void **state)
{
	(void)state;
	Desk *d = desk_filled();
	PlanList l = {.dataset = set_of(d, "delivery"), .area = S("1571011001"), .max = 100};
	l.text = desk_cells(d, "delivery", "item=ballot_governor");
	OK(d, plan_list(&d->w, &l, &d->a, &d->err));
	assert_int_equal(l.n, 2);
	assert_string_equal(l.row[0].key.p, "1571011001001/ballot_governor");
	assert_int_equal(
		planned(d, &l, "received", 0).i, 412); /* 401 and 2.5 of a hundred, rounded up */
	assert_int_equal(planned(d, &l, "packed", 0).i, 412);
	assert_int_equal(planned(d, &l, "damaged", 0).kind, VALUE_NULL);
	/* Nobody has said how many voters there are. */
	assert_int_equal(planned(d, &l, "received", 1).kind, VALUE_NULL);
	/* All items, in the order of the keys; no more than asked for. */
	l.text = NULL;
	OK(d, plan_list(&d->w, &l, &d->a, &d->err));
	assert_false(l.more);
	for (size_t i = 1; i < l.n; i++)
		assert_true(str_cmp(l.row[i - 1].key, l.row[i].key) < 0);
	size_t all = l.n;
	assert_true(all > 10);
	l.max = all - 1;
	OK(d, plan_list(&d->w, &l, &d->a, &d->err));
	assert_true(l.more && l.n == all - 1);
	desk_close(d);
}

static void
test_people(void **state)
{
	(void)state;
	Desk *d = desk_filled();
	PlanList l = {.dataset = set_of(d, "officer_count"), .area = S("15710110"), .max = 100};
	l.text = desk_cells(d, "officer_count", "role=kpps");
	OK(d, plan_list(&d->w, &l, &d->a, &d->err));
	assert_int_equal(l.n, 2);
	assert_int_equal(planned(d, &l, "filled", 1).i, 7);
	l = (PlanList){.dataset = set_of(d, "security_count"), .max = 100};
	OK(d, plan_list(&d->w, &l, &d->a, &d->err));
	assert_int_equal(l.n, 3);
	assert_int_equal(planned(d, &l, "linmas", 2).i, 2);
	assert_int_equal(planned(d, &l, "police", 2).i, 1);
	assert_true(planned(d, &l, "police", 0).i > 1);
	l = (PlanList){.dataset = set_of(d, "tps"), .max = 100};
	OK(d, plan_list(&d->w, &l, &d->a, &d->err));
	assert_int_equal(l.n, 0);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_logistics), cmocka_unit_test(test_people)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
