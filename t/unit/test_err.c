/* err and lang: sentences are clean, whole and in the reader's language. */
#include "unit.h"

#include <pthread.h>

/* ---- Err ---- */

static void
set_hint_prefix(void **state)
{
	(void)state;
	Err e = {0};
	assert_false(err_set(&e, E_INPUT, "no column '%s'", "tps"));
	assert_int_equal(e.code, E_INPUT);
	assert_string_equal(e.text, "no column 'tps'");
	assert_string_equal(e.hint, "");
	assert_false(err_hint(&e, "did you mean '%s'", "TPS"));
	assert_string_equal(e.hint, "did you mean 'TPS'");
	assert_false(err_prefix(&e, "%s:%d: ", "x.csv", 7));
	assert_string_equal(e.text, "x.csv:7: no column 'tps'");
	assert_string_equal(e.hint, "did you mean 'TPS'");
	assert_false(err_set(&e, E_IO, "another")); /* replaces, and clears the hint */
	assert_int_equal(e.code, E_IO);
	assert_string_equal(e.text, "another");
	assert_string_equal(e.hint, "");
}

static void
null_err_is_allowed(void **state)
{
	(void)state;
	assert_false(err_set(NULL, E_INPUT, "x"));
	assert_false(err_hint(NULL, "x"));
	assert_false(err_prefix(NULL, "x"));
}

static void
its_own_text_may_be_an_argument(void **state)
{
	(void)state;
	Err e = {0};
	err_set(&e, E_INPUT, "inner");
	err_set(&e, E_DB, "outer: %s", e.text);
	assert_string_equal(e.text, "outer: inner");
	err_prefix(&e, "[%s] ", e.text);
	assert_string_equal(e.text, "[outer: inner] outer: inner");
	err_hint(&e, "see '%s'", e.text);
	assert_string_equal(e.hint, "see '[outer: inner] outer: inner'");
}

static void
control_characters_become_question_marks(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"a\x1b[31mb", "a?[31mb"},
		{"line\nbreak\ttab\x7f", "line?break?tab?"},
		{"c1 \xc2\x9b end", "c1 ? end"},
		{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x97\xb3", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x97\xb3"},
		{"latin1 \xe9t\xe9", "latin1 ?t?"},
		{"overlong \xc0\xaf \xe0\x80\xaf", "overlong ?? ???"},
		{"surrogate \xed\xa0\x80", "surrogate ???"},
		{"beyond \xf4\x90\x80\x80 \xff", "beyond ???? ?"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		Err e = {0};
		err_set(&e, E_INPUT, "%s", cases[i].in);
		assert_string_equal(e.text, cases[i].out);
		err_hint(&e, "%s", cases[i].in);
		assert_string_equal(e.hint, cases[i].out);
		err_set(&e, E_INPUT, "x");
		err_prefix(&e, "%s", cases[i].in);
		assert_int_equal(strlen(e.text), strlen(cases[i].out) + 1);
		assert_memory_equal(e.text, cases[i].out, strlen(cases[i].out));
	}
}

/* Too long by any number of bytes, with characters of one to four bytes: never half a character. */
static void
truncates_between_characters(void **state)
{
	(void)state;
	static const char *const letters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x97\xb3"};
	for (size_t k = 0; k < 4; k++) {
		size_t size = strlen(letters[k]);
		for (size_t shift = 0; shift < 4; shift++) {
			Err e = {0};
			char text[1200] = {0};
			memset(text, 'x', shift);
			for (size_t n = shift; n + size < sizeof text - 1; n += size)
				memcpy(text + n, letters[k], size);
			err_set(&e, E_INPUT, "%s", text);
			size_t n = strlen(e.text), whole = shift + (sizeof e.text - 1 - shift) / size * size;
			assert_int_equal(n, whole);
			assert_memory_equal(e.text, text, n);
			err_hint(&e, "%s", text);
			assert_int_equal(strlen(e.hint), shift + (sizeof e.hint - 1 - shift) / size * size);
			assert_memory_equal(e.hint, text, strlen(e.hint));
			err_prefix(&e, "1234567: "); /* pushes the end out */
			assert_memory_equal(e.text, "1234567: ", 9);
			size_t left = strlen(e.text) - 9;
			assert_int_equal(left, shift + (sizeof e.text - 10 - shift) / size * size);
			assert_memory_equal(e.text + 9, text, left);
		}
	}
}

static void
codes_have_names_and_exit_statuses(void **state)
{
	(void)state;
	static const struct {
		ErrCode code;
		const char *name;
		int exit;
	} want[] = {{E_OK, "ok", 0}, {E_INPUT, "input", 2}, {E_NOTFOUND, "notfound", 3},
		{E_CONFLICT, "conflict", 4}, {E_DENIED, "denied", 5}, {E_BUSY, "busy", 6},
		{E_LIMIT, "limit", 7}, {E_IO, "io", 8}, {E_DB, "db", 9}, {E_BUG, "bug", 70}};
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		assert_string_equal(err_name(want[i].code), want[i].name);
		assert_int_equal(err_exit(want[i].code), want[i].exit);
	}
}

static void
wrong_need(void)
{
	NEED(1 + 1 == 3);
}

static void
need_aborts_and_says_where(void **state)
{
	(void)state;
	NEED(1 + 1 == 2);
	ABORTS(wrong_need);
	int ends[2], status;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], 2);
		signal(SIGABRT, SIG_DFL);
		wrong_need();
	}
	close(ends[1]);
	char text[400] = {0};
	assert_true(read(ends[0], text, sizeof text - 1) > 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_non_null(strstr(text, "test_err.c:"));
	assert_non_null(strstr(text, "1 + 1 == 3"));
}

