/* sheet: a table in a file, whatever the file is: rows of cells from CSV or XLSX through one door. */
#include "fmt/fmt.h"

bool
sheet_open(const char *path, Str name, Sheet *out, Err *err)
{
	*out = (Sheet){0};
	if (file_is_xlsx(path))
		return xlsx_open(path, name, &out->xlsx, err);
	return csv_open_file(path, &out->csv, err);
}

bool
sheet_next(Sheet *s, CsvRow *row, bool *more, Err *err)
{
	return s->xlsx ? xlsx_next(s->xlsx, row, more, err) : csv_next(s->csv, row, more, err);
}

bool
sheet_header_check(Sheet *s, Err *err)
{
	return !s->xlsx || xlsx_header_check(s->xlsx, err);
}

uint64_t
sheet_bytes_read(const Sheet *s)
{
	return s->xlsx ? xlsx_bytes_read(s->xlsx) : csv_bytes_read(s->csv);
}

uint64_t
sheet_bytes_total(const Sheet *s)
{
	return s->xlsx ? xlsx_bytes_total(s->xlsx) : csv_bytes_total(s->csv);
}

void
sheet_close(Sheet *s)
{
	csv_close(s->csv);
	xlsx_close(s->xlsx);
	*s = (Sheet){0};
}
