/* What the files of the made-up elections share: the plan (which polling stations, how many voters) and the bench that puts
 * rows into a workspace through the front door, as files that are imported. */
#ifndef SIAP_SYNTH_PRIVATE_H
#define SIAP_SYNTH_PRIVATE_H

#include "svc/svc_private.h"

/* ---- synth_plan.c ---- */
enum { /* of a station */
	SYNTH_NO_INTERNET = 1,
	SYNTH_NO_POWER = 2,
	SYNTH_HARD = 4,
	SYNTH_SILENT = 8,  /* nobody has reported from there */
	SYNTH_NO_ROLL = 16 /* its final roll was never reported */
};
typedef struct SynthStation {
	char code[14];
	uint8_t flags;
	uint16_t male, female; /* of the final roll */
	int16_t misprint;      /* by how much the men of the final roll are wrong */
} SynthStation;
typedef struct SynthPlan {
	uint64_t seed;
	SynthStation *station; /* in order of their codes */
	size_t n, room;
} SynthPlan;
typedef struct SynthRange {
	size_t from, to; /* [from, to) of plan->station */
} SynthRange;
/* The same 64 bits for the same seed, code and purpose on every machine. */
uint64_t synth_draw(uint64_t seed, Str code, const char *purpose);
typedef struct SynthShare {
	uint64_t total, least; /* least: of each place */
	const uint32_t *weight;
	size_t n;
} SynthShare;
/* Shares total over n places by weight: largest remainder, the earlier place on a tie. False when there is not enough, or
 * nobody to give it to. */
bool synth_share(const SynthShare *s, uint32_t *share, Arena tmp) MUST;
/* k of n by lot: rank[i] decides, the smaller wins, the earlier on a tie; chosen[i] says whether. */
void synth_choose(const uint64_t *rank, size_t n, size_t k, bool *chosen, Arena tmp);
void synth_plan_room(SynthPlan *p, size_t stations, Arena *a); /* for so many in all */
typedef struct SynthWhere {
	Str area;
	size_t stations;
} SynthWhere;
/* Adds stations to the villages below the area, after those the plan has; every village gets one before any gets two. E_INPUT
 * when there are no villages. */
bool synth_plan_stations(SynthPlan *p, const Env *env, const SynthWhere *where, Arena tmp, Err *err) MUST;
typedef struct SynthVoters {
	uint64_t total;
	uint32_t limit; /* at one station */
} SynthVoters;
/* Shares the voters, men and women, over the stations of the range. */
bool synth_plan_voters(SynthPlan *p, SynthRange range, const SynthVoters *v, Arena tmp, Err *err) MUST;
uint64_t synth_areas(const Env *env, Str area, Level level); /* how many of that level lie in the area */
SynthRange synth_range(const SynthPlan *p, Str area);
static inline int
synth_total(const SynthStation *s)
{
	return s->male + s->female;
}

/* ---- synth_facts.c ---- */
typedef bool (*SynthFactFn)(void *ctx, const CsvRow *row, Err *err);
/* Each row but the header of an embedded CSV file; texts live until the next row. */
bool synth_facts(const Env *env, const char *path, SynthFactFn fn, void *ctx, Err *err) MUST;
bool synth_number(const CsvRow *row, size_t column, int64_t *out, Err *err) MUST;

/* ---- synth.c: the bench ---- */
typedef struct Synth {
	Env env;
	const char *dir, *store;
	Arena a;
	Workspace w;
	bool made, is_open;
	Gate *gate;
	SynthPlan plan;
	const Watch *watch;
	Str phase;
	uint64_t rows, expected; /* put in so far; about how many it will be */
	/* the file at hand */
	const Dataset *d;
	char path[4096];
	int fd;
	Buf line; /* lines that are not written yet */
	Err file_err;
	uint64_t lines;
} Synth;
/* Makes the workspace; the caller ends with synth_end. E_CONFLICT when dir exists. */
bool synth_begin(Synth *s, const Env *env, const SynthNew *what, const Watch *watch, Err *err) MUST;
/* Closes everything and reports; ok = false removes the workspace again, folder, key and rows. Returns ok. */
bool synth_end(Synth *s, bool ok, SynthReport *out, Err *err) MUST;
bool synth_day_end(Synth *s, Err *err) MUST; /* the board and the totals of the day are brought up to date */
/* A file of one dataset: begin, lines by buf_fmt to s->line with synth_line after each, take (imports and removes it). A file
 * without lines is not imported. */
bool synth_file_begin(Synth *s, const char *dataset, const char *header, Err *err) MUST;
void synth_line(Synth *s);
bool synth_file_take(Synth *s, Str actor, Err *err) MUST;

/* ---- synth_rows.c: lines of the datasets that both kinds of election fill ---- */
/* A cell with its comma: nothing when below 0. */
void synth_cell(Buf *b, int64_t v);
extern const char *const SYNTH_TPS_HEADER, *const SYNTH_ROLL_HEADER, *const SYNTH_DELIVERY_HEADER,
	*const SYNTH_OFFICER_HEADER, *const SYNTH_SECURITY_HEADER, *const SYNTH_SIGNOFF_HEADER,
	*const SYNTH_SHIPMENT_HEADER;
void synth_tps_row(Synth *s, const SynthStation *st);
void synth_roll_row(Synth *s, const SynthStation *st, const char *version, const char *decision);
typedef struct SynthGoods {
	Str item;
	int64_t packed, sent, received; /* below 0: not said */
	const char *note;
} SynthGoods;
void synth_delivery_row(Synth *s, const SynthStation *st, const SynthGoods *goods);
typedef struct SynthOfficers {
	Str role;
	int64_t filled, sworn_in, trained, healthy; /* below 0: not said */
} SynthOfficers;
void synth_officer_row(Synth *s, const SynthStation *st, const SynthOfficers *o);
typedef struct SynthGuard {
	Str category;
	int64_t police, linmas;
} SynthGuard;
void synth_security_row(Synth *s, const SynthStation *st, const SynthGuard *g);
int64_t synth_police(const PackCode *category); /* at one station, of a pattern such as 2 for 10 stations: 1 */
/* What the pack owes the station of an item of the list `logistics`; 0: the item is not for stations. */
int64_t synth_owed(const Pack *p, const PackCode *item, const SynthStation *st);
int64_t synth_owed_regency(const Synth *s, const PackCode *item, Str regency); /* of its stations, districts, villages and own */
/* The final roll of the stations as it was signed; rest: decision, when, by whom. */
void synth_signoff_row(Synth *s, Str area, SynthRange r, const char *rest);
void synth_shipment_row(Synth *s, const PackCode *item, Str regency); /* all that is owed, sent and received in October */
/* The codes of one list of the pack, in file order. */
size_t synth_items(const Pack *p, const PackCode **out, size_t max); /* logistics of stations */
size_t synth_codes(const Pack *p, const char *list, const PackCode **out, size_t max);

#endif
