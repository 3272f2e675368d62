/* tlog: the append-only tree over the event log: hashes, tiles, checkpoints, signatures, proofs. Pure: no database, no files. */
#ifndef SIAP_TLOG_H
#define SIAP_TLOG_H

#include "base/base.h"

/* ---- The tree of RFC 6962, section 2.1 ----
 * Leaf hash SHA-256(0x00 || entry), node hash SHA-256(0x01 || left || right); the hash of no leaves is SHA-256 of nothing.
 * Leaves are numbered from 0: the event number `seq` is leaf seq - 1. At most 2^63 - 1 leaves (NEED; parsers refuse more). */
void tlog_leaf(Hasher *h, Str entry, Sha256 *out);
void tlog_node(Hasher *h, const Sha256 *left, const Sha256 *right, Sha256 *out);

/* The right edge of a tree that grows: hashes of the perfect subtrees that make it up, largest first. All that is needed to
 * add leaves and to know the root. {0} is the empty tree. */
typedef struct TreeEdge {
	uint64_t size;
	size_t n; /* as many as size has bits set */
	Sha256 node[64];
} TreeEdge;
/* Called for each node of tile level >= 1 that a new leaf completes: the hash over 256^tile_level leaves, number `index` of
 * its level. */
typedef void (*TreeTileFn)(void *ctx, int tile_level, uint64_t index, const Sha256 *hash);
void tree_add(TreeEdge *t, Hasher *h, const Sha256 *leaf, TreeTileFn fn, void *ctx); /* fn may be NULL */
/* A perfect subtree of 2^height leaves at once; size must be a multiple of it (NEED). Completes tiles as tree_add does only for
 * heights that are multiples of 8 and nodes above. */
void tree_add_perfect(TreeEdge *t, Hasher *h, const Sha256 *subtree, int height, TreeTileFn fn, void *ctx);
void tree_root(const TreeEdge *t, Hasher *h, Sha256 *out);

/* ---- Tiles: c2sp.org/tlog-tiles ----
 * A tile holds up to 256 hashes of one tile level: level 0 leaf hashes, level L the hashes over 256^L leaves. */
enum { TILE_WIDTH = 256, TILE_LEVELS = 8 };
/* Reads hashes [0, width) of tile n at the level into out. It must not give hashes that a tree of the reader's size has not. */
typedef bool (*TileFn)(void *ctx, int level, uint64_t n, int width, Sha256 *out, Err *err);
typedef struct Tiles { /* reads a tree of this size; keeps the last tile of each level */
	TileFn fn;
	void *ctx;
	Hasher *hasher;
	uint64_t size; /* may be raised when the log has grown */
	uint64_t kept[TILE_LEVELS]; /* number + 1 of the tile in `tile`; 0: none */
	int kept_width[TILE_LEVELS];
	Sha256 tile[TILE_LEVELS][TILE_WIDTH];
} Tiles; /* 64 KiB: from an arena, not on the stack */
Tiles *tiles_new(Arena *a, TileFn fn, void *ctx, Hasher *h, uint64_t size);
int tile_width(uint64_t size, int level, uint64_t n); /* how many hashes tile n of the level has in a tree of this size: 0..256 */
/* Hash of the node over leaves [index << height, (index + 1) << height), all of them within the size (NEED). */
bool tiles_node(Tiles *t, int height, uint64_t index, Sha256 *out, Err *err) MUST;
/* The right edge and the root of the tree as it was at `size`, at most that of the reader (NEED). */
bool tiles_edge(Tiles *t, uint64_t size, TreeEdge *out, Err *err) MUST;
bool tiles_root(Tiles *t, uint64_t size, Sha256 *out, Err *err) MUST;
/* "tile/0/x001/x234/067", with ".p/W" for a tile of fewer than 256; level -1 is "tile/entries/...". */
void tile_path(int level, uint64_t n, int width, Buf *out);
bool tile_path_parse(Str path, int *level, uint64_t *n, int *width) MUST; /* only what tile_path writes, of a tile that a tree can have */
/* Entry bundles: each entry behind its length, 16 bits, big-endian. At most 65,535 bytes an entry (E_LIMIT). */
bool entry_add(Buf *bundle, Str entry, Err *err) MUST;
bool entry_next(Str *bundle, Str *entry) MUST; /* false: at the end, or cut short (then bundle is not empty) */

