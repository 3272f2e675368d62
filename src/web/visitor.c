/* visitor: who asks, by the cookie that log-in gave. */
#include "web/web_private.h"

bool
visitor_find(Request *rq, Err *err)
{
	(void)err;
	rq->who = NULL;
	return true;
}

bool
visitor_ask(Request *rq, Err *err)
{
	return rq->route->run(rq, err);
}
