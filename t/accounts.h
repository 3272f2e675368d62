/* What tests of accounts share: a clock that is moved by hand, passwords that cost little, accounts by a line. */
#ifndef SIAP_TEST_ACCOUNTS_H
#define SIAP_TEST_ACCOUNTS_H

#include "support.h"

static int64_t hand = INT64_C(1732060800000); /* 2024-11-20 07:00 WIB */

static inline int64_t
hand_now(void *ctx)
{
	(void)ctx;
	return hand;
}

static const Origin keeper = {.actor = {"tester", 6}, .source = {"cli", 3}, .why = {"a test", 6}};

#define MINUTE INT64_C(60000)
#define HOUR   INT64_C(3600000)

/* Jambi, with a writer. Passwords take 64 KiB instead of 64 MiB: what is tested here does not depend on it. */
static inline Desk *
accounts_desk(GateP *g)
{
	Desk *d = desk_new("pilkada2024", "15");
	hand = INT64_C(1732060800000);
	d->env.now = hand_now;
	d->env.password_bytes = 65536;
	desk_reopen(d);
	OK(d, gate_open(&d->w, g, &d->err));
	return d;
}

static inline AccountRequest
request(Desk *d, const char *login, const char *agency, Role role, const char *area)
{
	Str *one = NEW(&d->a, Str, 1);
	*one = str_of(area);
	return (AccountRequest){.origin = &keeper,
		.account = {.login = str_of(login),
			.name = arena_fmt(&d->a, "Name of %s", login),
			.agency = str_of(agency),
			.role = role,
			.area = one,
			.n_areas = 1}};
}

static const char PASSWORD[] = "kopi tubruk jam 7";

/* With this password for good, so that it can be used at once. */
static inline Account
made(Desk *d, Gate *g, const char *login, const char *agency, Role role, const char *area)
{
	AccountRequest r = request(d, login, agency, role, area);
	Account of;
	r.password = str_of(PASSWORD);
	OK(d, gate_account_add(g, &r, &d->err));
	OK(d, account_get(&d->w, r.account.id, &d->a, &of, &d->err));
	return of;
}

static inline Account
again(Desk *d, int64_t id)
{
	Account of;
	OK(d, account_get(&d->w, id, &d->a, &of, &d->err));
	return of;
}

static inline Origin
origin_by(const Account *who)
{
	return (Origin){.actor = who->login, .agency = who->agency, .source = S("web"), .why = S("a test")};
}

static inline void
verifies(Desk *d)
{
	AUTO(Arena) a = {0};
	VerifyReport r;
	OK(d, arena_open(&a, (size_t)1 << 30, &d->err));
	OK(d, log_verify(&d->w, &(VerifyAsk){0}, &a, &r, &d->err));
}

#endif
