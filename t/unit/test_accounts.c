/* Accounts: made, changed, closed, handed over, looked for; their rights in the log and at the moment of writing; private fields seen. */
#include "accounts.h"

#include <pthread.h>

static Str
body(Desk *d, int64_t event)
{
	DbP db = NULL;
	Stmt *s;
	bool row;
	OK(d, workspace_reader(&d->w, &db, &d->err));
	OK(d,
		db_prepare(db,
			S("SELECT e.open, o.dataset, e.area FROM event e JOIN origin o ON o.id = e.origin WHERE e.seq = :seq"),
			&s, &d->err));
	db_set_int(s, "seq", event);
	OK(d, db_step(s, &row, &d->err));
	assert_true(row);
	Str out = arena_fmt(
		&d->a, "%.*s %.*s %.*s", STR(db_text(s, 1)), STR(db_text(s, 2)), STR(db_text(s, 0)));
	db_close(db);
	return out;
}

static void
says(Desk *d, int64_t event, const char *want)
{
	Str got = body(d, event);
	if (!str_eq(got, str_of(want)))
		fail_msg("event %lld: expected %s, came %.*s", (long long)event, want, STR(got));
}

static void
test_life(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	AccountRequest r = request(d, " KPU.Tebo ", "kpu", ROLE_OPERATOR, "1509");
	OK(d, gate_account_add(g, &r, &d->err));
	assert_int_equal(r.account.id, 1);
	assert_int_equal(strlen(r.once), 14);
	says(d, r.event,
		"siap.account 15 {\"agency\":\"kpu\",\"areas\":\"1509\",\"datasets\":\"\",\"role\":\"operator\",\"state\":\"open\"}");
	Account of = again(d, 1);
	assert_true(str_eq(of.login, S("kpu.tebo")) && of.must_change && !of.invited && !of.closed);
	assert_int_equal(of.epoch, r.event);
	/* Neither login nor name is in the log, and no two accounts have the same name there. */
	assert_int_equal(
		desk_number(
			d, "SELECT count(*) FROM event WHERE key = 'kpu.tebo' OR key = 'Name of kpu.tebo'"),
		0);
	/* Changed: the same rights in other words change nothing in the log, a name neither. */
	Str two[] = {S("1571011001"), S("1509"), S("150901"), S("1509")},
		sets[] = {S("tps"), S("delivery"), S("tps")};
	r = (AccountRequest){.origin = &keeper, .account = of};
	r.account.name = S("Another");
	OK(d, gate_account_change(g, &r, &d->err));
	assert_int_equal(r.event, 0);
	r.account.area = two;
	r.account.n_areas = 4;
	r.account.dataset = sets;
	r.account.n_datasets = 3;
	r.account.role = ROLE_SUPERVISOR;
	OK(d, gate_account_change(g, &r, &d->err));
	says(d, r.event,
		"siap.account 15 {\"agency\":\"kpu\",\"areas\":\"1509 1571011001\",\"datasets\":\"delivery tps\",\"role\":\"supervisor\",\"state\":\"open\"}");
	of = again(d, 1);
	assert_true(str_eq(of.name, S("Another")));
	assert_int_equal(of.n_areas, 2);
	/* Who had read it before that is told. */
	r.account.epoch = 2;
	REFUSED(d, gate_account_change(g, &r, &d->err), E_CONFLICT);
	assert_int_equal(
		desk_number(d, "SELECT base FROM event WHERE seq = (SELECT epoch FROM account)"), 2);
	r = (AccountRequest){.origin = &keeper, .account = {.id = 1}};
	OK(d, gate_account_close(g, &r, &d->err));
	says(d, r.event,
		"siap.account 15 {\"agency\":\"kpu\",\"areas\":\"1509 1571011001\",\"datasets\":\"delivery tps\",\"role\":\"supervisor\",\"state\":\"closed\"}");
	REFUSED(d, gate_account_close(g, &r, &d->err), E_CONFLICT);
	REFUSED(d, gate_reset(g, &r, &d->err), E_CONFLICT);
	AccountRequest other = request(d, "kpu.tebo", "kpu", ROLE_READER, "15");
	REFUSED(d, gate_account_add(g, &other, &d->err), E_CONFLICT);
	assert_non_null(strstr(d->err.text, "closed"));
	OK(d, gate_account_reopen(g, &r, &d->err));
	assert_int_equal(strlen(r.once), 14);
	verifies(d);
	gate_close(g);
	desk_close(d);
}

