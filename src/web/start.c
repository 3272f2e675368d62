/* start: the way in, and the language. */
#include "web/web_private.h"

/* To the person's own area; to the first steps while there is no TPS to be counted by. */
static bool
home(Request *rq, Err *err)
{
	const Dataset *tps = catalog_dataset(&rq->w->cat, S("tps"));
	uint64_t n = 1;
	if (tps && !rows_number(rq->w, tps, (Str){0}, 1, &n, err))
		return false;
	if (!n)
		return reply_redirect(rq, S("/setup"), err);
	return reply_redirect(rq, arena_fmt(rq->a, "/area/%.*s", STR(own_area(rq))), err);
}
ROUTE(home, "GET", "/", home, ROUTE_MEMBER);

static bool
language(Request *rq, Err *err)
{
	Str want = str_eq(rq_form(rq, "language"), S("en")) ? S("en") : S("id");
	if (rq->who && !gate_language(rq->site->gate, rq->who->id, want, err))
		return false;
	if (!reply_redirect(rq, rq_form(rq, "back"), err))
		return false;
	reply_header(rq, "Set-Cookie",
		arena_fmt(rq->a, "lang=%.*s; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly%s", STR(want),
			rq->site->options->behind_https ? "; Secure" : ""));
	return true;
}
ROUTE(language, "POST", "/language", language, ROUTE_OPEN);
