/* Logging in: the same work for everybody, waiting after failures, sessions that end, the second factor, passwords and links. */
#include "accounts.h"
#include "svc/account_private.h"

#include <pthread.h>
#include <sys/wait.h>

/* ---- helpers ---- */

static bool
logs_in(Desk *d, Gate *g, const char *login, const char *password, LoginRequest *r)
{
	r->login = str_of(login);
	r->password = str_of(password);
	r->token = r->code = (Str){0};
	d->err = (Err){0};
	return gate_login(g, r, &d->err);
}

static bool
finds(Desk *d, const char *token, Session *s)
{
	Session ignored;
	d->err = (Err){0};
	return session_find(&d->w, str_of(token), &d->a, s ? s : &ignored, &d->err);
}

static const char *
token(Desk *d, Gate *g, const char *login)
{
	LoginRequest r = {0};
	OK(d, logs_in(d, g, login, PASSWORD, &r));
	return arena_cstr(&d->a, str_of(r.fresh));
}

/* ---- log-in ---- */

static void
test_in_and_out(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	Session s, t;
	Account who = made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	LoginRequest r = {.address = S("10.0.0.1"), .device = S("Chrome, Android")};
	OK(d, logs_in(d, g, " KPU.Tebo ", PASSWORD, &r));
	assert_int_equal(strlen(r.fresh), SESSION_TOKEN - 1);
	assert_false(r.needs_code);
	OK(d, finds(d, r.fresh, &s));
	assert_int_equal(s.account.id, who.id);
	assert_true(str_eq(s.account.area[0], S("1509")));
	/* Of the token only its hash is kept; what is in forms is of this session alone. */
	assert_int_equal(
		desk_number(
			d, arena_fmt(&d->a, "SELECT count(*) FROM session WHERE token = '%s'", r.fresh).p),
		0);
	const char *second = token(d, g, "kpu.tebo");
	OK(d, finds(d, second, &t));
	assert_true(strcmp(r.fresh, second) != 0 && s.id != t.id);
	assert_true(memcmp(s.secret, t.secret, sizeof s.secret) != 0);
	OK(d, finds(d, r.fresh, &t));
	assert_memory_equal(s.secret, t.secret, sizeof s.secret);
	SessionRow *row;
	size_t n;
	OK(d, sessions_list(&d->w, who.id, &d->a, &row, &n, &d->err));
	assert_int_equal(n, 2);
	assert_true(str_eq(row[1].device, S("Chrome, Android")));
	OK(d, gate_logout(g, str_of(r.fresh), &d->err));
	REFUSED(d, finds(d, r.fresh, NULL), E_DENIED);
	OK(d, finds(d, second, NULL));
	OK(d, gate_logout(g, str_of(r.fresh), &d->err)); /* once more: nothing to do */
	/* What is no token is nobody's, whatever it is. */
	static const char *const none[] = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"' OR 1 = 1 --                              "};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		REFUSED(d, finds(d, none[i], NULL), E_DENIED);
	gate_close(g);
	desk_close(d);
}

/* Who does not exist, who is closed or invited, and a wrong password: the same sentence and the same work. */
static void
test_same_work(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	(void)made(d, g, "kpu.here", "kpu", ROLE_OPERATOR, "1509");
	Account gone = made(d, g, "kpu.gone", "kpu", ROLE_OPERATOR, "1509");
	AccountRequest r = {.origin = &keeper, .account = {.id = gone.id}};
	OK(d, gate_account_close(g, &r, &d->err));
	r = request(d, "kpu.guest", "kpu", ROLE_READER, "1509");
	r.invite = true;
	OK(d, gate_account_add(g, &r, &d->err));
	static const struct {
		const char *login, *password;
	} all[] = {{"kpu.here", "wrong"}, {"kpu.nobody", PASSWORD}, {"kpu.gone", PASSWORD},
		{"kpu.guest", PASSWORD}, {"kpu.guest", ""}, {"", ""}, {"' OR 1 = 1 --", PASSWORD}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		LoginRequest in = {0};
		uint64_t before = password_work;
		REFUSED(d, logs_in(d, g, all[i].login, all[i].password, &in), E_DENIED);
		assert_string_equal(d->err.text, "login or password is not right");
		assert_string_equal(d->err.hint, "");
		assert_int_equal(password_work - before, 1);
		assert_int_equal(in.fresh[0], 0);
	}
	uint64_t before = password_work;
	(void)token(d, g, "kpu.here");
	assert_int_equal(password_work - before, 1);
	gate_close(g);
	desk_close(d);
}

