/* json: strict in, correct out, and misuse of the writer ends the process. */
#include "unit.h"

#include "fmt/fmt.h"

static json_t *
parse(const char *text)
{
	json_t *v = NULL;
	OK(json_parse(str_of(text), 1 << 20, &v, &err));
	assert_non_null(v);
	return v;
}

static void
reads_json(void **state)
{
	(void)state;
	json_t *v = parse(" {\"a\": [1, -2.5e3, true, false, null, \"\\u00e9\\n\"], \"b\": {}} ");
	json_t *a = json_object_get(v, "a");
	assert_int_equal(json_array_size(a), 6);
	assert_int_equal(json_integer_value(json_array_get(a, 0)), 1);
	assert_true(json_real_value(json_array_get(a, 1)) == -2500.0);
	assert_string_equal(json_string_value(json_array_get(a, 5)), "\xc3\xa9\n");
	json_decref(v);
	json_decref(parse("[9223372036854775807]"));
}

static void
is_strict(void **state)
{
	(void)state;
	static const char *const bad[] = {"", " ", "{", "[1,]", "{\"a\":1,}", "[1] x", "{\"a\":1}{}",
		"{\"a\":1,\"a\":2}", "[NaN]", "[Infinity]", "[01]", "[+1]", "[.5]", "[1.]", "['a']",
		"// x\n[]", "[\"\x01\"]", "[\"\t\"]", "[\"\xff\"]", "[\"\xed\xa0\x80\"]", "[\"\\ud800\"]",
		"[\"\\u0000\"]", "[\"\\x\"]", "{a:1}", "[9223372036854775808]", "[1e999]", "\xef\xbb\xbf[]",
		"[\"abc", "1", "\"a\"", "null"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		json_t *v = (json_t *)&v;
		err = (Err){0};
		if (json_parse(str_of(bad[i]), 1000, &v, &err))
			fail_msg("'%s' was taken for JSON", bad[i]);
		assert_int_equal(err.code, E_INPUT);
		assert_null(v);
		assert_true(str_starts(str_of(err.text), S("JSON line ")));
	}
	json_t *v;
	assert_false(json_parse((Str){"[]\0", 3}, 1000, &v, &err));
	assert_false(json_parse((Str){0}, 1000, &v, &err));
}

static void
errors_name_line_and_column(void **state)
{
	(void)state;
	json_t *v;
	REFUSED(json_parse(S("{\n  \"a\": 1,\n  \"a\": 2\n}"), 1000, &v, &err), E_INPUT,
		"JSON line 3, column 5: duplicate");
	REFUSED(json_parse(S("[1,\n x]"), 1000, &v, &err), E_INPUT, "JSON line 2, column 2: ");
}

static void
has_caps(void **state)
{
	(void)state;
	json_t *v;
	OK(json_parse(S("[10]"), 4, &v, &err));
	json_decref(v);
	REFUSED(json_parse(S("[10]"), 3, &v, &err), E_LIMIT, "4 bytes is larger than the 3");
	char text[200] = {0};
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	json_decref(parse(text));
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	REFUSED(json_parse(str_of(text), 1000, &v, &err), E_LIMIT,
		"line 1, column 65: nested deeper than 64");
	text[0] = '\n'; /* 64 levels again, which are fine; broken only at the end */
	text[1] = '{';
	REFUSED(json_parse(str_of(text), 1000, &v, &err), E_INPUT, "JSON line 2");
	/* Brackets in strings, and closed ones, do not count. */
	AUTO(Buf) b = {0};
	buf_add(&b, S("[\""));
	for (int i = 0; i < 100; i++)
		buf_add(&b, S("[{\\\""));
	buf_byte(&b, '"');
	for (int i = 0; i < 100; i++)
		buf_add(&b, S(",[{}]"));
	buf_byte(&b, ']');
	OK(json_parse(buf_str(&b), 10000, &v, &err));
	json_decref(v);
}

/* ---- out ---- */

