/* totp: the second factor: codes by time (RFC 6238), the secret sealed with the workspace's key, and codes for a lost phone. */
#include "svc/account_private.h"

#include <sodium.h>

enum { DIGITS = 6, RECOVERY_LETTERS = 10 };

/* ---- the code ---- */

uint32_t
totp_code(const unsigned char *secret, size_t n, int64_t step, int digits)
{
	unsigned char count[8], mac[20];
	uint32_t limit = 1;
	for (int i = 0; i < 8; i++)
		count[i] = (unsigned char)((uint64_t)step >> (8 * (7 - i)));
	hmac_sha1((Str){(const char *)secret, n}, (Str){(const char *)count, 8}, mac);
	const unsigned char *at = mac + (mac[19] & 15);
	uint32_t cut =
		(uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	while (digits--)
		limit *= 10;
	return cut % limit;
}

/* As people type it: with a blank in the middle. */
static bool
code_read(Str text, uint32_t *code)
{
	size_t n = 0;
	*code = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == ' ')
			continue;
		if (c < '0' || c > '9' || ++n > DIGITS)
			return false;
		*code = *code * 10 + (uint32_t)(c - '0');
	}
	return n == DIGITS;
}

int64_t
totp_match(const unsigned char secret[TOTP_SECRET], Str code, int64_t now, int64_t used)
{
	uint32_t given;
	int64_t found = 0;
	if (!code_read(str_trim(code), &given))
		return 0;
	for (int64_t step = now / TOTP_STEP_MS - 1; step <= now / TOTP_STEP_MS + 1; step++)
		if (step > used && totp_code(secret, TOTP_SECRET, step, DIGITS) == given)
			found = found ? found : step;
	return found;
}

/* ---- the secret ---- */

static void
base32(const unsigned char *bytes, size_t n, char *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	size_t at = 0;
	unsigned have = 0, bits = 0;
	for (size_t i = 0; i < n; i++) {
		have = have << 8 | bytes[i];
		for (bits += 8; bits >= 5; bits -= 5)
			out[at++] = letters[have >> (bits - 5) & 31];
	}
	out[at] = '\0'; /* of 20 bytes nothing is left */
}

/* Sealed as the key of a row is: it cannot be moved to another account. */
static SealedRow
as_row(Str handle, unsigned char block[32])
{
	return (SealedRow){.dataset = S("siap.account"), .key = handle, .row_key = block};
}

bool
totp_seal(Sealer *s, Str handle, const unsigned char secret[TOTP_SECRET], Buf *hex, Err *err)
{
	AUTO(Buf) sealed = {0};
	unsigned char block[32] = {0};
	memcpy(block, secret, TOTP_SECRET);
	SealedRow row = as_row(handle, block);
	bool ok = sealer_wrap(s, &row, &sealed, err);
	sodium_memzero(block, sizeof block);
	for (size_t i = 0; ok && i < sealed.n; i++)
		buf_fmt(hex, "%02x", (unsigned char)sealed.p[i]);
	return ok && buf_check(hex, err);
}

bool
totp_open(Sealer *s, Str handle, Str hex, unsigned char secret[TOTP_SECRET], Err *err)
{
	char sealed[128];
	unsigned char block[32];
	SealedRow row = as_row(handle, block);
	if (hex.n / 2 > sizeof sealed || !hex_decode(hex, sealed, hex.n / 2))
		return err_set(err, E_DB, "the second factor of an account is damaged");
	bool ok = sealer_unwrap(s, (Str){sealed, hex.n / 2}, &row, err);
	if (ok)
		memcpy(secret, block, TOTP_SECRET);
	sodium_memzero(block, sizeof block);
	return ok;
}

void
keyed_hash(const Sealer *s, Str kind, Str text, char out[MATCH_HEX])
{
	/* A field's name keeps equal values of different fields apart: here it is the kind. */
	sealer_match(s, &(Field){.name = kind}, text, out);
}

/* ---- one account's ---- */

bool
account_secret(const LogSource *from, int64_t id, Str login, Arena *a, AccountSecret *out, Err *err)
{
	Stmt *s;
	bool row;
	*out = (AccountSecret){0};
	if (!svc_stmt(from->db, from->sql, id ? "account_secret" : "account_secret_of", &s, err))
		return false;
	db_set_int_if(s, "id", id);
	db_set_text_if(s, "login", login);
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return true;
	*out = (AccountSecret){.id = db_int(s, 0),
		.password = arena_str(a, db_text(s, 1)),
		.totp = arena_str(a, db_text(s, 2)),
		.totp_next = arena_str(a, db_text(s, 3)),
		.step = db_int(s, 4),
		.login = arena_str(a, db_text(s, 5)),
		.handle = arena_str(a, db_text(s, 6)),
		.closed = db_int(s, 7)};
	db_reset(s);
	return true;
}

