/* What the pages about rows share: which dataset and row a path names, what the visitor may do there, values as people read them. */
#ifndef SIAP_WEB_DATA_H
#define SIAP_WEB_DATA_H

#include "web/web_private.h"

/* ---- data.c ---- */
/* The dataset that the path names; E_NOTFOUND also when the visitor must not know of it. */
bool data_dataset(const Request *rq, const Dataset **out, Err *err) MUST;
/* The cells of the key that the path names, n_fields of them. */
bool data_key(const Request *rq, const Dataset *d, Str **text, Err *err) MUST;
bool data_allow(const Request *rq, Verb verb, const Dataset *d, Str area, Err *err) MUST; /* account_may of the visitor, who is logged in */
bool data_may(const Request *rq, Verb verb, const Dataset *d, Str area);
bool data_may_undo(const Request *rq, const Dataset *d, Str area, Str actor);
/* The row with these cells of the key, as far as the visitor may do this to it. */
bool data_row(const Request *rq, Verb verb, const Dataset *d, const Str *text, RowView *out, Err *err) MUST;
Origin data_origin(const Request *rq, const Dataset *d, Str why); /* d NULL: for nobody else */
int data_zone(const Request *rq);
Str data_url(const Request *rq, const Dataset *d, const char *what, Str key); /* /data/DATASET/what/KEY; key may be empty */
Str data_encode(const Request *rq, Str s);      /* for a value behind the ? */
Str data_value(const Request *rq, const Field *f, Value v); /* as people read it; empty: no value */
Str data_cell(const Request *rq, const Field *f, Value v);  /* as forms and import take it back */
Str data_place(const Request *rq, Str code); /* "TPS 002, Rawa Sari (1571091002002)" */
Str data_person(const Request *rq, const Origin *o); /* "ani (KPU)" */
Str data_channel(Str source);
Str data_number(const Request *rq, uint64_t n);
Str data_int(const Request *rq, int64_t n); /* plain digits, for addresses and hidden fields */
Str data_words(const Request *rq, const Dataset *d, Str key); /* d NULL: the key as it is */
bool data_area(const Request *rq, Str text, Str *code, Err *err) MUST;
Str data_title(const Request *rq, const Dataset *d, Str key); /* "Polling officers: 1571091002001/kpps" */
/* dataset, dataset_title, dataset_url, and key and row_url when key is not empty. */
void data_fill(const Request *rq, Fill *f, const Dataset *d, Str key);
typedef struct Option {
	Str value, label;
} Option;
/* What a field with a fixed set of values may hold; *n = 0: it has none. */
Option *data_options(const Request *rq, const Field *f, size_t *n);

/* ---- paper.c ---- */
typedef struct SentPaper { /* hash empty: there is none */
	Str hash, name, note;
} SentPaper;
/* The file of the field `paper_file`, which is kept; or the one that was sent before. E_INPUT, E_LIMIT: paper_keep. */
bool paper_form(const Request *rq, SentPaper *out, Err *err) MUST;
/* For the partial paper: paper_needed (what is entered there is on behalf of another agency), paper_for, paper_ticket, paper_name, paper_note. */
void paper_fill(const Request *rq, Fill *page, const Dataset *d, const SentPaper *p);
bool papers_fill(Request *rq, Fill *page, const Dataset *d, const RowView *r, Err *err) MUST; /* for the partial papers */
/* The same of an import: `papers` alone. */
bool papers_of_import(Request *rq, Fill *page, const Dataset *d, int64_t batch, Err *err) MUST;

/* ---- conflicts.c ---- */
bool conflict_concerns(const Request *rq, const Dataset *d, Str area); /* a conflict there is among those that the visitor is shown */

/* ---- data_list.c ---- */
enum { PAGE_ROWS = 50 };
/* A list as the query describes it: area, sort, dir, after, f.FIELD, f.FIELD.from, f.FIELD.upto. */
bool list_from_query(Request *rq, const Dataset *d, RowList *out, Err *err) MUST;

/* ---- bulk.c ---- */
bool bulk_fits(const Catalog *c, const Dataset *d); /* "all received except …" makes sense of it */

#endif
