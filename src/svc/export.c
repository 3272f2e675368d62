/* export: the rows of a dataset below an area as CSV or as a workbook that import takes back. */
#include "svc/svc_private.h"

#include <errno.h>

/* Open fields only: private ones leave Siap through their own, logged door. */
static void
header_out(const Dataset *d, Buf *b)
{
	for (size_t i = 0; i < d->n_fields; i++)
		if (!d->field[i].n_private) {
			csv_out_text(b, d->field[i].name);
			csv_out_sep(b);
		}
	csv_out_text(b, S("_event"));
	csv_out_end(b);
}

static void
row_out(const Dataset *d, const Value *v, int64_t event, int zone, Buf *cell, Buf *b)
{
	for (size_t i = 0; i < d->n_fields; i++) {
		if (d->field[i].n_private)
			continue;
		if (v[i].kind != VALUE_NULL) {
			buf_clear(cell);
			value_print(&d->field[i], v[i], zone, cell);
			b->failed |= cell->failed;
			/* Only text that a person wrote can be a formula; a number keeps its sign. */
			if (v[i].kind == VALUE_INT)
				buf_add(b, buf_str(cell));
			else
				csv_out_text(b, buf_str(cell));
		}
		csv_out_sep(b);
	}
	csv_out_int(b, event);
	csv_out_end(b);
}

static bool
flush(Buf *b, FILE *out, Err *err)
{
	if (b->failed)
		return err_set(err, E_LIMIT, "a row is too long to export");
	bool ok = !fault_here() && fwrite(b->p, 1, b->n, out) == b->n;
	buf_clear(b);
	return ok || err_set(err, E_IO, "cannot write the export: %s", strerror(errno));
}

/* ---- CSV ---- */

typedef struct CsvExport {
	const Dataset *d;
	FILE *out;
	Buf b, cell;
	uint64_t rows;
} CsvExport;

static bool
csv_row(void *ctx, const RowView *r, Err *err)
{
	CsvExport *c = ctx;
	c->rows++;
	row_out(c->d, r->v, r->event, area_zone(r->v[c->d->area].s), &c->cell, &c->b);
	return c->b.n <= 1 << 16 || flush(&c->b, c->out, err);
}

bool
export_list(Workspace *w, const RowList *l, FILE *out, uint64_t *rows, Err *err)
{
	CsvExport c = {.d = l->dataset, .out = out};
	header_out(c.d, &c.b);
	bool ok = rows_each(w, l, csv_row, &c, err) && flush(&c.b, out, err) &&
		(fflush(out) == 0 || err_set(err, E_IO, "cannot write the export: %s", strerror(errno)));
	*rows = c.rows;
	buf_close(&c.b);
	buf_close(&c.cell);
	return ok;
}

bool
export_dataset(Workspace *w, const Dataset *d, Str area, FILE *out, uint64_t *rows, Err *err)
{
	return export_list(w, &(RowList){.dataset = d, .area = area}, out, rows, err);
}

/* ---- XLSX ---- */

typedef struct BookExport {
	const Dataset *d;
	XlsxOut *out;
	Buf cell;
	uint64_t rows;
} BookExport;

/* Beyond 15 digits a spreadsheet rounds: such numbers travel as text. */
#define EXACT INT64_C(1000000000000000)

static bool
book_cell(BookExport *b, const Field *f, Value v, int zone, Err *err)
{
	int32_t days;
	double scale = 1;
	buf_clear(&b->cell);
	value_print(f, v, zone, &b->cell);
	Str text = buf_str(&b->cell);
	for (int i = 0; i < f->places; i++)
		scale *= 10;
	if (v.kind == VALUE_NULL)
		xlsx_out_text(b->out, S(""));
	else if (f->type == TYPE_INSTANT)
		xlsx_out_instant(b->out, v.i, zone, text);
	else if (f->type == TYPE_DATE && date_parse(text, &days))
		xlsx_out_date(b->out, days, text);
	else if (v.kind == VALUE_INT && f->type != TYPE_BOOL && v.i < EXACT && v.i > -EXACT)
		xlsx_out_number(b->out, (double)v.i / scale);
	else
		xlsx_out_text(b->out, text);
	return buf_check(&b->cell, err);
}

static bool
book_row(void *ctx, const RowView *r, Err *err)
{
	BookExport *b = ctx;
	int zone = area_zone(r->v[b->d->area].s);
	b->rows++;
	for (size_t i = 0; i < b->d->n_fields; i++)
		if (!b->d->field[i].n_private && !book_cell(b, &b->d->field[i], r->v[i], zone, err))
			return false;
	xlsx_out_number(b->out, (double)r->event);
	xlsx_out_end(b->out);
	return true;
}

bool
export_list_workbook(Workspace *w, const RowList *l, const char *path, uint64_t *rows, Err *err)
{
	const Dataset *d = l->dataset;
	AUTO(Arena) a = {0};
	BookExport b = {.d = d};
	size_t n = 0;
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	XlsxColumn *column = NEW(&a, XlsxColumn, d->n_fields + 1);
	for (size_t i = 0; i < d->n_fields; i++)
		if (!d->field[i].n_private)
			column[n++] = field_column(&d->field[i], d->field[i].name);
	column[n++] = (XlsxColumn){.name = S("_event"), .format = XLSX_NUMBER, .width = 10};
	if (!xlsx_out_open(path, str_slice(d->name, 0, 31), column, n, &b.out, err))
		return false;
	bool ok = rows_each(w, l, book_row, &b, err);
	*rows = b.rows;
	buf_close(&b.cell);
	if (ok)
		return xlsx_out_close(b.out, err);
	xlsx_out_abandon(b.out);
	return false;
}

bool
export_workbook(
	Workspace *w, const Dataset *d, Str area, const char *path, uint64_t *rows, Err *err)
{
	return export_list_workbook(w, &(RowList){.dataset = d, .area = area}, path, rows, err);
}
