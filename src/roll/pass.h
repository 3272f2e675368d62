/* What checking and comparing rolls share: walks over all slices, and bringing together voters that have a key in common. */
#ifndef SIAP_ROLL_PASS_H
#define SIAP_ROLL_PASS_H

#include "roll/roll.h"

/* ---- A walk over all slices of a version, by several threads, in no particular order ---- */
typedef struct RollWalk {
	const RollFile *file;
	unsigned columns;
	int threads;
	/* a: scratch of the thread, void when it returns. */
	bool (*see)(void *ctx, const RollSlice *s, Arena *a, Err *err);
	void *ctx;
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* voters; one at a time; may be NULL */
	void *progress_ctx;
	const volatile bool *stop; /* E_BUSY; may be NULL */
} RollWalk;
/* The first failure ends it. */
bool roll_walk(const RollWalk *w, Err *err) MUST;

/* ---- Voters with one key, brought together in bounded memory: the keys are shared over as many passes as it takes ---- */
enum { GATHER_MOST = 1 << 22 }; /* records of a pass, about */
typedef struct RollKey { /* how a record begins */
	uint64_t key, row;
} RollKey;
typedef struct Gather Gather;
typedef struct GatherPlan {
	size_t size;     /* of a record */
	uint64_t total;  /* records of all passes at most */
	uint64_t at_once; /* records of a pass; 0: GATHER_MOST. Keys that are all the same come in one pass, whatever their number */
	int threads;
	bool (*fill)(void *ctx, Gather *g, Err *err); /* one pass: puts every record whose key it is asked for */
	/* Records of one key, sorted by row, which it may put into another order; any of the threads calls it, a key once. */
	void (*group)(void *ctx, void *record, size_t n);
	void *ctx;
} GatherPlan;
bool roll_gather(const GatherPlan *p, Err *err) MUST;
bool gather_wants(const Gather *g, uint64_t key);   /* whether this pass takes it */
void gather_put(Gather *g, const void *record); /* from any thread; only what it wants */

/* Mixes the bits of a key. */
static inline uint64_t
roll_mix(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15u;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9u;
	return x ^ (x >> 32);
}
/* Of a name: case, points, commas, quotes and the number of blanks do not matter. Never 0 but for an empty one. */
uint64_t roll_name_hash(Str name);
/* Of a name, by its hash, and a birth date. */
static inline uint64_t
roll_alike(uint64_t name, int32_t birth)
{
	return roll_mix(name ^ (uint64_t)(uint32_t)birth << 20);
}

#endif
