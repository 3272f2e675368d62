/* What import.c and import_errors.c share. */
#ifndef SIAP_IMPORT_PRIVATE_H
#define SIAP_IMPORT_PRIVATE_H

#include "svc/svc_private.h"

/* Keys seen in one file, as 64-bit hashes keyed per process: 12 bytes a key. Two different keys of a million share a hash once in
 * 40 million files; the second row would then be refused by name, never lost. */
typedef struct Seen {
	Arena a;
	uint64_t *hash; /* 0 = free */
	uint32_t *row;
	size_t n, cap;
} Seen;
bool seen_add(Seen *s, uint64_t hash, uint32_t row, size_t *first_row, Err *err)
	MUST; /* *first_row: 0 when new */
void seen_close(Seen *s);

typedef struct Part { /* one dataset that the file feeds */
	const Dataset *d;
	HeaderMap map;
	bool *given;
	Str *text;
	Value *v;
	StageOut *stage;
	const char *path;
	Acceptor peek;
	Ahead ahead;
	Seen seen;
	Buf key;
	bool taken; /* the row at hand is good for this dataset */
	int64_t base;
	Outcome outcome; /* what will come of it, when classified */
	uint64_t rows, blank, count[4]; /* by Outcome, when classified */
} Part;

typedef struct Import {
	Workspace *w;
	Arena *a;
	const ImportOptions *options;
	ImportReport *report;
	Sheet sheet;
	CsvRow row;
	Str *header;
	size_t n_header;
	Part part[16];
	size_t n_parts;
	Part *now;
	Db *db;
	Sealer sealer;
	WriteTx peek;
	Arena keep;  /* until the file is done */
	Map pending; /* TPS that this file adds: 1, or 0 when the row was refused after all */
	Str adding;  /* the TPS that the row at hand would add */
	Places places;
	bool classify; /* compare with what is there, row by row */
	uint64_t conflicts;
	Buf reason, error_line;
	FILE *errors;          /* the error file of a CSV file, */
	XlsxOut *errors_xlsx;  /* or of a sheet */
	const char *error_path;
	size_t reason_column; /* of an earlier error file that is imported now; else n_header */
} Import;

/* The error file: the input's header and bad rows, cell by cell, with a reason column at the end. */
bool errors_open(Import *im, Err *err) MUST;
bool errors_add(Import *im, Err *err) MUST;
bool errors_close(Import *im, Err *err) MUST;
void errors_abandon(Import *im);

/* The text of cell c as value_parse takes it for the field. A spreadsheet's cell has a type of its own: an error is no value, a
 * number's point is no thousands separator, text is text whatever it begins with. */
bool cell_read(const CsvRow *row, size_t c, const Field *f, Arena *a, Str *out, Err *why) MUST;

bool dataset_empty(Import *im, const Dataset *d, bool *empty, Err *err) MUST;
/* Whether the event came through the same channel as this import; if not, why says who changed the row. */
bool channel_same(Import *im, int64_t event, bool *same, Err *why, Err *err) MUST;

#endif
