/* What the files about boundaries of areas share among themselves. */
#ifndef SIAP_SVC_BOUNDARY_PRIVATE_H
#define SIAP_SVC_BOUNDARY_PRIVATE_H

#include "svc/account_private.h"

/* Into area[i] the code of feature i, empty: none that counts. Counts, and what was not matched, go into im. */
bool boundaries_match(Workspace *w, BoundaryImport *im, const GeoFile *g, Str *area, Arena *a, Err *err) MUST;

#endif