/* ---- waiting ---- */

static void
test_back_off(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	(void)made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	static const int minutes[] = {1, 2, 4, 8, 16, 30, 30};
	LoginRequest r = {0};
	for (int i = 0; i < LOGIN_FREE; i++)
		REFUSED(d, logs_in(d, g, "kpu.tebo", "wrong", &r), E_DENIED);
	for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
		/* Now not even the right one, and no work is done for it. */
		uint64_t before = password_work;
		REFUSED(d, logs_in(d, g, "kpu.tebo", PASSWORD, &r), E_BUSY);
		assert_string_equal(d->err.text,
			arena_fmt(&d->a, "too many attempts failed: try again in %d %s", minutes[i],
				minutes[i] == 1 ? "minute" : "minutes")
				.p);
		assert_int_equal(password_work, before);
		hand += minutes[i] * MINUTE - 1;
		REFUSED(d, logs_in(d, g, "kpu.tebo", PASSWORD, &r), E_BUSY);
		hand += 1;
		REFUSED(d, logs_in(d, g, "kpu.tebo", "wrong", &r), E_DENIED);
	}
	/* Others are not kept waiting; who does not exist is, the same. */
	(void)made(d, g, "kpu.other", "kpu", ROLE_OPERATOR, "1509");
	(void)token(d, g, "kpu.other");
	for (int i = 0; i < LOGIN_FREE; i++)
		REFUSED(d, logs_in(d, g, "kpu.nobody", "wrong", &r), E_DENIED);
	REFUSED(d, logs_in(d, g, "kpu.nobody", "wrong", &r), E_BUSY);
	/* Who gets in begins anew. */
	hand += 30 * MINUTE;
	(void)token(d, g, "kpu.tebo");
	for (int i = 0; i < LOGIN_FREE; i++)
		REFUSED(d, logs_in(d, g, "kpu.tebo", "wrong", &r), E_DENIED);
	REFUSED(d, logs_in(d, g, "kpu.tebo", PASSWORD, &r), E_BUSY);
	/* And who waited for more than an hour. */
	hand += HOUR + MINUTE;
	for (int i = 0; i < LOGIN_FREE; i++)
		REFUSED(d, logs_in(d, g, "kpu.tebo", "wrong", &r), E_DENIED);
	/* A reset ends the waiting. */
	REFUSED(d, logs_in(d, g, "kpu.tebo", PASSWORD, &r), E_BUSY);
	AccountRequest reset = {.origin = &keeper, .account = {.id = 1}};
	OK(d, gate_reset(g, &reset, &d->err));
	OK(d, logs_in(d, g, "kpu.tebo", reset.once, &r));
	/* Neither logins nor addresses are kept as they are. */
	assert_int_equal(
		desk_number(d, "SELECT count(*) FROM login_attempt WHERE subject = 'kpu.nobody'"), 0);
	gate_close(g);
	desk_close(d);
}

static void
test_back_off_of_addresses(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	(void)made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	for (int i = 0; i < ADDRESS_FREE; i++) {
		LoginRequest r = {.address = arena_fmt(&d->a, "2001:db8:1:2:%d::1", i)};
		REFUSED(d, logs_in(d, g, arena_fmt(&d->a, "guess%d", i).p, "wrong", &r), E_DENIED);
	}
	/* Of that house nobody for a minute, of others everybody. */
	LoginRequest r = {.address = S("2001:db8:1:2:ffff::9")};
	REFUSED(d, logs_in(d, g, "kpu.tebo", PASSWORD, &r), E_BUSY);
	assert_non_null(strstr(d->err.text, "in 1 minute"));
	r.address = S("2001:db8:1:3::9");
	OK(d, logs_in(d, g, "kpu.tebo", PASSWORD, &r));
	/* Who gets in from there does not end it for those who guess. */
	hand += MINUTE;
	r.address = S("2001:db8:1:2::9");
	OK(d, logs_in(d, g, "kpu.tebo", PASSWORD, &r));
	REFUSED(d, logs_in(d, g, "guess", "wrong", &r), E_DENIED);
	REFUSED(d, logs_in(d, g, "guess", "wrong", &r), E_BUSY);
	gate_close(g);
	desk_close(d);
}

