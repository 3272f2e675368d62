/* export: the rows of a dataset below an area as CSV that import takes back. */
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

bool
export_dataset(Workspace *w, const Dataset *d, Str area, FILE *out, uint64_t *rows, Err *err)
{
	AUTO(Buf) sql = {0}, b = {0}, cell = {0};
	AUTO(Arena) a = {0};
	Stmt *s;
	char buf[20];
	Str lo, hi;
	*rows = 0;
	if (!arena_open(&a, 4 * SIZE_MB, err))
		return false;
	Value *v = NEW(&a, Value, d->n_fields);
	dataset_range_sql(d, &sql);
	area_range(area, buf, &lo, &hi);
	if (!buf_check(&sql, err) || !db_prepare(w->db, buf_str(&sql), &s, err))
		return false;
	db_set_text(s, "lo", lo);
	db_set_text(s, "hi", hi);
	header_out(d, &b);
	for (;; ++*rows) {
		Arena tmp = a;
		int64_t event;
		Str sealed;
		bool row;
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			break;
		row_read(d, s, &tmp, v, &event, &sealed);
		row_out(d, v, event, area_zone(v[d->area].s), &cell, &b);
		if (b.n > 1 << 16 && !flush(&b, out, err)) {
			db_reset(s);
			return false;
		}
	}
	return flush(&b, out, err) &&
		(fflush(out) == 0 || err_set(err, E_IO, "cannot write the export: %s", strerror(errno)));
}
