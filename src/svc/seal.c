/* seal: hashes of public entries, and encryption of closed fields with a key per row (house.md section 6).
 *
 * The public entry of an event is canonical JSON {"agency","area","at","closed","dataset","meta","op","open","seq","v"}: open is
 * SHA-256(salt1 || canonical open JSON) in hex, closed likewise with salt2 for datasets that have private fields, meta likewise
 * with salt3 over {"base","clock","key","origin","undoes"} (those that there are), origin being the SHA-256 of the event's origin.
 * salt1 and salt3 are the halves of BLAKE2b-256 of the event number under a key derived from the workspace key; salt2 is
 * BLAKE2b-128 of the event number under the row key, so that destroying a row key also makes the closed hash useless for guessing.
 * The leaf is SHA-256(0x00 || entry) as in RFC 6962 section 2.1. Restricted datasets show neither dataset nor area, and the hour
 * only. */
#include "svc/svc_private.h"

#include <sodium.h>

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
};

bool
sealer_open(const Workspace *w, Sealer *out, Err *err)
{
	*out = (Sealer){.env = w->env};
	NEED(sodium_init() >= 0);
	if (!workspace_key(w, out->key, err) || !hasher_open(&out->hasher, err))
		return false;
	static const unsigned char label[] = "siap salt of open parts v1";
	static const unsigned char match[] = "siap match of closed fields v1";
	crypto_generichash(out->salt_key, 32, label, sizeof label - 1, out->key, 32);
	crypto_generichash(out->match_key, 32, match, sizeof match - 1, out->key, 32);
	return true;
}

void
sealer_close(Sealer *s)
{
	hasher_close(s->hasher);
	sodium_memzero(s, sizeof *s);
}

void
sealer_match(const Sealer *s, const Field *f, Str value, char out[MATCH_HEX])
{
	unsigned char hash[MATCH_HEX / 2];
	crypto_generichash_state state;
	/* The name too, so that a telephone number does not meet an equal identity number. */
	crypto_generichash_init(&state, s->match_key, 32, sizeof hash);
	crypto_generichash_update(&state, (const unsigned char *)f->name.p, f->name.n);
	crypto_generichash_update(&state, (const unsigned char *)"", 1);
	crypto_generichash_update(&state, (const unsigned char *)value.p, value.n);
	crypto_generichash_final(&state, hash, sizeof hash);
	hex_encode(hash, sizeof hash, out);
}

void
sealer_matches(const Sealer *s, const Dataset *d, const Value *v, Matches *out)
{
	size_t n = 0;
	for (size_t i = 0; i < d->n_fields && n < d->n_match; i++) {
		if (!d->field[i].match)
			continue;
		out->hex[n][0] = 0;
		if (v[i].kind == VALUE_TEXT)
			sealer_match(s, &d->field[i], v[i].s, out->hex[n]);
		n++;
	}
}

static void
salt_of(const unsigned char key[32], int64_t seq, unsigned char *salt, size_t size)
{
	unsigned char n[8];
	for (int i = 0; i < 8; i++)
		n[i] = (unsigned char)((uint64_t)seq >> (8 * i));
	crypto_generichash(salt, size, n, 8, key, 32);
}

static void
hash_with(Sealer *s, const unsigned char salt[SEAL_SALT], Str bytes, Sha256 *out)
{
	hasher_begin(s->hasher);
	hasher_add(s->hasher, (Str){(const char *)salt, SEAL_SALT});
	hasher_add(s->hasher, bytes);
	hasher_end(s->hasher, out);
}

static void
salted_hash(Sealer *s, const unsigned char key[32], int64_t seq, Str bytes, Sha256 *out)
{
	unsigned char salt[SEAL_SALT];
	salt_of(key, seq, salt, SEAL_SALT);
	hash_with(s, salt, bytes, out);
}

void
sealer_salts(const Sealer *s, int64_t seq, Salts *out)
{
	unsigned char both[2 * SEAL_SALT];
	salt_of(s->salt_key, seq, both, sizeof both);
	memcpy(out->open, both, SEAL_SALT);
	memcpy(out->meta, both + SEAL_SALT, SEAL_SALT);
}

void
sealer_closed(Sealer *s, const SealedRow *row, int64_t seq, Str closed, Sha256 *out)
{
	salted_hash(s, row->row_key, seq, closed, out);
}

/* What of an event nobody outside sees and nobody may change: who, on what basis, of which row. */
void
sealer_meta_json(const Entry *e, Buf *out)
{
	JsonOut j = jout_new(out);
	char hex[65];
	jout_obj(&j);
	jout_number(&j, S("base"), e->base);
	jout_member(&j, S("clock"), e->clock);
	jout_member(&j, S("key"), e->key);
	hex_encode(e->origin->b, 32, hex);
	jout_member(&j, S("origin"), (Str){hex, 64});
	jout_number(&j, S("undoes"), e->undoes);
	jout_obj_end(&j);
}

static void
hash_member(Buf *out, Str key, const Sha256 *hash)
{
	char hex[65];
	buf_add(out, key);
	if (!hash)
		return;
	hex_encode(hash->b, 32, hex);
	buf_add(out, (Str){hex, 64});
}

