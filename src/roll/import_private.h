/* What the files of the import of a roll share. */
#ifndef SIAP_ROLL_IMPORT_PRIVATE_H
#define SIAP_ROLL_IMPORT_PRIVATE_H

#include "roll/roll.h"

#include <pthread.h>
#include <stdatomic.h>

/* ---- import_header.c: what the columns are ---- */
typedef enum Use { /* texts in the order of their columns, from USE_NAME on */
	USE_NIK,
	USE_FAMILY,
	USE_TPS,
	USE_VILLAGE,
	USE_BIRTH,
	USE_SEX,
	USE_MARRIAGE,
	USE_CARD,
	USE_DISABILITY,
	USE_REMARK,
	USE_NAME,
	USE_BIRTHPLACE,
	USE_STREET,
	USE_RT,
	USE_RW,
	USE_ID,
	USES
} Use;
typedef struct Layout {
	Str *header;
	size_t n;         /* columns */
	int column[USES]; /* -1: there is none */
} Layout;
/* E_INPUT: NIK or name is not there, or two columns say the same. unused: headers that mean nothing here. */
bool layout_read(const Str *cell, size_t n, Arena *a, Layout *out, Str *unused, Err *err) MUST;

/* ---- import_text.c: the different texts of a column in a slice ---- */
typedef struct TextTable {
	uint16_t *slot;  /* open addressing: number of a text, 0: none */
	uint32_t *hash;  /* by number */
	uint32_t *at;    /* as in RollTexts */
	char *bytes;
	uint32_t n;
} TextTable;
void text_table_new(TextTable *t, Arena *a);
void text_table_clear(TextTable *t);
uint16_t text_table_put(TextTable *t, Str text); /* at most ROLL_CELL bytes; at most ROLL_SLICE different ones */

/* ---- import_errors.c: what the threads found, in the order of the file ---- */
typedef struct Wrong { /* of a row */
	const char *why, *remedy; /* translated; remedy may be empty */
	int column;               /* -1: the row as a whole */
} Wrong;
typedef struct Import {
	RollImport *ask;
	const Layout *layout;
	Arena *a;      /* for results; guarded by lock */
	uint64_t total, done; /* bytes */
	int fd;
	char separator;
	Str language;
	uint64_t next;    /* byte from which the next region is taken, under `cut` */
	uint64_t regions; /* taken so far, under `cut` */
	bool ended;       /* no more regions, under `cut` */
	pthread_mutex_t cut, lock;
	pthread_cond_t turn;
	/* under lock: */
	uint64_t settled; /* regions whose findings are written */
	FILE *errors;
	Err err; /* the first failure, which ends all */
	atomic_bool failed;
} Import;
/* What came of a region: how many rows, and the lines of the wrong ones. */
typedef struct Findings {
	uint64_t rows, bad;
	Buf lines; /* row (from 1 in the region), column, why, remedy, cells: as CSV, but for the row's number before it */
	struct {
		uint64_t row;
		Wrong wrong;
		char why[256];
	} first[ROLL_PROBLEMS];
	size_t n_first;
} Findings;
void Findings_auto(Findings *f);
void findings_add(Findings *f, const Import *im, const Wrong *w, const Str *cell, size_t n);
/* Waits for the regions before it; then the findings are in the error file and in the report. */
bool findings_settle(Import *im, uint64_t region, Findings *f, uint64_t bytes) MUST;
bool import_fail(Import *im, const Err *err); /* returns false; all threads end */
bool errors_end(Import *im, Err *err) MUST;

/* ---- import_row.c: a row's cells become a voter ---- */
enum { SEEN = 4096 };
typedef struct Filler { /* of one thread */
	Import *im;
	Arena mem;
	size_t n;
	uint64_t *nik, *family, *tps;
	int32_t *birth;
	uint8_t *sex, *marriage, *card, *disability, *remark;
	uint16_t *text[ROLL_TEXTS];
	TextTable table[ROLL_TEXTS];
	uint64_t village;      /* of the import's ask, 0: none */
	uint64_t seen[SEEN];   /* polling stations that are there, by the last bits of their code */
	Buf why;
	uint64_t at, end;      /* places for slices of this region */
	Findings found;
} Filler;
bool filler_open(Filler *f, Import *im, Err *err) MUST;
void filler_close(Filler *f);
/* A row of data. False: something failed that is no matter of the row. */
bool filler_row(Filler *f, const Str *cell, size_t n);
void filler_refuse(Filler *f, const Wrong *w, const Str *cell, size_t n); /* the row is wrong as a whole */
bool filler_flush(Filler *f) MUST; /* hands out the slice */

/* ---- import_csv.c ---- */
enum { REGION = 4 << 20, REGION_PAD = 64 };
/* Rows from im->next on, by several threads. */
bool csv_import(Import *im, Err *err) MUST;

#endif
