/* csv_read: CSV in, one record at a time: cells are slices of the read buffer unless quotes had to be removed. */
#include "fmt/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* How the scanner sees a byte. Up to HIGH it runs on; HIGH is only remembered, for the check of UTF-8. */
enum Class { PLAIN, HIGH, SEPARATOR, QUOTE, LF, CR, BAD };

enum { WINDOW = 256 * 1024, BUFFER = CSV_MAX_ROW + WINDOW };

struct Csv {
	Arena arena; /* holds this struct and everything below */
	CsvSource source;
	int fd;                 /* -1: not ours */
	uint64_t total, before; /* file size; bytes that left the buffer */
	char *buf;              /* of cap + 1 bytes: a line feed always stands at `end` */
	size_t cap;             /* WINDOW, or BUFFER once a record was longer than that */
	size_t start, end;      /* unread bytes */
	bool eof, finished;
	Err failure; /* why we are finished, if not for the end */
	char separator;
	unsigned char class_of[256];
	size_t row, line;
	size_t columns; /* of the header, 0 before it */
	Str *name;      /* the header's cells, for messages */
	Str *cell;
	size_t n;
	uint16_t *doubled; /* cells that hold doubled quotes */
	size_t n_doubled;
	char *plain;        /* such cells without them */
	unsigned char seen; /* classes up to HIGH that the record holds */
	size_t breaks;      /* line ends within its quotes */
};

/* One scanning step: go on, wait for more bytes (the record is scanned again then), or give up. */
typedef enum Step { STEP_ON, STEP_MORE, STEP_FAIL } Step;

/* ---- errors ---- */

/* Puts "row 5, column 3 'nama': " before the sentence, ends the reader, and keeps the error for later calls. */
static Step
fail_at(Csv *c, size_t column)
{
	if (c->columns && column < c->columns)
		err_prefix(
			&c->failure, "row %zu, column %zu '%.*s': ", c->row, column + 1, STR(c->name[column]));
	else
		err_prefix(&c->failure, "row %zu, column %zu: ", c->row, column + 1);
	c->finished = true;
	return STEP_FAIL;
}

static Step
fail_bad_byte(Csv *c, const char *p, size_t column)
{
	unsigned byte = (unsigned char)*p;
	if (byte == 0) {
		err_set(&c->failure, E_INPUT, "a NUL byte is no text");
	} else if (byte < 0x80 ||
		(byte == 0xc2 && (unsigned char)p[1] >= 0x80 && (unsigned char)p[1] < 0xa0)) {
		err_set(&c->failure, E_INPUT, "control character 0x%02X is no text",
			byte < 0x80 ? byte : (unsigned char)p[1]);
	} else {
		err_set(&c->failure, E_INPUT, "byte 0x%02X is not UTF-8", byte);
	}
	err_hint(&c->failure, "save the file as 'CSV UTF-8'");
	return fail_at(c, column);
}

static Step
fail_too_long(Csv *c, bool in_quotes, bool whole_row)
{
	if (whole_row)
		err_set(&c->failure, E_LIMIT, "the row is longer than %d bytes", CSV_MAX_ROW);
	else
		err_set(&c->failure, E_LIMIT, "the cell is longer than %d bytes", CSV_MAX_CELL);
	if (in_quotes)
		err_hint(&c->failure, "look whether the quote that opens this cell is closed");
	return fail_at(c, c->n);
}

/* ---- scanning: p stands on a byte of the record; at `end` it stands on the guard line feed ---- */

static Step
add_cell(Csv *c, Str text, size_t doubled)
{
	if (text.n - doubled > CSV_MAX_CELL)
		return fail_too_long(c, false, false);
	if (c->columns && c->n == c->columns) {
		err_set(&c->failure, E_INPUT, "the header has only %zu columns", c->columns);
		err_hint(&c->failure, "put text that holds '%c' in double quotes", c->separator);
		return fail_at(c, c->n);
	}
	if (c->n == CSV_MAX_COLUMNS) {
		err_set(&c->failure, E_LIMIT, "more than %d columns", CSV_MAX_COLUMNS);
		return fail_at(c, c->n);
	}
	if (doubled)
		c->doubled[c->n_doubled++] = (uint16_t)c->n;
	c->cell[c->n++] = text;
	return STEP_ON;
}

