/* import_errors: the error file of an import, and the small look-ups its checks need. */
#include "svc/import_private.h"

#include <errno.h>
#include <unistd.h>

/* ---- error file ---- */

static bool
write_line(Import *im, Str raw, Str reason, Err *err)
{
	char sep = csv_separator(im->csv);
	buf_clear(&im->error_line);
	buf_add(&im->error_line, raw);
	buf_byte(&im->error_line, sep);
	/* Always quoted: the reason may hold the separator whichever it is. */
	buf_byte(&im->error_line, '"');
	for (size_t i = 0; i < reason.n; i++) {
		if (reason.p[i] == '"')
			buf_byte(&im->error_line, '"');
		buf_byte(&im->error_line, reason.p[i]);
	}
	buf_add(&im->error_line, S("\"\r\n"));
	if (!fault_here() &&
		fwrite(im->error_line.p, 1, im->error_line.n, im->errors) == im->error_line.n)
		return true;
	return err_set(err, E_IO, "cannot write '%s': %s", im->error_path, strerror(errno));
}

bool
errors_open(Import *im, Err *err)
{
	im->error_path = im->options->error_file
		? im->options->error_file
		: arena_fmt(im->a, "%s.errors.csv", im->options->path).p;
	im->errors = fault_here() ? NULL : fopen(im->error_path, "wbe");
	if (!im->errors) {
		err_set(err, E_IO, "cannot write the error file '%s': %s", im->error_path, strerror(errno));
		return err_hint(err, "name a place for it with --errors FILE");
	}
	return write_line(im, im->header_raw, str_of(tr("reason")), err);
}

bool
errors_add(Import *im, Err *err)
{
	return write_line(im, im->row.raw, buf_str(&im->reason), err);
}

bool
errors_close(Import *im, Err *err)
{
	FILE *f = im->errors;
	im->errors = NULL;
	if (fclose(f) != 0)
		return err_set(err, E_IO, "cannot write '%s': %s", im->error_path, strerror(errno));
	im->report->error_file = im->error_path;
	return true;
}

void
errors_abandon(Import *im)
{
	if (im->errors) {
		(void)fclose(im->errors);
		(void)unlink(im->error_path);
	}
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
	if (!db_prepare(im->db, buf_str(&sql), &s, err) || !db_step(s, &row, err))
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
			"changed by %.*s (%.*s, %.*s) on %s; export again, or import with --accept-conflicts",
			STR(db_text(s, 1)), STR(db_text(s, 2)), STR(db_text(s, 0)), at);
	}
	db_reset(s);
	return true;
}
