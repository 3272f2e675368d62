/* prove: one event shown to people who have nothing but the log's public key.
 *
 * A proof is a JSON object of texts: "siap" says "proof 1"; "entry" is the public entry, byte for byte; "open" the event's open part
 * as canonical JSON, and "salt" the 16 bytes in hex that were hashed before it, so that SHA-256(salt || open) is the entry's "open";
 * "proof" is a c2sp.org/tlog-proof: that the entry is in the tree that the checkpoint in it signs. Private parts stay out. */
#include "svc/folder_private.h"

static const Str FORMAT = {"proof 1", 7};

/* ---- making one ---- */

typedef struct Proving {
	EntryMaker maker;
	Arena a;
	int64_t event;
	Str open;
	Buf entry, proof;
} Proving;

static bool
entry_keep(void *ctx, EntryMaker *m, const MadeEntry *e, Str entry, Err *err)
{
	Proving *p = ctx;
	(void)m;
	p->open = arena_str(&p->a, e->open);
	buf_add(&p->entry, entry);
	return buf_check(&p->entry, err);
}

static bool
entry_find(Proving *p, Workspace *w, Err *err)
{
	if (p->event < 1 || p->event > workspace_last_event(w))
		return err_set(err, E_NOTFOUND, "there is no event %lld", (long long)p->event);
	return entries_each(&p->maker, p->event - 1, p->event, entry_keep, p, err);
}

static bool
checkpoint_find(Proving *p, Str *note, LogCheckpoint *c, Err *err)
{
	Stmt *s;
	Note parsed;
	bool row;
	if (!svc_stmt(p->maker.from.db, p->maker.from.sql, "log_checkpoint_newest", &s, err))
		return false;
	db_set_int(s, "event", p->event);
	if (!db_step(s, &row, err))
		return false;
	if (!row) {
		err_set(err, E_NOTFOUND, "no checkpoint covers event %lld yet", (long long)p->event);
		return err_hint(err, "siap checkpoint signs one");
	}
	*note = arena_str(&p->a, db_text(s, 1));
	db_reset(s);
	return note_parse(*note, &p->a, &parsed, err) && checkpoint_parse(parsed.text, c, err);
}

static bool
inclusion_make(Proving *p, Err *err)
{
	EntryProof out = {.index = (uint64_t)p->event - 1};
	LogCheckpoint c;
	if (!checkpoint_find(p, &out.checkpoint, &c, err))
		return false;
	Tiles *tiles = tiles_new(&p->a, log_tile, &p->maker.from, p->maker.sealer.hasher, c.head.size);
	if (!proof_inclusion(tiles, out.index, c.head.size, &out.proof, err))
		return false;
	entry_proof_format(&out, &p->proof);
	return buf_check(&p->proof, err);
}

static void
proof_put(const Proving *p, Buf *out)
{
	Salts salt;
	char hex[2 * SEAL_SALT + 1];
	JsonOut j = jout_new(out);
	sealer_salts(&p->maker.sealer, p->event, &salt);
	hex_encode(salt.open, SEAL_SALT, hex);
	const struct {
		Str name, value;
	} part[] = {{S("siap"), FORMAT}, {S("entry"), buf_str(&p->entry)}, {S("open"), p->open},
		{S("salt"), str_of(hex)}, {S("proof"), buf_str(&p->proof)}};
	jout_obj(&j);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		jout_text(&j, part[i].name, part[i].value);
	jout_obj_end(&j);
	buf_byte(out, '\n');
}

bool
log_prove(Workspace *w, int64_t event, Buf *out, Err *err)
{
	Proving p = {.event = event};
	if (!arena_open(&p.a, 16 * SIZE_MB, err))
		return false;
	bool ok =
		entry_maker_open(w, &p.maker, err) && entry_find(&p, w, err) && inclusion_make(&p, err);
	if (ok)
		proof_put(&p, out);
	entry_maker_close(&p.maker);
	buf_close(&p.entry);
	buf_close(&p.proof);
	arena_close(&p.a);
	return ok && buf_check(out, err);
}

/* ---- checking one ---- */

static Str
member(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);
	return json_is_string(v) ? (Str){json_string_value(v), json_string_length(v)} : (Str){0};
}

static bool
holds(bool yes, Err *err, const char *what)
{
	return yes || err_set(err, E_CONFLICT, "%s", what);
}

static bool
entry_take(Str text, Arena *a, Str *open_hash, ProvedEvent *out, Err *err)
{
	json_t *e;
	if (!json_parse(text, 65535, &e, err))
		return false;
	*open_hash = arena_str(a, member(e, "open"));
	out->event = json_integer_value(json_object_get(e, "seq"));
	out->at = json_integer_value(json_object_get(e, "at"));
	out->op = (Op)json_integer_value(json_object_get(e, "op"));
	out->agency = arena_str(a, member(e, "agency"));
	out->dataset = arena_str(a, member(e, "dataset"));
	out->area = arena_str(a, member(e, "area"));
	bool known = json_integer_value(json_object_get(e, "v")) == 1;
	json_decref(e);
	return known || err_set(err, E_INPUT, "the entry is of a version that this Siap does not know");
}

static bool
parts_check(
	const json_t *proof, const VerifierKey *key, Hasher *h, Arena *a, ProvedEvent *out, Err *err)
{
	Str entry = member(proof, "entry"), open = member(proof, "open"), open_hash;
	EntryProof *p = NEW(a, EntryProof, 1);
	LogCheckpoint c;
	Note note;
	Sha256 leaf;
	if (!str_eq(member(proof, "siap"), FORMAT))
		return err_set(err, E_INPUT, "this is no proof of an event");
	if (!entry_take(entry, a, &open_hash, out, err) ||
		!entry_proof_parse(member(proof, "proof"), p, err) ||
		!checkpoint_open(p->checkpoint, key, a, &c, &note, err))
		return false;
	tlog_leaf(h, entry, &leaf);
	out->open = arena_str(a, open);
	out->origin = arena_str(a, c.origin);
	out->signed_events = (int64_t)c.head.size;
	return holds((uint64_t)out->event == p->index + 1, err,
			   tr("the proof is for another event than the entry")) &&
		holds(proof_inclusion_check(h, &p->proof, p->index, c.head.size, &leaf, &c.head.root), err,
			tr("the entry is not in the log that was signed")) &&
		holds(open_holds(open, member(proof, "salt"), open_hash, h), err,
			tr("what is shown is not what the entry was made of"));
}

bool
proof_check(Str bytes, Str key_text, Arena *a, ProvedEvent *out, Err *err)
{
	VerifierKey key;
	Hasher *h = NULL;
	json_t *proof;
	*out = (ProvedEvent){0};
	if (!verifier_parse(str_trim(key_text), a, &key, err) ||
		!json_parse(bytes, SIZE_MB, &proof, err))
		return false;
	bool ok = hasher_open(&h, err) && parts_check(proof, &key, h, a, out, err);
	hasher_close(h);
	json_decref(proof);
	return ok;
}