static void
test_refused(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	static const struct {
		const char *login, *agency, *area, *says;
	} wrong[] = {{"ab", "kpu", "15", "'ab' is no login"}, {"1abc", "kpu", "15", "is no login"},
		{"a b c", "kpu", "15", "is no login"}, {"\xc3\xa9migr\xc3\xa9", "kpu", "15", "is no login"},
		{"someone", "fbi", "15", "unknown agency 'fbi'"},
		{"someone", "kpu", "16", "'16' is no area"},
		{"someone", "kpu", "1509012001001", "is no area"}, {"someone", "kpu", "", "needs an area"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "kpu", "15", "is no login"}};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		AccountRequest r = request(d, wrong[i].login, wrong[i].agency, ROLE_READER, wrong[i].area);
		REFUSED(d, gate_account_add(g, &r, &d->err), E_INPUT);
		if (!strstr(d->err.text, wrong[i].says))
			fail_msg("%s: '%s' does not say '%s'", wrong[i].login, d->err.text, wrong[i].says);
		assert_int_equal(r.once[0], 0);
	}
	AccountRequest r = request(d, "someone", "polri", ROLE_READER, "15");
	Str set[] = {S("delivery")};
	r.account.dataset = set;
	r.account.n_datasets = 1;
	REFUSED(d, gate_account_add(g, &r, &d->err), E_INPUT);
	assert_non_null(strstr(d->err.text, "'delivery' is kept by KPU"));
	set[0] = S("deliverie");
	REFUSED(d, gate_account_add(g, &r, &d->err), E_INPUT);
	r.account.n_datasets = 0;
	r.account.name = S("two\nlines");
	REFUSED(d, gate_account_add(g, &r, &d->err), E_INPUT);
	assert_int_equal(workspace_last_event(&d->w), 0);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM account"), 0);
	Account of;
	(void)made(d, g, "kpu.tebo", "kpu", ROLE_READER, "15");
	REFUSED(d, account_find(&d->w, S("kpu.teba"), &d->a, &of, &d->err), E_NOTFOUND);
	assert_non_null(strstr(d->err.text, "did you mean 'kpu.tebo'"));
	OK(d, account_find(&d->w, S("KPU.Tebo"), &d->a, &of, &d->err));
	REFUSED(d, account_get(&d->w, 9, &d->a, &of, &d->err), E_NOTFOUND);
	gate_close(g);
	desk_close(d);
}

/* Managers do what account_may_manage and account_may_grant allow, by the rights of that moment. */
static void
test_managers(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	Account boss = made(d, g, "kpu.admin", "kpu", ROLE_MANAGER, "15");
	Account tebo = made(d, g, "kpu.tebo.admin", "kpu", ROLE_MANAGER, "1509");
	Account police = made(d, g, "polda.ops", "polri", ROLE_OPERATOR, "15");
	Origin by = origin_by(&tebo);
	AccountRequest r = request(d, "tebo.one", "kpu", ROLE_OPERATOR, "150901");
	r.who = &tebo;
	r.origin = &by;
	OK(d, gate_account_add(g, &r, &d->err));
	int64_t one = r.account.id;
	r = request(d, "jambi.one", "kpu", ROLE_OPERATOR, "1571");
	r.who = &tebo;
	REFUSED(d, gate_account_add(g, &r, &d->err), E_DENIED);
	r = request(d, "polres.one", "polri", ROLE_OPERATOR, "1509");
	r.who = &tebo;
	REFUSED(d, gate_account_add(g, &r, &d->err), E_DENIED);
	r = request(d, "tebo.two", "kpu", ROLE_OPERATOR, "1509");
	r.who = &tebo;
	r.password = S("siap-latihan");
	REFUSED(d, gate_account_add(g, &r, &d->err), E_DENIED);
	/* Nobody gives itself more, nor looks after whoever is above or elsewhere. */
	r = (AccountRequest){.who = &tebo, .origin = &by, .account = tebo};
	REFUSED(d, gate_account_change(g, &r, &d->err), E_DENIED);
	r.account = boss;
	REFUSED(d, gate_reset(g, &r, &d->err), E_DENIED);
	r.account = police;
	REFUSED(d, gate_account_close(g, &r, &d->err), E_DENIED);
	r.who = &police;
	r.account.id = one;
	REFUSED(d, gate_reset(g, &r, &d->err), E_DENIED);
	/* The level above resets whoever is below. */
	Origin above = origin_by(&boss);
	r = (AccountRequest){.who = &boss, .origin = &above, .account = tebo};
	OK(d, gate_reset(g, &r, &d->err));
	assert_int_equal(strlen(r.once), 14);
	assert_true(again(d, tebo.id).must_change);
	/* Until the password is its own it manages nothing, whatever the page believes. */
	r = (AccountRequest){.who = &tebo, .origin = &by, .account = {.id = one}};
	REFUSED(d, gate_account_close(g, &r, &d->err), E_DENIED);
	r.who = &boss;
	OK(d, gate_account_close(g, &r, &d->err));
	verifies(d);
	gate_close(g);
	desk_close(d);
}

