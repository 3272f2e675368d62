/* svc: what Siap does: workspaces, accepting rows, imports, exports, the board, findings and gaps. No printing, no exit. */
#ifndef SIAP_SVC_H
#define SIAP_SVC_H

#include "base/base.h"
#include "cat/cat.h"
#include "db/db.h"
#include "fmt/fmt.h"
#include "tlog/tlog.h"

/* ---- Workspace: one election in one area, one folder ---- */
typedef struct Clock Clock;
typedef struct Workspace {
	const Env *env; /* the one it was opened with, its time by the clock of the workspace */
	Clock *clock;
	Arena *a; /* lives as long as the workspace */
	const char *dir;
	const char *store; /* what db_open takes: the file siap.db in dir, or the address that the file `store` in dir names */
	Str id;   /* random, names the key file outside the workspace */
	Str area; /* code of the whole: "15", or "0" for all Indonesia */
	Catalog cat;
	const Pack *pack;
	SqlFile sql; /* src/svc/svc.sql */
	Db *db;      /* reader connection of the opening thread */
	struct Sessions *sessions; /* kept in memory, for all that share the workspace */
	Err unread;  /* the last look-up for display that failed: what was shown is not whole */
	Err suspect; /* why its log is not to be trusted: it does not extend the last checkpoint signed. Writers refuse it */
} Workspace;
/* Makes the folder, database, area list and key. area: a province, regency, district or village code, or "0". Nothing is left
 * behind on an error. E_CONFLICT when dir holds a workspace, E_INPUT unknown pack or area (nearest named). */
bool workspace_init(const Env *env, const char *dir, Str pack, Str area, Err *err) MUST;
/* The same with the rows in the PostgreSQL database at the address `store` (see db_open); NULL: in the folder. E_CONFLICT too
 * when that database holds a workspace. On a later error empty tables stay in it, which the next init uses. */
bool workspace_init_in(const Env *env, const char *dir, Str pack, Str area, const char *store, Err *err) MUST;
/* Opens for reading; brings tables and rule tables up to date first when definitions changed (that needs the writer lease). */
bool workspace_open(const Env *env, const char *dir, Arena *a, Workspace *out, Err *err) MUST;
void workspace_close(Workspace *w);
static inline void
Workspace_auto(Workspace *w)
{
	workspace_close(w);
}
const char *workspace_path(const Workspace *w, Arena *a, const char *name); /* dir/name */
/* The same workspace for another thread: a reader connection and an arena of its own, the rest is shared. w must stay open. */
bool workspace_share(const Workspace *w, Arena *a, Workspace *out, Err *err) MUST;
bool workspace_reader(const Workspace *w, Db **out, Err *err)
	MUST;                                   /* another read connection, for another thread */
/* A workspace may have a clock of its own, for rehearsals: it stands where gate_clock set it, and is "now" for all that is done
 * here, the times of new events too. The time that the environment gives (Env.now_given) goes before it. */
#define CLOCK_REAL INT64_MIN
int64_t workspace_now(const Workspace *w);
int64_t workspace_clock(const Workspace *w); /* where it stands, UTC milliseconds; CLOCK_REAL: no clock of its own counts */
int64_t workspace_last_event(Workspace *w); /* newest event number, 0 when none */
int64_t workspace_event_time(
	Workspace *w, int64_t event); /* when it was accepted, UTC milliseconds; 0 when there is none */

/* ---- Areas ---- */
/* Name of an area or "TPS 002" for a TPS; empty when unknown. The Str lives in a. */
Str area_name(Workspace *w, Str code, Arena *a);
/* Accepts a code (dots allowed) or an unambiguous part of a name; E_NOTFOUND says what is near, or lists the candidates. */
bool area_resolve(Workspace *w, Str text, Arena *a, Str *code, Err *err) MUST;

typedef struct Area {
	Str code, name, within;
} Area; /* within: "Alam Barajo, Kota Jambi", empty at the top */
typedef struct AreaSearch {
	Str text;   /* the start of a code (dots allowed) or a part of a name in any case; empty: all */
	size_t max; /* at most so many are returned */
	Area *area; /* out: in code order */
	size_t n;
	uint64_t total; /* out: how many there are */
} AreaSearch;
/* w == NULL: among all Indonesia, as this program knows it. Strings live in a. */
bool areas_find(const Env *env, Workspace *w, AreaSearch *search, Arena *a, Err *err) MUST;

/* ---- Names of all areas in memory, and finding areas by what people type. It never changes: any number of threads may ask ---- */
typedef struct PlaceIndex PlaceIndex;
bool place_index_new(Workspace *w, Arena *a, PlaceIndex **out, Err *err) MUST; /* lives in a; about 400 bytes an area */
Str place_name(const PlaceIndex *x, Str code, Arena *a); /* as area_name, without asking the database; of a TPS it lives in a */
typedef struct PlaceHit {
	Str code, name;
	int score; /* how alike, of 100 */
} PlaceHit;
typedef struct PlaceSearch {
	Str text;      /* a code or the start of one, dots allowed; or a name, perhaps with the area that it lies in ("rawasari, kota jambi"),
				    * a level ("kec. alam barajo") or a TPS ("tps 3 rawasari") */
	size_t max;    /* at most so many are returned */
	PlaceHit *hit; /* out: the best first, in a */
	size_t n;
	bool sure;     /* out: some are likely to be meant; else they are only the nearest names */
	Str tps;       /* out: the number of a TPS when one was asked for: "003" */
} PlaceSearch;
/* Tolerates typing errors and old spellings (oe, dj, tj). Looks at names that share letters with the text, never at all of them. */
void place_search(const PlaceIndex *x, PlaceSearch *s, Arena *a);

/* ---- Origin: who writes, for whom, through which channel ---- */
typedef struct Origin {
	Str actor, agency, on_behalf_of, source,
		device; /* source: "cli", "import", "web", … ; empty = NULL */
	Str why;    /* in the person's words, where a reason is asked for */
} Origin;

/* ---- Events ---- */
/* What an event does to its row. Every event but a row's first has a predecessor: the one it came over when it is in conflict, else
 * its base. So the events of a row are one chain, whose newest the row names, or closed_row when the row is closed. */
