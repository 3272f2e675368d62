/* password: hashed with argon2id, checked against what everybody tries first; and random tokens, of which only a hash is kept. */
#include "svc/account_private.h"

#include <sodium.h>
#include <unistd.h>

enum {
	PASSES = 3,
	LEAST = 10,
	MOST = 200,
	WAITING_MOST = 64,
	SALT = crypto_pwhash_SALTBYTES,
	HASH = 32
};

_Atomic uint64_t password_work;

/* ---- the hash ---- */

/* Each takes 64 MiB and a core: no more at once than there are cores, and a queue that has an end. */
static pthread_mutex_t turn_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_free = PTHREAD_COND_INITIALIZER;
static int working, waiting;

static bool
turn_take(Err *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_mutex_lock(&turn_lock);
	bool ok = waiting < WAITING_MOST;
	waiting += ok;
	while (ok && working >= (cores > 0 ? cores : 1))
		pthread_cond_wait(&turn_free, &turn_lock);
	waiting -= ok;
	working += ok;
	pthread_mutex_unlock(&turn_lock);
	return ok || err_set(err, E_BUSY, "too many people log in just now: try again in a moment");
}

static void
turn_give(void)
{
	pthread_mutex_lock(&turn_lock);
	working--;
	pthread_cond_signal(&turn_free);
	pthread_mutex_unlock(&turn_lock);
}

static size_t
memory(const Env *env)
{
	return env->password_bytes ? env->password_bytes : (size_t)64 << 20;
}

/* As libsodium writes it, so that it reads it again: but with a salt of ours. */
static void
hash_text(const Env *env, const unsigned char salt[SALT], const unsigned char hash[HASH],
	char out[PASSWORD_HASH])
{
	char salt_text[32], hash_text[64];
	sodium_bin2base64(
		salt_text, sizeof salt_text, salt, SALT, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	sodium_bin2base64(
		hash_text, sizeof hash_text, hash, HASH, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	NEED(snprintf(out, PASSWORD_HASH, "$argon2id$v=19$m=%zu,t=%d,p=1$%s$%s", memory(env) / 1024,
			 PASSES, salt_text, hash_text) < PASSWORD_HASH);
}

bool
password_hash(const Env *env, Str password, char out[PASSWORD_HASH], Err *err)
{
	unsigned char salt[SALT], hash[HASH];
	NEED(sodium_init() >= 0);
	env->random(env->ctx, salt, sizeof salt);
	if (!turn_take(err))
		return false;
	password_work++;
	bool ok = !fault_here() &&
		crypto_pwhash(hash, sizeof hash, password.p ? password.p : "", password.n, salt, PASSES,
			memory(env), crypto_pwhash_ALG_ARGON2ID13) == 0;
	turn_give();
	hash_text(env, salt, hash, out);
	sodium_memzero(hash, sizeof hash);
	return ok || err_set(err, E_LIMIT, "there is no memory to hash a password");
}

bool
password_is(const Env *env, Str hash, Str password, bool *yes, Err *err)
{
	char text[PASSWORD_HASH] = "";
	NEED(sodium_init() >= 0);
	bool none = !hash.n || hash.n >= sizeof text;
	if (none) /* who has no password takes as long to find out about as who has another one */
		hash_text(env, (const unsigned char[SALT]){0}, (const unsigned char[HASH]){0}, text);
	else
		memcpy(text, hash.p, hash.n);
	*yes = false;
	if (!turn_take(err))
		return false;
	password_work++;
	bool same = crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) == 0;
	turn_give();
	*yes = same && !none;
	return true;
}

bool
password_is_old(const Env *env, Str hash)
{
	char want[32];
	size_t at;
	snprintf(want, sizeof want, "$m=%zu,t=%d,p=1$", memory(env) / 1024, PASSES);
	return !str_find(hash, str_of(want), &at);
}

uint64_t
password_hashes(void)
{
	return password_work;
}

/* ---- which one is no password ---- */

/* What everybody tries first, as letters and digits; shorter ones are refused anyway. */
static const char common[] =
	" 1234567890 0123456789 0987654321 1234567891 12345678910 123456789a a123456789 1q2w3e4r5t qwertyuiop qwerty1234 qwerty12345"
	" qwerty123456 password12 password123 password1234 passwordku passwordku123 katasandi1 katasandi123 rahasia123 rahasia1234"
	" rahasia12345 rahasiaku123 rahasianegara indonesia1 indonesia123 indonesia1945 indonesia2024 indonesiaku indonesiaraya"
	" merdeka1945 merdeka123 merdeka17081945 17081945merdeka pancasila1 pancasila123 pancasila1945 bismillah1 bismillah123"
	" bismillahirrahmanirrahim alhamdulillah alhamdulillah1 assalamualaikum allahuakbar subhanallah insyaallah sayangkamu"
	" sayangku123 akusayangkamu akucintakamu cintaku123 iloveyou123 iloveyou12 bandung123 jakarta123 surabaya123 jambi12345"
	" persija1928 persib1933 garudaindonesia doraemon123 naruto1234 administrator administrasi admin12345 admin123456 adminadmin"
	" operator123 operator12 kpu1234567 bawaslu123 bawaslu2024 pilkada2024 pilkada1234 pemilu2024 pemilu2029 pemilu12345"
	" kesbangpol1 kesbangpol123 siaplatihan latihan123 selamatdatang selamatpagi terimakasih gantipassword gantisandi ubahpassword"
	" letmein123 welcome123 ";

static Str
letters_of(Str text, Arena *a)
{
	Str folded = utf8_fold(a, text);
	char *p = NEW(a, char, folded.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < folded.n; i++) {
		char c = folded.p[i];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)
			p[n++] = c;
	}
	return (Str){p, n};
}

