/* assets: style sheets, scripts and pictures, compressed when the program was built, under addresses that change with their content. */
#include "web/web_private.h"

enum { ASSETS = 64, SHORT_HASH = 12 };
typedef struct Asset {
	Str name, plain, packed; /* packed: empty: not worth it */
	char hash[65];
	struct MHD_Response *response[2];
} Asset;
static struct {
	Asset asset[ASSETS];
	size_t n;
} all;

static const char *
type_of(Str name)
{
	return str_ends(name, S(".css"))        ? "text/css; charset=utf-8"
		: str_ends(name, S(".js"))          ? "text/javascript; charset=utf-8"
		: str_ends(name, S(".svg"))         ? "image/svg+xml"
		: str_ends(name, S(".webmanifest")) ? "application/manifest+json"
											: "application/octet-stream";
}

static struct MHD_Response *
response_of(const Asset *a, Str bytes, bool packed)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		bytes.n, (void *)(uintptr_t)bytes.p, MHD_RESPMEM_PERSISTENT);
	char tag[32];
	if (!r)
		return NULL;
	snprintf(tag, sizeof tag, "\"%.*s%s\"", SHORT_HASH, a->hash, packed ? "-gz" : "");
	(void)MHD_add_response_header(r, "Content-Type", type_of(a->name));
	(void)MHD_add_response_header(r, "Cache-Control", "public, max-age=31536000, immutable");
	(void)MHD_add_response_header(r, "ETag", tag);
	(void)MHD_add_response_header(r, "Vary", "Accept-Encoding");
	(void)MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	if (packed)
		(void)MHD_add_response_header(r, "Content-Encoding", "gzip");
	return r;
}

bool
assets_load(const Env *env, Err *err)
{
	for (size_t i = 0; i < env->n_files; i++) {
		Str path = str_of(env->files[i].path);
		if (!str_starts(path, S("assets/")) || str_ends(path, S(".gz")))
			continue;
		NEED(all.n < ASSETS);
		Asset *a = &all.asset[all.n++];
		char packed[256];
		snprintf(packed, sizeof packed, "%.*s.gz", STR(path));
		Sha256 hash = sha256(env->files[i].bytes);
		hex_encode(hash.b, sizeof hash.b, a->hash);
		a->name = str_slice(path, 7, path.n);
		a->plain = env->files[i].bytes;
		a->packed = env_file(env, packed);
		a->response[0] = response_of(a, a->plain, false);
		a->response[1] = a->packed.n ? response_of(a, a->packed, true) : NULL;
		if (!a->response[0] || (a->packed.n && !a->response[1]))
			return err_set(err, E_LIMIT, "there is no memory for the pages");
	}
	return true;
}

void
assets_close(void)
{
	for (size_t i = 0; i < all.n; i++)
		for (int k = 0; k < 2; k++)
			if (all.asset[i].response[k])
				MHD_destroy_response(all.asset[i].response[k]);
	all.n = 0;
}

static Asset *
asset_find(Str name)
{
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(all.asset[i].name, name))
			return &all.asset[i];
	return NULL;
}

Str
asset_address(Str name, Arena *a)
{
	const Asset *x = asset_find(name);
	NEED(x);
	return arena_fmt(a, "/assets/%.*s/%.*s", SHORT_HASH, x->hash, STR(name));
}

static bool
asset_page(Request *rq, Err *err)
{
	Asset *x = asset_find(rq_param(rq, "name"));
	if (!x)
		return err_set(err, E_NOTFOUND, "there is no page '%.*s'", STR(rq->path));
	bool packed = x->packed.n && takes_gzip(rq);
	Str tag = str_of(MHD_get_response_header(x->response[packed], "ETag"));
	if (browser_has(rq, tag))
		return reply_same(rq, tag, err);
	rq->size = packed ? x->packed.n : x->plain.n;
	rq->status = MHD_HTTP_OK;
	rq->response = x->response[packed];
	rq->shared = true;
	return true;
}

ROUTE(asset, "GET", "/assets/{hash}/{name}", asset_page, ROUTE_OPEN);
