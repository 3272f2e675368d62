/* import: a file of voters becomes slices: by several threads where it is CSV, row by row where it is a workbook. */
#include "roll/import_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PART = 16384 }; /* rows of a workbook after which others are told */

static bool
is_mangled(const Import *im, const CsvRow *row)
{
	int c = im->layout->column[USE_NIK];
	return row->kind && row->kind[c] == CELL_NUMBER && row->cell[c].n == 16 &&
		row->cell[c].p[15] == '0';
}

/* A number of sixteen digits lost its last one in a spreadsheet, which keeps fifteen. */
static bool
sheet_row(Filler *f, const CsvRow *row)
{
	const Import *im = f->im;
	f->found.rows = row->row - 2 - im->ask->rows;
	if (!is_mangled(im, row))
		return filler_row(f, row->cell, row->n);
	filler_refuse(f,
		&(Wrong){nik_fault_text(NIK_ROUNDED),
			tr("write the NIK as the population register has it, in a column that is text"),
			im->layout->column[USE_NIK]},
		row->cell, row->n);
	return true;
}

/* One region of PART rows after the other; the slice is handed out at the end of each. */
static bool
sheet_rows(Import *im, Sheet *s, Filler *f, Err *err)
{
	const RollImport *ask = im->ask;
	uint64_t told = 0, region = 0;
	bool more = true, ok = true;
	f->at = ask->at;
	f->end = ask->at + ROLL_PLACES;
	while (ok && more && !(ask->stop && *ask->stop)) {
		CsvRow row;
		for (size_t i = 0; ok && more && i < PART; i++) {
			if (!sheet_next(s, &row, &more, err))
				return false;
			ok = !more || sheet_row(f, &row);
		}
		uint64_t now = sheet_bytes_read(s);
		bool room = more && f->n < ROLL_SLICE - PART;
		ok =
			ok && (room || filler_flush(f)) && findings_settle(im, region++, &f->found, now - told);
		told = now;
	}
	if (!ok)
		*err = im->err;
	return ok;
}

static bool
sheet_import(Import *im, Sheet *s, Err *err)
{
	Filler f = {0};
	im->total = sheet_bytes_total(s);
	bool ok = filler_open(&f, im, err) && sheet_rows(im, s, &f, err);
	filler_close(&f);
	return ok;
}

/* ---- CSV: where the rows begin ---- */

static size_t
line_end(Str s, size_t at)
{
	bool quoted = false;
	for (; at < s.n && (quoted || s.p[at] != '\n'); at++)
		quoted ^= s.p[at] == '"';
	return at < s.n ? at + 1 : s.n;
}

/* Behind the header: after a BOM, a line `sep=;` and blank lines. 0: lines do not end with line feeds, or the header is longer than what
 * was read. */
static size_t
header_end(Str head)
{
	size_t at = str_starts(head, S("\xef\xbb\xbf")) ? 3 : 0;
	Str rest = str_slice(head, at, head.n);
	if (str_starts(rest, S("sep=")) || str_starts(rest, S("SEP=")))
		at = line_end(head, at);
	for (;;) {
		size_t end = line_end(head, at);
		Str line = str_slice(head, at, end);
		if (end == at || memchr(str_trim(line).p, '\r', str_trim(line).n))
			return 0;
		if (str_trim(line).n)
			return end;
		at = end;
	}
}

static bool
csv_begins(Import *im, Arena tmp, bool *fits, Err *err)
{
	struct stat st;
	enum { HEAD = 1 << 20 };
	im->fd = fault_here() ? (errno = EIO, -1) : open(im->ask->path, O_RDONLY | O_CLOEXEC);
	if (im->fd < 0 || fstat(im->fd, &st) != 0)
		return file_error(err, "cannot read '%s': %s", im->ask->path);
	*fits = false;
	if (!S_ISREG(st.st_mode))
		return true;
	char *p = NEW(&tmp, char, HEAD);
	ssize_t n = pread(im->fd, p, HEAD, 0);
	if (n < 0)
		return file_error(err, "cannot read '%s': %s", im->ask->path);
	im->total = (uint64_t)st.st_size;
	im->next = im->done = header_end((Str){p, (size_t)n});
	*fits = im->next != 0;
	return true;
}

/* ---- all of it ---- */

static bool
header_read(Import *im, Sheet *s, Layout *l, Err *err)
{
	CsvRow row;
	bool more;
	if (!sheet_next(s, &row, &more, err))
		return false;
	if (!more)
		return err_set(err, E_INPUT, "'%s' is empty", im->ask->path);
	return layout_read(row.cell, row.n, im->a, l, &im->ask->unused, err);
}

static bool
import_rows(Import *im, Sheet *s, Arena tmp, Err *err)
{
	bool fits = false;
	if (s->csv && !csv_begins(im, tmp, &fits, err))
		return false;
	if (!fits)
		return sheet_import(im, s, err);
	im->separator = csv_separator(s->csv);
	return csv_import(im, err);
}

static bool
import_file_rows(Import *im, Arena tmp, Err *err)
{
	Sheet s;
	Layout l;
	const RollImport *ask = im->ask;
	if (!sheet_open(ask->path, S(""), &s, err))
		return false;
	im->layout = &l;
	bool ok = header_read(im, &s, &l, err) && import_rows(im, &s, tmp, err);
	sheet_close(&s);
	if (ok && ask->stop && *ask->stop)
		return err_set(err, E_BUSY, "stopped");
	return ok;
}

bool
roll_import(RollImport *ask, Arena *a, Err *err)
{
	AUTO(Arena) tmp = {0};
	Err mine = {0};
	Import im = {.ask = ask, .a = a, .fd = -1, .language = lang_now()};
	if (!arena_open(&tmp, (size_t)2 << 20, err))
		return false;
	ask->rows = ask->bad = ask->n_first = 0;
	ask->errors = NULL;
	NEED(pthread_mutex_init(&im.cut, NULL) == 0 && pthread_mutex_init(&im.lock, NULL) == 0 &&
		pthread_cond_init(&im.turn, NULL) == 0);
	bool ok = import_file_rows(&im, tmp, &mine);
	if (im.fd >= 0)
		(void)close(im.fd);
	ok = errors_end(&im, ok ? &mine : NULL) && ok;
	NEED(pthread_mutex_destroy(&im.cut) == 0 && pthread_mutex_destroy(&im.lock) == 0 &&
		pthread_cond_destroy(&im.turn) == 0);
	if (!ok && err)
		*err = mine;
	return ok;
}
