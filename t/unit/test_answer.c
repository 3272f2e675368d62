/* Answers from a board alone: the object of `siap ready --json`, and who counts as not heard. */
#include "support.h"

#include "svc/svc_private.h"

static const json_t *
answer(Desk *d, Answers *an, Buf *out, json_t **root)
{
	JsonOut j = jout_new(out);
	answers_json(an, 0, 1, &j);
	OK(d, buf_check(out, &d->err));
	OK(d, json_parse(buf_str(out), 1 << 20, root, &d->err));
	return *root;
}

static int64_t
number(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	assert_true(json_is_integer(v));
	return json_integer_value(v);
}

static void
test_object(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571091002");
	ImportReport r;
	Board *b;
	Answers an;
	AUTO(Buf) first = {0};
	AUTO(Buf) second = {0};
	json_t *root, *again;
	OK(d, desk_import(d, "tps", S("tps\n1571091002001\n1571091002002\n"), (ImportOptions){0}, &r));
	OK(d,
		desk_import(d, "roll_count", S("tps,version,total\n1571091002001,final,400\n"),
			(ImportOptions){0}, &r));
	OK(d, board_open(&d->w, &b, &d->err));
	answers_new(&d->w, b, &d->a, &an);
	const json_t *o = answer(d, &an, &first, &root);
	assert_string_equal(json_string_value(json_object_get(o, "area")), "1571091002");
	assert_string_equal(json_string_value(json_object_get(o, "name")), "Rawa Sari");
	assert_int_equal(number(o, "total"), 2);
	assert_int_equal(number(o, "ready"), 0);
	assert_int_equal(number(o, "event"), 4);
	assert_int_equal(json_array_size(json_object_get(o, "children")), 2);
	const json_t *child = json_array_get(json_object_get(o, "children"), 1);
	assert_string_equal(json_string_value(json_object_get(child, "area")), "1571091002002");
	assert_int_equal(json_array_size(json_object_get(child, "children")), 0);
	assert_int_equal(json_array_size(json_object_get(o, "indicators")), b->n_indicators);
	assert_int_equal(
		json_object_size(json_object_get(o, "findings")), b->n_series - b->n_indicators);
	/* Names that were kept change nothing. */
	answer(d, &an, &second, &again);
	assert_true(str_eq(buf_str(&first), buf_str(&second)));
	json_decref(root);
	json_decref(again);
	board_close(b);
	desk_close(d);
}

/* What opens on a later day is not late: on 20 November nobody can have reported what was delivered. */
static void
test_not_heard(void **state)
{
	(void)state;
	Desk *d = desk_new("pilkada2024", "1571091002");
	ImportReport r;
	Board *b;
	size_t late = 0;
	OK(d, desk_import(d, "tps", S("tps\n1571091002001\n1571091002002\n"), (ImportOptions){0}, &r));
	OK(d, board_open(&d->w, &b, &d->err));
	for (size_t s = 0; s < b->n_indicators;
		 s++) { /* all but what opens later was reported on the first */
		Series *x = &b->series[s];
		late += x->must && !board_counts(b, x);
		for (size_t i = 0; i < b->n; i++)
			if (str_eq(str_of(b->code[i]), S("1571091002001")) && board_counts(b, x))
				x->heard[i] = x->need[i];
	}
	assert_true(late > 0);
	board_readiness(b);
	assert_int_equal(b->silent[0], 1);
	assert_int_equal(b->silent[1], 0);
	assert_int_equal(b->silent[2], 1);
	board_close(b);
	desk_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_object), cmocka_unit_test(test_not_heard)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