typedef enum Op {
	OP_PUT = 1, /* the row as it stands from now on */
	OP_CLOSE,   /* it goes; the event repeats how it stood */
	OP_REOPEN,  /* a put of a row that was closed */
	OP_FORGET,  /* its private fields are erased; the event repeats the open ones */
} Op;

typedef struct Watch { /* somebody looks on, and may say stop; all of it may be NULL */
	void (*progress)(void *ctx, Str phase, uint64_t done, uint64_t total); /* phase: "checking", "saving" */
	void *ctx;
	const volatile bool *stop; /* E_BUSY: while checking nothing is taken in; while saving the rest follows later */
} Watch;

/* ---- Gate: writes. Holds the writer lease, or hands the work to the process that does over its local socket. ---- */
typedef struct Gate Gate;
bool gate_open(Workspace *w, Gate **out, Err *err)
	MUST; /* also finishes imports that a crash interrupted */
void gate_close(Gate
		*g); /* waits for queued work, brings the board up to date and snapshots it; NULL allowed */
typedef Gate *GateP;
static inline void
GateP_auto(GateP *g)
{
	gate_close(*g);
}
bool gate_is_local(const Gate *g); /* true: this process holds the lease */
typedef enum Outcome { OUTCOME_ADDED, OUTCOME_CHANGED, OUTCOME_SAME, OUTCOME_CONFLICT } Outcome;
typedef struct RowRequest {
	const Origin *origin;
	const Dataset *dataset;
	const Str *text; /* n_fields cells; p == NULL: not given, keeps what is there or the default */
	int64_t base;    /* the event of this row that the person saw, 0: none stated */
	bool fresh;      /* a new row is meant: E_CONFLICT when there is one with its key */
	bool made;       /* by the command of Siap that alone makes rows of the dataset (made_check) */
	bool closing;    /* remove the row with these key cells from the projection (E_NOTFOUND) instead of entering it */
	/* Of a device that works offline and delivers later (origin->device, all of 1 to 64 letters, digits, '_', '.', '-'); may be empty. */
	Str clock;       /* its hybrid logical clock when it was done (hlc_parse); shown and checked, it decides nothing */
	Str request;     /* the number that the device gave it. Delivered again with the same clock and content, nothing happens and the
					  * first event is returned; with others it is an edit of its own, for a device may count anew */
	Str after;       /* instead of base: the number of the device's own earlier edit of this row, which it followed */
	/* The open conflicts of the row are settled, for the reason origin->why (1 to 300 characters): by the values of the event `take` of
	 * this row, by the cells given besides the keys, or without either as it stands. E_NOTFOUND: it has none. */
	bool settling;
	int64_t take;
	int64_t settled; /* afterwards: how many */
	const struct Account *who; /* whose rights count, at the moment of writing; NULL: whoever holds the keys */
	Str paper;       /* attached with it, must be on behalf of another agency: hash of paper_keep */
	Str paper_name, paper_note; /* as in AttachRequest */
	int64_t event;   /* afterwards: the row's newest event */
	Outcome outcome; /* afterwards */
} RowRequest;
/* Nobody types or imports rows of a dataset with `made_by`, whoever holds the keys neither: E_DENIED names the command that makes them.
 * made: this is that command. Undoing what it wrote is not asked about here. */
bool made_check(const Dataset *d, bool made, Err *err) MUST;
/* One row, durable when it returns. Thread-safe; concurrent calls share commits. */
bool gate_enter(Gate *g, RowRequest *r, Err *err) MUST;
/* What a device did offline, n rows of any datasets: in the order of their clocks, which within one device is that of the person, those
 * without one last. error[i] says what became of row[i], E_OK: it is in. False: nothing was tried. */
bool gate_deliver(Gate *g, RowRequest *row, size_t n, Err *error, Err *err) MUST;
/* The board and the totals of the days are brought up to date; nothing to do where another process holds the lease. */
bool gate_settle(Gate *g, Err *err) MUST;
/* Moves the clock of the workspace, stored and at once for this process and the holder of the lease; CLOCK_REAL takes it away.
 * E_INPUT before the newest event: times in the log never run backwards. */
bool gate_clock(Gate *g, int64_t at, Err *err) MUST;
/* Serves the local socket until *stop becomes true (the command `siap writer`). A local gate serves it anyway while open. */
bool gate_serve(Gate *g, const volatile bool *stop, Err *err) MUST;

#include "svc/accounts.h"
#include "svc/boundary.h"
#include "svc/papers.h"
#include "svc/roll.h"

/* ---- Undo: a new event that gives a row back what it said before, or what all rows of an import said before ---- */
typedef struct UndoRequest {
	const Origin *origin;  /* its `why` in 1 to 300 characters */
	int64_t event;         /* to undo; 0: */
	int64_t batch;         /* all events of this import */
	const Account *who;    /* as in RowRequest */
	int64_t first, last;   /* afterwards: the events that undo */
	int64_t removed, back; /* so many of their rows are gone by them, or there again */
} UndoRequest;
/* Only the newest event of a row can be undone, an undo too, or the newest but for some that are undone; of an import all or nothing.
 * E_CONFLICT when another came after it, or when rows refer to one that would go; E_NOTFOUND, E_INPUT. Thread-safe. */
bool gate_undo(Gate *g, UndoRequest *r, Err *err) MUST;

/* ---- Forget: the private fields of a row erased, now and in its history: the key that opens them is destroyed ---- */
typedef struct ForgetRequest {
	const Origin *origin; /* its `why` in 1 to 300 characters */
	const Dataset *dataset;
	const Str *text;      /* n_fields cells, those of the key fields count; the row may be closed */
	const Account *who;   /* as in RowRequest */
	int64_t event;        /* afterwards */
	bool lingers;         /* afterwards: somebody reads, so the destroyed key stays in the log file of the database for a while */
} ForgetRequest;
/* Cannot be undone. The open fields stay, in the row and in the log. E_INPUT when the dataset has no private fields, E_NOTFOUND when
 * the row has none or is not there. Thread-safe. */
bool gate_forget(Gate *g, ForgetRequest *r, Err *err) MUST;

