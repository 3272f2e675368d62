/* What the board page and the pages behind it share. */
#ifndef SIAP_WEB_AREA_H
#define SIAP_WEB_AREA_H

#include "web/desk.h"

/* area.c */
int ready_parts(const Board *b, size_t node);
bool pillar_shown(const Desk *d, Str pillar);
void ready_fill(const Desk *d, Fill *f);                      /* the headline */
bool change_fill(const Desk *d, Fill *f, Err *err) MUST;      /* since yesterday, since a week */
/* area_below.c: children, columns, areas */
void areas_fill(const Desk *d, Fill *f);
/* area_gaps.c */
void gap_fill(const Desk *d, const Gap *g, Fill *f);
void owed_fill(const Desk *d, const GapList *list, Fill *f); /* owed, owed_any, owed_besides, besides: indicators with gaps */
bool gaps_fill(const Desk *d, Fill *f, Err *err) MUST;       /* those, and gaps, gaps_total */
/* missing.c: indicators: value, label, chosen, for a list to choose from; a CSV file of this name without its ending. */
void indicator_choices_fill(const Desk *d, Fill *f, const Query *chosen);
bool csv_reply(Request *rq, Str name, Buf *out, Err *err) MUST;
/* finding_words.c */
Str detail_words(const Desk *d, const Query *check, Str detail);
Str key_words(const Desk *d, const Query *check, Str area, Str key); /* empty: the area itself */
Str row_words(const Desk *d, const Dataset *ds, Str key); /* key: without the area */
Str value_words(const Desk *d, const Field *f, Str text); /* as the log prints it */
/* area_text.c: the board as plain text, for a message. */
void area_text(const Desk *d, Buf *out);
/* tps.c: of a polling station; facts and history are read when the board is let go. */
typedef struct TpsLook { /* what the board tells about a TPS, for what is read when it is let go */
	bool *found;        /* by check: it has findings there */
	bool *lacking;      /* by dataset: an indicator that must be met and is not reads it */
} TpsLook;
void tps_fill(const Desk *d, Fill *f, TpsLook *look);
bool tps_facts_fill(const Desk *d, Fill *f, const TpsLook *look, Err *err) MUST;

#endif
