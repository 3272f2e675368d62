/* What writing and reading a version of the roll share: the layout of its file, and sealing. */
#ifndef SIAP_ROLL_STORE_PRIVATE_H
#define SIAP_ROLL_STORE_PRIVATE_H

#include "roll/roll.h"

#include <openssl/evp.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is written as memory has it");

enum { STORE_TAG = 16, STORE_PRINT = 16, STORE_SLICES = 1 << 20 };
#define STORE_TABLE UINT32_MAX /* stands for slice and column of the sealed part */

typedef struct StoreHeader {
	char magic[8];
	uint32_t format, zero;
	unsigned char id[16];
} StoreHeader;
typedef struct StoreRecord { /* of the table */
	uint64_t offset, bytes;
	uint32_t rows, number;
	Sha256 hash;
	uint32_t size[ROLL_COLUMNS]; /* sealed, with the tag */
} StoreRecord;
typedef struct StoreTrailer {
	uint64_t table;
	uint32_t slices, zero;
	char magic[8];
} StoreTrailer;
_Static_assert(sizeof(StoreHeader) == 32 && sizeof(StoreTrailer) == 24, "no gaps");
_Static_assert(sizeof(StoreRecord) == 56 + 4 * ROLL_COLUMNS, "no gaps");

typedef struct StoreKeys {
	unsigned char seal[32], print[32];
} StoreKeys;
void store_keys(const unsigned char key[32], const unsigned char id[16], StoreKeys *out);
void store_forget(StoreKeys *keys);

static inline size_t
store_width(RollColumn c) /* of a number, in bytes */
{
	return c <= ROLL_TPS ? 8 : c == ROLL_BIRTH ? 4 : c < ROLL_NAME ? 1 : 2;
}

/* ---- store_seal.c: one box of AES-256-GCM after the other ---- */
typedef struct Box {
	EVP_CIPHER_CTX *ctx;
} Box;
typedef struct BoxPlace { /* what a box is bound to */
	const unsigned char *key;
	uint32_t number, column, rows;
} BoxPlace;
bool box_make(Box *b, Err *err) MUST;
void Box_auto(Box *b);
void box_seal(Box *b, const BoxPlace *at);
void box_open(Box *b, const BoxPlace *at);
void box_bind(Box *b, const void *p, size_t n); /* stays open, cannot be changed; before all else */
void box_put(Box *b, const void *p, size_t n, unsigned char *out); /* out: n bytes, sealed or opened */
void box_tag(Box *b, unsigned char tag[STORE_TAG]);
bool box_check(Box *b, const unsigned char tag[STORE_TAG]) MUST;

#endif