static void
test_hand_over(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	Account boss = made(d, g, "kpu.admin", "kpu", ROLE_MANAGER, "15");
	Account old = made(d, g, "tebo.old", "kpu", ROLE_SUPERVISOR, "1509");
	Account new = made(d, g, "tebo.new", "kpu", ROLE_READER, "150901");
	Account police = made(d, g, "polda.ops", "polri", ROLE_OPERATOR, "15");
	Origin by = origin_by(&boss);
	AccountRequest r = {.who = &boss, .origin = &by, .account = {.id = old.id}, .to = police.id};
	REFUSED(d, gate_hand_over(g, &r, &d->err), E_INPUT);
	r.to = old.id;
	REFUSED(d, gate_hand_over(g, &r, &d->err), E_INPUT);
	r.to = 99;
	REFUSED(d, gate_hand_over(g, &r, &d->err), E_NOTFOUND);
	r.to = new.id;
	r.who = &new;
	REFUSED(d, gate_hand_over(g, &r, &d->err), E_DENIED);
	r.who = &boss;
	OK(d, gate_hand_over(g, &r, &d->err));
	new = again(d, new.id);
	assert_int_equal(new.role, ROLE_SUPERVISOR);
	assert_true(new.n_areas == 1 && str_eq(new.area[0], S("1509")));
	assert_true(again(d, old.id).closed);
	REFUSED(d, gate_hand_over(g, &r, &d->err), E_CONFLICT);
	/* The whole office of a manager goes to one of its own people. */
	r = (AccountRequest){.who = &boss, .origin = &by, .account = {.id = boss.id}, .to = new.id};
	OK(d, gate_hand_over(g, &r, &d->err));
	assert_int_equal(again(d, new.id).role, ROLE_MANAGER);
	assert_true(str_eq(again(d, new.id).area[0], S("15")));
	assert_true(again(d, boss.id).closed);
	verifies(d);
	gate_close(g);
	desk_close(d);
}

/* ---- looked for ---- */

static void
test_list(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	static const char *const regency[] = {
		"1501", "1502", "1503", "1504", "1505", "1506", "1507", "1508", "1509", "1571", "1572"};
	for (int i = 0; i < 11; i++) {
		(void)made(
			d, g, arena_fmt(&d->a, "kpu.%s", regency[i]).p, "kpu", ROLE_OPERATOR, regency[i]);
		(void)made(
			d, g, arena_fmt(&d->a, "polres.%s", regency[i]).p, "polri", ROLE_OPERATOR, regency[i]);
	}
	Account boss = made(d, g, "kpu.zadmin", "kpu", ROLE_MANAGER, "15");
	(void)made(d, g, "kpu.bajubang", "kpu", ROLE_READER, "150403");
	AccountList l = {.max = 100};
	OK(d, accounts_list(&d->w, &l, &d->a, &d->err));
	assert_int_equal(l.n, 24);
	assert_false(l.more);
	/* Page after page, each once. */
	size_t seen = 0;
	for (AccountList p = {.max = 5};;) {
		OK(d, accounts_list(&d->w, &p, &d->a, &d->err));
		for (size_t i = 0; i < p.n; i++, seen++)
			assert_true(str_eq(p.account[i].login, l.account[seen].login));
		if (!p.more)
			break;
		assert_int_equal(p.n, 5);
		p.after = p.account[p.n - 1].login;
	}
	assert_int_equal(seen, 24);
	const struct {
		AccountList ask;
		size_t want;
	} all[] = {{{.agency = S("polri"), .max = 50}, 11}, {{.text = S("POLRES.15"), .max = 50}, 11},
		{{.text = S("name of kpu.z"), .max = 50}, 1}, {{.area = S("1504"), .max = 50}, 4},
		{{.area = S("150403"), .max = 50}, 4}, {{.area = S("1504031001"), .max = 50}, 4},
		{{.area = S("15"), .max = 50}, 24}, {{.area = S("16"), .max = 50}, 0},
		{{.who = &boss, .max = 50}, 13}, {{.who = &boss, .text = S("polres"), .max = 50}, 0}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		AccountList ask = all[i].ask;
		OK(d, accounts_list(&d->w, &ask, &d->a, &d->err));
		if (ask.n != all[i].want)
			fail_msg("question %zu: expected %zu accounts, came %zu", i, all[i].want, ask.n);
	}
	l.who = &l.account[0];
	REFUSED(d, accounts_list(&d->w, &l, &d->a, &d->err), E_DENIED);
	gate_close(g);
	desk_close(d);
}

/* ---- at the moment of writing ---- */

static bool
enters(Desk *d, Gate *g, const Account *who, const char *dataset, const char *cells, RowRequest r)
{
	Origin by = origin_by(who);
	r.who = who;
	r.dataset = catalog_dataset(&d->w.cat, str_of(dataset));
	r.text = desk_cells(d, dataset, cells);
	r.origin = &by;
	d->err = (Err){0};
	bool ok = gate_enter(g, &r, &d->err);
	d->event = ok ? r.event : d->event;
	return ok;
}

