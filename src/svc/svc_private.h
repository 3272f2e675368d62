/* What the files of svc share among themselves. */
#ifndef SIAP_SVC_PRIVATE_H
#define SIAP_SVC_PRIVATE_H

#include "svc/svc.h"
#include "tlog/tlog.h"

#include <pthread.h>
#include <semaphore.h>

#define SIZE_MB ((size_t)1 << 20)

/* ---- workspace.c ---- */
bool workspace_fact(Db *db, const SqlFile *sql, const char *name, Arena *a, Str *out, Err *err)
	MUST; /* p == NULL: absent */
bool workspace_fact_set(Db *db, const SqlFile *sql, const char *name, Str value, Err *err) MUST;
bool workspace_key(const Workspace *w, unsigned char key[32], Err *err) MUST;
/* As workspace_open, but nothing is brought up to date: no event is added. */
bool workspace_open_found(const Env *env, const char *dir, Arena *a, Workspace *out, Err *err) MUST;
const Pack *pack_find(const Catalog *c, Str name, Err *err); /* NULL: E_INPUT, with all names */
typedef struct NewStore { /* where a new workspace's rows shall go */
	const Env *env;
	const Catalog *cat;
	const SqlFile *sql;
	const char *address; /* of a database; NULL: a file */
} NewStore;
bool store_address(const char *address, Err *err) MUST; /* E_INPUT when it is none; NULL is fine */
/* E_CONFLICT when it holds a workspace. What an init or restore left that was killed goes. */
bool store_free(const NewStore *to, Db *db, Arena *a, Err *err) MUST;
void workspace_keys_remove(const Workspace *w, Arena *a); /* of one that is thrown away */
bool workspace_prepare_tables(
	Db *db, const SqlFile *sql, const Catalog *c, const Pack *pack, Err *err) MUST;
bool dirs_make(const char *path, Arena tmp, Err *err) MUST; /* mkdir -p, for the owner only */
bool workspace_newest(Workspace *w, int64_t *event, Err *err) MUST; /* workspace_last_event that tells when it could not be read */
/* The areas of a workspace, as this program knows them. E_INPUT when there is no such area. */
bool areas_store(const Env *env, Db *db, const SqlFile *sql, Str area, Err *err) MUST;
/* ---- rules.c ---- */
bool views_drop(Db *db, const Catalog *c, Err *err) MUST; /* before tables change: a view holds on to its columns */
bool views_make(Db *db, const Catalog *c, Err *err) MUST;
bool rules_store(Db *db, const SqlFile *sql, const Pack *pack, Err *err) MUST;

bool migrations_load(const Env *env, Arena *a, Migration **out, size_t *n, Err *err) MUST;

/* One process writes: flock on dir/lock, released by the kernel when the process dies. E_BUSY when held. */
typedef struct Lease {
	int fd;
} Lease;
bool lease_take(const char *dir, Lease *out, Err *err) MUST;
void lease_drop(Lease *l);

/* ---- tidy.c ---- */
bool is_left_behind(Str name, Str before); /* name: before, then the number of a process that is no more, then nothing or a dot */
void folder_remove(const char *path);      /* a file or a folder with all that is in it */
void tidy(const char *dir, Str before, Arena tmp); /* removes what is_left_behind */
/* Where the file or folder `path` is made until it is whole. Those that killed processes left are removed. */
const char *part_begin(const char *path, Arena *a);

/* ---- little.c: whole numbers in files, little-endian ---- */
void little_put(Buf *b, uint64_t v, size_t bytes);
uint64_t little_get(const char *p, size_t bytes);

/* ---- core.c: the tables that migrations make ---- */
/* Of those what is in no definition and does not follow from the program: what a backup holds. In the order in which they are made. */
bool core_tables(const Env *env, Arena *a, Str **name, size_t *n, Err *err) MUST;
bool core_is_kept(Str table); /* of a table that migrations make: whether it is one of those */
/* Takes all tables of a workspace out of a database. */
bool store_clear(const Env *env, const Catalog *c, Db *db, Arena *a, Err *err) MUST;

/* A named statement of svc.sql on this connection. */
bool svc_stmt(Db *db, const SqlFile *sql, const char *name, Stmt **out, Err *err) MUST;

/* ---- clock.c ---- */
void clock_install(Workspace *w);         /* w->env gets the time of the workspace's clock; real until it is set */
bool clock_read(Workspace *w, Err *err) MUST; /* as it is stored */
void clock_set(Workspace *w, int64_t at); /* in memory only */
int64_t clock_real(const Workspace *w);   /* of the environment, also in a rehearsal: for log-ins, which are of today */

/* ---- session.c ---- */
void sessions_install(Workspace *w);
void sessions_drop(Workspace *w); /* by the workspace that made them alone */