/* ---- Import ---- */
typedef struct ImportUse { /* what a column is to feed */
	const Dataset *dataset;
	const Field *field; /* NULL: it holds the numbers of the events that the rows were exported with */
	size_t column;      /* from 0 */
} ImportUse;
typedef struct ImportOptions {
	const char *path; /* CSV or XLSX */
	Str sheet;        /* of a workbook; empty: its first */
	const Dataset **datasets; /* to feed; n_datasets == 0: those the header is recognised for */
	size_t n_datasets;
	const ImportUse *use; /* of all columns of those datasets, instead of what the header says; n_uses == 0: the header says it */
	size_t n_uses;
	bool dry_run, partial;
	bool accept_conflicts;  /* else a conflict refuses the file */
	bool made;              /* as in RowRequest */
	const char *error_file; /* NULL: FILE.errors.csv, of a workbook FILE.errors.xlsx */
	Origin origin;
	const Account *who; /* each row's area is checked; without datasets given, those it may import into are recognised. NULL: as in RowRequest */
	Str paper, paper_name, paper_note; /* as in RowRequest */
	Watch watch;
} ImportOptions;
typedef struct ImportPart {
	const Dataset *dataset;
	uint64_t rows, blank, added, changed, same,
		conflicts; /* blank: rows that say nothing about this dataset */
	int64_t batch; /* by which it can be undone; 0: no row came */
} ImportPart;
typedef struct ImportColumn {
	Str header;
	Str used_by;
} ImportColumn; /* used_by: "tps.tps, roll_count.tps" or empty = ignored */
typedef struct ImportProblem {
	size_t row;
	Str column, value, text;
} ImportProblem; /* 1 = header; column may be empty */
typedef struct ImportReport {
	ImportPart part[16];
	size_t n_parts;
	ImportColumn *column;
	size_t n_columns;
	uint64_t rows, bad_rows, problems; /* data rows read; rows with a problem; problems in all */
	ImportProblem first[20];           /* the first ones, for the screen */
	size_t n_first;
	const char *error_file; /* written, or NULL */
	bool applied;           /* false: dry run or refused */
	uint64_t resumed;       /* rows of interrupted imports finished on the way */
} ImportReport;
/* A file into one or more datasets: validates everything into staging files, then applies in slices. Returns false with E_INPUT when the
 * file was refused (report filled, when its header could be read at least the columns), E_CONFLICT when conflicts refused it. Strings of the report live in a. */
bool import_file(Workspace *w, Gate *g, const ImportOptions *o, Arena *a, ImportReport *out, Err *err) MUST;

typedef struct Imported {
	int64_t batch, at, rows, added, changed, conflicts; /* a file that feeds several datasets is a batch for each */
	Str dataset, file, actor, agency;
} Imported;
typedef struct ImportList {
	size_t max;     /* at most so many */
	Imported *item; /* afterwards: newest first */
	size_t n;
} ImportList;
bool imports_list(Workspace *w, ImportList *list, Arena *a, Err *err) MUST;

/* ---- Rebuild: the tables that follow from the log, made anew from it ---- */
typedef struct RebuildAsk {
	const Dataset **datasets;
	size_t n;    /* 0: all */
	Watch watch; /* phases "events", "rows"; E_BUSY when it stops: the next one goes on from there */
} RebuildAsk;
typedef struct RebuildPart { /* one table */
	Str table;
	int64_t rows;
	int64_t missing, changed, extra; /* of them: rows that were put right; extra: rows that no event had made */
} RebuildPart;
typedef struct RebuildReport {
	int64_t events;  /* so many were replayed in all */
	int64_t resumed; /* of them by a rebuild before, which was cut short */
	RebuildPart *part;
	size_t n_parts;
} RebuildReport;
/* While others write. Killed at any time, nothing is lost: the tables are as they were or right, row by row. The board is made anew
 * too. E_BUSY when another rebuild is at work. Strings of the report live in a. */
bool gate_rebuild(Gate *g, const RebuildAsk *ask, Arena *a, RebuildReport *out, Err *err) MUST;

/* ---- Rows: what people look at, below an area, a page at a time ---- */
typedef enum RowTest { ROW_IS, ROW_HAS, ROW_FROM, ROW_UPTO, ROW_EMPTY } RowTest;
typedef struct RowFilter {
	const Field *field; /* an open one */
	RowTest test;       /* has: a text or code that contains it, in any case */
	Value value;        /* afterwards, as folded */
	Str folded;
} RowFilter;
/* A filter of this field and test from what a person wrote. E_INPUT: it is no value of the field, or the field is private or does not go with the test. */
bool row_filter(const Workspace *w, RowFilter *f, Str text, Arena *a, Err *err) MUST;
enum { ROWS_SEEN = 100000, ROWS_SORTED = 200000 }; /* rows that one question looks at; that can be sorted by another field than the key */
typedef struct RowView {
	Str key;       /* as in events */
	Value *v;      /* private fields are empty */
	int64_t event; /* its newest */
	bool sealed;   /* some private field has a value */
	bool closed;   /* row_get: it is no more, and this is not known but for its keys */
} RowView;
typedef struct RowList {
	const Dataset *dataset;
	Str area;             /* below it; empty: everywhere */
	const Account *who;   /* rows that it must not know of are left out; NULL: all */
	const RowFilter *filter; /* all of them must hold */
	size_t n_filters;
	const Field *sort; /* an open field; NULL: by the key */
	bool descending;
	Str after;  /* `next` of the page before; empty: from the beginning */
	size_t max; /* rows of a page */
	RowView *row;   /* afterwards */
	size_t n;
	Str next;      /* afterwards: more rows may follow, behind this; empty: that was all */
	uint64_t rows; /* afterwards: how many hold, from this page on; at least so many when more_rows */
	bool more_rows;
} RowList;
/* Filters are tried row by row: a page that looked at ROWS_SEEN rows ends there, with fewer rows than max and `next` set. E_LIMIT when
 * there are more than ROWS_SORTED rows to be sorted. Strings live in a. */