static Step
scan_plain(Csv *c, const char **at)
{
	const char *p = *at, *from = p, *end = c->buf + c->end;
	unsigned char seen = c->seen, class;
	for (;; p++) {
		while ((class = c->class_of[(unsigned char)*p]) <= HIGH) {
			seen |= class;
			p++;
		}
		if (class != QUOTE) /* a quote within a cell stands for itself */
			break;
	}
	c->seen = seen;
	if (class == BAD)
		return fail_bad_byte(c, p, c->n);
	*at = p;
	if (p == end && !c->eof)
		return p - from > CSV_MAX_CELL ? fail_too_long(c, false, false) : STEP_MORE;
	return add_cell(c, (Str){from, (size_t)(p - from)}, 0);
}

/* The byte that follows inside quotes: past doubled quotes and line ends, to the closing quote or a stop. */
static const char *
scan_to_quote(Csv *c, const char *p, size_t *doubled)
{
	const char *end = c->buf + c->end;
	unsigned char seen = c->seen, class;
	for (;; p++) {
		while ((class = c->class_of[(unsigned char)*p]) <= SEPARATOR) {
			seen |= class;
			p++;
		}
		if (class == QUOTE && p[1] == '"') {
			++*doubled;
			p++;
		} else if (class == QUOTE || class == BAD || p == end) {
			break;
		} else {
			c->breaks += class == LF || p[1] != '\n';
		}
	}
	c->seen = seen;
	return p;
}

static Step
scan_quoted(Csv *c, const char **at)
{
	const char *from = *at + 1, *end = c->buf + c->end;
	size_t doubled = 0;
	const char *p = scan_to_quote(c, from, &doubled);
	Str text = {from, (size_t)(p - from)};
	if (p == end || (p + 1 == end && !c->eof)) {
		if (text.n - doubled > CSV_MAX_CELL)
			return fail_too_long(c, true, false);
		if (!c->eof)
			return STEP_MORE;
		err_set(&c->failure, E_INPUT, "the quote that opens this cell is not closed");
		return fail_at(c, c->n);
	}
	if (*p != '"')
		return fail_bad_byte(c, p, c->n);
	p++;
	unsigned char class = c->class_of[(unsigned char)*p];
	if (p != end && class != SEPARATOR && class != LF && class != CR) {
		err_set(&c->failure, E_INPUT, "text follows the closing quote");
		err_hint(&c->failure, "write a quote within a cell twice");
		return fail_at(c, c->n);
	}
	*at = p;
	return add_cell(c, text, doubled);
}

/* Scans one record from `start`; *after is where its line end stands. */
static Step
scan_record(Csv *c, const char **after)
{
	const char *p = c->buf + c->start, *end = c->buf + c->end;
	c->n = c->n_doubled = c->breaks = 0;
	c->seen = PLAIN;
	for (;; p++) {
		Step step = *p == '"' && p != end ? scan_quoted(c, &p) : scan_plain(c, &p);
		if (step != STEP_ON)
			return step;
		if (c->class_of[(unsigned char)*p] != SEPARATOR)
			break;
	}
	/* The line feed of a CR LF may not have been read yet. */
	if (*p == '\r' && p + 1 == end && !c->eof)
		return STEP_MORE;
	*after = p;
	return STEP_ON;
}

/* ---- bytes ---- */

static bool
pull(Csv *c, size_t want)
{
	if (c->start) {
		c->before += c->start;
		memmove(c->buf, c->buf + c->start, c->end - c->start);
		c->end -= c->start;
		c->start = 0;
	}
	while (!c->eof && c->end < want) {
		long n = c->source.read(c->source.ctx, c->buf + c->end, want - c->end, &c->failure);
		NEED(n <= (long)(want - c->end));
		if (n < 0) {
			if (c->failure.code == E_OK)
				err_set(&c->failure, E_IO, "cannot read the CSV file");
			c->finished = true;
			return false;
		}
		c->eof = n == 0;
		c->end += (size_t)n;
	}
	c->buf[c->end] = '\n';
	return true;
}

/* More bytes for an unfinished record: twice as many each time, so scanning again costs little. */
static Step
pull_record(Csv *c)
{
	size_t have = c->end - c->start, want = have * 2;
	if (have > CSV_MAX_ROW + 1)
		return fail_too_long(c, false, true);
	want = want < WINDOW ? WINDOW : want > BUFFER ? BUFFER : want;
	if (want > c->cap) {
		char *larger = NEW(&c->arena, char, BUFFER + 1);
		c->buf = memcpy(larger, c->buf, c->end);
		c->cap = BUFFER;
	}
	return pull(c, want) ? STEP_ON : STEP_FAIL;
}

