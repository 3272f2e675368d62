/* log_facts: rows of the log that no dataset has: which area, rules, definitions and signing key the workspace stands on, whenever
 * one of them changes, so that a changed threshold is a public event like any other. */
#include "svc/svc_private.h"

static bool
definition_keep(WriteTx *tx, char hex[65], Err *err)
{
	Stmt *s;
	/* Their origins name a definition like all others. */
	Str body =
		S("system rows, version 1: an object of texts and whole numbers, one row for each key");
	Sha256 hash = sha256(body);
	hex_encode(hash.b, 32, hex);
	if (!svc_stmt(tx->db, &tx->w->sql, "definition_insert", &s, err))
		return false;
	db_set_text(s, "hash", str_of(hex));
	db_set_text(s, "kind", S("system"));
	db_set_text(s, "name", S("siap"));
	db_set_text(s, "body", body);
	return db_run(s, err);
}

bool
system_is_restricted(Str kind)
{
	return str_eq(kind, S("siap.reveal")) || str_eq(kind, S("siap.closed_paper"));
}

bool
log_system(WriteTx *tx, const SystemRow *r, int64_t *event, Err *err)
{
	char definition[65];
	OriginRow origin;
	const Origin *o = r->who;
	if (!definition_keep(tx, definition, err) ||
		!origin_make(tx,
			&(OriginFacts){o->actor, o->agency.n ? o->agency : S("siap"), o->on_behalf_of,
				o->source, o->device, (Str){0}, r->kind, str_of(definition), o->why, 0},
			&origin, err))
		return false;
	*event = ++tx->seq;
	return event_add(tx, &origin,
		&(EventBody){.dataset = r->kind,
			.area = r->area.n ? r->area : tx->w->area,
			.key = r->key,
			.open = r->open,
			.restricted = system_is_restricted(r->kind),
			.op = OP_PUT,
			.base = r->base},
		err);
}

static void
member(JsonOut *j, Str key, Str value)
{
	jout_key(j, key);
	jout_str(j, value);
}

static void
facts_json(const Workspace *w, const LogFacts *f, Buf *out)
{
	AUTO(Buf) key = {0};
	JsonOut j = jout_new(out);
	char hex[65];
	verifier_format(f->key, &key);
	hex_encode(w->cat.hash.b, 32, hex);
	jout_obj(&j);
	member(&j, S("area"), w->area);
	member(&j, S("definitions"), str_of(hex));
	member(&j, S("id"), w->id);
	member(&j, S("key"), buf_str(&key));
	if (f->lost) {
		hex_encode(f->lost->root.b, 32, hex);
		member(&j, S("lost_root"), str_of(hex));
		jout_key(&j, S("lost_size"));
		jout_int(&j, (int64_t)f->lost->size);
	}
	member(&j, S("pack"), w->pack->name);
	member(&j, S("why"), f->why);
	jout_obj_end(&j);
	out->failed |= key.failed;
}

bool
log_facts(WriteTx *tx, const LogFacts *f, Err *err)
{
	Origin who = f->who ? *f->who : (Origin){.actor = S("siap"), .source = S("siap")};
	AUTO(Buf) open = {0};
	Str fact;
	int64_t base = 0, event;
	char text[24];
	who.why = f->why;
	if (!workspace_fact(tx->db, &tx->w->sql, "log_event", &tx->tmp, &fact, err))
		return false;
	if (fact.n && !str_int(fact, &base))
		return err_set(err, E_DB, "the fact 'log_event' of this workspace is damaged");
	facts_json(tx->w, f, &open);
	if (!buf_check(&open, err) ||
		!log_system(tx,
			&(SystemRow){&who, S("siap.workspace"), S("workspace"), (Str){0}, buf_str(&open), base},
			&event, err))
		return false;
	snprintf(text, sizeof text, "%lld", (long long)event);
	return workspace_fact_set(tx->db, &tx->w->sql, "log_event", str_of(text), err);
}

bool
log_begin(WriteTx *tx, Err *err)
{
	return tx->seq ||
		log_facts(tx, &(LogFacts){.key = &tx->signer->verifier, .why = S("begun")}, err);
}

/* ---- definitions that changed, while nobody else writes ---- */

