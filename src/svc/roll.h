/* A part of svc.h, which includes it: the voter roll of a workspace. Each version is a sealed file roll/NNNN-KIND.roll, which never changes; its
 * hash and counts are a row of the dataset roll_version. The newest of a kind is the current one. */
#ifndef SIAP_SVC_ROLL_H
#define SIAP_SVC_ROLL_H

#include "roll/roll.h"

extern const char *const roll_kinds[]; /* listed, updated, provisional, revised, final, moved_in, added; ends with NULL */
typedef struct RollVersion {
	int64_t number, event;
	Str area, kind, sha256, source;
	int64_t voters, male, female, wrong, stations; /* wrong: NIK that are empty or wrong */
} RollVersion;
/* A kind by its name or by what the rule pack calls it (DPT), in any letters: one of roll_kinds. E_INPUT names them all. */
bool roll_kind(const Workspace *w, Str text, Str *kind, Err *err) MUST;
/* By number. Strings live in a. */
bool roll_versions(Workspace *w, Arena *a, RollVersion **out, size_t *n, Err *err) MUST;
/* text: a number; a kind: the newest of it; empty: the newest of the final ones, or of all when there is none. E_NOTFOUND, E_INPUT. */
bool roll_find(Workspace *w, Str text, Arena *a, RollVersion *out, Err *err) MUST;
const char *roll_path(const Workspace *w, const RollVersion *v, Arena *a);
/* E_CONFLICT: it is not the file of which the log says so. Needs the workspace's key. */
bool roll_open_version(Workspace *w, const RollVersion *v, RollFile **out, Err *err) MUST;
/* The key of the rolls of a workspace. */
bool roll_key(const Workspace *w, unsigned char key[32], Err *err) MUST;

typedef struct RollIntake {
	const char *path; /* a file, or a folder with a file for each village */
	Str kind, village; /* village: of rows that name none, where the name of their file does not either; may be empty */
	bool partial, dry_run;
	const char *error_file; /* of a single file; NULL: FILE.errors.csv */
	const Origin *origin;
	Watch watch; /* phase "reading" */
	/* Afterwards: */
	RollVersion version; /* the new one, or the one that says the same already; number 0: none */
	bool already;
	RollSums sums;
	size_t files, resumed; /* resumed: of them read by an earlier run, which was cut short */
	uint64_t rows, bad;
	RollProblem first[ROLL_PROBLEMS]; /* of a folder: text begins with the file */
	size_t n_first;
	const char *errors; /* an error file, the first of several; or NULL */
	Str unused;         /* columns that mean nothing here */
} RollIntake;
/* All or nothing, but for `partial`. The version before stays untouched until the new one is whole: first its file, then its event, then
 * the counts of polling stations (dataset roll_listed). Killed between them, the next import removes a file without event, and
 * the same import again finishes the counts. E_INPUT: rows are wrong; E_CONFLICT: files that do not go together; E_BUSY: another
 * roll is being imported. Strings live in a. */
bool roll_take(Workspace *w, Gate *g, RollIntake *t, Arena *a, Err *err) MUST;

/* What checks of a roll go by: the removal codes of the rule pack, the districts of the country. Lives in a. */
bool roll_rules(Workspace *w, Arena *a, RollRules *out, Err *err) MUST;
/* Who gives out NIK and names of n voters calls this first. By whoever holds the keys, for the reason origin->why (1 to 300 characters);
 * the log keeps the restricted row siap.reveal: who, of which version, how many, why. E_LIMIT: more than REVEAL_MOST; E_BUSY: another
 * process holds the lease. */
typedef struct RollReveal {
	const RollVersion *version;
	const Origin *origin;
	size_t n;
} RollReveal;
bool roll_reveal(Gate *g, const RollReveal *r, Err *err) MUST;
/* Before a list is announced removal codes belong in it: they are what the next one leaves out. */
bool roll_is_announced(Str kind);
/* What roll_checks_count found becomes rows of the dataset roll_checked, so that the board knows. */
typedef struct RollFound {
	const RollVersion *version;
	const RollTally *tally; /* of roll_checks_count */
	const Origin *origin;
} RollFound;
bool roll_checked_write(Workspace *w, Gate *g, const RollFound *found, Arena *a, Err *err) MUST;

#endif
