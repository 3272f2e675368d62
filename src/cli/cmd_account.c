/* siap account: who may log in, and what they may do: for whoever keeps the keys. account_show.c has what is only looked at. */
#include "cli/account.h"

static const char *
usage(void)
{
	return tr(
		"who may log in, and what they may do\n"
		"\n"
		"siap account add LOGIN --name TEXT --agency NAME --role ROLE --area CODE,… [--datasets NAME,…] [--invite]\n"
		"siap account list [TEXT] [--agency NAME] [--area CODE] [--limit N] [--after LOGIN] [--csv]\n"
		"siap account show LOGIN              all that is kept of it, and its sessions\n"
		"siap account may LOGIN               what it may do, and why not the rest\n"
		"siap account change LOGIN [--name TEXT] [--role ROLE] [--area CODE,…] [--datasets NAME,…|all]\n"
		"siap account close LOGIN             nobody can log in with it any more\n"
		"siap account reopen LOGIN            it gets a new one-time password\n"
		"siap account reset LOGIN [--invite]  the same for a password that was forgotten; the second factor goes too\n"
		"siap account sessions LOGIN [--end]  where it is logged in; --end: nowhere any more\n"
		"siap account hand-over LOGIN TO      TO gets the rights of LOGIN, which is closed\n"
		"siap account import FILE [--dry-run] columns login,name,agency,role,areas,datasets: all or none\n"
		"\n"
		"  ROLE       reader, operator, supervisor or manager\n"
		"  --area     all below these, codes or names, with commas between\n"
		"  --datasets these alone, else all that the agency keeps\n"
		"  --invite   a link, good for 72 hours, instead of a one-time password\n"
		"\n"
		"Rights are in the log for everybody, logins and names are not.\n");
}

typedef struct Wanted { /* options that say what an account shall have; NULL: not given */
	const char *name, *role, *area, *datasets;
	bool invite;
} Wanted;

/* ---- words to facts ---- */

static Str *
words(Cli *cli, const char *text, size_t *n)
{
	Str rest = str_of(text), word;
	Str *all = NEW(&cli->a, Str, rest.n + 1);
	*n = 0;
	while (rest.n) {
		str_cut(rest, ',', &word, &rest);
		word = str_trim(word);
		if (word.n)
			all[(*n)++] = word;
	}
	return all;
}

static bool
areas_read(Cli *cli, const char *text, Account *of, Err *err)
{
	of->area = words(cli, text, &of->n_areas);
	for (size_t i = 0; i < of->n_areas; i++)
		if (!area_resolve(&cli->ws, of->area[i], &cli->a, &of->area[i], err))
			return false;
	return true;
}

static bool
role_read(Cli *cli, const char *text, Role *out, Err *err)
{
	return role_of(str_of(text), out) ||
		cli_misuse(cli,
			err_set(err, E_INPUT,
				"there is no role '%s'; one of reader, operator, supervisor, manager", text));
}

static bool
wanted_apply(Cli *cli, const Wanted *given, Account *of, Err *err)
{
	if (given->name)
		of->name = str_of(given->name);
	if (given->role && !role_read(cli, given->role, &of->role, err))
		return false;
	if (given->area && !areas_read(cli, given->area, of, err))
		return false;
	if (given->datasets)
		of->dataset = words(cli, given->datasets, &of->n_datasets);
	if (of->n_datasets == 1 && str_eq(of->dataset[0], S("all")))
		of->n_datasets = 0;
	for (size_t i = 0; i < of->n_datasets; i++) {
		const Dataset *d;
		if (!cli_dataset(cli, of->dataset[i], &d, err))
			return false;
	}
	return true;
}

static void
way_in_say(Cli *cli, const AccountRequest *r)
{
	if (r->link[0])
		cli_say(cli, tr("the link, good for %d hours, shown only now: /invitation/%s\n"),
			LINK_HOURS, r->link);
	else if (r->once[0])
		cli_say(cli,
			tr("one-time password, shown only now: %s\nit must be changed at the first log-in\n"),
			r->once);
}

/* ---- the doing ---- */

typedef struct Doing {
	Cli *cli;
	Wanted given;
	AccountRequest r;
	GateP gate;
	Origin origin;
} Doing;