/* ---- seal.c: closed fields at rest, salts and public entries (house.md section 6) ---- */
enum { SEAL_HASH = 32, SEAL_SALT = 16 };
typedef struct Sealer {
	const Env *env;
	Hasher *hasher;
	unsigned char key[32], salt_key[32], match_key[32];
} Sealer;
bool sealer_open(const Workspace *w, Sealer *out, Err *err) MUST;
void sealer_close(Sealer *s);
/* Keyed hash of a private value, by which rows of any dataset with the same value in a field of this name find each other: 128 bits
 * of BLAKE2b under a key derived from the workspace key, in hex. Whoever has no key can neither guess nor test a value. */
enum { MATCH_HEX = 33 };
void sealer_match(const Sealer *s, const Field *f, Str value, char out[MATCH_HEX]);
typedef struct Matches { /* of one row, in the order of its fields with `match`; empty: no value */
	char hex[MATCH_MAX][MATCH_HEX];
} Matches;
void sealer_matches(const Sealer *s, const Dataset *d, const Value *v, Matches *out);
typedef struct Entry { /* what the public log shows of an event, or proves */
	int64_t seq, at;
	Str agency, dataset, area;
	bool restricted;
	int op;
	int64_t base, undoes; /* 0: none */
	Str key, clock;
	const Sha256 *origin; /* hash of the event's origin */
} Entry;
/* The public entry, added to out. closed: the salted hash of the closed part, NULL when the dataset has no private fields. */
void sealer_entry(Sealer *s, const Entry *e, Str open, const Sha256 *closed, Buf *out);
/* Leaf hash of the event's public entry; void when scratch failed. */
void sealer_leaf(Sealer *s, const Entry *e, Str open, const Sha256 *closed, Buf *scratch, Sha256 *leaf);
void sealer_meta_json(const Entry *e, Buf *out);
typedef struct Salts { /* of an event's parts; who knows them can check the parts against the public entry */
	unsigned char open[SEAL_SALT], meta[SEAL_SALT];
} Salts;
void sealer_salts(const Sealer *s, int64_t seq, Salts *out);
/* Closed hash of a row whose private fields are all empty: looks like any other. */
void sealer_empty(Sealer *s, int64_t seq, Sha256 *closed_hash);
typedef struct SealedRow { /* which row, and its own key (32 bytes) */
	Str dataset, key, area;
	unsigned char *row_key;
} SealedRow;
/* Salted hash of the canonical closed JSON. */
void sealer_closed(Sealer *s, const SealedRow *row, int64_t seq, Str closed, Sha256 *out);
/* Encrypts the canonical closed JSON with the row's key: hash(32) nonce(24) ciphertext. */
bool sealer_seal(
	Sealer *s, const SealedRow *row, int64_t seq, Str closed, Buf *out, Err *err) MUST;
bool sealer_open_sealed(const SealedRow *row, Str sealed, Buf *out, Err *err) MUST;
/* The row's key under the workspace key, and back. */
bool sealer_wrap(Sealer *s, const SealedRow *row, Buf *out, Err *err) MUST;
bool sealer_unwrap(Sealer *s, Str wrapped, SealedRow *row, Err *err) MUST;

/* ---- writer.c: one thread commits everybody's work in batches ---- */
typedef struct Writer Writer;
typedef struct WriteTx {
	Workspace *w;
	Db *db;
	Sealer *sealer;
	int64_t now, seq; /* now: at least the time of the newest event; seq: the last event number given out in this transaction */
	Arena tmp;        /* scratch, reset for each piece of work */
	Buf *buf[4];      /* reusable buffers: open, closed, sealed, entry */
	Buf *leaves;      /* leaf hashes of this transaction's events */
	const SignerKey *signer; /* of the log */
	SignerKey *next;  /* who signs from this commit on, once a piece of work has set it */
	bool *has_next;
	Arena *keep;      /* lives as long as the writer */
	struct Acceptor *acceptor; /* by dataset, those that were opened on this connection; NULL: none are kept */
} WriteTx;
/* A piece of work, run on the writer's thread inside the transaction. false with err: all it did is undone. */
typedef bool (*WriteFn)(WriteTx *tx, void *arg, Err *err);
/* WRITER_ACCEPT: also a database that does not extend the last checkpoint; WRITER_NEW_KEY: without the key that signs the log. */
typedef enum WriterMode { WRITER_ORDINARY, WRITER_ACCEPT, WRITER_NEW_KEY } WriterMode;
bool writer_open(Workspace *w, WriterMode mode, Writer **out, Err *err) MUST; /* takes the lease; E_BUSY */
/* Finishes the queue and ends. lease_too = false keeps the lease (its owner drops it). NULL allowed. */
void writer_close(Writer *wr);
typedef struct Work { /* one caller's: fn, arg and alone are set by it */
	WriteFn fn;
	void *arg;
	bool alone; /* gets a commit of its own (large slices of imports) */
	bool sign;  /* and a checkpoint before it is done; only when alone */
	bool ok;
	sem_t done;   /* each caller is woken alone, when its own work is durable */
	Str language; /* of the caller: its messages are made here */
	Err err;
	struct Work *next;
} Work;
void writer_queue(Writer *wr, Work *work);
bool writer_await(Work *work, Err *err) MUST; /* until it is durable, or failed */
/* Both at once. */
bool writer_run(Writer *wr, WriteFn fn, void *arg, bool alone, Err *err) MUST;
/* The newest checkpoint is one of all events that are committed by now. */
bool writer_sign(Writer *wr, Err *err) MUST;

