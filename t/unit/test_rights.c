/* Rights, exhaustively: role x agency x area relation x verb x dataset, against an expectation that is written down here as a table of
 * letters, not as the same conditions again. */
#include "support.h"

/* ---- the datasets: who owns them, and what is special ---- */

static const char OPEN_SET[] = "dataset  parcel\n"
							   "title    \"Parcels\"\n"
							   "owner    kpu\n"
							   "level    any\n"
							   "field    area   area(any)  key\n"
							   "field    count  int(0..9)\n"
							   "field    phone  phone      private(kpu, kesbangpol)\n"
							   "example  1571, 1,\n"
							   "reject   1571, 10,  # too many\n";
static const char SECRET_SET[] = "dataset  incident\n"
								 "title    \"Incidents kept secret\"\n"
								 "owner    kpu\n"
								 "level    any\n"
								 "restricted\n"
								 "field    area   area(any)  key\n"
								 "field    what   text(90)\n"
								 "field    source text(90)   private(kpu)\n"
								 "example  1571, stones,\n"
								 "reject   , stones,  # no area\n";
static const char SHOWN_SET[] = "dataset  warning\n"
								"title    \"Warnings\"\n"
								"owner    kpu\n"
								"level    any\n"
								"restricted\n"
								"visible_by who\n"
								"field    area   area(any)  key\n"
								"field    who    text(90)\n"
								"example  1571, polri\n"
								"reject   , polri  # no area\n";
enum { OPEN, SECRET, SHOWN, SETS };
static Dataset set[SETS];

static void
sets_make(Arena *a)
{
	static const char *const text[] = {OPEN_SET, SECRET_SET, SHOWN_SET};
	static const char *const file[] = {
		"datasets/parcel.def", "datasets/incident.def", "datasets/warning.def"};
	Err err = {0};
	for (int i = 0; i < SETS; i++)
		if (!dataset_parse(str_of(file[i]), str_of(text[i]), a, &set[i], &err))
			fail_msg("%s", err.text);
}

/* ---- the expectation ----
 * One line for each dataset, agency and role; one letter for each verb, in the order
 *   READ REVEAL ENTER CLOSE IMPORT EXPORT ATTACH UNDO RESOLVE EXPLAIN FORGET ACCOUNTS
 *   +  everywhere   a  in its areas and below alone   -  never   0  as if the dataset were not there
 * of an account without a set of datasets. */
typedef struct Line {
	int set;
	const char *agency;
	Role role;
	const char *want;
} Line;
static const Line lines[] = {
	{OPEN, "kpu", ROLE_READER, "+a---+------"},
	{OPEN, "kpu", ROLE_OPERATOR, "+aaaa+aa----"},
	{OPEN, "kpu", ROLE_SUPERVISOR, "+aaaa+aaaaa-"},
	{OPEN, "kpu", ROLE_MANAGER, "+a---+-----a"},
	{OPEN, "polri", ROLE_READER, "+----+------"},
	{OPEN, "polri", ROLE_OPERATOR, "+----+------"},
	{OPEN, "polri", ROLE_SUPERVISOR, "+----+------"},
	{OPEN, "polri", ROLE_MANAGER, "+----+-----a"},
	/* The secretariat's agency sees this private field, and its supervisors enter for others. */
	{OPEN, "kesbangpol", ROLE_READER, "+a---+------"},
	{OPEN, "kesbangpol", ROLE_OPERATOR, "+a---+------"},
	{OPEN, "kesbangpol", ROLE_SUPERVISOR, "+aa-a+aa----"},
	{OPEN, "kesbangpol", ROLE_MANAGER, "+a---+-----a"},
	{SECRET, "kpu", ROLE_READER, "aa---a------"},
	{SECRET, "kpu", ROLE_OPERATOR, "aaaaaaaa----"},
	{SECRET, "kpu", ROLE_SUPERVISOR, "aaaaaaaaaaa-"},
	{SECRET, "kpu", ROLE_MANAGER, "aa---a-----a"},
	{SECRET, "polri", ROLE_READER, "00000000000-"},
	{SECRET, "polri", ROLE_OPERATOR, "00000000000-"},
	{SECRET, "polri", ROLE_SUPERVISOR, "00000000000-"},
	{SECRET, "polri", ROLE_MANAGER, "00000000000a"},
	{SECRET, "kesbangpol", ROLE_READER, "00000000000-"},
	{SECRET, "kesbangpol", ROLE_OPERATOR, "00000000000-"},
	{SECRET, "kesbangpol", ROLE_SUPERVISOR, "00000000000-"},
	{SECRET, "kesbangpol", ROLE_MANAGER, "00000000000a"},
	{SHOWN, "kpu", ROLE_READER, "a----a------"},
	{SHOWN, "kpu", ROLE_OPERATOR, "a-aaaaaa----"},
	{SHOWN, "kpu", ROLE_SUPERVISOR, "a-aaaaaaaaa-"},
	{SHOWN, "kpu", ROLE_MANAGER, "a----a-----a"},
	{SHOWN, "polri", ROLE_READER, "a----a------"},
	{SHOWN, "polri", ROLE_OPERATOR, "a----a------"},
	{SHOWN, "polri", ROLE_SUPERVISOR, "a----a------"},
	{SHOWN, "polri", ROLE_MANAGER, "a----a-----a"},
	{SHOWN, "kesbangpol", ROLE_READER, "a----a------"},
	{SHOWN, "kesbangpol", ROLE_OPERATOR, "a----a------"},
	{SHOWN, "kesbangpol", ROLE_SUPERVISOR, "a----a------"},
	{SHOWN, "kesbangpol", ROLE_MANAGER, "a----a-----a"},
};

