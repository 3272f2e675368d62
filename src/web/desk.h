/* What the pages about areas share: an area on the board, and how places, days and figures read. */
#ifndef SIAP_WEB_DESK_H
#define SIAP_WEB_DESK_H

#include "web/web_private.h"

enum { DESK_PILLARS = 12 };
/* An area on the board, while a page about it is filled. The board is locked until desk_close: read it, fill, close, and send then. */
typedef struct Desk {
	Request *rq;
	Arena *a;
	const PlaceIndex *places;
	const Board *b; /* NULL once it is closed */
	size_t node;
	Str code;
	Level level; /* LEVEL_ANY: the nation */
	Str pillar[DESK_PILLARS];
	size_t n_pillars;
} Desk;
/* The area that the path names. E_NOTFOUND says what is near. */
bool desk_open(Request *rq, Desk *out, Err *err) MUST;
void desk_close(Desk *d); /* again is allowed */
static inline void
Desk_auto(Desk *d)
{
	desk_close(d);
}
bool desk_places(Request *rq, const PlaceIndex **out, Err *err) MUST; /* names of all areas */

/* title (the area's name and what the page is about, which may be empty), area, area_code, level, crumbs, as_of, event, unverified_words,
 * countdown, no_tps, base (/area/CODE), tools (its other pages), board_css, board_js; live_link, live_js: where the page hears of changes (an answer to a
 * form hears of none). */
void desk_fill(const Desk *d, Fill *f, const char *about);

/* A page that follows from the board, the address, the language, and which datasets the person may know of: page_cached. */
bool desk_send(Request *rq, const char *name, FillFn fill, Err *err) MUST;
/* The same, where it also follows from `more`: as in page_cached. */
bool desk_send_apart(Request *rq, const char *name, Str more, FillFn fill, Err *err) MUST;

/* ---- words; results live in the desk's arena ---- */
Str place_words(const PlaceIndex *x, Str code, Arena *a);  /* "Kecamatan Tebo Ilir", "TPS 002, Rawa Sari" */
Str within_words(const PlaceIndex *x, Str code, Arena *a); /* "Tebo Ilir, Kabupaten Tebo"; empty at the top */
const char *level_words(Level l);
Str unit_words(const Query *q, int64_t n); /* in which the indicator counts: 1 "item", 2 "items" */
Str pillar_words(Str pillar);
const char *severity_words(Str severity);
int64_t desk_days_left(const Workspace *w, Str date);
Str due_words(const Workspace *w, Arena *a, Str date); /* 20 November 2024, 3 days late; empty: none */
Str left_words(const Workspace *w, Arena *a, Str date); /* the second half of it */
bool due_late(const Workspace *w, Str date);
Str bar_width(Arena *a, int parts);                    /* for an SVG of width 100: "97.6"; "0" for -1 */
/* The values of an indicator's own row at a node: of its level, not sums. false: it has none there. */
bool series_row(const Board *b, const Series *s, size_t node, int64_t *need, int64_t *have, int64_t *heard);
int64_t desk_findings(const Desk *d, size_t node); /* of checks that the person may know of */
bool dataset_open(const Request *rq, const Dataset *d); /* whether the person may know that it exists */
bool check_open(const Request *rq, const Query *q); /* nothing that it reads is closed to the person */
void percent_text(Arena *a, Str s, Str *out);       /* for a value behind ? */

/* ---- pages of a list: ?page=N, from 1 ---- */
typedef struct Paging {
	size_t page, size;
} Paging;
Paging paging_of(const Request *rq, size_t size);
/* paged, page_words, previous, next: links, empty where there is none. query: "indicator=x&owner=kpu", may be empty. */
void paging_fill(const Paging *p, Arena *a, Fill *f, Str path, Str query, uint64_t total);

#endif