static void
test_epochs(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	OK(d, desk_enter(d, g, "tps", "tps=1509011001001"));
	OK(d, desk_enter(d, g, "tps", "tps=1508012001001"));
	Account who = made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	OK(d, enters(d, g, &who, "delivery", "tps=1509011001001;item=ink;received=2", (RowRequest){0}));
	REFUSED(d,
		enters(d, g, &who, "delivery", "tps=1508012001001;item=ink;received=2", (RowRequest){0}),
		E_DENIED);
	assert_non_null(strstr(d->err.text, "outside your areas: 1508012001001"));
	REFUSED(d, enters(d, g, &who, "security_count", "tps=1509011001001;police=2", (RowRequest){0}),
		E_DENIED);
	REFUSED(d,
		enters(
			d, g, &who, "delivery", "tps=1509011001001;item=ink", (RowRequest){.settling = true}),
		E_DENIED);
	/* What it knew of itself counts no more once the rights are others: neither what is gone, nor what is new. */
	AccountRequest r = {.origin = &keeper, .account = who};
	Str other[] = {S("1508")};
	r.account.area = other;
	OK(d, gate_account_change(g, &r, &d->err));
	REFUSED(d,
		enters(d, g, &who, "delivery", "tps=1509011001001;item=ink;received=3", (RowRequest){0}),
		E_DENIED);
	OK(d, enters(d, g, &who, "delivery", "tps=1508012001001;item=ink;received=2", (RowRequest){0}));
	OK(d,
		enters(
			d, g, &who, "delivery", "tps=1508012001001;item=ink", (RowRequest){.closing = true}));
	r = (AccountRequest){.origin = &keeper, .account = {.id = who.id}};
	OK(d, gate_account_close(g, &r, &d->err));
	REFUSED(d,
		enters(d, g, &who, "delivery", "tps=1508012001001;item=ink;received=2", (RowRequest){0}),
		E_DENIED);
	assert_non_null(strstr(d->err.text, "closed"));
	/* Nobody writes in another name. */
	Account two = made(d, g, "kpu.two", "kpu", ROLE_OPERATOR, "15");
	Origin by = origin_by(&who);
	RowRequest row = {.who = &two,
		.origin = &by,
		.dataset = catalog_dataset(&d->w.cat, S("delivery")),
		.text = desk_cells(d, "delivery", "tps=1508012001001;item=ink;received=2")};
	REFUSED(d, gate_enter(g, &row, &d->err), E_BUG);
	verifies(d);
	gate_close(g);
	desk_close(d);
}

static void
test_undo_and_forget(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	OK(d, desk_enter(d, g, "tps", "tps=1509011001001"));
	Account one = made(d, g, "tebo.one", "kpu", ROLE_OPERATOR, "1509");
	Account two = made(d, g, "tebo.two", "kpu", ROLE_OPERATOR, "1509");
	Account boss = made(d, g, "tebo.boss", "kpu", ROLE_SUPERVISOR, "1509");
	Account away = made(d, g, "away.boss", "kpu", ROLE_SUPERVISOR, "1508");
	OK(d, enters(d, g, &one, "delivery", "tps=1509011001001;item=ink;received=2", (RowRequest){0}));
	int64_t event = d->event;
	Origin by;
	UndoRequest u = {.origin = &by, .event = event, .who = &two};
	by = origin_by(&two);
	REFUSED(d, gate_undo(g, &u, &d->err), E_DENIED);
	u.who = &away;
	by = origin_by(&away);
	REFUSED(d, gate_undo(g, &u, &d->err), E_DENIED);
	u.who = &one;
	by = origin_by(&one);
	OK(d, gate_undo(g, &u, &d->err));
	u.event = u.last;
	u.who = &boss;
	by = origin_by(&boss);
	OK(d, gate_undo(g, &u, &d->err)); /* of anybody */
	OK(d,
		enters(d, g, &one, "officer", "tps=1509011001001;role=kpps;seat=1;name=Orang Coba",
			(RowRequest){0}));
	ForgetRequest f = {.origin = &by,
		.dataset = catalog_dataset(&d->w.cat, S("officer")),
		.text = desk_cells(d, "officer", "tps=1509011001001;role=kpps;seat=1"),
		.who = &one};
	by = origin_by(&one);
	REFUSED(d, gate_forget(g, &f, &d->err), E_DENIED);
	f.who = &away;
	by = origin_by(&away);
	REFUSED(d, gate_forget(g, &f, &d->err), E_DENIED);
	f.who = &boss;
	by = origin_by(&boss);
	OK(d, gate_forget(g, &f, &d->err));
	verifies(d);
	gate_close(g);
	desk_close(d);
}

/* The secretariat writes for others: with a paper, under their name, and nobody else does. */
static void
test_on_behalf(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	static const char CELLS[] = "tps=1509011001001;item=ink;received=2";
	PaperFile file;
	OK(d, paper_keep(&d->w, desk_file(d, "paper", S("a letter")), &file, &d->err));
	Str paper = str_of(file.hash);
	OK(d, desk_enter(d, g, "tps", "tps=1509011001001"));
	Account desk = made(d, g, "sekretaris", "kesbangpol", ROLE_SUPERVISOR, "15");
	Account kpu = made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	Origin by = origin_by(&desk);
	RowRequest r = {.who = &desk,
		.origin = &by,
		.dataset = catalog_dataset(&d->w.cat, S("delivery")),
		.text = desk_cells(d, "delivery", CELLS),
		.paper = paper};
	REFUSED(d, gate_enter(g, &r, &d->err), E_INPUT);
	by.on_behalf_of = S("polri");
	REFUSED(d, gate_enter(g, &r, &d->err), E_INPUT);
	by.on_behalf_of = S("kpu");
	r.paper = (Str){0};
	REFUSED(d, gate_enter(g, &r, &d->err), E_INPUT);
	assert_non_null(strstr(d->err.text, "paper"));
	r.paper = S("not a hash");
	REFUSED(d, gate_enter(g, &r, &d->err), E_INPUT);
	r.paper = paper;
	OK(d, gate_enter(g, &r, &d->err));
	assert_int_equal(
		desk_number(d,
			"SELECT count(*) FROM origin WHERE on_behalf_of = 'kpu' AND agency = 'kesbangpol' AND actor = 'sekretaris' AND dataset = 'delivery'"),
		1);
	assert_int_equal(
		desk_number(d,
			"SELECT count(*) FROM origin WHERE on_behalf_of = 'kpu' AND actor = 'sekretaris' AND dataset = 'siap.paper'"),
		1);
	/* What it entered so it takes back itself; what others entered it does not. */
	UndoRequest u = {.origin = &by, .event = r.event, .who = &desk};
	OK(d, gate_undo(g, &u, &d->err));
	OK(d, enters(d, g, &kpu, "delivery", CELLS, (RowRequest){0}));
	u.event = d->event;
	REFUSED(d, gate_undo(g, &u, &d->err), E_DENIED);
	by = origin_by(&kpu);
	by.on_behalf_of = S("polri");
	r.who = &kpu;
	REFUSED(d, gate_enter(g, &r, &d->err), E_DENIED);
	verifies(d);
	gate_close(g);
	desk_close(d);
}