/* ---- rights_now.c: rights as they are while the writer works ---- */
typedef struct RightsAsk {
	const Account *who; /* NULL: whoever holds the keys may all of it */
	Verb verb;
	const Dataset *dataset;
	Str area;
	const Origin *origin;
	Str paper;
} RightsAsk;
/* Into now: who, with the rights of this moment; of no account: {0}. E_DENIED: there is none any more. */
bool rights_now(WriteTx *tx, const Account *who, Account *now, Err *err) MUST;
/* account_may by the rights of now, and that origin says who it is and for whom. */
bool rights_check(WriteTx *tx, const RightsAsk *ask, Err *err) MUST;

/* ---- papers.c ---- */
bool paper_kind(Str bytes, Str *kind, Err *err) MUST; /* attach.c; E_INPUT: none that is taken */
bool paper_need(const Workspace *w, Str hash, Arena tmp, Err *err) MUST; /* E_INPUT: paper_keep kept no such file */
typedef struct PaperAdd {
	const Origin *origin;
	const Dataset *dataset;
	Str key, area; /* key empty: of the import `batch` */
	int64_t batch, about;
	Str hash, name, note;
} PaperAdd;
/* An event siap.paper, of a restricted dataset siap.closed_paper. E_CONFLICT: the row has it already. */
bool paper_add(WriteTx *tx, const PaperAdd *p, int64_t *event, Err *err) MUST;
/* What the log says of a paper: canonical JSON. */
void paper_json(const Paper *p, Buf *out);

/* ---- log_tree.c ---- */
typedef struct LogSource {
	Db *db;
	const SqlFile *sql;
} LogSource;
/* A TileFn; ctx is a LogSource. */
bool log_tile(void *ctx, int level, uint64_t n, int width, Sha256 *out, Err *err) MUST;
typedef struct LogTree { /* the right edge, and of each level the tile that is not full yet; large: from an arena */
	TreeEdge edge;
	Hasher *hasher;
	Sha256 tile[TILE_LEVELS][TILE_WIDTH];
	bool changed[TILE_LEVELS];
} LogTree;
/* Of so many events, which are all there are. */
bool log_tree_load(LogTree *t, const LogSource *from, int64_t events, Err *err) MUST;
/* Adds leaf hashes of 32 bytes each, and stores the tiles that they fill. After an error or a rollback: load it again. */
bool log_tree_extend(LogTree *t, const LogSource *to, Str leaves, Err *err) MUST;

/* ---- log_sign.c ---- */
Str log_name(const Workspace *w, Arena *a); /* of log and key */
/* A new key in the key folder, in the file ID.what. */
bool log_signer_new(const Workspace *w, const char *what, Arena *a, SignerKey *out, Err *err) MUST;
bool log_signer_next(const Workspace *w, Arena *a, Err *err) MUST; /* what = "signing.next" becomes "signing" */
bool log_signer_open(const Workspace *w, const LogSource *from, Arena *a, SignerKey *out, Err *err) MUST;
/* All keys that signed this log, as the log names them, newest first. */
bool log_verifiers(const LogSource *from, Arena *a, VerifierKey **out, size_t *n, Err *err) MUST;
typedef struct Signers {
	SignerKey key, old;
	bool has_old; /* the first checkpoint after a change of keys has both signatures */
} Signers;
/* A checkpoint of the tree, whose events are durable: into the database, the key folder and the workspace's folder. */
bool log_sign(const Workspace *w, const LogSource *to, const LogTree *t, const Signers *by, Err *err) MUST;
/* E_CONFLICT when the newest checkpoint that is known outside the database is not of a beginning of its events. */
/* newest: that one; size 0 when none is known or none can be trusted. */
bool log_check(const Workspace *w, const LogSource *from, int64_t events, TreeHead *newest, Err *err) MUST;

/* ---- log_facts.c ---- */
typedef struct SystemRow {
	const Origin *who;
	Str kind, key, area, open; /* kind: "siap.…"; area: empty: the whole workspace; open: canonical JSON */
	int64_t base;
} SystemRow;
bool why_check(Str why, Err *err) MUST; /* log_change.c: a reason that everybody will read */
bool log_system(WriteTx *tx, const SystemRow *r, int64_t *event, Err *err) MUST;
bool system_is_restricted(Str kind); /* who looked at what: the public log does not name it */
typedef struct LogFacts {
	const Origin *who; /* NULL: Siap itself */
	const VerifierKey *key;
	const TreeHead *lost; /* of a checkpoint that the log does not extend, and which somebody accepted */
	Str why;
} LogFacts;
bool log_facts(WriteTx *tx, const LogFacts *f, Err *err) MUST;
/* Before the first event of a workspace: what it stands on. So the log begins when somebody writes, by the clock of that time. */
bool log_begin(WriteTx *tx, Err *err) MUST;
/* Ends the transaction with an event that names the definitions of today. */
bool log_definitions(Workspace *w, Db *db, Tx *t, Err *err) MUST;