bool rows_list(Workspace *w, RowList *l, Arena *a, Err *err) MUST;
typedef bool (*RowFn)(void *ctx, const RowView *r, Err *err); /* false stops; its strings live until it returns */
/* All of them, as they are, in one go; of l max and what comes afterwards are not used. */
bool rows_each(Workspace *w, const RowList *l, RowFn fn, void *ctx, Err *err) MUST;
/* How many there are below the area; counting ends at most. */
bool rows_number(Workspace *w, const Dataset *d, Str area, uint64_t most, uint64_t *n, Err *err) MUST;
/* Whether an account may know of a row: of a restricted dataset its owner, and whom the row names (visible_by). */
bool row_is_seen(const Account *who, const Dataset *d, const Value *v);
/* text: n_fields cells, those of the key fields count. E_NOTFOUND: there never was such a row. */
bool row_get(Workspace *w, const Dataset *d, const Str *text, Arena *a, RowView *out, Err *err) MUST;
/* The key that such cells make, whether the row is there or not; the database is not asked. */
bool row_key_of(Workspace *w, const Dataset *d, const Str *text, Arena *a, Str *key, Err *err) MUST;
/* The key of a row as cells: n_fields of them, p == NULL but for the key fields. E_INPUT: it is none. */
bool row_key_cells(const Dataset *d, Str key, Arena *a, Str **text, Err *err) MUST;
/* What rows of a dataset are to hold, as far as a view of the catalog plans them. */
typedef struct PlanRow {
	Str key;
	Value *v; /* n_fields: those of the key, and those that are planned */
} PlanRow;
typedef struct PlanList {
	const Dataset *dataset;
	Str area;        /* below it; empty: everywhere */
	const Str *text; /* n_fields cells: rows with these keys alone; p == NULL: any */
	size_t max;
	PlanRow *row; /* afterwards: in the order of their keys */
	size_t n;
	bool more; /* there are more than max */
} PlanList;
/* Without a plan there is no row. Strings live in a. */
bool plan_list(Workspace *w, PlanList *l, Arena *a, Err *err) MUST;
typedef struct RowProblem {
	const Field *field;
	Str text;
} RowProblem;
typedef struct RowCheck {
	const Dataset *dataset;
	const Str *text;     /* as in RowRequest */
	RowProblem *problem; /* afterwards */
	size_t n;
} RowCheck;
/* What is wrong with the cells of a row before anybody writes them: all of it, not the first alone. */
bool row_problems(Workspace *w, RowCheck *c, Arena *a, Err *err) MUST;

/* ---- Export ---- */
/* What a list shows, all of its rows; as below. */
bool export_list(Workspace *w, const RowList *l, FILE *out, uint64_t *rows, Err *err) MUST;
bool export_list_workbook(Workspace *w, const RowList *l, const char *path, uint64_t *rows, Err *err) MUST;
/* CSV with field names as header and a last column _event; private fields are left out. Rows of the area's subtree. out may be stdout. */
bool export_dataset(Workspace *w, const Dataset *d, Str area, FILE *out, uint64_t *rows, Err *err)
	MUST;
/* The same as a workbook with one sheet: numbers as numbers, dates as dates, identifiers as text. */
bool export_workbook(Workspace *w, const Dataset *d, Str area, const char *path, uint64_t *rows, Err *err) MUST;

/* ---- Board: every indicator and check over every area, in memory ---- */
typedef struct Series {
	const Query *query;
	Str due_date; /* YYYY-MM-DD or empty, from the query's due and the pack's polling day */
	Str open_date; /* the same: an indicator counts from this day on; empty: always */
	bool must;    /* indicator that decides "TPS ready" (query or pack) */
	int weight;
	int64_t *need, *have,
		*heard; /* per node, sums of its subtree; a check has only need = number of findings */
	int64_t *own
		[3]; /* level any: the node's own rows; else NULL: own is the sum at nodes of the query's level */
	Stmt *
		stmt; /* the query on the board's connection, once it was needed, with the places of its parameters */
	int lo, hi;
	char past[20]; /* the end of the range it is asked for: the statement holds on to it */
} Series;
typedef struct Board {
	Arena a;
	Arena scratch; /* taken by value for each look at new events: making one costs more than a small change */
	const Workspace *w;
	size_t
		n; /* nodes: areas and TPS, sorted by code: a subtree is [i, end[i]) ; node 0 is the whole workspace */
	char (*code)[16]; /* NUL-padded */
	uint32_t *parent, *end;
	uint8_t *level;
	uint8_t *listed;         /* TPS present in the TPS list */
	uint16_t *unmet;         /* TPS: must-indicators not met */
	uint32_t *ready, *total; /* TPS in the subtree: ready, all */
	uint32_t *silent;        /* and those with a must-indicator that counts and is not reported on fully */
	Series *series;          /* indicators first, then checks, each in catalog order */
	size_t n_series, n_indicators;
	int64_t event; /* as of this event */
	char today[11]; /* the day by which it was made, YYYY-MM-DD */
	Db *db;        /* reader that belongs to this board */
	void *map;     /* the snapshot's bytes while the arrays stand in them */
	size_t map_bytes;
	bool from_snapshot;
} Board;
bool board_open(Workspace *w, Board **out, Err *err)
	MUST; /* snapshot + later events, or a full rebuild; current when it returns */
bool board_rebuild(Workspace *w, Board **out, Err *err) MUST; /* never looks at the snapshot */
bool board_follow(Board *b, int64_t *events, Err *err)
	MUST; /* takes in events since b->event; *events (may be NULL) how many */
bool board_save(const Board *b, Err *err) MUST; /* dir/board.snap, atomically */
void board_close(Board *b);
typedef Board *BoardP;
static inline void
BoardP_auto(BoardP *b)
{
	board_close(*b);
}
bool board_find(const Board *b, Str code, size_t *node) MUST;
/* Whether the indicator counts yet: its opening day has come. Before, it is shown, but is no part of readiness, scores and gaps. */
bool board_counts(const Board *b, const Series *s);
/* Score of a pillar in a node's subtree: weighted mean of have/need of its indicators that count and have need > 0 there; in parts per 10,000; -1 when none. */
int board_pillar(const Board *b, size_t node, Str pillar);
size_t board_pillars(const Board *b, Str *out,
	size_t max); /* pillars in use: roll, logistics, officers, security first, then those of which something counts by now, by name */
bool board_equal(const Board *x, const Board *y, Str *difference,
	Arena *a); /* bit for bit; names the first difference */

/* The board that the holder of the lease keeps current, to be read until gate_board_done: many may, and new events wait meanwhile,
 * so a reader never waits for anything itself. E_BUSY: there is none now, or another process holds the lease. */
