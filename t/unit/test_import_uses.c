/* Imports whose columns a person assigned, and what is known of a file whose header fits nothing. */
#include "support.h"

static const Dataset *
set_of(Desk *d, const char *name)
{
	return catalog_dataset(&d->w.cat, str_of(name));
}

static ImportUse
use_of(Desk *d, const char *dataset, const char *field, size_t column)
{
	const Dataset *set = set_of(d, dataset);
	return (ImportUse){set, *field ? dataset_field(set, str_of(field)) : NULL, column};
}

static void
stations_add(Desk *d)
{
	ImportReport r;
	OK(d, desk_import(d, "tps", S("tps\n1571011001001\n1571011001002\n"), (ImportOptions){0}, &r));
	assert_true(r.part[0].batch > 0);
}

/* Columns with names that say nothing; two of them would otherwise both be the total. */
static void
test_assigned(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	Str text = S("x,jumlah,dpt,y\n1571011001001,5,401,7\n1571011001002,6,402,8\n");
	stations_add(d);
	REFUSED(d, desk_import(d, "roll_count", text, (ImportOptions){0}, &r), E_INPUT);
	ImportUse use[] = {use_of(d, "roll_count", "tps", 0), use_of(d, "roll_count", "total", 2)};
	OK(d, desk_import(d, "roll_count", text, (ImportOptions){.use = use, .n_uses = 2}, &r));
	assert_int_equal(r.part[0].added, 2);
	assert_string_equal(arena_cstr(&d->a, r.column[0].used_by), "roll_count.tps");
	assert_int_equal(r.column[1].used_by.n, 0);
	assert_string_equal(arena_cstr(&d->a, r.column[2].used_by), "roll_count.total");
	RowView row;
	Str *cells = desk_cells(d, "roll_count", "tps=1571011001002;version=final");
	desk_reopen(d);
	OK(d, row_get(&d->w, set_of(d, "roll_count"), cells, &d->a, &row, &d->err));
	assert_int_equal(
		row.v[dataset_field(set_of(d, "roll_count"), S("total")) - set_of(d, "roll_count")->field]
			.i,
		402);
	desk_close(d);
}

/* The batch that is named is the one that an undo takes back. */
static void
test_batch(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	GateP g = NULL;
	Origin o = {.actor = S("tester"), .source = S("web"), .why = S("wrong file")};
	stations_add(d);
	OK(d, desk_import(d, "roll_count", S("tps,total\n1571011001001,5\n"), (ImportOptions){0}, &r));
	UndoRequest undo = {.origin = &o, .batch = r.part[0].batch};
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, gate_undo(g, &undo, &d->err));
	assert_int_equal(undo.removed, 1);
	gate_close(g);
	desk_close(d);
}

static void
test_misfits(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	ImportReport r;
	Str text = S("what,ever\n1,2\n");
	stations_add(d);
	/* The columns are known although nothing fits. */
	REFUSED(d, desk_import(d, "", text, (ImportOptions){0}, &r), E_INPUT);
	assert_int_equal(r.n_columns, 2);
	assert_int_equal(r.n_parts, 0);
	/* A key field that nothing feeds, a column that is not there. */
	ImportUse use[] = {use_of(d, "roll_count", "total", 1), use_of(d, "roll_count", "tps", 7)};
	REFUSED(d, desk_import(d, "roll_count", text, (ImportOptions){.use = use, .n_uses = 1}, &r),
		E_INPUT);
	assert_int_equal(r.n_columns, 2);
	assert_string_equal(arena_cstr(&d->a, r.column[1].used_by), "roll_count.total");
	REFUSED(d, desk_import(d, "roll_count", text, (ImportOptions){.use = use, .n_uses = 2}, &r),
		E_INPUT);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assigned),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_misfits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
