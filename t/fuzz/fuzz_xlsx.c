/* fuzz xlsx: any bytes as a sheet, as shared strings and as styles, in any pieces: rows or an error with a sentence, the same however
 * the bytes come in, and no text that utf8_check would not take. The first byte chooses the part, the second the size of the pieces. */
#include "fmt/xlsx_private.h"

typedef struct Feed {
	Str rest;
	size_t piece;
} Feed;

static long
feed_read(void *ctx, char *to, size_t n, Err *e)
{
	Feed *f = ctx;
	(void)e;
	size_t take = f->rest.n < n ? f->rest.n : n;
	take = take < f->piece ? take : f->piece;
	if (take)
		memcpy(to, f->rest.p, take);
	f->rest = str_slice(f->rest, take, f->rest.n);
	return (long)take;
}

static CsvSource
source(Feed *f)
{
	return (CsvSource){feed_read, f};
}

static bool
book_usual(Book *b)
{
	static const char strings[] =
		"<sst><si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r></si><si><t>#N/A</t></si></sst>";
	static const char styles[] =
		"<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='22'/><xf numFmtId='20'/>"
		"<xf numFmtId='9'/></cellXfs></styleSheet>";
	Feed f = {S(strings), SIZE_MAX}, g = {S(styles), SIZE_MAX};
	*b = (Book){0};
	return arena_open(&b->a, (size_t)512 << 20, NULL) && strings_parse(source(&f), b, NULL) &&
		styles_parse(source(&g), b, NULL);
}

/* The rows as text, then the sentence of the error. */
static void
sheet_copy(Book *b, Str text, size_t piece, Buf *out)
{
	Feed f = {text, piece};
	Xlsx *x;
	CsvRow row;
	bool more, ok;
	size_t at, last = 0;
	Err e = {0};
	NEED(xlsx_open_source(source(&f), b, S("s"), &x, &e));
	while ((ok = xlsx_next(x, &row, &more, &e)) && more) {
		NEED(row.row > last && row.n <= CSV_MAX_COLUMNS);
		last = row.row;
		for (size_t i = 0; i < row.n; i++) {
			NEED(row.cell[i].p && row.cell[i].n <= CSV_MAX_CELL && utf8_check(row.cell[i], &at));
			buf_fmt(out, "%d:%.*s|", row.kind[i], STR(row.cell[i]));
		}
		buf_byte(out, '\n');
	}
	NEED(ok == (e.code == E_OK));
	/* Why XML is malformed expat may see differently in pieces. */
	buf_add(out, strstr(e.text, "well-formed") ? S("malformed") : str_of(e.text));
	xlsx_close(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Book b;
	Err e = {0};
	size_t at;
	Str s;
	if (size < 2)
		return 0;
	Str text = {(const char *)data + 2, size - 2};
	Feed f = {text, (size_t)data[1] + 1};
	NEED(book_usual(&b));
	if (data[0] % 4 == 0) {
		if (strings_parse(source(&f), &b, &e))
			for (size_t i = 0; i < b.n_strings; i++)
				NEED(book_string(&b, i, &s) && utf8_check(s, &at));
		NEED(e.code == E_OK || e.text[0]);
	} else if (data[0] % 4 == 1) {
		if (!styles_parse(source(&f), &b, &e))
			NEED(e.code && e.text[0]);
		for (size_t i = 0; i < b.n_styles; i++)
			NEED(b.style[i] <= NUMBER_PERCENT);
	} else {
		AUTO(Buf) whole = {0}, pieces = {0};
		b.from_1904 = data[0] % 4 == 3;
		sheet_copy(&b, text, SIZE_MAX, &whole);
		sheet_copy(&b, text, f.piece, &pieces);
		/* Without a BOM or a tag at the start it guesses the encoding from the first piece. */
		NEED(!str_starts(text, S("<")) || str_eq(buf_str(&whole), buf_str(&pieces)));
	}
	book_close(&b);
	return 0;
}