bool gate_board(Gate *g, const Board **out, Err *err) MUST;
void gate_board_done(Gate *g);
/* The newest event that the board has taken in, as soon as that is one after `after`; or 0 after so many milliseconds. */
int64_t gate_board_wait(Gate *g, int64_t after, int milliseconds);
int64_t gate_waiting(Gate *g); /* how many pieces of work wait for the writer */

/* ---- Answers: how ready an area is, from a board alone ---- */
typedef struct Answers { /* what is counted once for a board; made again when the board has moved on. One thread at a time. */
	Workspace *w;
	const Board *b;
	Arena *a;         /* names are kept in it */
	Str *name;        /* by node, once it was asked for; NULL: not kept */
	Str pillar[12];
	size_t n_pillars;
	char as_of[30];   /* when its last event was */
	bool *unverified; /* by indicator: rests on unverified values of the rule pack */
} Answers;
void answers_new(Workspace *w, const Board *b, Arena *a, Answers *out);
int64_t answers_findings(const Answers *an, size_t node);
/* The object that `siap ready --json` prints: the node and its children, so many levels down. */
void answers_json(Answers *an, size_t node, int64_t depth, JsonOut *j);
/* Its keys as_of, event, area, name alone: the start of every answer. Needs of Answers no more than w, b, a and answers_time. */
void answers_json_head(Answers *an, size_t node, JsonOut *j);
void answers_time(Answers *an); /* fills as_of */
void points_put(Buf *b, int parts_per_10000); /* for programs: 97.25; nothing for -1 */

/* ---- Gaps: what is missing, most valuable first ---- */
typedef struct Gap {
	Str area;
	const Series *series;
	int64_t need, have, heard;
	int gain; /* parts per 10,000 of one TPS becoming ready when this gap closes: 10,000 / open must-gaps of that TPS; 0 when not a must-indicator */
} Gap;
typedef struct GapSum { /* of one indicator: all of its gaps that the list is of */
	uint64_t places, makes_ready; /* where; of these: TPS that lack nothing else */
	int64_t missing;
} GapSum;
typedef struct GapList {
	Str area;       /* below this area */
	const Query *only; /* of this indicator, or NULL: of all */
	Str owner;         /* owed by this agency; empty: by any */
	size_t max;     /* at most so many are returned */
	Gap *gap;       /* afterwards: sorted gain high to low, fewer missing first, then area */
	size_t n;
	uint64_t total; /* all there are */
	GapSum *sum;    /* by indicator, in the order of Board.series */
} GapList;
bool gaps_list(const Board *b, GapList *list, Arena *a, Err *err) MUST;

/* ---- Findings ---- */
typedef struct Finding {
	const Query *check;
	Str area, key, detail;
} Finding;
typedef bool (*FindingFn)(void *ctx, const Finding *f, Err *err); /* false stops with err */
/* All findings of one check below area, in area order as the query gives them. */
bool findings_each(Workspace *w, const Query *check, Str area, FindingFn fn, void *ctx, Err *err)
	MUST;

/* Where the findings of one check lie, from a board: what a page of a long list has to ask for. */
typedef struct FindingPlace {
	Str area;      /* exactly there, not below */
	uint64_t skip; /* so many of its findings come before the page, */
	uint64_t take; /* so many are on it */
} FindingPlace;
typedef struct FindingPage {
	const Query *check;
	size_t node;
	uint64_t skip, max; /* of all findings below the node */
	FindingPlace *place; /* afterwards, in a: in code order */
	size_t n;
} FindingPage;
bool findings_page(const Board *b, FindingPage *p, Arena *a, Err *err) MUST;

/* ---- Stages: the date that passed and the declaration with its evidence are two facts ---- */
typedef struct Stage {
	const PackCode *code;
	bool main;       /* one of the election's stages: neither milestone of another body nor what comes after */
	Str starts, ends; /* as they hold for the area; empty: not set */
	Str set_by;      /* who sets or moved the dates; empty: the pack's own regulation */
	bool past;       /* its last day is past */
	Str declared, declared_by, evidence; /* empty: none */
} Stage;
/* The stages of a province or regency in the pack's order; other areas have none of their own. Strings live in a. */
bool stages_list(Workspace *w, Str area, Arena *a, Stage **out, size_t *n, Err *err) MUST;

/* ---- As of a moment: the log replayed up to it, in a private temporary file of the workspace's folder ---- */
typedef struct AsOfWork AsOfWork;
typedef struct AsOf {
	Workspace w;   /* board_rebuild, gaps_list, findings_each and names answer from it as from the workspace then; its clock stands
					* at the moment. Definitions and rules are those of today, private fields are left out. Nobody writes to it. */
	int64_t event; /* the last one at or before the moment, 0: there was none yet */
	AsOfWork *work;
} AsOf;
/* Empty at first. watch: NULL, or told of phase "replaying" and asked when to stop (E_BUSY); it must live as long.
 * w must stay open. E_IO when the file cannot be made. */
bool asof_open(Workspace *w, const Watch *watch, AsOf **out, Err *err) MUST;
/* On to this moment, which is not before the last one. A board on it (board_rebuild) can follow (board_follow). */
bool asof_advance(AsOf *a, int64_t at, Err *err) MUST;
void asof_close(AsOf *a); /* the file is gone; NULL allowed */
typedef AsOf *AsOfP;
static inline void
AsOfP_auto(AsOfP *a)
{
	asof_close(*a);
}

/* ---- Trend: totals of the days, kept by the holder of the lease for the workspace's whole and its areas down to districts ---- */
typedef struct TrendDay {
	Str day; /* YYYY-MM-DD in the workspace's zone */
	int64_t *need, *have, *heard; /* by series of the board at the end of the day; behind the last: TPS, of them ready, all */
	bool changed; /* something is other than the day before */
} TrendDay;
typedef struct Trend {
	Workspace *w;   /* that keeps the totals; of a board as of a moment the workspace itself */
	size_t node;    /* on the board, for which trend_counts */
	size_t max;     /* at most so many days */
	TrendDay *day;  /* afterwards: one after the other without gaps, the last is that of the board */
	size_t n;
} Trend;
bool trend_counts(const Board *b, size_t node); /* totals are kept for it */
bool trend_read(const Board *b, Trend *t, Arena *a, Err *err) MUST;
int trend_pillar(const Board *b, const TrendDay *d, Str pillar); /* as board_pillar, on that day */
/* Whether the totals of all days before the board's are stored; if not, gate_settle does it. */
bool trend_settled(Workspace *w, const Board *b, bool *yes, Err *err) MUST;
typedef struct TrendAsk {
	size_t node;
	int32_t days;  /* so many days ago, at their end */
	bool known;    /* afterwards: totals were kept by then */
	int64_t change; /* TPS more ready since */
} TrendAsk;
bool trend_ready(Workspace *w, const Board *b, TrendAsk *ask, Err *err) MUST;

