/* csv_write: CSV out, safe against spreadsheet formulas and read back by csv_read as it was. */
#include "fmt/fmt.h"

/* Does text, behind any apostrophes, start with a character that spreadsheets take for a formula? Apostrophes are
 * looked through so that a cell that had one of its own comes back with it. */
bool
csv_is_formula(Str cell)
{
	size_t i = 0;
	while (i < cell.n && cell.p[i] == '\'')
		i++;
	return i < cell.n && memchr("=+-@\t\r", cell.p[i], 6) != NULL;
}

/* Beyond RFC 4180: the other separators (a header full of them would mislead the reader's guess), and what a reader
 * would drop or take for something else at the start of a file or of a row: a BOM, blanks, "sep=". */
static bool
needs_quotes(Str cell)
{
	for (size_t i = 0; i < cell.n; i++)
		if (strchr(",\"\r\n;\t", cell.p[i]))
			return true;
	return cell.n &&
		(cell.p[0] == ' ' || cell.p[cell.n - 1] == ' ' || str_starts(cell, S("\xef\xbb\xbf")) ||
			str_eq(cell, S("sep=")) || str_eq(cell, S("SEP=")));
}

void
csv_out_text(Buf *b, Str cell)
{
	bool quotes = needs_quotes(cell);
	if (quotes)
		buf_byte(b, '"');
	if (csv_is_formula(cell))
		buf_byte(b, '\'');
	for (Str left, rest = cell; rest.n;) {
		bool quote = str_cut(rest, '"', &left, &rest);
		buf_add(b, left);
		if (!quote)
			break;
		buf_add(b, S("\"\""));
	}
	if (quotes)
		buf_byte(b, '"');
}

void
csv_out_int(Buf *b, int64_t v)
{
	buf_int(b, v);
}

void
csv_out_sep(Buf *b)
{
	buf_byte(b, ',');
}

void
csv_out_end(Buf *b)
{
	buf_add(b, S("\r\n"));
}

Str
csv_unsafe_text(Str cell)
{
	return str_starts(cell, S("'")) && csv_is_formula(cell) ? str_slice(cell, 1, cell.n) : cell;
}
