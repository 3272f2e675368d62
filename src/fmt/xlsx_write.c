/* xlsx_write: workbooks out, row by row, over libxlsxwriter in its constant-memory mode. */
#include "fmt/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <xlsxwriter.h>

/* Version 1.1.4 of the library never frees the formula of a list: a few bytes for each. */
#ifdef SIAP_SAN
#include <sanitizer/lsan_interface.h>
#define library_leaks(on) ((on) ? __lsan_disable() : __lsan_enable())
#else
#define library_leaks(on) ((void)0)
#endif

enum { FORM_ROWS = 5000, NOTE_MAX = 1024 };

struct XlsxOut {
	Arena arena; /* holds this struct */
	const char *path;
	lxw_workbook *book;
	lxw_worksheet *sheet, *lists;
	lxw_format *head, *text, *number, *date, *instant;
	size_t columns;
	lxw_row_t row;
	lxw_col_t at;
	Buf cell; /* the text at hand with its NUL */
	lxw_error failed;
};

static void
see(XlsxOut *o, lxw_error e)
{
	if (o->failed == LXW_NO_ERROR)
		o->failed = e;
}

/* `_x0041_` would be read as an A, and XML drops carriage returns: both are written as escapes. */
static const char *
cell_text(XlsxOut *o, Str s)
{
	Buf *b = &o->cell;
	buf_clear(b);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char hex[2];
		bool escape = s.n - i >= 7 && s.p[i] == '_' && s.p[i + 1] == 'x' && s.p[i + 6] == '_' &&
			hex_decode((Str){s.p + i + 2, 4}, hex, 2);
		if (s.p[i] == '\r')
			buf_add(b, S("_x000D_"));
		else if (escape)
			buf_add(b, S("_x005F_"));
		else
			buf_byte(b, s.p[i]);
	}
	buf_byte(b, '\0');
	if (b->failed)
		see(o, LXW_ERROR_MEMORY_MALLOC_FAILED);
	return b->failed ? "" : b->p;
}

/* ---- opening: sheet, header, and what the cells below it may hold ---- */

static lxw_format *
format_of(const XlsxOut *o, XlsxFormat f)
{
	return f == XLSX_NUMBER ? o->number
		: f == XLSX_DATE    ? o->date
		: f == XLSX_INSTANT ? o->instant
							: o->text;
}

static void
formats_make(XlsxOut *o)
{
	o->head = workbook_add_format(o->book);
	format_set_bold(o->head);
	format_set_bg_color(o->head, 0xE7E6E6);
	o->text = workbook_add_format(o->book);
	format_set_num_format(o->text, "@");
	o->number = workbook_add_format(o->book);
	o->date = workbook_add_format(o->book);
	format_set_num_format(o->date, "yyyy-mm-dd");
	o->instant = workbook_add_format(o->book);
	format_set_num_format(o->instant, "yyyy-mm-dd hh:mm:ss");
}

/* Lists lie in columns of a hidden sheet: within the rule itself only 255 characters fit. */
static void
lists_write(XlsxOut *o, const XlsxColumn *column, size_t n)
{
	size_t most = 0;
	for (size_t c = 0; c < n; c++)
		most = column[c].n_options > most ? column[c].n_options : most;
	if (!most)
		return;
	o->lists = workbook_add_worksheet(o->book, "_lists");
	worksheet_hide(o->lists);
	for (size_t r = 0; r < most; r++)
		for (size_t c = 0; c < n; c++)
			if (r < column[c].n_options)
				see(o,
					worksheet_write_string(o->lists, (lxw_row_t)r, (lxw_col_t)c,
						cell_text(o, column[c].option[r]), NULL));
}

static void
rule_set(XlsxOut *o, lxw_col_t c, const XlsxColumn *x)
{
	char list[96], from[LXW_MAX_CELL_NAME_LENGTH], to[LXW_MAX_CELL_NAME_LENGTH];
	lxw_data_validation rule = {.ignore_blank = LXW_VALIDATION_ON,
		.show_input = LXW_VALIDATION_ON,
		.show_error = LXW_VALIDATION_ON,
		.dropdown = LXW_VALIDATION_ON};
	if (x->n_options) {
		lxw_rowcol_to_cell_abs(from, 0, c, LXW_TRUE, LXW_TRUE);
		lxw_rowcol_to_cell_abs(to, (lxw_row_t)x->n_options - 1, c, LXW_TRUE, LXW_TRUE);
		snprintf(list, sizeof list, "='_lists'!%s:%s", from, to);
		rule.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
		rule.value_formula = list;
	} else {
		rule.validate = x->places ? LXW_VALIDATION_TYPE_DECIMAL : LXW_VALIDATION_TYPE_INTEGER;
		rule.criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
		rule.minimum_number = x->min;
		rule.maximum_number = x->max;
	}
	library_leaks(true);
	see(o, worksheet_data_validation_range(o->sheet, 1, c, FORM_ROWS, c, &rule));
	library_leaks(false);
}