/* ---- History: the events of one row, newest first ---- */
typedef struct Change {
	const Field *field;
	Str from, to; /* as a person reads them, empty: no value. Of a private field nothing is said but that it changed */
} Change;
typedef enum Hidden { /* what became of an event's private fields */
	HIDDEN_KNOWN,     /* compared, as far as there are any */
	HIDDEN_ERASED,    /* erased since: nobody can tell whether they changed */
	HIDDEN_LOCKED,    /* the workspace's key is not on this computer */
} Hidden;
typedef struct HistoryStep {
	int64_t event, at;
	Op op;
	int64_t base, over; /* the event it was based on; the one it came over when it is in conflict; 0: none */
	int64_t undoes;     /* an event, or 0 */
	int64_t batch;      /* the import it came with, or 0 */
	Str file;           /* of that import */
	Origin origin;
	Change *change;     /* against the event before it, key fields left out; a closing has none */
	size_t n_changes;
	Hidden hidden;
} HistoryStep;
typedef struct History {
	const Dataset *dataset;
	const Str *text;   /* n_fields cells, those of the key fields count */
	size_t max;        /* at most so many steps */
	Str key, area;     /* afterwards */
	bool closed;       /* there is no such row now */
	HistoryStep *step;
	size_t n;
	bool more;         /* there are older ones */
} History;
/* E_NOTFOUND when there never was such a row; names some that are there. Strings live in a. */
bool history_walk(Workspace *w, History *h, Arena *a, Err *err) MUST;
/* The object that `siap history --json` prints. */
void history_json(const Workspace *w, const History *h, JsonOut *j);

/* ---- History of a place: the events of all its rows, newest first ---- */
typedef struct PlaceStep {
	const Dataset *dataset;
	Str key;
	HistoryStep step;
} PlaceStep;
typedef struct PlaceHistory {
	Str area;       /* of rows that lie in it itself, not below */
	int64_t before; /* events older than this one; 0: from the newest on */
	size_t max;     /* at most so many steps */
	bool (*wanted)(void *ctx, const Dataset *d); /* NULL: of all datasets */
	void *ctx;
	PlaceStep *step; /* afterwards */
	size_t n;
	bool more; /* there are older ones */
} PlaceHistory;
/* Asks for each row there, closed ones too, back along its chain: the log is not searched. Strings live in a. */
bool place_history(Workspace *w, PlaceHistory *h, Arena *a, Err *err) MUST;

/* ---- Conflicts: changes that were made without knowing of each other. Both are in the log, the later one stands. ---- */
enum { SIDE_BASE, SIDE_STOOD, SIDE_CAME, SIDE_NOW, SIDES };
typedef struct Side {
	int64_t event, at;
	Op op;
	Origin origin;
} Side;
typedef struct Difference {
	const Field *field;
	Str text[SIDES]; /* as a person reads them; empty: no value, and all of a private field */
} Difference;
typedef struct Conflict {
	Side side[SIDES];   /* what the later one was based on, what stood by then, what came over it, what stands now */
	Difference *differ; /* fields that are not the same on all sides; a closed side has the values it was closed with */
	size_t n;
	bool hidden;        /* private fields could not be compared: erased, or there is no key */
} Conflict;
typedef struct Conflicts {
	const Dataset *dataset;
	const Str *text; /* n_fields cells, those of the key fields count */
	Str key, area;   /* afterwards */
	Conflict *conflict; /* those that nobody has settled, oldest first */
	size_t n;
} Conflicts;
typedef struct OpenConflict { /* a row with conflicts that nobody has settled */
	Str dataset, key, area;
	int64_t event, at; /* the newest of them */
} OpenConflict;
typedef struct ConflictList {
	Str area;   /* below it; empty: everywhere */
	size_t max; /* at most so many */
	OpenConflict *item; /* afterwards: newest first, a row once */
	size_t n;
	bool more;
} ConflictList;
bool conflicts_list(Workspace *w, ConflictList *list, Arena *a, Err *err) MUST;
/* Strings live in a. */
bool conflicts_read(Workspace *w, Conflicts *c, Arena *a, Err *err) MUST;

/* ---- The public log ---- */
/* A checkpoint of all that is committed by now, in the file `checkpoint` of the workspace. */
bool gate_checkpoint(Gate *g, Err *err) MUST;
/* Another key signs from now on; the log says so, and the first checkpoint has both signatures. why: 1 to 300 characters. */
bool gate_rotate(Gate *g, const Origin *who, Str why, Err *err) MUST;
/* The same when the key is lost; nobody else may have the workspace open for writing. */
bool log_new_key(Workspace *w, const Origin *who, Str why, Err *err) MUST;
/* Goes on with a database that does not extend what was signed; the log says so, and what it was (lost, afterwards; size 0:
 * nobody knows). E_INPUT when it does extend it. */
bool log_accept(Workspace *w, const Origin *who, Str why, TreeHead *lost, Err *err) MUST;
/* The public keys that signed this log, newest first, as verifier keys of signed notes. Strings live in a. */
bool log_keys(Workspace *w, Arena *a, Str **key, size_t *n, Err *err) MUST;
typedef struct LogFilter { /* empty texts and CLOCK_REAL: all */
	Str area, dataset, agency;
	int64_t from, upto; /* times */
	int64_t after, before; /* event numbers, both excluded; before 0: none */
	size_t max;            /* newest first; 0: all of them, oldest first */
} LogFilter;
typedef struct LogEvent {
	int64_t event, at, base, undoes, batch; /* 0: none */
	Op op;
	Str dataset, key, area, actor, agency, on_behalf_of, source, device, why;
	bool conflict;
} LogEvent;
typedef bool (*LogFn)(void *ctx, const LogEvent *e, Err *err); /* false stops; texts live until it returns */
/* Reads the log backwards, or forwards when max is 0. Without an index on them filters are looked for event by event. */
bool log_each(Workspace *w, const LogFilter *filter, LogFn fn, void *ctx, Err *err) MUST;