/* ---- imports ---- */

static bool
imports(
	Desk *d, Gate *g, const Account *who, const char *dataset, const char *text, ImportReport *out)
{
	const Dataset *one = catalog_dataset(&d->w.cat, str_of(dataset));
	ImportOptions o = {.path = desk_file(d, "in.csv", str_of(text)),
		.datasets = &one,
		.n_datasets = *dataset ? 1 : 0,
		.origin = origin_by(who),
		.who = who};
	o.origin.source = S("import");
	d->err = (Err){0};
	return import_file(&d->w, g, &o, &d->a, out, &d->err);
}

static void
test_imports(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	ImportReport r;
	Account who = made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	Account reader = made(d, g, "kpu.eye", "kpu", ROLE_READER, "15");
	REFUSED(d,
		imports(d, g, &who, "tps",
			"tps,number\n1509011001001,001\n1508012001001,001\n1509011001002,002\n1571011001001,001\n",
			&r),
		E_INPUT);
	assert_int_equal(r.bad_rows, 2);
	assert_int_equal(r.first[0].row, 3);
	assert_true(str_eq(r.first[0].column, S("tps")));
	assert_true(str_starts(r.first[0].text, S("outside your areas: 1508012001001")));
	assert_int_equal(desk_number(d, "SELECT count(*) FROM tps"), 0);
	OK(d, imports(d, g, &who, "tps", "tps,number\n1509011001001,001\n1509011001002,002\n", &r));
	assert_int_equal(r.part[0].added, 2);
	REFUSED(d, imports(d, g, &reader, "tps", "tps,number\n1509011001001,001\n", &r), E_DENIED);
	REFUSED(
		d, imports(d, g, &who, "security_count", "tps,police\n1509011001001,2\n", &r), E_DENIED);
	REFUSED(d, imports(d, g, &who, "", "tps,polri,satlinmas\n1509011001001,2,2\n", &r), E_DENIED);
	/* Rights that changed between the look at the rows and the taking in. */
	AccountRequest change = {.origin = &keeper, .account = who};
	Str more[] = {S("1508"), S("1509")};
	change.account.area = more;
	change.account.n_areas = 2;
	OK(d, gate_account_change(g, &change, &d->err));
	REFUSED(d, imports(d, g, &who, "tps", "tps,number\n1509011001003,003\n", &r), E_DENIED);
	assert_non_null(strstr(d->err.text, "your rights changed"));
	who = again(d, who.id);
	OK(d, imports(d, g, &who, "tps", "tps,number\n1509011001003,003\n1508012001001,001\n", &r));
	verifies(d);
	gate_close(g);
	desk_close(d);
}

/* ---- private fields ---- */