static void
column_make(XlsxOut *o, lxw_col_t c, const XlsxColumn *x)
{
	int width = x->width < 8 ? 8 : x->width > 80 ? 80 : x->width;
	see(o, worksheet_set_column(o->sheet, c, c, width, format_of(o, x->format)));
	see(o, worksheet_write_string(o->sheet, 0, c, cell_text(o, x->name), o->head));
	if (x->note.n)
		see(o,
			worksheet_write_comment(o->sheet, 0, c, cell_text(o, str_slice(x->note, 0, NOTE_MAX))));
	if (x->n_options || x->ranged)
		rule_set(o, c, x);
}

static bool
book_make(XlsxOut *o, Str sheet, const XlsxColumn *column, size_t n)
{
	lxw_workbook_options options = {.constant_memory = LXW_TRUE};
	o->book = fault_here() ? NULL : workbook_new_opt(o->path, &options);
	if (!o->book)
		return false;
	const char *name = cell_text(o, sheet);
	if (!sheet.n || workbook_validate_sheet_name(o->book, name) != LXW_NO_ERROR)
		name = NULL;
	o->sheet = workbook_add_worksheet(o->book, name);
	if (!o->sheet)
		return false;
	formats_make(o);
	lists_write(o, column, n);
	worksheet_freeze_panes(o->sheet, 1, 0);
	for (size_t c = 0; c < n; c++)
		column_make(o, (lxw_col_t)c, &column[c]);
	o->columns = n;
	o->row = 1;
	return true;
}

bool
xlsx_out_open(
	const char *path, Str sheet, const XlsxColumn *column, size_t n, XlsxOut **out, Err *err)
{
	Arena arena;
	*out = NULL;
	/* The library writes when all is done; whether it can is known now. */
	int fd = fault_here() ? (errno = EIO, -1)
						  : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return file_error(err, tr("cannot write '%s': %s"), path);
	(void)close(fd);
	if (!arena_open(&arena, 64 * 1024, err)) {
		(void)unlink(path);
		return false;
	}
	XlsxOut *o = NEW(&arena, XlsxOut, 1);
	o->path = arena_cstr(&arena, str_of(path));
	o->arena = arena;
	if (book_make(o, sheet, column, n)) {
		*out = o;
		return true;
	}
	xlsx_out_abandon(o);
	return err_set(err, E_LIMIT, "no memory to write a workbook");
}

/* ---- cells ---- */

void
xlsx_out_text(XlsxOut *o, Str cell)
{
	if (cell.n)
		see(o, worksheet_write_string(o->sheet, o->row, o->at, cell_text(o, cell), o->text));
	o->at++;
}

void
xlsx_out_number(XlsxOut *o, double v)
{
	see(o, worksheet_write_number(o->sheet, o->row, o->at++, v, o->number));
}

enum { DAYS_1900 = 25569, FIRST_DAY = 61, DAY_MS = 86400000 };

void
xlsx_out_date(XlsxOut *o, int32_t days, Str text)
{
	if (days + DAYS_1900 < FIRST_DAY)
		xlsx_out_text(o, text);
	else
		see(o, worksheet_write_number(o->sheet, o->row, o->at++, days + DAYS_1900, o->date));
}

void
xlsx_out_instant(XlsxOut *o, int64_t ms, int offset_minutes, Str text)
{
	double serial = (double)(ms + (int64_t)offset_minutes * 60000) / DAY_MS + DAYS_1900;
	if (serial < FIRST_DAY || serial >= 2958466)
		xlsx_out_text(o, text);
	else
		see(o, worksheet_write_number(o->sheet, o->row, o->at++, serial, o->instant));
}

void
xlsx_out_end(XlsxOut *o)
{
	o->row++;
	o->at = 0;
}

/* ---- closing ---- */

static void
out_free(XlsxOut *o)
{
	buf_close(&o->cell);
	Arena arena = o->arena;
	arena_close(&arena);
}

bool
xlsx_out_close(XlsxOut *o, Err *err)
{
	if (o->columns && o->row > 1)
		see(o, worksheet_autofilter(o->sheet, 0, 0, o->row - 1, (lxw_col_t)(o->columns - 1)));
	lxw_error failed = o->failed;
	if (failed != LXW_NO_ERROR) {
		xlsx_out_abandon(o);
		if (failed == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
			return err_set(
				err, E_LIMIT, "a text is longer than the 32767 characters that fit into a cell");
		return err_set(
			err, E_LIMIT, "the workbook cannot be made: %s; export as CSV", lxw_strerror(failed));
	}
	failed = fault_here() ? LXW_ERROR_CREATING_XLSX_FILE : workbook_close(o->book);
	bool ok = failed == LXW_NO_ERROR ||
		err_set(err, E_IO, "cannot write '%s': %s", o->path, lxw_strerror(failed));
	if (!ok)
		(void)unlink(o->path);
	out_free(o);
	return ok;
}

void
xlsx_out_abandon(XlsxOut *o)
{
	if (!o)
		return;
	if (o->book)
		lxw_workbook_free(o->book);
	(void)unlink(o->path);
	out_free(o);
}
