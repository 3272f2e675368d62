/* Templates: values escaped for their place, sections, words in the reader's language, and templates that are refused. */
#include "fmt/fmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static Arena a;

static bool
find_part(void *ctx, Str name, Str *file, Str *text)
{
	(void)ctx;
	*file = arena_fmt(&a, "_%.*s.html", STR(name));
	*text = str_eq(name, S("greeting")) ? S("<b>{{v}}</b>")
		: str_eq(name, S("quoted"))     ? S("<a title=\"")
		: str_eq(name, S("open"))       ? S("\n{{#v}}")
		: str_eq(name, S("itself"))     ? S("{{>itself}}")
										: (Str){0};
	return text->p != NULL;
}

static const char *
filled(const char *text, const Fill *f)
{
	AUTO(Buf) out = {0};
	Template *t;
	Err err = {0};
	if (!template_parse(S("x.html"), str_of(text), (Partials){find_part, NULL}, &a, &t, &err) ||
		!template_fill(t, f, &out, &err))
		return arena_fmt(&a, "[%s] %s", err_name(err.code), err.text).p;
	return arena_cstr(&a, buf_str(&out));
}

static Fill *
one(const char *name, const char *text)
{
	Fill *f = fill_new(&a);
	fill_text(f, name, str_of(text));
	return f;
}

static void
test_escaped(void **state)
{
	(void)state;
	const char *evil = "<b>\"&'";
	assert_string_equal(filled("<p>{{v}}</p>", one("v", evil)), "<p>&lt;b&gt;&quot;&amp;&#39;</p>");
	assert_string_equal(
		filled("<p title='{{v}}'>", one("v", evil)), "<p title='&lt;b&gt;&quot;&amp;&#39;'>");
	/* Text cannot turn what stands behind it around; other characters of the same bytes stay, also at the end of a text. */
	assert_string_equal(filled("{{v}}",
							one("v",
								"a\xe2\x80\xae"
								"b\xe2\x81\xa6"
								"c")),
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd"
		"c");
	assert_string_equal(
		filled("{{v}}", one("v", "\xe2\x80\xa9 \xe2\x80\xaf \xe2\x81\xaa \xe2\x80\x93")),
		"\xe2\x80\xa9 \xe2\x80\xaf \xe2\x81\xaa \xe2\x80\x93");
	assert_string_equal(filled("{{v}}", one("v", "\xe2\x81\xa9")), "\xef\xbf\xbd");
	assert_string_equal(filled("<p>{{\"a < b\"}}", fill_new(&a)), "<p>a &lt; b");
	assert_string_equal(filled("no values", fill_new(&a)), "no values");
	assert_string_equal(filled("{{! {name} <p }}x", fill_new(&a)), "x");
}

