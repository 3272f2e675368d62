/* Lists of rows: every order, filter and page size against a slow reference; one row; all that is wrong with one. */
#include "random.h"
#include "support.h"

enum { TPS_MADE = 12, ITEMS = 6 };
static const char *const items[ITEMS] = {
	"ink", "booth", "ballot_box", "seal_set", "roll_copy", "ballot_governor"};

static const Dataset *
set_of(Desk *d, const char *name)
{
	return catalog_dataset(&d->w.cat, str_of(name));
}

static void
fill(Desk *d)
{
	AUTO(Buf) tps = {0};
	AUTO(Buf) rows = {0};
	ImportReport report;
	buf_add(&tps, S("tps\n"));
	buf_add(&rows, S("tps,item,packed,received,cause,at,note\n"));
	for (int t = 1; t <= TPS_MADE; t++) {
		const char *village = t % 2 ? "1571011001" : "1571021002";
		buf_fmt(&tps, "%s%03d\n", village, t);
		for (int i = 0; i < ITEMS; i++) {
			if (dice(4) == 0)
				continue;
			buf_fmt(&rows, "%s%03d,%s,", village, t, items[i]);
			if (dice(3))
				buf_fmt(&rows, "%d", (int)dice(9));
			buf_fmt(&rows, ",%d,%s,", (int)dice(5), dice(2) ? "torn" : "");
			if (dice(2))
				buf_fmt(&rows, "2024-11-%02dT10:00+07:00", 10 + (int)dice(9));
			buf_fmt(&rows, ",%s\n", dice(3) ? dice(2) ? "Botol pecah" : "aman/100%" : "");
		}
	}
	OK(d, desk_import(d, "tps", buf_str(&tps), (ImportOptions){0}, &report));
	OK(d, desk_import(d, "delivery", buf_str(&rows), (ImportOptions){0}, &report));
}

/* ---- the reference: all rows, sorted and filtered by hand ---- */

typedef struct All {
	Desk *d;
	RowView row[TPS_MADE * ITEMS];
	size_t n;
} All;

static bool
all_add(void *ctx, const RowView *r, Err *e)
{
	All *all = ctx;
	(void)e;
	RowView *to = &all->row[all->n++];
	*to = *r;
	to->key = arena_str(&all->d->a, r->key);
	to->v = NEW(&all->d->a, Value, set_of(all->d, "delivery")->n_fields);
	for (size_t i = 0; i < set_of(all->d, "delivery")->n_fields; i++) {
		to->v[i] = r->v[i];
		to->v[i].s = arena_str(&all->d->a, r->v[i].s);
	}
	return true;
}

static int
order_of(const RowView *x, const RowView *y, const RowList *l)
{
	int keys = str_cmp(x->key, y->key); /* all areas are of one length */
	if (!l->sort)
		return l->descending ? -keys : keys;
	Value a = x->v[l->sort - l->dataset->field], b = y->v[l->sort - l->dataset->field];
	if (a.kind == VALUE_NULL || b.kind == VALUE_NULL)
		return a.kind == b.kind ? keys : a.kind == VALUE_NULL ? 1 : -1;
	int order = a.kind == VALUE_TEXT ? str_cmp(a.s, b.s) : a.i < b.i ? -1 : a.i > b.i;
	return !order ? keys : l->descending ? -order : order;
}

static bool
fits(const RowView *r, const RowList *l)
{
	for (size_t i = 0; i < l->n_filters; i++) {
		const RowFilter *f = &l->filter[i];
		Value v = r->v[f->field - l->dataset->field];
		size_t at;
		bool yes = f->test == ROW_EMPTY ? v.kind == VALUE_NULL
			: v.kind == VALUE_NULL      ? false
			: f->test == ROW_HAS        ? str_find(v.s, S("otol"), &at)
			: f->test == ROW_FROM       ? v.i >= f->value.i
			: f->test == ROW_UPTO       ? v.i <= f->value.i
										: value_eq(v, f->value);
		if (!yes)
			return false;
	}
	return !l->area.n || str_starts(r->key, l->area);
}

