/* csv: what spreadsheets really save is read, what is broken is refused by row and column, and what we
 * write is read back. */
#include "unit.h"

#include "fmt/fmt.h"

/* Gives its bytes in pieces of `piece`, then ends, fails, or repeats `filler` for ever. */
typedef struct Feed {
	Str rest;
	size_t piece;
	Str filler;
	bool fails;
	size_t given;
} Feed;

static long
feed_read(void *ctx, char *to, size_t n, Err *e)
{
	Feed *f = ctx;
	if (f->rest.n == 0 && f->fails) {
		err_set(e, E_IO, "the line broke");
		return -1;
	}
	if (f->rest.n == 0 && f->filler.n) {
		for (size_t i = 0; i < n; i++)
			to[i] = f->filler.p[(f->given + i) % f->filler.n];
		f->given += n;
		return (long)n;
	}
	size_t take = f->rest.n < n ? f->rest.n : n;
	take = take < f->piece ? take : f->piece;
	if (take)
		memcpy(to, f->rest.p, take);
	f->rest = str_slice(f->rest, take, f->rest.n);
	f->given += take;
	return (long)take;
}

/* All rows as text: cells ended by |, rows by $. */
static bool
render(Feed *feed, Buf *out)
{
	AUTO(CsvP) c = NULL;
	CsvRow row;
	bool more = true;
	size_t count = 0;
	if (!csv_open_source((CsvSource){feed_read, feed}, &c, &err))
		return false;
	while (csv_next(c, &row, &more, &err) && more) {
		assert_int_equal(row.row, ++count);
		for (size_t i = 0; i < row.n; i++) {
			buf_add(out, row.cell[i]);
			buf_byte(out, '|');
		}
		buf_byte(out, '$');
	}
	if (err.code == E_OK)
		return true;
	Err again = {0}; /* finished: the same error for ever */
	assert_false(csv_next(c, &row, &more, &again));
	assert_false(more);
	assert_string_equal(again.text, err.text);
	return false;
}

static const size_t pieces[] = {1, 2, 3, 7, SIZE_MAX};

/* The same, however the bytes come in. */
static void
reads(Str text, const char *want)
{
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		AUTO(Buf) out = {0};
		Feed feed = {.rest = text, .piece = pieces[i]};
		OK(render(&feed, &out));
		SAME(buf_str(&out), want);
	}
}

static void
refuses(Str text, ErrCode code, const char *words)
{
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		AUTO(Buf) out = {0};
		Feed feed = {.rest = text, .piece = pieces[i]};
		REFUSED(render(&feed, &out), code, words);
	}
}

/* ---- what is read ---- */

static void
plain_rows(void **state)
{
	(void)state;
	reads(S("a,b\n1,2\n"), "a|b|$1|2|$");
	reads(S("a,b\n1,2"), "a|b|$1|2|$"); /* no line end at the end */
	reads(S("a\n1\n"), "a|$1|$");
	reads(S("a,b\n,\n"), "a|b|$||$");
	reads(S("a, b \n x ,y\n"), "a| b |$ x |y|$"); /* blanks are kept */
	reads(S(""), "");
	reads(S("\n\n"), "");
	reads(S("caf\xc3\xa9,\xe2\x82\xac\n\xf0\x9f\x97\xb3,x\n"),
		"caf\xc3\xa9|\xe2\x82\xac|$\xf0\x9f\x97\xb3|x|$");
}

static void
line_ends(void **state)
{
	(void)state;
	reads(S("a,b\r\n1,2\r\n"), "a|b|$1|2|$");
	reads(S("a,b\r1,2\r"), "a|b|$1|2|$");
	reads(S("a,b\r1,2"), "a|b|$1|2|$");
	reads(S("a,b\n1,2\r\n3,4\r5,6\n"), "a|b|$1|2|$3|4|$5|6|$");
}

static void
blank_lines_are_skipped(void **state)
{
	(void)state;
	reads(S("\n\r\na,b\n\n1,2\n\r\n\r\r3,4\n\n"), "a|b|$1|2|$3|4|$");
	reads(S("a,b\n  \n1,2\n \t\n"), "a|b|$1|2|$");
	reads(S("a\n\"\"\n \n"), "a|$|$");  /* an empty cell in quotes is a row */
	reads(S("a\tb\n\t\n"), "a|b|$||$"); /* tabs that separate are cells */
}

