/* account_show: accounts as siap account shows them: a list, one, its sessions, and what it may do. */
#include "cli/account.h"

static const char *
joined(Cli *cli, const Str *word, size_t n, const char *(*show)(Cli *cli, Str word))
{
	AUTO(Buf) b = {0};
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s%s", i ? ", " : "", show(cli, word[i]));
	cli->starved |= b.failed;
	return arena_cstr(&cli->a, b.failed ? (Str){0} : buf_str(&b));
}

static const char *
as_it_is(Cli *cli, Str word)
{
	return arena_cstr(&cli->a, word);
}

const char *
account_line(Cli *cli, const Account *of)
{
	const char *areas = joined(cli, of->area, of->n_areas, show_place);
	const char *sets = joined(cli, of->dataset, of->n_datasets, as_it_is);
	Str line = arena_fmt(
		&cli->a, tr("%s of %s, %s"), role_label(of->role), agency_label(of->agency), areas);
	return of->n_datasets ? arena_fmt(&cli->a, tr("%.*s, %s alone"), STR(line), sets).p : line.p;
}

static const char *
state(const Account *of)
{
	return of->closed     ? tr("closed")
		: of->invited     ? tr("invited")
		: of->must_change ? tr("one-time password")
						  : "";
}

/* ---- list ---- */

static bool
list_csv(Cli *cli, const AccountList *l, Err *err)
{
	AUTO(Buf) b = {0};
	buf_add(&b, S("login,name,agency,role,areas,datasets,state\r\n"));
	for (size_t i = 0; i < l->n; i++) {
		const Account *of = &l->account[i];
		const Str cell[] = {of->login, of->name, of->agency, role_name(of->role),
			str_of(joined(cli, of->area, of->n_areas, as_it_is)),
			str_of(joined(cli, of->dataset, of->n_datasets, as_it_is)), str_of(state(of))};
		for (size_t c = 0; c < sizeof cell / sizeof *cell; c++) {
			if (c)
				csv_out_sep(&b);
			csv_out_text(&b, cell[c]);
		}
		csv_out_end(&b);
	}
	return cli_flush(cli, &b, err);
}

bool
account_list(Cli *cli, const AccountListing *o, Err *err)
{
	enum { MOST = 10000 };
	int64_t limit = 50;
	AccountList l = {.agency = cli->agency, .text = str_of(o->text), .after = str_of(o->after)};
	if (!cli_number(cli, "limit", o->limit, (Range){1, MOST}, &limit, err) ||
		(o->area && !cli_area(cli, o->area, &l.area, err)))
		return false;
	l.max = (size_t)limit;
	if (!accounts_list(&cli->ws, &l, &cli->a, err))
		return false;
	if (o->csv)
		return list_csv(cli, &l, err);
	Table t = table_new(cli);
	table_column(&t, tr("login"), COLUMN_LEFT, 0);
	table_column(&t, tr("name"), COLUMN_NAME, 12);
	table_column(&t, tr("rights"), COLUMN_NAME, 20);
	table_column(&t, "", COLUMN_LEFT, 0);
	for (size_t i = 0; i < l.n; i++) {
		const Account *of = &l.account[i];
		table_add(&t, arena_cstr(&cli->a, of->login));
		table_add(&t, arena_cstr(&cli->a, of->name));
		table_add(&t, account_line(cli, of));
		table_add(&t, state(of));
	}
	if (l.n)
		table_print(&t, cli->env.width);
	else
		cli_say(cli, "%s\n", tr("no account; the first one: siap help account"));
	if (l.more)
		cli_say(cli, tr("there are more: --after %.*s\n"), STR(l.account[l.n - 1].login));
	return true;
}

/* ---- one ---- */

bool
account_sessions(Cli *cli, const Account *of, Err *err)
{
	SessionRow *row;
	size_t n;
	if (!sessions_list(&cli->ws, of->id, &cli->a, &row, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		cli_say(cli, tr("session %lld: since %s, last used %s%s%.*s\n"), (long long)row[i].id,
			show_instant(cli, row[i].made), show_instant(cli, row[i].seen),
			row[i].device.n ? ", " : "", STR(row[i].device));
	if (!n)
		cli_say(cli, "%s\n", tr("logged in nowhere"));
	return true;
}

bool
account_show(Cli *cli, const Account *of, Err *err)
{
	cli_say(cli, "%.*s (%.*s): %s\n", STR(of->login), STR(of->name), account_line(cli, of));
	if (state(of)[0])
		cli_say(cli, "%s\n", state(of));
	cli_say(cli, tr("rights as of event %s, second factor: %s\n"), show_number(cli, of->epoch),
		of->has_totp ? tr("yes") : tr("no"));
	return account_sessions(cli, of, err);
}

/* ---- what it may do ---- */

static void
datasets_say(Cli *cli, const char *head, const Dataset *const *d, size_t n)
{
	AUTO(Buf) b = {0};
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s%.*s", i ? ", " : "", STR(d[i]->name));
	cli->starved |= b.failed;
	if (!n || b.failed)
		return;
	if (head)
		cli_say(cli, "    %s\n", head);
	cli_say(cli, "    ");
	text_wrap(cli, buf_str(&b), 4);
}

static void
right_say(Cli *cli, Verb verb, const VerbRight *r)
{
	cli_say(cli, "%s%s%s: %s\n", paint(cli, 'b'), verb_label(verb), paint(cli, '.'),
		r->may ? tr("yes") : tr("no"));
	if (!r->may) {
		cli_say(cli, "    %s\n", r->why.text);
		if (r->why.hint[0])
			cli_say(cli, "    %s\n", r->why.hint);
		return;
	}
	datasets_say(cli, NULL, r->dataset, r->n);
	datasets_say(cli, tr("on behalf of others, with a paper:"), r->other, r->n_other);
}

bool
account_may_show(Cli *cli, const Account *of, Err *err)
{
	VerbRight right[VERBS];
	Account as = *of;
	(void)err;
	cli_say(cli, "%.*s (%.*s): %s\n", STR(of->login), STR(of->name), account_line(cli, of));
	if (!of->closed && (of->must_change || of->invited)) {
		cli_say(cli, "%s\n", tr("all of this once it has a password of its own"));
		as.must_change = as.invited = false;
	}
	account_rights(&as, &cli->catalog, &cli->a, right);
	for (int v = 0; v < VERBS; v++)
		right_say(cli, (Verb)v, &right[v]);
	cli_say(cli, "%s\n",
		tr("Reading and exporting goes for all areas, but not for what is restricted; all else for those of the account alone."));
	return true;
}