/* ---- origin.c ---- */
typedef struct OriginFacts {
	Str actor, agency, on_behalf_of, source, device, request, dataset, definition, why; /* empty: none; definition in hex */
	int64_t batch; /* of an import, else 0 */
} OriginFacts;
typedef struct OriginRow {
	int64_t id;
	Str agency;
	Str device, request; /* of a single edit of a device, else empty */
	Sha256 hash; /* of all its facts: each of its events carries it */
} OriginRow;
bool origin_hash(const OriginFacts *o, Hasher *h, Sha256 *out, Err *err) MUST;
/* A new origin. No request: a random one. out->agency is that of facts. */
bool origin_make(WriteTx *tx, const OriginFacts *facts, OriginRow *out, Err *err) MUST;
bool origin_for(WriteTx *tx, const Origin *who, const Dataset *d, int64_t batch, OriginRow *out, Err *err) MUST;
bool origin_for_row(WriteTx *tx, const RowRequest *r, OriginRow *out, Err *err) MUST;
/* The columns of origin_get, from `at` on; texts live until the next step. */
void origin_read(Stmt *s, int at, OriginFacts *out);
bool origin_load(const LogSource *from, int64_t id, Hasher *h, Arena *a, OriginRow *out, Err *err) MUST;

/* ---- accept.c ---- */
typedef struct Ahead { /* ahead.c: a window of a table's rows, as they stand */
	Arena a;
	Map rows; /* key -> Now */
	char lo[20], hi[20];
	uint64_t windows, hits;
	bool off; /* the file is in no order */
} Ahead;
typedef struct Acceptor { /* prepared statements for one dataset on one connection */
	const Dataset *d;
	Db *db;
	const SqlFile *sql;
	Stmt *insert, *update, *select, *close, *range;
	OriginRow origin;
	Ahead *ahead;   /* NULL: rows are looked for one by one when peeking */
	bool scattered; /* the rows of a slice lie too far apart to be read as one range */
} Acceptor;
bool acceptor_open(WriteTx *tx, const Dataset *d, const OriginRow *origin, Acceptor *out, Err *err) MUST;
typedef struct EventBody {
	Str dataset, area, key, open, sealed, clock;
	bool restricted, has_private;
	Op op;
	int64_t base, undoes; /* 0: none */
} EventBody;
/* Event tx->seq, which the caller has given out. */
bool event_add(WriteTx *tx, const OriginRow *origin, const EventBody *e, Err *err) MUST;
/* How a row stands. */
typedef struct Now {
	Value *v;      /* NULL: there is none */
	int64_t event; /* its newest; without a row the one that closed it (closed_find), or 0 */
	Str sealed;
	bool fresh; /* written in this transaction, perhaps only left for later: v holds the private fields too */
} Now;
/* One row on its way in. v: all fields after row_finish; given[i]: the caller said something about field i (others keep what
 * a present row has); base: the event the caller saw, 0 = none stated. */
typedef struct RowPut {
	Value *v;
	const bool *given;
	int64_t base;    /* afterwards: as it stands in the event */
	int64_t undoes;  /* an event, or 0 */
	Str clock;       /* of the device, or empty */
	Outcome outcome; /* afterwards */
	int64_t event;   /* the row's newest event afterwards */
	Str key, open;   /* accept_prepare: the row's key; its open fields as JSON */
	Now *now;        /* present_find */
} RowPut;
bool accept_key(const Dataset *d, RowPut *put, Arena *a, Err *err) MUST; /* fills in key, which lives in a */
/* Fills in key and open, which live in a. Needs no database. */
bool accept_prepare(const Dataset *d, RowPut *put, Arena *a, Err *err) MUST;
/* n prepared rows, in their order. What they point to, and a, live until it returns. */
bool accept_rows(
	WriteTx *tx, Acceptor *ac, RowPut *put, size_t n, Arena *a, Err *err) MUST;
bool accept_put(WriteTx *tx, Acceptor *ac, RowPut *put, Err *err) MUST; /* one row, not prepared */
/* What accept_put would do, without writing; works on a reader connection. event: the row's newest event, 0 when absent. */
bool accept_peek(WriteTx *tx, Acceptor *ac, RowPut *put, Err *err) MUST;
/* How the row with the keys of put->v stands: fills in key and now. Needs of ac no more than d, db, sql and select. */
bool accept_find(Acceptor *ac, RowPut *put, Arena *a, Err *err) MUST;
/* A new event of a row that was looked for, and the row as it stands after it. put: key, base, undoes, and v, the whole row, of
 * OP_CLOSE and OP_FORGET as it is now. */