static void
writes_json(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	jout_obj(&j);
	jout_key(&j, S("empty"));
	jout_obj(&j);
	jout_obj_end(&j);
	jout_key(&j, S("list"));
	jout_arr(&j);
	jout_int(&j, INT64_MIN);
	jout_bool(&j, true);
	jout_bool(&j, false);
	jout_null(&j);
	jout_arr(&j);
	jout_arr_end(&j);
	jout_raw(&j, S("1.50"));
	jout_obj(&j);
	jout_key(&j, S("a"));
	jout_str(&j, S("x"));
	jout_key(&j, S("b"));
	jout_arr(&j);
	jout_arr_end(&j);
	jout_obj_end(&j);
	jout_str(&j, (Str){0});
	jout_arr_end(&j);
	jout_key(&j, S("k\"\n"));
	jout_int(&j, 1);
	jout_obj_end(&j);
	SAME(buf_str(&b),
		"{\"empty\":{},\"list\":[-9223372036854775808,true,false,null,[],1.50,"
		"{\"a\":\"x\",\"b\":[]},\"\"],\"k\\\"\\n\":1}");
	json_t *v;
	OK(json_parse(buf_str(&b), 1000, &v, &err));
	json_decref(v);
}

/* RFC 8785, 3.2.2.2: the short escapes, \u00xx for the other controls, all else as it is. */
static void
escapes_as_rfc_8785(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	jout_str(&j, S("\b\t\n\f\r\"\\/\x01\x0b\x1f\x7f<\xe2\x82\xac\xf0\x9f\x97\xb3'"));
	SAME(buf_str(&b),
		"\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\\u000b\\u001f\x7f<\xe2\x82\xac\xf0\x9f\x97\xb3'\"");
	buf_clear(&b);
	jout_str(&j, (Str){"\0", 1});
	SAME(buf_str(&b), "\"\\u0000\"");
}

static void
nests_64_deep(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	JsonOut j = jout_new(&b);
	for (int i = 0; i < 64; i++) {
		jout_arr(&j);
		jout_int(&j, 1);
	}
	for (int i = 0; i < 64; i++)
		jout_arr_end(&j);
	json_t *v;
	OK(json_parse(buf_str(&b), 1000, &v, &err));
	json_decref(v);
}

static Buf out;
static JsonOut w;

static void
too_deep(void)
{
	for (int i = 0; i < 65; i++)
		jout_arr(&w);
}
static void
value_without_key(void)
{
	jout_obj(&w);
	jout_int(&w, 1);
}
static void
key_in_array(void)
{
	jout_arr(&w);
	jout_key(&w, S("a"));
}
static void
key_at_top(void)
{
	jout_key(&w, S("a"));
}
static void
two_keys(void)
{
	jout_obj(&w);
	jout_key(&w, S("a"));
	jout_key(&w, S("b"));
}
static void
key_without_value(void)
{
	jout_obj(&w);
	jout_key(&w, S("a"));
	jout_obj_end(&w);
}
static void
wrong_end(void)
{
	jout_obj(&w);
	jout_arr_end(&w);
}
static void
wrong_end_of_list(void)
{
	jout_arr(&w);
	jout_obj_end(&w);
}
static void
end_of_nothing(void)
{
	jout_arr_end(&w);
}

static void
misuse_aborts(void **state)
{
	(void)state;
	void (*const wrong[])(void) = {too_deep, value_without_key, key_in_array, key_at_top, two_keys,
		key_without_value, wrong_end, wrong_end_of_list, end_of_nothing};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		w = jout_new(&out);
		ABORTS(wrong[i]);
	}
	buf_close(&out);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(reads_json),
	cmocka_unit_test(is_strict),
	cmocka_unit_test(errors_name_line_and_column),
	cmocka_unit_test(has_caps),
	cmocka_unit_test(writes_json),
	cmocka_unit_test(escapes_as_rfc_8785),
	cmocka_unit_test(nests_64_deep),
	cmocka_unit_test(misuse_aborts),
};
UNIT_MAIN(tests, NULL, NULL)