/* A proof of one event, for people who have nothing but the public key: JSON with the public entry, the open part and its salt, and
 * a c2sp.org/tlog-proof of the entry under the newest checkpoint. E_NOTFOUND when no checkpoint covers the event yet. */
bool log_prove(Workspace *w, int64_t event, Buf *out, Err *err) MUST;
typedef struct ProvedEvent {
	int64_t event, at, signed_events; /* signed_events: how many the checkpoint is of */
	Op op;
	Str agency, dataset, area, open, origin; /* open: JSON; dataset, area: empty when the log hides them */
} ProvedEvent;
/* Needs no workspace. key: a verifier key of signed notes. E_CONFLICT says which part does not hold; E_INPUT: it is no proof. */
bool proof_check(Str bytes, Str key, Arena *a, ProvedEvent *out, Err *err) MUST;

typedef struct PublishAsk {
	const char *dir;
	Watch watch; /* phase "publishing" */
} PublishAsk;
typedef struct PublishReport {
	int64_t events, added; /* in the folder; since it was last published */
} PublishReport;
/* Writes the log up to its newest checkpoint as a folder in the layout of c2sp.org/tlog-tiles: tiles, bundles of public entries,
 * `public-key`, and last `checkpoint`. What the folder holds already is not written again; E_CONFLICT when it is no beginning of this
 * log. Somebody may write to the workspace meanwhile. */
bool log_publish(Workspace *w, const PublishAsk *ask, PublishReport *out, Err *err) MUST;
/* A file of that folder, made anew: "checkpoint", "public-key", "tile/0/000", "tile/entries/x001/234.p/12"; all but the first two never change.
 * E_NOTFOUND: the folder would not have it, and no beginning of it either. */
bool log_file(Workspace *w, Str path, Arena *a, Buf *out, Err *err) MUST;
typedef struct FolderAsk {
	const char *dir;     /* a published log, or a bundle with one in its folder `log` */
	Str key;             /* a verifier key of signed notes */
	const char *against; /* as in VerifyAsk, or NULL */
	Watch watch;         /* phase "entries" */
} FolderAsk;
typedef struct FolderReport {
	int64_t events, at, tiles; /* at: the time of the newest; tiles: files of hashes */
	int64_t opened;            /* events of a bundle whose open part is shown, and holds */
	Str origin;                /* the log's name */
} FolderReport;
/* Whether a published log is what its key signed: every entry well-formed and in its place, every tile that of its entries, the root
 * that of the checkpoint; of a bundle every open part in events.jsonl that of its entry. Needs no workspace. E_CONFLICT names the first file and entry that do not hold. Files that the
 * checkpoint does not need are not looked at. */
bool log_verify_folder(const FolderAsk *ask, Arena *a, FolderReport *out, Err *err) MUST;

typedef struct BundleAsk {
	const char *dir; /* must not exist */
	int64_t event;   /* the last one there is, signed and published with it; E_BUSY when there are more by now */
	Watch watch;     /* phases "publishing", "saving" */
} BundleAsk;
typedef struct BundleFile {
	Str path;
	uint64_t rows;
	const Dataset *dataset; /* NULL: events.jsonl */
} BundleFile;
typedef struct BundleReport {
	BundleFile *file; /* data/NAME.csv of each dataset that is not restricted, then events.jsonl */
	size_t n;
} BundleReport;
/* All that can be handed over without a key: data as CSV, definitions, the published log, its public key, and in events.jsonl the open part of
 * each event with its salt, so that the data can be checked against the log. Private fields and restricted datasets stay out. */
bool bundle_write(Workspace *w, const BundleAsk *ask, Arena *a, BundleReport *out, Err *err) MUST;

/* ---- Witnesses: agencies that keep a view of their own of a published log, and cosign what extends it ---- */
typedef struct WitnessAsk {
	const Env *env;
	const char *log;   /* a published log */
	const char *state; /* the witness's own folder: key, kept log, cosigned checkpoint; made when absent */
	Str key;           /* of the log */
	Str name;          /* of the witness, for its key when that is made; empty: one by lot */
	Watch watch;
} WitnessAsk;
typedef struct WitnessReport {
	Str key;               /* of the witness, as a verifier key */
	bool made;             /* it was made just now */
	int64_t events, added; /* kept by now, and since the last look */
	bool cosigned;         /* false: there was nothing new */
} WitnessReport;
/* One look at the log. Keeps what is new and cosigns its checkpoint into state/checkpoint, when the log is whole and begins with all that
 * was kept before. E_CONFLICT: it does not; a fork or rollback is named with both sizes and the first event that differs, and
 * both checkpoints are kept in state/fork-SIZE-ROOT. */
bool witness_look(const WitnessAsk *ask, Arena *a, WitnessReport *out, Err *err) MUST;

/* The log's side. Witnesses that a workspace knows stand in its file `witnesses`, a verifier key a line. */
bool log_trust(Workspace *w, Str key, Err *err) MUST; /* E_INPUT: not the key of a witness */
/* Takes the cosignatures of known witnesses, and of the one whose key is given (may be empty), from a checkpoint that this log signed.
 * E_CONFLICT: it is none of ours; E_DENIED: nobody known cosigned it. names: afterwards, of those that are new. */
bool gate_cosign(Gate *g, Str note, Str key, Arena *a, Str *names, Err *err) MUST;
typedef struct WitnessCount {
	Str name;
	int64_t checkpoints, newest; /* that carry its cosignature; events of the newest of them */
} WitnessCount;
/* Of each known witness. E_CONFLICT names a checkpoint with a cosignature that does not hold. */
bool log_witnesses(Workspace *w, Arena *a, WitnessCount **out, size_t *n, Err *err) MUST;

/* All keys of the workspace in one file, encrypted under a code that is returned: 32 letters and digits in groups of four, to be
 * written down and kept elsewhere. E_CONFLICT when the file exists. */
