/* What the files that publish, check and witness a log as a folder share: entries, the layout of their tiles, the folder. */
#ifndef SIAP_FOLDER_PRIVATE_H
#define SIAP_FOLDER_PRIVATE_H

#include "svc/svc_private.h"

/* ---- log_entry.c: public entries, made again from events ---- */
typedef struct EntryMaker {
	LogSource from;
	Sealer sealer;
	Arena keep, tmp; /* tmp: of the origin at hand */
	Map shapes;      /* definition -> what its entries show */
	int64_t origin;  /* the one at hand */
	OriginFacts facts;
	Sha256 hash;
	bool restricted, has_private;
} EntryMaker;
typedef struct MadeEntry {
	int64_t seq;
	Str dataset, open, leaf; /* live until the next step */
	bool restricted;
} MadeEntry;
bool entry_maker_open(Workspace *w, EntryMaker *out, Err *err) MUST;
void entry_maker_close(EntryMaker *m);
static inline void
EntryMaker_auto(EntryMaker *m)
{
	entry_maker_close(m);
}
typedef bool (*EntryFn)(void *ctx, EntryMaker *m, const MadeEntry *e, Str entry, Err *err);
/* The events (after, upto] in order; E_DB when one is missing. */
bool entries_each(EntryMaker *m, int64_t after, int64_t upto, EntryFn fn, void *ctx, Err *err) MUST;

/* ---- log_layout.c: entries in, tiles and bundles of entries out, as c2sp.org/tlog-tiles lays them out ---- */
typedef bool (*LayoutFn)(void *ctx, int level, uint64_t n, int width, Str bytes, Err *err);
typedef struct Layout { /* large: from an arena */
	Hasher *hasher;
	LayoutFn fn; /* gets each file: level -1 is a bundle */
	void *ctx;
	TreeEdge edge;
	Sha256 tile[TILE_LEVELS][TILE_WIDTH]; /* of each level the one that is not full yet */
	Buf bundle;
	bool failed;
	Err *err;
} Layout;
bool layout_add(Layout *l, Str entry, Err *err) MUST; /* hands over what it fills */
bool layout_end(Layout *l, Err *err) MUST;            /* and what is not full */
void layout_close(Layout *l);

/* ---- log_folder.c: a published log ---- */
enum { BUNDLE_MOST = TILE_WIDTH * (65535 + 2) };
/* Reads a tile, or a bundle (level -1), of exactly this width: where only the full one is there, its beginning. E_CONFLICT names a file
 * that is missing, cut short or too long. */
typedef struct TileName {
	int level;
	uint64_t n;
	int width;
} TileName;
bool folder_read(const char *dir, TileName t, Arena *a, Str *out, Err *err) MUST;
/* Writes dir/path for all to read, with the folders above it. */
bool folder_put(const char *dir, Str path, Str bytes, Err *err) MUST;
bool folder_tile_put(void *ctx, int level, uint64_t n, int width, Str bytes, Err *err) MUST; /* a LayoutFn; ctx: the folder's path */
/* The state after `size` entries, read from the folder. */
bool folder_load(const char *dir, uint64_t size, Layout *l, Err *err) MUST;
typedef bool (*FolderEntryFn)(void *ctx, uint64_t index, Str entry, Err *err);
typedef struct FolderWalk { /* the entries [from, size) of a folder */
	const char *dir;
	uint64_t from, size;
	FolderEntryFn fn;
	void *ctx;
	const Watch *watch; /* may be NULL */
} FolderWalk;
bool folder_walk(const FolderWalk *walk, Err *err) MUST;
bool folder_checkpoint(const char *path, const VerifierKey *key, Arena *a, LogCheckpoint *out, Note *note, Err *err) MUST;

/* ---- log_file.c ---- */
/* The newest checkpoint, as a note and read. E_NOTFOUND: there is none yet. */
bool log_newest(Workspace *w, Arena *a, Str *text, LogCheckpoint *c, Err *err) MUST;
bool log_public_key(Workspace *w, Arena *a, Buf *out, Err *err) MUST; /* the file public-key */

/* ---- verify_folder.c ---- */
typedef struct EntryFacts {
	Str agency, dataset, area, open; /* open: the salted hash in hex */
	int64_t seq, at;
	int op;
} EntryFacts;
/* A well-formed public entry of event index + 1. Texts live in a. */
bool entry_read(Str entry, uint64_t index, Arena *a, EntryFacts *out, Err *err) MUST;
typedef struct FolderStart {
	const char *dir; /* of somebody's own, checked already: its first `size` entries */
	uint64_t size;
} FolderStart;
/* As log_verify_folder, with the entries from `start` on laid upon those that it has; start NULL: from the first. */
bool folder_verify(
	const FolderAsk *ask, const FolderStart *start, Arena *a, FolderReport *out, Err *err) MUST;

/* ---- verify_bundle.c: the file events.jsonl of a bundle, in step with the entries ---- */
typedef struct OpenParts {
	const char *path;
	FILE *file; /* NULL: there is none */
	Arena a;
	int64_t line, opened;
	int64_t seq; /* of the event at hand; 0: no more */
	Str dataset, open, salt;
} OpenParts;
bool open_parts_begin(OpenParts *o, const char *path, Err *err) MUST;
bool open_parts_next(OpenParts *o, Err *err) MUST;
/* Of this entry, when its open part is shown. */
bool open_parts_check(OpenParts *o, const EntryFacts *e, Hasher *h, Err *err) MUST;
void open_parts_end(OpenParts *o);
/* SHA-256(salt || open) is the hash wanted. */
bool open_holds(Str open, Str salt_hex, Str want_hex, Hasher *h) MUST;

#endif