bool accept_event(WriteTx *tx, Acceptor *ac, RowPut *put, Op op, Arena *a, Err *err) MUST;
/* The private fields of put->now->sealed into put->now->v. */
bool row_unseal(WriteTx *tx, const Dataset *d, const RowPut *put, Arena *a, Err *err) MUST;
/* put->base must be an event of the row with the keys of put->v: else E_INPUT, which names the newest. As accept_find. */
bool accept_base(Acceptor *ac, const RowPut *put, Arena *a, Err *err) MUST;
/* Only the keys of put->v are needed. E_NOTFOUND when there is no such row. */
bool accept_close(WriteTx *tx, Acceptor *ac, RowPut *put, Err *err) MUST;
/* The row's own key; *found = false: none was made, or it was erased. */
bool row_key_find(
	Db *db, const SqlFile *sql, Sealer *sealer, SealedRow *row, bool *found, Err *err) MUST;
void row_bind_keys(const Dataset *d, Stmt *s, const Value *v);
/* Reads the columns of dataset_select_sql into v (private fields become NULL). */
void row_read(const Dataset *d, Stmt *s, Arena *a, Value *v, int64_t *event, Str *sealed);

/* ---- ahead.c ---- */
bool ahead_open(Ahead *w, Err *err) MUST;
void ahead_close(Ahead *w);
/* As present_find for one row; what put->now points to stands until the next call. */
bool ahead_find(Ahead *w, Acceptor *ac, RowPut *put, Arena *a, Err *err) MUST;

/* ---- present.c ---- */
/* Fills in put[i].now for n prepared rows; rows of one key share one. All memory comes from a. */
bool present_find(Acceptor *ac, RowPut *put, size_t n, Arena *a, Err *err) MUST;
/* Fills in put[i].now->event of those that present_find did not find and that were closed. */
bool closed_find(Acceptor *ac, RowPut *put, size_t n, Arena *a, Err *err) MUST;

/* A private cell that still shows the mask of an export says nothing: the value that is there stays. */
enum { VALUE_KEEP = 3 };
bool cell_is_masked(Str cell);

/* ---- row.c: cells to values ---- */
typedef void (*RowProblemFn)(void *ctx, const Field *f, Str cell, const Err *problem);
typedef struct RowReader {
	Workspace *w;
	const Dataset *d;
	struct Places *places;
	RowProblemFn problem; /* called for each field that does not hold (field may be NULL) */
	void *ctx;
	int zone;
} RowReader;
/* The key fields from their cells, the others stay as they are. */
bool row_keys_from_text(
	const Workspace *w, const Dataset *d, const Str *text, Arena *a, Value *v, Err *err) MUST;
/* text: one cell per field, p == NULL when not given. False when there was any problem, or on a database error (then err is
 * set). */
bool row_from_text(RowReader *r, const Str *text, Arena *a, Value *v, Err *err) MUST;

/* Whether the places and rows exist that the values name; else *bad is the field. Needs of r no more than w, d and places. */
bool row_references(RowReader *r, const Value *v, const Field **bad, Err *err) MUST;

typedef struct RowMark { /* what a row has beside its fields */
	int64_t event;
	Str sealed; /* empty: no private field has a value */
	const Matches *matches;
} RowMark;
/* Values to the parameters of dataset_insert_sql or dataset_update_sql; private fields stay out. */
void row_bind(const Dataset *d, const Value *v, const RowMark *m, Stmt *s);
void row_bind_matches(const Dataset *d, const Matches *m, Stmt *s, int at); /* from position `at` on; m lives until the statement ran */

/* ---- undo.c ---- */
/* A reason in a person's words: 1 to 300 characters, one line. */
bool why_check(Str why, Err *err) MUST;
/* "event 12, 'ani' (kpu, import), 2024-11-25T09:10:00+07:00"; undoes: the event that it undoes, or 0. */
bool event_says(
	Db *db, const Workspace *w, int64_t event, Buf *out, int64_t *undoes, Err *err) MUST;

/* ---- log_row.c ---- */
/* The open or the closed body of an event; fields unknown today are passed over. Texts lie in json or in a. false: it is no such body. */
bool row_from_log(const Dataset *d, Str json, Arena *a, Value *v) MUST;

/* ---- shape.c: tables that follow from the log ---- */
typedef struct Shape {
	Str name;
	const Str *column; /* those of the primary key first, in its order */
	size_t n, n_key;
	int dataset; /* in a table of all datasets: which column names it; else -1. Such rows may have columns of others too: they are
				  * written over, never taken out and put in again */
	int own;     /* rows where this column is 0 do not follow from the log, and stay; 0: there are none */
} Shape;
extern const Shape shape_conflict, shape_closed, shape_device;
void dataset_shape(const Dataset *d, Arena *a, Shape *out);
/* SELECT all columns, in the order of the key, at most :most rows; behind: those after the key whose columns are parameters. */
void shape_from_sql(const Shape *s, bool behind, Buf *out);
void shape_get_sql(const Shape *s, Buf *out);    /* SELECT all columns of the row with the key */
void shape_remove_sql(const Shape *s, Buf *out); /* DELETE the row with the key */
void shape_put_sql(const Shape *s, Buf *out);    /* INSERT, parameters in the order of the columns */
typedef struct Cell { /* of a row of any table */
	DbType type;
	int64_t i;
	Str s; /* of text and blobs */
} Cell;
Cell cell_of(Stmt *s, int i); /* its text until the next step */
Cell cell_keep(Cell c, Arena *a);
void cell_bind(Stmt *s, int at, const Cell *c);
int cell_cmp(Cell x, Cell y); /* the order of a key, in both kinds of database */

