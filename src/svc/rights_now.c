/* rights_now: rights at the moment of writing. What a person may was decided when the page was asked for; a right that was taken away since
 * does not count any more, and one that was given does. */
#include "svc/account_private.h"

static bool
gone(const Account *who, Err *err)
{
	return err_set(err, E_DENIED, "the account '%.*s' is not there any more", STR(who->login));
}

bool
rights_now(WriteTx *tx, const Account *who, Account *now, Err *err)
{
	Stmt *s;
	bool row;
	*now = (Account){0};
	if (!who)
		return true;
	if (!svc_stmt(tx->db, &tx->w->sql, "account_epoch", &s, err))
		return false;
	db_set_int(s, "id", who->id);
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return gone(who, err);
	/* Who asks over the local socket says no more than its number. */
	bool same = db_int(s, 0) == who->epoch && who->login.n;
	db_reset(s);
	*now = *who;
	if (same)
		return true;
	LogSource from = {tx->db, &tx->w->sql};
	return account_read(&from, who->id, &tx->tmp, now, &row, err) && (row || gone(who, err));
}

static bool
origin_check(WriteTx *tx, const RightsAsk *ask, const Account *now, Err *err)
{
	const Origin *o = ask->origin;
	const Dataset *d = ask->dataset;
	bool other = account_for_other(now, d);
	if (!str_eq(o->actor, now->login) || !str_eq(o->agency, now->agency))
		return err_set(
			err, E_BUG, "'%.*s' would write in the name of '%.*s'", STR(now->login), STR(o->actor));
	if (!other)
		return !o->on_behalf_of.n ||
			err_set(
				err, E_DENIED, "you may not write on behalf of %s", agency_label(o->on_behalf_of));
	if (!str_eq(o->on_behalf_of, d->owner))
		return err_set(err, E_INPUT, "'%.*s' is kept by %s: say that you write on its behalf",
			STR(d->name), agency_label(d->owner));
	if (ask->verb == VERB_UNDO)
		return true;
	if (ask->paper.n)
		return paper_need(tx->w, ask->paper, tx->tmp, err);
	return err_set(err, E_INPUT, "on behalf of %s nothing is entered without the paper: attach it",
		agency_label(d->owner));
}

bool
rights_check(WriteTx *tx, const RightsAsk *ask, Err *err)
{
	Account now;
	if (!ask->who)
		return true;
	return rights_now(tx, ask->who, &now, err) &&
		account_may(&now, ask->verb, ask->dataset, ask->area, err) &&
		origin_check(tx, ask, &now, err);
}
