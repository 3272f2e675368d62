/* store_seal: boxes of AES-256-GCM, and the keys of a version. */
#include "roll/store_private.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <string.h>

static EVP_CIPHER *cipher;
static pthread_once_t cipher_once = PTHREAD_ONCE_INIT;

static void
cipher_fetch(void)
{
	cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
}

static void
key_derive(const unsigned char key[32], Str text, unsigned char out[32])
{
	unsigned n = 0;
	NEED(HMAC(EVP_sha256(), key, 32, (const unsigned char *)text.p, text.n, out, &n) && n == 32);
}

void
store_keys(const unsigned char key[32], const unsigned char id[16], StoreKeys *out)
{
	char label[32] = "siap roll seal.";
	memcpy(label + 16, id, 16);
	key_derive(key, (Str){label, sizeof label}, out->seal);
	key_derive(key, S("siap roll print"), out->print);
}

void
store_forget(StoreKeys *keys)
{
	OPENSSL_cleanse(keys, sizeof *keys);
}

bool
box_make(Box *b, Err *err)
{
	NEED(pthread_once(&cipher_once, cipher_fetch) == 0);
	if (!cipher)
		return err_set(err, E_IO, "the OpenSSL library gives no AES-256-GCM");
	b->ctx = fault_here() ? NULL : EVP_CIPHER_CTX_new();
	return b->ctx || err_set(err, E_LIMIT, "no memory for encryption");
}

void
Box_auto(Box *b)
{
	EVP_CIPHER_CTX_free(b->ctx);
	b->ctx = NULL;
}

static void
begin(Box *b, const BoxPlace *at, int sealing)
{
	uint32_t nonce[3] = {at->number, at->column, 0};
	NEED(EVP_CipherInit_ex2(b->ctx, cipher, at->key, (const unsigned char *)nonce, sealing, NULL) ==
		1);
	box_bind(b, &at->rows, sizeof at->rows);
}

void
box_seal(Box *b, const BoxPlace *at)
{
	begin(b, at, 1);
}

void
box_open(Box *b, const BoxPlace *at)
{
	begin(b, at, 0);
}

void
box_bind(Box *b, const void *p, size_t n)
{
	int done;
	for (const unsigned char *from = p; n; from += done, n -= (size_t)done)
		NEED(EVP_CipherUpdate(b->ctx, NULL, &done, from, (int)(n > 1 << 30 ? 1 << 30 : n)) == 1);
}

void
box_put(Box *b, const void *p, size_t n, unsigned char *out)
{
	int done;
	NEED(n <= INT32_MAX);
	if (n)
		NEED(EVP_CipherUpdate(b->ctx, out, &done, p, (int)n) == 1 && done == (int)n);
}

void
box_tag(Box *b, unsigned char tag[STORE_TAG])
{
	unsigned char rest[16];
	int done;
	NEED(EVP_CipherFinal_ex(b->ctx, rest, &done) == 1 && done == 0);
	NEED(EVP_CIPHER_CTX_ctrl(b->ctx, EVP_CTRL_AEAD_GET_TAG, STORE_TAG, tag) == 1);
}

bool
box_check(Box *b, const unsigned char tag[STORE_TAG])
{
	unsigned char rest[16], copy[STORE_TAG];
	int done;
	memcpy(copy, tag, STORE_TAG);
	NEED(EVP_CIPHER_CTX_ctrl(b->ctx, EVP_CTRL_AEAD_SET_TAG, STORE_TAG, copy) == 1);
	return EVP_CipherFinal_ex(b->ctx, rest, &done) == 1;
}
