/* help: how to do what. Anybody may read it, also who cannot log in. */
#include "web/web_private.h"

static bool
help(Request *rq, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("Help")));
	return page_send(rq, "help", f, err);
}
ROUTE(help, "GET", "/help", help, ROUTE_OPEN);