static long
read_fd(void *ctx, char *out, size_t n, Err *err)
{
	const Csv *c = ctx;
	for (;;) {
		ssize_t got = fault_here() ? -1 : read(c->fd, out, n);
		if (got >= 0)
			return (long)got;
		if (errno == EINTR)
			continue;
		err_set(err, E_IO, "cannot read the CSV file: %s", strerrordesc_np(errno));
		return -1;
	}
}

/* ---- records ---- */

/* Removes the doubled quotes of the cells that hold any. */
static void
undouble(Csv *c)
{
	if (c->n_doubled && !c->plain)
		c->plain = NEW(&c->arena, char, CSV_MAX_ROW);
	char *out = c->plain;
	for (size_t i = 0; i < c->n_doubled; i++) {
		Str *cell = &c->cell[c->doubled[i]], left, rest = *cell;
		char *from = out;
		while (str_cut(rest, '"', &left, &rest)) {
			memcpy(out, left.p, left.n + 1); /* with the first of the two quotes */
			out += left.n + 1;
			rest = str_slice(rest, 1, rest.n);
		}
		if (left.n)
			memcpy(out, left.p, left.n);
		out += left.n;
		*cell = (Str){from, (size_t)(out - from)};
	}
}

static Step
check_utf8(Csv *c, Str raw)
{
	size_t at, column = 0;
	/* SEPARATOR may be set too, from within quotes. */
	if (!(c->seen & HIGH) || utf8_check(raw, &at))
		return STEP_ON;
	while (column + 1 < c->n && c->cell[column + 1].p <= raw.p + at)
		column++;
	return fail_bad_byte(c, raw.p + at, column);
}

/* The header's names are kept for messages; they may lie in the buffer, which moves on. */
static void
keep_header(Csv *c)
{
	c->name = NEW(&c->arena, Str, c->n);
	for (size_t i = 0; i < c->n; i++)
		c->name[i] = arena_str(&c->arena, c->cell[i]);
	c->columns = c->n;
}

/* The record that ends at `after`, checked and out of the buffer; *blank when it is an empty line. */
static Step
take_record(Csv *c, const char *after, CsvRow *row, bool *blank)
{
	const char *from = c->buf + c->start, *end = c->buf + c->end;
	Str raw = {from, (size_t)(after - from)};
	size_t line = c->line;
	if (raw.n > CSV_MAX_ROW)
		return fail_too_long(c, false, true);
	if (check_utf8(c, raw) != STEP_ON)
		return STEP_FAIL;
	*blank = c->n == 1 && str_trim(raw).n == 0;
	c->line += c->breaks + 1;
	c->start += raw.n;
	if (after != end)
		c->start += *after == '\r' && after + 1 != end && after[1] == '\n' ? 2 : 1;
	if (*blank)
		return STEP_ON;
	undouble(c);
	if (!c->columns)
		keep_header(c);
	while (c->n < c->columns)
		c->cell[c->n++] = S("");
	*row = (CsvRow){.row = c->row, .line = line, .n = c->n, .cell = c->cell, .raw = raw};
	return STEP_ON;
}

bool
csv_next(Csv *c, CsvRow *row, bool *more, Err *err)
{
	*more = false;
	if (!c->finished)
		c->row++;
	while (!c->finished) {
		const char *after = NULL;
		bool blank = false;
		if (c->start == c->end && c->eof) {
			c->finished = true;
			break;
		}
		Step step = scan_record(c, &after);
		if (step == STEP_MORE)
			step = pull_record(c);
		else if (step == STEP_ON)
			step = take_record(c, after, row, &blank);
		if (step == STEP_ON && after && !blank) {
			*more = true;
			return true;
		}
	}
	if (c->failure.code != E_OK && err)
		*err = c->failure;
	return c->failure.code == E_OK;
}

/* ---- opening ---- */

/* What people save by mistake, named with the remedy. */
static bool
check_kind(Str head, Err *err)
{
	const char *kind = str_starts(head, S("\xff\xfe")) || str_starts(head, S("\xfe\xff")) ? "UTF-16"
		: str_starts(head, S("PK\x03\x04"))                                               ? "XLSX"
																						  : NULL;
	if (!kind)
		return true;
	err_set(err, E_INPUT, "the file is %s, not CSV in UTF-8", kind);
	return err_hint(err, "save as 'CSV UTF-8'");
}