static void
separators(void **state)
{
	(void)state;
	reads(S("a;b;c\n1,5;2;3\n"), "a|b|c|$1,5|2|3|$");
	reads(S("a\tb\n1,5\t2;3\n"), "a|b|$1,5|2;3|$");
	reads(S("a,b;c,d\n"), "a|b;c|d|$");               /* the one that occurs most */
	reads(S("a,b;c\n1,2;3\n"), "a|b;c|$1|2;3|$");     /* the comma on a tie */
	reads(S("\"x,y,z\";b\n1;2\n"), "x,y,z|b|$1|2|$"); /* outside quotes */
	reads(S("\n\na;b\n"), "a|b|$");
	reads(S("a\n1;2\n"), "a|$1;2|$"); /* only the first line decides */
	static const char *const head[] = {"a,b\n", "a;b\n", "a\tb\n", "a\n"};
	for (size_t i = 0; i < 4; i++) {
		AUTO(CsvP) c = NULL;
		Feed feed = {.rest = str_of(head[i]), .piece = 9};
		OK(csv_open_source((CsvSource){feed_read, &feed}, &c, &err));
		assert_int_equal(csv_separator(c), ",;\t,"[i]);
	}
}

static void
excel_sep_line(void **state)
{
	(void)state;
	reads(S("sep=;\r\na,x;b,y\r\n1;2\r\n"), "a,x|b,y|$1|2|$");
	reads(S("SEP=\t\na\tb;;;\n"), "a|b;;;|$");
	reads(S("sep=,\ra;b;c,d\r"), "a;b;c|d|$");
	reads(S("\xef\xbb\xbfsep=;\na;b\n"), "a|b|$");
	reads(S("sep=;"), "");
	reads(S("sep=;x,b\n"), "sep=;x|b|$"); /* a header that only looks like it */
	reads(S("sep=:\n1\n"), "sep=:|$1|$");
	reads(S("sep=\n1\n"), "sep=|$1|$");
}

static void
bom_is_dropped(void **state)
{
	(void)state;
	reads(S("\xef\xbb\xbf"
			"a,b\n1,2\n"),
		"a|b|$1|2|$");
	reads(S("\xef\xbb\xbf\"a\",b\n"), "a|b|$");
	reads(S("\xef\xbb\xbf"), "");
	reads(S("a,b\n\xef\xbb\xbf,2\n"), "a|b|$\xef\xbb\xbf|2|$"); /* only at the start */
}

static void
quotes(void **state)
{
	(void)state;
	reads(S("\"a\",\"b\"\n\"1,2\",\"\"\n"), "a|b|$1,2||$");
	reads(S("a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n"), "a|b|$say \"hi\"|\"|$");
	reads(S("a,b,c\n\"\"\"\",x,\"y\"\"\"\n"), "a|b|c|$\"|x|y\"|$");
	reads(S("a,b\n\"one\ntwo\",\"three\r\nfour\rfive\"\n6,7\n"),
		"a|b|$one\ntwo|three\r\nfour\rfive|$6|7|$");
	reads(S("a,b\n5\" pipe,x\"y\"\n"), "a|b|$5\" pipe|x\"y\"|$"); /* within a cell it is a letter */
	reads(S("a\n\"1\""), "a|$1|$");
	reads(S("\"a\nb\";c\n1;2\n"), "a\nb|c|$1|2|$"); /* in the header too */
}

static void
short_rows_are_filled(void **state)
{
	(void)state;
	reads(S("a,b,c\n1\n1,2\n\"x\"\n"), "a|b|c|$1|||$1|2||$x|||$");
}

/* Row counts records, line counts lines; raw is the record's own bytes. */
static void
rows_know_where_they_are(void **state)
{
	(void)state;
	static const struct {
		size_t line;
		const char *raw;
	} want[] = {{2, "a;b"}, {4, "\"1\r\n1\r1\n1\";\"x\"\"y\""}, {8, "2"}, {10, "3;3"}};
	for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
		AUTO(CsvP) c = NULL;
		CsvRow row;
		bool more;
		Feed feed = {.rest = S("sep=;\r\na;b\r\n\n\"1\r\n1\r1\n1\";\"x\"\"y\"\r\n2\r\r\n3;3"),
			.piece = pieces[k]};
		OK(csv_open_source((CsvSource){feed_read, &feed}, &c, &err));
		for (size_t i = 0; i < 4; i++) {
			OK(csv_next(c, &row, &more, &err));
			assert_true(more);
			assert_int_equal(row.row, i + 1);
			assert_int_equal(row.line, want[i].line);
			assert_int_equal(row.n, 2);
			SAME(row.raw, want[i].raw);
		}
		OK(csv_next(c, &row, &more, &err));
		assert_false(more);
		OK(csv_next(c, &row, &more, &err)); /* the end stays the end */
		assert_false(more);
	}
}

