/* route: from method and path to the handler that some file of this folder registered. */
#include "web/web_private.h"

extern const Route *const __start_siap_routes[] __attribute__((weak, visibility("hidden")));
extern const Route *const __stop_siap_routes[] __attribute__((weak, visibility("hidden")));

size_t
route_count(void)
{
	return (size_t)(__stop_siap_routes - __start_siap_routes);
}

const Route *
route_at(size_t i)
{
	return __start_siap_routes[i];
}

size_t
route_index(const Route *r)
{
	size_t i = 0;
	while (i < route_count() && route_at(i) != r)
		i++;
	return i;
}

static void
param_add(Request *rq, Str name, Str value)
{
	Pair *p = NEW(rq->a, Pair, 1);
	*p = (Pair){name, value, rq->param};
	rq->param = p;
}

/* Both begin with '/'. Segments of the path are decoded one by one, so a '/' may stand inside of one. */
static bool
matches(Request *rq, Str pattern, Str path, Err *err)
{
	rq->param = NULL;
	while (pattern.n && path.n) {
		Str want, have, text;
		str_cut(str_slice(pattern, 1, pattern.n), '/', &want, &pattern);
		if (str_starts(want, S("{")) && str_ends(want, S("*}"))) {
			if (!percent_decode(str_slice(path, 1, path.n), false, rq->a, &text, err))
				return false;
			param_add(rq, str_slice(want, 1, want.n - 2), text);
			return text.n > 0;
		}
		bool more = str_cut(str_slice(path, 1, path.n), '/', &have, &path);
		path = more ? (Str){path.p - 1, path.n + 1} : (Str){0};
		pattern = pattern.n ? (Str){pattern.p - 1, pattern.n + 1} : (Str){0};
		if (!percent_decode(have, false, rq->a, &text, err))
			return false;
		if (str_starts(want, S("{")))
			param_add(rq, str_slice(want, 1, want.n - 1), text);
		if (str_starts(want, S("{")) ? text.n == 0 : !str_eq(want, text))
			return false;
	}
	return !pattern.n && !path.n;
}

bool
route_find(Request *rq, Err *err)
{
	Str path, query, method = str_eq(rq->method, S("HEAD")) ? S("GET") : rq->method;
	bool other = false;
	Err why = {0};
	str_cut(rq->target, '?', &path, &query);
	for (const Route *const *r = __start_siap_routes; r < __stop_siap_routes && !why.code; r++) {
		if (!matches(rq, str_of((*r)->pattern), path, &why))
			continue;
		rq->route = *r;
		if (str_eq(method, str_of((*r)->method)))
			return true;
		other = true;
	}
	rq->route = NULL;
	if (why.code)
		return err_set(err, why.code, "%s", why.text);
	if (other)
		rq->status = MHD_HTTP_METHOD_NOT_ALLOWED;
	if (other)
		return str_eq(rq->method, S("POST"))
			? err_set(err, E_INPUT, "this page only shows something: nothing can be sent to it")
			: err_set(err, E_INPUT, "this address shows no page: it only takes what a form sends");
	err_set(err, E_NOTFOUND, "there is no page '%.*s'", STR(rq->path));
	return err_hint(err, "begin at the start page, or search for an area by name or code");
}
