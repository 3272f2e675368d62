/* import_errors: wrong rows, in the order of the file although several threads find them: into the error file, the first ones into the
 * report. The rows in the error file are the person's own; what is said of them on a screen names no value of theirs. */
#include "roll/import_private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
Findings_auto(Findings *f)
{
	buf_close(&f->lines);
}

/* Of a line the number of the row comes when it is known: lines begin with its place in the region, 8 bytes, and their length, 4 bytes. */
typedef struct LineHead {
	uint64_t row;
	uint64_t bytes;
} LineHead;

void
findings_add(Findings *f, const Import *im, const Wrong *w, const Str *cell, size_t n)
{
	const Layout *l = im->layout;
	LineHead head = {.row = f->rows};
	size_t at = f->lines.n;
	f->bad++;
	buf_add(&f->lines, (Str){(const char *)&head, sizeof head});
	csv_out_sep(&f->lines);
	csv_out_text(&f->lines, w->column >= 0 ? l->header[w->column] : S(""));
	csv_out_sep(&f->lines);
	csv_out_text(&f->lines, str_of(w->why));
	csv_out_sep(&f->lines);
	csv_out_text(&f->lines, str_of(w->remedy));
	for (size_t i = 0; i < n; i++) {
		csv_out_sep(&f->lines);
		csv_out_text(&f->lines, cell[i]);
	}
	csv_out_end(&f->lines);
	if (!f->lines.failed) {
		head.bytes = f->lines.n - at - sizeof head;
		memcpy(f->lines.p + at, &head, sizeof head);
	}
	if (f->n_first == ROLL_PROBLEMS)
		return;
	f->first[f->n_first].row = f->rows;
	f->first[f->n_first].wrong = *w;
	snprintf(f->first[f->n_first].why, sizeof f->first->why, "%s", w->why);
	f->n_first++;
}

bool
import_fail(Import *im, const Err *err)
{
	NEED(pthread_mutex_lock(&im->lock) == 0);
	if (!im->failed)
		im->err = *err;
	im->failed = true;
	NEED(pthread_cond_broadcast(&im->turn) == 0);
	NEED(pthread_mutex_unlock(&im->lock) == 0);
	return false;
}

/* ---- the error file ---- */

static bool
put(Import *im, Str text, Err *err)
{
	bool ok = fault_here() ? (errno = EIO, false) : fwrite(text.p, 1, text.n, im->errors) == text.n;
	return ok || file_error(err, tr("cannot write '%s': %s"), im->ask->errors);
}

static bool
errors_begin(Import *im, Err *err)
{
	AUTO(Buf) head = {0};
	RollImport *ask = im->ask;
	struct stat in, out;
	ask->errors =
		ask->error_file ? ask->error_file : arena_fmt(im->a, "%s.errors.csv", ask->path).p;
	if (stat(ask->path, &in) == 0 && stat(ask->errors, &out) == 0 && in.st_dev == out.st_dev &&
		in.st_ino == out.st_ino)
		return err_set(err, E_INPUT, "'%s' is the file that is imported", ask->errors);
	im->errors = fault_here() ? (errno = EIO, NULL) : fopen(ask->errors, "wbe");
	if (!im->errors) {
		file_error(err, tr("cannot write the error file '%s': %s"), ask->errors);
		return err_hint(err, "name a place for it with --errors FILE");
	}
	if (fstat(fileno(im->errors), &out) == 0 && S_ISREG(out.st_mode)) /* a device is everybody's */
		(void)fchmod(
			fileno(im->errors), 0600); /* it holds what only whoever made the file may see */
	buf_fmt(&head, "%s,%s,%s,%s", tr("row"), tr("column"), tr("reason"), tr("remedy"));
	for (size_t i = 0; i < im->layout->n; i++) {
		csv_out_sep(&head);
		csv_out_text(&head, im->layout->header[i]);
	}
	csv_out_end(&head);
	return buf_check(&head, err) && put(im, buf_str(&head), err);
}

static bool
lines_put(Import *im, const Findings *f, Err *err)
{
	Str rest = buf_str(&f->lines);
	char number[24];
	if (f->bad && !im->errors && !errors_begin(im, err))
		return false;
	if (!buf_check(&f->lines, err))
		return false;
	while (rest.n) {
		LineHead head;
		memcpy(&head, rest.p, sizeof head);
		int n = snprintf(
			number, sizeof number, "%llu", (unsigned long long)(im->ask->rows + head.row + 1));
		if (!put(im, (Str){number, (size_t)n}, err) ||
			!put(im, str_slice(rest, sizeof head, sizeof head + head.bytes), err))
			return false;
		rest = str_slice(rest, sizeof head + head.bytes, rest.n);
	}
	return true;
}

static void
first_add(Import *im, const Findings *f)
{
	RollImport *ask = im->ask;
	for (size_t i = 0; i < f->n_first && ask->n_first < ROLL_PROBLEMS; i++) {
		int c = f->first[i].wrong.column;
		ask->first[ask->n_first++] = (RollProblem){.row = ask->rows + f->first[i].row + 1,
			.column = c >= 0 ? im->layout->header[c] : S(""),
			.text = arena_str(im->a, str_of(f->first[i].why))};
	}
}

/* Rows of the file so far, the header among them. */
static bool
settle(Import *im, const Findings *f, uint64_t bytes, Err *err)
{
	RollImport *ask = im->ask;
	if (!lines_put(im, f, err))
		return false;
	first_add(im, f);
	ask->rows += f->rows;
	ask->bad += f->bad;
	im->done += bytes;
	if (ask->progress)
		ask->progress(ask->ctx, im->done, im->total);
	return true;
}

bool
findings_settle(Import *im, uint64_t region, Findings *f, uint64_t bytes)
{
	Err err = {0};
	NEED(pthread_mutex_lock(&im->lock) == 0);
	while (im->settled != region && !im->failed)
		NEED(pthread_cond_wait(&im->turn, &im->lock) == 0);
	bool ok = !im->failed && settle(im, f, bytes, &err);
	im->settled++;
	NEED(pthread_cond_broadcast(&im->turn) == 0);
	NEED(pthread_mutex_unlock(&im->lock) == 0);
	f->rows = f->bad = 0;
	f->n_first = 0;
	buf_clear(&f->lines);
	return ok || im->failed ? ok : import_fail(im, &err);
}

bool
errors_end(Import *im, Err *err)
{
	FILE *f = im->errors;
	im->errors = NULL;
	if (!f)
		return true;
	bool ok = fault_here() ? (errno = EIO, false) : fflush(f) == 0;
	ok = (ok && (fsync(fileno(f)) == 0 || errno == EINVAL)) || /* a device has no disk */
		file_error(err, tr("cannot write '%s': %s"), im->ask->errors);
	(void)fclose(f);
	return ok;
}
