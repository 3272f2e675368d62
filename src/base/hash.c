/* hash: SHA-256 over OpenSSL with the algorithm fetched once, HMAC-SHA-1, and hexadecimal. */
#include "base/base.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

/* Fetching takes longer than hashing a small block, so the process does it once and keeps it. */
static EVP_MD *algorithm;
static pthread_once_t algorithm_once = PTHREAD_ONCE_INIT;

static void
algorithm_fetch(void)
{
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
}

struct Hasher {
	EVP_MD_CTX *ctx;
};

bool
hasher_open(Hasher **out, Err *err)
{
	*out = NULL;
	NEED(pthread_once(&algorithm_once, algorithm_fetch) == 0);
	if (!algorithm)
		return err_set(err, E_IO, "the OpenSSL library gives no SHA-256");
	Hasher *h = fault_here() ? NULL : malloc(sizeof *h);
	EVP_MD_CTX *ctx = h ? EVP_MD_CTX_new() : NULL;
	if (!ctx) {
		free(h);
		return err_set(err, E_LIMIT, "no memory for hashing");
	}
	h->ctx = ctx;
	*out = h;
	return true;
}

void
hasher_close(Hasher *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void
hasher_begin(Hasher *h)
{
	NEED(EVP_DigestInit_ex2(h->ctx, algorithm, NULL) == 1);
}

void
hasher_add(Hasher *h, Str bytes)
{
	NEED(EVP_DigestUpdate(h->ctx, bytes.p, bytes.n) == 1);
}

void
hasher_end(Hasher *h, Sha256 *out)
{
	unsigned n = 0;
	NEED(EVP_DigestFinal_ex(h->ctx, out->b, &n) == 1 && n == sizeof out->b);
}

Sha256
sha256(Str bytes)
{
	Sha256 out;
	unsigned n = 0;
	NEED(pthread_once(&algorithm_once, algorithm_fetch) == 0);
	NEED(algorithm && EVP_Digest(bytes.p, bytes.n, out.b, &n, algorithm, NULL) == 1 &&
		n == sizeof out.b);
	return out;
}

void
hmac_sha1(Str key, Str bytes, unsigned char out[20])
{
	unsigned n = 0;
	NEED(HMAC(EVP_sha1(), key.p, (int)key.n, (const unsigned char *)bytes.p, bytes.n, out, &n) &&
		n == 20);
}

void
hex_encode(const void *bytes, size_t n, char *out)
{
	const unsigned char *b = bytes;
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = "0123456789abcdef"[b[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[b[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
hex_decode(Str hex, void *out, size_t n)
{
	unsigned char *b = out;
	if (hex.n % 2 != 0 || hex.n / 2 != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = hex_digit(hex.p[2 * i]), low = hex_digit(hex.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		b[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}