static bool
doing_open(Doing *k, Err *err)
{
	/* --agency is the account's, not that of whoever keeps the keys. */
	k->origin = (Origin){.actor = k->cli->actor, .source = S("cli")};
	k->r.origin = &k->origin;
	return gate_open(&k->cli->ws, &k->gate, err);
}

static bool
add(Doing *k, char **argv, Err *err)
{
	Cli *cli = k->cli;
	Account *of = &k->r.account;
	const Wanted *g = &k->given;
	if (!g->name || !g->role || !g->area || !cli->agency.n)
		return cli_misuse(
			cli, err_set(err, E_INPUT, "an account needs --name, --agency, --role and --area"));
	of->login = str_of(argv[1]);
	of->agency = cli->agency;
	k->r.invite = g->invite;
	if (!wanted_apply(cli, g, of, err) || !doing_open(k, err) ||
		!gate_account_add(k->gate, &k->r, err) || !account_get(&cli->ws, of->id, &cli->a, of, err))
		return false;
	cli_say(cli, tr("account '%.*s': %s\n"), STR(of->login), account_line(cli, of));
	way_in_say(cli, &k->r);
	return true;
}

static bool
change(Doing *k, char **argv, Err *err)
{
	Cli *cli = k->cli;
	(void)argv;
	if (!wanted_apply(cli, &k->given, &k->r.account, err) || !doing_open(k, err) ||
		!gate_account_change(k->gate, &k->r, err) ||
		!account_get(&cli->ws, k->r.account.id, &cli->a, &k->r.account, err))
		return false;
	if (k->r.event)
		cli_say(cli, tr("event %s: %s\n"), show_number(cli, k->r.event),
			account_line(cli, &k->r.account));
	else
		cli_say(cli, "%s\n", tr("the rights are as they were"));
	return true;
}

static bool
close_it(Doing *k, char **argv, Err *err)
{
	(void)argv;
	if (!doing_open(k, err) || !gate_account_close(k->gate, &k->r, err))
		return false;
	cli_say(k->cli, tr("event %s: closed\n"), show_number(k->cli, k->r.event));
	return true;
}

static bool
reopen(Doing *k, char **argv, Err *err)
{
	(void)argv;
	if (!doing_open(k, err) || !gate_account_reopen(k->gate, &k->r, err))
		return false;
	way_in_say(k->cli, &k->r);
	return true;
}

static bool
reset(Doing *k, char **argv, Err *err)
{
	(void)argv;
	if (!doing_open(k, err) || !(k->given.invite ? gate_invite : gate_reset)(k->gate, &k->r, err))
		return false;
	way_in_say(k->cli, &k->r);
	return true;
}

static bool
end_sessions(Doing *k, char **argv, Err *err)
{
	(void)argv;
	if (!doing_open(k, err) || !gate_session_end(k->gate, &k->r, err))
		return false;
	cli_say(k->cli, "%s\n", tr("all sessions have ended"));
	return true;
}

static bool
hand_over(Doing *k, char **argv, Err *err)
{
	Account to;
	Cli *cli = k->cli;
	if (!account_find(&cli->ws, str_of(argv[2]), &cli->a, &to, err))
		return false;
	k->r.to = to.id;
	if (!doing_open(k, err) || !gate_hand_over(k->gate, &k->r, err) ||
		!account_get(&cli->ws, to.id, &cli->a, &to, err))
		return false;
	cli_say(cli, tr("'%.*s' is closed; account '%.*s': %s\n"), STR(k->r.account.login),
		STR(to.login), account_line(cli, &to));
	return true;
}

/* ---- from a file ---- */

