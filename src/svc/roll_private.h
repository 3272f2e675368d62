/* What the files of the roll in a workspace share. */
#ifndef SIAP_SVC_ROLL_PRIVATE_H
#define SIAP_SVC_ROLL_PRIVATE_H

#include "svc/svc_private.h"

const Dataset *roll_dataset(const Workspace *w, const char *name);
size_t roll_field(const Dataset *d, const char *name); /* its place in rows */
/* E_CONFLICT: the version's row says another hash. */
bool roll_is_version(const RollVersion *v, const Sha256 *hash, const char *path, Err *err) MUST;

/* ---- roll_report.c ---- */
typedef struct RollRows {
	const Dataset *dataset;
	const Buf *csv; /* with its header */
	const Origin *origin;
	const volatile bool *stop; /* may be NULL */
} RollRows;
/* Rows that are there already change nothing. Strings live in a. */
bool roll_rows_write(Workspace *w, Gate *g, const RollRows *rows, Arena *a, Err *err) MUST;

/* ---- roll_places.c: which polling stations there are ---- */
typedef struct RollPlaces {
	Str area;
	uint64_t *station, *village; /* sorted */
	size_t n_stations, n_villages;
} RollPlaces;
bool roll_places_read(Workspace *w, Arena *a, RollPlaces *out, Err *err) MUST;
bool roll_place_known(const RollPlaces *p, uint64_t tps, Buf *why); /* any number of threads */

/* ---- roll_publish.c: what was read becomes a version ---- */
/* One at a time imports a roll. fd: of the folder for what is not whole yet; closing it ends that. E_BUSY. Orphans are removed. */
bool roll_begin(Workspace *w, int *fd, int64_t *number, Err *err) MUST;
typedef struct RollNew {
	RollIntake *ask;
	RollWriter *writer; /* closed by it in any case */
	RollCount *count;
	int64_t number;
} RollNew;
bool roll_publish(Workspace *w, Gate *g, RollNew *new, Arena *a, Err *err) MUST;

/* ---- roll_folder.c: a file for each village ---- */
typedef struct RollJob {
	Workspace *w;
	RollIntake *ask;
	Arena *a;
	const RollPlaces *places;
	RollWriter *writer; /* NULL: a dry run */
	RollCount *count;
	unsigned char key[32];
	const char *kept; /* of a folder: where its files lie as far as they were read; NULL: nowhere */
} RollJob;
bool roll_folder_read(RollJob *j, Err *err) MUST;
Str roll_village_of(const char *path, Str otherwise); /* ten digits in the name of the file */

#endif