typedef struct Trying {
	Gate *g;
	_Atomic int denied, busy;
} Trying;

static void *
try_main(void *arg)
{
	Trying *t = arg;
	LoginRequest r = {.login = S("kpu.tebo"), .password = S("wrong")};
	Err err = {0};
	if (!gate_login(t->g, &r, &err))
		*(err.code == E_BUSY ? &t->busy : &t->denied) += 1;
	return NULL;
}

/* Trying at the same time gives no more tries. */
static void
test_at_once(void **state)
{
	(void)state;
	enum { THREADS = 24 };
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	(void)made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	Trying t = {.g = g};
	pthread_t thread[THREADS];
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, try_main, &t), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(t.denied, LOGIN_FREE);
	assert_int_equal(t.busy, THREADS - LOGIN_FREE);
	gate_close(g);
	desk_close(d);
}

/* ---- sessions ---- */

static void
test_expiry(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	(void)made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	const char *idle = token(d, g, "kpu.tebo"), *busy = token(d, g, "kpu.tebo");
	hand += SESSION_IDLE_HOURS * HOUR;
	OK(d, finds(d, busy, NULL));
	hand += 1;
	REFUSED(d, finds(d, idle, NULL), E_DENIED);
	/* Used all the time it lasts seven days, also when it is written down in between and read by another process. */
	for (int i = 1; i < SESSION_DAYS * 24 / 7 - 1; i++) {
		hand += 7 * HOUR;
		OK(d, finds(d, busy, NULL));
		OK(d, gate_sessions(g, &d->err));
		if (i % 5 == 0)
			desk_reopen(d);
	}
	hand = INT64_C(1732060800000) + SESSION_DAYS * 24 * HOUR;
	OK(d, finds(d, busy, NULL));
	hand += 1;
	REFUSED(d, finds(d, busy, NULL), E_DENIED);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM session"), 1);
	OK(d, gate_sessions(g, &d->err));
	assert_int_equal(desk_number(d, "SELECT count(*) FROM session"), 0);
	gate_close(g);
	desk_close(d);
}

/* However many there are: two that share a place in memory do not end each other. */
static void
test_many_sessions(void **state)
{
	(void)state;
	enum { MANY = 150 };
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	(void)made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	const char *of[MANY];
	for (int i = 0; i < MANY; i++)
		of[i] = token(d, g, "kpu.tebo");
	for (int day = 0; day < 3; day++) {
		hand += 7 * HOUR;
		for (int i = 0; i < MANY; i++)
			OK(d, finds(d, of[i], NULL));
	}
	OK(d, gate_sessions(g, &d->err));
	assert_int_equal(desk_number(d, "SELECT count(*) FROM session"), MANY);
	desk_reopen(d);
	hand += 7 * HOUR;
	for (int i = 0; i < MANY; i++)
		OK(d, finds(d, of[i], NULL));
	gate_close(g);
	desk_close(d);
}

