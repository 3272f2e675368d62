/* What the pages about accounts share. */
#ifndef SIAP_WEB_ACCOUNTS_H
#define SIAP_WEB_ACCOUNTS_H

#include "web/data.h"

/* login, name, agency, role, areas, datasets (empty: all), state, closed, invited, totp, account_url. */
void account_words(const Request *rq, Fill *f, const Account *of);
/* rights: verb, may, sets, others, why, who_could. */
void rights_fill(const Request *rq, Fill *f, const Account *of);
/* sessions: session, device, made, seen, here. */
bool account_sessions_fill(const Request *rq, Fill *f, int64_t account, Err *err) MUST;
void problem_fill(const Request *rq, Fill *f, const Err *why); /* what, hint, empty for code E_OK; and accounts_css */
unsigned form_status(const Err *why); /* of a form that is shown again with what was wrong */
Origin account_origin(const Request *rq);

#endif
