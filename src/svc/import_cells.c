/* import_cells: what a spreadsheet's types say about a cell before it is read as a value. */
#include "svc/import_private.h"

bool
cell_read(const CsvRow *row, size_t c, const Field *f, Arena *a, Str *out, Err *why)
{
	Str s = *out = row->cell[c];
	bool text = f->type == TYPE_TEXT || f->type == TYPE_REF;
	if (!row->kind)
		return true;
	switch ((CellKind)row->kind[c]) {
	case CELL_ERROR:
		err_set(why, E_INPUT, "'%.*s' is the error of a formula, not a value", STR(s));
		return err_hint(why, "mend the formula, or type the value");
	case CELL_UNCOUNTED:
		err_set(why, E_INPUT, "the formula has no result yet");
		return err_hint(why, "open the file in a spreadsheet program and save it again");
	case CELL_NUMBER:
		/* As text, 1.234 would be 1234, and 15.71 a regency. */
		if ((f->type == TYPE_INT || f->type == TYPE_MONEY || f->type == TYPE_AREA ||
				f->type == TYPE_REF) &&
			memchr(s.p, '.', s.n) && !memchr(s.p, 'E', s.n))
			return err_set(why, E_INPUT, "'%.*s' is not a whole number", STR(s));
		break;
	case CELL_TEXT:
		/* An apostrophe says what the cell's type has said: no formula. */
		if (text && csv_is_formula(str_trim(s)))
			*out = arena_fmt(a, "'%.*s", STR(str_trim(s)));
		break;
	}
	return true;
}