static void
test_addresses(void **state)
{
	(void)state;
	const char *page = "<a href=\"{{v}}\">",
			   *good[] = {"data/tps.csv", "https://x.example/?a=b:c", "mailto:a@b.example", "#a",
				   "./a:b", ""};
	const char *bad[] = {
		"javascript:alert(1)", "data:text/html,x", "JAVASCRIPT:x", " javascript:x"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_string_equal(
			filled(page, one("v", good[i])), arena_fmt(&a, "<a href=\"%s\">", good[i]).p);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_string_equal(filled(page, one("v", bad[i])), "<a href=\"#\">");
	assert_string_equal(filled("<a HREF = '{{v}}'>", one("v", bad[0])), "<a HREF = '#'>");
	/* Elsewhere it is a text like others. */
	assert_string_equal(
		filled("<a title=\"{{v}}\">", one("v", bad[0])), "<a title=\"javascript:alert(1)\">");
}

static void
test_parts(void **state)
{
	(void)state;
	assert_string_equal(filled("a {{>greeting}} b", one("v", "<")), "a <b>&lt;</b> b");
	assert_string_equal(filled("{{#v}}{{>greeting}}{{/v}}", one("v", "x")), "<b>x</b>");
	/* The place goes on behind a part: here it is an attribute. */
	assert_string_equal(filled("{{>quoted}}{{v}}\">", one("v", "'")), "<a title=\"&#39;\">");
	assert_non_null(strstr(filled("{{>none}}", one("v", "")), "x.html:1: there is no part 'none'"));
	assert_non_null(strstr(filled("{{>itself}}", one("v", "")), "at most 8 deep"));
	assert_non_null(strstr(
		filled("{{>open}}{{/v}}", one("v", "")), "_open.html:2: section 'v' is never closed"));
	assert_non_null(strstr(filled("{{#v}}{{>open}}", one("v", "")), "_open.html:2: "));
}

static void
test_sections(void **state)
{
	(void)state;
	Fill *f = one("out", "o");
	fill_list(f, "none");
	fill_list(f, "rows");
	fill_flag(f, "yes", true);
	fill_flag(f, "no", false);
	for (int i = 1; i <= 2; i++) {
		Fill *row = fill_item(f, "rows");
		fill_text(row, "v", arena_fmt(&a, "%d", i));
		fill_list(row, "cells");
		for (int k = 0; k < i; k++)
			fill_text(fill_item(row, "cells"), "c", arena_fmt(&a, "%d", k));
	}
	assert_string_equal(
		filled("{{#rows}}{{v}}{{out}}:{{#cells}}({{c}}{{v}}){{/cells}};{{/rows}}", f),
		"1o:(01);2o:(02)(12);");
	assert_string_equal(
		filled("{{#none}}a{{/none}}{{^none}}b{{/none}}{{^rows}}c{{/rows}}", f), "b");
	assert_string_equal(
		filled("{{#yes}}a{{/yes}}{{#no}}b{{/no}}{{^yes}}c{{/yes}}{{^no}}d{{/no}}", f), "ad");
	assert_string_equal(filled("<p{{#yes}} class=\"a\"{{/yes}}>", f), "<p class=\"a\">");
	assert_string_equal(filled("{{#yes}}{{/yes}}.", f), ".");
}

static void
test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *page, *want;
	} bad[] = {
		{"a\n{{v", "[input] x.html:2: '{{' without '}}'"},
		{"\n\n{{#v}}", "[input] x.html:3: section 'v' is never closed"},
		{"{{/v}}", "[input] x.html:1: '{{/v}}' closes no section: '{{/nothing}}' is due"},
		{"{{#v}}{{/w}}", "[input] x.html:1: '{{/w}}' closes no section: '{{/v}}' is due"},
		{"{{{v}}}", "[input] x.html:1: '{{{v}}' is unknown"},
		{"{{&v}}", "[input] x.html:1: '{{&v}}' is unknown"},
		{"{{}}", "[input] x.html:1: '{{}}' is unknown"},
		{"<p {{v}}>", "[input] x.html:1: '{{v}}' stands where nothing can be filled in"},
		{"<p a={{v}}>", "[input] x.html:1: '{{v}}' stands where nothing can be filled in"},
		{"<script>\n{{v}}</script>", "[input] x.html:2: '{{v}}' stands where"},
		{"<style>{{v}}</style>", "[input] x.html:1: '{{v}}' stands where"},
		{"<!-- > {{v}} -->", "[input] x.html:1: '{{v}}' stands where"},
		{"<p onclick='{{v}}'>", "[input] x.html:1: '{{v}}' stands where"},
		{"<p STYLE=\"{{v}}\">", "[input] x.html:1: '{{v}}' stands where"},
		{"<SCRIPT>{{v}}", "[input] x.html:1: '{{v}}' stands where"},
		{"<p {{#v}}a=\"{{/v}}\">", "[input] x.html:1: section 'v' must end where it begins"},
		{"<p>\n{{other}}", "[bug] x.html:2: 'other' is nothing that the page was given"},
		{"{{list}}", "[bug] x.html:1: 'list' is a list: it wants a section"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		Fill *f = one("v", "x");
		fill_list(f, "list");
		const char *got = filled(bad[i].page, f);
		if (!str_starts(str_of(got), str_of(bad[i].want)))
			fail_msg("%s: got '%s', expected '%s'", bad[i].page, got, bad[i].want);
	}
	/* Behind a script and a comment there is text again. */
	assert_string_equal(filled("<script>a</script><!-- b -->{{v}}", one("v", "x")),
		"<script>a</script><!-- b -->x");
}

static void
test_limits(void **state)
{
	(void)state;
	AUTO(Buf) deep = {0}, long_page = {0};
	for (int i = 0; i < 17; i++)
		buf_add(&deep, S("{{#v}}"));
	for (int i = 0; i < 5000; i++)
		buf_add(&long_page, S("{{v}}"));
	buf_byte(&deep, 0);
	buf_byte(&long_page, 0);
	assert_true(str_starts(str_of(filled(deep.p, one("v", "x"))), S("[limit] x.html:1:")));
	assert_true(str_starts(str_of(filled(long_page.p, one("v", "x"))), S("[limit] x.html:1:")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
	};
	if (!arena_open(&a, (size_t)64 << 20, NULL))
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&a);
	return failed;
}
