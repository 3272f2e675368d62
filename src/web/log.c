/* log: the public log for everybody, as c2sp.org/tlog-tiles lays it out, so that anybody can check it with no more than its public key. */
#include "web/web_private.h"

static bool
log_page(Request *rq, Err *err)
{
	AUTO(Buf) out = {0};
	Str path = rq_param(rq, "path");
	bool tile = str_starts(path, S("tile/"));
	if (rq->target.n != path.n + S("/log/").n) /* each file has one address */
		return err_set(err, E_NOTFOUND, "the log has no file '%.*s'", STR(path));
	if (!log_file(rq->w, path, rq->a, &out, err))
		return false;
	const char *type = tile ? "application/octet-stream" : "text/plain; charset=utf-8";
	if (!reply_bytes(rq, MHD_HTTP_OK, type, &out, err))
		return false;
	reply_keep(rq, tile ? S("public, max-age=31536000, immutable") : S("no-cache"));
	return true;
}
/* Slow: a bundle of entries is made of 256 events, and anybody may ask for many. */
ROUTE_SLOW(log, "GET", "/log/{path*}", log_page, ROUTE_OPEN);
