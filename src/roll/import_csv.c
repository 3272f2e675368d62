/* import_csv: a CSV file cut at line ends into regions, which several threads read. What a row and a cell are is as in csv_read.c. */
#include "roll/import_private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef struct Reader { /* of one thread */
	Import *im;
	Filler fill;
	Arena mem, plain; /* plain: cells without their doubled quotes, of one row */
	char *p;          /* of the region */
	size_t n;
	uint32_t *mark; /* where separators, line ends and quotes stand */
	size_t n_marks;
	uint64_t region;
	bool suspect; /* some byte of it is no text */
	size_t at, k; /* of the next row: its first byte, the mark from there on */
	Str *cell;
	size_t n_cells;
	const char *why; /* the row is wrong as a whole */
} Reader;

/* ---- cutting ---- */

/* Where the last whole row ends, behind its line feed; 0: there is none. Only a quote at the start of a cell opens anything. */
static size_t
rows_end(const char *p, size_t n, char separator)
{
	size_t at = 0, end = 0;
	for (;;) {
		const char *q = memchr(p + at, '"', n - at);
		const char *feed = memrchr(p + at, '\n', q ? (size_t)(q - p) - at : n - at);
		end = feed ? (size_t)(feed - p) + 1 : end;
		if (!q)
			return end;
		at = (size_t)(q - p) + 1;
		bool opens = q == p || q[-1] == separator || q[-1] == '\n';
		while (opens) {
			q = memchr(p + at, '"', n - at);
			if (!q || q + 1 == p + n)
				return end;
			at = (size_t)(q - p) + (q[1] == '"' ? 2 : 1);
			opens = q[1] == '"';
		}
	}
}

static bool
region_fill(Reader *r, uint64_t from, size_t want, Err *err)
{
	for (r->n = 0; r->n < want;) {
		bool hit = fault_here();
		ssize_t got = hit ? -1 : pread(r->im->fd, r->p + r->n, want - r->n, (off_t)(from + r->n));
		errno = hit ? EIO : errno;
		if (got == 0)
			return err_set(err, E_INPUT, "'%s' became shorter while it was read", r->im->ask->path);
		if (got < 0 && errno != EINTR)
			return file_error(err, "cannot read '%s': %s", r->im->ask->path);
		r->n += got > 0 ? (size_t)got : 0;
	}
	return true;
}

static bool
region_cut(Reader *r, Err *err)
{
	Import *im = r->im;
	uint64_t left = im->total - im->next;
	bool last = left <= REGION;
	if (!region_fill(r, im->next, last ? (size_t)left : REGION, err))
		return false;
	if (!last)
		r->n = rows_end(r->p, r->n, im->separator);
	if (!r->n) {
		err_set(err, E_LIMIT, "'%s' has a row longer than %d bytes", im->ask->path, REGION);
		return err_hint(err, "look whether a quote that opens a cell is closed");
	}
	im->next += r->n;
	r->region = im->regions++;
	im->ended = last;
	return true;
}

/* The next region, with a line feed at its end. *more: there was one. */
static bool
region_take(Reader *r, bool *more)
{
	Err err = {0};
	Import *im = r->im;
	NEED(pthread_mutex_lock(&im->cut) == 0);
	*more = !im->ended && im->next < im->total && !im->failed;
	bool ok = !*more || region_cut(r, &err);
	NEED(pthread_mutex_unlock(&im->cut) == 0);
	return ok || import_fail(im, &err);
}

/* ---- marks ---- */

static uint64_t
marks_of(const char *p, char separator)
{
	uint64_t bits = 0;
#ifdef __SSE2__
	const __m128i s = _mm_set1_epi8(separator), f = _mm_set1_epi8('\n'), q = _mm_set1_epi8('"');
	for (int i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		__m128i hit = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, s), _mm_cmpeq_epi8(v, f)), _mm_cmpeq_epi8(v, q));
		bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (16 * i);
	}
#else
	for (int i = 0; i < 64; i++)
		bits |= (uint64_t)(p[i] == separator || p[i] == '\n' || p[i] == '"') << i;
#endif
	return bits;
}

static void
region_mark(Reader *r)
{
	size_t n = 0, at;
	if (r->p[r->n - 1] != '\n')
		r->p[r->n++] = '\n';
	memset(r->p + r->n, 0, REGION_PAD);
	for (size_t i = 0; i < r->n; i += 64)
		for (uint64_t bits = marks_of(r->p + i, r->im->separator); bits; bits &= bits - 1)
			r->mark[n++] = (uint32_t)(i + (size_t)__builtin_ctzll(bits));
	r->n_marks = n;
	r->at = r->k = 0;
	r->suspect = !utf8_check((Str){r->p, r->n}, &at);
}

/* ---- rows ---- */

static Str
undoubled(Reader *r, Str cell)
{
	char *out = NEW(&r->plain, char, cell.n);
	size_t n = 0;
	for (size_t i = 0; i < cell.n; i++) {
		out[n++] = cell.p[i];
		i += cell.p[i] == '"';
	}
	return (Str){out, n};
}

