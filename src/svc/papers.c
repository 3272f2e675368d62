/* papers: which files are shown for which rows: an event siap.paper each, and the table that says what is true now. */
#include "svc/svc_private.h"

enum { PAPER_NAME_MOST = 120 };

/* ---- what the log says ---- */

void
paper_json(const Paper *p, Buf *out)
{
	JsonOut j = jout_new(out);
	jout_obj(&j);
	jout_number(&j, S("about"), p->about);
	jout_number(&j, S("batch"), p->batch);
	jout_number(&j, S("bytes"), p->file.bytes);
	jout_member(&j, S("dataset"), p->dataset);
	jout_member(&j, S("file"), str_of(p->file.hash));
	jout_member(&j, S("key"), p->key);
	jout_member(&j, S("kind"), p->file.kind);
	jout_member(&j, S("note"), p->note);
	jout_obj_end(&j);
}

static bool
row_insert(WriteTx *tx, const Paper *p, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "paper_insert", &s, err))
		return false;
	db_set_int(s, "event", p->event);
	db_set_text(s, "dataset", p->dataset);
	db_set_text(s, "key", p->key);
	db_set_text(s, "area", p->area);
	db_set_int(s, "batch", p->batch);
	db_set_int(s, "about", p->about);
	db_set_text(s, "file", str_of(p->file.hash));
	db_set_text(s, "kind", p->file.kind);
	db_set_int(s, "bytes", p->file.bytes);
	db_set_text(s, "note", p->note);
	db_set_text(s, "name", p->name);
	return db_run(s, err);
}

static bool
event_write(WriteTx *tx, const PaperAdd *add, Paper *p, Err *err)
{
	AUTO(Buf) open = {0};
	paper_json(p, &open);
	SystemRow row = {.who = add->origin,
		.kind = add->dataset->restricted ? S("siap.closed_paper") : S("siap.paper"),
		.key = add->key.n ? arena_fmt(&tx->tmp, "%.*s/%.*s", STR(p->dataset), STR(p->key))
						  : p->dataset,
		.area = p->area,
		.open = buf_str(&open)};
	return buf_check(&open, err) && log_system(tx, &row, &p->event, err) && row_insert(tx, p, err);
}

/* ---- attaching ---- */

static bool
known_already(WriteTx *tx, const PaperAdd *p, bool *known, Err *err)
{
	Stmt *s;
	if (!svc_stmt(tx->db, &tx->w->sql, "paper_known", &s, err))
		return false;
	db_set_text(s, "dataset", p->dataset->name);
	db_set_text(s, "key", p->key);
	db_set_text(s, "file", p->hash);
	if (!db_step(s, known, err))
		return false;
	if (*known)
		db_reset(s);
	return true;
}

/* A name for people: without folders. */
static Str
name_clean(Str name)
{
	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
			name = str_slice(name, i, name.n);
			break;
		}
	return name.n > PAPER_NAME_MOST ? (Str){0} : name;
}

static bool
paper_note_check(Str note, Err *err)
{
	return note.n <= PAPER_NOTE ||
		err_set(err, E_INPUT, "say in at most %d characters what the paper is", PAPER_NOTE);
}

/* What kind it is and how large was told when it was kept: the bytes say it again, with their hash. */
static bool
file_look(WriteTx *tx, Str hash, PaperFile *out, Err *err)
{
	AUTO(Arena) a = {0};
	Str bytes;
	if (!arena_open(&a, (size_t)4 * PAPER_MB * SIZE_MB, err) ||
		!paper_need(tx->w, hash, tx->tmp, err) || !paper_read(tx->w, hash, &a, &bytes, err) ||
		!paper_kind(bytes, &out->kind, err))
		return false;
	memcpy(out->hash, hash.p, PAPER_HASH - 1);
	out->bytes = (int64_t)bytes.n;
	return true;
}

