/* stage: validated rows in a file of the workspace, waiting to be applied in slices.
 *
 * Layout: "SIAPSTG1", definition hash (32), has_base (1), number of fields (2, little endian), one byte per field (given), then rows,
 * then the end mark. A row: 1 byte 'R', base (8, only with has_base), per field: kind byte and, for integers 8 bytes, for text a
 * length of 4 bytes and the bytes. The end: 'E', row count (8), SHA-256 of everything before the end mark (32). A file without its
 * end mark is incomplete and refused. */
#include "svc/svc_private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { FLUSH = 1 << 20, READ_AHEAD = 1 << 18, ROW_MOST = 2 << 20 };

struct StageOut {
	Arena mem;
	int fd;
	const Dataset *d;
	bool has_base;
	Buf buf;
	Hasher *hasher;
	uint64_t rows;
	char path[4096];
};

static bool
flush(StageOut *s, Err *err)
{
	if (s->buf.failed)
		return err_set(err, E_LIMIT, "a row is too long to be staged");
	hasher_add(s->hasher, buf_str(&s->buf));
	bool ok = fd_write_all(s->fd, buf_str(&s->buf), err);
	buf_clear(&s->buf);
	return ok;
}

bool
stage_create(
	const char *path, const Dataset *d, const bool *given, bool has_base, StageOut **out, Err *err)
{
	Arena mem;
	if (!arena_open(&mem, SIZE_MB, err))
		return false;
	StageOut *s = NEW(&mem, StageOut, 1);
	*s = (StageOut){.mem = mem, .fd = -1, .d = d, .has_base = has_base};
	snprintf(s->path, sizeof s->path, "%s", path);
	s->fd = fault_here() ? (errno = EIO, -1)
						 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (s->fd < 0) {
		file_error(err, "cannot write '%s': %s", path);
		stage_abandon(s);
		return false;
	}
	if (!hasher_open(&s->hasher, err)) {
		stage_abandon(s);
		return false;
	}
	hasher_begin(s->hasher);
	buf_add(&s->buf, S("SIAPSTG1"));
	buf_add(&s->buf, (Str){(const char *)d->hash.b, 32});
	buf_byte(&s->buf, has_base);
	little_put(&s->buf, d->n_fields, 2);
	for (size_t i = 0; i < d->n_fields; i++)
		buf_byte(&s->buf, given[i]);
	*out = s;
	return true;
}

bool
stage_add(StageOut *s, const Value *v, int64_t base, Err *err)
{
	buf_byte(&s->buf, 'R');
	if (s->has_base)
		little_put(&s->buf, (uint64_t)base, 8);
	for (size_t i = 0; i < s->d->n_fields; i++) {
		buf_byte(&s->buf, (char)v[i].kind);
		if (v[i].kind == VALUE_INT) {
			little_put(&s->buf, (uint64_t)v[i].i, 8);
		} else if (v[i].kind == VALUE_TEXT) {
			little_put(&s->buf, v[i].s.n, 4);
			buf_add(&s->buf, v[i].s);
		}
	}
	s->rows++;
	return s->buf.n < FLUSH || flush(s, err);
}

bool
stage_finish(StageOut *s, uint64_t *rows, Str *content, Arena *a, Err *err)
{
	Sha256 hash;
	char *hex = NEW(a, char, 65);
	bool ok = flush(s, err);
	hasher_end(s->hasher, &hash);
	little_put(&s->buf, 'E', 1);
	little_put(&s->buf, s->rows, 8);
	buf_add(&s->buf, (Str){(char *)hash.b, 32});
	ok = ok && buf_check(&s->buf, err) && fd_write_all(s->fd, buf_str(&s->buf), err) &&
		fd_sync(s->fd, err);
	hex_encode(hash.b, 32, hex);
	*content = (Str){hex, 64};
	*rows = s->rows;
	if (!ok) {
		stage_abandon(s);
		return false;
	}
	(void)close(s->fd);
	s->fd = -1;
	stage_abandon(s); /* nothing is left to remove */
	return true;
}

void
stage_abandon(StageOut *s)
{
	if (!s)
		return;
	if (s->fd >= 0) {
		(void)close(s->fd);
		(void)unlink(s->path);
	}
	if (s->hasher)
		hasher_close(s->hasher);
	buf_close(&s->buf);
	Arena mem = s->mem;
	arena_close(&mem);
}

/* ---- reading ---- */

struct StageIn {
	Arena mem;
	int fd;
	const Dataset *d;
	bool has_base, given[512];
	char *buf;
	size_t n, at, cap;
	int64_t offset; /* of buf[0] in the file */
	int64_t first_row;
};

