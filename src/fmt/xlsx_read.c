/* xlsx_read: the rows of a sheet, one at a time, as the CSV reader gives them: memory is that of one row and the shared strings. */
#include "fmt/xlsx_private.h"

typedef struct Cell { /* the one that is being read */
	size_t column;
	char type[16];    /* of the file: s, str, inlineStr, b, e, n, d */
	size_t style, at; /* at: where its text starts in x->text */
	bool formula, has_value;
} Cell;

struct Xlsx {
	Arena arena; /* holds this struct */
	Package *package;
	PackagePart part;
	Book own, *book;
	Str sheet;
	Xml *xml;
	Str *cell, *name;
	uint8_t *kind;
	size_t n, columns; /* cells with text in the row at hand; columns of the header, 0 before it */
	size_t row, header_row, last_row;
	size_t next_column;
	Cell now;
	char *text; /* of the row at hand */
	size_t used;
	size_t row_bytes; /* with those of shared strings */
	bool in_row, in_cell, in_text, finished;
	bool placed; /* the failure says already in which sheet it is */
	int phonetic;
	char merged[32]; /* the merged cells that the header has */
	Err failure;
};

/* ---- places ---- */

static Str
column_letters(size_t column, char buf[8])
{
	size_t at = 8;
	for (size_t c = column + 1; c && at; c = (c - 1) / 26)
		buf[--at] = (char)('A' + (c - 1) % 26);
	return (Str){buf + at, 8 - at};
}

/* "BC12" -> column 54, row 12; either may be absent (row 0). */
static bool
place_read(Str s, size_t *column, size_t *row)
{
	size_t i = 0, c = 0, r = 0;
	for (; i < s.n && s.p[i] >= 'A' && s.p[i] <= 'Z' && i < 4; i++)
		c = c * 26 + (size_t)(s.p[i] - 'A' + 1);
	for (size_t from = i; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && i - from < 8; i++)
		r = r * 10 + (size_t)(s.p[i] - '0');
	*column = c - 1;
	*row = r;
	return i == s.n && c && r;
}

static bool
fail_cell(Xlsx *x, Err *err)
{
	char letters[8];
	x->placed = true;
	Str at = column_letters(x->now.column, letters);
	if (x->columns && x->now.column < x->columns)
		return err_prefix(err, "sheet '%.*s', cell %.*s%zu, column '%.*s': ", STR(x->sheet),
			STR(at), x->row, STR(x->name[x->now.column]));
	return err_prefix(err, "sheet '%.*s', cell %.*s%zu: ", STR(x->sheet), STR(at), x->row);
}

/* ---- cells ---- */

static bool
text_room(Xlsx *x, size_t n, Err *err)
{
	if (x->used + n - x->now.at > CSV_MAX_CELL) {
		err_set(err, E_LIMIT, "the cell is longer than %d bytes", CSV_MAX_CELL);
		return fail_cell(x, err);
	}
	if (x->used + n > CSV_MAX_ROW) {
		err_set(err, E_LIMIT, "the row is longer than %d bytes", CSV_MAX_ROW);
		return fail_cell(x, err);
	}
	return true;
}

static bool
cell_number(Xlsx *x, Str written, Str *out, CellKind *kind, Err *err)
{
	char text[NUMBER_TEXT];
	bool plain;
	const Book *b = x->book;
	NumberKind shown =
		x->now.style < b->n_styles ? (NumberKind)b->style[x->now.style] : NUMBER_PLAIN;
	if (!number_text(written, shown, b->from_1904, text, &plain)) {
		err_set(err, E_INPUT, "'%.*s' is no number", STR(str_slice(written, 0, 40)));
		return fail_cell(x, err);
	}
	size_t n = strlen(text);
	x->used = x->now.at; /* the number as written is not needed any more */
	if (!text_room(x, n, err))
		return false;
	*out = (Str){memcpy(x->text + x->used, text, n), n};
	x->used += n;
	*kind = plain ? CELL_NUMBER : CELL_TEXT;
	return true;
}

static bool
cell_shared(Xlsx *x, Str written, Str *out, Err *err)
{
	int64_t i;
	if (str_int(str_trim(written), &i) && i >= 0 && book_string(x->book, (size_t)i, out))
		return true;
	err_set(err, E_INPUT, "there is no shared string '%.*s': the workbook is damaged",
		STR(str_slice(written, 0, 40)));
	return fail_cell(x, err);
}