/* The reader takes 256 KiB at a time: a record that lies across that border reads as any other. */
static void
records_cross_the_window(void **state)
{
	(void)state;
	const Str sample = S("\"x\r\ny\"\"z\",caf\xc3\xa9\r\n1,2\r\n\r\n\"q\",\"\"");
	static const struct {
		size_t line;
		const char *a, *b;
	} want[] = {{0, "x\r\ny\"z", "caf\xc3\xa9"}, {2, "1", "2"}, {4, "q", ""}};
	for (size_t k = 0; k <= sample.n + 1; k++) {
		AUTO(Buf) b = {0};
		buf_add(&b, S("a,b\n"));
		size_t lines = 2;
		for (; b.n < 256 * 1024 - k - 4; lines++)
			buf_add(&b, S("1,2\n"));
		for (; b.n < 256 * 1024 - k; lines++)
			buf_byte(&b, '\n');
		buf_add(&b, sample);
		AUTO(CsvP) c = NULL;
		CsvRow row;
		bool more;
		Feed feed = {.rest = buf_str(&b), .piece = 100000};
		OK(csv_open_source((CsvSource){feed_read, &feed}, &c, &err));
		do
			OK(csv_next(c, &row, &more, &err));
		while (more && row.line < lines);
		for (size_t i = 0; i < 3; i++) {
			assert_true(more);
			assert_int_equal(row.line, lines + want[i].line);
			SAME(row.cell[0], want[i].a);
			SAME(row.cell[1], want[i].b);
			OK(csv_next(c, &row, &more, &err));
		}
		assert_false(more);
	}
}

/* ---- what is refused ---- */

static void
other_formats_are_named(void **state)
{
	(void)state;
	refuses(S("\xff\xfe"
			  "a\0,\0b\0\n\0"),
		E_INPUT, "UTF-16");
	refuses(S("\xfe\xff\0a\0,"), E_INPUT, "UTF-16");
	assert_non_null(strstr(err.hint, "CSV UTF-8"));
	refuses(S("PK\x03\x04rest"), E_INPUT, "XLSX");
	refuses(S("a\0,\0b\0\n\0"), E_INPUT,
		"row 1, column 1: a NUL byte is no text"); /* UTF-16 without its mark */
	assert_non_null(strstr(err.hint, "CSV UTF-8"));
}

static void
bytes_that_are_no_text(void **state)
{
	(void)state;
	refuses(S("a,nama\n1,Ren\xe9\n"), E_INPUT, "row 2, column 2 'nama': byte 0xE9 is not UTF-8");
	refuses(S("a,b\nx,y\n\"\xc3(\",2\n"), E_INPUT, "row 3, column 1 'a': byte 0xC3 is not UTF-8");
	refuses(S("a,\xff\n"), E_INPUT, "row 1, column 2: byte 0xFF");
	refuses(
		S("a,b\n1,\xc3"), E_INPUT, "row 2, column 2 'b': byte 0xC3"); /* cut in two at the end */
	refuses(S("a,b\n1\xc3,\xa9\n"), E_INPUT, "row 2, column 1 'a': byte 0xC3");
	refuses(S("a,b\n1,\xed\xa0\x80\n"), E_INPUT, "byte 0xED");
	refuses(S("a,b\n1,x\0y\n"), E_INPUT, "row 2, column 2 'b': a NUL byte");
	refuses(S("a,b\n1,\"x\0y\"\n"), E_INPUT, "row 2, column 2 'b': a NUL byte");
	refuses(S("a,b\n\x1b[31m,2\n"), E_INPUT, "row 2, column 1 'a': control character 0x1B");
	refuses(S("a,b\n1,\x7f\n"), E_INPUT, "control character 0x7F");
	refuses(S("a,b\n1,\xc2\x9b\n"), E_INPUT, "control character 0x9B");
	refuses(S("a,b\n1,2\n\n\0"), E_INPUT, "row 3, column 1 'a': a NUL byte");
}