static void
test_ended(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	Session s[3];
	Account who = made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	Account other = made(d, g, "kpu.other", "kpu", ROLE_OPERATOR, "1509");
	Account boss = made(d, g, "kpu.admin", "kpu", ROLE_MANAGER, "15");
	const char *t[] = {token(d, g, "kpu.tebo"), token(d, g, "kpu.tebo"), token(d, g, "kpu.tebo")};
	const char *theirs = token(d, g, "kpu.other");
	for (int i = 0; i < 3; i++)
		OK(d, finds(d, t[i], &s[i]));
	AccountRequest r = {
		.who = &who, .origin = &keeper, .account = {.id = who.id}, .session = s[0].id};
	OK(d, gate_session_end(g, &r, &d->err));
	REFUSED(d, finds(d, t[0], NULL), E_DENIED);
	OK(d, finds(d, t[1], NULL));
	REFUSED(d, gate_session_end(g, &r, &d->err), E_NOTFOUND);
	/* Nobody's but one's own, or of those one manages. */
	r.account.id = other.id;
	r.session = 0;
	REFUSED(d, gate_session_end(g, &r, &d->err), E_DENIED);
	Session x;
	OK(d, finds(d, theirs, &x));
	r.account.id = who.id;
	r.session = x.id;
	REFUSED(d, gate_session_end(g, &r, &d->err), E_NOTFOUND);
	r.who = &boss;
	r.session = 0;
	OK(d, gate_session_end(g, &r, &d->err));
	REFUSED(d, finds(d, t[1], NULL), E_DENIED);
	OK(d, finds(d, theirs, NULL));
	/* Rights that change show in a session at once. */
	r = (AccountRequest){.origin = &keeper, .account = again(d, other.id)};
	r.account.role = ROLE_READER;
	OK(d, gate_account_change(g, &r, &d->err));
	OK(d, finds(d, theirs, &x));
	assert_int_equal(x.account.role, ROLE_READER);
	OK(d, gate_language(g, other.id, S("en"), &d->err));
	OK(d, finds(d, theirs, &x));
	assert_true(str_eq(x.account.language, S("en")));
	REFUSED(d, gate_language(g, other.id, S("fr"), &d->err), E_INPUT);
	gate_close(g);
	desk_close(d);
}

/* ---- passwords ---- */

static void
test_password(void **state)
{
	(void)state;
	static const struct {
		const char *password;
		bool good;
	} all[] = {{"", false}, {"short", false}, {"ninechars", false}, {"kopi susu 7", true},
		{"correct horse battery", true}, {"1234567890", false}, {"0987654321", false},
		{"aaaaaaaaaaaa", false}, {"abcdefghij", false}, {"Password123", false},
		{"PASSWORD-123", false}, {"Bismillah123", false}, {"indonesia1945", false},
		{"Indonesia_1945", false}, {"siap-latihan", false}, {"qwertyuiop", false},
		{"kpu.tebo.15", false}, {"KPU.Tebo.15.", false}, {"kpu.tebo.15 2024", false},
		{"kputebo15kputebo15", false}, {"kpu.tebo.15 naik motor", true},
		{"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", false},
		{"pasar \xc3\xa9kor naga", true}, {"two\x01lines here", false}, {"----------", false}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		Err err = {0};
		bool good = password_check(str_of(all[i].password), S("kpu.tebo.15"), &err);
		if (good != all[i].good)
			fail_msg("'%s': %s", all[i].password, good ? "accepted" : err.text);
		assert_true(good || err.code == E_INPUT);
	}
	char long_one[300];
	memset(long_one, 'x', sizeof long_one);
	for (size_t i = 0; i < sizeof long_one; i += 7)
		long_one[i] = 'y';
	Err err = {0};
	assert_true(password_check((Str){long_one, 200}, S("x"), &err));
	assert_false(password_check((Str){long_one, 201}, S("x"), &err));
}

static void
test_hash(void **state)
{
	(void)state;
	Env env = env_real(), light = env;
	char one[PASSWORD_HASH], two[PASSWORD_HASH];
	Err err = {0};
	bool yes;
	light.password_bytes = 65536;
	/* As it is outside tests: 64 MiB and three passes. */
	assert_true(password_hash(&env, S("kopi"), one, &err));
	assert_int_equal(strncmp(one, "$argon2id$v=19$m=65536,t=3,p=1$", 31), 0);
	assert_true(password_is(&env, str_of(one), S("kopi"), &yes, &err) && yes);
	assert_true(password_is(&env, str_of(one), S("kopi "), &yes, &err) && !yes);
	assert_true(
		password_hash(&light, S("kopi"), one, &err) && password_hash(&light, S("kopi"), two, &err));
	assert_true(strcmp(one, two) != 0); /* a salt each */
	assert_true(
		password_is(&env, str_of(one), S("kopi"), &yes, &err) && yes); /* it says its cost itself */
	assert_true(password_is_old(&env, str_of(one)) && !password_is_old(&light, str_of(one)));
	assert_true(password_is(&light, (Str){0}, S(""), &yes, &err) && !yes);
	assert_true(password_is(&light, S("$argon2id$broken"), S(""), &yes, &err) && !yes);
}

