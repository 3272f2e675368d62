/* fuzz csv: any bytes, in any pieces, give the same rows or the same error, and what is accepted is read
 * back after csv_out_text. The first byte of the input chooses the size of the pieces. */
#include "fmt/fmt.h"

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

/* What one reading gave: the cells, and the rows written as our own CSV. A lone cell gets a neighbour,
 * for an empty one would be a blank line. */
typedef struct Copy {
	Buf cells, csv;
	Err e;
} Copy;

static void
copy_cell(Copy *copy, Str cell)
{
	buf_fmt(&copy->cells, "%zu:", cell.n);
	buf_add(&copy->cells, cell);
	csv_out_text(&copy->csv, cell);
}

static void
copy_rows(Feed feed, bool unsafe, Copy *copy)
{
	AUTO(CsvP) c = NULL;
	CsvRow row;
	bool more = false;
	if (!csv_open_source((CsvSource){feed_read, &feed}, &c, &copy->e))
		return;
	while (csv_next(c, &row, &more, &copy->e) && more) {
		size_t at;
		NEED(utf8_check(row.raw, &at));
		for (size_t i = 0; i < row.n; i++) {
			if (i)
				csv_out_sep(&copy->csv);
			copy_cell(copy, unsafe ? csv_unsafe_text(row.cell[i]) : row.cell[i]);
		}
		if (row.n == 1) {
			csv_out_sep(&copy->csv);
			copy_cell(copy, S("x"));
		}
		buf_byte(&copy->cells, '\n');
		csv_out_end(&copy->csv);
	}
}

static void
copy_close(Copy *copy)
{
	buf_close(&copy->cells);
	buf_close(&copy->csv);
}

/* The same text behind a header gives the same rows, whether or not blank lines stand between until it
 * lies across the border of the reader's window. */
static void
check_border(Str text, size_t shift)
{
	Copy near = {0}, far = {0};
	AUTO(Buf) b = {0};
	buf_add(&b, S("a,b,c\n"));
	buf_add(&b, text);
	copy_rows((Feed){buf_str(&b), SIZE_MAX}, false, &near);
	buf_clear(&b);
	buf_add(&b, S("a,b,c\n"));
	while (b.n < 256 * 1024 - shift)
		buf_byte(&b, b.n % 60000 == 59999 || b.n + 1 == 256 * 1024 - shift ? '\n' : ' ');
	buf_add(&b, text);
	copy_rows((Feed){buf_str(&b), SIZE_MAX}, false, &far);
	/* All but the header, and of a message all behind "row N". */
	Str header, rows, number, near_words, far_words;
	str_cut(buf_str(&near.cells), '\n', &header, &rows);
	NEED(str_ends(buf_str(&far.cells), rows));
	str_cut(str_of(near.e.text), ',', &number, &near_words);
	str_cut(str_of(far.e.text), ',', &number, &far_words);
	NEED(near.e.code == far.e.code && str_eq(near_words, far_words));
	copy_close(&near);
	copy_close(&far);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	Str text = {(const char *)data + 1, size - 1};
	Copy whole = {0}, pieces = {0}, again = {0};
	copy_rows((Feed){text, SIZE_MAX}, false, &whole);
	copy_rows((Feed){text, (size_t)data[0] + 1}, false, &pieces);
	NEED(str_eq(buf_str(&whole.cells), buf_str(&pieces.cells)));
	NEED(whole.e.code == pieces.e.code && strcmp(whole.e.text, pieces.e.text) == 0);
	copy_rows((Feed){buf_str(&whole.csv), SIZE_MAX}, true, &again);
	NEED(again.e.code == E_OK);
	NEED(str_eq(buf_str(&whole.cells), buf_str(&again.cells)));
	if (data[0] % 8 == 7)
		check_border(text, data[0] / 8);
	copy_close(&whole);
	copy_close(&pieces);
	copy_close(&again);
	return 0;
}