/* ---- Proofs: RFC 6962 sections 2.1.1 and 2.1.2 ---- */
typedef struct TreeProof {
	Sha256 hash[128];
	size_t n;
} TreeProof;
/* That leaf `index` is in the tree at `size`; E_INPUT when it is not below it, or size is over the reader's. */
bool proof_inclusion(Tiles *t, uint64_t index, uint64_t size, TreeProof *out, Err *err) MUST;
/* That the tree at `size` begins with the tree at `old`; E_INPUT when old > size, or size is over the reader's. Empty for
 * old == 0 or old == size. */
bool proof_consistency(Tiles *t, uint64_t old, uint64_t size, TreeProof *out, Err *err) MUST;
bool proof_inclusion_check(Hasher *h, const TreeProof *p, uint64_t index, uint64_t size, const Sha256 *leaf, const Sha256 *root) MUST;
typedef struct TreeHead {
	uint64_t size;
	Sha256 root;
} TreeHead;
/* An empty old tree must have the root of no leaves. */
bool proof_consistency_check(Hasher *h, const TreeProof *p, const TreeHead *old, const TreeHead *now) MUST;

/* ---- Signed notes: c2sp.org/signed-note, Ed25519 (type 1) and tlog-cosignature (type 4) ---- */
enum { NOTE_MOST = 64 * 1024, NOTE_SIGNATURES = 100, NOTE_NAME = 255 };
typedef enum KeyType { KEY_SIGN = 1, KEY_COSIGN = 4 } KeyType;
typedef struct VerifierKey {
	Str name; /* without blanks and plus signs */
	KeyType type;
	unsigned char id[4]; /* SHA-256(name || 0x0A || type || public key), its first bytes */
	unsigned char public_key[32];
} VerifierKey;
typedef struct SignerKey {
	VerifierKey verifier;
	unsigned char secret[64]; /* of libsodium: seed and public key; wipe it */
} SignerKey;
/* seed: 32 random bytes. name lives as long as the key. E_INPUT for a name that notes cannot hold. */
bool signer_make(Str name, KeyType type, const unsigned char seed[32], SignerKey *out, Err *err) MUST;
void verifier_format(const VerifierKey *k, Buf *out);            /* name+id in hex+base64(type || public key) */
bool verifier_parse(Str text, Arena *a, VerifierKey *out, Err *err) MUST;
typedef struct NoteSignature {
	Str name;
	unsigned char id[4];
	unsigned char bytes[128]; /* behind the id, when they fit */
	Str longer;               /* else they are here: a kind of signature that nobody here can check */
	size_t n;
} NoteSignature;
typedef struct Note {
	Str text; /* what is signed, ending in a newline */
	NoteSignature *signature;
	size_t n;
} Note;
/* E_INPUT: no note (line named), E_LIMIT: over the caps. All kinds of signatures are kept; strings point into `bytes`. */
bool note_parse(Str bytes, Arena *a, Note *out, Err *err) MUST;
void note_format(const Note *n, Buf *out);
/* A signature over the text; a cosignature states `time`, UTC seconds, and needs a checkpoint as text. */
bool note_sign(Str text, const SignerKey *k, uint64_t time, NoteSignature *out, Err *err) MUST;
/* The signature of this key in the note. E_NOTFOUND: not signed by it; E_CONFLICT: a signature with its name and id does not hold;
 * E_INPUT: a cosignature, but not of a checkpoint. time: of its newest cosignature, else 0; may be NULL. */
bool note_check(const Note *n, const VerifierKey *k, uint64_t *time, Err *err) MUST;

/* ---- Checkpoints: c2sp.org/tlog-checkpoint ---- */
typedef struct LogCheckpoint {
	Str origin;
	TreeHead head;
} LogCheckpoint;
void checkpoint_format(const LogCheckpoint *c, Buf *out); /* the text of its note */
bool checkpoint_parse(Str text, LogCheckpoint *out, Err *err) MUST; /* extension lines are allowed and passed over */
/* Note, text, origin of the same name as the key, and the key's signature at once. Errors as those of note_parse, checkpoint_parse
 * and note_check; E_INPUT for another log's. whole: the note, may be NULL. */
bool checkpoint_open(Str note, const VerifierKey *k, Arena *a, LogCheckpoint *out, Note *whole, Err *err) MUST;

/* ---- Proof of one entry: c2sp.org/tlog-proof ---- */
typedef struct EntryProof {
	uint64_t index;
	TreeProof proof;
	Str checkpoint; /* a whole note */
} EntryProof;
void entry_proof_format(const EntryProof *p, Buf *out);
/* E_INPUT: no proof (line named), E_LIMIT: over twice NOTE_MOST. Extra data is passed over; the checkpoint, which points into `text`, is
 * still to be opened. */
bool entry_proof_parse(Str text, EntryProof *out, Err *err) MUST;

#endif
