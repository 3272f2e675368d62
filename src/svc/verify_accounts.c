/* verify_accounts: the rights that the tables give are those that the log says, of each account the newest. Names, logins and passwords
 * are not in the log: of them it says nothing. */
#include "svc/verify_private.h"
#include "svc/account_private.h"

static bool
differs(Str handle, Err *err)
{
	return err_set(
		err, E_CONFLICT, "the rights of account %.*s are not what the log says", STR(handle));
}

static bool
said(Verify *v, VerifyThread *t, int64_t event, Buf *out, Err *err)
{
	Stmt *s;
	bool row;
	if (!svc_stmt(t->db, &v->w->sql, "event_open", &s, err))
		return false;
	db_set_int(s, "seq", event);
	if (!db_step(s, &row, err))
		return false;
	buf_clear(out);
	buf_add(out, row ? db_text(s, 0) : (Str){0});
	if (row)
		db_reset(s);
	return buf_check(out, err);
}

/* The account with that number, as the tables have it, against the newest event of its rights. */
static bool
account_check(Verify *v, VerifyThread *t, const KeptEvent *newest, const Account *row, Err *err)
{
	AUTO(Buf) here = {0}, there = {0};
	Arena a = t->a;
	Account of;
	bool found;
	LogSource from = {t->db, &v->w->sql};
	if (!account_read(&from, row->id, &a, &of, &found, err))
		return false;
	if (!found || row->epoch != newest->seq || !str_eq(of.handle, newest->key))
		return differs(found && row->epoch < newest->seq ? of.handle : newest->key, err);
	rights_json(&of, &here);
	if (!said(v, t, newest->seq, &there, err) || !buf_check(&here, err))
		return false;
	return str_eq(buf_str(&here), buf_str(&there)) || differs(of.handle, err);
}

typedef struct Rows {
	Account *row;
	size_t n;
} Rows;

static bool
rows_read(Verify *v, VerifyThread *t, Rows *out, Err *err)
{
	Stmt *s;
	bool row;
	size_t room = 0;
	if (!svc_stmt(t->db, &v->w->sql, "verify_accounts", &s, err))
		return false;
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		if (!row)
			return true;
		if (out->n == room) {
			Account *all = NEW(v->a, Account, room = room ? 2 * room : 64);
			if (out->n)
				memcpy(all, out->row, out->n * sizeof *all);
			out->row = all;
		}
		out->row[out->n++] = (Account){.epoch = db_int(s, 0), .id = db_int(s, 1)};
	}
}

bool
verify_accounts(Verify *v, VerifyThread *t, Err *err)
{
	Rows rows = {0};
	size_t at = 0;
	if (!rows_read(v, t, &rows, err))
		return false;
	for (size_t i = 0; i < v->n_kept; i++) {
		const KeptEvent *k = v->in_order[i];
		if (!k->rights || v->log.next[k->seq])
			continue;
		if (at == rows.n)
			return differs(k->key, err);
		if (!account_check(v, t, k, &rows.row[at++], err))
			return false;
	}
	return at == rows.n ||
		err_set(err, E_CONFLICT, "account %lld has rights that the log says nothing of",
			(long long)rows.row[at].id);
}
