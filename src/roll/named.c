/* named: a list of people to look for in the roll: the deceased, members of TNI and Polri. */
#include "roll/import_private.h"
#include "roll/roll_private.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED_MOST = 256 << 20 }; /* bytes of numbers */
typedef struct Named {
	Buf nik, alike;
	uint64_t rows, unread;
} Named;

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static const uint64_t *
numbers_sort(const Buf *b, Arena *a, size_t *n)
{
	*n = b->n / sizeof(uint64_t);
	uint64_t *out = NEW(a, uint64_t, *n + 1);
	if (*n) {
		memcpy(out, b->p, b->n);
		qsort(out, *n, sizeof *out, by_number);
	}
	return out;
}

static void
number_add(Buf *b, uint64_t v)
{
	buf_add(b, (Str){(const char *)&v, sizeof v});
}

static Str
cell_of(const Layout *l, Use u, const CsvRow *row)
{
	int c = l->column[u];
	return c >= 0 && (size_t)c < row->n ? str_trim(csv_unsafe_text(row->cell[c])) : S("");
}

static void
person_add(Named *k, const Layout *l, const CsvRow *row)
{
	Nik nik;
	int32_t birth;
	bool has_nik = nik_read(cell_of(l, USE_NIK, row), &nik) == NIK_GOOD;
	uint64_t alike = 0;
	if (voter_date(cell_of(l, USE_BIRTH, row), &birth))
		alike = roll_alike(cell_of(l, USE_NAME, row), birth);
	k->rows++;
	k->unread += !has_nik && !alike;
	if (has_nik)
		number_add(&k->nik, nik.number);
	if (alike)
		number_add(&k->alike, alike);
}

/* A list may do without NIK or without names: a column is then thought behind the last. */
static bool
layout_people(const CsvRow *header, Arena *a, Layout *out, Err *err)
{
	static const char *const behind[] = {NULL, "NAMA", "NIK"};
	Str unused, *cell = NEW(a, Str, header->n + 1);
	Err why = {0};
	bool ok = false;
	if (header->n)
		memcpy(cell, header->cell, header->n * sizeof *cell);
	for (size_t i = 0; i < 3 && !ok; i++) {
		cell[header->n] = str_of(behind[i]);
		ok = layout_read(cell, header->n + (i > 0), a, out, &unused, &why);
	}
	bool nik = ok && out->column[USE_NIK] < (int)header->n,
		 name = ok && out->column[USE_NAME] < (int)header->n && out->column[USE_BIRTH] >= 0;
	if (nik || name)
		return true;
	err_set(err, E_INPUT, "row 1 names neither a column NIK nor the columns name and birth date");
	return err_hint(err, "write NIK, or NAMA and TANGGAL LAHIR, or all three above their columns");
}

static bool
rows_read(Sheet *s, Named *k, Arena *a, Err *err)
{
	CsvRow row;
	bool more;
	Layout l;
	if (!sheet_next(s, &row, &more, err))
		return false;
	if (!more)
		return err_set(err, E_INPUT, "the file is empty");
	if (!layout_people(&row, a, &l, err))
		return false;
	for (;;) {
		if (!sheet_next(s, &row, &more, err))
			return false;
		if (!more)
			return true;
		person_add(k, &l, &row);
	}
}

bool
roll_named_read(const char *path, Arena *a, RollNamed *out, Err *err)
{
	Named k = {.nik = {.max = NAMED_MOST}, .alike = {.max = NAMED_MOST}};
	Sheet s;
	if (!sheet_open(path, S(""), &s, err))
		return false;
	bool ok = rows_read(&s, &k, a, err);
	sheet_close(&s);
	if (!ok)
		err_prefix(err, "%s: ", path);
	ok = ok && buf_check(&k.nik, err) && buf_check(&k.alike, err);
	*out = (RollNamed){.rows = k.rows, .unread = k.unread};
	if (ok) {
		out->nik = numbers_sort(&k.nik, a, &out->n_nik);
		out->alike = numbers_sort(&k.alike, a, &out->n_alike);
	}
	buf_close(&k.nik);
	buf_close(&k.alike);
	return ok;
}