/* Pasted as text, an error is still one. */
static bool
is_error(Str s)
{
	static const char *const errors[] = {
		"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"};
	for (size_t i = 0; s.n && s.p[0] == '#' && i < sizeof errors / sizeof *errors; i++)
		if (str_eq(s, str_of(errors[i])))
			return true;
	return false;
}

/* What a person sees in the cell, and what kind of thing that is. */
static bool
cell_value(Xlsx *x, Str *out, CellKind *kind, Err *err)
{
	Str type = str_of(x->now.type), raw = {x->text + x->now.at, x->used - x->now.at};
	size_t at;
	*out = raw;
	*kind = CELL_TEXT;
	if (!x->now.has_value || raw.n == 0) {
		*kind = x->now.formula && !str_eq(type, S("str")) ? CELL_UNCOUNTED : CELL_TEXT;
		return true;
	}
	if (type.n == 0 || str_eq(type, S("n")))
		return cell_number(x, raw, out, kind, err);
	if (str_eq(type, S("s"))) {
		if (!cell_shared(x, raw, out, err))
			return false;
		*kind = is_error(*out) ? CELL_ERROR : CELL_TEXT;
		return true;
	}
	if (str_eq(type, S("b"))) {
		*out = str_eq(str_trim(raw), S("0")) ? S("false") : S("true");
		return true;
	}
	if (str_eq(type, S("e")) || is_error(raw))
		*kind = CELL_ERROR;
	else if (!str_eq(type, S("str")) && !str_eq(type, S("inlineStr")) && !str_eq(type, S("d"))) {
		err_set(err, E_INPUT, "unknown type of cell '%.*s'", STR(type));
		return fail_cell(x, err);
	}
	out->n = unescape_text(x->text + x->now.at, raw.n);
	if (utf8_check(*out, &at))
		return true;
	err_set(err, E_INPUT, "a control character is no text");
	return fail_cell(x, err);
}

static bool
cell_start(Xlsx *x, const char **at, Err *err)
{
	Str place = xml_attribute(at, "r"), type = xml_attribute(at, "t"),
		style = xml_attribute(at, "s");
	size_t row = x->row;
	int64_t number = 0;
	x->now = (Cell){.column = x->next_column, .at = x->used};
	if (place.n && (!place_read(place, &x->now.column, &row) || row != x->row))
		return err_set(err, E_INPUT, "'%.*s' is no cell of row %zu: the workbook is damaged",
			STR(str_slice(place, 0, 40)), x->row);
	if (x->now.column < x->next_column) {
		err_set(err, E_INPUT, "the cells of the row are not in order: the workbook is damaged");
		return fail_cell(x, err);
	}
	if (style.n && (!str_int(style, &number) || number < 0)) {
		err_set(err, E_INPUT, "'%.*s' is no cell format", STR(str_slice(style, 0, 40)));
		return fail_cell(x, err);
	}
	snprintf(
		x->now.type, sizeof x->now.type, "%.*s", STR(str_slice(type, 0, sizeof x->now.type - 1)));
	x->now.style = (size_t)number;
	x->next_column = x->now.column + 1;
	x->in_cell = true;
	return true;
}

/* Empty cells far to the right are only coloured: no matter. */
static bool
cell_end(Xlsx *x, Err *err)
{
	Str text;
	CellKind kind;
	size_t c = x->now.column, most = x->columns ? x->columns : CSV_MAX_COLUMNS;
	x->in_cell = false;
	if (!cell_value(x, &text, &kind, err))
		return false;
	bool blank = str_trim(text).n == 0 && kind == CELL_TEXT;
	if (blank && c >= most)
		return true;
	if (c >= CSV_MAX_COLUMNS) {
		err_set(err, E_LIMIT, "more than %d columns", CSV_MAX_COLUMNS);
		return fail_cell(x, err);
	}
	if (c >= most) {
		err_set(err, E_INPUT, "the header has only %zu columns", x->columns);
		return fail_cell(x, err);
	}
	if (!x->columns && (kind == CELL_ERROR || kind == CELL_UNCOUNTED)) {
		err_set(err, E_INPUT, "the header holds a formula without a result");
		return fail_cell(x, err);
	}
	x->row_bytes += text.n;
	if (x->row_bytes > CSV_MAX_ROW) {
		err_set(err, E_LIMIT, "the row is longer than %d bytes", CSV_MAX_ROW);
		return fail_cell(x, err);
	}
	x->cell[c] = text;
	x->kind[c] = (uint8_t)kind;
	if (!blank)
		x->n = c + 1;
	return true;
}