/* ---- replay.c: events into tables ---- */
typedef struct Logged { /* one event, as the statement `replay` tells it */
	int64_t seq, at;
	Op op;
	int64_t base; /* 0: none */
	Str area, open, key, sealed;
	const Dataset *d; /* NULL: of none of today's datasets */
	bool settles;     /* the conflicts of the row that its key names */
	Str clock, device, request; /* of an edit of a device, else empty */
} Logged;
typedef struct ReplayTable ReplayTable;
typedef struct Replay {
	Workspace *w;      /* whose log it is */
	Db *from;          /* where that is read */
	Db *to;            /* where the tables stand, all of them as of one event; any database */
	const bool *only;  /* these datasets, by index in the catalog; NULL: all */
	bool chains;       /* conflicts, closed rows and devices' edits too */
	bool (*each)(void *ctx, const Logged *e, Err *err); /* NULL, or told of every event, after its row was written */
	void *ctx;
	/* Its own. */
	Arena *mem;
	ReplayTable *table;
	Db *keys;       /* reader for row keys, and what opens them: only when a dataset matches private values */
	Sealer *sealer;
} Replay;
/* After w, to, only and chains are set; a lives as long as it. */
void replay_open(Replay *r, Arena *a);
/* Inside a transaction on `to` whose tables are as of event `after`: then they are as of `upto`. Events are read by names, as
 * today's definitions have them. */
bool replay_events(Replay *r, int64_t after, int64_t upto, Arena tmp, Err *err) MUST;
void replay_close(Replay *r);

/* ---- rebuild.c ---- */
/* What is not as the log says is put right by way of the writer, or without one by the connection `alone`. */
typedef struct RebuildBy {
	Writer *writer;
	Db *alone;
} RebuildBy;
bool rebuild_run(Workspace *w, const RebuildBy *by, const RebuildAsk *ask, Arena *a, RebuildReport *out, Err *err) MUST;

/* ---- asof.c ---- */
/* The last event accepted at or before a moment, 0 when there is none. */
bool event_at_most(Db *db, const SqlFile *sql, int64_t at, int64_t *event, Err *err) MUST;

/* ---- places.c: does this area or TPS exist, and if not, what was meant ---- */
enum { PLACES_AHEAD = 4096 };
typedef struct Places {
	Workspace *w;
	Db *db;
	Stmt *area, *tps, *tps_from, *alias;
	const Map *pending; /* TPS that the same file is about to add, or NULL */
	char last[16];
	size_t last_n;
	char last_area[16]; /* the newest area found that is no TPS */
	/* TPS read ahead, sorted, for many rows in the order of their codes: room for PLACES_AHEAD, or NULL. How many are read at
	 * once follows how many of the last were of use. */
	char (*ahead)[16];
	size_t n_ahead, used;
} Places;
bool places_open(Workspace *w, Db *db, const Map *pending, Places *out, Err *err) MUST;
bool places_check(Places *p, const Dataset *d, Str code, Err *err) MUST;

/* ---- stage.c: validated rows on disk, waiting to be applied ---- */
typedef struct StageOut StageOut;
typedef struct StageIn StageIn;
bool stage_create(const char *path, const Dataset *d, const bool *given, bool has_base,
	StageOut **out, Err *err) MUST;
bool stage_add(StageOut *s, const Value *v, int64_t base, Err *err) MUST;
/* Writes the end mark, syncs, closes. content receives the hash of all bytes. */
bool stage_finish(StageOut *s, uint64_t *rows, Str *content, Arena *a, Err *err) MUST;
void stage_abandon(StageOut *s); /* closes and removes; NULL allowed */
bool stage_open(const char *path, const Dataset *d, StageIn **out, Err *err) MUST;
const bool *stage_given(const StageIn *s);
bool stage_seek(StageIn *s, int64_t position, Err *err) MUST; /* 0 = first row */
int64_t stage_position(const StageIn *s);
/* Next row; its strings live until the next call. *more = false at the end mark. */
bool stage_next(StageIn *s, Value *v, int64_t *base, bool *more, Err *err) MUST;
void stage_close(StageIn *s);
void stage_path(const Workspace *w, int64_t job, Arena *a, const char **out);

/* ---- import_apply.c ---- */
typedef struct Job { /* one row of import_job while it is applied */
	int64_t id, origin, rows, applied, position, added, changed, same, conflicts;
	Str dataset;
} Job;
typedef struct Batch { /* a finished staging file */
	const Dataset *d;
	Str content;
	const char *staged;
	uint64_t rows;
	Job job;          /* afterwards: what became of it */
} Batch;
typedef struct Batches { /* all that one file feeds */
	const Origin *origin;
	const Account *who; /* by whose rights its rows were checked, or NULL */
	Str paper, paper_name, paper_note;
	Str file;
	Batch *part;
	size_t n;
	Watch watch;
} Batches;
/* Makes the jobs of all parts in one commit: from then on the whole file goes in, whatever happens. */
bool jobs_make(Writer *wr, Batches *b, Err *err) MUST;
bool job_apply(Workspace *w, Writer *wr, Job *job, const Watch *watch, Err *err) MUST;
bool jobs_resume(Workspace *w, Writer *wr, uint64_t *rows, Err *err) MUST;
bool jobs_tidy(Workspace *w, Err *err) MUST; /* removes what killed processes left behind */

