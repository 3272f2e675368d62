/* What the board page and the pages behind it share. */
#ifndef SIAP_WEB_AREA_H
#define SIAP_WEB_AREA_H

#include "web/desk.h"

/* area.c */
void gap_fill(const Desk *d, const Gap *g, Fill *f);
void ready_fill(const Desk *d, Fill *f);                      /* the headline */
bool change_fill(const Desk *d, Fill *f, Err *err) MUST;      /* since yesterday, since a week */
/* missing.c: indicators: value, label, chosen, for a list to choose from; a CSV file of this name without its ending. */
void indicator_choices_fill(const Desk *d, Fill *f, const Query *chosen);
bool csv_reply(Request *rq, Str name, Buf *out, Err *err) MUST;
/* area_text.c: the board as plain text, for a message. */
void area_text(const Desk *d, Buf *out);
/* tps.c: of a polling station; facts and history are read when the board is let go. found: by check, whether it has findings there. */
bool tps_fill(const Desk *d, Fill *f, bool **found, Err *err) MUST;
bool tps_facts_fill(const Desk *d, Fill *f, const bool *found, Err *err) MUST;

#endif
