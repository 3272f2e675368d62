/* fmt: outside formats in and out: CSV, XLSX, JSON, UTF-8. Nothing here knows a database or a dataset. */
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
	Str raw;           /* the record's own bytes without the line end: for error files; empty in XLSX */
	const uint8_t *kind; /* CellKind of each cell; NULL: a CSV file, where all is text */
} CsvRow;
typedef enum CellKind { CELL_TEXT, CELL_NUMBER, CELL_ERROR, CELL_UNCOUNTED } CellKind; /* error: like #N/A; uncounted: a formula without its value */
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
/* Would csv_out_text put an apostrophe in front? */
bool csv_is_formula(Str cell);
Str csv_unsafe_text(Str cell); /* "'=1+1" -> "=1+1": drops the apostrophe that csv_out_text put before one of those characters */

/* ---- XLSX in: streamed, memory bounded by caps ----
 * Rows as from CSV: the first row that is not empty is the header, empty rows are skipped, `row` is the number that the
 * spreadsheet shows. Numbers come as written (see xlsx_private.h), dates as ISO text. Errors name sheet, cell and column.
 * An old .xls, an encrypted, an OpenDocument or a binary workbook is refused by name with the remedy. */
typedef struct Xlsx Xlsx;
bool file_is_xlsx(const char *path); /* by its first bytes; also what only looks like a workbook and xlsx_open refuses */
/* The visible sheets in order. */
bool xlsx_sheets(const char *path, Arena *a, Str **name, size_t *n, Err *err) MUST;
bool xlsx_open(const char *path, Str sheet, Xlsx **out, Err *err) MUST; /* sheet: its name; empty: the first visible one */
bool xlsx_next(Xlsx *x, CsvRow *row, bool *more, Err *err) MUST;
/* Reads on to the end, where merged cells stand: false when the header has any, with a sentence that says so. */
bool xlsx_header_check(Xlsx *x, Err *err) MUST;
Str xlsx_sheet(const Xlsx *x);
uint64_t xlsx_bytes_read(const Xlsx *x);
uint64_t xlsx_bytes_total(const Xlsx *x);
void xlsx_close(Xlsx *x); /* NULL allowed */

/* ---- A table in a file, CSV or XLSX: exactly one of the two is set while it is open ---- */
typedef struct Sheet {
	Csv *csv;
	Xlsx *xlsx;
} Sheet;
bool sheet_open(const char *path, Str name, Sheet *out, Err *err) MUST; /* name: as in xlsx_open; CSV has none */
bool sheet_next(Sheet *s, CsvRow *row, bool *more, Err *err) MUST;
bool sheet_header_check(Sheet *s, Err *err) MUST; /* as xlsx_header_check; true for CSV */
uint64_t sheet_bytes_read(const Sheet *s);
uint64_t sheet_bytes_total(const Sheet *s);
void sheet_close(Sheet *s);

/* ---- XLSX out: row by row in constant memory; errors are sticky until xlsx_out_close ---- */
typedef enum XlsxFormat { XLSX_TEXT, XLSX_NUMBER, XLSX_DATE, XLSX_INSTANT } XlsxFormat;
typedef struct XlsxColumn {
	Str name;
	XlsxFormat format;
	int width;         /* characters */
	Str note;          /* shown at the header; may be empty */
	const Str *option; /* what the cells below may hold, as a drop-down list */
	size_t n_options;
	bool ranged;       /* numbers from min to max only; places: decimals */
	double min, max;
	int places;
} XlsxColumn;
typedef struct XlsxOut XlsxOut;
/* Writes to path, beginning with the header: bold, frozen, with filters. Lists and ranges hold for the first 5,000 rows. */
bool xlsx_out_open(const char *path, Str sheet, const XlsxColumn *column, size_t n, XlsxOut **out, Err *err) MUST;
void xlsx_out_text(XlsxOut *o, Str cell);    /* the next cell; an empty one stays empty */
void xlsx_out_number(XlsxOut *o, double v);
void xlsx_out_date(XlsxOut *o, int32_t days, Str text);                    /* text: for days that Excel does not know */
void xlsx_out_instant(XlsxOut *o, int64_t ms, int offset_minutes, Str text);
void xlsx_out_end(XlsxOut *o);               /* of a row */
bool xlsx_out_close(XlsxOut *o, Err *err) MUST; /* the file is whole; on an error there is none */
void xlsx_out_abandon(XlsxOut *o);           /* removes what there is; NULL allowed */

/* ---- Figures as people read them, in the language of the thread. Results live in a. ---- */
Str figure_number(Arena *a, int64_t n);            /* 6.391 in Indonesian, 6,391 in English */
Str figure_decimal(Arena *a, Str plain);            /* 0,6 in Indonesian, from 0.6 */
int figure_parts(int64_t have, int64_t need);      /* parts per 10,000, rounded down: only the whole is 10,000; -1 when nothing is expected */
int figure_class(int parts_per_10000);              /* one of five: 0 below 50, 1 below 75, 2 below 90, 3 below 100, 4 all; -1 for -1 */
Str figure_points(Arena *a, int parts_per_10000);  /* 97,2 without the sign; "100" when full; -1: a dash */
Str figure_share(Arena *a, int64_t have, int64_t need); /* 97,2% */
Str figure_day(Arena *a, Str date); /* 27 November 2024, from YYYY-MM-DD; another text as it is */
Str figure_moment(Arena *a, int64_t ms, int zone_minutes); /* 25 November 2024 09:10 WIB */
Str figure_time(Arena *a, int64_t ms, int zone_minutes);   /* 25 Nov 2024 09:10 WIB */
Str figure_instant(Arena *a, int64_t ms, int zone_minutes); /* 2024-11-25 09:10 WIB; zone 0: WIB */

