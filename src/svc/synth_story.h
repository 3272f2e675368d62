/* The story of the demo: what stands at each polling station at the end of each day of November 2024. */
#ifndef SIAP_SYNTH_STORY_H
#define SIAP_SYNTH_STORY_H

#include "svc/synth_private.h"

enum { STORY_FIRST = 1, STORY_LAST = 20, STORY_NEVER = 255 }; /* days of November 2024 */
enum { STORY_OATH = 7, STORY_FOUND = 13 }; /* officers sworn in; damaged ballots found */

typedef struct Course { /* how a regency goes about it: a line of demo-data/progress.csv; "late" and what follows in permille */
	Str code;
	SynthRange range;
	int packing_from, packing_until, late, open, kpps_short, kpps_open, trained_until, untrained, unhealthy,
		guarded_until, unguarded;
} Course;

typedef struct Planted { /* a line of demo-data/planted.csv */
	Str kind, area, item;
	int value, left;
} Planted;

typedef struct Officers { /* KPPS of one station */
	uint8_t filled, mended, trained; /* days; mended: when the vacancies are filled */
	uint8_t vacant, untrained, unhealthy; /* persons */
} Officers;

typedef struct Story {
	SynthPlan *plan;
	const Pack *pack;
	Course course[16];
	size_t n_courses;
	Planted planted[64];
	size_t n_planted;
	const PackCode *item[32], *role[8], *category[8];
	size_t n_items, n_roles, n_categories;
	uint8_t *seen;   /* of each station: the day of its first packing list */
	uint8_t *packed; /* of each station and item: the day on which it is complete */
	uint8_t *hole;   /* of each station: the day on which damaged ballots are replaced; 0: none are damaged */
	Officers *officers;
	uint8_t *guarded, *guard_gap; /* of each station: the day; 1: no police, 2: one Linmas */
	size_t hole_item;
} Story;
/* Decides everything by lot; plan, pack, courses and what is planted are set. */
bool story_tell(Story *t, Arena *a, Err *err) MUST;
/* What is known at the end of a day; false: nothing was heard yet. */
bool story_goods(const Story *t, size_t station, size_t item, int day, SynthGoods *out);
bool story_officers(const Story *t, size_t station, size_t role, int day, SynthOfficers *out);
bool story_guard(const Story *t, size_t station, int day, SynthGuard *out);

/* ---- synth_jambi.c ---- */
/* Plan and story from demo-data/: polling stations, voters, who is late with what. */
bool jambi_plan(Synth *s, Story *t, Err *err) MUST;

#endif