/* Where, for an account with rights for 1509 and 157101. */
typedef struct Where {
	const char *area;
	bool inside;
} Where;
static const Where places[] = {{"1509", true}, {"150903", true}, {"1509032001", true},
	{"1509032001004", true}, {"157101", true}, {"1571012003002", true}, {"15", false}, {"0", false},
	{"1571", false}, {"1508", false}, {"1510", false}, {"157102", false}, {"1571022003002", false},
	{"9909", false}, {"", true}};

static Str areas[] = {{"1509", 4}, {"157101", 6}};

static Account
account(const char *agency, Role role)
{
	return (Account){.id = 7,
		.login = S("who"),
		.name = S("Who"),
		.agency = str_of(agency),
		.role = role,
		.area = areas,
		.n_areas = 2};
}

static void
check(const Account *who, Verb v, const Dataset *d, const char *area, ErrCode want)
{
	Err err = {0};
	bool may = account_may(who, v, d, str_of(area), &err);
	ErrCode got = may ? E_OK : err.code;
	if (got != want)
		fail_msg("%.*s %.*s, %s, %.*s, '%s': expected %s, came %s (%s)", STR(who->agency),
			STR(role_name(who->role)), verb_label(v), STR(d->name), area, err_name(want),
			err_name(got), err.text);
	if (!may)
		assert_true(err.text[0]);
}

static ErrCode
wanted(char letter, bool inside)
{
	switch (letter) {
	case '+':
		return E_OK;
	case 'a':
		return inside ? E_OK : E_DENIED;
	case '0':
		return E_NOTFOUND;
	default:
		return E_DENIED;
	}
}

static void
test_table(void **state)
{
	(void)state;
	size_t looked = 0;
	assert_int_equal(sizeof lines / sizeof *lines, SETS * 3 * ROLES);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const Line *l = &lines[i];
		assert_int_equal(strlen(l->want), VERBS);
		for (int v = 0; v < VERBS; v++)
			for (size_t p = 0; p < sizeof places / sizeof *places; p++, looked++) {
				Account who = account(l->agency, l->role);
				check(&who, (Verb)v, &set[l->set], places[p].area,
					wanted(l->want[v], places[p].inside));
			}
	}
	assert_int_equal(looked, 36 * 12 * 15);
}

static void
set_check(const Line *l, Verb v, const Where *where, bool in)
{
	Str one[] = {in ? set[l->set].name : S("tps")};
	Account who = account(l->agency, l->role);
	char letter = l->want[v];
	who.dataset = one;
	who.n_datasets = 1;
	if (!in && letter == 'a' && v != VERB_ACCOUNTS)
		letter = '-';
	check(&who, v, &set[l->set], where->area, wanted(letter, where->inside));
}

/* With a set of datasets: those in it as before, of others only what is open to everybody. */
static void
test_sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		for (int v = 0; v < VERBS; v++)
			for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
				set_check(&lines[i], (Verb)v, &places[p], true);
				set_check(&lines[i], (Verb)v, &places[p], false);
			}
}