/* ---- Templates: HTML in files of its own (pages/NAME.html), filled with values ----
 * {{name}} is a text; {{"words"}} are words in the language of the thread (tools/translations.sh finds them); {{#name}}…{{/name}} comes
 * once for each item of a list, or when a text is not empty; {{^name}}…{{/name}} when the list or text is empty; {{>name}} puts another file in its place; {{! remark}} nothing.
 * Names are looked for in the item, then in what it stands in. Everything is escaped; there is no form that is not. Texts and words
 * may stand in text and in quoted attributes; in attributes that hold an address (href, src, …) whatever is neither a path nor
 * http, https or mailto becomes "#". In tags outside quotes only sections may stand, in scripts, styles, comments and
 * attributes that are code (onclick, style, srcdoc) nothing. */
typedef struct Template Template;
typedef struct Partials { /* what {{>name}} puts in its place; find NULL: there are none */
	bool (*find)(void *ctx, Str name, Str *file, Str *text);
	void *ctx;
} Partials;
/* E_INPUT or E_LIMIT name file and line. Keeps pointers into the texts. */
bool template_parse(Str file, Str text, Partials parts, Arena *a, Template **out, Err *err) MUST;
typedef struct Fill Fill; /* values by name; texts and names are not copied; a name given twice is a NEED */
Fill *fill_new(Arena *a);
void fill_text(Fill *f, const char *name, Str text);
void fill_flag(Fill *f, const char *name, bool yes);  /* for sections */
void fill_list(Fill *f, const char *name);            /* empty as yet */
Fill *fill_item(Fill *f, const char *name);           /* one more in that list */
/* Adds the page to out. E_BUG names file and line of a name that was not given. */
bool template_fill(const Template *t, const Fill *f, Buf *out, Err *err) MUST;
void html_escape(Str s, Buf *out); /* as template_fill does for text and for values between quotes; characters that turn the direction of text become U+FFFD */

/* ---- JSON in: strict, duplicates rejected, depth at most 64 ---- */
bool json_parse(Str bytes, size_t max, json_t **out, Err *err) MUST; /* caller json_decref's; error names line and column */

/* ---- GeoJSON in: RFC 7946, areas as rings on a grid; geojson.c, geo_simplify.c ---- */
enum { GEO_GRID = 100000 }; /* steps to a degree: about a metre */
enum { GEO_MOST_BYTES = 64 << 20, GEO_MOST_FEATURES = 100000, GEO_MOST_POINTS = 2000000 };
typedef struct GeoPoint {
	int32_t x, y; /* east, north */
} GeoPoint;
typedef struct GeoRing { /* at least three points, none like its neighbour; the last is joined to the first. What is inside an odd
						  * number of an area's rings is the area's */
	GeoPoint *point;
	size_t n;
} GeoRing;
typedef struct GeoFeature {
	size_t number;            /* in the file, from 1 */
	const json_t *properties; /* an object or NULL; belongs to the file */
	GeoRing *ring;
	size_t n_rings, points;
} GeoFeature;
typedef struct GeoFile {
	json_t *json;
	GeoFeature *feature;
	size_t n;
	uint64_t points;
} GeoFile;
/* A FeatureCollection of Polygons and MultiPolygons, or one Feature. E_INPUT names the feature and what would be right: other
 * geometries, longitudes and latitudes out of range or projected, rings that are not closed or cross the 180th meridian, numbers
 * that are none; E_LIMIT over the caps. Rings that vanish on the grid are left out; a feature of none is refused. */
bool geojson_parse(Str bytes, Arena *a, GeoFile *out, Err *err) MUST;
void geojson_close(GeoFile *g);
/* At most `most` points for each feature (at least four). Points go along the same lines from both sides of a common boundary, so
 * that neighbours stay neighbours; every feature keeps its largest ring, every ring three points and an area; of very many islands the smallest go. Rings may touch or
 * cross themselves by it where they were narrow. */
void geojson_simplify(GeoFile *g, size_t most, Arena *a, Arena tmp); /* into a; tmp is another */
/* "x y x y;x y x y x y": a feature's rings as text, and back; E_INPUT: it is none. */
void geo_rings_put(const GeoRing *ring, size_t n, Buf *out);
bool geo_rings_get(Str text, Arena *a, GeoRing **ring, size_t *n, Err *err) MUST;
int64_t geo_ring_area(const GeoRing *r); /* twice its area, in steps of the grid; 0: none */

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
void jout_text(JsonOut *j, Str key, Str value); /* a member: null when the value is empty */
void jout_member(JsonOut *j, Str key, Str value); /* a member; none when the value is empty */
void jout_number(JsonOut *j, Str key, int64_t value); /* a member; none for 0 */

#endif