/* Waits until an event after `after` is committed, *stop is true, or a second has passed; returns the newest committed event. */
int64_t writer_waiting(Writer *wr); /* pieces of work in its queue */
int64_t writer_wait(Writer *wr, int64_t after, const _Atomic bool *stop);
void writer_wake(Writer *wr); /* who waits looks at *stop again; NULL allowed */

/* ---- daily.c: totals of each day ---- */
typedef struct Daily Daily;
int32_t local_day(const Workspace *w, int64_t at);         /* days since 1970 in the workspace's zone */
int64_t day_end(const Workspace *w, int32_t day);          /* its last millisecond */
/* What is counted of a board, and its values: of each series, and of TPS ready as the series behind the last. */
bool daily_counts(const Board *b, size_t node);
int64_t daily_value(const Board *b, size_t node, size_t series, int part);
Str daily_name(const Board *b, size_t series);
/* b: fresh from its snapshot, or rebuilt. */
bool daily_open(Workspace *w, const Board *b, Daily **out, Err *err) MUST;
/* Stores what changed, for each day since the last time. b is as of all events of its database that count today. */
bool daily_keep(Daily *d, Board *b, Writer *wr, Err *err) MUST;
void daily_close(Daily *d); /* NULL allowed */
bool daily_event(Workspace *w, Db *db, int64_t *event, Err *err) MUST; /* totals are kept up to this event */
/* The local day of the first event behind `after`; *more: there is one. */
bool daily_next(Workspace *w, Db *db, int64_t after, int32_t *day, bool *more, Err *err) MUST;

/* ---- logged.c: an event of a row as it was logged ---- */
typedef struct LoggedRow {
	int64_t event, at, base; /* event: 0 when it is none of this row */
	Op op;
	Origin origin;
	Value *v;    /* the private fields too */
	bool hidden; /* but they do not open: erased since, or no key is here */
} LoggedRow;
typedef struct LoggedAsk {
	const Dataset *dataset;
	Str key, area;
	int64_t event;
} LoggedAsk;
/* sealer: NULL when there is no key. Texts live in a. */
bool logged_read(
	const LogSource *from, Sealer *sealer, const LoggedAsk *ask, LoggedRow *out, Arena *a, Err *err) MUST;

/* ---- device.c ---- */
enum { DEVICE_AHEAD_MS = 300000 };
typedef struct DeviceEdit { /* a row of device_edit */
	Str area, device, request;
	int64_t event, at; /* at: when it was accepted */
	bool own;
	Hlc clock;         /* wall -1: none */
	int64_t ahead, behind;
} DeviceEdit;
Hlc device_clock(Str text); /* empty: none */
int64_t device_ahead(Hlc clock, int64_t at);
bool device_store(Db *db, const SqlFile *sql, const DeviceEdit *e, Err *err) MUST;
/* An event of its own, with all that is flagged of it; the events before it are kept already. */
bool device_keep(Db *db, const SqlFile *sql, DeviceEdit *e, Err *err) MUST;
/* Event tx->seq is of this device: flags and keeps it. */
bool device_note(WriteTx *tx, const OriginRow *origin, const EventBody *e, Err *err) MUST;
bool device_check(const RowRequest *r, Err *err) MUST; /* what devices say of themselves: E_INPUT says what would be right */
/* put has the row's keys. *event: that of the same edit delivered before, 0: it is new. */
bool device_again(WriteTx *tx, const RowRequest *r, const RowPut *put, int64_t *event, Err *err) MUST;
bool device_after(WriteTx *tx, const RowRequest *r, RowPut *put, Err *err) MUST; /* fills in base from r->after */
/* An edit that said what stood already is known by its number all the same. */
bool device_same(WriteTx *tx, const RowRequest *r, const RowPut *put, Err *err) MUST;