enum { KEY_CODE = 40 };
bool keys_backup(Workspace *w, const char *path, char code[KEY_CODE], Err *err) MUST;
/* Into the key folder of env. id: afterwards, of the workspace; lives in a. E_CONFLICT when other keys of it are there,
 * E_DENIED: not this code, or not such a file. */
bool keys_restore(const Env *env, const char *path, Str code, Arena *a, Str *id, Err *err) MUST;

typedef struct VerifyAsk {
	const char *against; /* a file with a checkpoint from earlier, or NULL: the log must begin with what it was signed for */
	int threads;         /* 0: one for each core */
	bool rolled_back;    /* whether more was signed, as far as this computer knows, is not asked */
	Watch watch;         /* phases "events", "rows" */
} VerifyAsk;
typedef struct VerifyReport {
	int64_t events, rows, sealed, erased, checkpoints; /* how many were looked at; sealed: private parts opened; erased: those
														* whose key a later event destroyed */
} VerifyReport;
/* Whether everything follows from what was logged and signed: each leaf from its event, origin and definition; tiles and all
 * checkpoints from the leaves; private parts open; the tables hold exactly the newest event of each row; rules and areas are those
 * of the pack. E_CONFLICT names the first difference. Needs the workspace's key. Memory: from a, about 12 bytes an event. */
bool log_verify(Workspace *w, const VerifyAsk *ask, Arena *a, VerifyReport *out, Err *err) MUST;

/* ---- Backup: one encrypted file, the same for both kinds of database ---- */
typedef struct BackupReport { /* what is in it. Strings live in the arena */
	Str id, area, pack;  /* of the workspace */
	int64_t made;        /* when, UTC milliseconds */
	int64_t events, at;  /* how many; when the last of them was, 0: none */
	int64_t rows, files; /* rows of all tables in it; files beside the database */
	uint64_t bytes;      /* of the file */
} BackupReport;
typedef struct BackupAsk {
	const char *path;
	bool force;  /* a file that exists is replaced */
	Watch watch; /* phases "events", "checking" (by bytes) */
} BackupAsk;
/* As of one moment, while others write; nobody waits for it. It is read back before it takes its name. E_CONFLICT when path exists;
 * nothing is left behind on an error or stop. Needs the workspace's key, and so does whoever opens it. */
bool backup_make(Workspace *w, const BackupAsk *ask, Arena *a, BackupReport *out, Err *err) MUST;
/* Reads all of it. E_INPUT names where it is damaged, E_DENIED the key that is missing or wrong. */
bool backup_check(const Env *env, const char *path, const Watch *watch, Arena *a, BackupReport *out, Err *err) MUST;
typedef struct RestoreAsk {
	const char *path, *dir;
	const char *store; /* address of a database that holds no workspace; NULL: in the folder */
	Watch watch;       /* phases "checking" (by bytes), "events", "rows" */
} RestoreAsk;
typedef struct RestoreReport {
	BackupReport backup;
	VerifyReport verified;
	int64_t missing; /* so many events fewer than were signed, as far as this computer knows */
	Err suspect;     /* why the workspace will not be written to before somebody accepts it; code E_OK: it will */
} RestoreReport;
/* A new workspace from a backup: tables of datasets are made from its events, and all is verified before it takes its name. Nothing is
 * left behind on an error or stop. E_CONFLICT when dir or the database holds something. */
bool restore_make(const Env *env, const RestoreAsk *ask, Arena *a, RestoreReport *out, Err *err) MUST;

/* ---- Made-up elections: the province of the demo, and load of any size ---- */
typedef struct SynthNew {
	const char *dir, *store; /* store: NULL for the folder; it needs an address that holds no workspace yet */
	Str pack, area;          /* the demo has its own */
} SynthNew;
typedef struct SynthReport {
	uint64_t stations, rows; /* rows put in: each a new one, a change, or one that says the same */
	int64_t events, bytes;   /* bytes: of the folder; without those of a database elsewhere */
} SynthReport;
/* The province of Jambi before the election of 27 November 2024 in a new workspace, its clock standing at 20 November, 13:09. All that
 * is in it entered as imported files, day by day, the same each time: see demo-data/README.md. progress has the day as its phase.
 * Nothing is left behind on an error or stop (E_BUSY). E_CONFLICT when dir exists. */
bool demo_make(const Env *env, const SynthNew *what, const Watch *watch, SynthReport *out, Err *err) MUST;

/* Its accounts, for rehearsing: all with one password, which stands here and in the README, and which nobody need change. */
#define DEMO_PASSWORD "siap-latihan"
typedef struct DemoAccount {
	const char *login, *name, *agency;
	Role role;
	const char *area;
} DemoAccount;
extern const DemoAccount demo_accounts[]; /* ends with login NULL */

typedef struct Simulation {
	const char *dir, *store; /* as above */
	Str pack, area;
	int64_t stations; /* 0: as many as the nation has by demo-data/nation.csv, of a smaller area its share by villages */
	uint64_t seed;
	int fill; /* of a hundred stations so many are complete, of each thing on its own */
	Watch watch; /* the phase is the dataset */
} Simulation;
/* An election of any size in a new workspace, its clock standing at the afternoon before polling day: the list of stations, final
 * rolls, logistics, officers and security. Nothing is left behind on an error or stop. */
bool simulation_make(const Env *env, const Simulation *what, SynthReport *out, Err *err) MUST;

typedef struct RollPlan RollPlan; /* roll/roll.h */
/* How many voters each polling station has by the dataset roll_count, for a made-up roll with the totals of the board: by the final roll; where it
 * is not reported, by the revised or else the provisional one, or, of one such station in a regency, what its official total leaves.
 * E_NOTFOUND: nothing is counted. */
bool roll_plan_board(Workspace *w, Arena *a, RollPlan *out, Err *err) MUST;

/* ---- The definitions' own tests ---- */
/* Runs every example/reject and every given/expect of the catalog on a fresh in-memory database, or
 * in temporary tables of the PostgreSQL database `store` (NULL: none). fn is called per test with ok and a message
 * ("checks/x.sql:9: expected …, got …"). */
typedef void (*DefinitionFn)(void *ctx, Str file, int line, bool ok, Str message);
bool definitions_check(const Env *env, const Catalog *c, const char *store, DefinitionFn fn, void *ctx, Err *err) MUST;

#endif
