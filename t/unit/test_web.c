/* The web's own parsers: forms with files in pieces of any size, queries; and answers put together from compressed parts. */
#include "web/web_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <zlib.h>

static Arena a;

/* ---- forms with files ---- */

static bool
see_begin(void *ctx, const Part *part, Err *err)
{
	(void)err;
	buf_fmt(ctx, "<%.*s", STR(part->name));
	if (part->is_file)
		buf_fmt(ctx, " file '%.*s' %.*s", STR(part->file), STR(part->type));
	buf_byte(ctx, ':');
	return true;
}

static bool
see_data(void *ctx, Str bytes, Err *err)
{
	(void)err;
	buf_add(ctx, bytes);
	return true;
}

static bool
see_end(void *ctx, Err *err)
{
	(void)err;
	buf_byte(ctx, '>');
	return true;
}

static const char *
parsed(const char *type, Str body, size_t piece)
{
	AUTO(Buf) out = {0};
	Multipart *m = NULL;
	Err err = {0};
	bool ok =
		multipart_new(str_of(type), (PartSink){see_begin, see_data, see_end, &out}, &a, &m, &err);
	for (size_t i = 0; ok && i < body.n; i += piece)
		ok = multipart_add(m, str_slice(body, i, i + piece), &err);
	ok = ok && multipart_end(m, &err);
	multipart_close(m);
	return ok ? arena_cstr(&a, buf_str(&out)) : arena_fmt(&a, "[%s]", err_name(err.code)).p;
}

static void
expect_form(const char *body, const char *want)
{
	for (size_t piece = 1; piece <= strlen(body); piece++)
		assert_string_equal(parsed("multipart/form-data; boundary=x", str_of(body), piece), want);
}

static void
forms_in_pieces(void **state)
{
	(void)state;
	expect_form("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n", "<a:1>");
	expect_form("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--x--", "<a:>");
	expect_form(
		"--x\r\ncontent-disposition: form-data; filename=\"C:\\\\d\\\\r;=1.csv\"; name=f\r\n"
		"Content-Type: text/csv\r\n\r\n\r\n--y\r\n--x \r\n\r\n--x--\r\n",
		"[input]"); /* a blank behind a boundary */
	expect_form("--x\r\ncontent-disposition: form-data; filename=\"C:\\d\\r;=1.csv\"; name=f\r\n"
				"Content-Type: text/csv\r\n\r\n\r\n--y\r\n-x\r\n--x--\r\n",
		"<f file 'r;=1.csv' text/csv:\r\n--y\r\n-x>");
	expect_form(
		"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../../etc/x\"\r\n\r\nq"
		"\r\n--x\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n2\r\n--x--\r\n",
		"<f file 'x' :q><b:2>");
	expect_form(
		"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n--x--\r\n",
		"<f file '' :>");
}

static void
forms_that_are_none(void **state)
{
	static const char *const bad[] = {"--x\r\n", "--y\r\n", "x", "--x--\r\nmore",
		"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
		"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x",
		"--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--x--",
		"--x\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--x--",
		"--x\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--x--",
		"--x\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--x--",
		"--x\r\nContent-Type: text/plain\r\n\r\n1\r\n--x--", "--x\r\n\r\n1\r\n--x--",
		"--x\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\n1"
		"\r\n--x--",
		"--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\xff\"\r\n\r\n1\r\n--x--"};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		expect_form(bad[i], "[input]");
	assert_string_equal(parsed("multipart/form-data", S("--x--"), 5), "[input]");
	assert_string_equal(parsed("multipart/form-data; boundary=\"\"", S("--"), 2), "[input]");
	assert_string_equal(parsed("multipart/form-data; boundary=\"x\"", S("--x--"), 5), "");
}

/* ---- queries ---- */

static void
queries(void **state)
{
	Pair *p;
	Err err = {0};
	(void)state;
	assert_true(pairs_parse(S("a=1&b=%C3%A9+x&a=2&&c"), &a, &p, &err));
	assert_true(str_eq(p->name, S("a")) && str_eq(p->value, S("1")));
	assert_true(str_eq(p->next->value, S("\xc3\xa9 x")));
	assert_true(str_eq(p->next->next->value, S("2")));
	assert_true(str_eq(p->next->next->next->name, S("c")));
	static const char *const bad[] = {"a=%", "a=%4", "a=%4g", "a=%00", "a=%ff", "%c0%80=1"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(pairs_parse(str_of(bad[i]), &a, &p, &err));
}

/* ---- answers from compressed parts ---- */

static Str
unpacked(Str in)
{
	static unsigned char out[1 << 20];
	z_stream z = {.next_in = (unsigned char *)(uintptr_t)in.p, .avail_in = (unsigned)in.n};
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_out = out;
	z.avail_out = sizeof out;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END); /* length and checksum are right */
	assert_int_equal(z.avail_in, 0);
	size_t n = z.total_out;
	inflateEnd(&z);
	return (Str){(char *)out, n};
}

static void
joined(void **state)
{
	AUTO(Buf) out = {0};
	AUTO(Buf) text = {0};
	Joint j;
	(void)state;
	joint_begin(&j, &out);
	for (int i = 0; i < 20; i++) {
		AUTO(Buf) packed = {0};
		AUTO(Buf) plain = {0};
		uint32_t crc;
		for (int k = 0; k < i * i * 10; k++)
			buf_fmt(&plain, "%d,", k);
		assert_true(pack_part(buf_str(&plain), &packed, &crc));
		joint_part(&j, buf_str(&packed), plain.n, crc);
		buf_add(&text, buf_str(&plain));
		Str own = i % 3 ? S("somebody's own") : S("");
		joint_plain(&j, own);
		buf_add(&text, own);
	}
	joint_end(&j);
	assert_true(str_eq(unpacked(buf_str(&out)), buf_str(&text)));
	buf_clear(&out);
	assert_true(pack(buf_str(&text), &out));
	assert_true(str_eq(unpacked(buf_str(&out)), buf_str(&text)));
	assert_true(out.n < text.n / 3);
}

int
main(void)
{
	Err err = {0};
	const struct CMUnitTest tests[] = {cmocka_unit_test(forms_in_pieces),
		cmocka_unit_test(forms_that_are_none), cmocka_unit_test(queries), cmocka_unit_test(joined)};
	if (!arena_open(&a, 64 * SIZE_MB, &err))
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_close(&a);
	return failed;
}
