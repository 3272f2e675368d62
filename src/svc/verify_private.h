/* What the files of verify share. */
#ifndef SIAP_VERIFY_PRIVATE_H
#define SIAP_VERIFY_PRIVATE_H

#include "svc/svc_private.h"

enum { VERIFY_THREADS = 16 };

typedef struct KnownOrigin { /* what an origin and its definition say of their events */
	OriginRow row;
	Str dataset;
	Str device, request; /* of a single edit of a device, else empty */
	int16_t at; /* in the catalog of today; -1: no dataset of today */
	bool restricted, has_private, known;
} KnownOrigin;

/* All that is kept of the log in memory: about 12 bytes an event. Events are numbered from 1; place 0 is not used. */
typedef struct VerifyLog {
	int64_t events;
	uint32_t *base;   /* as the event says, 0: none */
	uint32_t *next;   /* the event that came behind it in its row, 0: none */
	uint8_t *op;
	int16_t *dataset; /* in the catalog of today, -1: none of them */
	Sha256 *tile;     /* roots of the full tiles of 256 leaves */
	KnownOrigin *origin;
	int64_t n_origins;
	Map forgotten;    /* dataset, a zero byte, key -> the last event that erased its private fields */
} VerifyLog;

typedef struct KeptEvent { /* one that tables beside those of the datasets know of */
	int64_t seq, at;
	Str area, key;
	Hlc clock;
	const KnownOrigin *origin;
	bool settles;            /* conflicts of the row that its key names */
	bool rights;             /* of the account that its key names */
	bool paper;              /* attached to the row that its key names */
	bool boundary;           /* of areas, for maps */
	struct KeptEvent *later; /* the next one that does for the same row */
	struct KeptEvent *next;
} KeptEvent;

typedef struct Verify {
	Workspace *w;
	const VerifyAsk *ask;
	VerifyReport *out;
	Arena *a;
	VerifyLog log;
	pthread_mutex_t lock; /* guards those below */
	int64_t next;         /* chunk or dataset that nobody has begun */
	uint64_t done;
	bool failed;
	Err err;              /* of the earliest place where something differs */
	int64_t place;
	struct SealedEvent *closed; /* those whose private part did not open */
	KeptEvent *kept;
	size_t n_kept;
	KeptEvent **in_order; /* of events, once they are all read */
	Map settled;          /* dataset/key -> the first in in_order that settles its conflicts */
	Str language;
	Str *cut; /* area codes between which tables are looked at by one thread: n_cuts parts, one more end */
	size_t n_cuts;
} Verify;
typedef struct VerifyThread {
	Verify *v;
	Db *db;
	Tx tx; /* all threads see the database as of one moment */
	Sealer sealer;
	Arena a;
	pthread_t thread;
	bool (*work)(struct VerifyThread *t, int64_t at, Err *err);
	int64_t n;
	bool started;
} VerifyThread;
/* Runs work(0) … work(n - 1) on all threads; false: something differs or failed, the smallest number first. */
bool verify_each(
	Verify *v, VerifyThread *t, int64_t n, bool (*work)(VerifyThread *t, int64_t at, Err *err), Err *err) MUST;
bool verify_tell(Verify *v, Str phase, uint64_t more, uint64_t total, Err *err) MUST;

/* verify_events.c: leaves, sealed parts, tiles, checkpoints */
bool verify_origins(Verify *v, VerifyThread *t, Err *err) MUST;
/* Of 256 hashes, in place: node[0] becomes the hash over all of them. */
void verify_tile_root(Hasher *h, Sha256 *node);
bool verify_events(Verify *v, VerifyThread *t, Err *err) MUST;
bool verify_tree(Verify *v, VerifyThread *t, Err *err) MUST;
/* verify_rows.c: each row of a table is the newest event of its row, and none is missing */
bool verify_chains(Verify *v, VerifyThread *t, Err *err) MUST;
bool verify_closed(Verify *v, VerifyThread *t, Err *err) MUST;
bool verify_rows(Verify *v, VerifyThread *t, Err *err) MUST;
/* verify_edits.c: devices' edits and settled conflicts */
void verify_keep(Verify *v, const Entry *e, const KnownOrigin *o); /* an event that was read, on any thread */
void verify_settled(Verify *v);                                    /* once all are read */
int64_t verify_settles(const Verify *v, Str row, int64_t event); /* the event that settled this conflict of dataset/key; 0: none */
bool verify_devices(Verify *v, VerifyThread *t, Err *err) MUST;
/* verify_accounts.c: rights of accounts; after verify_chains */
bool verify_accounts(Verify *v, VerifyThread *t, Err *err) MUST;
/* verify_papers.c: papers and their files; after verify_chains */
bool verify_papers(Verify *v, VerifyThread *t, Err *err) MUST;
/* verify_rolls.c: files of the voter roll, by their hash. */
bool verify_rolls(Verify *v, VerifyThread *t, Err *err) MUST;
/* verify_boundaries.c: boundaries are those that the last file left, each of an event that brought a file */
bool verify_boundaries(Verify *v, VerifyThread *t, Err *err) MUST;
/* verify_rules.c: what comes from the definitions and the pack */
bool verify_rules(Verify *v, VerifyThread *t, Err *err) MUST;

#endif
