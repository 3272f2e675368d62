/* fuzz form: any bytes as the body of a form: with files, in any pieces, they give the same parts or the same error; as a query, what is
 * read and encoded again is read the same. The first byte chooses the size of the pieces. */
#include "web/web_private.h"

typedef struct Copy {
	Buf parts;
	Err e;
} Copy;

static bool
see_begin(void *ctx, const Part *part, Err *err)
{
	Copy *c = ctx;
	size_t at;
	(void)err;
	NEED(part->name.n && utf8_check(part->name, &at) && utf8_check(part->file, &at));
	NEED(!part->file.n ||
		(!memchr(part->file.p, '/', part->file.n) && !memchr(part->file.p, '\n', part->file.n)));
	buf_fmt(&c->parts, "<%d%zu:", part->is_file, part->name.n);
	buf_add(&c->parts, part->name);
	buf_add(&c->parts, part->file);
	buf_add(&c->parts, part->type);
	return true;
}

static bool
see_data(void *ctx, Str bytes, Err *err)
{
	Copy *c = ctx;
	(void)err;
	NEED(bytes.n);
	buf_add(&c->parts, bytes);
	return true;
}

static bool
see_end(void *ctx, Err *err)
{
	Copy *c = ctx;
	(void)err;
	buf_byte(&c->parts, '>');
	return true;
}

static void
form(Str body, size_t piece, Arena a, Copy *out)
{
	Multipart *m = NULL;
	PartSink sink = {see_begin, see_data, see_end, out};
	bool ok = multipart_new(S("multipart/form-data; boundary=x"), sink, &a, &m, &out->e);
	for (size_t i = 0; ok && i < body.n; i += piece)
		ok = multipart_add(m, str_slice(body, i, piece < body.n - i ? i + piece : body.n), &out->e);
	ok = ok && multipart_end(m, &out->e);
	NEED(ok == (out->e.code == E_OK));
	multipart_close(m);
}

static void
query(Str text, Arena a)
{
	Pair *p, *again;
	AUTO(Buf) b = {0};
	Err err = {0};
	if (!pairs_parse(text, &a, &p, &err))
		return;
	for (const Pair *x = p; x; x = x->next) {
		percent_encode(x->name, &b);
		buf_byte(&b, '=');
		percent_encode(x->value, &b);
		buf_byte(&b, '&');
	}
	NEED(pairs_parse(buf_str(&b), &a, &again, &err));
	for (; p; p = p->next, again = again->next)
		NEED(again && str_eq(p->name, again->name) && str_eq(p->value, again->value));
	NEED(!again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(Arena) a = {0};
	Err err = {0};
	if (size == 0 || size > 65536 || !arena_open(&a, 64 * SIZE_MB, &err))
		return 0;
	Str text = {(const char *)data + 1, size - 1};
	Copy whole = {0}, pieces = {0};
	form(text, SIZE_MAX / 2, a, &whole);
	form(text, (size_t)data[0] + 1, a, &pieces);
	NEED(whole.e.code == pieces.e.code);
	NEED(whole.e.code || str_eq(buf_str(&whole.parts), buf_str(&pieces.parts)));
	query(text, a);
	buf_close(&whole.parts);
	buf_close(&pieces.parts);
	return 0;
}
