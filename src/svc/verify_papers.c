/* verify_papers: the table of papers says what the log says, and each file is the one of its hash. */
#include "svc/verify_private.h"

static bool
differs(int64_t event, Err *err)
{
	return err_set(err, E_CONFLICT,
		"the table of papers does not say what the log says of event %lld", (long long)event);
}

static void
paper_of(Stmt *s, Paper *p)
{
	*p = (Paper){.event = db_int(s, 0),
		.dataset = db_text(s, 1),
		.key = db_text(s, 2),
		.area = db_text(s, 3),
		.batch = db_int(s, 4),
		.about = db_int(s, 5),
		.file = {.kind = db_text(s, 7), .bytes = db_int(s, 8)},
		.note = db_text(s, 9)};
	Str hash = db_text(s, 6);
	if (hash.n == PAPER_HASH - 1)
		memcpy(p->file.hash, hash.p, hash.n);
}

static bool
file_check(Verify *v, const Paper *p, Arena a, Err *err)
{
	Str bytes;
	if (paper_read(v->w, str_of(p->file.hash), &a, &bytes, err))
		return (int64_t)bytes.n == p->file.bytes || differs(p->event, err);
	if (err && err->code == E_NOTFOUND)
		err->code = E_CONFLICT;
	return err_prefix(err, "%.*s %.*s: ", STR(p->dataset), STR(p->key));
}

static bool
paper_check(Verify *v, VerifyThread *t, const KeptEvent *k, Stmt *s, Err *err)
{
	AUTO(Buf) open = {0};
	Paper p;
	paper_of(s, &p);
	if (!k || k->seq != p.event)
		return differs(k && k->seq < p.event ? k->seq : p.event, err);
	paper_json(&p, &open);
	if (!buf_check(&open, err))
		return false;
	if (!str_eq(buf_str(&open), db_text(s, 10)) || !str_eq(p.area, db_text(s, 11)))
		return differs(p.event, err);
	return file_check(v, &p, t->a, err);
}

static const KeptEvent *
next_paper(const Verify *v, size_t *at)
{
	while (*at < v->n_kept && !v->in_order[*at]->paper)
		++*at;
	return *at < v->n_kept ? v->in_order[(*at)++] : NULL;
}

bool
verify_papers(Verify *v, VerifyThread *t, Err *err)
{
	Stmt *s;
	bool row = true;
	size_t at = 0;
	if (!svc_stmt(t->db, &v->w->sql, "verify_papers", &s, err))
		return false;
	for (;;) {
		if (!db_step(s, &row, err))
			return false;
		const KeptEvent *k = next_paper(v, &at);
		if (!row)
			return !k || differs(k->seq, err);
		if (paper_check(v, t, k, s, err))
			continue;
		db_reset(s);
		return false;
	}
}
