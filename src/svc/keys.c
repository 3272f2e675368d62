/* keys: the keys of a workspace in one encrypted file, for the day on which the key folder is lost.
 *
 * The file is text: the line "siap keys 1", the workspace's id, and base64 of nonce(24) and a box of libsodium's secretbox over
 * "key=HEX\nsigning=HEX\n". The box's key is BLAKE2b-256 of the code's 160 random bits, so nobody guesses it; the code is written in
 * Crockford's base 32, which has no letters that look alike. */
#include "svc/svc_private.h"

#include <sodium.h>

enum {
	CODE_BYTES = 20,
	CODE_LETTERS = 32,
	NONCE = crypto_secretbox_NONCEBYTES,
	TAG = crypto_secretbox_MACBYTES
};

static const char LETTERS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void
code_write(const unsigned char bytes[CODE_BYTES], char out[KEY_CODE])
{
	size_t n = 0;
	for (int i = 0; i < CODE_LETTERS; i++) {
		int bit = 5 * i,
			pair = bytes[bit / 8] << 8 | (bit / 8 + 1 < CODE_BYTES ? bytes[bit / 8 + 1] : 0);
		if (i && i % 4 == 0)
			out[n++] = '-';
		out[n++] = LETTERS[pair >> (11 - bit % 8) & 31];
	}
	out[n] = 0;
}

/* As people write it down: small letters, blanks, O for 0, I and L for 1. */
static bool
code_read(Str text, unsigned char out[CODE_BYTES])
{
	int n = 0;
	memset(out, 0, CODE_BYTES);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '-' || c == ' ' || c == '\n' || c == '\r' || c == '\t')
			continue;
		c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
		const char *at = c ? memchr(LETTERS, c, CODE_LETTERS) : NULL;
		if (!at || n == CODE_LETTERS)
			return false;
		int bit = 5 * n++, value = (int)(at - LETTERS) << (11 - bit % 8);
		out[bit / 8] |= (unsigned char)(value >> 8);
		if (bit / 8 + 1 < CODE_BYTES)
			out[bit / 8 + 1] |= (unsigned char)value;
	}
	return n == CODE_LETTERS;
}

static void
box_key(const unsigned char code[CODE_BYTES], Str id, unsigned char out[32])
{
	crypto_generichash(out, 32, (const unsigned char *)id.p, id.n, code, CODE_BYTES);
}

static const char *const kinds[] = {"key", "signing"};

static bool
plain_make(const Workspace *w, Arena *a, Buf *out, Err *err)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		Str hex;
		const char *path = arena_fmt(a, "%s/%.*s.%s", w->env->key_dir, STR(w->id), kinds[i]).p;
		if (!file_read(path, 4096, a, &hex, err))
			return false;
		buf_fmt(out, "%s=%.*s\n", kinds[i], STR(str_trim(hex)));
	}
	return buf_check(out, err);
}

static bool
box_write(const Workspace *w, const char *path, const unsigned char key[32], Buf *plain, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(Buf) out = {0};
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	size_t n = NONCE + TAG + plain->n,
		   text = sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
	unsigned char *box = NEW(&a, unsigned char, n);
	char *base64 = NEW(&a, char, text);
	w->env->random(w->env->ctx, box, NONCE);
	crypto_secretbox_easy(box + NONCE, (const unsigned char *)plain->p, plain->n, box, key);
	sodium_bin2base64(base64, text, box, n, sodium_base64_VARIANT_ORIGINAL);
	buf_fmt(&out, "siap keys 1\n%.*s\n%s\n", STR(w->id), base64);
	return buf_check(&out, err) && file_write_atomic(path, buf_str(&out), 0600, err);
}

bool
keys_backup(Workspace *w, const char *path, char code[KEY_CODE], Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(Buf) plain = {0};
	unsigned char bytes[CODE_BYTES], key[32];
	if (file_exists(path))
		return err_set(err, E_CONFLICT, "'%s' exists: give another name", path);
	if (!arena_open(&a, SIZE_MB, err) || !plain_make(w, &a, &plain, err))
		return false;
	w->env->random(w->env->ctx, bytes, sizeof bytes);
	box_key(bytes, w->id, key);
	code_write(bytes, code);
	bool ok = box_write(w, path, key, &plain, err);
	sodium_memzero(plain.p, plain.n);
	sodium_memzero(bytes, sizeof bytes);
	sodium_memzero(key, sizeof key);
	return ok;
}

/* ---- restore ---- */

static bool
no_backup(const char *path, Err *err)
{
	return err_set(err, E_DENIED, "'%s' is not a backup of keys, or it was changed", path);
}

static bool
id_ok(Str id)
{
	unsigned char raw[16];
	return hex_decode(id, raw, sizeof raw);
}

static bool
box_open(const char *path, Str code, Arena *a, Str *id, Str *plain, Err *err)
{
	unsigned char bytes[CODE_BYTES], key[32];
	Str text, line;
	size_t n;
	if (!file_read(path, SIZE_MB, a, &text, err))
		return false;
	str_cut(text, '\n', &line, &text);
	if (!str_eq(line, S("siap keys 1")) || !str_cut(text, '\n', id, &text) || !id_ok(*id) ||
		!str_cut(text, '\n', &line, &text) || text.n)
		return no_backup(path, err);
	unsigned char *box = NEW(a, unsigned char, line.n);
	if (sodium_base642bin(
			box, line.n, line.p, line.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		n < NONCE + TAG)
		return no_backup(path, err);
	if (!code_read(code, bytes))
		return err_set(err, E_DENIED, "a code has 32 letters and digits in groups of four");
	box_key(bytes, *id, key);
	unsigned char *out = NEW(a, unsigned char, n);
	bool ok = crypto_secretbox_open_easy(out, box + NONCE, n - NONCE, box, key) == 0;
	sodium_memzero(key, sizeof key);
	*plain = (Str){(const char *)out, n - NONCE - TAG};
	return ok || err_set(err, E_DENIED, "this code does not open '%s'", path);
}

static bool
key_write(const Env *env, Str id, Str line, Arena *a, Err *err)
{
	Str kind, hex, there;
	unsigned char raw[32];
	if (!str_cut(line, '=', &kind, &hex) || !hex_decode(hex, raw, sizeof raw))
		return err_set(
			err, E_DENIED, "the backup of keys has an unknown line: it is of a newer Siap");
	sodium_memzero(raw, sizeof raw);
	const char *path = arena_fmt(a, "%s/%.*s.%.*s", env->key_dir, STR(id), STR(kind)).p;
	if (!file_exists(path))
		return file_write_atomic(path, arena_fmt(a, "%.*s\n", STR(hex)), 0600, err);
	return file_read(path, 4096, a, &there, err) &&
		(str_eq(str_trim(there), hex) ||
			err_set(err, E_CONFLICT, "'%s' is there already and is another key: move it away first",
				path));
}

bool
keys_restore(const Env *env, const char *path, Str code, Arena *a, Str *id, Err *err)
{
	Str plain, line;
	if (!box_open(path, code, a, id, &plain, err) || !dirs_make(env->key_dir, *a, err))
		return false;
	bool ok = true;
	for (Str rest = plain; ok && str_cut(rest, '\n', &line, &rest);)
		ok = key_write(env, *id, line, a, err);
	sodium_memzero((char *)(uintptr_t)plain.p, plain.n);
	return ok;
}
