/* key: Ed25519 keys of signed notes, and the text by which a verifier knows one. */
#include "tlog/tlog_private.h"

#include <sodium.h>

enum { PUBLIC_KEY = 32 };

/* SHA-256(name || newline || type || public key), its first bytes. */
static void
key_id(const VerifierKey *k, unsigned char id[4])
{
	char bytes[NOTE_NAME + 2 + PUBLIC_KEY];
	NEED(k->name.n <= NOTE_NAME);
	memcpy(bytes, k->name.p, k->name.n);
	bytes[k->name.n] = '\n';
	bytes[k->name.n + 1] = (char)k->type;
	memcpy(bytes + k->name.n + 2, k->public_key, PUBLIC_KEY);
	Sha256 hash = sha256((Str){bytes, k->name.n + 2 + PUBLIC_KEY});
	memcpy(id, hash.b, 4);
}

bool
signer_make(Str name, KeyType type, const unsigned char seed[32], SignerKey *out, Err *err)
{
	if (!name_good(name))
		return err_set(err, E_INPUT,
			"'%.*s' cannot name a key: 1 to %d bytes of UTF-8 text without blanks and plus signs can",
			STR(name), NOTE_NAME);
	NEED(sodium_init() >= 0);
	*out = (SignerKey){.verifier = {.name = name, .type = type}};
	NEED(crypto_sign_seed_keypair(out->verifier.public_key, out->secret, seed) == 0);
	key_id(&out->verifier, out->verifier.id);
	return true;
}

void
verifier_format(const VerifierKey *k, Buf *out)
{
	char id[2 * sizeof k->id + 1], key[1 + PUBLIC_KEY] = {(char)k->type};
	memcpy(key + 1, k->public_key, PUBLIC_KEY);
	hex_encode(k->id, sizeof k->id, id);
	buf_fmt(out, "%.*s+%s+", STR(k->name), id);
	base64_add(out, (Str){key, sizeof key});
}

bool
verifier_parse(Str text, Arena *a, VerifierKey *out, Err *err)
{
	Str name, id, base64;
	unsigned char key[1 + PUBLIC_KEY];
	size_t n = 0;
	if (!str_cut(text, '+', &name, &base64) || !str_cut(base64, '+', &id, &base64))
		return err_set(
			err, E_INPUT, "'%.*s' is no public key: it would read name+id+key", STR(text));
	if (!name_good(name))
		return err_set(err, E_INPUT,
			"public key '%.*s': its name must have 1 to %d bytes of UTF-8 text without blanks",
			STR(text), NOTE_NAME);
	if (!base64_read(base64, key, sizeof key, &n) || n != sizeof key)
		return err_set(err, E_INPUT,
			"public key '%.*s': behind the second plus sign must be 33 bytes in base 64",
			STR(text));
	if (key[0] != KEY_SIGN && key[0] != KEY_COSIGN)
		return err_set(err, E_INPUT,
			"public key '%.*s' is of the unknown algorithm %d: 1 (Ed25519) and 4 (cosignature) are known",
			STR(text), key[0]);
	VerifierKey k = {.name = arena_str(a, name), .type = (KeyType)key[0]};
	char hex[2 * sizeof k.id + 1];
	memcpy(k.public_key, key + 1, PUBLIC_KEY);
	key_id(&k, k.id);
	hex_encode(k.id, sizeof k.id, hex);
	if (!str_eq(id, str_of(hex)))
		return err_set(err, E_INPUT, "public key '%.*s': its id '%.*s' does not fit, '%s' would",
			STR(text), STR(id), hex);
	*out = k;
	return true;
}