/* The separator that occurs most outside quotes in the first line that is not empty. */
static char
guess_separator(Str s)
{
	static const char order[] = ",;\t"; /* the comma on a tie */
	size_t count[3] = {0}, best = 0, i = 0;
	bool quoted = false;
	while (i < s.n && (s.p[i] == '\r' || s.p[i] == '\n'))
		i++;
	for (; i < s.n && (quoted || (s.p[i] != '\r' && s.p[i] != '\n')); i++) {
		const char *hit = memchr(order, s.p[i], 3);
		if (s.p[i] == '"')
			quoted = !quoted;
		else if (hit && !quoted)
			count[hit - order]++;
	}
	for (size_t k = 1; k < 3; k++)
		best = count[k] > count[best] ? k : best;
	return order[best];
}

/* Excel's first line `sep=;` names the separator and is no row. */
static bool
take_sep_line(Csv *c)
{
	Str head = {c->buf + c->start, c->end - c->start}, line = str_slice(head, 0, 5),
		rest = str_slice(head, 5, head.n);
	if (line.n < 5 || (!str_starts(line, S("sep=")) && !str_starts(line, S("SEP="))) ||
		!memchr(",;\t", line.p[4], 3))
		return false;
	if (rest.n && rest.p[0] != '\r' && rest.p[0] != '\n')
		return false;
	c->separator = line.p[4];
	c->start += 5 + (str_starts(rest, S("\r\n")) ? 2 : rest.n ? 1 : 0);
	c->line++;
	return true;
}

static bool
begin(Csv *c, Err *err)
{
	if (!pull(c, WINDOW)) {
		if (err)
			*err = c->failure;
		return false;
	}
	Str head = {c->buf, c->end};
	if (!check_kind(head, err))
		return false;
	if (str_starts(head, S("\xef\xbb\xbf")))
		c->start = 3;
	if (!take_sep_line(c))
		c->separator = guess_separator(str_slice(head, c->start, head.n));
	for (int i = 0; i < 256; i++)
		c->class_of[i] = i >= 0x80 ? HIGH : i < 0x20 || i == 0x7f ? BAD : PLAIN;
	c->class_of['\t'] = PLAIN;
	c->class_of['\n'] = LF;
	c->class_of['\r'] = CR;
	c->class_of['"'] = QUOTE;
	c->class_of[(unsigned char)c->separator] = SEPARATOR;
	return true;
}

/* The caps bound all memory, so one arena of known size holds a reader: buffers, undoubled cells, header. */
static Csv *
csv_new(Err *err)
{
	Arena arena;
	if (!arena_open(&arena, (size_t)WINDOW + BUFFER + 2 * CSV_MAX_ROW + 256 * 1024, err))
		return NULL;
	Csv *c = NEW(&arena, Csv, 1);
	c->fd = -1;
	c->line = 1;
	c->cell = NEW(&arena, Str, CSV_MAX_COLUMNS);
	c->doubled = NEW(&arena, uint16_t, CSV_MAX_COLUMNS);
	c->cap = WINDOW;
	c->buf = NEW(&arena, char, WINDOW + 1);
	c->arena = arena;
	return c;
}

bool
csv_open_source(CsvSource source, Csv **out, Err *err)
{
	*out = NULL;
	Csv *c = csv_new(err);
	if (!c)
		return false;
	c->source = source;
	if (!begin(c, err)) {
		csv_close(c);
		return false;
	}
	*out = c;
	return true;
}

/* -1 with the error set when there is no such file, or it is no file. */
static int
open_file(const char *path, uint64_t *total, Err *err)
{
	struct stat st = {0};
	int fd = fault_here() ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode)) {
		*total = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
		return fd;
	}
	if (S_ISDIR(st.st_mode))
		err_set(err, E_INPUT, "'%s' is a folder, not a CSV file", path);
	else if (fd < 0 && access(path, F_OK) != 0)
		err_set(err, E_NOTFOUND, "there is no file '%s'", path);
	else
		err_set(err, E_IO, "cannot open '%s' for reading", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

bool
csv_open_file(const char *path, Csv **out, Err *err)
{
	*out = NULL;
	uint64_t total = 0;
	int fd = open_file(path, &total, err);
	if (fd < 0)
		return false;
	Csv *c = csv_new(err);
	if (!c) {
		close(fd);
		return false;
	}
	c->fd = fd;
	c->source = (CsvSource){read_fd, c};
	c->total = total;
	if (!begin(c, err)) {
		csv_close(c);
		return false;
	}
	*out = c;
	return true;
}

void
csv_close(Csv *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	Arena arena = c->arena; /* the struct lies within */
	arena_close(&arena);
}

char
csv_separator(const Csv *c)
{
	return c->separator;
}

uint64_t
csv_bytes_read(const Csv *c)
{
	return c->before + c->start;
}

uint64_t
csv_bytes_total(const Csv *c)
{
	return c->total;
}
