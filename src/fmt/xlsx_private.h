/* xlsx_private: what the files of the XLSX reader share: parts of the archive, the book's tables, cells as text. */
#ifndef SIAP_FMT_XLSX_PRIVATE_H
#define SIAP_FMT_XLSX_PRIVATE_H

#include "fmt/fmt.h"
#include "fmt/xml_in.h"

enum {
	XLSX_MAX_FILE = 128 << 20,   /* the file itself */
	XLSX_MAX_ENTRIES = 2048,     /* parts in it */
	XLSX_MAX_TABLE = 16 << 20,   /* a small part, unpacked: relationships, workbook, styles */
	XLSX_MAX_STRINGS = 2000000,  /* shared strings */
	XLSX_MAX_STRING_BYTES = 128 << 20,
	XLSX_MAX_RATIO = 300,        /* unpacked to packed, from RATIO_FREE bytes on */
	XLSX_RATIO_FREE = 8 << 20,
	XLSX_MAX_ROWS = 1048576,     /* as in Excel */
	XLSX_MAX_SHEETS = 256,
	XLSX_MAX_STYLES = 65536,
};
#define XLSX_MAX_PART ((uint64_t)4 << 30) /* a sheet, unpacked: it is streamed */

/* ---- xlsx_zip.c: the archive ---- */
typedef struct Package Package;
bool package_open(const char *path, Package **out, Err *err) MUST; /* other kinds of file are named, with the remedy */
void package_close(Package *p);                                    /* NULL allowed */
typedef struct PackagePart {
	struct zip_file *file;
	Str name;
	uint64_t packed, bytes, total, max;
} PackagePart;
/* E_NOTFOUND when there is no such part. */
bool package_part(Package *p, Str name, uint64_t max, PackagePart *out, Err *err) MUST;
long package_read(void *part, char *out, size_t n, Err *err); /* for CsvSource */
void package_part_close(PackagePart *part);

/* ---- xlsx_book.c: what is small: sheets, styles, shared strings ---- */
typedef enum NumberKind { NUMBER_PLAIN, NUMBER_DATE, NUMBER_TIME, NUMBER_INSTANT, NUMBER_PERCENT } NumberKind;
typedef struct BookSheet {
	Str name, relation, part;
	bool hidden;
} BookSheet;
typedef struct Book {
	Arena a; /* everything below */
	BookSheet *sheet;
	size_t n_sheets;
	Str styles_part, strings_part; /* p == NULL: none */
	bool from_1904;
	uint8_t *style; /* NumberKind of each cell format */
	size_t n_styles;
	Str **string; /* shared strings in blocks of STRING_BLOCK */
	size_t n_strings, string_bytes;
} Book;
enum { STRING_BLOCK = 4096 };
bool book_open(Package *p, Book *out, Err *err) MUST;   /* finds the sheets */
bool book_read_styles(Package *p, Book *b, Err *err) MUST;
bool book_read_strings(Package *p, Book *b, Err *err) MUST;
void book_close(Book *b);
bool book_string(const Book *b, size_t i, Str *out);
/* From bytes, for tests and fuzzers. */
bool styles_parse(CsvSource source, Book *b, Err *err) MUST;
bool strings_parse(CsvSource source, Book *b, Err *err) MUST;

/* ---- xlsx_value.c: numbers as people see them ---- */
NumberKind format_kind(int id, Str code); /* code: empty for a built-in one */
enum { NUMBER_TEXT = 48 };
/* A number of the file as text: whole numbers with all their digits, and from 16 digits on (where a spreadsheet has rounded)
 * in the form 1.571E+15, which value_parse refuses by name; dates and times in ISO form. *plain: it is still a number. False: no number. */
bool number_text(Str written, NumberKind kind, bool from_1904, char out[NUMBER_TEXT], bool *plain) MUST;
/* `_x000D_` and its like, as written for characters that XML cannot hold; in place, returns the new length. */
size_t unescape_text(char *p, size_t n);

/* ---- xlsx_read.c: from the bytes of a sheet, for tests and fuzzers ---- */
bool xlsx_open_source(CsvSource source, Book *book, Str sheet, Xlsx **out, Err *err) MUST;

#endif