static void
test_change(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	Session s;
	AccountRequest r = request(d, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	OK(d, gate_account_add(g, &r, &d->err));
	LoginRequest in = {0}, other = {0};
	OK(d, logs_in(d, g, "kpu.tebo", r.once, &in));
	OK(d, logs_in(d, g, "kpu.tebo", r.once, &other));
	OK(d, finds(d, in.fresh, &s));
	assert_true(s.account.must_change);
	PasswordRequest p = {.account = s.account.id,
		.session = s.id,
		.before = S("wrong"),
		.password = S("kopi susu 7")};
	REFUSED(d, gate_password(g, &p, &d->err), E_DENIED);
	p.before = str_of(r.once);
	p.password = S("kpu.tebo.1");
	REFUSED(d, gate_password(g, &p, &d->err), E_INPUT);
	p.password = p.before;
	REFUSED(d, gate_password(g, &p, &d->err), E_INPUT);
	p.password = S("kopi susu 7");
	OK(d, gate_password(g, &p, &d->err));
	/* This session stays, the others end; the password that was is none any more. */
	OK(d, finds(d, in.fresh, &s));
	assert_false(s.account.must_change);
	REFUSED(d, finds(d, other.fresh, NULL), E_DENIED);
	REFUSED(d, logs_in(d, g, "kpu.tebo", r.once, &other), E_DENIED);
	OK(d, logs_in(d, g, "kpu.tebo", "kopi susu 7", &other));
	/* Guessing the old one makes wait as guessing at the door does. */
	p.before = S("wrong");
	p.password = S("something else 9");
	for (int i = 0; i < LOGIN_FREE; i++)
		REFUSED(d, gate_password(g, &p, &d->err), E_DENIED);
	REFUSED(d, gate_password(g, &p, &d->err), E_BUSY);
	/* A reset ends every session, this one too. */
	OK(d, gate_reset(g, &r, &d->err));
	REFUSED(d, finds(d, in.fresh, NULL), E_DENIED);
	REFUSED(d, finds(d, other.fresh, NULL), E_DENIED);
	gate_close(g);
	desk_close(d);
}

/* A password hashed at a lower cost is hashed anew when it is used. */
static void
test_cost_grows(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	(void)made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	gate_close(g);
	g = NULL;
	d->env.password_bytes = 131072;
	desk_reopen(d);
	OK(d, gate_open(&d->w, &g, &d->err));
	(void)token(d, g, "kpu.tebo");
	assert_int_equal(
		desk_number(d,
			"SELECT count(*) FROM account WHERE substr(password, 1, 21) = '$argon2id$v=19$m=128,'"),
		1);
	(void)token(d, g, "kpu.tebo");
	gate_close(g);
	desk_close(d);
}

/* ---- links ---- */

static void
test_links(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	Account of;
	LoginRequest in = {0};
	AccountRequest r = request(d, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	r.invite = true;
	OK(d, gate_account_add(g, &r, &d->err));
	assert_int_equal(strlen(r.link), LINK_TOKEN - 1);
	assert_int_equal(r.once[0], 0);
	assert_true(again(d, r.account.id).invited);
	OK(d, invitation_find(&d->w, str_of(r.link), &d->a, &of, &d->err));
	assert_true(str_eq(of.login, S("kpu.tebo")));
	REFUSED(d, gate_invitation_take(g, str_of(r.link), S("short"), &d->err), E_INPUT);
	REFUSED(d,
		gate_invitation_take(
			g, S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), S("kopi susu 7"), &d->err),
		E_NOTFOUND);
	hand += LINK_HOURS * HOUR - 1;
	OK(d, gate_invitation_take(g, str_of(r.link), S("kopi susu 7"), &d->err));
	OK(d, logs_in(d, g, "kpu.tebo", "kopi susu 7", &in));
	/* Once, and 72 hours, and not for who is closed. */
	REFUSED(d, gate_invitation_take(g, str_of(r.link), S("teh tarik 88"), &d->err), E_NOTFOUND);
	OK(d, gate_invite(g, &r, &d->err));
	REFUSED(d, finds(d, in.fresh, NULL), E_DENIED);
	REFUSED(d, logs_in(d, g, "kpu.tebo", "kopi susu 7", &in), E_DENIED);
	hand += LINK_HOURS * HOUR;
	REFUSED(d, invitation_find(&d->w, str_of(r.link), &d->a, &of, &d->err), E_NOTFOUND);
	REFUSED(d, gate_invitation_take(g, str_of(r.link), S("teh tarik 88"), &d->err), E_NOTFOUND);
	OK(d, gate_invite(g, &r, &d->err));
	char link[LINK_TOKEN];
	memcpy(link, r.link, sizeof link);
	OK(d, gate_account_close(g, &r, &d->err));
	REFUSED(d, gate_invitation_take(g, str_of(link), S("teh tarik 88"), &d->err), E_NOTFOUND);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM invitation"), 0);
	gate_close(g);
	desk_close(d);
}

/* ---- the second factor ---- */

static void
secret_of(const char *text, unsigned char out[TOTP_SECRET])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned have = 0, bits = 0;
	size_t n = 0;
	assert_int_equal(strlen(text), 32);
	for (; *text; text++) {
		have = have << 5 | (unsigned)(strchr(letters, *text) - letters);
		bits += 5;
		if (bits >= 8)
			out[n++] = (unsigned char)(have >> (bits -= 8));
	}
	assert_int_equal(n, TOTP_SECRET);
}