static void
test_reveal(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	const Dataset *officer = catalog_dataset(&d->w.cat, S("officer"));
	size_t name = (size_t)(dataset_field(officer, S("name")) - officer->field),
		   nik = (size_t)(dataset_field(officer, S("nik")) - officer->field),
		   seat = (size_t)(dataset_field(officer, S("seat")) - officer->field);
	OK(d, desk_enter(d, g, "tps", "tps=1509011001001"));
	OK(d, desk_enter(d, g, "tps", "tps=1508012001001"));
	OK(d,
		desk_enter(d, g, "officer",
			"tps=1509011001001;role=kpps;seat=1;name=Orang Coba;nik=9901010101800001"));
	OK(d, desk_enter(d, g, "officer", "tps=1509011001001;role=kpps;seat=2;name=Orang Lain"));
	OK(d, desk_enter(d, g, "officer", "tps=1508012001001;role=kpps;seat=1;name=Orang Jauh"));
	Account kpu = made(d, g, "kpu.tebo", "kpu", ROLE_READER, "1509");
	Account watch = made(d, g, "bawaslu", "bawaslu", ROLE_READER, "15");
	Account police = made(d, g, "polda", "polri", ROLE_SUPERVISOR, "15");
	const Str *rows[] = {desk_cells(d, "officer", "tps=1509011001001;role=kpps;seat=1"),
		desk_cells(d, "officer", "tps=1509011001001;role=kpps;seat=2"),
		desk_cells(d, "officer", "tps=1508012001001;role=kpps;seat=1")};
	Origin by = origin_by(&kpu);
	RevealRequest r = {.who = &kpu, .origin = &by, .dataset = officer, .text = rows, .n = 2};
	int64_t before = workspace_last_event(&d->w);
	OK(d, gate_reveal(g, &r, &d->a, &d->err));
	assert_true(str_eq(r.row[0].text[name], S("Orang Coba")));
	assert_true(str_eq(r.row[0].text[nik], S("9901010101800001")));
	assert_int_equal(r.row[0].text[seat].n, 0); /* what is open is shown elsewhere */
	assert_true(str_eq(r.row[1].text[name], S("Orang Lain")));
	/* One event for all of them. */
	assert_int_equal(r.event, before + 1);
	assert_int_equal(workspace_last_event(&d->w), before + 1);
	Str said = body(d, r.event);
	size_t at;
	assert_true(str_find(said,
		S("\"dataset\":\"officer\",\"fields\":\"name nik phone\",\"rows\":2,\"why\":\"a test\"}"),
		&at));
	assert_false(str_find(said, S("Orang"), &at));
	/* Not outside the areas, and then nothing at all. */
	r.n = 3;
	REFUSED(d, gate_reveal(g, &r, &d->a, &d->err), E_DENIED);
	assert_null(r.row[0].text);
	/* Each agency the fields that are private to it. */
	by = origin_by(&watch);
	r.who = &watch;
	OK(d, gate_reveal(g, &r, &d->a, &d->err));
	assert_true(str_eq(r.row[2].text[name], S("Orang Jauh")));
	assert_int_equal(r.row[0].text[nik].n, 0);
	by = origin_by(&police);
	r.who = &police;
	REFUSED(d, gate_reveal(g, &r, &d->a, &d->err), E_DENIED);
	/* Not without a reason, not of rows that are not there. */
	by = origin_by(&watch);
	r.who = &watch;
	by.why = (Str){0};
	REFUSED(d, gate_reveal(g, &r, &d->a, &d->err), E_INPUT);
	by.why = S("a test");
	rows[0] = desk_cells(d, "officer", "tps=1509011001001;role=kpps;seat=7");
	REFUSED(d, gate_reveal(g, &r, &d->a, &d->err), E_NOTFOUND);
	r.n = 0;
	REFUSED(d, gate_reveal(g, &r, &d->a, &d->err), E_LIMIT);
	/* The public log hides what it was about. */
	AUTO(Buf) proof = {0};
	OK(d, gate_checkpoint(g, &d->err));
	OK(d, log_prove(&d->w, before + 1, &proof, &d->err));
	json_t *j;
	OK(d, json_parse(buf_str(&proof), 1 << 20, &j, &d->err));
	Str entry = str_of(json_string_value(json_object_get(j, "entry")));
	assert_true(
		str_find(entry, S("\"dataset\":\"\""), &at) && str_find(entry, S("\"area\":\"\""), &at));
	assert_false(str_find(entry, S("reveal"), &at));
	json_decref(j);
	verifies(d);
	gate_close(g);
	desk_close(d);
}

/* ---- in the log ---- */

static void
found(Desk *d, const char *sql, const char *back)
{
	AUTO(Arena) a = {0};
	VerifyReport r;
	OK(d, arena_open(&a, (size_t)1 << 30, &d->err));
	desk_sql(d, sql);
	d->err = (Err){0};
	if (log_verify(&d->w, &(VerifyAsk){0}, &a, &r, &d->err))
		fail_msg("%s: not found", sql);
	assert_int_equal(d->err.code, E_CONFLICT);
	if (!strstr(d->err.text, "account"))
		fail_msg("%s: %s", sql, d->err.text);
	desk_sql(d, back);
}

static void
test_verify(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	(void)made(d, g, "kpu.one", "kpu", ROLE_OPERATOR, "1509");
	(void)made(d, g, "kpu.two", "kpu", ROLE_READER, "1508");
	AccountRequest r = {.origin = &keeper, .account = {.id = 2}};
	OK(d, gate_account_close(g, &r, &d->err));
	gate_close(g);
	verifies(d);
	found(
		d, "UPDATE account SET role = 2 WHERE id = 1", "UPDATE account SET role = 1 WHERE id = 1");
	found(d, "UPDATE account SET agency = 'polri' WHERE id = 1",
		"UPDATE account SET agency = 'kpu' WHERE id = 1");
	found(d, "UPDATE account SET closed = 0 WHERE id = 2",
		"UPDATE account SET closed = 1 WHERE id = 2");
	found(d, "UPDATE account SET epoch = 3, role = 0 WHERE id = 2",
		"UPDATE account SET epoch = 4 WHERE id = 2");
	found(d, "UPDATE account_area SET area = '15' WHERE account = 1",
		"UPDATE account_area SET area = '1509' WHERE account = 1");
	found(d, "INSERT INTO account_area (account, area) VALUES (1, '1571')",
		"DELETE FROM account_area WHERE area = '1571'");
	found(d, "INSERT INTO account_dataset (account, dataset) VALUES (1, 'tps')",
		"DELETE FROM account_dataset");
	found(d,
		"INSERT INTO account (id, handle, login, name, agency, role, language, closed, epoch, password, must_change, totp, totp_next, totp_step) "
		"VALUES (9, 'x', 'x', 'x', 'kpu', 3, '', 0, 0, '', 0, '', '', 0)",
		"DELETE FROM account WHERE id = 9");
	desk_sql(d, "CREATE TABLE kept AS SELECT * FROM account WHERE id = 1");
	found(d, "DELETE FROM account WHERE id = 1", "INSERT INTO account SELECT * FROM kept");
	verifies(d);
	desk_close(d);
}

