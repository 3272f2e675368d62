/* empty: empty forms as files, to be filled in elsewhere and imported: the header that import recognises, with examples or lists. */
#include "web/web_private.h"

#include <stdatomic.h>
#include <unistd.h>

static bool
dataset_of(const Request *rq, const Dataset **out, Err *err)
{
	Str name = rq_param(rq, "dataset");
	*out = catalog_dataset(&rq->w->cat, name);
	if (!*out)
		return err_set(err, E_NOTFOUND, "there is no dataset '%.*s'", STR(name)) ||
			err_hint(err, "the page Data lists them all");
	return account_may(rq->who, VERB_READ, *out, (Str){0}, err);
}

static bool
file_send(Request *rq, const Dataset *d, const char *type, const char *ending, Buf *bytes, Err *err)
{
	if (!reply_bytes(rq, MHD_HTTP_OK, type, bytes, err))
		return false;
	reply_header(rq, "Content-Disposition",
		arena_fmt(rq->a, "attachment; filename=\"%.*s.%s\"", STR(d->name), ending));
	return true;
}

static bool
template_csv(Request *rq, Err *err)
{
	AUTO(Buf) out = {0};
	const Dataset *d;
	if (!dataset_of(rq, &d, err))
		return false;
	dataset_template(d, &out);
	return file_send(rq, d, "text/csv; charset=utf-8", "csv", &out, err);
}
ROUTE(template_csv, "GET", "/data/{dataset}/template.csv", template_csv, ROUTE_MEMBER);

/* The library writes files only: one in the workspace's folder, gone at once. */
static bool
template_xlsx(Request *rq, Err *err)
{
	static _Atomic int64_t number;
	enum { MOST = 8 << 20 };
	AUTO(Buf) out = {0};
	const Dataset *d;
	Str bytes;
	if (!dataset_of(rq, &d, err))
		return false;
	const char *path = workspace_path(
		rq->w, rq->a, arena_fmt(rq->a, "upload.%d.form%lld", (int)getpid(), (long long)++number).p);
	bool ok = dataset_form(d, rq->w->pack, path, err) && file_read(path, MOST, rq->a, &bytes, err);
	(void)unlink(path);
	if (!ok)
		return false;
	buf_add(&out, bytes);
	return file_send(rq, d, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"xlsx", &out, err);
}
ROUTE(template_xlsx, "GET", "/data/{dataset}/template.xlsx", template_xlsx, ROUTE_MEMBER);
