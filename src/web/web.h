/* web: the desk in the browser: an HTTP server over one workspace. One file per area of pages, found by the linker. */
#ifndef SIAP_WEB_H
#define SIAP_WEB_H

#include "base/base.h"
#include "svc/svc.h"

typedef struct WebOptions {
	const char *listen; /* "127.0.0.1:8080"; port 0: the kernel chooses */
	bool behind_https;  /* cookies are marked Secure: a proxy in front ends TLS */
	int threads;        /* that read requests; 0: one for each core */
	int patience_s;     /* for what does not come on: a head, silence; 0: 30 */
	int per_address;    /* connections that one address may have; 0: no limit (a proxy in front has one) */
	int64_t upload_most; /* bytes of a form with files */
	const char *log;    /* a file for a line about each request; NULL: stderr, when that is no terminal */
	bool metrics_open;  /* figures for monitoring are for everybody, not for this machine alone */
	/* Called once when requests are taken, with the address to open. */
	void (*ready)(void *ctx, const char *address);
	void *ctx;
} WebOptions;
/* Serves until *stop; answers that have begun are finished, for at most ten seconds. The gate must hold the lease (E_BUSY), and w stays
 * open. E_INPUT: no such address to listen on; E_IO: it is taken. */
bool web_serve(Workspace *w, Gate *g, const WebOptions *o, const volatile bool *stop, Err *err) MUST;

#endif