/* ---- from a file ---- */

static bool
take(Desk *d, Gate *g, const Account *who, const char *text, AccountsImport *im)
{
	*im = (AccountsImport){
		.path = desk_file(d, "accounts.csv", str_of(text)), .who = who, .origin = &keeper};
	d->err = (Err){0};
	return accounts_import(&d->w, g, im, &d->a, &d->err);
}

static void
test_file(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	AccountsImport im;
	Account boss = made(d, g, "kpu.admin", "kpu", ROLE_MANAGER, "15");
	REFUSED(d,
		take(d, g, NULL,
			"login,name,agency,role,areas,datasets\n"
			"kpu.one,One,kpu,operator,1509 1508,\n"
			"x,Two,kpu,operator,1509,\n"
			"kpu.two,,kpu,operator,1509,\n"
			"kpu.three,Three,fbi,operator,1509,\n"
			"kpu.four,Four,kpu,king,1509,\n"
			"kpu.five,Five,kpu,reader,1609,\n"
			"kpu.six,Six,kpu,reader,1509,deliverie\n"
			"KPU.one,Again,kpu,reader,1509,\n"
			"kpu.admin,Taken,kpu,reader,1509,\n",
			&im),
		E_INPUT);
	static const struct {
		size_t row;
		const char *column, *text;
	} want[] = {{3, "login", "'x' is no login"}, {4, "name", "a name of 1 to 100"},
		{5, "agency", "unknown agency 'fbi'"}, {6, "role", "there is no role 'king'"},
		{7, "areas", "'1609' is no area"}, {8, "datasets", "there is no dataset 'deliverie'"},
		{9, "login", "row 2 has the same login"}, {10, "login", "login 'kpu.admin' is taken"}};
	assert_int_equal(im.problems, 8);
	assert_int_equal(im.n, 0);
	for (size_t i = 0; i < im.n_problems; i++) {
		assert_int_equal(im.problem[i].row, want[i].row);
		assert_true(str_eq(im.problem[i].column, str_of(want[i].column)));
		if (!strstr(arena_cstr(&d->a, im.problem[i].text), want[i].text))
			fail_msg("row %zu: %.*s", want[i].row, STR(im.problem[i].text));
	}
	assert_int_equal(desk_number(d, "SELECT count(*) FROM account"), 1);
	static const char GOOD[] = "akun;nama;instansi;peran;wilayah;dataset\n"
							   "kpu.satu;Satu;KPU;Operator;1509, 1508;\n"
							   "kpu.dua;Dua;kpu;supervisor;157101;delivery tps\n";
	im = (AccountsImport){
		.path = desk_file(d, "a.csv", str_of(GOOD)), .origin = &keeper, .dry_run = true};
	OK(d, accounts_import(&d->w, g, &im, &d->a, &d->err));
	assert_int_equal(im.n, 2);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM account"), 1);
	OK(d, take(d, g, &boss, GOOD, &im));
	assert_int_equal(im.n, 2);
	assert_int_equal(strlen(im.made[0].once), 14);
	assert_true(strcmp(im.made[0].once, im.made[1].once) != 0);
	Account one = again(d, im.made[0].account.id);
	assert_true(str_eq(one.login, S("kpu.satu")) && one.must_change && one.n_areas == 2);
	assert_int_equal(again(d, im.made[1].account.id).n_datasets, 2);
	/* A manager brings in no more than it may give. */
	REFUSED(d,
		take(d, g, &boss, "login,name,agency,role,areas\npolres.x,X,polri,reader,1509\n", &im),
		E_INPUT);
	REFUSED(d, take(d, g, &one, GOOD, &im), E_DENIED);
	REFUSED(d, take(d, g, NULL, "login,name,agency,role\n", &im), E_INPUT);
	assert_non_null(strstr(d->err.text, "column 'areas' is missing"));
	REFUSED(d, take(d, g, NULL, "login,name,agency,role,areas\n", &im), E_INPUT);
	verifies(d);
	gate_close(g);
	desk_close(d);
}

/* ---- backups ---- */