/* Nobody may anything before the password is their own, or after the account was closed. */
static void
test_states(void **state)
{
	(void)state;
	for (int r = 0; r < ROLES; r++)
		for (int v = 0; v < VERBS; v++)
			for (int s = 0; s < 3; s++) {
				Account who = account("kpu", (Role)r);
				who.closed = s == 0;
				who.must_change = s == 1;
				who.invited = s == 2;
				check(&who, (Verb)v, &set[OPEN], "1509", E_DENIED);
			}
}

static void
test_why(void **state)
{
	(void)state;
	Account who = account("kpu", ROLE_OPERATOR);
	Err err = {0};
	assert_false(account_may(&who, VERB_ENTER, &set[OPEN], S("1508032001001"), &err));
	assert_string_equal(err.text, "outside your areas: 1508032001001 is not in 1509, 157101");
	assert_string_equal(
		err.hint, "who could: an operator or a supervisor of KPU with rights for 1508032001001");
	assert_false(account_may(&who, VERB_FORGET, &set[OPEN], S("1509"), &err));
	assert_string_equal(err.text, "as operator you may not erase private fields");
	assert_string_equal(err.hint, "who could: a supervisor of KPU with rights for 1509");
	who = account("polri", ROLE_SUPERVISOR);
	assert_false(account_may(&who, VERB_ENTER, &set[OPEN], S("1509"), &err));
	assert_string_equal(err.text, "'Parcels' is kept by KPU: you may not enter rows there");
	assert_false(account_may(&who, VERB_REVEAL, &set[OPEN], S("1509"), &err));
	assert_string_equal(err.hint, "who could: any account of KPU, Kesbangpol with rights for 1509");
	/* What it must not know of is not named but in its own words. */
	assert_false(account_may(&who, VERB_READ, &set[SECRET], S("1509"), &err));
	assert_string_equal(err.text, "there is no dataset 'incident'");
	assert_string_equal(err.hint, "");
}

static void
test_undo(void **state)
{
	(void)state;
	static const struct {
		const char *agency;
		Role role;
		int set;
		const char *area, *actor;
		ErrCode want;
	} all[] = {
		{"kpu", ROLE_OPERATOR, OPEN, "150903", "who", E_OK},
		{"kpu", ROLE_OPERATOR, OPEN, "150903", "other", E_DENIED},
		{"kpu", ROLE_OPERATOR, OPEN, "1508", "who", E_DENIED},
		{"kpu", ROLE_SUPERVISOR, OPEN, "150903", "other", E_OK},
		{"kpu", ROLE_SUPERVISOR, OPEN, "1508", "other", E_DENIED},
		{"kpu", ROLE_READER, OPEN, "150903", "who", E_DENIED},
		{"kpu", ROLE_MANAGER, OPEN, "150903", "who", E_DENIED},
		{"polri", ROLE_SUPERVISOR, OPEN, "150903", "who", E_DENIED},
		{"kesbangpol", ROLE_SUPERVISOR, OPEN, "150903", "who", E_OK},
		{"kesbangpol", ROLE_SUPERVISOR, OPEN, "150903", "other", E_DENIED},
		{"polri", ROLE_SUPERVISOR, SECRET, "150903", "who", E_NOTFOUND},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		Account who = account(all[i].agency, all[i].role);
		Err err = {0};
		bool may = account_may_undo(
			&who, &set[all[i].set], str_of(all[i].area), str_of(all[i].actor), &err);
		if ((may ? E_OK : err.code) != all[i].want)
			fail_msg("line %zu: %s %s", i, err_name(err.code), err.text);
	}
}

/* ---- accounts over accounts ---- */

