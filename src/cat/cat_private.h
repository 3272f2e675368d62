/* cat_private: what the files of cat share: lines and words, growing lists, names, loose comparison. */
#ifndef SIAP_CAT_PRIVATE_H
#define SIAP_CAT_PRIVATE_H

#include "cat/cat.h"

enum { DEF_MAX_BYTES = 512 * 1024, DEF_MAX_FIELDS = 400, LINE_MAX_WORDS = 48, NAME_MAX_BYTES = 40 };
/* The largest whole number that JSON readers keep exactly. */
#define NUMBER_MAX INT64_C(9007199254740991)

/* ---- lines.c ---- */
typedef struct Word {
	Str text;
	Str args;      /* int(0..9): "0..9" */
	bool quoted, has_args;
} Word;
typedef struct Line {
	Str keyword;   /* the first word */
	Word word[LINE_MAX_WORDS];
	size_t n;      /* words, the keyword included */
} Line;
typedef struct Lines {
	Str file, rest;
	int number;    /* of the line handed out last */
} Lines;
/* Size and bytes of a whole definition file; the error has its line. */
bool text_check(Str file, Str text, Err *err) MUST;
bool lines_next(Lines *l, Str *raw); /* false at the end; raw without the line end */
bool line_words(Str raw, Arena *a, Line *out, Err *err) MUST;
/* Splits a CSV line at the first # that stands outside quotes behind a blank. */
Str line_comment(Str raw, Str *comment);
Str line_keyword(Str raw); /* the first word, nothing else read */
/* The one value of a line like `title "…"`; refuses a second such line. */
bool line_one(const Line *l, Str *out, Err *err) MUST;
bool quoted_take(Str *rest, Arena *a, Str *out, Err *err) MUST; /* rest starts at the quote */
bool list_split(Str s, char at, Arena *a, Str **out, size_t *n, Err *err) MUST; /* trimmed; an empty piece is an error */
bool err_at(Err *err, Str file, int line); /* puts "file:line: " before the sentence; false */

/* ---- names.c ---- */
/* A list that grows in an arena; its room is the next power of two, so no capacity is kept. */
void *vec_room(Arena *a, const void *v, size_t n, size_t size);
#define VEC_ADD(a, v, n) ((v) = vec_room((a), (v), (n), sizeof *(v)), &(v)[(n)++])
bool name_check(Str name, const char *what, Err *err) MUST; /* what: tr("dataset"), … */
bool sql_name_check(Str name, const char *what, Err *err) MUST; /* for tables and columns: no word of SQL either */
bool name_is_table(Str name);  /* a core table: no dataset may be called so */
bool option_ok(Str s);         /* [A-Za-z0-9_-]{1,40}: enum options, codes, pack names */
Str names_join(Arena *a, const Str *v, size_t n); /* "a, b, c", shortened after twelve */
bool unknown(Err *err, Str near); /* adds "did you mean …" when near.p; false */
Str brief(Str s);              /* at most 60 bytes for a message, whole characters */
/* Equal but for case, and for runs of anything but letters and digits. */
bool loose_eq(Str a, Str b);
Str tr_id(Str msgid);          /* the Indonesian translation whatever the thread's language */

/* ---- value_*.c ---- */
bool number_read(Str s, int64_t *out) MUST;                   /* 1234 1.234 1,234 -5 */
bool decimal_read(Str s, int places, int64_t *out, bool *too_fine) MUST;
bool date_read(Str s, Arena *a, Str *out) MUST;               /* YYYY-MM-DD DD/MM/YYYY DD-MM-YYYY */
bool instant_read(Str s, int zone, Arena a, int64_t *out) MUST;
bool excel_mangled(Str s);                                    /* 1.571E+15 */
bool refuse_mangled(Str s, int digits, Err *err);             /* digits expected, 0 = all of them */
bool choice_read(const Pack *p, const Field *f, Str s, Arena tmp, Str *out, Err *err) MUST; /* enum states code */

/* ---- field.c ---- */
bool field_parse(Dataset *d, const Line *l, int line, Arena *a, Err *err) MUST; /* adds to d->field */
Str type_text(Arena *a, const Field *f); /* as written in a definition: int(0..9) */

/* ---- header.c ---- */
Str header_norm(Arena *a, Str s); /* folded, everything but letters and digits one '_', none at the ends */

/* ---- query.c ---- */
/* Next word of SQL outside comments and strings; before: the byte in front of it. false at the end. */
bool due_check(const char *what, Str due, Err *err) MUST; /* H-1, H, H+3 or a date */
bool sql_word(Str sql, size_t *at, Str *word, char *before);

/* ---- crosscheck.c ---- */
bool catalog_check_all(Catalog *c, Arena *a, Err *err) MUST; /* also finds what each query reads */

#endif