/* ---- Language ---- */

static Arena arena;

/* A .mo file of these pairs, which are sorted by msgid. */
static Str
mo_of(size_t n, const char *const pairs[][2])
{
	AUTO(Buf) tables = {0};
	AUTO(Buf) text = {0};
	uint32_t offset = (uint32_t)(28 + 16 * n),
			 head[7] = {0x950412de, 0, (uint32_t)n, 28, (uint32_t)(28 + 8 * n), 0, 0};
	buf_add(&tables, (Str){(const char *)head, sizeof head});
	for (size_t column = 0; column < 2; column++)
		for (size_t i = 0; i < n; i++) {
			uint32_t entry[2] = {(uint32_t)strlen(pairs[i][column]), offset + (uint32_t)text.n};
			buf_add(&tables, (Str){(const char *)entry, sizeof entry});
			buf_add(&text, str_of(pairs[i][column]));
			buf_byte(&text, '\0');
		}
	buf_add(&tables, buf_str(&text));
	return arena_str(&arena, buf_str(&tables));
}

static const char *const words[][2] = {
	{"", "Language: id\n"},
	{"no column '%s'", "tidak ada kolom '%s'"},
	{"row %d: ", "baris %d: "},
	{"save", "simpan"},
	{"save again", "simpan lagi"},
	{"unfinished", ""},
};
static Str indonesian;

static int
load(void **state)
{
	(void)state;
	if (!arena_open(&arena, 1 << 20, NULL))
		return -1;
	indonesian = mo_of(sizeof words / sizeof *words, words);
	lang_load(S("id"), indonesian);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static int
english_again(void **state)
{
	(void)state;
	return lang_use(S("en")) ? 0 : -1;
}

static void
english_is_as_written(void **state)
{
	(void)state;
	SAME(lang_now(), "en");
	const char *msgid = "save";
	assert_ptr_equal(tr(msgid), msgid);
	SAME(tr_str(S("save")), "save");
	assert_false(lang_use(S("fr"))); /* unknown: nothing changes */
	SAME(lang_now(), "en");
}

static void
indonesian_is_looked_up(void **state)
{
	(void)state;
	assert_true(lang_use(S("id")));
	SAME(lang_now(), "id");
	assert_string_equal(tr("save"), "simpan");
	assert_string_equal(tr("save again"), "simpan lagi");
	assert_string_equal(tr("not there"), "not there");
	assert_string_equal(tr("unfinished"), "unfinished");
	assert_string_equal(tr(""), ""); /* not the file's header */
	SAME(tr_str((Str){"save again", 4}), "simpan");
	SAME(tr_str(S("sav")), "sav");
	SAME(tr_str((Str){0}), "");
	assert_false(lang_use(S("fr")));
	SAME(lang_now(), "id");
	assert_true(lang_use(S("en")));
	assert_string_equal(tr("save"), "save");
}

static void
errors_are_translated(void **state)
{
	(void)state;
	Err e = {0};
	assert_true(lang_use(S("id")));
	err_set(&e, E_INPUT, "no column '%s'", "x");
	assert_string_equal(e.text, "tidak ada kolom 'x'");
	err_hint(&e, "save");
	assert_string_equal(e.hint, "simpan");
	err_prefix(&e, "row %d: ", 4);
	assert_string_equal(e.text, "baris 4: tidak ada kolom 'x'");
}

static void *
other_thread(void *out)
{
	*(bool *)out = str_eq(lang_now(), S("en")) && strcmp(tr("save"), "save") == 0;
	return NULL;
}

static void
each_thread_has_its_own(void **state)
{
	(void)state;
	bool english = false;
	pthread_t t;
	assert_true(lang_use(S("id")));
	assert_int_equal(pthread_create(&t, NULL, other_thread, &english), 0);
	assert_int_equal(pthread_join(t, NULL), 0);
	assert_true(english);
	assert_string_equal(tr("save"), "simpan");
}

static Str broken;

static void
load_broken(void)
{
	lang_load(S("xx"), broken);
}

static void
malformed_files_are_our_mistake(void **state)
{
	(void)state;
	/* Every truncation, and each wrong word of the header and of the tables. */
	for (size_t n = 0; n < indonesian.n; n += n < 140 ? 1 : 7) {
		broken = str_slice(indonesian, 0, n);
		ABORTS(load_broken);
	}
	static const size_t spot[] = {0, 4, 8, 12, 16, 28, 32, 28 + 8 * 6, 28 + 8 * 6 + 4};
	for (size_t i = 0; i < sizeof spot / sizeof *spot; i++) {
		broken = arena_str(&arena, indonesian);
		memset((char *)broken.p + spot[i], 0xfe, 4);
		ABORTS(load_broken);
	}
	static const char *const unsorted[][2] = {{"b", "x"}, {"a", "y"}};
	broken = mo_of(2, unsorted);
	ABORTS(load_broken);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(set_hint_prefix),
	cmocka_unit_test(null_err_is_allowed),
	cmocka_unit_test(its_own_text_may_be_an_argument),
	cmocka_unit_test(control_characters_become_question_marks),
	cmocka_unit_test(truncates_between_characters),
	cmocka_unit_test(codes_have_names_and_exit_statuses),
	cmocka_unit_test(need_aborts_and_says_where),
	cmocka_unit_test(english_is_as_written),
	cmocka_unit_test_teardown(indonesian_is_looked_up, english_again),
	cmocka_unit_test_teardown(errors_are_translated, english_again),
	cmocka_unit_test_teardown(each_thread_has_its_own, english_again),
	cmocka_unit_test(malformed_files_are_our_mistake),
};
UNIT_MAIN(tests, load, unload)