static void
entry_json(const Entry *e, const Sha256 *open, const Sha256 *meta, const Sha256 *closed, Buf *out)
{
	int64_t hour = 3600000;
	buf_add(out, S("{\"agency\":\""));
	buf_add(out, e->agency);
	buf_add(out, S("\",\"area\":\""));
	if (!e->restricted)
		buf_add(out, e->area);
	buf_add(out, S("\",\"at\":"));
	buf_int(out, e->restricted ? e->at - e->at % hour : e->at);
	hash_member(out, S(",\"closed\":\""), closed);
	buf_add(out, S("\",\"dataset\":\""));
	if (!e->restricted)
		buf_add(out, e->dataset);
	hash_member(out, S("\",\"meta\":\""), meta);
	buf_add(out, S("\",\"op\":"));
	buf_int(out, e->op);
	hash_member(out, S(",\"open\":\""), open);
	buf_add(out, S("\",\"seq\":"));
	buf_int(out, e->seq);
	buf_add(out, S(",\"v\":1}"));
}

void
sealer_entry(Sealer *s, const Entry *e, Str open, const Sha256 *closed, Buf *out)
{
	Salts salt;
	Sha256 open_hash, meta_hash;
	sealer_salts(s, e->seq, &salt);
	hash_with(s, salt.open, open, &open_hash);
	/* Its place is where the entry itself comes to stand. */
	size_t at = out->n;
	sealer_meta_json(e, out);
	hash_with(s, salt.meta, str_slice(buf_str(out), at, out->n), &meta_hash);
	if (!out->failed)
		out->n = at;
	entry_json(e, &open_hash, &meta_hash, closed, out);
}

void
sealer_leaf(Sealer *s, const Entry *e, Str open, const Sha256 *closed, Buf *scratch, Sha256 *leaf)
{
	buf_clear(scratch);
	sealer_entry(s, e, open, closed, scratch);
	if (!scratch->failed)
		tlog_leaf(s->hasher, buf_str(scratch), leaf);
}

void
sealer_empty(Sealer *s, int64_t seq, Sha256 *closed_hash)
{
	salted_hash(s, s->salt_key, seq, S("no closed part"), closed_hash);
}

/* Associated data ties a sealed body to its row: it cannot be moved to another. */
static void
row_ad(Buf *out, const SealedRow *row)
{
	buf_add(out, row->dataset);
	buf_byte(out, '/');
	buf_add(out, row->key);
}

static bool
encrypt(const Env *env, const unsigned char key[32], Str ad, Str plain, Buf *out)
{
	unsigned char nonce[NONCE];
	env->random(env->ctx, nonce, NONCE);
	buf_add(out, (Str){(char *)nonce, NONCE});
	size_t at = out->n;
	for (size_t i = 0; i < plain.n + TAG; i++)
		buf_byte(out, 0);
	if (out->failed)
		return false;
	crypto_aead_xchacha20poly1305_ietf_encrypt((unsigned char *)out->p + at, NULL,
		(const unsigned char *)plain.p, plain.n, (const unsigned char *)ad.p, ad.n, NULL, nonce,
		key);
	return true;
}

static bool
decrypt(const unsigned char key[32], Str ad, Str sealed, Buf *out, Err *err)
{
	if (sealed.n < NONCE + TAG)
		return err_set(err, E_DB, "a sealed field is cut short: the database is damaged");
	size_t at = out->n, n = sealed.n - NONCE - TAG;
	for (size_t i = 0; i < n; i++)
		buf_byte(out, 0);
	if (out->failed)
		return err_set(err, E_LIMIT, "a sealed field is too long");
	unsigned char none[1];
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(n ? (unsigned char *)out->p + at : none, NULL,
			NULL, (const unsigned char *)sealed.p + NONCE, sealed.n - NONCE,
			(const unsigned char *)ad.p, ad.n, (const unsigned char *)sealed.p, key) != 0)
		return err_set(
			err, E_DB, "a sealed field does not open: it was changed, or the key is another one");
	return true;
}

bool
sealer_seal(Sealer *s, const SealedRow *row, int64_t seq, Str closed, Buf *out, Err *err)
{
	AUTO(Buf) ad = {0};
	Sha256 hash;
	row_ad(&ad, row);
	if (!buf_check(&ad, err))
		return false;
	salted_hash(s, row->row_key, seq, closed, &hash);
	buf_add(out, (Str){(char *)hash.b, SEAL_HASH});
	return encrypt(s->env, row->row_key, buf_str(&ad), closed, out) ||
		err_set(err, E_LIMIT, "private fields are too long to seal");
}

bool
sealer_open_sealed(const SealedRow *row, Str sealed, Buf *out, Err *err)
{
	AUTO(Buf) ad = {0};
	row_ad(&ad, row);
	return buf_check(&ad, err) &&
		decrypt(row->row_key, buf_str(&ad), str_slice(sealed, SEAL_HASH, sealed.n), out, err);
}

bool
sealer_wrap(Sealer *s, const SealedRow *row, Buf *out, Err *err)
{
	AUTO(Buf) ad = {0};
	row_ad(&ad, row);
	if (!buf_check(&ad, err))
		return false;
	return encrypt(s->env, s->key, buf_str(&ad), (Str){(const char *)row->row_key, 32}, out) ||
		err_set(err, E_LIMIT, "a row key cannot be wrapped");
}

bool
sealer_unwrap(Sealer *s, Str wrapped, SealedRow *row, Err *err)
{
	AUTO(Buf) ad = {0}, plain = {0};
	row_ad(&ad, row);
	if (!buf_check(&ad, err) || !decrypt(s->key, buf_str(&ad), wrapped, &plain, err))
		return false;
	NEED(plain.n == 32);
	memcpy(row->row_key, plain.p, 32);
	sodium_memzero(plain.p, plain.n);
	return true;
}
