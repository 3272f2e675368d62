/* import_errors: the error file of an import, and the small look-ups its checks need. */
#include "svc/import_private.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- error file ---- */

static void
add_cell(Buf *b, Str cell, char sep)
{
	bool quotes = cell.n != str_trim(cell).n || memchr(cell.p, '"', cell.n) ||
		memchr(cell.p, sep, cell.n) || memchr(cell.p, '\n', cell.n) || memchr(cell.p, '\r', cell.n);
	if (!quotes) {
		buf_add(b, cell);
		return;
	}
	buf_byte(b, '"');
	for (size_t i = 0; i < cell.n; i++) {
		if (cell.p[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, cell.p[i]);
	}
	buf_byte(b, '"');
}

/* Cell by cell and not as it was: a row may be shorter than the header, and an earlier reason is replaced. */
static bool
write_line(Import *im, const Str *cell, Str reason, Err *err)
{
	char sep = csv_separator(im->sheet.csv);
	Buf *b = &im->error_line;
	buf_clear(b);
	for (size_t i = 0; i < im->n_header; i++) {
		if (i == im->reason_column)
			continue;
		add_cell(b, cell[i], sep);
		buf_byte(b, sep);
	}
	add_cell(b, reason, sep);
	buf_add(b, S("\r\n"));
	if (b->failed)
		return err_set(err, E_LIMIT, "row %zu is too long for the error file", im->row.row);
	bool ok = fault_here() ? (errno = EIO, false) : fwrite(b->p, 1, b->n, im->errors) == b->n;
	return ok || file_error(err, tr("cannot write '%s': %s"), im->error_path);
}

/* The reasons of an earlier error file, which somebody mended and imports now, are not carried along. */
static size_t
reason_column(const Import *im)
{
	for (size_t i = 0; i < im->n_header; i++)
		if (im->report->column[i].used_by.n == 0 && str_eq(im->header[i], str_of(tr("reason"))))
			return i;
	return im->n_header;
}

static const char *
error_path(const Import *im)
{
	const ImportOptions *o = im->options;
	if (o->error_file)
		return o->error_file;
	return arena_fmt(im->a, "%s.errors.%s", o->path, im->sheet.xlsx ? "xlsx" : "csv").p;
}

/* ---- of a sheet: text stays text and numbers stay numbers, so that it can be imported like the sheet itself ---- */

static bool
sheet_errors_open(Import *im, Err *err)
{
	size_t n = 0;
	XlsxColumn *column = NEW(im->a, XlsxColumn, im->n_header + 1);
	for (size_t i = 0; i < im->n_header; i++)
		if (i != im->reason_column)
			column[n++] = (XlsxColumn){.name = im->header[i], .width = 16};
	column[n++] = (XlsxColumn){.name = str_of(tr("reason")), .width = 60};
	return xlsx_out_open(
		im->error_path, xlsx_sheet(im->sheet.xlsx), column, n, &im->errors_xlsx, err);
}

static bool
sheet_errors_add(Import *im)
{
	for (size_t i = 0; i < im->n_header; i++) {
		Str cell = im->row.cell[i];
		if (i == im->reason_column)
			continue;
		if (im->row.kind[i] == CELL_NUMBER) {
			Arena tmp = im->keep;
			xlsx_out_number(im->errors_xlsx, strtod(arena_cstr(&tmp, cell), NULL));
		} else {
			xlsx_out_text(im->errors_xlsx, im->row.kind[i] == CELL_UNCOUNTED ? S("#N/A") : cell);
		}
	}
	xlsx_out_text(im->errors_xlsx, buf_str(&im->reason));
	xlsx_out_end(im->errors_xlsx);
	return true;
}

static bool
is_input(const Import *im)
{
	struct stat in, out;
	return stat(im->options->path, &in) == 0 && stat(im->error_path, &out) == 0 &&
		in.st_dev == out.st_dev && in.st_ino == out.st_ino;
}

bool
errors_open(Import *im, Err *err)
{
	im->error_path = error_path(im);
	if (is_input(im)) {
		err_set(err, E_INPUT, "'%s' is the file that is imported", im->error_path);
		return err_hint(err, "name another place for the wrong rows with --errors FILE");
	}
	im->reason_column = reason_column(im);
	if (im->sheet.xlsx)
		return sheet_errors_open(im, err);
	im->errors = fault_here() ? (errno = EIO, NULL) : fopen(im->error_path, "wbe");
	if (!im->errors) {
		file_error(err, tr("cannot write the error file '%s': %s"), im->error_path);
		return err_hint(err, "name a place for it with --errors FILE");
	}
	return write_line(im, im->header, str_of(tr("reason")), err);
}

bool
errors_add(Import *im, Err *err)
{
	if (im->errors_xlsx)
		return sheet_errors_add(im);
	return write_line(im, im->row.cell, buf_str(&im->reason), err);
}

/* Half an error file would look whole; a device or a pipe is not ours to remove. */
static void
remove_half(const Import *im)
{
	struct stat st;
	if (lstat(im->error_path, &st) == 0 && S_ISREG(st.st_mode))
		(void)unlink(im->error_path);
}

bool
errors_close(Import *im, Err *err)
{
	FILE *f = im->errors;
	XlsxOut *x = im->errors_xlsx;
	im->errors = NULL;
	im->errors_xlsx = NULL;
	if (x) {
		im->report->error_file = im->error_path;
		return xlsx_out_close(x, err);
	}
	if (fclose(f) != 0) {
		remove_half(im);
		return file_error(err, tr("cannot write '%s': %s"), im->error_path);
	}
	im->report->error_file = im->error_path;
	return true;
}

void
errors_abandon(Import *im)
{
	if (im->errors) {
		(void)fclose(im->errors);
		remove_half(im);
	}
	xlsx_out_abandon(im->errors_xlsx);
	buf_close(&im->error_line);
}

/* ---- seen keys ---- */

static void
seen_place(Seen *s, uint64_t hash, uint32_t row)
{
	size_t i = hash & (s->cap - 1);
	while (s->hash[i])
		i = (i + 1) & (s->cap - 1);
	s->hash[i] = hash;
	s->row[i] = row;
}

static bool
seen_grow(Seen *s, Err *err)
{
	Seen old = *s;
	s->cap = old.cap ? old.cap * 2 : 4096;
	if (!arena_open(&s->a, s->cap * 12 + 4096, err)) {
		*s = old;
		return false;
	}
	s->hash = NEW(&s->a, uint64_t, s->cap);
	s->row = NEW(&s->a, uint32_t, s->cap);
	for (size_t i = 0; i < old.cap; i++)
		if (old.hash[i])
			seen_place(s, old.hash[i], old.row[i]);
	arena_close(&old.a);
	return true;
}

bool
seen_add(Seen *s, uint64_t hash, uint32_t row, size_t *first_row, Err *err)
{
	hash |= (uint64_t)1 << 63; /* 0 marks a free place; low bits choose it */
	if (s->n * 4 >= s->cap * 3 && !seen_grow(s, err))
		return false;
	for (size_t i = hash & (s->cap - 1); s->hash[i]; i = (i + 1) & (s->cap - 1))
		if (s->hash[i] == hash) {
			*first_row = s->row[i];
			return true;
		}
	*first_row = 0;
	s->n++;
	seen_place(s, hash, row);
	return true;
}

void
seen_close(Seen *s)
{
	arena_close(&s->a);
	*s = (Seen){0};
}

/* ---- look-ups ---- */

bool
dataset_empty(Import *im, const Dataset *d, bool *empty, Err *err)
{
	AUTO(Buf) sql = {0};
	Stmt *s;
	bool row;
	buf_fmt(&sql, "SELECT 1 FROM %.*s LIMIT 1", STR(d->name)); /* derived SQL */
	if (!buf_check(&sql, err) || !db_prepare(im->db, buf_str(&sql), &s, err) ||
		!db_step(s, &row, err))
		return false;
	*empty = !row;
	db_reset(s);
	return true;
}

bool
channel_same(Import *im, int64_t event, bool *same, Err *why, Err *err)
{
	Stmt *s;
	bool row;
	const Origin *o = &im->options->origin;
	if (!svc_stmt(im->db, &im->w->sql, "event_channel", &s, err))
		return false;
	db_set_int(s, "seq", event);
	if (!db_step(s, &row, err))
		return false;
	*same = !row || str_eq(db_text(s, 0), o->source);
	if (!*same) {
		char at[30];
		instant_format(db_int(s, 3), area_zone(im->w->area), at);
		err_set(why, E_CONFLICT,
			"changed by %.*s (%.*s, %.*s) on %s; export again, or accept the conflict",
			STR(db_text(s, 1)), STR(db_text(s, 2)), STR(db_text(s, 0)), at);
	}
	db_reset(s);
	return true;
}