static size_t
reference(const All *all, const RowList *l, const RowView **out)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++)
		if (fits(&all->row[i], l))
			out[n++] = &all->row[i];
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k && order_of(out[k - 1], out[k], l) > 0; k--) {
			const RowView *x = out[k];
			out[k] = out[k - 1];
			out[k - 1] = x;
		}
	return n;
}

static void
pages_compare(Desk *d, const All *all, RowList *l)
{
	const RowView *want[TPS_MADE * ITEMS];
	size_t n = reference(all, l, want), at = 0;
	l->after = (Str){0};
	do {
		OK(d, rows_list(&d->w, l, &d->a, &d->err));
		assert_true(l->n_filters == 0 || l->rows == n - at);
		for (size_t i = 0; i < l->n; i++, at++) {
			if (at >= n || !str_eq(l->row[i].key, want[at]->key))
				fail_msg("sorted by '%.*s'%s, page of %zu, row %zu: '%.*s', expected '%.*s'",
					STR(l->sort ? l->sort->name : S("key")), l->descending ? " descending" : "",
					l->max, at, STR(l->row[i].key), STR(at < n ? want[at]->key : S("the end")));
			assert_int_equal(l->row[i].event, want[at]->event);
			for (size_t f = 0; f < l->dataset->n_fields; f++)
				assert_true(value_eq(l->row[i].v[f], want[at]->v[f]));
		}
		l->after = l->next;
	} while (l->next.n);
	assert_int_equal(at, n);
}

static RowFilter
filter_of(Desk *d, const char *field, RowTest test, const char *text)
{
	RowFilter f = {.field = dataset_field(set_of(d, "delivery"), str_of(field)), .test = test};
	OK(d, row_filter(&d->w, &f, str_of(text), &d->a, &d->err));
	return f;
}

static void
test_pages(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	static All all;
	fill(d);
	all = (All){.d = d};
	RowList l = {.dataset = set_of(d, "delivery")};
	OK(d, rows_each(&d->w, &l, all_add, &all, &d->err));
	assert_in_range(all.n, TPS_MADE * 2, TPS_MADE * ITEMS);
	const RowFilter f[] = {filter_of(d, "packed", ROW_FROM, "3"),
		filter_of(d, "packed", ROW_UPTO, "6"), filter_of(d, "note", ROW_HAS, "BOTOL"),
		filter_of(d, "cause", ROW_IS, "torn"), filter_of(d, "at", ROW_EMPTY, ""),
		filter_of(d, "item", ROW_IS, "ink")};
	const Str areas[] = {{0}, S("1571"), S("157101"), S("1571021002"), S("1571011001003")};
	for (size_t field = 0; field <= l.dataset->n_fields; field++)
		for (size_t k = 0; k < 40; k++) {
			size_t from = dice(6);
			l.sort = field < l.dataset->n_fields ? &l.dataset->field[field] : NULL;
			l.descending = k % 2;
			l.max = 1 + dice(9);
			l.area = areas[dice(5)];
			l.filter = f + from;
			l.n_filters = k < 8 ? 0 : dice(1 + (6 - from < 3 ? 6 - from : 3));
			pages_compare(d, &all, &l);
		}
	desk_close(d);
}

static void
test_filters(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	const Dataset *officer = set_of(d, "officer"), *delivery = set_of(d, "delivery");
	RowFilter f;
	const struct {
		const Dataset *d;
		const char *field;
		RowTest test;
		const char *text;
	} bad[] = {{officer, "nik", ROW_IS, "99"}, {officer, "name", ROW_EMPTY, ""},
		{delivery, "note", ROW_FROM, "a"}, {delivery, "packed", ROW_HAS, "1"},
		{delivery, "packed", ROW_IS, "much"}};
	for (size_t i = 0; i < 5; i++) {
		f = (RowFilter){
			.field = dataset_field(bad[i].d, str_of(bad[i].field)), .test = bad[i].test};
		REFUSED(d, row_filter(&d->w, &f, str_of(bad[i].text), &d->a, &d->err), E_INPUT);
	}
	/* A day of an instant is all of it, in the zone of the workspace. */
	f = filter_of(d, "at", ROW_FROM, "2024-11-20");
	assert_int_equal(f.value.i, INT64_C(1732035600000));
	f = filter_of(d, "at", ROW_UPTO, "2024-11-20");
	assert_int_equal(f.value.i, INT64_C(1732035600000) + 86399999);
	RowList l = {.dataset = officer, .max = 5, .sort = dataset_field(officer, S("nik"))};
	REFUSED(d, rows_list(&d->w, &l, &d->a, &d->err), E_INPUT);
	l = (RowList){.dataset = delivery, .max = 5, .after = S("no key")};
	REFUSED(d, rows_list(&d->w, &l, &d->a, &d->err), E_INPUT);
	desk_close(d);
}

