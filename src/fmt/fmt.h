/* fmt: outside formats in and out: CSV, JSON, UTF-8. Nothing here knows a database or a dataset. */
#ifndef SIAP_FMT_H
#define SIAP_FMT_H

#include "base/base.h"
#include <jansson.h>

/* ---- UTF-8 ---- */
/* True when s is well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF) and holds no NUL and no
 * control character but tab, CR, LF. Otherwise *at is the byte offset of the first bad byte. */
bool utf8_check(Str s, size_t *at) MUST;
size_t utf8_length(Str s);   /* code points; s must be valid */
size_t utf8_width(Str s);    /* terminal columns (wide = 2, combining = 0); s must be valid */
Str utf8_fold(Arena *a, Str s); /* NFC + case folded (utf8proc), for comparing headers and names */

/* ---- CSV in: RFC 4180, streamed ----
 * Separator , ; or tab is taken from the first line (the one that occurs most outside quotes; the comma on a tie).
 * A BOM is dropped; CRLF, LF, CR end rows; "" inside quotes is one quote; blank lines are skipped; a `sep=;` first
 * line of Excel is obeyed. UTF-16 (BOM FF FE / FE FF) is refused by name with the remedy "save as CSV UTF-8".
 * Errors name row and column: E_INPUT for bad UTF-8, NUL, an unclosed quote, text after a closing quote, a row with
 * more cells than the header; E_LIMIT for a cell, row or column count over the caps. Row 1 is the header. */
enum { CSV_MAX_COLUMNS = 512, CSV_MAX_CELL = 64 * 1024, CSV_MAX_ROW = 1024 * 1024 };
typedef struct Csv Csv;
/* A source of bytes: fills at most n, returns how many, 0 at the end, -1 on error (sets err). */
typedef struct CsvSource {
	long (*read)(void *ctx, char *out, size_t n, Err *err);
	void *ctx;
} CsvSource;
typedef struct CsvRow {
	size_t row;        /* 1 = header; counts records, not lines */
	size_t line;       /* physical line where the record starts */
	size_t n;          /* cells */
	const Str *cell;   /* valid until the next csv_next */
	Str raw;           /* the record's own bytes without the line end: for error files */
} CsvRow;
bool csv_open_file(const char *path, Csv **out, Err *err) MUST;
bool csv_open_source(CsvSource source, Csv **out, Err *err) MUST;
void csv_close(Csv *c);
/* *more = false at the end. On an error the reader is finished: later calls return the same error. */
bool csv_next(Csv *c, CsvRow *row, bool *more, Err *err) MUST;
char csv_separator(const Csv *c);
uint64_t csv_bytes_read(const Csv *c);   /* for progress */
uint64_t csv_bytes_total(const Csv *c);  /* file size, 0 when unknown */
typedef Csv *CsvP;
static inline void CsvP_auto(CsvP *c) { csv_close(*c); }

/* ---- CSV out: comma, CRLF, quotes only where needed ----
 * Formula-safe: a text cell that starts with = + - @ tab or CR gets a leading apostrophe (and csv_unsafe_text gives it
 * back on import); csv_out_int and csv_out_raw do not. */
void csv_out_text(Buf *b, Str cell);
void csv_out_int(Buf *b, int64_t v);
void csv_out_sep(Buf *b);  /* between cells */
void csv_out_end(Buf *b);  /* CRLF */
Str csv_unsafe_text(Str cell); /* "'=1+1" -> "=1+1": drops the apostrophe that csv_out_text put before one of those characters */

/* ---- JSON in: strict, duplicates rejected, depth at most 64 ---- */
bool json_parse(Str bytes, size_t max, json_t **out, Err *err) MUST; /* caller json_decref's; error names line and column */

/* ---- JSON out: streaming into a Buf; commas are placed by the writer; misuse is a NEED ---- */
typedef struct JsonOut {
	Buf *b;
	uint64_t has_item; /* one bit per depth, at most 64 */
	uint64_t is_obj;   /* likewise: an object there, else an array */
	unsigned depth;
	bool after_key;
} JsonOut;
JsonOut jout_new(Buf *b);
void jout_obj(JsonOut *j);
void jout_obj_end(JsonOut *j);
void jout_arr(JsonOut *j);
void jout_arr_end(JsonOut *j);
void jout_key(JsonOut *j, Str key);
void jout_str(JsonOut *j, Str s);   /* RFC 8785 escaping: \b \t \n \f \r \" \\ and \u00xx for other controls; UTF-8 as it is */
void jout_int(JsonOut *j, int64_t v);
void jout_bool(JsonOut *j, bool v);
void jout_null(JsonOut *j);
void jout_raw(JsonOut *j, Str json);

#endif
