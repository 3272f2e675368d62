/* help: how to do what, and what the words mean. Anybody may read it, also who cannot log in. */
#include "web/web_private.h"

static bool
help(Request *rq, Err *err)
{
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("Help")));
	return page_send(rq, "help", f, err);
}
ROUTE(help, "GET", "/help", help, ROUTE_OPEN);

static bool
words(Request *rq, Err *err)
{
	const Pack *p = rq->w->pack;
	Fill *f = fill_new(rq->a);
	fill_text(f, "title", str_of(tr("What the words mean")));
	fill_text(f, "moved_in", pack_label(p, S("moved_in")));
	fill_text(f, "poll", p->poll);
	return page_send(rq, "words", f, err);
}
ROUTE(words, "GET", "/words", words, ROUTE_OPEN);
