/* What the files of the roll share that walk over whole versions. */
#ifndef SIAP_ROLL_PRIVATE_H
#define SIAP_ROLL_PRIVATE_H

#include "roll/roll.h"

typedef struct RollWalk {
	unsigned columns;
	int threads;
	bool (*see)(void *ctx, int thread, const RollSlice *s, Err *err); /* thread: below WORK_THREADS; false ends the walk */
	void *ctx;
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* voters; one at a time; may be NULL */
	void *progress_ctx;
	const volatile bool *stop; /* E_BUSY; may be NULL */
} RollWalk;
/* Each slice once, in any order. */
bool roll_walk(const RollFile *f, const RollWalk *ask, Err *err) MUST;

/* ---- counts by polling station, one table for each thread: an array of WORK_THREADS, noughts but for the width of each ---- */
typedef struct TallyTable {
	size_t width;    /* counters of a polling station */
	uint64_t *tps;   /* 0: an empty place */
	uint32_t *count;
	size_t slots, n;
	Arena a;
} TallyTable;
/* Good until the next call on the same table. */
bool tally_at(TallyTable *t, uint64_t tps, uint32_t **count, Err *err) MUST;
/* Closes all of them, also on an error. */
bool tally_end(TallyTable *table, Arena *a, RollTally *out, Err *err) MUST;

/* ---- repeat.c: voters with equal keys ---- */
typedef struct Repeat {
	uint64_t key, row, tps;
} Repeat;
typedef uint64_t RepeatKey(const RollSlice *s, size_t i); /* 0: none */
typedef struct RepeatAsk {
	RepeatKey *key;
	unsigned columns; /* that it reads */
	void (*group)(void *ctx, const Repeat *v, size_t n); /* of one key, two or more, by polling station, then by row; one group at a time */
	void *ctx;
} RepeatAsk;
/* Each group of two voters and more, in an order that depends on nothing but the keys. Some 24 bytes a voter; lists over 32 million
 * are read several times instead. */
bool roll_repeats(const RollFile *f, const RepeatAsk *ask, const RollLook *look, Err *err) MUST;

/* Of a name as it sounds and a birth date: equal for voters who may be the same. 0: there is no name. */
uint64_t roll_alike(Str name, int32_t birth);

#endif