static Str
code_at(Desk *d, const unsigned char secret[TOTP_SECRET], int64_t at)
{
	return arena_fmt(&d->a, "%06u", totp_code(secret, TOTP_SECRET, at / TOTP_STEP_MS, 6));
}

static bool
confirms(Desk *d, Gate *g, LoginRequest *in, Str code, const char *pending)
{
	*in = (LoginRequest){.token = str_of(pending), .code = code};
	d->err = (Err){0};
	return gate_login(g, in, &d->err);
}

static void
test_second_factor(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	Session s;
	char text[TOTP_TEXT];
	unsigned char secret[TOTP_SECRET];
	Account who = made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	const char *here = token(d, g, "kpu.tebo"), *other = token(d, g, "kpu.tebo");
	OK(d, finds(d, here, &s));
	OK(d, gate_totp_begin(g, who.id, text, &d->err));
	secret_of(text, secret);
	/* It does not count before it is confirmed. */
	(void)token(d, g, "kpu.tebo");
	TotpRequest t = {.account = who.id, .session = s.id, .code = S("000000")};
	if (str_eq(code_at(d, secret, hand), t.code))
		hand += 5 * MINUTE;
	REFUSED(d, gate_totp_confirm(g, &t, &d->err), E_DENIED);
	t.code = code_at(d, secret, hand);
	OK(d, gate_totp_confirm(g, &t, &d->err));
	REFUSED(d, gate_totp_begin(g, who.id, text, &d->err), E_CONFLICT);
	assert_true(again(d, who.id).has_totp);
	OK(d, finds(d, here, NULL));
	REFUSED(d, finds(d, other, NULL), E_DENIED);
	/* The secret is sealed, codes are hashes. */
	assert_int_equal(
		desk_number(d, arena_fmt(&d->a, "SELECT count(*) FROM account WHERE totp = '%s'", text).p),
		0);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM account_recovery"), RECOVERY_CODES);
	assert_int_equal(desk_number(d,
						 arena_fmt(&d->a, "SELECT count(*) FROM account_recovery WHERE code = '%s'",
							 t.recovery[0])
							 .p),
		0);
	/* The password alone gives a token that is good for nothing but a code. */
	LoginRequest in = {.device = S("Chrome")};
	OK(d, logs_in(d, g, "kpu.tebo", PASSWORD, &in));
	assert_true(in.needs_code);
	char pending[SESSION_TOKEN];
	memcpy(pending, in.fresh, sizeof pending);
	REFUSED(d, finds(d, pending, NULL), E_DENIED);
	/* The code that confirmed it was used. */
	REFUSED(d, confirms(d, g, &in, code_at(d, secret, hand), pending), E_DENIED);
	hand += TOTP_STEP_MS;
	OK(d, confirms(d, g, &in, code_at(d, secret, hand), pending));
	assert_true(strcmp(in.fresh, pending) != 0);
	OK(d, finds(d, in.fresh, NULL));
	REFUSED(d, finds(d, pending, NULL), E_DENIED);
	/* A code counts once, a pending token too. */
	REFUSED(d, confirms(d, g, &in, code_at(d, secret, hand + TOTP_STEP_MS), pending), E_DENIED);
	OK(d, logs_in(d, g, "kpu.tebo", PASSWORD, &in));
	memcpy(pending, in.fresh, sizeof pending);
	REFUSED(d, confirms(d, g, &in, code_at(d, secret, hand), pending), E_DENIED);
	/* One that runs a little ahead is taken, one far off not. */
	REFUSED(d, confirms(d, g, &in, code_at(d, secret, hand + 2 * TOTP_STEP_MS), pending), E_DENIED);
	OK(d, confirms(d, g, &in, code_at(d, secret, hand + TOTP_STEP_MS), pending));
	/* A recovery code: each once, however it is written. */
	hand += 10 * MINUTE;
	OK(d, logs_in(d, g, "kpu.tebo", PASSWORD, &in));
	memcpy(pending, in.fresh, sizeof pending);
	Str loose = arena_fmt(&d->a, " %.5s %.5s ", t.recovery[3], t.recovery[3] + 6);
	OK(d, confirms(d, g, &in, loose, pending));
	OK(d, logs_in(d, g, "kpu.tebo", PASSWORD, &in));
	memcpy(pending, in.fresh, sizeof pending);
	REFUSED(d, confirms(d, g, &in, str_of(t.recovery[3]), pending), E_DENIED);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM account_recovery"), RECOVERY_CODES - 1);
	/* Whoever waits too long begins again. */
	hand += CODE_MINUTES * MINUTE + 1;
	REFUSED(d, confirms(d, g, &in, code_at(d, secret, hand), pending), E_DENIED);
	assert_non_null(strstr(d->err.text, "too late"));
	/* Guessing codes makes wait, and the right password in between does not end that. */
	hand += HOUR + MINUTE;
	for (int i = 0; i < LOGIN_FREE; i++) {
		OK(d, logs_in(d, g, "kpu.tebo", PASSWORD, &in));
		memcpy(pending, in.fresh, sizeof pending);
		REFUSED(d, confirms(d, g, &in, S("zzzzz-zzzzz"), pending), E_DENIED);
	}
	REFUSED(d, logs_in(d, g, "kpu.tebo", PASSWORD, &in), E_BUSY);
	/* Taken away with the password. */
	hand += HOUR + MINUTE;
	OK(d, logs_in(d, g, "kpu.tebo", PASSWORD, &in));
	PasswordRequest p = {.account = who.id, .before = S("wrong")};
	REFUSED(d, gate_totp_end(g, &p, &d->err), E_DENIED);
	p.before = str_of(PASSWORD);
	OK(d, gate_totp_end(g, &p, &d->err));
	assert_false(again(d, who.id).has_totp);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM account_recovery"), 0);
	OK(d, logs_in(d, g, "kpu.tebo", PASSWORD, &in));
	assert_false(in.needs_code);
	gate_close(g);
	desk_close(d);
}