/* At r->k - 1 a quote opens a cell. Afterwards r->k is the mark that ends it. False: it is never closed. */
static bool
quoted_cell(Reader *r, Str *cell)
{
	size_t from = r->mark[r->k - 1] + (size_t)1, to;
	bool doubled = false;
	for (;; doubled = true, r->k++) {
		while (r->k < r->n_marks && r->p[r->mark[r->k]] != '"')
			r->k++;
		if (r->k == r->n_marks)
			return false;
		to = r->mark[r->k++];
		if (r->k == r->n_marks || r->mark[r->k] != to + 1 || r->p[to + 1] != '"')
			break;
	}
	*cell = (Str){r->p + from, to - from};
	if (doubled)
		*cell = undoubled(r, *cell);
	size_t next = r->k < r->n_marks ? r->mark[r->k] : r->n;
	bool ends = next == to + 1 || (next == to + 2 && r->p[to + 1] == '\r' && r->p[next] == '\n');
	if (!ends && !r->why)
		r->why = tr("text follows the closing quote: write a quote within a cell twice");
	while (r->k < r->n_marks && r->p[r->mark[r->k]] == '"')
		r->k++;
	return r->k < r->n_marks;
}

static void
cell_put(Reader *r, Str cell)
{
	if (r->n_cells < CSV_MAX_COLUMNS)
		r->cell[r->n_cells] = cell;
	r->n_cells++;
}

/* The cells of the next row, r->at behind it. False: a quote is not closed. */
static bool
row_split(Reader *r)
{
	size_t from = r->at;
	r->n_cells = 0;
	r->why = NULL;
	for (;;) {
		size_t e = r->mark[r->k++];
		char c = r->p[e];
		Str cell = {r->p + from, e - from};
		if (c == '"' && e > from)
			continue;
		if (c == '"') {
			if (!quoted_cell(r, &cell))
				return false;
			e = r->mark[r->k++];
			c = r->p[e];
		} else if (c == '\n' && cell.n && cell.p[cell.n - 1] == '\r') {
			cell.n--;
		}
		cell_put(r, cell);
		from = e + 1;
		if (c == '\n')
			break;
	}
	r->at = from;
	return true;
}

static bool
row_take(Reader *r, size_t from)
{
	size_t bad;
	Str raw = {r->p + from, r->at - from};
	if (r->n_cells == 1 && str_trim(raw).n == 0)
		return true;
	if (r->suspect && !utf8_check(raw, &bad))
		r->why = tr("a byte in it is no text in UTF-8: save the file as 'CSV UTF-8'");
	size_t n = r->n_cells < CSV_MAX_COLUMNS ? r->n_cells : CSV_MAX_COLUMNS;
	if (!r->why)
		return filler_row(&r->fill, r->cell, n);
	filler_refuse(&r->fill, &(Wrong){r->why, "", -1}, r->cell, n);
	return true;
}

static bool
not_closed(Reader *r)
{
	Err err = {0};
	err_set(&err, E_INPUT, "'%s' ends within a quoted cell: the file may have been cut off",
		r->im->ask->path);
	err_hint(&err, "fetch it again; look whether a quote that opens a cell is closed");
	return import_fail(r->im, &err);
}

static bool
region_read(Reader *r)
{
	const RollImport *ask = r->im->ask;
	uint64_t bytes = r->n;
	r->fill.at = ask->at + r->region * (REGION / ROLL_SLICE + 2);
	r->fill.end = r->fill.at + REGION / ROLL_SLICE + 2;
	region_mark(r);
	while (r->at < r->n) {
		size_t from = r->at;
		if (r->plain.at != r->plain.base)
			arena_reset(&r->plain);
		if (!row_split(r))
			return not_closed(r);
		if (!row_take(r, from))
			return false;
	}
	return filler_flush(&r->fill) && findings_settle(r->im, r->region, &r->fill.found, bytes);
}

static bool
stopped(const Import *im)
{
	return im->failed || (im->ask->stop && *im->ask->stop);
}

static void
reader_close(Reader *r)
{
	filler_close(&r->fill);
	arena_close(&r->plain);
	arena_close(&r->mem);
}

static void
read_job(void *ctx, size_t i, int thread)
{
	(void)i;
	(void)thread;
	Reader r = {.im = ctx};
	Err err = {0};
	bool more = true, ok = true;
	NEED(lang_use(r.im->language));
	if (!arena_open(&r.mem, (size_t)REGION * 6, &err) || !arena_open(&r.plain, REGION * 2, &err) ||
		!filler_open(&r.fill, r.im, &err)) {
		(void)import_fail(r.im, &err);
		reader_close(&r);
		return;
	}
	r.p = NEW(&r.mem, char, REGION + 2 * REGION_PAD);
	r.mark = NEW(&r.mem, uint32_t, REGION + 1);
	r.cell = NEW(&r.mem, Str, CSV_MAX_COLUMNS);
	while (ok && more && !stopped(r.im))
		ok = region_take(&r, &more) && (!more || region_read(&r));
	reader_close(&r);
}

bool
csv_import(Import *im, Err *err)
{
	uint64_t regions = (im->total - im->next) / REGION + 1;
	int threads = im->ask->threads < 1 ? 1 : im->ask->threads;
	if ((uint64_t)threads > regions)
		threads = (int)regions;
	work_share(threads, (size_t)threads, read_job, im);
	if (im->failed)
		*err = im->err;
	return !im->failed;
}