/* ---- rows ---- */

static bool
row_start(Xlsx *x, const char **at, Err *err)
{
	Str number = xml_attribute(at, "r");
	int64_t row = (int64_t)x->last_row + 1;
	if (number.n && !str_int(number, &row))
		row = -1;
	if (row <= (int64_t)x->last_row || row > XLSX_MAX_ROWS) {
		err_set(err, row > XLSX_MAX_ROWS ? E_LIMIT : E_INPUT,
			"row number '%.*s' after row %zu: the workbook is damaged",
			STR(str_slice(number, 0, 40)), x->last_row);
		return false;
	}
	x->row = x->last_row = (size_t)row;
	x->n = x->used = x->row_bytes = x->next_column = 0;
	x->in_row = true;
	size_t most = x->columns ? x->columns : CSV_MAX_COLUMNS;
	for (size_t i = 0; i < most; i++)
		x->cell[i] = S("");
	memset(x->kind, CELL_TEXT, most);
	return true;
}

static bool
row_end(Xlsx *x)
{
	x->in_row = false;
	if (x->n)
		xml_pause(x->xml);
	return true;
}

/* A merged header has names for some of its columns only; where cells are merged is told behind all rows. */
static void
merge_see(Xlsx *x, Str range)
{
	Str from, to;
	size_t c, first, last;
	if (!str_cut(range, ':', &from, &to) || !place_read(from, &c, &first) ||
		!place_read(to, &c, &last))
		return;
	if (x->header_row >= first && x->header_row <= last && !x->merged[0])
		snprintf(
			x->merged, sizeof x->merged, "%.*s", STR(str_slice(range, 0, sizeof x->merged - 1)));
}

static bool
sheet_start(void *ctx, Str name, const char **at, Err *err)
{
	Xlsx *x = ctx;
	x->in_text = false;
	if (x->in_cell) {
		x->phonetic += str_eq(name, S("rPh"));
		x->now.formula |= str_eq(name, S("f"));
		x->in_text = str_eq(name, S("v")) || (str_eq(name, S("t")) && !x->phonetic);
		x->now.has_value |= x->in_text;
		return true;
	}
	if (str_eq(name, S("c")) && x->in_row)
		return cell_start(x, at, err);
	if (str_eq(name, S("row")) && !x->in_row)
		return row_start(x, at, err);
	if (str_eq(name, S("mergeCell")))
		merge_see(x, xml_attribute(at, "ref"));
	return true;
}

static bool
sheet_end(void *ctx, Str name, Err *err)
{
	Xlsx *x = ctx;
	x->in_text = false;
	if (x->in_cell && str_eq(name, S("rPh")))
		x->phonetic--;
	if (str_eq(name, S("c")) && x->in_cell)
		return cell_end(x, err);
	return !str_eq(name, S("row")) || !x->in_row || row_end(x);
}

static bool
sheet_text(void *ctx, Str text, Err *err)
{
	Xlsx *x = ctx;
	if (!x->in_text || !x->in_cell)
		return true;
	if (!text_room(x, text.n, err))
		return false;
	memcpy(x->text + x->used, text.p, text.n);
	x->used += text.n;
	return true;
}

static void
keep_header(Xlsx *x)
{
	x->columns = x->n;
	x->header_row = x->row;
	x->name = NEW(&x->arena, Str, x->n);
	for (size_t i = 0; i < x->n; i++)
		x->name[i] = arena_str(&x->arena, x->cell[i]);
}

bool
xlsx_next(Xlsx *x, CsvRow *row, bool *more, Err *err)
{
	*more = false;
	if (!x->finished && !x->failure.code && !xml_run(x->xml, more, &x->failure)) {
		*more = false;
		if (!x->placed)
			err_prefix(&x->failure, "sheet '%.*s': ", STR(x->sheet));
	}
	if (x->failure.code) {
		if (err)
			*err = x->failure;
		return false;
	}
	x->finished |= !*more;
	if (x->finished)
		return xlsx_header_check(x, err);
	if (!x->columns)
		keep_header(x);
	*row = (CsvRow){.row = x->row,
		.line = x->row,
		.n = x->columns,
		.cell = x->cell,
		.raw = S(""),
		.kind = x->kind};
	return true;
}