/* A secret is sealed for its account: moved to another it does not open. */
static void
test_secret_stays(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	char text[TOTP_TEXT];
	unsigned char secret[TOTP_SECRET];
	Account one = made(d, g, "kpu.one", "kpu", ROLE_OPERATOR, "1509");
	Account two = made(d, g, "kpu.two", "kpu", ROLE_OPERATOR, "1509");
	OK(d, gate_totp_begin(g, one.id, text, &d->err));
	secret_of(text, secret);
	gate_close(g);
	DbP db = NULL;
	OK(d, db_open(d->w.store, DB_WRITE, &db, &d->err));
	OK(d,
		db_exec(db,
			S("UPDATE account SET totp_next = (SELECT x.totp_next FROM account AS x WHERE x.id = 1) WHERE id = 2"),
			&d->err));
	db_close(db);
	g = NULL;
	OK(d, gate_open(&d->w, &g, &d->err));
	TotpRequest t = {.account = two.id, .code = code_at(d, secret, hand)};
	REFUSED(d, gate_totp_confirm(g, &t, &d->err), E_DB);
	t.account = one.id;
	OK(d, gate_totp_confirm(g, &t, &d->err));
	gate_close(g);
	desk_close(d);
}

/* RFC 6238, appendix B (HMAC-SHA-1). */
static void
test_vectors(void **state)
{
	(void)state;
	static const struct {
		int64_t time;
		uint32_t code;
	} all[] = {{59, 94287082}, {1111111109, 7081804}, {1111111111, 14050471},
		{1234567890, 89005924}, {2000000000, 69279037}, {INT64_C(20000000000), 65353130}};
	const unsigned char *secret = (const unsigned char *)"12345678901234567890";
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		assert_int_equal(totp_code(secret, 20, all[i].time / 30, 8), all[i].code);
		assert_int_equal(totp_code(secret, 20, all[i].time / 30, 6), all[i].code % 1000000);
	}
	/* Of what people type: six digits, blanks between. */
	int64_t now = INT64_C(1234567890) * 1000, step = now / TOTP_STEP_MS;
	assert_int_equal(totp_match(secret, S(" 005 924 "), now, 0), step);
	assert_int_equal(totp_match(secret, S("005924"), now + TOTP_STEP_MS, 0), step);
	assert_int_equal(totp_match(secret, S("005924"), now - TOTP_STEP_MS, 0), step);
	assert_int_equal(totp_match(secret, S("005924"), now + 2 * TOTP_STEP_MS, 0), 0);
	assert_int_equal(totp_match(secret, S("005924"), now, step), 0);
	static const char *const none[] = {"", "5924", "0005924", "00592a", "-05924", "005925"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_equal(totp_match(secret, str_of(none[i]), now, 0), 0);
}