bool
paper_add(WriteTx *tx, const PaperAdd *add, int64_t *event, Err *err)
{
	bool known = false;
	Paper p = {.dataset = add->dataset->name,
		.key = add->key.n ? add->key : S(""),
		.area = add->area,
		.batch = add->batch,
		.about = add->about,
		.name = add->name.n ? name_clean(add->name) : S(""),
		.note = add->note.n ? add->note : S("")};
	if (!paper_note_check(p.note, err) || !file_look(tx, add->hash, &p.file, err))
		return false;
	if (add->key.n && !known_already(tx, add, &known, err))
		return false;
	if (known)
		return err_set(err, E_CONFLICT, "this paper is attached to the row already");
	if (!event_write(tx, add, &p, err))
		return false;
	*event = p.event;
	return true;
}

static bool
row_find(WriteTx *tx, const AttachRequest *r, RowPut *put, Err *err)
{
	const Dataset *d = r->dataset;
	AUTO(Buf) sql = {0};
	Acceptor ac = {.d = d, .db = tx->db, .sql = &tx->w->sql};
	dataset_select_sql(d, &sql);
	if (!buf_check(&sql, err) || !db_prepare(tx->db, buf_str(&sql), &ac.select, err) ||
		!row_keys_from_text(tx->w, d, r->text, &tx->tmp, put->v, err) ||
		!accept_find(&ac, put, &tx->tmp, err))
		return false;
	return put->now->v ||
		err_set(err, E_NOTFOUND, "'%.*s' has no row '%.*s'", STR(d->name), STR(put->key));
}

static bool
attach_work(WriteTx *tx, void *arg, Err *err)
{
	AttachRequest *r = arg;
	const Dataset *d = r->dataset;
	RowPut put = {.v = NEW(&tx->tmp, Value, d->n_fields)};
	if (!log_begin(tx, err) || !row_find(tx, r, &put, err))
		return false;
	Str area = put.v[d->area].s;
	RightsAsk ask = {r->who, VERB_ATTACH, d, area, r->origin, r->hash};
	PaperAdd add = {r->origin, d, put.key, area, 0, 0, r->hash, r->name, r->note};
	return rights_check(tx, &ask, err) && paper_add(tx, &add, &r->event, err);
}

bool
gate_attach(Gate *g, AttachRequest *r, Err *err)
{
	if (!g->writer)
		return err_set(
			err, E_BUSY, "another Siap process serves '%s': papers are attached there", g->w->dir);
	return gate_write(g, attach_work, r, false, err);
}

/* ---- looking ---- */

static Str
text_at(Stmt *s, int column, Arena *a)
{
	return arena_str(a, db_text(s, column));
}

static void
paper_take(Stmt *s, Arena *a, Paper *p)
{
	*p = (Paper){.event = db_int(s, 0),
		.at = db_int(s, 1),
		.dataset = text_at(s, 2, a),
		.key = text_at(s, 3, a),
		.area = text_at(s, 4, a),
		.batch = db_int(s, 5),
		.about = db_int(s, 6),
		.file = {.kind = text_at(s, 8, a), .bytes = db_int(s, 9)},
		.note = text_at(s, 10, a),
		.name = text_at(s, 11, a),
		.actor = text_at(s, 12, a),
		.agency = text_at(s, 13, a),
		.on_behalf_of = text_at(s, 14, a)};
	Str hash = db_text(s, 7);
	if (hash.n == PAPER_HASH - 1)
		memcpy(p->file.hash, hash.p, hash.n);
}

bool
papers_list(Workspace *w, PaperList *l, Arena *a, Err *err)
{
	Stmt *s;
	bool row;
	const char *which = l->hash.n ? "papers_of_file"
		: l->batch                ? "papers_of_batch"
								  : "papers_of_row";
	l->paper = NEW(a, Paper, PAPERS_MOST);
	l->n = 0;
	if (!svc_stmt(w->db, &w->sql, which, &s, err))
		return false;
	if (l->hash.n)
		db_set_text(s, "file", l->hash);
	else if (l->batch)
		db_set_int(s, "batch", l->batch);
	else {
		db_set_text(s, "dataset", l->dataset);
		db_set_text(s, "key", l->key);
		db_set_int(s, "event", l->event);
	}
	db_set_int(s, "most", PAPERS_MOST);
	while (db_step(s, &row, err)) {
		if (!row)
			return true;
		paper_take(s, a, &l->paper[l->n++]);
	}
	return false;
}