bool
totp_check(Workspace *w, const AccountSecret *secret, Str sealed, Str code, int64_t *step, Err *err)
{
	unsigned char raw[TOTP_SECRET];
	Sealer s;
	*step = 0;
	if (!sealer_open(w, &s, err))
		return false;
	bool ok = totp_open(&s, secret->handle, sealed, raw, err);
	if (ok)
		*step = totp_match(raw, code, clock_real(w), secret->step);
	sodium_memzero(raw, sizeof raw);
	sealer_close(&s);
	return ok;
}

bool
recovery_hash(Workspace *w, Str code, char out[MATCH_HEX], Err *err)
{
	char letters[RECOVERY_LETTERS + 1];
	size_t n = 0;
	Sealer s;
	out[0] = '\0';
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];
		if (c == ' ' || c == '-')
			continue;
		if (n == RECOVERY_LETTERS)
			return true;
		letters[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	if (n != RECOVERY_LETTERS)
		return true;
	if (!sealer_open(w, &s, err))
		return false;
	keyed_hash(&s, S("recovery"), (Str){letters, n}, out);
	sealer_close(&s);
	return true;
}

/* ---- set up, confirmed, taken away ---- */

bool
gate_totp_begin(Gate *g, int64_t account, char text[TOTP_TEXT], Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(DbP) db = NULL;
	AUTO(Buf) hex = {0};
	unsigned char raw[TOTP_SECRET];
	AccountSecret secret;
	Sealer s;
	if (!arena_open(&a, SIZE_MB, err) || !workspace_reader(g->w, &db, err) ||
		!account_secret(&(LogSource){db, &g->w->sql}, account, (Str){0}, &a, &secret, err))
		return false;
	if (!secret.id)
		return err_set(err, E_NOTFOUND, "there is no account %lld", (long long)account);
	if (secret.totp.n)
		return err_set(err, E_CONFLICT, "a second factor is set up already: take it away first");
	if (!sealer_open(g->w, &s, err))
		return false;
	g->w->env->random(g->w->env->ctx, raw, sizeof raw);
	base32(raw, sizeof raw, text);
	bool ok = totp_seal(&s, secret.handle, raw, &hex, err);
	sodium_memzero(raw, sizeof raw);
	sealer_close(&s);
	AccountWork w = {.what = S("totp_next"), .account = {.id = account}, .extra = buf_str(&hex)};
	return ok && account_work(g, &w, err);
}

/* Letters that look different, five and five. */
static void
recovery_make(const Env *env, char out[RECOVERY_CODE])
{
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
	unsigned char raw[RECOVERY_LETTERS];
	size_t n = 0;
	env->random(env->ctx, raw, sizeof raw);
	for (size_t i = 0; i < RECOVERY_LETTERS; i++) {
		if (i == RECOVERY_LETTERS / 2)
			out[n++] = '-';
		out[n++] = letters[raw[i] & 31];
	}
	out[n] = '\0';
}

static bool
recovery_codes(Gate *g, TotpRequest *r, Buf *hashes, Err *err)
{
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		char hash[MATCH_HEX];
		recovery_make(g->w->env, r->recovery[i]);
		if (!recovery_hash(g->w, str_of(r->recovery[i]), hash, err))
			return false;
		buf_fmt(hashes, "%s%s", i ? " " : "", hash);
	}
	return buf_check(hashes, err);
}

bool
gate_totp_confirm(Gate *g, TotpRequest *r, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(DbP) db = NULL;
	AUTO(Buf) hashes = {0};
	AccountSecret secret;
	int64_t step;
	if (!arena_open(&a, SIZE_MB, err) || !workspace_reader(g->w, &db, err) ||
		!account_secret(&(LogSource){db, &g->w->sql}, r->account, (Str){0}, &a, &secret, err))
		return false;
	if (!secret.totp_next.n)
		return err_set(err, E_CONFLICT, "no second factor is being set up: begin again");
	if (!totp_check(g->w, &secret, secret.totp_next, r->code, &step, err))
		return false;
	if (!step)
		return err_set(err, E_DENIED,
			"that is not the code of this moment: look at the clock of the phone, and type the newest one");
	AccountWork w = {.what = S("totp_set"),
		.account = {.id = r->account},
		.hash = secret.totp_next,
		.at = step,
		.session = r->session};
	if (!recovery_codes(g, r, &hashes, err))
		return false;
	w.extra = buf_str(&hashes);
	return account_work(g, &w, err);
}
