/* upload: files that come with a form, kept in private files of the workspace's folder while the request lives. */
#include "web/web_private.h"

#include <fcntl.h>
#include <unistd.h>

enum { FILES_MOST = 32, TEXT_MOST = 1 << 20, AT_ONCE = 16 };

struct Uploading {
	Request *rq;
	Multipart *parts;
	Part part; /* at hand */
	Buf text;  /* of a field that is no file */
	size_t texts, files;
	int fd; /* of the file at hand, -1: none */
	Upload *file, **end;
	Pair **last;
};

static _Atomic int64_t at_once, number;

static bool
file_begin(Uploading *u, const Part *part, Err *err)
{
	Request *rq = u->rq;
	if (++u->files > FILES_MOST)
		return err_set(err, E_LIMIT, "a form has at most %d files", FILES_MOST);
	Upload *f = NEW(rq->a, Upload, 1);
	const char *name = arena_fmt(rq->a, "upload.%d.%lld", (int)getpid(), (long long)++number).p;
	*f = (Upload){.field = arena_str(rq->a, part->name),
		.name = arena_str(rq->a, part->file),
		.type = arena_str(rq->a, part->type),
		.path = workspace_path(rq->site->w, rq->a, name)};
	u->fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (u->fd < 0)
		return file_error(err, "cannot write '%s': %s", f->path);
	*u->end = u->file = f;
	u->end = &f->next;
	return true;
}

static bool
part_begin(void *ctx, const Part *part, Err *err)
{
	Uploading *u = ctx;
	u->file = NULL;
	u->part = (Part){.name = arena_str(u->rq->a, part->name), .is_file = part->is_file};
	/* A field for a file in which none was chosen comes without a name. */
	if (part->is_file && part->file.n)
		return file_begin(u, part, err);
	buf_clear(&u->text);
	return true;
}

static bool
part_data(void *ctx, Str bytes, Err *err)
{
	Uploading *u = ctx;
	if (u->file) {
		u->file->size += (int64_t)bytes.n;
		return fd_write_all(u->fd, bytes, err);
	}
	u->texts += bytes.n;
	if (u->texts > TEXT_MOST)
		return err_set(err, E_LIMIT, "the text of a form has at most %d bytes", TEXT_MOST);
	buf_add(&u->text, bytes);
	return buf_check(&u->text, err);
}

static bool
part_end(void *ctx, Err *err)
{
	Uploading *u = ctx;
	size_t at;
	if (u->file) {
		int fd = u->fd;
		u->fd = -1;
		return close(fd) == 0 || file_error(err, "cannot write '%s': %s", u->file->path);
	}
	if (u->part.is_file)
		return u->text.n == 0 || err_set(err, E_INPUT, "a file came without a name");
	Pair *p = NEW(u->rq->a, Pair, 1);
	*p = (Pair){.name = u->part.name, .value = arena_str(u->rq->a, buf_str(&u->text))};
	if (!utf8_check(p->value, &at) || memchr(p->value.p, '\0', p->value.n))
		return err_set(err, E_INPUT, "the request holds bytes that are not UTF-8 text");
	*u->last = p;
	u->last = &p->next;
	return true;
}

bool
upload_begin(Request *rq, Err *err)
{
	Uploading *u = NEW(rq->a, Uploading, 1);
	*u = (Uploading){.rq = rq, .fd = -1, .end = &rq->upload, .last = &rq->form};
	rq->uploading = u;
	if (++at_once > AT_ONCE)
		return err_set(
			err, E_BUSY, "too many files are coming in at the moment: try again shortly");
	return multipart_new(rq_header(rq, "Content-Type"),
		(PartSink){part_begin, part_data, part_end, u}, rq->a, &u->parts, err);
}

bool
upload_add(Request *rq, Str bytes, Err *err)
{
	return multipart_add(rq->uploading->parts, bytes, err);
}

bool
upload_end(Request *rq, Err *err)
{
	return multipart_end(rq->uploading->parts, err);
}

void
upload_drop(Request *rq)
{
	Uploading *u = rq->uploading;
	if (!u)
		return;
	at_once--;
	multipart_close(u->parts);
	buf_close(&u->text);
	if (u->fd >= 0)
		(void)close(u->fd);
	for (const Upload *f = rq->upload; f; f = f->next)
		(void)unlink(f->path);
	rq->uploading = NULL;
	rq->upload = NULL;
}

const Upload *
rq_upload(const Request *rq, const char *field)
{
	for (const Upload *f = rq->upload; f; f = f->next)
		if (str_eq(f->field, str_of(field)))
			return f;
	return NULL;
}