/* ---- gate.c, socket.c ---- */
struct Gate {
	Arena mem;
	Workspace *w;
	Writer *writer; /* NULL: remote */
	Board *board;   /* kept current by the follower while local */
	Daily *daily;   /* of the board */
	int64_t kept;   /* when the totals of the day were last stored or that failed, on clock_us */
	bool keep_failed;
	pthread_rwlock_t follow; /* guards the board's content and daily */
	int64_t at;              /* the board's event, guarded by `lock` */
	pthread_cond_t moved;    /* it is another one */
	uint64_t resumed;
	pthread_t follower, listener;
	bool follows, listens;
	_Atomic bool stop;
	pthread_mutex_t lock; /* guards those below */
	int client[64];       /* open connections of the listener */
	size_t n_clients;
	bool closing;    /* no new connections any more */
	size_t applying; /* imports at work */
	bool rebuilding;
	bool unfinished; /* an import failed half-way: it goes on before the next write, */
	int64_t again;   /* or at this moment (clock_us), while the gate serves */
	int listen_fd, dir_fd;
	int fd; /* remote: the connection */
	Buf in; /* remote: bytes read and not used yet */
};
/* Runs work of the holder of the lease, after imports that failed half-way. */
bool gate_write(Gate *g, WriteFn fn, void *arg, bool alone, Err *err) MUST;
/* The cells of a request, completed with what stands there, into put->v and put->given. */
bool values_from_text(WriteTx *tx, const RowRequest *r, Acceptor *ac, RowPut *put, Err *err) MUST;
bool row_work(WriteTx *tx, void *row_request, Err *err) MUST; /* a WriteFn */
bool row_allowed(WriteTx *tx, const RowRequest *r, Str area, Err *err) MUST; /* by the rights of now; area: of the row */
bool row_settle(WriteTx *tx, RowRequest *r, Err *err) MUST; /* resolve.c */
/* Before anything is written: what an interrupted import left to do. import: another begins. */
bool gate_continue(Gate *g, bool import, Err *err) MUST;
/* Hands finished staging files over; returns when all their rows are durable. */
bool gate_apply(Gate *g, Batches *b, Err *err) MUST;
bool socket_listen(Gate *g, Err *err) MUST;
void socket_stop(Gate *g);
bool socket_connect(Gate *g, Err *err) MUST;
bool socket_row(Gate *g, RowRequest *r, Err *err) MUST;
bool socket_undo(Gate *g, UndoRequest *r, Err *err) MUST;
bool socket_forget(Gate *g, ForgetRequest *r, Err *err) MUST;
bool socket_clock(Gate *g, int64_t at, Err *err) MUST;
bool socket_log(Gate *g, Str what, const Origin *who, Str why, Err *err) MUST; /* what: "checkpoint", "rotate", "cosign" (why: the note) */
bool socket_apply(Gate *g, Batches *b, Err *err) MUST;
struct AccountWork;
bool socket_account(Gate *g, struct AccountWork *w, Err *err) MUST;
bool account_serve(Gate *g, const json_t *q, const Origin *origin, Buf *out, Err *err) MUST; /* account_gate.c */
/* staged: the file in the folder for imports. im->event: afterwards. */
bool socket_boundaries(Gate *g, BoundaryImport *im, Str staged, Err *err) MUST;
bool socket_rebuild(Gate *g, const RebuildAsk *ask, Arena *a, RebuildReport *out, Err *err) MUST;

/* ---- cosign.c ---- */
bool log_cosigned(Gate *g, Str note, Err *err) MUST; /* its signatures, which were checked, join those of our own checkpoint */

/* ---- board ---- */
enum { NEED_PART, HAVE_PART, HEARD_PART, PARTS };
int64_t *series_sum(const Series *s, int part); /* need, have or heard */
int64_t *series_own(const Series *s, int part); /* where own values are kept: own[] or the sums */
bool series_holds(
	const Board *b, const Series *s, size_t node); /* own rows may stand at this node */
bool board_new(const Workspace *w, Board **out, Err *err)
	MUST;                                      /* arena, reader, empty series; no nodes */
bool board_structure(Board *b, Err *err) MUST; /* nodes from area and tps */
bool board_fill_all(Board *b, Err *err) MUST;  /* every series and readiness from the database */
bool board_fill(Board *b, Series *s, Err *err)
	MUST; /* full recompute of one series, without readiness */
bool board_ask(const Board *b, Series *s, size_t node, bool alone, Err *err) MUST; /* begins s->stmt for the node's subtree, or the node alone */
bool board_refresh(Board *b, Series *s, size_t node, bool alone, Err *err)
	MUST;                       /* recompute one subtree of one series, with readiness */
void board_readiness(Board *b); /* unmet, ready, total from the series */
bool board_load(const Workspace *w, Board **out, Err *err)
	MUST; /* snapshot only; E_NOTFOUND when absent, damaged or of other definitions */
void board_unmap(
	Board *b); /* lets go of the snapshot's bytes: the arrays must stand elsewhere by then */
typedef struct Score { /* of a pillar: weighted mean of have/need of what counts on a day */
	int64_t sum, weights;
} Score;
void score_add(Score *c, const Series *s, Str day, int64_t need, int64_t have);
int score_of(const Score *c); /* in parts per 10,000; -1 when nothing counts */
bool board_current(Board *b, Err *err) MUST; /* after board_load */
bool board_newest(Board *b, int64_t *event, Err *err) MUST;
void query_bind(
	const Workspace *w, Stmt *s, Str lo, Str hi); /* :lo :hi :now :today, those it has */
/* [lo, hi) of an area's subtree; everything for the nation. hi lives in buf. */
void area_range(Str code, char buf[20], Str *lo, Str *hi);
void today_of(const Workspace *w, char out[11]); /* YYYY-MM-DD in the workspace's zone */
void board_days(Board *b); /* due dates and opening dates of all series, into b->a */
bool board_new_day(Board *b); /* sets b->today; whether it was another day before */

#endif