/* Private fields never leave by these doors, and a key finds its row whatever stands in it. */
static void
test_one(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	GateP g = NULL;
	RowView row;
	Str *text;
	const Dataset *officer = set_of(d, "officer"), *police = set_of(d, "police_force");
	OK(d, gate_open(&d->w, &g, &d->err));
	OK(d, desk_enter(d, g, "tps", "tps=1571011001001"));
	OK(d,
		desk_enter(
			d, g, "officer", "tps=1571011001001;role=kpps;seat=1;name=Nama Contoh;healthy=1"));
	OK(d, desk_enter(d, g, "police_force", "area=1571;unit=Polres 100%/A;personnel=7"));
	OK(d, row_key_cells(officer, S("1571011001001/kpps/1"), &d->a, &text, &d->err));
	OK(d, row_get(&d->w, officer, text, &d->a, &row, &d->err));
	assert_true(row.sealed && !row.closed && row.event);
	assert_int_equal(row.v[dataset_field(officer, S("name")) - officer->field].kind, VALUE_NULL);
	assert_int_equal(row.v[dataset_field(officer, S("healthy")) - officer->field].i, 1);
	RowList l = {.dataset = police, .max = 5};
	OK(d, rows_list(&d->w, &l, &d->a, &d->err));
	assert_int_equal(l.n, 1);
	OK(d, row_key_cells(police, l.row[0].key, &d->a, &text, &d->err));
	OK(d, row_get(&d->w, police, text, &d->a, &row, &d->err));
	assert_true(str_eq(row.key, l.row[0].key));
	assert_int_equal(row.v[dataset_field(police, S("personnel")) - police->field].i, 7);
	OK(d,
		desk_row(
			d, g, "police_force", "area=1571;unit=Polres 100%/A", (RowRequest){.closing = true}));
	OK(d, row_get(&d->w, police, text, &d->a, &row, &d->err));
	assert_true(row.closed && row.event == d->event);
	OK(d, row_key_cells(officer, S("1571011001001/kpps/2"), &d->a, &text, &d->err));
	REFUSED(d, row_get(&d->w, officer, text, &d->a, &row, &d->err), E_NOTFOUND);
	REFUSED(d, row_key_cells(officer, S("1571011001001/kpps"), &d->a, &text, &d->err), E_INPUT);
	REFUSED(d, row_key_cells(officer, S("1571011001001/kpps/2/3"), &d->a, &text, &d->err), E_INPUT);
	gate_close(g);
	desk_close(d);
}

static void
test_problems(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571");
	RowCheck c = {.dataset = set_of(d, "delivery")};
	static const char *const wrong[] = {"item", "packed", "sent"};
	c.text = desk_cells(d, "delivery", "tps=1571011001001;item=inc;packed=-1;sent=many");
	OK(d, row_problems(&d->w, &c, &d->a, &d->err));
	assert_int_equal(c.n, 3);
	for (size_t i = 0; i < c.n; i++)
		assert_true(str_eq(c.problem[i].field->name, str_of(wrong[i])));
	/* Only then: is there such a place? */
	static const char *const cells[] = {"tps=1571011001001;item=ink", "item=ink"};
	for (size_t i = 0; i < 2; i++) {
		c.text = desk_cells(d, "delivery", cells[i]);
		OK(d, row_problems(&d->w, &c, &d->a, &d->err));
		assert_int_equal(c.n, 1);
		assert_true(str_eq(c.problem[0].field->name, S("tps")));
	}
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_pages), cmocka_unit_test(test_filters),
		cmocka_unit_test(test_one), cmocka_unit_test(test_problems)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