static int
oathtool(const char *hex, int64_t second, char out[16])
{
	int end[2];
	char at[40];
	snprintf(at, sizeof at, "@%lld", (long long)second);
	assert_int_equal(pipe(end), 0);
	pid_t child = fork();
	if (child == 0) {
		(void)dup2(end[1], 1);
		execlp("oathtool", "oathtool", "--totp", "--now", at, hex, (char *)NULL);
		_exit(127);
	}
	(void)close(end[1]);
	ssize_t n = read(end[0], out, 15);
	(void)close(end[0]);
	out[n > 6 ? 6 : n < 0 ? 0 : n] = '\0';
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_oathtool(void **state)
{
	(void)state;
	Env env = env_real();
	for (int i = 0; i < 20; i++) {
		unsigned char secret[TOTP_SECRET];
		uint32_t more;
		char hex[2 * TOTP_SECRET + 1], got[16], want[16];
		env.random(env.ctx, secret, sizeof secret);
		env.random(env.ctx, &more, sizeof more);
		hex_encode(secret, sizeof secret, hex);
		int status = oathtool(hex, more, got);
		if (status == 127)
			skip();
		assert_int_equal(status, 0);
		snprintf(want, sizeof want, "%06u", totp_code(secret, sizeof secret, more / 30, 6));
		if (strcmp(got, want) != 0)
			fail_msg("secret %s, second %u: oathtool says %s, we %s", hex, more, got, want);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_in_and_out),
		cmocka_unit_test(test_same_work), cmocka_unit_test(test_back_off),
		cmocka_unit_test(test_back_off_of_addresses), cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_expiry), cmocka_unit_test(test_many_sessions),
		cmocka_unit_test(test_ended), cmocka_unit_test(test_password), cmocka_unit_test(test_hash),
		cmocka_unit_test(test_change), cmocka_unit_test(test_cost_grows),
		cmocka_unit_test(test_links), cmocka_unit_test(test_second_factor),
		cmocka_unit_test(test_secret_stays), cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_oathtool)};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
