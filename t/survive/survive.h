/* survive: 64 writers whose power, process or server ends at any moment, and what must be there afterwards. */
#ifndef SIAP_SURVIVE_H
#define SIAP_SURVIVE_H

#include "postgres.h"
#include "shim.h"
#include "svc/svc_private.h"

#include <limits.h>

/* ---- rows.c: what is written ---- */
enum { WRITERS = 64, DATASETS = 5, STATIONS = 60, CELLS = 16, CELL = 64 };
#define VILLAGE "1571091002"
typedef struct Row { /* says something about every field, so that the event follows from it alone */
	int dataset;
	bool closing;
	char cell[CELLS][CELL]; /* by field; empty: nothing */
} Row;
const Dataset *survive_dataset(const Catalog *c, int i);
int survive_dataset_of(Str name); /* -1: none of ours */
void row_choose(const Catalog *c, uint64_t *state, Row *out);
void row_change(const Catalog *c, uint64_t *state, Row *row); /* another content for the same key */

/* ---- What the writers tell: messages of at most PIPE_BUF bytes, each of them whole in the pipe or not at all ---- */
typedef enum Kind {
	ACKNOWLEDGED, /* content: the cells, each ended by a NUL */
	REFUSED,      /* content: the sentence */
	CHECKPOINT,   /* content: of the file */
	ENDED,        /* after a clean end; event: how many writes and syncs there were */
} Kind;
typedef struct Message {
	uint32_t bytes; /* of content behind this */
	uint8_t kind, dataset, closing;
	uint8_t code; /* the Outcome; refused: the ErrCode */
	int64_t event;
} Message;

/* ---- writers.c: the process that ends ---- */
typedef struct Plan {
	const Env *env;
	const char *ws;
	uint64_t seed;
	size_t writers;     /* at once; 0: all of them */
	int guest;          /* 0, or: another process holds the workspace; begins with a byte from here, ends when that process does */
	int64_t rows;       /* so many between opening and closing; 0: no end */
	int rounds;         /* so often opened and closed; 0: no end */
	bool settles;       /* the board follows, with readers of its own */
	int64_t cut_after;  /* the power is cut so many microseconds after the first acknowledged row; 0: not by the clock */
	bool cut_early;     /* after the start of the process instead */
	const Shim *shim;   /* NULL: the ordinary file system */
	int out;
} Plan;
/* Ends by a power cut, by a kill from outside, or with status 0 after SIGTERM or the last round. */
_Noreturn void writers_run(const Plan *p);

/* ---- ledger.c: what was acknowledged ---- */
typedef struct Ack {
	int64_t event;
	Str cells;
	uint8_t dataset, outcome;
	bool closing, checked;
} Ack;
typedef struct Handed { /* a checkpoint that left the process */
	uint64_t size;
	Sha256 root;
} Handed;
typedef struct Ledger { /* of one workspace, over all tries */
	Arena a;
	Ack *ack;
	size_t n, room;
	Handed *handed;
	size_t n_handed, room_handed;
	Sha256 *seen; /* of events 1... as they were found at the last check */
	size_t n_seen;
	/* Of this try: */
	_Atomic size_t acks, refusals;
	size_t handed_now;
	bool ended; /* said so */
	int64_t operations;
	ErrCode refused;
	char refusal[400]; /* the first one that was not expected */
	const char *const *expected;
	int in;
	pthread_t listener;
} Ledger;
void ledger_open(Ledger *l);
void ledger_close(Ledger *l);
/* Until its other end is closed. expected: how a refusal may begin, ended by a NULL; NULL: none is. */
void ledger_listen(Ledger *l, int in, const char *const *expected);
void ledger_finish(Ledger *l);

/* ---- check.c: what is there afterwards ---- */
typedef struct Verdict {
	size_t lost, wrong; /* acknowledged events that are absent or say another thing; anything else that may not be */
	char first[600];    /* the first of these, as a sentence */
	char verified[700]; /* what `siap verify` says to it; empty: that all is well */
} Verdict;
/* By the ordinary file system: opens the workspace, looks at everything, enters a row. */
void workspace_check(const Env *env, const char *ws, Ledger *l, Verdict *out);
void wrong(Verdict *v, const char *fmt, ...) PRINTF(2, 3);
void lost(Verdict *v, const char *fmt, ...) PRINTF(2, 3);

/* ---- root.c ---- */
/* Merkle tree hash of RFC 6962, section 2.1, over leaf hashes, straight from its definition. */
void root_of(const Sha256 *leaf, size_t n, Sha256 *out);
/* Origin, size, root in base64: the first three lines of a checkpoint. */
bool checkpoint_read(Str text, Handed *out) MUST;

/* ---- plain.c ---- */
/* Commits rows with this setting of synchronous, through the shim, cuts the power; how many of them are lost. */
size_t plain_lost(const char *dir, const char *synchronous, int rows);

#endif
