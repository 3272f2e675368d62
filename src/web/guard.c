/* guard: against requests that another site makes in the name of somebody who is logged in here. */
#include "web/web_private.h"

#include <sodium.h>

enum { NONCE = 16, MAC = 16 };

static void
mac_of(const Request *rq, const unsigned char nonce[NONCE], unsigned char out[MAC])
{
	(void)crypto_generichash(out, MAC, nonce, NONCE, rq->session.secret, sizeof rq->session.secret);
}

/* A new nonce for each page: what compresses together with it tells nothing about it. */
Str
csrf_token(const Request *rq)
{
	unsigned char raw[NONCE + MAC];
	char hex[2 * sizeof raw + 1];
	rq->w->env->random(rq->w->env->ctx, raw, NONCE);
	mac_of(rq, raw, raw + NONCE);
	hex_encode(raw, sizeof raw, hex);
	return arena_str(rq->a, str_of(hex));
}

static bool
token_good(const Request *rq)
{
	unsigned char raw[NONCE + MAC], want[MAC];
	Str token = rq_form(rq, "csrf");
	if (!token.n)
		token = rq_header(rq, "X-Siap-Csrf");
	if (!hex_decode(token, raw, sizeof raw))
		return false;
	mac_of(rq, raw, want);
	return sodium_memcmp(want, raw + NONCE, MAC) == 0;
}

/* Browsers say where a request comes from; programs say nothing. */
static bool
origin_good(const Request *rq)
{
	Str site = rq_header(rq, "Sec-Fetch-Site"), origin = rq_header(rq, "Origin"),
		host = rq_header(rq, "Host");
	size_t at;
	if (site.n && !str_eq(site, S("same-origin")) && !str_eq(site, S("none")))
		return false;
	if (!origin.n)
		return true;
	if (!str_find(origin, S("://"), &at))
		return false;
	return str_eq(str_slice(origin, at + 3, origin.n), host);
}

bool
guard_check(const Request *rq, Err *err)
{
	if (origin_good(rq) && ((!rq->who && !rq->visit) || token_good(rq)))
		return true;
	err_set(err, E_DENIED, "this did not come from a page of this server that is still valid");
	return err_hint(
		err, "go back, load the page again, and send it once more: what you typed is still there");
}