static bool
manifest_before(WriteTx *tx, Str *out, Err *err)
{
	Str fact, hash = {0};
	int64_t event;
	Stmt *s;
	bool row;
	json_t *facts;
	*out = (Str){0};
	if (!workspace_fact(tx->db, &tx->w->sql, "log_event", &tx->tmp, &fact, err) ||
		!svc_stmt(tx->db, &tx->w->sql, "event_body", &s, err))
		return false;
	db_set_int(s, "seq", str_int(fact, &event) ? event : 0);
	if (!db_step(s, &row, err))
		return false;
	if (!row)
		return true;
	bool ok = json_parse(db_text(s, 1), SIZE_MB, &facts, err);
	db_reset(s);
	if (!ok)
		return false;
	hash = arena_str(&tx->tmp, str_of(json_string_value(json_object_get(facts, "definitions"))));
	json_decref(facts);
	if (!svc_stmt(tx->db, &tx->w->sql, "definition_get", &s, err))
		return false;
	db_set_text(s, "hash", hash);
	if (!db_step(s, &row, err))
		return false;
	if (row)
		*out = arena_str(&tx->tmp, db_text(s, 0));
	if (row)
		db_reset(s);
	return true;
}

/* Lines of one manifest that the other has not, by their paths; those already named are passed over. */
static void
changed_add(Str from, Str other, Buf *out, size_t *more)
{
	enum { MOST = 240, PATH = 66 /* behind the hash and two blanks */ };
	Str line;
	size_t at;
	while (from.n) {
		str_cut(from, '\n', &line, &from);
		Str path = str_slice(line, PATH, line.n);
		if (!path.n || str_find(other, line, &at) || (out->n && str_find(buf_str(out), path, &at)))
			continue;
		if (out->n + path.n > MOST)
			++*more;
		else
			buf_fmt(out, "%s%.*s", out->n ? ", " : "", STR(path));
	}
}

/* Which files, as far as they fit. */
static bool
changed_say(WriteTx *tx, Str *out, Err *err)
{
	AUTO(Buf) list = {0};
	Str before, now = tx->w->cat.manifest;
	size_t more = 0;
	if (!manifest_before(tx, &before, err))
		return false;
	changed_add(now, before, &list, &more);
	changed_add(before, now, &list, &more);
	*out = more
		? arena_fmt(&tx->tmp, "definitions changed: %.*s and %zu more", STR(buf_str(&list)), more)
		: arena_fmt(&tx->tmp, "definitions changed: %.*s", STR(buf_str(&list)));
	return buf_check(&list, err);
}

static bool
tx_end(const WriteTx *tx, LogTree *tree, Tx *t, Err *err)
{
	LogSource to = {tx->db, &tx->w->sql};
	return log_tree_extend(tree, &to, buf_str(tx->leaves), err) && tx_commit(t, err);
}

static bool
definitions_write(WriteTx *tx, Tx *t, Hasher *h, const SignerKey *signer, Err *err)
{
	LogTree *tree = NEW(&tx->tmp, LogTree, 1);
	LogSource from = {tx->db, &tx->w->sql};
	Str why;
	tree->hasher = h;
	tx->signer = signer;
	return log_tree_load(tree, &from, tx->seq, err) && changed_say(tx, &why, err) &&
		log_facts(tx, &(LogFacts){.key = &signer->verifier, .why = why}, err) &&
		tx_end(tx, tree, t, err);
}

bool
log_definitions(Workspace *w, Db *db, Tx *t, Err *err)
{
	AUTO(Arena) a = {0};
	AUTO(Buf) leaves = {0}, one = {0}, two = {0}, three = {0}, four = {0};
	LogSource from = {db, &w->sql};
	Sealer sealer = {0};
	SignerKey signer;
	TreeHead newest;
	Stmt *s;
	bool row;
	if (!arena_open(&a, 16 * SIZE_MB, err) || !svc_stmt(db, &w->sql, "event_newest", &s, err) ||
		!db_step(s, &row, err))
		return false;
	WriteTx tx = {.w = w,
		.db = db,
		.sealer = &sealer,
		.now = workspace_now(w),
		.buf = {&one, &two, &three, &four},
		.leaves = &leaves};
	if (row) {
		tx.seq = db_int(s, 0);
		tx.now = tx.now > db_int(s, 1) ? tx.now : db_int(s, 1);
		db_reset(s);
	}
	if (!tx.seq) /* the first event will name them */
		return tx_commit(t, err);
	bool ok = log_check(w, &from, tx.seq, &newest, err) &&
		log_signer_open(w, &from, &a, &signer, err) && sealer_open(w, &sealer, err);
	tx.tmp = a; /* behind what the signer holds on to */
	ok = ok && definitions_write(&tx, t, sealer.hasher, &signer, err);
	sealer_close(&sealer);
	return ok;
}
