/* rules: the rule pack and the shared views as queries see them: filled anew whenever definitions change. */
#include "svc/svc_private.h"

/* Days before and after polling day that queries can count with. */
enum { DAYS_BEFORE = 900, DAYS_AFTER = 400 };

bool
views_drop(Db *db, const Catalog *c, Err *err)
{
	AUTO(Buf) sql = {0};
	for (size_t i = 0; i < c->n_views; i++) {
		buf_clear(&sql);
		buf_fmt(&sql, "DROP VIEW IF EXISTS %.*s", STR(c->view[i].name)); /* derived SQL */
		if (!buf_check(&sql, err) || !db_exec(db, buf_str(&sql), err))
			return false;
	}
	return true;
}

bool
views_make(Db *db, const Catalog *c, Err *err)
{
	AUTO(Buf) sql = {0};
	for (size_t i = 0; i < c->n_views; i++) {
		const Query *q = &c->view[i];
		buf_clear(&sql);
		buf_fmt(&sql, "CREATE VIEW %.*s AS\n%.*s", STR(q->name), STR(q->sql)); /* derived SQL */
		if (!buf_check(&sql, err) || !db_exec(db, buf_str(&sql), err))
			return err_prefix(err, "%.*s: ", STR(q->file));
	}
	return true;
}

static void
number_or_null(Stmt *s, const char *name, bool there, int64_t v)
{
	if (there)
		db_set_int(s, name, v);
	else
		db_set_null(s, name);
}

static bool
limits_store(Db *db, const SqlFile *sql, const Pack *pack, Err *err)
{
	Stmt *s;
	if (!svc_stmt(db, sql, "rule_limit_insert", &s, err))
		return false;
	for (size_t i = 0; i < pack->n_limits; i++) {
		db_set_text(s, "name", pack->limit[i].name);
		db_set_int(s, "value", pack->limit[i].value);
		if (!db_run(s, err))
			return false;
	}
	return true;
}

static bool
numbers_store(Db *db, const SqlFile *sql, const PackCode *c, Err *err)
{
	Stmt *s;
	if (!svc_stmt(db, sql, "rule_number_insert", &s, err))
		return false;
	for (size_t i = 0; i < c->n_numbers; i++) {
		db_set_text(s, "list", c->list);
		db_set_text(s, "code", c->code);
		db_set_text(s, "name", c->number[i].name);
		db_set_int(s, "value", c->number[i].value);
		if (!db_run(s, err))
			return false;
	}
	return true;
}

static bool
code_store(Stmt *s, const PackCode *c, int64_t position, Err *err)
{
	db_set_text(s, "list", c->list);
	db_set_text(s, "code", c->code);
	db_set_int(s, "position", position);
	db_set_text(s, "label", c->label);
	db_set_text_or_null(s, "rule", c->rule);
	number_or_null(s, "amount", c->has_amount, c->amount);
	db_set_text_or_null(s, "starts", c->starts);
	db_set_text_or_null(s, "ends", c->ends);
	db_set_text_or_null(s, "set_by", c->set_by);
	db_set_text_or_null(s, "after_code", c->after);
	number_or_null(s, "days", c->after.n > 0, c->days);
	db_set_int(s, "working", c->working);
	return db_run(s, err);
}

static bool
days_store(Db *db, const SqlFile *sql, const Pack *pack, Err *err)
{
	Stmt *s;
	int32_t poll;
	int64_t worked = 0;
	if (!date_parse(pack->poll, &poll))
		return true; /* a test without a pack */
	if (!svc_stmt(db, sql, "rule_day_insert", &s, err))
		return false;
	for (int32_t day = poll - DAYS_BEFORE; day <= poll + DAYS_AFTER; day++) {
		char text[11];
		bool working = pack_working_day(pack, day);
		date_format(day, text);
		worked += working;
		db_set_text(s, "day", str_of(text));
		db_set_int(s, "number", day);
		db_set_int(s, "worked", worked);
		db_set_int(s, "working", working);
		if (!db_run_later(s, err))
			return false;
	}
	return true;
}

bool
rules_store(Db *db, const SqlFile *sql, const Pack *pack, Err *err)
{
	static const char *const clear[] = {
		"rule_limit_clear", "rule_code_clear", "rule_number_clear", "rule_day_clear"};
	Stmt *s;
	for (size_t i = 0; i < sizeof clear / sizeof *clear; i++)
		if (!svc_stmt(db, sql, clear[i], &s, err) || !db_run(s, err))
			return false;
	if (!limits_store(db, sql, pack, err) || !days_store(db, sql, pack, err) ||
		!svc_stmt(db, sql, "rule_code_insert", &s, err))
		return false;
	for (size_t i = 0; i < pack->n_codes; i++)
		if (!code_store(s, &pack->code[i], (int64_t)i + 1, err) ||
			!numbers_store(db, sql, &pack->code[i], err))
			return false;
	return true;
}