/* At least n bytes from s->at on. */
static bool
want(StageIn *s, size_t n, Err *err)
{
	if (s->n - s->at >= n)
		return true;
	memmove(s->buf, s->buf + s->at, s->n - s->at);
	s->offset += (int64_t)s->at;
	s->n -= s->at;
	s->at = 0;
	while (s->n < n) {
		ssize_t got = n > s->cap ? 0
			: fault_here()       ? (errno = EIO, -1)
								 : read(s->fd, s->buf + s->n, s->cap - s->n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(err, E_IO, "the staged import cannot be read: %s", strerror(errno));
		if (got == 0) /* it will never go on: jobs_resume tells this from a disk that fails */
			return err_set(err, E_CONFLICT, "the staged import is damaged: import the file again");
		s->n += (size_t)got;
	}
	return true;
}

bool
stage_open(const char *path, const Dataset *d, StageIn **out, Err *err)
{
	Arena mem;
	NEED(d->n_fields < 512);
	if (!arena_open(&mem, 4 * SIZE_MB, err))
		return false;
	StageIn *s = NEW(&mem, StageIn, 1);
	*s = (StageIn){.fd = fault_here() ? (errno = EIO, -1) : open(path, O_RDONLY | O_CLOEXEC),
		.d = d,
		.cap = ROW_MOST + READ_AHEAD};
	s->buf = NEW(&mem, char, s->cap);
	s->mem = mem;
	if (s->fd < 0)
		file_error(err, "cannot read '%s': %s", path);
	else if (want(s, 43 + d->n_fields, err)) {
		s->first_row = 43 + (int64_t)d->n_fields;
		s->has_base = s->buf[40];
		for (size_t i = 0; i < d->n_fields; i++)
			s->given[i] = s->buf[43 + i];
		if (memcmp(s->buf, "SIAPSTG1", 8) == 0 && memcmp(s->buf + 8, d->hash.b, 32) == 0 &&
			little_get(s->buf + 41, 2) == d->n_fields) {
			s->at = (size_t)s->first_row;
			*out = s;
			return true;
		}
		err_set(err, E_CONFLICT,
			"the definition of '%.*s' changed since '%s' was staged: import the file again",
			STR(d->name), path);
	}
	stage_close(s);
	return false;
}

const bool *
stage_given(const StageIn *s)
{
	return s->given;
}

bool
stage_seek(StageIn *s, int64_t position, Err *err)
{
	s->offset = position ? position : s->first_row;
	s->n = s->at = 0;
	if (lseek(s->fd, s->offset, SEEK_SET) == s->offset)
		return true;
	return err_set(err, E_IO, "cannot read on in a staged import: %s", strerror(errno));
}

int64_t
stage_position(const StageIn *s)
{
	return s->offset + (int64_t)s->at;
}

/* One value at offset *o behind s->at; grows the window as needed. */
static bool
next_value(StageIn *s, size_t *o, Value *v, Err *err)
{
	if (!want(s, *o + 9, err))
		return false;
	const char *p = s->buf + s->at + *o;
	*v = (Value){.kind = (ValueKind)p[0]};
	*o += 1;
	if (v->kind == VALUE_INT) {
		v->i = (int64_t)little_get(p + 1, 8);
		*o += 8;
	} else if (v->kind == VALUE_TEXT) {
		v->s.n = (size_t)little_get(p + 1, 4);
		*o += 4;
		if (!want(s, *o + v->s.n, err))
			return false;
		/* An offset for now: the window may still move while the row is read. */
		v->i = (int64_t)*o;
		*o += v->s.n;
	}
	return true;
}

bool
stage_next(StageIn *s, Value *v, int64_t *base, bool *more, Err *err)
{
	size_t o = 1;
	*base = 0;
	*more = false;
	/* Every row is followed by at least the end mark of 41 bytes, so asking for 10 never runs past the file. */
	if (!want(s, 10, err))
		return false;
	if (s->buf[s->at] == 'E')
		return true;
	if (s->buf[s->at] != 'R')
		return err_set(err, E_CONFLICT, "the staged import is damaged: import the file again");
	if (s->has_base) {
		*base = (int64_t)little_get(s->buf + s->at + 1, 8);
		o += 8;
	}
	for (size_t i = 0; i < s->d->n_fields; i++)
		if (!next_value(s, &o, &v[i], err))
			return false;
	for (size_t i = 0; i < s->d->n_fields; i++)
		if (v[i].kind == VALUE_TEXT) {
			v[i].s.p = s->buf + s->at + v[i].i;
			v[i].i = 0;
		}
	s->at += o;
	*more = true;
	return true;
}

void
stage_close(StageIn *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	Arena mem = s->mem;
	arena_close(&mem);
}

void
stage_path(const Workspace *w, int64_t job, Arena *a, const char **out)
{
	*out = arena_fmt(a, "%s/import/%lld.stage", w->dir, (long long)job).p;
}