bool
xlsx_header_check(Xlsx *x, Err *err)
{
	CsvRow row;
	bool more = !x->finished;
	while (more && xlsx_next(x, &row, &more, NULL))
		;
	if (!x->merged[0])
		return true;
	err_set(err, E_INPUT, "sheet '%.*s': the cells %s of the header are merged", STR(x->sheet),
		x->merged);
	return err_hint(
		err, "the first row must name each column; unmerge it, and remove titles above it");
}

/* ---- opening ---- */

static Xlsx *
xlsx_new(Err *err)
{
	Arena arena;
	if (!arena_open(&arena, 4 * (size_t)CSV_MAX_ROW, err))
		return NULL;
	Xlsx *x = NEW(&arena, Xlsx, 1);
	x->cell = NEW(&arena, Str, CSV_MAX_COLUMNS);
	x->kind = NEW(&arena, uint8_t, CSV_MAX_COLUMNS);
	x->text = NEW(&arena, char, CSV_MAX_ROW);
	x->arena = arena;
	return x;
}

static bool
xlsx_begin(Xlsx *x, CsvSource source, Err *err)
{
	return xml_open(source, (XmlEvents){sheet_start, sheet_end, sheet_text, x}, &x->xml, err);
}

bool
xlsx_open_source(CsvSource source, Book *book, Str sheet, Xlsx **out, Err *err)
{
	Xlsx *x = *out = xlsx_new(err);
	if (!x)
		return false;
	x->book = book;
	x->sheet = arena_str(&x->arena, sheet);
	if (xlsx_begin(x, source, err))
		return true;
	xlsx_close(x);
	*out = NULL;
	return false;
}

static const BookSheet *
choose_sheet(const Book *b, Str name, Err *err)
{
	for (size_t i = 0; i < b->n_sheets; i++)
		if (name.n ? str_eq(b->sheet[i].name, name) : !b->sheet[i].hidden && b->sheet[i].part.p)
			return &b->sheet[i];
	if (name.n)
		err_set(err, E_NOTFOUND, "the workbook has no sheet '%.*s'", STR(name));
	else
		err_set(err, E_INPUT, "the workbook has no visible sheet with cells");
	return NULL;
}

static bool
open_parts(Xlsx *x, const char *path, Str name, Err *err)
{
	if (!package_open(path, &x->package, err) || !book_open(x->package, &x->own, err))
		return false;
	const BookSheet *s = choose_sheet(&x->own, name, err);
	if (!s)
		return false;
	x->sheet = s->name;
	if (!s->part.p)
		return err_set(err, E_INPUT, "the sheet '%.*s' has no part in the workbook", STR(s->name));
	return book_read_styles(x->package, &x->own, err) &&
		book_read_strings(x->package, &x->own, err) &&
		package_part(x->package, s->part, XLSX_MAX_PART, &x->part, err) &&
		xlsx_begin(x, (CsvSource){package_read, &x->part}, err);
}

bool
xlsx_open(const char *path, Str sheet, Xlsx **out, Err *err)
{
	Xlsx *x = *out = xlsx_new(err);
	if (!x)
		return false;
	x->book = &x->own;
	if (open_parts(x, path, sheet, err))
		return true;
	xlsx_close(x);
	*out = NULL;
	return false;
}

bool
xlsx_sheets(const char *path, Arena *a, Str **name, size_t *n, Err *err)
{
	Package *p;
	Book b;
	*n = 0;
	if (!package_open(path, &p, err))
		return false;
	bool ok = book_open(p, &b, err);
	*name = NEW(a, Str, ok ? b.n_sheets + 1 : 1);
	for (size_t i = 0; ok && i < b.n_sheets; i++)
		if (!b.sheet[i].hidden)
			(*name)[(*n)++] = arena_str(a, b.sheet[i].name);
	if (ok)
		book_close(&b);
	package_close(p);
	return ok;
}

void
xlsx_close(Xlsx *x)
{
	if (!x)
		return;
	xml_close(x->xml);
	package_part_close(&x->part);
	book_close(&x->own);
	package_close(x->package);
	Arena arena = x->arena; /* the struct lies within */
	arena_close(&arena);
}

Str
xlsx_sheet(const Xlsx *x)
{
	return x->sheet;
}

uint64_t
xlsx_bytes_read(const Xlsx *x)
{
	return x->part.bytes;
}

uint64_t
xlsx_bytes_total(const Xlsx *x)
{
	return x->part.total;
}
