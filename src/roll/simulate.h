/* A made-up voter roll with the truth about it, after doc/roll-errors.md. Part of roll.h. */
#ifndef SIAP_ROLL_SIMULATE_H
#define SIAP_ROLL_SIMULATE_H

#include "base/base.h"

/* ---- Which polling stations, and how many rows each gets ---- */
typedef struct RollQuota {
	uint64_t code;         /* 13 digits */
	uint32_t male, female; /* rows of the file, second rows of a person among them */
} RollQuota;
typedef struct RollPlan {
	RollQuota *station; /* in order of their codes, none twice */
	size_t n;
} RollPlan;
enum { ROLL_STATION_MOST = 600 };
/* Shares the voters over the villages of an area (a code, "0": all), about 1,700 in each: fewer voters fill its first villages, more fill all;
 * in each as few stations of up to ROLL_STATION_MOST as can be. E_INPUT: no villages there; E_LIMIT: a village would need more than 999. */
bool roll_plan(const Env *env, Str area, uint64_t voters, Arena *a, RollPlan *out, Err *err) MUST;

/* ---- What goes wrong, in the order of doc/roll-errors.md ---- */
typedef enum Mistake {
	MISTAKE_LETTER,
	MISTAKE_SOUND,
	MISTAKE_TOKEN_DROPPED,
	MISTAKE_INITIAL,
	MISTAKE_ORDER,
	MISTAKE_JOINED,
	MISTAKE_FATHER,
	MISTAKE_DAY_MONTH,
	MISTAKE_DATE_DIGIT,
	MISTAKE_YEAR,
	MISTAKE_UNKNOWN_DAY,
	MISTAKE_BIRTHPLACE,
	MISTAKE_SEX,
	MISTAKE_NIK_DIGIT,
	MISTAKE_NIK_SWAP,
	MISTAKE_NIK_SHORT,
	MISTAKE_NIK_MANGLED, /* only where it was asked for */
	MISTAKE_NIK_EMPTY,
	MISTAKE_NIK_OTHER_PERSON,
	MISTAKE_FAMILY_NEIGHBOUR,
	MISTAKE_FAMILY_EMPTY,
	MISTAKE_ADDRESS,
	MISTAKE_MARRIAGE,
	MISTAKES
} Mistake;
/* How often, in 100,000 rows. */
extern const int mistake_rate[MISTAKES];
typedef enum Twice { /* the kind of a second row */
	TWICE_SAME_ROW,
	TWICE_MOVED,
	TWICE_MOVED_TYPED,
	TWICE_NEW_NIK,
	TWICE_NO_NIK,
	TWICE_SPELLING,
	TWICE_HUSBAND,
	TWICE_KINDS
} Twice;
extern const int twice_share[TWICE_KINDS]; /* of 100 second rows */

/* ---- Making it ---- */
typedef struct RollMake {
	RollPlan plan;
	uint64_t seed;
	int duplicates; /* second rows in 10,000 rows, at most ROLL_DUPLICATES_MOST */
	bool mangled;   /* NIK as spreadsheets spoil them, too: import refuses such a file */
	bool replace;   /* files that exist are replaced; else E_CONFLICT */
	int threads;    /* the files are the same for any number */
	const char *path, *truth; /* truth NULL: none */
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* NULL allowed */
	void *ctx;
	volatile bool *stop; /* NULL allowed */
} RollMake;
enum { ROLL_DUPLICATES_MOST = 1000 };
typedef struct RollMade {
	uint64_t rows, people;
	uint64_t twice[TWICE_KINDS]; /* second rows by kind */
	uint64_t third;              /* of them those whose person has two other rows */
	uint64_t mistake[MISTAKES];  /* rows on which it was made: where nothing could go wrong, as a token dropped of one, it is not */
	uint64_t odd_nik;            /* people whose NIK has another date or sex than they, though it is right in law */
	uint64_t twins;              /* people born on one day with the one before them on the family card */
} RollMade;
/* Writes the CSV file (16 columns of the Sidalih layout, then KODE DESA) and the truth (DPID,PERSON), each beside its place and renamed when
 * whole. NIK and family card numbers begin with 99. Memory: some MB for each thread, 32 bytes for each station. E_CONFLICT as above; E_LIMIT
 * for a district of more than two million; E_IO. */
bool roll_make(const Env *env, const RollMake *what, RollMade *out, Err *err) MUST;

#endif