/* Whoever had an account has it again, with the same password; who was logged in or waiting is not any more. */
static void
test_backup(void **state)
{
	(void)state;
	GateP g = NULL;
	Desk *d = accounts_desk(&g);
	Account who = made(d, g, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	LoginRequest in = {.login = S("kpu.tebo"), .password = S("wrong")};
	REFUSED(d, gate_login(g, &in, &d->err), E_DENIED);
	in.password = str_of(PASSWORD);
	OK(d, gate_login(g, &in, &d->err));
	in.login = S("nobody");
	REFUSED(d, gate_login(g, &in, &d->err), E_DENIED);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM session"), 1);
	assert_int_equal(desk_number(d, "SELECT count(*) FROM login_attempt"), 1);
	const char *path = arena_fmt(&d->a, "%s/kept", d->dir).p;
	BackupReport made_report;
	RestoreReport r;
	OK(d, backup_make(&d->w, &(BackupAsk){.path = path}, &d->a, &made_report, &d->err));
	gate_close(g);
	RestoreAsk ask = {.path = path, .dir = arena_fmt(&d->a, "%s/again", d->dir).p};
	OK(d, restore_make(&d->env, &ask, &d->a, &r, &d->err));
	Workspace w;
	Session s;
	OK(d, workspace_open(&d->env, ask.dir, &d->a, &w, &d->err));
	Account of;
	OK(d, account_find(&w, S("kpu.tebo"), &d->a, &of, &d->err));
	assert_true(of.epoch == who.epoch && str_eq(of.handle, who.handle) && of.n_areas == 1);
	REFUSED(d, session_find(&w, str_of(in.fresh), &d->a, &s, &d->err), E_DENIED);
	g = NULL;
	OK(d, gate_open(&w, &g, &d->err));
	in.login = S("kpu.tebo");
	OK(d, gate_login(g, &in, &d->err));
	OK(d, session_find(&w, str_of(in.fresh), &d->a, &s, &d->err));
	gate_close(g);
	workspace_close(&w);
	desk_close(d);
}

/* ---- by a process beside the one that writes ---- */

static void
test_beside(void **state)
{
	(void)state;
	GateP g = NULL, beside = NULL;
	Desk *d = accounts_desk(&g);
	Workspace w;
	Session s;
	OK(d, workspace_open(&d->env, d->ws, &d->a, &w, &d->err));
	OK(d, gate_open(&w, &beside, &d->err));
	assert_false(gate_is_local(beside));
	AccountRequest r = request(d, "kpu.tebo", "kpu", ROLE_OPERATOR, "1509");
	Str set[] = {S("tps"), S("delivery")};
	r.account.dataset = set;
	r.account.n_datasets = 2;
	OK(d, gate_account_add(beside, &r, &d->err));
	Account who = again(d, r.account.id);
	assert_true(who.n_datasets == 2 && who.role == ROLE_OPERATOR && who.must_change);
	OK(d,
		gate_password(g,
			&(PasswordRequest){
				.account = who.id, .before = str_of(r.once), .password = str_of(PASSWORD)},
			&d->err));
	LoginRequest in = {.login = S("kpu.tebo"), .password = str_of(PASSWORD)};
	OK(d, gate_login(g, &in, &d->err));
	OK(d, session_find(&d->w, str_of(in.fresh), &d->a, &s, &d->err));
	/* Rights count there too, by the number of the account alone. */
	who = again(d, who.id);
	OK(d, desk_enter(d, g, "tps", "tps=1509011001001"));
	OK(d, desk_enter(d, g, "tps", "tps=1508012001001"));
	OK(d,
		enters(
			d, beside, &who, "delivery", "tps=1509011001001;item=ink;received=2", (RowRequest){0}));
	REFUSED(d,
		enters(
			d, beside, &who, "delivery", "tps=1508012001001;item=ink;received=2", (RowRequest){0}),
		E_DENIED);
	ImportReport report;
	d->err = (Err){0};
	const Dataset *tps = catalog_dataset(&d->w.cat, S("tps"));
	ImportOptions o = {.path = desk_file(d, "in.csv", S("tps,number\n1509011001004,4\n")),
		.datasets = &tps,
		.n_datasets = 1,
		.origin = origin_by(&who),
		.who = &who};
	OK(d, import_file(&w, beside, &o, &d->a, &report, &d->err));
	/* Closed from outside: the session ends at once. */
	r = (AccountRequest){.origin = &keeper, .account = {.id = who.id}};
	OK(d, gate_account_close(beside, &r, &d->err));
	REFUSED(d, session_find(&d->w, str_of(in.fresh), &d->a, &s, &d->err), E_DENIED);
	o.path = desk_file(d, "in.csv", S("tps,number\n1509011001005,5\n"));
	REFUSED(d, import_file(&w, beside, &o, &d->a, &report, &d->err), E_DENIED);
	Origin by = origin_by(&who);
	RevealRequest v = {.origin = &by, .dataset = tps, .n = 1};
	REFUSED(d, gate_reveal(beside, &v, &d->a, &d->err), E_BUSY);
	gate_close(beside);
	workspace_close(&w);
	verifies(d);
	gate_close(g);
	desk_close(d);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_life), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_managers), cmocka_unit_test(test_hand_over),
		cmocka_unit_test(test_list), cmocka_unit_test(test_epochs),
		cmocka_unit_test(test_undo_and_forget), cmocka_unit_test(test_on_behalf),
		cmocka_unit_test(test_imports), cmocka_unit_test(test_reveal),
		cmocka_unit_test(test_verify), cmocka_unit_test(test_file), cmocka_unit_test(test_backup),
		cmocka_unit_test(test_beside)};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
