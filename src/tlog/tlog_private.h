/* tlog, private: the small forms that notes, checkpoints and proofs are written in. */
#ifndef SIAP_TLOG_PRIVATE_H
#define SIAP_TLOG_PRIVATE_H

#include "tlog/tlog.h"

enum { HASH_BASE64 = 44 }; /* characters of a SHA-256 */
enum { TREE_HEIGHT = 63 }; /* of the largest tree, and so the longest proof that a leaf is in it */

/* Takes the line up to the next newline off `rest`. false: no newline is left. */
bool line_next(Str *rest, Str *line) MUST;
/* Decimal without leading zeros, at most 2^63 - 1: sizes and indexes fit the database's integers. */
bool size_read(Str s, uint64_t *out) MUST;
/* Base 64 of RFC 4648, section 4, padded; reading takes only what writing gives. */
void base64_add(Buf *b, Str bytes);
bool base64_read(Str s, void *out, size_t most, size_t *n) MUST;
bool base64_hash(Str s, Sha256 *out) MUST;
/* Well-formed UTF-8, no ASCII control character but newline, a newline at the end; else E_INPUT with the line. */
bool note_text_check(Str s, Err *err) MUST;
bool name_good(Str name); /* one that a note can hold: see VerifierKey */

#endif