static void
test_manage(void **state)
{
	(void)state;
	static Str above[] = {{"15", 2}}, same[] = {{"1509", 4}, {"157101", 6}},
			   below[] = {{"150903", 6}}, beside[] = {{"1508", 4}},
			   partly[] = {{"1508", 4}, {"1509", 4}};
	static const struct {
		Str *area;
		size_t n;
		bool worker, manager,
			grant; /* who manages 1509 and 157101 may manage those; may give those areas */
	} of[] = {{above, 1, false, false, false}, {same, 2, true, false, true},
		{below, 1, true, true, true}, {beside, 1, false, false, false},
		{partly, 2, false, false, false}};
	for (int r = 0; r < ROLES; r++)
		for (size_t i = 0; i < sizeof of / sizeof *of; i++)
			for (int other = 0; other < 2; other++)
				for (int t = 0; t < ROLES; t++) {
					Account who = account("kpu", (Role)r),
							whom = account(other ? "polri" : "kpu", (Role)t);
					Err err = {0};
					whom.id = 8;
					whom.area = of[i].area;
					whom.n_areas = of[i].n;
					bool can = r == ROLE_MANAGER && !other;
					bool manage = can && (t == ROLE_MANAGER ? of[i].manager : of[i].worker);
					assert_int_equal(account_may_manage(&who, &whom, &err), manage);
					assert_int_equal(account_may_grant(&who, &whom, &err), can && of[i].grant);
				}
	/* With a set of datasets none gives more than that. */
	Str few[] = {S("parcel"), S("tps")}, one[] = {S("tps")}, more[] = {S("delivery"), S("tps")};
	Account who = account("kpu", ROLE_MANAGER), whom = account("kpu", ROLE_OPERATOR);
	Err err = {0};
	who.dataset = few;
	who.n_datasets = 2;
	assert_false(account_may_grant(&who, &whom, &err));
	whom.dataset = one;
	whom.n_datasets = 1;
	assert_true(account_may_grant(&who, &whom, &err));
	whom.dataset = more;
	whom.n_datasets = 2;
	assert_false(account_may_grant(&who, &whom, &err));
	assert_int_equal(err.code, E_DENIED);
}

static void
test_sees(void **state)
{
	(void)state;
	Account kpu = account("kpu", ROLE_READER), polri = account("polri", ROLE_READER);
	assert_true(account_sees(&polri, &set[OPEN], (Str){0}));
	assert_true(account_sees(&kpu, &set[SHOWN], (Str){0}));
	assert_true(account_sees(&kpu, &set[SECRET], (Str){0}));
	assert_false(account_sees(&polri, &set[SECRET], S("polri")));
	assert_false(account_sees(&polri, &set[SHOWN], (Str){0}));
	assert_true(account_sees(&polri, &set[SHOWN], S("polri")));
	assert_true(account_sees(&polri, &set[SHOWN], S("bawaslu, polri")));
	assert_true(account_sees(&polri, &set[SHOWN], S("polri tni")));
	assert_false(account_sees(&polri, &set[SHOWN], S("polritni, tni")));
	assert_true(account_shows(&kpu, dataset_field(&set[OPEN], S("phone"))));
	assert_false(account_shows(&polri, dataset_field(&set[OPEN], S("phone"))));
	assert_false(account_shows(&kpu, dataset_field(&set[OPEN], S("count"))));
}

/* What a person is told is what the decision says. */
static void
test_told(void **state)
{
	(void)state;
	AUTO(Arena) a = {0};
	Env env = env_real();
	Catalog c;
	Err err = {0};
	env.files = embedded_files;
	env.n_files = embedded_count;
	assert_true(arena_open(&a, (size_t)1 << 28, &err));
	assert_true(catalog_load(&env, &a, &c, &err));
	static const char *const agencies[] = {
		"kpu", "bawaslu", "kesbangpol", "polri", "tni", "linmas", "pemda"};
	for (size_t g = 0; g < 7; g++)
		for (int r = 0; r < ROLES; r++) {
			Account who = account(agencies[g], (Role)r);
			VerbRight right[VERBS];
			account_rights(&who, &c, &a, right);
			for (int v = 0; v < VERBS; v++) {
				size_t may = 0;
				for (size_t i = 0; i < c.n_datasets; i++)
					may += account_may(&who, (Verb)v, &c.dataset[i], S("1509"), &err) &&
						(v != VERB_FORGET || c.dataset[i].has_private);
				bool named = v != VERB_ACCOUNTS && v != VERB_EXPLAIN;
				if (named)
					assert_int_equal(right[v].n + right[v].n_other, may);
				assert_int_equal(right[v].may,
					named ? may > 0 : account_may(&who, (Verb)v, NULL, S("1509"), &err));
				assert_true(right[v].may || right[v].why.text[0]);
			}
		}
}

static int
setup(void **state)
{
	static Arena a;
	Err err = {0};
	(void)state;
	if (!arena_open(&a, (size_t)1 << 24, &err))
		return 1;
	sets_make(&a);
	return lang_use(S("en")) ? 0 : 1;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_sets),
		cmocka_unit_test(test_states), cmocka_unit_test(test_why), cmocka_unit_test(test_undo),
		cmocka_unit_test(test_manage), cmocka_unit_test(test_sees), cmocka_unit_test(test_told)};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, setup, NULL);
}