static void
quotes_that_do_not_match(void **state)
{
	(void)state;
	refuses(S("a,b\n1,\"open\n2,3\n"), E_INPUT,
		"row 2, column 2 'b': the quote that opens this cell is not closed");
	refuses(S("a,b\n1,\""), E_INPUT, "not closed");
	refuses(S("a,b\n1,\"\"\""), E_INPUT, "not closed");
	refuses(S("a,b\n\"x\"y,2\n"), E_INPUT, "row 2, column 1 'a': text follows the closing quote");
	refuses(S("a,b\n1,\"x\" \n"), E_INPUT, "row 2, column 2 'b': text follows");
	refuses(S("\"a\"\0,b\n"), E_INPUT, "row 1, column 1: text follows");
}

static void
more_cells_than_the_header(void **state)
{
	(void)state;
	refuses(S("a,b\n1,2\n1,2,3\n"), E_INPUT, "row 3, column 3: the header has only 2 columns");
	refuses(S("a,b\n1,2,\n"), E_INPUT, "row 2, column 3");
	refuses(S("a,b\n1,2,\"3\"\n"), E_INPUT, "row 2, column 3");
}

/* One row of n cells. */
static void
add_row(Buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add(b, i ? S(",x") : S("x"));
	buf_byte(b, '\n');
}

static void
column_cap(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	AUTO(Buf) out = {0};
	add_row(&b, CSV_MAX_COLUMNS);
	add_row(&b, CSV_MAX_COLUMNS);
	Feed feed = {.rest = buf_str(&b), .piece = SIZE_MAX};
	OK(render(&feed, &out));
	assert_int_equal(out.n, 2 * (2 * CSV_MAX_COLUMNS + 1));
	buf_clear(&b);
	add_row(&b, CSV_MAX_COLUMNS + 1);
	refuses(buf_str(&b), E_LIMIT, "row 1, column 513: more than 512 columns");
	buf_clear(&b);
	add_row(&b, 10000);
	refuses(buf_str(&b), E_LIMIT, "row 1, column 513: more than 512 columns");
	buf_clear(&b);
	buf_add(&b, S("a,b\n"));
	add_row(&b, 10000);
	refuses(buf_str(&b), E_INPUT, "row 2, column 3: the header has only 2 columns");
}

static void
add_many(Buf *b, char c, size_t n)
{
	while (n--)
		buf_byte(b, c);
}

static void
cell_cap(void **state)
{
	(void)state;
	for (int quoted = 0; quoted < 2; quoted++)
		for (size_t n = CSV_MAX_CELL; n <= CSV_MAX_CELL + 1; n++) {
			AUTO(Buf) b = {0};
			AUTO(Buf) out = {0};
			buf_add(&b, quoted ? S("a,b\n1,\"\"\"") : S("a,b\n1,"));
			add_many(&b, 'x', quoted ? n - 1 : n); /* the doubled quote counts once */
			buf_add(&b, quoted ? S("\"\n") : S("\n"));
			Feed feed = {.rest = buf_str(&b), .piece = 1000};
			if (n == CSV_MAX_CELL)
				OK(render(&feed, &out));
			else
				REFUSED(render(&feed, &out), E_LIMIT,
					"row 2, column 2 'b': the cell is longer than 65536");
		}
}

static void
row_cap(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++)
		for (int end = 0; end < 3; end++) {
			AUTO(Buf) b = {0};
			AUTO(Buf) out = {0};
			size_t before, cell = 60000;
			add_row(&b, 20);
			before = b.n;
			for (; b.n - before + cell + 1 < CSV_MAX_ROW; buf_byte(&b, ','))
				add_many(&b, 'x', cell);
			add_many(&b, 'x', CSV_MAX_ROW + over - (b.n - before));
			buf_add(&b, (const Str[]){S(""), S("\n"), S("\r\n1\r\n")}[end]);
			Feed feed = {.rest = buf_str(&b), .piece = 100000};
			if (over)
				REFUSED(render(&feed, &out), E_LIMIT, "row 2");
			else
				OK(render(&feed, &out));
		}
}

