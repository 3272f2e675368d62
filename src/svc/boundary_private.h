/* What the files about boundaries of areas share among themselves. */
#ifndef SIAP_SVC_BOUNDARY_PRIVATE_H
#define SIAP_SVC_BOUNDARY_PRIVATE_H

#include "svc/account_private.h"

/* Into area[i] the code of feature i, empty: none that counts. Counts, and what was not matched, go into im. */
bool boundaries_match(Workspace *w, BoundaryImport *im, const GeoFile *g, Str *area, Arena *a, Err *err) MUST;

typedef bool (*BoundaryEventFn)(void *ctx, Str area, int64_t event, Err *err); /* false stops */
/* SHA-256 over all boundaries by code: "CODE LEVEL RINGS" and a newline. fn: told of each one's event; may be NULL. */
bool boundary_digest(const LogSource *from, BoundaryEventFn fn, void *ctx, char hex[65], Err *err) MUST;

#endif