/* All alike, or each the next one of the alphabet or of the numbers. */
static bool
is_row(Str letters)
{
	bool same = true, up = true, down = true;
	for (size_t i = 1; i < letters.n; i++) {
		int step = letters.p[i] - letters.p[i - 1];
		same &= step == 0;
		up &= step == 1 || (letters.p[i] == '0' && letters.p[i - 1] == '9');
		down &= step == -1 || (letters.p[i] == '9' && letters.p[i - 1] == '0');
	}
	return same || up || down;
}

/* The login, alone or with a number behind it. */
static bool
is_login(Str letters, Str login)
{
	if (!login.n || !str_starts(letters, login))
		return false;
	Str rest = str_slice(letters, login.n, letters.n);
	return !rest.n || str_is_digits(rest) || str_eq(rest, login);
}

static bool
is_common(Str letters, Arena *a)
{
	return !letters.n || strstr(common, arena_fmt(a, " %.*s ", STR(letters)).p) != NULL;
}

bool
password_check(Str password, Str login, Err *err)
{
	AUTO(Arena) a = {0};
	size_t at;
	if (!utf8_check(password, &at))
		return err_set(
			err, E_INPUT, "the password holds characters that cannot be typed everywhere");
	if (utf8_length(password) < LEAST)
		return err_set(err, E_INPUT,
			"a password has at least %d characters: a few words are easy to remember", LEAST);
	if (password.n > MOST)
		return err_set(err, E_INPUT, "a password has at most %d characters", MOST);
	if (!arena_open(&a, SIZE_MB, err))
		return false;
	Str letters = letters_of(password, &a);
	if (is_login(letters, letters_of(login, &a)))
		return err_set(
			err, E_INPUT, "the login is no password: take something that nobody knows of you");
	if (is_common(letters, &a) || is_row(letters))
		return err_set(err, E_INPUT,
			"this password is among those that everybody tries first: take another one");
	return true;
}

/* ---- tokens ---- */

void
token_make(const Env *env, char token[SESSION_TOKEN], char hash[65])
{
	unsigned char raw[TOKEN_BYTES];
	env->random(env->ctx, raw, sizeof raw);
	sodium_bin2base64(
		token, SESSION_TOKEN, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(raw, sizeof raw);
	NEED(token_hash(str_of(token), hash));
}

bool
token_hash(Str token, char hash[65])
{
	if (token.n != SESSION_TOKEN - 1)
		return false;
	Sha256 of = sha256(token);
	hex_encode(of.b, sizeof of.b, hash);
	return true;
}