/* Sources that never send a line end: the caps stop them, and little is read before. */
static void
endless_lines(void **state)
{
	(void)state;
	static const struct {
		const char *start, *filler;
		ErrCode code;
		const char *words;
	} cases[] = {
		{"", "a", E_LIMIT, "row 1, column 1: the cell is longer"},
		{"", "a,", E_LIMIT, "more than 512 columns"},
		{"", "\xc3\xa9", E_LIMIT, "the cell is longer"},
		{"\"", "a", E_LIMIT, "the cell is longer"},
		{"\"", "a\n", E_LIMIT, "the cell is longer"},
		{"\"", "\"", E_LIMIT, "longer than"},
		{"a,b\n", "a", E_LIMIT, "row 2, column 1 'a': the cell is longer"},
		{"a,b\n", ",", E_INPUT, "the header has only 2 columns"},
		{"a,b\n1,\"", "a,\n", E_LIMIT, "row 2, column 2 'b': the cell is longer"},
		{"a\nx\"", "\"", E_LIMIT, "row 2, column 1 'a': the cell is longer"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		AUTO(Buf) out = {0};
		Feed feed = {.rest = str_of(cases[i].start), .piece = 7, .filler = str_of(cases[i].filler)};
		REFUSED(render(&feed, &out), cases[i].code, cases[i].words);
		assert_true(feed.given < 2 * CSV_MAX_ROW);
	}
	AUTO(Buf) out = {0};
	Feed feed = {.rest = S("a\n\""), .piece = 7, .filler = S("x")};
	REFUSED(render(&feed, &out), E_LIMIT, "the cell is longer");
	assert_non_null(strstr(err.hint, "closed")); /* what most likely happened */
}

static void
a_failing_source(void **state)
{
	(void)state;
	AUTO(Buf) out = {0};
	Feed feed = {.rest = S(""), .piece = 1, .fails = true};
	REFUSED(render(&feed, &out), E_IO, "the line broke");
	AUTO(Buf) long_text = {0};
	add_row(&long_text, 2);
	for (int i = 0; i < 200000; i++)
		buf_add(&long_text, S("1,2\n"));
	feed = (Feed){.rest = buf_str(&long_text), .piece = 5000, .fails = true};
	REFUSED(render(&feed, &out), E_IO, "the line broke");
	assert_true(out.n > 100000); /* what came before was given */
}

/* ---- files ---- */

static void
files_are_read_with_progress(void **state)
{
	(void)state;
	char path[] = "/tmp/siap-test-csv-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	AUTO(Buf) b = {0};
	buf_add(&b, S("\xef\xbb\xbfsep=,\r\nkode,nama\r\n"));
	for (int i = 0; i < 60000; i++) /* several windows long */
		buf_fmt(&b, "%06d,\"Nama \"\"%d\"\"\"\r\n", i, i);
	OK(fd_write_all(fd, buf_str(&b), &err));
	close(fd);
	AUTO(CsvP) c = NULL;
	OK(csv_open_file(path, &c, &err));
	assert_int_equal(csv_bytes_total(c), b.n);
	CsvRow row;
	bool more;
	OK(csv_next(c, &row, &more, &err));
	uint64_t last = csv_bytes_read(c);
	assert_int_equal(last, 3 + 7 + 11);
	for (int i = 0; i < 60000; i++) {
		char code[16], name[32];
		OK(csv_next(c, &row, &more, &err));
		assert_true(more);
		snprintf(code, sizeof code, "%06d", i);
		snprintf(name, sizeof name, "Nama \"%d\"", i);
		SAME(row.cell[0], code);
		SAME(row.cell[1], name);
		assert_true(csv_bytes_read(c) > last);
		last = csv_bytes_read(c);
	}
	OK(csv_next(c, &row, &more, &err));
	assert_false(more);
	assert_int_equal(csv_bytes_read(c), b.n);
	unlink(path);
	Csv *none;
	REFUSED(csv_open_file(path, &none, &err), E_NOTFOUND, "there is no file '/tmp/");
	assert_null(none);
	REFUSED(csv_open_file("/tmp", &none, &err), E_INPUT, "'/tmp' is a folder");
	csv_close(NULL);
}

static void
a_source_has_no_total(void **state)
{
	(void)state;
	AUTO(CsvP) c = NULL;
	Feed feed = {.rest = S("a\n"), .piece = 1};
	OK(csv_open_source((CsvSource){feed_read, &feed}, &c, &err));
	assert_int_equal(csv_bytes_total(c), 0);
}

/* ---- out ---- */

static void
writes_quotes_only_where_needed(void **state)
{
	(void)state;
	static const struct {
		const char *cell, *out;
	} cases[] = {
		{"", ""},
		{"abc", "abc"},
		{"a b", "a b"},
		{"it's", "it's"},
		{"a,b", "\"a,b\""},
		{"a;b", "\"a;b\""},
		{"a\tb", "\"a\tb\""},
		{"a\"b", "\"a\"\"b\""},
		{"\"", "\"\"\"\""},
		{"a\nb", "\"a\nb\""},
		{"a\rb", "\"a\rb\""},
		{" a", "\" a\""},
		{"a ", "\"a \""},
		{"\xef\xbb\xbf", "\"\xef\xbb\xbf\""},
		{"sep=", "\"sep=\""}, /* found by the fuzzer: as a first cell it named a separator */
		{"caf\xc3\xa9", "caf\xc3\xa9"},
		{"=1+1", "'=1+1"},
		{"+62812", "'+62812"},
		{"-1", "'-1"},
		{"@x", "'@x"},
		{"\tx", "\"'\tx\""},
		{"\rx", "\"'\rx\""},
		{"=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""},
		{"'=1", "''=1"}, /* one of its own comes back too */
		{"'x", "'x"},
		{"'", "'"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		AUTO(Buf) b = {0};
		csv_out_text(&b, str_of(cases[i].cell));
		SAME(buf_str(&b), cases[i].out);
		/* And read back in the first and in the last cell of a row, header or not. */
		csv_out_sep(&b);
		csv_out_text(&b, str_of(cases[i].cell));
		csv_out_end(&b);
		Str line = buf_str(&b);
		AUTO(Buf) twice = {0};
		buf_add(&twice, line);
		buf_add(&twice, line);
		AUTO(CsvP) c = NULL;
		Feed feed = {.rest = buf_str(&twice), .piece = 3};
		OK(csv_open_source((CsvSource){feed_read, &feed}, &c, &err));
		for (int r = 0; r < 2; r++) {
			CsvRow row;
			bool more;
			OK(csv_next(c, &row, &more, &err));
			assert_true(more);
			assert_int_equal(row.n, 2);
			SAME(csv_unsafe_text(row.cell[0]), cases[i].cell);
			SAME(csv_unsafe_text(row.cell[1]), cases[i].cell);
		}
	}
}

static void
numbers_and_ends(void **state)
{
	(void)state;
	AUTO(Buf) b = {0};
	csv_out_int(&b, -5); /* no apostrophe: it is a number */
	csv_out_sep(&b);
	csv_out_int(&b, INT64_MAX);
	csv_out_end(&b);
	SAME(buf_str(&b), "-5,9223372036854775807\r\n");
}

static void
unsafe_text_drops_one_apostrophe(void **state)
{
	(void)state;
	SAME(csv_unsafe_text(S("'=1+1")), "=1+1");
	SAME(csv_unsafe_text(S("''=1")), "'=1");
	SAME(csv_unsafe_text(S("'+62")), "+62");
	SAME(csv_unsafe_text(S("'\tx")), "\tx");
	SAME(csv_unsafe_text(S("'abc")), "'abc");
	SAME(csv_unsafe_text(S("=1")), "=1");
	SAME(csv_unsafe_text(S("'")), "'");
	SAME(csv_unsafe_text((Str){0}), "");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(plain_rows),
	cmocka_unit_test(line_ends),
	cmocka_unit_test(blank_lines_are_skipped),
	cmocka_unit_test(separators),
	cmocka_unit_test(excel_sep_line),
	cmocka_unit_test(bom_is_dropped),
	cmocka_unit_test(quotes),
	cmocka_unit_test(short_rows_are_filled),
	cmocka_unit_test(rows_know_where_they_are),
	cmocka_unit_test(records_cross_the_window),
	cmocka_unit_test(other_formats_are_named),
	cmocka_unit_test(bytes_that_are_no_text),
	cmocka_unit_test(quotes_that_do_not_match),
	cmocka_unit_test(more_cells_than_the_header),
	cmocka_unit_test(column_cap),
	cmocka_unit_test(cell_cap),
	cmocka_unit_test(row_cap),
	cmocka_unit_test(endless_lines),
	cmocka_unit_test(a_failing_source),
	cmocka_unit_test(files_are_read_with_progress),
	cmocka_unit_test(a_source_has_no_total),
	cmocka_unit_test(writes_quotes_only_where_needed),
	cmocka_unit_test(numbers_and_ends),
	cmocka_unit_test(unsafe_text_drops_one_apostrophe),
};
UNIT_MAIN(tests, NULL, NULL)
