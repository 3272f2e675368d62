/* shim: a SQLite VFS that keeps what was not synced in memory: when the process ends, the power has been cut. */
#ifndef SIAP_SURVIVE_SHIM_H
#define SIAP_SURVIVE_SHIM_H

#include "base/base.h"

/* What happens to the first write or sync (as it needs) whose number is at least `at`. */
typedef enum ShimEvent {
	SHIM_NOTHING,
	SHIM_WRITE_FAILS, /* SQLITE_IOERR_WRITE, nothing of it is written */
	SHIM_DISK_FULL,   /* SQLITE_FULL */
	SHIM_WRITE_TEARS, /* its first part is written, then SQLITE_IOERR_WRITE */
	SHIM_SYNC_FAILS,  /* SQLITE_IOERR_FSYNC; some of what waited is on the disk, the rest perhaps never will be */
	SHIM_CUT_WRITE,   /* its first part is written, then the power is cut */
	SHIM_CUT_SYNC,    /* the power is cut while it syncs */
	SHIM_EVENTS
} ShimEvent;

typedef struct Shim {
	ShimEvent event;
	int64_t at;   /* writes, truncations and syncs count alike, over all files, from 1 */
	bool lasting; /* all writes and syncs after it fail too */
	int keep;     /* at the cut so many of 1,000 sectors that were not synced are on the disk, any of them */
	bool lies;    /* syncs say done and do nothing: a disk that must lose rows */
	uint64_t seed;
} Shim;

/* Becomes the default VFS of this process, in which a database was opened before: the library is configured by then. Databases, logs
 * and journals opened from now on go through it, others do not. */
void shim_install(const Shim *how);
/* Cuts the power: ends the process with status SHIM_CUT. Whatever was not synced is gone, but for what `keep` says. */
enum { SHIM_CUT = 40 };
_Noreturn void shim_cut(void);
int64_t shim_count(void); /* writes, truncations and syncs so far */
bool shim_happened(void); /* the event */

/* Numbers by a seed: the same ones each time. */
uint64_t lot(uint64_t *state);
int64_t lot_below(uint64_t *state, int64_t n);

#endif