static bool
import(Cli *cli, const char *path, bool dry_run, Err *err)
{
	AUTO(GateP) gate = NULL;
	Origin o = {.actor = cli->actor, .source = S("cli")};
	Progress p = {.cli = cli};
	AccountsImport im = {.path = path,
		.origin = &o,
		.dry_run = dry_run,
		.watch = {.progress = progress_see, .ctx = &p, .stop = cli_stop_flag()}};
	if (!gate_open(&cli->ws, &gate, err))
		return false;
	bool ok = accounts_import(&cli->ws, gate, &im, &cli->a, err);
	progress_clear(&p);
	cli->stopped = !ok && *im.watch.stop;
	for (size_t i = 0; i < im.n_problems; i++)
		cli_say(cli, tr("row %zu, %.*s: %.*s\n"), im.problem[i].row, STR(im.problem[i].column),
			STR(im.problem[i].text));
	if (ok && dry_run)
		cli_say(cli, tr("%s accounts would be made\n"), show_number(cli, (int64_t)im.n));
	if (!ok || dry_run)
		return ok;
	Table t = table_new(cli);
	table_column(&t, tr("login"), COLUMN_LEFT, 0);
	table_column(&t, tr("name"), COLUMN_NAME, 12);
	table_column(&t, tr("one-time password"), COLUMN_LEFT, 0);
	for (size_t i = 0; i < im.n; i++) {
		table_add(&t, arena_cstr(&cli->a, im.made[i].account.login));
		table_add(&t, arena_cstr(&cli->a, im.made[i].account.name));
		table_add(&t, im.made[i].once);
	}
	table_print(&t, cli->env.width);
	cli_say(cli, "%s\n", tr("shown only now; each must be changed at the first log-in"));
	return true;
}

/* ---- which one ---- */

typedef struct Do {
	const char *name;
	int words;                                    /* with the name */
	bool (*run)(Doing *k, char **argv, Err *err); /* the account is found, but to be added */
	bool (*look)(Cli *cli, const Account *of, Err *err);
} Do;
static const Do all[] = {{"add", 2, add, NULL}, {"show", 2, NULL, account_show},
	{"may", 2, NULL, account_may_show}, {"change", 2, change, NULL}, {"close", 2, close_it, NULL},
	{"reopen", 2, reopen, NULL}, {"reset", 2, reset, NULL}, {"hand-over", 3, hand_over, NULL},
	{"sessions", 2, NULL, account_sessions}};

static bool
run_one(Cli *cli, const Do *what, const Wanted *given, char **argv, Err *err)
{
	Doing k = {.cli = cli, .given = *given};
	Account *of = &k.r.account;
	if (what->run != add && !account_find(&cli->ws, str_of(argv[1]), &cli->a, of, err))
		return false;
	bool ok = what->look ? what->look(cli, of, err) : what->run(&k, argv, err);
	gate_close(k.gate);
	return ok;
}

static bool
misused(Cli *cli, Err *err)
{
	err_set(err, E_INPUT,
		"one of: siap account add, list, show, may, change, close, reopen, reset, sessions, hand-over, import");
	return cli_misuse(cli, err_hint(err, "what each takes: siap help account"));
}

static bool
run(Cli *cli, int argc, char **argv, Err *err)
{
	Wanted g = {0};
	AccountListing l = {0};
	bool dry_run = false, end = false;
	static const Do ending = {"sessions", 2, end_sessions, NULL};
	const Opt opts[] = {{"name", .value = &g.name}, {"role", .value = &g.role},
		{"area", .value = &g.area}, {"datasets", .value = &g.datasets},
		{"invite", .flag = &g.invite}, {"limit", .value = &l.limit}, {"after", .value = &l.after},
		{"csv", .flag = &l.csv}, {"dry-run", .flag = &dry_run}, {"end", .flag = &end}};
	if (!cli_args(cli, (ArgSpec){OPTS(opts), .most = 3}, &argc, argv, err))
		return false;
	Str what = str_of(argc ? argv[0] : NULL);
	const Do *one = NULL;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (str_eq(what, str_of(all[i].name)))
			one = &all[i];
	bool list = str_eq(what, S("list")), file = str_eq(what, S("import"));
	if (one ? argc != one->words : !(list && argc <= 2) && !(file && argc == 2))
		return misused(cli, err);
	if (!cli_workspace(cli, err))
		return false;
	l.text = list && argc == 2 ? argv[1] : NULL;
	l.area = g.area;
	if (list)
		return account_list(cli, &l, err);
	if (file)
		return import(cli, argv[1], dry_run, err);
	return run_one(cli, end && one->look == account_sessions ? &ending : one, &g, argv, err);
}

COMMAND(account, usage, run);
